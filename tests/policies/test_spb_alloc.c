// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a request's page comes from: the steps of the walk one by one, hints, and what an
 * allocation in a tainted superpageblock starts. doc/spb.md: "The walk", "Hints", "Triggers".
 *
 * Superpageblocks have eight pageblocks here, or sixteen, and a reserve of four; how they are drawn
 * is in spb_work_machine.h.
 */
#include "spb_alloc_machine.h"

/* --- own type, in preferred superpageblocks --------------------------------------------------- */

TEST(movable_requests_fill_the_fullest_clean_one)
{
	struct mm *mm = spb_machine(SPB_OF_8, "mm...... mmmm.... m....... ........", "");

	assert_int_equal(spb_no(mm, take(mm, 0, MIGRATE_MOVABLE)), 1);
	assert_int_equal(spb_no(mm, take(mm, 9, MIGRATE_MOVABLE)), 1);
	assert_string_equal(list_name(mm, 3), "empty");
	spb_done(mm);
}

/* the parts of a full one, before the free blocks of an emptier one */
TEST(full_is_fuller_than_any)
{
	struct mm *mm = spb_machine(SPB_OF_8, "m....... hhhhhhhh", "");

	assert_int_equal(spb_no(mm, take(mm, 0, MIGRATE_MOVABLE)), 1);
	assert_int_equal(outcome(mm, SPB_PREFERRED_PART), 1);
	assert_int_equal(spb_no(mm, take(mm, 9, MIGRATE_MOVABLE)), 0);
	assert_int_equal(outcome(mm, SPB_PREFERRED_BLOCK), 1);
	spb_done(mm);
}

/* as posted: the whole block is for the per-CPU lists, but single pages break it, too */
TEST(a_whole_block_comes_before_the_parts_of_another)
{
	struct mm *mm = spb_machine(SPB_OF_8, "hhhhhhh.", "hints=off");

	assert_int_equal(block_no(take(mm, 0, MIGRATE_MOVABLE)), 7);
	assert_int_equal(outcome(mm, SPB_PREFERRED_BLOCK), 1);
	spb_done(mm);

	mm = spb_machine(SPB_OF_8, "hhhhhhh.", "hints=off,whole_first=off");
	assert_int_not_equal(block_no(take(mm, 0, MIGRATE_MOVABLE)), 7);
	assert_int_equal(outcome(mm, SPB_PREFERRED_PART), 1);
	assert_int_equal(block_no(take(mm, 1, MIGRATE_MOVABLE)), 7);
	spb_done(mm);
}

TEST(the_smallest_chunk_that_will_do_is_split)
{
	struct mm *mm = spb_machine(SPB_OF_8, "ummmmmmm", "");

	give(mm, BLOCK(0) + 64, 3);
	give(mm, BLOCK(0) + 128, 5);
	assert_int_equal(take(mm, 2, MIGRATE_UNMOVABLE), BLOCK(0) + 64);
	assert_int_equal(nr_on_list(mm, 0, 2, MIGRATE_UNMOVABLE), 1);
	assert_int_equal(nr_on_list(mm, 0, 5, MIGRATE_UNMOVABLE), 1);
	spb_done(mm);
}

TEST(kernel_requests_go_where_kernel_pages_are)
{
	struct mm *mm = spb_machine(SPB_OF_8, "mmmmmmm. u......m ........", "");

	give(mm, BLOCK(8), 0);
	assert_int_equal(take(mm, 0, MIGRATE_UNMOVABLE), BLOCK(8));
	assert_int_equal(outcome(mm, SPB_PREFERRED_PART), 1);
	spb_done(mm);
}

/* what was just touched is the last of its list: without hints, each gets its turn */
TEST(without_hints_superpageblocks_of_a_list_take_turns)
{
	static const char *const words = "m............... m...............";
	struct mm *mm = spb_machine(SPB_OF_16, words, "hints=off");

	assert_int_equal(spb_no(mm, take(mm, 9, MIGRATE_MOVABLE)), 0);
	assert_int_equal(spb_no(mm, take(mm, 9, MIGRATE_MOVABLE)), 1);
	spb_done(mm);

	mm = spb_machine(SPB_OF_16, words, "");
	assert_int_equal(spb_no(mm, take(mm, 9, MIGRATE_MOVABLE)), 0);
	assert_int_equal(spb_no(mm, take(mm, 9, MIGRATE_MOVABLE)), 0);
	spb_done(mm);
}

