// SPDX-License-Identifier: GPL-2.0-only
/* Is a replay where one more real run would be expected? */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

/* The rows above those of the counters, in their order. */
static const char *const sum_rows[] = {
	"pgalloc",
	"pgsteal",
	"pgscan",
	"allocstall",
	"thp_success_rate",
	"compact_direct_migrate_scanned",
	"compact_direct_free_scanned",
	"extfrag_events",
	"extfrag_steal",
	"extfrag_claim_part",
	"extfrag_claim_block",
};

static double value_of(const struct fidelity_row *row, const struct check_counts *c)
{
	double value;

	if (!metric_is_pattern(row->metric))
		return metric_value(row->metric, check_counts_read, c);
	return check_counts_read(c, row->name, &value) ? value : NAN;
}

static void add_real(struct fidelity_row *row, double value)
{
	sample_add(&row->real, value);
	if (row->metric->spread && !isnan(value))
		sample_add(&row->level, spread_level(row->metric->spread, value));
}

static void add_row(struct fidelity *f, const char *name, const struct check_counts *recorded)
{
	struct fidelity_row *row = &f->row[f->nr];

	*row = (struct fidelity_row){ .name = name, .metric = metric_find(name) };
	row->recorded = value_of(row, recorded);
	if (isnan(row->recorded))
		return;
	add_real(row, row->recorded);
	f->nr++;
}

static void compare_thp(struct fidelity *f, const struct recording *m,
			const struct policy_result *observed)
{
	u64 *real = f->thp_counters;

	f->have_thp = recording_delta(m, "thp_fault_alloc", &real[0]) &&
		      recording_delta(m, "thp_fault_fallback", &real[1]);
	f->thp_trace[0] = observed->counters[VM_thp_fault_alloc];
	f->thp_trace[1] = observed->counters[VM_thp_fault_fallback];
}

/**
 * check_recorded_policy - get the policy that a recording was made under
 * @m: the recording
 *
 * Return: what -p would be given for it.
 */
const char *check_recorded_policy(const struct recording *m)
{
	return m->sysctl.defrag_mode ? "defrag_mode,step=auto" : "vanilla";
}

/**
 * fidelity_init - begin the rows of a recording
 * @f: filled in; fidelity_add_replay() and fidelity_judge() are to follow
 * @m: recording with both snapshots
 * @observed: the trace's own history, for extfrag events and THP outcomes
 */
void fidelity_init(struct fidelity *f, const struct recording *m,
		   const struct policy_result *observed)
{
	struct check_counts recorded;

	memset(f, 0, sizeof(*f));
	f->recorded_policy = check_recorded_policy(m);
	f->runs = 1;
	compare_thp(f, m, observed);
	check_counts_recorded(&recorded, m, observed);
	for (size_t i = 0; i < sizeof(sum_rows) / sizeof(sum_rows[0]); i++)
		add_row(f, sum_rows[i], &recorded);
	for (int i = 0; i < NR_VM_EVENT_ITEMS; i++)
		add_row(f, vm_event_name[i], &recorded);
}

/**
 * fidelity_add_repeat - add one more real run of the recorded load
 * @f: after fidelity_init()
 * @c: what it did
 */
void fidelity_add_repeat(struct fidelity *f, const struct check_counts *c)
{
	for (unsigned int i = 0; i < f->nr; i++)
		add_real(&f->row[i], value_of(&f->row[i], c));
	f->runs++;
}

/**
 * fidelity_add_replay - add one more seed
 * @f: after fidelity_init()
 * @c: what the replay did
 */
void fidelity_add_replay(struct fidelity *f, const struct check_counts *c)
{
	for (unsigned int i = 0; i < f->nr; i++)
		sample_add(&f->row[i].replayed, value_of(&f->row[i], c));
	f->seeds++;
}

static enum fidelity_verdict judge_row(struct fidelity_row *row)
{
	const struct metric_spread *s = row->metric->spread;
	double real = sample_mean(&row->real), replayed = sample_mean(&row->replayed);
	double floor = metric_floor(row->metric), middle, half;

	row->z = row->low = row->high = NAN;
	if (!s)
		return FIDELITY_NONE;
	middle = sample_mean(&row->level);
	half = spread_half_width(s, &row->level);
	row->low = spread_value(s, middle - half);
	row->high = spread_value(s, middle + half);
	if (!s->points && real == 0 && replayed == 0)
		return FIDELITY_ZERO;
	if (!s->points && real < floor && replayed < floor)
		return FIDELITY_FEW;
	row->z = (spread_level(s, replayed) - middle) / half;
	return fabs(row->z) <= 1 ? FIDELITY_OK : FIDELITY_MISS;
}

/**
 * fidelity_judge - give every row a verdict, and sum them up
 * @f: with at least one replay
 *
 * A row that the replay does not know, as "observed" knows few, is dropped.
 */
void fidelity_judge(struct fidelity *f)
{
	unsigned int kept = 0;

	memset(f->verdicts, 0, sizeof(f->verdicts));
	for (unsigned int i = 0; i < f->nr; i++) {
		struct fidelity_row *row = &f->row[kept];

		if (!f->row[i].replayed.n)
			continue;
		*row = f->row[i];
		row->verdict = judge_row(row);
		f->verdicts[row->verdict]++;
		kept++;
	}
	f->nr = kept;
}

/**
 * fidelity_difference - compute how far the replay is from the real runs
 * @row: a judged row
 *
 * Return: points of a rate; else the logarithm of a ratio, in which few say little.
 */
double fidelity_difference(const struct fidelity_row *row)
{
	return spread_level(row->metric->spread, sample_mean(&row->replayed)) -
	       sample_mean(&row->level);
}
