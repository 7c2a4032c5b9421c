/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * MGLRU: the multi-gen LRU, mm/vmscan.c's second half, default since Debian's 6.12.
 *
 * What the kernel learns from page tables the model cannot see; it knows who was just faulted in
 * (page->young), who was read through a file descriptor (refs), and whom the recorded kernel has
 * reclaimed (cold). The page-table walk of the aging is done lazily: a young folio that is found
 * in the oldest generation after a walk would have been promoted by that walk, so it is now.
 */
#include "vmscan.h"

static u32 lru_gen_from_seq(u64 seq)
{
	return seq % MAX_NR_GENS;
}

static u32 get_nr_gens(const struct lru_gen *g, int type)
{
	return (u32)(g->max_seq - g->min_seq[type] + 1);
}

/* >= 6.14 ("mm/mglru: rework workingset protection") counts generations down from the youngest */
static bool lru_gen_reworked(const struct mm *mm)
{
	return kernel_at_least(mm, 6, 14);
}

/**
 * lru_gen_init - empty generations
 * @mm: machine; mm->lruvec exists
 *
 * mm/vmscan.c:lru_gen_init_lruvec.
 */
void lru_gen_init(struct mm *mm)
{
	struct lru_gen *g = &mm->lruvec->gen;

	g->max_seq = MIN_NR_GENS + 1;
	for (u32 i = 0; i < NR_LRU_GENS; i++)
		for (int t = 0; t < ANON_AND_FILE; t++)
			for (int z = 0; z < MAX_NR_ZONES; z++)
				g->folios[i][t][z] = mm_alloc_list(mm);
}

static void lru_gen_insert(struct mm *mm, u32 pfn, u64 seq, bool tail)
{
	struct lru_gen *g = &mm->lruvec->gen;
	struct page *p = &mm->page[pfn];
	int type = folio_type(p), zone = page_zone(mm, pfn)->type;
	u32 gen = lru_gen_from_seq(seq);

	p->gen = gen;
	p->lru = 1;
	g->nr_pages[gen][type][zone] += folio_nr_pages(p);
	if (tail)
		list_add_tail(mm, pfn, g->folios[gen][type][zone]);
	else
		list_add(mm, pfn, g->folios[gen][type][zone]);
	folio_lru_account(mm, pfn, 1);
}

/* mm_inline.h:lru_gen_folio_seq before 6.14 */
static u64 lru_gen_folio_seq_old(const struct lru_gen *g, const struct page *p, bool active,
				 bool reclaiming)
{
	int type = folio_type(p);

	if (active)
		return g->max_seq;
	if ((type == LRU_GEN_ANON && !p->swapcache) ||
	    (p->reclaim && (p->dirty || p->writeback)))
		return g->max_seq - 1;
	if (reclaiming || g->min_seq[type] + MIN_NR_GENS >= g->max_seq)
		return g->min_seq[type];
	return g->min_seq[type] + 1;
}

/* mm_inline.h:lru_gen_folio_seq since 6.14 */
static u64 lru_gen_folio_seq(const struct lru_gen *g, const struct page *p, bool active,
			     bool reclaiming)
{
	int type = folio_type(p);
	u64 gen, seq;

	if (active)
		gen = MIN_NR_GENS - p->workingset;
	else if (reclaiming)
		gen = MAX_NR_GENS;
	else if ((type == LRU_GEN_ANON && !p->swapcache) ||
		 (p->reclaim && (p->dirty || p->writeback)))
		gen = MIN_NR_GENS;
	else
		gen = MAX_NR_GENS - p->workingset;
	seq = g->max_seq + 1 > gen ? g->max_seq + 1 - gen : 0;
	return seq > g->min_seq[type] ? seq : g->min_seq[type];
}

/**
 * lru_gen_add_folio - put a folio into its generation
 * @mm: machine
 * @pfn: head of a folio that is on no list
 * @active: PG_active: it was just faulted in, or reclaim found it in use
 * @reclaiming: it is to be reclaimed next: oldest generation
 * @tail: at the cold end of that generation
 *
 * mm_inline.h:lru_gen_add_folio.
 */
