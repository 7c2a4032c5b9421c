// SPDX-License-Identifier: GPL-2.0-only
/*
 * Swap slots, swap io in flight, and the flusher: what a folio waits for before it can be
 * reclaimed.
 */
#include <stdlib.h>

#include "vmscan.h"

/**
 * folio_fifo_push - queue a folio that waits for a moment
 * @f: queue, in the order of their moments
 * @pfn: head of the folio
 * @ns: the moment, not before that of the last folio
 *
 * The queue grows by doubling, so its size is bounded by what is in flight at one time.
 *
 * Return: 0 or -ENOMEM.
 */
static int folio_fifo_push(struct folio_fifo *f, u32 pfn, u64 ns)
{
	if (f->nr == f->cap) {
		u32 cap = f->cap ? f->cap * 2 : 1024;
		struct fifo_entry *e = malloc(cap * sizeof(*e));

		if (!e)
			return -ENOMEM;
		for (u32 i = 0; i < f->nr; i++)
			e[i] = f->e[(f->first + i) & (f->cap - 1)];
		free(f->e);
		f->e = e;
		f->cap = cap;
		f->first = 0;
	}
	f->e[(f->first + f->nr++) & (f->cap - 1)] = (struct fifo_entry){ ns, pfn };
	return 0;
}

static const struct fifo_entry *folio_fifo_first(const struct folio_fifo *f)
{
	return f->nr ? &f->e[f->first] : NULL;
}

/**
 * folio_fifo_pop - take the oldest folio off a queue
 * @f: queue, not empty
 *
 * Return: its head pfn.
 */
static u32 folio_fifo_pop(struct folio_fifo *f)
{
	u32 pfn = f->e[f->first].pfn;

	f->first = (f->first + 1) & (f->cap - 1);
	f->nr--;
	return pfn;
}

/**
 * folio_fifo_free - free a queue's memory
 * @f: queue
 */
void folio_fifo_free(struct folio_fifo *f)
{
	free(f->e);
	*f = (struct folio_fifo){ 0 };
}

/**
 * swap_init - set up swap with all slots free and no io in flight
 * @mm: model memory; mm->swap_pages may still change
 *
 * Return: 0 or -ENOMEM.
 */
int swap_init(struct mm *mm)
{
	mm->swap = calloc(1, sizeof(*mm->swap));
	return mm->swap ? 0 : -ENOMEM;
}

/**
 * swap_exit - free what swap_init() allocated
 * @mm: model memory
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
 * swap_set_used - set the slots that are in use when the trace begins
 * @mm: model memory
 * @nr: pages, from before/swaps or before/meminfo; capped at the size of swap
 */
void swap_set_used(struct mm *mm, u64 nr)
{
	mm->swap->used = mm->swap->fresh = nr < mm->swap_pages ? nr : mm->swap_pages;
	swap_table_start(mm);
}

/**
 * get_nr_swap_pages - count the free slots
 * @mm: model memory
 *
 * Slots of orphans (see swap_evicted()) count as free: no event shows when they are freed, and the
 * recorded kernel, which had written the same pages, did not run out of slots for them.
 *
 * Return: slots of a page each.
 */
u64 get_nr_swap_pages(const struct mm *mm)
{
	const struct swap_state *s = mm->swap;
	u64 held = s->used - s->orphans;

	return mm->swap_pages > held ? mm->swap_pages - held : 0;
}

/**
 * folio_alloc_swap - allocate slots for a whole folio
 * @mm: model memory
 * @pfn: its head
 *
 * A large folio needs an extent of its size. Only slots that were never used serve it, because the
 * model does not know which of the others are contiguous. mm/swapfile.c:folio_alloc_swap.
 *
 * Return: false if there are none.
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

/*
 * Is this the next of the folios that are full of zeros? No event says which ones are, so their
 * share is spread evenly over what is swapped.
 */
static bool takes_share(const struct mm *mm, double *sum)
{
	if (!mm->k.swap_zeromap)
		return false;
	*sum += mm->param.zero_filled_permille;
	if (*sum < 1000)
		return false;
	*sum -= 1000;
	return true;
}

/**
 * swap_writeout - write a folio to its slots
 * @mm: model memory
 * @pfn: its head
 * @now_ns: the writer's clock
 *
 * A folio full of zeros is only marked in its slots, and swap in RAM (SWP_SYNCHRONOUS_IO) takes a
 * folio at once: it is clean, and can be freed by the scan that swaps it out. For others io begins.
 * pswpout counts it at submission, as in the kernel, and it ends swap_io_us later. Without memory
 * to queue it, mm->error is set.
 *
 * mm/page_io.c:swap_writeout.
 *
 * Return: whether io was begun.
 */
