// SPDX-License-Identifier: GPL-2.0-only
/*
 * From events to demand. The rules are those of doc/design.md, "The demand rules"; names in
 * quotation marks below are its sections.
 *
 * Windows tell the recorded kernel's own reactions (reclaim, migration, retries) from what the
 * workload did: inside direct reclaim a task frees pages for the kernel, outside for itself. An
 * interrupt inside such a window does not belong to it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define IRQ_FLAGS	(REC_FLAG_HARDIRQ | REC_FLAG_SOFTIRQ | REC_FLAG_NMI)
/* first version whose compaction keeps the free pages that it isolated by order */
/* "mm: page_alloc: add missing hooks to bulk allocation path" */
#define BULK_EVENTS		KERNEL(7, 4, 0)
#define COMPACT_BY_ORDER	KERNEL(6, 9, 0)
/* first version in which khugepaged's reclaim has counters of its own */
#define KHUGEPAGED_COUNTERS	KERNEL(6, 2, 0)

/**
 * demand_alloc - allocate a demand stage for an opened trace
 * @m: recording, whose snapshot has the pages older than the trace
 * @t: the trace, for the names of tasks; NULL if they have none
 * @max_pfn: one more than the highest pfn that the trace may name
 *
 * Return: the stage; NULL without memory.
 */
struct demand *demand_alloc(const struct recording *m, struct trace *t, u32 max_pfn)
{
	struct demand *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->max_pfn = max_pfn;
	d->trace = t;
	d->khugepaged_counters = !m->version || m->version >= KHUGEPAGED_COUNTERS;
	d->lru_gen = m->have_lru_gen ? m->lru_gen : m->version >= COMPACT_BY_ORDER;
	d->single_pages = m->version && m->version < COMPACT_BY_ORDER;
	d->bulk_events = m->version >= BULK_EVENTS;
	d->thp_defrag = m->thp_defrag;
	demand_reclaim_init(d, m);
	if (limbo_init(d)) {
		demand_free(d);
		return NULL;
	}
	d->tp = calloc((size_t)max_pfn + d->limbo.nr, sizeof(*d->tp));
	d->op = malloc(DEMAND_BATCH * sizeof(*d->op));
	if (!d->tp || !d->op || task_table_init(&d->tasks)) {
		demand_free(d);
		return NULL;
	}
	demand_start_image(d, m);
	return d;
}

/**
 * demand_free - free a demand stage
 * @d: stage or NULL
 */
void demand_free(struct demand *d)
{
	u32 i;

	if (!d)
		return;
	for (i = 0; i < MIGRATION_WINDOWS; i++)
		if (d->window[i])
			migration_end(d->window[i]);
	task_table_release(&d->tasks);
	limbo_release(d);
	free(d->tp);
	free(d->op);
	free(d);
}

/**
 * demand_set_sink - set the function that takes the operations; without one they are dropped
 * @d: stage
 * @sink: called with batches of them
 * @ctx: for @sink
 */
void demand_set_sink(struct demand *d, op_sink sink, void *ctx)
{
	d->sink = sink;
	d->sink_ctx = ctx;
	d->nr_ops = 0;
}

static void flush_ops(struct demand *d)
{
	if (d->sink && d->nr_ops)
		d->sink(d->sink_ctx, d->op, d->nr_ops);
	d->nr_ops = 0;
}

static struct op *emit_as(struct demand *d, enum op_type type, const struct who *who)
{
	struct op *op;

	if (d->nr_ops == DEMAND_BATCH)
		flush_ops(d);
	op = &d->op[d->nr_ops++];
	*op = (struct op){ .ts = who->ts, .pid = who->pid, .cpu = who->cpu, .type = (u8)type,
			   .handle = H_NONE };
	if (d->task && d->task->flags & (TASK_KSWAPD | TASK_KCOMPACTD))
		op->a = OPA_BACKGROUND;
	return op;
}

/**
 * demand_emit - append an operation of the current record's task
 * @d: stage
 * @type: enum op_type
 *
 * Return: the operation, valid until the next call.
 */
struct op *demand_emit(struct demand *d, enum op_type type)
{
	return emit_as(d, type, &d->who);
}

/**
 * demand_emit_pages - append an operation on pages that have a handle
 * @d: stage
 * @type: enum op_type
 * @handle: of the first page
 * @order: pages
 */
