// SPDX-License-Identifier: GPL-2.0-only
/*
 * filemap=: how a buffered write asks for its folio under each variant, what the allocator makes of
 * it, and what becomes of folios that the model gets at another order than the trace did
 * (doc/design.md, "Changed outcomes").
 */
#include "engine/model.h"
#include "tests/mm/compact_machine.h"

#define WRITE		(GFP_HIGHUSER_MOVABLE | __GFP_WRITE | __GFP_COMP)
#define QUIET		(__GFP_NORETRY | __GFP_NOWARN)
#define NONBLOCK	(WRITE & ~__GFP_DIRECT_RECLAIM)
#define READAHEAD	((GFP_HIGHUSER_MOVABLE | __GFP_COMP | QUIET) & ~__GFP_FS)
#define MACHINE_BLOCKS	12u
#define H		BLOCK(MACHINE_BLOCKS)	/* a handle that no page of the machine has */
#define USER		100

/* --- the flags of each attempt --- */

struct attempt {
	const char *what;
	u32 hint, order, min;
	gfp_t base, dipietro, wilcox, harjani;
};

static const struct attempt attempts[] = {
	{ "costly", 6, 6, 0, WRITE | QUIET, NONBLOCK | QUIET, NONBLOCK | __GFP_NOWARN,
	  NONBLOCK | __GFP_NOWARN },
	{ "least costly", 6, 4, 0, WRITE | QUIET, NONBLOCK | QUIET, NONBLOCK | __GFP_NOWARN,
	  NONBLOCK | __GFP_NOWARN },
	{ "stepped down below costly", 6, 3, 0, WRITE | QUIET, NONBLOCK | QUIET,
	  NONBLOCK | __GFP_NOWARN, WRITE | QUIET },
	{ "stepped down to a page", 6, 0, 0, WRITE, NONBLOCK, WRITE, WRITE },
	{ "small from the start", 3, 3, 0, WRITE | QUIET, WRITE | QUIET, NONBLOCK | __GFP_NOWARN,
	  WRITE | QUIET },
	{ "small, down to a page", 3, 0, 0, WRITE, WRITE, WRITE, WRITE },
	{ "a single page", 0, 0, 0, WRITE, WRITE, WRITE, WRITE },
	{ "costly above a least order", 6, 5, 4, WRITE | QUIET, NONBLOCK | QUIET,
	  NONBLOCK | __GFP_NOWARN, NONBLOCK | __GFP_NOWARN },
	{ "costly and the least order", 6, 4, 4, WRITE, NONBLOCK, WRITE, WRITE },
	{ "small and the least order", 2, 2, 2, WRITE, WRITE, WRITE, WRITE },
};

static struct policy_setup setup;

/* the machine decides as `-p @policy` says */
static struct mm *under(struct mm *mm, const char *policy)
{
	char err[256] = "";

	if (policy_setup_parse(&setup, policy, err, sizeof(err)) ||
	    policy_setup_apply(&setup, mm, err, sizeof(err)))
		fail_msg("%s", err);
	return mm;
}

static void done(struct mm *mm, const char *where)
{
	machine_done(mm, where);
	policy_setup_release(&setup);
}

static gfp_t asks(struct mm *mm, gfp_t gfp, u32 hint, u32 order, u32 min)
{
	return policy_decides(mm, filemap_gfp, gfp, hint, order, min);
}

static void asks_as(const char *policy, size_t column)
{
	struct mm *mm = under(machine("7.3.4", MACHINE_BLOCKS), policy);

	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
		const struct attempt *a = &attempts[i];
		gfp_t is = asks(mm, WRITE, a->hint, a->order, a->min), want;

		memcpy(&want, (const char *)a + column, sizeof(want));
		if (is != want)
			fail_msg("%s, %s: gfp 0x%x, not 0x%x", policy, a->what, is, want);
	}
	done(mm, policy);
}

