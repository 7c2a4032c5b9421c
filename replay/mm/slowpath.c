// SPDX-License-Identifier: GPL-2.0-only
/*
 * mm/page_alloc.c:__alloc_pages_slowpath: what follows when the free lists have no page for a
 * request.
 *
 * It has two forms. Up to 6.18 a first compaction runs before the loop, and its result may end the
 * request; from 7.0 on it is the loop's first round. Each decision is a function of its own,
 * because policies replace them.
 *
 * The model has no OOM killer: a victim's death would change the recorded workload. Where the
 * kernel would call it, the request fails, or takes the reserves if it must not fail, and
 * mm->oom_failed counts it.
 */
#include "internal.h"

#define MAX_COMPACT_RETRIES	16

/* A request on its slow path. */
struct slowpath {
	struct mm *mm;
	struct alloc_context *ac;
	gfp_t gfp;
	struct alloc_retry r;
	bool can_direct_reclaim;
	bool compact_first;		/* this round compacts before anything is reclaimed */
	bool adjusted;			/* adjust_reserve_flags() has granted the reserves */
	u32 pfn;			/* the page, once there is one */
};

enum slow_next { SLOW_RETRY, SLOW_NOPAGE, SLOW_GOT };

static bool found_page(struct slowpath *s, u32 pfn)
{
	s->pfn = pfn;
	return pfn != PFN_NONE;
}

static bool try_freelist(struct slowpath *s, u32 alloc_flags)
{
	return found_page(s, get_page_from_freelist(s->mm, s->r.order, alloc_flags, s->ac));
}

/* 6.1's mm/page_alloc.c:gfp_to_alloc_flags */
static u32 old_gfp_to_alloc_flags(gfp_t gfp)
{
	u32 flags = ALLOC_WMARK_MIN | ALLOC_CPUSET;

	if (gfp & __GFP_HIGH)
		flags |= ALLOC_MIN_RESERVE;
	if (gfp & __GFP_ATOMIC) {
		flags &= ~ALLOC_CPUSET;
		if (!(gfp & __GFP_NOMEMALLOC))
			flags |= ALLOC_HARDER;
	}
	return flags;
}

/**
 * gfp_to_alloc_flags - get the alloc_flags of a request on the slow path
 * @mm: model memory
 * @gfp: flags
 * @order: order
 *
 * ALLOC_NOFRAGMENT is not among them. The trace does not show which tasks are real-time, so none
 * is. mm/page_alloc.c:gfp_to_alloc_flags.
 *
 * Return: ALLOC_*.
 */
u32 gfp_to_alloc_flags(const struct mm *mm, gfp_t gfp, u32 order)
{
	u32 flags = ALLOC_WMARK_MIN | ALLOC_CPUSET;

	if (mm->k.alloc_harder) {
		flags = old_gfp_to_alloc_flags(gfp);
	} else {
		if (gfp & __GFP_HIGH)
			flags |= ALLOC_MIN_RESERVE;
		if (!(gfp & (__GFP_DIRECT_RECLAIM | __GFP_NOMEMALLOC))) {
			flags |= ALLOC_NON_BLOCK;
			if (order && (gfp & __GFP_HIGH))
				flags |= ALLOC_HIGHATOMIC;
		}
		if (!(gfp & __GFP_DIRECT_RECLAIM) && (gfp & __GFP_HIGH))
			flags &= ~ALLOC_CPUSET;
	}
	if (gfp & __GFP_KSWAPD_RECLAIM)
		flags |= ALLOC_KSWAPD;
	if (gfp_migratetype(gfp) == MIGRATE_MOVABLE)
		flags |= ALLOC_CMA;
	return flags;
}

/**
 * vanilla_kswapd_wake_order - get the order for which kswapd is woken
 * @mm: model memory
 * @order: of the request
 *
 * Return: @order.
 */
u32 vanilla_kswapd_wake_order(struct mm *mm, u32 order)
{
	(void)mm;
	return order;
}

/**
 * vanilla_gives_up_early - decide whether a request fails before it reclaims, though it may
 * @mm: model memory
 * @ac: request
 * @order: its order
 *
 * Return: whether it does.
 */
bool vanilla_gives_up_early(struct mm *mm, const struct alloc_context *ac, u32 order)
{
	(void)mm;
	(void)ac;
	(void)order;
	return false;
}

