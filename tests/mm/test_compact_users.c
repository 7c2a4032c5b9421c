// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who compacts, as a specification: direct compaction and its capture, kcompactd, proactive
 * compaction; and whose counters move.
 */
#include "compact_machine.h"

/* --- direct compaction --- */

static enum compact_result compact_for(struct mm *mm, gfp_t gfp, u32 order,
				       enum compact_priority prio, struct capture_control *capc)
{
	struct alloc_context ac = { .gfp = gfp, .migratetype = gfp_migratetype(gfp),
				    .highest_zoneidx = ZONE_NORMAL, .preferred = ZONE_NORMAL };

	*capc = (struct capture_control){ .order = order, .migratetype = ac.migratetype,
					  .pfn = PFN_NONE };
	return try_to_compact_pages(mm, gfp, order, ALLOC_WMARK_MIN, &ac, prio, capc);
}

/* block 1 needs ten pages moved to be free; there is room for them in block 6 */
static struct mm *one_block_to_gain(const char *version)
{
	struct mm *mm = machine(version, 8);

	block_type(mm, 1, MIGRATE_MOVABLE);
	block_type(mm, 6, MIGRATE_MOVABLE);
	lru_pages(mm, BLOCK(1), 10, PK_ANON);
	free_run(mm, BLOCK(1) + 10, 502);
	scatter(mm, BLOCK(6), 100);
	mm->sysctl.extfrag_threshold = 0;
	return mm;
}

TEST(direct_compaction_captures_the_block_it_frees)
{
	struct mm *mm = one_block_to_gain("7.3.4");
	struct capture_control capc;

	assert_int_equal(compact_for(mm, GFP_TRANSHUGE, 9, COMPACT_PRIO_ASYNC, &capc),
			 COMPACT_SUCCESS);
	assert_int_equal(capc.pfn, BLOCK(1));
	assert_null(capc.zone);
	assert_null(mm->capc);
	assert_int_equal(mm->page[BLOCK(1)].state, PAGE_ISOLATED);
	assert_string_equal(free_list(mm, 9, MIGRATE_MOVABLE), "");
	assert_int_equal(normal(mm)->compact_order_failed, 10);
	/* the daemon's counters are the daemon's */
	assert_true(stat(mm, VM_compact_migrate_scanned) >= 512);
	assert_int_equal(stat(mm, VM_compact_daemon_migrate_scanned), 0);
	assert_int_equal(stat(mm, VM_compact_stall), 0);
	machine_done(mm, __func__);
}

TEST(sync_failure_defers_and_async_failure_does_not)
{
	struct mm *mm = machine("7.3.4", 8);
	struct capture_control capc;

	scatter(mm, BLOCK(1), 200);
	assert_int_equal(compact_for(mm, GFP_TRANSHUGE, 9, COMPACT_PRIO_ASYNC, &capc),
			 COMPACT_COMPLETE);
	assert_int_equal(normal(mm)->compact_defer_shift, 0);
	assert_int_equal(compact_for(mm, GFP_TRANSHUGE, 9, COMPACT_PRIO_SYNC_LIGHT, &capc),
			 COMPACT_COMPLETE);
	assert_int_equal(normal(mm)->compact_defer_shift, 1);
	assert_int_equal(compact_for(mm, GFP_TRANSHUGE, 9, COMPACT_PRIO_ASYNC, &capc),
			 COMPACT_DEFERRED);
	/* the last resort asks nobody */
	assert_int_equal(compact_for(mm, GFP_TRANSHUGE, 9, COMPACT_PRIO_SYNC_FULL, &capc),
			 COMPACT_COMPLETE);
	machine_done(mm, __func__);
}

TEST(without_io_there_is_no_compaction)
{
	struct mm *mm = one_block_to_gain("7.3.4");
	struct capture_control capc;

	assert_int_equal(compact_for(mm, GFP_NOWAIT, 9, COMPACT_PRIO_SYNC_FULL, &capc),
			 COMPACT_SKIPPED);
	assert_int_equal(stat(mm, VM_compact_migrate_scanned), 0);
	machine_done(mm, __func__);
}

/* --- kcompactd --- */

#define MS 1000000ull

TEST(kcompactd_makes_a_block_and_counts_it_as_its_own)
{
	struct mm *mm = one_block_to_gain("7.3.4");

	mm->now_ns = 10 * MS;
	wakeup_kcompactd(mm, 0, ZONE_NORMAL);
	kcompactd_run(mm, 20 * MS);
	assert_int_equal(stat(mm, VM_compact_daemon_wake), 0);
	wakeup_kcompactd(mm, 9, ZONE_NORMAL);
	kcompactd_run(mm, 100 * MS);
	assert_int_equal(stat(mm, VM_compact_daemon_wake), 1);
	assert_string_equal(free_list(mm, 9, MIGRATE_MOVABLE), "512");
	assert_int_equal(stat(mm, VM_compact_daemon_migrate_scanned),
			 stat(mm, VM_compact_migrate_scanned));
	assert_int_equal(stat(mm, VM_compact_daemon_free_scanned),
			 stat(mm, VM_compact_free_scanned));
	assert_int_equal(stat(mm, VM_pgmigrate_success), 10);
	assert_int_equal(normal(mm)->compact_order_failed, 10);
	assert_int_equal(mm->kcompactd->max_order, 0);
	assert_false(mm->current.kthread);
	machine_done(mm, __func__);
}

