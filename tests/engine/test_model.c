// SPDX-License-Identifier: GPL-2.0-only
/*
 * The demand rules that act in a policy's model: what becomes of an operation when the model is in
 * another state than the recorded kernel was (doc/design.md, "Reclaim frees" to "Refaults").
 */
#include "engine/model.h"
#include "tests/mm/reclaim_machine.h"

#define NR_HANDLES	(2 * MACHINE_PAGES)
#define USER		100
#define H		MACHINE_PAGES	/* a handle that no page of the start image has */

struct world {
	struct run_options opt;
	struct recording recording;
	struct policy_result run;
	struct model mo;
	u64 ts;
};

/* What a counter of the recorded kernel moved by. */
struct moved {
	const char *name;
	u64 by;
};

static void count(struct snapshot *s, const char *name, u64 value)
{
	struct snap_counter *c = &s->vmstat[s->nr_vmstat++];

	snprintf(c->name, sizeof(c->name), "%s", name);
	c->value = value;
}

/* @moved: the counters in the recording's snapshots, up to one without a name; or NULL */
static struct world *world_where(u64 swap_pages, const struct moved *moved)
{
	static struct world w;

	memset(&w, 0, sizeof(w));
	for (; moved && moved->name; moved++) {
		count(&w.recording.before, moved->name, 1000);
		count(&w.recording.after, moved->name, 1000 + moved->by);
	}
	w.opt.recording = &w.recording;
	w.opt.refault_rate = -1;
	params_default(&w.opt.params);
	w.mo.mm = w.run.mm = machine(KERNEL_7_3, swap_pages);
	assert_int_equal(model_init(&w.mo, &w.opt, &w.run, NR_HANDLES), 0);
	return &w;
}

static struct world *world(u64 swap_pages)
{
	return world_where(swap_pages, NULL);
}

static void done(struct world *w)
{
	model_is_whole(w->run.mm);
	model_release(&w->mo);
	mm_free(w->run.mm);
}

static void play(struct world *w, struct op op)
{
	op.ts = ++w->ts;
	op.pid = op.pid ? op.pid : USER;
	assert_int_equal(model_ops(&w->mo, &op, 1), 0);
}

static void fault(struct world *w, u32 handle)
{
	play(w, (struct op){ .type = OP_ALLOC, .handle = handle, .kind = PK_ANON,
			     .mt = MIGRATE_MOVABLE, .flags = OPF_ZERO,
			     .gfp = GFP_HIGHUSER_MOVABLE | __GFP_ZERO | __GFP_COMP });
}

static void thp_fault(struct world *w, u32 handle)
{
	play(w, (struct op){ .type = OP_THP_FAULT, .handle = handle, .kind = PK_ANON, .order = 9,
			     .mt = MIGRATE_MOVABLE, .flags = OPF_ZERO,
			     .gfp = GFP_TRANSHUGE_LIGHT });
}

static void swap_in(struct world *w, u32 handle)
{
	play(w, (struct op){ .type = OP_ALLOC, .handle = handle, .kind = PK_ANON,
			     .mt = MIGRATE_MOVABLE, .flags = OPF_REFAULT,
			     .gfp = GFP_HIGHUSER_MOVABLE | __GFP_COMP });
}

static void on(struct world *w, u8 type, u32 handle, u8 order, u8 kind)
{
	play(w, (struct op){ .type = type, .handle = handle, .order = order, .kind = kind });
}

static u32 used_pages(const struct mm *mm)
{
	u32 n = 0;

	for (u32 pfn = 0; pfn < mm->max_pfn; pfn++)
		n += mm->page[pfn].state == PAGE_USED;
	return n;
}

static void use_up_large_pages(struct mm *mm)
{
	u32 pfn;

	while ((pfn = alloc_pages(mm, GFP_KERNEL | __GFP_NORETRY, 5)) != PFN_NONE)
		split_folio(mm, pfn);
}

TEST(an_object_has_a_page_and_gives_it_back)
{
	struct world *w = world(0);
	u32 before = used_pages(w->run.mm);

	fault(w, H);
	assert_true(MAP_IS_PFN(w->mo.map[H]));
	assert_int_equal(w->run.mm->page[w->mo.map[H]].owner, H);
	assert_int_equal(used_pages(w->run.mm), before + 1);
	on(w, OP_FREE, H, 0, PK_ANON);
	assert_int_equal(w->mo.map[H], MAP_NONE);
	assert_int_equal(used_pages(w->run.mm), before);
	done(w);
}

