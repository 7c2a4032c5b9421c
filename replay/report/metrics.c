// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of metrics. Its rows for diff are those that mm cover letters carry, in their order
 * (Weiner, "mm: reliable huge page allocator", 13 Mar 2025).
 */
#include <fnmatch.h>
#include <math.h>
#include <string.h>

#include "metrics.h"
#include "base/vmstat.h"

static const struct {
	const char *name;
	double floor;
} units[NR_UNITS] = {
	[UNIT_NUMBER] = { "number", METRIC_FEW },
	[UNIT_PAGES] = { "pages", METRIC_FEW_PAGES },
	[UNIT_FAULTS] = { "faults", METRIC_FEW },
	[UNIT_HUGE_PAGES] = { "huge pages", METRIC_FEW },
	[UNIT_EVENTS] = { "events", METRIC_FEW },
	[UNIT_BLOCKS] = { "blocks", METRIC_FEW },
	[UNIT_BUDDIES] = { "free chunks", METRIC_FEW },
	[UNIT_PERCENT] = { "%", 1 },
	[UNIT_FRACTION] = { "fraction", 0.01 },
	[UNIT_NS] = { "ns", 1e6 },
	[UNIT_VISITS] = { "visits", 1 },
	[UNIT_FOLIOS] = { "folios", METRIC_FEW },
};

const char *const metric_better_name[] = {
	[NEITHER_IS_BETTER] = "neither",
	[LOWER_IS_BETTER] = "lower",
	[HIGHER_IS_BETTER] = "higher",
};

/*
 * How far equal real runs differ: pooled standard deviations within seven repeated loads, 20 runs
 * in all, of the lab's storm, always and mixed loads on kernels 6.1, 6.18 and 7.3; each class has
 * the root mean square of its metrics' own, which stand beside it.
 */
#define SPREAD(id, text, deviation) \
	static const struct metric_spread id = { .name = text, .sd = deviation }

SPREAD(allocated, "allocated", 0.02); /* pgalloc 0.019, pgfree 0.018 */
SPREAD(totals, "totals", 0.20);	      /* pgsteal 0.16, pgscan 0.29, pswpout 0.18, pswpin 0.16 */
SPREAD(direct, "direct", 0.63);	      /* pgscan_direct 0.68, pgsteal_direct 0.57, khugepaged 0.62 */
SPREAD(stalls, "stalls", 0.38);	      /* allocstall 0.35, _normal 0.35, _movable 0.43 */
SPREAD(events, "events", 0.14);	      /* compact_stall 0.12, _fail 0.13, daemon_wake 0.18 */
SPREAD(scanner, "scanners", 0.50);    /* migrate 0.52, free 0.43, of kcompactd 0.51, 0.56 */
SPREAD(migrated, "migrated", 0.26);   /* pgmigrate_success 0.26, compact_isolated 0.26 */
SPREAD(unmovable, "unmovable", 0.53); /* pgmigrate_fail 0.53 */
SPREAD(refaults, "refaults", 0.41);   /* workingset_refault_file 0.41 */
SPREAD(aging, "aging", 0.56);	      /* workingset_activate, _restore 0.31 .. 0.89 */
/* No run was repeated with its trace: this is taken to be as wide as what scans. */
SPREAD(extfrag, "extfrag", 0.50);
/* storm-d0 of 6.18: 30 to 50 % in five runs */
static const struct metric_spread thp = { .name = "thp", .points = true, .sd = 9.7 };

#define HIGHER		HIGHER_IS_BETTER
#define LOWER		LOWER_IS_BETTER
#define NEITHER		NEITHER_IS_BETTER
#define ROW		METRIC_ROW
#define AGAINST		METRIC_AGAINST
#define SAMPLE		METRIC_SAMPLE

