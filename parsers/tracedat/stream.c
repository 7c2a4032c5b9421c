// SPDX-License-Identifier: GPL-2.0-only
/*
 * The bytes of each CPU are handed out block by block. Helper threads decompress chunks ahead of
 * the reader, into a few buffers per CPU, so that memory does not grow with the file. Uncompressed
 * data is handed out as it lies in the mapping.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tracedat.h"

#define STREAM_SLOTS		16	/* chunks per CPU ahead of the reader: 640 KiB of events */
#define STREAM_SLOTS_MANY	4	/* the same when there are more than STREAM_MANY_CPUS */
#define STREAM_MANY_CPUS	16
#define STREAM_MAX_CHUNK	(64u << 20)	/* of events; a larger one is damage */
#define STREAM_WINDOW		(1u << 20)	/* uncompressed data is handed out in such blocks */
#define STREAM_SLACK		64	/* bytes behind a decompressed chunk that may be read */

#define CHUNK_HEADER		8	/* bytes: compressed length and length */

enum slot_state { SLOT_CLAIMED, SLOT_READY, SLOT_FAILED };

/* a chunk that is being decompressed, or was */
struct stream_slot {
	uint8_t *buf;
	size_t cap, len, zlen;
	uint64_t offset;		/* of the chunk's header in the file */
	enum slot_state state;
	const char *why;
};

struct stream {
	struct stream_pool *pool;
	const uint8_t *map;
	uint64_t pos, end;		/* of the next chunk or window, and of the data */
	uint64_t consumed;		/* bytes of the file that were read */
	uint64_t dropped;		/* pages of the mapping before it have been given back */
	uint32_t page_size;
	bool compressed;
	/* the rest is for compressed data, and under the pool's lock */
	uint32_t chunks_left;
	unsigned int head, tail;	/* slots [head, tail) are claimed or ready */
	bool holding;			/* the reader is using slot head */
	bool broken;
	struct stream_slot slots[STREAM_SLOTS];
};

struct stream_pool {
	const struct trace_source *src;
	enum compress_algo algo;
	struct stream *streams;
	unsigned int nr, cap, nr_slots;
	struct decompressor *own;	/* that of the reader's thread */
	pthread_t *threads;
	unsigned int nr_threads, want_threads;
	pthread_mutex_t lock;
	pthread_cond_t work, ready;
	bool stop;
};

/**
 * stream_pool_new - a set of streams over one file, and its helper threads
 * @src: the file's bytes
 * @algo: its compression; COMPRESS_NONE needs no threads
 * @nr_streams: how many stream_add() will make at most
 * @threads: helper threads, 0: the reader decompresses for itself
 *
 * Return: the pool, NULL without memory.
 */
struct stream_pool *stream_pool_new(const struct trace_source *src, enum compress_algo algo,
				    unsigned int nr_streams, unsigned int threads)
{
	struct stream_pool *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->streams = calloc(nr_streams ? nr_streams : 1, sizeof(*p->streams));
	p->own = decompressor_new(algo);
	if (!p->streams || !p->own) {
		free(p->streams);
		decompressor_free(p->own);
		free(p);
		return NULL;
	}
	p->src = src;
	p->algo = algo;
	p->cap = nr_streams;
	p->nr_slots = nr_streams > STREAM_MANY_CPUS ? STREAM_SLOTS_MANY : STREAM_SLOTS;
	p->want_threads = algo == COMPRESS_NONE ? 0 : threads;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->work, NULL);
	pthread_cond_init(&p->ready, NULL);
	return p;
}

/**
 * stream_add - add a CPU's data to a pool
 * @p: the pool, not yet started
 * @offset: of the data in the file; the caller has checked that it lies within
 * @size: bytes in the file, as the file's options state them
 * @page_size: of the ring buffer
 *
 * Return: the stream.
 */
struct stream *stream_add(struct stream_pool *p, uint64_t offset, uint64_t size, uint32_t page_size)
{
	struct stream *s = &p->streams[p->nr++];

	s->pool = p;
	s->map = p->src->map;
	s->pos = offset;
	s->end = offset + size;
	s->dropped = offset;
	s->page_size = page_size;
	s->compressed = p->algo != COMPRESS_NONE;
	if (!s->compressed || !size)
		return s;
	if (size < 4) {
		s->pos = s->end;
		return s;
	}
	s->chunks_left = get_u32(s->map + offset);
	s->pos += 4;
	/* the stated size is that of the chunks, without the word that has their number */
	if (s->end + 4 <= p->src->size)
		s->end += 4;
	return s;
}

