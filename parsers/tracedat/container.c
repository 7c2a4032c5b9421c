// SPDX-License-Identifier: GPL-2.0-only
/*
 * The container of trace.dat, version 7, is a chain of sections, which are found through options
 * that lie in sections themselves. The man page trace-cmd.dat.v7(5) describes it. Version 6 and the
 * options are read in container_v6.c and options.c.
 */
#include <stdlib.h>

#include "tracedat.h"

#define SECTION_HEADER		16	/* bytes: id, flags, name, size */
#define SECTION_COMPRESSED	1	/* the only flag */
#define SECTION_OPTIONS		0
#define SECTION_BUFFER		3
#define SECTION_BUFFER_TEXT	22
#define SECTION_ID_MAX		64	/* far above any id in use; more is damage */
#define MAX_OPTION_SECTIONS	4096	/* more of them go in circles */
#define MAX_SECTION_BYTES	(256u << 20)	/* of contents; more is damage, not metadata */
#define COMPRESSION_OFFSET	17	/* of its name in the file */

static const unsigned int section_id[NR_SECTIONS] = {
	[SEC_HEADER] = 16, [SEC_FTRACE] = 17, [SEC_EVENTS] = 18,
	[SEC_KALLSYMS] = 19, [SEC_PRINTK] = 20, [SEC_CMDLINES] = 21,
};

static const char *const section_name[NR_SECTIONS] = {
	"header info", "ftrace formats", "event formats", "kallsyms", "printk", "command lines",
};

struct section_header {
	uint16_t id, flags;
	uint64_t size, offset;	/* of the contents, without the header */
};

static bool reader_has(struct reader *r, uint64_t len)
{
	if (len > (uint64_t)(r->end - r->p))
		r->bad = true;
	return !r->bad;
}

/**
 * reader_u16 - the next two bytes as a number
 * @r: where
 *
 * Return: the number; 0 with r->bad set past the end.
 */
uint16_t reader_u16(struct reader *r)
{
	const uint8_t *p = reader_bytes(r, 2);

	return p ? get_u16(p) : 0;
}

/**
 * reader_u32 - the next four bytes as a number
 * @r: where
 *
 * Return: the number; 0 with r->bad set past the end.
 */
uint32_t reader_u32(struct reader *r)
{
	const uint8_t *p = reader_bytes(r, 4);

	return p ? get_u32(p) : 0;
}

/**
 * reader_u64 - the next eight bytes as a number
 * @r: where
 *
 * Return: the number; 0 with r->bad set past the end.
 */
uint64_t reader_u64(struct reader *r)
{
	const uint8_t *p = reader_bytes(r, 8);

	return p ? get_u64(p) : 0;
}

/**
 * reader_bytes - the next bytes
 * @r: where
 * @len: how many
 *
 * Return: pointer to them, NULL with r->bad set when there are fewer.
 */
const uint8_t *reader_bytes(struct reader *r, uint64_t len)
{
	const uint8_t *p = r->p;

	if (!reader_has(r, len))
		return NULL;
	r->p += len;
	return p;
}

/**
 * reader_string - the next NUL-terminated string
 * @r: where
 *
 * Return: pointer to it, NULL with r->bad set when no NUL follows.
 */
const char *reader_string(struct reader *r)
{
	const uint8_t *nul;

	if (!reader_has(r, 1))
		return NULL;
	nul = memchr(r->p, 0, (size_t)(r->end - r->p));
	return (const char *)reader_bytes(r, nul ? (uint64_t)(nul - r->p) + 1 : UINT64_MAX);
}

/**
 * container_fail - say where the container is damaged
 * @c: the container
 * @offset: in the file
 * @fmt: what is wrong
 *
 * Return: -1.
 */
