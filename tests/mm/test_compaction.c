// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compaction as a specification: when it is worth a try, what is scanned, what moves where, and
 * when it ends.
 */
#include "compact_machine.h"

#include "mm/vmscan.h"

static void lru_folio(struct mm *mm, u32 pfn, u32 order)
{
	page_set_unit(mm, pfn, order, PAGE_USED, MIGRATE_MOVABLE);
	for (u32 i = 0; i < N(order); i++) {
		mm->page[pfn + i].kind = PK_ANON;
		mm->page[pfn + i].owner = home[pfn + i] = pfn + i;
	}
	folio_add_lru(mm, pfn, LRU_EXISTING);
}

/* free pages that no scanner takes, so that watermarks do not stand in the way */
static void spare_pages(struct mm *mm)
{
	for (u32 i = 0; i < 50; i++)
		buddy_free(mm, BLOCK(2) + 2 * i, 0);
}

/* a run set up by hand: kcompactd's, for whole blocks, unless the test changes it */
static struct compact_control *control(struct mm *mm, int order)
{
	struct compact_control *cc = &mm->kcompactd->cc;

	cc->zone = normal(mm);
	cc->order = cc->search_order = order;
	cc->gfp_mask = GFP_KERNEL;
	cc->migratetype = MIGRATE_UNMOVABLE;
	cc->mode = MIGRATE_SYNC_LIGHT;
	cc->highest_zoneidx = ZONE_NORMAL;
	cc->alloc_flags = ALLOC_WMARK_MIN;
	cc->migrate_pfn = normal(mm)->compact_cached_migrate_pfn[1];
	cc->free_pfn = normal(mm)->compact_cached_free_pfn;
	return cc;
}

static void direct(struct compact_control *cc, enum migrate_mode mode, gfp_t gfp)
{
	cc->direct_compaction = true;
	cc->mode = mode;
	cc->gfp_mask = gfp;
	cc->migratetype = gfp_migratetype(gfp);
}

static u32 isolated(struct mm *mm, struct compact_control *cc)
{
	u32 nr;

	isolate_migratepages(mm, cc);
	nr = cc->nr_migratepages;
	putback_movable_pages(mm, cc);
	cc->nr_migratepages = 0;
	return nr;
}

/* --- is it worth a try? --- */

TEST(index_tells_fragmentation_from_lack)
{
	struct mm *mm = machine("7.3.4", 4);
	struct zone *z = normal(mm);

	assert_int_equal(fragmentation_index(z, 3), 0);
	assert_int_equal(extfrag_for_order(z, 3), 0);
	/* 4 single pages and 2 pairs: 8 pages in 6 buddies */
	for (u32 i = 0; i < 4; i++)
		buddy_free(mm, BLOCK(1) + 2 * i, 0);
	buddy_free(mm, BLOCK(1) + 16, 1);
	buddy_free(mm, BLOCK(1) + 20, 1);
	/* 1000 - (1000 + 8 * 1000 / 8) / 6 */
	assert_int_equal(fragmentation_index(z, 3), 667);
	/* 1000 - (1000 + 8 * 1000 / 512) / 6 */
	assert_int_equal(fragmentation_index(z, 9), 831);
	assert_int_equal(fragmentation_index(z, 1), -1000);
	/* 4 of 8 pages are of no use to order 1 */
	assert_int_equal(extfrag_for_order(z, 1), 50);
	assert_int_equal(extfrag_for_order(z, 2), 100);
	machine_done(mm, __func__);
}

TEST(gap_is_capped_from_7_2)
{
	struct mm *mm = machine("7.3.4", 2);

	assert_int_equal(compact_gap(mm, 3), 16);
	assert_int_equal(compact_gap(mm, 9), 32);
	kernel_features_set(&mm->k, kernel_version_parse("6.12.117"));
	assert_int_equal(compact_gap(mm, 9), 1024);
	machine_done(mm, __func__);
}

static void marks(struct zone *z, u32 min, u32 low, u32 high)
{
	z->_watermark[WMARK_MIN] = min;
	z->_watermark[WMARK_LOW] = low;
	z->_watermark[WMARK_HIGH] = high;
	z->_watermark[WMARK_PROMO] = 2 * high - low;
}

