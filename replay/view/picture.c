// SPDX-License-Identifier: GPL-2.0-only
/*
 * A picture has a title, panels side by side, and what the colors mean. It can be drawn on any
 * canvas. Widths follow from the largest map, so that all panels have the same grid.
 */
#include <string.h>

#include "internal.h"
#include "palette.h"

#define MARGIN		12u
#define LINE		13u
#define GAP		20u
#define ZONE_GAP	4u
#define GRID_SIZE	384u	/* pixels that a grid is wide if its cells can be that large */
#define MAX_CELL	12u
#define LINED_CELL	4u	/* smallest cell that has a line around it */
#define PANELS_A_ROW	3u
#define TITLE_LINES	6u
#define SWATCHES	4u
#define LEGEND_WIDTH	132u
#define MAX_TITLE	100u /* characters for which a picture is made wider */
#define MIN_PANEL	(44u * GLYPH_ADVANCE)

struct layout {
	u32 columns, cell;
	u32 panel_width, panel_height, grid_top;
	u32 across, width;
	u32 title_lines;
};

static u32 grid_columns(const struct picture *pic)
{
	u32 columns = 16;

	for (unsigned int i = 0; i < pic->nr; i++)
		while ((u64)columns * columns < pic->panel[i].nr_blocks)
			columns *= 2;
	return columns;
}

static u32 grid_height(const struct panel *p, const struct layout *l)
{
	u32 height = 0;

	for (u32 z = 0; z < p->nr_zones; z++)
		height += LINE + (p->zone[z].blocks + l->columns - 1) / l->columns * l->cell +
			  ZONE_GAP;
	return height;
}

static void panel_name(const struct panel *p, char *text, size_t len)
{
	snprintf(text, len, "%s%s%s", p->report ? p->report : "", p->report ? ": " : "", p->label);
}

/* the part of @text that fits a line, broken behind a comma or a blank where there is one */
static size_t line_length(const char *text, size_t room)
{
	size_t len = strlen(text), at;

	if (len <= room)
		return len;
	for (at = room; at > room / 2; at--)
		if (text[at - 1] == ',' || text[at - 1] == ' ')
			return at;
	return room;
}

static u32 name_lines(const struct panel *p, u32 panel_width)
{
	char text[512];
	const char *at = text;
	u32 n = 0;

	panel_name(p, text, sizeof(text));
	for (; *at && n < TITLE_LINES; n++)
		at += line_length(at, panel_width / GLYPH_ADVANCE);
	return n;
}

static void picture_title(const struct picture *pic, char *text, size_t len)
{
	snprintf(text, len, "Pageblocks%s%s at %.3f s", pic->source[0] ? " of " : "", pic->source,
		 (double)pic->panel[0].t_ns / 1e9);
}

static u32 title_width(const struct picture *pic)
{
	char text[MAX_TITLE + 1];

	picture_title(pic, text, sizeof(text));
	return (u32)strlen(text) * GLYPH_ADVANCE;
}

static void lay_out(const struct picture *pic, struct layout *l)
{
	u32 grid;

	l->columns = grid_columns(pic);
	l->cell = GRID_SIZE / l->columns;
	l->cell = l->cell < 1 ? 1 : l->cell > MAX_CELL ? MAX_CELL : l->cell;
	grid = l->columns * l->cell;
	l->panel_width = grid > MIN_PANEL ? grid : MIN_PANEL;
	l->across = pic->nr < PANELS_A_ROW ? pic->nr : PANELS_A_ROW;
	l->title_lines = 0;
	l->panel_height = 0;
	for (unsigned int i = 0; i < pic->nr; i++) {
		u32 lines = name_lines(&pic->panel[i], l->panel_width);
		u32 height = grid_height(&pic->panel[i], l);

		l->title_lines = lines > l->title_lines ? lines : l->title_lines;
		l->panel_height = height > l->panel_height ? height : l->panel_height;
	}
	l->grid_top = (l->title_lines + 3) * LINE;
	l->panel_height += l->grid_top;
	l->width = l->across * l->panel_width + (l->across - 1) * GAP;
	if (l->width < title_width(pic))
		l->width = title_width(pic);
	l->width += 2 * MARGIN;
}

static bool class_is_shown(const struct picture *pic, int class)
{
	for (unsigned int i = 0; i < pic->nr; i++)
		if (class != BLK_ABSENT && pic->panel[i].count[class])
			return true;
	return false;
}

static u32 legend_across(const struct layout *l)
{
	return (l->width - 2 * MARGIN) / LEGEND_WIDTH;
}

static u32 legend_lines(const struct picture *pic, const struct layout *l)
{
	u32 n = 0;

	for (int c = 0; c < NR_BLOCK_CLASSES; c++)
		n += class_is_shown(pic, c);
	return (n + legend_across(l) - 1) / legend_across(l);
}

static u32 panels_bottom(const struct picture *pic, const struct layout *l)
{
	u32 rows = (pic->nr + l->across - 1) / l->across;

	return MARGIN + LINE + rows * (l->panel_height + GAP);
}

/* at most one line, cut where the picture ends */
static void put_line(struct canvas *c, u32 x, u32 y, u32 width, const char *text)
{
	char line[256];

	snprintf(line, sizeof(line), "%.*s", (int)(width / GLYPH_ADVANCE), text);
	c->text(c, x, y, line);
}

static void draw_name(const struct panel *p, const struct layout *l, struct canvas *c, u32 x,
		      u32 y)
{
	char text[512];
	const char *at = text;

	panel_name(p, text, sizeof(text));
	for (u32 n = 0; *at && n < TITLE_LINES; n++) {
		size_t len = line_length(at, l->panel_width / GLYPH_ADVANCE);
		char line[512];

		snprintf(line, sizeof(line), "%.*s", (int)len, at);
		c->text(c, x, y + n * LINE, line);
		at += len;
	}
}

