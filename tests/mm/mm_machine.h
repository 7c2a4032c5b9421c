/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tiny machines for tests: one zone whose pages are all in use until a test frees some of them,
 * so that every free list holds exactly what the test put there.
 */
#ifndef FRAGREPLAY_TEST_MM_MACHINE_H
#define FRAGREPLAY_TEST_MM_MACHINE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "mm/internal.h"
#include "tests/test.h"

#define BLOCK(n) ((u32)(n) * pageblock_nr_pages)

/* a machine of @blocks pageblocks, zone Normal from pfn 0, as kernel @version sees it */
static inline struct mm *tiny_machine(const char *version, u32 blocks)
{
	struct mm *mm = mm_alloc(BLOCK(blocks), 2, 1);
	u32 b;

	assert_non_null(mm);
	kernel_features_set(&mm->k, kernel_version_parse(version));
	mm->sysctl.min_free_kbytes = 4;
	mm_add_zone(mm, ZONE_NORMAL, 0, BLOCK(blocks));
	for (b = 0; b < BLOCK(blocks); b++)
		mm_place_used(mm, b, 0, PK_KERNEL, MIGRATE_UNMOVABLE);
	mm_init_late(mm);
	return mm;
}

static inline struct zone *normal(struct mm *mm)
{
	return &mm->zone[ZONE_NORMAL];
}

static inline void block_type(struct mm *mm, u32 block, u8 mt)
{
	set_pageblock_migratetype(mm, BLOCK(block), mt);
}

/* free a page straight to the buddy lists, past the per-CPU lists */
static inline void buddy_free(struct mm *mm, u32 pfn, u32 order)
{
	page_set_unit(mm, pfn, order, PAGE_BUDDY, 0);
	split_large_buddy(mm, page_zone(mm, pfn), pfn, order, false);
}

/* the pages of a free list, head first: "512 1024" */
static inline const char *free_list(struct mm *mm, u32 order, u8 mt)
{
	static char text[4096];
	u32 pfn = list_first(mm, normal(mm)->free_area[order].list[mt]);
	size_t n = 0;

	text[0] = '\0';
	for (; pfn != PFN_NONE && n < sizeof(text) - 16; pfn = list_next(mm, pfn))
		n += (size_t)sprintf(text + n, n ? " %u" : "%u", pfn);
	return text;
}

static inline const char *pcp_list(struct mm *mm, u16 cpu, u32 order, u8 mt)
{
	static char text[65536];
	u32 pfn = list_first(mm, pcp_list_for(&normal(mm)->pcp[cpu], order, mt));
	size_t n = 0;

	text[0] = '\0';
	for (; pfn != PFN_NONE && n < sizeof(text) - 16; pfn = list_next(mm, pfn))
		n += (size_t)sprintf(text + n, n ? " %u" : "%u", pfn);
	return text;
}

static inline void consistent(struct mm *mm, const char *where)
{
	char rules[1024];

	if (mm_check(mm, rules, sizeof(rules)))
		fail_msg("%s: broken rule: %s", where, rules);
}

/* the number of broken rules, where a test has broken some on purpose */
static inline int broken_rules(struct mm *mm)
{
	char rules[1024];

	return mm_check(mm, rules, sizeof(rules));
}

static inline void machine_done(struct mm *mm, const char *where)
{
	consistent(mm, where);
	mm_free(mm);
}

#endif
