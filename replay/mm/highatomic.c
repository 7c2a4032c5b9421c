// SPDX-License-Identifier: GPL-2.0-only
/* The reserve of pageblocks for high-order atomic allocations. */
#include "internal.h"

static bool reserve_is_full(const struct mm *mm, const struct zone *z)
{
	u32 max = z->managed / 100;

	if (!mm->k.highatomic_aligned_limit)
		return z->nr_reserved_highatomic >= max + pageblock_nr_pages;
	if (max < pageblock_nr_pages)
		return true;
	max = (max + pageblock_nr_pages - 1) & ~(pageblock_nr_pages - 1);
	return z->nr_reserved_highatomic >= max;
}

/**
 * vanilla_reserve_highatomic - decide whether a page's block joins the reserve
 * @mm: model memory
 * @z: its zone
 * @pfn: the page
 * @order: its order
 *
 * Return: true until the reserve is full. mm/page_alloc.c:reserve_highatomic_pageblock.
 */
bool vanilla_reserve_highatomic(const struct mm *mm, const struct zone *z, u32 pfn, u32 order)
{
	(void)pfn;
	(void)order;
	return !reserve_is_full(mm, z);
}

/**
 * reserve_highatomic_pageblock - reserve the block of a high-order atomic page for such requests
 * @mm: model memory
 * @z: zone
 * @pfn: page just allocated
 * @order: its order
 *
 * mm/page_alloc.c:reserve_highatomic_pageblock. 6.1 retypes even a block at the zone's edge.
 */
void reserve_highatomic_pageblock(struct mm *mm, struct zone *z, u32 pfn, u32 order)
{
	if (!policy_decides(mm, reserve_highatomic, z, pfn, order) ||
	    !migratetype_is_mergeable(get_pageblock_migratetype(mm, pfn)))
		return;
	if (order >= pageblock_order && mm->k.freelist_hygiene) {
		change_pageblock_range(mm, pfn, order, MIGRATE_HIGHATOMIC);
		z->nr_reserved_highatomic += N(order);
	} else {
		if (move_freepages_block(mm, z, pfn, MIGRATE_HIGHATOMIC) < 0) {
			if (mm->k.freelist_hygiene)
				return;
			set_pageblock_migratetype(mm, pfn, MIGRATE_HIGHATOMIC);
		}
		z->nr_reserved_highatomic += pageblock_nr_pages;
	}
	z->highatomic_used = true;
}

/* Convert the blocks of a free reserved page. Return: whether pages became available. */
static bool unreserve_page(struct mm *mm, struct zone *z, u32 pfn, u32 order, u8 mt)
{
	u32 size = N(order) > pageblock_nr_pages && mm->k.freelist_hygiene ? N(order)
									    : pageblock_nr_pages;

	if (size > z->nr_reserved_highatomic)
		size = z->nr_reserved_highatomic;
	z->nr_reserved_highatomic -= size;
	if (order < pageblock_order || !mm->k.freelist_hygiene)
		return move_freepages_block(mm, z, pfn, mt) > 0;
	move_to_free_list(mm, z, pfn, order, mt);
	change_pageblock_range(mm, pfn, order, mt);
	return true;
}

/**
 * unreserve_highatomic_pageblock - convert a reserved block for ordinary requests
 * @mm: model memory
 * @ac: the request in need, whose type the block gets
 * @force: also a zone's last reserved block
 *
 * It converts one block per call. mm/page_alloc.c:unreserve_highatomic_pageblock.
 *
 * Return: whether pages became available.
 */
bool unreserve_highatomic_pageblock(struct mm *mm, const struct alloc_context *ac, bool force)
{
	int idx;
	u32 order;

	for (idx = ac->preferred; idx >= 0; idx--) {
		struct zone *z = &mm->zone[idx];

		if (!z->populated || (!force && z->nr_reserved_highatomic <= pageblock_nr_pages))
			continue;
		for (order = 0; order < NR_PAGE_ORDERS; order++) {
			u32 pfn = zone_first_free(mm, z, order, MIGRATE_HIGHATOMIC);

			if (pfn != PFN_NONE && unreserve_page(mm, z, pfn, order, ac->migratetype))
				return true;
		}
	}
	return false;
}
