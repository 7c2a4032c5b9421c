// SPDX-License-Identifier: GPL-2.0-only
/*
 * The model's memory at the start: tiny machines by hand, then every recording at hand held
 * against the counts that its kernel printed. FRAGREPLAY_RECORDINGS names a directory of
 * recordings; the tree's own are in traces/.
 */
#include <stddef.h>
#include <stdint.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "boot/boot.h"
#include "mm/mm.h"
#include "recording/recording.h"
#include "tests/test.h"

#define TINY_BLOCKS	8u
#define TINY_PAGES	(TINY_BLOCKS * 512)

/* one zone DMA32 of eight pageblocks at pfn 4096, everything reserved to begin with */
static struct recording *tiny(void)
{
	struct recording *m = calloc(1, sizeof(*m));
	struct snap_zone *z;

	assert_non_null(m);
	z = &m->before.zone[ZONE_DMA32];
	z->populated = true;
	z->start_pfn = 4096;
	z->spanned = z->present = z->managed = TINY_PAGES;
	z->wmark[WMARK_MIN] = 10;
	z->wmark[WMARK_LOW] = 20;
	z->wmark[WMARK_HIGH] = 30;
	z->wmark[WMARK_PROMO] = 40;
	z->pageblocks[MIGRATE_MOVABLE] = TINY_BLOCKS;
	m->max_pfn = 4096 + TINY_PAGES;
	m->nr_cpus = 2;
	m->version = 7u << 24 | 3u << 16 | 4;
	m->sysctl.min_free_kbytes = 40;
	m->before.have_zoneinfo = m->before.have_pagetypeinfo = m->before.present = true;
	m->before.nr_pfns = m->max_pfn;
	m->before.kpageflags = calloc(m->max_pfn, sizeof(uint64_t));
	assert_non_null(m->before.kpageflags);
	for (uint32_t pfn = 4096; pfn < m->max_pfn; pfn++)
		m->before.kpageflags[pfn] = KPF(RESERVED);
	return m;
}

static void tiny_free(struct recording *m)
{
	recording_release(m);
	free(m);
}

static void set_pages(struct recording *m, uint32_t pfn, uint32_t nr, uint64_t flags)
{
	for (uint32_t i = 0; i < nr; i++)
		m->before.kpageflags[pfn + i] = flags;
}

static struct mm *built(const struct recording *m, uint64_t seed, struct boot_fit *fit)
{
	const struct boot_options o = { .seed = seed, .owner_is_pfn = true, .fit = fit };
	char rules[1024], err[256] = "";
	struct mm *mm = boot_mm(m, &o, err, sizeof(err));

	assert_non_null(mm);
	if (mm_check(mm, rules, sizeof(rules)))
		fail_msg("broken rule: %s", rules);
	return mm;
}

TEST(free_runs_become_the_largest_aligned_buddies)
{
	struct recording *m = tiny();
	struct mm *mm;

	set_pages(m, 4096, 1024, KPF(BUDDY));		/* order 10 */
	set_pages(m, 4096 + 1024 + 3, 5, KPF(BUDDY));	/* 3: order 0, 4..7: order 2 */
	mm = built(m, 1, NULL);
	assert_int_equal(mm->page[4096].order, 10);
	assert_int_equal(mm->zone[ZONE_DMA32].free_area[10].nr_free, 1);
	assert_int_equal(mm->zone[ZONE_DMA32].free_area[2].nr_free, 1);
	assert_int_equal(mm->zone[ZONE_DMA32].free_area[0].nr_free, 1);
	assert_int_equal(mm->zone[ZONE_DMA32].nr_free_pages, 1024 + 5);
	assert_int_equal(mm->page[4096 + 1024].state, PAGE_RESERVED);
	mm_free(mm);
	tiny_free(m);
}

