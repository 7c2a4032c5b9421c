// SPDX-License-Identifier: GPL-2.0-only
/*
 * Huge pages of which the workload has unmapped a part. They stay whole, and take all their memory,
 * until reclaim splits them: a shrinker does (mm/huge_memory.c:deferred_split_scan), or the scan
 * that meets one. A pageblock holds one huge page at most, so the queue names blocks.
 */
#include <stdlib.h>

#include "vmscan.h"

/**
 * struct deferred_split - the queue of partly mapped huge pages, oldest first
 * @l: by pageblock; the last entry is the queue's head
 * @nr_blocks: the head's index
 * @nr: how many are queued
 * @deferred: scans left over from earlier calls (shrinker.c)
 */
struct deferred_split {
	struct links *l;
	u32 nr_blocks;
	u32 nr;
	u64 deferred;
};

static struct deferred_split *queue_alloc(u32 nr_blocks)
{
	struct deferred_split *q = calloc(1, sizeof(*q));

	if (q)
		q->l = malloc((nr_blocks + 1) * sizeof(*q->l));
	if (!q || !q->l) {
		free(q);
		return NULL;
	}
	for (u32 i = 0; i <= nr_blocks; i++)
		q->l[i] = (struct links){ i, i };
	q->nr_blocks = nr_blocks;
	return q;
}

/**
 * deferred_split_exit - free the queue
 * @mm: model memory
 */
void deferred_split_exit(struct mm *mm)
{
	if (mm->deferred_split)
		free(mm->deferred_split->l);
	free(mm->deferred_split);
	mm->deferred_split = NULL;
}

/**
 * folio_partly_mapped - has the workload unmapped a part of a folio?
 * @mm: model memory
 * @pfn: its head
 *
 * Return: whether it is queued to be split; false for what is not PMD-sized.
 */
bool folio_partly_mapped(const struct mm *mm, u32 pfn)
{
	const struct deferred_split *q = mm->deferred_split;
	u32 block = pfn >> HPAGE_PMD_ORDER;

	return q && mm->page[pfn].order == HPAGE_PMD_ORDER && q->l[block].next != block;
}

/**
 * deferred_split_folio - queue a huge page of which a part was unmapped
 * @mm: model memory
 * @pfn: its head; PMD-sized and anonymous; nothing happens if it is queued already
 *
 * Without memory for the queue, mm->error is set. mm/huge_memory.c:deferred_split_folio.
 */
void deferred_split_folio(struct mm *mm, u32 pfn)
{
	u32 block = pfn >> HPAGE_PMD_ORDER, head, last;
	struct deferred_split *q;

	if (!mm->deferred_split)
		mm->deferred_split = queue_alloc((mm->max_pfn >> HPAGE_PMD_ORDER) + 1);
	q = mm->deferred_split;
	if (!q) {
		mm->error = -ENOMEM;
		return;
	}
	if (folio_partly_mapped(mm, pfn))
		return;
	head = q->nr_blocks;
	last = q->l[head].prev;
	q->l[block] = (struct links){ .next = head, .prev = last };
	q->l[last].next = q->l[head].prev = block;
	q->nr++;
	count_vm_events(mm, VM_thp_deferred_split_page, 1);
}

/**
 * folio_unqueue_deferred_split - take a folio off the queue, because it is freed or split
 * @mm: model memory
 * @pfn: its head; nothing happens if it is not queued
 */
void folio_unqueue_deferred_split(struct mm *mm, u32 pfn)
{
	struct deferred_split *q = mm->deferred_split;
	u32 block = pfn >> HPAGE_PMD_ORDER;
	struct links *l;

	if (!folio_partly_mapped(mm, pfn))
		return;
	l = &q->l[block];
	q->l[l->prev].next = l->next;
	q->l[l->next].prev = l->prev;
	*l = (struct links){ block, block };
	q->nr--;
}

/**
 * deferred_split_next - walk the queue
 * @mm: model memory
 * @pfn: a queued folio, or PFN_NONE to begin
 *
 * Return: the head of the next folio; PFN_NONE at the end.
 */
u32 deferred_split_next(const struct mm *mm, u32 pfn)
{
	const struct deferred_split *q = mm->deferred_split;
	u32 next;

	if (!q)
		return PFN_NONE;
	next = q->l[pfn == PFN_NONE ? q->nr_blocks : pfn >> HPAGE_PMD_ORDER].next;
	return next == q->nr_blocks ? PFN_NONE : next << HPAGE_PMD_ORDER;
}

/* The workload has unmapped these, whether or not the recording has told so by now. */
static void unmap_share(struct mm *mm, u32 pfn)
{
	u32 nr = (u32)(mm->param.thp_unmapped_share_permille * HPAGE_PMD_NR / 1000);

	for (u32 i = 0; i < nr; i++) {
		u32 owner = mm->page[pfn + i].owner;

		mm->page[pfn + i].owner = OWNER_NONE;
		if (owner != OWNER_NONE && mm->driver.unmapped)
			mm->driver.unmapped(mm->driver.ctx, owner);
	}
}

/**
 * split_partly_mapped - split a huge page, and free those of its pages that nobody has mapped
 * @mm: model memory; driver.unmapped() is called for pages that lose their owner
 * @pfn: its head; queued; on the LRU, or isolated by reclaim
 *
 * Base pages that are left stand where the huge page stood.
 */
void split_partly_mapped(struct mm *mm, u32 pfn)
{
	bool lru = mm->page[pfn].lru;

	unmap_share(mm, pfn);
	split_listed_folio(mm, pfn);
	for (u32 i = 0; i < HPAGE_PMD_NR; i++) {
		if (mm->page[pfn + i].owner != OWNER_NONE)
			continue;
		if (lru)
			lruvec_del_folio(mm, pfn + i);
		else
			list_del(mm, pfn + i);
		free_pages(mm, pfn + i, 0);
	}
}

/* Return: whether something is left. mm/huge_memory.c:deferred_split_scan. */
static bool deferred_split_scan(struct mm *mm, u64 nr, u64 *freed)
{
	u32 pfn;

	(void)freed;
	while (nr-- && (pfn = deferred_split_next(mm, PFN_NONE)) != PFN_NONE)
		split_partly_mapped(mm, pfn);
	return mm->deferred_split->nr > 0;
}

/**
 * shrink_deferred_split - do this shrinker's part of one shrink_node()
 * @mm: model memory
 * @sc: its priority sets the pressure
 *
 * The kernel does not count what it frees as reclaimed.
 */
void shrink_deferred_split(struct mm *mm, const struct scan_control *sc)
{
	struct deferred_split *q = mm->deferred_split;

	if (q && q->nr)
		do_shrink_slab(mm, sc, q->nr, &q->deferred, deferred_split_scan);
}
