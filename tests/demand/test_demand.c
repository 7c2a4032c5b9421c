// SPDX-License-Identifier: GPL-2.0-only
/*
 * The demand rules of doc/design.md: what the workload asked for, without what the recorded kernel
 * did about it.
 */
#include "demand_world.h"

static u64 pte_of_source(u64 pfn)
{
	return ~(pfn << 9) & ~(0x1full << 59);
}

static void unmap(struct world *w, u64 addr, u64 pfn)
{
	event(w, (struct record){ .type = REC_SET_MIGRATION_PTE, .pid = KCOMPACTD,
				  .pte = { .addr = addr, .value = pte_of_source(pfn) } });
}

static void remap(struct world *w, u64 addr, u64 pfn)
{
	event(w, (struct record){ .type = REC_REMOVE_MIGRATION_PTE, .pid = KCOMPACTD,
				  .pte = { .addr = addr, .value = pfn << PAGE_SHIFT | 0x67 } });
}

/* allocations */
TEST_F(an_allocation_is_an_object_with_a_kind)
{
	struct world *w = *state;

	alloc(w, USER, 64, 0, ANON);
	alloc(w, USER, 65, 0, GFP_HIGHUSER_MOVABLE | __GFP_WRITE | __GFP_COMP);
	alloc(w, USER, 66, 0, GFP_KERNEL | __GFP_ACCOUNT | __GFP_ZERO | __GFP_COMP);
	alloc(w, USER, 68, 2, GFP_KERNEL | __GFP_RECLAIMABLE | __GFP_COMP);
	last(w);
	assert_int_equal(w->nr, 4);
	assert_int_equal(w->op[0].kind, PK_ANON);
	assert_int_equal(w->op[0].flags & OPF_ZERO, OPF_ZERO);
	assert_int_equal(w->op[1].kind, PK_FILE);
	assert_int_equal(w->op[1].flags & OPF_DIRTY, OPF_DIRTY);
	assert_int_equal(w->op[2].kind, PK_PGTABLE);
	assert_int_equal(w->op[3].kind, PK_SLAB);
	assert_int_equal(w->op[3].order, 2);
	assert_int_equal(demand_get_stats(w->d)->allocs, 4);
}

/* Kernels from 7.4 on have an event for each page of the bulk allocator. */
TEST_F(a_bulk_allocation_with_events_is_counted_once)
{
	struct world *w = *state;

	for (u64 pfn = 64; pfn < 68; pfn++)
		alloc(w, USER, pfn, 0, GFP_KERNEL | __GFP_NOWARN);
	for (u64 pfn = 64; pfn < 68; pfn++)
		release(w, USER, pfn, 0);
	last(w);
	assert_int_equal(w->nr, 8);
	assert_int_equal(demand_get_stats(w->d)->allocs, 4);
	assert_int_equal(demand_get_stats(w->d)->frees, 4);
	assert_int_equal(demand_get_stats(w->d)->silent_allocs, 0);
	assert_int_equal(demand_get_stats(w->d)->resident_inferred, 0);
	assert_int_equal(demand_get_stats(w->d)->conflicts, 0);
}

TEST_F(a_thp_fault_that_may_not_reclaim_is_one_try)
{
	struct world *w = *state;

	alloc(w, USER, REC_NO_PFN, 9, THP_LIGHT);
	assert_int_equal(last(w)->type, OP_THP_FAULT);
	assert_int_equal(last(w)->handle, H_NONE);
	assert_int_equal(demand_get_stats(w->d)->thp_attempts, 1);
	assert_int_equal(demand_get_stats(w->d)->thp_success, 0);
}

TEST_F(two_tries_of_one_thp_fault_are_folded)
{
	struct world *w = *state;

	alloc(w, USER, REC_NO_PFN, 9, THP_DIRECT);
	alloc(w, USER + 1, 3, 0, ANON);
	alloc(w, USER, 512, 9, GFP_TRANSHUGE);
	assert_int_equal(last(w)->type, OP_THP_FAULT);
	assert_int_equal(last(w)->handle, 512);
	assert_int_equal(last(w)->gfp, GFP_TRANSHUGE);
	assert_int_equal(demand_get_stats(w->d)->thp_attempts, 1);
	assert_int_equal(demand_get_stats(w->d)->thp_success, 1);
	assert_int_equal(demand_get_stats(w->d)->thp_folded, 1);
}

