// SPDX-License-Identifier: GPL-2.0-only
/*
 * mm_check() verifies that every page is in exactly one place, and that every count is the sum of
 * what it counts.
 *
 * It counts heads by walking the pages, and list members by walking the lists. A page has one pair
 * of links, and each list member is a head that belongs there; so if the counts are equal, both are
 * the same set.
 */
#include <stdarg.h>
#include <stdio.h>

#include "internal.h"

struct check {
	struct mm *mm;
	int broken;
	char *text;			/* the rules that are broken, as many as fit */
	size_t len, used;
	bool full;
	/* heads found by walking the pages */
	u32 buddies[MAX_NR_ZONES][NR_PAGE_ORDERS][MIGRATE_TYPES];
	s64 free_pages[MAX_NR_ZONES], free_blocks[MAX_NR_ZONES];
	s64 free_highatomic[MAX_NR_ZONES], free_cma[MAX_NR_ZONES];
	s64 pcp_pages[MAX_NR_ZONES];
};

/* Counts broken rules, and keeps their texts up to the first that does not fit in whole. */
__attribute__((format(printf, 3, 4)))
static void add_broken(struct check *c, int nr, const char *fmt, ...)
{
	char line[320];
	va_list ap;
	int n;

	c->broken += nr;
	if (c->full)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	n = snprintf(c->text + c->used, c->len - c->used, "%s%s", c->used ? "; " : "", line);
	c->full = n < 0 || (size_t)n >= c->len - c->used;
	if (!c->full)
		c->used += (size_t)n;
	else if (c->used)
		c->text[c->used] = '\0';
}

static void expect(struct check *c, bool ok, const char *rule, const struct zone *z, u32 pfn,
		   s64 found, s64 wanted)
{
	char page[24] = "";

	if (ok)
		return;
	if (pfn != PFN_NONE)
		snprintf(page, sizeof(page), " pfn %u", pfn);
	add_broken(c, 1, "%s: zone %s%s: found %lld, expected %lld", rule, z ? z->name : "-", page,
		   (long long)found, (long long)wanted);
}

static void check_tails(struct check *c, const struct zone *z, u32 pfn)
{
	const struct page *h = &c->mm->page[pfn], *p;
	u32 i;

	for (i = 1; i < N(h->order); i++) {
		p = h + i;
		expect(c, !p->head, "a unit's tail is no head", z, pfn + i, p->head, 0);
		if (page_is_free(h)) {
			expect(c, page_is_free(p), "a free unit's tail is free", z, pfn + i,
			       p->state, h->state);
			continue;
		}
		expect(c, p->state == h->state, "a unit has one state", z, pfn + i, p->state,
		       h->state);
		expect(c, p->order == h->order, "a unit has one order", z, pfn + i, p->order,
		       h->order);
	}
}

static bool may_stay_unmerged(const struct check *c, const struct zone *z, u32 pfn, u32 buddy)
{
	u8 a = get_pageblock_migratetype(c->mm, pfn), b = get_pageblock_migratetype(c->mm, buddy);

	if (c->mm->page[pfn].order < pageblock_order)
		return false;
	/* blocks that could not merge when they were freed may have changed their type since */
	return z->highatomic_used || (a != b && !(migratetype_is_mergeable(a) &&
						  migratetype_is_mergeable(b)));
}

static void check_merged(struct check *c, const struct zone *z, u32 pfn)
{
	const struct page *p = &c->mm->page[pfn], *b;
	u32 buddy = pfn ^ N(p->order);

	if (p->order >= MAX_PAGE_ORDER ||
	    c->mm->pageblock[buddy >> pageblock_order].zone != z->type)
		return;
	b = &c->mm->page[buddy];
	if (b->state == PAGE_BUDDY && b->head && b->order == p->order)
		expect(c, may_stay_unmerged(c, z, pfn, buddy), "free buddies are merged", z, pfn,
		       p->order, p->order + 1);
}

/* No CPU owns a block that is wholly free in the zone. */
static void check_free_blocks_unowned(struct check *c, const struct zone *z, u32 pfn)
{
	u32 end = pfn + N(c->mm->page[pfn].order);

	for (; pfn < end; pfn += pageblock_nr_pages)
		expect(c, !c->mm->pcp_buddy->owner[pfn >> pageblock_order],
		       "a free block has no owner", z, pfn,
		       c->mm->pcp_buddy->owner[pfn >> pageblock_order], 0);
}

