// SPDX-License-Identifier: GPL-2.0-only
/*
 * MGLRU eviction: batches of folios from the oldest generation of one type.
 */
#include "lru_gen.h"

/*
 * If the folio was touched since it came in, the page-table walk of the last aging would have
 * promoted it, so it is promoted now. Since 6.14 the first touch that a walk sees only makes it
 * referenced (vmscan.c:folio_update_gen).
 */
static bool walk_promoted(struct mm *mm, u32 pfn)
{
	struct lru_gen *g = &mm->lruvec->gen;
	struct page *p = &mm->page[pfn];
	int type = folio_type(p);

	if (!p->young || p->cold || g->max_seq <= g->min_seq[type] + 1)
		return false;
	p->young = 0;
	if (mm->k.lru_gen_count_down && !p->referenced && !p->workingset) {
		p->referenced = 1;
		return false;
	}
	p->referenced = p->refs = 0;
	lru_gen_move(mm, pfn, g->min_seq[type] + 1, false);
	return true;
}

/* vmscan.c:sort_folio. Return: true if the folio stays, in another generation. */
static bool sort_folio(struct mm *mm, struct scan_control *sc, u32 pfn, u32 tier_idx)
{
	struct lru_gen *g = &mm->lruvec->gen;
	struct page *p = &mm->page[pfn];
	u32 tier = folio_lru_tier(mm, p);
	int type = folio_type(p);
	bool lazy = folio_lru_refs(p) + p->workingset == 5;

	if (walk_promoted(mm, pfn))
		return true;
	/* the file system touches its blocks whenever it looks one up (fs/buffer.c:touch_buffer) */
	if (folio_buffers_busy(mm, pfn)) {
		folio_inc_gen(mm, pfn, false, false);
		return true;
	}
	if (tier > tier_idx || (lazy && mm->k.lru_gen_count_down)) {
		if (!lazy)
			g->protected[type][tier] += folio_nr_pages(p);
		folio_inc_gen(mm, pfn, false, false);
		return true;
	}
	if (page_zone(mm, pfn)->type > sc->reclaim_idx) {
		folio_inc_gen(mm, pfn, false, true);
		return true;
	}
	if (mm->k.lru_gen_exact_loop)
		return false;
	if (type == LRU_GEN_FILE && p->dirty) {
		sc->file_taken += folio_nr_pages(p);
		if (!p->writeback)
			sc->unqueued_dirty += folio_nr_pages(p);
	}
	if (p->writeback || (type == LRU_GEN_FILE && p->dirty)) {
		folio_inc_gen(mm, pfn, true, false);
		return true;
	}
	return false;
}

/* vmscan.c:isolate_folio. Return: false if this reclaimer must leave the folio alone. */
static bool isolate_folio(struct mm *mm, const struct scan_control *sc, u32 pfn)
{
	struct page *p = &mm->page[pfn];

	if (!mm->k.lru_gen_exact_loop) {
		if (!(sc->gfp & __GFP_IO) && (p->dirty || (p->kind == PK_ANON && !p->swapcache)))
			return false;
		p->reclaim = 0;
	}
	if (!p->referenced)
		p->refs = 0;
	lru_gen_del_folio(mm, pfn);
	p->gen = 0;		/* while isolated this is PG_active */
	list_add(mm, pfn, mm->lruvec->isolated);
	return true;
}

struct scan_counts {
	u64 scanned, sorted, isolated;
	u64 remaining;
};

/* Inner loop of vmscan.c:scan_folios, over one zone's folios of the oldest generation. */
static void scan_zone(struct mm *mm, struct scan_control *sc, int type, int zone, u32 tier,
		      struct scan_counts *c)
{
	struct lruvec *lv = mm->lruvec;
	struct lru_gen *g = &lv->gen;
	u32 head = g->folios[lru_gen_from_seq(g->min_seq[type])][type][zone], pfn;
	u64 skipped = 0;

	while ((pfn = list_last(mm, head)) != PFN_NONE) {
		u64 delta = folio_nr_pages(&mm->page[pfn]);

		c->scanned += delta;
		if (sort_folio(mm, sc, pfn, tier)) {
			c->sorted += delta;
		} else if (isolate_folio(mm, sc, pfn)) {
			c->isolated += delta;
		} else {
			list_del(mm, pfn);
			list_add(mm, pfn, lv->skipped);
			skipped += delta;
		}
		if (!--c->remaining || c->isolated >= MIN_LRU_BATCH || skipped >= MIN_LRU_BATCH)
			break;
	}
	while ((pfn = list_last(mm, lv->skipped)) != PFN_NONE) {
		list_del(mm, pfn);
		list_add(mm, pfn, head);
	}
}

