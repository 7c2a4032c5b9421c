/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the reclaim files share: struct lruvec, struct scan_control, the io and flush queues.
 *
 * There is one lruvec: the model has no memory cgroups, so every LRU page of the node is on it.
 */
#ifndef FRAGREPLAY_MM_VMSCAN_H
#define FRAGREPLAY_MM_VMSCAN_H

#include "internal.h"

#define DEF_PRIORITY		12
#define MIN_NR_GENS		2u
#define MAX_NR_GENS		((u32)NR_LRU_GENS)
#define MAX_NR_TIERS		4u
#define MIN_LRU_BATCH		64u	/* BITS_PER_LONG */
#define MAX_LRU_BATCH		(MIN_LRU_BATCH * 64)
#define NSEC_PER_MSEC		1000000ull
#define NSEC_PER_USEC		1000ull

enum { LRU_GEN_ANON, LRU_GEN_FILE, ANON_AND_FILE };

enum lru_list {
	LRU_INACTIVE_ANON,
	LRU_ACTIVE_ANON,
	LRU_INACTIVE_FILE,
	LRU_ACTIVE_FILE,
	NR_EVICTABLE_LISTS
};

/* Folios that wait for a moment (swap io, the flusher), in the order of these moments. */
struct fifo_entry {
	u64 ns;
	u32 pfn;
};

struct folio_fifo {
	struct fifo_entry *e;
	u32 cap, first, nr;		/* cap is a power of two */
};

/* MGLRU: mmzone.h:struct lru_gen_folio, with one history generation (no LRU_GEN_STATS) */
struct lru_gen {
	u64 max_seq, min_seq[ANON_AND_FILE];
	u32 folios[NR_LRU_GENS][ANON_AND_FILE][MAX_NR_ZONES];
	s64 nr_pages[NR_LRU_GENS][ANON_AND_FILE][MAX_NR_ZONES];
	u64 avg_refaulted[ANON_AND_FILE][MAX_NR_TIERS];
	u64 avg_total[ANON_AND_FILE][MAX_NR_TIERS];
	u64 protected[ANON_AND_FILE][MAX_NR_TIERS];
	u64 evicted[ANON_AND_FILE][MAX_NR_TIERS];
	u64 refaulted[ANON_AND_FILE][MAX_NR_TIERS];
};

struct lruvec {
	struct lru_gen gen;
	/* classic */
	u32 list[NR_EVICTABLE_LISTS];
	s64 lru_size[NR_EVICTABLE_LISTS][MAX_NR_ZONES];
	u64 cost[ANON_AND_FILE];
	struct workingset *workingset;	/* workingset.c; NULL with MGLRU */
	/* both */
	u32 isolated, kept, skipped;	/* lists of a batch */
	u32 last_cold[ANON_AND_FILE];	/* the folio that folio_mark_cold() marked last */
	struct folio_fifo dirty;	/* dirty file folios, by when they became so */
	u64 flush_kick_ns;		/* reclaim woke the flusher: older folios are clean now */
	/* shrinker.c */
	u32 slab_cold;
	u64 slab_deferred;		/* objects left over from earlier calls */
	u64 slab_scan_credit;		/* objects scanned towards the next page */
};

struct swap_cluster {
	u32 table;			/* its page; PFN_NONE: older than the trace, or failed */
	u32 used;			/* slots in use, at least one */
};

struct swap_state {
	u64 used;			/* slots in use */
	u64 orphans;			/* of these: see swap_evicted() */
	u64 fresh;			/* slots never used: contiguous */
	struct folio_fifo io;		/* submitted, by completion time */
	u64 nr_writeback;		/* base pages in flight */
	double zeros_out, zeros_in;	/* per mille of a folio: see takes_share() */
	/* swap_table.c: empty without swap tables */
	struct swap_cluster *cluster;	/* those with slots in use, in no order */
	u32 nr_clusters, cap_clusters;
	u32 fill;			/* the cluster that is filled first */
	u32 hole;			/* where the search for room begins; may be past the end */
};

/* A shrink_node() under way: its loop can be left and resumed between two batches. */
struct shrink_walk {
	bool active;
	s64 nr_to_scan;			/* MGLRU: what is left of the budget */
	u64 scanned;
	u64 nr[NR_EVICTABLE_LISTS];	/* classic: left to scan; and the targets */
	u64 targets[NR_EVICTABLE_LISTS];
	u64 nr_reclaimed0;		/* before this node */
	bool scan_adjusted;
	u8 lru;				/* classic: next list */
};

struct scan_control {
	u32 order;
	gfp_t gfp;
	enum zone_type reclaim_idx;
	int priority;
	u64 nr_to_reclaim, nr_reclaimed, nr_scanned;
	bool kswapd, may_writepage, may_swap;
	bool compaction_ready, memcg_full_walk;
	bool force_deactivate, skipped_deactivate;
	bool may_deactivate[ANON_AND_FILE];
	bool cache_trim_mode, no_cache_trim_mode, cache_trim_mode_failed, file_is_tiny;
	u64 unqueued_dirty, file_taken;
	u64 now_ns;			/* the reclaimer's own clock */
	struct shrink_walk walk;
};

