// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policy "spb": its tunables, its counters, and which function makes which decision. What it
 * does is in spb.h in short and in doc/spb.md at length, versions included.
 */
#include <stdio.h>

#include "spb.h"

static const char *const select_names[] = { "lists", "bitmap", NULL };

#define TUNABLE(member) .name = #member, .offset = offsetof(struct spb, member)
#define SWITCH(member, on, text) \
	{ TUNABLE(member), .type = TUNABLE_BOOL, .def = on, .doc = text }

static const struct policy_tunable tunables[] = {
	{ TUNABLE(version), .type = TUNABLE_UINT, .def = "2", .min = 1, .max = 2,
	  .doc = "the series of 20 May 2026; 1: that of 30 April, without what it had for clean"
		 " superpageblocks" },
	{ TUNABLE(order), .type = TUNABLE_UINT, .def = "18", .min = MAX_PAGE_ORDER, .max = 24,
	  .doc = "pages of a superpageblock, as a power of two; 18, as posted: 1 GiB" },
	{ TUNABLE(select), .type = TUNABLE_ENUM, .def = "lists", .values = select_names,
	  .doc = "how a superpageblock is found: in lists by fullness, as posted; or in bitmaps,"
		 " as its author sketched on 29 June 2026" },
	SWITCH(hot_triggers, "on",
	       "allocations from tainted superpageblocks start their defrag, and so does the walk"
	       " that found nothing in them; v1 43/45, v2 28/40"),
	SWITCH(relaxed_claim, "on",
	       "in tainted superpageblocks a block is claimed whatever it holds; v1 25/45"),
	SWITCH(prefer_reclaim, "on",
	       "a request that can reclaim does so before it taints a clean superpageblock; v2"
	       " 20/40"),
	SWITCH(hints, "on",
	       "where the last request of an order and type was served is tried first; v2 31/40"),
	SWITCH(hint_checks_category, "off",
	       "only if it is of the right category still; as posted it is not asked"),
	SWITCH(highatomic_converts, "on",
	       "high-order atomic requests may convert blocks beside their reserve, uncounted, as"
	       " posted"),
	SWITCH(split_marks_both_used, "on",
	       "the free half of a split chunk of two blocks counts as used, as posted"),
	SWITCH(whole_first, "on",
	       "a request breaks a whole free block of its type before it takes what is left of"
	       " another, as posted; off: the smallest chunk that will do"),
	SWITCH(faithful_boot, "off",
	       "blocks of boot memory count as movable, as in the kernel, though nothing can move"
	       " them"),
	SWITCH(pcp_buddy, "on",
	       "per-CPU lists that own pageblocks, which the series is based on; off: the replayed"
	       " kernel's"),
	SWITCH(drop_clean_cache, "off",
	       "evacuation drops clean page cache instead of moving it, as in the kernel"),
	{ TUNABLE(p_fail), .type = TUNABLE_REAL, .def = "0", .min = 0, .max = 1,
	  .doc = "share of the pages that evacuation fails to move; of real systems not known" },
	{ TUNABLE(evac_block_us), .type = TUNABLE_REAL, .def = "1000", .min = 0, .max = 1e6,
	  .doc = "time that the worker takes to evacuate a pageblock, us; not known" },
	{ TUNABLE(slab_free_pages), .type = TUNABLE_UINT, .def = "0", .min = 0, .max = 1e6,
	  .doc = "pages that a slab shrink frees, of those that the recorded kernel's shrinkers"
		 " freed; 0: shrinks are only counted" },
	{ TUNABLE(cooldown_s), .type = TUNABLE_REAL, .def = "5", .min = 0, .max = 1e6,
	  .doc = "a superpageblock whose defrag made no progress is left alone for as long, s; as"
		 " posted 5" },
	{ TUNABLE(aggressive_threshold), .type = TUNABLE_UINT, .def = "8", .min = 0, .max = 1e6,
	  .doc = "with more superpageblocks than this in the zone, a claim in a preferred one"
		 " takes chunks of any order; as posted 8" },
	{ 0 }
};

#define COUNTER(member, text) { .name = #member, .offset = offsetof(struct spb, c.member), \
	.doc = text }