TEST(suitability_follows_the_callers_mark_from_6_15)
{
	struct mm *mm = machine("7.3.4", 16);
	struct zone *z = normal(mm);

	marks(z, 100, 150, 200);
	scatter(mm, BLOCK(1), 116);
	/* order 3: min + gap 16, and more than that must be free */
	assert_false(compaction_suitable(mm, z, 3, 100, ZONE_NORMAL));
	scatter(mm, BLOCK(2), 1);
	assert_true(compaction_suitable(mm, z, 3, 100, ZONE_NORMAL));
	/* order 9: mark + (low - min) + gap 32 */
	scatter(mm, BLOCK(3), 65);
	assert_false(compaction_suitable(mm, z, 9, 100, ZONE_NORMAL));
	scatter(mm, BLOCK(4), 1);
	assert_true(compaction_suitable(mm, z, 9, 100, ZONE_NORMAL));
	assert_false(compaction_suitable(mm, z, 9, 200, ZONE_NORMAL));
	/* 6.12: low + 1024 whatever the caller says */
	kernel_features_set(&mm->k, kernel_version_parse("6.12.117"));
	scatter(mm, BLOCK(5), 150 + 1024 - 183);
	assert_false(compaction_suitable(mm, z, 9, 0, ZONE_NORMAL));
	scatter(mm, BLOCK(15), 1);
	assert_true(compaction_suitable(mm, z, 9, 100000, ZONE_NORMAL));
	machine_done(mm, __func__);
}

TEST(lack_of_memory_is_no_case_for_costly_compaction)
{
	struct mm *mm = machine("7.3.4", 4);
	struct zone *z = normal(mm);

	/* one order-8 and one order-7 page: index 1000 - (1000 + 384000 / 512) / 2 = 125 */
	buddy_free(mm, BLOCK(1), 8);
	buddy_free(mm, BLOCK(2), 7);
	assert_int_equal(fragmentation_index(z, 9), 125);
	assert_false(compaction_suitable(mm, z, 9, 1, ZONE_NORMAL));
	mm->sysctl.extfrag_threshold = 100;
	assert_true(compaction_suitable(mm, z, 9, 1, ZONE_NORMAL));
	machine_done(mm, __func__);
}

TEST(nothing_to_do_when_the_request_could_be_served)
{
	struct mm *mm = machine("7.3.4", 8);
	struct zone *z = normal(mm);

	scatter(mm, BLOCK(1), 200);
	assert_int_equal(compaction_suit_allocation_order(mm, z, 2, ZONE_NORMAL, 0, false, false),
			 COMPACT_CONTINUE);
	buddy_free(mm, BLOCK(3), 2);
	assert_int_equal(compaction_suit_allocation_order(mm, z, 2, ZONE_NORMAL, 0, false, false),
			 COMPACT_SUCCESS);
	marks(z, 1000, 1100, 1200);
	assert_int_equal(compaction_suit_allocation_order(mm, z, 2, ZONE_NORMAL, 0, false, false),
			 COMPACT_SKIPPED);
	machine_done(mm, __func__);
}

/* --- deferral --- */

TEST(failures_double_the_attempts_that_are_skipped)
{
	struct zone z = { .compact_order_failed = 9 };
	u32 skipped, shift;

	for (shift = 1; shift <= 8; shift++) {
		defer_compaction(&z, 9);
		for (skipped = 0; compaction_deferred(&z, 9); skipped++)
			;
		assert_int_equal(skipped, (1u << (shift < 6 ? shift : 6)) - 1);
		/* once it is over it stays over, until the next failure */
		assert_false(compaction_deferred(&z, 9));
	}
	assert_true(compaction_restarting(&z, 9));
	assert_false(compaction_deferred(&z, 8));
	assert_false(compaction_restarting(&z, 8));
}

