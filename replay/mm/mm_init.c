// SPDX-License-Identifier: GPL-2.0-only
/*
 * Setting up the model's memory. The caller calls mm_alloc(), sets ->k and ->sysctl, calls
 * mm_add_zone() for each zone, sets pageblock types, calls mm_place_*() for each page, and then
 * mm_init_late().
 */
#include <stdlib.h>

#include "internal.h"

#define FIRST_LISTS 1024

/* Arrays end at a multiple of the largest buddy, so that a buddy's pages can always be read. */
static u32 rounded_pfn(u32 max_pfn)
{
	return (max_pfn + N(MAX_PAGE_ORDER) - 1) & ~(N(MAX_PAGE_ORDER) - 1);
}

static bool alloc_arrays(struct mm *mm, u32 max_pfn)
{
	u32 nr_pfn = rounded_pfn(max_pfn), nr_blocks = nr_pfn >> pageblock_order, i;

	mm->page = calloc(nr_pfn ? nr_pfn : 1, sizeof(*mm->page));
	mm->pageblock = calloc(nr_blocks ? nr_blocks : 1, sizeof(*mm->pageblock));
	mm->heads = calloc(FIRST_LISTS, sizeof(*mm->heads));
	mm->cap_heads = FIRST_LISTS;
	if (!mm->page || !mm->pageblock || !mm->heads)
		return false;
	for (i = 0; i < nr_blocks; i++) {
		mm->pageblock[i].mt = MIGRATE_MOVABLE;
		mm->pageblock[i].zone = MAX_NR_ZONES;
	}
	return true;
}

/**
 * mm_alloc - allocate a model without zones or pages
 * @max_pfn: one more than its highest pfn, below 1 << 31
 * @nr_cpus: 1 .. MAX_CPUS
 * @seed: of mm_random()
 *
 * Sysctls and parameters have their defaults (min_free_kbytes 0: mm_init_late() computes it), the
 * kernel is the newest known.
 *
 * Return: the model; NULL without memory or with arguments out of range.
 */
struct mm *mm_alloc(u32 max_pfn, u16 nr_cpus, u64 seed)
{
	struct mm *mm;
	int i;

	if (max_pfn > LIST_HEAD_BIT - N(MAX_PAGE_ORDER) || !nr_cpus || nr_cpus > MAX_CPUS)
		return NULL;
	mm = calloc(1, sizeof(*mm));
	if (!mm)
		return NULL;
	mm->max_pfn = max_pfn;
	mm->nr_cpus = nr_cpus;
	mm->rng = seed;
	mm->sysctl = sysctl_defaults;
	params_default(&mm->param);
	mm->thp_defrag = THP_DEFRAG_MADVISE;
	kernel_features_set(&mm->k, 0);
	for (i = 0; i < MAX_NR_ZONES; i++) {
		mm->zone[i].type = i;
		mm->zone[i].name = zone_names[i];
	}
	if (mm_policy_init(mm) || !alloc_arrays(mm, max_pfn)) {
		mm_free(mm);
		return NULL;
	}
	return mm;
}

/**
 * mm_free - free a model
 * @mm: model memory, or NULL
 */
void mm_free(struct mm *mm)
{
	int i;

	if (!mm)
		return;
	if (mm->kcompactd)
		kcompactd_exit(mm);
	if (mm->kswapd)
		kswapd_exit(mm);
	if (mm->lruvec)
		lruvec_exit(mm);
	mm_policy_exit(mm);
	deferred_split_exit(mm);
	pcp_buddy_exit(mm);
	for (i = 0; i < MAX_NR_ZONES; i++) {
		free(mm->zone[i].pcp);
		free(mm->zone[i].region);
	}
	free(mm->heads);
	free(mm->pageblock);
	free(mm->page);
	free(mm);
}

static int reserve_heads(struct mm *mm, u32 nr)
{
	u32 cap = mm->cap_heads;
	struct links *heads;

	while (cap - mm->nr_heads < nr)
		cap *= 2;
	if (cap == mm->cap_heads)
		return 0;
	heads = realloc(mm->heads, (size_t)cap * sizeof(*heads));
	if (!heads)
		return -ENOMEM;
	mm->heads = heads;
	mm->cap_heads = cap;
	return 0;
}

/**
 * mm_alloc_lists - allocate empty lists
 * @mm: model memory
 * @list: filled with the indexes of their heads in mm->heads[], which follow one another
 * @nr: how many
 *
 * Return: 0; -ENOMEM with nothing changed.
 */
int mm_alloc_lists(struct mm *mm, u32 *list, u32 nr)
{
	if (reserve_heads(mm, nr))
		return -ENOMEM;
	for (u32 i = 0; i < nr; i++) {
		list[i] = mm->nr_heads++;
		list_init(mm, list[i]);
	}
	return 0;
}

static int add_zone_lists(struct mm *mm, struct zone *z)
{
	for (int order = 0; order < NR_PAGE_ORDERS; order++)
		if (mm_alloc_lists(mm, z->free_area[order].list, MIGRATE_TYPES))
			return -ENOMEM;
	for (int cpu = 0; cpu < mm->nr_cpus; cpu++)
		if (mm_alloc_lists(mm, z->pcp[cpu].list, NR_PCP_LISTS))
			return -ENOMEM;
	return 0;
}

