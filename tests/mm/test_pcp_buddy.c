// SPDX-License-Identifier: GPL-2.0-only
/* Per-CPU lists that take whole pageblocks, split them, and merge them again. */
#include "pcp_machine.h"

#define V73 "7.3.4"
#define BIG_BATCH 512		/* a refill for order 0 has room for one whole pageblock */

/* all memory is free; blocks are taken from the last pair of blocks on, its lower one first */
static struct mm *machine(u32 blocks, s32 batch, s32 high)
{
	struct mm *mm = tiny_machine(V73, blocks);
	u32 b;

	for (b = 0; b < blocks; b++)
		buddy_free(mm, BLOCK(b), 9);
	assert_int_equal(mm_feature_set(mm, "pcp_buddy", true), 0);
	sized(mm, batch, high);
	return mm;
}

TEST(every_order_up_to_a_block_has_lists)
{
	struct mm *mm = machine(2, 4, 64);
	u32 order;

	for (order = 0; order <= MAX_PAGE_ORDER; order++)
		assert_int_equal(pcp_allowed_order(mm, order), order <= pageblock_order);
	machine_done(mm, __func__);
}

TEST(no_version_has_it)
{
	static const char *const versions[] = { "6.1", "6.12", "6.18", "7.0", "7.2.13", V73 };
	struct kernel_features k;
	size_t i;

	for (i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		kernel_features_set(&k, kernel_version_parse(versions[i]));
		assert_false(k.pcp_buddy);
	}
}

TEST(switching_it_on_drains_the_ordinary_lists)
{
	struct mm *mm = tiny_machine(V73, 4);
	u32 pfn;

	buddy_free(mm, BLOCK(2), 10);
	sized(mm, 4, 64);
	pfn = rmqueue_pcplist(mm, normal(mm), 0, MIGRATE_MOVABLE, 0);
	prep_new_page(mm, pfn, 0, MIGRATE_MOVABLE);
	assert_int_equal(pcp_of(mm, 0)->count, 3);
	assert_int_equal(mm_feature_set(mm, "pcp_buddy", true), 0);
	assert_true(mm_feature(mm, "pcp_buddy"));
	assert_int_equal(pcp_of(mm, 0)->count, 0);
	assert_int_equal(normal(mm)->nr_free_pages, 1023);
	assert_int_equal(mm->drain_all_pages, 0);	/* a count of the workload's, not of ours */
	machine_done(mm, __func__);
}

TEST(switching_it_off_gives_everything_back)
{
	struct mm *mm = machine(4, BIG_BATCH, 4096);
	u32 a = get_movable(mm, 0, 0), b = get_movable(mm, 0, 0);

	put(mm, 1, a, 0);
	assert_int_equal(mm_feature_set(mm, "pcp_buddy", false), 0);
	assert_int_equal(pcp_of(mm, 0)->count, 0);
	assert_int_equal(normal(mm)->nr_free_pages, BLOCK(4) - 1);
	assert_false(pcp_allowed_order(mm, 4));
	put(mm, 0, b, 0);
	assert_string_equal(pcp_list(mm, 0, 0, MIGRATE_MOVABLE), "1025");
	assert_int_equal(mm_feature_set(mm, "pcp_buddy", true), 0);
	assert_string_equal(stock(mm, 0), "");
	assert_int_equal(normal(mm)->nr_free_pages, BLOCK(4));
	machine_done(mm, __func__);
}

TEST(a_refill_takes_a_block_and_its_owner_is_the_cpu)
{
	struct mm *mm = machine(8, BIG_BATCH, 4096);

	assert_int_equal(get_movable(mm, 1, 0), 3072);
	assert_string_equal(stock(mm, 1), "M0:3073 M1:3074 M2:3076 M3:3080 M4:3088 M5:3104 M6:3136"
					  " M7:3200 M8:3328");
	assert_int_equal(pcp_of(mm, 1)->count, 511);
	assert_int_equal(owner(mm, 6), 2);
	assert_int_equal(owner(mm, 7), 0);
	assert_string_equal(broken_up(mm, 1), "");
	machine_done(mm, __func__);
}

