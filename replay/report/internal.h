/* SPDX-License-Identifier: GPL-2.0-only */
/* Each part of a report is made by a file of its own. */
#ifndef FRAGREPLAY_REPORT_INTERNAL_H
#define FRAGREPLAY_REPORT_INTERNAL_H

#include "report.h"

json_t *report_policy(const struct policy_result *run, const struct report_options *o,
		      const struct run_output *out, const struct spread *spread);
json_t *report_policy_counters(const struct policy_result *run);
json_t *report_search(const struct search_hist *h);
json_t *report_spread(const struct policy_result *run, const struct spread *s);
json_t *report_tunables(const struct policy_result *run);
json_t *report_map(const struct blockmap *map);
json_t *report_map_end(const struct blockmap *map);
json_t *report_version(u32 version);

#endif
