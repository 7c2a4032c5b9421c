// SPDX-License-Identifier: GPL-2.0-only
/*
 * kcompactd on the trace's clock: its wakeups, its work, proactive compaction.
 *
 * The thread has a clock of its own, and runs while that is behind the trace's. A round of
 * compaction takes a time that follows from the pages it has scanned and migrated, by the
 * parameters kcompactd_scan_pages_per_ms and kcompactd_migrate_us, which may change on the way.
 */
#include <stdlib.h>

#include "compaction.h"

#define HPAGE_FRAG_CHECK_INTERVAL_NS	500000000ull

static void sleep_until_woken(const struct mm *mm, struct kcompactd_state *k, u64 timeout_ns)
{
	k->state = KCOMPACTD_SLEEPS;
	k->woken = k->max_order > 0;	/* a request came while it worked */
	k->deadline_ns = mm->sysctl.compaction_proactiveness ? k->t.clock_ns + timeout_ns
							     : UINT64_MAX;
}

static enum zone_type last_zone(const struct mm *mm)
{
	int i = MAX_NR_ZONES - 1;

	while (i > 0 && !mm->zone[i].populated)
		i--;
	return (enum zone_type)i;
}

/**
 * kcompactd_init - set up the node's kcompactd, asleep, and the lists of direct compaction
 * @mm: model memory with its zones
 *
 * Return: 0 or -ENOMEM.
 */
int kcompactd_init(struct mm *mm)
{
	struct kcompactd_state *k = calloc(1, sizeof(*k));

	mm->kcompactd = k;
	if (!k || compact_control_init(mm, &k->cc) || compact_control_init(mm, &k->direct))
		return -ENOMEM;
	k->pin_seed = mm_random(mm);
	k->highest_zoneidx = last_zone(mm);
	k->t.clock_ns = mm->now_ns;
	sleep_until_woken(mm, k, HPAGE_FRAG_CHECK_INTERVAL_NS);
	return 0;
}

/**
 * kcompactd_exit - undo kcompactd_init()
 * @mm: model memory, which is about to be freed with the pages that a run has isolated
 */
void kcompactd_exit(struct mm *mm)
{
	free(mm->kcompactd);
	mm->kcompactd = NULL;
}

/* mm/compaction.c:kcompactd_node_suitable */
static bool kcompactd_node_suitable(const struct mm *mm, const struct kcompactd_state *k)
{
	u32 flags = policy_decides(mm, kcompactd_alloc_flags, true);
	int i;

	for (i = 0; i <= (int)k->highest_zoneidx; i++) {
		if (mm->zone[i].populated &&
		    compaction_suit_allocation_order(mm, &mm->zone[i], k->max_order,
						     k->highest_zoneidx, flags, false, true) ==
		    COMPACT_CONTINUE)
			return true;
	}
	return false;
}

/**
 * wakeup_kcompactd - wake kcompactd to make a free page of an order
 * @mm: model memory
 * @order: order; 0 does nothing
 * @idx: highest zone of the request
 *
 * The order is recorded even if no zone is suitable now: kcompactd sees it when its sleep times
 * out. mm/compaction.c:wakeup_kcompactd.
 */
void wakeup_kcompactd(struct mm *mm, u32 order, enum zone_type idx)
{
	struct kcompactd_state *k = mm->kcompactd;

	if (!order || !k)
		return;
	if (k->max_order < order)
		k->max_order = order;
	if (k->highest_zoneidx > idx)
		k->highest_zoneidx = idx;
	if (k->state != KCOMPACTD_SLEEPS || k->woken || !kcompactd_node_suitable(mm, k))
		return;
	k->woken = true;
	kthread_wake(mm, &k->t, mm->now_ns);
}

/* Set what all runs of the thread have in common. By GFP_KERNEL its type is UNMOVABLE. */
static void start_work(struct kcompactd_state *k, int order)
{
	struct compact_control *cc = &k->cc;

	cc->order = cc->search_order = order;
	cc->gfp_mask = GFP_KERNEL;
	cc->mode = MIGRATE_SYNC_LIGHT;
	cc->fast_search_fail = 0;
	cc->finish_pageblock = false;
	cc->alloc_flags = 0;
	k->zoneid = 0;
	k->running_zone = false;
}

