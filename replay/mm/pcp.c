// SPDX-License-Identifier: GPL-2.0-only
/* Per-CPU page lists: refill, drain, and the tuning of their sizes. */
#include "internal.h"

#define PCP_BATCH_SCALE_MAX		5
#define NR_LOWORDER_PCP_LISTS		(MIGRATE_PCPTYPES * (PAGE_ALLOC_COSTLY_ORDER + 1))
#define PCPF_PREV_FREE_HIGH_ORDER	1u
#define PCPF_FREE_HIGH_BATCH		2u

static inline s32 min_s32(s32 a, s32 b)
{
	return a < b ? a : b;
}

static inline s32 max_s32(s32 a, s32 b)
{
	return a > b ? a : b;
}

static inline s32 clamp_s32(s32 v, s32 lo, s32 hi)
{
	return min_s32(max_s32(v, lo), hi);
}

static inline u32 order_to_pindex(u8 mt, u32 order)
{
	if (order > PAGE_ALLOC_COSTLY_ORDER)
		return NR_LOWORDER_PCP_LISTS + (mt == MIGRATE_MOVABLE);
	return MIGRATE_PCPTYPES * order + mt;
}

static inline u32 pindex_to_order(u32 pindex)
{
	return pindex >= NR_LOWORDER_PCP_LISTS ? HPAGE_PMD_ORDER : pindex / MIGRATE_PCPTYPES;
}

static inline struct per_cpu_pages *this_cpu_pcp(struct mm *mm, struct zone *z)
{
	return &z->pcp[mm->current.cpu];
}

/**
 * pcp_allowed_order - do pages of an order go through the per-CPU lists?
 * @mm: model memory
 * @order: order
 *
 * mm/page_alloc.c:pcp_allowed_order.
 *
 * Return: true when pages of this order go to per-CPU lists.
 */
bool pcp_allowed_order(const struct mm *mm, u32 order)
{
	return order <= PAGE_ALLOC_COSTLY_ORDER || order == HPAGE_PMD_ORDER ||
	       (order < pageblock_order && mm->pcp_buddy);
}

/**
 * pcp_list_for - get the per-CPU list for a page
 * @pcp: lists of one CPU and zone
 * @order: an order that pcp_allowed_order() allows
 * @mt: type of its pageblock; types without lists of their own share the movable one
 *
 * Return: index of the list's head.
 */
u32 pcp_list_for(const struct per_cpu_pages *pcp, u32 order, u8 mt)
{
	return pcp->list[order_to_pindex(mt < MIGRATE_PCPTYPES ? mt : MIGRATE_MOVABLE, order)];
}

/* Since 6.10 this is the type of the block now; before, the type when the page was freed. */
static inline u8 drained_type(const struct mm *mm, u32 pfn)
{
	return mm->k.freelist_hygiene ? get_pageblock_migratetype(mm, pfn) : mm->page[pfn].mt;
}

static void drain_list(struct mm *mm, struct zone *z, struct per_cpu_pages *pcp, u32 pindex,
		       s32 *count)
{
	u32 list = pcp->list[pindex], order = pindex_to_order(pindex), pfn;

	while (*count > 0 && (pfn = list_last(mm, list)) != PFN_NONE) {
		list_del(mm, pfn);
		*count -= (s32)N(order);
		pcp->count -= (s32)N(order);
		__free_one_page(mm, z, pfn, order, drained_type(mm, pfn), false);
	}
}

/*
 * Empties whole lists, oldest page first, from @pindex on. It frees more than @count if the last
 * page is a large one. mm/page_alloc.c:free_pcppages_bulk.
 */
static void free_pcppages_bulk(struct mm *mm, struct zone *z, s32 count,
			       struct per_cpu_pages *pcp, u32 pindex)
{
	if (mm->pcp_buddy) {
		pcp_buddy_drain(mm, z, count, pcp);
		return;
	}
	count = min_s32(pcp->count, count);
	while (count > 0) {
		drain_list(mm, z, pcp, pindex, &count);
		if (++pindex == NR_PCP_LISTS)
			pindex = 0;
	}
}

/* 7.x releases the zone's lock after each batch, and each batch begins with @pindex again. */
static void free_pcppages(struct mm *mm, struct zone *z, s32 count, struct per_cpu_pages *pcp,
			  u32 pindex)
{
	/* once is enough: the kernel's later batches find the pages merged already */
	if (mm->pcp_buddy && count > 0)
		pcp_buddy_merge(mm, pcp);
	if (!mm->k.pcp_free_chunked) {
		free_pcppages_bulk(mm, z, count, pcp, pindex);
		return;
	}
	while (count > 0 && pcp->count > 0) {
		s32 chunk = min_s32(count, pcp->batch);

		free_pcppages_bulk(mm, z, chunk, pcp, pindex);
		count -= chunk;
	}
}

