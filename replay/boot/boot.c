// SPDX-License-Identifier: GPL-2.0-only
/*
 * boot_mm() builds the model's memory as the recorded kernel's was when the replay begins.
 *
 * No file tells the order of each free list, which decides what page is used next. Seed 1 leaves
 * lists as boot does: buddies of whole pageblocks by ascending address, for they were put at the
 * tail one after the other, and smaller ones, which come from later splits and frees, at the head.
 * Any other seed shuffles each list. The order of LRU lists is not known either: the pages that
 * are colder by their flags come first, and equals by address (seed 1) or shuffled.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define SEED_AS_BOOT	1

/**
 * recording_kernel - get the features of the kernel to behave as
 * @m: recording
 * @version: --kernel, to behave as another; 0: as the recorded one
 * @k: filled in
 */
void recording_kernel(const struct recording *m, u32 version, struct kernel_features *k)
{
	if (!version)
		version = m->version;
	/* a kernel that is older than all that are known is taken for the oldest of them */
	if (version && version < KERNEL_OLDEST)
		version = KERNEL_OLDEST;
	kernel_features_set(k, version);
	if (m->have_lru_gen)
		k->lru_gen = m->lru_gen;
}

static void set_up_kernel(struct mm *mm, const struct recording *m, const struct boot_options *o)
{
	if (o->params)
		mm->param = *o->params;
	if (o->features)
		mm->k = *o->features;
	else
		recording_kernel(m, 0, &mm->k);
	mm->sysctl = m->sysctl;
	mm->thp_defrag = m->thp_defrag;
	mm->swap_pages = m->swap_pages;
	mm->swap_synchronous = m->swap_in_ram;
}

static int add_zones(struct mm *mm, const struct recording *m)
{
	for (int i = 0; i < MAX_NR_ZONES; i++) {
		const struct snap_zone *sz = &m->before.zone[i];

		if (!sz->populated)
			continue;
		if (mm_add_zone(mm, (enum zone_type)i, sz->start_pfn, sz->spanned))
			return -ENOMEM;
		mm->zone[i].present = sz->present;
		mm->zone[i].managed = sz->managed;
	}
	return 0;
}

/* Heads are collected first, so that they can be placed in any order. */
struct heads {
	u32 *pfn;
	u32 n, cap;
};

static int heads_add(struct heads *h, u32 pfn)
{
	u32 cap = h->cap ? 2 * h->cap : 1024, *p;

	if (h->n == h->cap) {
		p = realloc(h->pfn, cap * sizeof(*p));
		if (!p)
			return -1;
		h->pfn = p;
		h->cap = cap;
	}
	h->pfn[h->n++] = pfn;
	return 0;
}

static void heads_shuffle(struct image *img, struct heads *h)
{
	for (u32 i = h->n; i > 1; i--) {
		u32 k = (u32)image_random(img, i), pfn = h->pfn[i - 1];

		h->pfn[i - 1] = h->pfn[k];
		h->pfn[k] = pfn;
	}
}

static int place_free(struct image *img, const struct zone *z, bool shuffle)
{
	struct heads h[NR_PAGE_ORDERS] = { { NULL, 0, 0 } };
	u32 pfn = z->start_pfn, end = z->start_pfn + z->spanned;
	int ret = 0;

	while (pfn < end && !ret) {
		u32 o = 0;

		if (image_kind(img, pfn) == SNAP_BUDDY) {
			o = image_free_order(img, z, pfn);
			ret = heads_add(&h[o], pfn);
		}
		pfn += N(o);
	}
	for (u32 o = 0; o < NR_PAGE_ORDERS; o++) {
		if (shuffle)
			heads_shuffle(img, &h[o]);
		for (u32 i = 0; !ret && i < h[o].n; i++)
			mm_place_free(img->mm, h[o].pfn[i], o, shuffle || o >= pageblock_order);
		free(h[o].pfn);
	}
	return ret;
}

/* zoneinfo says how many pages each CPU has, not which: CPUs get theirs by ascending address. */
static void place_pcp(struct image *img, const struct zone *z)
{
	const u32 *count = img->m->before.zone[z->type].pcp_count;
	u32 pfn = z->start_pfn, end = z->start_pfn + z->spanned, left = count[0];
	u16 cpu = 0;

	while (pfn < end) {
		u32 o = 0;

		if (image_kind(img, pfn) == IMG_PCP) {
			o = img->page[pfn] >> IMG_SHIFT;
			while (!left && cpu + 1 < img->mm->nr_cpus)
				left = count[++cpu];
			mm_place_pcp(img->mm, pfn, o, cpu);
			left -= left < N(o) ? left : N(o);
		}
		pfn += N(o);
	}
}

static enum page_kind model_kind(unsigned int kind)
{
	switch (kind) {
	case SNAP_SLAB: return PK_SLAB;
	case SNAP_PGTABLE: return PK_PGTABLE;
	case SNAP_ANON: return PK_ANON;
	case SNAP_FILE: return PK_FILE;
	case SNAP_OFFLINE: return PK_MOVABLE_OPS;	/* a balloon's */
	default: return PK_KERNEL;
	}
}

