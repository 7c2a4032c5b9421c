// SPDX-License-Identifier: GPL-2.0-only
/* Columns have metrics, rows hold them against each other, and each cell is judged. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diff.h"

const char *const diff_verdict_name[] = {
	[DIFF_NONE] = "none",
	[DIFF_PASS] = "pass",
	[DIFF_REGRESSION] = "regression",
	[DIFF_BELOW_FLOOR] = "below floor",
	[DIFF_NOISE] = "not significant",
	[DIFF_UNDECIDED] = "undecided",
	[DIFF_MISSING] = "missing",
};

/**
 * diff_column_find - find the runs of a metric
 * @c: column
 * @name: of the metric
 *
 * Return: them, or NULL when no run has it.
 */
const struct diff_values *diff_column_find(const struct diff_column *c, const char *name)
{
	for (size_t i = 0; i < c->nr; i++)
		if (!strcmp(c->metric[i].name, name))
			return &c->metric[i];
	return NULL;
}

static struct diff_values *new_metric(struct diff_column *c, const char *name)
{
	if (c->nr == c->cap) {
		size_t cap = c->cap ? 2 * c->cap : 256;
		struct diff_values *metric = realloc(c->metric, cap * sizeof(*metric));

		if (!metric)
			return NULL;
		c->metric = metric;
		c->cap = cap;
	}
	memset(&c->metric[c->nr], 0, sizeof(c->metric[0]));
	snprintf(c->metric[c->nr].name, sizeof(c->metric[0].name), "%s", name);
	return &c->metric[c->nr++];
}

static int add_value(struct diff_column *c, const char *name, double value)
{
	struct diff_values *m = (struct diff_values *)diff_column_find(c, name);

	if (!m)
		m = new_metric(c, name);
	if (!m)
		return -1;
	if (m->n == m->cap) {
		size_t cap = m->cap ? 2 * m->cap : 8;
		double *grown = realloc(m->value, cap * sizeof(*grown));

		if (!grown)
			return -1;
		m->value = grown;
		m->cap = cap;
	}
	m->value[m->n++] = value;
	return 0;
}

static int add_json(void *ctx, const char *name, json_t *value)
{
	return add_value(ctx, name, json_number_value(value));
}

static int add_samples(struct diff_column *c, const json_t *samples)
{
	const char *name;
	json_t *values, *value;
	size_t i;

	json_object_foreach((json_t *)samples, name, values)
		json_array_foreach(values, i, value)
			if (json_is_number(value) && strlen(name) < METRIC_NAME &&
			    add_value(c, name, json_number_value(value)))
				return -1;
	return 0;
}

/**
 * diff_column_add_report - add one more report's runs of a policy
 * @c: column, zeroed before the first
 * @file: as the user named it
 * @policy: element of "policies"; with a spread every seed is a run of its own
 *
 * Return: 0; -1 when memory ran out.
 */
int diff_column_add_report(struct diff_column *c, const char *file, const json_t *policy)
{
	const json_t *spread = json_object_get(policy, "spread");
	const json_t *samples = json_object_get(spread, "samples");
	json_int_t runs = json_integer_value(json_object_get(spread, "runs"));

	if (!c->nr_files++)
		c->file = file;
	if (samples && runs > 0) {
		c->runs += (size_t)runs;
		return add_samples(c, samples);
	}
	c->runs++;
	return report_flatten(policy, add_json, c);
}

/* A run of a column is read by read_run(). */
struct column_run {
	const struct diff_column *c;
	size_t run;
};

static bool read_run(const void *ctx, const char *name, double *value)
{
	const struct column_run *at = ctx;
	const struct diff_values *v = diff_column_find(at->c, name);

	if (v)
		*value = v->value[at->run];
	return v != NULL;
}

static bool some_runs_lack(const struct diff_column *c, const char *const *term)
{
	for (int i = 0; i < METRIC_TERMS && term[i]; i++) {
		const struct diff_values *v = diff_column_find(c, term[i]);

		if (v && v->n != c->runs)
			return true;
	}
	return false;
}

/* A run in which nothing was tried has no rate, and does not count. */
static int derive_metric(struct diff_column *c, const struct metric *m)
{
	struct column_run at = { .c = c };

	if (some_runs_lack(c, m->plus) || some_runs_lack(c, m->minus))
		return 0;
	for (; at.run < c->runs; at.run++) {
		double value = metric_value(m, read_run, &at);

		if (!isnan(value) && add_value(c, m->name, value))
			return -1;
	}
	return 0;
}

