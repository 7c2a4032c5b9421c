// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reclaim frees (doc/design.md): whether a page was written before it was freed, and when, tells
 * what the workload had done with it.
 */
#include "demand_world.h"

static void wrote(struct world *w, u64 pfn)
{
	event(w, (struct record){ .type = REC_WRITE_FOLIO,
				  .pid = KSWAPD,
				  .write_folio = { .pfn = pfn, .reclaim_flags = 1 } });
}

static void batch_ends(struct world *w)
{
	plain(w, REC_SHRINK_INACTIVE, KSWAPD);
}

/* A page that was there before is swapped out, so the trace has the events of swap-outs. */
static void swaps(struct world *w)
{
	plain(w, REC_KSWAPD_WAKE, KSWAPD);
	alloc(w, USER, 1, 0, ANON);
	wrote(w, 1);
	batch_ends(w);
}

static void counter(struct snapshot *s, const char *name, u64 value)
{
	struct snap_counter *c = &s->vmstat[s->nr_vmstat++];

	snprintf(c->name, sizeof(c->name), "%s", name);
	c->value = value;
	s->have_vmstat = true;
}

/* The stage anew, for a recording whose counter moved so. */
static void counted_before(struct world *w, const char *name, u64 by)
{
	counter(&w->m.before, name, 5);
	counter(&w->m.after, name, 5 + by);
	demand_free(w->d);
	w->d = demand_alloc(&w->m, NULL, MAX_PFN);
	demand_set_sink(w->d, collect, w);
}

static u64 stat_unmapped(const struct world *w)
{
	return demand_get_stats(w->d)->unmapped_frees;
}

TEST_F(a_part_of_a_huge_page_that_left_unwritten_was_unmapped)
{
	struct world *w = *state;
	const struct op *op;

	swaps(w);
	alloc(w, USER, 512, 9, GFP_TRANSHUGE_LIGHT);
	release(w, KSWAPD, 512 + 7, 0);
	op = last(w);
	assert_int_equal(op->type, OP_UNMAP);
	assert_int_equal(op->handle, 512 + 7);
	assert_int_equal(stat_unmapped(w), 1);
	assert_int_equal(demand_get_stats(w->d)->reclaim_frees, 0);
}

TEST_F(a_part_of_a_huge_page_that_was_written_is_reclaimed)
{
	struct world *w = *state;

	swaps(w);
	alloc(w, USER, 512, 9, GFP_TRANSHUGE_LIGHT);
	wrote(w, 512);
	batch_ends(w);
	batch_ends(w);
	/* its io is over: it was split meanwhile */
	release(w, KSWAPD, 512 + 7, 0);
	assert_int_equal(last(w)->type, OP_RECLAIM);
	assert_int_equal(stat_unmapped(w), 0);
}

TEST_F(no_part_was_unmapped_if_the_counters_say_so)
{
	struct world *w = *state;

	counted_before(w, "thp_deferred_split_page", 0);
	swaps(w);
	alloc(w, USER, 512, 9, GFP_TRANSHUGE_LIGHT);
	release(w, KSWAPD, 512 + 7, 0);
	assert_int_equal(last(w)->type, OP_RECLAIM);
	assert_int_equal(last(w)->kind, PK_ANON);
	assert_int_equal(stat_unmapped(w), 0);
}

TEST_F(the_huge_pages_so_far_tell_how_much_of_one_is_unmapped)
{
	struct world *w = *state;

	swaps(w);
	alloc(w, USER, 512, 9, GFP_TRANSHUGE_LIGHT);
	alloc(w, USER, 1024, 9, GFP_TRANSHUGE_LIGHT);
	for (u32 i = 0; i < 128; i++)
		release(w, KSWAPD, 512 + i, 0);
	release(w, KSWAPD, 1024, 0);
	last(w);
	assert_int_equal(w->op[w->nr - 2].type, OP_RATE);
	assert_int_equal(w->op[w->nr - 2].a, RATE_THP_UNMAPPED);
	assert_int_equal(w->op[w->nr - 2].arg, 250000);
}

TEST_F(a_first_touched_page_that_left_unwritten_was_no_anonymous_one)
{
	struct world *w = *state;
	const struct op *op;

	swaps(w);
	alloc(w, USER, 64, 0, ANON);
	release(w, KSWAPD, 64, 0);
	op = last(w);
	assert_int_equal(op->type, OP_RECLAIM);
	assert_int_equal(op->kind, PK_FILE);
	assert_int_equal(op->flags & OPF_CLEAN, 0);
	assert_int_equal(demand_get_stats(w->d)->clean_frees, 1);
}

