// SPDX-License-Identifier: GPL-2.0-only
/* The table for code forges. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "diff.h"

#define REASON_LEN	512
#define COLUMN_LEN	8192

static void markdown_text(const char *text, FILE *out)
{
	for (; *text; text++) {
		if (strchr("|_*`<>[]!#~&\\", *text))
			fputc('\\', out);
		fputc(*text == '\n' ? ' ' : *text, out);
	}
}

static void markdown_head(const struct diff_table *t, const struct diff_column *c, FILE *out)
{
	char name[COLUMN_LEN];

	diff_column_name(name, sizeof(name), c);
	fputs(" ", out);
	markdown_text(name, out);
	if (t->sampled)
		fprintf(out, ", %zu run%s", c->runs, c->runs > 1 ? "s" : "");
	fputs(" |", out);
}

static void markdown_value(const struct diff_row *row, const struct diff_cell *cell, FILE *out)
{
	char value[32] = "-";

	if (cell->has)
		diff_value(value, sizeof(value), cell->stats.mean, row);
	fprintf(out, " %s", value);
	if (cell->has && cell->stats.n > 1)
		fprintf(out, " &plusmn; %.4g", cell->stats.sd);
}

static void markdown_cell(const struct diff_row *row, const struct diff_cell *cell, FILE *out)
{
	const char *bold = cell->verdict == DIFF_REGRESSION ? "**" : "";

	markdown_value(row, cell, out);
	if (isinf(cell->percent))
		fprintf(out, " %s(from 0)%s", bold, bold);
	else if (!isnan(cell->percent))
		fprintf(out, " %s(%+.2f%%)%s", bold, cell->percent, bold);
	if (!isnan(cell->p))
		fprintf(out, cell->p < 0.001 ? " p&lt;0.001" : " p=%.3f", cell->p);
	fputs(" |", out);
}

static void markdown_rows(const struct diff_table *t, const struct diff_style *style, FILE *out)
{
	for (size_t i = 0; i < t->nr_rows; i++) {
		const struct diff_row *row = &t->row[i];

		if (!diff_row_shown(t, row, style->all))
			continue;
		fputs("| ", out);
		markdown_text(diff_row_label(row), out);
		fputs(" |", out);
		markdown_value(row, &row->base, out);
		fputs(" |", out);
		for (size_t j = 0; j < t->nr_new; j++)
			markdown_cell(row, &row->new[j], out);
		fputc('\n', out);
	}
}

/* also what one side lacks, and what cannot be judged */
static void markdown_verdicts(const struct diff_table *t, const struct diff_style *style, FILE *out)
{
	bool first = true;
	char why[REASON_LEN];

	for (size_t i = 0; i < t->nr_rows; i++)
		for (size_t j = 0; j < t->nr_new; j++) {
			const struct diff_row *row = &t->row[i];
			bool lacks = row->base.has != row->new[j].has;

			if (row->new[j].verdict <= DIFF_PASS &&
			    !(lacks && diff_row_shown(t, row, style->all)))
				continue;
			fputs(first ? "\n- " : "- ", out);
			first = false;
			diff_reason(why, sizeof(why), row, &row->new[j]);
			markdown_text(t->new[j].policy, out);
			fputs(": ", out);
			markdown_text(why, out);
			fputc('\n', out);
		}
}

/**
 * diff_write_markdown - tables as code forges show them; regressions are bold
 * @d: the comparison
 * @style: --all
 * @out: where to
 */
void diff_write_markdown(const struct diff *d, const struct diff_style *style, FILE *out)
{
	for (size_t i = 0; i < d->nr; i++) {
		const struct diff_table *t = &d->table[i];

		fputs(i ? "\n| metric |" : "| metric |", out);
		markdown_head(t, &t->base, out);
		for (size_t j = 0; j < t->nr_new; j++)
			markdown_head(t, &t->new[j], out);
		fputs("\n|---|---:|", out);
		for (size_t j = 0; j < t->nr_new; j++)
			fputs("---:|", out);
		fputc('\n', out);
		markdown_rows(t, style, out);
		markdown_verdicts(t, style, out);
	}
}