TEST(compound_pages_become_objects_of_their_order)
{
	struct recording *m = tiny();
	uint32_t thp = 4096 + 512, slab = 4096 + 1024 + 8;
	struct mm *mm;

	set_pages(m, thp, 512, KPF(COMPOUND_TAIL) | KPF(ANON));
	set_pages(m, thp, 1, KPF(COMPOUND_HEAD) | KPF(LRU) | KPF(ANON));
	set_pages(m, slab, 8, KPF(COMPOUND_TAIL) | KPF(SLAB));
	set_pages(m, slab, 1, KPF(COMPOUND_HEAD) | KPF(SLAB));
	mm = built(m, 1, NULL);
	assert_int_equal(mm->page[thp].order, 9);
	assert_int_equal(mm->page[thp].kind, PK_ANON);
	assert_int_equal(mm->page[thp].lru, 1);
	assert_int_equal(mm->page[thp + 511].owner, thp + 511);
	assert_int_equal(mm->page[slab].order, 3);
	assert_int_equal(mm->page[slab + 7].kind, PK_SLAB);
	mm_free(mm);
	tiny_free(m);
}

TEST(a_file_systems_own_blocks_were_asked_for_as_their_pageblock_says)
{
	struct recording *m = tiny();
	struct snap_zone *z = &m->before.zone[ZONE_DMA32];
	uint32_t page = 4096 + 7;
	struct mm *mm;

	set_pages(m, page, 1, KPF(LRU) | KPF(PRIVATE));
	z->pageblocks[MIGRATE_UNMOVABLE] = TINY_BLOCKS;
	mm = built(m, 1, NULL);
	assert_int_equal(get_pageblock_migratetype(mm, page), MIGRATE_UNMOVABLE);
	assert_int_equal(mm->page[page].kind, PK_FILE);
	assert_int_equal(mm->page[page].buffers, 1);
	assert_int_equal(mm->page[page].mt, MIGRATE_UNMOVABLE);
	mm_free(mm);
	m->before.kpageflags[page] = KPF(LRU) | KPF(UPTODATE);
	mm = built(m, 1, NULL);
	assert_int_equal(mm->page[page].mt, MIGRATE_MOVABLE);
	assert_int_equal(mm->page[page].buffers, 0);
	mm_free(mm);
	tiny_free(m);
}

/* block 2 holds the only free order-3 buddy, and pagetypeinfo has it on the unmovable list */
TEST(free_counts_decide_which_block_is_unmovable)
{
	struct recording *m = tiny();
	struct snap_zone *z = &m->before.zone[ZONE_DMA32];
	struct boot_fit fit;
	struct mm *mm;

	for (uint32_t b = 0; b < TINY_BLOCKS; b++)
		set_pages(m, 4096 + b * 512, 1, KPF(BUDDY));
	set_pages(m, 4096 + 2 * 512 + 8, 8, KPF(BUDDY));
	z->pageblocks[MIGRATE_UNMOVABLE] = 1;
	z->pageblocks[MIGRATE_MOVABLE] = TINY_BLOCKS - 1;
	z->free_by_order[0][MIGRATE_UNMOVABLE] = z->free_by_order[3][MIGRATE_UNMOVABLE] = 1;
	z->free_by_order[0][MIGRATE_MOVABLE] = TINY_BLOCKS - 1;
	z->free = TINY_BLOCKS + 8;
	mm = built(m, 1, &fit);
	assert_int_equal(get_pageblock_migratetype(mm, 4096 + 2 * 512), MIGRATE_UNMOVABLE);
	assert_int_equal(get_pageblock_migratetype(mm, 4096), MIGRATE_MOVABLE);
	assert_int_equal(fit.zone[ZONE_DMA32].free_off_type, 0);
	assert_int_equal(fit.zone[ZONE_DMA32].free_pages, 0);
	mm_free(mm);
	tiny_free(m);
}

TEST(contents_decide_where_counts_leave_a_choice)
{
	struct recording *m = tiny();
	struct snap_zone *z = &m->before.zone[ZONE_DMA32];
	struct mm *mm;

	set_pages(m, 4096, TINY_PAGES, KPF(LRU) | KPF(ANON));
	set_pages(m, 4096 + 5 * 512, 512, 0);
	set_pages(m, 4096 + 6 * 512, 512, KPF(SLAB));
	z->pageblocks[MIGRATE_UNMOVABLE] = z->pageblocks[MIGRATE_RECLAIMABLE] = 1;
	z->pageblocks[MIGRATE_MOVABLE] = TINY_BLOCKS - 2;
	mm = built(m, 1, NULL);
	assert_int_equal(get_pageblock_migratetype(mm, 4096 + 5 * 512), MIGRATE_UNMOVABLE);
	assert_int_equal(get_pageblock_migratetype(mm, 4096 + 6 * 512), MIGRATE_RECLAIMABLE);
	assert_int_equal(mm->page[4096 + 6 * 512].mt, MIGRATE_RECLAIMABLE);
	mm_free(mm);
	tiny_free(m);
}

