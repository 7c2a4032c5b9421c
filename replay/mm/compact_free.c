// SPDX-License-Identifier: GPL-2.0-only
/*
 * The free scanner: descends through a zone and isolates free pages to migrate to.
 */
#include "compaction.h"

/* A fast search under way. */
struct free_search {
	u32 limit, nr_scanned;
	u32 low_pfn, min_pfn;		/* lowest pfns that are preferred, and acceptable */
	u32 highest;			/* start of the highest pageblock seen */
	u32 found;
};

static void isolated_page(struct mm *mm, struct compact_control *cc, u32 pfn, u32 order)
{
	u32 nr = N(order), i;

	cc->nr_freepages += nr;
	count_vm_events(mm, VM_compact_isolated, nr);
	if (mm->k.compact_large_folios) {
		list_add_tail(mm, pfn, cc->freepages[order]);
		return;
	}
	/* before 6.9 targets are cut into base pages: mm/compaction.c:split_map_pages */
	for (i = 0; i < nr; i++) {
		page_set_unit(mm, pfn + i, 0, PAGE_ISOLATED, MIGRATE_MOVABLE);
		list_add_tail(mm, pfn + i, cc->freepages[0]);
	}
}

static bool enough_freepages(const struct compact_control *cc)
{
	return cc->nr_freepages >= cc->nr_migratepages;
}

/*
 * mm/compaction.c:isolate_freepages_block. Sets *@start to where the scan ended in the block.
 * Return: the number of pages taken.
 */
static u32 isolate_freepages_block(struct mm *mm, struct compact_control *cc, u32 *start, u32 end,
				   u32 stride)
{
	u32 pfn = *start, nr_scanned = 0, total = 0;

	for (; pfn < end; pfn += stride) {
		const struct page *p = &mm->page[pfn];
		u32 order = p->order;

		nr_scanned++;
		if (page_is_compound_head(p) && pfn + N(order) <= end) {
			pfn += N(order) - 1;
			if (mm->k.compact_large_folios)
				nr_scanned += N(order) - 1;
			continue;
		}
		if (!page_is_buddy_head(p))
			continue;
		if (!__isolate_free_page(mm, cc->zone, pfn, order))
			break;
		nr_scanned += N(order) - 1;
		total += N(order);
		isolated_page(mm, cc, pfn, order);
		if (enough_freepages(cc)) {
			pfn += N(order);
			break;
		}
		pfn += N(order) - 1;
	}
	*start = pfn > end ? end : pfn;
	cc->total_free_scanned += nr_scanned;
	return total;
}

/* mm/compaction.c:suitable_migration_target */
static bool suitable_migration_target(const struct mm *mm, const struct compact_control *cc,
				      u32 pfn)
{
	const struct page *p = &mm->page[pfn];
	u32 order = pageblock_order;
	u8 mt = get_pageblock_migratetype(mm, pfn);

	if (mm->k.compact_large_folios && cc->order > 0)
		order = (u32)cc->order;
	if (page_is_buddy_head(p) && p->order >= order)
		return false;
	return cc->ignore_block_suitable || mt == MIGRATE_MOVABLE || mt == MIGRATE_CMA;
}

/* Scan the rest of the block in which the fast search took a page; fast_isolate_around(). */
static void fast_isolate_around(struct mm *mm, struct compact_control *cc, u32 pfn)
{
	u32 start = pageblock_start_pfn(pfn), end = pageblock_end_pfn(pfn);

	if (enough_freepages(cc))
		return;
	if (cc->direct_compaction && cc->mode == MIGRATE_ASYNC)
		return;
	if (start < cc->zone->start_pfn)
		start = cc->zone->start_pfn;
	if (end > zone_end_pfn(cc->zone))
		end = zone_end_pfn(cc->zone);
	if (!pageblock_in_zone(mm, cc->zone, start, end))
		return;
	isolate_freepages_block(mm, cc, &start, end, 1);
	if (start == end)
		set_pageblock_skip(mm, pfn);
}

static int next_search_order(struct compact_control *cc, int order)
{
	order--;
	if (order < 0)
		order = cc->order - 1;
	if (order != cc->search_order)
		return order;
	cc->search_order--;
	if (cc->search_order < 0)
		cc->search_order = cc->order - 1;
	return -1;
}

/*
 * Search one free list from its tail. The list is left rotated, so that the next search does not
 * see the same pages first.
 */
