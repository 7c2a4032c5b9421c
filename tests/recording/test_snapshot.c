// SPDX-License-Identifier: GPL-2.0-only
/*
 * Recording directories written by hand: what each file says arrives in struct recording, and what
 * cannot be true is refused with file, place and remedy.
 */
#define _GNU_SOURCE
#include <stddef.h>
#include <stdint.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "recording/recording.h"
#include "tests/test.h"

static char top[64];
static struct recording m;
static char err[1024];

static const char zoneinfo[] =
	"Node 0, zone    DMA32\n"
	"  per-node stats\n"
	"      nr_inactive_anon 5\n"
	"  pages free     900\n"
	"        boost    512\n"
	"        min      612\n"
	"        low      637\n"
	"        high     662\n"
	"        promo    687\n"
	"        spanned  4096\n"
	"        present  4096\n"
	"        managed  4000\n"
	"        cma      0\n"
	"        protection: (0, 0, 7, 9)\n"
	"      nr_free_pages 900\n"
	"  pagesets\n"
	"    cpu: 0\n"
	"              count:    11\n"
	"              high:     50\n"
	"              batch:    63\n"
	"              high_min: 22\n"
	"  vm stats threshold: 4\n"
	"    cpu: 1\n"
	"              count:    13\n"
	"              high:     51\n"
	"              batch:    63\n"
	"  node_unreclaimable:  0\n"
	"  start_pfn:           4096\n"
	"  reserved_highatomic: 512\n"
	"Node 0, zone  Movable\n"
	"  pages free     0\n"
	"        boost    0\n"
	"        min      32\n"
	"        low      32\n"
	"        high     32\n"
	"        promo    32\n"
	"        spanned  0\n"
	"        present  0\n"
	"        managed  0\n"
	"        cma      0\n"
	"        protection: (0, 0, 0, 0)\n";

static const char pagetypeinfo[] =
	"Page block order: 9\n"
	"Pages per block:  512\n"
	"\n"
	"Free pages count per migrate type at order       0      1      2      3      4      5      6      7      8      9     10 \n"
	"Node    0, zone    DMA32, type    Unmovable      1      0      0      0      0      0      0      0      0      0      0 \n"
	"Node    0, zone    DMA32, type      Movable >100000      0      0      0      0      0      0      0      0      0      3 \n"
	"Node    0, zone    DMA32, type          CMA      0      2      0      0      0      0      0      0      0      0      0 \n"
	"Node    0, zone    DMA32, type      Isolate      0      0      4      0      0      0      0      0      0      0      0 \n"
	"\n"
	"Number of blocks type     Unmovable      Movable          CMA      Isolate \n"
	"Node 0, zone    DMA32            2            4            1            1 \n";

static const char buddyinfo[] =
	"Node 0, zone    DMA32 123457      2      4      0      0      0      0      0      0      0      3 \n";

static const char version[] =
	"Linux version 6.1.0-50-cloud-amd64 (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14) 12.2.0) #1 SMP Debian 6.1.192-1 (2026-10-01)\n";

static const char thp[] =
	"/sys/kernel/mm/transparent_hugepage/defrag:always defer [defer+madvise] madvise never\n"
	"/sys/kernel/mm/transparent_hugepage/enabled:always [madvise] never\n"
	"/sys/kernel/mm/transparent_hugepage/khugepaged/defrag:1\n"
	"/sys/kernel/mm/lru_gen/enabled:0x0007\n";

static void write_bytes(const char *side, const char *name, const void *data, size_t len)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", top, side);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/%s/%s", top, side, name);
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static void write_text(const char *side, const char *name, const char *text)
{
	write_bytes(side, name, text, strlen(text));
}

