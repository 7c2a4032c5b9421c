// SPDX-License-Identifier: GPL-2.0-only
/*
 * A trace without snapshots beside it is read twice. How far the memory reaches, and which pages
 * were free, must be known before the replay begins; the first pass finds it out.
 */
#include <stdio.h>
#include <string.h>

#include "parsers/trace.h"
#include "recording.h"

static int extend_by_record(struct trace_extent *e, const struct record *r, struct recording *m)
{
	unsigned int order = r->type == REC_FREE_BATCHED ? 0 : r->order;

	if (r->type == REC_WRITE_FOLIO)
		e->swapouts += !!(r->write_folio.reclaim_flags & RECLAIM_WB_ANON);
	e->reclaims += r->type == REC_SHRINK_INACTIVE || r->type == REC_DIRECT_RECLAIM_BEGIN ||
		       r->type == REC_BALANCE_BEGIN;
	if (r->type != REC_ALLOC && r->type != REC_FREE && r->type != REC_FREE_BATCHED)
		return 0;
	if (r->pfn == REC_NO_PFN || order > MAX_PAGE_ORDER)
		return 0;
	if (r->pfn + (1u << order) > e->max_pfn)
		e->max_pfn = r->pfn + (1u << order);
	return recording_first_seen(m, r->pfn, order, r->type == REC_ALLOC);
}

/**
 * trace_extent_read - read a trace once and note what it shows of the recorded machine
 * @e: filled in
 * @path: the trace
 * @opt: as for trace_open()
 * @m: its recording_first_seen() is called for every page that the trace names
 * @stop: end early when this is set
 * @err: message naming file, place and remedy
 * @errlen: its size
 *
 * Return: 0; -1 with @err filled.
 */
int trace_extent_read(struct trace_extent *e, const char *path, const struct trace_options *opt,
		      struct recording *m, const volatile sig_atomic_t *stop, char *err,
		      size_t errlen)
{
	struct trace *t = trace_open(path, opt, err, errlen);
	const struct trace_info *info;
	const struct record *rec;
	bool no_memory = false;
	long n;

	memset(e, 0, sizeof(*e));
	if (!t)
		return -1;
	while ((n = trace_read(t, &rec)) > 0 && !*stop && !no_memory)
		for (long i = 0; i < n && !no_memory; i++)
			no_memory = extend_by_record(e, &rec[i], m) != 0;
	if (n < 0)
		snprintf(err, errlen, "%s", trace_error(t));
	else if (no_memory)
		snprintf(err, errlen, "%s: no memory for a map of the pages it names", path);
	info = trace_get_info(t);
	e->cpus = info->cpus;
	snprintf(e->kernel, sizeof(e->kernel), "%s", info->kernel ? info->kernel : "");
	trace_close(t);
	return n < 0 || no_memory ? -1 : 0;
}
