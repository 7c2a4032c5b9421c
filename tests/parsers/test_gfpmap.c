// SPDX-License-Identifier: GPL-2.0-only
/* A trace's gfp bits and enum numbers are what its own print fmts say they are. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "parsers/tracedat/tracedat.h"
#include "tests/test.h"
#include <fragreplay/policy.h>

#define FLAGS(entries)	"print fmt: \"gfp_flags=%s\", (REC->gfp_flags) ? " \
			"__print_flags(REC->gfp_flags, \"|\", " entries ") : \"none\"\n"

static int parse(struct gfp_map *m, const char *fmt)
{
	return gfp_map_parse(m, fmt, strlen(fmt), "gfp_flags");
}

/* 7.3: the bit is a shift of a constant */
TEST(shifts_are_evaluated)
{
	struct gfp_map m;

	assert_int_equal(parse(&m, FLAGS(
		"{( unsigned long)(((( gfp_t)(((((1UL))) << (10))|((((1UL))) << (11)))) | "
		"(( gfp_t)((((1UL))) << (6))))), \"GFP_NOFS\"}, "
		"{( unsigned long)(( gfp_t)((((1UL))) << (3))), \"__GFP_MOVABLE\"}, "
		"{( unsigned long)(( gfp_t)((((1UL))) << (10))), \"__GFP_DIRECT_RECLAIM\"}, "
		"{ 0, ((void *)0) }")), 0);
	assert_int_equal(gfp_map_raw(&m, 1u << 3), __GFP_MOVABLE);
	assert_int_equal(gfp_map_raw(&m, 1u << 10), __GFP_DIRECT_RECLAIM);
	assert_int_equal(gfp_map_raw(&m, 1u << 6), __GFP_OTHER);	/* only in a composite */
	assert_int_equal(gfp_map_raw(&m, 0), 0);
}

/* 6.1: the bits are hexadecimal, and bit 9 is __GFP_ATOMIC */
TEST(literals_are_evaluated)
{
	struct gfp_map m;

	assert_int_equal(parse(&m, FLAGS(
		"{(unsigned long)((( gfp_t)(0x400u|0x800u)) | (( gfp_t)0x40u)), \"GFP_NOFS\"}, "
		"{(unsigned long)(( gfp_t)0x200u), \"__GFP_ATOMIC\"}, "
		"{(unsigned long)(( gfp_t)0x08u), \"__GFP_MOVABLE\"}")), 0);
	assert_int_equal(gfp_map_raw(&m, 0x208), __GFP_ATOMIC | __GFP_MOVABLE);
}

/* 6.10 to its fix: enum names without values */
TEST(names_of_bits_are_numbered_in_the_enum_s_order)
{
	struct gfp_map m;

	assert_int_equal(parse(&m, FLAGS(
		"{( unsigned long)(( gfp_t)((((1UL))) << (___GFP_DMA_BIT))), \"__GFP_DMA\"}, "
		"{( unsigned long)(( gfp_t)((((1UL))) << (___GFP_DIRECT_RECLAIM_BIT))), "
		"\"__GFP_DIRECT_RECLAIM\"}, "
		"{( unsigned long)(( gfp_t)((((1UL))) << (___GFP_SKIP_KASAN_BIT))), "
		"\"__GFP_SKIP_KASAN\"}, "
		"{( unsigned long)(( gfp_t)((((1UL))) << (___GFP_ZEROTAGS_BIT))), "
		"\"__GFP_ZEROTAGS\"}")), 0);
	assert_int_equal(gfp_map_raw(&m, 1u << 0), __GFP_DMA);
	assert_int_equal(gfp_map_raw(&m, 1u << 10), __GFP_DIRECT_RECLAIM);
	assert_int_equal(gfp_map_raw(&m, 1u << 23), __GFP_ZEROTAGS);
	assert_int_equal(gfp_map_raw(&m, 1u << 24), __GFP_OTHER);
}

