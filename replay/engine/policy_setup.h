/* SPDX-License-Identifier: GPL-2.0-only */
/* One -p argument: which policy, built in or from a file, and what its tunables are set to. */
#ifndef FRAGREPLAY_POLICY_SETUP_H
#define FRAGREPLAY_POLICY_SETUP_H

#include "mm/mm.h"

#define MAX_OVERRIDES	16

/**
 * struct policy_setup - a policy ready to decide for machines
 * @label: what the report calls it: its name, and the settings that were given
 * @ops: NULL for "observed", which has no machine
 * @dl: handle of the file it comes from, NULL when built in
 * @priv: its state as a new machine gets it: zeroes, and the tunables
 * @version: kernel=VERSION; 0: the recording's, or --kernel
 * @filemap: filemap=VARIANT; NULL: the policy's own way
 * @feature, @on: features of the kernel that are set one by one, @nr_features of them
 */
struct policy_setup {
	char label[256];
	const struct policy_ops *ops;
	void *dl;
	void *priv;
	u32 version;
	const struct policy_ops *filemap;
	const char *feature[MAX_OVERRIDES];
	bool on[MAX_OVERRIDES];
	unsigned int nr_features;
};

int policy_setup_parse(struct policy_setup *s, const char *arg, char *err, size_t errlen);
void policy_setup_release(struct policy_setup *s);
void policy_setup_kernel(const struct policy_setup *s, struct kernel_features *k);
int policy_setup_apply(const struct policy_setup *s, struct mm *mm, char *err, size_t errlen);
const char *tunable_value_name(const struct policy_tunable *t, unsigned int value, char *buf,
			       size_t len);

#endif