void demand_emit_pages(struct demand *d, enum op_type type, u32 handle, u32 order)
{
	struct op *op = demand_emit(d, type);

	op->handle = handle;
	op->order = (u8)order;
	op->kind = d->tp[handle].kind;
}

/**
 * demand_emit_move - append the move of pages from one handle to another by the recorded kernel
 * @d: stage
 * @who: task and time; or the time alone, if the task is not known
 * @from: handle
 * @to: handle
 * @order: pages
 */
void demand_emit_move(struct demand *d, const struct who *who, u32 from, u32 to, u32 order)
{
	struct op *op = emit_as(d, OP_MOVE, who);
	u32 i;

	op->handle = from;
	op->handle2 = to;
	op->order = (u8)order;
	for (i = 0; i < 1u << order; i++) {
		struct tpage *src = &d->tp[from + i], *dst = &d->tp[to + i];
		bool touched = src->touched;

		*dst = *src;
		dst->state = T_LIVE;
		dst->seen = 1;
		dst->touched |= d->touching;
		if (to + i >= d->max_pfn && dst->head)
			limbo_note_head(d, to + i);
		*src = (struct tpage){ .state = T_FREE, .seen = 1,
				       .freed = d->nr_frees++ >> 4 & FREED_MASK,
				       .touched = touched || d->touching };
	}
}

static void mark_pages(struct demand *d, u32 pfn, u32 order, struct tpage set)
{
	u32 i;

	set.seen = 1;
	set.touched = d->touching;
	set.head = 1;
	d->tp[pfn] = set;
	set.head = 0;
	for (i = 1; i < 1u << order; i++)
		d->tp[pfn + i] = set;
}

/**
 * demand_forget - mark pages as free
 * @d: stage
 * @handle: of the first
 * @order: pages
 */
void demand_forget(struct demand *d, u32 handle, u32 order)
{
	u32 i;

	for (i = 0; i < 1u << order; i++) {
		struct tpage *tp = &d->tp[handle + i];

		*tp = (struct tpage){ .state = T_FREE, .seen = 1,
				      .touched = tp->touched || d->touching };
	}
	if (handle >= d->max_pfn)
		d->limbo.live--;
}

/* "Reclaim frees": a page that was a swap table of the recorded kernel is free. */
static bool swap_table_gone(struct demand *d, u32 pfn)
{
	struct tpage *tp = &d->tp[pfn];

	if (tp->state != T_LIVE || tp->freed != LIVE_SWAP_TABLE)
		return false;
	demand_emit(d, OP_SWAP_CLUSTER)->arg = d->nr_swap_tables--;
	demand_forget(d, pfn, 0);
	return true;
}

/* "Damage": an allocation names a page that is still in use. The newer event is right. */
static void resolve_conflict(struct demand *d, u32 pfn)
{
	struct tpage *tp = &d->tp[pfn];
	u32 limbo = H_NONE;

	if (swap_table_gone(d, pfn))
		return;
	if (tp->guess && !tp->order)
		limbo = limbo_handle(d, 0);
	if (limbo != H_NONE) {
		demand_emit_move(d, &d->who, pfn, limbo, 0);
		return;
	}
	d->stats.conflicts++;
	demand_emit_pages(d, OP_FREE, pfn, 0);
	demand_forget(d, pfn, 0);
}

/*
 * "Allocations", kernel stacks: pids rise, so a task is new whose pid is the highest so far.
 * Without exits nobody would give the stacks back, so they count once there was one. Where the bulk
 * allocator has events, the stacks are allocations of the trace.
 */
static void task_is_new(struct demand *d, const struct record *r)
{
	if (r->pid <= d->max_pid)
		return;
	d->max_pid = r->pid;
	if (!d->exits || !d->sink || d->bulk_events)
		return;
	d->stats.forks++;
	demand_emit(d, OP_FORK);
}

/* The task of a record. Its name says whether it is one of the kernel's own threads. */
static struct task *record_task(struct demand *d, const struct record *r)
{
	struct task *t = task_get(&d->tasks, r->pid);
	const char *comm;

	if (t->flags & TASK_NAMED)
		return t;
	t->flags |= TASK_NAMED;
	if (!d->trace)
		return t;
	comm = trace_comm(d->trace, r->pid);
	if (!strncmp(comm, "kswapd", 6))
		t->flags |= TASK_KSWAPD;
	else if (!strncmp(comm, "kcompactd", 9))
		t->flags |= TASK_KCOMPACTD;
	else if (!strcmp(comm, "khugepaged"))
		t->flags |= TASK_KHUGEPAGED;
	return t;
}