TEST(a_refill_takes_as_many_blocks_as_are_wanted_whole)
{
	struct mm *mm = machine(8, 1100, 8192);

	/* 1100 pages: two blocks and 76 single pages, which nobody owns */
	assert_int_equal(get_movable(mm, 0, 9), 3072);
	assert_string_equal(stock(mm, 0), "M9:3584");
	assert_int_equal(get_movable(mm, 0, 9), 3584);
	assert_int_equal(get_movable(mm, 0, 0), 1024);
	assert_int_equal(pcp_of(mm, 0)->count, 1099);
	assert_int_equal(owner(mm, 4), 1);
	assert_int_equal(owner(mm, 5), 1);
	assert_int_equal(owner(mm, 2), 0);
	assert_int_equal(mm->page[1024 + 75].state, PAGE_PCP);
	assert_int_equal(mm->page[1024 + 76].state, PAGE_BUDDY);
	machine_done(mm, __func__);
}

TEST(a_refill_with_no_room_for_a_block_takes_single_pages)
{
	struct mm *mm = machine(8, 4, 64);

	assert_int_equal(get_movable(mm, 0, 0), 3072);
	assert_string_equal(stock(mm, 0), "M0:3073,3074,3075");
	assert_int_equal(owner(mm, 6), 0);
	assert_int_equal(get_movable(mm, 0, 4), 3088);
	assert_string_equal(stock(mm, 0), "M0:3073,3074,3075 M4:3104");
	machine_done(mm, __func__);
}

TEST(a_batch_grows_until_it_has_room_for_a_block)
{
	struct mm *mm = machine(8, 63, 8192);
	static const s32 taken[] = { 63, 126, 252, 504 };
	u32 i, n;

	for (i = 0; i < 4; i++) {
		for (n = 0; n < (u32)taken[i]; n++)
			assert_int_not_equal(get_movable(mm, 0, 0), PFN_NONE);
		assert_int_equal(pcp_of(mm, 0)->count, 0);
	}
	assert_int_equal(owner(mm, 6), 0);
	assert_int_equal(owner(mm, 7), 0);
	/* 1008 pages: one whole block, and 496 pages to fill up */
	assert_int_not_equal(get_movable(mm, 0, 0), PFN_NONE);
	assert_int_equal(pcp_of(mm, 0)->count, 1007);
	assert_int_equal(owner(mm, 4), 1);
	assert_int_equal(owner(mm, 5), 0);
	machine_done(mm, __func__);
}

TEST(a_block_of_another_type_is_claimed_whole)
{
	struct mm *mm = machine(4, BIG_BATCH, 4096);

	assert_int_equal(get(mm, 0, 0, MIGRATE_UNMOVABLE), 1024);
	assert_int_equal(get_pageblock_migratetype(mm, 1024), MIGRATE_UNMOVABLE);
	assert_int_equal(owner(mm, 2), 1);
	assert_string_equal(stock(mm, 0), "U0:1025 U1:1026 U2:1028 U3:1032 U4:1040 U5:1056 U6:1088"
					  " U7:1152 U8:1280");
	machine_done(mm, __func__);
}

TEST(a_larger_page_on_the_lists_is_split_before_the_zone_is_asked)
{
	struct mm *mm = machine(4, BIG_BATCH, 4096);
	s64 free_pages;

	get_movable(mm, 0, 0);
	free_pages = normal(mm)->nr_free_pages;
	assert_int_equal(get_movable(mm, 0, 3), 1032);
	assert_int_equal(get_movable(mm, 0, 3), 1040);
	assert_string_equal(stock(mm, 0), "M0:1025 M1:1026 M2:1028 M3:1048 M5:1056 M6:1088 M7:1152"
					  " M8:1280");
	assert_int_equal(normal(mm)->nr_free_pages, free_pages);
	machine_done(mm, __func__);
}

