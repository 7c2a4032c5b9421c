// SPDX-License-Identifier: GPL-2.0-only
/* The table that mm cover letters carry: one row per metric, one column per policy. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diff.h"

#define LINE_WIDTH	100	/* the least that leaves room for the spreads */
#define LEAST_WIDTH	72	/* a terminal that is narrower breaks the lines */
#define NAME_WIDTH	46	/* longer names get a line of their own */
#define VALUE_WIDTH	11
#define VALUE_MOST	13
#define SPREAD_WIDTH	11	/* " +-1234.567" */
#define CHANGE_WIDTH	12	/* " ( +35.30%)" */
#define TEST_WIDTH	8	/* " p=0.031" */

#define RED	"\033[31m"
#define GREEN	"\033[32m"
#define PLAIN	"\033[0m"

struct layout {
	const struct diff_table *t;
	const struct diff_style *style;
	FILE *out;
	int name, value;	/* widths */
	int width;		/* of a line */
	bool marks;		/* room for the mark of a regression */
	bool spreads;		/* and for standard deviations */
};

/**
 * diff_row_label - get the name that the table has for a metric
 * @row: its row
 *
 * Return: a string that lives as long as @row.
 */
const char *diff_row_label(const struct diff_row *row)
{
	return metric_title(row->metric, row->name);
}

static bool says_something(const struct diff_cell *cell)
{
	return cell->has && cell->stats.mean != 0;
}

/**
 * diff_row_shown - does a row belong into the table?
 * @t: its table
 * @row: the row
 * @all: --all was given; a row that is 0 on every side still says nothing
 *
 * A row of a cover letter always does, and so does one with a criterion.
 *
 * Return: true when it does.
 */
bool diff_row_shown(const struct diff_table *t, const struct diff_row *row, bool all)
{
	bool something = says_something(&row->base);

	if (row->metric->use & METRIC_ROW || row->criterion)
		return true;
	for (size_t i = 0; i < t->nr_new; i++)
		something |= says_something(&row->new[i]);
	return all && something;
}

/**
 * diff_value - a number as the table shows it
 * @buf: filled in
 * @len: its size
 * @value: of the row
 * @row: says how many decimals all its values have
 */
void diff_value(char *buf, size_t len, double value, const struct diff_row *row)
{
	snprintf(buf, len, "%.*f", row->places, value);
	if (strlen(buf) > VALUE_MOST)
		snprintf(buf, len, "%.6g", value);
}

/**
 * diff_change - a change as the table shows it, 11 characters
 * @buf: at least 16 bytes
 * @len: its size
 * @percent: NAN when a side is missing, infinite when the base is 0
 */
void diff_change(char *buf, size_t len, double percent)
{
	if (isnan(percent))
		snprintf(buf, len, "(       - )");
	else if (isinf(percent))
		snprintf(buf, len, "(%sfrom 0)", percent > 0 ? "   " : " - ");
	else if (fabs(percent) < 9999)
		snprintf(buf, len, "(%+8.2f%%)", percent);
	else if (fabs(percent) < 999999)
		snprintf(buf, len, "(%+8.0f%%)", percent);
	else
		snprintf(buf, len, "(%+8.1e%%)", percent);
}

static void undecided_text(char *buf, size_t len, const struct diff_criterion *c,
			   const struct diff_cell *new)
{
	if (isnan(new->p))
		snprintf(buf, len, ", past %s, but single runs do not tell it from chance",
			 c->text);
	else
		snprintf(buf, len, ", past %s, but not significant over so few runs, p=%.3g",
			 c->text, new->p);
}

/**
 * diff_reason - the verdict on a cell, in words
 * @buf: filled in
 * @len: its size
 * @row: with the base and the criterion
 * @new: the cell
 */
void diff_reason(char *buf, size_t len, const struct diff_row *row, const struct diff_cell *new)
{
	char value[2][32], change[16];
	const struct diff_criterion *c = row->criterion;
	double floor;

	if (!row->base.has || !new->has) {
		snprintf(buf, len, "%s: missing %s", row->name, row->base.has ? "in the new side" :
			 new->has ? "in the base" : "on both sides");
		return;
	}
	diff_value(value[0], sizeof(value[0]), row->base.stats.mean, row);
	diff_value(value[1], sizeof(value[1]), new->stats.mean, row);
	if (isinf(new->percent))
		snprintf(change, sizeof(change), "from 0");
	else
		snprintf(change, sizeof(change), "%+.2f%%", new->percent);
	snprintf(buf, len, "%s: %s to %s %s (%s)", row->name, value[0], value[1],
		 metric_unit_name(row->metric->unit), change);
	if (!c)
		return;
	len -= strlen(buf);
	buf += strlen(buf);
	floor = isnan(c->floor) ? metric_floor(row->metric) : c->floor;
	if (new->verdict == DIFF_REGRESSION)
		snprintf(buf, len, ", past %s", c->text);
	else if (new->verdict == DIFF_BELOW_FLOOR)
		snprintf(buf, len, ", past %s, but by less than %g %s", c->text, floor,
			 metric_unit_name(row->metric->unit));
	else if (new->verdict == DIFF_NOISE)
		snprintf(buf, len, ", past %s, but not significant, p=%.3g", c->text, new->p);
	else if (new->verdict == DIFF_UNDECIDED)
		undecided_text(buf, len, c, new);
	else
		snprintf(buf, len, ", within %s", c->text);
}