static u16 task_op_flags(const struct task *t)
{
	u16 flags = 0;

	if (t->flags & (TASK_KSWAPD | TASK_KCOMPACTD | TASK_KHUGEPAGED))
		flags |= OPF_KTHREAD;
	if (t->flags & TASK_KSWAPD || t->reclaim || t->window >= 0)
		flags |= OPF_MEMALLOC;
	return flags;
}

static struct op *emit_alloc(struct demand *d, enum op_type type, const struct record *r, u8 kind,
			     u16 flags)
{
	struct op *op = demand_emit(d, type);

	op->order = r->order;
	op->gfp = r->gfp;
	op->mt = r->migratetype;
	op->kind = kind;
	op->flags = flags;
	if (r->pfn != REC_NO_PFN)
		op->handle = (u32)r->pfn;
	return op;
}

/* The gfp of the fault, without the flags that its first try, on the local node, has added. */
static gfp_t thp_fault_gfp(const struct demand *d, gfp_t first)
{
	if (!(first & __GFP_THISNODE))
		return first;
	if (!(first & __GFP_DIRECT_RECLAIM))
		return first & ~(__GFP_THISNODE | __GFP_NORETRY);
	if (d->last_thp_gfp)
		return d->last_thp_gfp;
	first &= ~(__GFP_THISNODE | __GFP_NORETRY);
	return d->thp_defrag == THP_DEFRAG_ALWAYS ? first | __GFP_NORETRY : first;
}

/* No second try has followed the first, so the fault has failed with it. */
static void thp_gave_up(struct demand *d, struct task *t)
{
	struct op *op;

	if (!t->thp_tried)
		return;
	t->thp_tried = false;
	d->stats.thp_attempts++;
	op = demand_emit(d, OP_THP_FAULT);
	op->order = HPAGE_PMD_ORDER;
	op->kind = PK_ANON;
	op->mt = MIGRATE_MOVABLE;
	op->flags = OPF_ZERO;
	op->gfp = thp_fault_gfp(d, t->thp_gfp);
}

/*
 * "Allocations", huge pages: if the gfp allows direct reclaim, a failed try on the local node is
 * only half a fault. The same task makes the second try at once (mempolicy.c:alloc_pages_mpol).
 */
static void thp_attempt(struct demand *d, const struct record *r, struct task *t, u16 flags)
{
	bool ok = r->pfn != REC_NO_PFN;
	struct op *op;

	if (t->thp_tried && !(r->gfp & __GFP_THISNODE)) {
		d->stats.thp_folded++;
		d->last_thp_gfp = r->gfp;
	} else {
		thp_gave_up(d, t);
	}
	t->thp_tried = false;
	if (!ok && r->gfp & __GFP_THISNODE && r->gfp & __GFP_DIRECT_RECLAIM) {
		t->thp_tried = true;
		t->thp_gfp = r->gfp;
		return;
	}
	d->stats.thp_attempts++;
	d->stats.thp_success += ok;
	op = emit_alloc(d, OP_THP_FAULT, r, PK_ANON, flags | OPF_ZERO);
	op->gfp = thp_fault_gfp(d, r->gfp);
}

static void alloc_attempt(struct demand *d, const struct record *r, struct task *t, u8 kind,
			  u16 flags)
{
	bool ok = r->pfn != REC_NO_PFN;
	u8 hint = r->order;

	d->stats.allocs += ok;
	d->stats.alloc_failures += !ok;
	if (!ok && r->gfp & __GFP_ACCOUNT && t->silent_ts == r->ts)
		d->stats.charge_failures++;
	if (kind == PK_FILE && !(r->flags & IRQ_FLAGS) && !folio_attempt(d, r, t, &hint))
		return;
	if (is_huge_zero_attempt(r)) {
		emit_alloc(d, OP_HUGE_ZERO, r, kind, flags);
		return;
	}
	flags |= classify_flags(r, kind);
	emit_alloc(d, ok ? OP_ALLOC : OP_ALLOC_FAILED, r, kind, flags)->hint = hint;
}

