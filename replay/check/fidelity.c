/* SPDX-License-Identifier: GPL-2.0-only */
/* Rows of recorded against replayed, and whether each stays within its limit. */
#include <math.h>
#include <string.h>

#include "fidelity.h"

/*
 * Below this many on both sides a ratio says nothing: two real runs of one load differ by more
 * (README of the recordings: compact_success 0 and 2, compact_stall 1 and 5).
 */
#define FEW 10

#define RATIO_TOTALS	1.10
#define RATIO_SCAN	1.25
#define RATIO_LOOSE	2.0
#define THP_POINTS	3.0

/* rows that sum counters which the kernel splits by context or zone */
struct total {
	const char *name, *prefix;
	const char *except[4];		/* other splits of the same pages */
	double limit;
};

static const struct total totals[] = {
	{ "pgalloc", "pgalloc_", { NULL }, RATIO_TOTALS },
	{ "pgsteal", "pgsteal_", { "pgsteal_anon", "pgsteal_file" }, RATIO_TOTALS },
	{ "pgscan", "pgscan_", { "pgscan_anon", "pgscan_file" }, RATIO_SCAN },
	{ "allocstall", "allocstall_", { NULL }, RATIO_LOOSE },
};

struct rule {
	const char *prefix;
	double limit;
};

static const struct rule counter_rules[] = {
	{ "pswpout", RATIO_TOTALS },
	{ "allocstall_", RATIO_LOOSE },
	{ "compact_", RATIO_LOOSE },
	{ "pgmigrate_", RATIO_LOOSE },
};

static bool has_prefix(const char *name, const char *prefix)
{
	return !strncmp(name, prefix, strlen(prefix));
}

static bool part_of(const struct total *t, const char *name)
{
	if (!has_prefix(name, t->prefix))
		return false;
	for (int i = 0; t->except[i]; i++)
		if (!strcmp(name, t->except[i]))
			return false;
	return true;
}

static double limit_of(const char *counter)
{
	for (size_t i = 0; i < sizeof(counter_rules) / sizeof(counter_rules[0]); i++)
		if (has_prefix(counter, counter_rules[i].prefix))
			return counter_rules[i].limit;
	return 0;
}

/**
 * fidelity_ratio - replayed over recorded
 * @m: the row
 *
 * Return: the ratio; 1 when both are 0, infinity when only the recording's is.
 */
double fidelity_ratio(const struct fidelity_row *m)
{
	if (m->recorded == 0)
		return m->replayed == 0 ? 1 : INFINITY;
	return m->replayed / m->recorded;
}

static enum fidelity_verdict judge(const struct fidelity_row *m)
{
	double ratio = fidelity_ratio(m);

	if (m->limit == 0)
		return FIDELITY_NONE;
	if (m->is_rate)
		return fabs(m->replayed - m->recorded) <= m->limit ? FIDELITY_OK : FIDELITY_MISS;
	if (ratio <= m->limit && ratio >= 1 / m->limit)
		return FIDELITY_OK;
	return m->recorded < FEW && m->replayed < FEW ? FIDELITY_FEW : FIDELITY_MISS;
}

static void add_row(struct fidelity *f, const char *name, double recorded, double replayed,
		    double limit, bool is_rate)
{
	struct fidelity_row *m;

	if (f->nr == FIDELITY_MAX_ROWS)
		return;
	m = &f->row[f->nr++];
	snprintf(m->name, sizeof(m->name), "%s", name);
	m->recorded = recorded;
	m->replayed = replayed;
	m->limit = limit;
	m->is_rate = is_rate;
	m->verdict = judge(m);
	f->missed += m->verdict == FIDELITY_MISS;
}

/**
 * recorded_delta - what the workload moved a counter by
 * @m: machine with both snapshots
 * @name: as in /proc/vmstat
 * @delta: set on success
 *
 * Return: whether the recorded kernel has this counter.
 */
bool recorded_delta(const struct recording *m, const char *name, u64 *delta)
{
	u64 before, after;

	if (!snapshot_vmstat(&m->before, name, &before) ||
	    !snapshot_vmstat(&m->after, name, &after) || after < before)
		return false;
	*delta = after - before;
	return true;
}

static void add_total(struct fidelity *f, const struct recording *m,
		      const struct policy_result *self, const struct total *t)
{
	u64 recorded = 0, replayed = 0, delta;
	bool any = false;

	for (int i = 0; i < NR_VM_EVENT_ITEMS; i++) {
		if (!part_of(t, vm_event_name[i]))
			continue;
		if (!recorded_delta(m, vm_event_name[i], &delta))
			continue;
		recorded += delta;
		replayed += self->counters[i];
		any = true;
	}
	if (any)
		add_row(f, t->name, (double)recorded, (double)replayed, t->limit, false);
}

