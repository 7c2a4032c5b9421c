// SPDX-License-Identifier: GPL-2.0-only
/*
 * kswapd on the trace's clock: the kernel's loop as a state machine that can stop between two LRU
 * batches. While it is awake it scans kswapd_scan_pages_per_ms, and it works only within
 * kswapd_run() and throttle_direct_reclaim().
 */
#include <stdlib.h>

#include "vmscan.h"

#define KSWAPD_NAP_NS	(100 * NSEC_PER_MSEC)	/* HZ / 10 in kswapd_try_to_sleep() */

enum kswapd_phase {
	KSWAPD_ASLEEP,		/* until woken */
	KSWAPD_NAPPING,		/* until nap_end_ns, or woken */
	KSWAPD_WAKING,		/* about to take the recorded order */
	KSWAPD_ROUND,		/* balance_pgdat: between two rounds */
	KSWAPD_SHRINKING,	/* balance_pgdat: inside a round's shrink_node */
};

struct kswapd_state {
	enum kswapd_phase phase;
	struct kthread t;
	u64 nap_end_ns;
	/* of the node: what wakers have recorded. MAX_NR_ZONES: nothing since it was taken */
	u32 kswapd_order;
	u32 kswapd_highest_zoneidx;
	u32 failures;
	/* locals of kswapd() */
	u32 alloc_order, reclaim_order;
	u32 highest_zoneidx;
	/* locals of balance_pgdat() */
	struct scan_control sc;
	u32 zone_boosts[MAX_NR_ZONES];
	u64 boost_reclaim;
	bool boosted;
	u64 round_reclaimed0;
};

/**
 * kswapd_init - set up the node's kswapd, asleep
 * @mm: model memory
 *
 * Return: 0 or -ENOMEM.
 */
int kswapd_init(struct mm *mm)
{
	struct kswapd_state *ks = calloc(1, sizeof(*ks));

	if (!ks)
		return -ENOMEM;
	ks->kswapd_highest_zoneidx = MAX_NR_ZONES;
	ks->highest_zoneidx = MAX_NR_ZONES - 1;
	mm->kswapd = ks;
	return 0;
}

/**
 * kswapd_exit - free what kswapd_init() allocated
 * @mm: model memory
 */
void kswapd_exit(struct mm *mm)
{
	free(mm->kswapd);
	mm->kswapd = NULL;
}

/**
 * kswapd_running - is kswapd awake, so that a wakeup only records an order?
 * @mm: model memory
 *
 * Return: whether it is.
 */
bool kswapd_running(const struct mm *mm)
{
	return mm->kswapd->phase >= KSWAPD_WAKING;
}

/**
 * kswapd_test_hopeless - did MAX_RECLAIM_RETRIES jobs in a row free nothing?
 * @mm: model memory
 *
 * Return: whether they did.
 */
bool kswapd_test_hopeless(const struct mm *mm)
{
	return mm->kswapd->failures >= MAX_RECLAIM_RETRIES;
}

/**
 * kswapd_clear_hopeless - forget kswapd's failures
 * @mm: model memory
 *
 * The free path calls it when a zone of a hopeless node is above its high mark again (7.x,
 * mm/page_alloc.c:free_frozen_page_commit).
 */
static void kswapd_clear_hopeless(struct mm *mm)
{
	mm->kswapd->failures = 0;
}

/**
 * vanilla_balanced_free_pages - get the free pages to compare with the high watermark
 * @mm: model memory
 * @z: zone
 * @order: of the request
 *
 * mm/vmscan.c:pgdat_balanced.
 *
 * Return: the zone's free pages.
 */
s64 vanilla_balanced_free_pages(const struct mm *mm, const struct zone *z, u32 order)
{
	(void)mm;
	(void)order;
	return z->nr_free_pages;
}

/**
 * pgdat_balanced - could some zone serve a request and stay above its high watermark?
 * @mm: model memory
 * @order: of the request
 * @idx: highest zone that helps
 *
 * A node without any managed zone is balanced. mm/vmscan.c:pgdat_balanced.
 *
 * Return: whether one could.
 */
