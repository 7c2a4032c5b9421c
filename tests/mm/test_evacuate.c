// SPDX-License-Identifier: GPL-2.0-only
/*
 * Moving what is in use: out of a pageblock, and out of a range that is taken whole. Blocks of the
 * machines here belong to the kernel but for what a test makes movable or free.
 */
#include <errno.h>

#include "mm/lru_gen.h"
#include "compact_machine.h"

#define NEVER 0.0

/* block 0 holds movable pages, block @free is a free movable block */
static struct mm *holding(u32 nr, enum page_kind kind, u32 free)
{
	struct mm *mm = machine("7.3", 4);

	memset(normal(mm)->_watermark, 0, sizeof(normal(mm)->_watermark));
	block_type(mm, 0, MIGRATE_MOVABLE);
	block_type(mm, free, MIGRATE_MOVABLE);
	lru_pages(mm, 0, nr, kind);
	buddy_free(mm, BLOCK(free), pageblock_order);
	return mm;
}

static struct mm *movable_and_free(u32 nr, u32 free)
{
	return holding(nr, PK_ANON, free);
}

static struct evacuation evacuate(struct mm *mm, u32 block, double p_fail)
{
	struct evacuation e = { .p_fail = p_fail };

	mm_evacuate_pageblock(mm, BLOCK(block), &e);
	consistent(mm, "evacuated");
	return e;
}

static u32 lru_in_block(const struct mm *mm, u32 block)
{
	u32 n = 0;

	for (u32 pfn = BLOCK(block); pfn < BLOCK(block + 1); pfn++)
		n += mm->page[pfn].lru;
	return n;
}

TEST(movable_pages_leave_a_block_and_their_owners_hear_of_it)
{
	struct mm *mm = movable_and_free(40, 2);
	struct evacuation e = evacuate(mm, 0, NEVER);

	assert_int_equal(e.moved, 40);
	assert_int_equal(e.failed, 0);
	assert_true(e.emptied);
	assert_int_equal(lru_in_block(mm, 0), 0);
	assert_int_equal(lru_in_block(mm, 2), 40);
	for (u32 owner = 0; owner < 40; owner++) {
		assert_int_equal(mm->page[home[owner]].owner, owner);
		assert_int_equal(mm->page[home[owner]].kind, PK_ANON);
	}
	assert_int_equal(stat(mm, VM_pgmigrate_success), 40);
	machine_done(mm, "end");
}

TEST(a_block_that_held_nothing_else_is_free_afterwards)
{
	struct mm *mm = movable_and_free(512, 2);
	struct evacuation e = evacuate(mm, 0, NEVER);

	assert_int_equal(e.moved, 512);
	assert_string_equal(free_list(mm, pageblock_order, MIGRATE_MOVABLE), "0");
	machine_done(mm, "end");
}

/* the per-CPU list offers what the block has just freed; taken, the pages would walk in it */
TEST(no_target_lies_in_the_block_itself)
{
	struct mm *mm = machine("7.3", 4);
	struct evacuation e;

	block_type(mm, 0, MIGRATE_MOVABLE);
	block_type(mm, 2, MIGRATE_MOVABLE);
	lru_pages(mm, 0, 100, PK_ANON);
	free_run(mm, 100, 412);
	free_run(mm, BLOCK(2), 200);
	e = evacuate(mm, 0, NEVER);
	assert_int_equal(e.moved, 100);
	assert_int_equal(lru_in_block(mm, 0), 0);
	assert_string_equal(free_list(mm, pageblock_order, MIGRATE_MOVABLE), "0");
	machine_done(mm, "end");
}

TEST(pages_of_the_kernel_stay)
{
	struct mm *mm = movable_and_free(300, 2);
	struct evacuation e = evacuate(mm, 0, NEVER);

	assert_int_equal(e.moved, 300);
	assert_true(e.emptied);
	assert_int_equal(mm->page[300].state, PAGE_USED);
	assert_int_equal(mm->page[511].kind, PK_KERNEL);
	machine_done(mm, "end");
}

/* the batch with it is tried to its end, the next is not begun: 31 of 32 pages, no more */
TEST(the_first_page_that_stays_ends_it_with_its_batch)
{
	struct mm *mm = holding(100, PK_FILE, 2);
	struct evacuation e;

	mm->page[5].pinned = 1;
	e = evacuate(mm, 0, NEVER);
	assert_int_equal(e.moved, 31);
	assert_int_equal(e.failed, 1);
	assert_false(e.emptied);
	assert_int_equal(home[5], 5);
	assert_true(mm->page[5].lru);
	assert_int_equal(stat(mm, VM_pgmigrate_fail), 1);
	machine_done(mm, "end");
}

