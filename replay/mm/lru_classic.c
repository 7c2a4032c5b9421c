// SPDX-License-Identifier: GPL-2.0-only
/*
 * The classic LRU: active and inactive lists of anonymous and file folios; Debian's 6.1 default.
 */
#include "vmscan.h"

enum scan_balance { SCAN_EQUAL, SCAN_FRACT, SCAN_ANON, SCAN_FILE };

static bool is_active(int lru)
{
	return lru & 1;
}

static int lru_type(int lru)
{
	return lru >> 1;
}

static int folio_lru_list(const struct page *p)
{
	return folio_type(p) * 2 + (p->gen & 1);
}

/**
 * lru_classic_init - set up empty lists
 * @mm: model memory; mm->lruvec exists
 *
 * Return: 0 or -ENOMEM.
 */
int lru_classic_init(struct mm *mm)
{
	if (mm_alloc_lists(mm, mm->lruvec->list, NR_EVICTABLE_LISTS))
		return -ENOMEM;
	return workingset_init(mm);
}

/**
 * lru_classic_add_folio - put a folio on its list
 * @mm: model memory
 * @pfn: head of a folio that is on no list
 * @active: on the active list
 * @tail: at its cold end
 */
void lru_classic_add_folio(struct mm *mm, u32 pfn, bool active, bool tail)
{
	struct lruvec *lv = mm->lruvec;
	struct page *p = &mm->page[pfn];
	int lru;

	p->gen = active;
	p->lru = 1;
	lru = folio_lru_list(p);
	lv->lru_size[lru][page_zone(mm, pfn)->type] += folio_nr_pages(p);
	if (tail)
		list_add_tail(mm, pfn, lv->list[lru]);
	else
		list_add(mm, pfn, lv->list[lru]);
	folio_lru_account(mm, pfn, 1);
}

/**
 * lru_classic_del_folio - take a folio off its list
 * @mm: model memory
 * @pfn: head of a folio on the LRU
 */
void lru_classic_del_folio(struct mm *mm, u32 pfn)
{
	struct page *p = &mm->page[pfn];

	list_del(mm, pfn);
	mm->lruvec->lru_size[folio_lru_list(p)][page_zone(mm, pfn)->type] -= folio_nr_pages(p);
	p->lru = 0;
	folio_lru_account(mm, pfn, -1);
}

/**
 * lru_classic_mark_accessed - note one access through a file descriptor
 * @mm: model memory
 * @pfn: head of a folio
 *
 * mm/swap.c:folio_mark_accessed: inactive -> inactive, referenced -> active -> active, referenced.
 */
void lru_classic_mark_accessed(struct mm *mm, u32 pfn)
{
	struct page *p = &mm->page[pfn];

	if (!p->referenced) {
		p->referenced = 1;
		return;
	}
	if (!p->lru || p->gen)
		return;
	lru_classic_del_folio(mm, pfn);
	lru_classic_add_folio(mm, pfn, true, false);
	p->referenced = 0;
	count_vm_events(mm, VM_pgactivate, folio_nr_pages(p));
	workingset_age_nonresident(mm, folio_nr_pages(p));
}

static u64 lruvec_lru_size(const struct mm *mm, int lru, int idx)
{
	u64 n = 0;

	for (int z = 0; z <= idx; z++)
		n += (u64)mm->lruvec->lru_size[lru][z];
	return n;
}

/**
 * lru_classic_pages - count the pages of a type
 * @mm: model memory
 * @type: LRU_GEN_ANON or LRU_GEN_FILE
 * @inactive_only: leave out the active list
 *
 * Return: base pages in all zones.
 */
u64 lru_classic_pages(const struct mm *mm, int type, bool inactive_only)
{
	u64 n = lruvec_lru_size(mm, type * 2, MAX_NR_ZONES - 1);

	return inactive_only ? n : n + lruvec_lru_size(mm, type * 2 + 1, MAX_NR_ZONES - 1);
}

static u64 int_sqrt(u64 x)
{
	u64 r = 0;

	while ((r + 1) * (r + 1) <= x)
		r++;
	return r;
}

static bool inactive_is_low(const struct mm *mm, int type)
{
	u64 inactive = lruvec_lru_size(mm, type * 2, MAX_NR_ZONES - 1);
	u64 active = lruvec_lru_size(mm, type * 2 + 1, MAX_NR_ZONES - 1);
	u64 gb = (inactive + active) >> (30 - PAGE_SHIFT);

	return inactive * (gb ? int_sqrt(10 * gb) : 1) < active;
}

