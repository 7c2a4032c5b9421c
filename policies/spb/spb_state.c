// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state of superpageblocks: the bits of their pageblocks, the counts of these, and the list
 * that follows from them. doc/spb.md, "Superpageblocks and pageblocks", "What a pageblock has
 * held", "Categories and fullness" and "The free path".
 */
#include <stdlib.h>
#include <string.h>

#include "spb.h"

static u8 has_bit(u8 mt)
{
	switch (mt) {
	case MIGRATE_UNMOVABLE:
	case MIGRATE_HIGHATOMIC:
		return PB_HAS_UNMOVABLE;
	case MIGRATE_RECLAIMABLE:
		return PB_HAS_RECLAIMABLE;
	case MIGRATE_MOVABLE:
	case MIGRATE_CMA:
		return PB_HAS_MOVABLE;
	}
	return 0;
}

static u16 *has_counter(struct superpageblock *sb, u8 bit)
{
	if (bit == PB_HAS_UNMOVABLE)
		return &sb->nr_unmovable;
	return bit == PB_HAS_RECLAIMABLE ? &sb->nr_reclaimable : &sb->nr_movable;
}

/**
 * spb_is_tainted - is a superpageblock given up to kernel memory?
 * @sb: superpageblock
 *
 * One with a hole can never be handed out whole, so the kernel may have it, too.
 *
 * Return: whether it is.
 */
bool spb_is_tainted(const struct superpageblock *sb)
{
	return sb->nr_unmovable || sb->nr_reclaimable || sb->nr_reserved;
}

/**
 * spb_below_high_water - has a superpageblock fewer free pages than its reserve holds?
 * @sz: zone
 * @sb: superpageblock
 *
 * Return: whether it has.
 */
bool spb_below_high_water(const struct spb_zone *sz, const struct superpageblock *sb)
{
	return spb_region(sz, sb)->nr_free_pages < (s64)spb_reserve(sb) * pageblock_nr_pages;
}

/* --- lists --------------------------------------------------------------------------------- */

static void list_init(struct spb_list *l)
{
	l->first = l->last = SPB_NONE;
	l->nr = 0;
}

static void list_append(struct spb_zone *sz, struct spb_list *l, struct superpageblock *sb)
{
	u32 i = spb_index(sz, sb);

	sb->prev = l->last;
	sb->next = SPB_NONE;
	if (l->last == SPB_NONE)
		l->first = i;
	else
		sz->sb[l->last].next = i;
	l->last = i;
	l->nr++;
}

static void list_remove(struct spb_zone *sz, struct spb_list *l, struct superpageblock *sb)
{
	if (sb->prev == SPB_NONE)
		l->first = sb->next;
	else
		sz->sb[sb->prev].next = sb->next;
	if (sb->next == SPB_NONE)
		l->last = sb->prev;
	else
		sz->sb[sb->next].prev = sb->prev;
	l->nr--;
}

static struct spb_list *list_of(struct spb_zone *sz, u8 where, u8 category, u8 fullness)
{
	if (where == SPB_ON_EMPTY)
		return &sz->empty;
	return where == SPB_ON_ISOLATED ? &sz->isolated : &sz->lists[category][fullness];
}

/*
 * As posted, the thresholds are shares of the full size even where the zone clips a superpageblock;
 * in a tainted one, movable blocks do not count and mixed ones count twice.
 */
static u8 fullness_of(const struct spb_zone *sz, const struct superpageblock *sb)
{
	u32 full = 1u << (sz->z->region_order - pageblock_order), total = sb->total_pageblocks;
	u32 used = spb_is_tainted(sb) ? (u32)sb->nr_unmovable + sb->nr_reclaimable
				      : total - sb->nr_free;

	if (!total || used >= total)
		return SPB_FULL;
	if (4 * used >= 3 * full)
		return SPB_FULL_75;
	if (2 * used >= full)
		return SPB_FULL_50;
	return 4 * used >= full ? SPB_FULL_25 : SPB_ALMOST_EMPTY;
}

struct place {
	u8 where, category, fullness;
};

