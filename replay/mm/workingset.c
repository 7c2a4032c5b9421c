// SPDX-License-Identifier: GPL-2.0-only
/*
 * Refault distances of the classic LRU.
 *
 * The kernel leaves a shadow entry where a page was evicted. The trace does not show which of the
 * evicted pages comes back, so a refault draws a shadow at random, as if access to them were
 * random.
 */
#include <stdlib.h>

#include "vmscan.h"

#define NR_SHADOWS	(1u << 18)	/* per type; above that, random ones are overwritten */

/* What the kernel packs into an xarray entry. */
struct shadow {
	u32 age : 31;
	u32 workingset : 1;
};

struct workingset {
	u64 nonresident_age;
	struct shadow *shadow[ANON_AND_FILE];
	u32 nr[ANON_AND_FILE];
	u64 refaults[ANON_AND_FILE];	/* activations until reclaim ended last */
};

/**
 * workingset_init - set up without shadows
 * @mm: model memory with the classic LRU
 *
 * Return: 0 or -ENOMEM.
 */
int workingset_init(struct mm *mm)
{
	struct workingset *ws = calloc(1, sizeof(*ws));

	mm->lruvec->workingset = ws;
	if (!ws)
		return -ENOMEM;
	for (int t = 0; t < ANON_AND_FILE; t++) {
		ws->shadow[t] = malloc(NR_SHADOWS * sizeof(struct shadow));
		if (!ws->shadow[t])
			return -ENOMEM;
	}
	return 0;
}

/**
 * workingset_exit - undo workingset_init()
 * @mm: model memory
 */
void workingset_exit(struct mm *mm)
{
	struct workingset *ws = mm->lruvec->workingset;

	for (int t = 0; ws && t < ANON_AND_FILE; t++)
		free(ws->shadow[t]);
	free(ws);
	mm->lruvec->workingset = NULL;
}

/**
 * workingset_age_nonresident - age the shadows, because pages left the inactive list
 * @mm: model memory; nothing happens without the classic LRU
 * @nr: pages
 *
 * mm/workingset.c function of that name.
 */
void workingset_age_nonresident(struct mm *mm, u64 nr)
{
	if (mm->lruvec->workingset)
		mm->lruvec->workingset->nonresident_age += nr;
}

/**
 * workingset_eviction - leave a shadow of each page of a folio that reclaim frees
 * @mm: model memory
 * @pfn: its head
 *
 * mm/workingset.c:workingset_eviction.
 */
void workingset_eviction(struct mm *mm, u32 pfn)
{
	struct workingset *ws = mm->lruvec->workingset;
	const struct page *p = &mm->page[pfn];
	int type = folio_type(p);

	if (!ws || !ws->shadow[type])
		return;
	for (u32 i = 0; i < folio_nr_pages(p); i++) {
		u32 at = ws->nr[type] < NR_SHADOWS ? ws->nr[type]++ :
			 (u32)(mm_random(mm) % NR_SHADOWS);

		ws->shadow[type][at] = (struct shadow){ .age = ws->nonresident_age & 0x7fffffff,
							.workingset = p->workingset };
	}
	ws->nonresident_age += folio_nr_pages(p);
}

/* A page is of the working set if it would have stayed resident with that much more memory. */
static u64 workingset_size(const struct mm *mm, int type)
{
	u64 active_file = lruvec_pages(mm, LRU_GEN_FILE, false) -
			  lruvec_pages(mm, LRU_GEN_FILE, true);
	u64 inactive_anon = lruvec_pages(mm, LRU_GEN_ANON, true);
	u64 active_anon = lruvec_pages(mm, LRU_GEN_ANON, false) - inactive_anon;
	u64 size = active_file;

	if (type == LRU_GEN_ANON)
		size += lruvec_pages(mm, LRU_GEN_FILE, true);
	if (can_reclaim_anon_pages(mm))
		size += active_anon + (type == LRU_GEN_FILE ? inactive_anon : 0);
	return size;
}

/**
 * workingset_refault - decide whether an evicted folio that comes back is activated
 * @mm: model memory
 * @pfn: head of the new folio, on no list; its workingset bit is set as it was
 *
 * This counts workingset_activate_* and _restore_*. mm/workingset.c:workingset_refault.
 *
 * Return: whether it is activated.
 */
bool workingset_refault(struct mm *mm, u32 pfn)
{
	struct workingset *ws = mm->lruvec->workingset;
	struct page *p = &mm->page[pfn];
	int type = folio_type(p);
	u32 nr = folio_nr_pages(p), at;
	struct shadow s;

	if (!ws || !ws->nr[type])
		return false;
	at = (u32)(mm_random(mm) % ws->nr[type]);
	s = ws->shadow[type][at];
	ws->shadow[type][at] = ws->shadow[type][--ws->nr[type]];
	if (((ws->nonresident_age - s.age) & 0x7fffffff) > workingset_size(mm, type))
		return false;
	workingset_age_nonresident(mm, nr);
	count_vm_events(mm, type == LRU_GEN_ANON ? VM_workingset_activate_anon :
			VM_workingset_activate_file, nr);
	if (!s.workingset)
		return true;
	p->workingset = 1;
	count_vm_events(mm, type == LRU_GEN_ANON ? VM_workingset_restore_anon :
			VM_workingset_restore_file, nr);
	lru_classic_note_refault(mm, type, nr);
	return true;
}

static u64 nr_activated(const struct mm *mm, int type)
{
	return mm->vmstat[type == LRU_GEN_ANON ? VM_workingset_activate_anon :
			  VM_workingset_activate_file];
}

/**
 * snapshot_refaults - note the refaults activated until now, at the end of reclaim
 * @mm: model memory
 *
 * mm/vmscan.c:snapshot_refaults.
 */
void snapshot_refaults(struct mm *mm)
{
	for (int t = 0; mm->lruvec->workingset && t < ANON_AND_FILE; t++)
		mm->lruvec->workingset->refaults[t] = nr_activated(mm, t);
}

/**
 * workingset_refaulted - were refaults activated since reclaim ended last?
 * @mm: model memory
 * @type: LRU_GEN_ANON or LRU_GEN_FILE
 *
 * Return: whether any were.
 */
bool workingset_refaulted(const struct mm *mm, int type)
{
	const struct workingset *ws = mm->lruvec->workingset;

	return ws && nr_activated(mm, type) != ws->refaults[type];
}
