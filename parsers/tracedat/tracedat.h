/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of the trace.dat reader: container.c finds what is where in the file, compress.c
 * gives each CPU's bytes in order, kbuffer.c walks ring-buffer pages, formats.c turns format
 * files into decoders, decode.c fills records, merge.c orders them over CPUs.
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

/* ---- container.c: sections, options, buffers ---- */

enum compress_algo { COMPRESS_NONE, COMPRESS_ZLIB, COMPRESS_ZSTD };

/* bounded reading: past the end all reads give 0 and @bad is set */
struct reader {
	const uint8_t *p, *end;
	bool bad;
};

uint16_t reader_u16(struct reader *r);
uint32_t reader_u32(struct reader *r);
uint64_t reader_u64(struct reader *r);
const uint8_t *reader_bytes(struct reader *r, uint64_t len);	/* NULL when bad */
const char *reader_string(struct reader *r);		/* NUL within bounds, or NULL */

/* a section's contents, decompressed if need be */
struct blob {
	const uint8_t *data;
	size_t len;
	uint8_t *owned;
};

enum section {
	SEC_HEADER, SEC_FTRACE, SEC_EVENTS, SEC_KALLSYMS, SEC_PRINTK, SEC_CMDLINES, NR_SECTIONS
};

struct cpu_extent {
	uint32_t cpu;
	uint64_t offset, size;
};

struct buffer_desc {
	char *name, *clock;
	uint64_t offset;
	uint32_t page_size;
	unsigned int nr_cpus;
	struct cpu_extent *cpus;
	bool compressed, latency;
};

/* per_cpu/cpuN/stats as the kernel printed it when the trace was taken */
struct cpu_stat {
	char *instance;
	uint32_t cpu;
	uint64_t entries, overrun, commit_overrun, dropped, read;
};

struct tsync_sample {
	int64_t time, offset;
	uint64_t scaling, fraction;
};

struct tsync_cpu {
	uint32_t nr;
	struct tsync_sample *samples;
};

/* what is done to a ring-buffer timestamp before it is a record's ts, as trace-cmd does it */
struct clock_conv {
	int64_t offset;
	uint32_t mult, shift;		/* tsc2nsec; mult 0: none */
	uint32_t tsync_flags;
	unsigned int nr_tsync;
	struct tsync_cpu *tsync;	/* guest time, indexed by cpu */
};

struct container {
	const struct trace_source *src;
	bool allow_incomplete;
	unsigned int version, long_size;
	uint32_t page_size;
	enum compress_algo algo;
	uint64_t sec_off[NR_SECTIONS];	/* v7: of the section header; v6: of the contents */
	uint64_t sec_len[NR_SECTIONS];	/* v6 */
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
	char damage[TRACE_ERRLEN];	/* tolerated because of allow_incomplete; empty: none */
};

