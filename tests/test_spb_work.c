/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The worker of superpageblocks: what starts a pass, what a pass does and how long it takes, and
 * when the next may follow. SPB 5, 5.1, 5.2, 3.4.1, 3.4.2, U3, U5.
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

static void a_tainted_superpageblock_short_of_free_blocks_needs_a_pass(void **state)
{
	struct mm *mm = spb_machine(ORDER_8, "ummmmm.. ummmm... um...... mmmmmm.. ........", "");

	(void)state;
	assert_true(needs(mm, 0));
	assert_true(needs(mm, 1));
	assert_false(needs(mm, 2));	/* five free: above the reserve */
	assert_false(needs(mm, 3));	/* clean: kcompactd's */
	assert_false(needs(mm, 4));
	spb_done(mm);
}

static void without_movable_pages_there_is_nothing_to_do(void **state)
{
	struct mm *mm = spb_machine(ORDER_8, "uuuuuuu. rrrrrrr. ........", "");

	(void)state;
	assert_false(needs(mm, 0));
	assert_false(needs(mm, 1));
	spb_done(mm);
}

static void one_pass_at_a_time(void **state)
{
	struct mm *mm = spb_machine(ORDER_8, "ummmmmm. ........", "");

	(void)state;
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
static void a_pass_ends_when_the_reserve_is_free(void **state)
{
	struct mm *mm = spb_machine(ORDER_8, "ummmmmm. ........", "");

	(void)state;
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
static void each_pageblock_takes_its_time(void **state)
{
	struct mm *mm = spb_machine(ORDER_8, "ummmmmm. ........", "evac_block_us=1000");

	(void)state;
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
static void jobs_run_one_after_the_other(void **state)
{
	struct mm *mm = spb_machine(ORDER_8, "ummmmmm. ummmmmm. ........ ........",
				    "evac_block_us=1000");

	(void)state;
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
static void the_next_pass_goes_on_where_the_last_one_ended(void **state)
{
	struct mm *mm = spb_machine(ORDER_16, "ummmmmmmmmmmm... ................", "");

	(void)state;
	start(mm, 0);
	run_until(mm, SEC(1));
	assert_int_equal(nr_lru(mm, 1), 0);
	assert_int_equal(sb(mm, 0)->defrag_cursor, BLOCK(2));
	spb_done(mm);
}

/* from the cursor to the end, then from the start to the cursor */
static void a_pass_wraps_around_once(void **state)
{
	struct mm *mm = spb_machine(ORDER_8, "ummmuuuu ........", "");

	(void)state;
	sb(mm, 0)->defrag_cursor = BLOCK(3);
	start(mm, 0);
	run_until(mm, SEC(1));
	assert_int_equal(sb(mm, 0)->nr_free, 3);
	assert_int_equal(sb(mm, 0)->nr_movable, 0);
	assert_int_equal(spb(mm)->c.defrag_blocks, 3);
	spb_done(mm);
}

/* a block that the kernel has pages in cannot become free, and is emptied all the same */
static void mixed_blocks_are_emptied_too(void **state)
{
	struct mm *mm = spb_machine(ORDER_8, "uuuuuuux ........", "");

	(void)state;
	assert_int_equal(sb(mm, 0)->nr_movable, 1);
	start(mm, 0);
	run_until(mm, SEC(1));
	assert_int_equal(nr_lru(mm, 7), 0);
	assert_int_equal(sb(mm, 0)->nr_free, 0);
	assert_int_equal(sb(mm, 0)->nr_movable, 0);
	assert_int_not_equal(sb(mm, 0)->last_no_progress_ns, 0);
	spb_done(mm);
}

static void nothing_runs_before_its_time(void **state)
{
	struct mm *mm = spb_machine(ORDER_8, "ummmmmm. ........", "");

	(void)state;
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

static void a_pass_without_progress_is_followed_by_five_quiet_seconds(void **state)
{
	struct mm *mm = stamped("");

	(void)state;
	assert_false(needs(mm, 0));
	mm->now_ns = SEC(15);
	assert_false(needs(mm, 0));
	mm->now_ns = SEC(15.1);
	assert_true(needs(mm, 0));
	spb_done(mm);
}

static void a_pageblocks_worth_of_free_pages_ends_them(void **state)
{
	struct mm *mm = stamped("");
	u32 pfn;

	(void)state;
	for (pfn = 0; pfn < 511; pfn++)
		buddy_free(mm, pfn, 0);
	assert_false(needs(mm, 0));
	buddy_free(mm, BLOCK(1), 0);
	assert_true(needs(mm, 0));
	mm_free(mm);
}

static void the_quiet_time_is_tunable(void **state)
{
	struct mm *mm = stamped("cooldown_s=0.5");

	(void)state;
	assert_true(needs(mm, 0));
	spb_done(mm);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tainted_superpageblock_short_of_free_blocks_needs_a_pass),
		cmocka_unit_test(without_movable_pages_there_is_nothing_to_do),
		cmocka_unit_test(one_pass_at_a_time),
		cmocka_unit_test(a_pass_ends_when_the_reserve_is_free),
		cmocka_unit_test(each_pageblock_takes_its_time),
		cmocka_unit_test(jobs_run_one_after_the_other),
		cmocka_unit_test(the_next_pass_goes_on_where_the_last_one_ended),
		cmocka_unit_test(a_pass_wraps_around_once),
		cmocka_unit_test(mixed_blocks_are_emptied_too),
		cmocka_unit_test(nothing_runs_before_its_time),
		cmocka_unit_test(a_pass_without_progress_is_followed_by_five_quiet_seconds),
		cmocka_unit_test(a_pageblocks_worth_of_free_pages_ends_them),
		cmocka_unit_test(the_quiet_time_is_tunable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
