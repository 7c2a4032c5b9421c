// SPDX-License-Identifier: GPL-2.0-only
/*
 * spb_check() compares every count with the bits that it counts, every list with what its members
 * are, and the bits with the pages of the model.
 */
#include <stdio.h>

#include "spb.h"

struct check {
	struct spb *s;
	struct spb_zone *sz;
	char *text;
	size_t len;
	int broken;
};

/* Only the first broken rule is reported. */
static void expect(struct check *c, bool ok, const struct superpageblock *sb, const char *rule,
		   u64 found, u64 wanted)
{
	if (ok || c->broken++)
		return;
	snprintf(c->text, c->len, "%s: zone %s, superpageblock %u: found %llu, expected %llu", rule,
		 c->sz->z->name, spb_index(c->sz, sb), (unsigned long long)found,
		 (unsigned long long)wanted);
}

/* Is the block part of one free chunk of a pageblock or more? */
static bool block_is_free(const struct mm *mm, u32 pfn)
{
	const struct page *p = mm_page(mm, pfn);

	if (p->head)
		return p->state == PAGE_BUDDY && p->order >= pageblock_order;
	if (!(pfn & pageblock_nr_pages))
		return false;
	p = mm_page(mm, pfn - pageblock_nr_pages);
	return p->head && p->state == PAGE_BUDDY && p->order > pageblock_order;
}

struct counts {
	u32 free, unmovable, reclaimable, movable, reserved, total, untyped;
};

static void count_block(struct check *c, const struct superpageblock *sb, u32 pfn,
			struct counts *n)
{
	u8 pb = c->s->pb[pfn >> pageblock_order];
	bool is_free = block_is_free(c->s->mm, pfn & ~(pageblock_nr_pages - 1));

	n->total++;
	n->reserved += !(pb & PB_INITIALIZED);
	n->free += !!(pb & PB_ALL_FREE);
	n->unmovable += !!(pb & PB_HAS_UNMOVABLE);
	n->reclaimable += !!(pb & PB_HAS_RECLAIMABLE);
	n->movable += !!(pb & PB_HAS_MOVABLE);
	n->untyped += !!(pb & PB_UNTYPED);
	if (pb & PB_ALL_FREE)
		expect(c, is_free, sb, "a block that counts as free is", pfn, pfn);
	else if (!c->s->split_marks_both_used)
		expect(c, !is_free, sb, "a block that is free counts as free", pfn, pfn);
	if (pb & (PB_ALL_FREE | PB_UNTYPED))
		expect(c, !(pb & (PB_HAS_UNMOVABLE | PB_HAS_RECLAIMABLE | PB_HAS_MOVABLE)), sb,
		       "a free block has held nothing", pb, PB_ALL_FREE);
}

static void check_counts(struct check *c, const struct superpageblock *sb)
{
	struct counts n = { 0 };
	u32 pfn;

	for (pfn = sb->start_pfn & ~(pageblock_nr_pages - 1); pfn < sb->end_pfn;
	     pfn += pageblock_nr_pages)
		count_block(c, sb, pfn, &n);
	expect(c, sb->total_pageblocks == n.total, sb, "total_pageblocks", sb->total_pageblocks,
	       n.total);
	expect(c, sb->nr_reserved == n.reserved, sb, "nr_reserved", sb->nr_reserved, n.reserved);
	expect(c, sb->nr_free == n.free, sb, "nr_free counts free blocks", sb->nr_free, n.free);
	expect(c, sb->nr_unmovable == n.unmovable, sb, "nr_unmovable counts its bit",
	       sb->nr_unmovable, n.unmovable);
	expect(c, sb->nr_reclaimable == n.reclaimable, sb, "nr_reclaimable counts its bit",
	       sb->nr_reclaimable, n.reclaimable);
	expect(c, sb->nr_movable == n.movable, sb, "nr_movable counts its bit", sb->nr_movable,
	       n.movable);
	expect(c, n.unmovable + n.reclaimable + n.movable + n.free + n.untyped >=
	       n.total - n.reserved, sb, "every block is free, of a type, or known not to be",
	       n.unmovable + n.reclaimable + n.movable + n.free + n.untyped,
	       n.total - n.reserved);
}

static void check_list(struct check *c, struct spb_list *l, u8 where, u8 category, u8 fullness)
{
	u32 i, prev = SPB_NONE, nr = 0;

	for (i = l->first; i != SPB_NONE && nr <= l->nr; i = c->sz->sb[i].next) {
		const struct superpageblock *sb = &c->sz->sb[i];

		expect(c, sb->prev == prev, sb, "list links agree both ways", sb->prev, prev);
		expect(c, sb->where == where && (where != SPB_ON_CATEGORY ||
						 (sb->category == category &&
						  sb->fullness == fullness)), sb,
		       "a superpageblock knows its list", sb->where * 100 + sb->category * 10 +
		       sb->fullness, where * 100 + category * 10 + fullness);
		expect(c, spb_is_on_its_list(c->sz, sb), sb,
		       "the list is that of its category and fullness",
		       sb->category * 10 + sb->fullness, spb_is_tainted(sb) * 10);
		prev = i;
		nr++;
	}
	expect(c, nr == l->nr && l->last == prev, c->sz->sb, "a list counts its members", nr,
	       l->nr);
}

static u32 check_lists(struct check *c)
{
	struct spb_zone *sz = c->sz;
	u32 nr = sz->empty.nr + sz->isolated.nr;
	u8 i, j;

	check_list(c, &sz->empty, SPB_ON_EMPTY, 0, 0);
	check_list(c, &sz->isolated, SPB_ON_ISOLATED, 0, 0);
	for (i = 0; i < NR_SPB_CATEGORIES; i++)
		for (j = 0; j < NR_SPB_FULLNESS; j++) {
			check_list(c, &sz->lists[i][j], SPB_ON_CATEGORY, i, j);
			nr += sz->lists[i][j].nr;
		}
	return nr;
}

/**
 * spb_check - check the policy's invariants
 * @s: policy
 * @text: filled with the first broken rule
 * @len: its size
 *
 * Return: how many rules are broken.
 */
int spb_check(struct spb *s, char *text, size_t len)
{
	struct check c = { .s = s, .text = text, .len = len };
	int t;
	u32 i;

	for (t = 0; t < MAX_NR_ZONES; t++) {
		c.sz = &s->zone[t];
		if (!c.sz->sb)
			continue;
		for (i = 0; i < c.sz->nr; i++)
			check_counts(&c, &c.sz->sb[i]);
		i = check_lists(&c);
		expect(&c, i == c.sz->nr, c.sz->sb, "every superpageblock is on a list", i,
		       c.sz->nr);
		i = s->select == SPB_SELECT_BITMAP ? spb_bitmap_check(c.sz) : 0;
		expect(&c, !i, c.sz->sb, "the bitmaps agree with lists and categories", i, 0);
	}
	return c.broken;
}
