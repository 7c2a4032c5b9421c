// SPDX-License-Identifier: GPL-2.0-only
/*
 * The buddy lists: which end a page goes to, what merges, what changes a pageblock's type, and
 * whose pages a request gets when its own type has none.
 */
#include "buddy_machine.h"

/* --- which end of the list ------------------------------------------------------------- */

TEST(a_freed_page_goes_to_the_head)
{
	struct mm *mm = tiny_machine(V73, 2);

	buddy_free(mm, 0, 0);
	buddy_free(mm, 8, 0);
	buddy_free(mm, 16, 0);
	assert_string_equal(free_list(mm, 0, MIGRATE_MOVABLE), "16 8 0");
	machine_done(mm, __func__);
}

TEST(it_goes_to_the_tail_when_it_will_merge_twice_soon)
{
	struct mm *mm = tiny_machine(V73, 2);

	buddy_free(mm, 100, 0);
	buddy_free(mm, 2, 1);		/* the buddy of what 0 and 1 would make */
	buddy_free(mm, 0, 0);
	assert_string_equal(free_list(mm, 0, MIGRATE_MOVABLE), "100 0");
	buddy_free(mm, 1, 0);
	assert_string_equal(free_list(mm, 2, MIGRATE_MOVABLE), "0");
	machine_done(mm, __func__);
}

TEST(order_9_is_never_kept_for_last)
{
	struct mm *mm = tiny_machine(V73, 8);

	buddy_free(mm, BLOCK(4), 9);
	buddy_free(mm, BLOCK(2), 10);
	buddy_free(mm, BLOCK(0), 9); /* with block 1 it would be a neighbor of order 10 */
	assert_string_equal(free_list(mm, 9, MIGRATE_MOVABLE), "0 2048");
	machine_done(mm, __func__);
}

TEST(order_8_is)
{
	struct mm *mm = tiny_machine(V73, 8);

	buddy_free(mm, BLOCK(4), 8);
	buddy_free(mm, BLOCK(1), 9);
	buddy_free(mm, BLOCK(0), 8);
	assert_string_equal(free_list(mm, 8, MIGRATE_MOVABLE), "2048 0");
	machine_done(mm, __func__);
}

TEST(fpi_to_tail_overrides)
{
	struct mm *mm = tiny_machine(V73, 2);

	buddy_free(mm, 100, 0);
	page_set_unit(mm, 8, 0, PAGE_BUDDY, 0);
	__free_one_page(mm, normal(mm), 8, 0, MIGRATE_MOVABLE, true);
	assert_string_equal(free_list(mm, 0, MIGRATE_MOVABLE), "100 8");
	machine_done(mm, __func__);
}

TEST(a_split_keeps_the_lowest_part_and_heads_the_rest)
{
	struct mm *mm = tiny_machine(V73, 2);

	buddy_free(mm, 96, 2);
	buddy_free(mm, 64, 3);
	assert_int_equal(take(mm, 3, MIGRATE_MOVABLE, 0), 64);
	buddy_free(mm, 64, 3);
	assert_int_equal(take(mm, 2, MIGRATE_MOVABLE, 0), 96);
	assert_int_equal(take(mm, 1, MIGRATE_MOVABLE, 0), 64);
	assert_string_equal(free_list(mm, 2, MIGRATE_MOVABLE), "68");
	assert_string_equal(free_list(mm, 1, MIGRATE_MOVABLE), "66");
	machine_done(mm, __func__);
}

TEST(the_head_of_the_smallest_order_is_taken)
{
	struct mm *mm = tiny_machine(V73, 2);

	buddy_free(mm, 0, 0);
	buddy_free(mm, 8, 0);
	buddy_free(mm, 64, 4);
	assert_int_equal(take(mm, 0, MIGRATE_MOVABLE, 0), 8);
	assert_int_equal(take(mm, 0, MIGRATE_MOVABLE, 0), 0);
	assert_int_equal(take(mm, 0, MIGRATE_MOVABLE, 0), 64);
	machine_done(mm, __func__);
}

