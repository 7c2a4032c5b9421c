// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that compaction frees live on elsewhere (doc/design.md, "Migrations"). migration_match.c
 * finds out where. Pages whose place it cannot know go to limbo, until a free of an unknown page is
 * matched.
 */
#include "internal.h"

/**
 * migration_resolved - move an object from limbo to its place, which is known now
 * @ctx: stage
 * @handle: of the object
 * @pfn: its place
 * @order: of its folio
 */
void migration_resolved(void *ctx, u32 handle, u32 pfn, u32 order)
{
	struct demand *d = ctx;
	struct who unknown = { .ts = d->who.ts };

	if (d->tp[handle].state != T_LIVE || d->tp[pfn].state == T_LIVE)
		return;
	demand_emit_move(d, &unknown, handle, pfn, order);
	d->tp[pfn].guess = 1;
	d->limbo.live--;
	d->stats.migrations_limbo--;
	d->stats.migrations_inferred++;
}

static bool target_usable(const struct demand *d, u32 pfn, u32 order)
{
	u32 i;

	if (pfn == MIGRATION_UNKNOWN || pfn + (1u << order) > d->max_pfn)
		return false;
	for (i = 0; i < 1u << order; i++)
		if (d->tp[pfn + i].state == T_LIVE)
			return false;
	return true;
}

/**
 * demand_guess_moved - move an object whose place was guessed wrong
 * @ctx: stage
 * @from: where it was thought to be
 * @to: where it is; if that cannot be, the object goes to limbo
 * @order: of its folio
 */
void demand_guess_moved(void *ctx, u32 from, u32 to, u32 order)
{
	struct demand *d = ctx;
	struct who unknown = { .ts = d->who.ts };

	if (d->tp[from].state != T_LIVE || !d->tp[from].guess)
		return;
	if (target_usable(d, to, order)) {
		demand_emit_move(d, &unknown, from, to, order);
		return;
	}
	to = limbo_handle(d, order);
	if (to == H_NONE)
		return;
	demand_emit_move(d, &unknown, from, to, order);
	d->stats.migrations_inferred--;
	d->stats.migrations_limbo++;
}

/* A pte event names a target at which another object was guessed. The guess was wrong. */
static void move_wrong_guess(struct demand *d, const struct migration_target *t, u32 order)
{
	if (t->exact && !order && t->pfn < d->max_pfn && d->tp[t->pfn].state == T_LIVE &&
	    d->tp[t->pfn].guess)
		demand_guess_moved(d, t->pfn, t->instead, 0);
}

/**
 * rec_migrated - handle the free of a page that has migrated
 * @d: stage
 * @r: REC_FREE of a live page
 * @w: the window it is in
 */
void rec_migrated(struct demand *d, const struct record *r, struct migration_window *w)
{
	u32 pfn = (u32)r->pfn, limbo;
	struct migration_target t = migration_source(w, pfn, r->order, migration_resolved, d);

	move_wrong_guess(d, &t, r->order);
	if (target_usable(d, t.pfn, r->order)) {
		demand_emit_move(d, &d->who, pfn, t.pfn, r->order);
		d->tp[t.pfn].guess = !t.exact;
		if (t.exact)
			d->stats.migrations_exact++;
		else
			d->stats.migrations_inferred++;
		return;
	}
	limbo = limbo_handle(d, r->order);
	if (limbo == H_NONE) {
		d->stats.limbo_unmatched++;
		demand_emit_pages(d, OP_FREE, pfn, r->order);
		demand_forget(d, pfn, r->order);
		return;
	}
	demand_emit_move(d, &d->who, pfn, limbo, r->order);
	d->stats.migrations_limbo++;
	if (t.pending)
		migration_pending(w, limbo);
}

/**
 * demand_window_begin - open a window for a run of compact_zone()
 * @d: stage
 * @r: REC_COMPACT_BEGIN
 */
void demand_window_begin(struct demand *d, const struct record *r)
{
	struct task *t = d->task;
	s32 i;

	if (t->window >= 0)
		return;
	for (i = 0; i < MIGRATION_WINDOWS && d->window[i]; i++)
		;
	if (i == MIGRATION_WINDOWS)
		return;
	d->window[i] = migration_begin(d->tp, d->max_pfn, d->single_pages);
	if (d->window[i])
		t->window = i;
	else
		d->failed = true;
	if (t->flags & TASK_KCOMPACTD)
		pace_kcompactd(d, r);
}

/**
 * demand_window_end - close the current task's window, if it has one
 * @d: stage
 */
void demand_window_end(struct demand *d)
{
	struct task *t = d->task;

	if (t->window < 0)
		return;
	migration_end(d->window[t->window]);
	d->window[t->window] = NULL;
	t->window = -1;
}

/**
 * rec_compaction - handle a scanner's report of isolated pages
 * @d: stage
 * @r: REC_ISOLATE_MIGRATE, REC_ISOLATE_FREE, REC_FAST_ISOLATE_FREE
 */
void rec_compaction(struct demand *d, const struct record *r)
{
	struct task *t = d->task;
	struct migration_window *w = t->window < 0 ? NULL : d->window[t->window];

	if (!w)
		return;
	if (t->flags & TASK_KCOMPACTD)
		pace_kcompactd(d, r);
	if (r->type == REC_ISOLATE_FREE)
		migration_isolate(w, (u32)r->isolate.start_pfn,
				  (u32)(r->isolate.end_pfn - r->isolate.start_pfn),
				  r->isolate.nr_taken, d->nr_frees >> 4, migration_resolved, d);
	else if (r->type == REC_FAST_ISOLATE_FREE)
		migration_fast_isolate(w, r->isolate.nr_taken);
}

/**
 * rec_migration_pte - handle the unmapping of a page for migration, or the mapping after it
 * @d: stage
 * @r: REC_SET_MIGRATION_PTE, REC_REMOVE_MIGRATION_PTE
 */
void rec_migration_pte(struct demand *d, const struct record *r)
{
	struct task *t = d->task;
	struct migration_window *w = t->window < 0 ? NULL : d->window[t->window];

	if (!w)
		return;
	if (r->type == REC_SET_MIGRATION_PTE)
		migration_set_pte(w, r->pte.addr, r->pte.value);
	else
		migration_remove_pte(w, r->pte.addr, r->pte.value, r->pte.order);
}
