// SPDX-License-Identifier: GPL-2.0-only
/* A picture becomes an SVG: what has one color is one path, so that a large map stays small. */
#include <string.h>

#include "palette.h"
#include "internal.h"

struct svg {
	struct canvas canvas;
	FILE *out;
	u32 rgb;
	bool in_path;
};

static void end_path(struct svg *s)
{
	if (s->in_path)
		fputs("\"/>\n", s->out);
	s->in_path = false;
}

static void svg_fill(struct canvas *c, u32 rgb)
{
	struct svg *s = (struct svg *)c;

	end_path(s);
	s->rgb = rgb;
}

static void svg_rect(struct canvas *c, u32 x, u32 y, u32 w, u32 h)
{
	struct svg *s = (struct svg *)c;

	if (!s->in_path)
		fprintf(s->out, "<path fill=\"#%06x\" d=\"", s->rgb);
	s->in_path = true;
	fprintf(s->out, "M%u %uh%uv%uh-%uz", x, y, w, h, w);
}

/* XML has no place for control characters, and a file's name may hold any byte */
static void put_escaped(const char *text, FILE *out)
{
	for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
		if (*c == '&')
			fputs("&amp;", out);
		else if (*c == '<')
			fputs("&lt;", out);
		else if (*c == '>')
			fputs("&gt;", out);
		else
			fputc(*c < 0x20 || *c > 0x7e ? '?' : *c, out);
	}
}

static void svg_text(struct canvas *c, u32 x, u32 y, const char *text)
{
	struct svg *s = (struct svg *)c;

	end_path(s);
	if (!*text)
		return;
	fprintf(s->out, "<text x=\"%u\" y=\"%u\" textLength=\"%zu\" fill=\"#%06x\">", x, y,
		strlen(text) * GLYPH_ADVANCE, s->rgb);
	put_escaped(text, s->out);
	fputs("</text>\n", s->out);
}

/**
 * view_svg - write panels as a self-contained SVG file
 * @pic: what; one panel at least
 * @out: where to
 *
 * Return: 0; -1 when @out has an error.
 */
int view_svg(const struct picture *pic, FILE *out)
{
	struct svg s = {
		.canvas = { .fill = svg_fill, .rect = svg_rect, .text = svg_text },
		.out = out,
	};
	u32 width, height;

	view_picture_size(pic, &width, &height);
	/* as large as it was drawn, and smaller where its window is */
	fprintf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" height=\"%u\""
		" viewBox=\"0 0 %u %u\" style=\"max-width:100%%;height:auto\""
		" font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"10\""
		" shape-rendering=\"crispEdges\">\n"
		"<title>fragreplay: what each pageblock holds</title>\n"
		"<rect width=\"%u\" height=\"%u\" fill=\"#%06x\"/>\n",
		width, height, width, height, width, height, COLOR_GROUND);
	view_picture_draw(pic, &s.canvas);
	end_path(&s);
	fputs("</svg>\n", out);
	return ferror(out) ? -1 : 0;
}