TEST(a_page_comes_back_to_its_blocks_owner)
{
	struct mm *mm = machine(4, BIG_BATCH, 4096);
	u32 a = get_movable(mm, 0, 8), b = get_movable(mm, 0, 7), c = get_movable(mm, 0, 7);

	assert_string_equal(stock(mm, 0), "");
	put(mm, 1, b, 7);
	put(mm, 1, a, 8);
	put(mm, 1, c, 7);
	/* it waits, and is on neither CPU's count */
	assert_string_equal(stock(mm, 1), "");
	assert_string_equal(stock(mm, 0), "waiting:1408,1024,1280");
	assert_int_equal(pcp_of(mm, 0)->count + pcp_of(mm, 1)->count, 0);
	consistent(mm, __func__);
	/* until the owner needs a page, or drains: what came first is taken first */
	assert_int_equal(get_movable(mm, 0, 7), 1280);
	assert_string_equal(stock(mm, 0), "M7:1408 M8:1024");
	assert_int_equal(pcp_of(mm, 0)->count, 384);
	machine_done(mm, __func__);
}

TEST(a_page_of_nobodys_block_stays_with_who_frees_it)
{
	struct mm *mm = machine(4, 4, 64);
	u32 pfn = get_movable(mm, 0, 0);

	put(mm, 1, pfn, 0);
	assert_string_equal(stock(mm, 1), "M0:1024");
	assert_int_equal(pcp_of(mm, 1)->count, 1);
	machine_done(mm, __func__);
}

TEST(a_freed_page_is_listed_by_its_blocks_type)
{
	struct mm *mm = machine(4, 4, 4096);
	static const u8 types[] = { MIGRATE_RECLAIMABLE, MIGRATE_HIGHATOMIC, MIGRATE_CMA };
	u32 pfn[3], i;

	for (i = 0; i < 3; i++)
		pfn[i] = get_movable(mm, 0, 9);
	drain_local_pages(mm, NULL, 0);
	for (i = 0; i < 3; i++) {
		block_type(mm, pfn[i] >> pageblock_order, types[i]);
		put(mm, 0, pfn[i], 9);
	}
	assert_string_equal(stock(mm, 0), "M9:0,1536 R9:1024");
	machine_done(mm, __func__);
}

TEST(a_page_of_an_isolated_block_goes_to_the_zone)
{
	struct mm *mm = machine(4, BIG_BATCH, 4096);
	u32 pfn = get_movable(mm, 0, 9);

	mm->pageblock[pfn >> pageblock_order].isolate = 1;
	put(mm, 0, pfn, 9);
	assert_string_equal(free_list(mm, 9, MIGRATE_ISOLATE), "1024");
	assert_int_equal(owner(mm, 2), 0);
	machine_done(mm, __func__);
}

TEST(a_cpus_own_pages_merge_when_it_drains)
{
	struct mm *mm = machine(4, BIG_BATCH, 4096);
	u32 a = get_movable(mm, 0, 0), b = get_movable(mm, 0, 0), i;

	put(mm, 0, a, 0);
	put(mm, 0, b, 0);
	assert_string_equal(stock(mm, 0), "M0:1025,1024 M1:1026 M2:1028 M3:1032 M4:1040 M5:1056"
					  " M6:1088 M7:1152 M8:1280");
	pcp_buddy_merge(mm, pcp_of(mm, 0));
	assert_string_equal(stock(mm, 0), "M9:1024");
	assert_int_equal(owner(mm, 2), 1);
	for (i = 1; i < pageblock_nr_pages; i++)
		assert_false(mm->page[1024 + i].head);
	machine_done(mm, __func__);
}

