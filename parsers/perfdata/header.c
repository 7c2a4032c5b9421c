// SPDX-License-Identifier: GPL-2.0-only
/*
 * What describes the samples of a perf.data: attributes, and as features the formats of the events,
 * the kernel's release, and the number of CPUs. In pipe mode the same comes as records.
 */
#include <stdio.h>
#include <stdlib.h>

#include "perfdata.h"

#define FEATURE_TRACING_DATA 1
#define FEATURE_OSRELEASE    4
#define FEATURE_ARCH	     6
#define FEATURE_NRCPUS	     7
#define FEATURES	     256

#define PIPE_HEADER_BYTES  16
#define FILE_HEADER_BYTES  104
#define ATTR_BYTES	   64 /* PERF_ATTR_SIZE_VER0, which all later ones begin with */
#define ATTR_SAMPLE_ID_ALL (1ull << 18)

static int refuse(const struct perfdata *p, char *err, size_t errlen, const char *what)
{
	snprintf(err, errlen, "%s: %s", p->t.src.path, what);
	return -1;
}

/* Are samples of all events laid out alike? Then none has to be looked up by its id. */
static void compare_attrs(struct perfdata *p)
{
	p->uniform = true;
	for (unsigned int i = 1; i < p->nr_attrs; i++)
		if (p->attr[i].sample_type != p->attr[0].sample_type ||
		    p->attr[i].read_format != p->attr[0].read_format)
			p->uniform = false;
}

/**
 * perf_add_attr - keep how an event's samples are laid out
 * @p: the trace
 * @data: struct perf_event_attr
 * @len: its length
 * @ids: ids of the event's samples
 * @nr_ids: how many
 *
 * Return: 0; -1 when it is cut short, or without memory.
 */
int perf_add_attr(struct perfdata *p, const uint8_t *data, size_t len, const uint8_t *ids,
		  size_t nr_ids)
{
	struct perf_attr *attr;
	struct perf_id *id;

	if (len < ATTR_BYTES || nr_ids > 1u << 24)
		return -1;
	attr = realloc(p->attr, (p->nr_attrs + 1) * sizeof(*attr));
	if (!attr)
		return -1;
	p->attr = attr;
	id = realloc(p->id, (p->nr_ids + nr_ids + 1) * sizeof(*id));
	if (!id)
		return -1;
	p->id = id;
	for (size_t i = 0; i < nr_ids; i++)
		p->id[p->nr_ids++] = (struct perf_id){ get_u64(ids + i * 8), p->nr_attrs };
	p->attr[p->nr_attrs++] = (struct perf_attr){
		.sample_type = get_u64(data + 24),
		.read_format = get_u64(data + 32),
		.id_all = get_u64(data + 40) & ATTR_SAMPLE_ID_ALL,
	};
	compare_attrs(p);
	return 0;
}

/**
 * perf_load_formats - read the formats of the events
 * @p: the trace
 * @data: what perf has copied of tracefs; it stays where it is
 * @len: its length
 *
 * Return: 0; -1 with p->err filled.
 */
int perf_load_formats(struct perfdata *p, const uint8_t *data, size_t len)
{
	if (p->have_formats)
		return 0;
	p->have_formats = true;
	p->formats_src =
		(struct trace_source){ .path = p->t.src.path, .fd = -1, .map = data, .size = len };
	p->c.src = &p->formats_src;
	p->c.err = p->err;
	p->c.errlen = sizeof(p->err);
	return container_open_formats(&p->c) || formats_open(&p->f, &p->c) ? -1 : 0;
}

/**
 * perf_feature - take what a feature says of the recorded machine
 * @p: the trace
 * @id: which feature
 * @data: its contents
 * @len: their length
 */
