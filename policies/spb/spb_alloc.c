// SPDX-License-Identifier: GPL-2.0-only
/*
 * __rmqueue_smallest() over superpageblocks: the steps in which a request looks for its page.
 * doc/spb.md, "The walk", says what each step takes and how the mails number it.
 *
 * A step says what it wants (struct wish); next_superpageblock() goes through the superpageblocks
 * that may have it, by the lists of a category or by bitmaps; and a take_fn makes a page of a chunk
 * that was found. So lists and bitmaps differ in which superpageblock of a category they choose,
 * and in nothing else.
 */
#include "spb.h"

enum spb_set { SET_CLEAN, SET_TAINTED, SET_EMPTY };

/**
 * struct wish - what a step looks for
 * @set: the superpageblocks that it goes through
 * @mt: the free lists that it looks at
 * @low, @high: orders of the chunks that will do; none if @low is the larger
 * @largest_first: tries orders from @high down, not from @low up
 * @free_block: lists only: skips superpageblocks without a pageblock that counts as free
 * @above_reserve: skips superpageblocks whose free pageblocks are no more than their reserve
 */
struct wish {
	enum spb_set set;
	u8 mt;
	u32 low, high;
	bool largest_first, free_block, above_reserve;
};

/**
 * struct search - a request on its way through the steps
 * @lists: free lists looked at, and words of bitmaps
 * @visits: superpageblocks looked at
 * @sb: the superpageblock that served it
 * @how: the step under way
 */
struct search {
	struct spb *s;
	struct spb_zone *sz;
	u32 order;
	u8 mt;
	u32 lists, visits;
	struct superpageblock *sb;
	enum spb_outcome how;
};

/* Makes a page of a free chunk. Return: its pfn; PFN_NONE if the chunk must be left alone. */
typedef u32 (*take_fn)(struct search *q, u32 pfn, u32 chunk, u8 list);

static bool by_bitmap(const struct search *q)
{
	return q->s->select == SPB_SELECT_BITMAP;
}

static u32 whole_order(const struct search *q)
{
	return q->order > pageblock_order ? q->order : pageblock_order;
}

static enum spb_set preferred_set(u8 mt)
{
	return mt == MIGRATE_MOVABLE ? SET_CLEAN : SET_TAINTED;
}

static bool has_free_pages(const struct search *q, const struct superpageblock *sb)
{
	return spb_region(q->sz, sb)->nr_free_pages != 0;
}

/* --- which superpageblock ------------------------------------------------------------------ */

static struct superpageblock *next_on_list(struct search *q, enum spb_set set,
					   struct superpageblock *sb)
{
	do {
		if (set == SET_EMPTY)
			sb = spb_next_empty(q->sz, sb);
		else
			sb = spb_next(q->sz, set == SET_CLEAN ? SPB_CLEAN : SPB_TAINTED, sb);
		q->visits += sb != NULL;
	} while (sb && !has_free_pages(q, sb));
	return sb;
}

static struct superpageblock *next_in_bitmaps(struct search *q, const struct wish *w,
					      struct superpageblock *sb)
{
	const u64 *set = w->set == SET_CLEAN ? q->sz->is_clean :
			 w->set == SET_TAINTED ? q->sz->has_kernel : q->sz->is_empty;

	sb = spb_bitmap_next(q->sz, set, w->low, w->mt, sb, &q->lists);
	q->visits += sb != NULL;
	q->lists += sb != NULL;		/* orders_to_try() reads its orders */
	return sb;
}

/* The next superpageblock after @sb that may have what is wanted; from the first one for NULL. */
static struct superpageblock *next_superpageblock(struct search *q, const struct wish *w,
						  struct superpageblock *sb)
{
	return by_bitmap(q) ? next_in_bitmaps(q, w, sb) : next_on_list(q, w->set, sb);
}

static bool is_skipped(const struct search *q, const struct wish *w,
		       const struct superpageblock *sb)
{
	if (w->free_block && !by_bitmap(q) && !sb->nr_free)
		return true;
	return w->above_reserve && sb->nr_free <= spb_reserve(sb);
}

/* --- which chunk of it --------------------------------------------------------------------- */

