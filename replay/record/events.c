// SPDX-License-Identifier: GPL-2.0-only
/* The list of events, which scripts/record reads, too. */
#include <stdio.h>
#include <string.h>

#include "internal.h"

static const char events_text[] = {
#include "events.inc"
	'\0'
};

static bool in_set(const char *of, enum event_set set)
{
	if (!strcmp(of, "min"))
		return true;
	if (!strcmp(of, "std"))
		return set != EVENTS_MIN;
	return !strcmp(of, set == EVENTS_FULL ? "full" : "pcp") && set >= EVENTS_FULL;
}

/**
 * events_of_set - list the events of a set
 * @set: the set
 * @list: room for MAX_EVENTS of them; those of one system are together
 *
 * Return: how many there are.
 */
unsigned int events_of_set(enum event_set set, struct event_name *list)
{
	unsigned int nr = 0;
	char of[8];

	for (const char *line = events_text; *line; line += strcspn(line, "\n") + 1) {
		struct event_name *e = &list[nr];

		if (sscanf(line, "%7[a-z] %23[a-z_]:%47[a-z_]", of, e->system, e->event) != 3 ||
		    !in_set(of, set))
			continue;
		e->needed = !strcmp(e->system, "kmem") && strcmp(of, "pcp");
		if (++nr == MAX_EVENTS)
			break;
	}
	return nr;
}
