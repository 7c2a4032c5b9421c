/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reports side by side: metrics by name, each a sample of one run or of several, columns of a
 * table, and criteria on how far a metric may move.
 */
#ifndef FRAGREPLAY_DIFF_H
#define FRAGREPLAY_DIFF_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "report/metrics.h"

/* diff_stats.c */
struct diff_stats {
	size_t n;
	double mean, sd;	/* sd: of the sample, n - 1; 0 when n is 1 */
};

struct diff_stats diff_stats_of(const double *value, size_t n);
double diff_student_p(double t, double df);
double diff_welch_p(const struct diff_stats *a, const struct diff_stats *b);

/* one metric over the runs of a column */
struct diff_values {
	char name[METRIC_NAME];
	double *value;
	size_t n, cap;
};

struct diff_column {
	const char *file;	/* the first of them */
	const char *policy;
	size_t nr_files, runs;
	struct diff_values *metric;
	size_t nr, cap;
};

int diff_column_add_report(struct diff_column *c, const char *file, const json_t *policy);
int diff_column_derive(struct diff_column *c);
int diff_column_rates(struct diff_column *c);
const struct diff_values *diff_column_find(const struct diff_column *c, const char *name);
void diff_column_release(struct diff_column *c);

/* METRIC=LIMIT[,floor=N]; diff_criteria.c */
struct diff_criterion {
	char metric[METRIC_NAME];
	char text[64];		/* of the limit, as it was given */
	char where[256];	/* "--threshold", or file and line */
	double limit, floor;	/* both >= 0; floor NAN: the metric's own */
	bool relative;		/* in percent of the base, not in units */
	bool builtin;		/* nobody gave it: what lacks its metric is not judged */
	bool up, down;		/* which movements are a regression */
};

struct diff_criteria {
	struct diff_criterion *entry;
	size_t nr, cap;
	double alpha;		/* a change whose p is not below it is no regression */
};

int diff_criterion_parse(struct diff_criterion *c, const char *metric, const char *limit,
			 const char *floor, char *err, size_t errlen);
int diff_criteria_read(struct diff_criteria *list, const char *path);
int diff_criteria_builtin(struct diff_criteria *list);
int diff_criteria_threshold(struct diff_criteria *list, const char *text);
const struct diff_criterion *diff_criteria_find(const struct diff_criteria *list,
						 const char *metric);
void diff_criteria_release(struct diff_criteria *list);

enum diff_verdict {
	DIFF_NONE, /* no criterion */
	DIFF_PASS,
	DIFF_REGRESSION,
	DIFF_BELOW_FLOOR, /* past a relative limit, by less than the floor */
	DIFF_NOISE,	  /* past the limit, but not significant over enough runs */
	DIFF_UNDECIDED,	  /* past the limit, but not significant over so few: trouble */
	DIFF_MISSING,	  /* the criterion cannot be applied: trouble */
};

/* a factor that chance does not bring about, for single runs */
#define DIFF_LARGE 2.0

/* From so many runs on either side on, what is not significant counts as chance. */
#define DIFF_RUNS_ENOUGH 8

extern const char *const diff_verdict_name[];

struct diff_cell {
	bool has;
	struct diff_stats stats;
	double percent;		/* of the base; infinite from 0; NAN: a side is missing */
	double p;		/* NAN: no test, one side is a single run */
	enum diff_verdict verdict;
};

struct diff_row {
	char name[METRIC_NAME];
	const struct metric *metric;
	const struct diff_criterion *criterion;
	int places;		/* decimals that its values need */
	struct diff_cell base, *new;
};

struct diff_table {
	struct diff_column base, *new;
	size_t nr_new;
	struct diff_row *row;
	size_t nr_rows;
	bool sampled;		/* some column has several runs */
	const char *title; /* of a table among those of several recordings; NULL: it is alone */
};

