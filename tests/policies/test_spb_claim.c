// SPDX-License-Identifier: GPL-2.0-only
/*
 * Claims, steals, rights and refusals: when a clean superpageblock gets its first kernel page, and
 * what is done before. doc/spb.md: "Rights" to "Claim and steal".
 *
 * Superpageblocks have eight pageblocks here; how they are drawn is in spb_work_machine.h.
 */
#include "spb_alloc_machine.h"

#define OPTIONAL ALLOC_HIGHORDER_OPTIONAL

static u64 refused(const struct mm *mm, enum spb_refusal why)
{
	return spb(mm)->c.refused[why];
}

/* the last pages of a block are free, one by one */
static void thin_out(struct mm *mm, u32 block, u32 nr_free)
{
	for (u32 i = 0; i < nr_free; i++)
		give(mm, BLOCK(block) + 511 - i, 0);
}

/* --- a whole block ---------------------------------------------------------------------------- */

/* both blocks of the pair are the kernel's then, and the one not used is on its list */
TEST(both_blocks_of_a_pair_are_claimed)
{
	struct mm *mm = spb_machine(SPB_OF_8, "ummmmm..", "");
	u32 pfn = take(mm, 0, MIGRATE_UNMOVABLE);

	assert_int_equal(pfn, BLOCK(6));
	assert_int_equal(tag(mm, 6), MIGRATE_UNMOVABLE);
	assert_int_equal(tag(mm, 7), MIGRATE_UNMOVABLE);
	assert_int_equal(pb(mm, 6), PB_HAS_UNMOVABLE);
	assert_int_equal(pb(mm, 7), PB_HAS_UNMOVABLE);
	assert_int_equal(nr_on_list(mm, 0, 9, MIGRATE_UNMOVABLE), 1);
	assert_int_equal(sb(mm, 0)->nr_free, 0);
	/* which is where the next whole block comes from */
	assert_int_equal(take(mm, 9, MIGRATE_UNMOVABLE), BLOCK(7));
	assert_int_equal(outcome(mm, SPB_PREFERRED_BLOCK), 1);
	spb_done(mm);
}

/* With the switch off, it counts as what it is. */
TEST(the_unused_one_is_free_without_the_quirk)
{
	struct mm *mm = spb_machine(SPB_OF_8, "ummmmm..", "split_marks_both_used=off");
	u32 pfn = take(mm, 0, MIGRATE_UNMOVABLE);

	assert_int_equal(pb(mm, 7), PB_ALL_FREE);
	assert_int_equal(sb(mm, 0)->nr_free, 1);
	give(mm, pfn, 0);
	assert_int_equal(sb(mm, 0)->nr_free, 2);
	assert_int_equal(tag(mm, 7), MIGRATE_MOVABLE);
	assert_int_equal(nr_on_list(mm, 0, 10, MIGRATE_MOVABLE), 1);
	spb_done(mm);
}

/* --- a block in use --------------------------------------------------------------------------- */

static u32 claim_part(struct mm *mm, u32 block, u8 mt, bool from_tainted)
{
	u32 pfn = BLOCK(block) + 511;
	u32 got = spb_try_to_claim_block(spb(mm), spbs(mm), pfn, 0, 0, mt, tag(mm, block),
					 from_tainted);

	if (got != PFN_NONE)
		prep_new_page(mm, got, 0, mt);
	whole(mm, "a claim");
	return got;
}

/* a block whose used pages are movable is claimed from half of it free on */
TEST(half_of_a_block_must_be_free)
{
	struct mm *mm = spb_machine(SPB_OF_8, "uummmmmm", "");

	thin_out(mm, 2, 255);
	assert_int_equal(claim_part(mm, 2, MIGRATE_UNMOVABLE, false), PFN_NONE);
	assert_int_equal(refused(mm, SPB_REFUSED_INSUFFICIENT), 1);
	assert_int_equal(tag(mm, 2), MIGRATE_MOVABLE);
	give(mm, BLOCK(2), 0);
	assert_int_not_equal(claim_part(mm, 2, MIGRATE_UNMOVABLE, false), PFN_NONE);
	assert_int_equal(tag(mm, 2), MIGRATE_UNMOVABLE);
	assert_int_equal(pb(mm, 2), PB_HAS_UNMOVABLE | PB_HAS_MOVABLE);
	/* all that was free in it, less the page taken */
	assert_int_equal(normal(mm)->region[0].nr_free_pages, 255);
	for (u32 order = 0; order < 9; order++)
		assert_int_equal(nr_on_list(mm, 0, order, MIGRATE_MOVABLE), 0);
	spb_done(mm);
}

