// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watermarks, reserves and per-CPU list sizes: held to the digit against /proc/zoneinfo of real
 * machines, and the watermark test against its rules.
 */
#include "mm_machine.h"

struct real_zone {
	enum zone_type type;
	u32 start_pfn, spanned, managed;
	u32 wmark[NR_WMARK];
	u32 protection[MAX_NR_ZONES];
	s32 batch, high_min, high_max;
};

struct real_machine {
	const char *kernel;
	u32 min_free_kbytes;
	int nr_zones;
	bool late_memory;	/* the initrd was freed after the protection was computed */
	struct real_zone zone[3];
};

/* /proc/zoneinfo and vm.min_free_kbytes of guests with 2 CPUs; 6.1 shows one pcp high only */
static const struct real_machine machines[] = {
	{ "6.1.0", 45056, 2, true, {
		{ ZONE_DMA, 1, 4095, 3840, { 138, 172, 206, 240 }, { 0, 1197, 1197, 1197 },
		  1, 86, 86 },
		{ ZONE_DMA32, 4096, 323540, 309119, { 11125, 13906, 16687, 19468 }, { 0 },
		  63, 6953, 6953 } } },
	{ "6.18.15", 45056, 2, false, {
		{ ZONE_DMA, 1, 4095, 3840, { 118, 147, 176, 205 }, { 0, 1416, 1416, 1416 },
		  1, 73, 240 },
		{ ZONE_DMA32, 4096, 379860, 362594, { 11145, 13931, 16717, 19503 }, { 0 },
		  63, 6965, 22662 } } },
	{ "7.3.4", 30612, 2, false, {
		{ ZONE_DMA, 1, 4095, 3840, { 189, 236, 283, 330 }, { 0, 590, 590, 590 },
		  1, 118, 240 },
		{ ZONE_DMA32, 4096, 159700, 151192, { 7463, 9328, 11193, 13058 }, { 0 },
		  31, 4664, 9449 } } },
	{ "7.3.4", 67584, 3, false, {
		{ ZONE_DMA, 1, 4095, 3840, { 36, 45, 54, 63 }, { 0, 2972, 6941, 6941 },
		  1, 22, 240 },
		{ ZONE_DMA32, 4096, 1044480, 760967, { 7219, 9023, 10827, 12631 },
		  { 0, 0, 3968, 3968 }, 63, 4511, 47560 },
		{ ZONE_NORMAL, 1048576, 1048576, 1016014, { 9639, 12048, 14457, 16866 }, { 0 },
		  63, 6024, 63500 } } },
};

#define NR_MACHINES (sizeof(machines) / sizeof(machines[0]))

static struct mm *build(const struct real_machine *r)
{
	const struct real_zone *last = &r->zone[r->nr_zones - 1];
	struct mm *mm = mm_alloc(last->start_pfn + last->spanned, 2, 1);
	int i;

	assert_non_null(mm);
	kernel_features_set(&mm->k, kernel_version_parse(r->kernel));
	mm->sysctl.min_free_kbytes = r->min_free_kbytes;
	for (i = 0; i < r->nr_zones; i++) {
		const struct real_zone *z = &r->zone[i];

		mm_add_zone(mm, z->type, z->start_pfn, z->spanned);
		mm->zone[z->type].present = mm->zone[z->type].managed = z->managed;
	}
	mm_init_late(mm);
	return mm;
}

TEST(watermarks_equal_the_real_ones)
{
	size_t m;
	int i, w;

	for (m = 0; m < NR_MACHINES; m++) {
		struct mm *mm = build(&machines[m]);

		for (i = 0; i < machines[m].nr_zones; i++)
			for (w = 0; w < NR_WMARK; w++)
				assert_int_equal(mm->zone[machines[m].zone[i].type]._watermark[w],
						 machines[m].zone[i].wmark[w]);
		mm_free(mm);
	}
}

TEST(protection_equals_the_real_one)
{
	size_t m;
	int i, j;

	for (m = 0; m < NR_MACHINES; m++) {
		struct mm *mm = build(&machines[m]);

		for (i = 0; i < machines[m].nr_zones; i++)
			for (j = 0; j < MAX_NR_ZONES; j++) {
				u32 real = machines[m].zone[i].protection[j];
				u32 ours = mm->zone[machines[m].zone[i].type].lowmem_reserve[j];

				if (!machines[m].late_memory)
					assert_int_equal(ours, real);
				else	/* computed before the last 1 % arrived */
					assert_in_range(ours, real, real + real / 100);
			}
		mm_free(mm);
	}
}

