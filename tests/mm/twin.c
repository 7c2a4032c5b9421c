// SPDX-License-Identifier: GPL-2.0-only
#include "twin.h"

#include <assert.h>
#include <string.h>

enum { UNMOVABLE, MOVABLE, RECLAIMABLE };

static const int second_choice[TWIN_TYPES][2] = {
	{ RECLAIMABLE, MOVABLE }, { RECLAIMABLE, UNMOVABLE }, { UNMOVABLE, MOVABLE },
};

/* --- lists as arrays --------------------------------------------------------------------- */

static void insert(struct twin_list *l, int at, int pfn)
{
	memmove(&l->pfn[at + 1], &l->pfn[at], (size_t)(l->n - at) * sizeof(int));
	l->pfn[at] = pfn;
	l->n++;
}

static void remove_at(struct twin_list *l, int at)
{
	l->n--;
	memmove(&l->pfn[at], &l->pfn[at + 1], (size_t)(l->n - at) * sizeof(int));
}

static int find(const struct twin_list *l, int pfn)
{
	int i;

	for (i = 0; i < l->n; i++)
		if (l->pfn[i] == pfn)
			return i;
	return TWIN_NONE;
}

static int take_first(struct twin_list *l)
{
	int pfn = l->pfn[0];

	remove_at(l, 0);
	return pfn;
}

/* the type whose list of @order holds @pfn */
static int listed_type(const struct twin *t, int pfn, int order)
{
	int type;

	for (type = 0; type < TWIN_TYPES; type++)
		if (find(&t->free[order][type], pfn) != TWIN_NONE)
			return type;
	return TWIN_NONE;
}

/* --- freeing ----------------------------------------------------------------------------- */

static int buddy_of(int pfn, int order)
{
	return pfn ^ (1 << order);
}

static void retype(struct twin *t, int pfn, int order, int type)
{
	int b;

	for (b = pfn / 512; b < (pfn + (1 << order) + 511) / 512; b++)
		t->block_type[b] = type;
}

static void buddy_put(struct twin *t, int pfn, int order, int type)
{
	bool tail;

	while (order < 10) {
		int buddy = buddy_of(pfn, order), bt = listed_type(t, buddy, order);

		if (bt == TWIN_NONE)
			break;
		remove_at(&t->free[order][bt], find(&t->free[order][bt], buddy));
		if (order >= 9 && t->claim_and_steal)
			retype(t, buddy, order, type);
		if (buddy < pfn)
			pfn = buddy;
		order++;
	}
	tail = false;
	if (order < 9) {
		int parent = pfn & ~(1 << order);

		tail = listed_type(t, buddy_of(parent, order + 1), order + 1) != TWIN_NONE;
	}
	insert(&t->free[order][type], tail ? t->free[order][type].n : 0, pfn);
}

static void free_to_buddy(struct twin *t, int pfn, int order)
{
	if (order == 10 && t->claim_and_steal) {
		free_to_buddy(t, pfn, 9);
		free_to_buddy(t, pfn + 512, 9);
		return;
	}
	buddy_put(t, pfn, order, t->block_type[pfn / 512]);
}

/* --- allocating from the buddy lists ----------------------------------------------------- */

static void put_back_halves(struct twin *t, int pfn, int want, int have, int type)
{
	while (have-- > want)
		insert(&t->free[have][type], 0, pfn + (1 << have));
}

static int smallest(struct twin *t, int order, int type)
{
	int o;

	for (o = order; o <= 10; o++)
		if (t->free[o][type].n) {
			int pfn = take_first(&t->free[o][type]);

			put_back_halves(t, pfn, order, o, type);
			return pfn;
		}
	return TWIN_NONE;
}

static int foreign_type(const struct twin *t, int order, int type)
{
	int i;

	for (i = 0; i < 2; i++)
		if (t->free[order][second_choice[type][i]].n)
			return second_choice[type][i];
	return TWIN_NONE;
}

