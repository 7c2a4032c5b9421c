/* SPDX-License-Identifier: GPL-2.0-only */
/* What a run did, a real one or a replay: the numbers that check's metrics are made of. */
#ifndef FRAGREPLAY_CHECK_COUNTS_H
#define FRAGREPLAY_CHECK_COUNTS_H

#include "engine/engine.h"

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
bool check_counts_read(const void *counts, const char *name, double *value);
bool check_recorded_delta(const struct recording *m, const char *name, u64 *delta);

#endif
