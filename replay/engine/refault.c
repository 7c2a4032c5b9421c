// SPDX-License-Identifier: GPL-2.0-only
/*
 * Refaults (doc/design.md, "Refaults"). No event says when a page is touched. But each swap-in of
 * the recorded kernel is one touch of a page that it had swapped out, so it samples how the
 * workload touches cold memory: the page may still be resident here, and then the fault does not
 * happen (it is absorbed); and pages that only the model has swapped out are touched at the same
 * rate per page. The same holds for re-reads of the page cache.
 *
 * An allocation whose gfp says that it is no first touch counts as a refault while the recorded
 * kernel has evicted pages and its own counters (pswpin + swpin_zero, workingset_refault_file)
 * allow for more.
 */
#include <stdlib.h>

#include "refault.h"

/**
 * refault_init - allocate the rings of evicted pages, and set the budgets by the recording's
 * counters
 * @mo: driver
 *
 * Return: 0, or -1 without memory.
 */
int refault_init(struct model *mo)
{
	const struct recording *m = mo->opt->recording;
	struct away *side[] = { &mo->anon, &mo->file };
	u64 zero;
	u32 i;

	for (i = 0; i < 2; i++) {
		side[i]->recent_held = malloc(NR_RECENT * sizeof(u32));
		side[i]->recent_model = malloc(NR_RECENT * sizeof(u32));
		if (!side[i]->recent_held || !side[i]->recent_model)
			return -1;
		side[i]->budget = UINT64_MAX;
	}
	/* a page full of zeros is swapped in without io, and counted apart */
	if (recording_delta(m, "pswpin", &mo->anon.budget) &&
	    recording_delta(m, "swpin_zero", &zero))
		mo->anon.budget += zero;
	recording_delta(m, "workingset_refault_file", &mo->file.budget);
	return 0;
}

/**
 * refault_release - free the rings
 * @mo: driver
 */
void refault_release(struct model *mo)
{
	free(mo->anon.recent_held);
	free(mo->anon.recent_model);
	free(mo->file.recent_held);
	free(mo->file.recent_model);
}

static struct away *away_of(struct model *mo, bool anon)
{
	return anon ? &mo->anon : &mo->file;
}

/**
 * refault_trace_evicted - note that the recorded kernel has evicted pages
 * @mo: driver
 * @op: OP_RECLAIM
 */
void refault_trace_evicted(struct model *mo, const struct op *op)
{
	if (op->kind == PK_ANON || op->kind == PK_FILE)
		away_of(mo, op->kind == PK_ANON)->trace += 1ull << op->order;
}

/**
 * refault_held - note that the model still holds a folio of these pages
 * @mo: driver
 * @pfn: its head, marked cold
 */
void refault_held(struct model *mo, u32 pfn)
{
	const struct page *p = &mo->mm->page[pfn];
	struct away *a = away_of(mo, p->kind == PK_ANON);

	a->held += 1u << p->order;
	a->recent_held[a->nr_held++ % NR_RECENT] = pfn;
}

/**
 * refault_cold_evicted - note that the model has evicted a page that the recorded kernel evicted,
 * too
 * @mo: driver
 * @anon: its kind
 */
void refault_cold_evicted(struct model *mo, bool anon)
{
	struct away *a = away_of(mo, anon);

	mo->run->stats.evicted_cold++;
	if (a->held)
		a->held--;
}

/**
 * refault_live_evicted - note that the model has evicted a page that the trace still uses
 * @mo: driver
 * @handle: of the page
 * @anon: its kind
 */
void refault_live_evicted(struct model *mo, u32 handle, bool anon)
{
	struct away *a = away_of(mo, anon);

	a->model++;
	a->recent_model[a->nr_model++ % NR_RECENT] = handle;
}

/**
 * refault_gone - forget an evicted page that the workload or the recorded kernel has freed
 * @mo: driver
 * @value: of the map: MAP_SWAPPED, MAP_DROPPED; others are ignored
 */
