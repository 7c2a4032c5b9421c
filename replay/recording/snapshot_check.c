// SPDX-License-Identifier: GPL-2.0-only
/*
 * The files of a recording must belong together. Copies get mixed up, and a replay of one machine's
 * events in another machine's memory would be wrong without looking wrong.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

static uint64_t zone_blocks(const struct snap_zone *z)
{
	uint64_t n = 0;

	for (int mt = 0; mt < MIGRATE_TYPES; mt++)
		n += z->pageblocks[mt];
	return n;
}

/* Is the difference more than a quarter of memory? */
static bool differs(uint64_t a, uint64_t b, uint64_t memory)
{
	return (a > b ? a - b : b - a) > memory / 4;
}

static int check_flags_size(const struct snapshot *s, const char *dir, char *err, size_t errlen)
{
	for (int i = 0; i < MAX_NR_ZONES; i++) {
		const struct snap_zone *z = &s->zone[i];
		uint64_t end = (uint64_t)z->start_pfn + z->spanned;

		if (!z->populated || end <= s->nr_pfns)
			continue;
		snprintf(err, errlen,
			 "%s/kpageflags: holds %u pages, but zone %s in %s/zoneinfo ends at page %" PRIu64 ": cut short, or of another machine; record again, or remove kpageflags to go on without it",
			 dir, s->nr_pfns, zone_names[i], dir, end);
		return -1;
	}
	return 0;
}

/*
 * kpageflags and zoneinfo are read one after the other, so that counts differ a little, but a file
 * of nothing but zeros or ones, or of another machine of this size, differs by much of memory.
 */
static int check_flags_fit(const struct snapshot *s, const char *dir, char *err, size_t errlen)
{
	uint64_t present = 0, free = 0, there = 0, buddy = 0;
	uint64_t first = s->kpageflags[0], same = 0;

	for (int i = 0; i < MAX_NR_ZONES; i++) {
		const struct snap_zone *z = &s->zone[i];

		if (!z->populated)
			continue;
		present += z->present;
		free += z->free;
		for (uint32_t pfn = z->start_pfn; pfn < z->start_pfn + z->spanned; pfn++) {
			enum snap_page kind = snapshot_page_kind(s, pfn);

			there += kind != SNAP_ABSENT;
			buddy += kind == SNAP_BUDDY;
			same += s->kpageflags[pfn] == first;
		}
	}
	if (same < present && !differs(there, present, present) && !differs(buddy, free, present))
		return 0;
	snprintf(err, errlen,
		 "%s/kpageflags: has %" PRIu64 " pages, of which %" PRIu64 " are free, but"
		 " %s/zoneinfo has %" PRIu64 " and %" PRIu64
		 ": damaged, or of another machine; record"
		 " again, or remove kpageflags to go on without it",
		 dir, there, buddy, dir, present, free);
	return -1;
}

/*
 * Zones share no pageblock. Folding makes them overlap when several nodes each have a Normal and a
 * Movable zone: the model, which has one node, cannot hold the memory of such a machine.
 */
static int check_overlap(const struct snapshot *s, const char *dir, char *err, size_t errlen)
{
	for (int i = 0; i < MAX_NR_ZONES; i++)
		for (int k = i + 1; k < MAX_NR_ZONES; k++) {
			const struct snap_zone *a = &s->zone[i], *b = &s->zone[k];
			uint32_t a1 = a->start_pfn / pageblock_nr_pages;
			uint32_t b1 = b->start_pfn / pageblock_nr_pages;
			uint32_t a2 = (a->start_pfn + a->spanned - 1) / pageblock_nr_pages;
			uint32_t b2 = (b->start_pfn + b->spanned - 1) / pageblock_nr_pages;

			if (!a->populated || !b->populated || a1 > b2 || b1 > a2)
				continue;
			snprintf(err, errlen,
				 "%s/zoneinfo: zones %s and %s overlap%s; record again, or replay the trace.dat alone with --memory",
				 dir, zone_names[i], zone_names[k],
				 s->nr_nodes > 1 ? " once the nodes are folded into one" : "");
			return -1;
		}
	return 0;
}

/**
 * snap_check_flags - do the page flags of a side fit its counts?
 * @s: before or after, with all that follows from the flags filled in
 * @dir: its directory
 * @err: message naming both files and the remedy
 * @errlen: its size
 *
 * Return: 0 or -1.
 */
int snap_check_flags(const struct snapshot *s, const char *dir, char *err, size_t errlen)
{
	if (!s->kpageflags || !s->have_zoneinfo)
		return 0;
	return check_flags_fit(s, dir, err, errlen);
}

/**
 * snap_check_side - is one side of a recording of one machine?
 * @s: before or after, all files read
 * @dir: its directory
 * @err: message naming both files and the remedy
 * @errlen: its size
 *
 * Only sizes are compared: counts of free pages differ between files, which are read one after the
 * other.
 *
 * Return: 0 or -1.
 */