static void check_buddy(struct check *c, const struct zone *z, u32 pfn)
{
	const struct page *p = &c->mm->page[pfn];
	int i = z->type;

	expect(c, p->mt < MIGRATE_TYPES, "a buddy has a type", z, pfn, p->mt, MIGRATE_TYPES - 1);
	if (p->mt >= MIGRATE_TYPES)
		return;
	c->buddies[i][p->order][p->mt]++;
	expect(c, !p->pcp_buddy, "only a per-CPU page merges on its list", z, pfn, p->pcp_buddy, 0);
	check_merged(c, z, pfn);
	if (c->mm->k.freelist_hygiene) {
		u8 mt = get_pageblock_migratetype(c->mm, pfn);

		expect(c, p->mt == mt, "a free list holds pages of its type", z, pfn, p->mt, mt);
	}
	if (c->mm->pcp_buddy && p->order >= pageblock_order)
		check_free_blocks_unowned(c, z, pfn);
	if (p->mt == MIGRATE_ISOLATE)
		return;
	c->free_pages[i] += N(p->order);
	c->free_blocks[i] += p->order >= pageblock_order ? N(p->order) : 0;
	c->free_highatomic[i] += p->mt == MIGRATE_HIGHATOMIC ? N(p->order) : 0;
	c->free_cma[i] += p->mt == MIGRATE_CMA ? N(p->order) : 0;
}

/* Check one unit, or one page that belongs to none. Return: the pfn after it. */
static u32 check_unit(struct check *c, u32 pfn)
{
	const struct page *p = &c->mm->page[pfn];
	const struct zone *z;

	if (p->state == PAGE_ABSENT || p->state == PAGE_RESERVED)
		return pfn + 1;
	if (c->mm->pageblock[pfn >> pageblock_order].zone >= MAX_NR_ZONES) {
		expect(c, false, "a page has a zone", NULL, pfn, MAX_NR_ZONES, 0);
		return pfn + 1;
	}
	z = page_zone(c->mm, pfn);
	expect(c, zone_spans_pfn(z, pfn), "a page is within its zone", z, pfn, 0, 1);
	expect(c, p->head, "a unit begins with its head", z, pfn, p->head, 1);
	if (!p->head)
		return pfn + 1;
	expect(c, !(pfn & (N(p->order) - 1)), "a unit is aligned", z, pfn, p->order, 0);
	if (p->order > MAX_PAGE_ORDER || pfn + N(p->order) > c->mm->max_pfn) {
		expect(c, false, "a unit lies in memory", z, pfn, p->order, MAX_PAGE_ORDER);
		return pfn + 1;
	}
	check_tails(c, z, pfn);
	if (p->state == PAGE_BUDDY)
		check_buddy(c, z, pfn);
	else if (p->state == PAGE_PCP)
		c->pcp_pages[z->type] += N(p->order);
	return pfn + N(p->order);
}

/* Walk a list. Return: its length; @pages is set to its base pages. */
static u32 check_list(struct check *c, const struct zone *z, u32 head, u32 state, int order,
		      int mt, s64 *pages)
{
	const struct mm *mm = c->mm;
	u32 prev = head | LIST_HEAD_BIT, pfn, n = 0;

	for (pfn = list_first(mm, head); pfn != PFN_NONE; pfn = list_next(mm, pfn)) {
		const struct page *p = &mm->page[pfn];
		bool linked = pfn < mm->max_pfn && p->l.prev == prev;

		/* a wrong link may lead anywhere, so it is not followed */
		expect(c, linked, "list links agree both ways", z, pfn, 0, prev);
		if (!linked)
			return n;
		expect(c, p->head && p->state == state, "a list holds heads of its kind", z, pfn,
		       p->state, state);
		expect(c, order < 0 || p->order == (u32)order, "a list holds one order", z, pfn,
		       p->order, order);
		expect(c, mt < 0 || p->mt == mt, "a list holds one type", z, pfn, p->mt, mt);
		expect(c, mm->pageblock[pfn >> pageblock_order].zone == z->type,
		       "a list holds one zone", z, pfn, mm->pageblock[pfn >> pageblock_order].zone,
		       z->type);
		*pages += N(p->order);
		prev = pfn;
		if (++n > mm->max_pfn) {
			expect(c, false, "a list ends", z, pfn, n, 0);
			return n;
		}
	}
	expect(c, mm->heads[head].prev == prev, "a list's head knows its tail", z, PFN_NONE,
	       mm->heads[head].prev, prev);
	return n;
}

