// SPDX-License-Identifier: GPL-2.0-only
/* What a comparison says, in sentences: each policy against the base, and the verdict. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diff.h"

/**
 * diff_significant - whether a change is more than chance
 * @cell: the other side, with its p
 * @alpha: p of what is significant
 *
 * Return: true when it is; of single runs nothing can be said.
 */
bool diff_significant(const struct diff_cell *cell, double alpha)
{
	return cell->p < alpha;
}

static bool is_judged(const struct diff *d)
{
	for (size_t i = 0; i < d->nr; i++)
		for (size_t j = 0; j < d->table[i].nr_rows; j++)
			for (size_t k = 0; k < d->table[i].nr_new; k++)
				if (d->table[i].row[j].new[k].verdict != DIFF_NONE)
					return true;
	return false;
}

/**
 * diff_outcome - the verdict on all tables
 * @d: the comparison
 *
 * Return: what outweighs all else.
 */
enum diff_outcome diff_outcome(const struct diff *d)
{
	if (d->missing)
		return DIFF_ALL_MISSING;
	if (d->regressions)
		return DIFF_ALL_REGRESSION;
	if (d->undecided)
		return DIFF_ALL_UNDECIDED;
	return is_judged(d) ? DIFF_ALL_PASS : DIFF_ALL_NONE;
}

static const char *p_text(char *buf, size_t len, double p)
{
	if (isnan(p))
		buf[0] = '\0';
	else
		snprintf(buf, len, p < 0.001 ? "p<0.001" : p < 0.1 ? "p=%.3f" : "p=%.2f", p);
	return buf;
}

/* counts without decimals, rates with one: a sentence tells sizes */
static const char *value_text(char *buf, size_t len, const struct diff_row *row, double value)
{
	bool fine = row->metric->unit == UNIT_PERCENT || (fabs(value) < 100 && row->places);

	snprintf(buf, len, "%.*f", fine ? 1 : 0, value);
	return buf;
}

static void print_values(const struct diff_row *row, const struct diff_cell *cell, FILE *out)
{
	char from[32], to[32];

	fprintf(out, "%s -> %s%s", value_text(from, sizeof(from), row, row->base.stats.mean),
		value_text(to, sizeof(to), row, cell->stats.mean),
		row->metric->unit == UNIT_PERCENT ? " %" : "");
}

static void print_size(const struct diff_row *row, const struct diff_cell *cell, FILE *out)
{
	double change = cell->stats.mean - row->base.stats.mean;

	if (row->metric->unit == UNIT_PERCENT)
		fprintf(out, "%.1f points %s", fabs(change), change < 0 ? "less" : "more");
	else if (isinf(cell->percent))
		fprintf(out, "from 0 to %.0f", cell->stats.mean);
	else if (cell->percent >= 300)
		fprintf(out, "%.1f times as much", 1 + cell->percent / 100);
	else
		fprintf(out, "%.0f %% %s", fabs(cell->percent), change < 0 ? "less" : "more");
}

static bool is_headline(const struct diff_row *row, const struct diff_cell *cell)
{
	return row->metric->headline && row->base.has && cell->has;
}

/* Returns how many were printed. */
static unsigned int print_headlines(const struct diff_table *t, size_t new, bool significant,
				    double alpha, FILE *out)
{
	unsigned int nr = 0;
	char p[16];

	for (size_t i = 0; i < t->nr_rows; i++) {
		const struct diff_row *row = &t->row[i];
		const struct diff_cell *cell = &row->new[new];
		bool sure = diff_significant(cell, alpha);

		if (!is_headline(row, cell) || sure != significant || cell->percent == 0)
			continue;
		fprintf(out, "%s%s ", nr++ ? ", " : "", row->metric->headline);
		if (significant)
			print_size(row, cell, out);
		fputs(significant ? " (" : "(", out);
		print_values(row, cell, out);
		if (!isnan(cell->p))
			fprintf(out, ", %s", p_text(p, sizeof(p), cell->p));
		fputc(')', out);
	}
	return nr;
}