#define READ		.kind = METRIC_READ
#define SUM(...)	.kind = METRIC_SUM, .plus = { __VA_ARGS__ }
#define LESS(...)	.minus = { __VA_ARGS__ }
#define RATE(good, bad)	.kind = METRIC_RATE, .plus = { good }, .minus = { bad }
#define STATE(place)	.kind = METRIC_STATE, .plus = { place }
#define JUDGED(class)	.spread = &class
/* Machines have few blocks of 1 GiB: one more or less is a change. */
#define GIGA(id, text, way) { id, text, UNIT_BLOCKS, way, ROW, .floor = 1 }
#define FAMILY(glob, unit, way, ...) { glob, NULL, unit, way, 0, READ, __VA_ARGS__ }
#define IN(glob, unit, way, where) { glob, NULL, unit, way, 0, .source = where }

const struct metric metrics[] = {
	/* More of it is more work, which is the load's doing and not the policy's: not judged. */
	{ "pgalloc", "Pages allocated", UNIT_PAGES, NEITHER, AGAINST,
	  SUM("pgalloc_dma", "pgalloc_dma32", "pgalloc_normal", "pgalloc_movable"),
	  JUDGED(allocated) },
	{ "thp_fault_alloc", "THP fault alloc", UNIT_FAULTS, HIGHER, ROW | AGAINST | SAMPLE, READ },
	{ "thp_fault_fallback", "THP fault fallback", UNIT_FAULTS, LOWER, ROW | AGAINST | SAMPLE,
	  READ },
	{ "thp_success_rate", "THP fault success rate %", UNIT_PERCENT, HIGHER, ROW | AGAINST,
	  RATE("thp_fault_alloc", "thp_fault_fallback"), JUDGED(thp), .headline = "THP success",
	  .curve = "THP faults that got a huge page", .about = "share of attempts" },
	{ "free_blocks", NULL, UNIT_BLOCKS, HIGHER, 0, STATE("free_blocks"),
	  .scale = 1.0 / pageblock_nr_pages, .curve = "Free pageblocks",
	  .about = "wholly free, 2 MiB each" },
	{ "unusable_index.order9", NULL, UNIT_PERCENT, LOWER, 0, STATE("unusable_index.order9"),
	  .scale = 100, .curve = "Unusable free memory",
	  .about = "share of it too scattered for order 9" },
	{ "compact_fail", "Direct compact fail", UNIT_EVENTS, LOWER, ROW | AGAINST,
	  JUDGED(events) },
	/* More of it may be more luck or more need. */
	{ "compact_success", "Direct compact success", UNIT_EVENTS, NEITHER, ROW | AGAINST,
	  JUDGED(events) },
	{ "compact_success_rate", "Direct compact success rate %", UNIT_PERCENT, HIGHER,
	  ROW | AGAINST, RATE("compact_success", "compact_fail") },
	{ "compact_daemon_wake", NULL, UNIT_EVENTS, LOWER, AGAINST | SAMPLE, JUDGED(events),
	  .curve = "Compact daemon wakes", .about = "compact_daemon_wake" },
	{ "pgmigrate_success", NULL, UNIT_PAGES, LOWER, SAMPLE, JUDGED(migrated),
	  .curve = "Pages migrated", .about = "pgmigrate_success" },
	{ "compact_daemon_migrate_scanned", "Compact daemon scanned migrate", UNIT_PAGES, LOWER,
	  ROW | AGAINST, JUDGED(scanner) },
	{ "compact_daemon_free_scanned", "Compact daemon scanned free", UNIT_PAGES, LOWER,
	  ROW | AGAINST, JUDGED(scanner) },
	{ "compact_direct_migrate_scanned", "Compact direct scanned migrate", UNIT_PAGES, LOWER,
	  ROW | AGAINST, SUM("compact_migrate_scanned"), LESS("compact_daemon_migrate_scanned"),
	  JUDGED(scanner), .headline = "direct compaction scans" },
	{ "compact_direct_free_scanned", "Compact direct scanned free", UNIT_PAGES, LOWER,
	  ROW | AGAINST, SUM("compact_free_scanned"), LESS("compact_daemon_free_scanned"),
	  JUDGED(scanner) },
	{ "compact_migrate_scanned", "Compact total migrate scanned", UNIT_PAGES, LOWER,
	  ROW | AGAINST, JUDGED(scanner) },
	{ "compact_free_scanned", "Compact total free scanned", UNIT_PAGES, LOWER, ROW | AGAINST,
	  JUDGED(scanner) },
	{ "allocstall", "Alloc stall", UNIT_EVENTS, LOWER, ROW | AGAINST | SAMPLE,
	  SUM("allocstall_dma", "allocstall_dma32", "allocstall_normal", "allocstall_movable"),
	  JUDGED(stalls), .headline = "stalls", .curve = "Allocation stalls",
	  .about = "direct reclaim entered" },
	{ "allocstall_normal", NULL, UNIT_EVENTS, LOWER, AGAINST, JUDGED(stalls) },
	{ "allocstall_movable", NULL, UNIT_EVENTS, LOWER, AGAINST, JUDGED(stalls) },
	{ "pgscan_kswapd", "Pages kswapd scanned", UNIT_PAGES, LOWER, ROW | AGAINST | SAMPLE,
	  JUDGED(totals) },
	{ "pgsteal_kswapd", "Pages kswapd reclaimed", UNIT_PAGES, LOWER, ROW | AGAINST | SAMPLE,
	  JUDGED(totals) },
	{ "pgscan_direct", "Pages direct scanned", UNIT_PAGES, LOWER, ROW | AGAINST | SAMPLE,
	  JUDGED(direct), .headline = "direct reclaim scans" },
	{ "pgsteal_direct", "Pages direct reclaimed", UNIT_PAGES, LOWER, ROW | AGAINST | SAMPLE,
	  JUDGED(direct) },
	/* the sums of memory.stat, mm/memcontrol.c:memcg_stat_format: whoever reclaims */
	{ "pgscan", "Pages total scanned", UNIT_PAGES, LOWER, ROW | AGAINST | SAMPLE,
	  SUM("pgscan_kswapd", "pgscan_direct", "pgscan_khugepaged", "pgscan_proactive"),
	  JUDGED(totals), .curve = "Pages scanned", .about = "pgscan" },
	{ "pgsteal", "Pages total reclaimed", UNIT_PAGES, LOWER, ROW | AGAINST | SAMPLE,
	  SUM("pgsteal_kswapd", "pgsteal_direct", "pgsteal_khugepaged", "pgsteal_proactive"),
	  JUDGED(totals), .curve = "Pages reclaimed", .about = "pgsteal" },
	{ "pswpout", "Swap out", UNIT_PAGES, LOWER, ROW | AGAINST | SAMPLE, JUDGED(totals),
	  .headline = "swap-out", .curve = "Pages swapped out", .about = "pswpout" },
	{ "pswpin", "Swap in", UNIT_PAGES, LOWER, ROW | AGAINST, JUDGED(totals) },
	{ "swpout_zero", NULL, UNIT_PAGES, LOWER, AGAINST | SAMPLE, JUDGED(totals) },
	{ "swpin_zero", NULL, UNIT_PAGES, LOWER, AGAINST, JUDGED(totals) },
	{ "workingset_refault_file", "File refaults", UNIT_PAGES, LOWER, ROW | AGAINST,
	  JUDGED(refaults) },

	{ "extfrag.events", "Extfrag events", UNIT_EVENTS, LOWER, ROW, READ },
	{ "extfrag.by_class.steal", "Extfrag steal, one chunk", UNIT_EVENTS, LOWER, ROW, READ,
	  .headline = "steals" },
	{ "extfrag.by_class.claim_part", "Extfrag claim, part of block", UNIT_EVENTS, LOWER, ROW,
	  READ },
	{ "extfrag.by_class.claim_block", "Extfrag claim, whole block", UNIT_EVENTS, LOWER, ROW,
	  READ },
	{ "extfrag.by_class.capture", "Extfrag capture", UNIT_EVENTS, LOWER, ROW, READ },
	{ "extfrag.change_ownership", "Extfrag ownership changed", UNIT_EVENTS, LOWER, ROW, READ },
	/*
	 * Extfrag events as a trace shows them, which cannot tell a capture from a steal: neither
	 * changes the block's owner.
	 */
	{ "extfrag_events", NULL, UNIT_EVENTS, LOWER, SAMPLE, SUM("extfrag.events"),
	  JUDGED(extfrag), .curve = "Extfrag events", .about = "pages of another type taken" },
	{ "extfrag_steal", NULL, UNIT_EVENTS, LOWER, AGAINST,
	  SUM("extfrag.by_class.steal", "extfrag.by_class.capture"), JUDGED(extfrag) },
	{ "extfrag_claim_part", NULL, UNIT_EVENTS, LOWER, AGAINST,
	  SUM("extfrag.by_class.claim_part"), JUDGED(extfrag) },
	{ "extfrag_claim_block", NULL, UNIT_EVENTS, LOWER, AGAINST,
	  SUM("extfrag.by_class.claim_block"), JUDGED(extfrag) },

	{ "memory.pageblocks.unmovable", "Pageblocks unmovable", UNIT_BLOCKS, NEITHER, ROW, READ },
	{ "memory.pageblocks.reclaimable", "Pageblocks reclaimable", UNIT_BLOCKS, NEITHER, ROW,
	  READ },
	{ "memory.pageblocks.movable", "Pageblocks movable", UNIT_BLOCKS, NEITHER, ROW, READ },
	{ "memory.mixed_pageblocks", "Pageblocks mixed", UNIT_BLOCKS, LOWER, ROW, READ,
	  .headline = "mixed pageblocks" },
	{ "memory.polluted_movable_pageblocks", "Pageblocks movable polluted", UNIT_BLOCKS, LOWER,
	  ROW, READ },
	{ "memory.empty_pageblocks", "Pageblocks empty", UNIT_BLOCKS, HIGHER, ROW, READ },
	{ "memory.contiguity.2MiB.free", "2 MiB blocks free", UNIT_BLOCKS, HIGHER, ROW, READ },
	{ "memory.contiguity.2MiB.could_be_freed", "2 MiB blocks can be freed", UNIT_BLOCKS, HIGHER,
	  ROW, READ },
	{ "memory.contiguity.2MiB.with_kernel_pages", "2 MiB blocks with kernel pages", UNIT_BLOCKS,
	  LOWER, ROW, READ },
	GIGA("memory.contiguity.1GiB.free", "1 GiB blocks free", HIGHER),
	GIGA("memory.contiguity.1GiB.could_be_freed", "1 GiB blocks can be freed", HIGHER),
	GIGA("memory.contiguity.1GiB.with_kernel_pages", "1 GiB blocks with kernel pages", LOWER),

	GIGA("spb.superpageblocks.total", "Superpageblocks", NEITHER),
	{ "spb.nr_tainted", NULL, UNIT_BLOCKS, LOWER, METRIC_OWN, STATE("spb.nr_tainted"),
	  .curve = "Tainted superpageblocks", .about = "they hold kernel pages" },
	GIGA("spb.superpageblocks.nr_tainted", "SPB tainted", LOWER),
	GIGA("spb.superpageblocks.with_kernel_pages", "SPB with kernel pages", LOWER),
	GIGA("spb.superpageblocks.could_be_freed", "SPB can be freed", HIGHER),
	{ "spb.claims_tainting", "SPB claims that taint", UNIT_EVENTS, LOWER, ROW, READ },
	{ "spb.steals", "SPB steals", UNIT_EVENTS, LOWER, ROW, READ },
	{ "spb.defrag.blocks", "SPB pageblocks defragmented", UNIT_BLOCKS, NEITHER, ROW, READ },
	{ "spb.evacuation.blocks", "SPB pageblocks evacuated", UNIT_BLOCKS, NEITHER, ROW, READ },
	{ "spb.pages_migrated", "SPB pages migrated", UNIT_PAGES, LOWER, ROW, READ },
	{ "spb.contig.tried", "SPB contig tried", UNIT_EVENTS, NEITHER, ROW, READ },
	{ "spb.contig.ok", "SPB contig ok", UNIT_EVENTS, HIGHER, ROW, READ },

	FAMILY("workingset_refault_anon", UNIT_PAGES, LOWER, JUDGED(totals)),
	FAMILY("workingset_refault_*", UNIT_PAGES, LOWER, JUDGED(refaults)),
	FAMILY("workingset_*", UNIT_PAGES, NEITHER, JUDGED(aging)),
	FAMILY("pgsteal_khugepaged", UNIT_PAGES, LOWER, JUDGED(direct)),
	FAMILY("pgsteal_*", UNIT_PAGES, LOWER, JUDGED(totals)),
	FAMILY("pgscan_khugepaged", UNIT_PAGES, LOWER, JUDGED(direct)),
	FAMILY("pgscan_*", UNIT_PAGES, LOWER, JUDGED(totals)),
	FAMILY("allocstall_*", UNIT_EVENTS, LOWER, JUDGED(stalls)),
	FAMILY("slabs_scanned", UNIT_NUMBER, LOWER, JUDGED(totals)),
	FAMILY("pageoutrun", UNIT_EVENTS, LOWER, JUDGED(events)),
	FAMILY("kswapd_*", UNIT_EVENTS, NEITHER, JUDGED(events)),
	FAMILY("oom_kill", UNIT_EVENTS, LOWER, JUDGED(events)),
	FAMILY("pgmigrate_fail", UNIT_PAGES, LOWER, JUDGED(unmovable)),
	FAMILY("pgmigrate_*", UNIT_PAGES, LOWER, JUDGED(migrated)),
	FAMILY("pgfree", UNIT_PAGES, NEITHER, JUDGED(allocated)),
	FAMILY("pgalloc_*", UNIT_PAGES, NEITHER, JUDGED(allocated)),
	FAMILY("pg*", UNIT_PAGES, NEITHER, JUDGED(aging)),
	FAMILY("compact_isolated", UNIT_PAGES, LOWER, JUDGED(migrated)),
	FAMILY("compact_*", UNIT_EVENTS, LOWER, JUDGED(events)),
	FAMILY("thp_collapse_alloc_failed", UNIT_EVENTS, LOWER, JUDGED(events)),
	FAMILY("thp_zero_page_alloc_failed", UNIT_EVENTS, LOWER, JUDGED(events)),
	FAMILY("thp_migration_fail", UNIT_HUGE_PAGES, LOWER, JUDGED(events)),
	FAMILY("thp_split_*", UNIT_HUGE_PAGES, LOWER, JUDGED(events)),
	FAMILY("thp_deferred_split_page", UNIT_HUGE_PAGES, LOWER, JUDGED(events)),
	FAMILY("thp_swpout*", UNIT_HUGE_PAGES, LOWER, JUDGED(events)),
	FAMILY("thp_*", UNIT_HUGE_PAGES, NEITHER, JUDGED(events)),

	IN("stall_ns.*", UNIT_NS, LOWER, "total, reclaim, compact"),
	IN("allocator.*", UNIT_EVENTS, LOWER,
	   "direct_reclaim, direct_compact, drain_all_pages, oom_failed, stuck,"
	   " alloc_failed.orderN"),
	IN("search.*.allocations", UNIT_NUMBER, NEITHER, "lists, blocks"),
	{ "search.*.mean", NULL, UNIT_VISITS, LOWER, 0, .floor = 0.01,
	  .source = "lists, blocks: of one allocation" },
	IN("search.*", UNIT_VISITS, LOWER, "lists, blocks: p50, p99, max"),
	IN("folios.*.stall_ns", UNIT_NS, LOWER, "readahead, write"),
	IN("folios.*.wanted.*", UNIT_FOLIOS, NEITHER, "readahead, write: orderN"),
	IN("folios.*.obtained.order0", UNIT_FOLIOS, NEITHER, "readahead, write"),
	IN("folios.*.obtained.*", UNIT_FOLIOS, HIGHER, "readahead, write: orderN"),
	IN("folios.*.attempts.*", UNIT_EVENTS, NEITHER, "readahead, write: orderN"),
	IN("folios.*.nonblocking", UNIT_EVENTS, NEITHER, "readahead, write"),
	IN("folios.*", UNIT_EVENTS, LOWER,
	   "readahead, write: failed.orderN, enomem, direct_reclaim, direct_compact,"
	   " drain_all_pages"),
	IN("memory.free_lists.*", UNIT_BUDDIES, NEITHER, "by type: orderN"),
	IN("memory.pageblocks.*", UNIT_BLOCKS, NEITHER, "by type"),
	IN("memory.contiguity.*.total", UNIT_BLOCKS, NEITHER, "2MiB, 64MiB, 128MiB, 1GiB"),
	IN("memory.contiguity.*.with_kernel_pages", UNIT_BLOCKS, LOWER,
	   "2MiB, 64MiB, 128MiB, 1GiB"),
	IN("memory.contiguity.*", UNIT_BLOCKS, HIGHER, "64MiB, 128MiB: free, could_be_freed"),
	IN("memory.zones.*.fragmentation_index.*", UNIT_FRACTION, NEITHER, "by zone: orderN"),
	IN("memory.zones.*.unusable_index.*", UNIT_FRACTION, LOWER, "by zone: orderN"),
	IN("memory.zones.*", UNIT_PAGES, NEITHER, "by zone: free_pages"),
	IN("memory.*", UNIT_PAGES, NEITHER, "free_pages, pcp_pages, used_pages, reserved_pages"),
	IN("spb.superpageblocks.*", UNIT_BLOCKS, NEITHER, "of policy spb"),
	IN("spb.walk.walks", UNIT_NUMBER, NEITHER, "of policy spb"),
	IN("spb.walk.hint_*", UNIT_NUMBER, NEITHER, "of policy spb"),
	IN("spb.walk.*", UNIT_VISITS, LOWER, "of policy spb: mean, p50, p99, max"),
	IN("spb.pages_*", UNIT_PAGES, LOWER, "of policy spb"),
	IN("spb.*", UNIT_NUMBER, NEITHER, "of policy spb"),
	IN("policy.*", UNIT_NUMBER, NEITHER, "POLICY.NAME: policy_counters, and what it reports"),
};

