// SPDX-License-Identifier: GPL-2.0-only
/*
 * A trace of any format is opened here: the reader is chosen by what the first bytes look like. All
 * other calls go to that reader.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "events.h"
#include "internal.h"

static const char tracedat_magic[] = "\x17\x08\x44tracing";

static const struct trace_options default_options = { .threads = 1 };

static void source_release(struct trace_source *src)
{
	if (src->mapped)
		munmap((void *)(uintptr_t)src->map, src->size);
	if (src->fd > STDERR_FILENO)
		close(src->fd);
	free(src->path);
}

/* Opens the trace itself, or a copy of one that cannot be read at any place. */
static int open_bytes(struct trace_source *src, const struct trace_options *opt, char *err,
		      size_t errlen)
{
	bool copied = opt->copy && *opt->copy >= 0;

	if (copied)
		src->fd = fcntl(*opt->copy, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	else if (trace_copy(src->path, opt->allow_incomplete, &src->fd, err, errlen))
		return -1;
	else if (src->fd < 0)
		src->fd = open(src->path, O_RDONLY | O_CLOEXEC);
	if (src->fd >= 0)
		return 0;
	snprintf(err, errlen, "%s: %s", src->path, strerror(errno));
	return -1;
}

static int source_open(struct trace_source *src, const char *path, const struct trace_options *opt,
		       char *err, size_t errlen)
{
	struct stat st;
	void *map;

	src->path = strdup(path);
	if (!src->path) {
		snprintf(err, errlen, "%s: out of memory", path);
		return -1;
	}
	if (open_bytes(src, opt, err, errlen))
		return -1;
	if (fstat(src->fd, &st)) {
		snprintf(err, errlen, "%s: %s", path, strerror(errno));
		return -1;
	}
	src->size = (size_t)st.st_size;
	if (!src->size)
		return 0;
	map = mmap(NULL, src->size, PROT_READ, MAP_PRIVATE, src->fd, 0);
	if (map == MAP_FAILED) {
		snprintf(err, errlen, "%s: cannot map: %s", path, strerror(errno));
		return -1;
	}
	src->map = map;
	src->mapped = true;
	return 0;
}

static bool is_magic(const uint8_t *head, size_t len, const char *magic, size_t magic_len)
{
	return len >= magic_len && !memcmp(head, magic, magic_len);
}

/**
 * trace_recognized - may these be the first bytes of a trace?
 * @head: the bytes
 * @len: how many
 *
 * Return: true if there is a reader for what begins so.
 */
bool trace_recognized(const uint8_t *head, size_t len)
{
	return is_magic(head, len, tracedat_magic, sizeof(tracedat_magic) - 1) ||
	       is_magic(head, len, "PERFILE2", 8) ||
	       text_probe(head, len < TRACE_HEAD ? len : TRACE_HEAD);
}

/* trace-cmd keeps a CPU's data in trace.dat.cpu0 until it makes the trace.dat of them. */
static bool is_cpu_file(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot && !strncmp(dot, ".cpu", 4) && dot[4] &&
	       strspn(dot + 4, "0123456789") == strlen(dot + 4);
}

static struct trace *open_source(const struct trace_source *src, const struct trace_options *opt,
				 char *err, size_t errlen)
{
	const uint8_t *head = src->map;
	size_t len = src->size;

	if (!len) {
		snprintf(err, errlen, "%s: the file is empty; record again or copy it again",
			 src->path);
		return NULL;
	}
	if (is_magic(head, len, tracedat_magic, sizeof(tracedat_magic) - 1))
		return tracedat_open(src, opt, err, errlen);
	if (is_magic(head, len, "PERFILE2", 8))
		return perfdata_open(src, opt, err, errlen);
	if (text_probe(head, len < TRACE_HEAD ? len : TRACE_HEAD))
		return text_open(src, opt, err, errlen);
	if (len >= 2 && (!memcmp(head, "\xff\xfe", 2) || !memcmp(head, "\xfe\xff", 2))) {
		snprintf(err, errlen, "%s: UTF-16 text; convert it: iconv -f utf-16 -t utf-8",
			 src->path);
		return NULL;
	}
	if (is_cpu_file(src->path)) {
		snprintf(err, errlen,
			 "%s: one CPU's data of a recording that did not end; `trace-cmd "
			 "restore` makes a trace.dat of all of them",
			 src->path);
		return NULL;
	}
	snprintf(err, errlen, "%s: offset 0: neither trace.dat nor ftrace or perf script text; "
		 "give the file that `trace-cmd record` or `trace-cmd extract` wrote", src->path);
	return NULL;
}

static struct trace *open_or_release(struct trace_source *src, const struct trace_options *opt,
				     char *err, size_t errlen)
{
	struct trace *t = open_source(src, opt ? opt : &default_options, err, errlen);

	if (!t) {
		source_release(src);
		return NULL;
	}
	t->info.path = t->src.path;
	t->info.file_bytes = t->src.size;
	t->info.notes = t->notes;
	return t;
}

/**
 * trace_open - open a trace, whatever its format
 * @path: the file; "-" is stdin
 * @opt: options, NULL for defaults
 * @err: buffer for a message that names file, place and remedy
 * @errlen: its size
 *
 * Return: the trace, for trace_close(), or NULL with @err filled.
 */
struct trace *trace_open(const char *path, const struct trace_options *opt, char *err,
			 size_t errlen)
{
	struct trace_source src = { .fd = -1 };

	opt = opt ? opt : &default_options;
	if (source_open(&src, path, opt, err, errlen)) {
		source_release(&src);
		return NULL;
	}
	return open_or_release(&src, opt, err, errlen);
}

/**
 * trace_open_memory - open a trace whose bytes are in memory
 * @data: the bytes of the file; they stay the caller's and must outlive the trace
 * @size: how many
 * @opt: options, NULL for defaults
 * @err: buffer for a message
 * @errlen: its size
 *
 * Return: the trace, or NULL with @err filled.
 */
struct trace *trace_open_memory(const void *data, size_t size, const struct trace_options *opt,
				char *err, size_t errlen)
{
	struct trace_source src = { .fd = -1, .map = data, .size = size };

	src.path = strdup("<memory>");
	if (!src.path) {
		snprintf(err, errlen, "out of memory");
		return NULL;
	}
	return open_or_release(&src, opt, err, errlen);
}

/**
 * trace_fail - note why a trace cannot be read on; the first reason stays
 * @t: the trace
 * @fmt: message: file, place, what, remedy
 *
 * Return: -1.
 */
long trace_fail(struct trace *t, const char *fmt, ...)
{
	va_list ap;

	if (!t->error[0]) {
		va_start(ap, fmt);
		vsnprintf(t->error, sizeof(t->error), fmt, ap);
		va_end(ap);
	}
	return -1;
}

/**
 * trace_note - say something about a trace that is no damage
 * @t: the trace
 * @fmt: a line without its newline
 *
 * What there is no room for is not kept.
 */
void trace_note(struct trace *t, const char *fmt, ...)
{
	size_t len = strlen(t->notes);
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->notes + len, sizeof(t->notes) - len, fmt, ap);
	va_end(ap);
	if (n < 0 || len + (size_t)n + 2 > sizeof(t->notes))
		t->notes[len] = '\0';
	else
		memcpy(t->notes + len + n, "\n", 2);
}

