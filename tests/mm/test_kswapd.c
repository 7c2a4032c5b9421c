// SPDX-License-Identifier: GPL-2.0-only
/*
 * kswapd on the trace's clock: waking, pace, the end of a job, the nap, boosts, giving up.
 */
#include "reclaim_machine.h"

#define MS NSEC_PER_MSEC

static struct zone *zone(struct mm *mm)
{
	return &mm->zone[ZONE_NORMAL];
}

/* Clean file pages until @left pages are free */
static struct mm *full_machine(u32 version, s64 left)
{
	struct mm *mm = machine(version, 0);

	mm->param.kswapd_scan_pages_per_ms = 64;
	mm->param.kswapd_wake_us = 0;
	while (zone(mm)->nr_free_pages > left)
		add_folio(mm, PK_FILE, 0, LRU_READ);
	drain_all_pages(mm, NULL);
	while (zone(mm)->nr_free_pages > left) {
		add_folio(mm, PK_FILE, 0, LRU_READ);
		drain_all_pages(mm, NULL);
	}
	mm->now_ns = MS;
	return mm;
}

static void wake(struct mm *mm, u32 order)
{
	wakeup_kswapd(mm, zone(mm), GFP_KERNEL, order, ZONE_NORMAL);
}

TEST(a_balanced_node_is_not_woken)
{
	struct mm *mm = full_machine(KERNEL_7_3, 1000);

	assert_true(pgdat_balanced(mm, 0, ZONE_NORMAL));
	wake(mm, 0);
	assert_false(kswapd_running(mm));
	mm_free(mm);
}

TEST(nothing_happens_before_its_time)
{
	struct mm *mm = full_machine(KERNEL_7_3, 100);

	assert_false(pgdat_balanced(mm, 0, ZONE_NORMAL));
	wake(mm, 0);
	assert_true(kswapd_running(mm));
	kswapd_run(mm, mm->now_ns);
	assert_vmstat(mm, pageoutrun, 0);
	mm_free(mm);
}

TEST(orders_recorded_while_it_wakes_are_one_job)
{
	struct mm *mm = full_machine(KERNEL_7_3, 100);

	mm->param.kswapd_wake_us = 200;
	wake(mm, 0);
	mm->now_ns += 199 * NSEC_PER_USEC;
	kswapd_run(mm, mm->now_ns);
	assert_vmstat(mm, pageoutrun, 0);
	wake(mm, 3);
	kswapd_run(mm, mm->now_ns + 10 * MS);
	assert_vmstat(mm, pageoutrun, 1);
	mm_free(mm);
}

TEST(it_scans_at_its_pace_and_can_be_resumed)
{
	struct mm *mm = full_machine(KERNEL_7_3, 10);

	wake(mm, 0);
	kswapd_run(mm, mm->now_ns + 1);
	assert_vmstat(mm, pageoutrun, 1);
	/* one batch of the first priority, 6: as much as an lruvec of this size gives, up to 64 */
	assert_in_range(mm->vmstat[VM_pgscan_kswapd], 1, 64);
	kswapd_run(mm, mm->now_ns + 2 * MS);
	assert_in_range(mm->vmstat[VM_pgscan_kswapd], 64, 192);
	assert_true(kswapd_running(mm));
	mm_free(mm);
}

TEST(it_stops_when_the_high_mark_is_met_naps_and_sleeps)
{
	struct mm *mm = full_machine(KERNEL_7_3, 10);

	wake(mm, 0);
	kswapd_run(mm, mm->now_ns + 50 * MS);
	assert_true(pgdat_balanced(mm, 0, ZONE_NORMAL));
	assert_false(kswapd_running(mm));
	assert_int_equal(mm->vmstat[VM_pgscan_kswapd], mm->vmstat[VM_pgsteal_kswapd]);
	assert_in_range(mm->vmstat[VM_pgsteal_kswapd], MARK_HIGH - 10,
			MARK_HIGH + 2 * MIN_LRU_BATCH);
	assert_false(zone(mm)->flags & ZONE_RECLAIM_ACTIVE);
	kswapd_run(mm, mm->now_ns + 200 * MS);
	assert_vmstat(mm, pageoutrun, 1);
	assert_vmstat(mm, kswapd_low_wmark_hit_quickly, 0);
	assert_vmstat(mm, kswapd_high_wmark_hit_quickly, 0);
	lruvec_check(mm);
	mm_free(mm);
}

