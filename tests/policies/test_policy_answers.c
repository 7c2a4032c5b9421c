// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a hook returns is held against the range that policy_hooks.h gives. Each test here has a
 * policy that answers out of range, and expects the message to name policy, hook, value and range,
 * and the answer that the model goes on with to be one that does no harm.
 */
#include "tests/mm/mm_machine.h"

/* what the hooks below return, and where they write it */
static u32 answer;
static s64 pages;
static struct alloc_retry written;

static struct mm *machine_of(const struct policy_ops *ops)
{
	struct mm *mm = tiny_machine("7.3", 4);
	char err[64] = "";

	assert_int_equal(mm_set_policy(mm, ops, NULL, false, err, sizeof(err)), 0);
	return mm;
}

static struct mm *fresh(struct mm *mm)
{
	mm->policy->broken[0] = '\0';
	return mm;
}

#define OPS(hook, function) \
	{ .abi = FRAGREPLAY_POLICY_ABI, .name = "mine", .doc = "a test's", .hook = function }

static void expect_blame(struct mm *mm, const char *text)
{
	assert_string_equal(mm->policy->broken, text);
	fresh(mm);
}

static void expect_none(struct mm *mm)
{
	assert_string_equal(mm->policy->broken, "");
}

/* --- orders ---------------------------------------------------------------------------------- */

static u32 any_wake_order(struct mm *mm, u32 order)
{
	(void)mm;
	(void)order;
	return answer;
}

TEST(kswapd_wake_order_is_at_least_the_requests)
{
	static const struct policy_ops ops = OPS(kswapd_wake_order, any_wake_order);
	struct mm *mm = machine_of(&ops);

	answer = 2;
	assert_int_equal(policy_decides(mm, kswapd_wake_order, 3), 3);
	expect_blame(mm, "policy mine: kswapd_wake_order() returned 2; allowed is 3 to 10");
	answer = 11;
	assert_int_equal(policy_decides(mm, kswapd_wake_order, 3), 3);
	expect_blame(mm, "policy mine: kswapd_wake_order() returned 11; allowed is 3 to 10");
	answer = 10;
	assert_int_equal(policy_decides(mm, kswapd_wake_order, 3), 10);
	expect_none(mm);
	mm_free(mm);
}

static u32 any_compact_order(struct mm *mm, const struct alloc_context *ac,
			     const struct alloc_retry *r)
{
	(void)mm;
	(void)ac;
	(void)r;
	return answer;
}

TEST(reclaim_compact_order_is_at_least_the_requests)
{
	static const struct policy_ops ops = OPS(reclaim_compact_order, any_compact_order);
	struct mm *mm = machine_of(&ops);
	struct alloc_context ac = { .gfp = GFP_KERNEL };
	struct alloc_retry r = { .order = 4 };

	answer = 3;
	assert_int_equal(policy_decides(mm, reclaim_compact_order, &ac, &r), 4);
	expect_blame(mm, "policy mine: reclaim_compact_order() returned 3; allowed is 4 to 10");
	answer = 9;
	assert_int_equal(policy_decides(mm, reclaim_compact_order, &ac, &r), 9);
	expect_none(mm);
	mm_free(mm);
}

/* --- rights ---------------------------------------------------------------------------------- */

static u32 any_flags(struct mm *mm, const struct alloc_request *req, enum alloc_stage stage)
{
	(void)mm;
	(void)stage;
	if (req->retry)
		*req->retry = written;
	return answer;
}

static u32 flags_at(struct mm *mm, enum alloc_stage stage, struct alloc_retry *r)
{
	struct alloc_context ac = { .gfp = GFP_KERNEL, .preferred = ZONE_NORMAL };
	struct alloc_request req = { .ac = &ac, .alloc_flags = ALLOC_NOFRAGMENT, .retry = r };

	return policy_decides(mm, alloc_flags, &req, stage);
}

TEST(rights_are_the_kernels_or_the_policys_own_bits)
{
	static const struct policy_ops ops = OPS(alloc_flags, any_flags);
	struct mm *mm = machine_of(&ops);

	answer = 0x400;
	assert_int_equal(flags_at(mm, ALLOC_STAGE_FAST, NULL),
			 ALLOC_WMARK_LOW | ALLOC_KSWAPD | ALLOC_NOFRAGMENT);
	expect_blame(mm, "policy mine: alloc_flags() returned 0x400 at stage 0; allowed are bits of"
		     " 0xff1bff");
	answer = 0x1000000;
	flags_at(mm, ALLOC_STAGE_NONBLOCKING, NULL);
	expect_blame(mm, "policy mine: alloc_flags() returned 0x1000000 at stage 4; allowed are bits"
		     " of 0xff1bff, or ALLOC_FLAGS_NONE");
	answer = ALLOC_POLICY_MASK | ALLOC_WMARK_MIN;
	assert_int_equal(flags_at(mm, ALLOC_STAGE_SLOW, NULL), answer);
	expect_none(mm);
	mm_free(mm);
}

