/* SPDX-License-Identifier: GPL-2.0-only */
/* "Did you mean ...": of all names, the one that is nearest to what was typed. */
#ifndef FRAGREPLAY_SUGGEST_H
#define FRAGREPLAY_SUGGEST_H

#include <stddef.h>

#define SUGGESTION_LEN 128 /* of a buffer for suggest_text() */

struct suggestion {
	const char *given;
	const char *best;
	const char *prefix; /* NULL, or what the name is shown with, as "--" */
	unsigned int distance;
};

void suggest_begin(struct suggestion *s, const char *given);
void suggest_consider(struct suggestion *s, const char *name);
const char *suggest_text(const struct suggestion *s, char *buf, size_t len);

#endif