static void start_requested(struct mm *mm, struct kcompactd_state *k)
{
	struct compact_control *cc = &k->cc;

	k->state = KCOMPACTD_WORKS;
	k->woken = false;
	start_work(k, (int)k->max_order);
	cc->highest_zoneidx = k->highest_zoneidx;
	cc->alloc_flags = policy_decides(mm, kcompactd_alloc_flags, false);
	cc->whole_zone = cc->ignore_skip_hint = cc->proactive_compaction = false;
	count_vm_events(mm, VM_compact_daemon_wake, 1);
}

static void start_proactive(struct mm *mm, struct kcompactd_state *k)
{
	struct compact_control *cc = &k->cc;

	k->state = KCOMPACTD_PROACTIVE;
	k->prev_score = fragmentation_score_node(mm);
	start_work(k, COMPACT_ORDER_ALL);
	cc->highest_zoneidx = MAX_NR_ZONES - 1;
	cc->whole_zone = cc->ignore_skip_hint = cc->proactive_compaction = true;
}

/* mm/compaction.c:should_proactive_compact_node */
static bool should_proactive_compact_node(const struct mm *mm)
{
	if (!mm->sysctl.compaction_proactiveness || kswapd_running(mm))
		return false;
	return fragmentation_score_node(mm) > fragmentation_score_wmark(mm, false);
}

/* mm/compaction.c:kcompactd_do_work, for one zone, without lowmem reserves for higher zones. */
static bool zone_wants_work(struct mm *mm, struct kcompactd_state *k, struct zone *z)
{
	const struct compact_control *cc = &k->cc;

	if (!z->populated)
		return false;
	if (k->state == KCOMPACTD_PROACTIVE)
		return true;
	if (compaction_deferred(z, (u32)cc->order))
		return false;
	return compaction_suit_allocation_order(mm, z, (u32)cc->order, z->type, cc->alloc_flags,
						false, true) == COMPACT_CONTINUE;
}

static void requested_zone_done(struct mm *mm, const struct compact_control *cc,
				enum compact_result status)
{
	struct zone *z = cc->zone;

	if (status == COMPACT_SUCCESS) {
		compaction_defer_reset(z, (u32)cc->order, false);
	} else if (status == COMPACT_PARTIAL_SKIPPED || status == COMPACT_COMPLETE) {
		drain_all_pages(mm, z);
		defer_compaction(z, (u32)cc->order);
	}
}

static void zone_done(struct mm *mm, struct kcompactd_state *k, enum compact_result status)
{
	const struct compact_control *cc = &k->cc;

	k->running_zone = false;
	k->zoneid++;
	if (k->state == KCOMPACTD_WORKS)
		requested_zone_done(mm, cc, status);
	else if (!mm->k.proactive_counted)
		return;
	count_vm_events(mm, VM_compact_daemon_migrate_scanned, cc->total_migrate_scanned);
	count_vm_events(mm, VM_compact_daemon_free_scanned, cc->total_free_scanned);
}

static void all_zones_done(struct mm *mm, struct kcompactd_state *k)
{
	u64 timeout = HPAGE_FRAG_CHECK_INTERVAL_NS;

	if (k->state == KCOMPACTD_PROACTIVE) {
		/* no progress: the next attempt waits for the longest deferral */
		if (fragmentation_score_node(mm) >= k->prev_score)
			timeout <<= COMPACT_MAX_DEFER_SHIFT;
	} else {
		if ((int)k->max_order <= k->cc.order)
			k->max_order = 0;
		if (k->highest_zoneidx >= k->cc.highest_zoneidx)
			k->highest_zoneidx = last_zone(mm);
	}
	sleep_until_woken(mm, k, timeout);
}

static void begin_zone(struct mm *mm, struct kcompactd_state *k)
{
	struct zone *z = &mm->zone[k->zoneid];
	enum compact_result status;

	if (!zone_wants_work(mm, k, z)) {
		k->zoneid++;
		return;
	}
	k->cc.zone = z;
	status = compact_zone_begin(mm, &k->cc);
	k->running_zone = status == COMPACT_CONTINUE;
	k->scanned_before = 0;
	if (!k->running_zone)
		zone_done(mm, k, status);
}

