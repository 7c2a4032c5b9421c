// SPDX-License-Identifier: GPL-2.0-only
/* Every JSON document that is written has its numbers and strings from here. */
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "json.h"

static atomic_bool out_of_memory;

static void *watched_malloc(size_t size)
{
	void *p = malloc(size);

	if (!p)
		atomic_store(&out_of_memory, true);
	return p;
}

/**
 * json_watch_memory - remember from now on when a JSON value could not be allocated
 *
 * A value that could not be allocated is left out of its object without an error that anybody
 * looks at, since there are hundreds of places. json_out_of_memory() tells before a document is
 * written.
 */
void json_watch_memory(void)
{
	json_set_alloc_funcs(watched_malloc, free);
}

/**
 * json_lost_memory - remember that something a document is made from could not be allocated
 */
void json_lost_memory(void)
{
	atomic_store(&out_of_memory, true);
}

/**
 * json_out_of_memory - has memory run out for JSON or its sources since json_watch_memory()?
 *
 * Return: true: some document lacks a part, and none must be written.
 */
bool json_out_of_memory(void)
{
	return atomic_load(&out_of_memory);
}

/**
 * json_u64 - make an integer of a counter
 * @value: kept exactly up to 2^63 - 1, which no counter of a replay comes near
 *
 * Return: a new integer.
 */
json_t *json_u64(uint64_t value)
{
	return json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value);
}

/**
 * json_u64s - make an array of counters
 * @value: the first
 * @nr: how many
 *
 * Return: a new array.
 */
json_t *json_u64s(const uint64_t *value, size_t nr)
{
	json_t *array = json_array();

	for (size_t i = 0; i < nr; i++)
		json_array_append_new(array, json_u64(value[i]));
	return array;
}

/**
 * json_fraction - make a number of what is no count
 * @value: rounded to six decimals; what is not finite becomes null
 *
 * Return: a new number.
 */
json_t *json_fraction(double value)
{
	if (!isfinite(value))
		return json_null();
	return json_real(round(value * 1e6) / 1e6);
}

/**
 * json_string_or_null - make a string of what may be unknown
 * @s: null when NULL, empty or not UTF-8
 *
 * Return: a new string, or null.
 */
json_t *json_string_or_null(const char *s)
{
	json_t *value = s && *s ? json_string(s) : NULL;

	return value ? value : json_null();
}
