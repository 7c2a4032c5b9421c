// SPDX-License-Identifier: GPL-2.0-only
/* What the report says of a machine's memory, on machines small enough to count by hand. */
#include "tests/mm/mm_machine.h"

#include "report/frag_index.h"

static void fill(struct mm *mm, u32 block, enum page_kind kind, u8 mt)
{
	for (u32 pfn = BLOCK(block); pfn < BLOCK(block + 1); pfn++)
		mm_place_used(mm, pfn, 0, kind, mt);
}

/* unmovable, free, file cache, one slab page in anonymous memory */
static struct mm *four_blocks(void)
{
	struct mm *mm = mm_alloc(BLOCK(4), 1, 1);

	assert_non_null(mm);
	mm_add_zone(mm, ZONE_NORMAL, 0, BLOCK(4));
	set_pageblock_migratetype(mm, BLOCK(0), MIGRATE_UNMOVABLE);
	fill(mm, 0, PK_KERNEL, MIGRATE_UNMOVABLE);
	mm_place_free(mm, BLOCK(1), pageblock_order, true);
	fill(mm, 2, PK_FILE, MIGRATE_MOVABLE);
	fill(mm, 3, PK_ANON, MIGRATE_MOVABLE);
	mm_place_used(mm, BLOCK(3) + 7, 0, PK_SLAB, MIGRATE_UNMOVABLE);
	mm_init_late(mm);
	return mm;
}

TEST(every_page_is_counted_once)
{
	struct mm *mm = four_blocks();
	struct memory_report r;

	report_scan_memory(mm, &r);
	assert_int_equal(r.free_pages, 512);
	assert_int_equal(r.used_pages, 3 * 512);
	assert_int_equal(r.pcp_pages + r.reserved_pages, 0);
	assert_int_equal(r.free[MIGRATE_MOVABLE][pageblock_order], 1);
	mm_free(mm);
}

TEST(one_slab_page_spoils_a_movable_pageblock)
{
	struct mm *mm = four_blocks();
	struct memory_report r;

	report_scan_memory(mm, &r);
	assert_int_equal(r.pageblocks[MIGRATE_UNMOVABLE], 1);
	assert_int_equal(r.pageblocks[MIGRATE_MOVABLE], 3);
	assert_int_equal(r.mixed_pageblocks, 1);
	assert_int_equal(r.movable_polluted, 1);
	assert_int_equal(r.empty_pageblocks, 1);
	mm_free(mm);
}

TEST(a_huge_page_is_free_or_could_be_or_cannot)
{
	struct mm *mm = four_blocks();
	struct memory_report r;

	report_scan_memory(mm, &r);
	assert_int_equal(r.contig[CONTIG_2M].total, 4);
	assert_int_equal(r.contig[CONTIG_2M].free, 1);
	assert_int_equal(r.contig[CONTIG_2M].movable, 1);
	assert_int_equal(r.contig[CONTIG_1G].total, 0);
	mm_free(mm);
}

TEST(a_pinned_folio_holds_its_block)
{
	struct mm *mm = four_blocks();
	struct memory_report r;

	mm_place_used(mm, BLOCK(2), 4, PK_FILE, MIGRATE_MOVABLE);
	mm->page[BLOCK(2)].pinned = 1;
	report_scan_memory(mm, &r);
	assert_int_equal(r.contig[CONTIG_2M].movable, 0);
	mm_free(mm);
}

TEST(a_hole_makes_a_block_no_candidate)
{
	struct mm *mm = four_blocks();
	struct memory_report r;

	mm->page[BLOCK(2) + 100].state = PAGE_ABSENT;
	report_scan_memory(mm, &r);
	assert_int_equal(r.contig[CONTIG_2M].total, 3);
	assert_int_equal(r.contig[CONTIG_2M].movable, 0);
	mm_free(mm);
}

