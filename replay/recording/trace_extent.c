// SPDX-License-Identifier: GPL-2.0-only
/*
 * A trace without snapshots beside it is read twice. How far the memory reaches, and which pages
 * were free, must be known before the replay begins; the first pass finds it out. Where memory has
 * large holes it is read once more without them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parsers/trace.h"
#include "recording.h"

/* Memory is looked at in pieces of 128 MiB, as x86-64's sparsemem has it. */
#define SECTION_SHIFT 15
#define MAX_SECTIONS  (1u << (40 - SECTION_SHIFT)) /* of 52 bits of physical address */

/* A gap is a hole when it is of 1 GiB and larger than all that the trace names. */
#define HOLE_SECTIONS 8

/* recording_first_seen() keeps a byte a page: of so many before the holes are known */
#define MAP_AT_FIRST (1ull << 26)
#define BYTES_A_PAGE 32 /* that a replay needs */

struct extent_pass {
	struct trace_extent *e;
	struct recording *m;
	uint64_t *sections; /* a bit each; NULL: nobody asks */
	uint64_t nr;	    /* pages named */
	uint64_t low_bits;  /* all pfns of single pages, or-ed */
	uint64_t map_pages; /* pfns below are told to recording_first_seen() */
	bool no_memory;
};

static void note_section(struct extent_pass *p, uint64_t pfn)
{
	uint64_t s = pfn >> SECTION_SHIFT;

	if (p->sections && s < MAX_SECTIONS)
		p->sections[s / 64] |= 1ull << s % 64;
}

static void extend_by_record(struct extent_pass *p, const struct record *r)
{
	unsigned int order = r->type == REC_FREE_BATCHED ? 0 : r->order;
	struct trace_extent *e = p->e;

	if (r->type == REC_WRITE_FOLIO)
		e->swapouts += !!(r->write_folio.reclaim_flags & RECLAIM_WB_ANON);
	e->reclaims += r->type == REC_SHRINK_INACTIVE || r->type == REC_DIRECT_RECLAIM_BEGIN ||
		       r->type == REC_BALANCE_BEGIN;
	if (r->type != REC_ALLOC && r->type != REC_FREE && r->type != REC_FREE_BATCHED)
		return;
	if (r->pfn == REC_NO_PFN || order > MAX_PAGE_ORDER)
		return;
	if (r->pfn + (1u << order) > e->max_pfn)
		e->max_pfn = r->pfn + (1u << order);
	note_section(p, r->pfn);
	p->nr++;
	p->low_bits |= order ? 0 : r->pfn;
	if (r->pfn < p->map_pages)
		p->no_memory |= recording_first_seen(p->m, r->pfn, order, r->type == REC_ALLOC) !=
				0;
}

static int read_pass(struct extent_pass *p, const char *path, const struct trace_options *opt,
		     const volatile sig_atomic_t *stop, char *err, size_t errlen)
{
	struct trace *t = trace_open(path, opt, err, errlen);
	const struct trace_info *info;
	const struct record *rec;
	long n;

	p->e->max_pfn = p->e->swapouts = p->e->reclaims = 0;
	if (!t)
		return -1;
	while ((n = trace_read(t, &rec)) > 0 && !*stop && !p->no_memory)
		for (long i = 0; i < n; i++)
			extend_by_record(p, &rec[i]);
	if (n < 0)
		snprintf(err, errlen, "%s", trace_error(t));
	else if (p->no_memory)
		snprintf(err, errlen, "%s: no memory for a map of the pages it names", path);
	info = trace_get_info(t);
	p->e->cpus = info->cpus;
	snprintf(p->e->kernel, sizeof(p->e->kernel), "%s", info->kernel ? info->kernel : "");
	trace_close(t);
	return n < 0 || p->no_memory ? -1 : 0;
}

static bool section_seen(const struct extent_pass *p, uint64_t s)
{
	return p->sections[s / 64] >> s % 64 & 1;
}

/* Returns the first section from @s on that is named, or @end. */
static uint64_t next_seen(const struct extent_pass *p, uint64_t s, uint64_t end)
{
	while (s < end && !section_seen(p, s))
		s += !(s % 64) && !p->sections[s / 64] ? 64 : 1;
	return s < end ? s : end;
}