TEST(pages_without_flags_fill_the_percpu_lists)
{
	struct recording *m = tiny();
	struct snap_zone *z = &m->before.zone[ZONE_DMA32];
	struct boot_fit fit;
	struct mm *mm;

	set_pages(m, 4096, 64, 0);
	z->pcp_count[0] = 3;
	z->pcp_count[1] = 9;
	assert_int_equal(recording_first_seen(m, 4096 + 5, 0, true), 0);
	assert_int_equal(recording_first_seen(m, 4096 + 16, 3, true), 0);
	assert_int_equal(recording_first_seen(m, 4096, 0, false), 0);
	mm = built(m, 1, &fit);
	assert_int_equal(fit.zone[ZONE_DMA32].pcp_placed, 12);
	assert_int_equal(mm->page[4096].state, PAGE_USED);	/* the trace frees it */
	assert_int_equal(mm->page[4096 + 5].state, PAGE_PCP);	/* the trace allocates it */
	assert_int_equal(mm->page[4096 + 16].state, PAGE_PCP);
	assert_int_equal(mm->page[4096 + 16].order, 3);
	assert_int_equal(mm->zone[ZONE_DMA32].pcp[0].count + mm->zone[ZONE_DMA32].pcp[1].count, 12);
	mm_free(mm);
	tiny_free(m);
}

TEST(a_hole_has_no_pageblocks)
{
	struct recording *m = tiny();
	struct mm *mm;

	set_pages(m, 4096 + 3 * 512, 512, KPF(NOPAGE));
	m->before.zone[ZONE_DMA32].pageblocks[MIGRATE_MOVABLE]--;
	mm = built(m, 1, NULL);
	assert_int_equal(mm->pageblock[(4096 >> 9) + 3].zone, MAX_NR_ZONES);
	assert_int_equal(mm->page[4096 + 3 * 512].state, PAGE_ABSENT);
	mm_free(mm);
	tiny_free(m);
}

/* flags are read while pages change hands: a stray NOPAGE makes no hole of a block */
TEST(a_block_with_any_page_is_no_hole)
{
	struct recording *m = tiny();
	struct mm *mm;

	set_pages(m, 4096 + 3 * 512, 512, KPF(BUDDY));
	set_pages(m, 4096 + 3 * 512, 1, KPF(NOPAGE));
	mm = built(m, 1, NULL);
	assert_int_equal(mm->pageblock[(4096 >> 9) + 3].zone, ZONE_DMA32);
	assert_int_equal(mm->zone[ZONE_DMA32].nr_free_pages, 511);
	mm_free(mm);
	tiny_free(m);
}

static u32 first_free(const struct mm *mm, u32 order)
{
	return list_first(mm, mm->zone[ZONE_DMA32].free_area[order].list[MIGRATE_MOVABLE]);
}

TEST(seed_1_is_as_boot_and_others_shuffle_reproducibly)
{
	struct recording *m = tiny();
	struct mm *a, *b, *c;
	u32 differ = 0;

	for (uint32_t i = 0; i < 512; i += 2)
		set_pages(m, 4096 + i, 1, KPF(BUDDY));
	set_pages(m, 4096 + 1024, 512, KPF(BUDDY));
	set_pages(m, 4096 + 2048, 512, KPF(BUDDY));
	a = built(m, 1, NULL);
	assert_int_equal(first_free(a, 9), 4096 + 1024);	/* whole blocks: ascending */
	assert_int_equal(first_free(a, 0), 4096 + 510);		/* small: last freed first */
	b = built(m, 7, NULL);
	c = built(m, 7, NULL);
	for (u32 x = first_free(b, 0), y = first_free(c, 0), z = first_free(a, 0); x != PFN_NONE;
	     x = list_next(b, x), y = list_next(c, y), z = list_next(a, z)) {
		assert_int_equal(x, y);
		differ += x != z;
	}
	assert_true(differ > 128);
	mm_free(a);
	mm_free(b);
	mm_free(c);
	tiny_free(m);
}

