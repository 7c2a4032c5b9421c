// SPDX-License-Identifier: GPL-2.0-only
/*
 * How fast the recorded kernel's background threads worked. The models are given these rates while
 * the trace goes on, so that their threads are as fast.
 *
 * Each thread has two rates. kswapd reclaims a clean page in some microseconds and takes ten times
 * as long to swap one out; so it is with kcompactd's scanners and its migrations. With one average
 * of both, a run of clean pages would take so long that the workload allocates each page before the
 * next one is free, and no whole block would ever become free. For the same reason the time in
 * which another task has kswapd's CPU is not spread over its work: it comes in pauses, as from the
 * scheduler.
 */
#include "internal.h"

#define PACE_SLEEP_NS	50000000ull	/* a longer gap between two steps is sleep, not work */
#define PACE_SLICE_NS	4000000ull	/* a longer gap, if pages are clean, is another task's */
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
	u64 gap = r->ts - d->kcompactd.last_ns;

	d->kcompactd.last_ns = r->ts;
	if (gap >= PACE_SLEEP_NS)
		return;
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

/* Another task had kswapd's CPU for @gap ns, after kswapd had it for ->kswapd_ran_ns. */
static void pace_paused(struct demand *d, u64 gap)
{
	struct pace *p = &d->pause;

	pace_add(p, gap, d->kswapd_ran_ns);
	d->kswapd_ran_ns = 0;
	if (p->steps % PACE_STEPS)
		return;
	emit_pace(d, RATE_KSWAPD_SLICE, p->work / PACE_STEPS);
	emit_pace(d, RATE_KSWAPD_PAUSE, p->busy_ns / PACE_STEPS);
	p->work = p->busy_ns = 0;
}

/* A batch of clean pages, or of pages written before. */
static void kswapd_dropped(struct demand *d, const struct record *r, u64 gap)
{
	struct pace *p = &d->kswapd;

	if (gap >= PACE_SLICE_NS) {
		pace_paused(d, gap);
		return;
	}
	d->kswapd_ran_ns += gap;
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
	u64 gap = r->ts - d->kswapd.last_ns;

	if (r->type == REC_SHRINK_INACTIVE && d->kswapd.last_ns && gap < PACE_SLEEP_NS) {
		if (d->kswapd_wrote)
			kswapd_wrote(d, r, gap);
		else
			kswapd_dropped(d, r, gap);
	}
	if (r->type == REC_SHRINK_INACTIVE || r->type == REC_KSWAPD_WAKE)
		d->kswapd_wrote = 0;
	d->kswapd.last_ns = r->ts;
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
