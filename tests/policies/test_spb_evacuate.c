// SPDX-License-Identifier: GPL-2.0-only
/*
 * Evacuation of tainted superpageblocks, by the request or by the worker, and what compaction knows
 * of superpageblocks. doc/spb.md: "Evacuation" to "Compaction and watermarks".
 */
#include "spb_work_machine.h"

#define ORDER_8		12u
#define ORDER_16	13u

static bool evacuate(struct mm *mm, u32 order, u8 mt)
{
	bool did = spb_evacuate_for_order(spb(mm), spbs(mm), order, mt);

	whole(mm, "evacuated");
	return did;
}

static void request(struct mm *mm, u32 order, u8 mt)
{
	spb_queue_evacuate(spb(mm), spbs(mm), order, mt);
}

/* --- for a request that waits --------------------------------------------------------------- */

/* the whole of the fullest first; the clean one keeps what it has */
TEST(tainted_superpageblocks_lose_their_movable_pages)
{
	struct mm *mm = spb_machine(ORDER_8, "ummuuuuu mmmm.... ........", "");

	assert_true(evacuate(mm, 3, MIGRATE_UNMOVABLE));
	assert_int_equal(sb(mm, 0)->nr_free, 2);
	assert_int_equal(sb(mm, 0)->nr_movable, 0);
	assert_int_equal(spb(mm)->c.evac_blocks, 2);
	assert_int_equal(nr_lru(mm, 8), 512);
	spb_done(mm);
}

TEST(no_more_than_eight_blocks_of_one)
{
	struct mm *mm = spb_machine(ORDER_16, "ummmmmmmmmmmmuuu ................", "");

	assert_true(evacuate(mm, 3, MIGRATE_UNMOVABLE));
	assert_int_equal(sb(mm, 0)->nr_free, 8);
	assert_int_equal(spb(mm)->c.evac_blocks, 8);
	spb_done(mm);
}

TEST(no_more_than_sixteen_of_them)
{
	char drawn[22 * 5 + 1] = "";
	struct mm *mm;
	u32 i, touched = 0;

	for (i = 0; i < 22; i++)
		strcat(drawn, i < 17 ? "umuu " : ".... ");
	mm = spb_machine(11, drawn, "");
	assert_true(evacuate(mm, 3, MIGRATE_UNMOVABLE));
	for (i = 0; i < 17; i++)
		touched += sb(mm, i)->nr_free;
	assert_int_equal(touched, 16);
	spb_done(mm);
}

TEST(blocks_that_belong_to_others_are_left_alone)
{
	struct mm *mm = spb_machine(ORDER_8, "umuuuuum ........", "");

	block_type(mm, 1, MIGRATE_CMA);
	block_type(mm, 7, MIGRATE_HIGHATOMIC);
	assert_false(evacuate(mm, 3, MIGRATE_UNMOVABLE));
	assert_int_equal(nr_lru(mm, 1), 512);
	assert_int_equal(nr_lru(mm, 7), 512);
	spb_done(mm);
}

/* the shrinkers are asked in any case */
TEST(without_movable_pages_nothing_is_tried)
{
	struct mm *mm = spb_machine(ORDER_8, "uuuuuuuu mmmm.... ........", "");

	assert_false(evacuate(mm, 3, MIGRATE_UNMOVABLE));
	assert_int_equal(spb(mm)->c.spb_slab_shrink_queued, 1);
	spb_done(mm);
}

/* block 2 is of the type that asks; the movable blocks 1, 3 to 5 wait for a call without such */
TEST(version_1_clears_blocks_of_the_requests_own_type_first)
{
	struct mm *mm = spb_machine(ORDER_8, "umxmmmuu ........", "version=1");

	assert_true(evacuate(mm, 3, MIGRATE_UNMOVABLE));
	assert_int_equal(nr_lru(mm, 2), 0);
	assert_int_equal(nr_lru(mm, 1), 512);
	assert_int_equal(spb(mm)->c.evac_blocks, 1);
	assert_true(evacuate(mm, 3, MIGRATE_UNMOVABLE));
	assert_int_equal(sb(mm, 0)->nr_free, 3);	/* three of one, at most, in version 1 */
	assert_int_equal(nr_lru(mm, 5), 512);
	spb_done(mm);
}