TEST_F(a_task_that_exits_between_its_tries_has_failed)
{
	struct world *w = *state;

	alloc(w, USER, REC_NO_PFN, 9, THP_DIRECT);
	plain(w, REC_SCHED_EXIT, USER);
	last(w);
	assert_int_equal(w->nr, 2);
	assert_int_equal(w->op[0].type, OP_THP_FAULT);
	assert_int_equal(w->op[0].handle, H_NONE);
	assert_int_equal(w->op[1].type, OP_EXIT);
	assert_int_equal(demand_get_stats(w->d)->thp_attempts, 1);
}

/* pids rise; and what never exits would never give its stack back */
TEST_F(a_pid_above_all_before_is_a_new_task_once_tasks_exit)
{
	struct world *w = *state;

	alloc(w, USER + 1, 64, 0, GFP_KERNEL);
	plain(w, REC_SCHED_EXIT, USER + 1);
	alloc(w, USER, 65, 0, GFP_KERNEL);
	alloc(w, USER + 2, 66, 0, GFP_KERNEL);
	alloc(w, USER + 2, 67, 0, GFP_KERNEL);
	demand_finish(w->d);
	assert_int_equal(demand_get_stats(w->d)->forks, 1);
	assert_int_equal(w->op[3].type, OP_FORK);
	assert_int_equal(w->op[3].pid, USER + 2);
	assert_int_equal(w->nr, 6);
}

TEST_F(a_stack_with_events_is_not_counted_twice)
{
	struct world *w = *state;

	demand_free(w->d);
	w->m.version = KERNEL(7, 4, 0);
	w->d = demand_alloc(&w->m, NULL, MAX_PFN);
	assert_non_null(w->d);
	demand_set_sink(w->d, collect, w);
	plain(w, REC_SCHED_EXIT, USER);
	alloc(w, USER + 1, 66, 0, GFP_KERNEL);
	demand_finish(w->d);
	assert_int_equal(demand_get_stats(w->d)->forks, 0);
	assert_int_equal(demand_get_stats(w->d)->allocs, 1);
}

/* changed outcomes */
TEST_F(a_write_that_steps_down_is_one_operation)
{
	struct world *w = *state;

	alloc(w, USER, REC_NO_PFN, 4, WRITE | QUIET);
	alloc(w, USER, REC_NO_PFN, 3, WRITE | QUIET);
	alloc(w, USER, 64, 2, WRITE | QUIET);
	last(w);
	assert_int_equal(w->nr, 1);
	assert_int_equal(w->op[0].type, OP_ALLOC);
	assert_int_equal(w->op[0].handle, 64);
	assert_int_equal(w->op[0].order, 2);
	assert_int_equal(w->op[0].hint, 4);
	assert_int_equal(w->op[0].flags & OPF_DIRTY, OPF_DIRTY);
	assert_int_equal(demand_get_stats(w->d)->folio_folded, 2);
	assert_int_equal(demand_get_stats(w->d)->alloc_failures, 2);
	assert_int_equal(demand_get_stats(w->d)->allocs, 1);
}

TEST_F(its_last_attempt_is_the_one_that_may_not_fail)
{
	struct world *w = *state;

	alloc(w, USER, REC_NO_PFN, 1, WRITE | QUIET);
	alloc(w, USER, REC_NO_PFN, 0, WRITE);
	last(w);
	assert_int_equal(w->nr, 1);
	assert_int_equal(w->op[0].type, OP_ALLOC_FAILED);
	assert_int_equal(w->op[0].handle, H_NONE);
	assert_int_equal(w->op[0].hint, 1);
	assert_int_equal(w->op[0].flags & OPF_DIRTY, OPF_DIRTY);
}

TEST_F(a_folio_that_is_got_at_once_has_its_own_order_as_hint)
{
	struct world *w = *state;

	alloc(w, USER, 64, 4, WRITE | QUIET);
	alloc(w, USER, 80, 2, WRITE | QUIET);
	last(w);
	assert_int_equal(w->nr, 2);
	assert_int_equal(w->op[0].hint, 4);
	assert_int_equal(w->op[1].hint, 2);
	assert_int_equal(demand_get_stats(w->d)->folio_folded, 0);
}

