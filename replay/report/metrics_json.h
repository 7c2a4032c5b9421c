/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of metrics as JSON. */
#ifndef FRAGREPLAY_METRICS_JSON_H
#define FRAGREPLAY_METRICS_JSON_H

#include <jansson.h>

struct metric;

json_t *metric_json(const char *name, const struct metric *m);
json_t *metrics_curves(void);
json_t *metrics_document(void);

#endif