static struct place place_of(const struct spb_zone *sz, const struct superpageblock *sb)
{
	struct place p = { SPB_ON_CATEGORY, SPB_CLEAN, fullness_of(sz, sb) };

	if (sb->contig_allocated)
		p.where = SPB_ON_ISOLATED;
	else if (sb->nr_free == sb->total_pageblocks)
		p.where = SPB_ON_EMPTY;
	if (spb_is_tainted(sb))
		p.category = SPB_TAINTED;
	return p;
}

static bool is_at(const struct superpageblock *sb, struct place p)
{
	return sb->where == p.where && (p.where != SPB_ON_CATEGORY ||
					(sb->category == p.category && sb->fullness == p.fullness));
}

static void append_to_its_list(struct spb *s, struct spb_zone *sz, struct superpageblock *sb)
{
	struct place p = place_of(sz, sb);

	sb->where = p.where;
	sb->category = p.category;
	sb->fullness = p.fullness;
	sb->list_is_behind = false;
	list_append(sz, list_of(sz, p.where, p.category, p.fullness), sb);
	if (s->select == SPB_SELECT_BITMAP)
		spb_bitmap_update(s, sz, sb);
}

/**
 * spb_update_list - move a superpageblock to the tail of the list that it belongs to
 * @s: policy
 * @sz: zone
 * @sb: superpageblock
 *
 * It moves even if it is on that list already, so the superpageblock touched last becomes the last
 * of its list, and walks go round. This may start a defrag pass; in version 1 only if the list is
 * another than before.
 */
void spb_update_list(struct spb *s, struct spb_zone *sz, struct superpageblock *sb)
{
	bool moves = !is_at(sb, place_of(sz, sb));

	list_remove(sz, list_of(sz, sb->where, sb->category, sb->fullness), sb);
	append_to_its_list(s, sz, sb);
	if (sb->where == SPB_ON_CATEGORY && (s->version >= 2 || moves))
		spb_maybe_start_defrag(s, sz, sb);
}

/**
 * spb_is_on_its_list - is a superpageblock on the list of its category and fullness?
 * @sz: zone
 * @sb: superpageblock
 *
 * One whose list is behind (spb_set_has_unlisted()) need only be on a list of its category.
 *
 * Return: whether it is.
 */
bool spb_is_on_its_list(const struct spb_zone *sz, const struct superpageblock *sb)
{
	struct place p = place_of(sz, sb);

	if (sb->list_is_behind)
		p.fullness = sb->fullness;
	return is_at(sb, p);
}

/**
 * spb_next - go through the superpageblocks of a category, fullest first
 * @sz: zone
 * @cat: category
 * @from: the superpageblock before; NULL to begin
 *
 * Return: the next one, by the lists; NULL past the last.
 */
struct superpageblock *spb_next(struct spb_zone *sz, enum spb_category cat,
				struct superpageblock *from)
{
	u32 full = from ? from->fullness : SPB_FULL;
	u32 i = from ? from->next : sz->lists[cat][full].first;

	while (i == SPB_NONE && ++full < NR_SPB_FULLNESS)
		i = sz->lists[cat][full].first;
	return i == SPB_NONE ? NULL : &sz->sb[i];
}

/**
 * spb_next_empty - go through the superpageblocks that are wholly free
 * @sz: zone
 * @from: the superpageblock before; NULL to begin
 *
 * Return: the next one; NULL past the last.
 */
struct superpageblock *spb_next_empty(struct spb_zone *sz, struct superpageblock *from)
{
	u32 i = from ? from->next : sz->empty.first;

	return i == SPB_NONE ? NULL : &sz->sb[i];
}

/* --- what a pageblock has held ------------------------------------------------------------- */

/**
 * spb_set_has - set the "has" bit of a type in a pageblock
 * @s: policy
 * @sz: its zone
 * @pfn: any page of it
 * @mt: type
 *
 * The caller calls spb_update_list() when it has changed all bits.
 */