/**
 * nr_pcp_alloc - get the size of a refill
 * @z: zone
 * @pcp: lists without a page for the request; ->high and ->alloc_factor may grow
 * @order: of the request
 *
 * Return: pages of @order, >= 1. mm/page_alloc.c:nr_pcp_alloc.
 */
s32 nr_pcp_alloc(const struct zone *z, struct per_cpu_pages *pcp, u32 order)
{
	s32 base = pcp->batch, batch, high, max;

	high = pcp->high = clamp_s32(pcp->high, pcp->high_min, pcp->high_max);
	if (high < base)
		return 1;
	batch = order ? base : base << pcp->alloc_factor;
	if (pcp->high_min != pcp->high_max && !(z->flags & ZONE_BELOW_HIGH))
		high = pcp->high = min_s32(high + batch, pcp->high_max);
	if (!order) {
		max = max_s32(high - pcp->count - base, base);
		if (batch <= max && pcp->alloc_factor < PCP_BATCH_SCALE_MAX)
			pcp->alloc_factor++;
		batch = min_s32(batch, max);
	}
	return batch > 1 ? max_s32(batch >> order, 2) : batch;
}

/* 6.1 refills a fixed batch. */
static s32 old_nr_pcp_alloc(const struct per_cpu_pages *pcp, u32 order)
{
	return pcp->batch > 1 ? max_s32(pcp->batch >> order, 2) : pcp->batch;
}

/* mm/page_alloc.c:rmqueue_bulk. Pages keep the order in which they were found. */
static void rmqueue_bulk(struct mm *mm, struct zone *z, struct per_cpu_pages *pcp, u32 list,
			 u32 order, s32 count, u8 mt, u32 alloc_flags)
{
	enum rmqueue_mode mode = RMQUEUE_NORMAL;

	for (; count > 0; count--) {
		u32 pfn = __rmqueue(mm, z, order, mt, alloc_flags, &mode);
		struct page *p;

		if (pfn == PFN_NONE)
			return;
		p = &mm->page[pfn];
		p->state = PAGE_PCP;
		p->order = order;
		p->head = 1;
		p->mt = mt;
		list_add_tail(mm, pfn, list);
		pcp->count += (s32)N(order);
		if (!mm->k.rmqueue_mode_cache)
			mode = RMQUEUE_NORMAL;
	}
}

static void refill(struct mm *mm, struct zone *z, struct per_cpu_pages *pcp, u32 list, u32 order,
		   u8 mt, u32 alloc_flags)
{
	s32 nr = mm->k.pcp_auto_tune ? nr_pcp_alloc(z, pcp, order) : old_nr_pcp_alloc(pcp, order);

	if ((alloc_flags & ALLOC_HIGHATOMIC) && mm->k.highatomic_reserve_buddy)
		return;
	rmqueue_bulk(mm, z, pcp, list, order, nr, mt, alloc_flags);
}

/**
 * rmqueue_pcplist - take a page from this CPU's lists
 * @mm: model memory; ->current.cpu says which CPU
 * @z: zone
 * @order: an order that pcp_allowed_order() allows
 * @mt: type requested
 * @alloc_flags: for the refill
 *
 * Return: head pfn of a page that is off the lists and not in use yet; PFN_NONE.
 * mm/page_alloc.c:rmqueue_pcplist.
 */
u32 rmqueue_pcplist(struct mm *mm, struct zone *z, u32 order, u8 mt, u32 alloc_flags)
{
	struct per_cpu_pages *pcp = this_cpu_pcp(mm, z);
	u32 list, pfn;

	if (__builtin_expect(!!mm->pcp_buddy, 0))
		return pcp_buddy_rmqueue(mm, z, order, mt, alloc_flags);
	list = pcp->list[order_to_pindex(mt, order)];
	pcp->free_count >>= 1;
	pfn = list_first(mm, list);
	if (pfn == PFN_NONE) {
		refill(mm, z, pcp, list, order, mt, alloc_flags);
		pfn = list_first(mm, list);
		if (pfn == PFN_NONE)
			return PFN_NONE;
	}
	list_del(mm, pfn);
	pcp->count -= (s32)N(order);
	return pfn;
}

/* Has this CPU been freeing high orders in a row? This call notes the free for the next one. */
static inline bool freeing_high_orders(const struct mm *mm, struct per_cpu_pages *pcp, u32 order)
{
	s32 threshold = pcp->batch + (mm->k.pcp_free_high_min ? pcp->high_min / 2 : 0);
	bool high;

	if (!order || order > PAGE_ALLOC_COSTLY_ORDER) {
		pcp->flags &= (u8)~PCPF_PREV_FREE_HIGH_ORDER;
		return false;
	}
	high = pcp->free_count >= threshold && (pcp->flags & PCPF_PREV_FREE_HIGH_ORDER) &&
	       (!(pcp->flags & PCPF_FREE_HIGH_BATCH) || pcp->count >= pcp->batch);
	pcp->flags |= PCPF_PREV_FREE_HIGH_ORDER;
	return high;
}

