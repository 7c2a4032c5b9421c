// SPDX-License-Identifier: GPL-2.0-only
/* The map of pageblocks: its text, what a block is called, which moments are kept, observed's. */
#include "tests/mm/compact_machine.h"

#include <string.h>

#include "engine/blockmap.h"
#include "engine/model.h"
#include "report/report.h"

static u64 text_size(const struct blockmap *map)
{
	return blockmap_text_size(map->frame, map->nr_frames, map->nr_blocks);
}

/* "m3 u9 .0" as states */
static u32 states(const char *text, u8 *state)
{
	u32 n = 0;

	for (; *text; text += text[2] ? 3 : 2, n++) {
		int c = 0;

		while (c < NR_BLOCK_CLASSES && blockmap_class[c].code != text[0])
			c++;
		assert_true(c < NR_BLOCK_CLASSES);
		state[n] = BLOCK_STATE(c, text[1] - '0');
	}
	return n;
}

static void encodes(const char *before, const char *now, const char *row)
{
	u8 a[64], b[64];
	u32 n = states(before, a);
	char *text;

	assert_int_equal(states(now, b), n);
	text = blockmap_encode(a, b, n);
	assert_string_equal(text, row);
	assert_null(blockmap_decode(text, a, n));
	assert_memory_equal(a, b, n);
	free(text);
}

/* --- text --- */

TEST(a_row_tells_what_changed)
{
	encodes(".0 .0 .0 .0", "f0 f0 f0 f0", "0 4 f0");
	encodes(".0 .0 .0 .0", ".0 .0 m9 .0", "2 1 m9");
	encodes("f0 f0 f0 f0", "f0 f0 f0 f0", "");
	encodes("f0 m1 u2 x3 r4", "f0 m2 u2 x4 r4", "1 1 m2;1 1 x4");
	encodes("f0 f0 f0", "m1 m2 u1", "0 1 m1;0 1 m2;0 1 u1");
	encodes("", "", "");
}

TEST(a_run_goes_over_blocks_that_are_so_already)
{
	encodes("f0 m9 f0 m9", "m9 m9 m9 m9", "0 3 m9");
	encodes("f0 m9 m9 f0", "m9 m9 m9 f0", "0 1 m9");
}

TEST(numbers_are_in_base_36)
{
	u8 before[3000] = { 0 }, now[3000] = { 0 };
	char *row;

	memset(now + 35, BLOCK_STATE(BLK_HIGHATOMIC, 0), 36);
	memset(now + 35 + 36 + 1296, BLOCK_STATE(BLK_RESERVED, 7), 1295);
	row = blockmap_encode(before, now, 3000);
	assert_string_equal(row, "z 10 h0;100 zz R7");
	free(row);
}

TEST(what_is_encoded_is_decoded)
{
	u8 before[777], now[777];

	srand(7);
	for (int round = 0; round < 400; round++) {
		u32 n = 1 + (u32)rand() % 777, change = 1 + (u32)rand() % 40;
		char *row;

		for (u32 i = 0; i < n; i++) {
			before[i] = BLOCK_STATE(rand() % NR_BLOCK_CLASSES, rand() % 10);
			now[i] = (u32)rand() % change ? before[i] :
				 BLOCK_STATE(rand() % NR_BLOCK_CLASSES, rand() % 10);
		}
		row = blockmap_encode(before, now, n);
		assert_null(blockmap_decode(row, before, n));
		assert_memory_equal(before, now, n);
		free(row);
	}
}

TEST(what_is_no_row_is_refused_at_its_place)
{
	static const struct { const char *row; size_t at; } bad[] = {
		{ "0 5 f0", 0 }, { "4 1 f0", 0 }, { "0 0 f0", 0 }, { "0 1 f0;3 1 f0", 7 },
		{ "0 1 f", 0 }, { "0 1 fx", 0 }, { "0 1 Q0", 0 }, { "0 1", 0 }, { "0 1 ", 0 },
		{ "0", 0 }, { " 0 1 f0", 0 }, { "0  1 f0", 0 }, { "0 1 f0;", 6 },
		{ "0 1 f0,0 1 f0", 6 }, { "0 1 f0 ", 6 }, { "A 1 f0", 0 }, { "-1 1 f0", 0 },
		{ "0 1z141z5 f0", 0 }, { "zzzzzzzzzzzzz 1 f0", 0 }, { "1z141z3 1z141z3 f0", 0 },
	};
	u8 blocks[8];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *at;

		memset(blocks, 0xee, sizeof(blocks));
		at = blockmap_decode(bad[i].row, blocks, 4);
		assert_non_null(at);
		assert_int_equal(at - bad[i].row, bad[i].at);
		assert_int_equal(blocks[4], 0xee);
	}
}

