// SPDX-License-Identifier: GPL-2.0-only
/*
 * What `run` prints on a terminal in place of JSON: what was replayed, a line of headline figures
 * for each policy, and sentences on what another policy changes.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "diff.h"

#define LINE_WIDTH 80
#define CELL_WIDTH 12
#define NAME_LEAST 12
#define NAME_MOST  (LINE_WIDTH - 2 * CELL_WIDTH)

static double number_at(const json_t *object, const char *name)
{
	return json_number_value(json_object_get(object, name));
}

static const char *text_at(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "unknown";
}

static void print_notes(const json_t *machine, FILE *out)
{
	json_t *note;
	size_t i;

	json_array_foreach(json_object_get(machine, "notes"), i, note)
	{
		fputs("note: ", out);
		diff_wrap(json_string_value(note), 0, LINE_WIDTH, out);
	}
}

static void print_input(const json_t *report, FILE *out)
{
	const json_t *trace = json_object_get(report, "trace");
	const json_t *machine = json_object_get(report, "machine");
	double swap = number_at(machine, "swap_pages");

	fprintf(out, "%s\n", text_at(trace, "path"));
	fprintf(out, "kernel %s, %.0f CPUs, %.0f MiB of memory", text_at(machine, "kernel"),
		number_at(machine, "cpus"), number_at(machine, "pages") / 256);
	if (swap > 0)
		fprintf(out, ", %.0f MiB of swap", swap / 256);
	fprintf(out, "; %.1f s, %.0f events\n", number_at(trace, "duration_ns") / 1e9,
		number_at(trace, "records"));
	if (!strcmp(text_at(machine, "source"), "inferred"))
		fputs("the machine is inferred from the trace\n", out);
	if (number_at(trace, "lost") > 0)
		fprintf(out, "%.0f events were lost while recording\n", number_at(trace, "lost"));
	print_notes(machine, out);
}

/* A mean and its deviation are in the same unit, so that they can be compared at a glance. */
static void format_cell(char *buf, size_t len, const struct diff_stats *stats, bool fine)
{
	double unit = stats->mean >= 9999500 ? 1e6 : stats->mean >= 9999.5 ? 1e3 : 1;
	const char *letter = unit > 1e3 ? "M" : unit > 1 ? "k" : "";
	int digits = fine || (unit > 1 && stats->mean < 100 * unit) ? 1 : 0;

	if (stats->n > 1)
		snprintf(buf, len, "%.*f+-%.*f%s", digits, stats->mean / unit, digits,
			 stats->sd / unit, letter);
	else
		snprintf(buf, len, "%.*f%s", digits, stats->mean / unit, letter);
}

static void print_cell(const struct diff_column *c, const struct metric *m, FILE *out)
{
	const struct diff_values *v = diff_column_find(c, m->name);
	struct diff_stats stats;
	char cell[40];

	if (!v || !v->n) {
		fprintf(out, "%*s", CELL_WIDTH, "-");
		return;
	}
	stats = diff_stats_of(v->value, v->n);
	format_cell(cell, sizeof(cell), &stats, m->unit == UNIT_PERCENT);
	fprintf(out, "%*s", CELL_WIDTH, cell);
}

/* the headline metrics that fit beside the names */
struct summary {
	const struct metric *metric[LINE_WIDTH / CELL_WIDTH];
	unsigned int nr_metrics;
	struct diff_column *column;
	size_t nr;
	int name;
};

static bool some_have(const struct summary *s, const char *name)
{
	for (size_t i = 0; i < s->nr; i++)
		if (diff_column_find(&s->column[i], name))
			return true;
	return false;
}

static void choose_metrics(struct summary *s)
{
	unsigned int fit = (unsigned int)(LINE_WIDTH - s->name) / CELL_WIDTH;

	for (unsigned int i = 0; i < nr_metrics && s->nr_metrics < fit; i++)
		if (metrics[i].headline && some_have(s, metrics[i].name))
			s->metric[s->nr_metrics++] = &metrics[i];
}

