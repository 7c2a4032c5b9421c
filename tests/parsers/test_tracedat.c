// SPDX-License-Identifier: GPL-2.0-only
/* What a trace.dat says is what is read, whatever its version and compression; and damage is told.
 */
#define _GNU_SOURCE
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parsers/internal.h"
#include <fragreplay/policy.h>
#include "tracedat_maker.h"
#include "tests/test.h"

#define GFP_TEST	(__GFP_MOVABLE | __GFP_IO | __GFP_FS | __GFP_DIRECT_RECLAIM)
#define MAX_RECORDS	8192

static struct record got[MAX_RECORDS];

struct outcome {
	long last;		/* trace_read()'s last answer, -2: not even opened */
	unsigned int nr;
	uint64_t digest, records, lost;
	bool complete;
	char error[TRACE_ERRLEN];
};

static struct outcome read_with(const struct bytes *file, const struct trace_options *opt)
{
	struct outcome o = { .last = -2 };
	const struct record *rec;
	struct trace *t = trace_open_memory(file->p, file->len, opt, o.error, sizeof(o.error));

	if (!t) {
		assert_string_not_equal(o.error, "");
		return o;
	}
	while ((o.last = trace_read(t, &rec)) > 0)
		for (long i = 0; i < o.last && o.nr < MAX_RECORDS; i++)
			got[o.nr++] = rec[i];
	o.digest = trace_get_info(t)->digest;
	o.records = trace_get_info(t)->records;
	o.lost = trace_get_info(t)->lost;
	o.complete = trace_get_info(t)->complete;
	snprintf(o.error, sizeof(o.error), "%s", trace_error(t));
	trace_close(t);
	return o;
}

static struct outcome read_file(const struct bytes *file)
{
	return read_with(file, NULL);
}

static struct outcome read_spec(const struct file_spec *s)
{
	struct bytes file = make_file(s);
	struct outcome o = read_file(&file);

	free(file.p);
	return o;
}

static void assert_refused(const struct outcome *o, const char *word)
{
	assert_true(o->last < 0);
	if (!strstr(o->error, word))
		fail_msg("\"%s\" does not say \"%s\"", o->error, word);
}

/* One CPU: a mark, allocations and frees over some pages */
static struct pages some_pages(unsigned int pages, uint64_t ts, uint64_t pfn)
{
	struct pages p = { 0 };

	for (unsigned int i = 0; i < pages; i++) {
		page_begin(&p, ts + i * 100000);
		if (!i)
			put_mark(&p, 0, "fragreplay: before begin\n");
		for (unsigned int j = 0; j < 40; j++, pfn += 2) {
			put_alloc(&p, 10, pfn, j % 2, GFP_TEST, 1);
			put_free(&p, 5, pfn, j % 2);
		}
		page_end(&p, 0, 0);
	}
	return p;
}

/* ---- container ---- */

TEST(every_kind_of_file_gives_the_same_records)
{
	struct pages a = some_pages(7, 1000, 0x1000), b = some_pages(5, 1003, 0x9000);
	struct file_spec s = { .cpu = { &a, &b }, .nr_cpus = 2 };
	static const struct {
		int version;
		const char *algo;
	} kinds[] = { { 7, "none" }, { 7, "zlib" }, { 7, "zstd" }, { 6, "none" } };
	uint64_t digest = 0;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		for (unsigned int threads = 0; threads < 3; threads++) {
			struct trace_options opt = { .threads = threads };
			struct bytes file;
			struct outcome o;

			s.version = kinds[i].version;
			s.algo = kinds[i].algo;
			file = make_file(&s);
			o = read_with(&file, &opt);
			assert_int_equal(o.last, 0);
			assert_true(o.complete);
			assert_int_equal(o.nr, a.events + b.events);
			assert_int_equal(o.records, o.nr);
			if (digest)
				assert_true(o.digest == digest);
			digest = o.digest;
			free(file.p);
		}
	}
	free(a.b.p);
	free(b.b.p);
}