/* --- kernel requests in tainted superpageblocks ----------------------------------------------- */

/* of both blocks of the pair, only what is used is lost: the other is on the new type's list */
TEST(a_free_block_of_a_tainted_one_becomes_the_kernels)
{
	struct mm *mm = spb_machine(SPB_OF_8, "um.mmmmm ........", "");
	u32 pfn = take(mm, 0, MIGRATE_RECLAIMABLE);

	assert_int_equal(block_no(pfn), 2);
	assert_int_equal(outcome(mm, SPB_CLAIMED_BLOCK), 1);
	assert_int_equal(tag(mm, 2), MIGRATE_RECLAIMABLE);
	assert_int_equal(pb(mm, 2), PB_HAS_RECLAIMABLE);
	assert_int_equal(sb(mm, 0)->nr_free, 0);
	assert_int_equal(nr_on_list(mm, 0, 0, MIGRATE_RECLAIMABLE), 1);
	assert_string_equal(list_name(mm, 1), "empty");
	spb_done(mm);
}

/* free pages of one superpageblock, not the whole blocks of another, decide which step it is */
TEST(a_part_is_claimed_when_no_tainted_one_has_a_block)
{
	struct mm *mm = spb_machine(SPB_OF_8, "uhmmmmmm ........", "");
	u32 pfn = take(mm, 0, MIGRATE_UNMOVABLE);

	assert_int_equal(block_no(pfn), 1);
	assert_int_equal(outcome(mm, SPB_CLAIMED_PART), 1);
	assert_int_equal(tag(mm, 1), MIGRATE_UNMOVABLE);
	assert_int_equal(pb(mm, 1), PB_HAS_UNMOVABLE | PB_HAS_MOVABLE);
	assert_int_equal(nr_on_list(mm, 0, 0, MIGRATE_UNMOVABLE), 255);
	assert_int_equal(nr_on_list(mm, 0, 0, MIGRATE_MOVABLE), 0);
	spb_done(mm);
}

TEST(a_whole_block_elsewhere_comes_before_a_part_here)
{
	struct mm *mm = spb_machine(SPB_OF_8, "uuhmmmmm um.mmmmm", "");

	assert_int_equal(block_no(take(mm, 0, MIGRATE_UNMOVABLE)), 10);
	assert_int_equal(outcome(mm, SPB_CLAIMED_BLOCK), 1);
	spb_done(mm);
}

/* the page is lent: its block, the rest of its chunk and where it returns to stay the other's */
TEST(a_page_of_the_other_kernel_type_is_borrowed)
{
	struct mm *mm = spb_machine(SPB_OF_8, "urmmmmmm ........", "");
	u32 pfn;

	give(mm, BLOCK(1) + 16, 2);
	pfn = take(mm, 0, MIGRATE_UNMOVABLE);
	assert_int_equal(pfn, BLOCK(1) + 16);
	assert_int_equal(outcome(mm, SPB_BORROWED_KERNEL), 1);
	assert_int_equal(tag(mm, 1), MIGRATE_RECLAIMABLE);
	assert_int_equal(pb(mm, 1), PB_HAS_UNMOVABLE | PB_HAS_RECLAIMABLE);
	assert_int_equal(nr_on_list(mm, 0, 1, MIGRATE_RECLAIMABLE), 1);
	give(mm, pfn, 0);
	assert_int_equal(nr_on_list(mm, 0, 2, MIGRATE_RECLAIMABLE), 1);
	spb_done(mm);
}

/* only a claim that is refused leaves a movable page to be borrowed */
TEST(a_movable_page_is_borrowed_where_its_block_is_not_claimed)
{
	struct mm *mm = spb_machine(SPB_OF_8, "ummmmmmm ........", "relaxed_claim=off");

	give(mm, BLOCK(3), 0);
	assert_int_equal(take(mm, 0, MIGRATE_UNMOVABLE), BLOCK(3));
	assert_int_equal(outcome(mm, SPB_BORROWED_MOVABLE), 1);
	assert_int_equal(spb(mm)->c.refused[SPB_REFUSED_INSUFFICIENT], 1);
	assert_int_equal(tag(mm, 3), MIGRATE_MOVABLE);
	assert_int_equal(pb(mm, 3), PB_HAS_UNMOVABLE | PB_HAS_MOVABLE);
	spb_done(mm);
}

