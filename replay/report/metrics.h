/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every number that a run is judged by: what it is called, how it is computed, in which unit it
 * counts, which way is better, and how much of it says nothing. The report, check, diff and view
 * all read this table, so that a name means the same in each of them. It stands apart from
 * report.h, because the numbers of a finished report can be read without the engine that made them.
 */
#ifndef FRAGREPLAY_METRICS_H
#define FRAGREPLAY_METRICS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include <fragreplay/policy.h>

#define METRIC_NAME	96
#define METRIC_TERMS	4

/*
 * Fewer events than this, or that many more or less, say nothing: two equal real runs had
 * compact_fail 10 and 1, compact_success 0 and 2. Pages are scanned, reclaimed and migrated by
 * SWAP_CLUSTER_MAX, so that as many clusters of pages are as few: pgscan_direct of two equal runs
 * was 44 and 0, which is one direct reclaim.
 */
#define METRIC_FEW		10
#define METRIC_FEW_PAGES	(METRIC_FEW * SWAP_CLUSTER_MAX)

enum metric_better { NEITHER_IS_BETTER, LOWER_IS_BETTER, HIGHER_IS_BETTER };

enum metric_unit {
	UNIT_NUMBER, UNIT_PAGES, UNIT_FAULTS, UNIT_HUGE_PAGES, UNIT_EVENTS, UNIT_BLOCKS,
	UNIT_BUDDIES, UNIT_PERCENT, UNIT_FRACTION, UNIT_NS, UNIT_VISITS, UNIT_FOLIOS, NR_UNITS
};

enum metric_kind {
	METRIC_READ,	/* a number of the report, by its name */
	METRIC_SUM,	/* all of ->plus, less all of ->minus */
	METRIC_RATE,	/* ->plus out of ->plus and ->minus, in percent */
	METRIC_STATE,	/* ->plus of a sample over time; the end of a run has no such number */
};

/* where a metric is shown, beside the JSON and CSV of diff, which have all but METRIC_STATE */
enum metric_use {
	METRIC_ROW = 1 << 0,		/* diff's table without --all, and the table of the page */
	METRIC_AGAINST = 1 << 1,	/* check --against */
	METRIC_SAMPLE = 1 << 2,		/* the samples of a report's timeline */
	METRIC_OWN = 1 << 3,		/* only a policy that reports it itself has it */
};

/*
 * Numbers are compared as ratios, by the logarithm of themselves and this, so that a few events
 * more are no great ratio: 0 and 10 are as near as 100 and 130.
 */
#define METRIC_SOFT 50

/**
 * struct metric_spread - by how much real runs of one load under one policy differ
 * @name: of the class of metrics
 * @points: @sd is in points; else it is of the logarithm of the value and METRIC_SOFT
 * @sd: standard deviation of equal runs
 */
struct metric_spread {
	const char *name;
	bool points;
	double sd;
};

/**
 * struct metric - what is known of a metric, or of all whose names match a shell pattern
 * @name: as in /proc/vmstat, or its place in the report, or a pattern of names
 * @title: as mm cover letters call it; NULL: its name
 * @unit: what it counts
 * @better: which way is better
 * @use: enum metric_use, or-ed
 * @kind: how it is made of @plus and @minus, which are names of METRIC_READ metrics
 * @source: of a pattern: which names there are
 * @floor: diff: a relative limit ignores a smaller change, in units; 0: the unit's own
 * @spread: check: how far equal real runs differ; NULL: it is shown and not judged
 * @headline: as the sentences that sum a comparison up call it; NULL: they do not
 * @curve: title of its curve over time in the page; NULL: none
 * @about: what the curve shows, in a few words
 * @scale: what a value is multiplied by for its curve; 0: nothing
 */
struct metric {
	const char *name, *title;
	enum metric_unit unit;
	enum metric_better better;
	unsigned int use;
	enum metric_kind kind;
	const char *plus[METRIC_TERMS], *minus[METRIC_TERMS];
	const char *source;
	double floor;
	const struct metric_spread *spread;
	const char *headline;
	const char *curve, *about;
	double scale;
};

extern const struct metric metrics[];
extern const unsigned int nr_metrics;
extern const char *const metric_better_name[];

/*
 * Where the values of METRIC_READ metrics come from: sets @value and returns true, or returns
 * false when there is no such number.
 */
typedef bool (*metric_reader)(const void *ctx, const char *name, double *value);

const struct metric *metric_find(const char *name);
double metric_value(const struct metric *m, metric_reader read, const void *ctx);
double metric_share(double part, double rest, double whole);
const char *metric_title(const struct metric *m, const char *name);
const char *metric_unit_name(enum metric_unit unit);
double metric_floor(const struct metric *m);
bool metric_is_pattern(const struct metric *m);
int metric_counter(const char *name);
bool metric_is_known(const char *name);

typedef void (*metric_visitor)(void *ctx, const char *name, const struct metric *m);
void metric_for_each(metric_visitor visit, void *ctx);

/* metrics_list.c */
void metrics_print(FILE *out);
const char *metric_hint(const char *name, char *buf, size_t len);

/* metrics_json.c: the table as JSON */
json_t *metrics_curves(void);
json_t *metrics_document(void);

/* metric_walk.c: the numbers of one policy's results, by name, read from the JSON of a report */
typedef int (*flatten_fn)(void *ctx, const char *name, json_t *value);
int report_flatten(const json_t *policy, flatten_fn add, void *ctx);

#endif
