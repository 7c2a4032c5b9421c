// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reclaim: direct reclaim, and what both LRUs share: adding, deleting, shrinking a batch.
 */
#include <stdlib.h>

#include "compaction.h"
#include "vmscan.h"

/**
 * lruvec_init - set up the LRU
 * @mm: model memory; mm->k.lru_gen says which of the two it is
 *
 * Return: 0; -ENOMEM: then lruvec_exit() frees what was allocated.
 */
int lruvec_init(struct mm *mm)
{
	struct lruvec *lv = calloc(1, sizeof(*lv));

	if (!lv)
		return -ENOMEM;
	mm->lruvec = lv;
	if (mm_alloc_lists(mm, &lv->isolated, 1) || mm_alloc_lists(mm, &lv->kept, 1) ||
	    mm_alloc_lists(mm, &lv->skipped, 1) || mm_alloc_lists(mm, &lv->slab_cold, 1))
		return -ENOMEM;
	if (mm->k.lru_gen ? lru_gen_init(mm) : lru_classic_init(mm))
		return -ENOMEM;
	return swap_init(mm);
}

/**
 * lruvec_exit - free what lruvec_init() allocated
 * @mm: model memory
 */
void lruvec_exit(struct mm *mm)
{
	if (!mm->lruvec)
		return;
	folio_fifo_free(&mm->lruvec->dirty);
	workingset_exit(mm);
	free(mm->lruvec);
	mm->lruvec = NULL;
	swap_exit(mm);
}

/**
 * folio_lru_account - update the zone counters of LRU pages (NR_ZONE_LRU_*)
 * @mm: model memory
 * @pfn: head of the folio
 * @sign: 1 when it joins a list, -1 when it leaves
 */
void folio_lru_account(struct mm *mm, u32 pfn, s64 sign)
{
	const struct page *p = &mm->page[pfn];
	struct zone *z = page_zone(mm, pfn);

	if (folio_type(p) == LRU_GEN_ANON)
		z->nr_lru_anon += sign * (s64)folio_nr_pages(p);
	else
		z->nr_lru_file += sign * (s64)folio_nr_pages(p);
}

static void lruvec_add_folio(struct mm *mm, u32 pfn, bool active, bool reclaiming)
{
	if (mm->k.lru_gen)
		lru_gen_add_folio(mm, pfn, active, reclaiming, reclaiming);
	else
		lru_classic_add_folio(mm, pfn, active, reclaiming);
}

static bool count_refault(struct mm *mm, u32 pfn)
{
	const struct page *p = &mm->page[pfn];
	bool anon = folio_type(p) == LRU_GEN_ANON;

	count_vm_events(mm, anon ? VM_workingset_refault_anon : VM_workingset_refault_file,
			folio_nr_pages(p));
	if (mm->k.lru_gen)
		lru_gen_refault(mm, pfn);
	return !mm->k.lru_gen && workingset_refault(mm, pfn);
}

/**
 * folio_add_lru - put a new folio on the LRU
 * @mm: model memory
 * @pfn: its head; kind PK_ANON or PK_FILE, on no list
 * @origin: what it was allocated for, which decides its generation and whether it is dirty
 *
 * LRU_REFAULT counts workingset_refault_*. LRU_WRITE makes a file folio dirty: it cannot be
 * reclaimed until the flusher has cleaned it. The folio's LRU bits are reset, except swapcache.
 *
 * mm/swap.c:folio_add_lru; generations: mm_inline.h:lru_gen_folio_seq.
 */
void folio_add_lru(struct mm *mm, u32 pfn, enum lru_origin origin)
{
	struct page *p = &mm->page[pfn];
	bool anon = p->kind == PK_ANON, swapcache = anon && p->swapcache;
	bool in_fault = origin == LRU_FAULT || (origin == LRU_REFAULT && anon), active = false;

	p->referenced = p->refs = p->writeback = p->reclaim = p->workingset = p->cold = 0;
	p->dirty = 0;
	p->young = in_fault;
	if (origin == LRU_REFAULT)
		active = count_refault(mm, pfn);
	if (in_fault && mm->k.lru_gen)
		active = lru_gen_fault_active(mm, pfn);
	/* a page that is swapped in is added while it is in the swap cache */
	if (anon && origin == LRU_REFAULT)
		p->swapcache = 1;
	lruvec_add_folio(mm, pfn, active, false);
	p->swapcache = swapcache;
	if (origin == LRU_WRITE && !anon)
		folio_mark_dirty(mm, pfn);
}

