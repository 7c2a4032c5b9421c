// SPDX-License-Identifier: GPL-2.0-only
/* The markers of a trace that ask for gigantic pages and give them back. */
#include "engine/model.h"
#include "tests/mm/compact_machine.h"

#define PIECE	(2u * pageblock_nr_pages)

/* a machine of whole free pageblocks, @nr of them */
static struct mm *free_blocks(u32 nr)
{
	struct mm *mm = tiny_machine("7.3", nr);

	mm->param.pinned_permille = mm->param.pinned_file_permille = 0;
	memset(normal(mm)->_watermark, 0, sizeof(normal(mm)->_watermark));
	for (u32 b = 0; b < nr; b++) {
		block_type(mm, b, MIGRATE_MOVABLE);
		buddy_free(mm, BLOCK(b), pageblock_order);
	}
	return mm;
}

static void contig_op(struct model *mo, u8 what, u32 id, u32 pages)
{
	model_contig(mo, &(struct op){ .type = OP_CONTIG, .a = what, .handle = id, .arg = pages });
	consistent(mo->mm, "a mark");
}

TEST(marks_ask_and_give_back_by_number)
{
	struct mm *mm = free_blocks(8);
	struct policy_result run = { .mm = mm };
	struct model mo = { .mm = mm, .run = &run };

	for (u32 id = 0; id < 6; id++)
		contig_op(&mo, MARK_ALLOC_CONTIG, id, PIECE);
	assert_int_equal(run.stats.contig_asked, 6);
	assert_int_equal(run.stats.contig_failed, 2);
	assert_int_equal(normal(mm)->nr_free_pages, 0);
	contig_op(&mo, MARK_FREE_CONTIG, 1, 0);
	assert_int_equal(normal(mm)->nr_free_pages, PIECE);
	/* one that was not had, one that was never asked for, one that is gone */
	contig_op(&mo, MARK_FREE_CONTIG, 5, 0);
	contig_op(&mo, MARK_FREE_CONTIG, 77, 0);
	contig_op(&mo, MARK_FREE_CONTIG, 1, 0);
	assert_int_equal(normal(mm)->nr_free_pages, PIECE);
	/* a number that is in use is refused, or nothing could free the second */
	contig_op(&mo, MARK_ALLOC_CONTIG, 0, PIECE);
	assert_int_equal(run.stats.contig_failed, 3);
	contig_op(&mo, MARK_ALLOC_CONTIG, 1, PIECE);
	assert_int_equal(run.stats.contig_failed, 3);
	assert_int_equal(normal(mm)->nr_free_pages, 0);
	free(mo.contig);
	machine_done(mm, "end");
}

TEST(more_than_a_table_holds_at_first)
{
	struct mm *mm = free_blocks(100);
	struct policy_result run = { .mm = mm };
	struct model mo = { .mm = mm, .run = &run };

	for (u32 id = 0; id < 100; id++)
		contig_op(&mo, MARK_ALLOC_CONTIG, id, pageblock_nr_pages);
	assert_int_equal(run.stats.contig_failed, 0);
	for (u32 id = 0; id < 100; id++)
		contig_op(&mo, MARK_FREE_CONTIG, 99 - id, 0);
	drain_all_pages(mm, NULL);
	assert_int_equal(normal(mm)->nr_free_pages, 100 * pageblock_nr_pages);
	free(mo.contig);
	machine_done(mm, "end");
}
