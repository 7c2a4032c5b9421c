/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * run_replay() decodes a trace once, drives it through the demand stage and every policy's model,
 * and leaves the finished models for the report. The other headers of this folder stay in it.
 */
#ifndef FRAGREPLAY_ENGINE_H
#define FRAGREPLAY_ENGINE_H

#include <signal.h>

#include "base/block_state.h"
#include "demand/demand.h"
#include "mm/mm.h"
#include "parsers/trace.h"
#include "recording/recording.h"

/* policy_setup.c reads a -p argument, which names a policy and what its tunables are set to. */
#define MAX_OVERRIDES	16

/**
 * struct policy_setup - a policy that is ready to decide for models
 * @label: what the report calls it: its name, and the settings that were given
 * @ops: NULL for "observed", which has no model
 * @dl: handle of the file it comes from, NULL when built in
 * @priv: its state as a new model gets it: zeroes, and the tunables
 * @state_mapping: where @dl is set, the model's own state between pages that nobody may touch,
 *	of @state_bytes
 * @version: kernel=VERSION; 0: the recording's, or --kernel
 * @filemap: filemap=VARIANT; NULL: the policy's own way
 * @feature, @on: features of the kernel that are set one by one, @nr_features of them
 */
struct policy_setup {
	char label[256];
	const struct policy_ops *ops;
	void *dl;
	void *priv;
	void *state_mapping;
	size_t state_bytes;
	u32 version;
	const struct policy_ops *filemap;
	const char *feature[MAX_OVERRIDES];
	bool on[MAX_OVERRIDES];
	unsigned int nr_features;
};

bool policy_names_file(const char *arg);
int policy_setup_parse(struct policy_setup *s, const char *arg, char *err, size_t errlen);
void policy_setup_release(struct policy_setup *s);
void policy_setup_kernel(const struct policy_setup *s, struct kernel_features *k);
int policy_setup_apply(struct policy_setup *s, struct mm *mm, char *err, size_t errlen);
const char *tunable_value_name(const struct policy_tunable *t, unsigned int value, char *buf,
			       size_t len);

/*
 * plugin_guard.c: a crash between these two is reported with the name of @mm's policy, if that
 * comes from a file.
 */
void plugin_guard_watch_exit(void);
void plugin_guard_enter(const struct mm *mm);
void plugin_guard_leave(void);

/*
 * blockmap.c: a map of a model's pageblocks over time has a byte per block and moment.
 * doc/fragreplay-report-1.schema.json, "map", is the format of the text that the report has of it.
 */
#define BLOCKMAP_ROW_BYTES	(8u << 20)	/* of all rows of a report */

/**
 * struct blockmap - frames of one model
 * @zone: populated zones in order; their blocks follow one another in a frame
 * @nr_blocks: of all zones
 * @t_ns: of each frame
 * @frame: @nr_frames times @nr_blocks states
 * @now: state of each block when it was last looked at
 * @touched: by pfn >> pageblock_order: scan again; mm->touched points here
 * @stride: one in @stride moments is kept
 * @seen: moments so far
 * @ended: the last frame is that of the end
 */
struct blockmap {
	struct blockmap_zone zone[MAX_NR_ZONES];
	u32 nr_zones, nr_blocks, nr_frames, cap_frames;
	u64 *t_ns;
	u8 *frame, *now, *touched;
	u64 stride, seen;
	bool ended;
};

void blockmap_halve(struct blockmap *map);

/* Counters of the rules that act in a policy's model, as DEMAND_STATS: X(json name, doc) */
#define MODEL_STATS(X)								\
	X(thp_split_to_base, "changed outcomes: huge pages of the trace made of base pages") \
	X(thp_absorbing, "changed outcomes: huge pages that the model got and the trace did not") \
	X(faults_absorbed, "changed outcomes: base-page faults that such a huge page absorbed") \
	X(folio_stepdowns, "changed outcomes: page-cache folios taken at a smaller order") \
	X(folios_larger, "changed outcomes: page-cache folios the model got at a larger order") \
	X(folios_absorbed, "changed outcomes: page-cache folios that such a folio absorbed") \
	X(refaults_swap, "refaults: pages that the model swapped out and the workload touched") \
	X(refaults_file, "refaults: pages that the model dropped and the workload read") \
	X(refaults_absorbed, "refaults: re-reads whose page the model still held") \
	X(contig_asked, "gigantic pages that the workload asked for")		\
	X(contig_failed, "of these, that the model could not make")		\
	X(alloc_failed, "requests of the workload that the model could not serve")	\
	X(evicted_live, "refaults: pages the model reclaimed while the trace still used them") \
	X(evicted_cold, "refaults: pages that both the model and the recorded kernel reclaimed")

struct model_stats {
#define X(name, doc) u64 name;
	MODEL_STATS(X)
#undef X
};