void spb_set_has(struct spb *s, struct spb_zone *sz, u32 pfn, u8 mt)
{
	struct superpageblock *sb = spb_of_pfn(sz, pfn);
	u8 bit = has_bit(mt), *pb = &s->pb[pfn >> pageblock_order];

	if (!bit || (*pb & bit))
		return;
	if (bit != PB_HAS_MOVABLE && !spb_is_tainted(sb))
		s->c.taints++;
	*pb = (u8)((*pb | bit) & ~PB_UNTYPED);
	++*has_counter(sb, bit);
}

/**
 * spb_set_has_unlisted - set a "has" bit where the series does not update the list
 * @s: policy
 * @sz: its zone
 * @pfn: any page of it
 * @mt: type
 *
 * So with borrowed pages and adopted parts. The list is behind until something else moves the
 * superpageblock.
 */
void spb_set_has_unlisted(struct spb *s, struct spb_zone *sz, u32 pfn, u8 mt)
{
	u8 before = s->pb[pfn >> pageblock_order];

	spb_set_has(s, sz, pfn, mt);
	if (s->pb[pfn >> pageblock_order] != before)
		spb_of_pfn(sz, pfn)->list_is_behind = true;
}

static void clear_bit(struct spb *s, struct spb_zone *sz, u32 pfn, u8 bit)
{
	u8 *pb = &s->pb[pfn >> pageblock_order];

	if (!(*pb & bit))
		return;
	*pb &= (u8)~bit;
	--*has_counter(spb_of_pfn(sz, pfn), bit);
}

#define PB_HAS_ANY	(PB_HAS_UNMOVABLE | PB_HAS_RECLAIMABLE | PB_HAS_MOVABLE)

/**
 * spb_clear_has - clear the "has" bit of a type in a pageblock
 * @s: policy
 * @sz: its zone
 * @pfn: any page of it
 * @mt: type
 *
 * The caller calls spb_update_list() when it has changed all bits.
 */
void spb_clear_has(struct spb *s, struct spb_zone *sz, u32 pfn, u8 mt)
{
	u8 bit = has_bit(mt), *pb = &s->pb[pfn >> pageblock_order];

	if (!(*pb & bit))
		return;
	clear_bit(s, sz, pfn, bit);
	if (!(*pb & (PB_HAS_ANY | PB_ALL_FREE)))
		*pb |= PB_UNTYPED;
}

/* A block is no longer wholly free. Its "has" bits are the caller's to set. */
static void mark_block_used(struct spb *s, struct spb_zone *sz, u32 pfn)
{
	struct superpageblock *sb = spb_of_pfn(sz, pfn);
	u8 *pb = &s->pb[pfn >> pageblock_order];

	if (!(*pb & PB_ALL_FREE))
		return;
	*pb = (u8)((*pb & ~PB_ALL_FREE) | PB_UNTYPED);
	sb->nr_free--;
	spb_update_list(s, sz, sb);
}

/* Set the bits of a block that is wholly free. Return: whether it counted as used before. */
static bool set_block_free(struct spb *s, struct spb_zone *sz, u32 pfn)
{
	u8 *pb = &s->pb[pfn >> pageblock_order];

	clear_bit(s, sz, pfn, PB_HAS_UNMOVABLE);
	clear_bit(s, sz, pfn, PB_HAS_RECLAIMABLE);
	clear_bit(s, sz, pfn, PB_HAS_MOVABLE);
	*pb &= (u8)~PB_UNTYPED;
	if (*pb & PB_ALL_FREE)
		return false;
	*pb |= PB_ALL_FREE;
	spb_of_pfn(sz, pfn)->nr_free++;
	return true;
}

static void mark_block_free(struct spb *s, struct spb_zone *sz, u32 pfn)
{
	if (set_block_free(s, sz, pfn))
		spb_update_list(s, sz, spb_of_pfn(sz, pfn));
}

/**
 * spb_chunk_leaves - note that a free chunk leaves its list for a use of some type
 * @s: policy
 * @sz: zone
 * @pfn: its head
 * @order: its order
 * @mt: type
 *
 * As posted, each pageblock of the chunk gets the bit, also one that is split off and stays free.
 */
