// SPDX-License-Identifier: GPL-2.0-only
/*
 * Free lists, merging, splitting and pageblock types: the core of mm/page_alloc.c.
 *
 * page->mt says on which list a free page is. Since 6.10 that is always the type of its pageblock.
 * Before, it is the type that was cached when the page was freed, and the two may differ.
 */
#include "internal.h"

/* mm/page_alloc.c:account_freepages. Isolated pages are not counted as free. */
static inline void account_freepages(struct zone *z, s64 nr, u8 mt)
{
	if (mt == MIGRATE_ISOLATE)
		return;
	z->nr_free_pages += nr;
	if (mt == MIGRATE_CMA)
		z->nr_free_cma += nr;
	else if (mt == MIGRATE_HIGHATOMIC)
		z->nr_free_highatomic += (u32)nr;
}

static inline void account_blocks(struct zone *z, u32 order, u8 mt, int sign)
{
	if (order >= pageblock_order && mt != MIGRATE_ISOLATE)
		z->nr_free_pages_blocks += sign * (s64)N(order);
}

/* A zone with regions has its lists there; its own free_area only has the totals. */
static inline void count_in_region(struct mm *mm, struct zone *z, u32 pfn, u32 order, u8 mt,
				   int sign)
{
	struct free_region *r;
	u32 i, nr;

	if (!z->region)
		return;
	i = (pfn - z->region_base) >> z->region_order;
	r = &z->region[i];
	nr = r->free_area[order].nr_list[mt] += (u32)sign;
	r->free_area[order].nr_free += (u32)sign;
	r->nr_free_pages += sign * (s64)N(order);
	if (nr == (sign > 0))
		policy_notify(mm, on_region_list, z, i, order, mt, sign > 0);
}

static inline void __add_to_free_list(struct mm *mm, struct zone *z, u32 pfn, u32 order, u8 mt,
				      bool tail)
{
	struct free_area *area = &z->free_area[order];
	u32 list = zone_free_area(z, pfn, order)->list[mt];
	struct page *p = &mm->page[pfn];

	p->state = PAGE_BUDDY;
	p->order = order;
	p->head = 1;
	p->mt = mt;
	if (tail)
		list_add_tail(mm, pfn, list);
	else
		list_add(mm, pfn, list);
	area->nr_list[mt]++;
	area->nr_free++;
	count_in_region(mm, z, pfn, order, mt, 1);
	account_blocks(z, order, mt, 1);
}

static inline void __del_page_from_free_list(struct mm *mm, struct zone *z, u32 pfn, u32 order,
					     u8 mt)
{
	struct free_area *area = &z->free_area[order];

	list_del(mm, pfn);
	mm->page[pfn].head = 0;
	area->nr_list[mt]--;
	area->nr_free--;
	count_in_region(mm, z, pfn, order, mt, -1);
	account_blocks(z, order, mt, -1);
}

/**
 * add_to_free_list - put a buddy on a free list without merging it
 * @mm: model memory
 * @z: its zone
 * @pfn: its head
 * @order: its order
 * @mt: the list's type
 * @tail: at the tail, else at the head
 *
 * This counts the pages as free. mm/page_alloc.c:__add_to_free_list with account_freepages.
 */
void add_to_free_list(struct mm *mm, struct zone *z, u32 pfn, u32 order, u8 mt, bool tail)
{
	__add_to_free_list(mm, z, pfn, order, mt, tail);
	account_freepages(z, N(order), mt);
}

/**
 * del_page_from_free_list - take a buddy off its free list
 * @mm: model memory
 * @z: its zone
 * @pfn: its head
 * @order: its order
 * @mt: the list's type, page->mt
 *
 * The pages no longer count as free, and are off the lists but not in use: the caller must give
 * them a state before anything else looks at them. mm/page_alloc.c:del_page_from_free_list.
 */
