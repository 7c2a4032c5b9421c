/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the readers of the formats share with trace.c, and with nobody else.
 *
 * A reader is one struct trace_ops and one xxx_open() that trace.c calls once it has sniffed the
 * format. Its own state has a struct trace as first member.
 */
#ifndef FRAGREPLAY_PARSERS_INTERNAL_H
#define FRAGREPLAY_PARSERS_INTERNAL_H

#include <stdarg.h>

#include "trace.h"

#define TRACE_ERRLEN	512
#define TRACE_HEAD	4096	/* bytes of a pipe that are read for sniffing */

/**
 * struct trace_source - the bytes of a trace, opened by trace.c, owned by the reader's struct trace
 * @path: file name, for messages
 * @fd: open file, -1 when the bytes came from memory
 * @map: all the bytes, NULL for a pipe (which only text readers take)
 * @size: how many
 * @head: a pipe's first bytes, already read from @fd; the reader takes these first
 * @head_len: how many
 */
struct trace_source {
	char *path;
	int fd;
	const uint8_t *map;
	size_t size;
	uint8_t *head;
	size_t head_len;
	bool mapped;		/* @map is an mmap(), not the caller's memory */
};

/**
 * struct trace_ops - a reader of one format
 * @read: as trace_read(); keeps t->info (records, first_ns, last_ns, lost, complete, digest,
 *	bytes_read, nr_events) up to date at every return
 * @event_count: as trace_event_count()
 * @print_lost: as trace_print_lost(); NULL: the format knows of no lost events
 * @comm: as trace_comm(), but NULL when unknown; op may be NULL
 * @dump: as trace_dump(); NULL: the format cannot be dumped
 * @close: frees all that the reader owns and the reader itself, but not t->src, whose bytes
 *	trace.c releases
 */
struct trace_ops {
	const char *name;
	long (*read)(struct trace *t, const struct record **rec);
	const char *(*event_count)(struct trace *t, unsigned int i, uint64_t *count);
	void (*print_lost)(struct trace *t, FILE *out);
	const char *(*comm)(struct trace *t, int pid);
	int (*dump)(struct trace *t, FILE *out);
	void (*close)(struct trace *t);
};

struct trace {
	const struct trace_ops *ops;
	struct trace_source src;
	struct trace_options opt;
	struct trace_info info;		/* path is set by trace.c, complete starts as true */
	char error[TRACE_ERRLEN];	/* set by trace_fail() */
};

/*
 * Each returns the reader, or NULL with @err filled ("<file>: <place>: <what>; <remedy>"). @src is
 * copied into the struct trace on success and stays trace.c's on failure.
 */
struct trace *tracedat_open(const struct trace_source *src, const struct trace_options *opt,
			    char *err, size_t errlen);
struct trace *text_open(const struct trace_source *src, const struct trace_options *opt,
			char *err, size_t errlen);

/* Does it look like ftrace or perf script text? Asked after the binary formats said no. */
bool text_probe(const uint8_t *head, size_t len);

/* As trace_open(), from memory that stays valid until trace_close(); for tests and fuzzers. */
struct trace *trace_open_memory(const void *data, size_t size, const struct trace_options *opt,
				char *err, size_t errlen);

/* Record damage: the first message is kept. Returns -1, for `return trace_fail(...)`. */
long trace_fail(struct trace *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* names.c: numbers of the kernel's names, the same for text and binary traces */
uint32_t gfp_of_name(const char *name, size_t len);	/* 0: unknown. __GFP_X and composites */
uint32_t gfp_of_text(const char *text, size_t len);	/* "GFP_KERNEL|__GFP_ZERO|0x1000000" */
int compact_result_of_name(const char *name, size_t len);	/* -1: unknown */
enum record_mark mark_of_text(const char *text, size_t len);
void mark_decode(struct record *r, const char *text, size_t len);

/* digest.c: the running hash over normalised records; start from DIGEST_INIT */
#define DIGEST_INIT	0x66726167726c7931ULL
uint64_t digest_records(uint64_t h, const struct record *rec, size_t n);

#endif
