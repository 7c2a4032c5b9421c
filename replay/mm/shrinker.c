/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Slab reclaim. The model sees slab as pages, and as reclaimable only those that the recorded
 * kernel's shrinkers are known to have freed; mm/shrinker.c works in objects, so a page counts
 * for param slab_objs_per_page of them.
 */
#include "vmscan.h"

#define SHRINK_BATCH	128u
#define DEFAULT_SEEKS	2u

/**
 * slab_mark_cold - the recorded kernel's shrinkers freed this slab: the model's may
 * @mm: machine
 * @pfn: head of a PK_SLAB page on no list; marked already: nothing happens
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
 * slab_del_cold - take a slab off the shrinkers' list: somebody else frees or keeps it
 * @mm: machine
 * @pfn: its head; not marked: nothing happens
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

/* Objects scanned free their share of a slab, oldest first */
static u64 scan_objects(struct mm *mm, u64 nr)
{
	struct lruvec *lv = mm->lruvec;
	u64 per_page = (u64)mm->param.slab_objs_per_page, freed = 0;
	u32 pfn;

	lv->slab_scan_credit += nr;
	while ((pfn = list_last(mm, lv->slab_cold)) != PFN_NONE) {
		u64 need = per_page * folio_nr_pages(&mm->page[pfn]);

		if (lv->slab_scan_credit < need)
			break;
		lv->slab_scan_credit -= need;
		freed += free_slab(mm, pfn);
	}
	if (pfn == PFN_NONE)
		lv->slab_scan_credit = 0;
	return freed;
}

/**
 * shrink_slab - the slab share of one shrink_node()
 * @mm: machine
 * @sc: its priority sets the pressure
 *
 * One shrinker for all: (freeable >> prio) * 4 / seeks objects, and what earlier calls left over,
 * in batches of 128. Counts slabs_scanned, in objects. mm/shrinker.c:do_shrink_slab.
 *
 * Return: pages freed.
 */
u64 shrink_slab(struct mm *mm, const struct scan_control *sc)
{
	struct lruvec *lv = mm->lruvec;
	u64 freeable = mm->nr_slab_cold * (u64)mm->param.slab_objs_per_page;
	u64 delta = (freeable >> sc->priority) * 4 / DEFAULT_SEEKS;
	u64 total, freed = 0, scanned = 0, next;

	if (!freeable || !(sc->gfp & __GFP_FS))
		return 0;
	total = (lv->slab_deferred >> sc->priority) + delta;
	if (total > 2 * freeable)
		total = 2 * freeable;
	next = lv->slab_deferred + delta;
	while (total >= SHRINK_BATCH || (total && total >= freeable)) {
		u64 nr = total < SHRINK_BATCH ? total : SHRINK_BATCH;

		freed += scan_objects(mm, nr);
		count_vm_events(mm, VM_slabs_scanned, nr);
		scanned += nr;
		total -= nr;
		if (!mm->nr_slab_cold)
			break;
	}
	next = next > scanned ? next - scanned : 0;
	lv->slab_deferred = next < 2 * freeable ? next : 2 * freeable;
	return freed;
}

/**
 * mm_shrink_slab - free slab that the recorded kernel's shrinkers freed, too
 * @mm: machine
 * @nr_pages: no more than this, but for the rest of a last large slab
 *
 * For a policy that asks shrinkers for pages beside reclaim; the one that was marked first goes
 * first.
 *
 * Return: pages freed; 0 when there is no such slab.
 */
u32 mm_shrink_slab(struct mm *mm, u32 nr_pages)
{
	u32 freed = 0, pfn;

	while (freed < nr_pages && (pfn = list_last(mm, mm->lruvec->slab_cold)) != PFN_NONE)
		freed += (u32)free_slab(mm, pfn);
	return freed;
}