/* The size above which pages go back to the zone; mm/page_alloc.c:nr_pcp_high. */
static inline s32 nr_pcp_high(const struct zone *z, struct per_cpu_pages *pcp, bool free_high)
{
	s32 batch = pcp->batch, min = pcp->high_min, high;

	high = pcp->high = clamp_s32(pcp->high, min, pcp->high_max);
	if (!high)
		return 0;
	if (free_high) {
		pcp->high = max_s32(high - (batch << PCP_BATCH_SCALE_MAX), min);
		return 0;
	}
	if (z->flags & ZONE_RECLAIM_ACTIVE) {
		pcp->high = max_s32(high - max_s32(pcp->free_count, batch), min);
		return min_s32(batch << 2, pcp->high);
	}
	if (min == pcp->high_max)
		return high;
	if (z->flags & ZONE_BELOW_HIGH) {
		pcp->high = max_s32(high - max_s32(pcp->free_count, batch), min);
		return max_s32(pcp->count, min);
	}
	if (pcp->count >= high && pcp->high < pcp->free_count + batch)
		pcp->high = clamp_s32(pcp->free_count + batch, min, pcp->high_max);
	return high;
}

static s32 nr_pcp_free(const struct per_cpu_pages *pcp, s32 high, bool free_high)
{
	s32 batch = pcp->batch;

	if (free_high)
		return min_s32(pcp->count, batch << PCP_BATCH_SCALE_MAX);
	if (high < batch)
		return 1;
	return clamp_s32(pcp->free_count, batch, high - batch);
}

static void clear_below_high(struct mm *mm, struct zone *z)
{
	if ((z->flags & ZONE_BELOW_HIGH) &&
	    __zone_watermark_ok(z, 0, wmark_pages(z, WMARK_HIGH), ZONE_MOVABLE, 0,
				z->nr_free_pages, mm))
		z->flags &= ~ZONE_BELOW_HIGH;
}

static inline void commit_auto_tuned(struct mm *mm, struct zone *z, struct per_cpu_pages *pcp,
				     u32 pindex, u32 order)
{
	bool free_high;
	s32 high;

	pcp->alloc_factor >>= 1;
	free_high = freeing_high_orders(mm, pcp, order);
	if (pcp->free_count < pcp->batch << PCP_BATCH_SCALE_MAX)
		pcp->free_count += (s32)N(order);
	high = nr_pcp_high(z, pcp, free_high);
	if (pcp->count < high)
		return;
	free_pcppages(mm, z, nr_pcp_free(pcp, high, free_high), pcp, pindex);
	clear_below_high(mm, z);
}

/* 6.1: mm/page_alloc.c:nr_pcp_free, where ->free_count holds free_factor */
static s32 old_nr_pcp_free(struct per_cpu_pages *pcp, s32 high, bool free_high)
{
	s32 batch = pcp->batch, max;

	if (free_high)
		return pcp->count;
	if (high < batch)
		return 1;
	max = high - batch;
	batch <<= pcp->free_count;
	if (batch < max)
		pcp->free_count++;
	return clamp_s32(batch, pcp->batch, max);
}

static void commit_fixed(struct mm *mm, struct zone *z, struct per_cpu_pages *pcp, u32 pindex,
			 u32 order)
{
	bool free_high = pcp->free_count && order && order <= PAGE_ALLOC_COSTLY_ORDER;
	s32 high = free_high ? 0 : pcp->high;

	if (high && (z->flags & ZONE_RECLAIM_ACTIVE))
		high = min_s32(pcp->batch << 2, high);
	if (pcp->count >= high)
		free_pcppages_bulk(mm, z, old_nr_pcp_free(pcp, high, free_high), pcp, pindex);
}

/**
 * free_frozen_page_commit - put a page on this CPU's lists, and free pages above their size
 * @mm: model memory; ->current.cpu says which CPU
 * @z: zone
 * @pfn: head of a page on no list, its fields reset
 * @order: an order that pcp_allowed_order() allows
 *
 * mm/page_alloc.c:free_frozen_page_commit; 6.12: free_unref_page_commit.
 */
