// SPDX-License-Identifier: GPL-2.0-only
/* What check calls ok, few and miss. */
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

static const struct fidelity_row *row(struct world *w, const char *name)
{
	fidelity_compute(&w->fidelity, &w->recording, &w->self, &w->observed);
	for (unsigned int i = 0; i < w->fidelity.nr; i++)
		if (!strcmp(w->fidelity.row[i].name, name))
			return &w->fidelity.row[i];
	return NULL;
}

static enum fidelity_verdict verdict(struct world *w, enum vm_event_item item, u64 recorded,
				     u64 replayed)
{
	w->recording.before.nr_vmstat = w->recording.after.nr_vmstat = 0;
	moved(w, vm_event_name[item], recorded);
	w->self.counters[item] = replayed;
	return row(w, vm_event_name[item])->verdict;
}

TEST_F(recorded_is_the_difference_of_the_snapshots)
{
	struct world *w = *state;

	moved(w, "pswpout", 500);
	assert_int_equal((int)row(w, "pswpout")->recorded, 500);
}

TEST_F(a_counter_the_kernel_lacks_is_no_row)
{
	assert_null(row(*state, "pswpout"));
}

TEST_F(pswpout_may_be_off_by_a_tenth)
{
	assert_int_equal(verdict(*state, VM_pswpout, 1000, 1100), FIDELITY_OK);
	assert_int_equal(verdict(*state, VM_pswpout, 1000, 1101), FIDELITY_MISS);
	assert_int_equal(verdict(*state, VM_pswpout, 1100, 1000), FIDELITY_OK);
	assert_int_equal(verdict(*state, VM_pswpout, 1101, 1000), FIDELITY_MISS);
}

TEST_F(compaction_may_be_off_by_a_factor_of_two)
{
	assert_int_equal(verdict(*state, VM_compact_stall, 100, 200), FIDELITY_OK);
	assert_int_equal(verdict(*state, VM_compact_stall, 100, 49), FIDELITY_MISS);
	assert_int_equal(verdict(*state, VM_compact_stall, 100, 0), FIDELITY_MISS);
	assert_int_equal(verdict(*state, VM_compact_stall, 0, 100), FIDELITY_MISS);
	assert_int_equal(verdict(*state, VM_compact_stall, 0, 0), FIDELITY_OK);
}

TEST_F(a_handful_on_both_sides_says_nothing)
{
	assert_int_equal(verdict(*state, VM_compact_stall, 0, 9), FIDELITY_FEW);
	assert_int_equal(verdict(*state, VM_compact_stall, 0, 10), FIDELITY_MISS);
}

TEST_F(a_counter_without_a_limit_has_no_verdict)
{
	assert_int_equal(verdict(*state, VM_pgactivate, 10, 100000), FIDELITY_NONE);
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
	assert_int_equal((int)row(w, "pgsteal")->recorded, 1000);
	assert_int_equal((int)row(w, "pgsteal")->replayed, 1050);
	assert_int_equal(row(w, "pgsteal")->verdict, FIDELITY_OK);
}

TEST_F(direct_scanning_is_part_of_the_scanning)
{
	struct world *w = *state;

	moved(w, "pgscan_kswapd", 700);
	moved(w, "pgscan_direct", 200);
	moved(w, "pgscan_khugepaged", 5);
	moved(w, "pgscan_anon", 905);
	assert_int_equal((int)row(w, "pgscan")->recorded, 905);
}

TEST_F(proactive_reclaim_is_part_of_the_scanning_where_a_kernel_has_it)
{
	struct world *w = *state;

	moved(w, "pgscan_kswapd", 700);
	moved(w, "pgscan_proactive", 40);
	assert_int_equal((int)row(w, "pgscan")->recorded, 740);
}

TEST_F(observed_is_held_only_against_what_a_trace_shows)
{
	struct world *w = *state;

	moved(w, "pgsteal_kswapd", 700);
	moved(w, "pgscan_kswapd", 900);
	memset(w->self.counter_known, false, sizeof(w->self.counter_known));
	w->self.counters[VM_pgsteal_kswapd] = 690;
	w->self.counter_known[VM_pgsteal_kswapd] = true;
	assert_int_equal((int)row(w, "pgsteal")->replayed, 690);
	assert_null(row(w, "pgscan"));
	assert_null(row(w, "extfrag_events"));
}

TEST_F(thp_success_may_be_off_by_three_points)
{
	struct world *w = *state;

	moved(w, "thp_fault_alloc", 50);
	moved(w, "thp_fault_fallback", 50);
	w->self.counters[VM_thp_fault_alloc] = 53;
	w->self.counters[VM_thp_fault_fallback] = 47;
	assert_int_equal(row(w, "thp_success_rate")->verdict, FIDELITY_OK);
	w->self.counters[VM_thp_fault_alloc] = 54;
	w->self.counters[VM_thp_fault_fallback] = 46;
	assert_int_equal(row(w, "thp_success_rate")->verdict, FIDELITY_MISS);
}

TEST_F(a_capture_counts_as_the_steal_it_looks_like)
{
	struct world *w = *state;

	w->observed.extfrag.nr[MIGRATE_UNMOVABLE][MIGRATE_MOVABLE][EXTFRAG_STEAL] = 30;
	w->self.extfrag.nr[MIGRATE_UNMOVABLE][MIGRATE_MOVABLE][EXTFRAG_STEAL] = 20;
	w->self.extfrag.nr[MIGRATE_MOVABLE][MIGRATE_UNMOVABLE][EXTFRAG_CAPTURE] = 5;
	w->self.extfrag.known = true;
	assert_int_equal((int)row(w, "extfrag_steal")->replayed, 25);
	assert_int_equal((int)row(w, "extfrag_events")->replayed, 25);
}

TEST_F(misses_are_counted)
{
	struct world *w = *state;

	moved(w, "pswpout", 1000);
	moved(w, "compact_stall", 1000);
	w->self.counters[VM_pswpout] = 1;
	w->self.counters[VM_compact_stall] = 1000;
	row(w, "pswpout");
	assert_int_equal(w->fidelity.missed, 1);
}
