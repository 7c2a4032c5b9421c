/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A policy from a file runs in a process of its own: it may crash, end the program, loop, write to
 * stdout or into memory that is not its own, and none of this reaches the results of another.
 */
#ifndef FRAGREPLAY_PLUGIN_CHILD_H
#define FRAGREPLAY_PLUGIN_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Seconds that a policy may take without any progress, of CPU time or of waiting. */
#define PLUGIN_PATIENCE 30

/* shared with the child */
struct plugin_beat {
	volatile unsigned long long progress; /* any other value than before is a sign of life */
};

struct plugin_child {
	const char *policy; /* as the user named it */
	pid_t pid;
	int fd; /* the child's results; -1: it has none */
	struct plugin_beat *beat;
};

/* @work runs in the child, writes its results to @fd, and returns the exit code. */
typedef int (*plugin_work)(void *ctx, int fd, struct plugin_beat *beat);

int plugin_child_start(struct plugin_child *c, const char *policy, bool results, plugin_work work,
		       void *ctx);
int plugin_child_wait(struct plugin_child *c, unsigned int patience);
void plugin_child_release(struct plugin_child *c);

struct options;
typedef int (*plugin_command)(const struct options *o);
int plugin_child_command(const struct options *o, const char *policy, plugin_command command);
const char *plugin_among(const char *const *policy, unsigned int nr);

#endif
