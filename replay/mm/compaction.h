/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of compaction share: struct compact_control and the entry points of the scanners.
 */
#ifndef FRAGREPLAY_MM_COMPACTION_H
#define FRAGREPLAY_MM_COMPACTION_H

#include "internal.h"
#include "page.h"

#define COMPACTION_HPAGE_ORDER		HPAGE_PMD_ORDER
#define COMPACT_MAX_DEFER_SHIFT		6
#define COMPACT_ORDER_ALL		(-1)	/* no request: compact the whole zone */
#define FAST_START_DONE			0xffffffffu	/* the kernel's ULONG_MAX */

enum migrate_mode { MIGRATE_ASYNC, MIGRATE_SYNC_LIGHT, MIGRATE_SYNC };
enum isolate_migrate { ISOLATE_ABORT, ISOLATE_NONE, ISOLATE_SUCCESS };

/**
 * struct compact_control - one compaction under way; mm/internal.h:struct compact_control
 * @freepages: list heads of isolated targets by order; before 6.9 only order 0 is used
 * @migratepages: list of isolated sources; the last one isolated migrates first
 * @split_folios: list of the base pages of sources that found no target of their size
 * @free_pfn, @migrate_pfn: where the scanners are
 * @fast_start_pfn: lowest block that the fast search has jumped to; 0: none; FAST_START_DONE
 * @order: of the request; COMPACT_ORDER_ALL without one
 * @last_migrated_pfn, @update_cached, @result: locals of compact_zone()'s loop, kept here so that
 *	kcompactd can pause between two rounds of it
 *
 * The model runs one task at a time, so lock contention and rescans for it have no counterpart
 * here, and too_many_isolated() is never true.
 */
struct compact_control {
	u32 freepages[NR_PAGE_ORDERS];
	u32 migratepages, split_folios;
	u32 nr_freepages, nr_migratepages;
	u32 free_pfn, migrate_pfn, fast_start_pfn;
	struct zone *zone;
	u64 total_migrate_scanned, total_free_scanned;
	u32 fast_search_fail;
	int search_order;
	gfp_t gfp_mask;
	int order;
	u8 migratetype;
	u32 alloc_flags;
	enum zone_type highest_zoneidx;
	enum migrate_mode mode;
	bool ignore_skip_hint, ignore_block_suitable;
	bool direct_compaction, proactive_compaction, whole_zone, finish_pageblock;
	u32 last_migrated_pfn;
	bool update_cached;
};

/* Target and source of one migration; a batch has a pageblock's worth of them at most. */
struct folio_pair {
	u32 src, dst;
};

struct kcompactd_state {
	struct compact_control cc;	/* of kcompactd and proactive compaction */
	struct compact_control direct;	/* of direct compaction: its lists are allocated once */
	struct folio_pair batch[pageblock_nr_pages];
	u64 pin_seed;
	/* the thread */
	u32 max_order;
	enum zone_type highest_zoneidx;
	enum { KCOMPACTD_SLEEPS, KCOMPACTD_WORKS, KCOMPACTD_PROACTIVE } state;
	bool woken, running_zone;
	struct kthread t;
	u64 deadline_ns;		/* when its sleep times out */
	u32 prev_score;
	int zoneid;
	u64 scanned_before, moved_before;
};

static inline u32 zone_end_pfn(const struct zone *z)
{
	return z->start_pfn + z->spanned;
}

static inline u32 pageblock_end_pfn(u32 pfn)
{
	return pageblock_start_pfn(pfn) + pageblock_nr_pages;
}

static inline bool pageblock_aligned(u32 pfn)
{
	return !(pfn & (pageblock_nr_pages - 1));
}

static inline bool page_is_buddy_head(const struct page *p)
{
	return p->state == PAGE_BUDDY && p->head;
}

/*
 * Head of a page in use above order 0. The trace does not tell whether it is compound; assume so.
 */
static inline bool page_is_compound_head(const struct page *p)
{
	return p->state == PAGE_USED && p->head && p->order;
}

/* compact_suit.c */
enum compact_result compaction_suit_allocation_order(const struct mm *mm, const struct zone *z,
						     u32 order, enum zone_type idx,
						     u32 alloc_flags, bool async, bool kcompactd);
void defer_compaction(struct zone *z, u32 order);
bool compaction_deferred(struct zone *z, u32 order);
bool compaction_restarting(const struct zone *z, int order);
u32 fragmentation_score_zone(const struct zone *z);
u32 fragmentation_score_node(const struct mm *mm);
u32 fragmentation_score_wmark(const struct mm *mm, bool low);

/* compact_skip.c */
bool get_pageblock_skip(const struct mm *mm, u32 pfn);
void set_pageblock_skip(struct mm *mm, u32 pfn);
bool pageblock_skip_persistent(const struct mm *mm, u32 pfn);
bool isolation_suitable(const struct mm *mm, const struct compact_control *cc, u32 pfn);
bool pageblock_in_zone(const struct mm *mm, const struct zone *z, u32 start, u32 end);
void reset_cached_positions(struct zone *z);
void __reset_isolation_suitable(struct mm *mm, struct zone *z);

/* compact_migrate.c */
enum isolate_migrate isolate_migratepages(struct mm *mm, struct compact_control *cc);
u32 freelist_scan_limit(const struct compact_control *cc);
void move_freelist_head(struct mm *mm, u32 freelist, u32 pfn);

/* compact_free.c */
u32 compaction_alloc(struct mm *mm, struct compact_control *cc, u32 order);
void compaction_free(struct mm *mm, struct compact_control *cc, u32 pfn, u32 order);
u32 release_free_list(struct mm *mm, struct compact_control *cc);

/* migrate.c */
bool folio_pinned(const struct mm *mm, u32 pfn);
void putback_movable_pages(struct mm *mm, struct compact_control *cc);
int migrate_pages(struct mm *mm, struct compact_control *cc);
bool move_folio(struct mm *mm, u32 dst, u32 src, bool waits);
void fail_folio(struct mm *mm, u32 src);
void split_isolated_folio(struct mm *mm, u32 src);

/* compaction.c */
int compact_control_init(struct mm *mm, struct compact_control *cc);
enum compact_result compact_zone_begin(struct mm *mm, struct compact_control *cc);
enum compact_result compact_zone_step(struct mm *mm, struct compact_control *cc,
				      struct capture_control *capc);
void compact_zone_end(struct mm *mm, struct compact_control *cc);

/* lru_isolate.c */
void folio_isolate_lru(struct mm *mm, u32 pfn);
void folio_putback_lru(struct mm *mm, u32 pfn);

#endif
