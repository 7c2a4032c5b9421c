// SPDX-License-Identifier: GPL-2.0-only
/* The per-CPU lists: what is refilled, what goes back when, and how their size is tuned. */
#include "mm_machine.h"

#define V73 "7.3.4"
#define V612 "6.12.117"
#define V61 "6.1.192"

/* a machine all of whose memory is free, with per-CPU lists of a size that the test chooses */
static struct mm *machine(const char *version, u32 blocks, s32 batch, s32 high_min, s32 high_max)
{
	struct mm *mm = tiny_machine(version, blocks);
	u32 b, cpu;

	for (b = 0; b < blocks; b++)
		buddy_free(mm, BLOCK(b), 9);
	for (cpu = 0; cpu < mm->nr_cpus; cpu++) {
		struct per_cpu_pages *pcp = &normal(mm)->pcp[cpu];

		pcp->batch = batch;
		pcp->high = pcp->high_min = high_min;
		pcp->high_max = high_max;
		pcp->flags = 0;
	}
	return mm;
}

static struct per_cpu_pages *cpu0(struct mm *mm)
{
	return &normal(mm)->pcp[0];
}

static u32 get(struct mm *mm, u32 order)
{
	return rmqueue_pcplist(mm, normal(mm), order, MIGRATE_MOVABLE, 0);
}

TEST(orders_0_to_3_and_9_have_lists)
{
	struct mm *mm = tiny_machine(V73, 2);
	u32 order;

	for (order = 0; order <= MAX_PAGE_ORDER; order++)
		assert_int_equal(pcp_allowed_order(mm, order), order <= 3 || order == 9);
	machine_done(mm, __func__);
}

TEST(a_refill_keeps_the_order_of_the_zone)
{
	struct mm *mm = machine(V73, 8, 4, 16, 16);

	assert_int_equal(alloc_pages(mm, GFP_HIGHUSER_MOVABLE, 0), 3072);
	assert_string_equal(pcp_list(mm, 0, 0, MIGRATE_MOVABLE), "3073 3074 3075");
	assert_int_equal(cpu0(mm)->count, 3);
	machine_done(mm, __func__);
}

TEST(a_freed_page_is_the_next_to_be_taken)
{
	struct mm *mm = machine(V73, 8, 4, 16, 16);
	u32 pfn = alloc_pages(mm, GFP_HIGHUSER_MOVABLE, 0);

	free_pages(mm, pfn, 0);
	assert_int_equal(alloc_pages(mm, GFP_HIGHUSER_MOVABLE, 0), pfn);
	mm->current.cpu = 1;
	assert_int_not_equal(alloc_pages(mm, GFP_HIGHUSER_MOVABLE, 0), 3073);
	machine_done(mm, __func__);
}

TEST(refills_shrink_with_the_order)
{
	struct mm *mm = machine(V73, 16, 63, 300, 300);

	get(mm, 1);
	assert_int_equal(cpu0(mm)->count, 30 * 2);
	get(mm, 3);
	assert_int_equal(cpu0(mm)->count, 30 * 2 + 6 * 8);
	get(mm, 9);
	assert_int_equal(cpu0(mm)->count, 30 * 2 + 6 * 8 + 512);
	mm_free(mm);
}

TEST(order_0_refills_double_up_to_32_batches)
{
	static const s32 wanted[] = { 63, 126, 252, 504, 1008, 2016, 2016 };
	struct mm *mm = machine(V73, 64, 63, 20000, 20000);
	size_t i;

	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		assert_int_equal(cpu0(mm)->count, 0);
		get(mm, 0);
		assert_int_equal(cpu0(mm)->count, wanted[i] - 1);
		while (cpu0(mm)->count)
			get(mm, 0);
	}
	mm_free(mm);
}

TEST(high_grows_by_a_refill_unless_the_zone_is_low)
{
	struct mm *mm = machine(V73, 64, 63, 300, 1000);

	get(mm, 0);
	assert_int_equal(cpu0(mm)->high, 363);
	while (cpu0(mm)->count)
		get(mm, 0);
	get(mm, 0);			/* the batch has doubled by now */
	assert_int_equal(cpu0(mm)->high, 363 + 126);
	normal(mm)->flags |= ZONE_BELOW_HIGH;
	get(mm, 3);
	assert_int_equal(cpu0(mm)->high, 363 + 126);
	mm_free(mm);
}

TEST(a_high_below_a_batch_refills_one_page)
{
	struct mm *mm = machine(V73, 8, 63, 10, 10);

	get(mm, 0);
	assert_int_equal(cpu0(mm)->count, 0);
	mm_free(mm);
}

