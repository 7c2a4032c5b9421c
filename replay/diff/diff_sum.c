// SPDX-License-Identifier: GPL-2.0-only
/*
 * For the same policies on several recordings there is a table for each, and one of their sums, in
 * which a run is one seed on all recordings.
 */
#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "diff.h"

static const char *digest_of(const struct diff_report *r)
{
	const char *digest =
		json_string_value(json_object_get(json_object_get(r->root, "trace"), "digest"));

	return digest ? digest : "";
}

static bool has_policies_of(const struct diff_report *r, const struct diff_report *first)
{
	const json_t *policies = json_object_get(first->root, "policies"), *policy;
	size_t i;

	if (diff_selected(r) != diff_selected(first))
		return false;
	json_array_foreach((json_t *)policies, i,
			   policy) if (!diff_policy(r, diff_policy_label(policy))) return false;
	return true;
}

/**
 * diff_is_family - whether operands are reports of the same policies on different recordings
 * @group: the operands, one report each
 * @nr: how many
 *
 * Return: true when each has the same two policies or more, and no two are of one trace.
 */
bool diff_is_family(const struct diff_group *group, size_t nr)
{
	const struct diff_report *first = &group[0].report[0];

	for (size_t i = 0; i < nr; i++) {
		const struct diff_report *r = &group[i].report[0];

		if (group[i].nr != 1 || r->policy || diff_selected(r) < 2 ||
		    !has_policies_of(r, first))
			return false;
		for (size_t j = 0; j < i; j++)
			if (!strcmp(digest_of(r), digest_of(&group[j].report[0])))
				return false;
	}
	return nr > 1;
}

/* Numbers add up, but not shares, means and the places of a rank. */
static bool adds_up(const struct diff_values *v)
{
	const struct metric *m = metric_find(v->name);

	return m->unit != UNIT_PERCENT && m->unit != UNIT_FRACTION && m->unit != UNIT_VISITS;
}

static int copy_column(struct diff_column *sum, const struct diff_column *c)
{
	sum->policy = c->policy;
	sum->file = c->file;
	sum->nr_files = 1;
	sum->runs = c->runs;
	sum->metric = calloc(c->nr, sizeof(*sum->metric));
	if (!sum->metric)
		return -1;
	sum->cap = c->nr;
	for (size_t i = 0; i < c->nr; i++) {
		struct diff_values *v = &sum->metric[sum->nr];

		if (!adds_up(&c->metric[i]))
			continue;
		*v = c->metric[i];
		v->cap = v->n;
		v->value = malloc((v->n ? v->n : 1) * sizeof(*v->value));
		if (!v->value)
			return -1;
		memcpy(v->value, c->metric[i].value, v->n * sizeof(*v->value));
		sum->nr++;
	}
	return 0;
}

/* A metric that one recording lacks, or has in fewer runs, has no sum. */
static void add_column(struct diff_column *sum, const struct diff_column *c)
{
	size_t kept = 0;

	sum->nr_files++;
	for (size_t i = 0; i < sum->nr; i++) {
		struct diff_values v = sum->metric[i];
		const struct diff_values *other = diff_column_find(c, v.name);

		if (!other || other->n != v.n) {
			free(v.value);
			continue;
		}
		for (size_t run = 0; run < v.n; run++)
			v.value[run] += other->value[run];
		sum->metric[kept++] = v;
	}
	sum->nr = kept;
}

static const struct diff_column *column_of(const struct diff_table *t, const char *policy)
{
	for (size_t i = 0; i < t->nr_new; i++)
		if (!strcmp(t->new[i].policy, policy))
			return &t->new[i];
	return &t->base;
}

static int sum_column(struct diff_column *sum, const struct diff *d, size_t nr, const char *policy)
{
	if (copy_column(sum, column_of(&d->table[0], policy)))
		return -1;
	for (size_t i = 1; i < nr; i++)
		add_column(sum, column_of(&d->table[i], policy));
	return diff_column_rates(sum);
}

static bool same_runs(const struct diff *d, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (d->table[i].base.runs != d->table[0].base.runs)
			return false;
	return true;
}

/**
 * diff_pair_family - a table for each recording, and the table of their sums
 * @d: with the criteria; gets the tables
 * @group: operands for which diff_is_family() holds
 * @nr: how many
 *
 * The base is the first policy of the first report.
 *
 * Return: 0; -1 with a message on stderr.
 */
int diff_pair_family(struct diff *d, const struct diff_group *group, size_t nr)
{
	struct diff_table *t;

	for (size_t i = 0; i < nr; i++) {
		if (diff_pair_self(d, &group[i].report[0]))
			return -1;
		d->table[i].title = group[i].report[0].name;
	}
	if (!same_runs(d, nr)) {
		message("the reports have different numbers of seeds: their sums are left out");
		return 0;
	}
	t = diff_new_table(d, d->table[0].nr_new);
	if (!t || sum_column(&t->base, d, nr, d->table[0].base.policy))
		goto no_memory;
	for (size_t i = 0; i < t->nr_new; i++)
		if (sum_column(&t->new[i], d, nr, d->table[0].new[i].policy))
			goto no_memory;
	t->title = "sum of all recordings";
	return diff_finish_table(d, t);

no_memory:
	message("out of memory");
	return -1;
}
