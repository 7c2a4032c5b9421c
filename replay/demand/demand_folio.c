// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule 6 on the way in: what a buffered write or readahead asked for, when the recorded kernel did
 * not give it.
 *
 * A page-cache folio above the least order is asked for with __GFP_NORETRY | __GFP_NOWARN. When
 * that fails the same task asks for less at once: a write for an order less each time, down to the
 * mapping's least, whose attempt has neither flag (mm/filemap.c:__filemap_get_folio); readahead
 * for single pages (mm/readahead.c:page_cache_ra_order). Each attempt has its event; they are one
 * operation, whose hint is the order asked for first.
 */
#include "internal.h"

/* what differs from one attempt of an operation to the next; cpusets add HARDWALL at will */
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
 * folio_gave_up - the task asks no more for the folio that it did not get
 * @d: demand stage
 * @t: the task
 */
void folio_gave_up(struct demand *d, struct task *t)
{
	struct op *op;

	if (!t->folio_tried)
		return;
	t->folio_tried = false;
	op = emit(d, OP_ALLOC_FAILED);
	op->order = t->folio_order;
	op->hint = t->folio_hint;
	op->gfp = t->folio_gfp;
	op->mt = MIGRATE_MOVABLE;
	op->kind = PK_FILE;
	op->flags = t->folio_gfp & __GFP_WRITE ? OPF_DIRTY : OPF_READ;
}

/**
 * folio_attempt - an attempt at a page-cache folio, outside of interrupts
 * @d: demand stage
 * @r: REC_ALLOC whose kind is PK_FILE
 * @t: its task
 * @hint: order that the operation asked for first, when this attempt ends it
 *
 * Return: true when the attempt ends its operation, by success or because there is nothing less
 * to ask for; false when the next attempt is still to come.
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