TEST(zoneinfo_overrides_what_formulas_give)
{
	struct recording *m = tiny();
	struct mm *mm;

	m->before.zone[ZONE_DMA32].boost = 512;
	m->before.zone[ZONE_DMA32].protection[ZONE_NORMAL] = 77;
	m->before.zone[ZONE_DMA32].pcp_high[1] = 123;
	mm = built(m, 1, NULL);
	assert_int_equal(mm->zone[ZONE_DMA32]._watermark[WMARK_LOW], 20);
	assert_int_equal(wmark_pages(&mm->zone[ZONE_DMA32], WMARK_LOW), 532);
	assert_int_equal(mm->zone[ZONE_DMA32].lowmem_reserve[ZONE_NORMAL], 77);
	assert_int_equal(mm->zone[ZONE_DMA32].pcp[1].high, 123);
	mm_free(mm);
	tiny_free(m);
}

TEST(without_page_flags_counts_are_laid_out)
{
	struct recording *m = tiny();
	struct snap_zone *z = &m->before.zone[ZONE_DMA32];
	struct boot_fit fit;
	struct mm *mm;

	free(m->before.kpageflags);
	m->before.kpageflags = NULL;
	m->before.nr_pfns = 0;
	z->managed -= 100;
	z->pageblocks[MIGRATE_UNMOVABLE] = 2;
	z->pageblocks[MIGRATE_MOVABLE] = TINY_BLOCKS - 2;
	z->free_by_order[10][MIGRATE_MOVABLE] = 1;
	z->free_by_order[4][MIGRATE_MOVABLE] = 3;
	z->free_by_order[0][MIGRATE_UNMOVABLE] = 7;
	z->pcp_count[0] = 5;
	z->free = 1024 + 48 + 7;
	mm = built(m, 1, &fit);
	assert_int_equal(fit.zone[ZONE_DMA32].free_pages, 0);
	assert_int_equal(fit.zone[ZONE_DMA32].free_off_type, 0);
	assert_int_equal(mm->zone[ZONE_DMA32].free_area[4].nr_list[MIGRATE_MOVABLE], 3);
	assert_int_equal(mm->zone[ZONE_DMA32].free_area[0].nr_list[MIGRATE_UNMOVABLE], 7);
	assert_int_equal(mm->zone[ZONE_DMA32].pcp[0].count, 5);
	mm_free(mm);
	tiny_free(m);
}

TEST(a_bare_trace_gets_x86_zones)
{
	struct recording *m = calloc(1, sizeof(*m));
	struct mm *mm;

	assert_non_null(m);
	recording_infer(m, (5ull << 30) >> PAGE_SHIFT, 0, 4);
	assert_string_equal(m->source, "option");
	assert_int_equal(m->before.zone[ZONE_DMA].spanned, 4095);
	assert_int_equal(m->before.zone[ZONE_DMA32].spanned, (1u << 20) - 4096);
	assert_int_equal(m->before.zone[ZONE_DMA32].present, (3u << 18) - 4096);
	assert_int_equal(m->before.zone[ZONE_NORMAL].start_pfn, 1u << 20);
	assert_int_equal(m->before.zone[ZONE_NORMAL].present, 2u << 18);
	assert_non_null(strstr(m->notes, "inferred"));
	mm = built(m, 1, NULL);
	assert_true(mm->zone[ZONE_NORMAL].nr_free_pages > (2 << 18) * 95 / 100);
	mm_free(mm);
	tiny_free(m);
}

TEST(a_bare_trace_tells_what_was_free)
{
	struct recording *m = calloc(1, sizeof(*m));
	struct mm *mm;

	assert_non_null(m);
	assert_int_equal(recording_first_seen(m, 8192, 9, true), 0);
	assert_int_equal(recording_first_seen(m, 9000, 0, false), 0);
	assert_int_equal(recording_first_seen(m, 8192, 0, false), 0); /* not its first event */
	assert_int_equal(recording_first_seen(m, 20000, 0, false), 0);
	recording_infer(m, 0, 20000, 1);
	assert_string_equal(m->source, "inferred");
	assert_int_equal(m->max_pfn, 20480);
	mm = built(m, 1, NULL);
	assert_int_equal(mm->page[8192].state, PAGE_BUDDY);
	assert_int_equal(mm->page[8192].order, 9);
	assert_int_equal(mm->page[9000].state, PAGE_USED);
	assert_int_equal(mm->zone[ZONE_DMA32].nr_free_pages, 512);
	mm_free(mm);
	tiny_free(m);
}

