// SPDX-License-Identifier: GPL-2.0-only
/*
 * Without memory a reader says so: each of its allocations fails once, and from each on all fail.
 * Either the trace is not opened, or it ends with a message, or it is read as it would be else.
 */
#include <stdlib.h>
#include <string.h>

#include "parsers/internal.h"
#include "tests/test.h"
#include "tracedat_maker.h"

static bool counting, only_one;
static unsigned int allocations, fail_at;

/* Is it the turn of the allocation that is to fail? */
static bool refused(void)
{
	unsigned int nr;

	if (!counting)
		return false;
	nr = __atomic_add_fetch(&allocations, 1, __ATOMIC_RELAXED);
	return only_one ? nr == fail_at : nr >= fail_at;
}

/* The linker puts these in the place of the allocator's functions, see the Makefile. */
#define WRAP(function, result, parameters, arguments)		\
	result __real_##function parameters;			\
	result __wrap_##function parameters;			\
	result __wrap_##function parameters			\
	{							\
		return refused() ? NULL : __real_##function arguments;	\
	}

WRAP(malloc, void *, (size_t size), (size))
WRAP(calloc, void *, (size_t nr, size_t size), (nr, size))
WRAP(realloc, void *, (void *old, size_t size), (old, size))
WRAP(aligned_alloc, void *, (size_t align, size_t size), (align, size))
WRAP(strdup, char *, (const char *s), (s))
WRAP(strndup, char *, (const char *s, size_t size), (s, size))

struct outcome {
	long last;		/* of trace_read(); -2: the trace was not opened */
	uint64_t records, digest;
};

static struct outcome read_all(const struct bytes *file, unsigned int threads)
{
	struct trace_options opt = { .threads = threads };
	struct outcome o = { .last = -2 };
	const struct record *rec;
	char err[TRACE_ERRLEN] = "";
	struct trace *t = trace_open_memory(file->p, file->len, &opt, err, sizeof(err));

	if (!t) {
		assert_string_not_equal(err, "");
		return o;
	}
	while ((o.last = trace_read(t, &rec)) > 0)
		;
	if (o.last)
		assert_string_not_equal(trace_error(t), "");
	o.records = trace_get_info(t)->records;
	o.digest = trace_get_info(t)->digest;
	trace_close(t);
	return o;
}

static void fail_each(const struct bytes *file, unsigned int threads, unsigned int least)
{
	struct outcome whole = read_all(file, threads), o;
	unsigned int failed = 0;

	assert_int_equal(whole.last, 0);
	for (int once = 0; once < 2; once++) {
		only_one = once;
		fail_at = 0;
		do {
			fail_at++;
			allocations = 0;
			counting = true;
			o = read_all(file, threads);
			counting = false;
			failed += o.last < 0;
			if (o.last == 0) {
				assert_int_equal(o.records, whole.records);
				assert_true(o.digest == whole.digest);
			}
		} while (allocations >= fail_at);
		assert_true(fail_at > least);
	}
	assert_true(failed > least);
}

static struct pages few_pages(uint64_t ts, uint64_t pfn)
{
	struct pages p = { 0 };

	for (unsigned int i = 0; i < 5; i++) {
		page_begin(&p, ts + i * 100000);
		if (!i)
			put_mark(&p, 0, "fragreplay: before begin\n");
		for (unsigned int j = 0; j < 10; j++, pfn++) {
			put_alloc(&p, 10, pfn, 0, 0, 0);
			put_free(&p, 5, pfn, 0);
		}
		page_end(&p, i == 3 ? 1u << 31 : 0, 0);
	}
	return p;
}

TEST(a_trace_dat_without_memory_is_refused)
{
	struct pages a = few_pages(1000, 0x1000), b = few_pages(1003, 0x9000);
	static const char *const algos[] = { "none", "zlib", "zstd" };
	struct file_spec s = { .version = 7, .cpu = { &a, &b }, .nr_cpus = 2 };

	for (unsigned int i = 0; i < 4; i++) {
		struct bytes file;

		s.version = i < 3 ? 7 : 6;
		s.algo = algos[i % 3];
		file = make_file(&s);
		for (unsigned int threads = 0; threads < 2; threads++)
			fail_each(&file, threads, 20);
		free(file.p);
	}
	free(a.b.p);
	free(b.b.p);
}

TEST(a_text_without_memory_is_refused)
{
	struct bytes text = { 0 };
	char line[128];

	for (int i = 0; i < 50; i++) {
		snprintf(line, sizeof(line), "a%d-%d [000] 5.%06d: mm_page_free: pfn=0x%d order=0\n",
			 i, i + 1, i, i);
		put(&text, line, strlen(line));
	}
	fail_each(&text, 0, 3);
	free(text.p);
}
