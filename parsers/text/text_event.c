/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fields of one event line. They are found by name, in any order, and under each name that a
 * kernel's own text ("priority=2", "mode=sync") or raw output ("prio=2", "sync=1") gives them.
 */
#define _GNU_SOURCE
#include <string.h>

#include "parsers/internal.h"
#include "text.h"
#include "base/kernel.h"

#define TEXT_PAGE_SHIFT	12	/* filemap events print index << PAGE_SHIFT */

/* what a value looks like, where it is not a plain number */
enum conv { NUM, SUM, HEX, GFP, ZONE, SYNC, STATUS, MODE, REASON, SCAN, RECLAIM, LRU_FLAGS, RANGE,
	    PAGE, INDEX, OFS, DEV };

/**
 * struct field - one name of one field
 * @key: name
 * @len: its length
 * @at: offset into struct record
 * @size: bytes there
 * @conv: how it is printed; SUM adds to what is there
 * @bit: names of the same field share a bit; 0: the line may lack it
 * @bare: it is printed as "name value", not "name=value"
 */
struct field {
	const char *key;
	uint8_t len, at, size, conv, bit;
	bool bare;
};

struct text_event {
	const char *name;
	uint8_t len, type, need;	/* need: bits of the fields without which the line is damaged */
	struct field field[16];
};

#define LEN(s)			(sizeof(s) - 1)
#define AT(m)			offsetof(struct record, m), sizeof(((struct record *)0)->m)
#define F(key, m, conv, bit)	{ key, LEN(key), AT(m), conv, 1 << (bit), false }
#define BARE(key, m, conv, bit)	{ key, LEN(key), AT(m), conv, 1 << (bit), true }
#define OPTIONAL(key, m, conv)	{ key, LEN(key), AT(m), conv, 0, false }
#define ADD(key, m)		OPTIONAL(key, m, SUM)
#define EVENT(name, type, need, ...) { name, LEN(name), type, need, { __VA_ARGS__ } }

#define PFN_ORDER	F("pfn", pfn, NUM, 0), F("order", order, NUM, 1)
#define PAGE_TYPE	PFN_ORDER, F("migratetype", mt, NUM, 2)
#define NID		F("nid", a, NUM, 0)
#define BALANCE		NID, F("order", order, NUM, 1), F("highest_zoneidx", b, ZONE, 2)
#define RECLAIM_BEGIN	F("order", order, NUM, 0), F("gfp_flags", gfp, GFP, 1)
#define RECLAIM_END	F("nr_reclaimed", a, NUM, 0)
#define SCANNED		F("nr_scanned", a, NUM, 0), F("nr_reclaimed", b, NUM, 1)
#define COMPACT_SYNC	F("mode", a, SYNC, 0), F("sync", a, NUM, 0)
#define ISOLATED	{ "range", LEN("range"), AT(pfn), RANGE, 1 | 8, false }, \
			F("nr_scanned", b, NUM, 1), F("nr_taken", c, NUM, 2), \
			F("start_pfn", pfn, NUM, 0), F("end_pfn", arg, NUM, 3)
#define KCOMPACTD	NID, F("order", order, NUM, 1), F("classzone_idx", b, ZONE, 2), \
			F("highest_zoneidx", b, ZONE, 2)
#define PTE		F("addr", pfn, HEX, 0), F("pte", arg, HEX, 1), F("order", order, NUM, 2)
#define FILEMAP		BARE("dev", a, DEV, 3), BARE("ino", arg, HEX, 0), F("pfn", pfn, NUM, 1), \
			F("ofs", c, OFS, 2), OPTIONAL("order", order, NUM), \
			F("i_ino", arg, HEX, 0), F("index", c, INDEX, 2), F("s_dev", a, NUM, 3)

