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

/* two runs of each mode would be as far apart by chance in one case of twenty */
static double chance(const char *name)
{
	return 2 * sqrt(2) * metric_find(name)->spread->sd;
}

static u64 times(u64 value, double factor)
{
	return (u64)(factor * (double)(value + METRIC_SOFT)) - METRIC_SOFT;
}

TEST_F(a_change_up_to_the_spread_is_none)
{
	struct world *w = *state;

	recorded(w, VM_pswpout, 10000, times(10000, exp(chance("pswpout"))) - 1);
	replayed(w, VM_pswpout, 10000, 10000);
	assert_int_equal(judged(w, "pswpout")->verdict, AB_WITHIN);
}

TEST_F(a_change_beyond_the_spread_is_a_finding)
{
	struct world *w = *state;

	recorded(w, VM_pswpout, 10000, times(10000, exp(chance("pswpout"))) + 2);
	replayed(w, VM_pswpout, 10000, 10000);
	assert_int_equal(judged(w, "pswpout")->verdict, AB_STILL);
	assert_int_equal(w->x.moved, 1);
}

TEST_F(a_few_events_are_no_change)
{
	struct world *w = *state;

	recorded(w, VM_compact_fail, 0, 9);
	replayed(w, VM_compact_fail, 0, 0);
	assert_int_equal(judged(w, "compact_fail")->verdict, AB_WITHIN);
}

struct real_pair {
	enum vm_event_item item;
	u64 a, b;
};

/* the replay says exactly what the kernel said */
static void replayed_as_recorded(struct world *w, const struct real_pair *pair, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		recorded(w, pair[i].item, pair[i].a, pair[i].b);
		w->replay[0].vm[pair[i].item] = pair[i].a;
		w->replay[1].vm[pair[i].item] = pair[i].b;
	}
	for (int policy = 0; policy < 2; policy++)
		ab_add_replay(&w->x, policy, &w->replay[policy]);
	judged(w, "pswpout");
}

static void all_are(struct world *w, const struct real_pair *pair, size_t nr,
		    enum ab_verdict verdict)
{
	for (size_t i = 0; i < nr; i++)
		assert_int_equal(row(w, vm_event_name[pair[i].item])->verdict, verdict);
}

/* pairs of equal runs, from the README of the reference recordings */
TEST_F(repeated_real_runs_are_no_finding)
{
	static const struct real_pair pair[] = {
		{ VM_pgscan_kswapd, 909736, 865364 },
		{ VM_pgsteal_kswapd, 1658931, 1633812 },
		{ VM_pswpout, 358947, 373499 },
		{ VM_pswpin, 240917, 253441 },
		{ VM_workingset_refault_file, 2238, 1912 },
		{ VM_pgscan_direct, 49887, 92704 },
		{ VM_pgsteal_direct, 24026, 40805 },
		{ VM_allocstall_normal, 304, 409 },
		{ VM_allocstall_movable, 169, 362 },
		{ VM_compact_fail, 10, 1 },
		{ VM_compact_success, 30, 12 },
		{ VM_compact_daemon_wake, 21, 55 },
		{ VM_compact_daemon_migrate_scanned, 2673300, 889760 },
		{ VM_compact_daemon_free_scanned, 1328413, 443531 },
	};
	const size_t nr = sizeof(pair) / sizeof(pair[0]);

	replayed_as_recorded(*state, pair, nr);
	all_are(*state, pair, nr, AB_WITHIN);
}

