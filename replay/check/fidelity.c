// SPDX-License-Identifier: GPL-2.0-only
/* Rows of recorded against replayed, and whether each stays within its limit. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

/* The rows above those of the counters, in their order. */
static const char *const sum_rows[] = {
	"pgalloc", "pgsteal", "pgscan", "allocstall", "thp_success_rate",
	"extfrag_events", "extfrag_steal", "extfrag_claim_part", "extfrag_claim_block",
};

/**
 * fidelity_ratio - replayed over recorded
 * @row: the row
 *
 * Return: the ratio; 1 when both are 0, infinity when only the recording's is.
 */
double fidelity_ratio(const struct fidelity_row *row)
{
	if (row->recorded == 0)
		return row->replayed == 0 ? 1 : INFINITY;
	return row->replayed / row->recorded;
}

/*
 * One load is replayed here, not recorded twice: a few are METRIC_FEW of whatever is counted, pages
 * included, which is stricter than between real runs.
 */
static enum fidelity_verdict judge_row(const struct fidelity_row *row)
{
	double ratio = fidelity_ratio(row), limit = row->metric->limit;

	if (limit == 0)
		return FIDELITY_NONE;
	if (row->metric->kind == METRIC_RATE)
		return fabs(row->replayed - row->recorded) <= limit ? FIDELITY_OK : FIDELITY_MISS;
	if (ratio <= limit && ratio >= 1 / limit)
		return FIDELITY_OK;
	if (row->recorded < METRIC_FEW && row->replayed < METRIC_FEW)
		return FIDELITY_FEW;
	return FIDELITY_MISS;
}

static void add_row(struct fidelity *f, const char *name, const struct check_counts *recorded,
		    const struct check_counts *replayed)
{
	struct fidelity_row *row = &f->row[f->nr];

	row->name = name;
	row->metric = metric_find(name);
	if (metric_is_pattern(row->metric)) {
		if (!check_counts_read(recorded, name, &row->recorded) ||
		    !check_counts_read(replayed, name, &row->replayed))
			return;
	} else {
		row->recorded = metric_value(row->metric, check_counts_read, recorded);
		row->replayed = metric_value(row->metric, check_counts_read, replayed);
	}
	if (isnan(row->recorded) || isnan(row->replayed))
		return;
	row->verdict = judge_row(row);
	f->missed += row->verdict == FIDELITY_MISS;
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
 * check_recorded_policy - the policy that a recording was made under
 * @m: the recording
 *
 * Return: what -p would be given for it.
 */
const char *check_recorded_policy(const struct recording *m)
{
	return m->sysctl.defrag_mode ? "defrag_mode,step=auto" : "vanilla";
}

/**
 * fidelity_compute - hold a replay against the recording it came from
 * @f: filled in
 * @m: recording with both snapshots
 * @self: the replay
 * @observed: the trace's own history, for the THP outcomes
 *
 * Limits are those of the table of metrics. A row needs its number on both sides.
 */
void fidelity_compute(struct fidelity *f, const struct recording *m,
		      const struct policy_result *self, const struct policy_result *observed)
{
	struct check_counts recorded, replayed;

	memset(f, 0, sizeof(*f));
	f->policy = self->policy;
	f->recorded_policy = check_recorded_policy(m);
	compare_thp(f, m, observed);
	check_counts_recorded(&recorded, m, observed);
	check_counts_replayed(&replayed, self);
	for (size_t i = 0; i < sizeof(sum_rows) / sizeof(sum_rows[0]); i++)
		add_row(f, sum_rows[i], &recorded, &replayed);
	for (int i = 0; i < NR_VM_EVENT_ITEMS; i++)
		add_row(f, vm_event_name[i], &recorded, &replayed);
}

/**
 * fidelity_verdict_name - one word for the table and the JSON
 * @v: verdict
 *
 * Return: a constant; "" for a figure without a limit.
 */
const char *fidelity_verdict_name(enum fidelity_verdict v)
{
	static const char *const name[] = { "", "ok", "few", "miss" };

	return name[v];
}
