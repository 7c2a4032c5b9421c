// SPDX-License-Identifier: GPL-2.0-only
/*
 * Migration for a policy: out of a pageblock, as background work does, or out of a whole range that
 * is then allocated, as mm/page_alloc.c:alloc_contig_range does.
 *
 * Compaction finds its targets with a scanner of its own. Here the allocator provides them, as for
 * any movable request.
 */
#include <errno.h>

#include "compaction.h"

/* The evacuation of one pageblock. */
struct evacuator {
	struct mm *mm;
	u32 start, end;			/* the block */
	u32 pfn;			/* scanned so far */
	bool whole_range;		/* for a contiguous range: all orders, and it may wait */
	bool stopped;
	u32 src[COMPACT_CLUSTER_MAX], nr_src;
	u32 held[pageblock_nr_pages], nr_held;	/* targets that lay in the block itself */
	struct evacuation *e;
};

/* End of the unit that a page is part of; a page that is part of none ends by itself. */
static u32 unit_end(const struct mm *mm, u32 pfn)
{
	const struct page *p = &mm->page[pfn];
	u32 head;

	if (p->state == PAGE_ABSENT || p->state == PAGE_RESERVED)
		return pfn + 1;
	head = page_unit(mm, pfn);
	return head + N(mm->page[head].order);
}

static bool is_movable(const struct page *p)
{
	return p->state == PAGE_USED && p->head && (p->lru || p->kind == PK_MOVABLE_OPS);
}

/* mm/compaction.c:skip_isolation_on_order, without an order that is wanted. */
static bool order_moves(const struct evacuator *ev, u32 order)
{
	if (ev->whole_range || !order)
		return true;
	return ev->mm->k.compact_large_folios && order < pageblock_order;
}

/* As mm/compaction.c:isolate_migratepages_block; asynchronous unless for a contiguous range. */
static bool may_isolate(const struct evacuator *ev, const struct page *p)
{
	bool mapping = p->kind == PK_FILE || p->swapcache;

	if (!is_movable(p) || !order_moves(ev, p->order))
		return false;
	if (!mapping && p->pinned)
		return false;
	return ev->whole_range || !p->writeback;
}

static u32 isolate_batch(struct evacuator *ev)
{
	struct mm *mm = ev->mm;
	u32 pages = 0;

	ev->nr_src = 0;
	while (ev->pfn < ev->end && pages < COMPACT_CLUSTER_MAX) {
		const struct page *p = &mm->page[ev->pfn];
		u32 pfn = ev->pfn;

		ev->pfn = unit_end(mm, pfn);
		if (!may_isolate(ev, p))
			continue;
		if (p->lru)
			folio_isolate_lru(mm, pfn);
		ev->src[ev->nr_src++] = pfn;
		pages += N(p->order);
	}
	count_vm_events(mm, VM_compact_isolated, pages);
	return ev->nr_src;
}

static u32 try_freelist(struct mm *mm, struct alloc_context *ac, u32 order)
{
	struct alloc_request req = { .ac = ac, .order = order };
	u32 flags = policy_decides(mm, alloc_flags, &req, ALLOC_STAGE_FAST);
	u32 pfn = get_page_from_freelist(mm, order, flags, ac);

	if (pfn != PFN_NONE)
		return pfn;
	if (ac->gfp & __GFP_KSWAPD_RECLAIM)
		wakeup_kswapd(mm, &mm->zone[ac->preferred], ac->gfp, order, ac->highest_zoneidx);
	flags = policy_decides(mm, alloc_flags, &req, ALLOC_STAGE_SLOW);
	return get_page_from_freelist(mm, order, flags, ac);
}

/*
 * mm/migrate.c:alloc_migration_target, without its slow path. The workload did not ask for this
 * page, so the search does not count in the report's statistics.
 */
