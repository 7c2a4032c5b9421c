// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happens to event text on its way to us: two readers of one pipe, serial consoles, cut files,
 * reports of several machines, kernels and tools that print other things.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/parsers/text_reading.h"
#include "tests/test.h"
#include <fragreplay/gfp.h>

#define FREE(time, pfn)                                                   \
	"           load1-1234    [001] .....   " time ": mm_page_free: " \
	"page=0x1 pfn=" pfn " order=0\n"
#define ALLOC(time, fields) \
	"           load1-1234    [000] .....   " time ": mm_page_alloc: " fields "\n"

/* the first @len characters of @line, as a line of its own between two others */
static void assert_cut_is_noticed(const char *line, size_t len)
{
	char text[1024], name[64];
	struct trace *t;
	const struct record *rec;
	bool said;
	long n;

	snprintf(text, sizeof(text), "%s%.*s\n%s", FREE("100.000001", "0x1"), (int)len, line,
		 FREE("100.000009", "0x9"));
	t = open_text(text);
	while ((n = trace_read(t, &rec)) > 0)
		;
	said = n < 0 || strstr(trace_get_info(t)->notes, "no events");
	snprintf(name, sizeof(name), "cut after %zu", len);
	if (!said)
		fail_msg("%s: neither damage nor a note", name);
	trace_close(t);
}

TEST(a_line_cut_anywhere_before_its_fields_is_damage_or_said)
{
	static const char line[] =
		"           load1-1234    [001] .....   100.000005: mm_page_free: page=0x1";

	for (size_t len = strlen("           l"); len < strlen(line); len++)
		assert_cut_is_noticed(line, len);
}

TEST(a_line_cut_behind_its_task_is_damage)
{
	static const char *const cut[] = {
		"           load1-12\n",
		"           load1-1234    [0\n",
		"           load1-1234    [001]\n",
		"           load1-1234    [001] ..\n",
		"           load1-1234    [001] .....   100.00\n",
		"           load1-1234    [001] .....   100.000005:\n",
		"           load1-1234    [001] .....   100.000005: mm_page_f\n",
		"           load1  1234 [001]   100.000005: kmem:mm_pa\n",
	};
	char text[512];

	for (size_t i = 0; i < sizeof(cut) / sizeof(cut[0]); i++) {
		snprintf(text, sizeof(text), "%s%s%s", FREE("100.000001", "0x1"), cut[i],
			 FREE("100.000009", "0x9"));
		assert_damaged(text, "line 2:", "breaks off");
	}
}

TEST(a_line_without_its_end_takes_the_next_one_with_it)
{
	static const char *const first[] = {
		"           load1-1234    [001] .....   100.000005: mm_page_free: page=0x1 pfn=0x40",
		"           load1-1234    [001] .....   100.000005: mm_page_free: ",
		"           load1-1234    [001] .....   100.000005: mm_page_f",
		"           load1-1234    [001] .....   100.000005: sched_switch: prev_comm=x",
		"           load1-1234    [001] .....   100.0",
		"           load1-12",
	};
	char text[512];

	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
		snprintf(text, sizeof(text), "%s%s%s", FREE("100.000001", "0x1"), first[i],
			 FREE("100.000009", "0x9"));
		assert_damaged(text, "line 2:", "two lines in one");
	}
}

TEST(a_field_that_occurs_twice_is_damage)
{
	assert_damaged(FREE("1.0", "0x1") FREE("1.1", "0x40 order=1 pfn=0x7"),
		       "line 2:", "pfn=0x7 occurs twice");
}

TEST(the_damaged_name_of_an_event_with_fields_is_damage)
{
	static const char *const names[] = { "mm_page_fre", "mm_page_freee", "mm_page_fxxe" };
	char text[512];

	for (size_t i = 0; i < 3; i++) {
		snprintf(text, sizeof(text), "%sa-1 [000] 100.1: %s: page=0x1 pfn=0x3 order=0\n",
			 FREE("100.0", "0x1"), names[i]);
		assert_damaged(text, "line 2:", "name is damaged");
	}
}

TEST(the_kernels_other_events_are_not_taken_for_damaged_ones)
{
	struct record r[8];

	assert_int_equal(
		records_of(
			"a-1 [000] 1.1: mm_vmscan_lru_shrink_active: nid=0 nr_taken=3 nr_active=1\n"
			"a-1 [000] 1.2: sched_process_exec: filename=/bin/x pid=3 old_pid=3\n"
			"a-1 [000] 1.3: mm_page_pcpu_drain: page=0x1 pfn=0x7 order=0 migratetype=1\n"
			"a-1 [000] 1.4: bprint: x: y: mm_page_alloc: z\n",
			r, 8),
		4);
	for (int i = 0; i < 4; i++)
		assert_int_equal(r[i].type, REC_OTHER);
}

