// SPDX-License-Identifier: GPL-2.0-only
/*
 * The worker of superpageblocks: what starts a pass, what a pass does and how long it takes, and
 * when the next may follow. doc/spb.md: "Triggers", "The worker", "Defrag".
 *
 * A superpageblock here is eight pageblocks, or sixteen; its reserve is four.
 */
#include "spb_work_machine.h"

#define ORDER_8		12u
#define ORDER_16	13u

static void start(struct mm *mm, u32 i)
{
	spb_maybe_start_defrag(spb(mm), spbs(mm), sb(mm, i));
}

static bool needs(struct mm *mm, u32 i)
{
	return spb_needs_defrag(spb(mm), spbs(mm), sb(mm, i));
}

/* --- the gate ------------------------------------------------------------------------------ */

TEST(a_tainted_superpageblock_short_of_free_blocks_needs_a_pass)
{
	struct mm *mm = spb_machine(ORDER_8, "ummmmm.. ummmm... um...... mmmmmm.. ........", "");

	assert_true(needs(mm, 0));
	assert_true(needs(mm, 1));
	assert_false(needs(mm, 2));	/* five free: above the reserve */
	assert_false(needs(mm, 3));	/* clean: kcompactd's */
	assert_false(needs(mm, 4));
	spb_done(mm);
}

TEST(without_movable_pages_there_is_nothing_to_do)
{
	struct mm *mm = spb_machine(ORDER_8, "uuuuuuu. rrrrrrr. ........", "");

	assert_false(needs(mm, 0));
	assert_false(needs(mm, 1));
	spb_done(mm);
}

TEST(one_pass_at_a_time)
{
	struct mm *mm = spb_machine(ORDER_8, "ummmmmm. ........", "");

	start(mm, 0);
	start(mm, 0);
	assert_int_equal(spb(mm)->nr_jobs, 1);
	assert_int_equal(spb(mm)->c.defrag_started, 1);
	run_until(mm, SEC(1));
	assert_int_equal(spb(mm)->c.defrag_passes, 1);
	assert_false(sb(mm, 0)->defrag_active);
	spb_done(mm);
}

/* --- the pass ------------------------------------------------------------------------------ */

/* blocks 1, 2 and 3 have gone, which makes four free ones: the reserve */
TEST(a_pass_ends_when_the_reserve_is_free)
{
	struct mm *mm = spb_machine(ORDER_8, "ummmmmm. ........", "");

	start(mm, 0);
	run_until(mm, SEC(1));
	assert_int_equal(sb(mm, 0)->nr_free, 4);
	assert_int_equal(sb(mm, 0)->nr_movable, 3);
	assert_int_equal(nr_lru(mm, 1) + nr_lru(mm, 2) + nr_lru(mm, 3), 0);
	assert_int_equal(nr_lru(mm, 4), 512);
	assert_int_equal(spb(mm)->c.defrag_blocks, 3);
	assert_int_equal(spb(mm)->c.pages_migrated, 3 * 512);
	assert_int_equal(spb(mm)->c.defrag_progress, 1);
	assert_int_equal(sb(mm, 0)->last_no_progress_ns, 0);
	spb_done(mm);
}

/* a pageblock is there when its time is over: 1 ms each by default */
TEST(each_pageblock_takes_its_time)
{
	struct mm *mm = spb_machine(ORDER_8, "ummmmmm. ........", "evac_block_us=1000");

	start(mm, 0);
	run_until(mm, MSEC(1));
	assert_int_equal(sb(mm, 0)->nr_free, 1);
	run_until(mm, MSEC(2));
	assert_int_equal(sb(mm, 0)->nr_free, 2);
	assert_true(sb(mm, 0)->defrag_active);
	run_until(mm, MSEC(3));
	assert_int_equal(sb(mm, 0)->nr_free, 3);
	run_until(mm, MSEC(4));
	assert_int_equal(sb(mm, 0)->nr_free, 4);
	assert_false(sb(mm, 0)->defrag_active);
	spb_done(mm);
}

/* the second superpageblock's pass begins when the first one's is over */
TEST(jobs_run_one_after_the_other)
{
	struct mm *mm = spb_machine(ORDER_8, "ummmmmm. ummmmmm. ........ ........",
				    "evac_block_us=1000");

	start(mm, 0);
	start(mm, 1);
	run_until(mm, MSEC(3) + MSEC(1) / 2);
	assert_int_equal(sb(mm, 0)->nr_free, 4);
	assert_int_equal(sb(mm, 1)->nr_free, 1);
	run_until(mm, MSEC(7));
	assert_int_equal(sb(mm, 1)->nr_free, 4);
	spb_done(mm);
}

