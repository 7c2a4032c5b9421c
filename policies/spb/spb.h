/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Superpageblocks (Rik van Riel, linux-mm, April and May 2026): grouping by mobility once more, at
 * 1 GiB. Kernel allocations are kept in the superpageblocks that hold some already ("tainted");
 * movable ones are packed into the fullest "clean" ones, so that empty ones stay empty.
 *
 * This header has what the files of the policy share. doc/spb.md says what each part does and what
 * of it is as posted; names in quotation marks below are its sections. Times are in ns.
 */
#ifndef FRAGREPLAY_POLICIES_SPB_H
#define FRAGREPLAY_POLICIES_SPB_H

#include <fragreplay/policy.h>

#define NSEC_PER_MSEC		1000000ull
#define NSEC_PER_SEC		1000000000ull
#define SPB_NONE		0xffffffffu
#define SPB_MAX_CPUS		512
#define SPB_WALK_BINS		512
#define SPB_EVAC_REQUESTS	64	/* deferred evacuations at a time: "Evacuation" */

/* alloc_flags beside the kernel's: "Rights" */
#define ALLOC_NOFRAG_TAINTED_OK		0x10000u
#define ALLOC_HIGHORDER_OPTIONAL	0x20000u

enum spb_category { SPB_CLEAN, SPB_TAINTED, NR_SPB_CATEGORIES };
enum spb_fullness { SPB_FULL, SPB_FULL_75, SPB_FULL_50, SPB_FULL_25, SPB_ALMOST_EMPTY,
		    NR_SPB_FULLNESS };
/* The list that a superpageblock is on. */
enum spb_where { SPB_ON_EMPTY, SPB_ON_ISOLATED, SPB_ON_CATEGORY };

/* Bits of a pageblock: "What a pageblock has held" */
#define PB_HAS_UNMOVABLE	1u
#define PB_HAS_RECLAIMABLE	2u
#define PB_HAS_MOVABLE		4u
#define PB_ALL_FREE		8u
#define PB_INITIALIZED		16u	/* holds memory: is not counted in nr_reserved */
#define PB_SKIP			32u	/* a defrag pass leaves it out until it wraps */
#define PB_UNTYPED		64u	/* neither all free nor with any "has" bit: boot memory,
					 * contiguous ranges, blocks whose bits a scan cleared */

/* A list of superpageblocks. Links are indexes into spb_zone.sb, or SPB_NONE. */
struct spb_list {
	u32 first, last, nr;
};

struct superpageblock {
	u32 start_pfn, end_pfn;		/* clipped to the zone */
	u16 nr_free;			/* pageblocks with PB_ALL_FREE */
	u16 nr_unmovable, nr_reclaimable, nr_movable;	/* with each "has" bit */
	u16 nr_reserved, total_pageblocks;
	bool contig_allocated;
	bool defrag_active;		/* a pass is queued or runs */
	u8 where, category, fullness;	/* enum spb_*: the list that it is on */
	bool list_is_behind;		/* a bit has changed and the list has not: see
					 * spb_set_has_unlisted() */
	u32 prev, next;			/* on that list */
	u32 defrag_cursor;		/* pfn at which the next pass begins; 0 at first */
	u64 last_no_progress_ns;	/* 0: the last pass made progress, or none ran */
	u64 last_no_progress_pages;	/* free pages at that time */
};

/* A zone's superpageblocks. sb[i] describes the zone's region[i], which has its free lists. */
struct spb_zone {
	struct zone *z;
	struct superpageblock *sb;
	u32 nr;
	struct spb_list empty, isolated, lists[NR_SPB_CATEGORIES][NR_SPB_FULLNESS];
	u32 hint[NR_PAGE_ORDERS][MIGRATE_PCPTYPES];	/* SPB_NONE: none */
	u64 evac_in_flight;		/* deferred evacuations: bit mt * NR_PAGE_ORDERS + order */
	u64 evac_last_ns[MIGRATE_PCPTYPES];	/* when one was queued; 0: never */
	/* select=bitmap: one bit per superpageblock */
	u64 *has_chunk[NR_PAGE_ORDERS][MIGRATE_TYPES];	/* of this order or larger */
	u64 *has_kernel, *is_clean, *is_empty;
	u64 *bits;			/* the allocation that holds all bitmaps */
	u16 (*chunk_orders)[MIGRATE_TYPES];	/* by superpageblock: one bit per order */
};

/* What the tainted superpageblocks looked like to a request that they could not serve. */
struct spb_walk {
	bool saw_free_pages, saw_free_pb, saw_below_reserve;
};

