/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The start image says what each page is when the replay begins, before the model holds it. It is
 * built from kpageflags (boot_image.c) or from counts alone (boot_synth.c), gets pageblock types
 * (boot_blocks.c), and is placed into the model (boot.c).
 */
#ifndef FRAGREPLAY_BOOT_INTERNAL_H
#define FRAGREPLAY_BOOT_INTERNAL_H

#include "boot.h"
#include "mm/mm.h"
#include "recording/recording.h"

/* A byte of an image is an enum snap_page, or IMG_PCP with the page's order in the upper bits. */
#define IMG_PCP		15u
#define IMG_KIND	15u
#define IMG_SHIFT	4

/**
 * struct image - every page's state at the start
 * @m: recording
 * @mm: the model that is being built: zones and pageblocks
 * @page: by pfn: kind, and order << IMG_SHIFT of a PCP page
 * @fit: how well the counts are met
 * @rng: of choices that the model's seed decides
 */
struct image {
	const struct recording *m;
	struct mm *mm;
	u8 *page;
	struct boot_fit *fit;
	u64 rng;
};

static inline unsigned int image_kind(const struct image *img, u32 pfn)
{
	return img->page[pfn] & IMG_KIND;
}

static inline u64 image_random(struct image *img, u64 below)
{
	return splitmix64(&img->rng) % below;
}

static inline enum first_seen first_seen(const struct recording *m, u32 pfn)
{
	return pfn < m->nr_first_seen ? (enum first_seen)(m->first_seen[pfn] & 3) : FIRST_NEVER;
}

static inline unsigned int first_seen_order(const struct recording *m, u32 pfn)
{
	return pfn < m->nr_first_seen ? m->first_seen[pfn] >> 2 : 0;
}

void fit_note(struct boot_fit *fit, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
unsigned int image_free_order(const struct image *img, const struct zone *z, u32 pfn);
void image_from_flags(struct image *img);
void image_choose_pcp(struct image *img, const struct zone *z);
void image_from_counts(struct image *img);
int image_type_blocks(struct image *img, const struct zone *z);

#endif
