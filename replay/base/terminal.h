/* SPDX-License-Identifier: GPL-2.0-only */
/* Text that fits where it is shown. */
#ifndef FRAGREPLAY_TERMINAL_H
#define FRAGREPLAY_TERMINAL_H

#include <stdio.h>

#define PLAIN_WIDTH 80 /* of text for people where nothing else is known */

int terminal_width(void);
void print_wrapped(FILE *out, const char *text, int column, int indent, int width);

#endif