static u32 search_free_list(struct mm *mm, struct compact_control *cc, struct free_search *s,
			    int order, u32 freelist, u32 *order_scanned)
{
	u32 pfn, high_pfn = 0;

	for (pfn = list_last(mm, freelist); pfn != PFN_NONE; pfn = list_prev(mm, pfn)) {
		u32 block = pageblock_start_pfn(pfn);

		(*order_scanned)++;
		s->nr_scanned++;
		if (pfn >= s->highest)
			s->highest = block > cc->zone->start_pfn ? block : cc->zone->start_pfn;
		if (pfn >= s->low_pfn) {
			cc->fast_search_fail = 0;
			cc->search_order = order;
			s->found = pfn;
			break;
		}
		if (pfn >= s->min_pfn && pfn > high_pfn) {
			high_pfn = pfn;
			s->limit >>= 1;
		}
		if (*order_scanned >= s->limit)
			break;
	}
	if (s->found == PFN_NONE && high_pfn)
		s->found = pfn = high_pfn;
	if (pfn != PFN_NONE)
		move_freelist_head(mm, freelist, pfn);
	return s->found;
}

static u32 search_order(struct mm *mm, struct compact_control *cc, struct free_search *s,
			int order, u32 *order_scanned)
{
	u32 i;

	for (i = zone_nr_lists(cc->zone); i-- > 0;) {
		const struct free_area *area = zone_nth_area(cc->zone, i, (u32)order);

		if (!area->nr_free)
			continue;
		if (search_free_list(mm, cc, s, order, area->list[MIGRATE_MOVABLE],
				     order_scanned) != PFN_NONE ||
		    *order_scanned >= s->limit)
			break;
	}
	return s->found;
}

/* Search the lists of the orders below the request's. */
static void search_free_lists(struct mm *mm, struct compact_control *cc, struct free_search *s)
{
	int order;

	for (order = cc->search_order; s->found == PFN_NONE && order >= 0;
	     order = next_search_order(cc, order)) {
		u32 order_scanned = 0;

		if (!cc->zone->free_area[order].nr_free)
			continue;
		if (search_order(mm, cc, s, order, &order_scanned) != PFN_NONE) {
			if (__isolate_free_page(mm, cc->zone, s->found, (u32)order)) {
				if (mm->k.compact_large_folios)
					s->nr_scanned += N(order) - 1;
				isolated_page(mm, cc, s->found, (u32)order);
			} else {
				/* the watermark forbids it: end the search */
				order = cc->search_order + 1;
				s->found = PFN_NONE;
			}
		}
		if (mm->k.compact_large_folios && enough_freepages(cc))
			break;
		if (order_scanned >= s->limit)
			s->limit = s->limit >> 1 ? s->limit >> 1 : 1;
	}
}

/* The fast search of a new run found nothing: choose where the linear scan begins. */
static void restart_free_scanner(struct mm *mm, struct compact_control *cc, struct free_search *s)
{
	u32 end = pageblock_end_pfn(s->min_pfn);

	if (s->highest >= s->min_pfn) {
		s->found = cc->free_pfn = s->highest;
		return;
	}
	if (!cc->direct_compaction || s->min_pfn >= mm->max_pfn)
		return;
	if (end > zone_end_pfn(cc->zone))
		end = zone_end_pfn(cc->zone);
	if (pageblock_in_zone(mm, cc->zone, s->min_pfn, end) &&
	    suitable_migration_target(mm, cc, s->min_pfn))
		s->found = s->min_pfn;
	cc->free_pfn = s->min_pfn;
}

/* Take a free page near the zone's end straight from the lists; fast_isolate_freepages(). */
static void fast_isolate_freepages(struct mm *mm, struct compact_control *cc)
{
	struct free_search s = { .found = PFN_NONE };
	struct zone *z = cc->zone;
	bool scan_start = cc->free_pfn >= z->compact_init_free_pfn;
	u32 distance = cc->free_pfn - cc->migrate_pfn;

	if (cc->order <= 0)
		return;
	s.limit = scan_start ? pageblock_nr_pages >> 1 : freelist_scan_limit(cc) >> 1;
	if (!s.limit)
		s.limit = 1;
	s.low_pfn = pageblock_start_pfn(cc->free_pfn - (distance >> 2));
	s.min_pfn = pageblock_start_pfn(cc->free_pfn - (distance >> 1));
	if (cc->search_order > cc->order - 1)
		cc->search_order = cc->order - 1;
	search_free_lists(mm, cc, &s);
	if (s.found == PFN_NONE) {
		cc->fast_search_fail++;
		if (scan_start)
			restart_free_scanner(mm, cc, &s);
	}
	if (s.highest && s.highest >= z->compact_cached_free_pfn) {
		/* a pfn below the zone, or one that wrapped, makes the next run start at the end */
		z->compact_cached_free_pfn = s.highest - pageblock_nr_pages;
	}
	cc->total_free_scanned += s.nr_scanned;
	if (s.found != PFN_NONE)
		fast_isolate_around(mm, cc, s.found);
}

/* From 6.6 on the cached position is the block below the used up one; before, the block itself. */
static void update_pageblock_skip(struct mm *mm, struct compact_control *cc, u32 block)
{
	u32 cached = block;

	if (mm->k.compact_large_folios)
		cached = block - pageblock_nr_pages;
	set_pageblock_skip(mm, block);
	if (cached < cc->zone->compact_cached_free_pfn)
		cc->zone->compact_cached_free_pfn = cached;
}

