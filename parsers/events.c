// SPDX-License-Identifier: GPL-2.0-only
/*
 * The one table of events, and how a value gets into struct record and out of it. A field is in the
 * table when something in replay/ reads it. Three are there to find damage, for their values are
 * checked: the pfn and alloc_order of extfrag events and the status of compaction. doc/design.md,
 * "What each event tells", says what the events mean.
 */
#include "events.h"

#define FIELD_AS(field, text, member, what)	{				\
	.name = field, .name_len = sizeof(field) - 1,				\
	.text_name = text, .text_len = sizeof(text) - 1,			\
	.at = offsetof(struct record, member),					\
	.size = sizeof(((struct record *)0)->member), .kind = FIELD_##what }
#define FIELD(field, member, what)	{					\
	.name = field, .name_len = sizeof(field) - 1,				\
	.at = offsetof(struct record, member),					\
	.size = sizeof(((struct record *)0)->member), .kind = FIELD_##what }
#define FIELD_OPTIONAL(field, member, what)	{				\
	.name = field, .name_len = sizeof(field) - 1,				\
	.at = offsetof(struct record, member),					\
	.size = sizeof(((struct record *)0)->member), .kind = FIELD_##what, .optional = true }

#define EVENT(system, name, type, ...)	\
	{ system, name, sizeof(name) - 1, type, { __VA_ARGS__ } }

#define RECLAIM_BEGIN	FIELD("gfp_flags", gfp, GFP)
/*
 * Text prints both pfns as "range=(0x1000 ~ 0x1200)"; text_event.c relies on end_pfn being the next
 * field. mm/compaction.c:fast_isolate_freepages() has been seen to leave the top bit of start_pfn
 * set (7.3).
 */
#define ISOLATE		FIELD_AS("start_pfn", "range", isolate.start_pfn, PFN_MARKED),	\
			FIELD("end_pfn", isolate.end_pfn, NUMBER),			\
			FIELD("nr_scanned", isolate.nr_scanned, NUMBER),		\
			FIELD("nr_taken", isolate.nr_taken, NUMBER)
#define MIGRATION_PTE	FIELD("addr", pte.addr, ADDRESS), FIELD("pte", pte.value, ADDRESS),	\
			FIELD_OPTIONAL("order", pte.order, FOLIO_ORDER)

const struct event_desc event_table[] = {
	EVENT("kmem", "mm_page_alloc", REC_ALLOC, FIELD("pfn", pfn, PFN_OR_NONE),
	      FIELD("order", order, ORDER), FIELD("migratetype", migratetype, MIGRATETYPE),
	      FIELD("gfp_flags", gfp, GFP)),
	EVENT("kmem", "mm_page_free", REC_FREE, FIELD("pfn", pfn, PFN),
	      FIELD("order", order, ORDER)),
	EVENT("kmem", "mm_page_free_batched", REC_FREE_BATCHED, FIELD("pfn", pfn, PFN)),
	/* what these two were called before 3.3 */
	EVENT("kmem", "mm_page_free_direct", REC_FREE, FIELD("pfn", pfn, PFN),
	      FIELD("order", order, ORDER)),
	EVENT("kmem", "mm_pagevec_free", REC_FREE_BATCHED, FIELD("pfn", pfn, PFN)),
	EVENT("kmem", "mm_page_alloc_extfrag", REC_EXTFRAG, FIELD("pfn", extfrag.pfn, PFN),
	      FIELD("alloc_order", extfrag.alloc_order, ORDER),
	      FIELD("fallback_order", extfrag.fallback_order, ORDER),
	      FIELD("alloc_migratetype", extfrag.alloc_migratetype, MIGRATETYPE),
	      FIELD("fallback_migratetype", extfrag.fallback_migratetype, MIGRATETYPE),
	      FIELD("change_ownership", extfrag.change_ownership, BOOL)),
	EVENT("vmscan", "mm_vmscan_kswapd_wake", REC_KSWAPD_WAKE),
	EVENT("vmscan", "mm_vmscan_balance_pgdat_begin", REC_BALANCE_BEGIN),
	EVENT("vmscan", "mm_vmscan_direct_reclaim_begin", REC_DIRECT_RECLAIM_BEGIN, RECLAIM_BEGIN),
	EVENT("vmscan", "mm_vmscan_direct_reclaim_end", REC_DIRECT_RECLAIM_END),
	EVENT("vmscan", "mm_vmscan_memcg_reclaim_begin", REC_MEMCG_RECLAIM_BEGIN, RECLAIM_BEGIN),
	EVENT("vmscan", "mm_vmscan_memcg_reclaim_end", REC_MEMCG_RECLAIM_END),
	EVENT("vmscan", "mm_vmscan_memcg_softlimit_reclaim_begin", REC_MEMCG_RECLAIM_BEGIN,
	      RECLAIM_BEGIN),
	EVENT("vmscan", "mm_vmscan_memcg_softlimit_reclaim_end", REC_MEMCG_RECLAIM_END),
	EVENT("vmscan", "mm_vmscan_node_reclaim_begin", REC_NODE_RECLAIM_BEGIN, RECLAIM_BEGIN),
	EVENT("vmscan", "mm_vmscan_node_reclaim_end", REC_NODE_RECLAIM_END),
	EVENT("vmscan", "mm_vmscan_lru_shrink_inactive", REC_SHRINK_INACTIVE,
	      FIELD("nr_scanned", shrink.nr_scanned, NUMBER),
	      FIELD("nr_reclaimed", shrink.nr_reclaimed, NUMBER)),
	EVENT("vmscan", "mm_vmscan_write_folio", REC_WRITE_FOLIO,
	      FIELD("pfn", write_folio.pfn, PFN),
	      FIELD_AS("reclaim_flags", "flags", write_folio.reclaim_flags, RECLAIM_FLAGS)),
	EVENT("compaction", "mm_compaction_begin", REC_COMPACT_BEGIN),
	EVENT("compaction", "mm_compaction_end", REC_COMPACT_END,
	      FIELD("status", compact.status, COMPACT_RESULT)),
	EVENT("compaction", "mm_compaction_isolate_migratepages", REC_ISOLATE_MIGRATE, ISOLATE),
	EVENT("compaction", "mm_compaction_isolate_freepages", REC_ISOLATE_FREE, ISOLATE),
	EVENT("compaction", "mm_compaction_fast_isolate_freepages", REC_FAST_ISOLATE_FREE, ISOLATE),
	EVENT("compaction", "mm_compaction_migratepages", REC_COMPACT_MIGRATEPAGES,
	      FIELD("nr_migrated", migrate.nr_migrated, NUMBER),
	      FIELD("nr_failed", migrate.nr_failed, NUMBER)),
	EVENT("compaction", "mm_compaction_kcompactd_wake", REC_KCOMPACTD_WAKE),
	EVENT("migrate", "mm_migrate_pages", REC_MIGRATE_PAGES),
	EVENT("migrate", "set_migration_pte", REC_SET_MIGRATION_PTE, MIGRATION_PTE),
	EVENT("migrate", "remove_migration_pte", REC_REMOVE_MIGRATION_PTE, MIGRATION_PTE),
	EVENT("filemap", "mm_filemap_add_to_page_cache", REC_FILEMAP_ADD, FIELD("pfn", pfn, PFN),
	      FIELD_OPTIONAL("order", order, FOLIO_ORDER)),
	EVENT("sched", "sched_process_exit", REC_SCHED_EXIT),
	EVENT("ftrace", "print", REC_MARK, FIELD("buf", marker.mark, MARK)),
};

