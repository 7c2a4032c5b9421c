/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The model of the kernel's memory management, as the rest of the tool sees it: struct mm, which
 * others may read, and the functions that build one, drive it and check it. The kernel-doc of each
 * stands at its definition. What the files of mm/ call of one another is in internal.h.
 */
#ifndef FRAGREPLAY_MM_MM_H
#define FRAGREPLAY_MM_MM_H

#include "page.h"

/* mm_init.c: setting up, in these steps */
struct mm *mm_alloc(u32 max_pfn, u16 nr_cpus, u64 seed);
void mm_free(struct mm *mm);
int mm_add_zone(struct mm *mm, enum zone_type type, u32 start_pfn, u32 spanned);
void swap_set_used(struct mm *mm, u64 nr);	/* slots taken when the trace begins */
int mm_init_late(struct mm *mm);	/* after all pages are placed: watermarks, pcp sizes, LRU */
void mm_place_free(struct mm *mm, u32 pfn, u32 order, bool tail);
void mm_place_pcp(struct mm *mm, u32 pfn, u32 order, u16 cpu);
void mm_place_used(struct mm *mm, u32 pfn, u32 order, enum page_kind kind, u8 mt);

/* policy.c: the policy; vanilla's decisions until another is set */
int mm_set_policy(struct mm *mm, const struct policy_ops *ops, void *priv, bool free_priv,
		  char *err, size_t errlen);
int mm_layer_policy(struct mm *mm, const struct policy_ops *layer, char *err, size_t errlen);
void policy_hooks_called(const struct mm *mm, char *text, size_t len);
void policy_decisions(const struct policy_ops *ops, char *text, size_t len);
bool policy_check(struct mm *mm, const char *where, char *text, size_t len);

/* kversion.c */
bool *kernel_feature(struct kernel_features *k, const char *name);	/* NULL: no such one */
const char *kernel_feature_name(unsigned int i, const char **doc);	/* NULL: past the last */
void kernel_features_set(struct kernel_features *k, u32 version);

/* zone.c, pcp.c: sizes of per-CPU lists, as managed pages and time change them */
void setup_per_cpu_pageset(struct mm *mm);
void vmstat_update(struct mm *mm);	/* the ~1 s worker: decay_pcp_high on every CPU */

/* page_alloc.c, huge_memory.c: what the workload asks for */
u32 alloc_pages(struct mm *mm, gfp_t gfp, u32 order);	/* head pfn or PFN_NONE */
u32 alloc_pages_bulk(struct mm *mm, gfp_t gfp);	/* the same, of order 0 */
void free_pages(struct mm *mm, u32 pfn, u32 order);	/* an allocated, LRU-free page */
u32 do_huge_pmd_anonymous_page(struct mm *mm, gfp_t gfp);
u32 get_huge_zero_folio(struct mm *mm, gfp_t gfp);

/* filemap.c: the page cache */
gfp_t filemap_gfp(struct mm *mm, gfp_t gfp, u32 hint, u32 order, u32 min);

/* contig.c: gigantic pages */
u32 alloc_contig_pages(struct mm *mm, u32 nr_pages);
void free_contig_pages(struct mm *mm, u32 pfn, u32 nr_pages);

/* Why a folio is put on the LRU. It decides the first generation, as in lru_gen_folio_seq(). */
enum lru_origin { LRU_FAULT, LRU_READ, LRU_WRITE, LRU_REFAULT, LRU_EXISTING };
void folio_add_lru(struct mm *mm, u32 pfn, enum lru_origin origin);	/* head of a folio */
void lruvec_del_folio(struct mm *mm, u32 pfn);
void folio_mark_accessed(struct mm *mm, u32 pfn);
void folio_mark_cold(struct mm *mm, u32 pfn);	/* to the cold end: reclaim may have it first */
void folio_mark_dirty(struct mm *mm, u32 pfn);	/* file folio: not droppable until flushed */

/* vmscan.c */
void split_folio(struct mm *mm, u32 pfn);

/* deferred_split.c: huge pages that the workload has unmapped in part */
void deferred_split_folio(struct mm *mm, u32 pfn);
void folio_unqueue_deferred_split(struct mm *mm, u32 pfn);
bool folio_partly_mapped(const struct mm *mm, u32 pfn);
u32 deferred_split_next(const struct mm *mm, u32 pfn);

/* shrinker.c: slab that the recorded kernel's shrinkers freed; swap.c: slots */
void slab_mark_cold(struct mm *mm, u32 pfn);
void slab_del_cold(struct mm *mm, u32 pfn);
u64 get_nr_swap_pages(const struct mm *mm);
void swap_found_clean(struct mm *mm, u32 pfn);
void swap_read_folio(struct mm *mm, u32 order);	/* counts a swap-in */
void swap_free(struct mm *mm, u64 nr);		/* slots of pages swapped in, or freed */
void swap_orphans_die(struct mm *mm, u32 clusters);	/* the recorded kernel freed a table */
void free_swap_cache(struct mm *mm, u32 pfn);	/* before the workload frees an anon folio */

/*
 * kswapd.c, kcompactd.c, policy.c: background progress up to the moment of the next operation,
 * whose task is ->current; and the CPU where the recording saw a thread.
 */
void kswapd_run(struct mm *mm, u64 until_ns);
void kcompactd_run(struct mm *mm, u64 until_ns);
void policy_threads_run(struct mm *mm, u64 until_ns);
void kswapd_seen(struct mm *mm, u16 cpu);
void kcompactd_seen(struct mm *mm, u16 cpu);

/* compact_suit.c */
struct contig_page_info {
	u64 free_pages, free_blocks_total, free_blocks_suitable;
};

void contig_page_info_add(const struct zone *z, u32 order, struct contig_page_info *info);
u32 unusable_free_index(u32 order, const struct contig_page_info *info);	/* 0 .. 1000 */
int fragmentation_index(const struct zone *z, u32 order);	/* -1000 .. 1000 */
u32 extfrag_for_order(const struct zone *z, u32 order);		/* percent */

/* check.c */
int mm_check(struct mm *mm, char *text, size_t len);

#endif