/* Check one free list and, with regions, the counts of its region. */
static u32 check_free_list(struct check *c, const struct zone *z, u32 i, int order, int mt)
{
	const struct free_area *area = zone_nth_area(z, i, (u32)order);
	s64 pages = 0;
	u32 n = 0;

	expect(c, area->list[mt] < c->mm->nr_heads, "a free list has a head", z, PFN_NONE,
	       area->list[mt], c->mm->nr_heads);
	if (area->list[mt] < c->mm->nr_heads)
		n = check_list(c, z, area->list[mt], PAGE_BUDDY, order, mt, &pages);
	if (z->region)
		expect(c, n == area->nr_list[mt], "nr_list counts its region's list", z, PFN_NONE,
		       area->nr_list[mt], n);
	return n;
}

static void check_free_area(struct check *c, const struct zone *z, int order)
{
	const struct free_area *area = &z->free_area[order];
	u32 sum = 0;
	int mt;

	for (mt = 0; mt < MIGRATE_TYPES; mt++) {
		u32 n = 0, i;

		for (i = 0; i < zone_nr_lists(z); i++)
			n += check_free_list(c, z, i, order, mt);
		expect(c, n == area->nr_list[mt], "nr_list counts its list", z, PFN_NONE,
		       area->nr_list[mt], n);
		expect(c, n == c->buddies[z->type][order][mt], "every buddy is on its list", z,
		       PFN_NONE, n, c->buddies[z->type][order][mt]);
		sum += n;
	}
	expect(c, sum == area->nr_free, "nr_free counts all types", z, PFN_NONE, area->nr_free,
	       sum);
}

/* A page that may merge, or that waits for its block's owner, is on a list of that owner. */
static void check_owners(struct check *c, const struct zone *z, u32 list, u32 nr, u16 cpu,
			 bool waits)
{
	const struct mm *mm = c->mm;
	u32 pfn = list_first(mm, list);

	for (; nr; nr--, pfn = list_next(mm, pfn)) {
		u16 owner = mm->pcp_buddy->owner[pfn >> pageblock_order];

		if (waits || mm->page[pfn].pcp_buddy)
			expect(c, owner == cpu + 1, "a page is with its block's owner", z, pfn,
			       owner, cpu + 1);
		expect(c, !waits || !mm->page[pfn].pcp_buddy, "what waits is not merged", z, pfn,
		       1, 0);
	}
}

static void check_owned_blocks(struct check *c, const struct zone *z, u32 list, u16 cpu)
{
	const struct mm *mm = c->mm;
	u32 prev = list | LIST_HEAD_BIT, block = mm->heads[list].next, nr = 0;

	for (; !(block & LIST_HEAD_BIT); block = mm->pcp_buddy->l[block].next) {
		bool linked = block << pageblock_order < mm->max_pfn &&
			      mm->pcp_buddy->l[block].prev == prev;
		u32 pfn = block << pageblock_order;

		expect(c, linked && nr++ <= mm->max_pfn, "a CPU's list of blocks is linked", z, pfn,
		       0, prev);
		if (!linked || nr > mm->max_pfn)
			return;
		expect(c, mm->pcp_buddy->owner[block] == cpu + 1, "a CPU lists blocks of its own",
		       z, pfn, mm->pcp_buddy->owner[block], cpu + 1);
		expect(c, mm->pageblock[block].zone == z->type, "a CPU lists blocks by zone", z,
		       pfn, mm->pageblock[block].zone, z->type);
		prev = block;
	}
}

/* With pcp_buddy, pages that wait for their owner are not counted in the owner's lists yet. */
static void check_pcp_buddy(struct check *c, const struct zone *z)
{
	u32 order, cpu, list, n;
	s64 all = 0;
	int mt;

	for (cpu = 0; cpu < c->mm->nr_cpus; cpu++) {
		const struct per_cpu_pages *pcp = &z->pcp[cpu];
		s64 pages = 0, waiting = 0;

		for (order = 0; order <= pageblock_order; order++)
			for (mt = 0; mt < MIGRATE_PCPTYPES; mt++) {
				list = pcp_buddy_list(pcp, order, (u8)mt);
				n = check_list(c, z, list, PAGE_PCP, (int)order, mt, &pages);
				check_owners(c, z, list, n, (u16)cpu, false);
			}
		list = pcp->buddy_list + PCP_BUDDY_REMOTE;
		n = check_list(c, z, list, PAGE_PCP, -1, -1, &waiting);
		check_owners(c, z, list, n, (u16)cpu, true);
		check_owned_blocks(c, z, pcp->buddy_list + PCP_BUDDY_OWNED, (u16)cpu);
		expect(c, pages == pcp->count, "pcp count", z, PFN_NONE, pcp->count, pages);
		all += pages + waiting;
	}
	expect(c, all == c->pcp_pages[z->type], "every per-CPU page is on a list", z, PFN_NONE,
	       all, c->pcp_pages[z->type]);
}

