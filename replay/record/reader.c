// SPDX-License-Identifier: GPL-2.0-only
/* A thread a CPU takes pages out of the ring buffer and compresses them on the way to its file. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zstd.h>

#include "internal.h"

/* compressed at once; bounds the memory of a reader */
#define CHUNK_PAGES   64
#define CHUNK_HEAD    8
/* Nothing is woken by a full page: the buffer holds far more than comes in this time. */
#define NAP_NS	      20000000
/* the kernel's RB_MISSED_EVENTS and RB_MISSED_STORED, in the commit word of a page */
#define MISSED_EVENTS (1u << 31)
#define MISSED_STORED (1u << 30)
#define PAGE_HEAD     16

/**
 * page_lost_events - tell how many events were lost before a page
 * @page: as it is read from trace_pipe_raw, of a 64-bit kernel
 * @page_size: how long it is
 *
 * Return: the number; 1 when the kernel had no room to say it.
 */
uint64_t page_lost_events(const uint8_t *page, uint32_t page_size)
{
	uint64_t commit, lost, len;

	memcpy(&commit, page + 8, sizeof(commit));
	if (!(commit & MISSED_EVENTS))
		return 0;
	len = commit & (MISSED_STORED - 1);
	if (!(commit & MISSED_STORED) || PAGE_HEAD + len + sizeof(lost) > page_size)
		return 1;
	memcpy(&lost, page + PAGE_HEAD + len, sizeof(lost));
	return lost;
}

static int write_all(int fd, const uint8_t *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

/* What does not fit is taken back, so that the file always ends with a whole chunk. */
static int write_chunk(struct reader *r, ZSTD_CCtx *z, const uint8_t *pages, size_t len,
		       uint8_t *out, size_t cap)
{
	size_t n = ZSTD_compressCCtx(z, out + CHUNK_HEAD, cap - CHUNK_HEAD, pages, len, 1);
	uint32_t head[2] = { (uint32_t)n, (uint32_t)len };

	if (ZSTD_isError(n)) {
		errno = ENOMEM;
		return -1;
	}
	memcpy(out, head, CHUNK_HEAD);
	n += CHUNK_HEAD;
	if (write_all(r->data.fd, out, n)) {
		int error = errno;

		if (!ftruncate(r->data.fd, (off_t)r->data.bytes))
			lseek(r->data.fd, 0, SEEK_END);
		errno = error;
		return -1;
	}
	r->data.bytes += n;
	r->data.nr_chunks++;
	atomic_fetch_add(&r->state->bytes, n);
	return 0;
}

/* Returns how many bytes of @room are filled, in whole pages; -1 with errno. */
static ssize_t read_pages(struct reader *r, uint8_t *room, size_t len)
{
	size_t at = 0;

	while (at < len) {
		ssize_t n = read(r->fd, room + at, r->page_size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			return -1;
		if (n <= 0)
			break;
		memset(room + at + n, 0, r->page_size - (size_t)n);
		atomic_fetch_add(&r->lost, page_lost_events(room + at, r->page_size));
		at += r->page_size;
	}
	return (ssize_t)at;
}

static int copy_pages(struct reader *r, ZSTD_CCtx *z, uint8_t *pages, uint8_t *out, size_t cap)
{
	const struct timespec nap = { .tv_nsec = NAP_NS };
	size_t chunk = CHUNK_PAGES * (size_t)r->page_size, filled = 0;

	for (;;) {
		bool last = atomic_load(&r->state->drain);
		ssize_t n = read_pages(r, pages + filled, chunk - filled);

		if (n < 0)
			return -1;
		filled += (size_t)n;
		if (filled == chunk || (last && !n && filled)) {
			if (write_chunk(r, z, pages, filled, out, cap))
				return -1;
			filled = 0;
		} else if (last && !n) {
			return 0;
		} else if (!last) {
			nanosleep(&nap, NULL);
		}
	}
}

static void *reader_thread(void *arg)
{
	struct reader *r = arg;
	size_t chunk = CHUNK_PAGES * (size_t)r->page_size;
	size_t cap = CHUNK_HEAD + ZSTD_compressBound(chunk);
	ZSTD_CCtx *z = ZSTD_createCCtx();
	uint8_t *pages = malloc(chunk), *out = malloc(cap);

	errno = ENOMEM;
	if (!z || !pages || !out || copy_pages(r, z, pages, out, cap)) {
		atomic_store(&r->state->error, errno);
		atomic_store(&r->state->failed, true);
	}
	free(out);
	free(pages);
	ZSTD_freeCCtx(z);
	return NULL;
}

/**
 * reader_start - begin to read
 * @r: all but @thread is set
 *
 * Return: 0, or an errno.
 */
int reader_start(struct reader *r)
{
	return pthread_create(&r->thread, NULL, reader_thread, r);
}

/**
 * reader_join - wait until a reader has ended, after drain or failed was set
 * @r: the reader
 */
void reader_join(struct reader *r)
{
	pthread_join(r->thread, NULL);
}