/* --- what a block is called --- */

static u8 named(u16 unmovable, u16 movable, u16 reclaimable, u16 reserved)
{
	struct block_pages pages = { .present = 512, .reserved = reserved };

	pages.used[MIGRATE_UNMOVABLE] = unmovable;
	pages.used[MIGRATE_MOVABLE] = movable;
	pages.used[MIGRATE_RECLAIMABLE] = reclaimable;
	return block_state(&pages, false);
}

TEST(a_block_is_called_by_what_it_holds)
{
	struct block_pages none = { 0 }, empty = { .present = 512 };

	assert_int_equal(block_state(&none, false), BLOCK_STATE(BLK_ABSENT, 0));
	assert_int_equal(block_state(&empty, false), BLOCK_STATE(BLK_FREE, 0));
	assert_int_equal(block_state(&empty, true), BLOCK_STATE(BLK_HIGHATOMIC, 0));
	assert_int_equal(named(0, 512, 0, 0), BLOCK_STATE(BLK_MOVABLE, 9));
	assert_int_equal(named(1, 0, 0, 0), BLOCK_STATE(BLK_UNMOVABLE, 1));
	assert_int_equal(named(0, 0, 511, 0), BLOCK_STATE(BLK_RECLAIMABLE, 8));
	assert_int_equal(named(1, 511, 0, 0), BLOCK_STATE(BLK_MIXED, 9));
	assert_int_equal(named(0, 1, 1, 0), BLOCK_STATE(BLK_MIXED, 1));
	/* unmovable and reclaimable pages are no mixture: none of them can be moved */
	assert_int_equal(named(256, 0, 256, 0), BLOCK_STATE(BLK_UNMOVABLE, 9));
	assert_int_equal(named(0, 0, 0, 512), BLOCK_STATE(BLK_RESERVED, 9));
	assert_int_equal(named(0, 12, 0, 500), BLOCK_STATE(BLK_MOVABLE, 9));
}

TEST(nothing_is_0_all_is_9_and_only_they_are)
{
	u8 last = 0;

	for (u16 n = 1; n < 512; n++) {
		u8 digit = BLOCK_DIGIT(named(0, n, 0, 0));

		assert_in_range(digit, 1, 8);
		assert_true(digit >= last);
		last = digit;
	}
	assert_int_equal(last, 8);
}

/* --- a machine's blocks --- */

static const u8 *look(struct blockmap *map, struct mm *mm, u64 t_ns)
{
	assert_int_equal(blockmap_sample(map, mm, t_ns, false), 0);
	return map->frame + (size_t)(map->nr_frames - 1) * map->nr_blocks;
}

TEST(units_of_all_sizes_are_counted)
{
	struct mm *mm = mm_alloc(BLOCK(8), 1, 1);
	struct blockmap *map;
	u8 want[8];

	mm_add_zone(mm, ZONE_NORMAL, BLOCK(1), BLOCK(7));
	mm_place_free(mm, BLOCK(2), 10, true);
	mm_place_used(mm, BLOCK(4), 10, PK_ANON, MIGRATE_MOVABLE);
	mm_place_used(mm, BLOCK(6), 5, PK_KERNEL, MIGRATE_UNMOVABLE);
	mm_place_used(mm, BLOCK(6) + 32, 0, PK_FILE, MIGRATE_CMA);
	mm_place_pcp(mm, BLOCK(7), 3, 0);
	mm->page[BLOCK(1)].state = PAGE_RESERVED;
	map = blockmap_alloc(mm);
	assert_int_equal(map->nr_zones, 1);
	assert_int_equal(map->zone[0].first_block, 1);
	assert_int_equal(map->nr_blocks, 7);
	states("R9 f0 f0 m9 m9 x9 f0", want);
	assert_memory_equal(look(map, mm, 0), want, 7);
	blockmap_free(map);
	mm_free(mm);
}

