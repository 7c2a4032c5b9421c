// SPDX-License-Identifier: GPL-2.0-only
/*
 * The container of trace.dat, version 6, has the same contents one after the other, without headers
 * of sections and without compression. The man page trace-cmd.dat.v6(5) describes it.
 */
#include <stdlib.h>

#include "tracedat.h"

#define TAG_LEN		10	/* of "options  ", "latency  " and "flyrecord", with their NUL */
#define EXTENT_BYTES	16	/* offset and size of a CPU's data */

static uint64_t file_position(const struct container *c, const struct reader *r)
{
	return (uint64_t)(r->p - c->src->map);
}

static void end_section(struct container *c, enum section s, uint64_t start, struct reader *r)
{
	c->sec_off[s] = start;
	c->sec_len[s] = file_position(c, r) - start;
	c->sec_there[s] = !r->bad;
}

static void skip_header_info(struct reader *r)
{
	reader_bytes(r, sizeof("header_page"));
	reader_bytes(r, reader_u64(r));
	reader_bytes(r, sizeof("header_event"));
	reader_bytes(r, reader_u64(r));
}

static void skip_formats(struct reader *r)
{
	uint32_t count = reader_u32(r);

	while (count-- && !r->bad)
		reader_bytes(r, reader_u64(r));
}

static void skip_systems(struct reader *r)
{
	uint32_t count = reader_u32(r);

	while (count-- && !r->bad) {
		reader_string(r);
		skip_formats(r);
	}
}

static int walk_metadata(struct container *c, struct reader *r)
{
	uint64_t start[NR_SECTIONS + 1];

	start[SEC_HEADER] = file_position(c, r);
	skip_header_info(r);
	end_section(c, SEC_HEADER, start[SEC_HEADER], r);
	start[SEC_FTRACE] = file_position(c, r);
	skip_formats(r);
	end_section(c, SEC_FTRACE, start[SEC_FTRACE], r);
	start[SEC_EVENTS] = file_position(c, r);
	skip_systems(r);
	end_section(c, SEC_EVENTS, start[SEC_EVENTS], r);
	start[SEC_KALLSYMS] = file_position(c, r);
	reader_bytes(r, reader_u32(r));
	end_section(c, SEC_KALLSYMS, start[SEC_KALLSYMS], r);
	start[SEC_PRINTK] = file_position(c, r);
	reader_bytes(r, reader_u32(r));
	end_section(c, SEC_PRINTK, start[SEC_PRINTK], r);
	start[SEC_CMDLINES] = file_position(c, r);
	reader_bytes(r, reader_u64(r));
	end_section(c, SEC_CMDLINES, start[SEC_CMDLINES], r);
	if (r->bad)
		return container_fail(c, file_position(c, r), "the file ends within its metadata");
	return 0;
}

/**
 * container_open_formats - find the formats in what perf copies of tracefs
 * @c: src, err and errlen are set, the rest is zero
 *
 * It begins as a trace.dat of version 6 does, and ends behind the names of tasks.
 *
 * Return: 0, or -1 with c->err filled.
 */
int container_open_formats(struct container *c)
{
	struct reader r = { c->src->map, c->src->map + c->src->size, false };
	const uint8_t *magic = reader_bytes(&r, 10), *endian_long;
	const char *version = reader_string(&r);

	endian_long = reader_bytes(&r, 2);
	c->page_size = reader_u32(&r);
	if (r.bad || memcmp(magic, "\x17\x08\x44tracing", 10) || strncmp(version, "0.", 2) ||
	    endian_long[0])
		return container_fail(c, 0,
				      "the formats of the events do not begin as perf "
				      "writes them");
	c->version = 6;
	c->long_size = endian_long[1];
	return walk_metadata(c, &r);
}

