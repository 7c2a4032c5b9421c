// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a kernel version does differently. It all stands here, so that no other file compares
 * versions.
 *
 * Read from source: 6.1.192, 6.12.117, 7.2.13, 7.3.4. Lines marked [inferred] lie between two
 * trees that were read; the source of the guess stands beside them.
 */
#include <string.h>

#include "internal.h"

/*
 * c2f6ea38fc1b and 90abee6d7895, which speeds up what the first made slow, came together: into
 * 6.15, and on 18 May 2025 into 6.14.7 [mail: its list of changes] and 6.12.29 [inferred: posted
 * for 6.12 on 8 May; 6.12.117, which was read, has both]. 6.11 and 6.13 had ended by then.
 */
static bool has_fallback_fixes(u32 v)
{
	return v >= KERNEL(6, 15, 0) || (v >= KERNEL(6, 14, 7) && v < KERNEL(6, 15, 0)) ||
	       (v >= KERNEL(6, 12, 29) && v < KERNEL(6, 13, 0));
}

static void features_freelists(struct kernel_features *k, u32 v)
{
	k->freelist_hygiene = v >= KERNEL(6, 10, 0);
	k->claim_steal_split = v >= KERNEL(6, 10, 0);
	k->steal_biggest_buddy = v >= KERNEL(6, 10, 0) && !has_fallback_fixes(v);
	k->rmqueue_mode_cache = has_fallback_fixes(v);
}

static void features_pcp(struct kernel_features *k, u32 v)
{
	k->pcp_auto_tune = v >= KERNEL(6, 7, 0);
	/*
	 * [inferred] "mm: pcp: increase pcp->free_count threshold to trigger free_high", April
	 * 2025: 6.12 is without it, and 6.18's recordings end with per-CPU lists as long as it
	 * leaves them
	 */
	k->pcp_free_high_min = v >= KERNEL(6, 16, 0);
	/* [inferred] by 7.0; first seen in 7.2 */
	k->pcp_free_chunked = v >= KERNEL(7, 0, 0);
}

static void features_watermarks(struct kernel_features *k, u32 v)
{
	k->alloc_harder = v < KERNEL(6, 3, 0);	/* __GFP_HIGH rework of 6.3 */
	/* [inferred] 6.1 shares, 6.12 does not */
	k->movable_zone_share = v < KERNEL(6, 10, 0);
	k->highatomic_free_count = v >= KERNEL(6, 12, 0);
	k->highatomic_fastpath = v >= KERNEL(7, 3, 0);
	/*
	 * [inferred] "don't increase highatomic reserve after pcp alloc", mailed in March 2026,
	 * between 7.0 and 7.1; 6.12 is without it, 7.2 has it
	 */
	k->highatomic_reserve_buddy = v >= KERNEL(7, 1, 0);
	/* [inferred] 6.1 not, 6.12 yes */
	k->highatomic_aligned_limit = v >= KERNEL(6, 8, 0);
}

static void features_compaction(struct kernel_features *k, u32 v)
{
	k->compact_large_folios = v >= KERNEL(6, 9, 0);
	k->compact_wmark_from_caller = v >= KERNEL(6, 15, 0);
	k->compact_gap_capped = v >= KERNEL(7, 2, 0);
	k->compact_early_bailout = v < KERNEL(7, 0, 0);
	k->compact_stall_on_deferred = v < KERNEL(7, 0, 0);
	/* [inferred] June 2026's series reached 7.2 as a back-port; 7.2.13 has it */
	k->compact_source_order9 = v >= KERNEL(7, 2, 13);
	k->capture_extfrag = v >= KERNEL(6, 15, 0);
	k->proactive_leeway_7x = v >= KERNEL(7, 0, 0);	/* [inferred] 6.12 not, 7.2 yes */
}

static void features_reclaim(struct kernel_features *k, u32 v)
{
	k->lru_gen = v >= KERNEL(6, 12, 0);	/* built but off in Debian's 6.1 */
	k->lru_gen_count_down = v >= KERNEL(6, 14, 0);	/* rework workingset protection */
	k->lru_gen_bounded_batch = v >= KERNEL(6, 17, 0);	/* from 6.18's recording */
	/* "mm/mglru: improve reclaim loop and dirty folio"; 7.3's recordings show its effects */
	k->lru_gen_exact_loop = v >= KERNEL(7, 2, 0);
	k->proactive_counted = v >= KERNEL(6, 5, 0);	/* 6.1's recording: no; 6.6: yes */
	k->lru_rotation_cost = v >= KERNEL(6, 2, 0);	/* "make rotations a secondary factor" */
	k->swap_large_folio = v >= KERNEL(6, 12, 0);	/* 6.1's recording splits */
	k->swap_zeromap = v >= KERNEL(6, 12, 0);	/* 0ca0c24e3211, e7ac4daeed91 */
	/*
	 * [inferred] mails: slabs in the series of swap tables, a page each from "use a single page
	 * for swap table when the size fits" on, both September 2025; 6.18's and 7.3's recordings
	 * show the page
	 */
	k->swap_table_alloc = v >= KERNEL(6, 18, 0);
	k->memcg_full_walk = v >= KERNEL(6, 12, 0);
	k->khugepaged_reclaim_stat = v >= KERNEL(6, 2, 0);
	k->hopeless_until_balanced = v >= KERNEL(7, 0, 0);
}

/**
 * kernel_features_set - select a kernel version's behavior
 * @k: filled in whole, ->lru_gen with Debian's default for the version
 * @version: as kernel_version_parse() returns it; 0 selects KERNEL_NEWEST
 */
void kernel_features_set(struct kernel_features *k, u32 version)
{
	u32 v = version ? version : KERNEL_NEWEST;

	memset(k, 0, sizeof(*k));
	k->version = v;
	features_freelists(k, v);
	features_pcp(k, v);
	features_watermarks(k, v);
	features_compaction(k, v);
	features_reclaim(k, v);
}

struct feature_entry {
	const char *name, *doc;
	size_t offset;
};

static const struct feature_entry features[] = {
#define X(name, doc) { #name, doc, offsetof(struct kernel_features, name) },
	KERNEL_FEATURES(X)
#undef X
};

#define NR_FEATURES	(sizeof(features) / sizeof(features[0]))

/**
 * kernel_feature - find a feature by its name
 * @k: features
 * @name: as KERNEL_FEATURES has it
 *
 * Return: the feature's switch; NULL if there is none of that name.
 */
bool *kernel_feature(struct kernel_features *k, const char *name)
{
	for (size_t i = 0; i < NR_FEATURES; i++)
		if (!strcmp(features[i].name, name))
			return (bool *)((char *)k + features[i].offset);
	return NULL;
}

/**
 * kernel_feature_name - get the name of a feature
 * @i: 0, 1, ...
 * @doc: set to a line about it
 *
 * Return: its name; NULL past the last.
 */
const char *kernel_feature_name(unsigned int i, const char **doc)
{
	if (i >= NR_FEATURES)
		return NULL;
	*doc = features[i].doc;
	return features[i].name;
}
