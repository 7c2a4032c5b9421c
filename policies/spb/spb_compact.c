/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Compaction's part (SPB 5.9): it does not look for movable pages where there are none, and what
 * it finds out about a pageblock is kept.
 */
#include "spb.h"

/**
 * spb_compact_skips - a tainted superpageblock without movable pages is passed over
 * @mm: machine
 * @z: zone
 * @pfn: where the scanner is
 *
 * Return: the superpageblock's end; 0: nothing is skipped.
 */
u32 spb_compact_skips(const struct mm *mm, const struct zone *z, u32 pfn)
{
	struct spb *s = spb_of(mm);
	const struct superpageblock *sb = spb_of_pfn(spb_zone_of(s, z), pfn);

	if (!spb_is_tainted(sb) || sb->nr_movable)
		return 0;
	s->c.compact_skipped++;
	return sb->end_pfn;
}

/*
 * Free movable chunks of a part of a block, on the zone's lists or a CPU's, are what a scan for
 * used pages does not see; nor does it see folios that it leaves alone for their size.
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
 * spb_compact_scanned - nothing in a pageblock can move: it holds nothing movable any more
 * @mm: machine
 * @z: zone
 * @pfn: the block's first page
 *
 * SPB 2.5. A block that is wholly free has no such bit anyway. The skip bit that the scanner leaves
 * counts for defrag, too.
 */
void spb_compact_scanned(struct mm *mm, struct zone *z, u32 pfn)
{
	struct spb *s = spb_of(mm);

	s->pb[pfn >> pageblock_order] |= PB_SKIP;
	if (!may_hold_movable(mm, pfn))
		spb_clear_has(s, spb_zone_of(s, z), pfn, MIGRATE_MOVABLE);
}
