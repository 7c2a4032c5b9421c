// SPDX-License-Identifier: GPL-2.0-only
/* Event text becomes the records that the trace.dat it was printed from becomes. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parsers/internal.h"
#include "tests/parsers/text_reading.h"
#include "tests/test.h"
#include <fragreplay/policy.h>

TEST(an_allocation_is_read_from_trace_cmd_report)
{
	struct record r = one_record(HEAD "mm_page_alloc:        page=0xffffffff81cdf740 pfn=0x4530"
					  " order=3 migratetype=2 gfp_flags=GFP_KERNEL|__GFP_COMP|"
					  "__GFP_RECLAIMABLE\n");

	assert_int_equal(r.type, REC_ALLOC);
	assert_int_equal(r.ts, 6742318000);
	assert_int_equal(r.cpu, 1);
	assert_int_equal(r.pid, 252);
	assert_int_equal(r.pfn, 0x4530);
	assert_int_equal(r.order, 3);
	assert_int_equal(r.migratetype, 2);
	assert_int_equal(r.gfp, GFP_KERNEL | __GFP_COMP | __GFP_RECLAIMABLE);
}

TEST(fields_may_come_in_any_order)
{
	struct record r = one_record(HEAD "mm_page_alloc: gfp_flags=none order=1 migratetype=0 "
					  "new_field=7 pfn=98\n");

	assert_int_equal(r.pfn, 98);
	assert_int_equal(r.order, 1);
	assert_int_equal(r.gfp, 0);
}

TEST(raw_gfp_flags_are_taken_by_position)
{
	struct record r = one_record(HEAD "mm_page_alloc: pfn=0x1 order=0 gfp_flags=0x1140dca "
				     "migratetype=1\n");

	assert_int_equal(r.gfp, GFP_HIGHUSER_MOVABLE | __GFP_COMP | __GFP_ZERO | __GFP_OTHER);
}

TEST(a_failed_allocation_has_no_pfn)
{
	static const char *const printed[] = {
		"page=(nil) pfn=0x0", "page=0x0 pfn=0x0", "page=0000000000000000 pfn=0x0",
		"page=(null) pfn=0", "pfn=0xffffffffffffffff",
	};
	char line[256];

	for (size_t i = 0; i < sizeof(printed) / sizeof(printed[0]); i++) {
		snprintf(line, sizeof(line), HEAD "mm_page_alloc: %s order=9 migratetype=1 "
			 "gfp_flags=GFP_TRANSHUGE_LIGHT\n", printed[i]);
		assert_true(one_record(line).pfn == REC_NO_PFN);
	}
	assert_int_equal(one_record(HEAD "mm_page_alloc: page=0xfff pfn=0x0 order=0 migratetype=0 "
					 "gfp_flags=none\n")
				 .pfn,
			 0);
}

TEST(a_comm_may_look_like_the_head_of_a_line)
{
	static const char *const comm[] = {
		"      -1 [0] 1: x: ", "        a-7 [001]", "            <...>", "          a b-c",
		"             [1]", "     perf 1 [00]",
	};
	char line[256];

	for (size_t i = 0; i < sizeof(comm) / sizeof(comm[0]); i++) {
		size_t len = strlen(comm[i]);
		const char *last15 = len > 15 ? comm[i] + len - 15 : comm[i];
		struct record r;

		snprintf(line, sizeof(line), "%16s-%-7d [003] d..1.  12.000001: mm_page_free: "
			 "page=1 pfn=0x7 order=0\n", last15, 4242);
		r = one_record(line);
		assert_int_equal(r.pid, 4242);
		assert_int_equal(r.cpu, 3);
		assert_int_equal(r.flags, 0x01);
		snprintf(line, sizeof(line), "%16s %7d [003] 12.000001: kmem:mm_page_free: "
			 "page=1 pfn=0x7 order=0\n", last15, 4242);
		r = one_record(line);
		assert_int_equal(r.pid, 4242);
		assert_int_equal(r.cpu, 3);
	}
}

TEST(the_flags_column_gives_common_flags)
{
	struct flag_case {
		const char *column;
		int flags;
	};
	static const struct flag_case cases[] = {
		{ ".....", 0 },
		{ "d..1.", 0x01 },
		{ "D..1.", 0x81 },
		{ ".Ns2.", 0x34 },
		{ "..h1.", REC_FLAG_HARDIRQ },
		{ "b.H.", 0x80 | REC_FLAG_HARDIRQ | REC_FLAG_SOFTIRQ },
		{ "dnZ3.", 0x05 | REC_FLAG_NMI | REC_FLAG_HARDIRQ },
	};
	char line[256];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(line, sizeof(line), "           <...>-12      [000] %s    1.000001: "
			 "mm_page_free: page=1 pfn=0x7 order=0\n", cases[i].column);
		assert_int_equal(one_record(line).flags, cases[i].flags);
	}
}

TEST(perf_script_names_the_system_and_maybe_a_period)
{
	struct record r[3];

	assert_int_equal(records_of(
		"perf  6429 [000]    22.498450:             kmem:mm_page_alloc: page=0x176a17 "
		"pfn=1534487 order=0 migratetype=0 gfp_flags=GFP_KERNEL\n"
		"    ffffffffbe23e32e __alloc_pages_nodemask+0x22e (/lib/modules/5.1/build/vmlinux)\n"
		"\n"
		"     Web Content 12/34 [001]    22.498451123:          1     kmem:mm_page_free: "
		"page=0x176a17 pfn=1534487 order=0\n", r, 3), 2);
	assert_int_equal(r[0].type, REC_ALLOC);
	assert_int_equal(r[0].pfn, 1534487);
	assert_int_equal(r[0].pid, 6429);
	assert_int_equal(r[1].type, REC_FREE);
	assert_int_equal(r[1].pid, 34);
	assert_int_equal(r[1].ts, 22498451123);
}

TEST(raw_and_cooked_output_of_an_event_are_the_same)
{
	static const char *const pairs[][2] = {
		{ "mm_compaction_begin: zone_start=0x1 migrate_pfn=0x1 free_pfn=0xe00 zone_end=0x9, mode=sync",
		  "mm_compaction_begin: zone_start=0x1 migrate_pfn=0x1 free_pfn=0xe00 zone_end=0x9 sync=1" },
		{ "mm_compaction_end: zone_start=0x1, mode=async status=partial_skipped",
		  "mm_compaction_end: zone_start=0x1 sync=0 status=6" },
		{ "mm_compaction_isolate_freepages: range=(0x3b400 ~ 0x5da00) nr_scanned=130 nr_taken=8",
		  "mm_compaction_isolate_freepages: start_pfn=0x3b400 end_pfn=0x5da00 nr_scanned=130 nr_taken=8" },
		{ "mm_compaction_kcompactd_wake: nid=0 order=9 classzone_idx=DMA32   ",
		  "mm_compaction_kcompactd_wake: nid=0 order=9 highest_zoneidx=1" },
		{ "mm_migrate_pages: nr_succeeded=31 nr_failed=1 mode=MIGRATE_SYNC_LIGHT reason=compaction",
		  "mm_migrate_pages: succeeded=31 failed=1 mode=1 reason=0" },
		{ "mm_vmscan_lru_shrink_inactive: nid=0 nr_scanned=64 nr_reclaimed=33 nr_dirty=4 nr_writeback=1 nr_congested=2 nr_immediate=3 nr_activate_anon=5 nr_activate_file=6 nr_ref_keep=7 nr_unmap_fail=0 priority=6 flags=RECLAIM_WB_FILE|RECLAIM_WB_ASYNC",
		  "mm_vmscan_lru_shrink_inactive: nid=0 nr_scanned=64 nr_reclaimed=33 nr_dirty=4 nr_writeback=1 nr_congested=2 nr_immediate=3 nr_activate0=5 nr_activate1=6 nr_ref_keep=7 nr_unmap_fail=0 priority=6 reclaim_flags=10" },
		{ "mm_filemap_add_to_page_cache: dev 254:16 ino 20002 pfn=0x40ff ofs=12288 order=0",
		  "mm_filemap_add_to_page_cache: i_ino=20002 pfn=0x40ff index=0x3 s_dev=266338320 order=0" },
		{ "sched_process_exit: comm=a pid=3 b pid=73 prio=120 group_dead=true",
		  "sched_process_exit: comm=a pid=3 b pid=73 prio=120 group_dead=1" },
		{ "mm_vmscan_write_folio: page=0x1 pfn=0x77 flags=RECLAIM_WB_ANON|RECLAIM_WB_ASYNC",
		  "mm_vmscan_write_folio: pfn=0x77 reclaim_flags=9" },
		{ "set_migration_pte: addr=7f2a4c001000, pte=7ffffffff8a23e02 order=0",
		  "set_migration_pte: addr=0x7f2a4c001000 pte=0x7ffffffff8a23e02 order=0" },
		{ "print: tracing_mark_write: fragreplay: before end",
		  "print: ip=tracing_mark_write buf=fragreplay: before end" },
		{ "tracing_mark_write: fragreplay: before end",
		  "print: ip=tracing_mark_write buf=fragreplay: before end" },
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct record r[2];
		char line[512];

		for (int j = 0; j < 2; j++) {
			snprintf(line, sizeof(line), HEAD "%s\n", pairs[i][j]);
			r[j] = one_record(line);
		}
		assert_int_not_equal(r[0].type, REC_OTHER);
		assert_memory_equal(&r[0], &r[1], sizeof(r[0]));
	}
}

TEST(an_event_of_no_use_is_counted_and_not_read)
{
	struct trace *t = open_text(HEAD "mm_page_pcpu_drain: page=0x1 pfn=banana order=0\n" NEXT);
	const struct record *rec;
	uint64_t count;

	assert_int_equal(trace_read(t, &rec), 2);
	assert_int_equal(rec[0].type, REC_OTHER);
	assert_int_equal(trace_get_info(t)->nr_events, 2);
	assert_string_equal(trace_event_count(t, 1, &count), "mm_page_pcpu_drain");
	assert_int_equal(count, 1);
	trace_close(t);
}

/* The table of names is full long before the line that matters. */
TEST(an_event_is_read_however_many_kinds_came_before_it)
{
	const unsigned int kinds = 5000;
	char *text = malloc(kinds * 64 + 256), *p = text;
	const struct record *rec;
	uint64_t count;
	struct trace *t;

	assert_non_null(text);
	for (unsigned int i = 0; i < kinds; i++)
		p += sprintf(p, "a-1 [000] 5.%06u: event_%u: x=1\n", i, i);
	strcpy(p, "a-1 [000] 6.000000: mm_page_free: page=0x1 pfn=0x7 order=0\n");
	t = open_text(text);
	assert_int_equal(trace_read(t, &rec), kinds + 1);
	assert_int_equal(rec[kinds].type, REC_FREE);
	assert_int_equal(rec[kinds].pfn, 7);
	assert_int_equal(trace_get_info(t)->nr_events, 4097);
	assert_string_equal(trace_event_count(t, 0, &count), "(other)");
	assert_int_equal(count, kinds + 1 - 4096);
	trace_close(t);
	free(text);
}

