/* SPDX-License-Identifier: GPL-2.0-only */
/* Threads serve the consumers of an op_queue. */
#ifndef FRAGREPLAY_WORKERS_H
#define FRAGREPLAY_WORKERS_H

#include "op_queue.h"

struct workers;

/* give a batch to a consumer; two threads never do so for the same consumer at once */
typedef void (*consume_fn)(void *ctx, unsigned int consumer, const struct op *op, size_t n);

struct workers *workers_start(unsigned int threads, unsigned int consumers, consume_fn fn,
			      void *ctx);
void workers_put(struct workers *ws, const struct op *op, size_t n);
void workers_finish(struct workers *ws);

#endif
