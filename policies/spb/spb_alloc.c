/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * __rmqueue_smallest() over superpageblocks: where a request's page is looked for, in which order.
 * SPB 3.4; the mails number the steps:
 *
 *	remembered		1, by hint
 *	preferred		1: a whole pageblock of its own type, or a part of one, in tainted
 *				superpageblocks for the kernel, in clean ones for movable requests
 *	claim_block		2: a free pageblock of a tainted superpageblock
 *	claim_part		2B: a movable pageblock of one, in use as it is
 *	borrow_kernel		2C: a page of the kernel's other type, whose block stays as it is
 *	borrow_movable		2D: likewise of a movable block
 *	empty			3: a wholly free superpageblock
 *	movable_spill		4: movable requests in tainted superpageblocks, above a reserve
 */
#include "spb.h"

/**
 * struct search - a request on its way through the steps
 * @lists: free lists looked at
 * @visits: superpageblocks looked at
 * @sb: where it was served
 */
struct search {
	struct spb *s;
	struct spb_zone *sz;
	struct spb_walk *walk;
	u32 order;
	u8 mt;
	u32 lists, visits;
	struct superpageblock *sb;
};

static inline u32 whole_order(const struct search *q)
{
	return q->order > pageblock_order ? q->order : pageblock_order;
}

static inline enum spb_category preferred_category(u8 mt)
{
	return mt == MIGRATE_MOVABLE ? SPB_CLEAN : SPB_TAINTED;
}

static inline bool has_free_pages(const struct search *q, const struct superpageblock *sb)
{
	return spb_region(q->sz, sb)->nr_free_pages != 0;
}

static inline u32 first_chunk(struct search *q, const struct superpageblock *sb, u32 order, u8 mt)
{
	const struct free_area *area = &spb_region(q->sz, sb)->free_area[order];

	q->lists++;
	return area->nr_list[mt] ? mm_list_first(q->s->mm, area->list[mt]) : PFN_NONE;
}

/* the smallest chunk of @low .. @high on list @mt, split there */
static u32 take_smallest(struct search *q, struct superpageblock *sb, u32 low, u32 high, u8 mt)
{
	u32 order;

	for (order = low; order <= high; order++) {
		u32 pfn = first_chunk(q, sb, order, mt);

		if (pfn == PFN_NONE)
			continue;
		spb_del_and_expand(q->s, q->sz, pfn, q->order, order, mt);
		q->sb = sb;
		return pfn;
	}
	return PFN_NONE;
}

static u32 take_preferred(struct search *q, struct superpageblock *sb, enum spb_outcome *how)
{
	u32 pfn = PFN_NONE;

	*how = SPB_PREFERRED_PART;
	if (!q->s->whole_first && q->order < pageblock_order)
		pfn = take_smallest(q, sb, q->order, pageblock_order - 1, q->mt);
	if (pfn != PFN_NONE)
		return pfn;
	*how = SPB_PREFERRED_BLOCK;
	pfn = take_smallest(q, sb, whole_order(q), MAX_PAGE_ORDER, q->mt);
	if (pfn != PFN_NONE || !q->s->whole_first || q->order >= pageblock_order)
		return pfn;
	*how = SPB_PREFERRED_PART;
	return take_smallest(q, sb, q->order, pageblock_order - 1, q->mt);
}

static inline void react(struct search *q)
{
	spb_react_to_tainted_alloc(q->s, q->sz, q->sb);
}

/* --- by hint --- */

static u32 try_hint(struct search *q, u32 hint)
{
	struct superpageblock *sb = &q->sz->sb[hint];
	enum spb_outcome how;
	u32 pfn = PFN_NONE;

	if (q->s->hint_checks_category && sb->category != preferred_category(q->mt))
		return PFN_NONE;
	if (has_free_pages(q, sb))
		pfn = take_preferred(q, sb, &how);
	if (pfn == PFN_NONE)
		q->s->c.hint_stale++;
	return pfn;
}

static u32 remembered(struct search *q)
{
	u32 cpu = spb_hint_cpu(q->s, q->sz, q->order, q->mt), zone, pfn = PFN_NONE;

	if (cpu != SPB_NONE)
		pfn = try_hint(q, cpu);
	if (pfn != PFN_NONE) {
		q->s->c.hint_cpu++;
		react(q);
		return pfn;
	}
	zone = spb_hint_zone(q->s, q->sz, q->order, q->mt);
	if (zone != SPB_NONE && zone != cpu)
		pfn = try_hint(q, zone);
	if (pfn != PFN_NONE) {
		q->s->c.hint_zone++;
		react(q);
		spb_hint_store(q->s, q->sz, q->order, q->mt, zone, true);
	}
	return pfn;
}