TEST(a_part_of_a_folio_is_freed_by_splitting_it)
{
	struct world *w = world(0);
	u32 before = used_pages(w->run.mm);

	thp_fault(w, H);
	assert_vmstat(w->run.mm, thp_fault_alloc, 1);
	on(w, OP_FREE, H + 17, 0, PK_ANON);
	assert_int_equal(used_pages(w->run.mm), before + 511);
	assert_int_equal(w->run.mm->page[w->mo.map[H]].order, 0);
	done(w);
}

/* reclaim frees */
TEST(what_the_recorded_kernel_reclaimed_stays_cold_and_nobodys)
{
	struct world *w = world(4096);
	u32 pfn;

	fault(w, H);
	pfn = w->mo.map[H];
	on(w, OP_RECLAIM, H, 0, PK_ANON);
	assert_int_equal(w->mo.map[H], MAP_NONE);
	assert_int_equal(w->run.mm->page[pfn].state, PAGE_USED);
	assert_int_equal(w->run.mm->page[pfn].cold, 1);
	assert_int_equal(w->run.mm->page[pfn].owner, OWNER_NONE);
	assert_int_equal(w->mo.anon.held, 1);
	done(w);
}

TEST(what_left_without_a_write_becomes_page_cache)
{
	struct world *w = world(4096);
	u32 pfn;

	fault(w, H);
	pfn = w->mo.map[H];
	on(w, OP_RECLAIM, H, 0, PK_FILE);
	assert_int_equal(w->run.mm->page[pfn].kind, PK_FILE);
	assert_int_equal(w->run.mm->page[pfn].cold, 1);
	assert_int_equal(w->mo.file.held, 1);
	assert_int_equal(w->mo.file.trace, 1);
	assert_int_equal(w->mo.anon.trace, 0);
	done(w);
}

TEST(what_is_still_in_swap_is_not_written_again)
{
	struct world *w = world(4096);
	struct mm *mm = w->run.mm;
	u32 pfn;

	/* a page of the recorded kernel was written, and its slot has no owner that is known */
	fault(w, H);
	pfn = w->mo.map[H];
	assert_true(folio_alloc_swap(mm, pfn));
	mm->page[pfn].owner = OWNER_NONE;
	swap_evicted(mm, pfn);
	mm->page[pfn].owner = H;
	mm->page[pfn].swapcache = 0;
	assert_int_equal(mm->swap->orphans, 1);
	play(w,
	     (struct op){ .type = OP_RECLAIM, .handle = H, .kind = PK_ANON, .flags = OPF_CLEAN });
	assert_int_equal(mm->swap->orphans, 0);
	assert_true(mm->page[pfn].swapcache && !mm->page[pfn].dirty);
	done(w);
}

TEST(without_a_slot_that_could_be_its_own_it_is_written)
{
	struct world *w = world(4096);
	u32 pfn;

	fault(w, H);
	pfn = w->mo.map[H];
	play(w,
	     (struct op){ .type = OP_RECLAIM, .handle = H, .kind = PK_ANON, .flags = OPF_CLEAN });
	assert_false(w->run.mm->page[pfn].swapcache);
	done(w);
}

/* partly unmapped huge pages */
TEST(what_the_workload_had_unmapped_of_a_huge_page_stays_until_reclaim_splits_it)
{
	struct world *w = world(4096);
	u32 before = used_pages(w->run.mm), pfn;

	thp_fault(w, H);
	pfn = w->mo.map[H];
	on(w, OP_UNMAP, H + 3, 0, PK_ANON);
	assert_int_equal(w->mo.map[H + 3], MAP_NONE);
	assert_int_equal(used_pages(w->run.mm), before + 512);
	assert_true(folio_partly_mapped(w->run.mm, pfn));
	/* the rest is freed by the workload, and the huge page with it */
	on(w, OP_FREE, H, 9, PK_ANON);
	assert_int_equal(used_pages(w->run.mm), before);
	assert_false(folio_partly_mapped(w->run.mm, pfn));
	done(w);
}

TEST(a_base_page_that_the_workload_had_unmapped_is_free)
{
	struct world *w = world(0);
	u32 before = used_pages(w->run.mm);

	fault(w, H);
	on(w, OP_UNMAP, H, 0, PK_ANON);
	assert_int_equal(used_pages(w->run.mm), before);
	done(w);
}

