// SPDX-License-Identifier: GPL-2.0-only
/* Gigantic pages: mm/page_alloc.c:alloc_contig_pages() with a policy that is asked first. */
#include "compact_machine.h"

#define PIECE	(2u * pageblock_nr_pages)

static void lru_block(struct mm *mm, u32 block)
{
	for (u32 pfn = BLOCK(block); pfn < BLOCK(block + 1); pfn++) {
		page_set_unit(mm, pfn, 0, PAGE_USED, MIGRATE_MOVABLE);
		mm->page[pfn].kind = PK_ANON;
		folio_add_lru(mm, pfn, LRU_EXISTING);
	}
	block_type(mm, block, MIGRATE_MOVABLE);
}

/* pageblocks, two a piece: "u" the kernel's, "." free, "m" movable pages */
static struct mm *pairs(const char *blocks)
{
	struct mm *mm = tiny_machine("7.3", (u32)strlen(blocks));

	mm->param.pinned_permille = mm->param.pinned_file_permille = 0;
	memset(normal(mm)->_watermark, 0, sizeof(normal(mm)->_watermark));
	for (u32 b = 0; blocks[b]; b++) {
		if (blocks[b] == 'm')
			lru_block(mm, b);
		if (blocks[b] != '.')
			continue;
		block_type(mm, b, MIGRATE_MOVABLE);
		buddy_free(mm, BLOCK(b), pageblock_order);
	}
	return mm;
}

/* --- where a piece is looked for ----------------------------------------------------------- */

TEST(the_lowest_place_without_kernel_pages_is_taken)
{
	struct mm *mm = pairs("u..u....");
	u32 pfn = alloc_contig_pages(mm, PIECE);

	assert_int_equal(pfn, BLOCK(4));
	for (u32 i = 0; i < PIECE; i++)
		assert_int_equal(mm->page[pfn + i].state, PAGE_USED);
	assert_int_equal(alloc_contig_pages(mm, PIECE), BLOCK(6));
	assert_int_equal(alloc_contig_pages(mm, PIECE), PFN_NONE);
	consistent(mm, "all is taken");
	free_contig_pages(mm, BLOCK(4), PIECE);
	assert_int_equal(alloc_contig_pages(mm, PIECE), BLOCK(4));
	machine_done(mm, "end");
}

TEST(what_can_move_moves_away)
{
	struct mm *mm = pairs("uu.muu..");

	assert_int_equal(alloc_contig_pages(mm, PIECE), BLOCK(2));
	assert_int_equal(mm->vmstat[VM_pgmigrate_success], pageblock_nr_pages);
	machine_done(mm, "end");
}

TEST(nothing_is_had_where_nothing_can_go)
{
	struct mm *mm = pairs("uu.mmmuu");

	assert_int_equal(alloc_contig_pages(mm, 2 * PIECE), PFN_NONE);
	machine_done(mm, "end");
}

TEST(a_size_is_a_power_of_two_of_a_pageblock_or_more)
{
	struct mm *mm = pairs("........");

	assert_int_equal(alloc_contig_pages(mm, 0), PFN_NONE);
	assert_int_equal(alloc_contig_pages(mm, pageblock_nr_pages / 2), PFN_NONE);
	assert_int_equal(alloc_contig_pages(mm, 3 * pageblock_nr_pages), PFN_NONE);
	assert_int_equal(alloc_contig_pages(mm, 1u << 31), PFN_NONE);
	assert_int_equal(alloc_contig_pages(mm, pageblock_nr_pages), 0);
	machine_done(mm, "end");
}

TEST(a_hole_or_boot_memory_is_no_place)
{
	struct mm *mm = pairs("....uu..");

	del_page_from_free_list(mm, normal(mm), BLOCK(0), MAX_PAGE_ORDER, MIGRATE_MOVABLE);
	for (u32 pfn = 0; pfn < PIECE; pfn++) {
		page_set_unit(mm, pfn, 0, PAGE_BUDDY, 0);
		mm->page[pfn].head = 0;
		mm->page[pfn].state = pfn < BLOCK(1) ? PAGE_RESERVED : PAGE_ABSENT;
	}
	assert_int_equal(alloc_contig_pages(mm, PIECE), BLOCK(2));
	mm_free(mm);
}

/* --- the policy ---------------------------------------------------------------------------- */

static u32 offered, told;

static u32 offer(struct mm *mm, struct zone *z, u32 nr_pages)
{
	(void)z;
	if (offered == PFN_NONE || mm_alloc_contig_range(mm, offered, nr_pages))
		return PFN_NONE;
	return offered;
}

static void note_freed(struct mm *mm, const struct zone *z, u32 pfn, u32 nr_pages)
{
	(void)mm;
	(void)z;
	assert_int_equal(nr_pages, PIECE);
	told = pfn;
}

TEST(the_policy_is_asked_first_and_told_at_the_end)
{
	static const struct policy_ops ops = { .abi = FRAGREPLAY_POLICY_ABI, .name = "p",
					       .doc = "d", .alloc_contig = offer,
					       .on_free_contig = note_freed };
	struct mm *mm = pairs("........");
	char err[64];

	assert_int_equal(mm_set_policy(mm, &ops, NULL, false, err, sizeof(err)), 0);
	offered = BLOCK(6);
	told = PFN_NONE;
	assert_int_equal(alloc_contig_pages(mm, PIECE), BLOCK(6));
	offered = PFN_NONE;
	assert_int_equal(alloc_contig_pages(mm, PIECE), BLOCK(0));
	free_contig_pages(mm, BLOCK(6), PIECE);
	assert_int_equal(told, BLOCK(6));
	machine_done(mm, "end");
}