TEST(an_impossible_machine_is_refused)
{
	struct recording *m = calloc(1, sizeof(*m));
	char err[256] = "";

	assert_non_null(m);
	assert_null(boot_mm(m, &(struct boot_options){ .seed = 1 }, err, sizeof(err)));
	assert_non_null(strstr(err, "cannot be built"));
	tiny_free(m);
}

/*
 * How far zoneinfo's count may be from kpageflags: the two are read seconds apart, during which a
 * CPU's lists take or give back up to a few of their largest batches, and the counter lags by the
 * threshold of each CPU. One such batch is batch << 5 pages, and there is one a CPU; the copying
 * itself allocates page cache: 1 % of memory at the most.
 */
static int64_t drift_allowed(const struct snapshot *s, const struct snap_zone *z)
{
	return (int64_t)s->nr_cpus * (z->pcp_batch << 5) + z->managed / 100 + 64;
}

static void row(const char *name, const struct mm *mm, int i, const struct boot_fit *fit)
{
	const struct zone_fit *f = &fit->zone[i];
	int64_t off = 0, all = 0;

	for (int o = 0; o < NR_PAGE_ORDERS; o++)
		for (int mt = 0; mt < MIGRATE_TYPES; mt++) {
			off += llabs(f->listed[o][mt]);
			all += mm->zone[i].free_area[o].nr_list[mt];
		}
	printf("# %-20s %-6s free %8lld (%+5lld)  buddies %6lld, off %4lld  pages on a wrong list %5u  pcp %5u of %5u\n",
	       name, mm->zone[i].name, (long long)mm->zone[i].nr_free_pages,
	       (long long)f->free_pages, (long long)all, (long long)off, f->free_off_type,
	       f->pcp_placed, f->pcp_wanted);
}

static void check_side(const struct recording *m, const char *name)
{
	struct boot_fit fit;
	struct mm *mm = built(m, 1, &fit);

	for (int i = 0; i < MAX_NR_ZONES; i++) {
		const struct snap_zone *z = &m->before.zone[i];
		const struct zone_fit *f = &fit.zone[i];

		if (!z->populated)
			continue;
		row(name, mm, i, &fit);
		for (int mt = 0; mt < MIGRATE_TYPES; mt++)
			assert_int_equal(f->pageblocks[mt], 0);
		assert_true(llabs(f->free_pages) <= drift_allowed(&m->before, z));
		/* placed free pages that no count accounts for are no more than have moved */
		assert_true(f->free_off_type <= drift_allowed(&m->before, z));
		assert_int_equal(f->pcp_placed, f->pcp_wanted);
	}
	if (fit.notes[0])
		printf("# %s", fit.notes);
	mm_free(mm);
}

/* both sides: before/ is mostly tidy, after/ is as fragmented as the workload left it */
static void check_recording(const char *dir, const char *name)
{
	struct recording *m = calloc(1, sizeof(*m));
	struct snapshot *tmp = malloc(sizeof(*tmp));
	char err[1024] = "", label[300];

	assert_non_null(m);
	assert_non_null(tmp);
	if (recording_load(m, dir, err, sizeof(err)))
		fail_msg("%s", err);
	check_side(m, name);
	if (m->after.present) {
		*tmp = m->before;
		m->before = m->after;
		m->after = *tmp;
		snprintf(label, sizeof(label), "%s/after", name);
		check_side(m, label);
	}
	free(tmp);
	tiny_free(m);
}

