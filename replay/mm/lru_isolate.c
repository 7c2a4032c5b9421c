// SPDX-License-Identifier: GPL-2.0-only
/*
 * Folios that are isolated from the LRU to be migrated, and put back.
 */
#include "compaction.h"
#include "lru_gen.h"

/* mm_inline.h:lru_gen_is_active: one of the two youngest generations */
static bool in_active_generation(const struct mm *mm, u32 gen)
{
	u64 seq = mm->lruvec->gen.max_seq;

	return gen == lru_gen_from_seq(seq) || gen == lru_gen_from_seq(seq - 1);
}

/**
 * folio_isolate_lru - take a folio off the LRU and note whether it was active
 * @mm: model memory
 * @pfn: head of a folio on the LRU
 *
 * Afterwards page->gen is PG_active: 1 if the folio was on an active list or in an active
 * generation. mm/vmscan.c:folio_isolate_lru; mm_inline.h:lru_gen_del_folio.
 */
void folio_isolate_lru(struct mm *mm, u32 pfn)
{
	struct page *p = &mm->page[pfn];
	bool active = mm->k.lru_gen ? in_active_generation(mm, p->gen) : p->gen;

	lruvec_del_folio(mm, pfn);
	p->gen = active;
}

/**
 * folio_putback_lru - put a folio, or the one it was copied to, back on the LRU
 * @mm: model memory
 * @pfn: head of a folio whose page->gen is as folio_isolate_lru() left it
 *
 * It goes to the head of its list or generation. mm/vmscan.c:folio_putback_lru.
 */
void folio_putback_lru(struct mm *mm, u32 pfn)
{
	bool active = mm->page[pfn].gen;

	if (mm->k.lru_gen)
		lru_gen_add_folio(mm, pfn, active, false, false);
	else
		lru_classic_add_folio(mm, pfn, active, false);
}
