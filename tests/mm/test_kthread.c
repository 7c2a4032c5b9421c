// SPDX-License-Identifier: GPL-2.0-only
/* Background threads are tasks on a CPU: slices, pauses, who waits for whom, whose list it is. */
#include "reclaim_machine.h"

#define MS NSEC_PER_MSEC
#define US NSEC_PER_USEC

/* Few free pages, and kswapd awake on CPU 1; it scans a batch of at most 64 pages in 1 ms. */
static struct mm *kswapd_awake(void)
{
	struct mm *mm = machine(KERNEL_7_3, 0);
	struct zone *z = &mm->zone[ZONE_NORMAL];

	mm->param.kswapd_scan_pages_per_ms = 64;
	mm->param.kswapd_wake_us = 0;
	mm->param.thread_slice_us = 5000;
	mm->param.thread_pause_us = 20000;
	z->_watermark[WMARK_HIGH] = 3000;
	while (z->nr_free_pages > 10) {
		add_folio(mm, PK_FILE, 0, LRU_READ);
		drain_all_pages(mm, NULL);
	}
	kswapd_seen(mm, 1);
	mm->now_ns = MS;
	wakeup_kswapd(mm, z, GFP_KERNEL, 0, ZONE_NORMAL);
	assert_true(kswapd_running(mm));
	return mm;
}

/* Kswapd runs up to an operation of a task on @cpu. Return: pages scanned meanwhile. */
static u64 operation(struct mm *mm, u64 ns, u16 cpu)
{
	u64 before = mm->vmstat[VM_pgscan_kswapd];

	mm->current = (struct mm_task){ .pid = 100, .cpu = cpu, .wants_cpu = true };
	kswapd_run(mm, ns);
	mm->now_ns = ns;
	return mm->vmstat[VM_pgscan_kswapd] - before;
}

TEST(an_operation_of_another_cpu_comes_between_two_batches)
{
	struct mm *mm = kswapd_awake();

	assert_in_range(operation(mm, MS + 1, 0), 1, 64);
	assert_in_range(operation(mm, 2 * MS + 1, 0), 1, 128);
	lruvec_check(mm);
	mm_free(mm);
}

TEST(an_operation_of_its_own_cpu_waits_for_the_slice)
{
	struct mm *mm = kswapd_awake();

	assert_in_range(operation(mm, MS + 1, 1), 4 * 64, 6 * 64);
	assert_true(kswapd_running(mm));
	lruvec_check(mm);
	mm_free(mm);
}

TEST(then_the_task_has_the_cpu_for_as_long_as_a_pause)
{
	struct mm *mm = kswapd_awake();

	operation(mm, MS + 1, 1);
	assert_int_equal(operation(mm, 10 * MS, 1), 0);
	assert_int_equal(operation(mm, 25 * MS, 0), 0);
	/* slice 5 ms, pause 20 ms: the next slice begins after 26 ms, and again lasts 5 ms */
	assert_in_range(operation(mm, 28 * MS, 1), 4 * 64, 6 * 64);
	assert_int_equal(operation(mm, 40 * MS, 1), 0);
	mm_free(mm);
}

/* Nobody else wants the CPU, so it works for longer than a slice; who comes then need not wait. */
TEST(alone_it_works_on_and_gives_way_at_once)
{
	struct mm *mm = kswapd_awake();

	assert_in_range(operation(mm, 11 * MS, 0), 9 * 64, 11 * 64);
	assert_in_range(operation(mm, 11 * MS + 1, 1), 0, 64);
	assert_int_equal(operation(mm, 30 * MS, 0), 0);
	mm_free(mm);
}

/* The background of no task: nobody waits, whatever CPU the operation names. */
TEST(without_a_task_that_wants_it_the_cpu_stays_its_own)
{
	struct mm *mm = kswapd_awake();

	mm->current = (struct mm_task){ .cpu = 1 };
	kswapd_run(mm, MS + 1);
	assert_in_range(mm->vmstat[VM_pgscan_kswapd], 1, 64);
	kswapd_run(mm, 2 * MS + 1);
	assert_in_range(mm->vmstat[VM_pgscan_kswapd], 65, 128);
	mm_free(mm);
}

TEST(pages_go_to_the_list_of_the_threads_cpu)
{
	struct mm *mm = kswapd_awake();
	const struct zone *z = &mm->zone[ZONE_NORMAL];

	operation(mm, MS + 1, 0);
	assert_int_equal(z->pcp[0].count, 0);
	assert_true(z->pcp[1].count > 0);
	assert_int_equal(mm->current.cpu, 0);
	mm_free(mm);
}

TEST(it_moves_where_the_recording_saw_it_when_it_gets_a_cpu_again)
{
	struct mm *mm = kswapd_awake();
	const struct zone *z = &mm->zone[ZONE_NORMAL];

	kswapd_seen(mm, 0);
	operation(mm, MS + 1, 1);
	assert_int_equal(z->pcp[0].count, 0);
	drain_all_pages(mm, NULL);
	operation(mm, 27 * MS, 1);
	assert_true(z->pcp[0].count > 0);
	assert_int_equal(z->pcp[1].count, 0);
	mm_free(mm);
}

/* A recording that never saw it says nothing of its CPU: it runs where it was woken. */
TEST(unseen_it_runs_where_it_was_woken)
{
	struct mm *mm = machine(KERNEL_7_3, 0);
	struct kthread kt = { .clock_ns = 7 };

	mm->current.cpu = 1;
	kthread_wake(mm, &kt, 5);
	assert_int_equal(kt.cpu, 1);
	assert_int_equal(kt.slice_ns, 7);
	/* nor does a CPU that the model's machine lacks */
	kt.seen_cpu = 9;
	kthread_wake(mm, &kt, 9);
	assert_int_equal(kt.cpu, 1);
	assert_int_equal(kt.slice_ns, 9);
	mm_free(mm);
}
