// SPDX-License-Identifier: GPL-2.0-only
/*
 * select=bitmap (doc/spb.md, "Selection by bitmap"): superpageblocks are chosen in bitmaps, and the
 * steps and what they take stay those of the lists. spb_check() compares the bitmaps with the lists
 * after every step of every test here.
 */
#include "spb_alloc_machine.h"

/* what a request finds, and where */
struct found {
	enum spb_outcome how;
	u32 pfn;
	bool tainted;		/* the superpageblock was, before */
};

static enum spb_outcome newest_outcome(const u64 *before, const u64 *after)
{
	enum spb_outcome how = SPB_NO_PAGE;

	/* a claim of a part asks once more: its own name comes after that of what was found then */
	for (int i = 0; i < NR_SPB_OUTCOMES; i++)
		if (after[i] != before[i] && (how == SPB_NO_PAGE || i == SPB_CLAIMED_PART))
			how = (enum spb_outcome)i;
	return how;
}

static struct found ask(struct mm *mm, u32 order, u8 mt)
{
	u64 before[NR_SPB_OUTCOMES];
	bool tainted[64] = { false };
	struct found f;

	memcpy(before, spb(mm)->c.outcome, sizeof(before));
	for (u32 i = 0; i < spbs(mm)->nr && i < 64; i++)
		tainted[i] = is_tainted(mm, i);
	f.pfn = take(mm, order, mt);
	f.how = newest_outcome(before, spb(mm)->c.outcome);
	f.tainted = f.pfn != PFN_NONE && tainted[spb_no(mm, f.pfn)];
	return f;
}

/* --- the same steps, by the same rules ----------------------------------------------------- */

/**
 * struct scene - a machine, a request, and the step that serves it
 * @words: superpageblocks of 8 pageblocks
 * @args: of the policy
 * @freed: page of the machine that is freed before, or PFN_NONE
 */
struct scene {
	const char *words, *args;
	u32 freed, order;
	u8 mt;
	enum spb_outcome how;
	bool tainted;
};

static const struct scene scenes[] = {
	{ "mmmmmmmm m.......", "", PFN_NONE, 9, MIGRATE_MOVABLE, SPB_PREFERRED_BLOCK, false },
	{ "uuuuuuuu mmmmmmmm", "", BLOCK(9) + 3, 0, MIGRATE_MOVABLE, SPB_PREFERRED_PART, false },
	{ "uuuuuuuu ........", "", BLOCK(1) + 3, 0, MIGRATE_UNMOVABLE, SPB_PREFERRED_PART, true },
	{ "uuuuuu.. ........", "", PFN_NONE, 0, MIGRATE_UNMOVABLE, SPB_CLAIMED_BLOCK, true },
	{ "uuuuuuuh ........", "", PFN_NONE, 0, MIGRATE_RECLAIMABLE, SPB_CLAIMED_PART, true },
	{ "uuuuuuur ........", "", BLOCK(7) + 9, 0, MIGRATE_UNMOVABLE, SPB_BORROWED_KERNEL, true },
	{ "uuuuuuur ........", "", BLOCK(0) + 9, 0, MIGRATE_RECLAIMABLE, SPB_BORROWED_KERNEL, true },
	{ "uuuuuuuy ........", "relaxed_claim=off,", BLOCK(7) + 9, 0, MIGRATE_UNMOVABLE,
	  SPB_BORROWED_MOVABLE, true },
	{ "uuuuuuuu ........", "", PFN_NONE, 0, MIGRATE_MOVABLE, SPB_EMPTY, false },
	{ "u....... uuuuuuuu", "", PFN_NONE, 0, MIGRATE_MOVABLE, SPB_MOVABLE_SPILL, true },
	{ "uuuu.... uuuuuuuu", "", PFN_NONE, 0, MIGRATE_MOVABLE, SPB_NO_PAGE, false },
	{ "uuuuuuuu mmmmmmmm", "", PFN_NONE, 0, MIGRATE_UNMOVABLE, SPB_NO_PAGE, false },
};

static struct found play(const struct scene *s, const char *select)
{
	char args[128];
	struct found f;
	struct mm *mm;

	snprintf(args, sizeof(args), "hints=off,%sselect=%s", s->args, select);
	mm = spb_machine(SPB_OF_8, s->words, args);
	if (s->freed != PFN_NONE)
		give(mm, s->freed, 0);
	f = ask(mm, s->order, s->mt);
	spb_done(mm);
	return f;
}

TEST(each_step_succeeds_where_the_lists_step_does)
{
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++) {
		const struct scene *s = &scenes[i];
		struct found lists = play(s, "lists"), bitmap = play(s, "bitmap");

		if (bitmap.how != s->how || bitmap.tainted != s->tainted)
			fail_msg("%s, type %u: step %d, tainted %d", s->words, s->mt, bitmap.how,
				 bitmap.tainted);
		assert_int_equal(lists.how, s->how);
		assert_int_equal(lists.tainted, s->tainted);
		assert_int_equal(bitmap.pfn == PFN_NONE, lists.pfn == PFN_NONE);
	}
}

