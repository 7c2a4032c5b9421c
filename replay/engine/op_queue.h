/* SPDX-License-Identifier: GPL-2.0-only */
/* One producer, N consumers: every batch goes to all of them, in order. */
#ifndef FRAGREPLAY_RING_H
#define FRAGREPLAY_RING_H

#include "demand/demand.h"

struct ring;

struct ring *ring_alloc(unsigned int consumers);
void ring_free(struct ring *ring);
void ring_put(struct ring *ring, const struct op *op, size_t n);
void ring_close(struct ring *ring);
const struct op *ring_get(struct ring *ring, unsigned int consumer, size_t *n);
void ring_done(struct ring *ring, unsigned int consumer);

#endif