void spb_chunk_leaves(struct spb *s, struct spb_zone *sz, u32 pfn, u32 order, u8 mt)
{
	u32 i;

	if (order < pageblock_order) {
		spb_set_has(s, sz, pfn, mt);
	} else {
		for (i = 0; i < 1u << order; i += pageblock_nr_pages) {
			mark_block_used(s, sz, pfn + i);
			spb_set_has(s, sz, pfn + i, mt);
		}
	}
	spb_update_list(s, sz, spb_of_pfn(sz, pfn));
}

/**
 * spb_on_chunk_taken - note that a free chunk leaves its list to be used
 * @mm: model memory
 * @z: zone
 * @pfn: its head
 * @order: its order
 * @mt: its list; for a chunk that compaction captures, the type of the request
 *
 * In the posted code a whole block that compaction captures goes on counting as free, because it
 * was marked so just before. Here it counts as used: spb_check() wants nr_free to be true.
 */
void spb_on_chunk_taken(struct mm *mm, const struct zone *z, u32 pfn, u32 order, u8 mt)
{
	struct spb *s = spb_of(mm);

	spb_chunk_leaves(s, spb_zone_of(s, z), pfn, order, mt);
}

/**
 * spb_on_chunk_isolated - note that a free chunk leaves its list to become a target of migration
 * @mm: model memory
 * @z: zone
 * @pfn: its head
 * @order: its order
 * @mt: its list; MIGRATE_ISOLATE if a contiguous allocation takes it
 *
 * What compaction puts there is movable. What a contiguous range will hold is not known, so it gets
 * no "has" bit.
 */
void spb_on_chunk_isolated(struct mm *mm, const struct zone *z, u32 pfn, u32 order, u8 mt)
{
	struct spb *s = spb_of(mm);
	struct spb_zone *sz = spb_zone_of(s, z);
	u32 i;

	for (i = 0; i < 1u << order; i += pageblock_nr_pages) {
		if (order >= pageblock_order)
			mark_block_used(s, sz, pfn + i);
		if (mt != MIGRATE_ISOLATE)
			spb_set_has(s, sz, pfn + i, MIGRATE_MOVABLE);
	}
}

/**
 * spb_remainder_is_free - mark as free the pageblock that was split off a chunk of two
 * @s: policy
 * @sz: zone
 * @pfn: head of the chunk
 * @low: order that was taken
 * @high: order of the chunk
 *
 * The posted code does not do this: the second block counts as used until it is allocated and freed
 * (doc/spb.md, "What a pageblock has held").
 */
void spb_remainder_is_free(struct spb *s, struct spb_zone *sz, u32 pfn, u32 low, u32 high)
{
	u32 i;

	if (s->split_marks_both_used || low > pageblock_order)
		return;
	for (i = pageblock_nr_pages; i < 1u << high; i += pageblock_nr_pages)
		mark_block_free(s, sz, pfn + i);
}

/**
 * spb_del_and_expand - take the first part of a free chunk
 * @s: policy
 * @sz: zone
 * @pfn: head of the chunk
 * @low: order wanted
 * @high: order of the chunk
 * @mt: its list, and the list of the rest
 *
 * Source: page_alloc.c:page_del_and_expand.
 */
void spb_del_and_expand(struct spb *s, struct spb_zone *sz, u32 pfn, u32 low, u32 high, u8 mt)
{
	page_del_and_expand(s->mm, sz->z, pfn, low, high, mt);
	spb_remainder_is_free(s, sz, pfn, low, high);
}

static bool is_kernel_tag(u8 tag)
{
	return tag == MIGRATE_UNMOVABLE || tag == MIGRATE_RECLAIMABLE || tag == MIGRATE_HIGHATOMIC;
}

/**
 * spb_freed_block_type - note that a pageblock has become wholly free
 * @mm: model memory
 * @z: zone
 * @pfn: its first page
 * @mt: list that its pages would go to
 *
 * It forgets what it has held, and becomes movable again.
 *
 * Return: the list that its pages go to.
 */
