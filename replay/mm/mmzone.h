/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Zones, per-CPU lists, the node, and struct mm: one whole simulated machine. Several machines
 * live side by side in one process (a policy each), so nothing here is global.
 *
 * One node: the zones of further nodes are folded into those of the same type (the snapshot
 * reader says so); all of a machine's CPUs are local to it.
 */
#ifndef FRAGREPLAY_MM_MMZONE_H
#define FRAGREPLAY_MM_MMZONE_H

#include "gfp.h"
#include "mm_types.h"
#include "params.h"
#include "vmstat.h"

enum zone_type { ZONE_DMA, ZONE_DMA32, ZONE_NORMAL, ZONE_MOVABLE, MAX_NR_ZONES };
enum zone_watermarks { WMARK_MIN, WMARK_LOW, WMARK_HIGH, WMARK_PROMO, NR_WMARK };

#define NR_PCP_LISTS		14	/* 3 types x orders 0..3, and 2 of order 9 */
#define MAX_CPUS		512
#define NR_LRU_GENS		4

/* zone flags, mmzone.h:enum zone_flags */
#define ZONE_BOOSTED_WATERMARK	1u
#define ZONE_RECLAIM_ACTIVE	2u
#define ZONE_BELOW_HIGH		4u

struct free_area {
	u32 list[MIGRATE_TYPES];	/* index of the list's head in mm->heads[] */
	u32 nr_list[MIGRATE_TYPES];	/* buddies on each list */
	u32 nr_free;			/* buddies on all of them, as the kernel counts */
};

struct per_cpu_pages {
	u32 list[NR_PCP_LISTS];		/* indexes into mm->heads[] */
	s32 count;			/* base pages on all lists */
	s32 high, high_min, high_max, batch;
	u8 flags;			/* PCPF_*: page_alloc's own */
	u8 alloc_factor;
	s32 free_count;			/* 6.1: free_factor */
};

struct zone {
	enum zone_type type;
	bool populated;
	const char *name;
	u32 start_pfn, spanned, present, managed;
	u32 _watermark[NR_WMARK];
	u32 watermark_boost;
	u32 lowmem_reserve[MAX_NR_ZONES];
	u32 flags;
	struct free_area free_area[NR_PAGE_ORDERS];
	s64 nr_free_pages, nr_free_cma, nr_free_pages_blocks;
	u32 nr_reserved_highatomic, nr_free_highatomic;
	bool highatomic_used;		/* ever reserved: unmerged order-9 neighbours are lawful */
	struct per_cpu_pages *pcp;	/* one a CPU */
	/* LRU pages per zone, for should_reclaim_retry and zone_reclaimable_pages */
	s64 nr_lru_anon, nr_lru_file;
	/* compaction */
	u32 compact_cached_migrate_pfn[2], compact_cached_free_pfn;
	u32 compact_init_migrate_pfn, compact_init_free_pfn;
	u32 compact_considered, compact_defer_shift;
	s32 compact_order_failed;
	bool compact_blockskip_flush;
};

/* Per pageblock, mm->pageblock[pfn >> pageblock_order]. */
struct pageblock {
	u8 mt:3;			/* enum migratetype */
	u8 skip:1;			/* compaction's skip bit */
	u8 isolate:1;
	u8 zone:3;			/* enum zone_type of its pages; MAX_NR_ZONES: a hole */
};

