/* SPDX-License-Identifier: GPL-2.0-only */
/* The numbers and strings of every JSON document that is written. */
#include <math.h>

#include "json.h"

/**
 * json_u64 - a counter
 * @value: kept exactly up to 2^63 - 1, which no counter of a replay comes near
 */
json_t *json_u64(uint64_t value)
{
	return json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value);
}

/**
 * json_fraction - a number that is no count
 * @value: rounded to six decimals; what is not finite becomes null
 */
json_t *json_fraction(double value)
{
	if (!isfinite(value))
		return json_null();
	return json_real(round(value * 1e6) / 1e6);
}

/**
 * json_string_or_null - a string that may be unknown
 * @s: null when NULL, empty or not UTF-8
 */
json_t *json_string_or_null(const char *s)
{
	json_t *value = s && *s ? json_string(s) : NULL;

	return value ? value : json_null();
}
