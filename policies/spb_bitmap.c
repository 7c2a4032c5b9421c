/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * select=bitmap: which superpageblock to take from is chosen in bitmaps. The author sketched it on
 * 29 June 2026 ("one bitmap per order telling which gigablocks have free chunks of that order, plus
 * bitmaps telling which hold unmovable/reclaimable content"; SPB 7.3) and has not posted it, so
 * what is here is our design of it:
 *
 *  - A bit a superpageblock, in a bitmap for each order and type of chunk, and in three that tell
 *    its category: it holds kernel pages, it is clean, it is empty. A bit changes when a list
 *    fills or empties, or when the category changes: not with every chunk.
 *  - Choice and allocation are two things. choose() is AND and find-first over a set and the
 *    orders that would do; what is taken from the superpageblock then is what the lists' walk
 *    takes, in the same order of sizes, so that the two differ in their choice alone.
 *  - Steps, their names and what makes them succeed are the lists'. The category that a page comes
 *    from is therefore the same; the superpageblock within it is the one of the lowest index, not
 *    the fullest. Memory fills from the bottom and drains at the top, with no list to keep sorted.
 *  - No hints: what they save the lists, the bitmaps do not cost. 64 superpageblocks are one look
 *    at a word for each order. Such a word counts as one list in the report's "search".
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
	if (!sz->bits)
		return -1;
	next = sz->bits;
	for (o = 0; o < NR_PAGE_ORDERS; o++)
		for (mt = 0; mt < MIGRATE_TYPES; mt++, next += words)
			sz->has_chunk[o][mt] = next;
	sz->has_kernel = next;
	sz->is_clean = sz->has_kernel + words;
	sz->is_empty = sz->is_clean + words;
	for (i = 0; i < sz->nr; i++) {
		spb_bitmap_update(s, sz, &sz->sb[i]);
		for (o = 0; o < NR_PAGE_ORDERS; o++)
			for (mt = 0; mt < MIGRATE_TYPES; mt++)
				assign_bit(sz->has_chunk[o][mt], i,
					   region_has(sz, i, o, (u8)mt));
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
	sz->bits = NULL;
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

	if (sz->bits)
		assign_bit(sz->has_chunk[order][mt], region, filled);
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
		for (o = 0; o < NR_PAGE_ORDERS; o++)
			for (mt = 0; mt < MIGRATE_TYPES; mt++)
				wrong += test_bit(sz->has_chunk[o][mt], i) !=
					 region_has(sz, i, o, (u8)mt);
	}
	return wrong;
}

/*
 * What a superpageblock must have: it is in @set and has a chunk of @low to @high on list @mt.
 * In it, sizes are tried from @low up, or from @high down.
 */
struct choice {
	const u64 *set;
	u32 low, high;
	u8 mt;
	bool down;
};

/* the first superpageblock from @from on that will do */
static struct superpageblock *choose(struct spb *s, struct spb_zone *sz, const struct choice *c,
				     u32 from)
{
	u32 words = nr_words(sz), i = from / WORD_BITS, o;
	u64 mask = ~0ull << (from % WORD_BITS);

	for (; i < words; i++, mask = ~0ull) {
		u64 bits = 0;

		if (!(c->set[i] & mask))
			continue;
		for (o = c->low; o <= c->high; o++)
			bits |= sz->has_chunk[o][c->mt][i];
		mm_visit(s->mm, c->high - c->low + 1, 0);
		bits &= c->set[i] & mask;
		if (!bits)
			continue;
		s->visits++;
		return &sz->sb[i * WORD_BITS + (u32)__builtin_ctzll(bits)];
	}
	return NULL;
}

#define for_each_choice(s, sz, c, sb) \
	for (sb = choose(s, sz, c, 0); sb; \
	     sb = spb_index(sz, sb) + 1 < (sz)->nr ? \
		  choose(s, sz, c, spb_index(sz, sb) + 1) : NULL)

/* head of the superpageblock's list, if its block is not set apart */
static u32 first_chunk(const struct spb *s, const struct spb_zone *sz,
		       const struct superpageblock *sb, u32 order, u8 mt)
{
	const struct free_area *area = &spb_region(sz, sb)->free_area[order];
	u32 pfn;

	if (!area->nr_list[mt])
		return PFN_NONE;
	pfn = mm_list_first(s->mm, area->list[mt]);
	if (mt == MIGRATE_MOVABLE &&
	    (mm_pageblock_type(s->mm, pfn) == MIGRATE_ISOLATE ||
	     mm_pageblock_type(s->mm, pfn) == MIGRATE_CMA))
		return PFN_NONE;
	return pfn;
}

