// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fast path: which zone serves a request, what it may fragment, what is counted; and that
 * mm_check() sees what is wrong. wakeup_kswapd() is a stand-in (--wrap).
 */
#include <string.h>

#include "mm_machine.h"

static int kswapd_wakes;

void __wrap_wakeup_kswapd(struct mm *mm, struct zone *z, gfp_t gfp, u32 order, enum zone_type idx);
void __wrap_wakeup_kswapd(struct mm *mm, struct zone *z, gfp_t gfp, u32 order, enum zone_type idx)
{
	(void)mm;
	(void)gfp;
	assert_int_equal(order, 0);
	assert_int_equal(idx, z->type);
	kswapd_wakes++;
}

/* zones DMA32 and Normal of 16 blocks each, all in use; marks of a few pages */
static struct mm *two_zones(const char *version)
{
	struct mm *mm = mm_alloc(BLOCK(32), 2, 1);
	u32 pfn;

	kswapd_wakes = 0;
	assert_non_null(mm);
	kernel_features_set(&mm->k, kernel_version_parse(version));
	mm->sysctl.min_free_kbytes = 4;
	mm->sysctl.lowmem_reserve_ratio[ZONE_DMA32] = 0;
	mm_add_zone(mm, ZONE_DMA32, 0, BLOCK(16));
	mm_add_zone(mm, ZONE_NORMAL, BLOCK(16), BLOCK(16));
	for (pfn = 0; pfn < BLOCK(32); pfn++)
		mm_place_used(mm, pfn, 0, PK_KERNEL, MIGRATE_UNMOVABLE);
	mm_init_late(mm);
	return mm;
}

TEST(gfp_bits_name_type_and_zone)
{
	assert_int_equal(gfp_migratetype(GFP_KERNEL), MIGRATE_UNMOVABLE);
	assert_int_equal(gfp_migratetype(GFP_HIGHUSER_MOVABLE), MIGRATE_MOVABLE);
	assert_int_equal(gfp_migratetype(GFP_KERNEL | __GFP_RECLAIMABLE), MIGRATE_RECLAIMABLE);
	assert_int_equal(gfp_zone(GFP_KERNEL), ZONE_NORMAL);
	assert_int_equal(gfp_zone(GFP_KERNEL | __GFP_DMA), ZONE_DMA);
	assert_int_equal(gfp_zone(GFP_KERNEL | __GFP_DMA32), ZONE_DMA32);
	assert_int_equal(gfp_zone(GFP_HIGHUSER_MOVABLE), ZONE_MOVABLE);
	assert_int_equal(gfp_zone(GFP_KERNEL | __GFP_MOVABLE), ZONE_NORMAL);
}

TEST(the_highest_zone_comes_first)
{
	struct mm *mm = two_zones("7.3.4");

	buddy_free(mm, 0, 10);
	buddy_free(mm, BLOCK(16), 10);
	assert_in_range(alloc_pages(mm, GFP_KERNEL, 4), BLOCK(16), BLOCK(32));
	assert_in_range(alloc_pages(mm, GFP_HIGHUSER_MOVABLE, 4), BLOCK(16), BLOCK(32));
	assert_in_range(alloc_pages(mm, GFP_KERNEL | __GFP_DMA32, 4), 0, BLOCK(16) - 1);
	assert_int_equal(mm->vmstat[VM_pgalloc_normal], 32);
	assert_int_equal(mm->vmstat[VM_pgalloc_dma32], 16);
	machine_done(mm, __func__);
}

TEST(a_zone_at_its_mark_is_passed_over)
{
	struct mm *mm = two_zones("7.3.4");
	struct zone *z = normal(mm);

	buddy_free(mm, 0, 10);
	buddy_free(mm, BLOCK(16), 5);
	z->_watermark[WMARK_HIGH] = z->_watermark[WMARK_LOW] = 32;
	assert_in_range(alloc_pages(mm, GFP_HIGHUSER_MOVABLE, 0), 0, BLOCK(16) - 1);
	assert_true(z->flags & ZONE_BELOW_HIGH);
	mm_free(mm);
}

TEST(other_zones_are_tried_before_a_block_is_fragmented)
{
	struct mm *mm = two_zones("7.3.4");

	/* Normal has a movable page only, DMA32 one of the right type */
	buddy_free(mm, BLOCK(16), 8);
	block_type(mm, 0, MIGRATE_UNMOVABLE);
	buddy_free(mm, 0, 8);
	assert_int_equal(alloc_pages(mm, GFP_KERNEL, 4), 0);
	assert_int_equal(mm->extfrag_change_ownership, 0);
	machine_done(mm, __func__);
}

