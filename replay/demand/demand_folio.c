// SPDX-License-Identifier: GPL-2.0-only
/*
 * The order that a buffered write or readahead wanted, when the recorded kernel did not have such a
 * folio (doc/design.md, "Changed outcomes").
 *
 * A page-cache folio above the mapping's least order is requested with __GFP_NORETRY |
 * __GFP_NOWARN. When that fails the same task tries again at once: a write with the next smaller
 * order each time, down to the least, whose attempt has neither flag
 * (mm/filemap.c:__filemap_get_folio); readahead with single pages
 * (mm/readahead.c:page_cache_ra_order). Each attempt has an event of its own. They are folded into
 * one operation, whose hint is the order of the first.
 */
#include "internal.h"

/* Flags in which the attempts of one operation may differ; the kernel adds HARDWALL for cpusets. */
#define ATTEMPT_FLAGS	(__GFP_NORETRY | __GFP_NOWARN | __GFP_HARDWALL)

static bool may_try_less(const struct record *r)
{
	const gfp_t quiet = __GFP_NORETRY | __GFP_NOWARN;

	return r->order && r->pfn == REC_NO_PFN && (r->gfp & quiet) == quiet;
}

static bool goes_on(const struct task *t, const struct record *r)
{
	return t->folio_tried && r->order < t->folio_order &&
	       !((r->gfp ^ t->folio_gfp) & ~ATTEMPT_FLAGS);
}

/**
 * folio_gave_up - end an operation whose attempts have all failed
 * @d: demand stage
 * @t: the task
 */
void folio_gave_up(struct demand *d, struct task *t)
{
	struct op *op;

	if (!t->folio_tried)
		return;
	t->folio_tried = false;
	op = demand_emit(d, OP_ALLOC_FAILED);
	op->order = t->folio_order;
	op->hint = t->folio_hint;
	op->gfp = t->folio_gfp;
	op->mt = MIGRATE_MOVABLE;
	op->kind = PK_FILE;
	op->flags = t->folio_gfp & __GFP_WRITE ? OPF_DIRTY : OPF_READ;
}

/**
 * folio_attempt - note an attempt at a page-cache folio, outside of interrupts
 * @d: demand stage
 * @r: REC_ALLOC whose kind is PK_FILE
 * @t: its task
 * @hint: set to the order of the operation's first attempt
 *
 * Return: true if this attempt ends the operation, because it succeeded or there is no smaller
 * order; false if another attempt may follow.
 */
bool folio_attempt(struct demand *d, const struct record *r, struct task *t, u8 *hint)
{
	bool on = goes_on(t, r);

	if (on)
		d->stats.folio_folded++;
	else
		folio_gave_up(d, t);
	*hint = on ? t->folio_hint : r->order;
	t->folio_tried = may_try_less(r);
	if (!t->folio_tried)
		return true;
	t->folio_gfp = r->gfp;
	t->folio_order = r->order;
	t->folio_hint = *hint;
	return false;
}
