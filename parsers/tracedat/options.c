// SPDX-License-Identifier: GPL-2.0-only
/*
 * The options of a trace.dat say where sections and buffers are, how timestamps are corrected, and
 * how many events the kernel counted. Unknown options are skipped, as trace-cmd does.
 */
#define _GNU_SOURCE
#include <stdlib.h>

#include "tracedat.h"

enum option_id {
	OPT_DATE = 1, OPT_CPUSTAT = 2, OPT_BUFFER = 3, OPT_TRACECLOCK = 4, OPT_UNAME = 5,
	OPT_OFFSET = 7, OPT_CPUCOUNT = 8, OPT_TIME_SHIFT = 12, OPT_TSC2NSEC = 14,
	OPT_HEADER_INFO = 16, OPT_CMDLINES = 21, OPT_BUFFER_TEXT = 22,
};

/**
 * container_add_buffer - room for one more buffer description
 * @c: the container
 *
 * Return: a zeroed description, NULL without memory.
 */
struct buffer_desc *container_add_buffer(struct container *c)
{
	struct buffer_desc *b = realloc(c->buffers, (c->nr_buffers + 1) * sizeof(*b));

	if (!b)
		return NULL;
	c->buffers = b;
	b += c->nr_buffers++;
	*b = (struct buffer_desc) { 0 };
	return b;
}

#define EXTENT_BYTES	20	/* of a CPU: number, offset, size */

static int read_cpu_extents(struct container *c, struct buffer_desc *b, struct reader *r,
			    uint64_t offset)
{
	uint32_t nr;

	b->page_size = reader_u32(r);
	nr = reader_u32(r);
	if (r->bad || nr > TRACEDAT_MAX_CPUS || nr > (uint64_t)(r->end - r->p) / EXTENT_BYTES)
		return container_fail(c, offset, "buffer option of \"%s\" is cut off", b->name);
	if (!page_size_possible(b->page_size))
		return container_fail(c, offset, "buffer \"%s\" has pages of %u bytes", b->name,
				      b->page_size);
	b->cpus = calloc(nr ? nr : 1, sizeof(*b->cpus));
	if (!b->cpus)
		return container_fail(c, offset, "out of memory");
	b->nr_cpus = nr;
	for (uint32_t i = 0; i < nr; i++) {
		b->cpus[i].cpu = reader_u32(r);
		b->cpus[i].offset = reader_u64(r);
		b->cpus[i].size = reader_u64(r);
		if (b->cpus[i].cpu >= TRACEDAT_MAX_CPUS)
			return container_fail(c, offset, "buffer \"%s\" has a CPU %u", b->name,
					      b->cpus[i].cpu);
	}
	return 0;
}

static int option_buffer(struct container *c, bool latency, struct reader *r, uint64_t offset)
{
	uint64_t where = reader_u64(r);
	const char *name = reader_string(r), *clock;
	struct buffer_desc *b;

	if (!name)
		return container_fail(c, offset, "a buffer option is cut off");
	b = container_add_buffer(c);
	if (!b)
		return container_fail(c, offset, "out of memory");
	b->offset = where;
	b->name = strdup(name);
	b->latency = latency;
	if (!b->name)
		return container_fail(c, offset, "out of memory");
	if (c->version < 7)
		return 0;
	clock = reader_string(r);
	if (!clock)
		return container_fail(c, offset, "buffer option of \"%s\" is cut off", b->name);
	b->clock = strdup(clock);
	return latency ? 0 : read_cpu_extents(c, b, r, offset);
}

static bool stat_line(const char *line, const char *key, uint64_t *value)
{
	size_t len = strlen(key);

	if (strncmp(line, key, len))
		return false;
	*value = strtoull(line + len, NULL, 10);
	return true;
}

static struct cpu_stat *add_stat(struct container *c)
{
	struct cpu_stat *s = realloc(c->stats, (c->nr_stats + 1) * sizeof(*s));
	const char *instance;

	if (!s)
		return NULL;
	c->stats = s;
	instance = c->nr_stats ? s[c->nr_stats - 1].instance : "";
	s += c->nr_stats;
	*s = (struct cpu_stat) { .instance = strdup(instance), .cpu = UINT32_MAX };
	if (!s->instance)
		return NULL;
	c->nr_stats++;
	return s;
}