void del_page_from_free_list(struct mm *mm, struct zone *z, u32 pfn, u32 order, u8 mt)
{
	__del_page_from_free_list(mm, z, pfn, order, mt);
	account_freepages(z, -(s64)N(order), mt);
}

/**
 * move_to_free_list - move a buddy to the tail of another type's list
 * @mm: model memory
 * @z: its zone
 * @pfn: its head
 * @order: its order
 * @mt: new type; the caller sets the pageblock's type
 *
 * mm/page_alloc.c:move_to_free_list.
 */
void move_to_free_list(struct mm *mm, struct zone *z, u32 pfn, u32 order, u8 mt)
{
	u8 old = mm->page[pfn].mt;

	del_page_from_free_list(mm, z, pfn, order, old);
	add_to_free_list(mm, z, pfn, order, mt, true);
}

/**
 * set_pageblock_migratetype - set the type of one pageblock
 * @mm: model memory
 * @pfn: a page of the block
 * @mt: new type; free pages stay on their lists
 */
void set_pageblock_migratetype(struct mm *mm, u32 pfn, u8 mt)
{
	mm->pageblock[pfn >> pageblock_order].mt = mt;
}

/**
 * change_pageblock_range - set the type of all pageblocks that a large buddy covers
 * @mm: model memory
 * @pfn: the buddy's head
 * @order: >= pageblock_order
 * @mt: new type
 */
void change_pageblock_range(struct mm *mm, u32 pfn, u32 order, u8 mt)
{
	u32 end = pfn + N(order);

	for (; pfn < end; pfn += pageblock_nr_pages)
		set_pageblock_migratetype(mm, pfn, mt);
}

static inline bool page_is_buddy(const struct mm *mm, u32 pfn, u32 order, const struct zone *z)
{
	const struct page *p = &mm->page[pfn];

	return p->state == PAGE_BUDDY && p->head && p->order == order &&
	       mm->pageblock[pfn >> pageblock_order].zone == z->type;
}

/*
 * If the buddy of the next larger page is free already, this page will merge soon: it goes to the
 * tail, to be allocated last.
 */
static inline bool buddy_merge_likely(const struct mm *mm, const struct zone *z, u32 pfn,
				      u32 order)
{
	u32 higher;

	if (order >= MAX_PAGE_ORDER - 1)
		return false;
	higher = pfn & ~N(order);
	return page_is_buddy(mm, higher ^ N(order + 1), order + 1, z);
}

/* Direct compaction takes the page that its own task frees; mm/compaction.c:compaction_capture. */
static bool compaction_capture(struct mm *mm, struct zone *z, u32 pfn, u32 order, u8 mt)
{
	struct capture_control *capc = mm->capc;

	if (!capc || capc->zone != z || capc->pfn != PFN_NONE || mm->current.kthread ||
	    order != capc->order)
		return false;
	if (mt == MIGRATE_CMA || mt == MIGRATE_ISOLATE)
		return false;
	if (order < pageblock_order && mt == MIGRATE_MOVABLE &&
	    (!mm->k.freelist_hygiene || capc->migratetype != MIGRATE_MOVABLE))
		return false;
	if (mt != capc->migratetype && mm->k.capture_extfrag)
		trace_extfrag(mm, pfn, capc->migratetype, mt, EXTFRAG_CAPTURE);
	policy_notify(mm, on_chunk_taken, z, pfn, order, capc->migratetype);
	capc->pfn = pfn;
	page_set_unit(mm, pfn, order, PAGE_ISOLATED, mt);
	return true;
}

/*
 * Before 6.10 a page merges with buddies from lists of other types, and brings them to its own.
 * Kernels that count free HIGHATOMIC pages, from 6.12 on, have all free pages of a block on lists
 * of one type, so that a merge never moves any of them. The model counts them for all kernels.
 */
static inline void account_retyped(struct zone *z, u32 order, u8 from, u8 to)
{
	account_freepages(z, -(s64)N(order), from);
	account_freepages(z, N(order), to);
}