/* Advance the thread's clock by the cost of the last round. */
static void charge_round(const struct mm *mm, struct kcompactd_state *k)
{
	u64 scanned = k->cc.total_migrate_scanned + k->cc.total_free_scanned;
	u64 moved = mm->vmstat[VM_pgmigrate_success] + mm->vmstat[VM_pgmigrate_fail];

	k->t.clock_ns +=
		(u64)((double)(scanned - k->scanned_before) * 1e6 /
			      mm->param.kcompactd_scan_pages_per_ms +
		      (double)(moved - k->moved_before) * mm->param.kcompactd_migrate_us * 1e3);
	k->scanned_before = scanned;
}

static void work_step(struct mm *mm, struct kcompactd_state *k)
{
	enum compact_result status;

	if (k->zoneid > (int)k->cc.highest_zoneidx) {
		all_zones_done(mm, k);
		return;
	}
	if (!k->running_zone) {
		begin_zone(mm, k);
		return;
	}
	k->moved_before = mm->vmstat[VM_pgmigrate_success] + mm->vmstat[VM_pgmigrate_fail];
	status = compact_zone_step(mm, &k->cc, NULL);
	charge_round(mm, k);
	if (status == COMPACT_CONTINUE)
		return;
	compact_zone_end(mm, &k->cc);
	zone_done(mm, k, status);
}

/*
 * End the sleep by a wakeup, a request that came meanwhile, or a timeout. Return: false: sleep on.
 */
static bool wake_step(struct mm *mm, struct kcompactd_state *k, u64 until_ns)
{
	if (k->woken) {
		start_requested(mm, k);
		return true;
	}
	if (k->deadline_ns > until_ns)
		return false;
	kthread_wake(mm, &k->t, k->deadline_ns);
	if (k->max_order)
		start_requested(mm, k);
	else if (should_proactive_compact_node(mm))
		start_proactive(mm, k);
	else
		sleep_until_woken(mm, k, HPAGE_FRAG_CHECK_INTERVAL_NS);
	return true;
}

static void run_thread(struct mm *mm, struct kcompactd_state *k, u64 until_ns)
{
	while (k->t.clock_ns <= until_ns) {
		if (k->state != KCOMPACTD_SLEEPS)
			work_step(mm, k);
		else if (!wake_step(mm, k, until_ns))
			break;
	}
}

static bool awake(const struct kcompactd_state *k)
{
	return k->state != KCOMPACTD_SLEEPS || k->woken;
}

/* Does it share its CPU with tasks now? */
static bool gives_way(const struct mm *mm)
{
	return mm->param.kcompactd_gives_way > 0 && awake(mm->kcompactd);
}

/**
 * kcompactd_run - let kcompactd work up to a moment
 * @mm: model memory; ->current and ->capc are restored afterwards
 * @until_ns: the moment of the next operation, in ns of the trace's clock
 *
 * mm/compaction.c:kcompactd, kcompactd_do_work, compact_node.
 */
void kcompactd_run(struct mm *mm, u64 until_ns)
{
	struct kcompactd_state *k = mm->kcompactd;
	struct capture_control *capc = mm->capc;
	struct mm_task saved = mm->current;
	u64 limit = until_ns;

	if (!k || (!awake(k) && k->deadline_ns > until_ns))
		return;
	if (gives_way(mm))
		limit = kthread_limit(mm, &k->t, until_ns);
	mm->capc = NULL;
	mm->current = (struct mm_task){ .cpu = k->t.cpu, .kthread = true };
	run_thread(mm, k, limit);
	mm->current = saved;
	mm->capc = capc;
	if (gives_way(mm))
		kthread_preempt(mm, &k->t, until_ns);
}

/**
 * kcompactd_seen - note where the recorded kernel's kcompactd runs; the model's goes there next
 * @mm: model memory
 * @cpu: CPU
 *
 * So do the policy's own threads.
 */
void kcompactd_seen(struct mm *mm, u16 cpu)
{
	mm->kcompactd->t.seen_cpu = mm->policy_thread.seen_cpu = cpu + 1;
}
