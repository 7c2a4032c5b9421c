/* SPDX-License-Identifier: GPL-2.0-only */
/* What the per-CPU lists of tests' machines hold when they split and merge. */
#ifndef FRAGREPLAY_TEST_PCP_MACHINE_H
#define FRAGREPLAY_TEST_PCP_MACHINE_H

#include "mm_machine.h"

static inline void sized(struct mm *mm, s32 batch, s32 high)
{
	u16 cpu;

	for (cpu = 0; cpu < mm->nr_cpus; cpu++) {
		struct per_cpu_pages *pcp = &normal(mm)->pcp[cpu];

		pcp->batch = batch;
		pcp->high = pcp->high_min = pcp->high_max = high;
		pcp->flags = pcp->alloc_factor = 0;
	}
}

static inline struct per_cpu_pages *pcp_of(struct mm *mm, u16 cpu)
{
	return &normal(mm)->pcp[cpu];
}

static inline u16 owner(const struct mm *mm, u32 block)
{
	return mm->pcp_buddy->owner[block];
}

static inline size_t add_list(const struct mm *mm, u32 list, const char *name, char *text, size_t n)
{
	u32 pfn = list_first(mm, list);

	if (pfn == PFN_NONE)
		return n;
	n += (size_t)sprintf(text + n, n ? " %s:" : "%s:", name);
	for (; pfn != PFN_NONE; pfn = list_next(mm, pfn))
		n += (size_t)sprintf(text + n, text[n - 1] == ':' ? "%u" : ",%u", pfn);
	return n;
}

/* what a CPU has: "M0:3073,3075 U9:512 waiting:1" - movable order 0, unmovable order 9, remote */
static inline const char *stock(struct mm *mm, u16 cpu)
{
	static char text[65536];
	const struct per_cpu_pages *pcp = pcp_of(mm, cpu);
	char name[16];
	u32 order, mt;
	size_t n = 0;

	text[0] = '\0';
	for (order = 0; order <= pageblock_order; order++)
		for (mt = 0; mt < MIGRATE_PCPTYPES; mt++) {
			sprintf(name, "%c%u", "UMR"[mt], order);
			n = add_list(mm, pcp_buddy_list(pcp, order, (u8)mt), name, text, n);
		}
	add_list(mm, pcp->buddy_list + PCP_BUDDY_REMOTE, "waiting", text, n);
	return text;
}

/* blocks that a CPU owns and that are partly the zone's, last added first */
static inline const char *broken_up(struct mm *mm, u16 cpu)
{
	static char text[4096];
	u32 block = mm->heads[pcp_of(mm, cpu)->buddy_list + PCP_BUDDY_OWNED].next;
	size_t n = 0;

	text[0] = '\0';
	for (; !(block & LIST_HEAD_BIT); block = mm->pcp_buddy->l[block].next)
		n += (size_t)sprintf(text + n, n ? " %u" : "%u", block);
	return text;
}

static inline u32 get(struct mm *mm, u16 cpu, u32 order, u8 mt)
{
	u32 pfn;

	mm->current.cpu = cpu;
	pfn = rmqueue_pcplist(mm, normal(mm), order, mt, 0);
	if (pfn != PFN_NONE)
		prep_new_page(mm, pfn, order, mt);
	return pfn;
}

static inline u32 get_movable(struct mm *mm, u16 cpu, u32 order)
{
	return get(mm, cpu, order, MIGRATE_MOVABLE);
}

static inline void put(struct mm *mm, u16 cpu, u32 pfn, u32 order)
{
	mm->current.cpu = cpu;
	free_pages(mm, pfn, order);
}

/* a load that takes and frees at random, on either CPU, and sometimes drains */
#define HELD 700

struct held {
	u32 pfn[HELD], order[HELD];
	u32 nr;
};

static inline void take_one(struct mm *mm, struct held *h)
{
	static const u32 orders[] = { 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 };
	u32 order = orders[mm_random(mm) % 15], pfn;
	static const gfp_t gfp[] = { GFP_HIGHUSER_MOVABLE, GFP_NOWAIT,
				     GFP_NOWAIT | __GFP_RECLAIMABLE, GFP_ATOMIC };

	if (h->nr == HELD)
		return;
	pfn = alloc_pages(mm, gfp[mm_random(mm) % 4] & ~__GFP_DIRECT_RECLAIM, order);
	if (pfn == PFN_NONE)
		return;
	h->pfn[h->nr] = pfn;
	h->order[h->nr++] = order;
}

static inline void free_one(struct mm *mm, struct held *h)
{
	u32 i;

	if (!h->nr)
		return;
	i = (u32)(mm_random(mm) % h->nr);
	free_pages(mm, h->pfn[i], h->order[i]);
	h->nr--;
	h->pfn[i] = h->pfn[h->nr];
	h->order[i] = h->order[h->nr];
}

static inline void random_step(struct mm *mm, struct held *h, u32 step)
{
	u64 r = mm_random(mm) % 1000;
	bool grows = step / 500 % 2 == 0;

	mm->current.cpu = (u16)(mm_random(mm) % mm->nr_cpus);
	if (r < 4)
		drain_all_pages(mm, NULL);
	else if (r < 12)
		drain_local_pages(mm, NULL, mm->current.cpu);
	else if (r < 20)
		vmstat_update(mm);
	else if (r < (grows ? 620 : 380))
		take_one(mm, h);
	else
		free_one(mm, h);
}

#endif