TEST(lines_out_of_order_are_put_in_order_and_equal_times_stay)
{
	struct record r[5];

	assert_int_equal(records_of(
		"a-1 [000] 5.000003: mm_page_free: pfn=0x3 order=0\n"
		"b-1 [003] 5.000001: mm_page_free: pfn=0x1 order=0\n"
		"a-1 [000] 5.000002: mm_page_free: pfn=0x2 order=0\n"
		"a-1 [000] 5.000001: mm_page_free: pfn=0x11 order=0\n", r, 5), 4);
	assert_int_equal(r[0].pfn, 0x1);
	assert_int_equal(r[1].pfn, 0x11);
	assert_int_equal(r[2].pfn, 0x2);
	assert_int_equal(r[3].pfn, 0x3);
}

TEST(a_line_too_late_for_reordering_is_damage)
{
	const unsigned int nr = 40000;
	char *text = malloc(nr * 64 + 256), *p = text;

	assert_non_null(text);
	for (unsigned int i = 0; i < nr; i++)
		p += sprintf(p, "a-1 [000] 5.%06u: mm_page_free: pfn=0x3 order=0\n", i + 10);
	sprintf(p, "a-1 [000] 5.000001: mm_page_free: pfn=0x3 order=0\n");
	assert_damaged(text, "line 40001:", "time");
	free(text);
}

