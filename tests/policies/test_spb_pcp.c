// SPDX-License-Identifier: GPL-2.0-only
/*
 * How the per-CPU lists are refilled from superpageblocks: doc/spb.md, "Per-CPU lists".
 * Superpageblocks are of eight pageblocks, or of two; spb_work_machine.h says how they are drawn.
 */
#include "spb_work_machine.h"
#include "tests/mm/pcp_machine.h"

#define EIGHT 12		/* order of a superpageblock of eight pageblocks */
#define TWO 10

/* with room for one whole block in a refill for order 0 */
static struct mm *pcp_machine(u32 order, const char *words, const char *args)
{
	char all[128];
	struct mm *mm;

	snprintf(all, sizeof(all), "pcp_buddy=on%s%s", *args ? "," : "", args);
	mm = spb_machine(order, words, all);
	sized(mm, 512, 8192);
	whole(mm, "beginning");
	return mm;
}

/* free pages of a block in use, straight to the zone's lists of the block's type */
static void give(struct mm *mm, u32 pfn, u32 order)
{
	u32 i;

	for (i = 0; i < N(order); i++)
		if (mm->page[pfn + i].lru)
			lruvec_del_folio(mm, pfn + i);
	buddy_free(mm, pfn, order);
	whole(mm, "free");
}

static u32 get_with(struct mm *mm, u16 cpu, u32 order, u8 mt, u32 alloc_flags)
{
	u32 pfn;

	mm->current.cpu = cpu;
	pfn = rmqueue_pcplist(mm, normal(mm), order, mt, alloc_flags);
	if (pfn != PFN_NONE)
		prep_new_page(mm, pfn, order, mt);
	whole(mm, "allocation");
	return pfn;
}

static u32 block_of(u32 pfn)
{
	return pfn == PFN_NONE ? PFN_NONE : pfn >> pageblock_order;
}

static u32 movable_block(struct mm *mm)
{
	return block_of(get_with(mm, 0, 9, MIGRATE_MOVABLE, 0));
}

TEST(the_series_is_based_on_it)
{
	struct mm *mm = tiny_machine("7.3", 16);

	set_policy(mm, "spb,order=12");
	assert_true(mm_feature(mm, "pcp_buddy"));
	assert_true(pcp_allowed_order(mm, 5));
	mm_free(mm);
}

TEST(movable_blocks_come_from_the_fullest_clean_superpageblock)
{
	struct mm *mm = pcp_machine(EIGHT, "........ mm...... mmmmm... mmmmmmmm",
				    "split_marks_both_used=off");
	u32 i;

	/* two at a time, and the smallest free chunk of a block or more first */
	assert_int_equal(movable_block(mm), 21);
	assert_string_equal(stock(mm, 0), "M9:11264");
	assert_int_equal(movable_block(mm), 22);
	assert_int_equal(movable_block(mm), 23);
	assert_int_equal(sb(mm, 2)->nr_free, 0);
	for (i = 0; i < 5; i++)
		assert_int_equal(movable_block(mm) / 8, 1);
	assert_int_equal(sb(mm, 0)->nr_free, 8);
	spb_done(mm);
}

/* As posted, the second half of a split chunk of two blocks no longer counts as free. */
TEST(a_split_off_block_is_not_seen_by_the_next_refill)
{
	struct mm *mm = pcp_machine(EIGHT, "........ mm...... mmmmm... mmmmmmmm", "");

	assert_int_equal(movable_block(mm), 21);
	assert_int_equal(movable_block(mm), 22);
	assert_int_equal(sb(mm, 2)->nr_free, 0);
	assert_int_equal(movable_block(mm) / 8, 1);
	assert_int_equal(mm->page[BLOCK(23)].state, PAGE_BUDDY);
	spb_done(mm);
}

TEST(the_empty_one_is_the_last)
{
	struct mm *mm = pcp_machine(EIGHT, "........ mmm..... mmmmmmm.", "");
	u32 i;

	for (i = 0; i < 6; i++) {
		assert_int_not_equal(movable_block(mm) / 8, 0);
		assert_int_equal(sb(mm, 0)->nr_free, 8);
	}
	assert_int_equal(movable_block(mm) / 8, 0);
	spb_done(mm);
}

TEST(a_tainted_superpageblock_is_not_movables_first_choice)
{
	struct mm *mm = pcp_machine(EIGHT, "uuuu.... m.......", "");

	assert_int_equal(movable_block(mm) / 8, 1);
	assert_int_equal(sb(mm, 0)->nr_free, 4);
	spb_done(mm);
}

