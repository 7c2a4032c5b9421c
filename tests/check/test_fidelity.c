// SPDX-License-Identifier: GPL-2.0-only
/* What check calls ok, few, zero and miss, and what several recordings say together. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/check.h"
#include "tests/test.h"

struct world {
	struct recording recording;
	struct policy_result self, observed;
	struct fidelity fidelity;
};

static void counter(struct snapshot *s, const char *name, u64 value)
{
	struct snap_counter *c = &s->vmstat[s->nr_vmstat++];

	snprintf(c->name, sizeof(c->name), "%s", name);
	c->value = value;
}

/* a counter of the recording that stood at 1000 before the trace */
static void moved(struct world *w, const char *name, u64 by)
{
	counter(&w->recording.before, name, 1000);
	counter(&w->recording.after, name, 1000 + by);
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	w->self.policy = "vanilla";
	memset(w->self.counter_known, true, sizeof(w->self.counter_known));
	w->observed.policy = "observed";
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	free(w);
	return 0;
}

#define TEST_F(name) TEST_FIXTURE(name, setup, teardown)

static void judge(struct world *w)
{
	struct check_counts c;

	fidelity_init(&w->fidelity, &w->recording, &w->observed);
	check_counts_replayed(&c, &w->self);
	fidelity_add_replay(&w->fidelity, &c);
	fidelity_judge(&w->fidelity);
}

static const struct fidelity_row *find(struct world *w, const char *name)
{
	for (unsigned int i = 0; i < w->fidelity.nr; i++)
		if (!strcmp(w->fidelity.row[i].name, name))
			return &w->fidelity.row[i];
	return NULL;
}

static const struct fidelity_row *row(struct world *w, const char *name)
{
	judge(w);
	return find(w, name);
}

static double recorded(struct world *w, const char *name)
{
	return row(w, name)->recorded;
}

static double replayed(struct world *w, const char *name)
{
	return sample_mean(&row(w, name)->replayed);
}

static enum fidelity_verdict verdict(struct world *w, enum vm_event_item item, u64 real, u64 model)
{
	w->recording.before.nr_vmstat = w->recording.after.nr_vmstat = 0;
	moved(w, vm_event_name[item], real);
	w->self.counters[item] = model;
	return row(w, vm_event_name[item])->verdict;
}

TEST_F(recorded_is_the_difference_of_the_snapshots)
{
	struct world *w = *state;

	moved(w, "pswpout", 500);
	assert_int_equal((int)recorded(w, "pswpout"), 500);
}

TEST_F(a_counter_the_kernel_lacks_is_no_row)
{
	assert_null(row(*state, "pswpout"));
}

/* two standard deviations of one more run about the one that there is */
TEST_F(one_more_real_run_would_lie_within_two_deviations)
{
	const struct metric_spread *s = metric_find("pswpout")->spread;
	double factor = exp(2 * sqrt(2) * s->sd);
	u64 high = (u64)(factor * (10000 + METRIC_SOFT)) - METRIC_SOFT;

	assert_int_equal(verdict(*state, VM_pswpout, 10000, 10000), FIDELITY_OK);
	assert_int_equal(verdict(*state, VM_pswpout, 10000, high - 1), FIDELITY_OK);
	assert_int_equal(verdict(*state, VM_pswpout, 10000, high + 2), FIDELITY_MISS);
	assert_int_equal(verdict(*state, VM_pswpout, high - 1, 10000), FIDELITY_OK);
	assert_int_equal(verdict(*state, VM_pswpout, high + 2, 10000), FIDELITY_MISS);
}

TEST_F(the_bounds_are_where_the_verdict_changes)
{
	struct world *w = *state;
	const struct fidelity_row *r;

	verdict(w, VM_pswpout, 10000, 10000);
	r = find(w, "pswpout");
	assert_float_equal(r->z, 0, 1e-9);
	assert_int_equal(verdict(w, VM_pswpout, 10000, (u64)r->high), FIDELITY_OK);
	r = find(w, "pswpout");
	assert_int_equal(verdict(w, VM_pswpout, 10000, (u64)r->high + 1), FIDELITY_MISS);
	assert_true(find(w, "pswpout")->z > 1);
}

TEST_F(nothing_on_both_sides_is_no_merit)
{
	struct world *w = *state;

	assert_int_equal(verdict(w, VM_compact_stall, 0, 0), FIDELITY_ZERO);
	assert_int_equal(w->fidelity.verdicts[FIDELITY_ZERO], 1);
	assert_int_equal(w->fidelity.verdicts[FIDELITY_OK], 0);
}

TEST_F(a_handful_on_both_sides_says_nothing)
{
	assert_int_equal(verdict(*state, VM_compact_stall, 0, 9), FIDELITY_FEW);
	assert_int_equal(verdict(*state, VM_compact_stall, 0, 10), FIDELITY_OK);
	assert_int_equal(verdict(*state, VM_compact_stall, 0, 100), FIDELITY_MISS);
}

