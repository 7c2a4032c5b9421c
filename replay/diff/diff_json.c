// SPDX-License-Identifier: GPL-2.0-only
/* A comparison for programs: JSON, schema fragreplay-diff/1, and CSV. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "diff.h"

#define DIFF_SCHEMA	"fragreplay-diff/1"

static const char *const outcome_name[] = {
	[DIFF_ALL_NONE] = "none",	    [DIFF_ALL_PASS] = "pass",
	[DIFF_ALL_UNDECIDED] = "undecided", [DIFF_ALL_REGRESSION] = "regression",
	[DIFF_ALL_MISSING] = "missing",
};

static json_t *number_or_null(double value)
{
	if (!isfinite(value))
		return json_null();
	if (value == floor(value) && fabs(value) < 1e15)
		return json_integer((json_int_t)value);
	return json_real(value);
}

static json_t *json_stats(const struct diff_cell *cell)
{
	json_t *stats;

	if (!cell->has)
		return json_null();
	stats = json_pack("{so, sI}", "value", number_or_null(cell->stats.mean), "runs",
			  (json_int_t)cell->stats.n);
	if (cell->stats.n > 1)
		json_object_set_new(stats, "sd", number_or_null(cell->stats.sd));
	return stats;
}

static json_t *json_cell(const struct diff_row *row, const struct diff_cell *cell)
{
	json_t *object = json_stats(cell);
	bool both = cell->has && row->base.has;

	if (json_is_null(object))
		object = json_pack("{sn, si}", "value", "runs", 0);
	json_object_set_new(object, "change", both ?
			    number_or_null(cell->stats.mean - row->base.stats.mean) : json_null());
	json_object_set_new(object, "percent", number_or_null(cell->percent));
	if (!isnan(cell->p))
		json_object_set_new(object, "p", json_real(cell->p));
	if (row->criterion)
		json_object_set_new(object, "verdict",
				    json_string(diff_verdict_name[cell->verdict]));
	return object;
}

static json_t *json_criterion(const struct diff_row *row)
{
	const struct diff_criterion *c = row->criterion;
	json_t *object = json_pack("{ss, ss}", "limit", c->text, "from", c->where);

	if (c->relative)
		json_object_set_new(object, "floor", number_or_null(isnan(c->floor) ?
				    metric_floor(row->metric) : c->floor));
	return object;
}

static json_t *json_row(const struct diff_table *t, const struct diff_row *row)
{
	json_t *object = json_object(), *new = json_array();

	json_object_set_new(object, "metric", json_string(row->name));
	json_object_set_new(object, "label", json_string(diff_row_label(row)));
	json_object_set_new(object, "unit", json_string(metric_unit_name(row->metric->unit)));
	json_object_set_new(object, "better", json_string(metric_better_name[row->metric->better]));
	if (row->criterion)
		json_object_set_new(object, "criterion", json_criterion(row));
	json_object_set_new(object, "base", json_stats(&row->base));
	for (size_t i = 0; i < t->nr_new; i++)
		json_array_append_new(new, json_cell(row, &row->new[i]));
	json_object_set_new(object, "new", new);
	return object;
}

static json_t *json_column(const struct diff_column *c)
{
	return json_pack("{ss, sI, ss, sI}", "file", c->file, "files", (json_int_t)c->nr_files,
			 "policy", c->policy, "runs", (json_int_t)c->runs);
}

static json_t *json_table(const struct diff_table *t)
{
	json_t *object = json_object(), *new = json_array(), *rows = json_array();

	if (t->title)
		json_object_set_new(object, "title", json_string(t->title));
	for (size_t i = 0; i < t->nr_new; i++)
		json_array_append_new(new, json_column(&t->new[i]));
	for (size_t i = 0; i < t->nr_rows; i++)
		json_array_append_new(rows, json_row(t, &t->row[i]));
	json_object_set_new(object, "base", json_column(&t->base));
	json_object_set_new(object, "new", new);
	json_object_set_new(object, "metrics", rows);
	return object;
}

/**
 * diff_write_json - schema fragreplay-diff/1, every metric
 * @d: the comparison
 * @style: unused
 * @out: where to
 */