static const struct text_event events[] = {
	EVENT("mm_page_alloc", REC_ALLOC, 15, OPTIONAL("page", arg, PAGE), PAGE_TYPE,
	      F("gfp_flags", gfp, GFP, 3)),
	EVENT("mm_page_free", REC_FREE, 3, PFN_ORDER),
	EVENT("mm_page_free_batched", REC_FREE_BATCHED, 1, F("pfn", pfn, NUM, 0)),
	EVENT("mm_page_alloc_zone_locked", REC_ZONE_LOCKED, 15, PAGE_TYPE,
	      F("percpu_refill", a, NUM, 3)),
	EVENT("mm_page_pcpu_drain", REC_PCPU_DRAIN, 7, PAGE_TYPE),
	EVENT("mm_page_alloc_extfrag", REC_EXTFRAG, 63, F("pfn", pfn, NUM, 0),
	      F("alloc_order", order, NUM, 1), F("fallback_order", order2, NUM, 2),
	      F("alloc_migratetype", mt, NUM, 3), F("fallback_migratetype", mt2, NUM, 4),
	      F("change_ownership", a, NUM, 5)),
	EVENT("mm_vmscan_kswapd_wake", REC_KSWAPD_WAKE, 3, NID, OPTIONAL("zid", b, NUM),
	      F("order", order, NUM, 1)),
	EVENT("mm_vmscan_kswapd_sleep", REC_KSWAPD_SLEEP, 1, NID),
	EVENT("mm_vmscan_wakeup_kswapd", REC_WAKEUP_KSWAPD, 7, NID, OPTIONAL("zid", b, NUM),
	      F("order", order, NUM, 1), F("gfp_flags", gfp, GFP, 2)),
	EVENT("mm_vmscan_balance_pgdat_begin", REC_BALANCE_BEGIN, 7, BALANCE),
	EVENT("mm_vmscan_balance_pgdat_end", REC_BALANCE_END, 7, BALANCE,
	      OPTIONAL("nr_reclaimed", pfn, NUM)),
	EVENT("mm_vmscan_direct_reclaim_begin", REC_DIRECT_RECLAIM_BEGIN, 3, RECLAIM_BEGIN),
	EVENT("mm_vmscan_direct_reclaim_end", REC_DIRECT_RECLAIM_END, 1, RECLAIM_END),
	EVENT("mm_vmscan_memcg_reclaim_begin", REC_MEMCG_RECLAIM_BEGIN, 3, RECLAIM_BEGIN),
	EVENT("mm_vmscan_memcg_reclaim_end", REC_MEMCG_RECLAIM_END, 1, RECLAIM_END),
	EVENT("mm_vmscan_memcg_softlimit_reclaim_begin", REC_MEMCG_RECLAIM_BEGIN, 3, RECLAIM_BEGIN),
	EVENT("mm_vmscan_memcg_softlimit_reclaim_end", REC_MEMCG_RECLAIM_END, 1, RECLAIM_END),
	EVENT("mm_vmscan_node_reclaim_begin", REC_NODE_RECLAIM_BEGIN, 3, RECLAIM_BEGIN,
	      OPTIONAL("nid", a, NUM)),
	EVENT("mm_vmscan_node_reclaim_end", REC_NODE_RECLAIM_END, 1, RECLAIM_END),
	EVENT("mm_vmscan_reclaim_pages", REC_RECLAIM_PAGES, 3, SCANNED),
	EVENT("mm_vmscan_lru_shrink_inactive", REC_SHRINK_INACTIVE, 3, SCANNED,
	      OPTIONAL("nr_dirty", gfp, NUM), ADD("nr_writeback", c), ADD("nr_congested", c),
	      ADD("nr_immediate", c), OPTIONAL("nr_ref_keep", pfn, NUM),
	      ADD("nr_activate_anon", arg), ADD("nr_activate_file", arg), ADD("nr_activate0", arg),
	      ADD("nr_activate1", arg),
	      OPTIONAL("priority", order, NUM), OPTIONAL("flags", mt, RECLAIM),
	      OPTIONAL("reclaim_flags", mt, NUM)),
	EVENT("mm_shrink_slab_end", REC_SHRINK_SLAB_END, 1, F("retval", a, NUM, 0),
	      BARE("val", a, NUM, 0)),
	EVENT("mm_vmscan_write_folio", REC_WRITE_FOLIO, 3, F("pfn", pfn, NUM, 0),
	      F("flags", a, RECLAIM, 1), F("reclaim_flags", a, NUM, 1)),
	EVENT("mm_compaction_try_to_compact_pages", REC_COMPACT_TRY, 7, F("order", order, NUM, 0),
	      F("gfp_mask", gfp, GFP, 1), F("priority", a, NUM, 2), F("prio", a, NUM, 2)),
	EVENT("mm_compaction_begin", REC_COMPACT_BEGIN, 1, COMPACT_SYNC),
	EVENT("mm_compaction_end", REC_COMPACT_END, 3, COMPACT_SYNC, F("status", b, STATUS, 1)),
	EVENT("mm_compaction_isolate_migratepages", REC_ISOLATE_MIGRATE, 15, ISOLATED),
	EVENT("mm_compaction_isolate_freepages", REC_ISOLATE_FREE, 15, ISOLATED),
	EVENT("mm_compaction_fast_isolate_freepages", REC_FAST_ISOLATE_FREE, 15, ISOLATED),
	EVENT("mm_compaction_migratepages", REC_COMPACT_MIGRATEPAGES, 3,
	      F("nr_migrated", a, NUM, 0), F("nr_failed", b, NUM, 1)),
	EVENT("mm_compaction_kcompactd_wake", REC_KCOMPACTD_WAKE, 7, KCOMPACTD),
	EVENT("mm_compaction_kcompactd_sleep", REC_KCOMPACTD_SLEEP, 1, NID),
	EVENT("mm_compaction_wakeup_kcompactd", REC_WAKEUP_KCOMPACTD, 7, KCOMPACTD),
	EVENT("mm_migrate_pages_start", REC_MIGRATE_PAGES_START, 3, F("mode", a, MODE, 0),
	      F("reason", b, REASON, 1)),
	EVENT("mm_migrate_pages", REC_MIGRATE_PAGES, 7, F("nr_succeeded", a, NUM, 0),
	      F("nr_failed", b, NUM, 1), F("reason", c, REASON, 2), F("succeeded", a, NUM, 0),
	      F("failed", b, NUM, 1)),
	EVENT("set_migration_pte", REC_SET_MIGRATION_PTE, 3, PTE),
	EVENT("remove_migration_pte", REC_REMOVE_MIGRATION_PTE, 3, PTE),
	EVENT("page_fault_user", REC_PAGE_FAULT_USER, 1, F("address", pfn, HEX, 0)),
	EVENT("mm_filemap_add_to_page_cache", REC_FILEMAP_ADD, 15, FILEMAP),
	EVENT("mm_filemap_delete_from_page_cache", REC_FILEMAP_DELETE, 15, FILEMAP),
	EVENT("mm_lru_insertion", REC_LRU_INSERTION, 3, F("pfn", pfn, NUM, 0), F("lru", a, NUM, 1),
	      OPTIONAL("flags", b, LRU_FLAGS)),
	EVENT("mm_collapse_huge_page", REC_KHUGEPAGED_COLLAPSE, 3, F("isolated", a, NUM, 0),
	      F("status", b, SCAN, 1)),
	EVENT("sched_process_exit", REC_SCHED_EXIT, 1, F("pid", a, NUM, 0)),
	EVENT("print", REC_MARK, 0),
};

