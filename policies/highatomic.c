// SPDX-License-Identifier: GPL-2.0-only
/*
 * "mm/page_alloc: skip high atomic reservation at or below costly order" (JP Kobryn, linux-mm,
 * 18 May 2026).
 *
 * A high-order atomic request that gets its page on the slow path turns the pageblock around it
 * into one of MIGRATE_HIGHATOMIC, up to a percent of the zone. Nothing but such requests can use
 * what is free there, so that an order-1 request of a network driver takes a whole block from huge
 * pages. With the patch, requests up to PAGE_ALLOC_COSTLY_ORDER reserve nothing.
 *
 * doc/policies.md shows how this file came from the patch; doc/published-columns.md has the figures
 * that were mailed with it.
 */
#include <fragreplay/policy.h>

struct highatomic {
	u64 skipped;
};

static const struct policy_counter counters[] = {
	{ .name = "skipped", .offset = offsetof(struct highatomic, skipped),
	  .doc = "pages of a small order whose block vanilla would have tried to reserve" },
	{ 0 }
};

static bool reserve_highatomic(const struct mm *mm, const struct zone *z, u32 pfn, u32 order)
{
	struct highatomic *h = mm_policy_priv(mm);
	bool reserve = vanilla_reserve_highatomic(mm, z, pfn, order);

	if (order > PAGE_ALLOC_COSTLY_ORDER)
		return reserve;
	h->skipped += reserve;
	return false;
}

FRAGREPLAY_POLICY(highatomic) = {
	.abi = FRAGREPLAY_POLICY_ABI,
	.name = "highatomic",
	.doc = "vanilla, but requests up to order 3 reserve no block for high-order atomic ones",
	.priv_size = sizeof(struct highatomic),
	.counters = counters,
	.reserve_highatomic = reserve_highatomic,
};
