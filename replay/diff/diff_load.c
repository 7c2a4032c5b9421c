// SPDX-License-Identifier: GPL-2.0-only
/* The operands of diff: reports, a policy of them, and whether they can be compared at all. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/message.h"
#include "diff.h"
#include "report/report.h"

#define SCHEMA_FAMILY	"fragreplay-report/"

/* An operand is FILE or FILE:POLICY; a file whose own name has a colon is taken as it stands. */
static void split_operand(struct diff_report *r)
{
	const char *colon;
	struct stat st;

	snprintf(r->path, sizeof(r->path), "%s", r->given);
	r->policy = NULL;
	if (!stat(r->given, &st))
		return;
	/* A policy's settings may name a file, too: the first colon that leaves a file counts. */
	for (colon = strchr(r->given, ':'); colon; colon = strchr(colon + 1, ':')) {
		char path[sizeof(r->path)];

		snprintf(path, sizeof(path), "%.*s", (int)(colon - r->given), r->given);
		if (stat(path, &st))
			continue;
		snprintf(r->path, sizeof(r->path), "%s", path);
		r->policy = colon + 1;
		return;
	}
}

static int check_schema(const struct diff_report *r, bool force)
{
	const char *schema = json_string_value(json_object_get(r->root, "schema"));

	if (!schema || strncmp(schema, SCHEMA_FAMILY, strlen(SCHEMA_FAMILY))) {
		message("%s: schema %s: it is no report of `fragreplay run`", r->path,
			schema ? schema : "missing");
		return -1;
	}
	if (strcmp(schema, REPORT_SCHEMA)) {
		message("%s: schema %s, but this version compares %s%s", r->path, schema,
			REPORT_SCHEMA, force ? "" : "; --force reads it all the same");
		return force ? 0 : -1;
	}
	return 0;
}

/**
 * diff_policy_label - get the name of a policy's results, with its settings
 * @policy: element of "policies"
 *
 * Return: a string of @policy's.
 */
const char *diff_policy_label(const json_t *policy)
{
	const char *name = json_string_value(json_object_get(policy, "policy"));

	return name ? name : "?";
}

/**
 * diff_policy - a policy of a report
 * @r: the report
 * @name: its label
 *
 * Return: the element of "policies", or NULL.
 */
const json_t *diff_policy(const struct diff_report *r, const char *name)
{
	const json_t *policies = json_object_get(r->root, "policies"), *policy;
	size_t i;

	json_array_foreach((json_t *)policies, i, policy)
		if (!strcmp(diff_policy_label(policy), name))
			return policy;
	return NULL;
}

/**
 * diff_selected - count the policies that an operand names
 * @r: the report
 *
 * Return: 1, or all that the report has.
 */
size_t diff_selected(const struct diff_report *r)
{
	return r->policy ? 1 : json_array_size(json_object_get(r->root, "policies"));
}

static void list_policies(const struct diff_report *r)
{
	const json_t *policies = json_object_get(r->root, "policies"), *policy;
	size_t i;

	json_array_foreach((json_t *)policies, i, policy)
		message("%s: has %s", r->path, diff_policy_label(policy));
}

/* A path may be any bytes, but JSON and XML hold UTF-8. */
static void name_of_path(struct diff_report *r)
{
	json_t *valid = json_string(r->path);

	snprintf(r->name, sizeof(r->name), "%s", r->path);
	for (char *c = r->name; *c && !valid; c++)
		if ((unsigned char)*c >= 0x80)
			*c = '?';
	json_decref(valid);
}

/**
 * diff_report_load - read an operand
 * @r: filled in; ->root is a new reference, or NULL
 * @given: FILE or FILE:POLICY
 * @force: take another version of the schema
 *
 * Return: 0; -1 with a message on stderr.
 */
int diff_report_load(struct diff_report *r, const char *given, bool force)
{
	r->given = given;
	split_operand(r);
	name_of_path(r);
	r->root = report_read(r->path, JSON_REJECT_DUPLICATES);
	if (!r->root)
		return -1;
	if (check_schema(r, force))
		return -1;
	if (!json_array_size(json_object_get(r->root, "policies"))) {
		message("%s: holds no policy's results", r->path);
		return -1;
	}
	if (r->policy && !diff_policy(r, r->policy)) {
		message("%s: no policy %s in it", r->path, r->policy);
		list_policies(r);
		return -1;
	}
	return 0;
}

static const char *report_text(const struct diff_report *r, const char *object, const char *name)
{
	const json_t *from = object ? json_object_get(r->root, object) : r->root;
	const char *value = json_string_value(json_object_get(from, name));

	return value ? value : "?";
}

static bool is_whole(const struct diff_report *r)
{
	return json_is_false(json_object_get(r->root, "interrupted")) &&
	       json_is_true(json_object_get(json_object_get(r->root, "trace"), "complete"));
}

