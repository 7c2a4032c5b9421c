/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A twin of the buddy core: the same rules once more, as plainly as they can be said. Free lists
 * are arrays, searches are loops over all of them, and nothing is kept that could be computed.
 * Written from the description of the kernel's behavior, not from the model.
 */
#ifndef FRAGREPLAY_TEST_TWIN_H
#define FRAGREPLAY_TEST_TWIN_H

#include <stdbool.h>

#define TWIN_BLOCKS	16
#define TWIN_PAGES	(TWIN_BLOCKS * 512)
#define TWIN_ORDERS	11
#define TWIN_TYPES	3	/* unmovable, movable, reclaimable */
#define TWIN_PCP_LISTS	14
#define TWIN_NONE	(-1)

struct twin_list {
	int n;
	int pfn[TWIN_PAGES];	/* head first */
};

struct twin {
	bool claim_and_steal;	/* >= 6.10; else 6.1 */
	bool biggest_buddy;	/* 6.10 to 6.14: what is stolen comes out of the largest buddy */
	bool mode_cache;	/* after a steal, a refill steals on */
	struct twin_list free[TWIN_ORDERS][TWIN_TYPES];
	int block_type[TWIN_BLOCKS];
	bool movable[TWIN_PAGES];	/* in use, and on the LRU */
	/* one CPU's lists with fixed sizes; pcp_on false: every order goes to the buddy lists */
	bool pcp_on;
	struct twin_list pcp[TWIN_PCP_LISTS];
	int pcp_type[TWIN_PAGES];	/* 6.1: the type cached with a page on them */
	int pcp_count, pcp_high, pcp_batch, free_count, alloc_factor;
	bool prev_free_high, chunked, high_min_rule;
};

void twin_init(struct twin *t);
int twin_alloc(struct twin *t, int order, int type, bool nofragment);
void twin_free(struct twin *t, int pfn, int order);
void twin_drain(struct twin *t);

#endif
