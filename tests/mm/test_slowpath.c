// SPDX-License-Identifier: GPL-2.0-only
/* The slow path: what each class of request tries, in which order. */
#include "slowpath_recorder.h"

static int setup(void **state)
{
	(void)state;
	record_on("7.3.4");
	return 0;
}

static int setup_6_1(void **state)
{
	(void)state;
	record_on("6.1.192");
	return 0;
}

static int setup_6_18(void **state)
{
	(void)state;
	record_on("6.18.15");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	mm_free(mm);
	return 0;
}

#define on_7_3(name) TEST_FIXTURE(name, setup, teardown)
#define on_6_18(name) TEST_FIXTURE(name, setup_6_18, teardown)
#define on_6_1(name) TEST_FIXTURE(name, setup_6_1, teardown)

#define ROUND0 "wake(0) list(min) reclaim(0)"
#define AFTER_PROGRESS "list(min) unreserve drain list(min)"

on_7_3(order_0_reclaims_then_looks_again)
{
	t.progress_rounds = -1;
	t.page_at = 2;
	assert_int_equal(slow(GFP_KERNEL, 0), 7);
	sequence(ROUND0 " list(min)");
}

on_7_3(a_miss_after_progress_drains_and_looks_once_more)
{
	t.progress_rounds = -1;
	t.page_at = 3;
	assert_int_equal(slow(GFP_KERNEL, 0), 7);
	sequence(ROUND0 " " AFTER_PROGRESS);
}

on_7_3(order_0_loops_16_times_without_progress)
{
	t.reclaimable = 10000;
	assert_int_equal(slow(GFP_KERNEL, 0), PFN_NONE);
	assert_int_equal(times("reclaim(0)"), 17);
	assert_int_equal(times("compact"), 0);
	assert_int_equal(times("unreserve!"), 1);
	assert_int_equal(times("list(high)"), 1);
	assert_int_equal(mm->oom_failed, 1);
}

on_7_3(progress_starts_the_count_anew)
{
	t.reclaimable = 10000;
	t.progress_rounds = 5;
	assert_int_equal(slow(GFP_KERNEL, 0), PFN_NONE);
	assert_int_equal(times("reclaim(0)"), 5 + 17);
}

on_7_3(hopeless_zones_end_it_at_once)
{
	assert_int_equal(slow(GFP_KERNEL, 0), PFN_NONE);
	sequence(ROUND0 " unreserve! list(high)");
}

on_7_3(an_unreserved_block_is_worth_a_retry)
{
	t.unreservable = 1;
	assert_int_equal(slow(GFP_KERNEL, 0), PFN_NONE);
	sequence(ROUND0 " unreserve! " ROUND0 " unreserve! list(high)");
}

on_7_3(movable_order_2_reclaims_before_it_compacts)
{
	assert_int_equal(slow(GFP_HIGHUSER_MOVABLE, 2), PFN_NONE);
	sequence("wake(2) list(min) reclaim(2) compact(2,light) list(min) unreserve! list(high)");
	assert_int_equal(mm->vmstat[VM_compact_stall], 1);
	assert_int_equal(mm->vmstat[VM_compact_fail], 1);
}

on_7_3(non_movable_order_2_compacts_first)
{
	assert_int_equal(slow(GFP_KERNEL, 2), PFN_NONE);
	sequence("wake(2) list(min) compact(2,async) list(min) "
		 "wake(2) list(min) reclaim(2) compact(2,light) list(min) unreserve! list(high)");
}

on_7_3(compaction_gets_harder_while_reclaim_progresses)
{
	t.progress_rounds = -1;
	assert_int_equal(slow(GFP_HIGHUSER_MOVABLE, 2), PFN_NONE);
	sequence("wake(2) list(min) reclaim(2) " AFTER_PROGRESS " compact(2,light) list(min) "
		 "unreserve! wake(2) list(min) reclaim(2) " AFTER_PROGRESS
		 " compact(2,full) list(min) unreserve! list(high)");
}

on_7_3(successful_compaction_is_retried_16_times_a_priority)
{
	t.progress_rounds = -1;
	t.result = COMPACT_SUCCESS;
	assert_int_equal(slow(GFP_HIGHUSER_MOVABLE, 2), PFN_NONE);
	assert_int_equal(times("compact(2,light)"), 17);
	assert_int_equal(times("compact(2,full)"), 17);
}

on_7_3(skipped_compaction_retries_while_reclaim_can_help)
{
	t.progress_rounds = 3;
	t.result = COMPACT_SKIPPED;
	t.compact_suitable = true;
	assert_int_equal(slow(GFP_HIGHUSER_MOVABLE, 2), PFN_NONE);
	assert_int_equal(times("reclaim(2)"), 4);
	assert_int_equal(mm->vmstat[VM_compact_stall], 0);
}

on_7_3(thp_on_madvise_gets_one_reclaim)
{
	assert_int_equal(slow(GFP_TRANSHUGE, 9), PFN_NONE);
	sequence("list(min) compact(9,async) list(min) "
		 "list(min) reclaim(9) compact(9,light) list(min)");
	assert_int_equal(mm->oom_failed, 0);
}

on_7_3(costly_noretry_compacts_async_twice)
{
	assert_int_equal(slow(GFP_TRANSHUGE | __GFP_NORETRY, 9), PFN_NONE);
	sequence("list(min) compact(9,async) list(min) "
		 "list(min) reclaim(9) compact(9,async) list(min)");
}

on_7_3(a_local_thp_try_never_reclaims)
{
	assert_int_equal(slow(GFP_TRANSHUGE | __GFP_NORETRY | __GFP_THISNODE, 9), PFN_NONE);
	sequence("list(min) compact(9,async) list(min)");
}