u8 spb_freed_block_type(struct mm *mm, struct zone *z, u32 pfn, u8 mt)
{
	struct spb *s = spb_of(mm);
	struct spb_zone *sz = spb_zone_of(s, z);

	spb_of_pfn(sz, pfn)->contig_allocated = false;
	mark_block_free(s, sz, pfn);
	if (is_kernel_tag(mm_pageblock_type(mm, pfn)))
		set_pageblock_migratetype(mm, pfn, MIGRATE_MOVABLE);
	return mt == MIGRATE_CMA || mt == MIGRATE_ISOLATE ? mt : MIGRATE_MOVABLE;
}

/**
 * spb_contig_mark - mark the superpageblocks that a contiguous range covers
 * @s: policy
 * @sz: zone
 * @pfn: first page of the range
 * @nr_pages: its size; superpageblocks that it does not cover, or that the zone clips, are left out
 * @on: true when the range is handed out, false when it comes back
 */
void spb_contig_mark(struct spb *s, struct spb_zone *sz, u32 pfn, u32 nr_pages, bool on)
{
	u32 i;

	for (i = 0; i < sz->nr; i++) {
		struct superpageblock *sb = &sz->sb[i];

		if (sb->start_pfn < pfn || sb->end_pfn - pfn > nr_pages ||
		    sb->end_pfn - sb->start_pfn != 1u << sz->z->region_order)
			continue;
		sb->contig_allocated = on;
		spb_update_list(s, sz, sb);
	}
}

/* --- memory as the policy finds it --------------------------------------------------------- */

struct contents {
	u32 absent, reserved, free;
	u8 has;
};

static u32 add_unit(const struct mm *mm, u32 pfn, u32 end, struct contents *c)
{
	const struct page *p = mm_page(mm, pfn);
	u32 nr = p->head ? 1u << p->order : end - pfn;	/* not a head: the rest of a larger unit */

	if (p->state == PAGE_ABSENT || p->state == PAGE_RESERVED) {
		c->absent += p->state == PAGE_ABSENT;
		c->reserved += p->state == PAGE_RESERVED;
		return 1;
	}
	if (nr > end - pfn)
		nr = end - pfn;
	if (p->state == PAGE_USED)
		c->has |= has_bit(p->mt);
	else if (p->head && p->state == PAGE_PCP)
		c->has |= has_bit(mm_pageblock_type(mm, pfn));
	else
		c->free += nr;
	return nr;
}

/*
 * Pages in use were allocated with some type. Boot memory was not: with faithful_boot it counts as
 * movable, as in the kernel, though nothing in it can move. doc/spb.md, "The start".
 */
static u8 block_as_found(const struct spb *s, const struct mm *mm, u32 start, u32 end)
{
	struct contents c = { 0 };
	u32 pfn = start;

	while (pfn < end)
		pfn += add_unit(mm, pfn, end, &c);
	if (c.absent == end - start)
		return 0;
	if (c.free == pageblock_nr_pages)
		return PB_INITIALIZED | PB_ALL_FREE;
	if (s->faithful_boot && (c.reserved || c.absent))
		c.has |= PB_HAS_MOVABLE;
	return (u8)(PB_INITIALIZED | (c.has ? c.has : PB_UNTYPED));
}

static void add_block(struct spb *s, struct superpageblock *sb, const struct mm *mm, u32 block)
{
	u32 start = block << pageblock_order, end = start + pageblock_nr_pages;
	u8 pb;

	if (start < sb->start_pfn)
		start = sb->start_pfn;
	if (end > sb->end_pfn)
		end = sb->end_pfn;
	pb = s->pb[block] = block_as_found(s, mm, start, end);
	sb->total_pageblocks++;
	sb->nr_reserved += !(pb & PB_INITIALIZED);
	sb->nr_free += !!(pb & PB_ALL_FREE);
	sb->nr_unmovable += !!(pb & PB_HAS_UNMOVABLE);
	sb->nr_reclaimable += !!(pb & PB_HAS_RECLAIMABLE);
	sb->nr_movable += !!(pb & PB_HAS_MOVABLE);
}

