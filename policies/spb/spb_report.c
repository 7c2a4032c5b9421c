// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policy's section of the report, and its part of each timeline sample. The fields follow the
 * debugfs file "superpageblocks" and the trace events of the series.
 */
#include "spb.h"

static const char *const fullness_names[NR_SPB_FULLNESS] = {
	"full", "75pct", "50pct", "25pct", "almost_empty"
};

static const char *const category_names[NR_SPB_CATEGORIES] = { "clean", "tainted" };

static const char *const outcome_names[NR_SPB_OUTCOMES] = {
	[SPB_NO_PAGE] = "no_page",
	[SPB_PREFERRED_BLOCK] = "preferred_block",
	[SPB_PREFERRED_PART] = "preferred_part",
	[SPB_CLAIMED_BLOCK] = "claimed_block",
	[SPB_CLAIMED_PART] = "claimed_part",
	[SPB_BORROWED_KERNEL] = "borrowed_kernel",
	[SPB_BORROWED_MOVABLE] = "borrowed_movable",
	[SPB_EMPTY] = "empty",
	[SPB_MOVABLE_SPILL] = "movable_spill",
	[SPB_HINT] = "hint",
};

static const char *const refusal_names[NR_SPB_REFUSALS] = {
	[SPB_REFUSED_ISOLATE] = "isolate",
	[SPB_REFUSED_CMA] = "cma",
	[SPB_REFUSED_ZONE_BOUNDARY] = "zone_boundary",
	[SPB_REFUSED_CROSS_TYPE] = "cross_type_not_free",
	[SPB_REFUSED_INSUFFICIENT] = "insufficient_compat",
};

static const char *const relax_names[NR_SPB_RELAX] = {
	[SPB_NORETRY_SKIP] = "noretry_skip",
	[SPB_ADD_TAINTED_OK] = "add_tainted_ok",
	[SPB_DROP_NOFRAGMENT] = "drop_nofragment",
	[SPB_NOWARN_LOWER_ORDER] = "nowarn_lower_order",
};

/* Totals over all zones, in superpageblocks. */
struct totals {
	u64 nr, empty, isolated, list[NR_SPB_CATEGORIES][NR_SPB_FULLNESS];
	u64 tainted, only_reserved;	/* of these, tainted by reserved pageblocks alone */
	u64 clipped, kernel_pages, clean_without_kernel, free, could_be_freed;
};

static void count_lists(const struct spb *s, struct totals *t)
{
	for (u32 i = 0; i < MAX_NR_ZONES; i++) {
		const struct spb_zone *sz = &s->zone[i];

		if (!sz->sb)
			continue;
		t->nr += sz->nr;
		t->empty += sz->empty.nr;
		t->isolated += sz->isolated.nr;
		for (u32 cat = 0; cat < NR_SPB_CATEGORIES; cat++)
			for (u32 full = 0; full < NR_SPB_FULLNESS; full++)
				t->list[cat][full] += sz->lists[cat][full].nr;
	}
	for (u32 full = 0; full < NR_SPB_FULLNESS; full++)
		t->tainted += t->list[SPB_TAINTED][full];
}

/* What the pages of a superpageblock are, whatever its bits say. */
struct contents {
	bool used, kernel, fixed;
};

static void look_at_page(const struct mm *mm, u32 pfn, struct contents *c)
{
	const struct page *p = mm_page(mm, pfn);
	const struct page *head;

	switch ((enum page_state)p->state) {
	case PAGE_USED:
		head = mm_page(mm, pfn & ~((1u << p->order) - 1));
		c->used = true;
		c->kernel |= p->mt != MIGRATE_MOVABLE;
		c->fixed |= head->pinned || !(head->lru || p->kind == PK_MOVABLE_OPS);
		break;
	case PAGE_RESERVED:
	case PAGE_ABSENT:
		c->fixed = true;
		break;
	case PAGE_BUDDY:
	case PAGE_PCP:
	case PAGE_ISOLATED:
		break;
	}
}