TEST(a_converted_block_goes_to_the_tail_by_ascending_pfn)
{
	struct mm *mm = tiny_machine(V73, 2);

	block_type(mm, 1, MIGRATE_RECLAIMABLE);
	buddy_free(mm, BLOCK(1) + 4, 0);
	buddy_free(mm, 200, 0);
	buddy_free(mm, 8, 0);
	buddy_free(mm, 100, 0);
	assert_int_equal(move_freepages_block(mm, normal(mm), 17, MIGRATE_RECLAIMABLE), 3);
	assert_string_equal(free_list(mm, 0, MIGRATE_RECLAIMABLE), "516 8 100 200");
	assert_int_equal(get_pageblock_migratetype(mm, 0), MIGRATE_RECLAIMABLE);
	machine_done(mm, __func__);
}

/* --- merging --------------------------------------------------------------------------- */

TEST(free_pages_merge_up_to_order_10)
{
	struct mm *mm = tiny_machine(V73, 4);
	u32 pfn;

	for (pfn = 0; pfn < BLOCK(4); pfn++)
		buddy_free(mm, pfn, 0);
	assert_string_equal(free_list(mm, 10, MIGRATE_MOVABLE), "1024 0");
	assert_int_equal(normal(mm)->nr_free_pages, BLOCK(4));
	assert_int_equal(normal(mm)->nr_free_pages_blocks, BLOCK(4));
	machine_done(mm, __func__);
}

TEST(zones_do_not_merge)
{
	struct mm *mm = mm_alloc(BLOCK(2), 1, 1);

	mm_add_zone(mm, ZONE_DMA32, 0, BLOCK(1));
	mm_add_zone(mm, ZONE_NORMAL, BLOCK(1), BLOCK(1));
	mm_place_free(mm, 0, 9, true);
	mm_place_free(mm, BLOCK(1), 9, true);
	mm_init_late(mm);
	assert_int_equal(mm->zone[ZONE_DMA32].free_area[9].nr_free, 1);
	assert_int_equal(mm->zone[ZONE_NORMAL].free_area[9].nr_free, 1);
	machine_done(mm, __func__);
}

TEST(whole_blocks_of_two_types_merge_and_take_the_later_type)
{
	struct mm *mm = tiny_machine(V73, 2);

	block_type(mm, 0, MIGRATE_UNMOVABLE);
	buddy_free(mm, BLOCK(0), 9);
	buddy_free(mm, BLOCK(1), 9);
	assert_string_equal(free_list(mm, 10, MIGRATE_MOVABLE), "0");
	assert_int_equal(get_pageblock_migratetype(mm, 0), MIGRATE_MOVABLE);
	machine_done(mm, __func__);
}

TEST(in_6_1_they_merge_without_being_retyped)
{
	struct mm *mm = tiny_machine(V61, 2);

	block_type(mm, 0, MIGRATE_UNMOVABLE);
	buddy_free(mm, BLOCK(0), 9);
	buddy_free(mm, BLOCK(1), 9);
	assert_string_equal(free_list(mm, 10, MIGRATE_MOVABLE), "0");
	assert_int_equal(get_pageblock_migratetype(mm, 0), MIGRATE_UNMOVABLE);
	machine_done(mm, __func__);
}

TEST(highatomic_blocks_merge_with_their_kind_only)
{
	struct mm *mm = tiny_machine(V73, 4);

	block_type(mm, 0, MIGRATE_HIGHATOMIC);
	block_type(mm, 2, MIGRATE_HIGHATOMIC);
	block_type(mm, 3, MIGRATE_HIGHATOMIC);
	buddy_free(mm, BLOCK(0), 9);
	buddy_free(mm, BLOCK(1), 9);
	buddy_free(mm, BLOCK(2), 9);
	buddy_free(mm, BLOCK(3), 9);
	assert_string_equal(free_list(mm, 9, MIGRATE_HIGHATOMIC), "0");
	assert_string_equal(free_list(mm, 9, MIGRATE_MOVABLE), "512");
	assert_string_equal(free_list(mm, 10, MIGRATE_HIGHATOMIC), "1024");
	assert_int_equal(normal(mm)->nr_free_highatomic, BLOCK(3));
	machine_done(mm, __func__);
}