TEST(success_lifts_the_order_that_fails)
{
	struct zone z = { 0 };

	defer_compaction(&z, 4);
	defer_compaction(&z, 4);
	assert_int_equal(z.compact_order_failed, 0);
	compaction_defer_reset(&z, 4, false);
	assert_int_equal(z.compact_order_failed, 5);
	assert_int_equal(z.compact_defer_shift, 2);
	assert_false(compaction_deferred(&z, 4));
	assert_true(compaction_deferred(&z, 5));
	compaction_defer_reset(&z, 2, true);
	assert_int_equal(z.compact_defer_shift, 0);
	assert_int_equal(z.compact_considered, 0);
	assert_int_equal(z.compact_order_failed, 5);
}

/* --- the migration scanner --- */

TEST(a_batch_is_32_pages_and_then_the_rest_of_the_block)
{
	struct mm *mm = machine("7.3.4", 8);
	struct compact_control *cc = control(mm, 9);

	spare_pages(mm);
	block_type(mm, 1, MIGRATE_MOVABLE);
	block_type(mm, 6, MIGRATE_MOVABLE);
	lru_pages(mm, BLOCK(1), 100, PK_ANON);
	free_run(mm, BLOCK(6), 256);
	assert_int_equal(compact_zone_begin(mm, cc), COMPACT_CONTINUE);
	/* block 0 holds nothing; block 1 gives 32 pages, then all others at once */
	assert_int_equal(compact_zone_step(mm, cc, NULL), COMPACT_CONTINUE);
	assert_int_equal(stat(mm, VM_pgmigrate_success), 0);
	assert_int_equal(compact_zone_step(mm, cc, NULL), COMPACT_CONTINUE);
	assert_int_equal(stat(mm, VM_pgmigrate_success), 32);
	assert_int_equal(cc->migrate_pfn, BLOCK(1) + 32);
	assert_int_equal(compact_zone_step(mm, cc, NULL), COMPACT_CONTINUE);
	assert_int_equal(stat(mm, VM_pgmigrate_success), 100);
	assert_int_equal(cc->migrate_pfn, BLOCK(2));
	compact_zone_end(mm, cc);
	machine_done(mm, __func__);
}

TEST(an_empty_block_is_marked_and_the_cache_runs_a_block_ahead)
{
	struct mm *mm = machine("7.3.4", 8);
	struct compact_control *cc = control(mm, 3);

	assert_int_equal(isolated(mm, cc), 0);
	assert_true(get_pageblock_skip(mm, 0));
	assert_int_equal(cc->migrate_pfn, BLOCK(1));
	/* pageblock_end_pfn() of an aligned pfn: the kernel's, seen in every recording */
	assert_int_equal(normal(mm)->compact_cached_migrate_pfn[0], BLOCK(2));
	assert_int_equal(normal(mm)->compact_cached_migrate_pfn[1], BLOCK(2));
	assert_int_equal(cc->total_migrate_scanned, 512);
	/* ASYNC leaves the sync cache alone, and passes a marked block */
	set_pageblock_skip(mm, BLOCK(1));
	cc->mode = MIGRATE_ASYNC;
	assert_int_equal(isolated(mm, cc), 0);
	assert_int_equal(cc->migrate_pfn, BLOCK(3));
	assert_int_equal(normal(mm)->compact_cached_migrate_pfn[0], BLOCK(4));
	assert_int_equal(normal(mm)->compact_cached_migrate_pfn[1], BLOCK(2));
	assert_int_equal(cc->total_migrate_scanned, 1024);
	machine_done(mm, __func__);
}