/* every run of one state, row by row */
static void draw_state(const struct blockmap_zone *z, const u8 *state, const struct layout *l,
		       struct canvas *c, u32 x, u32 y, u8 which)
{
	u32 i = 0;

	while (i < z->blocks) {
		u32 row = i / l->columns, column = i % l->columns, n = 0;

		while (i + n < z->blocks && column + n < l->columns && state[i + n] == which)
			n++;
		if (n)
			c->rect(c, x + column * l->cell, y + row * l->cell, n * l->cell, l->cell);
		i += n ? n : 1;
	}
}

static void draw_lines(u32 rows, const struct layout *l, struct canvas *c, u32 x, u32 y)
{
	if (l->cell < LINED_CELL)
		return;
	c->fill(c, COLOR_GROUND);
	for (u32 i = 1; i <= l->columns; i++)
		c->rect(c, x + i * l->cell - 1, y, 1, rows * l->cell);
	for (u32 i = 1; i <= rows; i++)
		c->rect(c, x, y + i * l->cell - 1, l->columns * l->cell, 1);
}

static void draw_zone(const struct blockmap_zone *z, const u8 *state, const struct layout *l,
		      struct canvas *c, u32 x, u32 y)
{
	bool there[256] = { false };

	for (u32 i = 0; i < z->blocks; i++)
		there[state[i]] = true;
	for (int s = 0; s < 256; s++) {
		if (!there[s] || BLOCK_CLASS(s) == BLK_ABSENT)
			continue;
		c->fill(c, state_color((u8)s));
		draw_state(z, state, l, c, x, y, (u8)s);
	}
	draw_lines((z->blocks + l->columns - 1) / l->columns, l, c, x, y);
}

static void draw_panel(const struct panel *p, const struct layout *l, struct canvas *c, u32 x,
		       u32 y)
{
	const u8 *state = p->state;
	char text[128];

	c->fill(c, COLOR_INK);
	draw_name(p, l, c, x, y + LINE - 3);
	view_panel_thp_text(p, text, sizeof(text));
	put_line(c, x, y + (l->title_lines + 1) * LINE - 3, l->panel_width, text);
	snprintf(text, sizeof(text), "%u free, %u mixed of %u blocks", p->count[BLK_FREE],
		 p->count[BLK_MIXED], p->nr_blocks - p->count[BLK_ABSENT]);
	put_line(c, x, y + (l->title_lines + 2) * LINE - 3, l->panel_width, text);
	y += l->grid_top;
	for (u32 z = 0; z < p->nr_zones; z++) {
		u32 rows = (p->zone[z].blocks + l->columns - 1) / l->columns;

		c->fill(c, COLOR_INK);
		put_line(c, x, y + LINE - 4, l->panel_width, p->zone[z].name);
		draw_zone(&p->zone[z], state, l, c, x, y + LINE);
		y += LINE + rows * l->cell + ZONE_GAP;
		state += p->zone[z].blocks;
	}
}

static void draw_legend(const struct picture *pic, const struct layout *l, struct canvas *c, u32 y)
{
	static const u8 digit[SWATCHES] = { 0, 3, 6, 9 };
	u32 n = 0;

	for (int class = 0; class < NR_BLOCK_CLASSES; class++) {
		u32 x = MARGIN + n % legend_across(l) * LEGEND_WIDTH;
		u32 top = y + n / legend_across(l) * LINE;

		if (!class_is_shown(pic, class))
			continue;
		for (u32 i = 0; i < SWATCHES; i++) {
			c->fill(c, state_color(BLOCK_STATE(class, digit[i])));
			c->rect(c, x + i * 9, top, 9, 9);
		}
		c->fill(c, COLOR_INK);
		c->text(c, x + SWATCHES * 9 + 5, top + 8, blockmap_class[class].name);
		n++;
	}
}

/**
 * view_picture_size - compute how large a picture is
 * @pic: the picture; one panel at least
 * @width: set, pixels at scale 1
 * @height: likewise
 */
void view_picture_size(const struct picture *pic, u32 *width, u32 *height)
{
	struct layout l;

	lay_out(pic, &l);
	*width = l.width;
	*height = panels_bottom(pic, &l) + legend_lines(pic, &l) * LINE + 2 * LINE + MARGIN;
}

/**
 * view_picture_draw - draw a picture
 * @pic: the picture; one panel at least
 * @c: of view_picture_size(), COLOR_GROUND all over
 */
void view_picture_draw(const struct picture *pic, struct canvas *c)
{
	char title[256];
	struct layout l;
	u32 y;

	lay_out(pic, &l);
	picture_title(pic, title, sizeof(title));
	c->fill(c, COLOR_INK);
	put_line(c, MARGIN, MARGIN + LINE - 5, l.width - 2 * MARGIN, title);
	for (unsigned int i = 0; i < pic->nr; i++)
		draw_panel(&pic->panel[i], &l, c,
			   MARGIN + i % l.across * (l.panel_width + GAP),
			   MARGIN + LINE + 6 + i / l.across * (l.panel_height + GAP));
	y = panels_bottom(pic, &l);
	draw_legend(pic, &l, c, y);
	y += legend_lines(pic, &l) * LINE;
	c->fill(c, COLOR_INK);
	put_line(c, MARGIN, y + LINE, l.width - 2 * MARGIN,
		 "A cell: 2 MiB, by address. Paler: less in use.");
}