static bool has_trace_of(const struct diff_group *g, const struct diff_report *r)
{
	const char *digest = report_text(r, "trace", "digest");

	for (size_t i = 0; i < g->nr; i++)
		if (!strcmp(report_text(&g->report[i], "trace", "digest"), digest))
			return true;
	return false;
}

/* Every trace of one side must be on the other, so that several recordings can be compared. */
static int same_traces(const struct diff_group *a, const struct diff_group *b, const char *remedy)
{
	for (size_t i = 0; i < a->nr; i++) {
		const struct diff_report *r = &a->report[i];

		if (has_trace_of(b, r) && strcmp(report_text(r, "trace", "digest"), "?"))
			continue;
		message("%s and %s are of different traces (digests %s, %s)%s", r->given,
			b->report[0].given, report_text(r, "trace", "digest"),
			report_text(&b->report[0], "trace", "digest"), remedy);
		return -1;
	}
	return 0;
}

static int check_report(const struct diff_report *base, const struct diff_report *r,
			const char *remedy)
{
	int ret = 0;

	if (!is_whole(r)) {
		message("%s: interrupted or incomplete%s", r->given, remedy);
		ret = -1;
	}
	if (strcmp(report_text(base, NULL, "schema"), report_text(r, NULL, "schema"))) {
		message("%s and %s have different schemas (%s, %s)%s", base->given, r->given,
			report_text(base, NULL, "schema"), report_text(r, NULL, "schema"), remedy);
		ret = -1;
	}
	if (strcmp(report_text(base, "tool", "version"), report_text(r, "tool", "version")) ||
	    strcmp(report_text(base, "tool", "name"), report_text(r, "tool", "name"))) {
		message("%s and %s are of different tools (%s %s, %s %s)%s", base->given, r->given,
			report_text(base, "tool", "name"), report_text(base, "tool", "version"),
			report_text(r, "tool", "name"), report_text(r, "tool", "version"), remedy);
		ret = -1;
	}
	return ret;
}

/**
 * diff_comparable - whether the numbers of reports say anything of each other
 * @group: the base and the others
 * @nr: how many
 * @force: only say what is wrong
 *
 * They do not when they are of different demand, of half a trace, or of another version's model.
 *
 * Return: 0; -1 with the reason on stderr.
 */
int diff_comparable(const struct diff_group *group, size_t nr, bool force)
{
	const char *remedy = force ? "" : "; --force compares them all the same";
	int ret = 0;

	for (size_t g = 0; g < nr; g++) {
		for (size_t i = 0; i < group[g].nr; i++)
			ret |= check_report(&group[0].report[0], &group[g].report[i], remedy);
		if (g && (same_traces(&group[0], &group[g], remedy) ||
			  same_traces(&group[g], &group[0], remedy)))
			ret = -1;
	}
	return force ? 0 : ret;
}

static void seeds_of(const json_t *policy, json_int_t *first, json_int_t *last)
{
	json_int_t runs = json_integer_value(json_object_get(json_object_get(policy, "spread"),
							     "runs"));

	*first = json_integer_value(json_object_get(policy, "seed"));
	*last = *first;
	if (runs > 1)
		*last = *first > INT64_MAX - runs ? INT64_MAX : *first + runs - 1;
}

static bool share_runs(const struct diff_report *a, const struct diff_report *b, const char *name)
{
	const json_t *pa = diff_policy(a, a->policy ? a->policy : name);
	const json_t *pb = diff_policy(b, b->policy ? b->policy : name);
	json_int_t first[2], last[2];

	if (!pa || !pb ||
	    strcmp(report_text(a, "trace", "digest"), report_text(b, "trace", "digest")))
		return false;
	seeds_of(pa, &first[0], &last[0]);
	seeds_of(pb, &first[1], &last[1]);
	return first[0] <= last[1] && first[1] <= last[0];
}

/**
 * diff_independent - whether the reports of one side are runs of their own
 * @g: the side
 * @policy: the policy that is compared
 * @force: only say what is wrong
 *
 * Equal seeds give equal numbers, always: such runs would be counted twice, and make any
 * difference look significant.
 *
 * Return: 0; -1 with the reason on stderr.
 */
int diff_independent(const struct diff_group *g, const char *policy, bool force)
{
	for (size_t i = 0; i < g->nr; i++) {
		for (size_t j = 0; j < i; j++) {
			if (!share_runs(&g->report[i], &g->report[j], policy))
				continue;
			message("%s and %s are of one trace and of the same seeds, so no two runs:"
				" replay one with another --seed%s", g->report[j].given,
				g->report[i].given, force ? "" : ", or --force");
			return force ? 0 : -1;
		}
	}
	return 0;
}
