// SPDX-License-Identifier: GPL-2.0-only
/*
 * __rmqueue() over superpageblocks: own type, CMA, claim a block, steal a page. doc/spb.md,
 * "Claiming a block" and "Claim and steal".
 */
#include "spb.h"

/* mm/page_alloc.c:fallbacks */
static const u8 fallbacks[MIGRATE_PCPTYPES][MIGRATE_PCPTYPES - 1] = {
	[MIGRATE_UNMOVABLE]   = { MIGRATE_RECLAIMABLE, MIGRATE_MOVABLE },
	[MIGRATE_MOVABLE]     = { MIGRATE_RECLAIMABLE, MIGRATE_UNMOVABLE },
	[MIGRATE_RECLAIMABLE] = { MIGRATE_UNMOVABLE,   MIGRATE_MOVABLE },
};

static inline bool is_kernel_type(u8 mt)
{
	return mt == MIGRATE_UNMOVABLE || mt == MIGRATE_RECLAIMABLE;
}

/* Is one type unmovable and the other reclaimable? */
static inline bool is_cross_type(u8 a, u8 b)
{
	return a != b && is_kernel_type(a) && is_kernel_type(b);
}

/* --- a block changes its type -------------------------------------------------------------- */

/**
 * spb_claim_whole_block - convert a free chunk of whole pageblocks and take a page of it
 * @s: policy
 * @sz: zone
 * @pfn: head of the chunk
 * @chunk: its order, at least pageblock_order
 * @order: of the page wanted
 * @mt: new type of all its pageblocks
 * @from: list that it is on
 *
 * Return: @pfn, the head of a page that is neither free nor in use yet.
 */
u32 spb_claim_whole_block(struct spb *s, struct spb_zone *sz, u32 pfn, u32 chunk, u32 order,
			  u8 mt, u8 from)
{
	u32 i;

	mm_visit(s->mm, 0, 1);
	spb_chunk_leaves(s, sz, pfn, chunk, mt);
	del_page_from_free_list(s->mm, sz->z, pfn, chunk, from);
	for (i = 0; i < 1u << chunk; i += pageblock_nr_pages)
		set_pageblock_migratetype(s->mm, pfn + i, mt);
	expand_freed(s->mm, sz->z, pfn, order, chunk, mt);
	spb_remainder_is_free(s, sz, pfn, order, chunk);
	return pfn;
}

static u32 count_refusal(struct spb *s, enum spb_refusal why)
{
	s->c.refused[why]++;
	return PFN_NONE;
}

/* May a block in use change its type to @mt? If not, @why says so. */
static bool block_suits(const struct spb *s, u8 mt, u8 tag, u32 nr_free, u32 nr_movable,
			bool from_tainted, enum spb_refusal *why)
{
	u32 alike = 0;

	*why = SPB_REFUSED_CROSS_TYPE;
	if (s->version >= 2 && is_cross_type(mt, tag))
		return nr_free == pageblock_nr_pages;
	*why = SPB_REFUSED_INSUFFICIENT;
	if (from_tainted && s->relaxed_claim)
		return true;
	if (mt == MIGRATE_MOVABLE)
		alike = nr_movable;
	else if (tag == MIGRATE_MOVABLE)
		alike = pageblock_nr_pages - (nr_free + nr_movable);
	return nr_free + alike >= pageblock_nr_pages / 2;
}

static void retype_block(struct spb *s, struct spb_zone *sz, u32 pfn, u8 mt, u8 tag)
{
	u32 start = pfn & ~(pageblock_nr_pages - 1);

	__move_freepages_block(s->mm, sz->z, start, mt);
	set_pageblock_migratetype(s->mm, start, mt);
	spb_set_has(s, sz, start, mt);
	if (s->version >= 2 && is_cross_type(mt, tag))
		spb_clear_has(s, sz, start, tag);
	else if (mt != tag)
		spb_set_has(s, sz, start, tag);
	spb_update_list(s, sz, spb_of_pfn(sz, start));
}

/* The block's free chunks are on the lists of its new type now: the walk takes the smallest. */
static u32 search_again(struct spb *s, struct spb_zone *sz, u32 order, u8 mt)
{
	struct spb_walk *walk = s->walk;
	u32 pfn;

	s->walk = NULL;
	pfn = spb_rmqueue_smallest(s, sz, order, mt);
	s->walk = walk;
	return pfn;
}

