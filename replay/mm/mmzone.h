/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Zones, per-CPU lists, the node, and struct mm: the memory of one model and all its state. Each
 * policy has a model of its own in the same process, so nothing here is global.
 *
 * There is one node: the zones of further nodes are folded into those of the same type (the reader
 * of snapshots says so), and all CPUs are local to it.
 */
#ifndef FRAGREPLAY_MM_MMZONE_H
#define FRAGREPLAY_MM_MMZONE_H

#include <fragreplay/policy.h>
#include "base/kernel.h"
#include "base/vmstat.h"
#include "params.h"

#define NR_PCP_LISTS		14	/* 3 types x orders 0..3, and 2 of order 9 */
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
	u32 buddy_list;			/* pcp_buddy: first of its lists in mm->heads[] */
};

/* Kernels with pcp_buddy: the owners of pageblocks; pcp_buddy.c. */
struct pcp_buddy {
	u16 *owner;			/* by pageblock: CPU + 1; 0: none */
	struct links *l;		/* by pageblock: links of PCP_BUDDY_OWNED */
};

/* Per pageblock, mm->pageblock[pfn >> pageblock_order]. */
struct pageblock {
	u8 mt:3;			/* enum migratetype */
	u8 skip:1;			/* compaction's skip bit */
	u8 isolate:1;
	u8 zone:3;			/* enum zone_type of its pages; MAX_NR_ZONES: a hole */
};

/*
 * What a kernel version does differently. kversion.c sets all features by the version, and
 * -p NAME,FEATURE=on|off sets one. X(name, doc): the doc begins with the first version that has the
 * feature, or says up to which one.
 */