TEST(a_huge_page_of_which_nothing_is_known_to_be_mapped_goes_with_its_task)
{
	struct world *w = world(0);
	u32 before = used_pages(w->run.mm);

	thp_fault(w, H);
	for (u32 i = 0; i < 512; i++)
		on(w, OP_UNMAP, H + i, 0, PK_ANON);
	assert_int_equal(used_pages(w->run.mm), before + 512);
	play(w, (struct op){ .type = OP_EXIT, .pid = USER + 1 });
	assert_int_equal(used_pages(w->run.mm), before + 512);
	play(w, (struct op){ .type = OP_EXIT, .pid = USER });
	assert_int_equal(used_pages(w->run.mm), before);
	done(w);
}

TEST(the_share_of_huge_pages_unmapped_in_part_is_the_recordings)
{
	const struct moved moved[] = {
		{ "thp_fault_alloc", 4 },
		{ "thp_deferred_split_page", 2 },
		{ 0 },
	};
	struct world *w = world_where(0, moved);
	struct mm *mm = w->run.mm;

	assert_true(mm->param.thp_unmapped_permille == 500);
	thp_fault(w, H);
	assert_false(folio_partly_mapped(mm, w->mo.map[H]));
	/* one that only the model has is one as well, and stays when its faults are freed */
	thp_fault(w, H_NONE);
	fault(w, H + 512);
	assert_true(folio_partly_mapped(mm, folio_head(mm, w->mo.map[H + 512])));
	on(w, OP_FREE, H + 512, 0, PK_ANON);
	assert_int_equal(w->mo.map[H + 512], MAP_NONE);
	assert_vmstat(mm, thp_deferred_split_page, 1);
	assert_int_not_equal(deferred_split_next(mm, PFN_NONE), PFN_NONE);
	done(w);
}

/* migrations */
TEST(a_migration_of_the_recorded_kernel_moves_only_the_name)
{
	struct world *w = world(0);
	u32 pfn;

	fault(w, H);
	pfn = w->mo.map[H];
	play(w, (struct op){ .type = OP_MOVE, .handle = H, .handle2 = H + 9 });
	assert_int_equal(w->mo.map[H], MAP_NONE);
	assert_int_equal(w->mo.map[H + 9], pfn);
	assert_int_equal(w->run.mm->page[pfn].owner, H + 9);
	done(w);
}

/* changed outcomes */
TEST(a_thp_that_only_the_trace_got_becomes_base_pages)
{
	struct world *w = world(0);
	u32 before;

	use_up_large_pages(w->run.mm);
	before = used_pages(w->run.mm);
	thp_fault(w, H);
	assert_vmstat(w->run.mm, thp_fault_fallback, 1);
	assert_int_equal(w->run.stats.thp_split_to_base, 1);
	assert_int_equal(used_pages(w->run.mm) - before + w->run.stats.alloc_failed, 512);
	on(w, OP_FREE, H, 9, PK_ANON);
	assert_int_equal(used_pages(w->run.mm), before);
	done(w);
}

TEST(a_thp_that_only_the_model_got_absorbs_the_faults_that_follow)
{
	struct world *w = world(0);
	u32 before = used_pages(w->run.mm);

	thp_fault(w, H_NONE);
	assert_vmstat(w->run.mm, thp_fault_alloc, 1);
	assert_int_equal(w->run.stats.thp_absorbing, 1);
	fault(w, H);
	fault(w, H + 1);
	assert_int_equal(w->run.stats.faults_absorbed, 2);
	assert_int_equal(used_pages(w->run.mm), before + 512);
	assert_int_equal(w->mo.map[H + 1], w->mo.map[H] + 1);
	/* it is freed whole when the last of it is unmapped */
	on(w, OP_FREE, H, 0, PK_ANON);
	assert_int_equal(used_pages(w->run.mm), before + 512);
	on(w, OP_FREE, H + 1, 0, PK_ANON);
	assert_int_equal(used_pages(w->run.mm), before);
	done(w);
}

