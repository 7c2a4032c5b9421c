/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a request for memory names, in words that traces, recordings, the model and policies share:
 * orders, migratetypes, zones and gfp flags. policy.h includes it; so it is installed, too.
 */
#ifndef FRAGREPLAY_GFP_H
#define FRAGREPLAY_GFP_H

#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

#define MAX_PAGE_ORDER		10
#define NR_PAGE_ORDERS		11
#define pageblock_order		9
#define pageblock_nr_pages	512u
#define HPAGE_PMD_ORDER		9
#define HPAGE_PMD_NR		512u
#define PAGE_ALLOC_COSTLY_ORDER	3
#define SWAP_CLUSTER_MAX	32u
#define COMPACT_CLUSTER_MAX	32u
#define PAGE_SHIFT		12

enum migratetype {
	MIGRATE_UNMOVABLE,
	MIGRATE_MOVABLE,
	MIGRATE_RECLAIMABLE,
	MIGRATE_PCPTYPES,
	MIGRATE_HIGHATOMIC = MIGRATE_PCPTYPES,
	MIGRATE_CMA,
	MIGRATE_ISOLATE,
	MIGRATE_TYPES
};

enum zone_type { ZONE_DMA, ZONE_DMA32, ZONE_NORMAL, ZONE_MOVABLE, MAX_NR_ZONES };
enum zone_watermarks { WMARK_MIN, WMARK_LOW, WMARK_HIGH, WMARK_PROMO, NR_WMARK };

/* A kernel version as one number that versions can be compared by. */
#define KERNEL(major, minor, patch) ((u32)(major) << 24 | (u32)(minor) << 16 | (u32)(patch))

/* gfp flags, in the model's own bit positions; a trace's are translated by name */
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
#define __GFP_BITS_MASK		0x80ffffffu	/* all of the above */

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

/**
 * gfp_migratetype - the mobility that a request asks for
 * @gfp: flags
 *
 * Both mobility bits together are illegal in the kernel; such a request counts as movable.
 * include/linux/gfp.h:gfp_migratetype.
 *
 * Return: enum migratetype.
 */
static inline u8 gfp_migratetype(gfp_t gfp)
{
	if (gfp & __GFP_MOVABLE)
		return MIGRATE_MOVABLE;
	return gfp & __GFP_RECLAIMABLE ? MIGRATE_RECLAIMABLE : MIGRATE_UNMOVABLE;
}

/**
 * gfp_zone - the highest zone that may serve a request
 * @gfp: flags
 *
 * Return: enum zone_type; it need not be populated. include/linux/gfp.h:gfp_zone, x86-64.
 */
static inline enum zone_type gfp_zone(gfp_t gfp)
{
	if (gfp & __GFP_DMA)
		return ZONE_DMA;
	if (gfp & __GFP_DMA32)
		return ZONE_DMA32;
	if ((gfp & (__GFP_HIGHMEM | __GFP_MOVABLE)) == (__GFP_HIGHMEM | __GFP_MOVABLE))
		return ZONE_MOVABLE;
	return ZONE_NORMAL;
}

#endif