TEST(lost_events_become_a_record_where_the_gap_ends)
{
	static const char *const printed[] = {
		"CPU:1 [LOST 12 EVENTS]\n", "CPU:1 [12 EVENTS DROPPED]\n",
	};
	char text[512];
	struct record r[3];

	for (int i = 0; i < 2; i++) {
		snprintf(text, sizeof(text), "%sa-1 [000] 6.0: mm_page_free: pfn=0x1 order=0\n" NEXT,
			 printed[i]);
		assert_int_equal(records_of(text, r, 3), 3);
		assert_int_equal(r[0].type, REC_FREE);
		assert_int_equal(r[1].type, REC_LOST);
		assert_int_equal(r[1].cpu, 1);
		assert_int_equal(r[1].lost.events, 12);
		assert_int_equal(r[1].ts, r[2].ts);
	}
}

TEST(the_kernels_header_tells_cpus_and_overwritten_events)
{
	struct trace *t = open_text("# tracer: nop\n"
				    "# entries-in-buffer/entries-written: 1/18   #P:4\n" NEXT);
	const struct record *rec;

	assert_int_equal(trace_read(t, &rec), 1);
	assert_int_equal(trace_get_info(t)->cpus, 4);
	assert_int_equal(trace_get_info(t)->lost, 17);
	assert_string_equal(trace_comm(t, 252), "labload");
	assert_string_equal(trace_comm(t, 253), "<...>");
	trace_close(t);
}

