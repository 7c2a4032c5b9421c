// SPDX-License-Identifier: GPL-2.0-only
/*
 * The recorded kernel's counters, as far as events show them: the counters of `observed`. Where a
 * recording has vmstat snapshots they can be compared with these; a bare trace has nothing else.
 */
#include "internal.h"
#include "base/vmstat.h"

static void emit_count(struct demand *d, enum vm_event_item item, s32 n)
{
	struct op *op = demand_emit(d, OP_RECORDED);

	_Static_assert(NR_VM_EVENT_ITEMS <= UINT8_MAX, "a counter's number fits into op.a");
	op->a = (u8)item;
	op->arg = (u32)n;
}

/*
 * The counter depends on who reclaims, as in vmscan.c:reclaimer_offset. MGLRU tries some pages
 * twice and reports them twice, so the event gives pgscan with the classic LRU only.
 */
static void recorded_shrink(struct demand *d, const struct record *r)
{
	const struct task *t = d->task;
	bool kswapd = t->flags & TASK_KSWAPD;
	bool khugepaged = t->flags & TASK_KHUGEPAGED && d->khugepaged_counters;

	if (!d->lru_gen)
		emit_count(d,
			   kswapd	? VM_pgscan_kswapd
			   : khugepaged ? VM_pgscan_khugepaged
					: VM_pgscan_direct,
			   (s32)r->shrink.nr_scanned);
	emit_count(d,
		   kswapd	? VM_pgsteal_kswapd
		   : khugepaged ? VM_pgsteal_khugepaged
				: VM_pgsteal_direct,
		   (s32)r->shrink.nr_reclaimed);
}

/*
 * A page was taken from a free list of another type. Without a change of ownership a steal
 * and a capture look the same, and count as steals.
 */
static void recorded_extfrag(struct demand *d, const struct record *r)
{
	struct op *op;

	if (r->extfrag.alloc_migratetype >= MIGRATE_PCPTYPES ||
	    r->extfrag.fallback_migratetype >= MIGRATE_PCPTYPES)
		return;
	op = demand_emit(d, OP_EXTFRAG);
	op->mt = r->extfrag.alloc_migratetype;
	op->hint = r->extfrag.fallback_migratetype;
	op->arg = r->extfrag.change_ownership;
	if (!r->extfrag.change_ownership)
		op->a = EXTFRAG_STEAL;
	else if (r->extfrag.fallback_order < pageblock_order)
		op->a = EXTFRAG_CLAIM_PART;
	else
		op->a = EXTFRAG_CLAIM_BLOCK;
}

/**
 * recorded_event - count what an event shows of the recorded kernel's counters
 * @d: stage
 * @r: record
 *
 * Retries inside direct reclaim count allocstall again without an event, so that counter is a lower
 * bound. Counters that events show only in part are left out: pages scanned by compaction's fast
 * searches, and migrations that failed and were tried again.
 */
void recorded_event(struct demand *d, const struct record *r)
{
	static const enum vm_event_item stall[MAX_NR_ZONES] = {
		VM_allocstall_dma, VM_allocstall_dma32, VM_allocstall_normal,
		VM_allocstall_movable,
	};

	if (r->type == REC_EXTFRAG)
		recorded_extfrag(d, r);
	if (d->measured)
		return;
	switch (r->type) {
	case REC_DIRECT_RECLAIM_BEGIN:
		emit_count(d, stall[gfp_zone(r->gfp)], 1);
		break;
	case REC_BALANCE_BEGIN:
		emit_count(d, VM_pageoutrun, 1);
		break;
	case REC_SHRINK_INACTIVE:
		recorded_shrink(d, r);
		break;
	case REC_COMPACT_MIGRATEPAGES:
		emit_count(d, VM_pgmigrate_success, (s32)r->migrate.nr_migrated);
		break;
	case REC_KCOMPACTD_WAKE:
		emit_count(d, VM_compact_daemon_wake, 1);
		break;
	default:
		break;
	}
}

/**
 * recorded_swapout - count a folio that reclaim swapped out
 * @d: stage
 * @item: pswpout or swpout_zero
 * @pages: its size; negative to correct an earlier one
 */
void recorded_swapout(struct demand *d, enum vm_event_item item, s32 pages)
{
	if (!d->measured)
		emit_count(d, item, pages);
}
