/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of check/ share. */
#ifndef FRAGREPLAY_CHECK_INTERNAL_H
#define FRAGREPLAY_CHECK_INTERNAL_H

#include "check.h"

/* check_counts.c */
bool check_counts_read(const void *counts, const char *name, double *value);

/* check_ab.c */

/* of the metrics that moved in reality, how many must move the same way in the replay */
#define AB_MARK	     85.0
/* how far real THP success may lie outside of the replay's range, in points */
#define AB_THP_WIDEN 5.0

/* The sum of whole numbers is exact, so that equal values have exactly themselves as mean. */
static inline double ab_mean(const struct ab_range *r)
{
	return r->sum / r->n;
}

bool ab_beyond(const struct metric_spread *s, double a, double b);
int ab_direction(const struct metric_spread *s, double a, double b);

#endif