TEST(the_largest_chunk_is_borrowed_from)
{
	struct mm *mm = spb_machine(SPB_OF_8, "urmmmmmm", "");

	give(mm, BLOCK(1) + 16, 0);
	give(mm, BLOCK(1) + 64, 4);
	assert_int_equal(take(mm, 0, MIGRATE_UNMOVABLE), BLOCK(1) + 64);
	spb_done(mm);
}

/* its own page, a free block, a part of one, the other kernel type's page; then nothing */
TEST(kernel_steps_are_tried_in_order)
{
	static const enum spb_outcome order[] = { SPB_PREFERRED_PART, SPB_CLAIMED_BLOCK,
						  SPB_CLAIMED_PART, SPB_BORROWED_KERNEL };
	struct mm *mm = spb_machine(SPB_OF_8, "urh.mmmm ........", "hints=off");
	u32 step, pages = 0;

	give(mm, BLOCK(0), 0);
	give(mm, BLOCK(1), 0);
	for (step = 0; step < 4; step++) {
		assert_int_equal(outcome(mm, order[step]), 0);
		while (!outcome(mm, order[step])) {
			assert_int_equal(spb_no(mm, take(mm, 0, MIGRATE_UNMOVABLE)), 0);
			pages++;
		}
	}
	assert_int_equal(pages, 1 + 512 + 256 + 1);
	assert_int_equal(take(mm, 0, MIGRATE_UNMOVABLE), PFN_NONE);
	assert_int_equal(outcome(mm, SPB_NO_PAGE), 1);
	assert_string_equal(list_name(mm, 1), "empty");
	spb_done(mm);
}

/* Free blocks are movable ones, so the walk itself finds no kernel page in an empty one. */
TEST(the_walk_never_taints)
{
	struct mm *mm = spb_machine(SPB_OF_8, "mmmm.... ........", "");

	assert_int_equal(take(mm, 0, MIGRATE_UNMOVABLE), PFN_NONE);
	assert_int_equal(take(mm, 9, MIGRATE_RECLAIMABLE), PFN_NONE);
	assert_int_equal(outcome(mm, SPB_NO_PAGE), 2);
	assert_false(is_tainted(mm, 0) || is_tainted(mm, 1));
	spb_done(mm);
}

/* --- movable requests outside clean superpageblocks ------------------------------------------- */

/*
 * Clean, then empty, then tainted above the reserve. Of seven free blocks there two are given: the
 * second one was half of a pair, and the other half counts as used (split_marks_both_used).
 */
TEST(movable_requests_spill_into_tainted_ones_last)
{
	struct mm *mm = spb_machine(SPB_OF_8, "u....... ........ mmmmmmm.", "");
	u32 i;

	assert_int_equal(spb_no(mm, take(mm, 9, MIGRATE_MOVABLE)), 2);
	for (i = 0; i < 8; i++)
		assert_int_equal(spb_no(mm, take(mm, 9, MIGRATE_MOVABLE)), 1);
	assert_int_equal(outcome(mm, SPB_EMPTY), 1);
	for (i = 0; i < 2; i++)
		assert_int_equal(spb_no(mm, take(mm, 9, MIGRATE_MOVABLE)), 0);
	assert_int_equal(outcome(mm, SPB_MOVABLE_SPILL), 2);
	assert_int_equal(sb(mm, 0)->nr_free, 4);
	assert_int_equal(take(mm, 9, MIGRATE_MOVABLE), PFN_NONE);
	spb_done(mm);
}

TEST(a_spill_takes_the_smallest_and_is_not_remembered)
{
	struct mm *mm = spb_machine(SPB_OF_8, "u.....hm", "");
	u32 i;

	for (i = 0; i < 3; i++)
		assert_int_equal(block_no(take(mm, 0, MIGRATE_MOVABLE)), 6);
	assert_int_equal(outcome(mm, SPB_MOVABLE_SPILL), 3);
	assert_int_equal(outcome(mm, SPB_HINT), 0);
	spb_done(mm);
}

/* not even parts, which the kernel's requests could claim */
TEST(at_the_reserve_nothing_is_spilled)
{
	struct mm *mm = spb_machine(SPB_OF_8, "u....mhm", "");

	assert_int_equal(take(mm, 0, MIGRATE_MOVABLE), PFN_NONE);
	spb_done(mm);
}

/* --- hints ------------------------------------------------------------------------------------ */

