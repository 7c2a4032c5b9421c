// SPDX-License-Identifier: GPL-2.0-only
/* What a real change is, when a replay says the same, and which recordings make a pair. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/internal.h"
#include "tests/test.h"

static const struct metric_spread factor_of_two = { "", false, 2, 10 };
static const struct metric_spread twelve_points = { "", true, 12, 0 };

struct world {
	struct ab x;
	struct check_counts real[2], replay[2];
	struct recording a, b;
};

static void all_known(struct check_counts *c)
{
	memset(c->known, true, sizeof(c->known));
}

static struct recording machine(u32 defrag_mode)
{
	struct recording m = { .nr_cpus = 2, .have_sysctl = true };

	snprintf(m.kernel, sizeof(m.kernel), "7.3.4");
	m.before.zone[ZONE_DMA32].populated = true;
	m.before.zone[ZONE_DMA32].managed = 100000;
	m.sysctl.defrag_mode = defrag_mode;
	return m;
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	*state = w;
	if (!w)
		return -1;
	ab_init(&w->x);
	for (int i = 0; i < 2; i++) {
		all_known(&w->real[i]);
		all_known(&w->replay[i]);
	}
	w->a = machine(0);
	w->b = machine(1);
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

#define TEST_F(name) TEST_FIXTURE(name, setup, teardown)

static struct ab_row *row(struct world *w, const char *name)
{
	for (unsigned int i = 0; i < w->x.nr; i++)
		if (!strcmp(w->x.row[i].metric->name, name))
			return &w->x.row[i];
	fail_msg("no row %s", name);
	return NULL;
}

/* one seed: what vanilla and the other policy made of a counter */
static void replayed(struct world *w, enum vm_event_item item, u64 vanilla, u64 other)
{
	w->replay[0].vm[item] = vanilla;
	w->replay[1].vm[item] = other;
	ab_add_replay(&w->x, 0, &w->replay[0]);
	ab_add_replay(&w->x, 1, &w->replay[1]);
}

static void recorded(struct world *w, enum vm_event_item item, u64 a, u64 b)
{
	w->real[0].vm[item] = a;
	w->real[1].vm[item] = b;
}

static const struct ab_row *judged(struct world *w, const char *name)
{
	ab_set_real(&w->x, &w->real[0], &w->real[1]);
	ab_judge(&w->x);
	return row(w, name);
}

TEST_F(a_change_up_to_the_spread_is_none)
{
	assert_false(ab_beyond(&factor_of_two, 100, 200));
	assert_true(ab_beyond(&factor_of_two, 100, 201));
	assert_false(ab_beyond(&factor_of_two, 200, 100));
	assert_true(ab_beyond(&factor_of_two, 201, 100));
}

TEST_F(fewer_than_ten_on_both_sides_is_no_change)
{
	assert_false(ab_beyond(&factor_of_two, 1, 9));
	assert_false(ab_beyond(&factor_of_two, 0, 9));
}

TEST_F(from_zero_it_takes_few_times_the_factor)
{
	assert_false(ab_beyond(&factor_of_two, 0, 20));
	assert_true(ab_beyond(&factor_of_two, 0, 21));
	assert_false(ab_beyond(&factor_of_two, 20, 0));
	assert_true(ab_beyond(&factor_of_two, 21, 0));
	assert_false(ab_beyond(&factor_of_two, 0, 0));
}

TEST_F(one_more_before_never_turns_none_into_a_change)
{
	for (double after = 0; after < 100; after++)
		for (double before = 0; before < after; before++)
			if (ab_beyond(&factor_of_two, before + 1, after))
				assert_true(ab_beyond(&factor_of_two, before, after));
}

TEST_F(a_rate_changes_by_points)
{
	assert_false(ab_beyond(&twelve_points, 1, 13));
	assert_true(ab_beyond(&twelve_points, 1, 13.1));
	assert_true(ab_beyond(&twelve_points, 13.1, 1));
}

TEST_F(a_replay_of_a_few_is_still)
{
	assert_int_equal(ab_direction(&factor_of_two, 0, 9), 0);
	assert_int_equal(ab_direction(&factor_of_two, 0, 10), 1);
	assert_int_equal(ab_direction(&factor_of_two, 10, 0), -1);
	assert_int_equal(ab_direction(&factor_of_two, 50, 50), 0);
}