static u32 orders_to_try(const struct search *q, const struct wish *w,
			 const struct superpageblock *sb)
{
	u32 wanted = (2u << w->high) - (1u << w->low);

	if (by_bitmap(q))
		wanted &= q->sz->chunk_orders[spb_index(q->sz, sb)][w->mt];
	return wanted;
}

/* A foreign list may hold chunks of blocks that are isolated or CMA: these keep their type. */
static bool may_take(const struct search *q, u32 pfn, u8 list)
{
	u8 tag;

	if (list == q->mt)
		return true;
	tag = mm_pageblock_type(q->s->mm, pfn);
	return tag != MIGRATE_ISOLATE && tag != MIGRATE_CMA;
}

static u32 first_chunk(struct search *q, const struct superpageblock *sb, u32 order, u8 mt)
{
	const struct free_area *area = &spb_region(q->sz, sb)->free_area[order];

	q->lists++;
	return area->nr_list[mt] ? mm_list_first(q->s->mm, area->list[mt]) : PFN_NONE;
}

static u32 take_from(struct search *q, struct superpageblock *sb, const struct wish *w,
		     take_fn take)
{
	u32 orders = w->low <= w->high ? orders_to_try(q, w, sb) : 0;

	while (orders) {
		u32 chunk = w->largest_first ? 31u - (u32)__builtin_clz(orders)
					     : (u32)__builtin_ctz(orders);
		u32 pfn = first_chunk(q, sb, chunk, w->mt);

		orders &= ~(1u << chunk);
		if (pfn != PFN_NONE && may_take(q, pfn, w->mt))
			pfn = take(q, pfn, chunk, w->mt);
		else
			pfn = PFN_NONE;
		if (pfn == PFN_NONE)
			continue;
		q->sb = sb;
		return pfn;
	}
	return PFN_NONE;
}

static u32 walk_superpageblocks(struct search *q, const struct wish *w, take_fn take)
{
	struct superpageblock *sb = NULL;
	u32 pfn = PFN_NONE;

	if (w->low > w->high)
		return PFN_NONE;
	while (pfn == PFN_NONE && (sb = next_superpageblock(q, w, sb)))
		if (!is_skipped(q, w, sb))
			pfn = take_from(q, sb, w, take);
	return pfn;
}

/* --- what becomes of the chunk ------------------------------------------------------------- */

static u32 take_first_part(struct search *q, u32 pfn, u32 chunk, u8 list)
{
	spb_del_and_expand(q->s, q->sz, pfn, q->order, chunk, list);
	return pfn;
}

/* The block keeps its type, so the rest of the chunk stays on its list. */
static u32 borrow_chunk(struct search *q, u32 pfn, u32 chunk, u8 list)
{
	spb_del_and_expand(q->s, q->sz, pfn, q->order, chunk, list);
	spb_set_has_unlisted(q->s, q->sz, pfn, q->mt);
	return pfn;
}

static u32 claim_whole(struct search *q, u32 pfn, u32 chunk, u8 list)
{
	return spb_claim_whole_block(q->s, q->sz, pfn, chunk, q->order, q->mt, list);
}

static u32 claim_part(struct search *q, u32 pfn, u32 chunk, u8 list)
{
	return spb_try_to_claim_block(q->s, q->sz, pfn, chunk, q->order, q->mt, list, true);
}

/* --- the steps ----------------------------------------------------------------------------- */

static u32 take_own_block(struct search *q, struct superpageblock *sb)
{
	const struct wish block = { .mt = q->mt, .low = whole_order(q), .high = MAX_PAGE_ORDER };

	q->how = SPB_PREFERRED_BLOCK;
	return take_from(q, sb, &block, take_first_part);
}

static u32 take_own_part(struct search *q, struct superpageblock *sb)
{
	const struct wish part = { .mt = q->mt, .low = q->order, .high = pageblock_order - 1 };

	q->how = SPB_PREFERRED_PART;
	return take_from(q, sb, &part, take_first_part);
}

static u32 take_own(struct search *q, struct superpageblock *sb)
{
	u32 pfn = q->s->whole_first ? take_own_block(q, sb) : take_own_part(q, sb);

	if (pfn != PFN_NONE)
		return pfn;
	return q->s->whole_first ? take_own_part(q, sb) : take_own_block(q, sb);
}

