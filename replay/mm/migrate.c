/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Moving folios to the pages that compaction has isolated. mm/migrate.c
 */
#include <errno.h>

#include "compaction.h"

/**
 * folio_pinned - has a folio references that keep it where it is, when it is to be moved?
 * @mm: machine; param.pinned_permille, param.pinned_file_permille
 * @pfn: head of a folio or of a movable_ops page
 *
 * page->pinned is for those that are known. Of others events do not tell. A folio that is where
 * it was keeps its answer: a hash of place and owner decides, with a seed drawn once.
 */
bool folio_pinned(const struct mm *mm, u32 pfn)
{
	const struct page *p = &mm->page[pfn];
	double permille = p->kind == PK_ANON ? mm->param.pinned_permille :
			  mm->param.pinned_file_permille;
	u64 x = mm->kcompactd->pin_seed ^ ((u64)pfn << 32 | p->owner);

	if (p->pinned)
		return true;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
	x ^= x >> 31;
	return (double)(x % 1000000) < permille * 1000;
}

/* The flusher's queue knows pages by their place: a dirty page that has moved queues anew. */
static void requeue_dirty(struct mm *mm, u32 pfn)
{
	struct page *p = &mm->page[pfn];

	if (!p->dirty || p->kind != PK_FILE)
		return;
	p->dirty = 0;
	folio_mark_dirty(mm, pfn);
}

static void putback_folio(struct mm *mm, u32 pfn)
{
	if (mm->page[pfn].kind != PK_MOVABLE_OPS)
		folio_putback_lru(mm, pfn);
}

/**
 * putback_movable_pages - return the sources that were not migrated
 * @mm: machine
 * @cc: run; its list is empty afterwards, its count the caller's
 *
 * mm/migrate.c:putback_movable_pages.
 */
void putback_movable_pages(struct mm *mm, struct compact_control *cc)
{
	u32 pfn;

	while ((pfn = list_first(mm, cc->migratepages)) != PFN_NONE) {
		list_del(mm, pfn);
		putback_folio(mm, pfn);
	}
}

/*
 * The owners and all that is known of the folio go over, and nothing stays behind: @src is then
 * a page that nobody knows.
 */
static void copy_folio(struct mm *mm, u32 dst, u32 src, u32 order)
{
	u8 mt = mm->page[src].mt;
	u32 i;

	page_touch(mm, dst, order);
	for (i = 0; i < N(order); i++) {
		u32 owner = mm->page[src + i].owner;

		page_set_meta(&mm->page[dst + i], &mm->page[src + i]);
		if (owner != OWNER_NONE && mm->driver.moved)
			mm->driver.moved(mm->driver.ctx, owner, dst + i);
	}
	page_set_unit(mm, src, order, PAGE_USED, mt);
}

/**
 * move_folio - a folio that is off the LRU moves to another page, and back to the LRU
 * @mm: machine
 * @dst: head of a unit of the folio's order, on no list
 * @src: its head; freed
 * @waits: for what keeps the folio a moment only, and so for all but known pins
 *
 * mm/migrate.c:migrate_folio_move.
 *
 * Return: false when references keep the folio: it is still off the LRU then.
 */
bool move_folio(struct mm *mm, u32 dst, u32 src, bool waits)
{
	u32 order = mm->page[src].order;

	if (waits ? mm->page[src].pinned : folio_pinned(mm, src))
		return false;
	copy_folio(mm, dst, src, order);
	requeue_dirty(mm, dst);
	putback_folio(mm, dst);
	free_pages(mm, src, order);
	count_vm_events(mm, VM_pgmigrate_success, N(order));
	return true;
}

static u32 take_folio(struct mm *mm, u32 list)
{
	u32 src = list_first(mm, list);

	if (src != PFN_NONE)
		list_del(mm, src);
	return src;
}

/**
 * fail_folio - a folio that was to be moved stays, and goes back to the LRU
 * @mm: machine
 * @src: its head
 */
void fail_folio(struct mm *mm, u32 src)
{
	count_vm_events(mm, VM_pgmigrate_fail, N(mm->page[src].order));
	putback_folio(mm, src);
}

