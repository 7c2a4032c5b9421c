// SPDX-License-Identifier: GPL-2.0-only
/*
 * Migration of folios to the pages that compaction has isolated: mm/migrate.c.
 */
#include <errno.h>

#include "compaction.h"

/**
 * folio_pinned - do references keep a folio from being migrated?
 * @mm: model memory; its parameters pinned_*_permille
 * @pfn: head of a folio or of a movable_ops page
 *
 * page->pinned says so where it is known. Events do not show other references, so the parameters
 * give their share. A hash of place and owner decides, with a seed drawn once, so that a folio that
 * did not move gets the same answer again.
 *
 * Return: whether they do.
 */
bool folio_pinned(const struct mm *mm, u32 pfn)
{
	const struct page *p = &mm->page[pfn];
	double permille = mm->param.pinned_file_permille;
	u64 x = mm->kcompactd->pin_seed ^ ((u64)pfn << 32 | p->owner);

	if (p->pinned)
		return true;
	if (p->kind == PK_ANON)
		permille = mm->param.pinned_permille;
	else if (p->buffers)
		permille = mm->param.pinned_buffers_permille;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
	x ^= x >> 31;
	return (double)(x % 1000000) < permille * 1000;
}

/* The flusher's queue names pages by pfn, so a dirty page that has moved is queued again. */
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
 * putback_movable_pages - put the sources that were not migrated back on the LRU
 * @mm: model memory
 * @cc: run; its list is empty afterwards; the caller resets the count
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
 * Copy owners and all other state of the folio to @dst. @src is then a page without owner or state.
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
 * move_folio - migrate an isolated folio to another page, and put it back on the LRU
 * @mm: model memory
 * @dst: head of a unit of the folio's order, on no list
 * @src: its head, which is freed
 * @waits: the caller waits for references that last a moment: only known pins keep the folio
 *
 * mm/migrate.c:migrate_folio_move.
 *
 * Return: false if references keep the folio: it stays isolated.
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
 * fail_folio - put a folio whose migration failed back on the LRU
 * @mm: model memory
 * @src: its head
 */
void fail_folio(struct mm *mm, u32 src)
{
	count_vm_events(mm, VM_pgmigrate_fail, N(mm->page[src].order));
	putback_folio(mm, src);
}

/**
 * split_isolated_folio - split a large folio for which there is no target of its size
 * @mm: model memory
 * @src: its head, off the LRU; its base pages become folios of their own, also off the LRU
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

/* Second half of a batch. Return: the pages that did not migrate. */
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
 * Since 6.3 a batch is first unmapped, which takes all targets, and then moved, which frees the
 * sources. Return: -ENOMEM, or the pages that did not migrate or were split.
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

/* Migrate the batch, then the pages that had to be split; of these, one without a target stays. */
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

/* Before 6.3 each page takes its target and is moved by itself. */
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
 * @mm: model memory; its running task frees the sources, so that they may be captured
 * @cc: run; sources on cc->migratepages, at most a pageblock
 *
 * There are no retries: what keeps a page from migrating here lasts. mm/migrate.c:migrate_pages.
 *
 * Return: 0, or the pages that did not migrate and are back on the LRU; -ENOMEM when there was no
 * target: sources that were not tried are still on the list.
 */
int migrate_pages(struct mm *mm, struct compact_control *cc)
{
	return mm->k.compact_large_folios ? migrate_and_split(mm, cc) :
					    migrate_pages_single(mm, cc);
}
