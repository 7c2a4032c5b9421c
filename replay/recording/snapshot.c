// SPDX-License-Identifier: GPL-2.0-only
/*
 * A recording directory becomes a struct recording: each side's files in an order in which later
 * ones can lean on earlier ones, then the question whether they belong together.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "internal.h"

struct snap_file {
	const char *name;
	int (*parse)(struct snap_text *t, struct snapshot *s, struct recording *m);
	const char *without; /* what is not known without this file, for the notes */
	bool settings;	     /* it holds settings, not a moment: only that of before/ is read */
};

/* buddyinfo stands before pagetypeinfo, whose capped counts it completes */
static const struct snap_file snap_files[] = {
	{ "version", parse_version, "the newest kernel known is assumed", true },
	{ "zoneinfo", parse_zoneinfo, "zones are inferred", false },
	{ "buddyinfo", parse_buddyinfo, "free buddies are not checked by order", false },
	{ "pagetypeinfo", parse_pagetypeinfo, "pageblock types are guessed", false },
	{ "vmstat", parse_vmstat, "counters cannot be compared", false },
	{ "meminfo", parse_meminfo, NULL, true },
	{ "swaps", parse_swaps, NULL, true },
	{ "sysctl_vm", parse_sysctl_vm, "defaults are assumed", true },
	{ "thp", parse_thp, "THP defrag=madvise is assumed", true },
};

const char *const sysctl_from_names[] = {
	[SYSCTL_FROM_DEFAULT] = "default",
	[SYSCTL_FROM_RECORDING] = "recording",
	[SYSCTL_FROM_USER] = "user",
};

/**
 * recording_defaults - set what holds where no file says otherwise
 * @m: its settings are set; all else stays as it is
 *
 * Sysctls have the defaults of the kernel's sources, THP is as Debian configures its kernels.
 */
void recording_defaults(struct recording *m)
{
	m->sysctl = sysctl_defaults;
	memset(m->sysctl_from, SYSCTL_FROM_DEFAULT, sizeof(m->sysctl_from));
	m->thp_defrag = THP_DEFRAG_MADVISE;
	m->thp_enabled = THP_ENABLED_ALWAYS;
	m->source = "inferred";
}

static int load_file(const struct snap_file *f, struct recording *m, struct snapshot *s,
		     const char *dir, const char *side, char *err, size_t errlen)
{
	struct snap_text t;
	int ret = snap_open(&t, dir, f->name, err, errlen);

	if (ret < 0)
		return -1;
	if (!ret) {
		if (f->without)
			recording_note(m, "%s/%s is missing: %s", side, f->name, f->without);
		return 0;
	}
	if (!f->settings || s == &m->before)
		ret = f->parse(&t, s, m);
	else
		ret = 0;
	snap_close(&t);
	return ret;
}

static int load_flags(struct recording *m, struct snapshot *s, const char *dir, const char *side,
		      char *err, size_t errlen)
{
	uint32_t nr_count = 0;
	int ret = snap_flags_load(dir, "kpageflags", &s->kpageflags, &s->nr_pfns, err, errlen);

	if (ret < 0)
		return -1;
	if (!ret)
		recording_note(m, "%s/kpageflags is missing: which pages are free is not known",
			       side);
	ret = snap_flags_load(dir, "kpagecount", &s->kpagecount, &nr_count, err, errlen);
	if (ret > 0 && s->kpageflags && nr_count != s->nr_pfns) {
		snprintf(err, errlen,
			 "%s/kpagecount: holds %u pages, kpageflags %u: one of them was cut short; record again, or remove kpagecount to go on without it",
			 dir, nr_count, s->nr_pfns);
		return -1;
	}
	if (ret > 0 && !s->kpageflags) {
		free(s->kpagecount);
		s->kpagecount = NULL;
	}
	return ret < 0 ? -1 : 0;
}

static int load_side(struct recording *m, struct snapshot *s, const char *dir, const char *side,
		     char *err, size_t errlen)
{
	char path[4096];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", dir, side);
	if (stat(path, &st) && errno == ENOENT) {
		recording_note(m, "%s/ is missing", side);
		return 0;
	}
	for (size_t i = 0; i < sizeof(snap_files) / sizeof(snap_files[0]); i++)
		if (load_file(&snap_files[i], m, s, path, side, err, errlen))
			return -1;
	if (load_flags(m, s, path, side, err, errlen) || snap_check_side(s, path, err, errlen))
		return -1;
	if (s->kpageflags && s->have_zoneinfo)
		snap_mark_holes(s, m, side);
	if (s->kpageflags)
		snap_expand_buddy_heads(s, m, side);
	if (snap_check_flags(s, path, err, errlen))
		return -1;
	s->present = true;
	return 0;
}