TEST(a_request_that_begins_has_rights)
{
	static const struct policy_ops ops = OPS(alloc_flags, any_flags);
	struct mm *mm = machine_of(&ops);

	answer = ALLOC_FLAGS_NONE;
	for (enum alloc_stage stage = ALLOC_STAGE_FAST; stage <= ALLOC_STAGE_NONBLOCKING; stage++) {
		bool begins = stage == ALLOC_STAGE_FAST || stage == ALLOC_STAGE_SLOW;

		assert_int_equal(flags_at(mm, stage, NULL) == ALLOC_FLAGS_NONE, !begins);
		assert_int_equal(mm->policy->broken[0] != '\0', begins);
		fresh(mm);
	}
	mm_free(mm);
}

TEST(the_rights_that_failed_are_no_other_rights)
{
	static const struct policy_ops ops = OPS(alloc_flags, any_flags);
	struct mm *mm = machine_of(&ops);

	answer = ALLOC_NOFRAGMENT;
	assert_int_equal(flags_at(mm, ALLOC_STAGE_FREELIST_FAILED, NULL), ALLOC_FLAGS_NONE);
	expect_blame(mm, "policy mine: alloc_flags() returned 0x100, with which the free lists have"
		     " failed; allowed are other rights, or ALLOC_FLAGS_NONE");
	/* a loop of the slow path may begin again with the same */
	assert_int_equal(flags_at(mm, ALLOC_STAGE_LAST, NULL), ALLOC_NOFRAGMENT);
	expect_none(mm);
	mm_free(mm);
}

static u32 flip_flags(struct mm *mm, const struct alloc_request *req, enum alloc_stage stage)
{
	if (stage == ALLOC_STAGE_FREELIST_FAILED)
		return req->alloc_flags ^ ALLOC_NOFRAGMENT;
	return vanilla_alloc_flags(mm, req, stage);
}

TEST(zones_are_not_looked_at_for_ever)
{
	static const struct policy_ops ops = OPS(alloc_flags, flip_flags);
	struct mm *mm = machine_of(&ops);
	struct alloc_context ac = { .gfp = GFP_NOWAIT, .preferred = ZONE_NORMAL };

	assert_int_equal(get_page_from_freelist(mm, 0, ALLOC_WMARK_HIGH, &ac), PFN_NONE);
	expect_blame(mm, "policy mine: alloc_flags() returned 8 times other rights for one request;"
		     " allowed is 7 times");
	mm_free(mm);
}

static u32 any_kcompactd_flags(const struct mm *mm, bool wake)
{
	(void)mm;
	(void)wake;
	return answer;
}

TEST(kcompactds_mark_is_of_the_kernels_rights)
{
	static const struct policy_ops ops = OPS(kcompactd_alloc_flags, any_kcompactd_flags);
	struct mm *mm = machine_of(&ops);

	answer = 0x10000;
	assert_int_equal(policy_decides(mm, kcompactd_alloc_flags, true),
			 vanilla_kcompactd_alloc_flags(mm, true));
	expect_blame(mm, "policy mine: kcompactd_alloc_flags() returned 0x10000; allowed are bits of"
		     " 0x1bff");
	answer = ALLOC_WMARK_HIGH;
	assert_int_equal(policy_decides(mm, kcompactd_alloc_flags, true), ALLOC_WMARK_HIGH);
	expect_none(mm);
	mm_free(mm);
}

static gfp_t any_gfp(struct mm *mm, gfp_t gfp, u32 hint, u32 order, u32 min)
{
	(void)mm;
	(void)gfp;
	(void)hint;
	(void)order;
	(void)min;
	return answer;
}

TEST(a_folios_flags_are_those_that_have_a_name)
{
	static const struct policy_ops ops = OPS(filemap_gfp, any_gfp);
	struct mm *mm = machine_of(&ops);

	answer = 1u << 24;
	assert_int_equal(policy_decides(mm, filemap_gfp, GFP_KERNEL, 4, 4, 0), GFP_KERNEL);
	expect_blame(mm, "policy mine: filemap_gfp() returned 0x1000000; allowed are bits of"
		     " 0x80ffffff");
	answer = GFP_NOWAIT;
	assert_int_equal(policy_decides(mm, filemap_gfp, GFP_KERNEL, 4, 4, 0), GFP_NOWAIT);
	expect_none(mm);
	mm_free(mm);
}

