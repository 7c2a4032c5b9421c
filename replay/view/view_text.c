// SPDX-License-Identifier: GPL-2.0-only
/*
 * The map becomes text. In color two rows of blocks share a line: the upper is the foreground of a
 * half block, the lower the background. Without color a block is a digit: the tenths in use.
 */
#include "palette.h"
#include "internal.h"

#define MARGIN_WIDTH	11	/* "  12345.0G " */

/* A color is of 24 bits, or the nearest of xterm's 6 x 6 x 6 cube and 24 grays. */
static u32 cube_level(u32 value)
{
	return value < 48 ? 0 : value < 115 ? 1 : (value - 35) / 40;
}

static u32 xterm_color(u32 rgb)
{
	u32 r = rgb >> 16 & 255, g = rgb >> 8 & 255, b = rgb & 255;
	u32 high = r > g ? r : g, low = r < g ? r : g;

	high = b > high ? b : high;
	low = b < low ? b : low;
	if (high - low < 16 && low > 8 && high < 246)
		return 232 + ((high + low) / 2 - 8) * 24 / 240;
	return 16 + 36 * cube_level(r) + 6 * cube_level(g) + cube_level(b);
}

static void put_color(const struct text_style *style, int layer, u32 rgb, FILE *out)
{
	if (style->truecolor)
		fprintf(out, "\033[%d;2;%u;%u;%um", layer, rgb >> 16 & 255, rgb >> 8 & 255,
			rgb & 255);
	else
		fprintf(out, "\033[%d;5;%um", layer, xterm_color(rgb));
}

/* This stands for the terminal's own color, and is no 0xrrggbb. */
#define TERMINAL_COLOR	0xffffffffu

/* A pen knows what the terminal draws with at present. */
struct pen {
	const struct text_style *style;
	u32 ink, ground;
	FILE *out;
};

static void set_ink(struct pen *pen, u32 rgb)
{
	if (pen->ink != rgb)
		put_color(pen->style, 38, rgb, pen->out);
	pen->ink = rgb;
}

static void set_ground(struct pen *pen, u32 rgb)
{
	if (pen->ground != rgb && rgb == TERMINAL_COLOR)
		fputs("\033[49m", pen->out);
	else if (pen->ground != rgb)
		put_color(pen->style, 48, rgb, pen->out);
	pen->ground = rgb;
}

/* The upper half is ink, the lower ground; what is absent keeps the terminal's own color. */
static void put_pair(struct pen *pen, u8 upper, u8 lower)
{
	bool has_upper = BLOCK_CLASS(upper) != BLK_ABSENT;
	bool has_lower = BLOCK_CLASS(lower) != BLK_ABSENT;

	if (has_upper && has_lower && state_color(upper) == state_color(lower)) {
		set_ink(pen, state_color(upper));
		fputs("\xe2\x96\x88", pen->out);
		return;
	}
	set_ground(pen, has_upper && has_lower ? state_color(lower) : TERMINAL_COLOR);
	if (has_upper || has_lower)
		set_ink(pen, state_color(has_upper ? upper : lower));
	fputs(has_upper ? "\xe2\x96\x80" : has_lower ? "\xe2\x96\x84" : " ", pen->out);
}

/* where a line begins, in MiB or GiB */
static void put_margin(u32 block, FILE *out)
{
	u64 mib = (u64)block * 2;

	if (mib < 10240)
		fprintf(out, "%8lluM  ", (unsigned long long)mib);
	else
		fprintf(out, "%8.1fG  ", (double)mib / 1024);
}

static u32 row_width(const struct text_style *style)
{
	u32 room = style->width > MARGIN_WIDTH + 8 ? style->width - MARGIN_WIDTH : 8;

	return room >= 64 ? room / 64 * 64 : room / 8 * 8;
}

static void zone_in_color(const struct text_style *style, const struct blockmap_zone *z,
			   const u8 *state, FILE *out)
{
	u32 width = row_width(style), start, i;
	const u8 none = BLOCK_STATE(BLK_ABSENT, 0);

	for (start = 0; start < z->blocks; start += 2 * width) {
		struct pen pen = { .style = style, .ink = TERMINAL_COLOR, .ground = TERMINAL_COLOR,
				   .out = out };

		put_margin(z->first_block + start, out);
		for (i = start; i < start + width && i < z->blocks; i++)
			put_pair(&pen, state[i], i + width < z->blocks ? state[i + width] : none);
		fputs("\033[0m\n", out);
	}
}

static char block_character(const struct text_style *style, u8 state)
{
	char code = blockmap_class[BLOCK_CLASS(state)].code;

	if (style->letters || BLOCK_CLASS(state) == BLK_ABSENT)
		return code;
	return (char)('0' + BLOCK_DIGIT(state));
}

static void zone_in_digits(const struct text_style *style, const struct blockmap_zone *z,
			   const u8 *state, FILE *out)
{
	u32 width = row_width(style), start, i;

	for (start = 0; start < z->blocks; start += width) {
		put_margin(z->first_block + start, out);
		for (i = start; i < start + width && i < z->blocks; i++)
			fputc(block_character(style, state[i]), out);
		fputc('\n', out);
	}
}

static void put_title(const struct picture *pic, const struct panel *p, FILE *out)
{
	char thp[128];

	view_panel_thp_text(p, thp, sizeof(thp));
	if (p->report)
		fprintf(out, "%s: ", p->report);
	fprintf(out, "%s\n", p->label);
	fprintf(out, "at %.3f s%s%s%s%s\n", (double)p->t_ns / 1e9, pic->source[0] ? " of " : "",
		pic->source, thp[0] ? ": " : "", thp);
}

/* counts of what is there, each beside how it is drawn */
static void put_counts(const struct text_style *style, const struct panel *p, FILE *out)
{
	fputs("blocks:", out);
	for (int c = 0; c < NR_BLOCK_CLASSES; c++) {
		if (!p->count[c] || c == BLK_ABSENT)
			continue;
		fputs("  ", out);
		if (style->color) {
			put_color(style, 38, class_color[c], out);
			fputs("\xe2\x96\x88\033[0m ", out);
		} else if (style->letters) {
			fprintf(out, "%c ", blockmap_class[c].code);
		}
		fprintf(out, "%s %u", blockmap_class[c].name, p->count[c]);
	}
	fputc('\n', out);
}

static void put_legend(const struct text_style *style, FILE *out)
{
	if (style->color)
		fputs("A block of 2 MiB is half a character; the paler, the less of it is in"
		      " use.\n", out);
	else if (style->letters)
		fputs("A block of 2 MiB is a letter: what it holds; . absent.\n", out);
	else
		fputs("A block of 2 MiB is a digit: tenths of it in use, 0 nothing, 9 all;"
		      " . absent.\n", out);
}

/**
 * view_text - print panels as text, one under the other
 * @pic: what
 * @style: how
 * @out: where to
 *
 * Return: 0; -1 when @out has an error.
 */
int view_text(const struct picture *pic, const struct text_style *style, FILE *out)
{
	for (unsigned int i = 0; i < pic->nr; i++) {
		const struct panel *p = &pic->panel[i];
		const u8 *state = p->state;

		put_title(pic, p, out);
		put_counts(style, p, out);
		for (u32 z = 0; z < p->nr_zones; z++) {
			fprintf(out, "%s\n", p->zone[z].name);
			if (style->color)
				zone_in_color(style, &p->zone[z], state, out);
			else
				zone_in_digits(style, &p->zone[z], state, out);
			state += p->zone[z].blocks;
		}
		fputc('\n', out);
	}
	put_legend(style, out);
	return ferror(out) ? -1 : 0;
}