int snap_check_side(const struct snapshot *s, const char *dir, char *err, size_t errlen)
{
	if (!s->have_zoneinfo)
		return 0;
	if (check_overlap(s, dir, err, errlen))
		return -1;
	if (s->kpageflags && check_flags_size(s, dir, err, errlen))
		return -1;
	for (int i = 0; s->have_pagetypeinfo && i < MAX_NR_ZONES; i++) {
		const struct snap_zone *z = &s->zone[i];
		uint64_t n = zone_blocks(z);

		/* a zone's first and last block may stick out of it; holes have no blocks */
		if (n * pageblock_nr_pages >= z->present &&
		    n <= z->spanned / pageblock_nr_pages + 2)
			continue;
		snprintf(err, errlen,
			 "%s/pagetypeinfo: zone %s has %" PRIu64 " pageblocks, which does not fit the %u pages in %s/zoneinfo: of another machine; record again, or remove pagetypeinfo to go on without it",
			 dir, zone_names[i], n, z->present, dir);
		return -1;
	}
	return 0;
}

static int refuse_twins(const char *dir, const char *file, const char *what, uint64_t a, uint64_t b,
			char *err, size_t errlen)
{
	snprintf(err, errlen,
		 "%s/after/%s: %s is %" PRIu64 ", in before/%s it was %" PRIu64 ": the two sides are of different machines or boots; record again, or remove after/ to go on without it",
		 dir, file, what, b, file, a);
	return -1;
}

static uint64_t counter_or_0(const struct snapshot *s, const char *name)
{
	uint64_t v = 0;

	snapshot_vmstat(s, name, &v);
	return v;
}

static bool counter_moved(const struct recording *m, const char *name)
{
	return counter_or_0(&m->before, name) != counter_or_0(&m->after, name);
}

/* a balloon in the guest takes managed pages away and gives them back */
static bool balloon_moved(const struct recording *m)
{
	return counter_moved(m, "balloon_inflate") || counter_moved(m, "balloon_deflate");
}

static int check_zone_twins(struct recording *m, int i, const char *dir, char *err, size_t errlen)
{
	const struct snap_zone *a = &m->before.zone[i], *b = &m->after.zone[i];
	const struct { const char *what; uint64_t a, b; } same[] = {
		{ "start_pfn", a->start_pfn, b->start_pfn },
		{ "spanned", a->spanned, b->spanned },
		{ "present", a->present, b->present },
	};
	char what[64];

	for (size_t k = 0; k < sizeof(same) / sizeof(same[0]); k++) {
		snprintf(what, sizeof(what), "zone %s: %s", zone_names[i], same[k].what);
		if (same[k].a != same[k].b)
			return refuse_twins(dir, "zoneinfo", what, same[k].a, same[k].b, err,
					    errlen);
	}
	if (a->managed == b->managed)
		return 0;
	snprintf(what, sizeof(what), "zone %s: managed", zone_names[i]);
	if (!balloon_moved(m))
		return refuse_twins(dir, "zoneinfo", what, a->managed, b->managed, err, errlen);
	recording_note(m, "a balloon changed %s from %u to %u pages during the trace: not replayed",
		       what, a->managed, b->managed);
	return 0;
}

/* Counters of events only grow while a kernel runs. */
static int check_growth(const struct recording *m, const char *dir, char *err, size_t errlen)
{
	static const char *const names[] = { "pgfree", "pgfault", "pgalloc_normal",
					     "pgalloc_dma32" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		uint64_t a, b;

		if (!snapshot_vmstat(&m->before, names[i], &a) ||
		    !snapshot_vmstat(&m->after, names[i], &b) || b >= a)
			continue;
		snprintf(err, errlen,
			 "%s/after/vmstat: %s went back from %" PRIu64 " to %" PRIu64 ": before/ and after/ are swapped or of different boots; record again, or remove after/",
			 dir, names[i], a, b);
		return -1;
	}
	return 0;
}

/**
 * snap_check_twins - are both sides of the same machine and boot?
 * @m: both sides read
 * @dir: the recording
 * @err: message naming file, difference and remedy
 * @errlen: its size
 *
 * Return: 0 or -1.
 */
int snap_check_twins(struct recording *m, const char *dir, char *err, size_t errlen)
{
	const struct snapshot *a = &m->before, *b = &m->after;

	if (a->have_zoneinfo && b->have_zoneinfo) {
		if (a->nr_cpus != b->nr_cpus)
			return refuse_twins(dir, "zoneinfo", "the number of CPUs", a->nr_cpus,
					    b->nr_cpus, err, errlen);
		if (a->nr_nodes != b->nr_nodes)
			return refuse_twins(dir, "zoneinfo", "the number of nodes", a->nr_nodes,
					    b->nr_nodes, err, errlen);
		for (int i = 0; i < MAX_NR_ZONES; i++)
			if (check_zone_twins(m, i, dir, err, errlen))
				return -1;
	}
	if (a->kpageflags && b->kpageflags && a->nr_pfns != b->nr_pfns)
		return refuse_twins(dir, "kpageflags", "the number of pages", a->nr_pfns,
				    b->nr_pfns, err, errlen);
	return check_growth(m, dir, err, errlen);
}