/* a pin that is known keeps an anonymous page from being isolated, and stops nothing */
TEST(a_pinned_anonymous_page_is_passed_over)
{
	struct mm *mm = movable_and_free(100, 2);
	struct evacuation e;

	mm->page[5].pinned = 1;
	e = evacuate(mm, 0, NEVER);
	assert_int_equal(e.moved, 99);
	assert_int_equal(e.failed, 0);
	assert_false(e.emptied);
	machine_done(mm, "end");
}

TEST(pages_fail_by_chance_as_often_as_they_are_told_to)
{
	u32 tried = 0, failed = 0;

	for (u32 seed = 1; seed <= 40; seed++) {
		struct mm *mm = movable_and_free(32, 2);
		struct evacuation e;

		mm->rng = seed;
		e = evacuate(mm, 0, 0.25);
		tried += e.moved + e.failed;
		failed += e.failed;
		machine_done(mm, "end");
	}
	assert_int_equal(tried, 40 * 32);
	assert_in_range(failed, 260, 380);
}

TEST(without_a_page_to_move_to_nothing_is_lost)
{
	struct mm *mm = machine("7.3", 4);
	struct evacuation e;

	block_type(mm, 0, MIGRATE_MOVABLE);
	lru_pages(mm, 0, 64, PK_ANON);
	e = evacuate(mm, 0, NEVER);
	assert_int_equal(e.moved, 0);
	assert_int_equal(e.failed, 32);
	assert_int_equal(lru_in_block(mm, 0), 64);
	assert_int_equal(mm->nr_direct_reclaim, 0);
	machine_done(mm, "end");
}

static void set_active(struct mm *mm, u32 pfn, bool active)
{
	folio_isolate_lru(mm, pfn);
	mm->page[pfn].gen = active;
	folio_putback_lru(mm, pfn);
}

TEST(an_active_page_is_active_where_it_goes)
{
	struct mm *mm = machine("6.1", 4);

	block_type(mm, 0, MIGRATE_MOVABLE);
	block_type(mm, 2, MIGRATE_MOVABLE);
	buddy_free(mm, BLOCK(2), pageblock_order);
	lru_pages(mm, 0, 2, PK_ANON);
	set_active(mm, 0, true);
	set_active(mm, 1, false);
	evacuate(mm, 0, NEVER);
	assert_true(mm->page[home[0]].gen);
	assert_false(mm->page[home[1]].gen);
	machine_done(mm, "end");
}

static void large_folio(struct mm *mm, u32 pfn, u32 order)
{
	page_set_unit(mm, pfn, order, PAGE_USED, MIGRATE_MOVABLE);
	for (u32 i = 0; i < N(order); i++) {
		mm->page[pfn + i].kind = PK_ANON;
		mm->page[pfn + i].owner = home[pfn + i] = pfn + i;
	}
	folio_add_lru(mm, pfn, LRU_EXISTING);
}

TEST(a_large_folio_moves_as_one)
{
	struct mm *mm = movable_and_free(0, 2);
	struct evacuation e;

	large_folio(mm, 16, 4);
	e = evacuate(mm, 0, NEVER);
	assert_int_equal(e.moved, 16);
	assert_int_equal(mm->page[home[16]].order, 4);
	assert_int_equal(home[31], home[16] + 15);
	machine_done(mm, "end");
}

TEST(a_large_folio_without_a_target_of_its_size_is_split)
{
	struct mm *mm = machine("7.3", 4);
	struct evacuation e;

	block_type(mm, 0, MIGRATE_MOVABLE);
	block_type(mm, 2, MIGRATE_MOVABLE);
	large_folio(mm, 16, 4);
	scatter(mm, BLOCK(2), 200);
	e = evacuate(mm, 0, NEVER);
	assert_int_equal(e.moved, 16);
	for (u32 pfn = 16; pfn < 32; pfn++) {
		assert_int_equal(mm->page[home[pfn]].order, 0);
		assert_int_equal(mm->page[home[pfn]].owner, pfn);
	}
	machine_done(mm, "end");
}

TEST(a_folio_of_a_blocks_size_is_left_alone)
{
	struct mm *mm = movable_and_free(0, 2);
	struct evacuation e;

	large_folio(mm, 0, pageblock_order);
	e = evacuate(mm, 0, NEVER);
	assert_int_equal(e.moved + e.failed, 0);
	assert_false(e.emptied);
	machine_done(mm, "end");
}

static u32 nr_evicted;