TEST_F(readahead_steps_down_to_single_pages)
{
	struct world *w = *state;

	alloc(w, USER, REC_NO_PFN, 4, READAHEAD);
	alloc(w, USER, 64, 0, READAHEAD);
	alloc(w, USER, 65, 0, READAHEAD);
	last(w);
	assert_int_equal(w->nr, 2);
	assert_int_equal(w->op[0].hint, 4);
	assert_int_equal(w->op[0].order, 0);
	assert_int_equal(w->op[0].flags & OPF_READ, OPF_READ);
	assert_int_equal(w->op[1].hint, 0);
	assert_int_equal(demand_get_stats(w->d)->folio_folded, 1);
}

TEST_F(readahead_that_gets_no_page_is_over)
{
	struct world *w = *state;

	alloc(w, USER, REC_NO_PFN, 1, READAHEAD);
	alloc(w, USER, REC_NO_PFN, 0, READAHEAD);
	last(w);
	assert_int_equal(w->nr, 1);
	assert_int_equal(w->op[0].type, OP_ALLOC_FAILED);
	assert_int_equal(w->op[0].order, 0);
	assert_int_equal(w->op[0].hint, 1);
}

TEST_F(other_allocations_do_not_end_an_operation)
{
	struct world *w = *state;

	alloc(w, USER, REC_NO_PFN, 4, (WRITE | QUIET) & ~__GFP_HARDWALL);
	alloc(w, USER, 100, 0, GFP_KERNEL);		/* reclaim's own, say */
	alloc(w, USER + 1, 101, 0, WRITE);		/* another task's */
	event(w, (struct record){ .type = REC_ALLOC, .pid = USER, .pfn = 102, .migratetype = 1,
				  .gfp = READAHEAD, .flags = REC_FLAG_SOFTIRQ });
	/* the fast path succeeded, which with cpusets adds a flag */
	alloc(w, USER, 64, 3, WRITE | QUIET);
	last(w);
	assert_int_equal(w->nr, 4);
	assert_int_equal(w->op[3].handle, 64);
	assert_int_equal(w->op[3].hint, 4);
}

/* the page cache's other requests begin operations of their own: this one went without */
TEST_F(what_is_no_smaller_or_not_alike_is_another_operation)
{
	struct world *w = *state;

	alloc(w, USER, REC_NO_PFN, 2, WRITE | QUIET);
	alloc(w, USER, 64, 2, WRITE | QUIET);
	alloc(w, USER, REC_NO_PFN, 2, READAHEAD);
	alloc(w, USER, 80, 0, WRITE);
	last(w);
	assert_int_equal(w->nr, 4);
	assert_int_equal(w->op[0].type, OP_ALLOC_FAILED);
	assert_int_equal(w->op[0].order, 2);
	assert_int_equal(w->op[1].hint, 2);
	assert_int_equal(w->op[2].type, OP_ALLOC_FAILED);
	assert_int_equal(w->op[2].flags, OPF_READ);
	assert_int_equal(w->op[3].hint, 0);
	assert_int_equal(demand_get_stats(w->d)->folio_folded, 0);
}

TEST_F(a_task_that_exits_gives_its_folio_up)
{
	struct world *w = *state;

	alloc(w, USER, REC_NO_PFN, 2, WRITE | QUIET);
	plain(w, REC_SCHED_EXIT, USER);
	last(w);
	assert_int_equal(w->nr, 2);
	assert_int_equal(w->op[0].type, OP_ALLOC_FAILED);
	assert_int_equal(w->op[1].type, OP_EXIT);
}

