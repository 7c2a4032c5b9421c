// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state of superpageblocks: bits, counts, categories and lists, from the start and on the free
 * path. Pageblocks are drawn as letters: spb_work_machine.h says which.
 */
#include "spb_alloc_machine.h"

/* a machine whose blocks are all in use by the kernel, before a policy is set */
static struct mm *plain(u32 blocks)
{
	struct mm *mm = tiny_machine("7.3", blocks);

	memset(normal(mm)->_watermark, 0, sizeof(normal(mm)->_watermark));
	return mm;
}

static void make(struct mm *mm, u32 block, u32 first, u32 nr, enum page_state state)
{
	for (u32 i = first; i < first + nr; i++) {
		page_set_unit(mm, BLOCK(block) + i, 0, PAGE_BUDDY, 0);
		mm->page[BLOCK(block) + i].head = 0;
		mm->page[BLOCK(block) + i].state = state;
	}
}

/* --- geometry ------------------------------------------------------------------------------ */

TEST(the_zones_edge_clips_a_superpageblock)
{
	struct mm *mm = plain(10);

	set_policy(mm, "spb,order=12,pcp_buddy=off");
	assert_int_equal(spbs(mm)->nr, 2);
	assert_int_equal(sb(mm, 0)->total_pageblocks, 8);
	assert_int_equal(sb(mm, 1)->total_pageblocks, 2);
	assert_int_equal(sb(mm, 1)->start_pfn, BLOCK(8));
	assert_int_equal(sb(mm, 1)->end_pfn, BLOCK(10));
	spb_done(mm);
}

/* two zones share the first superpageblock's gigabyte: each has its part of it */
TEST(each_zone_has_its_part_of_a_superpageblock)
{
	struct mm *mm = mm_alloc(BLOCK(8), 1, 1);
	u32 pfn;

	mm_add_zone(mm, ZONE_DMA, 0, BLOCK(2));
	mm_add_zone(mm, ZONE_NORMAL, BLOCK(2), BLOCK(6));
	for (pfn = 0; pfn < BLOCK(8); pfn++)
		mm_place_used(mm, pfn, 0, PK_KERNEL, MIGRATE_UNMOVABLE);
	mm_init_late(mm);
	set_policy(mm, "spb,order=12,pcp_buddy=off");
	assert_int_equal(spb(mm)->zone[ZONE_DMA].sb[0].total_pageblocks, 2);
	assert_int_equal(spbs(mm)->nr, 1);
	assert_int_equal(sb(mm, 0)->total_pageblocks, 6);
	assert_int_equal(sb(mm, 0)->start_pfn, BLOCK(2));
	spb_done(mm);
}

/* a hole is for ever: the superpageblock can never be a huge page, and counts as tainted */
TEST(a_hole_is_reserved_and_taints)
{
	struct mm *mm = plain(16);

	for (u32 b = 0; b < 16; b++)
		if (b != 3)
			draw_block(mm, b, '.');
	make(mm, 3, 0, 512, PAGE_ABSENT);
	set_policy(mm, "spb,order=12,pcp_buddy=off");
	assert_int_equal(sb(mm, 0)->nr_reserved, 1);
	assert_int_equal(sb(mm, 0)->total_pageblocks, 8);
	assert_int_equal(sb(mm, 0)->nr_free, 7);
	assert_string_equal(list_name(mm, 0), "tainted almost_empty");
	assert_string_equal(list_name(mm, 1), "empty");
	spb_done(mm);
}

/* --- memory as the policy finds it --------------------------------------------------------- */

