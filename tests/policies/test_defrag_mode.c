// SPDX-License-Identifier: GPL-2.0-only
/*
 * defrag_mode in the allocator and in compaction: which page each of its steps hands out, what it
 * makes of pageblocks, and when kcompactd works. Nothing is a stand-in here; the slow path's
 * sequences are in test_defrag_slowpath.c, kswapd in test_defrag_kswapd.c.
 */
#include "tests/mm/compact_machine.h"

#include "policy_machine.h"

#define V73 "7.3.4"
#define NO_RECLAIM __GFP_NOWARN		/* not even kswapd is woken */
#define MS 1000000ull

static u32 claims(const struct mm *mm, enum extfrag_class cls)
{
	return (u32)mm->extfrag[MIGRATE_UNMOVABLE][MIGRATE_MOVABLE][cls];
}

static struct mm *under(const char *policy, const char *version, u32 blocks)
{
	struct mm *mm = machine(version, blocks);

	set_policy(mm, policy);
	return mm;
}

/* --- the fast path ------------------------------------------------------------------------ */

/* DMA32 in blocks 0 to 3, Normal in blocks 4 to 7, all movable and in use */
static struct mm *two_zones(const char *policy)
{
	struct mm *mm = mm_alloc(BLOCK(8), 1, 1);

	assert_non_null(mm);
	mm->sysctl.min_free_kbytes = 4;
	mm_add_zone(mm, ZONE_DMA32, 0, BLOCK(4));
	mm_add_zone(mm, ZONE_NORMAL, BLOCK(4), BLOCK(4));
	for (u32 pfn = 0; pfn < BLOCK(8); pfn++)
		mm_place_used(mm, pfn, 0, PK_KERNEL, MIGRATE_UNMOVABLE);
	mm_init_late(mm);
	set_policy(mm, policy);
	return mm;
}

TEST(row_nofragment_in_every_zone)
{
	struct alloc_context ac = { .gfp = GFP_KERNEL, .preferred = ZONE_DMA32 };
	struct alloc_request req = { .ac = &ac };

	for_each_step(step) {
		struct mm *mm = two_zones(step_policy[step]);

		ac.preferred = ZONE_NORMAL;
		assert_int_equal(policy_decides(mm, alloc_flags, &req, ALLOC_STAGE_FAST),
				 ALLOC_WMARK_LOW | ALLOC_NOFRAGMENT | ALLOC_KSWAPD);
		ac.preferred = ZONE_DMA32;
		assert_int_equal(policy_decides(mm, alloc_flags, &req, ALLOC_STAGE_FAST),
				 ALLOC_WMARK_LOW | ALLOC_KSWAPD |
				 (step == VANILLA ? 0 : ALLOC_NOFRAGMENT));
		mm_free(mm);
	}
}

TEST(a_whole_block_of_another_zone_is_better_than_a_part_of_one)
{
	for_each_step(step) {
		struct mm *mm = two_zones(step_policy[step]);

		buddy_free(mm, BLOCK(5), 3);
		buddy_free(mm, BLOCK(2), 9);
		assert_int_equal(alloc_pages(mm, NO_RECLAIM, 0), BLOCK(2));
		assert_int_equal(get_pageblock_migratetype(mm, BLOCK(2)), MIGRATE_UNMOVABLE);
		assert_int_equal(claims(mm, EXTFRAG_CLAIM_BLOCK), 1);
		machine_done(mm, __func__);
	}
}

TEST(row_the_free_lists_drop_nofragment_after_all_zones)
{
	for_each_step(step) {
		struct mm *mm = two_zones(step_policy[step]);
		bool vanilla = step == VANILLA;

		buddy_free(mm, BLOCK(5), 3);
		assert_int_equal(alloc_pages(mm, NO_RECLAIM, 0), vanilla ? BLOCK(5) : PFN_NONE);
		assert_int_equal(claims(mm, EXTFRAG_CLAIM_PART), vanilla);
		assert_int_equal(mm->alloc_failed[0], !vanilla);
		/* without fragmenting there is no boost either */
		assert_int_equal(normal(mm)->watermark_boost != 0, vanilla);
		machine_done(mm, __func__);
	}
}

