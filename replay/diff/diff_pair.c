// SPDX-License-Identifier: GPL-2.0-only
/* Which policy of which report is held against which: the tables of a comparison. */
#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "diff.h"

static int out_of_memory(void)
{
	message("out of memory");
	return -1;
}

/* The policy that an operand names itself comes before @name; NULL stands for its only one. */
static const json_t *policy_of(const struct diff_report *r, const char *name)
{
	if (r->policy)
		return diff_policy(r, r->policy);
	if (name)
		return diff_policy(r, name);
	return json_array_get(json_object_get(r->root, "policies"), 0);
}

/* The reports of one side must be runs of one policy. */
static int same_policy(const struct diff_column *c, const struct diff_report *r,
		       const json_t *policy, bool force)
{
	if (!c->policy || !strcmp(c->policy, diff_policy_label(policy)))
		return 0;
	message("%s is of policy %s, but %s on the same side of %s%s", r->given,
		diff_policy_label(policy), c->file, c->policy,
		force ? "" : "; name one with FILE:POLICY, or --force");
	return force ? 0 : -1;
}

static int fill_column(struct diff_column *c, const struct diff_group *g, const char *name,
		       bool force)
{
	for (size_t i = 0; i < g->nr; i++) {
		const struct diff_report *r = &g->report[i];
		const json_t *policy = policy_of(r, name);

		if (!policy) {
			message("%s: no policy %s in it to compare; name one with FILE:POLICY",
				r->given, name);
			return -1;
		}
		if (same_policy(c, r, policy, force))
			return -1;
		if (!c->policy)
			c->policy = diff_policy_label(policy);
		if (diff_column_add_report(c, r->name, policy))
			return out_of_memory();
	}
	if (g->nr > 1 && diff_independent(g, c->policy, force))
		return -1;
	return diff_column_derive(c) ? out_of_memory() : 0;
}

/**
 * diff_new_table - one more table
 * @d: the comparison
 * @nr_new: columns beside the base
 *
 * Return: the table, empty; NULL when memory ran out.
 */
struct diff_table *diff_new_table(struct diff *d, size_t nr_new)
{
	struct diff_table *table = realloc(d->table, (d->nr + 1) * sizeof(*table));

	if (!table)
		return NULL;
	d->table = table;
	table = &d->table[d->nr];
	memset(table, 0, sizeof(*table));
	table->new = calloc(nr_new, sizeof(*table->new));
	if (!table->new)
		return NULL;
	table->nr_new = nr_new;
	d->nr++;
	return table;
}

static void count_verdicts(struct diff *d, const struct diff_table *t)
{
	for (size_t i = 0; i < t->nr_rows; i++)
		for (size_t j = 0; j < t->nr_new; j++) {
			enum diff_verdict verdict = t->row[i].new[j].verdict;

			d->regressions += verdict == DIFF_REGRESSION;
			d->undecided += verdict == DIFF_UNDECIDED;
			d->missing += verdict == DIFF_MISSING;
		}
}

/**
 * diff_finish_table - rows and verdicts of a table whose columns are complete
 * @d: the comparison
 * @t: its table
 *
 * Return: 0; -1 with a message when memory ran out.
 */
int diff_finish_table(struct diff *d, struct diff_table *t)
{
	if (diff_table_build(t, &d->criteria))
		return out_of_memory();
	count_verdicts(d, t);
	return 0;
}

/* One table of every group's policy @name, or of the only policy that each has. */
static int pair_policy(struct diff *d, const struct diff_group *group, size_t nr, const char *name,
		       bool force)
{
	struct diff_table *t = diff_new_table(d, nr - 1);

	if (!t)
		return out_of_memory();
	if (fill_column(&t->base, &group[0], name, force))
		return -1;
	for (size_t i = 1; i < nr; i++)
		if (fill_column(&t->new[i - 1], &group[i], name, force))
			return -1;
	return diff_finish_table(d, t);
}

static bool all_single(const struct diff_group *group, size_t nr)
{
	for (size_t g = 0; g < nr; g++)
		for (size_t i = 0; i < group[g].nr; i++)
			if (diff_selected(&group[g].report[i]) != 1)
				return false;
	return true;
}

/* A base that names no policy takes that of the first operand that names one. */
static const char *named_policy(const struct diff_group *group, size_t nr)
{
	for (size_t g = 0; g < nr; g++)
		for (size_t i = 0; i < group[g].nr; i++)
			if (group[g].report[i].policy)
				return group[g].report[i].policy;
	return NULL;
}

/* What only the new side has is not compared; what only the base has is an error elsewhere. */
static void name_the_rest(const struct diff_group *group, size_t nr)
{
	for (size_t g = 1; g < nr; g++) {
		const struct diff_report *r = &group[g].report[0];
		const json_t *policy;
		size_t i;

		json_array_foreach(json_object_get(r->root, "policies"), i, policy)
			if (!diff_policy(&group[0].report[0], diff_policy_label(policy)))
				message("%s: %s is not compared: %s has no such policy", r->given,
					diff_policy_label(policy), group[0].report[0].given);
	}
}

/**
 * diff_pair - hold each group of reports against the first
 * @d: with the criteria; gets the tables
 * @group: sides; the first is the base
 * @nr: how many, 2 or more
 * @force: also mix reports that are not alike
 *
 * When each report has (or its operand names) one policy, these are compared whatever their names;
 * else each policy of the base is compared with its namesakes.
 *
 * Return: 0; -1 with a message on stderr.
 */
int diff_pair(struct diff *d, const struct diff_group *group, size_t nr, bool force)
{
	const char *named = named_policy(group, nr);
	const json_t *policy;
	size_t i;

	if (all_single(group, nr))
		return pair_policy(d, group, nr, NULL, force);
	if (named)
		return pair_policy(d, group, nr, named, force);
	json_array_foreach(json_object_get(group[0].report[0].root, "policies"), i, policy)
		if (pair_policy(d, group, nr, diff_policy_label(policy), force))
			return -1;
	name_the_rest(group, nr);
	return 0;
}

static int self_column(struct diff_column *c, const struct diff_report *r, const json_t *policy)
{
	c->policy = diff_policy_label(policy);
	if (diff_column_add_report(c, r->name, policy) || diff_column_derive(c))
		return out_of_memory();
	return 0;
}

/**
 * diff_pair_self - hold the policies of one report against each other
 * @d: with the criteria; gets the table
 * @r: the report; its operand's policy, or else the first, is the base
 *
 * Return: 0; -1 with a message on stderr.
 */
int diff_pair_self(struct diff *d, const struct diff_report *r)
{
	json_t *policies = json_object_get(r->root, "policies"), *policy;
	const json_t *base = policy_of(r, NULL);
	struct diff_table *t;
	size_t i, column = 0;

	if (json_array_size(policies) < 2) {
		message("%s: has one policy, and nothing to compare it with; name two reports",
			r->given);
		return -1;
	}
	t = diff_new_table(d, json_array_size(policies) - 1);
	if (!t)
		return out_of_memory();
	if (self_column(&t->base, r, base))
		return -1;
	json_array_foreach(policies, i, policy)
		if (policy != base && self_column(&t->new[column++], r, policy))
			return -1;
	return diff_finish_table(d, t);
}
