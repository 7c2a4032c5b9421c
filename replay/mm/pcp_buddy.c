// SPDX-License-Identifier: GPL-2.0-only
/*
 * Per-CPU lists that split and merge: Johannes Weiner's per-CPU pageblock buddy, patches 1 to 3 of
 * the superpageblock series of May 2026.
 *
 * A CPU takes whole pageblocks and owns them. Pages of such a block come back to it, whoever frees
 * them, and merge with the rest on its lists. So a block is used up and becomes whole again without
 * the zone, and pages that one CPU frees do not fragment the blocks of another.
 *
 * In an owned block page->pcp_buddy marks the pages that may merge. Pages of other blocks pass
 * through the lists singly, as through ordinary ones.
 */
#include <stdlib.h>

#include "internal.h"

static inline struct per_cpu_pages *this_cpu_pcp(struct mm *mm, struct zone *z)
{
	return &z->pcp[mm->current.cpu];
}

/* The list of a page, by the type of its block now. Types without lists share the movable one. */
static inline u8 list_type(const struct mm *mm, u32 pfn)
{
	u8 mt = get_pageblock_migratetype(mm, pfn);

	return mt < MIGRATE_PCPTYPES ? mt : MIGRATE_MOVABLE;
}

/*
 * Links between pageblocks; with LIST_HEAD_BIT, of mm->heads[]. A block on no list links to itself.
 */
static inline struct links *block_node(struct mm *mm, u32 link)
{
	return link & LIST_HEAD_BIT ? &mm->heads[link & ~LIST_HEAD_BIT] : &mm->pcp_buddy->l[link];
}

static void owned_del(struct mm *mm, u32 block)
{
	struct links *l = &mm->pcp_buddy->l[block];

	block_node(mm, l->prev)->next = l->next;
	block_node(mm, l->next)->prev = l->prev;
	l->next = l->prev = block;
}

static void owned_add(struct mm *mm, const struct per_cpu_pages *pcp, u32 block)
{
	u32 head = (pcp->buddy_list + PCP_BUDDY_OWNED) | LIST_HEAD_BIT;
	struct links *l = &mm->pcp_buddy->l[block];

	if (l->next != block)
		return;
	l->prev = head;
	l->next = block_node(mm, head)->next;
	block_node(mm, l->next)->prev = block;
	block_node(mm, head)->next = block;
}

static inline void enqueue(struct mm *mm, struct per_cpu_pages *pcp, u32 pfn, u32 order, u8 mt,
			   bool merges, bool tail)
{
	u32 list = pcp_buddy_list(pcp, order, mt);
	struct page *p = &mm->page[pfn];

	p->state = PAGE_PCP;
	p->order = order;
	p->head = 1;
	p->mt = mt;
	p->pcp_buddy = merges;
	if (tail)
		list_add_tail(mm, pfn, list);
	else
		list_add(mm, pfn, list);
	pcp->count += (s32)N(order);
}

static inline void dequeue(struct mm *mm, struct per_cpu_pages *pcp, u32 pfn, u32 order)
{
	list_del(mm, pfn);
	mm->page[pfn].pcp_buddy = 0;
	pcp->count -= (s32)N(order);
}

/**
 * pcp_buddy_absorb - absorb pages of this CPU's blocks that other CPUs have freed
 * @mm: model memory
 * @pcp: lists of the CPU that owns them
 *
 * mm/page_alloc.c:absorb_remote_frees.
 */
static void pcp_buddy_absorb(struct mm *mm, struct per_cpu_pages *pcp)
{
	u32 list = pcp->buddy_list + PCP_BUDDY_REMOTE, pfn;

	while ((pfn = list_first(mm, list)) != PFN_NONE) {
		list_del(mm, pfn);
		enqueue(mm, pcp, pfn, mm->page[pfn].order, list_type(mm, pfn), true, false);
	}
}

/* Take the smallest page that is large enough; the rest of it stays on this CPU's lists. */
static u32 pcp_take_smallest(struct mm *mm, struct per_cpu_pages *pcp, u32 order, u8 mt)
{
	u32 high, pfn;
	bool merges;

	pcp_buddy_absorb(mm, pcp);
	for (high = order; high <= pageblock_order; high++) {
		pfn = list_first(mm, pcp_buddy_list(pcp, high, mt));
		if (pfn == PFN_NONE)
			continue;
		merges = mm->page[pfn].pcp_buddy;
		dequeue(mm, pcp, pfn, high);
		while (high-- > order)
			enqueue(mm, pcp, pfn + N(high), high, mt, merges, false);
		return pfn;
	}
	return PFN_NONE;
}

