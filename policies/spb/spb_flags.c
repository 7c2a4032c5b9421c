// SPDX-License-Identifier: GPL-2.0-only
/*
 * The alloc_flags of a request, and what happens when no zone has a page for it. doc/spb.md,
 * "Rights" and "When no zone has a page".
 */
#include "spb.h"

static bool can_direct_reclaim(gfp_t gfp)
{
	return gfp & __GFP_DIRECT_RECLAIM;
}

/* The caller has another way out, or cannot wait for this one (v2 26/40). */
static bool is_optional(gfp_t gfp)
{
	if ((gfp & __GFP_NORETRY) && !(gfp & __GFP_RETRY_MAYFAIL))
		return true;
	return !(gfp & (__GFP_DIRECT_RECLAIM | __GFP_NOMEMALLOC | __GFP_NOFAIL));
}

/*
 * ALLOC_NOFRAGMENT stays as on the fast path, so that the request reclaims before it may taint a
 * clean superpageblock (v2 20/40).
 */
static u32 slow_flags(struct mm *mm, const struct alloc_request *req)
{
	u32 flags = vanilla_alloc_flags(mm, req, ALLOC_STAGE_SLOW);

	if (spb_of(mm)->prefer_reclaim)
		flags |= vanilla_alloc_flags(mm, req, ALLOC_STAGE_FAST) & ALLOC_NOFRAGMENT;
	if (is_optional(req->ac->gfp))
		flags |= ALLOC_HIGHORDER_OPTIONAL;
	return flags;
}

static bool has_smaller(const struct free_region *r, u32 order, u8 mt)
{
	u32 o;

	for (o = 0; o < order; o++)
		if (r->free_area[o].nr_list[mt])
			return true;
	return false;
}

static u8 other_kernel_type(u8 mt)
{
	if (mt == MIGRATE_UNMOVABLE)
		return MIGRATE_RECLAIMABLE;
	return mt == MIGRATE_RECLAIMABLE ? MIGRATE_UNMOVABLE : mt;
}

/*
 * Could a tainted superpageblock serve the smaller request that the caller makes next? (v2 35/40)
 */
static bool tainted_can_serve_smaller(struct spb_zone *sz, u32 order, u8 mt)
{
	struct superpageblock *sb = NULL;

	while ((sb = spb_next(sz, SPB_TAINTED, sb))) {
		const struct free_region *r = spb_region(sz, sb);

		if (sb->nr_movable || has_smaller(r, order, mt) ||
		    has_smaller(r, order, other_kernel_type(mt)))
			return true;
	}
	return false;
}

static bool caller_tries_smaller(struct spb *s, const struct alloc_context *ac, u32 order)
{
	struct spb_zone *sz = &s->zone[ac->preferred];

	if (s->version < 2 || !order || !(ac->gfp & __GFP_NOWARN) || (ac->gfp & __GFP_NOFAIL))
		return false;
	return sz->sb && tainted_can_serve_smaller(sz, order, ac->migratetype);
}

static u32 count_relaxed(struct spb *s, enum spb_relax step, u32 alloc_flags)
{
	s->c.relaxed[step]++;
	return alloc_flags;
}

/*
 * No zone had a page. A request that can reclaim does so first. One that cannot may steal single
 * pages in tainted superpageblocks, and then taint a clean one; unless its caller has another way
 * out.
 */
static u32 flags_after_failure(struct mm *mm, const struct alloc_request *req)
{
	struct spb *s = spb_of(mm);
	u32 flags = req->alloc_flags;

	if (!(flags & ALLOC_NOFRAGMENT))
		return ALLOC_FLAGS_NONE;
	if (can_direct_reclaim(req->ac->gfp))
		return s->prefer_reclaim ? ALLOC_FLAGS_NONE :
			vanilla_alloc_flags(mm, req, ALLOC_STAGE_FREELIST_FAILED);
	if (req->ac->gfp & __GFP_NORETRY)
		return count_relaxed(s, SPB_NORETRY_SKIP, ALLOC_FLAGS_NONE);
	if (caller_tries_smaller(s, req->ac, req->order))
		return count_relaxed(s, SPB_NOWARN_LOWER_ORDER, ALLOC_FLAGS_NONE);
	if (!(flags & ALLOC_NOFRAG_TAINTED_OK))
		return count_relaxed(s, SPB_ADD_TAINTED_OK, flags | ALLOC_NOFRAG_TAINTED_OK);
	return count_relaxed(s, SPB_DROP_NOFRAGMENT,
			     flags & ~(ALLOC_NOFRAGMENT | ALLOC_NOFRAG_TAINTED_OK));
}