static u32 alloc_target(struct mm *mm, u32 order)
{
	u32 lists = mm->visit_lists, blocks = mm->visit_blocks, pfn;
	struct alloc_context ac = { .migratetype = MIGRATE_MOVABLE };

	ac.gfp = order ? GFP_TRANSHUGE : GFP_HIGHUSER_MOVABLE;
	ac.highest_zoneidx = gfp_zone(ac.gfp);
	ac.preferred = (s8)ac.highest_zoneidx;
	while (ac.preferred > 0 && !mm->zone[ac.preferred].populated)
		ac.preferred--;
	pfn = try_freelist(mm, &ac, order);
	mm->visit_lists = lists;
	mm->visit_blocks = blocks;
	return pfn;
}

/*
 * Pages that have just left the block are on a per-CPU list, and would be the next targets. They
 * are held until the end.
 */
static u32 alloc_target_outside(struct evacuator *ev, u32 order)
{
	u32 pfn = alloc_target(ev->mm, order);

	while (pfn != PFN_NONE && pfn >= ev->start && pfn < ev->end) {
		ev->held[ev->nr_held++] = pfn;
		pfn = alloc_target(ev->mm, order);
	}
	return pfn;
}

static void free_held(struct evacuator *ev)
{
	while (ev->nr_held) {
		u32 pfn = ev->held[--ev->nr_held];

		free_pages(ev->mm, pfn, ev->mm->page[pfn].order);
	}
}

static bool fails_by_chance(struct evacuator *ev)
{
	if (ev->e->p_fail <= 0)
		return false;
	return (double)(mm_random(ev->mm) >> 11) * 0x1p-53 < ev->e->p_fail;
}

static void fail_source(struct evacuator *ev, u32 src)
{
	ev->e->failed += N(ev->mm->page[src].order);
	ev->stopped = true;
	fail_folio(ev->mm, src);
}

static void move_to(struct evacuator *ev, u32 dst, u32 src)
{
	u32 order = ev->mm->page[src].order;

	if (!fails_by_chance(ev) && move_folio(ev->mm, dst, src, ev->whole_range)) {
		ev->e->moved += N(order);
		return;
	}
	free_pages(ev->mm, dst, order);
	fail_source(ev, src);
}

/* Return: false if there is no target: then there will be none for the next page either. */
static bool move_base_page(struct evacuator *ev, u32 src)
{
	u32 dst = alloc_target_outside(ev, 0);

	if (dst == PFN_NONE) {
		fail_source(ev, src);
		return false;
	}
	move_to(ev, dst, src);
	return true;
}

static bool move_one(struct evacuator *ev, u32 src)
{
	u32 order = ev->mm->page[src].order, dst, i;
	bool memory = true;

	if (!order)
		return move_base_page(ev, src);
	dst = alloc_target_outside(ev, order);
	if (dst != PFN_NONE) {
		move_to(ev, dst, src);
		return true;
	}
	split_isolated_folio(ev->mm, src);
	for (i = 0; i < N(order); i++) {
		if (memory)
			memory = move_base_page(ev, src + i);
		else
			fail_source(ev, src + i);
	}
	return memory;
}

/* mm/vmscan.c:reclaim_clean_pages_from_list */
static bool drop_if_clean(struct evacuator *ev, u32 src)
{
	const struct page *p = &ev->mm->page[src];
	u32 nr = N(p->order);

	if (!ev->e->drop_clean || p->kind != PK_FILE || p->dirty || folio_pinned(ev->mm, src))
		return false;
	free_reclaimed_folio(ev->mm, src);
	ev->e->dropped += nr;
	return true;
}

/* One page that cannot move does not end the batch. */
static void move_batch(struct evacuator *ev)
{
	bool memory = true;
	u32 i;

	for (i = 0; i < ev->nr_src; i++) {
		if (drop_if_clean(ev, ev->src[i]))
			continue;
		if (memory)
			memory = move_one(ev, ev->src[i]);
		else
			fail_source(ev, ev->src[i]);
	}
}

static bool holds_movable(const struct mm *mm, u32 start)
{
	u32 pfn;

	for (pfn = start; pfn < start + pageblock_nr_pages; pfn = unit_end(mm, pfn))
		if (is_movable(&mm->page[pfn]))
			return true;
	return false;
}

