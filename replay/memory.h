/* SPDX-License-Identifier: GPL-2.0-only */
/* What a finished machine's memory looks like; read from struct mm, changes nothing. */
#ifndef FRAGREPLAY_MEMORY_H
#define FRAGREPLAY_MEMORY_H

#include "mm/internal.h"

#define GIB_ORDER 18

/* naturally aligned blocks of one size */
struct contiguity {
	u64 total;		/* wholly inside the zones, without holes */
	u64 free;		/* every page is free */
	u64 movable;		/* not free, but every page in use could be migrated or reclaimed */
};

struct memory_report {
	u64 free_pages, pcp_pages, used_pages, reserved_pages;
	u64 free[MIGRATE_TYPES][NR_PAGE_ORDERS];	/* buddies, by list */
	u64 pageblocks[MIGRATE_TYPES];
	u64 mixed_pageblocks;		/* hold movable and other allocations at once */
	u64 movable_polluted;		/* of type movable, yet hold other ones */
	u64 empty_pageblocks;		/* every page is free */
	struct contiguity huge, giga;	/* 2 MiB, 1 GiB */
};

void memory_analyse(struct mm *mm, struct memory_report *r);
u32 unusable_index(const struct zone *z, u32 order);

#endif