/* Add to the cost of a side's reclaim; when the sum is large, both are halved. lru_note_cost(). */
static void lru_note_cost(struct mm *mm, int type, u64 nr_io, u64 nr_rotated)
{
	struct lruvec *lv = mm->lruvec;
	u64 size = lruvec_pages(mm, LRU_GEN_ANON, false) + lruvec_pages(mm, LRU_GEN_FILE, false);

	lv->cost[type] += mm->k.lru_rotation_cost ? nr_io * SWAP_CLUSTER_MAX + nr_rotated : nr_io;
	while (lv->cost[0] + lv->cost[1] > size / 4 && (lv->cost[0] || lv->cost[1])) {
		lv->cost[0] /= 2;
		lv->cost[1] /= 2;
	}
}

/**
 * lru_classic_note_refault - add the cost of pages that had to be read back
 * @mm: model memory
 * @type: LRU_GEN_ANON or LRU_GEN_FILE
 * @nr: pages
 *
 * mm/swap.c:lru_note_cost_refault.
 */
void lru_classic_note_refault(struct mm *mm, int type, u64 nr)
{
	lru_note_cost(mm, type, nr, 0);
}

/* vmscan.c:prepare_scan_count */
static void prepare_scan_count(struct mm *mm, struct scan_control *sc)
{
	u64 file, anon = lruvec_lru_size(mm, LRU_INACTIVE_ANON, MAX_NR_ZONES - 1);
	u64 free = 0, high = 0;

	for (int t = 0; t < ANON_AND_FILE; t++)
		sc->may_deactivate[t] = sc->force_deactivate || inactive_is_low(mm, t) ||
					workingset_refaulted(mm, t);
	file = lruvec_lru_size(mm, LRU_INACTIVE_FILE, MAX_NR_ZONES - 1);
	sc->cache_trim_mode = file >> sc->priority && !sc->may_deactivate[LRU_GEN_FILE] &&
			      !sc->no_cache_trim_mode;
	file += lruvec_lru_size(mm, LRU_ACTIVE_FILE, MAX_NR_ZONES - 1);
	for (int i = 0; i < MAX_NR_ZONES; i++) {
		if (!mm->zone[i].populated)
			continue;
		free += (u64)mm->zone[i].nr_free_pages;
		high += wmark_pages(&mm->zone[i], WMARK_HIGH);
	}
	sc->file_is_tiny = file + free <= high && !sc->may_deactivate[LRU_GEN_ANON] &&
			   anon >> sc->priority;
}

static enum scan_balance get_scan_balance(const struct mm *mm, const struct scan_control *sc)
{
	if (!sc->may_swap || !can_reclaim_anon_pages(mm))
		return SCAN_FILE;
	if (!sc->priority && mm->sysctl.swappiness)
		return SCAN_EQUAL;
	if (sc->file_is_tiny)
		return SCAN_ANON;
	return sc->cache_trim_mode ? SCAN_FILE : SCAN_FRACT;
}

/* vmscan.c:get_scan_count */
static void get_scan_count(const struct mm *mm, struct scan_control *sc, u64 nr[])
{
	const struct lruvec *lv = mm->lruvec;
	enum scan_balance balance = get_scan_balance(mm, sc);
	u64 total = lv->cost[0] + lv->cost[1], sw = mm->sysctl.swappiness;
	u64 part[ANON_AND_FILE], sum;

	part[0] = sw * (total + 1) / (total + lv->cost[LRU_GEN_ANON] + 1);
	part[1] = (200 - sw) * (total + 1) / (total + lv->cost[LRU_GEN_FILE] + 1);
	/* as in the kernel, each side's cost is the total plus its own */
	sum = part[0] + part[1];
	for (int lru = 0; lru < NR_EVICTABLE_LISTS; lru++) {
		int type = lru_type(lru);
		u64 scan = lruvec_lru_size(mm, lru, sc->reclaim_idx) >> sc->priority;

		if (balance == SCAN_FRACT)
			scan = sum ? scan * part[type] / sum : 0;
		else if ((balance == SCAN_FILE) != (type == LRU_GEN_FILE) && balance != SCAN_EQUAL)
			scan = 0;
		nr[lru] = scan;
	}
}