/* "Reclaim frees": requests for swap tables are not replayed; the model's swap makes its own. */
static bool swap_table_attempt(struct demand *d, const struct record *r, const struct task *t)
{
	u32 pfn = (u32)r->pfn;

	/* before the replay begins such a page is part of the start image */
	if (!d->sink || r->flags & IRQ_FLAGS || !(t->reclaim || t->flags & TASK_KSWAPD) ||
	    !is_swap_table_attempt(r))
		return false;
	if (r->pfn == REC_NO_PFN) {
		d->stats.swap_tables_failed++;
		return true;
	}
	d->stats.swap_tables++;
	d->nr_swap_tables++;
	mark_pages(d, pfn, 0, (struct tpage){ .state = T_LIVE, .kind = PK_KERNEL,
		   .freed = LIVE_SWAP_TABLE });
	return true;
}

/* What to remember of a page in use; khugepaged's huge pages get the content of others. */
static u32 live_flags(const struct record *r, u8 kind)
{
	u16 flags = classify_flags(r, kind);

	if (flags & OPF_BUFFERS)
		return LIVE_BUFFERS;
	return flags & OPF_REFAULT && r->order < HPAGE_PMD_ORDER ? LIVE_REFAULT : 0;
}

static void rec_alloc(struct demand *d, const struct record *r)
{
	struct task *t = d->task;
	bool irq = r->flags & IRQ_FLAGS, ok = r->pfn != REC_NO_PFN;
	u16 flags = irq ? 0 : task_op_flags(t);
	struct tpage set = { .state = T_LIVE, .order = r->order, .mt = r->migratetype };
	u8 kind = classify_kind(r);
	u32 pfn = (u32)r->pfn, i;

	if (ok) {
		for (i = 0; i < 1u << r->order; i++)
			if (d->tp[pfn + i].state == T_LIVE)
				resolve_conflict(d, pfn + i);
	}
	if (swap_table_attempt(d, r, t))
		return;
	if (is_thp_attempt(r) && !(t->flags & TASK_KHUGEPAGED)) {
		thp_attempt(d, r, t, flags);
	} else {
		alloc_attempt(d, r, t, kind, flags);
	}
	set.kind = kind;
	set.freed = live_flags(r, kind);
	if (ok)
		mark_pages(d, pfn, r->order, set);
}

/* "Allocations", "Migrations": a page is freed that no event has allocated. */
static void rec_free_unknown(struct demand *d, const struct record *r, struct task *t, bool reclaim)
{
	u32 pfn = (u32)r->pfn, limbo;
	struct op *op;

	if (d->tp[pfn].state == T_UNKNOWN) {
		d->stats.resident_inferred++;
		demand_emit_pages(d, OP_FREE, pfn, r->order);
		return;
	}
	limbo = limbo_match(d, r->order);
	if (limbo != H_NONE) {
		d->stats.limbo_matched++;
		demand_emit_pages(d, reclaim ? OP_RECLAIM : OP_FREE, limbo, r->order);
		demand_forget(d, limbo, r->order);
		return;
	}
	d->stats.silent_allocs++;
	t->silent_ts = r->ts;
	op = demand_emit(d, OP_ALLOC);
	op->handle = pfn;
	op->order = r->order;
	op->gfp = GFP_KERNEL;
	op->mt = MIGRATE_UNMOVABLE;
	op->kind = PK_KERNEL;
	op->flags = OPF_SILENT;
	demand_emit_pages(d, OP_FREE, pfn, r->order);
}

/* "Frees", when all pages are known to be in use. */
static void rec_free_live(struct demand *d, const struct record *r, bool reclaim)
{
	u32 pfn = (u32)r->pfn;
	const struct tpage *tp = &d->tp[pfn];

	if (!r->order && swap_table_gone(d, pfn))
		return;
	if (reclaim) {
		reclaimed(d, pfn, r->order);
		return;
	}
	d->stats.frees++;
	d->stats.partial_frees += tp->order != r->order;
	demand_emit_pages(d, OP_FREE, pfn, r->order);
}

static bool all_live(const struct demand *d, u32 pfn, u32 order)
{
	u32 i;

	for (i = 0; i < 1u << order; i++)
		if (d->tp[pfn + i].state != T_LIVE)
			return false;
	return true;
}

