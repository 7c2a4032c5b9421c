// SPDX-License-Identifier: GPL-2.0-only
/*
 * defrag_mode on the slow path: what each of its steps makes each class of request try, in which
 * order, and who is let fragment a block when nothing helps. The rows of the matrix of steps are
 * loops over all of them.
 */
#include "tests/mm/slowpath_recorder.h"

#include "policy_machine.h"

static char expected[SEQ_MAX];

/* a machine whose slow path is recorded, on a kernel, under a policy */
static void begin(const char *version, const char *policy)
{
	record_on(version);
	set_policy(mm, policy);
}

static void end(void)
{
	mm_free(mm);
}

static void expect(int n, const char *what)
{
	size_t len = strlen(expected);

	while (n--)
		len += (size_t)snprintf(expected + len, sizeof(expected) - len, "%s%s",
					len ? " " : "", what);
}

static void expect_nothing(void)
{
	expected[0] = '\0';
}

/* --- the matrix: rows of the slow path ---------------------------------------------------- */

TEST(row_nofragment_on_the_slow_path)
{
	for_each_step(step) {
		begin("7.3.4", step_policy[step]);
		t.page_at = 1;
		assert_int_equal(slow(GFP_KERNEL, 0), 7);
		assert_int_equal(times("list(min,f)"), step != VANILLA);
		assert_int_equal(times("list(min)"), step == VANILLA);
		end();
	}
}

TEST(row_the_slow_path_drops_it)
{
	for_each_step(step) {
		begin("7.3.4", step_policy[step]);
		assert_int_equal(slow(GFP_KERNEL, 0), PFN_NONE);
		assert_int_equal(times("list(min)"), step != BASE);
		/* base never gets to the last look before the OOM killer */
		assert_int_equal(times("list(high)"), step != BASE);
		assert_int_equal(mm->oom_failed, step != BASE);
		assert_int_equal(mm->slowpath_stuck, step == BASE);
		end();
	}
}

TEST(row_kswapd_is_woken_for_a_pageblock)
{
	static const u32 orders[] = { 0, 3, 9, 10 };

	for_each_step(step) {
		for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
			u32 o = orders[i];
			char wake[16];

			begin("7.3.4", step_policy[step]);
			t.page_at = 1;
			slow(GFP_KERNEL, o);
			snprintf(wake, sizeof(wake), "wake(%u)", step >= ASSIST && o < 9 ? 9 : o);
			assert_int_equal(times(wake), 1);
			end();
		}
	}
}

TEST(row_requests_that_cannot_reclaim_drop_it)
{
	for_each_step(step) {
		u32 wake = step >= ASSIST ? 9 : 0;
		char look[64];

		begin("7.3.4", step_policy[step]);
		assert_int_equal(slow(GFP_NOWAIT, 0), PFN_NONE);
		snprintf(look, sizeof(look), "wake(%u) list(min,n%s)", wake,
			 step == VANILLA ? "" : "f");
		expect_nothing();
		expect(1, look);
		snprintf(look, sizeof(look), "wake(%u) list(min,n)", wake);
		expect(step >= NONBLOCK, look);
		sequence(expected);
		if (step != VANILLA)
			assert_int_equal(counter(mm, "dropped_nonblocking"), step >= NONBLOCK);
		end();
	}
}

TEST(row_non_movable_requests_work_for_a_pageblock)
{
	static const gfp_t types[] = { GFP_KERNEL, GFP_KERNEL | __GFP_RECLAIMABLE,
				       GFP_HIGHUSER_MOVABLE };

	for_each_step(step) {
		for (int i = 0; i < 3; i++) {
			bool promoted = step >= STORM && !(types[i] & __GFP_MOVABLE);

			begin("7.3.4", step_policy[step]);
			mm->param.slowpath_max_loops = 16;
			slow(types[i], 0);
			assert_int_equal(times("reclaim(9) compact(9,light)"), promoted);
			assert_int_equal(times("reclaim(9)"), promoted);
			assert_int_equal(times("compact("), promoted);
			assert_true(times("reclaim(0)") > 0);
			if (step != VANILLA)
				assert_int_equal(counter(mm, "promoted"), promoted);
			end();
		}
	}
}

