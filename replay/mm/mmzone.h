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

#include <fragreplay/policy.h>

#include "params.h"
#include "vmstat.h"

#define NR_PCP_LISTS		14	/* 3 types x orders 0..3, and 2 of order 9 */
#define MAX_CPUS		512
#define NR_LRU_GENS		4

/* zone flags, mmzone.h:enum zone_flags */
#define ZONE_BOOSTED_WATERMARK	1u
#define ZONE_RECLAIM_ACTIVE	2u
#define ZONE_BELOW_HIGH		4u

struct per_cpu_pages {
	u32 list[NR_PCP_LISTS];		/* indexes into mm->heads[] */
	s32 count;			/* base pages on all lists */
	s32 high, high_min, high_max, batch;
	u8 flags;			/* PCPF_*: page_alloc's own */
	u8 alloc_factor;
	s32 free_count;			/* 6.1: free_factor */
};

/* Per pageblock, mm->pageblock[pfn >> pageblock_order]. */
struct pageblock {
	u8 mt:3;			/* enum migratetype */
	u8 skip:1;			/* compaction's skip bit */
	u8 isolate:1;
	u8 zone:3;			/* enum zone_type of its pages; MAX_NR_ZONES: a hole */
};

/*
 * What a kernel version does differently; page-allocator.md section 17. kversion.c sets them by
 * the version, -p NAME,FEATURE=on|off one by one: X(name, doc).
 */
#define KERNEL_FEATURES(X)							\
	X(freelist_hygiene, ">= 6.10: lists match the pageblock's type")	\
	X(claim_steal_split, "6.12.117 and >= 6.15: claim, then steal; else 6.1's one pass")	\
	X(pcp_auto_tune, ">= 6.7: high floats; BELOW_HIGH")	\
	X(pcp_free_high_min, "7.x: free_high at batch + high_min / 2")	\
	X(pcp_free_chunked, "7.x: frees in chunks of batch")	\
	X(zone_batchsize_7x, "7.x: managed >> 12 based batch")	\
	X(highatomic_free_count, ">= 6.12: watermark subtracts nr_free_highatomic")	\
	X(highatomic_fastpath, ">= 7.3")	\
	X(highatomic_reserve_buddy, ">= 7.1: the buddy path reserves, pcp does not refill")	\
	X(highatomic_aligned_limit, ">= 6.8: 1 % rounded up to a block, none below one")	\
	X(alloc_harder, "6.1's ALLOC_HARDER instead of MIN_RESERVE/NON_BLOCK")	\
	X(compact_large_folios, ">= 6.9: migrates and frees at order > 0")	\
	X(compact_wmark_from_caller, ">= 6.15")	\
	X(compact_gap_capped, ">= 7.2: min(2 << order, 32)")	\
	X(compact_early_bailout, "<= 6.18: initial SKIPPED/DEFERRED fails costly NORETRY")	\
	X(compact_stall_on_deferred, "<= 6.18: DEFERRED counts as a stall")	\
	X(compact_source_order9, ">= 7.2: order >= 9 takes movable blocks in ASYNC")	\
	X(capture_request_order, ">= 7.2")	\
	X(capture_extfrag, ">= 6.15")	\
	X(free_pages_blocks, ">= 6.15")	\
	X(isolate_bit, ">= 6.17")	\
	X(lru_gen, "MGLRU on: from lru_gen/enabled or the version's default")	\
	X(movable_zone_share, "<= 6.1: ZONE_MOVABLE shares min_free_kbytes")	\
	X(lru_gen_count_down, ">= 6.14: generations counted down from the youngest")	\
	X(lru_gen_bounded_batch, ">= 6.17: a batch takes no more than its budget")	\
	X(lru_gen_exact_loop, ">= 7.2: one budget a pass; dirty folios are isolated")	\
	X(proactive_counted, "by 6.6, not in 6.1: compact_daemon_*_scanned have it")	\
	X(lru_rotation_cost, ">= 6.2, classic LRU: io costs 32 rotations")	\
	X(swap_large_folio, ">= 6.12: PMD folios are written whole to a free extent")	\
	X(memcg_full_walk, ">= 6.12: reclaim that failed retries all cgroups")	\
	X(khugepaged_reclaim_stat, ">= 6.2: pgscan_khugepaged, pgsteal_khugepaged")	\
	X(hopeless_until_balanced, ">= 7.0: progress alone does not revive kswapd")	\
	X(proactive_leeway_7x, "7.x: high = low + min(10, low / 2)")

struct kernel_features {
	u32 version;			/* 0x060c0075 = 6.12.117, as LINUX_VERSION_CODE but 8/8/16 */
#define X(name, doc) bool name;
	KERNEL_FEATURES(X)
#undef X
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

/**
 * struct mm_policy - who decides for a machine
 * @ops: the policy's decisions, vanilla's where it has none
 * @own: the policy's table, for its name and its counters
 * @own_hooks: bit of each hook that is the policy's own
 * @called: bit of each hook called since the machine was last found whole
 * @priv: the policy's own state
 * @broken: what it did that no policy may do; "" so far
 */
struct mm_policy {
	struct policy_ops ops;
	const struct policy_ops *own;
	u64 own_hooks, called;
	void *priv;
	char broken[160];
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
	struct mm_policy *policy;
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
