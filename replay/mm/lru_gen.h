/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What lru_gen.c (generations, tiers, aging), lru_gen_evict.c (eviction) and lru_isolate.c share.
 */
#ifndef FRAGREPLAY_MM_LRU_GEN_H
#define FRAGREPLAY_MM_LRU_GEN_H

#include "vmscan.h"

static inline u32 lru_gen_from_seq(u64 seq)
{
	return seq % MAX_NR_GENS;
}

static inline u32 get_nr_gens(const struct lru_gen *g, int type)
{
	return (u32)(g->max_seq - g->min_seq[type] + 1);
}

static inline u32 folio_lru_refs(const struct page *p)
{
	return p->referenced ? p->refs + 1u : 0;
}

static inline bool evictable_type(int type, u32 swappiness)
{
	return type == LRU_GEN_ANON ? swappiness > 0 : swappiness <= 200;
}

/* Refaults of a set of tiers, to be compared with another; vmscan.c:struct ctrl_pos. */
struct ctrl_pos {
	u64 refaulted, total;
	u64 gain;
};

void read_ctrl_pos(const struct lru_gen *g, int type, u32 tier, u64 gain, struct ctrl_pos *pos);
bool positive_ctrl_err(const struct ctrl_pos *sp, const struct ctrl_pos *pv);
u64 lru_gen_folio_seq(const struct mm *mm, const struct page *p, bool active, bool reclaiming);
void lru_gen_move(struct mm *mm, u32 pfn, u64 seq, bool tail);
u32 folio_lru_tier(const struct mm *mm, const struct page *p);
u64 evictable_min_seq(const struct lru_gen *g, u32 swappiness);
u64 lruvec_evictable_size(const struct lru_gen *g, u32 swappiness);
bool try_to_inc_min_seq(struct mm *mm, u32 swappiness);
void folio_inc_gen(struct mm *mm, u32 pfn, bool reclaiming, bool tail);
void inc_max_seq(struct mm *mm, u32 swappiness);
bool should_run_aging(const struct mm *mm, const struct scan_control *sc, u32 swappiness,
		      u64 evictable);
s64 get_nr_to_scan(struct mm *mm, const struct scan_control *sc, u32 swappiness);

#endif