/**
 * split_isolated_folio - a large folio without a target of its size becomes base pages
 * @mm: machine
 * @src: its head, off the LRU; its base pages are folios of their own then, also off the LRU
 */
void split_isolated_folio(struct mm *mm, u32 src)
{
	struct page meta = mm->page[src];
	u32 i, nr = N(meta.order);

	meta.order = 0;
	for (i = 0; i < nr; i++) {
		meta.owner = mm->page[src + i].owner;
		page_set_meta(&mm->page[src + i], &meta);
		requeue_dirty(mm, src + i);
	}
}

static void split_onto_list(struct mm *mm, struct compact_control *cc, u32 src, u32 order)
{
	split_isolated_folio(mm, src);
	for (u32 i = 0; i < N(order); i++)
		list_add_tail(mm, src + i, cc->split_folios);
}

/* the second half of a batch; returns the pages that have stayed */
static int move_batch(struct mm *mm, struct compact_control *cc, u32 n)
{
	const struct folio_pair *pair = mm->kcompactd->batch, *end = pair + n;
	int failed = 0;

	for (; pair < end; pair++) {
		u32 order = mm->page[pair->src].order;

		if (move_folio(mm, pair->dst, pair->src, false))
			continue;
		failed += (int)N(order);
		fail_folio(mm, pair->src);
		compaction_free(mm, cc, pair->dst, order);
	}
	return failed;
}

/*
 * Since 6.3 a batch is unmapped first, which takes all targets, and moved then, which frees the
 * sources. Returns -ENOMEM, or the pages that have stayed or been split.
 */
static int migrate_pages_batch(struct mm *mm, struct compact_control *cc, u32 list)
{
	u32 src, n = 0;
	int failed = 0, err = 0;

	while (!err && (src = take_folio(mm, list)) != PFN_NONE) {
		u32 order = mm->page[src].order, dst = compaction_alloc(mm, cc, order);

		if (dst != PFN_NONE) {
			mm->kcompactd->batch[n++] = (struct folio_pair){ .src = src, .dst = dst };
		} else if (order) {
			split_onto_list(mm, cc, src, order);
			failed++;
		} else {
			fail_folio(mm, src);
			err = -ENOMEM;
		}
	}
	failed += move_batch(mm, cc, n);
	return err ? err : failed;
}

/* the batch, then what had to be split on the way; a split page without a target just stays */
static int migrate_and_split(struct mm *mm, struct compact_control *cc)
{
	int ret = migrate_pages_batch(mm, cc, cc->migratepages);
	u32 src;

	if (ret >= 0 && !list_empty(mm, cc->split_folios))
		migrate_pages_batch(mm, cc, cc->split_folios);
	while ((src = take_folio(mm, cc->split_folios)) != PFN_NONE)
		putback_folio(mm, src);
	return ret;
}

/* Before, each page has its target taken and is moved by itself. */
static int migrate_pages_single(struct mm *mm, struct compact_control *cc)
{
	int failed = 0;
	u32 src;

	while ((src = take_folio(mm, cc->migratepages)) != PFN_NONE) {
		u32 dst = compaction_alloc(mm, cc, 0);

		if (dst == PFN_NONE) {
			fail_folio(mm, src);
			return -ENOMEM;
		}
		if (move_folio(mm, dst, src, false))
			continue;
		failed++;
		fail_folio(mm, src);
		compaction_free(mm, cc, dst, 0);
	}
	return failed;
}

/**
 * migrate_pages - migrate the isolated sources of a compaction run
 * @mm: machine; the sources are freed by its running task, so that they may be captured
 * @cc: run; sources on cc->migratepages, at most a pageblock
 *
 * mm/migrate.c:migrate_pages. Retries are left out: what keeps a page here does not pass.
 *
 * Return: 0; pages that stayed, and are back where they came from; -ENOMEM without a target, the
 * sources not yet tried still on the list.
 */
int migrate_pages(struct mm *mm, struct compact_control *cc)
{
	return mm->k.compact_large_folios ? migrate_and_split(mm, cc) :
					    migrate_pages_single(mm, cc);
}