/* block 3 is the first that is not done: the next pass begins there */
TEST(the_next_pass_goes_on_where_the_last_one_ended)
{
	struct mm *mm = spb_machine(ORDER_16, "ummmmmmmmmmmm... ................", "");

	start(mm, 0);
	run_until(mm, SEC(1));
	assert_int_equal(nr_lru(mm, 1), 0);
	assert_int_equal(sb(mm, 0)->defrag_cursor, BLOCK(2));
	spb_done(mm);
}

/* from the cursor to the end, then from the start to the cursor */
TEST(a_pass_wraps_around_once)
{
	struct mm *mm = spb_machine(ORDER_8, "ummmuuuu ........", "");

	sb(mm, 0)->defrag_cursor = BLOCK(3);
	start(mm, 0);
	run_until(mm, SEC(1));
	assert_int_equal(sb(mm, 0)->nr_free, 3);
	assert_int_equal(sb(mm, 0)->nr_movable, 0);
	assert_int_equal(spb(mm)->c.defrag_blocks, 3);
	spb_done(mm);
}

/* a block that the kernel has pages in cannot become free, and is emptied all the same */
TEST(mixed_blocks_are_emptied_too)
{
	struct mm *mm = spb_machine(ORDER_8, "uuuuuuux ........", "");

	assert_int_equal(sb(mm, 0)->nr_movable, 1);
	start(mm, 0);
	run_until(mm, SEC(1));
	assert_int_equal(nr_lru(mm, 7), 0);
	assert_int_equal(sb(mm, 0)->nr_free, 0);
	assert_int_equal(sb(mm, 0)->nr_movable, 0);
	assert_int_not_equal(sb(mm, 0)->last_no_progress_ns, 0);
	spb_done(mm);
}

/* compaction found nothing in block 2: it waits until a pass has wrapped around */
TEST(a_block_with_its_skip_bit_waits_until_a_pass_wraps)
{
	struct mm *mm = spb_machine(ORDER_8, "ummmuuuu ........", "");

	spb(mm)->pb[2] |= PB_SKIP;
	start(mm, 0);
	run_until(mm, SEC(1));
	assert_int_equal(nr_lru(mm, 1) + nr_lru(mm, 3), 0);
	assert_int_equal(nr_lru(mm, 2), 512);
	start(mm, 0);
	run_until(mm, SEC(2));
	assert_int_equal(nr_lru(mm, 2), 0);
	assert_int_equal(spb(mm)->c.defrag_passes, 2);
	spb_done(mm);
}

/* one queue for all kinds of work, in the order in which it came */
TEST(shrinks_and_evacuations_wait_for_their_turn)
{
	struct mm *mm = spb_machine(ORDER_8, "ummmmmm. uuuuuuux ........ ........",
				    "evac_block_us=1000");

	start(mm, 0);
	spb_queue_slab_shrink(spb(mm), spbs(mm));
	spb_queue_evacuate(spb(mm), spbs(mm), 3, MIGRATE_UNMOVABLE);
	run_until(mm, MSEC(2.5));
	assert_int_equal(spb(mm)->c.defrag_blocks, 2);
	assert_int_equal(spb(mm)->c.spb_slab_shrink_ran, 0);
	run_until(mm, MSEC(3.5));
	assert_int_equal(spb(mm)->c.spb_slab_shrink_ran, 1);
	assert_int_equal(spb(mm)->c.evac_blocks, 0);
	run_until(mm, SEC(1));
	assert_int_equal(nr_lru(mm, 15), 0);
	assert_int_equal(spb(mm)->c.evac_blocks, 4);	/* blocks 4 to 6 of the first, too */
	spb_done(mm);
}