/* kernel stacks, vmalloc and page pools ask so */
TEST(a_bulk_request_fragments_at_once)
{
	for_each_step(step)
	{
		struct mm *mm = two_zones(step_policy[step]);

		buddy_free(mm, BLOCK(5), 3);
		assert_int_equal(alloc_pages_bulk(mm, NO_RECLAIM), BLOCK(5));
		assert_int_equal(claims(mm, EXTFRAG_CLAIM_PART), 1);
		assert_int_equal(mm->alloc_failed[0], 0);
		machine_done(mm, __func__);
	}
}

TEST(a_bulk_request_below_the_low_mark_asks_as_any_other)
{
	struct mm *mm = two_zones("defrag_mode");

	buddy_free(mm, BLOCK(5), 3);
	normal(mm)->_watermark[WMARK_LOW] = mm->zone[ZONE_DMA32]._watermark[WMARK_LOW] = 100;
	assert_int_equal(alloc_pages_bulk(mm, NO_RECLAIM), PFN_NONE);
	assert_int_equal(mm->alloc_failed[0], 1);
	mm_free(mm);
}

TEST(nofragment_means_nothing_to_a_block_or_more)
{
	for_each_step(step) {
		struct mm *mm = two_zones(step_policy[step]);

		buddy_free(mm, BLOCK(5), 9);
		assert_int_equal(alloc_pages(mm, NO_RECLAIM, 9), BLOCK(5));
		assert_int_equal(get_pageblock_migratetype(mm, BLOCK(5)), MIGRATE_UNMOVABLE);
		machine_done(mm, __func__);
	}
}

/* --- requests that leave early ------------------------------------------------------------ */

/* half of a movable block is free, which vanilla claims */
static struct mm *half_a_block(const char *policy)
{
	struct mm *mm = under(policy, V73, 8);

	block_type(mm, 1, MIGRATE_MOVABLE);
	buddy_free(mm, BLOCK(1), 8);
	return mm;
}

/* the page that each step gives, if it is vanilla or from @first on */
static void served_from(int first, gfp_t gfp, u32 order)
{
	for_each_step(step) {
		struct mm *mm = half_a_block(step_policy[step]);
		bool served = step == VANILLA || step >= first;

		mm->param.slowpath_max_loops = 100;
		assert_int_equal(alloc_pages(mm, gfp, order), served ? BLOCK(1) : PFN_NONE);
		if (!served)
			assert_string_equal(free_list(mm, 8, MIGRATE_MOVABLE), "512");
		machine_done(mm, __func__);
	}
}

TEST(atomic_requests_fail_with_memory_free_until_nonblock)
{
	served_from(NONBLOCK, GFP_ATOMIC, 0);
	served_from(NONBLOCK, GFP_ATOMIC, 2);
	served_from(NONBLOCK, GFP_NOWAIT, 0);
}

TEST(they_fail_in_every_step_unless_they_wake_kswapd)
{
	served_from(NR_STEPS, GFP_ATOMIC & ~__GFP_KSWAPD_RECLAIM, 0);
	served_from(NR_STEPS, NO_RECLAIM, 0);
}

TEST(noretry_and_costly_requests_fail_where_vanilla_pollutes)
{
	served_from(NR_STEPS, GFP_KERNEL | __GFP_NORETRY, 0);
	served_from(NR_STEPS, GFP_KERNEL, 4);
}

TEST(reclaimers_may_always_fall_back)
{
	for_each_step(step) {
		struct mm *mm = half_a_block(step_policy[step]);

		mm->current.memalloc = true;
		assert_int_equal(alloc_pages(mm, GFP_KERNEL, 0), BLOCK(1));
		mm->current.memalloc = false;
		machine_done(mm, __func__);
	}
}

TEST(movable_requests_leave_unmovable_blocks_alone)
{
	for_each_step(step) {
		struct mm *mm = under(step_policy[step], V73, 8);
		u32 wanted = step == VANILLA ? BLOCK(1) + 38 : PFN_NONE;

		scatter(mm, BLOCK(1), 20);
		assert_int_equal(alloc_pages(mm, GFP_HIGHUSER_MOVABLE | __GFP_NORETRY, 0), wanted);
		/* nor do they compact for a block of their own */
		assert_int_equal(stat(mm, VM_compact_stall), 0);
		if (step != VANILLA)
			assert_int_equal(counter(mm, "promoted"), 0);
		machine_done(mm, __func__);
	}
}