/* huge pages and mTHP have __GFP_NOMEMALLOC: mm/huge_memory.c:vma_thp_gfp_mask */
TEST_F(faults_are_no_page_cache)
{
	struct world *w = *state;
	const gfp_t mthp = (GFP_TRANSHUGE_LIGHT | __GFP_KSWAPD_RECLAIM | __GFP_NORETRY);

	alloc(w, USER, REC_NO_PFN, 4, mthp);
	alloc(w, USER, 64, 2, mthp);
	alloc(w, USER, REC_NO_PFN, 9, THP_LIGHT);
	alloc(w, USER, 80, 0, ANON);
	last(w);
	assert_int_equal(w->nr, 4);
	assert_int_equal(w->op[0].type, OP_ALLOC_FAILED);
	assert_int_equal(w->op[0].kind, PK_ANON);
	assert_int_equal(w->op[1].hint, 2);
	assert_int_equal(w->op[2].type, OP_THP_FAULT);
	assert_int_equal(demand_get_stats(w->d)->folio_folded, 0);
}

TEST_F(a_free_that_nothing_allocated_implies_an_allocation)
{
	struct world *w = *state;

	alloc(w, USER, 64, 0, GFP_KERNEL);
	release(w, USER, 64, 0);
	release(w, USER, 64, 0);
	last(w);
	assert_int_equal(w->nr, 4);
	assert_int_equal(w->op[2].type, OP_ALLOC);
	assert_int_equal(w->op[2].flags & OPF_SILENT, OPF_SILENT);
	assert_int_equal(w->op[3].type, OP_FREE);
	assert_int_equal(demand_get_stats(w->d)->silent_allocs, 1);
}

/* frees */
TEST_F(part_of_an_object_may_be_freed)
{
	struct world *w = *state;

	alloc(w, USER, 512, 9, THP_LIGHT);
	release(w, USER, 700, 0);
	assert_int_equal(last(w)->type, OP_FREE);
	assert_int_equal(last(w)->handle, 700);
	assert_int_equal(demand_get_stats(w->d)->partial_frees, 1);
	assert_int_equal(demand_tpages(w->d)[700].state, T_FREE);
	assert_int_equal(demand_tpages(w->d)[701].state, T_LIVE);
}

/* reclaim frees */
TEST_F(a_free_inside_direct_reclaim_is_the_kernels)
{
	struct world *w = *state;

	alloc(w, USER, 64, 0, ANON);
	plain(w, REC_DIRECT_RECLAIM_BEGIN, USER + 1);
	release(w, USER + 1, 64, 0);
	assert_int_equal(last(w)->type, OP_RECLAIM);
	assert_int_equal(demand_get_stats(w->d)->reclaim_frees, 1);
}

TEST_F(an_interrupt_inside_direct_reclaim_frees_for_the_workload)
{
	struct world *w = *state;

	alloc(w, USER, 64, 0, ANON);
	plain(w, REC_DIRECT_RECLAIM_BEGIN, USER + 1);
	event(w, (struct record){ .type = REC_FREE, .pid = USER + 1, .pfn = 64,
				  .flags = REC_FLAG_SOFTIRQ });
	assert_int_equal(last(w)->type, OP_FREE);
}

TEST_F(after_the_window_a_task_frees_for_itself)
{
	struct world *w = *state;

	alloc(w, USER, 64, 0, ANON);
	plain(w, REC_DIRECT_RECLAIM_BEGIN, USER);
	plain(w, REC_DIRECT_RECLAIM_END, USER);
	release(w, USER, 64, 0);
	assert_int_equal(last(w)->type, OP_FREE);
}

TEST_F(kswapd_frees_for_the_kernel)
{
	struct world *w = *state;

	alloc(w, USER, 64, 0, ANON);
	plain(w, REC_KSWAPD_WAKE, KSWAPD);
	release(w, KSWAPD, 64, 0);
	assert_int_equal(last(w)->type, OP_RECLAIM);
}

TEST_F(swap_tables_are_the_recorded_kernels_own)
{
	const struct demand_stats *stats;
	struct world *w = *state;

	plain(w, REC_KSWAPD_WAKE, KSWAPD);
	alloc(w, KSWAPD, 64, 0, GFP_SWAP_TABLE_ATOMIC);
	plain(w, REC_DIRECT_RECLAIM_BEGIN, USER);
	alloc(w, USER, REC_NO_PFN, 0, GFP_SWAP_TABLE_ATOMIC);
	alloc(w, USER, 65, 0, GFP_SWAP_TABLE_SLEEP);
	plain(w, REC_DIRECT_RECLAIM_END, USER);
	demand_finish(w->d);
	assert_int_equal(w->nr, 0);
	stats = demand_get_stats(w->d);
	assert_int_equal(stats->swap_tables, 2);
	assert_int_equal(stats->swap_tables_failed, 1);
	assert_int_equal(stats->allocs + stats->alloc_failures, 0);
	assert_int_equal(demand_tpages(w->d)[64].state, T_LIVE);
}