/* Isolate up to 64 pages of @type. Return: pages scanned; 0: try the other type. */
static u64 scan_folios(struct mm *mm, struct scan_control *sc, int type, u32 tier, u64 nr_to_scan)
{
	struct scan_counts c = { .remaining = MAX_LRU_BATCH };

	if (mm->k.lru_gen_bounded_batch && nr_to_scan < MAX_LRU_BATCH)
		c.remaining = nr_to_scan;

	if (get_nr_gens(&mm->lruvec->gen, type) == MIN_NR_GENS)
		return 0;
	for (int i = MAX_NR_ZONES; i > 0; i--) {
		scan_zone(mm, sc, type, (sc->reclaim_idx + i) % MAX_NR_ZONES, tier, &c);
		if (!c.remaining || c.isolated >= MIN_LRU_BATCH)
			break;
	}
	count_reclaim(mm, sc, VM_pgscan_kswapd, c.isolated);
	count_vm_events(mm, type == LRU_GEN_ANON ? VM_pgscan_anon : VM_pgscan_file, c.isolated);
	count_vm_events(mm, VM_pgrefill, c.sorted);
	if (type == LRU_GEN_FILE)
		sc->file_taken += c.isolated;
	if (mm->k.lru_gen_exact_loop)
		return c.scanned;
	return c.isolated || !c.remaining ? c.scanned : 0;
}

/* vmscan.c:get_tier_idx. Tiers up to this one may be evicted; those above refault too often. */
static u32 get_tier_idx(const struct lru_gen *g, int type)
{
	struct ctrl_pos sp, pv;
	u32 tier;

	read_ctrl_pos(g, type, 0, 2, &sp);
	for (tier = 1; tier < MAX_NR_TIERS; tier++) {
		read_ctrl_pos(g, type, tier, 3, &pv);
		if (!positive_ctrl_err(&sp, &pv))
			break;
	}
	return tier - 1;
}

static int get_type_to_scan(const struct lru_gen *g, u32 swappiness)
{
	struct ctrl_pos sp, pv;

	if (swappiness <= 1)
		return LRU_GEN_FILE;
	if (swappiness >= 200)
		return LRU_GEN_ANON;
	read_ctrl_pos(g, LRU_GEN_ANON, MAX_NR_TIERS, swappiness, &sp);
	read_ctrl_pos(g, LRU_GEN_FILE, MAX_NR_TIERS, 200 - swappiness, &pv);
	return positive_ctrl_err(&sp, &pv) ? LRU_GEN_FILE : LRU_GEN_ANON;
}

/*
 * Isolate folios of one type, or of the other if it has none. Since 7.2 a type whose folios were
 * only sorted is tried twice.
 */
static u64 isolate_folios(struct mm *mm, struct scan_control *sc, u32 swappiness, u64 nr_to_scan,
			  int *isolated_type)
{
	const struct lru_gen *g = &mm->lruvec->gen;
	int type = get_type_to_scan(g, swappiness);
	u64 total = 0;

	for (int i = 0; i < ANON_AND_FILE; i++) {
		u64 scanned;

		if (!evictable_type(type, swappiness)) {
			type = !type;
			continue;
		}
		*isolated_type = type;
		scanned = scan_folios(mm, sc, type, get_tier_idx(g, type), nr_to_scan);
		total += scanned;
		if (!list_empty(mm, mm->lruvec->isolated) || (scanned && !mm->k.lru_gen_exact_loop))
			break;
		if (!scanned)
			type = !type;
	}
	return total;
}

/* Folios that were not freed go back to the LRU, but not into the oldest generation. */
static void move_folios_to_lru(struct mm *mm, int type)
{
	struct lruvec *lv = mm->lruvec;
	u32 pfn;

	while ((pfn = list_last(mm, lv->kept)) != PFN_NONE) {
		struct page *p = &mm->page[pfn];
		bool active = p->gen;

		list_del(mm, pfn);
		if (lru_gen_folio_seq(mm, p, active, false) == lv->gen.min_seq[type]) {
			p->referenced = p->refs = 0;
			active = true;
		}
		lru_gen_add_folio(mm, pfn, active, false, false);
	}
}