TEST(zones_follow_one_another)
{
	struct mm *mm = mm_alloc(BLOCK(8), 1, 1);
	struct blockmap *map;
	u8 want[6];

	mm_add_zone(mm, ZONE_DMA, 1, BLOCK(2) - 1);
	mm_add_zone(mm, ZONE_NORMAL, BLOCK(4), BLOCK(4));
	mm_place_used(mm, 1, 0, PK_KERNEL, MIGRATE_RECLAIMABLE);
	mm_place_free(mm, BLOCK(7), 9, true);
	map = blockmap_alloc(mm);
	assert_int_equal(map->nr_zones, 2);
	assert_string_equal(map->zone[0].name, "DMA");
	assert_int_equal(map->zone[1].first_block, 4);
	states("r9 .0 .0 .0 .0 f0", want);
	assert_int_equal(map->nr_blocks, 6);
	assert_memory_equal(look(map, mm, 0), want, 6);
	blockmap_free(map);
	mm_free(mm);
}

/* a reserve that comes and goes changes no page */
TEST(a_free_block_of_the_atomic_reserve_is_told_apart)
{
	struct mm *mm = tiny_machine("7.3.4", 4);
	struct blockmap *map = blockmap_alloc(mm);

	blockmap_watch(map, mm);
	buddy_free(mm, BLOCK(2), 9);
	assert_int_equal(look(map, mm, 0)[2], BLOCK_STATE(BLK_FREE, 0));
	set_pageblock_migratetype(mm, BLOCK(2), MIGRATE_HIGHATOMIC);
	assert_int_equal(look(map, mm, 1)[2], BLOCK_STATE(BLK_HIGHATOMIC, 0));
	set_pageblock_migratetype(mm, BLOCK(2), MIGRATE_MOVABLE);
	assert_int_equal(look(map, mm, 2)[2], BLOCK_STATE(BLK_FREE, 0));
	blockmap_free(map);
	mm_free(mm);
}

static void same_as_looking_at_all(struct blockmap *watched, struct mm *mm, u64 t_ns)
{
	struct blockmap *fresh = blockmap_alloc(mm);

	assert_memory_equal(look(watched, mm, t_ns), look(fresh, mm, t_ns), fresh->nr_blocks);
	blockmap_free(fresh);
}

struct held {
	u32 pfn, order;
};

static void free_one(struct mm *mm, struct held *h)
{
	if (h->pfn != PFN_NONE)
		free_pages(mm, h->pfn, h->order);
	h->pfn = PFN_NONE;
}

static void take_one(struct mm *mm, struct held *h)
{
	static const gfp_t gfp[] = { GFP_KERNEL, GFP_KERNEL | __GFP_RECLAIMABLE, GFP_ATOMIC,
				     GFP_HIGHUSER_MOVABLE };

	h->order = (u32)rand() % 5 ? (u32)rand() % 4 : 9;
	h->pfn = alloc_pages(mm, gfp[rand() % 4] | __GFP_NORETRY, h->order);
}

TEST(watching_shows_what_looking_at_all_shows)
{
	static const char *const version[] = { "6.1", "6.12", "7.3.4" };
	struct held held[200];

	srand(11);
	for (int v = 0; v < 3; v++) {
		struct mm *mm = tiny_machine(version[v], 32);
		struct blockmap *map = blockmap_alloc(mm);

		blockmap_watch(map, mm);
		for (u32 b = 8; b < 32; b += 2)
			buddy_free(mm, BLOCK(b), 10);
		memset(held, 0xff, sizeof(held));
		for (int i = 0; i < 4000; i++) {
			struct held *h = &held[rand() % 200];

			if (h->pfn == PFN_NONE)
				take_one(mm, h);
			else
				free_one(mm, h);
			if (i % 40 == 0)
				same_as_looking_at_all(map, mm, (u64)i);
		}
		for (int i = 0; i < 200; i++)
			free_one(mm, &held[i]);
		same_as_looking_at_all(map, mm, 4000);
		blockmap_free(map);
		machine_done(mm, __func__);
	}
}

