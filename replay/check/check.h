/* SPDX-License-Identifier: GPL-2.0-only */
/* How close a replay is to the real kernel: with one recording, and with two of one load. */
#ifndef FRAGREPLAY_CHECK_H
#define FRAGREPLAY_CHECK_H

#include <jansson.h>

#include "engine/engine.h"
#include "report/metrics.h"

/* check_counts.c: what a run did, a real one or a replay; check's metrics are made of these */

/**
 * struct check_counts - counters and extfrag events of a run
 * @vm: what the counters moved by
 * @known: the kernel, or the trace, has this counter
 * @recording: has what the model does not count, such as pgscan_proactive; NULL of a replay
 * @extfrag: events by class; a trace shows captures as steals
 * @extfrag_known: @extfrag is filled in
 */
struct check_counts {
	u64 vm[NR_VM_EVENT_ITEMS];
	bool known[NR_VM_EVENT_ITEMS];
	const struct recording *recording;
	u64 extfrag[NR_EXTFRAG_CLASS];
	bool extfrag_known;
};

void check_counts_recorded(struct check_counts *c, const struct recording *m,
			   const struct policy_result *observed);
void check_counts_replayed(struct check_counts *c, const struct policy_result *run);

/*
 * fidelity.c: how close a replay under the recorded policy comes to what the recording shows. There
 * is one row per metric, with the limit that the project sets itself.
 */
enum fidelity_verdict { FIDELITY_NONE, FIDELITY_OK, FIDELITY_FEW, FIDELITY_MISS };

struct fidelity_row {
	const char *name;
	const struct metric *metric;	/* of a METRIC_RATE the difference counts, not the ratio */
	double recorded, replayed;
	enum fidelity_verdict verdict;
};

#define FIDELITY_MAX_ROWS (NR_VM_EVENT_ITEMS + 16)

struct fidelity {
	const char *policy, *recorded_policy;
	struct fidelity_row row[FIDELITY_MAX_ROWS];
	unsigned int nr;
	unsigned int missed;		/* rows past their limit */
	/* THP outcomes: what the counters of the recording say, and what its trace shows */
	u64 thp_counters[2], thp_trace[2];	/* success, fallback */
	bool have_thp;
};

void fidelity_compute(struct fidelity *f, const struct recording *m,
		      const struct policy_result *self, const struct policy_result *observed);
const char *check_recorded_policy(const struct recording *m);
const char *fidelity_verdict_name(enum fidelity_verdict v);
double fidelity_ratio(const struct fidelity_row *m);

/*
 * check_ab.c: fidelity across policies. Of two recordings of one load, one with vm.defrag_mode=0
 * and one with 1, the difference is what the policy did to the real kernel. The first recording
 * replayed under both policies has such a difference, too: does it say the same?
 */
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

void ab_init(struct ab *x);
void ab_add_replay(struct ab *x, unsigned int policy, const struct check_counts *c);
void ab_set_real(struct ab *x, const struct check_counts *a, const struct check_counts *b);
void ab_add_repeat(struct ab *x, unsigned int mode, const struct check_counts *c);
void ab_judge(struct ab *x);
unsigned int ab_unlike(const struct recording *a, const struct recording *b, char *why, size_t len);
void ab_print(const struct ab *x, const char *const policy[2]);
json_t *ab_json(const struct ab *x);

#endif
