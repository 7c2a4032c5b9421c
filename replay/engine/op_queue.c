/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The broadcast ring between the demand stage and the policies. The producer waits for the
 * slowest consumer, so memory stays flat; batches are large, so a lock per batch costs nothing.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "op_queue.h"

#define OP_QUEUE_SLOTS 16u
#define OP_QUEUE_BATCH 4096u

struct op_queue {
	pthread_mutex_t lock;
	pthread_cond_t filled, emptied;
	u64 head;			/* batches put */
	bool closed;
	unsigned int consumers;
	u64 *tail;			/* batches done, by consumer */
	size_t n[OP_QUEUE_SLOTS];
	struct op (*op)[OP_QUEUE_BATCH];
};

/**
 * op_queue_alloc - a ring
 * @consumers: how many read it
 *
 * Return: the ring; NULL without memory.
 */
struct op_queue *op_queue_alloc(unsigned int consumers)
{
	struct op_queue *ring = calloc(1, sizeof(*ring));

	if (!ring)
		return NULL;
	ring->consumers = consumers;
	ring->tail = calloc(consumers, sizeof(*ring->tail));
	ring->op = malloc(OP_QUEUE_SLOTS * sizeof(*ring->op));
	if (!ring->tail || !ring->op) {
		op_queue_free(ring);
		return NULL;
	}
	pthread_mutex_init(&ring->lock, NULL);
	pthread_cond_init(&ring->filled, NULL);
	pthread_cond_init(&ring->emptied, NULL);
	return ring;
}

/**
 * op_queue_free - free a ring whose consumers have ended
 * @ring: ring or NULL
 */
void op_queue_free(struct op_queue *ring)
{
	if (!ring)
		return;
	free(ring->tail);
	free(ring->op);
	free(ring);
}

static u64 slowest(const struct op_queue *ring)
{
	u64 min = ring->tail[0];
	unsigned int i;

	for (i = 1; i < ring->consumers; i++)
		if (ring->tail[i] < min)
			min = ring->tail[i];
	return min;
}

/**
 * op_queue_put - hand a batch to all consumers; waits while the slowest is a ring behind
 * @ring: ring
 * @op: operations, copied
 * @n: at most 4096
 */
void op_queue_put(struct op_queue *ring, const struct op *op, size_t n)
{
	u32 slot;

	pthread_mutex_lock(&ring->lock);
	while (ring->head - slowest(ring) == OP_QUEUE_SLOTS)
		pthread_cond_wait(&ring->emptied, &ring->lock);
	pthread_mutex_unlock(&ring->lock);
	slot = ring->head % OP_QUEUE_SLOTS;
	memcpy(ring->op[slot], op, n * sizeof(*op));
	ring->n[slot] = n;
	pthread_mutex_lock(&ring->lock);
	ring->head++;
	pthread_cond_broadcast(&ring->filled);
	pthread_mutex_unlock(&ring->lock);
}

/**
 * op_queue_close - no batch will follow
 * @ring: ring
 */
void op_queue_close(struct op_queue *ring)
{
	pthread_mutex_lock(&ring->lock);
	ring->closed = true;
	pthread_cond_broadcast(&ring->filled);
	pthread_mutex_unlock(&ring->lock);
}

/**
 * op_queue_get - a consumer's next batch
 * @ring: ring
 * @consumer: which
 * @n: set to its length
 *
 * Return: the batch, good until op_queue_done(); NULL when the ring is closed and empty.
 */
const struct op *op_queue_get(struct op_queue *ring, unsigned int consumer, size_t *n)
{
	u64 at = ring->tail[consumer];
	bool have;

	pthread_mutex_lock(&ring->lock);
	while (ring->head == at && !ring->closed)
		pthread_cond_wait(&ring->filled, &ring->lock);
	have = ring->head != at;
	pthread_mutex_unlock(&ring->lock);
	if (!have)
		return NULL;
	*n = ring->n[at % OP_QUEUE_SLOTS];
	return ring->op[at % OP_QUEUE_SLOTS];
}

/**
 * op_queue_done - a consumer has used its batch
 * @ring: ring
 * @consumer: which
 */
void op_queue_done(struct op_queue *ring, unsigned int consumer)
{
	pthread_mutex_lock(&ring->lock);
	ring->tail[consumer]++;
	pthread_cond_signal(&ring->emptied);
	pthread_mutex_unlock(&ring->lock);
}
