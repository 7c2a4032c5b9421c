// SPDX-License-Identifier: GPL-2.0-only
/* A buffer of our own in tracefs: what others trace is neither seen nor changed. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <tracefs.h>

#include "base/message.h"
#include "internal.h"

#define INSTANCE      "fragreplay"
#define MIN_BUFFER_KB 1024
#define MAX_BUFFER_KB 65536
/* The buffers of all CPUs take one of so many parts of the memory that is available. */
#define BUFFER_PART   32

static int lock_instance(struct tracefs_instance *instance)
{
	char *dir = tracefs_instance_get_dir(instance);
	int fd = dir ? open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	tracefs_put_tracing_file(dir);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB)) {
		close(fd);
		return -1;
	}
	return fd;
}

/**
 * instance_open - make the buffer, after what a recording that was killed has left
 * @lock: an open file that says as long as it is open that the buffer is in use
 *
 * Return: the instance; NULL with a message.
 */
struct tracefs_instance *instance_open(int *lock)
{
	struct tracefs_instance *instance;

	if (!tracefs_tracing_dir()) {
		message("record: no tracefs; mount -t tracefs nodev /sys/kernel/tracing");
		return NULL;
	}
	for (int round = 0; round < 2; round++) {
		instance = tracefs_instance_create(INSTANCE);
		if (!instance) {
			message("record: %s/instances/%s: %s", tracefs_tracing_dir(), INSTANCE,
				strerror(errno));
			return NULL;
		}
		*lock = lock_instance(instance);
		if (*lock < 0) {
			message("record: another `fragreplay record` runs; wait until it has ended");
			break;
		}
		if (tracefs_instance_is_new(instance))
			return instance;
		message("record: a recording that was killed left its tracing on: ended now");
		if (instance_close(instance, *lock))
			return NULL;
	}
	tracefs_instance_free(instance);
	return NULL;
}

/**
 * instance_close - take the buffer away, and with it all tracing of its own
 * @instance: the instance; its files are closed
 * @lock: of instance_open()
 *
 * Return: 0; -1 with a message.
 */
int instance_close(struct tracefs_instance *instance, int lock)
{
	int ret = tracefs_instance_destroy(instance);

	if (ret)
		message("record: %s/instances/%s cannot be removed: %s", tracefs_tracing_dir(),
			INSTANCE, strerror(errno));
	tracefs_instance_free(instance);
	close(lock);
	return ret ? -1 : 0;
}

static uint64_t available_kb(void)
{
	FILE *f = fopen("/proc/meminfo", "r");
	unsigned long long kb = 0;
	char line[128];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "MemAvailable: %llu", &kb) == 1)
			break;
	if (f)
		fclose(f);
	return kb;
}

static uint64_t default_buffer_kb(unsigned int nr_cpus)
{
	uint64_t kb = available_kb() / BUFFER_PART / nr_cpus;

	if (kb < MIN_BUFFER_KB)
		return MIN_BUFFER_KB;
	return kb < MAX_BUFFER_KB ? kb : MAX_BUFFER_KB;
}

static bool has_event(const struct event_name *e)
{
	char name[128], *path;
	bool there;

	snprintf(name, sizeof(name), "events/%.23s/%.47s/enable", e->system, e->event);
	path = tracefs_get_tracing_file(name);
	there = path && !access(path, F_OK);
	tracefs_put_tracing_file(path);
	return there;
}

static int enable_events(struct tracefs_instance *instance, enum event_set set)
{
	struct event_name list[MAX_EVENTS];
	unsigned int nr = events_of_set(set, list);
	char left_out[1024] = "";
	size_t at = 0;

	for (unsigned int i = 0; i < nr; i++) {
		const struct event_name *e = &list[i];

		if (has_event(e)) {
			if (!tracefs_event_enable(instance, e->system, e->event))
				continue;
			message("record: %s:%s cannot be enabled: %s", e->system, e->event,
				strerror(errno));
			return -1;
		}
		if (e->needed) {
			message("record: this kernel has no event %s:%s; it needs CONFIG_FTRACE",
				e->system, e->event);
			return -1;
		}
		if (at < sizeof(left_out))
			at += (size_t)snprintf(left_out + at, sizeof(left_out) - at, " %s",
					       e->event);
	}
	if (at)
		message("record: left out, this kernel has none of them:%s", left_out);
	return 0;
}