/**
 * lruvec_del_folio - take a folio off the LRU to be freed, or isolated for migration
 * @mm: model memory
 * @pfn: its head; nothing happens if it is not on the LRU
 *
 * A write under way ends here: at its completion the page may be another folio.
 */
void lruvec_del_folio(struct mm *mm, u32 pfn)
{
	struct page *p = &mm->page[pfn];

	if (!p->lru)
		return;
	if (mm->k.lru_gen)
		lru_gen_del_folio(mm, pfn);
	else
		lru_classic_del_folio(mm, pfn);
	if (p->writeback) {
		p->writeback = 0;
		mm->swap->nr_writeback -= folio_nr_pages(p);
	}
	p->reclaim = 0;
}

/**
 * folio_mark_accessed - note that the workload touched a folio
 * @mm: model memory
 * @pfn: head of a folio on the LRU
 *
 * A file folio counts a reference, as for a read(); an anonymous one becomes young, as if its page
 * table said so (mm/swap.c:folio_mark_accessed).
 */
void folio_mark_accessed(struct mm *mm, u32 pfn)
{
	struct page *p = &mm->page[pfn];

	p->cold = 0;
	if (p->kind == PK_ANON)
		p->young = 1;
	else if (mm->k.lru_gen)
		lru_gen_inc_refs(mm, pfn);
	else
		lru_classic_mark_accessed(mm, pfn);
}

/* Queue it behind the folio marked before it, so that the recorded kernel's order is kept. */
static void queue_cold(struct mm *mm, u32 pfn)
{
	const struct page *p = &mm->page[pfn], *q;
	u32 *last = &mm->lruvec->last_cold[folio_type(p)];

	q = &mm->page[*last];
	if (*last != pfn && q->state == PAGE_USED && q->head && q->lru && q->cold &&
	    folio_type(q) == folio_type(p) && q->gen == p->gen &&
	    page_zone(mm, *last) == page_zone(mm, pfn)) {
		list_del(mm, pfn);
		list_link(mm, pfn, q->l.prev, *last);
	}
	*last = pfn;
}

static void move_to_cold_end(struct mm *mm, u32 pfn)
{
	if (mm->k.lru_gen)
		lru_gen_del_folio(mm, pfn);
	else
		lru_classic_del_folio(mm, pfn);
	lruvec_add_folio(mm, pfn, false, true);
}

/**
 * folio_mark_cold - make a folio the next to be reclaimed, because the recorded kernel reclaimed it
 * @mm: model memory
 * @pfn: head of a folio; nothing happens if it is not on the LRU
 *
 * It goes to the cold end of the oldest generation or of the inactive list, unreferenced, behind
 * those marked before. A folio under writeback goes there when the write ends.
 */
void folio_mark_cold(struct mm *mm, u32 pfn)
{
	struct page *p = &mm->page[pfn];

	if (!p->lru)
		return;
	p->cold = 1;
	p->young = p->referenced = p->refs = 0;
	/*
	 * MGLRU would keep a workingset folio; the classic LRU only copies the flag to its shadow
	 */
	if (mm->k.lru_gen)
		p->workingset = 0;
	if (p->writeback)
		return;
	move_to_cold_end(mm, pfn);
	queue_cold(mm, pfn);
}

/**
 * folio_rotate_reclaimable - move a folio to the cold end, because its write has ended
 * @mm: model memory
 * @pfn: head of a folio on the LRU
 *
 * mm/swap.c:folio_rotate_reclaimable.
 */
