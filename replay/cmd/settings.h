/* SPDX-License-Identifier: GPL-2.0-only */
/* --set NAME=VALUE changes a sysctl or a parameter. */
#ifndef FRAGREPLAY_SETTINGS_H
#define FRAGREPLAY_SETTINGS_H

#include <stddef.h>

struct options;
struct recording;
struct mm_params;

int settings_apply(const struct options *o, struct recording *m, struct mm_params *p, char *err,
		   size_t errlen);
void settings_for_each(void (*take)(void *ctx, const char *name), void *ctx);

#endif