TEST_F(a_swap_table_that_is_freed_tells_of_an_empty_cluster)
{
	struct world *w = *state;

	plain(w, REC_KSWAPD_WAKE, KSWAPD);
	alloc(w, KSWAPD, 64, 0, GFP_SWAP_TABLE_ATOMIC);
	alloc(w, KSWAPD, 65, 0, GFP_SWAP_TABLE_ATOMIC);
	release(w, USER, 64, 0);
	/* whose free was lost */
	alloc(w, USER, 65, 0, ANON);
	release(w, USER, 65, 0);
	demand_finish(w->d);
	assert_int_equal(w->nr, 4);
	assert_int_equal(w->op[0].type, OP_SWAP_CLUSTER);
	assert_int_equal(w->op[0].arg, 2);
	assert_int_equal(w->op[1].type, OP_SWAP_CLUSTER);
	assert_int_equal(w->op[1].arg, 1);
	assert_int_equal(w->op[2].type, OP_ALLOC);
	assert_int_equal(w->op[3].type, OP_FREE);
	assert_int_equal(demand_get_stats(w->d)->silent_allocs, 0);
	assert_int_equal(demand_get_stats(w->d)->conflicts, 0);
}

TEST_F(other_requests_from_within_reclaim_are_demand)
{
	struct world *w = *state;

	plain(w, REC_KSWAPD_WAKE, KSWAPD);
	alloc(w, KSWAPD, 64, 0, GFP_NOWAIT | __GFP_NORETRY | __GFP_NOMEMALLOC | __GFP_COMP);
	alloc(w, KSWAPD, 66, 1, GFP_SWAP_TABLE_ATOMIC);
	event(w, (struct record){ .type = REC_ALLOC, .pid = KSWAPD, .pfn = 68,
				  .gfp = GFP_SWAP_TABLE_ATOMIC, .flags = REC_FLAG_SOFTIRQ });
	/* outside of reclaim */
	alloc(w, USER, 69, 0, GFP_SWAP_TABLE_ATOMIC);
	demand_finish(w->d);
	assert_int_equal(w->nr, 4);
	for (size_t i = 0; i < w->nr; i++)
		assert_int_equal(w->op[i].type, OP_ALLOC);
	assert_int_equal(demand_get_stats(w->d)->swap_tables, 0);
}

/* migrations */
TEST_F(a_mapped_page_is_followed_by_its_ptes)
{
	struct world *w = *state;

	alloc(w, USER, 64, 0, ANON);
	plain(w, REC_COMPACT_BEGIN, KCOMPACTD);
	unmap(w, 0x7f0000001000, 64);
	remap(w, 0x7f0000001000, 2000);
	release(w, KCOMPACTD, 64, 0);
	assert_int_equal(last(w)->type, OP_MOVE);
	assert_int_equal(last(w)->handle, 64);
	assert_int_equal(last(w)->handle2, 2000);
	assert_int_equal(demand_get_stats(w->d)->migrations_exact, 1);
	assert_int_equal(demand_tpages(w->d)[64].state, T_FREE);
	assert_int_equal(demand_tpages(w->d)[2000].state, T_LIVE);
}

TEST_F(two_processes_at_one_address_keep_their_order)
{
	struct world *w = *state;

	alloc(w, USER, 64, 0, ANON);
	alloc(w, USER + 1, 65, 0, ANON);
	plain(w, REC_COMPACT_BEGIN, KCOMPACTD);
	unmap(w, 0x1000, 64);
	unmap(w, 0x1000, 65);
	remap(w, 0x1000, 2000);
	release(w, KCOMPACTD, 64, 0);
	remap(w, 0x1000, 2001);
	release(w, KCOMPACTD, 65, 0);
	last(w);
	assert_int_equal(w->op[2].handle2, 2000);
	assert_int_equal(w->op[3].handle2, 2001);
}

