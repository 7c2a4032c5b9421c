/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Makes trace.dat files by hand, of either version and any compression, so that a test can say
 * exactly what is in them and what is wrong with them.
 */
#ifndef FRAGREPLAY_TRACEDAT_MAKER_H
#define FRAGREPLAY_TRACEDAT_MAKER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "tests/test.h"

#define MAKER_PAGE	4096
#define MAKER_CPUS	4
#define PAGES_A_CHUNK	2

enum { ID_PRINT = 5, ID_ALLOC = 306, ID_FREE = 307, ID_OTHER = 400, ID_DYNAMIC = 401 };

/* ---- bytes ---- */

struct bytes {
	uint8_t *p;
	size_t len, cap;
};

static inline void put(struct bytes *b, const void *data, size_t len)
{
	if (b->len + len > b->cap) {
		b->cap = (b->len + len) * 2 + 64;
		b->p = realloc(b->p, b->cap);
		assert_non_null(b->p);
	}
	if (len)
		memcpy(b->p + b->len, data, len);
	b->len += len;
}

static inline void put16(struct bytes *b, uint16_t v)
{
	put(b, &v, sizeof(v));
}

static inline void put32(struct bytes *b, uint32_t v)
{
	put(b, &v, sizeof(v));
}

static inline void put64(struct bytes *b, uint64_t v)
{
	put(b, &v, sizeof(v));
}

static inline void put_str(struct bytes *b, const char *s)
{
	put(b, s, strlen(s) + 1);
}

static inline void pad_to(struct bytes *b, size_t align)
{
	while (b->len % align)
		put(b, "", 1);
}

/* ---- ring-buffer pages ---- */

struct pages {
	struct bytes b;
	size_t page;		/* where the open page begins */
	uint64_t events;
};

static inline void page_begin(struct pages *p, uint64_t ts)
{
	p->page = p->b.len;
	put64(&p->b, ts);
	put64(&p->b, 0);
}

static inline void page_end(struct pages *p, uint32_t flags, uint64_t lost)
{
	uint64_t commit = p->b.len - p->page - 16;

	commit |= flags;
	memcpy(p->b.p + p->page + 8, &commit, sizeof(commit));
	if (flags & (1u << 30))
		put64(&p->b, lost);
	pad_to(&p->b, MAKER_PAGE);
}

static inline void put_head(struct pages *p, uint32_t type_len, uint32_t delta)
{
	put32(&p->b, type_len | delta << 5);
}

static inline void put_event(struct pages *p, uint32_t delta, const void *data, size_t len)
{
	if (len / 4 <= 28) {
		put_head(p, (uint32_t)(len / 4), delta);
	} else {
		put_head(p, 0, delta);
		put32(&p->b, (uint32_t)len + 4);
	}
	put(&p->b, data, len);
	p->events++;
}

static inline void put_time_extend(struct pages *p, uint64_t delta)
{
	put_head(p, 30, delta & ((1u << 27) - 1));
	put32(&p->b, (uint32_t)(delta >> 27));
}

static inline void put_time_stamp(struct pages *p, uint64_t ts)
{
	put_head(p, 31, ts & ((1u << 27) - 1));
	put32(&p->b, (uint32_t)(ts >> 27));
}

struct common {
	uint16_t type;
	uint8_t flags, preempt;
	int32_t pid;
};

static inline void put_alloc(struct pages *p, uint32_t delta, uint64_t pfn, uint32_t order,
			     uint64_t gfp, int mt)
{
	struct {
		struct common c;
		uint64_t pfn;
		uint32_t order, hole;
		uint64_t gfp;
		int32_t mt, tail;
	} e = { { ID_ALLOC, 0, 1, 100 }, pfn, order, 0, gfp, mt, 0 };

	put_event(p, delta, &e, sizeof(e));
}

static inline void put_free(struct pages *p, uint32_t delta, uint64_t pfn, uint32_t order)
{
	struct {
		struct common c;
		uint64_t pfn;
		uint32_t order, tail;
	} e = { { ID_FREE, 0x10, 1, 100 }, pfn, order, 0 };

	put_event(p, delta, &e, sizeof(e));
}

static inline void put_mark(struct pages *p, uint32_t delta, const char *text)
{
	uint8_t e[256] = { ID_PRINT, 0 };
	size_t len = 16 + strlen(text) + 1;

	assert_true(len < sizeof(e));
	memcpy(e + 16, text, strlen(text));
	put_event(p, delta, e, (len + 3) & ~(size_t)3);
}

