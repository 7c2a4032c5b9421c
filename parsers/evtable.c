/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which field of which event goes where in struct record. record.h says what the places mean,
 * design/tracepoints.md what the events mean. A field that a kernel version lacks is optional; any
 * other must be in the trace's own format.
 */
#include "parsers/tracedat/tracedat.h"

#define SET(f, s)		{ .field = f, .slot = SLOT_##s, .op = OP_SET }
#define SET_OPT(f, s)		{ .field = f, .slot = SLOT_##s, .op = OP_SET, .optional = true }
#define PFN(f)			{ .field = f, .slot = SLOT_PFN, .op = OP_SET, .check = CHECK_PFN }
#define ORDER(f, s)		{ .field = f, .slot = SLOT_##s, .op = OP_SET, .check = CHECK_ORDER }
#define SORDER(f)	{ .field = f, .slot = SLOT_ORDER, .op = OP_SET, .check = CHECK_SORDER }
#define MT(f, s)		{ .field = f, .slot = SLOT_##s, .op = OP_SET, .check = CHECK_MT }
#define BOOL(f, s)		{ .field = f, .slot = SLOT_##s, .op = OP_SET, .check = CHECK_BOOL }
#define GFP(f)			{ .field = f, .slot = SLOT_GFP, .op = OP_GFP }
#define ADD(f, s)		{ .field = f, .slot = SLOT_##s, .op = OP_ADD }
#define ADD_HI(f, s)		{ .field = f, .slot = SLOT_##s, .op = OP_ADD_HI }
#define LEN_FROM_PFN(f, s)	{ .field = f, .slot = SLOT_##s, .op = OP_SUB_PFN }
#define SYM(f, s, n)		{ .field = f, .slot = SLOT_##s, .op = OP_SYM, .number = n }

#define KSWAPD_FIELDS(zone)	{ SET("nid", A), SORDER("order"), SET(zone, B) }
#define RECLAIM_BEGIN		{ SORDER("order"), GFP("gfp_flags") }
#define RECLAIM_END		{ SET("nr_reclaimed", A) }
/* fast_isolate_freepages() has been seen to leave the top bit set in start_pfn (7.3) */
#define START_PFN(f)	{ .field = f, .slot = SLOT_PFN, .op = OP_UNMARK, .check = CHECK_PFN }
#define ISOLATE			{ START_PFN("start_pfn"), LEN_FROM_PFN("end_pfn", A), \
				  SET("nr_scanned", B), SET("nr_taken", C) }
#define MIGRATION_PTE		{ SET("addr", PFN), SET("pte", ARG), SET_OPT("order", ORDER) }
#define FILEMAP			{ PFN("pfn"), SET_OPT("order", ORDER), SET("i_ino", ARG), \
				  SET("s_dev", A), \
				  { .field = "index", .slot = SLOT_C, .op = OP_LO }, \
				  { .field = "index", .slot = SLOT_B, .op = OP_HI } }

