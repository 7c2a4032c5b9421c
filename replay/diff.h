/* SPDX-License-Identifier: GPL-2.0-only */
/* Two reports side by side: metrics by name, and thresholds on how far they may move. */
#ifndef FRAGREPLAY_DIFF_H
#define FRAGREPLAY_DIFF_H

#include <jansson.h>

#include "cmd.h"

enum direction { NEUTRAL, LOWER_IS_BETTER, HIGHER_IS_BETTER };

struct diff_row {
	char name[96];
	bool has[2];
	double value[2];	/* base, new */
};

struct diff_table {
	struct diff_row *row;
	size_t nr, cap;
};

/* METRIC=PERCENT: with a sign, that way only; without, the way that is worse for the metric */
struct threshold {
	char metric[96];
	double percent;
	bool up, down;		/* which movements are a regression */
};

int diff_collect(struct diff_table *t, const json_t *base, const json_t *new);
void diff_release(struct diff_table *t);
void diff_print(const struct diff_table *t, const char *base, const char *new, FILE *out);
const struct diff_row *diff_find(const struct diff_table *t, const char *name);
double diff_percent(const struct diff_row *row);
enum direction metric_direction(const char *name);
int threshold_parse(struct threshold *th, const char *text);
bool threshold_exceeded(const struct threshold *th, const struct diff_row *row);

#endif
