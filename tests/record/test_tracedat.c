// SPDX-License-Identifier: GPL-2.0-only
/* The list of events, and a trace.dat from its parts to what the reader makes of it. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "parsers/trace.h"
#include "record/internal.h"
#include "tests/parsers/tracedat_maker.h"

static bool has(enum event_set set, const char *event)
{
	struct event_name list[MAX_EVENTS];
	unsigned int nr = events_of_set(set, list);

	for (unsigned int i = 0; i < nr; i++)
		if (!strcmp(list[i].event, event))
			return true;
	return false;
}

TEST(each_set_has_the_events_of_the_smaller_ones)
{
	for (enum event_set set = EVENTS_MIN; set <= EVENTS_PCP; set++) {
		assert_true(has(set, "mm_page_alloc"));
		assert_int_equal(has(set, "mm_migrate_pages"), set >= EVENTS_STD);
		assert_int_equal(has(set, "page_fault_user"), set == EVENTS_FULL);
		assert_int_equal(has(set, "mm_page_pcpu_drain"), set == EVENTS_PCP);
	}
}

TEST(events_of_one_system_are_together)
{
	struct event_name list[MAX_EVENTS];
	unsigned int nr = events_of_set(EVENTS_PCP, list), changes = 0;

	for (unsigned int i = 1; i < nr; i++)
		changes += !!strcmp(list[i].system, list[i - 1].system);
	assert_int_equal(changes, 5); /* kmem vmscan compaction migrate huge_memory sched */
}

TEST(events_lost_are_read_from_the_page)
{
	struct pages p = { 0 };

	page_begin(&p, 1000);
	put_free(&p, 1, 7, 0);
	page_end(&p, 3u << 30, 42);
	assert_int_equal(page_lost_events(p.b.p, MAKER_PAGE), 42);
	page_begin(&p, 1000);
	page_end(&p, 1u << 31, 0);
	assert_int_equal(page_lost_events(p.b.p + MAKER_PAGE, MAKER_PAGE), 1);
	page_begin(&p, 1000);
	page_end(&p, 0, 0);
	assert_int_equal(page_lost_events(p.b.p + 2 * MAKER_PAGE, MAKER_PAGE), 0);
	free(p.b.p);
}

/* a file of what @p has, read as the kernel's pipe would be, by a reader of its own */
static void read_cpu(struct reader *r, const struct pages *p, struct readers_state *state)
{
	FILE *in = tmpfile(), *out = tmpfile();

	assert_non_null(in);
	assert_non_null(out);
	fwrite(p->b.p, 1, p->b.len, in);
	rewind(in);
	*r = (struct reader){ .state = state, .page_size = MAKER_PAGE, .fd = dup(fileno(in)) };
	r->data.fd = dup(fileno(out));
	fclose(in);
	fclose(out);
	atomic_store(&state->drain, true);
	assert_int_equal(reader_start(r), 0);
	reader_join(r);
	close(r->fd);
	assert_false(atomic_load(&state->failed));
}

static char *written(struct cpu_data *cpu, unsigned int nr_cpus, char *path)
{
	char *stats[2] = { "CPU: 0\nentries: 0\noverrun: 0\nread events: 1\n",
			   "CPU: 1\nentries: 0\noverrun: 0\nread events: 129\n" };
	struct tracedat t = {
		.header_page = (char *)header_page,
		.header_event = "# compressed entry header\n",
		.printk_formats = "",
		.saved_cmdlines = "100 cat\n",
		.clocks = "local [mono]\n",
		.uname = "Linux box 7.3.4 x86_64",
		.nr_formats = 3,
		.stats = stats,
		.cpu = cpu,
		.nr_cpus = nr_cpus,
		.page_size = MAKER_PAGE,
		.format = { { "ftrace", (char *)format_print },
			    { "kmem", (char *)format_alloc },
			    { "kmem", (char *)format_free } },
	};
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");

	assert_non_null(f);
	assert_int_equal(tracedat_write(&t, f), 0);
	assert_int_equal(fclose(f), 0);
	return path;
}

TEST(a_written_trace_reads_as_it_was)
{
	char path[] = "/tmp/fragreplay-test-XXXXXX", err[512] = "", *text = NULL;
	struct readers_state shared = { 0 };
	struct trace_options opt = { 0 };
	struct pages p[2] = { 0 };
	struct cpu_data data[2];
	struct reader r;
	struct trace *t;
	size_t len = 0;
	FILE *out;

	/* the second CPU has more pages than a chunk, and the last one is alone */
	page_begin(&p[0], 1000);
	put_alloc(&p[0], 1, 4712, 3, 1 << 3, 1);
	page_end(&p[0], 0, 0);
	for (unsigned int i = 0; i < 129; i++) {
		page_begin(&p[1], 2000 + 10 * i);
		put_free(&p[1], 1, 5000 + i, 0);
		page_end(&p[1], 0, 0);
	}
	for (int i = 0; i < 2; i++) {
		read_cpu(&r, &p[i], &shared);
		data[i] = r.data;
	}
	assert_int_equal(data[1].nr_chunks, 3);
	t = trace_open(written(data, 2, path), &opt, err, sizeof(err));
	assert_string_equal(err, "");
	assert_non_null(t);
	out = open_memstream(&text, &len);
	if (trace_dump(t, out))
		fail_msg("%s", trace_error(t));
	fclose(out);
	assert_non_null(strstr(text, "pfn=0x1268 order=3"));
	for (unsigned int i = 0; i < 129; i++) {
		char line[32];

		snprintf(line, sizeof(line), "pfn=0x%x order=0", 5000 + i);
		assert_non_null(strstr(text, line));
	}
	assert_string_equal(trace_get_info(t)->clock, "mono");
	trace_close(t);
	free(text);
	unlink(path);
	for (int i = 0; i < 2; i++) {
		close(data[i].fd);
		free(p[i].b.p);
	}
}

TEST(a_full_disk_fails_the_reader)
{
	struct readers_state shared = { 0 };
	struct pages p = { 0 };
	FILE *in = tmpfile();
	struct reader r = { .state = &shared, .page_size = MAKER_PAGE };

	page_begin(&p, 1000);
	put_free(&p, 1, 7, 0);
	page_end(&p, 0, 0);
	fwrite(p.b.p, 1, p.b.len, in);
	rewind(in);
	r.fd = fileno(in);
	r.data.fd = open("/dev/full", O_WRONLY);
	atomic_store(&shared.drain, true);
	assert_int_equal(reader_start(&r), 0);
	reader_join(&r);
	assert_true(atomic_load(&shared.failed));
	assert_int_equal(atomic_load(&shared.error), 28); /* ENOSPC */
	assert_int_equal(r.data.nr_chunks, 0);
	close(r.data.fd);
	fclose(in);
	free(p.b.p);
}