void lru_gen_add_folio(struct mm *mm, u32 pfn, bool active, bool reclaiming, bool tail)
{
	const struct lru_gen *g = &mm->lruvec->gen;
	const struct page *p = &mm->page[pfn];
	u64 seq;

	if (lru_gen_reworked(mm))
		seq = lru_gen_folio_seq(g, p, active, reclaiming);
	else
		seq = lru_gen_folio_seq_old(g, p, active, reclaiming);
	lru_gen_insert(mm, pfn, seq, tail);
}

/**
 * lru_gen_del_folio - take a folio off its generation
 * @mm: machine
 * @pfn: head of a folio on an LRU list
 */
void lru_gen_del_folio(struct mm *mm, u32 pfn)
{
	struct page *p = &mm->page[pfn];
	struct zone *z = page_zone(mm, pfn);

	list_del(mm, pfn);
	mm->lruvec->gen.nr_pages[p->gen][folio_type(p)][z->type] -= folio_nr_pages(p);
	p->lru = 0;
	folio_lru_account(mm, pfn, -1);
}

static void lru_gen_move(struct mm *mm, u32 pfn, u64 seq, bool tail)
{
	lru_gen_del_folio(mm, pfn);
	lru_gen_insert(mm, pfn, seq, tail);
}

/**
 * lru_gen_inc_refs - one more access through a file descriptor
 * @mm: machine
 * @pfn: head of a folio
 *
 * mm/swap.c:lru_gen_inc_refs: the first sets PG_referenced, the next count up, those past the
 * last make it part of the working set.
 */
void lru_gen_inc_refs(struct mm *mm, u32 pfn)
{
	struct page *p = &mm->page[pfn];

	if (!p->referenced)
		p->referenced = 1;
	else if (p->refs < 3)
		p->refs++;
	else
		p->workingset = 1;
}

static u32 folio_lru_refs(const struct page *p)
{
	return p->referenced ? p->refs + 1u : 0;
}

/* mm_inline.h:lru_tier_from_refs: order_base_2(refs), the working set in the last tier */
static u32 folio_lru_tier(const struct mm *mm, const struct page *p)
{
	static const u8 order_base_2[] = { 0, 0, 1, 2, 2 };

	if (lru_gen_reworked(mm) && p->workingset)
		return MAX_NR_TIERS - 1;
	return order_base_2[folio_lru_refs(p)];
}

/**
 * lru_gen_refault - an evicted folio has come back
 * @mm: machine
 * @pfn: head of the new folio
 *
 * mm/workingset.c:lru_gen_refault. The model keeps no shadow entries: every refault is taken as
 * recent (within the last generations) and of tier 0, that of folios in use by page tables.
 */
void lru_gen_refault(struct mm *mm, u32 pfn)
{
	const struct page *p = &mm->page[pfn];

	mm->lruvec->gen.refaulted[folio_type(p)][0] += folio_nr_pages(p);
}

/**
 * lru_gen_eviction - account a folio that reclaim frees
 * @mm: machine
 * @pfn: its head
 *
 * mm/workingset.c:lru_gen_eviction.
 */
void lru_gen_eviction(struct mm *mm, u32 pfn)
{
	const struct page *p = &mm->page[pfn];

	mm->lruvec->gen.evicted[folio_type(p)][folio_lru_tier(mm, p)] += folio_nr_pages(p);
}

/* The feedback loop: refault rates of two sets of tiers, compared. vmscan.c:struct ctrl_pos */
struct ctrl_pos {
	u64 refaulted, total;
	u64 gain;
};

static void read_ctrl_pos(const struct lru_gen *g, int type, u32 tier, u64 gain,
			  struct ctrl_pos *pos)
{
	u32 first = tier % MAX_NR_TIERS;
	u32 last = tier < MAX_NR_TIERS ? tier : MAX_NR_TIERS - 1;

