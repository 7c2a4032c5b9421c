// SPDX-License-Identifier: GPL-2.0-only
/* Numbers are read as a user writes them; one that is followed by anything else is not taken. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "number.h"

/**
 * parse_number - read a whole decimal or 0x number with nothing before or after it
 * @text: what was given
 * @low: least that is allowed
 * @high: most that is allowed
 * @value: set on success
 *
 * Return: true when it is one.
 */
bool parse_number(const char *text, uint64_t low, uint64_t high, uint64_t *value)
{
	unsigned long long number;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	number = strtoull(text, &end, 0);
	if (errno || *end || number < low || number > high)
		return false;
	*value = number;
	return true;
}

/**
 * parse_real - read a finite number in [@low, @high] with nothing before or after it
 * @text: what was given
 * @low: least that is allowed
 * @high: most that is allowed
 * @value: set on success
 *
 * Return: true when it is one.
 */
bool parse_real(const char *text, double low, double high, double *value)
{
	double number;
	char *end;

	errno = 0;
	number = strtod(text, &end);
	if (errno || end == text || *end || !isfinite(number) || number < low || number > high)
		return false;
	*value = number;
	return true;
}

/**
 * parse_size - read a size such as "4G", "605M", "524288K" or a number of bytes
 * @text: what was given
 * @bytes: set on success
 *
 * Return: true when it is a size of 1 MiB to 1 PiB.
 */
bool parse_size(const char *text, uint64_t *bytes)
{
	static const char unit[] = "KMGT";
	unsigned long long number;
	const char *u;
	char *end;
	int shift = 0;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (*end) {
		u = strchr(unit, *end >= 'a' ? *end - 'a' + 'A' : *end);
		if (!u)
			return false;
		shift = 10 * (int)(u - unit + 1);
		end++;
		if (!strcmp(end, "iB") || !strcmp(end, "B"))
			end += strlen(end);
	}
	if (errno || *end || number > (1ull << 50) >> shift)
		return false;
	*bytes = (uint64_t)number << shift;
	return *bytes >= 1u << 20;
}