TEST(what_is_in_use_says_what_a_block_holds)
{
	struct mm *mm = spb_machine(SPB_OF_8, "urm.xyhh", "");

	assert_int_equal(pb(mm, 0), PB_HAS_UNMOVABLE);
	assert_int_equal(pb(mm, 1), PB_HAS_RECLAIMABLE);
	assert_int_equal(pb(mm, 2), PB_HAS_MOVABLE);
	assert_int_equal(pb(mm, 3), PB_ALL_FREE);
	assert_int_equal(pb(mm, 4), PB_HAS_UNMOVABLE | PB_HAS_MOVABLE);
	assert_int_equal(pb(mm, 5), PB_HAS_UNMOVABLE | PB_HAS_MOVABLE);
	assert_int_equal(pb(mm, 6), PB_HAS_MOVABLE);
	assert_int_equal(sb(mm, 0)->nr_unmovable, 3);
	assert_int_equal(sb(mm, 0)->nr_reclaimable, 1);
	assert_int_equal(sb(mm, 0)->nr_movable, 5);
	assert_int_equal(sb(mm, 0)->nr_free, 1);
	spb_done(mm);
}

static struct mm *with_boot_memory(const char *policy)
{
	struct mm *mm = plain(8);

	for (u32 b = 1; b < 8; b++)
		draw_block(mm, b, '.');
	make(mm, 0, 0, 512, PAGE_RESERVED);
	set_policy(mm, policy);
	return mm;
}

TEST(boot_memory_is_in_use_and_of_no_type)
{
	struct mm *mm = with_boot_memory("spb,order=12,pcp_buddy=off");

	assert_int_equal(pb(mm, 0), 0);
	assert_int_equal(sb(mm, 0)->nr_reserved, 0);
	assert_string_equal(list_name(mm, 0), "clean almost_empty");
	spb_done(mm);
}

TEST(boot_memory_may_count_as_movable)
{
	struct mm *mm = with_boot_memory("spb,order=12,pcp_buddy=off,faithful_boot=on");

	assert_int_equal(pb(mm, 0), PB_HAS_MOVABLE);
	assert_int_equal(sb(mm, 0)->nr_movable, 1);
	spb_done(mm);
}

/* the pair 2 and 3 is one chunk, of which the list is known by its head alone */
TEST(free_blocks_are_movable_from_the_start)
{
	struct mm *mm = plain(8);

	for (u32 b = 1; b < 4; b++) {
		draw_block(mm, b, '.');
		block_type(mm, b, MIGRATE_UNMOVABLE);
	}
	move_to_free_list(mm, normal(mm), BLOCK(1), 9, MIGRATE_UNMOVABLE);
	move_to_free_list(mm, normal(mm), BLOCK(2), 10, MIGRATE_UNMOVABLE);
	set_policy(mm, "spb,order=12,pcp_buddy=off");
	for (u32 b = 1; b < 4; b++)
		assert_int_equal(tag(mm, b), MIGRATE_MOVABLE);
	assert_int_equal(nr_on_list(mm, 0, 9, MIGRATE_MOVABLE), 1);
	assert_int_equal(nr_on_list(mm, 0, 10, MIGRATE_MOVABLE), 1);
	assert_int_equal(sb(mm, 0)->nr_free, 3);
	spb_done(mm);
}

/* per-CPU pages are neither free nor seen: they left the lists as pages of their block's type */
TEST(per_cpu_pages_count_as_their_blocks_type)
{
	struct mm *mm = mm_alloc(BLOCK(8), 1, 1);

	mm_add_zone(mm, ZONE_NORMAL, 0, BLOCK(8));
	for (u32 pfn = 0; pfn < BLOCK(7); pfn++)
		mm_place_free(mm, pfn, 0, true);
	for (u32 pfn = BLOCK(7); pfn < BLOCK(8); pfn++)
		mm_place_pcp(mm, pfn, 0, 0);
	mm_init_late(mm);
	set_policy(mm, "spb,order=12,pcp_buddy=off");
	assert_int_equal(pb(mm, 7), PB_HAS_MOVABLE);
	assert_int_equal(sb(mm, 0)->nr_free, 7);
	spb_done(mm);
}

/* --- category and fullness ----------------------------------------------------------------- */