	*pos = (struct ctrl_pos){ .gain = gain };
	for (u32 i = first; i <= last; i++) {
		pos->refaulted += g->avg_refaulted[type][i] + g->refaulted[type][i];
		pos->total += g->avg_total[type][i] + g->protected[type][i] + g->evicted[type][i];
	}
}

/* True: @pv refaults seldom, or no more than the set point @sp, gains considered */
static bool positive_ctrl_err(const struct ctrl_pos *sp, const struct ctrl_pos *pv)
{
	return pv->refaulted < MIN_LRU_BATCH ||
	       pv->refaulted * (sp->total + MIN_LRU_BATCH) * sp->gain <=
	       (sp->refaulted + 1) * pv->total * pv->gain;
}

/* A generation of @type is gone: halve its history into the averages */
static void reset_ctrl_pos(struct lru_gen *g, int type)
{
	for (u32 t = 0; t < MAX_NR_TIERS; t++) {
		g->avg_refaulted[type][t] = (g->avg_refaulted[type][t] + g->refaulted[type][t]) / 2;
		g->avg_total[type][t] = (g->avg_total[type][t] + g->protected[type][t] +
					 g->evicted[type][t]) / 2;
		g->refaulted[type][t] = g->evicted[type][t] = g->protected[type][t] = 0;
	}
}

static bool evictable_type(int type, u32 swappiness)
{
	return type == LRU_GEN_ANON ? swappiness > 0 : swappiness <= 200;
}

static u64 evictable_min_seq(const struct lru_gen *g, u32 swappiness)
{
	u64 file = g->min_seq[LRU_GEN_FILE], anon = g->min_seq[LRU_GEN_ANON];

	return !evictable_type(LRU_GEN_ANON, swappiness) || file < anon ? file : anon;
}

static bool gen_empty(const struct mm *mm, u32 gen, int type)
{
	for (int z = 0; z < MAX_NR_ZONES; z++)
		if (!list_empty(mm, mm->lruvec->gen.folios[gen][type][z]))
			return false;
	return true;
}

/* Keep the two types' oldest generations from drifting apart */
static void sync_min_seq(const struct mm *mm, const struct lru_gen *g, u64 min_seq[2])
{
	u64 seq = g->max_seq - MIN_NR_GENS;

	if (lru_gen_reworked(mm)) {
		if (min_seq[LRU_GEN_ANON] > seq && min_seq[LRU_GEN_FILE] < seq)
			min_seq[LRU_GEN_ANON] = seq;
		else if (min_seq[LRU_GEN_FILE] > seq && min_seq[LRU_GEN_ANON] < seq)
			min_seq[LRU_GEN_FILE] = seq;
		return;
	}
	if (min_seq[LRU_GEN_ANON] > min_seq[LRU_GEN_FILE])
		min_seq[LRU_GEN_ANON] = min_seq[LRU_GEN_FILE];
	if (min_seq[LRU_GEN_FILE] < min_seq[LRU_GEN_ANON])
		min_seq[LRU_GEN_FILE] = min_seq[LRU_GEN_ANON];
}

/* Drop empty oldest generations; true when one was dropped. vmscan.c:try_to_inc_min_seq */
static bool try_to_inc_min_seq(struct mm *mm, u32 swappiness)
{
	struct lru_gen *g = &mm->lruvec->gen;
	u64 min_seq[ANON_AND_FILE] = { g->min_seq[0], g->min_seq[1] };
	bool success = false;

	for (int t = 0; t < ANON_AND_FILE; t++) {
		if (!evictable_type(t, swappiness))
			continue;
		while (min_seq[t] + MIN_NR_GENS <= g->max_seq &&
		       gen_empty(mm, lru_gen_from_seq(min_seq[t]), t))
			min_seq[t]++;
	}
	if (swappiness && swappiness <= 200)
		sync_min_seq(mm, g, min_seq);
	for (int t = 0; t < ANON_AND_FILE; t++) {
		if (!evictable_type(t, swappiness) || min_seq[t] <= g->min_seq[t])
			continue;
		reset_ctrl_pos(g, t);
		g->min_seq[t] = min_seq[t];
		success = true;
	}
	return success;
}