static void add_thp(struct fidelity *f, const struct recording *m, const struct policy_result *self,
		    const struct policy_result *observed)
{
	u64 ok = self->counters[VM_thp_fault_alloc];
	u64 failed = self->counters[VM_thp_fault_fallback];
	u64 *real = f->thp_counters;

	f->have_thp = recorded_delta(m, "thp_fault_alloc", &real[0]) &&
		      recorded_delta(m, "thp_fault_fallback", &real[1]);
	f->thp_trace[0] = observed->counters[VM_thp_fault_alloc];
	f->thp_trace[1] = observed->counters[VM_thp_fault_fallback];
	if (f->have_thp && real[0] + real[1] && ok + failed)
		add_row(f, "thp_success_rate",
			100.0 * (double)real[0] / (double)(real[0] + real[1]),
			100.0 * (double)ok / (double)(ok + failed), THP_POINTS, true);
}

/**
 * extfrag_by_class - a model's extfrag events as a trace would show them
 * @mm: the model
 * @sum: filled in, NR_EXTFRAG_CLASS of them
 *
 * A trace cannot tell a capture from a steal: neither changes the block's owner.
 */
void extfrag_by_class(const struct mm *mm, u64 *sum)
{
	memset(sum, 0, NR_EXTFRAG_CLASS * sizeof(*sum));
	for (int mt = 0; mt < MIGRATE_PCPTYPES; mt++)
		for (int fallback = 0; fallback < MIGRATE_PCPTYPES; fallback++)
			for (int c = 0; c < NR_EXTFRAG_CLASS; c++)
				sum[c == EXTFRAG_CAPTURE ? EXTFRAG_STEAL : c] +=
					mm->extfrag[mt][fallback][c];
}

static void add_extfrag(struct fidelity *f, const struct mm *mm, const struct prescan *scan)
{
	u64 replayed[NR_EXTFRAG_CLASS], sum[2] = { 0 };

	extfrag_by_class(mm, replayed);
	for (int c = 0; c < NR_EXTFRAG_CLASS; c++) {
		sum[0] += scan->extfrag[c];
		sum[1] += replayed[c];
	}
	add_row(f, "extfrag_events", (double)sum[0], (double)sum[1], RATIO_LOOSE, false);
	add_row(f, "extfrag_steal", (double)scan->extfrag[EXTFRAG_STEAL],
		(double)replayed[EXTFRAG_STEAL], RATIO_LOOSE, false);
	add_row(f, "extfrag_claim_part", (double)scan->extfrag[EXTFRAG_CLAIM_PART],
		(double)replayed[EXTFRAG_CLAIM_PART], RATIO_LOOSE, false);
	add_row(f, "extfrag_claim_block", (double)scan->extfrag[EXTFRAG_CLAIM_BLOCK],
		(double)replayed[EXTFRAG_CLAIM_BLOCK], RATIO_LOOSE, false);
}

/**
 * recorded_policy - the policy that a recording was made under
 * @m: its machine
 *
 * Return: what -p would be given for it.
 */
const char *recorded_policy(const struct recording *m)
{
	return m->sysctl.defrag_mode ? "defrag_mode,step=auto" : "vanilla";
}

/**
 * fidelity_compute - hold a replay against the recording it came from
 * @f: filled in
 * @m: machine with both snapshots
 * @self: the replay
 * @observed: the trace's own history, for the THP outcomes
 * @scan: extfrag events of the trace
 *
 * Limits are those of the project's definition of done: pgalloc, pgsteal, pswpout 10 %, pgscan
 * 25 %, THP success 3 points, extfrag, allocstall, compact and pgmigrate a factor of 2.
 */
void fidelity_compute(struct fidelity *f, const struct recording *m,
		      const struct policy_result *self, const struct policy_result *observed,
		      const struct prescan *scan)
{
	u64 delta;

	memset(f, 0, sizeof(*f));
	f->policy = self->policy;
	f->recorded_policy = recorded_policy(m);
	for (size_t i = 0; i < sizeof(totals) / sizeof(totals[0]); i++)
		add_total(f, m, self, &totals[i]);
	add_thp(f, m, self, observed);
	if (self->mm)
		add_extfrag(f, self->mm, scan);
	for (int i = 0; i < NR_VM_EVENT_ITEMS; i++) {
		if (!self->mm && !self->counter_known[i])
			continue;
		if (recorded_delta(m, vm_event_name[i], &delta))
			add_row(f, vm_event_name[i], (double)delta, (double)self->counters[i],
				limit_of(vm_event_name[i]), false);
	}
}

/**
 * fidelity_verdict_name - one word for the table and the JSON
 * @v: verdict
 */
const char *fidelity_verdict_name(enum fidelity_verdict v)
{
	static const char *const name[] = { "", "ok", "few", "miss" };

	return name[v];
}