TEST(only_what_can_move_is_isolated)
{
	struct mm *mm = machine("7.3.4", 8);
	struct compact_control *cc = control(mm, 3);

	lru_pages(mm, 0, 1, PK_ANON);
	lru_pages(mm, 1, 1, PK_FILE);
	lru_pages(mm, 2, 1, PK_ANON);
	mm->page[2].pinned = 1;
	lru_pages(mm, 3, 1, PK_FILE);
	mm->page[3].pinned = 1;		/* shows only when it is to be moved */
	lru_pages(mm, 4, 1, PK_FILE);
	mm->page[4].dirty = 1;
	mm->page[5].kind = PK_MOVABLE_OPS;
	lru_folio(mm, 8, 3);		/* as large as what is wanted */
	lru_folio(mm, 16, 2);
	assert_int_equal(isolated(mm, cc), 5 + 4);
	cc->migrate_pfn = 0;
	cc->gfp_mask = GFP_NOFS;
	mm->pageblock[0].skip = 0;
	assert_int_equal(isolated(mm, cc), 2 + 4);
	/* the whole zone: anything below a block */
	cc->migrate_pfn = 0;
	cc->gfp_mask = GFP_KERNEL;
	cc->order = COMPACT_ORDER_ALL;
	mm->pageblock[0].skip = 0;
	assert_int_equal(isolated(mm, cc), 5 + 4 + 8);
	/* 6.1: base pages only */
	kernel_features_set(&mm->k, kernel_version_parse("6.1.192"));
	mm->k.lru_gen = true;
	cc->migrate_pfn = 0;
	mm->pageblock[0].skip = 0;
	assert_int_equal(isolated(mm, cc), 5);
	machine_done(mm, __func__);
}

TEST(writeback_waits_for_full_sync)
{
	struct mm *mm = machine("7.3.4", 4);
	struct compact_control *cc = control(mm, 3);

	lru_pages(mm, 0, 2, PK_ANON);
	mm->page[0].writeback = 1;
	assert_int_equal(isolated(mm, cc), 1);
	mm->page[0].writeback = 0;
	cc->migrate_pfn = 0;
	mm->pageblock[0].skip = 0;
	assert_int_equal(isolated(mm, cc), 2);
	machine_done(mm, __func__);
}

TEST(async_takes_blocks_of_the_requests_type)
{
	struct mm *mm = machine("7.3.4", 8);
	struct compact_control *cc = control(mm, 2);

	block_type(mm, 1, MIGRATE_MOVABLE);
	lru_pages(mm, 0, 4, PK_ANON);			/* in an unmovable block */
	lru_pages(mm, BLOCK(1), 8, PK_ANON);
	/* kcompactd: any block */
	assert_int_equal(isolated(mm, cc), 4);
	cc->migrate_pfn = 0;
	direct(cc, MIGRATE_SYNC_LIGHT, GFP_USER);
	cc->ignore_skip_hint = true;
	assert_int_equal(isolated(mm, cc), 4);
	cc->migrate_pfn = 0;
	direct(cc, MIGRATE_ASYNC, GFP_USER);
	assert_int_equal(isolated(mm, cc), 4);
	assert_int_equal(cc->migrate_pfn, 4);
	cc->migrate_pfn = 0;
	direct(cc, MIGRATE_ASYNC, GFP_HIGHUSER_MOVABLE);
	assert_int_equal(isolated(mm, cc), 4);
	assert_int_equal(cc->migrate_pfn, BLOCK(1) + 4);
	machine_done(mm, __func__);
}

TEST(whole_blocks_come_from_movable_ones_from_7_2)
{
	struct mm *mm = machine("7.3.4", 8);
	struct compact_control *cc = control(mm, 9);

	block_type(mm, 1, MIGRATE_MOVABLE);
	lru_pages(mm, 0, 512, PK_ANON);
	lru_pages(mm, BLOCK(1), 512, PK_ANON);
	cc->ignore_skip_hint = true;
	direct(cc, MIGRATE_ASYNC, GFP_USER);
	assert_int_equal(isolated(mm, cc), 32);
	assert_int_equal(cc->migrate_pfn, BLOCK(1) + 32);
	kernel_features_set(&mm->k, kernel_version_parse("6.12.117"));
	cc->migrate_pfn = 0;
	assert_int_equal(isolated(mm, cc), 32);
	assert_int_equal(cc->migrate_pfn, 32);
	machine_done(mm, __func__);
}

TEST(direct_async_gives_up_a_spoilt_aligned_block)
{
	struct mm *mm = machine("7.3.4", 4);
	struct compact_control *cc = control(mm, 3);

	block_type(mm, 0, MIGRATE_MOVABLE);
	lru_pages(mm, 0, 5, PK_ANON);	/* page 5 is the kernel's */
	lru_pages(mm, 8, 24, PK_ANON);
	direct(cc, MIGRATE_ASYNC, GFP_HIGHUSER_MOVABLE);
	/* 0..4 go back, 5 spoils, 6 and 7 are not looked at; then 8..15 and stop */
	assert_int_equal(isolated(mm, cc), 8);
	assert_int_equal(cc->migrate_pfn, 16);
	assert_int_equal(cc->total_migrate_scanned, 6 + 8);
	machine_done(mm, __func__);
}

