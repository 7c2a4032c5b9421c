// SPDX-License-Identifier: GPL-2.0-only
/* Copies of what the kernel says of its memory: counters, zones, settings, page flags. */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "base/message.h"
#include "internal.h"

#define WORD_BYTES (256 << 10)

static const char *const proc_files[] = { "zoneinfo", "buddyinfo", "pagetypeinfo", "meminfo",
					  "swaps",    "version",   "cmdline" };

static FILE *create(const char *dir, const char *name)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	if (!f)
		message("%s: %s", path, strerror(errno));
	return f;
}

static int finish(FILE *f, const char *dir, const char *name)
{
	bool bad = ferror(f);

	if (!fclose(f) && !bad)
		return 0;
	message("%s/%s: %s", dir, name, strerror(errno));
	return -1;
}

/* Returns 0; 1 when it cannot be read, which is said; -1 when it cannot be written. */
static int copy_proc(const char *dir, const char *name)
{
	char path[64], text[4096];
	int fd, ret;
	ssize_t n;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		message("%s: %s: left out", path, strerror(errno));
		return 1;
	}
	f = create(dir, name);
	if (!f) {
		close(fd);
		return -1;
	}
	while ((n = read(fd, text, sizeof(text))) > 0)
		fwrite(text, 1, (size_t)n, f);
	close(fd);
	ret = finish(f, dir, name);
	if (!ret && n < 0) {
		message("%s: cannot be read: left out", path);
		snprintf(text, sizeof(text), "%s/%s", dir, name);
		unlink(text);
		return 1;
	}
	return ret;
}

/* The first bytes of a small file, a line feed for each line; "" when it cannot be read. */
static void read_setting(const char *path, char *text, size_t len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, len - 1);

	text[n < 0 ? 0 : n] = '\0';
	if (fd >= 0)
		close(fd);
}

/* Reading those that act when they are written would be refused, or act. */
static bool write_only(const char *name)
{
	return !strcmp(name, "compact_memory") || !strcmp(name, "drop_caches") ||
	       !strcmp(name, "stat_refresh");
}

static int copy_sysctl(const char *dir)
{
	FILE *f = create(dir, "sysctl_vm");
	char text[4096];
	glob_t g = { 0 };

	if (!f)
		return -1;
	glob("/proc/sys/vm/*", 0, NULL, &g);
	for (size_t i = 0; i < g.gl_pathc; i++) {
		const char *name = strrchr(g.gl_pathv[i], '/') + 1;

		text[0] = '\0';
		if (!write_only(name))
			read_setting(g.gl_pathv[i], text, sizeof(text));
		for (char *c = text; (c = strchr(c, '\n'));)
			*c = ' ';
		fprintf(f, "%s %s\n", name, text);
	}
	globfree(&g);
	return finish(f, dir, "sysctl_vm");
}

static int copy_thp(const char *dir)
{
	FILE *f = create(dir, "thp");
	char text[4096], *save;
	struct stat st;
	glob_t g = { 0 };

	if (!f)
		return -1;
	glob("/sys/kernel/mm/transparent_hugepage/*", 0, NULL, &g);
	glob("/sys/kernel/mm/transparent_hugepage/khugepaged/*", GLOB_APPEND, NULL, &g);
	glob("/sys/kernel/mm/lru_gen/*", GLOB_APPEND, NULL, &g);
	for (size_t i = 0; i < g.gl_pathc; i++) {
		if (stat(g.gl_pathv[i], &st) || !S_ISREG(st.st_mode))
			continue;
		read_setting(g.gl_pathv[i], text, sizeof(text));
		for (char *line = strtok_r(text, "\n", &save); line;
		     line = strtok_r(NULL, "\n", &save))
			fprintf(f, "%s:%s\n", g.gl_pathv[i], line);
	}
	globfree(&g);
	return finish(f, dir, "thp");
}

/**
 * copy_texts - copy zones, free lists and settings
 * @dir: where to
 *
 * Return: 0, also when some cannot be read, which is said; -1 with a message.
 */
int copy_texts(const char *dir)
{
	for (size_t i = 0; i < sizeof(proc_files) / sizeof(*proc_files); i++)
		if (copy_proc(dir, proc_files[i]) < 0)
			return -1;
	return copy_sysctl(dir) || copy_thp(dir) ? -1 : 0;
}

/**
 * copy_vmstat - copy the counters
 * @dir: where to
 *
 * Return: 0; -1 with a message.
 */
int copy_vmstat(const char *dir)
{
	return copy_proc(dir, "vmstat") < 0 ? -1 : 0;
}

/* Little memory is taken meanwhile: it would be seen in what is copied. */
static int compress_words(int in, FILE *f, ZSTD_CCtx *z, uint8_t *room)
{
	uint8_t *out = room + WORD_BYTES;
	ssize_t n;
	size_t left;

	do {
		ZSTD_inBuffer from = { room, 0, 0 };

		n = read(in, room, WORD_BYTES);
		if (n < 0)
			return -1;
		from.size = (size_t)n;
		do {
			ZSTD_outBuffer to = { out, WORD_BYTES, 0 };

			left = ZSTD_compressStream2(z, &to, &from,
						    n ? ZSTD_e_continue : ZSTD_e_end);
			if (ZSTD_isError(left))
				return -1;
			if (fwrite(out, 1, to.pos, f) != to.pos)
				return -1;
		} while (from.pos < from.size || (!n && left));
	} while (n);
	return 0;
}

/* Returns as copy_proc(). The copy is put in place whole or not at all. */
static int copy_words(const char *dir, const char *name)
{
	char path[64], hidden[64], tmp[4096], final[4096];
	uint8_t *room = malloc(2 * WORD_BYTES);
	ZSTD_CCtx *z = ZSTD_createCCtx();
	int in, ret = -1;
	FILE *f = NULL;

	snprintf(path, sizeof(path), "/proc/%s", name);
	snprintf(hidden, sizeof(hidden), ".%s", name);
	snprintf(tmp, sizeof(tmp), "%s/%s", dir, hidden);
	snprintf(final, sizeof(final), "%s/%s.zst", dir, name);
	in = open(path, O_RDONLY | O_CLOEXEC);
	if (in < 0) {
		message("%s: %s: left out; a replay infers the start without it", path,
			strerror(errno));
		ret = 1;
	} else if (room && z) {
		ZSTD_CCtx_setParameter(z, ZSTD_c_compressionLevel, 1);
		f = create(dir, hidden);
	}
	if (f) {
		ret = compress_words(in, f, z, room);
		if (ret)
			message("%s: could not be copied: %s", path, strerror(errno));
		if (finish(f, dir, hidden) || ret || rename(tmp, final)) {
			unlink(tmp);
			ret = -1;
		}
	}
	if (in >= 0)
		close(in);
	ZSTD_freeCCtx(z);
	free(room);
	return ret;
}

/**
 * copy_page_words - copy the flags and counts of all pages
 * @dir: where to
 *
 * Return: 0, also when they cannot be read, which is said; -1 with a message.
 */
int copy_page_words(const char *dir)
{
	return copy_words(dir, "kpageflags") < 0 || copy_words(dir, "kpagecount") < 0 ? -1 : 0;
}

/**
 * snapshot_take - make a directory with all copies
 * @dir: the directory
 *
 * Return: 0; -1 with a message.
 */
int snapshot_take(const char *dir)
{
	if (mkdir(dir, 0777)) {
		message("%s: %s", dir, strerror(errno));
		return -1;
	}
	return copy_page_words(dir) || copy_texts(dir) || copy_vmstat(dir) ? -1 : 0;
}
