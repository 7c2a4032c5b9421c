// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compaction of one zone: the loop around the two scanners, the conditions that end it, and direct
 * compaction.
 */
#include <errno.h>
#include <string.h>

#include "compaction.h"

/**
 * vanilla_compact_finished - decide whether a run is finished for a reason other than its free
 * lists
 * @mm: model memory
 * @z: zone
 * @order: order to be made
 * @direct: direct compaction, else kcompactd's
 * @idx: highest zone of the request
 * @alloc_flags: of the run
 *
 * Return: POLICY_NOT_MINE, the free lists decide. mm/compaction.c:__compact_finished.
 */
enum policy_answer vanilla_compact_finished(const struct mm *mm, const struct zone *z, int order,
					    bool direct, enum zone_type idx, u32 alloc_flags)
{
	(void)mm;
	(void)z;
	(void)order;
	(void)direct;
	(void)idx;
	(void)alloc_flags;
	return POLICY_NOT_MINE;
}

static bool compact_scanners_met(const struct compact_control *cc)
{
	return (cc->free_pfn >> pageblock_order) <= (cc->migrate_pfn >> pageblock_order);
}

static enum compact_result scanners_have_met(struct compact_control *cc)
{
	reset_cached_positions(cc->zone);
	if (cc->direct_compaction)
		cc->zone->compact_blockskip_flush = true;
	return cc->whole_zone ? COMPACT_COMPLETE : COMPACT_PARTIAL_SKIPPED;
}

static enum compact_result proactive_finished(const struct mm *mm, const struct compact_control *cc)
{
	if (kswapd_running(mm))
		return COMPACT_PARTIAL_SKIPPED;
	if (fragmentation_score_zone(cc->zone) > fragmentation_score_wmark(mm, true))
		return COMPACT_CONTINUE;
	return COMPACT_SUCCESS;
}

/* Would the request find a page now, of its own type or by claiming a block? */
static bool suitable_page_free(const struct compact_control *cc)
{
	u32 order;

	for (order = (u32)cc->order; order < NR_PAGE_ORDERS; order++) {
		const struct free_area *area = &cc->zone->free_area[order];

		if (area->nr_list[cc->migratetype])
			return true;
		if (cc->migratetype == MIGRATE_MOVABLE && area->nr_list[MIGRATE_CMA])
			return true;
		if (find_suitable_fallback(cc->zone, order, cc->migratetype, true) >= 0)
			return true;
	}
	return false;
}

/* mm/compaction.c:__compact_finished, with NO_SUITABLE_PAGE read as CONTINUE */
static enum compact_result compact_finished(const struct mm *mm, struct compact_control *cc)
{
	enum policy_answer done;

	if (compact_scanners_met(cc))
		return scanners_have_met(cc);
	if (cc->proactive_compaction)
		return proactive_finished(mm, cc);
	if (cc->order == COMPACT_ORDER_ALL || !pageblock_aligned(cc->migrate_pfn))
		return COMPACT_CONTINUE;
	done = policy_decides(mm, compact_finished, cc->zone, cc->order, cc->direct_compaction,
			      cc->highest_zoneidx, cc->alloc_flags);
	if (done != POLICY_NOT_MINE)
		return done == POLICY_YES ? COMPACT_SUCCESS : COMPACT_CONTINUE;
	return suitable_page_free(cc) ? COMPACT_SUCCESS : COMPACT_CONTINUE;
}

static void start_at_cached_positions(struct compact_control *cc)
{
	struct zone *z = cc->zone;
	u32 end = zone_end_pfn(z);

	cc->migrate_pfn = z->compact_cached_migrate_pfn[cc->mode != MIGRATE_ASYNC];
	cc->free_pfn = z->compact_cached_free_pfn;
	if (!zone_spans_pfn(z, cc->free_pfn)) {
		cc->free_pfn = pageblock_start_pfn(end - 1);
		z->compact_cached_free_pfn = cc->free_pfn;
	}
	if (!zone_spans_pfn(z, cc->migrate_pfn)) {
		cc->migrate_pfn = z->start_pfn;
		z->compact_cached_migrate_pfn[0] = z->compact_cached_migrate_pfn[1] = z->start_pfn;
	}
	if (cc->migrate_pfn <= z->compact_init_migrate_pfn)
		cc->whole_zone = true;
}