/**
 * vanilla_reclaim_compact_order - get the order for direct reclaim and compaction
 * @mm: model memory
 * @ac: request
 * @r: its rounds so far
 *
 * Return: the order of the request.
 */
u32 vanilla_reclaim_compact_order(struct mm *mm, const struct alloc_context *ac,
				  const struct alloc_retry *r)
{
	(void)mm;
	(void)ac;
	return r->order;
}

static void wake_all_kswapds(struct slowpath *s)
{
	struct mm *mm = s->mm;

	u32 order;

	if (!(s->r.alloc_flags & ALLOC_KSWAPD))
		return;
	order = policy_decides(mm, kswapd_wake_order, s->r.order);
	wakeup_kswapd(mm, &mm->zone[s->ac->preferred], s->gfp, order, s->ac->highest_zoneidx);
}

/* mm/page_alloc.c:__gfp_pfmemalloc_flags; softirqs and OOM victims are not modeled */
static u32 pfmemalloc_flags(const struct slowpath *s)
{
	if (s->gfp & __GFP_NOMEMALLOC)
		return 0;
	return (s->gfp & __GFP_MEMALLOC) || s->mm->current.memalloc ? ALLOC_NO_WATERMARKS : 0;
}

/* Grant the reserves to those who may use them. Return: true the first time that changes a flag. */
static bool adjust_reserve_flags(struct slowpath *s)
{
	u32 reserve = pfmemalloc_flags(s);
	bool first = !s->adjusted;

	if (reserve)
		s->r.alloc_flags = reserve | (s->r.alloc_flags & (ALLOC_KSWAPD | ALLOC_CMA));
	if ((s->r.alloc_flags & ALLOC_CPUSET) && !reserve)
		return false;
	s->adjusted = true;
	return first;
}

static void charge_compact(struct mm *mm, const u64 *before)
{
	u64 scanned = mm->vmstat[VM_compact_migrate_scanned] -
		before[VM_compact_migrate_scanned] +
		mm->vmstat[VM_compact_free_scanned] - before[VM_compact_free_scanned];
	u64 migrated = mm->vmstat[VM_pgmigrate_success] - before[VM_pgmigrate_success];

	mm->stall_ns_compact += (u64)(mm->param.cost_compact_scan_ns * (double)scanned +
				      mm->param.cost_migrate_ns * (double)migrated);
}

/* mm/page_alloc.c:__alloc_pages_direct_reclaim */
static bool alloc_pages_direct_reclaim(struct slowpath *s)
{
	s->r.progress = try_to_free_pages(s->mm, s->r.rc_order, s->gfp, s->ac);
	if (!s->r.progress)
		return false;
	if (try_freelist(s, s->r.alloc_flags))
		return true;
	unreserve_highatomic_pageblock(s->mm, s->ac, false);
	drain_all_pages(s->mm, NULL);
	return try_freelist(s, s->r.alloc_flags);
}

static void run_compaction(struct slowpath *s, struct capture_control *capc)
{
	struct mm *mm = s->mm;
	bool memalloc = mm->current.memalloc;
	u64 before[NR_VM_EVENT_ITEMS];

	memcpy(before, mm->vmstat, sizeof(before));
	mm->current.memalloc = true;
	mm->capc = capc;
	s->r.compact_result = try_to_compact_pages(mm, s->gfp, s->r.rc_order, s->r.alloc_flags,
						   s->ac, s->r.prio, capc);
	mm->capc = NULL;
	mm->current.memalloc = memalloc;
	charge_compact(mm, before);
}

static bool compaction_did_not_run(const struct slowpath *s)
{
	return s->r.compact_result == COMPACT_SKIPPED ||
	       (s->r.compact_result == COMPACT_DEFERRED && !s->mm->k.compact_stall_on_deferred);
}

static bool take_captured(struct slowpath *s, const struct capture_control *capc)
{
	if (capc->pfn == PFN_NONE)
		return false;
	prep_new_page(s->mm, capc->pfn, capc->order, s->ac->migratetype);
	return found_page(s, capc->pfn);
}

/* Let the policy find a page by its own means, in the context of the request. */
static bool policy_serves(struct slowpath *s, bool last_resort)
{
	u64 before[NR_VM_EVENT_ITEMS];
	u32 pfn;

	if (last_resort ? !policy_has(s->mm, last_resort) : !policy_has(s->mm, direct_compact))
		return false;
	memcpy(before, s->mm->vmstat, sizeof(before));
	if (last_resort)
		pfn = asked_last_resort(s->mm, s->ac, &s->r);
	else
		pfn = asked_direct_compact(s->mm, s->ac, &s->r);
	charge_compact(s->mm, before);
	return found_page(s, pfn);
}

