/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The gfp flags with which a kernel allocates the page of a swap table: first atomically, with the
 * reserve of __GFP_HIGH, then so that it may sleep. It happens within reclaim, so the second try
 * cannot reclaim either, and neither may use the reserves of PF_MEMALLOC (mm/swapfile.c:
 * swap_cluster_alloc_table, swap_table_alloc). The model uses the same flags, and the demand stage
 * recognizes the recorded kernel's own requests by them: all recordings of 6.18 and 7.3 that swap
 * have such requests within reclaim, and no others with these flags.
 */
#ifndef FRAGREPLAY_SWAP_TABLE_H
#define FRAGREPLAY_SWAP_TABLE_H

#include <fragreplay/gfp.h>

#define GFP_SWAP_TABLE_PAGE	(__GFP_ZERO | __GFP_COMP)
#define GFP_SWAP_TABLE_ATOMIC	(__GFP_HIGH | __GFP_NOMEMALLOC | __GFP_NOWARN | \
				 GFP_SWAP_TABLE_PAGE)
#define GFP_SWAP_TABLE_SLEEP	(__GFP_HIGH | __GFP_NOMEMALLOC | GFP_KERNEL | GFP_SWAP_TABLE_PAGE)

#endif