TEST_F(the_storm_of_6_18_is_a_finding)
{
	static const struct real_pair pair[] = {
		{ VM_pgscan_direct, 42308, 479673 },
		{ VM_allocstall_normal, 228, 3173 },
		{ VM_pswpout, 188327, 401320 },
	};

	replayed_as_recorded(*state, pair, 3);
	all_are(*state, pair, 3, AB_SAME);
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

static enum ab_verdict fivefold_against(struct world *w, u64 vanilla, u64 other)
{
	recorded(w, VM_pswpout, 100000, 500000);
	replayed(w, VM_pswpout, vanilla, other);
	return judged(w, "pswpout")->verdict;
}

TEST_F(half_to_twice_the_change_is_the_same)
{
	assert_int_equal(fivefold_against(*state, 100000, 500000), AB_SAME);
}

TEST_F(less_than_half_of_it_is_less)
{
	assert_int_equal(fivefold_against(*state, 100000, 220000), AB_LESS);
}

TEST_F(more_than_half_of_it_is_the_same)
{
	assert_int_equal(fivefold_against(*state, 100000, 230000), AB_SAME);
}

TEST_F(more_than_twice_as_much_is_more)
{
	assert_int_equal(fivefold_against(*state, 10000, 260000), AB_MORE);
}

TEST_F(a_hardly_noticeable_change_is_none)
{
	assert_int_equal(fivefold_against(*state, 100000, 109000), AB_STILL);
}

TEST_F(the_other_way_is_against)
{
	assert_int_equal(fivefold_against(*state, 500000, 100000), AB_AGAINST);
}

TEST_F(the_other_way_by_a_hair_is_still)
{
	assert_int_equal(fivefold_against(*state, 100001, 100000), AB_STILL);
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

	recorded(w, VM_pswpout, 500000, 100000);
	replayed(w, VM_pswpout, 100000, 200000);
	replayed(w, VM_pswpout, 300000, 10000);
	assert_int_equal(judged(w, "pswpout")->verdict, AB_SAME);
	assert_true(row(w, "pswpout")->weak);
	assert_int_equal((int)row(w, "pswpout")->value[0].min, 100000);
	assert_int_equal((int)row(w, "pswpout")->value[0].max, 300000);
}

/* two seeds under each: a factor between them, another between the policies */
static bool weak(struct world *w, double seeds, double policies)
{
	recorded(w, VM_pswpout, 100000, 500000);
	replayed(w, VM_pswpout, 100000, times(100000, policies));
	replayed(w, VM_pswpout, times(100000, seeds), times(100000, seeds * policies));
	return judged(w, "pswpout")->weak;
}

/* the standard error of each mean is half of the distance of its seeds: log(1.44) / 2 */
TEST_F(two_standard_errors_make_it_more_than_weak)
{
	assert_false(weak(*state, 1.44, 1.70));
}

TEST_F(less_than_two_is_weak)
{
	assert_true(weak(*state, 1.44, 1.64));
}

TEST_F(more_seeds_make_the_same_difference_surer)
{
	struct world *w = *state;

	assert_true(weak(w, 1.44, 1.64));
	replayed(w, VM_pswpout, 100000, times(100000, 1.64));
	replayed(w, VM_pswpout, times(100000, 1.44), times(100000, 1.44 * 1.64));
	assert_false(judged(w, "pswpout")->weak);
}

TEST_F(nothing_throughout_is_no_merit)
{
	struct world *w = *state;

	replayed(w, VM_pswpout, 0, 0);
	assert_int_equal(judged(w, "pswpout")->verdict, AB_NONE);
	assert_true(row(w, "pswpout")->zero);
	assert_int_equal(w->x.judged, 0);
}

static void repeated(struct world *w, unsigned int mode, enum vm_event_item item, u64 value)
{
	struct check_counts *c = calloc(1, sizeof(*c));

	all_known(c);
	c->vm[item] = value;
	ab_add_repeat(&w->x, mode, c);
	free(c);
}

/* a change by half that one run of each mode cannot tell from chance */
static void by_half(struct world *w)
{
	recorded(w, VM_pswpout, 100000, 150000);
	replayed(w, VM_pswpout, 100000, 150000);
}

TEST_F(repetitions_make_a_change_sure)
{
	struct world *w = *state;

	by_half(w);
	assert_int_equal(judged(w, "pswpout")->verdict, AB_WITHIN);
}

TEST_F(repetitions_that_agree_make_it_a_finding)
{
	struct world *w = *state;

	by_half(w);
	for (int i = 0; i < 4; i++) {
		repeated(w, 0, VM_pswpout, 100000);
		repeated(w, 1, VM_pswpout, 150000);
	}
	assert_int_equal(judged(w, "pswpout")->verdict, AB_SAME);
	assert_int_equal(w->x.repeats, 8);
}

TEST_F(repetitions_that_differ_do_not)
{
	struct world *w = *state;

	by_half(w);
	for (int i = 0; i < 4; i++) {
		repeated(w, 0, VM_pswpout, i % 2 ? 50000 : 200000);
		repeated(w, 1, VM_pswpout, i % 2 ? 75000 : 300000);
	}
	assert_int_equal(judged(w, "pswpout")->verdict, AB_WITHIN);
}

TEST_F(a_repetition_is_of_its_own_mode)
{
	struct world *w = *state;

	by_half(w);
	for (int i = 0; i < 4; i++)
		repeated(w, 1, VM_pswpout, 100000);
	judged(w, "pswpout");
	assert_int_equal(row(w, "pswpout")->real_level[0].n, 1);
	assert_int_equal(row(w, "pswpout")->real_level[1].n, 5);
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

TEST_F(thp_outcomes_are_judged_by_their_share_alone)
{
	struct world *w = *state;

	thp(w, 50, 90);
	thp_replayed(w, 50, 90);
	assert_int_equal(judged(w, "thp_success_rate")->verdict, AB_SAME);
	assert_int_equal((int)row(w, "thp_success_rate")->real[1], 90);
	assert_int_equal(row(w, "thp_fault_alloc")->verdict, AB_NONE);
	assert_int_equal(w->x.moved, 1);
}

static bool thp_ok(struct world *w, u64 real_b, u64 replayed_b)
{
	thp(w, 50, real_b);
	thp_replayed(w, 40, replayed_b);
	judged(w, "thp_success_rate");
	return w->x.thp_ok;
}

TEST_F(changes_of_thp_success_may_be_eight_points_apart)
{
	assert_true(thp_ok(*state, 70, 52));
}

TEST_F(nine_points_are_too_many)
{
	assert_false(thp_ok(*state, 70, 51));
}

TEST_F(beyond_eight_points_the_sign_counts)
{
	assert_true(thp_ok(*state, 58, 40));
}

TEST_F(beyond_eight_points_no_change_is_wrong)
{
	assert_false(thp_ok(*state, 59, 40));
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
		w->replay[1].vm[lone[i]] = 9000;
	}
	w->replay[1].vm[VM_pswpin] = 1500;
	replayed(w, VM_pswpout, 1000, 9000);
	judged(w, "pswpout");
	assert_int_equal(w->x.moved, NR_LONE);
	assert_int_equal(w->x.same, NR_LONE - 1);
	assert_false(w->x.share_ok);
	for (int i = 0; i < 9; i++) {
		w->replay[1].vm[VM_pswpin] = 15000;
		replayed(w, VM_pswpout, 1000, 9000);
	}
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

TEST_F(a_repetition_has_the_same_defrag_mode)
{
	struct world *w = *state;
	char why[128];

	assert_int_equal(repeat_unlike(&w->a, &w->b, why, sizeof(why)), 1);
	assert_string_equal(why, "vm.defrag_mode=0 against 1");
	w->b.sysctl.defrag_mode = 0;
	assert_int_equal(repeat_unlike(&w->a, &w->b, why, sizeof(why)), 0);
}