bool pgdat_balanced(const struct mm *mm, u32 order, enum zone_type idx)
{
	bool any = false;

	for (int i = 0; i <= (int)idx && i < MAX_NR_ZONES; i++) {
		const struct zone *z = &mm->zone[i];
		s64 free;

		if (!z->populated || !z->managed)
			continue;
		any = true;
		free = policy_decides(mm, balanced_free_pages, z, order);
		if (__zone_watermark_ok(z, order, wmark_pages(z, WMARK_HIGH), idx, 0, free, mm))
			return true;
	}
	return !any;
}

static bool pgdat_watermark_boosted(const struct mm *mm, u32 idx)
{
	for (u32 i = 0; i <= idx && i < MAX_NR_ZONES; i++)
		if (mm->zone[i].populated && mm->zone[i].watermark_boost)
			return true;
	return false;
}

static bool prepare_kswapd_sleep(const struct mm *mm)
{
	const struct kswapd_state *ks = mm->kswapd;

	return kswapd_test_hopeless(mm) ||
	       pgdat_balanced(mm, ks->reclaim_order, (enum zone_type)ks->highest_zoneidx);
}

/* First half of vmscan.c:kswapd_try_to_sleep. */
static void kswapd_try_to_sleep(struct mm *mm)
{
	struct kswapd_state *ks = mm->kswapd;

	if (!prepare_kswapd_sleep(mm)) {
		count_vm_events(mm, VM_kswapd_high_wmark_hit_quickly, 1);
		ks->phase = KSWAPD_WAKING;
		return;
	}
	reset_isolation_suitable(mm);
	wakeup_kcompactd(mm, ks->alloc_order, (enum zone_type)ks->highest_zoneidx);
	ks->phase = KSWAPD_NAPPING;
	ks->nap_end_ns = ks->t.clock_ns + KSWAPD_NAP_NS;
}

/* Second half of it, after a nap that no wakeup ended. */
static void kswapd_nap_over(struct mm *mm)
{
	struct kswapd_state *ks = mm->kswapd;

	if (prepare_kswapd_sleep(mm)) {
		ks->phase = KSWAPD_ASLEEP;
		return;
	}
	count_vm_events(mm, VM_kswapd_high_wmark_hit_quickly, 1);
	ks->phase = KSWAPD_WAKING;
}

/**
 * wakeup_kswapd - record an order and, if there is work, wake kswapd
 * @mm: model memory
 * @z: the zone that is short of pages
 * @gfp: of the request; the caller checks __GFP_KSWAPD_RECLAIM
 * @order: of the request
 * @idx: highest zone that helps
 *
 * kswapd takes its first step kswapd_wake_us later; orders recorded until then are part of the same
 * job. For a hopeless or balanced node kcompactd is woken instead, if the request cannot reclaim
 * directly.
 * mm/vmscan.c:wakeup_kswapd.
 */
void wakeup_kswapd(struct mm *mm, struct zone *z, gfp_t gfp, u32 order, enum zone_type idx)
{
	struct kswapd_state *ks = mm->kswapd;

	if (!z->managed)
		return;
	if (ks->kswapd_highest_zoneidx == MAX_NR_ZONES || ks->kswapd_highest_zoneidx < idx)
		ks->kswapd_highest_zoneidx = idx;
	if (ks->kswapd_order < order)
		ks->kswapd_order = order;
	/* the nap is over by now, although kswapd_run() was not called since */
	if (ks->phase == KSWAPD_NAPPING && ks->nap_end_ns <= mm->now_ns)
		kswapd_nap_over(mm);
	if (kswapd_running(mm))
		return;
	if (kswapd_test_hopeless(mm) ||
	    (pgdat_balanced(mm, order, idx) && !pgdat_watermark_boosted(mm, idx))) {
		if (!(gfp & __GFP_DIRECT_RECLAIM))
			wakeup_kcompactd(mm, order, idx);
		return;
	}
	if (ks->phase == KSWAPD_NAPPING) {
		/* woken early: it still has the order for which it was about to sleep */
		if (ks->kswapd_order < ks->reclaim_order)
			ks->kswapd_order = ks->reclaim_order;
		count_vm_events(mm, VM_kswapd_low_wmark_hit_quickly, 1);
	}
	ks->phase = KSWAPD_WAKING;
	kthread_wake(mm, &ks->t, mm->now_ns + (u64)(mm->param.kswapd_wake_us * NSEC_PER_USEC));
}