static void react_to_taint(struct search *q)
{
	spb_react_to_tainted_alloc(q->s, q->sz, q->sb);
}

static u32 try_hint(struct search *q, u32 hint)
{
	struct superpageblock *sb = &q->sz->sb[hint];
	u32 pfn = PFN_NONE;

	if (q->s->hint_checks_category &&
	    (sb->category == SPB_CLEAN) != (preferred_set(q->mt) == SET_CLEAN))
		return PFN_NONE;
	if (has_free_pages(q, sb))
		pfn = take_own(q, sb);
	if (pfn == PFN_NONE)
		q->s->c.hint_stale++;
	else
		react_to_taint(q);
	return pfn;
}

static u32 try_hints(struct search *q)
{
	u32 cpu = spb_hint_cpu(q->s, q->sz, q->order, q->mt), zone, pfn = PFN_NONE;

	if (cpu != SPB_NONE)
		pfn = try_hint(q, cpu);
	if (pfn != PFN_NONE) {
		q->s->c.hint_cpu++;
		return pfn;
	}
	zone = spb_hint_zone(q->s, q->sz, q->order, q->mt);
	if (zone != SPB_NONE && zone != cpu)
		pfn = try_hint(q, zone);
	if (pfn != PFN_NONE) {
		q->s->c.hint_zone++;
		spb_hint_store(q->s, q->sz, q->order, q->mt, zone, true);
	}
	return pfn;
}

static u32 try_preferred(struct search *q)
{
	const struct wish own = { .set = preferred_set(q->mt), .mt = q->mt, .low = q->order,
				  .high = MAX_PAGE_ORDER };
	struct superpageblock *sb = NULL;
	u32 pfn = PFN_NONE;

	while (pfn == PFN_NONE && (sb = next_superpageblock(q, &own, sb)))
		pfn = take_own(q, sb);
	if (pfn == PFN_NONE)
		return PFN_NONE;
	if (own.set == SET_TAINTED)
		react_to_taint(q);
	if (!by_bitmap(q))
		spb_hint_store(q->s, q->sz, q->order, q->mt, spb_index(q->sz, sb), false);
	return pfn;
}

/* For an optional request: what the tainted superpageblocks looked like that had nothing for it. */
static void note_tainted(struct search *q)
{
	struct spb_walk *w = q->s->walk;
	struct superpageblock *sb = NULL;

	if (!w || q->mt == MIGRATE_MOVABLE)
		return;
	while ((sb = spb_next(q->sz, SPB_TAINTED, sb))) {
		w->saw_free_pages |= has_free_pages(q, sb);
		w->saw_free_pb |= sb->nr_free != 0;
		w->saw_below_reserve |= sb->nr_free <= spb_reserve(sb);
	}
	if (by_bitmap(q))
		q->lists += spb_bitmap_words(q->sz);
}

static u32 walk_tainted(struct search *q, enum spb_outcome how, const struct wish *w, take_fn take)
{
	u32 pfn;

	q->how = how;
	pfn = walk_superpageblocks(q, w, take);
	if (pfn != PFN_NONE)
		react_to_taint(q);
	return pfn;
}

/* Kernel pages go where kernel pages are, before they taint another superpageblock. */
static u32 kernel_in_tainted(struct search *q)
{
	const struct wish block = { .set = SET_TAINTED, .mt = MIGRATE_MOVABLE,
				    .low = whole_order(q), .high = MAX_PAGE_ORDER,
				    .free_block = true };
	const struct wish movable_part = { .set = SET_TAINTED, .mt = MIGRATE_MOVABLE,
					   .low = q->order, .high = pageblock_order - 1,
					   .largest_first = true };
	struct wish kernel_part = movable_part;
	u32 pfn = walk_tainted(q, SPB_CLAIMED_BLOCK, &block, claim_whole);

	if (pfn == PFN_NONE)
		pfn = walk_tainted(q, SPB_CLAIMED_PART, &movable_part, claim_part);
	if (pfn == PFN_NONE && (q->mt == MIGRATE_UNMOVABLE || q->mt == MIGRATE_RECLAIMABLE)) {
		kernel_part.mt = q->mt == MIGRATE_UNMOVABLE ? MIGRATE_RECLAIMABLE
							    : MIGRATE_UNMOVABLE;
		pfn = walk_tainted(q, SPB_BORROWED_KERNEL, &kernel_part, borrow_chunk);
	}
	if (pfn == PFN_NONE)
		pfn = walk_tainted(q, SPB_BORROWED_MOVABLE, &movable_part, borrow_chunk);
	return pfn;
}

