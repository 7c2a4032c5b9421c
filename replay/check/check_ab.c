// SPDX-License-Identifier: GPL-2.0-only
/* The change that a policy made to the real kernel against the change that it makes in replay. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define MEMORY_PERCENT	2.0

/**
 * ab_init - a table of all metrics of check --against without values
 * @x: filled in
 */
void ab_init(struct ab *x)
{
	memset(x, 0, sizeof(*x));
	for (unsigned int i = 0; i < nr_metrics && x->nr < MAX_AB_METRICS; i++) {
		struct ab_row *row = &x->row[x->nr];

		if (!(metrics[i].use & METRIC_AGAINST))
			continue;
		row->metric = &metrics[i];
		if (metrics[i].spread)
			row->spread = *metrics[i].spread;
		x->nr++;
	}
}

static double value_of(const struct metric *m, const struct check_counts *c)
{
	return metric_value(m, check_counts_read, c);
}

/* A metric that has a rest is judged by its share of both, in percent. */
static double level_of(const struct metric *m, const struct check_counts *c)
{
	if (!m->rest)
		return value_of(m, c);
	return metric_share(value_of(m, c), value_of(metric_find(m->rest), c), 100);
}

static void range_add(struct ab_range *r, double value)
{
	double from_old_mean;

	if (isnan(value))
		return;
	if (!r->n || value < r->min)
		r->min = value;
	if (!r->n || value > r->max)
		r->max = value;
	from_old_mean = r->n ? value - ab_mean(r) : 0;
	r->sum += value;
	r->n++;
	r->squares += from_old_mean * (value - ab_mean(r));
}

/**
 * ab_add_replay - one more seed
 * @x: table
 * @policy: 0 vanilla, 1 the other
 * @c: what the replay did
 */
void ab_add_replay(struct ab *x, unsigned int policy, const struct check_counts *c)
{
	for (unsigned int i = 0; i < x->nr; i++) {
		struct ab_row *r = &x->row[i];

		range_add(&r->value[policy], value_of(r->metric, c));
		range_add(&r->level[policy], level_of(r->metric, c));
	}
}

/**
 * ab_set_real - what the two recordings show
 * @x: table
 * @a: of the recording with defrag_mode=0
 * @b: of the one with defrag_mode=1
 */
void ab_set_real(struct ab *x, const struct check_counts *a, const struct check_counts *b)
{
	for (unsigned int i = 0; i < x->nr; i++) {
		struct ab_row *r = &x->row[i];

		r->real[0] = value_of(r->metric, a);
		r->real[1] = value_of(r->metric, b);
		r->real_level[0] = level_of(r->metric, a);
		r->real_level[1] = level_of(r->metric, b);
	}
}

/**
 * ab_add_repeat - one more real run, equal to one of the two
 * @x: table
 * @mode: its vm.defrag_mode
 * @c: what it did
 */
void ab_add_repeat(struct ab *x, unsigned int mode, const struct check_counts *c)
{
	for (unsigned int i = 0; i < x->nr; i++)
		range_add(&x->row[i].repeat[mode], level_of(x->row[i].metric, c));
	x->repeats++;
}

/* The spread is the largest difference within either mode. */
static void measure_spread(struct ab_row *r)
{
	struct metric_spread *s = &r->spread;
	double limit = s->points ? 0 : 1;
	bool any = false;

	for (int mode = 0; mode < 2; mode++) {
		struct ab_range range = r->repeat[mode];

		if (!range.n)
			continue;
		any = true;
		range_add(&range, r->real_level[mode]);
		limit = fmax(limit, s->points ? range.max - range.min :
			     range.max / fmax(range.min, s->few));
	}
	if (any)
		s->limit = limit;
}

/**
 * ab_beyond - does a real change exceed what a mere repetition shows?
 * @s: spread of repeated runs
 * @a: before
 * @b: after
 *
 * Fewer than @s->few count as that many: from 0 the change must exceed the limit times few.
 *
 * Return: true when it does.
 */
bool ab_beyond(const struct metric_spread *s, double a, double b)
{
	double low = fmin(a, b), high = fmax(a, b);

	if (s->points)
		return high - low > s->limit;
	return high > fmax(low, s->few) * s->limit;
}

/**
 * ab_direction - which way a replay moves
 * @s: spread; fewer than @s->few on both sides do not move
 * @a: before, mean over seeds
 * @b: after
 *
 * Return: -1 down, 0 still, 1 up.
 */
int ab_direction(const struct metric_spread *s, double a, double b)
{
	if (fmax(a, b) < s->few)
		return 0;
	return (b > a) - (b < a);
}

static double error_squared(const struct ab_range *r)
{
	return r->squares / (r->n - 1) / r->n;
}

