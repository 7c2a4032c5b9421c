// SPDX-License-Identifier: GPL-2.0-only
/* A picture becomes a PNG with a palette and a byte per pixel (RFC 2083); zlib compresses it. */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "palette.h"
#include "internal.h"

#define MAX_COLORS	256u
#define MAX_PIXELS	(1u << 28)

struct png {
	struct canvas canvas;
	u32 width, height, scale;	/* pixels; scale of the picture's units */
	u8 *pixel;
	u32 color[MAX_COLORS], nr_colors;
	u8 ink;				/* index of the color of what follows */
};

static void png_fill(struct canvas *c, u32 rgb)
{
	struct png *p = (struct png *)c;
	u32 i;

	for (i = 0; i < p->nr_colors; i++)
		if (p->color[i] == rgb)
			break;
	if (i == p->nr_colors && i < MAX_COLORS)
		p->color[p->nr_colors++] = rgb;
	p->ink = (u8)(i < MAX_COLORS ? i : MAX_COLORS - 1);
}

static void png_rect(struct canvas *c, u32 x, u32 y, u32 w, u32 h)
{
	struct png *p = (struct png *)c;
	u32 left = x * p->scale, top = y * p->scale, row;
	u32 right = (x + w) * p->scale, bottom = (y + h) * p->scale;

	right = right < p->width ? right : p->width;
	bottom = bottom < p->height ? bottom : p->height;
	for (row = top; left < right && row < bottom; row++)
		memset(p->pixel + (size_t)row * p->width + left, p->ink, right - left);
}

static void png_text(struct canvas *c, u32 x, u32 y, const char *text)
{
	for (; *text; text++, x += GLYPH_ADVANCE) {
		const u8 *row = view_font_glyph((unsigned char)*text);
		u32 top = y + view_font_descent((unsigned char)*text) - GLYPH_HEIGHT;

		for (u32 i = 0; i < GLYPH_HEIGHT; i++)
			for (u32 bit = 0; bit < 5; bit++)
				if (row[i] & 16 >> bit)
					png_rect(c, x + bit, top + i, 1, 1);
	}
}

static void put_be32(u8 *at, u32 value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (u8)(value >> (24 - 8 * i));
}

static void put_chunk(FILE *out, const char *type, const u8 *data, size_t len)
{
	uLong crc = crc32(0, (const u8 *)type, 4);
	u8 word[4];

	/* Of no data crc32() would return its start value, not the sum so far. */
	if (len)
		crc = crc32(crc, data, (uInt)len);
	put_be32(word, (u32)len);
	fwrite(word, 1, 4, out);
	fwrite(type, 1, 4, out);
	if (len)
		fwrite(data, 1, len, out);
	put_be32(word, (u32)crc);
	fwrite(word, 1, 4, out);
}

static void put_header(const struct png *p, FILE *out)
{
	static const u8 signature[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
	u8 head[13] = { [8] = 8, [9] = 3 };	/* 8 bits, of a palette */
	u8 palette[3 * MAX_COLORS];
	u32 i;

	fwrite(signature, 1, sizeof(signature), out);
	put_be32(head, p->width);
	put_be32(head + 4, p->height);
	put_chunk(out, "IHDR", head, sizeof(head));
	for (i = 0; i < p->nr_colors; i++) {
		palette[3 * i] = (u8)(p->color[i] >> 16);
		palette[3 * i + 1] = (u8)(p->color[i] >> 8);
		palette[3 * i + 2] = (u8)p->color[i];
	}
	put_chunk(out, "PLTE", palette, 3ul * p->nr_colors);
}

/* Every row begins with the number of its filter: 0, none, which suits a palette. */
static int put_pixels(const struct png *p, FILE *out)
{
	size_t stride = p->width + 1ul, size = stride * p->height;
	uLongf len = compressBound(size);
	u8 *raw = malloc(size), *packed = malloc(len);
	int ret = -1;

	for (u32 y = 0; raw && y < p->height; y++) {
		raw[y * stride] = 0;
		memcpy(raw + y * stride + 1, p->pixel + (size_t)y * p->width, p->width);
	}
	if (raw && packed && compress2(packed, &len, raw, size, 9) == Z_OK && len < INT32_MAX) {
		put_chunk(out, "IDAT", packed, len);
		ret = 0;
	}
	free(raw);
	free(packed);
	return ret;
}

/**
 * view_png - write panels as a PNG file
 * @pic: what; one panel at least
 * @scale: 1 .. 16 pixels for a unit of the picture
 * @out: where to
 *
 * Return: 0; -1 without memory (also for more than 2^28 pixels), or when @out has an error.
 */
int view_png(const struct picture *pic, unsigned int scale, FILE *out)
{
	struct png p = {
		.canvas = { .fill = png_fill, .rect = png_rect, .text = png_text },
		.scale = scale,
	};
	int ret = -1;

	view_picture_size(pic, &p.width, &p.height);
	if ((u64)p.width * scale * p.height * scale > MAX_PIXELS)
		return -1;
	p.width *= scale;
	p.height *= scale;
	p.pixel = calloc(p.width, p.height);
	if (!p.pixel)
		return -1;
	png_fill(&p.canvas, COLOR_GROUND);
	view_picture_draw(pic, &p.canvas);
	put_header(&p, out);
	if (!put_pixels(&p, out)) {
		put_chunk(out, "IEND", NULL, 0);
		ret = ferror(out) ? -1 : 0;
	}
	free(p.pixel);
	return ret;
}