TEST_F(a_page_that_was_swapped_in_and_left_unwritten_is_still_in_swap)
{
	struct world *w = *state;
	const struct op *op;

	swaps(w);
	alloc(w, USER, 64, 0, GFP_HIGHUSER_MOVABLE | __GFP_COMP);
	release(w, KSWAPD, 64, 0);
	op = last(w);
	assert_int_equal(op->type, OP_RECLAIM);
	assert_int_equal(op->kind, PK_ANON);
	assert_int_equal(op->flags & OPF_CLEAN, OPF_CLEAN);
}

TEST_F(a_trace_without_swap_outs_does_not_tell_who_was_written)
{
	struct world *w = *state;

	plain(w, REC_KSWAPD_WAKE, KSWAPD);
	alloc(w, USER, 512, 9, GFP_TRANSHUGE_LIGHT);
	release(w, KSWAPD, 512 + 7, 0);
	assert_int_equal(last(w)->type, OP_RECLAIM);
	assert_int_equal(last(w)->kind, PK_ANON);
	assert_int_equal(stat_unmapped(w), 0);
}

TEST_F(counters_tell_that_nothing_was_swapped_out)
{
	struct world *w = *state;

	counted_before(w, "pswpout", 0);
	plain(w, REC_KSWAPD_WAKE, KSWAPD);
	alloc(w, USER, 512, 9, GFP_TRANSHUGE_LIGHT);
	release(w, KSWAPD, 512, 9);
	assert_int_equal(last(w)->kind, PK_FILE);
}

TEST_F(what_was_swapped_out_full_of_zeros_was_swapped_out)
{
	struct world *w = *state;

	counted_before(w, "pswpout", 0);
	counted_before(w, "swpout_zero", 9);
	plain(w, REC_KSWAPD_WAKE, KSWAPD);
	alloc(w, USER, 512, 9, GFP_TRANSHUGE_LIGHT);
	release(w, KSWAPD, 512, 9);
	assert_int_equal(last(w)->kind, PK_ANON);
}

/* zeros */
TEST_F(what_the_batch_that_wrote_it_frees_was_full_of_zeros)
{
	struct world *w = *state;

	counted_before(w, "pswpout", 1000);
	swaps(w);
	alloc(w, USER, 64, 0, ANON);
	alloc(w, USER, 65, 0, ANON);
	wrote(w, 64);
	release(w, KSWAPD, 64, 0);
	wrote(w, 65);
	batch_ends(w);
	release(w, KSWAPD, 65, 0);
	assert_int_equal(last(w)->type, OP_RECLAIM);
	/* page 1, which makes the trace show swap-outs, and page 65 */
	assert_int_equal(counted(w, VM_pswpout), 2);
	assert_int_equal(counted(w, VM_swpout_zero), 1);
}

static void frees_at_once(struct world *w)
{
	swaps(w);
	alloc(w, USER, 64, 0, ANON);
	wrote(w, 64);
	release(w, KSWAPD, 64, 0);
	assert_int_equal(counted(w, VM_pswpout), 2);
	assert_int_equal(counted(w, VM_swpout_zero), 0);
}

TEST_F(swap_in_ram_takes_every_page_at_once)
{
	struct world *w = *state;

	w->m.swap_in_ram = true;
	counted_before(w, "pswpout", 1000);
	frees_at_once(w);
}

TEST_F(zswap_takes_a_page_at_once)
{
	struct world *w = *state;

	counted_before(w, "zswpout", 1);
	frees_at_once(w);
}

/* partly unmapped folios that reclaim meets */
static void split_by_reclaim(struct world *w)
{
	counted_before(w, "pswpout", 1000);
	swaps(w);
	alloc(w, USER, 512, 9, GFP_TRANSHUGE_LIGHT);
	wrote(w, 512);
	wrote(w, 1023);
	batch_ends(w);
}

TEST_F(what_reclaim_split_and_dropped_when_putting_back_was_unmapped)
{
	struct world *w = *state;

	split_by_reclaim(w);
	release(w, KSWAPD, 512, 0);
	release(w, KSWAPD, 1023, 0);
	assert_int_equal(last(w)->type, OP_UNMAP);
	assert_int_equal(stat_unmapped(w), 2);
	assert_int_equal(counted(w, VM_pswpout), 1);
}

TEST_F(what_reclaim_split_and_freed_later_was_swapped_out)
{
	struct world *w = *state;

	split_by_reclaim(w);
	wrote(w, 1022);
	batch_ends(w);
	release(w, KSWAPD, 1023, 0);
	assert_int_equal(last(w)->type, OP_RECLAIM);
	assert_int_equal(stat_unmapped(w), 0);
}
