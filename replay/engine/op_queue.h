/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every batch of the one producer goes to all consumers, in order. A consumer is not a thread: few
 * threads serve many consumers, and each takes the one that is furthest behind.
 */
#ifndef FRAGREPLAY_OP_QUEUE_H
#define FRAGREPLAY_OP_QUEUE_H

#include "demand/demand.h"

struct op_queue;

struct op_queue *op_queue_alloc(unsigned int consumers);
void op_queue_free(struct op_queue *q);
void op_queue_put(struct op_queue *q, const struct op *op, size_t n);
void op_queue_close(struct op_queue *q);
int op_queue_claim(struct op_queue *q);
const struct op *op_queue_next(struct op_queue *q, unsigned int consumer, size_t *n);

#endif