/* @text with the first @from replaced by @to */
static void write_changed(const char *side, const char *name, const char *text, const char *from,
			  const char *to)
{
	const char *at = strstr(text, from);
	char buf[8192];

	assert_non_null(at);
	snprintf(buf, sizeof(buf), "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
	write_text(side, name, buf);
}

static void write_flags(const char *side, const char *name, const uint64_t *f, size_t n, bool zst)
{
	size_t room = ZSTD_compressBound(n * 8), len;
	char file[64], *buf;

	snprintf(file, sizeof(file), "%s%s", name, zst ? ".zst" : "");
	if (!zst) {
		write_bytes(side, file, f, n * 8);
		return;
	}
	buf = malloc(room);
	assert_non_null(buf);
	len = ZSTD_compress(buf, room, f, n * 8, 3);
	assert_false(ZSTD_isError(len));
	write_bytes(side, file, buf, len);
	free(buf);
}

static int set_up(void **state)
{
	(void)state;
	strcpy(top, "/tmp/fragreplay-test-XXXXXX");
	memset(&m, 0, sizeof(m));
	err[0] = '\0';
	return mkdtemp(top) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int tear_down(void **state)
{
	(void)state;
	recording_release(&m);
	return nftw(top, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

#define TEST_F(name) TEST_FIXTURE(name, set_up, tear_down)

static void load(void)
{
	if (recording_load(&m, top, err, sizeof(err)))
		fail_msg("%s", err);
}

static void load_fails(const char *place, const char *what)
{
	assert_int_equal(recording_load(&m, top, err, sizeof(err)), -1);
	if (!strstr(err, place) || !strstr(err, what))
		fail_msg("'%s' does not name '%s' and '%s'", err, place, what);
}

TEST_F(an_empty_directory_is_a_recording_without_snapshots)
{
	load();
	assert_false(m.before.present);
	assert_false(m.after.present);
	assert_string_equal(m.source, "inferred");
	assert_non_null(strstr(m.notes, "before/ is missing"));
	assert_int_equal(m.sysctl.watermark_boost_factor, 15000);
}

TEST_F(no_directory_is_an_error)
{
	assert_int_equal(recording_load(&m, "/nonexistent/recording", err, sizeof(err)), -1);
	assert_non_null(strstr(err, "/nonexistent/recording"));
}

TEST_F(zoneinfo_fills_zones_with_marks_below_the_boost)
{
	const struct snap_zone *z = &m.before.zone[ZONE_DMA32];

	write_text("before", "zoneinfo", zoneinfo);
	load();
	assert_true(z->populated);
	assert_false(m.before.zone[ZONE_MOVABLE].populated);
	assert_int_equal(z->start_pfn, 4096);
	assert_int_equal(z->managed, 4000);
	assert_int_equal(z->free, 900);
	assert_int_equal(z->boost, 512);
	assert_int_equal(z->wmark[WMARK_MIN], 100);
	assert_int_equal(z->wmark[WMARK_PROMO], 175);
	assert_int_equal(z->protection[ZONE_MOVABLE], 9);
	assert_int_equal(z->pcp_count[0], 11);
	assert_int_equal(z->pcp_high[1], 51);
	assert_int_equal(z->pcp_batch, 63);
	assert_int_equal(z->reserved_highatomic, 512);
	assert_int_equal(m.nr_cpus, 2);
	assert_int_equal(m.max_pfn, 8192);
	assert_string_equal(m.source, "zoneinfo");
	assert_int_equal(m.sysctl.min_free_kbytes, 400);	/* no sysctl_vm: from the marks */
	assert_int_equal(m.sysctl_from[SYSCTL_min_free_kbytes], SYSCTL_FROM_RECORDING);
	assert_int_equal(m.sysctl_from[SYSCTL_swappiness], SYSCTL_FROM_DEFAULT);
}

TEST_F(a_6_1_zoneinfo_without_promo_gets_one)
{
	write_changed("before", "zoneinfo", zoneinfo, "        promo    687\n", "");
	load();
	assert_int_equal(m.before.zone[ZONE_DMA32].wmark[WMARK_PROMO], 175);
}

TEST_F(zones_of_two_nodes_are_folded)
{
	const struct snap_zone *z = &m.before.zone[ZONE_DMA32];
	char both[8192], second[4096], *p;

	snprintf(second, sizeof(second), "%.*s",
		 (int)(strstr(zoneinfo, "Node 0, zone  Movable") - zoneinfo), zoneinfo);
	second[5] = '1';
	p = strstr(second, "start_pfn:           4096");
	memcpy(p + 21, "8192", 4);
	snprintf(both, sizeof(both), "%s%s", zoneinfo, second);
	write_text("before", "zoneinfo", both);
	load();
	assert_int_equal(m.before.nr_nodes, 2);
	assert_int_equal(z->start_pfn, 4096);
	assert_int_equal(z->spanned, 8192);
	assert_int_equal(z->free, 1800);
	assert_int_equal(z->wmark[WMARK_LOW], 250);
	assert_int_equal(z->pcp_count[1], 26);
	assert_non_null(strstr(m.notes, "folded"));
}

TEST_F(pagetypeinfo_goes_by_names_and_caps_are_completed)
{
	const struct snap_zone *z = &m.before.zone[ZONE_DMA32];

	write_text("before", "zoneinfo", zoneinfo);
	write_text("before", "buddyinfo", buddyinfo);
	write_text("before", "pagetypeinfo", pagetypeinfo);
	load();
	assert_true(m.before.have_pagetypeinfo);
	assert_true(m.before.has_cma_row);
	assert_int_equal(z->free_by_order[0][MIGRATE_UNMOVABLE], 1);
	assert_int_equal(z->free_by_order[0][MIGRATE_MOVABLE], 123456);
	assert_int_equal(z->free_by_order[1][MIGRATE_CMA], 2);
	assert_int_equal(z->free_by_order[2][MIGRATE_ISOLATE], 4);
	assert_int_equal(z->pageblocks[MIGRATE_MOVABLE], 4);
	assert_int_equal(z->pageblocks[MIGRATE_ISOLATE], 1);
	assert_int_equal(z->nr_free[10], 3);
}

TEST_F(a_cap_that_nothing_completes_is_noted)
{
	write_text("before", "pagetypeinfo", pagetypeinfo);
	load();
	assert_int_equal(m.before.zone[ZONE_DMA32].free_by_order[0][MIGRATE_MOVABLE], 100000);
	assert_non_null(strstr(m.notes, "stops at 100000"));
}

TEST_F(other_pageblock_sizes_are_noted_and_not_used)
{
	write_changed("before", "pagetypeinfo", pagetypeinfo, "order: 9", "order: 13");
	load();
	assert_false(m.before.have_pagetypeinfo);
	assert_non_null(strstr(m.notes, "order 13"));
}

TEST_F(small_files_arrive)
{
	uint64_t v;

	write_text("before", "version", version);
	write_text("before", "thp", thp);
	write_text("before", "vmstat", "nr_free_pages 77\nthp_fault_alloc 4601\n");
	write_text("before", "meminfo", "MemTotal:        7123284 kB\nSwapTotal:       2048 kB\n");
	write_text("before", "swaps", "Filename Type Size Used Priority\n/dev/a\\040b partition 4096 8 -2\n/f file 4096 4 -3\n");
	write_text("before", "sysctl_vm", "defrag_mode 1 \nlowmem_reserve_ratio 256\t128\t32\t0\t0 \nstat_refresh \nmin_free_kbytes 45056 \n");
	load();
	assert_string_equal(m.kernel, "6.1.0-50-cloud-amd64");
	assert_int_equal(m.version, 6u << 24 | 1u << 16 | 192);
	assert_int_equal(m.thp_defrag, THP_DEFRAG_DEFER_MADVISE);
	assert_int_equal(m.thp_enabled, THP_ENABLED_MADVISE);
	assert_true(m.have_lru_gen && m.lru_gen);
	assert_true(snapshot_vmstat(&m.before, "thp_fault_alloc", &v));
	assert_int_equal(v, 4601);
	assert_false(snapshot_vmstat(&m.before, "thp_fault", &v));
	assert_int_equal(m.memtotal_kb, 7123284);
	assert_int_equal(m.swap_pages, 2048);
	assert_int_equal(m.swap_used, 3);
	assert_int_equal(m.sysctl.defrag_mode, 1);
	assert_int_equal(m.sysctl.lowmem_reserve_ratio[1], 128);
	assert_int_equal(m.sysctl.min_free_kbytes, 45056);
}

TEST_F(swap_in_ram_is_told_from_swap_on_a_disk)
{
	write_text("before", "swaps",
		   "Filename Type Size Used Priority\n/dev/vda partition 4096 8 -2\n");
	load();
	assert_false(m.swap_in_ram);
	write_text("before", "swaps",
		   "Filename Type Size Used Priority\n/dev/zram0 partition 4096 8 -2\n");
	load();
	assert_true(m.swap_in_ram);
}

TEST_F(a_counter_moved_by_what_both_sides_say)
{
	uint64_t by;

	write_text("before", "vmstat", "nr_free_pages 77\npswpout 40\npswpin 9\n");
	write_text("after", "vmstat", "nr_free_pages 70\npswpout 42\n");
	load();
	assert_true(recording_delta(&m, "pswpout", &by));
	assert_int_equal(by, 2);
	assert_false(recording_delta(&m, "pswpin", &by));
	assert_false(recording_delta(&m, "nr_free_pages", &by));
}

static uint64_t flags[8192];

TEST_F(page_flags_tell_kinds)
{
	static const struct { uint64_t f; enum snap_page kind; } cases[] = {
		{ KPF(NOPAGE), SNAP_ABSENT }, { KPF(RESERVED), SNAP_RESERVED },
		{ KPF(BUDDY), SNAP_BUDDY }, { 0, SNAP_NOFLAGS }, { KPF(SLAB), SNAP_SLAB },
		{ KPF(SLAB) | KPF(ANON), SNAP_SLAB }, { KPF(PGTABLE), SNAP_PGTABLE },
		{ KPF(LRU) | KPF(ANON), SNAP_ANON }, { KPF(LRU) | KPF(SWAPBACKED), SNAP_ANON },
		{ KPF(LRU), SNAP_FILE }, { KPF(HUGE) | KPF(COMPOUND_HEAD), SNAP_KERNEL },
		{ KPF(OFFLINE), SNAP_OFFLINE }, { KPF(COMPOUND_HEAD), SNAP_KERNEL },
	};
	size_t n = sizeof(cases) / sizeof(cases[0]);

	memset(flags, 0, sizeof(flags));
	for (size_t i = 0; i < n; i++)
		flags[16 * i] = cases[i].f;
	write_flags("before", "kpageflags", flags, 8192, true);
	load();
	for (size_t i = 0; i < n; i++)
		assert_int_equal(snapshot_page_kind(&m.before, 16 * (uint32_t)i), cases[i].kind);
	assert_int_equal(snapshot_page_kind(&m.before, 8192), SNAP_ABSENT);
}

TEST_F(a_page_with_buffers_that_is_not_up_to_date_is_a_file_systems)
{
	static const struct {
		uint64_t f;
		bool buffers;
	} cases[] = {
		{ KPF(LRU) | KPF(PRIVATE) | KPF(REFERENCED), true },
		{ KPF(LRU) | KPF(PRIVATE) | KPF(UPTODATE), false },
		{ KPF(LRU), false },
		{ KPF(LRU) | KPF(PRIVATE) | KPF(ANON), false },
		{ KPF(PRIVATE), false },
	};
	uint32_t n = sizeof(cases) / sizeof(cases[0]);

	memset(flags, 0, sizeof(flags));
	for (uint32_t i = 0; i < n; i++)
		flags[i] = cases[i].f;
	write_flags("before", "kpageflags", flags, 8192, true);
	load();
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(snapshot_page_buffers(&m.before, i), cases[i].buffers);
	assert_false(snapshot_page_buffers(&m.before, 8192));
}

TEST_F(tails_are_what_their_head_is)
{
	memset(flags, 0, sizeof(flags));
	flags[512] = KPF(COMPOUND_HEAD) | KPF(LRU) | KPF(ANON);
	for (int i = 513; i < 1024; i++)
		flags[i] = KPF(COMPOUND_TAIL);
	flags[1032] = KPF(COMPOUND_HEAD) | KPF(SLAB);
	for (int i = 1033; i < 1040; i++)
		flags[i] = KPF(COMPOUND_TAIL) | KPF(SLAB);
	flags[2048] = KPF(COMPOUND_HEAD);		/* torn: 5 tails make no power of two */
	for (int i = 2049; i < 2054; i++)
		flags[i] = KPF(COMPOUND_TAIL);
	write_flags("before", "kpageflags", flags, 8192, false);	/* uncompressed will do */
	load();
	assert_int_equal(snapshot_page_kind(&m.before, 1023), SNAP_ANON);
	assert_int_equal(snapshot_compound_head(&m.before, 1000), 512);
	assert_int_equal(snapshot_compound_order(&m.before, 512), 9);
	assert_int_equal(snapshot_compound_order(&m.before, 1032), 3);
	assert_int_equal(snapshot_compound_order(&m.before, 2048), 2);
	assert_int_equal(snapshot_compound_order(&m.before, 100), 0);
}

/* a kernel that marks heads only: buddyinfo says one of order 10, one of order 3, one of 0 */
TEST_F(heads_of_buddies_are_expanded)
{
	memset(flags, 0, sizeof(flags));
	for (int i = 4096; i < 8192; i++)
		flags[i] = KPF(RESERVED);
	memset(&flags[5120], 0, 1024 * sizeof(flags[0]));
	flags[5120] = KPF(BUDDY);
	memset(&flags[4112], 0, 16 * sizeof(flags[0]));
	flags[4112] = flags[4120] = KPF(BUDDY);
	write_text("before", "zoneinfo", zoneinfo);
	write_text("before", "buddyinfo", "Node 0, zone    DMA32 1 0 0 1 0 0 0 0 0 0 1 \n");
	write_flags("before", "kpageflags", flags, 8192, true);
	load();
	assert_true(m.before.buddy_heads_only);
	assert_int_equal(snapshot_page_kind(&m.before, 5120 + 1023), SNAP_BUDDY);
	assert_int_equal(snapshot_page_kind(&m.before, 4112 + 7), SNAP_BUDDY);
	assert_int_equal(snapshot_page_kind(&m.before, 4120), SNAP_BUDDY);
	assert_int_equal(snapshot_page_kind(&m.before, 4121), SNAP_NOFLAGS);
}

TEST_F(a_hole_without_nopage_is_found)
{
	const uint32_t nr = 4096 + 3 * 32768;
	uint64_t *f = calloc(nr, sizeof(*f));
	char text[8192];

	assert_non_null(f);
	for (uint32_t i = 0; i < nr; i++)
		f[i] = i < 65536 || i >= 98304 ? KPF(ANON) : 0;
	f[0] = KPF(SLAB);
	snprintf(text, sizeof(text), "%s", zoneinfo);
	memcpy(strstr(text, "spanned  4096\n"), "spanned 98304\n", 14);
	memcpy(strstr(text, "present  4096\n"), "present 65536\n", 14);
	write_text("before", "zoneinfo", text);
	write_flags("before", "kpageflags", f, nr, true);
	free(f);
	load();
	assert_int_equal(snapshot_page_kind(&m.before, 65536), SNAP_ABSENT);
	assert_int_equal(snapshot_page_kind(&m.before, 98303), SNAP_ABSENT);
	assert_int_equal(snapshot_page_kind(&m.before, 65535), SNAP_ANON);
}

TEST_F(flags_cut_short_are_refused)
{
	memset(flags, 0, sizeof(flags));
	write_text("before", "zoneinfo", zoneinfo);
	write_flags("before", "kpageflags", flags, 8000, true);
	load_fails("before/kpageflags", "cut short");
	write_bytes("before", "kpageflags.zst", "\x28\xb5\x2f\xfd\x04", 5);
	load_fails("before/kpageflags.zst", "cut short");
	write_text("before", "kpageflags.zst", "this is no zstd\n");
	load_fails("before/kpageflags.zst", "no sound zstd");
	write_bytes("before", "kpageflags.zst", "", 0);
	load_fails("before/kpageflags.zst", "remove this file");
	write_flags("before", "kpageflags", flags, 8192, true);
	write_flags("before", "kpagecount", flags, 8191, true);
	load_fails("kpagecount", "8191");
	write_bytes("before", "kpagecount.zst", "\0\0\0", 3);
	load_fails("kpagecount", "no sound zstd");
}

TEST_F(malformed_lines_are_named)
{
	static const struct { const char *from, *to, *place, *what; } cases[] = {
		{ "min      612", "min      six", "zoneinfo:6", "'six' is no number" },
		{ "managed  4000", "managed  5000", "zoneinfo", "managed <= present" },
		{ "start_pfn:           4096\n", "", "zoneinfo", "cut short" },
		{ "low      637", "low      663", "zoneinfo", "min <= low <= high" },
		{ "boost    512", "boost    9999", "zoneinfo", "smaller than its boost" },
		{ "Node 0, zone    DMA32", "  Node 0", "zoneinfo:1", "before this one" },
		{ "(0, 0, 7, 9)", "(0, 0)", "zoneinfo:14", "protection" },
		{ "free     900", "free     99999999999", "zoneinfo:4", "larger than" },
		{ "    cpu: 0\n", "", "zoneinfo:17", "before any 'cpu:'" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		write_changed("before", "zoneinfo", zoneinfo, cases[i].from, cases[i].to);
		load_fails(cases[i].place, cases[i].what);
		assert_non_null(strstr(err, "record again"));
	}
}

TEST_F(malformed_tables_are_named)
{
	static const struct { const char *from, *to, *place, *what; } cases[] = {
		{ "Unmovable      1", "Unmovable      x", "pagetypeinfo:5", "'x' is no number" },
		{ "type          CMA", "type        Funny", "pagetypeinfo:7", "'Funny'" },
		{ "      0      3 \n", "      0 \n", "pagetypeinfo:6", "missing" },
		{ "Node 0, zone    DMA32            2", "Nod", "pagetypeinfo:11", "Node N" },
		{ "            1            1 \n", " 1 1 1\n", "pagetypeinfo:11", "columns" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		write_changed("before", "pagetypeinfo", pagetypeinfo, cases[i].from, cases[i].to);
		load_fails(cases[i].place, cases[i].what);
	}
	write_text("before", "pagetypeinfo", pagetypeinfo);
	write_text("before", "buddyinfo", "Node 0, zone DMA32 1 2 3\n");
	load_fails("buddyinfo:1", "missing");
}

TEST_F(malformed_small_files_are_named)
{
	static const struct { const char *name, *text, *what; } cases[] = {
		{ "vmstat", "nr_free_pages\n", ":1: a number is missing" },
		{ "vmstat", "nr_free_pages 12\npgfree", ":2: was cut short" },
		{ "vmstat", "", "is empty" },
		{ "version", "FreeBSD 14\n", ":1: is no copy of /proc/version" },
		{ "swaps", "/dev/a partition 1 2 3\n", "header" },
		{ "swaps", "Filename Type Size\n/dev/a partition\n", ":2: a number is missing" },
		{ "meminfo", "MemTotal: lots\n", ":1: 'lots' is no number" },
		{ "sysctl_vm", "swappiness sixty\n", ":1: 'sixty' is no number" },
		{ "sysctl_vm", "lowmem_reserve_ratio 1 2\n", ":1: a number is missing" },
		{ "thp", "/sys/kernel/mm/transparent_hugepage/defrag:always never\n", ":1: no choice" },
		{ "thp", "nonsense\n", ":1: no ':'" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char path[256];

		write_text("before", cases[i].name, cases[i].text);
		load_fails(cases[i].name, cases[i].what);
		snprintf(path, sizeof(path), "%s/before/%s", top, cases[i].name);
		remove(path);
	}
	write_bytes("before", "vmstat", "a 1\0b 2\n", 8);
	load_fails("vmstat", "is no text");
}

TEST_F(files_of_another_machine_are_refused)
{
	write_text("before", "zoneinfo", zoneinfo);
	write_text("before", "vmstat", "pgfree 100\n");
	write_text("before", "version", version);
	write_changed("after", "zoneinfo", zoneinfo, "managed  4000", "managed  3999");
	load_fails("after/zoneinfo", "managed is 3999, in before/zoneinfo it was 4000");
	write_changed("after", "zoneinfo", zoneinfo, "start_pfn:           4096",
		      "start_pfn:           8192");
	load_fails("after/zoneinfo", "start_pfn");
	write_changed("after", "zoneinfo", zoneinfo, "    cpu: 1\n              count:    13\n", "");
	load_fails("after/zoneinfo", "number of CPUs");
	write_text("after", "zoneinfo", zoneinfo);
	write_text("after", "vmstat", "pgfree 99\n");
	load_fails("after/vmstat", "went back from 100 to 99");
	write_text("after", "vmstat", "pgfree 101\n");
	write_changed("after", "version", version, "6.1.192", "6.1.191");
	load_fails("after/version", "not the same");
	write_text("after", "version", version);
	load();
	assert_true(m.before.present && m.after.present);
}

TEST_F(a_balloon_may_change_managed)
{
	write_text("before", "zoneinfo", zoneinfo);
	write_changed("after", "zoneinfo", zoneinfo, "managed  4000", "managed  3999");
	write_text("before", "vmstat", "balloon_inflate 0\n");
	write_text("after", "vmstat", "balloon_inflate 1\n");
	load();
	assert_non_null(strstr(m.notes, "balloon"));
}

TEST_F(overlapping_zones_are_refused)
{
	char both[8192], *p;

	snprintf(both, sizeof(both), "%.*s%s",
		 (int)(strstr(zoneinfo, "Node 0, zone  Movable") - zoneinfo), zoneinfo, zoneinfo);
	p = strstr(both + 10, "zone    DMA32");
	memcpy(p, "zone   Normal", 13);
	write_text("before", "zoneinfo", both);
	load_fails("before/zoneinfo", "zones DMA32 and Normal overlap");
}

TEST_F(pagetypeinfo_of_another_machine_is_refused)
{
	write_text("before", "zoneinfo", zoneinfo);
	write_changed("before", "pagetypeinfo", pagetypeinfo,
		      "zone    DMA32            2", "zone    DMA32            900");
	load_fails("before/pagetypeinfo", "of another machine");
}