/* Has @s a chunk left, and a slot for it? */
static bool can_claim(const struct stream *s)
{
	return s->chunks_left && !s->broken && s->tail - s->head < s->pool->nr_slots;
}

/* Takes the next chunk, for fill_slot(). NULL: its header is damaged. */
static struct stream_slot *claim_chunk(struct stream *s)
{
	struct stream_slot *slot = &s->slots[s->tail++ % s->pool->nr_slots];
	uint32_t zlen, len;

	slot->state = SLOT_FAILED;
	slot->offset = s->pos;
	slot->why = "chunk goes beyond the CPU's data";
	s->chunks_left--;
	s->broken = true;
	if (s->end - s->pos < CHUNK_HEADER)
		return NULL;
	zlen = get_u32(s->map + s->pos);
	len = get_u32(s->map + s->pos + 4);
	if (zlen > s->end - s->pos - CHUNK_HEADER)
		return NULL;
	slot->why = "chunk does not hold whole pages";
	if (!len || len > STREAM_MAX_CHUNK || len % s->page_size)
		return NULL;
	slot->zlen = zlen;
	slot->len = len;
	slot->state = SLOT_CLAIMED;
	s->pos += CHUNK_HEADER + (uint64_t)zlen;
	s->broken = false;
	return slot;
}

static void fill_slot(struct stream *s, struct stream_slot *slot, struct decompressor *d)
{
	const char *why = "out of memory";
	bool ok = true;

	if (slot->cap < slot->len) {
		free(slot->buf);
		slot->buf = calloc(1, slot->len + STREAM_SLACK);
		slot->cap = slot->buf ? slot->len : 0;
		ok = slot->buf;
	}
	if (ok)
		ok = !decompressor_run(d, s->map + slot->offset + CHUNK_HEADER, slot->zlen,
				       slot->buf, slot->len, &why);
	pthread_mutex_lock(&s->pool->lock);
	slot->state = ok ? SLOT_READY : SLOT_FAILED;
	slot->why = why;
	pthread_cond_signal(&s->pool->ready);
	pthread_mutex_unlock(&s->pool->lock);
}

/* Finds the stream whose reader will have to wait first. */
static struct stream *neediest_stream(struct stream_pool *p)
{
	struct stream *best = NULL;

	for (unsigned int i = 0; i < p->nr; i++) {
		struct stream *s = &p->streams[i];

		if (can_claim(s) && (!best || s->tail - s->head < best->tail - best->head))
			best = s;
	}
	return best;
}

static void *decompress_ahead(void *arg)
{
	struct stream_pool *p = arg;
	struct decompressor *d = decompressor_new(p->algo);

	pthread_mutex_lock(&p->lock);
	while (d && !p->stop) {
		struct stream *s = neediest_stream(p);
		struct stream_slot *slot;

		if (!s) {
			pthread_cond_wait(&p->work, &p->lock);
			continue;
		}
		slot = claim_chunk(s);
		if (!slot) {
			pthread_cond_signal(&p->ready);
			continue;
		}
		pthread_mutex_unlock(&p->lock);
		fill_slot(s, slot, d);
		pthread_mutex_lock(&p->lock);
	}
	pthread_mutex_unlock(&p->lock);
	decompressor_free(d);
	return NULL;
}

/**
 * stream_pool_start - start the helper threads
 * @p: the pool, all streams added
 *
 * When no thread can be started the reader does the work; that is no error.
 *
 * Return: 0, or -1 without memory.
 */
int stream_pool_start(struct stream_pool *p)
{
	p->threads = calloc(p->want_threads ? p->want_threads : 1, sizeof(*p->threads));
	if (!p->threads)
		return -1;
	while (p->nr_threads < p->want_threads) {
		if (pthread_create(&p->threads[p->nr_threads], NULL, decompress_ahead, p))
			break;
		p->nr_threads++;
	}
	return 0;
}

static void release_held(struct stream *s)
{
	if (!s->holding)
		return;
	s->holding = false;
	s->consumed += CHUNK_HEADER + s->slots[s->head % s->pool->nr_slots].zlen;
	s->head++;
	pthread_cond_signal(&s->pool->work);
}

/* Waits until slot head is ready. The reader decompresses it itself when no helper has begun to. */
static struct stream_slot *wait_for_chunk(struct stream *s)
{
	struct stream_pool *p = s->pool;
	struct stream_slot *slot;