/* in a movable block, what is neither free nor movable is thought to be the kernel's own */
TEST(kernel_pages_of_a_movable_block_are_alike)
{
	struct mm *mm = spb_machine(SPB_OF_8, "ummmmmmu", "");

	block_type(mm, 7, MIGRATE_MOVABLE);
	give(mm, BLOCK(8) - 1, 0);
	assert_int_not_equal(claim_part(mm, 7, MIGRATE_RECLAIMABLE, false), PFN_NONE);
	assert_int_equal(tag(mm, 7), MIGRATE_RECLAIMABLE);
	/* what its type was is held to be in it */
	assert_int_equal(pb(mm, 7), PB_HAS_UNMOVABLE | PB_HAS_RECLAIMABLE | PB_HAS_MOVABLE);
	spb_done(mm);
}

/*
 * A movable request wants movable pages, as far as they can be seen to be so. The block becomes
 * movable even though the search that follows does not look into tainted superpageblocks.
 */
TEST(movable_pages_of_a_kernel_block_are_alike)
{
	struct mm *mm = spb_machine(SPB_OF_8, "ummmmmxu", "");

	block_type(mm, 7, MIGRATE_UNMOVABLE);
	give(mm, BLOCK(8) - 1, 0);
	assert_int_equal(claim_part(mm, 7, MIGRATE_MOVABLE, false), PFN_NONE);
	/* 256 movable, one of them given back */
	give(mm, BLOCK(7) - 1, 0);
	assert_int_equal(claim_part(mm, 6, MIGRATE_MOVABLE, false), PFN_NONE);
	assert_int_equal(refused(mm, SPB_REFUSED_INSUFFICIENT), 1);
	assert_int_equal(tag(mm, 6), MIGRATE_MOVABLE);
	assert_int_equal(pb(mm, 6), PB_HAS_UNMOVABLE | PB_HAS_MOVABLE);
	assert_int_equal(nr_on_list(mm, 0, 0, MIGRATE_MOVABLE), 1);
	spb_done(mm);
}

/* In tainted superpageblocks one free page of a block is enough (v1 25/45). */
static u64 claims_of(const char *args, u64 *nr_refused)
{
	struct mm *mm = spb_machine(SPB_OF_8, "ummmmmmm ........", args);
	u64 claimed;

	for (u32 b = 1; b < 8; b++)
		thin_out(mm, b, 40 + b);
	while (!outcome(mm, SPB_NO_PAGE))
		take(mm, 0, MIGRATE_UNMOVABLE);
	assert_string_equal(list_name(mm, 1), "empty");
	claimed = outcome(mm, SPB_CLAIMED_PART);
	*nr_refused = refused(mm, SPB_REFUSED_INSUFFICIENT);
	spb_done(mm);
	return claimed;
}

TEST(claims_in_tainted_ones_fail_without_the_relaxed_rule)
{
	u64 nr_refused;

	assert_int_equal(claims_of("relaxed_claim=off", &nr_refused), 0);
	/* 308 pages were borrowed one by one, and each began with claims that were refused */
	assert_true(nr_refused >= 308);
	assert_int_equal(claims_of("", &nr_refused), 7);
	assert_int_equal(nr_refused, 0);
}

TEST(isolated_and_cma_blocks_are_refused)
{
	struct mm *mm = spb_machine(SPB_OF_8, "umhmmmmm", "");

	mm->pageblock[2].isolate = 1;
	assert_int_equal(spb_try_to_claim_block(spb(mm), spbs(mm), BLOCK(2), 0, 0,
						MIGRATE_UNMOVABLE, MIGRATE_MOVABLE, true),
			 PFN_NONE);
	mm->pageblock[2].isolate = 0;
	assert_int_equal(refused(mm, SPB_REFUSED_ISOLATE), 1);
	block_type(mm, 2, MIGRATE_CMA);
	assert_int_equal(spb_try_to_claim_block(spb(mm), spbs(mm), BLOCK(2), 0, 0,
						MIGRATE_UNMOVABLE, MIGRATE_MOVABLE, true),
			 PFN_NONE);
	block_type(mm, 2, MIGRATE_MOVABLE);
	assert_int_equal(refused(mm, SPB_REFUSED_CMA), 1);
	assert_int_equal(pb(mm, 2), PB_HAS_MOVABLE);
	spb_done(mm);
}

