/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every metric: unit, direction, and the rows of the table that mm cover letters carry, in their
 * order (Weiner, "mm: reliable huge page allocator", 13 Mar 2025).
 */
#include <fnmatch.h>
#include <string.h>

#include "diff.h"

/*
 * Fewer than FEW events more or less say nothing: equal real runs had compact_fail 10 and 1.
 * Pages are reclaimed and migrated by SWAP_CLUSTER_MAX, so that as many clusters are as few.
 */
#define FEW		10
#define FEW_PAGES	(FEW * SWAP_CLUSTER_MAX)

static const struct {
	const char *name;
	double floor;
} units[NR_UNITS] = {
	[UNIT_NUMBER] = { "number", FEW },
	[UNIT_PAGES] = { "pages", FEW_PAGES },
	[UNIT_FAULTS] = { "faults", FEW },
	[UNIT_HUGE_PAGES] = { "huge pages", FEW },
	[UNIT_EVENTS] = { "events", FEW },
	[UNIT_BLOCKS] = { "blocks", FEW },
	[UNIT_BUDDIES] = { "free chunks", FEW },
	[UNIT_PERCENT] = { "%", 1 },
	[UNIT_FRACTION] = { "fraction", 0.01 },
	[UNIT_NS] = { "ns", 1e6 },
	[UNIT_VISITS] = { "visits", 1 },
	[UNIT_FOLIOS] = { "folios", FEW },
};

const char *const direction_name[] = {
	[NEUTRAL] = "neither", [LOWER_IS_BETTER] = "lower", [HIGHER_IS_BETTER] = "higher",
};

#define HIGHER	HIGHER_IS_BETTER
#define LOWER	LOWER_IS_BETTER
#define ROW(name, text, u, way) \
	{ .pattern = name, .label = text, .unit = u, .direction = way, .row = true }
#define RATE(name, text, good, bad) \
	{ .pattern = name, .label = text, .unit = UNIT_PERCENT, .direction = HIGHER, \
	  .kind = METRIC_RATE, .plus = { good }, .minus = { bad }, .row = true }
#define DIRECT(what, text) \
	{ .pattern = "compact_direct_" what "_scanned", .label = text, .unit = UNIT_PAGES, \
	  .direction = LOWER, .kind = METRIC_SUM, .plus = { "compact_" what "_scanned" }, \
	  .minus = { "compact_daemon_" what "_scanned" }, .row = true }
#define TOTAL(name, text, u, ...) \
	{ .pattern = name, .label = text, .unit = u, .direction = LOWER, .kind = METRIC_SUM, \
	  .plus = { __VA_ARGS__ }, .row = true }
/* machines have few of these: one is a change */
#define GIGA(name, text, way) \
	{ .pattern = name, .label = text, .unit = UNIT_BLOCKS, .direction = way, .row = true, \
	  .floor = 1 }
#define FAMILY(glob, u, way) { .pattern = glob, .unit = u, .direction = way }
#define IN(glob, u, way, where) { .pattern = glob, .unit = u, .direction = way, .source = where }

