/* SPDX-License-Identifier: GPL-2.0-only */
/* Every command that prints on a terminal takes --color. */
#ifndef FRAGREPLAY_COLOR_H
#define FRAGREPLAY_COLOR_H

#include <stdbool.h>

enum color_when { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

int color_parse(const char *given, enum color_when *when);
bool color_unwanted(void);

#endif
