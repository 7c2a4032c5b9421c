// SPDX-License-Identifier: GPL-2.0-only
/*
 * defrag_mode and kswapd: what it reclaims for, when it stops, and what it leaves to kcompactd.
 */
#include "tests/mm/reclaim_machine.h"

#include "policy_machine.h"

#define MS NSEC_PER_MSEC

static struct zone *zone(struct mm *mm)
{
	return &mm->zone[ZONE_NORMAL];
}

static void add_kernel_page(struct mm *mm)
{
	u32 pfn;

	mm->current.memalloc = true;
	pfn = alloc_pages(mm, GFP_HIGHUSER_MOVABLE & ~__GFP_RECLAIM, 0);
	mm->current.memalloc = false;
	assert_int_not_equal(pfn, PFN_NONE);
}

/* One page of the kernel to seven clean file pages: whatever is reclaimed, no block is free. */
static struct mm *mixed_machine(u32 version, const char *policy, s64 left)
{
	struct mm *mm = machine(version, 0);

	mm->param.kswapd_wake_us = 0;
	mm->param.kswapd_scan_pages_per_ms = 1000;
	drain_all_pages(mm, NULL);
	for (u32 i = 0; zone(mm)->nr_free_pages > left; i++) {
		if (i % 8)
			add_folio(mm, PK_FILE, 0, LRU_READ);
		else
			add_kernel_page(mm);
		if (zone(mm)->nr_free_pages <= left)
			drain_all_pages(mm, NULL);
	}
	set_policy(mm, policy);
	mm->now_ns = MS;
	return mm;
}

/* what the slow path of an order-0 request does first */
static void wake_all_kswapds(struct mm *mm)
{
	u32 order = policy_decides(mm, kswapd_wake_order, 0);

	wakeup_kswapd(mm, zone(mm), GFP_KERNEL, order, ZONE_NORMAL);
}

TEST(an_order_0_request_has_kcompactd_make_a_block)
{
	for_each_step(step) {
		struct mm *mm;

		if (step == WMARKS)	/* it never sleeps there; see below */
			continue;
		mm = mixed_machine(KERNEL_7_3, step_policy[step], 10);
		wake_all_kswapds(mm);
		kswapd_run(mm, mm->now_ns + 90 * MS);
		assert_false(kswapd_running(mm));
		assert_int_equal(mm->kcompactd->max_order, step >= ASSIST ? 9 : 0);
		mm_free(mm);
	}
}

TEST(it_drops_to_order_0_after_compact_gap)
{
	static const struct {
		const char *policy;
		u64 least, most;
	} gaps[] = {
		/* the high mark of order 0 ends it, 32 pages later than it would at order 0 */
		{ "defrag_mode,step=assist,kernel=7.3.4", MARK_HIGH - 10, MARK_HIGH + 3 * 64 },
		/* 2 << 9 pages */
		{ "defrag_mode,step=assist,kernel=6.15", 1024, 1024 + 3 * 64 },
	};

	for (int i = 0; i < 2; i++) {
		struct mm *mm = mixed_machine(KERNEL_7_3, gaps[i].policy, 10);
		u64 steal;

		wake_all_kswapds(mm);
		kswapd_run(mm, mm->now_ns + 90 * MS);
		steal = mm->vmstat[VM_pgsteal_kswapd];
		assert_in_range(steal, gaps[i].least, gaps[i].most);
		/* order 9 is what kcompactd gets to know all the same */
		assert_int_equal(mm->kcompactd->max_order, 9);
		mm_free(mm);
	}
}

TEST(wmarks_alone_reclaims_on_for_blocks_that_reclaim_cannot_make)
{
	struct mm *mm = mixed_machine(KERNEL_7_3, "defrag_mode,step=wmarks", 10);
	s64 file = zone(mm)->nr_lru_file;

	wake_all_kswapds(mm);
	kswapd_run(mm, mm->now_ns + 10000 * MS);
	/* all but one: at priority 1 it takes 1 >> 1 page of it */
	assert_int_equal(zone(mm)->nr_lru_file, 1);
	assert_int_equal(mm->vmstat[VM_pgsteal_kswapd], file - 1);
	assert_int_equal(zone(mm)->nr_free_pages_blocks, 0);
	/* it sleeps when it is hopeless; by then it has forgotten the order for kcompactd */
	assert_true(kswapd_test_hopeless(mm));
	assert_false(kswapd_running(mm));
	assert_int_equal(mm->kcompactd->max_order, 0);
	mm_free(mm);
}

TEST(kswapd_exit_stops_it_at_the_high_mark_of_all_pages)
{
	static const int steps[] = { KSWAPD_EXIT, NONBLOCK, STORM, STORM_FIX };

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct mm *mm = mixed_machine(KERNEL_7_3, step_policy[steps[i]], 10);

		wake_all_kswapds(mm);
		kswapd_run(mm, mm->now_ns + 90 * MS);
		assert_false(kswapd_running(mm));
		assert_in_range(mm->vmstat[VM_pgsteal_kswapd], MARK_HIGH - 10, MARK_HIGH + 3 * 64);
		assert_int_equal(zone(mm)->nr_free_pages_blocks, 0);
		mm_free(mm);
	}
}

TEST(a_pool_of_blocks_lets_it_sleep)
{
	for_each_step(step) {
		struct mm *mm = machine(KERNEL_7_3, 0);

		set_policy(mm, step_policy[step]);
		/* 2 whole blocks: 1024 - 511 is above the high mark, for order 9 too */
		while (zone(mm)->nr_free_pages_blocks > 2 * 512)
			add_folio(mm, PK_FILE, 0, LRU_READ);
		mm->now_ns = MS;
		wake_all_kswapds(mm);
		assert_false(kswapd_running(mm));
		mm_free(mm);
	}
}