const unsigned int nr_metrics = sizeof(metrics) / sizeof(metrics[0]);

/**
 * metric_find - find a metric in the table
 * @name: as in the table
 *
 * Return: the first entry that fits, or one without unit, direction and limits.
 */
const struct metric *metric_find(const char *name)
{
	static const struct metric unknown = { .name = "*" };

	for (unsigned int i = 0; i < nr_metrics; i++)
		if (!fnmatch(metrics[i].name, name, 0))
			return &metrics[i];
	return &unknown;
}

/**
 * metric_share - compute what share one part has of two
 * @part: of it
 * @rest: what else there is
 * @whole: what all of it is to be: 1 for a fraction, 100 for percent
 *
 * Return: 0 .. @whole; NAN of nothing.
 */
double metric_share(double part, double rest, double whole)
{
	return part + rest > 0 ? whole * part / (part + rest) : NAN;
}

/* A kernel that lacks a counter never counts what it stands for, so one known term will do. */
static double sum_of_terms(const char *const *term, metric_reader read, const void *ctx)
{
	double sum = 0, value;
	bool any = false;

	for (int i = 0; i < METRIC_TERMS && term[i]; i++) {
		if (!read(ctx, term[i], &value))
			continue;
		sum += value;
		any = true;
	}
	return any ? sum : NAN;
}