#define NR_EVENTS	(sizeof(events) / sizeof(events[0]))

const struct text_event *text_event_find(const char *name, size_t len)
{
	for (size_t i = 0; i < NR_EVENTS; i++)
		if (events[i].len == len && !memcmp(events[i].name, name, len))
			return &events[i];
	return NULL;
}

bool text_names_event(const char *s, const char *end)
{
	const char *p;

	for (size_t i = 0; i < NR_EVENTS; i++) {
		p = memmem(s, end - s, events[i].name, events[i].len);
		if (p && p > s && (p[-1] == ' ' || p[-1] == ':') &&
		    p + events[i].len < end && p[events[i].len] == ':')
			return true;
	}
	return false;
}

static bool is(const char *s, const char *end, const char *name)
{
	size_t len = strlen(name);

	return (size_t)(end - s) == len && !memcmp(s, name, len);
}

/* number of a name in a list in the order of its numbers; -1: none of them */
static int name_number(const char *s, const char *end, const char *const *list, int nr)
{
	for (int i = 0; i < nr; i++)
		if (list[i] && is(s, end, list[i]))
			return i;
	return -1;
}

/* zones of x86-64, as every kernel there that has a DMA zone numbers them */
static bool zone_of_text(const char *s, const char *end, uint64_t *v)
{
	int i = is(s, end, "Device") ? MAX_NR_ZONES : name_number(s, end, zone_names, MAX_NR_ZONES);

	*v = i;
	return i >= 0 || text_number(s, end, v);
}