TEST(pages_that_stay_are_counted)
{
	struct mm *mm = spb_machine(ORDER_8, "upuuuuuu ........", "");

	assert_true(evacuate(mm, 3, MIGRATE_UNMOVABLE));
	assert_int_equal(spb(mm)->c.pages_migrated, 31);
	assert_int_equal(spb(mm)->c.pages_failed, 1);
	assert_int_equal(sb(mm, 0)->nr_movable, 1);
	spb_done(mm);
}

TEST(migrations_fail_by_chance_if_they_are_told_to)
{
	struct mm *mm = spb_machine(ORDER_8, "umuuuuuu ........", "p_fail=1");

	assert_true(evacuate(mm, 3, MIGRATE_UNMOVABLE));
	assert_int_equal(spb(mm)->c.pages_migrated, 0);
	assert_int_equal(spb(mm)->c.pages_failed, 32);
	spb_done(mm);
}

TEST(clean_page_cache_is_dropped_if_it_is_told_to_be)
{
	struct mm *mm = spb_machine(ORDER_8, "ufmuuuuu ........", "drop_clean_cache=on");

	assert_true(evacuate(mm, 3, MIGRATE_UNMOVABLE));
	assert_int_equal(spb(mm)->c.pages_dropped, 512);
	assert_int_equal(spb(mm)->c.pages_migrated, 512);
	assert_int_equal(sb(mm, 0)->nr_free, 2);
	spb_done(mm);
}

/* a kernel request that would taint the empty superpageblock gets room beside its own instead */
TEST(a_request_that_can_wait_gets_the_room)
{
	struct mm *mm = spb_machine(ORDER_8, "ummmuuuu mmmmmmmm ........", "");
	u32 pfn = alloc(mm, GFP_KERNEL, 3);

	assert_in_range(pfn, 0, BLOCK(8) - 1);
	assert_false(spb_is_tainted(sb(mm, 2)));
	assert_int_equal(spb(mm)->c.taints, 0);
	assert_true(mm->stall_ns_compact > 0);	/* on its own time */
	spb_done(mm);
}

/* --- deferred -------------------------------------------------------------------------------- */

TEST(the_worker_evacuates_for_requests_that_cannot_wait)
{
	struct mm *mm = spb_machine(ORDER_8, "ummuuuuu ........", "hot_triggers=off");

	request(mm, 3, MIGRATE_UNMOVABLE);
	assert_int_equal(nr_lru(mm, 1), 512);
	run_until(mm, MSEC(1));
	assert_int_equal(nr_lru(mm, 1), 512);
	run_until(mm, MSEC(1.5));
	assert_int_equal(nr_lru(mm, 1), 0);
	assert_int_equal(nr_lru(mm, 2), 512);
	run_until(mm, MSEC(3));
	assert_int_equal(sb(mm, 0)->nr_free, 2);
	assert_int_equal(spbs(mm)->evac_in_flight, 0);
	assert_int_equal(spb(mm)->evac_queued, 0);
	spb_done(mm);
}

TEST(one_request_in_ten_milliseconds_a_type)
{
	struct mm *mm = spb_machine(ORDER_8, "ummuuuuu ........", "");

	mm->now_ns = SEC(1);
	request(mm, 0, MIGRATE_UNMOVABLE);
	request(mm, 1, MIGRATE_UNMOVABLE);
	assert_int_equal(spb(mm)->c.evac_requests, 1);
	request(mm, 1, MIGRATE_RECLAIMABLE);
	assert_int_equal(spb(mm)->c.evac_requests, 2);
	mm->now_ns += MSEC(10) - 1;
	request(mm, 1, MIGRATE_UNMOVABLE);
	assert_int_equal(spb(mm)->c.evac_requests, 2);
	mm->now_ns += 1;
	request(mm, 1, MIGRATE_UNMOVABLE);
	assert_int_equal(spb(mm)->c.evac_requests, 3);
	assert_int_equal(spb(mm)->c.evac_dropped, 2);
	spb_done(mm);
}

