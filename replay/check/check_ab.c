// SPDX-License-Identifier: GPL-2.0-only
/* The change that a policy made to the real kernel against the change that it makes in replay. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/**
 * ab_init - begin a table of all metrics of check --against without values
 * @x: filled in
 */
void ab_init(struct ab *x)
{
	memset(x, 0, sizeof(*x));
	for (unsigned int i = 0; i < nr_metrics && x->nr < MAX_AB_METRICS; i++)
		if (metrics[i].use & METRIC_AGAINST)
			x->row[x->nr++].metric = &metrics[i];
}

static double value_of(const struct ab_row *r, const struct check_counts *c)
{
	return metric_value(r->metric, check_counts_read, c);
}

static void add_level(struct check_sample *s, const struct ab_row *r, double value)
{
	if (r->metric->spread && !isnan(value))
		sample_add(s, spread_level(r->metric->spread, value));
}

/**
 * ab_add_replay - add one more seed
 * @x: table
 * @policy: 0 vanilla, 1 the other
 * @c: what the replay did
 */
void ab_add_replay(struct ab *x, unsigned int policy, const struct check_counts *c)
{
	for (unsigned int i = 0; i < x->nr; i++) {
		struct ab_row *r = &x->row[i];
		double value = value_of(r, c);

		sample_add(&r->value[policy], value);
		add_level(&r->level[policy], r, value);
	}
}

/**
 * ab_set_real - set what the two recordings show
 * @x: table
 * @a: of the recording with defrag_mode=0
 * @b: of the one with defrag_mode=1
 */
void ab_set_real(struct ab *x, const struct check_counts *a, const struct check_counts *b)
{
	const struct check_counts *const counts[2] = { a, b };

	for (unsigned int i = 0; i < x->nr; i++) {
		struct ab_row *r = &x->row[i];

		for (int mode = 0; mode < 2; mode++) {
			r->real[mode] = value_of(r, counts[mode]);
			add_level(&r->real_level[mode], r, r->real[mode]);
		}
	}
}

/**
 * ab_add_repeat - add one more real run, equal to one of the two
 * @x: table
 * @mode: its vm.defrag_mode
 * @c: what it did
 */
void ab_add_repeat(struct ab *x, unsigned int mode, const struct check_counts *c)
{
	for (unsigned int i = 0; i < x->nr; i++)
		add_level(&x->row[i].real_level[mode], &x->row[i], value_of(&x->row[i], c));
	x->repeats++;
}

static bool is_known(const struct ab_row *r)
{
	return r->metric->spread && r->real_level[0].n && r->real_level[1].n && r->level[0].n &&
	       r->level[1].n;
}

/* does the real change exceed what the means of so many equal runs may differ by? */
static bool is_finding(const struct ab_row *r)
{
	const struct metric_spread *s = r->metric->spread;
	double variance = 0;

	for (int mode = 0; mode < 2; mode++)
		variance += spread_variance(s, &r->real_level[mode]) / r->real_level[mode].n;
	return fabs(r->real_change) > fmax(2 * sqrt(variance), spread_floor(s));
}

/* Ranges would not do: they grow with the number of seeds, while the means become surer. */
static bool may_be_chance(const struct check_sample *a, const struct check_sample *b)
{
	if (a->n < 2 || b->n < 2)
		return false;
	return fabs(sample_mean(a) - sample_mean(b)) <=
	       2 * sqrt(sample_error_squared(a) + sample_error_squared(b));
}

static enum ab_verdict judge_row(const struct ab_row *r)
{
	double floor = spread_floor(r->metric->spread), part = r->change / r->real_change;

	if (!is_finding(r))
		return AB_WITHIN;
	if (fabs(r->change - r->real_change) <= floor)
		return AB_SAME;
	if (fabs(r->change) <= floor)
		return AB_STILL;
	if (part < 0)
		return AB_AGAINST;
	if (part < AB_SIZE)
		return AB_LESS;
	return part > 1 / AB_SIZE ? AB_MORE : AB_SAME;
}

static void prepare_row(struct ab_row *r)
{
	r->zero = r->real[0] == 0 && r->real[1] == 0 && r->value[0].max == 0 &&
		  r->value[1].max == 0;
	r->real_change = sample_mean(&r->real_level[1]) - sample_mean(&r->real_level[0]);
	r->change = sample_mean(&r->level[1]) - sample_mean(&r->level[0]);
	r->weak = may_be_chance(&r->level[0], &r->level[1]);
}

static void judge_thp(struct ab *x)
{
	const struct metric *rate = metric_find("thp_success_rate");
	const struct ab_row *r = x->row;

	while (r->metric != rate)
		r++;
	x->thp_real = x->thp_replay = NAN;
	x->thp_ok = true;
	if (!is_known(r))
		return;
	x->thp_real = r->real_change;
	x->thp_replay = r->change;
	x->thp_ok = fabs(r->change - r->real_change) <= AB_THP_POINTS &&
		    (fabs(r->real_change) <= AB_THP_POINTS || r->change * r->real_change > 0);
}

/**
 * ab_judge - give every row a verdict, and sum them up
 * @x: table with the real values and at least one replay under each policy
 *
 * Where the recordings have no THP fault, or no metric moved, there is nothing to fail.
 */
void ab_judge(struct ab *x)
{
	x->judged = x->zero = x->moved = x->same = x->weak = 0;
	for (unsigned int i = 0; i < x->nr; i++) {
		struct ab_row *r = &x->row[i];

		r->verdict = AB_NONE;
		r->zero = r->weak = false;
		r->real_change = r->change = NAN;
		if (!is_known(r))
			continue;
		prepare_row(r);
		x->zero += r->zero;
		if (r->zero)
			continue;
		r->verdict = judge_row(r);
		x->judged++;
		x->moved += r->verdict > AB_WITHIN;
		x->same += r->verdict == AB_SAME;
		x->weak += r->verdict == AB_SAME && r->weak;
	}
	x->share = x->moved ? 100.0 * x->same / x->moved : NAN;
	x->share_ok = !x->moved || x->share >= AB_MARK;
	judge_thp(x);
}
