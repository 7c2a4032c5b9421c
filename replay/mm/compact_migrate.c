// SPDX-License-Identifier: GPL-2.0-only
/*
 * The migration scanner: ascends through a zone and isolates pages that can move.
 */
#include "compaction.h"

/* State of one call of isolate_migratepages_block(). */
struct migrate_scan {
	struct mm *mm;
	struct compact_control *cc;
	u32 low_pfn, end_pfn;
	u32 next_skip_pfn;
	u32 nr_scanned, nr_isolated;
	bool skip_on_failure, at_block_start, skip_updated;
};

enum scan_result { SCAN_NEXT, SCAN_FAIL, SCAN_ISOLATED, SCAN_ABORT };

/**
 * freelist_scan_limit - limit of the buddies that a fast search looks at
 * @cc: run; each failed search halves the limit of the next
 *
 * Return: 1 .. 33. mm/compaction.c:freelist_scan_limit.
 */
u32 freelist_scan_limit(const struct compact_control *cc)
{
	u32 shift = cc->fast_search_fail < 31 ? cc->fast_search_fail : 31;

	return (COMPACT_CLUSTER_MAX >> shift) + 1;
}

/* Rotate a list: take its head out of the ring and put it back between two other members. */
static void list_move_anchor(struct mm *mm, u32 head, u32 prev, u32 next)
{
	u32 link = head | LIST_HEAD_BIT;
	struct links *h = &mm->heads[head];

	list_node(mm, h->prev)->next = h->next;
	list_node(mm, h->next)->prev = h->prev;
	h->prev = prev;
	h->next = next;
	list_node(mm, prev)->next = link;
	list_node(mm, next)->prev = link;
}

/**
 * move_freelist_head - rotate a free list so that a page is its first
 * @mm: model memory
 * @freelist: index of the list's head
 * @pfn: a page on it
 *
 * The pages before it go to the tail. mm/compaction.c:move_freelist_head.
 */
void move_freelist_head(struct mm *mm, u32 freelist, u32 pfn)
{
	u32 prev = mm->page[pfn].l.prev;

	if (prev != (freelist | LIST_HEAD_BIT))
		list_move_anchor(mm, freelist, prev, pfn);
}

/**
 * move_freelist_tail - rotate a free list so that a page is its last
 * @mm: model memory
 * @freelist: index of the list's head
 * @pfn: a page on it
 *
 * It and the pages before it go to the tail. mm/compaction.c:move_freelist_tail.
 */
static void move_freelist_tail(struct mm *mm, u32 freelist, u32 pfn)
{
	u32 next = mm->page[pfn].l.next;

	if (next != (freelist | LIST_HEAD_BIT))
		list_move_anchor(mm, freelist, pfn, next);
}

static void update_cached_migrate(struct compact_control *cc, u32 pfn)
{
	struct zone *z = cc->zone;

	/* as in the kernel: for an aligned pfn this is the end of the block after it */
	pfn = pageblock_end_pfn(pfn);
	if (pfn > z->compact_cached_migrate_pfn[0])
		z->compact_cached_migrate_pfn[0] = pfn;
	if (cc->mode != MIGRATE_ASYNC && pfn > z->compact_cached_migrate_pfn[1])
		z->compact_cached_migrate_pfn[1] = pfn;
}

static bool is_migrate_movable(u8 mt)
{
	return mt == MIGRATE_MOVABLE || mt == MIGRATE_CMA;
}

/* mm/compaction.c:suitable_migration_source; the order and CMA rules are of June 2026 */
static bool suitable_migration_source(const struct mm *mm, const struct compact_control *cc,
				      u32 pfn)
{
	u8 block_mt = get_pageblock_migratetype(mm, pfn);

	if (pageblock_skip_persistent(mm, pfn))
		return false;
	if (!cc->direct_compaction)
		return true;
	if (mm->k.compact_source_order9 && block_mt == MIGRATE_CMA &&
	    !(cc->alloc_flags & ALLOC_CMA))
		return false;
	if (cc->mode != MIGRATE_ASYNC)
		return true;
	if (cc->migratetype == MIGRATE_MOVABLE ||
	    (mm->k.compact_source_order9 && cc->order >= pageblock_order))
		return is_migrate_movable(block_mt);
	return block_mt == cc->migratetype;
}

/*
 * Moving a folio of the wanted order, or of a pageblock, gains nothing. Before 6.9 no large ones
 * move.
 */
