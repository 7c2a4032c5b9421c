// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pageblocks of a start image get their types here. No file says which block has which, but
 * - pagetypeinfo says how many blocks have each,
 * - a free page lies in a block of the type of its list (since 6.10; mostly so before), so the
 *   free buddies of a block count against pagetypeinfo's row of its type, order by order,
 * - what a block holds was put there by preference for its type.
 * The first is met exactly. The second is a sum to be met as nearly as possible, and the third
 * decides where the second does not. Blocks get types by what they hold, and then exchange them as
 * long as that brings the sums nearer.
 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/*
 * This is how a block's contents weigh against the counts of free buddies: so many contrary pages
 * cost as much as one buddy on the wrong list. Fallbacks put pages into foreign blocks by dozens.
 */
#define EVIDENCE_PAGES	32

/* So many random pairs are tried at most, where trying all pairs would take too long. */
#define MAX_TRIES	(1u << 23)
#define ALL_PAIRS_MAX	3000u

/**
 * struct block - a pageblock that holds memory
 * @nr: its number, pfn >> pageblock_order
 * @free: its free buddies by order, below pageblock_order
 * @movable, @kernel, @slab: pages in use, by what they are
 * @mt: the type that it has got so far
 * @whole: order of the free buddy that covers all of it, 9 or 10; else 0
 */
struct block {
	u32 nr;
	u16 free[pageblock_order];
	u16 movable, kernel, slab;
	u8 mt, whole;
};

struct typing {
	struct image *img;
	const struct zone *z;
	const struct snap_zone *sz;
	struct block *b;
	u32 n;
	s64 quota[MIGRATE_TYPES];			/* blocks that have still to get the type */
	s64 excess[pageblock_order][MIGRATE_TYPES];	/* free buddies minus pagetypeinfo's */
};

static void count_contents(const struct typing *t, struct block *b)
{
	u32 pfn = b->nr << pageblock_order, end = pfn + pageblock_nr_pages;
	const struct image *img = t->img;

	if (pfn < t->z->start_pfn)
		pfn = t->z->start_pfn;
	if (end > t->z->start_pfn + t->z->spanned)
		end = t->z->start_pfn + t->z->spanned;
	while (pfn < end) {
		u32 order = 0;

		switch (image_kind(img, pfn)) {
		case SNAP_BUDDY:
			/* the second half of an order-10 buddy is whole as well */
			order = image_free_order(img, t->z, pfn & ~(N(MAX_PAGE_ORDER) - 1));
			if (order < MAX_PAGE_ORDER ||
			    image_kind(img, pfn & ~(N(MAX_PAGE_ORDER) - 1)) != SNAP_BUDDY)
				order = image_free_order(img, t->z, pfn);
			if (order >= pageblock_order)
				b->whole = (u8)order;
			else
				b->free[order]++;
			break;
		case SNAP_ANON:
		case SNAP_FILE:
			b->movable++;
			break;
		case SNAP_SLAB:
			b->slab++;
			break;
		case SNAP_NOFLAGS:
		case SNAP_PGTABLE:
		case SNAP_KERNEL:
			b->kernel++;
			break;
		default:	/* boot memory and per-CPU pages say nothing */
			break;
		}
		pfn += N(order);
	}
}

/* pagetypeinfo does not count the pageblocks of holes, which come in whole sections */
static bool block_present(const struct typing *t, u32 nr)
{
	u32 pfn = nr << pageblock_order, end = pfn + pageblock_nr_pages;

	if (end > t->z->start_pfn + t->z->spanned)
		end = t->z->start_pfn + t->z->spanned;
	for (pfn = pfn < t->z->start_pfn ? t->z->start_pfn : pfn; pfn < end; pfn++)
		if (image_kind(t->img, pfn) != SNAP_ABSENT)
			return true;
	return false;
}

static int collect_blocks(struct typing *t)
{
	u32 first = t->z->start_pfn >> pageblock_order;
	u32 last = (t->z->start_pfn + t->z->spanned - 1) >> pageblock_order;

	t->b = calloc(last - first + 1, sizeof(*t->b));
	if (!t->b)
		return -1;
	for (u32 nr = first; nr <= last; nr++) {
		if (!block_present(t, nr)) {
			t->img->mm->pageblock[nr].zone = MAX_NR_ZONES;
			continue;
		}
		t->b[t->n] = (struct block){ .nr = nr, .mt = MIGRATE_MOVABLE };
		count_contents(t, &t->b[t->n++]);
	}
	return 0;
}