/* --- which superpageblock: the lowest ------------------------------------------------------ */

TEST(the_lowest_serves_not_the_fullest)
{
	static const char words[] = "mm...... mmmmmm.. ........";
	struct mm *mm = spb_machine(SPB_OF_8, words, "select=bitmap");

	assert_int_equal(spb_no(mm, take(mm, 9, MIGRATE_MOVABLE)), 0);
	spb_done(mm);
	mm = spb_machine(SPB_OF_8, words, "select=lists");
	assert_int_equal(spb_no(mm, take(mm, 9, MIGRATE_MOVABLE)), 1);
	spb_done(mm);
}

TEST(it_is_the_lowest_again_after_a_page_comes_back)
{
	struct mm *mm = spb_machine(SPB_OF_8, "mmmmmmmm mmmmmm.. mmmmmm..", "select=bitmap");
	u32 first, i;

	for (i = 0; i < 2; i++)
		assert_int_equal(spb_no(mm, take(mm, 9, MIGRATE_MOVABLE)), 1);
	assert_int_equal(spb_no(mm, take(mm, 9, MIGRATE_MOVABLE)), 2);
	first = BLOCK(3);
	give_run(mm, first, pageblock_nr_pages);
	assert_int_equal(take(mm, 9, MIGRATE_MOVABLE), first);
	spb_done(mm);
}

TEST(whole_blocks_come_before_parts_of_the_lowest)
{
	struct mm *mm = spb_machine(SPB_OF_8, "mmmmmmh. mmmmmmh.", "select=bitmap");

	assert_int_equal(block_no(take(mm, 0, MIGRATE_MOVABLE)), 7);
	/* of parts, the one that was split last */
	assert_int_equal(block_no(take(mm, 0, MIGRATE_MOVABLE)), 7);
	spb_done(mm);
}

TEST(parts_come_first_where_whole_blocks_do_not)
{
	struct mm *mm = spb_machine(SPB_OF_8, "mmmmmmh. mmmmmmh.", "whole_first=off,select=bitmap");

	assert_int_equal(block_no(take(mm, 0, MIGRATE_MOVABLE)), 6);
	assert_int_equal(block_no(take(mm, 1, MIGRATE_MOVABLE)), 7);
	assert_int_equal(block_no(take(mm, 9, MIGRATE_MOVABLE)), 15);
	spb_done(mm);
}

/* bitmaps are words of 64: what is in the second is found, and what is behind the last bit not */
TEST(the_second_word_is_searched_too)
{
	static char words[70 * 3 + 1];
	struct mm *mm;
	u32 i;

	words[0] = '\0';
	for (i = 0; i < 70; i++)
		strcat(words, i == 66 || i == 69 ? "m. " : "mm ");
	mm = spb_machine(MAX_PAGE_ORDER, words, "select=bitmap");
	assert_int_equal(spb_no(mm, take(mm, 9, MIGRATE_MOVABLE)), 66);
	assert_int_equal(spb_no(mm, take(mm, 9, MIGRATE_MOVABLE)), 69);
	assert_int_equal(take(mm, 9, MIGRATE_MOVABLE), PFN_NONE);
	spb_done(mm);
}

/* --- what changes a bit -------------------------------------------------------------------- */

TEST(a_bit_is_there_from_the_first_chunk_to_the_last)
{
	struct mm *mm = spb_machine(SPB_OF_8, "mmmmmmmm mmmmmmmm", "select=bitmap");
	const u64 *bit = spbs(mm)->has_chunk[0][MIGRATE_MOVABLE];

	assert_int_equal(bit[0], 0);
	give(mm, BLOCK(9) + 2, 0);
	give(mm, BLOCK(9) + 8, 0);
	assert_int_equal(bit[0], 2);
	assert_int_equal(spb_no(mm, take(mm, 0, MIGRATE_MOVABLE)), 1);
	assert_int_equal(bit[0], 2);
	assert_int_equal(spb_no(mm, take(mm, 0, MIGRATE_MOVABLE)), 1);
	assert_int_equal(bit[0], 0);
	spb_done(mm);
}

TEST(a_superpageblock_has_what_is_of_an_order_or_larger)
{
	struct mm *mm = spb_machine(SPB_OF_8, "mmmmmmmm mmmmmmmm", "select=bitmap");
	const struct spb_zone *sz = spbs(mm);

	give_run(mm, BLOCK(9), 8);
	for (u32 order = 0; order < NR_PAGE_ORDERS; order++)
		assert_int_equal(sz->has_chunk[order][MIGRATE_MOVABLE][0], order <= 3 ? 2 : 0);
	assert_int_equal(sz->chunk_orders[1][MIGRATE_MOVABLE], 1 << 3);
	take(mm, 0, MIGRATE_MOVABLE);
	assert_int_equal(sz->has_chunk[2][MIGRATE_MOVABLE][0], 2);
	assert_int_equal(sz->has_chunk[3][MIGRATE_MOVABLE][0], 0);
	assert_int_equal(sz->chunk_orders[1][MIGRATE_MOVABLE], 1 << 2 | 1 << 1 | 1 << 0);
	spb_done(mm);
}