/*
 * What a page is tells the type it was requested with; for slab, and for a file system's own
 * blocks, the type of its pageblock does.
 */
static u8 requested_type(const struct image *img, u32 pfn, enum page_kind kind)
{
	enum migratetype block = get_pageblock_migratetype(img->mm, pfn);

	if (snapshot_page_buffers(&img->m->before, pfn) && block == MIGRATE_UNMOVABLE)
		return MIGRATE_UNMOVABLE;
	if (kind == PK_ANON || kind == PK_FILE || kind == PK_MOVABLE_OPS)
		return MIGRATE_MOVABLE;
	if (kind == PK_SLAB && block == MIGRATE_RECLAIMABLE)
		return MIGRATE_RECLAIMABLE;
	return MIGRATE_UNMOVABLE;
}

/* Returns the order of the folio or slab at @pfn; 0 unless all its pages are of the same kind. */
static u32 used_order(const struct image *img, const struct zone *z, u32 pfn)
{
	u32 o = snapshot_compound_order(&img->m->before, pfn);

	while (o && pfn + N(o) > z->start_pfn + z->spanned)
		o--;
	for (u32 i = 1; i < N(o); i++)
		if (img->page[pfn + i] != img->page[pfn])
			return 0;
	return o;
}

static u32 place_used(struct image *img, const struct zone *z, u32 pfn, bool owner_is_pfn)
{
	enum page_kind kind = model_kind(image_kind(img, pfn));
	u32 o = used_order(img, z, pfn);

	mm_place_used(img->mm, pfn, o, kind, requested_type(img, pfn, kind));
	for (u32 i = 0; owner_is_pfn && i < N(o); i++)
		img->mm->page[pfn + i].owner = pfn + i;
	return N(o);
}

static void place_reserved_and_used(struct image *img, const struct zone *z, bool owner_is_pfn)
{
	u32 pfn = z->start_pfn, end = z->start_pfn + z->spanned;

	while (pfn < end)
		switch (image_kind(img, pfn)) {
		case SNAP_RESERVED:
			img->mm->page[pfn].kind = PK_RESERVED;
			img->mm->page[pfn++].state = PAGE_RESERVED;
			break;
		case SNAP_ABSENT:
		case SNAP_BUDDY:
		case IMG_PCP:
			pfn++;
			break;
		default:
			pfn += place_used(img, z, pfn, owner_is_pfn);
		}
}

/*
 * Returns how warm a folio is, 0 to 3. The classic LRU keeps that in ACTIVE and REFERENCED. The
 * generation of MGLRU is not among the flags, so that only REFERENCED tells.
 */
static unsigned int warmth(const struct image *img, u32 pfn)
{
	const struct snapshot *s = &img->m->before;
	uint64_t f = s->kpageflags ? snapshot_flags(s, pfn) : 0;

	return (f & KPF(ACTIVE) ? 2 : 0) + (f & KPF(REFERENCED) ? 1 : 0);
}

static void join_lru(struct image *img, u32 pfn)
{
	const struct snapshot *s = &img->m->before;
	unsigned int warm = warmth(img, pfn);
	struct mm *mm = img->mm;

	folio_add_lru(mm, pfn, LRU_EXISTING);
	mm->page[pfn].buffers = snapshot_page_buffers(s, pfn);
	if (warm & 2 && !mm->k.lru_gen) {
		folio_mark_accessed(mm, pfn);
		folio_mark_accessed(mm, pfn);
	}
	if (warm & 1)
		folio_mark_accessed(mm, pfn);
	if (s->kpageflags && snapshot_flags(s, pfn) & KPF(DIRTY) && mm->page[pfn].kind == PK_FILE)
		folio_mark_dirty(mm, pfn);
}

static int fill_lru(struct image *img, bool shuffle)
{
	struct mm *mm = img->mm;
	struct heads h[4] = { { NULL, 0, 0 } };
	int ret = 0;

	for (u32 pfn = 0; pfn < mm->max_pfn && !ret; pfn++) {
		const struct page *p = &mm->page[pfn];

		if (p->state == PAGE_USED && p->head && (p->kind == PK_ANON || p->kind == PK_FILE))
			ret = heads_add(&h[warmth(img, pfn)], pfn);
	}
	for (int w = 0; w < 4; w++) {
		if (shuffle)
			heads_shuffle(img, &h[w]);
		for (u32 i = 0; !ret && i < h[w].n; i++)
			join_lru(img, h[w].pfn[i]);
		free(h[w].pfn);
	}
	return ret;
}

static void set_recorded_marks(struct mm *mm, const struct recording *m)
{
	struct zone *z;

	for_each_populated_zone(mm, z) {
		const struct snap_zone *sz = &m->before.zone[z->type];

		for (int w = 0; w < NR_WMARK; w++)
			z->_watermark[w] = (u32)sz->wmark[w];
		memcpy(z->lowmem_reserve, sz->protection, sizeof(z->lowmem_reserve));
	}
	/* the sizes of per-CPU lists follow from the marks; the recorded ones replace them below */
	setup_per_cpu_pageset(mm);
	for_each_populated_zone(mm, z)
		for (u16 cpu = 0; cpu < mm->nr_cpus; cpu++)
			z->pcp[cpu].high = (s32)m->before.zone[z->type].pcp_high[cpu];
}

