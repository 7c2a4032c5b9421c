// SPDX-License-Identifier: GPL-2.0-only
/* The report's "policies" has an object for each policy's replay at its end. */
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "engine/policy_sink.h"
#include "frag_index.h"
#include "metrics.h"
#include "internal.h"

static json_t *report_counters(const struct policy_result *run)
{
	json_t *counters = json_object();

	for (int i = 0; i < NR_VM_EVENT_ITEMS; i++)
		if (run->mm || run->counter_known[i])
			json_object_set_new(counters, vm_event_name[i], json_u64(run->counters[i]));
	return counters;
}

static json_t *report_thp(const struct policy_result *run)
{
	u64 success = run->counters[VM_thp_fault_alloc];
	u64 fallback = run->counters[VM_thp_fault_fallback];
	json_t *thp = json_object();

	json_object_set_new(thp, "attempts", json_u64(success + fallback));
	json_object_set_new(thp, "success", json_u64(success));
	json_object_set_new(thp, "success_rate",
			    json_fraction(metric_share((double)success, (double)fallback, 1)));
	return thp;
}

/* A trace cannot tell a capture from a steal, so that observed has no captures. */
static void extfrag_classes(json_t *object, const u64 *nr, bool capture)
{
	for (int c = 0; c < NR_EXTFRAG_CLASS; c++)
		if (c != EXTFRAG_CAPTURE || capture)
			json_object_set_new(object, report_extfrag_classes[c], json_u64(nr[c]));
}

static u64 extfrag_add(json_t *list, const struct policy_result *run, int mt, int fallback,
		       u64 *by_class)
{
	const u64 *nr = run->extfrag.nr[mt][fallback];
	json_t *entry;
	u64 sum = 0;

	for (int c = 0; c < NR_EXTFRAG_CLASS; c++) {
		sum += nr[c];
		by_class[c] += nr[c];
	}
	if (!sum)
		return 0;
	entry = json_object();
	json_object_set_new(entry, "alloc_type", json_string(migratetype_keys[mt]));
	json_object_set_new(entry, "fallback_type", json_string(migratetype_keys[fallback]));
	extfrag_classes(entry, nr, run->mm != NULL);
	json_array_append_new(list, entry);
	return sum;
}

static json_t *report_extfrag(const struct policy_result *run)
{
	json_t *extfrag = json_object(), *classes = json_object(), *by_type = json_array();
	u64 by_class[NR_EXTFRAG_CLASS] = { 0 }, events = 0;

	for (int mt = 0; mt < MIGRATE_PCPTYPES; mt++)
		for (int fallback = 0; fallback < MIGRATE_PCPTYPES; fallback++)
			events += extfrag_add(by_type, run, mt, fallback, by_class);
	json_object_set_new(extfrag, "events", json_u64(events));
	json_object_set_new(extfrag, "change_ownership", json_u64(run->extfrag.change_ownership));
	extfrag_classes(classes, by_class, run->mm != NULL);
	json_object_set_new(extfrag, "by_class", classes);
	json_object_set_new(extfrag, "by_type", by_type);
	return extfrag;
}

static json_t *report_stall(const struct mm *mm)
{
	json_t *stall = json_object();

	json_object_set_new(stall, "total", json_u64(mm->stall_ns_reclaim + mm->stall_ns_compact));
	json_object_set_new(stall, "reclaim", json_u64(mm->stall_ns_reclaim));
	json_object_set_new(stall, "compact", json_u64(mm->stall_ns_compact));
	return stall;
}

static json_t *report_by_order(const u64 *count)
{
	return json_u64s(count, NR_PAGE_ORDERS);
}

