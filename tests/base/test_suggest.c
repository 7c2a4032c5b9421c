// SPDX-License-Identifier: GPL-2.0-only
/* Which of some names is taken for what was meant. */
#include "base/suggest.h"
#include "tests/test.h"

static const char *nearest(const char *given)
{
	static const char *const name[] = { "vanilla", "defrag_mode", "run", "step", "steps" };
	struct suggestion near;

	suggest_begin(&near, given);
	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++)
		suggest_consider(&near, name[i]);
	return near.best;
}

TEST(a_key_that_is_missing_wrong_or_too_many_is_near)
{
	assert_string_equal(nearest("vanila"), "vanilla");
	assert_string_equal(nearest("vanolla"), "vanilla");
	assert_string_equal(nearest("vanilllla"), "vanilla");
}

TEST(two_keys_that_are_swapped_count_once)
{
	assert_string_equal(nearest("rnu"), "run");
	assert_string_equal(nearest("setp"), "step");
}

TEST(case_and_the_kind_of_dash_do_not_matter)
{
	assert_string_equal(nearest("DEFRAG-MODE"), "defrag_mode");
}

TEST(a_part_of_a_name_is_near)
{
	assert_string_equal(nearest("defrag"), "defrag_mode");
	assert_string_equal(nearest("mode"), "defrag_mode");
}

TEST(the_nearest_wins)
{
	assert_string_equal(nearest("stepss"), "steps");
}

TEST(what_is_far_from_all_is_near_to_none)
{
	assert_null(nearest("observed"));
	assert_null(nearest("x"));
	assert_null(nearest(""));
	assert_null(nearest(
		"a_name_that_is_longer_than_anything_that_could_ever_be_a_name_in_this_tree"));
}

TEST(the_text_has_the_name_with_its_prefix)
{
	struct suggestion near;
	char text[SUGGESTION_LEN];

	suggest_begin(&near, "poicy");
	assert_string_equal(suggest_text(&near, text, sizeof(text)), "");
	suggest_consider(&near, "policy");
	near.prefix = "--";
	assert_string_equal(suggest_text(&near, text, sizeof(text)), " (did you mean --policy?)");
}
