// SPDX-License-Identifier: GPL-2.0-only
/* perf.data is read as perf wrote it: in order of time, with what was lost, or refused. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parsers/internal.h"
#include "tests/parsers/perfdata_maker.h"
#include "tests/test.h"

#define SEC 1000000000ull

/* two CPUs in two rounds; CPU 1 of the first round is later than CPU 0 of the second */
static struct bytes some_records(const struct perf_spec *s)
{
	struct bytes b = { 0 };

	put_perf_comm(&b, 100, "labload");
	put_perf_alloc(&b, s, 5 * SEC + 1, 0, 0x1000, 0);
	put_perf_alloc(&b, s, 5 * SEC + 4, 0, 0x1200, 9);
	put_perf_free(&b, s, 5 * SEC + 2, 1, 0x1000, 0);
	put_perf_alloc(&b, s, 5 * SEC + 9, 1, UINT64_MAX, 9);
	put_perf_round(&b);
	put_perf_free(&b, s, 5 * SEC + 7, 0, 0x1200, 9);
	put_perf_lost(&b, false, 7, 5 * SEC + 10, 1);
	put_perf_lost(&b, true, 500, 5 * SEC + 11, 0);
	put_perf_round(&b);
	return b;
}

static struct trace *open_bytes(const struct bytes *file, bool allow_incomplete, char *err)
{
	struct trace_options opt = { .allow_incomplete = allow_incomplete };

	return trace_open_memory(file->p, file->len, &opt, err, TRACE_ERRLEN);
}

/* all records of a file; the last answer of trace_read() is returned */
static long read_all(struct trace *t, struct record *out, unsigned int *nr)
{
	const struct record *rec;
	long n;

	*nr = 0;
	while ((n = trace_read(t, &rec)) > 0)
		for (long i = 0; i < n && *nr < 16; i++)
			out[(*nr)++] = rec[i];
	return n;
}

static void assert_some_records(const struct perf_spec *s)
{
	static const struct {
		uint64_t ts;
		uint8_t type;
		uint16_t cpu;
	} want[] = {
		{ 1, REC_ALLOC, 0 }, { 2, REC_FREE, 1 },  { 4, REC_ALLOC, 0 }, { 7, REC_FREE, 0 },
		{ 9, REC_ALLOC, 1 }, { 10, REC_LOST, 1 }, { 11, REC_LOST, 0 },
	};
	struct bytes records = some_records(s), file = make_perfdata(s, &records);
	char err[TRACE_ERRLEN] = "";
	struct trace *t = open_bytes(&file, false, err);
	struct record r[16];
	unsigned int nr;
	uint64_t count;

	if (!t)
		fail_msg("%s", err);
	if (read_all(t, r, &nr))
		fail_msg("%s", trace_error(t));
	assert_int_equal(nr, 7);
	for (unsigned int i = 0; i < nr; i++) {
		assert_int_equal(r[i].ts, 5 * SEC + want[i].ts);
		assert_int_equal(r[i].type, want[i].type);
		assert_int_equal(r[i].cpu, want[i].cpu);
	}
	assert_int_equal(r[0].pfn, 0x1000);
	assert_int_equal(r[0].migratetype, 1);
	assert_int_equal(r[0].pid, 100);
	assert_int_equal(r[2].order, 9);
	assert_int_equal(r[1].flags, 0x10);
	assert_true(r[4].pfn == REC_NO_PFN);
	assert_int_equal(r[5].lost.events, 7);
	assert_int_equal(trace_get_info(t)->lost, 507);
	assert_int_equal(trace_get_info(t)->records, 5);
	assert_string_equal(trace_comm(t, 100), "labload");
	assert_string_equal(trace_event_count(t, 0, &count), "mm_page_alloc");
	assert_int_equal(count, 3);
	trace_close(t);
	free(records.p);
	free(file.p);
}

TEST(a_file_is_read_in_order_of_time)
{
	assert_some_records(&(struct perf_spec){ 0 });
}

TEST(a_pipe_has_the_same_in_records)
{
	assert_some_records(&(struct perf_spec){ .pipe = true });
}

TEST(call_chains_are_skipped)
{
	assert_some_records(&(struct perf_spec){ .callchain = true });
}

TEST(compressed_records_may_be_cut_between_blocks)
{
	assert_some_records(&(struct perf_spec){ .compressed = true });
	assert_some_records(&(struct perf_spec){ .compressed = true, .pipe = true });
}