/**
 * compact_control_init - allocate the lists of a compaction, for all its runs
 * @mm: model memory
 * @cc: to be set up, once
 *
 * Return: 0 or -ENOMEM.
 */
int compact_control_init(struct mm *mm, struct compact_control *cc)
{
	memset(cc, 0, sizeof(*cc));
	if (mm_alloc_lists(mm, cc->freepages, NR_PAGE_ORDERS) ||
	    mm_alloc_lists(mm, &cc->migratepages, 1) || mm_alloc_lists(mm, &cc->split_folios, 1))
		return -ENOMEM;
	return 0;
}

/**
 * compact_zone_begin - first part of compact_zone(): test for work, and set the scanners
 * @mm: model memory
 * @cc: run; zone, order, mode, flags and migratetype's gfp_mask are set by the caller
 *
 * mm/compaction.c:compact_zone.
 *
 * Return: COMPACT_CONTINUE if there is work: the caller calls compact_zone_step() until it returns
 * something else, and then compact_zone_end(). Otherwise the result.
 */
enum compact_result compact_zone_begin(struct mm *mm, struct compact_control *cc)
{
	struct zone *z = cc->zone;

	cc->total_migrate_scanned = cc->total_free_scanned = 0;
	cc->nr_migratepages = cc->nr_freepages = 0;
	cc->migratetype = gfp_migratetype(cc->gfp_mask);
	if (cc->order != COMPACT_ORDER_ALL) {
		enum compact_result ret = compaction_suit_allocation_order(mm, z, (u32)cc->order,
				cc->highest_zoneidx, cc->alloc_flags, cc->mode == MIGRATE_ASYNC,
				!cc->direct_compaction);

		if (ret != COMPACT_CONTINUE)
			return ret;
	}
	if (compaction_restarting(z, cc->order))
		__reset_isolation_suitable(mm, z);
	cc->fast_start_pfn = 0;
	if (cc->whole_zone) {
		cc->migrate_pfn = z->start_pfn;
		cc->free_pfn = pageblock_start_pfn(zone_end_pfn(z) - 1);
	} else {
		start_at_cached_positions(cc);
	}
	cc->last_migrated_pfn = 0;
	cc->update_cached = cc->mode == MIGRATE_ASYNC &&
		z->compact_cached_migrate_pfn[0] == z->compact_cached_migrate_pfn[1];
	return COMPACT_CONTINUE;
}

/*
 * The scanner has left the order-aligned block from which it migrated last. Pages freed there may
 * be on this CPU's lists, and merge only when these are drained.
 */
static void drain_behind_scanner(struct mm *mm, struct compact_control *cc)
{
	if (cc->order <= 0 || !cc->last_migrated_pfn)
		return;
	if (cc->last_migrated_pfn >= (cc->migrate_pfn & ~(N(cc->order) - 1)))
		return;
	drain_local_pages(mm, cc->zone, mm->current.cpu);
	cc->last_migrated_pfn = 0;
}

static void note_migrated_from(struct mm *mm, struct compact_control *cc, u32 iteration_start)
{
	u32 block = pageblock_start_pfn(cc->migrate_pfn - 1);

	cc->update_cached = false;
	/* before 6.6 the round's start counts, from which a fast search may have jumped away */
	if (!mm->k.compact_large_folios)
		cc->last_migrated_pfn = iteration_start;
	else
		cc->last_migrated_pfn = block > cc->zone->start_pfn ? block : cc->zone->start_pfn;
}