static json_t *report_allocator(const struct mm *mm)
{
	json_t *allocator = json_object();

	json_object_set_new(allocator, "direct_reclaim", json_u64(mm->nr_direct_reclaim));
	json_object_set_new(allocator, "direct_compact", json_u64(mm->nr_direct_compact));
	json_object_set_new(allocator, "drain_all_pages", json_u64(mm->drain_all_pages));
	json_object_set_new(allocator, "oom_failed", json_u64(mm->oom_failed));
	json_object_set_new(allocator, "stuck", json_u64(mm->slowpath_stuck));
	json_object_set_new(allocator, "alloc_failed", report_by_order(mm->alloc_failed));
	json_object_set_new(allocator, "swap_tables", json_u64(mm->swap_tables));
	json_object_set_new(allocator, "swap_tables_failed", json_u64(mm->swap_tables_failed));
	return allocator;
}

static json_t *report_folio_stats(const struct folio_stats *st)
{
	json_t *folios = json_object();

	json_object_set_new(folios, "wanted", report_by_order(st->wanted));
	json_object_set_new(folios, "obtained", report_by_order(st->obtained));
	json_object_set_new(folios, "attempts", report_by_order(st->attempts));
	json_object_set_new(folios, "failed", report_by_order(st->failed));
	json_object_set_new(folios, "nonblocking", json_u64(st->nonblocking));
	json_object_set_new(folios, "enomem", json_u64(st->enomem));
	json_object_set_new(folios, "direct_reclaim", json_u64(st->direct_reclaim));
	json_object_set_new(folios, "direct_compact", json_u64(st->direct_compact));
	json_object_set_new(folios, "drain_all_pages", json_u64(st->drain_all_pages));
	json_object_set_new(folios, "stall_ns", json_u64(st->stall_ns));
	return folios;
}

static json_t *report_folios(const struct policy_result *run)
{
	json_t *folios = json_object();

	json_object_set_new(folios, "readahead", report_folio_stats(&run->folios[0]));
	json_object_set_new(folios, "write", report_folio_stats(&run->folios[1]));
	return folios;
}

/* the least value that @percent of the allocations did not exceed */
static u64 percentile(const struct search_hist *h, u64 percent)
{
	u64 rank = (h->n * percent + 99) / 100, seen = 0;

	for (u64 value = 0; value < SEARCH_BINS; value++) {
		seen += h->bin[value];
		if (seen >= rank)
			return value;
	}
	return h->max;
}

/**
 * report_search - describe what an allocation had to look at
 * @h: histogram over allocations
 *
 * Return: a new object.
 */
json_t *report_search(const struct search_hist *h)
{
	json_t *search = json_object();

	json_object_set_new(search, "allocations", json_u64(h->n));
	json_object_set_new(search, "mean", json_fraction(h->n ? (double)h->sum / (double)h->n :
							  0));
	json_object_set_new(search, "p50", json_u64(h->n ? percentile(h, 50) : 0));
	json_object_set_new(search, "p99", json_u64(h->n ? percentile(h, 99) : 0));
	json_object_set_new(search, "max", json_u64(h->max));
	return search;
}

static json_t *report_contiguity(const struct contiguity *c)
{
	json_t *object = json_object();

	json_object_set_new(object, "total", json_u64(c->total));
	json_object_set_new(object, "free", json_u64(c->free));
	json_object_set_new(object, "could_be_freed", json_u64(c->movable));
	json_object_set_new(object, "with_kernel_pages", json_u64(c->kernel));
	return object;
}

static json_t *fragmentation_by_order(const struct zone *z)
{
	json_t *orders = json_array();

	for (u32 order = 0; order < NR_PAGE_ORDERS; order++)
		json_array_append_new(orders, json_fraction(fragmentation_index(z, order) /
							    1000.0));
	return orders;
}

static json_t *unusable_by_order(const struct zone *z)
{
	json_t *orders = json_array();

	for (u32 order = 0; order < NR_PAGE_ORDERS; order++) {
		struct contig_page_info info = { 0 };

		contig_page_info_add(z, order, &info);
		json_array_append_new(orders, json_fraction(unusable_free_index(order, &info) /
							    1000.0));
	}
	return orders;
}