#define SIX_FULL "mmmmmmmm mmmmmmmm mmmmmmmm mmmmmmmm mmmmmmmm mmmmmmmm "

TEST(hints_save_the_walk)
{
	struct mm *mm = spb_machine(SPB_OF_8, SIX_FULL "m.......", "hints=off");
	const struct spb_counters *c = &spb(mm)->c;
	u32 i;

	for (i = 0; i < 10; i++)
		take(mm, 0, MIGRATE_MOVABLE);
	assert_int_equal(c->walk_hist[7], 10);
	assert_int_equal(c->visited, 70);
	spb_done(mm);

	mm = spb_machine(SPB_OF_8, SIX_FULL "m.......", "");
	c = &spb(mm)->c;
	for (i = 0; i < 10; i++)
		take(mm, 0, MIGRATE_MOVABLE);
	assert_int_equal(c->walk_hist[7], 1);
	assert_int_equal(c->walk_hist[0], 9);
	assert_int_equal(c->visited, 7);
	assert_int_equal(c->walks, 10);
	spb_done(mm);
}

TEST(a_cpu_without_a_hint_takes_the_zones)
{
	struct mm *mm = spb_machine(SPB_OF_8, "m.......", "");
	const struct spb_counters *c = &spb(mm)->c;

	take(mm, 0, MIGRATE_MOVABLE);
	assert_int_equal(c->hint_cpu + c->hint_zone, 0);
	mm->current.cpu = 1;
	take(mm, 0, MIGRATE_MOVABLE);
	assert_int_equal(c->hint_zone, 1);
	take(mm, 0, MIGRATE_MOVABLE);
	assert_int_equal(c->hint_zone, 1);
	assert_int_equal(c->hint_cpu, 1);
	/* each order and type has its own */
	take(mm, 1, MIGRATE_MOVABLE);
	assert_int_equal(c->hint_cpu, 1);
	assert_int_equal(outcome(mm, SPB_HINT), 2);
	spb_done(mm);
}

TEST(a_stale_hint_is_a_failed_try)
{
	struct mm *mm = spb_machine(SPB_OF_8, "mmmmmmm. m.......", "");

	assert_int_equal(spb_no(mm, take(mm, 9, MIGRATE_MOVABLE)), 0);
	assert_int_equal(spb_no(mm, take(mm, 9, MIGRATE_MOVABLE)), 1);
	assert_int_equal(spb(mm)->c.hint_stale, 1);
	spb_done(mm);
}

/* As posted, movable requests stay where they were when the kernel has tainted it. */
TEST(a_hint_outlives_its_category)
{
	static const char *const words = "mm...... u....... m.......";
	struct mm *mm = spb_machine(SPB_OF_8, words, "");

	assert_int_equal(spb_no(mm, take(mm, 0, MIGRATE_MOVABLE)), 0);
	spb_set_has(spb(mm), spbs(mm), BLOCK(0), MIGRATE_UNMOVABLE);
	spb_update_list(spb(mm), spbs(mm), sb(mm, 0));
	assert_int_equal(spb_no(mm, take(mm, 0, MIGRATE_MOVABLE)), 0);
	assert_int_equal(outcome(mm, SPB_HINT), 1);
	spb_done(mm);

	mm = spb_machine(SPB_OF_8, words, "hint_checks_category=on");
	assert_int_equal(spb_no(mm, take(mm, 0, MIGRATE_MOVABLE)), 0);
	spb_set_has(spb(mm), spbs(mm), BLOCK(0), MIGRATE_UNMOVABLE);
	spb_update_list(spb(mm), spbs(mm), sb(mm, 0));
	assert_int_equal(spb_no(mm, take(mm, 0, MIGRATE_MOVABLE)), 2);
	spb_done(mm);
}

/* --- triggers --------------------------------------------------------------------------------- */

/* slab shrinks asked for by one request in a machine of @words with page @freed free */
static u64 shrinks(const char *words, const char *args, u32 freed, u8 mt, enum spb_outcome how)
{
	struct mm *mm = spb_machine(SPB_OF_8, words, args);
	u64 nr;

	if (freed != PFN_NONE)
		give(mm, freed, 0);
	assert_int_not_equal(take(mm, 0, mt), PFN_NONE);
	assert_int_equal(outcome(mm, how), 1);
	nr = spb(mm)->c.spb_slab_shrink_queued;
	spb_done(mm);
	return nr;
}

