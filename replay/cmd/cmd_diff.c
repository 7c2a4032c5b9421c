// SPDX-License-Identifier: GPL-2.0-only
/* `fragreplay diff` compares reports of one trace, or the policies of one report. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/color.h"
#include "base/message.h"
#include "base/output.h"
#include "base/suggest.h"
#include "base/terminal.h"
#include "cmd.h"
#include "diff/diff.h"
#include "report/metrics.h"
#include "report/report.h"
#include "options.h"

typedef void (*diff_writer)(const struct diff *d, const struct diff_style *style, FILE *out);

static const struct {
	const char *name, *ending;
	diff_writer write;
} formats[] = {
	{ "text", ".txt", diff_write_text },  { "markdown", ".md", diff_write_markdown },
	{ "json", ".json", diff_write_json }, { "csv", ".csv", diff_write_csv },
	{ "ktap", ".ktap", diff_write_ktap }, { "junit", ".xml", diff_write_junit },
};

#define NR_FORMATS	(sizeof(formats) / sizeof(formats[0]))

/* The reports that are named, and the sides of the comparison that they belong to. */
struct operands {
	struct diff_report *report;
	struct diff_group *group;
	size_t nr, nr_groups;
};

static diff_writer find_format(const char *name)
{
	for (size_t i = 0; i < NR_FORMATS; i++)
		if (!strcmp(formats[i].name, name))
			return formats[i].write;
	message("--format %s: text, markdown, json, csv, ktap or junit is needed", name);
	return NULL;
}

/* Without a format, the output's name decides; a name without an ending gets text. */
static diff_writer format_by_ending(const char *path)
{
	const char *ending = path ? output_ending(path) : "";

	if (!*ending)
		return diff_write_text;
	for (size_t i = 0; i < NR_FORMATS; i++)
		if (!strcmp(formats[i].ending, ending))
			return formats[i].write;
	message("diff: -o %s: no format is known by %s; name one with --format", path, ending);
	return NULL;
}

static int choose_color(const struct options *o, bool *color)
{
	enum color_when when = COLOR_AUTO;

	if (o->color && color_parse(o->color, &when))
		return -1;
	*color = when == COLOR_ALWAYS || (when == COLOR_AUTO && !o->output && !color_unwanted() &&
					  isatty(STDOUT_FILENO));
	return 0;
}

/* --alpha and --threshold win over the file; without any the built-in criteria apply. */
static int read_criteria(const struct options *o, struct diff_criteria *c)
{
	bool none = o->criteria && !strcmp(o->criteria, "none");

	c->alpha = DIFF_ALPHA;
	if (!o->criteria && !o->nr_thresholds && diff_criteria_builtin(c))
		return -1;
	if (o->criteria && !none && diff_criteria_read(c, o->criteria))
		return -1;
	for (unsigned int i = 0; i < o->nr_thresholds; i++)
		if (diff_criteria_threshold(c, o->threshold[i]))
			return -1;
	if (o->alpha > 0)
		c->alpha = o->alpha;
	return 0;
}

static int check_operands(const struct options *o)
{
	if (!o->nr_base && !o->nr_new && o->nr_args)
		return 0;
	if (o->nr_base && o->nr_new && !o->nr_args)
		return 0;
	if (o->nr_base || o->nr_new)
		message("diff: --base REPORT... and --new REPORT... go together, and with no other"
			" reports; see `fragreplay help diff`");
	else
		message("diff: name two reports, or one with several policies; see"
			" `fragreplay help diff`");
	return -1;
}

static int load_side(struct operands *op, const char *const *given, size_t nr, bool force)
{
	struct diff_group *g = &op->group[op->nr_groups++];

	g->report = &op->report[op->nr];
	for (; g->nr < nr; g->nr++, op->nr++)
		if (diff_report_load(&op->report[op->nr], given[g->nr], force)) {
			json_decref(op->report[op->nr].root);
			return -1;
		}
	return 0;
}

static int load_operands(struct operands *op, const struct options *o)
{
	size_t nr = o->nr_args + o->nr_base + o->nr_new;

	op->report = calloc(nr, sizeof(*op->report));
	op->group = calloc(nr, sizeof(*op->group));
	if (!op->report || !op->group) {
		message("out of memory");
		return -1;
	}
	if (o->nr_base)
		return load_side(op, o->base, o->nr_base, o->force) ||
			load_side(op, o->new, o->nr_new, o->force) ? -1 : 0;
	for (unsigned int i = 0; i < o->nr_args; i++)
		if (load_side(op, &o->arg[i], 1, o->force))
			return -1;
	return 0;
}

static void release_operands(struct operands *op)
{
	for (size_t i = 0; i < op->nr; i++)
		json_decref(op->report[i].root);
	free(op->report);
	free(op->group);
}