/* clang-format off */
#define KERNEL_FEATURES(X)							\
	X(freelist_hygiene, \
	  "6.10: a free page is always on the list of its pageblock's type") \
	X(claim_steal_split, \
	  "6.10: a fallback converts the block or takes just the pages asked for; " \
	  "off: 6.1's way, which moves the whole foreign buddy") \
	X(steal_biggest_buddy, \
	  "6.10 to 6.14.6, in 6.12 up to 6.12.28: pages of a block that cannot be " \
	  "claimed are split off the largest foreign buddy, not the smallest") \
	X(rmqueue_mode_cache, \
	  "6.15, 6.14.7, 6.12.29: within one refill of a per-CPU list, the search " \
	  "for a page begins where the last one was found") \
	X(pcp_auto_tune, "6.7: the size of per-CPU lists adapts to demand") \
	X(pcp_free_high_min, \
	  "7.0: a CPU that frees order 1 to 3 in a row empties its list after " \
	  "batch + high_min / 2 pages; off: after batch") \
	X(pcp_free_chunked, \
	  "7.0: per-CPU lists are emptied a batch at a time, each beginning with " \
	  "the same list") \
	X(highatomic_free_count, \
	  "6.12: watermark tests subtract the free pages of the high-order atomic " \
	  "reserve; off: the whole reserve") \
	X(highatomic_fastpath, \
	  "7.3: high-order atomic requests may use their reserve on the fast path") \
	X(highatomic_reserve_buddy, \
	  "7.1: only pages from the free lists, not from per-CPU lists, make the " \
	  "high-order atomic reserve grow") \
	X(highatomic_aligned_limit, \
	  "6.8: that reserve is 1 % of the zone, rounded up to a pageblock, none " \
	  "in zones with less; off: always a block more") \
	X(alloc_harder, \
	  "up to 6.2: one right, ALLOC_HARDER, for atomic requests instead of " \
	  "MIN_RESERVE and NON_BLOCK") \
	X(compact_large_folios, \
	  "6.9: compaction migrates large folios and frees targets of any order; " \
	  "off: base pages only") \
	X(compact_wmark_from_caller, \
	  "6.15: compaction is suitable above the caller's watermark; off: above " \
	  "the low one, the min one for orders up to 3") \
	X(compact_gap_capped, \
	  "7.2: compaction wants 32 free pages above the mark; off: two times the " \
	  "pages it is to make") \
	X(compact_early_bailout, \
	  "up to 6.19: a costly NORETRY request fails without reclaim when its " \
	  "first compaction is skipped or deferred") \
	X(compact_stall_on_deferred, \
	  "up to 6.19: a deferred compaction counts in compact_stall and " \
	  "compact_fail") \
	X(compact_source_order9, \
	  "7.2.13: asynchronous compaction of order 9 and above empties movable " \
	  "blocks, whatever the request; CMA only for who may use it") \
	X(capture_extfrag, \
	  "6.15: a captured page of another type's block is an extfrag event") \
	X(lru_gen, \
	  "multi-generational LRU; by default as the recording has it, or as " \
	  "Debian builds the version: on from 6.12") \
	X(movable_zone_share, \
	  "up to 6.9: ZONE_MOVABLE gets its share of min_free_kbytes; off: a " \
	  "fixed small mark") \
	X(lru_gen_count_down, \
	  "6.14: multi-generational LRU places pages counting down from the " \
	  "youngest generation") \
	X(lru_gen_bounded_batch, \
	  "6.17: multi-generational LRU: a batch takes no more pages than its " \
	  "budget") \
	X(lru_gen_exact_loop, \
	  "7.2: multi-generational LRU: one budget a pass, dirty folios are " \
	  "isolated") \
	X(proactive_counted, "6.5: proactive compaction counts in compact_daemon_*_scanned") \
	X(lru_rotation_cost, \
	  "6.2, classic LRU: input and output cost 32 times what a rotation costs") \
	X(swap_large_folio, \
	  "6.12: a huge page is swapped out whole where a free extent is left; " \
	  "off: split first") \
	X(swap_zeromap, \
	  "6.12: a folio full of zeros is swapped out without io; off: written as any other") \
	X(swap_table_alloc, \
	  "6.18: swapping out asks for a page, the table of 512 slots; off: the tables take no " \
	  "pages") \
	X(memcg_full_walk, "6.12: direct reclaim that failed walks all cgroups once more") \
	X(khugepaged_reclaim_stat, "6.2: pgscan_khugepaged and pgsteal_khugepaged") \
	X(hopeless_until_balanced, \
	  "7.0: a kswapd that gave up resumes once the node is balanced; off: " \
	  "after any progress") \
	X(watermark_type_blind, \
	  "posted with superpageblocks: the watermark of a high order asks for free pages " \
	  "of that order, of whatever type") \
	X(no_watermark_boost, \
	  "posted with superpageblocks: a fallback does not raise the watermarks") \
	X(proactive_leeway_7x, \
	  "7.0: proactive compaction starts min(10, half of its aim) above its " \
	  "aim; off: always 10 above") \
	X(pcp_buddy, \
	  "in no version, mailed in May 2026: per-CPU lists take whole pageblocks, " \
	  "split them and merge them again")
/* clang-format on */

struct kernel_features {
	u32 version;			/* as KERNEL() makes it */
#define X(name, doc) bool name;
	KERNEL_FEATURES(X)
#undef X
};

/* A histogram of a count per allocation, exact for counts below SEARCH_BINS. */
#define SEARCH_BINS 4096
struct search_hist {
	u64 bin[SEARCH_BINS + 1];	/* the last bin: SEARCH_BINS and more */
	u64 n, sum, max;
};

struct mm;

/*
 * Callbacks of the code that drives the model. The model does not interpret owners. moved: the base
 * page of @owner is at @pfn now. evicted: reclaim has freed it (anon: to swap); this is called for
 * base pages without an owner as well, with OWNER_NONE. unmapped: it is gone, because the model
 * takes it for a part of a huge page that the workload had unmapped.
 */
