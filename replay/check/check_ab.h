/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fidelity across policies. Of two recordings of one load, one with vm.defrag_mode=0 and one with
 * 1, the difference is what the policy did to the real kernel. The first recording replayed under
 * both policies has such a difference, too: does it say the same?
 */
#ifndef FRAGREPLAY_CROSS_H
#define FRAGREPLAY_CROSS_H

#include <jansson.h>

#include "cmd/cmd.h"

/* of the metrics that moved in reality, how many must move the same way in the replay */
#define CROSS_MARK	85.0
/* how far real THP success may lie outside of the replay's range, in points */
#define CROSS_THP_WIDEN	5.0

/**
 * struct cross_spread - by how much two real runs of one load under one policy differ
 * @name: of the class of metrics
 * @points: @limit is a difference in points; else a ratio either way
 * @limit: largest difference that repeated runs showed
 * @few: a ratio of fewer than this says nothing; 0 when @points
 */
struct cross_spread {
	const char *name;
	bool points;
	double limit, few;
};

enum cross_kind {
	CROSS_COUNTER,		/* sum of @plus less sum of @minus */
	CROSS_EXTFRAG,		/* events of class @extfrag */
	CROSS_SHARE,		/* shown as a count, judged as its share of @plus and @minus */
	CROSS_RATE,		/* @plus out of @plus and @minus, in percent */
};

#define CROSS_TERMS	4

/**
 * struct cross_metric - a row of the table
 * @name: as nearly the kernel's as can be
 * @kind: how it is made of counters
 * @spread: how far repeated runs differ in it; NULL: shown and not judged, and not counted, either
 * @plus, @minus: counters, @nr_plus and @nr_minus of them
 * @extfrag: of CROSS_EXTFRAG
 */
struct cross_metric {
	const char *name;
	enum cross_kind kind;
	const struct cross_spread *spread;
	enum vm_event_item plus[CROSS_TERMS], minus[CROSS_TERMS];
	unsigned int nr_plus, nr_minus;
	enum extfrag_class extfrag;
};

extern const struct cross_metric cross_metrics[];
extern const unsigned int nr_cross_metrics;
#define MAX_CROSS_METRICS	40

/* what a run did, real or replayed */
struct cross_counts {
	u64 vm[NR_VM_EVENT_ITEMS];
	bool known[NR_VM_EVENT_ITEMS];	/* the kernel has this counter */
	u64 extfrag[NR_EXTFRAG_CLASS];	/* captures count as steals: a trace cannot tell them */
};

struct cross_range {
	unsigned int n;
	double sum, min, max;
	double squares;			/* sum of squared deviations from the mean */
};

enum cross_verdict {
	CROSS_NONE,		/* not judged */
	CROSS_WITHIN,		/* the real change is within the spread: no finding */
	CROSS_SAME,		/* the replay moves the same way */
	CROSS_WEAK,		/* likewise, but by no more than other seeds might undo */
	CROSS_STILL,		/* the replay does not move */
	CROSS_AGAINST,		/* the replay moves the other way */
};

/* [0]: defrag_mode=0, vanilla; [1]: defrag_mode=1. @level is judged, @value is shown. */
struct cross_row {
	const struct cross_metric *metric;
	struct cross_spread spread;	/* the metric's, or what repeated recordings show */
	struct cross_range repeat[2];	/* levels of these, and of the recording itself */
	double real[2], real_level[2];	/* NAN: no such counter, or nothing was tried */
	struct cross_range value[2], level[2];
	enum cross_verdict verdict;
};

struct cross {
	struct cross_row row[MAX_CROSS_METRICS];
	unsigned int nr;
	unsigned int repeats;		/* recordings that tell the spread; 0: the table does */
	unsigned int judged, moved, same, weak;	/* rows; @same includes @weak */
	double share;			/* percent of @moved; NAN when nothing moved */
	double thp_real, thp_low, thp_high;	/* percent; the range not yet widened; NAN: none */
	bool share_ok, thp_ok;
};

/* of whole numbers alike, it is alike: a sum of such is exact */
static inline double cross_mean(const struct cross_range *r)
{
	return r->sum / r->n;
}

void cross_init(struct cross *x);
void cross_counts_real(struct cross_counts *c, const struct recording *m,
		       const struct prescan *scan);
void cross_counts_replay(struct cross_counts *c, const struct policy_run *run);
void cross_add_replay(struct cross *x, unsigned int policy, const struct cross_counts *c);
void cross_set_real(struct cross *x, const struct cross_counts *a, const struct cross_counts *b);
void cross_add_repeat(struct cross *x, unsigned int mode, const struct cross_counts *c);
void cross_judge(struct cross *x);
bool cross_beyond(const struct cross_spread *s, double a, double b);
int cross_direction(const struct cross_spread *s, double a, double b);
unsigned int cross_unlike(const struct recording *a, const struct recording *b, char *why,
			  size_t len);

/* check_ab_report.c */
void cross_print(const struct cross *x, const char *const policy[2]);
json_t *cross_json(const struct cross *x);

#endif