static void expect_list(const char *word, const char *name)
{
	struct mm *mm = spb_machine(SPB_OF_16, word, "");

	assert_string_equal(list_name(mm, 0), name);
	spb_done(mm);
}

TEST(a_clean_one_is_as_full_as_its_blocks_are_not_free)
{
	expect_list("................", "empty");
	expect_list("m...............", "clean almost_empty");
	expect_list("mmm.............", "clean almost_empty");
	expect_list("mmmm............", "clean 25pct");
	expect_list("mmmmmmm.........", "clean 25pct");
	expect_list("mmmmmmmm........", "clean 50pct");
	expect_list("mmmmmmmmmmm.....", "clean 50pct");
	expect_list("mmmmmmmmmmmm....", "clean 75pct");
	expect_list("mmmmmmmmmmmmmmm.", "clean 75pct");
	expect_list("mmmmmmmmmmmmmmmm", "clean full");
	expect_list("hhhhhhhhhhhhhhhh", "clean full");
}

/* what is movable does not count: full means that every block holds kernel memory */
TEST(a_tainted_one_is_as_full_as_its_kernel_blocks)
{
	expect_list("u...............", "tainted almost_empty");
	expect_list("r...............", "tainted almost_empty");
	expect_list("ummmmmmmmmmmmmmm", "tainted almost_empty");
	expect_list("uuurrmmmmmmmmmmm", "tainted 25pct");
	expect_list("uuuurrrr........", "tainted 50pct");
	expect_list("uuuuuuurrrrr....", "tainted 75pct");
	expect_list("uuuuuuuuuuuuuuum", "tainted 75pct");
	expect_list("urururururururur", "tainted full");
}

/* a block with pages of both kernel types is one in each of the counts */
TEST(mixed_kernel_blocks_count_twice)
{
	struct mm *mm = spb_machine(SPB_OF_16, "uu..............", "");

	spb_set_has(spb(mm), spbs(mm), BLOCK(0), MIGRATE_RECLAIMABLE);
	spb_set_has(spb(mm), spbs(mm), BLOCK(1), MIGRATE_RECLAIMABLE);
	spb_update_list(spb(mm), spbs(mm), sb(mm, 0));
	assert_string_equal(list_name(mm, 0), "tainted 25pct");
	spb_done(mm);
}

/* two of two blocks in use would be full; one of two is an eighth of a whole superpageblock */
TEST(a_clipped_one_is_measured_by_the_full_size)
{
	struct mm *mm = plain(10);

	draw_block(mm, 9, '.');
	set_policy(mm, "spb,order=12,pcp_buddy=off");
	assert_string_equal(list_name(mm, 1), "tainted almost_empty");
	spb_done(mm);
}

TEST(what_was_touched_last_is_last_of_its_list)
{
	struct mm *mm = spb_machine(SPB_OF_8, "m....... m....... m.......", "");

	assert_string_equal(category(mm, SPB_CLEAN), "0 1 2");
	spb_update_list(spb(mm), spbs(mm), sb(mm, 0));
	assert_string_equal(category(mm, SPB_CLEAN), "1 2 0");
	spb_done(mm);
}

TEST(superpageblocks_are_walked_fullest_first)
{
	struct mm *mm = spb_machine(SPB_OF_8, "m....... mmmmmmm. mmmm.... ........ mmmmmmmm "
					      "u....... uuuuuuuu", "");

	assert_string_equal(category(mm, SPB_CLEAN), "4 1 2 0");
	assert_string_equal(category(mm, SPB_TAINTED), "6 5");
	assert_ptr_equal(spb_next_empty(spbs(mm), NULL), sb(mm, 3));
	assert_null(spb_next_empty(spbs(mm), sb(mm, 3)));
	spb_done(mm);
}