/**
 * metric_value - compute a metric of one run, or of one moment
 * @m: entry of the table, no pattern
 * @read: where the numbers come from that it is made of
 * @ctx: for @read
 *
 * A difference of counters is never below 0: a snapshot does not read them at one instant.
 *
 * Return: the value; NAN when nothing that it is made of is known, or a rate of nothing.
 */
double metric_value(const struct metric *m, metric_reader read, const void *ctx)
{
	double plus, minus;

	if (m->kind == METRIC_READ)
		return read(ctx, m->name, &plus) ? plus : NAN;
	plus = sum_of_terms(m->plus, read, ctx);
	if (!m->minus[0])
		return plus;
	minus = sum_of_terms(m->minus, read, ctx);
	if (isnan(plus) || isnan(minus))
		return NAN;
	if (m->kind == METRIC_RATE)
		return metric_share(plus, minus, 100);
	return fmax(plus - minus, 0);
}

/**
 * metric_title - get the name that tables have for a metric
 * @m: its entry
 * @name: of the metric: an entry may be a pattern
 *
 * Return: @name itself where the table has no title.
 */
const char *metric_title(const struct metric *m, const char *name)
{
	return m->title ? m->title : name;
}

/**
 * metric_unit_name - get the name of a unit
 * @unit: the unit
 *
 * Return: a word in the plural.
 */
