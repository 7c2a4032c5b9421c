// SPDX-License-Identifier: GPL-2.0-only
/* Free memory and fragmentation are sampled over the trace's time. */
#include <stdlib.h>
#include <string.h>

#include "blockmap.h"
#include "model.h"
#include "policy_sink.h"

/* Returns the index of all zones together, in thousandths. */
static u32 unusable_index(const struct mm *mm, u32 order)
{
	struct contig_page_info info = { 0 };

	for (u32 z = 0; z < MAX_NR_ZONES; z++)
		if (mm->zone[z].populated)
			contig_page_info_add(&mm->zone[z], order, &info);
	return unusable_free_index(order, &info);
}

/**
 * timeline_add - append an empty sample
 * @run: whose samples they are
 * @t_ns: time since the replay began
 *
 * Return: the sample, valid until the next call; NULL without memory.
 */
struct timeline_sample *timeline_add(struct policy_result *run, u64 t_ns)
{
	struct timeline_sample *s;

	if (run->nr_timeline == run->cap_timeline) {
		size_t cap = run->cap_timeline ? 2 * run->cap_timeline : 256;

		s = realloc(run->timeline, cap * sizeof(*s));
		if (!s)
			return NULL;
		run->timeline = s;
		run->cap_timeline = cap;
	}
	s = &run->timeline[run->nr_timeline++];
	*s = (struct timeline_sample){ .t_ns = t_ns };
	return s;
}

/**
 * timeline_extfrag_events - add up all kinds of fallbacks
 * @nr: as in struct extfrag_counts
 *
 * Return: their sum.
 */
u64 timeline_extfrag_events(const u64 nr[MIGRATE_PCPTYPES][MIGRATE_PCPTYPES][NR_EXTFRAG_CLASS])
{
	const u64 *first = &nr[0][0][0];
	u64 sum = 0;

	for (int i = 0; i < MIGRATE_PCPTYPES * MIGRATE_PCPTYPES * NR_EXTFRAG_CLASS; i++)
		sum += first[i];
	return sum;
}

/**
 * timeline_sample - append one sample
 * @mo: model
 * @t_ns: time since the replay began
 * @end: it is the last one
 *
 * The map of pageblocks gets one, too, if this is a moment that it keeps.
 *
 * Return: 0, or -1 without memory.
 */
int timeline_sample(struct model *mo, u64 t_ns, bool end)
{
	struct policy_result *run = mo->run;
	struct timeline_sample *s = timeline_add(run, t_ns);
	const struct mm *mm = mo->mm;
	u32 z, o;

	if (!s)
		return -1;
	for (z = 0; z < MAX_NR_ZONES; z++) {
		if (!mm->zone[z].populated)
			continue;
		s->free_pages += (u64)mm->zone[z].nr_free_pages;
		s->free_blocks += (u64)mm->zone[z].nr_free_pages_blocks;
	}
	for (o = 0; o < NR_PAGE_ORDERS; o++)
		s->unusable_index[o] = unusable_index(mm, o);
	memcpy(s->counters, mm->vmstat, sizeof(s->counters));
	s->extfrag_events = timeline_extfrag_events(mm->extfrag);
	s->own = sink_collect(run->setup.ops, mm, run->setup.ops->sample, run->nr_timeline == 1);
	if (!run->map) {
		run->map = blockmap_alloc(mm);
		if (run->map)
			blockmap_watch(run->map, mo->mm);
	}
	return run->map ? blockmap_sample(run->map, mm, t_ns, end) : -1;
}

/**
 * timeline_free - free the samples of a policy
 * @run: none are left in it
 */
void timeline_free(struct policy_result *run)
{
	for (size_t i = 0; i < run->nr_timeline; i++)
		sink_free(run->timeline[i].own);
	free(run->timeline);
	run->timeline = NULL;
	run->nr_timeline = run->cap_timeline = 0;
}