/* --- the lists --- */

static void note_walk(struct search *q, const struct superpageblock *sb)
{
	q->walk->saw_free_pages |= has_free_pages(q, sb);
	q->walk->saw_free_pb |= sb->nr_free != 0;
	q->walk->saw_below_reserve |= sb->nr_free <= spb_reserve(sb);
}

static u32 preferred(struct search *q, enum spb_outcome *how)
{
	enum spb_category cat = preferred_category(q->mt);
	struct superpageblock *sb = NULL;
	u32 pfn = PFN_NONE;

	while (pfn == PFN_NONE && (sb = spb_next(q->sz, cat, sb))) {
		q->visits++;
		if (q->walk && cat == SPB_TAINTED)
			note_walk(q, sb);
		if (has_free_pages(q, sb))
			pfn = take_preferred(q, sb, how);
	}
	if (pfn == PFN_NONE)
		return PFN_NONE;
	if (cat == SPB_TAINTED)
		react(q);
	spb_hint_store(q->s, q->sz, q->order, q->mt, spb_index(q->sz, sb), false);
	return pfn;
}

static inline bool may_take_from(const struct search *q, u32 pfn)
{
	u8 tag = mm_pageblock_type(q->s->mm, pfn);

	return tag != MIGRATE_ISOLATE && tag != MIGRATE_CMA;
}

static u32 claim_block_of(struct search *q, struct superpageblock *sb)
{
	u32 order;

	for (order = whole_order(q); sb->nr_free && order <= MAX_PAGE_ORDER; order++) {
		u32 pfn = first_chunk(q, sb, order, MIGRATE_MOVABLE);

		if (pfn != PFN_NONE && may_take_from(q, pfn))
			return spb_claim_whole_block(q->s, q->sz, pfn, order, q->order, q->mt,
						     MIGRATE_MOVABLE);
	}
	return PFN_NONE;
}

static u32 claim_part_of(struct search *q, struct superpageblock *sb)
{
	int order;

	for (order = pageblock_order - 1; order >= (int)q->order; order--) {
		u32 pfn = first_chunk(q, sb, (u32)order, MIGRATE_MOVABLE);

		if (pfn == PFN_NONE || !may_take_from(q, pfn))
			continue;
		pfn = spb_try_to_claim_block(q->s, q->sz, pfn, (u32)order, q->order, q->mt,
					     MIGRATE_MOVABLE, true);
		if (pfn != PFN_NONE)
			return pfn;
	}
	return PFN_NONE;
}

/* the block keeps its type, and what remains of the chunk stays on its list */
static u32 borrow_of(struct search *q, struct superpageblock *sb, u8 from)
{
	int order;

	for (order = pageblock_order - 1; order >= (int)q->order; order--) {
		u32 pfn = first_chunk(q, sb, (u32)order, from);

		if (pfn == PFN_NONE || !may_take_from(q, pfn))
			continue;
		spb_del_and_expand(q->s, q->sz, pfn, q->order, (u32)order, from);
		spb_set_has_unlisted(q->s, q->sz, pfn, q->mt);
		return pfn;
	}
	return PFN_NONE;
}

static u32 borrow_kernel_of(struct search *q, struct superpageblock *sb)
{
	return borrow_of(q, sb, q->mt == MIGRATE_UNMOVABLE ? MIGRATE_RECLAIMABLE
							   : MIGRATE_UNMOVABLE);
}

static u32 borrow_movable_of(struct search *q, struct superpageblock *sb)
{
	return borrow_of(q, sb, MIGRATE_MOVABLE);
}

/* one step over all tainted superpageblocks */
static u32 walk_tainted(struct search *q, u32 (*step)(struct search *, struct superpageblock *))
{
	struct superpageblock *sb = NULL;

	while ((sb = spb_next(q->sz, SPB_TAINTED, sb))) {
		u32 pfn;

		q->visits++;
		pfn = has_free_pages(q, sb) ? step(q, sb) : PFN_NONE;
		if (pfn == PFN_NONE)
			continue;
		q->sb = sb;
		react(q);
		return pfn;
	}
	return PFN_NONE;
}

static u32 kernel_in_tainted(struct search *q, enum spb_outcome *how)
{
	bool may_borrow_kernel = q->mt == MIGRATE_UNMOVABLE || q->mt == MIGRATE_RECLAIMABLE;
	u32 pfn = walk_tainted(q, claim_block_of);

	*how = SPB_CLAIMED_BLOCK;
	if (pfn != PFN_NONE || q->order >= pageblock_order)
		return pfn;
	*how = SPB_CLAIMED_PART;
	pfn = walk_tainted(q, claim_part_of);
	if (pfn != PFN_NONE)
		return pfn;
	*how = SPB_BORROWED_KERNEL;
	pfn = may_borrow_kernel ? walk_tainted(q, borrow_kernel_of) : PFN_NONE;
	if (pfn != PFN_NONE)
		return pfn;
	*how = SPB_BORROWED_MOVABLE;
	return walk_tainted(q, borrow_movable_of);
}