static void check_pcp(struct check *c, const struct zone *z)
{
	s64 all = 0;
	int cpu, i;

	for (cpu = 0; cpu < c->mm->nr_cpus; cpu++) {
		const struct per_cpu_pages *pcp = &z->pcp[cpu];
		s64 pages = 0;

		for (i = 0; i < NR_PCP_LISTS; i++)
			check_list(c, z, pcp->list[i], PAGE_PCP, i < 12 ? i / 3 : HPAGE_PMD_ORDER,
				   -1, &pages);
		expect(c, pages == pcp->count, "pcp count", z, PFN_NONE, pcp->count, pages);
		all += pages;
	}
	expect(c, all == c->pcp_pages[z->type], "every per-CPU page is on a list", z, PFN_NONE,
	       all, c->pcp_pages[z->type]);
}

static void check_zone(struct check *c, const struct zone *z)
{
	int i = z->type, order;
	u32 gap = z->_watermark[WMARK_LOW] - z->_watermark[WMARK_MIN];

	for (order = 0; order < NR_PAGE_ORDERS; order++)
		check_free_area(c, z, order);
	if (c->mm->pcp_buddy)
		check_pcp_buddy(c, z);
	else
		check_pcp(c, z);
	expect(c, z->nr_free_pages == c->free_pages[i], "nr_free_pages", z, PFN_NONE,
	       z->nr_free_pages, c->free_pages[i]);
	expect(c, z->nr_free_pages_blocks == c->free_blocks[i], "nr_free_pages_blocks", z,
	       PFN_NONE, z->nr_free_pages_blocks, c->free_blocks[i]);
	expect(c, z->nr_free_highatomic == c->free_highatomic[i], "nr_free_highatomic", z,
	       PFN_NONE, z->nr_free_highatomic, c->free_highatomic[i]);
	expect(c, z->nr_free_cma == c->free_cma[i], "nr_free_cma", z, PFN_NONE, z->nr_free_cma,
	       c->free_cma[i]);
	expect(c, z->_watermark[WMARK_HIGH] == z->_watermark[WMARK_LOW] + gap &&
	       z->_watermark[WMARK_PROMO] == z->_watermark[WMARK_HIGH] + gap,
	       "watermarks are equally spaced", z, PFN_NONE, z->_watermark[WMARK_HIGH],
	       z->_watermark[WMARK_LOW] + gap);
}

/* The policy's own check may walk the lists, so it is called only if these are intact. */
static void check_policy(struct check *c)
{
	const struct mm_policy *p = c->mm->policy;
	char text[256] = "";
	int broken;

	if (c->broken || !p->own->check)
		return;
	broken = p->own->check(c->mm, p->priv, text, sizeof(text));
	if (!broken)
		return;
	if (broken < 0)
		snprintf(text, sizeof(text), "check() returned %d; allowed is 0 and more", broken);
	add_broken(c, broken < 0 ? 1 : broken, "policy %s: %s", p->own->name, text);
}

/**
 * mm_check - compare every list, page and count with one another
 * @mm: model memory, between two operations
 * @text: the broken rules, as many as fit; if not even one does, it is cut short; "" if all hold
 * @len: its size, at least 1
 *
 * A policy may have corrupted anything, so no value is used as an index or link before it was
 * checked.
 *
 * Return: how many rules are broken.
 */
int mm_check(struct mm *mm, char *text, size_t len)
{
	struct check c = { .mm = mm, .text = text, .len = len };
	const struct zone *z;
	char rule[160];
	u32 pfn = 0;

	text[0] = '\0';
	for (int i = 0; i < MAX_NR_ZONES; i++)
		expect(&c, (int)mm->zone[i].type == i, "a zone knows its type", &mm->zone[i],
		       PFN_NONE, mm->zone[i].type, i);
	if (c.broken)
		return c.broken;
	while (pfn < mm->max_pfn)
		pfn = check_unit(&c, pfn);
	for_each_populated_zone(mm, z)
		check_zone(&c, z);
	if (mm->lruvec && !lruvec_is_whole(mm, rule, sizeof(rule)))
		add_broken(&c, 1, "LRU: %s", rule);
	check_policy(&c);
	if (!c.broken)
		mm->policy->called = 0;
	return c.broken;
}
