// SPDX-License-Identifier: GPL-2.0-only
/*
 * Making room in tainted superpageblocks for requests that found none: movable pages are migrated
 * out of them, by the request or by the worker, and the shrinkers are asked for slab. doc/spb.md,
 * "Evacuation" and "Slab shrink".
 */
#include "spb.h"

#define EVAC_MAX_BLOCKS		8u	/* per superpageblock */
#define EVAC_MAX_BLOCKS_V1	3u
#define EVAC_THROTTLE_NS	(10 * NSEC_PER_MSEC)

/**
 * spb_evacuate_pageblock - migrate the movable pages of a pageblock
 * @s: policy
 * @sz: zone
 * @pfn: the block's first page
 * @force: also if the block is of a movable type
 *
 * A block of which not even one page could be isolated gets its skip bit set, as by the scanner.
 *
 * Return: whether migration was tried.
 */
bool spb_evacuate_pageblock(struct spb *s, struct spb_zone *sz, u32 pfn, bool force)
{
	struct evacuation e = { .p_fail = s->p_fail, .drop_clean = s->drop_clean_cache };

	if (!force && mm_pageblock_type(s->mm, pfn) == MIGRATE_MOVABLE)
		return false;
	mm_evacuate_pageblock(s->mm, pfn, &e);
	s->c.pages_migrated += e.moved;
	s->c.pages_dropped += e.dropped;
	s->c.pages_failed += e.failed;
	if (!e.moved && !e.dropped && !e.failed)
		s->pb[pfn >> pageblock_order] |= PB_SKIP;
	if (e.emptied)
		spb_on_compact_scanned(s->mm, sz->z, pfn);
	return true;
}

/**
 * spb_evac_begin - choose the superpageblocks to evacuate for a request
 * @s: policy
 * @sz: zone
 * @ev: filled in
 * @order: of the request; it does not matter to the choice
 * @mt: its type; matters in version 1 only
 *
 * Chooses the fullest tainted superpageblocks that hold movable pages.
 */
void spb_evac_begin(struct spb *s, struct spb_zone *sz, struct spb_evac *ev, u32 order, u8 mt)
{
	struct superpageblock *sb = NULL;

	*ev = (struct spb_evac){ .order = (u8)order, .mt = mt, .coalesce = s->version == 1 };
	while (ev->nr < SPB_EVAC_CANDIDATES && (sb = spb_next(sz, SPB_TAINTED, sb)))
		if (sb->nr_movable)
			ev->sb[ev->nr++] = spb_index(sz, sb);
	s->c.evac_runs++;
}

/* Version 1 first evacuates blocks of the request's own type, and else movable ones. */
static bool type_suits(const struct spb *s, const struct spb_evac *ev, u8 type)
{
	if (type == MIGRATE_ISOLATE || type == MIGRATE_CMA || type == MIGRATE_HIGHATOMIC)
		return false;
	if (s->version != 1)
		return true;
	return type == (ev->coalesce ? ev->mt : MIGRATE_MOVABLE);
}

static u32 block_of_sb(const struct spb *s, struct spb_evac *ev, const struct superpageblock *sb)
{
	u32 max = s->version == 1 ? EVAC_MAX_BLOCKS_V1 : EVAC_MAX_BLOCKS;

	if (ev->pfn < sb->start_pfn)
		ev->pfn = sb->start_pfn;
	for (; ev->blocks < max && ev->pfn + pageblock_nr_pages <= sb->end_pfn;
	     ev->pfn += pageblock_nr_pages) {
		if (s->pb[ev->pfn >> pageblock_order] & PB_HAS_MOVABLE &&
		    type_suits(s, ev, mm_pageblock_type(s->mm, ev->pfn)))
			return ev->pfn;
	}
	return PFN_NONE;
}

/**
 * spb_evac_block - find the pageblock to evacuate next
 * @s: policy
 * @sz: zone
 * @ev: evacuation under way
 *
 * Return: its first page; PFN_NONE when the evacuation is done.
 */
u32 spb_evac_block(const struct spb *s, const struct spb_zone *sz, struct spb_evac *ev)
{
	for (;;) {
		for (; ev->at < ev->nr; ev->at++, ev->pfn = ev->blocks = 0) {
			u32 pfn = block_of_sb(s, ev, &sz->sb[ev->sb[ev->at]]);

			if (pfn != PFN_NONE)
				return pfn;
		}
		if (!ev->coalesce || ev->did)
			return PFN_NONE;
		ev->coalesce = false;
		ev->at = 0;
	}
}

/**
 * spb_evac_next - go on to the next pageblock: this one was tried
 * @ev: evacuation under way
 */