/* ---- formats ---- */

#define COMMON_FIELDS \
	"format:\n" \
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n" \
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n" \
	"\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n" \
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"

#define FIELD(decl, offset, size, sign) \
	"\tfield:" decl ";\toffset:" #offset ";\tsize:" #size ";\tsigned:" #sign ";\n"

static const char format_print[] =
	"name: print\nID: 5\n" COMMON_FIELDS
	FIELD("unsigned long ip", 8, 8, 0) FIELD("char buf[]", 16, 0, 0)
	"\nprint fmt: \"%ps: %s\", (void *)REC->ip, REC->buf\n";

static const char format_alloc[] =
	"name: mm_page_alloc\nID: 306\n" COMMON_FIELDS
	FIELD("unsigned long pfn", 8, 8, 0) FIELD("unsigned int order", 16, 4, 0)
	FIELD("unsigned long gfp_flags", 24, 8, 0) FIELD("int migratetype", 32, 4, 1)
	"\nprint fmt: \"pfn=0x%lx order=%d migratetype=%d gfp_flags=%s\", REC->pfn, REC->order, "
	"REC->migratetype, (REC->gfp_flags) ? __print_flags(REC->gfp_flags, \"|\", "
	"{( unsigned long)(( gfp_t)((((1UL))) << (3))), \"__GFP_MOVABLE\"}, "
	"{( unsigned long)(( gfp_t)((((1UL))) << (6))), \"__GFP_IO\"}, "
	"{( unsigned long)(( gfp_t)((((1UL))) << (7))), \"__GFP_FS\"}, "
	"{( unsigned long)(( gfp_t)((((1UL))) << (10))), \"__GFP_DIRECT_RECLAIM\"}, "
	"{( unsigned long)(( gfp_t)((((1UL))) << (11))), \"__GFP_KSWAPD_RECLAIM\"}, "
	"{ 0, ((void *)0) } ) : \"none\"\n";

static const char format_free[] =
	"name: mm_page_free\nID: 307\n" COMMON_FIELDS
	FIELD("unsigned long pfn", 8, 8, 0) FIELD("unsigned int order", 16, 4, 0)
	"\nprint fmt: \"pfn=0x%lx order=%d\", REC->pfn, REC->order\n";

static const char format_other[] =
	"name: sched_waking\nID: 400\n" COMMON_FIELDS
	FIELD("int prio", 8, 4, 1) FIELD("int target_cpu", 12, 4, 1)
	"\nprint fmt: \"prio=%d target_cpu=%03d\", REC->prio, REC->target_cpu\n";

static const char format_dynamic[] =
	"name: sched_process_exec\nID: 401\n" COMMON_FIELDS
	FIELD("__data_loc char[] filename", 8, 4, 0) FIELD("pid_t pid", 12, 4, 1)
	"\nprint fmt: \"filename=%s pid=%d\", __get_str(filename), REC->pid\n";

static const char header_page[] =
	"\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
	"\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n"
	"\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"
	"\tfield: char data;\toffset:16;\tsize:4080;\tsigned:0;\n";

static const char header_page_32[] =
	"\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
	"\tfield: local_t commit;\toffset:8;\tsize:4;\tsigned:1;\n"
	"\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"
	"\tfield: char data;\toffset:12;\tsize:4084;\tsigned:0;\n";

static inline void put_sized(struct bytes *b, const char *text)
{
	put64(b, strlen(text));
	put(b, text, strlen(text));
}

static inline void put_system(struct bytes *b, const char *name, const char *f1, const char *f2)
{
	put_str(b, name);
	put32(b, 2);
	put_sized(b, f1);
	put_sized(b, f2);
}

/* ---- files ---- */

/**
 * struct file_spec - what to make
 * @version: 6 or 7
 * @algo: "none", "zlib" or "zstd"
 * @cpu: each CPU's pages
 * @nr_cpus: how many
 * @no_stats: without the kernel's counts
 * @count_off: added to every CPU's count
 * @offset: OFFSET option, or NULL
 * @tsc_mult: TSC2NSEC option, 0: none
 * @tsc_shift: likewise
 * @instance: the pages belong to this instance, and the top buffer is empty
 * @tsync: bytes of a TIME_SHIFT option, or NULL
 * @kernel_32: the page header is a 32-bit kernel's
 */