/* rounds at order 9 of a request whose reclaim always reports progress, up to 100 */
static int promoted_rounds(const char *policy)
{
	int n;

	begin("7.3.4", policy);
	mm->param.slowpath_max_loops = 100;
	t.progress_rounds = -1;
	t.reclaimable = 10000;
	slow(GFP_KERNEL, 0);
	n = times("reclaim(9)");
	assert_int_equal(mm->slowpath_stuck, 1);
	end();
	return n;
}

TEST(row_progress_of_a_promoted_request_proves_nothing)
{
	for_each_step(step)	/* 16 rounds, the one that gives up, and one of full compaction */
		assert_int_equal(promoted_rounds(step_policy[step]),
				 step < STORM ? 0 : step == STORM ? 100 : 18);
}

/* --- the base patch ----------------------------------------------------------------------- */

TEST(base_as_posted_loses_all_rights_but_nofragment_and_loops)
{
	begin("6.14", "defrag_mode,step=base");
	mm->param.slowpath_max_loops = 4;
	assert_int_equal(slow(GFP_KERNEL, 0), PFN_NONE);
	/* before the loop; a first round; then kswapd is not even woken any more */
	expect_nothing();
	expect(1, "wake(0) list(min,f) wake(0) list(min,f) reclaim(0) unreserve!");
	expect(3, "list(min,f) reclaim(0) unreserve!");
	sequence(expected);
	assert_int_equal(mm->slowpath_stuck, 1);
	assert_int_equal(mm->oom_failed, 0);
	assert_int_equal(counter(mm, "dropped"), 0);
	end();
}

TEST(oomfix_drops_it_and_may_fail)
{
	begin("6.14", "defrag_mode,step=oomfix");
	assert_int_equal(slow(GFP_KERNEL, 0), PFN_NONE);
	sequence("wake(0) list(min,f) wake(0) list(min,f) reclaim(0) unreserve! "
		 "wake(0) list(min) reclaim(0) unreserve! list(high)");
	assert_int_equal(mm->oom_failed, 1);
	assert_int_equal(counter(mm, "dropped"), 1);
	end();
}

TEST(how_the_loop_ends_can_be_set_apart_from_the_step)
{
	static const struct {
		const char *policy;
		bool stuck;
	} forms[] = {
		{ "defrag_mode,step=base,drop=retries", false },
		{ "defrag_mode,step=assist,drop=never", true },
		{ "defrag_mode,step=wmarks,drop=never", true },
		{ "defrag_mode,drop=never", true },
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		begin("6.14", forms[i].policy);
		slow(GFP_KERNEL, 0);
		assert_int_equal(mm->slowpath_stuck, forms[i].stuck);
		assert_int_equal(mm->oom_failed, !forms[i].stuck);
		end();
	}
}

TEST(as_posted_even_reserve_rights_end_in_the_loop)
{
	/* __GFP_MEMALLOC has no NOFRAGMENT then, but the loop asks defrag_mode alone */
	begin("6.14", "defrag_mode,step=base");
	mm->param.slowpath_max_loops = 3;
	slow(GFP_KERNEL | __GFP_MEMALLOC, 0);
	sequence("wake(0) list(min,f) wake(0) list(none) reclaim(0) unreserve! "
		 "list(none) reclaim(0) unreserve! list(none) reclaim(0) unreserve!");
	assert_int_equal(mm->slowpath_stuck, 1);
	end();
}

/* --- the state machine of 7.3.4 ----------------------------------------------------------- */

#define AFTER(flags) "list(min" flags ") unreserve drain list(min" flags ")"

TEST(an_order_0_kernel_request_in_7_3_4)
{
	begin("7.3.4", "defrag_mode");
	t.progress_rounds = 18;
	t.reclaimable = 10000;
	assert_int_equal(slow(GFP_KERNEL, 0), PFN_NONE);
	expect_nothing();
	/* should_reclaim_retry counts each round, whatever the progress, up to 16 */
	expect(16, "wake(9) list(min,f) reclaim(9) " AFTER(",f") " compact(9,light) list(min,f)");
	/* then should_compact_retry has it tried once more, harder */
	expect(1, "wake(9) list(min,f) reclaim(9) " AFTER(",f")
	       " compact(9,light) list(min,f) unreserve!");
	expect(1, "wake(9) list(min,f) reclaim(9) " AFTER(",f")
	       " compact(9,full) list(min,f) unreserve!");
	/* NOFRAGMENT is dropped, the counters begin again: the plain loop of an order-0 request */
	expect(16, "wake(9) list(min) reclaim(0)");
	expect(1, "wake(9) list(min) reclaim(0) unreserve! list(high)");
	sequence(expected);
	assert_int_equal(mm->oom_failed, 1);
	assert_int_equal(mm->vmstat[VM_compact_stall], 18);
	assert_int_equal(mm->vmstat[VM_compact_fail], 18);
	assert_int_equal(counter(mm, "promoted"), 1);
	assert_int_equal(counter(mm, "promoted_rounds"), 18);
	assert_int_equal(counter(mm, "retries_reclaim"), 32);
	assert_int_equal(counter(mm, "retries_compact"), 1);
	assert_int_equal(counter(mm, "dropped"), 1);
	end();
}