/**
 * kswapd_made_progress - note that a shrink_node() has freed pages, so the node may not be hopeless
 * @mm: model memory
 * @sc: of the shrink_node()
 *
 * From 7.0 on only a balanced node stops being hopeless (vmscan.c:kswapd_try_clear_hopeless).
 */
void kswapd_made_progress(struct mm *mm, const struct scan_control *sc)
{
	if (!mm->kswapd || !mm->kswapd->failures)
		return;
	if (!mm->k.hopeless_until_balanced || pgdat_balanced(mm, sc->order, sc->reclaim_idx))
		kswapd_clear_hopeless(mm);
}

static void set_reclaim_active(struct mm *mm, u32 idx, bool active)
{
	for (u32 i = 0; i <= idx && i < MAX_NR_ZONES; i++) {
		if (active)
			mm->zone[i].flags |= ZONE_RECLAIM_ACTIVE;
		else
			mm->zone[i].flags &= ~ZONE_RECLAIM_ACTIVE;
	}
}

/* balance_pgdat() up to its loop, after taking the recorded order */
static void balance_pgdat_begin(struct mm *mm)
{
	struct kswapd_state *ks = mm->kswapd;

	if (ks->kswapd_highest_zoneidx != MAX_NR_ZONES)
		ks->highest_zoneidx = ks->kswapd_highest_zoneidx;
	ks->alloc_order = ks->kswapd_order;
	ks->kswapd_order = 0;
	ks->kswapd_highest_zoneidx = MAX_NR_ZONES;
	ks->sc = (struct scan_control){
		.order = ks->alloc_order,
		.gfp = GFP_KERNEL,
		.reclaim_idx = (enum zone_type)ks->highest_zoneidx,
		.priority = DEF_PRIORITY,
		.kswapd = true,
	};
	count_vm_events(mm, VM_pageoutrun, 1);
	ks->boost_reclaim = 0;
	for (u32 i = 0; i <= ks->highest_zoneidx && i < MAX_NR_ZONES; i++) {
		ks->zone_boosts[i] = mm->zone[i].populated ? mm->zone[i].watermark_boost : 0;
		ks->boost_reclaim += ks->zone_boosts[i];
	}
	ks->boosted = ks->boost_reclaim > 0;
	set_reclaim_active(mm, ks->highest_zoneidx, true);
	ks->phase = KSWAPD_ROUND;
}

/* balance_pgdat() from `out`, and back in kswapd()'s loop */
static void balance_pgdat_end(struct mm *mm)
{
	struct kswapd_state *ks = mm->kswapd;

	snapshot_refaults(mm);
	set_reclaim_active(mm, ks->highest_zoneidx, false);
	for (u32 i = 0; ks->boosted && i <= ks->highest_zoneidx && i < MAX_NR_ZONES; i++) {
		struct zone *z = &mm->zone[i];

		z->watermark_boost -= ks->zone_boosts[i] < z->watermark_boost ?
				      ks->zone_boosts[i] : z->watermark_boost;
	}
	if (ks->boosted)
		wakeup_kcompactd(mm, pageblock_order, (enum zone_type)ks->highest_zoneidx);
	ks->reclaim_order = ks->sc.order;
	if (ks->reclaim_order >= ks->alloc_order) {
		ks->alloc_order = ks->reclaim_order = ks->kswapd_order;
		if (ks->kswapd_highest_zoneidx != MAX_NR_ZONES)
			ks->highest_zoneidx = ks->kswapd_highest_zoneidx;
	}
	kswapd_try_to_sleep(mm);
}

static u64 kswapd_target(const struct mm *mm, u32 idx)
{
	u64 n = 0;

	for (u32 i = 0; i <= idx && i < MAX_NR_ZONES; i++) {
		const struct zone *z = &mm->zone[i];
		u32 high = wmark_pages(z, WMARK_HIGH);

		if (z->populated && z->managed)
			n += high > SWAP_CLUSTER_MAX ? high : SWAP_CLUSTER_MAX;
	}
	return n;
}

