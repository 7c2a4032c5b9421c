/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fidelity across policies. Of two recordings of one load, one with vm.defrag_mode=0 and one with
 * 1, the difference is what the policy did to the real kernel. The first recording replayed under
 * both policies has such a difference, too: does it say the same?
 */
#ifndef FRAGREPLAY_CHECK_AB_H
#define FRAGREPLAY_CHECK_AB_H

#include <jansson.h>

#include "cmd/cmd.h"

/* of the metrics that moved in reality, how many must move the same way in the replay */
#define AB_MARK	     85.0
/* how far real THP success may lie outside of the replay's range, in points */
#define AB_THP_WIDEN 5.0

/**
 * struct ab_spread - by how much two real runs of one load under one policy differ
 * @name: of the class of metrics
 * @points: @limit is a difference in points; else a ratio either way
 * @limit: largest difference that repeated runs showed
 * @few: a ratio of fewer than this says nothing; 0 when @points
 */
struct ab_spread {
	const char *name;
	bool points;
	double limit, few;
};

enum ab_kind {
	AB_COUNTER, /* sum of @plus less sum of @minus */
	AB_EXTFRAG, /* events of class @extfrag */
	AB_SHARE,   /* shown as a count, judged as its share of @plus and @minus */
	AB_RATE,    /* @plus out of @plus and @minus, in percent */
};

#define AB_TERMS 4

/**
 * struct ab_metric - a row of the table
 * @name: as nearly the kernel's as can be
 * @kind: how it is made of counters
 * @spread: how far repeated runs differ in it; NULL: shown and not judged, and not counted, either
 * @plus, @minus: counters, @nr_plus and @nr_minus of them
 * @extfrag: of AB_EXTFRAG
 */
struct ab_metric {
	const char *name;
	enum ab_kind kind;
	const struct ab_spread *spread;
	enum vm_event_item plus[AB_TERMS], minus[AB_TERMS];
	unsigned int nr_plus, nr_minus;
	enum extfrag_class extfrag;
};

extern const struct ab_metric ab_metrics[];
extern const unsigned int nr_ab_metrics;
#define MAX_AB_METRICS 40

/* what a run did, real or replayed */
struct ab_counts {
	u64 vm[NR_VM_EVENT_ITEMS];
	bool known[NR_VM_EVENT_ITEMS];	/* the kernel has this counter */
	u64 extfrag[NR_EXTFRAG_CLASS];	/* captures count as steals: a trace cannot tell them */
};

struct ab_range {
	unsigned int n;
	double sum, min, max;
	double squares;			/* sum of squared deviations from the mean */
};

enum ab_verdict {
	AB_NONE,    /* not judged */
	AB_WITHIN,  /* the real change is within the spread: no finding */
	AB_SAME,    /* the replay moves the same way */
	AB_WEAK,    /* likewise, but by no more than other seeds might undo */
	AB_STILL,   /* the replay does not move */
	AB_AGAINST, /* the replay moves the other way */
};

/* [0]: defrag_mode=0, vanilla; [1]: defrag_mode=1. @level is judged, @value is shown. */
struct ab_row {
	const struct ab_metric *metric;
	struct ab_spread spread;	/* the metric's, or what repeated recordings show */
	struct ab_range repeat[2];	/* levels of these, and of the recording itself */
	double real[2], real_level[2];	/* NAN: no such counter, or nothing was tried */
	struct ab_range value[2], level[2];
	enum ab_verdict verdict;
};

struct ab {
	struct ab_row row[MAX_AB_METRICS];
	unsigned int nr;
	unsigned int repeats;		/* recordings that tell the spread; 0: the table does */
	unsigned int judged, moved, same, weak;	/* rows; @same includes @weak */
	double share;			/* percent of @moved; NAN when nothing moved */
	double thp_real, thp_low, thp_high;	/* percent; the range not yet widened; NAN: none */
	bool share_ok, thp_ok;
};

/* of whole numbers alike, it is alike: a sum of such is exact */
static inline double ab_mean(const struct ab_range *r)
{
	return r->sum / r->n;
}

void ab_init(struct ab *x);
void ab_counts_real(struct ab_counts *c, const struct recording *m, const struct prescan *scan);
void ab_counts_replay(struct ab_counts *c, const struct policy_result *run);
void ab_add_replay(struct ab *x, unsigned int policy, const struct ab_counts *c);
void ab_set_real(struct ab *x, const struct ab_counts *a, const struct ab_counts *b);
void ab_add_repeat(struct ab *x, unsigned int mode, const struct ab_counts *c);
void ab_judge(struct ab *x);
bool ab_beyond(const struct ab_spread *s, double a, double b);
int ab_direction(const struct ab_spread *s, double a, double b);
unsigned int ab_unlike(const struct recording *a, const struct recording *b, char *why, size_t len);

/* check_ab_report.c */
void ab_print(const struct ab *x, const char *const policy[2]);
json_t *ab_json(const struct ab *x);

#endif
