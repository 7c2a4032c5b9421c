// SPDX-License-Identifier: GPL-2.0-only
/*
 * MGLRU: which generation a folio joins, how generations age, what eviction takes and what it
 * spares. A new machine has generations 0 .. 3.
 */
#include "reclaim_machine.h"

static u32 gen_after(struct mm *mm, enum page_kind kind, enum lru_origin origin)
{
	return mm->page[add_folio(mm, kind, 0, origin)].gen;
}

TEST(a_new_folio_joins_by_its_origin)
{
	static const struct {
		u32 version;
		u32 anon_fault, anon_swapin, anon_existing, file_fault, file_read;
	} want[] = {
		{ KERNEL_6_12, 3, 3, 2, 3, 1 },	/* faults youngest; the rest by age */
		{ KERNEL_6_18, 2, 2, 2, 2, 0 },	/* faults second youngest, reads oldest */
		{ KERNEL_7_3,  2, 1, 2, 1, 0 },	/* file faults and swap-ins are referenced only */
	};

	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		struct mm *mm = machine(want[i].version, 0);

		assert_int_equal(gen_after(mm, PK_ANON, LRU_FAULT), want[i].anon_fault);
		assert_int_equal(gen_after(mm, PK_ANON, LRU_REFAULT), want[i].anon_swapin);
		assert_int_equal(gen_after(mm, PK_ANON, LRU_EXISTING), want[i].anon_existing);
		assert_int_equal(gen_after(mm, PK_FILE, LRU_FAULT), want[i].file_fault);
		assert_int_equal(gen_after(mm, PK_FILE, LRU_READ), want[i].file_read);
		lruvec_check(mm);
		mm_free(mm);
	}
}

TEST(a_cold_folio_goes_to_the_tail_of_the_oldest)
{
	struct mm *mm = machine(KERNEL_7_3, 0);
	struct lru_gen *g = &mm->lruvec->gen;
	u32 pfn;

	add_folio(mm, PK_FILE, 0, LRU_READ);
	pfn = add_folio(mm, PK_FILE, 0, LRU_FAULT);
	folio_mark_accessed(mm, pfn);
	folio_mark_cold(mm, pfn);
	assert_int_equal(mm->page[pfn].gen, 0);
	assert_int_equal(list_last(mm, g->folios[0][LRU_GEN_FILE][ZONE_NORMAL]), pfn);
	assert_int_equal(folio_lru_refs(&mm->page[pfn]), 0);
	mm_free(mm);
}

TEST(references_make_tiers)
{
	static const u32 tier[] = { 0, 0, 1, 2, 2, 3 };
	struct mm *mm = machine(KERNEL_7_3, 0);
	u32 pfn = add_folio(mm, PK_FILE, 0, LRU_READ);

	for (u32 n = 0; n < 6; n++) {
		assert_int_equal(folio_lru_tier(mm, &mm->page[pfn]), tier[n]);
		folio_mark_accessed(mm, pfn);
	}
	mm_free(mm);
}

TEST(the_end_of_io_rotates_to_the_tail_of_the_oldest)
{
	struct mm *mm = machine(KERNEL_7_3, 64);
	struct lru_gen *g = &mm->lruvec->gen;
	u32 pfn;

	add_folio(mm, PK_ANON, 0, LRU_FAULT);
	pfn = add_folio(mm, PK_ANON, 0, LRU_FAULT);
	assert_true(folio_alloc_swap(mm, pfn));
	swap_writeout(mm, pfn, 1000);
	assert_int_equal(swap_io_next(mm), 1000 + (u64)(mm->param.swap_io_us * 1000));
	writeback_run(mm, swap_io_next(mm) - 1);
	assert_true(mm->page[pfn].writeback);
	writeback_run(mm, swap_io_next(mm));
	assert_false(mm->page[pfn].writeback);
	assert_int_equal(list_last(mm, g->folios[0][LRU_GEN_ANON][ZONE_NORMAL]), pfn);
	assert_vmstat(mm, pgrotated, 1);
	assert_vmstat(mm, pswpout, 1);
	lruvec_check(mm);
	mm_free(mm);
}

