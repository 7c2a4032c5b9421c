// SPDX-License-Identifier: GPL-2.0-only
/*
 * The snapshot reader, whole: an input is a recording's before/ and after/ in one file, each file
 * after a line "@@ before/vmstat". It is laid out in a directory and read as a recording is.
 */
#define _GNU_SOURCE
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"
#include "recording/recording.h"

static const char *const names[] = {
	"version", "cmdline", "zoneinfo", "buddyinfo", "pagetypeinfo", "vmstat", "meminfo", "swaps",
	"sysctl_vm", "thp", "kpageflags", "kpageflags.zst", "kpagecount", "kpagecount.zst",
};
static const char *const sides[] = { "before", "after" };

#define NR_NAMES (sizeof(names) / sizeof(names[0]))

static char root[PATH_MAX / 4];
static bool written[2][NR_NAMES];

static void path_of(char *path, int side, size_t name)
{
	snprintf(path, PATH_MAX, "%s/%s/%s", root, sides[side], names[name]);
}

static void remove_files(void)
{
	char path[PATH_MAX];

	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < NR_NAMES; i++) {
			if (!written[side][i])
				continue;
			path_of(path, side, i);
			unlink(path);
			written[side][i] = false;
		}
}

static void remove_root(void)
{
	char path[PATH_MAX];

	remove_files();
	for (int side = 0; side < 2; side++) {
		snprintf(path, sizeof(path), "%s/%s", root, sides[side]);
		rmdir(path);
	}
	rmdir(root);
}

static void make_root(void)
{
	const char *tmp = getenv("TMPDIR");
	char path[PATH_MAX];

	if (root[0])
		return;
	snprintf(root, sizeof(root), "%s/fragreplay-fuzz.XXXXXX", tmp ? tmp : "/tmp");
	FUZZ_ASSERT(mkdtemp(root));
	for (int side = 0; side < 2; side++) {
		snprintf(path, sizeof(path), "%s/%s", root, sides[side]);
		FUZZ_ASSERT(!mkdir(path, 0700));
	}
	atexit(remove_root);
}

static void write_file(const uint8_t *head, size_t head_len, const uint8_t *body, size_t len)
{
	char path[PATH_MAX], want[64];
	FILE *f;

	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < NR_NAMES; i++) {
			snprintf(want, sizeof(want), "%s/%s", sides[side], names[i]);
			if (strlen(want) != head_len || memcmp(want, head, head_len))
				continue;
			path_of(path, side, i);
			f = fopen(path, "wb");
			FUZZ_ASSERT(f);
			fwrite(body, 1, len, f);
			fclose(f);
			written[side][i] = true;
		}
}

static const uint8_t *next_head(const uint8_t *p, const uint8_t *end)
{
	const uint8_t *next;

	if (end - p >= 3 && !memcmp(p, "@@ ", 3))
		return p;
	next = memmem(p, end - p, "\n@@ ", 4);
	return next ? next + 1 : end;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct recording m;
	const uint8_t *end = data + size, *p = size ? next_head(data, end) : end;
	char err[512] = "";

	make_root();
	while (p < end) {
		const uint8_t *body = memchr(p, '\n', end - p), *next;

		if (!body)
			break;
		next = next_head(++body, end);
		write_file(p + 3, body - p - 4, body, next - body);
		p = next;
	}
	if (recording_load(&m, root, err, sizeof(err)))
		FUZZ_ASSERT(err[0]);
	else
		recording_release(&m);
	remove_files();
	return 0;
}