/* a pass of each, an evacuation of each order and type, a shrink: as much as can be queued */
TEST(the_queue_holds_all_that_can_be_asked_for)
{
	struct mm *mm = spb_machine(ORDER_8, "ummmmmm. ummmmmm. ummmmmm. ummmmmm.", "");
	u32 i;
	u8 mt;

	for (int again = 0; again < 3; again++) {
		for (i = 0; i < 4; i++)
			start(mm, i);
		for (i = 0; i < NR_PAGE_ORDERS; i++) {
			mm->now_ns += SEC(1);
			for (mt = 0; mt < MIGRATE_PCPTYPES; mt++)
				spb_queue_evacuate(spb(mm), spbs(mm), i, mt);
		}
		spb_queue_slab_shrink(spb(mm), spbs(mm));
	}
	/* a movable chunk of order 9 is there; the orders of the other types all queue */
	assert_int_equal(spb(mm)->nr_jobs, 4 + NR_PAGE_ORDERS * MIGRATE_PCPTYPES - 1 + 1);
	assert_int_equal(spb(mm)->c.jobs_lost, 0);
	run_until(mm, SEC(3600));
	assert_int_equal(spb(mm)->nr_jobs, 0);
	assert_int_equal(spb(mm)->evac_queued, 0);
	spb_done(mm);
}

TEST(nothing_runs_before_its_time)
{
	struct mm *mm = spb_machine(ORDER_8, "ummmmmm. ........", "");

	mm->now_ns = SEC(3);
	start(mm, 0);
	run_until(mm, SEC(3));
	assert_int_equal(spb(mm)->c.defrag_passes, 0);
	assert_int_equal(spb(mm)->nr_jobs, 1);
	run_until(mm, SEC(4));
	assert_int_equal(spb(mm)->c.defrag_passes, 1);
	spb_done(mm);
}

/* --- back-off ------------------------------------------------------------------------------ */

/* nothing can move: not one page of "p" does */
static struct mm *stamped(const char *args)
{
	struct mm *mm = spb_machine(ORDER_8, "uuuupppp ........", args);

	mm->now_ns = SEC(10);
	start(mm, 0);
	run_until(mm, SEC(11));
	assert_int_equal(sb(mm, 0)->nr_free, 0);
	assert_in_range(sb(mm, 0)->last_no_progress_ns, SEC(10), SEC(10.1));
	return mm;
}

TEST(a_pass_without_progress_is_followed_by_five_quiet_seconds)
{
	struct mm *mm = stamped("");

	assert_false(needs(mm, 0));
	mm->now_ns = SEC(15);
	assert_false(needs(mm, 0));
	mm->now_ns = SEC(15.1);
	assert_true(needs(mm, 0));
	spb_done(mm);
}

TEST(a_pageblocks_worth_of_free_pages_ends_them)
{
	struct mm *mm = stamped("");
	u32 pfn;

	for (pfn = 0; pfn < 511; pfn++)
		buddy_free(mm, pfn, 0);
	assert_false(needs(mm, 0));
	buddy_free(mm, BLOCK(1), 0);
	assert_true(needs(mm, 0));
	mm_free(mm);
}

TEST(the_quiet_time_is_tunable)
{
	struct mm *mm = stamped("cooldown_s=0.5");

	assert_true(needs(mm, 0));
	spb_done(mm);
}

/* --- what starts a pass -------------------------------------------------------------------- */

#define LISTS_ALONE	"version=1,hot_triggers=off"

static u32 claim_a_block(struct mm *mm)
{
	u32 pfn = alloc(mm, GFP_KERNEL, 3);

	assert_int_not_equal(pfn, PFN_NONE);
	return spb_index(spbs(mm), spb_of_pfn(spbs(mm), pfn));
}

/* below the high-water mark of four blocks' worth of pages */
TEST(a_page_taken_where_little_is_free_starts_a_pass)
{
	struct mm *mm = spb_machine(ORDER_8, "ummmmmm. ........", "version=1");

	assert_int_equal(claim_a_block(mm), 0);
	assert_int_equal(spb(mm)->c.defrag_started, 1);
	assert_int_equal(spb(mm)->c.spb_slab_shrink_queued, 1);
	spb_done(mm);
}

TEST(above_the_high_water_mark_it_starts_nothing)
{
	struct mm *mm = spb_machine(ORDER_8, "um...... ........", "version=1");

	assert_int_equal(claim_a_block(mm), 0);
	assert_int_equal(spb(mm)->c.defrag_started, 0);
	assert_int_equal(spb(mm)->c.spb_slab_shrink_queued, 0);
	spb_done(mm);
}