/* Version 1 may start defrag only when the superpageblock moves to another list. */
TEST(the_lists_start_defrag)
{
	struct mm *mm = spb_machine(SPB_OF_8, "ummmmmm. ........", "");

	spb_update_list(spb(mm), spbs(mm), sb(mm, 0));
	assert_int_equal(spb(mm)->c.defrag_started, 1);
	spb_done(mm);

	mm = spb_machine(SPB_OF_8, "ummmmmm. ........", "version=1");
	spb_update_list(spb(mm), spbs(mm), sb(mm, 0));
	assert_int_equal(spb(mm)->c.defrag_started, 0);
	for (u32 b = 1; b < 3; b++)
		spb_set_has(spb(mm), spbs(mm), BLOCK(b), MIGRATE_UNMOVABLE);
	spb_update_list(spb(mm), spbs(mm), sb(mm, 0));
	assert_string_equal(list_name(mm, 0), "tainted 25pct");
	assert_int_equal(spb(mm)->c.defrag_started, 1);
	spb_done(mm);
}

TEST(the_reserve_is_a_32nd_and_at_least_4)
{
	struct superpageblock b = { .total_pageblocks = 512 };

	assert_int_equal(spb_reserve(&b), 16);
	b.total_pageblocks = 100;
	assert_int_equal(spb_reserve(&b), 4);
}

/* 4 blocks' worth of pages, free blocks or not */
TEST(the_high_water_mark_counts_pages)
{
	struct mm *mm = spb_machine(SPB_OF_16, "uuuuuuuummhhhhhh uuuuuuuuhhhhhhhh", "");

	assert_true(spb_below_high_water(spbs(mm), sb(mm, 0)));
	assert_false(spb_below_high_water(spbs(mm), sb(mm, 1)));
	spb_done(mm);
}

/* --- the bits while the model runs --------------------------------------------------------- */

TEST(a_page_taken_marks_its_block)
{
	struct mm *mm = spb_machine(SPB_OF_8, "m....... ", "");
	u32 pfn = take(mm, 0, MIGRATE_MOVABLE);

	assert_int_equal(block_no(pfn), 1);
	assert_int_equal(pb(mm, 1), PB_HAS_MOVABLE);
	assert_int_equal(sb(mm, 0)->nr_movable, 2);
	assert_int_equal(sb(mm, 0)->nr_free, 6);
	spb_done(mm);
}

/* There is no count of pages by type: what a block has held, it has until it is wholly free. */
TEST(a_mixed_block_stays_mixed_until_it_is_free)
{
	struct mm *mm = spb_machine(SPB_OF_8, "y.......", "");

	give(mm, BLOCK(0), 0);
	assert_int_equal(pb(mm, 0), PB_HAS_UNMOVABLE | PB_HAS_MOVABLE);
	assert_string_equal(list_name(mm, 0), "tainted almost_empty");
	give_run(mm, 1, 510);
	assert_true(is_tainted(mm, 0));
	give(mm, 511, 0);
	assert_int_equal(pb(mm, 0), PB_ALL_FREE);
	assert_string_equal(list_name(mm, 0), "empty");
	spb_done(mm);
}

TEST(the_last_kernel_block_that_is_freed_takes_the_taint_away)
{
	struct mm *mm = spb_machine(SPB_OF_8, "urmmmmmm", "");

	give_run(mm, BLOCK(0), 512);
	assert_string_equal(list_name(mm, 0), "tainted almost_empty");
	give_run(mm, BLOCK(1), 512);
	assert_string_equal(list_name(mm, 0), "clean 75pct");
	assert_int_equal(spb(mm)->c.taints, 0);
	spb_done(mm);
}

TEST(a_block_that_is_free_becomes_movable)
{
	struct mm *mm = spb_machine(SPB_OF_8, "umrmmmmm", "");

	assert_int_equal(tag(mm, 0), MIGRATE_UNMOVABLE);
	give_run(mm, BLOCK(0), 512);
	assert_int_equal(tag(mm, 0), MIGRATE_MOVABLE);
	give_run(mm, BLOCK(2), 512);
	assert_int_equal(tag(mm, 2), MIGRATE_MOVABLE);
	assert_int_equal(nr_on_list(mm, 0, 9, MIGRATE_MOVABLE), 2);
	spb_done(mm);
}