TEST(a_block_at_the_zones_edge_is_refused)
{
	struct mm *mm = mm_alloc(BLOCK(8), 1, 1);

	mm_add_zone(mm, ZONE_NORMAL, 0, BLOCK(7) + 100);
	for (u32 pfn = 0; pfn < BLOCK(7) + 100; pfn++)
		mm_place_used(mm, pfn, 0, PK_KERNEL, MIGRATE_UNMOVABLE);
	mm_init_late(mm);
	memset(normal(mm)->_watermark, 0, sizeof(normal(mm)->_watermark));
	set_policy(mm, "spb,order=12,pcp_buddy=off");
	give(mm, BLOCK(7), 0);
	/* borrowed, since it cannot be claimed */
	assert_int_equal(take(mm, 0, MIGRATE_UNMOVABLE), BLOCK(7));
	assert_int_equal(refused(mm, SPB_REFUSED_ZONE_BOUNDARY), 1);
	assert_int_equal(outcome(mm, SPB_BORROWED_MOVABLE), 1);
	assert_int_equal(tag(mm, 7), MIGRATE_MOVABLE);
	spb_done(mm);
}

/* v2 24/40: unmovable and reclaimable pages are not to share a block any more */
TEST(kernel_types_do_not_take_each_others_blocks)
{
	struct mm *mm = spb_machine(SPB_OF_8, "urmmmmmm", "");

	thin_out(mm, 1, 300);
	assert_int_equal(claim_part(mm, 1, MIGRATE_UNMOVABLE, true), PFN_NONE);
	assert_int_equal(refused(mm, SPB_REFUSED_CROSS_TYPE), 1);
	assert_int_equal(tag(mm, 1), MIGRATE_RECLAIMABLE);
	spb_done(mm);

	mm = spb_machine(SPB_OF_8, "urmmmmmm", "version=1");
	thin_out(mm, 1, 300);
	assert_int_not_equal(claim_part(mm, 1, MIGRATE_UNMOVABLE, false), PFN_NONE);
	assert_int_equal(tag(mm, 1), MIGRATE_UNMOVABLE);
	assert_int_equal(pb(mm, 1), PB_HAS_UNMOVABLE | PB_HAS_RECLAIMABLE);
	spb_done(mm);
}

/* --- claim ------------------------------------------------------------------------------------ */

/* with the right to fragment, and with nothing free beside the kernel's own */
TEST(a_request_that_finds_nothing_taints_an_empty_one)
{
	struct mm *mm = spb_machine(SPB_OF_8, "uuuuuuuu mmmm.... ........", "");
	u32 pfn = take_with(mm, 0, MIGRATE_UNMOVABLE, 0);

	assert_int_equal(spb_no(mm, pfn), 2);
	assert_true(is_tainted(mm, 2));
	assert_int_equal(tag(mm, block_no(pfn)), MIGRATE_UNMOVABLE);
	assert_int_equal(spb(mm)->c.claims, 1);
	assert_int_equal(spb(mm)->c.claims_tainting, 1);
	assert_int_equal(spb(mm)->c.taints, 1);
	/* an evacuation and a shrink are to make room, for the next one */
	assert_int_equal(spb(mm)->c.evac_requests, 1);
	assert_int_equal(spb(mm)->c.spb_slab_shrink_queued, 1);
	assert_int_equal(mm->extfrag[MIGRATE_UNMOVABLE][MIGRATE_MOVABLE][EXTFRAG_CLAIM_BLOCK], 1);
	/* and the next one has a tainted one to go to */
	assert_int_equal(spb_no(mm, take_with(mm, 9, MIGRATE_RECLAIMABLE, 0)), 2);
	assert_int_equal(spb(mm)->c.claims, 1);
	spb_done(mm);
}

TEST(a_clean_one_is_tainted_last)
{
	struct mm *mm = spb_machine(SPB_OF_8, "uuuuuuuu mmmm....", "");

	assert_int_equal(spb_no(mm, take_with(mm, 0, MIGRATE_RECLAIMABLE, 0)), 1);
	assert_string_equal(list_name(mm, 1), "tainted 25pct");
	assert_int_equal(spb(mm)->c.claims_tainting, 1);
	spb_done(mm);
}

TEST(without_the_right_to_fragment_nothing_is_tainted)
{
	struct mm *mm = spb_machine(SPB_OF_8, "uuuuuuuu mmmm.... ........", "");

	assert_int_equal(take(mm, 0, MIGRATE_UNMOVABLE), PFN_NONE);
	assert_int_equal(take_with(mm, 0, MIGRATE_UNMOVABLE, ALLOC_NOFRAGMENT |
				   ALLOC_NOFRAG_TAINTED_OK), PFN_NONE);
	assert_int_equal(spb(mm)->c.taints, 0);
	assert_int_equal(spb(mm)->c.evac_requests, 0);
	spb_done(mm);
}

