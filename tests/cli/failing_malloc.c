// SPDX-License-Identifier: GPL-2.0-only
/*
 * A shim for LD_PRELOAD under which one allocation fails: the FAIL_AT-th call of malloc(), calloc()
 * or realloc(), counted from 1 over all threads. With FAIL_COUNT=FILE and no FAIL_AT the number of
 * calls is written there when the program ends.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t nr, size_t size);
extern void *__libc_realloc(void *old, size_t size);

static atomic_ulong calls;
static unsigned long fail_at;

__attribute__((constructor)) static void read_environment(void)
{
	const char *at = getenv("FAIL_AT");

	fail_at = at ? strtoul(at, NULL, 10) : 0;
	atomic_store(&calls, 0);
}

__attribute__((destructor)) static void write_count(void)
{
	const char *path = getenv("FAIL_COUNT");
	unsigned long n = atomic_load(&calls);
	FILE *f = path ? fopen(path, "w") : NULL;

	if (!f)
		return;
	fprintf(f, "%lu\n", n);
	fclose(f);
}

static int fails(void)
{
	unsigned long n = atomic_fetch_add(&calls, 1) + 1;

	if (!fail_at || n != fail_at)
		return 0;
	errno = ENOMEM;
	return 1;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t nr, size_t size)
{
	return fails() ? NULL : __libc_calloc(nr, size);
}

void *realloc(void *old, size_t size)
{
	return fails() ? NULL : __libc_realloc(old, size);
}
