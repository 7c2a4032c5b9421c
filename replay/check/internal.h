/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of check/ share. */
#ifndef FRAGREPLAY_CHECK_INTERNAL_H
#define FRAGREPLAY_CHECK_INTERNAL_H

#include "check.h"

/* A difference of less is none, however equal the real runs were. */
#define CHECK_LEAST_RATIO  1.10
#define CHECK_LEAST_POINTS 2.0

/* check_counts.c */
bool check_counts_read(const void *counts, const char *name, double *value);

/* sample.c */
double sample_error_squared(const struct check_sample *s);
double spread_level(const struct metric_spread *s, double value);
double spread_value(const struct metric_spread *s, double level);
double spread_floor(const struct metric_spread *s);
double spread_variance(const struct metric_spread *s, const struct check_sample *level);
double spread_half_width(const struct metric_spread *s, const struct check_sample *level);

/* fidelity.c */
double fidelity_difference(const struct fidelity_row *row);

/* fidelity_report.c */
const char *format_count(char *buf, size_t len, double value, bool rate);

/* check_ab.c */

/* of the metrics that moved in reality, how many must move likewise in the replay, percent */
#define AB_MARK	      85.0
/* THP success: how far the two changes may be apart, and from where on their sign counts, points */
#define AB_THP_POINTS 8.0
/* The replay's change is of the same size from this part of the real one up to its inverse. */
#define AB_SIZE	      0.5

#endif
