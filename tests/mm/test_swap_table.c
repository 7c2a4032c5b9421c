// SPDX-License-Identifier: GPL-2.0-only
/* Swap tables: a page of the allocator's for each cluster of 512 slots, from 6.18 on. */
#include "reclaim_machine.h"

static void swap_out(struct mm *mm, u32 pfn)
{
	assert_true(folio_alloc_swap(mm, pfn));
	swap_writeout(mm, pfn, 0);
	lruvec_del_folio(mm, pfn);
	free_reclaimed_folio(mm, pfn);
}

static void swap_out_pages(struct mm *mm, u32 nr)
{
	while (nr--)
		swap_out(mm, add_folio(mm, PK_ANON, 0, LRU_EXISTING));
	lruvec_check(mm);
}

static u32 unmovable_pages(const struct mm *mm)
{
	u32 pfn, n = 0;

	for (pfn = 0; pfn < mm->max_pfn; pfn++)
		n += mm->page[pfn].state == PAGE_USED && mm->page[pfn].kind == PK_KERNEL;
	return n;
}

TEST(the_first_slot_of_a_cluster_takes_a_page)
{
	struct mm *mm = machine(KERNEL_6_18, 4096);
	u32 before = unmovable_pages(mm);

	swap_out_pages(mm, 1);
	assert_int_equal(mm->swap_tables, 1);
	assert_int_equal(unmovable_pages(mm), before + 1);
	swap_out_pages(mm, 511);
	assert_int_equal(mm->swap_tables, 1);
	swap_out_pages(mm, 1);
	assert_int_equal(mm->swap_tables, 2);
	assert_int_equal(unmovable_pages(mm), before + 2);
	mm_free(mm);
}

TEST(before_6_18_no_page_is_taken)
{
	struct mm *mm = machine(KERNEL_6_12, 4096);

	swap_out_pages(mm, 600);
	assert_int_equal(mm->swap_tables, 0);
	assert_int_equal(unmovable_pages(mm), 0);
	assert_int_equal(mm->swap->used, 600);
	mm_free(mm);
}

TEST(the_last_slot_of_a_cluster_gives_it_back)
{
	struct mm *mm = machine(KERNEL_7_3, 4096);

	swap_out_pages(mm, 700);
	assert_int_equal(unmovable_pages(mm), 2);
	swap_free(mm, 699);
	lruvec_check(mm);
	assert_int_equal(unmovable_pages(mm), 1);
	swap_free(mm, 1);
	lruvec_check(mm);
	assert_int_equal(unmovable_pages(mm), 0);
	assert_int_equal(mm->swap->nr_clusters, 0);
	mm_free(mm);
}

TEST(slots_given_back_are_taken_before_a_new_cluster)
{
	struct mm *mm = machine(KERNEL_7_3, 4096);

	swap_out_pages(mm, 1024);
	swap_free(mm, 300);
	swap_out_pages(mm, 300);
	assert_int_equal(mm->swap_tables, 2);
	swap_out_pages(mm, 1);
	assert_int_equal(mm->swap_tables, 3);
	mm_free(mm);
}

TEST(a_huge_page_has_a_cluster_of_its_own)
{
	struct mm *mm = machine(KERNEL_7_3, 4096);

	swap_out_pages(mm, 1);
	swap_out(mm, add_folio(mm, PK_ANON, 9, LRU_EXISTING));
	lruvec_check(mm);
	assert_int_equal(mm->swap_tables, 2);
	swap_out_pages(mm, 511);
	assert_int_equal(mm->swap_tables, 2);
	mm_free(mm);
}

/* as kswapd would leave it: nothing above half of the min mark */
static void take_all_memory(struct mm *mm)
{
	mm->current.memalloc = true;
	while (alloc_pages(mm, GFP_KERNEL, 0) != PFN_NONE)
		;
	mm->current.memalloc = false;
}

TEST(a_refusal_is_two_tries_that_reclaim_nothing)
{
	struct mm *mm = machine(KERNEL_7_3, 4096);
	u32 pfn = add_folio(mm, PK_ANON, 0, LRU_EXISTING);
	u64 failed;

	take_all_memory(mm);
	failed = mm->alloc_failed[0];
	swap_out(mm, pfn);
	lruvec_check(mm);
	assert_int_equal(mm->swap_tables, 0);
	assert_int_equal(mm->swap_tables_failed, 1);
	assert_int_equal(mm->alloc_failed[0], failed + 2);
	assert_int_equal(mm->nr_direct_reclaim, 0);
	assert_vmstat(mm, pswpout, 1);
	/* the cluster is in use all the same: no new try before it is full */
	assert_int_equal(mm->swap->nr_clusters, 1);
	swap_free(mm, 1);
	lruvec_check(mm);
	assert_int_equal(mm->swap->nr_clusters, 0);
	mm_free(mm);
}

TEST(tables_older_than_the_trace_are_not_the_models_to_free)
{
	struct mm *mm = machine(KERNEL_7_3, 4096);
	u64 freed;

	swap_set_used(mm, 700);
	lruvec_check(mm);
	assert_int_equal(mm->swap->nr_clusters, 2);
	swap_out_pages(mm, 324);
	assert_int_equal(mm->swap_tables, 0);
	freed = mm->vmstat[VM_pgfree];
	swap_free(mm, 1024);
	lruvec_check(mm);
	assert_vmstat(mm, pgfree, freed);
	mm_free(mm);
}

TEST(slots_of_nobody_go_as_the_recorded_clusters_do)
{
	struct mm *mm = machine(KERNEL_7_3, 4096);
	u32 i;

	for (i = 0; i < 600; i++) {
		u32 pfn = add_folio(mm, PK_ANON, 0, LRU_EXISTING);

		mm->page[pfn].owner = OWNER_NONE;
		swap_out(mm, pfn);
	}
	assert_int_equal(mm->swap->orphans, 600);
	swap_orphans_die(mm, 3);
	assert_int_equal(mm->swap->orphans, 400);
	assert_int_equal(mm->swap->used, 400);
	lruvec_check(mm);
	swap_orphans_die(mm, 1);
	assert_int_equal(mm->swap->used, 0);
	assert_int_equal(unmovable_pages(mm), 0);
	mm_free(mm);
}