static void give(struct mm *mm, u32 pfn, u32 order)
{
	page_set_unit(mm, pfn, order, PAGE_PCP, 0);
	free_frozen_page_commit(mm, normal(mm), pfn, order);
}

TEST(a_full_list_gives_back_its_oldest_pages)
{
	struct mm *mm = tiny_machine(V73, 8);
	u32 pfn;

	cpu0(mm)->batch = 4;
	cpu0(mm)->high = cpu0(mm)->high_min = cpu0(mm)->high_max = 16;
	for (pfn = 0; pfn < 16 * 8; pfn += 8)
		give(mm, pfn, 0);
	/* free_count is 16: clamp(16, batch, high - batch) = 12 */
	assert_string_equal(pcp_list(mm, 0, 0, MIGRATE_MOVABLE), "120 112 104 96");
	assert_string_equal(free_list(mm, 0, MIGRATE_MOVABLE), "88 80 72 64 56 48 40 32 24 16 8 0");
	machine_done(mm, __func__);
}

TEST(bulk_freeing_empties_one_list_before_the_next)
{
	struct mm *mm = tiny_machine(V73, 8);

	cpu0(mm)->batch = 2;
	cpu0(mm)->high = cpu0(mm)->high_min = cpu0(mm)->high_max = 4;
	block_type(mm, 1, MIGRATE_UNMOVABLE);
	give(mm, BLOCK(1), 0);
	give(mm, BLOCK(1) + 8, 0);
	give(mm, 0, 0);
	/* the fourth page frees two: this page's list first, its one older page and itself */
	give(mm, 8, 0);
	assert_string_equal(pcp_list(mm, 0, 0, MIGRATE_UNMOVABLE), "520 512");
	assert_string_equal(free_list(mm, 0, MIGRATE_MOVABLE), "8 0");
	machine_done(mm, __func__);
}

/* two huge pages on the list and 126 pages to free: 7.x works in two batches, a page each */
static s32 huge_pages_left(const char *version)
{
	struct mm *mm = tiny_machine(version, 8);
	s32 left;

	cpu0(mm)->batch = 63;
	cpu0(mm)->high = cpu0(mm)->high_min = cpu0(mm)->high_max = 100000;
	give(mm, BLOCK(0), 9);
	give(mm, BLOCK(2), 9);
	cpu0(mm)->high = cpu0(mm)->high_min = cpu0(mm)->high_max = 189;
	cpu0(mm)->free_count = 0;
	give(mm, BLOCK(4), 9);
	left = cpu0(mm)->count / 512;
	machine_done(mm, "huge_pages_left");
	return left;
}

TEST(a_huge_page_overshoots_once_a_chunk)
{
	assert_int_equal(huge_pages_left(V73), 1);
	assert_int_equal(huge_pages_left(V612), 2);
}

TEST(reserved_blocks_use_the_movable_list)
{
	struct mm *mm = tiny_machine(V73, 8);

	cpu0(mm)->batch = 63;
	cpu0(mm)->high = cpu0(mm)->high_min = cpu0(mm)->high_max = 300;
	block_type(mm, 0, MIGRATE_HIGHATOMIC);
	free_pages(mm, 0, 0);
	assert_string_equal(pcp_list(mm, 0, 0, MIGRATE_MOVABLE), "0");
	drain_all_pages(mm, NULL);
	assert_string_equal(free_list(mm, 0, MIGRATE_HIGHATOMIC), "0");
	machine_done(mm, __func__);
}

TEST(isolated_blocks_use_none)
{
	struct mm *mm = tiny_machine(V73, 8);

	mm->pageblock[0].isolate = 1;
	free_pages(mm, 0, 0);
	assert_int_equal(cpu0(mm)->count, 0);
	assert_string_equal(free_list(mm, 0, MIGRATE_ISOLATE), "0");
	assert_int_equal(normal(mm)->nr_free_pages, 0);
	mm_free(mm);
}

/* order-1 frees in a row: after how many of them is everything given back? */
static s32 frees_until_flush(const char *version, s32 high_min)
{
	struct mm *mm = tiny_machine(version, 8);
	s32 n;

	cpu0(mm)->batch = 8;
	cpu0(mm)->high = cpu0(mm)->high_min = high_min;
	cpu0(mm)->high_max = 100000;
	cpu0(mm)->flags = 0;
	for (n = 1; n < 100; n++) {
		give(mm, (u32)n * 8, 1);
		if (!cpu0(mm)->count)
			break;
	}
	machine_done(mm, "frees_until_flush");
	return n;
}

TEST(freeing_high_orders_in_a_row_flushes)
{
	/* 6.12: free_count reaches the batch of 8 after 4 frees, the fifth flushes */
	assert_int_equal(frees_until_flush(V612, 64), 5);
	/* 7.x waits for batch + high_min / 2 = 40 pages */
	assert_int_equal(frees_until_flush(V73, 64), 21);
}