/**
 * struct folio_stats - page-cache requests, and what they cost
 * @wanted: operations by the order of their first attempt
 * @obtained: folios by order
 * @attempts: by order; of these, @failed got no folio
 * @nonblocking: attempts that were not allowed to reclaim
 * @enomem: operations that got no folio even of the least order
 * @direct_reclaim, @direct_compact, @drain_all_pages: entered within attempts
 * @stall_ns: spent in these
 */
struct folio_stats {
	u64 wanted[NR_PAGE_ORDERS], obtained[NR_PAGE_ORDERS];
	u64 attempts[NR_PAGE_ORDERS], failed[NR_PAGE_ORDERS];
	u64 nonblocking, enomem;
	u64 direct_reclaim, direct_compact, drain_all_pages, stall_ns;
};

struct timeline_sample {
	u64 t_ns;			/* since the first record */
	u64 free_pages, free_blocks;	/* free_blocks: free pages in whole free pageblocks */
	u32 unusable_index[NR_PAGE_ORDERS];	/* per mille */
	u64 counters[NR_VM_EVENT_ITEMS];	/* as in policy_result, so far; known as there */
	u64 extfrag_events;		/* sum of extfrag.nr so far; known as there */
	struct sink_node *own;		/* what the policy has to say, or NULL */
};

/*
 * mm_page_alloc_extfrag, by the type asked for, the type taken from, and what it did to the block
 */
struct extfrag_counts {
	u64 nr[MIGRATE_PCPTYPES][MIGRATE_PCPTYPES][NR_EXTFRAG_CLASS];
	u64 change_ownership;
	bool known;			/* false: the trace has no such event at all */
};

struct policy_result {
	const char *policy;		/* setup.label */
	struct policy_setup setup;
	struct mm *mm;			/* the memory at the end; NULL for observed */
	struct model_stats stats;
	struct folio_stats folios[2];	/* readahead, buffered writes */
	u64 counters[NR_VM_EVENT_ITEMS];	/* observed: of the trace; else mm->vmstat */
	bool counter_known[NR_VM_EVENT_ITEMS];	/* observed knows few of them */
	struct extfrag_counts extfrag;
	bool measured;			/* counters stopped at the marker "after begin" */
	struct timeline_sample *timeline;
	size_t nr_timeline, cap_timeline;
	struct blockmap *map;		/* with timeline_ms: pageblocks at such moments */
	u8 *end_state;			/* a byte a pfn: 0 free, 1 in use; with want_end_state */
	u64 seed;
	u64 cpu_ns;			/* that the model took, for --timing */
};

/* A model is a policy, and a seed for what neither it nor the recording knows. */
struct run_spec {
	const char *policy;		/* "NAME[,tunable=value...]", or "observed" */
	u64 seed;
	bool counters_only;		/* neither timeline nor end state */
};

/* All models of a run share these. */
struct run_options {
	struct trace_options trace;
	const char *trace_path;
	struct recording *recording;
	struct mm_params params;
	u32 version;			/* --kernel; 0: the recorded one */
	u64 timeline_ms;		/* 0: none */
	double refault_rate;		/* <0: fitted; else the share of refaults */
	bool want_end_state;
	unsigned int threads;		/* 0: one for each processor */
	u32 check_every;		/* run mm_check() every N operations; 0: never */
	const volatile sig_atomic_t *stop;	/* Ctrl-C: finish early, ->interrupted */
	void (*progress)(void *ctx, const struct trace_info *info);	/* 10 times a second */
	void *progress_ctx;
};

struct run_output {
	struct trace_info trace;	/* strings belong to ->t */
	struct trace *t;		/* kept open for names and event counts */
	struct demand_stats demand;
	struct policy_result *run;
	unsigned int nr_runs;
	bool interrupted;
	u64 allocs_frees;		/* alloc and free records decoded, for --timing */
	u64 wall_ns;
	/* observed against after/kpageflags; pfns 0 when there is nothing to hold it against */
	struct { u64 pfns, agree, skipped_touched, skipped_noflags; } observed;
};

int run_replay(const struct run_options *opt, const struct run_spec *spec, unsigned int nr,
	       struct run_output *out, char *err, size_t errlen);
void run_truncate(struct run_output *out, unsigned int nr);
void run_release(struct run_output *out);

/**
 * struct run_seeds - several policies, each with several seeds
 * @policy: as in struct run_spec, @nr_policies of them
 * @seed: the first; the others follow it
 * @nr: how many seeds, at least 1
 * @take: called with each result, seed by seed and policy by policy: the policy's index, and the
 *	run that the result is part of; all but those of the first seed are gone afterwards.
 *	May be NULL
 * @ctx: for @take
 */
struct run_seeds {
	const char *const *policy;
	unsigned int nr_policies;
	u64 seed;
	unsigned int nr;
	void (*take)(void *ctx, unsigned int policy, const struct policy_result *run,
		     const struct run_output *out);
	void *ctx;
};

int run_seeds(const struct run_options *opt, const struct run_seeds *rs, struct run_output *out,
	      char *err, size_t errlen);
unsigned int run_seeds_at_once(const struct recording *m, unsigned int nr_policies, u64 available);

#endif
