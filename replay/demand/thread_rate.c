// SPDX-License-Identifier: GPL-2.0-only
/*
 * How fast the recorded kernel's background threads worked. The models are given these rates while
 * the trace goes on, so that their threads are as fast.
 *
 * A rate is that of a thread while it has a CPU. Its own records and those of other tasks show when
 * it has one. Were the time of others spread over the thread's work, the workload would allocate
 * each page before the next one is free, and no whole block would ever become free. How long the
 * scheduler leaves a CPU to a thread, and then to others, is measured apart: the median of the
 * slices that another task has ended (some are long because for most of the time nobody else wanted
 * the CPU), and the mean of the pauses, which is what they cost.
 *
 * Each thread has two rates. kswapd reclaims a clean page in some microseconds and takes ten times
 * as long to swap one out; so it is with kcompactd's scanners and its migrations.
 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define PACE_SLEEP_NS	50000000ull	/* a longer gap between two steps is sleep, not work */
#define PACE_HALVE_NS	1000000000ull	/* work of more than a second ago counts half */
#define PACE_STEPS	16		/* steps between two reports of a rate */

static void pace_add(struct pace *p, u64 ns, u64 work)
{
	p->busy_ns += ns;
	p->work += work;
	p->steps++;
	if (p->busy_ns > PACE_HALVE_NS) {
		p->busy_ns /= 2;
		p->work /= 2;
	}
}

static void emit_pace(struct demand *d, enum op_rate what, u64 value)
{
	struct op *op = demand_emit(d, OP_RATE);

	op->a = (u8)what;
	op->arg = (u32)value;
}

static u64 work_per_second(const struct pace *p)
{
	return p->busy_ns ? p->work * 1000000ull / (p->busy_ns / 1000 + 1) : 0;
}

static int by_value(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return (x > y) - (x < y);
}

/* Another task has ended a thread's slice, and had its CPU for @gap ns. */
static void pace_preempted(struct demand *d, u64 slice_ns, u64 gap)
{
	u64 sorted[NR_SLICES];

	pace_add(&d->pause, gap, 1);
	d->slice_ns[d->nr_slices++ % NR_SLICES] = slice_ns;
	if (d->nr_slices < NR_SLICES)
		return;
	memcpy(sorted, d->slice_ns, sizeof(sorted));
	qsort(sorted, NR_SLICES, sizeof(*sorted), by_value);
	emit_pace(d, RATE_THREAD_SLICE, sorted[NR_SLICES / 2]);
	emit_pace(d, RATE_THREAD_PAUSE, d->pause.busy_ns / d->pause.work);
}

/* @r is a record of the thread, so it has the record's CPU. */
static void thread_has_cpu(struct demand *d, struct thread_cpu *tc, const struct record *r,
			   enum op_type seen)
{
	u64 gap = r->ts - tc->last_ns;
	bool first = !tc->last_ns, slept = first || gap >= PACE_SLEEP_NS;

	if (slept || tc->displaced || tc->cpu != r->cpu) {
		if (!slept)
			pace_preempted(d, tc->slice_ns, gap);
		tc->slice_ns = 0;
	} else {
		tc->slice_ns += gap;
		tc->ran_ns += gap;
	}
	if (first || tc->cpu != r->cpu)
		demand_emit(d, seen);
	tc->cpu = r->cpu;
	tc->last_ns = r->ts;
	tc->displaced = false;
}

/**
 * pace_record - note who has a CPU
 * @d: stage
 * @r: any record of ->task
 *
 * Between two records of a thread it had its CPU all the time, unless another task's record comes
 * from there or the gap is so long that it slept.
 */
void pace_record(struct demand *d, const struct record *r)
{
	struct thread_cpu *kswapd = &d->kswapd_cpu, *kcompactd = &d->kcompactd_cpu;

	if (d->task->flags & TASK_KSWAPD)
		thread_has_cpu(d, kswapd, r, OP_KSWAPD_CPU);
	else if (r->pid && r->cpu == kswapd->cpu)
		kswapd->displaced = true;
	if (d->task->flags & TASK_KCOMPACTD)
		thread_has_cpu(d, kcompactd, r, OP_KCOMPACTD_CPU);
	else if (r->pid && r->cpu == kcompactd->cpu)
		kcompactd->displaced = true;
}

/**
 * pace_kcompactd - measure kcompactd's rate by a record of one of its windows
 * @d: stage
 * @r: a scanner has isolated pages, a batch was migrated, or the window begins
 *
 * The time before the end of a batch is the migration's; that before a scanner's report the
 * scanner's.
 */
void pace_kcompactd(struct demand *d, const struct record *r)
{
	u64 gap = d->kcompactd_cpu.ran_ns;

	d->kcompactd_cpu.ran_ns = 0;
	if (r->type == REC_COMPACT_MIGRATEPAGES) {
		u32 pages = r->migrate.nr_migrated + r->migrate.nr_failed;

		if (!pages)
			return;
		pace_add(&d->migrate, gap, pages);
		emit_pace(d, RATE_KCOMPACTD_MIGRATE, d->migrate.busy_ns / d->migrate.work);
		return;
	}
	if (r->type == REC_COMPACT_BEGIN)
		return;
	pace_add(&d->kcompactd, gap, r->isolate.nr_scanned);
	if (d->kcompactd.steps % PACE_STEPS == 0)
		emit_pace(d, RATE_KCOMPACTD, work_per_second(&d->kcompactd));
}

/* A batch of clean pages, or of pages written before. */
static void kswapd_dropped(struct demand *d, const struct record *r, u64 gap)
{
	struct pace *p = &d->kswapd;

	pace_add(p, gap, r->shrink.nr_scanned);
	if (p->steps % PACE_STEPS == 0)
		emit_pace(d, RATE_KSWAPD, work_per_second(p));
}

/* A batch with pages to swap out: the time that scanning clean ones takes is subtracted. */
static void kswapd_wrote(struct demand *d, const struct record *r, u64 gap)
{
	struct pace *p = &d->swapout;
	u64 scan = d->kswapd.work ?
		   r->shrink.nr_scanned * d->kswapd.busy_ns / d->kswapd.work : 0;

	pace_add(p, gap > scan ? gap - scan : 0, d->kswapd_wrote);
	if (p->steps % PACE_STEPS == 0)
		emit_pace(d, RATE_KSWAPD_SWAPOUT, p->busy_ns / p->work);
}

/**
 * pace_kswapd - measure kswapd's rate by one of its records
 * @d: stage
 * @r: it has scanned a batch (REC_SHRINK_INACTIVE), or another record that shows it awake
 */
void pace_kswapd(struct demand *d, const struct record *r)
{
	u64 gap = d->kswapd_cpu.ran_ns;

	d->kswapd_cpu.ran_ns = 0;
	if (r->type == REC_SHRINK_INACTIVE && gap) {
		if (d->kswapd_wrote)
			kswapd_wrote(d, r, gap);
		else
			kswapd_dropped(d, r, gap);
	}
	if (r->type == REC_SHRINK_INACTIVE || r->type == REC_KSWAPD_WAKE)
		d->kswapd_wrote = 0;
}

/**
 * pace_swapout - note that kswapd begins to write anonymous pages
 * @d: stage
 * @pages: how many
 */
void pace_swapout(struct demand *d, u32 pages)
{
	d->kswapd_wrote += pages;
}
