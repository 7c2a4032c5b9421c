/* SPDX-License-Identifier: GPL-2.0-only */
/* A policy's model is driven by the operations of the demand stage. */
#ifndef FRAGREPLAY_MODEL_H
#define FRAGREPLAY_MODEL_H

#include "engine.h"

#define NR_REGIONS	1024	/* huge pages that absorb base-page faults, open at a time */
#define NR_FOLIO_WINDOWS 64	/* page-cache folios that absorb what follows, open at a time */
#define NR_RECENT	65536	/* evicted pages, of which one may be touched; power of two */

/* A huge page that the model has and the trace does not: doc/design.md, "Changed outcomes". */
struct thp_region {
	s32 pid;
	u32 head;		/* pfn in the model */
	u32 next;		/* base pages absorbed so far */
};

/* A page-cache folio that is larger than the trace's: doc/design.md, "Changed outcomes". */
struct folio_window {
	s32 pid;
	u32 head;		/* pfn in the model */
	u32 next;		/* pages given to objects so far */
	u8 order;
	bool write;
};

/*
 * Pages of one kind that one kernel has evicted and the other has not: doc/design.md, "Refaults".
 */
struct away {
	u64 trace;		/* evicted by the recorded kernel, and not back yet */
	u64 held;		/* of these, still resident in the model */
	u64 model;		/* evicted by the model alone */
	u64 budget;		/* refaults that the recording's own counters allow; ~0: unknown */
	u32 *recent_held;	/* pfns, ring */
	u32 *recent_model;	/* handles, ring */
	u32 nr_held, nr_model;
};

/* Values of model.map that are no pfn. */
#define MAP_NONE	0xffffffffu
#define MAP_SWAPPED	0xfffffffeu
#define MAP_DROPPED	0xfffffffdu
#define MAP_IS_PFN(v)	((v) < MAP_DROPPED)

struct model {
	struct mm *mm;
	u32 *map;		/* by handle: pfn, or MAP_* */
	u32 nr_handles;
	struct policy_result *run;
	const struct run_options *opt;
	struct thp_region region[NR_REGIONS];
	u32 nr_regions;
	s32 *thp_pid;		/* by model pfn >> 9: the task that faulted in such a huge page */
	double thp_unmapped;	/* per mille of a huge page: see unmapped_in_part() */
	u16 *absorbed;		/* by model pfn >> 9: the trace's pages in such a huge page */
	struct folio_window folio_window[NR_FOLIO_WINDOWS];
	u32 nr_folio_windows, next_folio_window;
	struct away anon, file;
	struct contig *contig;		/* gigantic pages; model_contig.c */
	u32 nr_contigs, cap_contigs;
	struct kernel_stack *stack;	/* of tasks, and cached; kernel_stack.c */
	u32 nr_stacks, cap_stacks;
	u64 t0, next_vmstat_ns, next_sample_ns;
	u64 nr_ops;
	char fault[768];	/* why model_ops() failed; "": no memory */
	bool started, measured;	/* saw the first operation; took the counters at "after begin" */
};

int model_init(struct model *mo, const struct run_options *opt, struct policy_result *run,
	       u32 nr_handles);
void model_release(struct model *mo);
int model_ops(struct model *mo, const struct op *op, size_t n);
void model_use(struct model *mo, const struct op *op, u32 pfn, u32 order, u32 handle,
	       enum lru_origin origin);

/* model_folio.c */
void model_folio_alloc(struct model *mo, const struct op *op, enum lru_origin origin);
void model_folio_failed(struct model *mo, const struct op *op);
bool model_folio_joined(const struct model *mo, u32 pfn);
u32 model_folio_disown(struct model *mo, u32 handle);

/* kernel_stack.c */
void kernel_stack_alloc(struct model *mo);
void kernel_stack_free(struct model *mo);

/* model_contig.c */
void model_contig(struct model *mo, const struct op *op);

/* timeline.c */
struct timeline_sample *timeline_add(struct policy_result *run, u64 t_ns);
u64 timeline_extfrag_events(const u64 nr[MIGRATE_PCPTYPES][MIGRATE_PCPTYPES][NR_EXTFRAG_CLASS]);
int timeline_sample(struct model *mo, u64 t_ns, bool end);
void timeline_free(struct policy_result *run);

/* observed.c */
void observed_compare(const struct demand *d, const struct recording *m, struct run_output *out);

/* observed_map.c */
struct observed_map;
struct observed_map *observed_map_alloc(struct policy_result *run, const struct mm *mm,
					u64 interval_ns);
void observed_map_free(struct observed_map *om);
int observed_map_ops(struct observed_map *om, const struct op *op, size_t n);

#endif
