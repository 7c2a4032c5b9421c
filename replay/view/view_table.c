// SPDX-License-Identifier: GPL-2.0-only
/* The page has the rows of `fragreplay diff`, with every policy against any other. */
#include <math.h>
#include <stdlib.h>

#include "base/json.h"
#include "diff/diff.h"
#include "internal.h"

static json_t *cell_value(const struct diff_cell *cell)
{
	return cell->has ? json_real(cell->stats.mean) : json_null();
}

static bool all_zero(const struct diff_table *t, const struct diff_row *row)
{
	bool zero = !row->base.has || row->base.stats.mean == 0;

	for (size_t i = 0; i < t->nr_new; i++)
		zero &= !row->new[i].has || row->new[i].stats.mean == 0;
	return zero;
}

static const struct diff_cell *cell_of(const struct diff_row *row, size_t column)
{
	return column ? &row->new[column - 1] : &row->base;
}

/* null of a single run, which has no spread */
static json_t *cell_spread(const struct diff_cell *cell)
{
	return cell->has && cell->stats.n > 1 ? json_fraction(cell->stats.sd) : json_null();
}

/* for any column may be the base: of each column, the p values of its difference from all others */
static json_t *p_values(const struct diff_row *row, size_t columns)
{
	json_t *all = json_array();

	for (size_t i = 0; i < columns; i++) {
		const struct diff_cell *base = cell_of(row, i);
		json_t *of_one = json_array();

		for (size_t j = 0; j < columns; j++) {
			const struct diff_cell *cell = cell_of(row, j);
			double p = base->has && cell->has ? diff_welch_p(&base->stats, &cell->stats)
							  : NAN;

			json_array_append_new(of_one, isnan(p) ? json_null() : json_fraction(p));
		}
		json_array_append_new(all, of_one);
	}
	return all;
}

static json_t *table_row(const struct diff_table *t, const struct diff_row *row)
{
	json_t *values = json_array(), *spreads = json_array();

	for (size_t i = 0; i <= t->nr_new; i++) {
		json_array_append_new(values, cell_value(cell_of(row, i)));
		json_array_append_new(spreads, cell_spread(cell_of(row, i)));
	}
	return json_pack("{ss, ss, ss, ss, so, so, so}", "name", row->name, "label",
			 diff_row_label(row), "unit", metric_unit_name(row->metric->unit), "better",
			 metric_better_name[row->metric->better], "values", values, "sd", spreads,
			 "p", p_values(row, t->nr_new + 1));
}

static int fill_column(struct diff_column *c, const char *file, const json_t *policy)
{
	return diff_column_add_report(c, file, policy) || diff_column_derive(c) ? -1 : 0;
}

static int fill_table(struct diff_table *t, json_t *const *reports, const char *const *names,
		      unsigned int n)
{
	static const struct diff_criteria none;
	bool first = true;

	for (unsigned int r = 0; r < n; r++) {
		json_t *policies = json_object_get(reports[r], "policies"), *policy;
		size_t i;

		json_array_foreach(policies, i, policy) {
			struct diff_column *c = first ? &t->base : &t->new[t->nr_new++];

			if (fill_column(c, names[r], policy))
				return -1;
			first = false;
		}
	}
	return first ? 0 : diff_table_build(t, &none);
}

/**
 * view_table - make the rows of the main metrics at the end of every policy's replay
 * @reports: of `fragreplay run`
 * @names: what the user called each of them
 * @n: how many
 *
 * A row where no policy counted anything is left out. Of several seeds there are mean, standard
 * deviation, and the p value of each difference.
 *
 * Return: array of rows, one value for each policy of each report in order, null where it lacks
 * the metric; NULL when memory ran out.
 */
json_t *view_table(json_t *const *reports, const char *const *names, unsigned int n)
{
	struct diff_table table = { 0 };
	json_t *rows = json_array();
	size_t columns = 1;

	for (unsigned int r = 0; r < n; r++)
		columns += json_array_size(json_object_get(reports[r], "policies"));
	table.new = calloc(columns, sizeof(*table.new));
	if (!rows || !table.new || fill_table(&table, reports, names, n)) {
		json_decref(rows);
		rows = NULL;
	}
	for (size_t i = 0; rows && i < table.nr_rows; i++)
		if (diff_row_shown(&table, &table.row[i], false) &&
		    !all_zero(&table, &table.row[i]))
			json_array_append_new(rows, table_row(&table, &table.row[i]));
	diff_table_release(&table);
	return rows;
}