const char *metric_unit_name(enum metric_unit unit)
{
	return units[unit].name;
}

/**
 * metric_floor - get the least change of a metric that says something, in its unit
 * @m: its entry
 *
 * Return: 0 or more.
 */
double metric_floor(const struct metric *m)
{
	return m->floor > 0 ? m->floor : units[m->unit].floor;
}

/**
 * metric_is_pattern - does an entry stand for several metrics?
 * @m: the entry
 *
 * Return: true when it is.
 */
bool metric_is_pattern(const struct metric *m)
{
	return strpbrk(m->name, "*?[") != NULL;
}

/**
 * metric_counter - find the counter of /proc/vmstat with a metric's name
 * @name: of the metric
 *
 * Return: its enum vm_event_item; -1 when it is none.
 */
int metric_counter(const char *name)
{
	for (int i = 0; i < NR_VM_EVENT_ITEMS; i++)
		if (!strcmp(vm_event_name[i], name))
			return i;
	return -1;
}

/**
 * metric_is_known - could some report have this metric at its end?
 * @name: of the metric
 *
 * Of the counters only those that there are; in the parts of the report, what fits a pattern.
 *
 * Return: true when one could.
 */
bool metric_is_known(const char *name)
{
	const struct metric *m = metric_find(name);

	if (metric_counter(name) >= 0)
		return true;
	if (metric_is_pattern(m))
		return strchr(name, '.') && strcmp(m->name, "*");
	return m->kind != METRIC_STATE;
}

static bool is_other_name(const struct metric *m)
{
	return !(m->use & METRIC_ROW) && m->kind != METRIC_STATE && !metric_is_pattern(m) &&
	       metric_counter(m->name) < 0;
}

/**
 * metric_for_each - visit every metric that a report has at its end
 * @visit: called with the name, or pattern of names, and its entry
 * @ctx: for @visit
 *
 * First the rows of diff's table in its order, then other names, then the other counters,
 * then patterns of names.
 */
void metric_for_each(metric_visitor visit, void *ctx)
{
	const struct metric *m, *end = metrics + nr_metrics;

	for (m = metrics; m < end; m++)
		if (m->use & METRIC_ROW)
			visit(ctx, m->name, m);
	for (m = metrics; m < end; m++)
		if (is_other_name(m))
			visit(ctx, m->name, m);
	for (int i = 0; i < NR_VM_EVENT_ITEMS; i++) {
		m = metric_find(vm_event_name[i]);
		if (!(m->use & METRIC_ROW))
			visit(ctx, vm_event_name[i], m);
	}
	for (m = metrics; m < end; m++)
		if (metric_is_pattern(m) && strchr(m->name, '.'))
			visit(ctx, m->name, m);
}