TEST(a_file_tells_kernel_and_cpus)
{
	const struct perf_spec s = { 0 };
	struct bytes records = some_records(&s), file = make_perfdata(&s, &records);
	char err[TRACE_ERRLEN];
	struct trace *t = open_bytes(&file, false, err);

	assert_non_null(t);
	assert_string_equal(trace_get_info(t)->kernel, "7.3.4");
	assert_int_equal(trace_get_info(t)->cpus, 4);
	assert_string_equal(trace_get_info(t)->format, "perf.data");
	trace_close(t);
	free(records.p);
	free(file.p);
}

TEST(a_file_that_perf_did_not_finish_is_refused_with_the_way_out)
{
	const struct perf_spec s = { .killed = true };
	struct bytes records = some_records(&s), file = make_perfdata(&s, &records);
	char err[TRACE_ERRLEN] = "";

	assert_null(open_bytes(&file, false, err));
	assert_non_null(strstr(err, "perf was killed"));
	free(records.p);
	free(file.p);
}

TEST(an_impossible_value_is_damage_with_its_place)
{
	const struct perf_spec s = { .pipe = true };
	struct bytes records = { 0 }, file;
	char err[TRACE_ERRLEN] = "";
	struct record r[16];
	unsigned int nr;
	struct trace *t;

	put_perf_free(&records, &s, SEC, 0, 0x1000, 0);
	put_perf_free(&records, &s, SEC + 1, 0, 0x1001, 3);
	file = make_perfdata(&s, &records);
	t = open_bytes(&file, false, err);
	assert_non_null(t);
	assert_int_equal(read_all(t, r, &nr), -1);
	assert_non_null(strstr(trace_error(t), "no multiple"));
	assert_non_null(strstr(trace_error(t), "offset 0x"));
	trace_close(t);
	t = open_bytes(&file, true, err);
	assert_int_equal(read_all(t, r, &nr), 0);
	assert_int_equal(nr, 1);
	assert_false(trace_get_info(t)->complete);
	trace_close(t);
	free(records.p);
	free(file.p);
}

/* Cut anywhere, a pipe is refused, is damaged, or ends between two of its records. */
TEST(a_cut_pipe_gives_no_event_that_the_whole_one_has_not)
{
	const struct perf_spec s = { .pipe = true };
	struct bytes records = some_records(&s), file = make_perfdata(&s, &records);
	char err[TRACE_ERRLEN];
	struct record r[16];
	unsigned int nr;

	for (size_t len = 16; len < file.len; len += 3) {
		struct bytes cut = { malloc(len), len, len };
		struct trace *t;

		assert_non_null(cut.p);
		memcpy(cut.p, file.p, len);
		t = open_bytes(&cut, false, err);
		if (t) {
			read_all(t, r, &nr);
			assert_true(nr <= 7);
			trace_close(t);
		}
		free(cut.p);
	}
	free(records.p);
	free(file.p);
}

/* perf itself has to print what is made here; where it is not installed, nothing is asked. */
TEST(perf_script_prints_what_is_made_here)
{
	const struct perf_spec s = { 0 };
	struct bytes records = some_records(&s), file = make_perfdata(&s, &records);
	char path[256], command[512], line[512];
	unsigned int allocs = 0, frees = 0;
	FILE *out;
	int fd;

	if (system("command -v perf >/dev/null 2>&1 && perf version >/dev/null 2>&1")) {
		free(records.p);
		free(file.p);
		print_message("# no perf to ask\n");
		skip();
	}
	snprintf(path, sizeof(path), "%s/perfdata.XXXXXX", getenv("TMPDIR") ?: "/tmp");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, file.p, file.len), (ssize_t)file.len);
	close(fd);
	snprintf(command, sizeof(command),
		 "perf script -F tid,cpu,time,event,trace -i '%s' 2>/dev/null", path);
	out = popen(command, "r");
	assert_non_null(out);
	while (fgets(line, sizeof(line), out)) {
		allocs += strstr(line, "mm_page_alloc: pfn=0x") != NULL;
		frees += strstr(line, "mm_page_free: pfn=0x") != NULL;
	}
	pclose(out);
	unlink(path);
	free(records.p);
	free(file.p);
	assert_int_equal(allocs, 3);
	assert_int_equal(frees, 2);
}
