/* SPDX-License-Identifier: GPL-2.0-only */
/* Metrics of two reports, matched by name: the numbers below one policy's object, flattened. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "diff.h"

#define LINE_WIDTH	96
#define COLUMN_WIDTH	15

struct direction_rule {
	const char *prefix;
	enum direction direction;
};

/* the first prefix that fits decides; a metric that none fits is neutral */
static const struct direction_rule direction_rules[] = {
	{ "thp_fault_fallback", LOWER_IS_BETTER },
	{ "thp_fault_alloc", HIGHER_IS_BETTER },
	{ "thp_collapse_alloc_failed", LOWER_IS_BETTER },
	{ "thp_split", LOWER_IS_BETTER },
	{ "thp_swpout", LOWER_IS_BETTER },
	{ "thp.success", HIGHER_IS_BETTER },
	{ "workingset_refault", LOWER_IS_BETTER },
	{ "pgsteal", LOWER_IS_BETTER },
	{ "pgscan", LOWER_IS_BETTER },
	{ "pswp", LOWER_IS_BETTER },
	{ "allocstall", LOWER_IS_BETTER },
	{ "pgmigrate", LOWER_IS_BETTER },
	{ "compact_success", NEUTRAL },
	{ "compact_", LOWER_IS_BETTER },
	{ "slabs_scanned", LOWER_IS_BETTER },
	{ "pageoutrun", LOWER_IS_BETTER },
	{ "oom_kill", LOWER_IS_BETTER },
	{ "extfrag.", LOWER_IS_BETTER },
	{ "stall_ns.", LOWER_IS_BETTER },
	{ "allocator.", LOWER_IS_BETTER },
	{ "search.lists.allocations", NEUTRAL },
	{ "search.blocks.allocations", NEUTRAL },
	{ "search.", LOWER_IS_BETTER },
	{ "memory.mixed_pageblocks", LOWER_IS_BETTER },
	{ "memory.polluted_movable_pageblocks", LOWER_IS_BETTER },
	{ "memory.contiguity.2MiB.total", NEUTRAL },
	{ "memory.contiguity.1GiB.total", NEUTRAL },
	{ "memory.contiguity.", HIGHER_IS_BETTER },
};

/**
 * metric_direction - which way a metric gets better
 * @name: as in the table
 */
enum direction metric_direction(const char *name)
{
	for (size_t i = 0; i < sizeof(direction_rules) / sizeof(direction_rules[0]); i++)
		if (!strncmp(name, direction_rules[i].prefix, strlen(direction_rules[i].prefix)))
			return direction_rules[i].direction;
	return NEUTRAL;
}

/**
 * diff_find - a row by its name
 * @t: table
 * @name: of the metric
 *
 * Return: the row, or NULL.
 */
const struct diff_row *diff_find(const struct diff_table *t, const char *name)
{
	for (size_t i = 0; i < t->nr; i++)
		if (!strcmp(t->row[i].name, name))
			return &t->row[i];
	return NULL;
}

static struct diff_row *new_row(struct diff_table *t, const char *name)
{
	if (t->nr == t->cap) {
		size_t cap = t->cap ? 2 * t->cap : 128;
		struct diff_row *row = realloc(t->row, cap * sizeof(*row));

		if (!row)
			return NULL;
		t->row = row;
		t->cap = cap;
	}
	memset(&t->row[t->nr], 0, sizeof(t->row[0]));
	snprintf(t->row[t->nr].name, sizeof(t->row[0].name), "%s", name);
	return &t->row[t->nr++];
}

static int add_value(struct diff_table *t, const char *name, int side, double value)
{
	struct diff_row *row = (struct diff_row *)diff_find(t, name);

	if (!row)
		row = new_row(t, name);
	if (!row)
		return -1;
	row->has[side] = true;
	row->value[side] = value;
	return 0;
}

/* objects are walked; arrays (per order, per sample) are no single metric and are left out */
static int flatten(struct diff_table *t, const char *prefix, const json_t *object, int side)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)object, key, value) {
		char name[sizeof(t->row->name)];

		if ((size_t)snprintf(name, sizeof(name), "%s%s%s", prefix, *prefix ? "." : "",
				     key) >= sizeof(name))
			continue;
		if (json_is_object(value) && flatten(t, name, value, side))
			return -1;
		if (json_is_number(value) && add_value(t, name, side, json_number_value(value)))
			return -1;
	}
	return 0;
}

/* counters go by the kernel's bare names, everything else by its path in the report */
static int collect_side(struct diff_table *t, const json_t *policy, int side)
{
	static const char *const part[] = {
		"thp", "extfrag", "stall_ns", "allocator", "search", "memory",
	};
	const json_t *own = json_object_get(policy, "policy_counters");

	if (flatten(t, "", json_object_get(policy, "counters"), side))
		return -1;
	for (size_t i = 0; i < sizeof(part) / sizeof(part[0]); i++)
		if (flatten(t, part[i], json_object_get(policy, part[i]), side))
			return -1;
	return flatten(t, "policy", own, side);
}

/**
 * diff_collect - the metrics of two policies' results
 * @t: filled in; diff_release() frees it
 * @base: element of "policies" of a report
 * @new: likewise
 *
 * A metric that only one side has makes a row with ->has[] false for the other.
 *
 * Return: 0; -1 when memory ran out.
 */
