// SPDX-License-Identifier: GPL-2.0-only
/*
 * Zones whose free lists are split into regions, for policies that separate memory in units larger
 * than a pageblock (superpageblocks). No buddy crosses a region's edge.
 */
#include <stdlib.h>

#include "internal.h"

static int alloc_regions(struct mm *mm, struct zone *z, u32 order)
{
	u32 base = z->start_pfn & ~(N(order) - 1), i, o;
	u32 nr = (u32)((((u64)z->start_pfn + z->spanned - base) + N(order) - 1) >> order);
	struct free_region *region = calloc(nr ? nr : 1, sizeof(*region));

	if (!region)
		return -ENOMEM;
	for (i = 0; i < nr; i++)
		for (o = 0; o < NR_PAGE_ORDERS; o++)
			if (mm_alloc_lists(mm, region[i].free_area[o].list, MIGRATE_TYPES)) {
				free(region);
				return -ENOMEM;
			}
	z->region = region;
	z->nr_regions = nr;
	z->region_order = order;
	z->region_base = base;
	return 0;
}

/* Move a list's pages to their regions, in the order in which they were on it. */
static void move_list(struct mm *mm, struct zone *z, u32 order, u8 mt)
{
	u32 list = z->free_area[order].list[mt], pfn;

	while ((pfn = list_first(mm, list)) != PFN_NONE) {
		struct free_region *r = &z->region[(pfn - z->region_base) >> z->region_order];

		list_del(mm, pfn);
		list_add_tail(mm, pfn, r->free_area[order].list[mt]);
		r->free_area[order].nr_list[mt]++;
		r->free_area[order].nr_free++;
		r->nr_free_pages += N(order);
	}
}

/**
 * mm_split_free_lists - give every region of every zone free lists of its own
 * @mm: model memory, from a policy's init()
 * @order: of the regions' size; MAX_PAGE_ORDER .. 30
 *
 * Pages keep the order in which they were on the zone's lists.
 *
 * Return: 0; -1 without memory, if the order is out of range, or if it was done before.
 */
int mm_split_free_lists(struct mm *mm, u32 order)
{
	struct zone *z;

	if (order < MAX_PAGE_ORDER || order > 30)
		return -1;
	for_each_populated_zone(mm, z) {
		u32 o;
		int mt;

		if (z->region || alloc_regions(mm, z, order))
			return -1;
		for (o = 0; o < NR_PAGE_ORDERS; o++)
			for (mt = 0; mt < MIGRATE_TYPES; mt++)
				move_list(mm, z, o, (u8)mt);
	}
	return 0;
}
