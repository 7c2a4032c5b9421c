/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One pass over a trace without a model: the highest pfn, from which a machine without snapshots
 * is inferred, and the extfrag events by class, which check holds the model's against.
 */
#include <string.h>

#include "cmd.h"

/* tracepoints.md 3.5; without ownership change a steal and a capture look the same */
static enum extfrag_class extfrag_class_of(const struct record *r)
{
	if (!r->a)
		return EXTFRAG_STEAL;
	return r->order2 >= pageblock_order ? EXTFRAG_CLAIM_BLOCK : EXTFRAG_CLAIM_PART;
}

static void prescan_record(struct prescan *p, const struct record *r)
{
	switch (r->type) {
	case REC_EXTFRAG:
		p->extfrag[extfrag_class_of(r)]++;
		break;
	case REC_ALLOC:
	case REC_FREE:
	case REC_FREE_BATCHED:
		break;
	default:
		return;
	}
	if (r->pfn != REC_NO_PFN && r->order < 64 && r->pfn + (1ull << r->order) > p->max_pfn)
		p->max_pfn = r->pfn + (1ull << r->order);
}

/**
 * prescan_trace - read a trace once and note what it shows
 * @p: filled in
 * @path: the trace
 * @opt: as for trace_open()
 * @err: message naming file, place and remedy
 * @errlen: its size
 *
 * Return: 0; -1 with @err filled.
 */
int prescan_trace(struct prescan *p, const char *path, const struct trace_options *opt,
		  char *err, size_t errlen)
{
	struct trace *t = trace_open(path, opt, err, errlen);
	const struct trace_info *info;
	const struct record *rec;
	long n;

	memset(p, 0, sizeof(*p));
	if (!t)
		return -1;
	while ((n = trace_read(t, &rec)) > 0 && !interrupted)
		for (long i = 0; i < n; i++)
			prescan_record(p, &rec[i]);
	if (n < 0)
		snprintf(err, errlen, "%s", trace_error(t));
	info = trace_get_info(t);
	p->records = info->records;
	p->cpus = info->cpus;
	snprintf(p->kernel, sizeof(p->kernel), "%s", info->kernel ? info->kernel : "");
	trace_close(t);
	return n < 0 ? -1 : 0;
}
