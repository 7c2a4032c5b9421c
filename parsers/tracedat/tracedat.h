/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of the reader of trace.dat: container.c finds what is where in the file, stream.c gives
 * each CPU's bytes in order, kbuffer.c walks pages of the ring buffer, formats.c turns format files
 * into decoders, decode.c fills records, merge.c orders them over CPUs.
 */
#ifndef FRAGREPLAY_TRACEDAT_H
#define FRAGREPLAY_TRACEDAT_H

#include <string.h>

#include "parsers/events.h"
#include "parsers/internal.h"

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)

/* Unaligned little-endian loads; every host that this builds for is little-endian (tracedat.c). */
static inline uint16_t get_u16(const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint32_t get_u32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint64_t get_u64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* ---- container.c, container_v6.c, options.c: sections, options, buffers ---- */

enum compress_algo { COMPRESS_NONE, COMPRESS_ZLIB, COMPRESS_ZSTD };

#define TRACEDAT_MAX_CPUS	65536u	/* struct record keeps a CPU in 16 bits */

/* Reading stays within bounds: past the end all reads give 0, and bad is set. */
struct reader {
	const uint8_t *p, *end;
	bool bad;
};

uint16_t reader_u16(struct reader *r);
uint32_t reader_u32(struct reader *r);
uint64_t reader_u64(struct reader *r);
const uint8_t *reader_bytes(struct reader *r, uint64_t len);
const char *reader_string(struct reader *r);

/* a section's contents; owned is what was allocated for them, if they were compressed */
struct blob {
	const uint8_t *data;
	size_t len;
	uint8_t *owned;
};

enum section {
	SEC_HEADER, SEC_FTRACE, SEC_EVENTS, SEC_KALLSYMS, SEC_PRINTK, SEC_CMDLINES, NR_SECTIONS
};

/* where a CPU's data is in the file */
struct cpu_extent {
	uint32_t cpu;
	uint64_t offset, size;
};

/* a buffer of the recording: the top one, whose name is empty, or an instance */
struct buffer_desc {
	char *name, *clock;
	uint64_t offset;
	uint32_t page_size;
	unsigned int nr_cpus;
	struct cpu_extent *cpus;
	bool compressed, latency;
};

/* per_cpu/cpuN/stats, as the kernel printed it when the recording ended */
struct cpu_stat {
	char *instance;
	uint32_t cpu;
	uint64_t entries, overrun, commit_overrun, dropped, read;
};

/* a moment at which trace-cmd compared a guest's clock with its host's */
struct tsync_sample {
	int64_t time, offset;
	uint64_t scaling, fraction;
};

struct tsync_cpu {
	uint32_t nr;
	struct tsync_sample *samples;
};

/* what clock_convert() does to a timestamp of the ring buffer, as trace-cmd does it */
struct clock_conv {
	int64_t offset;
	uint32_t mult, shift;		/* from TSC to ns; mult 0: not needed */
	uint32_t tsync_flags;
	unsigned int nr_tsync;
	struct tsync_cpu *tsync;	/* by CPU; from guest time to the host's */
};

struct container {
	const struct trace_source *src;
	bool allow_incomplete;
	unsigned int version, long_size;
	uint32_t page_size;
	enum compress_algo algo;
	uint64_t sec_off[NR_SECTIONS];	/* version 7: of the header; 6: of the contents */
	uint64_t sec_len[NR_SECTIONS];	/* version 6 only */
	bool sec_there[NR_SECTIONS];
	char *uname, *clock;
	uint32_t cpu_count;
	struct clock_conv conv;
	struct buffer_desc *buffers;
	unsigned int nr_buffers;
	struct cpu_stat *stats;
	unsigned int nr_stats;
	char *err;
	size_t errlen;
	char damage[TRACE_ERRLEN];	/* what allow_incomplete let pass; empty: nothing */
};

/* The ring buffer's pages are a power of two; the limits are far beyond what kernels use. */
static inline bool page_size_possible(uint32_t size)
{
	return size >= 1024 && size <= 16u << 20 && !(size & (size - 1));
}

int container_open(struct container *c);
int container_section(struct container *c, enum section s, struct blob *out);
void blob_free(struct blob *b);
void container_close(struct container *c);
int container_fail(struct container *c, uint64_t offset, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int container_open_formats(struct container *c);
int container_open_v6(struct container *c, struct reader *r);
int container_option(struct container *c, unsigned int id, const uint8_t *data, uint32_t size,
		     uint64_t offset);
void container_parse_clock(struct container *c, const char *text, size_t len);
struct buffer_desc *container_add_buffer(struct container *c);

/* ---- clock.c ---- */

bool clock_is_linear(const struct clock_conv *k);
uint64_t clock_convert(const struct clock_conv *k, uint32_t cpu, uint64_t ts);
int clock_load_tsync(struct clock_conv *k, const uint8_t *data, size_t len);
void clock_free(struct clock_conv *k);

/* ---- compress.c ---- */

struct decompressor;

struct decompressor *decompressor_new(enum compress_algo algo);
void decompressor_free(struct decompressor *d);
int decompressor_run(struct decompressor *d, const uint8_t *in, size_t inlen, uint8_t *out,
		     size_t outlen, const char **why);

/* ---- stream.c: a CPU's bytes, block by block, decompressed ahead of the reader ---- */

struct stream_pool;
struct stream;

struct stream_pool *stream_pool_new(const struct trace_source *src, enum compress_algo algo,
				    unsigned int nr_streams, unsigned int threads);
struct stream *stream_add(struct stream_pool *p, uint64_t offset, uint64_t size,
			  uint32_t page_size);
int stream_pool_start(struct stream_pool *p);
int stream_next(struct stream *s, const uint8_t **data, size_t *len, size_t *slack,
		uint64_t *file_off, const char **why);
uint64_t stream_bytes_read(const struct stream *s);
void stream_pool_free(struct stream_pool *p);

/* ---- gfpmap.c: tables in a format's print fmt ---- */

/* how a trace's gfp bits translate */
struct gfp_map {
	uint32_t identity;	/* bits that are their own translation */
	uint32_t other;		/* bits that have no name in gfp.h */
	uint32_t bit[32];	/* the translation of each */
};

#define SYM_RAW_MAX	64	/* no enum of the events that are read is longer */
#define SYM_UNKNOWN	0x100	/* a number without a known name becomes itself plus this */

/* how a trace's numbers of an enum translate to those of names.c */
struct sym_map {
	uint16_t canon[SYM_RAW_MAX];
};

int gfp_map_parse(struct gfp_map *m, const char *text, size_t len, const char *field);
int sym_map_parse(struct sym_map *m, const char *text, size_t len, const char *field,
		  int (*number)(const char *name, size_t len));
uint32_t gfp_map_raw(const struct gfp_map *m, uint32_t raw);
uint64_t gfp_map_back(const struct gfp_map *m, uint32_t gfp, uint64_t raw);
uint32_t sym_map_raw(const struct sym_map *m, uint32_t raw);
uint32_t sym_map_back(const struct sym_map *m, uint32_t canon);

/* ---- formats.c: from event ids to decoders ---- */

/* one load of a field from a payload */
struct step {
	const struct event_field *field;
	struct sym_map *sym;	/* of FIELD_COMPACT_RESULT */
	uint16_t offset;
	uint8_t size;
	bool is_signed;
};

enum fast_path { FAST_NONE, FAST_ALLOC, FAST_FREE };

/**
 * struct decoder - how the events of one id become struct record
 * @type: enum record_type
 * @fast: enum fast_path: whether decode_fast() knows the layout
 * @fixed: the payload's length must be @len or @len2
 * @old_form: its format lacks a field, so that no field is read
 * @resolved: formats_resolve() has made the decoder ready
 * @fast_len: @len where decode_fast() knows the layout, else a length that no event has
 * @len: length of the payload in the ring buffer, padded to 8 bytes
 * @len2: the same, padded to 4
 * @min_len: an event with fields of variable size has at least this length
 * @id: common_type
 * @gfp: translation of its gfp flags, if it has any
 * @count: how many of its events have been decoded
 * @steps: loads of the fields that are kept
 * @nr_steps: how many
 * @text_len: length of @text
 * @system: "kmem"
 * @name: "mm_page_alloc"
 * @text: its format file
 */
struct decoder {
	uint8_t type, fast;
	bool fixed, resolved, old_form;
	uint32_t fast_len;
	uint16_t len, len2, min_len, id;
	struct gfp_map *gfp;
	uint64_t count;
	struct step steps[EVENT_MAX_FIELDS];
	uint8_t nr_steps;
	uint32_t text_len;
	const char *system;
	char *name;
	const uint8_t *text;
};

struct formats {
	struct tep_handle *tep;
	struct blob ftrace, events;
	uint16_t *index;		/* event id -> decoder, 0: no such event in the file */
	struct decoder *dec;		/* dec[0] is unused */
	unsigned int nr_dec, cap_dec, nr_resolved;
	uint32_t page_header;		/* bytes before a page's first event */
};

int formats_open(struct formats *f, struct container *c);
int formats_resolve(struct formats *f, struct decoder *d, const char **why);
void formats_close(struct formats *f);

/* format_check.c */
char *format_text_for_tep(const char *text, size_t len, size_t *out_len);

/* ---- kbuffer.c: ring-buffer pages of one CPU ---- */

/**
 * struct cursor - one CPU's place in its pages, always on a data event that is not yet taken
 * @key: its time, converted; the merge orders by it
 * @data: its payload
 * @len: payload length
 * @next: where the following event header is
 * @end: end of the page's events
 * @fast_limit: behind payloads up to here decode_fast() may read on
 * @cpu: the CPU
 * @ts: time as recorded, with ts_offset in it
 * @decoded: events taken so far
 * @lost: events lost in the gap before this event, LOST_UNKNOWN, or 0
 * @conv: conversion of times; NULL: adding ts_offset is all
 * @ts_offset: what is added to every time
 * @page_size: of the ring buffer
 * @page_header: bytes before a page's first event
 * @block: the block that holds the page
 * @block_end: its end
 * @page: the page; NULL: none yet
 * @slack: bytes behind the block that may be read
 * @block_off: where the block, or its compressed chunk, is in the file
 * @block_in_file: the block's bytes are the file's, so that offsets are exact
 * @stream: where blocks come from
 * @lost_events: events lost so far, where the number is known
 * @lost_gaps: gaps so far
 * @lost_unknown: a gap did not say how many
 * @started: a page with events has been seen, so ts is valid
 * @why: message of cursor_damage()
 */
struct cursor {
	uint64_t key;
	const uint8_t *data, *next, *end, *fast_limit;
	uint32_t len;
	uint32_t cpu;
	uint64_t ts;
	uint64_t decoded;
	uint64_t lost;
	const struct clock_conv *conv;
	int64_t ts_offset;
	uint32_t page_size, page_header;
	const uint8_t *block, *block_end, *page;
	size_t slack;
	uint64_t block_off;
	bool block_in_file;
	struct stream *stream;
	uint64_t lost_events, lost_gaps;
	bool lost_unknown, started;
	char why[160];
};

#define LOST_UNKNOWN	UINT64_MAX
#define FAST_OVERREAD	40	/* the length of mm_page_alloc, which decode_fast() reads always */

int cursor_start(struct cursor *c);
int cursor_advance_slow(struct cursor *c);
int cursor_damage(struct cursor *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
uint64_t cursor_file_offset(const struct cursor *c);

/* ---- decode.c ---- */

struct tracedat;

int formats_decode(struct formats *f, struct cursor *c, struct record *rec);
unsigned int tracedat_decode(struct tracedat *d, struct cursor *c, struct record *out,
			     unsigned int max, uint64_t limit, int *state);

/* ---- merge.c ---- */

/* a binary heap of cursors; the root has the earliest event */
struct merge {
	struct cursor **heap;
	unsigned int nr;
};

void merge_init(struct merge *m);
uint64_t merge_limit(const struct merge *m);
void merge_fix_root(struct merge *m);
void merge_drop_root(struct merge *m);

/* ---- tracedat.c ---- */

#define TRACEDAT_BATCH	512	/* records at a time: 20 KiB, which stay in the L1 cache */
#define LOST_PLACES	4096	/* gaps that are listed one by one */

struct lost_place {
	uint64_t ts, offset, count;
	uint32_t cpu;
};

struct comm {
	int pid;
	const char *name;
};

struct tracedat {
	struct trace t;
	struct container c;
	struct formats f;
	struct buffer_desc *buf;
	struct stream_pool *pool;
	struct cursor *cursors;
	unsigned int nr_cursors;
	struct merge merge;
	struct record *batch;
	struct lost_place *lost;
	unsigned int nr_lost;
	uint64_t lost_not_kept;
	struct blob cmdlines;
	char *cmdline_text;
	struct comm *comms;
	unsigned int nr_comms;
	struct decoder **names;		/* decoders that occurred, sorted by name, each name once */
	unsigned int names_of;		/* formats.nr_resolved when they were sorted */
	bool ended;
	long pending;			/* what a read at the end returns; -1: there was damage */
	char format[64];
	char late_error[TRACE_ERRLEN];	/* of the container, once tracedat_open() has returned */
};

long tracedat_read(struct tracedat *d, unsigned int max);
void tracedat_note_lost(struct tracedat *d, struct cursor *c);
int tracedat_dump(struct trace *t, FILE *out);

#endif