void perf_feature(struct perfdata *p, unsigned int id, const uint8_t *data, size_t len)
{
	struct reader r = { data, data + len, false };
	uint32_t n = reader_u32(&r);
	const char *text = (const char *)r.p;

	if (r.bad || (id != FEATURE_NRCPUS && (n > len - 4 || !memchr(text, 0, n))))
		return;
	if (id == FEATURE_NRCPUS && n && n <= UINT16_MAX)
		p->t.info.cpus = n;
	if (id == FEATURE_OSRELEASE) {
		snprintf(p->kernel, sizeof(p->kernel), "%s", text);
		p->t.info.kernel = p->kernel;
	}
	if (id == FEATURE_ARCH && strcmp(text, "x86_64"))
		trace_note(&p->t,
			   "recorded on %.32s: pages, pageblocks and zones are taken as on "
			   "x86-64",
			   text);
}

static bool inside(const struct perfdata *p, uint64_t off, uint64_t len)
{
	return off <= p->t.src.size && len <= p->t.src.size - off;
}

static int read_attrs(struct perfdata *p, uint64_t off, uint64_t len, uint64_t each)
{
	const uint8_t *map = p->t.src.map;

	if (each < ATTR_BYTES + 16 || !inside(p, off, len))
		return -1;
	for (; len >= each; off += each, len -= each) {
		uint64_t ids = get_u64(map + off + each - 16), size = get_u64(map + off + each - 8);

		if (!inside(p, ids, size) ||
		    perf_add_attr(p, map + off, each - 16, map + ids, size / 8))
			return -1;
	}
	return 0;
}

static int read_features(struct perfdata *p, const uint8_t *bits, uint64_t table)
{
	const uint8_t *map = p->t.src.map;

	for (unsigned int i = 0; i < FEATURES; i++) {
		uint64_t off, len;

		if (!(bits[i / 8] >> i % 8 & 1))
			continue;
		if (!inside(p, table, 16))
			return -1;
		off = get_u64(map + table);
		len = get_u64(map + table + 8);
		table += 16;
		if (!inside(p, off, len))
			return -1;
		if (i != FEATURE_TRACING_DATA)
			perf_feature(p, i, map + off, len);
		else if (perf_load_formats(p, map + off, len))
			return -1;
	}
	return 0;
}

/* A file that perf did not finish has neither the length of its data nor what comes after them. */
static int check_finished(struct perfdata *p, uint64_t len, char *err, size_t errlen)
{
	if (len && p->have_formats)
		return 0;
	return refuse(
		p, err, errlen,
		len ? "no tracepoint in it; record with `perf record -a -e kmem:mm_page_alloc -e "
		      "kmem:mm_page_free`"
		    : "perf was killed before it wrote the formats of the events; record again, or "
		      "in pipe mode (perf record -o -), which has them first");
}

static int open_file(struct perfdata *p, char *err, size_t errlen)
{
	const uint8_t *map = p->t.src.map;
	uint64_t off = get_u64(map + 40), len = get_u64(map + 48);

	if (read_attrs(p, get_u64(map + 24), get_u64(map + 32), get_u64(map + 16)))
		return refuse(p, err, errlen,
			      "offset 0x10: the attributes are damaged or cut short");
	if (!inside(p, off, len) || (len && read_features(p, map + 72, off + len))) {
		snprintf(err, errlen, "%s", p->err);
		return p->err[0]
			       ? -1
			       : refuse(p, err, errlen,
					"offset 0x28: the data and what comes "
					"after them are damaged or cut short; copy the file again");
	}
	if (check_finished(p, len, err, errlen))
		return -1;
	p->pos = map + off;
	p->end = p->pos + len;
	return 0;
}

/**
 * perf_open_header - read what comes before the records
 * @p: the trace, whose source is set
 * @err: message naming file, place and remedy
 * @errlen: its size
 *
 * Return: 0, or -1 with @err filled.
 */
int perf_open_header(struct perfdata *p, char *err, size_t errlen)
{
	const struct trace_source *src = &p->t.src;
	uint64_t size = src->size >= PIPE_HEADER_BYTES ? get_u64(src->map + 8) : 0;

	p->pipe = size == PIPE_HEADER_BYTES;
	p->pos = src->map + PIPE_HEADER_BYTES;
	p->end = src->map + src->size;
	if (p->pipe)
		return 0;
	if (size < FILE_HEADER_BYTES || src->size < FILE_HEADER_BYTES)
		return refuse(p, err, errlen, "offset 8: its header is damaged or cut short");
	return open_file(p, err, errlen);
}