TEST(a_fast_search_jumps_to_a_block_that_is_partly_free)
{
	struct mm *mm = machine("7.3.4", 16);
	struct compact_control *cc = control(mm, 9);

	block_type(mm, 3, MIGRATE_MOVABLE);
	block_type(mm, 5, MIGRATE_MOVABLE);
	block_type(mm, 9, MIGRATE_MOVABLE);
	buddy_free(mm, BLOCK(5) + 16, 4);
	buddy_free(mm, BLOCK(3) + 16, 4);
	buddy_free(mm, BLOCK(9) + 16, 4);	/* at the head, but beyond the first half */
	lru_pages(mm, BLOCK(3), 8, PK_ANON);
	assert_int_equal(isolated(mm, cc), 8);
	assert_int_equal(cc->migrate_pfn, BLOCK(4));
	/* two buddies were looked at, and go to the tail; the block was scanned whole */
	assert_string_equal(free_list(mm, 4, MIGRATE_MOVABLE), "2576 4624 1552");
	assert_int_equal(cc->total_migrate_scanned, 2 + 512);
	/* the next: only the first eighth of what is left counts, nothing is found there */
	assert_int_equal(isolated(mm, cc), 0);
	assert_int_equal(cc->fast_search_fail, 1);
	machine_done(mm, __func__);
}

/* --- the free scanner --- */

TEST(targets_are_cut_low_address_first)
{
	struct mm *mm = machine("7.3.4", 8);
	struct compact_control *cc = control(mm, 9);

	block_type(mm, 1, MIGRATE_MOVABLE);
	block_type(mm, 6, MIGRATE_MOVABLE);
	lru_pages(mm, BLOCK(1), 10, PK_ANON);
	free_run(mm, BLOCK(1) + 10, 502);
	buddy_free(mm, BLOCK(6) + 496, 4);
	assert_int_equal(compact_zone_begin(mm, cc), COMPACT_CONTINUE);
	while (compact_zone_step(mm, cc, NULL) == COMPACT_CONTINUE)
		;
	compact_zone_end(mm, cc);
	/* sources are taken last first */
	for (u32 i = 0; i < 10; i++)
		assert_int_equal(home[BLOCK(1) + i], BLOCK(6) + 496 + 9 - i);
	assert_int_equal(mm->page[BLOCK(6) + 496].owner, BLOCK(1) + 9);
	assert_true(mm->page[BLOCK(6) + 496].lru);
	assert_int_equal(stat(mm, VM_pgmigrate_success), 10);
	assert_int_equal(stat(mm, VM_compact_isolated), 10 + 16);
	/* the block was drained and has merged, the six targets left over are free again */
	assert_string_equal(free_list(mm, 9, MIGRATE_MOVABLE), "512");
	drain_all_pages(mm, NULL);
	assert_string_equal(free_list(mm, 2, MIGRATE_MOVABLE), "3580");
	assert_string_equal(free_list(mm, 1, MIGRATE_MOVABLE), "3578");
	machine_done(mm, __func__);
}

TEST(targets_come_from_movable_blocks_only)
{
	struct mm *mm = machine("7.3.4", 8);
	struct compact_control *cc = control(mm, 9);

	cc->nr_migratepages = 1;
	buddy_free(mm, BLOCK(6), 0);		/* unmovable block */
	free_run(mm, BLOCK(5), 512);		/* movable, but a whole block: no target for 9 */
	block_type(mm, 5, MIGRATE_UNMOVABLE);
	assert_int_equal(compaction_alloc(mm, cc, 0), PFN_NONE);
	assert_int_equal(cc->free_pfn >> pageblock_order, 0);
	cc->nr_migratepages = 1;
	cc->free_pfn = BLOCK(7);
	cc->ignore_block_suitable = true;
	assert_int_equal(compaction_alloc(mm, cc, 0), BLOCK(6));
	page_set_unit(mm, BLOCK(6), 0, PAGE_USED, MIGRATE_MOVABLE);
	machine_done(mm, __func__);
}

