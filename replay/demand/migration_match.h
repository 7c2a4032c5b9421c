/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds the targets of migrations. The recorded kernel frees the source and names no target. This
 * follows compaction's own lists of isolated free pages (cc->freepages) as far as the events allow,
 * so that the target of nearly every migration is known.
 */
#ifndef FRAGREPLAY_MIGRATION_MATCH_H
#define FRAGREPLAY_MIGRATION_MATCH_H

#include "demand.h"

#define MIGRATION_WINDOWS 64
#define MIGRATION_UNKNOWN 0xffffffffu

struct migration_window;

/* Where one source went. */
struct migration_target {
	u32 pfn;		/* MIGRATION_UNKNOWN: not known yet, or never */
	u32 instead;		/* if exact: where the lists would have put it, if elsewhere */
	bool exact;		/* named by a pte event */
	bool pending;		/* not known yet: the caller calls migration_pending() */
};

/* Called when the place of a source has become known: @handle moves to @pfn. */
typedef void (*migration_resolved_fn)(void *ctx, u32 handle, u32 pfn, u32 order);

struct migration_window *migration_begin(struct tpage *tp, u32 max_pfn, bool single_pages);
void migration_end(struct migration_window *w);
void migration_isolate(struct migration_window *w, u32 start, u32 len, u32 taken, u32 now,
		       migration_resolved_fn fn, void *ctx);
void migration_fast_isolate(struct migration_window *w, u32 taken);
void migration_set_pte(struct migration_window *w, u64 addr, u64 pte);
void migration_remove_pte(struct migration_window *w, u64 addr, u64 pte, u32 order);
void migration_batch_end(struct migration_window *w);
struct migration_target migration_source(struct migration_window *w, u32 src, u32 order,
					 migration_resolved_fn fn, void *ctx);
void migration_pending(struct migration_window *w, u32 handle);
void migration_returned(struct migration_window *w, u32 pfn, u32 order, migration_resolved_fn fn,
			void *ctx);
bool migration_gave_back(struct migration_window *w, u32 pfn, migration_resolved_fn fn, void *ctx);

#endif
