// SPDX-License-Identifier: GPL-2.0-only
/* Contiguous ranges, up to whole superpageblocks: doc/spb.md, "Contiguous ranges". */
#include "spb_work_machine.h"

#define ORDER_8		12u
#define SB_PAGES	(1u << ORDER_8)

static u32 take(struct mm *mm, u32 nr_pages)
{
	u32 pfn = alloc_contig_pages(mm, nr_pages);

	whole(mm, "contiguous allocation");
	return pfn;
}

/* the policy's own choice, without the kernel's search through the zone after it */
static u32 policy_takes(struct mm *mm, u32 nr_pages)
{
	u32 pfn = spb_try_alloc_contig(spb(mm), spbs(mm), nr_pages);

	whole(mm, "contiguous allocation");
	return pfn;
}

TEST(an_empty_superpageblock_is_taken_whole)
{
	struct mm *mm = spb_machine(ORDER_8, "uuuu.... mmmm.... ........", "");

	assert_int_equal(take(mm, SB_PAGES), 2 * SB_PAGES);
	assert_true(sb(mm, 2)->contig_allocated);
	assert_int_equal(sb(mm, 2)->where, SPB_ON_ISOLATED);
	assert_int_equal(sb(mm, 2)->nr_free, 0);
	assert_int_equal(sb(mm, 2)->nr_movable, 0);
	assert_int_equal(sb(mm, 2)->nr_unmovable, 0);
	assert_int_equal(spb(mm)->c.pages_migrated, 0);
	spb_done(mm);
}

TEST(given_back_it_is_empty_again)
{
	struct mm *mm = spb_machine(ORDER_8, "uuuu.... mmmm.... ........", "");

	take(mm, SB_PAGES);
	free_contig_pages(mm, 2 * SB_PAGES, SB_PAGES);
	whole(mm, "given back");
	assert_false(sb(mm, 2)->contig_allocated);
	assert_int_equal(sb(mm, 2)->where, SPB_ON_EMPTY);
	assert_int_equal(sb(mm, 2)->nr_free, 8);
	spb_done(mm);
}

/* superpageblock 2 has two blocks to move, superpageblock 1 four; where to is anywhere clean */
TEST(without_an_empty_one_the_least_work_comes_first)
{
	struct mm *mm = spb_machine(ORDER_8, "uuuu.... mmmm.... mm......", "");

	assert_int_equal(take(mm, SB_PAGES), 2 * SB_PAGES);
	assert_int_equal(nr_lru(mm, 12) + nr_lru(mm, 13) + nr_lru(mm, 14) + nr_lru(mm, 15), 1024);
	for (u32 pfn = BLOCK(16); pfn < BLOCK(18); pfn++)
		assert_int_equal(mm->page[homes[pfn]].owner, pfn);
	assert_true(sb(mm, 2)->contig_allocated);
	spb_done(mm);
}

TEST(what_the_kernel_has_is_never_tried)
{
	struct mm *mm = spb_machine(ORDER_8, "u....... r....... uuuumm..", "");

	assert_int_equal(policy_takes(mm, SB_PAGES), PFN_NONE);
	assert_int_equal(policy_takes(mm, BLOCK(1)), PFN_NONE);
	assert_int_equal(spb(mm)->c.contig_tried, 0);
	spb_done(mm);
}

/* a whole superpageblock again, once the pin is gone: what failed went to its list's end */
TEST(a_candidate_is_tried_twice_and_goes_to_the_end)
{
	struct mm *mm = spb_machine(ORDER_8, "pm...... mm...... uuuu....", "");

	assert_int_equal(take(mm, SB_PAGES), SB_PAGES);
	assert_int_equal(spb(mm)->c.contig_tried, 3);
	assert_int_equal(spb(mm)->c.contig_ok, 1);
	assert_int_equal(mm->page[0].owner, 0);
	spb_done(mm);
}

/* five with a pin: the fourth is the last that is tried */
TEST(four_candidates_are_enough)
{
	struct mm *mm = spb_machine(ORDER_8, "p....... p....... p....... p....... "
				    "p....... m.......", "");

	assert_int_equal(policy_takes(mm, SB_PAGES), PFN_NONE);
	assert_int_equal(spb(mm)->c.contig_tried, 8);
	/* the four went to the end, so the next call begins with the other two */
	assert_int_equal(policy_takes(mm, SB_PAGES), BLOCK(40));
	spb_done(mm);
}

/* a half full one before an empty one: packing; its start, whatever is there */
TEST(a_small_piece_comes_from_the_fullest_that_is_not_full)
{
	struct mm *mm = spb_machine(ORDER_8, "mm...... mmmmm... mmmmmmmm ........ uu......", "");

	assert_int_equal(policy_takes(mm, BLOCK(1)), BLOCK(8));
	assert_int_equal(sb(mm, 3)->where, SPB_ON_EMPTY);
	assert_false(sb(mm, 1)->contig_allocated);
	spb_done(mm);
}

TEST(an_empty_one_serves_when_all_clean_ones_are_full)
{
	struct mm *mm = spb_machine(ORDER_8, "mmmmmmmm ........ uu......", "");

	assert_int_equal(policy_takes(mm, BLOCK(2)), BLOCK(8));
	spb_done(mm);
}

/* neither free nor of a type; used, as far as its clean superpageblock goes */
TEST(a_piece_counts_as_used_and_as_nothing_else)
{
	struct mm *mm = spb_machine(ORDER_8, "mmmmmmm. mmmmmm.. uu......", "");

	assert_int_equal(policy_takes(mm, BLOCK(1)), 0);
	assert_int_equal(spb(mm)->pb[0] & (PB_ALL_FREE | PB_HAS_UNMOVABLE | PB_HAS_RECLAIMABLE |
					   PB_HAS_MOVABLE), 0);
	assert_false(spb_is_tainted(sb(mm, 0)));
	mm_free_contig_range(mm, 0, BLOCK(1));
	drain_all_pages(mm, NULL);
	assert_true(spb(mm)->pb[0] & PB_ALL_FREE);
	spb_done(mm);
}

TEST(less_than_a_pageblock_is_not_its_business)
{
	struct mm *mm = spb_machine(ORDER_8, "mmmm.... ........", "");

	assert_int_equal(policy_takes(mm, 256), PFN_NONE);
	spb_done(mm);
}

/* the zone clips the second superpageblock: five of its eight blocks are there */
TEST(a_clipped_superpageblock_is_no_whole_one)
{
	struct mm *mm = tiny_machine("7.3", 13);
	u32 b;

	for (b = 0; b < 13; b++)
		draw_block(mm, b, b < 8 ? 'u' : '.');
	memset(normal(mm)->_watermark, 0, sizeof(normal(mm)->_watermark));
	set_policy(mm, "spb,order=12,pcp_buddy=off");
	assert_int_equal(sb(mm, 1)->total_pageblocks, 5);
	assert_int_equal(policy_takes(mm, SB_PAGES), PFN_NONE);
	assert_int_equal(policy_takes(mm, BLOCK(4)), BLOCK(8));
	spb_done(mm);
}

/* a huge page fault that found no free block: two half full ones make one */
TEST(a_huge_page_request_gets_a_piece_before_it_compacts)
{
	struct mm *mm = spb_machine(ORDER_8, "hhhhmmmm hhhhmmmm uuuuuuuu", "");
	u32 pfn = alloc(mm, GFP_TRANSHUGE, HPAGE_PMD_ORDER);

	assert_int_not_equal(pfn, PFN_NONE);
	assert_int_equal(mm->page[pfn].order, HPAGE_PMD_ORDER);
	spb_done(mm);
}