/* The recorded kernel swapped out base pages, one by one; the model's huge page is one folio. */
TEST(a_thp_that_only_the_model_got_stays_whole_until_all_of_it_was_reclaimed)
{
	struct world *w = world(4096);
	u32 pfn;

	thp_fault(w, H_NONE);
	fault(w, H);
	fault(w, H + 1);
	pfn = w->mo.map[H];
	on(w, OP_RECLAIM, H, 0, PK_ANON);
	assert_int_equal(w->mo.map[H], MAP_NONE);
	assert_int_equal(w->run.mm->page[pfn].order, 9);
	assert_false(w->run.mm->page[pfn].cold);
	on(w, OP_RECLAIM, H + 1, 0, PK_ANON);
	assert_int_equal(w->run.mm->page[pfn].order, 9);
	assert_true(w->run.mm->page[pfn].cold);
	done(w);
}

TEST(the_faults_of_another_task_are_not_absorbed)
{
	struct world *w = world(0);

	thp_fault(w, H_NONE);
	play(w, (struct op){ .type = OP_ALLOC, .pid = USER + 1, .handle = H, .kind = PK_ANON,
			     .mt = MIGRATE_MOVABLE, .flags = OPF_ZERO,
			     .gfp = GFP_HIGHUSER_MOVABLE | __GFP_ZERO });
	assert_int_equal(w->run.stats.faults_absorbed, 0);
	done(w);
}

/* refaults */
TEST(a_swap_in_whose_page_is_still_here_is_absorbed)
{
	struct world *w = world(4096);
	u32 pfn;

	fault(w, H);
	pfn = w->mo.map[H];
	on(w, OP_RECLAIM, H, 0, PK_ANON);
	swap_in(w, H + 5);
	assert_int_equal(w->run.stats.refaults_absorbed, 1);
	assert_int_equal(w->mo.map[H + 5], pfn);
	assert_vmstat(w->run.mm, pswpin, 0);
	done(w);
}

TEST(without_refaults_every_allocation_is_a_new_page)
{
	struct world *w = world(4096);

	w->opt.refault_rate = 0;
	fault(w, H);
	on(w, OP_RECLAIM, H, 0, PK_ANON);
	swap_in(w, H + 5);
	assert_int_equal(w->run.stats.refaults_absorbed, 0);
	done(w);
}

TEST(a_given_rate_takes_the_place_of_the_recordings_budget)
{
	struct world *w = world(4096);

	w->mo.anon.budget = 0;
	fault(w, H);
	on(w, OP_RECLAIM, H, 0, PK_ANON);
	swap_in(w, H + 5);
	assert_int_equal(w->run.stats.refaults_absorbed, 0);
	w->opt.refault_rate = 1;
	swap_in(w, H + 6);
	assert_int_equal(w->run.stats.refaults_absorbed, 1);
	done(w);
}

TEST(pages_full_of_zeros_that_were_swapped_in_are_refaults_as_well)
{
	const struct moved moved[] = { { "pswpin", 3 }, { "swpin_zero", 39 }, { 0 } };
	struct world *w = world_where(4096, moved);

	assert_int_equal(w->mo.anon.budget, 42);
	done(w);
}

TEST(a_kernel_that_does_not_count_zeros_has_none_of_them)
{
	const struct moved moved[] = { { "pswpin", 3 }, { "pswpout", 100 }, { 0 } };
	struct world *w = world_where(4096, moved);
	const struct mm_params *p = &w->mo.mm->param;

	assert_int_equal(w->mo.anon.budget, 3);
	assert_true(p->zero_filled_permille == 0);
	assert_int_equal(p->from[PARAM_zero_filled_permille], PARAM_FROM_DEFAULT);
	done(w);
}

TEST(the_share_of_zeros_is_the_recordings)
{
	const struct moved moved[] = { { "pswpout", 100 }, { "swpout_zero", 300 }, { 0 } };
	struct world *w = world_where(4096, moved);
	const struct mm_params *p = &w->mo.mm->param;

	assert_true(p->zero_filled_permille == 750);
	assert_int_equal(p->from[PARAM_zero_filled_permille], PARAM_FROM_FIT);
	done(w);
}

TEST(a_page_full_of_zeros_comes_back_without_a_read)
{
	struct world *w = world(4096);

	w->mo.mm->param.zero_filled_permille = 1000;
	fault(w, H);
	on(w, OP_RECLAIM, H, 0, PK_ANON);
	/* the recorded kernel's copy came back when the model had evicted its own */
	w->mo.anon.held = 0;
	swap_in(w, H + 5);
	assert_int_equal(w->run.stats.refaults_absorbed, 0);
	assert_vmstat(w->run.mm, swpin_zero, 1);
	assert_vmstat(w->run.mm, pswpin, 0);
	done(w);
}