TEST(what_others_freed_merges_too)
{
	struct mm *mm = machine(4, BIG_BATCH, 4096);
	u32 a = get_movable(mm, 0, 8), b = get_movable(mm, 0, 8);

	put(mm, 1, b, 8);
	put(mm, 0, a, 8);
	assert_string_equal(stock(mm, 0), "M8:1024 waiting:1280");
	pcp_buddy_merge(mm, pcp_of(mm, 0));
	assert_string_equal(stock(mm, 0), "M9:1024");
	machine_done(mm, __func__);
}

TEST(a_free_above_high_merges_before_it_drains)
{
	struct mm *mm = machine(8, 4, 4096);
	u32 a, b;

	get_movable(mm, 0, 0);	/* and three pages more, of nobody's block */
	sized(mm, BIG_BATCH, 4096);
	a = get_movable(mm, 0, 8);
	b = get_movable(mm, 0, 8);
	sized(mm, 256, 512);
	put(mm, 0, a, 8);
	assert_string_equal(stock(mm, 0), "M0:3073,3074,3075 M8:3584");
	/* the halves go as the whole block that they are, before any smaller page */
	put(mm, 0, b, 8);
	assert_string_equal(stock(mm, 0), "M0:3073,3074,3075");
	assert_int_equal(owner(mm, 7), 0);
	machine_done(mm, __func__);
}

TEST(what_merges_goes_to_the_tail_of_the_larger_ones)
{
	struct mm *mm = machine(4, BIG_BATCH, 4096);
	u32 pfn[16], i;

	for (i = 0; i < 16; i++)
		pfn[i] = get_movable(mm, 0, 0);
	for (i = 0; i < 6; i++)
		put(mm, 0, pfn[i], 0);
	put(mm, 0, pfn[10], 0);
	put(mm, 0, pfn[8], 0);
	put(mm, 0, pfn[9], 0);
	assert_string_equal(stock(mm, 0), "M0:1033,1032,1034,1029,1028,1027,1026,1025,1024 M4:1040"
					  " M5:1056 M6:1088 M7:1152 M8:1280");
	/* orders ascend; within one, from the head: 1032, 1028, 1026, 1024; then 1026 + 1024 */
	pcp_buddy_merge(mm, pcp_of(mm, 0));
	assert_string_equal(stock(mm, 0), "M0:1034 M1:1032,1028 M2:1024 M4:1040 M5:1056 M6:1088"
					  " M7:1152 M8:1280");
	machine_done(mm, __func__);
}

TEST(pages_of_nobodys_block_do_not_merge_on_the_lists)
{
	struct mm *mm = machine(4, 4, 64);

	get_movable(mm, 0, 0);
	pcp_buddy_merge(mm, pcp_of(mm, 0));
	assert_string_equal(stock(mm, 0), "M0:1025,1026,1027");
	machine_done(mm, __func__);
}

TEST(a_page_in_use_keeps_its_buddy_apart)
{
	struct mm *mm = machine(4, BIG_BATCH, 4096);
	u32 a = get_movable(mm, 0, 1);

	get_movable(mm, 0, 1);
	put(mm, 0, a, 1);
	pcp_buddy_merge(mm, pcp_of(mm, 0));
	assert_string_equal(stock(mm, 0), "M1:1024 M2:1028 M3:1032 M4:1040 M5:1056 M6:1088 M7:1152"
					  " M8:1280");
	machine_done(mm, __func__);
}

TEST(whole_blocks_are_drained_first_and_then_the_smallest)
{
	struct mm *mm = machine(8, 1024, 8192);

	get_movable(mm, 0, 0);	/* 3072 and, whole, 3584 */
	drain_local_pages(mm, normal(mm), 1);
	assert_string_equal(stock(mm, 0), "M0:3073 M1:3074 M2:3076 M3:3080 M4:3088 M5:3104 M6:3136"
					  " M7:3200 M8:3328 M9:3584");
	pcp_buddy_drain(mm, normal(mm), 1, pcp_of(mm, 0));
	assert_string_equal(free_list(mm, 9, MIGRATE_MOVABLE), "3584");
	assert_int_equal(owner(mm, 7), 0);
	pcp_buddy_drain(mm, normal(mm), 4, pcp_of(mm, 0));
	assert_string_equal(stock(mm, 0), "M3:3080 M4:3088 M5:3104 M6:3136 M7:3200 M8:3328");
	assert_int_equal(pcp_of(mm, 0)->count, 504);
	machine_done(mm, __func__);
}