TEST(order_10_is_freed_as_two_blocks_each_of_its_own_type)
{
	struct mm *mm = tiny_machine(V73, 2);

	block_type(mm, 0, MIGRATE_HIGHATOMIC);
	buddy_free(mm, 0, 10);
	assert_string_equal(free_list(mm, 9, MIGRATE_HIGHATOMIC), "0");
	assert_string_equal(free_list(mm, 9, MIGRATE_MOVABLE), "512");
	machine_done(mm, __func__);
}

/* --- claim ----------------------------------------------------------------------------- */

TEST(a_whole_buddy_is_claimed_with_all_its_blocks)
{
	struct mm *mm = tiny_machine(V73, 4);

	buddy_free(mm, 0, 10);
	assert_int_equal(take(mm, 0, MIGRATE_UNMOVABLE, KERNEL_FLAGS), 0);
	assert_int_equal(get_pageblock_migratetype(mm, BLOCK(0)), MIGRATE_UNMOVABLE);
	assert_int_equal(get_pageblock_migratetype(mm, BLOCK(1)), MIGRATE_UNMOVABLE);
	assert_string_equal(free_list(mm, 9, MIGRATE_UNMOVABLE), "512");
	assert_string_equal(free_list(mm, 0, MIGRATE_UNMOVABLE), "1");
	assert_int_equal(normal(mm)->watermark_boost, 0);
	assert_int_equal(mm->extfrag[MIGRATE_UNMOVABLE][MIGRATE_MOVABLE][EXTFRAG_CLAIM_BLOCK], 1);
	assert_int_equal(mm->extfrag_change_ownership, 1);
	machine_done(mm, __func__);
}

/* block 0 movable: @nr_free free pages in pieces of order 4, then LRU pages, then kernel's */
TEST(a_block_is_claimed_when_half_of_it_is_free_or_alike)
{
	/* 16 free and 240 of the kernel's, 256 movable: exactly half */
	struct mm *mm = partly_used_block(V73, 16, 256);

	assert_int_equal(take(mm, 0, MIGRATE_UNMOVABLE, KERNEL_FLAGS), 0);
	assert_int_equal(get_pageblock_migratetype(mm, 0), MIGRATE_UNMOVABLE);
	assert_int_equal(mm->extfrag[MIGRATE_UNMOVABLE][MIGRATE_MOVABLE][EXTFRAG_CLAIM_PART], 1);
	assert_int_equal(normal(mm)->watermark_boost, 512);
	assert_true(normal(mm)->flags & ZONE_BOOSTED_WATERMARK);
	unmark_lru(mm);
	machine_done(mm, __func__);
}

TEST(one_page_less_and_a_single_page_is_stolen)
{
	struct mm *mm = partly_used_block(V73, 16, 257);

	assert_int_equal(take(mm, 0, MIGRATE_UNMOVABLE, KERNEL_FLAGS), 0);
	assert_int_equal(get_pageblock_migratetype(mm, 0), MIGRATE_MOVABLE);
	assert_string_equal(free_list(mm, 3, MIGRATE_MOVABLE), "8");
	assert_int_equal(mm->extfrag[MIGRATE_UNMOVABLE][MIGRATE_MOVABLE][EXTFRAG_STEAL], 1);
	assert_int_equal(mm->extfrag_change_ownership, 0);
	/* the attempt alone boosts */
	assert_int_equal(normal(mm)->watermark_boost, 512);
	unmark_lru(mm);
	machine_done(mm, __func__);
}

TEST(for_movable_requests_movable_pages_are_alike)
{
	struct mm *mm = partly_used_block(V73, 16, 240);

	block_type(mm, 0, MIGRATE_UNMOVABLE);
	move_freepages_block(mm, normal(mm), 0, MIGRATE_UNMOVABLE);
	assert_int_equal(take(mm, 0, MIGRATE_MOVABLE, KERNEL_FLAGS), 0);
	assert_int_equal(get_pageblock_migratetype(mm, 0), MIGRATE_MOVABLE);
	unmark_lru(mm);
	machine_done(mm, __func__);
}