void refault_gone(struct model *mo, u32 value)
{
	struct away *a = away_of(mo, value == MAP_SWAPPED);

	if (value != MAP_SWAPPED && value != MAP_DROPPED)
		return;
	if (a->model)
		a->model--;
	if (value == MAP_SWAPPED)
		swap_free(mo->mm, 1);
}

static bool with_chance(struct model *mo, u64 n, u64 of)
{
	return n && (n >= of || mm_random(mo->mm) % of < n);
}

/*
 * Draw a page that the recorded kernel has evicted and the model holds. Return: its pfn; PFN_NONE.
 */
static u32 pick_held(struct model *mo, struct away *a, u8 kind)
{
	u32 n = a->nr_held < NR_RECENT ? a->nr_held : NR_RECENT, tries, pfn;

	for (tries = 0; n && tries < 16; tries++) {
		const struct page *p;

		pfn = a->recent_held[mm_random(mo->mm) % n];
		p = &mo->mm->page[pfn];
		if (p->state == PAGE_USED && p->head && !p->order && p->cold && p->lru &&
		    p->kind == kind && p->owner == OWNER_NONE)
			return pfn;
	}
	return PFN_NONE;
}

/* The workload touches a page that only the model has evicted, so it comes back. */
static void touch_evicted(struct model *mo, struct away *a, const struct op *op)
{
	u32 n = a->nr_model < NR_RECENT ? a->nr_model : NR_RECENT, tries, handle, pfn;
	bool anon = op->kind == PK_ANON;
	u32 value = anon ? MAP_SWAPPED : MAP_DROPPED;
	struct op back = *op;

	for (tries = 0; n && tries < 16; tries++) {
		handle = a->recent_model[mm_random(mo->mm) % n];
		if (mo->map[handle] != value)
			continue;
		pfn = alloc_pages(mo->mm, anon ? GFP_HIGHUSER_MOVABLE | __GFP_COMP :
				  op->gfp, 0);
		if (pfn == PFN_NONE)
			return;
		refault_gone(mo, value);
		back.order = 0;
		model_use(mo, &back, pfn, 0, handle, LRU_REFAULT);
		if (anon) {
			swap_read_folio(mo->mm, 0);
			mo->run->stats.refaults_swap++;
		} else {
			mo->run->stats.refaults_file++;
		}
		return;
	}
}

/* Decide by the rate that the user gave, or by what the recording's counter allows. */
static bool is_refault(struct model *mo, struct away *a, u64 pages)
{
	double rate = mo->opt->refault_rate;

	if (rate >= 0)
		return (double)(mm_random(mo->mm) >> 11) < rate * 0x1p53;
	if (a->budget < pages)
		return false;
	if (a->budget != UINT64_MAX)
		a->budget -= pages;
	return true;
}

/**
 * refault_alloc - decide whether an allocation is a page coming back
 * @mo: driver
 * @op: OP_ALLOC with OPF_REFAULT or OPF_READ
 *
 * Return: REFAULT_YES: it is one, and the caller allocates its page; REFAULT_ABSORBED: its page was
 * still resident, and the object owns it now; REFAULT_NO: it is none.
 */
enum refault refault_alloc(struct model *mo, const struct op *op)
{
	struct away *a = away_of(mo, op->kind == PK_ANON);
	u64 pages = 1ull << op->order, trace = a->trace;
	u32 pfn;

	if (!trace || !is_refault(mo, a, pages))
		return REFAULT_NO;
	a->trace -= pages < trace ? pages : trace;
	if (with_chance(mo, a->model, trace))
		touch_evicted(mo, a, op);
	if (op->order || !with_chance(mo, a->held, trace))
		return REFAULT_YES;
	pfn = pick_held(mo, a, op->kind);
	if (pfn == PFN_NONE)
		return REFAULT_YES;
	a->held--;
	mo->mm->page[pfn].owner = op->handle;
	mo->map[op->handle] = pfn;
	folio_mark_accessed(mo->mm, pfn);
	mo->run->stats.refaults_absorbed++;
	return REFAULT_ABSORBED;
}