TEST(a_page_freed_into_a_block_in_use_changes_nothing_else)
{
	struct mm *mm = spb_machine(SPB_OF_8, "mmmm.... mmmm.... u.......", "");

	give(mm, BLOCK(0), 0);
	give(mm, BLOCK(16), 0);
	assert_string_equal(category(mm, SPB_CLEAN), "0 1");
	assert_int_equal(pb(mm, 0), PB_HAS_MOVABLE);
	assert_int_equal(pb(mm, 16), PB_HAS_UNMOVABLE);
	assert_int_equal(normal(mm)->region[0].nr_free_pages, 4 * 512 + 1);
	spb_done(mm);
}

/* ... and the high-order atomic reserve goes on counting it. */
TEST(a_free_highatomic_block_becomes_movable)
{
	struct mm *mm = spb_machine(SPB_OF_8, "u......m", "");

	block_type(mm, 0, MIGRATE_HIGHATOMIC);
	normal(mm)->nr_reserved_highatomic = 512;
	give_run(mm, BLOCK(0), 512);
	assert_int_equal(tag(mm, 0), MIGRATE_MOVABLE);
	assert_int_equal(pb(mm, 0), PB_ALL_FREE);
	assert_int_equal(normal(mm)->nr_reserved_highatomic, 512);
	assert_int_equal(normal(mm)->nr_free_highatomic, 0);
	spb_done(mm);
}

TEST(a_free_cma_block_stays_one)
{
	struct mm *mm = spb_machine(SPB_OF_8, "m......m", "");

	block_type(mm, 0, MIGRATE_CMA);
	give_run(mm, BLOCK(0), 512);
	assert_int_equal(tag(mm, 0), MIGRATE_CMA);
	assert_int_equal(pb(mm, 0), PB_ALL_FREE);
	assert_int_equal(nr_on_list(mm, 0, 9, MIGRATE_CMA), 1);
	assert_int_equal(normal(mm)->nr_free_cma, 512);
	spb_done(mm);
}

/* Both halves of the pair lost their mark when it was split; only one gets it back. */
TEST(half_of_a_split_pair_is_forgotten)
{
	struct mm *mm = spb_machine(SPB_OF_8, "mmmmmm..", "");
	u32 pfn = take(mm, 9, MIGRATE_MOVABLE);

	assert_int_equal(pfn, BLOCK(6));
	assert_int_equal(sb(mm, 0)->nr_free, 0);
	assert_int_equal(pb(mm, 7), PB_HAS_MOVABLE);
	give(mm, pfn, 9);
	assert_int_equal(nr_on_list(mm, 0, 10, MIGRATE_MOVABLE), 1);
	assert_int_equal(sb(mm, 0)->nr_free, 1);
	assert_int_equal(pb(mm, 6), PB_ALL_FREE);
	assert_int_equal(pb(mm, 7), PB_HAS_MOVABLE);
	spb_done(mm);
}

TEST(without_the_quirk_it_is_not)
{
	struct mm *mm = spb_machine(SPB_OF_8, "mmmmmm..", "split_marks_both_used=off");
	u32 pfn = take(mm, 0, MIGRATE_MOVABLE);

	assert_int_equal(pfn, BLOCK(6));
	assert_int_equal(sb(mm, 0)->nr_free, 1);
	assert_int_equal(pb(mm, 7), PB_ALL_FREE);
	give(mm, pfn, 0);
	assert_int_equal(sb(mm, 0)->nr_free, 2);
	spb_done(mm);
}