/* --- the end of the loop ------------------------------------------------------------------ */

/*
 * Every other page of a movable block is free and the rest is the kernel's, so that compaction is
 * suitable, and never makes a block.
 */
static struct mm *no_block_to_gain(const char *policy)
{
	struct mm *mm = under(policy, V73, 8);

	block_type(mm, 1, MIGRATE_MOVABLE);
	scatter(mm, BLOCK(1), 256);
	mm->param.slowpath_max_loops = 300;
	return mm;
}

TEST(base_never_falls_back_and_the_first_storm_fix_neither)
{
	for_each_step(step) {
		struct mm *mm = no_block_to_gain(step_policy[step]);
		bool stuck = step == BASE || step == STORM;

		assert_int_equal(alloc_pages(mm, GFP_KERNEL, 0), stuck ? PFN_NONE : BLOCK(1));
		assert_int_equal(mm->slowpath_stuck, stuck);
		assert_int_equal(claims(mm, EXTFRAG_CLAIM_PART), !stuck);
		assert_int_equal(normal(mm)->nr_free_pages + normal(mm)->pcp[0].count,
				 256 - !stuck);
		if (step != VANILLA)
			assert_int_equal(counter(mm, "dropped"), !stuck);
		machine_done(mm, __func__);
	}
}

TEST(the_storm_is_progress_that_freed_nothing)
{
	struct mm *mm = no_block_to_gain("defrag_mode,step=storm");

	alloc_pages(mm, GFP_KERNEL, 0);
	/* each round went on by reclaim, which scanned nothing: the zone is compaction_ready() */
	assert_int_equal(counter(mm, "promoted"), 1);
	assert_int_equal(counter(mm, "promoted_rounds"), 300);
	assert_int_equal(counter(mm, "retries_reclaim"), 300);
	assert_int_equal(stat(mm, VM_pgscan_direct), 0);
	assert_int_equal(stat(mm, VM_allocstall_normal), 300);
	machine_done(mm, __func__);
}

TEST(its_fix_gives_up_after_16_rounds)
{
	struct mm *mm = no_block_to_gain("defrag_mode,step=storm-fix");

	assert_int_equal(alloc_pages(mm, GFP_KERNEL, 0), BLOCK(1));
	/* the 17th ends it; one more was compaction's, at its last priority */
	assert_int_equal(counter(mm, "promoted_rounds"), 18);
	assert_int_equal(counter(mm, "retries_reclaim"), 16);
	assert_int_equal(counter(mm, "retries_compact"), 1);
	machine_done(mm, __func__);
}

/* --- promotion ---------------------------------------------------------------------------- */

/* block 1 needs ten pages moved to be free; there is room for them in block 6 */
static void gain_one_block(struct mm *mm, u8 mt)
{
	block_type(mm, 1, mt);
	block_type(mm, 6, MIGRATE_MOVABLE);
	lru_pages(mm, BLOCK(1), 10, PK_ANON);
	free_run(mm, BLOCK(1) + 10, 502);
	scatter(mm, BLOCK(6), 100);
	mm->sysctl.extfrag_threshold = 0;
	mm->param.slowpath_max_loops = 100;
}

TEST(a_promoted_request_compacts_a_block_and_claims_it)
{
	for_each_step(step) {
		struct mm *mm = under(step_policy[step], V73, 8);
		u32 wanted = step >= STORM ? BLOCK(1) : BLOCK(1) + 10;

		gain_one_block(mm, MIGRATE_MOVABLE);
		assert_int_equal(alloc_pages(mm, GFP_KERNEL, 0), step == BASE ? PFN_NONE : wanted);
		assert_int_equal(claims(mm, EXTFRAG_CLAIM_BLOCK), step >= STORM);
		/* or else takes the block with the ten movable pages in it */
		assert_int_equal(claims(mm, EXTFRAG_CLAIM_PART), step < STORM && step != BASE);
		assert_int_equal(stat(mm, VM_compact_stall), step >= STORM);
		assert_int_equal(stat(mm, VM_compact_success), step >= STORM);
		assert_int_equal(stat(mm, VM_pgmigrate_success), step >= STORM ? 10 : 0);
		/* what was made counts for the deferral, not what was asked for */
		assert_int_equal(normal(mm)->compact_order_failed, step >= STORM ? 10 : 0);
		machine_done(mm, __func__);
	}
}

