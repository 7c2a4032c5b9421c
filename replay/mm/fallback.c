// SPDX-License-Identifier: GPL-2.0-only
/*
 * __rmqueue() and what it does when the requested type's lists are empty: claim a block, steal a
 * page; or one search for both, in 6.1's form and in that of 6.10 to 6.14.
 */
#include "internal.h"

/* mm/page_alloc.c:fallbacks */
static const u8 fallbacks[MIGRATE_PCPTYPES][MIGRATE_PCPTYPES - 1] = {
	[MIGRATE_UNMOVABLE]   = { MIGRATE_RECLAIMABLE, MIGRATE_MOVABLE },
	[MIGRATE_MOVABLE]     = { MIGRATE_RECLAIMABLE, MIGRATE_UNMOVABLE },
	[MIGRATE_RECLAIMABLE] = { MIGRATE_UNMOVABLE,   MIGRATE_MOVABLE },
};

#define NO_FALLBACK	(-1)	/* no page of that order */
#define NO_CLAIM	(-2)	/* the order is too small to claim a block */

/**
 * trace_extfrag - count a fallback, where the kernel raises mm_page_alloc_extfrag
 * @mm: model memory
 * @pfn: page that the event names
 * @alloc_mt: type requested
 * @fallback_mt: type of the list it was found on
 * @cls: how it was taken
 */
void trace_extfrag(struct mm *mm, u32 pfn, u8 alloc_mt, u8 fallback_mt, enum extfrag_class cls)
{
	if (alloc_mt < MIGRATE_PCPTYPES && fallback_mt < MIGRATE_PCPTYPES)
		mm->extfrag[alloc_mt][fallback_mt][cls]++;
	if (get_pageblock_migratetype(mm, pfn) == alloc_mt)
		mm->extfrag_change_ownership++;
}

/**
 * mm_count_fallback - count a fallback that a policy has made
 * @mm: model memory
 * @pfn: page taken; a claimed block has its new type already
 * @order: of the request
 * @found_order: of the buddy found
 * @mt: type of the request
 * @found_mt: type of the list it was found on
 * @claimed: the block's type became @mt; else the page alone was taken
 *
 * This is where __rmqueue_claim() and __rmqueue_steal() raise mm_page_alloc_extfrag.
 */
void mm_count_fallback(struct mm *mm, u32 pfn, u32 order, u32 found_order, u8 mt, u8 found_mt,
		       bool claimed)
{
	enum extfrag_class cls = EXTFRAG_STEAL;

	/* policies give what the event has; no count is by the order of the request */
	(void)order;
	if (claimed)
		cls = found_order >= pageblock_order ? EXTFRAG_CLAIM_BLOCK : EXTFRAG_CLAIM_PART;
	trace_extfrag(mm, pfn, mt, found_mt, cls);
}

/**
 * should_try_claim_block - is a free page large enough to claim its block?
 * @order: of the free page
 * @mt: type requested
 *
 * mm/page_alloc.c:should_try_claim_block; 6.1: can_steal_fallback.
 *
 * Return: false only for small pages and movable requests.
 */
bool should_try_claim_block(u32 order, u8 mt)
{
	return order >= pageblock_order / 2 || mt != MIGRATE_MOVABLE;
}

/* @visited is raised by the lists looked at. Only callers that allocate report it. */
static inline int first_fallback(const struct free_area *area, u8 mt, u32 *visited)
{
	int i;

	if (!area->nr_free || mt >= MIGRATE_PCPTYPES)
		return NO_FALLBACK;
	for (i = 0; i < MIGRATE_PCPTYPES - 1; i++) {
		++*visited;
		if (area->nr_list[fallbacks[mt][i]])
			return fallbacks[mt][i];
	}
	return NO_FALLBACK;
}

/**
 * find_suitable_fallback - find a foreign type that has a free page of an order
 * @z: zone
 * @order: exactly this order
 * @mt: type requested
 * @claimable: only if such a page may claim its block
 *
 * Return: the type; -1 if there is none; -2 if @claimable and the order is too small for that.
 * mm/page_alloc.c:find_suitable_fallback.
 */
