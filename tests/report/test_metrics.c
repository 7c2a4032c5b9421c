// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of metrics: that it holds together, and what each formula of it comes to on counters
 * small enough to add up by hand.
 */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/vmstat.h"
#include "engine/policy_sink.h"
#include "report/metrics.h"
#include "tests/test.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

TEST(every_counter_has_a_unit)
{
	for (int i = 0; i < NR_VM_EVENT_ITEMS; i++) {
		const struct metric *m = metric_find(vm_event_name[i]);

		assert_true(metric_is_known(vm_event_name[i]));
		if (m->unit == UNIT_NUMBER)
			assert_string_equal(vm_event_name[i], "slabs_scanned");
		assert_true(metric_floor(m) > 0);
	}
}

/* The model has no proactive reclaim, but a recorded kernel may have counted some. */
static void assert_term(const char *name)
{
	if (!name || !strcmp(name, "pgscan_proactive") || !strcmp(name, "pgsteal_proactive"))
		return;
	assert_true(metric_is_known(name));
	assert_int_equal(metric_find(name)->kind, METRIC_READ);
}

TEST(sums_and_rates_are_of_numbers_of_the_report)
{
	for (unsigned int i = 0; i < nr_metrics; i++) {
		const struct metric *m = &metrics[i];

		if (m->kind == METRIC_READ || m->kind == METRIC_STATE)
			continue;
		assert_non_null(m->plus[0]);
		for (int j = 0; j < METRIC_TERMS; j++) {
			assert_term(m->plus[j]);
			assert_term(m->minus[j]);
		}
	}
}

TEST(no_entry_is_hidden_behind_an_earlier_one)
{
	for (unsigned int i = 0; i < nr_metrics; i++)
		assert_ptr_equal(metric_find(metrics[i].name), &metrics[i]);
}

TEST(what_is_better_is_as_in_cover_letters)
{
	assert_int_equal(metric_find("thp_fault_alloc")->better, HIGHER_IS_BETTER);
	assert_int_equal(metric_find("thp_fault_fallback")->better, LOWER_IS_BETTER);
	assert_int_equal(metric_find("pgscan_anon")->better, LOWER_IS_BETTER);
	assert_int_equal(metric_find("pgalloc_normal")->better, NEITHER_IS_BETTER);
	assert_int_equal(metric_find("memory.zones.DMA32.unusable_index.order9")->better,
			 LOWER_IS_BETTER);
	assert_int_equal(metric_find("policy.mine.things")->better, NEITHER_IS_BETTER);
}

TEST(an_unknown_metric_is_not_known)
{
	assert_false(metric_is_known("nosuch"));
	assert_false(metric_is_known("pgscan_nosuch"));
	assert_false(metric_is_known(""));
	assert_false(metric_is_known("*"));
	assert_true(metric_is_known("thp_success_rate"));
	assert_true(metric_is_known("policy.mine.things"));
	assert_true(metric_is_known("allocator.alloc_failed.order9"));
}

TEST(a_level_of_a_moment_is_no_number_of_a_finished_run)
{
	assert_int_equal(metric_find("free_blocks")->kind, METRIC_STATE);
	assert_false(metric_is_known("free_blocks"));
	assert_false(metric_is_known("unusable_index.order9"));
}

/* A report of these numbers and no others. */
static const struct number {
	const char *name;
	double value;
} report[] = {
	{ "thp_fault_alloc", 30 }, { "thp_fault_fallback", 10 },
	{ "compact_success", 3 }, { "compact_fail", 9 },
	{ "compact_migrate_scanned", 500 }, { "compact_daemon_migrate_scanned", 120 },
	{ "compact_free_scanned", 700 }, { "compact_daemon_free_scanned", 701 },
	{ "allocstall_dma32", 4 }, { "allocstall_normal", 50 }, { "allocstall_movable", 600 },
	{ "pgscan_kswapd", 1000 }, { "pgscan_direct", 200 }, { "pgscan_khugepaged", 30 },
	{ "pgscan_proactive", 4 }, { "pgscan_anon", 1234 },
	{ "pgsteal_kswapd", 900 }, { "pgsteal_direct", 100 }, { "pgsteal_khugepaged", 20 },
	{ "pgsteal_file", 1020 },
	{ "pgalloc_dma", 1 }, { "pgalloc_dma32", 20 }, { "pgalloc_normal", 300 },
	{ "pgalloc_movable", 4000 },
	{ "extfrag.events", 100 }, { "extfrag.by_class.steal", 40 },
	{ "extfrag.by_class.capture", 5 }, { "extfrag.by_class.claim_part", 25 },
	{ "extfrag.by_class.claim_block", 30 },
};

