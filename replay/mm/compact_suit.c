// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether compaction is worth a try: watermarks, fragmentation index and score, deferral. This is
 * the first half of mm/compaction.c, and the index from mm/vmstat.c.
 */
#include "compaction.h"

/**
 * vanilla_kcompactd_alloc_flags - get the mark for kcompactd's test of suitability
 * @mm: model memory
 * @wake: the test before it is woken, else that before it works
 *
 * Return: alloc flags. mm/compaction.c:kcompactd_node_suitable, kcompactd_do_work.
 */
u32 vanilla_kcompactd_alloc_flags(const struct mm *mm, bool wake)
{
	(void)mm;
	(void)wake;
	return ALLOC_WMARK_MIN;
}

/**
 * vanilla_compact_free_pages - get the free pages for compaction's first watermark test
 * @mm: model memory
 * @z: zone
 * @kcompactd: for background work
 *
 * mm/compaction.c:compaction_suit_allocation_order.
 *
 * Return: the zone's free pages.
 */
s64 vanilla_compact_free_pages(const struct mm *mm, const struct zone *z, bool kcompactd)
{
	(void)mm;
	(void)kcompactd;
	return z->nr_free_pages;
}

/**
 * compact_gap - get the free pages that compaction needs above the mark, for its targets
 * @mm: model memory
 * @order: order to be made
 *
 * Return: pages. include/linux/compaction.h:compact_gap.
 */
u64 compact_gap(const struct mm *mm, u32 order)
{
	u64 gap = 2ull << order;

	if (mm->k.compact_gap_capped && gap > COMPACT_CLUSTER_MAX)
		return COMPACT_CLUSTER_MAX;
	return gap;
}

/**
 * contig_page_info_add - count a zone's free memory by whether it is whole enough for an order
 * @z: zone
 * @order: order of the request
 * @info: zeroed before the first zone
 *
 * mm/vmstat.c:fill_contig_page_info, which counts one zone alone.
 */
void contig_page_info_add(const struct zone *z, u32 order, struct contig_page_info *info)
{
	u32 o;

	for (o = 0; o < NR_PAGE_ORDERS; o++) {
		u64 blocks = z->free_area[o].nr_free;

		info->free_blocks_total += blocks;
		info->free_pages += blocks << o;
		if (o >= order)
			info->free_blocks_suitable += blocks << (o - order);
	}
}

/**
 * unusable_free_index - part of the free memory that is in blocks too small for an order
 * @order: order of the request
 * @info: free memory, counted for this order
 *
 * As debugfs extfrag/unusable_index: mm/vmstat.c:unusable_free_index.
 *
 * Return: 0 (all of it is usable) .. 1000 (none is; also when nothing is free).
 */
u32 unusable_free_index(u32 order, const struct contig_page_info *info)
{
	u64 usable = info->free_blocks_suitable << order;

	if (!info->free_pages)
		return 1000;
	return (u32)((info->free_pages - usable) * 1000 / info->free_pages);
}

/**
 * fragmentation_index - tell failure for lack of memory from failure for fragmentation
 * @z: zone
 * @order: order of the request
 *
 * Return: -1000 when a page of the order is free, 0 when nothing is free; else from 0 (lack of
 * memory) towards 1000 (fragmentation). mm/vmstat.c:__fragmentation_index.
 */
int fragmentation_index(const struct zone *z, u32 order)
{
	struct contig_page_info info = { 0 };

	if (order > MAX_PAGE_ORDER)
		return 0;
	contig_page_info_add(z, order, &info);
	if (!info.free_blocks_total)
		return 0;
	if (info.free_blocks_suitable)
		return -1000;
	return 1000 - (int)((1000 + (info.free_pages * 1000 >> order)) / info.free_blocks_total);
}

/**
 * extfrag_for_order - share of free memory that cannot serve an order
 * @z: zone
 * @order: order
 *
 * Return: percent of the free pages in buddies below @order; 0 when nothing is free.
 * mm/vmstat.c:extfrag_for_order.
 */
u32 extfrag_for_order(const struct zone *z, u32 order)
{
	struct contig_page_info info = { 0 };

	contig_page_info_add(z, order, &info);
	if (!info.free_pages)
		return 0;
	return (u32)((info.free_pages - (info.free_blocks_suitable << order)) * 100 /
		     info.free_pages);
}

