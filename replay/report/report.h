/* SPDX-License-Identifier: GPL-2.0-only */
/* The report, schema fragreplay-report/1; doc/fragreplay-report-1.schema.json describes it. */
#ifndef FRAGREPLAY_REPORT_H
#define FRAGREPLAY_REPORT_H

#include <jansson.h>

#include "engine/engine.h"

struct sink_node;

#define REPORT_SCHEMA	"fragreplay-report/1"

/**
 * struct report_options - what a report says of how the run was asked for
 * @recording: what was replayed
 * @params: of the model
 * @seed: the first one, of @seeds
 * @refault: < 0: fitted
 * @instance: buffer instance of the trace, or NULL
 * @version: --kernel; 0: the recording's
 * @timeline: the samples of each policy are part of the report
 * @timing: so is the time that the run took
 */
struct report_options {
	const struct recording *recording;
	const struct mm_params *params;
	u64 seed, seeds;
	double refault;
	const char *instance;
	u32 version;
	bool timeline, timing;
};

/* A spread has the counters of a policy over --seeds runs, and all numbers that diff names. */
struct spread {
	unsigned int runs;
	json_t *samples;	/* by metric: an array with one value per seed */
	u64 min[NR_VM_EVENT_ITEMS], max[NR_VM_EVENT_ITEMS], sum[NR_VM_EVENT_ITEMS];
};

json_t *report_build(const struct report_options *o, const struct run_output *out,
		     const struct spread *spread);
json_t *report_read(const char *path, size_t flags);
int report_write(const json_t *report, const char *path);

/* seeds.c */
void report_spread_add(struct spread *s, const struct policy_result *run,
		       const struct run_output *out);
void report_spread_release(struct spread *s, unsigned int nr);

/* parts that other commands print, too */
json_t *report_trace(const struct run_output *out);
json_t *report_machine(const struct recording *m, const struct run_output *out, u32 version);

/* report_section.c */
json_t *report_section(const struct sink_node *section);

/* report_map.c */
void report_fit_maps(const struct run_output *out);

extern const char *const report_extfrag_classes[NR_EXTFRAG_CLASS];

#endif
