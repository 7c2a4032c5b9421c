/* SPDX-License-Identifier: GPL-2.0-only */
/* Makes perf.data by hand, as a file or a pipe has it, whose records a test puts in one by one. */
#ifndef FRAGREPLAY_PERFDATA_MAKER_H
#define FRAGREPLAY_PERFDATA_MAKER_H

#include "tests/parsers/tracedat_maker.h"

#define PERF_SAMPLE    (1u << 1 | 1u << 2 | 1u << 7 | 1u << 8 | 1u << 10 | 1u << 16)
#define PERF_ID(event) (1000ull + (event))
#define PERF_ATTR      112 /* PERF_ATTR_SIZE_VER5 */

struct perf_spec {
	bool pipe;
	bool callchain;	 /* samples have one of two entries */
	bool compressed; /* the records, in blocks that cut some of them in two */
	bool killed;	 /* perf did not come to write the end */
};

static inline void put_zeros(struct bytes *b, size_t n)
{
	while (n--)
		put(b, "", 1);
}

static inline void put_perf_header(struct bytes *b, uint32_t type, size_t len)
{
	put32(b, type);
	put16(b, 1);
	put16(b, (uint16_t)(8 + len));
}

static inline uint64_t perf_sample_type(const struct perf_spec *s)
{
	return PERF_SAMPLE | (s->callchain ? 1u << 5 : 0);
}

static inline void put_perf_attr(struct bytes *b, const struct perf_spec *s, int event)
{
	put32(b, 2); /* PERF_TYPE_TRACEPOINT */
	put32(b, PERF_ATTR);
	put64(b, (uint64_t)event);
	put64(b, 1);
	put64(b, perf_sample_type(s));
	put64(b, 4);
	put64(b, 1ull << 18 | 1u << 9 | 1u << 13); /* sample_id_all, comm, task */
	put_zeros(b, PERF_ATTR - 48);
}

/* a tracepoint's payload, padded as the kernel does it: with the size it is a multiple of 8 */
static inline void put_perf_sample(struct bytes *b, const struct perf_spec *s, uint64_t time,
				   int cpu, int event, const void *raw, size_t len)
{
	size_t padded = ((len + 4 + 7) & ~(size_t)7) - 4;

	put_perf_header(b, 9, 8 + 8 + 8 + 8 + 8 + (s->callchain ? 24 : 0) + 4 + padded);
	put64(b, PERF_ID(event));
	put32(b, 100);
	put32(b, 100);
	put64(b, time);
	put64(b, (uint64_t)cpu);
	put64(b, 1);
	if (s->callchain) {
		put64(b, 2);
		put64(b, (uint64_t)-128);
		put64(b, 0xffffffff81234567);
	}
	put32(b, (uint32_t)padded);
	put(b, raw, len);
	put_zeros(b, padded - len);
}

static inline void put_perf_alloc(struct bytes *b, const struct perf_spec *s, uint64_t time,
				  int cpu, uint64_t pfn, uint32_t order)
{
	struct {
		struct common c;
		uint64_t pfn;
		uint32_t order, hole;
		uint64_t gfp;
		int32_t mt, tail;
	} e = { { ID_ALLOC, 0, 1, 100 }, pfn, order, 0, 1u << 3 | 1u << 10, 1, 0 };

	put_perf_sample(b, s, time, cpu, ID_ALLOC, &e, sizeof(e));
}

static inline void put_perf_free(struct bytes *b, const struct perf_spec *s, uint64_t time, int cpu,
				 uint64_t pfn, uint32_t order)
{
	struct {
		struct common c;
		uint64_t pfn;
		uint32_t order, tail;
	} e = { { ID_FREE, 0x10, 1, 100 }, pfn, order, 0 };

	put_perf_sample(b, s, time, cpu, ID_FREE, &e, sizeof(e));
}

/* LOST with the id of what was lost, or LOST_SAMPLES without */
static inline void put_perf_lost(struct bytes *b, bool samples, uint64_t lost, uint64_t time,
				 int cpu)
{
	put_perf_header(b, samples ? 13 : 2, (samples ? 8 : 16) + 32);
	if (!samples)
		put64(b, PERF_ID(ID_FREE));
	put64(b, lost);
	put64(b, 0); /* pid, tid */
	put64(b, time);
	put64(b, (uint64_t)cpu);
	put64(b, PERF_ID(ID_FREE));
}

static inline void put_perf_comm(struct bytes *b, int tid, const char *comm)
{
	char text[16] = "";

	snprintf(text, sizeof(text), "%s", comm);
	put_perf_header(b, 3, 8 + 16 + 32);
	put32(b, (uint32_t)tid);
	put32(b, (uint32_t)tid);
	put(b, text, sizeof(text));
	put_zeros(b, 32);
}