TEST(in_bitmaps_the_lowest_clean_one_is_taken)
{
	struct mm *mm = pcp_machine(EIGHT, "........ mm...... mmmmm...", "select=bitmap");

	assert_int_equal(movable_block(mm) / 8, 1);
	assert_int_equal(sb(mm, 0)->nr_free, 8);
	spb_done(mm);
}

TEST(a_whole_block_is_the_cpus)
{
	struct mm *mm = pcp_machine(EIGHT, "........ mmmmmmm.", "");

	assert_int_equal(block_of(get_with(mm, 1, 0, MIGRATE_MOVABLE, 0)), 15);
	assert_int_equal(owner(mm, 15), 2);
	assert_int_equal(pcp_of(mm, 1)->count, 511);
	assert_int_equal(spb(mm)->c.pcp_whole, 1);
	assert_int_equal(spb(mm)->c.pcp_owned, 1);
	spb_done(mm);
}

TEST(the_kernel_takes_whole_blocks_of_tainted_superpageblocks)
{
	struct mm *mm = pcp_machine(EIGHT, "........ m....... uuu.....", "");
	u32 pfn = get_with(mm, 0, 0, MIGRATE_UNMOVABLE, 0);

	assert_int_equal(pfn / BLOCK(8), 2);
	assert_int_equal(owner(mm, block_of(pfn)), 1);
	assert_int_equal(get_pageblock_migratetype(mm, pfn), MIGRATE_UNMOVABLE);
	assert_int_equal(spb(mm)->c.pcp_whole, 1);
	spb_done(mm);
}

/* whatever rights the request has: what fills up is at most as large as what was asked for */
TEST(the_kernel_takes_no_whole_block_out_of_a_clean_superpageblock)
{
	struct mm *mm = pcp_machine(EIGHT, "........ m....... uuuuuuuu", "");
	u32 pfn;

	assert_int_equal(get_with(mm, 0, 0, MIGRATE_UNMOVABLE, ALLOC_NOFRAGMENT), PFN_NONE);
	assert_string_equal(stock(mm, 0), "");
	assert_int_equal(get_with(mm, 0, 0, MIGRATE_UNMOVABLE,
				  ALLOC_NOFRAGMENT | ALLOC_NOFRAG_TAINTED_OK), PFN_NONE);
	assert_int_equal(sb(mm, 0)->nr_free, 8);
	assert_int_equal(sb(mm, 1)->nr_free, 7);
	/* without NOFRAGMENT one is tainted, but by single pages that nobody owns */
	sized(mm, 1024, 8192);
	pfn = get_with(mm, 0, 0, MIGRATE_UNMOVABLE, 0);
	assert_int_not_equal(pfn, PFN_NONE);
	assert_int_equal(owner(mm, block_of(pfn)), 0);
	assert_int_equal(spb(mm)->c.pcp_whole, 0);
	spb_done(mm);
}

TEST(a_part_of_a_tainted_block_is_adopted_with_its_block)
{
	struct mm *mm = pcp_machine(TWO, "uu .. ..", "");

	give(mm, BLOCK(0), 7);
	give(mm, BLOCK(0) + 256, 5);
	sized(mm, 64, 8192);
	/* the largest chunk first, whole, and no other of that superpageblock */
	assert_int_equal(get_with(mm, 0, 0, MIGRATE_UNMOVABLE, 0), 0);
	assert_int_equal(pcp_of(mm, 0)->count, 127);
	assert_int_equal(spbs(mm)->z->region[0].free_area[5].nr_list[MIGRATE_UNMOVABLE], 1);
	assert_int_equal(owner(mm, 0), 1);
	assert_string_equal(broken_up(mm, 0), "0");
	assert_int_equal(spb(mm)->c.pcp_adopted, 1);
	assert_int_equal(spb(mm)->c.pcp_owned, 1);
	spb_done(mm);
}

TEST(the_rest_of_an_adopted_block_is_recovered_later)
{
	struct mm *mm = pcp_machine(TWO, "uu .. ..", "");
	u32 i;

	give(mm, BLOCK(0), 7);
	give(mm, BLOCK(0) + 256, 5);
	sized(mm, 64, 8192);
	for (i = 0; i < 128; i++)
		assert_int_equal(get_with(mm, 0, 0, MIGRATE_UNMOVABLE, 0), i);
	sized(mm, 16, 8192);
	assert_int_equal(get_with(mm, 0, 0, MIGRATE_UNMOVABLE, 0), 256);
	assert_int_equal(pcp_of(mm, 0)->count, 31);
	assert_string_equal(broken_up(mm, 0), "");
	assert_int_equal(spb(mm)->c.pcp_adopted, 1);
	spb_done(mm);
}