TEST(pcp_sizes_equal_the_real_ones)
{
	size_t m;
	int i, cpu;

	for (m = 0; m < NR_MACHINES; m++) {
		struct mm *mm = build(&machines[m]);

		for (i = 0; i < machines[m].nr_zones; i++)
			for (cpu = 0; cpu < 2; cpu++) {
				const struct real_zone *r = &machines[m].zone[i];
				const struct per_cpu_pages *pcp = &mm->zone[r->type].pcp[cpu];

				assert_int_equal(pcp->batch, r->batch);
				assert_int_equal(pcp->high_min, r->high_min);
				assert_int_equal(pcp->high_max, r->high_max);
			}
		mm_free(mm);
	}
}

TEST(min_free_kbytes_is_what_khugepaged_recommends)
{
	struct mm *mm;

	mm = build(&machines[3]);
	assert_int_equal(calculate_min_free_kbytes(mm), 67584);
	mm_free(mm);
	mm = build(&machines[1]);
	assert_int_equal(calculate_min_free_kbytes(mm), 45056);
	mm_free(mm);
	/* 5 % of low memory caps it; the kernel leaves out the high marks of that moment */
	mm = build(&machines[2]);
	assert_in_range(calculate_min_free_kbytes(mm), 30612, 30612 + 30612 / 50);
	mm_free(mm);
}

TEST(a_fixed_fraction_switches_auto_tuning_off)
{
	struct mm *mm = build(&machines[2]);
	struct per_cpu_pages *pcp = &mm->zone[ZONE_DMA32].pcp[0];

	mm->sysctl.percpu_pagelist_high_fraction = 10;
	setup_per_cpu_pageset(mm);
	assert_int_equal(pcp->high_min, 151192 / 10 / 2);
	assert_int_equal(pcp->high_max, pcp->high_min);
	mm_free(mm);
}

TEST(the_movable_zone_needs_little)
{
	struct mm *mm = mm_alloc(BLOCK(1000), 1, 1);

	mm->sysctl.min_free_kbytes = 4096;
	mm_add_zone(mm, ZONE_NORMAL, 0, BLOCK(500));
	mm_add_zone(mm, ZONE_MOVABLE, BLOCK(500), BLOCK(500));
	mm->zone[ZONE_NORMAL].managed = mm->zone[ZONE_NORMAL].present = BLOCK(500);
	mm->zone[ZONE_MOVABLE].managed = mm->zone[ZONE_MOVABLE].present = BLOCK(500);
	mm_init_late(mm);
	assert_int_equal(mm->zone[ZONE_MOVABLE]._watermark[WMARK_MIN], 128);
	assert_int_equal(mm->zone[ZONE_NORMAL]._watermark[WMARK_MIN], 1024);
	kernel_features_set(&mm->k, kernel_version_parse("6.1.192"));
	setup_per_zone_wmarks(mm);
	assert_int_equal(mm->zone[ZONE_MOVABLE]._watermark[WMARK_MIN], 512);
	mm_free(mm);
}

TEST(marks_lie_a_quarter_of_min_or_a_scaled_part_apart)
{
	struct mm *mm = mm_alloc(BLOCK(500), 1, 1);
	struct zone *z = &mm->zone[ZONE_NORMAL];

	mm->sysctl.min_free_kbytes = 4800;
	mm_add_zone(mm, ZONE_NORMAL, 0, BLOCK(500));
	z->managed = z->present = BLOCK(500);
	mm_init_late(mm);
	assert_int_equal(z->_watermark[WMARK_LOW], 1200 + 300);
	mm->sysctl.watermark_scale_factor = 20;
	setup_per_zone_wmarks(mm);
	assert_int_equal(z->_watermark[WMARK_LOW], 1200 + 512);
	mm_free(mm);
}

/* --- the test itself --------------------------------------------------------------------- */

static bool ok(struct mm *mm, u32 order, u64 mark, u32 flags, s64 free_pages)
{
	return __zone_watermark_ok(normal(mm), order, mark, ZONE_NORMAL, flags, free_pages, mm);
}

TEST(free_pages_must_exceed_the_mark)
{
	struct mm *mm = tiny_machine("7.3.4", 8);

	assert_false(ok(mm, 0, 100, 0, 100));
	assert_true(ok(mm, 0, 100, 0, 101));
	normal(mm)->lowmem_reserve[ZONE_NORMAL] = 50;
	assert_false(ok(mm, 0, 100, 0, 150));
	assert_true(ok(mm, 0, 100, 0, 151));
	mm_free(mm);
}