/* kcompactd's own run for a whole block, set up by hand */
static struct compact_control *compaction_of(struct mm *mm)
{
	struct compact_control *cc = &mm->kcompactd->cc;

	cc->zone = normal(mm);
	cc->order = cc->search_order = 9;
	cc->gfp_mask = GFP_KERNEL;
	cc->mode = MIGRATE_SYNC_LIGHT;
	cc->highest_zoneidx = ZONE_NORMAL;
	cc->alloc_flags = ALLOC_WMARK_MIN;
	cc->migrate_pfn = normal(mm)->compact_cached_migrate_pfn[1];
	cc->free_pfn = normal(mm)->compact_cached_free_pfn;
	return cc;
}

/* The target of a migration was isolated some time before, and comes into use by copying. */
TEST(watching_sees_migrations)
{
	struct mm *mm = machine("6.1.192", 8);
	struct blockmap *map = blockmap_alloc(mm);
	struct compact_control *cc = compaction_of(mm);

	blockmap_watch(map, mm);
	scatter(mm, BLOCK(2), 50);
	block_type(mm, 6, MIGRATE_MOVABLE);
	buddy_free(mm, BLOCK(6), 2);
	lru_pages(mm, 0, 3, PK_FILE);
	mm->page[1].pinned = 1;
	isolate_migratepages(mm, cc);
	assert_int_equal(migrate_pages(mm, cc), 1);
	same_as_looking_at_all(map, mm, 0);
	/* two targets are left over; the next pages fill the block */
	assert_int_equal(cc->nr_freepages, 2);
	cc->nr_migratepages = 0;
	mm->page[1].pinned = 0;
	lru_pages(mm, BLOCK(1), 2, PK_FILE);
	cc->migrate_pfn = BLOCK(1);
	isolate_migratepages(mm, cc);
	assert_int_equal(migrate_pages(mm, cc), 0);
	assert_int_equal(home[BLOCK(1)] >> pageblock_order, 6);
	same_as_looking_at_all(map, mm, 1);
	cc->nr_migratepages = 0;
	compact_zone_end(mm, cc);
	same_as_looking_at_all(map, mm, 2);
	blockmap_free(map);
	machine_done(mm, __func__);
}

/* --- moments --- */

static void add_moments(struct blockmap *map, u32 n)
{
	u8 *frame;

	for (u32 i = 0; i < n; i++) {
		assert_int_equal(blockmap_frame(map, i * 100ull, false, &frame), 0);
		if (frame)
			memset(frame, (int)(i % 128), map->nr_blocks);
	}
}

TEST(moments_are_evenly_spaced_and_at_most_200)
{
	static const u32 counts[] = { 1, 2, 199, 200, 201, 399, 400, 401, 1000, 86400 };
	struct mm *mm = tiny_machine("7.3.4", 4);

	for (size_t k = 0; k < sizeof(counts) / sizeof(counts[0]); k++) {
		struct blockmap *map = blockmap_alloc(mm);
		u64 end = counts[k] * 100ull - 63, step;
		u8 *frame;

		add_moments(map, counts[k]);
		assert_int_equal(blockmap_frame(map, end, true, &frame), 0);
		assert_non_null(frame);
		assert_in_range(map->nr_frames, counts[k] < 100 ? counts[k] + 1 : 100, 200);
		assert_int_equal(map->t_ns[0], 0);
		assert_int_equal(map->t_ns[map->nr_frames - 1], end);
		step = map->stride * 100;
		for (u32 i = 0; i + 1 < map->nr_frames; i++) {
			assert_int_equal(map->t_ns[i], i * step);
			assert_int_equal(map->frame[(size_t)i * map->nr_blocks],
					 i * map->stride % 128);
		}
		assert_true(end - map->t_ns[map->nr_frames - 2] <= step);
		blockmap_free(map);
	}
	mm_free(mm);
}

TEST(the_end_is_one_moment_only)
{
	struct mm *mm = tiny_machine("7.3.4", 4);
	struct blockmap *map = blockmap_alloc(mm);
	u8 *frame;

	add_moments(map, 3);
	assert_int_equal(blockmap_frame(map, 200, true, &frame), 0);
	memset(frame, 7, map->nr_blocks);
	assert_int_equal(map->nr_frames, 3);
	assert_int_equal(map->frame[2 * map->nr_blocks], 7);
	blockmap_free(map);
	mm_free(mm);
}