struct mm_driver {
	void (*moved)(void *ctx, u32 owner, u32 pfn);
	void (*evicted)(void *ctx, u32 owner, u32 pfn, bool anon);
	void (*unmapped)(void *ctx, u32 owner);
	void *ctx;
};

/* The running task: the model's `current`. */
struct mm_task {
	s32 pid;
	u16 cpu;
	bool kthread;			/* kswapd, kcompactd, khugepaged */
	bool memalloc;			/* PF_MEMALLOC */
	bool kswapd;
	bool wants_cpu;			/* for its operation, unless a thread has it */
};

/* When a background thread has a CPU; kthread.c. */
struct kthread {
	u64 clock_ns;			/* its work is done up to here */
	u64 slice_ns;			/* it has, or gets, the CPU at this moment */
	u16 cpu;
	u16 seen_cpu;			/* where the recording saw it last, + 1; 0: not yet */
};

/**
 * struct mm_policy - the policy of a model
 * @ops: the policy's own hooks, NULL where it has none: vanilla decides there
 * @own: the policy's table, for its name and its counters
 * @own_hooks: bit of each hook that is the policy's own
 * @called: bit of each hook called since the model was last found whole
 * @priv: the policy's own state
 * @broken: what it did that no policy may do; "" so far
 */
struct mm_policy {
	struct policy_ops ops;
	const struct policy_ops *own;
	u64 own_hooks, called;
	void *priv;
	bool free_priv; /* with the model; else its setup does */
	char broken[320];
};

struct kswapd_state;
struct kcompactd_state;
struct lruvec;
struct swap_state;

struct mm {
	/* memory, and what describes it */
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
	bool swap_synchronous;		/* it lies in RAM: a write is over when it returns */
	/* time and running task */
	u64 now_ns;
	struct mm_task current;
	struct capture_control *capc;	/* armed by direct compaction, else NULL */
	/* background work and reclaim: each file's own */
	struct kswapd_state *kswapd;
	struct kcompactd_state *kcompactd;
	struct kthread policy_thread;	/* all of the policy's own are one */
	struct lruvec *lruvec;
	struct swap_state *swap;
	struct deferred_split *deferred_split;	/* NULL: no huge page was partly unmapped yet */
	struct pcp_buddy *pcp_buddy;	/* NULL: ordinary per-CPU lists */
	u64 nr_slab_cold;		/* slab pages that the recorded kernel's shrinkers freed */
	u8 *touched;			/* by pageblock: pages of it changed; NULL: not recorded */
	/* results */
	u64 vmstat[NR_VM_EVENT_ITEMS];
	u64 extfrag[MIGRATE_PCPTYPES][MIGRATE_PCPTYPES][NR_EXTFRAG_CLASS];
	u64 extfrag_change_ownership;
	u64 drain_all_pages;
	u64 oom_failed;			/* requests that failed where the kernel would OOM-kill */
	u64 slowpath_stuck;		/* allocations given up after slowpath_max_loops rounds */
	u64 alloc_failed[NR_PAGE_ORDERS];
	u64 swap_tables, swap_tables_failed;	/* pages for swap clusters; failed: both tries */
	u64 stall_ns_reclaim, stall_ns_compact;
	u64 nr_direct_reclaim, nr_direct_compact;
	struct search_hist search_lists, search_blocks;
	u32 visit_lists, visit_blocks;	/* of the allocation under way */
	u64 rng;			/* state of mm_random() */
	int error;			/* -ENOMEM: what the model says since is void */
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

/* next number of a sequence; its state may be any number at first */
static inline u64 splitmix64(u64 *state)
{
	u64 x = *state += 0x9e3779b97f4a7c15ull;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
	return x ^ (x >> 31);
}

/**
 * mm_random - next number of the model's only source of chance (splitmix64)
 * @mm: whose sequence
 *
 * Seeded by mm_alloc(); the seed is in the report.
 */
static inline u64 mm_random(struct mm *mm)
{
	return splitmix64(&mm->rng);
}

#endif
