// SPDX-License-Identifier: GPL-2.0-only
/* The numbers of a policy's results are visited here, each under the name that diff knows it by. */
#include <stdio.h>
#include <string.h>

#include "metrics.h"

struct flatten {
	flatten_fn add;
	void *ctx;
};

static int flatten_object(const struct flatten *f, const char *prefix, const json_t *object);

/* An array of numbers goes by order, one of objects by their names; others are no metrics. */
static int flatten_array(const struct flatten *f, const char *prefix, const json_t *array)
{
	char name[METRIC_NAME];
	json_t *value;
	size_t i;

	json_array_foreach((json_t *)array, i, value) {
		const char *key = json_string_value(json_object_get(value, "name"));
		int len;

		if (json_is_number(value))
			len = snprintf(name, sizeof(name), "%s.order%zu", prefix, i);
		else if (key)
			len = snprintf(name, sizeof(name), "%s.%s", prefix, key);
		else
			continue;
		if (len >= (int)sizeof(name))
			continue;
		if (json_is_number(value) ? f->add(f->ctx, name, value) :
		    flatten_object(f, name, value))
			return -1;
	}
	return 0;
}

static int flatten_object(const struct flatten *f, const char *prefix, const json_t *object)
{
	char name[METRIC_NAME];
	const char *key;
	json_t *value;
	int ret = 0;

	json_object_foreach((json_t *)object, key, value) {
		if ((size_t)snprintf(name, sizeof(name), "%s%s%s", prefix, *prefix ? "." : "",
				     key) >= sizeof(name))
			continue;
		if (json_is_object(value))
			ret = flatten_object(f, name, value);
		else if (json_is_array(value))
			ret = flatten_array(f, name, value);
		else if (json_is_number(value))
			ret = f->add(f->ctx, name, value);
		if (ret)
			return ret;
	}
	return 0;
}

/* What the policy itself reported is a member that has its name, without settings. */
static int flatten_own(const struct flatten *f, const json_t *policy)
{
	const char *label = json_string_value(json_object_get(policy, "policy"));
	char name[METRIC_NAME / 2], prefix[METRIC_NAME];
	size_t len = label ? strcspn(label, ",") : 0;

	if (!len || len >= sizeof(name))
		return 0;
	snprintf(name, sizeof(name), "%.*s", (int)len, label);
	snprintf(prefix, sizeof(prefix), "%s%s", strcmp(name, "spb") ? "policy." : "", name);
	return flatten_object(f, prefix, json_object_get(policy, name));
}

/**
 * report_flatten - visit every number of a policy's results that can be compared
 * @policy: element of "policies" of a report
 * @add: called with the name and the number; its return, unless 0, ends the walk
 * @ctx: for @add
 *
 * Counters go by the kernel's bare names; the policy's own, and what it reports itself, as
 * policy.POLICY.NAME (superpageblocks as spb.NAME); everything else by its path in the report.
 * Left out is what no policy is judged by: demand, timeline, throughput; extfrag by type, whose
 * pairs are there only when they happened; and the success rate, which has no value without an
 * attempt (thp_success_rate is computed instead).
 *
 * Return: 0, or what @add returned.
 */
int report_flatten(const json_t *policy, flatten_fn add, void *ctx)
{
	static const char *const part[] = {
		"extfrag", "memory", "stall_ns", "allocator", "search", "folios",
	};
	const struct flatten f = { add, ctx };
	int ret = flatten_object(&f, "", json_object_get(policy, "counters"));

	for (size_t i = 0; i < sizeof(part) / sizeof(part[0]) && !ret; i++)
		ret = flatten_object(&f, part[i], json_object_get(policy, part[i]));
	if (!ret)
		ret = flatten_own(&f, policy);
	return ret ? ret : flatten_object(&f, "policy", json_object_get(policy, "policy_counters"));
}