void diff_write_json(const struct diff *d, const struct diff_style *style, FILE *out)
{
	json_t *doc = json_object(), *tables = json_array();

	(void)style;
	json_object_set_new(doc, "schema", json_string(DIFF_SCHEMA));
	json_object_set_new(doc, "regressions", json_integer((json_int_t)d->regressions));
	json_object_set_new(doc, "undecided", json_integer((json_int_t)d->undecided));
	json_object_set_new(doc, "missing", json_integer((json_int_t)d->missing));
	json_object_set_new(doc, "verdict", json_string(outcome_name[diff_outcome(d)]));
	json_object_set_new(doc, "alpha", json_real(d->criteria.alpha));
	for (size_t i = 0; i < d->nr; i++)
		json_array_append_new(tables, json_table(&d->table[i]));
	json_object_set_new(doc, "tables", tables);
	json_dumpf(doc, out, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
	fputc('\n', out);
	json_decref(doc);
}

static void csv_quoted(const char *text, FILE *out)
{
	for (; *text; text++)
		fprintf(out, *text == '"' ? "\"\"" : "%c", *text);
	fputc('"', out);
}

/* RFC 4180; a spreadsheet would compute what begins like a formula */
static void csv_text(const char *text, FILE *out)
{
	if (*text && strchr("=+-@\t\r", *text)) {
		fputs("\"'", out);
		csv_quoted(text, out);
		return;
	}
	if (!strpbrk(text, ",\"\r\n")) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	csv_quoted(text, out);
}

static void csv_number(double value, FILE *out)
{
	fputc(',', out);
	if (isfinite(value))
		fprintf(out, "%.15g", value);
}

static void csv_stats(const struct diff_cell *cell, FILE *out)
{
	csv_number(cell->has ? cell->stats.mean : NAN, out);
	csv_number(cell->has && cell->stats.n > 1 ? cell->stats.sd : NAN, out);
	csv_number(cell->has ? (double)cell->stats.n : 0, out);
}

static void csv_line(const struct diff_table *t, size_t new, const struct diff_row *row, FILE *out)
{
	const struct diff_cell *cell = &row->new[new];

	csv_text(t->base.file, out);
	fputc(',', out);
	csv_text(t->base.policy, out);
	fputc(',', out);
	csv_text(t->new[new].file, out);
	fputc(',', out);
	csv_text(t->new[new].policy, out);
	fputc(',', out);
	csv_text(row->name, out);
	fprintf(out, ",%s,%s", metric_unit_name(row->metric->unit),
		metric_better_name[row->metric->better]);
	csv_stats(&row->base, out);
	csv_stats(cell, out);
	csv_number(cell->has && row->base.has ? cell->stats.mean - row->base.stats.mean : NAN, out);
	csv_number(cell->percent, out);
	csv_number(cell->p, out);
	fprintf(out, ",%s\r\n", row->criterion ? diff_verdict_name[cell->verdict] : "");
}

/**
 * diff_write_csv - one line per metric and column, of every metric; RFC 4180
 * @d: the comparison
 * @style: unused
 * @out: where to
 *
 * A field is empty where there is nothing: a value that is missing, a percentage from 0, p without
 * a test, the verdict without a criterion.
 */
void diff_write_csv(const struct diff *d, const struct diff_style *style, FILE *out)
{
	(void)style;
	fputs("base_file,base_policy,new_file,new_policy,metric,unit,better,base,base_sd,"
	      "base_runs,new,new_sd,new_runs,change,percent,p,verdict\r\n", out);
	for (size_t i = 0; i < d->nr; i++)
		for (size_t j = 0; j < d->table[i].nr_new; j++)
			for (size_t k = 0; k < d->table[i].nr_rows; k++)
				csv_line(&d->table[i], j, &d->table[i].row[k], out);
}
