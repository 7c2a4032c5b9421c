// SPDX-License-Identifier: GPL-2.0-only
/* Every command that prints on a terminal takes --color. */
#include <stdlib.h>
#include <string.h>

#include "color.h"
#include "message.h"

/**
 * color_parse - read what --color was given
 * @given: auto, always or never; NULL: the bare option, always
 * @when: set on success
 *
 * Return: 0; -1 with a message on stderr.
 */
int color_parse(const char *given, enum color_when *when)
{
	static const char *const name[] = { "auto", "always", "never" };

	for (int i = 0; i < 3; i++) {
		if (strcmp(given ? given : "always", name[i]))
			continue;
		*when = (enum color_when)i;
		return 0;
	}
	message("--color=%s: auto, always or never is needed", given);
	return -1;
}

/**
 * color_unwanted - does the environment ask for no color?
 *
 * It does when NO_COLOR is set and not empty (https://no-color.org), and when the terminal shows
 * none.
 *
 * Return: true when it does.
 */
bool color_unwanted(void)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	return (no_color && *no_color) || (term && !strcmp(term, "dumb"));
}
