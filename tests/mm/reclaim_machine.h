/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small machine for the tests of reclaim: one Normal zone of 16 MiB, all free, two CPUs, and
 * page movers that are short to write.
 */
#ifndef FRAGREPLAY_TESTS_RECLAIM_MACHINE_H
#define FRAGREPLAY_TESTS_RECLAIM_MACHINE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "mm/compaction.h"
#include "mm/lru_gen.h"
#include "tests/test.h"

#define MACHINE_PAGES	4096u
#define KERNEL_6_1	KERNEL(6, 1, 0)
#define KERNEL_6_12	KERNEL(6, 12, 0)
#define KERNEL_6_18	KERNEL(6, 18, 0)
#define KERNEL_7_3	KERNEL(7, 3, 0)

/* the LRU lists agree with the pages and the counters */
static inline void lruvec_check(const struct mm *mm)
{
	char rule[160];

	if (!lruvec_is_whole(mm, rule, sizeof(rule)))
		fail_msg("broken rule of the LRU: %s", rule);
}

/* every rule of the model holds */
static inline void model_is_whole(struct mm *mm)
{
	char rules[1024];

	if (mm_check(mm, rules, sizeof(rules)))
		fail_msg("broken rule: %s", rules);
}

/* the marks of its zone: min 64, low 128, high 192 pages */
#define MARK_MIN	64u
#define MARK_HIGH	192u

static inline struct mm *machine(u32 version, u64 swap_pages)
{
	struct mm *mm = mm_alloc(MACHINE_PAGES, 2, 1);
	struct zone *z;

	assert_non_null(mm);
	kernel_features_set(&mm->k, version);
	mm->sysctl.min_free_kbytes = MARK_MIN * 4;
	mm->swap_pages = swap_pages;
	mm_add_zone(mm, ZONE_NORMAL, 0, MACHINE_PAGES);
	for (u32 pfn = 0; pfn < MACHINE_PAGES; pfn += 1u << MAX_PAGE_ORDER)
		mm_place_free(mm, pfn, MAX_PAGE_ORDER, true);
	mm_init_late(mm);
	z = &mm->zone[ZONE_NORMAL];
	z->_watermark[WMARK_MIN] = MARK_MIN;
	z->_watermark[WMARK_LOW] = 128;
	z->_watermark[WMARK_HIGH] = MARK_HIGH;
	z->_watermark[WMARK_PROMO] = 256;
	return mm;
}

/* One folio on the LRU or PFN_NONE; never reclaims: the page comes as PF_MEMALLOC's would */
static inline u32 try_add_folio(struct mm *mm, enum page_kind kind, u32 order,
				enum lru_origin origin)
{
	struct mm_task saved = mm->current;
	u32 pfn;

	mm->current.memalloc = true;
	pfn = alloc_pages(mm, GFP_HIGHUSER_MOVABLE & ~__GFP_RECLAIM, order);
	mm->current = saved;
	if (pfn == PFN_NONE)
		return pfn;
	for (u32 i = 0; i < 1u << order; i++) {
		mm->page[pfn + i].kind = kind;
		mm->page[pfn + i].owner = pfn + i;
	}
	folio_add_lru(mm, pfn, origin);
	return pfn;
}

static inline u32 add_folio(struct mm *mm, enum page_kind kind, u32 order, enum lru_origin origin)
{
	u32 pfn = try_add_folio(mm, kind, order, origin);

	assert_int_not_equal(pfn, PFN_NONE);
	return pfn;
}

static inline void add_folios(struct mm *mm, u32 nr, enum page_kind kind, enum lru_origin origin)
{
	while (nr--)
		add_folio(mm, kind, 0, origin);
}

static inline u64 direct_reclaim(struct mm *mm, u32 order, gfp_t gfp)
{
	const struct alloc_context ac = { .gfp = gfp, .highest_zoneidx = ZONE_NORMAL,
					  .preferred = ZONE_NORMAL };
	u64 nr = try_to_free_pages(mm, order, gfp, &ac);

	lruvec_check(mm);
	return nr;
}

#define assert_vmstat(mm, name, n) assert_int_equal((mm)->vmstat[VM_##name], (n))

#endif
