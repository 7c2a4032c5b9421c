// SPDX-License-Identifier: GPL-2.0-only
/* A policy's model as a consumer: it is built, driven by the operations, and checked at its end. */
#include <stdlib.h>
#include <string.h>

#include "mm/mm.h"

#include "consumer.h"
#include "model.h"
#include "plugin_guard.h"

static int fail_with(struct consumer *c, const char *what)
{
	snprintf(c->fault, sizeof(c->fault), "%s", what);
	return -1;
}

static int let_policy_decide(struct consumer *c)
{
	struct policy_result *run = c->run;
	int ret;

	if (run->setup.dl) {
		plugin_guard_install();
		plugin_guard_enter(run->mm);
	}
	ret = policy_setup_apply(&run->setup, run->mm, c->fault, sizeof(c->fault));
	plugin_guard_leave();
	return ret;
}

static int model_run_init(struct consumer *c, const struct consumer_base *base)
{
	struct model *mo = c->state = calloc(1, sizeof(*mo));

	if (!mo)
		return fail_with(c, "out of memory");
	c->run->mm = mo->mm = build_mm(base, c->run, c->fault, sizeof(c->fault));
	if (!mo->mm)
		return -1;
	if (let_policy_decide(c))
		return -1;
	if (model_init(mo, c->opt, c->run, demand_nr_handles(base->demand)))
		return fail_with(c, "no memory for the map of pages");
	return 0;
}

static int model_run_take(struct consumer *c, const struct op *op, size_t n)
{
	struct model *mo = c->state;
	int ret;

	if (c->run->setup.dl)
		plugin_guard_enter(c->run->mm);
	ret = model_ops(mo, op, n);
	plugin_guard_leave();
	if (ret)
		snprintf(c->fault, sizeof(c->fault), "%s", mo->fault);
	return ret;
}

static u8 *pages_in_use(const struct mm *mm)
{
	u8 *state = calloc(mm->max_pfn, 1);
	u32 pfn;

	for (pfn = 0; state && pfn < mm->max_pfn; pfn++)
		state[pfn] = mm->page[pfn].state == PAGE_USED ||
			     mm->page[pfn].state == PAGE_RESERVED;
	return state;
}

static int model_run_finish(struct consumer *c, const struct consumer_base *base)
{
	struct policy_result *run = c->run;
	struct mm *mm = run->mm;

	(void)base;
	/* a policy from a file gets a report only if it broke no rule: one check costs little */
	if (run->setup.dl &&
	    !policy_check(mm, "at the end of the replay", c->fault, sizeof(c->fault)))
		return -1;
	/* where no marker stopped the counters, they count to the end */
	if (!run->measured)
		memcpy(run->counters, mm->vmstat, sizeof(run->counters));
	memset(run->counter_known, true, sizeof(run->counter_known));
	memcpy(run->extfrag.nr, mm->extfrag, sizeof(run->extfrag.nr));
	run->extfrag.change_ownership = mm->extfrag_change_ownership;
	run->extfrag.known = true;
	if (!c->opt->want_end_state)
		return 0;
	run->end_state = pages_in_use(mm);
	return run->end_state ? 0 : fail_with(c, "no memory for the end state");
}

static void model_run_release(struct consumer *c)
{
	if (c->state)
		model_release(c->state);
	free(c->state);
}

const struct consumer_ops model_consumer = {
	.init = model_run_init,
	.take = model_run_take,
	.finish = model_run_finish,
	.release = model_run_release,
};
