// SPDX-License-Identifier: GPL-2.0-only
/* Memory is looked at here as it is at the end of a replay. */
#include <string.h>

#include "frag_index.h"

/* These bits say what a run of pages holds; for larger blocks they are or-ed over pageblocks. */
#define BLOCK_FREE	1u
#define BLOCK_MOVABLE	2u	/* asked for as movable */
#define BLOCK_OTHER	4u	/* asked for as unmovable or reclaimable */
#define BLOCK_FIXED	8u	/* can be neither migrated nor reclaimed */
#define BLOCK_HOLE	16u

/* A page can leave if it is on the LRU or has its own migration method, and is not pinned. */
static bool page_can_go(const struct mm *mm, u32 pfn)
{
	const struct page *p = &mm->page[pfn];

	if (p->kind != PK_ANON && p->kind != PK_FILE && p->kind != PK_MOVABLE_OPS)
		return false;
	return !mm->page[folio_head(mm, pfn)].pinned;
}

static u32 page_holds(const struct mm *mm, u32 pfn)
{
	const struct page *p = &mm->page[pfn];

	switch ((enum page_state)p->state) {
	case PAGE_ABSENT:
		return BLOCK_HOLE;
	case PAGE_RESERVED:
		return BLOCK_FIXED;
	case PAGE_BUDDY:
	case PAGE_PCP:
	case PAGE_ISOLATED:
		return BLOCK_FREE;
	case PAGE_USED:
		return (p->mt == MIGRATE_MOVABLE ? BLOCK_MOVABLE : BLOCK_OTHER) |
		       (page_can_go(mm, pfn) ? 0 : BLOCK_FIXED);
	}
	return BLOCK_HOLE;
}

static void count_page(struct memory_report *r, const struct page *p)
{
	switch ((enum page_state)p->state) {
	/* only the head of a free unit says which list it is on */
	case PAGE_BUDDY:
		r->free_pages += p->head ? 1u << p->order : 0;
		break;
	case PAGE_PCP:
		r->pcp_pages += p->head ? 1u << p->order : 0;
		break;
	case PAGE_RESERVED:
		r->reserved_pages++;
		break;
	case PAGE_USED:
	case PAGE_ISOLATED:
		r->used_pages++;
		break;
	case PAGE_ABSENT:
		break;
	}
}

const u32 report_contig_order[NR_CONTIG_SIZES] = { pageblock_order, 14, 15, 18 };
const char *const report_contig_name[NR_CONTIG_SIZES] = { "2MiB", "64MiB", "128MiB", "1GiB" };

static void count_contiguity(struct contiguity *c, u32 holds)
{
	c->kernel += !!(holds & BLOCK_OTHER);
	if (holds & BLOCK_HOLE)
		return;
	c->total++;
	if (holds == BLOCK_FREE)
		c->free++;
	else if (!(holds & BLOCK_FIXED))
		c->movable++;
}

static void count_pageblock(struct memory_report *r, const struct pageblock *pb, u32 holds)
{
	if (pb->zone >= MAX_NR_ZONES)
		return;
	if (pb->mt < MIGRATE_TYPES)
		r->pageblocks[pb->mt]++;
	if ((holds & BLOCK_MOVABLE) && (holds & BLOCK_OTHER))
		r->mixed_pageblocks++;
	if (pb->mt == MIGRATE_MOVABLE && (holds & BLOCK_OTHER))
		r->movable_polluted++;
	if (holds == BLOCK_FREE)
		r->empty_pageblocks++;
}

static u32 scan_pageblock(struct mm *mm, struct memory_report *r, u32 start)
{
	u32 holds = 0;

	for (u32 i = 0; i < pageblock_nr_pages; i++) {
		if (start + i >= mm->max_pfn)
			return holds | BLOCK_HOLE;
		count_page(r, &mm->page[start + i]);
		holds |= page_holds(mm, start + i);
	}
	return holds;
}

/* adds a pageblock to the larger blocks that it is part of; the last of these may not be whole */
static void add_block(struct memory_report *r, u32 *sum, u32 block, u32 holds, bool last)
{
	for (int i = 0; i < NR_CONTIG_SIZES; i++) {
		u32 nr = 1u << (report_contig_order[i] - pageblock_order);
		bool end = (block + 1) % nr == 0;

		sum[i] |= holds;
		if (!end && !last)
			continue;
		count_contiguity(&r->contig[i], end ? sum[i] : sum[i] | BLOCK_HOLE);
		sum[i] = 0;
	}
}

/**
 * report_scan_memory - walk every page once and count what blocks hold
 * @mm: model memory
 * @r: filled in
 */
void report_scan_memory(struct mm *mm, struct memory_report *r)
{
	u32 nr = (mm->max_pfn + pageblock_nr_pages - 1) / pageblock_nr_pages;
	u32 sum[NR_CONTIG_SIZES] = { 0 }, i;
	struct zone *z;

	memset(r, 0, sizeof(*r));
	for_each_populated_zone(mm, z)
		for (int order = 0; order < NR_PAGE_ORDERS; order++)
			for (int mt = 0; mt < MIGRATE_TYPES; mt++)
				r->free[mt][order] += z->free_area[order].nr_list[mt];
	for (i = 0; i < nr; i++) {
		u32 holds = scan_pageblock(mm, r, i << pageblock_order);

		count_pageblock(r, &mm->pageblock[i], holds);
		add_block(r, sum, i, holds, i + 1 == nr);
	}
}
