// SPDX-License-Identifier: GPL-2.0-only
/* A name is near when few keys were wrong, left out, added or swapped, or when a part was typed. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "suggest.h"

#define MAX_NAME 64 /* longer ones are typed by nobody */
#define FAR	 (MAX_NAME + 1)

static char folded(char c)
{
	return c == '-' ? '_' : (char)tolower((unsigned char)c);
}

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* counts keys that are wrong, missing, too many, or swapped with their neighbor */
static unsigned int keys_between(const char *a, const char *b)
{
	size_t na = strlen(a), nb = strlen(b);
	unsigned int row[3][MAX_NAME + 1], *before = row[0], *last = row[1], *now = row[2];

	if (na > MAX_NAME || nb > MAX_NAME)
		return FAR;
	for (unsigned int j = 0; j <= nb; j++)
		last[j] = before[j] = j;
	for (unsigned int i = 1; i <= na; i++) {
		unsigned int *oldest = before;

		now[0] = i;
		for (unsigned int j = 1; j <= nb; j++) {
			char ca = folded(a[i - 1]), cb = folded(b[j - 1]);

			now[j] = least(least(last[j], now[j - 1]) + 1, last[j - 1] + (ca != cb));
			if (i > 1 && j > 1 && ca == folded(b[j - 2]) && folded(a[i - 2]) == cb)
				now[j] = least(now[j], before[j - 2] + 1);
		}
		before = last;
		last = now;
		now = oldest;
	}
	return last[nb];
}

/**
 * suggest_begin - begin to look for a name
 * @s: filled in
 * @given: what was typed; must outlive @s
 */
void suggest_begin(struct suggestion *s, const char *given)
{
	*s = (struct suggestion){ .given = given, .distance = FAR };
}

/**
 * suggest_consider - take a name into account
 * @s: begun by suggest_begin()
 * @name: a name that there is; must outlive @s. Of equally near ones the first wins
 */
void suggest_consider(struct suggestion *s, const char *name)
{
	size_t len = strlen(s->given);
	unsigned int far = keys_between(s->given, name), most = len < 3 ? 1 : (unsigned int)len / 3;

	/* half a name, or a part of it, is as good as one wrong key */
	if (len >= 3 && strstr(name, s->given))
		far = 1;
	if (far > most || far >= len || far >= s->distance)
		return;
	s->best = name;
	s->distance = far;
}

/**
 * suggest_text - put what was found into words
 * @s: all names have been considered
 * @buf: filled in
 * @len: its size
 *
 * Return: @buf: " (did you mean NAME?)", or "" when no name is near.
 */
const char *suggest_text(const struct suggestion *s, char *buf, size_t len)
{
	if (s->best)
		snprintf(buf, len, " (did you mean %s%s?)", s->prefix ? s->prefix : "", s->best);
	else
		buf[0] = '\0';
	return buf;
}