	while (s->head == s->tail && can_claim(s)) {
		slot = claim_chunk(s);
		if (!slot)
			break;
		pthread_mutex_unlock(&p->lock);
		fill_slot(s, slot, p->own);
		pthread_mutex_lock(&p->lock);
	}
	if (s->head == s->tail)
		return NULL;
	slot = &s->slots[s->head % p->nr_slots];
	while (slot->state == SLOT_CLAIMED)
		pthread_cond_wait(&p->ready, &p->lock);
	return slot;
}

/* Advises the kernel of the pages of the mapping that lie wholly within [from, to). */
static void advise(const struct stream *s, uint64_t from, uint64_t to, int advice)
{
	uint64_t mask = (uint64_t)sysconf(_SC_PAGESIZE) - 1;

	from = (from + mask) & ~mask;
	to &= ~mask;
	if (s->pool->src->mapped && from < to)
		madvise((void *)(uintptr_t)(s->map + from), to - from, advice);
}

/* Gives back pages of the mapping that have been read, so that they need not stay resident. */
static void drop_behind(struct stream *s, uint64_t pos)
{
	if (pos - s->dropped < STREAM_WINDOW)
		return;
	advise(s, s->dropped, pos, MADV_DONTNEED);
	s->dropped = pos;
}

static int next_chunk(struct stream *s, const uint8_t **data, size_t *len, uint64_t *file_off,
		      const char **why)
{
	struct stream_slot *slot;
	int ret = 1;

	pthread_mutex_lock(&s->pool->lock);
	release_held(s);
	slot = wait_for_chunk(s);
	if (!slot) {
		ret = s->pos == s->end || s->pos + 4 == s->end ? 0 : -1;
		*file_off = s->pos;
		*why = "the chunks end before the CPU's data does";
	} else if (slot->state == SLOT_FAILED) {
		ret = -1;
		*file_off = slot->offset;
		*why = slot->why;
	} else {
		s->holding = true;
		*data = slot->buf;
		*len = slot->len;
		*file_off = slot->offset;
	}
	pthread_mutex_unlock(&s->pool->lock);
	if (ret > 0)
		drop_behind(s, *file_off);
	return ret;
}

static int next_window(struct stream *s, const uint8_t **data, size_t *len, uint64_t *file_off,
		       const char **why)
{
	uint64_t left = s->end - s->pos;

	*file_off = s->pos;
	if (!left)
		return 0;
	if (left < s->page_size) {
		*why = "the CPU's data ends within a page";
		return -1;
	}
	drop_behind(s, s->pos);
	*len = left < STREAM_WINDOW ? left - left % s->page_size : STREAM_WINDOW;
	if (*len < s->page_size)
		*len = s->page_size;
#ifdef MADV_POPULATE_READ
	advise(s, s->pos, s->pos + *len, MADV_POPULATE_READ);
#endif
	*data = s->map + s->pos;
	s->pos += *len;
	s->consumed += *len;
	return 1;
}

/**
 * stream_next - the next block of a CPU's data
 * @s: the stream
 * @data: set to the block, whole pages, valid until the next call
 * @len: set to its length
 * @slack: set to how many bytes behind it may be read as well
 * @file_off: set to where it is in the file: the block itself, or its chunk's header
 * @why: set to the reason of a failure
 *
 * Return: 1, 0 at the end, -1 on damage.
 */
int stream_next(struct stream *s, const uint8_t **data, size_t *len, size_t *slack,
		uint64_t *file_off, const char **why)
{
	int ret;

	if (s->compressed) {
		*slack = STREAM_SLACK;
		return next_chunk(s, data, len, file_off, why);
	}
	ret = next_window(s, data, len, file_off, why);
	*slack = s->pool->src->size - s->pos;
	return ret;
}

/**
 * stream_bytes_read - how much of the file a stream has used up
 * @s: the stream
 *
 * Return: bytes.
 */
uint64_t stream_bytes_read(const struct stream *s)
{
	return s->consumed;
}

/**
 * stream_pool_free - stop the helpers and release everything
 * @p: the pool, or NULL
 */
void stream_pool_free(struct stream_pool *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->stop = true;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
	for (unsigned int i = 0; i < p->nr_threads; i++)
		pthread_join(p->threads[i], NULL);
	for (unsigned int i = 0; i < p->nr; i++)
		for (unsigned int j = 0; j < STREAM_SLOTS; j++)
			free(p->streams[i].slots[j].buf);
	pthread_mutex_destroy(&p->lock);
	pthread_cond_destroy(&p->work);
	pthread_cond_destroy(&p->ready);
	decompressor_free(p->own);
	free(p->streams);
	free(p->threads);
	free(p);
}
