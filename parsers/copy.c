// SPDX-License-Identifier: GPL-2.0-only
/*
 * A pipe can be read once, but a bare trace is read twice, and trace.dat is read at many places at
 * once. So what is no regular file, or is compressed as a whole, is copied to a temporary file that
 * has no name.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#ifdef HAVE_LIBLZMA
#include <lzma.h>
#endif

#include "base/interrupt.h"
#include "internal.h"

#define COPY_BYTES 65536

enum packing { PACKING_NONE, PACKING_GZIP, PACKING_ZSTD, PACKING_XZ };

/**
 * struct copier - a copy that is being made
 * @path: what is copied, for messages
 * @in: it, open
 * @out: the temporary file
 * @packing: how @in is compressed
 * @head_known: the first bytes of @out are those of a trace
 * @inside: a compressed stream has begun and not ended
 * @gzip: state of gzip, @zstd of zstd, @xz of xz
 * @err: where messages go
 * @errlen: its size
 */
struct copier {
	const char *path;
	int in, out;
	enum packing packing;
	bool head_known, inside;
	z_stream gzip;
	ZSTD_DStream *zstd;
#ifdef HAVE_LIBLZMA
	lzma_stream xz;
#endif
	char *err;
	size_t errlen;
};

static int copy_fail(struct copier *c, const char *what)
{
	snprintf(c->err, c->errlen, "%s: %s", c->path, what);
	return -1;
}

static enum packing packing_of(const uint8_t *head, size_t len)
{
	if (len >= 2 && !memcmp(head, "\x1f\x8b", 2))
		return PACKING_GZIP;
	if (len >= 4 && !memcmp(head, "\x28\xb5\x2f\xfd", 4))
		return PACKING_ZSTD;
	if (len >= 6 && !memcmp(head,
				"\xfd"
				"7zXZ\0",
				6))
		return PACKING_XZ;
	return PACKING_NONE;
}