TEST(a_wakeup_during_the_nap_counts_low_wmark_hit_quickly)
{
	struct mm *mm = full_machine(KERNEL_7_3, 10);

	wake(mm, 0);
	mm->now_ns += 50 * MS;
	kswapd_run(mm, mm->now_ns);
	assert_false(kswapd_running(mm));
	while (zone(mm)->nr_free_pages > 100)
		add_folio(mm, PK_FILE, 0, LRU_READ);
	wake(mm, 0);
	assert_true(kswapd_running(mm));
	assert_vmstat(mm, kswapd_low_wmark_hit_quickly, 1);
	kswapd_run(mm, mm->now_ns + MS);
	assert_vmstat(mm, pageoutrun, 2);
	mm_free(mm);
}

TEST(an_unbalanced_node_after_the_nap_counts_high_wmark_hit_quickly)
{
	struct mm *mm = full_machine(KERNEL_7_3, 10);

	wake(mm, 0);
	mm->now_ns += 50 * MS;
	kswapd_run(mm, mm->now_ns);
	assert_false(kswapd_running(mm));
	while (zone(mm)->nr_free_pages > 100)
		add_folio(mm, PK_FILE, 0, LRU_READ);
	/* nobody wakes it; it looks for itself 100 ms after it lay down */
	kswapd_run(mm, mm->now_ns + 110 * MS);
	assert_vmstat(mm, kswapd_high_wmark_hit_quickly, 1);
	assert_vmstat(mm, pageoutrun, 2);
	mm_free(mm);
}

TEST(a_high_order_is_dropped_after_compact_gap)
{
	struct mm *mm = full_machine(KERNEL_7_3, 10);

	wake(mm, 9);
	kswapd_run(mm, mm->now_ns + 500 * MS);
	/* 32 pages for order 9, then order 0: it does not reclaim until a block is free */
	assert_true(mm->vmstat[VM_pgsteal_kswapd] < 1000);
	assert_false(kswapd_running(mm));
	mm_free(mm);
}

TEST(it_sleeps_hopeless_after_16_jobs_without_a_page)
{
	struct mm *mm = machine(KERNEL_7_3, 0);

	while (zone(mm)->nr_free_pages > 100)
		add_folio(mm, PK_ANON, 0, LRU_FAULT);
	mm->now_ns = MS;
	wake(mm, 0);
	assert_true(kswapd_running(mm));
	kswapd_run(mm, mm->now_ns + 10000 * MS);
	assert_false(kswapd_running(mm));
	assert_vmstat(mm, pageoutrun, 16);
	wake(mm, 0);
	assert_false(kswapd_running(mm));
	mm_free(mm);
}

/* MGLRU: a node that is balanced despite the boost gets no reclaim, the boost is taken away */
TEST(a_boost_of_a_balanced_node_costs_no_page)
{
	struct mm *mm = full_machine(KERNEL_7_3, 1000);

	zone(mm)->watermark_boost = 512;
	wake(mm, 0);
	assert_true(kswapd_running(mm));
	kswapd_run(mm, mm->now_ns + 50 * MS);
	assert_int_equal(zone(mm)->watermark_boost, 0);
	assert_vmstat(mm, pageoutrun, 1);
	assert_vmstat(mm, pgscan_kswapd, 0);
	assert_false(kswapd_running(mm));
	mm_free(mm);
}