TEST(a_malformed_line_is_damage_with_its_place)
{
	assert_damaged(NEXT HEAD "mm_page_free: page=0x1 pfn=banana order=0\n" NEXT, "line 2:", "pfn");
	assert_damaged(NEXT HEAD "mm_page_free: page=0x1 order=0\n" NEXT, "line 2:", "pfn is missing");
	assert_damaged(NEXT HEAD "mm_page_free: pfn=0x1 order=256\n", "line 2:", "order");
	assert_damaged(NEXT HEAD "mm_page_free: pfn=0x1 order=11\n", "line 2:", "order");
	assert_damaged(NEXT HEAD "mm_page_free: pfn=0xffffffffffffffff order=0\n", "line 2:", "pfn");
	assert_damaged(NEXT HEAD "mm_vmscan_lru_shrink_inactive: nr_scanned=0x100000000 "
		       "nr_reclaimed=0\n", "line 2:", "nr_scanned");
	assert_damaged(NEXT HEAD "mm_page_free: pfn=0x10000000000000000 order=0\n", "line 2:", "pfn");
	assert_damaged(NEXT "xx [001 6.7: mm_page_free: pfn=0x1 order=0\n", "line 2:", "task");
	assert_damaged(NEXT HEAD "mm_page_alloc: pfn=0x1 order=0 migratetype=0 gfp_flags=\n",
		       "line 2:", "gfp_flags");
	assert_damaged(NEXT NEXT HEAD "mm_page_free: page=0x1 pf", "line 3:", "middle of a line");
	assert_damaged(NEXT HEAD "mm_filemap_add_to_page_cache: dev 254:16 ino 20002 "
		       "pfn=0xffffffffffffffff ofs=12288 order=0\n", "line 2:", "pfn");
}

TEST(damage_ends_the_trace_when_incomplete_is_allowed)
{
	struct trace_options opt = { .allow_incomplete = true };
	static const char text[] = NEXT NEXT HEAD "mm_page_free: page=0x1\n" NEXT;
	char err[TRACE_ERRLEN];
	struct trace *t = trace_open_memory(text, strlen(text), &opt, err, sizeof(err));
	const struct record *rec;

	assert_non_null(t);
	assert_int_equal(trace_read(t, &rec), 2);
	assert_int_equal(trace_read(t, &rec), 0);
	assert_false(trace_get_info(t)->complete);
	assert_int_equal(trace_get_info(t)->records, 2);
	trace_close(t);
}

