// SPDX-License-Identifier: GPL-2.0-only
/* What diff computes: statistics against published values, metrics, and verdicts. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/message.h"
#include "base/vmstat.h"
#include "diff/diff.h"
#include "tests/test.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

static void near(double a, double b, double tolerance)
{
	if (!(fabs(a - b) <= tolerance))
		fail_msg("%.17g is not %.17g +- %g", a, b, tolerance);
}

/* R's dataset sleep, Student's own: t.test(extra ~ group) prints t = -1.8608, p-value = 0.07939 */
static const double sleep1[] = { 0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0 };
static const double sleep2[] = { 1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4 };

TEST(mean_and_deviation_are_of_a_sample)
{
	struct diff_stats s = diff_stats_of(sleep1, NR(sleep1));

	assert_int_equal(s.n, 10);
	near(s.mean, 0.75, 1e-15);
	near(s.sd, 1.789010, 5e-7);
	s = diff_stats_of(sleep2, NR(sleep2));
	near(s.mean, 2.33, 1e-15);
	near(s.sd, 2.002249, 5e-7);
}

TEST(one_run_has_no_deviation)
{
	const double value = 5;
	struct diff_stats s = diff_stats_of(&value, 1);

	assert_true(s.mean == 5 && s.sd == 0);
}

TEST(equal_runs_have_exactly_no_deviation)
{
	const double value[] = { 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1 };
	struct diff_stats s = diff_stats_of(value, NR(value));

	assert_true(s.mean == 0.1 && s.sd == 0);
}

TEST(large_values_keep_their_small_deviation)
{
	const double value[] = { 1e12 + 4, 1e12 + 7, 1e12 + 13, 1e12 + 16 };
	struct diff_stats s = diff_stats_of(value, NR(value));

	near(s.mean, 1e12 + 10, 1e-3);
	near(s.sd, sqrt(30), 1e-9);
}

TEST(welch_agrees_with_r)
{
	struct diff_stats a = diff_stats_of(sleep1, NR(sleep1));
	struct diff_stats b = diff_stats_of(sleep2, NR(sleep2));

	near(diff_welch_p(&a, &b), 0.07939, 5e-6);
	near(diff_welch_p(&b, &a), 0.07939, 5e-6);
}

/* with one and two degrees of freedom the distribution has a closed form */
TEST(student_agrees_with_closed_forms)
{
	static const double t[] = { 1e-6, 0.1, 0.5, 1, 2, 5, 30, 1000, 1e6 };

	for (size_t i = 0; i < NR(t); i++) {
		near(diff_student_p(t[i], 1), 2 / M_PI * atan(1 / t[i]), 1e-12);
		near(diff_student_p(t[i], 2), 2 / ((t[i] * t[i] + 2) *
					       (1 + t[i] / sqrt(t[i] * t[i] + 2))), 1e-12);
		near(diff_student_p(-t[i], 2), diff_student_p(t[i], 2), 0);
	}
}

/* the two-sided 5 %, 1 % and 0.1 % points of any table of t */
TEST(student_agrees_with_tables)
{
	near(diff_student_p(12.706, 1), 0.05, 1e-5);
	near(diff_student_p(2.228, 10), 0.05, 1e-4);
	near(diff_student_p(3.169, 10), 0.01, 1e-4);
	near(diff_student_p(4.587, 10), 0.001, 1e-5);
	near(diff_student_p(2.086, 20), 0.05, 1e-4);
	near(diff_student_p(1.980, 120), 0.05, 1e-4);
	/* many degrees of freedom: the normal distribution */
	near(diff_student_p(1.959964, 1e7), erfc(1.959964 / sqrt(2)), 1e-7);
}

TEST(student_has_its_limits)
{
	assert_true(diff_student_p(0, 5) == 1);
	assert_true(diff_student_p(INFINITY, 5) == 0);
	assert_true(diff_student_p(1e8, 30) >= 0 && diff_student_p(1e8, 30) < 1e-100);
}

TEST(a_single_run_is_no_sample)
{
	struct diff_stats a = diff_stats_of(sleep1, 1), b = diff_stats_of(sleep2, NR(sleep2));

	assert_true(isnan(diff_welch_p(&a, &b)));
	assert_true(isnan(diff_welch_p(&b, &a)));
}

TEST(without_deviation_means_are_equal_or_not)
{
	const struct diff_stats a = { 3, 7, 0 }, b = { 3, 8, 0 };

	assert_true(diff_welch_p(&a, &a) == 1);
	assert_true(diff_welch_p(&a, &b) == 0);
}

TEST(one_side_without_deviation_still_compares)
{
	const struct diff_stats a = { 4, 10, 0 }, b = { 4, 12, 2 };

	/* t = 2, df = 3: 0.1393 in any table */
	near(diff_welch_p(&a, &b), 0.139326, 1e-5);
}