TEST(meanwhile_a_page_of_its_own_order_may_be_captured)
{
	struct mm *mm = under("defrag_mode", V73, 8);

	block_type(mm, 6, MIGRATE_MOVABLE);
	lru_pages(mm, BLOCK(1), 10, PK_ANON);	/* in an unmovable block without a free page */
	scatter(mm, BLOCK(6), 100);
	/* of a batch, the page isolated last is moved, and so freed, first */
	assert_int_equal(alloc_pages(mm, GFP_KERNEL, 0), BLOCK(1) + 9);
	assert_int_equal(mm->page[BLOCK(1) + 9].order, 0);
	assert_int_equal(stat(mm, VM_compact_success), 1);
	/* no block was made, none changed its type */
	assert_int_equal(get_pageblock_migratetype(mm, BLOCK(1)), MIGRATE_UNMOVABLE);
	assert_int_equal(claims(mm, EXTFRAG_CLAIM_BLOCK), 0);
	assert_int_equal(claims(mm, EXTFRAG_CAPTURE), 0);
	machine_done(mm, __func__);
}

/* --- direct compaction for non-movable requests ------------------------------------------- */

static enum compact_result compact_9(struct mm *mm, gfp_t gfp, u32 flags,
				     enum compact_priority prio)
{
	struct alloc_context ac = { .gfp = gfp, .migratetype = gfp_migratetype(gfp),
				    .highest_zoneidx = ZONE_NORMAL, .preferred = ZONE_NORMAL };
	struct capture_control capc = { .order = 0, .migratetype = ac.migratetype,
					.pfn = PFN_NONE };

	return try_to_compact_pages(mm, gfp, 9, ALLOC_WMARK_MIN | flags, &ac, prio, &capc);
}

/* vanilla's column is that of kernels before June 2026 */
static struct mm *in_june(int step, u32 blocks)
{
	return under(step == VANILLA ? "vanilla,kernel=6.18,compact_gap_capped=on"
				     : step_policy[step], V73, blocks);
}

TEST(row_async_compaction_of_movable_blocks)
{
	for_each_step(step) {
		struct mm *mm = in_june(step, 8);
		bool june = step >= STORM;

		gain_one_block(mm, MIGRATE_MOVABLE);
		assert_int_equal(compact_9(mm, GFP_KERNEL, 0, COMPACT_PRIO_ASYNC),
				 june ? COMPACT_SUCCESS : COMPACT_COMPLETE);
		assert_int_equal(stat(mm, VM_pgmigrate_success), june ? 10 : 0);
		assert_string_equal(free_list(mm, 9, MIGRATE_MOVABLE), june ? "512" : "");
		machine_done(mm, __func__);
	}
}

TEST(with_it_async_compaction_spares_blocks_of_the_requests_type)
{
	for_each_step(step) {
		struct mm *mm = in_june(step, 8);

		gain_one_block(mm, MIGRATE_UNMOVABLE);
		compact_9(mm, GFP_KERNEL, 0, COMPACT_PRIO_ASYNC);
		assert_int_equal(stat(mm, VM_pgmigrate_success), step >= STORM ? 0 : 10);
		machine_done(mm, __func__);
	}
}

TEST(for_a_block_it_looks_for_its_sources_in_the_free_lists)
{
	for_each_step(step) {
		struct mm *mm = in_june(step, 32);
		u32 *cached = normal(mm)->compact_cached_migrate_pfn;

		block_type(mm, 3, MIGRATE_MOVABLE);
		block_type(mm, 30, MIGRATE_MOVABLE);
		lru_pages(mm, BLOCK(3), 10, PK_ANON);
		free_run(mm, BLOCK(3) + 10, 502);
		scatter(mm, BLOCK(30), 100);
		mm->sysctl.extfrag_threshold = 0;
		cached[0] = cached[1] = BLOCK(1);
		assert_int_equal(compact_9(mm, GFP_KERNEL, 0, COMPACT_PRIO_SYNC_LIGHT),
				 COMPACT_SUCCESS);
		/* one free page leads to block 3; else blocks 1 and 2 are scanned before it */
		assert_int_equal(stat(mm, VM_compact_migrate_scanned),
				 step >= STORM ? 1 + 512 : 3 * 512);
		machine_done(mm, __func__);
	}
}

