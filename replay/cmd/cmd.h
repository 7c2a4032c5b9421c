/* SPDX-License-Identifier: GPL-2.0-only */
/* The commands of the tool. Each takes its own name as argv[0] and returns the exit code. */
#ifndef FRAGREPLAY_CMD_H
#define FRAGREPLAY_CMD_H

#include <stdio.h>

#include "base/exit_code.h"

struct command;

int cmd_run(int argc, char **argv);
int cmd_info(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_policies(int argc, char **argv);
int cmd_diff(int argc, char **argv);
int cmd_view(int argc, char **argv);
int cmd_dump(int argc, char **argv);
int cmd_record(int argc, char **argv);
int cmd_snapshot(int argc, char **argv);
int cmd_completion(int argc, char **argv);
int cmd_help(int argc, char **argv);
int cmd_version(int argc, char **argv);

void help_print(const struct command *c, FILE *out);
int command_dispatch(int argc, char **argv);

#endif
