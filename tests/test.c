// SPDX-License-Identifier: GPL-2.0-only
/*
 * main() of every unit test program: it runs the tests that registered themselves.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/test.h"

#define MAX_TESTS 256

static struct registered {
	struct CMUnitTest test;
	int line;
} registered[MAX_TESTS];
static size_t nr_registered;

/**
 * test_register - add a test to those that main() runs
 * @test: its name, function and fixture; copied
 * @line: where it stands in its file, which orders the tests
 *
 * TEST() calls this from a constructor, before main().
 */
void test_register(const struct CMUnitTest *test, int line)
{
	if (nr_registered == MAX_TESTS) {
		fprintf(stderr, "%s: more than %d tests in one program\n", test->name, MAX_TESTS);
		exit(2);
	}
	registered[nr_registered++] = (struct registered){ *test, line };
}

static int by_line(const void *a, const void *b)
{
	const struct registered *x = a, *y = b;

	return x->line < y->line ? -1 : x->line > y->line;
}

/* An argument selects tests by their names; it is a pattern that may hold * and ?. */
int main(int argc, char **argv)
{
	struct CMUnitTest tests[MAX_TESTS];
	size_t i;

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	qsort(registered, nr_registered, sizeof(registered[0]), by_line);
	for (i = 0; i < nr_registered; i++)
		tests[i] = registered[i].test;
	return _cmocka_run_group_tests("tests", tests, nr_registered, NULL, NULL);
}
