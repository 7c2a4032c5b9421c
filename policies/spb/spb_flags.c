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

/* The zone at which the zonelist walk starts; page_alloc.c:prepare_alloc_pages, on x86-64. */
static enum zone_type preferred_zone(const struct mm *mm, gfp_t gfp)
{
	enum zone_type t = ZONE_NORMAL;

	if (gfp & __GFP_DMA)
		t = ZONE_DMA;
	else if (gfp & __GFP_DMA32)
		t = ZONE_DMA32;
	else if ((gfp & (__GFP_HIGHMEM | __GFP_MOVABLE)) == (__GFP_HIGHMEM | __GFP_MOVABLE))
		t = ZONE_MOVABLE;
	while (t > ZONE_DMA && !mm_zone(mm, t)->populated)
		t--;
	return t;
}

/**
 * spb_alloc_flags_nofragment - decide whether the fast path may mix types in a pageblock
 * @mm: model memory
 * @ac: request
 *
 * Return: ALLOC_NOFRAGMENT or 0, as without superpageblocks.
 */
u32 spb_alloc_flags_nofragment(struct mm *mm, const struct alloc_context *ac)
{
	return vanilla_alloc_flags_nofragment(mm, ac);
}

/* The caller has another way out, or cannot wait for this one (v2 26/40). */
static bool is_optional(gfp_t gfp)
{
	if ((gfp & __GFP_NORETRY) && !(gfp & __GFP_RETRY_MAYFAIL))
		return true;
	return !(gfp & (__GFP_DIRECT_RECLAIM | __GFP_NOMEMALLOC | __GFP_NOFAIL));
}

/**
 * spb_alloc_flags_slowpath - alloc_flags of a request on the slow path
 * @mm: model memory
 * @gfp: flags
 * @order: order
 *
 * ALLOC_NOFRAGMENT stays as on the fast path, so that the request reclaims before it may taint a
 * clean superpageblock (v2 20/40).
 *
 * Return: alloc_flags.
 */
u32 spb_alloc_flags_slowpath(struct mm *mm, gfp_t gfp, u32 order)
{
	const struct spb *s = spb_of(mm);
	u32 flags = vanilla_alloc_flags_slowpath(mm, gfp, order);
	struct alloc_context ac = { .gfp = gfp, .preferred = (s8)preferred_zone(mm, gfp) };

	if (s->prefer_reclaim)
		flags |= vanilla_alloc_flags_nofragment(mm, &ac) & ALLOC_NOFRAGMENT;
	if (is_optional(gfp))
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

static bool relax(struct spb *s, enum spb_relax step, bool again)
{
	s->c.relaxed[step]++;
	return again;
}

/**
 * spb_freelist_failed - decide whether to look again when no zone had a page
 * @mm: model memory
 * @ac: request
 * @order: its order
 * @alloc_flags: its rights; raised if it shall look again
 *
 * A request that can reclaim does so first. One that cannot may steal single pages in tainted
 * superpageblocks, and then taint a clean one; unless its caller has another way out.
 *
 * Return: whether to look again.
 */
bool spb_freelist_failed(struct mm *mm, const struct alloc_context *ac, u32 order,
			 u32 *alloc_flags)
{
	struct spb *s = spb_of(mm);

	if (!(*alloc_flags & ALLOC_NOFRAGMENT))
		return false;
	if (can_direct_reclaim(ac->gfp))
		return s->prefer_reclaim ? false
					 : vanilla_freelist_failed(mm, ac, order, alloc_flags);
	if (ac->gfp & __GFP_NORETRY)
		return relax(s, SPB_NORETRY_SKIP, false);
	if (caller_tries_smaller(s, ac, order))
		return relax(s, SPB_NOWARN_LOWER_ORDER, false);
	if (!(*alloc_flags & ALLOC_NOFRAG_TAINTED_OK)) {
		*alloc_flags |= ALLOC_NOFRAG_TAINTED_OK;
		return relax(s, SPB_ADD_TAINTED_OK, true);
	}
	*alloc_flags &= ~(ALLOC_NOFRAGMENT | ALLOC_NOFRAG_TAINTED_OK);
	return relax(s, SPB_DROP_NOFRAGMENT, true);
}

/**
 * spb_drops_nofragment - decide whether a request may fragment when it cannot go on otherwise
 * @mm: model memory
 * @ac: request, for which neither reclaim nor compaction is worth another round
 * @r: its rounds so far
 *
 * Return: whether to begin once more, without ALLOC_NOFRAGMENT.
 */
bool spb_drops_nofragment(struct mm *mm, const struct alloc_context *ac, struct alloc_retry *r)
{
	struct spb *s = spb_of(mm);

	if (!vanilla_drops_nofragment(mm, ac, r))
		return false;
	s->c.dropped_nofragment++;
	return true;
}

/**
 * spb_nonblocking_drops_nofragment - decide whether a request that cannot reclaim may fragment
 * @mm: model memory
 * @gfp: flags
 * @alloc_flags: its rights
 *
 * Return: false: spb_freelist_failed() has decided already.
 */
bool spb_nonblocking_drops_nofragment(struct mm *mm, gfp_t gfp, u32 alloc_flags)
{
	(void)mm;
	(void)gfp;
	(void)alloc_flags;
	return false;
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