void folio_rotate_reclaimable(struct mm *mm, u32 pfn)
{
	struct page *p = &mm->page[pfn];

	p->reclaim = 0;
	if (!p->lru || p->dirty)
		return;
	move_to_cold_end(mm, pfn);
	count_vm_events(mm, VM_pgrotated, folio_nr_pages(p));
}

/**
 * folio_buffers_busy - does a file system hold the buffers of its own blocks?
 * @mm: model memory
 * @pfn: head of a folio
 *
 * Then they can neither move nor be freed (fs/buffer.c:try_to_free_buffers). It had given up those
 * that the recorded kernel reclaimed.
 *
 * Return: whether it does.
 */
bool folio_buffers_busy(const struct mm *mm, u32 pfn)
{
	const struct page *p = &mm->page[pfn];

	return p->buffers && !p->cold && folio_pinned(mm, pfn);
}

/**
 * lruvec_pages - count the LRU pages of a type
 * @mm: model memory
 * @type: LRU_GEN_ANON or LRU_GEN_FILE
 * @inactive_only: NR_INACTIVE_* alone
 *
 * Return: base pages in all zones.
 */
u64 lruvec_pages(const struct mm *mm, int type, bool inactive_only)
{
	return mm->k.lru_gen ? lru_gen_pages(mm, type, inactive_only) :
			       lru_classic_pages(mm, type, inactive_only);
}

/**
 * can_reclaim_anon_pages - is there a free swap slot?
 * @mm: model memory
 *
 * Return: whether there is.
 */
bool can_reclaim_anon_pages(const struct mm *mm)
{
	return get_nr_swap_pages(mm) > 0;
}

/**
 * zone_reclaimable_pages - count the pages that reclaim could free in a zone at most
 * @mm: model memory
 * @z: zone
 *
 * mm/vmscan.c:zone_reclaimable_pages.
 *
 * Return: base pages; anonymous ones only while swap has room.
 */
u64 zone_reclaimable_pages(const struct mm *mm, const struct zone *z)
{
	return (u64)(z->nr_lru_file + (can_reclaim_anon_pages(mm) ? z->nr_lru_anon : 0));
}

/**
 * count_reclaim - count pgscan_* or pgsteal_* for kswapd, khugepaged or a direct reclaimer
 * @mm: model memory
 * @sc: reclaim under way
 * @kswapd_item: the counter's kswapd variant
 * @nr: pages
 *
 * mm/vmscan.c:reclaimer_offset; khugepaged has counters of its own since 6.2.
 */
void count_reclaim(struct mm *mm, const struct scan_control *sc, enum vm_event_item kswapd_item,
		   u64 nr)
{
	int offset = VM_pgsteal_direct - VM_pgsteal_kswapd;

	if (sc->kswapd)
		offset = 0;
	else if (mm->current.kthread && mm->k.khugepaged_reclaim_stat)
		offset = VM_pgsteal_khugepaged - VM_pgsteal_kswapd;
	count_vm_events(mm, kswapd_item + offset, nr);
}

static void __split_folio(struct mm *mm, u32 pfn, bool listed)
{
	struct page *head = &mm->page[pfn];
	u32 nr = folio_nr_pages(head);
	struct page copy = *head;

	folio_unqueue_deferred_split(mm, pfn);
	if (head->order == HPAGE_PMD_ORDER)
		count_vm_events(mm, VM_thp_split_page, 1);
	head->order = 0;
	for (u32 i = 1; i < nr; i++) {
		struct page *p = head + i;
		u32 owner = p->owner;

		*p = copy;
		p->owner = owner;
		p->order = 0;
		p->head = 1;
		if (listed)
			list_link(mm, pfn + i, head->l.prev, pfn);
	}
}

/**
 * split_folio - split a folio into folios of one base page
 * @mm: model memory
 * @pfn: its head; nothing happens for order 0
 *
 * They get the LRU state and place of the large one (mm/huge_memory.c:__folio_split). The split of
 * a PMD-sized folio counts in thp_split_page.
 */
void split_folio(struct mm *mm, u32 pfn)
{
	__split_folio(mm, pfn, mm->page[pfn].lru);
}