TEST(any_number_of_carriage_returns_ends_a_line)
{
	struct record r[2];

	assert_int_equal(records_of("a-1 [000] 1.1: mm_page_free: pfn=0x8 order=3\r\r\r\n"
				    "a-1 [000] 1.2: mm_page_free: pfn=0x9 order=0\r\n",
				    r, 2),
			 2);
	assert_int_equal(r[0].order, 3);
}

TEST(a_byte_order_mark_is_no_part_of_a_task)
{
	struct record r;

	assert_int_equal(records_of("\xef\xbb\xbf" FREE("1.1", "0x7"), &r, 1), 1);
	assert_int_equal(r.pfn, 7);
}

TEST(gfp_names_of_older_kernels_are_read_and_unknown_ones_are_damage)
{
	struct record r = one_record(ALLOC("1.1", "pfn=0x1 order=0 migratetype=1 "
						  "gfp_flags=GFP_HIGHUSER_MOVABLE|GFP_ZERO"));

	assert_int_equal(r.gfp, GFP_HIGHUSER_MOVABLE | __GFP_ZERO);
	assert_damaged(FREE("1.0", "0x1")
			       ALLOC("1.1",
				     "pfn=0x1 order=0 migratetype=0 gfp_flags=GFP_KERNEL|__GFP_ZE"),
		       "line 2:", "\"__GFP_ZE\"");
	assert_damaged(FREE("1.0", "0x1")
			       ALLOC("1.1", "pfn=0x1 order=0 migratetype=0 gfp_flags=GFP_KERNEL|"),
		       "line 2:", "gfp_flags");
}

TEST(gfp_flags_as_numbers_are_said)
{
	assert_noted(
		FREE("1.0", "0x1") ALLOC("1.1", "pfn=0x1 order=0 migratetype=0 gfp_flags=0xcc0"),
		"1 gfp masks are numbers, whose bits are taken by their position in 6.1 to 7.3; "
		"the first is line 2");
}

#define LINE	  "           load1-1234    [001] .....   100.0000"
#define HOST(at)  "  host.dat: " LINE #at ": mm_page_free: page=0x1 pfn=0x1 order=0\n"
#define GUEST(at) " guest.dat: " LINE #at ": mm_page_free: page=0x1 pfn=0x2 order=0\n"
#define TOP(at)	  "            " LINE #at ": mm_page_free: page=0x1 pfn=0x3 order=0\n"

TEST(lines_of_several_machines_are_refused_with_their_names)
{
	assert_damaged(HOST(01) HOST(02) TOP(03) GUEST(04),
		       "line 3:", "choose one by --instance NAME: \"host.dat\" \"\" \"guest.dat\"");
}

TEST(one_of_several_instances_can_be_chosen)
{
	static const struct {
		const char *name;
		uint64_t pfn;
	} chosen[] = {
		{ "host.dat", 1 },
		{ "guest.dat", 2 },
		{ "", 3 },
	};
	static const char text[] = "  host.dat: cpus=2\n guest.dat: cpus=4\n" HOST(01) GUEST(02)
		TOP(03) " guest.dat: CPU:1 [7 EVENTS DROPPED]\n" HOST(04) GUEST(05) TOP(06);

	for (size_t i = 0; i < 3; i++) {
		struct trace_options opt = { .instance = chosen[i].name };
		char err[TRACE_ERRLEN];
		struct trace *t = trace_open_memory(text, strlen(text), &opt, err, sizeof(err));
		const struct record *rec;

		assert_non_null(t);
		assert_int_equal(trace_read(t, &rec), chosen[i].pfn == 2 ? 3 : 2);
		assert_int_equal(rec[0].pfn, chosen[i].pfn);
		assert_int_equal(trace_get_info(t)->lost, chosen[i].pfn == 2 ? 7 : 0);
		assert_string_equal(trace_comm(t, 1234), "load1");
		trace_close(t);
	}
	assert_refused(text, "other",
		       "no line of \"other\" in it; it has \"host.dat\" \"guest.dat\"");
}