/* A few bytes can unpack to very many, so that what is no trace is given up at its first bytes. */
static int put(struct copier *c, const uint8_t *bytes, size_t len)
{
	if (!c->head_known && len && !trace_recognized(bytes, len))
		return copy_fail(c, "what it unpacks to is no trace");
	c->head_known = true;
	while (len) {
		ssize_t n = write(c->out, bytes, len);

		if (n < 0 && errno == EINTR && !interrupted)
			continue;
		if (n < 0) {
			snprintf(c->err, c->errlen,
				 "%s: no room for a copy: %s; choose another "
				 "place by TMPDIR",
				 c->path, strerror(errno));
			return -1;
		}
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

static int unpack_gzip(struct copier *c, const uint8_t *in, size_t len, uint8_t *out)
{
	z_stream *z = &c->gzip;

	z->next_in = (uint8_t *)(uintptr_t)in;
	z->avail_in = (unsigned int)len;
	do {
		int ret;

		z->next_out = out;
		z->avail_out = COPY_BYTES;
		ret = inflate(z, Z_NO_FLUSH);
		if (ret != Z_OK && ret != Z_STREAM_END && ret != Z_BUF_ERROR)
			return copy_fail(c, "its gzip data is damaged; copy it again");
		c->inside = ret != Z_STREAM_END;
		if (put(c, out, COPY_BYTES - z->avail_out))
			return -1;
		if (ret == Z_STREAM_END)
			inflateReset(z); /* another member may follow */
	} while (z->avail_in || !z->avail_out);
	return 0;
}

static int unpack_zstd(struct copier *c, const uint8_t *in, size_t len, uint8_t *out)
{
	ZSTD_inBuffer from = { in, len, 0 };
	size_t full;

	do {
		ZSTD_outBuffer to = { out, COPY_BYTES, 0 };
		size_t ret = ZSTD_decompressStream(c->zstd, &to, &from);

		if (ZSTD_isError(ret))
			return copy_fail(c, "its zstd data is damaged; copy it again");
		c->inside = ret != 0;
		full = to.pos == COPY_BYTES;
		if (put(c, out, to.pos))
			return -1;
	} while (from.pos < from.size || full);
	return 0;
}

#ifdef HAVE_LIBLZMA
static int unpack_xz(struct copier *c, const uint8_t *in, size_t len, uint8_t *out)
{
	lzma_ret ret;

	c->xz.next_in = in;
	c->xz.avail_in = len;
	do {
		c->xz.next_out = out;
		c->xz.avail_out = COPY_BYTES;
		ret = lzma_code(&c->xz, len ? LZMA_RUN : LZMA_FINISH);
		if (ret != LZMA_OK && ret != LZMA_STREAM_END && ret != LZMA_BUF_ERROR)
			return copy_fail(c, "its xz data is damaged; copy it again");
		c->inside = ret != LZMA_STREAM_END;
		if (put(c, out, COPY_BYTES - c->xz.avail_out))
			return -1;
	} while (c->xz.avail_in || !c->xz.avail_out);
	return 0;
}
#endif

static int unpack(struct copier *c, const uint8_t *in, size_t len, uint8_t *out)
{
	switch (c->packing) {
	case PACKING_GZIP:
		return len ? unpack_gzip(c, in, len, out) : 0;
	case PACKING_ZSTD:
		return len ? unpack_zstd(c, in, len, out) : 0;
#ifdef HAVE_LIBLZMA
	case PACKING_XZ:
		return unpack_xz(c, in, len, out);
#endif
	default:
		return put(c, in, len);
	}
}

static int packing_begin(struct copier *c)
{
	bool ok = true;

	if (c->packing == PACKING_GZIP)
		ok = inflateInit2(&c->gzip, 15 + 16) == Z_OK;
	if (c->packing == PACKING_ZSTD)
		ok = (c->zstd = ZSTD_createDStream()) && !ZSTD_isError(ZSTD_initDStream(c->zstd));
#ifdef HAVE_LIBLZMA
	if (c->packing == PACKING_XZ)
		ok = lzma_stream_decoder(&c->xz, 1ull << 30, LZMA_CONCATENATED) == LZMA_OK;
#else
	if (c->packing == PACKING_XZ)
		return copy_fail(c, "xz data, which this build cannot unpack; `xz -dc` it into "
				    "`fragreplay run -`");
#endif
	return ok ? 0 : copy_fail(c, "no memory to unpack it");
}

static void packing_end(struct copier *c)
{
	if (c->packing == PACKING_GZIP)
		inflateEnd(&c->gzip);
	ZSTD_freeDStream(c->zstd);
#ifdef HAVE_LIBLZMA
	lzma_end(&c->xz);
#endif
}

static int open_unnamed(struct copier *c)
{
	const char *dir = getenv("TMPDIR");

	c->out = open(dir && *dir ? dir : "/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (c->out >= 0)
		return 0;
	snprintf(c->err, c->errlen,
		 "%s: no temporary file for a copy: %s; choose another place by "
		 "TMPDIR",
		 c->path, strerror(errno));
	return -1;
}

/* Reads as many bytes as there are, up to COPY_BYTES; -1: they cannot be read. */
static ssize_t fill(struct copier *c, uint8_t *buf)
{
	size_t len = 0;
	ssize_t n;

	while (len < COPY_BYTES) {
		n = read(c->in, buf + len, COPY_BYTES - len);
		if (n < 0 && errno == EINTR && !interrupted)
			continue;
		if (n < 0)
			return copy_fail(c, interrupted ? "interrupted" : strerror(errno));
		if (!n)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

static int copy_all(struct copier *c, uint8_t *in, ssize_t len, uint8_t *out, bool allow_incomplete)
{
	while (len > 0) {
		if (unpack(c, in, (size_t)len, out))
			return -1;
		len = fill(c, in);
	}
	if (len < 0 || unpack(c, in, 0, out))
		return -1;
	if (c->inside && !allow_incomplete)
		return copy_fail(c, "its compressed data breaks off; copy it again, or go on with "
				    "--allow-incomplete");
	return 0;
}

/**
 * trace_copy - make a file that can be read at any place of a trace that cannot
 * @path: the trace; "-" is stdin
 * @allow_incomplete: take the end of compressed data that breaks off as the trace's
 * @fd: set to the copy, open and without a name; -1: the trace needs none
 * @err: message naming file and remedy
 * @errlen: its size
 *
 * Return: 0, or -1 with @err filled.
 */
int trace_copy(const char *path, bool allow_incomplete, int *fd, char *err, size_t errlen)
{
	struct copier c = { .path = path, .out = -1, .err = err, .errlen = errlen };
	uint8_t *buf = malloc(2 * COPY_BYTES);
	struct stat st;
	ssize_t len = -1;
	int ret = -1;

	*fd = -1;
	c.in = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
	if (!buf)
		copy_fail(&c, "out of memory");
	else if (c.in < 0 || fstat(c.in, &st))
		copy_fail(&c, strerror(errno));
	else if (S_ISDIR(st.st_mode))
		copy_fail(&c, "is a directory; name the trace.dat in it");
	else
		len = fill(&c, buf);
	if (len >= 0) {
		c.packing = packing_of(buf, (size_t)len);
		c.head_known = c.packing == PACKING_NONE;
		if (c.packing == PACKING_NONE && S_ISREG(st.st_mode) && c.in != STDIN_FILENO)
			ret = 0;
		else if (!packing_begin(&c) && !open_unnamed(&c))
			ret = copy_all(&c, buf, len, buf + COPY_BYTES, allow_incomplete);
		packing_end(&c);
	}
	if (c.in > STDERR_FILENO)
		close(c.in);
	free(buf);
	if (ret && c.out >= 0)
		close(c.out);
	else
		*fd = c.out;
	return ret;
}