TEST_F(what_the_model_hardly_does_is_a_miss)
{
	assert_int_equal(verdict(*state, VM_pgactivate, 100000, 10000), FIDELITY_MISS);
	assert_int_equal(verdict(*state, VM_slabs_scanned, 100000, 300), FIDELITY_MISS);
}

TEST_F(every_counter_of_the_model_is_judged_but_the_parts_of_thp_success)
{
	for (int i = 0; i < NR_VM_EVENT_ITEMS; i++)
		if (i != VM_thp_fault_alloc && i != VM_thp_fault_fallback)
			assert_non_null(metric_find(vm_event_name[i])->spread);
	assert_non_null(metric_find("thp_success_rate")->spread);
}

static void repeated(struct world *w, enum vm_event_item item, u64 value)
{
	struct check_counts *c = calloc(1, sizeof(*c));

	c->vm[item] = value;
	c->known[item] = true;
	fidelity_add_repeat(&w->fidelity, c);
	free(c);
}

/* a row whose real runs are 10000 and @repeat, four times each */
static const struct fidelity_row *with_repeats(struct world *w, u64 repeat, u64 model)
{
	struct check_counts c;

	w->recording.before.nr_vmstat = w->recording.after.nr_vmstat = 0;
	moved(w, "pswpout", 10000);
	w->self.counters[VM_pswpout] = model;
	fidelity_init(&w->fidelity, &w->recording, &w->observed);
	for (int i = 0; i < 7; i++)
		repeated(w, VM_pswpout, i % 2 ? 10000 : repeat);
	check_counts_replayed(&c, &w->self);
	fidelity_add_replay(&w->fidelity, &c);
	fidelity_judge(&w->fidelity);
	return find(w, "pswpout");
}

TEST_F(repetitions_that_agree_make_the_bounds_closer)
{
	struct world *w = *state;

	verdict(w, VM_pswpout, 10000, 10000);
	assert_true(with_repeats(w, 10000, 10000)->high < 0.9 * row(w, "pswpout")->high);
	assert_int_equal(w->fidelity.runs, 1);
}

TEST_F(repetitions_that_differ_make_them_wider)
{
	struct world *w = *state;
	double high = with_repeats(w, 10000, 10000)->high;

	assert_true(with_repeats(w, 30000, 10000)->high > 2 * high);
	assert_int_equal(w->fidelity.runs, 8);
	assert_int_equal((int)sample_mean(&find(w, "pswpout")->real), 20000);
}

TEST_F(however_equal_real_runs_are_a_tenth_is_no_difference)
{
	struct world *w = *state;

	verdict(w, VM_pgfree, 1000000, 1090000);
	assert_int_equal(find(w, "pgfree")->verdict, FIDELITY_OK);
	verdict(w, VM_pgfree, 1000000, 1110000);
	assert_int_equal(find(w, "pgfree")->verdict, FIDELITY_MISS);
}

TEST_F(seeds_are_judged_by_their_mean)
{
	struct world *w = *state;
	struct check_counts c;

	moved(w, "pswpout", 10000);
	fidelity_init(&w->fidelity, &w->recording, &w->observed);
	for (int i = 0; i < 2; i++) {
		w->self.counters[VM_pswpout] = i ? 19000 : 1000;
		check_counts_replayed(&c, &w->self);
		fidelity_add_replay(&w->fidelity, &c);
	}
	fidelity_judge(&w->fidelity);
	assert_int_equal(find(w, "pswpout")->verdict, FIDELITY_OK);
	assert_int_equal((int)find(w, "pswpout")->replayed.min, 1000);
	assert_int_equal(w->fidelity.seeds, 2);
}

TEST_F(scans_and_steals_are_summed_over_contexts_once)
{
	struct world *w = *state;

	moved(w, "pgsteal_kswapd", 700);
	moved(w, "pgsteal_direct", 300);
	moved(w, "pgsteal_anon", 600);
	moved(w, "pgsteal_file", 400);
	w->self.counters[VM_pgsteal_kswapd] = 1050;
	w->self.counters[VM_pgsteal_anon] = 1050;
	assert_int_equal((int)recorded(w, "pgsteal"), 1000);
	assert_int_equal((int)replayed(w, "pgsteal"), 1050);
	assert_int_equal(row(w, "pgsteal")->verdict, FIDELITY_OK);
}

TEST_F(direct_scanning_is_part_of_the_scanning)
{
	struct world *w = *state;

	moved(w, "pgscan_kswapd", 700);
	moved(w, "pgscan_direct", 200);
	moved(w, "pgscan_khugepaged", 5);
	moved(w, "pgscan_anon", 905);
	assert_int_equal((int)recorded(w, "pgscan"), 905);
}

TEST_F(proactive_reclaim_is_part_of_the_scanning_where_a_kernel_has_it)
{
	struct world *w = *state;

	moved(w, "pgscan_kswapd", 700);
	moved(w, "pgscan_proactive", 40);
	assert_int_equal((int)recorded(w, "pgscan"), 740);
}

