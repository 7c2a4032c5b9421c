// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a kernel version does when a type's own free lists are empty: the mode cache of a refill,
 * the biggest buddy of 6.10 to 6.14, and 6.1's one pass, whose lists need not match their blocks.
 */
#include "buddy_machine.h"

/* 256 free pages in block 1, none alone at the head of its list, and one of block 0 that is */
static struct mm *second_page_claims(const char *version)
{
	struct mm *mm = partly_used_block(version, 0, 400);
	struct per_cpu_pages *pcp = normal(mm)->pcp;
	u32 pfn;

	for (pfn = BLOCK(1); pfn < BLOCK(2); pfn += 2)
		buddy_free(mm, pfn, 0);
	buddy_free(mm, 480, 0);
	pcp->batch = 2;
	pcp->high = pcp->high_min = pcp->high_max = 4;
	return mm;
}

TEST(the_mode_cache_keeps_a_refill_stealing)
{
	struct mm *mm = second_page_claims(V73);

	assert_int_equal(rmqueue_pcplist(mm, normal(mm), 0, MIGRATE_UNMOVABLE, 0), 480);
	prep_new_page(mm, 480, 0, MIGRATE_UNMOVABLE);
	assert_string_equal(pcp_list(mm, 0, 0, MIGRATE_UNMOVABLE), "1022");
	assert_int_equal(get_pageblock_migratetype(mm, BLOCK(1)), MIGRATE_MOVABLE);
	unmark_lru(mm);
	machine_done(mm, __func__);
}

TEST(without_it_each_page_may_claim_a_block)
{
	struct mm *mm = second_page_claims(V73);

	mm->k.rmqueue_mode_cache = false;
	assert_int_equal(rmqueue_pcplist(mm, normal(mm), 0, MIGRATE_UNMOVABLE, 0), 480);
	prep_new_page(mm, 480, 0, MIGRATE_UNMOVABLE);
	assert_string_equal(pcp_list(mm, 0, 0, MIGRATE_UNMOVABLE), "512");
	assert_int_equal(get_pageblock_migratetype(mm, BLOCK(1)), MIGRATE_UNMOVABLE);
	unmark_lru(mm);
	machine_done(mm, __func__);
}

/* --- 6.10 to 6.14: pages are stolen from the biggest buddy -------------------------------- */

TEST(in_6_14_a_block_not_claimed_is_split_at_its_largest)
{
	struct mm *mm = partly_used_block(V614, 16, 400);

	buddy_free(mm, 480, 1);
	assert_int_equal(take(mm, 0, MIGRATE_UNMOVABLE, 0), 0);
	assert_string_equal(free_list(mm, 0, MIGRATE_MOVABLE), "1");
	assert_string_equal(free_list(mm, 1, MIGRATE_MOVABLE), "2 480");
	assert_string_equal(free_list(mm, 2, MIGRATE_MOVABLE), "4");
	assert_string_equal(free_list(mm, 3, MIGRATE_MOVABLE), "8");
	assert_int_equal(get_pageblock_migratetype(mm, 0), MIGRATE_MOVABLE);
	assert_int_equal(mm->extfrag[MIGRATE_UNMOVABLE][MIGRATE_MOVABLE][EXTFRAG_STEAL], 1);
	unmark_lru(mm);
	machine_done(mm, __func__);
}

TEST(in_6_14_movable_requests_take_the_smallest_and_boost_the_mark)
{
	struct mm *mm = tiny_machine(V614, 8);

	block_type(mm, 0, MIGRATE_UNMOVABLE);
	buddy_free(mm, 0, 3);
	buddy_free(mm, 16, 2);
	assert_int_equal(take(mm, 0, MIGRATE_MOVABLE, KERNEL_FLAGS), 16);
	assert_string_equal(free_list(mm, 1, MIGRATE_UNMOVABLE), "18");
	assert_string_equal(free_list(mm, 3, MIGRATE_UNMOVABLE), "0");
	assert_int_equal(normal(mm)->watermark_boost, 512);
	mm->k.steal_biggest_buddy = false;
	normal(mm)->watermark_boost = 0;
	assert_int_equal(take(mm, 0, MIGRATE_MOVABLE, KERNEL_FLAGS), 17);
	assert_int_equal(normal(mm)->watermark_boost, 0);
	machine_done(mm, __func__);
}

TEST(in_6_14_blocks_are_claimed_as_today)
{
	struct mm *mm = tiny_machine(V614, 4);

	block_type(mm, 0, MIGRATE_RECLAIMABLE);
	buddy_free(mm, 0, 8);
	assert_int_equal(take(mm, 0, MIGRATE_UNMOVABLE, ALLOC_NOFRAGMENT), PFN_NONE);
	assert_int_equal(take(mm, 0, MIGRATE_UNMOVABLE, 0), 0);
	assert_int_equal(get_pageblock_migratetype(mm, 0), MIGRATE_UNMOVABLE);
	buddy_free(mm, BLOCK(2), 9);
	assert_int_equal(take(mm, 9, MIGRATE_RECLAIMABLE, ALLOC_NOFRAGMENT), BLOCK(2));
	assert_int_equal(get_pageblock_migratetype(mm, BLOCK(2)), MIGRATE_RECLAIMABLE);
	machine_done(mm, __func__);
}