static json_t *json(const char *text)
{
	json_t *value = json_loads(text, 0, NULL);

	assert_non_null(value);
	return value;
}

static void fill(struct diff_column *c, const char *text)
{
	json_t *policy = json(text);

	assert_int_equal(diff_column_add_report(c, "file", policy), 0);
	json_decref(policy);
}

static double value(const struct diff_column *c, const char *name, size_t run)
{
	const struct diff_values *m = diff_column_find(c, name);

	assert_non_null(m);
	assert_true(run < m->n);
	return m->value[run];
}

TEST(numbers_are_named_by_their_place)
{
	struct diff_column c = { 0 };

	fill(&c, "{ \"policy\": \"mine,x=1\", \"counters\": { \"pswpin\": 3 },"
	     " \"thp\": { \"success_rate\": 0.5 }, \"timeline\": [ { \"t_ns\": 1 } ],"
	     " \"policy_counters\": { \"mine\": { \"kicks\": 4 } },"
	     " \"mine\": { \"depth\": { \"now\": 5 } },"
	     " \"extfrag\": { \"by_type\": [ { \"alloc_type\": \"movable\", \"steal\": 1 } ] },"
	     " \"memory\": { \"free_lists\": { \"movable\": [ 6, 7 ] },"
	     "   \"zones\": [ { \"name\": \"DMA\", \"free_pages\": 8 } ] } }");
	assert_int_equal(diff_column_derive(&c), 0);
	assert_true(value(&c, "pswpin", 0) == 3);
	assert_true(value(&c, "policy.mine.kicks", 0) == 4);
	assert_true(value(&c, "policy.mine.depth.now", 0) == 5);
	assert_true(value(&c, "memory.free_lists.movable.order1", 0) == 7);
	assert_true(value(&c, "memory.zones.DMA.free_pages", 0) == 8);
	assert_int_equal(c.nr, 6);
	diff_column_release(&c);
}

TEST(sums_and_rates_are_of_each_run)
{
	struct diff_column c = { 0 };

	fill(&c, "{ \"counters\": { \"compact_success\": 1, \"compact_fail\": 3,"
	     " \"compact_free_scanned\": 100, \"compact_daemon_free_scanned\": 40 } }");
	fill(&c, "{ \"counters\": { \"compact_success\": 1, \"compact_fail\": 1,"
	     " \"compact_free_scanned\": 50, \"compact_daemon_free_scanned\": 50 } }");
	assert_int_equal(diff_column_derive(&c), 0);
	assert_true(value(&c, "compact_success_rate", 0) == 25);
	assert_true(value(&c, "compact_success_rate", 1) == 50);
	assert_true(value(&c, "compact_direct_free_scanned", 0) == 60);
	assert_true(value(&c, "compact_direct_free_scanned", 1) == 0);
	assert_null(diff_column_find(&c, "pgscan"));
	diff_column_release(&c);
}

TEST(a_run_without_attempts_has_no_rate)
{
	struct diff_column c = { 0 };

	fill(&c, "{ \"counters\": { \"compact_success\": 0, \"compact_fail\": 0 } }");
	fill(&c, "{ \"counters\": { \"compact_success\": 1, \"compact_fail\": 0 } }");
	assert_int_equal(diff_column_derive(&c), 0);
	assert_int_equal(diff_column_find(&c, "compact_success_rate")->n, 1);
	assert_true(value(&c, "compact_success_rate", 0) == 100);
	diff_column_release(&c);
}

TEST(what_a_report_of_a_side_lacks_the_side_lacks)
{
	struct diff_column c = { 0 };

	fill(&c, "{ \"counters\": { \"pswpin\": 1, \"pswpout\": 2 } }");
	fill(&c, "{ \"counters\": { \"pswpout\": 3 } }");
	assert_int_equal(diff_column_derive(&c), 0);
	assert_null(diff_column_find(&c, "pswpin"));
	assert_int_equal(diff_column_find(&c, "pswpout")->n, 2);
	diff_column_release(&c);
}

TEST(every_seed_of_a_spread_is_a_run)
{
	struct diff_column c = { 0 };

	fill(&c, "{ \"counters\": { \"pswpin\": 1 }, \"spread\": { \"runs\": 3,"
	     " \"samples\": { \"pswpin\": [ 1, 5, 6 ] } } }");
	assert_int_equal(c.runs, 3);
	assert_int_equal(diff_column_derive(&c), 0);
	near(diff_stats_of(diff_column_find(&c, "pswpin")->value, 3).mean, 4, 1e-15);
	diff_column_release(&c);
}