TEST(a_single_machines_name_is_no_part_of_the_task)
{
	struct record r[2];

	assert_int_equal(records_of(HOST(01) HOST(02), r, 2), 2);
	assert_int_equal(r[1].pid, 1234);
}

TEST(the_latency_format_of_several_instances_is_read)
{
	struct trace_options opt = { .instance = "mm" };
	static const char text[] =
		"   mm:      cat-100     0...1.     9.000000: mm_page_free: pfn=0x1000 order=0\n"
		"            cat-100     0...1.     9.000001: mm_page_free: pfn=0x2000 order=0\n";
	char err[TRACE_ERRLEN];
	struct trace *t = trace_open_memory(text, strlen(text), &opt, err, sizeof(err));
	const struct record *rec;

	assert_non_null(t);
	assert_int_equal(trace_read(t, &rec), 1);
	assert_int_equal(rec[0].pfn, 0x1000);
	trace_close(t);
}

TEST(two_recordings_in_one_file_are_refused)
{
	assert_damaged(FREE("100.0", "0x1") FREE("102.5", "0x2") FREE("101.0", "0x3"),
		       "line 3:", "more than a second before");
	assert_damaged("# tracer: nop\n" FREE("100.0", "0x1") "# tracer: nop\n" FREE("200.0",
										     "0x1"),
		       "line 3:", "second trace");
	assert_damaged("cpus=2\n" FREE("100.0", "0x1") "cpus=2\n", "line 3:", "second trace");
}

TEST(a_time_far_behind_all_others_is_damage)
{
	assert_damaged(FREE("3.0", "0x1") FREE("9223372036.0", "0x2"), "line 2:", "30 days");
}

TEST(a_time_without_a_fraction_has_no_unit)
{
	assert_refused(FREE("3127311503", "0x1"), NULL, "no number of seconds");
}

TEST(values_that_do_not_fit_each_other_are_damage)
{
	assert_damaged(FREE("1.0", "0x1")
			       ALLOC("1.1", "pfn=1003 order=2 migratetype=0 gfp_flags=GFP_KERNEL"),
		       "line 2:", "no multiple");
	assert_damaged(FREE("1.0", "0x1") "a-1 [000] 1.1: mm_page_free: pfn=0x3 order=1\n",
		       "line 2:", "no multiple");
	assert_damaged(FREE("1.0", "0x1") ALLOC("1.1", "pfn=0x4 order=0 migratetype=2 "
						       "gfp_flags=GFP_HIGHUSER_MOVABLE"),
		       "line 2:", "does not fit the gfp flags");
	assert_damaged(FREE("1.0", "0x1")
			       ALLOC("1.1", "pfn=0x4 order=0 migratetype=3 gfp_flags=GFP_KERNEL"),
		       "line 2:", "no request has such a migratetype");
	assert_damaged(FREE("1.0", "0x1") ALLOC("1.1", "pfn=4294967295 order=4 migratetype=0 "
						       "gfp_flags=GFP_KERNEL"),
		       "line 2:", "4294967295");
	assert_damaged(FREE("1.0", "0x1") "a-4194304 [000] 1.1: mm_page_free: pfn=0x3 order=0\n",
		       "line 2:", "pid");
	assert_damaged(FREE("1.0", "0x1") "a-1 [000] 1.1: mm_page_free: pfn=0x2000 order=13\n",
		       "line 2:", "order=13");
}

TEST(a_dead_task_of_perf_has_pid_minus_1)
{
	struct record r[2];

	assert_int_equal(
		records_of(
			"             app   500 [000]  1000.000001: kmem:mm_page_free: page=0x1 pfn=0x1 order=0\n"
			"             :-1    -1 [000]  1000.000002: kmem:mm_page_free: page=0x1 pfn=0x2 order=0\n",
			r, 2),
		2);
	assert_int_equal(r[1].pid, -1);
	assert_noted(":-1 -1 [000]  1.000002: kmem:mm_page_free: page=0x1 pfn=0x2 order=0\n",
		     "1 events are of tasks that perf no longer knew");
}

TEST(the_thread_counts_where_perf_prints_process_and_thread)
{
	assert_int_equal(one_record(
				 "app 500/502 [000] 1.000004: kmem:mm_page_free: page=0x1 pfn=0x4 "
				 "order=0\n")
				 .pid,
			 502);
}

