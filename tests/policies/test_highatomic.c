// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policy "highatomic" beside vanilla: a small atomic request that is served below the low mark
 * reserves its pageblock or does not, and a huge page is had afterwards or is not.
 */
#include "tests/mm/mm_machine.h"
#include "tests/policies/policy_machine.h"

/* 1 % of it is more than a pageblock, which the reserve needs from 6.8 on */
#define BLOCKS 128

/* one free pageblock, all else in use */
static struct mm *machine(const char *policy, const char *version)
{
	struct mm *mm = tiny_machine(version, BLOCKS);

	set_policy(mm, policy);
	block_type(mm, 1, MIGRATE_MOVABLE);
	buddy_free(mm, BLOCK(1), 9);
	return mm;
}

static void set_low_mark(struct mm *mm, u32 low)
{
	normal(mm)->watermark_boost = 0;
	for (int i = WMARK_MIN; i < NR_WMARK; i++)
		normal(mm)->_watermark[i] = (u32)i * low;
}

/* an atomic request that only the slow path can serve, and its end */
static void atomic_request(struct mm *mm, u32 order)
{
	u32 pfn;

	set_low_mark(mm, BLOCK(3));
	/* 6.3 dropped the flag that told atomic requests */
	pfn = alloc_pages(mm, GFP_ATOMIC | (mm->k.version < KERNEL(6, 3, 0) ? __GFP_ATOMIC : 0),
			  order);
	assert_int_not_equal(pfn, PFN_NONE);
	free_pages(mm, pfn, order);
	drain_all_pages(mm, NULL);
	set_low_mark(mm, 0);
	consistent(mm, "after the atomic request");
}

static u32 huge_page(struct mm *mm)
{
	return alloc_pages(mm, GFP_TRANSHUGE_LIGHT, HPAGE_PMD_ORDER);
}

static const char *const versions[] = { "6.1", "6.6", "6.12", "7.3" };

TEST(vanilla_reserves_the_block_of_a_small_request)
{
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		struct mm *mm = machine("vanilla", versions[i]);

		atomic_request(mm, 2);
		assert_int_equal(normal(mm)->nr_reserved_highatomic, pageblock_nr_pages);
		assert_int_equal(huge_page(mm), PFN_NONE);
		mm_free(mm);
	}
}

TEST(highatomic_leaves_it_to_huge_pages)
{
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		struct mm *mm = machine("highatomic", versions[i]);

		atomic_request(mm, 2);
		assert_int_equal(normal(mm)->nr_reserved_highatomic, 0);
		assert_int_equal(counter(mm, "skipped"), 1);
		assert_int_equal(huge_page(mm), BLOCK(1));
		mm_free(mm);
	}
}

TEST(order_3_reserves_nothing_and_order_4_does)
{
	struct mm *mm = machine("highatomic", "7.3");

	atomic_request(mm, PAGE_ALLOC_COSTLY_ORDER);
	assert_int_equal(normal(mm)->nr_reserved_highatomic, 0);
	atomic_request(mm, PAGE_ALLOC_COSTLY_ORDER + 1);
	assert_int_equal(normal(mm)->nr_reserved_highatomic, pageblock_nr_pages);
	assert_int_equal(counter(mm, "skipped"), 1);
	mm_free(mm);
}

TEST(a_full_reserve_is_not_counted_as_skipped)
{
	struct mm *mm = machine("highatomic", "7.3");

	normal(mm)->nr_reserved_highatomic = 2 * pageblock_nr_pages;
	assert_false(policy_decides(mm, reserve_highatomic, normal(mm), BLOCK(1), 1));
	assert_int_equal(counter(mm, "skipped"), 0);
	mm_free(mm);
}