const unsigned int event_table_size = sizeof(event_table) / sizeof(event_table[0]);

/**
 * event_find - find what is made of an event
 * @system: "kmem"; NULL: text does not always name it, any will do
 * @name: "mm_page_alloc", not necessarily ended by NUL
 * @len: its length
 *
 * Return: its description; NULL for an event that replay has no use for.
 */
const struct event_desc *event_find(const char *system, const char *name, size_t len)
{
	for (unsigned int i = 0; i < event_table_size; i++) {
		const struct event_desc *e = &event_table[i];

		if (e->name_len == len && !memcmp(e->name, name, len) &&
		    (!system || !strcmp(e->system, system)))
			return e;
	}
	return NULL;
}

/**
 * event_needs_fields - is an event of no use when its kernel has it in another form?
 * @e: of event_find()
 *
 * Return: true for events that are skipped without their fields; of the others the time is enough.
 */
bool event_needs_fields(const struct event_desc *e)
{
	return e->type != REC_DIRECT_RECLAIM_BEGIN && e->type != REC_MEMCG_RECLAIM_BEGIN &&
	       e->type != REC_NODE_RECLAIM_BEGIN && e->type != REC_COMPACT_END;
}

/**
 * event_is_essential - can no trace be replayed without this event?
 * @e: of event_find()
 *
 * Return: true for allocations and frees: in a form that is not known they are damage.
 */
bool event_is_essential(const struct event_desc *e)
{
	return e->type == REC_ALLOC || e->type == REC_FREE;
}

static bool value_possible(uint8_t kind, uint64_t v)
{
	switch (kind) {
	case FIELD_PFN:
	case FIELD_PFN_MARKED:
		return v < EVENT_MAX_PFN;
	case FIELD_PFN_OR_NONE:
		return v < EVENT_MAX_PFN || v == REC_NO_PFN;
	case FIELD_ORDER:
		return v <= EVENT_MAX_ORDER;
	case FIELD_FOLIO_ORDER:
		return v <= EVENT_MAX_FOLIO_ORDER;
	case FIELD_MIGRATETYPE:
		return v <= EVENT_MAX_MIGRATETYPE;
	case FIELD_BOOL:
		return v <= 1;
	}
	return true;
}

/**
 * event_store - put a field's value into a record
 * @r: the record
 * @f: the field
 * @value: its value; of FIELD_GFP and FIELD_COMPACT_RESULT the translated one
 *
 * A negative number is cut to the member's size, as the kernel's own int would be.
 *
 * Return: false when no kernel writes such a value, or when it does not fit the member.
 */
bool event_store(struct record *r, const struct event_field *f, uint64_t value)
{
	uint8_t *member = (uint8_t *)r + f->at;
	unsigned int bits = f->size * 8u;
	int64_t low;

	if (f->kind == FIELD_PFN_MARKED)
		value &= INT64_MAX;
	if (!value_possible(f->kind, value))
		return false;
	memcpy(member, &value, f->size);	/* hosts are little-endian, see tracedat.c */
	if (bits == 64)
		return true;
	low = -((int64_t)1 << (bits - 1));
	return value >> bits == 0 || ((int64_t)value < 0 && (int64_t)value >= low);
}

/**
 * event_load - get the value of a field that event_store() has stored
 * @r: the record
 * @f: the field
 * @is_signed: the field is of a signed type, so a member with its top bit set is negative
 *
 * Return: the value, without what FIELD_PFN_MARKED has dropped.
 */
uint64_t event_load(const struct record *r, const struct event_field *f, bool is_signed)
{
	unsigned int above = 64 - f->size * 8u;
	uint64_t v = 0;

	memcpy(&v, (const uint8_t *)r + f->at, f->size);
	return is_signed ? (uint64_t)((int64_t)(v << above) >> above) : v;
}
