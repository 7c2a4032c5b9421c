// SPDX-License-Identifier: GPL-2.0-only
/*
 * When a background thread has a CPU: kswapd, kcompactd, and a policy's own threads.
 *
 * A thread works on the clock of the trace, on one CPU. While no operation of the trace comes from
 * there, nobody else wants that CPU, and the thread goes on. The first operation that comes waits
 * until the thread has had its slice, which is done at once, so that the task finds all of its work
 * done; then the task has the CPU, and the thread waits for thread_pause_us. Operations of other
 * CPUs come between the thread's batches.
 */
#include "internal.h"

#define NSEC_PER_USEC 1000.0

static void move_to_cpu(const struct mm *mm, struct kthread *kt)
{
	if (kt->seen_cpu && kt->seen_cpu <= mm->nr_cpus)
		kt->cpu = kt->seen_cpu - 1;
}

/**
 * kthread_wake - let a thread have a CPU: where the recording saw it last, else the waker's
 * @mm: model memory; ->current is the waker
 * @kt: thread, asleep
 * @ns: the moment from which on it has the CPU, if its clock is not past that
 */
void kthread_wake(const struct mm *mm, struct kthread *kt, u64 ns)
{
	kt->cpu = mm->current.cpu;
	move_to_cpu(mm, kt);
	if (kt->clock_ns < ns)
		kt->clock_ns = ns;
	kt->slice_ns = kt->clock_ns;
}

/* Is the task of the next operation kept from its CPU by the thread? */
static bool contended(const struct mm *mm, const struct kthread *kt, u64 until_ns)
{
	return mm->current.wants_cpu && mm->current.cpu == kt->cpu && kt->slice_ns < until_ns;
}

/**
 * kthread_limit - how far does a thread work before the next operation?
 * @mm: model memory; ->current is the operation's task
 * @kt: thread, awake
 * @until_ns: moment of the operation
 *
 * Return: the moment, which is later than @until_ns if the operation has to wait.
 */
u64 kthread_limit(const struct mm *mm, const struct kthread *kt, u64 until_ns)
{
	u64 end = kt->slice_ns + (u64)(mm->param.thread_slice_us * NSEC_PER_USEC);

	return contended(mm, kt, until_ns) && end > until_ns ? end : until_ns;
}

/**
 * kthread_preempt - give a thread's CPU to the task of the next operation, if that is its own
 * @mm: model memory; ->current is the operation's task
 * @kt: thread, awake, which has worked up to kthread_limit()
 * @until_ns: moment of the operation
 *
 * The thread goes on where the recording saw it last.
 */
void kthread_preempt(const struct mm *mm, struct kthread *kt, u64 until_ns)
{
	if (!contended(mm, kt, until_ns))
		return;
	if (kt->clock_ns < until_ns)
		kt->clock_ns = until_ns;
	kt->clock_ns += (u64)(mm->param.thread_pause_us * NSEC_PER_USEC);
	kt->slice_ns = kt->clock_ns;
	move_to_cpu(mm, kt);
}