/* Isolate a batch. Return: pages scanned; 0 if there is nothing left to scan. */
static u64 isolate_batch(struct mm *mm, struct scan_control *sc, u32 swappiness, u64 nr_to_scan,
			 int *type)
{
	const struct lru_gen *g = &mm->lruvec->gen;
	u64 scanned;

	if (mm->k.lru_gen_exact_loop)
		try_to_inc_min_seq(mm, swappiness);
	scanned = isolate_folios(mm, sc, swappiness, nr_to_scan, type);
	if (mm->k.lru_gen_exact_loop) {
		if (scanned)
			try_to_inc_min_seq(mm, swappiness);
		return scanned;
	}
	scanned += try_to_inc_min_seq(mm, swappiness);
	if (evictable_min_seq(g, swappiness) + MIN_NR_GENS > g->max_seq)
		return 0;
	return scanned;
}

/* One batch: isolate, shrink, put back; vmscan.c:evict_folios. Return: pages scanned. */
static u64 evict_folios(struct mm *mm, struct scan_control *sc, u32 swappiness, u64 nr_to_scan)
{
	u64 scanned, reclaimed, taken = sc->nr_scanned;
	struct reclaim_stat stat;
	int type = LRU_GEN_FILE;

	scanned = isolate_batch(mm, sc, swappiness, nr_to_scan, &type);
	if (list_empty(mm, mm->lruvec->isolated))
		return scanned;
	reclaimed = shrink_folio_list(mm, sc, &stat);
	taken = sc->nr_scanned - taken;
	sc->unqueued_dirty += stat.nr_unqueued_dirty;
	if (mm->k.lru_gen_exact_loop && stat.nr_unqueued_dirty == taken)
		wakeup_flusher_threads(mm, sc->now_ns);
	sc->nr_reclaimed += reclaimed;
	count_reclaim(mm, sc, VM_pgsteal_kswapd, reclaimed);
	count_vm_events(mm, type == LRU_GEN_ANON ? VM_pgsteal_anon : VM_pgsteal_file, reclaimed);
	move_folios_to_lru(mm, type);
	return scanned;
}

static u32 get_swappiness(const struct mm *mm, const struct scan_control *sc)
{
	if (!sc->may_swap || get_nr_swap_pages(mm) < MIN_LRU_BATCH)
		return 0;
	/* clean page cache is more likely to be there; 7.2 dropped the rule */
	if (mm->sysctl.swappiness && !(sc->gfp & __GFP_IO) && !mm->k.lru_gen_exact_loop)
		return 1;
	return mm->sysctl.swappiness;
}

/* Does every eligible zone have enough? Only kswapd asks; vmscan.c:should_abort_scan. */
static bool kswapd_safe(const struct mm *mm, const struct scan_control *sc)
{
	for (int i = 0; i <= (int)sc->reclaim_idx; i++) {
		const struct zone *z = &mm->zone[i];

		if (z->populated && z->managed &&
		    !__zone_watermark_ok(z, 0, wmark_pages(z, WMARK_HIGH) + MIN_LRU_BATCH,
					 sc->reclaim_idx, 0, z->nr_free_pages, mm))
			return false;
	}
	return true;
}

static bool should_abort_scan(const struct mm *mm, const struct scan_control *sc)
{
	u64 gap = compact_gap(mm, sc->order);

	if (sc->nr_reclaimed >= (sc->nr_to_reclaim > gap ? sc->nr_to_reclaim : gap))
		return true;
	if (!sc->kswapd || sc->order)
		return false;
	return kswapd_safe(mm, sc);
}

static int fls64(u64 x)
{
	return x ? 64 - __builtin_clzll(x) : 0;
}

