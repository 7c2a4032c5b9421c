/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A fuzz target is one LLVMFuzzerTestOneInput(). `make fuzz` links it with clang's libFuzzer,
 * `make check` with standalone.c, which runs the corpus through it.
 */
#ifndef FRAGREPLAY_FUZZ_H
#define FRAGREPLAY_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "parsers/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the process as a crash would, with a message, when @cond does not hold. */
#define FUZZ_ASSERT(cond) do {							\
	if (!(cond)) {								\
		fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #cond);	\
		abort();							\
	}									\
} while (0)

/* @damaged: trace_read() reported damage; @records: how many came before it */
struct fuzz_result {
	int opened, damaged;
	uint64_t records, digest;
};

/**
 * fuzz_trace - read @data as a trace, to its end or to its damage
 * @data: the bytes of the file
 * @size: how many
 * @allow_incomplete: of struct trace_options
 *
 * Ends the process when the reader breaks a promise of parsers/trace.h.
 */
static inline struct fuzz_result fuzz_trace(const uint8_t *data, size_t size, bool allow_incomplete)
{
	struct trace_options opt = { .allow_incomplete = allow_incomplete };
	struct fuzz_result res = { 0 };
	const struct trace_info *info;
	const struct record *rec;
	char err[256] = "";
	uint64_t last = 0, count;
	struct trace *t;
	long n;

	t = trace_open_memory(data, size, &opt, err, sizeof(err));
	if (!t) {
		FUZZ_ASSERT(err[0]);
		return res;
	}
	res.opened = 1;
	while ((n = trace_read(t, &rec)) > 0) {
		res.records += n;
		for (long i = 0; i < n; i++) {
			FUZZ_ASSERT(rec[i].ts >= last);
			FUZZ_ASSERT(rec[i].type < NR_RECORD_TYPES);
			last = rec[i].ts;
		}
	}
	res.damaged = n < 0;
	info = trace_get_info(t);
	res.digest = info->digest;
	FUZZ_ASSERT(!res.damaged || trace_error(t)[0]);
	FUZZ_ASSERT(!res.damaged || !allow_incomplete);
	FUZZ_ASSERT(allow_incomplete || info->complete || res.damaged);
	for (unsigned int i = 0; i < info->nr_events; i++)
		FUZZ_ASSERT(trace_event_count(t, i, &count)[0]);
	trace_close(t);
	return res;
}

/* both ways; going on after damage must give what came before it, at least */
static inline void fuzz_trace_both(const uint8_t *data, size_t size)
{
	struct fuzz_result strict = fuzz_trace(data, size, false);
	struct fuzz_result lax = fuzz_trace(data, size, true);

	if (!strict.opened)
		return;
	FUZZ_ASSERT(lax.opened);
	FUZZ_ASSERT(lax.records >= strict.records);
	FUZZ_ASSERT(strict.damaged || lax.digest == strict.digest);
}

#endif