TEST(a_list_is_drained_from_its_tail_and_to_its_end)
{
	struct mm *mm = machine(4, 8, 64);
	u32 pfn;

	assert_int_equal(get(mm, 0, 0, MIGRATE_RECLAIMABLE), 1024);
	assert_int_equal(get_movable(mm, 0, 0), 0);
	pcp_buddy_drain(mm, normal(mm), 3, pcp_of(mm, 0));
	assert_string_equal(stock(mm, 0), "M0:1,2,3,4,5,6,7,8,9,10,11,12"
					  " R0:1025,1026,1027,1028,1029,1030,1031");
	pcp_buddy_drain(mm, normal(mm), 14, pcp_of(mm, 0));
	assert_string_equal(stock(mm, 0), "R0:1025,1026,1027,1028,1029");
	for (pfn = 1; pfn < 16; pfn++)
		assert_int_equal(mm->page[pfn].state, PAGE_BUDDY);
	machine_done(mm, __func__);
}

TEST(a_whole_block_is_nobodys_again)
{
	struct mm *mm = machine(4, BIG_BATCH, 4096);
	u32 pfn = get_movable(mm, 0, 0);

	put(mm, 0, pfn, 0);
	drain_local_pages(mm, NULL, 0);
	assert_int_equal(owner(mm, 2), 0);
	assert_string_equal(broken_up(mm, 0), "");
	assert_int_equal(normal(mm)->nr_free_pages, BLOCK(4));
	machine_done(mm, __func__);
}

TEST(parts_of_a_block_go_to_the_tail_and_the_owner_remembers_it)
{
	struct mm *mm = machine(4, BIG_BATCH, 4096);
	u32 pfn = get_movable(mm, 0, 0);

	get_movable(mm, 0, 8);
	buddy_free(mm, get_movable(mm, 1, 1), 1);	/* of block 3, straight to the zone */
	assert_string_equal(free_list(mm, 1, MIGRATE_MOVABLE), "1536");
	drain_local_pages(mm, NULL, 0);
	assert_string_equal(free_list(mm, 1, MIGRATE_MOVABLE), "1536 1026");
	assert_int_equal(owner(mm, 2), 1);
	assert_string_equal(broken_up(mm, 0), "2");
	put(mm, 1, pfn, 0);	/* still comes home */
	assert_string_equal(stock(mm, 0), "waiting:1024");
	machine_done(mm, __func__);
}

TEST(a_refill_recovers_blocks_of_its_own_first)
{
	struct mm *mm = machine(8, BIG_BATCH, 4096);

	get_movable(mm, 0, 0);
	get_movable(mm, 0, 4);
	drain_local_pages(mm, NULL, 0);
	assert_string_equal(broken_up(mm, 0), "6");
	assert_string_equal(stock(mm, 0), "");
	/* two pages of order 6 are wanted: the block's 495 free ones are more than enough */
	pcp_of(mm, 0)->batch = 64;
	assert_int_equal(get_movable(mm, 0, 6), 3136);
	assert_string_equal(stock(mm, 0), "M0:3073 M1:3074 M2:3076 M3:3080 M5:3104 M7:3200"
					  " M8:3328");
	assert_string_equal(broken_up(mm, 0), "");
	assert_int_equal(owner(mm, 7), 0);
	/* and they merge again */
	put(mm, 0, 3088, 4);
	put(mm, 0, 3072, 0);
	put(mm, 0, 3136, 6);
	pcp_buddy_merge(mm, pcp_of(mm, 0));
	assert_string_equal(stock(mm, 0), "M9:3072");
	machine_done(mm, __func__);
}