static void evicted(void *ctx, u32 owner, u32 pfn, bool anon)
{
	(void)ctx;
	(void)pfn;
	assert_false(anon);
	nr_evicted += owner != OWNER_NONE;
}

/* a dirty page moves, and a pinned one stays, as it would otherwise */
TEST(clean_page_cache_can_be_dropped_on_the_way)
{
	struct mm *mm = holding(32, PK_FILE, 2);
	struct evacuation e = { .drop_clean = true };

	nr_evicted = 0;
	mm->driver.evicted = evicted;
	folio_mark_dirty(mm, 3);
	mm->page[4].pinned = 1;
	mm_evacuate_pageblock(mm, 0, &e);
	consistent(mm, "evacuated");
	assert_int_equal(e.dropped, 30);
	assert_int_equal(nr_evicted, 30);
	assert_int_equal(e.moved, 1);
	assert_int_equal(e.failed, 1);
	assert_int_equal(mm->page[home[3]].dirty, 1);
	assert_int_equal(home[4], 4);
	machine_done(mm, "end");
}

/* until 6.9 compaction's scanner takes base pages only */
TEST(before_6_9_large_folios_are_left_alone)
{
	struct mm *mm = machine("6.1", 4);
	struct evacuation e;

	block_type(mm, 0, MIGRATE_MOVABLE);
	block_type(mm, 2, MIGRATE_MOVABLE);
	buddy_free(mm, BLOCK(2), pageblock_order);
	large_folio(mm, 16, 4);
	lru_pages(mm, 64, 3, PK_ANON);
	e = evacuate(mm, 0, NEVER);
	assert_int_equal(e.moved, 3);
	assert_false(e.emptied);
	machine_done(mm, "end");
}

TEST(a_range_of_blocks_is_emptied_and_taken)
{
	struct mm *mm = movable_and_free(300, 3);
	s64 before;

	block_type(mm, 1, MIGRATE_MOVABLE);
	free_run(mm, 300, 212);
	lru_pages(mm, BLOCK(1), 100, PK_FILE);
	free_run(mm, BLOCK(1) + 100, 412);
	before = normal(mm)->nr_free_pages;
	assert_int_equal(mm_alloc_contig_range(mm, 0, BLOCK(2)), 0);
	consistent(mm, "taken");
	assert_int_equal(mm->page[0].state, PAGE_USED);
	assert_int_equal(mm->page[0].order, MAX_PAGE_ORDER);
	drain_all_pages(mm, NULL);
	assert_int_equal(normal(mm)->nr_free_pages, before - BLOCK(2));
	assert_int_equal(lru_in_block(mm, 3), 400);
	mm_free_contig_range(mm, 0, BLOCK(2));
	assert_string_equal(free_list(mm, MAX_PAGE_ORDER, MIGRATE_MOVABLE), "0");
	machine_done(mm, "given back");
}

/* these shares are of migration that does not wait */
TEST(what_keeps_a_page_a_moment_keeps_no_range)
{
	struct mm *mm = holding(512, PK_FILE, 3);

	mm->param.pinned_file_permille = 1000;
	assert_int_equal(evacuate(mm, 0, NEVER).moved, 0);
	assert_int_equal(mm_alloc_contig_range(mm, 0, BLOCK(1)), 0);
	machine_done(mm, "end");
}

TEST(a_range_with_a_kernel_page_is_not_touched)
{
	struct mm *mm = movable_and_free(300, 3);
	s64 before = normal(mm)->nr_free_pages;

	block_type(mm, 1, MIGRATE_MOVABLE);
	assert_int_equal(mm_alloc_contig_range(mm, 0, BLOCK(2)), -EBUSY);
	assert_int_equal(lru_in_block(mm, 0), 300);
	assert_int_equal(normal(mm)->nr_free_pages, before);
	assert_int_equal(get_pageblock_migratetype(mm, 0), MIGRATE_MOVABLE);
	machine_done(mm, "end");
}

/* what has moved has moved; the blocks are ordinary ones again, and free ones merge */
TEST(a_page_that_stays_gives_the_range_back)
{
	struct mm *mm = machine("7.3", 8);

	for (u32 b = 0; b < 8; b++)
		block_type(mm, b, MIGRATE_MOVABLE);
	buddy_free(mm, BLOCK(0), pageblock_order);
	lru_pages(mm, BLOCK(1), 512, PK_ANON);
	lru_pages(mm, BLOCK(2), 512, PK_FILE);
	mm->page[BLOCK(2) + 3].pinned = 1;
	buddy_free(mm, BLOCK(3), pageblock_order);
	buddy_free(mm, BLOCK(6), MAX_PAGE_ORDER);
	assert_int_equal(mm_alloc_contig_range(mm, 0, BLOCK(4)), -EBUSY);
	consistent(mm, "given back");
	assert_int_equal(lru_in_block(mm, 1), 0);
	assert_int_equal(home[BLOCK(2) + 3], BLOCK(2) + 3);
	assert_string_equal(free_list(mm, MAX_PAGE_ORDER, MIGRATE_MOVABLE), "0");
	for (u32 b = 0; b < 4; b++)
		assert_int_equal(get_pageblock_migratetype(mm, BLOCK(b)), MIGRATE_MOVABLE);
	machine_done(mm, "end");
}