struct file_spec {
	int version;
	const char *algo;
	const struct pages *cpu[MAKER_CPUS];
	unsigned int nr_cpus;
	bool no_stats;
	int count_off;
	const char *offset;
	uint32_t tsc_mult, tsc_shift;
	const char *instance;
	const struct bytes *tsync;
	bool kernel_32;
};

static inline void compress_into(struct bytes *out, const char *algo, const uint8_t *in, size_t len)
{
	size_t cap = len + len / 8 + 1024, n;
	uint8_t *z = malloc(cap);

	assert_non_null(z);
	if (!strcmp(algo, "zlib")) {
		uLongf zn = cap;

		assert_int_equal(compress2(z, &zn, in, len, 6), Z_OK);
		n = zn;
	} else {
		n = ZSTD_compress(z, cap, in, len, 3);
		assert_false(ZSTD_isError(n));
	}
	put32(out, (uint32_t)n);
	put32(out, (uint32_t)len);
	put(out, z, n);
	free(z);
}

static inline bool plain(const struct file_spec *s)
{
	return s->version < 7 || !strcmp(s->algo, "none");
}

static inline void put_section(struct bytes *b, const struct file_spec *s, unsigned int id,
			       const struct bytes *content, bool may_compress)
{
	struct bytes z = { 0 };
	bool compressed = may_compress && !plain(s);

	if (compressed)
		compress_into(&z, s->algo, content->p, content->len);
	put16(b, (uint16_t)id);
	put16(b, compressed);
	put32(b, 0);
	put64(b, compressed ? z.len : content->len);
	put(b, compressed ? z.p : content->p, compressed ? z.len : content->len);
	free(z.p);
}

static inline void put_option(struct bytes *b, unsigned int id, const void *data, size_t len)
{
	put16(b, (uint16_t)id);
	put32(b, (uint32_t)len);
	put(b, data, len);
}

static inline void put_option64(struct bytes *b, unsigned int id, uint64_t v)
{
	put_option(b, id, &v, sizeof(v));
}

static inline void put_common_options(struct bytes *b, const struct file_spec *s)
{
	static const char uname[] = "Linux box 7.3.4 x86_64";
	static const char clock[] = "local global [mono] boot\n";
	uint32_t cpus = s->nr_cpus, tsc[4] = { s->tsc_mult, s->tsc_shift, 0, 0 };
	char text[256];

	if (s->version >= 7)
		put_option(b, 4, clock, sizeof(clock));
	put_option(b, 5, uname, sizeof(uname));
	put_option(b, 8, &cpus, sizeof(cpus));
	if (s->offset)
		put_option(b, 7, s->offset, strlen(s->offset) + 1);
	if (s->tsync)
		put_option(b, 12, s->tsync->p, s->tsync->len);
	if (s->tsc_mult)
		put_option(b, 14, tsc, sizeof(tsc));
	if (s->instance && !s->no_stats) {
		snprintf(text, sizeof(text), "\nBuffer: %s\n\n", s->instance);
		put_option(b, 2, text, strlen(text) + 1);
	}
	for (unsigned int i = 0; i < s->nr_cpus && !s->no_stats; i++) {
		snprintf(text, sizeof(text), "CPU: %u\nentries: 0\noverrun: 0\ncommit overrun: 0\n"
			 "bytes: 0\ndropped events: 0\nread events: %llu\n", i,
			 (unsigned long long)s->cpu[i]->events + s->count_off);
		put_option(b, 2, text, strlen(text) + 1);
	}
}

static inline void make_metadata(const struct file_spec *s, struct bytes meta[6])
{
	const char *page = s->kernel_32 ? header_page_32 : header_page;

	memset(meta, 0, 6 * sizeof(*meta));
	put_str(&meta[0], "header_page");
	put_sized(&meta[0], page);
	put_str(&meta[0], "header_event");
	put_sized(&meta[0], "# compressed entry header\n");
	put32(&meta[1], 1);
	put_sized(&meta[1], format_print);
	put32(&meta[2], 2);
	put_system(&meta[2], "kmem", format_alloc, format_free);
	put_system(&meta[2], "sched", format_other, format_dynamic);
	put32(&meta[3], 0);
	put32(&meta[4], 0);
	put_sized(&meta[5], "1 init\n100 cat\n");
}