static json_t *report_zone_fragmentation(struct mm *mm)
{
	json_t *zones = json_array();
	struct zone *z;

	for_each_populated_zone(mm, z) {
		json_t *zone = json_object();

		json_object_set_new(zone, "name", json_string(z->name));
		json_object_set_new(zone, "free_pages",
				    json_u64(z->nr_free_pages > 0 ? (u64)z->nr_free_pages : 0));
		json_object_set_new(zone, "fragmentation_index", fragmentation_by_order(z));
		json_object_set_new(zone, "unusable_index", unusable_by_order(z));
		json_array_append_new(zones, zone);
	}
	return zones;
}

static json_t *report_free_lists(const struct memory_report *r)
{
	json_t *free = json_object();

	for (int mt = 0; mt < MIGRATE_TYPES; mt++)
		json_object_set_new(free, migratetype_keys[mt], report_by_order(r->free[mt]));
	return free;
}

/**
 * report_memory - the memory of a policy at the end of its replay
 * @mm: model memory
 */
static json_t *report_memory(struct mm *mm)
{
	json_t *memory = json_object(), *blocks = json_object(), *contiguity = json_object();
	struct memory_report r;

	report_scan_memory(mm, &r);
	json_object_set_new(memory, "free_pages", json_u64(r.free_pages));
	json_object_set_new(memory, "pcp_pages", json_u64(r.pcp_pages));
	json_object_set_new(memory, "used_pages", json_u64(r.used_pages));
	json_object_set_new(memory, "reserved_pages", json_u64(r.reserved_pages));
	json_object_set_new(memory, "free_lists", report_free_lists(&r));
	for (int mt = 0; mt < MIGRATE_TYPES; mt++)
		json_object_set_new(blocks, migratetype_keys[mt], json_u64(r.pageblocks[mt]));
	json_object_set_new(memory, "pageblocks", blocks);
	json_object_set_new(memory, "mixed_pageblocks", json_u64(r.mixed_pageblocks));
	json_object_set_new(memory, "polluted_movable_pageblocks", json_u64(r.movable_polluted));
	json_object_set_new(memory, "empty_pageblocks", json_u64(r.empty_pageblocks));
	for (int i = 0; i < NR_CONTIG_SIZES; i++)
		json_object_set_new(contiguity, report_contig_name[i],
				    report_contiguity(&r.contig[i]));
	json_object_set_new(memory, "contiguity", contiguity);
	json_object_set_new(memory, "zones", report_zone_fragmentation(mm));
	return memory;
}

struct sample_of {
	const struct policy_result *run;
	const struct timeline_sample *s;
};

static bool read_sample(const void *ctx, const char *name, double *value)
{
	const struct sample_of *of = ctx;
	int item = metric_counter(name);

	if (item >= 0) {
		*value = (double)of->s->counters[item];
		return of->run->counter_known[item];
	}
	*value = (double)of->s->extfrag_events;
	return of->run->extfrag.known && !strcmp(name, "extfrag.events");
}

/* adds the counters that the table of metrics wants in a sample, as far as they are known */
static void sample_counters(json_t *sample, const struct sample_of *of)
{
	for (unsigned int i = 0; i < nr_metrics; i++) {
		double value = metrics[i].use & METRIC_SAMPLE ?
			       metric_value(&metrics[i], read_sample, of) : NAN;

		if (!isnan(value))
			json_object_set_new(sample, metrics[i].name, json_u64((u64)value));
	}
}

/* @section is NULL only without memory, since the policy has something to say */
static void set_section(json_t *object, const struct policy_ops *ops,
			const struct sink_node *section)
{
	if (section)
		json_object_set_new(object, ops->name, report_section(section));
	else
		json_lost_memory();
}

static json_t *report_timeline(const struct policy_result *run)
{
	json_t *timeline = json_array();

	for (size_t i = 0; i < run->nr_timeline; i++) {
		const struct timeline_sample *s = &run->timeline[i];
		json_t *sample = json_object(), *unusable = json_array();

		for (int order = 0; order < NR_PAGE_ORDERS; order++)
			json_array_append_new(unusable, json_fraction(s->unusable_index[order] /
								      1000.0));
		json_object_set_new(sample, "t_ns", json_u64(s->t_ns));
		json_object_set_new(sample, "free_pages", json_u64(s->free_pages));
		json_object_set_new(sample, "free_blocks", json_u64(s->free_blocks));
		json_object_set_new(sample, "unusable_index", unusable);
		sample_counters(sample, &(struct sample_of){ run, s });
		if (run->setup.ops && run->setup.ops->sample)
			set_section(sample, run->setup.ops, s->own);
		json_array_append_new(timeline, sample);
	}
	return timeline;
}

