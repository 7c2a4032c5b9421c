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

typedef void (*check_visitor)(void *ctx, const char *name, u64 moved);
void check_unmodeled(const struct recording *m, check_visitor visit, void *ctx);

/* sample.c: several runs of one kind */
struct check_sample {
	unsigned int n;
	double sum, min, max;
	double squares; /* sum of squared deviations from the mean */
};

void sample_add(struct check_sample *s, double value);
double sample_mean(const struct check_sample *s);

/*
 * fidelity.c: is a replay under the recorded policy as good as one more real run? There is one row
 * per metric. The real runs are the recording and its repetitions.
 */
enum fidelity_verdict {
	FIDELITY_NONE, /* not judged */
	FIDELITY_ZERO, /* nothing of it happened on either side: this is no merit */
	FIDELITY_FEW,  /* too few on both sides to say */
	FIDELITY_OK,   /* where one more real run would be expected */
	FIDELITY_MISS,
};

struct fidelity_row {
	const char *name;
	const struct metric *metric;	/* of a METRIC_RATE the difference counts, not the ratio */
	double recorded;		/* by the recording itself */
	struct check_sample real, replayed; /* values of the runs */
	struct check_sample level;	    /* of the real ones, on the scale of the spread */
	double low, high;		    /* between which one more real run would be expected */
	double z; /* distance from their mean in half-widths; NAN: not judged */
	enum fidelity_verdict verdict;
};

#define FIDELITY_MAX_ROWS (NR_VM_EVENT_ITEMS + 16)

struct fidelity {
	const char *policy, *recorded_policy;
	struct fidelity_row row[FIDELITY_MAX_ROWS];
	unsigned int nr;
	unsigned int runs, seeds;		  /* how many real ones, and replays */
	unsigned int verdicts[FIDELITY_MISS + 1]; /* rows of each */
	/* THP outcomes: what the counters of the recording say, and what its trace shows */
	u64 thp_counters[2], thp_trace[2];	/* success, fallback */
	bool have_thp;
};

void fidelity_init(struct fidelity *f, const struct recording *m,
		   const struct policy_result *observed);
void fidelity_add_repeat(struct fidelity *f, const struct check_counts *c);
void fidelity_add_replay(struct fidelity *f, const struct check_counts *c);
void fidelity_judge(struct fidelity *f);
const char *check_recorded_policy(const struct recording *m);

/* fidelity_report.c */
void fidelity_print(const struct fidelity *f, const struct recording *m);
json_t *fidelity_json(const struct fidelity *f, const struct recording *m);
json_t *fidelity_thp_json(const struct fidelity *f);

/*
 * bias.c: a replay that is off to the same side on every recording is wrong, however much the
 * spread of each of them forgives.
 */
struct bias_row {
	const char *name;
	const struct metric *metric;
	unsigned int n, ok, above, below; /* recordings */
	double z, difference;		  /* sums: half-widths; logarithms of ratios, or points */
};

struct bias {
	struct bias_row row[FIDELITY_MAX_ROWS];
	unsigned int nr;
	unsigned int recordings, judged, ok;
};

void bias_add(struct bias *b, const struct fidelity *f);
void bias_print(const struct bias *b);
json_t *bias_json(const struct bias *b);

/*
 * check_ab.c: fidelity across policies. Of two recordings of one load, one with vm.defrag_mode=0
 * and one with 1, the difference is what the policy did to the real kernel. The first recording
 * replayed under both policies has such a difference, too: does it say the same?
 */
#define MAX_AB_METRICS 40

enum ab_verdict {
	AB_NONE,    /* not judged */
	AB_WITHIN,  /* the real change is within the spread: no finding */
	AB_SAME,    /* the replay moves the same way, by half to twice as much */
	AB_LESS,    /* the same way, by less than half */
	AB_MORE,    /* the same way, by more than twice */
	AB_STILL,   /* the replay does not move */
	AB_AGAINST, /* the replay moves the other way */
};

/* [0]: defrag_mode=0, vanilla; [1]: defrag_mode=1. @value is shown, @level is judged. */
struct ab_row {
	const struct metric *metric;
	double real[2];				/* of the two recordings; NAN: no such counter */
	struct check_sample real_level[2];	/* of them and their repetitions */
	struct check_sample value[2], level[2]; /* of the replays */
	double real_change, change;		/* on the scale of the spread; NAN: not judged */
	bool weak;				/* other seeds might undo the replay's change */
	bool zero;				/* nothing happened in any of the four */
	enum ab_verdict verdict;
};

struct ab {
	struct ab_row row[MAX_AB_METRICS];
	unsigned int nr;
	unsigned int repeats;		/* recordings beside the two */
	unsigned int judged, zero;	/* rows; @judged without @zero */
	unsigned int moved, same, weak; /* @same includes @weak */
	double share;			/* percent of @moved; NAN when nothing moved */
	double thp_real, thp_replay;	/* change of THP success, points; NAN: none */
	bool share_ok, thp_ok;
};

void ab_init(struct ab *x);
void ab_add_replay(struct ab *x, unsigned int policy, const struct check_counts *c);
void ab_set_real(struct ab *x, const struct check_counts *a, const struct check_counts *b);
void ab_add_repeat(struct ab *x, unsigned int mode, const struct check_counts *c);
void ab_judge(struct ab *x);
void ab_print(const struct ab *x, const char *const policy[2]);
json_t *ab_json(const struct ab *x);

/* unlike.c */
unsigned int repeat_unlike(const struct recording *a, const struct recording *b, char *why,
			   size_t len);
unsigned int ab_unlike(const struct recording *a, const struct recording *b, char *why, size_t len);

#endif
