// SPDX-License-Identifier: GPL-2.0-only
/*
 * The check of the LRU lists: every folio with page->lru is on the one list that its type, zone and
 * generation name, and every count is the sum of what it counts.
 */
#include <stdio.h>

#include "vmscan.h"

struct lru_tally {
	u64 folios;
	s64 pages[ANON_AND_FILE][MAX_NR_ZONES];
	bool broken;
	char *text;
	size_t len;
};

/* Only the first broken rule is described: others may follow from it. */
static bool expect(struct lru_tally *t, bool ok, const char *rule, u32 pfn, s64 got, s64 want)
{
	if (!ok && !t->broken)
		snprintf(t->text, t->len, "%s: pfn %u: found %lld, expected %lld", rule, pfn,
			 (long long)got, (long long)want);
	t->broken |= !ok;
	return !t->broken;
}

/* Walk one list; @zone < 0: of pages of any zone. @by_zone is raised by its base pages. */
static void check_list(const struct mm *mm, u32 head, int type, int zone, u32 gen,
		       struct lru_tally *t, s64 by_zone[MAX_NR_ZONES])
{
	u32 prev = head | LIST_HEAD_BIT;

	for (u32 pfn = list_first(mm, head); pfn != PFN_NONE; pfn = list_next(mm, pfn)) {
		const struct page *p = &mm->page[pfn];
		int z;

		if (!expect(t, pfn < mm->max_pfn, "next link", pfn, pfn, mm->max_pfn))
			return;
		z = mm->pageblock[pfn >> pageblock_order].zone;
		expect(t, p->l.prev == prev, "prev link", pfn, p->l.prev, prev);
		expect(t, p->head && p->state == PAGE_USED, "in use, and a head", pfn, p->state,
		       PAGE_USED);
		expect(t, p->lru, "flag lru", pfn, p->lru, 1);
		expect(t, p->gen == gen, "generation", pfn, p->gen, gen);
		expect(t, folio_type(p) == type, "type", pfn, folio_type(p), type);
		if (!expect(t, zone < 0 ? z < MAX_NR_ZONES : z == zone, "zone", pfn, z, zone))
			return;
		by_zone[z] += folio_nr_pages(p);
		t->pages[type][z] += folio_nr_pages(p);
		t->folios++;
		prev = pfn;
	}
}

static void check_lru_gen(const struct mm *mm, struct lru_tally *t)
{
	const struct lru_gen *g = &mm->lruvec->gen;

	for (u32 gen = 0; gen < NR_LRU_GENS; gen++) {
		for (int type = 0; type < ANON_AND_FILE; type++) {
			for (int z = 0; z < MAX_NR_ZONES; z++) {
				s64 n[MAX_NR_ZONES] = { 0 };

				check_list(mm, g->folios[gen][type][z], type, z, gen, t, n);
				expect(t, n[z] == g->nr_pages[gen][type][z],
				       "pages of a generation", gen, g->nr_pages[gen][type][z],
				       n[z]);
			}
		}
	}
	for (int type = 0; type < ANON_AND_FILE; type++) {
		u64 gens = g->max_seq - g->min_seq[type] + 1;

		expect(t, gens >= MIN_NR_GENS && gens <= MAX_NR_GENS, "number of generations", type,
		       (s64)gens, MIN_NR_GENS);
	}
}

static void check_lru_classic(const struct mm *mm, struct lru_tally *t)
{
	const struct lruvec *lv = mm->lruvec;

	for (int l = 0; l < NR_EVICTABLE_LISTS; l++) {
		s64 n[MAX_NR_ZONES] = { 0 };

		check_list(mm, lv->list[l], l >> 1, -1, l & 1, t, n);
		for (int z = 0; z < MAX_NR_ZONES; z++)
			expect(t, n[z] == lv->lru_size[l][z], "pages of a list", l,
			       lv->lru_size[l][z], n[z]);
	}
}

static void check_swap_clusters(const struct mm *mm, struct lru_tally *t)
{
	const struct swap_state *s = mm->swap;
	u64 used = 0;

	if (!mm->k.swap_table_alloc)
		return;
	for (u32 i = 0; i < s->nr_clusters; i++) {
		const struct swap_cluster *c = &s->cluster[i];

		expect(t, c->used, "swap cluster in use", i, 0, 1);
		expect(t, c->table == PFN_NONE || mm->page[c->table].state == PAGE_USED,
		       "page of a swap table", c->table, 0, PAGE_USED);
		used += c->used;
	}
	expect(t, used == s->used, "slots of swap clusters", 0, (s64)used, (s64)s->used);
}

static void check_slab(const struct mm *mm, struct lru_tally *t)
{
	u64 n = 0;

	for (u32 pfn = list_first(mm, mm->lruvec->slab_cold); pfn != PFN_NONE;
	     pfn = list_next(mm, pfn)) {
		const struct page *p = &mm->page[pfn];

		if (!expect(t, pfn < mm->max_pfn && p->cold && p->kind == PK_SLAB &&
			    p->state == PAGE_USED, "cold slab", pfn, 0, 1))
			return;
		if (!expect(t, n <= mm->nr_slab_cold, "cold slab pages", pfn, (s64)n,
			    (s64)mm->nr_slab_cold))
			return;
		n += folio_nr_pages(p);
	}
	expect(t, n == mm->nr_slab_cold, "nr_slab_cold", 0, (s64)mm->nr_slab_cold, (s64)n);
}

static void check_sums(const struct mm *mm, struct lru_tally *t)
{
	u64 folios = 0, writeback = 0;

	for (u32 pfn = 0; pfn < mm->max_pfn; pfn++) {
		const struct page *p = &mm->page[pfn];

		if (p->state != PAGE_USED || !p->head)
			continue;
		folios += p->lru;
		writeback += p->writeback ? folio_nr_pages(p) : 0;
	}
	expect(t, folios == t->folios, "folios with flag lru", 0, (s64)folios, (s64)t->folios);
	expect(t, writeback == mm->swap->nr_writeback, "pages in writeback", 0,
	       (s64)mm->swap->nr_writeback, (s64)writeback);
	expect(t, mm->swap->orphans <= mm->swap->used && mm->swap->used <= mm->swap_pages,
	       "swap slots", 0, (s64)mm->swap->used, (s64)mm->swap_pages);
	check_swap_clusters(mm, t);
	for (int z = 0; z < MAX_NR_ZONES; z++) {
		expect(t, mm->zone[z].nr_lru_anon == t->pages[LRU_GEN_ANON][z], "zone anon pages",
		       z, mm->zone[z].nr_lru_anon, t->pages[LRU_GEN_ANON][z]);
		expect(t, mm->zone[z].nr_lru_file == t->pages[LRU_GEN_FILE][z], "zone file pages",
		       z, mm->zone[z].nr_lru_file, t->pages[LRU_GEN_FILE][z]);
	}
}

/**
 * lruvec_is_whole - compare the LRU lists with struct page and the counters
 * @mm: model memory, between two reclaim batches
 * @text: the first rule that is broken; "" if all hold
 * @len: its size, at least 1
 *
 * Return: whether every rule holds.
 */
bool lruvec_is_whole(const struct mm *mm, char *text, size_t len)
{
	struct lru_tally t = { .text = text, .len = len };

	text[0] = '\0';
	if (mm->k.lru_gen)
		check_lru_gen(mm, &t);
	else
		check_lru_classic(mm, &t);
	check_sums(mm, &t);
	check_slab(mm, &t);
	return !t.broken;
}