/* Scan one block. Return: false when the scan stops here, with cc->free_pfn set. */
static bool scan_free_block(struct mm *mm, struct compact_control *cc, u32 start, u32 end,
			    u32 *stride)
{
	u32 isolate_start = cc->free_pfn, nr;

	nr = isolate_freepages_block(mm, cc, &isolate_start, end, *stride);
	if (isolate_start == end)
		update_pageblock_skip(mm, cc, start);
	cc->free_pfn = isolate_start;
	if (enough_freepages(cc)) {
		if (isolate_start >= end)
			cc->free_pfn = start - pageblock_nr_pages;
		return false;
	}
	if (isolate_start < end)
		return false;
	if (nr)
		*stride = 1;
	else if (*stride < COMPACT_CLUSTER_MAX)
		*stride <<= 1;
	return true;
}

/* mm/compaction.c:isolate_freepages */
static void isolate_freepages(struct mm *mm, struct compact_control *cc)
{
	struct zone *z = cc->zone;
	s64 start, low = pageblock_end_pfn(cc->migrate_pfn);
	u32 stride = cc->mode == MIGRATE_ASYNC ? COMPACT_CLUSTER_MAX : 1, end;

	fast_isolate_freepages(mm, cc);
	if (cc->nr_freepages)
		return;
	start = pageblock_start_pfn(cc->free_pfn);
	end = (u32)start + pageblock_nr_pages;
	if (end > zone_end_pfn(z))
		end = zone_end_pfn(z);
	while (start >= low) {
		if (pageblock_in_zone(mm, z, (u32)start, end) &&
		    suitable_migration_target(mm, cc, (u32)start) &&
		    isolation_suitable(mm, cc, (u32)start) &&
		    !scan_free_block(mm, cc, (u32)start, end, &stride))
			return;
		end = (u32)start;
		start -= pageblock_nr_pages;
		cc->free_pfn = (u32)start;
	}
}

/**
 * compaction_alloc - take a free page as the target of a migration
 * @mm: model memory
 * @cc: run; scans for free pages when it has none large enough
 * @order: the folio's order
 *
 * A larger page is split, and its upper halves stay isolated. mm/compaction.c:compaction_alloc.
 *
 * Return: head pfn of a PAGE_ISOLATED unit; PFN_NONE.
 */
u32 compaction_alloc(struct mm *mm, struct compact_control *cc, u32 order)
{
	bool scanned = false;
	u32 o, pfn;

	for (;;) {
		for (o = order; o < NR_PAGE_ORDERS && list_empty(mm, cc->freepages[o]); o++)
			;
		if (o < NR_PAGE_ORDERS)
			break;
		if (scanned)
			return PFN_NONE;
		isolate_freepages(mm, cc);
		scanned = true;
	}
	pfn = list_first(mm, cc->freepages[o]);
	list_del(mm, pfn);
	if (o > order)
		page_set_unit(mm, pfn, order, PAGE_ISOLATED, MIGRATE_MOVABLE);
	while (o-- > order) {
		page_set_unit(mm, pfn + N(o), o, PAGE_ISOLATED, MIGRATE_MOVABLE);
		list_add(mm, pfn + N(o), cc->freepages[o]);
	}
	cc->nr_freepages -= N(order);
	if (mm->k.compact_large_folios)
		cc->nr_migratepages -= N(order);
	return pfn;
}

/**
 * compaction_free - take back a target whose source did not migrate
 * @mm: model memory
 * @cc: run
 * @pfn: head of the target
 * @order: its order
 *
 * mm/compaction.c:compaction_free.
 */
void compaction_free(struct mm *mm, struct compact_control *cc, u32 pfn, u32 order)
{
	list_add(mm, pfn, cc->freepages[order]);
	cc->nr_freepages += N(order);
	if (mm->k.compact_large_folios)
		cc->nr_migratepages += N(order);
}

/**
 * release_free_list - free the targets that were not used
 * @mm: model memory
 * @cc: run
 *
 * They take the ordinary free path of the running task, so some go to its per-CPU lists.
 * mm/compaction.c:release_free_list.
 *
 * Return: highest pfn released; 0 for none.
 */
u32 release_free_list(struct mm *mm, struct compact_control *cc)
{
	u32 order, pfn, high = 0;

	for (order = 0; order < NR_PAGE_ORDERS; order++) {
		while ((pfn = list_first(mm, cc->freepages[order])) != PFN_NONE) {
			list_del(mm, pfn);
			page_set_unit(mm, pfn, order, PAGE_USED, MIGRATE_MOVABLE);
			free_pages(mm, pfn, order);
			if (pfn > high)
				high = pfn;
		}
	}
	cc->nr_freepages = 0;
	return high;
}
