/* SPDX-License-Identifier: GPL-2.0-only */
/* Pages that one kernel has evicted and the other has not: doc/design.md, "Refaults". */
#ifndef FRAGREPLAY_REFAULT_H
#define FRAGREPLAY_REFAULT_H

#include "mm/mm.h"
#include "model.h"

/* Values of model.map that are no pfn. */
#define MAP_NONE	0xffffffffu
#define MAP_SWAPPED	0xfffffffeu
#define MAP_DROPPED	0xfffffffdu
#define MAP_IS_PFN(v)	((v) < MAP_DROPPED)

enum refault { REFAULT_NO, REFAULT_YES, REFAULT_ABSORBED };

int refault_init(struct model *mo);
void refault_release(struct model *mo);
void refault_trace_evicted(struct model *mo, const struct op *op);
void refault_held(struct model *mo, u32 pfn);
void refault_cold_evicted(struct model *mo, bool anon);
void refault_live_evicted(struct model *mo, u32 handle, bool anon);
void refault_gone(struct model *mo, u32 value);
enum refault refault_alloc(struct model *mo, const struct op *op);

/* model.c */
void model_use(struct model *mo, const struct op *op, u32 pfn, u32 order, u32 handle,
	       enum lru_origin origin);

#endif