/* mm/page_alloc.c:__alloc_pages_direct_compact */
static bool alloc_pages_direct_compact(struct slowpath *s)
{
	struct mm *mm = s->mm;
	struct capture_control capc = {
		.order = s->r.order,
		.migratetype = s->ac->migratetype,
		.pfn = PFN_NONE,
	};

	if (policy_serves(s, false))
		return true;
	if (!s->r.rc_order)
		return false;
	run_compaction(s, &capc);
	if (compaction_did_not_run(s))
		return false;
	mm->nr_direct_compact++;
	count_vm_events(mm, VM_compact_stall, 1);
	if (take_captured(s, &capc) || try_freelist(s, s->r.alloc_flags)) {
		struct zone *z = page_zone(mm, s->pfn);

		z->compact_blockskip_flush = false;
		compaction_defer_reset(z, s->r.rc_order, true);
		count_vm_events(mm, VM_compact_success, 1);
		return true;
	}
	count_vm_events(mm, VM_compact_fail, 1);
	return false;
}

static bool some_zone_may_serve(const struct mm *mm, const struct alloc_context *ac,
				const struct alloc_retry *r)
{
	int idx;

	for (idx = ac->preferred; idx >= 0; idx--) {
		const struct zone *z = &mm->zone[idx];
		s64 available;

		if (!z->populated)
			continue;
		available = z->nr_free_pages + (s64)zone_reclaimable_pages(mm, z);
		if (__zone_watermark_ok(z, r->order, wmark_pages(z, WMARK_MIN),
					ac->highest_zoneidx, r->alloc_flags, available, mm))
			return true;
	}
	return false;
}

/**
 * vanilla_reclaim_retry - decide by reclaim's progress whether to do another round
 * @mm: model memory
 * @ac: request
 * @r: its rounds so far; ->no_progress_loops is counted
 *
 * Reclaim for a promoted order proves nothing about the request (7.3.4).
 * mm/page_alloc.c:should_reclaim_retry.
 *
 * Return: whether to.
 */
bool vanilla_reclaim_retry(struct mm *mm, const struct alloc_context *ac, struct alloc_retry *r)
{
	if (r->progress && !r->costly && r->rc_order == r->order)
		r->no_progress_loops = 0;
	else
		r->no_progress_loops++;
	if (r->no_progress_loops <= MAX_RECLAIM_RETRIES && some_zone_may_serve(mm, ac, r))
		return true;
	return unreserve_highatomic_pageblock(mm, ac, true);
}

/**
 * vanilla_compact_retry - decide by compaction's result whether to do another round
 * @mm: model memory
 * @ac: request
 * @r: its rounds so far; ->compact_retries is counted, ->prio may become harder
 *
 * mm/page_alloc.c:should_compact_retry.
 *
 * Return: true when another round may find a page.
 */
bool vanilla_compact_retry(struct mm *mm, const struct alloc_context *ac, struct alloc_retry *r)
{
	enum compact_priority floor = r->costly ? COMPACT_PRIO_SYNC_LIGHT : COMPACT_PRIO_SYNC_FULL;
	int max_retries = r->costly ? MAX_COMPACT_RETRIES / 4 : MAX_COMPACT_RETRIES;

	if (!r->progress || !r->can_compact || !r->rc_order)
		return false;
	if (r->compact_result == COMPACT_SKIPPED)
		return r->rc_order == r->order &&
		       compaction_zonelist_suitable(mm, ac, r->order, r->alloc_flags);
	if (r->compact_result == COMPACT_SUCCESS && ++r->compact_retries <= max_retries)
		return true;
	if (r->prio <= floor)
		return false;
	r->prio--;
	r->compact_retries = 0;
	return true;
}

static bool oom_may_kill(const struct slowpath *s)
{
	return !s->r.costly && !(s->gfp & (__GFP_RETRY_MAYFAIL | __GFP_THISNODE)) &&
	       s->ac->highest_zoneidx >= ZONE_NORMAL;
}

