// SPDX-License-Identifier: GPL-2.0-only
/*
 * The background worker, defrag passes, and what triggers them. doc/spb.md, "The worker", "Defrag"
 * and "Triggers".
 *
 * The model has one node, so one worker: jobs wait in the order in which they were queued. The
 * worker has a clock of its own. It takes evac_block_us for each pageblock that it evacuates, and
 * the block is empty when that time is over; everything else takes JOB_MIN_NS. Allocations only
 * queue, because a job may allocate itself and so must not run within one.
 */
#include <stdlib.h>

#include "spb.h"

/*
 * Time that every job takes at least. Without it two jobs that queue each other would run for ever
 * at one moment.
 */
#define JOB_MIN_NS	1000ull

/**
 * spb_now - get the time
 * @s: policy
 *
 * Return: ns; within a job by the worker's clock, else by the model's.
 */
u64 spb_now(const struct spb *s)
{
	return s->in_worker ? s->work_ns : mm_now_ns(s->mm);
}

/**
 * spb_work_init - allocate the ring of jobs
 * @s: policy, whose superpageblocks are counted already
 *
 * Each superpageblock has at most one pass queued, and the other jobs have limits of their own. The
 * ring has room for all of them, so it never overflows.
 *
 * Return: 0; -1 without memory.
 */
int spb_work_init(struct spb *s)
{
	u32 nr = SPB_EVAC_REQUESTS + 2, i;

	for (i = 0; i < MAX_NR_ZONES; i++)
		nr += s->zone[i].nr;
	s->job = calloc(nr, sizeof(*s->job));
	s->cap_jobs = nr;
	return s->job ? 0 : -1;
}

/**
 * spb_work_exit - free the ring of jobs
 * @s: policy
 */
void spb_work_exit(struct spb *s)
{
	free(s->job);
	s->job = NULL;
}

/**
 * spb_queue - queue a job behind all others
 * @s: policy
 * @job: copied; ->queued_ns is set here
 */
void spb_queue(struct spb *s, const struct spb_job *job)
{
	struct spb_job *slot;

	if (s->nr_jobs >= s->cap_jobs) {
		s->c.jobs_lost++;
		return;
	}
	slot = &s->job[(s->job_first + s->nr_jobs++) % s->cap_jobs];
	*slot = *job;
	slot->queued_ns = spb_now(s);
}

static void pop_job(struct spb *s)
{
	s->job_first = (s->job_first + 1) % s->cap_jobs;
	s->nr_jobs--;
}

static bool cools_down(const struct spb *s, const struct spb_zone *sz,
		       const struct superpageblock *sb)
{
	u64 cooldown = (u64)(s->cooldown_s * (double)NSEC_PER_SEC);

	if (!sb->last_no_progress_ns || spb_now(s) >= sb->last_no_progress_ns + cooldown)
		return false;
	return (u64)spb_region(sz, sb)->nr_free_pages <
	       sb->last_no_progress_pages + pageblock_nr_pages;
}

/**
 * spb_needs_defrag - decide whether a superpageblock needs a defrag pass
 * @s: policy
 * @sz: its zone
 * @sb: superpageblock
 *
 * It does if it is tainted, has movable pages and fewer free pageblocks than its reserve; unless a
 * pass without progress ended less than cooldown_s ago and no pageblock's worth of pages has come
 * free since. Clean superpageblocks are left to kcompactd; version 1's defrag of them is not known.
 *
 * Return: whether it does.
 */
bool spb_needs_defrag(const struct spb *s, const struct spb_zone *sz,
		      const struct superpageblock *sb)
{
	if (!spb_is_tainted(sb) || !sb->nr_movable || sb->nr_free >= spb_reserve(sb))
		return false;
	return !cools_down(s, sz, sb);
}

/**
 * spb_maybe_start_defrag - queue a defrag pass if one is needed and none is queued or running
 * @s: policy
 * @sz: zone
 * @sb: superpageblock
 */