/* A text of "Buffer: NAME" alone comes before the statistics of an extra instance's CPUs. */
static int option_cpustat(struct container *c, const char *text)
{
	struct cpu_stat *s = add_stat(c);
	char *copy = strdup(text), *save = NULL;
	uint64_t cpu;

	if (!s || !copy) {
		free(copy);
		return container_fail(c, 0, "out of memory");
	}
	for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (!strncmp(line, "Buffer: ", 8)) {
			free(s->instance);
			s->instance = strdup(line + 8);
			if (!s->instance)
				s->instance = calloc(1, 1);
		} else if (stat_line(line, "CPU: ", &cpu)) {
			s->cpu = (uint32_t)cpu;
		} else {
			(void)(stat_line(line, "entries: ", &s->entries) ||
			       stat_line(line, "overrun: ", &s->overrun) ||
			       stat_line(line, "commit overrun: ", &s->commit_overrun) ||
			       stat_line(line, "dropped events: ", &s->dropped) ||
			       stat_line(line, "read events: ", &s->read));
		}
	}
	free(copy);
	return 0;
}

/**
 * container_parse_clock - the clock in brackets of a trace_clock file's text
 * @c: the container, whose clock is set if it had none
 * @text: "local global [mono] boot"
 * @len: its length
 */
void container_parse_clock(struct container *c, const char *text, size_t len)
{
	const char *open = memchr(text, '[', len), *close;

	if (!open)
		return;
	open++;
	close = memchr(open, ']', len - (size_t)(open - text));
	if (!close || close == open)
		return;
	free(c->clock);
	c->clock = strndup(open, (size_t)(close - open));
}

static int option_text(struct container *c, unsigned int id, const char *text)
{
	switch (id) {
	case OPT_DATE:		/* in microseconds, from the trace's clock to the time of day */
		c->conv.offset += strtoll(text, NULL, 0) * 1000;
		break;
	case OPT_OFFSET:	/* in nanoseconds */
		c->conv.offset += strtoll(text, NULL, 0);
		break;
	case OPT_CPUSTAT:
		return option_cpustat(c, text);
	case OPT_UNAME:
		free(c->uname);
		c->uname = strdup(text);
		break;
	case OPT_TRACECLOCK:
		container_parse_clock(c, text, strlen(text));
		break;
	}
	return 0;
}

static int option_tsc2nsec(struct container *c, struct reader *r, uint64_t offset)
{
	c->conv.mult = reader_u32(r);
	c->conv.shift = reader_u32(r);
	if (r->bad || c->conv.shift > 32)
		return container_fail(c, offset, "the tsc2nsec option is impossible");
	return 0;
}

/**
 * container_option - take in one option
 * @c: the container
 * @id: the option's number
 * @data: its bytes
 * @size: how many
 * @offset: of the options in the file, for messages
 *
 * Return: 0, or -1 with c->err filled.
 */
int container_option(struct container *c, unsigned int id, const uint8_t *data, uint32_t size,
		     uint64_t offset)
{
	struct reader r = { data, data + size, false };
	char *text;
	int ret;

	switch (id) {
	case OPT_BUFFER:
	case OPT_BUFFER_TEXT:
		return option_buffer(c, id == OPT_BUFFER_TEXT, &r, offset);
	case OPT_CPUCOUNT:
		c->cpu_count = reader_u32(&r);
		return 0;
	case OPT_TSC2NSEC:
		return option_tsc2nsec(c, &r, offset);
	case OPT_TIME_SHIFT:
		if (clock_load_tsync(&c->conv, data, size))
			return container_fail(c, offset, "the guest time option is inconsistent");
		return 0;
	case OPT_HEADER_INFO ... OPT_CMDLINES:
		if (c->version < 7)
			return 0;
		c->sec_off[id - OPT_HEADER_INFO] = reader_u64(&r);
		c->sec_there[id - OPT_HEADER_INFO] = !r.bad;
		return r.bad ? container_fail(c, offset, "option %u is cut off", id) : 0;
	case OPT_DATE:
	case OPT_OFFSET:
	case OPT_CPUSTAT:
	case OPT_UNAME:
	case OPT_TRACECLOCK:
		text = strndup((const char *)data, size);
		if (!text)
			return container_fail(c, offset, "out of memory");
		ret = option_text(c, id, text);
		free(text);
		return ret;
	}
	return 0;
}