const struct metric_rule metric_rules[] = {
	ROW("thp_fault_alloc", "THP fault alloc", UNIT_FAULTS, HIGHER),
	ROW("thp_fault_fallback", "THP fault fallback", UNIT_FAULTS, LOWER),
	RATE("thp_success_rate", "THP fault success rate %", "thp_fault_alloc",
	     "thp_fault_fallback"),
	ROW("compact_fail", "Direct compact fail", UNIT_EVENTS, LOWER),
	/* more of it may be more luck or more need */
	ROW("compact_success", "Direct compact success", UNIT_EVENTS, NEUTRAL),
	RATE("compact_success_rate", "Direct compact success rate %", "compact_success",
	     "compact_fail"),
	ROW("compact_daemon_migrate_scanned", "Compact daemon scanned migrate", UNIT_PAGES, LOWER),
	ROW("compact_daemon_free_scanned", "Compact daemon scanned free", UNIT_PAGES, LOWER),
	DIRECT("migrate", "Compact direct scanned migrate"),
	DIRECT("free", "Compact direct scanned free"),
	ROW("compact_migrate_scanned", "Compact total migrate scanned", UNIT_PAGES, LOWER),
	ROW("compact_free_scanned", "Compact total free scanned", UNIT_PAGES, LOWER),
	TOTAL("allocstall", "Alloc stall", UNIT_EVENTS, "allocstall_dma", "allocstall_dma32",
	      "allocstall_normal", "allocstall_movable"),
	ROW("pgscan_kswapd", "Pages kswapd scanned", UNIT_PAGES, LOWER),
	ROW("pgsteal_kswapd", "Pages kswapd reclaimed", UNIT_PAGES, LOWER),
	ROW("pgscan_direct", "Pages direct scanned", UNIT_PAGES, LOWER),
	ROW("pgsteal_direct", "Pages direct reclaimed", UNIT_PAGES, LOWER),
	TOTAL("pgscan", "Pages total scanned", UNIT_PAGES, "pgscan_kswapd", "pgscan_direct"),
	TOTAL("pgsteal", "Pages total reclaimed", UNIT_PAGES, "pgsteal_kswapd", "pgsteal_direct"),
	ROW("pswpout", "Swap out", UNIT_PAGES, LOWER),
	ROW("pswpin", "Swap in", UNIT_PAGES, LOWER),
	ROW("workingset_refault_file", "File refaults", UNIT_PAGES, LOWER),

	ROW("extfrag.events", "Extfrag events", UNIT_EVENTS, LOWER),
	ROW("extfrag.by_class.steal", "Extfrag steal, one chunk", UNIT_EVENTS, LOWER),
	ROW("extfrag.by_class.claim_part", "Extfrag claim, part of block", UNIT_EVENTS, LOWER),
	ROW("extfrag.by_class.claim_block", "Extfrag claim, whole block", UNIT_EVENTS, LOWER),
	ROW("extfrag.by_class.capture", "Extfrag capture", UNIT_EVENTS, LOWER),
	ROW("extfrag.change_ownership", "Extfrag ownership changed", UNIT_EVENTS, LOWER),

	ROW("memory.pageblocks.unmovable", "Pageblocks unmovable", UNIT_BLOCKS, NEUTRAL),
	ROW("memory.pageblocks.reclaimable", "Pageblocks reclaimable", UNIT_BLOCKS, NEUTRAL),
	ROW("memory.pageblocks.movable", "Pageblocks movable", UNIT_BLOCKS, NEUTRAL),
	ROW("memory.mixed_pageblocks", "Pageblocks mixed", UNIT_BLOCKS, LOWER),
	ROW("memory.polluted_movable_pageblocks", "Pageblocks movable polluted", UNIT_BLOCKS,
	    LOWER),
	ROW("memory.empty_pageblocks", "Pageblocks empty", UNIT_BLOCKS, HIGHER),
	ROW("memory.contiguity.2MiB.free", "2 MiB blocks free", UNIT_BLOCKS, HIGHER),
	ROW("memory.contiguity.2MiB.could_be_freed", "2 MiB blocks can be freed", UNIT_BLOCKS,
	    HIGHER),
	ROW("memory.contiguity.2MiB.with_kernel_pages", "2 MiB blocks with kernel pages",
	    UNIT_BLOCKS, LOWER),
	GIGA("memory.contiguity.1GiB.free", "1 GiB blocks free", HIGHER),
	GIGA("memory.contiguity.1GiB.could_be_freed", "1 GiB blocks can be freed", HIGHER),
	GIGA("memory.contiguity.1GiB.with_kernel_pages", "1 GiB blocks with kernel pages", LOWER),

	GIGA("spb.superpageblocks.total", "Superpageblocks", NEUTRAL),
	GIGA("spb.superpageblocks.nr_tainted", "SPB tainted", LOWER),
	GIGA("spb.superpageblocks.with_kernel_pages", "SPB with kernel pages", LOWER),
	GIGA("spb.superpageblocks.could_be_freed", "SPB can be freed", HIGHER),
	ROW("spb.claims_tainting", "SPB claims that taint", UNIT_EVENTS, LOWER),
	ROW("spb.steals", "SPB steals", UNIT_EVENTS, LOWER),
	ROW("spb.defrag.blocks", "SPB pageblocks defragmented", UNIT_BLOCKS, NEUTRAL),
	ROW("spb.evacuation.blocks", "SPB pageblocks evacuated", UNIT_BLOCKS, NEUTRAL),
	ROW("spb.pages_migrated", "SPB pages migrated", UNIT_PAGES, LOWER),
	ROW("spb.contig.tried", "SPB contig tried", UNIT_EVENTS, NEUTRAL),
	ROW("spb.contig.ok", "SPB contig ok", UNIT_EVENTS, HIGHER),

	FAMILY("workingset_refault_*", UNIT_PAGES, LOWER),
	FAMILY("workingset_*", UNIT_PAGES, NEUTRAL),
	FAMILY("pgsteal_*", UNIT_PAGES, LOWER),
	FAMILY("pgscan_*", UNIT_PAGES, LOWER),
	FAMILY("allocstall_*", UNIT_EVENTS, LOWER),
	FAMILY("slabs_scanned", UNIT_NUMBER, LOWER),
	FAMILY("pageoutrun", UNIT_EVENTS, LOWER),
	FAMILY("kswapd_*", UNIT_EVENTS, NEUTRAL),
	FAMILY("oom_kill", UNIT_EVENTS, LOWER),
	FAMILY("pgmigrate_*", UNIT_PAGES, LOWER),
	FAMILY("pg*", UNIT_PAGES, NEUTRAL),
	FAMILY("compact_isolated", UNIT_PAGES, LOWER),
	FAMILY("compact_*", UNIT_EVENTS, LOWER),
	FAMILY("thp_collapse_alloc_failed", UNIT_EVENTS, LOWER),
	FAMILY("thp_zero_page_alloc_failed", UNIT_EVENTS, LOWER),
	FAMILY("thp_migration_fail", UNIT_HUGE_PAGES, LOWER),
	FAMILY("thp_split_*", UNIT_HUGE_PAGES, LOWER),
	FAMILY("thp_deferred_split_page", UNIT_HUGE_PAGES, LOWER),
	FAMILY("thp_swpout*", UNIT_HUGE_PAGES, LOWER),
	FAMILY("thp_*", UNIT_HUGE_PAGES, NEUTRAL),

	IN("stall_ns.*", UNIT_NS, LOWER, "total, reclaim, compact"),
	IN("allocator.*", UNIT_EVENTS, LOWER,
	   "direct_reclaim, direct_compact, drain_all_pages, oom_failed, stuck,"
	   " alloc_failed.orderN"),
	IN("search.*.allocations", UNIT_NUMBER, NEUTRAL, "lists, blocks"),
	{ .pattern = "search.*.mean", .unit = UNIT_VISITS, .direction = LOWER, .floor = 0.01,
	  .source = "lists, blocks: an allocation's" },
	IN("search.*", UNIT_VISITS, LOWER, "lists, blocks: p50, p99, max"),
	IN("folios.*.stall_ns", UNIT_NS, LOWER, "readahead, write"),
	IN("folios.*.wanted.*", UNIT_FOLIOS, NEUTRAL, "readahead, write: orderN"),
	IN("folios.*.obtained.order0", UNIT_FOLIOS, NEUTRAL, "readahead, write"),
	IN("folios.*.obtained.*", UNIT_FOLIOS, HIGHER, "readahead, write: orderN"),
	IN("folios.*.attempts.*", UNIT_EVENTS, NEUTRAL, "readahead, write: orderN"),
	IN("folios.*.nonblocking", UNIT_EVENTS, NEUTRAL, "readahead, write"),
	IN("folios.*", UNIT_EVENTS, LOWER,
	   "readahead, write: failed.orderN, enomem, direct_reclaim, direct_compact,"
	   " drain_all_pages"),
	IN("memory.free_lists.*", UNIT_BUDDIES, NEUTRAL, "by type: orderN"),
	IN("memory.pageblocks.*", UNIT_BLOCKS, NEUTRAL, "by type"),
	IN("memory.contiguity.*.total", UNIT_BLOCKS, NEUTRAL, "2MiB, 64MiB, 128MiB, 1GiB"),
	IN("memory.contiguity.*.with_kernel_pages", UNIT_BLOCKS, LOWER,
	   "2MiB, 64MiB, 128MiB, 1GiB"),
	IN("memory.contiguity.*", UNIT_BLOCKS, HIGHER, "64MiB, 128MiB: free, could_be_freed"),
	IN("memory.zones.*.fragmentation_index.*", UNIT_FRACTION, NEUTRAL, "by zone: orderN"),
	IN("memory.zones.*.unusable_index.*", UNIT_FRACTION, LOWER, "by zone: orderN"),
	IN("memory.zones.*", UNIT_PAGES, NEUTRAL, "by zone: free_pages"),
	IN("memory.*", UNIT_PAGES, NEUTRAL, "free_pages, pcp_pages, used_pages, reserved_pages"),
	IN("spb.superpageblocks.*", UNIT_BLOCKS, NEUTRAL, "of policy spb"),
	IN("spb.walk.walks", UNIT_NUMBER, NEUTRAL, "of policy spb"),
	IN("spb.walk.hint_*", UNIT_NUMBER, NEUTRAL, "of policy spb"),
	IN("spb.walk.*", UNIT_VISITS, LOWER, "of policy spb: mean, p50, p99, max"),
	IN("spb.pages_*", UNIT_PAGES, LOWER, "of policy spb"),
	IN("spb.*", UNIT_NUMBER, NEUTRAL, "of policy spb"),
	IN("policy.*", UNIT_NUMBER, NEUTRAL, "POLICY.NAME: policy_counters, and what it reports"),
};