/*
 * In preferred superpageblocks even what is smaller than a block is claimed, where the zone has
 * many of them; in a small zone, whole blocks only. A hint shows the claimed page to the search
 * that follows, for the block's old type has made its superpageblock a tainted one.
 */
static struct mm *movable_without_a_home(const char *args)
{
	struct mm *mm = spb_machine(SPB_OF_8, "mmmmmmmu ........", args);

	/* a clean superpageblock with a part of a block of the kernel's */
	block_type(mm, 7, MIGRATE_RECLAIMABLE);
	spb_clear_has(spb(mm), spbs(mm), BLOCK(7), MIGRATE_UNMOVABLE);
	spb_update_list(spb(mm), spbs(mm), sb(mm, 0));
	give(mm, BLOCK(0), 0);
	assert_int_equal(take(mm, 0, MIGRATE_MOVABLE), BLOCK(0));
	for (u32 i = 0; i < 256; i++)
		give(mm, BLOCK(7) + i, 0);
	/* and no free block that a movable request could have as it is */
	for (u32 i = 0; i < 8; i++)
		block_type(mm, 8 + i, MIGRATE_UNMOVABLE);
	for (u32 i = 0; i < 4; i++)
		move_to_free_list(mm, normal(mm), BLOCK(8 + 2 * i), 10, MIGRATE_UNMOVABLE);
	return mm;
}

TEST(category_comes_before_order_where_there_are_many)
{
	struct mm *mm = movable_without_a_home("aggressive_threshold=1");

	assert_int_equal(block_no(take(mm, 0, MIGRATE_MOVABLE)), 7);
	assert_int_equal(tag(mm, 7), MIGRATE_MOVABLE);
	spb_done(mm);

	mm = movable_without_a_home("aggressive_threshold=2");
	assert_int_equal(take(mm, 0, MIGRATE_MOVABLE), PFN_NONE);
	assert_int_equal(tag(mm, 7), MIGRATE_RECLAIMABLE);
	spb_done(mm);
}

TEST(movable_requests_claim_in_tainted_ones_above_the_reserve)
{
	struct mm *mm = spb_machine(SPB_OF_8, "um......", "hints=off");
	u32 i;

	/* all free blocks are on a kernel list: the walk has nothing for a movable request */
	for (i = 2; i < 8; i++)
		block_type(mm, i, MIGRATE_RECLAIMABLE);
	for (i = 2; i < 8; i += 2)
		move_to_free_list(mm, normal(mm), BLOCK(i), 10, MIGRATE_RECLAIMABLE);
	assert_int_not_equal(take_with(mm, 10, MIGRATE_MOVABLE, 0), PFN_NONE);
	assert_int_equal(sb(mm, 0)->nr_free, 4);
	assert_int_equal(take_with(mm, 10, MIGRATE_MOVABLE, 0), PFN_NONE);
	assert_int_equal(spb(mm)->c.claims, 0);
	spb_done(mm);
}

/* --- steal ------------------------------------------------------------------------------------ */

/* the page alone: its block stays movable, and its superpageblock is no longer clean */
TEST(a_page_is_stolen_where_no_block_can_be_claimed)
{
	struct mm *mm = spb_machine(SPB_OF_8, "mmmmmmmm", "");

	give(mm, BLOCK(3), 2);
	assert_int_equal(take_with(mm, 0, MIGRATE_UNMOVABLE, 0), BLOCK(3));
	assert_int_equal(refused(mm, SPB_REFUSED_INSUFFICIENT), 1);
	assert_int_equal(spb(mm)->c.steals, 1);
	assert_int_equal(tag(mm, 3), MIGRATE_MOVABLE);
	assert_int_equal(pb(mm, 3), PB_HAS_UNMOVABLE | PB_HAS_MOVABLE);
	assert_string_equal(list_name(mm, 0), "tainted almost_empty");
	assert_int_equal(mm->extfrag[MIGRATE_UNMOVABLE][MIGRATE_MOVABLE][EXTFRAG_STEAL], 1);
	spb_done(mm);
}

TEST(the_smallest_page_is_stolen)
{
	struct mm *mm = spb_machine(SPB_OF_8, "mmmmmmmm", "");

	give(mm, BLOCK(3), 4);
	give(mm, BLOCK(5), 1);
	assert_int_equal(take_with(mm, 0, MIGRATE_UNMOVABLE, 0), BLOCK(5));
	spb_done(mm);
}

