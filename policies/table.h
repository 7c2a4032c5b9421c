/* SPDX-License-Identifier: GPL-2.0-only */
/* What is built in. Both lists end with NULL. */
#ifndef FRAGREPLAY_POLICY_TABLE_H
#define FRAGREPLAY_POLICY_TABLE_H

#include <fragreplay/policy.h>

extern const struct policy_ops *const builtin_policies[];
extern const struct policy_ops *const filemap_variants[];	/* filemap= */

#endif
