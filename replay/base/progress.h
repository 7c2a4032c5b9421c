/* SPDX-License-Identifier: GPL-2.0-only */
/* A bar on a terminal's stderr shows how far a run has come. */
#ifndef FRAGREPLAY_PROGRESS_H
#define FRAGREPLAY_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool enabled, drawn;
	uint64_t start_ns;
};

void progress_init(struct progress *p, bool quiet);
void progress_update(struct progress *p, uint64_t bytes, uint64_t of_bytes, uint64_t records);
void progress_clear(struct progress *p);

#endif
