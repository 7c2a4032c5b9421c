/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a kernel with swap tables asks for the page of one: at once from the reserve of __GFP_HIGH,
 * then as one that may sleep. Reclaim asks, so the second may not reclaim either; neither may take
 * what PF_MEMALLOC grants (mm/swapfile.c:swap_cluster_alloc_table, swap_table_alloc). The model
 * asks so, and by these flags the demand stage knows the recorded kernel's own requests: all
 * recordings of 6.18 and 7.3 that swap have them, from within reclaim, and no others of that form.
 */
#ifndef FRAGREPLAY_MM_SWAP_TABLE_H
#define FRAGREPLAY_MM_SWAP_TABLE_H

#include <fragreplay/policy.h>

#define GFP_SWAP_TABLE_PAGE	(__GFP_ZERO | __GFP_COMP)
#define GFP_SWAP_TABLE_ATOMIC	(__GFP_HIGH | __GFP_NOMEMALLOC | __GFP_NOWARN | \
				 GFP_SWAP_TABLE_PAGE)
#define GFP_SWAP_TABLE_SLEEP	(__GFP_HIGH | __GFP_NOMEMALLOC | GFP_KERNEL | GFP_SWAP_TABLE_PAGE)

#endif
