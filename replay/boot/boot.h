/* SPDX-License-Identifier: GPL-2.0-only */
/* From a recording to the model's memory as it was when the replay begins. */
#ifndef FRAGREPLAY_BOOT_H
#define FRAGREPLAY_BOOT_H

#include "base/kernel.h"

struct kernel_features;
struct mm;
struct recording;

/* How closely the built machine meets the counts that the kernel printed, per zone. */
struct zone_fit {
	int64_t free_pages;		/* placed minus zoneinfo's count */
	int64_t listed[NR_PAGE_ORDERS][MIGRATE_TYPES];	/* buddies placed minus pagetypeinfo */
	int64_t pageblocks[MIGRATE_TYPES];	/* blocks typed minus pagetypeinfo */
	uint32_t pcp_wanted, pcp_placed;	/* base pages by zoneinfo; found a place */
	uint32_t free_off_type;		/* free pages in blocks of another type than counted */
};

struct boot_fit {
	struct zone_fit zone[MAX_NR_ZONES];
	char notes[1024];		/* what could not be reconciled: one line each */
};

void recording_kernel(const struct recording *m, struct kernel_features *k);
struct mm *boot_mm(const struct recording *m, uint64_t seed, bool owner_is_pfn, char *err,
		   size_t errlen);
struct mm *boot_mm_fit(const struct recording *m, uint64_t seed, bool owner_is_pfn,
		       struct boot_fit *fit, char *err, size_t errlen);

#endif