/* Up to 6.14 compaction chooses the mark; since then the caller gives it. */
static bool __compaction_suitable(const struct mm *mm, const struct zone *z, u32 order, u64 wmark,
				  enum zone_type idx, s64 free_pages)
{
	bool costly = order > PAGE_ALLOC_COSTLY_ORDER;

	if (!mm->k.compact_wmark_from_caller)
		wmark = wmark_pages(z, costly ? WMARK_LOW : WMARK_MIN);
	else if (costly)
		wmark += wmark_pages(z, WMARK_LOW) - wmark_pages(z, WMARK_MIN);
	return __zone_watermark_ok(z, 0, wmark + compact_gap(mm, order), idx, ALLOC_CMA,
				   free_pages, mm);
}

/**
 * compaction_suitable - does a zone have the free pages that compaction needs, and would it help?
 * @mm: model memory
 * @z: zone
 * @order: order to be made
 * @wmark: mark of the request, in pages; ignored before 6.15
 * @idx: highest zone of the request
 *
 * mm/compaction.c:compaction_suitable.
 *
 * Return: true when it has them and, for a costly order, its lack is one of contiguity.
 */
bool compaction_suitable(const struct mm *mm, const struct zone *z, u32 order, u64 wmark,
			 enum zone_type idx)
{
	int fragindex;

	if (!__compaction_suitable(mm, z, order, wmark, idx, z->nr_free_pages))
		return false;
	if (order <= PAGE_ALLOC_COSTLY_ORDER)
		return true;
	fragindex = fragmentation_index(z, order);
	return fragindex < 0 || fragindex > (int)mm->sysctl.extfrag_threshold;
}

/**
 * compaction_suit_allocation_order - is compaction needed, and can it run?
 * @mm: model memory
 * @z: zone
 * @order: order to be made
 * @idx: highest zone of the request
 * @alloc_flags: mark and rights of the request
 * @async: MIGRATE_ASYNC
 * @kcompactd: for background work
 *
 * Return: COMPACT_SUCCESS when the request can be served as it is, COMPACT_SKIPPED,
 * COMPACT_CONTINUE. mm/compaction.c function of that name; 6.1 has it in compaction_suitable().
 */
enum compact_result compaction_suit_allocation_order(const struct mm *mm, const struct zone *z,
						     u32 order, enum zone_type idx,
						     u32 alloc_flags, bool async, bool kcompactd)
{
	u64 wmark = wmark_pages(z, alloc_flags & ALLOC_WMARK_MASK);

	if (__zone_watermark_ok(z, order, wmark, idx, alloc_flags,
				policy_decides(mm, compact_free_pages, z, kcompactd), mm))
		return COMPACT_SUCCESS;
	if (order > PAGE_ALLOC_COSTLY_ORDER && async && !(alloc_flags & ALLOC_CMA) &&
	    !__zone_watermark_ok(z, 0, wmark + compact_gap(mm, order), idx, 0, z->nr_free_pages,
				 mm))
		return COMPACT_SKIPPED;
	return compaction_suitable(mm, z, order, wmark, idx) ? COMPACT_CONTINUE : COMPACT_SKIPPED;
}

/**
 * compaction_zonelist_suitable - could compaction run once reclaim has freed a part of memory?
 * @mm: model memory
 * @ac: request
 * @order: order to be made, >= 1
 * @alloc_flags: unused, as in the kernel
 *
 * mm/compaction.c:compaction_zonelist_suitable.
 *
 * Return: true when it could in at least one of the request's zones.
 */
bool compaction_zonelist_suitable(const struct mm *mm, const struct alloc_context *ac, u32 order,
				  u32 alloc_flags)
{
	int i;

	(void)alloc_flags;
	for (i = ac->highest_zoneidx; i >= 0 && order; i--) {
		const struct zone *z = &mm->zone[i];
		s64 available;

		if (!z->populated)
			continue;
		available = (s64)(zone_reclaimable_pages(mm, z) / order) + z->nr_free_pages;
		if (__compaction_suitable(mm, z, order, wmark_pages(z, WMARK_MIN),
					  ac->highest_zoneidx, available))
			return true;
	}
	return false;
}

