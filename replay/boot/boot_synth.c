// SPDX-License-Identifier: GPL-2.0-only
/*
 * Without kpageflags, the start image is made from counts of free buddies by order and type, or,
 * where even those are missing, from the first event of each page (doc/design.md, "The start
 * image").
 */
#include "internal.h"

/**
 * struct layout - a zone that is being filled
 * @img: image
 * @sz: the recorded zone
 * @z: the model's
 * @end: pfn after the last that holds memory
 * @mt: pageblock type that is being filled
 * @pfn: where the next free buddy may begin
 */
struct layout {
	struct image *img;
	const struct snap_zone *sz;
	const struct zone *z;
	u32 end;
	u8 mt;
	u32 pfn;
};

/* Holes are not known without kpageflags; x86-64 has them at the top of DMA32. */
static u32 memory_end(const struct snap_zone *sz)
{
	return sz->start_pfn + sz->present;
}

static bool blocks_of_type(const struct layout *l, u32 pfn, u32 nr)
{
	for (u32 p = pfn; p < pfn + nr; p += pageblock_nr_pages)
		if (get_pageblock_migratetype(l->img->mm, p) != l->mt)
			return false;
	return true;
}

/* finds a place for a buddy of @order whose own buddy stays in use, so that the two do not merge */
static bool next_slot(struct layout *l, u32 order)
{
	u32 slot = order < MAX_PAGE_ORDER ? N(order + 1) : N(order);

	/* the block beside a whole one could be free and of its type, so it stays in use, too */
	for (l->pfn = (l->pfn + slot - 1) & ~(slot - 1); l->pfn + slot <= l->end; l->pfn += slot)
		if (l->pfn >= l->z->start_pfn && blocks_of_type(l, l->pfn, N(order)) &&
		    image_kind(l->img, l->pfn) == SNAP_NOFLAGS)
			return true;
	return false;
}

static u64 place_order(struct layout *l, u32 order, u64 want)
{
	for (; want && next_slot(l, order); want--) {
		for (u32 i = 0; i < N(order); i++)
			l->img->page[l->pfn + i] = SNAP_BUDDY;
		l->pfn += order < MAX_PAGE_ORDER ? N(order + 1) : N(order);
	}
	return want;
}

/* places the largest first; a buddy without a place becomes two of the next smaller order */
static void place_type(struct layout *l, const u64 want[NR_PAGE_ORDERS])
{
	u64 left = 0;

	l->pfn = l->z->start_pfn;
	for (int o = MAX_PAGE_ORDER; o >= 0; o--) {
		left = place_order(l, (u32)o, want[o] + 2 * left);
		if (left || o == pageblock_order)
			l->pfn = l->z->start_pfn;
	}
	if (left)
		fit_note(l->img->fit, "zone %s: no place for %llu free pages of type %d",
			 l->z->name, (unsigned long long)left, l->mt);
}

/* The kernel's types get the lowest blocks: its memory gathers where it lies itself. */
static void type_by_quota(struct layout *l)
{
	static const u8 order[] = { MIGRATE_UNMOVABLE, MIGRATE_RECLAIMABLE, MIGRATE_HIGHATOMIC,
				    MIGRATE_CMA, MIGRATE_ISOLATE };
	u32 b = l->z->start_pfn >> pageblock_order, end = (l->end - 1) >> pageblock_order;

	for (size_t i = 0; i < sizeof(order); i++)
		for (u64 n = l->sz->pageblocks[order[i]]; n && b <= end; n--)
			l->img->mm->pageblock[b++].mt = order[i];
}

/* Returns which part of the LRU pages is anonymous, in 1024ths; half of them if nothing tells. */
static u32 anon_share(const struct snapshot *s)
{
	static const char *const names[] = { "nr_inactive_anon", "nr_active_anon",
					     "nr_inactive_file", "nr_active_file" };
	uint64_t v[4] = { 0 }, all;

	for (int i = 0; i < 4; i++)
		snapshot_vmstat(s, names[i], &v[i]);
	all = v[0] + v[1] + v[2] + v[3];
	return all ? (u32)((v[0] + v[1]) * 1024 / all) : 512;
}

