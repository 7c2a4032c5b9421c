/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * struct record is one event of any format. The readers make records in order of (ts, cpu, place
 * in the file); replay/ reads them. Nothing here knows a model. doc/design.md, "What each event
 * tells", says what the events mean; parsers/events.c says which field becomes which member.
 */
#ifndef FRAGREPLAY_RECORD_H
#define FRAGREPLAY_RECORD_H

#include <stdint.h>

/* The kinds of record. Behind each stands the event's name and the member of the union it fills. */
enum record_type {
	REC_OTHER,		/* any event that replay has no use for: it is only counted */
	REC_ALLOC,		/* kmem:mm_page_alloc: pfn, gfp, order, migratetype */
	REC_FREE,		/* kmem:mm_page_free: pfn, order */
	REC_FREE_BATCHED,	/* kmem:mm_page_free_batched: pfn */
	REC_EXTFRAG,		/* kmem:mm_page_alloc_extfrag: extfrag */
	REC_KSWAPD_WAKE,	/* vmscan:mm_vmscan_kswapd_wake: no field */
	REC_BALANCE_BEGIN,	/* vmscan:mm_vmscan_balance_pgdat_begin: no field */
	REC_DIRECT_RECLAIM_BEGIN, /* vmscan:mm_vmscan_direct_reclaim_begin: gfp */
	REC_DIRECT_RECLAIM_END,	/* vmscan:mm_vmscan_direct_reclaim_end: no field */
	REC_MEMCG_RECLAIM_BEGIN, /* vmscan:mm_vmscan_memcg(_softlimit)_reclaim_begin: gfp */
	REC_MEMCG_RECLAIM_END,	/* vmscan:mm_vmscan_memcg(_softlimit)_reclaim_end: no field */
	REC_NODE_RECLAIM_BEGIN,	/* vmscan:mm_vmscan_node_reclaim_begin: gfp */
	REC_NODE_RECLAIM_END,	/* vmscan:mm_vmscan_node_reclaim_end: no field */
	REC_SHRINK_INACTIVE,	/* vmscan:mm_vmscan_lru_shrink_inactive: shrink */
	REC_WRITE_FOLIO,	/* vmscan:mm_vmscan_write_folio: write_folio */
	REC_COMPACT_BEGIN,	/* compaction:mm_compaction_begin: no field */
	REC_COMPACT_END,	/* compaction:mm_compaction_end: compact */
	REC_ISOLATE_MIGRATE,	/* compaction:mm_compaction_isolate_migratepages: isolate */
	REC_ISOLATE_FREE,	/* compaction:mm_compaction_isolate_freepages: isolate */
	REC_FAST_ISOLATE_FREE,	/* compaction:mm_compaction_fast_isolate_freepages: isolate */
	REC_COMPACT_MIGRATEPAGES, /* compaction:mm_compaction_migratepages: migrate */
	REC_KCOMPACTD_WAKE,	/* compaction:mm_compaction_kcompactd_wake: no field */
	REC_MIGRATE_PAGES,	/* migrate:mm_migrate_pages: no field */
	REC_SET_MIGRATION_PTE,	/* migrate:set_migration_pte: pte */
	REC_REMOVE_MIGRATION_PTE, /* migrate:remove_migration_pte: pte */
	REC_FILEMAP_ADD,	/* filemap:mm_filemap_add_to_page_cache: pfn, order */
	REC_SCHED_EXIT,		/* sched:sched_process_exit: no field */
	REC_MARK,		/* ftrace:print, a text written to trace_marker: marker */
	REC_LOST,		/* the kernel dropped events: lost */
	NR_RECORD_TYPES
};

/*
 * The texts that scripts/record writes to trace_marker around its snapshots ("fragreplay: before
 * begin"), and two for gigantic pages, of which no event of the kernel tells:
 *
 *	fragreplay: alloc_contig id=N pages=N
 *	fragreplay: free_contig id=N
 */
enum record_mark {
	MARK_OTHER,		/* any other text */
	MARK_BEFORE_BEGIN,
	MARK_BEFORE_END,
	MARK_AFTER_BEGIN,
	MARK_AFTER_END,
	MARK_ALLOC_CONTIG,
	MARK_FREE_CONTIG
};

/* The pfn of a REC_ALLOC that failed; no other record has it. */
#define REC_NO_PFN	UINT64_MAX

/* common_flags as recorded, include/linux/trace_events.h:trace_flag_type */
#define REC_FLAG_HARDIRQ	0x08
#define REC_FLAG_SOFTIRQ	0x10
#define REC_FLAG_NMI		0x40

/**
 * struct record - one event
 * @ts: time in ns of the trace's clock
 * @pfn: page, or head of the pages, that the event is about; REC_NO_PFN: a failed allocation
 * @gfp: mask of the request in the bits of <fragreplay/gfp.h>, translated by the trace's own names
 * @order: of those pages
 * @migratetype: that was requested
 * @extfrag: an allocation fell back to pageblocks of another type
 * @shrink: reclaim has looked at a batch of pages: how many, and how many of them it freed
 * @write_folio: reclaim begins to write a folio; its flags are RECLAIM_WB_ANON and the like
 * @compact: enum compact_result of a run, as compact_result_of_name() numbers it
 * @isolate: a scanner has isolated nr_taken pages from [start_pfn, end_pfn)
 * @migrate: pages of a batch that migrated, and that did not
 * @pte: address, value and order of a migration entry that was set or removed
 * @marker: enum record_mark, and the numbers of a gigantic page's
 * @lost: so many events of this CPU are missing before @ts; 0: an unknown number
 * @words: all of the above, so that none of it is left to chance. What an event does not have is 0
 * @pid: current task
 * @cpu: CPU whose buffer held the event
 * @type: enum record_type
 * @flags: common_flags
 */
struct record {
	uint64_t ts;
	union {
		struct {
			uint64_t pfn;
			uint32_t gfp;
			uint8_t order, migratetype;
		};
		struct {
			uint64_t pfn;
			uint8_t alloc_order, fallback_order;
			uint8_t alloc_migratetype, fallback_migratetype;
			uint8_t change_ownership;
		} extfrag;
		struct {
			uint32_t nr_scanned, nr_reclaimed;
		} shrink;
		struct {
			uint64_t pfn;
			uint32_t reclaim_flags;
		} write_folio;
		struct {
			uint32_t status;
		} compact;
		struct {
			uint64_t start_pfn, end_pfn;
			uint32_t nr_scanned, nr_taken;
		} isolate;
		struct {
			uint32_t nr_migrated, nr_failed;
		} migrate;
		struct {
			uint64_t addr, value;
			uint8_t order;
		} pte;
		struct {
			uint32_t mark, id, pages;
		} marker;
		struct {
			uint32_t events;
		} lost;
		uint64_t words[3];
	};
	int32_t pid;
	uint16_t cpu;
	uint8_t type;
	uint8_t flags;
};

/* reclaim_flags of mm_vmscan_write_folio, include/trace/events/vmscan.h */
#define RECLAIM_WB_ANON		0x01u
#define RECLAIM_WB_FILE		0x02u
#define RECLAIM_WB_MIXED	0x10u
#define RECLAIM_WB_SYNC		0x04u
#define RECLAIM_WB_ASYNC	0x08u

#endif