/* the first of two superpageblocks changes from a quarter full to half full with its 4th block */
TEST(before_the_hot_triggers_only_another_list_started_one)
{
	struct mm *mm = spb_machine(ORDER_8, "uummm... ........", LISTS_ALONE);

	assert_int_equal(claim_a_block(mm), 0);
	assert_int_equal(spb(mm)->c.spb_slab_shrink_queued, 1);
	assert_int_equal(spb(mm)->c.defrag_started, 0);
	while (sb(mm, 0)->nr_unmovable < 4)
		claim_a_block(mm);
	assert_int_equal(spb(mm)->c.defrag_started, 1);
	spb_done(mm);
}

/* version 2 looks at the gate whenever it puts a superpageblock on its list, the same or not */
TEST(version_2_starts_one_from_any_change)
{
	struct mm *mm = spb_machine(ORDER_8, "uummm... ........", "hot_triggers=off");

	assert_int_equal(claim_a_block(mm), 0);
	assert_int_equal(spb(mm)->c.defrag_started, 1);
	spb_done(mm);
}

/* a movable request, too, that finds no clean page and goes on to an empty superpageblock */
TEST(whoever_finds_nothing_starts_all_that_need_it)
{
	const char *drawn = "ummmmmmm mmmmmmmm ummmmmmm u....... ........";
	struct mm *mm = spb_machine(ORDER_8, drawn, "version=1");

	assert_in_range(alloc(mm, GFP_HIGHUSER_MOVABLE, 0), BLOCK(32), BLOCK(40) - 1);
	assert_true(sb(mm, 0)->defrag_active);
	assert_false(sb(mm, 1)->defrag_active);
	assert_true(sb(mm, 2)->defrag_active);
	assert_false(sb(mm, 3)->defrag_active);
	spb_done(mm);
	mm = spb_machine(ORDER_8, drawn, LISTS_ALONE);
	alloc(mm, GFP_HIGHUSER_MOVABLE, 0);
	assert_int_equal(spb(mm)->c.defrag_started, 0);
	spb_done(mm);
}

/* room is asked for in the name of a request that has another way out, if that saw a shortage */
TEST(an_optional_request_that_saw_a_shortage_asks_for_evacuation)
{
	struct mm *mm = spb_machine(ORDER_8, "ummmmmmm ........", "");
	struct spb_walk walk = { .saw_below_reserve = true };

	spb_pressure_triggers(spb(mm), spbs(mm), 2, MIGRATE_UNMOVABLE);
	assert_int_equal(spb(mm)->c.evac_requests, 0);
	spb(mm)->walk = &walk;
	spb_pressure_triggers(spb(mm), spbs(mm), 2, MIGRATE_UNMOVABLE);
	assert_int_equal(spb(mm)->c.evac_requests, 1);
	assert_int_equal(spb(mm)->c.spb_slab_shrink_queued, 1);
	walk.saw_below_reserve = false;
	spb_pressure_triggers(spb(mm), spbs(mm), 3, MIGRATE_UNMOVABLE);
	assert_int_equal(spb(mm)->c.evac_requests, 1);
	spb(mm)->walk = NULL;
	spb_done(mm);
}

/* --- stale stamps: a superpageblock that nothing triggers again ------------------------------ */

#define STALE_STAMPED	4

struct stale_stamps {
	u64 passes, age_s, free_blocks, fresh;
};

static void unpin_all(struct mm *mm)
{
	for (u32 pfn = 0; pfn < mm->max_pfn; pfn++)
		mm->page[pfn].pinned = mm->page[pfn].swapcache = 0;
}

static u32 nr_tainted(const struct mm *mm)
{
	u32 i, n = 0;

	for (i = 0; i < spbs(mm)->nr; i++)
		n += spb_is_tainted(sb(mm, i));
	return n;
}

/* @nr kernel pages come and go in a second, where there are some: no list changes */
static void churn(struct mm *mm, u32 nr, u32 seconds)
{
	u32 pfn[400], i;

	while (seconds--) {
		for (i = 0; i < nr; i++)
			pfn[i] = alloc_pages(mm, GFP_ATOMIC, 0);
		for (i = 0; i < nr; i++)
			free_pages(mm, pfn[i], 0);
		drain_all_pages(mm, NULL);
		run_until(mm, mm->now_ns + SEC(1));
	}
}

/*
 * Four tainted superpageblocks without a free block, whose only pass found everything pinned.
 * The pins go, five minutes of little kernel pages follow, and then a burst of atomic requests.
 */