/* The top of balance_pgdat()'s loop: it ends, or begins another round. */
static void balance_pgdat_round(struct mm *mm)
{
	struct kswapd_state *ks = mm->kswapd;
	struct scan_control *sc = &ks->sc;
	bool balanced = pgdat_balanced(mm, sc->order, (enum zone_type)ks->highest_zoneidx);

	if (!balanced && ks->boost_reclaim) {
		ks->boost_reclaim = 0;
		sc->priority = DEF_PRIORITY;
	}
	if (balanced && !ks->boost_reclaim) {
		balance_pgdat_end(mm);
		return;
	}
	sc->may_writepage = sc->may_swap = !ks->boost_reclaim;
	ks->round_reclaimed0 = sc->nr_reclaimed;
	sc->nr_scanned = 0;
	sc->nr_to_reclaim = kswapd_target(mm, ks->highest_zoneidx);
	if (!mm->k.lru_gen)
		lru_classic_age(mm, sc);
	shrink_node_begin(mm, sc);
	ks->phase = KSWAPD_SHRINKING;
}

/* All rounds are over and the node is not balanced. */
static void balance_pgdat_gave_up(struct mm *mm)
{
	struct kswapd_state *ks = mm->kswapd;
	struct scan_control *sc = &ks->sc;

	if (!sc->nr_reclaimed && sc->priority < 1 && !sc->no_cache_trim_mode &&
	    sc->cache_trim_mode_failed) {
		sc->no_cache_trim_mode = true;
		sc->priority = DEF_PRIORITY;
		ks->phase = KSWAPD_ROUND;
		return;
	}
	if (!sc->nr_reclaimed && !(ks->boosted && mm->k.hopeless_until_balanced))
		ks->failures++;
	balance_pgdat_end(mm);
}

/* The bottom of the loop: the round's progress decides the next priority. */
static void balance_pgdat_round_end(struct mm *mm)
{
	struct kswapd_state *ks = mm->kswapd;
	struct scan_control *sc = &ks->sc;
	u64 reclaimed = sc->nr_reclaimed - ks->round_reclaimed0;
	u64 work = sc->nr_scanned > reclaimed ? sc->nr_scanned : reclaimed;
	bool raise = !(ks->boost_reclaim && sc->priority == DEF_PRIORITY - 2);

	if (sc->order && sc->nr_reclaimed >= compact_gap(mm, sc->order))
		sc->order = 0;
	if (work >= sc->nr_to_reclaim)
		raise = false;
	ks->boost_reclaim -= reclaimed < ks->boost_reclaim ? reclaimed : ks->boost_reclaim;
	ks->phase = KSWAPD_ROUND;
	if (ks->boost_reclaim && !reclaimed) {
		balance_pgdat_gave_up(mm);
		return;
	}
	if (raise || !reclaimed)
		sc->priority--;
	if (sc->priority < 1)
		balance_pgdat_gave_up(mm);
}

static void kswapd_shrink_step(struct mm *mm)
{
	struct kswapd_state *ks = mm->kswapd;

	ks->sc.now_ns = ks->t.clock_ns;
	writeback_run(mm, ks->t.clock_ns);
	if (!shrink_node_step(mm, &ks->sc))
		balance_pgdat_round_end(mm);
}

/*
 * One step of the state machine. It takes a time that follows from the pages scanned and written.
 */
static void kswapd_step(struct mm *mm)
{
	struct kswapd_state *ks = mm->kswapd;
	u64 scanned = mm->vmstat[VM_pgscan_kswapd], written = mm->vmstat[VM_pswpout], ran;

	switch (ks->phase) {
	case KSWAPD_WAKING:
		balance_pgdat_begin(mm);
		return;
	case KSWAPD_ROUND:
		balance_pgdat_round(mm);
		return;
	case KSWAPD_SHRINKING:
		kswapd_shrink_step(mm);
		break;
	default:
		return;
	}
	scanned = mm->vmstat[VM_pgscan_kswapd] - scanned;
	written = mm->vmstat[VM_pswpout] - written;
	ran = (u64)((double)(scanned ? scanned : 1) * NSEC_PER_MSEC /
		    mm->param.kswapd_scan_pages_per_ms);
	ran += (u64)((double)written * mm->param.kswapd_swapout_us * NSEC_PER_USEC);
	ks->t.clock_ns += ran;
}