int find_suitable_fallback(const struct zone *z, u32 order, u8 mt, bool claimable)
{
	u32 visited = 0;

	if (claimable && !should_try_claim_block(order, mt))
		return NO_CLAIM;
	return first_fallback(&z->free_area[order], mt, &visited);
}

/* Least order of a foreign buddy: a whole block when ALLOC_NOFRAGMENT forbids to mix types. */
static inline u32 fallback_min_order(u32 order, u32 alloc_flags)
{
	return order < pageblock_order && (alloc_flags & ALLOC_NOFRAGMENT) ? pageblock_order
									    : order;
}

static void boost_after_fallback(struct mm *mm, struct zone *z, u32 alloc_flags)
{
	if (boost_watermark(mm, z) && (alloc_flags & ALLOC_KSWAPD))
		z->flags |= ZONE_BOOSTED_WATERMARK;
}

/* Pages in use in a block that are compatible with the new type. */
static inline u32 alike_pages(u8 start_mt, u8 block_mt, u32 nr_free, u32 nr_movable)
{
	if (start_mt == MIGRATE_MOVABLE)
		return nr_movable;
	/*
	 * pages of a movable block that are neither free nor movable: assume that they are
	 * compatible
	 */
	return block_mt == MIGRATE_MOVABLE ? pageblock_nr_pages - (nr_free + nr_movable) : 0;
}

/**
 * vanilla_claim_block - decide whether a block is converted to the type of the request
 * @mm: model memory
 * @pfn: a page of the block
 * @mt: type requested
 * @nr_free: free pages of the block
 * @alike: pages in use that are compatible with @mt
 *
 * Half of the block must be free or compatible. mm/page_alloc.c:try_to_claim_block.
 *
 * Return: true when it is.
 */
bool vanilla_claim_block(const struct mm *mm, u32 pfn, u8 mt, u32 nr_free, u32 alike)
{
	(void)mm;
	(void)pfn;
	(void)mt;
	return nr_free + alike >= N(pageblock_order - 1);
}

static u32 claim_whole_blocks(struct mm *mm, struct zone *z, u32 pfn, u32 cur, u32 order,
			      u8 start_mt, u8 block_mt)
{
	u32 added;

	del_page_from_free_list(mm, z, pfn, cur, block_mt);
	change_pageblock_range(mm, pfn, cur, start_mt);
	added = expand(mm, z, pfn, order, cur, start_mt);
	z->nr_free_pages += added;
	return pfn;
}

/* mm/page_alloc.c:try_to_claim_block */
static u32 try_to_claim_block(struct mm *mm, struct zone *z, u32 pfn, u32 cur, u32 order,
			      u8 start_mt, u8 block_mt, u32 alloc_flags)
{
	u32 nr_free, nr_movable;

	mm->visit_blocks++;
	if (cur >= pageblock_order)
		return claim_whole_blocks(mm, z, pfn, cur, order, start_mt, block_mt);
	boost_after_fallback(mm, z, alloc_flags);
	if (!prep_move_freepages_block(mm, z, pfn, &nr_free, &nr_movable))
		return PFN_NONE;
	if (!policy_decides(mm, claim_block, pfn, start_mt, nr_free,
			    alike_pages(start_mt, block_mt, nr_free, nr_movable)))
		return PFN_NONE;
	__move_freepages_block(mm, z, pageblock_start_pfn(pfn), start_mt);
	set_pageblock_migratetype(mm, pfn, start_mt);
	return __rmqueue_smallest(mm, z, order, start_mt);
}

/**
 * __rmqueue_claim - claim a block for the requested type and take a page of it
 * @mm: model memory
 * @z: zone
 * @order: order wanted
 * @mt: type requested
 * @alloc_flags: with ALLOC_NOFRAGMENT only whole free blocks are taken
 *
 * It tries the largest buddies first, and of each order only the first page of one type.
 * mm/page_alloc.c:__rmqueue_claim.
 *
 * Return: head pfn of a page that is off the lists and not in use yet; PFN_NONE.
 */