/* Returns how many pages of a block speak against a type. */
static s64 pages_against(const struct block *b, u8 mt)
{
	switch (mt) {
	case MIGRATE_MOVABLE:
	case MIGRATE_CMA:
		return b->kernel + b->slab;
	case MIGRATE_RECLAIMABLE:
		return b->kernel + b->movable;
	case MIGRATE_HIGHATOMIC:
		return b->movable;
	default:
		return b->movable;
	}
}

/* Without counts, a block has the type of most pages that it holds; an empty one is MOVABLE. */
static u8 type_of_most_pages(const struct block *b)
{
	return b->kernel + b->slab > b->movable ? MIGRATE_UNMOVABLE : MIGRATE_MOVABLE;
}

/* Free blocks of the kernel's types are to be expected near blocks that hold kernel pages. */
static u32 kernel_pages_around(const struct typing *t, u32 i, u8 mt)
{
	u32 sum = 0;

	for (u32 k = i > 2 ? i - 2 : 0; k < t->n && k <= i + 3; k++)
		sum += mt == MIGRATE_RECLAIMABLE ? t->b[k].slab : t->b[k].kernel + t->b[k].slab;
	return sum;
}

/* Returns the first block of the free buddy of order @whole that suits the type best; or ->n. */
static u32 best_whole(const struct typing *t, u8 whole, u8 mt)
{
	u32 best = t->n, score = 0;

	for (u32 i = 0; i < t->n; i++) {
		u32 s;

		if (t->b[i].whole != whole || t->b[i].mt != MIGRATE_MOVABLE ||
		    (whole > pageblock_order && t->b[i].nr & 1))
			continue;
		s = kernel_pages_around(t, i, mt);
		if (best < t->n && s <= score)
			continue;
		best = i;
		score = s;
	}
	return best;
}

/*
 * Whole free blocks lie on the list of their type, so that pagetypeinfo's counts of orders 9 and 10
 * are met here. MOVABLE gets what the other types leave, as at boot.
 */
static void type_whole_blocks(struct typing *t)
{
	for (int whole = pageblock_order; whole <= MAX_PAGE_ORDER; whole++)
		for (u8 mt = 0; mt < MIGRATE_TYPES; mt++) {
			u64 want = mt == MIGRATE_MOVABLE ? 0 : t->sz->free_by_order[whole][mt];
			u32 span = 1u << (whole - pageblock_order);

			for (; want && t->quota[mt] >= (s64)span; want--) {
				u32 i = best_whole(t, (u8)whole, mt);

				if (i + span > t->n)
					break;
				for (u32 k = 0; k < span; k++)
					t->b[i + k].mt = mt;
				t->quota[mt] -= span;
			}
		}
	for (u32 i = 0; i < t->n; i++)
		if (t->b[i].whole && t->b[i].mt == MIGRATE_MOVABLE)
			t->quota[MIGRATE_MOVABLE]--;
}

struct ranked {
	s64 score;
	u32 i;
};

static int by_score(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->score != y->score)
		return x->score < y->score ? 1 : -1;
	return x->i < y->i ? -1 : x->i > y->i;
}

/* gives @mt to the blocks, as yet MOVABLE, whose pages speak most for it */
static int type_best_blocks(struct typing *t, u8 mt)
{
	struct ranked *r = malloc((t->n ? t->n : 1) * sizeof(*r));
	u32 n = 0;

	if (!r)
		return -1;
	for (u32 i = 0; i < t->n; i++) {
		const struct block *b = &t->b[i];

		if (!b->whole && b->mt == MIGRATE_MOVABLE)
			r[n++] = (struct ranked){
				pages_against(b, MIGRATE_MOVABLE) - 2 * pages_against(b, mt), i
			};
	}
	qsort(r, n, sizeof(*r), by_score);
	for (u32 k = 0; k < n && t->quota[mt] > 0; k++, t->quota[mt]--)
		t->b[r[k].i].mt = mt;
	free(r);
	return 0;
}

static s64 magnitude(s64 v)
{
	return v < 0 ? -v : v;
}