/* free and movable pages of a block, each page asked for by itself */
static void count_block(const struct twin *t, int block, int *nr_free, int *nr_movable)
{
	int order, type, i, pfn;

	*nr_free = *nr_movable = 0;
	for (order = 0; order < 9; order++)
		for (type = 0; type < TWIN_TYPES; type++)
			for (i = 0; i < t->free[order][type].n; i++)
				if (t->free[order][type].pfn[i] / 512 == block)
					*nr_free += 1 << order;
	for (pfn = block * 512; pfn < block * 512 + 512; pfn++)
		*nr_movable += t->movable[pfn];
}

static int move_block(struct twin *t, int block, int to)
{
	int pfn, order, moved = 0;

	for (pfn = block * 512; pfn < block * 512 + 512; pfn++)
		for (order = 0; order < 9; order++) {
			int from = listed_type(t, pfn, order);

			if (from == TWIN_NONE)
				continue;
			remove_at(&t->free[order][from], find(&t->free[order][from], pfn));
			insert(&t->free[order][to], t->free[order][to].n, pfn);
			moved += 1 << order;
			break;
		}
	return moved;
}

static bool half_is_ours(int type, int block_type, int nr_free, int nr_movable)
{
	int alike = 0;

	if (type == MOVABLE)
		alike = nr_movable;
	else if (block_type == MOVABLE)
		alike = 512 - nr_free - nr_movable;
	return nr_free + alike >= 256;
}

static int claim(struct twin *t, int order, int type, bool nofragment)
{
	int cur, min = nofragment && order < 9 ? 9 : order;

	for (cur = 10; cur >= min; cur--) {
		int from, pfn, nr_free, nr_movable;

		if (cur < 4 && type == MOVABLE)
			return TWIN_NONE;
		from = foreign_type(t, cur, type);
		if (from == TWIN_NONE)
			continue;
		pfn = t->free[cur][from].pfn[0];
		if (cur >= 9) {
			take_first(&t->free[cur][from]);
			retype(t, pfn, cur, type);
			put_back_halves(t, pfn, order, cur, type);
			return pfn;
		}
		count_block(t, pfn / 512, &nr_free, &nr_movable);
		if (!half_is_ours(type, from, nr_free, nr_movable))
			continue;
		move_block(t, pfn / 512, type);
		t->block_type[pfn / 512] = type;
		return smallest(t, order, type);
	}
	return TWIN_NONE;
}

static int steal(struct twin *t, int order, int type)
{
	int cur;

	for (cur = order; cur <= 10; cur++) {
		int from = foreign_type(t, cur, type), pfn;

		if (from == TWIN_NONE)
			continue;
		pfn = take_first(&t->free[cur][from]);
		put_back_halves(t, pfn, order, cur, from);
		return pfn;
	}
	return TWIN_NONE;
}

/*
 * One search for claims and steals: the largest foreign buddy; the smallest for movable requests
 * when the largest is small. Returns the type whose list its order's first page is on.
 */
static int largest_foreign(const struct twin *t, int order, int type, bool nofragment, int *found)
{
	int cur, from = TWIN_NONE, min = nofragment && order < 9 ? 9 : order;

	for (cur = 10; cur >= min && from == TWIN_NONE; cur--)
		from = foreign_type(t, cur, type);
	if (from == TWIN_NONE)
		return TWIN_NONE;
	cur++;
	if (type == MOVABLE && cur < 4 && cur > order) {
		for (cur = order; foreign_type(t, cur, type) == TWIN_NONE; cur++)
			;
		from = foreign_type(t, cur, type);
	}
	*found = cur;
	return from;
}

