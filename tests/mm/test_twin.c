// SPDX-License-Identifier: GPL-2.0-only
/*
 * The model's buddy core against its slow twin: long random sequences of allocations and frees,
 * after each of which all free lists, in order, and all pageblock types must be the same.
 */
#include "mm_machine.h"
#include "twin.h"

#define OPS		100000
#define MAX_LIVE	TWIN_PAGES

struct live {
	u32 pfn;
	u8 order;
};

struct pair {
	struct mm *mm;
	struct twin *t;
	struct live live[MAX_LIVE];
	u32 nr_live;
	u64 rng;
	bool small;			/* orders 0 to 4 only: many pages in few blocks */
	bool full;			/* memory is nearly used up: refills live on other types */
};

static u32 dice(struct pair *p, u32 n)
{
	p->rng = p->rng * 6364136223846793005ull + 1442695040888963407ull;
	return (u32)(p->rng >> 33) % n;
}

static struct mm *model(const char *version, const struct twin *t)
{
	struct mm *mm = mm_alloc(TWIN_PAGES, 1, 1);
	struct per_cpu_pages *pcp;
	u32 b;

	assert_non_null(mm);
	kernel_features_set(&mm->k, kernel_version_parse(version));
	mm->sysctl.min_free_kbytes = 4;
	mm->sysctl.watermark_boost_factor = 0;
	mm_add_zone(mm, ZONE_NORMAL, 0, TWIN_PAGES);
	for (b = 0; b < TWIN_BLOCKS; b++)
		mm_place_used(mm, BLOCK(b), 9, PK_KERNEL, MIGRATE_UNMOVABLE);
	mm_init_late(mm);
	pcp = &mm->zone[ZONE_NORMAL].pcp[0];
	pcp->batch = t->pcp_batch;
	pcp->high = pcp->high_min = pcp->high_max = t->pcp_high;
	pcp->flags = 0;
	return mm;
}

static void compare_list(const struct mm *mm, u32 head, const struct twin_list *l)
{
	u32 pfn = list_first(mm, head);
	int i;

	for (i = 0; i < l->n && pfn != PFN_NONE; i++, pfn = list_next(mm, pfn))
		assert_int_equal(pfn, l->pfn[i]);
	assert_int_equal(i, l->n);
	assert_true(pfn == PFN_NONE);
}

static void compare(struct pair *p)
{
	const struct zone *z = &p->mm->zone[ZONE_NORMAL];
	int order, type, b, i;

	for (order = 0; order < TWIN_ORDERS; order++)
		for (type = 0; type < TWIN_TYPES; type++)
			compare_list(p->mm, z->free_area[order].list[type],
				     &p->t->free[order][type]);
	for (i = 0; i < TWIN_PCP_LISTS; i++)
		compare_list(p->mm, z->pcp[0].list[i], &p->t->pcp[i]);
	for (b = 0; b < TWIN_BLOCKS; b++)
		assert_int_equal(get_pageblock_migratetype(p->mm, BLOCK(b)), p->t->block_type[b]);
	assert_int_equal(z->pcp[0].count, p->t->pcp_count);
}

/* the model's rmqueue(), without the watermarks around it */
static u32 model_alloc(struct pair *p, u32 order, u8 type, u32 flags)
{
	struct zone *z = &p->mm->zone[ZONE_NORMAL];
	enum rmqueue_mode mode = RMQUEUE_NORMAL;
	u32 pfn = PFN_NONE, i;

	if (p->t->pcp_on && pcp_allowed_order(p->mm, order))
		pfn = rmqueue_pcplist(p->mm, z, order, type, flags);
	if (pfn == PFN_NONE)
		pfn = __rmqueue(p->mm, z, order, type, flags, &mode);
	if (pfn == PFN_NONE)
		return pfn;
	prep_new_page(p->mm, pfn, order, type);
	for (i = 0; i < N(order); i++)
		p->mm->page[pfn + i].kind = type == MIGRATE_MOVABLE ? PK_MOVABLE_OPS : PK_KERNEL;
	return pfn;
}

static void model_free(struct pair *p, u32 pfn, u32 order)
{
	if (p->t->pcp_on)
		free_pages(p->mm, pfn, order);
	else
		buddy_free(p->mm, pfn, order);
}

/* what is in a block is not always what asked for it: some blocks can be claimed, some cannot */
static void toss_kind(struct pair *p, u32 pfn, u32 order)
{
	bool movable = dice(p, 2);

	for (u32 i = 0; i < N(order); i++) {
		p->mm->page[pfn + i].kind = movable ? PK_MOVABLE_OPS : PK_KERNEL;
		p->t->movable[pfn + i] = movable;
	}
}

