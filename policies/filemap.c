// SPDX-License-Identifier: GPL-2.0-only
/*
 * How buffered writes ask for large folios: the variants of the thread "iomap: avoid compaction
 * for costly folio order allocation" (linux-mm, April to June 2026). None was merged.
 *
 * A write asks for the order it could use (the hint) and steps down an order at a time until it
 * gets a folio. Each variant is a layer over a policy, chosen by filemap=.
 */
#include "table.h"

/* 7.3.4: above the mapping's minimum order the attempt may fail, and quietly */
static gfp_t base_gfp(struct mm *mm, gfp_t gfp, u32 hint, u32 order, u32 min)
{
	return vanilla_filemap_gfp(mm, gfp, hint, order, min);
}

/*
 * Salvatore Dipietro, 3 April: a write that could use a costly order does not reclaim at all, not
 * even for the small folios it steps down to.
 */
static gfp_t dipietro_gfp(struct mm *mm, gfp_t gfp, u32 hint, u32 order, u32 min)
{
	if (hint > PAGE_ALLOC_COSTLY_ORDER)
		gfp &= ~__GFP_DIRECT_RECLAIM;
	return vanilla_filemap_gfp(mm, gfp, hint, order, min);
}

/* Matthew Wilcox, 4 April: any large folio is a try for free. */
static gfp_t wilcox_gfp(struct mm *mm, gfp_t gfp, u32 hint, u32 order, u32 min)
{
	(void)mm;
	(void)hint;
	return order > min ? (gfp & ~__GFP_DIRECT_RECLAIM) | __GFP_NOWARN : gfp;
}

/* Ritesh Harjani: ... only a costly one; the others reclaim once as before. */
static gfp_t harjani_gfp(struct mm *mm, gfp_t gfp, u32 hint, u32 order, u32 min)
{
	if (order > PAGE_ALLOC_COSTLY_ORDER)
		return wilcox_gfp(mm, gfp, hint, order, min);
	return vanilla_filemap_gfp(mm, gfp, hint, order, min);
}

/*
 * 6 May: in the allocator, for whoever asks for a costly order and would rather fail: kcompactd
 * is woken instead.
 */
static bool kcompactd_gives_up_early(struct mm *mm, const struct alloc_context *ac, u32 order)
{
	if (order <= PAGE_ALLOC_COSTLY_ORDER || !(ac->gfp & __GFP_NORETRY))
		return false;
	wakeup_kcompactd(mm, order, ac->highest_zoneidx);
	return true;
}

static const struct policy_ops base = {
	.name = "base",
	.doc = "as 7.3.4: every order above the minimum may reclaim and compact once, and fail",
	.filemap_gfp = base_gfp,
};

static const struct policy_ops dipietro = {
	.name = "dipietro",
	.doc = "a write that could use a costly order never reclaims or compacts itself",
	.filemap_gfp = dipietro_gfp,
};

static const struct policy_ops wilcox = {
	.name = "wilcox",
	.doc = "no attempt above the minimum order reclaims or compacts",
	.filemap_gfp = wilcox_gfp,
};

static const struct policy_ops harjani = {
	.name = "harjani",
	.doc = "no attempt of a costly order reclaims or compacts; smaller ones do once",
	.filemap_gfp = harjani_gfp,
};

static const struct policy_ops kcompactd = {
	.name = "kcompactd",
	.doc = "the allocator wakes kcompactd and fails any costly __GFP_NORETRY request",
	.gives_up_early = kcompactd_gives_up_early,
};

const struct policy_ops *const filemap_variants[] = {
	&base, &dipietro, &harjani, &wilcox, &kcompactd, NULL
};
