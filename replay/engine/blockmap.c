// SPDX-License-Identifier: GPL-2.0-only
/* A map of pageblocks has frames. Which are kept, and the class of a block, is decided here. */
#include <stdlib.h>
#include <string.h>

#include "blockmap.h"

/**
 * blockmap_alloc - allocate an empty map of all zones
 * @mm: model memory
 *
 * Return: the map; NULL without memory.
 */
struct blockmap *blockmap_alloc(const struct mm *mm)
{
	struct blockmap *map = calloc(1, sizeof(*map));
	size_t nr_pageblocks;
	const struct zone *z;

	if (!map)
		return NULL;
	map->stride = 1;
	for_each_populated_zone(mm, z) {
		struct blockmap_zone *bz = &map->zone[map->nr_zones];
		u32 end = z->start_pfn + z->spanned;

		if (!z->spanned)
			continue;
		bz->name = z->name;
		bz->first_block = z->start_pfn >> pageblock_order;
		bz->blocks = ((end - 1) >> pageblock_order) + 1 - bz->first_block;
		map->nr_blocks += bz->blocks;
		map->nr_zones++;
	}
	nr_pageblocks = (mm->max_pfn >> pageblock_order) + 4ul;
	map->now = calloc(map->nr_blocks + 1ul, 1);
	map->touched = malloc(nr_pageblocks);
	if (!map->now || !map->touched) {
		blockmap_free(map);
		return NULL;
	}
	memset(map->touched, 1, nr_pageblocks);
	return map;
}

/**
 * blockmap_free - free a map
 * @map: map or NULL
 */
void blockmap_free(struct blockmap *map)
{
	if (!map)
		return;
	free(map->t_ns);
	free(map->frame);
	free(map->now);
	free(map->touched);
	free(map);
}

static void move_frame(struct blockmap *map, u32 to, u32 from)
{
	size_t size = map->nr_blocks;

	map->t_ns[to] = map->t_ns[from];
	memmove(map->frame + to * size, map->frame + from * size, size);
}

/**
 * blockmap_halve - keep every second moment, from the first on, and the end
 * @map: the map
 *
 * From then on moments are kept half as often, so that all but the end are evenly spaced.
 */
void blockmap_halve(struct blockmap *map)
{
	bool odd_end = map->ended && map->nr_frames % 2 == 0;
	u32 i, n = 0;

	for (i = 0; i < map->nr_frames; i += 2)
		move_frame(map, n++, i);
	if (odd_end)
		move_frame(map, n++, map->nr_frames - 1);
	map->nr_frames = n;
	map->stride *= 2;
}

static int reserve_frame(struct blockmap *map)
{
	u32 cap = map->cap_frames ? 2 * map->cap_frames : 16;
	u64 *t_ns;
	u8 *frame;

	if (map->nr_frames == BLOCKMAP_MAX_FRAMES)
		blockmap_halve(map);
	if (map->nr_frames < map->cap_frames)
		return 0;
	t_ns = realloc(map->t_ns, cap * sizeof(*t_ns));
	if (t_ns)
		map->t_ns = t_ns;
	frame = realloc(map->frame, (size_t)cap * map->nr_blocks + 1);
	if (frame)
		map->frame = frame;
	if (!t_ns || !frame)
		return -1;
	map->cap_frames = cap;
	return 0;
}

/**
 * blockmap_frame - make room for the next moment, if it is one that is kept
 * @map: the map
 * @t_ns: since the replay began; not before the moment before
 * @end: the last moment, which is always kept
 * @frame: set to @nr_blocks states that the caller fills in; NULL: left out
 *
 * At most BLOCKMAP_MAX_FRAMES are kept: when they are full, every second one goes.
 *
 * Return: 0; -1 without memory.
 */
int blockmap_frame(struct blockmap *map, u64 t_ns, bool end, u8 **frame)
{
	*frame = NULL;
	if (!end && map->seen++ % map->stride)
		return 0;
	if (!end || !map->nr_frames || map->t_ns[map->nr_frames - 1] != t_ns) {
		if (reserve_frame(map))
			return -1;
		map->nr_frames++;
	}
	map->ended = end;
	map->t_ns[map->nr_frames - 1] = t_ns;
	*frame = map->frame + (size_t)(map->nr_frames - 1) * map->nr_blocks;
	return 0;
}

static u8 tenths(u32 used, u32 present)
{
	if (!used || used >= present)
		return used ? 9 : 0;
	return (u8)(1 + (used - 1) * 8 / (present - 1));
}

/**
 * block_state - get the class of a block by the pages that it holds
 * @pages: counts of its base pages
 * @highatomic: it is of the reserve for high-order atomic requests
 *
 * Reserved pages count as in use, but decide the class only if the block holds no others in use.
 *
 * Return: BLOCK_STATE().
 */