/* mm/page_alloc.c:__alloc_pages_may_oom, up to the kill */
static bool alloc_pages_may_oom(struct slowpath *s)
{
	if (try_freelist(s, ALLOC_WMARK_HIGH | ALLOC_CPUSET))
		return true;
	if (!oom_may_kill(s))
		return false;
	s->mm->oom_failed++;
	return (s->gfp & __GFP_NOFAIL) && try_freelist(s, ALLOC_NO_WATERMARKS);
}

static bool gives_up_after_one_round(const struct slowpath *s)
{
	if (s->gfp & __GFP_NORETRY)
		return true;
	return s->r.costly && !(s->r.can_compact && (s->gfp & __GFP_RETRY_MAYFAIL));
}

/* Ask the policy for other rights. Return: whether the request goes on with them. */
static bool takes_other_rights(struct slowpath *s, enum alloc_stage stage)
{
	struct alloc_request req = { .ac = s->ac, .order = s->r.order,
				     .alloc_flags = s->r.alloc_flags };
	u32 flags;

	if (stage == ALLOC_STAGE_LAST)
		req.retry = &s->r;
	flags = policy_decides(s->mm, alloc_flags, &req, stage);
	if (flags == ALLOC_FLAGS_NONE)
		return false;
	s->r.alloc_flags = flags;
	return true;
}

/* What both forms do when reclaim and compaction have failed. */
static enum slow_next retry_or_fail(struct slowpath *s)
{
	if (gives_up_after_one_round(s))
		return SLOW_NOPAGE;
	if (policy_decides(s->mm, reclaim_retry, s->ac, &s->r) ||
	    policy_decides(s->mm, compact_retry, s->ac, &s->r))
		return SLOW_RETRY;
	if (policy_serves(s, true))
		return SLOW_GOT;
	if (takes_other_rights(s, ALLOC_STAGE_LAST))
		return SLOW_RETRY;
	return alloc_pages_may_oom(s) ? SLOW_GOT : SLOW_NOPAGE;
}

/* From 7.0 on: the first round, which only compacts, is over. */
static enum slow_next after_first_compaction(struct slowpath *s)
{
	gfp_t local_only = __GFP_NORETRY | __GFP_THISNODE;

	if ((s->gfp & local_only) == local_only)
		return SLOW_NOPAGE;
	if (!(s->gfp & __GFP_NORETRY))
		s->r.prio = COMPACT_PRIO_SYNC_LIGHT;
	s->compact_first = false;
	return SLOW_RETRY;
}

static enum slow_next cannot_reclaim(struct slowpath *s)
{
	if (!s->can_direct_reclaim && takes_other_rights(s, ALLOC_STAGE_NONBLOCKING))
		return SLOW_RETRY;
	return SLOW_NOPAGE;
}

static void choose_reclaim_compact_order(struct slowpath *s)
{
	s->r.rc_order = policy_decides(s->mm, reclaim_compact_order, s->ac, &s->r);
	s->r.rounds++;
}

/* One round of the loop from 7.0 on. */
static enum slow_next slow_round(struct slowpath *s)
{
	wake_all_kswapds(s);
	if (try_freelist(s, s->r.alloc_flags))
		return SLOW_GOT;
	if (adjust_reserve_flags(s))
		return SLOW_RETRY;
	if (!s->can_direct_reclaim || s->mm->current.memalloc)
		return cannot_reclaim(s);
	if (policy_decides(s->mm, gives_up_early, s->ac, s->r.order))
		return SLOW_NOPAGE;
	choose_reclaim_compact_order(s);
	if (!s->compact_first && alloc_pages_direct_reclaim(s))
		return SLOW_GOT;
	if (alloc_pages_direct_compact(s))
		return SLOW_GOT;
	return s->compact_first ? after_first_compaction(s) : retry_or_fail(s);
}

/* Up to 6.18: the first compaction has failed, and its result may end the request. */
static enum slow_next old_after_first_compaction(struct slowpath *s)
{
	s->r.prio = COMPACT_PRIO_SYNC_LIGHT;
	if (!s->r.costly || !(s->gfp & __GFP_NORETRY))
		return SLOW_RETRY;
	if (s->r.compact_result == COMPACT_SKIPPED || s->r.compact_result == COMPACT_DEFERRED ||
	    (s->gfp & __GFP_THISNODE))
		return SLOW_NOPAGE;
	s->r.prio = COMPACT_PRIO_ASYNC;
	return SLOW_RETRY;
}