/* Returns what exchanging the types of two blocks adds to the cost; below 0 it is worth it. */
static s64 exchange_cost(const struct typing *t, const struct block *x, const struct block *y)
{
	s64 cost = pages_against(x, y->mt) + pages_against(y, x->mt) - pages_against(x, x->mt) -
		   pages_against(y, y->mt);

	for (int o = 0; o < pageblock_order; o++) {
		s64 d = (s64)y->free[o] - x->free[o];
		s64 ex = t->excess[o][x->mt], ey = t->excess[o][y->mt];

		if (d)
			cost += EVIDENCE_PAGES * (magnitude(ex + d) - magnitude(ex) +
						  magnitude(ey - d) - magnitude(ey));
	}
	return cost;
}

static void exchange(struct typing *t, struct block *x, struct block *y)
{
	u8 mt = x->mt;

	for (int o = 0; o < pageblock_order; o++) {
		t->excess[o][x->mt] += (s64)y->free[o] - x->free[o];
		t->excess[o][y->mt] += (s64)x->free[o] - y->free[o];
	}
	x->mt = y->mt;
	y->mt = mt;
}

static bool try_exchange(struct typing *t, struct block *x, struct block *y)
{
	if (x->mt == y->mt || exchange_cost(t, x, y) >= 0)
		return false;
	exchange(t, x, y);
	return true;
}

static void exchange_all_pairs(struct typing *t, struct block **p, u32 n)
{
	bool better = true;

	for (u32 round = 0; better && round < 64; round++) {
		better = false;
		for (u32 i = 0; i < n; i++)
			for (u32 k = i + 1; k < n; k++)
				better |= try_exchange(t, p[i], p[k]);
	}
}

/* brings the free buddies by order and type nearer to pagetypeinfo's counts */
static int exchange_types(struct typing *t)
{
	struct block **p = malloc((t->n ? t->n : 1) * sizeof(*p));
	u32 n = 0;

	if (!p)
		return -1;
	for (int o = 0; o < pageblock_order; o++)
		for (int mt = 0; mt < MIGRATE_TYPES; mt++)
			t->excess[o][mt] = -(s64)t->sz->free_by_order[o][mt];
	for (u32 i = 0; i < t->n; i++) {
		if (t->b[i].whole)
			continue;
		p[n++] = &t->b[i];
		for (int o = 0; o < pageblock_order; o++)
			t->excess[o][t->b[i].mt] += t->b[i].free[o];
	}
	if (n <= ALL_PAIRS_MAX)
		exchange_all_pairs(t, p, n);
	else
		for (u32 i = 0; i < MAX_TRIES; i++)
			try_exchange(t, p[image_random(t->img, n)], p[image_random(t->img, n)]);
	free(p);
	return 0;
}

static int type_by_counts(struct typing *t)
{
	static const u8 others[] = { MIGRATE_UNMOVABLE, MIGRATE_RECLAIMABLE, MIGRATE_HIGHATOMIC,
				     MIGRATE_CMA, MIGRATE_ISOLATE };
	s64 counted = 0;

	for (int mt = 0; mt < MIGRATE_TYPES; mt++) {
		t->quota[mt] = (s64)t->sz->pageblocks[mt];
		counted += t->quota[mt];
	}
	if (counted != (s64)t->n)
		fit_note(t->img->fit, "zone %s: pagetypeinfo counts %lld pageblocks, here are %u",
			 t->z->name, (long long)counted, t->n);
	type_whole_blocks(t);
	for (size_t i = 0; i < sizeof(others); i++)
		if (type_best_blocks(t, others[i]))
			return -1;
	return exchange_types(t);
}

/**
 * image_type_blocks - give a zone's pageblocks their types
 * @img: image whose pages are known, per-CPU pages included
 * @z: zone
 *
 * Blocks without memory lose their zone.
 *
 * Return: 0, or -1 when out of memory.
 */
int image_type_blocks(struct image *img, const struct zone *z)
{
	struct typing t = { .img = img, .z = z, .sz = &img->m->before.zone[z->type] };
	bool typed = img->m->before.have_pagetypeinfo && !img->m->before.kpageflags;
	int ret = collect_blocks(&t);

	if (!ret && !typed && img->m->before.have_pagetypeinfo)
		ret = type_by_counts(&t);
	for (u32 i = 0; !ret && i < t.n && !typed; i++) {
		if (!img->m->before.have_pagetypeinfo)
			t.b[i].mt = type_of_most_pages(&t.b[i]);
		img->mm->pageblock[t.b[i].nr].mt = t.b[i].mt;
	}
	free(t.b);
	return ret;
}