TEST(what_recovery_lacks_is_taken_from_the_zone)
{
	struct mm *mm = machine(8, BIG_BATCH, 4096);
	u32 pfn;

	get_movable(mm, 0, 0);
	get_movable(mm, 0, 8);
	drain_local_pages(mm, NULL, 0);
	pcp_of(mm, 0)->batch = 800;
	pcp_of(mm, 0)->alloc_factor = 0;
	/* 255 recovered and one whole block, then single pages up to 800 */
	pfn = get_movable(mm, 0, 0);
	assert_int_equal(pfn, 3073);
	assert_int_equal(pcp_of(mm, 0)->count, 799);
	assert_int_equal(owner(mm, 7), 1);
	machine_done(mm, __func__);
}

TEST(only_blocks_of_the_type_wanted_are_recovered)
{
	struct mm *mm = machine(8, BIG_BATCH, 4096);

	get(mm, 0, 0, MIGRATE_RECLAIMABLE);
	get_movable(mm, 0, 0);
	get(mm, 0, 0, MIGRATE_UNMOVABLE);
	drain_local_pages(mm, NULL, 0);
	assert_string_equal(broken_up(mm, 0), "6 4 2");
	sized(mm, 128, 4096);
	assert_int_equal(get_movable(mm, 0, 0), 2049);
	assert_int_equal(pcp_of(mm, 0)->count, 510);
	assert_string_equal(broken_up(mm, 0), "6 2");
	machine_done(mm, __func__);
}

TEST(a_list_of_one_page_takes_no_more_than_that)
{
	struct mm *mm = machine(4, 1, 0);

	assert_int_equal(get_movable(mm, 0, 9), 1024);
	assert_int_equal(owner(mm, 2), 0);
	assert_int_equal(pcp_of(mm, 0)->count, 0);
	machine_done(mm, __func__);
}

TEST(a_high_order_atomic_request_is_not_refilled_for)
{
	struct mm *mm = machine(4, BIG_BATCH, 4096);
	struct zone *z = normal(mm);

	assert_int_equal(rmqueue_pcplist(mm, z, 1, MIGRATE_MOVABLE, ALLOC_HIGHATOMIC), PFN_NONE);
	assert_string_equal(stock(mm, 0), "");
	/* but it may have what is there */
	get_movable(mm, 0, 0);
	assert_int_equal(rmqueue_pcplist(mm, z, 1, MIGRATE_MOVABLE, ALLOC_HIGHATOMIC), 1026);
	prep_new_page(mm, 1026, 1, MIGRATE_MOVABLE);
	machine_done(mm, __func__);
}

TEST(a_free_above_high_drains_what_is_too_much)
{
	struct mm *mm = machine(8, 512, 1500);
	u32 pfn[3], i;

	for (i = 0; i < 3; i++)
		pfn[i] = get_movable(mm, 0, 9);
	drain_local_pages(mm, NULL, 0);
	put(mm, 0, pfn[0], 9);
	put(mm, 0, pfn[1], 9);
	assert_int_equal(pcp_of(mm, 0)->count, 1024);
	/* 1536 pages are more than 1500: high - batch are to go, a batch at a time */
	put(mm, 0, pfn[2], 9);
	assert_string_equal(stock(mm, 0), "M9:2048");
	machine_done(mm, __func__);
}

TEST(a_page_handed_over_does_not_drain_anything)
{
	struct mm *mm = machine(8, BIG_BATCH, 4096);
	u32 pfn = get_movable(mm, 0, 9);

	sized(mm, 4, 16);
	put(mm, 1, pfn, 9);
	assert_string_equal(stock(mm, 0), "M9:3584 waiting:3072");
	/* its next free is above high by then, and takes in what waits */
	put(mm, 0, get_movable(mm, 0, 9), 9);
	assert_string_equal(stock(mm, 0), "");
	machine_done(mm, __func__);
}

