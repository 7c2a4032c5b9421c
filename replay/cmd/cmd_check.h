/* SPDX-License-Identifier: GPL-2.0-only */
/* What `check` of one recording and `check` of a pair share. */
#ifndef FRAGREPLAY_CMD_CHECK_H
#define FRAGREPLAY_CMD_CHECK_H

#include <jansson.h>

#include "check/check.h"
#include "input.h"

struct check {
	struct input in;
	struct run_output out; /* observed, and the policy with its first seed */
	struct fidelity fidelity;
	struct check_counts counts; /* of one run; large */
};

int check_replay(struct check *c, const struct options *o, char *err, size_t errlen);
void check_print(const struct check *c);
json_t *check_json(const struct check *c);
int check_need_snapshots(const struct input *in, const char *path);

int check_against(const struct options *o);

/*
 * cmd_check_repeat.c: real runs beside the recording, of which the counters alone are read. @take
 * is called with each; it returns 0, or -1 with @err filled.
 */
typedef int (*repeat_taker)(void *ctx, const struct recording *repeat, const char *path, char *err,
			    size_t errlen);

int repeats_of_directory(const char *dir, repeat_taker take, void *ctx, char *err, size_t errlen);
int repeats_of_options(const struct options *o, repeat_taker take, void *ctx, char *err,
		       size_t errlen);

#endif