/* ... while one that only the boost unbalances gets ordinary reclaim up to the boosted mark */
TEST(a_boost_that_unbalances_the_node_is_reclaimed_for)
{
	struct mm *mm = full_machine(KERNEL_7_3, 300);

	zone(mm)->watermark_boost = 512;
	wake(mm, 0);
	kswapd_run(mm, mm->now_ns + 200 * MS);
	assert_int_equal(zone(mm)->watermark_boost, 0);
	assert_in_range(mm->vmstat[VM_pgsteal_kswapd], MARK_HIGH + 512 - 300, 1200);
	mm_free(mm);
}

TEST(a_reclaimer_waits_while_half_of_the_reserve_is_gone)
{
	struct mm *mm = full_machine(KERNEL_7_3, MARK_MIN / 2);
	const struct alloc_context ac = { .highest_zoneidx = ZONE_NORMAL };

	assert_true(try_to_free_pages(mm, 0, GFP_KERNEL, &ac) >= SWAP_CLUSTER_MAX);
	/* kswapd worked first, on its own clock, until the reserve was there again */
	assert_vmstat(mm, pageoutrun, 1);
	assert_true(mm->vmstat[VM_pgsteal_kswapd] > 0);
	assert_true(mm->stall_ns_reclaim > mm->vmstat[VM_pgscan_direct] * mm->param.cost_scan_ns);
	mm_free(mm);

	mm = full_machine(KERNEL_7_3, MARK_MIN / 2 + 1);
	assert_true(try_to_free_pages(mm, 0, GFP_KERNEL, &ac) >= SWAP_CLUSTER_MAX);
	assert_vmstat(mm, pageoutrun, 0);
	mm_free(mm);
}

TEST(progress_without_balance_leaves_a_hopeless_node_so_since_7_0)
{
	static const struct {
		u32 version;
		bool hopeless;
	} want[] = { { KERNEL_6_18, false }, { KERNEL_7_3, true } };

	for (int i = 0; i < 2; i++) {
		struct mm *mm = machine(want[i].version, 0);
		const struct alloc_context ac = { .highest_zoneidx = ZONE_NORMAL };

		add_folios(mm, 500, PK_FILE, LRU_READ);
		while (zone(mm)->nr_free_pages > 100) {
			add_folio(mm, PK_ANON, 0, LRU_FAULT);
			drain_all_pages(mm, NULL);
		}
		/* no file page is eligible: nothing to free for 16 jobs */
		for (u32 pfn = 0; pfn < MACHINE_PAGES; pfn++)
			if (mm->page[pfn].lru && mm->page[pfn].kind == PK_FILE)
				lruvec_del_folio(mm, pfn);
		wake(mm, 0);
		kswapd_run(mm, 10000 * MS);
		assert_true(kswapd_test_hopeless(mm));
		for (u32 pfn = 0; pfn < MACHINE_PAGES; pfn++)
			if (mm->page[pfn].state == PAGE_USED && mm->page[pfn].kind == PK_FILE)
				folio_add_lru(mm, pfn, LRU_READ);
		assert_true(try_to_free_pages(mm, 0, GFP_KERNEL, &ac) > 0);
		assert_int_equal(kswapd_test_hopeless(mm), want[i].hopeless);
		mm_free(mm);
	}
}

TEST(the_same_calls_give_the_same_machine)
{
	u64 vmstat[2][NR_VM_EVENT_ITEMS];

	for (int i = 0; i < 2; i++) {
		struct mm *mm = full_machine(KERNEL_7_3, 10);

		wake(mm, 3);
		/* in one go, or in steps */
		for (u64 t = 0; t <= 100 * MS; t += i ? 100 * MS : MS / 8)
			kswapd_run(mm, mm->now_ns + t);
		memcpy(vmstat[i], mm->vmstat, sizeof(vmstat[i]));
		mm_free(mm);
	}
	assert_memory_equal(vmstat[0], vmstat[1], sizeof(vmstat[0]));
}