TEST(a_superpageblock_with_few_free_pages_is_passed_by)
{
	struct mm *mm = pcp_machine(TWO, "uu uu .. ..", "");

	give(mm, BLOCK(0), 6);		/* 64 + 32 + 16 + 8 + 4 + 2 + 1 = 127 free pages */
	give(mm, BLOCK(0) + 128, 5);
	give(mm, BLOCK(0) + 192, 4);
	give(mm, BLOCK(0) + 224, 3);
	give(mm, BLOCK(0) + 240, 2);
	give(mm, BLOCK(0) + 248, 1);
	give(mm, BLOCK(0) + 252, 0);
	give(mm, BLOCK(2), 7);		/* 128 */
	sized(mm, 64, 8192);
	assert_int_equal(get_with(mm, 0, 0, MIGRATE_UNMOVABLE, 0), BLOCK(2));
	assert_int_equal(pcp_of(mm, 0)->count, 127);
	assert_int_equal(owner(mm, 0), 0);
	spb_done(mm);
}

TEST(each_superpageblock_gives_one_part_the_fullest_first)
{
	struct mm *mm = pcp_machine(EIGHT, "uummmmmm uuuuuuuu uuuummmm", "");

	give(mm, BLOCK(0), 7);
	give(mm, BLOCK(1), 6);
	give(mm, BLOCK(8), 6);
	give(mm, BLOCK(9), 6);
	give(mm, BLOCK(10), 5);
	give(mm, BLOCK(16), 5);
	give(mm, BLOCK(17), 6);
	give(mm, BLOCK(18), 5);
	/* the full one and the half full one give 64 pages each, and that will do */
	sized(mm, 128, 8192);
	assert_int_not_equal(get_with(mm, 0, 6, MIGRATE_UNMOVABLE, 0), PFN_NONE);
	assert_int_equal(spb(mm)->c.pcp_adopted, 2);
	assert_int_equal(owner(mm, 8) + owner(mm, 9), 1);
	assert_int_equal(owner(mm, 17), 1);
	assert_int_equal(owner(mm, 0), 0);
	spb_done(mm);
}

TEST(a_part_smaller_than_the_request_is_of_no_use)
{
	struct mm *mm = pcp_machine(TWO, "uu .. ..", "");
	u32 i;

	for (i = 0; i < 512; i += 16)
		give(mm, BLOCK(0) + i, 3);
	assert_int_equal(get_with(mm, 0, 4, MIGRATE_UNMOVABLE, ALLOC_NOFRAGMENT), PFN_NONE);
	assert_int_equal(spb(mm)->c.pcp_adopted, 0);
	assert_int_equal(get_with(mm, 0, 3, MIGRATE_UNMOVABLE, ALLOC_NOFRAGMENT) % 16, 0);
	assert_int_equal(spb(mm)->c.pcp_adopted, 1);
	spb_done(mm);
}

TEST(a_part_of_anothers_block_is_taken_but_not_owned)
{
	struct mm *mm = pcp_machine(TWO, "uu .. ..", "");
	u32 pfn;

	give(mm, BLOCK(0), 7);
	give(mm, BLOCK(0) + 256, 7);
	sized(mm, 64, 8192);
	assert_int_equal(get_with(mm, 0, 0, MIGRATE_UNMOVABLE, 0), 256);
	pfn = get_with(mm, 1, 0, MIGRATE_UNMOVABLE, 0);
	assert_int_equal(pfn, 0);
	assert_int_equal(owner(mm, 0), 1);
	assert_string_equal(broken_up(mm, 1), "");
	assert_int_equal(pcp_of(mm, 1)->count, 127);
	assert_int_equal(spb(mm)->c.pcp_adopted, 2);
	assert_int_equal(spb(mm)->c.pcp_owned, 1);
	/* and goes home when it is freed */
	put(mm, 1, pfn, 0);
	assert_int_equal(pcp_of(mm, 1)->count, 127);
	whole(mm, "free");
	spb_done(mm);
}

TEST(movable_requests_adopt_nothing)
{
	struct mm *mm = pcp_machine(TWO, "uy mm mm", "");

	give(mm, BLOCK(1) + 256, 8);
	get_with(mm, 0, 0, MIGRATE_MOVABLE, 0);
	assert_int_equal(spb(mm)->c.pcp_adopted, 0);
	assert_int_equal(owner(mm, 1), 0);
	spb_done(mm);
}