TEST(every_step_in_a_tainted_one_short_of_pages_reacts)
{
	assert_int_equal(shrinks("ummmmmmm", "", 0, MIGRATE_UNMOVABLE, SPB_PREFERRED_PART), 1);
	assert_int_equal(shrinks("umm.mmmm", "", PFN_NONE, MIGRATE_UNMOVABLE,
				 SPB_CLAIMED_BLOCK), 1);
	assert_int_equal(shrinks("uhmmmmmm", "", PFN_NONE, MIGRATE_UNMOVABLE,
				 SPB_CLAIMED_PART), 1);
	assert_int_equal(shrinks("urmmmmmm", "", BLOCK(1), MIGRATE_UNMOVABLE,
				 SPB_BORROWED_KERNEL), 1);
	assert_int_equal(shrinks("ummmmmmm", "relaxed_claim=off", BLOCK(1), MIGRATE_UNMOVABLE,
				 SPB_BORROWED_MOVABLE), 1);
}

TEST(a_hint_reacts_too)
{
	struct mm *mm = spb_machine(SPB_OF_8, "ummmmmmm", "");

	give(mm, 0, 0);
	give(mm, 2, 0);
	give(mm, 4, 0);
	take(mm, 0, MIGRATE_UNMOVABLE);
	assert_int_equal(spb(mm)->c.spb_slab_shrink_queued, 1);
	spb(mm)->shrink_queued = false;
	take(mm, 0, MIGRATE_UNMOVABLE);
	assert_int_equal(spb(mm)->c.hint_cpu, 1);
	assert_int_equal(spb(mm)->c.spb_slab_shrink_queued, 2);
	spb(mm)->shrink_queued = false;
	mm->current.cpu = 1;
	take(mm, 0, MIGRATE_UNMOVABLE);
	assert_int_equal(spb(mm)->c.hint_zone, 1);
	assert_int_equal(spb(mm)->c.spb_slab_shrink_queued, 3);
	spb_done(mm);
}

TEST(with_pages_enough_nothing_reacts)
{
	assert_int_equal(shrinks("u...m...", "", 0, MIGRATE_UNMOVABLE, SPB_PREFERRED_PART), 0);
}

TEST(clean_ones_do_not_react)
{
	assert_int_equal(shrinks("mmmmmmmm", "", 0, MIGRATE_MOVABLE, SPB_PREFERRED_PART), 0);
}

/* also a movable request that finds nothing clean wakes all tainted ones that need it */
TEST(nothing_preferred_starts_the_tainted_ones_defrag)
{
	struct mm *mm = spb_machine(SPB_OF_8, "ummmmmmm ummmmmm. u....... ........", "");

	assert_int_equal(spb_no(mm, take(mm, 0, MIGRATE_MOVABLE)), 3);
	assert_int_equal(spb(mm)->c.defrag_started, 2);
	assert_true(sb(mm, 0)->defrag_active && sb(mm, 1)->defrag_active);
	spb_done(mm);

	mm = spb_machine(SPB_OF_8, "ummmmmmm ummmmmm. u....... ........", "hot_triggers=off");
	take(mm, 0, MIGRATE_MOVABLE);
	assert_int_equal(spb(mm)->c.defrag_started, 0);
	spb_done(mm);
}

/* --- high-order atomic requests and CMA ------------------------------------------------------- */

static u32 take_highatomic(struct mm *mm, u32 order)
{
	u32 pfn = asked_rmqueue_highatomic(mm, normal(mm), order);

	if (pfn != PFN_NONE)
		prep_new_page(mm, pfn, order, MIGRATE_UNMOVABLE);
	whole(mm, "a reserved page is taken");
	return pfn;
}

TEST(the_highatomic_reserve_is_looked_for_in_tainted_ones)
{
	struct mm *mm = spb_machine(SPB_OF_8, "mmmmmmmm ummmmmmm", "");

	block_type(mm, 8, MIGRATE_HIGHATOMIC);
	give(mm, BLOCK(8), 3);
	assert_int_equal(take_highatomic(mm, 2), BLOCK(8));
	assert_int_equal(outcome(mm, SPB_PREFERRED_PART), 1);
	spb_done(mm);
}

