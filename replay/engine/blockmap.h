/* SPDX-License-Identifier: GPL-2.0-only */
/* How a map of pageblocks over time is filled; engine.h has the map itself. */
#ifndef FRAGREPLAY_BLOCKMAP_H
#define FRAGREPLAY_BLOCKMAP_H

#include "engine.h"

#define BLOCKMAP_MAX_FRAMES	200u

/* Base pages of one block, by what they are. */
struct block_pages {
	u16 present, reserved, used[MIGRATE_PCPTYPES];
};

struct blockmap *blockmap_alloc(const struct mm *mm);
void blockmap_free(struct blockmap *map);
int blockmap_frame(struct blockmap *map, u64 t_ns, bool end, u8 **frame);
u8 block_used_type(u8 mt);
u8 block_state(const struct block_pages *pages, bool highatomic);
void blockmap_scan_block(const struct mm *mm, u32 block, struct block_pages *pages);
void blockmap_watch(struct blockmap *map, struct mm *mm);
int blockmap_sample(struct blockmap *map, const struct mm *mm, u64 t_ns, bool end);

#endif
