// SPDX-License-Identifier: GPL-2.0-only
/*
 * Slab reclaim. The model knows slab as pages, and only those are reclaimable that the recorded
 * kernel's shrinkers have freed. mm/shrinker.c works in objects, so a page counts as
 * slab_objs_per_page of them.
 */
#include "vmscan.h"

#define SHRINK_BATCH	128u
#define DEFAULT_SEEKS	2u

/**
 * slab_mark_cold - let the shrinkers free a slab, because the recorded kernel's have freed it
 * @mm: model memory
 * @pfn: head of a PK_SLAB page on no list; nothing happens if it is marked already
 */
void slab_mark_cold(struct mm *mm, u32 pfn)
{
	struct page *p = &mm->page[pfn];

	if (p->cold)
		return;
	p->cold = 1;
	list_add(mm, pfn, mm->lruvec->slab_cold);
	mm->nr_slab_cold += folio_nr_pages(p);
}

/**
 * slab_del_cold - take a slab off the shrinkers' list, because it is freed or used otherwise
 * @mm: model memory
 * @pfn: its head; nothing happens if it is not marked
 */
void slab_del_cold(struct mm *mm, u32 pfn)
{
	struct page *p = &mm->page[pfn];

	if (!p->cold)
		return;
	p->cold = 0;
	list_del(mm, pfn);
	mm->nr_slab_cold -= folio_nr_pages(p);
}

static u64 free_slab(struct mm *mm, u32 pfn)
{
	struct page *p = &mm->page[pfn];
	u32 order = p->order;

	slab_del_cold(mm, pfn);
	for (u32 i = 0; i < 1u << order; i++) {
		u32 owner = p[i].owner;

		p[i].owner = OWNER_NONE;
		if (owner != OWNER_NONE && mm->driver.evicted)
			mm->driver.evicted(mm->driver.ctx, owner, pfn + i, false);
	}
	free_pages(mm, pfn, order);
	return 1u << order;
}

/*
 * Scanned objects free a slab when they add up to one, the oldest first. Return: whether there are
 * more.
 */
static bool scan_objects(struct mm *mm, u64 nr, u64 *freed)
{
	struct lruvec *lv = mm->lruvec;
	u64 per_page = (u64)mm->param.slab_objs_per_page;
	u32 pfn;

	lv->slab_scan_credit += nr;
	while ((pfn = list_last(mm, lv->slab_cold)) != PFN_NONE) {
		u64 need = per_page * folio_nr_pages(&mm->page[pfn]);

		if (lv->slab_scan_credit < need)
			break;
		lv->slab_scan_credit -= need;
		*freed += free_slab(mm, pfn);
	}
	if (pfn == PFN_NONE)
		lv->slab_scan_credit = 0;
	return mm->nr_slab_cold > 0;
}

/**
 * do_shrink_slab - let one shrinker scan what the pressure asks for
 * @mm: model memory
 * @sc: its priority sets the pressure
 * @freeable: objects that the shrinker has
 * @deferred: those that earlier calls left over; updated
 * @scan: scans a number of objects, adds the pages freed, and says whether there are more
 *
 * It scans (freeable >> prio) * 4 / seeks objects, and a part of those left over, in batches of
 * 128. slabs_scanned counts them. mm/shrinker.c:do_shrink_slab.
 *
 * Return: pages freed.
 */
u64 do_shrink_slab(struct mm *mm, const struct scan_control *sc, u64 freeable, u64 *deferred,
		   bool (*scan)(struct mm *mm, u64 nr, u64 *freed))
{
	u64 delta = (freeable >> sc->priority) * 4 / DEFAULT_SEEKS;
	u64 total = (*deferred >> sc->priority) + delta, next = *deferred + delta;
	u64 freed = 0, scanned = 0;
	bool more = true;

	if (total > 2 * freeable)
		total = 2 * freeable;
	while (more && (total >= SHRINK_BATCH || (total && total >= freeable))) {
		u64 nr = total < SHRINK_BATCH ? total : SHRINK_BATCH;

		more = scan(mm, nr, &freed);
		count_vm_events(mm, VM_slabs_scanned, nr);
		scanned += nr;
		total -= nr;
	}
	next = next > scanned ? next - scanned : 0;
	*deferred = next < 2 * freeable ? next : 2 * freeable;
	return freed;
}

/**
 * shrink_slab - do the slab part of one shrink_node()
 * @mm: model memory
 * @sc: its priority sets the pressure
 *
 * The model has one shrinker for all slabs, and one for huge pages that are partly unmapped.
 * mm/shrinker.c:shrink_slab.
 *
 * Return: pages of slabs freed.
 */
u64 shrink_slab(struct mm *mm, const struct scan_control *sc)
{
	u64 freeable = mm->nr_slab_cold * (u64)mm->param.slab_objs_per_page;

	shrink_deferred_split(mm, sc);
	if (!freeable || !(sc->gfp & __GFP_FS))
		return 0;
	return do_shrink_slab(mm, sc, freeable, &mm->lruvec->slab_deferred, scan_objects);
}

/**
 * mm_shrink_slab - free slabs that the recorded kernel's shrinkers have freed as well
 * @mm: model memory
 * @nr_pages: limit; the last slab may exceed it
 *
 * A policy calls this to run the shrinkers without reclaim. Slabs are freed in the order in which
 * they were marked.
 *
 * Return: pages freed; 0 if there is no such slab.
 */
u32 mm_shrink_slab(struct mm *mm, u32 nr_pages)
{
	u32 freed = 0, pfn;

	while (freed < nr_pages && (pfn = list_last(mm, mm->lruvec->slab_cold)) != PFN_NONE)
		freed += (u32)free_slab(mm, pfn);
	return freed;
}