TEST_F(an_unmapped_page_goes_where_the_scanner_found_room)
{
	struct world *w = *state;

	alloc(w, USER, 64, 0, ANON);
	alloc(w, USER, 65, 0, ANON);
	plain(w, REC_COMPACT_BEGIN, KCOMPACTD);
	event(w, (struct record){ .type = REC_ISOLATE_FREE, .pid = KCOMPACTD, 
				  .isolate = { .start_pfn = 2048, .end_pfn = 2056, .nr_scanned = 8,
					       .nr_taken = 8 } });
	release(w, KCOMPACTD, 64, 0);
	release(w, KCOMPACTD, 65, 0);
	last(w);
	assert_int_equal(w->op[2].handle2, 2048);
	assert_int_equal(w->op[3].handle2, 2049);
	assert_int_equal(demand_get_stats(w->d)->migrations_inferred, 2);
}

TEST_F(a_find_of_unknown_place_is_settled_by_a_mapped_page)
{
	struct world *w = *state;

	for (u32 i = 0; i < 3; i++)
		alloc(w, USER, 64 + i, 0, ANON);
	plain(w, REC_COMPACT_BEGIN, KCOMPACTD);
	event(w, (struct record){ .type = REC_FAST_ISOLATE_FREE, .pid = KCOMPACTD,
				  .isolate = { .end_pfn = 4000, .nr_taken = 16 } });
	release(w, KCOMPACTD, 64, 0);
	assert_int_equal(demand_get_stats(w->d)->migrations_limbo, 1);
	unmap(w, 0x1000, 65);
	remap(w, 0x1000, 3073);
	release(w, KCOMPACTD, 65, 0);
	release(w, KCOMPACTD, 66, 0);
	last(w);
	assert_int_equal(demand_get_stats(w->d)->migrations_limbo, 0);
	assert_int_equal(demand_tpages(w->d)[3072].state, T_LIVE);
	assert_int_equal(demand_tpages(w->d)[3073].state, T_LIVE);
	assert_int_equal(demand_tpages(w->d)[3074].state, T_LIVE);
}

TEST_F(a_target_that_comes_back_was_never_filled)
{
	struct world *w = *state;

	for (u32 i = 0; i < 3; i++)
		alloc(w, USER, 64 + i, 0, ANON);
	plain(w, REC_COMPACT_BEGIN, KCOMPACTD);
	event(w, (struct record){ .type = REC_ISOLATE_FREE, .pid = KCOMPACTD, 
				  .isolate = { .start_pfn = 2048, .end_pfn = 2056, .nr_scanned = 8,
					       .nr_taken = 8 } });
	/* the first page's migration fails, which no event says until its target is given back */
	release(w, KCOMPACTD, 65, 0);
	release(w, KCOMPACTD, 66, 0);
	release(w, KCOMPACTD, 2048, 0);
	last(w);
	assert_int_equal(demand_tpages(w->d)[64].state, T_LIVE);
	assert_int_not_equal(demand_tpages(w->d)[2048].state, T_LIVE);
	assert_int_equal(demand_tpages(w->d)[2049].state, T_LIVE);
	assert_int_equal(demand_tpages(w->d)[2050].state, T_LIVE);
}

TEST_F(kernels_before_6_9_take_the_last_page_found_first)
{
	struct world *w = *state;

	demand_free(w->d);
	w->m.version = 0x060100c0;
	w->d = demand_alloc(&w->m, NULL, MAX_PFN);
	demand_set_sink(w->d, collect, w);
	alloc(w, USER, 64, 0, ANON);
	plain(w, REC_COMPACT_BEGIN, KCOMPACTD);
	event(w, (struct record){ .type = REC_ISOLATE_FREE, .pid = KCOMPACTD, 
				  .isolate = { .start_pfn = 2048, .end_pfn = 2056, .nr_scanned = 8,
					       .nr_taken = 8 } });
	release(w, KCOMPACTD, 64, 0);
	assert_int_equal(last(w)->handle2, 2055);
}

