// SPDX-License-Identifier: GPL-2.0-only
/*
 * MGLRU: the multi-gen LRU, the second half of mm/vmscan.c, default in Debian from 6.12 on.
 *
 * The model has no page tables to learn from. It knows which folio was just faulted in
 * (page->young), was read through a file descriptor (refs), or was reclaimed by the recorded kernel
 * (cold). The page-table walk of the aging is done lazily: a young folio that is found in the
 * oldest generation after a walk would have been promoted by that walk, so it is promoted then.
 */
#include "lru_gen.h"

/**
 * lru_gen_init - set up empty generations
 * @mm: model memory; mm->lruvec exists
 *
 * mm/vmscan.c:lru_gen_init_lruvec.
 *
 * Return: 0 or -ENOMEM.
 */
int lru_gen_init(struct mm *mm)
{
	struct lru_gen *g = &mm->lruvec->gen;

	g->max_seq = MIN_NR_GENS + 1;
	return mm_alloc_lists(mm, &g->folios[0][0][0],
			      NR_LRU_GENS * ANON_AND_FILE * MAX_NR_ZONES);
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

/**
 * lru_gen_folio_seq - get the generation for a folio
 * @mm: model memory
 * @p: its head
 * @active: PG_active
 * @reclaiming: the folio is to be reclaimed next
 *
 * From 6.14 on it counts down from the youngest generation, and from 7.2 on PG_referenced counts.
 * mm_inline.h:lru_gen_folio_seq.
 *
 * Return: a sequence number between the type's oldest and youngest.
 */
u64 lru_gen_folio_seq(const struct mm *mm, const struct page *p, bool active,
			     bool reclaiming)
{
	const struct lru_gen *g = &mm->lruvec->gen;
	int type = folio_type(p);
	u64 gen, seq;

	if (!mm->k.lru_gen_count_down)
		return lru_gen_folio_seq_old(g, p, active, reclaiming);
	if (active)
		gen = MIN_NR_GENS - p->workingset;
	else if (reclaiming)
		gen = MAX_NR_GENS;
	else if ((type == LRU_GEN_ANON && !p->swapcache) ||
		 (p->reclaim && (p->dirty || p->writeback)))
		gen = MIN_NR_GENS;
	else
		gen = MAX_NR_GENS - (p->workingset || (mm->k.lru_gen_exact_loop && p->referenced));
	seq = g->max_seq + 1 > gen ? g->max_seq + 1 - gen : 0;
	return seq > g->min_seq[type] ? seq : g->min_seq[type];
}

/**
 * lru_gen_add_folio - put a folio into its generation
 * @mm: model memory
 * @pfn: head of a folio that is on no list
 * @active: PG_active: it was just faulted in, or reclaim found it in use
 * @reclaiming: it goes to the oldest generation, to be reclaimed next
 * @tail: at the cold end of that generation
 *
 * mm_inline.h:lru_gen_add_folio.
 */
void lru_gen_add_folio(struct mm *mm, u32 pfn, bool active, bool reclaiming, bool tail)
{
	lru_gen_insert(mm, pfn, lru_gen_folio_seq(mm, &mm->page[pfn], active, reclaiming), tail);
}

/**
 * lru_gen_fault_active - does a folio that a fault brought in join as active?
 * @mm: model memory
 * @pfn: its head; since 7.2 it becomes referenced instead, unless it is of the working set
 *
 * mm/swap.c:folio_add_lru.
 *
 * Return: whether it does.
 */
bool lru_gen_fault_active(struct mm *mm, u32 pfn)
{
	struct page *p = &mm->page[pfn];

	if (!mm->k.lru_gen_exact_loop || p->workingset)
		return true;
	p->referenced = 1;
	return false;
}

/**
 * lru_gen_del_folio - take a folio off its generation
 * @mm: model memory
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

/**
 * lru_gen_move - move a folio to another generation
 * @mm: model memory
 * @pfn: head of a folio on the LRU
 * @seq: generation, modulo 4
 * @tail: at its cold end
 */
void lru_gen_move(struct mm *mm, u32 pfn, u64 seq, bool tail)
{
	lru_gen_del_folio(mm, pfn);
	lru_gen_insert(mm, pfn, seq, tail);
}

/**
 * lru_gen_inc_refs - note one more access through a file descriptor
 * @mm: model memory
 * @pfn: head of a folio
 *
 * The first access sets PG_referenced, the next are counted, and one past the last that can be
 * counted makes the folio part of the working set. mm/swap.c:lru_gen_inc_refs.
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

/**
 * folio_lru_tier - get the tier of a folio
 * @mm: model memory
 * @p: its head
 *
 * Return: 0 .. 3: order_base_2(references), the last for the working set.
 * mm_inline.h:lru_tier_from_refs.
 */
u32 folio_lru_tier(const struct mm *mm, const struct page *p)
{
	static const u8 order_base_2[] = { 0, 0, 1, 2, 2 };

	if (mm->k.lru_gen_count_down && p->workingset)
		return MAX_NR_TIERS - 1;
	return order_base_2[folio_lru_refs(p)];
}

/**
 * lru_gen_refault - account the refault of an evicted folio
 * @mm: model memory
 * @pfn: head of the new folio
 *
 * The model keeps no shadow entries here. It takes every refault as recent (within the last
 * generations), of tier 0 (that of mapped folios), and of a folio that was not of the working set.
 * Before 7.2 every refault by a page fault activates. mm/workingset.c:lru_gen_refault.
 */
void lru_gen_refault(struct mm *mm, u32 pfn)
{
	const struct page *p = &mm->page[pfn];
	bool anon = folio_type(p) == LRU_GEN_ANON;

	mm->lruvec->gen.refaulted[folio_type(p)][0] += folio_nr_pages(p);
	if (anon && !mm->k.lru_gen_exact_loop)
		count_vm_events(mm, VM_workingset_activate_anon, folio_nr_pages(p));
}

/**
 * lru_gen_eviction - account a folio that reclaim frees
 * @mm: model memory
 * @pfn: its head
 *
 * mm/workingset.c:lru_gen_eviction.
 */
void lru_gen_eviction(struct mm *mm, u32 pfn)
{
	const struct page *p = &mm->page[pfn];

	mm->lruvec->gen.evicted[folio_type(p)][folio_lru_tier(mm, p)] += folio_nr_pages(p);
}

/**
 * read_ctrl_pos - read the refaults of one tier, or of all
 * @g: generations
 * @type: LRU_GEN_ANON or LRU_GEN_FILE
 * @tier: 0 .. 3; MAX_NR_TIERS: their sum
 * @gain: weight of the side, for comparison with the other
 * @pos: filled in
 */
void read_ctrl_pos(const struct lru_gen *g, int type, u32 tier, u64 gain,
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

/**
 * positive_ctrl_err - may one side be evicted rather than the other?
 * @sp: set point
 * @pv: the side in question
 *
 * Return: true when @pv refaults seldom (below 64), or no more than @sp, gains considered.
 */
bool positive_ctrl_err(const struct ctrl_pos *sp, const struct ctrl_pos *pv)
{
	return pv->refaulted < MIN_LRU_BATCH ||
	       pv->refaulted * (sp->total + MIN_LRU_BATCH) * sp->gain <=
	       (sp->refaulted + 1) * pv->total * pv->gain;
}

/* A generation of @type is gone: add its history to the averages, and halve them. */
static void reset_ctrl_pos(struct lru_gen *g, int type)
{
	for (u32 t = 0; t < MAX_NR_TIERS; t++) {
		g->avg_refaulted[type][t] = (g->avg_refaulted[type][t] + g->refaulted[type][t]) / 2;
		g->avg_total[type][t] = (g->avg_total[type][t] + g->protected[type][t] +
					 g->evicted[type][t]) / 2;
		g->refaulted[type][t] = g->evicted[type][t] = g->protected[type][t] = 0;
	}
}

/**
 * evictable_min_seq - get the oldest generation that can be evicted
 * @g: generations
 * @swappiness: 0 leaves anonymous folios out
 *
 * Return: its sequence number.
 */
u64 evictable_min_seq(const struct lru_gen *g, u32 swappiness)
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

/* Keep the oldest generations of the two types from drifting apart. */
static void sync_min_seq(const struct mm *mm, const struct lru_gen *g, u64 min_seq[2])
{
	u64 seq = g->max_seq - MIN_NR_GENS;

	if (mm->k.lru_gen_count_down) {
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

/**
 * try_to_inc_min_seq - drop empty oldest generations
 * @mm: model memory
 * @swappiness: 0 leaves anonymous folios out
 *
 * mm/vmscan.c:try_to_inc_min_seq.
 *
 * Return: whether one was dropped.
 */
bool try_to_inc_min_seq(struct mm *mm, u32 swappiness)
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

/**
 * folio_inc_gen - move a folio to the next generation, and clear its references
 * @mm: model memory
 * @pfn: head of a folio in the oldest generation
 * @reclaiming: it waits for io, at whose end it is rotated
 * @tail: at the cold end
 */
void folio_inc_gen(struct mm *mm, u32 pfn, bool reclaiming, bool tail)
{
	struct page *p = &mm->page[pfn];

	p->referenced = p->refs = 0;
	if (reclaiming)
		p->reclaim = 1;
	lru_gen_move(mm, pfn, p->gen + 1u, tail);
}

/* The type has all its generations: move the rest of the oldest into the next. */
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

/**
 * inc_max_seq - age: begin a new youngest generation
 * @mm: model memory
 * @swappiness: 0 leaves anonymous folios out
 *
 * mm/vmscan.c:inc_max_seq. The page-table walk before it is done lazily, by walk_promoted().
 */
void inc_max_seq(struct mm *mm, u32 swappiness)
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

/* Before 6.14 aging also keeps the generations' sizes even. */
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

/**
 * lruvec_evictable_size - count the pages in all generations that can be evicted
 * @g: generations
 * @swappiness: 0 leaves anonymous folios out
 *
 * Return: base pages.
 */
u64 lruvec_evictable_size(const struct lru_gen *g, u32 swappiness)
{
	u64 n = 0;

	for (int t = 0; t < ANON_AND_FILE; t++)
		for (u64 s = g->min_seq[t]; evictable_type(t, swappiness) && s <= g->max_seq; s++)
			n += nr_pages_of(g, s, t);
	return n;
}

/**
 * should_run_aging - must a new generation begin before more can be evicted?
 * @mm: model memory
 * @sc: whose priority counts
 * @swappiness: 0 leaves anonymous folios out
 * @evictable: pages that can be evicted
 *
 * mm/vmscan.c:should_run_aging.
 *
 * Return: true when one must begin.
 */
bool should_run_aging(const struct mm *mm, const struct scan_control *sc, u32 swappiness,
			     u64 evictable)
{
	const struct lru_gen *g = &mm->lruvec->gen;
	u64 min_seq = evictable_min_seq(g, swappiness);

	if (min_seq + MIN_NR_GENS > g->max_seq)
		return true;
	/* at the default priority there is no need yet */
	if (sc->priority == DEF_PRIORITY && evictable)
		return false;
	if (mm->k.lru_gen_count_down || min_seq + MIN_NR_GENS < g->max_seq)
		return min_seq + MIN_NR_GENS == g->max_seq;
	return generations_uneven(g, swappiness, evictable);
}

/**
 * get_nr_to_scan - get the pages to scan; before 7.2 this is computed for each batch
 * @mm: model memory
 * @sc: whose priority counts
 * @swappiness: 0 leaves anonymous folios out
 *
 * At the default priority it does not age: only the size counts.
 *
 * Return: pages; <= 0 ends the walk.
 */
s64 get_nr_to_scan(struct mm *mm, const struct scan_control *sc, u32 swappiness)
{
	const struct lru_gen *g = &mm->lruvec->gen;
	u64 nr = lruvec_evictable_size(g, swappiness);

	if (evictable_min_seq(g, swappiness) + MIN_NR_GENS > g->max_seq)
		nr = 0;
	if (sc->priority == DEF_PRIORITY || !should_run_aging(mm, sc, swappiness, nr))
		return (s64)(nr >> sc->priority);
	inc_max_seq(mm, swappiness);
	return -1;
}

/**
 * lru_gen_pages - count the pages of a type
 * @mm: model memory
 * @type: LRU_GEN_ANON or LRU_GEN_FILE
 * @inactive_only: leave out the two youngest generations (mm_inline.h:lru_gen_is_active)
 *
 * Return: base pages in all zones.
 */
u64 lru_gen_pages(const struct mm *mm, int type, bool inactive_only)
{
	const struct lru_gen *g = &mm->lruvec->gen;
	u64 n = 0;

	for (u64 s = g->min_seq[type]; s + (inactive_only ? 2 : 0) <= g->max_seq; s++)
		n += nr_pages_of(g, s, type);
	return n;
}