TEST(one_bit_tells_the_category)
{
	struct mm *mm = spb_machine(SPB_OF_8, "uuuuuuuu mmmmmmmm ........", "select=bitmap");
	const struct spb_zone *sz = spbs(mm);

	assert_int_equal(sz->has_kernel[0], 1);
	assert_int_equal(sz->is_clean[0], 2);
	assert_int_equal(sz->is_empty[0], 4);
	take(mm, 0, MIGRATE_MOVABLE);
	assert_int_equal(sz->is_clean[0], 6);
	assert_int_equal(sz->is_empty[0], 0);
	give_run(mm, BLOCK(0), 8 * pageblock_nr_pages);
	assert_int_equal(sz->has_kernel[0], 0);
	assert_int_equal(sz->is_empty[0], 1);
	spb_done(mm);
}

TEST(a_superpageblock_handed_out_whole_is_in_no_set)
{
	struct mm *mm = spb_machine(SPB_OF_8, "uuuuuuuu ........ mmmmmmmm", "select=bitmap");

	spb_contig_mark(spb(mm), spbs(mm), BLOCK(8), 1u << SPB_OF_8, true);
	assert_int_equal(spbs(mm)->is_empty[0] | spbs(mm)->is_clean[0] | spbs(mm)->has_kernel[0],
			 1 | 4);
	spb_contig_mark(spb(mm), spbs(mm), BLOCK(8), 1u << SPB_OF_8, false);
	assert_int_equal(spbs(mm)->is_empty[0], 2);
	spb_done(mm);
}

TEST(a_wrong_bit_is_found)
{
	struct mm *mm = spb_machine(SPB_OF_8, "uuuuuuuu ........", "select=bitmap");
	char text[256];

	assert_int_equal(spb_bitmap_check(spbs(mm)), 0);
	spbs(mm)->has_chunk[3][MIGRATE_RECLAIMABLE][0] ^= 2;
	spbs(mm)->is_empty[0] ^= 1;
	assert_int_equal(spb_bitmap_check(spbs(mm)), 2);
	assert_true(spb_check(spb(mm), text, sizeof(text)) > 0);
	spbs(mm)->has_chunk[3][MIGRATE_RECLAIMABLE][0] ^= 2;
	spbs(mm)->is_empty[0] ^= 1;
	spb_done(mm);
}

/* --- what a search costs ------------------------------------------------------------------- */

/* lists that a request looks at: 40 superpageblocks, the last of which alone has something */
static u32 lists_looked_at(const char *select)
{
	static char words[40 * 3 + 1];
	char args[64];
	struct mm *mm;
	u32 lists, i;

	words[0] = '\0';
	for (i = 0; i < 40; i++)
		strcat(words, "mh ");
	snprintf(args, sizeof(args), "hints=off,select=%s", select);
	mm = spb_machine(MAX_PAGE_ORDER, words, args);
	/* of order 3 and more there is nothing but in the last */
	for (i = 1; i < pageblock_nr_pages / 2; i += 2)
		give(mm, BLOCK(79) + i, 0);
	mm->visit_lists = 0;
	take(mm, 3, MIGRATE_MOVABLE);
	lists = mm->visit_lists;
	spb_done(mm);
	return lists;
}

TEST(many_superpageblocks_are_one_look)
{
	/* two words, the chosen one's orders, its list */
	assert_int_equal(lists_looked_at("bitmap"), 4);
	assert_true(lists_looked_at("lists") > 40);
}

/* --- what the walk would have seen --------------------------------------------------------- */

static u64 refused(const char *words, const char *select)
{
	char args[64];
	struct mm *mm;
	u64 n;

	snprintf(args, sizeof(args), "select=%s", select);
	mm = spb_machine(SPB_OF_8, words, args);
	assert_int_equal(take_with(mm, 3, MIGRATE_UNMOVABLE, ALLOC_NOFRAGMENT |
				   ALLOC_HIGHORDER_OPTIONAL), PFN_NONE);
	n = spb(mm)->c.spb_highorder_refused;
	spb_done(mm);
	return n;
}

TEST(an_optional_request_is_refused_for_what_the_tainted_ones_have)
{
	/* single pages are free in the tainted one: it does not taint the empty one for more */
	assert_int_equal(refused("uuuuuuuh ........", "lists"), 1);
	assert_int_equal(refused("uuuuuuuh ........", "bitmap"), 1);
	assert_int_equal(refused("uuuuuuuu mmmmmmmm", "lists"), 0);
	assert_int_equal(refused("uuuuuuuu mmmmmmmm", "bitmap"), 0);
}