const unsigned int nr_metric_rules = sizeof(metric_rules) / sizeof(metric_rules[0]);

/**
 * metric_rule - what is known of a metric
 * @name: as in the table
 *
 * Return: the first rule that fits, or a neutral one without a unit.
 */
const struct metric_rule *metric_rule(const char *name)
{
	static const struct metric_rule unknown = { .pattern = "*" };

	for (unsigned int i = 0; i < nr_metric_rules; i++)
		if (!fnmatch(metric_rules[i].pattern, name, 0))
			return &metric_rules[i];
	return &unknown;
}

/**
 * metric_unit_name - a unit as users read it
 * @unit: the unit
 */
const char *metric_unit_name(enum metric_unit unit)
{
	return units[unit].name;
}

/**
 * metric_floor - the least change of a metric that says something, in its unit
 * @rule: of the metric
 */
double metric_floor(const struct metric_rule *rule)
{
	return rule->floor > 0 ? rule->floor : units[rule->unit].floor;
}

static bool is_pattern(const struct metric_rule *rule)
{
	return strpbrk(rule->pattern, "*?[") != NULL;
}

static bool is_counter(const char *name)
{
	for (int i = 0; i < NR_VM_EVENT_ITEMS; i++)
		if (!strcmp(vm_event_name[i], name))
			return true;
	return false;
}

