/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing and finding units of pages, by the rules that policy.h has for struct page.
 */
#ifndef FRAGREPLAY_MM_PAGE_H
#define FRAGREPLAY_MM_PAGE_H

#include <string.h>

#include "list.h"

#define N(order) (1u << (order))

static inline bool page_is_free(const struct page *p)
{
	return p->state == PAGE_BUDDY || p->state == PAGE_PCP;
}

/* The head of the folio that a page in use is part of. */
static inline u32 folio_head(const struct mm *mm, u32 pfn)
{
	return pfn & ~(N(mm->page[pfn].order) - 1);
}

static inline bool page_is_lru(const struct mm *mm, u32 pfn)
{
	const struct page *p = &mm->page[pfn];

	return p->state == PAGE_USED && mm->page[pfn & ~(N(p->order) - 1)].lru;
}

/**
 * page_unit - find the head of the unit that a page is part of
 * @mm: model memory
 * @pfn: any page
 *
 * Return: the head's pfn; @pfn itself for absent and reserved pages.
 */
static inline u32 page_unit(const struct mm *mm, u32 pfn)
{
	u32 order;

	for (order = 0; order <= MAX_PAGE_ORDER; order++) {
		u32 head = pfn & ~(N(order) - 1);

		if (mm->page[head].head && mm->page[head].order >= order)
			return head;
	}
	return pfn;
}

/* Sets everything but the links in one store, because this is the hot path. */
static inline void page_set_meta(struct page *p, const struct page *meta)
{
	memcpy((char *)p + sizeof(p->l), (const char *)meta + sizeof(p->l),
	       sizeof(*p) - sizeof(p->l));
}

/* Notes for the block map that these pages come into use, or are freed. */
static inline void page_touch(struct mm *mm, u32 pfn, u32 order)
{
	if (mm->touched)
		memset(mm->touched + (pfn >> pageblock_order), 1, 1 + (order > pageblock_order));
}

/**
 * page_set_unit - make one unit of a run of pages
 * @mm: model memory
 * @pfn: its head
 * @order: its size; the pages are on no list
 * @state: enum page_state
 * @mt: see struct page
 *
 * All other fields are reset: OWNER_NONE, PK_KERNEL, no flags.
 */
static inline void page_set_unit(struct mm *mm, u32 pfn, u32 order, u32 state, u32 mt)
{
	struct page meta = { .owner = OWNER_NONE, .state = state, .order = order, .mt = mt,
			     .head = 1 };
	struct page *p = &mm->page[pfn], *end = p + N(order);

	page_touch(mm, pfn, order);
	page_set_meta(p, &meta);
	meta.head = 0;
	while (++p < end)
		page_set_meta(p, &meta);
}

static inline bool migratetype_is_mergeable(u8 mt)
{
	return mt < MIGRATE_PCPTYPES;
}

static inline u32 pageblock_start_pfn(u32 pfn)
{
	return pfn & ~(pageblock_nr_pages - 1);
}

/* How many sets of free lists a zone has: one, or one per region. */
static inline u32 zone_nr_lists(const struct zone *z)
{
	return z->region ? z->nr_regions : 1;
}

static inline const struct free_area *zone_nth_area(const struct zone *z, u32 i, u32 order)
{
	return z->region ? &z->region[i].free_area[order] : &z->free_area[order];
}

static inline u32 zone_first_free(const struct mm *mm, const struct zone *z, u32 order, u8 mt)
{
	u32 i, n = zone_nr_lists(z);

	for (i = 0; i < n; i++) {
		const struct free_area *area = zone_nth_area(z, i, order);

		if (area->nr_list[mt])
			return list_first(mm, area->list[mt]);
	}
	return PFN_NONE;
}

static inline bool zone_spans_pfn(const struct zone *z, u32 pfn)
{
	return pfn - z->start_pfn < z->spanned;
}

#endif