/* TAINTED_OK is for single pages beside the kernel's own, never for a clean superpageblock's */
TEST(tainted_ok_steals_in_tainted_ones_only)
{
	struct mm *mm = spb_machine(SPB_OF_8, "uuuuuuuu mmmmmmmm", "");
	const u32 rights = ALLOC_NOFRAGMENT | ALLOC_NOFRAG_TAINTED_OK;

	give(mm, BLOCK(9), 0);
	assert_int_equal(take_with(mm, 0, MIGRATE_RECLAIMABLE, rights), PFN_NONE);
	assert_false(is_tainted(mm, 1));
	assert_int_equal(take_with(mm, 0, MIGRATE_RECLAIMABLE, 0), BLOCK(9));
	spb_done(mm);
}

/* a refill that has stolen once goes on so; unmovable and reclaimable pages are not mixed then */
static u32 steals_next(const char *args)
{
	struct mm *mm = spb_machine(SPB_OF_8, "ruuuuuuu mmmmmmmm", args);
	enum rmqueue_mode mode = RMQUEUE_STEAL;
	u32 pfn;

	give(mm, BLOCK(0), 0);
	give(mm, BLOCK(9), 0);
	pfn = __rmqueue(mm, normal(mm), 0, MIGRATE_UNMOVABLE, 0, &mode);
	prep_new_page(mm, pfn, 0, MIGRATE_UNMOVABLE);
	spb_done(mm);
	return pfn;
}

TEST(kernel_types_do_not_steal_from_each_other)
{
	assert_int_equal(steals_next(""), BLOCK(9));
	assert_int_equal(steals_next("version=1"), BLOCK(0));
}

/* a movable request may have single kernel pages, if there is nothing else for it */
TEST(a_movable_request_steals_beside_the_kernel)
{
	struct mm *mm = spb_machine(SPB_OF_8, "uuuuu.ru", "");

	assert_int_equal(block_no(take_with(mm, 9, MIGRATE_UNMOVABLE, 0)), 5);
	give(mm, BLOCK(6), 0);
	assert_int_equal(take_with(mm, 0, MIGRATE_MOVABLE, 0), PFN_NONE);	/* the reserve */
	assert_int_equal(spb(mm)->c.steals, 0);
	spb_done(mm);
}

/* --- refusal of optional requests ------------------------------------------------------------- */

TEST(an_optional_request_is_refused_while_tainted_ones_have_pages)
{
	struct mm *mm = spb_machine(SPB_OF_8, "uuuuuuuu ........", "");

	give(mm, BLOCK(0), 0);
	assert_int_equal(take_with(mm, 3, MIGRATE_UNMOVABLE, OPTIONAL), PFN_NONE);
	assert_int_equal(spb(mm)->c.spb_highorder_refused, 1);
	assert_string_equal(list_name(mm, 1), "empty");
	/* nothing at all is free there: then it may */
	assert_int_equal(take_with(mm, 0, MIGRATE_UNMOVABLE, OPTIONAL), BLOCK(0));
	assert_int_equal(spb_no(mm, take_with(mm, 3, MIGRATE_UNMOVABLE, OPTIONAL)), 1);
	assert_int_equal(spb(mm)->c.spb_highorder_refused, 1);
	spb_done(mm);
}

TEST(movable_requests_are_not_refused)
{
	struct mm *mm = spb_machine(SPB_OF_8, "uuuuuuuu ........", "");

	give(mm, BLOCK(0), 0);
	assert_int_equal(spb_no(mm, take_with(mm, 3, MIGRATE_MOVABLE, OPTIONAL)), 1);
	assert_int_equal(spb(mm)->c.spb_highorder_refused, 0);
	spb_done(mm);
}

/* later pages of a refill begin at the start again, so that none escapes the refusal */
TEST(a_refill_does_not_skip_the_refusal)
{
	struct mm *mm = spb_machine(SPB_OF_8, "uuuuuuuu mmmmmmmm", "");
	enum rmqueue_mode mode = RMQUEUE_STEAL;

	give(mm, BLOCK(0), 0);
	give(mm, BLOCK(9), 3);
	assert_int_equal(__rmqueue(mm, normal(mm), 3, MIGRATE_UNMOVABLE, OPTIONAL, &mode),
			 PFN_NONE);
	assert_int_equal(mode, RMQUEUE_NORMAL);
	assert_int_equal(spb(mm)->c.spb_highorder_refused, 1);
	spb_done(mm);
}