static enum diff_verdict verdict_of(const char *metric, const char *limit, const char *floor,
				    double base, double new, double p, size_t runs, bool builtin)
{
	struct diff_row row = { .base = { .has = true, .stats = { runs, base, 0 } } };
	struct diff_cell cell = { .has = true, .stats = { runs, new, 0 }, .p = p };
	struct diff_criterion c;
	char err[ERR_LEN];

	assert_int_equal(diff_criterion_parse(&c, metric, limit, floor, err, sizeof(err)), 0);
	c.builtin = builtin;
	row.metric = metric_find(metric);
	cell.percent = diff_percent(base, new);
	return diff_criterion_judge(&c, &row, &cell, 0.05);
}

/* of single runs without a p, else of enough runs */
static enum diff_verdict verdict(const char *metric, const char *limit, const char *floor,
				 double base, double new, double p)
{
	return verdict_of(metric, limit, floor, base, new, p, isnan(p) ? 1 : DIFF_RUNS_ENOUGH,
			  false);
}

TEST(a_limit_watches_the_way_that_is_worse)
{
	assert_int_equal(verdict("pgscan", "5%", NULL, 10000, 10600, NAN), DIFF_REGRESSION);
	assert_int_equal(verdict("pgscan", "5%", NULL, 10000, 9000, NAN), DIFF_PASS);
	assert_int_equal(verdict("thp_fault_alloc", "5%", NULL, 1000, 900, NAN),
			 DIFF_REGRESSION);
	assert_int_equal(verdict("thp_fault_alloc", "5%", NULL, 1000, 1100, NAN), DIFF_PASS);
	/* where no way is worse, both are watched */
	assert_int_equal(verdict("pgfree", "5%", NULL, 10000, 10600, NAN), DIFF_REGRESSION);
	assert_int_equal(verdict("pgfree", "5%", NULL, 10000, 9000, NAN), DIFF_REGRESSION);
}

TEST(a_limit_may_be_reached)
{
	assert_int_equal(verdict("pgscan", "5%", NULL, 10000, 10500, NAN), DIFF_PASS);
	assert_int_equal(verdict("pgscan", "500", NULL, 10000, 10500, NAN), DIFF_PASS);
	assert_int_equal(verdict("pgscan", "499", NULL, 10000, 10500, NAN), DIFF_REGRESSION);
	assert_int_equal(verdict("pgscan", "0", NULL, 10000, 10001, NAN), DIFF_REGRESSION);
}

TEST(the_floor_is_the_least_change_that_counts)
{
	assert_int_equal(verdict("compact_fail", "5%", NULL, 0, 3, NAN), DIFF_BELOW_FLOOR);
	assert_int_equal(verdict("compact_fail", "5%", NULL, 0, 10, NAN), DIFF_REGRESSION);
	assert_int_equal(verdict("compact_fail", "5%", "floor=0", 0, 3, NAN), DIFF_REGRESSION);
	assert_int_equal(verdict("compact_fail", "5%", "floor=50", 0, 49, NAN),
			 DIFF_BELOW_FLOOR);
	/* pages come in clusters of 32 */
	assert_int_equal(verdict("pgscan_direct", "5%", NULL, 0, 319, NAN), DIFF_BELOW_FLOOR);
	assert_int_equal(verdict("pgscan_direct", "5%", NULL, 0, 320, NAN), DIFF_REGRESSION);
	assert_int_equal(verdict("compact_fail", "2", NULL, 0, 3, NAN), DIFF_REGRESSION);
}

TEST(chance_is_no_regression)
{
	assert_int_equal(verdict("pgscan", "5%", NULL, 10000, 20000, 0.3), DIFF_NOISE);
	assert_int_equal(verdict("pgscan", "5%", NULL, 10000, 20000, 0.05), DIFF_NOISE);
	assert_int_equal(verdict("pgscan", "5%", NULL, 10000, 20000, 0.049), DIFF_REGRESSION);
	assert_int_equal(verdict("pgscan", "5%", NULL, 10000, 10100, 0.001), DIFF_PASS);
}

TEST(over_few_runs_it_is_undecided_and_never_a_pass)
{
	assert_int_equal(verdict_of("pgscan", "5%", NULL, 10000, 20000, 0.3, 7, false),
			 DIFF_UNDECIDED);
	assert_int_equal(verdict_of("pgscan", "5%", NULL, 10000, 20000, 0.3, 8, false), DIFF_NOISE);
	assert_int_equal(verdict_of("pgscan", "5%", NULL, 10000, 20000, 0.04, 2, false),
			 DIFF_REGRESSION);
	assert_int_equal(verdict_of("pgscan", "5%", NULL, 10000, 10400, 0.3, 2, false), DIFF_PASS);
}