/* 6.1: the order-aligned block cannot become free any more, so the scanner leaves it. */
static void skip_rest_of_block(struct compact_control *cc)
{
	if (!cc->direct_compaction || cc->mode != MIGRATE_ASYNC)
		return;
	cc->migrate_pfn = ((cc->migrate_pfn - 1) | (N(cc->order) - 1)) + 1;
	cc->last_migrated_pfn = 0;
}

/* Since 6.4, after a failure the rest of the pageblock is scanned at once and its skip bit set. */
static bool finish_pageblock_after_failure(struct compact_control *cc)
{
	if (pageblock_aligned(cc->migrate_pfn) || cc->ignore_skip_hint || cc->finish_pageblock ||
	    cc->mode >= MIGRATE_SYNC)
		return false;
	cc->finish_pageblock = true;
	if (cc->order == COMPACTION_HPAGE_ORDER)
		cc->last_migrated_pfn = 0;
	return true;
}

/* Some sources did not migrate. Return: whether the round shall scan on. */
static bool after_failed_migration(struct mm *mm, struct compact_control *cc, int err,
				   enum compact_result *ret)
{
	putback_movable_pages(mm, cc);
	if (err == -ENOMEM && !compact_scanners_met(cc)) {
		*ret = COMPACT_CONTENDED;
		return false;
	}
	if (mm->k.compact_large_folios)
		return finish_pageblock_after_failure(cc);
	skip_rest_of_block(cc);
	return false;
}

/*
 * Isolate and migrate once, or until the block is finished. Return: COMPACT_CONTINUE, CONTENDED or
 * SUCCESS.
 */
static enum compact_result compact_round(struct mm *mm, struct compact_control *cc,
					 struct capture_control *capc)
{
	u32 iteration_start = cc->migrate_pfn;
	enum compact_result ret = COMPACT_CONTINUE;
	int err;

	cc->finish_pageblock = pageblock_start_pfn(cc->last_migrated_pfn) ==
			       pageblock_start_pfn(iteration_start);
	do {
		if (isolate_migratepages(mm, cc) != ISOLATE_SUCCESS) {
			if (cc->update_cached)
				cc->zone->compact_cached_migrate_pfn[1] =
					cc->zone->compact_cached_migrate_pfn[0];
			drain_behind_scanner(mm, cc);
			return COMPACT_CONTINUE;
		}
		note_migrated_from(mm, cc, iteration_start);
		err = migrate_pages(mm, cc);
		cc->nr_migratepages = 0;
	} while (err && after_failed_migration(mm, cc, err, &ret));
	if (ret != COMPACT_CONTINUE)
		return ret;
	if (capc && capc->pfn != PFN_NONE)
		return COMPACT_SUCCESS;
	drain_behind_scanner(mm, cc);
	return COMPACT_CONTINUE;
}

/**
 * compact_zone_step - one round of compact_zone()'s loop
 * @mm: model memory
 * @cc: run that compact_zone_begin() has started
 * @capc: capture of direct compaction, or NULL
 *
 * Between two rounds no source is isolated, but targets may be.
 *
 * Return: COMPACT_CONTINUE, or the result: then the caller calls compact_zone_end().
 */
enum compact_result compact_zone_step(struct mm *mm, struct compact_control *cc,
				      struct capture_control *capc)
{
	enum compact_result ret = compact_finished(mm, cc);

	return ret == COMPACT_CONTINUE ? compact_round(mm, cc, capc) : ret;
}

/**
 * compact_zone_end - last part of compact_zone(): release unused targets, and count
 * @mm: model memory
 * @cc: run
 */
void compact_zone_end(struct mm *mm, struct compact_control *cc)
{
	if (cc->nr_freepages) {
		u32 free_pfn = pageblock_start_pfn(release_free_list(mm, cc));

		/* the position only moves back: it may have been reset to the zone's end */
		if (free_pfn > cc->zone->compact_cached_free_pfn)
			cc->zone->compact_cached_free_pfn = free_pfn;
	}
	count_vm_events(mm, VM_compact_migrate_scanned, cc->total_migrate_scanned);
	count_vm_events(mm, VM_compact_free_scanned, cc->total_free_scanned);
}