/* No kernel has had them elsewhere, but nothing relies on that. */
TEST(bits_may_sit_anywhere)
{
	struct gfp_map m;

	assert_int_equal(parse(&m, FLAGS("{(1 << 20), \"__GFP_IO\"}, {(1 << 6), \"__GFP_FS\"}")),
			 0);
	assert_int_equal(gfp_map_raw(&m, 1u << 20), __GFP_IO);
	assert_int_equal(gfp_map_raw(&m, 1u << 6 | 1u << 20), __GFP_IO | __GFP_FS);
	assert_int_equal(gfp_map_back(&m, __GFP_IO | __GFP_FS, 0), 1u << 6 | 1u << 20);
}

TEST(what_has_no_name_is_kept_for_printing)
{
	struct gfp_map m;
	uint32_t raw = 1u << 3 | 1u << 24, gfp;

	assert_int_equal(parse(&m, FLAGS("{8, \"__GFP_MOVABLE\"}, {16777216, \"__GFP_NEW\"}")), 0);
	gfp = gfp_map_raw(&m, raw);
	assert_int_equal(gfp, __GFP_MOVABLE | __GFP_OTHER);
	assert_int_equal(gfp_map_back(&m, gfp, raw), raw);
}

TEST(a_format_without_the_table_is_refused)
{
	static const char *const formats[] = {
		"", "print fmt: \"order=%d\", REC->order\n",
		"print fmt: \"%s\", __print_flags(REC->other, \"|\", {8, \"__GFP_MOVABLE\"})\n",
		"print fmt: \"%s\", __print_flags(REC->gfp_flags, \"|\", {8, \"NEW\"})\n",
		"print fmt: \"%s\", __print_flags(REC->gfp_flags",
		"print fmt: \"%s\", __print_flags(REC->gfp_flags, \"|\", {((((((8",
		"print fmt: \"%s\", __print_flags(REC->gfp_flags, \"|\", {(1 << x), \"__GFP_IO\"})",
	};
	struct gfp_map m;

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		assert_int_equal(parse(&m, formats[i]), -1);
}

TEST(deep_nesting_ends)
{
	char deep[20000] = "print fmt: \"%s\", __print_flags(REC->gfp_flags, \"|\", {";
	struct gfp_map m;

	memset(deep + strlen(deep), '(', 19000);
	assert_int_equal(parse(&m, deep), -1);
}

TEST(numbers_are_translated_by_symbol)
{
	static const char fmt[] =
		"print fmt: \"mode=%s status=%s\", __print_symbolic(REC->mode, {0, "
		"\"contended\"}),"
		" __print_symbolic(REC->status, {4, \"not_suitable_zone\"}, { 0, \"skipped\" }, "
		"{7,\"from_the_future\"})\n";
	struct sym_map m;

	assert_int_equal(sym_map_parse(&m, fmt, strlen(fmt), "status", compact_result_of_name), 0);
	assert_int_equal(sym_map_raw(&m, 4), 0);
	assert_int_equal(sym_map_raw(&m, 0), 1);
	assert_int_equal(sym_map_raw(&m, 7), SYM_UNKNOWN + 7);
	assert_int_equal(sym_map_raw(&m, 1000), SYM_UNKNOWN + 1000);
	for (uint32_t raw = 0; raw < 100; raw++)
		assert_int_equal(sym_map_back(&m, sym_map_raw(&m, raw)), raw);
	assert_int_equal(sym_map_parse(&m, fmt, strlen(fmt), "reason", compact_result_of_name), -1);
}

TEST(gfp_text_is_the_same_mask)
{
	static const char text[] = "GFP_HIGHUSER_MOVABLE|__GFP_ZERO|0x1000000";
	uint32_t gfp = 1;

	assert_null(gfp_of_text(text, strlen(text), &gfp));
	assert_int_equal(gfp, GFP_HIGHUSER_MOVABLE | __GFP_ZERO | __GFP_OTHER);
	assert_null(gfp_of_text("none", 4, &gfp));
	assert_int_equal(gfp, 0);
}

