// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decoding speed: bench_decode TRACE.DAT [RUNS]
 *
 * Our reader beside libtracecmd's iterator in the same run, on the file as it is and on an
 * uncompressed copy of it that `trace-cmd convert` makes. Best of RUNS; opening is timed apart,
 * because it does not grow with the trace. Without libtracecmd or trace-cmd those lines are
 * missing.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifdef HAVE_LIBTRACECMD
#include <trace-cmd/trace-cmd.h>
#endif

#include "parsers/trace.h"

struct result {
	double open_s, read_s;
	uint64_t records;
};

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static struct result run_ours(const char *path, unsigned int threads)
{
	struct trace_options opt = { .threads = threads };
	struct result res = { 0 };
	const struct record *rec;
	char err[512];
	double start = now();
	struct trace *t = trace_open(path, &opt, err, sizeof(err));
	long n;

	if (!t) {
		fprintf(stderr, "%s\n", err);
		exit(2);
	}
	res.open_s = now() - start;
	while ((n = trace_read(t, &rec)) > 0)
		;
	if (n) {
		fprintf(stderr, "%s\n", trace_error(t));
		exit(2);
	}
	res.read_s = now() - start - res.open_s;
	res.records = trace_get_info(t)->records;
	trace_close(t);
	return res;
}

#ifdef HAVE_LIBTRACECMD
static int take_record(struct tracecmd_input *in, struct tep_record *rec, int cpu, void *data)
{
	uint64_t *sum = data;

	(void)in;
	(void)cpu;
	sum[0]++;
	sum[1] += rec->ts;
	return 0;
}

static struct result run_libtracecmd(const char *path)
{
	struct result res = { 0 };
	uint64_t sum[2] = { 0, 0 };
	double start = now();
	struct tracecmd_input *in = tracecmd_open(path, TRACECMD_FL_LOAD_NO_PLUGINS);

	if (!in) {
		fprintf(stderr, "%s: libtracecmd cannot open it\n", path);
		exit(2);
	}
	res.open_s = now() - start;
	tracecmd_iterate_events(in, NULL, 0, take_record, sum);
	res.read_s = now() - start - res.open_s;
	res.records = sum[0];
	tracecmd_close(in);
	return res;
}
#endif

static void keep_best(struct result *best, struct result res)
{
	if (!best->records || res.read_s < best->read_s)
		best->read_s = res.read_s;
	if (!best->records || res.open_s < best->open_s)
		best->open_s = res.open_s;
	best->records = res.records;
}

static double rate(const struct result *r)
{
	return (double)r->records / r->read_s / 1e6;
}

static void print(const char *what, const struct result *r)
{
	printf("%-34s %7.2f M records/s  (open %.1f ms, %llu records)\n", what, rate(r),
	       r->open_s * 1e3, (unsigned long long)r->records);
}

static void bench_file(const char *path, const char *kind, int runs)
{
	struct result ours[3] = { { 0 } };
	char what[64];

	for (int i = 0; i < runs; i++)
		for (unsigned int threads = 0; threads < 3; threads++)
			keep_best(&ours[threads], run_ours(path, threads));
	for (unsigned int threads = 0; threads < 3; threads++) {
		snprintf(what, sizeof(what), "%s, %u helper threads", kind, threads);
		print(what, &ours[threads]);
	}
#ifdef HAVE_LIBTRACECMD
	struct result theirs = { 0 };

	for (int i = 0; i < runs; i++)
		keep_best(&theirs, run_libtracecmd(path));
	snprintf(what, sizeof(what), "%s, libtracecmd's iterator", kind);
	print(what, &theirs);
	printf("%-34s %7.2f x (none), %.2f x (1), %.2f x (2 helper threads)\n",
	       "ratio to libtracecmd", rate(&ours[0]) / rate(&theirs),
	       rate(&ours[1]) / rate(&theirs), rate(&ours[2]) / rate(&theirs));
#endif
}

/* An uncompressed copy in @out; false when trace-cmd is missing or cannot. */
static bool make_uncompressed(const char *path, const char *out)
{
	char *command;
	int ret;

	if (asprintf(&command,
		     "trace-cmd convert --compression none -i '%s' -o '%s' >/dev/null 2>&1", path,
		     out) < 0)
		return false;
	ret = system(command);
	free(command);
	return !ret;
}

int main(int argc, char **argv)
{
	char out[] = "/tmp/bench_decode.XXXXXX";
	int runs = argc > 2 ? atoi(argv[2]) : 7, fd;

	if (argc < 2 || runs < 1) {
		fprintf(stderr, "usage: bench_decode TRACE.DAT [RUNS]\n");
		return 2;
	}
	bench_file(argv[1], "as it is", runs);
	fd = mkstemp(out);
	if (fd < 0)
		return 2;
	close(fd);
	if (make_uncompressed(argv[1], out))
		bench_file(out, "uncompressed", runs);
	else
		printf("trace-cmd cannot make an uncompressed copy: that part is left out\n");
	unlink(out);
	return 0;
}
