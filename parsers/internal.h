/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What trace.c and the readers of the formats share, and nobody outside of parsers/ sees.
 *
 * A reader is one struct trace_ops and one function that opens it, which trace.c calls when the
 * first bytes look like the reader's format. The reader's own state begins with a struct trace.
 */
#ifndef FRAGREPLAY_PARSERS_INTERNAL_H
#define FRAGREPLAY_PARSERS_INTERNAL_H

#include <stdarg.h>

#include "trace.h"

#define TRACE_ERRLEN	512	/* longest message, with its NUL */
#define TRACE_NOTES	4096	/* all notes on a trace, with their NUL */
#define TRACE_HEAD	4096	/* bytes that tell text from other bytes */

/**
 * struct trace_source - the bytes of a trace; trace.c opens and releases them
 * @path: file name, for messages
 * @fd: open file, -1 when the bytes came from memory
 * @map: all the bytes; NULL: there are none
 * @size: how many
 * @mapped: @map is an mmap() and not the caller's memory
 */
struct trace_source {
	char *path;
	int fd;
	const uint8_t *map;
	size_t size;
	bool mapped;
};

/**
 * struct trace_ops - a reader of one format
 * @name: of the format
 * @read: as trace_read(); it keeps t->info (records, first_ns, last_ns, lost, complete, digest,
 *	bytes_read, nr_events) up to date whenever it returns
 * @event_count: as trace_event_count()
 * @print_lost: as trace_print_lost(); NULL: the format knows of no lost events
 * @comm: as trace_comm(), but NULL for an unknown task; NULL: no task is known
 * @dump: as trace_dump(); NULL: the format cannot be dumped
 * @notes: calls trace_note() for what was odd, after the last record; NULL: nothing ever is
 * @close: releases all that the reader owns and the reader itself, but not t->src
 */
struct trace_ops {
	const char *name;
	long (*read)(struct trace *t, const struct record **rec);
	const char *(*event_count)(struct trace *t, unsigned int i, uint64_t *count);
	void (*print_lost)(struct trace *t, FILE *out);
	const char *(*comm)(struct trace *t, int pid);
	int (*dump)(struct trace *t, FILE *out);
	void (*notes)(struct trace *t);
	void (*close)(struct trace *t);
};

/**
 * struct trace - an open trace; each reader's state begins with one
 * @ops: the reader
 * @src: the bytes
 * @opt: how to read them
 * @info: what is known so far; trace.c sets path and file_bytes, complete begins as true
 * @error: the first message of trace_fail()
 * @notes: lines of trace_note()
 * @noted: the reader's notes have been asked for
 * @any: a record has been read
 * @stopped: what follows is not plausible
 * @last_ns: time of the last record read
 */
struct trace {
	const struct trace_ops *ops;
	struct trace_source src;
	struct trace_options opt;
	struct trace_info info;
	char error[TRACE_ERRLEN];
	char notes[TRACE_NOTES];
	bool noted, any, stopped;
	uint64_t last_ns;
};

/* The readers. @src is copied into the trace on success and stays trace.c's on failure. */
struct trace *tracedat_open(const struct trace_source *src, const struct trace_options *opt,
			    char *err, size_t errlen);
struct trace *text_open(const struct trace_source *src, const struct trace_options *opt,
			char *err, size_t errlen);
struct trace *perfdata_open(const struct trace_source *src, const struct trace_options *opt,
			    char *err, size_t errlen);
bool text_probe(const uint8_t *head, size_t len);

/* trace.c */
bool trace_recognized(const uint8_t *head, size_t len);
struct trace *trace_open_memory(const void *data, size_t size, const struct trace_options *opt,
				char *err, size_t errlen);
long trace_fail(struct trace *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void trace_note(struct trace *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* names.c */
uint32_t gfp_of_name(const char *name, size_t len);
const char *gfp_of_text(const char *text, size_t len, uint32_t *gfp);
int compact_result_of_name(const char *name, size_t len);
enum record_mark mark_of_text(const char *text, size_t len);
void mark_decode(struct record *r, const char *text, size_t len);

/* plausible.c */
const char *record_implausible(const struct record *r, bool gfp_by_position);
bool pause_implausible(uint64_t before, uint64_t now);
const char *value_hint(uint8_t kind);

/* order.c */
void records_sort(struct record *r, struct record *tmp, size_t n);

/* digest.c */
#define DIGEST_INIT	0x66726167726c7931ULL	/* "fragrly1", any value will do */
uint64_t digest_records(uint64_t h, const struct record *rec, size_t n);

#endif