/* a whole pair that is freed is freed block by block, so nothing is forgotten */
TEST(a_pair_that_is_freed_whole_is_free_whole)
{
	struct mm *mm = spb_machine(SPB_OF_8, "mmmmmm..", "");
	u32 pfn = take(mm, 10, MIGRATE_MOVABLE);

	assert_int_equal(sb(mm, 0)->nr_free, 0);
	give(mm, pfn, 10);
	assert_int_equal(sb(mm, 0)->nr_free, 2);
	spb_done(mm);
}

/* compaction takes a block to move pages to: they will be movable */
TEST(a_target_of_migration_is_movable)
{
	struct mm *mm = spb_machine(SPB_OF_8, "u.m.mmmm", "");

	assert_int_equal(__isolate_free_page(mm, normal(mm), BLOCK(1), 9), 512);
	assert_int_equal(pb(mm, 1), PB_HAS_MOVABLE);
	assert_int_equal(sb(mm, 0)->nr_free, 1);
	whole(mm, "isolated");
	free_pages(mm, BLOCK(1), 9);
	drain_all_pages(mm, NULL);
	assert_int_equal(pb(mm, 1), PB_ALL_FREE);
	spb_done(mm);
}

/* a block that the kernel's compaction captures as it is freed has kernel pages in it then */
TEST(a_captured_block_holds_what_the_request_wants)
{
	struct mm *mm = spb_machine(SPB_OF_8, "mmmmmmmm", "");
	struct capture_control capc = { .zone = normal(mm), .order = 9,
					.migratetype = MIGRATE_UNMOVABLE, .pfn = PFN_NONE };

	for (u32 pfn = BLOCK(2); pfn < BLOCK(3) - 1; pfn++)
		give(mm, pfn, 0);
	lruvec_del_folio(mm, BLOCK(3) - 1);
	mm->capc = &capc;
	buddy_free(mm, BLOCK(3) - 1, 0);
	mm->capc = NULL;
	assert_int_equal(capc.pfn, BLOCK(2));
	assert_int_equal(pb(mm, 2), PB_HAS_UNMOVABLE);
	assert_string_equal(list_name(mm, 0), "tainted almost_empty");
	assert_int_equal(spb(mm)->c.taints, 1);
	prep_new_page(mm, BLOCK(2), 9, MIGRATE_UNMOVABLE);
	spb_done(mm);
}

/* Handed out whole, it is back on the lists with the first block that comes back. */
TEST(what_is_handed_out_whole_is_set_apart)
{
	struct mm *mm = spb_machine(SPB_OF_8, "mmmmmmmm m.......", "");

	spb_contig_mark(spb(mm), spbs(mm), BLOCK(0), BLOCK(8), true);
	whole(mm, "set apart");
	assert_string_equal(list_name(mm, 0), "isolated");
	assert_string_equal(list_name(mm, 1), "clean almost_empty");
	give_run(mm, BLOCK(0), 512);
	assert_string_equal(list_name(mm, 0), "clean 75pct");
	spb_done(mm);
}

/* --- the check ------------------------------------------------------------------------------ */

static int broken(struct mm *mm)
{
	char text[256] = "";

	return spb_check(spb(mm), text, sizeof(text));
}

static void expect_broken(struct mm *mm, const char *rule)
{
	char text[256] = "";

	assert_int_not_equal(spb_check(spb(mm), text, sizeof(text)), 0);
	if (strncmp(text, rule, strlen(rule)))
		fail_msg("\"%s\" instead of \"%s\"", text, rule);
	/* and mm_check() says so, whoever asks */
	assert_int_not_equal(broken_rules(mm), 0);
}

