// SPDX-License-Identifier: GPL-2.0-only
/*
 * By this queue the demand stage gives its operations to all models. The producer waits for the
 * slowest consumer, so memory stays flat; batches are large, so a lock per batch costs nothing.
 *
 * A thread claims the consumer that is furthest behind and gives it every batch that is there
 * before it claims another: a model's pages stay in the processor's cache meanwhile.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "op_queue.h"

#define OP_QUEUE_SLOTS 16u
#define OP_QUEUE_BATCH 4096u

struct op_consumer {
	u64 done;			/* batches */
	bool claimed;			/* a thread is at work for it */
	bool holds;			/* ... on batch number @done */
};

struct op_queue {
	pthread_mutex_t lock;
	pthread_cond_t changed, emptied;
	u64 head;			/* batches put */
	bool closed;
	unsigned int nr;
	struct op_consumer *consumer;
	size_t n[OP_QUEUE_SLOTS];
	struct op (*op)[OP_QUEUE_BATCH];
};

/**
 * op_queue_alloc - allocate an empty queue
 * @consumers: how many read it, at least 1
 *
 * Return: the queue; NULL without memory.
 */
struct op_queue *op_queue_alloc(unsigned int consumers)
{
	struct op_queue *q = calloc(1, sizeof(*q));

	if (!q)
		return NULL;
	q->nr = consumers;
	q->consumer = calloc(consumers, sizeof(*q->consumer));
	q->op = malloc(OP_QUEUE_SLOTS * sizeof(*q->op));
	if (!q->consumer || !q->op) {
		op_queue_free(q);
		return NULL;
	}
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->changed, NULL);
	pthread_cond_init(&q->emptied, NULL);
	return q;
}

/**
 * op_queue_free - free a queue that no thread uses any more
 * @q: queue or NULL
 */
void op_queue_free(struct op_queue *q)
{
	if (!q)
		return;
	free(q->consumer);
	free(q->op);
	free(q);
}

static u64 slowest(const struct op_queue *q)
{
	u64 min = q->consumer[0].done;
	unsigned int i;

	for (i = 1; i < q->nr; i++)
		if (q->consumer[i].done < min)
			min = q->consumer[i].done;
	return min;
}

/**
 * op_queue_put - hand a batch to all consumers; waits while the slowest is a whole queue behind
 * @q: queue
 * @op: operations, copied
 * @n: at most 4096
 */
void op_queue_put(struct op_queue *q, const struct op *op, size_t n)
{
	u32 slot;

	pthread_mutex_lock(&q->lock);
	while (q->head - slowest(q) == OP_QUEUE_SLOTS)
		pthread_cond_wait(&q->emptied, &q->lock);
	pthread_mutex_unlock(&q->lock);
	slot = q->head % OP_QUEUE_SLOTS;
	memcpy(q->op[slot], op, n * sizeof(*op));
	q->n[slot] = n;
	pthread_mutex_lock(&q->lock);
	q->head++;
	pthread_cond_broadcast(&q->changed);
	pthread_mutex_unlock(&q->lock);
}

/**
 * op_queue_close - say that no batch will follow
 * @q: queue
 */
void op_queue_close(struct op_queue *q)
{
	pthread_mutex_lock(&q->lock);
	q->closed = true;
	pthread_cond_broadcast(&q->changed);
	pthread_mutex_unlock(&q->lock);
}

/* the consumer furthest behind that no thread works for, or -1; @left: a batch is not done yet */
static int furthest_behind(const struct op_queue *q, bool *left)
{
	unsigned int i;
	int best = -1;

	*left = false;
	for (i = 0; i < q->nr; i++) {
		const struct op_consumer *c = &q->consumer[i];

		if (c->done == q->head)
			continue;
		*left = true;
		if (!c->claimed && (best < 0 || c->done < q->consumer[best].done))
			best = (int)i;
	}
	return best;
}

/**
 * op_queue_claim - find a consumer to work for; waits until one has a batch
 * @q: queue
 *
 * It is the caller's alone until op_queue_next() returns NULL.
 *
 * Return: its number; -1 when the queue is closed and no batch is left for anybody.
 */
int op_queue_claim(struct op_queue *q)
{
	bool left;
	int i;

	pthread_mutex_lock(&q->lock);
	while ((i = furthest_behind(q, &left)) < 0 && (left || !q->closed))
		pthread_cond_wait(&q->changed, &q->lock);
	if (i >= 0)
		q->consumer[i].claimed = true;
	pthread_mutex_unlock(&q->lock);
	return i;
}

/**
 * op_queue_next - take the next batch of a claimed consumer, which has used the one before
 * @q: queue
 * @consumer: claimed by this thread
 * @n: set to the batch's length
 *
 * Return: the batch, good until the next call; NULL when there is none now: then the claim ends.
 */
const struct op *op_queue_next(struct op_queue *q, unsigned int consumer, size_t *n)
{
	struct op_consumer *c = &q->consumer[consumer];
	const struct op *op = NULL;

	pthread_mutex_lock(&q->lock);
	if (c->holds) {
		c->done++;
		pthread_cond_signal(&q->emptied);
	}
	c->holds = c->done != q->head;
	if (c->holds) {
		*n = q->n[c->done % OP_QUEUE_SLOTS];
		op = q->op[c->done % OP_QUEUE_SLOTS];
	} else {
		c->claimed = false;
		pthread_cond_broadcast(&q->changed);
	}
	pthread_mutex_unlock(&q->lock);
	return op;
}
