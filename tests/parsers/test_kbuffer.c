// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ring-buffer pages: times, lengths, padding and gaps come out as libtraceevent's kbuffer has them,
 * and what no kernel writes is refused. CPUs are merged by time, then number.
 */
#define _GNU_SOURCE
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <traceevent/kbuffer.h>

#include "parsers/internal.h"
#include "parsers/tracedat/tracedat.h"
#include "tracedat_maker.h"
#include "tests/test.h"

#define MISSED		(1u << 31)
#define STORED		(1u << 30)
#define MAX_RECORDS	4096

static struct record got[MAX_RECORDS];
static char error[TRACE_ERRLEN];

static struct trace *open_pages(const struct pages *const *cpu, unsigned int nr, struct bytes *file)
{
	struct file_spec s = { .version = 7, .algo = "none", .nr_cpus = nr };
	struct trace *t;

	for (unsigned int i = 0; i < nr; i++)
		s.cpu[i] = cpu[i];
	*file = make_file(&s);
	t = trace_open_memory(file->p, file->len, NULL, error, sizeof(error));
	if (!t)
		fail_msg("%s", error);
	return t;
}

/* Records of some CPUs; -1 with @error set on damage. */
static long read_pages(const struct pages *const *cpu, unsigned int nr)
{
	const struct record *rec;
	struct bytes file;
	struct trace *t = open_pages(cpu, nr, &file);
	long n, all = 0;

	while ((n = trace_read(t, &rec)) > 0)
		for (long i = 0; i < n && all < MAX_RECORDS; i++)
			got[all++] = rec[i];
	snprintf(error, sizeof(error), "%s", trace_error(t));
	trace_close(t);
	free(file.p);
	return n < 0 ? -1 : all;
}

static long read_one(const struct pages *p)
{
	return read_pages(&p, 1);
}

static void assert_damage(const struct pages *p, const char *word)
{
	assert_int_equal(read_one(p), -1);
	if (!strstr(error, word))
		fail_msg("\"%s\" does not say \"%s\"", error, word);
}

TEST(deltas_add_up_from_the_page_s_time)
{
	struct pages p = { 0 };

	page_begin(&p, 1000000);
	put_free(&p, 0, 1, 0);
	put_free(&p, 5, 2, 0);
	put_free(&p, (1u << 27) - 1, 3, 0);
	page_end(&p, 0, 0);
	assert_int_equal(read_one(&p), 3);
	assert_int_equal(got[0].ts, 1000000);
	assert_int_equal(got[1].ts, 1000005);
	assert_int_equal(got[2].ts, 1000004 + (1u << 27));
	free(p.b.p);
}

TEST(a_time_extend_lengthens_the_next_delta)
{
	struct pages p = { 0 };

	page_begin(&p, 1000);
	put_time_extend(&p, 0x123456789ull);
	put_free(&p, 0, 1, 0);
	page_end(&p, 0, 0);
	assert_int_equal(read_one(&p), 1);
	assert_int_equal(got[0].ts, 1000 + 0x123456789ull);
	free(p.b.p);
}

TEST(an_absolute_time_stamp_replaces_the_time)
{
	struct pages p = { 0 };

	page_begin(&p, 1000);
	put_free(&p, 0, 1, 0);
	put_time_stamp(&p, 0x1234567890abull);
	put_free(&p, 0, 2, 0);
	put_free(&p, 3, 2, 0);
	page_end(&p, 0, 0);
	assert_int_equal(read_one(&p), 3);
	assert_int_equal(got[1].ts, 0x1234567890abull);
	assert_int_equal(got[2].ts, 0x1234567890aeull);
	free(p.b.p);
}

/* 59 bits fit in a stamp; the rest is the time's before it (kernel: rb_fix_abs_ts()) */
TEST(an_absolute_time_stamp_keeps_the_high_bits)
{
	struct pages p = { 0 };
	uint64_t base = 0x5800000000000000ull;

	page_begin(&p, base + 100);
	put_free(&p, 0, 1, 0);
	put_time_stamp(&p, (base + 7000) & ((1ull << 59) - 1));
	put_free(&p, 0, 2, 0);
	page_end(&p, 0, 0);
	assert_int_equal(read_one(&p), 2);
	assert_true(got[1].ts == base + 7000);
	free(p.b.p);
}

