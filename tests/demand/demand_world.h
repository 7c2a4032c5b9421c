/* SPDX-License-Identifier: GPL-2.0-only */
/* A demand stage that is fed record by record, and what came out of it. */
#ifndef FRAGREPLAY_TESTS_DEMAND_WORLD_H
#define FRAGREPLAY_TESTS_DEMAND_WORLD_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <fragreplay/policy.h>
#include "base/swap_table.h"
#include "engine/engine.h"
#include "tests/test.h"

#define MAX_PFN	   4096u
#define USER	   100
#define KCOMPACTD  33
#define KSWAPD	   41
#define ANON	   (GFP_HIGHUSER_MOVABLE | __GFP_ZERO | __GFP_COMP)
#define WRITE	   (GFP_HIGHUSER_MOVABLE | __GFP_WRITE | __GFP_COMP)
#define QUIET	   (__GFP_NORETRY | __GFP_NOWARN)
#define READAHEAD  ((GFP_HIGHUSER_MOVABLE | __GFP_COMP | QUIET) & ~__GFP_FS)
#define THP_LIGHT  (GFP_TRANSHUGE_LIGHT | __GFP_NORETRY | __GFP_THISNODE)
#define THP_DIRECT (GFP_TRANSHUGE | __GFP_NORETRY | __GFP_THISNODE)

struct world {
	struct recording m;
	struct demand *d;
	struct op op[4096];	/* demand */
	struct op recorded[64]; /* what the recorded kernel did itself */
	struct op moved[64];	/* where its threads ran */
	size_t nr, nr_recorded, nr_moved;
	u64 ts;
};

static inline void collect(void *ctx, const struct op *op, size_t n)
{
	struct world *w = ctx;

	for (size_t i = 0; i < n; i++)
		if (!op_is_demand(op[i].type))
			w->recorded[w->nr_recorded++] = op[i];
		else if (op[i].type == OP_KSWAPD_CPU || op[i].type == OP_KCOMPACTD_CPU)
			w->moved[w->nr_moved++] = op[i];
		else if (op[i].type != OP_END)
			w->op[w->nr++] = op[i];
}

static inline int setup(void **state)
{
	static struct world w;

	memset(&w, 0, sizeof(w));
	w.m.version = 0x07030004;
	w.m.thp_defrag = THP_DEFRAG_MADVISE;
	w.d = demand_alloc(&w.m, NULL, MAX_PFN);
	assert_non_null(w.d);
	demand_set_sink(w.d, collect, &w);
	*state = &w;
	return 0;
}

static inline int teardown(void **state)
{
	struct world *w = *state;

	demand_free(w->d);
	return 0;
}

#define TEST_F(name) TEST_FIXTURE(name, setup, teardown)

static inline void event(struct world *w, struct record r)
{
	r.ts = ++w->ts;
	demand_records(w->d, &r, 1);
}

static inline void alloc(struct world *w, s32 pid, u64 pfn, u8 order, u32 gfp)
{
	event(w, (struct record){ .type = REC_ALLOC,
				  .pid = pid,
				  .pfn = pfn,
				  .order = order,
				  .gfp = gfp,
				  .migratetype = !!(gfp & __GFP_MOVABLE) });
}

static inline void release(struct world *w, s32 pid, u64 pfn, u8 order)
{
	event(w, (struct record){ .type = REC_FREE, .pid = pid, .pfn = pfn, .order = order });
}

static inline void plain(struct world *w, u8 type, s32 pid)
{
	event(w, (struct record){ .type = type, .pid = pid });
}

static inline const struct op *last(struct world *w)
{
	demand_finish(w->d);
	assert_true(w->nr > 0);
	return &w->op[w->nr - 1];
}

static inline s64 counted(struct world *w, enum vm_event_item item)
{
	s64 sum = 0;

	last(w);
	for (size_t i = 0; i < w->nr_recorded; i++)
		if (w->recorded[i].type == OP_RECORDED && w->recorded[i].a == item)
			sum += (s32)w->recorded[i].arg;
	return sum;
}

#endif