TEST(each_variant_asks_with_its_own_flags)
{
	asks_as("vanilla", offsetof(struct attempt, base));
	asks_as("vanilla,filemap=base", offsetof(struct attempt, base));
	asks_as("vanilla,filemap=dipietro", offsetof(struct attempt, dipietro));
	asks_as("vanilla,filemap=wilcox", offsetof(struct attempt, wilcox));
	asks_as("vanilla,filemap=harjani", offsetof(struct attempt, harjani));
	/* this one changes the allocator instead */
	asks_as("vanilla,filemap=kcompactd", offsetof(struct attempt, base));
	asks_as("defrag_mode,filemap=wilcox", offsetof(struct attempt, wilcox));
}

/* --- what the allocator makes of them --- */

/* 8 blocks of movable memory, every other page of which is free: nothing but single pages */
static struct mm *fragmented(const char *policy)
{
	struct mm *mm = under(machine("7.3.4", MACHINE_BLOCKS), policy);

	for (u32 b = 1; b < 9; b++) {
		block_type(mm, b, MIGRATE_MOVABLE);
		scatter(mm, BLOCK(b), 256);
		for (u32 i = 0; i < 256; i++)
			lru_pages(mm, BLOCK(b) + 2 * i + 1, 1, PK_FILE);
	}
	return mm;
}

/* ... all of whose pages are in use but a few below the min mark */
static struct mm *used_up(const char *policy)
{
	struct mm *mm = under(machine("7.3.4", MACHINE_BLOCKS), policy);
	struct zone *z = normal(mm);

	z->_watermark[WMARK_MIN] = 64;
	z->_watermark[WMARK_LOW] = 80;
	z->_watermark[WMARK_HIGH] = 96;
	z->_watermark[WMARK_PROMO] = 112;
	for (u32 b = 1; b < 9; b++) {
		block_type(mm, b, MIGRATE_MOVABLE);
		lru_pages(mm, BLOCK(b), 512, PK_FILE);
	}
	block_type(mm, 9, MIGRATE_MOVABLE);
	scatter(mm, BLOCK(9), 32);
	return mm;
}

static u32 write_attempt(struct mm *mm, u32 hint, u32 order)
{
	return alloc_pages(mm, asks(mm, WRITE, hint, order, 0), order);
}

TEST(base_compacts_directly_for_a_costly_folio)
{
	struct mm *mm = fragmented("vanilla,filemap=base");

	assert_int_not_equal(write_attempt(mm, 4, 4), PFN_NONE);
	assert_int_equal(mm->nr_direct_compact, 1);
	assert_true(mm->stall_ns_compact > 0);
	assert_int_equal(mm->kcompactd->max_order, 0);
	done(mm, __func__);
}

TEST(the_others_leave_it_to_the_background)
{
	static const char *const policies[] = {
		"vanilla,filemap=dipietro", "vanilla,filemap=wilcox", "vanilla,filemap=harjani",
		"vanilla,filemap=kcompactd",
	};

	for (size_t i = 0; i < 4; i++) {
		struct mm *mm = fragmented(policies[i]);

		assert_int_equal(write_attempt(mm, 4, 4), PFN_NONE);
		assert_int_equal(mm->nr_direct_compact, 0);
		assert_int_equal(mm->nr_direct_reclaim, 0);
		assert_int_equal(mm->drain_all_pages, 0);
		assert_int_equal(mm->stall_ns_compact, 0);
		assert_true(kswapd_running(mm));
		/* at once; for the others kswapd does it, when it has reclaimed */
		assert_int_equal(mm->kcompactd->max_order, i == 3 ? 4 : 0);
		done(mm, policies[i]);
	}
}

TEST(below_costly_only_some_still_reclaim)
{
	static const struct {
		const char *policy;
		bool pays;
	} row[] = {
		{ "vanilla,filemap=base", true }, { "vanilla,filemap=harjani", true },
		{ "vanilla,filemap=kcompactd", true }, { "vanilla,filemap=dipietro", false },
		{ "vanilla,filemap=wilcox", false },
	};

	for (size_t i = 0; i < 5; i++) {
		struct mm *mm = fragmented(row[i].policy);

		write_attempt(mm, 4, 3);
		assert_int_equal(mm->nr_direct_reclaim > 0, row[i].pays);
		done(mm, row[i].policy);
	}
}