TEST(an_event_is_decoded_field_by_field)
{
	struct pages p = { 0 };
	struct file_spec s = { .version = 7, .algo = "none", .cpu = { &p }, .nr_cpus = 1 };

	page_begin(&p, 5000);
	put_alloc(&p, 0, 0x1234, 2, GFP_TEST, 1);
	put_alloc(&p, 7, UINT64_MAX, 9, 0, 0);
	put_free(&p, 1, 0x1234, 2);
	put_mark(&p, 1, "fragreplay: after end\n");
	page_end(&p, 0, 0);
	assert_int_equal(read_spec(&s).last, 0);
	assert_int_equal(got[0].type, REC_ALLOC);
	assert_int_equal(got[0].ts, 5000);
	assert_int_equal(got[0].pfn, 0x1234);
	assert_int_equal(got[0].order, 2);
	assert_int_equal(got[0].gfp, GFP_TEST);
	assert_int_equal(got[0].migratetype, 1);
	assert_int_equal(got[0].pid, 100);
	assert_int_equal(got[1].ts, 5007);
	assert_true(got[1].pfn == REC_NO_PFN);
	assert_int_equal(got[2].type, REC_FREE);
	assert_int_equal(got[2].flags, REC_FLAG_SOFTIRQ);
	assert_int_equal(got[2].gfp, 0);
	assert_int_equal(got[3].type, REC_MARK);
	assert_int_equal(got[3].marker.mark, MARK_AFTER_END);
	free(p.b.p);
}

TEST(events_are_counted_by_name_and_tasks_have_names)
{
	struct pages p = some_pages(1, 1000, 0x1000);
	struct file_spec s = { .version = 7, .algo = "zstd", .cpu = { &p }, .nr_cpus = 1 };
	struct bytes file = make_file(&s);
	char err[TRACE_ERRLEN];
	struct trace *t = trace_open_memory(file.p, file.len, NULL, err, sizeof(err));
	const struct trace_info *info;
	const struct record *rec;
	uint64_t count;

	assert_non_null(t);
	info = trace_get_info(t);
	while (trace_read(t, &rec) > 0)
		;
	assert_int_equal(info->nr_events, 3);
	assert_string_equal(trace_event_count(t, 0, &count), "mm_page_alloc");
	assert_int_equal(count, 40);
	assert_string_equal(trace_event_count(t, 1, &count), "mm_page_free");
	assert_string_equal(trace_event_count(t, 2, &count), "print");
	assert_int_equal(count, 1);
	assert_string_equal(trace_comm(t, 100), "cat");
	assert_string_equal(trace_comm(t, 101), "<...>");
	assert_string_equal(trace_comm(t, 0), "<idle>");
	assert_string_equal(info->kernel, "7.3.4");
	assert_string_equal(info->clock, "mono");
	assert_string_equal(info->format, "trace.dat v7 zstd");
	trace_close(t);
	free(file.p);
	free(p.b.p);
}

TEST(an_instance_is_chosen_by_name)
{
	struct pages p = some_pages(1, 1000, 0x1000);
	struct file_spec s = { .version = 7, .algo = "none", .cpu = { &p }, .nr_cpus = 1,
			       .instance = "mm" };
	struct bytes file = make_file(&s);
	struct trace_options opt = { .instance = "mm" };
	struct outcome o = read_with(&file, &opt);

	assert_int_equal(o.last, 0);
	assert_int_equal(o.nr, p.events);
	o = read_file(&file);		/* the top one has no CPU at all */
	assert_int_equal(o.last, 0);
	assert_int_equal(o.nr, 0);
	opt.instance = "net";
	o = read_with(&file, &opt);
	assert_refused(&o, "\"mm\"");
	free(file.p);
	free(p.b.p);
}

TEST(timestamps_are_corrected_as_the_file_says)
{
	struct pages p = some_pages(1, 1000, 0x1000);
	struct file_spec s = { .version = 7, .algo = "none", .cpu = { &p }, .nr_cpus = 1,
			       .offset = "-900" };

	assert_int_equal(read_spec(&s).last, 0);
	assert_int_equal(got[0].ts, 100);
	assert_int_equal(got[1].ts, 110);
	s.tsc_mult = 3;		/* half as long again, then the offset */
	s.tsc_shift = 1;
	assert_int_equal(read_spec(&s).last, 0);
	assert_int_equal(got[0].ts, 600);
	assert_int_equal(got[1].ts, 615);
	free(p.b.p);
}

/* Two samples of one CPU's clock against the host's: at 1 s and 3 s, 500 ns and 900 ns behind */
static struct bytes clock_samples(uint32_t flags)
{
	static const uint64_t times[] = { 1000000000, 3000000000 }, scaling[] = { 1, 1 };
	const int64_t offsets[] = { 500, 900 };
	struct bytes b = { 0 };

	put64(&b, 0);
	put32(&b, flags);
	put32(&b, 1);
	put32(&b, 2);
	put(&b, times, sizeof(times));
	put(&b, offsets, sizeof(offsets));
	put(&b, scaling, sizeof(scaling));
	return b;
}