static void write_sentence(const struct diff_table *t, size_t new, double alpha, FILE *out)
{
	char *sure = NULL, *unsure = NULL;
	size_t len;
	FILE *list = open_memstream(&sure, &len);
	unsigned int nr = 0, open = 0;

	if (list) {
		nr = print_headlines(t, new, true, alpha, list);
		fclose(list);
	}
	list = open_memstream(&unsure, &len);
	if (list) {
		open = print_headlines(t, new, false, alpha, list);
		fclose(list);
	}
	if (nr)
		fprintf(out, " %s", sure);
	if (open)
		fprintf(out, "%s %s: %s", nr ? ";" : "",
			t->sampled ? "undecided"
				   : "one run each, which does not tell it from chance",
			unsure);
	if (!nr && !open)
		fputs(" no headline metric differs", out);
	fputc('.', out);
	free(sure);
	free(unsure);
}

static void write_column(const struct diff_table *t, size_t new, double alpha, FILE *out)
{
	const struct diff_column *c = &t->new[new];
	char *text = NULL;
	size_t len;
	FILE *sentence = open_memstream(&text, &len);

	if (!sentence)
		return;
	if (t->title)
		fprintf(sentence, "%s: ", t->title);
	if (strcmp(c->policy, t->base.policy))
		fprintf(sentence, "%s against %s", c->policy, t->base.policy);
	else
		fprintf(sentence, "%s against %s", c->file, t->base.file);
	if (t->sampled && c->runs == t->base.runs)
		fprintf(sentence, " over %zu seeds", c->runs);
	else if (t->sampled)
		fprintf(sentence, " over %zu runs against %zu", c->runs, t->base.runs);
	fputc(':', sentence);
	write_sentence(t, new, alpha, sentence);
	fclose(sentence);
	if (text)
		diff_wrap(text, 0, DIFF_SENTENCE_WIDTH, out);
	free(text);
}

static void write_outcome(const struct diff *d, FILE *out)
{
	bool builtin = d->criteria.nr && d->criteria.entry[0].builtin;
	char by[64] = "";

	if (builtin)
		snprintf(by, sizeof(by), " by the built-in criteria (p<%g)", d->criteria.alpha);
	switch (diff_outcome(d)) {
	case DIFF_ALL_NONE:
		fputs("verdict: none, for there is no criterion\n", out);
		break;
	case DIFF_ALL_PASS:
		fprintf(out, "verdict: no regression%s\n", by);
		break;
	case DIFF_ALL_UNDECIDED:
		fprintf(out,
			"verdict: undecided%s:\n    %zu past the limit, and more seeds are"
			" needed to tell it from chance\n",
			by, d->undecided);
		break;
	case DIFF_ALL_REGRESSION:
		fprintf(out, "verdict: %zu regression%s%s\n", d->regressions,
			d->regressions > 1 ? "s" : "", by);
		break;
	case DIFF_ALL_MISSING:
		fprintf(out, "verdict: none: %zu criteri%s cannot be applied\n", d->missing,
			d->missing > 1 ? "a" : "on");
	}
}

/**
 * diff_write_changes - what changed significantly, and what is undecided
 * @d: the comparison
 * @style: what p is significant
 * @out: where to
 *
 * Of several recordings only the last table has a sentence, which is their sum.
 */
void diff_write_changes(const struct diff *d, const struct diff_style *style, FILE *out)
{
	for (size_t i = 0; i < d->nr; i++)
		for (size_t j = 0; j < d->table[i].nr_new; j++)
			if (!d->table[i].title || i == d->nr - 1)
				write_column(&d->table[i], j, style->alpha, out);
}

/**
 * diff_write_sentences - the changes, and the verdict
 * @d: the comparison
 * @style: what p is significant
 * @out: where to
 */
void diff_write_sentences(const struct diff *d, const struct diff_style *style, FILE *out)
{
	diff_write_changes(d, style, out);
	write_outcome(d, out);
}

/**
 * diff_write_summary - the sentences alone
 * @d: the comparison
 * @style: what p is significant
 * @out: where to
 */
void diff_write_summary(const struct diff *d, const struct diff_style *style, FILE *out)
{
	diff_write_sentences(d, style, out);
}
