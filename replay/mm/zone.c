// SPDX-License-Identifier: GPL-2.0-only
/* Watermarks, lowmem reserves, and the sizes of the per-CPU lists that follow from them. */
#include "internal.h"

#define MIN_PERCPU_PAGELIST_HIGH_FRACTION 8
#define HIGHEST_LOWMEM_ZONE	ZONE_NORMAL

/* a * num / den, without overflow for the sizes of zones. */
static u64 mult_frac(u64 a, u64 num, u64 den)
{
	return a / den * num + a % den * num / den;
}

static u64 lowmem_pages(const struct mm *mm)
{
	const struct zone *z;
	u64 pages = 0;

	for_each_populated_zone(mm, z)
		if (z->type != ZONE_MOVABLE || mm->k.movable_zone_share)
			pages += z->managed;
	return pages;
}

static u32 clamp_u32(u64 v, u32 lo, u32 hi)
{
	return v < lo ? lo : v > hi ? hi : (u32)v;
}

/**
 * setup_per_zone_wmarks - set all watermarks from the sysctls
 * @mm: model memory; ->sysctl.min_free_kbytes and .watermark_scale_factor decide
 *
 * Every boost is dropped, and the per-CPU lists are resized.
 * mm/page_alloc.c:__setup_per_zone_wmarks.
 */
void setup_per_zone_wmarks(struct mm *mm)
{
	u64 pages_min = mm->sysctl.min_free_kbytes >> (PAGE_SHIFT - 10);
	u64 lowmem = lowmem_pages(mm);
	struct zone *z;

	for_each_populated_zone(mm, z) {
		u64 share = lowmem ? pages_min * z->managed / lowmem : 0;
		u64 gap = mult_frac(z->managed, mm->sysctl.watermark_scale_factor, 10000);
		u64 min = share;

		if (z->type == ZONE_MOVABLE && !mm->k.movable_zone_share)
			min = clamp_u32(z->managed / 1024, SWAP_CLUSTER_MAX, 128);
		if (gap < share >> 2)
			gap = share >> 2;
		z->watermark_boost = 0;
		z->_watermark[WMARK_MIN] = (u32)min;
		z->_watermark[WMARK_LOW] = (u32)(min + gap);
		z->_watermark[WMARK_HIGH] = (u32)(min + 2 * gap);
		z->_watermark[WMARK_PROMO] = (u32)(min + 3 * gap);
	}
	setup_per_cpu_pageset(mm);
}

/**
 * setup_per_zone_lowmem_reserve - set what each zone reserves from requests for higher zones
 * @mm: model memory
 *
 * This is the "protection" row of /proc/zoneinfo. A kernel computes it early in boot, so memory
 * that is freed later (the initrd) is missing there. mm/page_alloc.c function of that name.
 */
void setup_per_zone_lowmem_reserve(struct mm *mm)
{
	int i, j;

	for (i = 0; i < MAX_NR_ZONES; i++) {
		struct zone *z = &mm->zone[i];
		u32 ratio = mm->sysctl.lowmem_reserve_ratio[i];
		bool clear = !ratio || !z->managed;
		u64 above = 0;

		memset(z->lowmem_reserve, 0, sizeof(z->lowmem_reserve));
		for (j = i + 1; j < MAX_NR_ZONES; j++) {
			above += mm->zone[j].managed;
			z->lowmem_reserve[j] = clear ? 0 : (u32)(above / ratio);
		}
	}
}

static u32 rounddown_pow_of_two(u32 v)
{
	return v ? 1u << (31 - __builtin_clz(v)) : 0;
}

/**
 * zone_batchsize - get the pages moved between buddy and per-CPU lists at a time
 * @z: zone
 *
 * The older formula, min(managed >> 10, 1 MiB) / 4, gives the same number for every size.
 *
 * Return: pages, >= 1. mm/page_alloc.c:zone_batchsize.
 */
static u32 zone_batchsize(const struct zone *z)
{
	u32 batch = clamp_u32(z->managed >> 12, 1, (256 * 1024) >> PAGE_SHIFT);

	batch = rounddown_pow_of_two(batch + batch / 2) - 1;
	return batch ? batch : 1;
}

/**
 * zone_highsize - get the pages that a CPU's lists of a zone may hold
 * @mm: model memory
 * @z: zone
 * @batch: its batch size
 * @fraction: percpu_pagelist_high_fraction; 0 to compute it from the low watermark
 *
 * Return: base pages. mm/page_alloc.c:zone_highsize.
 */
static u32 zone_highsize(const struct mm *mm, const struct zone *z, u32 batch, u32 fraction)
{
	u32 total = fraction ? z->managed / fraction : wmark_pages(z, WMARK_LOW);
	u32 high = total / (mm->nr_cpus ? mm->nr_cpus : 1);

	return high > batch * 4 ? high : batch * 4;
}

