/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fidelity across policies. Of two recordings of one load, one with vm.defrag_mode=0 and one with
 * 1, the difference is what the policy did to the real kernel. The first recording replayed under
 * both policies has such a difference, too: does it say the same?
 */
#ifndef FRAGREPLAY_CHECK_AB_H
#define FRAGREPLAY_CHECK_AB_H

#include <jansson.h>

#include "check_counts.h"
#include "report/metrics.h"

/* of the metrics that moved in reality, how many must move the same way in the replay */
#define AB_MARK	     85.0
/* how far real THP success may lie outside of the replay's range, in points */
#define AB_THP_WIDEN 5.0

#define MAX_AB_METRICS 40

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
	const struct metric *metric;
	struct metric_spread spread;	/* the metric's, or what repeated recordings show */
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

/* The sum of whole numbers is exact, so that equal values have exactly themselves as mean. */
static inline double ab_mean(const struct ab_range *r)
{
	return r->sum / r->n;
}

void ab_init(struct ab *x);
void ab_add_replay(struct ab *x, unsigned int policy, const struct check_counts *c);
void ab_set_real(struct ab *x, const struct check_counts *a, const struct check_counts *b);
void ab_add_repeat(struct ab *x, unsigned int mode, const struct check_counts *c);
void ab_judge(struct ab *x);
bool ab_beyond(const struct metric_spread *s, double a, double b);
int ab_direction(const struct metric_spread *s, double a, double b);
unsigned int ab_unlike(const struct recording *a, const struct recording *b, char *why, size_t len);

/* check_ab_report.c */
void ab_print(const struct ab *x, const char *const policy[2]);
json_t *ab_json(const struct ab *x);

#endif