static json_t *report_throughput(const struct policy_result *run, const struct run_output *out)
{
	json_t *throughput = json_object();
	double seconds = (double)out->wall_ns / 1e9;

	json_object_set_new(throughput, "wall_ns", json_u64(out->wall_ns));
	json_object_set_new(throughput, "cpu_ns", json_u64(run->cpu_ns));
	json_object_set_new(throughput, "records_per_s", seconds > 0 ?
			    json_fraction((double)out->trace.records / seconds) : json_null());
	json_object_set_new(throughput, "allocs_frees_per_s", seconds > 0 ?
			    json_fraction((double)out->allocs_frees / seconds) : json_null());
	return throughput;
}

static json_t *report_model_stats(const struct model_stats *s)
{
	json_t *stats = json_object();

#define X(name, doc) json_object_set_new(stats, #name, json_u64(s->name));
	MODEL_STATS(X)
#undef X
	return stats;
}

/* adds the policy's own section under its name */
static void report_own(json_t *policy, const struct policy_result *run)
{
	const struct policy_ops *ops = run->setup.ops;
	struct sink_node *own;

	if (!ops->report)
		return;
	if (run->setup.dl)
		plugin_guard_enter(run->mm);
	own = sink_collect(ops, run->mm, ops->report, true);
	plugin_guard_leave();
	set_section(policy, ops, own);
	sink_free(own);
}

/**
 * report_policy - describe one policy's results
 * @run: finished replay; observed has no model memory, and fewer parts
 * @o: options: --timeline, --timing
 * @out: the run that it is part of
 * @spread: over seeds, or NULL
 *
 * Return: a new object.
 */
json_t *report_policy(const struct policy_result *run, const struct report_options *o,
		      const struct run_output *out, const struct spread *spread)
{
	json_t *policy = json_object(), *own;

	json_object_set_new(policy, "policy", json_string(run->policy));
	json_object_set_new(policy, "tunables", report_tunables(run));
	json_object_set_new(policy, "seed", json_u64(run->seed));
	json_object_set_new(policy, "counters", report_counters(run));
	own = report_policy_counters(run);
	if (own)
		json_object_set_new(policy, "policy_counters", own);
	json_object_set_new(policy, "thp", report_thp(run));
	if (!run->mm && run->extfrag.known)
		json_object_set_new(policy, "extfrag", report_extfrag(run));
	if (run->mm) {
		json_object_set_new(policy, "demand", report_model_stats(&run->stats));
		json_object_set_new(policy, "extfrag", report_extfrag(run));
		json_object_set_new(policy, "stall_ns", report_stall(run->mm));
		json_object_set_new(policy, "allocator", report_allocator(run->mm));
		json_object_set_new(policy, "folios", report_folios(run));
		json_object_set_new(policy, "search",
				    json_pack("{so, so}",
					      "lists", report_search(&run->mm->search_lists),
					      "blocks", report_search(&run->mm->search_blocks)));
		json_object_set_new(policy, "memory", report_memory(run->mm));
		report_own(policy, run);
	}
	if (o->timeline)
		json_object_set_new(policy, "timeline", report_timeline(run));
	if (o->timeline && run->map)
		json_object_set_new(policy, "map", report_map(run->map));
	if (o->timeline && run->map && !run->mm)
		json_object_set_new(policy, "memory", report_map_end(run->map));
	if (spread)
		json_object_set_new(policy, "spread", report_spread(run, spread));
	if (o->timing)
		json_object_set_new(policy, "throughput", report_throughput(run, out));
	return policy;
}