static enum compact_result compact_zone(struct mm *mm, struct compact_control *cc,
					struct capture_control *capc)
{
	enum compact_result ret = compact_zone_begin(mm, cc);

	if (ret != COMPACT_CONTINUE)
		return ret;
	do
		ret = compact_zone_step(mm, cc, capc);
	while (ret == COMPACT_CONTINUE);
	compact_zone_end(mm, cc);
	return ret;
}

/* mm/compaction.c:compact_zone_order */
static enum compact_result compact_zone_order(struct mm *mm, struct compact_control *cc,
					      struct zone *z, struct capture_control *capc)
{
	struct capture_control *armed = mm->capc;
	enum compact_result ret;

	cc->zone = z;
	capc->zone = z;
	mm->capc = capc;
	ret = compact_zone(mm, cc, capc);
	mm->capc = armed;
	capc->zone = NULL;
	return capc->pfn != PFN_NONE ? COMPACT_SUCCESS : ret;
}

static void direct_control(struct compact_control *cc, gfp_t gfp, u32 order, u32 alloc_flags,
			   const struct alloc_context *ac, enum compact_priority prio)
{
	cc->order = cc->search_order = (int)order;
	cc->gfp_mask = gfp;
	cc->mode = prio == COMPACT_PRIO_ASYNC ? MIGRATE_ASYNC : MIGRATE_SYNC_LIGHT;
	cc->alloc_flags = alloc_flags;
	cc->highest_zoneidx = ac->highest_zoneidx;
	cc->direct_compaction = true;
	cc->whole_zone = cc->ignore_skip_hint = cc->ignore_block_suitable =
		prio == COMPACT_PRIO_SYNC_FULL;
	cc->fast_search_fail = 0;
	cc->finish_pageblock = false;
}

/**
 * try_to_compact_pages - do direct compaction for a request, zone after zone
 * @mm: model memory
 * @gfp: the request's flags; without __GFP_IO nothing is done
 * @order: order to be made, >= 1; with defrag_mode the promoted order
 * @alloc_flags: mark and rights of the request
 * @ac: request
 * @prio: how hard to try
 * @capc: order and type that may be captured; ->pfn the captured page afterwards
 *
 * Source: compaction.c:try_to_compact_pages, without giving way after an ASYNC attempt.
 *
 * Return: the highest result of all zones.
 */
enum compact_result try_to_compact_pages(struct mm *mm, gfp_t gfp, u32 order, u32 alloc_flags,
					 const struct alloc_context *ac, enum compact_priority prio,
					 struct capture_control *capc)
{
	enum compact_result rc = COMPACT_SKIPPED, status;
	struct compact_control *cc;
	int i;

	if (!(gfp & __GFP_IO) || !mm->kcompactd)
		return COMPACT_SKIPPED;
	cc = &mm->kcompactd->direct;
	for (i = ac->highest_zoneidx; i >= 0; i--) {
		struct zone *z = &mm->zone[i];

		if (!z->populated)
			continue;
		if (prio > COMPACT_PRIO_SYNC_FULL && compaction_deferred(z, order)) {
			rc = rc > COMPACT_DEFERRED ? rc : COMPACT_DEFERRED;
			continue;
		}
		direct_control(cc, gfp, order, alloc_flags, ac, prio);
		status = compact_zone_order(mm, cc, z, capc);
		rc = status > rc ? status : rc;
		if (status == COMPACT_SUCCESS) {
			compaction_defer_reset(z, order, false);
			break;
		}
		if (prio != COMPACT_PRIO_ASYNC &&
		    (status == COMPACT_COMPLETE || status == COMPACT_PARTIAL_SKIPPED))
			defer_compaction(z, order);
	}
	return rc;
}
