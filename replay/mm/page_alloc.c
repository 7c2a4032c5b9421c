// SPDX-License-Identifier: GPL-2.0-only
/* Allocation: the entry and the fast path; and the free path. The slow path is in slowpath.c. */
#include "internal.h"

/* 7.3: high-order atomic requests may use their reserve on the fast path. */
static inline u32 alloc_flags_highatomic(const struct mm *mm, gfp_t gfp, u32 order)
{
	if (!mm->k.highatomic_fastpath || !order || !(gfp & __GFP_HIGH))
		return 0;
	return gfp & (__GFP_DIRECT_RECLAIM | __GFP_NOMEMALLOC) ? 0 : ALLOC_HIGHATOMIC;
}

/*
 * Requests whose first zone is NORMAL try all zones before they fragment a pageblock.
 * mm/page_alloc.c:alloc_flags_nofragment, prepare_alloc_pages
 */
static inline u32 alloc_flags_fast(const struct mm *mm, const struct alloc_request *req)
{
	const struct alloc_context *ac = req->ac;
	u32 flags = ALLOC_WMARK_LOW | alloc_flags_highatomic(mm, ac->gfp, req->order);

	if (ac->gfp & __GFP_KSWAPD_RECLAIM)
		flags |= ALLOC_KSWAPD;
	if (ac->preferred == ZONE_NORMAL)
		flags |= ALLOC_NOFRAGMENT;
	if (ac->migratetype == MIGRATE_MOVABLE)
		flags |= ALLOC_CMA;
	return flags;
}

static inline u32 without_nofragment(u32 alloc_flags)
{
	return alloc_flags & ALLOC_NOFRAGMENT ? alloc_flags & ~ALLOC_NOFRAGMENT : ALLOC_FLAGS_NONE;
}

/**
 * vanilla_alloc_flags - rights of a request
 * @mm: model memory
 * @req: request
 * @stage: where it stands
 *
 * A request may fragment pageblocks once no zone has a page for it otherwise, and on the whole
 * slow path. One that kept ALLOC_NOFRAGMENT there by its policy may when nothing else helped, or
 * at once if it cannot reclaim. Real-time tasks are treated as all others.
 * mm/page_alloc.c:alloc_flags_nofragment, get_page_from_freelist, gfp_to_alloc_flags,
 * __alloc_pages_slowpath.
 *
 * Return: ALLOC_*; ALLOC_FLAGS_NONE in the stages that may say so.
 */
u32 vanilla_alloc_flags(struct mm *mm, const struct alloc_request *req, enum alloc_stage stage)
{
	switch (stage) {
	case ALLOC_STAGE_FAST:
		return alloc_flags_fast(mm, req);
	case ALLOC_STAGE_SLOW:
		return gfp_to_alloc_flags(mm, req->ac->gfp, req->order);
	case ALLOC_STAGE_NONBLOCKING:
		if (!(req->ac->gfp & __GFP_KSWAPD_RECLAIM))
			return ALLOC_FLAGS_NONE;
		break;
	case ALLOC_STAGE_FREELIST_FAILED:
	case ALLOC_STAGE_LAST:
		break;
	}
	return without_nofragment(req->alloc_flags);
}

static inline void count_pgalloc(struct mm *mm, const struct zone *z, u32 order)
{
	count_vm_events(mm, VM_pgalloc_dma + z->type, N(order));
}

/**
 * prep_new_page - mark a page that leaves the allocator as in use
 * @mm: model memory
 * @pfn: its head, off the lists
 * @order: its order
 * @mt: type requested
 *
 * All its base pages become PAGE_USED, PK_KERNEL, OWNER_NONE.
 */
void prep_new_page(struct mm *mm, u32 pfn, u32 order, u8 mt)
{
	page_set_unit(mm, pfn, order, PAGE_USED, mt);
}

static bool may_take_highatomic_late(const struct mm *mm, u32 alloc_flags)
{
	return !mm->k.alloc_harder && (alloc_flags & (ALLOC_OOM | ALLOC_NON_BLOCK));
}

static bool takes_highatomic_first(const struct mm *mm, u32 order, u32 alloc_flags)
{
	return mm->k.alloc_harder ? order && (alloc_flags & ALLOC_HARDER)
				  : alloc_flags & ALLOC_HIGHATOMIC;
}

static u32 rmqueue_highatomic(struct mm *mm, struct zone *z, u32 order)
{
	if (policy_has(mm, rmqueue_highatomic))
		return asked_rmqueue_highatomic(mm, z, order);
	return __rmqueue_smallest(mm, z, order, MIGRATE_HIGHATOMIC);
}

