// SPDX-License-Identifier: GPL-2.0-only
/*
 * Refill of the per-CPU lists from superpageblocks: whole blocks, then parts of tainted ones.
 * Before it mm/pcp_buddy.c takes from the blocks that the CPU owns already, and after it single
 * pages fill what is missing. doc/spb.md, "Per-CPU lists".
 */
#include "spb.h"

/* A superpageblock with fewer free pages, a quarter of a pageblock, is not looked through. */
#define ADOPT_MIN_FREE	(pageblock_nr_pages / 4)

/* The fullest clean superpageblock with a free pageblock. */
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

/* A bulk refill for kernel requests must not take whole blocks out of clean superpageblocks. */
static u32 bulk_rights(u8 mt, u32 alloc_flags)
{
	if (mt == MIGRATE_MOVABLE)
		return alloc_flags;
	return (alloc_flags | ALLOC_NOFRAGMENT) & ~ALLOC_NOFRAG_TAINTED_OK;
}

static u32 refill_blocks(struct spb *s, struct spb_zone *sz, u8 mt, u32 wanted, u32 alloc_flags)
{
	enum rmqueue_mode mode = RMQUEUE_NORMAL;
	u32 rights = bulk_rights(mt, alloc_flags), got = 0;

	while (got + pageblock_nr_pages <= wanted) {
		u32 pfn = PFN_NONE;

		/* with bitmaps, the walk chooses the block as for any other request */
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

/* Lists give every tainted superpageblock; bitmaps only those that have a chunk to take. */
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
 * Take the largest chunk. If another CPU owns its block, the chunk is taken without the block. As
 * posted, the superpageblock stays where it is on its list, no trigger fires and no hint is stored.
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

/* At most one chunk is taken from each tainted superpageblock. */
static u32 refill_parts(struct spb *s, struct spb_zone *sz, u32 order, u8 mt, u32 wanted)
{
	struct superpageblock *sb = NULL;
	u32 got = 0;

	while (got < wanted && (sb = next_tainted(s, sz, order, mt, sb)))
		if (spb_region(sz, sb)->nr_free_pages >= ADOPT_MIN_FREE)
			got += adopt_from(s, sz, sb, order, mt);
	return got;
}

/**
 * spb_pcp_refill - refill a CPU's lists with whole blocks, then parts of tainted superpageblocks
 * @mm: model memory
 * @z: zone
 * @order: of the request
 * @mt: its type
 * @nr: base pages wanted; the last chunk may bring more
 * @alloc_flags: its rights
 *
 * Movable requests prefer the fullest clean superpageblock, so that empty ones stay empty; kernel
 * requests take no block from a clean one (v2 12/40, 21/40).
 *
 * Return: base pages that were added to the lists.
 */
u32 spb_pcp_refill(struct mm *mm, struct zone *z, u32 order, u8 mt, u32 nr, u32 alloc_flags)
{
	struct spb *s = spb_of(mm);
	struct spb_zone *sz = spb_zone_of(s, z);
	u32 got = refill_blocks(s, sz, mt, nr, alloc_flags);

	if (got < nr && order < pageblock_order && mt != MIGRATE_MOVABLE)
		got += refill_parts(s, sz, order, mt, nr - got);
	return got;
}