TEST(a_block_made_by_reclaim_ends_it_before_compaction)
{
	begin("7.3.4", "defrag_mode");
	t.progress_rounds = -1;
	t.page_at = 2;
	assert_int_equal(slow(GFP_KERNEL, 0), 7);
	sequence("wake(9) list(min,f) reclaim(9) list(min,f)");
	end();
}

TEST(order_2_compacts_for_a_block_before_it_reclaims)
{
	begin("7.3.4", "defrag_mode");
	assert_int_equal(slow(GFP_KERNEL, 2), PFN_NONE);
	sequence("wake(9) list(min,f) compact(9,async) list(min,f) "
		 "wake(9) list(min,f) reclaim(9) compact(9,light) list(min,f) unreserve! "
		 "wake(9) list(min) reclaim(2) compact(2,light) list(min) unreserve! list(high)");
	end();
}

TEST(a_request_of_a_block_or_more_is_not_promoted)
{
	begin("7.3.4", "defrag_mode");
	slow(GFP_KERNEL, 9);
	assert_int_equal(times("reclaim(9)"), 1);
	end();
	begin("7.3.4", "defrag_mode");
	slow(GFP_KERNEL, 10);
	assert_int_equal(times("reclaim(10)"), 1);
	assert_int_equal(counter(mm, "promoted"), 0);
	end();
}

TEST(what_is_captured_is_of_the_requests_own_order)
{
	begin("7.3.4", "defrag_mode");
	t.capture = 64;
	assert_int_equal(slow(GFP_KERNEL, 0), 64);
	sequence("wake(9) list(min,f) reclaim(9) compact(9,light)");
	assert_int_equal(t.armed.order, 0);
	assert_int_equal(t.armed.migratetype, MIGRATE_UNMOVABLE);
	assert_int_equal(mm->page[64].order, 0);
	/* but the zone's deferral learns what compaction worked for */
	assert_int_equal(t.deferred_reset_order, 9);
	assert_int_equal(mm->vmstat[VM_compact_success], 1);
	end();
}

TEST(before_june_2026_both_are_the_requests)
{
	begin("7.3.4", "defrag_mode,step=nonblock");
	t.capture = 64;
	assert_int_equal(slow(GFP_KERNEL, 2), 64);
	sequence("wake(9) list(min,f) compact(2,async)");
	assert_int_equal(t.armed.order, 2);
	assert_int_equal(t.deferred_reset_order, 2);
	end();
}

/* --- 7.2.13 and 7.3.4 apart --------------------------------------------------------------- */

TEST(in_7_2_13_reported_progress_alone_keeps_it_looping)
{
	begin("7.2.13", "defrag_mode,step=auto");
	mm->param.slowpath_max_loops = 200;
	t.progress = 1;			/* compaction_ready(): nothing was freed */
	t.progress_rounds = -1;
	t.reclaimable = 10000;
	assert_int_equal(slow(GFP_KERNEL, 0), PFN_NONE);
	assert_int_equal(times("reclaim(9)"), 200);
	assert_int_equal(times("compact(9,light)"), 200);
	assert_int_equal(times("list(min)"), 0);
	assert_int_equal(mm->slowpath_stuck, 1);
	assert_int_equal(counter(mm, "dropped"), 0);
	end();
}

/* rounds promoted, and after the drop, of a request without progress where memory is left */
static void rounds(const char *policy, gfp_t gfp, int promoted, int plain_f, int plain)
{
	begin("7.3.4", policy);
	t.reclaimable = 10000;
	slow(gfp, 0);
	assert_int_equal(times("list(min,f) reclaim(9)"), promoted);
	assert_int_equal(times("list(min,f) reclaim(0)"), plain_f);
	assert_int_equal(times("list(min) reclaim(0)"), plain);
	assert_int_equal(times("list(high)"), 1);
	end();
}