TEST(movable_requests_claim_nothing_below_order_4)
{
	struct mm *mm = tiny_machine(V73, 2);
	u32 pfn;

	block_type(mm, 0, MIGRATE_UNMOVABLE);
	for (pfn = 0; pfn < 512; pfn += 16)
		buddy_free(mm, pfn, 3);
	assert_int_equal(take(mm, 0, MIGRATE_MOVABLE, KERNEL_FLAGS), 496);
	assert_int_equal(get_pageblock_migratetype(mm, 0), MIGRATE_UNMOVABLE);
	assert_int_equal(mm->extfrag[MIGRATE_MOVABLE][MIGRATE_UNMOVABLE][EXTFRAG_STEAL], 1);
	assert_int_equal(normal(mm)->watermark_boost, 0);
	machine_done(mm, __func__);
}

TEST(only_the_head_page_of_an_order_is_examined)
{
	struct mm *mm = tiny_machine(V73, 4);
	u32 pfn;

	/* block 1 is all the kernel's and would be claimed; block 0's pages are at the head */
	buddy_free(mm, BLOCK(1), 4);
	for (pfn = 32; pfn < 512; pfn++)
		mm->page[pfn].lru = 1;
	buddy_free(mm, 0, 4);
	assert_string_equal(free_list(mm, 4, MIGRATE_MOVABLE), "0 512");
	assert_int_equal(take(mm, 0, MIGRATE_UNMOVABLE, KERNEL_FLAGS), 0);
	assert_int_equal(get_pageblock_migratetype(mm, BLOCK(1)), MIGRATE_MOVABLE);
	assert_int_equal(mm->extfrag[MIGRATE_UNMOVABLE][MIGRATE_MOVABLE][EXTFRAG_STEAL], 1);
	unmark_lru(mm);
	machine_done(mm, __func__);
}

TEST(a_claimed_block_serves_its_smallest_page)
{
	struct mm *mm = tiny_machine(V73, 2);

	buddy_free(mm, 64, 6);
	buddy_free(mm, 8, 0);
	assert_int_equal(take(mm, 0, MIGRATE_UNMOVABLE, KERNEL_FLAGS), 8);
	assert_string_equal(free_list(mm, 6, MIGRATE_UNMOVABLE), "64");
	machine_done(mm, __func__);
}

TEST(fallback_types_have_an_order)
{
	struct mm *mm = tiny_machine(V73, 8);

	block_type(mm, 4, MIGRATE_RECLAIMABLE);
	block_type(mm, 5, MIGRATE_RECLAIMABLE);
	buddy_free(mm, BLOCK(0), 10);
	buddy_free(mm, BLOCK(4), 10);
	assert_int_equal(take(mm, 0, MIGRATE_UNMOVABLE, KERNEL_FLAGS), BLOCK(4));
	assert_int_equal(find_suitable_fallback(normal(mm), 10, MIGRATE_RECLAIMABLE, true),
			 MIGRATE_MOVABLE);
	assert_int_equal(find_suitable_fallback(normal(mm), 3, MIGRATE_MOVABLE, true), -2);
	assert_int_equal(find_suitable_fallback(normal(mm), 4, MIGRATE_RECLAIMABLE, true),
			 MIGRATE_UNMOVABLE);
	machine_done(mm, __func__);
}

TEST(a_block_at_the_zones_edge_is_never_claimed)
{
	struct mm *mm = mm_alloc(BLOCK(8), 1, 1);
	enum rmqueue_mode mode = RMQUEUE_NORMAL;
	struct zone *z = &mm->zone[ZONE_DMA];
	u32 pfn;

	mm->sysctl.min_free_kbytes = 4;
	mm_add_zone(mm, ZONE_DMA, 1, BLOCK(8) - 1);
	for (pfn = 1; pfn < BLOCK(8); pfn++)
		mm_place_used(mm, pfn, 0, PK_KERNEL, MIGRATE_UNMOVABLE);
	mm_init_late(mm);
	buddy_free(mm, 16, 4);
	assert_int_equal(__rmqueue(mm, z, 0, MIGRATE_UNMOVABLE, KERNEL_FLAGS, &mode), 16);
	prep_new_page(mm, 16, 0, MIGRATE_UNMOVABLE);
	assert_int_equal(mode, RMQUEUE_STEAL);
	assert_int_equal(get_pageblock_migratetype(mm, 16), MIGRATE_MOVABLE);
	assert_int_equal(z->watermark_boost, 512);
	machine_done(mm, __func__);
}