on_7_3(costly_retry_mayfail_keeps_trying_and_never_kills)
{
	t.progress_rounds = -1;
	t.reclaimable = 10000;
	buddy_free(mm, 0, 9);
	t.result = COMPACT_SUCCESS;
	assert_int_equal(slow(GFP_KERNEL | __GFP_RETRY_MAYFAIL, 5), PFN_NONE);
	/* costly: progress never resets the 16 rounds; then 4 more by compaction */
	assert_int_equal(times("reclaim(5)"), 16 + 5);
	assert_int_equal(times("full"), 0);
	assert_int_equal(mm->oom_failed, 0);
}

on_7_3(atomic_requests_look_twice_with_reserves)
{
	assert_int_equal(slow(GFP_ATOMIC, 0), PFN_NONE);
	sequence("wake(0) list(min,rn) wake(0) list(min,rn)");
}

on_7_3(atomic_high_orders_may_use_their_reserve)
{
	t.page_at = 1;
	assert_int_equal(slow(GFP_ATOMIC, 2), 7);
	sequence("wake(2) list(min,rnh)");
}

on_7_3(nowait_requests_look_once)
{
	assert_int_equal(slow(GFP_NOWAIT, 0), PFN_NONE);
	sequence("wake(0) list(min,n)");
}

on_7_3(light_thp_requests_look_once_and_wake_nobody)
{
	assert_int_equal(slow(GFP_TRANSHUGE_LIGHT, 9), PFN_NONE);
	sequence("list(min)");
}

on_7_3(reclaimers_take_the_reserves_and_do_not_recurse)
{
	mm->current.memalloc = true;
	assert_int_equal(slow(GFP_KERNEL, 0), PFN_NONE);
	sequence("wake(0) list(min) wake(0) list(none)");
}

on_7_3(nomemalloc_denies_them)
{
	mm->current.memalloc = true;
	assert_int_equal(slow(GFP_KERNEL | __GFP_NOMEMALLOC, 0), PFN_NONE);
	sequence("wake(0) list(min)");
}

on_7_3(no_io_means_no_compaction_first)
{
	t.result = COMPACT_SKIPPED;
	assert_int_equal(slow(GFP_NOIO | __GFP_NORETRY, 5), PFN_NONE);
	sequence("wake(5) list(min) reclaim(5) compact(5,light)");
}

on_7_3(nofail_takes_what_there_is)
{
	t.page_at = 3;
	assert_int_equal(slow(GFP_KERNEL | __GFP_NOFAIL, 0), 7);
	sequence(ROUND0 " unreserve! list(high) list(none)");
	assert_int_equal(mm->oom_failed, 1);
}

on_7_3(nofail_loops_through_its_reserve)
{
	t.page_at = 4;
	assert_int_equal(slow(GFP_KERNEL | __GFP_NOFAIL, 0), 7);
	sequence(ROUND0 " unreserve! list(high) list(none) list(min,r)");
}

on_7_3(nothing_loops_for_ever)
{
	mm->param.slowpath_max_loops = 50;
	assert_int_equal(slow(GFP_KERNEL | __GFP_NOFAIL, 0), PFN_NONE);
	assert_int_equal(times("reclaim"), 50);
	assert_int_equal(mm->slowpath_stuck, 1);
}

on_7_3(a_captured_page_ends_it)
{
	t.capture = 512;
	assert_int_equal(slow(GFP_TRANSHUGE, 9), 512);
	sequence("list(min) compact(9,async)");
	assert_int_equal(mm->page[512].state, PAGE_USED);
	assert_int_equal(mm->page[513].order, 9);
	assert_int_equal(mm->vmstat[VM_compact_success], 1);
	assert_int_equal(t.deferred_reset_order, 9);
}

on_7_3(deferred_compaction_is_no_stall)
{
	t.result = COMPACT_DEFERRED;
	slow(GFP_TRANSHUGE | __GFP_NORETRY, 9);
	sequence("list(min) compact(9,async) list(min) reclaim(9) compact(9,async)");
	assert_int_equal(mm->vmstat[VM_compact_stall], 0);
}

on_6_18(up_to_6_18_deferred_compaction_ends_thp_noretry)
{
	t.result = COMPACT_DEFERRED;
	slow(GFP_TRANSHUGE | __GFP_NORETRY, 9);
	sequence("list(min) compact(9,async) list(min)");
	assert_int_equal(mm->vmstat[VM_compact_stall], 1);
}

on_6_18(up_to_6_18_skipped_compaction_does_too)
{
	t.result = COMPACT_SKIPPED;
	slow(GFP_TRANSHUGE | __GFP_NORETRY, 9);
	sequence("list(min) compact(9,async)");
	assert_int_equal(mm->vmstat[VM_compact_stall], 0);
}

on_6_18(up_to_6_18_other_failures_go_on_async)
{
	slow(GFP_TRANSHUGE | __GFP_NORETRY, 9);
	sequence("list(min) compact(9,async) list(min) "
		 "list(min) reclaim(9) compact(9,async) list(min)");
}

on_6_18(up_to_6_18_the_loop_begins_with_another_look)
{
	slow(GFP_HIGHUSER_MOVABLE, 0);
	sequence("wake(0) list(min) wake(0) list(min) reclaim(0) unreserve! list(high)");
}

on_6_18(up_to_6_18_reclaimers_skip_the_first_compaction)
{
	mm->current.memalloc = true;
	slow(GFP_KERNEL, 2);
	sequence("wake(2) list(min) wake(2) list(none)");
}

on_6_1(in_6_1_atomic_is_alloc_harder)
{
	slow(GFP_ATOMIC | __GFP_ATOMIC, 1);
	sequence("wake(1) list(min,rH) wake(1) list(min,rH)");
}
