/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From events to demand: what the workload asked for, freed of what the recorded kernel's policy
 * made of it (architecture.md section 4). One demand stage feeds every policy.
 */
#ifndef FRAGREPLAY_DEMAND_H
#define FRAGREPLAY_DEMAND_H

#include "../parsers/record.h"
#include "mm/mm_types.h"

/*
 * An object's base page is named by a handle: its pfn in the trace while that is known, or a
 * limbo handle (>= max_pfn) after a migration to an unknown place.
 */
enum op_type {
	OP_ALLOC,	/* object of 1 << order pages at handle; kind, gfp, mt, pid, cpu */
	OP_ALLOC_FAILED,/* an attempt the recorded kernel failed (no handle) */
	OP_THP_FAULT,	/* THP fault attempt, tries folded: handle or H_NONE if it failed */
	OP_FREE,	/* the workload frees [handle, handle + (1 << order)) */
	OP_RECLAIM,	/* the recorded kernel reclaimed it: cold from now on, nobody's */
	OP_MOVE,	/* the recorded kernel migrated it: handle -> handle2 */
	OP_SWAPOUT,	/* the recorded kernel began to write it to swap: cold */
	OP_EXIT,	/* task pid is gone */
	OP_MARK,	/* a = enum record_mark */
	OP_RATE,	/* the recorded kernel's pace: a = enum op_rate, arg = work, handle.. see demand.c */
	OP_END,
};

#define H_NONE 0xffffffffu

struct op {
	u64 ts;
	u32 handle, handle2;
	u32 gfp;
	s32 pid;
	u16 cpu;
	u8 type;	/* enum op_type */
	u8 order;
	u8 mt;
	u8 kind;	/* enum page_kind */
	u8 flags;	/* OPF_* */
	u8 a;
	u32 arg;
};

#define OPF_ZERO	1	/* first touch of anonymous memory */
#define OPF_REFAULT	2	/* looks like a swap-in or a re-read: may find its page resident */
#define OPF_DIRTY	4	/* page-cache write */
#define OPF_READ	8	/* page-cache read(ahead) */
#define OPF_SILENT	16	/* no event told of this allocation: implied by its free */

#endif
