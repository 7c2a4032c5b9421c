// SPDX-License-Identifier: GPL-2.0-only
/* A recording from its begin to its end. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <tracefs.h>

#include "base/interrupt.h"
#include "base/message.h"
#include "internal.h"

#define LOOK_NS	      50000000
/* What a full disk leaves for the end of trace.dat and the texts of after/. */
#define RESERVE_BYTES (8 << 20)

struct recording {
	const struct record_options *opt;
	struct tracefs_instance *instance;
	int lock;
	struct readers_state state;
	struct reader *reader;
	unsigned int nr_cpus, nr_started;
	uint64_t buffer_kb;
	pid_t child;
	int status; /* of the command, as wait() has it */
};

static void path_of(const struct recording *r, const char *name, char *path, size_t len)
{
	snprintf(path, len, "%s/%s", r->opt->dir, name);
}

static int make_dirs(const struct recording *r)
{
	static const char *const sub[] = { "before", "after" };
	char path[4096];

	/* an empty directory goes and comes again; any other stays as it is */
	if (rmdir(r->opt->dir) && errno == ENOTEMPTY) {
		message("record: %s is not empty; give another directory, nothing is overwritten",
			r->opt->dir);
		return -1;
	}
	if (mkdir(r->opt->dir, 0777)) {
		message("record: %s: %s", r->opt->dir, strerror(errno));
		return -1;
	}
	for (int i = 0; i < 2; i++) {
		path_of(r, sub[i], path, sizeof(path));
		if (mkdir(path, 0777)) {
			message("record: %s: %s", path, strerror(errno));
			return -1;
		}
	}
	return 0;
}

static int make_reserve(const struct recording *r)
{
	char path[4096];
	int fd, error;

	path_of(r, ".reserve", path, sizeof(path));
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	error = fd < 0 ? errno : posix_fallocate(fd, 0, RESERVE_BYTES);
	if (fd >= 0)
		close(fd);
	if (!error)
		return 0;
	message("record: %s: %s", path, strerror(error));
	return -1;
}

static void remove_hidden(const struct recording *r)
{
	char path[4096], name[32];

	path_of(r, ".reserve", path, sizeof(path));
	unlink(path);
	for (unsigned int i = 0; i < r->nr_cpus; i++) {
		snprintf(name, sizeof(name), ".cpu%u", i);
		path_of(r, name, path, sizeof(path));
		unlink(path);
	}
}

static int start_readers(struct recording *r)
{
	char path[4096], name[64];
	int error;

	for (; r->nr_started < r->nr_cpus; r->nr_started++) {
		struct reader *reader = &r->reader[r->nr_started];

		snprintf(name, sizeof(name), ".cpu%u", r->nr_started);
		path_of(r, name, path, sizeof(path));
		reader->state = &r->state;
		reader->page_size = (uint32_t)getpagesize();
		reader->data.fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		snprintf(name, sizeof(name), "per_cpu/cpu%u/trace_pipe_raw", r->nr_started);
		reader->fd = tracefs_instance_file_open(r->instance, name, O_RDONLY | O_NONBLOCK);
		error = reader->fd < 0 || reader->data.fd < 0 ? errno : reader_start(reader);
		if (error) {
			message("record: cpu %u cannot be read: %s", r->nr_started,
				strerror(error));
			return -1;
		}
		fcntl(reader->fd, F_SETFD, FD_CLOEXEC);
	}
	return 0;
}

static void stop_readers(struct recording *r)
{
	atomic_store(&r->state.drain, true);
	for (unsigned int i = 0; i < r->nr_started; i++)
		reader_join(&r->reader[i]);
	for (unsigned int i = 0; i < r->nr_started; i++)
		close(r->reader[i].fd);
}

static void mark(const struct recording *r, const char *what)
{
	char text[64];

	snprintf(text, sizeof(text), "fragreplay: %s\n", what);
	tracefs_instance_file_write(r->instance, "trace_marker", text);
}

static void tell_losses(struct recording *r)
{
	for (unsigned int i = 0; i < r->nr_cpus; i++) {
		struct reader *reader = &r->reader[i];
		uint64_t lost = atomic_load(&reader->lost);

		if (lost > reader->told)
			message("record: cpu %u: %llu events lost; a --buffer-kb above %llu holds more",
				i, (unsigned long long)(lost - reader->told),
				(unsigned long long)r->buffer_kb);
		reader->told = lost;
	}
}

