// SPDX-License-Identifier: GPL-2.0-only
/* The options of `fragreplay view`, and how text looks by where its output goes. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "view_options.h"
#include "base/color.h"
#include "base/message.h"
#include "base/number.h"
#include "base/output.h"
#include "base/terminal.h"
#include "options.h"

#define MAX_AT_MS	1000000000000ull

static int take_format(struct view_options *o, enum view_format format)
{
	if (o->format_given && o->format != format) {
		message("view: one of --text, --svg and --png; --output names one file");
		return -1;
	}
	o->format = format;
	o->format_given = true;
	return 0;
}

static int take_at(struct view_options *o, const char *given)
{
	uint64_t ms;

	o->at_given = true;
	o->at_ns = AT_END;
	if (!strcmp(given, "end"))
		return 0;
	if (!parse_number(given, 0, MAX_AT_MS, &ms)) {
		message("--at %s: a time in ms since the trace began, or end, is needed", given);
		return -1;
	}
	o->at_ns = ms * 1000000;
	return 0;
}

static int take_scale(struct view_options *o, const char *given)
{
	uint64_t scale;

	if (!parse_number(given, 1, 16, &scale)) {
		message("--scale %s: pixels for a unit of the picture, 1 to 16, are needed", given);
		return -1;
	}
	o->scale = (unsigned int)scale;
	return 0;
}

static int take_option(struct view_options *o, int key, const char *given)
{
	switch (key) {
	case O_OUTPUT:
		o->output = given;
		return 0;
	case O_POLICY:
		return options_push(o->policy, &o->nr_policies, MAX_POLICIES, given);
	case O_TEXT:
		return take_format(o, VIEW_TEXT);
	case O_SVG:
		return take_format(o, VIEW_SVG);
	case O_PNG:
		return take_format(o, VIEW_PNG);
	case O_AT:
		return take_at(o, given);
	case O_SCALE:
		return take_scale(o, given);
	case O_LETTERS:
		o->letters = true;
		return 0;
	case O_COLOR:
		return color_parse(given, &o->color);
	default:
		return -1;
	}
}

/* refuses options of other formats than the one at hand */
static int check_format(const struct view_options *o)
{
	if (o->at_given && o->format == VIEW_HTML) {
		message("--at: the page has a slider; of --text, --svg and --png it is");
		return -1;
	}
	if (o->scale && o->format != VIEW_PNG) {
		message("--scale: is of --png");
		return -1;
	}
	if ((o->letters || o->color != COLOR_AUTO) && o->format != VIEW_TEXT) {
		message("%s: is of --text", o->letters ? "--letters" : "--color");
		return -1;
	}
	if (!o->output && isatty(STDOUT_FILENO) &&
	    (o->format == VIEW_HTML || o->format == VIEW_PNG)) {
		message("view: a terminal cannot show this; name a file with -o, or say --text");
		return -1;
	}
	return 0;
}

/* Without a format, the output's name decides; a name without an ending gets a page. */
static int choose_format(struct view_options *o)
{
	static const struct {
		const char *ending;
		enum view_format format;
	} known[] = {
		{ ".html", VIEW_HTML }, { ".htm", VIEW_HTML }, { ".svg", VIEW_SVG },
		{ ".png", VIEW_PNG },	{ ".txt", VIEW_TEXT }, { "", VIEW_HTML },
	};
	const char *ending;

	if (!o->output || o->format_given)
		return 0;
	ending = output_ending(o->output);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(ending, known[i].ending)) {
			o->format = known[i].format;
			return 0;
		}
	message("view: -o %s: .html, .txt, .svg and .png are what can be drawn, not %s", o->output,
		ending);
	return -1;
}

/**
 * view_options_parse - read the command's arguments
 * @o: filled in
 * @argc: number of arguments
 * @argv: the arguments; permuted
 *
 * Return: 0; -1 with a message on stderr.
 */
int view_options_parse(struct view_options *o, int argc, char **argv)
{
	int key;

	*o = (struct view_options){ .at_ns = AT_END };
	optind = 0;
	while ((key = option_next(CMD_VIEW, argc, argv)) != OPTIONS_END)
		if (take_option(o, key, optarg))
			return -1;
	if (choose_format(o))
		return -1;
	for (; optind < argc; optind++)
		if (options_push(o->report, &o->nr_reports, MAX_POLICIES, argv[optind]))
			return -1;
	if (!o->nr_reports) {
		message("view: name a report of `fragreplay run --timeline`;"
			" see `fragreplay help view`");
		return -1;
	}
	return check_format(o);
}

static bool environment_is(const char *name, const char *part)
{
	const char *value = getenv(name);

	return value && strstr(value, part);
}

/* The first of these variables that is set decides, as in setlocale(3). */
static bool is_utf8(void)
{
	static const char *const name[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (int i = 0; i < 3; i++) {
		const char *value = getenv(name[i]);

		if (value && *value)
			return strstr(value, "UTF-8") || strstr(value, "utf8") ||
			       strstr(value, "UTF8") || strstr(value, "utf-8");
	}
	return false;
}

/* Color is for a terminal that shows it, unless the user wants none (no-color.org). */
static bool wants_color(bool terminal)
{
	const char *term = getenv("TERM");

	return terminal && !color_unwanted() && term && *term && is_utf8();
}

/**
 * view_text_style - choose how text looks by where it goes
 * @o: the options
 * @style: filled in
 */
void view_text_style(const struct view_options *o, struct text_style *style)
{
	bool terminal = !o->output && isatty(STDOUT_FILENO);
	int width = terminal_width();

	*style = (struct text_style){ .letters = o->letters, .width = PLAIN_WIDTH };
	style->color = o->color == COLOR_ALWAYS ||
			(o->color == COLOR_AUTO && !o->letters && wants_color(terminal));
	style->truecolor = environment_is("COLORTERM", "truecolor") ||
			    environment_is("COLORTERM", "24bit");
	if (terminal)
		style->width = (unsigned int)width;
}