static void count_contents(const struct mm *mm, const struct spb *s, const struct spb_zone *sz,
			   struct totals *t)
{
	for (u32 i = 0; i < sz->nr; i++) {
		const struct superpageblock *sb = &sz->sb[i];
		bool whole = sb->end_pfn - sb->start_pfn == 1u << s->order;
		struct contents c = { 0 };

		for (u32 pfn = sb->start_pfn; pfn < sb->end_pfn; pfn++)
			look_at_page(mm, pfn, &c);
		t->clipped += !whole;
		t->kernel_pages += c.kernel;
		t->only_reserved += sb->where == SPB_ON_CATEGORY && sb->nr_reserved &&
				    !sb->nr_unmovable && !sb->nr_reclaimable;
		t->clean_without_kernel += !c.kernel && (sb->where == SPB_ON_EMPTY ||
			(sb->where == SPB_ON_CATEGORY && sb->category == SPB_CLEAN));
		t->free += whole && !c.used && !c.fixed;
		t->could_be_freed += whole && c.used && !c.fixed;
	}
}

static void write_lists(const struct totals *t, struct policy_sink *sink)
{
	sink_u64(sink, "empty", t->empty);
	sink_u64(sink, "contig_allocated", t->isolated);
	for (u32 cat = 0; cat < NR_SPB_CATEGORIES; cat++) {
		sink_open(sink, category_names[cat]);
		for (u32 full = 0; full < NR_SPB_FULLNESS; full++)
			sink_u64(sink, fullness_names[full], t->list[cat][full]);
		sink_close(sink);
	}
}

static void write_named(struct policy_sink *sink, const char *name, const char *const *names,
			const u64 *value, u32 nr)
{
	sink_open(sink, name);
	for (u32 i = 0; i < nr; i++)
		sink_u64(sink, names[i], value[i]);
	sink_close(sink);
}

static void write_superpageblocks(const struct mm *mm, const struct spb *s,
				  struct policy_sink *sink)
{
	struct totals t = { 0 };

	count_lists(s, &t);
	for (u32 i = 0; i < MAX_NR_ZONES; i++)
		if (s->zone[i].sb)
			count_contents(mm, s, &s->zone[i], &t);
	sink_open(sink, "superpageblocks");
	sink_u64(sink, "pages", 1ull << s->order);
	sink_u64(sink, "total", t.nr);
	sink_u64(sink, "clipped", t.clipped);
	write_lists(&t, sink);
	sink_u64(sink, "nr_tainted", t.tainted);
	sink_u64(sink, "tainted_by_reserved_alone", t.only_reserved);
	sink_u64(sink, "with_kernel_pages", t.kernel_pages);
	sink_u64(sink, "clean_without_kernel_pages", t.clean_without_kernel);
	sink_u64(sink, "free", t.free);
	sink_u64(sink, "could_be_freed", t.could_be_freed);
	sink_close(sink);
}

/* Superpageblocks that @percent of all walks did not exceed. */
static u64 walk_percentile(const struct spb_counters *c, u64 percent)
{
	u64 rank = (c->walks * percent + 99) / 100, seen = 0;
	u32 i;

	for (i = 0; i < SPB_WALK_BINS - 1; i++) {
		seen += c->walk_hist[i];
		if (seen >= rank)
			return i;
	}
	return c->walk_max;
}

static u64 walks_of_at_least(const struct spb_counters *c, u32 visits)
{
	u64 n = 0;

	for (u32 i = visits; i < SPB_WALK_BINS; i++)
		n += c->walk_hist[i];
	return n;
}

