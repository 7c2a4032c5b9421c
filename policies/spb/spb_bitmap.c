/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * select=bitmap: which superpageblock to take from is chosen in bitmaps. The author sketched it on
 * 29 June 2026 ("one bitmap per order telling which gigablocks have free chunks of that order, plus
 * bitmaps telling which hold unmovable/reclaimable content"; SPB 7.3) and has not posted it, so
 * what is here is our design of it:
 *
 *  - A bit a superpageblock, in a bitmap for each order and type: it has such a chunk, or a larger
 *    one (so that a request needs one bitmap, and not one of each order that would do); and in
 *    three that tell its category: it holds kernel pages, it is clean, it is empty. A bit changes
 *    when a list fills or empties, or when the category changes: not with every chunk.
 *  - Choice and allocation are two things. choose() is AND and find-first. What is taken from the
 *    superpageblock then is what the lists' walk takes, in the same order of sizes, so that the
 *    two differ in their choice alone; a bit an order tells which of its lists have any.
 *  - Steps, their names and what makes them succeed are the lists'. The category that a page comes
 *    from is therefore the same; the superpageblock within it is the one of the lowest index, not
 *    the fullest. Memory fills from the bottom and drains at the top, with no list to keep sorted.
 *  - No hints: what they save the lists, the bitmaps do not cost. 64 superpageblocks are two words.
 *    A word counts as one list in the report's "search", as do a superpageblock's bits of orders.
 *  - What the lists' walk notes on its way (SPB 3.4, saw_...) is noted when the preferred
 *    superpageblocks had nothing, by a visit to those with kernel pages.
 */
#include <stdlib.h>

#include "spb.h"

#define WORD_BITS	64u

static u32 nr_words(const struct spb_zone *sz)
{
	return (sz->nr + WORD_BITS - 1) / WORD_BITS;
}

static void assign_bit(u64 *bits, u32 i, bool on)
{
	u64 bit = 1ull << (i % WORD_BITS);

	if (on)
		bits[i / WORD_BITS] |= bit;
	else
		bits[i / WORD_BITS] &= ~bit;
}

static bool test_bit(const u64 *bits, u32 i)
{
	return bits[i / WORD_BITS] >> (i % WORD_BITS) & 1;
}

static bool region_has(const struct spb_zone *sz, u32 i, u32 order, u8 mt)
{
	return sz->z->region[i].free_area[order].nr_list[mt];
}

/* orders that a superpageblock reaches: 0: it has no chunk; n: its largest is of order n - 1 */
static u32 reach(u32 orders)
{
	return orders ? 32u - (u32)__builtin_clz(orders) : 0;
}

static void set_orders(struct spb_zone *sz, u32 i, u8 mt, u32 orders)
{
	u32 old = reach(sz->chunk_orders[i][mt]), new = reach(orders);

	sz->chunk_orders[i][mt] = (u16)orders;
	for (; old < new; old++)
		assign_bit(sz->has_chunk[old][mt], i, true);
	for (; old > new; old--)
		assign_bit(sz->has_chunk[old - 1][mt], i, false);
}

/* what its lists say */
static u32 orders_listed(const struct spb_zone *sz, u32 i, u8 mt)
{
	u32 orders = 0, o;

	for (o = 0; o < NR_PAGE_ORDERS; o++)
		orders |= (u32)region_has(sz, i, o, mt) << o;
	return orders;
}

/**
 * spb_bitmap_init - bitmaps of a zone, from its lists
 * @s: policy
 * @sz: zone, its superpageblocks in their categories already
 *
 * Return: 0; -1 without memory.
 */
int spb_bitmap_init(struct spb *s, struct spb_zone *sz)
{
	u32 words = nr_words(sz), o, i, mt;
	u64 *next;

	sz->bits = calloc((size_t)words * (NR_PAGE_ORDERS * MIGRATE_TYPES + 3) + 1, sizeof(u64));
	sz->chunk_orders = calloc(sz->nr + 1u, sizeof(*sz->chunk_orders));
	if (!sz->bits || !sz->chunk_orders) {
		spb_bitmap_exit(sz);
		return -1;
	}
	next = sz->bits;
	for (o = 0; o < NR_PAGE_ORDERS; o++)
		for (mt = 0; mt < MIGRATE_TYPES; mt++, next += words)
			sz->has_chunk[o][mt] = next;
	sz->has_kernel = next;
	sz->is_clean = sz->has_kernel + words;
	sz->is_empty = sz->is_clean + words;
	for (i = 0; i < sz->nr; i++) {
		spb_bitmap_update(s, sz, &sz->sb[i]);
		for (mt = 0; mt < MIGRATE_TYPES; mt++)
			set_orders(sz, i, (u8)mt, orders_listed(sz, i, (u8)mt));
	}
	return 0;
}

/**
 * spb_bitmap_exit - free a zone's bitmaps
 * @sz: zone; one without is fine
 */
void spb_bitmap_exit(struct spb_zone *sz)
{
	free(sz->bits);
	free(sz->chunk_orders);
	sz->bits = NULL;
	sz->chunk_orders = NULL;
}

/**
 * spb_bitmap_update - a superpageblock may have changed its category
 * @s: policy
 * @sz: zone, with or without bitmaps
 * @sb: superpageblock, on the list that it belongs on
 */
void spb_bitmap_update(struct spb *s, struct spb_zone *sz, struct superpageblock *sb)
{
	u32 i = spb_index(sz, sb);
	bool listed = sb->where == SPB_ON_CATEGORY;

	(void)s;
	if (!sz->bits)
		return;
	assign_bit(sz->has_kernel, i, listed && sb->category == SPB_TAINTED);
	assign_bit(sz->is_clean, i, listed && sb->category == SPB_CLEAN);
	assign_bit(sz->is_empty, i, sb->where == SPB_ON_EMPTY);
}

/**
 * spb_bitmap_region_list - a free list of a superpageblock has filled or emptied
 * @mm: machine
 * @z: zone
 * @region: index of the superpageblock
 * @order: of the list
 * @mt: its type
 * @filled: it has its first chunk
 */
void spb_bitmap_region_list(struct mm *mm, struct zone *z, u32 region, u32 order, u8 mt,
			    bool filled)
{
	struct spb_zone *sz = spb_zone_of(spb_of(mm), z);

	if (!sz->bits)
		return;
	if (filled)
		set_orders(sz, region, mt, sz->chunk_orders[region][mt] | 1u << order);
	else
		set_orders(sz, region, mt, sz->chunk_orders[region][mt] & ~(1u << order));
}

/**
 * spb_bitmap_check - hold the bitmaps against lists and categories
 * @sz: zone
 *
 * Return: bits that are wrong; 0 without bitmaps.
 */
u32 spb_bitmap_check(const struct spb_zone *sz)
{
	u32 i, o, mt, wrong = 0;

	for (i = 0; sz->bits && i < sz->nr; i++) {
		const struct superpageblock *sb = &sz->sb[i];
		bool listed = sb->where == SPB_ON_CATEGORY;

		wrong += test_bit(sz->has_kernel, i) != (listed && sb->category == SPB_TAINTED);
		wrong += test_bit(sz->is_clean, i) != (listed && sb->category == SPB_CLEAN);
		wrong += test_bit(sz->is_empty, i) != (sb->where == SPB_ON_EMPTY);
		for (mt = 0; mt < MIGRATE_TYPES; mt++) {
			u32 orders = orders_listed(sz, i, (u8)mt);

			wrong += sz->chunk_orders[i][mt] != orders;
			for (o = 0; o < NR_PAGE_ORDERS; o++)
				wrong += test_bit(sz->has_chunk[o][mt], i) != (reach(orders) > o);
		}
	}
	return wrong;
}

/**
 * struct search - a request on its way through the steps
 * @visits: superpageblocks chosen
 * @words: of bitmaps looked at; and lists
 */
struct search {
	struct spb *s;
	struct spb_zone *sz;
	u32 order;
	u8 mt;
	u32 visits, words;
};

/*
 * What is looked for: a superpageblock in @set with a chunk of @low to @high on list @mt. In it,
 * sizes are tried from @low up, or from @high down.
 */
struct choice {
	const u64 *set;
	u32 low, high;
	u8 mt;
	bool down;
};

/* what is made of a chunk */
typedef u32 (*take_fn)(struct search *q, u32 pfn, u32 chunk, u8 list);

/* the first superpageblock from @from on that reaches the order; others may only have larger */
static struct superpageblock *choose(struct search *q, const struct choice *c, u32 from)
{
	const u64 *has = q->sz->has_chunk[c->low][c->mt];
	u32 words = nr_words(q->sz), i = from / WORD_BITS;
	u64 mask = ~0ull << (from % WORD_BITS);

	for (; i < words; i++, mask = ~0ull) {
		u64 bits = c->set[i] & has[i] & mask;

		q->words += 2;
		if (!bits)
			continue;
		q->visits++;
		q->words++;		/* its orders, which are looked at next */
		return &q->sz->sb[i * WORD_BITS + (u32)__builtin_ctzll(bits)];
	}
	return NULL;
}

static struct superpageblock *choose_next(struct search *q, const struct choice *c,
					  const struct superpageblock *sb)
{
	u32 next = spb_index(q->sz, sb) + 1;

	return next < q->sz->nr ? choose(q, c, next) : NULL;
}

/* head of the superpageblock's list; steps that turn to movable blocks leave some alone */
static u32 first_chunk(struct search *q, const struct superpageblock *sb, u32 order, u8 mt)
{
	u32 pfn = mm_list_first(q->s->mm, spb_region(q->sz, sb)->free_area[order].list[mt]);
	u8 block;

	q->words++;
	if (mt == q->mt || pfn == PFN_NONE)
		return pfn;
	block = mm_pageblock_type(q->s->mm, pfn);
	return block == MIGRATE_ISOLATE || block == MIGRATE_CMA ? PFN_NONE : pfn;
}

static u32 take_from(struct search *q, const struct superpageblock *sb, const struct choice *c,
		     take_fn take)
{
	u32 orders = q->sz->chunk_orders[spb_index(q->sz, sb)][c->mt];

	orders &= (2u << c->high) - (1u << c->low);
	while (orders) {
		u32 chunk = c->down ? reach(orders) - 1 : (u32)__builtin_ctz(orders);
		u32 pfn = first_chunk(q, sb, chunk, c->mt);

		orders &= ~(1u << chunk);
		if (pfn != PFN_NONE)
			pfn = take(q, pfn, chunk, c->mt);
		if (pfn != PFN_NONE)
			return pfn;
	}
	return PFN_NONE;
}

static u32 take(struct search *q, u32 pfn, u32 chunk, u8 list)
{
	spb_del_and_expand(q->s, q->sz, pfn, q->order, chunk, list);
	return pfn;
}

/* the block keeps its type: what is left of the chunk stays where it was */
static u32 borrow(struct search *q, u32 pfn, u32 chunk, u8 list)
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

static u32 whole_order(const struct search *q)
{
	return q->order > pageblock_order ? q->order : pageblock_order;
}

/* whole blocks before parts of one, in the superpageblock that has either */
static u32 preferred(struct search *q, enum spb_outcome *how)
{
	bool movable = q->mt == MIGRATE_MOVABLE;
	const u64 *set = movable ? q->sz->is_clean : q->sz->has_kernel;
	const struct choice any = { set, q->order, MAX_PAGE_ORDER, q->mt, false };
	const struct choice block = { set, whole_order(q), MAX_PAGE_ORDER, q->mt, false };
	const struct choice part = { set, q->order, pageblock_order - 1, q->mt, false };
	struct superpageblock *sb = choose(q, &any, 0);
	u32 pfn;

	if (!sb)
		return PFN_NONE;
	*how = SPB_PREFERRED_BLOCK;
	pfn = q->s->whole_first || q->order >= pageblock_order ? take_from(q, sb, &block, take)
								: PFN_NONE;
	if (pfn == PFN_NONE && q->order < pageblock_order) {
		*how = SPB_PREFERRED_PART;
		pfn = take_from(q, sb, &part, take);
	}
	if (pfn == PFN_NONE) {
		*how = SPB_PREFERRED_BLOCK;
		pfn = take_from(q, sb, &block, take);
	}
	if (!movable)
		spb_react_to_tainted_alloc(q->s, q->sz, sb);
	return pfn;
}

/* one of the steps that turn to what is not the request's own */
static u32 in_tainted(struct search *q, const struct choice *c, take_fn how)
{
	struct superpageblock *sb = NULL;
	u32 pfn;

	if (c->low <= c->high)
		sb = choose(q, c, 0);
	for (; sb; sb = choose_next(q, c, sb)) {
		pfn = take_from(q, sb, c, how);
		if (pfn == PFN_NONE)
			continue;
		spb_react_to_tainted_alloc(q->s, q->sz, sb);
		return pfn;
	}
	return PFN_NONE;
}

static u32 borrow_kernel(struct search *q)
{
	struct choice c = { q->sz->has_kernel, q->order, pageblock_order - 1, MIGRATE_UNMOVABLE,
			    true };

	if (q->mt == MIGRATE_UNMOVABLE)
		c.mt = MIGRATE_RECLAIMABLE;
	else if (q->mt != MIGRATE_RECLAIMABLE)
		return PFN_NONE;
	return in_tainted(q, &c, borrow);
}

/* kernel pages, where kernel pages are */
static u32 kernel_in_tainted(struct search *q, enum spb_outcome *how)
{
	const struct choice whole = { q->sz->has_kernel, whole_order(q), MAX_PAGE_ORDER,
				      MIGRATE_MOVABLE, false };
	const struct choice part = { q->sz->has_kernel, q->order, pageblock_order - 1,
				     MIGRATE_MOVABLE, true };
	u32 pfn = in_tainted(q, &whole, claim_whole);

	*how = SPB_CLAIMED_BLOCK;
	if (pfn != PFN_NONE)
		return pfn;
	pfn = in_tainted(q, &part, claim_part);
	*how = SPB_CLAIMED_PART;
	if (pfn != PFN_NONE)
		return pfn;
	pfn = borrow_kernel(q);
	*how = SPB_BORROWED_KERNEL;
	if (pfn != PFN_NONE)
		return pfn;
	*how = SPB_BORROWED_MOVABLE;
	return in_tainted(q, &part, borrow);
}

static u32 empty(struct search *q)
{
	const struct choice c = { q->sz->is_empty, whole_order(q), MAX_PAGE_ORDER, q->mt, false };
	const struct superpageblock *sb = choose(q, &c, 0);

	return sb ? take_from(q, sb, &c, take) : PFN_NONE;
}

static u32 movable_spill(struct search *q)
{
	const struct choice c = { q->sz->has_kernel, q->order, MAX_PAGE_ORDER, MIGRATE_MOVABLE,
				  false };
	const struct superpageblock *sb;

	for (sb = choose(q, &c, 0); sb; sb = choose_next(q, &c, sb))
		if (sb->nr_free > spb_reserve(sb))
			return take_from(q, sb, &c, take);
	return PFN_NONE;
}

static void note(struct spb_walk *w, const struct spb_zone *sz, const struct superpageblock *sb)
{
	w->saw_free_pages |= spb_region(sz, sb)->nr_free_pages > 0;
	w->saw_free_pb |= sb->nr_free > 0;
	w->saw_below_reserve |= sb->nr_free <= spb_reserve(sb);
}

/* what the lists' walk has seen of the superpageblocks that it found nothing in */
static void note_tainted(struct search *q)
{
	u32 i;

	if (!q->s->walk || q->mt == MIGRATE_MOVABLE)
		return;
	for (i = 0; i < q->sz->nr; i++)
		if (test_bit(q->sz->has_kernel, i))
			note(q->s->walk, q->sz, &q->sz->sb[i]);
	q->words += nr_words(q->sz);
}

static u32 search(struct search *q, enum spb_outcome *how)
{
	bool movable = q->mt == MIGRATE_MOVABLE;
	u32 pfn = preferred(q, how);

	if (pfn != PFN_NONE)
		return pfn;
	note_tainted(q);
	if (q->mt == MIGRATE_HIGHATOMIC && !q->s->highatomic_converts)
		return PFN_NONE;
	if (!movable && q->mt != MIGRATE_CMA)
		pfn = kernel_in_tainted(q, how);
	if (pfn != PFN_NONE)
		return pfn;
	spb_pressure_triggers(q->s, q->sz, q->order, q->mt);
	*how = SPB_EMPTY;
	pfn = empty(q);
	if (pfn != PFN_NONE || !movable)
		return pfn;
	*how = SPB_MOVABLE_SPILL;
	return movable_spill(q);
}

/**
 * spb_bitmap_rmqueue_smallest - a page of one type, the superpageblock chosen in bitmaps
 * @s: policy; ->visits says afterwards how many superpageblocks were chosen
 * @sz: zone
 * @order: of the request
 * @mt: its type
 * @how: the step that found the page
 *
 * Return: head pfn, in nobody's hands; PFN_NONE.
 */
u32 spb_bitmap_rmqueue_smallest(struct spb *s, struct spb_zone *sz, u32 order, u8 mt,
				enum spb_outcome *how)
{
	struct search q = { .s = s, .sz = sz, .order = order, .mt = mt };
	u32 pfn = search(&q, how);

	mm_visit(s->mm, q.words, 0);
	s->visits = q.visits;
	if (pfn == PFN_NONE)
		*how = SPB_NO_PAGE;
	return pfn;
}