/* Ranges would not do: they grow with the number of seeds, while the means become surer. */
static bool may_be_chance(const struct ab_range *a, const struct ab_range *b)
{
	if (a->n < 2 || b->n < 2)
		return false;
	return fabs(ab_mean(a) - ab_mean(b)) <= 2 * sqrt(error_squared(a) + error_squared(b));
}

static enum ab_verdict judge_row(const struct ab_row *r)
{
	const struct metric_spread *s = &r->spread;
	const double *real = r->real_level;
	const struct ab_range *level = r->level;
	int way;

	if (!r->metric->spread || isnan(real[0]) || isnan(real[1]) || !level[0].n || !level[1].n)
		return AB_NONE;
	if (!ab_beyond(s, real[0], real[1]))
		return AB_WITHIN;
	way = ab_direction(s, ab_mean(&level[0]), ab_mean(&level[1]));
	if (!way)
		return AB_STILL;
	if (way != (real[1] > real[0] ? 1 : -1))
		return AB_AGAINST;
	return may_be_chance(&level[0], &level[1]) ? AB_WEAK : AB_SAME;
}

static void judge_thp(struct ab *x)
{
	const struct metric *rate = metric_find("thp_success_rate");
	const struct ab_row *r = x->row;

	while (r->metric != rate)
		r++;
	x->thp_real = r->real_level[1];
	x->thp_low = r->level[1].n ? r->level[1].min : NAN;
	x->thp_high = r->level[1].n ? r->level[1].max : NAN;
	x->thp_ok = isnan(x->thp_real) || (x->thp_real >= x->thp_low - AB_THP_WIDEN &&
					   x->thp_real <= x->thp_high + AB_THP_WIDEN);
}

/**
 * ab_judge - verdict of every row, and the sums
 * @x: table with the real values and at least one replay under each policy
 *
 * Where the recordings have no THP fault, or no metric moved, there is nothing to fail.
 */
void ab_judge(struct ab *x)
{
	x->judged = x->moved = x->same = x->weak = 0;
	for (unsigned int i = 0; i < x->nr; i++) {
		enum ab_verdict v;

		measure_spread(&x->row[i]);
		v = judge_row(&x->row[i]);
		x->row[i].verdict = v;
		x->judged += v != AB_NONE;
		x->moved += v > AB_WITHIN;
		x->same += v == AB_SAME || v == AB_WEAK;
		x->weak += v == AB_WEAK;
	}
	x->share = x->moved ? 100.0 * x->same / x->moved : NAN;
	x->share_ok = !x->moved || x->share >= AB_MARK;
	judge_thp(x);
}

static double managed_mib(const struct recording *m)
{
	double pages = 0;

	for (int i = 0; i < MAX_NR_ZONES; i++)
		pages += m->before.zone[i].populated ? m->before.zone[i].managed : 0;
	return pages / 256;
}

/**
 * ab_unlike - why two recordings cannot be compared
 * @a: the one with defrag_mode=0
 * @b: the one with defrag_mode=1
 * @why: the reasons, separated by "; "
 * @len: its size
 *
 * Return: number of reasons; 0: they can be.
 */
unsigned int ab_unlike(const struct recording *a, const struct recording *b, char *why, size_t len)
{
	double mib[2] = { managed_mib(a), managed_mib(b) };
	unsigned int n = 0;
	size_t at = 0;

#define BECAUSE(...) do {								\
	at += (size_t)snprintf(why + at, len - at, "%s", n++ ? "; " : "");		\
	at = at < len ? at : len - 1;							\
	at += (size_t)snprintf(why + at, len - at, __VA_ARGS__);			\
	at = at < len ? at : len - 1;							\
} while (0)
	why[0] = '\0';
	if (strcmp(a->kernel, b->kernel))
		BECAUSE("kernel %.60s against %.60s", a->kernel, b->kernel);
	if (a->nr_cpus != b->nr_cpus)
		BECAUSE("%u CPUs against %u", a->nr_cpus, b->nr_cpus);
	if (fabs(mib[0] - mib[1]) * 100 > MEMORY_PERCENT * fmax(mib[0], mib[1]))
		BECAUSE("%.0f MiB of memory against %.0f", mib[0], mib[1]);
	if (a->thp_defrag != b->thp_defrag || a->thp_enabled != b->thp_enabled)
		BECAUSE("other settings of transparent huge pages");
	if (a->sysctl.defrag_mode)
		BECAUSE("the first was recorded with vm.defrag_mode=%u, not 0",
			a->sysctl.defrag_mode);
	if (b->sysctl.defrag_mode != 1)
		BECAUSE("the second was recorded with vm.defrag_mode=%u, not 1",
			b->sysctl.defrag_mode);
#undef BECAUSE
	return n;
}