/* every pair of equal runs that the README of the recordings shows must be within the spread */
TEST_F(repeated_real_runs_are_no_finding)
{
	static const struct { const char *name; double a, b; } pair[] = {
		{ "pgscan_kswapd", 909736, 865364 }, { "pgsteal_kswapd", 1658931, 1633812 },
		{ "pswpout", 358947, 373499 }, { "pswpin", 240917, 253441 },
		{ "workingset_refault_file", 2238, 1912 }, { "pgscan_direct", 49887, 92704 },
		{ "pgscan_direct", 44, 0 }, { "pgsteal_direct", 24026, 40805 },
		{ "allocstall_normal", 304, 409 }, { "allocstall_movable", 169, 362 },
		{ "compact_fail", 10, 1 }, { "compact_success", 30, 12 },
		{ "compact_daemon_wake", 21, 55 },
		{ "compact_daemon_migrate_scanned", 2673300, 889760 },
		{ "compact_daemon_free_scanned", 1328413, 443531 },
		{ "thp_fault_alloc", 26.0, 13.8 },
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(pair) / sizeof(pair[0]); i++)
		assert_false(ab_beyond(row(w, pair[i].name)->metric->spread, pair[i].a, pair[i].b));
}

TEST_F(the_storm_of_6_18_is_a_finding)
{
	struct world *w = *state;

	assert_true(ab_beyond(row(w, "pgscan_direct")->metric->spread, 42308, 479673));
	assert_true(ab_beyond(row(w, "allocstall_normal")->metric->spread, 228, 3173));
	assert_true(ab_beyond(row(w, "pswpout")->metric->spread, 188327, 401320));
}

TEST_F(every_metric_that_is_for_it_has_a_row)
{
	struct world *w = *state;
	unsigned int want = 0;

	for (unsigned int i = 0; i < nr_metrics; i++)
		want += !!(metrics[i].use & METRIC_AGAINST);
	assert_int_equal(w->x.nr, want);
	for (unsigned int i = 0; i < w->x.nr; i++)
		assert_false(metric_is_pattern(w->x.row[i].metric));
}

TEST_F(whoever_scans_is_part_of_the_scanning)
{
	struct world *w = *state;

	recorded(w, VM_pgscan_kswapd, 100, 0);
	recorded(w, VM_pgscan_direct, 20, 5);
	recorded(w, VM_pgscan_khugepaged, 3, 0);
	assert_int_equal((int)judged(w, "pgscan")->real[0], 123);
	assert_int_equal((int)judged(w, "pgscan")->real[1], 5);
}

TEST_F(direct_scanning_is_what_kcompactd_did_not_scan)
{
	struct world *w = *state;

	recorded(w, VM_compact_migrate_scanned, 9000, 9500);
	recorded(w, VM_compact_daemon_migrate_scanned, 4000, 9500);
	assert_int_equal((int)judged(w, "compact_direct_migrate_scanned")->real[0], 5000);
	assert_int_equal((int)judged(w, "compact_direct_migrate_scanned")->real[1], 0);
}

TEST_F(stalls_are_summed_over_zones)
{
	struct world *w = *state;

	recorded(w, VM_allocstall_normal, 100, 0);
	recorded(w, VM_allocstall_movable, 20, 7);
	recorded(w, VM_allocstall_dma32, 3, 0);
	assert_int_equal((int)judged(w, "allocstall")->real[0], 123);
	assert_int_equal((int)judged(w, "allocstall")->real[1], 7);
}

TEST_F(a_counter_that_the_kernel_lacks_is_not_judged)
{
	struct world *w = *state;

	recorded(w, VM_pswpout, 1000, 5000);
	w->real[0].known[VM_pswpout] = false;
	replayed(w, VM_pswpout, 1000, 5000);
	assert_int_equal(judged(w, "pswpout")->verdict, AB_NONE);
	assert_true(isnan(judged(w, "pswpout")->real[0]));
}

TEST_F(the_same_way_is_by_sign_not_by_size)
{
	struct world *w = *state;

	recorded(w, VM_pswpout, 1000, 5000);
	replayed(w, VM_pswpout, 1000, 1001);
	assert_int_equal(judged(w, "pswpout")->verdict, AB_SAME);
}

TEST_F(the_other_way_is_against)
{
	struct world *w = *state;

	recorded(w, VM_pswpout, 1000, 5000);
	replayed(w, VM_pswpout, 1001, 1000);
	assert_int_equal(judged(w, "pswpout")->verdict, AB_AGAINST);
}

TEST_F(a_real_change_within_the_spread_asks_nothing_of_the_replay)
{
	struct world *w = *state;

	recorded(w, VM_pswpout, 1000, 1050);
	replayed(w, VM_pswpout, 5000, 1000);
	assert_int_equal(judged(w, "pswpout")->verdict, AB_WITHIN);
	assert_int_equal(w->x.moved, 0);
}

TEST_F(it_is_the_mean_over_seeds_that_moves)
{
	struct world *w = *state;

	recorded(w, VM_pswpout, 5000, 1000);
	replayed(w, VM_pswpout, 1000, 2000);
	replayed(w, VM_pswpout, 3000, 1000);
	assert_int_equal(judged(w, "pswpout")->verdict, AB_WEAK);
	assert_int_equal((int)row(w, "pswpout")->value[0].min, 1000);
	assert_int_equal((int)row(w, "pswpout")->value[0].max, 3000);
}