static void evacuate(struct mm *mm, u32 pfn, bool whole_range, struct evacuation *e)
{
	struct evacuator ev = { .mm = mm, .start = pageblock_start_pfn(pfn), .e = e,
				.whole_range = whole_range };

	e->moved = e->dropped = e->failed = 0;
	ev.pfn = ev.start;
	ev.end = ev.start + pageblock_nr_pages;
	while (!ev.stopped && isolate_batch(&ev))
		move_batch(&ev);
	free_held(&ev);
	e->emptied = !holds_movable(mm, ev.start);
}

/**
 * mm_evacuate_pageblock - migrate the movable pages of a pageblock
 * @mm: model memory
 * @pfn: a page of the block
 * @e: in: how to; out: what became of the pages
 *
 * Migration is asynchronous, in batches of 32 pages: folios under writeback and those of a
 * pageblock or more are left alone. It ends with the first batch of which a page could not move.
 * Targets come from the allocator, outside the block, without direct reclaim. At the end this CPU's
 * lists of the zone are drained, as after compaction, so that an empty block merges.
 */
void mm_evacuate_pageblock(struct mm *mm, u32 pfn, struct evacuation *e)
{
	evacuate(mm, pfn, false, e);
	if (e->moved || e->dropped)
		drain_local_pages(mm, page_zone(mm, pfn), mm->current.cpu);
}

/* mm/page_isolation.c:has_unmovable_pages, for one block of a range that ends at @end. */
static bool has_unmovable_pages(const struct mm *mm, u32 start, u32 block, u32 end)
{
	u32 pfn, next;

	for (pfn = block; pfn < block + pageblock_nr_pages; pfn = next) {
		const struct page *p = &mm->page[pfn];
		u32 head = page_unit(mm, pfn);

		next = unit_end(mm, pfn);
		if (p->state == PAGE_BUDDY || p->state == PAGE_PCP)
			continue;
		if (p->state != PAGE_USED || head < start || next > end ||
		    !is_movable(&mm->page[head]))
			return true;
	}
	return false;
}

/* mm/page_isolation.c:set_migratetype_isolate. A free page of two blocks is split between them. */
static void isolate_block(struct mm *mm, struct zone *z, u32 block)
{
	u32 head = page_unit(mm, block), order = mm->page[head].order, pfn;
	struct pageblock *pb = &mm->pageblock[block >> pageblock_order];

	if (mm->page[head].state != PAGE_BUDDY || order <= pageblock_order) {
		pb->isolate = 1;
		__move_freepages_block(mm, z, block, MIGRATE_ISOLATE);
		return;
	}
	del_page_from_free_list(mm, z, head, order, mm->page[head].mt);
	pb->isolate = 1;
	for (pfn = head; pfn < head + N(order); pfn += pageblock_nr_pages)
		__free_one_page(mm, z, pfn, pageblock_order, get_pageblock_migratetype(mm, pfn),
				false);
}

/*
 * mm/page_isolation.c:unset_migratetype_isolate. A wholly free block is freed once more, so that it
 * merges with its buddy, from which isolation kept it. Return: the end of the page that it was.
 */
static u32 unisolate_block(struct mm *mm, struct zone *z, u32 block)
{
	const struct page *p = &mm->page[block];
	u32 order = p->order, end = block + pageblock_nr_pages, pfn;

	if (!page_is_buddy_head(p) || order < pageblock_order) {
		mm->pageblock[block >> pageblock_order].isolate = 0;
		__move_freepages_block(mm, z, block, get_pageblock_migratetype(mm, block));
		return end;
	}
	end = block + N(order);
	del_page_from_free_list(mm, z, block, order, p->mt);
	for (pfn = block; pfn < end; pfn += pageblock_nr_pages)
		mm->pageblock[pfn >> pageblock_order].isolate = 0;
	split_large_buddy(mm, z, block, order, false);
	return end;
}

static void unisolate_range(struct mm *mm, struct zone *z, u32 start, u32 end)
{
	while (start < end)
		start = unisolate_block(mm, z, start);
}

/* mm/page_isolation.c:start_isolate_page_range */
static bool isolate_range(struct mm *mm, struct zone *z, u32 start, u32 end)
{
	u32 block;

	for (block = start; block < end; block += pageblock_nr_pages) {
		if (has_unmovable_pages(mm, start, block, end)) {
			unisolate_range(mm, z, start, block);
			return false;
		}
		isolate_block(mm, z, block);
	}
	return true;
}

