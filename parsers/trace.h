/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A trace of any format, opened: batches of records in time order, and what the file says of
 * itself. One reader per format implements struct trace_ops.
 */
#ifndef FRAGREPLAY_TRACE_H
#define FRAGREPLAY_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "record.h"

struct trace;

struct trace_options {
	bool allow_incomplete;	/* go on after damage, up to it, and say so */
	const char *instance;	/* buffer instance (trace-cmd record -B); NULL: the top one */
	unsigned int threads;	/* helper threads for decompression; 0: none */
};

struct trace_info {
	const char *path;
	const char *format;	/* "trace.dat v7 zstd", "ftrace text", ... */
	const char *kernel;	/* uname release if the file knows it, else NULL */
	const char *clock;	/* NULL if unknown */
	unsigned int cpus;
	uint64_t digest;	/* of the decoded event stream; complete after the last batch */
	uint64_t first_ns, last_ns, records;
	uint64_t lost;		/* events the kernel dropped, as the trace itself says */
	bool complete;		/* false: damage was skipped over (--allow-incomplete) */
	uint64_t file_bytes, bytes_read;	/* for progress */
	unsigned int nr_events;		/* event kinds in the file that occurred */
};

/**
 * trace_open - open a trace, whatever its format
 * @path: file
 * @opt: options, NULL for defaults
 * @err: buffer for a message that names file, place and remedy
 * @errlen: its size
 *
 * Return: the trace, or NULL with @err filled.
 */
struct trace *trace_open(const char *path, const struct trace_options *opt, char *err, size_t errlen);

/**
 * trace_read - the next records, in (ts, cpu, index) order
 * @t: the trace
 * @rec: set to an array that stays valid until the next call
 *
 * Return: how many; 0 at the end; -1 on damage, with trace_error() telling.
 */
long trace_read(struct trace *t, const struct record **rec);

const char *trace_error(const struct trace *t);
const struct trace_info *trace_get_info(struct trace *t);
/* name and count of event kind i < info->nr_events, sorted by name */
const char *trace_event_count(struct trace *t, unsigned int i, uint64_t *count);
/* lost events, CPU by CPU with their place: text lines to @out */
void trace_print_lost(struct trace *t, FILE *out);
/* comm of a pid from the file's saved cmdlines; "<...>" when unknown */
const char *trace_comm(struct trace *t, int pid);
/* every event as `trace-cmd report -R` prints it; 0, or -1 as trace_read() */
int trace_dump(struct trace *t, FILE *out);
void trace_close(struct trace *t);

#endif
