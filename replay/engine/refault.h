/* SPDX-License-Identifier: GPL-2.0-only */
/* Pages that one kernel has evicted and the other has not: doc/design.md, "Refaults". */
#ifndef FRAGREPLAY_REFAULT_H
#define FRAGREPLAY_REFAULT_H

#include "model.h"

enum refault { REFAULT_NO, REFAULT_YES, REFAULT_ABSORBED };

int refault_init(struct model *mo);
void refault_release(struct model *mo);
void refault_trace_evicted(struct model *mo, const struct op *op);
void refault_held(struct model *mo, u32 pfn);
void refault_cold_evicted(struct model *mo, bool anon);
void refault_live_evicted(struct model *mo, u32 handle, bool anon);
void refault_gone(struct model *mo, u32 value);
enum refault refault_alloc(struct model *mo, const struct op *op);

#endif