u32 __rmqueue_claim(struct mm *mm, struct zone *z, u32 order, u8 mt, u32 alloc_flags)
{
	u32 min_order = fallback_min_order(order, alloc_flags);
	int cur;

	for (cur = MAX_PAGE_ORDER; cur >= (int)min_order; cur--) {
		const struct free_area *area = &z->free_area[cur];
		int fb;
		u32 pfn;

		if (!should_try_claim_block(cur, mt))
			break;
		fb = first_fallback(area, mt, &mm->visit_lists);
		if (fb == NO_FALLBACK)
			continue;
		pfn = try_to_claim_block(mm, z, zone_first_free(mm, z, cur, fb), cur, order, mt, fb,
					 alloc_flags);
		if (pfn == PFN_NONE)
			continue;
		trace_extfrag(mm, pfn, mt, fb,
			      cur >= pageblock_order ? EXTFRAG_CLAIM_BLOCK : EXTFRAG_CLAIM_PART);
		return pfn;
	}
	return PFN_NONE;
}

/**
 * __rmqueue_steal - take one page out of another type's block, which keeps its type
 * @mm: model memory
 * @z: zone
 * @order: order wanted
 * @mt: type requested
 *
 * It takes the smallest buddy that is large enough. mm/page_alloc.c:__rmqueue_steal.
 *
 * Return: head pfn of a page that is off the lists and not in use yet; PFN_NONE.
 */
u32 __rmqueue_steal(struct mm *mm, struct zone *z, u32 order, u8 mt)
{
	u32 cur;

	for (cur = order; cur < NR_PAGE_ORDERS; cur++) {
		const struct free_area *area = &z->free_area[cur];
		int fb = first_fallback(area, mt, &mm->visit_lists);
		u32 pfn;

		if (fb == NO_FALLBACK)
			continue;
		pfn = zone_first_free(mm, z, cur, fb);
		page_del_and_expand(mm, z, pfn, order, cur, fb);
		trace_extfrag(mm, pfn, mt, fb, EXTFRAG_STEAL);
		return pfn;
	}
	return PFN_NONE;
}

/*
 * 6.1: all free pages of the block change lists, even if the block is then not claimed. A block
 * that begins below the zone is not refused: its start is moved.
 */
static bool steal_whole_block(struct mm *mm, struct zone *z, u32 pfn, u8 start_mt)
{
	u32 start = pageblock_start_pfn(pfn), end = start + pageblock_nr_pages - 1;
	u8 block_mt = get_pageblock_migratetype(mm, pfn);
	u32 nr_free, nr_movable = 0, p;

	if (!zone_spans_pfn(z, start))
		start = pfn;
	if (!zone_spans_pfn(z, end))
		return false;
	for (p = start; p <= end; p++)
		nr_movable += page_is_lru(mm, p) || (mm->page[p].state == PAGE_USED &&
						    mm->page[p].kind == PK_MOVABLE_OPS);
	nr_free = __move_freepages_block(mm, z, start, start_mt);
	if (!nr_free)
		return false;
	if (policy_decides(mm, claim_block, pfn, start_mt, nr_free,
			   alike_pages(start_mt, block_mt, nr_free, nr_movable)))
		set_pageblock_migratetype(mm, pfn, start_mt);
	return true;
}

/* 6.1's mm/page_alloc.c:steal_suitable_fallback */
static void steal_suitable_fallback(struct mm *mm, struct zone *z, u32 pfn, u32 cur, u8 start_mt,
				    u32 alloc_flags, bool whole_block)
{
	mm->visit_blocks++;
	if (get_pageblock_migratetype(mm, pfn) == MIGRATE_HIGHATOMIC)
		goto single_page;
	if (cur >= pageblock_order) {
		change_pageblock_range(mm, pfn, cur, start_mt);
		goto single_page;
	}
	boost_after_fallback(mm, z, alloc_flags);
	if (whole_block && steal_whole_block(mm, z, pfn, start_mt))
		return;
single_page:
	move_to_free_list(mm, z, pfn, cur, start_mt);
}