TEST(halving_keeps_the_first_and_the_end)
{
	static const u64 even[] = { 0, 200, 350 }, odd[] = { 0, 200, 450 };
	struct mm *mm = tiny_machine("7.3.4", 4);
	struct blockmap *map = blockmap_alloc(mm);
	u8 *frame;

	add_moments(map, 4);
	blockmap_frame(map, 350, true, &frame);
	blockmap_halve(map);
	assert_int_equal(map->nr_frames, 3);
	assert_memory_equal(map->t_ns, even, sizeof(even));
	blockmap_free(map);
	map = blockmap_alloc(mm);
	add_moments(map, 3);
	blockmap_frame(map, 450, true, &frame);
	blockmap_halve(map);
	assert_int_equal(map->nr_frames, 3);
	assert_memory_equal(map->t_ns, odd, sizeof(odd));
	blockmap_halve(map);
	blockmap_halve(map);
	assert_int_equal(map->nr_frames, 2);
	assert_int_equal(map->t_ns[1], 450);
	blockmap_free(map);
	mm_free(mm);
}

/* 256 GiB, every block another at every moment: no report could carry all of it */
TEST(rows_of_all_maps_fit_a_report)
{
	struct mm *mm = mm_alloc(BLOCK(2), 1, 1);
	struct policy_result run[2] = { { 0 } };
	struct run_output out = { .run = run, .nr_runs = 2 };
	u8 *frame;

	mm_add_zone(mm, ZONE_NORMAL, 0, BLOCK(1));
	mm->zone[ZONE_NORMAL].spanned = BLOCK(131072);
	srand(3);
	for (int r = 0; r < 2; r++) {
		run[r].map = blockmap_alloc(mm);
		for (u32 i = 0; i < 30; i++) {
			blockmap_frame(run[r].map, i * 100ull, i == 29, &frame);
			for (u32 b = 0; b < 131072; b++)
				frame[b] = BLOCK_STATE(BLK_MOVABLE, rand() % 10);
		}
	}
	assert_true(text_size(run[0].map) > BLOCKMAP_ROW_BYTES);
	report_fit_maps(&out);
	assert_true(text_size(run[0].map) + text_size(run[1].map) <=
		    BLOCKMAP_ROW_BYTES);
	assert_true(run[0].map->nr_frames >= 2);
	assert_int_equal(run[0].map->nr_frames, run[1].map->nr_frames);
	assert_memory_equal(run[0].map->t_ns, run[1].map->t_ns,
			    run[0].map->nr_frames * sizeof(u64));
	assert_int_equal(run[0].map->t_ns[run[0].map->nr_frames - 1], 2900);
	blockmap_free(run[0].map);
	blockmap_free(run[1].map);
	mm_free(mm);
}

/* --- observed --- */

static struct op pages_op(u64 ts, enum op_type type, u32 handle, u8 order, u8 mt)
{
	return (struct op){ .ts = ts, .type = (u8)type, .handle = handle, .order = order,
			    .mt = mt, .handle2 = H_NONE };
}

static const u8 *frame_at(const struct blockmap *map, u32 i)
{
	assert_true(i < map->nr_frames);
	return map->frame + (size_t)i * map->nr_blocks;
}

static void sample_is(const struct policy_result *run, size_t i, u64 free_pages, u64 free_blocks,
		      u32 unusable9, u32 unusable10)
{
	const struct timeline_sample *s = &run->timeline[i];

	assert_true(i < run->nr_timeline);
	assert_int_equal(s->t_ns, i * 100);
	assert_int_equal(s->free_pages, free_pages);
	assert_int_equal(s->free_blocks, free_blocks);
	assert_int_equal(s->unusable_index[0], 0);
	assert_int_equal(s->unusable_index[9], unusable9);
	assert_int_equal(s->unusable_index[10], unusable10);
}