static const struct policy_counter counters[] = {
	COUNTER(spb_highorder_refused, "optional requests refused, since tainted superpageblocks"
		" had free pages; /proc/vmstat"),
	COUNTER(spb_slab_shrink_queued, "slab shrinks queued; /proc/vmstat"),
	COUNTER(spb_slab_shrink_ran, "slab shrinks run; /proc/vmstat"),
	COUNTER(taints, "superpageblocks that got their first kernel page"),
	COUNTER(claims, "pageblocks claimed by kernel requests outside the walk"),
	COUNTER(claims_tainting, "of these, in clean or empty superpageblocks"),
	COUNTER(steals, "single pages taken from another type's block"),
	COUNTER(dropped_nofragment, "requests let taint a superpageblock, nothing else having"
		" helped"),
	COUNTER(hint_cpu, "requests served where the CPU's last one was"),
	COUNTER(hint_zone, "requests served where the zone's last one was"),
	COUNTER(hint_stale, "hints that led nowhere"),
	COUNTER(cma_not_found, "CMA requests not served though their zone had free CMA pages"),
	{ 0 }
};

/*
 * The series assumes that free pages are on the list of their pageblock's type, and that a fallback
 * either converts a block or takes just the page. The recording of an older kernel is replayed as
 * if it had been such a kernel.
 */
static const struct {
	const char *name;
	bool on;
} features[] = {
	{ "freelist_hygiene", true },
	{ "claim_steal_split", true },
	{ "steal_biggest_buddy", false },
	{ "watermark_type_blind", true },
	{ "no_watermark_boost", true },
};

static int set_features(struct mm *mm)
{
	size_t i;
	int missing = 0;

	for (i = 0; i < sizeof(features) / sizeof(features[0]); i++)
		missing |= mm_feature_set(mm, features[i].name, features[i].on);
	return missing;
}

static int init(struct mm *mm, void *priv, char *err, size_t errlen)
{
	struct spb *s = priv;

	if (set_features(mm)) {
		snprintf(err, errlen, "this fragreplay lacks a feature of superpageblocks");
		return -1;
	}
	if (mm_split_free_lists(mm, s->order) || spb_state_init(s, mm)) {
		snprintf(err, errlen, "no memory for the superpageblocks");
		return -1;
	}
	/* switching it drains the per-CPU lists, which calls the hooks: so it comes last */
	if (!spb_work_init(s) && !mm_feature_set(mm, "pcp_buddy", s->pcp_buddy))
		return 0;
	spb_work_exit(s);
	spb_state_exit(s);
	snprintf(err, errlen, "no memory for jobs, or for per-CPU lists that own pageblocks");
	return -1;
}

static void exit_policy(struct mm *mm, void *priv)
{
	struct spb *s = priv;

	(void)mm;
	spb_work_exit(s);
	spb_state_exit(s);
}

static int check(struct mm *mm, void *priv, char *text, size_t len)
{
	(void)mm;
	return spb_check(priv, text, len);
}

FRAGREPLAY_POLICY(spb) = {
	.abi = FRAGREPLAY_POLICY_ABI,
	.name = "spb",
	.doc = "superpageblocks: kernel memory kept to few gigabytes, so that others stay whole",
	.priv_size = sizeof(struct spb),
	.tunables = tunables,
	.counters = counters,
	.init = init,
	.exit = exit_policy,
	.report = spb_report,
	.sample = spb_sample,
	.check = check,
	.rmqueue = spb_rmqueue,
	.rmqueue_highatomic = spb_rmqueue_highatomic,
	.freed_block_type = spb_freed_block_type,
	.pcp_refill = spb_pcp_refill,
	.alloc_flags = spb_alloc_flags,
	.direct_compact = spb_direct_compact,
	.last_resort = spb_last_resort,
	.alloc_contig = spb_alloc_contig,
	.compact_skips = spb_compact_skips,
	.on_chunk_taken = spb_on_chunk_taken,
	.on_chunk_isolated = spb_on_chunk_isolated,
	.on_region_list = spb_on_region_list,
	.on_free_contig = spb_on_free_contig,
	.on_compact_scanned = spb_on_compact_scanned,
	.on_background = spb_on_background,
};
