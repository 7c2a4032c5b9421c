/* SPDX-License-Identifier: GPL-2.0-only */
/* The files of view/ share these. */
#ifndef FRAGREPLAY_VIEW_INTERNAL_H
#define FRAGREPLAY_VIEW_INTERNAL_H

#include "view.h"

/* view_table.c */
json_t *view_table(json_t *const *reports, const char *const *names, unsigned int n);

/*
 * What a picture is drawn on, in units of a pixel at scale 1. Text is GLYPH_ADVANCE a character,
 * its base line at @y.
 */
#define GLYPH_ADVANCE	6
#define GLYPH_HEIGHT	7

struct canvas {
	void (*fill)(struct canvas *c, u32 rgb);	/* color of what follows */
	void (*rect)(struct canvas *c, u32 x, u32 y, u32 w, u32 h);
	void (*text)(struct canvas *c, u32 x, u32 y, const char *text);
};

void view_picture_size(const struct picture *pic, u32 *width, u32 *height);
void view_picture_draw(const struct picture *pic, struct canvas *c);

/* font.c: GLYPH_HEIGHT rows of 5 bits, the highest at the left */
const u8 *view_font_glyph(unsigned char c);
u32 view_font_descent(unsigned char c);

#endif