/* Move all free chunks of a block from the zone's lists to its owner's. */
static u32 recover_block(struct mm *mm, struct zone *z, struct per_cpu_pages *pcp, u32 block)
{
	u32 pfn = block << pageblock_order, end = pfn + pageblock_nr_pages, got = 0;
	u8 mt = get_pageblock_migratetype(mm, pfn);

	mm->visit_blocks++;
	while (pfn < end) {
		const struct page *p = &mm->page[pfn];
		u32 order = p->head ? p->order : 0;

		if (p->state == PAGE_BUDDY && p->head) {
			del_page_from_free_list(mm, z, pfn, order, p->mt);
			enqueue(mm, pcp, pfn, order, mt, true, true);
			got += N(order);
		}
		pfn += N(order);
	}
	owned_del(mm, block);
	return got;
}

/* First choice of a refill: the CPU's own blocks, which a drain has partly given to the zone. */
static u32 refill_recovered(struct mm *mm, struct zone *z, struct per_cpu_pages *pcp, u8 mt,
			  u32 wanted)
{
	u32 block = mm->heads[pcp->buddy_list + PCP_BUDDY_OWNED].next, next, got = 0;

	for (; !(block & LIST_HEAD_BIT) && got < wanted; block = next) {
		next = mm->pcp_buddy->l[block].next;
		if (get_pageblock_migratetype(mm, block << pageblock_order) == mt)
			got += recover_block(mm, z, pcp, block);
	}
	return got;
}

static u32 rmqueue_one(struct mm *mm, struct zone *z, u32 order, u8 mt, u32 alloc_flags,
		       enum rmqueue_mode *mode)
{
	u32 pfn = __rmqueue(mm, z, order, mt, alloc_flags, mode);

	if (!mm->k.rmqueue_mode_cache)
		*mode = RMQUEUE_NORMAL;
	return pfn;
}

/* Second choice: whole blocks, while another one fits into what is wanted. */
static u32 refill_blocks(struct mm *mm, struct zone *z, u8 mt, u32 wanted, u32 alloc_flags,
		       enum rmqueue_mode *mode)
{
	u32 got = 0, pfn;

	while (got + pageblock_nr_pages <= wanted) {
		pfn = rmqueue_one(mm, z, pageblock_order, mt, alloc_flags, mode);
		if (pfn == PFN_NONE)
			break;
		mm_pcp_add(mm, z, pfn, pageblock_order, mt, true);
		got += pageblock_nr_pages;
	}
	return got;
}

/* Last choice: single pages of the order requested. Their blocks get no owner. */
static void refill_pages(struct mm *mm, struct zone *z, u32 order, u8 mt, u32 wanted,
		       u32 alloc_flags, enum rmqueue_mode *mode)
{
	u32 got, pfn;

	for (got = 0; got < wanted; got += N(order)) {
		pfn = rmqueue_one(mm, z, order, mt, alloc_flags, mode);
		if (pfn == PFN_NONE)
			return;
		mm_pcp_add(mm, z, pfn, order, mt, false);
	}
}

/* mm/page_alloc.c:rmqueue_bulk, for @nr pages of @order. */
static void pcp_buddy_refill(struct mm *mm, struct zone *z, struct per_cpu_pages *pcp, u32 order,
			     u8 mt, u32 nr, u32 alloc_flags)
{
	enum rmqueue_mode mode = RMQUEUE_NORMAL;
	u32 wanted = nr << order, got = 0;

	if (nr > 1) {
		got = refill_recovered(mm, z, pcp, mt, wanted);
		if (got >= wanted)
			return;
		if (policy_has(mm, pcp_refill))
			got += asked_pcp_refill(mm, z, order, mt, wanted - got, alloc_flags);
		else
			got += refill_blocks(mm, z, mt, wanted - got, alloc_flags, &mode);
	}
	if (got < wanted)
		refill_pages(mm, z, order, mt, wanted - got, alloc_flags, &mode);
}

/**
 * pcp_buddy_rmqueue - rmqueue_pcplist() with lists that split and merge
 * @mm: model memory; ->current.cpu says which CPU
 * @z: zone
 * @order: 0 .. pageblock_order
 * @mt: type requested
 * @alloc_flags: for the refill
 *
 * Return: head pfn of a page that is off the lists and not in use yet; PFN_NONE.
 * mm/page_alloc.c:__rmqueue_pcplist.
 */
u32 pcp_buddy_rmqueue(struct mm *mm, struct zone *z, u32 order, u8 mt, u32 alloc_flags)
{
	struct per_cpu_pages *pcp = this_cpu_pcp(mm, z);
	u32 pfn, nr;

	pcp->free_count >>= 1;
	pfn = pcp_take_smallest(mm, pcp, order, mt);
	if (__builtin_expect(pfn != PFN_NONE, 1))
		return pfn;
	nr = (u32)nr_pcp_alloc(z, pcp, order);
	if ((alloc_flags & ALLOC_HIGHATOMIC) && mm->k.highatomic_reserve_buddy)
		return PFN_NONE;
	pcp_buddy_refill(mm, z, pcp, order, mt, nr, alloc_flags);
	return pcp_take_smallest(mm, pcp, order, mt);
}