TEST_F(observed_is_held_only_against_what_a_trace_shows)
{
	struct world *w = *state;

	moved(w, "pgsteal_kswapd", 700);
	moved(w, "pgscan_kswapd", 900);
	memset(w->self.counter_known, false, sizeof(w->self.counter_known));
	w->self.counters[VM_pgsteal_kswapd] = 690;
	w->self.counter_known[VM_pgsteal_kswapd] = true;
	assert_int_equal((int)replayed(w, "pgsteal"), 690);
	assert_null(row(w, "pgscan"));
	assert_null(row(w, "extfrag_events"));
}

TEST_F(thp_success_is_judged_by_points)
{
	struct world *w = *state;
	double points = 2 * sqrt(2) * metric_find("thp_success_rate")->spread->sd;

	moved(w, "thp_fault_alloc", 500);
	moved(w, "thp_fault_fallback", 500);
	w->self.counters[VM_thp_fault_alloc] = 500 + (u64)(10 * points) - 1;
	w->self.counters[VM_thp_fault_fallback] = 500 - (u64)(10 * points) + 1;
	assert_int_equal(row(w, "thp_success_rate")->verdict, FIDELITY_OK);
	w->self.counters[VM_thp_fault_alloc] += 2;
	w->self.counters[VM_thp_fault_fallback] -= 2;
	assert_int_equal(row(w, "thp_success_rate")->verdict, FIDELITY_MISS);
}

TEST_F(a_capture_counts_as_the_steal_it_looks_like)
{
	struct world *w = *state;

	w->observed.extfrag.nr[MIGRATE_UNMOVABLE][MIGRATE_MOVABLE][EXTFRAG_STEAL] = 30;
	w->self.extfrag.nr[MIGRATE_UNMOVABLE][MIGRATE_MOVABLE][EXTFRAG_STEAL] = 20;
	w->self.extfrag.nr[MIGRATE_MOVABLE][MIGRATE_UNMOVABLE][EXTFRAG_CAPTURE] = 5;
	w->self.extfrag.known = true;
	assert_int_equal((int)replayed(w, "extfrag_steal"), 25);
	assert_int_equal((int)replayed(w, "extfrag_events"), 25);
}

TEST_F(misses_are_counted)
{
	struct world *w = *state;

	moved(w, "pswpout", 1000);
	moved(w, "compact_stall", 1000);
	w->self.counters[VM_pswpout] = 1;
	w->self.counters[VM_compact_stall] = 1000;
	judge(w);
	assert_int_equal(w->fidelity.verdicts[FIDELITY_MISS], 1);
	assert_int_equal(w->fidelity.verdicts[FIDELITY_OK], 1);
}

static void count_name(void *ctx, const char *name, u64 by)
{
	unsigned int *seen = ctx;

	assert_string_equal(name, "swap_ra");
	assert_int_equal(by, 30);
	(*seen)++;
}

TEST_F(events_that_only_the_kernel_counts_are_named)
{
	struct world *w = *state;
	unsigned int seen = 0;

	moved(w, "swap_ra", 30);
	moved(w, "swap_ra_hit", 0);
	moved(w, "pswpout", 10);
	moved(w, "nr_dirty", 10);
	check_unmodeled(&w->recording, count_name, &seen);
	assert_int_equal(seen, 1);
}

static const struct bias_row *bias_of(const struct bias *b, const char *name)
{
	for (unsigned int i = 0; i < b->nr; i++)
		if (!strcmp(b->row[i].name, name))
			return &b->row[i];
	return NULL;
}

TEST_F(what_is_off_to_one_side_everywhere_is_biased)
{
	struct bias *b = calloc(1, sizeof(*b));
	struct world *w = *state;

	for (int i = 1; i <= 3; i++) {
		assert_int_equal(verdict(w, VM_pswpout, 10000, 12000), FIDELITY_OK);
		bias_add(b, &w->fidelity);
	}
	verdict(w, VM_pswpout, 10000, 8000);
	bias_add(b, &w->fidelity);
	assert_int_equal(b->recordings, 4);
	assert_int_equal(bias_of(b, "pswpout")->ok, 4);
	assert_int_equal(bias_of(b, "pswpout")->above, 3);
	assert_int_equal(bias_of(b, "pswpout")->below, 1);
	assert_float_equal(bias_of(b, "pswpout")->difference,
			   log(12050.0 / 10050) * 3 + log(8050.0 / 10050), 1e-6);
	free(b);
}

TEST_F(few_and_nothing_tell_no_bias)
{
	struct bias *b = calloc(1, sizeof(*b));
	struct world *w = *state;

	verdict(w, VM_compact_stall, 0, 9);
	bias_add(b, &w->fidelity);
	verdict(w, VM_compact_stall, 0, 0);
	bias_add(b, &w->fidelity);
	assert_int_equal(bias_of(b, "compact_stall")->n, 0);
	assert_int_equal(b->judged, 0);
	free(b);
}