static bool skip_isolation_on_order(const struct mm *mm, u32 order, int target)
{
	if (!mm->k.compact_large_folios)
		return order > 0;
	if (target != COMPACT_ORDER_ALL && (int)order >= target)
		return true;
	return order >= pageblock_order;
}

static bool test_and_set_skip(struct migrate_scan *s, u32 pfn)
{
	struct mm *mm = s->mm;
	bool skip;

	/* 6.1 sets the skip bit only if the isolated page is the first of its block */
	if (s->cc->ignore_skip_hint || (!mm->k.compact_large_folios && !pageblock_aligned(pfn)))
		return false;
	skip = get_pageblock_skip(mm, pfn);
	set_pageblock_skip(mm, pfn);
	return skip;
}

/* The scanner sees pins of anonymous pages; those of file pages show when migration is tried. */
static bool lru_folio_movable(const struct migrate_scan *s, u32 pfn)
{
	const struct page *p = &s->mm->page[pfn];
	bool mapping = p->kind == PK_FILE || p->swapcache;

	if (!mapping && p->pinned)
		return false;
	if (mapping && !(s->cc->gfp_mask & __GFP_FS))
		return false;
	return s->cc->mode == MIGRATE_SYNC || !p->writeback;
}

static void skip_unit(struct migrate_scan *s, u32 order)
{
	s->low_pfn += N(order) - 1;
	if (s->mm->k.compact_large_folios)
		s->nr_scanned += N(order) - 1;
}

static enum scan_result isolate_lru_folio(struct migrate_scan *s)
{
	struct mm *mm = s->mm;
	u32 pfn = s->low_pfn;

	if (!lru_folio_movable(s, pfn))
		return SCAN_FAIL;
	if (!s->skip_updated && s->at_block_start) {
		s->skip_updated = true;
		if (test_and_set_skip(s, pfn) && !s->cc->finish_pageblock)
			return SCAN_ABORT;
	}
	folio_isolate_lru(mm, pfn);
	return SCAN_ISOLATED;
}

static enum scan_result scan_page(struct migrate_scan *s)
{
	struct mm *mm = s->mm;
	const struct page *p = &mm->page[s->low_pfn];

	if (page_is_buddy_head(p)) {
		if (p->order)
			skip_unit(s, p->order);
		return SCAN_NEXT;
	}
	if (p->state != PAGE_USED)
		return SCAN_FAIL;
	if (page_is_compound_head(p) && skip_isolation_on_order(mm, p->order, s->cc->order)) {
		skip_unit(s, p->order);
		return SCAN_FAIL;
	}
	if (!p->head)
		return SCAN_FAIL;
	if (p->lru)
		return isolate_lru_folio(s);
	if (p->kind != PK_MOVABLE_OPS || p->pinned)
		return SCAN_FAIL;
	return SCAN_ISOLATED;
}

static void take_page(struct migrate_scan *s)
{
	struct compact_control *cc = s->cc;
	u32 nr = N(s->mm->page[s->low_pfn].order);

	list_add(s->mm, s->low_pfn, cc->migratepages);
	s->low_pfn += nr - 1;
	s->nr_scanned += nr - 1;
	s->nr_isolated += nr;
	cc->nr_migratepages += nr;
}

/*
 * In direct ASYNC mode one page that cannot move makes its order-aligned block useless: leave it.
 */
static void abandon_block(struct migrate_scan *s)
{
	if (!s->skip_on_failure)
		return;
	if (s->nr_isolated) {
		putback_movable_pages(s->mm, s->cc);
		s->cc->nr_migratepages = 0;
		s->nr_isolated = 0;
	}
	if (s->low_pfn < s->next_skip_pfn) {
		s->low_pfn = s->next_skip_pfn - 1;
		s->next_skip_pfn += N(s->cc->order);
	}
}

static u32 order_end_pfn(u32 pfn, int order)
{
	return (pfn | (N(order) - 1)) + 1;
}

/* At an order-aligned boundary. Return: whether the pages isolated behind it shall be migrated. */
static bool order_block_ready(struct migrate_scan *s)
{
	if (!s->skip_on_failure || s->low_pfn < s->next_skip_pfn)
		return false;
	if (s->nr_isolated)
		return true;
	s->next_skip_pfn = order_end_pfn(s->low_pfn, s->cc->order);
	return false;
}