TEST(aging_opens_a_generation_and_closes_the_fifth)
{
	struct mm *mm = machine(KERNEL_7_3, 64);
	struct lru_gen *g = &mm->lruvec->gen;
	u32 pfn = add_folio(mm, PK_FILE, 0, LRU_READ);

	assert_int_equal(g->max_seq, 3);
	inc_max_seq(mm, 60);
	assert_int_equal(g->max_seq, 4);
	assert_int_equal(g->min_seq[LRU_GEN_FILE], 1);
	/* what was left in generation 0 is in 1 now */
	assert_int_equal(mm->page[pfn].gen, 1);
	lruvec_check(mm);
	mm_free(mm);
}

TEST(empty_oldest_generations_are_dropped_down_to_two)
{
	struct mm *mm = machine(KERNEL_7_3, 64);
	struct lru_gen *g = &mm->lruvec->gen;

	add_folio(mm, PK_ANON, 0, LRU_FAULT);
	assert_true(try_to_inc_min_seq(mm, 60));
	assert_int_equal(g->min_seq[LRU_GEN_ANON], 2);
	assert_int_equal(g->min_seq[LRU_GEN_FILE], 2);
	assert_false(try_to_inc_min_seq(mm, 60));
	lruvec_check(mm);
	mm_free(mm);
}

TEST(file_goes_before_anon_until_it_refaults)
{
	struct mm *mm = machine(KERNEL_7_3, 4096);

	add_folios(mm, 1000, PK_ANON, LRU_EXISTING);
	add_folios(mm, 2000, PK_FILE, LRU_READ);
	inc_max_seq(mm, 60);
	inc_max_seq(mm, 60);
	direct_reclaim(mm, 0, GFP_KERNEL);
	assert_vmstat(mm, pgscan_anon, 0);
	assert_true(mm->vmstat[VM_pgsteal_file] >= SWAP_CLUSTER_MAX);
	/* 64 refaults of few evictions: the file side is worse now */
	for (int i = 0; i < 64; i++)
		add_folio(mm, PK_FILE, 0, LRU_REFAULT);
	assert_vmstat(mm, workingset_refault_file, 64);
	direct_reclaim(mm, 0, GFP_KERNEL);
	assert_true(mm->vmstat[VM_pgscan_anon] > 0);
	mm_free(mm);
}

TEST(a_tier_that_refaults_more_is_protected)
{
	struct mm *mm = machine(KERNEL_7_3, 0);
	struct lru_gen *g = &mm->lruvec->gen;
	u64 before;
	u32 pfn;

	add_folios(mm, 2000, PK_FILE, LRU_READ);
	pfn = add_folio(mm, PK_FILE, 0, LRU_READ);
	folio_mark_cold(mm, pfn);
	for (int i = 0; i < 2; i++)
		lru_gen_inc_refs(mm, pfn);
	g->evicted[LRU_GEN_FILE][0] = 1000;
	g->evicted[LRU_GEN_FILE][1] = 100;
	g->refaulted[LRU_GEN_FILE][1] = 90;
	before = mm->vmstat[VM_pgrefill];
	direct_reclaim(mm, 0, GFP_KERNEL);
	assert_int_equal(mm->page[pfn].state, PAGE_USED);
	assert_int_equal(mm->page[pfn].gen, 1);
	assert_int_equal(mm->vmstat[VM_pgrefill], before + 1);
	assert_int_equal(g->protected[LRU_GEN_FILE][1], 1);
	mm_free(mm);
}

/* The page-table walk of the aging finds a page young that was faulted since */
TEST(the_walk_promotes_a_faulted_page_once_since_7_2)
{
	static const struct {
		u32 version;
		u64 sorted;
	} want[] = { { KERNEL_6_18, 0 }, { KERNEL_7_3, 1 } };

	for (int i = 0; i < 2; i++) {
		struct mm *mm = machine(want[i].version, 4096);
		struct lru_gen *g = &mm->lruvec->gen;
		struct scan_control sc = { .gfp = GFP_KERNEL, .reclaim_idx = ZONE_NORMAL,
					   .may_swap = true, .may_writepage = true,
					   .nr_to_reclaim = 32, .priority = 0 };

		add_folio(mm, PK_ANON, 0, LRU_FAULT);
		add_folios(mm, 2, PK_ANON, LRU_EXISTING);
		/* generation 2 becomes the oldest */
		try_to_inc_min_seq(mm, 60);
		inc_max_seq(mm, 60);
		assert_int_equal(g->min_seq[LRU_GEN_ANON], 2);
		shrink_node_begin(mm, &sc);
		while (sc.walk.active)
			shrink_node_step(mm, &sc);
		lruvec_check(mm);
		assert_true(mm->vmstat[VM_pgrefill] >= want[i].sorted);
		if (!want[i].sorted)
			assert_vmstat(mm, pgrefill, 0);
		mm_free(mm);
	}
}