void spb_maybe_start_defrag(struct spb *s, struct spb_zone *sz, struct superpageblock *sb)
{
	struct spb_job job = { .type = SPB_JOB_DEFRAG, .zone = (u8)sz->z->type,
			       .sb = spb_index(sz, sb) };

	if (sb->defrag_active || !spb_needs_defrag(s, sz, sb))
		return;
	sb->defrag_active = true;
	s->c.defrag_started++;
	spb_queue(s, &job);
}

/**
 * spb_react_to_tainted_alloc - start background work after an allocation
 * @s: policy
 * @sz: zone
 * @sb: superpageblock that the page came from; nothing is done for a clean one, nor for one above
 *	its high-water mark
 *
 * Without hot_triggers only the shrinkers run, as before v1 43/45.
 */
void spb_react_to_tainted_alloc(struct spb *s, struct spb_zone *sz, struct superpageblock *sb)
{
	if (!spb_is_tainted(sb) || !spb_below_high_water(sz, sb))
		return;
	spb_queue_slab_shrink(s, sz);
	if (s->hot_triggers)
		spb_maybe_start_defrag(s, sz, sb);
}

/**
 * spb_pressure_triggers - start background work when no tainted superpageblock served a request
 * @s: policy
 * @sz: zone
 * @order: of the request
 * @mt: its type
 *
 * The request may taint a clean superpageblock next, so every tainted one may need defrag.
 */
void spb_pressure_triggers(struct spb *s, struct spb_zone *sz, u32 order, u8 mt)
{
	struct superpageblock *sb = NULL;

	if (s->walk && s->walk->saw_below_reserve) {
		spb_queue_evacuate(s, sz, order, mt);
		spb_queue_slab_shrink(s, sz);
	}
	if (!s->hot_triggers)
		return;
	while ((sb = spb_next(sz, SPB_TAINTED, sb)))
		spb_maybe_start_defrag(s, sz, sb);
}

static void clear_skip_bits(struct spb *s, const struct superpageblock *sb)
{
	u32 pfn;

	for (pfn = sb->start_pfn; pfn < sb->end_pfn; pfn += pageblock_nr_pages)
		s->pb[pfn >> pageblock_order] &= (u8)~PB_SKIP;
}

static bool defrag_done(const struct superpageblock *sb)
{
	return !spb_is_tainted(sb) || !sb->nr_movable || sb->nr_free >= spb_reserve(sb);
}

static void begin_pass(struct spb *s, struct superpageblock *sb)
{
	struct spb_pass *p = &s->pass;

	s->c.defrag_passes++;
	p->nr_free = sb->nr_free;
	p->wrapped = false;
	p->idle = !spb_is_tainted(sb) || !sb->nr_movable;
	if (p->idle)
		return;
	p->cursor = sb->defrag_cursor;
	if (p->cursor < sb->start_pfn || p->cursor >= sb->end_pfn) {
		p->cursor = sb->start_pfn;
		clear_skip_bits(s, sb);
	}
	p->pfn = p->cursor;
}

static bool worth_evacuating(const struct spb *s, const struct superpageblock *sb, u32 pfn)
{
	u8 bits = s->pb[pfn >> pageblock_order];

	return pfn + pageblock_nr_pages <= sb->end_pfn && (bits & PB_HAS_MOVABLE) &&
	       !(bits & (PB_ALL_FREE | PB_SKIP));
}

static void next_block(struct spb *s, const struct superpageblock *sb)
{
	struct spb_pass *p = &s->pass;

	p->pfn += pageblock_nr_pages;
	if (p->pfn < sb->end_pfn || p->wrapped)
		return;
	clear_skip_bits(s, sb);
	p->pfn = sb->start_pfn;
	p->wrapped = true;
}

/* The pageblock that the pass evacuates next; PFN_NONE at its end. */
static u32 block_of_pass(struct spb *s, const struct superpageblock *sb)
{
	struct spb_pass *p = &s->pass;

	while (!p->idle && p->pfn < sb->end_pfn && !defrag_done(sb) &&
	       !(p->wrapped && p->pfn > p->cursor)) {
		if (worth_evacuating(s, sb, p->pfn))
			return p->pfn;
		next_block(s, sb);
	}
	return PFN_NONE;
}