static bool mode_of_text(const char *s, const char *end, uint64_t *v)
{
	static const char *const modes[] = { "MIGRATE_ASYNC", "MIGRATE_SYNC_LIGHT", "MIGRATE_SYNC" };
	int i = name_number(s, end, modes, 3);

	*v = i;
	return i >= 0 || text_number(s, end, v);
}

/* "RECLAIM_WB_ANON|RECLAIM_WB_ASYNC": include/trace/events/vmscan.h */
static bool reclaim_of_text(const char *s, const char *end, uint64_t *v)
{
	static const struct { const char *name; uint8_t bit; } flags[] = {
		{ "RECLAIM_WB_ANON", 1 }, { "RECLAIM_WB_FILE", 2 }, { "RECLAIM_WB_SYNC", 4 },
		{ "RECLAIM_WB_ASYNC", 8 }, { "RECLAIM_WB_MIXED", 16 }, { "RECLAIM_WB_NONE", 0 },
	};
	uint64_t sum = 0;

	while (s < end) {
		const char *bar = memchr(s, '|', end - s);
		const char *stop = bar ? bar : end;
		size_t i;

		for (i = 0; i < 6 && !is(s, stop, flags[i].name); i++)
			;
		if (i < 6)
			*v = flags[i].bit;
		else if (!text_number(s, stop, v))
			return false;
		sum |= *v;
		s = bar ? bar + 1 : end;
	}
	*v = sum;
	return true;
}

/* "Mafbd ": include/trace/events/pagemap.h. Its last letters may have been trimmed. */
static bool lru_flags_of_text(const char *s, const char *end, uint64_t *v)
{
	static const struct { char c; uint8_t bit; } letters[] = {
		{ 'M', 0x01 }, { 'a', 0x02 }, { 'f', 0x04 }, { 's', 0x08 }, { 'b', 0x10 },
		{ 'd', 0x20 }, { 'B', 0x40 }, { ' ', 0 },
	};
	size_t i;

	if (text_number(s, end, v))
		return true;
	for (*v = 0; s < end; s++) {
		for (i = 0; i < 8 && letters[i].c != *s; i++)
			;
		if (i == 8)
			return false;
		*v |= letters[i].bit;
	}
	return true;
}

/* "254:16", as include/linux/kdev_t.h:MKDEV() packs it */
static bool dev_of_text(const char *s, const char *end, uint64_t *v)
{
	const char *colon = memchr(s, ':', end - s);
	uint64_t major;

	if (!colon || !text_number(s, colon, &major) || !text_number(colon + 1, end, v))
		return false;
	*v |= major << 20;
	return true;
}

/* a pointer: 1 if it is NULL, as "0x0", "(nil)" or "0000000000000000" */
static bool is_null_of_text(const char *s, const char *end, uint64_t *v)
{
	*v = 1;
	if (s < end && *s == '(')
		return *v = s + 1 < end && s[1] == 'n', true;
	for (; s < end; s++)
		if (*s != '0' && *s != 'x')
			*v = 0;
	return true;
}

/* "(0x1000 ~ 0x1200)" */
static bool range_of_text(const char *s, const char *end, struct record *r)
{
	const char *tilde = memchr(s, '~', end - s);

	if (!tilde || end - s < 7 || *s != '(' || end[-1] != ')' || tilde[-1] != ' ' ||
	    tilde[1] != ' ' || tilde + 2 > end - 1)
		return false;
	return text_number(s + 1, tilde - 1, &r->pfn) && text_number(tilde + 2, end - 1, &r->arg);
}

