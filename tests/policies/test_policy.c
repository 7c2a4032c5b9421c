// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who decides for a machine, who is to blame when it is no longer whole, and that the check which
 * says so survives whatever a policy wrote.
 */
#include "tests/mm/mm_machine.h"

static u32 keeps_order(struct mm *mm, u32 order)
{
	(void)mm;
	return order;
}

static bool claims(const struct mm *mm, u32 pfn, u8 mt, u32 nr_free, u32 alike)
{
	return !vanilla_claim_block(mm, pfn, mt, nr_free, alike);
}

static const struct policy_ops two_hooks = {
	.abi = FRAGREPLAY_POLICY_ABI,
	.name = "two",
	.doc = "a test's",
	.claim_block = claims,
	.kswapd_wake_order = keeps_order,
	.compact_retry = vanilla_compact_retry,
};

static struct mm *machine_under(const struct policy_ops *ops)
{
	struct mm *mm = tiny_machine("7.3", 4);
	static u64 state[8];
	char err[64] = "";

	memset(state, 0, sizeof(state));
	assert_int_equal(mm_set_policy(mm, ops, state, false, err, sizeof(err)), 0);
	return mm;
}

static const char *called(const struct mm *mm)
{
	static char text[512];

	policy_hooks_called(mm, text, sizeof(text));
	return text;
}

TEST(a_policy_decides_what_it_has_a_hook_for)
{
	struct mm *mm = machine_under(&two_hooks);

	assert_true(mm->policy->ops.claim_block == claims);
	assert_null(mm->policy->ops.reclaim_retry);
	mm_free(mm);
}

/* vanilla_claim_block() by name is vanilla's decision, not the policy's */
TEST(a_hook_left_to_vanilla_by_name_is_no_decision)
{
	char text[512];

	policy_decisions(&two_hooks, text, sizeof(text));
	assert_string_equal(text, "claim_block(), kswapd_wake_order()");
}

static void expect_name(const struct policy_ops *ops, const char *name)
{
	char text[512];

	policy_decisions(ops, text, sizeof(text));
	assert_string_equal(text, name);
}

static void some_hook(void)
{
}

