/* SPDX-License-Identifier: GPL-2.0-only */
/* Pictures of reports: what `fragreplay view` draws. */
#ifndef FRAGREPLAY_VIEW_H
#define FRAGREPLAY_VIEW_H

#include <jansson.h>
#include <stdio.h>

int view_html(json_t *const *reports, const char *const *names, unsigned int n, FILE *out);
json_t *view_table(json_t *const *reports, const char *const *names, unsigned int n);

#endif
