/* SPDX-License-Identifier: GPL-2.0-only */
/* A file appears whole or not at all. */
#ifndef FRAGREPLAY_OUTPUT_H
#define FRAGREPLAY_OUTPUT_H

#include <stdio.h>

struct output {
	FILE *file;
	const char *path;		/* NULL: stdout */
	char tmp[4096];			/* "" when written in place (a device, a pipe) */
};

const char *output_ending(const char *path);
int output_open(struct output *out, const char *path);
int output_commit(struct output *out);
void output_abort(struct output *out);
int output_probe(const char *path);
int output_flush_stdout(void);

#endif