/* mm/page_alloc.c:rmqueue_buddy */
static u32 rmqueue_buddy(struct mm *mm, struct zone *z, u32 order, u8 mt, u32 alloc_flags)
{
	enum rmqueue_mode mode = RMQUEUE_NORMAL;
	u32 pfn = PFN_NONE;

	if (takes_highatomic_first(mm, order, alloc_flags))
		pfn = rmqueue_highatomic(mm, z, order);
	if (pfn == PFN_NONE)
		pfn = __rmqueue(mm, z, order, mt, alloc_flags, &mode);
	if (pfn == PFN_NONE && may_take_highatomic_late(mm, alloc_flags))
		pfn = rmqueue_highatomic(mm, z, order);
	if (pfn == PFN_NONE)
		return PFN_NONE;
	/* mark it first: when the reserve takes its block, only free pages change lists */
	prep_new_page(mm, pfn, order, mt);
	if ((alloc_flags & ALLOC_HIGHATOMIC) && mm->k.highatomic_reserve_buddy &&
	    (alloc_flags & ALLOC_WMARK_MASK) == ALLOC_WMARK_MIN)
		reserve_highatomic_pageblock(mm, z, pfn, order);
	return pfn;
}

static inline void wake_kswapd_for_boost(struct mm *mm, struct zone *z, u32 alloc_flags)
{
	if ((alloc_flags & ALLOC_KSWAPD) && (z->flags & ZONE_BOOSTED_WATERMARK)) {
		z->flags &= ~ZONE_BOOSTED_WATERMARK;
		wakeup_kswapd(mm, z, 0, 0, z->type);
	}
}

/* mm/page_alloc.c:rmqueue */
static inline u32 rmqueue(struct mm *mm, struct zone *z, u32 order, u8 mt, u32 alloc_flags)
{
	u32 pfn = PFN_NONE;

	if (pcp_allowed_order(mm, order)) {
		pfn = rmqueue_pcplist(mm, z, order, mt, alloc_flags);
		if (pfn != PFN_NONE)
			prep_new_page(mm, pfn, order, mt);
	}
	if (pfn == PFN_NONE)
		pfn = rmqueue_buddy(mm, z, order, mt, alloc_flags);
	if (pfn != PFN_NONE)
		count_pgalloc(mm, z, order);
	wake_kswapd_for_boost(mm, z, alloc_flags);
	return pfn;
}

/* Before 7.1 the high-order atomic reserve grows here, also for pages from a per-CPU list. */
static inline void reserve_after_alloc(struct mm *mm, struct zone *z, u32 pfn, u32 order,
				       u32 alloc_flags)
{
	if (mm->k.highatomic_reserve_buddy || !takes_highatomic_first(mm, order, alloc_flags))
		return;
	reserve_highatomic_pageblock(mm, z, pfn, order);
}

/*
 * From 6.7 on a zone that falls below its high mark sets ZONE_BELOW_HIGH, and its per-CPU lists
 * stop growing. There is no node_reclaim(): zone_reclaim_mode is 0.
 */
static inline bool zone_allows(struct mm *mm, struct zone *z, u32 order, u32 alloc_flags,
			       const struct alloc_context *ac)
{
	if (mm->k.pcp_auto_tune && !(z->flags & ZONE_BELOW_HIGH)) {
		if (zone_watermark_fast(mm, z, order, wmark_pages(z, WMARK_HIGH),
					ac->highest_zoneidx, alloc_flags, ac->gfp))
			return true;
		z->flags |= ZONE_BELOW_HIGH;
	}
	return (alloc_flags & ALLOC_NO_WATERMARKS) ||
	       zone_watermark_fast(mm, z, order,
				   wmark_pages(z, alloc_flags & ALLOC_WMARK_MASK),
				   ac->highest_zoneidx, alloc_flags, ac->gfp);
}

#define MAX_FREELIST_LOOKS	8	/* a policy may have the zones looked at so often */

static inline u32 flags_after_failure(struct mm *mm, const struct alloc_context *ac, u32 order,
				      u32 alloc_flags, u32 looks)
{
	struct alloc_request req = { .ac = ac, .order = order, .alloc_flags = alloc_flags };

	if (looks == MAX_FREELIST_LOOKS) {
		policy_broke(mm, "alloc_flags", "returned %u times other rights for one request;"
			     " allowed is %u times", looks, looks - 1);
		return ALLOC_FLAGS_NONE;
	}
	return policy_decides(mm, alloc_flags, &req, ALLOC_STAGE_FREELIST_FAILED);
}

/**
 * get_page_from_freelist - take a page from the first zone whose watermark allows it
 * @mm: model memory
 * @order: order
 * @alloc_flags: the watermark to keep, and rights
 * @ac: request
 *
 * Cpusets and the per-node dirty limit are not modeled. With one node, no node is skipped because
 * its kswapd is awake. mm/page_alloc.c:get_page_from_freelist.
 *
 * Return: head pfn of a page in use; PFN_NONE.
 */
