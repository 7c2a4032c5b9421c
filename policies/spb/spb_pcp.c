/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Refill of the per-CPU lists (SPB 3.6), between the blocks that the CPU owns already and the
 * single pages that fill what is left, both of which are the lists' own.
 */
#include "spb.h"

/* A superpageblock with fewer free pages is not worth looking through: a quarter of a block. */
#define ADOPT_MIN_FREE	(pageblock_nr_pages / 4)

/* the fullest clean superpageblock that has a whole free block; one that is full has none */
static struct superpageblock *fullest_clean(struct spb_zone *sz)
{
	struct superpageblock *sb = NULL;

	while ((sb = spb_next(sz, SPB_CLEAN, sb)))
		if (sb->nr_free)
			return sb;
	return NULL;
}

static u32 block_of_fullest_clean(struct spb *s, struct spb_zone *sz)
{
	struct superpageblock *sb = fullest_clean(sz);
	u32 order;

	if (!sb)
		return PFN_NONE;
	for (order = pageblock_order; order < NR_PAGE_ORDERS; order++) {
		struct free_area *area = &spb_region(sz, sb)->free_area[order];
		u32 pfn;

		mm_visit(s->mm, 1, 0);
		if (!area->nr_list[MIGRATE_MOVABLE])
			continue;
		pfn = mm_list_first(s->mm, area->list[MIGRATE_MOVABLE]);
		spb_del_and_expand(s, sz, pfn, pageblock_order, order, MIGRATE_MOVABLE);
		return pfn;
	}
	return PFN_NONE;
}

/* A burst of kernel requests must not take whole blocks out of clean superpageblocks. */
static u32 bulk_rights(u8 mt, u32 alloc_flags)
{
	if (mt == MIGRATE_MOVABLE)
		return alloc_flags;
	return (alloc_flags | ALLOC_NOFRAGMENT) & ~ALLOC_NOFRAG_TAINTED_OK;
}

static u32 take_blocks(struct spb *s, struct spb_zone *sz, u8 mt, u32 wanted, u32 alloc_flags)
{
	enum rmqueue_mode mode = RMQUEUE_NORMAL;
	u32 rights = bulk_rights(mt, alloc_flags), got = 0;

	while (got + pageblock_nr_pages <= wanted) {
		u32 pfn = PFN_NONE;

		/* from bitmaps, the walk chooses as it does for any other request */
		if (mt == MIGRATE_MOVABLE && s->select == SPB_SELECT_LISTS)
			pfn = block_of_fullest_clean(s, sz);
		if (pfn == PFN_NONE)
			pfn = spb_rmqueue(s->mm, sz->z, pageblock_order, mt, rights, &mode);
		if (pfn == PFN_NONE)
			break;
		mm_pcp_add(s->mm, sz->z, pfn, pageblock_order, mt, true);
		s->c.pcp_whole++;
		s->c.pcp_owned++;
		got += pageblock_nr_pages;
	}
	return got;
}

/* Whole of the list of tainted superpageblocks; by bitmaps, only those that have such a chunk. */
static struct superpageblock *next_tainted(struct spb *s, struct spb_zone *sz, u32 order, u8 mt,
					   struct superpageblock *from)
{
	struct superpageblock *sb;
	u32 words = 0;

	if (s->select != SPB_SELECT_BITMAP)
		return spb_next(sz, SPB_TAINTED, from);
	sb = spb_bitmap_next(sz, sz->has_kernel, order, mt, from, &words);
	mm_visit(s->mm, words, 0);
	return sb;
}

/*
 * Its block need not be the CPU's: of one that is another's already, the chunk is taken as any
 * single page is. No list of superpageblocks changes, nothing reacts and no hint is kept.
 */
static u32 adopt_from(struct spb *s, struct spb_zone *sz, struct superpageblock *sb, u32 order,
		      u8 mt)
{
	struct free_region *r = spb_region(sz, sb);
	u32 o, pfn;

	for (o = pageblock_order; o-- > order;) {
		mm_visit(s->mm, 1, 0);
		if (!r->free_area[o].nr_list[mt])
			continue;
		pfn = mm_list_first(s->mm, r->free_area[o].list[mt]);
		del_page_from_free_list(s->mm, sz->z, pfn, o, mt);
		spb_set_has_unlisted(s, sz, pfn, mt);
		s->c.pcp_owned += mm_pcp_add(s->mm, sz->z, pfn, o, mt, true);
		s->c.pcp_adopted++;
		return 1u << o;
	}
	return 0;
}

/* the largest chunk of each tainted superpageblock */
static u32 adopt_parts(struct spb *s, struct spb_zone *sz, u32 order, u8 mt, u32 wanted)
{
	struct superpageblock *sb = NULL;
	u32 got = 0;

	while (got < wanted && (sb = next_tainted(s, sz, order, mt, sb)))
		if (spb_region(sz, sb)->nr_free_pages >= ADOPT_MIN_FREE)
			got += adopt_from(s, sz, sb, order, mt);
	return got;
}

/**
 * spb_pcp_refill - fill a CPU's lists: whole blocks first, then parts of tainted superpageblocks
 * @mm: machine
 * @z: zone
 * @order: of the request
 * @mt: its type
 * @nr: base pages wanted; the last chunk may bring more
 * @alloc_flags: its rights
 *
 * Movable requests prefer the fullest clean superpageblock, so that empty ones stay empty; those
 * of the kernel take no block that a clean one would have to give up. SPB 3.6, v2 12/40 and 21/40.
 *
 * Return: base pages.
 */
u32 spb_pcp_refill(struct mm *mm, struct zone *z, u32 order, u8 mt, u32 nr, u32 alloc_flags)
{
	struct spb *s = spb_of(mm);
	struct spb_zone *sz = spb_zone_of(s, z);
	u32 got = take_blocks(s, sz, mt, nr, alloc_flags);

	if (got < nr && order < pageblock_order && mt != MIGRATE_MOVABLE)
		got += adopt_parts(s, sz, order, mt, nr - got);
	return got;
}
