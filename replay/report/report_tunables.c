// SPDX-License-Identifier: GPL-2.0-only
/* "tunables" says what a policy was set to, and "policy_counters" what it counted. */
#include "base/json.h"
#include "internal.h"

static json_t *enum_value(const struct policy_tunable *t, u32 value)
{
	char name[64];

	/* the policy may write its own state */
	for (u32 i = 0; t->values[i]; i++)
		if (i == value)
			return json_string(tunable_value_name(t, i, name, sizeof(name)));
	return json_u64(value);
}

static json_t *tunable_value(const struct policy_tunable *t, const void *priv)
{
	const char *at = (const char *)priv + t->offset;

	switch (t->type) {
	case TUNABLE_BOOL:
		return json_boolean(*(const bool *)at);
	case TUNABLE_UINT:
		return json_u64(*(const u32 *)at);
	case TUNABLE_REAL:
		return json_fraction(*(const double *)at);
	case TUNABLE_ENUM:
		return enum_value(t, *(const u32 *)at);
	}
	return json_null();
}

/**
 * report_tunables - list every tunable of a policy at its end, and what -p set beside them
 * @run: finished replay; observed has no tunables
 *
 * A tunable that init() resolves, such as step=auto, shows what it came to be.
 *
 * Return: a new object, empty for observed.
 */
json_t *report_tunables(const struct policy_result *run)
{
	const struct policy_setup *s = &run->setup;
	const struct policy_tunable *t;
	json_t *tunables = json_object();

	if (!run->mm)
		return tunables;
	for (t = s->ops->tunables; t && t->name; t++)
		json_object_set_new(tunables, t->name, tunable_value(t, mm_policy_priv(run->mm)));
	if (s->version)
		json_object_set_new(tunables, "kernel", report_version(s->version));
	if (s->filemap)
		json_object_set_new(tunables, "filemap", json_string(s->filemap->name));
	for (unsigned int i = 0; i < s->nr_features; i++)
		json_object_set_new(tunables, s->feature[i], json_boolean(s->on[i]));
	return tunables;
}

/**
 * report_policy_counters - list what a policy has counted itself
 * @run: finished replay
 *
 * Return: the counters in an object of the policy's name; NULL when it has none.
 */
json_t *report_policy_counters(const struct policy_result *run)
{
	const struct policy_counter *c = run->mm ? run->setup.ops->counters : NULL;
	json_t *counters, *named;

	if (!c || !c->name)
		return NULL;
	counters = json_object();
	for (; c->name; c++) {
		const char *at = (const char *)mm_policy_priv(run->mm) + c->offset;

		json_object_set_new(counters, c->name, json_u64(*(const u64 *)at));
	}
	named = json_object();
	json_object_set_new(named, run->setup.ops->name, counters);
	return named;
}