/* A large target begins at a lower priority value: few rounds over many pages, not the reverse. */
static void set_initial_priority(const struct mm *mm, struct scan_control *sc)
{
	u64 reclaimable;
	int prio;

	if (sc->priority != DEF_PRIORITY || sc->nr_to_reclaim < MIN_LRU_BATCH)
		return;
	reclaimable = lru_gen_pages(mm, LRU_GEN_FILE, true);
	if (can_reclaim_anon_pages(mm))
		reclaimable += lru_gen_pages(mm, LRU_GEN_ANON, true);
	prio = fls64(reclaimable) - 1 - fls64(sc->nr_to_reclaim - 1);
	sc->priority = prio < DEF_PRIORITY / 2 ? DEF_PRIORITY / 2 :
		       prio > DEF_PRIORITY ? DEF_PRIORITY : prio;
}

/**
 * lru_gen_begin - begin to shrink the node
 * @mm: model memory
 * @sc: reclaim under way
 *
 * A round that may not write (kswapd reclaiming for a watermark boost) does nothing.
 * mm/vmscan.c:lru_gen_shrink_node.
 *
 * Return: false if there is nothing to do.
 */
bool lru_gen_begin(struct mm *mm, struct scan_control *sc)
{
	sc->unqueued_dirty = sc->file_taken = 0;
	if (!sc->may_writepage)
		return false;
	set_initial_priority(mm, sc);
	sc->walk.nr_reclaimed0 = sc->nr_reclaimed;
	if (sc->kswapd)
		sc->nr_reclaimed = 0;
	if (mm->k.lru_gen_exact_loop)
		sc->walk.nr_to_scan = (s64)(lruvec_evictable_size(&mm->lruvec->gen,
					get_swappiness(mm, sc)) >> sc->priority);
	return true;
}

/* The end of try_to_shrink_lruvec(), shrink_one() and lru_gen_shrink_node(). */
static bool lru_gen_end(struct mm *mm, struct scan_control *sc)
{
	if (!mm->k.lru_gen_exact_loop && sc->unqueued_dirty && sc->unqueued_dirty == sc->file_taken)
		wakeup_flusher_threads(mm, sc->now_ns);
	sc->nr_reclaimed += shrink_slab(mm, sc);
	if (sc->kswapd)
		sc->nr_reclaimed += sc->walk.nr_reclaimed0;
	if (sc->nr_reclaimed > sc->walk.nr_reclaimed0)
		kswapd_made_progress(mm, sc);
	return false;
}

/* A step of 7.2's loop: pages scanned reduce the budget, and a pass that has aged ends. */
static bool lru_gen_step_exact(struct mm *mm, struct scan_control *sc, u32 swappiness)
{
	const struct lru_gen *g = &mm->lruvec->gen;
	struct shrink_walk *w = &sc->walk;
	bool aged = false;
	u64 batch, delta;

	if (w->nr_to_scan <= 0)
		return false;
	if (should_run_aging(mm, sc, swappiness, lruvec_evictable_size(g, swappiness))) {
		inc_max_seq(mm, swappiness);
		aged = true;
	}
	batch = w->nr_to_scan < (s64)MIN_LRU_BATCH ? (u64)w->nr_to_scan : MIN_LRU_BATCH;
	delta = evict_folios(mm, sc, swappiness, batch);
	if (!delta || should_abort_scan(mm, sc) || aged)
		return false;
	w->nr_to_scan -= (s64)delta;
	return w->nr_to_scan > 0;
}

/* A step of the loop before 7.2. */
static bool lru_gen_step_old(struct mm *mm, struct scan_control *sc, u32 swappiness)
{
	struct shrink_walk *w = &sc->walk;
	u64 delta;

	w->nr_to_scan = get_nr_to_scan(mm, sc, swappiness);
	if (w->nr_to_scan <= 0)
		return false;
	delta = evict_folios(mm, sc, swappiness, (u64)w->nr_to_scan);
	w->scanned += delta;
	return delta && w->scanned < (u64)w->nr_to_scan && !should_abort_scan(mm, sc);
}

/**
 * lru_gen_step - do one batch of try_to_shrink_lruvec()
 * @mm: model memory
 * @sc: begun by lru_gen_begin()
 *
 * Return: true while there is more to do.
 */
bool lru_gen_step(struct mm *mm, struct scan_control *sc)
{
	u32 swappiness = get_swappiness(mm, sc);
	bool more;

	if (mm->k.lru_gen_exact_loop)
		more = lru_gen_step_exact(mm, sc, swappiness);
	else
		more = lru_gen_step_old(mm, sc, swappiness);
	return more ? true : lru_gen_end(mm, sc);
}