/* The kernel looks at ->count alone, and what waits does not count. */
TEST(draining_all_leaves_what_waits_for_an_idle_cpu)
{
	struct mm *mm = machine(4, BIG_BATCH, 4096);
	u32 a = get_movable(mm, 0, 8), b = get_movable(mm, 0, 8);

	put(mm, 1, a, 8);
	drain_all_pages(mm, NULL);
	assert_string_equal(stock(mm, 0), "waiting:1024");
	drain_all_pages(mm, normal(mm));
	assert_string_equal(stock(mm, 0), "waiting:1024");
	/* one page of its own, and all of it goes */
	put(mm, 0, b, 8);
	drain_all_pages(mm, NULL);
	assert_string_equal(stock(mm, 0), "");
	assert_int_equal(normal(mm)->nr_free_pages, BLOCK(4));
	machine_done(mm, __func__);
}

TEST(the_worker_lets_unused_lists_shrink)
{
	struct mm *mm = machine(8, 128, 512);
	struct per_cpu_pages *pcp = pcp_of(mm, 0);
	u32 a = get_movable(mm, 0, 9), b = get_movable(mm, 0, 9);

	drain_local_pages(mm, NULL, 0);
	pcp->high_max = pcp->high = 4096;
	put(mm, 0, a, 9);
	put(mm, 0, b, 9);
	assert_int_equal(pcp->count, 1024);
	vmstat_update(mm);	/* an eighth less, and still more than there is */
	assert_int_equal(pcp->high, 3584);
	assert_int_equal(pcp->count, 1024);
	pcp->high = 1040;
	vmstat_update(mm);	/* to 910: 114 pages too many, which takes a whole block */
	assert_int_equal(pcp->high, 910);
	assert_int_equal(pcp->count, 512);
	machine_done(mm, __func__);
}

TEST(its_size_is_fixed_where_the_kernel_does_not_tune_it)
{
	struct mm *mm = machine(8, 4, 64);
	struct per_cpu_pages *pcp = pcp_of(mm, 0);
	u32 pfn[80], i;

	mm->k.pcp_auto_tune = false;
	for (i = 0; i < 80; i++)
		pfn[i] = get_movable(mm, 0, 0);
	for (i = 0; i < 80; i++)
		put(mm, 0, pfn[i], 0);
	assert_int_equal(pcp->high, 64);
	assert_true(pcp->count < 64);
	pcp->high_max = pcp->high = 1 << 20;
	vmstat_update(mm);
	machine_done(mm, __func__);
}

TEST(a_policy_adds_pages_and_may_own_their_block)
{
	struct mm *mm = machine(4, BIG_BATCH, 4096);
	struct zone *z = normal(mm);
	enum rmqueue_mode mode = RMQUEUE_NORMAL;
	u32 a, b;

	a = __rmqueue(mm, z, 8, MIGRATE_MOVABLE, 0, &mode);
	b = __rmqueue(mm, z, 7, MIGRATE_MOVABLE, 0, &mode);
	assert_true(mm_pcp_add(mm, z, a, 8, MIGRATE_MOVABLE, true));
	assert_int_equal(owner(mm, 2), 1);
	assert_string_equal(broken_up(mm, 0), "2");
	/* a block has one owner, and even the owner gets no second page to merge this way */
	assert_false(mm_pcp_add(mm, z, b, 7, MIGRATE_MOVABLE, true));
	assert_true(mm->page[a].pcp_buddy);
	assert_false(mm->page[b].pcp_buddy);
	assert_string_equal(stock(mm, 0), "M7:1280 M8:1024");
	consistent(mm, __func__);
	mm->current.cpu = 1;
	a = __rmqueue(mm, z, 7, MIGRATE_MOVABLE, 0, &mode);
	assert_false(mm_pcp_add(mm, z, a, 7, MIGRATE_MOVABLE, true));
	assert_int_equal(owner(mm, 2), 1);
	b = __rmqueue(mm, z, 9, MIGRATE_MOVABLE, 0, &mode);
	assert_true(mm_pcp_add(mm, z, b, 9, MIGRATE_MOVABLE, true));
	assert_string_equal(broken_up(mm, 1), "");
	a = __rmqueue(mm, z, 9, MIGRATE_MOVABLE, 0, &mode);
	assert_false(mm_pcp_add(mm, z, a, 9, MIGRATE_MOVABLE, false));
	assert_int_equal(owner(mm, a >> pageblock_order), 0);
	machine_done(mm, __func__);
}