TEST(row_cma_blocks_are_for_who_may_use_them)
{
	for_each_step(step) {
		struct mm *mm = in_june(step, 8);

		gain_one_block(mm, MIGRATE_CMA);
		compact_9(mm, GFP_KERNEL, 0, COMPACT_PRIO_SYNC_LIGHT);
		assert_int_equal(stat(mm, VM_pgmigrate_success), step >= STORM ? 0 : 10);
		machine_done(mm, __func__);
		mm = in_june(step, 8);
		gain_one_block(mm, MIGRATE_CMA);
		assert_int_equal(compact_9(mm, GFP_HIGHUSER_MOVABLE, ALLOC_CMA,
					   COMPACT_PRIO_SYNC_LIGHT), COMPACT_SUCCESS);
		assert_int_equal(stat(mm, VM_pgmigrate_success), 10);
		machine_done(mm, __func__);
	}
}

TEST(the_kernels_own_switch_wins_over_the_step)
{
	struct mm *mm = under("defrag_mode,compact_source_order9=off", V73, 8);

	gain_one_block(mm, MIGRATE_MOVABLE);
	assert_int_equal(compact_9(mm, GFP_KERNEL, 0, COMPACT_PRIO_ASYNC), COMPACT_COMPLETE);
	machine_done(mm, __func__);
}

/* --- block watermarks --------------------------------------------------------------------- */

static void marks(struct zone *z, u32 min, u32 gap)
{
	for (int w = WMARK_MIN; w < NR_WMARK; w++)
		z->_watermark[w] = min + (u32)w * gap;
}

TEST(row_balanced_is_a_matter_of_blocks)
{
	/* whole free blocks, order asked for; balanced by all free pages, by blocks */
	static const struct {
		int blocks;
		u32 order;
		bool pages, any_order, above_0;
	} cases[] = {
		{ 0, 0, true, false, true },
		{ 0, 3, true, false, false },
		{ 1, 0, true, true, true },
		{ 1, 3, true, true, true },
		{ 1, 9, true, false, false },	/* 512 - 511 is not above 192 */
		{ 2, 9, true, true, true },
	};

	for_each_step(step) {
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			struct mm *mm = under(step_policy[step], V73, 8);

			marks(normal(mm), 64, 64);
			scatter(mm, BLOCK(1), 240);
			buddy_free(mm, BLOCK(1) + 496, 3);
			for (int b = 0; b < cases[i].blocks; b++)
				buddy_free(mm, BLOCK(3 + 2 * b), 9);
			assert_int_equal(normal(mm)->nr_free_pages_blocks, 512 * cases[i].blocks);
			assert_int_equal(pgdat_balanced(mm, cases[i].order, ZONE_NORMAL),
					 step < WMARKS ? cases[i].pages :
					 step == WMARKS ? cases[i].any_order : cases[i].above_0);
			machine_done(mm, __func__);
		}
	}
}

/* blocks 1, 3, 5 and 7 need ten pages moved each; high mark: three blocks, for order 9 */
static struct mm *four_blocks_to_gain(const char *policy)
{
	struct mm *mm = under(policy, V73, 16);

	for (u32 b = 1; b <= 7; b += 2) {
		block_type(mm, b, MIGRATE_MOVABLE);
		lru_pages(mm, BLOCK(b), 10, PK_ANON);
		free_run(mm, BLOCK(b) + 10, 502);
	}
	for (u32 b = 13; b <= 15; b += 2) {
		block_type(mm, b, MIGRATE_MOVABLE);
		scatter(mm, BLOCK(b), 200);
	}
	marks(normal(mm), 100, 250);
	mm->sysctl.extfrag_threshold = 0;
	mm->sysctl.compaction_proactiveness = 0;
	return mm;
}

static u64 daemon_wakes(struct mm *mm)
{
	wakeup_kcompactd(mm, 9, ZONE_NORMAL);
	kcompactd_run(mm, mm->now_ns + 400 * MS);
	return stat(mm, VM_compact_daemon_wake);
}

