// SPDX-License-Identifier: GPL-2.0-only
/*
 * The events of many CPUs are put into one order: by time, then CPU, then place. The CPU at the
 * heap's root may run on without a look at the others until its time passes merge_limit(), so that
 * with one or two CPUs the merge costs one comparison per event.
 */
#include "tracedat.h"

static bool comes_before(const struct cursor *a, const struct cursor *b)
{
	return a->key != b->key ? a->key < b->key : a->cpu < b->cpu;
}

static void sift_down(struct merge *m, unsigned int i)
{
	for (;;) {
		unsigned int least = i, child = 2 * i + 1;
		struct cursor *tmp;

		if (child < m->nr && comes_before(m->heap[child], m->heap[least]))
			least = child;
		if (child + 1 < m->nr && comes_before(m->heap[child + 1], m->heap[least]))
			least = child + 1;
		if (least == i)
			return;
		tmp = m->heap[i];
		m->heap[i] = m->heap[least];
		m->heap[least] = tmp;
		i = least;
	}
}

/**
 * merge_init - order a heap that was filled in any order
 * @m: the merge
 */
void merge_init(struct merge *m)
{
	for (unsigned int i = m->nr / 2; i-- > 0;)
		sift_down(m, i);
}

/**
 * merge_limit - until when the root's CPU comes before every other
 * @m: the merge, not empty
 *
 * Return: the last time at which the root's events are still due.
 */
uint64_t merge_limit(const struct merge *m)
{
	const struct cursor *root = m->heap[0], *other;

	if (m->nr < 2)
		return UINT64_MAX;
	other = m->heap[1];
	if (m->nr > 2 && comes_before(m->heap[2], other))
		other = m->heap[2];
	/* of the same time the lower CPU goes first; nothing comes before key 0 */
	return root->cpu < other->cpu || !other->key ? other->key : other->key - 1;
}

/**
 * merge_fix_root - put the root where it belongs now
 * @m: the merge, not empty
 */
void merge_fix_root(struct merge *m)
{
	sift_down(m, 0);
}

/**
 * merge_drop_root - the root's CPU has no more events
 * @m: the merge, not empty
 */
void merge_drop_root(struct merge *m)
{
	m->heap[0] = m->heap[--m->nr];
	sift_down(m, 0);
}
