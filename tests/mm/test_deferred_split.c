// SPDX-License-Identifier: GPL-2.0-only
/*
 * Huge pages that the workload has unmapped in part: how long they stay whole, and what of them is
 * freed when reclaim splits them.
 */
#include "reclaim_machine.h"

static u32 gone;

static void forget(void *ctx, u32 owner)
{
	(void)ctx;
	(void)owner;
	gone++;
}

/* Return: a queued huge page of which the pages from @mapped on have no owner. */
static u32 partly_mapped(struct mm *mm, u32 mapped)
{
	u32 pfn = add_folio(mm, PK_ANON, 9, LRU_EXISTING);

	for (u32 i = mapped; i < HPAGE_PMD_NR; i++)
		mm->page[pfn + i].owner = OWNER_NONE;
	deferred_split_folio(mm, pfn);
	return pfn;
}

static u32 used(const struct mm *mm, u32 pfn)
{
	u32 n = 0;

	for (u32 i = 0; i < HPAGE_PMD_NR; i++)
		n += mm->page[pfn + i].state == PAGE_USED;
	return n;
}

static struct mm *machine_of_parts(void)
{
	struct mm *mm = machine(KERNEL_7_3, 4096);

	mm->param.thp_unmapped_share_permille = 0;
	mm->driver.unmapped = forget;
	gone = 0;
	return mm;
}

TEST(a_huge_page_is_queued_once_and_in_order)
{
	struct mm *mm = machine_of_parts();
	u32 a = partly_mapped(mm, 1), b = partly_mapped(mm, 1);

	deferred_split_folio(mm, a);
	assert_vmstat(mm, thp_deferred_split_page, 2);
	assert_int_equal(deferred_split_next(mm, PFN_NONE), a);
	assert_int_equal(deferred_split_next(mm, a), b);
	assert_int_equal(deferred_split_next(mm, b), PFN_NONE);
	folio_unqueue_deferred_split(mm, a);
	assert_false(folio_partly_mapped(mm, a));
	assert_int_equal(deferred_split_next(mm, PFN_NONE), b);
	mm_free(mm);
}

TEST(the_shrinker_takes_as_many_as_the_pressure_asks_for)
{
	struct mm *mm = machine_of_parts();
	struct scan_control sc = { .gfp = GFP_KERNEL, .priority = 4, .reclaim_idx = ZONE_NORMAL };
	u32 first = partly_mapped(mm, 10);

	for (int i = 0; i < 3; i++)
		partly_mapped(mm, 10);
	/* (4 >> 4) * 2: none */
	shrink_slab(mm, &sc);
	assert_vmstat(mm, thp_split_page, 0);
	assert_int_equal(used(mm, first), HPAGE_PMD_NR);
	/* (4 >> 1) * 2: all of them */
	sc.priority = 1;
	assert_int_equal(shrink_slab(mm, &sc), 0);
	assert_vmstat(mm, thp_split_page, 4);
	assert_int_equal(deferred_split_next(mm, PFN_NONE), PFN_NONE);
	/* what is mapped is left, as base pages on the LRU */
	assert_int_equal(used(mm, first), 10);
	assert_int_equal(mm->page[first].order, 0);
	assert_true(mm->page[first + 9].lru);
	lruvec_check(mm);
	model_is_whole(mm);
	mm_free(mm);
}

TEST(the_share_that_is_unmapped_goes_though_the_trace_has_not_told)
{
	struct mm *mm = machine_of_parts();
	struct scan_control sc = { .gfp = GFP_KERNEL, .reclaim_idx = ZONE_NORMAL };
	u32 pfn = partly_mapped(mm, HPAGE_PMD_NR);

	mm->param.thp_unmapped_share_permille = 500;
	shrink_slab(mm, &sc);
	assert_int_equal(used(mm, pfn), 256);
	assert_int_equal(gone, 256);
	mm_free(mm);
}

TEST(reclaim_that_meets_one_splits_it_and_writes_nothing_of_what_is_unmapped)
{
	struct mm *mm = machine_of_parts();
	u32 pfn = partly_mapped(mm, 5);

	folio_mark_cold(mm, pfn);
	direct_reclaim(mm, 0, GFP_KERNEL);
	assert_vmstat(mm, thp_split_page, 1);
	assert_vmstat(mm, pswpout, 5);
	for (u32 i = 5; i < HPAGE_PMD_NR; i++)
		assert_int_not_equal(mm->page[pfn + i].state, PAGE_USED);
	lruvec_check(mm);
	model_is_whole(mm);
	mm_free(mm);
}

TEST(what_is_freed_or_split_otherwise_is_queued_no_more)
{
	struct mm *mm = machine_of_parts();
	u32 a = partly_mapped(mm, 5), b = partly_mapped(mm, 5);

	split_folio(mm, a);
	assert_int_equal(deferred_split_next(mm, PFN_NONE), b);
	lruvec_del_folio(mm, b);
	folio_unqueue_deferred_split(mm, b);
	free_pages(mm, b, 9);
	assert_int_equal(deferred_split_next(mm, PFN_NONE), PFN_NONE);
	mm_free(mm);
}