TEST(a_fast_search_prefers_the_top_quarter_from_the_tail)
{
	struct mm *mm = machine("7.3.4", 16);
	struct compact_control *cc = control(mm, 4);

	for (u32 b = 2; b < 16; b++)
		block_type(mm, b, MIGRATE_MOVABLE);
	/* list from the head: 13 4 9; the scan begins at the tail */
	buddy_free(mm, BLOCK(9), 3);
	buddy_free(mm, BLOCK(4), 3);
	buddy_free(mm, BLOCK(13), 3);
	cc->nr_migratepages = 1;
	assert_int_equal(compaction_alloc(mm, cc, 0), BLOCK(13));
	/* 8 pages for 3 looked at */
	assert_int_equal(cc->total_free_scanned, 3 + 7);
	assert_int_equal(cc->search_order, 3);
	page_set_unit(mm, BLOCK(13), 0, PAGE_USED, MIGRATE_MOVABLE);
	/* without one there: the best of the upper half */
	release_free_list(mm, cc);
	drain_all_pages(mm, NULL);
	cc->free_pfn = BLOCK(12);
	cc->nr_migratepages = 1;
	normal(mm)->compact_init_free_pfn = BLOCK(15);
	assert_int_equal(compaction_alloc(mm, cc, 0), BLOCK(9));
	page_set_unit(mm, BLOCK(9), 0, PAGE_USED, MIGRATE_MOVABLE);
	release_free_list(mm, cc);
	machine_done(mm, __func__);
}

TEST(the_linear_scan_descends_and_strides)
{
	struct mm *mm = machine("7.3.4", 8);
	struct compact_control *cc = control(mm, COMPACT_ORDER_ALL);

	for (u32 b = 4; b < 8; b++)
		block_type(mm, b, MIGRATE_MOVABLE);
	buddy_free(mm, BLOCK(4) + 100, 0);
	cc->nr_migratepages = 1;
	/* blocks 7, 6, 5 with strides 1, 2, 4; block 4 with 8 does not hit page 100 */
	assert_int_equal(compaction_alloc(mm, cc, 0), PFN_NONE);
	assert_int_equal(cc->total_free_scanned, 512 + 256 + 128 + 64);
	assert_true(get_pageblock_skip(mm, BLOCK(4)) && get_pageblock_skip(mm, BLOCK(7)));
	assert_false(get_pageblock_skip(mm, BLOCK(3)));
	assert_int_equal(normal(mm)->compact_cached_free_pfn, BLOCK(3));
	machine_done(mm, __func__);
}

TEST(the_watermark_stops_isolation)
{
	struct mm *mm = machine("7.3.4", 8);
	struct compact_control *cc = control(mm, 4);

	block_type(mm, 7, MIGRATE_MOVABLE);
	buddy_free(mm, BLOCK(7), 2);
	marks(normal(mm), 4, 5, 6);
	cc->nr_migratepages = 1;
	assert_int_equal(compaction_alloc(mm, cc, 0), PFN_NONE);
	assert_string_equal(free_list(mm, 2, MIGRATE_MOVABLE), "3584");
	machine_done(mm, __func__);
}

/* --- migration --- */

TEST(a_page_that_stays_gives_its_target_back)
{
	struct mm *mm = machine("7.3.4", 8);
	struct compact_control *cc = control(mm, 9);

	spare_pages(mm);
	block_type(mm, 6, MIGRATE_MOVABLE);
	buddy_free(mm, BLOCK(6), 2);
	lru_pages(mm, 0, 3, PK_FILE);
	mm->page[1].pinned = 1;
	isolate_migratepages(mm, cc);
	assert_int_equal(cc->nr_migratepages, 3);
	assert_int_equal(migrate_pages(mm, cc), 1);
	/* targets are handed out before any source moves: 2 -> +0, 1 -> +1, 0 -> +2 */
	assert_int_equal(home[2], BLOCK(6));
	assert_int_equal(home[1], 1);
	assert_int_equal(home[0], BLOCK(6) + 2);
	assert_int_equal(stat(mm, VM_pgmigrate_success), 2);
	assert_int_equal(stat(mm, VM_pgmigrate_fail), 1);
	assert_true(mm->page[1].lru);
	assert_int_equal(cc->nr_freepages, 2);
	assert_int_equal(list_first(mm, cc->freepages[0]), BLOCK(6) + 1);
	cc->nr_migratepages = 0;
	compact_zone_end(mm, cc);
	machine_done(mm, __func__);
}