/**
 * instance_set_up - size the buffer, set the clock and the events; tracing stays off
 * @instance: the instance
 * @opt: what to record
 * @nr_cpus: that can be
 * @buffer_kb: set to the size of each CPU's buffer
 *
 * Return: 0; -1 with a message.
 */
int instance_set_up(struct tracefs_instance *instance, const struct record_options *opt,
		    unsigned int nr_cpus, uint64_t *buffer_kb)
{
	*buffer_kb = opt->buffer_kb ? opt->buffer_kb : default_buffer_kb(nr_cpus);
	if (tracefs_instance_file_write(instance, "tracing_on", "0") < 0 ||
	    tracefs_instance_file_write(instance, "trace_clock", "mono") < 0) {
		message("record: tracing cannot be set up: %s", strerror(errno));
		return -1;
	}
	if (tracefs_instance_set_buffer_size(instance, *buffer_kb, -1)) {
		message("record: no memory for %llu KiB of buffer a CPU; say a smaller --buffer-kb",
			(unsigned long long)*buffer_kb);
		return -1;
	}
	return enable_events(instance, opt->set);
}

/* The whole of a file, "" when there is none: what is optional is empty then. */
static char *read_file(struct tracefs_instance *instance, const char *name)
{
	int len;
	char *text = tracefs_instance_file_read(instance, name, &len);

	return text ? text : strdup("");
}

static void add_format(struct tracedat *t, const char *system, const char *event)
{
	struct event_format *f = &t->format[t->nr_formats];
	char name[128];

	snprintf(name, sizeof(name), "events/%s/%s/format", system, event);
	f->text = tracefs_instance_file_read(NULL, name, NULL);
	snprintf(f->system, sizeof(f->system), "%s", system);
	if (f->text)
		t->nr_formats++;
}

/**
 * instance_describe - read what a trace.dat says beside the events
 * @instance: the instance, its tracing over
 * @set: of events
 * @t: gets it; @t->nr_cpus is set. Free it by tracedat_free(), also after an error
 *
 * Return: 0; -1 with a message.
 */
int instance_describe(struct tracefs_instance *instance, enum event_set set, struct tracedat *t)
{
	struct event_name list[MAX_EVENTS];
	unsigned int nr = events_of_set(set, list);
	struct utsname u;
	char name[64];

	uname(&u);
	snprintf(t->uname, sizeof(t->uname), "%s %s %s %s", u.sysname, u.nodename, u.release,
		 u.machine);
	t->header_page = read_file(NULL, "events/header_page");
	t->header_event = read_file(NULL, "events/header_event");
	t->printk_formats = read_file(NULL, "printk_formats");
	t->saved_cmdlines = read_file(NULL, "saved_cmdlines");
	t->clocks = read_file(instance, "trace_clock");
	add_format(t, "ftrace", "print");
	for (unsigned int i = 0; i < nr; i++)
		add_format(t, list[i].system, list[i].event);
	t->stats = calloc(t->nr_cpus, sizeof(*t->stats));
	for (unsigned int i = 0; i < t->nr_cpus && t->stats; i++) {
		char *stats;

		snprintf(name, sizeof(name), "per_cpu/cpu%u/stats", i);
		stats = read_file(instance, name);
		if (!stats || asprintf(&t->stats[i], "CPU: %u\n%s", i, stats) < 0)
			t->stats[i] = NULL;
		free(stats);
	}
	if (t->header_page && t->header_event && t->printk_formats && t->saved_cmdlines &&
	    t->clocks && t->stats && t->stats[t->nr_cpus - 1])
		return 0;
	message("out of memory");
	return -1;
}

/**
 * tracedat_free - free what instance_describe() made
 * @t: of it
 */
void tracedat_free(struct tracedat *t)
{
	free(t->header_page);
	free(t->header_event);
	free(t->printk_formats);
	free(t->saved_cmdlines);
	free(t->clocks);
	for (unsigned int i = 0; i < t->nr_formats; i++)
		free(t->format[i].text);
	for (unsigned int i = 0; i < t->nr_cpus && t->stats; i++)
		free(t->stats[i]);
	free(t->stats);
}