TEST(text_without_an_event_is_refused)
{
	static const char *const texts[] = {
		"hello\nworld\n", "# tracer: nop\n#\n",	  "cpus=2\n",
		"\n\n\n",	  "[[[[[[[[[[[[\n-1 [\n",
	};
	char err[TRACE_ERRLEN];

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		err[0] = '\0';
		assert_null(trace_open_memory(texts[i], strlen(texts[i]), NULL, err, sizeof(err)));
		assert_non_null(strstr(err, "no event"));
	}
}

/* ---- against the trace.dat reader ---- */

struct reading {
	struct trace *t;
	const struct record *rec;
	long n, at;
};

static const struct record *next_record(struct reading *r)
{
	if (r->at == r->n) {
		r->n = trace_read(r->t, &r->rec);
		r->at = 0;
		if (r->n < 0)
			fail_msg("%s", trace_error(r->t));
		if (!r->n)
			return NULL;
	}
	return &r->rec[r->at++];
}

/* what each way of printing leaves out */
struct printing {
	const char *options;
	bool ns, flags, enums;
};

static void take_away(struct record *r, const struct printing *p)
{
	if (!p->ns)
		r->ts = (r->ts + 500) / 1000 * 1000;
	if (!p->flags)
		r->flags = 0;
	/* libtraceevent's -l knows the five old flags, and 'd' hides the second */
	r->flags &= r->flags & 0x01 ? 0x1d : 0x1f;
	if (!p->enums && r->type == REC_COMPACT_END)
		r->compact.status = 0;
}

static void compare_readings(const char *dat, const char *text, const struct printing *p)
{
	struct reading a = { .n = 0 }, b = { .n = 0 };
	const struct record *ra, *rb;
	char err[TRACE_ERRLEN] = "";
	uint64_t nr = 0;

	a.t = trace_open(dat, NULL, err, sizeof(err));
	b.t = trace_open(text, NULL, err, sizeof(err));
	if (!a.t || !b.t)
		fail_msg("%s", err);
	while ((ra = next_record(&a)) && (rb = next_record(&b))) {
		struct record x = *ra, y = *rb;

		take_away(&x, p);
		take_away(&y, p);
		if (memcmp(&x, &y, sizeof(x)))
			fail_msg("%s: record %llu (type %d, type %d, time %llu) differs", p->options,
				 (unsigned long long)nr, x.type, y.type, (unsigned long long)x.ts);
		nr++;
	}
	assert_true(nr > 1000);
	assert_null(next_record(&a));
	assert_null(next_record(&b));
	assert_int_equal(trace_get_info(a.t)->records, trace_get_info(b.t)->records);
	assert_int_equal(trace_get_info(a.t)->nr_events, trace_get_info(b.t)->nr_events);
	trace_close(a.t);
	trace_close(b.t);
}

TEST(exported_text_is_the_trace_dat)
{
	static const struct printing ways[] = {
		{ "", false, false, true }, { "-t", true, false, true },
		{ "-l -t", true, true, true }, { "-R -t", true, false, false },
	};
	const char *recording = getenv("RECORDING");
	char dat[512], text[512], command[2048];

	snprintf(dat, sizeof(dat), "%s/trace.dat", recording ? recording : "");
	if (access(dat, R_OK) || system("command -v trace-cmd >/dev/null")) {
		print_message("# no RECORDING, or no trace-cmd to export it with\n");
		skip();
	}
	snprintf(text, sizeof(text), "%s/test_text.XXXXXX", getenv("TMPDIR") ? : "/tmp");
	assert_true(close(mkstemp(text)) == 0);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		snprintf(command, sizeof(command), "trace-cmd report %s -i '%s' >'%s' 2>/dev/null",
			 ways[i].options, dat, text);
		assert_int_equal(system(command), 0);
		compare_readings(dat, text, &ways[i]);
	}
	unlink(text);
}