TEST(only_dipietros_single_page_can_fail)
{
	static const struct {
		const char *policy;
		u32 hint;
		bool fails;
	} row[] = {
		{ "vanilla,filemap=dipietro", 4, true }, { "vanilla,filemap=dipietro", 3, false },
		{ "vanilla,filemap=base", 4, false }, { "vanilla,filemap=wilcox", 4, false },
		{ "vanilla,filemap=harjani", 4, false }, { "vanilla,filemap=kcompactd", 4, false },
	};

	for (size_t i = 0; i < 6; i++) {
		struct mm *mm = used_up(row[i].policy);

		assert_int_equal(write_attempt(mm, row[i].hint, 0) == PFN_NONE, row[i].fails);
		assert_int_equal(mm->nr_direct_reclaim == 0, row[i].fails);
		done(mm, row[i].policy);
	}
}

TEST(kcompactd_variant_fails_whoever_would_rather_fail)
{
	struct mm *mm = fragmented("vanilla,filemap=kcompactd");

	/* defrag=always outside of madvise: mm/huge_memory.c:vma_thp_gfp_mask */
	assert_int_equal(alloc_pages(mm, GFP_TRANSHUGE | __GFP_NORETRY, 9), PFN_NONE);
	assert_int_equal(mm->kcompactd->max_order, 9);
	assert_true(mm->kcompactd->woken);
	/* slub's first try for a large slab */
	assert_int_equal(alloc_pages(mm, GFP_KERNEL | __GFP_COMP | QUIET, 4), PFN_NONE);
	assert_int_equal(alloc_pages(mm, READAHEAD, 5), PFN_NONE);
	assert_int_equal(mm->nr_direct_compact, 0);
	assert_int_equal(mm->nr_direct_reclaim, 0);
	done(mm, __func__);
}

TEST(kcompactd_variant_leaves_all_others_alone)
{
	struct mm *mm = fragmented("vanilla,filemap=kcompactd");

	/* madvised memory */
	assert_int_not_equal(alloc_pages(mm, GFP_TRANSHUGE, 9), PFN_NONE);
	assert_int_equal(mm->nr_direct_compact, 1);
	assert_int_equal(mm->kcompactd->max_order, 0);
	/* not costly */
	alloc_pages(mm, WRITE | QUIET, 3);
	assert_int_equal(mm->kcompactd->max_order, 0);
	done(mm, __func__);
}

/* an unmovable block whose free part a movable request could only steal */
static bool steals_from_unmovable_block(const char *policy)
{
	struct mm *mm = fragmented(policy);
	u32 pfn;

	buddy_free(mm, BLOCK(10), 4);
	pfn = write_attempt(mm, 4, 4);
	assert_true(pfn == PFN_NONE || pfn == BLOCK(10) || mm->nr_direct_compact);
	done(mm, policy);
	return pfn == BLOCK(10);
}

TEST(under_defrag_mode_what_cannot_reclaim_fragments_from_step_nonblock_on)
{
	assert_false(steals_from_unmovable_block("defrag_mode,step=base,filemap=wilcox"));
	assert_false(steals_from_unmovable_block("defrag_mode,step=kswapd-exit,filemap=wilcox"));
	assert_true(steals_from_unmovable_block("defrag_mode,step=nonblock,filemap=wilcox"));
	assert_true(steals_from_unmovable_block("defrag_mode,filemap=wilcox"));
	assert_true(steals_from_unmovable_block("defrag_mode,filemap=harjani"));
	assert_true(steals_from_unmovable_block("defrag_mode,filemap=dipietro"));
	/* these may reclaim, and compact instead or give up */
	assert_false(steals_from_unmovable_block("defrag_mode,filemap=base"));
	assert_false(steals_from_unmovable_block("defrag_mode,filemap=kcompactd"));
}

