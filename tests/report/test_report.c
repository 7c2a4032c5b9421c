// SPDX-License-Identifier: GPL-2.0-only
/* Numbers of the report, and of the command line. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/number.h"
#include "report/internal.h"
#include "tests/test.h"

static u64 member(const json_t *object, const char *name)
{
	return (u64)json_integer_value(json_object_get(object, name));
}

static json_t *search_of(const u64 *value, size_t n)
{
	struct search_hist *h = calloc(1, sizeof(*h));
	json_t *search;

	assert_non_null(h);
	for (size_t i = 0; i < n; i++) {
		h->bin[value[i] < SEARCH_BINS ? value[i] : SEARCH_BINS]++;
		h->sum += value[i];
		h->max = value[i] > h->max ? value[i] : h->max;
		h->n++;
	}
	search = report_search(h);
	free(h);
	return search;
}

TEST(half_of_the_searches_are_within_p50)
{
	const u64 value[] = { 1, 1, 2, 9 };
	json_t *search = search_of(value, 4);

	assert_int_equal(member(search, "p50"), 1);
	assert_int_equal(member(search, "p99"), 9);
	assert_int_equal(member(search, "max"), 9);
	assert_true(json_real_value(json_object_get(search, "mean")) == 3.25);
	json_decref(search);
}

TEST(p99_leaves_one_in_a_hundred_out)
{
	u64 value[100];
	json_t *search;

	for (u64 i = 0; i < 100; i++)
		value[i] = i + 1;
	search = search_of(value, 100);
	assert_int_equal(member(search, "p50"), 50);
	assert_int_equal(member(search, "p99"), 99);
	json_decref(search);
}

TEST(past_the_last_bin_only_the_maximum_is_known)
{
	const u64 value[] = { 5, 100000 };
	json_t *search = search_of(value, 2);

	assert_int_equal(member(search, "p50"), 5);
	assert_int_equal(member(search, "p99"), 100000);
	json_decref(search);
}

TEST(no_search_is_all_zero)
{
	json_t *search = search_of(NULL, 0);

	assert_int_equal(member(search, "allocations"), 0);
	assert_int_equal(member(search, "p99"), 0);
	json_decref(search);
}

TEST(fractions_keep_six_decimals)
{
	json_t *third = json_fraction(1.0 / 3), *none = json_fraction(NAN);
	char *text = json_dumps(third, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));

	assert_string_equal(text, "0.333333");
	assert_true(json_is_null(none));
	free(text);
	json_decref(third);
	json_decref(none);
}

TEST(sizes_have_units)
{
	uint64_t bytes;

	assert_true(parse_size("4G", &bytes));
	assert_true(bytes == 4ull << 30);
	assert_true(parse_size("605MiB", &bytes));
	assert_true(bytes == 605ull << 20);
	assert_true(parse_size("1048576", &bytes));
	assert_true(bytes == 1u << 20);
	assert_false(parse_size("4", &bytes));
	assert_false(parse_size("4GG", &bytes));
	assert_false(parse_size("-4G", &bytes));
	assert_false(parse_size("99999999999T", &bytes));
	assert_false(parse_size("", &bytes));
}

TEST(numbers_are_whole_and_in_range)
{
	uint64_t n;
	double d;

	assert_true(parse_number("0x10", 0, 100, &n));
	assert_true(n == 16);
	assert_false(parse_number("-1", 0, UINT64_MAX, &n));
	assert_false(parse_number(" 1", 0, 10, &n));
	assert_false(parse_number("11", 0, 10, &n));
	assert_false(parse_number("18446744073709551616", 0, UINT64_MAX, &n));
	assert_true(parse_real("0.5", 0, 1, &d));
	assert_false(parse_real("nan", 0, 1, &d));
	assert_false(parse_real("1.5", 0, 1, &d));
}