/* 6.1: largest first; but smallest first for movable requests that may not claim the block. */
static int old_fallback_order(struct mm *mm, const struct zone *z, u32 order, u8 mt,
			      u32 alloc_flags, int *fb)
{
	u32 min_order = fallback_min_order(order, alloc_flags);
	int cur;

	for (cur = MAX_PAGE_ORDER; cur >= (int)min_order; cur--) {
		*fb = first_fallback(&z->free_area[cur], mt, &mm->visit_lists);
		if (*fb != NO_FALLBACK)
			break;
	}
	if (cur < (int)min_order)
		return NO_FALLBACK;
	if (should_try_claim_block(cur, mt) || cur <= (int)order)
		return cur;
	for (cur = order; cur <= MAX_PAGE_ORDER; cur++) {
		*fb = first_fallback(&z->free_area[cur], mt, &mm->visit_lists);
		if (*fb != NO_FALLBACK)
			break;
	}
	return cur;
}

static enum extfrag_class old_extfrag_class(const struct mm *mm, u32 pfn, int cur, u8 mt)
{
	if (get_pageblock_migratetype(mm, pfn) != mt)
		return EXTFRAG_STEAL;
	return cur >= pageblock_order ? EXTFRAG_CLAIM_BLOCK : EXTFRAG_CLAIM_PART;
}

/* 6.1's __rmqueue_fallback(). Return: true if the lists of the requested type have a page now. */
static bool __rmqueue_fallback(struct mm *mm, struct zone *z, u32 order, u8 mt, u32 alloc_flags)
{
	int fb, cur = old_fallback_order(mm, z, order, mt, alloc_flags, &fb);
	u32 pfn;

	if (cur == NO_FALLBACK)
		return false;
	pfn = zone_first_free(mm, z, cur, fb);
	steal_suitable_fallback(mm, z, pfn, cur, mt, alloc_flags,
				should_try_claim_block(cur, mt));
	trace_extfrag(mm, pfn, mt, fb, old_extfrag_class(mm, pfn, cur, mt));
	return true;
}

/* Movable requests use CMA areas once these hold more than half of the free memory. */
static inline bool cma_first(const struct zone *z, u32 alloc_flags)
{
	return z->nr_free_cma && (alloc_flags & ALLOC_CMA) &&
	       z->nr_free_cma > z->nr_free_pages / 2;
}

static u32 rmqueue_own_or_cma(struct mm *mm, struct zone *z, u32 order, u8 mt, u32 alloc_flags)
{
	u32 pfn = __rmqueue_smallest(mm, z, order, mt);

	if (pfn == PFN_NONE && z->nr_free_cma && (alloc_flags & ALLOC_CMA))
		pfn = __rmqueue_smallest(mm, z, order, MIGRATE_CMA);
	return pfn;
}

static u32 old_rmqueue(struct mm *mm, struct zone *z, u32 order, u8 mt, u32 alloc_flags)
{
	u32 pfn;

	do {
		pfn = rmqueue_own_or_cma(mm, z, order, mt, alloc_flags);
	} while (pfn == PFN_NONE && __rmqueue_fallback(mm, z, order, mt, alloc_flags));
	return pfn;
}

/*
 * mm/page_alloc.c:__rmqueue_fallback between c0cd6f557b90 (6.10) and c2f6ea38fc1b ("don't steal
 * single pages from biggest buddy"): 6.1's search, but a block that is not claimed loses only the
 * pages asked for. They are split off the buddy that was found, which is the largest.
 */