/* --- the replay --- */

struct world {
	struct run_options opt;
	struct recording recording;
	struct policy_result run;
	struct model mo;
	u64 ts;
};

static struct world *world(struct mm *mm)
{
	static struct world w;

	memset(&w, 0, sizeof(w));
	w.opt.recording = &w.recording;
	w.opt.refault_rate = -1;
	w.mo.mm = w.run.mm = mm;
	params_default(&w.opt.params);
	assert_int_equal(model_init(&w.mo, &w.opt, &w.run, 2 * H), 0);
	return &w;
}

static void world_done(struct world *w, const char *where)
{
	consistent(w->run.mm, where);
	model_release(&w->mo);
	done(w->run.mm, where);
}

static void play(struct world *w, struct op op)
{
	op.ts = ++w->ts;
	op.pid = op.pid ? op.pid : USER;
	assert_int_equal(model_ops(&w->mo, &op, 1), 0);
}

static struct op write_op(u32 handle, u8 order, u8 hint)
{
	return (struct op){ .type = OP_ALLOC, .handle = handle, .kind = PK_FILE, .order = order,
			    .hint = hint, .mt = MIGRATE_MOVABLE, .flags = OPF_DIRTY,
			    .gfp = order ? WRITE | QUIET : WRITE };
}

static struct op read_op(u32 handle, u8 order, u8 hint)
{
	return (struct op){ .type = OP_ALLOC, .handle = handle, .kind = PK_FILE, .order = order,
			    .hint = hint, .mt = MIGRATE_MOVABLE, .flags = OPF_READ,
			    .gfp = READAHEAD };
}

static void on(struct world *w, u8 type, u32 handle, u8 order)
{
	play(w, (struct op){ .type = type, .handle = handle, .order = order, .kind = PK_FILE });
}

static u32 used_pages(const struct mm *mm)
{
	u32 n = 0;

	for (u32 pfn = 0; pfn < mm->max_pfn; pfn++)
		n += mm->page[pfn].state == PAGE_USED;
	return n;
}

static const struct folio_stats *writes(const struct world *w)
{
	return &w->run.folios[1];
}

/* three folios can be had for nothing, the others only by compaction */
static struct world *six_writes(const char *policy)
{
	struct mm *mm = fragmented(policy);
	struct world *w;

	block_type(mm, 9, MIGRATE_MOVABLE);
	for (u32 i = 0; i < 3; i++)
		buddy_free(mm, BLOCK(9) + 64 * i, 4);
	w = world(mm);
	for (u32 i = 0; i < 6; i++)
		play(w, write_op(H + 16 * i, 4, 4));
	assert_int_equal(writes(w)->wanted[4], 6);
	return w;
}

TEST(base_keeps_large_folios_by_compaction)
{
	struct world *w = six_writes("vanilla,filemap=base");

	assert_int_equal(writes(w)->obtained[4], 6);
	assert_int_equal(writes(w)->attempts[4], 6);
	assert_int_equal(writes(w)->failed[4], 0);
	assert_int_equal(writes(w)->nonblocking, 0);
	assert_true(writes(w)->direct_compact > 0);
	assert_true(writes(w)->stall_ns > 0);
	assert_int_equal(w->run.stats.folio_stepdowns, 0);
	world_done(w, __func__);
}

TEST(wilcox_takes_what_is_there_until_kcompactd_has_made_more)
{
	struct world *w = six_writes("vanilla,filemap=wilcox");

	assert_int_equal(writes(w)->obtained[4], 3);
	assert_int_equal(writes(w)->failed[4], 3);
	assert_int_equal(writes(w)->obtained[0], 3 * 16);
	assert_int_equal(writes(w)->direct_compact, 0);
	assert_int_equal(writes(w)->direct_reclaim, 0);
	assert_int_equal(writes(w)->stall_ns, 0);
	assert_int_equal(writes(w)->enomem, 0);
	assert_int_equal(w->run.stats.folio_stepdowns, 3);
	w->ts += 1000000000;
	play(w, write_op(H + 16 * 6, 4, 4));
	assert_int_equal(writes(w)->obtained[4], 4);
	assert_int_equal(writes(w)->direct_compact, 0);
	world_done(w, __func__);
}

