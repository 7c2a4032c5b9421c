/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One pass over a trace without a model: the highest pfn, from which a machine without snapshots
 * is inferred, and the extfrag events by class, which check holds the model's against.
 */
#include <stdio.h>
#include <string.h>

#include "prescan.h"
#include "base/interrupt.h"
#include "recording/recording.h"

/* tracepoints.md 3.5; without ownership change a steal and a capture look the same */
static enum extfrag_class extfrag_class_of(const struct record *r)
{
	if (!r->extfrag.change_ownership)
		return EXTFRAG_STEAL;
	return r->extfrag.fallback_order >= pageblock_order ? EXTFRAG_CLAIM_BLOCK :
							      EXTFRAG_CLAIM_PART;
}

static int prescan_record(struct prescan *p, const struct record *r, struct recording *m)
{
	u32 order = r->order;

	switch (r->type) {
	case REC_EXTFRAG:
		p->extfrag[extfrag_class_of(r)]++;
		return 0;
	case REC_FREE_BATCHED:
		order = 0;
		break;
	case REC_ALLOC:
	case REC_FREE:
		break;
	default:
		return 0;
	}
	if (r->pfn == REC_NO_PFN || order > MAX_PAGE_ORDER)
		return 0;
	if (r->pfn + (1u << order) > p->max_pfn)
		p->max_pfn = r->pfn + (1u << order);
	return m ? recording_first_seen(m, r->pfn, order, r->type == REC_ALLOC) : 0;
}

static int prescan_batch(struct prescan *p, const struct record *rec, long n, struct recording *m)
{
	for (long i = 0; i < n; i++)
		if (prescan_record(p, &rec[i], m))
			return -1;
	return 0;
}

/**
 * prescan_trace - read a trace once and note what it shows
 * @p: filled in
 * @path: the trace
 * @opt: as for trace_open()
 * @m: machine that is told which pages were free at the start, or NULL
 * @err: message naming file, place and remedy
 * @errlen: its size
 *
 * Return: 0; -1 with @err filled.
 */
int prescan_trace(struct prescan *p, const char *path, const struct trace_options *opt,
		  struct recording *m, char *err, size_t errlen)
{
	struct trace *t = trace_open(path, opt, err, errlen);
	const struct trace_info *info;
	const struct record *rec;
	bool no_memory = false;
	long n;

	memset(p, 0, sizeof(*p));
	if (!t)
		return -1;
	while ((n = trace_read(t, &rec)) > 0 && !interrupted && !no_memory)
		no_memory = prescan_batch(p, rec, n, m) != 0;
	if (n < 0)
		snprintf(err, errlen, "%s", trace_error(t));
	else if (no_memory)
		snprintf(err, errlen, "%s: no memory for a map of the pages it names", path);
	info = trace_get_info(t);
	p->records = info->records;
	p->cpus = info->cpus;
	snprintf(p->kernel, sizeof(p->kernel), "%s", info->kernel ? info->kernel : "");
	trace_close(t);
	return n < 0 || no_memory ? -1 : 0;
}