TEST(single_runs_fail_a_limit_that_nobody_chose_when_they_double)
{
	assert_int_equal(verdict_of("pgscan", "5%", NULL, 10000, 19999, NAN, 1, true),
			 DIFF_UNDECIDED);
	assert_int_equal(verdict_of("pgscan", "5%", NULL, 10000, 20000, NAN, 1, true),
			 DIFF_REGRESSION);
	assert_int_equal(verdict_of("thp_fault_alloc", "5%", NULL, 10000, 5001, NAN, 1, true),
			 DIFF_UNDECIDED);
	assert_int_equal(verdict_of("thp_fault_alloc", "5%", NULL, 10000, 5000, NAN, 1, true),
			 DIFF_REGRESSION);
	assert_int_equal(verdict_of("pgscan", "5%", NULL, 10000, 19999, NAN, 1, false),
			 DIFF_REGRESSION);
}

TEST(what_lacks_the_metric_of_a_built_in_criterion_is_not_judged)
{
	struct diff_row row = { .metric = metric_find("pgscan") };
	struct diff_cell cell = { .has = true, .stats = { 1, 5, 0 }, .p = NAN };
	struct diff_criterion c = { .up = true, .builtin = true };

	assert_int_equal(diff_criterion_judge(&c, &row, &cell, 0.05), DIFF_NONE);
}

TEST(the_built_in_criteria_are_those_of_the_example)
{
	struct diff_criteria own = { 0 }, example = { 0 };

	assert_int_equal(diff_criteria_builtin(&own), 0);
	assert_int_equal(diff_criteria_read(&example, "scripts/ci/criteria.example"), 0);
	assert_int_equal(own.nr, example.nr);
	assert_true(own.nr > 5);
	assert_float_equal(own.alpha, example.alpha, 0);
	for (size_t i = 0; i < own.nr; i++) {
		assert_string_equal(own.entry[i].metric, example.entry[i].metric);
		assert_string_equal(own.entry[i].text, example.entry[i].text);
		assert_true(own.entry[i].builtin && !example.entry[i].builtin);
	}
	diff_criteria_release(&own);
	diff_criteria_release(&example);
}

TEST(the_outcome_is_what_outweighs_all_else)
{
	struct diff d = { .undecided = 1 };

	assert_int_equal(diff_outcome(&d), DIFF_ALL_UNDECIDED);
	d.regressions = 1;
	assert_int_equal(diff_outcome(&d), DIFF_ALL_REGRESSION);
	d.missing = 1;
	assert_int_equal(diff_outcome(&d), DIFF_ALL_MISSING);
}

TEST(a_missing_side_is_never_a_pass)
{
	struct diff_row row = { .metric = metric_find("pgscan") };
	struct diff_cell cell = { .has = true, .stats = { 1, 5, 0 }, .p = NAN };
	struct diff_criterion c;
	char err[ERR_LEN];

	assert_int_equal(diff_criterion_parse(&c, "pgscan", "5%", NULL, err, sizeof(err)), 0);
	assert_int_equal(diff_criterion_judge(&c, &row, &cell, 0.05), DIFF_MISSING);
	row.base = cell;
	cell.has = false;
	assert_int_equal(diff_criterion_judge(&c, &row, &cell, 0.05), DIFF_MISSING);
	assert_int_equal(diff_criterion_judge(NULL, &row, &cell, 0.05), DIFF_NONE);
}

TEST(limits_that_are_none_are_refused)
{
	static const char *const bad[] = {
		"", "%", "x", "1x", "--2%", "1e999", "nan", "inf%", "5%%", "5 %",
	};
	struct diff_criterion c;
	char err[ERR_LEN];

	for (size_t i = 0; i < NR(bad); i++) {
		*err = '\0';
		assert_int_equal(diff_criterion_parse(&c, "pgscan", bad[i], NULL, err,
						      sizeof(err)), -1);
		assert_non_null(strstr(err, "limit"));
	}
	assert_int_equal(diff_criterion_parse(&c, "", "5%", NULL, err, sizeof(err)), -1);
	assert_int_equal(diff_criterion_parse(&c, "pgscan", "5%", "floor=-1", err, sizeof(err)),
			 -1);
}

TEST(a_change_from_zero_is_infinite)
{
	assert_true(diff_percent(0, 0) == 0);
	assert_true(isinf(diff_percent(0, 3)) && diff_percent(0, 3) > 0);
	assert_true(diff_percent(200, 100) == -50);
	/* an index may be negative: up is up */
	assert_true(diff_percent(-1, -0.5) == 50);
}

TEST(a_change_is_eleven_characters)
{
	static const double percent[] = {
		0, 35.3, -5, 999.99, 12345.678, 99998.9, 123456, -999998, 1e7, -1e12, 1e300,
		INFINITY, -INFINITY, NAN,
	};
	char buf[64];

	for (size_t i = 0; i < NR(percent); i++) {
		diff_change(buf, sizeof(buf), percent[i]);
		if (strlen(buf) > 12 || (fabs(percent[i]) < 1e4 && strlen(buf) != 11))
			fail_msg("%s", buf);
	}
}