/* sets what zoneinfo knows better than the formulas of mm_init_late() */
static void set_from_zoneinfo(struct mm *mm, const struct recording *m)
{
	struct zone *z;

	if (!m->before.have_zoneinfo)
		return;
	for_each_populated_zone(mm, z) {
		const struct snap_zone *sz = &m->before.zone[z->type];
		u64 highatomic = sz->pageblocks[MIGRATE_HIGHATOMIC] * pageblock_nr_pages;

		z->watermark_boost = (u32)sz->boost;
		z->nr_reserved_highatomic = sz->reserved_highatomic ? sz->reserved_highatomic :
					    (u32)highatomic;
	}
	if (!m->sysctl_changed)
		set_recorded_marks(mm, m);
}

static void measure_fit(const struct image *img)
{
	struct mm *mm = img->mm;
	struct zone *z;

	for_each_populated_zone(mm, z) {
		const struct snap_zone *sz = &img->m->before.zone[z->type];
		struct zone_fit *f = &img->fit->zone[z->type];
		u32 b = z->start_pfn >> pageblock_order;

		f->free_pages = z->nr_free_pages - (s64)sz->free;
		for (; b << pageblock_order < z->start_pfn + z->spanned; b++)
			if (mm->pageblock[b].zone == z->type)
				f->pageblocks[mm->pageblock[b].mt]++;
		for (int mt = 0; mt < MIGRATE_TYPES; mt++) {
			s64 pages = 0;

			f->pageblocks[mt] -= (s64)sz->pageblocks[mt];
			for (int o = 0; o < NR_PAGE_ORDERS; o++) {
				f->listed[o][mt] = (s64)z->free_area[o].nr_list[mt] -
						   (s64)sz->free_by_order[o][mt];
				pages += f->listed[o][mt] * (s64)N(o);
			}
			f->free_off_type += pages > 0 ? (u32)pages : 0;
		}
	}
}

static int place_image(struct image *img, u64 seed, bool owner_is_pfn)
{
	bool flags = img->m->before.kpageflags;
	struct mm *mm = img->mm;
	struct zone *z;

	if (flags)
		image_from_flags(img);
	else
		image_from_counts(img);
	for_each_populated_zone(mm, z) {
		if (flags)
			image_choose_pcp(img, z);
		if (image_type_blocks(img, z) || place_free(img, z, seed != SEED_AS_BOOT))
			return -1;
		place_pcp(img, z);
		place_reserved_and_used(img, z, owner_is_pfn);
	}
	if (mm_init_late(mm))
		return -ENOMEM;
	set_from_zoneinfo(mm, img->m);
	/* these slots belong to no object of the model, for no event shows when they are freed */
	swap_set_used(mm, img->m->swap_used);
	return fill_lru(img, seed != SEED_AS_BOOT);
}

static struct mm *build_mm(const struct recording *m, const struct boot_options *o, char *err,
			   size_t errlen)
{
	struct boot_fit unread;
	struct image img = { .m = m, .fit = o->fit ? o->fit : &unread, .rng = o->seed };

	memset(img.fit, 0, sizeof(*img.fit));
	if (!m->max_pfn || m->max_pfn > MAX_PFNS - N(MAX_PAGE_ORDER) || !m->nr_cpus ||
	    m->nr_cpus > MAX_CPUS) {
		snprintf(err, errlen,
			 "a machine of %u pages and %u CPUs cannot be built; record with scripts/record, or say --memory",
			 m->max_pfn, m->nr_cpus);
		return NULL;
	}
	img.mm = mm_alloc(m->max_pfn, m->nr_cpus, o->seed);
	img.page = calloc(m->max_pfn, 1);
	if (img.mm)
		set_up_kernel(img.mm, m, o);
	if (!img.mm || !img.page || add_zones(img.mm, m) ||
	    place_image(&img, o->seed, o->owner_is_pfn)) {
		snprintf(err, errlen, "no memory for a machine of %u pages: choose less with --memory",
			 m->max_pfn);
		mm_free(img.mm);
		img.mm = NULL;
	}
	if (img.mm && m->before.have_zoneinfo)
		measure_fit(&img);
	free(img.page);
	return img.mm;
}

/**
 * boot_mm - build the model's memory: zones, free lists, pageblock types, pages in use
 * @m: recording
 * @o: what it leaves open
 * @err: why it cannot be built
 * @errlen: its size
 *
 * Return: the memory with mm_init_late() done, or NULL with @err filled.
 */
struct mm *boot_mm(const struct recording *m, const struct boot_options *o, char *err,
		   size_t errlen)
{
	struct recording *start = malloc(sizeof(*start));
	struct mm *mm = NULL;

	if (start) {
		*start = *m; /* the two share their arrays */
		start->before.changes = o->changes;
		mm = build_mm(start, o, err, errlen);
	} else {
		snprintf(err, errlen, "out of memory");
	}
	free(start);
	return mm;
}