/* Sides whose texts differ are of different boots. A file that one side lacks is no error. */
static int check_same_text(const char *dir, const char *name, char *err, size_t errlen)
{
	char path[2][4096];
	struct snap_text t[2];
	int ret[2], same;

	for (int i = 0; i < 2; i++) {
		snprintf(path[i], sizeof(path[i]), "%s/%s", dir, i ? "after" : "before");
		ret[i] = snap_open(&t[i], path[i], name, err, errlen);
	}
	same = ret[0] <= 0 || ret[1] <= 0 || !strcmp(t[0].buf, t[1].buf);
	for (int i = 0; i < 2; i++)
		if (ret[i] > 0)
			snap_close(&t[i]);
	if (ret[0] < 0 || ret[1] < 0)
		return -1;
	if (same)
		return 0;
	snprintf(err, errlen,
		 "%s/after/%s: is not the same as before/%s: the two sides are of different machines or boots; record again, or remove after/ to go on without it",
		 dir, name, name);
	return -1;
}

/* sets what follows from the files of before/ together */
static void derive_from_zones(struct recording *m)
{
	const struct snapshot *s = &m->before;
	uint64_t min = 0;

	if (!s->have_zoneinfo)
		return;
	m->source = s->kpageflags ? "kpageflags" : "zoneinfo";
	m->nr_cpus = s->nr_cpus < MAX_CPUS ? s->nr_cpus : MAX_CPUS;
	if (s->nr_cpus > MAX_CPUS)
		recording_note(m, "%u CPUs are folded into %d", s->nr_cpus, MAX_CPUS);
	for (int i = 0; i < MAX_NR_ZONES; i++) {
		const struct snap_zone *z = &s->zone[i];

		if (!z->populated)
			continue;
		if (z->start_pfn + z->spanned > m->max_pfn)
			m->max_pfn = z->start_pfn + z->spanned;
		if (i != ZONE_MOVABLE)
			min += z->wmark[WMARK_MIN];
	}
	if (m->have_sysctl)
		return;
	/* the marks of all zones add up to it, but for the rounding of each zone's share */
	m->sysctl.min_free_kbytes = (uint32_t)(min << (PAGE_SHIFT - 10));
	m->sysctl_from[SYSCTL_min_free_kbytes] = SYSCTL_FROM_RECORDING;
}

/**
 * recording_load - read before/ and after/ of a recording
 * @m: filled in
 * @dir: the recording directory
 * @err: message naming file, place and remedy
 * @errlen: its size
 *
 * Missing directories are no error (->present false). A file that is there but cut short,
 * malformed, or of another machine than its twin is one.
 *
 * Return: 0 or -1.
 */
int recording_load(struct recording *m, const char *dir, char *err, size_t errlen)
{
	static const char *const same[] = { "version", "cmdline" };
	struct stat st;

	memset(m, 0, sizeof(*m));
	recording_defaults(m);
	if (stat(dir, &st)) {
		snprintf(err, errlen, "%s: %s; give the directory of a recording", dir,
			 strerror(errno));
		return -1;
	}
	if (!S_ISDIR(st.st_mode)) {
		snprintf(err, errlen, "%s: is no directory; give the directory of a recording",
			 dir);
		return -1;
	}
	if (load_side(m, &m->before, dir, "before", err, errlen) ||
	    load_side(m, &m->after, dir, "after", err, errlen))
		goto fail;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (check_same_text(dir, same[i], err, errlen))
			goto fail;
	if (m->before.present && m->after.present && snap_check_twins(m, dir, err, errlen))
		goto fail;
	derive_from_zones(m);
	return 0;
fail:
	recording_release(m);
	return -1;
}

/**
 * recording_release - free what recording_load() and recording_first_seen() allocated
 * @m: recording; may be released twice
 */
void recording_release(struct recording *m)
{
	struct snapshot *side[] = { &m->before, &m->after };

	for (int i = 0; i < 2; i++) {
		free(side[i]->kpageflags);
		free(side[i]->kpagecount);
		side[i]->kpageflags = side[i]->kpagecount = NULL;
		side[i]->nr_pfns = 0;
	}
	free(m->first_seen);
	m->first_seen = NULL;
	m->nr_first_seen = 0;
}

/**
 * snapshot_vmstat - look up a counter of /proc/vmstat
 * @s: one side
 * @name: the counter's, as the kernel prints it
 * @value: filled in when the counter is there
 *
 * Return: true when the recorded kernel has such a counter.
 */
bool snapshot_vmstat(const struct snapshot *s, const char *name, uint64_t *value)
{
	for (unsigned int i = 0; i < s->nr_vmstat; i++) {
		if (strcmp(s->vmstat[i].name, name))
			continue;
		*value = s->vmstat[i].value;
		return true;
	}
	return false;
}

/**
 * recording_delta - what the workload moved a counter by
 * @m: recording
 * @name: as in /proc/vmstat
 * @delta: set on success
 *
 * Return: whether both snapshots have this counter, and it has not shrunk.
 */
bool recording_delta(const struct recording *m, const char *name, uint64_t *delta)
{
	uint64_t before, after;

	if (!snapshot_vmstat(&m->before, name, &before) ||
	    !snapshot_vmstat(&m->after, name, &after) || after < before)
		return false;
	*delta = after - before;
	return true;
}
