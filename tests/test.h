/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a unit test includes: cmocka, and tests that register themselves.
 *
 *	TEST(order_8_is_kept_for_last)
 *	{
 *		...
 *	}
 *
 * There is no table to keep and no main() to write, so that no test can be forgotten: tests/test.c
 * runs all tests of the program in the order of their lines. A test that needs a fixture is written
 * with TEST_FIXTURE(), and finds what set_up() left in `*state`.
 */
#ifndef TESTS_TEST_H
#define TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

void test_register(const struct CMUnitTest *test, int line);

#define TEST_FIXTURE(name, set_up, tear_down)					\
	static void name(void **state);						\
	__attribute__((constructor)) static void register_##name(void)		\
	{									\
		static const struct CMUnitTest test = { #name, name, set_up,	\
							tear_down, NULL };	\
										\
		test_register(&test, __LINE__);					\
	}									\
	static void name(void **state __attribute__((unused)))

#define TEST(name) TEST_FIXTURE(name, NULL, NULL)

#endif