/* Free memory as buddies would merge it, at the moments of the models' samples. */
TEST(observed_samples_its_free_memory)
{
	struct mm *mm = mm_alloc(BLOCK(4), 1, 1);
	struct policy_result run = { 0 };
	struct observed_map *om;
	struct op op[] = {
		pages_op(50, OP_RATE, H_NONE, 0, 0),
		pages_op(60, OP_ALLOC, BLOCK(1), 8, MIGRATE_UNMOVABLE),
		pages_op(160, OP_THP_FAULT, BLOCK(2), 9, MIGRATE_MOVABLE),
		pages_op(260, OP_FREE, BLOCK(1), 8, 0),
		pages_op(270, OP_MOVE, BLOCK(2), 1, 0),
		pages_op(360, OP_FREE, 1u << 20, 1, 0),
		pages_op(460, OP_FREE, BLOCK(2) + 2, 0, 0),
	};

	mm_add_zone(mm, ZONE_NORMAL, 0, BLOCK(4));
	for (u32 b = 0; b < 4; b++)
		mm_place_free(mm, BLOCK(b), 9, true);
	op[4].handle2 = 1u << 20;
	om = observed_map_alloc(&run, mm, 100);
	mm_free(mm);
	assert_int_equal(observed_map_ops(om, op, sizeof(op) / sizeof(op[0])), 0);
	observed_map_free(om);
	assert_int_equal(run.nr_timeline, 5);
	sample_is(&run, 0, 2048, 2048, 0, 0);
	/* half of a block is in use, and two blocks are a chunk of order 10 */
	sample_is(&run, 1, 1792, 1536, 142, 428);
	sample_is(&run, 2, 1280, 1024, 200, 1000);
	/* where two pages went is not known, but that they are in use */
	sample_is(&run, 3, 1536, 1536, 1, 334);
	sample_is(&run, 4, 1538, 1536, 1, 334);
	blockmap_free(run.map);
	timeline_free(&run);
}

TEST(observed_follows_the_trace)
{
	struct mm *mm = mm_alloc(BLOCK(4), 1, 1);
	struct policy_result run = { 0 };
	struct observed_map *om;
	struct op op[] = {
		pages_op(50, OP_ALLOC, BLOCK(1), 0, MIGRATE_UNMOVABLE),
		pages_op(160, OP_THP_FAULT, BLOCK(2), 9, MIGRATE_MOVABLE),
		pages_op(161, OP_THP_FAULT, H_NONE, 9, MIGRATE_MOVABLE),
		pages_op(260, OP_MOVE, BLOCK(2), 0, 0),
		pages_op(360, OP_RECLAIM, BLOCK(2), 9, 0),
		pages_op(361, OP_FREE, BLOCK(1), 1, 0),
		pages_op(460, OP_MOVE, 1u << 20, 1, 0),
		pages_op(461, OP_FREE, 1u << 20, 3, 0),
		pages_op(470, OP_END, H_NONE, 0, 0),
	};
	u8 want[4];

	mm_add_zone(mm, ZONE_NORMAL, 0, BLOCK(4));
	for (u32 b = 0; b < 4; b++)
		mm_place_free(mm, BLOCK(b), 9, true);
	op[3].handle2 = BLOCK(1) + 1;
	op[6].handle2 = BLOCK(3);
	om = observed_map_alloc(&run, mm, 100);
	mm_free(mm);
	for (size_t i = 0; i < sizeof(op) / sizeof(op[0]); i++)
		assert_int_equal(observed_map_ops(om, &op[i], 1), 0);
	observed_map_free(om);
	assert_int_equal(run.map->nr_frames, 6);
	states("f0 f0 f0 f0", want);
	assert_memory_equal(frame_at(run.map, 0), want, 4);
	states("f0 u1 f0 f0", want);
	assert_memory_equal(frame_at(run.map, 1), want, 4);
	states("f0 u1 m9 f0", want);
	assert_memory_equal(frame_at(run.map, 2), want, 4);
	states("f0 x1 m8 f0", want);
	assert_memory_equal(frame_at(run.map, 3), want, 4);
	states("f0 f0 f0 f0", want);
	assert_memory_equal(frame_at(run.map, 4), want, 4);
	/* from a place that nobody knew */
	states("f0 f0 f0 m1", want);
	assert_memory_equal(frame_at(run.map, 5), want, 4);
	assert_int_equal(run.map->t_ns[5], 420);
	blockmap_free(run.map);
	timeline_free(&run);
}