/* a tainted one at its reserve: evacuation and a shrink are asked for */
TEST(an_optional_request_that_finds_nothing_asks_for_room)
{
	struct mm *mm = spb_machine(SPB_OF_8, "uuuuuuuu ........", "");

	take_with(mm, 3, MIGRATE_UNMOVABLE, OPTIONAL | ALLOC_NOFRAGMENT);
	assert_int_equal(spb(mm)->c.evac_requests, 1);
	assert_int_equal(spb(mm)->c.spb_slab_shrink_queued, 1);
	spb_done(mm);

	mm = spb_machine(SPB_OF_8, "uuuuuuuu ........", "");
	take_with(mm, 3, MIGRATE_UNMOVABLE, ALLOC_NOFRAGMENT);
	assert_int_equal(spb(mm)->c.evac_requests, 0);
	spb_done(mm);
}

/* --- rights ----------------------------------------------------------------------------------- */

static struct alloc_context request_of(const struct mm *mm, gfp_t gfp)
{
	struct alloc_context ac = { .gfp = gfp, .migratetype = gfp_migratetype(gfp),
				    .highest_zoneidx = gfp_zone(gfp),
				    .preferred = (s8)gfp_zone(gfp) };

	while (ac.preferred > 0 && !mm_zone(mm, (enum zone_type)ac.preferred)->populated)
		ac.preferred--;
	return ac;
}

static u32 slow_rights(struct mm *mm, gfp_t gfp)
{
	struct alloc_context ac = request_of(mm, gfp);
	struct alloc_request req = { .ac = &ac };

	return policy_decides(mm, alloc_flags, &req, ALLOC_STAGE_SLOW);
}

static u32 vanilla_slow_rights(struct mm *mm, gfp_t gfp)
{
	struct alloc_context ac = request_of(mm, gfp);
	struct alloc_request req = { .ac = &ac };

	return vanilla_alloc_flags(mm, &req, ALLOC_STAGE_SLOW);
}

TEST(who_has_a_cheap_way_out_is_optional)
{
	struct mm *mm = spb_machine(SPB_OF_8, "........", "");

	assert_false(slow_rights(mm, GFP_KERNEL) & OPTIONAL);
	assert_true(slow_rights(mm, GFP_KERNEL | __GFP_NORETRY) & OPTIONAL);
	assert_false(slow_rights(mm, GFP_KERNEL | __GFP_NORETRY | __GFP_RETRY_MAYFAIL) & OPTIONAL);
	assert_true(slow_rights(mm, GFP_ATOMIC) & OPTIONAL);
	assert_true(slow_rights(mm, GFP_NOWAIT) & OPTIONAL);
	assert_false(slow_rights(mm, GFP_ATOMIC | __GFP_NOMEMALLOC) & OPTIONAL);
	assert_false(slow_rights(mm, GFP_ATOMIC | __GFP_NOFAIL) & OPTIONAL);
	spb_done(mm);
}

TEST(the_slow_path_does_not_fragment_either)
{
	struct mm *mm = spb_machine(SPB_OF_8, "........", "");

	assert_true(slow_rights(mm, GFP_KERNEL) & ALLOC_NOFRAGMENT);
	assert_true(slow_rights(mm, GFP_HIGHUSER_MOVABLE) & ALLOC_NOFRAGMENT);
	/* its first zone is not NORMAL */
	assert_false(slow_rights(mm, GFP_KERNEL | __GFP_DMA32) & ALLOC_NOFRAGMENT);
	spb_done(mm);

	mm = spb_machine(SPB_OF_8, "........", "prefer_reclaim=off");
	assert_false(slow_rights(mm, GFP_KERNEL) & ALLOC_NOFRAGMENT);
	assert_false(vanilla_slow_rights(mm, GFP_KERNEL) & ALLOC_NOFRAGMENT);
	spb_done(mm);
}

/* --- when no zone has a page ------------------------------------------------------------------ */

static bool look_again(struct mm *mm, gfp_t gfp, u32 order, u32 *rights)
{
	struct alloc_context ac = { .gfp = gfp, .migratetype = gfp_migratetype(gfp),
				    .highest_zoneidx = ZONE_NORMAL, .preferred = ZONE_NORMAL };
	struct alloc_request req = { .ac = &ac, .order = order, .alloc_flags = *rights };
	u32 flags = policy_decides(mm, alloc_flags, &req, ALLOC_STAGE_FREELIST_FAILED);

	if (flags == ALLOC_FLAGS_NONE)
		return false;
	*rights = flags;
	return true;
}