void spb_evac_next(struct spb_evac *ev)
{
	ev->pfn += pageblock_nr_pages;
	ev->blocks++;
	ev->did = true;
}

/**
 * spb_evacuate_for_order - evacuate at once, on behalf of a request
 * @s: policy
 * @sz: zone
 * @order: of the request
 * @mt: its type
 *
 * It allocates the targets of its migrations, so the zone allocator must not call it.
 *
 * Return: whether any block was tried.
 */
bool spb_evacuate_for_order(struct spb *s, struct spb_zone *sz, u32 order, u8 mt)
{
	struct spb_evac ev;
	u32 pfn;

	spb_evac_begin(s, sz, &ev, order, mt);
	while ((pfn = spb_evac_block(s, sz, &ev)) != PFN_NONE) {
		spb_evacuate_pageblock(s, sz, pfn, true);
		s->c.evac_blocks++;
		spb_evac_next(&ev);
	}
	spb_queue_slab_shrink(s, sz);
	return ev.did;
}

static bool some_tainted_has_chunk(struct spb_zone *sz, u32 order, u8 mt)
{
	struct superpageblock *sb = NULL;

	while ((sb = spb_next(sz, SPB_TAINTED, sb)))
		if (spb_region(sz, sb)->free_area[order].nr_list[mt])
			return true;
	return false;
}

static bool too_soon(const struct spb *s, const struct spb_zone *sz, u8 mt)
{
	return sz->evac_last_ns[mt] && spb_now(s) < sz->evac_last_ns[mt] + EVAC_THROTTLE_NS;
}

static u64 in_flight_bit(u32 order, u8 mt)
{
	return 1ull << (mt * NR_PAGE_ORDERS + order);
}

/**
 * spb_queue_evacuate - queue an evacuation, so that the next such request need not taint
 * @s: policy
 * @sz: zone
 * @order: of the request
 * @mt: its type; requests of HIGHATOMIC and CMA are ignored
 *
 * There is at most one per 10 ms and type, one at a time per order and type, and none while some
 * tainted superpageblock has a free chunk of just this order and type.
 */
void spb_queue_evacuate(struct spb *s, struct spb_zone *sz, u32 order, u8 mt)
{
	struct spb_job job = { .type = SPB_JOB_EVACUATE, .zone = (u8)sz->z->type,
			       .order = (u8)order, .mt = mt };
	u64 now = spb_now(s);

	if (mt >= MIGRATE_PCPTYPES)
		return;
	if (too_soon(s, sz, mt) || (sz->evac_in_flight & in_flight_bit(order, mt)) ||
	    some_tainted_has_chunk(sz, order, mt) || s->evac_queued >= SPB_EVAC_REQUESTS) {
		s->c.evac_dropped++;
		return;
	}
	sz->evac_last_ns[mt] = now ? now : 1;
	sz->evac_in_flight |= in_flight_bit(order, mt);
	s->evac_queued++;
	s->c.evac_requests++;
	spb_queue(s, &job);
}

/**
 * spb_evac_request_done - end a deferred evacuation: the next of its order and type may be queued
 * @s: policy
 * @sz: zone
 * @job: the evacuation
 */
void spb_evac_request_done(struct spb *s, struct spb_zone *sz, const struct spb_job *job)
{
	sz->evac_in_flight &= ~in_flight_bit(job->order, job->mt);
	s->evac_queued--;
	spb_queue_slab_shrink(s, sz);
}

/**
 * spb_queue_slab_shrink - queue a run of the shrinkers
 * @s: policy
 * @sz: zone, which names the node whose shrinkers run
 *
 * While one is queued, further requests add nothing.
 */
void spb_queue_slab_shrink(struct spb *s, struct spb_zone *sz)
{
	struct spb_job job = { .type = SPB_JOB_SHRINK, .zone = (u8)sz->z->type };

	if (s->shrink_queued)
		return;
	s->shrink_queued = true;
	s->c.spb_slab_shrink_queued++;
	spb_queue(s, &job);
}

/**
 * spb_run_slab_shrink - run the shrinkers
 * @s: policy; ->slab_free_pages is what a run may free
 *
 * The kernel asks for 2048 objects, wherever they are. No event says how many whole pages that
 * would free, so by default the run is only counted.
 */
void spb_run_slab_shrink(struct spb *s)
{
	s->shrink_queued = false;
	s->c.spb_slab_shrink_ran++;
	if (s->slab_free_pages)
		s->c.slab_pages_freed += mm_shrink_slab(s->mm, s->slab_free_pages);
}