static uint32_t gfp_by_name(struct text_decoder *d, const char *s, size_t len)
{
	struct text_gfp *slot;
	unsigned int hash = len;

	if (len > TEXT_GFP_LEN)
		return gfp_of_text(s, len);
	for (size_t i = 4; i < len; i += 8)
		hash = hash * 31 + (unsigned char)s[i];
	slot = &d->gfp[hash % TEXT_GFP_SLOTS];
	if (slot->len != len || memcmp(slot->text, s, len)) {
		slot->mask = gfp_of_text(s, len);
		slot->len = len;
		memcpy(slot->text, s, len);
	}
	return slot->mask;
}

/* a number has its bits where every kernel has them, but for those that move with its config */
static bool gfp_value(struct text_decoder *d, const char *s, const char *end, uint64_t *v)
{
	if (s == end)
		return false;
	if (text_number(s, end, v)) {
		*v = (*v & 0xffffff) | (*v >> 24 ? __GFP_OTHER : 0);
		d->gfp_numeric = true;
		return true;
	}
	d->gfp_named = true;
	*v = gfp_by_name(d, s, end - s);
	return true;
}

static bool convert(struct text_decoder *d, const struct field *f, const char *s, const char *end,
		    uint64_t *v)
{
	switch (f->conv) {
	case HEX:
		return text_hex(end - s > 2 && s[1] == 'x' ? s + 2 : s, end, v);
	case GFP:
		return gfp_value(d, s, end, v);
	case ZONE:
		return zone_of_text(s, end, v);
	case SYNC:
		*v = is(s, end, "sync");
		return *v || is(s, end, "async");
	case STATUS:
		return text_number(s, end, v) || (*v = compact_result_of_name(s, end - s), true);
	case SCAN:
		return text_number(s, end, v) || (*v = scan_result_of_name(s, end - s), true);
	case REASON:
		return text_number(s, end, v) || (*v = migrate_reason_of_name(s, end - s), true);
	case MODE:
		return mode_of_text(s, end, v);
	case RECLAIM:
		return reclaim_of_text(s, end, v);
	case LRU_FLAGS:
		return lru_flags_of_text(s, end, v);
	case DEV:
		return dev_of_text(s, end, v);
	case PAGE:
		return is_null_of_text(s, end, v);
	default:
		return text_number(s, end, v);
	}
}

/* false: the value does not fit. Negative numbers are cut as the kernel's own int would be. */
static bool put(struct record *r, const struct field *f, uint64_t v)
{
	void *at = (char *)r + f->at;
	uint32_t v32 = v;
	uint64_t sum;

	if (f->conv == SUM) {
		memcpy(&sum, at, sizeof(sum) < f->size ? sizeof(sum) : f->size);
		sum = f->size == 8 ? sum + v : (uint32_t)sum + v;
		memcpy(at, &sum, f->size);
		return true;
	}
	if (f->size == 1) {
		*(uint8_t *)at = v;
		return v <= UINT8_MAX || v == UINT64_MAX;
	}
	if (f->size == 4) {
		memcpy(at, &v32, 4);
		return v == v32 || v == (uint64_t)(int64_t)(int32_t)v32;
	}
	memcpy(at, &v, 8);
	return true;
}

static bool store(struct text_decoder *d, struct record *r, const struct field *f, const char *s,
		  const char *end)
{
	uint64_t v = 0;

	if (f->conv == RANGE)
		return range_of_text(s, end, r);
	if (!convert(d, f, s, end, &v))
		return false;
	if (f->conv == INDEX || f->conv == OFS) {
		v >>= f->conv == OFS ? TEXT_PAGE_SHIFT : 0;
		r->b = v >> 32;
		r->c = v;
		return true;
	}
	return put(r, f, v);
}