/* A page whose allocation, or whose free, is never seen, cannot be followed. */
static void note_one_side(struct trace *t)
{
	uint64_t allocs = 0, frees = 0;

	for (unsigned int i = 0; i < t->info.nr_events; i++) {
		uint64_t count;
		const char *name = t->ops->event_count(t, i, &count);
		const struct event_desc *e = event_find(NULL, name, strlen(name));

		allocs += e && e->type == REC_ALLOC ? count : 0;
		frees += e && e->type == REC_FREE ? count : 0;
	}
	if (allocs && !frees)
		trace_note(t,
			   "%llu allocations and no free: memory only fills; record "
			   "kmem:mm_page_free, too",
			   (unsigned long long)allocs);
	if (frees && !allocs)
		trace_note(t,
			   "%llu frees and no allocation: memory only empties; record "
			   "kmem:mm_page_alloc, too",
			   (unsigned long long)frees);
}

/*
 * Cuts a batch before a record that comes too long after the one before it; readers of text have
 * told the line already. Returns how many are left.
 */
static long cut_at_pause(struct trace *t, const struct record *rec, long n)
{
	uint64_t before = t->any ? t->last_ns : rec[0].ts;
	long i;

	t->any = true;
	t->last_ns = rec[n - 1].ts;
	if (!pause_implausible(before, t->last_ns))
		return n;
	for (i = 0; i < n && !pause_implausible(before, rec[i].ts); i++)
		before = rec[i].ts;
	if (i == n)
		return n;
	trace_fail(t,
		   "%s: an event at %.6f s comes more than 30 days after the one before, at "
		   "%.6f s: its time is damaged, or of another recording; record again, or use "
		   "--allow-incomplete to replay up to here",
		   t->info.path, (double)rec[i].ts / 1e9, (double)before / 1e9);
	t->stopped = true;
	t->info.complete = false;
	return i ? i : t->opt.allow_incomplete ? 0 : -1;
}

