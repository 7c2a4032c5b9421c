/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Facts about the kernel that more than one part of the tool needs: versions, the names of zones
 * and migratetypes, sysctls and the settings of transparent huge pages. Each fact stands here
 * once, in a list that its users expand; what only the model of memory needs stays in mm/.
 */
#ifndef FRAGREPLAY_BASE_KERNEL_H
#define FRAGREPLAY_BASE_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

#include <fragreplay/gfp.h>

/*
 * The versions between which the model tells kernels apart; a later patch level of the newest
 * counts as that one.
 */
#define KERNEL_OLDEST		KERNEL(6, 1, 0)
#define KERNEL_NEWEST		KERNEL(7, 3, 4)
#define KERNEL_NEEDED		"a version from 6.1 to 7.3, such as 6.12 or 6.18.5"

#define MAX_CPUS		512	/* CPUs of the model; more are folded into these */
#define MAX_PFNS		(1u << 31)	/* the highest bit of a link marks a list head */

/* X(enum zone_type, name), mm/page_alloc.c:zone_names */
#define KERNEL_ZONES(X)			\
	X(ZONE_DMA, "DMA")		\
	X(ZONE_DMA32, "DMA32")		\
	X(ZONE_NORMAL, "Normal")	\
	X(ZONE_MOVABLE, "Movable")

/* X(enum migratetype, name, key in reports), mm/page_alloc.c:migratetype_names */
#define KERNEL_MIGRATETYPES(X)						\
	X(MIGRATE_UNMOVABLE, "Unmovable", "unmovable")			\
	X(MIGRATE_MOVABLE, "Movable", "movable")			\
	X(MIGRATE_RECLAIMABLE, "Reclaimable", "reclaimable")		\
	X(MIGRATE_HIGHATOMIC, "HighAtomic", "highatomic")		\
	X(MIGRATE_CMA, "CMA", "cma")					\
	X(MIGRATE_ISOLATE, "Isolate", "isolate")

extern const char *const zone_names[MAX_NR_ZONES];
extern const char *const migratetype_names[MIGRATE_TYPES];
extern const char *const migratetype_keys[MIGRATE_TYPES];

/* X(suffix of THP_ENABLED_, name), /sys/kernel/mm/transparent_hugepage/enabled */
#define THP_ENABLED_MODES(X)	\
	X(ALWAYS, "always")	\
	X(MADVISE, "madvise")	\
	X(NEVER, "never")

/* X(suffix of THP_DEFRAG_, name), /sys/kernel/mm/transparent_hugepage/defrag */
#define THP_DEFRAG_MODES(X)			\
	X(ALWAYS, "always")			\
	X(DEFER, "defer")			\
	X(DEFER_MADVISE, "defer+madvise")	\
	X(MADVISE, "madvise")			\
	X(NEVER, "never")

enum thp_enabled {
#define X(mode, name) THP_ENABLED_##mode,
	THP_ENABLED_MODES(X)
#undef X
	NR_THP_ENABLED_MODES
};

enum thp_defrag {
#define X(mode, name) THP_DEFRAG_##mode,
	THP_DEFRAG_MODES(X)
#undef X
	NR_THP_DEFRAG_MODES
};

extern const char *const thp_enabled_names[NR_THP_ENABLED_MODES];
extern const char *const thp_defrag_names[NR_THP_DEFRAG_MODES];

/*
 * The sysctls that decide how the model behaves, in the order of reports. ONE(member, name in
 * /proc/sys/vm, lowest, highest, marks, default) is a number, ZONES() one for each zone. marks says
 * that zone watermarks and the sizes of per-CPU lists follow from it. The defaults are those of the
 * kernel's sources, where min_free_kbytes follows from the size of memory: 0 stands for that.
 */
#define KERNEL_SYSCTLS(ONE, ZONES)                                                               \
	ONE(min_free_kbytes, "min_free_kbytes", 128, 1u << 30, true, 0)                          \
	ONE(watermark_scale_factor, "watermark_scale_factor", 1, 3000, true, 10)                 \
	ONE(watermark_boost_factor, "watermark_boost_factor", 0, 1000000, false, 15000)          \
	ZONES(lowmem_reserve_ratio, "lowmem_reserve_ratio", 0, 1u << 30, true,                   \
	      { 256, 256, 32, 0 })                                                               \
	ONE(percpu_pagelist_high_fraction, "percpu_pagelist_high_fraction", 0, 1000000, true, 0) \
	ONE(swappiness, "swappiness", 0, 200, false, 60)                                         \
	ONE(extfrag_threshold, "extfrag_threshold", 0, 1000, false, 500)                         \
	ONE(compaction_proactiveness, "compaction_proactiveness", 0, 100, false, 20)             \
	ONE(page_cluster, "page-cluster", 0, 31, false, 3)                                       \
	ONE(defrag_mode, "defrag_mode", 0, 1, false, 0)

struct mm_sysctl {
#define ONE(member, ...) u32 member;
#define ZONES(member, ...) u32 member[MAX_NR_ZONES];
	KERNEL_SYSCTLS(ONE, ZONES)
#undef ONE
#undef ZONES
};

/**
 * struct sysctl_info - one sysctl of struct mm_sysctl
 * @member: its name in that struct, in reports and for --set
 * @name: its name in /proc/sys/vm
 * @offset: of the member, an array of @nr u32
 * @nr: 1, or MAX_NR_ZONES
 * @low: smallest value that --set takes
 * @high: largest
 * @marks: zone watermarks and the sizes of per-CPU lists follow from it
 */
struct sysctl_info {
	const char *member, *name;
	size_t offset;
	unsigned int nr;
	u32 low, high;
	bool marks;
};

/* the indexes of sysctl_table */
enum kernel_sysctl {
#define X(member, ...) SYSCTL_##member,
	KERNEL_SYSCTLS(X, X) NR_SYSCTLS
#undef X
};

extern const struct sysctl_info sysctl_table[NR_SYSCTLS];
extern const struct mm_sysctl sysctl_defaults;

static inline u32 *sysctl_value(struct mm_sysctl *s, const struct sysctl_info *info)
{
	return (u32 *)((char *)s + info->offset);
}

/*
 * The bits of a word of /proc/kpageflags that the tool reads or writes:
 * include/uapi/linux/kernel-page-flags.h; from KPF_RESERVED on include/linux/kernel-page-flags.h.
 */
enum kpf_bit {
	KPF_REFERENCED = 2,
	KPF_UPTODATE = 3,
	KPF_DIRTY = 4,
	KPF_LRU = 5,
	KPF_ACTIVE = 6,
	KPF_SLAB = 7,
	KPF_BUDDY = 10,
	KPF_ANON = 12,
	KPF_SWAPBACKED = 14,
	KPF_COMPOUND_HEAD = 15,
	KPF_COMPOUND_TAIL = 16,
	KPF_HUGE = 17,
	KPF_NOPAGE = 20,
	KPF_OFFLINE = 23,
	KPF_PGTABLE = 26,
	KPF_RESERVED = 32,
	KPF_PRIVATE = 35,
};

#define KPF(name)	(1ull << KPF_##name)

u32 kernel_version_parse(const char *s);
bool kernel_version_modeled(u32 version);
const char *kernel_version_print(u32 version, char *buf, size_t size);
int name_index(const char *const *names, int nr, const char *name);

#endif
