// SPDX-License-Identifier: GPL-2.0-only
/*
 * There are as many threads as processors, whatever the number of models. Each takes the model that
 * is furthest behind and brings it up to date. The work is even although policies differ in cost,
 * and two models never share a processor's cache.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "workers.h"

struct workers {
	struct op_queue *queue;
	consume_fn fn;
	void *ctx;
	unsigned int nr;
	pthread_t thread[];
};

static void *worker_thread(void *arg)
{
	struct workers *ws = arg;
	const struct op *op;
	size_t n;
	int i;

	while ((i = op_queue_claim(ws->queue)) >= 0)
		while ((op = op_queue_next(ws->queue, (unsigned int)i, &n)))
			ws->fn(ws->ctx, (unsigned int)i, op, n);
	return NULL;
}

static unsigned int nr_processors(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set))
		return 1;
	return (unsigned int)CPU_COUNT(&set);
}

/**
 * workers_start - start the threads
 * @threads: how many at most; 0: as many as there are processors
 * @consumers: how many of them there are; no more threads than that are started
 * @fn: called by the threads
 * @ctx: for @fn
 *
 * Return: the threads; NULL when memory or threads are short.
 */
struct workers *workers_start(unsigned int threads, unsigned int consumers, consume_fn fn,
			      void *ctx)
{
	unsigned int nr = threads ? threads : nr_processors();
	struct workers *ws;

	if (nr > consumers)
		nr = consumers;
	ws = calloc(1, sizeof(*ws) + nr * sizeof(ws->thread[0]));
	if (!ws)
		return NULL;
	ws->fn = fn;
	ws->ctx = ctx;
	ws->queue = op_queue_alloc(consumers);
	while (ws->queue && ws->nr < nr &&
	       !pthread_create(&ws->thread[ws->nr], NULL, worker_thread, ws))
		ws->nr++;
	if (ws->nr)
		return ws;
	op_queue_free(ws->queue);
	free(ws);
	return NULL;
}

/**
 * workers_put - give a batch to every consumer
 * @ws: threads
 * @op: operations, copied
 * @n: at most 4096
 */
void workers_put(struct workers *ws, const struct op *op, size_t n)
{
	op_queue_put(ws->queue, op, n);
}

/**
 * workers_finish - wait until every batch is used, and end the threads
 * @ws: threads; freed
 */
void workers_finish(struct workers *ws)
{
	unsigned int i;

	op_queue_close(ws->queue);
	for (i = 0; i < ws->nr; i++)
		pthread_join(ws->thread[i], NULL);
	op_queue_free(ws->queue);
	free(ws);
}
