/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state of a pageblock is a byte, and a row of such bytes has a text. The model is sampled into
 * them, the report carries the text, and view reads it back.
 */
#ifndef FRAGREPLAY_BLOCK_STATE_H
#define FRAGREPLAY_BLOCK_STATE_H

#include <fragreplay/gfp.h>

/* What a block holds, in the order of blockmap_class[]. */
enum block_class { BLK_ABSENT, BLK_RESERVED, BLK_FREE, BLK_MOVABLE, BLK_UNMOVABLE, BLK_RECLAIMABLE,
		   BLK_MIXED, BLK_HIGHATOMIC, NR_BLOCK_CLASSES };

struct block_class_info {
	char code;
	const char *name;
};

extern const struct block_class_info blockmap_class[NR_BLOCK_CLASSES];

/* A block at a moment: enum block_class, and the tenths of it in use, 0 .. 9. */
#define BLOCK_STATE(class, digit)	((u8)((class) << 4 | (digit)))
#define BLOCK_CLASS(state)		((state) >> 4)
#define BLOCK_DIGIT(state)		((state) & 15)

struct blockmap_zone {
	const char *name;
	u32 first_block, blocks;
};

u64 blockmap_text_size(const u8 *frame, u32 nr_frames, u32 nr_blocks);
char *blockmap_encode(const u8 *before, const u8 *now, u32 nr);
const char *blockmap_decode(const char *row, u8 *state, u32 nr);

#endif
