/* SPDX-License-Identifier: GPL-2.0-only */
/* What `check` shares between one recording alone and a pair of them. */
#ifndef FRAGREPLAY_CMD_CHECK_H
#define FRAGREPLAY_CMD_CHECK_H

#include <jansson.h>

#include "check/check.h"
#include "input.h"

struct check {
	struct input in;
	struct run_output out;		/* observed, and the policy */
	struct fidelity fidelity;
};

int check_replay(struct check *c, const struct options *o, char *err, size_t errlen);
void check_print(const struct check *c);
json_t *check_json(const struct check *c);
int check_need_snapshots(const struct input *in, const char *path);

/* check A --against B; cmd_check_against.c */
int check_against(const struct options *o);

#endif
