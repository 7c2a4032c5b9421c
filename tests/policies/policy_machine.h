/* SPDX-License-Identifier: GPL-2.0-only */
/* Policies as -p takes them, for the machines of tests; and the columns of defrag_mode's matrix. */
#ifndef FRAGREPLAY_TEST_POLICY_MACHINE_H
#define FRAGREPLAY_TEST_POLICY_MACHINE_H

#include <string.h>

#include "engine/engine.h"

/* vanilla, and the steps of defrag_mode in the order in which they were made */
enum { VANILLA, BASE, OOMFIX, ASSIST, WMARKS, KSWAPD_EXIT, NONBLOCK, STORM, STORM_FIX, NR_STEPS };

static const char *const step_policy[NR_STEPS] = {
	"vanilla", "defrag_mode,step=base", "defrag_mode,step=oomfix", "defrag_mode,step=assist",
	"defrag_mode,step=wmarks", "defrag_mode,step=kswapd-exit", "defrag_mode,step=nonblock",
	"defrag_mode,step=storm", "defrag_mode,step=storm-fix",
};

#define for_each_step(i) for (int i = VANILLA; i < NR_STEPS; i++)

/* let the policy that @arg names decide for a machine that has not run yet */
static inline void set_policy(struct mm *mm, const char *arg)
{
	struct policy_setup s;
	char err[512] = "";

	if (policy_setup_parse(&s, arg, err, sizeof(err)))
		fail_msg("%s", err);
	policy_setup_kernel(&s, &mm->k);
	if (policy_setup_apply(&s, mm, err, sizeof(err)))
		fail_msg("%s", err);
	policy_setup_release(&s);
}

/* one of the policy's own counters */
static inline u64 counter(const struct mm *mm, const char *name)
{
	const struct policy_counter *c = mm->policy->own->counters;
	u64 value;

	while (strcmp(c->name, name))
		c++;
	memcpy(&value, (const char *)mm->policy->priv + c->offset, sizeof(value));
	return value;
}

/* the value that one of the policy's own enums has */
static inline const char *tunable(const struct mm *mm, const char *name)
{
	const struct policy_tunable *t = mm->policy->own->tunables;
	static char text[64];
	u32 value;

	while (strcmp(t->name, name))
		t++;
	memcpy(&value, (const char *)mm->policy->priv + t->offset, sizeof(value));
	return tunable_value_name(t, value, text, sizeof(text));
}

#endif