/**
 * metric_known - whether some report could have this metric
 * @name: of the metric
 *
 * Of the counters only those that there are; in the parts of the report, what fits a pattern.
 */
bool metric_known(const char *name)
{
	const struct metric_rule *rule = metric_rule(name);

	if (is_counter(name))
		return true;
	return is_pattern(rule) ? strchr(name, '.') && strcmp(rule->pattern, "*") :
		rule->pattern[0] != '\0' && (rule->row || rule->kind != METRIC_READ);
}

static void print_terms(const char *const *term, const char *sign, FILE *out)
{
	for (int i = 0; i < METRIC_TERMS && term[i]; i++)
		fprintf(out, "%s%s", i ? sign : "", term[i]);
}

static void print_source(const struct metric_rule *rule, const char *name, FILE *out)
{
	if (rule->kind == METRIC_RATE) {
		fprintf(out, "100 * %s / (%s + %s)", rule->plus[0], rule->plus[0],
			rule->minus[0]);
	} else if (rule->kind == METRIC_SUM) {
		print_terms(rule->plus, " + ", out);
		fputs(rule->minus[0] ? " - " : "", out);
		print_terms(rule->minus, " - ", out);
	} else if (is_counter(name)) {
		fputs("/proc/vmstat", out);
	} else {
		fprintf(out, "report%s%s", rule->source ? ": " : "",
			rule->source ? rule->source : "");
	}
}

static void list_one(const char *name, const struct metric_rule *rule, FILE *out)
{
	fprintf(out, "%-40s %-11s %-8s ", name, metric_unit_name(rule->unit),
		direction_name[rule->direction]);
	print_source(rule, name, out);
	fputc('\n', out);
}

/**
 * metric_list - print every metric: name, unit, which way is better, source
 * @out: where to
 *
 * First the rows of the table in its order, then the other counters, then patterns of names.
 */
void metric_list(FILE *out)
{
	fprintf(out, "%-40s %-11s %-8s %s\n", "METRIC", "UNIT", "BETTER", "SOURCE");
	for (unsigned int i = 0; i < nr_metric_rules; i++)
		if (metric_rules[i].row && !is_pattern(&metric_rules[i]))
			list_one(metric_rules[i].pattern, &metric_rules[i], out);
	for (int i = 0; i < NR_VM_EVENT_ITEMS; i++) {
		const struct metric_rule *rule = metric_rule(vm_event_name[i]);

		if (!rule->row)
			list_one(vm_event_name[i], rule, out);
	}
	for (unsigned int i = 0; i < nr_metric_rules; i++)
		if (is_pattern(&metric_rules[i]) && strchr(metric_rules[i].pattern, '.'))
			list_one(metric_rules[i].pattern, &metric_rules[i], out);
}