/* two seeds, means 1000 apart: standard errors of 300 each, together 424 */
TEST_F(two_standard_errors_make_it_more_than_weak)
{
	struct world *w = *state;

	recorded(w, VM_pswpout, 1000, 5000);
	replayed(w, VM_pswpout, 1700, 2700);
	replayed(w, VM_pswpout, 2300, 3300);
	assert_int_equal(judged(w, "pswpout")->verdict, AB_SAME);
}

TEST_F(less_than_two_is_weak)
{
	struct world *w = *state;

	recorded(w, VM_pswpout, 1000, 5000);
	replayed(w, VM_pswpout, 1700, 2500);
	replayed(w, VM_pswpout, 2300, 3100);
	assert_int_equal(judged(w, "pswpout")->verdict, AB_WEAK);
}

TEST_F(more_seeds_make_the_same_difference_surer)
{
	struct world *w = *state;

	less_than_two_is_weak(state);
	replayed(w, VM_pswpout, 1700, 2500);
	replayed(w, VM_pswpout, 2300, 3100);
	assert_int_equal(judged(w, "pswpout")->verdict, AB_SAME);
}

static void repeated(struct world *w, unsigned int mode, enum vm_event_item item, u64 value)
{
	struct check_counts *c = calloc(1, sizeof(*c));

	all_known(c);
	c->vm[item] = value;
	ab_add_repeat(&w->x, mode, c);
	free(c);
}

TEST_F(repeated_recordings_tell_the_spread)
{
	struct world *w = *state;

	recorded(w, VM_pswpout, 1000, 1400);
	replayed(w, VM_pswpout, 1000, 1400);
	assert_int_equal(judged(w, "pswpout")->verdict, AB_SAME);
	repeated(w, 0, VM_pswpout, 1200);
	repeated(w, 0, VM_pswpout, 800);
	assert_int_equal(judged(w, "pswpout")->verdict, AB_WITHIN);
	assert_float_equal(row(w, "pswpout")->spread.limit, 1.5, 1e-9);
}

TEST_F(they_may_be_closer_than_the_table_has_it)
{
	struct world *w = *state;

	recorded(w, VM_compact_daemon_wake, 1000, 1200);
	replayed(w, VM_compact_daemon_wake, 1000, 1200);
	assert_int_equal(judged(w, "compact_daemon_wake")->verdict, AB_WITHIN);
	repeated(w, 1, VM_compact_daemon_wake, 1210);
	assert_int_equal(judged(w, "compact_daemon_wake")->verdict, AB_SAME);
}

TEST_F(a_repetition_is_of_its_own_mode)
{
	struct world *w = *state;

	recorded(w, VM_pswpout, 1000, 5000);
	repeated(w, 0, VM_pswpout, 1000);
	repeated(w, 1, VM_pswpout, 5000);
	judged(w, "pswpout");
	assert_float_equal(row(w, "pswpout")->spread.limit, 1, 1e-9);
}

TEST_F(of_thp_they_tell_points)
{
	struct world *w = *state;

	recorded(w, VM_thp_fault_alloc, 50, 70);
	recorded(w, VM_thp_fault_fallback, 50, 30);
	repeated(w, 1, VM_thp_fault_fallback, 10);
	judged(w, "thp_fault_alloc");
	assert_float_equal(row(w, "thp_fault_alloc")->spread.limit, 70, 1e-9);
}

/* 100 faults of THP each, real and replayed */
static void thp(struct world *w, u64 real_a, u64 real_b)
{
	recorded(w, VM_thp_fault_alloc, real_a, real_b);
	recorded(w, VM_thp_fault_fallback, 100 - real_a, 100 - real_b);
}

static void thp_replayed(struct world *w, u64 vanilla, u64 other)
{
	w->replay[0].vm[VM_thp_fault_fallback] = 100 - vanilla;
	w->replay[1].vm[VM_thp_fault_fallback] = 100 - other;
	replayed(w, VM_thp_fault_alloc, vanilla, other);
}

TEST_F(thp_outcomes_are_judged_by_their_share)
{
	struct world *w = *state;

	recorded(w, VM_thp_fault_alloc, 50, 500);
	recorded(w, VM_thp_fault_fallback, 50, 500);
	thp_replayed(w, 50, 50);
	assert_int_equal(judged(w, "thp_fault_alloc")->verdict, AB_WITHIN);
	assert_int_equal((int)row(w, "thp_fault_alloc")->real[1], 500);
	thp(w, 50, 63);
	assert_int_equal(judged(w, "thp_fault_alloc")->verdict, AB_STILL);
}

