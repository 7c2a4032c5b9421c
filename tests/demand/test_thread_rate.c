// SPDX-License-Identifier: GPL-2.0-only
/* How fast the recorded kernel's threads worked, and when they had a CPU. */
#include "demand_world.h"

#define US 1000u

static u32 rate(struct world *w, enum op_rate what)
{
	demand_finish(w->d);
	for (size_t i = w->nr; i-- > 0;)
		if (w->op[i].type == OP_RATE && w->op[i].a == what)
			return w->op[i].arg;
	return 0;
}

/* The next record, @us after the last, of a task on a CPU. */
static void after(struct world *w, u32 us, u16 cpu, struct record r)
{
	w->ts += us * US - 1;
	r.cpu = cpu;
	event(w, r);
}

static void scanned(struct world *w, u32 us, u16 cpu, u32 pages)
{
	after(w, us, cpu,
	      (struct record){ .type = REC_SHRINK_INACTIVE,
			       .pid = KSWAPD,
			       .shrink.nr_scanned = pages });
}

static void freed(struct world *w, u32 us, u16 cpu, s32 pid)
{
	after(w, us, cpu, (struct record){ .type = REC_FREE, .pid = pid, .pfn = 64 });
}

static void kswapd_on(struct world *w, u16 cpu)
{
	after(w, 1000, cpu, (struct record){ .type = REC_KSWAPD_WAKE, .pid = KSWAPD });
	scanned(w, 0, cpu, 0);
}

/* 64 pages in 100 us of its own; the 2 ms for which another task has its CPU do not count. */
TEST_F(a_thread_is_as_fast_as_it_is_while_it_has_a_cpu)
{
	struct world *w = *state;

	kswapd_on(w, 1);
	for (u32 i = 0; i < 16; i++) {
		freed(w, 50, 1, KSWAPD);
		freed(w, 1000, 1, USER);
		freed(w, 1000, 1, KSWAPD);
		scanned(w, 50, 1, 64);
	}
	assert_in_range(rate(w, RATE_KSWAPD), 639000, 641000);
}

TEST_F(slices_end_by_other_tasks_on_the_same_cpu)
{
	struct world *w = *state;

	kswapd_on(w, 1);
	for (u32 i = 0; i < 15; i++) {
		scanned(w, 700, 1, 64);
		freed(w, 1000, 1, USER);
		scanned(w, 2000, 1, 64);
	}
	assert_int_equal(rate(w, RATE_THREAD_SLICE), 700 * US);
	assert_int_equal(rate(w, RATE_THREAD_PAUSE), 3000 * US);
}

TEST_F(tasks_on_other_cpus_and_interrupts_of_the_idle_end_none)
{
	struct world *w = *state;

	kswapd_on(w, 1);
	for (u32 i = 0; i < 40; i++) {
		freed(w, 100, 0, USER);
		freed(w, 100, 1, 0);
		scanned(w, 100, 1, 64);
	}
	assert_int_equal(rate(w, RATE_THREAD_SLICE), 0);
	assert_int_equal(rate(w, RATE_THREAD_PAUSE), 0);
}

/* Most of them are cut; that one goes on for long says nothing of the scheduler's slice. */
TEST_F(the_slice_is_a_median_and_the_pause_a_mean)
{
	struct world *w = *state;

	kswapd_on(w, 1);
	for (u32 i = 0; i < 15; i++) {
		scanned(w, i % 3 ? 1000 : 40000, 1, 64);
		freed(w, 500, 1, USER);
		scanned(w, i % 3 ? 500 : 2000, 1, 64);
	}
	assert_int_equal(rate(w, RATE_THREAD_SLICE), 1000 * US);
	assert_int_equal(rate(w, RATE_THREAD_PAUSE), 1500 * US);
}

TEST_F(sleep_is_no_pause)
{
	struct world *w = *state;

	kswapd_on(w, 1);
	for (u32 i = 0; i < 15; i++) {
		scanned(w, 700, 1, 64);
		freed(w, 1000, 1, USER);
		scanned(w, 90000, 1, 64);
	}
	assert_int_equal(rate(w, RATE_THREAD_PAUSE), 0);
}

TEST_F(a_move_to_another_cpu_is_told_once)
{
	struct world *w = *state;

	kswapd_on(w, 1);
	scanned(w, 100, 1, 64);
	scanned(w, 100, 0, 64);
	scanned(w, 100, 0, 64);
	demand_finish(w->d);
	assert_int_equal(w->nr_moved, 2);
	assert_int_equal(w->moved[0].type, OP_KSWAPD_CPU);
	assert_int_equal(w->moved[0].cpu, 1);
	assert_int_equal(w->moved[1].cpu, 0);
}

/* An interrupt that frees a page on a thread's time does not take the CPU from it. */
TEST_F(what_happens_on_a_threads_time_needs_no_cpu_of_its_own)
{
	struct world *w = *state;

	kswapd_on(w, 1);
	alloc(w, USER, 64, 0, GFP_KERNEL);
	assert_true(op_has_cpu(last(w)));
	event(w, (struct record){ .type = REC_FREE,
				  .pid = KSWAPD,
				  .pfn = 64,
				  .flags = REC_FLAG_SOFTIRQ });
	assert_int_equal(last(w)->type, OP_FREE);
	assert_false(op_has_cpu(last(w)));
}