/* --- ALLOC_NOFRAGMENT, steal, the mode of a refill --------------------------------------- */

TEST(nofragment_takes_whole_blocks_only)
{
	struct mm *mm = tiny_machine(V73, 4);

	buddy_free(mm, 0, 8);
	assert_int_equal(take(mm, 0, MIGRATE_UNMOVABLE, ALLOC_NOFRAGMENT), PFN_NONE);
	assert_int_equal(normal(mm)->watermark_boost, 0);
	buddy_free(mm, BLOCK(2), 9);
	assert_int_equal(take(mm, 0, MIGRATE_UNMOVABLE, ALLOC_NOFRAGMENT), BLOCK(2));
	machine_done(mm, __func__);
}

TEST(stealing_takes_the_smallest_and_leaves_the_rest)
{
	struct mm *mm = partly_used_block(V73, 16, 400);

	buddy_free(mm, 480, 1);
	assert_int_equal(take(mm, 0, MIGRATE_UNMOVABLE, 0), 480);
	assert_string_equal(free_list(mm, 0, MIGRATE_MOVABLE), "481");
	assert_string_equal(free_list(mm, 4, MIGRATE_MOVABLE), "0");
	unmark_lru(mm);
	machine_done(mm, __func__);
}

TEST(after_a_steal_a_refill_only_steals)
{
	struct mm *mm = partly_used_block(V73, 16, 400);
	enum rmqueue_mode mode = RMQUEUE_NORMAL;
	u32 pfn;

	pfn = __rmqueue(mm, normal(mm), 0, MIGRATE_UNMOVABLE, 0, &mode);
	prep_new_page(mm, pfn, 0, MIGRATE_UNMOVABLE);
	assert_int_equal(mode, RMQUEUE_STEAL);
	block_type(mm, 1, MIGRATE_UNMOVABLE);
	buddy_free(mm, BLOCK(1), 0);
	pfn = __rmqueue(mm, normal(mm), 0, MIGRATE_UNMOVABLE, 0, &mode);
	prep_new_page(mm, pfn, 0, MIGRATE_UNMOVABLE);
	assert_int_equal(pfn, 1);
	assert_int_equal(take(mm, 0, MIGRATE_UNMOVABLE, 0), BLOCK(1));
	unmark_lru(mm);
	machine_done(mm, __func__);
}

TEST(the_boost_has_a_ceiling)
{
	struct mm *mm = tiny_machine(V73, 8);
	struct zone *z = normal(mm);
	int i;

	z->_watermark[WMARK_HIGH] = 1000;
	for (i = 0; i < 5; i++)
		assert_true(boost_watermark(mm, z));
	assert_int_equal(z->watermark_boost, 1500);
	assert_int_equal(wmark_pages(z, WMARK_MIN), z->_watermark[WMARK_MIN] + 1500);
	mm->sysctl.watermark_boost_factor = 0;
	assert_false(boost_watermark(mm, z));
	mm_free(mm);
}

/* as posted with superpageblocks */
TEST(with_no_watermark_boost_there_is_none)
{
	struct mm *mm = tiny_machine(V73, 8);

	normal(mm)->_watermark[WMARK_HIGH] = 1000;
	mm->k.no_watermark_boost = true;
	assert_false(boost_watermark(mm, normal(mm)));
	assert_int_equal(normal(mm)->watermark_boost, 0);
	mm_free(mm);
}

/* --- isolation and capture --------------------------------------------------------------- */

