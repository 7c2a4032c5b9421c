// SPDX-License-Identifier: GPL-2.0-only
/*
 * What compaction knows of superpageblocks: it does not look for movable pages where there are
 * none, and a scan that finds none clears the bit. doc/spb.md, "Compaction and watermarks".
 */
#include "spb.h"

/**
 * spb_compact_skips - let the migration scanner skip a superpageblock without movable pages
 * @mm: model memory
 * @z: zone
 * @pfn: where the scanner is
 *
 * Return: end of the superpageblock to skip; PFN_NONE if it must be scanned.
 */
u32 spb_compact_skips(const struct mm *mm, const struct zone *z, u32 pfn)
{
	struct spb *s = spb_of(mm);
	const struct superpageblock *sb = spb_of_pfn(spb_zone_of(s, z), pfn);

	if (!spb_is_tainted(sb) || sb->nr_movable)
		return PFN_NONE;
	s->c.compact_skipped++;
	return sb->end_pfn;
}

/*
 * A scan does not see everything movable: free movable chunks on the zone's or a CPU's lists, and
 * folios that it skips for their size, stay in the block.
 */
static bool may_hold_movable(const struct mm *mm, u32 pfn)
{
	u32 end = pfn + pageblock_nr_pages;

	while (pfn < end) {
		const struct page *p = mm_page(mm, pfn);

		if (p->state == PAGE_ABSENT || p->state == PAGE_RESERVED || !p->head) {
			pfn++;
			continue;
		}
		if (p->state == PAGE_USED && (p->lru || p->kind == PK_MOVABLE_OPS))
			return true;
		if (p->state != PAGE_USED && p->mt == MIGRATE_MOVABLE)
			return true;
		pfn += 1u << p->order;
	}
	return false;
}

/**
 * spb_on_compact_scanned - clear "has movable" of a pageblock in which a scan found nothing to move
 * @mm: model memory
 * @z: zone
 * @pfn: the block's first page
 *
 * The scanner has set its skip bit, which defrag passes respect as well, until they wrap.
 */
void spb_on_compact_scanned(struct mm *mm, const struct zone *z, u32 pfn)
{
	struct spb *s = spb_of(mm);

	s->pb[pfn >> pageblock_order] |= PB_SKIP;
	if (!may_hold_movable(mm, pfn))
		spb_clear_has(s, spb_zone_of(s, z), pfn, MIGRATE_MOVABLE);
}