static bool read_report(const void *ctx, const char *name, double *value)
{
	(void)ctx;
	for (size_t i = 0; i < NR(report); i++) {
		if (strcmp(report[i].name, name))
			continue;
		*value = report[i].value;
		return true;
	}
	return false;
}

static bool read_nothing(const void *ctx, const char *name, double *value)
{
	(void)ctx;
	(void)name;
	(void)value;
	return false;
}

/* every formula of the table, added up by hand */
static const struct number by_hand[] = {
	{ "pgalloc", 4321 },
	{ "thp_success_rate", 75 },			/* 30 of 40 */
	{ "compact_success_rate", 25 },			/* 3 of 12 */
	{ "compact_direct_migrate_scanned", 380 },	/* 500 less kcompactd's 120 */
	{ "compact_direct_free_scanned", 0 },		/* a counter read later is no less than 0 */
	{ "allocstall", 654 },
	{ "pgscan", 1234 },		/* whoever scans; by type it is the same pages again */
	{ "pgsteal", 1020 },		/* a kernel without proactive reclaim has three terms */
	{ "extfrag_events", 100 },
	{ "extfrag_steal", 45 },	/* a trace cannot tell a capture from a steal */
	{ "extfrag_claim_part", 25 },
	{ "extfrag_claim_block", 30 },
};

TEST(every_formula_comes_to_what_it_is_by_hand)
{
	unsigned int formulas = 0;

	for (unsigned int i = 0; i < nr_metrics; i++)
		formulas += metrics[i].kind == METRIC_SUM || metrics[i].kind == METRIC_RATE;
	assert_int_equal(formulas, NR(by_hand));
	for (size_t i = 0; i < NR(by_hand); i++) {
		double value = metric_value(metric_find(by_hand[i].name), read_report, NULL);

		if (value != by_hand[i].value)
			fail_msg("%s is %g", by_hand[i].name, value);
	}
}

TEST(a_number_is_read_by_its_name)
{
	assert_true(metric_value(metric_find("pgscan_direct"), read_report, NULL) == 200);
	assert_true(isnan(metric_value(metric_find("pswpin"), read_report, NULL)));
}

TEST(of_nothing_known_nothing_follows)
{
	for (size_t i = 0; i < NR(by_hand); i++)
		assert_true(isnan(metric_value(metric_find(by_hand[i].name), read_nothing, NULL)));
}

TEST(nothing_tried_is_no_rate)
{
	assert_true(isnan(metric_share(0, 0, 100)));
	assert_true(metric_share(0, 7, 100) == 0);
	assert_true(metric_share(29, 71, 100) == 29);
	assert_true(metric_share(1, 3, 1) == 0.25);
}

TEST(few_pages_are_as_many_clusters_as_few_events)
{
	assert_true(metric_floor(metric_find("compact_fail")) == 10);
	assert_true(metric_floor(metric_find("pswpout")) == 320);
	assert_true(metric_floor(metric_find("thp_success_rate")) == 1);
	assert_true(metric_floor(metric_find("memory.contiguity.1GiB.free")) == 1);
}

/* The name of a policy's own part of a sample must not be that of a metric. */
TEST(a_sample_has_its_metrics_for_itself)
{
	for (unsigned int i = 0; i < nr_metrics; i++)
		if (metrics[i].use & METRIC_SAMPLE)
			assert_true(report_name_taken(metrics[i].name));
}

static void count_name(void *names, const char *name, const struct metric *m)
{
	(void)name;
	assert_int_not_equal(m->kind, METRIC_STATE);
	++*(unsigned int *)names;
}

TEST(a_list_has_each_counter_and_each_formula_once)
{
	unsigned int names = 0, want = NR_VM_EVENT_ITEMS;

	for (unsigned int i = 0; i < nr_metrics; i++) {
		const struct metric *m = &metrics[i];
		bool pattern = metric_is_pattern(m);

		want += pattern ? strchr(m->name, '.') != NULL :
			m->kind != METRIC_STATE && metric_counter(m->name) < 0;
	}
	metric_for_each(count_name, &names);
	assert_int_equal(names, want);
}