/* nothing but free pages of one order, and nothing that could be moved or reclaimed */
static struct world *only_order(const char *policy, u32 order, u32 nr)
{
	struct mm *mm = under(machine("7.3.4", MACHINE_BLOCKS), policy);

	block_type(mm, 1, MIGRATE_MOVABLE);
	for (u32 i = 0; i < nr; i++)
		buddy_free(mm, BLOCK(1) + i * (2u << order), order);
	return world(mm);
}

TEST(the_rest_of_a_write_is_asked_for_as_far_as_it_is_aligned)
{
	struct world *w = only_order("vanilla", 2, 32);

	play(w, write_op(H, 4, 4));
	/* 4 3 2, then at page 4 order 2, at page 8 orders 3 and 2, at page 12 order 2 */
	assert_int_equal(writes(w)->attempts[4], 1);
	assert_int_equal(writes(w)->attempts[3], 2);
	assert_int_equal(writes(w)->attempts[2], 4);
	assert_int_equal(writes(w)->obtained[2], 4);
	assert_int_equal(writes(w)->wanted[4], 1);
	for (u32 i = 0; i < 16; i++)
		assert_true(MAP_IS_PFN(w->mo.map[H + i]));
	world_done(w, __func__);
}

TEST(readahead_goes_on_with_single_pages)
{
	struct world *w = only_order("vanilla,filemap=wilcox", 2, 32);

	play(w, read_op(H, 4, 4));
	assert_int_equal(w->run.folios[0].attempts[4], 1);
	assert_int_equal(w->run.folios[0].attempts[2], 0);
	assert_int_equal(w->run.folios[0].obtained[0], 16);
	/* its flags are nobody's decision */
	assert_int_equal(w->run.folios[0].nonblocking, 0);
	world_done(w, __func__);
}

TEST(a_least_order_is_not_gone_below)
{
	struct world *w = only_order("vanilla", 1, 32);
	struct op op = write_op(H, 2, 2);

	op.gfp = WRITE;		/* may not fail: the mapping takes no less */
	play(w, op);
	assert_int_equal(writes(w)->attempts[1], 0);
	assert_int_equal(writes(w)->enomem, 1);
	world_done(w, __func__);
}

TEST(a_write_without_a_page_ends_there)
{
	struct world *w = world(used_up("vanilla,filemap=dipietro"));

	play(w, write_op(H, 4, 4));
	assert_int_equal(writes(w)->enomem, 1);
	assert_int_equal(w->run.stats.alloc_failed, 1);
	for (u32 order = 0; order <= 4; order++)
		assert_int_equal(writes(w)->failed[order], 1);
	assert_int_equal(writes(w)->nonblocking, 5);
	assert_int_equal(w->mo.map[H], MAP_NONE);
	on(w, OP_FREE, H, 4);
	world_done(w, __func__);
}

/* --- changed outcomes: the model gets what the trace did not --- */

static struct world *plenty(void)
{
	struct mm *mm = under(machine("7.3.4", MACHINE_BLOCKS), "vanilla");

	block_type(mm, 1, MIGRATE_MOVABLE);
	buddy_free(mm, BLOCK(1), 9);
	return world(mm);
}

