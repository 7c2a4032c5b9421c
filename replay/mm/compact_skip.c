// SPDX-License-Identifier: GPL-2.0-only
/*
 * What compaction remembers of a zone between runs: skip bits and the scanners' positions.
 */
#include "compaction.h"

/**
 * get_pageblock_skip - read the skip bit of a pageblock
 * @mm: model memory
 * @pfn: a page of the block
 *
 * Return: whether a scan found nothing in it lately.
 */
bool get_pageblock_skip(const struct mm *mm, u32 pfn)
{
	return mm->pageblock[pfn >> pageblock_order].skip;
}

/**
 * set_pageblock_skip - set the skip bit: a scan found nothing in this pageblock
 * @mm: model memory
 * @pfn: a page of the block
 */
void set_pageblock_skip(struct mm *mm, u32 pfn)
{
	mm->pageblock[pfn >> pageblock_order].skip = 1;
}

/**
 * pageblock_skip_persistent - is the page part of a compound page of a block or more?
 * @mm: model memory
 * @pfn: page
 *
 * mm/compaction.c:pageblock_skip_persistent.
 *
 * Return: true when it is.
 */
bool pageblock_skip_persistent(const struct mm *mm, u32 pfn)
{
	const struct page *p = &mm->page[pfn];

	return p->state == PAGE_USED && p->order >= pageblock_order;
}

/**
 * isolation_suitable - may a scanner enter this block?
 * @mm: model memory
 * @cc: run
 * @pfn: a page of the block
 *
 * mm/compaction.c:isolation_suitable.
 *
 * Return: true when it may.
 */
bool isolation_suitable(const struct mm *mm, const struct compact_control *cc, u32 pfn)
{
	return cc->ignore_skip_hint || !get_pageblock_skip(mm, pfn);
}

/**
 * pageblock_in_zone - are the ends of a range present, and the zone's?
 * @mm: model memory
 * @z: zone
 * @start: first pfn
 * @end: pfn after the last
 *
 * mm/page_alloc.c:__pageblock_pfn_to_page.
 *
 * Return: true when both are.
 */
bool pageblock_in_zone(const struct mm *mm, const struct zone *z, u32 start, u32 end)
{
	if (start >= end || end > mm->max_pfn || !zone_spans_pfn(z, start))
		return false;
	return mm->page[start].state != PAGE_ABSENT && mm->page[end - 1].state != PAGE_ABSENT &&
	       mm->pageblock[start >> pageblock_order].zone == z->type;
}

/**
 * reset_cached_positions - let the next run begin at the zone's ends
 * @z: zone
 *
 * mm/compaction.c:reset_cached_positions.
 */
void reset_cached_positions(struct zone *z)
{
	z->compact_cached_migrate_pfn[0] = z->compact_cached_migrate_pfn[1] = z->start_pfn;
	z->compact_cached_free_pfn = pageblock_start_pfn(zone_end_pfn(z) - 1);
}

/* Looks at every 8th page only, as the kernel does. */
static bool block_has(const struct mm *mm, u32 pfn, u32 end, bool lru, bool buddy)
{
	for (; pfn <= end; pfn += 1u << PAGE_ALLOC_COSTLY_ORDER) {
		if (lru && page_is_lru(mm, pfn))
			return true;
		if (buddy && page_is_buddy_head(&mm->page[pfn]))
			return true;
	}
	return false;
}

static bool __reset_isolation_pfn(struct mm *mm, const struct zone *z, u32 pfn, bool check_source,
				  bool check_target)
{
	u32 start = pageblock_start_pfn(pfn), end = pageblock_end_pfn(pfn) - 1;

	if (mm->page[pfn].state == PAGE_ABSENT ||
	    mm->pageblock[pfn >> pageblock_order].zone != z->type ||
	    pageblock_skip_persistent(mm, pfn))
		return false;
	if (check_source && check_target && !get_pageblock_skip(mm, pfn))
		return true;
	if (!check_source && check_target &&
	    get_pageblock_migratetype(mm, pfn) != MIGRATE_MOVABLE)
		return false;
	if (start < z->start_pfn)
		start = z->start_pfn;
	if (end >= zone_end_pfn(z))
		end = zone_end_pfn(z) - 1;
	if (mm->page[start].state == PAGE_ABSENT)
		start = pfn;
	if (mm->page[end].state == PAGE_ABSENT)
		return false;
	if (!block_has(mm, start, end, check_source, check_target))
		return false;
	mm->pageblock[pfn >> pageblock_order].skip = 0;
	return true;
}

/**
 * __reset_isolation_suitable - clear the skip bits where something can be found again
 * @mm: model memory
 * @z: zone; nothing happens unless a direct compaction of the whole zone has asked for it
 *
 * It walks from both ends and sets the cached positions to the outermost blocks found.
 * mm/compaction.c function of that name.
 */
void __reset_isolation_suitable(struct mm *mm, struct zone *z)
{
	s64 migrate = z->start_pfn, free = (s64)zone_end_pfn(z) - 1;
	s64 reset_migrate = free, reset_free = migrate;
	bool source_set = false, free_set = false;

	if (!z->compact_blockskip_flush)
		return;
	z->compact_blockskip_flush = false;
	for (; migrate < free; migrate += pageblock_nr_pages, free -= pageblock_nr_pages) {
		if (__reset_isolation_pfn(mm, z, (u32)migrate, true, source_set) &&
		    migrate < reset_migrate) {
			source_set = true;
			reset_migrate = migrate;
			z->compact_init_migrate_pfn = (u32)migrate;
			z->compact_cached_migrate_pfn[0] = (u32)migrate;
			z->compact_cached_migrate_pfn[1] = (u32)migrate;
		}
		if (__reset_isolation_pfn(mm, z, (u32)free, free_set, true) && free > reset_free) {
			free_set = true;
			reset_free = free;
			z->compact_init_free_pfn = (u32)free;
			z->compact_cached_free_pfn = (u32)free;
		}
	}
	if (reset_migrate < reset_free)
		return;
	/* nothing was found: the scanners' positions must not be apart */
	z->compact_cached_migrate_pfn[0] = z->compact_cached_migrate_pfn[1] = (u32)migrate;
	z->compact_cached_free_pfn = free < 0 ? 0 : (u32)free;
}

/**
 * reset_isolation_suitable - clear skip bits where it was asked for, as kswapd goes to sleep
 * @mm: model memory
 *
 * mm/compaction.c:reset_isolation_suitable.
 */
void reset_isolation_suitable(struct mm *mm)
{
	struct zone *z;

	for_each_populated_zone(mm, z)
		__reset_isolation_suitable(mm, z);
}