TEST(kcompactd_takes_time)
{
	struct mm *mm = one_block_to_gain("7.3.4");

	mm->param.kcompactd_scan_pages_per_ms = 1;
	wakeup_kcompactd(mm, 9, ZONE_NORMAL);
	kcompactd_run(mm, 0);
	/* a first round at once: block 0, whose 512 pages take 512 ms */
	assert_int_equal(mm->kcompactd->state, KCOMPACTD_WORKS);
	assert_int_equal(mm->kcompactd->t.clock_ns, 512 * MS);
	kcompactd_run(mm, 511 * MS);
	assert_int_equal(mm->kcompactd->t.clock_ns, 512 * MS);
	kcompactd_run(mm, 5000 * MS);
	assert_int_equal(mm->kcompactd->state, KCOMPACTD_SLEEPS);
	machine_done(mm, __func__);
}

/* A first round takes 512 ms; the others come when its CPU is not a task's. */
TEST(kcompactd_gives_way_to_tasks_if_told_to)
{
	for (int gives_way = 0; gives_way <= 1; gives_way++) {
		struct mm *mm = one_block_to_gain("7.3.4");

		mm->param.kcompactd_scan_pages_per_ms = 1;
		mm->param.kcompactd_gives_way = gives_way;
		mm->param.thread_slice_us = 1000;
		mm->param.thread_pause_us = 100000000;
		wakeup_kcompactd(mm, 9, ZONE_NORMAL);
		mm->current.wants_cpu = true;
		kcompactd_run(mm, 600 * MS);
		kcompactd_run(mm, 20000 * MS);
		assert_int_equal(mm->kcompactd->state == KCOMPACTD_SLEEPS, !gives_way);
		machine_done(mm, __func__);
	}
}

TEST(an_unsuitable_wakeup_is_remembered_for_the_next_timeout)
{
	struct mm *mm = machine("7.3.4", 8);

	wakeup_kcompactd(mm, 3, ZONE_NORMAL);	/* nothing is free: no zone is suitable */
	kcompactd_run(mm, 499 * MS);
	assert_int_equal(stat(mm, VM_compact_daemon_wake), 0);
	assert_int_equal(mm->kcompactd->max_order, 3);
	kcompactd_run(mm, 500 * MS);
	assert_int_equal(stat(mm, VM_compact_daemon_wake), 1);
	assert_int_equal(stat(mm, VM_compact_daemon_migrate_scanned), 0);
	assert_int_equal(mm->kcompactd->max_order, 0);
	kcompactd_run(mm, 2000 * MS);
	assert_int_equal(stat(mm, VM_compact_daemon_wake), 1);
	machine_done(mm, __func__);
}

TEST(kcompactd_defers_like_sync_direct_compaction)
{
	struct mm *mm = machine("7.3.4", 8);

	scatter(mm, BLOCK(1), 200);
	mm->sysctl.compaction_proactiveness = 0;
	for (u32 i = 1; i <= 3; i++) {
		mm->now_ns = i * 1000 * MS;
		wakeup_kcompactd(mm, 9, ZONE_NORMAL);
		kcompactd_run(mm, mm->now_ns + 900 * MS);
	}
	assert_int_equal(stat(mm, VM_compact_daemon_wake), 3);
	/* the second wake was skipped: 2 runs */
	assert_int_equal(normal(mm)->compact_defer_shift, 2);
	machine_done(mm, __func__);
}

TEST(proactive_marks_by_version)
{
	struct mm *mm = machine("7.3.4", 2);

	assert_int_equal(fragmentation_score_wmark(mm, true), 80);
	assert_int_equal(fragmentation_score_wmark(mm, false), 90);
	mm->sysctl.compaction_proactiveness = 98;
	assert_int_equal(fragmentation_score_wmark(mm, true), 2);
	assert_int_equal(fragmentation_score_wmark(mm, false), 3);
	kernel_features_set(&mm->k, kernel_version_parse("6.12.117"));
	assert_int_equal(fragmentation_score_wmark(mm, true), 5);
	assert_int_equal(fragmentation_score_wmark(mm, false), 15);
	machine_done(mm, __func__);
}

TEST(proactive_compaction_works_below_its_mark_every_half_second)
{
	struct mm *mm = one_block_to_gain("7.3.4");

	/* no whole block is free: 100 percent, weighted by present / (present + 1): 99 */
	assert_int_equal(fragmentation_score_node(mm), 99);
	kcompactd_run(mm, 499 * MS);
	assert_int_equal(stat(mm, VM_compact_migrate_scanned), 0);
	kcompactd_run(mm, 600 * MS);
	/* order -1: no daemon wake, yet the daemon's scans */
	assert_int_equal(stat(mm, VM_compact_daemon_wake), 0);
	assert_true(stat(mm, VM_compact_daemon_migrate_scanned) > 0);
	machine_done(mm, __func__);
}

TEST(proactive_scans_of_6_1_are_not_the_daemons)
{
	struct mm *mm = one_block_to_gain("6.1.0");

	kcompactd_run(mm, 600 * MS);
	assert_true(stat(mm, VM_compact_migrate_scanned) > 0);
	assert_int_equal(stat(mm, VM_compact_daemon_migrate_scanned), 0);
	assert_int_equal(stat(mm, VM_compact_daemon_free_scanned), 0);
	machine_done(mm, __func__);
}

TEST(proactive_compaction_without_progress_rests_for_32_seconds)
{
	struct mm *mm = machine("7.3.4", 8);
	u64 scanned;

	scatter(mm, BLOCK(1), 200);		/* nothing to move */
	kcompactd_run(mm, 600 * MS);
	scanned = stat(mm, VM_compact_daemon_migrate_scanned);
	assert_true(scanned > 0);
	kcompactd_run(mm, 32000 * MS);
	assert_int_equal(stat(mm, VM_compact_daemon_migrate_scanned), scanned);
	kcompactd_run(mm, 33000 * MS);
	assert_true(stat(mm, VM_compact_daemon_migrate_scanned) > scanned);
	machine_done(mm, __func__);
}
