/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Doubly linked lists of pages by index. A link with LIST_HEAD_BIT names mm->heads[], so a page can
 * be taken off its list without knowing which list that is.
 */
#ifndef FRAGREPLAY_MM_LIST_H
#define FRAGREPLAY_MM_LIST_H

#include "mmzone.h"

_Static_assert(LIST_HEAD_BIT == MAX_PFNS, "no pfn has the bit of list heads");

static inline struct links *list_node(struct mm *mm, u32 link)
{
	return link & LIST_HEAD_BIT ? &mm->heads[link & ~LIST_HEAD_BIT] : &mm->page[link].l;
}

static inline void list_init(struct mm *mm, u32 head)
{
	mm->heads[head].next = mm->heads[head].prev = head | LIST_HEAD_BIT;
}

static inline bool list_empty(const struct mm *mm, u32 head)
{
	return mm->heads[head].next & LIST_HEAD_BIT;
}

static inline void list_link(struct mm *mm, u32 pfn, u32 prev, u32 next)
{
	mm->page[pfn].l.prev = prev;
	mm->page[pfn].l.next = next;
	list_node(mm, prev)->next = pfn;
	list_node(mm, next)->prev = pfn;
}

static inline void list_add(struct mm *mm, u32 pfn, u32 head)
{
	list_link(mm, pfn, head | LIST_HEAD_BIT, mm->heads[head].next);
}

static inline void list_add_tail(struct mm *mm, u32 pfn, u32 head)
{
	list_link(mm, pfn, mm->heads[head].prev, head | LIST_HEAD_BIT);
}

static inline void list_del(struct mm *mm, u32 pfn)
{
	struct links l = mm->page[pfn].l;

	list_node(mm, l.prev)->next = l.next;
	list_node(mm, l.next)->prev = l.prev;
}

/* First and last page of a list, PFN_NONE when empty; list_next() likewise at the end. */
static inline u32 list_first(const struct mm *mm, u32 head)
{
	u32 n = mm->heads[head].next;

	return n & LIST_HEAD_BIT ? PFN_NONE : n;
}

static inline u32 list_last(const struct mm *mm, u32 head)
{
	u32 n = mm->heads[head].prev;

	return n & LIST_HEAD_BIT ? PFN_NONE : n;
}

static inline u32 list_next(const struct mm *mm, u32 pfn)
{
	u32 n = mm->page[pfn].l.next;

	return n & LIST_HEAD_BIT ? PFN_NONE : n;
}

static inline u32 list_prev(const struct mm *mm, u32 pfn)
{
	u32 n = mm->page[pfn].l.prev;

	return n & LIST_HEAD_BIT ? PFN_NONE : n;
}

#endif