static int walk_options(struct container *c, struct reader *r)
{
	for (;;) {
		uint64_t offset = file_position(c, r);
		uint16_t id = reader_u16(r);
		uint32_t size = id ? reader_u32(r) : 0;
		const uint8_t *data = reader_bytes(r, size);

		if (r->bad)
			return container_fail(c, offset,
					      "the options go beyond the end of the file");
		if (!id)
			return 0;
		if (container_option(c, id, data, size, offset))
			return -1;
	}
}

/* Options may come first; @latency is set to which of the two kinds of data follows. */
static int walk_tags(struct container *c, struct reader *r, bool *latency)
{
	uint64_t offset = file_position(c, r);
	const uint8_t *tag = reader_bytes(r, TAG_LEN);

	if (tag && !memcmp(tag, "options", 7)) {
		if (walk_options(c, r))
			return -1;
		offset = file_position(c, r);
		tag = reader_bytes(r, TAG_LEN);
	}
	if (!tag || (memcmp(tag, "latency", 7) && memcmp(tag, "flyrecord", 9)))
		return container_fail(c, offset, "events should begin here, but neither "
				      "\"flyrecord\" nor \"latency\" does");
	*latency = tag[0] == 'l';
	return 0;
}

static int read_extents(struct container *c, struct reader *r, struct buffer_desc *b, uint32_t cpus)
{
	b->page_size = c->page_size;
	if (cpus > TRACEDAT_MAX_CPUS || cpus > (uint64_t)(r->end - r->p) / EXTENT_BYTES)
		return container_fail(c, file_position(c, r), "places of %u CPUs' data are cut off",
				      cpus);
	b->cpus = calloc(cpus ? cpus : 1, sizeof(*b->cpus));
	if (!b->cpus)
		return container_fail(c, file_position(c, r), "out of memory");
	b->nr_cpus = cpus;
	for (uint32_t i = 0; i < cpus; i++) {
		b->cpus[i].cpu = i;
		b->cpus[i].offset = reader_u64(r);
		b->cpus[i].size = reader_u64(r);
	}
	return 0;
}

static int open_instance(struct container *c, unsigned int i)
{
	struct reader r = { c->src->map, c->src->map + c->src->size, false };
	uint32_t cpus = c->cpu_count;
	bool latency;

	reader_bytes(&r, c->buffers[i].offset);
	if (walk_tags(c, &r, &latency))
		return -1;
	c->buffers[i].latency = latency;
	return latency ? 0 : read_extents(c, &r, &c->buffers[i], cpus);
}

/**
 * container_open_v6 - find out what is where in a version 6 trace.dat
 * @c: as container_open() has filled it from the first header
 * @r: right behind that header
 *
 * Return: 0, or -1 with c->err filled.
 */
int container_open_v6(struct container *c, struct reader *r)
{
	struct buffer_desc *top;
	unsigned int instances;
	uint32_t cpus;
	bool latency;

	if (walk_metadata(c, r))
		return -1;
	cpus = reader_u32(r);
	if (r->bad)
		return container_fail(c, file_position(c, r),
				      "the file ends before its number of CPUs");
	if (walk_tags(c, r, &latency))
		return -1;
	if (!c->cpu_count)
		c->cpu_count = cpus;
	instances = c->nr_buffers;
	top = container_add_buffer(c);
	if (!top || !(top->name = calloc(1, 1)))
		return container_fail(c, 0, "out of memory");
	top->latency = latency;
	top->offset = file_position(c, r);
	if (!latency && read_extents(c, r, top, c->cpu_count))
		return -1;
	/* trace-cmd puts an empty CPU behind them for old readers */
	if (cpus < c->cpu_count)
		reader_bytes(r, EXTENT_BYTES);
	if (!c->clock) {
		uint64_t len = reader_u64(r);
		const uint8_t *text = reader_bytes(r, len);

		if (text)
			container_parse_clock(c, (const char *)text, len);
	}
	for (unsigned int i = 0; i < instances; i++)
		if (open_instance(c, i))
			return -1;
	return 0;
}