/**
 * diff_column_name - a column in one line
 * @buf: filled in
 * @len: its size
 * @c: the column
 */
void diff_column_name(char *buf, size_t len, const struct diff_column *c)
{
	if (c->nr_files > 1)
		snprintf(buf, len, "%s (%zu reports):%s", c->file, c->nr_files, c->policy);
	else
		snprintf(buf, len, "%s:%s", c->file, c->policy);
}

static int cell_width(const struct layout *l, bool base)
{
	int width = 1 + l->value + (l->spreads ? SPREAD_WIDTH : 0);

	if (base)
		return width;
	return width + CHANGE_WIDTH + (l->t->sampled ? TEST_WIDTH : 0) + l->marks;
}

static void widen_values(struct layout *l, const struct diff_row *row,
			 const struct diff_cell *cell)
{
	char buf[32];

	if (!cell->has)
		return;
	diff_value(buf, sizeof(buf), cell->stats.mean, row);
	if ((int)strlen(buf) > l->value)
		l->value = (int)strlen(buf);
}

static struct layout layout_of(const struct diff_table *t, const struct diff_style *style,
			       FILE *out)
{
	struct layout l = { .t = t, .style = style, .out = out, .value = VALUE_WIDTH };
	int room;

	l.width = LINE_WIDTH;
	if (style->width && style->width < LINE_WIDTH)
		l.width = style->width > LEAST_WIDTH ? style->width : LEAST_WIDTH;
	l.spreads = t->sampled && l.width == LINE_WIDTH;

	for (size_t i = 0; i < t->nr_rows; i++) {
		const struct diff_row *row = &t->row[i];
		int len = (int)strlen(diff_row_label(row));

		if (!diff_row_shown(t, row, style->all))
			continue;
		l.marks |= row->criterion != NULL;
		if (len > l.name && len <= NAME_WIDTH)
			l.name = len;
		widen_values(&l, row, &row->base);
		for (size_t j = 0; j < t->nr_new; j++)
			widen_values(&l, row, &row->new[j]);
	}
	room = l.width - cell_width(&l, true) - cell_width(&l, false);
	if (l.name > room)
		l.name = room;
	return l;
}

/* This takes the next line off a head: up to a comma, or as much as fits. */
static void print_head_line(const struct layout *l, const char **head, int width)
{
	size_t len = strcspn(*head, ",\n");
	bool cut = len > (size_t)width - 1;

	if (cut)
		len = (size_t)width - 1;
	fprintf(l->out, "%*.*s", width, (int)len, *head);
	*head += len;
	if (!cut && **head)
		(*head)++;
}

static char *head_of(const struct diff_table *t, const struct diff_column *c)
{
	size_t len = strlen(c->file) + strlen(c->policy) + 64;
	char *head = malloc(len), runs[64] = "";
	bool files = false;

	for (size_t i = 0; i < t->nr_new; i++)
		files |= strcmp(t->new[i].file, t->base.file) != 0;
	if (!head)
		return NULL;
	if (t->sampled)
		snprintf(runs, sizeof(runs), "\n%zu run%s", c->runs, c->runs > 1 ? "s" : "");
	snprintf(head, len, "%s%s%s%s", files ? c->file : "", files ? "\n" : "", c->policy, runs);
	return head;
}

#define MAX_COLUMNS	16	/* that fit into a line, with the base */

static void print_heads(const struct layout *l, size_t from, size_t to)
{
	char *head[MAX_COLUMNS] = { head_of(l->t, &l->t->base) };
	const char *at[MAX_COLUMNS] = { head[0] ? head[0] : "" };
	size_t nr = 1;
	bool more = true;

	for (size_t i = from; i < to && nr < MAX_COLUMNS; i++, nr++) {
		head[nr] = head_of(l->t, &l->t->new[i]);
		at[nr] = head[nr] ? head[nr] : "";
	}
	while (more) {
		more = false;
		fprintf(l->out, "%-*s", l->name, "");
		for (size_t i = 0; i < nr; i++) {
			print_head_line(l, &at[i], i ? cell_width(l, false) :
					cell_width(l, true));
			more |= *at[i] != '\0';
		}
		fputc('\n', l->out);
	}
	for (size_t i = 0; i < nr; i++)
		free(head[i]);
}