static void rec_free(struct demand *d, const struct record *r)
{
	struct task *t = d->task;
	bool irq = r->flags & IRQ_FLAGS, live = all_live(d, (u32)r->pfn, r->order);
	bool reclaim = !irq && (t->reclaim || t->flags & TASK_KSWAPD);
	struct migration_window *w = irq || t->window < 0 ? NULL : d->window[t->window];

	if (w && live && d->tp[r->pfn].guess &&
	    migration_gave_back(w, (u32)r->pfn, demand_guess_moved, d))
		live = false;
	if (w && live) {
		rec_migrated(d, r, w);
		return;
	}
	if (w) {
		d->stats.compact_returns++;
		migration_returned(w, (u32)r->pfn, r->order, migration_resolved, d);
		mark_pages(d, (u32)r->pfn, r->order, (struct tpage){ .state = T_ISOLATED });
		return;
	}
	if (live)
		rec_free_live(d, r, reclaim);
	else
		rec_free_unknown(d, r, t, reclaim);
	mark_pages(d, (u32)r->pfn, r->order, (struct tpage){ .state = T_FREE,
		   .freed = d->nr_frees++ >> 4 & FREED_MASK });
}

static void rec_kswapd(struct demand *d, const struct record *r)
{
	struct task *t = d->task;

	if (r->type == REC_SHRINK_INACTIVE)
		reclaim_batch_end(t);
	if (r->type == REC_KSWAPD_WAKE || r->type == REC_BALANCE_BEGIN)
		t->flags |= TASK_KSWAPD;
	if (t->flags & TASK_KSWAPD)
		pace_kswapd(d, r);
}

static void rec_contig(struct demand *d, const struct record *r)
{
	struct op *op = demand_emit(d, OP_CONTIG);

	op->a = (u8)r->marker.mark;
	op->handle = r->marker.id;
	op->arg = r->marker.pages;
}

static void rec_mark(struct demand *d, const struct record *r)
{
	if (r->marker.mark == MARK_ALLOC_CONTIG || r->marker.mark == MARK_FREE_CONTIG) {
		rec_contig(d, r);
		return;
	}
	demand_emit(d, OP_MARK)->a = (u8)r->marker.mark;
	if (r->marker.mark == MARK_AFTER_BEGIN)
		d->touching = d->measured = true;
	else if (r->marker.mark == MARK_AFTER_END)
		d->touching = false;
}

static void rec_exit(struct demand *d, const struct record *r)
{
	struct task *t = d->task;

	thp_gave_up(d, t);
	folio_gave_up(d, t);
	if (t->window >= 0)
		demand_window_end(d);
	demand_emit(d, OP_EXIT);
	d->exits = true;
	task_drop(&d->tasks, r->pid);
}

/* This event says for certain that the page is page cache. */
static void rec_filemap(struct demand *d, const struct record *r)
{
	u32 i;

	if (r->pfn + (1u << r->order) > d->max_pfn)
		return;
	for (i = 0; i < 1u << r->order; i++)
		d->tp[r->pfn + i].kind = PK_FILE;
}

static void reclaim_window(struct demand *d, bool begin)
{
	struct task *t = d->task;

	if (begin && t->reclaim < 255)
		t->reclaim++;
	else if (!begin && t->reclaim)
		t->reclaim--;
	reclaim_batch_end(t);
}

static bool in_range(struct demand *d, const struct record *r)
{
	if (r->pfn != REC_NO_PFN && r->pfn + (1ull << r->order) <= d->max_pfn)
		return true;
	d->stats.outside++;
	return false;
}

static void end_migrate_pages(struct demand *d)
{
	struct task *t = d->task;

	if (t->window >= 0)
		migration_batch_end(d->window[t->window]);
}

/* Events of reclaim, compaction and migration. */
static void background_record(struct demand *d, const struct record *r)
{
	recorded_event(d, r);
	switch (r->type) {
	case REC_DIRECT_RECLAIM_BEGIN:
	case REC_MEMCG_RECLAIM_BEGIN:
	case REC_NODE_RECLAIM_BEGIN:
		reclaim_window(d, true);
		break;
	case REC_DIRECT_RECLAIM_END:
	case REC_MEMCG_RECLAIM_END:
	case REC_NODE_RECLAIM_END:
		reclaim_window(d, false);
		break;
	case REC_KSWAPD_WAKE:
	case REC_BALANCE_BEGIN:
	case REC_SHRINK_INACTIVE:
		rec_kswapd(d, r);
		break;
	case REC_WRITE_FOLIO:
		if (r->write_folio.pfn < d->max_pfn)
			rec_write_folio(d, r);
		break;
	case REC_KCOMPACTD_WAKE:
		d->task->flags |= TASK_KCOMPACTD;
		break;
	case REC_COMPACT_BEGIN:
		demand_window_begin(d, r);
		break;
	case REC_COMPACT_END:
		demand_window_end(d);
		break;
	case REC_ISOLATE_MIGRATE:
	case REC_ISOLATE_FREE:
	case REC_FAST_ISOLATE_FREE:
		rec_compaction(d, r);
		break;
	case REC_COMPACT_MIGRATEPAGES:
		if (d->task->flags & TASK_KCOMPACTD)
			pace_kcompactd(d, r);
		break;
	case REC_SET_MIGRATION_PTE:
	case REC_REMOVE_MIGRATION_PTE:
		rec_migration_pte(d, r);
		break;
	case REC_MIGRATE_PAGES:
		end_migrate_pages(d);
		break;
	default:
		break;
	}
}