TEST(row_kcompactd_works_until_blocks_alone_are_above_the_high_mark)
{
	for_each_step(step) {
		struct mm *mm = four_blocks_to_gain(step_policy[step]);

		assert_int_equal(daemon_wakes(mm), 1);
		/* 2 blocks: 1024 - 511 is below 600 */
		assert_int_equal(normal(mm)->nr_free_pages_blocks, 512 * (step < WMARKS ? 1 : 3));
		assert_int_equal(stat(mm, VM_pgmigrate_success), 10 * (step < WMARKS ? 1 : 3));
		machine_done(mm, __func__);
	}
}

TEST(row_it_is_woken_though_a_block_is_free)
{
	for_each_step(step) {
		struct mm *mm = four_blocks_to_gain(step_policy[step]);

		buddy_free(mm, BLOCK(9), 9);
		assert_int_equal(daemon_wakes(mm), step >= WMARKS);
		machine_done(mm, __func__);
	}
}

TEST(as_posted_it_was_woken_below_the_min_mark_only)
{
	static const char *const forms[] = {
		"defrag_mode,step=wmarks", "defrag_mode,step=wmarks,kcompactd_wake=min",
	};

	for (int posted = 0; posted < 2; posted++) {
		struct mm *mm = four_blocks_to_gain(forms[posted]);

		/* 1 page over one block is below both marks, 513 over two below the high one */
		buddy_free(mm, BLOCK(9), 9);
		buddy_free(mm, BLOCK(11), 9);
		assert_int_equal(daemon_wakes(mm), !posted);
		machine_done(mm, __func__);
		mm = four_blocks_to_gain(forms[posted]);
		buddy_free(mm, BLOCK(9), 9);
		assert_int_equal(daemon_wakes(mm), 1);
		/* and works up to the high one in both */
		assert_int_equal(normal(mm)->nr_free_pages_blocks, 3 * 512);
		machine_done(mm, __func__);
	}
}

/*
 * Without defrag_mode its end is a single block's, at any mark. What the high mark took away was
 * work: a zone must have the free pages for it above that one.
 */
TEST(as_posted_vanillas_kcompactd_wanted_the_high_mark_to_begin)
{
	static const char *const forms[] = { "vanilla", "vanilla,kcompactd_high=on" };

	for (int posted = 0; posted < 2; posted++) {
		struct mm *mm = four_blocks_to_gain(forms[posted]);

		/* 2408 are free: above min + 32 + low - min, which is 2382, but not above high */
		marks(normal(mm), 2200, 150);
		assert_int_equal(normal(mm)->nr_free_pages, 4 * 502 + 2 * 200);
		assert_int_equal(daemon_wakes(mm), 1);
		assert_int_equal(normal(mm)->nr_free_pages_blocks, posted ? 0 : 512);
		assert_int_equal(stat(mm, VM_compact_daemon_migrate_scanned) == 0, posted);
		machine_done(mm, __func__);
		/* above both it makes the one block in both */
		mm = four_blocks_to_gain(forms[posted]);
		assert_int_equal(daemon_wakes(mm), 1);
		assert_int_equal(normal(mm)->nr_free_pages_blocks, 512);
		machine_done(mm, __func__);
		/* and whether it is woken is a matter of the min mark */
		mm = four_blocks_to_gain(forms[posted]);
		marks(normal(mm), 100, 2450);
		buddy_free(mm, BLOCK(9), 9);
		assert_int_equal(daemon_wakes(mm), 0);
		machine_done(mm, __func__);
	}
}

TEST(its_end_leaves_lower_zones_their_reserve)
{
	struct mm *mm = two_zones("defrag_mode");
	struct zone *z = &mm->zone[ZONE_DMA32];

	buddy_free(mm, BLOCK(0), 9);
	buddy_free(mm, BLOCK(2), 9);
	marks(z, 507, 1);			/* high: 509; 1024 - 511 is 4 above it */
	z->lowmem_reserve[ZONE_NORMAL] = 4;
	assert_int_equal(policy_decides(mm, compact_finished, z, 9, false, ZONE_DMA32, 0),
			 POLICY_YES);
	assert_int_equal(policy_decides(mm, compact_finished, z, 9, false, ZONE_NORMAL, 0),
			 POLICY_NO);
	/* direct compaction has vanilla's test */
	assert_int_equal(policy_decides(mm, compact_finished, z, 9, true, ZONE_DMA32, 0),
			 POLICY_NOT_MINE);
	machine_done(mm, __func__);
}
