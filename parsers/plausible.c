// SPDX-License-Identifier: GPL-2.0-only
/*
 * What no single field shows: whether the values of a record fit each other and a machine that can
 * be replayed. Every reader asks here before it hands a record on, so that text, perf.data and
 * trace.dat are held to the same. What each value may be by itself, events.c says.
 */
#include <inttypes.h>

#include "events.h"
#include "internal.h"
#include <fragreplay/gfp.h>

#define MAX_PID	       (4 << 20)     /* include/linux/threads.h:PID_MAX_LIMIT */
#define PFN_32BIT_NONE 0xffffffffull /* the pfn of a failed allocation on a 32-bit kernel */

/* A kernel allocates all the time. A longer pause is a damaged time, or one of another machine. */
#define MAX_PAUSE_NS (30 * 86400ull * 1000000000)

static bool aligned(uint64_t pfn, unsigned int order)
{
	return order < 64 && !(pfn & ((1ull << order) - 1));
}

static const char *alloc_implausible(const struct record *r, bool gfp_by_position)
{
	if (r->migratetype > MIGRATE_RECLAIMABLE)
		return "no request has such a migratetype; is the enum another kernel's?";
	if (!gfp_by_position && !migratetype_fits(r->migratetype, r->gfp))
		return "the migratetype does not fit the gfp flags; is the enum another kernel's "
		       "(before 3.19 MOVABLE was 2)?";
	if (r->pfn == PFN_32BIT_NONE)
		return "a pfn of 4294967295 is -1 in 32 bits; 32-bit kernels cannot be replayed";
	if (r->pfn != REC_NO_PFN && !aligned(r->pfn, r->order))
		return "the pfn is no multiple of the pages of its order";
	return NULL;
}

/**
 * record_implausible - can no kernel that can be replayed have recorded this?
 * @r: a decoded record
 * @gfp_by_position: the bits of its gfp mask were taken by position, and may be others
 *
 * Return: NULL, or what is wrong.
 */
const char *record_implausible(const struct record *r, bool gfp_by_position)
{
	if (r->pid < -1 || r->pid >= MAX_PID)
		return "no task has such a pid";
	switch (r->type) {
	case REC_ALLOC:
		return alloc_implausible(r, gfp_by_position);
	case REC_FREE:
	case REC_FILEMAP_ADD:
		return aligned(r->pfn, r->order)
			       ? NULL
			       : "the pfn is no multiple of the pages of its order";
	case REC_EXTFRAG:
		return aligned(r->extfrag.pfn, r->extfrag.alloc_order)
			       ? NULL
			       : "the pfn is no multiple of the pages of its order";
	}
	return NULL;
}

/**
 * pause_implausible - is a record too long after the one before it?
 * @before: time of that, ns
 * @now: time of the record, ns, not earlier
 *
 * Return: true if it is, by more than 30 days.
 */
bool pause_implausible(uint64_t before, uint64_t now)
{
	return now - before > MAX_PAUSE_NS;
}

/**
 * value_hint - what a value beyond a field's limits looks like
 * @kind: enum field_kind
 *
 * Return: a clause for a message, never NULL.
 */
const char *value_hint(uint8_t kind)
{
	switch (kind) {
	case FIELD_ORDER:
		return " (larger pages than 4 KiB, or another MAX_PAGE_ORDER than 10?)";
	case FIELD_MIGRATETYPE:
		return " (an enum of another kernel?)";
	case FIELD_PFN:
	case FIELD_PFN_OR_NONE:
		return " (a byte address?)";
	}
	return "";
}
