// SPDX-License-Identifier: GPL-2.0-only
/* What is built in: a policy a line. */
#include "table.h"

extern const struct policy_ops vanilla_policy, defrag_mode_policy, highatomic_policy,
	spb_policy;

const struct policy_ops *const builtin_policies[] = {
	&vanilla_policy,
	&defrag_mode_policy,
	&highatomic_policy,
	&spb_policy,
	NULL
};
