/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one table of events: which field of which event becomes which member of struct record. The
 * reader of trace.dat and the reader of text both work from it.
 */
#ifndef FRAGREPLAY_PARSERS_EVENTS_H
#define FRAGREPLAY_PARSERS_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <fragreplay/gfp.h>

#include "parsers/record.h"

/* The limits of what a kernel writes; what is beyond them is damage. */
#define EVENT_MAX_PFN		(1ull << 40)	/* 52 bits of physical address, 4 KiB pages */
#define EVENT_MAX_ORDER		MAX_PAGE_ORDER
#define EVENT_MAX_FOLIO_ORDER	18		/* PUD_ORDER: a gigantic page of hugetlb */
#define EVENT_MAX_MIGRATETYPE	MIGRATE_ISOLATE	/* as numbered where CONFIG_CMA is set */
#define EVENT_GFP_BITS		29		/* ___GFP_LAST_BIT is at most this, 6.1 to 7.3 */

#define EVENT_MAX_FIELDS	6

/* What a field holds: how it is converted, and which values are possible. */
enum field_kind {
	FIELD_NUMBER,		/* any number that fits the member */
	FIELD_ADDRESS,		/* the same, which text prints in hex without 0x */
	FIELD_PFN,
	FIELD_PFN_OR_NONE,	/* REC_NO_PFN is possible too */
	FIELD_PFN_MARKED,	/* the top bit may be set and is no part of the pfn */
	FIELD_ORDER,		/* of the buddy allocator */
	FIELD_FOLIO_ORDER,	/* of a folio, which hugetlb makes larger */
	FIELD_MIGRATETYPE,
	FIELD_BOOL,
	FIELD_GFP,		/* a mask, translated by the names of its bits */
	FIELD_COMPACT_RESULT,	/* enum compact_result, translated by its names */
	FIELD_RECLAIM_FLAGS,	/* text prints the flags' names */
	FIELD_MARK,		/* the text from here to the record's end, see mark_decode() */
};

/**
 * struct event_field - one field of an event
 * @name: as the event's format, and with it raw text, names it
 * @text_name: as the kernel's own text names it where that differs, else NULL
 * @name_len: length of @name
 * @text_len: length of @text_name, 0 without one
 * @at: offset of the member in struct record
 * @size: bytes of the member: 1, 4 or 8
 * @kind: enum field_kind
 * @optional: some kernels, or their text, do not have it
 */
struct event_field {
	const char *name, *text_name;
	uint8_t name_len, text_len;
	uint8_t at, size, kind;
	bool optional;
};

/**
 * struct event_desc - one event
 * @system: "kmem"
 * @name: "mm_page_alloc"
 * @name_len: length of @name
 * @type: enum record_type
 * @fields: ended by one without a name, or by the array's end
 */
struct event_desc {
	const char *system, *name;
	uint8_t name_len, type;
	struct event_field fields[EVENT_MAX_FIELDS];
};

/*
 * include/linux/gfp.h:gfp_migratetype() takes the type from these two bits. Both at once are
 * illegal there; here they give a type that no event can have, which makes the event damage.
 */
#define GFP_MOVABLE_SHIFT 3
#define GFP_MOVABLE_MASK  (__GFP_MOVABLE | __GFP_RECLAIMABLE)

/* An allocation's type follows from its mask, or is 0 with page_group_by_mobility_disabled. */
static inline bool migratetype_fits(uint32_t migratetype, uint32_t gfp)
{
	return !migratetype || migratetype == (gfp & GFP_MOVABLE_MASK) >> GFP_MOVABLE_SHIFT;
}

extern const struct event_desc event_table[];
extern const unsigned int event_table_size;

const struct event_desc *event_find(const char *system, const char *name, size_t len);
bool event_needs_fields(const struct event_desc *e);
bool event_is_essential(const struct event_desc *e);
bool event_store(struct record *r, const struct event_field *f, uint64_t value);
uint64_t event_load(const struct record *r, const struct event_field *f, bool is_signed);

#endif