/* Neither reclaim nor compaction is worth another round: the request may fragment now. */
static u32 last_flags(struct mm *mm, const struct alloc_request *req)
{
	u32 flags = vanilla_alloc_flags(mm, req, ALLOC_STAGE_LAST);

	spb_of(mm)->c.dropped_nofragment += flags != ALLOC_FLAGS_NONE;
	return flags;
}

/**
 * spb_alloc_flags - decide the rights of a request, and whether it gets more
 * @mm: model memory
 * @req: request
 * @stage: where it stands
 *
 * The fast path is as without superpageblocks. A request that cannot reclaim gets no more rights
 * on the slow path than flags_after_failure() gave it.
 *
 * Return: ALLOC_*; ALLOC_FLAGS_NONE where the stage allows it.
 */
u32 spb_alloc_flags(struct mm *mm, const struct alloc_request *req, enum alloc_stage stage)
{
	switch (stage) {
	case ALLOC_STAGE_FREELIST_FAILED:
		return flags_after_failure(mm, req);
	case ALLOC_STAGE_SLOW:
		return slow_flags(mm, req);
	case ALLOC_STAGE_LAST:
		return last_flags(mm, req);
	case ALLOC_STAGE_NONBLOCKING:
		return ALLOC_FLAGS_NONE;
	case ALLOC_STAGE_FAST:
		break;
	}
	return vanilla_alloc_flags(mm, req, stage);
}

/* Evacuate zone by zone, and look for a page again after each zone where any block was tried. */
static u32 evacuate_and_retry(struct mm *mm, struct alloc_context *ac, const struct alloc_retry *r)
{
	struct spb *s = spb_of(mm);
	int idx;

	for (idx = ac->preferred; idx >= 0; idx--) {
		struct spb_zone *sz = &s->zone[idx];
		u32 pfn;

		if (!sz->sb || !spb_evacuate_for_order(s, sz, r->order, ac->migratetype))
			continue;
		pfn = get_page_from_freelist(mm, r->order, r->alloc_flags, ac);
		if (pfn != PFN_NONE)
			return pfn;
	}
	return PFN_NONE;
}

static bool is_kernel_request(const struct alloc_context *ac)
{
	return ac->migratetype == MIGRATE_UNMOVABLE || ac->migratetype == MIGRATE_RECLAIMABLE;
}

/**
 * spb_last_resort - evacuate for a request that would taint a clean superpageblock next
 * @mm: model memory
 * @ac: request
 * @r: its rounds so far
 *
 * Return: head pfn of a page in use; PFN_NONE.
 */
u32 spb_last_resort(struct mm *mm, struct alloc_context *ac, const struct alloc_retry *r)
{
	if (!(r->alloc_flags & ALLOC_NOFRAGMENT) || !is_kernel_request(ac))
		return PFN_NONE;
	return evacuate_and_retry(mm, ac, r);
}

static u32 contig_block(struct mm *mm, const struct alloc_context *ac, u32 order)
{
	struct spb *s = spb_of(mm);
	int idx;

	for (idx = ac->preferred; idx >= 0; idx--) {
		u32 pfn = s->zone[idx].sb ? spb_try_alloc_contig(s, &s->zone[idx], 1u << order)
					  : PFN_NONE;

		if (pfn != PFN_NONE)
			return pfn;
	}
	return PFN_NONE;
}

/**
 * spb_direct_compact - what direct compaction tries first
 * @mm: model memory
 * @ac: request
 * @r: its rounds so far
 *
 * A movable request of at least a pageblock takes a range of clean memory; a kernel request above
 * order 0 evacuates.
 *
 * Return: head pfn of a page in use; PFN_NONE to go on with compaction.
 */
u32 spb_direct_compact(struct mm *mm, struct alloc_context *ac, const struct alloc_retry *r)
{
	if (r->order >= pageblock_order && ac->migratetype == MIGRATE_MOVABLE)
		return contig_block(mm, ac, r->order);
	if (r->order && is_kernel_request(ac))
		return evacuate_and_retry(mm, ac, r);
	return PFN_NONE;
}