static void one_alloc(struct pair *p)
{
	static const u8 orders[] = { 0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 3, 4, 5, 6, 7, 8, 9, 9, 10 };
	u32 order = orders[dice(p, p->small ? 12 : sizeof(orders))];
	u8 type = (u8)dice(p, TWIN_TYPES);
	bool nofragment = !dice(p, 3);
	u32 pfn = model_alloc(p, order, type, nofragment ? ALLOC_NOFRAGMENT : 0);

	assert_int_equal((int)pfn, twin_alloc(p->t, (int)order, type, nofragment));
	if (pfn == PFN_NONE)
		return;
	if (p->full)
		toss_kind(p, pfn, order);
	p->live[p->nr_live].pfn = pfn;
	p->live[p->nr_live++].order = (u8)order;
}

static void one_free(struct pair *p)
{
	u32 i = dice(p, p->nr_live);
	struct live l = p->live[i];

	p->live[i] = p->live[--p->nr_live];
	model_free(p, l.pfn, l.order);
	twin_free(p->t, (int)l.pfn, l.order);
}

/* of 100 operations, how many allocate at step @i; memory fills and empties */
static u32 share_of_allocations(struct pair *p, int i)
{
	if (p->full) {
		p->small = true;
		return (i / 2000) & 1 ? 45 : 90;
	}
	p->small = (i / 8000) & 1;
	return ((i / 2000) & 1 ? 30 : 60) + (p->small ? 10 : 0);
}

/* @feature: of the kernel, turned over; NULL: none */
static void run_turned(const char *version, const char *feature, bool pcp_on, bool full, u64 seed)
{
	struct pair *p = calloc(1, sizeof(*p));
	int i, b;

	assert_non_null(p);
	p->t = malloc(sizeof(*p->t));
	assert_non_null(p->t);
	twin_init(p->t);
	p->t->pcp_on = pcp_on;
	p->t->pcp_batch = 7;
	p->t->pcp_high = 60;
	p->mm = model(version, p->t);
	if (feature)
		assert_int_equal(mm_feature_set(p->mm, feature, !mm_feature(p->mm, feature)), 0);
	p->t->claim_and_steal = p->mm->k.claim_steal_split;
	p->t->biggest_buddy = p->mm->k.steal_biggest_buddy;
	p->t->mode_cache = p->mm->k.rmqueue_mode_cache;
	p->t->chunked = p->mm->k.pcp_free_chunked;
	p->t->high_min_rule = p->mm->k.pcp_free_high_min;
	p->rng = seed;
	p->full = full;
	for (b = 0; b < TWIN_BLOCKS; b++) {
		model_free(p, BLOCK(b), 9);
		twin_free(p->t, (int)BLOCK(b), 9);
	}
	for (i = 0; i < OPS; i++) {
		u32 share = share_of_allocations(p, i);

		if (p->nr_live && dice(p, 100) >= share)
			one_free(p);
		else
			one_alloc(p);
		compare(p);
		if (!dice(p, 500)) {
			drain_all_pages(p->mm, NULL);
			twin_drain(p->t);
			compare(p);
		}
		if (i % 1000 == 0)
			consistent(p->mm, "twin");
	}
	machine_done(p->mm, "twin");
	free(p->t);
	free(p);
}

static void run(const char *version, bool pcp_on, u64 seed)
{
	run_turned(version, NULL, pcp_on, false, seed);
}

TEST(buddy_lists_of_7_3)
{
	run("7.3.4", false, 1);
	run("7.3.4", false, 2);
}

TEST(per_cpu_lists_of_7_3)
{
	run("7.3.4", true, 3);
	run("7.3.4", true, 4);
}

TEST(per_cpu_lists_of_6_12)
{
	run("6.12.117", true, 5);
}

TEST(buddy_lists_of_6_14)
{
	run("6.14", false, 10);
	run("6.14", false, 11);
}

TEST(per_cpu_lists_of_6_14)
{
	run("6.14", true, 12);
	run("6.14", true, 13);
}

TEST(refills_without_the_mode_cache)
{
	run_turned("6.15", "rmqueue_mode_cache", true, true, 14);
	run_turned("7.3.4", "rmqueue_mode_cache", true, true, 15);
}

TEST(refills_of_full_memory)
{
	run_turned("7.3.4", NULL, true, true, 17);
	run_turned("6.14", NULL, true, true, 18);
	run_turned("6.1.192", NULL, true, true, 19);
}

TEST(the_biggest_buddy_on_7_3)
{
	run_turned("7.3.4", "steal_biggest_buddy", true, false, 16);
}

TEST(buddy_lists_of_6_1)
{
	run("6.1.192", false, 6);
	run("6.1.192", false, 7);
}

TEST(per_cpu_lists_of_6_1)
{
	run("6.1.192", true, 8);
	run("6.1.192", true, 9);
}