/* no list changes and no worker is woken, although the block holds something new */
TEST(an_adopted_part_notes_its_type_and_nothing_else)
{
	struct mm *mm = pcp_machine(EIGHT, "ummmmmmm ........", "");
	u8 fullness = sb(mm, 0)->fullness;
	u32 jobs;

	block_type(mm, 1, MIGRATE_UNMOVABLE);
	block_type(mm, 2, MIGRATE_UNMOVABLE);
	give(mm, BLOCK(1), 7);
	give(mm, BLOCK(2), 6);
	jobs = spb(mm)->nr_jobs;
	assert_int_equal(sb(mm, 0)->nr_unmovable, 1);
	sized(mm, 64, 8192);
	assert_int_equal(get_with(mm, 0, 0, MIGRATE_UNMOVABLE, ALLOC_NOFRAGMENT), BLOCK(1));
	assert_int_equal(sb(mm, 0)->nr_unmovable, 2);
	assert_true(spb(mm)->pb[1] & PB_HAS_UNMOVABLE);
	assert_int_equal(sb(mm, 0)->fullness, fullness);
	assert_true(sb(mm, 0)->list_is_behind);
	assert_int_equal(spb(mm)->nr_jobs, jobs);
	assert_int_equal(spb(mm)->zone[ZONE_NORMAL].hint[0][MIGRATE_UNMOVABLE], SPB_NONE);
	spb_done(mm);
}

TEST(in_bitmaps_parts_are_found_by_tainted_and_chunk)
{
	struct mm *mm = pcp_machine(TWO, "uu .. uu uu ..", "select=bitmap");

	give(mm, BLOCK(4), 5);		/* too few free pages */
	give(mm, BLOCK(6) + 128, 7);
	sized(mm, 64, 8192);
	assert_int_equal(get_with(mm, 0, 0, MIGRATE_UNMOVABLE, ALLOC_NOFRAGMENT), BLOCK(6) + 128);
	assert_int_equal(owner(mm, 6), 1);
	assert_int_equal(owner(mm, 4), 0);
	assert_int_equal(spb(mm)->c.pcp_adopted, 1);
	spb_done(mm);
}

/* left over from a time when it held kernel pages: to take it would taint a clean one */
TEST(a_part_of_a_clean_superpageblock_is_not_adopted)
{
	static const char *const select[] = { "select=lists", "select=bitmap" };
	struct mm *mm;
	u32 i;

	for (i = 0; i < 2; i++) {
		mm = pcp_machine(TWO, "mm uu mm ..", select[i]);
		block_type(mm, 0, MIGRATE_UNMOVABLE);
		block_type(mm, 5, MIGRATE_UNMOVABLE);
		give(mm, BLOCK(0), 8);
		give(mm, BLOCK(5), 8);
		assert_int_equal(get_with(mm, 0, 0, MIGRATE_UNMOVABLE, ALLOC_NOFRAGMENT),
				 PFN_NONE);
		assert_int_equal(spb(mm)->c.pcp_adopted, 0);
		give(mm, BLOCK(3), 7);
		assert_int_equal(get_with(mm, 0, 0, MIGRATE_UNMOVABLE, ALLOC_NOFRAGMENT),
				 BLOCK(3));
		spb_done(mm);
	}
}

TEST(an_owned_block_that_is_whole_again_is_movable_and_nobodys)
{
	struct mm *mm = pcp_machine(TWO, "u. .. ..", "");
	u32 pfn = get_with(mm, 0, 0, MIGRATE_UNMOVABLE, 0);

	assert_int_equal(block_of(pfn), 1);
	put(mm, 1, pfn, 0);
	drain_local_pages(mm, NULL, 0);
	assert_int_equal(owner(mm, 1), 0);
	assert_int_equal(get_pageblock_migratetype(mm, BLOCK(1)), MIGRATE_MOVABLE);
	assert_int_equal(sb(mm, 0)->nr_free, 1);
	assert_int_equal(sb(mm, 0)->nr_unmovable, 1);
	spb_done(mm);
}

static void at_random(const char *args, u32 steps)
{
	struct mm *mm = pcp_machine(EIGHT, "........ ........ ........", args);
	struct held h = { .nr = 0 };
	u32 step;

	sized(mm, 512, 2048);
	for (step = 0; step < steps; step++) {
		random_step(mm, &h, step);
		if (step % 7 == 0)
			run_until(mm, mm->now_ns + MSEC(1));
		whole(mm, args);
	}
	assert_true(spb(mm)->c.pcp_whole && spb(mm)->c.pcp_adopted);
	while (h.nr)
		free_one(mm, &h);
	drain_local_pages(mm, NULL, 0);
	drain_local_pages(mm, NULL, 1);
	assert_int_equal(normal(mm)->nr_free_pages, BLOCK(24));
	spb_done(mm);
}

TEST(every_count_is_right_after_every_step)
{
	at_random("", 4000);
	at_random("select=bitmap", 4000);
	at_random("version=1", 4000);
	at_random("split_marks_both_used=off", 4000);
}