/* 6.1: bring something to the type's own lists */
static bool old_fallback(struct twin *t, int order, int type, bool nofragment)
{
	int cur, pfn, block, nr_free, nr_movable, block_type;
	int from = largest_foreign(t, order, type, nofragment, &cur);

	if (from == TWIN_NONE)
		return false;
	pfn = t->free[cur][from].pfn[0];
	block = pfn / 512;
	block_type = t->block_type[block];
	if (cur >= 9) {
		retype(t, pfn, cur, type);
	} else if (type != MOVABLE || cur >= 4) {
		count_block(t, block, &nr_free, &nr_movable);
		nr_free = move_block(t, block, type);
		if (half_is_ours(type, block_type, nr_free, nr_movable))
			t->block_type[block] = type;
		return true;
	}
	take_first(&t->free[cur][from]);
	insert(&t->free[cur][type], t->free[cur][type].n, pfn);
	return true;
}

/* 6.10 to 6.14: the block, or what was asked for out of the same buddy */
static int biggest_fallback(struct twin *t, int order, int type, bool nofragment)
{
	int cur, pfn, nr_free, nr_movable;
	int from = largest_foreign(t, order, type, nofragment, &cur);

	if (from == TWIN_NONE)
		return TWIN_NONE;
	pfn = t->free[cur][from].pfn[0];
	count_block(t, pfn / 512, &nr_free, &nr_movable);
	if (cur < 9 && (type != MOVABLE || cur >= 4) &&
	    half_is_ours(type, from, nr_free, nr_movable)) {
		move_block(t, pfn / 512, type);
		t->block_type[pfn / 512] = type;
		return smallest(t, order, type);
	}
	take_first(&t->free[cur][from]);
	if (cur >= 9) {
		retype(t, pfn, cur, type);
		from = type;
	}
	put_back_halves(t, pfn, order, cur, from);
	return pfn;
}

/* @stealing: this refill has stolen a page; only 6.10 and later know that */
static int from_buddy(struct twin *t, int order, int type, bool nofragment, bool *stealing)
{
	int pfn;

	if (!t->claim_and_steal) {
		for (;;) {
			pfn = smallest(t, order, type);
			if (pfn != TWIN_NONE || !old_fallback(t, order, type, nofragment))
				return pfn;
		}
	}
	if (t->biggest_buddy) {
		pfn = smallest(t, order, type);
		return pfn != TWIN_NONE ? pfn : biggest_fallback(t, order, type, nofragment);
	}
	if (!*stealing) {
		pfn = smallest(t, order, type);
		if (pfn == TWIN_NONE)
			pfn = claim(t, order, type, nofragment);
		if (pfn != TWIN_NONE)
			return pfn;
	}
	if (nofragment)
		return TWIN_NONE;
	pfn = steal(t, order, type);
	if (pfn != TWIN_NONE)
		*stealing = true;
	return pfn;
}

/* --- per-CPU lists ----------------------------------------------------------------------- */

static int pcp_index(int order, int type)
{
	return order == 9 ? 12 + (type == MOVABLE) : order * 3 + type;
}

static bool uses_pcp(const struct twin *t, int order)
{
	return t->pcp_on && (order <= 3 || order == 9);
}

static int max(int a, int b)
{
	return a > b ? a : b;
}

static int min(int a, int b)
{
	return a < b ? a : b;
}

static void drain(struct twin *t, int count, int index)
{
	for (count = min(count, t->pcp_count); count > 0; index = (index + 1) % TWIN_PCP_LISTS) {
		struct twin_list *l = &t->pcp[index];
		int order = index >= 12 ? 9 : index / 3;

		while (count > 0 && l->n) {
			int pfn = l->pfn[l->n - 1];

			remove_at(l, l->n - 1);
			count -= 1 << order;
			t->pcp_count -= 1 << order;
			buddy_put(t, pfn, order, t->claim_and_steal ? t->block_type[pfn / 512]
								      : t->pcp_type[pfn]);
		}
	}
}

static int refill_size(struct twin *t, int order)
{
	int n = t->pcp_batch;

	if (t->claim_and_steal) {
		if (t->pcp_high < t->pcp_batch)
			return 1;
		if (order == 0) {
			int room = max(t->pcp_high - t->pcp_count - t->pcp_batch, t->pcp_batch);

			n <<= t->alloc_factor;
			if (n <= room && t->alloc_factor < 5)
				t->alloc_factor++;
			n = min(n, room);
		}
	}
	return n > 1 ? max(n >> order, 2) : n;
}

