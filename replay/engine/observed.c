// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pseudo-policy `observed` has every page where the trace says it was. It is no model, but the
 * check on the demand rules, and the source of the THP outcomes that the recorded kernel had.
 */
#include <stdlib.h>

#include "demand/demand.h"
#include "mm/mm.h"

#include "consumer.h"
#include "model.h"

struct observed {
	struct observed_map *map;	/* with timeline_ms */
};

static void add_to_counter(struct policy_result *run, enum vm_event_item item, u64 n)
{
	run->counters[item] += n;
	run->counter_known[item] = true;
}

static void count_extfrag(struct policy_result *run, const struct op *op)
{
	run->extfrag.nr[op->mt][op->hint][op->a]++;
	run->extfrag.change_ownership += op->arg;
	run->extfrag.known = true;
}

static void count_op(struct policy_result *run, const struct op *op)
{
	bool failed = op->handle == H_NONE;

	switch (op->type) {
	case OP_THP_FAULT:
		add_to_counter(run, failed ? VM_thp_fault_fallback : VM_thp_fault_alloc, 1);
		break;
	case OP_HUGE_ZERO:
		add_to_counter(run, failed ? VM_thp_zero_page_alloc_failed : VM_thp_zero_page_alloc,
			       1);
		if (failed)
			add_to_counter(run, VM_thp_fault_fallback, 1);
		break;
	case OP_RECORDED:
		add_to_counter(run, op->a, (u64)(s64)(s32)op->arg);
		break;
	case OP_MARK:
		run->measured |= op->a == MARK_AFTER_BEGIN;
		break;
	default:
		break;
	}
}

static int observed_init(struct consumer *c, const struct consumer_base *base)
{
	/* every fault and every attempt has its event, so that what has none is known to be 0 */
	static const enum vm_event_item known[] = {
		VM_thp_fault_alloc, VM_thp_fault_fallback, VM_thp_zero_page_alloc,
		VM_thp_zero_page_alloc_failed,
	};
	struct observed *o = c->state = calloc(1, sizeof(*o));
	struct mm *mm;
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		c->run->counter_known[known[i]] = true;
	if (!o || !c->opt->timeline_ms)
		return o ? 0 : -1;
	/* it has no model, but its map begins as those of the models do */
	mm = build_mm(base, c->run, c->fault, sizeof(c->fault));
	if (!mm)
		return -1;
	o->map = observed_map_alloc(c->run, mm, c->opt->timeline_ms * 1000000);
	mm_free(mm);
	if (!o->map)
		snprintf(c->fault, sizeof(c->fault),
			 "no memory for the map of observed pageblocks");
	return o->map ? 0 : -1;
}

/* Counters end with the marker "after begin", as the models' do; extfrag events with the trace. */
static int observed_take(struct consumer *c, const struct op *op, size_t n)
{
	struct observed *o = c->state;
	size_t i;

	for (i = 0; i < n; i++) {
		/* a sample that is due shows what was before this operation */
		if (o->map && observed_map_ops(o->map, &op[i], 1))
			return -1;
		if (op[i].type == OP_EXTFRAG)
			count_extfrag(c->run, &op[i]);
		else if (!c->run->measured)
			count_op(c->run, &op[i]);
	}
	return 0;
}

static u8 *pages_in_use(const struct demand *d, u32 max_pfn)
{
	const struct tpage *tp = demand_tpages(d);
	u8 *state = calloc(max_pfn ? max_pfn : 1, 1);
	u32 pfn;

	for (pfn = 0; state && pfn < max_pfn && pfn < demand_max_pfn(d); pfn++)
		state[pfn] = tp[pfn].state == T_LIVE;
	return state;
}

static int observed_finish(struct consumer *c, const struct consumer_base *base)
{
	if (!c->opt->want_end_state)
		return 0;
	c->run->end_state = pages_in_use(base->demand, c->opt->recording->max_pfn);
	if (!c->run->end_state)
		snprintf(c->fault, sizeof(c->fault), "no memory for the end state");
	return c->run->end_state ? 0 : -1;
}

static void observed_release(struct consumer *c)
{
	struct observed *o = c->state;

	if (o)
		observed_map_free(o->map);
	free(o);
}

const struct consumer_ops observed_consumer = {
	.init = observed_init,
	.take = observed_take,
	.finish = observed_finish,
	.release = observed_release,
};

/**
 * observed_compare - compare the trace's pages in use with after/kpageflags
 * @d: demand stage at the end of the trace
 * @m: recording
 * @out: ->observed is filled in
 *
 * Left out are pages that an event named while the flags were read, and pages without any flag,
 * which are free on a per-CPU list or in use by the kernel (doc/design.md, "Words").
 */
void observed_compare(const struct demand *d, const struct recording *m, struct run_output *out)
{
	u32 pfn, end = demand_max_pfn(d);

	if (!m->after.kpageflags || !m->before.kpageflags)
		return;
	if (end > m->after.nr_pfns)
		end = m->after.nr_pfns;
	for (pfn = 0; pfn < end; pfn++) {
		enum snap_page kind = snapshot_page_kind(&m->after, pfn);
		const struct tpage *tp = &demand_tpages(d)[pfn];

		if (kind == SNAP_ABSENT)
			continue;
		if (tp->touched) {
			out->observed.skipped_touched++;
		} else if (kind == SNAP_NOFLAGS) {
			out->observed.skipped_noflags++;
		} else {
			out->observed.pfns++;
			out->observed.agree += (kind != SNAP_BUDDY) == (tp->state == T_LIVE);
		}
	}
}