/* A metric that some reports of the column lack has no mean that could be compared. */
static void drop_partial(struct diff_column *c, size_t nr_read)
{
	size_t kept = 0;

	for (size_t i = 0; i < c->nr; i++) {
		if (i < nr_read && c->metric[i].n != c->runs)
			free(c->metric[i].value);
		else
			c->metric[kept++] = c->metric[i];
	}
	c->nr = kept;
}

/**
 * diff_column_derive - compute sums and rates of every run, once all reports are in
 * @c: column
 *
 * Return: 0; -1 when memory ran out.
 */
int diff_column_derive(struct diff_column *c)
{
	size_t nr_read = c->nr;

	for (unsigned int i = 0; i < nr_metrics; i++)
		if ((metrics[i].kind == METRIC_SUM || metrics[i].kind == METRIC_RATE) &&
		    derive_metric(c, &metrics[i]))
			return -1;
	drop_partial(c, nr_read);
	return 0;
}

/**
 * diff_column_rates - compute the rates of every run of a sum, which do not add up themselves
 * @c: column
 *
 * Return: 0; -1 when memory ran out.
 */
int diff_column_rates(struct diff_column *c)
{
	for (unsigned int i = 0; i < nr_metrics; i++)
		if (metrics[i].kind == METRIC_RATE && derive_metric(c, &metrics[i]))
			return -1;
	return 0;
}

/**
 * diff_column_release - free a column
 * @c: the column
 */
void diff_column_release(struct diff_column *c)
{
	for (size_t i = 0; i < c->nr; i++)
		free(c->metric[i].value);
	free(c->metric);
	memset(c, 0, sizeof(*c));
}

/**
 * diff_percent - compute how far a metric moved, in percent of the base
 * @base: value of the base
 * @new: of the other
 *
 * Return: the change; 0 when both are equal, infinite when the base is 0 and the other not.
 */
double diff_percent(double base, double new)
{
	if (base == new)
		return 0;
	if (base == 0)
		return new > 0 ? INFINITY : -INFINITY;
	return 100.0 * (new - base) / fabs(base);
}

/**
 * diff_find - a row by its metric
 * @t: table
 * @name: of the metric
 *
 * Return: the row, or NULL.
 */
static const struct diff_row *diff_find(const struct diff_table *t, const char *name)
{
	for (size_t i = 0; i < t->nr_rows; i++)
		if (!strcmp(t->row[i].name, name))
			return &t->row[i];
	return NULL;
}

static struct diff_cell cell_of(const struct diff_column *c, const char *name)
{
	const struct diff_values *m = diff_column_find(c, name);
	struct diff_cell cell = { .percent = NAN, .p = NAN };

	if (!m || !m->n)
		return cell;
	cell.has = true;
	cell.stats = diff_stats_of(m->value, m->n);
	return cell;
}

/* Few runs show no more than a large change: fewer must not let more pass. */
static bool has_enough_runs(const struct diff_cell *cell)
{
	return cell->stats.n >= DIFF_RUNS_ENOUGH;
}

/* Single runs have no spread: a limit that nobody chose counts only when a change exceeds any. */
static bool is_large(const struct diff_row *row, const struct diff_cell *new)
{
	double a = row->base.stats.mean, b = new->stats.mean;

	return fmax(a, b) >= DIFF_LARGE * fmin(a, b);
}

/**
 * diff_criterion_judge - did a metric move further the wrong way than it may?
 * @c: the criterion, or NULL
 * @row: with the base
 * @new: the other side, with its change and p
 * @alpha: p of what is significant
 *
 * Return: DIFF_NONE without a criterion; DIFF_MISSING when a side has no value.
 */
enum diff_verdict diff_criterion_judge(const struct diff_criterion *c, const struct diff_row *row,
				       const struct diff_cell *new, double alpha)
{
	double change = new->stats.mean - row->base.stats.mean;
	double moved, floor;

	if (!c)
		return DIFF_NONE;
	if (!row->base.has || !new->has)
		return c->builtin ? DIFF_NONE : DIFF_MISSING;
	moved = c->relative ? new->percent : change;
	if (!(c->up && moved > c->limit) && !(c->down && moved < -c->limit))
		return DIFF_PASS;
	floor = isnan(c->floor) ? metric_floor(row->metric) : c->floor;
	if (c->relative && fabs(change) < floor)
		return DIFF_BELOW_FLOOR;
	if (isnan(new->p))
		return c->builtin && !is_large(row, new) ? DIFF_UNDECIDED : DIFF_REGRESSION;
	if (new->p < alpha)
		return DIFF_REGRESSION;
	return has_enough_runs(&row->base) && has_enough_runs(new) ? DIFF_NOISE : DIFF_UNDECIDED;
}

