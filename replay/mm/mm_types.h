/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * struct page and the intrusive u32 lists it sits on.
 *
 * 16 bytes a page: with the 4-byte trace map and the 4-byte demand map, a simulated page costs
 * the 24 bytes that the design allows. Links are page indexes, not pointers; a link with
 * LIST_HEAD_BIT set names a list head in mm->heads[].
 */
#ifndef FRAGREPLAY_MM_TYPES_H
#define FRAGREPLAY_MM_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

#define PFN_NONE	0xffffffffu	/* no page: the failed allocation, the end of a search */
#define OWNER_NONE	0xffffffffu	/* nobody's: the trace no longer knows this page */
#define LIST_HEAD_BIT	0x80000000u

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

/* Where a page is. A page is in exactly one of these; mm_check() holds the lists against it. */
enum page_state {
	PAGE_ABSENT,		/* a hole: no struct page in the kernel, or not of this zone */
	PAGE_RESERVED,		/* present but never in the buddy lists (boot memory) */
	PAGE_BUDDY,		/* free, part of a buddy on a free list */
	PAGE_PCP,		/* free, on a per-CPU list */
	PAGE_USED,		/* allocated */
	PAGE_ISOLATED,		/* free, but held by compaction as a migration target */
};

/* What an allocated page holds, as far as events and kpageflags tell. */
enum page_kind {
	PK_KERNEL,		/* unmovable, unreclaimable, of no further interest */
	PK_SLAB,		/* slab; reclaimable or not is the migratetype it was asked with */
	PK_PGTABLE,
	PK_ANON,		/* on the LRU, swappable */
	PK_FILE,		/* on the LRU, page cache */
	PK_MOVABLE_OPS,		/* not on the LRU but migratable (balloon, zsmalloc) */
	PK_RESERVED,
	NR_PAGE_KINDS
};

struct links {
	u32 next;
	u32 prev;
};

/**
 * struct page - one base page of the model
 *
 * A unit is a buddy, a per-CPU page, an allocated page or folio, or a page that compaction
 * isolated. What holds on which base page:
 *
 *  - @head is exact everywhere: set on a unit's first page, clear on all others.
 *  - @state tells free, used, isolated, absent and reserved apart on every base page; but whether
 *    a free page is in the buddy lists or on a per-CPU list is the head's alone to say (a tail
 *    may say PAGE_PCP within a buddy, and PAGE_BUDDY within a per-CPU page).
 *  - Of a used or isolated unit, @order is valid on every base page. Of a free unit, all other
 *    fields are the head's alone: merging and splitting do not rewrite tails. page_unit() finds
 *    the head of any page.
 *  - A walk from a pageblock's start meets heads only: a free buddy starts at pfn if
 *    state == PAGE_BUDDY && head, and the next unit lies 1 << order pages on. An order-10 buddy
 *    covers two blocks: at the second block's start page_unit() tells.
 *
 * @l: the list it is on: free list, per-CPU list, LRU (head only)
 * @owner: cookie of the object's base page (a trace pfn), OWNER_NONE when nobody's
 * @state: enum page_state
 * @order: of the buddy, per-CPU page or folio this page is part of, so that the head of a used
 *	page is pfn & ~((1 << order) - 1)
 * @head: first page of its unit
 * @kind: enum page_kind while allocated; set on every base page
 * @mt: buddy: type of the list it is on; per-CPU page: type its block had when it was freed (or
 *	the list it was refilled from); allocated: type it was requested with
 * @lru: the folio is on an LRU list (head only)
 * @gen: MGLRU generation modulo 4; classic LRU: 1 when active (head only)
 * @refs: MGLRU: tier references 0..3 (head only)
 * @referenced: touched since the last scan (head only)
 * @dirty: must be written before it can be dropped (head only)
 * @writeback: being written; free once io completes (head only)
 * @reclaim: PG_reclaim: goes to the cold end when its io completes (head only)
 * @workingset: refaulted while in the working set (head only)
 * @pinned: cannot migrate (head only)
 * @swapcache: has a swap slot whose copy is current (head only)
 * @cold: the recorded kernel has reclaimed it; the model's reclaim may find it first (head only)
 */
struct page {
	struct links l;
	u32 owner;
	u32 state:3;
	u32 order:4;
	u32 head:1;
	u32 kind:3;
	u32 mt:3;
	u32 lru:1;
	u32 gen:2;
	u32 refs:2;
	u32 referenced:1;
	u32 dirty:1;
	u32 writeback:1;
	u32 reclaim:1;
	u32 workingset:1;
	u32 pinned:1;
	u32 swapcache:1;
	u32 cold:1;
	u32 young:1;		/* free for the LRU code's own use */
	u32 spare:3;
};
_Static_assert(sizeof(struct page) == 16, "struct page must stay 16 bytes");

#endif