TEST(padding_ends_a_page_or_skips_an_event)
{
	struct pages p = { 0 };

	page_begin(&p, 1000);
	put_free(&p, 0, 1, 0);
	put_head(&p, 29, 1);		/* discarded: 20 bytes behind the header */
	put32(&p.b, 20);
	put64(&p.b, UINT64_MAX);
	put64(&p.b, UINT64_MAX);
	put_free(&p, 4, 2, 0);
	put_head(&p, 29, 0);		/* the rest of the page */
	put64(&p.b, UINT64_MAX);
	page_end(&p, 0, 0);
	page_begin(&p, 2000);
	put_free(&p, 0, 3, 0);
	page_end(&p, 0, 0);
	assert_int_equal(read_one(&p), 3);
	assert_int_equal(got[1].pfn, 2);
	assert_int_equal(got[1].ts, 1005);
	assert_int_equal(got[2].pfn, 3);
	free(p.b.p);
}

TEST(a_long_event_has_its_length_in_a_word)
{
	char text[180];
	struct pages p = { 0 };

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	page_begin(&p, 1000);
	put_mark(&p, 0, text);
	put_free(&p, 1, 7, 0);
	page_end(&p, 0, 0);
	assert_int_equal(read_one(&p), 2);
	assert_int_equal(got[0].type, REC_MARK);
	assert_int_equal(got[1].pfn, 7);
	free(p.b.p);
}

TEST(empty_pages_are_passed_over)
{
	struct pages p = { 0 };

	for (int i = 0; i < 3; i++) {
		page_begin(&p, 0);
		page_end(&p, 0, 0);
		page_begin(&p, 1000 + i);
		put_free(&p, 0, 1, 0);
		page_end(&p, 0, 0);
	}
	page_begin(&p, 0);
	page_end(&p, 0, 0);
	assert_int_equal(read_one(&p), 3);
	free(p.b.p);
}

TEST(lost_events_are_told_with_their_place)
{
	struct pages p = { 0 };
	const struct pages *cpu = &p;
	const struct record *rec;
	struct bytes file;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	struct trace *t;

	page_begin(&p, 1000);
	put_free(&p, 0, 1, 0);
	page_end(&p, 0, 0);
	page_begin(&p, 2000000001);
	put_free(&p, 0, 2, 0);
	page_end(&p, MISSED | STORED, 42);
	page_begin(&p, 3000000000);
	put_free(&p, 0, 3, 0);
	page_end(&p, MISSED, 0);
	t = open_pages(&cpu, 1, &file);
	while (trace_read(t, &rec) > 0)
		;
	trace_print_lost(t, out);
	fclose(out);
	assert_non_null(strstr(text, "CPU 0: 42 events lost before 2.000000001 s (offset 0x"));
	assert_non_null(strstr(text, "CPU 0: events lost before 3.000000000 s"));
	assert_non_null(strstr(text, "CPU 0: at least 42 events lost in 2 gaps"));
	assert_int_equal(trace_get_info(t)->lost, 43);
	free(text);
	trace_close(t);
	free(file.p);
	assert_int_equal(read_one(&p), 5);
	assert_int_equal(got[1].type, REC_LOST);
	assert_int_equal(got[1].lost.events, 42);
	assert_int_equal(got[3].type, REC_LOST);
	assert_int_equal(got[3].lost.events, 0);
	free(p.b.p);
}

static struct pages two_pages(uint64_t second_ts)
{
	struct pages p = { 0 };

	page_begin(&p, 1000);
	put_free(&p, 0, 1, 0);
	put_free(&p, 500, 1, 0);
	page_end(&p, 0, 0);
	page_begin(&p, second_ts);
	put_free(&p, 0, 2, 0);
	page_end(&p, 0, 0);
	return p;
}

