// SPDX-License-Identifier: GPL-2.0-only
/* A comparison for CI: KTAP and JUnit, with one test per metric. */
#include <stdio.h>

#include "diff.h"

#define REASON_LEN	512
#define COLUMN_LEN	8192

/* A name in KTAP has no '#', which begins a directive, and nothing that ends a line. */
static void ktap_text(const char *text, FILE *out)
{
	for (; *text; text++)
		fputc(*text == '#' || (unsigned char)*text < ' ' ? '_' : *text, out);
}

static void ktap_name(const struct diff_table *t, size_t new, FILE *out)
{
	char name[COLUMN_LEN];

	diff_column_name(name, sizeof(name), &t->base);
	ktap_text(name, out);
	fputs(" vs ", out);
	diff_column_name(name, sizeof(name), &t->new[new]);
	ktap_text(name, out);
}

/* Tests are what has a criterion, and the rows of the table, so that a plan is never empty. */
static bool is_test(const struct diff_table *t, const struct diff_row *row,
		    const struct diff_style *style)
{
	return diff_row_shown(t, row, style->all);
}

static bool verdict_failed(enum diff_verdict verdict)
{
	return verdict == DIFF_REGRESSION || verdict == DIFF_UNDECIDED || verdict == DIFF_MISSING;
}

static size_t count_tests(const struct diff_table *t, const struct diff_style *style)
{
	size_t nr = 0;

	for (size_t i = 0; i < t->nr_rows; i++)
		nr += is_test(t, &t->row[i], style);
	return nr;
}

/* Return: whether the test failed. */
static bool ktap_test(const struct diff_row *row, const struct diff_cell *cell, size_t nr,
		      FILE *out)
{
	bool failed = verdict_failed(cell->verdict);
	char why[REASON_LEN];

	diff_reason(why, sizeof(why), row, cell);
	fputs("    # ", out);
	ktap_text(why, out);
	fprintf(out, "\n    %s %zu ", failed ? "not ok" : "ok", nr);
	ktap_text(row->name, out);
	fputs(row->criterion ? "\n" : " # SKIP no criterion\n", out);
	return failed;
}

static void ktap_column(const struct diff_table *t, size_t new, size_t nr,
			const struct diff_style *style, FILE *out)
{
	bool failed = false, judged = false;
	size_t test = 0;

	fputs("    KTAP version 1\n    # Subtest: ", out);
	ktap_name(t, new, out);
	fprintf(out, "\n    1..%zu\n", count_tests(t, style));
	for (size_t i = 0; i < t->nr_rows; i++) {
		if (!is_test(t, &t->row[i], style))
			continue;
		judged |= t->row[i].criterion != NULL;
		failed |= ktap_test(&t->row[i], &t->row[i].new[new], ++test, out);
	}
	fprintf(out, "%s %zu ", failed ? "not ok" : "ok", nr);
	ktap_name(t, new, out);
	fputs(judged ? "\n" : " # SKIP no criterion\n", out);
}

static size_t count_columns(const struct diff *d)
{
	size_t nr = 0;

	for (size_t i = 0; i < d->nr; i++)
		nr += d->table[i].nr_new;
	return nr;
}

/**
 * diff_write_ktap - KTAP version 1: one subtest per column, one test per metric
 * @d: the comparison
 * @style: --all
 * @out: where to
 *
 * Source: the kernel's Documentation/dev-tools/ktap.rst; tools/testing/kunit/kunit_parser.py. A
 * metric without a criterion is skipped, with its change in the diagnostic line.
 */
void diff_write_ktap(const struct diff *d, const struct diff_style *style, FILE *out)
{
	size_t nr = 0;

	fprintf(out, "KTAP version 1\n1..%zu\n", count_columns(d));
	for (size_t i = 0; i < d->nr; i++)
		for (size_t j = 0; j < d->table[i].nr_new; j++)
			ktap_column(&d->table[i], j, ++nr, style, out);
}

/* What XML 1.0 cannot hold at all becomes '?'. */
static void xml_text(const char *text, FILE *out)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\t': case '\n': case '\r':
			fprintf(out, "&#%d;", *text);
			break;
		default:
			fputc((unsigned char)*text < ' ' ? '?' : *text, out);
		}
	}
}

static void junit_name(const struct diff_table *t, size_t new, FILE *out)
{
	char name[COLUMN_LEN];

	diff_column_name(name, sizeof(name), &t->base);
	xml_text(name, out);
	fputs(" vs ", out);
	diff_column_name(name, sizeof(name), &t->new[new]);
	xml_text(name, out);
}

static void junit_verdict(const struct diff_row *row, const struct diff_cell *cell, FILE *out)
{
	char why[REASON_LEN];

	diff_reason(why, sizeof(why), row, cell);
	if (cell->verdict == DIFF_REGRESSION || cell->verdict == DIFF_MISSING) {
		fprintf(out, "      <%s message=\"", cell->verdict == DIFF_REGRESSION ?
			"failure" : "error");
		xml_text(why, out);
		fputs("\"/>\n", out);
		return;
	}
	if (!row->criterion)
		fputs("      <skipped message=\"no criterion\"/>\n", out);
	fputs("      <system-out>", out);
	xml_text(why, out);
	fputs("</system-out>\n", out);
}

static size_t count_verdict(const struct diff_table *t, size_t new, enum diff_verdict which,
			    const struct diff_style *style)
{
	size_t nr = 0;

	for (size_t i = 0; i < t->nr_rows; i++)
		nr += is_test(t, &t->row[i], style) && t->row[i].new[new].verdict == which;
	return nr;
}

static void junit_column(const struct diff_table *t, size_t new, const struct diff_style *style,
			 FILE *out)
{
	fputs("  <testsuite name=\"", out);
	junit_name(t, new, out);
	fprintf(out, "\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\">\n",
		count_tests(t, style), count_verdict(t, new, DIFF_REGRESSION, style),
		count_verdict(t, new, DIFF_MISSING, style),
		count_verdict(t, new, DIFF_NONE, style));
	for (size_t i = 0; i < t->nr_rows; i++) {
		if (!is_test(t, &t->row[i], style))
			continue;
		fputs("    <testcase name=\"", out);
		xml_text(t->row[i].name, out);
		fputs("\" classname=\"fragreplay.", out);
		xml_text(t->new[new].policy, out);
		fputs("\">\n", out);
		junit_verdict(&t->row[i], &t->row[i].new[new], out);
		fputs("    </testcase>\n", out);
	}
	fputs("  </testsuite>\n", out);
}

/**
 * diff_write_junit - JUnit XML: one suite per column, one case per metric
 * @d: the comparison
 * @style: --all
 * @out: where to
 */
void diff_write_junit(const struct diff *d, const struct diff_style *style, FILE *out)
{
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"fragreplay diff\">\n",
	      out);
	for (size_t i = 0; i < d->nr; i++)
		for (size_t j = 0; j < d->table[i].nr_new; j++)
			junit_column(&d->table[i], j, style, out);
	fputs("</testsuites>\n", out);
}