TEST(names_that_older_kernels_printed_are_known)
{
	static const struct {
		const char *text;
		uint32_t gfp;
	} old[] = {
		{ "GFP_HIGHUSER_MOVABLE|GFP_ZERO", GFP_HIGHUSER_MOVABLE | __GFP_ZERO },
		{ "GFP_TEMPORARY", GFP_KERNEL | __GFP_RECLAIMABLE },
		{ "__GFP_WAIT|GFP_REPEAT", __GFP_RECLAIM | __GFP_RETRY_MAYFAIL },
		{ "GFP_NOTRACK|GFP_COMP", __GFP_OTHER | __GFP_COMP },
	};

	for (size_t i = 0; i < sizeof(old) / sizeof(old[0]); i++) {
		uint32_t gfp = 0;

		assert_null(gfp_of_text(old[i].text, strlen(old[i].text), &gfp));
		assert_int_equal(gfp, old[i].gfp);
	}
}

TEST(a_name_that_no_kernel_prints_is_pointed_out)
{
	static const char *const bad[] = { "GFP_KERN", "__GFP_ZER", "x", "", "GFP_KERNEL|__GFP_C" };
	uint32_t gfp;

	for (size_t i = 0; i < 3; i++)
		assert_ptr_equal(gfp_of_text(bad[i], strlen(bad[i]), &gfp), bad[i]);
	assert_ptr_equal(gfp_of_text(bad[4], strlen(bad[4]), &gfp), bad[4] + strlen("GFP_KERNEL|"));
}

TEST(a_format_of_before_4_6_names_its_bits_without_underscores)
{
	static const char fmt[] =
		"print fmt: \"gfp_flags=%s\", (REC->gfp_flags) ? __print_flags("
		"REC->gfp_flags, \"|\", {(unsigned long)0x20, \"GFP_ATOMIC\"}, "
		"{(unsigned long)0x20u, \"GFP_HIGH\"}, {(unsigned long)0x10u, \"GFP_WAIT\"}, "
		"{(unsigned long)0x8000u, \"GFP_ZERO\"}) : \"GFP_NOWAIT\"\n";
	struct gfp_map m;

	assert_int_equal(gfp_map_parse(&m, fmt, strlen(fmt), "gfp_flags"), 0);
	assert_int_equal(gfp_map_raw(&m, 0x20), __GFP_HIGH);
	assert_int_equal(gfp_map_raw(&m, 0x8010), __GFP_RECLAIM | __GFP_ZERO);
}

TEST(marks_are_known_by_their_text)
{
	assert_int_equal(mark_of_text("fragreplay: before end\n", 23), MARK_BEFORE_END);
	assert_int_equal(mark_of_text("fragreplay: after begin\0xx", 26), MARK_AFTER_BEGIN);
	assert_int_equal(mark_of_text("fragreplay: before", 18), MARK_OTHER);
}

static struct record mark(const char *text)
{
	struct record r = { .type = REC_MARK };

	mark_decode(&r, text, strlen(text));
	return r;
}

TEST(marks_of_gigantic_pages_carry_numbers)
{
	struct record r = mark("fragreplay: alloc_contig id=7 pages=262144\n");

	assert_int_equal(r.marker.mark, MARK_ALLOC_CONTIG);
	assert_int_equal(r.marker.id, 7);
	assert_int_equal(r.marker.pages, 262144);
	r = mark("fragreplay: free_contig id=4294967295");
	assert_int_equal(r.marker.mark, MARK_FREE_CONTIG);
	assert_int_equal(r.marker.id, 0xffffffff);
	assert_int_equal(mark("fragreplay: alloc_contig id=7").marker.mark, MARK_OTHER);
	assert_int_equal(mark("fragreplay: alloc_contig id=7 pages=").marker.mark, MARK_OTHER);
	assert_int_equal(mark("fragreplay: alloc_contig id=7x pages=512").marker.mark, MARK_OTHER);
	assert_int_equal(mark("fragreplay: free_contig id=4294967296").marker.mark, MARK_OTHER);
	assert_int_equal(mark("fragreplay: free_contig id=99999999999999999999999").marker.mark, MARK_OTHER);
	assert_int_equal(mark("fragreplay: after begin").marker.mark, MARK_AFTER_BEGIN);
}