/**
 * mm_add_zone - add a zone
 * @mm: model memory, which does not have this zone yet
 * @type: of the zone
 * @start_pfn: its first pfn; only ZONE_DMA may begin within a pageblock
 * @spanned: pages from there to its end, holes included
 *
 * All its pageblocks are MOVABLE, as at boot, and all its pages absent. The caller sets ->present
 * and ->managed, or mm_init_late() counts them.
 *
 * Return: 0; -ENOMEM: then @mm can only be freed.
 */
int mm_add_zone(struct mm *mm, enum zone_type type, u32 start_pfn, u32 spanned)
{
	struct zone *z = &mm->zone[type];
	u32 b, end = start_pfn + spanned;

	z->pcp = calloc(mm->nr_cpus, sizeof(*z->pcp));
	if (!z->pcp || add_zone_lists(mm, z))
		return -ENOMEM;
	z->populated = true;
	z->start_pfn = start_pfn;
	z->spanned = spanned;
	for (b = start_pfn >> pageblock_order; b << pageblock_order < end; b++)
		mm->pageblock[b].zone = type;
	z->compact_cached_migrate_pfn[0] = z->compact_cached_migrate_pfn[1] = start_pfn;
	z->compact_cached_free_pfn = end ? pageblock_start_pfn(end - 1) : 0;
	return 0;
}

/**
 * mm_place_free - put a free page on the buddy lists before the model runs
 * @mm: model memory
 * @pfn: its head, aligned to @order, all of it in one zone
 * @order: its order
 * @tail: at the tail of its list; else at the head
 *
 * The type of its pageblock must be set. The page merges with free buddies.
 */
void mm_place_free(struct mm *mm, u32 pfn, u32 order, bool tail)
{
	struct zone *z = page_zone(mm, pfn);
	u32 head;

	page_set_unit(mm, pfn, order, PAGE_BUDDY, 0);
	__free_one_page(mm, z, pfn, order, get_pageblock_migratetype(mm, pfn), true);
	if (tail)
		return;
	head = page_unit(mm, pfn);
	list_del(mm, head);
	list_add(mm, head, zone_free_area(z, head, mm->page[head].order)->list[mm->page[head].mt]);
}

/**
 * mm_place_pcp - put a free page on a per-CPU list before the model runs
 * @mm: model memory
 * @pfn: its head, aligned to @order
 * @order: 0 .. 3 or 9
 * @cpu: CPU, to the tail of whose list the page goes
 */
void mm_place_pcp(struct mm *mm, u32 pfn, u32 order, u16 cpu)
{
	struct per_cpu_pages *pcp = &page_zone(mm, pfn)->pcp[cpu];
	u8 mt = get_pageblock_migratetype(mm, pfn);

	page_set_unit(mm, pfn, order, PAGE_PCP, mt);
	list_add_tail(mm, pfn, pcp_list_for(pcp, order, mt));
	pcp->count += (s32)N(order);
}

/**
 * mm_place_used - mark a page as in use before the model runs
 * @mm: model memory
 * @pfn: its head, aligned to @order
 * @order: its order
 * @kind: what it holds
 * @mt: the migratetype it was requested with
 *
 * The caller sets owners, and calls folio_add_lru() after mm_init_late().
 */
void mm_place_used(struct mm *mm, u32 pfn, u32 order, enum page_kind kind, u8 mt)
{
	u32 end = pfn + N(order);

	page_set_unit(mm, pfn, order, PAGE_USED, mt);
	for (; pfn < end; pfn++)
		mm->page[pfn].kind = kind;
}

static void count_pages(const struct mm *mm, struct zone *z)
{
	u32 pfn, end = z->start_pfn + z->spanned, present = 0, managed = 0;

	for (pfn = z->start_pfn; pfn < end; pfn++) {
		present += mm->page[pfn].state != PAGE_ABSENT;
		managed += mm->page[pfn].state > PAGE_RESERVED;
	}
	if (!z->present)
		z->present = present;
	if (!z->managed)
		z->managed = managed;
}

/**
 * mm_init_late - finish the setup when all pages are placed
 * @mm: model memory; its kernel, sysctls and parameters are final
 *
 * It sets watermarks, lowmem reserves and sizes of the per-CPU lists, and sets up the LRU, kswapd
 * and kcompactd. The caller may then set what a snapshot knows better (protection, pcp high).
 *
 * Return: 0; -ENOMEM: then @mm can only be freed.
 */
int mm_init_late(struct mm *mm)
{
	struct zone *z;
	int ret;

	for_each_populated_zone(mm, z)
		if (!z->managed || !z->present)
			count_pages(mm, z);
	if (!mm->sysctl.min_free_kbytes)
		mm->sysctl.min_free_kbytes = calculate_min_free_kbytes(mm);
	setup_per_zone_wmarks(mm);
	setup_per_zone_lowmem_reserve(mm);
	setup_pcp_cacheinfo(mm);
	ret = lruvec_init(mm);
	if (!ret)
		ret = kswapd_init(mm);
	return ret ? ret : kcompactd_init(mm);
}