/**
 * spb_try_to_claim_block - convert a pageblock, if it qualifies, and take a page of it
 * @s: policy
 * @sz: zone
 * @pfn: head of a free chunk of the block
 * @chunk: its order
 * @order: of the page wanted
 * @mt: new type
 * @from: list that the chunk is on
 * @from_tainted: the walk asks, in a tainted superpageblock: with relaxed_claim it does not matter
 *	what else is in the block (v1 25/45)
 *
 * The block keeps its new type even when the walk then finds no page of it.
 *
 * Return: head pfn of a page that is neither free nor in use yet; PFN_NONE.
 */
u32 spb_try_to_claim_block(struct spb *s, struct spb_zone *sz, u32 pfn, u32 chunk, u32 order,
			   u8 mt, u8 from, bool from_tainted)
{
	u8 tag = mm_pageblock_type(s->mm, pfn);
	u32 nr_free, nr_movable;
	enum spb_refusal why;

	if (tag == MIGRATE_ISOLATE)
		return count_refusal(s, SPB_REFUSED_ISOLATE);
	if (tag == MIGRATE_CMA)
		return count_refusal(s, SPB_REFUSED_CMA);
	if (chunk >= pageblock_order)
		return spb_claim_whole_block(s, sz, pfn, chunk, order, mt, from);
	mm_visit(s->mm, 0, 1);
	if (!prep_move_freepages_block(s->mm, sz->z, pfn, &nr_free, &nr_movable))
		return count_refusal(s, SPB_REFUSED_ZONE_BOUNDARY);
	if (!block_suits(s, mt, tag, nr_free, nr_movable, from_tainted, &why))
		return count_refusal(s, why);
	retype_block(s, sz, pfn, mt, tag);
	return search_again(s, sz, order, mt);
}

/* --- claim and steal ------------------------------------------------------------------------ */

enum step { STEP_PREFERRED, STEP_EMPTY, STEP_FALLBACK, NR_STEPS };

/**
 * struct claim - a request that the lists of its own type did not serve
 * @lists: free lists looked at
 * @order, @mt, @alloc_flags: of the request
 * @skip_cross: do not look for reclaimable pages for an unmovable request, nor the reverse
 * @found, @found_mt: head and list of the chunk that find_fallback() found
 */
struct claim {
	struct spb *s;
	struct spb_zone *sz;
	u32 order, alloc_flags;
	u8 mt;
	bool skip_cross;
	u32 lists;
	u32 found;
	u8 found_mt;
};

static enum spb_category category_of_step(u8 mt, enum step step)
{
	bool clean = (mt == MIGRATE_MOVABLE) == (step == STEP_PREFERRED);

	return clean ? SPB_CLEAN : SPB_TAINTED;
}

static struct superpageblock *next_of_step(const struct claim *c, enum step step,
					   struct superpageblock *from)
{
	if (step == STEP_EMPTY)
		return spb_next_empty(c->sz, from);
	return spb_next(c->sz, category_of_step(c->mt, step), from);
}

static bool find_in(struct claim *c, const struct superpageblock *sb, u32 order)
{
	const struct free_area *area = &spb_region(c->sz, sb)->free_area[order];
	u32 i;

	for (i = 0; i < MIGRATE_PCPTYPES - 1; i++) {
		u8 mt = fallbacks[c->mt][i];

		if (c->skip_cross && is_cross_type(c->mt, mt))
			continue;
		c->lists++;
		if (!area->nr_list[mt])
			continue;
		c->found = mm_list_first(c->s->mm, area->list[mt]);
		c->found_mt = mt;
		return true;
	}
	return false;
}

static u32 nr_of_step(const struct claim *c, enum step step)
{
	const struct spb_list *lists = c->sz->lists[category_of_step(c->mt, step)];
	u32 nr = 0;
	int full;

	if (step == STEP_EMPTY)
		return c->sz->empty.nr;
	for (full = 0; full < NR_SPB_FULLNESS; full++)
		nr += lists[full].nr;
	return nr;
}

/*
 * The zone's totals tell when no superpageblock has such a chunk. The walk is left out then, and
 * the lists that it would have looked at are counted.
 */