TEST(every_count_is_checked)
{
	struct mm *mm = spb_machine(SPB_OF_8, "urm..... ", "");
	struct superpageblock *b = sb(mm, 0);

	b->nr_free++;
	expect_broken(mm, "nr_free counts free blocks");
	b->nr_free--;
	b->nr_unmovable++;
	expect_broken(mm, "nr_unmovable counts its bit");
	b->nr_unmovable--;
	b->nr_reclaimable++;
	expect_broken(mm, "nr_reclaimable counts its bit");
	b->nr_reclaimable--;
	b->nr_movable++;
	expect_broken(mm, "nr_movable counts its bit");
	b->nr_movable--;
	b->nr_reserved++;
	expect_broken(mm, "nr_reserved");
	b->nr_reserved--;
	b->total_pageblocks++;
	expect_broken(mm, "total_pageblocks");
	b->total_pageblocks--;
	assert_int_equal(broken(mm), 0);
	spb_done(mm);
}

TEST(every_block_is_accounted_for)
{
	struct mm *mm = spb_machine(SPB_OF_8, "urm.....", "");

	spb(mm)->pb[2] &= (u8)~PB_HAS_MOVABLE;
	sb(mm, 0)->nr_movable--;
	expect_broken(mm, "every block is free, of a type, or known not to be");
	spb(mm)->pb[2] |= PB_ALL_FREE;
	sb(mm, 0)->nr_free++;
	expect_broken(mm, "a block that counts as free is");
	spb(mm)->pb[2] = PB_INITIALIZED | PB_HAS_MOVABLE;
	sb(mm, 0)->nr_free--;
	sb(mm, 0)->nr_movable++;
	assert_int_equal(broken(mm), 0);
	spb_done(mm);
}

TEST(membership_is_checked_against_what_it_should_be)
{
	struct mm *mm = spb_machine(SPB_OF_8, "mmmmmmmm mmmmmmmm", "");

	spb_set_has(spb(mm), spbs(mm), BLOCK(1), MIGRATE_UNMOVABLE);
	expect_broken(mm, "the list is that of its category and fullness");
	spb_update_list(spb(mm), spbs(mm), sb(mm, 0));
	assert_int_equal(broken(mm), 0);
	sb(mm, 0)->fullness = SPB_FULL_75;
	assert_int_not_equal(broken(mm), 0);
	sb(mm, 0)->fullness = SPB_ALMOST_EMPTY;
	spbs(mm)->lists[SPB_CLEAN][SPB_FULL].nr++;
	expect_broken(mm, "a list counts its members");
	spbs(mm)->lists[SPB_CLEAN][SPB_FULL].nr--;
	spb_done(mm);
}

/* without the quirk no free block may count as used */
TEST(a_forgotten_half_is_a_broken_rule_without_the_quirk)
{
	struct mm *mm = spb_machine(SPB_OF_8, "mmmmmm..", "");

	give(mm, take(mm, 9, MIGRATE_MOVABLE), 9);
	assert_int_equal(broken(mm), 0);
	spb(mm)->split_marks_both_used = false;
	expect_broken(mm, "a block that is free counts as free");
	spb(mm)->split_marks_both_used = true;
	spb_done(mm);
}

/* --- the policy in its kernel ---------------------------------------------------------------- */

/* the series is made for kernels of today: what it needs of them, an older recording gets */
TEST(an_old_kernel_becomes_one_that_the_series_fits)
{
	struct mm *mm = tiny_machine("6.1", 8);

	assert_false(mm_feature(mm, "freelist_hygiene"));
	set_policy(mm, "spb,order=12,pcp_buddy=off");
	assert_true(mm_feature(mm, "freelist_hygiene"));
	assert_true(mm_feature(mm, "claim_steal_split"));
	assert_true(mm_feature(mm, "watermark_type_blind"));
	assert_true(mm_feature(mm, "no_watermark_boost"));
	assert_false(mm_feature(mm, "pcp_buddy"));
	spb_done(mm);
}

TEST(its_per_cpu_lists_own_blocks_unless_told_not_to)
{
	struct mm *mm = tiny_machine("7.3", 8);

	set_policy(mm, "spb,order=12");
	assert_true(mm_feature(mm, "pcp_buddy"));
	spb_done(mm);
}