/**
 * pcp_buddy_free - put a page on the lists of its block's owner, or of this CPU
 * @mm: model memory; ->current.cpu says which CPU frees
 * @z: zone
 * @pfn: head of a page on no list, its fields reset
 * @order: 0 .. pageblock_order
 *
 * A page of another CPU's block waits on a list for that CPU to absorb it.
 * mm/page_alloc.c:__free_frozen_pages.
 *
 * Return: whether it is on this CPU's lists, which may be too long now.
 */
bool pcp_buddy_free(struct mm *mm, struct zone *z, u32 pfn, u32 order)
{
	u16 owner = mm->pcp_buddy->owner[pfn >> pageblock_order], me = mm->current.cpu + 1;
	struct page *p = &mm->page[pfn];

	if (!owner || owner == me) {
		enqueue(mm, this_cpu_pcp(mm, z), pfn, order, list_type(mm, pfn), owner, false);
		return true;
	}
	p->state = PAGE_PCP;
	p->order = order;
	p->head = 1;
	p->mt = list_type(mm, pfn);
	list_add(mm, pfn, z->pcp[owner - 1].buddy_list + PCP_BUDDY_REMOTE);
	return false;
}

/**
 * mm_pcp_add - put a page on this CPU's lists, as a refill does
 * @mm: model memory with pcp_buddy; ->current.cpu says which CPU
 * @z: zone
 * @pfn: head of a page that is off the lists and not in use; it goes to the tail
 * @order: 0 .. pageblock_order
 * @mt: list: MIGRATE_UNMOVABLE, MOVABLE or RECLAIMABLE
 * @own: the CPU becomes the owner of the page's block, if that has none
 *
 * When the rest of the block becomes free, later refills recover it.
 *
 * Return: whether the CPU became its owner.
 */
bool mm_pcp_add(struct mm *mm, struct zone *z, u32 pfn, u32 order, u8 mt, bool own)
{
	struct per_cpu_pages *pcp = this_cpu_pcp(mm, z);
	u32 block = pfn >> pageblock_order;

	own = own && !mm->pcp_buddy->owner[block];
	if (own) {
		mm->pcp_buddy->owner[block] = mm->current.cpu + 1;
		if (order < pageblock_order)
			owned_add(mm, pcp, block);
	}
	enqueue(mm, pcp, pfn, order, mt, own, true);
	return own;
}

/**
 * pcp_buddy_block_freed - clear the owner of a block that is wholly free in the zone
 * @mm: model memory
 * @pfn: a page of the block
 *
 * mm/page_alloc.c:clear_pcpblock_owner, of __free_one_page.
 */
void pcp_buddy_block_freed(struct mm *mm, u32 pfn)
{
	mm->pcp_buddy->owner[pfn >> pageblock_order] = 0;
	owned_del(mm, pfn >> pageblock_order);
}

static inline bool merges_at(const struct page *p, u32 order)
{
	return p->pcp_buddy && p->head && p->state == PAGE_PCP && p->order == order;
}

static void merge_list(struct mm *mm, struct per_cpu_pages *pcp, u32 order, u8 mt)
{
	u32 pfn = list_first(mm, pcp_buddy_list(pcp, order, mt)), next;

	for (; pfn != PFN_NONE; pfn = next) {
		u32 buddy = pfn ^ N(order);

		next = list_next(mm, pfn);
		if (!merges_at(&mm->page[pfn], order) || !merges_at(&mm->page[buddy], order))
			continue;
		if (next == buddy)
			next = list_next(mm, next);
		dequeue(mm, pcp, pfn, order);
		dequeue(mm, pcp, buddy, order);
		mm->page[pfn | buddy].head = 0;
		enqueue(mm, pcp, pfn & buddy, order + 1, mt, true, true);
	}
}

/**
 * pcp_buddy_merge - merge pages of a CPU's own blocks on its lists
 * @mm: model memory
 * @pcp: its lists
 *
 * This is done before a drain: first part of mm/page_alloc.c:free_pcppages_bulk.
 */
void pcp_buddy_merge(struct mm *mm, struct per_cpu_pages *pcp)
{
	u32 order;
	u8 mt;

	pcp_buddy_absorb(mm, pcp);
	for (order = 0; order < pageblock_order; order++)
		for (mt = 0; mt < MIGRATE_PCPTYPES; mt++)
			merge_list(mm, pcp, order, mt);
}

