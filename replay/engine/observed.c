/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pseudo-policy `observed`: every page where the trace says it was. No model; it is the check
 * on the demand rules, and the source of the THP outcomes that the recorded kernel really had.
 */
#include <stdlib.h>

#include "demand/internal.h"
#include "model.h"

static void observe(struct policy_result *run, enum vm_event_item item, u64 n)
{
	run->counters[item] += n;
}

static void observed_op(struct policy_result *run, const struct op *op)
{
	switch (op->type) {
	case OP_THP_FAULT:
		observe(run, op->handle == H_NONE ? VM_thp_fault_fallback : VM_thp_fault_alloc, 1);
		break;
	case OP_ALLOC:
	case OP_ALLOC_FAILED: {
		struct record r = { .order = op->order, .gfp = op->gfp };

		if (!is_huge_zero_attempt(&r))
			break;
		if (op->type == OP_ALLOC) {
			observe(run, VM_thp_zero_page_alloc, 1);
			break;
		}
		observe(run, VM_thp_zero_page_alloc_failed, 1);
		observe(run, VM_thp_fault_fallback, 1);
		break;
	}
	default:
		break;
	}
}

/**
 * observed_ops - count what the trace itself shows, from its start to the marker "after begin"
 * @run: its counters move
 * @op: operations
 * @n: how many
 */
void observed_ops(struct policy_result *run, const struct op *op, size_t n)
{
	static const enum vm_event_item known[] = {
		VM_thp_fault_alloc, VM_thp_fault_fallback, VM_thp_zero_page_alloc,
		VM_thp_zero_page_alloc_failed,
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		run->counter_known[known[i]] = true;
	for (i = 0; i < n && !run->measured; i++) {
		if (op[i].type == OP_MARK && op[i].a == MARK_AFTER_BEGIN)
			run->measured = true;
		else
			observed_op(run, &op[i]);
	}
}

/**
 * observed_compare - hold the trace's pages in use against after/kpageflags
 * @d: demand stage at the end of the trace
 * @m: machine
 * @out: ->observed is filled in
 *
 * Left out: pages that an event touched while the flags were read, and pages without any flag,
 * which are free on a per-CPU list or in use by the kernel (tracepoints.md 9.2).
 */
void observed_compare(const struct demand *d, const struct recording *m, struct run_output *out)
{
	u32 pfn, end = m->after.nr_pfns < d->max_pfn ? m->after.nr_pfns : d->max_pfn;

	if (!m->after.kpageflags || !m->before.kpageflags)
		return;
	for (pfn = 0; pfn < end; pfn++) {
		enum snap_page kind = snapshot_page_kind(&m->after, pfn);
		const struct tpage *tp = &d->tp[pfn];

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

/**
 * observed_end_state - a byte a pfn: 1 in use, 0 free
 * @d: demand stage at the end of the trace
 * @max_pfn: bytes
 *
 * Return: the array, to be freed by the caller; NULL without memory.
 */
u8 *observed_end_state(const struct demand *d, u32 max_pfn)
{
	u8 *state = calloc(max_pfn ? max_pfn : 1, 1);
	u32 pfn;

	for (pfn = 0; state && pfn < max_pfn && pfn < d->max_pfn; pfn++)
		state[pfn] = d->tp[pfn].state == T_LIVE;
	return state;
}
