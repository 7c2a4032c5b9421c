/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of `run` share. */
#ifndef FRAGREPLAY_CMD_RUN_H
#define FRAGREPLAY_CMD_RUN_H

#include <jansson.h>

#include "input.h"

json_t *run_policies(struct input *in, const struct options *o, bool warn);

/* cmd_run_plugins.c */
json_t *run_with_plugins(struct input *in, const struct options *o);

#endif