/* One step older: to the next generation, its references forgotten. vmscan.c:folio_inc_gen */
static void folio_inc_gen(struct mm *mm, u32 pfn, bool reclaiming, bool tail)
{
	struct page *p = &mm->page[pfn];

	p->referenced = p->refs = 0;
	if (reclaiming)
		p->reclaim = 1;
	lru_gen_move(mm, pfn, p->gen + 1u, tail);
}

/* The type has all its generations: push what is left of the oldest into the next */
static void inc_min_seq(struct mm *mm, int type, u32 swappiness)
{
	struct lru_gen *g = &mm->lruvec->gen;
	u32 gen = lru_gen_from_seq(g->min_seq[type]);

	for (int z = 0; z < MAX_NR_ZONES && evictable_type(type, swappiness); z++) {
		u32 pfn;

		while ((pfn = list_last(mm, g->folios[gen][type][z])) != PFN_NONE) {
			struct page *p = &mm->page[pfn];
			u32 tier = folio_lru_tier(mm, p);

			if (folio_lru_refs(p))
				g->protected[type][tier] += folio_nr_pages(p);
			folio_inc_gen(mm, pfn, false, true);
		}
	}
	reset_ctrl_pos(g, type);
	g->min_seq[type]++;
}

/* Aging: a new youngest generation. vmscan.c:inc_max_seq; the walk is lazy, see sort_folio() */
static void inc_max_seq(struct mm *mm, u32 swappiness)
{
	struct lru_gen *g = &mm->lruvec->gen;

	for (int t = 0; t < ANON_AND_FILE; t++)
		if (get_nr_gens(g, t) == MAX_NR_GENS)
			inc_min_seq(mm, t, swappiness);
	g->max_seq++;
}

static u64 nr_pages_of(const struct lru_gen *g, u64 seq, int type)
{
	u32 gen = lru_gen_from_seq(seq);
	u64 n = 0;

	for (int z = 0; z < MAX_NR_ZONES; z++)
		n += (u64)g->nr_pages[gen][type][z];
	return n;
}

/* Before 6.14 aging also kept the generations of even size */
static bool generations_uneven(const struct lru_gen *g, u32 swappiness, u64 total)
{
	u64 young = 0, old = 0;

	for (int t = 0; t < ANON_AND_FILE; t++) {
		if (!evictable_type(t, swappiness))
			continue;
		young += nr_pages_of(g, g->max_seq, t);
		if (g->max_seq - MIN_NR_GENS >= g->min_seq[t])
			old += nr_pages_of(g, g->max_seq - MIN_NR_GENS, t);
	}
	return young * MIN_NR_GENS > total || old * (MIN_NR_GENS + 2) < total;
}

/* Whether eviction should wait for new cold folios; @nr: evictable pages */
static bool should_run_aging(const struct mm *mm, u32 swappiness, u64 *nr)
{
	const struct lru_gen *g = &mm->lruvec->gen;
	u64 min_seq = evictable_min_seq(g, swappiness);

	*nr = 0;
	if (min_seq + MIN_NR_GENS > g->max_seq)
		return true;
	for (int t = 0; t < ANON_AND_FILE; t++)
		for (u64 s = g->min_seq[t]; evictable_type(t, swappiness) && s <= g->max_seq; s++)
			*nr += nr_pages_of(g, s, t);
	if (lru_gen_reworked(mm) || min_seq + MIN_NR_GENS < g->max_seq)
		return min_seq + MIN_NR_GENS == g->max_seq;
	return generations_uneven(g, swappiness, *nr);
}

/* Pages to look at in this lruvec at the present priority; <= 0 ends its walk */
static s64 get_nr_to_scan(struct mm *mm, const struct scan_control *sc, u32 swappiness)
{
	u64 nr;
	bool age = should_run_aging(mm, swappiness, &nr);

	if (!age || (lru_gen_reworked(mm) && nr && sc->priority == DEF_PRIORITY))
		return (s64)(nr >> sc->priority);
	if (!lru_gen_reworked(mm) && sc->priority == DEF_PRIORITY && nr)
		return (s64)(nr >> sc->priority);
	inc_max_seq(mm, swappiness);
	return -1;
}