TEST(what_can_reclaim_keeps_from_fragmenting)
{
	struct mm *mm = spb_machine(SPB_OF_8, "uuuuuuuu ........", "");
	u32 rights = ALLOC_NOFRAGMENT;

	assert_false(look_again(mm, GFP_KERNEL, 0, &rights));
	assert_int_equal(rights, ALLOC_NOFRAGMENT);
	spb_done(mm);

	mm = spb_machine(SPB_OF_8, "uuuuuuuu ........", "prefer_reclaim=off");
	assert_true(look_again(mm, GFP_KERNEL, 0, &rights));
	assert_int_equal(rights, 0);
	spb_done(mm);
}

TEST(what_cannot_reclaim_is_given_rights_step_by_step)
{
	struct mm *mm = spb_machine(SPB_OF_8, "uuuuuuuu ........", "");
	const u64 *step = spb(mm)->c.relaxed;
	u32 rights = ALLOC_NOFRAGMENT | ALLOC_KSWAPD;

	assert_true(look_again(mm, GFP_ATOMIC, 0, &rights));
	assert_int_equal(rights, ALLOC_NOFRAGMENT | ALLOC_KSWAPD | ALLOC_NOFRAG_TAINTED_OK);
	assert_int_equal(step[SPB_ADD_TAINTED_OK], 1);
	assert_true(look_again(mm, GFP_ATOMIC, 0, &rights));
	assert_int_equal(rights, ALLOC_KSWAPD);
	assert_int_equal(step[SPB_DROP_NOFRAGMENT], 1);
	assert_false(look_again(mm, GFP_ATOMIC, 0, &rights));
	spb_done(mm);
}

TEST(noretry_fails_at_once)
{
	struct mm *mm = spb_machine(SPB_OF_8, "uuuuuuuu ........", "");
	u32 rights = ALLOC_NOFRAGMENT;

	assert_false(look_again(mm, GFP_ATOMIC | __GFP_NORETRY, 0, &rights));
	assert_int_equal(spb(mm)->c.relaxed[SPB_NORETRY_SKIP], 1);
	spb_done(mm);
}

#define NONE (-1)

/* words, and a chunk of block 0 that is free; would a smaller request be served? */
static bool tries_smaller(const char *words, const char *args, gfp_t gfp, u32 order, int chunk)
{
	struct mm *mm = spb_machine(SPB_OF_8, words, args);
	u32 rights = ALLOC_NOFRAGMENT;
	bool again;

	if (chunk != NONE)
		give(mm, BLOCK(0), (u32)chunk);
	again = look_again(mm, gfp, order, &rights);
	assert_int_equal(spb(mm)->c.relaxed[SPB_NOWARN_LOWER_ORDER], !again);
	spb_done(mm);
	return !again;
}

/* v2 35/40: for callers that come again with a smaller order */
TEST(nowarn_fails_where_a_smaller_request_would_be_served)
{
	assert_true(tries_smaller("uuuuuuuu", "", GFP_NOWAIT, 3, 2));
	assert_false(tries_smaller("uuuuuuuu", "", GFP_NOWAIT, 3, 3));
	assert_false(tries_smaller("uuuuuuuu", "", GFP_NOWAIT, 3, NONE));
	/* movable pages there may be moved, and reclaimable blocks lend theirs */
	assert_true(tries_smaller("uuuuuuum", "", GFP_NOWAIT, 3, NONE));
	assert_true(tries_smaller("ruuuuuuu", "", GFP_NOWAIT, 3, 0));
	/* a clean superpageblock's do not count */
	assert_false(tries_smaller("mmmmmmmm", "", GFP_NOWAIT, 3, 0));
	/* and only for those who said so */
	assert_false(tries_smaller("uuuuuuuu", "", GFP_ATOMIC, 3, 0));
	assert_false(tries_smaller("uuuuuuuu", "", GFP_NOWAIT | __GFP_NOFAIL, 3, 0));
	assert_false(tries_smaller("uuuuuuum", "", GFP_NOWAIT, 0, NONE));
	assert_false(tries_smaller("uuuuuuuu", "version=1", GFP_NOWAIT, 3, 0));
}

/* --- the slow path as a whole ----------------------------------------------------------------- */

/* movable pages leave a tainted one first, into the clean one that would have been tainted */
TEST(room_is_made_before_a_clean_one_is_tainted)
{
	struct mm *mm = spb_machine(SPB_OF_8, "uummmmmm mm......", "");
	u32 pfn = alloc(mm, GFP_KERNEL, 0);

	assert_int_equal(spb_no(mm, pfn), 0);
	assert_false(is_tainted(mm, 1));
	assert_int_equal(spb(mm)->c.dropped_nofragment, 0);
	assert_true(spb(mm)->c.pages_migrated >= 512);
	spb_done(mm);

	mm = spb_machine(SPB_OF_8, "uummmmmm mm......", "prefer_reclaim=off");
	pfn = alloc(mm, GFP_KERNEL, 0);
	assert_int_equal(spb_no(mm, pfn), 1);
	assert_true(is_tainted(mm, 1));
	spb_done(mm);
}

