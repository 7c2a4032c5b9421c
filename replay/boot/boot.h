/* SPDX-License-Identifier: GPL-2.0-only */
/* A recording becomes the model's memory as it was when the replay begins. */
#ifndef FRAGREPLAY_BOOT_H
#define FRAGREPLAY_BOOT_H

#include "base/kernel.h"

struct kernel_features;
struct mm;
struct recording;
struct flag_changes;
struct mm_params;

/* How closely the built memory meets the counts that the kernel printed, per zone. */
struct zone_fit {
	int64_t free_pages;		/* placed minus zoneinfo's count */
	int64_t listed[NR_PAGE_ORDERS][MIGRATE_TYPES];	/* buddies placed minus pagetypeinfo */
	int64_t pageblocks[MIGRATE_TYPES];	/* blocks typed minus pagetypeinfo */
	uint32_t pcp_wanted, pcp_placed;	/* base pages: by zoneinfo, and of these placed */
	uint32_t free_off_type;		/* free pages in blocks of another type than counted */
};

struct boot_fit {
	struct zone_fit zone[MAX_NR_ZONES];
	char notes[1024];		/* what could not be reconciled, a line each */
};

/**
 * struct boot_options - what a recording leaves open
 * @features: the kernel to behave as; NULL: the recorded one
 * @params: NULL: the defaults
 * @changes: of before/kpageflags, up to the moment to start from; NULL: none
 * @seed: of all that is not known, the order of free lists above all
 * @owner_is_pfn: pages in use get their own pfn as owner cookie
 * @fit: filled in with how well the counts are met; may be NULL
 */
struct boot_options {
	const struct kernel_features *features;
	const struct mm_params *params;
	const struct flag_changes *changes;
	uint64_t seed;
	bool owner_is_pfn;
	struct boot_fit *fit;
};

void recording_kernel(const struct recording *m, uint32_t version, struct kernel_features *k);
struct mm *boot_mm(const struct recording *m, const struct boot_options *o, char *err,
		   size_t errlen);

#endif