TEST(every_hook_is_called_by_its_name)
{
	void (*hook)(void) = some_hook;

#define X(type, name, ...) { struct policy_ops ops = { 0 }; \
	memcpy(&ops.name, &hook, sizeof(hook)); expect_name(&ops, #name "()"); }
	POLICY_HOOKS(X)
#undef X
}

TEST(hooks_called_are_remembered_until_the_machine_is_whole)
{
	struct mm *mm = machine_under(&two_hooks);
	struct alloc_context ac = { .gfp = GFP_KERNEL };
	struct alloc_request req = { .ac = &ac };

	assert_string_equal(called(mm), "");
	assert_int_equal(policy_decides(mm, kswapd_wake_order, 3), 3);
	policy_decides(mm, alloc_flags, &req, ALLOC_STAGE_FREELIST_FAILED);
	assert_string_equal(called(mm), "kswapd_wake_order()");
	mm->zone[ZONE_NORMAL].free_area[0].nr_free++;
	assert_int_not_equal(broken_rules(mm), 0);
	assert_string_equal(called(mm), "kswapd_wake_order()");
	mm->zone[ZONE_NORMAL].free_area[0].nr_free--;
	consistent(mm, "mended");
	assert_string_equal(called(mm), "");
	mm_free(mm);
}

TEST(the_message_names_place_policy_and_hooks)
{
	struct mm *mm = machine_under(&two_hooks);
	char text[768] = "";

	assert_true(policy_check(mm, "at 1", text, sizeof(text)));
	assert_string_equal(text, "");
	policy_decides(mm, kswapd_wake_order, 3);
	mm->zone[ZONE_NORMAL].nr_free_pages++;
	assert_false(policy_check(mm, "at 2", text, sizeof(text)));
	assert_string_equal(text, "policy two: at 2, broken rule: nr_free_pages: zone Normal: found"
			    " 1, expected 0; hooks of the policy called since it was last whole:"
			    " kswapd_wake_order()");
	mm_free(mm);
}

TEST(the_first_mistake_is_the_one_told)
{
	struct mm *mm = machine_under(&two_hooks);

	policy_broke(mm, "claim_block", "did one thing");
	policy_broke(mm, "rmqueue", "did another");
	assert_string_equal(mm->policy->broken, "policy two: claim_block() did one thing");
	mm_free(mm);
}

TEST(a_layer_may_not_decide_what_the_policy_does)
{
	static const struct policy_ops layer = { .name = "layer", .claim_block = claims };
	static const struct policy_ops beside = { .name = "beside", .compact_retry =
						  vanilla_compact_retry, .reclaim_retry =
						  vanilla_reclaim_retry };
	struct mm *mm = machine_under(&two_hooks);
	char err[128] = "";

	assert_int_equal(mm_layer_policy(mm, &layer, err, sizeof(err)), -1);
	assert_string_equal(err, "it decides claim_block itself, and so does layer");
	assert_int_equal(mm_layer_policy(mm, &beside, err, sizeof(err)), 0);
	mm_free(mm);
}

static int refuses_without_a_word(struct mm *mm, void *priv, char *err, size_t errlen)
{
	(void)mm;
	(void)priv;
	(void)err;
	(void)errlen;
	return -1;
}

static void must_not_be_called(struct mm *mm, void *priv)
{
	(void)mm;
	(void)priv;
	fail();
}

TEST(what_was_refused_is_not_taken_down)
{
	static const struct policy_ops ops = { .abi = FRAGREPLAY_POLICY_ABI, .name = "no",
					       .doc = "a test's", .init = refuses_without_a_word,
					       .exit = must_not_be_called };
	struct mm *mm = tiny_machine("7.3", 4);
	char err[128] = "";
	u64 own = 0;

	assert_int_equal(mm_set_policy(mm, &ops, &own, false, err, sizeof(err)), -1);
	assert_string_not_equal(err, "");
	mm_free(mm);
}

/* vanilla's own state must not be what another policy's state is read as */
TEST(a_policys_state_means_nothing_to_vanilla)
{
	static const struct policy_ops ops = { .abi = FRAGREPLAY_POLICY_ABI, .name = "ones",
					       .doc = "a test's", .priv_size = 64 };
	struct mm *mm = machine_under(&ops);

	assert_null(mm->policy->ops.kcompactd_alloc_flags);
	mm_free(mm);
}

/* what a policy can reach: zones and pages; each is one write that the check must find */
struct damage {
	const char *what;
	void (*do_it)(struct mm *mm, struct zone *z, struct page *buddy);
};

#define DAMAGE(name, code) \
	static void name(struct mm *mm, struct zone *z, struct page *buddy) \
	{ (void)mm; (void)z; (void)buddy; code; }

DAMAGE(next_beyond, buddy->l.next = 0x7ffffff0)
DAMAGE(next_itself, buddy->l.next = (u32)(buddy - mm->page))
DAMAGE(prev_beyond, buddy->l.prev = 0x7ffffff0)
DAMAGE(next_no_list, buddy->l.next = LIST_HEAD_BIT | 0x7ffffff0)
DAMAGE(order_15, buddy->order = 15)
DAMAGE(order_less, buddy->order--)
DAMAGE(type_7, buddy->mt = 7)
DAMAGE(no_head, buddy->head = 0)
DAMAGE(in_use, buddy->state = PAGE_USED)
DAMAGE(list_beyond, z->free_area[3].list[MIGRATE_MOVABLE] = 0x7ffffff0)
DAMAGE(list_swapped, z->free_area[3].list[0] = z->free_area[3].list[1])
DAMAGE(zone_type, z->type = 77)
DAMAGE(blocks_count, z->nr_free_pages_blocks -= 512)
DAMAGE(one_less, z->free_area[3].nr_list[MIGRATE_MOVABLE]--)
DAMAGE(mark, z->_watermark[WMARK_HIGH] += 5)

static const struct damage damages[] = {
#define X(name) { #name, name },
	X(next_beyond) X(next_itself) X(prev_beyond) X(order_15) X(order_less) X(type_7)
	X(no_head) X(in_use) X(list_beyond) X(list_swapped) X(zone_type) X(blocks_count)
	X(one_less) X(mark) X(next_no_list)
#undef X
};

TEST(the_check_finds_every_damage_and_survives_it)
{
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		struct mm *mm = tiny_machine("7.3", 4);

		block_type(mm, 1, MIGRATE_MOVABLE);
		buddy_free(mm, BLOCK(1), 3);
		buddy_free(mm, BLOCK(1) + 16, 3);
		buddy_free(mm, BLOCK(2), 9);
		consistent(mm, damages[i].what);
		damages[i].do_it(mm, normal(mm), &mm->page[BLOCK(1) + 16]);
		if (!broken_rules(mm))
			fail_msg("%s was not found", damages[i].what);
		mm_free(mm);
	}
}
