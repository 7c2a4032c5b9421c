// SPDX-License-Identifier: GPL-2.0-only
/*
 * Contiguous ranges of pageblocks, up to whole superpageblocks. They come from clean
 * superpageblocks only; tainted ones are the kernel's. doc/spb.md, "Contiguous ranges".
 */
#include <errno.h>

#include "spb.h"

#define CONTIG_MAX_CANDIDATES	4u
#define CONTIG_TRIES		2

struct candidates {
	struct superpageblock *sb[CONTIG_MAX_CANDIDATES];
	u32 nr;
};

static void add_list(struct spb_zone *sz, struct candidates *c, const struct spb_list *list,
		     u32 min_pageblocks)
{
	u32 i;

	for (i = list->first; i != SPB_NONE && c->nr < CONTIG_MAX_CANDIDATES; i = sz->sb[i].next)
		if (sz->sb[i].total_pageblocks >= min_pageblocks)
			c->sb[c->nr++] = &sz->sb[i];
}

/* Least work first: empty superpageblocks, then those with the fewest pages in use. */
static void whole_superpageblocks(struct spb *s, struct spb_zone *sz, struct candidates *c)
{
	u32 whole = 1u << (s->order - pageblock_order);
	int f;

	add_list(sz, c, &sz->empty, whole);
	for (f = SPB_ALMOST_EMPTY; f >= SPB_FULL; f--)
		add_list(sz, c, &sz->lists[SPB_CLEAN][f], whole);
}

/* Packing: the fullest that are not full come first, empty ones last. */
static void parts_of_superpageblocks(struct spb_zone *sz, struct candidates *c)
{
	int f;

	for (f = SPB_FULL_75; f <= SPB_ALMOST_EMPTY; f++)
		add_list(sz, c, &sz->lists[SPB_CLEAN][f], 0);
	add_list(sz, c, &sz->empty, 0);
}

/* The first aligned range, whatever is in it; PFN_NONE if the superpageblock is too small. */
static u32 range_in(const struct spb *s, const struct superpageblock *sb, u32 nr_pages)
{
	u64 pfn = ((u64)sb->start_pfn + nr_pages - 1) / nr_pages * nr_pages;

	if (nr_pages >= 1u << s->order)
		return sb->start_pfn;
	return pfn + nr_pages <= sb->end_pfn ? (u32)pfn : PFN_NONE;
}

static int try_range(struct spb *s, u32 pfn, u32 nr_pages)
{
	int tries, err = -EBUSY;

	for (tries = 0; tries < CONTIG_TRIES && err == -EBUSY; tries++) {
		s->c.contig_tried++;
		err = mm_alloc_contig_range(s->mm, pfn, nr_pages);
	}
	return err;
}

/**
 * spb_try_alloc_contig - empty a range of clean memory and take it
 * @s: policy
 * @sz: zone
 * @nr_pages: whole pageblocks
 *
 * Tries CONTIG_MAX_CANDIDATES superpageblocks, CONTIG_TRIES times each. One that could not be
 * emptied goes to the tail of its list, so that the next request tries others.
 *
 * Return: first page of the range, now in use in units as mm_alloc_contig_range() makes them;
 * PFN_NONE.
 */
u32 spb_try_alloc_contig(struct spb *s, struct spb_zone *sz, u32 nr_pages)
{
	struct candidates c = { .nr = 0 };
	u32 i;

	if (nr_pages < pageblock_nr_pages)
		return PFN_NONE;
	if (nr_pages >= 1u << s->order)
		whole_superpageblocks(s, sz, &c);
	else
		parts_of_superpageblocks(sz, &c);
	for (i = 0; i < c.nr; i++) {
		u32 pfn = range_in(s, c.sb[i], nr_pages);
		int err = pfn == PFN_NONE ? -EBUSY : try_range(s, pfn, nr_pages);

		if (!err) {
			s->c.contig_ok++;
			spb_contig_mark(s, sz, pfn, nr_pages, true);
			return pfn;
		}
		if (err == -EINVAL)
			return PFN_NONE;
		spb_update_list(s, sz, c.sb[i]);
	}
	return PFN_NONE;
}

/**
 * spb_alloc_contig - allocate a gigantic page, or a smaller range, from clean memory
 * @mm: model memory
 * @z: zone
 * @nr_pages: whole pageblocks
 *
 * Return: its first page; PFN_NONE to let alloc_contig_pages() look in every other place.
 */
u32 spb_alloc_contig(struct mm *mm, struct zone *z, u32 nr_pages)
{
	struct spb *s = spb_of(mm);

	return spb_try_alloc_contig(s, spb_zone_of(s, z), nr_pages);
}

/**
 * spb_on_free_contig - note that a range of whole pageblocks is about to be freed
 * @mm: model memory
 * @z: zone
 * @pfn: its first page
 * @nr_pages: as it was allocated
 */
void spb_on_free_contig(struct mm *mm, const struct zone *z, u32 pfn, u32 nr_pages)
{
	struct spb *s = spb_of(mm);

	spb_contig_mark(s, spb_zone_of(s, z), pfn, nr_pages, false);
}
