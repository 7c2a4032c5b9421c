// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decompression of one block, with zlib or zstd. A block that does not give exactly the size that
 * the file promises is damaged.
 */
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#include "tracedat.h"

struct decompressor {
	enum compress_algo algo;
	ZSTD_DCtx *zstd;
};

/**
 * decompressor_new - a context for decompress(); one per thread
 * @algo: of the file
 *
 * Return: the context, NULL without memory.
 */
struct decompressor *decompressor_new(enum compress_algo algo)
{
	struct decompressor *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->algo = algo;
	if (algo == COMPRESS_ZSTD) {
		d->zstd = ZSTD_createDCtx();
		if (!d->zstd) {
			free(d);
			return NULL;
		}
	}
	return d;
}

/**
 * decompressor_free - release a context
 * @d: the context, or NULL
 */
void decompressor_free(struct decompressor *d)
{
	if (!d)
		return;
	ZSTD_freeDCtx(d->zstd);
	free(d);
}

static int decompress_zstd(struct decompressor *d, const uint8_t *in, size_t inlen, uint8_t *out,
			   size_t outlen, const char **why)
{
	size_t frame = ZSTD_findFrameCompressedSize(in, inlen);
	size_t n;

	if (ZSTD_isError(frame) || frame != inlen) {
		*why = "zstd data is damaged: its frame does not have the size that is written";
		return -1;
	}
	n = ZSTD_decompressDCtx(d->zstd, out, outlen, in, inlen);
	if (ZSTD_isError(n)) {
		*why = "zstd data is damaged";
		return -1;
	}
	if (n != outlen) {
		*why = "zstd data is damaged: it holds fewer bytes than promised";
		return -1;
	}
	return 0;
}

static int decompress_zlib(const uint8_t *in, size_t inlen, uint8_t *out, size_t outlen,
			   const char **why)
{
	uLongf n = outlen;
	uLong used = inlen;
	int ret = uncompress2(out, &n, in, &used);

	if (ret != Z_OK || n != outlen || used != inlen) {
		*why = ret == Z_MEM_ERROR ? "out of memory" : "zlib data is damaged";
		return -1;
	}
	return 0;
}

/**
 * decompressor_run - decompress one block
 * @d: context
 * @in: compressed bytes
 * @inlen: how many; all must be used
 * @out: room for the result
 * @outlen: size of the result, to the byte
 * @why: set to the reason of a failure
 *
 * Return: 0, or -1.
 */
int decompressor_run(struct decompressor *d, const uint8_t *in, size_t inlen, uint8_t *out,
		     size_t outlen, const char **why)
{
	switch (d->algo) {
	case COMPRESS_ZSTD:
		return decompress_zstd(d, in, inlen, out, outlen, why);
	case COMPRESS_ZLIB:
		return decompress_zlib(in, inlen, out, outlen, why);
	case COMPRESS_NONE:
		break;
	}
	*why = "compressed data in a file that says it has none";
	return -1;
}
