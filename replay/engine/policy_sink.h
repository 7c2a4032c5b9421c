/* SPDX-License-Identifier: GPL-2.0-only */
/* What a policy's report() and sample() write, as objects of the report. */
#ifndef FRAGREPLAY_POLICY_SINK_H
#define FRAGREPLAY_POLICY_SINK_H

#include <jansson.h>

#include "mm/mm.h"

bool report_name_taken(const char *name);

json_t *sink_collect(const struct policy_ops *ops, const struct mm *mm,
		     void (*write)(const struct mm *, const void *, struct policy_sink *),
		     bool tell);

#endif