TEST(a_guest_s_time_becomes_its_host_s)
{
	struct pages p = { 0 };
	struct bytes tsync = clock_samples(1);
	struct file_spec s = { .version = 7, .algo = "none", .cpu = { &p }, .nr_cpus = 1,
			       .tsync = &tsync };

	page_begin(&p, 2000000000);
	put_free(&p, 0, 1, 0);
	page_end(&p, 0, 0);
	assert_int_equal(read_spec(&s).last, 0);
	assert_int_equal(got[0].ts, 2000000700);
	free(tsync.p);
	tsync = clock_samples(0);	/* no interpolation: the first sample of the two */
	assert_int_equal(read_spec(&s).last, 0);
	assert_int_equal(got[0].ts, 2000000500);
	free(tsync.p);
	free(p.b.p);
}

/* ---- what the kernel counted ---- */

TEST(a_count_that_does_not_fit_is_damage)
{
	struct pages p = some_pages(2, 1000, 0x1000);
	struct file_spec s = { .version = 7, .algo = "zstd", .cpu = { &p }, .nr_cpus = 1,
			       .count_off = 1 };
	struct trace_options opt = { .allow_incomplete = true };
	struct outcome o = read_spec(&s);
	struct bytes file = make_file(&s);

	assert_refused(&o, "kernel counted 162");
	o = read_with(&file, &opt);
	assert_int_equal(o.last, 0);
	assert_false(o.complete);
	assert_int_equal(o.nr, p.events);
	free(file.p);
	s.count_off = -1;
	o = read_spec(&s);
	assert_refused(&o, "kernel counted 160");
	s.no_stats = true;
	o = read_spec(&s);
	assert_int_equal(o.last, 0);
	free(p.b.p);
}

TEST(a_gap_explains_missing_events_and_is_told)
{
	struct pages p = { 0 };
	struct file_spec s = { .version = 7, .algo = "none", .cpu = { &p }, .nr_cpus = 1,
			       .count_off = 12 };
	struct outcome o;

	page_begin(&p, 1000);
	put_free(&p, 0, 1, 0);
	page_end(&p, 0, 0);
	page_begin(&p, 2000);
	put_free(&p, 0, 2, 0);
	page_end(&p, 1u << 31 | 1u << 30, 12);
	o = read_spec(&s);
	assert_int_equal(o.last, 0);
	assert_int_equal(o.lost, 12);
	assert_int_equal(o.records, 2);
	assert_int_equal(o.nr, 3);
	assert_int_equal(got[1].type, REC_LOST);
	assert_int_equal(got[1].lost.events, 12);
	assert_int_equal(got[1].ts, 2000);
	s.count_off = 13;
	o = read_spec(&s);
	assert_refused(&o, "kernel counted 15");
	free(p.b.p);
}

/* ---- refusals ---- */

TEST(what_is_not_a_64_bit_little_endian_trace_is_refused)
{
	struct pages p = some_pages(1, 1000, 0x1000);
	struct file_spec s = { .version = 7, .algo = "none", .cpu = { &p }, .nr_cpus = 1 };
	struct bytes file = make_file(&s);
	struct outcome o;

	file.p[12] = 1;
	o = read_file(&file);
	assert_refused(&o, "big-endian");
	file.p[12] = 0;
	file.p[10] = '8';
	o = read_file(&file);
	assert_refused(&o, "convert");
	file.p[10] = '7';
	o = read_file(&file);
	assert_int_equal(o.last, 0);
	free(file.p);
	s.kernel_32 = true;
	o = read_spec(&s);
	assert_refused(&o, "32-bit");
	s.kernel_32 = false;
	s.algo = "lzma";
	file = make_file(&(struct file_spec){ .version = 7, .algo = "none", .cpu = { &p },
					      .nr_cpus = 1 });
	memcpy(file.p + 18, "lzma", 4);
	o = read_file(&file);
	assert_refused(&o, "lzma");
	free(file.p);
	free(p.b.p);
}

TEST(an_empty_file_and_a_text_are_told_apart_from_traces)
{
	char path[] = "/tmp/test_tracedat.XXXXXX", err[TRACE_ERRLEN] = "";
	struct bytes text = { 0 };
	int fd = mkstemp(path);
	struct outcome o;

	assert_true(fd >= 0);
	assert_null(trace_open(path, NULL, err, sizeof(err)));
	assert_non_null(strstr(err, path));
	assert_non_null(strstr(err, "empty"));
	close(fd);
	unlink(path);
	assert_null(trace_open(path, NULL, err, sizeof(err)));
	assert_non_null(strstr(err, path));
	put_str(&text, "Dear reader,\nthis is not a trace.\n");
	o = read_file(&text);
	assert_refused(&o, "neither trace.dat nor");
	free(text.p);
}

