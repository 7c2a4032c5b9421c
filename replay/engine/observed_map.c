// SPDX-License-Identifier: GPL-2.0-only
/*
 * The map of `observed` begins with the start image, as every policy's model, and then follows the
 * trace's own operations. A page that the recorded kernel migrated to a place that no event names
 * is not on the map until it is freed. Its samples know which pages are in use, and from that how
 * whole the free memory is: a free page on a per-CPU list looks like any other.
 */
#include <stdlib.h>
#include <string.h>

#include "blockmap.h"
#include "model.h"

/* States of a page: the migratetype with which it was allocated, or one of these. */
enum { SEEN_ABSENT = MIGRATE_PCPTYPES, SEEN_RESERVED, SEEN_FREE };

/* How many pages of a block lie in free naturally aligned chunks of an order, by order. */
struct whole_pages {
	u16 nr[pageblock_order + 1];
	bool stale;
};

struct observed_map {
	struct policy_result *run;
	struct blockmap *map;
	u8 *page;			/* by trace pfn */
	struct block_pages *block;	/* by pfn >> pageblock_order */
	struct whole_pages *whole;	/* of each block */
	u64 sum[NR_PAGE_ORDERS];	/* of all blocks' @whole; then of pairs of free blocks */
	s64 limbo;			/* pages in use at places that no event names */
	u32 max_pfn, nr_blocks;
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
	om->run = run;
	om->interval_ns = interval_ns;
	om->max_pfn = mm->max_pfn;
	om->nr_blocks = nr_blocks;
	om->page = malloc(mm->max_pfn + 1ul);
	om->block = calloc(nr_blocks + 1ul, sizeof(*om->block));
	om->whole = calloc(nr_blocks + 1ul, sizeof(*om->whole));
	om->map = run->map = blockmap_alloc(mm);
	if (!om->page || !om->block || !om->whole || !om->map) {
		observed_map_free(om);
		return NULL;
	}
	for (i = 0; i < mm->max_pfn; i++)
		om->page[i] = start_state(&mm->page[i]);
	for (i = 0; i < nr_blocks; i++) {
		om->whole[i].stale = true;
		if (mm->pageblock[i].zone < MAX_NR_ZONES)
			blockmap_scan_block(mm, i, &om->block[i]);
	}
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
	free(om->whole);
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
	om->whole[pfn >> pageblock_order].stale = true;
}

/* The place of a page is not known if its handle is beyond the last pfn. */
static void set_pages(struct observed_map *om, u32 handle, u32 order, u8 to)
{
	u32 i;

	for (i = 0; i < 1u << order; i++) {
		if (handle < om->max_pfn - i)
			set_page(om, handle + i, to);
		else
			om->limbo += to == SEEN_FREE ? -1 : 1;
	}
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
		else
			om->limbo++;
		if (known)
			set_page(om, op->handle + i, SEEN_FREE);
		else
			om->limbo--;
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
	case OP_UNMAP:
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

static void add_whole(struct observed_map *om, u32 block, int sign)
{
	for (u32 o = 0; o <= pageblock_order; o++)
		om->sum[o] += (u64)(sign * (s64)om->whole[block].nr[o]);
}

/* As buddies merge: a chunk is whole when both its halves are. */
static void count_whole(struct observed_map *om, u32 block)
{
	u16 *nr = om->whole[block].nr;
	u32 start = block << pageblock_order;
	bool is_free[pageblock_nr_pages];

	memset(nr, 0, sizeof(om->whole[block].nr));
	for (u32 i = 0; i < pageblock_nr_pages; i++) {
		is_free[i] = start + i < om->max_pfn && om->page[start + i] == SEEN_FREE;
		nr[0] += is_free[i];
	}
	for (u32 o = 1; o <= pageblock_order; o++) {
		for (u32 i = 0; i < pageblock_nr_pages >> o; i++) {
			is_free[i] = is_free[2 * i] && is_free[2 * i + 1];
			nr[o] += (u16)(is_free[i] << o);
		}
	}
	om->whole[block].stale = false;
}

static bool is_free_block(const struct observed_map *om, u32 block)
{
	return om->whole[block].nr[pageblock_order] == pageblock_nr_pages;
}

_Static_assert(MAX_PAGE_ORDER == pageblock_order + 1, "a chunk of the largest order is two blocks");

/* Only blocks that changed since the last sample are looked at page by page. */
static void count_free(struct observed_map *om)
{
	u64 pairs = 0;

	for (u32 i = 0; i < om->nr_blocks; i++) {
		if (om->whole[i].stale) {
			add_whole(om, i, -1);
			count_whole(om, i);
			add_whole(om, i, 1);
		}
		if (i % 2 && is_free_block(om, i - 1) && is_free_block(om, i))
			pairs++;
	}
	om->sum[MAX_PAGE_ORDER] = pairs << MAX_PAGE_ORDER;
}

static int sample_curves(struct observed_map *om, u64 t_ns)
{
	const struct policy_result *run = om->run;
	struct timeline_sample *s = timeline_add(om->run, t_ns);
	struct contig_page_info info = { 0 };

	if (!s)
		return -1;
	count_free(om);
	info.free_pages = om->sum[0];
	for (u32 o = 0; o < NR_PAGE_ORDERS; o++) {
		info.free_blocks_suitable = om->sum[o] >> o;
		s->unusable_index[o] = unusable_free_index(o, &info);
	}
	s->free_pages = om->limbo > 0 && (u64)om->limbo < om->sum[0] ?
			om->sum[0] - (u64)om->limbo : om->sum[0];
	s->free_blocks = om->sum[pageblock_order];
	memcpy(s->counters, run->counters, sizeof(s->counters));
	s->extfrag_events = timeline_extfrag_events(run->extfrag.nr);
	return 0;
}

static int add_sample(struct observed_map *om, u64 t_ns, bool end)
{
	const struct blockmap *map = om->map;
	u32 z, i;
	u8 *frame;

	if (sample_curves(om, t_ns) || blockmap_frame(om->map, t_ns, end, &frame))
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
			if (add_sample(om, om->next_ns, false))
				return -1;
		if (op->type == OP_END && add_sample(om, op->ts - om->t0, true))
			return -1;
		map_op(om, op);
	}
	return 0;
}
