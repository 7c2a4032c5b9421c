/* SPDX-License-Identifier: GPL-2.0-only */
/* fragreplay diff: two reports of one trace, or two policies of one report. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "diff.h"
#include "report.h"

struct side {
	const char *given;
	const char *policy;	/* after the colon, or NULL: all of them */
	json_t *report;
};

/* FILE or FILE:POLICY; a file whose own name has a colon is taken as it stands */
static void split_operand(const char *given, char *path, size_t len, const char **policy)
{
	const char *colon = strrchr(given, ':');
	struct stat st;

	snprintf(path, len, "%s", given);
	*policy = NULL;
	if (!colon || !stat(given, &st))
		return;
	snprintf(path, len, "%.*s", (int)(colon - given), given);
	*policy = colon + 1;
}

static int side_load(struct side *s, const char *given)
{
	char path[4096];
	json_error_t error;
	const char *schema;

	s->given = given;
	split_operand(given, path, sizeof(path), &s->policy);
	s->report = json_load_file(path, 0, &error);
	if (!s->report) {
		if (error.line > 0)
			message("%s: line %d: %s; a report of `fragreplay run` is needed", path,
				error.line, error.text);
		else
			message("%s: %s", path, error.text);
		return -1;
	}
	schema = json_string_value(json_object_get(s->report, "schema"));
	if (!schema || strcmp(schema, REPORT_SCHEMA)) {
		message("%s: schema %s, but this version compares %s", path,
			schema ? schema : "missing", REPORT_SCHEMA);
		return -1;
	}
	if (!json_array_size(json_object_get(s->report, "policies"))) {
		message("%s: holds no policy's results", path);
		return -1;
	}
	return 0;
}

static const char *trace_member(const struct side *s, const char *member)
{
	const char *value = json_string_value(json_object_get(json_object_get(s->report, "trace"),
							      member));

	return value ? value : "?";
}

static bool is_whole(const struct side *s)
{
	return json_is_false(json_object_get(s->report, "interrupted")) &&
	       json_is_true(json_object_get(json_object_get(s->report, "trace"), "complete"));
}

/* numbers of different demand, or of half a trace, are no comparison */
static int comparable(const struct side *base, const struct side *new, bool force)
{
	const char *a = trace_member(base, "digest"), *b = trace_member(new, "digest");
	int ret = 0;

	if (strcmp(a, b) || !strcmp(a, "?")) {
		message("%s and %s are of different traces (digests %s, %s)%s", base->given,
			new->given, a, b, force ? "" : "; --force compares them all the same");
		ret = -1;
	}
	if (!is_whole(base) || !is_whole(new)) {
		message("%s: interrupted or incomplete%s",
			is_whole(base) ? new->given : base->given,
			force ? "" : "; --force compares it all the same");
		ret = -1;
	}
	return force ? 0 : ret;
}

static const char *policy_name(const json_t *policy)
{
	const char *name = json_string_value(json_object_get(policy, "policy"));

	return name ? name : "?";
}

static const json_t *policy_find(const struct side *s, const char *name)
{
	const json_t *policies = json_object_get(s->report, "policies");
	const json_t *policy;
	size_t i;

	json_array_foreach((json_t *)policies, i, policy)
		if (!strcmp(policy_name(policy), name))
			return policy;
	return NULL;
}

static const json_t *policy_of(const struct side *s, const char *fallback)
{
	const json_t *policies = json_object_get(s->report, "policies");
	const json_t *policy;

	if (!s->policy && !fallback)
		return json_array_get(policies, 0);
	policy = policy_find(s, s->policy ? s->policy : fallback);
	if (!policy)
		message("%s: no policy %s in it", s->given, s->policy ? s->policy : fallback);
	return policy;
}

/* 1: a regression; -1: a threshold on what cannot be compared */
static int apply_thresholds(const struct options *o, const struct diff_table *t)
{
	int ret = 0;

	for (unsigned int i = 0; i < o->nr_thresholds; i++) {
		const struct diff_row *row;
		struct threshold th;

		if (threshold_parse(&th, o->threshold[i]))
			return -1;
		row = diff_find(t, th.metric);
		if (!row || !row->has[0] || !row->has[1]) {
			message("--threshold %s: %s has no such metric", o->threshold[i],
				row && row->has[0] ? "the new side" : "the base");
			return -1;
		}
		if (!threshold_exceeded(&th, row))
			continue;
		message("regression: %s moved by %+.2f%%, past %s", row->name, diff_percent(row),
			o->threshold[i]);
		ret = 1;
	}
	return ret;
}

static int diff_policies(const json_t *base, const json_t *new, const struct options *o)
{
	struct diff_table table;
	int ret;

	if (diff_collect(&table, base, new)) {
		message("out of memory");
		return EXIT_TROUBLE;
	}
	diff_print(&table, policy_name(base), policy_name(new), stdout);
	ret = apply_thresholds(o, &table);
	diff_release(&table);
	return ret < 0 ? EXIT_TROUBLE : ret ? EXIT_REGRESSION : EXIT_OK;
}

/* both reports whole: every policy of the base against its namesake */
static int diff_by_name(const struct side *base, const struct side *new, const struct options *o)
{
	const json_t *policies = json_object_get(base->report, "policies"), *policy;
	int ret = EXIT_OK;
	size_t i;

	json_array_foreach((json_t *)policies, i, policy) {
		const json_t *other = policy_of(new, policy_name(policy));
		int one = other ? diff_policies(policy, other, o) : EXIT_TROUBLE;

		if (one > ret)
			ret = one;
	}
	return ret;
}

static int diff_sides(const struct side *base, const struct side *new, const struct options *o)
{
	size_t nr_base = json_array_size(json_object_get(base->report, "policies"));
	size_t nr_new = json_array_size(json_object_get(new->report, "policies"));
	const json_t *a, *b;

	if (comparable(base, new, o->force))
		return EXIT_TROUBLE;
	if (!base->policy && !new->policy && (nr_base > 1 || nr_new > 1))
		return diff_by_name(base, new, o);
	a = policy_of(base, base->policy || nr_base == 1 ? NULL : new->policy);
	b = policy_of(new, new->policy || nr_new == 1 ? NULL : base->policy);
	return a && b ? diff_policies(a, b, o) : EXIT_TROUBLE;
}

static int check_thresholds(const struct options *o)
{
	struct threshold th;

	for (unsigned int i = 0; i < o->nr_thresholds; i++)
		if (threshold_parse(&th, o->threshold[i])) {
			message("--threshold %s: METRIC=PERCENT is needed, as in"
				" thp_fault_alloc=-2%%", o->threshold[i]);
			return -1;
		}
	return 0;
}

/**
 * cmd_diff - compare two reports
 * @argc: of the command
 * @argv: likewise
 *
 * Return: exit code: 0 no threshold passed, 1 one was, 2 they could not be compared.
 */
int cmd_diff(int argc, char **argv)
{
	struct side base = { 0 }, new = { 0 };
	struct options o;
	int ret = EXIT_TROUBLE;

	if (options_parse(&o, OPT_DIFF | OPT_FORCE, argc, argv) || check_thresholds(&o))
		return EXIT_TROUBLE;
	if (o.nr_args != 2) {
		message("diff: name two reports; see `fragreplay help`");
		return EXIT_TROUBLE;
	}
	if (!side_load(&base, o.arg[0]) && !side_load(&new, o.arg[1]))
		ret = diff_sides(&base, &new, &o);
	if (output_flush_stdout())
		ret = EXIT_TROUBLE;
	json_decref(base.report);
	json_decref(new.report);
	return ret;
}
