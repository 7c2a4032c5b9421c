/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A map of a model's pageblocks over time: a byte per block and moment, and the text that the
 * report has of it. doc/fragreplay-report-1.schema.json, "map", is the format.
 */
#ifndef FRAGREPLAY_BLOCKMAP_H
#define FRAGREPLAY_BLOCKMAP_H

#include "base/block_state.h"
#include "mm/mm.h"

#define BLOCKMAP_MAX_FRAMES	200u
#define BLOCKMAP_ROW_BYTES	(8u << 20)	/* of all rows of a report */

/* Base pages of one block, by what they are. */
struct block_pages {
	u16 present, reserved, used[MIGRATE_PCPTYPES];
};

/**
 * struct blockmap - frames of one model
 * @zone: populated zones in order; their blocks follow one another in a frame
 * @nr_blocks: of all zones
 * @t_ns: of each frame
 * @frame: @nr_frames times @nr_blocks states
 * @now: state of each block when it was last looked at
 * @touched: by pfn >> pageblock_order: scan again; mm->touched points here
 * @stride: one in @stride moments is kept
 * @seen: moments so far
 * @ended: the last frame is that of the end
 */
struct blockmap {
	struct blockmap_zone zone[MAX_NR_ZONES];
	u32 nr_zones, nr_blocks, nr_frames, cap_frames;
	u64 *t_ns;
	u8 *frame, *now, *touched;
	u64 stride, seen;
	bool ended;
};

struct blockmap *blockmap_alloc(const struct mm *mm);
void blockmap_free(struct blockmap *map);
int blockmap_frame(struct blockmap *map, u64 t_ns, bool end, u8 **frame);
void blockmap_halve(struct blockmap *map);
u8 block_used_type(u8 mt);
u8 block_state(const struct block_pages *pages, bool highatomic);
void blockmap_scan_block(const struct mm *mm, u32 block, struct block_pages *pages);
void blockmap_watch(struct blockmap *map, struct mm *mm);
int blockmap_sample(struct blockmap *map, const struct mm *mm, u64 t_ns, bool end);

#endif