/* The text has at most 8 digits, and only as many behind the point as are significant. */
static void spread_text(char *buf, size_t len, double sd)
{
	const char *format = "+-%.4f";

	if (sd == 0)
		format = "+-%.0f";
	else if (sd >= 99999999)
		format = "+-%.2e";
	else if (sd >= 1000)
		format = "+-%.0f";
	else if (sd >= 0.1)
		format = "+-%.2f";
	snprintf(buf, len, format, sd);
}

static void print_value(const struct layout *l, const struct diff_row *row,
			const struct diff_cell *cell)
{
	char buf[32] = "-", spread[SPREAD_WIDTH + 8] = "";

	if (cell->has)
		diff_value(buf, sizeof(buf), cell->stats.mean, row);
	fprintf(l->out, " %*s", l->value, buf);
	if (!l->spreads)
		return;
	if (cell->has && cell->stats.n > 1)
		spread_text(spread, sizeof(spread), cell->stats.sd);
	fprintf(l->out, " %-*s", SPREAD_WIDTH - 1, spread);
}

static const char *color_of(const struct layout *l, const struct diff_row *row,
			    const struct diff_cell *cell)
{
	bool better;

	if (!l->style->color || !diff_significant(cell, l->style->alpha) ||
	    row->metric->better == NEITHER_IS_BETTER)
		return NULL;
	better = (cell->percent > 0) == (row->metric->better == HIGHER_IS_BETTER);
	return better ? GREEN : RED;
}

static void print_change(const struct layout *l, const struct diff_row *row,
			 const struct diff_cell *cell)
{
	const char *color = color_of(l, row, cell);
	char change[32], test[16] = "";

	diff_change(change, sizeof(change), cell->percent);
	fprintf(l->out, " %s%s%s", color ? color : "", change, color ? PLAIN : "");
	if (l->t->sampled) {
		if (!isnan(cell->p))
			snprintf(test, sizeof(test), cell->p < 0.001 ? "p<0.001" : "p=%.3f",
				 cell->p);
		fprintf(l->out, " %-*s", TEST_WIDTH - 1, test);
	}
	if (l->marks)
		fputc(cell->verdict == DIFF_REGRESSION ? '!' : ' ', l->out);
}

static void print_row(const struct layout *l, const struct diff_row *row, size_t from, size_t to)
{
	const char *label = diff_row_label(row);

	if ((int)strlen(label) > l->name)
		fprintf(l->out, "%s\n%-*s", label, l->name, "");
	else
		fprintf(l->out, "%-*s", l->name, label);
	print_value(l, row, &row->base);
	for (size_t i = from; i < to; i++) {
		print_value(l, row, &row->new[i]);
		print_change(l, row, &row->new[i]);
	}
	fputc('\n', l->out);
}

static void print_columns(const struct layout *l, size_t from, size_t to)
{
	print_heads(l, from, to);
	for (size_t i = 0; i < l->t->nr_rows; i++)
		if (diff_row_shown(l->t, &l->t->row[i], l->style->all))
			print_row(l, &l->t->row[i], from, to);
}

static bool is_only_in(const struct diff_row *row, size_t new, bool base)
{
	const struct diff_cell *has = base ? &row->base : &row->new[new];
	const struct diff_cell *lacks = base ? &row->new[new] : &row->base;

	return says_something(has) && !lacks->has;
}

/**
 * diff_wrap - print a text in lines
 * @text: words with a blank between them; one that is too long is cut
 * @indent: columns before the first line; those that follow have four more
 * @width: most columns of a line
 * @out: where to
 */
void diff_wrap(const char *text, int indent, int width, FILE *out)
{
	int column = fprintf(out, "%*s", indent, "");

	while (*text) {
		int len = (int)strcspn(text, " "), room = width - indent - 4;

		if (len > room)
			len = room;
		if (column > indent + 4 && column + 1 + len > width)
			column = fprintf(out, "\n%*s", indent + 4, "") - 1;
		else if (column > indent + 4 || (column > indent && text[-1] == ' '))
			column += fprintf(out, " ");
		column += fprintf(out, "%.*s", len, text);
		text += len;
		text += *text == ' ';
	}
	fputc('\n', out);
}