/* --- rounds ---------------------------------------------------------------------------------- */

static bool write_rounds(struct mm *mm, const struct alloc_context *ac, struct alloc_retry *r)
{
	(void)mm;
	(void)ac;
	*r = written;
	return true;
}

static void expect_rounds_blame(struct mm *mm, const char *hook)
{
	char head[64];

	snprintf(head, sizeof(head), "policy mine: %s() wrote to the request's rounds: ", hook);
	assert_memory_equal(mm->policy->broken, head, strlen(head));
	fresh(mm);
}

TEST(a_request_keeps_what_its_rounds_are_about)
{
	static const struct policy_ops reclaim = OPS(reclaim_retry, write_rounds);
	static const struct policy_ops compact = OPS(compact_retry, write_rounds);
	static const struct policy_ops flags = OPS(alloc_flags, any_flags);
	struct alloc_retry was = { .order = 2, .rc_order = 9, .prio = COMPACT_PRIO_ASYNC }, r = was;
	struct alloc_context ac = { .gfp = GFP_KERNEL };
	struct mm *mm = machine_of(&reclaim);

	written = (struct alloc_retry){ .order = 2, .rc_order = 9, .prio = 3 };
	assert_true(policy_decides(mm, reclaim_retry, &ac, &r));
	assert_int_equal(r.prio, COMPACT_PRIO_ASYNC);
	expect_rounds_blame(mm, "reclaim_retry");
	mm_free(mm);

	mm = machine_of(&compact);
	written = (struct alloc_retry){ .order = 3, .rc_order = 9 };
	assert_true(policy_decides(mm, compact_retry, &ac, &r));
	assert_int_equal(r.order, 2);
	expect_rounds_blame(mm, "compact_retry");
	written = (struct alloc_retry){ .order = 2, .rc_order = 9, .compact_retries = 5 };
	assert_true(policy_decides(mm, compact_retry, &ac, &r));
	assert_int_equal(r.compact_retries, 5);
	expect_none(mm);
	mm_free(mm);

	mm = machine_of(&flags);
	written = (struct alloc_retry){ .order = 2, .rc_order = 9, .no_progress_loops = -1 };
	answer = ALLOC_FLAGS_NONE;
	assert_int_equal(flags_at(mm, ALLOC_STAGE_LAST, &r), ALLOC_FLAGS_NONE);
	assert_int_equal(r.no_progress_loops, 0);
	expect_rounds_blame(mm, "alloc_flags");
	mm_free(mm);
}

/* --- counts of pages ------------------------------------------------------------------------- */

static s64 any_balanced(const struct mm *mm, const struct zone *z, u32 order)
{
	(void)mm;
	(void)z;
	(void)order;
	return pages;
}

static s64 any_compact_pages(const struct mm *mm, const struct zone *z, bool kcompactd)
{
	(void)mm;
	(void)z;
	(void)kcompactd;
	return pages;
}

TEST(free_pages_are_no_more_than_the_zone_has)
{
	static const struct policy_ops kswapd = OPS(balanced_free_pages, any_balanced);
	static const struct policy_ops compact = OPS(compact_free_pages, any_compact_pages);
	struct mm *mm = machine_of(&kswapd);
	struct zone *z = normal(mm);

	pages = -1;
	assert_int_equal(policy_decides(mm, balanced_free_pages, z, 0), z->nr_free_pages);
	expect_blame(mm, "policy mine: balanced_free_pages() returned -1 pages of zone Normal;"
		     " allowed is 0 to 2048");
	mm_free(mm);

	mm = machine_of(&compact);
	z = normal(mm);
	pages = z->spanned + 1;
	assert_int_equal(policy_decides(mm, compact_free_pages, z, true), z->nr_free_pages);
	expect_blame(mm, "policy mine: compact_free_pages() returned 2049 pages of zone Normal;"
		     " allowed is 0 to 2048");
	pages = z->spanned;
	assert_int_equal(policy_decides(mm, compact_free_pages, z, true), 2048);
	expect_none(mm);
	mm_free(mm);
}

static enum policy_answer any_finished(const struct mm *mm, const struct zone *z, int order,
				       bool direct, enum zone_type idx, u32 alloc_flags)
{
	(void)mm;
	(void)z;
	(void)order;
	(void)direct;
	(void)idx;
	(void)alloc_flags;
	return (enum policy_answer)answer;
}

