// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page flags are read while the recorded machine goes on. What the trace says of the time until
 * all of them had been read is kept beside them, so that the copy stays what was read.
 */
#include <stdlib.h>
#include <string.h>

#include "recording.h"

/**
 * flag_changes_init - begin with no changes
 * @c: filled in; to be released, also when this fails
 * @nr_pfns: pages that may change
 *
 * Return: 0; -1 without memory.
 */
int flag_changes_init(struct flag_changes *c, uint32_t nr_pfns)
{
	memset(c, 0, sizeof(*c));
	c->nr_groups = (nr_pfns >> FLAG_CHANGES_SHIFT) + 1;
	c->first = calloc(c->nr_groups + 1ul, sizeof(*c->first));
	return c->first ? 0 : -1;
}

/**
 * flag_changes_add - note that a page has other flags than the copy
 * @c: changes
 * @pfn: beyond all that were added, below the number of pages
 * @flags: all of its flags
 *
 * Return: 0; -1 without memory.
 */
int flag_changes_add(struct flag_changes *c, uint32_t pfn, uint64_t flags)
{
	uint32_t cap = c->cap ? 2 * c->cap : 1024, group;
	struct flag_change *change;

	if (c->nr == c->cap) {
		change = realloc(c->change, cap * sizeof(*change));
		if (!change)
			return -1;
		c->change = change;
		c->cap = cap;
	}
	group = c->nr ? (c->change[c->nr - 1].pfn >> FLAG_CHANGES_SHIFT) + 1 : 0;
	for (; group <= pfn >> FLAG_CHANGES_SHIFT; group++)
		c->first[group] = c->nr;
	c->change[c->nr++] = (struct flag_change){ pfn, flags };
	for (; group <= c->nr_groups; group++)
		c->first[group] = c->nr;
	return 0;
}

/**
 * flag_changes_release - free the memory of all changes
 * @c: changes
 */
void flag_changes_release(struct flag_changes *c)
{
	free(c->change);
	free(c->first);
	memset(c, 0, sizeof(*c));
}

/**
 * snapshot_flags - get the flags of a page
 * @s: one side, with kpageflags
 * @pfn: page, below ->nr_pfns
 *
 * Return: the word of kpageflags, or what it has changed to.
 */
uint64_t snapshot_flags(const struct snapshot *s, uint32_t pfn)
{
	const struct flag_changes *c = s->changes;
	uint32_t i;

	if (!c)
		return s->kpageflags[pfn];
	for (i = c->first[pfn >> FLAG_CHANGES_SHIFT]; i < c->first[(pfn >> FLAG_CHANGES_SHIFT) + 1];
	     i++)
		if (c->change[i].pfn == pfn)
			return c->change[i].flags;
	return s->kpageflags[pfn];
}
