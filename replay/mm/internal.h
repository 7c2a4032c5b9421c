/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Functions that the model's files share, by the file that defines them. The kernel-doc of each is
 * at its definition.
 */
#ifndef FRAGREPLAY_MM_INTERNAL_H
#define FRAGREPLAY_MM_INTERNAL_H

#include <errno.h>

#include "hooks.h"
#include "mm.h"

/* rounds of reclaim without progress before kswapd and the slow path give up; mm/internal.h */
#define MAX_RECLAIM_RETRIES	16

/* Armed by __alloc_pages_direct_compact(), used by __free_one_page(). */
struct capture_control {
	struct zone *zone;		/* NULL: not armed for any zone at present */
	u32 order;
	u8 migratetype;
	u32 pfn;			/* captured page or PFN_NONE */
};

/* mm_init.c */
int mm_alloc_lists(struct mm *mm, u32 *list, u32 nr);

/* policy.c: the policy; vanilla's decisions until another is set */
int mm_policy_init(struct mm *mm);
void mm_policy_exit(struct mm *mm);
void __attribute__((format(printf, 3, 4))) policy_broke(const struct mm *mm, const char *hook,
							 const char *format, ...);

/* zone.c: watermarks and reserves */
void setup_per_zone_wmarks(struct mm *mm);
void setup_per_zone_lowmem_reserve(struct mm *mm);
u32 calculate_min_free_kbytes(const struct mm *mm);
bool __zone_watermark_ok(const struct zone *z, u32 order, u64 mark, enum zone_type idx,
			 u32 alloc_flags, s64 free_pages, const struct mm *mm);
bool zone_watermark_fast(const struct mm *mm, const struct zone *z, u32 order, u64 mark,
			 enum zone_type idx, u32 alloc_flags, gfp_t gfp);
bool boost_watermark(struct mm *mm, struct zone *z);

/* buddy.c: free lists, merge, split, pageblock types */
void __free_one_page(struct mm *mm, struct zone *z, u32 pfn, u32 order, u8 mt, bool to_tail);
void add_to_free_list(struct mm *mm, struct zone *z, u32 pfn, u32 order, u8 mt, bool tail);
u32 expand(struct mm *mm, struct zone *z, u32 pfn, u32 low, u32 high, u8 mt);
int move_freepages_block(struct mm *mm, struct zone *z, u32 pfn, u8 mt);	/* -1: zone edge */
void change_pageblock_range(struct mm *mm, u32 pfn, u32 order, u8 mt);
void split_large_buddy(struct mm *mm, struct zone *z, u32 pfn, u32 order, bool to_tail);
int __isolate_free_page(struct mm *mm, struct zone *z, u32 pfn, u32 order); /* 0: watermark */

/* fallback.c: claim, steal, 6.1's __rmqueue_fallback, the extfrag event */
u32 __rmqueue(struct mm *mm, struct zone *z, u32 order, u8 mt, u32 alloc_flags,
	      enum rmqueue_mode *mode);
int find_suitable_fallback(const struct zone *z, u32 order, u8 mt, bool claimable);
void trace_extfrag(struct mm *mm, u32 pfn, u8 alloc_mt, u8 fallback_mt, enum extfrag_class cls);

/* pcp.c */
u32 rmqueue_pcplist(struct mm *mm, struct zone *z, u32 order, u8 mt, u32 alloc_flags);
void free_frozen_page_commit(struct mm *mm, struct zone *z, u32 pfn, u32 order);
bool pcp_allowed_order(const struct mm *mm, u32 order);
void drain_all_pages(struct mm *mm, struct zone *z);	/* z NULL: every zone */
void drain_local_pages(struct mm *mm, struct zone *z, u16 cpu);
u32 pcp_list_for(const struct per_cpu_pages *pcp, u32 order, u8 mt);
s32 nr_pcp_alloc(const struct zone *z, struct per_cpu_pages *pcp, u32 order);

/*
 * pcp_buddy.c: per-CPU lists that split and merge. Each CPU and zone has a list per order and type,
 * and two more, from ->buddy_list on.
 */