u32 get_page_from_freelist(struct mm *mm, u32 order, u32 alloc_flags, struct alloc_context *ac)
{
	u32 looks = 0;
	int idx;

retry:
	for (idx = ac->preferred; idx >= 0; idx--) {
		struct zone *z = &mm->zone[idx];
		u32 pfn;

		if (!z->populated || !zone_allows(mm, z, order, alloc_flags, ac))
			continue;
		pfn = rmqueue(mm, z, order, ac->migratetype, alloc_flags);
		if (pfn != PFN_NONE) {
			reserve_after_alloc(mm, z, pfn, order, alloc_flags);
			return pfn;
		}
	}
	alloc_flags = flags_after_failure(mm, ac, order, alloc_flags, ++looks);
	if (alloc_flags != ALLOC_FLAGS_NONE)
		goto retry;
	return PFN_NONE;
}

static inline void prepare_alloc_pages(const struct mm *mm, gfp_t gfp, struct alloc_context *ac)
{
	ac->gfp = gfp;
	ac->migratetype = gfp_migratetype(gfp);
	ac->highest_zoneidx = gfp_zone(gfp);
	ac->preferred = (s8)ac->highest_zoneidx;
	while (ac->preferred > 0 && !mm->zone[ac->preferred].populated)
		ac->preferred--;
}

static inline void search_hist_add(struct search_hist *h, u32 n)
{
	h->bin[n < SEARCH_BINS ? n : SEARCH_BINS]++;
	h->n++;
	h->sum += n;
	if (n > h->max)
		h->max = n;
}

/**
 * alloc_pages - allocate pages for the running task
 * @mm: model memory; ->current is the task
 * @gfp: flags, __GFP_ACCOUNT ignored
 * @order: 0 .. MAX_PAGE_ORDER
 *
 * The search statistics count the free lists looked at (list heads tested, per-CPU lists left out)
 * and the pageblocks examined for a claim or recovered by their owner.
 * mm/page_alloc.c:__alloc_frozen_pages.
 *
 * Return: head pfn, all base pages PAGE_USED, PK_KERNEL, OWNER_NONE; PFN_NONE.
 */
u32 alloc_pages(struct mm *mm, gfp_t gfp, u32 order)
{
	struct alloc_context ac;
	struct alloc_request req = { .ac = &ac, .order = order };
	u32 flags, pfn;

	mm->visit_lists = mm->visit_blocks = 0;
	prepare_alloc_pages(mm, gfp, &ac);
	flags = policy_decides(mm, alloc_flags, &req, ALLOC_STAGE_FAST);
	pfn = get_page_from_freelist(mm, order, flags, &ac);
	if (__builtin_expect(pfn == PFN_NONE, 0)) {
		pfn = __alloc_pages_slowpath(mm, order, &ac);
		if (pfn == PFN_NONE)
			mm->alloc_failed[order]++;
	}
	search_hist_add(&mm->search_lists, mm->visit_lists);
	search_hist_add(&mm->search_blocks, mm->visit_blocks);
	return pfn;
}

/**
 * alloc_pages_bulk - allocate a page as a part of a bulk request
 * @mm: model memory; ->current is the task
 * @gfp: flags
 *
 * It takes pages from the per-CPU list of the first zone above its low mark, with no other right
 * than to wait for none: alloc_flags() is not asked, so a block may be fragmented at once, under
 * defrag_mode, too. Where that finds nothing, it asks as alloc_pages() does.
 * mm/page_alloc.c:alloc_pages_bulk.
 *
 * Return: as alloc_pages(), of order 0.
 */
u32 alloc_pages_bulk(struct mm *mm, gfp_t gfp)
{
	struct alloc_context ac;
	u32 pfn = PFN_NONE;
	int idx;

	prepare_alloc_pages(mm, gfp, &ac);
	for (idx = ac.preferred; idx >= 0; idx--) {
		struct zone *z = &mm->zone[idx];

		if (!z->populated || !zone_watermark_fast(mm, z, 0, wmark_pages(z, WMARK_LOW),
							  ac.highest_zoneidx, ALLOC_WMARK_LOW, gfp))
			continue;
		pfn = rmqueue_pcplist(mm, z, 0, ac.migratetype, ALLOC_WMARK_LOW);
		if (pfn != PFN_NONE) {
			prep_new_page(mm, pfn, 0, ac.migratetype);
			count_pgalloc(mm, z, 0);
		}
		break;
	}
	return pfn == PFN_NONE ? alloc_pages(mm, gfp, 0) : pfn;
}

/**
 * free_pages - free a page
 * @mm: model memory; ->current is the task
 * @pfn: head of a unit: in use and off the LRU, or isolated by compaction
 * @order: its whole order; to free a part, call split_folio() first
 *
 * mm/page_alloc.c:__free_frozen_pages.
 */
void free_pages(struct mm *mm, u32 pfn, u32 order)
{
	struct zone *z = page_zone(mm, pfn);
	u8 mt = get_pageblock_migratetype(mm, pfn);

	count_vm_events(mm, VM_pgfree, N(order));
	page_set_unit(mm, pfn, order, PAGE_PCP, mt);
	if (pcp_allowed_order(mm, order) && mt != MIGRATE_ISOLATE)
		free_frozen_page_commit(mm, z, pfn, order);
	else
		split_large_buddy(mm, z, pfn, order, false);
}