TEST(before_6_3_pages_move_one_by_one_to_base_pages)
{
	struct mm *mm = machine("6.1.192", 8);
	struct compact_control *cc = control(mm, 9);

	spare_pages(mm);
	block_type(mm, 6, MIGRATE_MOVABLE);
	buddy_free(mm, BLOCK(6), 2);
	lru_pages(mm, 0, 3, PK_FILE);
	mm->page[1].pinned = 1;
	isolate_migratepages(mm, cc);
	assert_int_equal(migrate_pages(mm, cc), 1);
	/* the target of page 1 comes back and is page 0's next */
	assert_int_equal(home[2], BLOCK(6));
	assert_int_equal(home[0], BLOCK(6) + 1);
	assert_int_equal(cc->nr_freepages, 2);
	cc->nr_migratepages = 0;
	compact_zone_end(mm, cc);
	machine_done(mm, __func__);
}

TEST(a_large_folio_without_a_target_is_split)
{
	struct mm *mm = machine("7.3.4", 8);
	struct compact_control *cc = control(mm, 9);

	spare_pages(mm);
	block_type(mm, 6, MIGRATE_MOVABLE);
	scatter(mm, BLOCK(6), 5);
	lru_folio(mm, 16, 2);
	isolate_migratepages(mm, cc);
	assert_int_equal(cc->nr_migratepages, 4);
	assert_int_equal(migrate_pages(mm, cc), 1);
	assert_int_equal(stat(mm, VM_pgmigrate_success), 4);
	assert_int_equal(stat(mm, VM_pgmigrate_fail), 0);
	for (u32 i = 0; i < 4; i++)
		assert_int_equal(mm->page[home[16 + i]].order, 0);
	cc->nr_migratepages = 0;
	compact_zone_end(mm, cc);
	machine_done(mm, __func__);
}

TEST(a_dirty_page_is_still_flushed_where_it_has_moved_to)
{
	struct mm *mm = machine("7.3.4", 8);
	struct compact_control *cc = control(mm, 9);

	spare_pages(mm);
	block_type(mm, 6, MIGRATE_MOVABLE);
	buddy_free(mm, BLOCK(6), 0);
	lru_pages(mm, 0, 1, PK_FILE);
	folio_mark_dirty(mm, 0);
	isolate_migratepages(mm, cc);
	assert_int_equal(migrate_pages(mm, cc), 0);
	assert_true(mm->page[BLOCK(6)].dirty);
	writeback_run(mm, 3600ull * 1000000000);
	assert_false(mm->page[BLOCK(6)].dirty);
	machine_done(mm, __func__);
}

TEST(no_target_at_all_ends_the_run)
{
	struct mm *mm = machine("7.3.4", 8);
	struct compact_control *cc = control(mm, 9);

	lru_pages(mm, 0, 3, PK_ANON);
	isolate_migratepages(mm, cc);
	assert_true(migrate_pages(mm, cc) < 0);
	/* one was tried; the others are still isolated */
	assert_int_equal(stat(mm, VM_pgmigrate_fail), 1);
	putback_movable_pages(mm, cc);
	assert_true(mm->page[0].lru && mm->page[1].lru && mm->page[2].lru);
	machine_done(mm, __func__);
}

TEST(a_file_systems_own_blocks_cannot_be_moved)
{
	struct mm *mm = machine("7.3.4", 8);

	mm->param.pinned_buffers_permille = 1000;
	lru_pages(mm, 0, 2, PK_FILE);
	mm->page[1].buffers = 1;
	assert_false(folio_pinned(mm, 0));
	assert_true(folio_pinned(mm, 1));
	mm->param.pinned_buffers_permille = 0;
	assert_false(folio_pinned(mm, 1));
	machine_done(mm, __func__);
}

