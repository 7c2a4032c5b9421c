/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gfp flags in the model's own bit positions.
 *
 * Bits 0..23 sit where every kernel from 6.1 to 7.3 has them, but no trace is ever read by this
 * table: parsers/ translates a trace's bits by the names that the trace's own format carries.
 */
#ifndef FRAGREPLAY_MM_GFP_H
#define FRAGREPLAY_MM_GFP_H

#include <stdint.h>

typedef uint32_t gfp_t;

#define __GFP_DMA		(1u << 0)
#define __GFP_HIGHMEM		(1u << 1)
#define __GFP_DMA32		(1u << 2)
#define __GFP_MOVABLE		(1u << 3)
#define __GFP_RECLAIMABLE	(1u << 4)
#define __GFP_HIGH		(1u << 5)
#define __GFP_IO		(1u << 6)
#define __GFP_FS		(1u << 7)
#define __GFP_ZERO		(1u << 8)
#define __GFP_ATOMIC		(1u << 9)	/* 6.1 only */
#define __GFP_DIRECT_RECLAIM	(1u << 10)
#define __GFP_KSWAPD_RECLAIM	(1u << 11)
#define __GFP_WRITE		(1u << 12)
#define __GFP_NOWARN		(1u << 13)
#define __GFP_RETRY_MAYFAIL	(1u << 14)
#define __GFP_NOFAIL		(1u << 15)
#define __GFP_NORETRY		(1u << 16)
#define __GFP_MEMALLOC		(1u << 17)
#define __GFP_COMP		(1u << 18)
#define __GFP_NOMEMALLOC	(1u << 19)
#define __GFP_HARDWALL		(1u << 20)
#define __GFP_THISNODE		(1u << 21)
#define __GFP_ACCOUNT		(1u << 22)
#define __GFP_ZEROTAGS		(1u << 23)
#define __GFP_OTHER		(1u << 31)	/* a bit of the trace that has no name here */

#define __GFP_RECLAIM		(__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM)
#define GFP_ATOMIC		(__GFP_HIGH | __GFP_KSWAPD_RECLAIM)
#define GFP_KERNEL		(__GFP_RECLAIM | __GFP_IO | __GFP_FS)
#define GFP_NOWAIT		(__GFP_KSWAPD_RECLAIM | __GFP_NOWARN)
#define GFP_NOFS		(__GFP_RECLAIM | __GFP_IO)
#define GFP_NOIO		(__GFP_RECLAIM)
#define GFP_USER		(GFP_KERNEL | __GFP_HARDWALL)
#define GFP_HIGHUSER		(GFP_USER | __GFP_HIGHMEM)
#define GFP_HIGHUSER_MOVABLE	(GFP_HIGHUSER | __GFP_MOVABLE)
#define GFP_TRANSHUGE_LIGHT	((GFP_HIGHUSER_MOVABLE | __GFP_COMP | __GFP_NOMEMALLOC | \
				  __GFP_NOWARN) & ~__GFP_RECLAIM)
#define GFP_TRANSHUGE		(GFP_TRANSHUGE_LIGHT | __GFP_DIRECT_RECLAIM)

#endif