TEST(one_request_in_flight_an_order_and_type)
{
	struct mm *mm = spb_machine(ORDER_8, "ummuuuuu ........", "");

	request(mm, 3, MIGRATE_UNMOVABLE);
	mm->now_ns = SEC(1);
	request(mm, 3, MIGRATE_UNMOVABLE);
	assert_int_equal(spb(mm)->c.evac_requests, 1);
	request(mm, 4, MIGRATE_UNMOVABLE);
	assert_int_equal(spb(mm)->c.evac_requests, 2);
	run_until(mm, SEC(2));
	request(mm, 5, MIGRATE_UNMOVABLE);
	assert_int_equal(spb(mm)->c.evac_requests, 3);
	spb_done(mm);
}

/* of exactly the order, and of the type */
TEST(no_request_while_a_tainted_superpageblock_has_such_a_chunk)
{
	struct mm *mm = spb_machine(ORDER_8, "ummuuuuu ........", "");

	buddy_free(mm, 0, 3);
	request(mm, 3, MIGRATE_UNMOVABLE);
	assert_int_equal(spb(mm)->c.evac_requests, 0);
	request(mm, 2, MIGRATE_UNMOVABLE);
	request(mm, 3, MIGRATE_RECLAIMABLE);
	assert_int_equal(spb(mm)->c.evac_requests, 2);
	mm_free(mm);
}

TEST(high_atomic_and_cma_requests_ask_for_nothing)
{
	struct mm *mm = spb_machine(ORDER_8, "ummuuuuu ........", "");

	request(mm, 3, MIGRATE_HIGHATOMIC);
	request(mm, 3, MIGRATE_CMA);
	assert_int_equal(spb(mm)->c.evac_requests, 0);
	spb_done(mm);
}

/* the atomic request taints, and the next one, later, need not */
TEST(an_atomic_request_taints_and_asks_for_room)
{
	struct mm *mm = spb_machine(ORDER_8, "ummmmmmm mmmmmmmm ........ ........",
				    "hot_triggers=off");
	u32 first, later;

	first = alloc(mm, GFP_ATOMIC, 8);
	assert_in_range(first, BLOCK(16), BLOCK(24) - 1);
	assert_int_equal(spb(mm)->c.evac_requests, 1);
	assert_int_equal(spb(mm)->c.claims_tainting, 1);
	run_until(mm, SEC(1));
	assert_int_equal(sb(mm, 0)->nr_free, 7);
	alloc(mm, GFP_ATOMIC, 8);
	later = alloc(mm, GFP_ATOMIC, 9);
	assert_true(later < BLOCK(8) || (later >= BLOCK(16) && later < BLOCK(24)));
	assert_int_equal(spb(mm)->c.claims_tainting, 1);
	spb_done(mm);
}

/* --- slab ------------------------------------------------------------------------------------ */

TEST(a_shrink_while_one_waits_is_the_same_one)
{
	struct mm *mm = spb_machine(ORDER_8, "uuuuuuuu ........", "");

	for (int i = 0; i < 5; i++)
		spb_queue_slab_shrink(spb(mm), spbs(mm));
	assert_int_equal(spb(mm)->c.spb_slab_shrink_queued, 1);
	assert_int_equal(spb(mm)->c.spb_slab_shrink_ran, 0);
	run_until(mm, SEC(1));
	assert_int_equal(spb(mm)->c.spb_slab_shrink_ran, 1);
	spb_queue_slab_shrink(spb(mm), spbs(mm));
	assert_int_equal(spb(mm)->c.spb_slab_shrink_queued, 2);
	spb_done(mm);
}

static void shrunk_slab(struct mm *mm, u64 *freed)
{
	for (u32 pfn = 0; pfn < 100; pfn++) {
		reclaimable_page(mm, pfn);
		slab_mark_cold(mm, pfn);
	}
	spb_queue_slab_shrink(spb(mm), spbs(mm));
	run_until(mm, SEC(1));
	*freed = spb(mm)->c.slab_pages_freed;
	assert_int_equal(mm->nr_slab_cold, 100 - *freed);
	spb_done(mm);
}

TEST(a_shrink_frees_what_it_is_told_it_may)
{
	u64 freed;

	shrunk_slab(spb_machine(ORDER_8, "rrrrrrrr ........", ""), &freed);
	assert_int_equal(freed, 0);
	shrunk_slab(spb_machine(ORDER_8, "rrrrrrrr ........", "slab_free_pages=30"), &freed);
	assert_int_equal(freed, 30);
}