u8 block_state(const struct block_pages *pages, bool highatomic)
{
	u32 movable = pages->used[MIGRATE_MOVABLE], fixed = pages->used[MIGRATE_UNMOVABLE];
	u32 reclaimable = pages->used[MIGRATE_RECLAIMABLE];
	u8 digit = tenths(movable + fixed + reclaimable + pages->reserved, pages->present);

	if (!pages->present)
		return BLOCK_STATE(BLK_ABSENT, 0);
	if (movable)
		return BLOCK_STATE(fixed || reclaimable ? BLK_MIXED : BLK_MOVABLE, digit);
	if (fixed)
		return BLOCK_STATE(BLK_UNMOVABLE, digit);
	if (reclaimable)
		return BLOCK_STATE(BLK_RECLAIMABLE, digit);
	if (pages->reserved)
		return BLOCK_STATE(BLK_RESERVED, digit);
	return BLOCK_STATE(highatomic ? BLK_HIGHATOMIC : BLK_FREE, 0);
}

/**
 * block_used_type - get the type that a page in use counts as
 * @mt: enum migratetype with which it was allocated; CMA counts as movable
 *
 * Return: one below MIGRATE_PCPTYPES.
 */
u8 block_used_type(u8 mt)
{
	if (mt == MIGRATE_CMA)
		return MIGRATE_MOVABLE;
	return mt < MIGRATE_PCPTYPES ? mt : MIGRATE_UNMOVABLE;
}

/* Counts of the types in use, 16 bits each, so that the sums of a block stay in a register. */
static u64 used_sum(u32 mt, u32 n)
{
	static const u8 shift[8] = {
		[MIGRATE_MOVABLE] = 16 * MIGRATE_MOVABLE, [MIGRATE_CMA] = 16 * MIGRATE_MOVABLE,
		[MIGRATE_RECLAIMABLE] = 16 * MIGRATE_RECLAIMABLE,
	};

	return (u64)n << shift[mt];
}

/* Size of the unit at @p, which is not in use. Reserved pages are counted in @pages. */
static u32 count_other(const struct page *p, struct block_pages *pages)
{
	switch ((enum page_state)p->state) {
	case PAGE_ABSENT:
		return 1;
	case PAGE_RESERVED:
		pages->present++;
		pages->reserved++;
		return 1;
	case PAGE_BUDDY:
	case PAGE_PCP:
		/* the second half of an order-10 buddy has no head of its own */
		return p->head ? 1u << p->order : pageblock_nr_pages;
	default:
		return 1u << p->order;
	}
}

/**
 * blockmap_scan_block - count the pages of a block
 * @mm: model memory
 * @block: pfn >> pageblock_order
 * @pages: set
 */
void blockmap_scan_block(const struct mm *mm, u32 block, struct block_pages *pages)
{
	const struct page *p = &mm->page[(size_t)block << pageblock_order];
	const struct page *end = p + pageblock_nr_pages;
	u64 used = 0;

	*pages = (struct block_pages){ 0 };
	while (p < end) {
		u32 left = (u32)(end - p), n;

		if (p->state == PAGE_USED) {
			n = 1u << p->order;
			used += used_sum(p->mt, n < left ? n : left);
		} else {
			n = count_other(p, pages);
			if (p->state > PAGE_RESERVED)
				pages->present += (u16)(n < left ? n : left);
		}
		p += n;
	}
	for (u32 mt = 0; mt < MIGRATE_PCPTYPES; mt++) {
		pages->used[mt] = (u16)(used >> 16 * mt);
		pages->present += pages->used[mt];
	}
}

/* Is the block free? The type of a HIGHATOMIC block may change without any of its pages. */
static bool is_empty(u8 state)
{
	return BLOCK_CLASS(state) == BLK_FREE || BLOCK_CLASS(state) == BLK_HIGHATOMIC;
}

static void scan_zone(const struct blockmap *map, const struct mm *mm, const struct zone *z,
		      const struct blockmap_zone *bz, u8 *now)
{
	bool all = mm->touched != map->touched;
	struct block_pages pages;
	u32 b, i;

	for (i = 0; i < bz->blocks; i++) {
		b = bz->first_block + i;
		if (mm->pageblock[b].zone != z->type || !(all || map->touched[b] ||
							  is_empty(now[i])))
			continue;
		blockmap_scan_block(mm, b, &pages);
		now[i] = block_state(&pages, mm->pageblock[b].mt == MIGRATE_HIGHATOMIC);
		map->touched[b] = 0;
	}
}

/**
 * blockmap_watch - let samples scan only the blocks in which something has changed
 * @map: of this model, which it must outlive
 * @mm: model memory
 *
 * Without this, every sample scans every block.
 */
void blockmap_watch(struct blockmap *map, struct mm *mm)
{
	mm->touched = map->touched;
}

/**
 * blockmap_sample - add a frame of all blocks as they are now
 * @map: of this model
 * @mm: model memory
 * @t_ns: as blockmap_frame()
 * @end: likewise
 *
 * Return: 0; -1 without memory.
 */
int blockmap_sample(struct blockmap *map, const struct mm *mm, u64 t_ns, bool end)
{
	const struct blockmap_zone *bz = map->zone;
	u8 *frame, *now = map->now;
	const struct zone *z;

	if (blockmap_frame(map, t_ns, end, &frame))
		return -1;
	if (!frame)
		return 0;
	for_each_populated_zone(mm, z) {
		if (!z->spanned)
			continue;
		scan_zone(map, mm, z, bz, now);
		now += bz->blocks;
		bz++;
	}
	memcpy(frame, map->now, map->nr_blocks);
	return 0;
}