void free_frozen_page_commit(struct mm *mm, struct zone *z, u32 pfn, u32 order)
{
	struct per_cpu_pages *pcp = this_cpu_pcp(mm, z);
	u8 mt = get_pageblock_migratetype(mm, pfn);
	u32 pindex = order_to_pindex(mt < MIGRATE_PCPTYPES ? mt : MIGRATE_MOVABLE, order);
	struct page *p = &mm->page[pfn];

	if (__builtin_expect(!!mm->pcp_buddy, 0)) {
		/* the tuning is that of newer kernels, also where the version has fixed sizes */
		if (pcp_buddy_free(mm, z, pfn, order))
			commit_auto_tuned(mm, z, pcp, 0, order);
		return;
	}
	p->state = PAGE_PCP;
	p->order = order;
	p->head = 1;
	p->mt = mt;
	list_add(mm, pfn, pcp->list[pindex]);
	pcp->count += (s32)N(order);
	if (mm->k.pcp_auto_tune)
		commit_auto_tuned(mm, z, pcp, pindex, order);
	else
		commit_fixed(mm, z, pcp, pindex, order);
}

static void drain_pages_zone(struct mm *mm, struct zone *z, u16 cpu)
{
	struct per_cpu_pages *pcp = &z->pcp[cpu];

	if (mm->pcp_buddy)
		pcp_buddy_merge(mm, pcp);
	while (pcp->count > 0) {
		s32 nr = pcp->count;

		if (mm->k.pcp_auto_tune || mm->pcp_buddy)
			nr = min_s32(nr, pcp->batch << PCP_BATCH_SCALE_MAX);
		free_pcppages_bulk(mm, z, nr, pcp, 0);
	}
}

/**
 * drain_local_pages - empty one CPU's lists
 * @mm: model memory
 * @z: zone; NULL for every zone
 * @cpu: CPU
 */
void drain_local_pages(struct mm *mm, struct zone *z, u16 cpu)
{
	if (z) {
		drain_pages_zone(mm, z, cpu);
		return;
	}
	for_each_populated_zone(mm, z)
		drain_pages_zone(mm, z, cpu);
}

/* A CPU whose only pages are remote frees that it has not absorbed yet is not drained. */
static bool has_pages(const struct mm *mm, const struct zone *z, u16 cpu)
{
	if (z)
		return z->pcp[cpu].count > 0;
	for_each_populated_zone(mm, z)
		if (z->pcp[cpu].count > 0)
			return true;
	return false;
}

/**
 * drain_all_pages - empty every CPU's lists
 * @mm: model memory
 * @z: zone; NULL for every zone
 *
 * mm/page_alloc.c:drain_all_pages.
 */
void drain_all_pages(struct mm *mm, struct zone *z)
{
	u16 cpu;

	mm->drain_all_pages++;
	for (cpu = 0; cpu < mm->nr_cpus; cpu++)
		if (has_pages(mm, z, cpu))
			drain_local_pages(mm, z, cpu);
}

/* mm/page_alloc.c:decay_pcp_high */
static void decay_pcp_high(struct mm *mm, struct zone *z, struct per_cpu_pages *pcp)
{
	s32 most = pcp->batch << PCP_BATCH_SCALE_MAX;

	if (pcp->high > pcp->high_min)
		pcp->high = max_s32(max_s32(pcp->count - most, pcp->high - (pcp->high >> 3)),
				    pcp->high_min);
	free_pcppages(mm, z, pcp->count - pcp->high, pcp, 0);
}

/**
 * vmstat_update - do the work of vmstat's worker on every CPU, once per second
 * @mm: model memory
 *
 * Per-CPU lists that are not used shrink. In 6.1 nothing happens: it drains remote nodes' lists
 * only. mm/vmstat.c:refresh_cpu_vm_stats.
 */
void vmstat_update(struct mm *mm)
{
	struct zone *z;
	u16 cpu;

	if (!mm->k.pcp_auto_tune && !mm->pcp_buddy)
		return;
	for (cpu = 0; cpu < mm->nr_cpus; cpu++)
		for_each_populated_zone(mm, z)
			decay_pcp_high(mm, z, &z->pcp[cpu]);
}

/**
 * setup_pcp_cacheinfo - does a CPU's cache hold more than a few batches of pages?
 * @mm: model memory; the parameter pcp_cache_slice_kb is its share of the last-level cache
 *
 * mm/page_alloc.c:zone_pcp_update_cacheinfo.
 */
void setup_pcp_cacheinfo(struct mm *mm)
{
	double slice = mm->param.pcp_cache_slice_kb / (1 << (PAGE_SHIFT - 10));
	struct zone *z;
	u16 cpu;

	for_each_populated_zone(mm, z)
		for (cpu = 0; cpu < mm->nr_cpus; cpu++) {
			struct per_cpu_pages *pcp = &z->pcp[cpu];

			pcp->flags &= (u8)~PCPF_FREE_HIGH_BATCH;
			if (slice > 3 * pcp->batch)
				pcp->flags |= PCPF_FREE_HIGH_BATCH;
		}
}