/* a page of a chosen superpageblock, by what @take makes of a chunk */
typedef u32 (*take_fn)(struct spb *s, struct spb_zone *sz, u32 pfn, u32 chunk, u32 order, u8 mt,
		       u8 list);

static u32 take_from(struct spb *s, struct spb_zone *sz, struct superpageblock *sb,
		     const struct choice *c, u32 order, u8 mt, take_fn take)
{
	u32 n, pfn;

	for (n = 0; n <= c->high - c->low; n++) {
		u32 chunk = c->down ? c->high - n : c->low + n;

		pfn = first_chunk(s, sz, sb, chunk, c->mt);
		if (pfn == PFN_NONE)
			continue;
		pfn = take(s, sz, pfn, chunk, order, mt, c->mt);
		if (pfn != PFN_NONE)
			return pfn;
	}
	return PFN_NONE;
}

static u32 take(struct spb *s, struct spb_zone *sz, u32 pfn, u32 chunk, u32 order, u8 mt, u8 list)
{
	(void)mt;
	spb_del_and_expand(s, sz, pfn, order, chunk, list);
	return pfn;
}

/* the block keeps its type: what is left of the chunk stays where it was */
static u32 borrow(struct spb *s, struct spb_zone *sz, u32 pfn, u32 chunk, u32 order, u8 mt,
		  u8 list)
{
	take(s, sz, pfn, chunk, order, mt, list);
	spb_set_has_unlisted(s, sz, pfn, mt);
	return pfn;
}

static u32 claim_part(struct spb *s, struct spb_zone *sz, u32 pfn, u32 chunk, u32 order, u8 mt,
		      u8 list)
{
	return spb_try_to_claim_block(s, sz, pfn, chunk, order, mt, list, true);
}

static u32 claim_whole(struct spb *s, struct spb_zone *sz, u32 pfn, u32 chunk, u32 order, u8 mt,
		       u8 list)
{
	return spb_claim_whole_block(s, sz, pfn, chunk, order, mt, list);
}

static u32 block_or_more(u32 order)
{
	return order > pageblock_order ? order : pageblock_order;
}

/* whole blocks before parts of one, in the superpageblock that has either */
static u32 preferred(struct spb *s, struct spb_zone *sz, u32 order, u8 mt,
		     enum spb_outcome *outcome)
{
	const u64 *set = mt == MIGRATE_MOVABLE ? sz->is_clean : sz->has_kernel;
	const struct choice any = { set, order, MAX_PAGE_ORDER, mt, false };
	const struct choice block = { set, block_or_more(order), MAX_PAGE_ORDER, mt, false };
	const struct choice part = { set, order, pageblock_order - 1, mt, false };
	struct superpageblock *sb;

	for_each_choice(s, sz, &any, sb) {
		u32 pfn = take_from(s, sz, sb, &block, order, mt, take);

		*outcome = SPB_PREFERRED_BLOCK;
		if (pfn == PFN_NONE && order < pageblock_order) {
			pfn = take_from(s, sz, sb, &part, order, mt, take);
			*outcome = SPB_PREFERRED_PART;
		}
		if (pfn == PFN_NONE)
			continue;
		if (mt != MIGRATE_MOVABLE)
			spb_react_to_tainted_alloc(s, sz, sb);
		return pfn;
	}
	return PFN_NONE;
}

/* one of the steps that turn to what is not the request's own, in tainted superpageblocks */
static u32 from_tainted(struct spb *s, struct spb_zone *sz, const struct choice *c, u32 order,
			u8 mt, take_fn how)
{
	struct superpageblock *sb;

	if (c->low > c->high)
		return PFN_NONE;
	for_each_choice(s, sz, c, sb) {
		u32 pfn = take_from(s, sz, sb, c, order, mt, how);

		if (pfn == PFN_NONE)
			continue;
		spb_react_to_tainted_alloc(s, sz, sb);
		return pfn;
	}
	return PFN_NONE;
}

/* kernel pages, where kernel pages are */
static u32 tainted_steps(struct spb *s, struct spb_zone *sz, u32 order, u8 mt,
			 enum spb_outcome *outcome)
{
	const u32 part = pageblock_order - 1;
	const struct choice whole = { sz->has_kernel, block_or_more(order), MAX_PAGE_ORDER,
				      MIGRATE_MOVABLE, false };
	const struct choice movable = { sz->has_kernel, order, part, MIGRATE_MOVABLE, true };
	u32 pfn = from_tainted(s, sz, &whole, order, mt, claim_whole);