/**
 * split_listed_folio - split a folio that is on some list; its base pages follow it there
 * @mm: model memory
 * @pfn: its head
 */
void split_listed_folio(struct mm *mm, u32 pfn)
{
	__split_folio(mm, pfn, true);
}

/**
 * free_reclaimed_folio - free a folio that was reclaimed
 * @mm: model memory; driver.evicted() is called for each page, and the LRU accounts the eviction
 * @pfn: its head, off the LRU; clean
 */
void free_reclaimed_folio(struct mm *mm, u32 pfn)
{
	struct page *p = &mm->page[pfn];
	u32 order = p->order;
	bool anon = p->kind == PK_ANON;

	if (mm->k.lru_gen)
		lru_gen_eviction(mm, pfn);
	else
		workingset_eviction(mm, pfn);
	if (anon)
		swap_evicted(mm, pfn);
	folio_unqueue_deferred_split(mm, pfn);
	for (u32 i = 0; i < 1u << order; i++) {
		u32 owner = p[i].owner;

		p[i].owner = OWNER_NONE;
		if (mm->driver.evicted)
			mm->driver.evicted(mm->driver.ctx, owner, pfn + i, anon);
	}
	p->cold = p->swapcache = p->dirty = p->reclaim = p->young = 0;
	p->referenced = p->refs = p->workingset = p->gen = 0;
	free_pages(mm, pfn, order);
}

/* FOLIO_SPLIT: it was split, and its base pages are still to be looked at */
enum folio_fate { FOLIO_FREE, FOLIO_KEEP, FOLIO_ACTIVATE, FOLIO_SPLIT };

/*
 * An anonymous folio gets slots and is written; a later scan frees it, this one if it is full of
 * zeros. vmscan.c:shrink_folio_list, pageout().
 */
static enum folio_fate shrink_anon_folio(struct mm *mm, struct scan_control *sc, u32 pfn,
					 struct reclaim_stat *stat)
{
	struct page *p = &mm->page[pfn];

	if (p->swapcache && !p->dirty)
		return FOLIO_FREE;
	if (!(sc->gfp & __GFP_IO))
		return FOLIO_KEEP;
	if (!p->swapcache && folio_partly_mapped(mm, pfn)) {
		split_partly_mapped(mm, pfn);
		return FOLIO_SPLIT;
	}
	if (!p->swapcache && !folio_alloc_swap(mm, pfn)) {
		if (!p->order)
			return FOLIO_ACTIVATE;
		if (p->order == HPAGE_PMD_ORDER)
			count_vm_events(mm, VM_thp_swpout_fallback, 1);
		__split_folio(mm, pfn, true);
		if (!folio_alloc_swap(mm, pfn))
			return FOLIO_ACTIVATE;
	}
	stat->nr_pageout += folio_nr_pages(p);
	if (!swap_writeout(mm, pfn, sc->now_ns))
		return FOLIO_FREE;
	sc->now_ns += (u64)(mm->param.cost_swapout_ns * folio_nr_pages(p));
	return FOLIO_KEEP;
}

/*
 * vmscan.c:folio_check_references for the classic LRU: a folio is kept at the first touch and
 * activated at the second. MGLRU's page-table walk does this instead: see walk_promoted().
 */
static enum folio_fate folio_check_references(const struct mm *mm, struct page *p)
{
	if (mm->k.lru_gen || !p->young)
		return FOLIO_FREE;
	p->young = 0;
	if (p->referenced)
		return FOLIO_ACTIVATE;
	p->referenced = 1;
	return FOLIO_KEEP;
}

static enum folio_fate shrink_one_folio(struct mm *mm, struct scan_control *sc, u32 pfn,
					struct reclaim_stat *stat)
{
	struct page *p = &mm->page[pfn];
	enum folio_fate fate;