static int compare_operands(struct diff *d, const struct operands *op, const struct options *o)
{
	if (!o->nr_base && diff_is_family(op->group, op->nr_groups)) {
		for (size_t i = 0; i < op->nr_groups; i++)
			if (diff_comparable(&op->group[i], 1, o->force))
				return -1;
		return diff_pair_family(d, op->group, op->nr_groups);
	}
	if (diff_comparable(op->group, op->nr_groups, o->force))
		return -1;
	if (op->nr == 1)
		return diff_pair_self(d, &op->report[0]);
	return diff_pair(d, op->group, op->nr_groups, o->force);
}

static void say_verdict(const struct diff_table *t, const struct diff_row *row, size_t new)
{
	char why[512], hint[SUGGESTION_LEN];

	diff_reason(why, sizeof(why), row, &row->new[new]);
	if (row->new[new].verdict == DIFF_REGRESSION)
		message("regression: %s: %s", t->new[new].policy, why);
	else if (row->new[new].verdict == DIFF_UNDECIDED)
		message("undecided: %s: %s", t->new[new].policy, why);
	else if (row->new[new].verdict == DIFF_MISSING && metric_is_known(row->name))
		message("%s: %s: %s", row->criterion->where, t->new[new].policy, why);
	else if (row->new[new].verdict == DIFF_MISSING)
		message("%s: %s: %s; no metric is called so%s; see `fragreplay diff"
			" --list-metrics`",
			row->criterion->where, t->new[new].policy, why,
			metric_hint(row->name, hint, sizeof(hint)));
}

/* The table may go to a file, so that what decides the exit code is also said on stderr. */
static int say_verdicts(const struct diff *d)
{
	for (size_t i = 0; i < d->nr; i++)
		for (size_t j = 0; j < d->table[i].nr_rows; j++)
			for (size_t k = 0; k < d->table[i].nr_new; k++)
				say_verdict(&d->table[i], &d->table[i].row[j], k);
	switch (diff_outcome(d)) {
	case DIFF_ALL_MISSING:
	case DIFF_ALL_UNDECIDED:
		return EXIT_TROUBLE;
	case DIFF_ALL_REGRESSION:
		return EXIT_REGRESSION;
	default:
		return EXIT_OK;
	}
}

static int write_result(const struct diff *d, const struct options *o, diff_writer write,
			const struct diff_style *style)
{
	struct output out;

	if (output_open(&out, o->output))
		return -1;
	write(d, style, out.file);
	return output_commit(&out);
}

static int diff_reports(const struct options *o, diff_writer write, const struct diff_style *style)
{
	struct operands op = { 0 };
	struct diff d = { 0 };
	int ret = EXIT_TROUBLE;

	if (!read_criteria(o, &d.criteria) && !load_operands(&op, o) &&
	    !compare_operands(&d, &op, o) && !write_result(&d, o, write, style))
		ret = say_verdicts(&d);
	for (size_t i = 0; i < d.nr; i++)
		diff_table_release(&d.table[i]);
	free(d.table);
	diff_criteria_release(&d.criteria);
	release_operands(&op);
	return ret;
}

/* prints them as text, or with --format json for programs */
static int list_metrics(const char *format)
{
	json_t *table;
	int ret;

	if (!format || !strcmp(format, "text")) {
		metrics_print(stdout);
		return output_flush_stdout() ? EXIT_TROUBLE : EXIT_OK;
	}
	if (strcmp(format, "json")) {
		message("--list-metrics --format %s: text or json is needed", format);
		return EXIT_TROUBLE;
	}
	table = metrics_document();
	ret = report_write(table, NULL);
	json_decref(table);
	return ret ? EXIT_TROUBLE : EXIT_OK;
}

/**
 * cmd_diff - compare reports
 * @argc: number of arguments
 * @argv: the arguments; the first is the name of the command
 *
 * Return: exit code: 0 no regression, 1 a metric moved past its limit, 2 they could not be
 * compared.
 */
int cmd_diff(int argc, char **argv)
{
	struct diff_style style = { 0 };
	struct options o;
	diff_writer write;

	if (options_parse(&o, CMD_DIFF, argc, argv))
		return EXIT_TROUBLE;
	if (o.list_metrics)
		return list_metrics(o.format);
	if (o.summary && o.format) {
		message("--summary: is a form of its own, and goes without --format");
		return EXIT_TROUBLE;
	}
	write = o.summary  ? diff_write_summary
		: o.format ? find_format(o.format)
			   : format_by_ending(o.output);
	style.all = o.all;
	style.width = o.output ? 0 : terminal_width();
	style.alpha = o.alpha > 0 ? o.alpha : DIFF_ALPHA;
	if (!write || choose_color(&o, &style.color) || check_operands(&o))
		return EXIT_TROUBLE;
	return diff_reports(&o, write, &style);
}