/* What one side lacks cannot be compared. It is named, so that nobody takes it for unchanged. */
static void print_only_in(const struct layout *l, size_t new, bool base)
{
	size_t shown = 0, hidden = 0, len;
	char *names = NULL;
	FILE *list = open_memstream(&names, &len);

	if (!list)
		return;
	fprintf(list, "%s %s:", base ? "not in" : "only in", l->t->new[new].policy);
	for (size_t i = 0; i < l->t->nr_rows; i++) {
		const struct diff_row *row = &l->t->row[i];

		if (!is_only_in(row, new, base))
			continue;
		if (diff_row_shown(l->t, row, l->style->all)) {
			fprintf(list, " %s", row->name);
			shown++;
		} else {
			hidden++;
		}
	}
	if (hidden)
		fprintf(list, "%s %zu that %s not shown (--all)", shown ? " and" : "", hidden,
			hidden > 1 ? "are" : "is");
	fclose(list);
	if (names && shown + hidden) {
		fputc('\n', l->out);
		diff_wrap(names, 0, l->width, l->out);
	}
	free(names);
}

static void print_reason(const struct layout *l, const char *policy, const char *why)
{
	char text[1024];

	snprintf(text, sizeof(text), "%.400s: %s", policy, why);
	diff_wrap(text, 4, l->width, l->out);
}

static void print_verdicts(const struct layout *l, enum diff_verdict which, const char *title)
{
	const struct diff_table *t = l->t;
	bool first = true;
	char why[512];

	for (size_t j = 0; j < t->nr_new; j++)
		for (size_t i = 0; i < t->nr_rows; i++) {
			if (t->row[i].new[j].verdict != which)
				continue;
			if (first)
				fprintf(l->out, "\n%s:\n", title);
			first = false;
			diff_reason(why, sizeof(why), &t->row[i], &t->row[i].new[j]);
			print_reason(l, t->new[j].policy, why);
		}
}

static void print_notes(const struct layout *l)
{
	const struct diff_table *t = l->t;

	if (l->spreads)
		fputs("\nmeans of runs; +- standard deviation; p of Welch's t test, two-sided,"
		      " where both have runs\n",
		      l->out);
	else if (t->sampled)
		fputs("\nmeans of runs, p of Welch's t test; 100 columns show standard"
		      " deviations, too\n",
		      l->out);
	print_verdicts(l, DIFF_REGRESSION, "regressions");
	print_verdicts(l, DIFF_BELOW_FLOOR, "past their limits by too little to count");
	print_verdicts(l, DIFF_NOISE, "past their limits, but perhaps by chance");
	print_verdicts(l, DIFF_UNDECIDED, "past their limits, undecided: more seeds would tell");
	print_verdicts(l, DIFF_MISSING, "cannot be judged");
	for (size_t i = 0; i < t->nr_new; i++) {
		print_only_in(l, i, true);
		print_only_in(l, i, false);
	}
}

/**
 * diff_trim - print a text without the blanks at the ends of its lines
 * @text: columns leave such, which mails and their diffs must not have
 * @out: where to
 */
void diff_trim(const char *text, FILE *out)
{
	while (*text) {
		size_t line = strcspn(text, "\n"), len = line;

		while (len && text[len - 1] == ' ')
			len--;
		fwrite(text, 1, len, out);
		if (text[line])
			fputc('\n', out);
		text += line + (text[line] != '\0');
	}
}

static void write_tables(const struct diff *d, const struct diff_style *style, FILE *out)
{
	for (size_t i = 0; i < d->nr; i++) {
		const struct diff_table *t = &d->table[i];
		struct layout l = layout_of(t, style, out);
		size_t fit =
			(size_t)((l.width - l.name - cell_width(&l, true)) / cell_width(&l, false));

		if (fit > MAX_COLUMNS - 1)
			fit = MAX_COLUMNS - 1;
		if (i)
			fputc('\n', out);
		if (t->title)
			fprintf(out, "%s\n", t->title);
		for (size_t from = 0; from < t->nr_new; from += fit) {
			if (from)
				fputc('\n', out);
			print_columns(&l, from, from + fit < t->nr_new ? from + fit : t->nr_new);
		}
		print_notes(&l);
	}
	fputc('\n', out);
	diff_write_sentences(d, style, out);
}

/**
 * diff_write_text - tables of at most 100 characters a line; policies that do not fit follow below
 * @d: the comparison
 * @style: --all, --color
 * @out: where to
 */
void diff_write_text(const struct diff *d, const struct diff_style *style, FILE *out)
{
	char *text = NULL;
	size_t len;
	FILE *buffer = open_memstream(&text, &len);

	if (!buffer) {
		write_tables(d, style, out);
		return;
	}
	write_tables(d, style, buffer);
	fclose(buffer);
	diff_trim(text, out);
	free(text);
}