TEST(the_privileged_go_deeper)
{
	struct mm *mm = tiny_machine("7.3.4", 8);

	assert_true(ok(mm, 0, 100, ALLOC_MIN_RESERVE, 51));
	assert_false(ok(mm, 0, 100, ALLOC_MIN_RESERVE, 50));
	assert_true(ok(mm, 0, 100, ALLOC_MIN_RESERVE | ALLOC_NON_BLOCK, 39));
	assert_false(ok(mm, 0, 100, ALLOC_MIN_RESERVE | ALLOC_NON_BLOCK, 38));
	assert_false(ok(mm, 0, 100, ALLOC_NON_BLOCK, 100));
	assert_true(ok(mm, 0, 100, ALLOC_OOM, 51));
	mm_free(mm);
}

TEST(in_6_1_there_is_alloc_harder)
{
	struct mm *mm = tiny_machine("6.1.192", 8);

	assert_true(ok(mm, 0, 100, ALLOC_HARDER, 76));
	assert_false(ok(mm, 0, 100, ALLOC_HARDER, 75));
	assert_true(ok(mm, 0, 100, ALLOC_HARDER | ALLOC_MIN_RESERVE, 39));
	assert_true(ok(mm, 0, 100, ALLOC_MIN_RESERVE, 51));
	mm_free(mm);
}

TEST(any_list_of_the_three_types_will_do)
{
	struct mm *mm = tiny_machine("7.3.4", 8);

	assert_false(ok(mm, 3, 0, 0, 1000));
	block_type(mm, 0, MIGRATE_RECLAIMABLE);
	buddy_free(mm, 0, 5);
	assert_true(ok(mm, 3, 0, 0, 1000));
	assert_false(ok(mm, 6, 0, 0, 1000));
	/* the order's own pages but one do not count */
	assert_true(ok(mm, 3, 100, 0, 108));
	assert_false(ok(mm, 3, 100, 0, 107));
	mm_free(mm);
}

TEST(the_highatomic_reserve_is_for_few)
{
	struct mm *mm = tiny_machine("7.3.4", 8);

	block_type(mm, 0, MIGRATE_HIGHATOMIC);
	buddy_free(mm, 0, 5);
	normal(mm)->nr_reserved_highatomic = 512;
	assert_false(ok(mm, 0, 100, 0, 132));
	assert_true(ok(mm, 0, 100, 0, 133));
	assert_true(ok(mm, 0, 100, ALLOC_HIGHATOMIC, 101));
	assert_false(ok(mm, 1, 0, ALLOC_NON_BLOCK, 1000));
	assert_true(ok(mm, 1, 0, ALLOC_HIGHATOMIC, 1000));
	/* 6.1 keeps back the whole reserve, free or not */
	kernel_features_set(&mm->k, kernel_version_parse("6.1.192"));
	assert_false(ok(mm, 0, 100, 0, 612));
	assert_true(ok(mm, 0, 100, 0, 613));
	mm_free(mm);
}

/* as posted with superpageblocks; vanilla looks at the lists that the request may use */
TEST(with_watermark_type_blind_any_list_will_do)
{
	struct mm *mm = tiny_machine("7.3.4", 8);

	block_type(mm, 0, MIGRATE_HIGHATOMIC);
	buddy_free(mm, 0, 5);
	assert_false(ok(mm, 3, 0, 0, 1000));
	mm->k.watermark_type_blind = true;
	assert_true(ok(mm, 3, 0, 0, 1000));
	assert_false(ok(mm, 6, 0, 0, 1000));
	/* pages that are not there do not help */
	assert_false(ok(mm, 3, 100, 0, 107));
	mm_free(mm);
}

TEST(urgent_order_0_may_ignore_the_boost)
{
	struct mm *mm = tiny_machine("7.3.4", 8);
	struct zone *z = normal(mm);
	u32 mark;

	buddy_free(mm, 0, 5);
	z->watermark_boost = 512;
	mark = wmark_pages(z, WMARK_MIN);
	assert_false(zone_watermark_fast(mm, z, 0, mark, ZONE_NORMAL, ALLOC_WMARK_MIN, 0));
	assert_true(zone_watermark_fast(mm, z, 0, mark, ZONE_NORMAL,
					ALLOC_WMARK_MIN | ALLOC_MIN_RESERVE, 0));
	assert_false(zone_watermark_fast(mm, z, 0, mark, ZONE_NORMAL,
					 ALLOC_WMARK_LOW | ALLOC_MIN_RESERVE, 0));
	assert_false(zone_watermark_fast(mm, z, 1, mark, ZONE_NORMAL,
					 ALLOC_WMARK_MIN | ALLOC_MIN_RESERVE, 0));
	mm_free(mm);
}