struct diff {
	struct diff_table *table;
	size_t nr;
	struct diff_criteria criteria;
	size_t regressions, undecided, missing;
};

/* the verdict on all tables, in the order in which one outweighs another */
enum diff_outcome {
	DIFF_ALL_NONE,
	DIFF_ALL_PASS,
	DIFF_ALL_UNDECIDED,
	DIFF_ALL_REGRESSION,
	DIFF_ALL_MISSING
};

enum diff_outcome diff_outcome(const struct diff *d);

int diff_table_build(struct diff_table *t, const struct diff_criteria *criteria);
void diff_table_release(struct diff_table *t);
double diff_percent(double base, double new);
enum diff_verdict diff_criterion_judge(const struct diff_criterion *c, const struct diff_row *row,
				       const struct diff_cell *new, double alpha);
bool diff_row_shown(const struct diff_table *t, const struct diff_row *row, bool all);
const char *diff_row_label(const struct diff_row *row);

/* operands, and which of them can be compared; diff_load.c */
struct diff_report {
	const char *given;
	char path[4096];
	char name[4096];	/* the path, in UTF-8 whatever it is */
	const char *policy;	/* after the colon, or NULL: all of them */
	json_t *root;
};

struct diff_group {
	struct diff_report *report;
	size_t nr;
};

int diff_report_load(struct diff_report *r, const char *given, bool force);
int diff_comparable(const struct diff_group *group, size_t nr, bool force);
int diff_independent(const struct diff_group *g, const char *policy, bool force);
const json_t *diff_policy(const struct diff_report *r, const char *name);
const char *diff_policy_label(const json_t *policy);
size_t diff_selected(const struct diff_report *r);

/* diff_pair.c: which column is held against which */
int diff_pair(struct diff *d, const struct diff_group *group, size_t nr, bool force);
int diff_pair_self(struct diff *d, const struct diff_report *r);

/* diff_sum.c: the same policies on several recordings */
bool diff_is_family(const struct diff_group *group, size_t nr);
int diff_pair_family(struct diff *d, const struct diff_group *group, size_t nr);
struct diff_table *diff_new_table(struct diff *d, size_t nr_new);
int diff_finish_table(struct diff *d, struct diff_table *t);

/* what they look like */
struct diff_style {
	bool all, color;
	double alpha; /* p below which a change is called one */
	int width;    /* of text; 0: as mails have it, which is the most, too */
};

#define DIFF_SENTENCE_WIDTH 80

/* of sentences and colors; criteria, which are many tests at once, have their own */
#define DIFF_ALPHA 0.05

void diff_wrap(const char *text, int indent, int width, FILE *out);
void diff_trim(const char *text, FILE *out);

/* diff_verdict.c: what a comparison says, in sentences */
bool diff_significant(const struct diff_cell *cell, double alpha);
void diff_write_changes(const struct diff *d, const struct diff_style *style, FILE *out);
void diff_write_sentences(const struct diff *d, const struct diff_style *style, FILE *out);
void diff_write_summary(const struct diff *d, const struct diff_style *style, FILE *out);

/* run_summary.c */
int run_summary(json_t *report, FILE *out);

void diff_write_text(const struct diff *d, const struct diff_style *style, FILE *out);
void diff_write_markdown(const struct diff *d, const struct diff_style *style, FILE *out);
void diff_write_json(const struct diff *d, const struct diff_style *style, FILE *out);
void diff_write_csv(const struct diff *d, const struct diff_style *style, FILE *out);
void diff_write_ktap(const struct diff *d, const struct diff_style *style, FILE *out);
void diff_write_junit(const struct diff *d, const struct diff_style *style, FILE *out);
void diff_value(char *buf, size_t len, double value, const struct diff_row *row);
void diff_change(char *buf, size_t len, double percent);
void diff_reason(char *buf, size_t len, const struct diff_row *row, const struct diff_cell *new);
void diff_column_name(char *buf, size_t len, const struct diff_column *c);

#endif