TEST(compaction_is_done_or_not_or_it_is_not_the_policys_question)
{
	static const struct policy_ops ops = OPS(compact_finished, any_finished);
	struct mm *mm = machine_of(&ops);

	for (answer = POLICY_NOT_MINE; answer <= POLICY_YES; answer++)
		assert_int_equal(policy_decides(mm, compact_finished, normal(mm), 9, true,
						ZONE_NORMAL, 0), answer);
	expect_none(mm);
	assert_int_equal(policy_decides(mm, compact_finished, normal(mm), 9, true, ZONE_NORMAL, 0),
			 POLICY_NOT_MINE);
	expect_blame(mm, "policy mine: compact_finished() returned 3; allowed is 0 to 2");
	mm_free(mm);
}

/* --- pages ----------------------------------------------------------------------------------- */

static u32 any_page(struct mm *mm, struct zone *z, u32 order, u8 mt, u32 alloc_flags,
		    enum rmqueue_mode *mode)
{
	(void)mm;
	(void)z;
	(void)order;
	(void)mt;
	(void)alloc_flags;
	if (answer == BLOCK(3))
		*mode = (enum rmqueue_mode)7;
	return answer;
}

TEST(rmqueue_returns_what_it_took_off_a_list)
{
	static const struct policy_ops ops = OPS(rmqueue, any_page);
	struct mm *mm = machine_of(&ops);
	enum rmqueue_mode mode = RMQUEUE_NORMAL;
	u32 wrong[] = { BLOCK(1) + 1, BLOCK(1), BLOCK(2), 1u << 30 };
	char text[200];

	buddy_free(mm, BLOCK(1), 9);	/* still on its list; BLOCK(2) is in use */
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		answer = wrong[i];
		assert_int_equal(policy_decides(mm, rmqueue, normal(mm), 1, MIGRATE_MOVABLE, 0,
						&mode), PFN_NONE);
		snprintf(text, sizeof(text), "policy mine: rmqueue() returned pfn %u; allowed is"
			 " PFN_NONE, or a page that was taken off a free list of zone Normal,"
			 " aligned to order 1", answer);
		expect_blame(mm, text);
	}
	answer = BLOCK(3);
	policy_decides(mm, rmqueue, normal(mm), 1, MIGRATE_MOVABLE, 0, &mode);
	expect_blame(mm, "policy mine: rmqueue() returned 7; allowed is 0 to 3");
	assert_int_equal(mode, RMQUEUE_NORMAL);
	mm_free(mm);
}

static u32 any_highatomic(struct mm *mm, struct zone *z, u32 order)
{
	(void)mm;
	(void)z;
	(void)order;
	return answer;
}

TEST(so_does_rmqueue_highatomic)
{
	static const struct policy_ops ops = OPS(rmqueue_highatomic, any_highatomic);
	struct mm *mm = machine_of(&ops);

	answer = 2;
	assert_int_equal(asked_rmqueue_highatomic(mm, normal(mm), 0), PFN_NONE);
	expect_blame(mm, "policy mine: rmqueue_highatomic() returned pfn 2; allowed is PFN_NONE, or a"
		     " page that was taken off a free list of zone Normal, aligned to order 0");
	mm_free(mm);
}

static u32 any_served(struct mm *mm, struct alloc_context *ac, const struct alloc_retry *r)
{
	(void)mm;
	(void)ac;
	(void)r;
	return answer;
}

TEST(a_page_for_a_request_is_in_use_and_of_its_order)
{
	static const struct policy_ops direct = OPS(direct_compact, any_served);
	static const struct policy_ops last = OPS(last_resort, any_served);
	struct alloc_context ac = { .gfp = GFP_KERNEL };
	struct alloc_retry r = { .order = 0 };
	struct mm *mm = machine_of(&direct);

	buddy_free(mm, BLOCK(1), 9);
	answer = BLOCK(1);
	assert_int_equal(asked_direct_compact(mm, &ac, &r), PFN_NONE);
	expect_blame(mm, "policy mine: direct_compact() returned pfn 512; allowed is PFN_NONE, or a"
		     " page in use of order 0");
	answer = BLOCK(2);
	assert_int_equal(asked_direct_compact(mm, &ac, &r), BLOCK(2));
	expect_none(mm);
	mm_free(mm);

	mm = machine_of(&last);
	r.order = 3;
	assert_int_equal(asked_last_resort(mm, &ac, &r), PFN_NONE);
	expect_blame(mm, "policy mine: last_resort() returned pfn 1024; allowed is PFN_NONE, or a"
		     " page in use of order 3");
	mm_free(mm);
}