TEST(but_no_request_fails_for_that)
{
	struct mm *mm = two_zones("7.3.4");

	buddy_free(mm, BLOCK(16), 8);
	assert_int_equal(alloc_pages(mm, GFP_KERNEL, 4), BLOCK(16));
	assert_int_equal(mm->extfrag[MIGRATE_UNMOVABLE][MIGRATE_MOVABLE][EXTFRAG_CLAIM_PART], 1);
	machine_done(mm, __func__);
}

TEST(requests_for_dma32_fragment_at_once)
{
	struct mm *mm = two_zones("7.3.4");
	struct alloc_context ac = { .gfp = GFP_KERNEL | __GFP_DMA32, .preferred = ZONE_DMA32 };
	struct alloc_request req = { .ac = &ac };

	assert_int_equal(vanilla_alloc_flags(mm, &req, ALLOC_STAGE_FAST),
			 ALLOC_WMARK_LOW | ALLOC_KSWAPD);
	ac.preferred = ZONE_NORMAL;
	assert_int_equal(vanilla_alloc_flags(mm, &req, ALLOC_STAGE_FAST),
			 ALLOC_WMARK_LOW | ALLOC_KSWAPD | ALLOC_NOFRAGMENT);
	ac.gfp = GFP_TRANSHUGE;
	assert_int_equal(vanilla_alloc_flags(mm, &req, ALLOC_STAGE_FAST),
			 ALLOC_WMARK_LOW | ALLOC_NOFRAGMENT);
	mm_free(mm);
}

TEST(a_fallback_boosts_and_wakes_kswapd_once)
{
	struct mm *mm = two_zones("7.3.4");
	struct zone *z = normal(mm);

	buddy_free(mm, BLOCK(16), 8);
	alloc_pages(mm, GFP_KERNEL, 4);
	assert_int_equal(z->watermark_boost, 512);
	assert_int_equal(kswapd_wakes, 1);
	assert_false(z->flags & ZONE_BOOSTED_WATERMARK);
	mm_free(mm);
}

TEST(freed_and_allocated_pages_are_nobodys)
{
	struct mm *mm = two_zones("7.3.4");
	u32 pfn, i;

	buddy_free(mm, BLOCK(16), 9);
	pfn = alloc_pages(mm, GFP_TRANSHUGE, 9);
	for (i = 0; i < 512; i++) {
		mm->page[pfn + i].owner = i;
		mm->page[pfn + i].kind = PK_ANON;
	}
	mm->page[pfn].dirty = mm->page[pfn].gen = 1;
	free_pages(mm, pfn, 9);
	assert_int_equal(mm->vmstat[VM_pgfree], 512);
	assert_int_equal(alloc_pages(mm, GFP_TRANSHUGE, 9), pfn);
	for (i = 0; i < 512; i++) {
		const struct page *p = &mm->page[pfn + i];

		assert_int_equal(p->owner, OWNER_NONE);
		assert_int_equal(p->kind, PK_KERNEL);
		assert_int_equal(p->state, PAGE_USED);
		assert_int_equal(p->order, 9);
		assert_int_equal(p->head, !i);
	}
	assert_int_equal(mm->page[pfn].dirty, 0);
	assert_int_equal(mm->page[pfn].gen, 0);
	machine_done(mm, __func__);
}

TEST(large_frees_without_a_list_follow_the_merge_rules)
{
	struct mm *mm = two_zones("7.3.4");

	buddy_free(mm, BLOCK(20), 4);
	mm_place_used(mm, BLOCK(16), 4, PK_KERNEL, MIGRATE_UNMOVABLE);
	free_pages(mm, BLOCK(16), 4);
	assert_string_equal(free_list(mm, 4, MIGRATE_MOVABLE), "8192 10240");
	machine_done(mm, __func__);
}

