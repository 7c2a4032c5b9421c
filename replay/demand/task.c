// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tasks by pid: open addressing, so that the one look-up per event is a multiply and a compare.
 */
#include <errno.h>
#include <stdlib.h>

#include "task.h"

static u32 task_hash(s32 pid)
{
	return (u32)pid * 2654435761u >> 7;
}

static struct task *task_slot(const struct task_table *tt, s32 pid)
{
	u32 i = task_hash(pid) & tt->mask;

	while (tt->slot[i].used && tt->slot[i].pid != pid)
		i = (i + 1) & tt->mask;
	return &tt->slot[i];
}

/**
 * task_table_init - set up an empty table
 * @tt: table
 *
 * Return: 0, or -1 without memory.
 */
int task_table_init(struct task_table *tt)
{
	tt->mask = 1023;
	tt->nr = 0;
	tt->slot = calloc(tt->mask + 1, sizeof(*tt->slot));
	return tt->slot ? 0 : -1;
}

/**
 * task_table_release - free a table's memory
 * @tt: table
 */
void task_table_release(struct task_table *tt)
{
	free(tt->slot);
	tt->slot = NULL;
}

static int task_grow(struct task_table *tt)
{
	struct task_table bigger = { .nr = tt->nr, .mask = tt->mask * 2 + 1 };
	u32 i;

	bigger.slot = calloc((size_t)bigger.mask + 1, sizeof(*bigger.slot));
	if (!bigger.slot)
		return -ENOMEM;
	for (i = 0; i <= tt->mask; i++)
		if (tt->slot[i].used)
			*task_slot(&bigger, tt->slot[i].pid) = tt->slot[i];
	free(tt->slot);
	*tt = bigger;
	return 0;
}

/**
 * task_get - get the entry of a pid, and create it if there is none
 * @tt: table
 * @pid: task
 *
 * The pointer is good until the next call. Without memory for a new task ->failed is set, and the
 * entry is one that several tasks share: what follows is void.
 *
 * Return: the entry.
 */
struct task *task_get(struct task_table *tt, s32 pid)
{
	struct task *t = task_slot(tt, pid);

	if (t->used)
		return t;
	if (tt->nr * 2 > tt->mask) {
		if (tt->failed || task_grow(tt)) {
			tt->failed = true;
			tt->spare = (struct task){ .pid = pid, .used = 1, .window = -1 };
			return &tt->spare;
		}
		t = task_slot(tt, pid);
	}
	*t = (struct task){ .pid = pid, .used = 1, .window = -1 };
	tt->nr++;
	return t;
}

/**
 * task_drop - forget a task that has exited
 * @tt: table
 * @pid: task
 *
 * Without this a long trace of a forking load would grow the table for ever.
 */
void task_drop(struct task_table *tt, s32 pid)
{
	struct task *t = task_slot(tt, pid);
	u32 hole = (u32)(t - tt->slot), i = hole, home;

	if (!t->used)
		return;
	tt->nr--;
	for (;;) {
		tt->slot[hole].used = 0;
		do {
			i = (i + 1) & tt->mask;
			if (!tt->slot[i].used)
				return;
			home = task_hash(tt->slot[i].pid) & tt->mask;
		} while (((i - home) & tt->mask) < ((i - hole) & tt->mask));
		tt->slot[hole] = tt->slot[i];
		hole = i;
	}
}