static u32 empty_superpageblock(struct search *q)
{
	const struct wish w = { .set = SET_EMPTY, .mt = q->mt, .low = whole_order(q),
				.high = MAX_PAGE_ORDER };

	q->how = SPB_EMPTY;
	return walk_superpageblocks(q, &w, take_first_part);
}

static u32 movable_spill(struct search *q)
{
	const struct wish w = { .set = SET_TAINTED, .mt = MIGRATE_MOVABLE, .low = q->order,
				.high = MAX_PAGE_ORDER, .above_reserve = true };

	q->how = SPB_MOVABLE_SPILL;
	return walk_superpageblocks(q, &w, take_first_part);
}

static u32 search_steps(struct search *q, bool preferred_only)
{
	u32 pfn = PFN_NONE;

	if (!by_bitmap(q))
		pfn = try_hints(q);
	if (pfn != PFN_NONE) {
		q->how = SPB_HINT;
		return pfn;
	}
	pfn = try_preferred(q);
	if (pfn != PFN_NONE)
		return pfn;
	note_tainted(q);
	if (preferred_only)
		return PFN_NONE;
	if (q->mt != MIGRATE_MOVABLE && q->mt != MIGRATE_CMA)
		pfn = kernel_in_tainted(q);
	if (pfn != PFN_NONE)
		return pfn;
	spb_pressure_triggers(q->s, q->sz, q->order, q->mt);
	pfn = empty_superpageblock(q);
	if (pfn != PFN_NONE || q->mt != MIGRATE_MOVABLE)
		return pfn;
	return movable_spill(q);
}

static void count_walk(const struct search *q, u32 pfn)
{
	struct spb_counters *c = &q->s->c;
	u32 bins = sizeof(c->walk_hist) / sizeof(c->walk_hist[0]);

	mm_visit(q->s->mm, q->lists, 0);
	c->outcome[pfn == PFN_NONE ? SPB_NO_PAGE : q->how]++;
	c->walks++;
	c->visited += q->visits;
	c->walk_hist[q->visits < bins ? q->visits : bins - 1]++;
	c->walk_max = q->visits > c->walk_max ? q->visits : c->walk_max;
}

/**
 * spb_rmqueue_smallest - take a page of a type off the superpageblocks' free lists
 * @s: policy; its ->walk, where it is not NULL, notes what the tainted superpageblocks looked like
 * @sz: zone
 * @order: of the request
 * @mt: its type
 *
 * Return: head pfn of a page that is neither free nor in use yet; PFN_NONE.
 */
u32 spb_rmqueue_smallest(struct spb *s, struct spb_zone *sz, u32 order, u8 mt)
{
	struct search q = { .s = s, .sz = sz, .order = order, .mt = mt };
	u32 pfn = search_steps(&q, mt == MIGRATE_HIGHATOMIC && !s->highatomic_converts);

	count_walk(&q, pfn);
	return pfn;
}

/**
 * spb_rmqueue_highatomic - take a page of the high-order atomic reserve
 * @mm: model memory
 * @z: zone
 * @order: of the request
 *
 * As posted, the walk may convert a free or movable pageblock for the request, and the reserve does
 * not count it (doc/spb.md, "High-order atomic requests and CMA").
 *
 * Return: head pfn, as spb_rmqueue_smallest(); PFN_NONE.
 */
u32 spb_rmqueue_highatomic(struct mm *mm, struct zone *z, u32 order)
{
	struct spb *s = spb_of(mm);

	return spb_rmqueue_smallest(s, spb_zone_of(s, z), order, MIGRATE_HIGHATOMIC);
}
