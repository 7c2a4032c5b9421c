/* SPDX-License-Identifier: GPL-2.0-only */
/* `fragreplay view` draws these pictures of reports. */
#ifndef FRAGREPLAY_VIEW_H
#define FRAGREPLAY_VIEW_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/block_state.h"

/* the page for a browser */
int view_html(json_t *const *reports, const char *const *names, unsigned int n, FILE *out);

/* --text, --svg and --png draw one panel a policy, at one moment */
#define AT_END	UINT64_MAX

/**
 * struct panel - a policy's blocks at a moment, and its main numbers
 * @report: what the user called the report
 * @label: of the policy
 * @zone: as in the report
 * @nr_blocks: of all zones
 * @state: of each
 * @t_ns: the moment; the last of the map that is not after the one asked for
 * @at_end: it is the last there is
 * @count: blocks by class
 * @thp_known: of this moment, or of the whole run at its end
 */
struct panel {
	const char *report, *label;
	struct blockmap_zone zone[MAX_NR_ZONES];
	u32 nr_zones, nr_blocks;
	u8 *state;
	u64 t_ns;
	bool at_end;
	u32 count[NR_BLOCK_CLASSES];
	bool thp_known;
	u64 thp_success, thp_attempts;
};

int view_panel_load(struct panel *p, const json_t *policy, u64 at_ns, char *err, size_t errlen);
void view_panel_release(struct panel *p);
void view_panel_thp_text(const struct panel *p, char *text, size_t len);

/* all panels of a picture */
struct picture {
	const struct panel *panel;
	unsigned int nr;
	const char *source; /* of the reports' trace, kernel and seed; "" when they differ */
};

/* how text is to look */
struct text_style {
	bool color, truecolor;	/* half blocks in color, on a terminal that shows them */
	bool letters;			/* classes instead of digits */
	u32 width;			/* columns */
};

int view_text(const struct picture *pic, const struct text_style *style, FILE *out);
int view_svg(const struct picture *pic, FILE *out);
int view_png(const struct picture *pic, unsigned int scale, FILE *out);

#endif