TEST(a_cut_file_is_never_taken_for_a_whole_one)
{
	struct pages a = some_pages(2, 1000, 0x1000), b = some_pages(2, 1003, 0x9000);
	static const char *const algos[] = { "none", "zlib", "zstd" };
	struct file_spec s = { .version = 7, .cpu = { &a, &b }, .nr_cpus = 2 };

	for (int i = 0; i < 4; i++) {
		struct bytes file;
		size_t whole;

		s.version = i < 3 ? 7 : 6;
		s.algo = algos[i % 3];
		file = make_file(&s);
		whole = file.len;
		for (file.len = 0; file.len < whole; file.len += file.len % 64 < 60 ? 59 : 1) {
			struct trace_options opt = { .threads = 1, .allow_incomplete = true };
			struct bytes cut = { malloc(file.len + 1), file.len, 0 };
			struct outcome o;

			assert_non_null(cut.p);
			memcpy(cut.p, file.p, file.len);
			o = read_file(&cut);
			assert_true(o.last < 0);
			o = read_with(&cut, &opt);
			assert_true(o.last == -2 || !o.complete);
			free(cut.p);
		}
		free(file.p);
	}
	free(a.b.p);
	free(b.b.p);
}

TEST(damage_names_file_cpu_and_offset)
{
	struct pages p = some_pages(3, 1000, 0x1000);
	struct file_spec s = { .version = 7, .algo = "none", .cpu = { &p }, .nr_cpus = 1 };
	struct bytes file = make_file(&s);
	struct trace_options opt = { .allow_incomplete = true };
	uint8_t *third = memmem(file.p, file.len, p.b.p + 2 * MAKER_PAGE, 16);
	char where[32];
	struct outcome o;

	assert_non_null(third);
	snprintf(where, sizeof(where), "offset %#zx", (size_t)(third - file.p));
	third[16 + 4] ^= 0x40;		/* the first event's id */
	o = read_file(&file);
	assert_refused(&o, where);
	assert_refused(&o, "CPU 0");
	assert_refused(&o, "<memory>");
	assert_refused(&o, "--allow-incomplete");
	o = read_with(&file, &opt);
	assert_int_equal(o.last, 0);
	assert_int_equal(o.nr, 161);
	assert_false(o.complete);
	assert_non_null(strstr(o.error, where));
	free(file.p);
	free(p.b.p);
}

/* The dump reads sections when the buffer that trace_open() was given is long gone. */
TEST(damage_found_by_the_dump_is_not_written_to_the_opener)
{
	struct pages p = some_pages(1, 1000, 0x1000);
	struct file_spec s = { .version = 7, .algo = "zstd", .cpu = { &p }, .nr_cpus = 1 };
	struct bytes file = make_file(&s);
	char err[TRACE_ERRLEN], before[TRACE_ERRLEN];
	FILE *out = fopen("/dev/null", "w");
	struct trace_options opt = { .allow_incomplete = true };
	struct trace *t;
	uint16_t kallsyms = 19;
	size_t at;

	assert_non_null(out);
	for (at = 0; at + 16 < file.len; at++)		/* the head of that section, compressed */
		if (!memcmp(file.p + at, &kallsyms, 2) && file.p[at + 2] == 1 &&
		    !memcmp(file.p + at + 3, "\0\0\0\0\0", 5))
			break;
	assert_true(at + 16 < file.len);
	file.p[at + 16]++;				/* its compressed size */
	t = trace_open_memory(file.p, file.len, &opt, err, sizeof(err));
	assert_non_null(t);
	memset(err, 'x', sizeof(err));
	memcpy(before, err, sizeof(err));
	assert_int_equal(trace_dump(t, out), 0);
	assert_false(trace_get_info(t)->complete);
	assert_memory_equal(err, before, sizeof(err));
	trace_close(t);
	t = trace_open_memory(file.p, file.len, NULL, err, sizeof(err));
	assert_non_null(t);
	assert_int_equal(trace_dump(t, out), -1);
	assert_non_null(strstr(trace_error(t), "section 19"));
	trace_close(t);
	fclose(out);
	free(file.p);
	free(p.b.p);
}