TEST(time_that_goes_back_is_damage)
{
	struct pages p = two_pages(1500);

	assert_int_equal(read_one(&p), 3);
	free(p.b.p);
	p = two_pages(1499);
	assert_damage(&p, "time goes back by 1 ns");
	free(p.b.p);
	p = (struct pages) { 0 };
	page_begin(&p, 1000);
	put_time_stamp(&p, 999);
	put_free(&p, 0, 1, 0);
	page_end(&p, 0, 0);
	assert_damage(&p, "goes back");
	free(p.b.p);
}

TEST(page_headers_must_be_possible)
{
	struct pages p = two_pages(2000);
	uint8_t *commit = p.b.p + MAKER_PAGE + 8;

	commit[3] = 0x40;		/* a count stored, but no loss flagged */
	assert_damage(&p, "page header");
	commit[3] = 0x08;
	assert_damage(&p, "page header");
	commit[3] = 0;
	commit[5] = 1;
	assert_damage(&p, "page header");
	commit[5] = 0;
	commit[1] = 0xff;
	assert_damage(&p, "page says it holds");
	free(p.b.p);
}

TEST(an_event_stays_within_its_page_s_data)
{
	struct pages p = two_pages(2000);
	uint32_t head;

	memcpy(&head, p.b.p + MAKER_PAGE + 16, 4);
	head = (head & ~31u) | 28;
	memcpy(p.b.p + MAKER_PAGE + 16, &head, 4);
	assert_damage(&p, "crosses");
	head &= ~31u;			/* length in a word, which is now the event's id */
	memcpy(p.b.p + MAKER_PAGE + 16, &head, 4);
	assert_damage(&p, "crosses");
	free(p.b.p);
}

TEST(events_need_a_format_and_its_length)
{
	static const uint8_t unknown[16] = { 0x39, 0x30 };
	uint8_t odd[20] = { ID_FREE & 255, ID_FREE >> 8 };
	struct pages p = { 0 };

	page_begin(&p, 1000);
	put_event(&p, 0, unknown, sizeof(unknown));
	page_end(&p, 0, 0);
	assert_damage(&p, "id 12345");
	free(p.b.p);
	p = (struct pages) { 0 };
	page_begin(&p, 1000);
	put_free(&p, 0, 1, 0);
	put_event(&p, 0, odd, 16);
	page_end(&p, 0, 0);
	assert_damage(&p, "mm_page_free of 16 bytes");
	free(p.b.p);
}

TEST(a_dynamic_event_may_be_longer)
{
	uint8_t e[24] = { ID_DYNAMIC & 255, ID_DYNAMIC >> 8 };
	struct pages p = { 0 };

	page_begin(&p, 1000);
	put_event(&p, 0, e, 16);
	put_event(&p, 0, e, 24);
	page_end(&p, 0, 0);
	assert_int_equal(read_one(&p), 2);
	assert_int_equal(got[0].type, REC_OTHER);
	page_begin(&p, 2000);
	put_event(&p, 0, e, 12);
	page_end(&p, 0, 0);
	assert_damage(&p, "sched_process_exec of 12 bytes");
	free(p.b.p);
}

/* ---- against libtraceevent's kbuffer ---- */

static void random_event(struct pages *p, unsigned int *seed, uint64_t *ts)
{
	uint32_t delta = (uint32_t)rand_r(seed) % 1000;
	uint64_t jump = (uint64_t)rand_r(seed) << 8;
	char text[200];

	switch (rand_r(seed) % 8) {
	case 0:
		put_time_extend(p, jump);
		*ts += jump;
		break;
	case 1:
		put_time_stamp(p, *ts + jump);
		*ts += jump;
		break;
	case 2:
		memset(text, 'y', sizeof(text));
		text[rand_r(seed) % 190 + 1] = '\0';
		put_mark(p, delta, text);
		*ts += delta;
		break;
	case 3:
		put_head(p, 29, delta | 1);
		put32(&p->b, 12);
		put64(&p->b, 0);
		*ts += delta | 1;
		break;
	default:
		put_free(p, delta, (uint64_t)rand_r(seed), 0);
		*ts += delta;
	}
}

