/* SPDX-License-Identifier: GPL-2.0-only */
/* What one more pass over a trace shows of it. */
#ifndef FRAGREPLAY_PRESCAN_H
#define FRAGREPLAY_PRESCAN_H

#include "mm/mmzone.h"
#include "parsers/trace.h"

struct recording;

struct prescan {
	uint64_t max_pfn;		/* one past the highest pfn named */
	uint64_t records;
	unsigned int cpus;
	char kernel[128];
	uint64_t extfrag[NR_EXTFRAG_CLASS];	/* events by class; capture counts as a steal */
};

int prescan_trace(struct prescan *p, const char *path, const struct trace_options *opt,
		  struct recording *m, char *err, size_t errlen);

#endif