/* as posted: it takes what free blocks there are, and the reserve does not know */
TEST(a_highatomic_request_converts_a_free_block)
{
	struct mm *mm = spb_machine(SPB_OF_8, "um.mmmmm", "");

	assert_int_equal(take_highatomic(mm, 3), BLOCK(2));
	assert_int_equal(tag(mm, 2), MIGRATE_HIGHATOMIC);
	assert_int_equal(pb(mm, 2), PB_HAS_UNMOVABLE);
	assert_int_equal(normal(mm)->nr_reserved_highatomic, 0);
	assert_int_equal(normal(mm)->nr_free_highatomic, 512 - 8);
	spb_done(mm);

	mm = spb_machine(SPB_OF_8, "um.mmmmm", "highatomic_converts=off");
	assert_int_equal(take_highatomic(mm, 3), PFN_NONE);
	assert_int_equal(tag(mm, 2), MIGRATE_MOVABLE);
	spb_done(mm);
}

static struct mm *with_cma(const char *words, u32 block)
{
	struct mm *mm = spb_machine(SPB_OF_8, words, "");

	block_type(mm, block, MIGRATE_CMA);
	give(mm, BLOCK(block), 0);
	return mm;
}

/*
 * As posted, CMA requests look in tainted superpageblocks, so CMA pages of clean ones are missed.
 */
TEST(cma_pages_of_clean_ones_are_not_found)
{
	struct mm *mm = with_cma("ummmmmmm mmmmmmmm", 9);

	assert_int_equal(take_with(mm, 0, MIGRATE_MOVABLE, ALLOC_CMA | ALLOC_NOFRAGMENT), PFN_NONE);
	assert_int_equal(spb(mm)->c.cma_not_found, 2);
	spb_done(mm);

	mm = with_cma("ummmmmmm mmmmmmmm", 1);
	assert_int_equal(take_with(mm, 0, MIGRATE_MOVABLE, ALLOC_CMA | ALLOC_NOFRAGMENT), BLOCK(1));
	assert_int_equal(spb(mm)->c.cma_not_found, 0);
	spb_done(mm);
}

/* no kernel request claims, borrows from or steals out of one */
TEST(cma_blocks_are_left_alone)
{
	struct mm *mm = with_cma("ummmmmmm", 1);

	assert_int_equal(take_with(mm, 0, MIGRATE_UNMOVABLE, 0), PFN_NONE);
	assert_int_equal(tag(mm, 1), MIGRATE_CMA);
	spb_done(mm);
}

/* --- the machine as a whole ------------------------------------------------------------------- */

static u64 next_random(u64 *x)
{
	*x = *x * 6364136223846793005ull + 1442695040888963407ull;
	return *x >> 33;
}

struct held {
	u32 pfn, order;
};

/* whatever is asked for and given back, every rule holds, and all of it comes back */
static void random_requests_break_no_rule(const char *args)
{
	static const u8 types[] = { MIGRATE_UNMOVABLE, MIGRATE_MOVABLE, MIGRATE_RECLAIMABLE };
	struct mm *mm = spb_machine(SPB_OF_8, "........ ........ ........ .......u", args);
	struct held held[600];
	u64 seed = 4;
	u32 nr = 0, i;

	for (i = 0; i < 3000; i++) {
		u32 r = (u32)next_random(&seed);

		if (nr < 600 && (r & 7) < 5) {
			u32 order = (r >> 3) % 7 ? (r >> 6) % 6 : (r >> 6) % 11;
			u32 pfn = take_with(mm, order, types[(r >> 12) % 3],
					    r & 0x8000 ? ALLOC_NOFRAGMENT : 0);

			if (pfn != PFN_NONE)
				held[nr++] = (struct held){ pfn, order };
		} else if (nr) {
			u32 n = (r >> 3) % nr;

			give(mm, held[n].pfn, held[n].order);
			held[n] = held[--nr];
		}
	}
	while (nr--)
		give(mm, held[nr].pfn, held[nr].order);
	assert_int_equal(normal(mm)->nr_free_pages, 31 * 512);
	for (i = 0; i < 31; i++)
		assert_int_equal(tag(mm, i), MIGRATE_MOVABLE);
	spb_done(mm);
}

TEST(random_requests)
{
	random_requests_break_no_rule("");
	random_requests_break_no_rule("version=1");
	random_requests_break_no_rule("split_marks_both_used=off,whole_first=off,"
				      "aggressive_threshold=0");
	random_requests_break_no_rule("hints=off,relaxed_claim=off");
	random_requests_break_no_rule("select=bitmap,split_marks_both_used=off");
}