TEST(an_order_0_free_between_resets_that)
{
	struct mm *mm = tiny_machine(V612, 8);
	u32 n;

	cpu0(mm)->batch = 8;
	cpu0(mm)->high = cpu0(mm)->high_min = 64;
	cpu0(mm)->high_max = 100000;
	for (n = 1; n < 10; n++) {
		give(mm, n * 16, 1);
		give(mm, n * 16 + 8, 0);
	}
	assert_int_equal(cpu0(mm)->count, 27);
	machine_done(mm, __func__);
}

TEST(during_reclaim_four_batches_stay)
{
	struct mm *mm = tiny_machine(V73, 8);
	u32 n;

	cpu0(mm)->batch = 4;
	cpu0(mm)->high = 100;
	cpu0(mm)->high_min = 50;
	cpu0(mm)->high_max = 1000;
	for (n = 0; n < 30; n++)
		give(mm, n * 8, 0);
	assert_int_equal(cpu0(mm)->count, 30);
	normal(mm)->flags |= ZONE_RECLAIM_ACTIVE;
	/* 31 freed without an allocation: high falls by 31; 12 of 16 go */
	give(mm, 30 * 8, 0);
	assert_int_equal(cpu0(mm)->high, 69);
	assert_int_equal(cpu0(mm)->count, 31 - 12);
	machine_done(mm, __func__);
}

TEST(below_the_high_mark_pages_go_back)
{
	struct mm *mm = tiny_machine(V73, 8);
	u32 n;

	cpu0(mm)->batch = 4;
	cpu0(mm)->high = 100;
	cpu0(mm)->high_min = 10;
	cpu0(mm)->high_max = 1000;
	for (n = 0; n < 19; n++)
		give(mm, n * 8, 0);
	normal(mm)->flags |= ZONE_BELOW_HIGH;
	/* threshold is max(count, high_min) = 20: clamp(20, 4, 16) go, and lift the zone */
	give(mm, 19 * 8, 0);
	assert_int_equal(cpu0(mm)->count, 4);
	assert_int_equal(cpu0(mm)->high, 80);
	assert_false(normal(mm)->flags & ZONE_BELOW_HIGH);
	machine_done(mm, __func__);
}

TEST(idle_lists_decay)
{
	struct mm *mm = tiny_machine(V73, 8);
	u32 n;

	cpu0(mm)->batch = 1;
	cpu0(mm)->high = 800;
	cpu0(mm)->high_min = 10;
	cpu0(mm)->high_max = 1000;
	for (n = 0; n < 100; n++)
		give(mm, n * 8, 0);
	vmstat_update(mm);
	assert_int_equal(cpu0(mm)->high, 700);
	assert_int_equal(cpu0(mm)->count, 100);
	cpu0(mm)->high = 40;
	vmstat_update(mm);		/* at most 32 batches at a time: 100 - 32 */
	assert_int_equal(cpu0(mm)->high, 68);
	assert_int_equal(cpu0(mm)->count, 68);
	machine_done(mm, __func__);
}

TEST(in_6_1_frees_double_too)
{
	struct mm *mm = tiny_machine(V61, 8);
	u32 n;

	cpu0(mm)->batch = 4;
	cpu0(mm)->high = 32;
	for (n = 0; n < 32; n++)
		give(mm, n * 8, 0);
	assert_int_equal(cpu0(mm)->count, 28);		/* 4 */
	for (; n < 36; n++)
		give(mm, n * 8, 0);
	assert_int_equal(cpu0(mm)->count, 24);		/* 8 */
	for (; n < 44; n++)
		give(mm, n * 8, 0);
	assert_int_equal(cpu0(mm)->count, 16);		/* 16 */
	machine_done(mm, __func__);
}

TEST(in_6_1_a_high_order_after_frees_empties_all)
{
	struct mm *mm = tiny_machine(V61, 8);

	cpu0(mm)->batch = 4;
	cpu0(mm)->high = 32;
	give(mm, 0, 2);
	assert_int_equal(cpu0(mm)->count, 4);
	cpu0(mm)->free_count = 1;
	give(mm, 8, 2);
	assert_int_equal(cpu0(mm)->count, 0);
	machine_done(mm, __func__);
}

TEST(atomic_high_orders_do_not_refill)
{
	struct mm *mm = machine(V73, 8, 63, 300, 300);

	assert_int_equal(rmqueue_pcplist(mm, normal(mm), 1, MIGRATE_UNMOVABLE, ALLOC_HIGHATOMIC),
			 PFN_NONE);
	assert_int_equal(cpu0(mm)->count, 0);
	machine_done(mm, __func__);
}
