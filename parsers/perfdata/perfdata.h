/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of the reader of perf.data: header.c reads what describes the samples, sample.c takes a
 * sample apart, perfdata.c walks the records and puts them in order of time. The formats of the
 * events lie in it as in a trace.dat, and the decoders are those of parsers/tracedat/.
 *
 * The layout is that of tools/perf/Documentation/perf.data-file-format.txt and of
 * include/uapi/linux/perf_event.h; the names here are theirs.
 */
#ifndef FRAGREPLAY_PERFDATA_H
#define FRAGREPLAY_PERFDATA_H

#include <zstd.h>

#include "parsers/tracedat/tracedat.h"

/* enum perf_event_sample_format */
#define SAMPLE_IP	  (1ull << 0)
#define SAMPLE_TID	  (1ull << 1)
#define SAMPLE_TIME	  (1ull << 2)
#define SAMPLE_ADDR	  (1ull << 3)
#define SAMPLE_READ	  (1ull << 4)
#define SAMPLE_CALLCHAIN  (1ull << 5)
#define SAMPLE_ID	  (1ull << 6)
#define SAMPLE_CPU	  (1ull << 7)
#define SAMPLE_PERIOD	  (1ull << 8)
#define SAMPLE_STREAM_ID  (1ull << 9)
#define SAMPLE_RAW	  (1ull << 10)
#define SAMPLE_IDENTIFIER (1ull << 16)

/* struct perf_event_header */
#define PERF_HEADER_BYTES 8

/* What struct perf_event_attr says of how its samples are laid out. */
struct perf_attr {
	uint64_t sample_type, read_format;
	bool id_all; /* other records end with what identifies a sample, too */
};

/* which of the attributes the samples of an id have */
struct perf_id {
	uint64_t id;
	unsigned int attr;
};

/**
 * struct perf_sample - what is taken from a sample, or from the end of another record
 * @time: ns
 * @cpu: CPU
 * @raw: the event as the ring buffer of ftrace would have it; NULL: it is no tracepoint
 * @raw_len: its length, padded
 */
struct perf_sample {
	uint64_t time;
	uint32_t cpu;
	const uint8_t *raw;
	uint32_t raw_len;
};

struct perf_comm {
	int32_t key; /* tid + 1; 0: the slot is empty */
	char comm[16];
};

struct perfdata {
	struct trace t;
	struct trace_source formats_src; /* the formats, as in a trace.dat of version 6 */
	struct container c;
	struct formats f;
	bool have_formats, uniform, pipe, ended, told_no_cpu;
	struct perf_attr *attr;
	unsigned int nr_attrs;
	struct perf_id *id;
	unsigned int nr_ids;
	const uint8_t *pos, *end; /* of the file, what has not been read */
	ZSTD_DStream *zstd;
	uint8_t *plain; /* decompressed records that have not been read */
	size_t plain_pos, plain_len, plain_cap;
	struct record *rec, *tmp; /* by time as far as @sorted */
	size_t nr, cap, given, ready;
	uint64_t newest, newest_of_round, given_ts;
	bool flush, any;
	struct perf_comm *comm;
	unsigned int nr_comms, cap_comms;
	uint64_t lost_samples, others;
	struct decoder **names;
	unsigned int names_of;
	unsigned int max_cpu;
	char kernel[128], err[TRACE_ERRLEN];
};

/* header.c */
int perf_open_header(struct perfdata *p, char *err, size_t errlen);
int perf_add_attr(struct perfdata *p, const uint8_t *data, size_t len, const uint8_t *ids,
		  size_t nr_ids);
int perf_load_formats(struct perfdata *p, const uint8_t *data, size_t len);
void perf_feature(struct perfdata *p, unsigned int id, const uint8_t *data, size_t len);

/* sample.c */
bool perf_parse_sample(const struct perfdata *p, const uint8_t *data, size_t len,
		       struct perf_sample *s);
bool perf_parse_trailer(const struct perfdata *p, const uint8_t *data, size_t len,
			struct perf_sample *s);

#endif
