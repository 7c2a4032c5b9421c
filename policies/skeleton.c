// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy to start from. It takes over one decision: when a free page of another type is found,
 * is the pageblock around it claimed for the type of the request, or only that page stolen?
 * Vanilla claims what is at least half free or alike; here the share is a tunable.
 *
 *	cp policies/skeleton.c policies/mine.c		# and rename "skeleton" in it
 *	make policies/mine.so
 *	fragreplay run RECORDING -p vanilla -p policies/mine.so,claim_percent=75
 *
 * Outside of the source tree one line does what make does, against the installed header alone:
 *
 *	cc -shared -fPIC -O2 -o mine.so mine.c
 *
 * Every decision, and where it stands in the kernel, is in fragreplay/policy_hooks.h, and
 * doc/policies.md works one patch through; `fragreplay policies ./mine.so` shows what this file
 * says of itself.
 */
#include <fragreplay/policy.h>

/*
 * One of these for each model: policies run in threads, and with --seeds many times. So no
 * variable of the file may hold state, and mm_random_u64() is the only chance there is. It comes
 * zeroed, with the tunables at what the user gave or at their defaults.
 */
struct skeleton {
	u32 claim_percent;
	u64 claimed, refused;
};

/*
 * What -p skeleton,claim_percent=75 sets. A number has both bounds, which are checked for it; the
 * other types are TUNABLE_BOOL (a bool), TUNABLE_REAL (a double) and TUNABLE_ENUM (a u32).
 */
static const struct policy_tunable tunables[] = {
	{ .name = "claim_percent", .type = TUNABLE_UINT, .def = "50", .min = 0, .max = 100,
	  .offset = offsetof(struct skeleton, claim_percent),
	  .doc = "share of a block that must be free or alike for the block to be claimed" },
	{ 0 }
};

/* What the report shows as "policy_counters". */
static const struct policy_counter counters[] = {
	{ .name = "claimed", .offset = offsetof(struct skeleton, claimed),
	  .doc = "blocks that were enough free or alike, and changed their type" },
	{ .name = "refused", .offset = offsetof(struct skeleton, refused),
	  .doc = "blocks that were not" },
	{ 0 }
};

/*
 * The decision. A hook that only wants to look at some cases returns vanilla_claim_block() of the
 * same arguments for the others; there is such a function for every decision.
 */
static bool claim_block(const struct mm *mm, u32 pfn, u8 mt, u32 nr_free, u32 alike)
{
	struct skeleton *s = mm_policy_priv(mm);
	bool claim = 100 * (nr_free + alike) >= s->claim_percent * pageblock_nr_pages;

	(void)pfn;
	(void)mt;
	s->claimed += claim;
	s->refused += !claim;
	return claim;
}

/* Whatever is not named here stays vanilla's. */
FRAGREPLAY_POLICY(skeleton) = {
	.abi = FRAGREPLAY_POLICY_ABI,
	.name = "skeleton",
	.doc = "vanilla, with the share of a pageblock that lets it be claimed as a tunable",
	.priv_size = sizeof(struct skeleton),
	.tunables = tunables,
	.counters = counters,
	.claim_block = claim_block,
};