	if (p->kind != PK_ANON && p->dirty && !p->writeback)
		stat->nr_unqueued_dirty += folio_nr_pages(p);
	if (p->writeback) {
		p->reclaim = 1;
		return FOLIO_ACTIVATE;
	}
	fate = folio_check_references(mm, p);
	if (fate != FOLIO_FREE)
		return fate;
	if (p->kind == PK_ANON)
		return shrink_anon_folio(mm, sc, pfn, stat);
	if (p->dirty) {
		p->reclaim = 1;
		return FOLIO_ACTIVATE;
	}
	return folio_buffers_busy(mm, pfn) ? FOLIO_ACTIVATE : FOLIO_FREE;
}

/**
 * shrink_folio_list - free, write or keep every folio on the isolated list
 * @mm: model memory
 * @sc: reclaim under way; ->nr_scanned and ->now_ns advance
 * @stat: filled in
 *
 * Folios that were not freed are left on lruvec->kept, where page->gen is PG_active. Dirty file
 * folios are kept and rotated when the flusher has cleaned them, because reclaim does not write
 * them. An anonymous folio is written now and freed by a scan after its io.
 *
 * mm/vmscan.c:shrink_folio_list.
 *
 * Return: base pages freed.
 */
u64 shrink_folio_list(struct mm *mm, struct scan_control *sc, struct reclaim_stat *stat)
{
	struct lruvec *lv = mm->lruvec;
	u64 reclaimed = 0;
	u32 pfn;

	*stat = (struct reclaim_stat){ 0 };
	while ((pfn = list_last(mm, lv->isolated)) != PFN_NONE) {
		struct page *p = &mm->page[pfn];
		enum folio_fate fate = shrink_one_folio(mm, sc, pfn, stat);
		u32 nr = folio_nr_pages(p);	/* 1 after a split */

		if (fate == FOLIO_SPLIT)
			continue;
		sc->nr_scanned += nr;
		sc->now_ns += (u64)(mm->param.cost_scan_ns * nr);
		list_del(mm, pfn);
		if (fate == FOLIO_FREE) {
			free_reclaimed_folio(mm, pfn);
			reclaimed += nr;
			continue;
		}
		p->gen = fate == FOLIO_ACTIVATE;
		if (fate == FOLIO_ACTIVATE)
			stat->nr_activate[folio_type(p)] += nr;
		list_add(mm, pfn, lv->kept);
	}
	count_vm_events(mm, VM_pgactivate, stat->nr_activate[0] + stat->nr_activate[1]);
	return reclaimed;
}

/**
 * shrink_node_begin - begin one shrink_node()
 * @mm: model memory
 * @sc: reclaim under way; its walk is reset
 */
void shrink_node_begin(struct mm *mm, struct scan_control *sc)
{
	sc->walk = (struct shrink_walk){ 0 };
	sc->walk.active = mm->k.lru_gen ? lru_gen_begin(mm, sc) : lru_classic_begin(mm, sc);
}

/**
 * shrink_node_step - do one batch of the shrink_node() under way
 * @mm: model memory
 * @sc: begun by shrink_node_begin()
 *
 * Return: false when the node is done.
 */
bool shrink_node_step(struct mm *mm, struct scan_control *sc)
{
	if (sc->walk.active)
		sc->walk.active = mm->k.lru_gen ? lru_gen_step(mm, sc) : lru_classic_step(mm, sc);
	return sc->walk.active;
}

static void shrink_node(struct mm *mm, struct scan_control *sc)
{
	shrink_node_begin(mm, sc);
	while (sc->walk.active) {
		writeback_run(mm, sc->now_ns);
		shrink_node_step(mm, sc);
	}
}

/* For a costly request a zone is left alone once compaction can work in it. */
static bool compaction_ready(const struct mm *mm, const struct zone *z,
			     const struct scan_control *sc)
{
	if (__zone_watermark_ok(z, sc->order, wmark_pages(z, WMARK_MIN), sc->reclaim_idx, 0,
				z->nr_free_pages, mm))
		return true;
	if (!compaction_suitable(mm, z, sc->order, wmark_pages(z, WMARK_HIGH), sc->reclaim_idx))
		return false;
	if (mm->k.compact_wmark_from_caller)
		return true;
	return __zone_watermark_ok(z, 0, wmark_pages(z, WMARK_HIGH) + compact_gap(mm, sc->order),
				   sc->reclaim_idx, 0, z->nr_free_pages, mm);
}

