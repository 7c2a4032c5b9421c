/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory at the end of a replay is looked at here, and not changed. */
#ifndef FRAGREPLAY_FRAG_INDEX_H
#define FRAGREPLAY_FRAG_INDEX_H

#include "mm/mm.h"

/* Contiguity is counted in naturally aligned blocks of these sizes; the first is a pageblock. */
enum { CONTIG_2M, CONTIG_64M, CONTIG_128M, CONTIG_1G, NR_CONTIG_SIZES };

extern const u32 report_contig_order[NR_CONTIG_SIZES];
extern const char *const report_contig_name[NR_CONTIG_SIZES];

struct contiguity {
	u64 total;		/* wholly inside the zones, without holes */
	u64 free;		/* every page is free */
	u64 movable;		/* not free, but every page in use could be migrated or reclaimed */
	u64 kernel;		/* also with holes: hold pages not asked for as movable */
};

struct memory_report {
	u64 free_pages, pcp_pages, used_pages, reserved_pages;
	u64 free[MIGRATE_TYPES][NR_PAGE_ORDERS];	/* buddies, by list */
	u64 pageblocks[MIGRATE_TYPES];
	u64 mixed_pageblocks;		/* hold movable and other allocations at once */
	u64 movable_polluted;		/* of type movable, yet hold other ones */
	u64 empty_pageblocks;		/* every page is free */
	struct contiguity contig[NR_CONTIG_SIZES];
};

void report_scan_memory(struct mm *mm, struct memory_report *r);

#endif