static long kbuffer_compare(const struct pages *p, long n)
{
	struct kbuffer *k = kbuffer_alloc(KBUFFER_LSIZE_8, KBUFFER_ENDIAN_LITTLE);
	long i = 0;

	assert_non_null(k);
	for (size_t page = 0; page < p->b.len; page += MAKER_PAGE) {
		unsigned long long ts;
		uint8_t *data;

		kbuffer_load_subbuffer(k, p->b.p + page);
		for (data = kbuffer_read_event(k, &ts); data; data = kbuffer_next_event(k, &ts)) {
			assert_true(i < n);
			assert_true(got[i].ts == ts);
			if (get_u16(data) == ID_FREE)
				assert_true(got[i].pfn == get_u64(data + 8));
			else
				assert_int_equal(got[i].type, REC_MARK);
			i++;
		}
	}
	kbuffer_free(k);
	return i;
}

TEST(random_pages_read_as_kbuffer_reads_them)
{
	for (unsigned int seed = 1; seed < 60; seed++) {
		unsigned int r = seed;
		struct pages p = { 0 };
		uint64_t ts = 1000;
		long n;

		for (int page = 0; page < 4; page++) {
			page_begin(&p, ts);
			while (p.b.len - p.page < MAKER_PAGE - 256)
				random_event(&p, &r, &ts);
			page_end(&p, 0, 0);
		}
		n = read_one(&p);
		if (n < 0)
			fail_msg("seed %u: %s", seed, error);
		assert_int_equal(kbuffer_compare(&p, n), n);
		free(p.b.p);
	}
}

/* ---- merge ---- */

TEST(cpus_are_merged_by_time_then_number_then_place)
{
	static const uint64_t times[3][4] = {
		{ 100, 200, 200, 500 }, { 100, 150, 200, 200 }, { 50, 200, 300, 300 },
	};
	struct pages p[3] = { 0 };
	const struct pages *cpu[3] = { &p[0], &p[1], &p[2] };

	for (int c = 0; c < 3; c++) {
		page_begin(&p[c], times[c][0]);
		for (int i = 0; i < 4; i++)
			put_free(&p[c], (uint32_t)(times[c][i] - times[c][i ? i - 1 : 0]),
				 (uint64_t)(c * 10 + i), 0);
		page_end(&p[c], 0, 0);
	}
	assert_int_equal(read_pages(cpu, 3), 12);
	for (int i = 1; i < 12; i++) {
		const struct record *a = &got[i - 1], *b = &got[i];

		assert_true(a->ts <= b->ts);
		if (a->ts == b->ts) {
			assert_true(a->cpu <= b->cpu);
			if (a->cpu == b->cpu)
				assert_true(a->pfn < b->pfn);
		}
	}
	for (int c = 0; c < 3; c++)
		free(p[c].b.p);
}

TEST(the_merge_order_is_that_of_a_sort)
{
	struct pages p[MAKER_CPUS] = { 0 };
	const struct pages *cpu[MAKER_CPUS];
	unsigned int seed = 3;
	long n;

	for (int c = 0; c < MAKER_CPUS; c++) {
		uint64_t ts = 1000;

		cpu[c] = &p[c];
		for (int page = 0; page < 6; page++) {
			page_begin(&p[c], ts);
			for (int i = 0; i < 120; i++) {
				uint32_t delta = i ? (uint32_t)rand_r(&seed) % 4 : 0;

				ts += delta;
				put_free(&p[c], delta, (uint64_t)(page * 120 + i), 0);
			}
			page_end(&p[c], 0, 0);
		}
	}
	n = read_pages(cpu, MAKER_CPUS);
	assert_int_equal(n, MAKER_CPUS * 720);
	for (long i = 1; i < n; i++) {
		const struct record *a = &got[i - 1], *b = &got[i];

		assert_true(a->ts < b->ts || (a->ts == b->ts && a->cpu < b->cpu) ||
			    (a->ts == b->ts && a->cpu == b->cpu && a->pfn < b->pfn));
	}
	for (int c = 0; c < MAKER_CPUS; c++)
		free(p[c].b.p);
}