/* What became of a batch; vmscan.c:struct reclaim_stat. */
struct reclaim_stat {
	u64 nr_unqueued_dirty, nr_pageout;
	u64 nr_activate[ANON_AND_FILE];
};

static inline int folio_type(const struct page *p)
{
	return p->kind == PK_ANON ? LRU_GEN_ANON : LRU_GEN_FILE;
}

static inline u32 folio_nr_pages(const struct page *p)
{
	return 1u << p->order;
}

/* vmscan.c */
void split_listed_folio(struct mm *mm, u32 pfn);
void shrink_node_begin(struct mm *mm, struct scan_control *sc);
bool shrink_node_step(struct mm *mm, struct scan_control *sc);
u64 shrink_folio_list(struct mm *mm, struct scan_control *sc, struct reclaim_stat *stat);
void count_reclaim(struct mm *mm, const struct scan_control *sc, enum vm_event_item kswapd_item,
		   u64 nr);
void folio_lru_account(struct mm *mm, u32 pfn, s64 sign);
bool can_reclaim_anon_pages(const struct mm *mm);
u64 lruvec_pages(const struct mm *mm, int type, bool inactive_only);
bool folio_buffers_busy(const struct mm *mm, u32 pfn);

/* lru_gen.c */
int lru_gen_init(struct mm *mm);
void lru_gen_add_folio(struct mm *mm, u32 pfn, bool active, bool reclaiming, bool tail);
void lru_gen_del_folio(struct mm *mm, u32 pfn);
bool lru_gen_fault_active(struct mm *mm, u32 pfn);
void lru_gen_inc_refs(struct mm *mm, u32 pfn);
void lru_gen_refault(struct mm *mm, u32 pfn);
void lru_gen_eviction(struct mm *mm, u32 pfn);
bool lru_gen_begin(struct mm *mm, struct scan_control *sc);
bool lru_gen_step(struct mm *mm, struct scan_control *sc);
u64 lru_gen_pages(const struct mm *mm, int type, bool inactive_only);

/* lru_classic.c */
int lru_classic_init(struct mm *mm);
void lru_classic_add_folio(struct mm *mm, u32 pfn, bool active, bool tail);
void lru_classic_del_folio(struct mm *mm, u32 pfn);
void lru_classic_mark_accessed(struct mm *mm, u32 pfn);
void lru_classic_note_refault(struct mm *mm, int type, u64 nr);
bool lru_classic_begin(struct mm *mm, struct scan_control *sc);
bool lru_classic_step(struct mm *mm, struct scan_control *sc);
void lru_classic_age(struct mm *mm, struct scan_control *sc);
u64 lru_classic_pages(const struct mm *mm, int type, bool inactive_only);

/* workingset.c */
int workingset_init(struct mm *mm);
void workingset_exit(struct mm *mm);
void workingset_age_nonresident(struct mm *mm, u64 nr);
void workingset_eviction(struct mm *mm, u32 pfn);
bool workingset_refault(struct mm *mm, u32 pfn);
void snapshot_refaults(struct mm *mm);
bool workingset_refaulted(const struct mm *mm, int type);

/* swap.c */
void folio_fifo_free(struct folio_fifo *f);
int swap_init(struct mm *mm);
void swap_exit(struct mm *mm);
bool folio_alloc_swap(struct mm *mm, u32 pfn);
bool swap_writeout(struct mm *mm, u32 pfn, u64 now_ns);
void swap_evicted(struct mm *mm, u32 pfn);
u64 swap_io_next(const struct mm *mm);
void writeback_run(struct mm *mm, u64 now_ns);
void wakeup_flusher_threads(struct mm *mm, u64 now_ns);
void folio_rotate_reclaimable(struct mm *mm, u32 pfn);

/* swap_table.c */
void swap_table_get(struct mm *mm, u64 nr);
void swap_table_put(struct mm *mm, u64 nr);
void swap_table_start(struct mm *mm);
void swap_table_exit(struct mm *mm);

/* shrinker.c */
u64 shrink_slab(struct mm *mm, const struct scan_control *sc);
u64 do_shrink_slab(struct mm *mm, const struct scan_control *sc, u64 freeable, u64 *deferred,
		   bool (*scan)(struct mm *mm, u64 nr, u64 *freed));

/* deferred_split.c */
void split_partly_mapped(struct mm *mm, u32 pfn);
void shrink_deferred_split(struct mm *mm, const struct scan_control *sc);

/* kswapd.c */
u64 throttle_direct_reclaim(struct mm *mm, gfp_t gfp);
void kswapd_made_progress(struct mm *mm, const struct scan_control *sc);

#endif