/* The step of the walk that served a request: "The walk" */
enum spb_outcome { SPB_NO_PAGE, SPB_PREFERRED_BLOCK, SPB_PREFERRED_PART, SPB_CLAIMED_BLOCK,
		   SPB_CLAIMED_PART, SPB_BORROWED_KERNEL, SPB_BORROWED_MOVABLE, SPB_EMPTY,
		   SPB_MOVABLE_SPILL, SPB_HINT, NR_SPB_OUTCOMES };
/* Why spb_try_to_claim_block() refused: "Claiming a block" */
enum spb_refusal { SPB_REFUSED_ISOLATE, SPB_REFUSED_CMA, SPB_REFUSED_ZONE_BOUNDARY,
		   SPB_REFUSED_CROSS_TYPE, SPB_REFUSED_INSUFFICIENT, NR_SPB_REFUSALS };
/* Outcomes of flags_after_failure(): "When no zone has a page" */
enum spb_relax { SPB_NORETRY_SKIP, SPB_ADD_TAINTED_OK, SPB_DROP_NOFRAGMENT,
		 SPB_NOWARN_LOWER_ORDER, NR_SPB_RELAX };

enum spb_select { SPB_SELECT_LISTS, SPB_SELECT_BITMAP };

/* Background jobs, run one at a time in the order in which they were queued: "The worker" */
enum spb_job_type { SPB_JOB_DEFRAG, SPB_JOB_EVACUATE, SPB_JOB_SHRINK };
struct spb_job {
	u8 type, zone, order, mt;
	u32 sb;
	u64 queued_ns;
};

/* A pass of the worker over one superpageblock: "Defrag" */
struct spb_pass {
	u32 cursor, pfn;		/* pageblocks: where the pass began, and where it is */
	u16 nr_free;			/* the superpageblock's when the pass began */
	bool wrapped, idle;		/* idle: there was nothing to do */
};

#define SPB_EVAC_CANDIDATES	16

/* An evacuation for a request, by the request itself or by the worker: "Evacuation" */
struct spb_evac {
	u32 sb[SPB_EVAC_CANDIDATES], nr, at;
	u32 pfn, blocks;		/* of sb[at]: next pageblock, and how many were tried */
	u8 order, mt;
	bool coalesce;			/* version 1: the phase for blocks of the request's type */
	bool did;			/* some block was tried */
};

struct spb_counters {
	u64 outcome[NR_SPB_OUTCOMES];
	u64 refused[NR_SPB_REFUSALS], relaxed[NR_SPB_RELAX];
	u64 claims, claims_tainting;	/* by kernel types; of these, in clean or empty SPBs */
	u64 steals, evac_requests, evac_dropped, evac_runs, evac_blocks;
	u64 defrag_started, defrag_passes, defrag_progress, defrag_blocks;
	u64 pages_migrated, pages_dropped, pages_failed;
	u64 contig_tried, contig_ok;
	u64 compact_skipped;
	u64 pcp_whole, pcp_adopted, pcp_owned;	/* chunks by the refill's phase */
	u64 hint_cpu, hint_zone, hint_stale;
	u64 visited;			/* superpageblocks looked at by all walks */
	u64 walks;
	u64 walk_hist[SPB_WALK_BINS];	/* walks by superpageblocks visited; the last bin: more */
	u64 walk_max;
	u64 taints;			/* superpageblocks that became tainted */
	/* the series' additions to /proc/vmstat, by their names there */
	u64 spb_highorder_refused, spb_slab_shrink_queued, spb_slab_shrink_ran;
	u64 slab_pages_freed;
	u64 jobs_lost;			/* the ring was full: must stay 0, see spb_work_init() */
	u64 dropped_nofragment;		/* reclaiming requests that may taint after all */
	u64 cma_not_found;		/* CMA requests that missed the zone's free CMA pages */
};

/*
 * The policy's state. It begins with the tunables, which spb.c documents: what a switch without a
 * comment does is said there.
 */
struct spb {
	u32 version;			/* 1 or 2 */
	u32 order;			/* of a superpageblock, in pages; 18: 1 GiB */
	u32 select;			/* enum spb_select */
	u32 aggressive_threshold;	/* superpageblocks in the zone */
	bool hot_triggers;		/* v1 43/45, v2 28/40 */
	bool relaxed_claim;		/* v1 25/45 */
	bool prefer_reclaim;		/* v2 20/40 */
	bool hints;			/* v2 31/40 */
	bool hint_checks_category;
	bool highatomic_converts;
	bool split_marks_both_used;
	bool whole_first;
	bool faithful_boot;
	bool pcp_buddy;
	bool drop_clean_cache;
	double p_fail;			/* share of evacuated pages */
	double evac_block_us;
	u32 slab_free_pages;		/* per shrink */
	double cooldown_s;

