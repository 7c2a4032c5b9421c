// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel stacks. They come from the bulk allocator, which has no event: a new task takes one, and
 * gives it back when it exits. Each CPU keeps two for the next tasks.
 * kernel/fork.c:alloc_thread_stack_node, x86-64 with CONFIG_VMAP_STACK.
 */
#include <errno.h>
#include <stdlib.h>

#include "model.h"

#define THREAD_PAGES	 4 /* THREAD_SIZE: 16 KiB */
#define NR_CACHED_STACKS 2 /* of each CPU */

struct kernel_stack {
	s32 pid; /* 0: cached, of @cpu */
	u16 cpu;
	u32 pfn[THREAD_PAGES];
};

static int reserve_stack(struct model *mo)
{
	u32 cap = mo->cap_stacks ? 2 * mo->cap_stacks : 64;
	struct kernel_stack *stack;

	if (mo->nr_stacks < mo->cap_stacks)
		return 0;
	stack = realloc(mo->stack, cap * sizeof(*stack));
	if (!stack)
		return -ENOMEM;
	mo->stack = stack;
	mo->cap_stacks = cap;
	return 0;
}

/* The newest first: most tasks are short-lived. */
static struct kernel_stack *find_stack(struct model *mo, s32 pid, u16 cpu)
{
	for (u32 i = mo->nr_stacks; i-- > 0;)
		if (mo->stack[i].pid == pid && (pid || mo->stack[i].cpu == cpu))
			return &mo->stack[i];
	return NULL;
}

static u32 nr_cached(const struct model *mo, u16 cpu)
{
	u32 n = 0;

	for (u32 i = 0; i < mo->nr_stacks; i++)
		n += !mo->stack[i].pid && mo->stack[i].cpu == cpu;
	return n;
}

/**
 * kernel_stack_alloc - give a new task its kernel stack
 * @mo: driver; ->mm->current is the task
 */
void kernel_stack_alloc(struct model *mo)
{
	const struct mm_task *task = &mo->mm->current;
	struct kernel_stack *s = find_stack(mo, 0, task->cpu);

	if (s) {
		s->pid = task->pid;
		return;
	}
	if (reserve_stack(mo)) {
		mo->mm->error = -ENOMEM;
		return;
	}
	s = &mo->stack[mo->nr_stacks++];
	s->pid = task->pid;
	for (u32 i = 0; i < THREAD_PAGES; i++)
		s->pfn[i] = alloc_pages_bulk(mo->mm, GFP_KERNEL);
}

/**
 * kernel_stack_free - take a task's kernel stack back
 * @mo: driver; ->mm->current is the task, which may have none
 */
void kernel_stack_free(struct model *mo)
{
	const struct mm_task *task = &mo->mm->current;
	struct kernel_stack *s = find_stack(mo, task->pid, task->cpu);

	if (!s || !task->pid)
		return;
	if (nr_cached(mo, task->cpu) < NR_CACHED_STACKS) {
		s->pid = 0;
		s->cpu = task->cpu;
		return;
	}
	for (u32 i = 0; i < THREAD_PAGES; i++)
		if (s->pfn[i] != PFN_NONE)
			free_pages(mo->mm, s->pfn[i], 0);
	*s = mo->stack[--mo->nr_stacks];
}