static u32 empty(struct search *q)
{
	struct superpageblock *sb = NULL;

	while ((sb = spb_next_empty(q->sz, sb))) {
		u32 pfn;

		q->visits++;
		pfn = take_smallest(q, sb, whole_order(q), MAX_PAGE_ORDER, q->mt);
		if (pfn != PFN_NONE)
			return pfn;
	}
	return PFN_NONE;
}

static u32 movable_spill(struct search *q)
{
	struct superpageblock *sb = NULL;

	while ((sb = spb_next(q->sz, SPB_TAINTED, sb))) {
		u32 pfn;

		q->visits++;
		if (sb->nr_free <= spb_reserve(sb))
			continue;
		pfn = take_smallest(q, sb, q->order, MAX_PAGE_ORDER, MIGRATE_MOVABLE);
		if (pfn != PFN_NONE)
			return pfn;
	}
	return PFN_NONE;
}

static u32 search(struct search *q, bool preferred_only, enum spb_outcome *how)
{
	u32 pfn = remembered(q);

	*how = SPB_HINT;
	if (pfn != PFN_NONE)
		return pfn;
	pfn = preferred(q, how);
	if (pfn != PFN_NONE || preferred_only)
		return pfn;
	if (q->mt != MIGRATE_MOVABLE && q->mt != MIGRATE_CMA)
		pfn = kernel_in_tainted(q, how);
	if (pfn != PFN_NONE)
		return pfn;
	spb_pressure_triggers(q->s, q->sz, q->order, q->mt);
	*how = SPB_EMPTY;
	pfn = empty(q);
	if (pfn != PFN_NONE || q->mt != MIGRATE_MOVABLE)
		return pfn;
	*how = SPB_MOVABLE_SPILL;
	return movable_spill(q);
}

static void count_walk(struct search *q, enum spb_outcome how)
{
	struct spb_counters *c = &q->s->c;
	u32 bins = sizeof(c->walk_hist) / sizeof(c->walk_hist[0]);

	mm_visit(q->s->mm, q->lists, 0);
	c->outcome[how]++;
	c->walks++;
	c->visited += q->visits;
	c->walk_hist[q->visits < bins ? q->visits : bins - 1]++;
	c->walk_max = q->visits > c->walk_max ? q->visits : c->walk_max;
}

/* these count their visits in @s, and a claim on the way searches once more */
static u32 search_bitmaps(struct search *q, enum spb_outcome *how)
{
	u32 outer = q->s->visits, pfn;

	q->s->visits = 0;
	pfn = spb_bitmap_rmqueue_smallest(q->s, q->sz, q->order, q->mt, how);
	q->visits = q->s->visits;
	q->s->visits = outer;
	return pfn;
}

/**
 * spb_rmqueue_smallest - take a page of a type, by the superpageblock that it suits best
 * @s: policy; ->walk notes how the tainted ones looked, where it is not NULL
 * @sz: zone
 * @order: of the request
 * @mt: its type
 *
 * Return: head pfn, in nobody's hands; PFN_NONE. SPB 3.4.
 */
u32 spb_rmqueue_smallest(struct spb *s, struct spb_zone *sz, u32 order, u8 mt)
{
	struct search q = { .s = s, .sz = sz, .walk = s->walk, .order = order, .mt = mt };
	bool preferred_only = mt == MIGRATE_HIGHATOMIC && !s->highatomic_converts;
	enum spb_outcome how = SPB_NO_PAGE;
	u32 pfn;

	if (s->select == SPB_SELECT_BITMAP)
		pfn = search_bitmaps(&q, &how);
	else
		pfn = search(&q, preferred_only, &how);
	count_walk(&q, pfn == PFN_NONE ? SPB_NO_PAGE : how);
	return pfn;
}

/**
 * spb_rmqueue_highatomic - a page for a high-order atomic request, from what is reserved for them
 * @mm: machine
 * @z: zone
 * @order: of the request
 *
 * As posted, a pageblock that is free or movable may become one of theirs on the way, and the
 * reserve does not count it. SPB 3.7, U11.
 */
u32 spb_rmqueue_highatomic(struct mm *mm, struct zone *z, u32 order)
{
	struct spb *s = spb_of(mm);

	return spb_rmqueue_smallest(s, spb_zone_of(s, z), order, MIGRATE_HIGHATOMIC);
}