static u32 any_contig(struct mm *mm, struct zone *z, u32 nr_pages)
{
	(void)mm;
	(void)z;
	(void)nr_pages;
	return answer;
}

TEST(a_piece_is_in_use_aligned_and_of_the_zone)
{
	static const struct policy_ops ops = OPS(alloc_contig, any_contig);
	struct mm *mm = machine_of(&ops);

	answer = BLOCK(1);
	assert_int_equal(asked_alloc_contig(mm, normal(mm), BLOCK(2)), PFN_NONE);
	expect_blame(mm, "policy mine: alloc_contig() returned pfn 512; allowed is PFN_NONE, or the"
		     " first of 1024 pages in use of zone Normal, aligned to their number");
	answer = BLOCK(4);
	assert_int_equal(asked_alloc_contig(mm, normal(mm), BLOCK(2)), PFN_NONE);
	fresh(mm);
	answer = BLOCK(2);
	assert_int_equal(asked_alloc_contig(mm, normal(mm), BLOCK(2)), BLOCK(2));
	expect_none(mm);
	mm_free(mm);
}

static u32 any_skip(const struct mm *mm, const struct zone *z, u32 pfn)
{
	(void)mm;
	(void)z;
	(void)pfn;
	return answer;
}

TEST(what_is_skipped_lies_ahead_and_in_the_zone)
{
	static const struct policy_ops ops = OPS(compact_skips, any_skip);
	struct mm *mm = machine_of(&ops);

	answer = BLOCK(1);
	assert_int_equal(asked_compact_skips(mm, normal(mm), BLOCK(1)), PFN_NONE);
	expect_blame(mm, "policy mine: compact_skips() returned pfn 512 at 512; allowed is PFN_NONE,"
		     " or 513 to 2048");
	answer = 2049;
	assert_int_equal(asked_compact_skips(mm, normal(mm), BLOCK(1)), PFN_NONE);
	fresh(mm);
	answer = 2048;
	assert_int_equal(asked_compact_skips(mm, normal(mm), BLOCK(1)), 2048);
	expect_none(mm);
	mm_free(mm);
}

static u32 any_refill(struct mm *mm, struct zone *z, u32 order, u8 mt, u32 nr, u32 alloc_flags)
{
	(void)mm;
	(void)z;
	(void)order;
	(void)mt;
	(void)nr;
	(void)alloc_flags;
	return answer;
}

TEST(a_refill_brings_little_more_than_was_asked_for)
{
	static const struct policy_ops ops = OPS(pcp_refill, any_refill);
	struct mm *mm = machine_of(&ops);

	answer = 577;
	assert_int_equal(asked_pcp_refill(mm, normal(mm), 0, MIGRATE_MOVABLE, 64, 0), 0);
	expect_blame(mm, "policy mine: pcp_refill() returned 577; allowed is 0 to 576");
	answer = 576;
	assert_int_equal(asked_pcp_refill(mm, normal(mm), 0, MIGRATE_MOVABLE, 64, 0), 576);
	expect_none(mm);
	mm_free(mm);
}

static u8 any_type(struct mm *mm, struct zone *z, u32 pfn, u8 mt)
{
	(void)mm;
	(void)z;
	(void)pfn;
	(void)mt;
	return (u8)answer;
}

TEST(a_freed_block_keeps_its_type_or_gets_an_ordinary_one)
{
	static const struct policy_ops ops = OPS(freed_block_type, any_type);
	struct mm *mm = machine_of(&ops);

	answer = MIGRATE_ISOLATE;
	assert_int_equal(asked_freed_block_type(mm, normal(mm), BLOCK(1), MIGRATE_CMA),
			 MIGRATE_CMA);
	expect_blame(mm, "policy mine: freed_block_type() returned 5; allowed is 0 to 2, or the type"
		     " 4 that the block has");
	answer = MIGRATE_CMA;
	assert_int_equal(asked_freed_block_type(mm, normal(mm), BLOCK(1), MIGRATE_CMA),
			 MIGRATE_CMA);
	expect_none(mm);
	mm_free(mm);
}

static int any_check(struct mm *mm, void *priv, char *text, size_t len)
{
	(void)mm;
	(void)priv;
	(void)text;
	(void)len;
	return -1;
}

TEST(a_check_that_fails_itself_is_a_broken_rule)
{
	static const struct policy_ops ops = OPS(check, any_check);
	struct mm *mm = machine_of(&ops);
	char text[512] = "";

	assert_int_equal(mm_check(mm, text, sizeof(text)), 1);
	assert_non_null(strstr(text, "policy mine: check() returned -1; allowed is 0 and more"));
	mm_free(mm);
}