static inline void put_magic(struct bytes *b, const struct file_spec *s)
{
	put(b, "\x17\x08\x44tracing", 10);
	put_str(b, s->version == 6 ? "6" : s->version == 7 ? "7" : "5");
	put(b, "\0\x08", 2);
	put32(b, MAKER_PAGE);
}

static inline void put_cpu_v7(struct bytes *b, const struct file_spec *s, const struct pages *p,
			      uint64_t *size)
{
	size_t chunk = PAGES_A_CHUNK * MAKER_PAGE, start = b->len;

	if (plain(s)) {
		put(b, p->b.p, p->b.len);
		*size = p->b.len;
		return;
	}
	put32(b, (uint32_t)((p->b.len + chunk - 1) / chunk));
	for (size_t at = 0; at < p->b.len; at += chunk)
		compress_into(b, s->algo, p->b.p + at,
			      p->b.len - at < chunk ? p->b.len - at : chunk);
	*size = b->len - start - 4;
}

static inline void put_buffer_option(struct bytes *o, const struct file_spec *s, const char *name,
				     uint64_t section, const uint64_t *off, const uint64_t *size)
{
	struct bytes b = { 0 };

	put64(&b, section);
	put_str(&b, name);
	put_str(&b, "mono");
	put32(&b, MAKER_PAGE);
	put32(&b, off ? s->nr_cpus : 0);
	for (unsigned int i = 0; off && i < s->nr_cpus; i++) {
		put32(&b, i);
		put64(&b, off[i]);
		put64(&b, size[i]);
	}
	put_option(o, 3, b.p, b.len);
	free(b.p);
}

static inline struct bytes make_v7(const struct file_spec *s)
{
	uint64_t off[MAKER_CPUS], size[MAKER_CPUS], section, patch, len;
	struct bytes b = { 0 }, o = { 0 }, meta[6];
	size_t first;

	put_magic(&b, s);
	put_str(&b, s->algo);
	put_str(&b, "1");
	first = b.len;
	put64(&b, 0);
	make_metadata(s, meta);
	for (unsigned int i = 0; i < 6; i++) {
		put_option64(&o, 16 + i, b.len);
		put_section(&b, s, 16 + i, &meta[i], true);
		free(meta[i].p);
	}
	section = b.len;
	put16(&b, 3);
	put16(&b, !plain(s));
	put32(&b, 0);
	put64(&b, 0);
	for (unsigned int i = 0; i < s->nr_cpus; i++) {
		pad_to(&b, MAKER_PAGE);
		off[i] = b.len;
		put_cpu_v7(&b, s, s->cpu[i], &size[i]);
	}
	len = b.len - section - 16;
	memcpy(b.p + section + 8, &len, sizeof(len));
	put_common_options(&o, s);
	if (s->instance)
		put_buffer_option(&o, s, "", section, NULL, NULL);
	put_buffer_option(&o, s, s->instance ? s->instance : "", section, off, size);
	put_option64(&o, 0, 0);
	patch = b.len;
	memcpy(b.p + first, &patch, sizeof(patch));
	put_section(&b, s, 0, &o, false);
	free(o.p);
	return b;
}

static inline struct bytes make_v6(const struct file_spec *s)
{
	struct bytes b = { 0 }, meta[6];
	size_t extents;

	put_magic(&b, s);
	make_metadata(s, meta);
	for (unsigned int i = 0; i < 6; i++) {
		put(&b, meta[i].p, meta[i].len);
		free(meta[i].p);
	}
	put32(&b, s->nr_cpus);
	put(&b, "options  ", 10);
	put_common_options(&b, s);
	put16(&b, 0);
	put(&b, "flyrecord", 10);
	extents = b.len;
	for (unsigned int i = 0; i < 2 * s->nr_cpus; i++)
		put64(&b, 0);
	put_sized(&b, "local global [mono] boot\n");
	for (unsigned int i = 0; i < s->nr_cpus; i++) {
		uint64_t place[2];

		pad_to(&b, MAKER_PAGE);
		place[0] = b.len;
		place[1] = s->cpu[i]->b.len;
		memcpy(b.p + extents + 16 * i, place, sizeof(place));
		put(&b, s->cpu[i]->b.p, s->cpu[i]->b.len);
	}
	return b;
}

static inline struct bytes make_file(const struct file_spec *s)
{
	return s->version == 6 ? make_v6(s) : make_v7(s);
}

#endif