TEST(recordings_meet_their_own_counts)
{
	const char *top = getenv("FRAGREPLAY_RECORDINGS");
	struct dirent *e;
	unsigned int n = 0;
	char path[4096];
	struct stat st;
	DIR *d;

	top = top ? top : "traces";
	d = opendir(top);
	while (d && (e = readdir(d))) {
		snprintf(path, sizeof(path), "%s/%s/before", top, e->d_name);
		if (e->d_name[0] == '.' || stat(path, &st))
			continue;
		snprintf(path, sizeof(path), "%s/%s", top, e->d_name);
		check_recording(path, e->d_name);
		n++;
	}
	if (d)
		closedir(d);
	if (!n)
		skip();
}

/* as tiny(), and a zone Normal of the same size behind it */
static struct recording *two_zones(void)
{
	struct recording *m = tiny();
	struct snap_zone *z = &m->before.zone[ZONE_NORMAL];
	u32 pfn = m->max_pfn;

	*z = m->before.zone[ZONE_DMA32];
	z->start_pfn = pfn;
	m->max_pfn += TINY_PAGES;
	m->before.nr_pfns = m->max_pfn;
	m->before.kpageflags = realloc(m->before.kpageflags, m->max_pfn * sizeof(uint64_t));
	assert_non_null(m->before.kpageflags);
	set_pages(m, pfn, TINY_PAGES, KPF(RESERVED));
	return m;
}

/* 6.1 has no pcp_auto_tune: the size of its lists follows from the marks, of all zones at once */
TEST(recorded_sizes_of_per_cpu_lists_stay_in_every_zone)
{
	struct recording *m = two_zones();
	struct mm *mm;

	m->version = KERNEL(6, 1, 0);
	for (u16 cpu = 0; cpu < 2; cpu++) {
		m->before.zone[ZONE_DMA32].pcp_high[cpu] = 123;
		m->before.zone[ZONE_NORMAL].pcp_high[cpu] = 456;
	}
	mm = built(m, 1, NULL);
	assert_false(mm->k.pcp_auto_tune);
	for (u16 cpu = 0; cpu < 2; cpu++) {
		assert_int_equal(mm->zone[ZONE_DMA32].pcp[cpu].high, 123);
		assert_int_equal(mm->zone[ZONE_NORMAL].pcp[cpu].high, 456);
	}
	mm_free(mm);
	tiny_free(m);
}

TEST(changes_of_flags_apply_and_the_recording_stays_as_read)
{
	struct recording *m = tiny();
	struct flag_changes changes;
	const struct boot_options o = { .seed = 1, .owner_is_pfn = true, .changes = &changes };
	char err[256];
	struct mm *mm;

	set_pages(m, 4096 + 512, 512, KPF(BUDDY));
	assert_int_equal(flag_changes_init(&changes, m->before.nr_pfns), 0);
	for (u32 pfn = 4096 + 512; pfn < 4096 + 516; pfn++)
		assert_int_equal(flag_changes_add(&changes, pfn, KPF(SLAB)), 0);
	assert_int_equal(flag_changes_add(&changes, 4096 + 1500, KPF(BUDDY)), 0);
	mm = boot_mm(m, &o, err, sizeof(err));
	assert_non_null(mm);
	assert_int_equal(mm->page[4096 + 511].state, PAGE_RESERVED);
	assert_int_equal(mm->page[4096 + 512].state, PAGE_USED);
	assert_int_equal(mm->page[4096 + 515].kind, PK_SLAB);
	assert_int_equal(mm->page[4096 + 516].state, PAGE_BUDDY);
	assert_int_equal(mm->page[4096 + 1500].state, PAGE_BUDDY);
	assert_int_equal(mm->page[4096 + 1501].state, PAGE_RESERVED);
	assert_int_equal(m->before.kpageflags[4096 + 512], KPF(BUDDY));
	mm_free(mm);
	flag_changes_release(&changes);
	mm = built(m, 1, NULL);
	assert_int_equal(mm->page[4096 + 512].state, PAGE_BUDDY);
	mm_free(mm);
	tiny_free(m);
}

TEST(swap_that_is_in_use_at_the_start_is_not_free)
{
	struct recording *m = tiny();
	struct mm *mm;

	m->swap_pages = 1000;
	m->swap_used = 300;
	m->swap_in_ram = true;
	mm = built(m, 1, NULL);
	assert_int_equal(get_nr_swap_pages(mm), 700);
	assert_true(mm->swap_synchronous);
	mm_free(mm);
	tiny_free(m);
}
