/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of superpageblocks' state, walk and claims do to a machine, step by step. */
#ifndef FRAGREPLAY_TEST_SPB_ALLOC_MACHINE_H
#define FRAGREPLAY_TEST_SPB_ALLOC_MACHINE_H

#include "spb_work_machine.h"

#define SPB_OF_8	12u	/* pageblocks in a superpageblock, as an order of pages */
#define SPB_OF_16	13u

/* a page for a request whose rights are @flags, straight from the free lists */
static inline u32 take_with(struct mm *mm, u32 order, u8 mt, u32 flags)
{
	enum rmqueue_mode mode = RMQUEUE_NORMAL;
	u32 pfn = __rmqueue(mm, normal(mm), order, mt, flags, &mode);

	if (pfn != PFN_NONE)
		prep_new_page(mm, pfn, order, mt);
	whole(mm, "a page is taken");
	return pfn;
}

/* one that may not mix types in a pageblock, as most may not */
static inline u32 take(struct mm *mm, u32 order, u8 mt)
{
	return take_with(mm, order, mt, ALLOC_NOFRAGMENT);
}

/* pages in use, LRU pages too, straight to the free lists */
static inline void give(struct mm *mm, u32 pfn, u32 order)
{
	for (u32 i = 0; i < 1u << order; i++)
		if (mm->page[pfn + i].lru)
			lruvec_del_folio(mm, pfn + i);
	buddy_free(mm, pfn, order);
	whole(mm, "a page is freed");
}

static inline void give_run(struct mm *mm, u32 pfn, u32 nr)
{
	for (u32 i = 0; i < nr; i++)
		give(mm, pfn + i, 0);
}

static inline u32 spb_no(const struct mm *mm, u32 pfn)
{
	return pfn == PFN_NONE ? PFN_NONE : spb_index(spbs(mm), spb_of_pfn(spbs(mm), pfn));
}

static inline u32 block_no(u32 pfn)
{
	return pfn / pageblock_nr_pages;
}

static inline u8 pb(const struct mm *mm, u32 block)
{
	return spb(mm)->pb[block] & (PB_HAS_UNMOVABLE | PB_HAS_RECLAIMABLE | PB_HAS_MOVABLE |
				     PB_ALL_FREE);
}

static inline u8 tag(const struct mm *mm, u32 block)
{
	return mm_pageblock_type(mm, BLOCK(block));
}

static inline bool is_tainted(const struct mm *mm, u32 i)
{
	return spb_is_tainted(sb(mm, i));
}

static inline u64 outcome(const struct mm *mm, enum spb_outcome o)
{
	return spb(mm)->c.outcome[o];
}

/* "tainted 25pct", "clean full", "empty", "isolated" */
static inline const char *list_name(const struct mm *mm, u32 i)
{
	static const char *const fullness[] = { "full", "75pct", "50pct", "25pct",
						"almost_empty" };
	static char text[32];
	const struct superpageblock *b = sb(mm, i);

	if (b->where != SPB_ON_CATEGORY)
		return b->where == SPB_ON_EMPTY ? "empty" : "isolated";
	snprintf(text, sizeof(text), "%s %s", b->category == SPB_TAINTED ? "tainted" : "clean",
		 fullness[b->fullness]);
	return text;
}

/* the superpageblocks of a category, fullest first: "2 0 1" */
static inline const char *category(const struct mm *mm, enum spb_category cat)
{
	static char text[256];
	struct superpageblock *b = NULL;
	size_t n = 0;

	text[0] = '\0';
	while ((b = spb_next(spbs(mm), cat, b)))
		n += (size_t)sprintf(text + n, n ? " %u" : "%u", spb_index(spbs(mm), b));
	return text;
}

static inline u32 nr_on_list(const struct mm *mm, u32 i, u32 order, u8 mt)
{
	return mm->zone[ZONE_NORMAL].region[i].free_area[order].nr_list[mt];
}

#endif