TEST(a_batch_takes_no_more_than_its_budget_since_6_17)
{
	static const struct {
		u32 version;
		u64 scan;
	} want[] = { { KERNEL_6_12, 64 }, { KERNEL_6_18, 46 } };

	for (int i = 0; i < 2; i++) {
		struct mm *mm = machine(want[i].version, 0);
		struct scan_control sc = { .gfp = GFP_KERNEL, .reclaim_idx = ZONE_NORMAL,
					   .may_swap = true, .may_writepage = true,
					   .nr_to_reclaim = 32, .priority = 6 };

		for (int n = 0; n < 3000; n++)
			folio_mark_cold(mm, add_folio(mm, PK_FILE, 0, LRU_READ));
		shrink_node_begin(mm, &sc);
		while (sc.walk.active)
			shrink_node_step(mm, &sc);
		assert_vmstat(mm, pgscan_direct, want[i].scan);
		lruvec_check(mm);
		mm_free(mm);
	}
}

TEST(dirty_file_pages_are_sorted_before_7_2_and_activated_since)
{
	static const struct {
		u32 version;
		bool activated;
	} want[] = { { KERNEL_6_18, false }, { KERNEL_7_3, true } };

	for (int i = 0; i < 2; i++) {
		struct mm *mm = machine(want[i].version, 0);

		add_folios(mm, 100, PK_FILE, LRU_WRITE);
		assert_int_equal(direct_reclaim(mm, 0, GFP_KERNEL), 0);
		assert_int_equal(mm->vmstat[VM_pgactivate] > 0, want[i].activated);
		assert_int_equal(mm->vmstat[VM_pgrefill] > 0, !want[i].activated);
		assert_int_equal(mm->vmstat[VM_pgscan_file] > 0, want[i].activated);
		mm_free(mm);
	}
}

/* Whatever happens, in whatever order: no page is lost, no count is wrong */
static void any_sequence_keeps_the_rules(struct mm *mm)
{
	static const enum lru_origin origin[] = { LRU_FAULT, LRU_READ, LRU_WRITE, LRU_REFAULT,
						  LRU_EXISTING };

	for (int i = 0; i < 20000; i++) {
		u32 pfn = mm_random(mm) % MACHINE_PAGES;
		struct page *p = &mm->page[pfn];

		mm->now_ns += 10000;
		if (!(i % 64))
			writeback_run(mm, mm->now_ns);
		switch (mm_random(mm) % 8) {
		case 0:
			if (p->state != PAGE_USED || !p->head || !p->lru)
				break;
			lruvec_del_folio(mm, pfn);
			free_swap_cache(mm, pfn);
			free_pages(mm, pfn, p->order);
			break;
		case 1:
			if (p->lru && p->state == PAGE_USED)
				folio_mark_accessed(mm, pfn);
			break;
		case 2:
			if (p->state == PAGE_USED && p->head)
				folio_mark_cold(mm, pfn);
			break;
		case 3:
			if (p->state == PAGE_USED && p->head)
				split_folio(mm, pfn);
			break;
		default:
			if (mm->zone[ZONE_NORMAL].nr_free_pages > 1100)
				try_add_folio(mm, mm_random(mm) % 2 ? PK_ANON : PK_FILE,
					      mm_random(mm) % 16 ? 0 : mm_random(mm) % 10,
					      origin[mm_random(mm) % 5]);
			else
				direct_reclaim(mm, 0, GFP_KERNEL);
		}
	}
	assert_true(mm->vmstat[VM_pgsteal_anon] > 0 && mm->vmstat[VM_pgsteal_file] > 0);
	model_is_whole(mm);
	mm_free(mm);
}

TEST(any_sequence_keeps_the_rules_of_each_lru)
{
	static const u32 version[] = { KERNEL_6_1, KERNEL_6_12, KERNEL_6_18, KERNEL_7_3 };

	for (int i = 0; i < 4; i++)
		any_sequence_keeps_the_rules(machine(version[i], 20000));
}
