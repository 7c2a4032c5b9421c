/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Swap slots, swap io in flight, and the flusher: everything that a folio waits for before
 * reclaim can have it.
 */
#include <stdlib.h>

#include "vmscan.h"

/**
 * folio_fifo_push - a folio waits for @ns
 * @f: queue; moments must not fall
 * @pfn: head of the folio
 * @ns: moment
 *
 * Grows by doubling; memory is bounded by what is in flight at one time.
 *
 * Return: false when out of memory (the caller goes on without waiting).
 */
bool folio_fifo_push(struct folio_fifo *f, u32 pfn, u64 ns)
{
	if (f->nr == f->cap) {
		u32 cap = f->cap ? f->cap * 2 : 1024;
		struct fifo_entry *e = malloc(cap * sizeof(*e));

		if (!e)
			return false;
		for (u32 i = 0; i < f->nr; i++)
			e[i] = f->e[(f->first + i) & (f->cap - 1)];
		free(f->e);
		f->e = e;
		f->cap = cap;
		f->first = 0;
	}
	f->e[(f->first + f->nr++) & (f->cap - 1)] = (struct fifo_entry){ ns, pfn };
	return true;
}

static const struct fifo_entry *folio_fifo_first(const struct folio_fifo *f)
{
	return f->nr ? &f->e[f->first] : NULL;
}

/**
 * folio_fifo_pop - take the oldest
 * @f: queue, not empty
 */
u32 folio_fifo_pop(struct folio_fifo *f)
{
	u32 pfn = f->e[f->first].pfn;

	f->first = (f->first + 1) & (f->cap - 1);
	f->nr--;
	return pfn;
}

/**
 * folio_fifo_free - give the queue's memory back
 * @f: queue
 */
void folio_fifo_free(struct folio_fifo *f)
{
	free(f->e);
	*f = (struct folio_fifo){ 0 };
}

/**
 * swap_init - no slot taken, no io in flight
 * @mm: machine; mm->swap_pages may still change
 *
 * Return: 0 or -ENOMEM.
 */
int swap_init(struct mm *mm)
{
	mm->swap = calloc(1, sizeof(*mm->swap));
	return mm->swap ? 0 : -ENOMEM;
}

/**
 * swap_exit - free what swap_init() took
 * @mm: machine
 */
void swap_exit(struct mm *mm)
{
	if (mm->swap) {
		folio_fifo_free(&mm->swap->io);
		swap_table_exit(mm);
	}
	free(mm->swap);
	mm->swap = NULL;
}

/**
 * swap_set_used - the slots that were taken when the trace begins
 * @mm: machine
 * @nr: pages, from before/swaps or before/meminfo; capped at the size of swap
 */
void swap_set_used(struct mm *mm, u64 nr)
{
	mm->swap->used = mm->swap->fresh = nr < mm->swap_pages ? nr : mm->swap_pages;
	swap_table_start(mm);
}

/**
 * get_nr_swap_pages - slots that can be had
 * @mm: machine
 *
 * The slots of orphans count as free: no event tells when such a slot is given back, and the
 * recorded kernel, which had written the same pages, went on. See swap_evicted().
 */
u64 get_nr_swap_pages(const struct mm *mm)
{
	const struct swap_state *s = mm->swap;
	u64 held = s->used - s->orphans;

	return mm->swap_pages > held ? mm->swap_pages - held : 0;
}

/**
 * folio_alloc_swap - slots for a whole folio
 * @mm: machine
 * @pfn: its head
 *
 * A large folio needs an extent of its size: one that no slot was ever taken from, since which
 * slots of the rest are free in a row is not modelled. mm/swapfile.c:folio_alloc_swap.
 *
 * Return: false when there is none.
 */
bool folio_alloc_swap(struct mm *mm, u32 pfn)
{
	struct swap_state *s = mm->swap;
	struct page *p = &mm->page[pfn];
	u64 nr = folio_nr_pages(p);

	if (get_nr_swap_pages(mm) < nr)
		return false;
	if (p->order && (!mm->k.swap_large_folio || s->fresh + nr > mm->swap_pages))
		return false;
	if (s->used + nr > mm->swap_pages) {
		u64 over = s->used + nr - mm->swap_pages;

		s->orphans -= over;
		s->used -= over;
		swap_table_put(mm, over);
	}
	swap_table_get(mm, nr);
	s->used += nr;
	if (s->fresh + nr <= mm->swap_pages && (p->order || s->used > s->fresh))
		s->fresh += nr;
	p->swapcache = 1;
	p->dirty = 1;
	return true;
}

/**
 * swap_writeout - start the write of a folio to its slots
 * @mm: machine
 * @pfn: its head
 * @now_ns: the writer's clock
 *
 * Counts pswpout at submission, as the kernel does. The io ends swap_io_us later; without memory
 * to remember it, at once.
 */
void swap_writeout(struct mm *mm, u32 pfn, u64 now_ns)
{
	struct swap_state *s = mm->swap;
	struct page *p = &mm->page[pfn];
	u64 end = now_ns + (u64)(mm->param.swap_io_us * NSEC_PER_USEC);
	const struct folio_fifo *f = &s->io;

	if (f->nr) {
		u64 last = f->e[(f->first + f->nr - 1) & (f->cap - 1)].ns;

		end = end > last ? end : last;
	}
	p->dirty = 0;
	count_vm_events(mm, VM_pswpout, folio_nr_pages(p));
	if (p->order == HPAGE_PMD_ORDER)
		count_vm_events(mm, VM_thp_swpout, 1);
	if (!folio_fifo_push(&s->io, pfn, end))
		return;
	p->writeback = 1;
	p->reclaim = 1;
	s->nr_writeback += folio_nr_pages(p);
}