static inline void put_perf_round(struct bytes *b)
{
	put_perf_header(b, 68, 0);
}

/* what perf copies of tracefs */
static inline void put_tracing_data(struct bytes *b)
{
	put(b, "\x17\x08\x44tracing", 10);
	put_str(b, "0.6");
	put(b, "\0\10", 2);
	put32(b, 4096);
	put_str(b, "header_page");
	put_sized(b, header_page);
	put_str(b, "header_event");
	put_sized(b, "");
	put32(b, 1);
	put_sized(b, format_print);
	put32(b, 2);
	put_system(b, "kmem", format_alloc, format_free);
	put_system(b, "sched", format_other, format_dynamic);
	put32(b, 0);
	put32(b, 0);
	put64(b, 0);
}

static inline void put_perf_string(struct bytes *b, const char *s)
{
	put32(b, 64);
	put(b, s, strlen(s));
	put_zeros(b, 64 - strlen(s));
}

/* cuts the records into blocks of 100 bytes, which need not be whole records */
static inline void put_compressed(struct bytes *b, const struct bytes *records)
{
	ZSTD_CStream *z = ZSTD_createCStream();
	uint8_t out[4096];

	assert_non_null(z);
	for (size_t at = 0; at < records->len; at += 100) {
		size_t len = records->len - at < 100 ? records->len - at : 100;
		ZSTD_inBuffer from = { records->p + at, len, 0 };
		ZSTD_outBuffer to = { out, sizeof(out), 0 };

		ZSTD_compressStream(z, &to, &from);
		assert_int_equal(ZSTD_flushStream(z, &to), 0);
		put_perf_header(b, 81, to.pos);
		put(b, out, to.pos);
	}
	ZSTD_freeCStream(z);
}

static inline void put_perf_records(struct bytes *b, const struct perf_spec *s,
				    const struct bytes *records)
{
	if (s->compressed)
		put_compressed(b, records);
	else
		put(b, records->p, records->len);
}

static inline void put_pipe(struct bytes *b, const struct perf_spec *s, const struct bytes *records)
{
	struct bytes tracing = { 0 };

	put(b, "PERFILE2", 8);
	put64(b, 16);
	for (int event = ID_ALLOC; event <= ID_FREE; event++) {
		put_perf_header(b, 64, PERF_ATTR + 8);
		put_perf_attr(b, s, event);
		put64(b, PERF_ID(event));
	}
	put_tracing_data(&tracing);
	put_perf_header(b, 66, 4);
	put32(b, (uint32_t)tracing.len);
	put(b, tracing.p, tracing.len);
	put_zeros(b, (8 - tracing.len % 8) % 8);
	put_perf_records(b, s, records);
	free(tracing.p);
}

static inline void set64(struct bytes *b, size_t at, uint64_t v)
{
	memcpy(b->p + at, &v, sizeof(v));
}

/* behind the data: a table of sections, then the sections */
static inline void put_features(struct bytes *b)
{
	size_t table = b->len, at;

	put_zeros(b, 48);
	at = b->len;
	put_tracing_data(b);
	set64(b, table, at);
	set64(b, table + 8, b->len - at);
	at = b->len;
	put_perf_string(b, "7.3.4");
	set64(b, table + 16, at);
	set64(b, table + 24, b->len - at);
	at = b->len;
	put32(b, 4);
	put32(b, 4);
	set64(b, table + 32, at);
	set64(b, table + 40, b->len - at);
}

static inline struct bytes make_perfdata(const struct perf_spec *s, const struct bytes *records)
{
	struct bytes b = { 0 };
	size_t ids, attrs, data;

	if (s->pipe) {
		put_pipe(&b, s, records);
		return b;
	}
	put(&b, "PERFILE2", 8);
	put64(&b, 104);
	put64(&b, PERF_ATTR + 16);
	put_zeros(&b, 104 - 24);
	ids = b.len;
	put64(&b, PERF_ID(ID_ALLOC));
	put64(&b, PERF_ID(ID_FREE));
	attrs = b.len;
	for (int i = 0; i < 2; i++) {
		put_perf_attr(&b, s, ID_ALLOC + i);
		put64(&b, ids + 8 * (size_t)i);
		put64(&b, 8);
	}
	data = b.len;
	put_perf_records(&b, s, records);
	set64(&b, 24, attrs);
	set64(&b, 32, data - attrs);
	set64(&b, 40, data);
	if (s->killed)
		return b;
	set64(&b, 48, b.len - data);
	set64(&b, 72, 1u << 1 | 1u << 4 | 1u << 7);
	put_features(&b);
	return b;
}

#endif