static uint64_t below_holes(const struct trace_options *o, uint64_t pfn)
{
	uint64_t gone = 0;

	for (unsigned int i = 0; i < o->nr_holes && pfn >= o->holes[i].start; i++)
		gone += (pfn < o->holes[i].end ? pfn : o->holes[i].end) - o->holes[i].start;
	return pfn - gone;
}

/*
 * Each event that names a page has it in the first word. A migration entry has its pfn among other
 * bits, and no place of it: migrations are then followed without.
 */
static void leave_out_holes(const struct trace_options *o, struct record *r)
{
	switch (r->type) {
	case REC_ISOLATE_MIGRATE:
	case REC_ISOLATE_FREE:
	case REC_FAST_ISOLATE_FREE:
		r->isolate.end_pfn = below_holes(o, r->isolate.end_pfn);
		r->isolate.start_pfn = below_holes(o, r->isolate.start_pfn);
		break;
	case REC_ALLOC:
	case REC_FREE:
	case REC_FREE_BATCHED:
	case REC_EXTFRAG:
	case REC_WRITE_FOLIO:
	case REC_FILEMAP_ADD:
		if (r->pfn != REC_NO_PFN)
			r->pfn = below_holes(o, r->pfn);
		break;
	case REC_SET_MIGRATION_PTE:
	case REC_REMOVE_MIGRATION_PTE:
		r->type = REC_OTHER;
		break;
	}
}

static long read_plausible(struct trace *t, const struct record **rec)
{
	long n;

	if (t->stopped)
		return t->opt.allow_incomplete ? 0 : -1;
	n = t->ops->read(t, rec);
	if (n > 0)
		n = cut_at_pause(t, *rec, n);
	/* the reader's batch is its own memory, and has been counted and hashed already */
	for (long i = 0; t->opt.nr_holes && i < n; i++)
		leave_out_holes(&t->opt, (struct record *)(uintptr_t) & (*rec)[i]);
	return n;
}

/**
 * trace_read - get the next records, in order of (ts, cpu, place in the file)
 * @t: the trace
 * @rec: set to an array that stays valid until the next call
 *
 * Return: how many; 0 at the end; -1 on damage, with trace_error() telling what it is.
 */
long trace_read(struct trace *t, const struct record **rec)
{
	long n = read_plausible(t, rec);

	if (n <= 0 && !t->noted) {
		t->noted = true;
		if (t->ops->notes)
			t->ops->notes(t);
		note_one_side(t);
	}
	return n;
}

/**
 * trace_error - get the reason why a trace cannot be read on
 * @t: the trace
 *
 * Return: a message that names file, place and remedy; empty when there was no damage.
 */
const char *trace_error(const struct trace *t)
{
	return t->error;
}

/**
 * trace_get_info - get what is known about a trace so far
 * @t: the trace
 *
 * Return: it; the pointer stays valid, and what it points to grows with each trace_read().
 */
const struct trace_info *trace_get_info(struct trace *t)
{
	return &t->info;
}

/**
 * trace_event_count - count how often an event has occurred so far
 * @t: the trace
 * @i: which, below nr_events of struct trace_info; they are sorted by name
 * @count: set to the number
 *
 * Return: the event's name.
 */
const char *trace_event_count(struct trace *t, unsigned int i, uint64_t *count)
{
	return t->ops->event_count(t, i, count);
}

/**
 * trace_print_lost - list where events were lost, CPU by CPU, as lines of text
 * @t: the trace
 * @out: where to
 */
void trace_print_lost(struct trace *t, FILE *out)
{
	if (t->ops->print_lost)
		t->ops->print_lost(t, out);
}

/**
 * trace_comm - get the name of a task
 * @t: the trace
 * @pid: the task
 *
 * Return: its comm as the file has saved it, "<...>" when it has not, as ftrace prints it.
 */
const char *trace_comm(struct trace *t, int pid)
{
	const char *comm = t->ops->comm ? t->ops->comm(t, pid) : NULL;

	if (comm)
		return comm;
	return pid ? "<...>" : "<idle>";
}

/**
 * trace_dump - print every event as `trace-cmd report -R` does
 * @t: a trace of which nothing has been read yet
 * @out: where to
 *
 * Return: 0, or -1 with trace_error() telling why.
 */
int trace_dump(struct trace *t, FILE *out)
{
	if (t->ops->dump)
		return t->ops->dump(t, out);
	return (int)trace_fail(t, "%s: only trace.dat files can be dumped", t->info.path);
}

/**
 * trace_close - release a trace and all that was returned about it
 * @t: the trace, or NULL
 */
void trace_close(struct trace *t)
{
	struct trace_source src;

	if (!t)
		return;
	src = t->src;
	t->ops->close(t);
	source_release(&src);
}
