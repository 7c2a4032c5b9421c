/* SPDX-License-Identifier: GPL-2.0-only */
/* A bar on a terminal's stderr: how far, how fast, how long still. */
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd/cmd.h"

#define BAR_WIDTH 30

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

/**
 * progress_init - start the clock; nothing is drawn unless stderr is a terminal
 * @p: filled in
 * @quiet: draw nothing in any case
 */
void progress_init(struct progress *p, bool quiet)
{
	memset(p, 0, sizeof(*p));
	p->enabled = !quiet && isatty(STDERR_FILENO);
	p->start_ns = now_ns();
}

/**
 * progress_update - redraw the bar; run_options.progress
 * @ctx: struct progress
 * @info: of the trace under way: bytes and records read so far
 */
void progress_update(void *ctx, const struct trace_info *info)
{
	struct progress *p = ctx;
	double seconds = (double)(now_ns() - p->start_ns) / 1e9;
	double part, rate;
	char bar[BAR_WIDTH + 1];
	unsigned int full;

	if (!p->enabled || !info->file_bytes || seconds <= 0)
		return;
	part = (double)info->bytes_read / (double)info->file_bytes;
	if (part > 1)
		part = 1;
	full = (unsigned int)(part * BAR_WIDTH);
	memset(bar, ' ', BAR_WIDTH);
	memset(bar, '#', full);
	bar[BAR_WIDTH] = '\0';
	rate = (double)info->records / seconds;
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