TEST(isolating_half_a_block_makes_it_movable)
{
	struct mm *mm = tiny_machine(V73, 4);

	block_type(mm, 0, MIGRATE_UNMOVABLE);
	buddy_free(mm, 0, 8);
	buddy_free(mm, 256, 3);
	buddy_free(mm, BLOCK(2), 10);
	assert_int_equal(__isolate_free_page(mm, normal(mm), 256, 3), 8);
	assert_int_equal(get_pageblock_migratetype(mm, 0), MIGRATE_UNMOVABLE);
	buddy_free(mm, 256, 3);
	assert_int_equal(__isolate_free_page(mm, normal(mm), 0, 8), 256);
	assert_int_equal(get_pageblock_migratetype(mm, 0), MIGRATE_MOVABLE);
	assert_string_equal(free_list(mm, 3, MIGRATE_MOVABLE), "256");
	machine_done(mm, __func__);
}

TEST(isolation_respects_the_min_watermark)
{
	struct mm *mm = tiny_machine(V73, 4);
	struct zone *z = normal(mm);

	buddy_free(mm, 0, 3);
	z->_watermark[WMARK_MIN] = 0;
	assert_int_equal(__isolate_free_page(mm, z, 0, 3), 0);
	buddy_free(mm, 64, 0);
	assert_int_equal(__isolate_free_page(mm, z, 0, 3), 8);
	mm_free(mm);
}

TEST(compaction_captures_a_page_of_its_order)
{
	struct mm *mm = tiny_machine(V73, 4);
	struct capture_control capc = { .zone = normal(mm), .order = 9, .pfn = PFN_NONE,
					.migratetype = MIGRATE_UNMOVABLE };

	buddy_free(mm, 0, 8);
	mm->capc = &capc;
	buddy_free(mm, 256, 8);
	mm->capc = NULL;
	assert_int_equal(capc.pfn, 0);
	assert_int_equal(normal(mm)->nr_free_pages, 0);
	assert_int_equal(mm->extfrag[MIGRATE_UNMOVABLE][MIGRATE_MOVABLE][EXTFRAG_CAPTURE], 1);
	machine_done(mm, __func__);
}

TEST(small_unmovable_captures_spare_movable_blocks)
{
	struct mm *mm = tiny_machine(V73, 4);
	struct capture_control capc = { .zone = normal(mm), .order = 0, .pfn = PFN_NONE,
					.migratetype = MIGRATE_UNMOVABLE };

	mm->capc = &capc;
	buddy_free(mm, 0, 0);
	assert_int_equal(capc.pfn, PFN_NONE);
	capc.migratetype = MIGRATE_MOVABLE;
	buddy_free(mm, 8, 0);
	assert_int_equal(capc.pfn, 8);
	mm->capc = NULL;
	machine_done(mm, __func__);
}

/* --- the highatomic reserve -------------------------------------------------------------- */

TEST(a_high_order_atomic_page_reserves_its_block)
{
	struct mm *mm = tiny_machine(V73, 100);
	struct zone *z = normal(mm);
	struct alloc_context ac = { .migratetype = MIGRATE_RECLAIMABLE, .preferred = ZONE_NORMAL };

	z->managed = BLOCK(100);
	buddy_free(mm, 64, 4);
	reserve_highatomic_pageblock(mm, z, 0, 1);
	assert_string_equal(free_list(mm, 4, MIGRATE_HIGHATOMIC), "64");
	assert_int_equal(z->nr_reserved_highatomic, 512);
	assert_int_equal(z->nr_free_highatomic, 16);
	/* one per cent of the zone is one block: it is full */
	reserve_highatomic_pageblock(mm, z, BLOCK(1), 1);
	assert_int_equal(get_pageblock_migratetype(mm, BLOCK(1)), MIGRATE_MOVABLE);
	/* the last block goes back only under force, to the type in need */
	assert_false(unreserve_highatomic_pageblock(mm, &ac, false));
	assert_true(unreserve_highatomic_pageblock(mm, &ac, true));
	assert_string_equal(free_list(mm, 4, MIGRATE_RECLAIMABLE), "64");
	assert_int_equal(z->nr_reserved_highatomic, 0);
	machine_done(mm, __func__);
}
