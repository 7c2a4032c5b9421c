// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects whose place no event names are in limbo (doc/design.md, "Migrations"). They have the
 * handles from max_pfn on, which are given out as a ring. A bitmap per order says which handle may
 * be the head of such an object, so that a search need not look at all of them. A bit is set when
 * an object comes, and stays when it leaves: the search clears it.
 */
#include <stdlib.h>

#include "internal.h"

#define NR_LIMBO_MIN 65536u

/**
 * limbo_init - decide how large limbo is, and allocate its bitmaps
 * @d: stage, with its max_pfn
 *
 * Return: 0; -1 without memory.
 */
int limbo_init(struct demand *d)
{
	struct limbo *l = &d->limbo;

	l->nr = d->max_pfn / 16 > NR_LIMBO_MIN ? d->max_pfn / 16 : NR_LIMBO_MIN;
	l->words = (l->nr + 63) / 64;
	l->heads = calloc((size_t)LIMBO_ORDERS * l->words, sizeof(*l->heads));
	return l->heads ? 0 : -1;
}

/**
 * limbo_release - free the bitmaps
 * @d: stage
 */
void limbo_release(struct demand *d)
{
	free(d->limbo.heads);
}

/**
 * limbo_handle - get a handle for an object whose pfn no event names
 * @d: stage
 * @order: of the object
 *
 * Handles are reused in a ring.
 *
 * Return: the handle; H_NONE if limbo is full.
 */
u32 limbo_handle(struct demand *d, u32 order)
{
	struct limbo *l = &d->limbo;
	u32 size = 1u << order, at = (l->next + size - 1) & ~(size - 1), tries, i;

	for (tries = 0; tries < l->nr / size; tries++, at += size) {
		if (at + size > l->nr)
			at = 0;
		for (i = 0; i < size && d->tp[d->max_pfn + at + i].state != T_LIVE; i++)
			;
		if (i == size) {
			l->next = at + size;
			l->live++;
			return d->max_pfn + at;
		}
	}
	return H_NONE;
}

/**
 * limbo_note_head - note that a handle of limbo is the head of an object now
 * @d: stage
 * @handle: the head; its tpage says the order
 */
void limbo_note_head(struct demand *d, u32 handle)
{
	u32 at = handle - d->max_pfn, order = d->tp[handle].order;
	u64 *word = &d->limbo.heads[(size_t)order * d->limbo.words + at / 64];
	u64 bit = 1ull << at % 64;

	d->limbo.nr_heads[order] += !(*word & bit);
	*word |= bit;
}

/* Returns the first handle of limbo from @from on whose bit is set; @end or more if none is. */
static u32 next_head(const struct limbo *l, u32 order, u32 from, u32 end)
{
	const u64 *word = &l->heads[(size_t)order * l->words];
	u64 bits;
	u32 i = from / 64;

	if (from >= end)
		return end;
	for (bits = word[i] & ~0ull << from % 64; !bits; bits = word[i])
		if (++i * 64 >= end)
			return end;
	return i * 64 + (u32)__builtin_ctzll(bits);
}

static u32 match_between(struct demand *d, u32 order, u32 from, u32 end)
{
	struct limbo *l = &d->limbo;
	u32 at;

	for (at = next_head(l, order, from, end); at < end; at = next_head(l, order, at + 1, end)) {
		const struct tpage *tp = &d->tp[d->max_pfn + at];

		if (tp->state == T_LIVE && tp->head && tp->order == order)
			return d->max_pfn + at;
		l->heads[(size_t)order * l->words + at / 64] &= ~(1ull << at % 64);
		l->nr_heads[order]--;
	}
	return H_NONE;
}

/**
 * limbo_match - find an object in limbo for a free at an unknown pfn
 * @d: stage
 * @order: of the free
 *
 * Return: the oldest of this order; H_NONE.
 */
u32 limbo_match(struct demand *d, u32 order)
{
	const struct limbo *l = &d->limbo;
	u32 next = l->next < l->nr ? l->next : 0, found;

	if (!l->live || !l->nr_heads[order])
		return H_NONE;
	found = match_between(d, order, next, l->nr);
	return found == H_NONE ? match_between(d, order, 0, next) : found;
}