int diff_collect(struct diff_table *t, const json_t *base, const json_t *new)
{
	memset(t, 0, sizeof(*t));
	if (!collect_side(t, base, 0) && !collect_side(t, new, 1))
		return 0;
	diff_release(t);
	return -1;
}

/**
 * diff_release - free a table
 * @t: the table
 */
void diff_release(struct diff_table *t)
{
	free(t->row);
	memset(t, 0, sizeof(*t));
}

/**
 * diff_percent - how far a metric moved, in percent of the base
 * @row: with both sides
 *
 * Return: the change; 0 when both sides are equal, infinite when the base is 0 and the other not.
 */
double diff_percent(const struct diff_row *row)
{
	if (row->value[0] == row->value[1])
		return 0;
	if (row->value[0] == 0)
		return row->value[1] > 0 ? INFINITY : -INFINITY;
	return 100.0 * (row->value[1] - row->value[0]) / fabs(row->value[0]);
}

static void print_value(double value, int width, FILE *out)
{
	if (value == floor(value) && fabs(value) < 1e15)
		fprintf(out, " %*.0f", width, value);
	else
		fprintf(out, " %*.4f", width, value);
}

static size_t label_line(const char *label)
{
	return strcspn(label, ",");
}

static int widest_line(const char *label, int width)
{
	for (; *label; label += label[label_line(label)] == ',') {
		if ((int)label_line(label) > width)
			width = (int)label_line(label);
		label += label_line(label);
	}
	return width;
}

/* takes a label's next line off it */
static void print_label_line(const char **label, int width, FILE *out)
{
	size_t len = label_line(*label);

	fprintf(out, " %*.*s", width, (int)len, *label);
	*label += len + ((*label)[len] == ',');
}

/* a setting a line, so that "defrag_mode,step=assist" shows whole; returns the columns' width */
static int print_labels(const char *base, const char *new, FILE *out)
{
	int width = widest_line(new, widest_line(base, COLUMN_WIDTH));

	do {
		fprintf(out, "%-40s", "");
		print_label_line(&base, width, out);
		print_label_line(&new, width, out);
		fputc('\n', out);
	} while (*base || *new);
	return width;
}

/* What one side lacks cannot be compared: it is named, so that nobody takes it for unchanged. */
static void print_only_in(const struct diff_table *t, int side, FILE *out)
{
	size_t column = 0;

	for (size_t i = 0; i < t->nr; i++) {
		const struct diff_row *row = &t->row[i];

		if (!row->has[side] || row->has[!side] || !row->value[side])
			continue;
		if (!column)
			fprintf(out, "\nonly in %s:", side ? "NEW" : "BASE");
		if (!column || column + strlen(row->name) + 2 > LINE_WIDTH) {
			fputs("\n   ", out);
			column = 3;
		}
		fprintf(out, " %s", row->name);
		column += strlen(row->name) + 1;
	}
	if (column)
		fputc('\n', out);
}

/**
 * diff_print - the table that mm cover letters carry: name, base, new, ( +35.30%)
 * @t: the table
 * @base: label of the base's policy, a setting after each comma
 * @new: of the other
 * @out: where to
 *
 * A row where both sides are 0 says nothing and is left out; metrics that only one side has are
 * named below the table.
 */
void diff_print(const struct diff_table *t, const char *base, const char *new, FILE *out)
{
	int width = print_labels(base, new, out);

	for (size_t i = 0; i < t->nr; i++) {
		const struct diff_row *row = &t->row[i];

		if (!row->has[0] || !row->has[1] || (!row->value[0] && !row->value[1]))
			continue;
		fprintf(out, "%-40s", row->name);
		print_value(row->value[0], width, out);
		print_value(row->value[1], width, out);
		fprintf(out, " (%+8.2f%%)\n", diff_percent(row));
	}
	print_only_in(t, 0, out);
	print_only_in(t, 1, out);
}

/**
 * threshold_parse - read METRIC=PERCENT
 * @th: filled in
 * @text: "thp_fault_alloc=-2%", "pgscan_direct=+10", "compact_stall=5": a sign names the movement
 *	that is a regression; without one it is the one that makes the metric worse, and both
 *	when no way is worse
 *
 * Return: 0; -1 when that is not its form.
 */
int threshold_parse(struct threshold *th, const char *text)
{
	const char *equal = strchr(text, '=');
	enum direction direction;
	char number[64];
	size_t len;

	memset(th, 0, sizeof(*th));
	if (!equal || equal == text || (size_t)(equal - text) >= sizeof(th->metric))
		return -1;
	memcpy(th->metric, text, (size_t)(equal - text));
	len = strlen(equal + 1);
	if (len && equal[len] == '%')
		len--;
	if (!len || len >= sizeof(number))
		return -1;
	memcpy(number, equal + 1, len);
	number[len] = '\0';
	if (!parse_real(number, -1e6, 1e6, &th->percent))
		return -1;
	direction = metric_direction(th->metric);
	th->up = number[0] == '+' || (number[0] != '-' && direction != HIGHER_IS_BETTER);
	th->down = number[0] == '-' || (number[0] != '+' && direction != LOWER_IS_BETTER);
	th->percent = fabs(th->percent);
	return 0;
}

/**
 * threshold_exceeded - whether a metric moved further the wrong way than it may
 * @th: the threshold
 * @row: its row, with both sides
 */
bool threshold_exceeded(const struct threshold *th, const struct diff_row *row)
{
	double percent = diff_percent(row);

	return (th->up && percent > th->percent) || (th->down && percent < -th->percent);
}
