/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Gigantic pages: pieces of memory larger than any buddy, for which a place is searched and what
 * is there moved away.
 */
#include "internal.h"

/* mm/page_alloc.c:pfn_range_valid_contig; what cannot move is found by who tries to take it */
static bool pfn_range_valid_contig(const struct mm *mm, const struct zone *z, u32 start,
				   u32 nr_pages)
{
	u32 pfn;

	for (pfn = start; pfn < start + nr_pages; pfn++) {
		enum page_state state = (enum page_state)mm->page[pfn].state;

		if (state == PAGE_ABSENT || state == PAGE_RESERVED ||
		    mm->pageblock[pfn >> pageblock_order].zone != z->type)
			return false;
	}
	return true;
}

/* the lowest place that can be had */
static u32 scan_zone(struct mm *mm, const struct zone *z, u32 nr_pages)
{
	u64 end = (u64)z->start_pfn + z->spanned;
	u64 pfn = ((u64)z->start_pfn + nr_pages - 1) / nr_pages * nr_pages;

	for (; pfn + nr_pages <= end; pfn += nr_pages)
		if (pfn_range_valid_contig(mm, z, (u32)pfn, nr_pages) &&
		    !mm_alloc_contig_range(mm, (u32)pfn, nr_pages))
			return (u32)pfn;
	return PFN_NONE;
}

static u32 ask_policy(struct mm *mm, u32 nr_pages)
{
	u32 pfn;
	int i;

	if (!mm->policy->ops.alloc_contig)
		return PFN_NONE;
	for (i = MAX_NR_ZONES - 1; i >= 0; i--) {
		if (!mm->zone[i].populated)
			continue;
		pfn = policy_decides(mm, alloc_contig, &mm->zone[i], nr_pages);
		if (pfn != PFN_NONE)
			return pfn;
	}
	return PFN_NONE;
}

/**
 * alloc_contig_pages - a piece of memory of any size
 * @mm: machine
 * @nr_pages: whole pageblocks; a power of two, and the piece is aligned to it
 *
 * The policy is asked first; then zones are searched from the highest, each from its start. As a
 * movable page it may come from any zone. mm/page_alloc.c:alloc_contig_pages.
 *
 * Return: first pfn, in use, in units as mm_alloc_contig_range() leaves them; PFN_NONE.
 */
u32 alloc_contig_pages(struct mm *mm, u32 nr_pages)
{
	u32 pfn;
	int i;

	if (nr_pages < pageblock_nr_pages || nr_pages & (nr_pages - 1))
		return PFN_NONE;
	pfn = ask_policy(mm, nr_pages);
	for (i = MAX_NR_ZONES - 1; i >= 0 && pfn == PFN_NONE; i--)
		if (mm->zone[i].populated)
			pfn = scan_zone(mm, &mm->zone[i], nr_pages);
	return pfn;
}

/**
 * free_contig_pages - give back what alloc_contig_pages() returned
 * @mm: machine
 * @pfn: its first page
 * @nr_pages: as it was asked for
 */
void free_contig_pages(struct mm *mm, u32 pfn, u32 nr_pages)
{
	if (mm->policy->ops.free_contig)
		policy_decides(mm, free_contig, page_zone(mm, pfn), pfn, nr_pages);
	mm_free_contig_range(mm, pfn, nr_pages);
}