static void one_record(struct demand *d, const struct record *r)
{
	d->who = (struct who){ .ts = r->ts, .pid = r->pid, .cpu = r->cpu };
	d->task = record_task(d, r);
	task_is_new(d, r);
	pace_record(d, r);
	switch (r->type) {
	case REC_ALLOC:
		if (r->pfn == REC_NO_PFN || in_range(d, r))
			rec_alloc(d, r);
		break;
	case REC_FREE:
		if (in_range(d, r))
			rec_free(d, r);
		break;
	case REC_FILEMAP_ADD:
		rec_filemap(d, r);
		break;
	case REC_SCHED_EXIT:
		rec_exit(d, r);
		break;
	case REC_MARK:
		rec_mark(d, r);
		break;
	case REC_LOST:
		d->stats.lost_events += r->lost.events ? r->lost.events : 1;
		break;
	default:
		background_record(d, r);
		break;
	}
}

/**
 * demand_records - take a batch of records, in order
 * @d: stage
 * @rec: records
 * @n: how many
 */
void demand_records(struct demand *d, const struct record *rec, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		one_record(d, &rec[i]);
}

/**
 * demand_prefix - take the records up to the marker "before end", which correct the start image
 * @d: stage, without a sink
 * @rec: records
 * @n: how many
 * @done: set if the marker is among them
 *
 * Return: how many were taken, the marker included.
 */
size_t demand_prefix(struct demand *d, const struct record *rec, size_t n, bool *done)
{
	size_t i;

	for (i = 0; i < n; i++) {
		one_record(d, &rec[i]);
		if (rec[i].type == REC_MARK && rec[i].marker.mark == MARK_BEFORE_END) {
			*done = true;
			d->stats = (struct demand_stats){
				.resident_before = d->stats.resident_before,
				.lost_events = d->stats.lost_events,
			};
			d->nr_ops = 0;
			return i + 1;
		}
	}
	return n;
}

/**
 * demand_error - did the stage run out of memory?
 * @d: stage
 *
 * Return: 0; -ENOMEM, after which its operations are void.
 */
int demand_error(const struct demand *d)
{
	return d->failed || d->tasks.failed ? -ENOMEM : 0;
}

/**
 * demand_finish - emit the last operations at the end of the trace
 * @d: stage
 */
void demand_finish(struct demand *d)
{
	d->who = (struct who){ .ts = d->who.ts };
	d->stats.limbo_unmatched += d->limbo.live;
	demand_emit(d, OP_END);
	flush_ops(d);
}

/**
 * demand_nr_handles - get the number of handles
 * @d: stage
 *
 * Return: one more than the highest handle.
 */
u32 demand_nr_handles(const struct demand *d)
{
	return d->max_pfn + d->limbo.nr;
}

/**
 * demand_max_pfn - get the end of the recorded memory
 * @d: stage
 *
 * Return: one more than the highest pfn; handles from there on name no place.
 */
u32 demand_max_pfn(const struct demand *d)
{
	return d->max_pfn;
}

/**
 * demand_tpages - get the trace's pages as they are now, by handle
 * @d: stage
 *
 * Return: an array of the stage, which goes on changing.
 */
const struct tpage *demand_tpages(const struct demand *d)
{
	return d->tp;
}

/**
 * demand_get_stats - get the counters of the rules
 * @d: stage
 *
 * Return: its counters, which go on changing; the stage's.
 */
struct demand_stats *demand_get_stats(struct demand *d)
{
	return &d->stats;
}