static u8 used_kind(const struct layout *l, u32 pfn, u32 anon)
{
	switch (get_pageblock_migratetype(l->img->mm, pfn)) {
	case MIGRATE_UNMOVABLE:
		return SNAP_NOFLAGS;
	case MIGRATE_RECLAIMABLE:
		return SNAP_SLAB;
	default:
		return image_random(l->img, 1024) < anon ? SNAP_ANON : SNAP_FILE;
	}
}

/* Of what is not free, the lowest is boot memory, then come per-CPU pages, then pages in use. */
static void fill_used(struct layout *l)
{
	struct zone_fit *fit = &l->img->fit->zone[l->z->type];
	u32 reserved = l->sz->present - l->sz->managed, want = 0;
	u32 anon = anon_share(&l->img->m->before);

	for (int cpu = 0; cpu < MAX_CPUS; cpu++)
		want += l->sz->pcp_count[cpu];
	fit->pcp_wanted = want;
	for (u32 pfn = l->z->start_pfn; pfn < l->end; pfn++) {
		u8 *page = &l->img->page[pfn];

		if (*page == SNAP_BUDDY)
			continue;
		if (reserved) {
			*page = SNAP_RESERVED;
			reserved--;
		} else if (fit->pcp_placed < want) {
			*page = IMG_PCP;
			fit->pcp_placed++;
		} else {
			*page = used_kind(l, pfn, anon);
		}
	}
}

static void zone_from_counts(struct layout *l)
{
	const struct snapshot *s = &l->img->m->before;
	u64 want[NR_PAGE_ORDERS];

	if (s->have_pagetypeinfo)
		type_by_quota(l);
	for (l->mt = 0; l->mt < MIGRATE_TYPES; l->mt++) {
		for (int o = 0; o < NR_PAGE_ORDERS; o++) {
			if (s->have_pagetypeinfo)
				want[o] = l->sz->free_by_order[o][l->mt];
			else if (l->mt != MIGRATE_MOVABLE)
				want[o] = 0;
			else if (s->have_buddyinfo)
				want[o] = l->sz->nr_free[o];
			else if (o == MAX_PAGE_ORDER)
				want[o] = l->sz->free >> o;
			else
				want[o] = l->sz->free >> o & 1;
		}
		place_type(l, want);
	}
	fill_used(l);
}

/*
 * A page that the trace allocates first was free. One that it frees first was in use, and is taken
 * as page cache, which reclaim can free. One that no event names is taken as free if nothing was
 * reclaimed, or nobody has looked at the trace, and else as in use for good.
 */
static void zone_from_first_seen(struct layout *l)
{
	u32 reserved = l->sz->present - l->sz->managed;
	bool unseen_free = !l->img->m->first_seen || l->img->m->unseen_free;

	for (u32 pfn = l->z->start_pfn; pfn < l->end; pfn++) {
		enum first_seen seen = first_seen(l->img->m, pfn);
		u8 *page = &l->img->page[pfn];

		if (seen == FIRST_NEVER && reserved) {
			*page = SNAP_RESERVED;
			reserved--;
		} else if (seen == FIRST_ALLOC || (seen == FIRST_NEVER && unseen_free)) {
			*page = SNAP_BUDDY;
		} else {
			*page = seen == FIRST_FREE ? SNAP_FILE : SNAP_NOFLAGS;
		}
	}
}

/**
 * image_from_counts - fill an image without page flags
 * @img: image; its pageblocks get types where pagetypeinfo counts them
 */
void image_from_counts(struct image *img)
{
	struct zone *z;

	for_each_populated_zone(img->mm, z) {
		struct layout l = { .img = img, .sz = &img->m->before.zone[z->type], .z = z };

		l.end = memory_end(l.sz);
		for (u32 pfn = z->start_pfn; pfn < l.end; pfn++)
			img->page[pfn] = SNAP_NOFLAGS;
		if (img->m->before.have_zoneinfo)
			zone_from_counts(&l);
		else
			zone_from_first_seen(&l);
	}
}