static bool enter_block(struct migrate_scan *s)
{
	if (s->at_block_start ||
	    (!pageblock_aligned(s->low_pfn) && s->low_pfn != s->cc->zone->start_pfn))
		return true;
	if (!isolation_suitable(s->mm, s->cc, s->low_pfn))
		return false;
	s->at_block_start = true;
	return true;
}

static void scan_block(struct migrate_scan *s)
{
	struct compact_control *cc = s->cc;

	for (; s->low_pfn < s->end_pfn; s->low_pfn++) {
		enum scan_result r;

		if (order_block_ready(s))
			return;
		s->nr_scanned++;
		r = enter_block(s) ? scan_page(s) : SCAN_ABORT;
		if (r == SCAN_ABORT) {
			s->low_pfn = s->end_pfn;
			return;
		}
		if (r == SCAN_FAIL)
			abandon_block(s);
		if (r != SCAN_ISOLATED)
			continue;
		take_page(s);
		if (cc->nr_migratepages >= COMPACT_CLUSTER_MAX && !cc->finish_pageblock) {
			s->low_pfn++;
			return;
		}
	}
}

/* mm/compaction.c:isolate_migratepages_block; @low and @end within one pageblock */
static void isolate_migratepages_block(struct mm *mm, struct compact_control *cc, u32 low, u32 end)
{
	struct migrate_scan s = { .mm = mm, .cc = cc, .low_pfn = low, .end_pfn = end };

	s.skip_on_failure = cc->direct_compaction && cc->mode == MIGRATE_ASYNC;
	if (s.skip_on_failure)
		s.next_skip_pfn = order_end_pfn(low, cc->order);
	scan_block(&s);
	if (s.low_pfn > end)
		s.low_pfn = end;
	if (s.low_pfn == end && (!s.nr_isolated || cc->finish_pageblock)) {
		if (s.at_block_start && !s.skip_updated)
			set_pageblock_skip(mm, low);
		if (!s.nr_isolated && pageblock_aligned(low) && pageblock_aligned(end))
			policy_notify(mm, on_compact_scanned, cc->zone, low);
		update_cached_migrate(cc, s.low_pfn);
	}
	cc->total_migrate_scanned += s.nr_scanned;
	count_vm_events(mm, VM_compact_isolated, s.nr_isolated);
	cc->migrate_pfn = s.low_pfn;
}

static void update_fast_start_pfn(struct compact_control *cc, u32 pfn)
{
	if (cc->fast_start_pfn == FAST_START_DONE)
		return;
	if (!cc->fast_start_pfn || pfn < cc->fast_start_pfn)
		cc->fast_start_pfn = pfn;
}

static u32 reinit_migrate_pfn(struct compact_control *cc)
{
	if (!cc->fast_start_pfn || cc->fast_start_pfn == FAST_START_DONE)
		return cc->migrate_pfn;
	cc->migrate_pfn = cc->fast_start_pfn;
	cc->fast_start_pfn = FAST_START_DONE;
	return cc->migrate_pfn;
}

/*
 * Only kcompactd, and direct requests for movable pages or (7.2) whole blocks, may use the search.
 */
static bool fast_find_allowed(const struct mm *mm, const struct compact_control *cc)
{
	u32 pfn = cc->migrate_pfn;

	if (cc->ignore_skip_hint || cc->finish_pageblock)
		return false;
	if (pfn != cc->zone->start_pfn && !pageblock_aligned(pfn))
		return false;
	if (cc->order <= PAGE_ALLOC_COSTLY_ORDER)
		return false;
	if (!cc->direct_compaction || cc->migratetype == MIGRATE_MOVABLE)
		return true;
	return mm->k.compact_source_order9 && cc->order >= pageblock_order;
}

/* Search one free list. Return: a block below @high without the skip bit; PFN_NONE. */
static u32 fast_find_in_list(struct mm *mm, u32 freelist, u32 high, u32 limit, u32 *nr_scanned)
{
	u32 pfn;

	for (pfn = list_first(mm, freelist); pfn != PFN_NONE; pfn = list_next(mm, pfn)) {
		if ((*nr_scanned)++ >= limit) {
			move_freelist_tail(mm, freelist, pfn);
			break;
		}
		if (pfn >= high || get_pageblock_skip(mm, pfn))
			continue;
		move_freelist_tail(mm, freelist, pfn);
		/*
		 * before 6.4: the scan that follows finds the bit set and leaves the block at once
		 */
		if (!mm->k.compact_large_folios)
			set_pageblock_skip(mm, pfn);
		return pfn;
	}
	return PFN_NONE;
}