TEST(the_counters_begin_again_when_a_promoted_request_drops_it)
{
	rounds("defrag_mode,step=storm-fix", GFP_KERNEL, 17, 0, 17);
	rounds("defrag_mode,step=storm", GFP_KERNEL, 17, 0, 1);
	rounds("defrag_mode,step=nonblock", GFP_KERNEL, 0, 17, 1);
	rounds("defrag_mode,step=oomfix", GFP_KERNEL, 0, 17, 1);
	rounds("defrag_mode,step=storm-fix", GFP_HIGHUSER_MOVABLE, 0, 17, 1);
	rounds("vanilla", GFP_KERNEL, 0, 0, 17);
}

TEST(only_7_3_4_lets_compaction_retry_for_order_0)
{
	begin("7.3.4", "defrag_mode");
	t.progress_rounds = 40;
	t.result = COMPACT_SUCCESS;
	slow(GFP_KERNEL, 0);
	/* 16 successes at each priority, and the one that ends it */
	assert_int_equal(times("compact(9,light)"), 17);
	assert_int_equal(times("compact(9,full)"), 17);
	end();
	begin("7.3.4", "defrag_mode,step=storm");
	t.progress_rounds = 40;
	t.result = COMPACT_SUCCESS;
	slow(GFP_KERNEL, 0);
	assert_int_equal(times("compact(9,light)"), 1);
	assert_int_equal(times("compact(9,full)"), 0);
	end();
}

/* how a request of order 2 goes on while compaction is skipped and reclaim frees 3 times */
static void skipped(const char *policy, int promoted, int plain)
{
	begin("7.3.4", policy);
	t.result = COMPACT_SKIPPED;
	t.compact_suitable = true;
	t.progress_rounds = 3;
	slow(GFP_KERNEL, 2);
	assert_int_equal(times("reclaim(9)"), promoted);
	assert_int_equal(times("reclaim(2)"), plain);
	assert_int_equal(mm->vmstat[VM_compact_stall], 0);
	end();
}

TEST(skipped_compaction_of_a_promoted_request_is_not_retried)
{
	skipped("defrag_mode,step=storm-fix", 1, 3);
	skipped("defrag_mode,step=storm", 4, 1);
	skipped("defrag_mode,step=nonblock", 0, 5);
	skipped("vanilla", 0, 4);
}

/* --- who never falls back, and who always may --------------------------------------------- */

/* what a request does in 7.3.4's defrag_mode, and in vanilla */
static void both(gfp_t gfp, u32 order, const char *defrag, const char *vanilla)
{
	begin("7.3.4", "defrag_mode");
	assert_int_equal(slow(gfp, order), PFN_NONE);
	sequence(defrag);
	end();
	begin("7.3.4", "vanilla");
	assert_int_equal(slow(gfp, order), PFN_NONE);
	sequence(vanilla);
	end();
}

TEST(noretry_never)
{
	both(GFP_KERNEL | __GFP_NORETRY, 0,
	     "wake(9) list(min,f) reclaim(9) compact(9,light) list(min,f)",
	     "wake(0) list(min) reclaim(0)");
	both(GFP_HIGHUSER_MOVABLE | __GFP_NORETRY, 0,
	     "wake(9) list(min,f) reclaim(0)", "wake(0) list(min) reclaim(0)");
}

TEST(costly_orders_never)
{
	both(GFP_KERNEL, 5,
	     "wake(9) list(min,f) compact(9,async) list(min,f) "
	     "wake(9) list(min,f) reclaim(9) compact(9,light) list(min,f)",
	     "wake(5) list(min) compact(5,async) list(min) "
	     "wake(5) list(min) reclaim(5) compact(5,light) list(min)");
}

TEST(except_with_retry_mayfail)
{
	both(GFP_KERNEL | __GFP_RETRY_MAYFAIL, 5,
	     "wake(9) list(min,f) compact(9,async) list(min,f) "
	     "wake(9) list(min,f) reclaim(9) compact(9,light) list(min,f) unreserve! "
	     "wake(9) list(min) reclaim(5) compact(5,light) list(min) unreserve! list(high)",
	     "wake(5) list(min) compact(5,async) list(min) "
	     "wake(5) list(min) reclaim(5) compact(5,light) list(min) unreserve! list(high)");
}