bool swap_writeout(struct mm *mm, u32 pfn, u64 now_ns)
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
	if (takes_share(mm, &s->zeros_out)) {
		count_vm_events(mm, VM_swpout_zero, folio_nr_pages(p));
		return false;
	}
	count_vm_events(mm, VM_pswpout, folio_nr_pages(p));
	if (p->order == HPAGE_PMD_ORDER)
		count_vm_events(mm, VM_thp_swpout, 1);
	if (mm->swap_synchronous)
		return false;
	if (folio_fifo_push(&s->io, pfn, end)) {
		mm->error = -ENOMEM;
		return true;
	}
	p->writeback = 1;
	p->reclaim = 1;
	s->nr_writeback += folio_nr_pages(p);
	return true;
}

/**
 * swap_read_folio - count a folio that is swapped in
 * @mm: model memory
 * @order: its size
 *
 * A folio full of zeros is made without io. mm/page_io.c:swap_read_folio.
 */
void swap_read_folio(struct mm *mm, u32 order)
{
	bool zero = takes_share(mm, &mm->swap->zeros_in);

	count_vm_events(mm, zero ? VM_swpin_zero : VM_pswpin, 1u << order);
}

/**
 * swap_evicted - note that a swapped folio's memory is about to be freed; its slots stay in use
 * @mm: model memory
 * @pfn: its head, owners still set
 *
 * Slots of base pages without an owner become orphans: the recorded kernel had swapped these pages
 * out, too, and no event shows when the workload frees them in swap.
 */
void swap_evicted(struct mm *mm, u32 pfn)
{
	const struct page *p = &mm->page[pfn];

	for (u32 i = 0; i < folio_nr_pages(p); i++)
		if (p[i].owner == OWNER_NONE)
			mm->swap->orphans++;
}

/**
 * swap_found_clean - note that the slot of a folio that was swapped in still has its content
 * @mm: model memory
 * @pfn: its head; nothing happens if no slot can be its own
 *
 * Its slot is one of the orphans, because the trace did not tell which one was read. Reclaim will
 * find the folio in the swap cache and clean (mm/memory.c:do_swap_page leaves it there unless it is
 * written to; mm/swap_state.c:swap_cluster_readahead reads what nobody may ever touch).
 */
void swap_found_clean(struct mm *mm, u32 pfn)
{
	struct page *p = &mm->page[pfn];
	u32 nr = folio_nr_pages(p);

	if (p->kind != PK_ANON || p->swapcache || mm->swap->orphans < nr)
		return;
	mm->swap->orphans -= nr;
	p->swapcache = 1;
	p->dirty = 0;
}

/**
 * swap_free - free slots of pages that were swapped in, or whose owner has freed them
 * @mm: model memory
 * @nr: slots; at most those in use are freed
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
 * swap_orphans_die - free orphaned slots, because the recorded kernel has emptied a swap cluster
 * @mm: model memory
 * @clusters: how many it had until then, at least 1
 *
 * Nothing else in the trace shows when such slots are freed. The same share of them is freed as of
 * the recorded kernel's clusters.
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
 * free_swap_cache - free the slots of a folio that the workload frees
 * @mm: model memory
 * @pfn: head of an allocated folio; nothing happens if it has none
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
 * swap_io_next - get the end of the oldest io in flight
 * @mm: model memory
 *
 * Return: ns of trace time; UINT64_MAX if there is none.
 */
u64 swap_io_next(const struct mm *mm)
{
	const struct fifo_entry *e = folio_fifo_first(&mm->swap->io);

	return e ? e->ns : UINT64_MAX;
}

static void end_swap_io(struct mm *mm, u32 pfn)
{
	struct page *p = &mm->page[pfn];

	/* the folio was freed or migrated meanwhile: lruvec_del_folio() has ended its io */
	if (!p->writeback)
		return;
	p->writeback = 0;
	mm->swap->nr_writeback -= folio_nr_pages(p);
	if (p->reclaim)
		folio_rotate_reclaimable(mm, pfn);
}

/**
 * folio_mark_dirty - mark a file folio dirty: it must be written before it can be reclaimed
 * @mm: model memory
 * @pfn: its head, on the LRU
 *
 * The flusher cleans it file_dirty_flush_ms later. If it is freed and its memory becomes another
 * dirty folio within that time, that one is cleaned early. Without memory to queue it, mm->error is
 * set.
 */
void folio_mark_dirty(struct mm *mm, u32 pfn)
{
	struct page *p = &mm->page[pfn];

	if (p->dirty)
		return;
	if (folio_fifo_push(&mm->lruvec->dirty, pfn, mm->now_ns))
		mm->error = -ENOMEM;
	else
		p->dirty = 1;
}

/**
 * wakeup_flusher_threads - wake the flusher, because reclaim found nothing but dirty file pages
 * @mm: model memory
 * @now_ns: the reclaimer's clock
 *
 * All folios that are dirty now are clean after the time of one io, whatever their age.
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
 * @mm: model memory
 * @now_ns: a reclaimer's clock, which may be ahead of mm->now_ns
 */
void writeback_run(struct mm *mm, u64 now_ns)
{
	while (swap_io_next(mm) <= now_ns)
		end_swap_io(mm, folio_fifo_pop(&mm->swap->io));
	flush_dirty(mm, now_ns);
}
