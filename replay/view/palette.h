/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Colors of pageblocks in every picture; page/paint.js has the same. The hues are those of
 * Okabe and Ito (Color Universal Design, 2008), which the color-blind tell apart; how full a block
 * is shows as strength.
 */
#ifndef FRAGREPLAY_PALETTE_H
#define FRAGREPLAY_PALETTE_H

#include <stdbool.h>

#include "base/block_state.h"

#define COLOR_GROUND	0xffffffu
#define COLOR_INK	0x000000u

/* 0xrrggbb of a block that is full */
static const u32 class_color[NR_BLOCK_CLASSES] = {
	[BLK_ABSENT] = COLOR_GROUND,
	[BLK_RESERVED] = 0x9aa1a9,
	[BLK_FREE] = 0xe9ebee,
	[BLK_MOVABLE] = 0x56b4e9,
	[BLK_UNMOVABLE] = 0xd55e00,
	[BLK_RECLAIMABLE] = 0x009e73,
	[BLK_MIXED] = 0xcc79a7,
	[BLK_HIGHATOMIC] = 0xf0e442,
};

static inline bool class_has_shades(enum block_class class)
{
	return class > BLK_FREE;
}

static inline u32 blend_channel(u32 color, int shift, u32 percent)
{
	u32 from = COLOR_GROUND >> shift & 255, to = color >> shift & 255;

	return (from * (100 - percent) + to * percent + 50) / 100 << shift;
}

/* weakest at a third of the hue: a block with one page in use still shows whose it is */
static inline u32 state_color(u8 state)
{
	u32 color = class_color[BLOCK_CLASS(state)];
	u32 percent = 34 + 66u * BLOCK_DIGIT(state) / 9;

	if (!class_has_shades((enum block_class)BLOCK_CLASS(state)))
		return color;
	return blend_channel(color, 16, percent) | blend_channel(color, 8, percent) |
	       blend_channel(color, 0, percent);
}

#endif