static int from_pcp(struct twin *t, int order, int type, bool nofragment)
{
	struct twin_list *l = &t->pcp[pcp_index(order, type)];
	bool stealing = false;
	int i, n;

	t->free_count /= 2;
	if (!l->n) {
		n = refill_size(t, order);
		for (i = 0; i < n; i++) {
			int pfn = from_buddy(t, order, type, nofragment, &stealing);

			if (pfn == TWIN_NONE)
				break;
			t->pcp_type[pfn] = type;
			insert(l, l->n, pfn);
			t->pcp_count += 1 << order;
			stealing = stealing && t->mode_cache;
		}
	}
	if (!l->n)
		return TWIN_NONE;
	t->pcp_count -= 1 << order;
	return take_first(l);
}

static void give_back(struct twin *t, int n, int index)
{
	if (!t->chunked) {
		drain(t, n, index);
		return;
	}
	for (; n > 0 && t->pcp_count > 0; n -= t->pcp_batch)
		drain(t, min(n, t->pcp_batch), index);
}

/* high_min == high_max, no reclaim, the zone above its high mark */
static void trim(struct twin *t, int order, int index)
{
	bool flush = false;
	int limit = t->pcp_batch + (t->high_min_rule ? t->pcp_high / 2 : 0);

	t->alloc_factor /= 2;
	if (order >= 1 && order <= 3) {
		flush = t->free_count >= limit && t->prev_free_high;
		t->prev_free_high = true;
	} else {
		t->prev_free_high = false;
	}
	if (t->free_count < t->pcp_batch * 32)
		t->free_count += 1 << order;
	if (flush)
		give_back(t, min(t->pcp_count, t->pcp_batch * 32), index);
	else if (t->pcp_count >= t->pcp_high)
		give_back(t, min(max(t->free_count, t->pcp_batch), t->pcp_high - t->pcp_batch),
			  index);
}

static void old_trim(struct twin *t, int order, int index)
{
	int n;

	if (t->free_count && order >= 1 && order <= 3) {
		drain(t, t->pcp_count, index);
		return;
	}
	if (t->pcp_count < t->pcp_high)
		return;
	n = t->pcp_batch << t->free_count;
	if (n < t->pcp_high - t->pcp_batch)
		t->free_count++;
	drain(t, min(max(n, t->pcp_batch), t->pcp_high - t->pcp_batch), index);
}

/* --- the outside ------------------------------------------------------------------------- */

void twin_init(struct twin *t)
{
	int b;

	memset(t, 0, sizeof(*t));
	for (b = 0; b < TWIN_BLOCKS; b++)
		t->block_type[b] = MOVABLE;
}

int twin_alloc(struct twin *t, int order, int type, bool nofragment)
{
	bool stealing = false;
	int pfn = TWIN_NONE, i;

	if (uses_pcp(t, order))
		pfn = from_pcp(t, order, type, nofragment);
	if (pfn == TWIN_NONE)
		pfn = from_buddy(t, order, type, nofragment, &stealing);
	if (pfn != TWIN_NONE)
		for (i = 0; i < 1 << order; i++)
			t->movable[pfn + i] = type == MOVABLE;
	return pfn;
}

void twin_free(struct twin *t, int pfn, int order)
{
	int index, i;

	for (i = 0; i < 1 << order; i++)
		t->movable[pfn + i] = false;
	if (!uses_pcp(t, order)) {
		free_to_buddy(t, pfn, order);
		return;
	}
	index = pcp_index(order, t->block_type[pfn / 512]);
	t->pcp_type[pfn] = t->block_type[pfn / 512];
	insert(&t->pcp[index], 0, pfn);
	t->pcp_count += 1 << order;
	if (t->claim_and_steal)
		trim(t, order, index);
	else
		old_trim(t, order, index);
}

void twin_drain(struct twin *t)
{
	while (t->pcp_count)
		drain(t, t->pcp_count, 0);
}