	struct mm *mm;
	struct spb_zone zone[MAX_NR_ZONES];
	u8 *pb;				/* PB_*, by pfn >> pageblock_order */
	u32 cpu_hint[SPB_MAX_CPUS][MAX_NR_ZONES][NR_PAGE_ORDERS][MIGRATE_PCPTYPES];
	struct spb_job *job;		/* ring of queued jobs */
	u32 job_first, nr_jobs, cap_jobs;
	u32 evac_queued;
	bool shrink_queued;
	u64 work_ns;			/* the worker is busy until then */
	bool in_worker;
	bool job_runs;			/* the job at the head of the ring has begun */
	struct spb_pass pass;		/* the worker's */
	struct spb_evac evac;		/* the worker's */
	struct spb_walk *walk;		/* for an optional request under way; else NULL */
	struct spb_counters c;
};

static inline struct spb *spb_of(const struct mm *mm)
{
	return mm_policy_priv(mm);
}

static inline struct spb_zone *spb_zone_of(struct spb *s, const struct zone *z)
{
	return &s->zone[z->type];
}

static inline struct superpageblock *spb_of_pfn(struct spb_zone *sz, u32 pfn)
{
	return &sz->sb[(pfn - sz->z->region_base) >> sz->z->region_order];
}

static inline u32 spb_index(const struct spb_zone *sz, const struct superpageblock *sb)
{
	return (u32)(sb - sz->sb);
}

static inline struct free_region *spb_region(const struct spb_zone *sz,
					     const struct superpageblock *sb)
{
	return &sz->z->region[spb_index(sz, sb)];
}

/* Free pageblocks that movable requests leave to the kernel: "Reserve and high-water mark" */
static inline u32 spb_reserve(const struct superpageblock *sb)
{
	u32 share = sb->total_pageblocks / 32u;

	return share > 4 ? share : 4;
}

/*
 * spb_state.c: pageblock bits, categories, lists. Every change of a bit is followed by
 * spb_update_list(), except where the series leaves it out: there spb_set_has_unlisted() is used.
 */
int spb_state_init(struct spb *s, struct mm *mm);
void spb_state_exit(struct spb *s);
void spb_set_has(struct spb *s, struct spb_zone *sz, u32 pfn, u8 mt);
void spb_set_has_unlisted(struct spb *s, struct spb_zone *sz, u32 pfn, u8 mt);
void spb_clear_has(struct spb *s, struct spb_zone *sz, u32 pfn, u8 mt);
void spb_update_list(struct spb *s, struct spb_zone *sz, struct superpageblock *sb);
bool spb_is_on_its_list(const struct spb_zone *sz, const struct superpageblock *sb);
bool spb_is_tainted(const struct superpageblock *sb);
bool spb_below_high_water(const struct spb_zone *sz, const struct superpageblock *sb);
void spb_chunk_leaves(struct spb *s, struct spb_zone *sz, u32 pfn, u32 order, u8 mt);
/* hooks */
void spb_on_chunk_taken(struct mm *mm, const struct zone *z, u32 pfn, u32 order, u8 mt);
void spb_on_chunk_isolated(struct mm *mm, const struct zone *z, u32 pfn, u32 order, u8 mt);
/* every caller of page_del_and_expand() in this policy goes through this */
void spb_del_and_expand(struct spb *s, struct spb_zone *sz, u32 pfn, u32 low, u32 high, u8 mt);
void spb_remainder_is_free(struct spb *s, struct spb_zone *sz, u32 pfn, u32 low, u32 high);
u8 spb_freed_block_type(struct mm *mm, struct zone *z, u32 pfn, u8 mt);		/* hook */
void spb_contig_mark(struct spb *s, struct spb_zone *sz, u32 pfn, u32 nr_pages, bool on);

/* iterators: NULL begins, and ends */
struct superpageblock *spb_next(struct spb_zone *sz, enum spb_category cat,
				struct superpageblock *from);
struct superpageblock *spb_next_empty(struct spb_zone *sz, struct superpageblock *from);

/* spb_check.c: the invariants */
int spb_check(struct spb *s, char *text, size_t len);

/* spb_alloc.c: "The walk" */
u32 spb_rmqueue_smallest(struct spb *s, struct spb_zone *sz, u32 order, u8 mt);
u32 spb_rmqueue_highatomic(struct mm *mm, struct zone *z, u32 order);	/* hook */

/* spb_claim.c: "Claiming a block", "Claim and steal" */
u32 spb_claim_whole_block(struct spb *s, struct spb_zone *sz, u32 pfn, u32 chunk, u32 order,
			  u8 mt, u8 from);