int container_fail(struct container *c, uint64_t offset, const char *fmt, ...)
{
	char what[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	snprintf(c->err, c->errlen, "%s: offset %#llx: %s; the file is damaged or cut short: copy "
		 "it again or record again", c->src->path, (unsigned long long)offset, what);
	return -1;
}

static int read_section_header(struct container *c, uint64_t offset, struct section_header *h)
{
	struct reader r = { c->src->map, c->src->map + c->src->size, false };

	if (!reader_bytes(&r, offset) || !reader_has(&r, SECTION_HEADER))
		return container_fail(c, offset,
				      "a section should begin here, but the file ends at %#llx",
				      (unsigned long long)c->src->size);
	h->id = reader_u16(&r);
	h->flags = reader_u16(&r);
	reader_u32(&r);
	h->size = reader_u64(&r);
	h->offset = offset + SECTION_HEADER;
	if (h->flags & ~SECTION_COMPRESSED)
		return container_fail(c, offset, "section %u has unknown flags %#x", h->id,
				      h->flags);
	if (!reader_has(&r, h->size))
		return container_fail(c, offset,
				      "section %u of %llu bytes goes beyond the end of the file",
				      h->id, (unsigned long long)h->size);
	return 0;
}

static int inflate_section(struct container *c, const struct section_header *h, struct blob *out)
{
	const uint8_t *p = c->src->map + h->offset;
	struct decompressor *d;
	const char *why = "out of memory";
	uint32_t csize, usize;
	int ret = -1;

	if (h->size < 8)
		return container_fail(c, h->offset, "compressed section %u has no sizes", h->id);
	csize = get_u32(p);
	usize = get_u32(p + 4);
	if (csize != h->size - 8)
		return container_fail(c, h->offset,
				      "section %u holds %llu bytes, but says it "
				      "compressed to %u",
				      h->id, (unsigned long long)h->size - 8, csize);
	if (usize > MAX_SECTION_BYTES)
		return container_fail(c, h->offset, "section %u claims %u bytes", h->id, usize);
	out->owned = malloc((size_t)usize + 1);
	d = decompressor_new(c->algo);
	if (out->owned && d)
		ret = decompressor_run(d, p + 8, csize, out->owned, usize, &why);
	decompressor_free(d);
	if (ret) {
		blob_free(out);
		return container_fail(c, h->offset, "section %u: %s", h->id, why);
	}
	out->data = out->owned;
	out->len = usize;
	return 0;
}

static int load_section(struct container *c, const struct section_header *h, struct blob *out)
{
	*out = (struct blob) { 0 };
	if ((h->flags & SECTION_COMPRESSED) && c->algo != COMPRESS_NONE)
		return inflate_section(c, h, out);
	out->data = c->src->map + h->offset;
	out->len = h->size;
	return 0;
}

/**
 * blob_free - release a section's contents
 * @b: the contents; empty afterwards
 */
void blob_free(struct blob *b)
{
	free(b->owned);
	*b = (struct blob) { 0 };
}

/**
 * container_section - the contents of a metadata section
 * @c: an open container
 * @s: which
 * @out: filled; empty when the file has no such section
 *
 * Return: 0, or -1 with c->err telling what is damaged.
 */
int container_section(struct container *c, enum section s, struct blob *out)
{
	struct section_header h;

	*out = (struct blob) { 0 };
	if (!c->sec_there[s])
		return 0;
	if (c->version < 7) {
		out->data = c->src->map + c->sec_off[s];
		out->len = c->sec_len[s];
		return 0;
	}
	if (read_section_header(c, c->sec_off[s], &h))
		return -1;
	if (h.id != section_id[s])
		return container_fail(c, c->sec_off[s],
				      "the %s should be here, but this is section %u",
				      section_name[s], h.id);
	return load_section(c, &h, out);
}

/* Reads one section of options. *next becomes the offset of the following one, 0 at the last. */
static int read_options(struct container *c, uint64_t offset, uint64_t *next)
{
	struct section_header h;
	struct reader r;
	struct blob b;
	int ret = 0;

	*next = 0;
	if (read_section_header(c, offset, &h))
		return -1;
	if (h.id != SECTION_OPTIONS)
		return container_fail(c, offset, "options should be here, but this is section %u",
				      h.id);
	if (load_section(c, &h, &b))
		return -1;
	r = (struct reader) { b.data, b.data + b.len, false };
	for (;;) {
		uint16_t id = reader_u16(&r);
		uint32_t size = reader_u32(&r);
		const uint8_t *data = reader_bytes(&r, size);

		if (r.bad || (!id && size != 8) || (!id && r.p != r.end)) {
			ret = container_fail(
				c, offset, "the options section is inconsistent at option %u", id);
			break;
		}
		if (!id) {
			*next = get_u64(data);
			break;
		}
		ret = container_option(c, id, data, size, offset);
		if (ret)
			break;
	}
	blob_free(&b);
	return ret;
}

static int read_all_options(struct container *c, uint64_t offset)
{
	for (unsigned int n = 0; offset; n++) {
		if (n == MAX_OPTION_SECTIONS)
			return container_fail(c, offset, "the options sections go in circles");
		if (read_options(c, offset, &offset))
			return -1;
	}
	return 0;
}

/*
 * Every section lies right behind the one before it. Nothing is found by this walk, but it is the
 * only place where a broken size or a cut file shows when the section concerned is not read.
 */
static int check_chain(struct container *c, uint64_t offset)
{
	while (offset < c->src->size) {
		struct section_header h;

		if (read_section_header(c, offset, &h))
			return -1;
		if (h.id > SECTION_ID_MAX)
			return container_fail(c, offset, "section of unknown kind %u", h.id);
		offset = h.offset + h.size;
	}
	return 0;
}

static int check_buffer(struct container *c, struct buffer_desc *b)
{
	struct section_header h;
	unsigned int want = b->latency ? SECTION_BUFFER_TEXT : SECTION_BUFFER;

	if (read_section_header(c, b->offset, &h))
		return -1;
	if (h.id != want && h.id != SECTION_BUFFER)
		return container_fail(c, b->offset,
				      "buffer \"%s\" should be here, but this is section %u",
				      b->name, h.id);
	b->compressed = (h.flags & SECTION_COMPRESSED) && c->algo != COMPRESS_NONE;
	return 0;
}

static int read_compression(struct container *c, struct reader *r)
{
	const char *name = reader_string(r);
	const char *version = reader_string(r);

	if (!name || !version)
		return container_fail(c, COMPRESSION_OFFSET,
				      "the name of the compression is cut off");
	if (!strcmp(name, "none"))
		c->algo = COMPRESS_NONE;
	else if (!strcmp(name, "zlib"))
		c->algo = COMPRESS_ZLIB;
	else if (!strcmp(name, "zstd"))
		c->algo = COMPRESS_ZSTD;
	else
		return container_fail(c, COMPRESSION_OFFSET,
				      "compression \"%.32s\" is not one of none, zlib, zstd",
				      name);
	return 0;
}

static int container_open_v7(struct container *c, struct reader *r)
{
	uint64_t first, chain;

	if (read_compression(c, r))
		return -1;
	first = reader_u64(r);
	chain = (uint64_t)(r->p - c->src->map);
	if (r->bad || !first)
		return container_fail(c, chain,
				      "no options section, so nothing says where the events are");
	if (read_all_options(c, first))
		return -1;
	if (check_chain(c, chain)) {
		if (!c->allow_incomplete)
			return -1;
		snprintf(c->damage, sizeof(c->damage), "%s", c->err);
	}
	for (unsigned int i = 0; i < c->nr_buffers; i++)
		if (check_buffer(c, &c->buffers[i]))
			return -1;
	return 0;
}

static int refuse_file(struct container *c, const char *what, const char *remedy)
{
	snprintf(c->err, c->errlen, "%s: %s; %s", c->src->path, what, remedy);
	return -1;
}

/**
 * container_open - find out what is where in a trace.dat
 * @c: src, allow_incomplete, err and errlen are set; the rest is zero. The source's bytes begin
 *	with the trace.dat magic
 *
 * Return: 0, or -1 with c->err filled. container_close() is due in both cases.
 */
int container_open(struct container *c)
{
	struct reader r = { c->src->map, c->src->map + c->src->size, false };
	const char *version;
	const uint8_t *endian_long;

	reader_bytes(&r, 10);
	version = reader_string(&r);
	endian_long = reader_bytes(&r, 2);
	c->page_size = reader_u32(&r);
	if (r.bad)
		return container_fail(c, c->src->size, "the file ends within its first header");
	if (strcmp(version, "6") && strcmp(version, "7"))
		return refuse_file(c, "this version of trace.dat is neither 6 nor 7",
			      "convert it: trace-cmd convert --file-version 7");
	c->version = version[0] - '0';
	c->long_size = endian_long[1];
	if (endian_long[0] == 1)
		return refuse_file(c, "recorded on a big-endian machine",
			      "fragreplay reads little-endian 64-bit traces only");
	if (endian_long[0] > 1 || (c->long_size != 4 && c->long_size != 8))
		return container_fail(c, 12, "byte order or word size is impossible");
	if (!page_size_possible(c->page_size))
		return container_fail(c, 14, "a page size of %u is impossible", c->page_size);
	return c->version == 6 ? container_open_v6(c, &r) : container_open_v7(c, &r);
}

/**
 * container_close - release all that container_open() made
 * @c: the container
 */
void container_close(struct container *c)
{
	for (unsigned int i = 0; i < c->nr_buffers; i++) {
		free(c->buffers[i].name);
		free(c->buffers[i].clock);
		free(c->buffers[i].cpus);
	}
	for (unsigned int i = 0; i < c->nr_stats; i++)
		free(c->stats[i].instance);
	free(c->buffers);
	free(c->stats);
	free(c->uname);
	free(c->clock);
	clock_free(&c->conv);
}
