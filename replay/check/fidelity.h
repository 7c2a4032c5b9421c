/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How close a replay under the recorded policy comes to what the recording shows: one row per
 * metric, with the limit that the project sets itself.
 */
#ifndef FRAGREPLAY_FIDELITY_H
#define FRAGREPLAY_FIDELITY_H

#include "check_counts.h"
#include "report/metrics.h"

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

#endif