#define PCP_BUDDY_TYPED	((pageblock_order + 1) * MIGRATE_PCPTYPES)
#define PCP_BUDDY_REMOTE	PCP_BUDDY_TYPED		/* freed by other CPUs, newest first */
#define PCP_BUDDY_OWNED	(PCP_BUDDY_TYPED + 1)	/* its blocks of which the zone has a part */
#define NR_PCP_BUDDY_LISTS	(PCP_BUDDY_TYPED + 2)

static inline u32 pcp_buddy_list(const struct per_cpu_pages *pcp, u32 order, u8 mt)
{
	return pcp->buddy_list + order * MIGRATE_PCPTYPES + mt;
}

int pcp_buddy_enable(struct mm *mm);
void pcp_buddy_disable(struct mm *mm);
void pcp_buddy_exit(struct mm *mm);
u32 pcp_buddy_rmqueue(struct mm *mm, struct zone *z, u32 order, u8 mt, u32 alloc_flags);
bool pcp_buddy_free(struct mm *mm, struct zone *z, u32 pfn, u32 order);
void pcp_buddy_merge(struct mm *mm, struct per_cpu_pages *pcp);
void pcp_buddy_drain(struct mm *mm, struct zone *z, s32 count, struct per_cpu_pages *pcp);
void pcp_buddy_block_freed(struct mm *mm, u32 pfn);

/* highatomic.c */
void reserve_highatomic_pageblock(struct mm *mm, struct zone *z, u32 pfn, u32 order);
bool unreserve_highatomic_pageblock(struct mm *mm, const struct alloc_context *ac, bool force);

/* page_alloc.c: entry, get_page_from_freelist, slow path, free */
void prep_new_page(struct mm *mm, u32 pfn, u32 order, u8 mt);

/* slowpath.c */
u32 gfp_to_alloc_flags(const struct mm *mm, gfp_t gfp, u32 order);
u32 __alloc_pages_slowpath(struct mm *mm, u32 order, struct alloc_context *ac);

/* compaction.c (+ compact_migrate.c, compact_free.c, kcompactd.c) */
u64 compact_gap(const struct mm *mm, u32 order);
enum compact_result try_to_compact_pages(struct mm *mm, gfp_t gfp, u32 order, u32 alloc_flags,
					 const struct alloc_context *ac, enum compact_priority prio,
					 struct capture_control *capc);
void compaction_defer_reset(struct zone *z, u32 order, bool alloc_success);
bool compaction_suitable(const struct mm *mm, const struct zone *z, u32 order, u64 wmark,
			 enum zone_type idx);
bool compaction_zonelist_suitable(const struct mm *mm, const struct alloc_context *ac, u32 order,
				  u32 alloc_flags);
void reset_isolation_suitable(struct mm *mm);
void wakeup_kcompactd(struct mm *mm, u32 order, enum zone_type idx);
int kcompactd_init(struct mm *mm);
void kcompactd_exit(struct mm *mm);

/* deferred_split.c */
void deferred_split_exit(struct mm *mm);

/* kthread.c */
void kthread_wake(const struct mm *mm, struct kthread *kt, u64 ns);
u64 kthread_limit(const struct mm *mm, const struct kthread *kt, u64 until_ns);
void kthread_preempt(const struct mm *mm, struct kthread *kt, u64 until_ns);

/* vmscan.c (+ lru_gen.c, lru_classic.c, kswapd.c, swap.c, shrinker.c) */
u64 try_to_free_pages(struct mm *mm, u32 order, gfp_t gfp, const struct alloc_context *ac);
void wakeup_kswapd(struct mm *mm, struct zone *z, gfp_t gfp, u32 order, enum zone_type idx);
bool kswapd_running(const struct mm *mm);
bool kswapd_test_hopeless(const struct mm *mm);
bool pgdat_balanced(const struct mm *mm, u32 order, enum zone_type idx);
int kswapd_init(struct mm *mm);
void kswapd_exit(struct mm *mm);
u64 zone_reclaimable_pages(const struct mm *mm, const struct zone *z);
void free_reclaimed_folio(struct mm *mm, u32 pfn);

int lruvec_init(struct mm *mm);
void lruvec_exit(struct mm *mm);
bool lruvec_is_whole(const struct mm *mm, char *text, size_t len);

/* shrinker.c: slab that the recorded kernel's shrinkers freed; swap.c: slots */

void setup_pcp_cacheinfo(struct mm *mm);

#endif