TEST(what_a_search_costs_is_recorded)
{
	struct mm *mm = two_zones("7.3.4");

	buddy_free(mm, BLOCK(16), 6);
	alloc_pages(mm, GFP_HIGHUSER_MOVABLE, 4);	/* orders 4, 5 and 6 */
	assert_int_equal(mm->search_lists.n, 1);
	assert_int_equal(mm->search_lists.sum, 3);
	assert_int_equal(mm->search_lists.bin[3], 1);
	assert_int_equal(mm->search_blocks.sum, 0);
	alloc_pages(mm, GFP_KERNEL, 4);
	assert_int_equal(mm->search_blocks.sum, 1);
	mm_free(mm);
}

/* a request that may use the reserve finds one page there and nothing elsewhere */
static u32 atomic_at_once(const char *version)
{
	struct mm *mm = two_zones(version);
	struct zone *z = normal(mm);
	u32 pfn;

	block_type(mm, 16, MIGRATE_HIGHATOMIC);
	buddy_free(mm, BLOCK(16), 8);
	z->nr_reserved_highatomic = 512;
	z->_watermark[WMARK_MIN] = z->_watermark[WMARK_LOW] = z->_watermark[WMARK_HIGH] = 0;
	mm->param.slowpath_max_loops = 0;	/* the fast path alone */
	pfn = alloc_pages(mm, GFP_ATOMIC, 2);
	mm_free(mm);
	return pfn;
}

TEST(since_7_3_the_reserve_is_open_on_the_fast_path)
{
	assert_int_equal(atomic_at_once("7.3.4"), BLOCK(16));
	assert_int_equal(atomic_at_once("7.2.13"), PFN_NONE);
}

TEST(orders_may_be_as_large_as_the_largest_buddy)
{
	struct mm *mm = two_zones("7.3.4");

	buddy_free(mm, BLOCK(18), 10);
	buddy_free(mm, BLOCK(16), 10);
	assert_int_equal(alloc_pages(mm, GFP_KERNEL, 10), BLOCK(16));
	/* the last one is below the low mark, but not below the min mark: 0 of 4 kB */
	assert_int_equal(alloc_pages(mm, GFP_TRANSHUGE_LIGHT, 10), BLOCK(18));
	assert_int_equal(alloc_pages(mm, GFP_TRANSHUGE_LIGHT, 10), PFN_NONE);
	assert_int_equal(mm->alloc_failed[10], 1);
	machine_done(mm, __func__);
}

/* --- mm_check() must find what is wrong -------------------------------------------------- */

static struct mm *some_free_pages(void)
{
	struct mm *mm = two_zones("7.3.4");

	buddy_free(mm, BLOCK(16), 4);
	buddy_free(mm, BLOCK(18), 4);
	free_pages(mm, BLOCK(20), 0);
	consistent(mm, "before it is broken");
	return mm;
}

#define finds(name, damage)						\
TEST(check_finds_##name)						\
{									\
	struct mm *mm = some_free_pages();				\
	struct zone *z = normal(mm);					\
									\
	(void)z;							\
	damage;								\
	assert_true(broken_rules(mm) > 0);					\
	mm_free(mm);							\
}

finds(a_wrong_sum, z->nr_free_pages++)
finds(a_wrong_block_sum, z->nr_free_pages_blocks = 512)
finds(a_wrong_list_count, z->free_area[4].nr_list[MIGRATE_MOVABLE]--)
finds(a_wrong_area_count, z->free_area[4].nr_free++)
finds(a_lost_page, list_del(mm, BLOCK(16)))
finds(a_half_linked_page, mm->page[BLOCK(16)].l.prev = BLOCK(3))
finds(a_page_of_another_type, mm->page[BLOCK(16)].mt = MIGRATE_UNMOVABLE)
finds(a_block_retyped_alone, block_type(mm, 16, MIGRATE_UNMOVABLE))
finds(a_wrong_pcp_count, z->pcp[0].count++)
finds(a_head_within_a_unit, mm->page[BLOCK(16) + 1].head = 1)
finds(a_used_page_within_a_buddy, mm->page[BLOCK(16) + 1].state = PAGE_USED)
finds(a_misaligned_unit, mm->page[BLOCK(17) + 1].order = 1)
finds(unmerged_buddies, page_set_unit(mm, BLOCK(16) + 16, 4, PAGE_BUDDY, MIGRATE_MOVABLE);
      add_to_free_list(mm, z, BLOCK(16) + 16, 4, MIGRATE_MOVABLE, true))
finds(uneven_watermarks, z->_watermark[WMARK_HIGH]++)
finds(a_page_without_a_zone, mm->pageblock[3].zone = MAX_NR_ZONES)
