/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FRAGREPLAY_VIEW_OPTIONS_H
#define FRAGREPLAY_VIEW_OPTIONS_H

#include "base/color.h"
#include "options.h"
#include "view/view.h"

enum view_format { VIEW_HTML, VIEW_TEXT, VIEW_SVG, VIEW_PNG };

/* What the command line of `view` says. */
struct view_options {
	const char *report[MAX_POLICIES];
	unsigned int nr_reports;
	const char *policy[MAX_POLICIES];	/* labels; none: all */
	unsigned int nr_policies;
	const char *output;
	enum view_format format;
	enum color_when color;
	uint64_t at_ns;				/* or AT_END */
	unsigned int scale;			/* 0: not given */
	bool format_given, at_given, letters;
};

int view_options_parse(struct view_options *o, int argc, char **argv);
void view_text_style(const struct view_options *o, struct text_style *style);

#endif
