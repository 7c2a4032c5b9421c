/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rows of the published table of defrag_mode (Weiner, 13 Mar 2025, cover letter: vanilla
 * against wmarks), with the few that its discussion adds; and how far the same load differs from
 * run to run.
 */
#include "check_ab.h"

/*
 * Below this many of both a ratio says nothing (compact_fail of two equal runs: 10 and 1). Pages
 * are reclaimed and migrated by clusters of 32, so ten such are as few: one direct reclaim was all
 * that made pgscan_direct of two equal runs 44 and 0.
 */
#define FEW		10
#define FEW_PAGES	(FEW * SWAP_CLUSTER_MAX)

/*
 * Largest ratio between two real runs of 7.3.4 with the same load, seed, memory and defrag_mode.
 * Source: README of the reference recordings, "Spread: the same run twice", mixed and storm under
 * either mode, rows that are not few on both sides; the pair that sets the limit is named. Its
 * prose rounds these: totals 5 %, direct scanning and stalls 1.8, compaction 3, THP 12 points.
 */
static const struct ab_spread totals = { "totals", false, 1.052,
					 FEW_PAGES },	   /* pgscan_kswapd 909736, 865364 */
	refaults = { "refaults", false, 1.171, FEW },	   /* workingset_refault_file 2238, 1912 */
	direct = { "direct", false, 1.859, FEW_PAGES },	   /* pgscan_direct 49887, 92704 */
	stalls = { "stalls", false, 1.859, FEW },	   /* as direct: they are what scans */
	movable = { "stalls_movable", false, 2.143, FEW }, /* allocstall_movable 169, 362 */
	compact = { "compaction", false, 3.077, FEW },	   /* compact_stall 40, 13 */
	scanner = { "scanners", false, 3.077, FEW_PAGES }, /* as compaction */
	/* no run was repeated with its trace: taken to be as wide as what is widest */
	extfrag = { "extfrag", false, 3.077, FEW },
			      thp = { "thp", true, 12.2, 0 }; /* storm-d0: 520 and 276 of 2000 */

#define PLUS(n, ...) .nr_plus = n, .plus = { __VA_ARGS__ }
#define MINUS(n, ...) .nr_minus = n, .minus = { __VA_ARGS__ }
#define ONE(counter, class) \
	{ .name = #counter, .spread = &class, PLUS(1, VM_##counter) }
#define SHARE(counter, rest)                                                               \
	{                                                                                  \
		.name = #counter, .kind = AB_SHARE, .spread = &thp, PLUS(1, VM_##counter), \
		MINUS(1, VM_##rest)                                                        \
	}
#define RATE(text, good, bad)                                                         \
	{                                                                             \
		.name = text, .kind = AB_RATE, PLUS(1, VM_##good), MINUS(1, VM_##bad) \
	}
#define SUM(text, class, a, b) \
	{ .name = text, .spread = &class, PLUS(2, VM_##a, VM_##b) }
#define DIRECT(what) \
	{ .name = "compact_direct_" #what "_scanned", .spread = &scanner, \
	  PLUS(1, VM_compact_##what##_scanned), MINUS(1, VM_compact_daemon_##what##_scanned) }
#define EXTFRAG(text, class)                                                           \
	{                                                                              \
		.name = text, .kind = AB_EXTFRAG, .spread = &extfrag, .extfrag = class \
	}

const struct ab_metric ab_metrics[] = {
	/* not judged: more of it is more work, which is the load's doing and not the policy's */
	{ .name = "pgalloc",
	  PLUS(4, VM_pgalloc_dma, VM_pgalloc_dma32, VM_pgalloc_normal, VM_pgalloc_movable) },
	SHARE(thp_fault_alloc, thp_fault_fallback),
	SHARE(thp_fault_fallback, thp_fault_alloc),
	RATE("thp_success_rate", thp_fault_alloc, thp_fault_fallback),
	ONE(compact_fail, compact),
	ONE(compact_success, compact),
	RATE("compact_success_rate", compact_success, compact_fail),
	ONE(compact_daemon_wake, compact),
	ONE(compact_daemon_migrate_scanned, scanner),
	ONE(compact_daemon_free_scanned, scanner),
	DIRECT(migrate),
	DIRECT(free),
	ONE(compact_migrate_scanned, scanner),
	ONE(compact_free_scanned, scanner),
	{ .name = "allocstall",
	  .spread = &stalls,
	  PLUS(4, VM_allocstall_dma, VM_allocstall_dma32, VM_allocstall_normal,
	       VM_allocstall_movable) },
	ONE(allocstall_normal, stalls),
	ONE(allocstall_movable, movable),
	ONE(pgscan_kswapd, totals),
	ONE(pgsteal_kswapd, totals),
	ONE(pgscan_direct, direct),
	ONE(pgsteal_direct, direct),
	SUM("pgscan", totals, pgscan_kswapd, pgscan_direct),
	SUM("pgsteal", totals, pgsteal_kswapd, pgsteal_direct),
	ONE(pswpout, totals),
	ONE(pswpin, totals),
	ONE(workingset_refault_file, refaults),
	EXTFRAG("extfrag_steal", EXTFRAG_STEAL),
	EXTFRAG("extfrag_claim_part", EXTFRAG_CLAIM_PART),
	EXTFRAG("extfrag_claim_block", EXTFRAG_CLAIM_BLOCK),
};

const unsigned int nr_ab_metrics = sizeof(ab_metrics) / sizeof(ab_metrics[0]);
_Static_assert(sizeof(ab_metrics) / sizeof(ab_metrics[0]) <= MAX_AB_METRICS,
	       "struct ab has too few rows");
