// SPDX-License-Identifier: GPL-2.0-only
/*
 * Repetitions of a recording are directories with the same snapshots before and after, whose traces
 * are not needed. They are named by --repeat, or lie in the recording's own folder `repeats`.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/interrupt.h"
#include "cmd_check.h"
#include "options.h"

static int take_one(const char *path, repeat_taker take, void *ctx, char *err, size_t errlen)
{
	struct recording *m = calloc(1, sizeof(*m));
	int ret = -1;

	if (!m) {
		snprintf(err, errlen, "out of memory");
		return -1;
	}
	if (!recording_load(m, path, err, errlen)) {
		if (m->before.present && m->after.present)
			ret = take(ctx, m, path, err, errlen);
		else
			snprintf(err, errlen,
				 "%s: a repetition needs before/ and after/: there is"
				 " nothing to read a spread from",
				 path);
		recording_release(m);
	}
	free(m);
	return ret;
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/**
 * repeats_of_directory - the repetitions that lie in a recording
 * @dir: the recording
 * @take: called with each, in the order of their names
 * @ctx: for @take
 * @err: message naming file, place and remedy
 * @errlen: its size
 *
 * Return: 0, also when there is none; -1 with @err filled.
 */
int repeats_of_directory(const char *dir, repeat_taker take, void *ctx, char *err, size_t errlen)
{
	char folder[4096 + 16], path[sizeof(folder) + 256];
	struct dirent **entry;
	struct stat st;
	int nr, ret = 0;

	snprintf(folder, sizeof(folder), "%s/repeats", dir);
	nr = scandir(folder, &entry, is_visible, alphasort);
	if (nr < 0)
		return 0;
	for (int i = 0; i < nr; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, entry[i]->d_name);
		if (!ret && !interrupted && !stat(path, &st) && S_ISDIR(st.st_mode))
			ret = take_one(path, take, ctx, err, errlen);
		free(entry[i]);
	}
	free(entry);
	return ret;
}

/**
 * repeats_of_options - the repetitions that the user named
 * @o: options
 * @take: called with each, in the order given
 * @ctx: for @take
 * @err: message naming file, place and remedy
 * @errlen: its size
 *
 * Return: 0; -1 with @err filled.
 */
int repeats_of_options(const struct options *o, repeat_taker take, void *ctx, char *err,
		       size_t errlen)
{
	int ret = 0;

	for (unsigned int i = 0; i < o->nr_repeats && !interrupted && !ret; i++)
		ret = take_one(o->repeat[i], take, ctx, err, errlen);
	return ret;
}
