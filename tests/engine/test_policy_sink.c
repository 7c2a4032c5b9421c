// SPDX-License-Identifier: GPL-2.0-only
/* What a policy's report() and sample() write, and what becomes of what they should not. */
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "tests/mm/mm_machine.h"
#include "tests/policies/policy_machine.h"

#include "report/report.h"
#include "engine/policy_sink.h"
#include "policies/table.h"

#define SCHEMA "doc/fragreplay-report-1.schema.json"

static json_t *collect(void (*write)(const struct mm *, const void *, struct policy_sink *))
{
	static const struct policy_ops ops = { .name = "mine" };
	struct mm *mm = tiny_machine("7.3.4", 2);
	struct sink_node *section;
	json_t *object;

	set_policy(mm, "vanilla");
	section = sink_collect(&ops, mm, write, false);
	object = section ? report_section(section) : NULL;
	sink_free(section);
	mm_free(mm);
	return object;
}

/* a section is what its text is, keys in the order in which they were given */
static void assert_section(json_t *object, const char *text)
{
	char *dump = json_dumps(object, JSON_COMPACT);

	assert_string_equal(dump, text);
	free(dump);
	json_decref(object);
}

static void write_all_kinds(const struct mm *mm, const void *priv, struct policy_sink *sink)
{
	static const u64 row[] = { 1, 0, 3 };

	(void)mm;
	(void)priv;
	sink_u64(sink, "count", 7);
	sink_real(sink, "share", 0.25);
	sink_real(sink, "none", NAN);
	sink_u64s(sink, "row", row, 3);
	sink_u64s(sink, "empty", row, 0);
	sink_open(sink, "inner");
	sink_u64(sink, "count", 8);
	sink_close(sink);
	sink_u64(sink, "after", 9);
}

TEST(objects_open_and_close)
{
	assert_section(collect(write_all_kinds), "{\"count\":7,\"share\":0.25,\"none\":null,"
		       "\"row\":[1,0,3],\"empty\":[],\"inner\":{\"count\":8},\"after\":9}");
}

TEST(a_policy_without_a_report_has_no_section)
{
	assert_null(collect(NULL));
}

static void write_twice(const struct mm *mm, const void *priv, struct policy_sink *sink)
{
	(void)mm;
	(void)priv;
	sink_u64(sink, "n", 1);
	sink_u64(sink, "n", 2);
	sink_open(sink, "n");
	sink_u64(sink, "lost", 3);
	sink_open(sink, "lost");
	sink_close(sink);
	sink_close(sink);
	sink_u64(sink, "m", 4);
}

TEST(a_name_given_twice_keeps_its_first_value)
{
	assert_section(collect(write_twice), "{\"n\":1,\"m\":4}");
}

static void write_bad_names(const struct mm *mm, const void *priv, struct policy_sink *sink)
{
	(void)mm;
	(void)priv;
	sink_u64(sink, NULL, 1);
	sink_u64(sink, "", 1);
	sink_u64(sink, "\xff", 1);
	sink_u64(sink, "\xc0\x80", 1);
	sink_u64(sink, "\xed\xa0\x80", 1);
	sink_u64(sink, "\xf4\x90\x80\x80", 1);
	sink_u64(sink, "\xe2\x82", 1);
	sink_open(sink, "\xfe");
	sink_u64(sink, "within", 1);
	sink_close(sink);
	sink_u64(sink, "ok", 2);
	sink_u64(sink, "\xe2\x82\xac", 3);
}

TEST(an_entry_that_cannot_be_named_is_left_out)
{
	assert_section(collect(write_bad_names), "{\"ok\":2,\"\xe2\x82\xac\":3}");
}

static void write_unbalanced(const struct mm *mm, const void *priv, struct policy_sink *sink)
{
	(void)mm;
	(void)priv;
	sink_close(sink);
	sink_close(sink);
	sink_open(sink, "a");
	sink_u64(sink, "n", 1);
}

TEST(a_section_ends_with_all_its_objects)
{
	assert_section(collect(write_unbalanced), "{\"a\":{\"n\":1}}");
}

static void write_deep(const struct mm *mm, const void *priv, struct policy_sink *sink)
{
	(void)mm;
	(void)priv;
	for (int i = 0; i < 100; i++)
		sink_open(sink, "o");
	sink_u64(sink, "too_deep", 1);
	for (int i = 0; i < 100; i++)
		sink_close(sink);
	sink_u64(sink, "end", 1);
}

TEST(objects_beyond_the_depth_are_left_out)
{
	json_t *section = collect(write_deep), *o = section;
	int depth = 0;

	while (json_object_get(o, "o")) {
		o = json_object_get(o, "o");
		depth++;
	}
	assert_int_equal(depth, 15);
	assert_int_equal(json_object_size(o), 0);
	assert_int_equal(json_integer_value(json_object_get(section, "end")), 1);
	json_decref(section);
}

static void the_reports_own_names_are_taken(const char *def)
{
	json_t *schema = json_load_file(SCHEMA, 0, NULL), *properties, *value;
	const char *name;
	int taken = 0;

	assert_non_null(schema);
	properties = json_object_get(json_object_get(json_object_get(schema, "$defs"), def),
				     "properties");
	json_object_foreach(properties, name, value) {
		for (int i = 0; builtin_policies[i]; i++)
			if (!strcmp(builtin_policies[i]->name, name))
				goto policys;
		if (!report_name_taken(name))
			fail_msg("\"%s\" of \"%s\" may be a policy's name", name, def);
		taken++;
policys:
		continue;
	}
	assert_true(taken > 5);
	json_decref(schema);
}

TEST(no_policy_may_be_named_as_a_part_of_the_report)
{
	the_reports_own_names_are_taken("policy");
	the_reports_own_names_are_taken("sample");
	assert_false(report_name_taken("mine"));
}