/* a block that other ways than draining have made whole in the zone's lists is nobody's */
TEST(a_block_made_whole_in_the_zone_is_nobodys)
{
	struct mm *mm = machine(4, BIG_BATCH, 4096);
	u32 a = get_movable(mm, 0, 8), b = get_movable(mm, 0, 8);

	buddy_free(mm, a, 8);
	assert_int_equal(owner(mm, 2), 1);
	buddy_free(mm, b, 8);
	assert_int_equal(owner(mm, 2), 0);
	a = get_movable(mm, 1, 8);
	b = get_movable(mm, 1, 8);
	drain_local_pages(mm, NULL, 1);
	put(mm, 1, a, 8);
	drain_local_pages(mm, NULL, 1);
	assert_string_equal(broken_up(mm, 1), "2");
	buddy_free(mm, b, 8);
	assert_int_equal(owner(mm, 2), 0);
	assert_string_equal(broken_up(mm, 1), "");
	machine_done(mm, __func__);
}

#define RANDOM_STEPS 6000

static void random_run(const char *version, s32 batch, s32 high)
{
	struct mm *mm = tiny_machine(version, 16);
	struct held h = { .nr = 0 };
	u32 b, step;

	for (b = 0; b < 16; b++)
		buddy_free(mm, BLOCK(b), 9);
	mm_feature_set(mm, "pcp_buddy", true);
	sized(mm, batch, high);
	for (b = 0; b < mm->nr_cpus; b++)
		pcp_of(mm, (u16)b)->high_max = 2 * high;
	for (step = 0; step < RANDOM_STEPS; step++) {
		random_step(mm, &h, step);
		consistent(mm, version);
	}
	while (h.nr)
		free_one(mm, &h);
	mm_feature_set(mm, "pcp_buddy", false);
	assert_int_equal(normal(mm)->nr_free_pages, BLOCK(16));
	machine_done(mm, version);
}

TEST(every_page_is_in_one_place_after_every_step)
{
	random_run(V73, 63, 700);
	random_run(V73, 512, 2048);
	random_run("6.18", 300, 1500);
	random_run("6.12.117", 7, 64);
	random_run("6.1.192", 255, 1200);
}

#define finds(name, harm) \
	TEST(name) \
	{ \
		struct mm *mm = machine(4, BIG_BATCH, 4096); \
		struct per_cpu_pages *pcp = pcp_of(mm, 0); \
		u32 a = get_movable(mm, 0, 7); \
		(void)pcp; \
		get_movable(mm, 1, 0); \
		consistent(mm, "as it should be"); \
		harm; \
		assert_int_not_equal(broken_rules(mm), 0); \
		mm_free(mm); \
		(void)a; \
	}

finds(a_wrong_count, pcp->count++)
finds(a_page_that_merges_on_anothers_lists, mm->pcp_buddy->owner[2] = 2)
finds(an_owner_of_a_free_block, pcp_buddy_drain(mm, normal(mm), 1, pcp_of(mm, 1));
      mm->pcp_buddy->owner[0] = 1)
finds(a_page_that_waits_for_the_wrong_cpu, put(mm, 1, a, 7); mm->pcp_buddy->owner[2] = 0)
finds(a_lost_page, list_del(mm, 1152))
finds(a_block_listed_by_another, drain_local_pages(mm, NULL, 0); mm->pcp_buddy->owner[2] = 2)
finds(a_broken_list_of_blocks, drain_local_pages(mm, NULL, 0); mm->pcp_buddy->l[2].prev = 1)
