/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the model asks a policy. mm->policy->ops holds the policy's own hooks only, so that a
 * decision which it leaves to vanilla costs a test and a direct call. Each call of a hook of its
 * own is noted, so that a broken model can be blamed on it.
 */
#ifndef FRAGREPLAY_MM_HOOKS_H
#define FRAGREPLAY_MM_HOOKS_H

#include "mmzone.h"

#define POLICY_HOOK_NUMBER(type, hook, ...)	HOOK_##hook,
enum policy_hook { POLICY_HOOKS(POLICY_HOOK_NUMBER) NR_POLICY_HOOKS };

/* hooks.c: the policy's own hook is called, and its answer is held against the allowed range */
#define POLICY_HOOK_ASKED(type, hook, ...)	type asked_##hook(__VA_ARGS__);
POLICY_DECISIONS(POLICY_HOOK_ASKED)
POLICY_EXPERIMENTAL_DECISIONS(POLICY_HOOK_ASKED)

/* Has the policy a hook of its own? An experimental decision is asked for only then. */
#define policy_has(mm, hook)	((mm)->policy->ops.hook != NULL)

/* The call itself, noted; decisions are asked for by the two above and below. */
#define policy_call(mm, hook, ...) \
	((mm)->policy->called |= 1ull << HOOK_##hook, \
	 (mm)->policy->ops.hook((mm), ##__VA_ARGS__))

/* A decision is the policy's, or vanilla's; the arguments are those after @mm. */
#define policy_decides(mm, hook, ...) \
	(policy_has(mm, hook) ? asked_##hook((mm), ##__VA_ARGS__) \
			      : vanilla_##hook((mm), ##__VA_ARGS__))

/* A notification goes to a policy that wants it. */
#define policy_notify(mm, hook, ...) \
	do { \
		if (policy_has(mm, hook)) \
			policy_call(mm, hook, ##__VA_ARGS__); \
	} while (0)

#endif