static u64 isolate_lru_folios(struct mm *mm, const struct scan_control *sc, int lru, u64 want)
{
	struct lruvec *lv = mm->lruvec;
	u64 scanned = 0, taken = 0;
	u32 pfn;

	while (scanned < want && (pfn = list_last(mm, lv->list[lru])) != PFN_NONE) {
		if (page_zone(mm, pfn)->type > sc->reclaim_idx) {
			list_del(mm, pfn);
			list_add(mm, pfn, lv->skipped);
			continue;
		}
		scanned += folio_nr_pages(&mm->page[pfn]);
		taken += folio_nr_pages(&mm->page[pfn]);
		lru_classic_del_folio(mm, pfn);
		mm->page[pfn].gen = 0;
		list_add(mm, pfn, lv->isolated);
	}
	while ((pfn = list_last(mm, lv->skipped)) != PFN_NONE) {
		list_del(mm, pfn);
		list_add(mm, pfn, lv->list[lru]);
	}
	return taken;
}

static void move_folios_to_lru(struct mm *mm)
{
	u32 pfn;

	while ((pfn = list_last(mm, mm->lruvec->kept)) != PFN_NONE) {
		list_del(mm, pfn);
		lru_classic_add_folio(mm, pfn, mm->page[pfn].gen, false);
	}
}

/* vmscan.c:shrink_inactive_list */
static void shrink_inactive_list(struct mm *mm, struct scan_control *sc, int lru, u64 want)
{
	struct reclaim_stat stat;
	int type = lru_type(lru);
	u64 taken = isolate_lru_folios(mm, sc, lru, want), reclaimed;

	count_reclaim(mm, sc, VM_pgscan_kswapd, taken);
	count_vm_events(mm, type == LRU_GEN_ANON ? VM_pgscan_anon : VM_pgscan_file, taken);
	if (!taken)
		return;
	reclaimed = shrink_folio_list(mm, sc, &stat);
	sc->nr_reclaimed += reclaimed;
	count_reclaim(mm, sc, VM_pgsteal_kswapd, reclaimed);
	count_vm_events(mm, type == LRU_GEN_ANON ? VM_pgsteal_anon : VM_pgsteal_file, reclaimed);
	move_folios_to_lru(mm);
	lru_note_cost(mm, type, stat.nr_pageout, taken - reclaimed);
	if (stat.nr_unqueued_dirty == taken)
		wakeup_flusher_threads(mm, sc->now_ns);
}

/*
 * vmscan.c:shrink_active_list. Only referenced pages of executable files would stay active, and the
 * model knows none.
 */
static void shrink_active_list(struct mm *mm, struct scan_control *sc, int lru, u64 want)
{
	u64 taken = isolate_lru_folios(mm, sc, lru, want);
	u32 pfn;

	count_vm_events(mm, VM_pgrefill, taken);
	while ((pfn = list_last(mm, mm->lruvec->isolated)) != PFN_NONE) {
		struct page *p = &mm->page[pfn];

		list_del(mm, pfn);
		p->young = 0;
		p->workingset = 1;
		lru_classic_add_folio(mm, pfn, false, false);
		count_vm_events(mm, VM_pgdeactivate, folio_nr_pages(p));
	}
}

/**
 * lru_classic_age - let kswapd age the anonymous active list
 * @mm: model memory
 * @sc: kswapd's
 *
 * mm/vmscan.c:age_active_anon.
 */
void lru_classic_age(struct mm *mm, struct scan_control *sc)
{
	if (mm->swap_pages && inactive_is_low(mm, LRU_GEN_ANON))
		shrink_active_list(mm, sc, LRU_ACTIVE_ANON, SWAP_CLUSTER_MAX);
}

/**
 * lru_classic_begin - begin to shrink the node: compute how much of each list to scan
 * @mm: model memory
 * @sc: reclaim under way
 *
 * Return: true: there is always a first step.
 */
bool lru_classic_begin(struct mm *mm, struct scan_control *sc)
{
	struct shrink_walk *w = &sc->walk;

	w->nr_reclaimed0 = sc->nr_reclaimed;
	prepare_scan_count(mm, sc);
	get_scan_count(mm, sc, w->nr);
	for (int l = 0; l < NR_EVICTABLE_LISTS; l++)
		w->targets[l] = w->nr[l];
	/* a direct reclaimer at the first priority scans both sides in full */
	w->scan_adjusted = !sc->kswapd && sc->priority == DEF_PRIORITY;
	return true;
}

static void shrink_list(struct mm *mm, struct scan_control *sc, int lru, u64 want)
{
	if (!is_active(lru))
		shrink_inactive_list(mm, sc, lru, want);
	else if (sc->may_deactivate[lru_type(lru)])
		shrink_active_list(mm, sc, lru, want);
	else
		sc->skipped_deactivate = true;
}

