/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Machines of a few small superpageblocks for the tests of their background work: each pageblock
 * is drawn as a letter, each superpageblock is a word of them.
 */
#ifndef FRAGREPLAY_TEST_SPB_WORK_MACHINE_H
#define FRAGREPLAY_TEST_SPB_WORK_MACHINE_H

#include "tests/mm/compact_machine.h"
#include "policy_machine.h"

#include "policies/spb/spb.h"

#define MSEC(n) ((u64)((n) * (double)NSEC_PER_MSEC))
#define SEC(n) ((u64)((n) * (double)NSEC_PER_SEC))

static u32 homes[1u << 20];		/* where the page owned by cookie n lives */

static inline void note_home(void *ctx, u32 owner, u32 pfn)
{
	(void)ctx;
	homes[owner] = pfn;
}

static inline void lru_page(struct mm *mm, u32 pfn, enum page_kind kind)
{
	page_set_unit(mm, pfn, 0, PAGE_USED, MIGRATE_MOVABLE);
	mm->page[pfn].kind = kind;
	mm->page[pfn].owner = homes[pfn] = pfn;
	folio_add_lru(mm, pfn, LRU_EXISTING);
}

static inline void reclaimable_page(struct mm *mm, u32 pfn)
{
	page_set_unit(mm, pfn, 0, PAGE_USED, MIGRATE_RECLAIMABLE);
	mm->page[pfn].kind = PK_SLAB;
}

/*
 * What is in a pageblock:
 *
 *	.	nothing: it is free
 *	u r	unmovable, reclaimable pages, all of it
 *	m	movable ones, all of it
 *	h	movable ones, every second page; the others are free
 *	q	movable ones, three of four pages; the others are free
 *	f	movable ones, clean page cache, all of it
 *	x	unmovable block: half of it movable pages, half the kernel's
 *	y	movable block: a page of the kernel, the rest movable
 *	p	movable pages, of which the first is found to be pinned when it is to be moved
 *	P	movable pages that are known to be pinned, all of them
 */
static inline void draw_block(struct mm *mm, u32 block, char what)
{
	bool free;
	u32 i;

	block_type(mm, block, what == 'u' || what == 'x' ? MIGRATE_UNMOVABLE :
		   what == 'r' ? MIGRATE_RECLAIMABLE : MIGRATE_MOVABLE);
	for (i = 0; i < pageblock_nr_pages; i++) {
		u32 pfn = BLOCK(block) + i;

		free = what == '.' || (what == 'h' && i % 2 == 0) || (what == 'q' && i % 4 == 0);
		if (free)
			buddy_free(mm, pfn, 0);
		else if (what == 'r')
			reclaimable_page(mm, pfn);
		else if (what != 'u' && !(what == 'y' && !i) && !(what == 'x' && i % 2 == 0))
			lru_page(mm, pfn, what == 'f' ? PK_FILE : PK_ANON);
	}
	for (i = 0; what == 'P' && i < pageblock_nr_pages; i++)
		mm->page[BLOCK(block) + i].pinned = 1;
	if (what == 'p')
		mm->page[BLOCK(block)].swapcache = mm->page[BLOCK(block)].pinned = 1;
}

/*
 * Superpageblocks of @order, one for each word of @words. The policy is "spb," @args; without
 * per-CPU lists that own blocks, unless it says otherwise, so that pages come from where they are.
 */
static inline struct mm *spb_machine(u32 order, const char *words, const char *args)
{
	u32 per_word = 1u << (order - pageblock_order), block = 0, nr = 0, i;
	char policy[256];
	struct mm *mm;

	for (i = 0; words[i]; i++)
		nr += words[i] != ' ';
	assert_int_equal(nr % per_word, 0);
	mm = tiny_machine("7.3", nr);
	mm->param.pinned_permille = mm->param.pinned_file_permille = 0;
	mm->driver.moved = note_home;
	memset(normal(mm)->_watermark, 0, sizeof(normal(mm)->_watermark));
	for (; *words; words++)
		if (*words != ' ')
			draw_block(mm, block++, *words);
	reset_cached_positions(normal(mm));
	snprintf(policy, sizeof(policy), "spb,order=%u%s%s%s", order,
		 strstr(args, "pcp_buddy") ? "" : ",pcp_buddy=off", *args ? "," : "", args);
	set_policy(mm, policy);
	return mm;
}

static inline struct spb *spb(const struct mm *mm)
{
	return spb_of(mm);
}

static inline struct spb_zone *spbs(const struct mm *mm)
{
	return &spb_of(mm)->zone[ZONE_NORMAL];
}

static inline struct superpageblock *sb(const struct mm *mm, u32 i)
{
	return &spbs(mm)->sb[i];
}

static inline void whole(struct mm *mm, const char *where)
{
	char text[256] = "";

	if (spb_check(spb_of(mm), text, sizeof(text)))
		fail_msg("%s: %s", where, text);
	consistent(mm, where);
}

/* the machine's clock goes on, and the background work with it */
static inline void run_until(struct mm *mm, u64 ns)
{
	policy_threads_run(mm, ns);
	mm->now_ns = ns;
	whole(mm, "background work");
}

/* one page as a task asks for it; the order's whole unit, or PFN_NONE */
static inline u32 alloc(struct mm *mm, gfp_t gfp, u32 order)
{
	u32 pfn = alloc_pages(mm, gfp, order);

	whole(mm, "allocation");
	return pfn;
}

static inline u32 nr_lru(const struct mm *mm, u32 block)
{
	u32 pfn, n = 0;

	for (pfn = BLOCK(block); pfn < BLOCK(block + 1); pfn++)
		n += mm->page[pfn].lru;
	return n;
}

static inline void spb_done(struct mm *mm)
{
	whole(mm, "end");
	mm_free(mm);
}

#endif