TEST_F(rates_are_shown_and_not_counted_again)
{
	struct world *w = *state;

	thp(w, 50, 90);
	thp_replayed(w, 50, 90);
	assert_int_equal(judged(w, "thp_success_rate")->verdict, AB_NONE);
	assert_int_equal((int)row(w, "thp_success_rate")->real[1], 90);
	assert_int_equal(w->x.moved, 2);
}

static bool thp_ok(struct world *w, u64 real_b)
{
	thp(w, 50, real_b);
	judged(w, "thp_fault_alloc");
	return w->x.thp_ok;
}

TEST_F(thp_success_may_lie_five_points_outside_of_the_range)
{
	struct world *w = *state;

	thp_replayed(w, 90, 40);
	thp_replayed(w, 10, 60);
	assert_false(thp_ok(w, 34));
	assert_true(thp_ok(w, 35));
	assert_true(thp_ok(w, 50));
	assert_true(thp_ok(w, 65));
	assert_false(thp_ok(w, 66));
}

TEST_F(without_thp_faults_there_is_nothing_to_miss)
{
	struct world *w = *state;

	recorded(w, VM_pswpout, 1000, 1000);
	replayed(w, VM_pswpout, 1000, 1000);
	judged(w, "pswpout");
	assert_true(w->x.thp_ok);
	assert_true(w->x.share_ok);
	assert_true(isnan(w->x.share));
}

/* rows of their own, in no sum with another that is judged */
static const enum vm_event_item lone[] = {
	VM_compact_fail, VM_compact_success, VM_compact_daemon_wake, VM_pswpin, VM_pswpout,
	VM_workingset_refault_file,
};
#define NR_LONE (sizeof(lone) / sizeof(lone[0]))

TEST_F(the_share_that_moves_alike_must_reach_85_percent)
{
	struct world *w = *state;

	for (size_t i = 0; i < NR_LONE; i++) {
		recorded(w, lone[i], 1000, 9000);
		w->replay[0].vm[lone[i]] = 1000;
		w->replay[1].vm[lone[i]] = 2000;
	}
	w->replay[1].vm[VM_pswpin] = 500;
	replayed(w, VM_pswpout, 1000, 2000);
	judged(w, "pswpout");
	assert_int_equal(w->x.moved, NR_LONE);
	assert_int_equal(w->x.same, NR_LONE - 1);
	assert_false(w->x.share_ok);
	recorded(w, VM_pswpin, 9000, 1000);
	judged(w, "pswpout");
	assert_int_equal(w->x.same, NR_LONE);
	assert_true(w->x.share_ok);
}

static unsigned int unlike(struct world *w, const char *expect)
{
	char why[512];
	unsigned int n = ab_unlike(&w->a, &w->b, why, sizeof(why));

	if (expect && !strstr(why, expect))
		fail_msg("no \"%s\" in \"%s\"", expect, why);
	return n;
}

TEST_F(a_pair_differs_in_defrag_mode_alone)
{
	struct world *w = *state;

	assert_int_equal(unlike(w, NULL), 0);
	snprintf(w->b.kernel, sizeof(w->b.kernel), "6.18.15");
	assert_int_equal(unlike(w, "kernel 7.3.4 against 6.18.15"), 1);
	w->b.nr_cpus = 4;
	assert_int_equal(unlike(w, "2 CPUs against 4"), 2);
	w->b.thp_defrag = THP_DEFRAG_MADVISE;
	assert_int_equal(unlike(w, "huge pages"), 3);
}

TEST_F(memory_may_differ_by_two_percent)
{
	struct world *w = *state;

	w->b.before.zone[ZONE_DMA32].managed = 98000;
	assert_int_equal(unlike(w, NULL), 0);
	w->b.before.zone[ZONE_DMA32].managed = 97999;
	assert_int_equal(unlike(w, "391 MiB of memory against 383"), 1);
}

TEST_F(the_first_is_without_and_the_second_with_defrag_mode)
{
	struct world *w = *state;

	w->a.sysctl.defrag_mode = 1;
	assert_int_equal(unlike(w, "the first was recorded with vm.defrag_mode=1"), 1);
	w->b.sysctl.defrag_mode = 0;
	assert_int_equal(unlike(w, "the second was recorded with vm.defrag_mode=0"), 2);
}

TEST_F(reasons_that_do_not_fit_are_cut)
{
	struct world *w = *state;
	char why[16];

	w->b = machine(0);
	w->b.nr_cpus = 4;
	snprintf(w->b.kernel, sizeof(w->b.kernel), "6.18.15");
	assert_int_equal(ab_unlike(&w->a, &w->b, why, sizeof(why)), 3);
	assert_string_equal(why, "kernel 7.3.4 ag");
}