static u32 claim_or_split_biggest(struct mm *mm, struct zone *z, u32 order, u8 mt,
				  u32 alloc_flags)
{
	enum extfrag_class cls = EXTFRAG_STEAL;
	int fb, cur = old_fallback_order(mm, z, order, mt, alloc_flags, &fb);
	u32 pfn = PFN_NONE, biggest;

	if (cur == NO_FALLBACK)
		return PFN_NONE;
	biggest = zone_first_free(mm, z, cur, fb);
	if (should_try_claim_block(cur, mt))
		pfn = try_to_claim_block(mm, z, biggest, cur, order, mt, fb, alloc_flags);
	else	/* later kernels do not boost for a steal */
		boost_after_fallback(mm, z, alloc_flags);
	if (pfn != PFN_NONE) {
		cls = cur >= pageblock_order ? EXTFRAG_CLAIM_BLOCK : EXTFRAG_CLAIM_PART;
	} else {
		pfn = biggest;
		page_del_and_expand(mm, z, pfn, order, cur, fb);
	}
	trace_extfrag(mm, pfn, mt, fb, cls);
	return pfn;
}

static u32 rmqueue_biggest(struct mm *mm, struct zone *z, u32 order, u8 mt, u32 alloc_flags)
{
	u32 pfn = rmqueue_own_or_cma(mm, z, order, mt, alloc_flags);

	return pfn != PFN_NONE ? pfn : claim_or_split_biggest(mm, z, order, mt, alloc_flags);
}

/**
 * vanilla_rmqueue - take a page: of the own type, of CMA, by a claim, by a steal
 * @mm: model memory
 * @z: zone
 * @order: order
 * @mt: type requested
 * @alloc_flags: ALLOC_CMA, ALLOC_NOFRAGMENT and ALLOC_KSWAPD matter
 * @mode: where the last page of this refill was found; RMQUEUE_NORMAL at first
 *
 * Within one refill a level that failed is not tried again: after a steal the next pages are
 * stolen, too. mm/page_alloc.c:__rmqueue.
 *
 * Return: head pfn of a page that is off the lists and not in use yet; PFN_NONE.
 */
u32 vanilla_rmqueue(struct mm *mm, struct zone *z, u32 order, u8 mt, u32 alloc_flags,
		    enum rmqueue_mode *mode)
{
	u32 pfn;

	if (cma_first(z, alloc_flags)) {
		pfn = __rmqueue_smallest(mm, z, order, MIGRATE_CMA);
		if (pfn != PFN_NONE)
			return pfn;
	}
	if (!mm->k.claim_steal_split)
		return old_rmqueue(mm, z, order, mt, alloc_flags);
	if (mm->k.steal_biggest_buddy)
		return rmqueue_biggest(mm, z, order, mt, alloc_flags);
	if (*mode == RMQUEUE_NORMAL) {
		pfn = __rmqueue_smallest(mm, z, order, mt);
		if (pfn != PFN_NONE)
			return pfn;
	}
	if (*mode <= RMQUEUE_CMA && z->nr_free_cma && (alloc_flags & ALLOC_CMA)) {
		pfn = __rmqueue_smallest(mm, z, order, MIGRATE_CMA);
		if (pfn != PFN_NONE) {
			*mode = RMQUEUE_CMA;
			return pfn;
		}
	}
	if (*mode <= RMQUEUE_CLAIM) {
		pfn = __rmqueue_claim(mm, z, order, mt, alloc_flags);
		if (pfn != PFN_NONE) {
			*mode = RMQUEUE_NORMAL;
			return pfn;
		}
	}
	if (alloc_flags & ALLOC_NOFRAGMENT)
		return PFN_NONE;
	pfn = __rmqueue_steal(mm, z, order, mt);
	if (pfn != PFN_NONE)
		*mode = RMQUEUE_STEAL;
	return pfn;
}

/**
 * __rmqueue - take a page from a zone's free lists, as the policy decides
 * @mm: model memory
 * @z: zone
 * @order: order
 * @mt: type requested
 * @alloc_flags: rights
 * @mode: where the last page of this refill was found; RMQUEUE_NORMAL at first
 *
 * Return: head pfn of a page that is off the lists and not in use yet; PFN_NONE, also when the
 * policy returned what cannot be such a page.
 */
u32 __rmqueue(struct mm *mm, struct zone *z, u32 order, u8 mt, u32 alloc_flags,
	      enum rmqueue_mode *mode)
{
	return policy_decides(mm, rmqueue, z, order, mt, alloc_flags, mode);
}
