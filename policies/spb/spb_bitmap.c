// SPDX-License-Identifier: GPL-2.0-only
/*
 * select=bitmap: the bitmaps in which the walk chooses a superpageblock. Our design of what the
 * author sketched on 29 June 2026; doc/spb.md, "Selection by bitmap".
 *
 *  - One bit per superpageblock, in a bitmap per order and type: it has a chunk of this order or a
 *    larger one, so that a request reads one bitmap and not one of each order that would do. Three
 *    more bitmaps have the categories: holds kernel pages, is clean, is empty. A bit changes when a
 *    free list fills or empties or when the category changes, not with every chunk.
 *  - chunk_orders has a bit per order for each superpageblock and type, so that its free lists need
 *    not be looked at one by one.
 *  - The lowest superpageblock is chosen, not the fullest. Memory fills from the bottom and drains
 *    at the top without a list that must be kept sorted.
 *  - There are no hints, since there is nothing to save: 64 superpageblocks are one word. A word,
 *    and a superpageblock's chunk_orders, count as one list each in the report's "search".
 */
#include <stdlib.h>

#include "spb.h"

#define WORD_BITS	64u

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

/* One more than the order of the largest chunk; 0 if there is none. */
static u32 orders_reach(u32 orders)
{
	return orders ? 32u - (u32)__builtin_clz(orders) : 0;
}

static void set_orders(struct spb_zone *sz, u32 i, u8 mt, u32 orders)
{
	u32 old = orders_reach(sz->chunk_orders[i][mt]), new = orders_reach(orders);

	sz->chunk_orders[i][mt] = (u16)orders;
	for (; old < new; old++)
		assign_bit(sz->has_chunk[old][mt], i, true);
	for (; old > new; old--)
		assign_bit(sz->has_chunk[old - 1][mt], i, false);
}

/* The orders of which there is a chunk, by the free lists. */
static u32 orders_listed(const struct spb_zone *sz, u32 i, u8 mt)
{
	u32 orders = 0, o;

	for (o = 0; o < NR_PAGE_ORDERS; o++)
		orders |= (u32)region_has(sz, i, o, mt) << o;
	return orders;
}

/**
 * spb_bitmap_init - build a zone's bitmaps from its lists
 * @s: policy
 * @sz: zone, whose superpageblocks are in their categories already
 *
 * Return: 0; -1 without memory.
 */
int spb_bitmap_init(struct spb *s, struct spb_zone *sz)
{
	u32 words = spb_bitmap_words(sz), o, i, mt;
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
 * @sz: zone; it need not have any
 */
void spb_bitmap_exit(struct spb_zone *sz)
{
	free(sz->bits);
	free(sz->chunk_orders);
	sz->bits = NULL;
	sz->chunk_orders = NULL;
}

/**
 * spb_bitmap_update - note the category of a superpageblock
 * @s: policy
 * @sz: zone, with or without bitmaps
 * @sb: superpageblock, which is on the list of its category
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
 * spb_on_region_list - note that a free list of a superpageblock has filled or emptied
 * @mm: model memory
 * @z: zone
 * @region: index of the superpageblock
 * @order: of the list
 * @mt: its type
 * @filled: true when it got its first chunk; false when it lost its last
 */
void spb_on_region_list(struct mm *mm, const struct zone *z, u32 region, u32 order, u8 mt,
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
 * spb_bitmap_check - compare the bitmaps with the lists and categories
 * @sz: zone
 *
 * Return: how many bits are wrong; 0 if the zone has no bitmaps.
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
				wrong += test_bit(sz->has_chunk[o][mt], i) !=
					 (orders_reach(orders) > o);
		}
	}
	return wrong;
}

/**
 * spb_bitmap_words - size of one bitmap
 * @sz: zone
 *
 * Return: words of 64 superpageblocks each.
 */
u32 spb_bitmap_words(const struct spb_zone *sz)
{
	return (sz->nr + WORD_BITS - 1) / WORD_BITS;
}

/**
 * spb_bitmap_next - find the next superpageblock of a set that has a chunk
 * @sz: zone
 * @set: bitmap of the superpageblocks that may be chosen
 * @order: least order of the chunk
 * @mt: its list
 * @from: superpageblock after which the search begins; NULL for the first
 * @words: raised by the words of bitmaps read
 *
 * Return: the superpageblock of the lowest index; NULL past the last.
 */
struct superpageblock *spb_bitmap_next(struct spb_zone *sz, const u64 *set, u32 order, u8 mt,
				       const struct superpageblock *from, u32 *words)
{
	const u64 *has = sz->has_chunk[order][mt];
	u32 first = from ? spb_index(sz, from) + 1 : 0, nr = spb_bitmap_words(sz), i;
	u64 mask = ~0ull << (first % WORD_BITS);

	if (first >= sz->nr)
		return NULL;
	for (i = first / WORD_BITS; i < nr; i++, mask = ~0ull) {
		u64 bits = set[i] & has[i] & mask;

		*words += 2;
		if (bits)
			return &sz->sb[i * WORD_BITS + (u32)__builtin_ctzll(bits)];
	}
	return NULL;
}
