/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * struct record: one event of any format, normalised. Parsers make them, in (ts, cpu, index)
 * order; replay/ reads them. Nothing here knows a model.
 */
#ifndef FRAGREPLAY_RECORD_H
#define FRAGREPLAY_RECORD_H

#include <stdint.h>

enum record_type {
	REC_OTHER,		/* an event that replay has no use for: only counted */
	REC_ALLOC,		/* kmem:mm_page_alloc. pfn (REC_NO_PFN: failed), order, mt, gfp */
	REC_FREE,		/* kmem:mm_page_free. pfn, order */
	REC_FREE_BATCHED,	/* kmem:mm_page_free_batched. pfn */
	REC_ZONE_LOCKED,	/* kmem:mm_page_alloc_zone_locked. pfn, order, mt, a = percpu_refill */
	REC_PCPU_DRAIN,		/* kmem:mm_page_pcpu_drain. pfn, order, mt */
	REC_EXTFRAG,		/* pfn, order = alloc, order2 = fallback, mt, mt2, a = change_ownership */
	REC_KSWAPD_WAKE,	/* a = nid, order, b = zid */
	REC_KSWAPD_SLEEP,	/* a = nid */
	REC_WAKEUP_KSWAPD,	/* a = nid, b = zid, order, gfp */
	REC_BALANCE_BEGIN,	/* a = nid, order, b = highest_zoneidx */
	REC_BALANCE_END,	/* a = nid, order, b = highest_zoneidx, pfn = nr_reclaimed if there */
	REC_DIRECT_RECLAIM_BEGIN, /* order, gfp */
	REC_DIRECT_RECLAIM_END,	/* a = nr_reclaimed */
	REC_MEMCG_RECLAIM_BEGIN, REC_MEMCG_RECLAIM_END,	/* memcg and memcg_softlimit */
	REC_NODE_RECLAIM_BEGIN, REC_NODE_RECLAIM_END,
	REC_RECLAIM_PAGES,	/* madvise PAGEOUT, DAMON. a = nr_scanned, b = nr_reclaimed */
	REC_SHRINK_INACTIVE,	/* a = nr_scanned, b = nr_reclaimed, pfn = nr_activate0+1 << 32 |
				 * nr_ref_keep, order = priority, mt = reclaim_flags, gfp =
				 * nr_dirty, c = nr_writeback + nr_congested + nr_immediate */
	REC_SHRINK_SLAB_END,	/* a = total_scan / retval as the format names it (retval) */
	REC_WRITE_FOLIO,	/* pfn, a = reclaim_flags */
	REC_COMPACT_TRY,	/* order, gfp, a = prio */
	REC_COMPACT_BEGIN,	/* a = sync */
	REC_COMPACT_END,	/* a = sync, b = status */
	REC_ISOLATE_MIGRATE,	/* pfn = start_pfn, a = end_pfn - start_pfn, b = nr_scanned, c = nr_taken */
	REC_ISOLATE_FREE, REC_FAST_ISOLATE_FREE,	/* likewise */
	REC_COMPACT_MIGRATEPAGES, /* a = nr_migrated, b = nr_failed */
	REC_KCOMPACTD_WAKE, REC_KCOMPACTD_SLEEP, REC_WAKEUP_KCOMPACTD,	/* a = nid, order, b = zoneidx */
	REC_MIGRATE_PAGES_START, /* a = mode, b = reason */
	REC_MIGRATE_PAGES,	/* a = succeeded, b = failed, c = reason */
	REC_SET_MIGRATION_PTE,	/* pfn = addr, arg = pte, order */
	REC_REMOVE_MIGRATION_PTE, /* likewise */
	REC_PAGE_FAULT_USER,	/* pfn = address */
	REC_FILEMAP_ADD, REC_FILEMAP_DELETE,	/* pfn, order, arg = i_ino, c = index (low 32),
				 * a = s_dev, b = index >> 32 */
	REC_LRU_INSERTION,	/* pfn, a = lru, b = flags */
	REC_KHUGEPAGED_COLLAPSE, /* mm_collapse_huge_page. a = isolated, b = status */
	REC_SCHED_EXIT,		/* sched_process_exit. a = pid */
	REC_MARK,		/* trace_marker text: a = enum record_mark */
	REC_LOST,		/* a gap: the kernel dropped a events (0: it does not say how many) on
				 * this cpu between its previous record and this ts */
	NR_RECORD_TYPES
};

/*
 * Markers that scripts/record writes into trace_marker: "fragreplay: before begin" ... And two for
 * what no event of the kernel tells of, gigantic pages:
 *
 *	fragreplay: alloc_contig id=N pages=N	arg = id, pfn = pages
 *	fragreplay: free_contig id=N		arg = id
 */
enum record_mark { MARK_OTHER, MARK_BEFORE_BEGIN, MARK_BEFORE_END, MARK_AFTER_BEGIN, MARK_AFTER_END,
		   MARK_ALLOC_CONTIG, MARK_FREE_CONTIG };

#define REC_NO_PFN	UINT64_MAX

/* common_flags, as recorded */
#define REC_FLAG_HARDIRQ	0x08
#define REC_FLAG_SOFTIRQ	0x10
#define REC_FLAG_NMI		0x40

struct record {
	uint64_t ts;		/* ns of the trace's clock */
	uint64_t pfn;
	uint64_t arg;
	uint32_t gfp;		/* in <fragreplay/gfp.h>'s bits, translated by the trace's own names */
	int32_t pid;
	uint32_t a, b, c;
	uint16_t cpu;
	uint8_t type;		/* enum record_type */
	uint8_t flags;		/* common_flags */
	uint8_t order, order2, mt, mt2;
};

#endif