	*outcome = SPB_CLAIMED_BLOCK;
	if (pfn != PFN_NONE)
		return pfn;
	pfn = from_tainted(s, sz, &movable, order, mt, claim_part);
	*outcome = SPB_CLAIMED_PART;
	if (pfn != PFN_NONE)
		return pfn;
	if (mt == MIGRATE_UNMOVABLE || mt == MIGRATE_RECLAIMABLE) {
		const u8 other = mt == MIGRATE_UNMOVABLE ? MIGRATE_RECLAIMABLE :
							   MIGRATE_UNMOVABLE;
		const struct choice kernel = { sz->has_kernel, order, part, other, true };

		pfn = from_tainted(s, sz, &kernel, order, mt, borrow);
		*outcome = SPB_BORROWED_KERNEL;
		if (pfn != PFN_NONE)
			return pfn;
	}
	*outcome = SPB_BORROWED_MOVABLE;
	return from_tainted(s, sz, &movable, order, mt, borrow);
}

static u32 empty(struct spb *s, struct spb_zone *sz, u32 order, u8 mt)
{
	const struct choice c = { sz->is_empty, block_or_more(order), MAX_PAGE_ORDER, mt, false };
	struct superpageblock *sb = choose(s, sz, &c, 0);

	return sb ? take_from(s, sz, sb, &c, order, mt, take) : PFN_NONE;
}

static u32 movable_spill(struct spb *s, struct spb_zone *sz, u32 order)
{
	const struct choice c = { sz->has_kernel, order, MAX_PAGE_ORDER, MIGRATE_MOVABLE, false };
	struct superpageblock *sb;

	for_each_choice(s, sz, &c, sb) {
		u32 pfn;

		if (sb->nr_free <= spb_reserve(sb))
			continue;
		pfn = take_from(s, sz, sb, &c, order, MIGRATE_MOVABLE, take);
		if (pfn != PFN_NONE)
			return pfn;
	}
	return PFN_NONE;
}

/* what the lists' walk would have seen of the superpageblocks that it passed */
static void note_tainted(struct spb *s, struct spb_zone *sz)
{
	struct spb_walk *w = s->walk;

	for (u32 i = 0; i < nr_words(sz); i++) {
		for (u64 bits = sz->has_kernel[i]; bits; bits &= bits - 1) {
			u32 n = i * WORD_BITS + (u32)__builtin_ctzll(bits);
			const struct superpageblock *sb = &sz->sb[n];

			w->saw_free_pages |= spb_region(sz, sb)->nr_free_pages > 0;
			w->saw_free_pb |= sb->nr_free > 0;
			w->saw_below_reserve |= sb->nr_free <= spb_reserve(sb);
		}
	}
}

/**
 * spb_bitmap_rmqueue_smallest - a page of one type, the superpageblock chosen in bitmaps
 * @s: policy
 * @sz: zone
 * @order: wanted
 * @mt: type
 * @outcome: the step that found the page
 *
 * Return: head pfn in nobody's hands yet; PFN_NONE.
 */
u32 spb_bitmap_rmqueue_smallest(struct spb *s, struct spb_zone *sz, u32 order, u8 mt,
				enum spb_outcome *outcome)
{
	bool movable = mt == MIGRATE_MOVABLE, cma = mt == MIGRATE_CMA;
	u32 pfn = preferred(s, sz, order, mt, outcome);

	if (pfn != PFN_NONE)
		return pfn;
	if (s->walk && !movable)
		note_tainted(s, sz);
	if (!movable && !cma && (mt != MIGRATE_HIGHATOMIC || s->highatomic_converts)) {
		pfn = tainted_steps(s, sz, order, mt, outcome);
		if (pfn != PFN_NONE)
			return pfn;
	}
	spb_pressure_triggers(s, sz, order, mt);
	*outcome = SPB_EMPTY;
	pfn = empty(s, sz, order, mt);
	if (pfn != PFN_NONE || !movable)
		goto out;
	*outcome = SPB_MOVABLE_SPILL;
	pfn = movable_spill(s, sz, order);
out:
	if (pfn == PFN_NONE)
		*outcome = SPB_NO_PAGE;
	return pfn;
}