/* The target is met: stop the smaller side and scan the other in proportion. False: stop both. */
static bool adjust_proportions(struct shrink_walk *w)
{
	u64 file = w->nr[LRU_INACTIVE_FILE] + w->nr[LRU_ACTIVE_FILE];
	u64 anon = w->nr[LRU_INACTIVE_ANON] + w->nr[LRU_ACTIVE_ANON];
	int small = file > anon ? LRU_GEN_ANON : LRU_GEN_FILE;
	u64 target, percent;

	if (!file || !anon)
		return false;
	target = w->targets[small * 2] + w->targets[small * 2 + 1] + 1;
	percent = (small == LRU_GEN_ANON ? anon : file) * 100 / target;
	w->nr[small * 2] = w->nr[small * 2 + 1] = 0;
	for (int l = !small * 2; l <= !small * 2 + 1; l++) {
		u64 done = w->targets[l] - w->nr[l];
		u64 want = w->targets[l] * (100 - percent) / 100;

		w->nr[l] = want > done ? want - done : 0;
	}
	w->scan_adjusted = true;
	return true;
}

static bool walk_left(const struct shrink_walk *w)
{
	return w->nr[LRU_INACTIVE_ANON] || w->nr[LRU_ACTIVE_FILE] || w->nr[LRU_INACTIVE_FILE];
}

/**
 * lru_classic_continue - decide whether to shrink the node once more, for a high order
 * @mm: model memory
 * @sc: reclaim that has shrunk the node
 *
 * For orders above 3, or any order after three priorities without success, reclaim goes on until a
 * zone is ready for compaction or it frees nothing more. mm/vmscan.c:should_continue_reclaim.
 *
 * Return: whether to.
 */
static bool lru_classic_continue(struct mm *mm, struct scan_control *sc)
{
	u64 inactive = lruvec_lru_size(mm, LRU_INACTIVE_FILE, MAX_NR_ZONES - 1);

	if (!sc->order ||
	    (sc->order <= PAGE_ALLOC_COSTLY_ORDER && sc->priority >= DEF_PRIORITY - 2))
		return false;
	if (sc->nr_reclaimed == sc->walk.nr_reclaimed0)
		return false;
	for (int i = 0; i <= (int)sc->reclaim_idx; i++) {
		const struct zone *z = &mm->zone[i];

		if (!z->populated || !z->managed)
			continue;
		if (__zone_watermark_ok(z, sc->order, wmark_pages(z, WMARK_MIN), sc->reclaim_idx, 0,
					z->nr_free_pages, mm) ||
		    compaction_suitable(mm, z, sc->order, wmark_pages(z, WMARK_HIGH),
					sc->reclaim_idx))
			return false;
	}
	if (can_reclaim_anon_pages(mm))
		inactive += lruvec_lru_size(mm, LRU_INACTIVE_ANON, MAX_NR_ZONES - 1);
	return inactive > compact_gap(mm, sc->order);
}

static bool lru_classic_end(struct mm *mm, struct scan_control *sc)
{
	struct shrink_walk *w = &sc->walk;

	if (mm->swap_pages && inactive_is_low(mm, LRU_GEN_ANON))
		shrink_active_list(mm, sc, LRU_ACTIVE_ANON, SWAP_CLUSTER_MAX);
	sc->nr_reclaimed += shrink_slab(mm, sc);
	if (sc->nr_reclaimed > w->nr_reclaimed0)
		kswapd_made_progress(mm, sc);
	else if (sc->cache_trim_mode)
		sc->cache_trim_mode_failed = true;
	if (!lru_classic_continue(mm, sc))
		return false;
	return lru_classic_begin(mm, sc);
}

/**
 * lru_classic_step - scan up to 32 pages of the next list that has some left to scan
 * @mm: model memory
 * @sc: begun by lru_classic_begin()
 *
 * mm/vmscan.c:shrink_lruvec.
 *
 * Return: true while there is more to do.
 */
bool lru_classic_step(struct mm *mm, struct scan_control *sc)
{
	struct shrink_walk *w = &sc->walk;
	u64 n;

	if (!w->lru && !walk_left(w))
		return lru_classic_end(mm, sc);
	n = w->nr[w->lru] < SWAP_CLUSTER_MAX ? w->nr[w->lru] : SWAP_CLUSTER_MAX;
	if (n) {
		w->nr[w->lru] -= n;
		shrink_list(mm, sc, w->lru, n);
	}
	w->lru = (w->lru + 1) % NR_EVICTABLE_LISTS;
	if (w->lru || w->scan_adjusted)
		return true;
	if (sc->nr_reclaimed - w->nr_reclaimed0 < sc->nr_to_reclaim)
		return true;
	return adjust_proportions(w) ? true : lru_classic_end(mm, sc);
}