static void pageset_update(const struct mm *mm, const struct zone *z, struct per_cpu_pages *pcp)
{
	u32 fraction = mm->sysctl.percpu_pagelist_high_fraction;

	pcp->batch = (s32)zone_batchsize(z);
	pcp->high_min = (s32)zone_highsize(mm, z, (u32)pcp->batch, fraction);
	pcp->high_max = pcp->high_min;
	if (!mm->k.pcp_auto_tune)
		pcp->high = pcp->high_min;
	else if (!fraction)
		pcp->high_max = (s32)zone_highsize(mm, z, (u32)pcp->batch,
						   MIN_PERCPU_PAGELIST_HIGH_FRACTION);
}

/**
 * setup_per_cpu_pageset - size the per-CPU lists of all zones
 * @mm: model memory
 *
 * From 6.7 on ->high stays as it is: its next use clamps it to the new bounds.
 * mm/page_alloc.c:zone_set_pageset_high_and_batch.
 */
void setup_per_cpu_pageset(struct mm *mm)
{
	struct zone *z;
	u16 cpu;

	for_each_populated_zone(mm, z)
		for (cpu = 0; cpu < mm->nr_cpus; cpu++)
			pageset_update(mm, z, &z->pcp[cpu]);
}

static u32 int_sqrt(u64 v)
{
	u64 r = 0, bit = 1ull << 62;

	while (bit > v)
		bit >>= 2;
	for (; bit; bit >>= 2) {
		if (v >= r + bit) {
			v -= r + bit;
			r = (r >> 1) + bit;
		} else {
			r >>= 1;
		}
	}
	return (u32)r;
}

/* mm/khugepaged.c:set_recommended_min_free_kbytes */
static u64 recommended_min_free_kbytes(const struct mm *mm, u64 buffer_pages)
{
	const struct zone *z;
	u64 pages = 0;

	for_each_populated_zone(mm, z)
		if (z->type <= HIGHEST_LOWMEM_ZONE)
			pages += pageblock_nr_pages * (2 + MIGRATE_PCPTYPES * MIGRATE_PCPTYPES);
	if (pages > buffer_pages / 20)
		pages = buffer_pages / 20;
	return pages << (PAGE_SHIFT - 10);
}

/**
 * calculate_min_free_kbytes - compute the default of min_free_kbytes
 * @mm: model memory; the zones' managed pages decide, watermarks are not set yet
 *
 * It is computed as if transparent huge pages are built in and not switched off at boot, which is
 * every distribution's default. mm/page_alloc.c:calculate_min_free_kbytes.
 *
 * Return: kB.
 */
u32 calculate_min_free_kbytes(const struct mm *mm)
{
	const struct zone *z;
	u64 pages = 0, recommended;
	u32 kbytes;

	for_each_populated_zone(mm, z)
		if (z->type <= HIGHEST_LOWMEM_ZONE)
			pages += z->managed;
	kbytes = clamp_u32(int_sqrt(pages * (1 << (PAGE_SHIFT - 10)) * 16), 128, 262144);
	recommended = recommended_min_free_kbytes(mm, pages);
	return kbytes > recommended ? kbytes : (u32)recommended;
}

/* Do these flags allow to use the high-order atomic reserve? mm/internal.h:ALLOC_RESERVES. */
static inline bool may_use_reserves(const struct mm *mm, u32 alloc_flags)
{
	if (mm->k.alloc_harder)
		return alloc_flags & (ALLOC_HARDER | ALLOC_OOM);
	return alloc_flags & (ALLOC_NON_BLOCK | ALLOC_MIN_RESERVE | ALLOC_HIGHATOMIC | ALLOC_OOM);
}

/* mm/page_alloc.c:__zone_watermark_unusable_free */
static inline s64 zone_watermark_unusable_free(const struct mm *mm, const struct zone *z,
					       u32 order, u32 alloc_flags)
{
	s64 unusable = (s64)N(order) - 1;

	if (!may_use_reserves(mm, alloc_flags))
		unusable += mm->k.highatomic_free_count ? z->nr_free_highatomic
							: z->nr_reserved_highatomic;
	if (!(alloc_flags & ALLOC_CMA))
		unusable += z->nr_free_cma;
	return unusable;
}

/* The mark for this request: requests with rights to the reserves have a lower one. */
static inline s64 watermark_for_flags(const struct mm *mm, s64 min, u32 alloc_flags)
{
	if (!may_use_reserves(mm, alloc_flags) && !(alloc_flags & ALLOC_MIN_RESERVE))
		return min;
	if (alloc_flags & ALLOC_MIN_RESERVE) {
		min -= min / 2;
		if (!mm->k.alloc_harder && (alloc_flags & ALLOC_NON_BLOCK))
			min -= min / 4;
	}
	if (alloc_flags & ALLOC_OOM)
		min -= min / 2;
	else if (mm->k.alloc_harder && (alloc_flags & ALLOC_HARDER))
		min -= min / 4;
	return min;
}

