// SPDX-License-Identifier: GPL-2.0-only
/* The bar shows how far a run has come, how fast it is, and how long it will still take. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "progress.h"

#define BAR_WIDTH 30

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

/**
 * progress_init - start the clock
 * @p: filled in
 * @quiet: draw nothing in any case
 *
 * Nothing is drawn unless stderr is a terminal.
 */
void progress_init(struct progress *p, bool quiet)
{
	memset(p, 0, sizeof(*p));
	p->enabled = !quiet && isatty(STDERR_FILENO);
	p->start_ns = now_ns();
}

/**
 * progress_update - redraw the bar
 * @p: the bar
 * @bytes: read so far
 * @of_bytes: bytes to read in all; 0: unknown, and nothing is drawn
 * @records: decoded so far
 */
void progress_update(struct progress *p, uint64_t bytes, uint64_t of_bytes, uint64_t records)
{
	double seconds = (double)(now_ns() - p->start_ns) / 1e9;
	double part, rate;
	char bar[BAR_WIDTH + 1];
	unsigned int full;

	if (!p->enabled || !of_bytes || seconds <= 0)
		return;
	part = (double)bytes / (double)of_bytes;
	if (part > 1)
		part = 1;
	full = (unsigned int)(part * BAR_WIDTH);
	memset(bar, ' ', BAR_WIDTH);
	memset(bar, '#', full);
	bar[BAR_WIDTH] = '\0';
	rate = (double)records / seconds;
	fprintf(stderr, "\r[%s] %3.0f%%  %.2f M records/s", bar, part * 100, rate / 1e6);
	if (part > 0.01)
		fprintf(stderr, "  %.0f s left ", seconds * (1 - part) / part);
	fputs("\033[K", stderr);
	p->drawn = true;
}

/**
 * progress_clear - take the bar away, before messages and at the end
 * @p: the bar
 */
void progress_clear(struct progress *p)
{
	if (p->drawn)
		fputs("\r\033[K", stderr);
	p->drawn = false;
}