/* Up to 6.18: what happens before the loop. */
static enum slow_next old_slow_start(struct slowpath *s)
{
	wake_all_kswapds(s);
	if (try_freelist(s, s->r.alloc_flags))
		return SLOW_GOT;
	if (!s->compact_first || pfmemalloc_flags(s)) {
		s->r.prio = COMPACT_PRIO_SYNC_LIGHT;
		return SLOW_RETRY;
	}
	if (alloc_pages_direct_compact(s))
		return SLOW_GOT;
	return old_after_first_compaction(s);
}

/* One round of the loop up to 6.18. */
static enum slow_next old_slow_round(struct slowpath *s)
{
	wake_all_kswapds(s);
	adjust_reserve_flags(s);
	if (try_freelist(s, s->r.alloc_flags))
		return SLOW_GOT;
	if (!s->can_direct_reclaim || s->mm->current.memalloc)
		return cannot_reclaim(s);
	if (policy_decides(s->mm, gives_up_early, s->ac, s->r.order))
		return SLOW_NOPAGE;
	choose_reclaim_compact_order(s);
	if (alloc_pages_direct_reclaim(s) || alloc_pages_direct_compact(s))
		return SLOW_GOT;
	return retry_or_fail(s);
}

/* __GFP_NOFAIL may use more of the reserves; in 6.1 as much as ALLOC_HARDER allows. */
static bool nofail_freelist(struct slowpath *s)
{
	return try_freelist(s, s->mm->k.alloc_harder ? ALLOC_HARDER : ALLOC_MIN_RESERVE);
}

static void slowpath_init(struct slowpath *s, struct mm *mm, u32 order, struct alloc_context *ac)
{
	struct alloc_request req = { .ac = ac, .order = order };

	memset(s, 0, sizeof(*s));
	s->mm = mm;
	s->ac = ac;
	s->gfp = ac->gfp;
	s->r.order = s->r.rc_order = order;
	s->can_direct_reclaim = s->gfp & __GFP_DIRECT_RECLAIM;
	s->r.can_compact = s->can_direct_reclaim && (s->gfp & __GFP_IO);
	s->r.costly = order > PAGE_ALLOC_COSTLY_ORDER;
	s->r.compact_result = COMPACT_SKIPPED;
	s->compact_first = s->r.can_compact &&
			   (s->r.costly || (order && ac->migratetype != MIGRATE_MOVABLE));
	s->r.prio = s->compact_first ? COMPACT_PRIO_ASYNC : COMPACT_PRIO_SYNC_LIGHT;
	s->r.alloc_flags = policy_decides(mm, alloc_flags, &req, ALLOC_STAGE_SLOW);
	s->pfn = PFN_NONE;
}

/*
 * The kernel would loop until other tasks free memory. In the model no other task runs meanwhile,
 * so the request is given up.
 */
static u32 slowpath_stuck(struct slowpath *s)
{
	s->mm->slowpath_stuck++;
	if ((s->gfp & __GFP_NOFAIL) && try_freelist(s, ALLOC_NO_WATERMARKS))
		return s->pfn;
	return PFN_NONE;
}

/**
 * __alloc_pages_slowpath - serve a request that the fast path could not
 * @mm: model memory
 * @order: order
 * @ac: request
 *
 * A request is given up after slowpath_max_loops rounds; one with __GFP_NOFAIL tries the reserves
 * before that.
 *
 * Return: head pfn of a page in use; PFN_NONE.
 */
u32 __alloc_pages_slowpath(struct mm *mm, u32 order, struct alloc_context *ac)
{
	bool old_form = mm->k.compact_early_bailout;
	enum slow_next next = SLOW_RETRY;
	struct slowpath s;
	u32 loops;

	slowpath_init(&s, mm, order, ac);
	if (old_form)
		next = old_slow_start(&s);
	for (loops = 0; loops < mm->param.slowpath_max_loops; loops++) {
		if (next == SLOW_RETRY)
			next = old_form ? old_slow_round(&s) : slow_round(&s);
		if (next == SLOW_GOT)
			return s.pfn;
		if (next == SLOW_RETRY)
			continue;
		if (!(s.gfp & __GFP_NOFAIL) || !s.can_direct_reclaim)
			return PFN_NONE;
		if (nofail_freelist(&s))
			return s.pfn;
		next = SLOW_RETRY;
	}
	return slowpath_stuck(&s);
}