static s32 drain_list(struct mm *mm, struct zone *z, struct per_cpu_pages *pcp, u32 order, u8 mt,
		      s32 count)
{
	u32 list = pcp_buddy_list(pcp, order, mt), pfn;

	while (count > 0 && (pfn = list_last(mm, list)) != PFN_NONE) {
		bool part = mm->page[pfn].pcp_buddy && order < pageblock_order;

		if (part)
			owned_add(mm, pcp, pfn >> pageblock_order);
		dequeue(mm, pcp, pfn, order);
		count -= (s32)N(order);
		__free_one_page(mm, z, pfn, order, get_pageblock_migratetype(mm, pfn), part);
	}
	return count;
}

/**
 * pcp_buddy_drain - free pages of a CPU to the zone
 * @mm: model memory
 * @z: zone
 * @count: base pages; more are freed if the last page is a large one
 * @pcp: the CPU's lists, merged
 *
 * Whole blocks go first, then from order 0 upwards, oldest first. Second part of
 * mm/page_alloc.c:free_pcppages_bulk.
 */
void pcp_buddy_drain(struct mm *mm, struct zone *z, s32 count, struct per_cpu_pages *pcp)
{
	u32 order = pageblock_order;
	u8 mt = 0;

	if (count > pcp->count)
		count = pcp->count;
	while (count > 0) {
		count = drain_list(mm, z, pcp, order, mt, count);
		if (++mt < MIGRATE_PCPTYPES)
			continue;
		mt = 0;
		order = order == pageblock_order ? 0 : order + 1;
	}
}

static void drain_everything(struct mm *mm)
{
	u16 cpu;

	for (cpu = 0; cpu < mm->nr_cpus; cpu++)
		drain_local_pages(mm, NULL, cpu);
}

static int add_lists(struct mm *mm, struct per_cpu_pages *pcp)
{
	u32 list[NR_PCP_BUDDY_LISTS];

	/*
	 * a CPU that had these lists before keeps them; only the list of its blocks has stale links
	 */
	if (pcp->buddy_list) {
		list_init(mm, pcp->buddy_list + PCP_BUDDY_OWNED);
		return 0;
	}
	if (mm_alloc_lists(mm, list, NR_PCP_BUDDY_LISTS))
		return -ENOMEM;
	pcp->buddy_list = list[0];
	return 0;
}

static struct pcp_buddy *pcp_buddy_alloc(u32 nr_blocks)
{
	struct pcp_buddy *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	b->owner = calloc(nr_blocks, sizeof(*b->owner));
	b->l = calloc(nr_blocks, sizeof(*b->l));
	if (!b->owner || !b->l) {
		free(b->owner);
		free(b->l);
		free(b);
		return NULL;
	}
	for (u32 i = 0; i < nr_blocks; i++)
		b->l[i].next = b->l[i].prev = i;
	return b;
}

/**
 * pcp_buddy_enable - replace the ordinary per-CPU lists
 * @mm: model memory, set up and not run yet
 *
 * The ordinary lists are drained, and the policy's hooks are called for blocks that become free.
 *
 * Return: 0; -ENOMEM, with the ordinary lists still in use.
 */
int pcp_buddy_enable(struct mm *mm)
{
	struct pcp_buddy *b;
	struct zone *z;
	u16 cpu;

	if (mm->pcp_buddy)
		return 0;
	drain_everything(mm);
	for_each_populated_zone(mm, z)
		for (cpu = 0; cpu < mm->nr_cpus; cpu++)
			if (add_lists(mm, &z->pcp[cpu]))
				return -ENOMEM;
	b = pcp_buddy_alloc((mm->max_pfn + N(MAX_PAGE_ORDER)) >> pageblock_order);
	if (!b)
		return -ENOMEM;
	mm->pcp_buddy = b;
	return 0;
}

/**
 * pcp_buddy_exit - free what pcp_buddy_enable() allocated
 * @mm: model memory; its pages are not touched
 */
void pcp_buddy_exit(struct mm *mm)
{
	if (!mm->pcp_buddy)
		return;
	free(mm->pcp_buddy->owner);
	free(mm->pcp_buddy->l);
	free(mm->pcp_buddy);
	mm->pcp_buddy = NULL;
}

/**
 * pcp_buddy_disable - go back to ordinary lists
 * @mm: model memory
 */
void pcp_buddy_disable(struct mm *mm)
{
	struct zone *z;
	u16 cpu;

	if (!mm->pcp_buddy)
		return;
	for_each_populated_zone(mm, z)
		for (cpu = 0; cpu < mm->nr_cpus; cpu++)
			pcp_buddy_absorb(mm, &z->pcp[cpu]);
	drain_everything(mm);
	pcp_buddy_exit(mm);
}