static void end_pass(struct spb *s, struct spb_zone *sz, struct superpageblock *sb)
{
	u64 now = spb_now(s);

	if (!s->pass.idle)
		sb->defrag_cursor = s->pass.pfn;
	sb->defrag_active = false;
	if (sb->nr_free != s->pass.nr_free) {
		sb->last_no_progress_ns = 0;
		s->c.defrag_progress++;
		return;
	}
	sb->last_no_progress_ns = now ? now : 1;
	sb->last_no_progress_pages = (u64)spb_region(sz, sb)->nr_free_pages;
}

static void begin_job(struct spb *s, const struct spb_job *job)
{
	struct spb_zone *sz = &s->zone[job->zone];

	s->job_runs = true;
	if (s->work_ns < job->queued_ns)
		s->work_ns = job->queued_ns;
	s->work_ns += JOB_MIN_NS;
	if (job->type == SPB_JOB_DEFRAG)
		begin_pass(s, &sz->sb[job->sb]);
	else if (job->type == SPB_JOB_EVACUATE)
		spb_evac_begin(s, sz, &s->evac, job->order, job->mt);
	else
		spb_run_slab_shrink(s);
}

/* The pageblock that the job evacuates next; PFN_NONE when it is done. */
static u32 block_of_job(struct spb *s, const struct spb_job *job)
{
	struct spb_zone *sz = &s->zone[job->zone];

	if (job->type == SPB_JOB_DEFRAG)
		return block_of_pass(s, &sz->sb[job->sb]);
	return job->type == SPB_JOB_EVACUATE ? spb_evac_block(s, sz, &s->evac) : PFN_NONE;
}

static void evacuate_block_of_job(struct spb *s, const struct spb_job *job, u32 pfn)
{
	struct spb_zone *sz = &s->zone[job->zone];

	spb_evacuate_pageblock(s, sz, pfn, true);
	if (job->type == SPB_JOB_DEFRAG) {
		s->c.defrag_blocks++;
		next_block(s, &sz->sb[job->sb]);
	} else {
		s->c.evac_blocks++;
		spb_evac_next(&s->evac);
	}
}

static void end_job(struct spb *s, const struct spb_job *job)
{
	struct spb_zone *sz = &s->zone[job->zone];

	if (job->type == SPB_JOB_DEFRAG)
		end_pass(s, sz, &sz->sb[job->sb]);
	else if (job->type == SPB_JOB_EVACUATE)
		spb_evac_request_done(s, sz, job);
	s->job_runs = false;
	pop_job(s);
}

/*
 * Do one step of the job at the head of the queue. Return: false if it would end after @until_ns.
 */
static bool work_step(struct spb *s, u64 until_ns)
{
	u64 cost = (u64)(s->evac_block_us * 1e3);
	struct spb_job job = s->job[s->job_first];
	u32 pfn;

	if (!s->job_runs) {
		u64 start = s->work_ns > job.queued_ns ? s->work_ns : job.queued_ns;

		if (start + JOB_MIN_NS > until_ns)
			return false;
		begin_job(s, &job);
	}
	pfn = block_of_job(s, &job);
	if (pfn == PFN_NONE) {
		end_job(s, &job);
		return true;
	}
	if (s->work_ns + cost > until_ns)
		return false;
	s->work_ns += cost;
	evacuate_block_of_job(s, &job, pfn);
	return true;
}

/**
 * spb_on_background - let the worker run up to a moment
 * @mm: model memory
 * @until_ns: the moment
 */
void spb_on_background(struct mm *mm, u64 until_ns)
{
	struct spb *s = spb_of(mm);

	if (!s->nr_jobs)
		return;
	s->in_worker = true;
	while (s->nr_jobs && work_step(s, until_ns))
		;
	s->in_worker = false;
}