/* What the recorded kernel or --kernel selects; page-allocator.md section 17. kversion.c. */
struct kernel_features {
	u32 version;			/* 0x060c0075 = 6.12.117, as LINUX_VERSION_CODE but 8/8/16 */
	bool freelist_hygiene;		/* >= 6.10: lists match the pageblock's type */
	bool claim_steal_split;		/* 6.12.117 and >= 6.15: claim, then steal; else 6.1's one pass */
	bool pcp_auto_tune;		/* >= 6.7: high floats; BELOW_HIGH */
	bool pcp_free_high_min;		/* 7.x: free_high at batch + high_min / 2 */
	bool pcp_free_chunked;		/* 7.x: frees in chunks of batch */
	bool zone_batchsize_7x;		/* 7.x: managed >> 12 based batch */
	bool highatomic_free_count;	/* >= 6.12: watermark subtracts nr_free_highatomic */
	bool highatomic_fastpath;	/* >= 7.3 */
	bool highatomic_reserve_buddy;	/* >= 7.1: the buddy path reserves, pcp does not refill */
	bool highatomic_aligned_limit;	/* >= 6.8: 1 % rounded up to a block, none below one */
	bool alloc_harder;		/* 6.1's ALLOC_HARDER instead of MIN_RESERVE/NON_BLOCK */
	bool compact_large_folios;	/* >= 6.9: migrates and frees at order > 0 */
	bool compact_wmark_from_caller;	/* >= 6.15 */
	bool compact_gap_capped;	/* >= 7.2: min(2 << order, 32) */
	bool compact_early_bailout;	/* <= 6.18: initial SKIPPED/DEFERRED fails costly NORETRY */
	bool compact_stall_on_deferred;	/* <= 6.18: DEFERRED counts as a stall */
	bool compact_source_order9;	/* >= 7.2: order >= 9 takes movable blocks in ASYNC */
	bool capture_request_order;	/* >= 7.2 */
	bool capture_extfrag;		/* >= 6.15 */
	bool free_pages_blocks;		/* >= 6.15 */
	bool isolate_bit;		/* >= 6.17 */
	bool lru_gen;			/* MGLRU on: from lru_gen/enabled or the version's default */
	bool movable_zone_share;	/* <= 6.1: ZONE_MOVABLE shares min_free_kbytes */
	bool lru_gen_count_down;	/* >= 6.14: generations counted down from the youngest */
	bool lru_gen_bounded_batch;	/* >= 6.17: a batch takes no more than its budget */
	bool lru_gen_exact_loop;	/* >= 7.2: one budget a pass; dirty folios are isolated */
	bool proactive_counted;		/* by 6.6, not in 6.1: compact_daemon_*_scanned have it */
	bool lru_rotation_cost;		/* >= 6.2, classic LRU: io costs 32 rotations */
	bool swap_large_folio;		/* >= 6.12: PMD folios are written whole to a free extent */
	bool memcg_full_walk;		/* >= 6.12: reclaim that failed retries all cgroups */
	bool khugepaged_reclaim_stat;	/* >= 6.2: pgscan_khugepaged, pgsteal_khugepaged */
	bool hopeless_until_balanced;	/* >= 7.0: progress alone does not revive kswapd */
	bool proactive_leeway_7x;	/* 7.x: high = low + min(10, low / 2) */
};

struct mm_sysctl {
	u32 min_free_kbytes, watermark_scale_factor, watermark_boost_factor;
	u32 lowmem_reserve_ratio[MAX_NR_ZONES];
	u32 percpu_pagelist_high_fraction;
	u32 swappiness, extfrag_threshold, compaction_proactiveness, page_cluster;
	u32 defrag_mode;
};

enum thp_defrag { THP_DEFRAG_ALWAYS, THP_DEFRAG_DEFER, THP_DEFRAG_DEFER_MADVISE,
		  THP_DEFRAG_MADVISE, THP_DEFRAG_NEVER };

/* An exact small histogram: mean, percentiles and maximum of a count per allocation. */
#define SEARCH_BINS 4096
struct search_hist {
	u64 bin[SEARCH_BINS + 1];	/* the last bin: SEARCH_BINS and more */
	u64 n, sum, max;
};

/* extfrag events by alloc type x fallback type x class */
enum extfrag_class { EXTFRAG_STEAL, EXTFRAG_CLAIM_PART, EXTFRAG_CLAIM_BLOCK, EXTFRAG_CAPTURE,
		     NR_EXTFRAG_CLASS };

struct mm;