/* Below pageblock_order a page may always merge with its buddy: both are in the same block. */
static inline bool can_merge(const struct mm *mm, u32 buddy, u32 order, u8 mt)
{
	u8 buddy_mt;

	if (order < pageblock_order)
		return true;
	buddy_mt = get_pageblock_migratetype(mm, buddy);
	return mt == buddy_mt || (migratetype_is_mergeable(mt) &&
				  migratetype_is_mergeable(buddy_mt));
}

/* Calls the policy for each pageblock of the page. Return: the list that it chose, for the last. */
static inline u8 blocks_freed(struct mm *mm, struct zone *z, u32 pfn, u32 order, u8 mt)
{
	u32 end = pfn + N(order);

	for (; pfn < end; pfn += pageblock_nr_pages) {
		if (mm->pcp_buddy)
			pcp_buddy_block_freed(mm, pfn);
		if (policy_has(mm, freed_block_type))
			mt = asked_freed_block_type(mm, z, pfn, mt);
	}
	return mt;
}

/* A merge has made a whole free pageblock: the policy may change its type, and so its list. */
static inline u8 block_merged(struct mm *mm, struct zone *z, u32 pfn, u8 mt)
{
	u8 now = blocks_freed(mm, z, pfn, pageblock_order, mt);

	if (now == mt)
		return mt;
	account_retyped(z, pageblock_order, mt, now);
	return now;
}

/**
 * __free_one_page - free a page to the buddy lists, merging it as far as possible
 * @mm: model memory
 * @z: its zone
 * @pfn: head of a page that is on no list
 * @order: its order; the caller sets the state of its base pages
 * @mt: list it goes to: its pageblock's type (before 6.10: the type cached when it was freed)
 * @to_tail: FPI_TO_TAIL; else the head, or the tail where a merge is likely soon
 *
 * From 6.10 on a buddy of another type that it merges with is retyped. Direct compaction may
 * capture the page instead. mm/page_alloc.c:__free_one_page.
 */
void __free_one_page(struct mm *mm, struct zone *z, u32 pfn, u32 order, u8 mt, bool to_tail)
{
	u32 buddy;

	if (order >= pageblock_order)
		mt = blocks_freed(mm, z, pfn, order, mt);
	account_freepages(z, N(order), mt);
	mm->page[pfn].state = PAGE_BUDDY;
	mm->page[pfn].head = 0;
	while (order < MAX_PAGE_ORDER) {
		u8 buddy_list;

		if (mm->capc && compaction_capture(mm, z, pfn, order, mt)) {
			account_freepages(z, -(s64)N(order), mt);
			return;
		}
		buddy = pfn ^ N(order);
		if (!page_is_buddy(mm, buddy, order, z) || !can_merge(mm, buddy, order, mt))
			break;
		buddy_list = mm->page[buddy].mt;
		__del_page_from_free_list(mm, z, buddy, order, buddy_list);
		if (buddy_list != mt)
			account_retyped(z, order, buddy_list, mt);
		if (buddy_list != mt && order >= pageblock_order && mm->k.freelist_hygiene)
			change_pageblock_range(mm, buddy, order, mt);
		pfn &= buddy;
		order++;
		if (order == pageblock_order)
			mt = block_merged(mm, z, pfn, mt);
	}
	__add_to_free_list(mm, z, pfn, order, mt,
			   to_tail || buddy_merge_likely(mm, z, pfn, order));
}

/**
 * split_large_buddy - free a page that may be larger than a pageblock
 * @mm: model memory
 * @z: its zone
 * @pfn: head of a page on no list
 * @order: its order; above pageblock_order it is cut into pageblocks, each of its own type
 * @to_tail: as __free_one_page()
 *
 * mm/page_alloc.c:split_large_buddy; before 6.10 such a page is freed whole.
 */
