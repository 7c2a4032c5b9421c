// SPDX-License-Identifier: GPL-2.0-only
/* The table of metrics is printed here for people. */
#include <stdlib.h>

#include "base/suggest.h"
#include "base/terminal.h"
#include "metrics.h"

#define SOURCE_INDENT 4 /* of a source that does not fit beside its metric */

static void print_terms(const char *const *term, const char *sign, FILE *out)
{
	for (int i = 0; i < METRIC_TERMS && term[i]; i++)
		fprintf(out, "%s%s", i ? sign : "", term[i]);
}

static void print_source(const struct metric *m, const char *name, FILE *out)
{
	if (m->kind == METRIC_RATE) {
		fprintf(out, "100 * %s / (%s + %s)", m->plus[0], m->plus[0], m->minus[0]);
	} else if (m->kind == METRIC_SUM) {
		print_terms(m->plus, " + ", out);
		fputs(m->minus[0] ? " - " : "", out);
		print_terms(m->minus, " - ", out);
	} else if (metric_counter(name) >= 0) {
		fputs("/proc/vmstat", out);
	} else {
		fprintf(out, "report%s%s", m->source ? ": " : "", m->source ? m->source : "");
	}
}

static void print_one(void *out, const char *name, const struct metric *m)
{
	int column = fprintf(out, "%-40s %-11s %-8s", name, metric_unit_name(m->unit),
			     metric_better_name[m->better]);
	int width = terminal_width();
	char *source = NULL;
	size_t len;
	FILE *text = width ? open_memstream(&source, &len) : NULL;

	if (text) {
		print_source(m, name, text);
		fclose(text);
	}
	if (source && column + 1 + (int)len > width) {
		fputc('\n', out);
		print_wrapped(out, source, 0, SOURCE_INDENT, width);
	} else {
		fputc(' ', out);
		print_source(m, name, out);
		fputc('\n', out);
	}
	free(source);
}

/**
 * metrics_print - print every metric: name, unit, which way is better, source
 * @out: where to
 */
void metrics_print(FILE *out)
{
	fprintf(out, "%-40s %-11s %-8s %s\n", "METRIC", "UNIT", "BETTER", "SOURCE");
	metric_for_each(print_one, out);
}

static void consider(void *near, const char *name, const struct metric *m)
{
	(void)m;
	suggest_consider(near, name);
}

/**
 * metric_hint - find what may have been meant by a name that no metric has
 * @name: the name
 * @buf: filled in
 * @len: its size; SUGGESTION_LEN does
 *
 * Return: @buf, as suggest_text() words it.
 */
const char *metric_hint(const char *name, char *buf, size_t len)
{
	struct suggestion near;

	suggest_begin(&near, name);
	metric_for_each(consider, &near);
	return suggest_text(&near, buf, len);
}
