/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One decode, N policies: run_replay() drives a trace through the demand stage and every policy,
 * a thread each, and leaves the finished machines for the report.
 */
#ifndef FRAGREPLAY_RUN_H
#define FRAGREPLAY_RUN_H

#include <signal.h>

#include "parsers/trace.h"
#include "demand/demand.h"
#include "policy_setup.h"
#include "recording/recording.h"

struct blockmap;

/* counters of the demand rules, shared by all policies: X(json name, doc) */
#define DEMAND_STATS(X)								\
	X(allocs, "rule 1: allocations that succeeded")				\
	X(alloc_failures, "rule 1: attempts the recorded kernel failed, THP faults aside") \
	X(silent_allocs, "rule 1: allocations without an event, implied by their free")	\
	X(thp_attempts, "rule 1: THP faults, their tries folded")		\
	X(thp_success, "rule 1: THP faults that got a huge page")		\
	X(thp_folded, "rule 1: second tries folded into one fault")		\
	X(folio_folded, "rule 6: smaller attempts folded into the page-cache folio asked for first") \
	X(frees, "rule 2: frees of a known object")				\
	X(partial_frees, "rule 2: frees of a part of an object")		\
	X(reclaim_frees, "rule 3: frees by the recorded kernel's reclaim")	\
	X(swapouts, "rule 3: pages the recorded kernel began to swap out")	\
	X(swap_tables, "rule 3: pages the recorded kernel took for its swap tables, not replayed") \
	X(swap_tables_failed, "rule 3: its tries at such a page that failed, two a page at most") \
	X(migrations_exact, "rule 4: migrations whose target the pte events name") \
	X(migrations_inferred, "rule 4: migrations whose target follows from compaction's own lists") \
	X(migrations_limbo, "rule 4: migrations to an unknown pfn")		\
	X(limbo_matched, "rule 4: frees of an unknown pfn matched to such an object") \
	X(limbo_unmatched, "rule 4: objects of unknown pfn that no free was matched to") \
	X(compact_returns, "rule 4: frees of isolated free pages, ignored")	\
	X(resident_before, "rule 5: pages in use before the trace")		\
	X(resident_inferred, "rule 5: of these, inferred from an unknown free")	\
	X(conflicts, "rule 8: allocations of a pfn still in use, resolved for the newer")	\
	X(lost_events, "rule 8: events the trace says were lost")		\
	X(outside, "rule 8: events of pages beyond the machine's memory, ignored") \
	X(charge_failures, "allocated pages freed by a failed memcg charge")

struct demand_stats {
#define X(name, doc) u64 name;
	DEMAND_STATS(X)
#undef X
};

/* counters of the rules that act in a policy's model: X(json name, doc) */
#define MODEL_STATS(X)								\
	X(thp_split_to_base, "rule 6: THP the trace got and the model did not: base pages") \
	X(thp_absorbing, "rule 6: THP the model got and the trace did not")	\
	X(faults_absorbed, "rule 6: base-page faults that such a THP absorbed")	\
	X(folio_stepdowns, "rule 6: page-cache folios taken at a smaller order")	\
	X(folios_larger, "rule 6: page-cache folios the model got at a larger order")	\
	X(folios_absorbed, "rule 6: page-cache folios that such a one absorbed")	\
	X(refaults_swap, "rule 7: pages that the model swapped out and the workload touched") \
	X(refaults_file, "rule 7: pages that the model dropped and the workload read") \
	X(refaults_absorbed, "rule 7: re-reads whose page the model still held")	\
	X(contig_asked, "gigantic pages that the workload asked for")		\
	X(contig_failed, "of these, that the model could not make")		\
	X(alloc_failed, "requests of the workload that the model could not serve")	\
	X(evicted_live, "pages the model reclaimed while the trace still used them")	\
	X(evicted_cold, "pages the model reclaimed that the recorded kernel had reclaimed, too")

struct model_stats {
#define X(name, doc) u64 name;
	MODEL_STATS(X)
#undef X
};

/**
 * struct folio_stats - what the page cache asked for, and what it paid
 * @wanted: operations by the order that they asked for first
 * @obtained: folios by order
 * @attempts: by order; @failed of these got none
 * @nonblocking: attempts that were not allowed to reclaim
 * @enomem: operations that did not even get a folio of the least order
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
	u64 counters[NR_VM_EVENT_ITEMS];	/* as in policy_result, so far */
	struct json_t *own;		/* what the policy has to say, or NULL */
};

/* mm_page_alloc_extfrag, by the type asked for, the type taken from, and what it did to the block */
struct extfrag_counts {
	u64 nr[MIGRATE_PCPTYPES][MIGRATE_PCPTYPES][NR_EXTFRAG_CLASS];
	u64 change_ownership;
	bool known;			/* a trace without one such event does not say that there was none */
};

struct policy_result {
	const char *policy;		/* setup.label */
	struct policy_setup setup;
	struct mm *mm;			/* the machine at the end; NULL for observed */
	struct model_stats stats;
	struct folio_stats folios[2];	/* readahead, buffered writes */
	u64 counters[NR_VM_EVENT_ITEMS];	/* observed: what the trace shows; else mm->vmstat */
	bool counter_known[NR_VM_EVENT_ITEMS];	/* observed knows few of them */
	struct extfrag_counts extfrag;
	bool measured;			/* counters stopped at the marker "after begin" */
	struct timeline_sample *timeline;
	size_t nr_timeline;
	struct blockmap *map;		/* with timeline_ms: pageblocks at such moments */
	u8 *end_state;			/* a byte a pfn: 0 free, 1 in use; with want_end_state */
	u64 seed;
	u64 cpu_ns;			/* that the model took, for --timing */
};

/* one model: a policy and what it cannot know */
struct run_spec {
	const char *policy;		/* "NAME[,tunable=value...]"; "observed" follows the trace's own pfns */
	u64 seed;
	bool counters_only;		/* neither timeline nor end state, whatever the options say */
};

/* what all models of a run share */
struct run_options {
	struct trace_options trace;
	const char *trace_path;
	struct recording *recording;
	struct mm_params params;
	u32 version;			/* --kernel; 0: the machine's */
	u64 timeline_ms;		/* 0: none */
	double refault_rate;		/* <0: fitted; else the share of possible refaults that are */
	bool want_end_state;
	unsigned int threads;		/* 0: one for each processor */
	u32 check_every;		/* run mm_check() every N operations; 0: never */
	const volatile sig_atomic_t *stop;	/* Ctrl-C: finish early, ->interrupted */
	void (*progress)(void *ctx, const struct trace_info *info);	/* about 10 times a second */
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

/**
 * run_replay - decode a trace once and feed it to several models
 * @opt: what to replay
 * @spec: which models
 * @nr: how many
 * @out: filled in, ->run[i] for @spec[i]; run_release() frees it
 * @err: message naming file, place and remedy
 * @errlen: its size
 *
 * Return: 0; -1 with @err filled.
 */
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
