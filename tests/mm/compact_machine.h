/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Machines for the tests of compaction: a few unmovable pageblocks whose pages are all in use by
 * the kernel, until a test makes some of them movable or free.
 */
#ifndef FRAGREPLAY_TEST_COMPACT_MACHINE_H
#define FRAGREPLAY_TEST_COMPACT_MACHINE_H

#include "mm_machine.h"

#include "mm/compaction.h"

static u32 home[BLOCK(16)];	/* where the page owned by cookie n lives */

static inline void moved(void *ctx, u32 owner, u32 pfn)
{
	(void)ctx;
	home[owner] = pfn;
}

static inline struct mm *machine(const char *version, u32 blocks)
{
	struct mm *mm = tiny_machine(version, blocks);

	mm->param.pinned_permille = mm->param.pinned_file_permille = 0;
	mm->sysctl.extfrag_threshold = 500;
	mm->sysctl.compaction_proactiveness = 20;
	mm->driver.moved = moved;
	for (u32 b = 0; b < blocks; b++)
		block_type(mm, b, MIGRATE_UNMOVABLE);
	reset_cached_positions(normal(mm));
	return mm;
}

/* pages first .. first + n - 1 become order-0 LRU folios, each owned by its own pfn */
static inline void lru_pages(struct mm *mm, u32 first, u32 n, enum page_kind kind)
{
	for (u32 pfn = first; pfn < first + n; pfn++) {
		page_set_unit(mm, pfn, 0, PAGE_USED, MIGRATE_MOVABLE);
		mm->page[pfn].kind = kind;
		mm->page[pfn].owner = home[pfn] = pfn;
		folio_add_lru(mm, pfn, LRU_EXISTING);
	}
}

static inline void free_run(struct mm *mm, u32 first, u32 n)
{
	for (u32 pfn = first; pfn < first + n; pfn++)
		buddy_free(mm, pfn, 0);
}

/* @nr single pages, none of which has a free buddy */
static inline void scatter(struct mm *mm, u32 first, u32 nr)
{
	for (u32 i = 0; i < nr; i++)
		buddy_free(mm, first + 2 * i, 0);
}

static inline u64 stat(const struct mm *mm, enum vm_event_item item)
{
	return mm->vmstat[item];
}

#endif
