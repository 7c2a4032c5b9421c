// SPDX-License-Identifier: GPL-2.0-only
/* A "spread" has the least, the mean and the most of each counter, and every run's numbers. */
#include <stdlib.h>

#include "base/json.h"
#include "metrics.h"
#include "internal.h"

static int add_sample(void *samples, const char *name, json_t *value)
{
	json_t *values = json_object_get(samples, name);

	if (!values) {
		values = json_array();
		json_object_set_new(samples, name, values);
	}
	json_array_append(values, value);
	return 0;
}

/**
 * report_spread_add - add one more seed
 * @s: spread, zeroed before the first
 * @run: finished replay
 * @out: the run that it is part of
 */
void report_spread_add(struct spread *s, const struct policy_result *run,
		       const struct run_output *out)
{
	static const struct report_options no_extras;
	json_t *policy = report_policy(run, &no_extras, out, NULL);

	if (!s->samples)
		s->samples = json_object();
	report_flatten(policy, add_sample, s->samples);
	json_decref(policy);
	for (int i = 0; i < NR_VM_EVENT_ITEMS; i++) {
		u64 value = run->counters[i];

		if (!s->runs || value < s->min[i])
			s->min[i] = value;
		if (value > s->max[i])
			s->max[i] = value;
		s->sum[i] += value;
	}
	s->runs++;
}

/**
 * report_spread_release - free spreads
 * @s: an array, or NULL
 * @nr: how many
 */
void report_spread_release(struct spread *s, unsigned int nr)
{
	for (unsigned int i = 0; s && i < nr; i++)
		json_decref(s[i].samples);
	free(s);
}

/**
 * report_spread - describe a policy over several seeds
 * @run: the first of them
 * @s: all of them
 *
 * "samples" shares its arrays with @s.
 *
 * Return: a new object.
 */
json_t *report_spread(const struct policy_result *run, const struct spread *s)
{
	json_t *spread = json_object(), *counters = json_object();

	json_object_set_new(spread, "runs", json_u64(s->runs));
	for (int i = 0; i < NR_VM_EVENT_ITEMS; i++) {
		json_t *c;

		if (!run->mm && !run->counter_known[i])
			continue;
		c = json_object();
		json_object_set_new(c, "min", json_u64(s->min[i]));
		json_object_set_new(c, "mean", json_fraction((double)s->sum[i] / s->runs));
		json_object_set_new(c, "max", json_u64(s->max[i]));
		json_object_set_new(counters, vm_event_name[i], c);
	}
	json_object_set_new(spread, "counters", counters);
	json_object_set(spread, "samples", s->samples);
	return spread;
}