static const struct event_desc events[] = {
	{ "kmem", "mm_page_alloc", REC_ALLOC,
	  { PFN("pfn"), ORDER("order", ORDER), MT("migratetype", MT), GFP("gfp_flags") } },
	{ "kmem", "mm_page_free", REC_FREE, { PFN("pfn"), ORDER("order", ORDER) } },
	{ "kmem", "mm_page_free_batched", REC_FREE_BATCHED, { PFN("pfn") } },
	{ "kmem", "mm_page_alloc_zone_locked", REC_ZONE_LOCKED,
	  { PFN("pfn"), ORDER("order", ORDER), MT("migratetype", MT), BOOL("percpu_refill", A) } },
	{ "kmem", "mm_page_pcpu_drain", REC_PCPU_DRAIN,
	  { PFN("pfn"), ORDER("order", ORDER), MT("migratetype", MT) } },
	{ "kmem", "mm_page_alloc_extfrag", REC_EXTFRAG,
	  { PFN("pfn"), ORDER("alloc_order", ORDER), ORDER("fallback_order", ORDER2),
	    MT("alloc_migratetype", MT), MT("fallback_migratetype", MT2),
	    BOOL("change_ownership", A) } },
	{ "vmscan", "mm_vmscan_kswapd_wake", REC_KSWAPD_WAKE, KSWAPD_FIELDS("zid") },
	{ "vmscan", "mm_vmscan_kswapd_sleep", REC_KSWAPD_SLEEP, { SET("nid", A) } },
	{ "vmscan", "mm_vmscan_wakeup_kswapd", REC_WAKEUP_KSWAPD,
	  { SET("nid", A), SET("zid", B), SORDER("order"), GFP("gfp_flags") } },
	{ "vmscan", "mm_vmscan_balance_pgdat_begin", REC_BALANCE_BEGIN,
	  KSWAPD_FIELDS("highest_zoneidx") },
	{ "vmscan", "mm_vmscan_balance_pgdat_end", REC_BALANCE_END,
	  { SET("nid", A), SORDER("order"), SET("highest_zoneidx", B),
	    SET_OPT("nr_reclaimed", PFN) } },
	{ "vmscan", "mm_vmscan_direct_reclaim_begin", REC_DIRECT_RECLAIM_BEGIN, RECLAIM_BEGIN },
	{ "vmscan", "mm_vmscan_direct_reclaim_end", REC_DIRECT_RECLAIM_END, RECLAIM_END },
	{ "vmscan", "mm_vmscan_memcg_reclaim_begin", REC_MEMCG_RECLAIM_BEGIN, RECLAIM_BEGIN },
	{ "vmscan", "mm_vmscan_memcg_reclaim_end", REC_MEMCG_RECLAIM_END, RECLAIM_END },
	{ "vmscan", "mm_vmscan_memcg_softlimit_reclaim_begin", REC_MEMCG_RECLAIM_BEGIN,
	  RECLAIM_BEGIN },
	{ "vmscan", "mm_vmscan_memcg_softlimit_reclaim_end", REC_MEMCG_RECLAIM_END, RECLAIM_END },
	{ "vmscan", "mm_vmscan_node_reclaim_begin", REC_NODE_RECLAIM_BEGIN,
	  { SET("nid", A), SORDER("order"), GFP("gfp_flags") } },
	{ "vmscan", "mm_vmscan_node_reclaim_end", REC_NODE_RECLAIM_END, RECLAIM_END },
	{ "vmscan", "mm_vmscan_reclaim_pages", REC_RECLAIM_PAGES,
	  { SET("nr_scanned", A), SET("nr_reclaimed", B) } },
	{ "vmscan", "mm_vmscan_lru_shrink_inactive", REC_SHRINK_INACTIVE,
	  { SET("nr_scanned", A), SET("nr_reclaimed", B), SET("nr_dirty", GFP),
	    SET("priority", ORDER), SET("reclaim_flags", MT), ADD("nr_writeback", C),
	    ADD("nr_congested", C), ADD("nr_immediate", C), ADD("nr_ref_keep", PFN),
	    ADD_HI("nr_activate0", PFN), ADD_HI("nr_activate1", PFN) } },
	{ "vmscan", "mm_shrink_slab_end", REC_SHRINK_SLAB_END, { SET("retval", A) } },
	{ "vmscan", "mm_vmscan_write_folio", REC_WRITE_FOLIO,
	  { PFN("pfn"), SET("reclaim_flags", A) } },
	{ "compaction", "mm_compaction_try_to_compact_pages", REC_COMPACT_TRY,
	  { SORDER("order"), GFP("gfp_mask"), SET("prio", A) } },
	{ "compaction", "mm_compaction_begin", REC_COMPACT_BEGIN, { BOOL("sync", A) } },
	{ "compaction", "mm_compaction_end", REC_COMPACT_END,
	  { BOOL("sync", A), SYM("status", B, compact_result_of_name) } },
	{ "compaction", "mm_compaction_isolate_migratepages", REC_ISOLATE_MIGRATE, ISOLATE },
	{ "compaction", "mm_compaction_isolate_freepages", REC_ISOLATE_FREE, ISOLATE },
	{ "compaction", "mm_compaction_fast_isolate_freepages", REC_FAST_ISOLATE_FREE, ISOLATE },
	{ "compaction", "mm_compaction_migratepages", REC_COMPACT_MIGRATEPAGES,
	  { SET("nr_migrated", A), SET("nr_failed", B) } },
	{ "compaction", "mm_compaction_kcompactd_wake", REC_KCOMPACTD_WAKE,
	  KSWAPD_FIELDS("highest_zoneidx") },
	{ "compaction", "mm_compaction_kcompactd_sleep", REC_KCOMPACTD_SLEEP, { SET("nid", A) } },
	{ "compaction", "mm_compaction_wakeup_kcompactd", REC_WAKEUP_KCOMPACTD,
	  KSWAPD_FIELDS("highest_zoneidx") },
	{ "migrate", "mm_migrate_pages_start", REC_MIGRATE_PAGES_START,
	  { SET("mode", A), SYM("reason", B, migrate_reason_of_name) } },
	{ "migrate", "mm_migrate_pages", REC_MIGRATE_PAGES,
	  { SET("succeeded", A), SET("failed", B), SYM("reason", C, migrate_reason_of_name) } },
	{ "migrate", "set_migration_pte", REC_SET_MIGRATION_PTE, MIGRATION_PTE },
	{ "migrate", "remove_migration_pte", REC_REMOVE_MIGRATION_PTE, MIGRATION_PTE },
	{ "exceptions", "page_fault_user", REC_PAGE_FAULT_USER, { SET("address", PFN) } },
	{ "filemap", "mm_filemap_add_to_page_cache", REC_FILEMAP_ADD, FILEMAP },
	{ "filemap", "mm_filemap_delete_from_page_cache", REC_FILEMAP_DELETE, FILEMAP },
	{ "pagemap", "mm_lru_insertion", REC_LRU_INSERTION,
	  { PFN("pfn"), SET("lru", A), { .field = "flags", .slot = SLOT_B, .op = OP_LO } } },
	{ "huge_memory", "mm_collapse_huge_page", REC_KHUGEPAGED_COLLAPSE,
	  { SET("isolated", A), SYM("status", B, scan_result_of_name) } },
	{ "sched", "sched_process_exit", REC_SCHED_EXIT, { SET("pid", A) } },
	{ "ftrace", "print", REC_MARK, { { .field = "buf", .slot = SLOT_A, .op = OP_MARK } } },
};

/**
 * event_desc_find - what is made of an event
 * @system: "kmem"
 * @name: "mm_page_alloc"
 *
 * Return: its description, NULL for an event that replay has no use for.
 */
const struct event_desc *event_desc_find(const char *system, const char *name)
{
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (!strcmp(events[i].name, name) && !strcmp(events[i].system, system))
			return &events[i];
	return NULL;
}
