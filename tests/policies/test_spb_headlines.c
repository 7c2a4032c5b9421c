// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two of the results that the author of superpageblocks reports, on machines small enough to look
 * at, with and without the rule that made the difference. doc/spb.md, "Published figures"; the
 * stale stamps are in test_spb_work.c.
 */
#include "spb_work_machine.h"

#define ORDER_8		12u

/* --- claims refused: movable pages strewn over tainted superpageblocks ----------------------- */

#define REFUSED_TAINTED	8u
#define REFUSED_REQUESTS	2000u

struct refused_claims {
	u64 attempts, refused, claimed, borrowed, polluted;
};

static u64 blocks_with_kernel_pages(const struct mm *mm, u32 superpageblocks)
{
	u64 n = 0;

	for (u32 i = 0; i < superpageblocks; i++)
		n += sb(mm, i)->nr_unmovable;
	return n;
}

/*
 * Eight tainted superpageblocks without a free pageblock, of whose pages an eighth are free on
 * movable lists, a quarter of each movable block: 7168. Little kernel requests follow.
 */
static struct refused_claims refused_claims(const char *args)
{
	char drawn[REFUSED_TAINTED * 9 + 64] = "";
	struct mm *mm;
	struct refused_claims r;
	u64 before;

	for (u32 i = 0; i < REFUSED_TAINTED; i++)
		strcat(drawn, "uqqqqqqq ");
	strcat(drawn, "mmmmmmmm mmmmmmmm ........ ........");
	mm = spb_machine(ORDER_8, drawn, args);
	before = blocks_with_kernel_pages(mm, REFUSED_TAINTED);
	for (u32 i = 0; i < REFUSED_REQUESTS; i++)
		assert_in_range(alloc_pages(mm, GFP_ATOMIC, 0), 0, BLOCK(8 * REFUSED_TAINTED) - 1);
	whole(mm, "refused claims");
	r.refused = spb(mm)->c.refused[SPB_REFUSED_INSUFFICIENT];
	r.claimed = spb(mm)->c.outcome[SPB_CLAIMED_PART];
	r.attempts = r.refused + r.claimed;
	r.borrowed = spb(mm)->c.outcome[SPB_BORROWED_MOVABLE];
	r.polluted = blocks_with_kernel_pages(mm, REFUSED_TAINTED) - before;
	spb_done(mm);
	return r;
}

static void print_refused_claims(const char *what, const struct refused_claims *r)
{
	print_message("# refused claims: %-22s %llu of %llu claims refused, %llu pages borrowed, "
		      "%llu more blocks with kernel pages\n", what, (unsigned long long)r->refused,
		      (unsigned long long)r->attempts, (unsigned long long)r->borrowed,
		      (unsigned long long)r->polluted);
}

TEST(the_half_full_rule_refuses_what_tainted_superpageblocks_have)
{
	struct refused_claims off = refused_claims("relaxed_claim=off,hot_triggers=off");
	struct refused_claims on = refused_claims("hot_triggers=off");

	print_refused_claims("half of a block must suit:", &off);
	print_refused_claims("any block is claimed:", &on);
	assert_true(off.refused >= REFUSED_REQUESTS);
	assert_int_equal(off.claimed, 0);
	assert_true(off.borrowed >= REFUSED_REQUESTS);
	assert_int_equal(on.refused, 0);
	assert_int_equal(on.borrowed, 0);
	/* 128 free pages a block; per-CPU lists hold some more */
	assert_in_range(on.claimed, REFUSED_REQUESTS / 128, REFUSED_REQUESTS / 128 + 4);
	assert_true(on.polluted < off.polluted);
}

/* --- a mixed load under memory pressure ------------------------------------------------------- */

#define MIXED_PAGES	65536u

struct mixed_load {
	u32 fresh, blocks;	/* clean superpageblocks that the kernel got into, and blocks */
	u64 dropped;
};

struct load {
	struct mm *mm;
	u32 kernel[MIXED_PAGES], nr_kernel;
	u32 anon[MIXED_PAGES], nr_anon;
	bool oom;
};

static void evicted(void *ctx, u32 owner, u32 pfn, bool anon)
{
	(void)ctx;
	(void)owner;
	(void)pfn;
	assert_false(anon);
}