static int start_command(struct recording *r)
{
	r->child = fork();
	if (r->child < 0) {
		message("record: fork: %s", strerror(errno));
		return -1;
	}
	if (r->child)
		return 0;
	signal(SIGPIPE, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	execvp(r->opt->command[0], r->opt->command);
	message("record: %s: %s", r->opt->command[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static bool goes_on(struct recording *r, double end)
{
	if (interrupted || atomic_load(&r->state.failed))
		return false;
	if (r->opt->max_bytes && atomic_load(&r->state.bytes) >= r->opt->max_bytes) {
		message("record: the trace has the size of --max-size: the recording ends");
		return false;
	}
	if (end > 0 && now_s() >= end)
		return false;
	return !r->child || waitpid(r->child, &r->status, WNOHANG) != r->child;
}

static void wait_for_end(struct recording *r)
{
	const struct timespec look = { .tv_nsec = LOOK_NS };
	double end = r->opt->duration_s ? now_s() + (double)r->opt->duration_s : 0;

	while (goes_on(r, end)) {
		tell_losses(r);
		nanosleep(&look, NULL);
	}
}

/* Tracing runs through both snapshots, so that nothing happens unseen. */
static int trace_all(struct recording *r)
{
	char before[4096], after[4096];
	int ret;

	path_of(r, "before", before, sizeof(before));
	path_of(r, "after", after, sizeof(after));
	if (tracefs_instance_file_write(r->instance, "tracing_on", "1") < 0) {
		message("record: tracing cannot be turned on: %s", strerror(errno));
		return -1;
	}
	mark(r, "before begin");
	ret = copy_page_words(before) || copy_texts(before) || copy_vmstat(before);
	mark(r, "before end");
	if (ret || (r->opt->command && start_command(r)))
		return -1;
	wait_for_end(r);
	if (atomic_load(&r->state.failed)) {
		tracefs_instance_file_write(r->instance, "tracing_on", "0");
		return 0;
	}
	mark(r, "after begin");
	ret = copy_vmstat(after) || copy_texts(after) || copy_page_words(after);
	mark(r, "after end");
	tracefs_instance_file_write(r->instance, "tracing_on", "0");
	if (ret)
		message("record: after/ is not whole");
	return 0;
}

static int write_trace(struct recording *r)
{
	struct tracedat t = { .nr_cpus = r->nr_cpus, .page_size = (uint32_t)getpagesize() };
	char path[4096];
	FILE *f = NULL;
	int ret = -1;

	path_of(r, "trace.dat", path, sizeof(path));
	t.cpu = calloc(r->nr_cpus, sizeof(*t.cpu));
	for (unsigned int i = 0; i < r->nr_cpus && t.cpu; i++)
		t.cpu[i] = r->reader[i].data;
	if (t.cpu && !instance_describe(r->instance, r->opt->set, &t)) {
		f = fopen(path, "w");
		ret = f ? tracedat_write(&t, f) : -1;
		if (f && fclose(f))
			ret = -1;
		if (ret)
			message("record: %s: %s", path, strerror(errno));
	}
	tracedat_free(&t);
	free(t.cpu);
	return ret;
}

static int say_end(struct recording *r)
{
	int error = atomic_load(&r->state.error);

	if (atomic_load(&r->state.failed)) {
		message("record: %s: the recording ends there; "
			"next: fragreplay info --allow-incomplete %s/trace.dat",
			strerror(error), r->opt->dir);
		return 2;
	}
	if (interrupted)
		message("record: interrupted: the recording ends there, and is whole");
	message("record: recorded %s, %llu KiB of trace; next: fragreplay check %s", r->opt->dir,
		(unsigned long long)(atomic_load(&r->state.bytes) >> 10), r->opt->dir);
	if (!r->child || !r->status)
		return 0;
	r->status = WIFEXITED(r->status) ? WEXITSTATUS(r->status) : 128 + WTERMSIG(r->status);
	message("record: the command ended with status %d", r->status);
	return r->status;
}

static int record_in(struct recording *r)
{
	int ret = -1;

	if (!instance_set_up(r->instance, r->opt, r->nr_cpus, &r->buffer_kb) && !make_dirs(r)) {
		ret = make_reserve(r) || start_readers(r) || trace_all(r) ? -1 : 0;
		tracefs_instance_file_write(r->instance, "tracing_on", "0");
		stop_readers(r);
		tell_losses(r);
	}
	if (!ret) {
		char path[4096];

		path_of(r, ".reserve", path, sizeof(path));
		unlink(path);
		ret = write_trace(r);
	}
	return ret;
}

/**
 * record_run - make a recording
 * @opt: what to record
 *
 * Return: exit code: that of the command, when there is one; 2 with a message on trouble.
 */
int record_run(const struct record_options *opt)
{
	struct recording r = { .opt = opt, .nr_cpus = (unsigned int)sysconf(_SC_NPROCESSORS_CONF) };
	int ret;

	if (geteuid()) {
		message("record: tracing and page flags need root: run it with sudo; "
			"`fragreplay snapshot` copies what an ordinary user may read");
		return 2;
	}
	r.reader = calloc(r.nr_cpus, sizeof(*r.reader));
	if (!r.reader) {
		message("out of memory");
		return 2;
	}
	r.instance = instance_open(&r.lock);
	if (!r.instance) {
		free(r.reader);
		return 2;
	}
	ret = record_in(&r);
	if (r.nr_started && !ret)
		remove_hidden(&r);
	for (unsigned int i = 0; i < r.nr_started; i++)
		close(r.reader[i].data.fd);
	if (instance_close(r.instance, r.lock))
		ret = -1;
	ret = ret ? 2 : say_end(&r);
	free(r.reader);
	return ret;
}