void split_large_buddy(struct mm *mm, struct zone *z, u32 pfn, u32 order, bool to_tail)
{
	u32 end = pfn + N(order);

	if (mm->k.freelist_hygiene && order > pageblock_order)
		order = pageblock_order;
	for (; pfn < end; pfn += N(order))
		__free_one_page(mm, z, pfn, order, get_pageblock_migratetype(mm, pfn), to_tail);
}

/**
 * expand_freed - expand(), and count the pages that it puts back as free
 * @mm: model memory
 * @z: zone
 * @pfn: head of a buddy that del_page_from_free_list() took
 * @low: order that is kept, at @pfn
 * @high: order of the buddy
 * @mt: type of the lists the upper halves go to
 */
void expand_freed(struct mm *mm, struct zone *z, u32 pfn, u32 low, u32 high, u8 mt)
{
	account_freepages(z, expand(mm, z, pfn, low, high, mt), mt);
}

/**
 * expand - put the rest of a buddy back on the lists
 * @mm: model memory
 * @z: zone
 * @pfn: head of the buddy, already off its list
 * @low: order that is kept, at @pfn
 * @high: order of the buddy
 * @mt: type of the lists the upper halves go to, each at the head
 *
 * Return: pages put back, not yet counted as free. mm/page_alloc.c:expand.
 */
u32 expand(struct mm *mm, struct zone *z, u32 pfn, u32 low, u32 high, u8 mt)
{
	u32 added = N(high) - N(low);

	while (high > low) {
		high--;
		__add_to_free_list(mm, z, pfn + N(high), high, mt, false);
	}
	return added;
}

/**
 * page_del_and_expand - take the first part of a free buddy
 * @mm: model memory
 * @z: zone
 * @pfn: head of the buddy on list @mt
 * @low: order wanted
 * @high: order of the buddy
 * @mt: list that it is on; the rest goes back to it
 */
void page_del_and_expand(struct mm *mm, struct zone *z, u32 pfn, u32 low, u32 high, u8 mt)
{
	policy_notify(mm, on_chunk_taken, z, pfn, high, mt);
	__del_page_from_free_list(mm, z, pfn, high, mt);
	expand(mm, z, pfn, low, high, mt);
	account_freepages(z, -(s64)N(low), mt);
}

/**
 * __rmqueue_smallest - take a page from the smallest buddy of a type that is large enough
 * @mm: model memory
 * @z: zone
 * @order: order wanted
 * @mt: type
 *
 * Return: head pfn of a page that is off the lists and not in use yet; PFN_NONE.
 * mm/page_alloc.c:__rmqueue_smallest.
 */
u32 __rmqueue_smallest(struct mm *mm, struct zone *z, u32 order, u8 mt)
{
	u32 cur;

	for (cur = order; cur < NR_PAGE_ORDERS; cur++) {
		u32 pfn;

		mm->visit_lists++;
		if (!z->free_area[cur].nr_list[mt])
			continue;
		pfn = zone_first_free(mm, z, cur, mt);
		page_del_and_expand(mm, z, pfn, order, cur, mt);
		return pfn;
	}
	return PFN_NONE;
}

/**
 * prep_move_freepages_block - count what a pageblock holds before it changes its type
 * @mm: model memory
 * @z: zone
 * @pfn: a page of the block
 * @num_free: set to the free pages of the block
 * @num_movable: set to its pages on the LRU and other movable ones
 *
 * Return: false when the block straddles the zone's edge and so must keep its type. mm/page_alloc.c
 * function of that name.
 */
bool prep_move_freepages_block(const struct mm *mm, const struct zone *z, u32 pfn, u32 *num_free,
			       u32 *num_movable)
{
	u32 start = pageblock_start_pfn(pfn), end = start + pageblock_nr_pages;

	*num_free = *num_movable = 0;
	if (!zone_spans_pfn(z, start) || !zone_spans_pfn(z, end - 1))
		return false;
	for (pfn = start; pfn < end;) {
		const struct page *p = &mm->page[pfn];
		u32 nr = 1;

		if (p->state == PAGE_BUDDY && p->head) {
			nr = N(p->order);
			*num_free += nr;
		} else if (p->state == PAGE_USED) {
			nr = N(p->order);
			if (p->lru || p->kind == PK_MOVABLE_OPS)
				*num_movable += nr;
		}
		pfn += nr;
	}
	return true;
}

