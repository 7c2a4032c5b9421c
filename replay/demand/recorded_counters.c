/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the recorded kernel did, in its own counters' names, as far as its events tell. These are
 * the counters of `observed`; where a recording has vmstat snapshots they can be held against
 * them, and a bare trace has nothing else.
 */
#include "internal.h"
#include "mm/internal.h"

static void count(struct demand *d, enum vm_event_item item, u64 n)
{
	d->seen[item] += n;
	d->seen_known[item] = true;
}

/*
 * vmscan.c:reclaimer_offset: by whose work it was. MGLRU tries some pages twice and tells their
 * number again, so the event gives pgscan with the classic LRU only.
 */
static void observe_shrink(struct demand *d, const struct record *r, const struct task *t)
{
	bool kswapd = t->flags & TASK_KSWAPD;
	bool khugepaged = t->flags & TASK_KHUGEPAGED && d->khugepaged_counters;

	if (!d->lru_gen)
		count(d, kswapd ? VM_pgscan_kswapd : khugepaged ? VM_pgscan_khugepaged :
		      VM_pgscan_direct, r->shrink.nr_scanned);
	count(d, kswapd ? VM_pgsteal_kswapd : khugepaged ? VM_pgsteal_khugepaged :
	      VM_pgsteal_direct, r->shrink.nr_reclaimed);
}

/**
 * observed_event - count what an event tells of the recorded kernel's counters
 * @d: stage
 * @r: record
 * @t: its task
 *
 * Direct reclaim's own retries count allocstall again and have no event, so that counter is a
 * lower bound (page-allocator.md 14.1). Left out is what events tell only in part: pages scanned
 * by the fast searches of compaction, migrations that failed and were tried again.
 */
void observed_event(struct demand *d, const struct record *r, const struct task *t)
{
	static const enum vm_event_item stall[MAX_NR_ZONES] = {
		VM_allocstall_dma, VM_allocstall_dma32, VM_allocstall_normal,
		VM_allocstall_movable,
	};

	switch (r->type) {
	case REC_DIRECT_RECLAIM_BEGIN:
		count(d, stall[gfp_zone(r->gfp)], 1);
		break;
	case REC_BALANCE_BEGIN:
		count(d, VM_pageoutrun, 1);
		break;
	case REC_SHRINK_INACTIVE:
		observe_shrink(d, r, t);
		break;
	case REC_COMPACT_MIGRATEPAGES:
		count(d, VM_pgmigrate_success, r->migrate.nr_migrated);
		break;
	case REC_KCOMPACTD_WAKE:
		count(d, VM_compact_daemon_wake, 1);
		break;
	default:
		break;
	}
}

/**
 * observed_swapout - reclaim wrote a folio to swap
 * @d: stage
 * @pages: its size; negative: an earlier one was smaller than it looked
 */
void observed_swapout(struct demand *d, s32 pages)
{
	if (d->sink && !d->measured)
		count(d, VM_pswpout, (u64)(s64)pages);
}

/**
 * observed_take - the counters of a trace so far go into a run's
 * @d: stage
 * @run: of the pseudo-policy observed
 */
void observed_take(const struct demand *d, struct policy_result *run)
{
	u32 i;

	for (i = 0; i < NR_VM_EVENT_ITEMS; i++) {
		run->counters[i] += d->seen[i];
		run->counter_known[i] |= d->seen_known[i];
	}
}
