/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the demand stage share. */
#ifndef FRAGREPLAY_DEMAND_INTERNAL_H
#define FRAGREPLAY_DEMAND_INTERNAL_H

#include <fragreplay/policy.h>

#include "base/kernel.h"
#include "base/vmstat.h"
#include "recording/recording.h"
#include "migration_match.h"
#include "task.h"

#define DEMAND_BATCH	4096u
#define LIMBO_ORDERS	16	/* what tpage.order can hold */

/* Work and time of one of the kernel's background threads, for its rate. */
struct pace {
	u64 busy_ns, work;
	u32 steps;
};

#define NR_SLICES 15u		/* their median is a measure of the scheduler's */

/* When one of these threads has a CPU. */
struct thread_cpu {
	u64 last_ns;		/* of its last record; 0: none yet */
	u64 ran_ns;		/* on a CPU, since its last step */
	u64 slice_ns;		/* on a CPU, since another task had that */
	u16 cpu;
	bool displaced;		/* another task has had the CPU since the last record */
};

/* Time and task of an operation; pid and cpu are 0 if no event says. */
struct who {
	u64 ts;
	s32 pid;
	u16 cpu;
};

/**
 * struct limbo - handles of objects whose place no event names; limbo.c
 * @nr: how many there are
 * @next: where the search for a free one begins
 * @live: objects in limbo
 * @words: of a bitmap
 * @heads: a bitmap per order of the handles that may be heads of such objects
 * @nr_heads: bits that are set
 */
struct limbo {
	u32 nr, next, live, words;
	u64 *heads;
	u32 nr_heads[LIMBO_ORDERS];
};

struct demand {
	bool failed;			/* memory ran out */
	bool exits;			/* the trace shows that tasks exit */
	bool bulk_events;		/* the bulk allocator's pages have events */
	s32 max_pid;			/* the highest so far */
	struct tpage *tp;	/* by handle */
	u32 max_pfn;
	struct limbo limbo;
	struct task_table tasks;
	struct trace *trace;
	struct migration_window *window[MIGRATION_WINDOWS];
	struct op *op;
	u32 nr_ops;
	op_sink sink;
	void *sink_ctx;
	struct demand_stats stats;
	struct pace kswapd, swapout, pause, kcompactd, migrate;
	struct thread_cpu kswapd_cpu, kcompactd_cpu;
	u64 slice_ns[NR_SLICES];	/* the last ones that another task has ended; ring */
	u32 nr_slices;
	u32 kswapd_wrote;	/* anonymous pages, since its last batch */
	u32 nr_swap_tables;	/* in use */
	u32 last_thp_gfp;	/* of a fault's second try: the gfp of the fault itself */
	enum thp_defrag thp_defrag;
	bool measured;		/* the marker "after begin" is over */
	bool shows_writes;	/* what is swapped out has an event */
	bool parts_unmapped;	/* the workload may have unmapped parts of huge pages */
	bool io_waits;		/* swap io takes time, so it outlasts the batch that begins it */
	u32 nr_batches;		/* of reclaim that wrote */
	u32 unmapped_head;	/* the huge page that OP_UNMAP named last */
	u64 nr_unmapped;	/* huge pages that it has named */
	bool single_pages;	/* kernel before 6.9 */
	bool khugepaged_counters;	/* kernel since 6.2: khugepaged has reclaim counters */
	bool lru_gen;
	u32 nr_frees;		/* clock of tpage.freed */
	bool touching;		/* between the "after" markers */
	struct who who;		/* of the record under way */
	struct task *task;	/* its task, looked up once per record */
};

/* classify.c */
u8 classify_kind(const struct record *r);
u16 classify_flags(const struct record *r, u8 kind);
bool is_thp_attempt(const struct record *r);
bool is_huge_zero_attempt(const struct record *r);
bool is_swap_table_attempt(const struct record *r);

/* demand.c */
struct op *demand_emit(struct demand *d, enum op_type type);
void demand_emit_pages(struct demand *d, enum op_type type, u32 handle, u32 order);
void demand_emit_move(struct demand *d, const struct who *who, u32 from, u32 to, u32 order);
void demand_forget(struct demand *d, u32 handle, u32 order);

/* demand_reclaim.c */
void demand_reclaim_init(struct demand *d, const struct recording *m);
void reclaimed(struct demand *d, u32 pfn, u32 order);
void reclaim_batch_end(struct task *t);
void rec_write_folio(struct demand *d, const struct record *r);

/* limbo.c */
int limbo_init(struct demand *d);
void limbo_release(struct demand *d);
u32 limbo_handle(struct demand *d, u32 order);
void limbo_note_head(struct demand *d, u32 handle);
u32 limbo_match(struct demand *d, u32 order);

/* demand_migrate.c */
void migration_resolved(void *ctx, u32 handle, u32 pfn, u32 order);
void demand_guess_moved(void *ctx, u32 from, u32 to, u32 order);
void rec_migrated(struct demand *d, const struct record *r, struct migration_window *w);
void demand_window_begin(struct demand *d, const struct record *r);
void demand_window_end(struct demand *d);
void rec_compaction(struct demand *d, const struct record *r);
void rec_migration_pte(struct demand *d, const struct record *r);

/* demand_folio.c */
void folio_gave_up(struct demand *d, struct task *t);
bool folio_attempt(struct demand *d, const struct record *r, struct task *t, u8 *hint);

/* recorded_counters.c */
void recorded_event(struct demand *d, const struct record *r);
void recorded_swapout(struct demand *d, enum vm_event_item item, s32 pages);

/* demand_image.c */
void demand_start_image(struct demand *d, const struct recording *m);

/* thread_rate.c */
void pace_record(struct demand *d, const struct record *r);
void pace_kswapd(struct demand *d, const struct record *r);
void pace_swapout(struct demand *d, u32 pages);
void pace_kcompactd(struct demand *d, const struct record *r);

#endif
