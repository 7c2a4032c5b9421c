/* SPDX-License-Identifier: GPL-2.0-only */
/* Recordings of this machine: a trace of the page allocator, with snapshots before and after. */
#ifndef FRAGREPLAY_RECORD_RECORD_H
#define FRAGREPLAY_RECORD_RECORD_H

#include <stdint.h>

/* Each has the events of those before it, but for pcp, which has those of std. */
enum event_set { EVENTS_MIN, EVENTS_STD, EVENTS_FULL, EVENTS_PCP };

/**
 * struct record_options - what to record
 * @dir: directory to make; it may be there when it is empty
 * @set: which events
 * @buffer_kb: ring buffer of each CPU; 0: by the memory that is free
 * @duration_s: end after so many seconds; 0: with the command, or by Ctrl-C
 * @max_bytes: end when the trace takes so much; 0: no limit
 * @command: to run meanwhile, ends with NULL; NULL: none
 */
struct record_options {
	const char *dir;
	enum event_set set;
	uint64_t buffer_kb, duration_s, max_bytes;
	char **command;
};

int record_run(const struct record_options *opt);
int snapshot_take(const char *dir);

#endif
