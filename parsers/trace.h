/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A trace of any format. trace_open() finds out which one it is; the rest is the same for all:
 * batches of records in the order of time, and what the file says about itself.
 */
#ifndef FRAGREPLAY_TRACE_H
#define FRAGREPLAY_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "record.h"

struct trace;

/* Pages [start, end) that do not exist: what is above them moves down, so that pfns stay small. */
struct trace_hole {
	uint64_t start, end;
};

/**
 * struct trace_options - how to read a trace
 * @allow_incomplete: take damage for the end of the trace instead of failing
 * @instance: the buffer instance to read (trace-cmd record -B); NULL: the top one
 * @threads: helper threads that decompress ahead of the reader; 0: none
 * @holes: what to leave out of the pfns, rising; @nr_holes of them
 * @copy: of trace_copy(): the file to read instead, if it is not -1; NULL: there is none
 */
struct trace_options {
	bool allow_incomplete;
	const char *instance;
	unsigned int threads;
	const int *copy;
	const struct trace_hole *holes;
	unsigned int nr_holes;
};

/**
 * struct trace_info - what is known about a trace; it grows as the trace is read
 * @path: the file's name
 * @format: "trace.dat v7 zstd", "ftrace text (kernel's trace file)", ...
 * @kernel: release as uname prints it, NULL if the file does not say
 * @clock: trace_clock of the recording, NULL if the file does not say
 * @cpus: CPUs that the trace has buffers or events of
 * @digest: hash over the records so far, see digest_records(); it tells traces apart
 * @first_ns: time of the first record
 * @last_ns: time of the last record so far
 * @records: events so far
 * @lost: events that the kernel dropped, as the trace itself says, so far
 * @complete: false when damage was taken for the end of the trace
 * @file_bytes: size of the file; 0: a pipe
 * @bytes_read: how much of it has been used, to show progress
 * @nr_events: kinds of events that have occurred
 * @notes: what a reader of a report must know of the trace, a line each, once the last record has
 *	been read
 */
struct trace_info {
	const char *path;
	const char *format;
	const char *kernel;
	const char *clock;
	unsigned int cpus;
	uint64_t digest;
	uint64_t first_ns, last_ns, records;
	uint64_t lost;
	bool complete;
	uint64_t file_bytes, bytes_read;
	unsigned int nr_events;
	const char *notes;
};

int trace_copy(const char *path, bool allow_incomplete, int *fd, char *err, size_t errlen);
struct trace *trace_open(const char *path, const struct trace_options *opt, char *err,
			 size_t errlen);
long trace_read(struct trace *t, const struct record **rec);
const char *trace_error(const struct trace *t);
const struct trace_info *trace_get_info(struct trace *t);
const char *trace_event_count(struct trace *t, unsigned int i, uint64_t *count);
void trace_print_lost(struct trace *t, FILE *out);
const char *trace_comm(struct trace *t, int pid);
int trace_dump(struct trace *t, FILE *out);
void trace_close(struct trace *t);

#endif