static bool walk_would_fail(struct claim *c, u32 order, enum step step)
{
	const struct free_area *area = &c->sz->z->free_area[order];
	u32 i, types = 0;

	/* this walk skips superpageblocks at their reserve: how many, only the walk can tell */
	if (step == STEP_FALLBACK && c->mt == MIGRATE_MOVABLE)
		return false;
	for (i = 0; i < MIGRATE_PCPTYPES - 1; i++) {
		u8 mt = fallbacks[c->mt][i];

		if (c->skip_cross && is_cross_type(c->mt, mt))
			continue;
		if (area->nr_list[mt])
			return false;
		types++;
	}
	c->lists += types * nr_of_step(c, step);
	return true;
}

/* Look for a chunk of exactly this order on a foreign list of the step's superpageblocks. */
static bool find_fallback(struct claim *c, u32 order, enum step step)
{
	struct superpageblock *sb = NULL;

	if (c->mt >= MIGRATE_PCPTYPES || !c->sz->z->free_area[order].nr_free)
		return false;
	if (walk_would_fail(c, order, step))
		return false;
	while ((sb = next_of_step(c, step, sb))) {
		if (step == STEP_FALLBACK && c->mt == MIGRATE_MOVABLE &&
		    sb->nr_free <= spb_reserve(sb))
			continue;
		if (find_in(c, sb, order))
			return true;
	}
	return false;
}

/* In a large zone any part of a tainted superpageblock is preferred to a clean one (v2 19/40). */
static u32 min_order(const struct claim *c, enum step step)
{
	if (step == STEP_PREFERRED && c->sz->nr > c->s->aggressive_threshold)
		return c->order;
	if (c->order < pageblock_order && (c->alloc_flags & ALLOC_NOFRAGMENT))
		return pageblock_order;
	return c->order;
}

static u32 claim_found(struct claim *c, u32 chunk, enum step step)
{
	bool taints = step != STEP_PREFERRED && c->mt != MIGRATE_MOVABLE;
	struct spb *s = c->s;
	u32 pfn;

	if (taints) {
		spb_queue_evacuate(s, c->sz, c->order, c->mt);
		spb_queue_slab_shrink(s, c->sz);
	}
	pfn = spb_try_to_claim_block(s, c->sz, c->found, chunk, c->order, c->mt, c->found_mt,
				     false);
	if (pfn == PFN_NONE)
		return PFN_NONE;
	mm_count_fallback(s->mm, pfn, c->order, chunk, c->mt, c->found_mt, true);
	s->c.claims += c->mt != MIGRATE_MOVABLE;
	s->c.claims_tainting += taints;
	return pfn;
}

static u32 claim_step(struct claim *c, enum step step)
{
	int low = (int)min_order(c, step), order;

	for (order = MAX_PAGE_ORDER; order >= low; order--) {
		u32 pfn;

		if (!should_try_claim_block((u32)order, c->mt))
			break;
		if (!find_fallback(c, (u32)order, step))
			continue;
		pfn = claim_found(c, (u32)order, step);
		if (pfn != PFN_NONE)
			return pfn;
	}
	return PFN_NONE;
}

/*
 * Category comes before order: a small chunk beside kernel pages is better than an empty gigabyte.
 */
static u32 claim_by_steps(struct claim *c)
{
	u32 pfn = claim_step(c, STEP_PREFERRED);
	enum step step;

	if (c->alloc_flags & ALLOC_NOFRAGMENT)
		return pfn;
	for (step = STEP_EMPTY; pfn == PFN_NONE && step < NR_STEPS; step++)
		pfn = claim_step(c, step);
	return pfn;
}

static bool find_to_steal(struct claim *c, u32 order)
{
	if (find_fallback(c, order, STEP_PREFERRED))
		return true;
	if (c->alloc_flags & ALLOC_NOFRAG_TAINTED_OK)
		return false;
	return find_fallback(c, order, STEP_FALLBACK);
}

/* Take the page alone: its block keeps its type. */
static u32 steal_chunk(struct claim *c)
{
	u32 order;

	c->skip_cross = c->s->version >= 2;
	for (order = c->order; order < NR_PAGE_ORDERS; order++) {
		if (!find_to_steal(c, order))
			continue;
		spb_del_and_expand(c->s, c->sz, c->found, c->order, order, c->found_mt);
		spb_set_has(c->s, c->sz, c->found, c->mt);
		spb_update_list(c->s, c->sz, spb_of_pfn(c->sz, c->found));
		mm_count_fallback(c->s->mm, c->found, c->order, order, c->mt, c->found_mt, false);
		c->s->c.steals++;
		return c->found;
	}
	return PFN_NONE;
}

