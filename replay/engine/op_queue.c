/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The broadcast ring between the demand stage and the policies. The producer waits for the
 * slowest consumer, so memory stays flat; batches are large, so a lock per batch costs nothing.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "op_queue.h"

#define RING_SLOTS	16u
#define RING_BATCH	4096u

struct ring {
	pthread_mutex_t lock;
	pthread_cond_t filled, emptied;
	u64 head;			/* batches put */
	bool closed;
	unsigned int consumers;
	u64 *tail;			/* batches done, by consumer */
	size_t n[RING_SLOTS];
	struct op (*op)[RING_BATCH];
};

/**
 * ring_alloc - a ring
 * @consumers: how many read it
 *
 * Return: the ring; NULL without memory.
 */
struct ring *ring_alloc(unsigned int consumers)
{
	struct ring *ring = calloc(1, sizeof(*ring));

	if (!ring)
		return NULL;
	ring->consumers = consumers;
	ring->tail = calloc(consumers, sizeof(*ring->tail));
	ring->op = malloc(RING_SLOTS * sizeof(*ring->op));
	if (!ring->tail || !ring->op) {
		ring_free(ring);
		return NULL;
	}
	pthread_mutex_init(&ring->lock, NULL);
	pthread_cond_init(&ring->filled, NULL);
	pthread_cond_init(&ring->emptied, NULL);
	return ring;
}

/**
 * ring_free - free a ring whose consumers have ended
 * @ring: ring or NULL
 */
void ring_free(struct ring *ring)
{
	if (!ring)
		return;
	free(ring->tail);
	free(ring->op);
	free(ring);
}

static u64 slowest(const struct ring *ring)
{
	u64 min = ring->tail[0];
	unsigned int i;

	for (i = 1; i < ring->consumers; i++)
		if (ring->tail[i] < min)
			min = ring->tail[i];
	return min;
}

/**
 * ring_put - hand a batch to all consumers; waits while the slowest is a ring behind
 * @ring: ring
 * @op: operations, copied
 * @n: at most 4096
 */
void ring_put(struct ring *ring, const struct op *op, size_t n)
{
	u32 slot;

	pthread_mutex_lock(&ring->lock);
	while (ring->head - slowest(ring) == RING_SLOTS)
		pthread_cond_wait(&ring->emptied, &ring->lock);
	pthread_mutex_unlock(&ring->lock);
	slot = ring->head % RING_SLOTS;
	memcpy(ring->op[slot], op, n * sizeof(*op));
	ring->n[slot] = n;
	pthread_mutex_lock(&ring->lock);
	ring->head++;
	pthread_cond_broadcast(&ring->filled);
	pthread_mutex_unlock(&ring->lock);
}

/**
 * ring_close - no batch will follow
 * @ring: ring
 */
void ring_close(struct ring *ring)
{
	pthread_mutex_lock(&ring->lock);
	ring->closed = true;
	pthread_cond_broadcast(&ring->filled);
	pthread_mutex_unlock(&ring->lock);
}

/**
 * ring_get - a consumer's next batch
 * @ring: ring
 * @consumer: which
 * @n: set to its length
 *
 * Return: the batch, good until ring_done(); NULL when the ring is closed and empty.
 */
const struct op *ring_get(struct ring *ring, unsigned int consumer, size_t *n)
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
	*n = ring->n[at % RING_SLOTS];
	return ring->op[at % RING_SLOTS];
}

/**
 * ring_done - a consumer has used its batch
 * @ring: ring
 * @consumer: which
 */
void ring_done(struct ring *ring, unsigned int consumer)
{
	pthread_mutex_lock(&ring->lock);
	ring->tail[consumer]++;
	pthread_cond_signal(&ring->emptied);
	pthread_mutex_unlock(&ring->lock);
}