TEST(a_larger_folio_takes_up_what_followed_and_is_freed_whole)
{
	struct world *w = plenty();
	u32 before = used_pages(w->run.mm), pfn;

	play(w, write_op(H, 0, 2));
	pfn = w->mo.map[H];
	assert_int_equal(used_pages(w->run.mm), before + 4);
	play(w, write_op(H + 10, 0, 0));
	play(w, write_op(H + 20, 1, 1));
	assert_int_equal(used_pages(w->run.mm), before + 4);
	assert_int_equal(w->mo.map[H + 10], pfn + 1);
	assert_int_equal(w->mo.map[H + 21], pfn + 3);
	assert_int_equal(w->run.stats.folios_larger, 1);
	assert_int_equal(w->run.stats.folios_absorbed, 2);
	/* it is full */
	play(w, write_op(H + 30, 0, 0));
	assert_int_equal(used_pages(w->run.mm), before + 5);
	on(w, OP_FREE, H + 20, 1);
	on(w, OP_FREE, H, 0);
	assert_int_equal(used_pages(w->run.mm), before + 5);
	assert_int_equal(w->run.mm->page[pfn].order, 2);
	on(w, OP_FREE, H + 10, 0);
	assert_int_equal(used_pages(w->run.mm), before + 1);
	world_done(w, __func__);
}

TEST(what_the_recorded_kernel_reclaimed_of_it_makes_it_cold_at_last)
{
	struct world *w = plenty();
	u32 pfn;

	play(w, write_op(H, 0, 1));
	play(w, write_op(H + 10, 0, 0));
	pfn = w->mo.map[H];
	on(w, OP_RECLAIM, H, 0);
	assert_int_equal(w->run.mm->page[pfn].cold, 0);
	on(w, OP_RECLAIM, H + 10, 0);
	assert_int_equal(w->run.mm->page[pfn].cold, 1);
	assert_int_equal(w->run.mm->page[pfn].order, 1);
	world_done(w, __func__);
}

TEST(it_takes_up_nothing_that_lies_elsewhere)
{
	struct world *w = plenty();
	struct op other = write_op(H + 10, 0, 0);

	other.pid = USER + 1;
	play(w, write_op(H, 0, 2));
	play(w, other);				/* another task's */
	play(w, read_op(H + 20, 0, 0));		/* another file's */
	assert_int_equal(w->run.stats.folios_absorbed, 0);
	play(w, write_op(H + 30, 1, 1));	/* the second page of the folio is not aligned so */
	assert_int_equal(w->run.stats.folios_absorbed, 0);
	play(w, write_op(H + 40, 0, 0));	/* and so this belongs to that other write */
	assert_int_equal(w->run.stats.folios_absorbed, 0);
	world_done(w, __func__);
}

TEST(a_window_ends_with_its_folio)
{
	struct world *w = plenty();
	u32 before = used_pages(w->run.mm);

	play(w, write_op(H, 0, 2));
	on(w, OP_FREE, H, 0);
	assert_int_equal(used_pages(w->run.mm), before);
	play(w, write_op(H + 10, 0, 0));
	assert_int_equal(w->run.stats.folios_absorbed, 0);
	assert_int_equal(used_pages(w->run.mm), before + 1);
	world_done(w, __func__);
}

TEST(a_folio_in_its_place_is_not_its_own)
{
	struct world *w = plenty();
	struct op other = write_op(H + 10, 0, 2);
	u32 pfn;

	other.pid = USER + 1;
	play(w, write_op(H, 0, 2));
	pfn = w->mo.map[H];
	on(w, OP_FREE, H, 0);
	play(w, other);
	assert_int_equal(w->mo.map[H + 10], pfn);
	play(w, write_op(H + 20, 0, 0));
	assert_int_equal(w->run.stats.folios_absorbed, 0);
	world_done(w, __func__);
}

TEST(an_operation_that_failed_in_the_trace_costs_its_attempts)
{
	struct world *w = only_order("vanilla", 1, 32);
	u32 before = used_pages(w->run.mm);
	struct op op = write_op(H_NONE, 0, 3);

	op.type = OP_ALLOC_FAILED;
	play(w, op);
	assert_int_equal(writes(w)->attempts[3], 1);
	assert_int_equal(writes(w)->attempts[2], 1);
	assert_int_equal(writes(w)->obtained[1], 1);
	assert_int_equal(used_pages(w->run.mm), before);
	world_done(w, __func__);
}