/**
 * defer_compaction - skip the next attempts, because compaction of a zone has failed
 * @z: zone
 * @order: order that failed
 *
 * mm/compaction.c:defer_compaction.
 */
void defer_compaction(struct zone *z, u32 order)
{
	z->compact_considered = 0;
	if (z->compact_defer_shift < COMPACT_MAX_DEFER_SHIFT)
		z->compact_defer_shift++;
	if ((s32)order < z->compact_order_failed)
		z->compact_order_failed = (s32)order;
}

/**
 * compaction_deferred - count an attempt, and decide whether to skip it
 * @z: zone
 * @order: order wanted
 *
 * mm/compaction.c:compaction_deferred.
 *
 * Return: true when the attempt is skipped.
 */
bool compaction_deferred(struct zone *z, u32 order)
{
	u32 limit = 1u << z->compact_defer_shift;

	if ((s32)order < z->compact_order_failed)
		return false;
	if (++z->compact_considered >= limit) {
		z->compact_considered = limit;
		return false;
	}
	return true;
}

/**
 * compaction_defer_reset - end the deferral of a zone, because compaction has succeeded
 * @z: zone
 * @order: order that was made
 * @alloc_success: an allocation got its page; false if only the watermark says that it would
 *
 * mm/compaction.c:compaction_defer_reset.
 */
void compaction_defer_reset(struct zone *z, u32 order, bool alloc_success)
{
	if (alloc_success)
		z->compact_considered = z->compact_defer_shift = 0;
	if ((s32)order >= z->compact_order_failed)
		z->compact_order_failed = (s32)order + 1;
}

/**
 * compaction_restarting - is this the first attempt after the longest deferral?
 * @z: zone
 * @order: order wanted; COMPACT_ORDER_ALL is below any that failed
 *
 * mm/compaction.c:compaction_restarting.
 *
 * Return: true when it is: the scanners then begin at the ends of the zone and skip no block.
 */
bool compaction_restarting(const struct zone *z, int order)
{
	if (order < z->compact_order_failed)
		return false;
	return z->compact_defer_shift == COMPACT_MAX_DEFER_SHIFT &&
	       z->compact_considered >= 1u << z->compact_defer_shift;
}

/**
 * fragmentation_score_zone - get the score by which proactive compaction judges a zone
 * @z: zone
 *
 * Return: percent, 0 .. 100. mm/compaction.c function of that name.
 */
u32 fragmentation_score_zone(const struct zone *z)
{
	return extfrag_for_order(z, COMPACTION_HPAGE_ORDER);
}

/**
 * fragmentation_score_node - get the zones' scores, weighted by their present pages
 * @mm: model memory
 *
 * Return: percent, 0 .. 100. mm/compaction.c:fragmentation_score_node.
 */
u32 fragmentation_score_node(const struct mm *mm)
{
	u64 present = 0;
	u32 score = 0;
	int i;

	for (i = 0; i < MAX_NR_ZONES; i++)
		present += mm->zone[i].present;
	for (i = 0; i < MAX_NR_ZONES; i++) {
		const struct zone *z = &mm->zone[i];

		if (z->populated)
			score += (u32)((u64)z->present * fragmentation_score_zone(z) /
				       (present + 1));
	}
	return score;
}

/**
 * fragmentation_score_wmark - get the scores between which proactive compaction works
 * @mm: model memory; sysctl.compaction_proactiveness 0 .. 100
 * @low: the score at which it stops, else the one above which it starts
 *
 * Return: percent. mm/compaction.c:fragmentation_score_wmark.
 */
u32 fragmentation_score_wmark(const struct mm *mm, bool low)
{
	u32 pro = mm->sysctl.compaction_proactiveness, wmark = pro < 100 ? 100 - pro : 0;
	u32 leeway = 10;

	if (!mm->k.proactive_leeway_7x)
		wmark = wmark < 5 ? 5 : wmark;
	else if (wmark / 2 < leeway)
		leeway = wmark / 2;
	if (low)
		return wmark;
	return wmark + leeway > 100 ? 100 : wmark + leeway;
}