static bool empty_range(struct mm *mm, u32 start, u32 end)
{
	struct evacuation e = { 0 };

	for (; start < end; start += pageblock_nr_pages) {
		evacuate(mm, start, true, &e);
		if (e.failed || !e.emptied)
			return false;
	}
	return true;
}

static bool range_is_free(const struct mm *mm, u32 start, u32 end)
{
	for (; start < end; start = unit_end(mm, start))
		if (!page_is_buddy_head(&mm->page[start]))
			return false;
	return true;
}

/* Order of the largest unit that the range can begin with. */
static u32 unit_order(u32 start, u32 nr_pages)
{
	u32 order = (u32)__builtin_ctz(start | nr_pages);

	return order < MAX_PAGE_ORDER ? order : MAX_PAGE_ORDER;
}

static void take_range(struct mm *mm, struct zone *z, u32 start, u32 nr_pages)
{
	u32 pfn, end = start + nr_pages, order = unit_order(start, nr_pages);

	for (pfn = start; pfn < end; pfn = unit_end(mm, pfn))
		__isolate_free_page(mm, z, pfn, mm->page[pfn].order);
	for (pfn = start; pfn < end; pfn += pageblock_nr_pages)
		mm->pageblock[pfn >> pageblock_order].isolate = 0;
	for (pfn = start; pfn < end; pfn += N(order))
		page_set_unit(mm, pfn, order, PAGE_USED, MIGRATE_MOVABLE);
}

static bool range_is_sane(const struct mm *mm, u32 start, u32 nr_pages)
{
	u32 mask = pageblock_nr_pages - 1, type, pfn;

	if (!nr_pages || ((start | nr_pages) & mask) || start >= mm->max_pfn ||
	    nr_pages > mm->max_pfn - start)
		return false;
	type = mm->pageblock[start >> pageblock_order].zone;
	for (pfn = start; pfn < start + nr_pages; pfn += pageblock_nr_pages)
		if (mm->pageblock[pfn >> pageblock_order].zone != type)
			return false;
	return type < MAX_NR_ZONES;
}

/**
 * mm_alloc_contig_range - empty a range of pageblocks and allocate it
 * @mm: model memory
 * @start: first pfn, aligned to a pageblock
 * @nr_pages: whole pageblocks of one zone
 *
 * On success the range is in use, in units of the largest order that fits, at most MAX_PAGE_ORDER;
 * mm_free_contig_range() frees it. Otherwise nothing is allocated, but pages that have migrated
 * stay where they are now. The kernel waits for locks and io and tries five times, so here only
 * pages that are known to be pinned cannot move: the parameters pinned_permille and
 * pinned_file_permille hold for asynchronous migration only. mm/page_alloc.c:alloc_contig_range.
 *
 * Return: 0; -EBUSY if a page in it cannot move; -EINVAL if it is not made of one zone's
 * pageblocks.
 */
int mm_alloc_contig_range(struct mm *mm, u32 start, u32 nr_pages)
{
	u32 end = start + nr_pages;
	struct zone *z;

	if (!range_is_sane(mm, start, nr_pages))
		return -EINVAL;
	z = page_zone(mm, start);
	drain_all_pages(mm, z);
	if (!isolate_range(mm, z, start, end))
		return -EBUSY;
	if (!empty_range(mm, start, end) || !range_is_free(mm, start, end)) {
		unisolate_range(mm, z, start, end);
		return -EBUSY;
	}
	take_range(mm, z, start, nr_pages);
	return 0;
}

/**
 * mm_free_contig_range - free a range that mm_alloc_contig_range() allocated
 * @mm: model memory
 * @start: as it was allocated
 * @nr_pages: likewise
 *
 * mm/page_alloc.c:free_contig_range.
 */
void mm_free_contig_range(struct mm *mm, u32 start, u32 nr_pages)
{
	u32 pfn, order = unit_order(start, nr_pages);

	for (pfn = start; pfn < start + nr_pages; pfn += N(order))
		free_pages(mm, pfn, order);
}