TEST(when_there_is_no_room_to_be_made_it_is_tainted)
{
	struct mm *mm = spb_machine(SPB_OF_8, "uuuuuuuu ........", "");
	u32 pfn = alloc(mm, GFP_KERNEL, 0);

	assert_int_equal(spb_no(mm, pfn), 1);
	assert_int_equal(spb(mm)->c.dropped_nofragment, 1);
	assert_int_equal(spb(mm)->c.taints, 1);
	spb_done(mm);
}

/* never by a request that may fail */
TEST(an_optional_request_fails_rather_than_taint)
{
	struct mm *mm = spb_machine(SPB_OF_8, "uuuuuuuu ........", "");

	assert_int_equal(alloc(mm, GFP_KERNEL | __GFP_NORETRY, 2), PFN_NONE);
	assert_int_equal(alloc(mm, GFP_NOWAIT | __GFP_NORETRY, 2), PFN_NONE);
	assert_false(is_tainted(mm, 1));
	spb_done(mm);
}

TEST(an_atomic_request_taints)
{
	struct mm *mm = spb_machine(SPB_OF_8, "uuuuuuuu ........", "");

	assert_int_equal(spb_no(mm, alloc(mm, GFP_ATOMIC, 0)), 1);
	assert_int_equal(spb(mm)->c.relaxed[SPB_DROP_NOFRAGMENT], 1);
	assert_int_equal(spb(mm)->c.claims_tainting, 1);
	spb_done(mm);
}

/* Before a request compacts, movable pages are evacuated from tainted ones (v2 17/40). */
TEST(evacuation_comes_before_compaction)
{
	struct mm *mm = spb_machine(SPB_OF_8, "uummmmmm mm......", "");

	assert_int_equal(spb_no(mm, alloc(mm, GFP_KERNEL, 2)), 0);
	assert_int_equal(mm->vmstat[VM_compact_stall], 0);
	assert_false(is_tainted(mm, 1));
	spb_done(mm);
}

/* and a huge movable request takes a range of a clean one, moving what is in it; v2 17/40 */
TEST(a_range_of_a_clean_one_is_emptied_before_compaction)
{
	struct mm *mm = spb_machine(SPB_OF_8, "m.m.mmmm", "");
	u32 pfn = alloc(mm, GFP_TRANSHUGE | __GFP_NORETRY, 10);

	assert_int_equal(pfn, BLOCK(0));
	assert_int_equal(spb(mm)->c.contig_ok, 1);
	assert_int_equal(mm->vmstat[VM_compact_stall], 0);
	spb_done(mm);
}

/*
 * A load of slab and page tables beside anonymous memory in six superpageblocks, of which one
 * is the kernel's: a third of the requests are the kernel's, of orders 0 to 2, and half of what is
 * got is given back. Blocks with kernel pages in clean superpageblocks are counted.
 */
static u32 tainted_by_a_mixed_load(const char *args)
{
	struct mm *mm = spb_machine(SPB_OF_8, "uuummmmm mmmmmm.. mmmmmm.. mmmmmm.. mmmmmm.. "
					      "mmmmmm..", args);
	u64 seed = 11;
	u32 i, nr_tainted = 0;

	for (i = 0; i < 900; i++) {
		u32 pfn, r;

		seed = seed * 6364136223846793005ull + 1442695040888963407ull;
		r = (u32)(seed >> 33);
		pfn = alloc_pages(mm, r % 3 ? GFP_HIGHUSER_MOVABLE | __GFP_NORETRY : GFP_KERNEL,
				  r % 3 ? 0 : (r >> 8) % 3);
		if (pfn != PFN_NONE && r & 0x10000)
			free_pages(mm, pfn, mm->page[pfn].order);
		if (i % 20 == 0)
			run_until(mm, mm->now_ns + MSEC(10));
	}
	for (i = 1; i < 6; i++)
		nr_tainted += is_tainted(mm, i);
	spb_done(mm);
	return nr_tainted;
}

TEST(reclaim_first_keeps_clean_ones_clean)
{
	assert_int_equal(tainted_by_a_mixed_load(""), 0);
	assert_true(tainted_by_a_mixed_load("prefer_reclaim=off") > 0);
}