TEST(a_gigabyte_of_free_blocks_is_one_free_gigabyte)
{
	struct mm *mm = mm_alloc(2u << report_contig_order[CONTIG_1G], 1, 1);
	struct memory_report r;

	assert_non_null(mm);
	mm_add_zone(mm, ZONE_NORMAL, 0, 2u << report_contig_order[CONTIG_1G]);
	for (u32 pfn = 0; pfn < 2u << report_contig_order[CONTIG_1G]; pfn += 1u << MAX_PAGE_ORDER)
		mm_place_free(mm, pfn, MAX_PAGE_ORDER, true);
	mm_init_late(mm);
	report_scan_memory(mm, &r);
	assert_int_equal(r.contig[CONTIG_1G].total, 2);
	assert_int_equal(r.contig[CONTIG_1G].free, 2);
	assert_int_equal(r.contig[CONTIG_2M].free, 1024);
	assert_int_equal(r.contig[CONTIG_64M].free, 32);
	assert_int_equal(r.contig[CONTIG_128M].free, 16);
	mm_free(mm);
}

/* also where the machine ends within one */
TEST(a_kernel_page_is_found_in_blocks_of_every_size)
{
	struct mm *mm = mm_alloc(3u << 14, 1, 1);
	struct memory_report r;

	assert_non_null(mm);
	mm_add_zone(mm, ZONE_NORMAL, 0, 3u << 14);
	for (u32 pfn = 0; pfn < 3u << 14; pfn++)
		mm_place_used(mm, pfn, 0, PK_FILE, MIGRATE_MOVABLE);
	mm_init_late(mm);
	mm->page[5].mt = MIGRATE_RECLAIMABLE;
	mm->page[(2u << 14) + 5].mt = MIGRATE_UNMOVABLE;
	report_scan_memory(mm, &r);
	assert_int_equal(r.contig[CONTIG_2M].kernel, 2);
	assert_int_equal(r.contig[CONTIG_64M].kernel, 2);
	assert_int_equal(r.contig[CONTIG_64M].total, 3);
	assert_int_equal(r.contig[CONTIG_128M].kernel, 2);
	assert_int_equal(r.contig[CONTIG_128M].total, 1);
	assert_int_equal(r.contig[CONTIG_1G].kernel, 1);
	assert_int_equal(r.contig[CONTIG_1G].total, 0);
	mm_free(mm);
}

static u32 unusable(const struct zone *z, u32 order)
{
	struct contig_page_info info = { 0 };

	contig_page_info_add(z, order, &info);
	return unusable_free_index(order, &info);
}

/* 512 pages in one block, 64 single ones: debugfs' index is the part below the order */
TEST(unusable_index_is_the_free_memory_in_smaller_blocks)
{
	struct mm *mm = four_blocks();
	struct zone *z = &mm->zone[ZONE_NORMAL];

	for (u32 i = 0; i < 64; i++)
		mm_place_free(mm, BLOCK(2) + 2 * i, 0, true);
	assert_int_equal(unusable(z, 0), 0);
	assert_int_equal(unusable(z, 1), 64 * 1000 / 576);
	assert_int_equal(unusable(z, 9), 64 * 1000 / 576);
	assert_int_equal(unusable(z, 10), 1000);
	mm_free(mm);
}

/* The timeline has one index of the whole machine. */
TEST(zones_add_up_to_one_index)
{
	struct mm *mm = four_blocks(), *other = tiny_machine("7.3", 1);
	struct contig_page_info info = { 0 };

	for (u32 i = 0; i < 64; i++)
		mm_place_free(mm, BLOCK(2) + 2 * i, 0, true);
	contig_page_info_add(normal(other), 9, &info);
	assert_int_equal(unusable_free_index(9, &info), 1000);
	contig_page_info_add(&mm->zone[ZONE_NORMAL], 9, &info);
	assert_int_equal(unusable_free_index(9, &info), 64 * 1000 / 576);
	contig_page_info_add(&mm->zone[ZONE_NORMAL], 9, &info);
	assert_int_equal(unusable_free_index(9, &info), 128 * 1000 / 1152);
	mm_free(mm);
	mm_free(other);
}

TEST(nothing_free_is_wholly_unusable)
{
	struct mm *mm = tiny_machine("7.3", 1);

	assert_int_equal(unusable(normal(mm), 0), 1000);
	mm_free(mm);
}