TEST_F(a_page_of_unknown_place_is_matched_when_it_is_freed)
{
	struct world *w = *state;

	alloc(w, USER, 64, 0, ANON);
	alloc(w, USER, 80, 0, ANON);
	release(w, USER, 80, 0);
	plain(w, REC_COMPACT_BEGIN, KCOMPACTD);
	release(w, KCOMPACTD, 64, 0);
	plain(w, REC_COMPACT_END, KCOMPACTD);
	assert_int_equal(demand_get_stats(w->d)->migrations_limbo, 1);
	release(w, USER, 80, 0);
	assert_int_equal(last(w)->type, OP_FREE);
	assert_true(last(w)->handle >= MAX_PFN);
	assert_int_equal(demand_get_stats(w->d)->limbo_matched, 1);
}

/* damage */
TEST_F(the_newer_of_two_owners_is_right)
{
	struct world *w = *state;

	alloc(w, USER, 64, 0, ANON);
	alloc(w, USER + 1, 64, 0, ANON);
	last(w);
	assert_int_equal(w->nr, 3);
	assert_int_equal(w->op[1].type, OP_FREE);
	assert_int_equal(w->op[2].type, OP_ALLOC);
	assert_int_equal(demand_get_stats(w->d)->conflicts, 1);
}

TEST_F(the_recorded_kernels_own_counters_are_told_apart_from_demand)
{
	struct world *w = *state;

	alloc(w, USER, 64, 2, ANON);
	plain(w, REC_KSWAPD_WAKE, KSWAPD);
	event(w, (struct record){ .type = REC_SHRINK_INACTIVE, .pid = KSWAPD,
				  .shrink = { .nr_scanned = 32, .nr_reclaimed = 7 } });
	event(w, (struct record){ .type = REC_SHRINK_INACTIVE, .pid = USER,
				  .shrink = { .nr_scanned = 32, .nr_reclaimed = 5 } });
	event(w, (struct record){ .type = REC_WRITE_FOLIO, .pid = KSWAPD,
				  .write_folio = { .pfn = 64, .reclaim_flags = 1 } });
	/*
	 * its second page is written by itself: the folio of four had been split, one was written
	 */
	event(w, (struct record){ .type = REC_WRITE_FOLIO, .pid = KSWAPD,
				  .write_folio = { .pfn = 65, .reclaim_flags = 1 } });
	assert_int_equal(counted(w, VM_pgsteal_kswapd), 7);
	assert_int_equal(counted(w, VM_pgsteal_direct), 5);
	/* MGLRU, which this kernel has, tells the same pages more than once */
	assert_int_equal(counted(w, VM_pgscan_kswapd), 0);
	assert_int_equal(counted(w, VM_pswpout), 2);
}

TEST_F(counters_end_where_the_snapshot_is_taken)
{
	struct world *w = *state;

	plain(w, REC_KCOMPACTD_WAKE, KCOMPACTD);
	event(w, (struct record){ .type = REC_MARK, .marker = { .mark = MARK_AFTER_BEGIN } });
	plain(w, REC_KCOMPACTD_WAKE, KCOMPACTD);
	assert_int_equal(counted(w, VM_compact_daemon_wake), 1);
}

static u32 rate(const struct world *w, enum op_rate what)
{
	for (size_t i = w->nr; i-- > 0;)
		if (w->op[i].type == OP_RATE && w->op[i].a == what)
			return w->op[i].arg;
	return 0;
}

static void isolated_migrated(struct world *w, s32 pid)
{
	plain(w, REC_COMPACT_BEGIN, pid);
	w->ts += 1000 - 1;
	event(w, (struct record){ .type = REC_ISOLATE_MIGRATE, .pid = pid, .isolate = {
		.start_pfn = 0, .end_pfn = 512, .nr_scanned = 512, .nr_taken = 10 } });
	w->ts += 90000 - 1;
	event(w, (struct record){ .type = REC_COMPACT_MIGRATEPAGES, .pid = pid,
				  .migrate = { .nr_migrated = 6, .nr_failed = 3 } });
}