/*
 * What the model tells its driver. Owners are cookies to the model: it never looks into them.
 * moved: base page of @owner now lives at @pfn. evicted: reclaim took it (anon: to swap); a base
 * page that is nobody's is told, too, with OWNER_NONE.
 */
struct mm_driver {
	void (*moved)(void *ctx, u32 owner, u32 pfn);
	void (*evicted)(void *ctx, u32 owner, u32 pfn, bool anon);
	void *ctx;
};

/* Who is running: the model's `current`. */
struct mm_task {
	s32 pid;
	u16 cpu;
	bool kthread;			/* kswapd, kcompactd, khugepaged */
	bool memalloc;			/* PF_MEMALLOC */
	bool kswapd;
};

struct kswapd_state;
struct kcompactd_state;
struct lruvec;
struct swap_state;

struct mm {
	/* the machine */
	struct page *page;		/* by pfn, 0 .. max_pfn - 1 */
	u32 max_pfn;
	struct pageblock *pageblock;
	struct links *heads;		/* list heads; see list.h */
	u32 nr_heads, cap_heads;
	struct zone zone[MAX_NR_ZONES];
	u16 nr_cpus;
	struct kernel_features k;
	struct mm_sysctl sysctl;
	struct mm_params param;
	enum thp_defrag thp_defrag;
	u64 swap_pages;			/* size of swap */
	/* time and running task */
	u64 now_ns;
	struct mm_task current;
	struct capture_control *capc;	/* armed by direct compaction, else NULL */
	/* background work and reclaim: each file's own */
	struct kswapd_state *kswapd;
	struct kcompactd_state *kcompactd;
	struct lruvec *lruvec;
	struct swap_state *swap;
	u64 nr_slab_cold;		/* slab pages that the recorded kernel's shrinkers freed */
	/* results */
	u64 vmstat[NR_VM_EVENT_ITEMS];
	u64 extfrag[MIGRATE_PCPTYPES][MIGRATE_PCPTYPES][NR_EXTFRAG_CLASS];
	u64 extfrag_change_ownership;
	u64 drain_all_pages;
	u64 oom_failed;			/* allocations given up where the kernel would have OOM-killed */
	u64 slowpath_stuck;		/* allocations given up after slowpath_max_loops rounds */
	u64 alloc_failed[NR_PAGE_ORDERS];
	u64 stall_ns_reclaim, stall_ns_compact;
	u64 nr_direct_reclaim, nr_direct_compact;
	struct search_hist search_lists, search_blocks;
	u32 visit_lists, visit_blocks;	/* of the allocation under way */
	u64 rng;			/* state of mm_random() */
	struct mm_driver driver;
};

#define for_each_populated_zone(mm, z) \
	for ((z) = (mm)->zone; (z) < (mm)->zone + MAX_NR_ZONES; (z)++) \
		if (!(z)->populated) \
			continue; \
		else

static inline struct zone *page_zone(struct mm *mm, u32 pfn)
{
	return &mm->zone[mm->pageblock[pfn >> pageblock_order].zone];
}

static inline enum migratetype get_pageblock_migratetype(const struct mm *mm, u32 pfn)
{
	const struct pageblock *pb = &mm->pageblock[pfn >> pageblock_order];

	return pb->isolate ? MIGRATE_ISOLATE : (enum migratetype)pb->mt;
}

static inline void count_vm_events(struct mm *mm, enum vm_event_item item, u64 n)
{
	mm->vmstat[item] += n;
}

static inline u32 wmark_pages(const struct zone *z, enum zone_watermarks w)
{
	return z->_watermark[w] + z->watermark_boost;
}

/**
 * mm_random - next number of the model's only source of chance (splitmix64)
 * @mm: whose sequence
 *
 * Seeded by mm_alloc(); the seed is in the report.
 */
static inline u64 mm_random(struct mm *mm)
{
	u64 x = mm->rng += 0x9e3779b97f4a7c15ull;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
	return x ^ (x >> 31);
}

#endif