/* @hint: where to begin, for fields mostly come in the table's order */
static const struct field *find_field(const struct text_event *ev, unsigned int *hint,
				      const char *key, size_t len)
{
	unsigned int i = *hint;

	do {
		const struct field *f = &ev->field[i];

		if (++i == sizeof(ev->field) / sizeof(ev->field[0]) || !ev->field[i].key)
			i = 0;
		if (f->len == len && !memcmp(f->key, key, len)) {
			*hint = i;
			return f;
		}
	} while (i != *hint);
	return NULL;
}

static const char *value_end(const struct field *f, const char *p, const char *end)
{
	const char *close;

	if (f->conv == LRU_FLAGS)
		return end;
	if (p < end && *p == '(') {
		close = memchr(p, ')', end - p);
		return close ? close + 1 : end;
	}
	while (p < end && *p != ' ' && *p != ',')
		p++;
	return p;
}

/* what the fields of more than one name make together; ->arg was their scratch */
static void finish(struct record *r)
{
	switch (r->type) {
	case REC_ALLOC:
		if (r->pfn == 0 && r->arg)	/* page=(nil) */
			r->pfn = REC_NO_PFN;
		r->arg = 0;
		break;
	case REC_ISOLATE_MIGRATE:
	case REC_ISOLATE_FREE:
	case REC_FAST_ISOLATE_FREE:
		r->a = r->arg - r->pfn;
		r->arg = 0;
		break;
	case REC_SHRINK_INACTIVE:
		r->pfn = r->arg << 32 | (uint32_t)r->pfn;
		r->arg = 0;
		break;
	}
}

/* the comm in front of the pid may hold anything, a "pid=" too: the last one counts */
static const char *skip_exit_comm(const char *p, const char *end)
{
	const char *next = p;

	while ((next = memmem(next, end - next, " pid=", 5)))
		p = ++next;
	return p;
}

/* trace-cmd prints "ip: text", with -R "ip=... buf=text"; the kernel the ip as the event's name */
static void decode_mark(const struct text_line *l, struct record *r)
{
	const char *p = l->payload, *text;

	if (l->event_len == LEN("print")) {
		text = memmem(p, l->end - p, " buf=", 5);
		if (text && l->end - p > 3 && !memcmp(p, "ip=", 3))
			p = text + 5;
		else if ((text = memmem(p, l->end - p, ": ", 2)))
			p = text + 2;
	}
	mark_decode(r, p, l->end - p);
}

static const char *next_blank(const char *p, const char *end)
{
	while (p < end && *p != ' ')
		p++;
	return p;
}

const char *text_event_decode(struct text_decoder *d, const struct text_event *ev,
			      const struct text_line *l, struct record *r)
{
	const char *p = l->payload, *key, *stop;
	unsigned int hint = 0, seen = 0;

	r->type = ev->type;
	if (ev->type == REC_MARK)
		return decode_mark(l, r), NULL;
	if (ev->type == REC_SCHED_EXIT)
		p = skip_exit_comm(p, l->end);
	while (p < l->end) {
		const struct field *f;

		for (; p < l->end && (*p == ' ' || *p == ','); p++)
			;
		for (key = p; p < l->end && *p != '=' && *p != ' '; p++)
			;
		f = p > key && p < l->end ? find_field(ev, &hint, key, p - key) : NULL;
		if (!f || f->bare != (*p == ' ')) {
			p = next_blank(p, l->end);
			continue;
		}
		stop = value_end(f, ++p, l->end);
		d->key = key;
		d->key_len = f->len;
		if (!store(d, r, f, p, stop))
			return "has a value that is no number or name of its kind";
		seen |= f->bit;
		p = stop;
	}
	if ((seen & ev->need) == ev->need) {
		finish(r);
		if (r->type == REC_FILEMAP_ADD && r->pfn == REC_NO_PFN) {
			d->key = "pfn";
			d->key_len = strlen("pfn");
			return "names no page";
		}
		return NULL;
	}
	for (hint = 0; ev->field[hint].bit == 0 || (ev->field[hint].bit & seen); hint++)
		;
	d->key = ev->field[hint].key;
	d->key_len = ev->field[hint].len;
	return "is missing";
}