u32 spb_try_to_claim_block(struct spb *s, struct spb_zone *sz, u32 pfn, u32 chunk, u32 order,
			   u8 mt, u8 from, bool from_tainted);
u32 spb_rmqueue(struct mm *mm, struct zone *z, u32 order, u8 mt, u32 alloc_flags,
		enum rmqueue_mode *mode);	/* hook */

/* spb_hint.c: "Hints" */
u32 spb_hint_cpu(struct spb *s, struct spb_zone *sz, u32 order, u8 mt);	/* index or SPB_NONE */
u32 spb_hint_zone(struct spb *s, struct spb_zone *sz, u32 order, u8 mt);
void spb_hint_store(struct spb *s, struct spb_zone *sz, u32 order, u8 mt, u32 sb, bool cpu_only);

/* spb_bitmap.c: "Selection by bitmap" */
int spb_bitmap_init(struct spb *s, struct spb_zone *sz);
void spb_bitmap_exit(struct spb_zone *sz);
void spb_bitmap_update(struct spb *s, struct spb_zone *sz, struct superpageblock *sb);
void spb_on_region_list(struct mm *mm, const struct zone *z, u32 region, u32 order, u8 mt,
			bool filled);	/* hook */
u32 spb_bitmap_check(const struct spb_zone *sz);
u32 spb_bitmap_words(const struct spb_zone *sz);
struct superpageblock *spb_bitmap_next(struct spb_zone *sz, const u64 *set, u32 order, u8 mt,
				       const struct superpageblock *from, u32 *words);

/* spb_flags.c: "Rights", "When no zone has a page" */
u32 spb_alloc_flags(struct mm *mm, const struct alloc_request *req, enum alloc_stage stage);
u32 spb_last_resort(struct mm *mm, struct alloc_context *ac, const struct alloc_retry *r);
u32 spb_direct_compact(struct mm *mm, struct alloc_context *ac, const struct alloc_retry *r);

/* spb_work.c: "The worker", "Defrag", "Triggers" */
int spb_work_init(struct spb *s);	/* after spb_state_init() */
void spb_work_exit(struct spb *s);
u64 spb_now(const struct spb *s);
void spb_queue(struct spb *s, const struct spb_job *job);
void spb_on_background(struct mm *mm, u64 until_ns);	/* hook */
bool spb_needs_defrag(const struct spb *s, const struct spb_zone *sz,
		      const struct superpageblock *sb);
void spb_maybe_start_defrag(struct spb *s, struct spb_zone *sz, struct superpageblock *sb);
void spb_react_to_tainted_alloc(struct spb *s, struct spb_zone *sz, struct superpageblock *sb);
void spb_pressure_triggers(struct spb *s, struct spb_zone *sz, u32 order, u8 mt);

/* spb_evacuate.c: "Evacuation", "Slab shrink" */
bool spb_evacuate_pageblock(struct spb *s, struct spb_zone *sz, u32 pfn, bool force);
bool spb_evacuate_for_order(struct spb *s, struct spb_zone *sz, u32 order, u8 mt);
void spb_queue_evacuate(struct spb *s, struct spb_zone *sz, u32 order, u8 mt);
void spb_queue_slab_shrink(struct spb *s, struct spb_zone *sz);
void spb_evac_begin(struct spb *s, struct spb_zone *sz, struct spb_evac *ev, u32 order, u8 mt);
u32 spb_evac_block(const struct spb *s, const struct spb_zone *sz, struct spb_evac *ev);
void spb_evac_next(struct spb_evac *ev);
void spb_evac_request_done(struct spb *s, struct spb_zone *sz, const struct spb_job *job);
void spb_run_slab_shrink(struct spb *s);

/* spb_contig.c: "Contiguous ranges" */
u32 spb_try_alloc_contig(struct spb *s, struct spb_zone *sz, u32 nr_pages);	/* pfn */
u32 spb_alloc_contig(struct mm *mm, struct zone *z, u32 nr_pages);		/* hook */
void spb_on_free_contig(struct mm *mm, const struct zone *z, u32 pfn, u32 nr_pages);	/* hook */

/* spb_compact.c: "Compaction and watermarks" */
u32 spb_compact_skips(const struct mm *mm, const struct zone *z, u32 pfn);
void spb_on_compact_scanned(struct mm *mm, const struct zone *z, u32 pfn);

/* spb_pcp.c: "Per-CPU lists" */
u32 spb_pcp_refill(struct mm *mm, struct zone *z, u32 order, u8 mt, u32 nr, u32 alloc_flags);

/* spb_report.c: the section "spb" of the report */
void spb_report(const struct mm *mm, const void *priv, struct policy_sink *sink);
void spb_sample(const struct mm *mm, const void *priv, struct policy_sink *sink);

#endif