static u32 fast_find_in_lists(struct mm *mm, const struct zone *z, int order, u32 high, u32 limit,
			      u32 *nr_scanned)
{
	u32 i, found = PFN_NONE;

	for (i = 0; i < zone_nr_lists(z) && found == PFN_NONE && *nr_scanned < limit; i++) {
		const struct free_area *area = zone_nth_area(z, i, (u32)order);

		if (area->nr_free)
			found = fast_find_in_list(mm, area->list[MIGRATE_MOVABLE], high, limit,
						  nr_scanned);
	}
	return found;
}

/* Find a block that is partly free already; mm/compaction.c:fast_find_migrateblock. */
static u32 fast_find_migrateblock(struct mm *mm, struct compact_control *cc)
{
	u32 limit = freelist_scan_limit(cc), nr_scanned = 0, found = PFN_NONE, distance, high;
	struct zone *z = cc->zone;
	int order;

	if (!fast_find_allowed(mm, cc))
		return cc->migrate_pfn;
	distance = (cc->free_pfn - cc->migrate_pfn) >> 1;
	if (cc->migrate_pfn != z->start_pfn)
		distance >>= 2;
	high = pageblock_start_pfn(cc->migrate_pfn + distance);
	for (order = cc->order - 1;
	     order >= PAGE_ALLOC_COSTLY_ORDER && found == PFN_NONE && nr_scanned < limit;
	     order--) {
		found = fast_find_in_lists(mm, z, order, high, limit, &nr_scanned);
	}
	cc->total_migrate_scanned += nr_scanned;
	if (found == PFN_NONE) {
		cc->fast_search_fail++;
		return reinit_migrate_pfn(cc);
	}
	update_fast_start_pfn(cc, found);
	cc->fast_search_fail = 0;
	found = pageblock_start_pfn(found);
	return found < z->start_pfn ? z->start_pfn : found;
}

static bool block_worth_scanning(const struct mm *mm, const struct compact_control *cc, u32 low,
				 bool fast_found)
{
	if (!pageblock_aligned(low) && low != cc->zone->start_pfn)
		return true;
	return fast_found || isolation_suitable(mm, cc, low);
}

/* Does the policy know that nothing here can move? Then @end says where to go on. */
static bool policy_skips(const struct mm *mm, const struct compact_control *cc, u32 start,
			 u32 *end)
{
	u32 to;

	if (!policy_has(mm, compact_skips))
		return false;
	to = asked_compact_skips(mm, cc->zone, start);
	if (to == PFN_NONE)
		return false;
	to = pageblock_start_pfn(to);
	if (to > *end)
		*end = to < cc->free_pfn ? to : pageblock_start_pfn(cc->free_pfn);
	return true;
}

/**
 * isolate_migratepages - isolate a batch of pages to migrate from the next suitable block
 * @mm: model memory
 * @cc: run; its migrate_pfn moves on
 *
 * mm/compaction.c:isolate_migratepages.
 *
 * Return: ISOLATE_SUCCESS with pages on cc->migratepages, else ISOLATE_NONE.
 */
enum isolate_migrate isolate_migratepages(struct mm *mm, struct compact_control *cc)
{
	u32 low = fast_find_migrateblock(mm, cc), end = pageblock_end_pfn(low), start;
	bool fast_found = low != cc->migrate_pfn && !cc->fast_search_fail;

	for (; end <= cc->free_pfn; fast_found = false, cc->migrate_pfn = low = end,
				    end += pageblock_nr_pages) {
		start = pageblock_start_pfn(low);
		if (start < cc->zone->start_pfn)
			start = cc->zone->start_pfn;
		if (!pageblock_in_zone(mm, cc->zone, start, end) ||
		    !block_worth_scanning(mm, cc, low, fast_found))
			continue;
		if (!suitable_migration_source(mm, cc, start)) {
			update_cached_migrate(cc, end);
			continue;
		}
		if (policy_skips(mm, cc, start, &end))
			continue;
		isolate_migratepages_block(mm, cc, low, end);
		break;
	}
	return cc->nr_migratepages ? ISOLATE_SUCCESS : ISOLATE_NONE;
}