TEST(pinned_pages_are_a_stable_share)
{
	struct mm *mm = machine("7.3.4", 8);
	u32 pinned = 0;

	mm->param.pinned_file_permille = 100;
	for (u32 pfn = 0; pfn < 4096; pfn++) {
		pinned += folio_pinned(mm, pfn);
		assert_int_equal(folio_pinned(mm, pfn), folio_pinned(mm, pfn));
	}
	assert_in_range(pinned, 330, 490);
	mm->param.pinned_file_permille = 1000;
	assert_true(folio_pinned(mm, 7));
	mm->page[7].kind = PK_ANON;
	assert_false(folio_pinned(mm, 7));
	mm->page[7].pinned = 1;
	assert_true(folio_pinned(mm, 7));
	machine_done(mm, __func__);
}

/* --- when it ends --- */

static enum compact_result finish_of(struct mm *mm, struct compact_control *cc)
{
	return compact_zone_step(mm, cc, NULL);
}

TEST(meeting_scanners_end_a_run)
{
	struct mm *mm = machine("7.3.4", 8);
	struct compact_control *cc = control(mm, 9);
	struct zone *z = normal(mm);

	z->compact_cached_migrate_pfn[0] = z->compact_cached_free_pfn = BLOCK(3);
	cc->migrate_pfn = BLOCK(3);
	cc->free_pfn = BLOCK(3) + 17;
	assert_int_equal(finish_of(mm, cc), COMPACT_PARTIAL_SKIPPED);
	assert_int_equal(z->compact_cached_migrate_pfn[0], 0);
	assert_int_equal(z->compact_cached_free_pfn, BLOCK(7));
	assert_false(z->compact_blockskip_flush);
	cc->whole_zone = cc->direct_compaction = true;
	assert_int_equal(finish_of(mm, cc), COMPACT_COMPLETE);
	assert_true(z->compact_blockskip_flush);
	machine_done(mm, __func__);
}

TEST(a_page_that_can_be_taken_or_claimed_ends_a_run_at_a_blocks_start)
{
	struct mm *mm = machine("7.3.4", 8);
	struct compact_control *cc = control(mm, 9);

	block_type(mm, 5, MIGRATE_MOVABLE);
	free_run(mm, BLOCK(5), 512);
	cc->migrate_pfn = BLOCK(1);
	assert_int_equal(finish_of(mm, cc), COMPACT_SUCCESS);
	cc->migrate_pfn = BLOCK(1) + 8;
	assert_int_equal(finish_of(mm, cc), COMPACT_CONTINUE);
	machine_done(mm, __func__);
}

TEST(skip_bits_are_reset_where_something_can_be_found)
{
	struct mm *mm = machine("7.3.4", 8);
	struct zone *z = normal(mm);

	for (u32 b = 0; b < 8; b++)
		set_pageblock_skip(mm, BLOCK(b));
	block_type(mm, 5, MIGRATE_MOVABLE);
	lru_pages(mm, BLOCK(2) + 8, 1, PK_ANON);	/* seen: every 8th page is looked at */
	lru_pages(mm, BLOCK(1) + 9, 1, PK_ANON);	/* not seen */
	buddy_free(mm, BLOCK(5) + 16, 0);
	reset_isolation_suitable(mm);
	assert_true(get_pageblock_skip(mm, BLOCK(2)));
	z->compact_blockskip_flush = true;
	reset_isolation_suitable(mm);
	assert_false(z->compact_blockskip_flush);
	assert_false(get_pageblock_skip(mm, BLOCK(2)));
	assert_false(get_pageblock_skip(mm, BLOCK(5)));
	assert_true(get_pageblock_skip(mm, BLOCK(1)));
	assert_true(get_pageblock_skip(mm, BLOCK(6)));
	assert_int_equal(z->compact_init_migrate_pfn, BLOCK(2));
	assert_int_equal(z->compact_cached_migrate_pfn[1], BLOCK(2));
	assert_int_equal(z->compact_init_free_pfn, BLOCK(6) - 1);
	machine_done(mm, __func__);
}
