// SPDX-License-Identifier: GPL-2.0-only
/* What a run did, under the names that the table of metrics has for it. */
#include <string.h>

#include "internal.h"
#include "report/report.h"

static void take_extfrag(struct check_counts *c, const struct policy_result *run)
{
	for (int mt = 0; mt < MIGRATE_PCPTYPES; mt++)
		for (int fallback = 0; fallback < MIGRATE_PCPTYPES; fallback++)
			for (int class = 0; class < NR_EXTFRAG_CLASS; class++)
				c->extfrag[class] += run->extfrag.nr[mt][fallback][class];
}

/**
 * check_counts_recorded - count what the recorded kernel did
 * @c: filled in
 * @m: recording with both snapshots; stays in use
 * @observed: what its trace shows, for the extfrag events; NULL: nothing is known of them
 */
void check_counts_recorded(struct check_counts *c, const struct recording *m,
			   const struct policy_result *observed)
{
	memset(c, 0, sizeof(*c));
	c->recording = m;
	for (int i = 0; i < NR_VM_EVENT_ITEMS; i++)
		c->known[i] = recording_delta(m, vm_event_name[i], &c->vm[i]);
	if (observed)
		take_extfrag(c, observed);
	c->extfrag_known = observed != NULL;
}

/**
 * check_counts_replayed - count what a replay did
 * @c: filled in
 * @run: finished run; "observed" knows only what its trace shows
 */
void check_counts_replayed(struct check_counts *c, const struct policy_result *run)
{
	memset(c, 0, sizeof(*c));
	memcpy(c->vm, run->counters, sizeof(c->vm));
	memcpy(c->known, run->counter_known, sizeof(c->known));
	take_extfrag(c, run);
	c->extfrag_known = run->extfrag.known;
}

static bool read_extfrag(const struct check_counts *c, const char *name, double *value)
{
	static const char by_class[] = "by_class.";
	double sum = 0;

	for (int class = 0; class < NR_EXTFRAG_CLASS; class++) {
		*value = (double)c->extfrag[class];
		sum += *value;
		if (!strncmp(name, by_class, sizeof(by_class) - 1) &&
		    !strcmp(name + sizeof(by_class) - 1, report_extfrag_classes[class]))
			return c->extfrag_known;
	}
	*value = sum;
	return c->extfrag_known && !strcmp(name, "events");
}

/**
 * check_counts_read - get a number of a run by its name, for metric_value()
 * @counts: struct check_counts of the run
 * @name: as in the report of a replay
 * @value: set on success
 *
 * Return: whether it is known.
 */
bool check_counts_read(const void *counts, const char *name, double *value)
{
	static const char extfrag[] = "extfrag.";
	const struct check_counts *c = counts;
	int item = metric_counter(name);
	u64 delta;

	if (!strncmp(name, extfrag, sizeof(extfrag) - 1))
		return read_extfrag(c, name + sizeof(extfrag) - 1, value);
	if (item >= 0) {
		*value = (double)c->vm[item];
		return c->known[item];
	}
	if (!c->recording || !recording_delta(c->recording, name, &delta))
		return false;
	*value = (double)delta;
	return true;
}

/* a state of the machine, or what belongs to no part of memory management that is modeled here */
static bool is_no_event(const char *name)
{
	static const char *const prefix[] = { "nr_", "workingset_nodes", "kstack_", "numa_" };

	for (size_t i = 0; i < sizeof(prefix) / sizeof(prefix[0]); i++)
		if (!strncmp(name, prefix[i], strlen(prefix[i])))
			return true;
	return false;
}

/**
 * check_unmodeled - list the events that the recorded kernel counted and a replay does not
 * @m: recording with both snapshots
 * @visit: called with each counter that moved
 * @ctx: for @visit
 */
void check_unmodeled(const struct recording *m, check_visitor visit, void *ctx)
{
	u64 delta;

	for (unsigned int i = 0; i < m->after.nr_vmstat; i++) {
		const char *name = m->after.vmstat[i].name;

		if (metric_counter(name) < 0 && !is_no_event(name) &&
		    recording_delta(m, name, &delta) && delta)
			visit(ctx, name, delta);
	}
}