/* Steps until @until_ns, until it sleeps, or until @enough(). */
static void kswapd_steps(struct mm *mm, u64 until_ns, bool (*enough)(const struct mm *mm))
{
	struct kswapd_state *ks = mm->kswapd;
	struct mm_task saved = mm->current;

	mm->current.kthread = mm->current.memalloc = mm->current.kswapd = true;
	mm->current.pid = 0;
	mm->current.cpu = ks->t.cpu;
	while (ks->phase != KSWAPD_ASLEEP && !(enough && enough(mm))) {
		if (ks->phase == KSWAPD_NAPPING) {
			if (ks->nap_end_ns > until_ns)
				break;
			if (ks->t.clock_ns < ks->nap_end_ns)
				ks->t.clock_ns = ks->nap_end_ns;
			kswapd_nap_over(mm);
			continue;
		}
		if (ks->t.clock_ns >= until_ns)
			break;
		kswapd_step(mm);
	}
	mm->current = saved;
}

/**
 * kswapd_run - let kswapd work up to a moment
 * @mm: model memory
 * @until_ns: trace time; nothing happens if it is before that of the last call
 *
 * No batch begins at or after @until_ns. One that began before may end after it, and the next call
 * goes on from there.
 */
void kswapd_run(struct mm *mm, u64 until_ns)
{
	struct kswapd_state *ks = mm->kswapd;
	bool awake = kswapd_running(mm);

	kswapd_steps(mm, awake ? kthread_limit(mm, &ks->t, until_ns) : until_ns, NULL);
	if (awake && kswapd_running(mm))
		kthread_preempt(mm, &ks->t, until_ns);
	writeback_run(mm, until_ns);
}

/**
 * kswapd_seen - note where the recorded kernel's kswapd runs; the model's goes there next
 * @mm: model memory
 * @cpu: CPU
 */
void kswapd_seen(struct mm *mm, u16 cpu)
{
	mm->kswapd->t.seen_cpu = cpu + 1;
}

/*
 * Half of the low zones' min marks is free, or waiting cannot help; vmscan.c:allow_direct_reclaim.
 */
static bool allow_direct_reclaim(const struct mm *mm)
{
	u64 reserve = 0;
	s64 free = 0;

	if (kswapd_test_hopeless(mm))
		return true;
	for (int i = 0; i <= ZONE_NORMAL; i++) {
		const struct zone *z = &mm->zone[i];

		if (!z->populated || !z->managed || !zone_reclaimable_pages(mm, z))
			continue;
		reserve += wmark_pages(z, WMARK_MIN);
		free += z->nr_free_pages;
	}
	return !reserve || free > (s64)(reserve / 2);
}

/**
 * throttle_direct_reclaim - let a reclaimer wait for kswapd while the reserves are nearly used up
 * @mm: model memory
 * @gfp: of its request; without __GFP_FS it waits a second at most
 *
 * kswapd works until half of the reserves is free again, and the waiter's clock advances with
 * kswapd's. Kernel threads never wait. mm/vmscan.c:throttle_direct_reclaim.
 *
 * Return: the waiter's clock afterwards; mm->now_ns if it did not wait.
 */
u64 throttle_direct_reclaim(struct mm *mm, gfp_t gfp)
{
	struct kswapd_state *ks = mm->kswapd;
	u64 limit = gfp & __GFP_FS ? UINT64_MAX : mm->now_ns + 1000 * NSEC_PER_MSEC;

	if (mm->current.kthread || allow_direct_reclaim(mm))
		return mm->now_ns;
	if (!kswapd_running(mm)) {
		if (ks->kswapd_highest_zoneidx > ZONE_NORMAL)
			ks->kswapd_highest_zoneidx = ZONE_NORMAL;
		ks->phase = KSWAPD_WAKING;
	}
	if (ks->t.clock_ns < mm->now_ns)
		ks->t.clock_ns = mm->now_ns;
	kswapd_steps(mm, limit, allow_direct_reclaim);
	return ks->t.clock_ns > mm->now_ns ? ks->t.clock_ns : mm->now_ns;
}
