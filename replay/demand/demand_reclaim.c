// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the recorded kernel's reclaim did with a page (doc/design.md, "Reclaim frees"): it wrote and
 * freed it, or freed it without a write, or wrote it without io. Each tells something else of what
 * the workload had done with the page before.
 */
#include "internal.h"

/* The counters say so; then no event of a swap-out is missing. */
static bool nothing_swapped_out(const struct recording *m)
{
	u64 written, zero = 0;

	recording_delta(m, "swpout_zero", &zero);
	return recording_delta(m, "pswpout", &written) && !written && !zero;
}

/* Neither a swap area in RAM nor zswap, which both take a page at once, as if it had no content */
static bool swap_io_waits(const struct recording *m)
{
	u64 zswpout = 0;

	recording_delta(m, "zswpout", &zswpout);
	return m->before.have_vmstat && !m->swap_in_ram && !zswpout;
}

/* Unless the counters say that no huge page was unmapped in part. */
static bool parts_were_unmapped(const struct recording *m)
{
	u64 parts;

	return !recording_delta(m, "thp_deferred_split_page", &parts) || parts;
}

/**
 * demand_reclaim_init - find out what the recording lets reclaim's events say
 * @d: stage
 * @m: recording
 */
void demand_reclaim_init(struct demand *d, const struct recording *m)
{
	d->shows_writes = nothing_swapped_out(m);
	d->io_waits = swap_io_waits(m);
	d->parts_unmapped = parts_were_unmapped(m);
}

/* The huge pages before this one tell how much of one is unmapped when it is split. */
static void next_unmapped(struct demand *d, u32 head)
{
	u64 pages = d->nr_unmapped * HPAGE_PMD_NR, share;
	struct op *op;

	if (pages) {
		share = d->stats.unmapped_frees * 1000000 / pages;
		op = demand_emit(d, OP_RATE);
		op->a = RATE_THP_UNMAPPED;
		op->arg = share < 1000000 ? (u32)share : 1000000;
	}
	d->unmapped_head = head;
	d->nr_unmapped++;
}

/* "Reclaim frees": the workload had unmapped it, at a time that no event shows. */
static void unmapped_before(struct demand *d, u32 pfn, u32 order)
{
	u32 head = pfn & ~(HPAGE_PMD_NR - 1);

	if (!d->nr_unmapped || head != d->unmapped_head)
		next_unmapped(d, head);
	d->stats.unmapped_frees++;
	demand_emit_pages(d, OP_UNMAP, pfn, order);
}

/* "Reclaim frees": the batch that wrote it frees it, because it was full of zeros. */
static bool written_without_io(const struct demand *d, const struct tpage *tp)
{
	return tp->written && d->io_waits && d->task->batch &&
	       (tp->freed & LIVE_BATCH) == d->task->batch;
}

/*
 * "Reclaim frees": a partly unmapped folio that reclaim has met is split and its pages are written
 * by themselves. Those that nobody has mapped need no io, and are gone when the batch is put back.
 */
static bool split_and_gone(const struct demand *d, const struct tpage *tp)
{
	return tp->written && d->io_waits && d->parts_unmapped && tp->freed & LIVE_SPLIT &&
	       d->task->last_batch && (tp->freed & LIVE_BATCH) == d->task->last_batch;
}

/*
 * "Reclaim frees": an anonymous page that reclaim frees without having written it is a part of a
 * large folio that the workload had unmapped; or was swapped in and not changed since; or it is no
 * anonymous page after all.
 */
static void reclaimed_unwritten(struct demand *d, u32 pfn, u32 order)
{
	const struct tpage *tp = &d->tp[pfn];
	bool swapped_in = tp->freed & LIVE_REFAULT;
	struct op *op;

	if (tp->order > order) {
		unmapped_before(d, pfn, order);
		return;
	}
	d->stats.reclaim_frees++;
	d->stats.clean_frees++;
	op = demand_emit(d, OP_RECLAIM);
	op->handle = pfn;
	op->order = (u8)order;
	op->kind = swapped_in ? PK_ANON : PK_FILE;
	op->flags = swapped_in ? OPF_CLEAN : 0;
}

/**
 * reclaimed - take the free of a page by reclaim
 * @d: stage
 * @pfn: its first page; all of them are in use
 * @order: pages
 */
void reclaimed(struct demand *d, u32 pfn, u32 order)
{
	const struct tpage *tp = &d->tp[pfn];

	if (tp->kind == PK_ANON && !tp->written && d->shows_writes &&
	    (d->parts_unmapped || tp->order == order)) {
		reclaimed_unwritten(d, pfn, order);
		return;
	}
	if (split_and_gone(d, tp)) {
		recorded_swapout(d, VM_pswpout, -(1 << order));
		unmapped_before(d, pfn, order);
		return;
	}
	if (written_without_io(d, tp)) {
		recorded_swapout(d, VM_pswpout, -(1 << order));
		recorded_swapout(d, VM_swpout_zero, 1 << order);
	}
	d->stats.reclaim_frees++;
	demand_emit_pages(d, OP_RECLAIM, pfn, order);
}

/**
 * reclaim_batch_end - a task's batch of reclaim is over, but for putting back what it did not free
 * @t: task
 */
void reclaim_batch_end(struct task *t)
{
	t->last_batch = t->batch;
	t->batch = 0;
}

/*
 * A page inside an object is written by itself, so the object has been split; no event says when.
 */
static void split_object(struct demand *d, u32 pfn)
{
	u32 order = d->tp[pfn].order, head = pfn & ~((1u << order) - 1), i;

	if (d->tp[head].state == T_LIVE && d->tp[head].order == order && d->tp[head].written)
		recorded_swapout(d, VM_pswpout, 1 - (1 << order));
	for (i = head; i < head + (1u << order); i++) {
		if (d->tp[i].state != T_LIVE || d->tp[i].order != order)
			continue;
		d->tp[i].order = 0;
		d->tp[i].head = 1;
		d->tp[i].written &= i == head;
		d->tp[i].freed |= LIVE_SPLIT;
	}
}

/* Return: what names the batch of the task that reclaims, in LIVE_BATCH; not 0. */
static u32 reclaim_batch(struct demand *d)
{
	struct task *t = d->task;

	while (!t->batch)
		t->batch = ++d->nr_batches * (LIVE_BUFFERS << 1) & LIVE_BATCH;
	return t->batch;
}

/**
 * rec_write_folio - take the event that reclaim begins to write a folio
 * @d: stage
 * @r: REC_WRITE_FOLIO, of a page that the trace may name
 *
 * For an anonymous folio this is the decision to evict it.
 */
void rec_write_folio(struct demand *d, const struct record *r)
{
	u32 pfn = (u32)r->write_folio.pfn;
	struct tpage *tp = &d->tp[pfn];
	u32 i;

	if (!(r->write_folio.reclaim_flags & RECLAIM_WB_ANON))
		return;
	d->shows_writes = true;
	if (tp->state != T_LIVE)
		return;
	if (!tp->head)
		split_object(d, pfn);
	for (i = 0; i < 1u << tp->order; i++) {
		tp[i].written = 1;
		tp[i].freed = (tp[i].freed & ~LIVE_BATCH) | reclaim_batch(d);
	}
	if (d->task->flags & TASK_KSWAPD)
		pace_swapout(d, 1u << tp->order);
	d->stats.swapouts++;
	recorded_swapout(d, VM_pswpout, 1 << tp->order);
	demand_emit_pages(d, OP_SWAPOUT, pfn, tp->order);
}