TEST(counters_stop_at_the_marker)
{
	struct world *w = world(0);

	thp_fault(w, H);
	play(w, (struct op){ .type = OP_MARK, .a = MARK_AFTER_BEGIN });
	thp_fault(w, H + 512);
	assert_int_equal(w->run.counters[VM_thp_fault_alloc], 1);
	assert_vmstat(w->run.mm, thp_fault_alloc, 2);
	done(w);
}

static void rate(struct world *w, enum op_rate what, u32 thousandths)
{
	play(w, (struct op){ .type = OP_RATE, .a = (u8)what, .arg = thousandths });
}

TEST(a_pace_follows_the_recording)
{
	struct world *w = world(0);
	const struct mm_params *p = &w->mo.mm->param;

	rate(w, RATE_KSWAPD, 123000);
	rate(w, RATE_THREAD_SLICE, 9000000);
	assert_true(p->kswapd_scan_pages_per_ms == 123 && p->thread_slice_us == 9000);
	assert_int_equal(p->from[PARAM_kswapd_scan_pages_per_ms], PARAM_FROM_FIT);
	assert_int_equal(p->from[PARAM_thread_slice_us], PARAM_FROM_FIT);
	assert_int_equal(p->from[PARAM_thread_pause_us], PARAM_FROM_DEFAULT);
	done(w);
}

TEST(what_the_user_set_stays_also_at_its_default)
{
	struct mm_params usual;
	struct world *w = world(0);
	struct mm_params *p = &w->mo.mm->param;

	params_default(&usual);
	param_set(p, PARAM_kswapd_scan_pages_per_ms, usual.kswapd_scan_pages_per_ms,
		  PARAM_FROM_USER);
	param_set(p, PARAM_thread_slice_us, usual.thread_slice_us, PARAM_FROM_USER);
	param_set(p, PARAM_thread_pause_us, 1, PARAM_FROM_USER);
	param_set(p, PARAM_kcompactd_migrate_us, usual.kcompactd_migrate_us, PARAM_FROM_USER);
	for (int what = RATE_KSWAPD; what <= RATE_KCOMPACTD_MIGRATE; what++)
		rate(w, (enum op_rate)what, 77000);
	assert_true(p->kswapd_scan_pages_per_ms == usual.kswapd_scan_pages_per_ms);
	assert_true(p->thread_slice_us == usual.thread_slice_us);
	assert_true(p->thread_pause_us == 1);
	assert_true(p->kcompactd_migrate_us == usual.kcompactd_migrate_us);
	assert_int_equal(p->from[PARAM_kcompactd_migrate_us], PARAM_FROM_USER);
	/* what was not set is the recording's, also beside what was */
	assert_true(p->kswapd_swapout_us == 77 && p->kcompactd_scan_pages_per_ms == 77);
	done(w);
}

static u64 used(const struct world *w)
{
	const struct mm *mm = w->mo.mm;
	u64 n = 0;

	for (u32 pfn = 0; pfn < mm->max_pfn; pfn++)
		n += mm->page[pfn].state == PAGE_USED;
	return n;
}

static void task_op(struct world *w, enum op_type type, s32 pid)
{
	play(w, (struct op){ .type = (u8)type, .pid = pid });
}

TEST(a_new_task_takes_a_kernel_stack_of_four_pages)
{
	struct world *w = world(0);
	u64 before = used(w);

	task_op(w, OP_FORK, 201);
	assert_int_equal(used(w), before + 4);
	task_op(w, OP_EXIT, 300); /* older than the trace: its stack is not the model's */
	assert_int_equal(used(w), before + 4);
	done(w);
}

TEST(a_cpu_keeps_two_stacks_for_the_next_tasks)
{
	struct world *w = world(0);
	u64 before = used(w);

	for (s32 pid = 201; pid <= 203; pid++)
		task_op(w, OP_FORK, pid);
	for (s32 pid = 201; pid <= 203; pid++)
		task_op(w, OP_EXIT, pid);
	assert_int_equal(used(w), before + 8);
	task_op(w, OP_FORK, 204);
	assert_int_equal(used(w), before + 8);
	/* another CPU has none to give */
	play(w, (struct op){ .type = OP_FORK, .pid = 205, .cpu = 1 });
	assert_int_equal(used(w), before + 12);
	done(w);
}
