// SPDX-License-Identifier: GPL-2.0-only
/*
 * The map of `observed`: it begins with the start image, as every policy's model, and then follows
 * the trace's own operations. A page that the recorded kernel migrated to a place that no event
 * names is not on the map until it is freed.
 */
#include <stdlib.h>

#include "blockmap.h"
#include "model.h"

/* States of a page: the migratetype with which it was allocated, or one of these. */
enum { SEEN_ABSENT = MIGRATE_PCPTYPES, SEEN_RESERVED, SEEN_FREE };

struct observed_map {
	struct blockmap *map;
	u8 *page;			/* by trace pfn */
	struct block_pages *block;	/* by pfn >> pageblock_order */
	u32 max_pfn;
	u64 t0, next_ns, interval_ns;
	bool started;
};

static u8 start_state(const struct page *p)
{
	switch ((enum page_state)p->state) {
	case PAGE_ABSENT:
		return SEEN_ABSENT;
	case PAGE_RESERVED:
		return SEEN_RESERVED;
	case PAGE_USED:
		return block_used_type(p->mt);
	default:
		return SEEN_FREE;
	}
}

/**
 * observed_map_alloc - allocate a map that begins with the start image
 * @run: gets the map, and keeps it
 * @mm: model memory that has not run yet; not needed afterwards
 * @interval_ns: between samples
 *
 * Return: what observed_map_ops() needs; NULL without memory.
 */
struct observed_map *observed_map_alloc(struct policy_result *run, const struct mm *mm,
					u64 interval_ns)
{
	u32 nr_blocks = (mm->max_pfn + pageblock_nr_pages - 1) >> pageblock_order, i;
	struct observed_map *om = calloc(1, sizeof(*om));

	if (!om)
		return NULL;
	om->interval_ns = interval_ns;
	om->max_pfn = mm->max_pfn;
	om->page = malloc(mm->max_pfn + 1ul);
	om->block = calloc(nr_blocks + 1ul, sizeof(*om->block));
	om->map = run->map = blockmap_alloc(mm);
	if (!om->page || !om->block || !om->map) {
		observed_map_free(om);
		return NULL;
	}
	for (i = 0; i < mm->max_pfn; i++)
		om->page[i] = start_state(&mm->page[i]);
	for (i = 0; i < nr_blocks; i++)
		if (mm->pageblock[i].zone < MAX_NR_ZONES)
			blockmap_scan_block(mm, i, &om->block[i]);
	return om;
}

/**
 * observed_map_free - free all but the map itself
 * @om: state, or NULL
 */
void observed_map_free(struct observed_map *om)
{
	if (!om)
		return;
	free(om->page);
	free(om->block);
	free(om);
}

static void set_page(struct observed_map *om, u32 pfn, u8 to)
{
	struct block_pages *pages = &om->block[pfn >> pageblock_order];
	u8 from = om->page[pfn];

	if (from < MIGRATE_PCPTYPES)
		pages->used[from]--;
	else if (from == SEEN_RESERVED)
		pages->reserved--;
	else if (from == SEEN_ABSENT)
		pages->present++;
	if (to < MIGRATE_PCPTYPES)
		pages->used[to]++;
	om->page[pfn] = to;
}

/* The place of a page is not known if its handle is beyond the last pfn. */
static void set_pages(struct observed_map *om, u32 handle, u32 order, u8 to)
{
	u32 i;

	for (i = 0; i < 1u << order; i++)
		if (handle < om->max_pfn - i)
			set_page(om, handle + i, to);
}

static void move_pages(struct observed_map *om, const struct op *op)
{
	u32 i;

	for (i = 0; i < 1u << op->order; i++) {
		bool known = op->handle < om->max_pfn - i;
		u8 was = known ? om->page[op->handle + i] : SEEN_FREE;

		if (op->handle2 < om->max_pfn - i)
			set_page(om, op->handle2 + i,
				 was < MIGRATE_PCPTYPES ? was : MIGRATE_MOVABLE);
		if (known)
			set_page(om, op->handle + i, SEEN_FREE);
	}
}

static void map_op(struct observed_map *om, const struct op *op)
{
	switch (op->type) {
	case OP_ALLOC:
		set_pages(om, op->handle, op->order, block_used_type(op->mt));
		break;
	case OP_THP_FAULT:
	case OP_HUGE_ZERO:
		if (op->handle != H_NONE)
			set_pages(om, op->handle, op->order, MIGRATE_MOVABLE);
		break;
	case OP_FREE:
	case OP_RECLAIM:
		set_pages(om, op->handle, op->order, SEEN_FREE);
		break;
	case OP_MOVE:
		move_pages(om, op);
		break;
	default:
		break;
	}
}

static int sample(struct observed_map *om, u64 t_ns, bool end)
{
	const struct blockmap *map = om->map;
	u32 z, i;
	u8 *frame;

	if (blockmap_frame(om->map, t_ns, end, &frame))
		return -1;
	if (!frame)
		return 0;
	for (z = 0; z < map->nr_zones; z++)
		for (i = 0; i < map->zone[z].blocks; i++)
			*frame++ = block_state(&om->block[map->zone[z].first_block + i], false);
	return 0;
}

/**
 * observed_map_ops - follow the trace's own pages, and sample them at the models' moments
 * @om: the state so far
 * @op: operations, in order
 * @n: how many
 *
 * Return: 0; -1 without memory.
 */
int observed_map_ops(struct observed_map *om, const struct op *op, size_t n)
{
	const struct op *last = op + n;

	for (; op < last; op++) {
		if (!op_is_demand(op->type))
			continue;
		if (!om->started)
			om->t0 = op->ts;
		om->started = true;
		for (; om->next_ns <= op->ts - om->t0; om->next_ns += om->interval_ns)
			if (sample(om, om->next_ns, false))
				return -1;
		if (op->type == OP_END && sample(om, op->ts - om->t0, true))
			return -1;
		map_op(om, op);
	}
	return 0;
}