static inline bool may_use_highatomic_list(const struct mm *mm, u32 alloc_flags)
{
	if (mm->k.alloc_harder)
		return alloc_flags & (ALLOC_HARDER | ALLOC_OOM);
	return alloc_flags & (ALLOC_HIGHATOMIC | ALLOC_OOM);
}

/* Is there a page of the order? As in the kernel, lists of other types than the requested count. */
static bool zone_has_page(const struct mm *mm, const struct zone *z, u32 order, u32 alloc_flags)
{
	bool highatomic = may_use_highatomic_list(mm, alloc_flags);
	u32 o;
	int mt;

	for (o = order; o < NR_PAGE_ORDERS; o++) {
		const struct free_area *area = &z->free_area[o];

		if (!area->nr_free)
			continue;
		if (mm->k.watermark_type_blind)
			return true;
		for (mt = 0; mt < MIGRATE_PCPTYPES; mt++)
			if (area->nr_list[mt])
				return true;
		if ((alloc_flags & ALLOC_CMA) && area->nr_list[MIGRATE_CMA])
			return true;
		if (highatomic && area->nr_list[MIGRATE_HIGHATOMIC])
			return true;
	}
	return false;
}

/**
 * __zone_watermark_ok - would the zone stay above a mark after this allocation?
 * @z: zone
 * @order: request's order
 * @mark: pages
 * @idx: highest zone of the request, for which the lowmem reserve is kept
 * @alloc_flags: rights of the request
 * @free_pages: free pages as the caller counts them
 * @mm: model memory
 *
 * mm/page_alloc.c:__zone_watermark_ok.
 *
 * Return: true when it would.
 */
bool __zone_watermark_ok(const struct zone *z, u32 order, u64 mark, enum zone_type idx,
			 u32 alloc_flags, s64 free_pages, const struct mm *mm)
{
	s64 min = watermark_for_flags(mm, (s64)mark, alloc_flags);

	free_pages -= zone_watermark_unusable_free(mm, z, order, alloc_flags);
	if (free_pages <= min + z->lowmem_reserve[idx])
		return false;
	return !order || zone_has_page(mm, z, order, alloc_flags);
}

/* A request of order 0 with ALLOC_MIN_RESERVE may ignore the boost of the min watermark. */
static inline bool ignores_boost(const struct mm *mm, const struct zone *z, u32 order,
				 u32 alloc_flags, gfp_t gfp)
{
	if (order || !z->watermark_boost || (alloc_flags & ALLOC_WMARK_MASK) != ALLOC_WMARK_MIN)
		return false;
	return mm->k.alloc_harder ? gfp & __GFP_ATOMIC : alloc_flags & ALLOC_MIN_RESERVE;
}

/**
 * zone_watermark_fast - __zone_watermark_ok() for the allocation path
 * @mm: model memory
 * @z: zone
 * @order: request's order
 * @mark: pages, boost included
 * @idx: highest zone of the request
 * @alloc_flags: rights of the request
 * @gfp: its gfp
 *
 * mm/page_alloc.c:zone_watermark_fast.
 *
 * Return: true when the zone stays above the mark.
 */
bool zone_watermark_fast(const struct mm *mm, const struct zone *z, u32 order, u64 mark,
			 enum zone_type idx, u32 alloc_flags, gfp_t gfp)
{
	s64 free_pages = z->nr_free_pages;

	if (!order) {
		s64 usable = free_pages - zone_watermark_unusable_free(mm, z, 0, alloc_flags);

		if (usable > (s64)mark + z->lowmem_reserve[idx])
			return true;
	}
	if (__zone_watermark_ok(z, order, mark, idx, alloc_flags, free_pages, mm))
		return true;
	if (!ignores_boost(mm, z, order, alloc_flags, gfp))
		return false;
	return __zone_watermark_ok(z, order, z->_watermark[WMARK_MIN], idx, alloc_flags,
				   free_pages, mm);
}

/**
 * boost_watermark - raise a zone's marks by a pageblock after a fallback
 * @mm: model memory
 * @z: zone
 *
 * Return: whether the zone can be boosted. mm/page_alloc.c:boost_watermark.
 */
bool boost_watermark(struct mm *mm, struct zone *z)
{
	u64 max;

	if (mm->k.no_watermark_boost || !mm->sysctl.watermark_boost_factor ||
	    pageblock_nr_pages * 4 > z->managed)
		return false;
	max = mult_frac(z->_watermark[WMARK_HIGH], mm->sysctl.watermark_boost_factor, 10000);
	if (!max)
		return false;
	if (max < pageblock_nr_pages)
		max = pageblock_nr_pages;
	z->watermark_boost = clamp_u32((u64)z->watermark_boost + pageblock_nr_pages, 0, (u32)max);
	return true;
}
