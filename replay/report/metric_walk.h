/* SPDX-License-Identifier: GPL-2.0-only */
/* The numbers of one policy's results, by name, read from the JSON of a report. */
#ifndef FRAGREPLAY_METRIC_WALK_H
#define FRAGREPLAY_METRIC_WALK_H

#include <jansson.h>

typedef int (*flatten_fn)(void *ctx, const char *name, json_t *value);
int report_flatten(const json_t *policy, flatten_fn add, void *ctx);

#endif