int container_open(struct container *c);	/* 0, or -1 with c->err filled */
int container_section(struct container *c, enum section s, struct blob *out);
void blob_free(struct blob *b);
void container_close(struct container *c);
int container_fail(struct container *c, uint64_t offset, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
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

/* ---- compress.c: a CPU's bytes, block by block, decompressed ahead ---- */

struct decompressor;
struct stream_pool;
struct stream;

struct decompressor *decompressor_new(enum compress_algo algo);
void decompressor_free(struct decompressor *d);
/* 0 when exactly @outlen bytes came out, else -1 with *@why set */
int decompress(struct decompressor *d, const uint8_t *in, size_t inlen, uint8_t *out,
	       size_t outlen, const char **why);

struct stream_pool *stream_pool_new(const struct trace_source *src, enum compress_algo algo,
				    unsigned int nr_streams, unsigned int threads);
struct stream *stream_add(struct stream_pool *p, uint64_t offset, uint64_t size,
			  uint32_t page_size);
int stream_pool_start(struct stream_pool *p);
/*
 * The next block: whole pages, valid until the next call. 1, 0 at the end, -1 with *@why set;
 * *@file_off says where in the file. Up to *@slack bytes behind the block may be read.
 */
int stream_next(struct stream *s, const uint8_t **data, size_t *len, size_t *slack,
		uint64_t *file_off, const char **why);
uint64_t stream_bytes_read(const struct stream *s);
void stream_pool_free(struct stream_pool *p);

/* ---- gfpmap.c: tables in a format's print fmt ---- */

struct gfp_map {
	uint32_t identity;	/* raw bits that are their own translation */
	uint32_t other;		/* raw bits that have no name in gfp.h */
	uint32_t bit[32];
};

#define SYM_RAW_MAX	64
#define SYM_UNKNOWN	0x100	/* our number of a raw one without a known name: raw + this */

struct sym_map {
	uint16_t canon[SYM_RAW_MAX];
};

/* Both: 0, or -1 when the format has no such table. @text need not end in NUL. */
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
 * struct decoder - how records of one event id become struct record
 * @type: enum record_type
 * @fast: enum fast_path; not FAST_NONE: the layout is the one that decode.c's short way knows
 * @fast_len: @len for these, else a length that no event has
 * @len: length of the payload in the ring buffer, padded to 8 bytes
 * @len2: the same, padded to 4
 * @min_len: variable-size events: at least this
 * @fixed: the length must be @len or @len2
 */
struct decoder {
	uint8_t type, fast;
	bool fixed, resolved;
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
/* Resolve a decoder at its event's first occurrence: 0, or -1 with *@why set. */
int formats_resolve(struct formats *f, struct decoder *d, const char **why);
void formats_close(struct formats *f);

/* format_check.c */
char *format_for_tep(const char *text, size_t len, size_t *out_len);

/* ---- kbuffer.c: ring-buffer pages of one CPU ---- */

/**
 * struct cursor - one CPU's place in its pages, always on a data event that is not yet taken
 * @key: its time, converted: what the merge orders by
 * @data: its payload
 * @len: payload length
 * @next: where the following event header is
 * @end: end of the page's events
 * @fast_limit: payloads up to here may be over-read by the fast path
 * @ts: raw time (with the linear offset already in it)
 * @lost: the gap before this event: events lost, LOST_UNKNOWN, or 0
 */
struct cursor {
	uint64_t key;
	const uint8_t *data, *next, *end, *fast_limit;
	uint32_t len;
	uint32_t cpu;
	uint64_t ts;
	uint64_t decoded;
	uint64_t lost;
	const struct clock_conv *conv;	/* NULL: linear */
	int64_t ts_offset;
	uint32_t page_size, page_header;
	/* the block that the page is part of */
	const uint8_t *block, *block_end, *page;
	size_t slack;
	uint64_t block_off;
	bool block_in_file;		/* block bytes are file bytes: offsets are exact */
	struct stream *stream;
	uint64_t lost_events, lost_gaps;
	bool lost_unknown, started;
	char why[160];
};

#define LOST_UNKNOWN	UINT64_MAX
#define FAST_OVERREAD	40

/* To the first, or the next, data event: 1, 0 at the CPU's end, -1 on damage with c->why set. */
int cursor_start(struct cursor *c);
int cursor_advance_slow(struct cursor *c);
int cursor_damage(struct cursor *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
uint64_t cursor_file_offset(const struct cursor *c);	/* of the page, exact or its chunk's */

/* ---- decode.c ---- */

struct tracedat;

/*
 * Take events of @c while its time is <= @limit, at most @max, into @out. Returns how many;
 * *@state is cursor_advance_slow()'s last answer.
 */
unsigned int decode_run(struct tracedat *d, struct cursor *c, struct record *out, unsigned int max,
			uint64_t limit, int *state);

/* ---- merge.c ---- */

struct merge {
	struct cursor **heap;
	unsigned int nr;
};

void merge_init(struct merge *m);			/* after the heap was filled */
uint64_t merge_limit(const struct merge *m);		/* the root may run up to this time */
void merge_fix_root(struct merge *m);			/* the root's time has changed */
void merge_drop_root(struct merge *m);

/* ---- tracedat.c ---- */

#define TRACEDAT_BATCH	512
#define LOST_PLACES	4096

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
	long pending;			/* -1: damage to be told at the next read */
	char format[64];
	char late_error[TRACE_ERRLEN];	/* of the container, once tracedat_open() has returned */
};

/* The next records, at most @max (<= TRACEDAT_BATCH). As trace_read(). */
long tracedat_read(struct tracedat *d, unsigned int max);
void tracedat_note_lost(struct tracedat *d, struct cursor *c);
int tracedat_dump(struct trace *t, FILE *out);

#endif