/**
 * __move_freepages_block - move a block's free pages to another type's lists
 * @mm: model memory
 * @z: zone
 * @start: first pfn to look at; to the end of its pageblock
 * @mt: new type; each page goes to the tail, by ascending pfn
 *
 * The caller sets the block's own type. mm/page_alloc.c:__move_freepages_block.
 *
 * Return: pages moved.
 */
u32 __move_freepages_block(struct mm *mm, struct zone *z, u32 start, u8 mt)
{
	u32 pfn, end = pageblock_start_pfn(start) + pageblock_nr_pages, moved = 0;

	for (pfn = start; pfn < end;) {
		const struct page *p = &mm->page[pfn];
		u32 nr = 1;

		if (p->state == PAGE_BUDDY && p->head) {
			nr = N(p->order);
			move_to_free_list(mm, z, pfn, p->order, mt);
			moved += nr;
		}
		pfn += nr;
	}
	return moved;
}

/**
 * move_freepages_block - change the type of a pageblock and move its free pages
 * @mm: model memory
 * @z: zone
 * @pfn: a page of the block
 * @mt: new type
 *
 * Return: pages moved; -1 when the block straddles the zone's edge: then nothing was done.
 * mm/page_alloc.c:move_freepages_block.
 */
int move_freepages_block(struct mm *mm, struct zone *z, u32 pfn, u8 mt)
{
	u32 nr_free, nr_movable;

	if (!prep_move_freepages_block(mm, z, pfn, &nr_free, &nr_movable))
		return -1;
	set_pageblock_migratetype(mm, pfn, mt);
	return (int)__move_freepages_block(mm, z, pageblock_start_pfn(pfn), mt);
}

/* Isolating a free page of half a pageblock or more makes its blocks MOVABLE. */
static void isolate_retypes_blocks(struct mm *mm, struct zone *z, u32 pfn, u32 order)
{
	u32 end = pfn + N(order) - 1;

	for (; pfn < end; pfn += pageblock_nr_pages) {
		if (!migratetype_is_mergeable(get_pageblock_migratetype(mm, pfn)))
			continue;
		if (mm->k.freelist_hygiene)
			move_freepages_block(mm, z, pfn, MIGRATE_MOVABLE);
		else
			set_pageblock_migratetype(mm, pfn, MIGRATE_MOVABLE);
	}
}

/**
 * __isolate_free_page - take a free buddy off its list for compaction
 * @mm: model memory
 * @z: zone
 * @pfn: head of a buddy
 * @order: its order
 *
 * The page becomes PAGE_ISOLATED, kept as one unit of @order. From order 8 on its pageblocks
 * become MOVABLE. mm/page_alloc.c:__isolate_free_page.
 *
 * Return: number of pages; 0 when the watermark forbids it.
 */
int __isolate_free_page(struct mm *mm, struct zone *z, u32 pfn, u32 order)
{
	u8 list = mm->page[pfn].mt;

	if (get_pageblock_migratetype(mm, pfn) != MIGRATE_ISOLATE &&
	    !__zone_watermark_ok(z, 0, (u64)z->_watermark[WMARK_MIN] + N(order), 0, ALLOC_CMA,
				 z->nr_free_pages, mm))
		return 0;
	policy_notify(mm, on_chunk_isolated, z, pfn, order, list);
	del_page_from_free_list(mm, z, pfn, order, list);
	page_set_unit(mm, pfn, order, PAGE_ISOLATED, list);
	if (order >= pageblock_order - 1)
		isolate_retypes_blocks(mm, z, pfn, order);
	return (int)N(order);
}