static struct stale_stamps stale_stamps(const char *args)
{
	struct mm *mm = spb_machine(ORDER_8, "uuuupppp uuuupppp uuuupppp uuuupppp "
				    "mmmmmmmm ........ ........ ........", args);
	struct stale_stamps r = { 0 };
	u32 i, before;

	for (i = 0; i < STALE_STAMPED; i++) {
		for (u32 j = 0; j < 100; j++)
			buddy_free(mm, BLOCK(8 * i) + 3 * j, 0);
		start(mm, i);
	}
	run_until(mm, SEC(1));
	assert_int_equal(spb(mm)->c.defrag_passes, STALE_STAMPED);
	assert_int_equal(spb(mm)->c.defrag_progress, 0);
	unpin_all(mm);
	churn(mm, 390, 300);
	for (i = 0; i < STALE_STAMPED; i++) {
		u64 stamp = sb(mm, i)->last_no_progress_ns;

		if (stamp && (mm->now_ns - stamp) / NSEC_PER_SEC > r.age_s)
			r.age_s = (mm->now_ns - stamp) / NSEC_PER_SEC;
		r.free_blocks += sb(mm, i)->nr_free;
	}
	r.passes = spb(mm)->c.defrag_passes - STALE_STAMPED;
	before = nr_tainted(mm);
	for (i = 0; i < 3 * BLOCK(4); i++)
		assert_int_not_equal(alloc_pages(mm, GFP_ATOMIC, 0), PFN_NONE);
	r.fresh = nr_tainted(mm) - before;
	spb_done(mm);
	return r;
}

static void print_stale_stamps(const char *what, const struct stale_stamps *r)
{
	print_message("# stale stamps: %-30s %llu passes in 300 s, oldest stamp %llu s, "
		      "%llu free blocks; "
		      "a burst taints %llu more\n", what, (unsigned long long)r->passes,
		      (unsigned long long)r->age_s, (unsigned long long)r->free_blocks,
		      (unsigned long long)r->fresh);
}

TEST(without_hot_triggers_a_stamped_superpageblock_is_forgotten)
{
	struct stale_stamps off = stale_stamps(LISTS_ALONE), on = stale_stamps("version=1");
	struct stale_stamps v2 = stale_stamps("");

	print_stale_stamps("v1 without hot triggers:", &off);
	print_stale_stamps("v1:", &on);
	print_stale_stamps("v2:", &v2);
	assert_int_equal(off.passes, 0);
	assert_int_equal(off.age_s, 300);
	assert_int_equal(off.free_blocks, 0);
	assert_int_equal(on.passes, STALE_STAMPED);
	assert_int_equal(on.age_s, 0);
	assert_int_equal(on.free_blocks, 4 * STALE_STAMPED);
	assert_int_equal(v2.passes, STALE_STAMPED);
	assert_int_equal(v2.free_blocks, 4 * STALE_STAMPED);
	assert_in_range(off.fresh, 1, 3);
	assert_int_equal(on.fresh, 0);
	assert_int_equal(v2.fresh, 0);
}

/*
 * Blocks that a CPU has adopted fill its lists again without a reaction to it: the hot triggers do
 * not fire, and the stamps grow old as without them. doc/spb.md, "Per-CPU lists".
 */
TEST(adopted_blocks_refill_a_cpu_without_a_trigger)
{
	struct stale_stamps r = stale_stamps("pcp_buddy=on");

	print_stale_stamps("v2, its per-CPU lists:", &r);
	assert_int_equal(r.passes, 0);
	assert_int_equal(r.age_s, 300);
	assert_in_range(r.fresh, 1, 3);
}

/* with its pins, it is tried again every five seconds and some, however many allocations ask */
TEST(a_hopeless_superpageblock_is_tried_once_in_its_cool_down)
{
	struct mm *mm = spb_machine(ORDER_8, "uuuuPPPP ........", "version=1");
	u64 passes;

	for (u32 j = 0; j < 100; j++)
		buddy_free(mm, 3 * j, 0);
	churn(mm, 40, 300);
	passes = spb(mm)->c.defrag_passes;
	print_message("# stale stamps: a hopeless superpageblock, 12000 allocations in 300 s: "
		      "%llu passes\n",
		      (unsigned long long)passes);
	assert_in_range(passes, 300 / 6, 300 / 5 + 1);
	assert_int_equal(spb(mm)->c.defrag_progress, 0);
	spb_done(mm);
}
