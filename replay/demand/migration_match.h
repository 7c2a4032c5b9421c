/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where did a migrated page go? The recorded kernel frees the source and names no target. This
 * follows compaction's own lists of isolated free pages (cc->freepages) as far as the events
 * allow, so that the target of nearly every migration is known.
 */
#ifndef FRAGREPLAY_RELOCATE_H
#define FRAGREPLAY_RELOCATE_H

#include "demand.h"

#define RELOCATE_WINDOWS	64
#define RELOCATE_UNKNOWN	0xffffffffu

struct reloc_window;

/* where one source went */
struct reloc_target {
	u32 pfn;		/* RELOCATE_UNKNOWN: not yet, or never */
	u32 instead;		/* exact: where the lists would have put it, RELOCATE_UNKNOWN: same */
	bool exact;		/* named by a pte event */
	bool pending;		/* unknown now; reloc_pending() may tell later */
};

/* a source whose chunk became known: handle moves to pfn */
typedef void (*reloc_resolved)(void *ctx, u32 handle, u32 pfn, u32 order);

struct reloc_window *reloc_begin(struct tpage *tp, u32 max_pfn, bool single_pages);
void reloc_end(struct reloc_window *w);
void reloc_isolate(struct reloc_window *w, u32 start, u32 len, u32 taken, u32 now,
		   reloc_resolved fn, void *ctx);
void reloc_fast_isolate(struct reloc_window *w, u32 taken);
void reloc_set_pte(struct reloc_window *w, u64 addr, u64 pte);
void reloc_remove_pte(struct reloc_window *w, u64 addr, u64 pte, u32 order);
void reloc_batch_end(struct reloc_window *w);
struct reloc_target reloc_source(struct reloc_window *w, u32 src, u32 order, reloc_resolved fn,
				 void *ctx);
void reloc_pending(struct reloc_window *w, u32 handle);
void reloc_returned(struct reloc_window *w, u32 pfn, u32 order, reloc_resolved fn, void *ctx);
bool reloc_gave_back(struct reloc_window *w, u32 pfn, reloc_resolved fn, void *ctx);

#endif