/* vmscan.c:shrink_zones: shrink the node once, unless every zone is ready for compaction. */
static void shrink_zones(struct mm *mm, struct scan_control *sc)
{
	bool node_done = false;

	for (int i = sc->reclaim_idx; i >= 0; i--) {
		struct zone *z = &mm->zone[i];

		if (!z->populated || !z->managed)
			continue;
		if (sc->order > PAGE_ALLOC_COSTLY_ORDER && compaction_ready(mm, z, sc)) {
			sc->compaction_ready = true;
			continue;
		}
		if (node_done)
			continue;
		node_done = true;
		shrink_node(mm, sc);
	}
}

/*
 * A pass has freed nothing while pages are being written. In the kernel locks, request queues and
 * reclaim_throttle() delay the reclaimer's next pass until the io ends. Here its clock advances to
 * the end of the oldest io.
 */
static void throttle_on_writeback(struct mm *mm, struct scan_control *sc)
{
	u64 next = swap_io_next(mm);

	if (sc->nr_reclaimed || !mm->swap->nr_writeback || next == UINT64_MAX)
		return;
	if (next > sc->now_ns)
		sc->now_ns = next;
	writeback_run(mm, sc->now_ns);
}

static void do_reclaim_passes(struct mm *mm, struct scan_control *sc)
{
	count_vm_events(mm, VM_allocstall_dma + sc->reclaim_idx, 1);
	do {
		sc->nr_scanned = 0;
		shrink_zones(mm, sc);
		if (sc->nr_reclaimed >= sc->nr_to_reclaim || sc->compaction_ready)
			break;
		throttle_on_writeback(mm, sc);
	} while (--sc->priority >= 0);
	snapshot_refaults(mm);
}

/* vmscan.c:do_try_to_free_pages: passes at rising priority, then its retries in other modes. */
static u64 do_try_to_free_pages(struct mm *mm, struct scan_control *sc)
{
	for (;;) {
		sc->priority = DEF_PRIORITY;
		do_reclaim_passes(mm, sc);
		if (sc->nr_reclaimed)
			return sc->nr_reclaimed;
		if (sc->compaction_ready)
			return 1;
		if (!sc->memcg_full_walk && mm->k.memcg_full_walk) {
			sc->memcg_full_walk = true;
			continue;
		}
		if (!sc->skipped_deactivate)
			return 0;
		sc->force_deactivate = true;
		sc->skipped_deactivate = false;
	}
}

/**
 * try_to_free_pages - do direct reclaim for the running task
 * @mm: model memory
 * @order: of the request; above 3 a zone ready for compaction is left alone
 * @gfp: without __GFP_IO nothing is written
 * @ac: request, which names the highest zone that helps
 *
 * It happens at one moment of the trace. The time that it would take by the cost parameters, waits
 * for kswapd and for swap io included, is added to mm->stall_ns_reclaim.
 * mm/vmscan.c:try_to_free_pages.
 *
 * Return: pages freed; 1 also if compaction can run without more; 0 without progress.
 */
u64 try_to_free_pages(struct mm *mm, u32 order, gfp_t gfp, const struct alloc_context *ac)
{
	struct scan_control sc = {
		.order = order,
		.gfp = gfp,
		.reclaim_idx = ac->highest_zoneidx,
		.nr_to_reclaim = SWAP_CLUSTER_MAX,
		.may_writepage = true,
		.may_swap = true,
		.now_ns = mm->now_ns,
	};
	struct mm_task saved = mm->current;
	u64 reclaimed;

	mm->nr_direct_reclaim++;
	mm->current.memalloc = true;
	sc.now_ns = throttle_direct_reclaim(mm, gfp);
	writeback_run(mm, sc.now_ns);
	reclaimed = do_try_to_free_pages(mm, &sc);
	mm->stall_ns_reclaim += sc.now_ns - mm->now_ns;
	mm->current = saved;
	return reclaimed;
}