TEST(impossible_values_are_damage)
{
	static const struct {
		uint64_t pfn, gfp;
		uint32_t order;
		int mt;
		bool good;
	} cases[] = {
		{ 0x1200, GFP_TEST, 10, 1, false },	/* not aligned to its order */
		{ 0x1400, GFP_TEST, 10, 1, true },
		{ 0x1800, GFP_TEST, 11, 1, false },
		{ 1ull << 40, GFP_TEST, 0, 1, false },
		{ 0x1000, GFP_TEST, 0, 2, false },	/* the mask says movable */
		{ 0x1000, GFP_TEST, 0, 3, false },
		{ 0x1000, GFP_TEST, 0, 0, true },	/* without grouping by mobility */
		{ 0x1000, 1ull << 33, 0, 0, false },
		{ UINT64_MAX, GFP_TEST, 9, 1, true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pages p = { 0 };
		struct file_spec s = { .version = 7, .algo = "none", .cpu = { &p }, .nr_cpus = 1 };
		struct outcome o;

		page_begin(&p, 1000);
		put_alloc(&p, 0, cases[i].pfn, cases[i].order, cases[i].gfp, cases[i].mt);
		page_end(&p, 0, 0);
		o = read_spec(&s);
		if (cases[i].good != !o.last)
			fail_msg("case %zu: %s", i, o.error);
		if (!cases[i].good)
			assert_refused(&o, "CPU 0, offset 0x1000: event mm_page_alloc: ");
		free(p.b.p);
	}
}

TEST(a_bit_without_a_name_becomes_the_other_flag)
{
	struct pages p = { 0 };
	struct file_spec s = { .version = 7, .algo = "none", .cpu = { &p }, .nr_cpus = 1 };

	page_begin(&p, 1000);
	put_alloc(&p, 0, 1, 0, GFP_TEST | 1u << 24, 1);
	page_end(&p, 0, 0);
	assert_int_equal(read_spec(&s).last, 0);
	assert_int_equal(got[0].gfp, GFP_TEST | __GFP_OTHER);
	free(p.b.p);
}

/* Any byte of the file changed: no crash, and event data that has changed is mostly noticed. */
TEST(flipped_bytes_do_no_harm)
{
	struct pages a = some_pages(3, 1000, 0x1000), b = some_pages(3, 1003, 0x9000);
	static const char *const algos[] = { "none", "zlib", "zstd" };
	struct file_spec s = { .version = 7, .cpu = { &a, &b }, .nr_cpus = 2 };

	for (int i = 0; i < 4; i++) {
		struct bytes file;

		s.version = i < 3 ? 7 : 6;
		s.algo = algos[i % 3];
		file = make_file(&s);
		for (size_t at = 10; at < file.len; at += i % 3 ? 1 : 7) {
			struct trace_options opt = { .threads = at & 1,
						     .allow_incomplete = at & 2 };
			struct outcome o;

			file.p[at] ^= 1 << at % 8;
			o = read_with(&file, &opt);
			if (o.last == 0 && !o.complete)
				assert_true(opt.allow_incomplete);
			if (o.last < 0)
				assert_string_not_equal(o.error, "");
			file.p[at] ^= 1 << at % 8;
		}
		free(file.p);
	}
	free(a.b.p);
	free(b.b.p);
}

/*
 * Four bytes flipped at 200 seeded places of a real recording's compressed events. zstd frames of
 * trace-cmd carry no checksum, so that a flip within a literal only shows where it makes a value
 * impossible; the share that must be noticed leaves room for that.
 */
TEST(flips_in_a_recording_are_noticed)
{
	const char *dir = getenv("RECORDING");
	unsigned int noticed = 0, seed = 7;
	struct bytes file = { 0 };
	char path[4096];
	uint8_t buf[65536];
	uint64_t digest;
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/trace.dat", dir ? dir : "traces/7.3-small-d0");
	f = fopen(path, "rb");
	if (!f) {
		print_message("%s is not here\n", path);
		skip();
	}
	while ((n = fread(buf, 1, sizeof(buf), f)))
		put(&file, buf, n);
	fclose(f);
	digest = read_file(&file).digest;
	for (int i = 0; i < 200; i++) {
		size_t at = file.len / 4 + (size_t)((double)rand_r(&seed) / RAND_MAX *
						    ((double)file.len * 0.7));
		uint8_t old[4];
		struct outcome o;

		memcpy(old, file.p + at, 4);
		for (int j = 0; j < 4; j++)
			file.p[at + j] ^= 1 + rand_r(&seed) % 255;
		o = read_file(&file);
		noticed += o.last < 0 || o.digest == digest;
		memcpy(file.p + at, old, 4);
	}
	free(file.p);
	print_message("%u of 200 noticed\n", noticed);
	assert_true(noticed >= 190);
}
