/* SPDX-License-Identifier: GPL-2.0-only */
/* Machines for the tests of the buddy lists, and requests that go straight to them. */
#ifndef FRAGREPLAY_TEST_BUDDY_MACHINE_H
#define FRAGREPLAY_TEST_BUDDY_MACHINE_H

#include "mm_machine.h"

#define V73 "7.3.4"
#define V614 "6.14"
#define V61 "6.1.192"
#define KERNEL_FLAGS ALLOC_KSWAPD

static inline u32 take(struct mm *mm, u32 order, u8 mt, u32 flags)
{
	enum rmqueue_mode mode = RMQUEUE_NORMAL;
	u32 pfn = __rmqueue(mm, normal(mm), order, mt, flags, &mode);

	if (pfn != PFN_NONE)
		prep_new_page(mm, pfn, order, mt);
	return pfn;
}

static inline struct mm *partly_used_block(const char *version, u32 nr_free, u32 nr_lru)
{
	struct mm *mm = tiny_machine(version, 8);
	u32 pfn;

	for (pfn = nr_free; pfn < nr_free + nr_lru; pfn++)
		mm->page[pfn].lru = 1;
	for (pfn = 0; pfn < nr_free; pfn += 32)
		buddy_free(mm, pfn, 4);
	/* no list rules for pages that were only marked */
	return mm;
}

static inline void unmark_lru(struct mm *mm)
{
	u32 pfn;

	for (pfn = 0; pfn < mm->max_pfn; pfn++)
		mm->page[pfn].lru = 0;
}

#endif