TEST(huge_pages_never)
{
	both(GFP_TRANSHUGE, 9,
	     "list(min,f) compact(9,async) list(min,f) "
	     "list(min,f) reclaim(9) compact(9,light) list(min,f)",
	     "list(min) compact(9,async) list(min) "
	     "list(min) reclaim(9) compact(9,light) list(min)");
	both(GFP_TRANSHUGE_LIGHT, 9, "list(min,f)", "list(min)");
}

TEST(requests_without_reclaim_bits_never)
{
	both(__GFP_NOMEMALLOC | __GFP_NOWARN, 0, "list(min,f)", "list(min)");
	both(GFP_NOWAIT & ~__GFP_KSWAPD_RECLAIM, 0, "list(min,nf)", "list(min,n)");
}

TEST(kswapd_wakers_that_cannot_reclaim_at_once)
{
	both(GFP_ATOMIC, 0, "wake(9) list(min,rnf) wake(9) list(min,rnf) wake(9) list(min,rn)",
	     "wake(0) list(min,rn) wake(0) list(min,rn)");
	both(GFP_ATOMIC, 3, "wake(9) list(min,rnhf) wake(9) list(min,rnhf) wake(9) list(min,rnh)",
	     "wake(3) list(min,rnh) wake(3) list(min,rnh)");
}

TEST(reclaimers_always_after_their_first_look)
{
	begin("7.3.4", "defrag_mode");
	mm->current.memalloc = true;
	assert_int_equal(slow(GFP_KERNEL, 0), PFN_NONE);
	sequence("wake(9) list(min,f) wake(9) list(none)");
	end();
}

TEST(gfp_memalloc_too_and_it_is_not_promoted)
{
	both(GFP_KERNEL | __GFP_MEMALLOC, 0,
	     "wake(9) list(min,f) wake(9) list(none) reclaim(0) unreserve! list(high)",
	     "wake(0) list(min) wake(0) list(none) reclaim(0) unreserve! list(high)");
}

TEST(reclaimers_without_reserves_never)
{
	begin("7.3.4", "defrag_mode");
	mm->current.memalloc = true;
	assert_int_equal(slow(GFP_KERNEL | __GFP_NOMEMALLOC, 0), PFN_NONE);
	sequence("wake(9) list(min,f)");
	end();
}

TEST(movable_order_0_reclaims_at_its_own_order_and_drops_it_then)
{
	both(GFP_HIGHUSER_MOVABLE, 0,
	     "wake(9) list(min,f) reclaim(0) unreserve! "
	     "wake(9) list(min) reclaim(0) unreserve! list(high)",
	     "wake(0) list(min) reclaim(0) unreserve! list(high)");
}

/* --- step=auto and names ------------------------------------------------------------------ */

TEST(auto_is_what_the_kernel_has)
{
	static const char *const known[][2] = {
		{ "6.15", "kswapd-exit" }, { "6.18.15", "kswapd-exit" }, { "7.1.9", "kswapd-exit" },
		{ "7.2", "nonblock" }, { "7.2.12", "nonblock" }, { "7.2.13", "storm" },
		{ "7.3", "storm" }, { "7.3.3", "storm" }, { "7.3.4", "storm-fix" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		begin(known[i][0], "defrag_mode,step=auto");
		assert_string_equal(tunable(mm, "step"), known[i][1]);
		end();
	}
}

TEST(before_6_15_there_is_none)
{
	struct policy_setup s;
	char err[512] = "";

	record_on("6.14.11");
	assert_int_equal(policy_setup_parse(&s, "defrag_mode,step=auto", err, sizeof(err)), 0);
	assert_int_equal(policy_setup_apply(&s, mm, err, sizeof(err)), -1);
	assert_non_null(strstr(err, "before 6.15"));
	policy_setup_release(&s);
	end();
}

TEST(steps_have_the_names_of_the_mails_and_short_ones)
{
	static const char *const names[][2] = {
		{ "d1", "base" }, { "d1f", "oomfix" }, { "d2", "assist" }, { "d3", "wmarks" },
		{ "d3b", "kswapd-exit" }, { "d3c", "nonblock" }, { "d4", "storm" },
		{ "d5", "storm-fix" },
	};
	char arg[64];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(arg, sizeof(arg), "defrag_mode,step=%s", names[i][0]);
		begin("7.3.4", arg);
		assert_string_equal(tunable(mm, "step"), names[i][1]);
		end();
	}
	begin("6.18", "defrag_mode");
	assert_string_equal(tunable(mm, "step"), "storm-fix");
	end();
}