/* The folio was touched after it came in: the aging's walk would have moved it up */
static bool walk_promoted(struct mm *mm, u32 pfn)
{
	struct lru_gen *g = &mm->lruvec->gen;
	struct page *p = &mm->page[pfn];
	int type = folio_type(p);

	if (!p->young || p->cold || g->max_seq <= g->min_seq[type] + 1)
		return false;
	p->young = 0;
	lru_gen_move(mm, pfn, g->min_seq[type] + 1, false);
	return true;
}

/* True: the folio stays, in another generation. vmscan.c:sort_folio */
static bool sort_folio(struct mm *mm, struct scan_control *sc, u32 pfn, u32 tier_idx)
{
	struct lru_gen *g = &mm->lruvec->gen;
	struct page *p = &mm->page[pfn];
	u32 tier = folio_lru_tier(mm, p);
	int type = folio_type(p);
	bool lazy = folio_lru_refs(p) + p->workingset == 5;

	if (walk_promoted(mm, pfn))
		return true;
	if (tier > tier_idx || (lazy && lru_gen_reworked(mm))) {
		if (!lazy)
			g->protected[type][tier] += folio_nr_pages(p);
		folio_inc_gen(mm, pfn, false, false);
		return true;
	}
	if (page_zone(mm, pfn)->type > sc->reclaim_idx) {
		folio_inc_gen(mm, pfn, false, true);
		return true;
	}
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

/* False: must not be touched in this context. vmscan.c:isolate_folio */
static bool isolate_folio(struct mm *mm, const struct scan_control *sc, u32 pfn)
{
	struct page *p = &mm->page[pfn];

	if (!(sc->gfp & __GFP_IO) && (p->dirty || (p->kind == PK_ANON && !p->swapcache)))
		return false;
	if (!p->referenced)
		p->refs = 0;
	lru_gen_del_folio(mm, pfn);
	p->gen = 0;		/* PG_active while isolated */
	list_add(mm, pfn, mm->lruvec->isolated);
	return true;
}

struct scan_counts {
	u64 scanned, sorted, isolated;
	u64 remaining;
};

/* Folios of one zone's oldest generation; vmscan.c:scan_folios, inner loop */
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

/* Up to 64 pages of @type onto the isolated list; pages looked at, 0: try the other type */
static u64 scan_folios(struct mm *mm, struct scan_control *sc, int type, u32 tier)
{
	struct scan_counts c = { .remaining = MAX_LRU_BATCH };

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
	return c.isolated || !c.remaining ? c.scanned : 0;
}

/* Tiers up to this one may be evicted; those above refault too often. vmscan.c:get_tier_idx */
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

static u64 isolate_folios(struct mm *mm, struct scan_control *sc, u32 swappiness, int *scanned_type)
{
	const struct lru_gen *g = &mm->lruvec->gen;
	int type = get_type_to_scan(g, swappiness);

	for (int i = 0; i < ANON_AND_FILE; i++, type = !type) {
		u64 scanned;

		if (!evictable_type(type, swappiness))
			continue;
		*scanned_type = type;
		scanned = scan_folios(mm, sc, type, get_tier_idx(g, type));
		if (scanned)
			return scanned;
	}
	return 0;
}

/* What reclaim did not free goes back, but not into the oldest generation */
static void move_folios_to_lru(struct mm *mm, int type)
{
	struct lruvec *lv = mm->lruvec;
	struct lru_gen *g = &lv->gen;
	u32 pfn;

	while ((pfn = list_last(mm, lv->kept)) != PFN_NONE) {
		struct page *p = &mm->page[pfn];
		bool active = p->gen;
		u64 seq;

		list_del(mm, pfn);
		seq = lru_gen_reworked(mm) ? lru_gen_folio_seq(g, p, active, false) :
					     lru_gen_folio_seq_old(g, p, active, false);
		if (seq == g->min_seq[type]) {
			p->referenced = p->refs = 0;
			active = true;
		}
		lru_gen_add_folio(mm, pfn, active, false, false);
	}
}

/* One batch: isolate, shrink, put back. 0: nothing left to look at. vmscan.c:evict_folios */
static u64 evict_folios(struct mm *mm, struct scan_control *sc, u32 swappiness)
{
	struct lru_gen *g = &mm->lruvec->gen;
	struct reclaim_stat stat;
	int type = LRU_GEN_FILE;
	u64 scanned, reclaimed;

	scanned = isolate_folios(mm, sc, swappiness, &type);
	scanned += try_to_inc_min_seq(mm, swappiness);
	if (evictable_min_seq(g, swappiness) + MIN_NR_GENS > g->max_seq)
		scanned = 0;
	if (list_empty(mm, mm->lruvec->isolated))
		return scanned;
	reclaimed = shrink_folio_list(mm, sc, &stat);
	sc->unqueued_dirty += stat.nr_unqueued_dirty;
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
	if (mm->sysctl.swappiness && !(sc->gfp & __GFP_IO))
		return 1;
	return mm->sysctl.swappiness;
}

/* kswapd alone: every eligible zone has enough. vmscan.c:should_abort_scan */
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

/* Big targets start deeper: few rounds over much, not many over little */
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
 * lru_gen_begin - start to shrink the node
 * @mm: machine
 * @sc: what for
 *
 * mm/vmscan.c:lru_gen_shrink_node: a round that may not write (kswapd working off a watermark
 * boost) does nothing.
 *
 * Return: false when there is nothing to do.
 */
bool lru_gen_begin(struct mm *mm, struct scan_control *sc)
{
	sc->unqueued_dirty = sc->file_taken = 0;
	if (!sc->may_writepage)
		return false;
	set_initial_priority(mm, sc);
	sc->walk.nr_reclaimed0 = sc->nr_reclaimed;
	sc->walk.scanned = 0;
	if (sc->kswapd)
		sc->nr_reclaimed = 0;
	return true;
}

/* The end of try_to_shrink_lruvec(), shrink_one() and lru_gen_shrink_node() */
static bool lru_gen_end(struct mm *mm, struct scan_control *sc)
{
	if (sc->unqueued_dirty && sc->unqueued_dirty == sc->file_taken)
		wakeup_flusher_threads(mm, sc->now_ns);
	sc->nr_reclaimed += shrink_slab(mm, sc);
	if (sc->kswapd)
		sc->nr_reclaimed += sc->walk.nr_reclaimed0;
	if (sc->nr_reclaimed > sc->walk.nr_reclaimed0)
		kswapd_made_progress(mm, sc);
	return false;
}

/**
 * lru_gen_step - one batch of try_to_shrink_lruvec()
 * @mm: machine
 * @sc: begun by lru_gen_begin()
 *
 * Return: true while there is more to do.
 */
bool lru_gen_step(struct mm *mm, struct scan_control *sc)
{
	u32 swappiness = get_swappiness(mm, sc);
	u64 delta;

	sc->walk.nr_to_scan = get_nr_to_scan(mm, sc, swappiness);
	if (sc->walk.nr_to_scan <= 0)
		return lru_gen_end(mm, sc);
	delta = evict_folios(mm, sc, swappiness);
	sc->walk.scanned += delta;
	if (!delta || sc->walk.scanned >= (u64)sc->walk.nr_to_scan || should_abort_scan(mm, sc))
		return lru_gen_end(mm, sc);
	return true;
}

/**
 * lru_gen_pages - pages of a type
 * @mm: machine
 * @type: LRU_GEN_ANON or LRU_GEN_FILE
 * @inactive_only: leave out the two youngest generations (mm_inline.h:lru_gen_is_active)
 */
u64 lru_gen_pages(const struct mm *mm, int type, bool inactive_only)
{
	const struct lru_gen *g = &mm->lruvec->gen;
	u64 n = 0;

	for (u64 s = g->min_seq[type]; s + (inactive_only ? 2 : 0) <= g->max_seq; s++)
		n += nr_pages_of(g, s, type);
	return n;
}