/* --- compaction ------------------------------------------------------------------------------ */

TEST(compaction_passes_over_what_holds_nothing_movable)
{
	struct mm *mm = spb_machine(ORDER_8, "uuuuuu.. ummmuuuu ........", "");

	assert_int_equal(spb_compact_skips(mm, normal(mm), BLOCK(1)), BLOCK(8));
	assert_int_equal(spb_compact_skips(mm, normal(mm), BLOCK(8)), PFN_NONE);
	assert_int_equal(spb_compact_skips(mm, normal(mm), BLOCK(16)), PFN_NONE);
	assert_int_equal(spb(mm)->c.compact_skipped, 1);
	spb_done(mm);
}

/* the whole zone, as by writing to compact_memory */
static void compact(struct mm *mm)
{
	struct compact_control *cc = &mm->kcompactd->cc;
	enum compact_result r;

	cc->zone = normal(mm);
	cc->order = cc->search_order = COMPACT_ORDER_ALL;
	cc->gfp_mask = GFP_KERNEL;
	cc->mode = MIGRATE_SYNC_LIGHT;
	cc->ignore_skip_hint = cc->whole_zone = true;
	cc->highest_zoneidx = ZONE_NORMAL;
	cc->alloc_flags = ALLOC_WMARK_MIN;
	r = compact_zone_begin(mm, cc);
	while (r == COMPACT_CONTINUE)
		r = compact_zone_step(mm, cc, NULL);
	compact_zone_end(mm, cc);
	whole(mm, "compaction");
}

/* sixteen blocks of the kernel are two steps, not sixteen scans of 512 pages each */
TEST(a_run_of_compaction_scans_only_what_may_hold_movable_pages)
{
	struct mm *mm = spb_machine(ORDER_8, "uuuuuuuu uuuuuuuu hhuuuuuu hhhhhhhh", "");

	compact(mm);
	assert_int_equal(spb(mm)->c.compact_skipped, 2);
	assert_true(mm->kcompactd->cc.total_migrate_scanned < BLOCK(16));
	assert_true(stat(mm, VM_pgmigrate_success) > 0);
	spb_done(mm);
}

/* the movable pages of a kernel block leave it, and the scan after that finds none */
TEST(a_scan_that_finds_nothing_movable_says_so)
{
	struct mm *mm = spb_machine(ORDER_8, "xuuuuuuu hhhhhhhh", "");

	compact(mm);
	assert_int_equal(nr_lru(mm, 0), 0);
	assert_int_equal(sb(mm, 0)->nr_movable, 1);
	compact(mm);
	assert_int_equal(sb(mm, 0)->nr_movable, 0);
	assert_int_equal(spb(mm)->c.compact_skipped, 1);	/* the other seven blocks */
	compact(mm);
	assert_int_equal(spb(mm)->c.compact_skipped, 2);	/* all eight */
	spb_done(mm);
}

TEST(a_block_whose_movable_pages_are_gone_is_known_to_hold_none)
{
	struct mm *mm = spb_machine(ORDER_8, "xuuuuuuu ........", "");

	assert_int_equal(sb(mm, 0)->nr_movable, 1);
	spb_on_compact_scanned(mm, normal(mm), 0);
	assert_int_equal(sb(mm, 0)->nr_movable, 1);	/* they are still there */
	spb_evacuate_pageblock(spb(mm), spbs(mm), 0, true);
	assert_int_equal(sb(mm, 0)->nr_movable, 0);
	assert_int_equal(sb(mm, 0)->nr_unmovable, 8);
	spb_done(mm);
}

/* the scan cannot see free chunks: one on a movable list keeps the bit */
TEST(free_movable_pages_of_a_block_keep_its_bit)
{
	struct mm *mm = spb_machine(ORDER_8, "yuuuuuuu ........", "");

	spb_evacuate_pageblock(spb(mm), spbs(mm), 0, true);
	assert_int_equal(nr_lru(mm, 0), 0);
	assert_int_equal(sb(mm, 0)->nr_movable, 1);
	assert_int_equal(sb(mm, 0)->nr_unmovable, 8);
	spb_done(mm);
}