TEST(versions_fall_back_in_three_ways)
{
	static const struct {
		const char *version;
		bool split, biggest, cache;
	} known[] = {
		{ "6.1.192", false, false, false }, { "6.9.12", false, false, false },
		{ "6.10", true, true, false }, { "6.12.28", true, true, false },
		{ "6.12.29", true, false, true }, { "6.13.12", true, true, false },
		{ "6.14.6", true, true, false }, { "6.14.7", true, false, true },
		{ "6.15", true, false, true }, { "7.3.4", true, false, true },
	};
	struct kernel_features k;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		kernel_features_set(&k, kernel_version_parse(known[i].version));
		assert_int_equal(k.claim_steal_split, known[i].split);
		assert_int_equal(k.steal_biggest_buddy, known[i].biggest);
		assert_int_equal(k.rmqueue_mode_cache, known[i].cache);
	}
}

/* --- 6.1 --------------------------------------------------------------------------------- */

TEST(in_6_1_a_single_page_moves_its_whole_buddy)
{
	struct mm *mm = tiny_machine(V61, 8);

	block_type(mm, 0, MIGRATE_UNMOVABLE);
	buddy_free(mm, 0, 3);
	buddy_free(mm, 16, 2);
	/* a movable request: too small for the block, so smallest first */
	assert_int_equal(take(mm, 0, MIGRATE_MOVABLE, KERNEL_FLAGS), 16);
	assert_string_equal(free_list(mm, 1, MIGRATE_MOVABLE), "18");
	assert_string_equal(free_list(mm, 0, MIGRATE_MOVABLE), "17");
	assert_string_equal(free_list(mm, 3, MIGRATE_UNMOVABLE), "0");
	assert_int_equal(get_pageblock_migratetype(mm, 0), MIGRATE_UNMOVABLE);
	assert_int_equal(normal(mm)->watermark_boost, 512);
	machine_done(mm, __func__);
}

TEST(in_6_1_a_stolen_order_0_page_moves_too)
{
	struct mm *mm = tiny_machine(V61, 8);

	block_type(mm, 0, MIGRATE_UNMOVABLE);
	buddy_free(mm, 8, 0);
	assert_int_equal(take(mm, 0, MIGRATE_MOVABLE, KERNEL_FLAGS), 8);
	assert_string_equal(free_list(mm, 0, MIGRATE_UNMOVABLE), "");
	machine_done(mm, __func__);
}

TEST(in_6_1_the_zones_lower_edge_only_moves_the_start)
{
	struct mm *mm = mm_alloc(BLOCK(8), 1, 1);
	enum rmqueue_mode mode = RMQUEUE_NORMAL;
	struct zone *z = &mm->zone[ZONE_DMA];
	u32 pfn;

	kernel_features_set(&mm->k, kernel_version_parse(V61));
	mm->sysctl.min_free_kbytes = 4;
	mm_add_zone(mm, ZONE_DMA, 1, BLOCK(8) - 1);
	for (pfn = 1; pfn < BLOCK(8); pfn++)
		mm_place_used(mm, pfn, 0, PK_KERNEL, MIGRATE_UNMOVABLE);
	mm_init_late(mm);
	buddy_free(mm, 32, 4);
	buddy_free(mm, 64, 3);
	buddy_free(mm, 8, 3);
	pfn = __rmqueue(mm, z, 0, MIGRATE_UNMOVABLE, KERNEL_FLAGS, &mode);
	prep_new_page(mm, pfn, 0, MIGRATE_UNMOVABLE);
	/* from the largest page on, but not the page below it */
	assert_int_equal(mm->page[8].mt, MIGRATE_MOVABLE);
	assert_int_equal(mm->page[64].mt, MIGRATE_UNMOVABLE);
	assert_int_equal(get_pageblock_migratetype(mm, 0), MIGRATE_UNMOVABLE);
	machine_done(mm, __func__);
}

TEST(in_6_1_small_captures_spare_all_movable_blocks)
{
	struct mm *mm = tiny_machine(V61, 4);
	struct capture_control capc = { .zone = normal(mm), .order = 0, .pfn = PFN_NONE,
					.migratetype = MIGRATE_MOVABLE };

	mm->capc = &capc;
	buddy_free(mm, 0, 0);
	mm->capc = NULL;
	assert_int_equal(capc.pfn, PFN_NONE);
	machine_done(mm, __func__);
}

TEST(in_6_1_free_pages_move_even_if_the_block_is_not_claimed)
{
	struct mm *mm = partly_used_block(V61, 16, 400);

	buddy_free(mm, 480, 1);
	assert_int_equal(take(mm, 1, MIGRATE_UNMOVABLE, KERNEL_FLAGS), 480);
	assert_string_equal(free_list(mm, 4, MIGRATE_UNMOVABLE), "0");
	assert_int_equal(get_pageblock_migratetype(mm, 0), MIGRATE_MOVABLE);
	assert_int_equal(mm->extfrag[MIGRATE_UNMOVABLE][MIGRATE_MOVABLE][EXTFRAG_STEAL], 1);
	unmark_lru(mm);
	machine_done(mm, __func__);
}

TEST(in_6_1_a_page_returns_to_the_type_it_was_freed_with)
{
	struct mm *mm = tiny_machine(V61, 2);

	free_pages(mm, 64, 0);
	block_type(mm, 0, MIGRATE_UNMOVABLE);
	drain_all_pages(mm, NULL);
	assert_string_equal(free_list(mm, 0, MIGRATE_MOVABLE), "64");
	machine_done(mm, __func__);
}

TEST(since_6_10_to_the_type_its_block_has_by_then)
{
	struct mm *mm = tiny_machine(V73, 2);

	free_pages(mm, 64, 0);
	block_type(mm, 0, MIGRATE_UNMOVABLE);
	drain_all_pages(mm, NULL);
	assert_string_equal(free_list(mm, 0, MIGRATE_UNMOVABLE), "64");
	machine_done(mm, __func__);
}