static void write_walks(const struct spb_counters *c, struct policy_sink *sink)
{
	sink_open(sink, "walk");
	sink_u64(sink, "walks", c->walks);
	sink_real(sink, "mean", c->walks ? (double)c->visited / (double)c->walks : 0);
	sink_u64(sink, "p50", c->walks ? walk_percentile(c, 50) : 0);
	sink_u64(sink, "p99", c->walks ? walk_percentile(c, 99) : 0);
	sink_u64(sink, "max", c->walk_max);
	sink_u64(sink, "of_100_or_more", walks_of_at_least(c, 100));
	sink_u64(sink, "hint_cpu", c->hint_cpu);
	sink_u64(sink, "hint_zone", c->hint_zone);
	sink_u64(sink, "hint_stale", c->hint_stale);
	sink_close(sink);
}

static void write_background(const struct spb_counters *c, struct policy_sink *sink)
{
	sink_open(sink, "defrag");
	sink_u64(sink, "started", c->defrag_started);
	sink_u64(sink, "passes", c->defrag_passes);
	sink_u64(sink, "passes_with_progress", c->defrag_progress);
	sink_u64(sink, "blocks", c->defrag_blocks);
	sink_close(sink);
	sink_open(sink, "evacuation");
	sink_u64(sink, "requests", c->evac_requests);
	sink_u64(sink, "requests_dropped", c->evac_dropped);
	sink_u64(sink, "runs", c->evac_runs);
	sink_u64(sink, "blocks", c->evac_blocks);
	sink_close(sink);
	sink_u64(sink, "pages_migrated", c->pages_migrated);
	sink_u64(sink, "pages_dropped", c->pages_dropped);
	sink_u64(sink, "pages_failed", c->pages_failed);
	sink_open(sink, "slab_shrink");
	sink_u64(sink, "queued", c->spb_slab_shrink_queued);
	sink_u64(sink, "ran", c->spb_slab_shrink_ran);
	sink_u64(sink, "pages_freed", c->slab_pages_freed);
	sink_close(sink);
	sink_u64(sink, "jobs_lost", c->jobs_lost);
}

static void write_contig_pcp(const struct spb_counters *c, struct policy_sink *sink)
{
	sink_open(sink, "contig");
	sink_u64(sink, "tried", c->contig_tried);
	sink_u64(sink, "ok", c->contig_ok);
	sink_close(sink);
	sink_open(sink, "pcp_refill");
	sink_u64(sink, "owned", c->pcp_owned);
	sink_u64(sink, "whole", c->pcp_whole);
	sink_u64(sink, "adopted", c->pcp_adopted);
	sink_close(sink);
}

/**
 * spb_report - write the section "spb" of the report
 * @mm: model memory at the end
 * @priv: policy
 * @sink: where to write
 */
void spb_report(const struct mm *mm, const void *priv, struct policy_sink *sink)
{
	const struct spb *s = priv;
	const struct spb_counters *c = &s->c;

	write_superpageblocks(mm, s, sink);
	write_named(sink, "outcomes", outcome_names, c->outcome, NR_SPB_OUTCOMES);
	write_named(sink, "refusals", refusal_names, c->refused, NR_SPB_REFUSALS);
	write_named(sink, "relaxed", relax_names, c->relaxed, NR_SPB_RELAX);
	write_walks(c, sink);
	sink_u64(sink, "claims", c->claims);
	sink_u64(sink, "claims_tainting", c->claims_tainting);
	sink_u64(sink, "steals", c->steals);
	sink_u64(sink, "became_tainted", c->taints);
	sink_u64(sink, "highorder_refused", c->spb_highorder_refused);
	sink_u64(sink, "dropped_nofragment", c->dropped_nofragment);
	write_background(c, sink);
	write_contig_pcp(c, sink);
	sink_u64(sink, "compaction_skipped", c->compact_skipped);
	sink_u64(sink, "cma_not_found", c->cma_not_found);
}

/**
 * spb_sample - write superpageblocks by category and fullness for a sample
 * @mm: model memory
 * @priv: policy
 * @sink: where to write
 */
void spb_sample(const struct mm *mm, const void *priv, struct policy_sink *sink)
{
	struct totals t = { 0 };

	(void)mm;
	count_lists(priv, &t);
	write_lists(&t, sink);
	sink_u64(sink, "nr_tainted", t.tainted);
}