static bool is_whole_number(const struct diff_cell *cell)
{
	return !cell->has || (cell->stats.mean == floor(cell->stats.mean) &&
			      fabs(cell->stats.mean) < 1e15);
}

/* Counts are whole unless they are means; a rate has decimals even when it is 50. */
static int places_of(const struct diff_row *row, const struct diff_table *t)
{
	bool whole = is_whole_number(&row->base);

	for (size_t i = 0; i < t->nr_new; i++)
		whole &= is_whole_number(&row->new[i]);
	if (row->metric->unit == UNIT_FRACTION)
		return 3;
	if (whole && !t->sampled && row->metric->unit != UNIT_PERCENT)
		return 0;
	return row->metric->unit == UNIT_VISITS ? 4 : 2;
}

static void fill_row(struct diff_row *row, const struct diff_table *t, double alpha)
{
	row->metric = metric_find(row->name);
	row->base = cell_of(&t->base, row->name);
	for (size_t i = 0; i < t->nr_new; i++) {
		struct diff_cell *cell = &row->new[i];

		*cell = cell_of(&t->new[i], row->name);
		if (cell->has && row->base.has) {
			cell->percent = diff_percent(row->base.stats.mean, cell->stats.mean);
			cell->p = diff_welch_p(&row->base.stats, &cell->stats);
		}
		cell->verdict = diff_criterion_judge(row->criterion, row, cell, alpha);
	}
	row->places = places_of(row, t);
}

static int add_row(struct diff_table *t, const char *name, const struct diff_criteria *criteria)
{
	struct diff_row *row;

	if (diff_find(t, name))
		return 0;
	row = &t->row[t->nr_rows];
	row->new = calloc(t->nr_new, sizeof(*row->new));
	if (!row->new)
		return -1;
	t->nr_rows++;
	snprintf(row->name, sizeof(row->name), "%s", name);
	row->criterion = diff_criteria_find(criteria, name);
	fill_row(row, t, criteria->alpha);
	return 0;
}

static int add_column_rows(struct diff_table *t, const struct diff_column *c,
			   const struct diff_criteria *criteria)
{
	for (size_t i = 0; i < c->nr; i++)
		if (add_row(t, c->metric[i].name, criteria))
			return -1;
	return 0;
}

static bool any_has(const struct diff_table *t, const char *name)
{
	for (size_t i = 0; i < t->nr_new; i++)
		if (diff_column_find(&t->new[i], name))
			return true;
	return diff_column_find(&t->base, name) != NULL;
}

static size_t most_rows(const struct diff_table *t, const struct diff_criteria *criteria)
{
	size_t rows = t->base.nr + criteria->nr + nr_metrics;

	for (size_t i = 0; i < t->nr_new; i++)
		rows += t->new[i].nr;
	return rows;
}

/**
 * diff_table_build - make rows and verdicts of a table whose columns are complete
 * @t: with ->base and ->new
 * @criteria: to judge by
 *
 * First the rows of a cover letter in their order, then all others as they come. A metric that
 * only some columns have makes a row; so does a criterion on what none has.
 *
 * Return: 0; -1 when memory ran out.
 */
int diff_table_build(struct diff_table *t, const struct diff_criteria *criteria)
{
	t->row = calloc(most_rows(t, criteria), sizeof(*t->row));
	if (!t->row)
		return -1;
	t->sampled = t->base.runs > 1;
	for (size_t i = 0; i < t->nr_new; i++)
		t->sampled |= t->new[i].runs > 1;
	for (unsigned int i = 0; i < nr_metrics; i++)
		if (metrics[i].use & METRIC_ROW && any_has(t, metrics[i].name) &&
		    add_row(t, metrics[i].name, criteria))
			return -1;
	if (add_column_rows(t, &t->base, criteria))
		return -1;
	for (size_t i = 0; i < t->nr_new; i++)
		if (add_column_rows(t, &t->new[i], criteria))
			return -1;
	for (size_t i = 0; i < criteria->nr; i++)
		if (!criteria->entry[i].builtin && add_row(t, criteria->entry[i].metric, criteria))
			return -1;
	return 0;
}

/**
 * diff_table_release - free a table
 * @t: the table
 */
void diff_table_release(struct diff_table *t)
{
	diff_column_release(&t->base);
	for (size_t i = 0; i < t->nr_new; i++)
		diff_column_release(&t->new[i]);
	for (size_t i = 0; i < t->nr_rows; i++)
		free(t->row[i].new);
	free(t->new);
	free(t->row);
	memset(t, 0, sizeof(*t));
}