/* 90 us for 9 pages; the scanner's 1 us before that is not the migration's. */
TEST_F(kcompactd_pays_for_each_page_that_it_tries_to_migrate)
{
	struct world *w = *state;

	plain(w, REC_KCOMPACTD_WAKE, KCOMPACTD);
	isolated_migrated(w, KCOMPACTD);
	demand_finish(w->d);
	assert_int_equal(rate(w, RATE_KCOMPACTD_MIGRATE), 10000);
}

TEST_F(migration_for_a_direct_compactor_says_nothing_of_kcompactd)
{
	struct world *w = *state;

	isolated_migrated(w, USER);
	demand_finish(w->d);
	assert_int_equal(rate(w, RATE_KCOMPACTD_MIGRATE), 0);
}

static void extfrag(struct world *w, u8 fallback_order, bool change_ownership)
{
	event(w, (struct record){ .type = REC_EXTFRAG, .pid = USER, .extfrag = {
		.pfn = 64, .fallback_order = fallback_order,
		.alloc_migratetype = MIGRATE_UNMOVABLE, .fallback_migratetype = MIGRATE_MOVABLE,
		.change_ownership = change_ownership } });
}

TEST_F(an_extfrag_event_has_its_class)
{
	static const u8 class[] = { EXTFRAG_STEAL, EXTFRAG_CLAIM_PART, EXTFRAG_CLAIM_BLOCK };
	struct world *w = *state;

	extfrag(w, pageblock_order, false);
	extfrag(w, pageblock_order - 1, true);
	extfrag(w, pageblock_order, true);
	demand_finish(w->d);
	assert_int_equal(w->nr, 0);
	assert_int_equal(w->nr_recorded, 3);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(w->recorded[i].type, OP_EXTFRAG);
		assert_int_equal(w->recorded[i].a, class[i]);
		assert_int_equal(w->recorded[i].mt, MIGRATE_UNMOVABLE);
		assert_int_equal(w->recorded[i].hint, MIGRATE_MOVABLE);
		assert_int_equal(w->recorded[i].arg, i > 0);
	}
}

TEST_F(a_file_systems_own_blocks_are_page_cache_of_its_device)
{
	const gfp_t getblk = GFP_NOFS | __GFP_NOFAIL | __GFP_COMP;
	struct world *w = *state;

	alloc(w, USER, 64, 0, getblk | __GFP_MOVABLE);
	alloc(w, USER, 65, 0, getblk);
	alloc(w, USER, 66, 0, READAHEAD);
	alloc(w, USER, 67, 0, GFP_NOFS | __GFP_NOFAIL);
	last(w);
	assert_int_equal(w->nr, 4);
	assert_int_equal(w->op[0].kind, PK_FILE);
	assert_int_equal(w->op[0].flags, OPF_READ | OPF_BUFFERS);
	assert_int_equal(w->op[1].kind, PK_FILE);
	assert_int_equal(w->op[1].flags, OPF_READ | OPF_BUFFERS);
	assert_int_equal(w->op[1].mt, MIGRATE_UNMOVABLE);
	assert_int_equal(w->op[2].flags, OPF_READ);
	assert_int_equal(w->op[3].kind, PK_KERNEL);
}

TEST_F(the_huge_zero_page_is_no_fault)
{
	const gfp_t zero = (GFP_TRANSHUGE_LIGHT & ~__GFP_MOVABLE) | __GFP_ZERO;
	struct world *w = *state;

	alloc(w, USER, 512, 9, zero);
	alloc(w, USER, REC_NO_PFN, 9, zero);
	last(w);
	assert_int_equal(w->nr, 2);
	assert_int_equal(w->op[0].type, OP_HUGE_ZERO);
	assert_int_equal(w->op[0].handle, 512);
	assert_int_equal(w->op[1].type, OP_HUGE_ZERO);
	assert_int_equal(w->op[1].handle, H_NONE);
	assert_int_equal(demand_get_stats(w->d)->thp_attempts, 0);
}

TEST_F(a_gap_is_counted)
{
	struct world *w = *state;

	event(w, (struct record){ .type = REC_LOST, .lost.events = 17 });
	demand_finish(w->d);
	assert_int_equal(demand_get_stats(w->d)->lost_events, 17);
}