TEST(an_event_in_another_kernels_form_is_skipped_and_said)
{
	static const char old[] =
		"a-1 [000] 1.1: mm_compaction_isolate_migratepages: nr_scanned=32 "
		"nr_taken=32\n";
	char text[1024];
	struct record r[3];

	snprintf(text, sizeof(text), "%s%s%s", FREE("1.0", "0x1"), old, FREE("1.2", "0x2"));
	assert_int_equal(records_of(text, r, 3), 3);
	assert_int_equal(r[1].type, REC_OTHER);
	assert_noted(text, "mm_compaction_isolate_migratepages: 1 events lack a field (another "
			   "kernel's form), the first in line 2: skipped");
	snprintf(text, sizeof(text),
		 "a-1 [000] 1.0: mm_compaction_isolate_migratepages: "
		 "range=(0x1000 ~ 0x1200) nr_scanned=32 nr_taken=32\n%s",
		 old);
	assert_damaged(text, "line 2:", "is missing");
}

TEST(reclaim_without_gfp_flags_is_still_reclaim)
{
	struct record r = one_record("a-1 [000] 1.1: mm_vmscan_direct_reclaim_begin: order=0 "
				     "may_writepage=1\n");

	assert_int_equal(r.type, REC_DIRECT_RECLAIM_BEGIN);
}

TEST(what_events_were_called_before_3_3_is_known)
{
	struct record r[2];

	assert_int_equal(
		records_of("a-1 [000] 1.1: mm_page_free_direct: page=0x1 pfn=0x8 order=3\n"
			   "a-1 [000] 1.2: mm_pagevec_free: page=0x1 pfn=0x9 order=0 cold=0\n",
			   r, 2),
		2);
	assert_int_equal(r[0].type, REC_FREE);
	assert_int_equal(r[0].order, 3);
	assert_int_equal(r[1].type, REC_FREE_BATCHED);
}

TEST(a_whole_last_line_needs_no_newline)
{
	char text[512];
	struct record r[2];

	snprintf(text, sizeof(text), "%s%s", FREE("1.1", "0x1"), FREE("1.2", "0x2"));
	text[strlen(text) - 1] = '\0';
	assert_int_equal(records_of(text, r, 2), 2);
	assert_noted(text, "has no newline");
	text[strlen(text) - 1] = '\0';
	assert_damaged(text, "line 2:", "middle of a line");
}

TEST(lines_that_are_no_events_are_said)
{
	assert_noted("hello\n" FREE("1.1", "0x1") " => func\n<stack trace>\nworld\n",
		     "2 lines are no events; the first is line 1");
}

TEST(samples_that_perf_lost_are_counted)
{
	struct trace *t =
		open_text("perf 0 [000] 1.0: PERF_RECORD_LOST_SAMPLES lost 500\n"
			  "perf 0 [000] 1.0: PERF_RECORD_LOST lost 7\n" FREE("1.1", "0x1"));

	assert_int_equal(trace_get_info(t)->lost, 507);
	trace_close(t);
}

TEST(what_cannot_be_read_is_told_how_to_be_had)
{
	static const struct {
		const char *text, *remedy;
	} cases[] = {
		{ " 0)               |    /* mm_page_alloc: page=1 pfn=0x1 order=0 */\n",
		  "function_graph" },
		{ "   load1-1234      0d..1.     0us : mm_page_alloc: pfn=0x1 order=0\n",
		  "latency format" },
		{ "[  123.456791]    load1-1234    0..... 100000000us : mm_page_alloc: pfn=0x1\n",
		  "kernel's log" },
		{ "   load1-1234    [001]     9.000000: (+0)     mm_page_alloc: pfn=0x1000 order=0\n",
		  "--ts-diff" },
		{ "  load1  1234   100.000001:   kmem:mm_page_alloc: page=0x1 pfn=0x1 order=0\n",
		  "perf script -F comm,tid,cpu" },
		{ "     0.013 load1/1234 kmem:mm_page_alloc(page: 0x1, pfn: 0x1, order: 0)\n",
		  "perf trace" },
		{ "{\"systemTraceEvents\":\"# tracer: nop\\n   load1-1234    [000] .....   1.000001: "
		  "mm_page_free: page=0x1 pfn=0x1 order=0\\n\"}\n",
		  "JSON" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_refused(cases[i].text, NULL, cases[i].remedy);
}

TEST(a_trace_with_one_side_alone_is_said)
{
	assert_noted(FREE("1.1", "0x1"), "1 frees and no allocation");
	assert_noted(ALLOC("1.1", "pfn=0x1 order=0 migratetype=0 gfp_flags=GFP_KERNEL"),
		     "1 allocations and no free");
}