/* Finds the gaps of at least @least sections. Returns how many sections they have together. */
static uint64_t find_gaps(struct extent_pass *p, uint64_t end, uint64_t least)
{
	struct trace_extent *e = p->e;
	uint64_t sum = 0;

	e->nr_holes = 0;
	for (uint64_t s = 0; s < end; s++) {
		uint64_t next = next_seen(p, s, end);

		if (next - s >= least) {
			sum += next - s;
			if (e->nr_holes < TRACE_EXTENT_HOLES)
				e->hole[e->nr_holes++] =
					(struct trace_hole){ .start = s << SECTION_SHIFT,
							     .end = next << SECTION_SHIFT };
		}
		s = next;
	}
	return sum;
}

static void find_holes(struct extent_pass *p)
{
	uint64_t end = (p->e->max_pfn + (1u << SECTION_SHIFT) - 1) >> SECTION_SHIFT;
	uint64_t rest = end - find_gaps(p, end, HOLE_SECTIONS);

	find_gaps(p, end, rest >= HOLE_SECTIONS ? rest + 1 : HOLE_SECTIONS);
	for (unsigned int i = 0; i < p->e->nr_holes; i++)
		recording_note(p->m,
			       "memory from %llu to %llu MiB is taken as a hole: no event names"
			       " a page in it; what is above moves down",
			       (unsigned long long)p->e->hole[i].start >> 8,
			       (unsigned long long)p->e->hole[i].end >> 8);
}

/* An address has the place of a byte in its page, which is 0 for the beginning of pages. */
static int check_addresses(const struct extent_pass *p, const char *path, char *err, size_t errlen)
{
	if (p->nr < 8 || !p->low_bits || p->low_bits & 0xfff)
		return 0;
	snprintf(err, errlen,
		 "%s: all pfns are multiples of 4096, so that they are addresses of "
		 "bytes; export the event's own pfn",
		 path);
	return -1;
}

/* Returns how many pages this host has the memory to replay. */
static uint64_t host_pages(void)
{
	return (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE) / BYTES_A_PAGE;
}

/**
 * trace_extent_read - read a trace and note what it shows of the recorded machine
 * @e: filled in
 * @path: the trace
 * @opt: as for trace_open(); if it is to be read without the holes found here, they are in @e
 * @pages: size of memory that was chosen; 0: none, so that holes are looked for
 * @m: its recording_first_seen() is called for every page that the trace names
 * @stop: end early when this is set
 * @err: message naming file, place and remedy
 * @errlen: its size
 *
 * Return: 0; -1 with @err filled.
 */
int trace_extent_read(struct trace_extent *e, const char *path, const struct trace_options *opt,
		      uint64_t pages, struct recording *m, const volatile sig_atomic_t *stop,
		      char *err, size_t errlen)
{
	struct extent_pass p = { .e = e, .m = m, .map_pages = pages ? pages : MAP_AT_FIRST };
	struct trace_options without = *opt;
	int ret;

	memset(e, 0, sizeof(*e));
	if (!pages)
		p.sections = calloc(MAX_SECTIONS / 64, sizeof(*p.sections));
	p.no_memory = !pages && !p.sections;
	ret = read_pass(&p, path, opt, stop, err, errlen);
	if (!ret)
		ret = check_addresses(&p, path, err, errlen);
	if (!ret && !pages)
		find_holes(&p);
	free(p.sections);
	p.sections = NULL;
	if (ret || pages || *stop || (!e->nr_holes && e->max_pfn <= MAP_AT_FIRST))
		return ret;
	for (unsigned int i = 0; i < e->nr_holes; i++)
		e->max_pfn -= e->hole[i].end - e->hole[i].start;
	if (e->max_pfn > host_pages())
		return 0; /* the caller refuses it */
	without.holes = e->hole;
	without.nr_holes = e->nr_holes;
	p.map_pages = e->max_pfn;
	free(m->first_seen);
	m->first_seen = NULL;
	m->nr_first_seen = 0;
	return read_pass(&p, path, &without, stop, err, errlen);
}