/* one free page of two blocks, of which one is wanted */
TEST(a_free_page_that_reaches_out_of_the_range_is_cut)
{
	struct mm *mm = machine("7.3", 4);

	block_type(mm, 0, MIGRATE_MOVABLE);
	block_type(mm, 1, MIGRATE_MOVABLE);
	buddy_free(mm, 0, MAX_PAGE_ORDER);
	assert_int_equal(mm_alloc_contig_range(mm, BLOCK(1), BLOCK(1)), 0);
	consistent(mm, "taken");
	assert_string_equal(free_list(mm, pageblock_order, MIGRATE_MOVABLE), "0");
	assert_int_equal(mm->page[BLOCK(1)].order, pageblock_order);
	mm_free_contig_range(mm, BLOCK(1), BLOCK(1));
	drain_all_pages(mm, NULL);
	assert_string_equal(free_list(mm, MAX_PAGE_ORDER, MIGRATE_MOVABLE), "0");
	machine_done(mm, "end");
}

TEST(a_huge_page_leaves_a_range)
{
	struct mm *mm = movable_and_free(0, 3);

	large_folio(mm, 0, pageblock_order);
	assert_int_equal(mm_alloc_contig_range(mm, 0, BLOCK(1)), 0);
	assert_int_equal(home[0], BLOCK(3));
	assert_int_equal(mm->page[BLOCK(3)].order, pageblock_order);
	machine_done(mm, "end");
}

TEST(free_pages_on_per_cpu_lists_are_no_obstacle)
{
	struct mm *mm = movable_and_free(512, 3);
	u32 pfn;

	mm->current.cpu = 1;
	pfn = 17;
	lruvec_del_folio(mm, pfn);
	free_pages(mm, pfn, 0);
	mm->current.cpu = 0;
	assert_string_equal(pcp_list(mm, 1, 0, MIGRATE_MOVABLE), "17");
	assert_int_equal(mm_alloc_contig_range(mm, 0, BLOCK(1)), 0);
	machine_done(mm, "end");
}

TEST(what_is_no_range_of_blocks_is_refused)
{
	struct mm *mm = movable_and_free(1, 2);

	assert_int_equal(mm_alloc_contig_range(mm, 1, BLOCK(1)), -EINVAL);
	assert_int_equal(mm_alloc_contig_range(mm, 0, 0), -EINVAL);
	assert_int_equal(mm_alloc_contig_range(mm, 0, 100), -EINVAL);
	assert_int_equal(mm_alloc_contig_range(mm, BLOCK(2), BLOCK(3)), -EINVAL);
	machine_done(mm, "end");
}

static void slab(struct mm *mm, u32 pfn, u32 order)
{
	page_set_unit(mm, pfn, order, PAGE_USED, MIGRATE_RECLAIMABLE);
	for (u32 i = 0; i < N(order); i++) {
		mm->page[pfn + i].kind = PK_SLAB;
		mm->page[pfn + i].owner = pfn + i;
	}
	slab_mark_cold(mm, pfn);
}

/* as many as were asked for, the first that were marked, and nothing that was not */
TEST(slab_that_the_recorded_kernel_freed_can_be_shrunk)
{
	struct mm *mm = machine("7.3", 2);

	nr_evicted = 0;
	mm->driver.evicted = evicted;
	for (u32 i = 0; i < 4; i++)
		slab(mm, 2 * i, 1);
	assert_int_equal(mm_shrink_slab(mm, 0), 0);
	assert_int_equal(mm_shrink_slab(mm, 3), 4);
	assert_int_equal(nr_evicted, 4);
	assert_int_not_equal(mm->page[0].state, PAGE_USED);
	assert_int_not_equal(mm->page[2].state, PAGE_USED);
	assert_int_equal(mm->page[4].state, PAGE_USED);
	assert_int_equal(mm_shrink_slab(mm, 100), 4);
	assert_int_equal(mm_shrink_slab(mm, 100), 0);
	machine_done(mm, "end");
}