static u32 claim_or_steal(struct claim *c, enum rmqueue_mode *mode)
{
	bool may_steal = !(c->alloc_flags & ALLOC_NOFRAGMENT) ||
			 (c->alloc_flags & ALLOC_NOFRAG_TAINTED_OK);
	u32 pfn = PFN_NONE;

	if (*mode <= RMQUEUE_CLAIM) {
		pfn = claim_by_steps(c);
		if (pfn != PFN_NONE)
			*mode = RMQUEUE_NORMAL;
	}
	if (pfn == PFN_NONE && may_steal) {
		pfn = steal_chunk(c);
		if (pfn != PFN_NONE)
			*mode = RMQUEUE_STEAL;
	}
	mm_visit(c->s->mm, c->lists, 0);
	return pfn;
}

/* --- __rmqueue() ---------------------------------------------------------------------------- */

static u32 rmqueue_cma(struct spb *s, struct spb_zone *sz, u32 order)
{
	u32 pfn = spb_rmqueue_smallest(s, sz, order, MIGRATE_CMA);

	s->c.cma_not_found += pfn == PFN_NONE && sz->z->nr_free_cma >= 1 << order;
	return pfn;
}

static bool may_use_cma(const struct zone *z, u32 alloc_flags)
{
	return (alloc_flags & ALLOC_CMA) && z->nr_free_cma;
}

/* Serve from the request's own type. @refused says that nothing else may be tried. */
static u32 rmqueue_own(struct spb *s, struct spb_zone *sz, u32 order, u8 mt, bool optional,
		       bool *refused)
{
	struct spb_walk walk = { 0 };
	u32 pfn;

	s->walk = optional ? &walk : NULL;
	pfn = spb_rmqueue_smallest(s, sz, order, mt);
	s->walk = NULL;
	*refused = pfn == PFN_NONE && optional && (walk.saw_free_pages || walk.saw_free_pb);
	s->c.spb_highorder_refused += *refused;
	return pfn;
}

/**
 * spb_rmqueue - take a page off the free lists, of the request's own type or another
 * @mm: model memory
 * @z: zone
 * @order: of the request
 * @mt: its type
 * @alloc_flags: its rights
 * @mode: where the last page of this refill was found
 *
 * While tainted superpageblocks have free pages, an optional request (ALLOC_HIGHORDER_OPTIONAL)
 * that they cannot serve is refused: its caller has another way out that taints no clean one.
 *
 * Source: page_alloc.c:__rmqueue.
 *
 * Return: head pfn of a page that is neither free nor in use yet; PFN_NONE.
 */
u32 spb_rmqueue(struct mm *mm, struct zone *z, u32 order, u8 mt, u32 alloc_flags,
		enum rmqueue_mode *mode)
{
	struct spb *s = spb_of(mm);
	struct spb_zone *sz = spb_zone_of(s, z);
	struct claim c = { .s = s, .sz = sz, .order = order, .mt = mt, .alloc_flags = alloc_flags };
	bool optional = mt != MIGRATE_MOVABLE && mt != MIGRATE_CMA &&
			(alloc_flags & ALLOC_HIGHORDER_OPTIONAL);
	bool refused = false;
	u32 pfn = PFN_NONE;

	if (optional)
		*mode = RMQUEUE_NORMAL;
	if (may_use_cma(z, alloc_flags) && z->nr_free_cma > z->nr_free_pages / 2)
		pfn = rmqueue_cma(s, sz, order);
	if (pfn == PFN_NONE && *mode == RMQUEUE_NORMAL)
		pfn = rmqueue_own(s, sz, order, mt, optional, &refused);
	if (pfn != PFN_NONE || refused)
		return pfn;
	if (*mode <= RMQUEUE_CMA && may_use_cma(z, alloc_flags)) {
		pfn = rmqueue_cma(s, sz, order);
		if (pfn != PFN_NONE) {
			*mode = RMQUEUE_CMA;
			return pfn;
		}
	}
	return claim_or_steal(&c, mode);
}