/* A head has a line for each of its words, so that the last stands above the figures. */
static const char *word_of(const char *headline, int line, int lines, int *len)
{
	int words = 1, skip;

	for (const char *at = headline; *at; at++)
		words += *at == ' ';
	skip = line - (lines - words);
	if (skip < 0) {
		*len = 0;
		return "";
	}
	for (; skip; skip--)
		headline = strchr(headline, ' ') + 1;
	*len = (int)strcspn(headline, " ");
	return headline;
}

static void print_heads(const struct summary *s, FILE *out)
{
	const int lines = 3;

	for (int line = 0; line < lines; line++) {
		fprintf(out, "%-*s", s->name, "");
		for (unsigned int i = 0; i < s->nr_metrics; i++) {
			int len;
			const char *word = word_of(s->metric[i]->headline, line, lines, &len);
			bool percent = line == lines - 1 && s->metric[i]->unit == UNIT_PERCENT;

			fprintf(out, "%*.*s%s", CELL_WIDTH - (percent ? 2 : 0), len, word,
				percent ? " %" : "");
		}
		fputc('\n', out);
	}
}

static void print_policies(const struct summary *s, FILE *out)
{
	print_heads(s, out);
	for (size_t i = 0; i < s->nr; i++) {
		const char *name = s->column[i].policy;

		if ((int)strlen(name) >= s->name)
			fprintf(out, "%s\n%-*s", name, s->name, "");
		else
			fprintf(out, "%-*s", s->name, name);
		for (unsigned int j = 0; j < s->nr_metrics; j++)
			print_cell(&s->column[i], s->metric[j], out);
		fputc('\n', out);
	}
}

static int read_columns(struct summary *s, const json_t *report)
{
	const json_t *policies = json_object_get(report, "policies"), *policy;
	size_t i;

	s->column = calloc(json_array_size(policies), sizeof(*s->column));
	if (!s->column)
		return -1;
	s->name = NAME_LEAST;
	json_array_foreach((json_t *)policies, i, policy)
	{
		struct diff_column *c = &s->column[s->nr++];
		int len;

		c->policy = diff_policy_label(policy);
		len = (int)strlen(c->policy) + 1;
		if (len > s->name && len <= NAME_MOST)
			s->name = len;
		if (diff_column_add_report(c, "", policy) || diff_column_derive(c))
			return -1;
	}
	return 0;
}

static int print_changes(json_t *report, FILE *out)
{
	const struct diff_style style = { .alpha = DIFF_ALPHA };
	struct diff_report r = { .given = "run", .name = "run", .root = report };
	struct diff d = { .criteria.alpha = DIFF_ALPHA };
	int ret;

	if (diff_selected(&r) < 2)
		return 0;
	ret = diff_pair_self(&d, &r);
	if (!ret) {
		fputc('\n', out);
		diff_write_changes(&d, &style, out);
	}
	for (size_t i = 0; i < d.nr; i++)
		diff_table_release(&d.table[i]);
	free(d.table);
	return ret;
}

/**
 * run_summary - a report for people, at most 80 columns wide but for long names
 * @report: as report_build() made it
 * @out: where to
 *
 * Return: 0; -1 with a message when memory ran out.
 */
int run_summary(json_t *report, FILE *out)
{
	struct summary s = { 0 };
	char *text = NULL;
	size_t len;
	FILE *table = open_memstream(&text, &len);
	int ret = table ? read_columns(&s, report) : -1;

	if (!ret) {
		choose_metrics(&s);
		print_policies(&s, table);
	}
	if (table && fclose(table))
		ret = -1;
	if (ret) {
		message("out of memory");
	} else {
		print_input(report, out);
		fputc('\n', out);
		diff_trim(text, out);
		ret = print_changes(report, out);
	}
	for (size_t i = 0; i < s.nr; i++)
		diff_column_release(&s.column[i]);
	free(s.column);
	free(text);
	return ret;
}
