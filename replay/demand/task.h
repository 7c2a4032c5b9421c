/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the demand stage knows of a task of the trace: the windows (reclaim, compaction) that it is
 * inside, a huge page fault that has tried once, and a page-cache folio that it did not get.
 */
#ifndef FRAGREPLAY_TASK_H
#define FRAGREPLAY_TASK_H

#include <fragreplay/policy.h>

#define TASK_KSWAPD		1u
#define TASK_KCOMPACTD		2u
#define TASK_KHUGEPAGED		4u
#define TASK_NAMED		8u	/* its comm was looked at */

struct task {
	s32 pid;
	u8 flags;		/* TASK_* */
	u8 reclaim;		/* depth of direct, memcg and node reclaim windows */
	u8 used;
	s32 window;		/* index of its compaction window, -1 outside */
	bool thp_tried;		/* a THISNODE try failed; a second may follow */
	u32 thp_gfp;		/* ... with this gfp */
	bool folio_tried;	/* an attempt at a page-cache folio failed; a smaller may follow */
	u8 folio_hint, folio_order;	/* the order asked for first, and last */
	u32 folio_gfp;
	u32 batch;		/* of reclaim, in LIVE_BATCH; 0: it has written nothing in it */
	u32 last_batch;		/* the one before */
	u64 silent_ts;		/* of its last free of a page that nothing had allocated */
};

struct task_table {
	struct task *slot;
	u32 nr, mask;
	bool failed;			/* memory ran out: tasks share an entry from now on */
	struct task spare;		/* that one */
};

int task_table_init(struct task_table *tt);
void task_table_release(struct task_table *tt);
struct task *task_get(struct task_table *tt, s32 pid);
void task_drop(struct task_table *tt, s32 pid);

#endif
