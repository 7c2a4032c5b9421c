// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gigantic pages: ranges larger than any buddy. A place is searched, and the pages in it are
 * migrated away.
 */
#include "internal.h"

/* mm/page_alloc.c:pfn_range_valid_contig. Pages that cannot move show only when they are tried. */
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

/* Take the lowest range that can be emptied. */
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

	if (!policy_has(mm, alloc_contig))
		return PFN_NONE;
	for (i = MAX_NR_ZONES - 1; i >= 0; i--) {
		if (!mm->zone[i].populated)
			continue;
		pfn = asked_alloc_contig(mm, &mm->zone[i], nr_pages);
		if (pfn != PFN_NONE)
			return pfn;
	}
	return PFN_NONE;
}

/**
 * alloc_contig_pages - allocate a contiguous range of pageblocks
 * @mm: model memory
 * @nr_pages: whole pageblocks; a power of two, to which the range is aligned
 *
 * The policy's alloc_contig() is called first; then zones are searched from the highest, each from
 * its start. Movable pages may come from any zone. mm/page_alloc.c:alloc_contig_pages.
 *
 * Return: first pfn of the range, now in use, in units as mm_alloc_contig_range() leaves them;
 * PFN_NONE.
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
 * free_contig_pages - free a range that alloc_contig_pages() returned
 * @mm: model memory
 * @pfn: its first page
 * @nr_pages: as it was allocated
 */
void free_contig_pages(struct mm *mm, u32 pfn, u32 nr_pages)
{
	policy_notify(mm, on_free_contig, page_zone(mm, pfn), pfn, nr_pages);
	mm_free_contig_range(mm, pfn, nr_pages);
}