static void add_superpageblock(struct spb *s, struct spb_zone *sz, u32 i)
{
	struct superpageblock *sb = &sz->sb[i];
	const struct zone *z = sz->z;
	u64 start = z->region_base + ((u64)i << z->region_order);
	u64 end = start + (1ull << z->region_order), zone_end = (u64)z->start_pfn + z->spanned;
	u32 block;

	sb->start_pfn = (u32)(start > z->start_pfn ? start : z->start_pfn);
	sb->end_pfn = (u32)(end < zone_end ? end : zone_end);
	for (block = sb->start_pfn >> pageblock_order;
	     (u64)block << pageblock_order < sb->end_pfn; block++)
		add_block(s, sb, s->mm, block);
	append_to_its_list(s, sz, sb);
}

/* Under this policy a block becomes movable when it becomes free, so free blocks begin so. */
static void free_blocks_are_movable(struct spb *s, struct spb_zone *sz)
{
	u32 pfn, end = sz->z->start_pfn + sz->z->spanned;

	for (pfn = sz->z->start_pfn & ~(pageblock_nr_pages - 1); pfn < end;
	     pfn += pageblock_nr_pages) {
		const struct page *p = mm_page(s->mm, pfn);
		u8 tag = mm_pageblock_type(s->mm, pfn);

		if (!(s->pb[pfn >> pageblock_order] & PB_ALL_FREE) ||
		    (tag != MIGRATE_UNMOVABLE && tag != MIGRATE_RECLAIMABLE))
			continue;
		set_pageblock_migratetype(s->mm, pfn, MIGRATE_MOVABLE);
		if (p->head)
			move_to_free_list(s->mm, sz->z, pfn, p->order, MIGRATE_MOVABLE);
	}
}

static int add_zone(struct spb *s, struct spb_zone *sz, struct zone *z)
{
	u32 i, j;

	sz->z = z;
	sz->nr = z->nr_regions;
	sz->sb = calloc(sz->nr ? sz->nr : 1, sizeof(*sz->sb));
	if (!sz->sb)
		return -1;
	list_init(&sz->empty);
	list_init(&sz->isolated);
	for (i = 0; i < NR_SPB_CATEGORIES; i++)
		for (j = 0; j < NR_SPB_FULLNESS; j++)
			list_init(&sz->lists[i][j]);
	for (i = 0; i < NR_PAGE_ORDERS; i++)
		for (j = 0; j < MIGRATE_PCPTYPES; j++)
			sz->hint[i][j] = SPB_NONE;
	for (i = 0; i < sz->nr; i++)
		add_superpageblock(s, sz, i);
	if (s->select == SPB_SELECT_BITMAP && spb_bitmap_init(s, sz))
		return -1;
	free_blocks_are_movable(s, sz);
	return 0;
}

/**
 * spb_state_init - build the state of all superpageblocks from memory as it is
 * @s: policy, its tunables set
 * @mm: model memory, whose free lists are split into regions of @s->order
 *
 * Return: 0; -1 without memory, and then there is nothing to free.
 */
int spb_state_init(struct spb *s, struct mm *mm)
{
	int i;

	s->mm = mm;
	s->pb = calloc((mm_max_pfn(mm) >> pageblock_order) + 2, 1);
	if (!s->pb)
		return -1;
	memset(s->cpu_hint, 0xff, sizeof(s->cpu_hint));
	for (i = 0; i < MAX_NR_ZONES; i++) {
		/* functions of the core take zones that they may write; this policy does not */
		struct zone *z = (struct zone *)(uintptr_t)mm_zone(mm, (enum zone_type)i);

		if (!z->populated || !add_zone(s, &s->zone[i], z))
			continue;
		spb_state_exit(s);
		return -1;
	}
	return 0;
}

/**
 * spb_state_exit - free what spb_state_init() allocated
 * @s: policy
 */
void spb_state_exit(struct spb *s)
{
	int i;

	for (i = 0; i < MAX_NR_ZONES; i++) {
		if (s->select == SPB_SELECT_BITMAP && s->zone[i].sb)
			spb_bitmap_exit(&s->zone[i]);
		free(s->zone[i].sb);
		s->zone[i].sb = NULL;
	}
	free(s->pb);
	s->pb = NULL;
}