static void kernel_page(struct load *l, gfp_t gfp, u32 order)
{
	u32 pfn = alloc_pages(l->mm, gfp, order);

	if (pfn == PFN_NONE) {
		l->oom = true;
		return;
	}
	l->kernel[l->nr_kernel++] = pfn;
}

static void kernel_page_freed(struct load *l)
{
	u32 i = (u32)(mm_random(l->mm) % l->nr_kernel), pfn = l->kernel[i];

	l->kernel[i] = l->kernel[--l->nr_kernel];
	free_pages(l->mm, pfn, l->mm->page[pfn].order);
}

/* page cache: what reclaim may drop */
static void file_page(struct load *l)
{
	u32 pfn = alloc_pages(l->mm, GFP_HIGHUSER_MOVABLE, 0);

	if (pfn == PFN_NONE)
		return;
	l->mm->page[pfn].kind = PK_FILE;
	folio_add_lru(l->mm, pfn, LRU_READ);
}

static void metadata(struct load *l)
{
	static const u32 orders[8] = { 0, 0, 0, 0, 0, 1, 2, 3 };
	u32 order = orders[mm_random(l->mm) % 8];
	gfp_t gfp = GFP_KERNEL | (mm_random(l->mm) % 3 ? __GFP_RECLAIMABLE : 0);

	kernel_page(l, gfp, order);
}

/* a millisecond: files are read, and some of what the kernel keeps of files comes and goes */
static void step(struct load *l)
{
	for (u32 i = 0; i < 6; i++)
		file_page(l);
	metadata(l);
	kernel_page_freed(l);
}

/* many files are opened at once */
static void burst(struct load *l, u32 nr)
{
	while (nr--)
		metadata(l);
}

static struct mixed_load mixed_load(const char *args, u64 seed)
{
	struct mm *mm = spb_machine(ORDER_8,
				    "uuuuffff rrrrffff uuuuffff rrrrffff uuuuffff rrrrffff "
				    "uuuuffff rrrrffff ffffffff ffffffff ffffffff ffffffff "
				    "ffffffff fffff... ffff.... ........", args);
	struct load *l = calloc(1, sizeof(*l));
	struct mixed_load r = { 0 };
	u32 i;

	l->mm = mm;
	mm->rng = seed;
	mm->driver.evicted = evicted;
	for (i = NR_WMARK; i-- > 0;)
		normal(mm)->_watermark[i] = 512 + 128 * i;
	for (i = 0; i < 3000; i++) {
		step(l);
		if (i % 500 == 0)
			burst(l, 900);
		kswapd_run(mm, mm->now_ns + MSEC(1));
		kcompactd_run(mm, mm->now_ns + MSEC(1));
		policy_call(mm, on_background, mm->now_ns + MSEC(1));
		mm->now_ns += MSEC(1);
		if (i % 100 == 0)
			whole(mm, "mixed load");
	}
	assert_false(l->oom);
	for (i = 8; i < spbs(mm)->nr; i++) {
		u32 n = sb(mm, i)->nr_unmovable + (u32)sb(mm, i)->nr_reclaimable;

		r.fresh += n != 0;
		r.blocks += n;
	}
	r.dropped = spb(mm)->c.dropped_nofragment;
	free(l);
	spb_done(mm);
	return r;
}

static void print_mixed_load(u64 seed, const char *what, const struct mixed_load *r)
{
	print_message("# mixed load, seed %llu, %s first: %u clean superpageblocks tainted, "
		      "%u kernel "
		      "blocks in them\n", (unsigned long long)seed, what, r->fresh, r->blocks);
}

/* the author saw 2 to 3, of 7 to 8 blocks each, and none */
TEST(clean_superpageblocks_stay_so_if_reclaim_comes_first)
{
	u32 most = 0;
	u64 seed;

	for (seed = 1; seed <= 5; seed++) {
		struct mixed_load off = mixed_load("prefer_reclaim=off", seed);
		struct mixed_load on = mixed_load("", seed);

		print_mixed_load(seed, "tainting", &off);
		print_mixed_load(seed, "reclaim", &on);
		assert_int_equal(on.fresh, 0);
		assert_int_equal(on.dropped, 0);
		assert_in_range(off.fresh, 1, 3);
		most = off.fresh > most ? off.fresh : most;
	}
	assert_in_range(most, 2, 3);
}