/**
 * swap_evicted - a swapped folio's memory is about to be freed; its slots stay taken
 * @mm: machine
 * @pfn: its head, owners still set
 *
 * Slots of base pages without owner become orphans: the recorded kernel, too, had put the page
 * into swap, and its death there shows in no event.
 */
void swap_evicted(struct mm *mm, u32 pfn)
{
	const struct page *p = &mm->page[pfn];

	for (u32 i = 0; i < folio_nr_pages(p); i++)
		if (p[i].owner == OWNER_NONE)
			mm->swap->orphans++;
}

/**
 * swap_free - pages that were in swap are no longer: swapped in for good, or their owner died
 * @mm: machine
 * @nr: slots; more than are taken: all of them
 */
void swap_free(struct mm *mm, u64 nr)
{
	struct swap_state *s = mm->swap;
	u64 held = s->used - s->orphans;

	nr = nr < held ? nr : held;
	s->used -= nr;
	swap_table_put(mm, nr);
}

/**
 * swap_orphans_die - the recorded kernel got a whole cluster of its slots back
 * @mm: machine
 * @clusters: how many it had until then, at least 1
 *
 * The only word of the trace on when slots of pages that only the recorded kernel remembers are
 * given back: of these as large a part goes as of its clusters.
 */
void swap_orphans_die(struct mm *mm, u32 clusters)
{
	struct swap_state *s = mm->swap;
	u64 nr = (s->orphans + clusters - 1) / clusters;

	s->orphans -= nr;
	s->used -= nr;
	swap_table_put(mm, nr);
}

/**
 * free_swap_cache - the workload frees a folio: its slots go with it
 * @mm: machine
 * @pfn: head of an allocated folio; without slots: nothing happens
 *
 * mm/swap_state.c:free_swap_cache.
 */
void free_swap_cache(struct mm *mm, u32 pfn)
{
	struct page *p = &mm->page[pfn];

	if (!p->swapcache)
		return;
	p->swapcache = 0;
	swap_free(mm, folio_nr_pages(p));
}

/**
 * swap_io_next - when the oldest io in flight ends
 * @mm: machine
 *
 * Return: ns of trace time; UINT64_MAX: none in flight.
 */
u64 swap_io_next(const struct mm *mm)
{
	const struct fifo_entry *e = folio_fifo_first(&mm->swap->io);

	return e ? e->ns : UINT64_MAX;
}

static void end_swap_io(struct mm *mm, u32 pfn)
{
	struct page *p = &mm->page[pfn];

	/* freed or moved meanwhile: lruvec_del_folio() ended it */
	if (!p->writeback)
		return;
	p->writeback = 0;
	mm->swap->nr_writeback -= folio_nr_pages(p);
	if (p->reclaim)
		folio_rotate_reclaimable(mm, pfn);
}

/**
 * folio_mark_dirty - a file folio must be written before it can be dropped
 * @mm: machine
 * @pfn: its head, on the LRU
 *
 * The flusher cleans it file_dirty_flush_ms later. A folio that is freed, and whose memory becomes
 * another dirty folio within that time, gets the new one cleaned early.
 */
void folio_mark_dirty(struct mm *mm, u32 pfn)
{
	struct page *p = &mm->page[pfn];

	if (!p->dirty && folio_fifo_push(&mm->lruvec->dirty, pfn, mm->now_ns))
		p->dirty = 1;
}

/**
 * wakeup_flusher_threads - reclaim met nothing but dirty file pages
 * @mm: machine
 * @now_ns: the reclaimer's clock
 *
 * What is dirty now is clean after the time of an io, whatever its age.
 */
void wakeup_flusher_threads(struct mm *mm, u64 now_ns)
{
	mm->lruvec->flush_kick_ns = now_ns;
}

static bool flush_due(const struct mm *mm, const struct fifo_entry *e, u64 now_ns)
{
	u64 kick = mm->lruvec->flush_kick_ns;

	if (now_ns >= e->ns + (u64)(mm->param.file_dirty_flush_ms * NSEC_PER_MSEC))
		return true;
	return e->ns <= kick && now_ns >= kick + (u64)(mm->param.swap_io_us * NSEC_PER_USEC);
}

static void flush_dirty(struct mm *mm, u64 now_ns)
{
	struct folio_fifo *f = &mm->lruvec->dirty;

	while (f->nr && flush_due(mm, folio_fifo_first(f), now_ns)) {
		u32 pfn = folio_fifo_pop(f);
		struct page *p = &mm->page[pfn];

		if (p->state != PAGE_USED || p->kind != PK_FILE || !p->head || !p->dirty)
			continue;
		p->dirty = 0;
		if (p->reclaim)
			folio_rotate_reclaimable(mm, pfn);
	}
}

/**
 * writeback_run - complete all io that is due
 * @mm: machine
 * @now_ns: a reclaimer's clock; may run ahead of mm->now_ns
 */
void writeback_run(struct mm *mm, u64 now_ns)
{
	while (swap_io_next(mm) <= now_ns)
		end_swap_io(mm, folio_fifo_pop(&mm->swap->io));
	flush_dirty(mm, now_ns);
}
