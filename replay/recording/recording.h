/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A recording directory: trace.dat with before/ and after/, copies of procfs files and page
 * flags. This reads them into one struct recording; boot_mm() builds the model from it.
 */
#ifndef FRAGREPLAY_RECORDING_H
#define FRAGREPLAY_RECORDING_H

#include <signal.h>

#include "base/kernel.h"
#include "parsers/trace.h"

struct kernel_features;

#define SNAP_MAX_VMSTAT 320

/* A counter is one line of /proc/vmstat. */
struct snap_counter {
	char name[48];
	uint64_t value;
};

struct snap_zone {
	bool populated;
	uint32_t start_pfn, spanned, present, managed;
	uint64_t free, boost, wmark[NR_WMARK];	/* pages; the marks are without the boost */
	uint32_t protection[MAX_NR_ZONES];
	uint32_t reserved_highatomic;
	uint32_t pcp_count[MAX_CPUS], pcp_high[MAX_CPUS], pcp_batch;
	uint64_t free_by_order[NR_PAGE_ORDERS][MIGRATE_TYPES];	/* pagetypeinfo */
	uint64_t pageblocks[MIGRATE_TYPES];
	uint64_t nr_free[NR_PAGE_ORDERS];	/* buddyinfo: of all types */
};

/**
 * struct flag_changes - page flags that a moment has and the copy of kpageflags has not
 * @change: by rising pfn, @nr of them; room for @cap
 * @first: by pfn >> FLAG_CHANGES_SHIFT, which of them is the first there; one more at the end
 * @nr_groups: entries of @first without that last one
 */
struct flag_changes {
	struct flag_change {
		uint32_t pfn;
		uint64_t flags;
	} *change;
	uint32_t nr, cap;
	uint32_t *first;
	uint32_t nr_groups;
};

#define FLAG_CHANGES_SHIFT 6

/* A snapshot is one side of a recording, before/ or after/. */
struct snapshot {
	bool present;		/* the directory is there and was read whole */
	struct snap_counter vmstat[SNAP_MAX_VMSTAT];
	unsigned int nr_vmstat;
	struct snap_zone zone[MAX_NR_ZONES];
	unsigned int nr_cpus, nr_nodes;
	bool have_pagetypeinfo, have_zoneinfo, has_cma_row;
	bool have_vmstat, have_buddyinfo;
	bool buddy_heads_only;	/* kpageflags marked heads; the rest was filled in by the reader */
	uint64_t *kpageflags;	/* by pfn as read; NULL when absent */
	const struct flag_changes *changes;	/* of @kpageflags; NULL: none */
	uint64_t *kpagecount;
	uint32_t nr_pfns;	/* entries in kpageflags */
};

/* Who set a sysctl. A value that follows from the recorded watermarks is of the recording, too. */
enum sysctl_from { SYSCTL_FROM_DEFAULT, SYSCTL_FROM_RECORDING, SYSCTL_FROM_USER };

extern const char *const sysctl_from_names[];

struct recording {
	struct snapshot before, after;
	char kernel[128];	/* release, from before/version; "" unknown */
	uint32_t version;	/* as kernel_version_parse() */
	bool have_sysctl, have_lru_gen, lru_gen;
	struct mm_sysctl sysctl;
	uint8_t sysctl_from[NR_SYSCTLS];	/* enum sysctl_from, in the order of sysctl_table */
	bool sysctl_changed;	/* by --set: marks and reserves are computed, not the recorded */
	enum thp_defrag thp_defrag;
	enum thp_enabled thp_enabled;
	uint64_t swap_pages;	/* from swaps or meminfo */
	uint64_t swap_used;	/* of these, when the trace begins; from swaps */
	bool swap_in_ram;	/* a swap area is a RAM disk, or compressed RAM */
	uint64_t memtotal_kb;
	const char *source;	/* "kpageflags", "zoneinfo", "inferred", "option" */
	uint32_t max_pfn;
	uint16_t nr_cpus;
	char notes[8192];	/* what was missing, folded or inferred, a line each */
	uint8_t *first_seen;	/* by pfn: enum first_seen; NULL: the trace was not looked at */
	uint32_t nr_first_seen;
	bool unseen_free; /* pages that no event names were free, for nothing was reclaimed */
};

int recording_load(struct recording *m, const char *dir, char *err, size_t errlen);
void recording_release(struct recording *m);
void recording_note(struct recording *m, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

bool snapshot_vmstat(const struct snapshot *s, const char *name, uint64_t *value);
bool recording_delta(const struct recording *m, const char *name, uint64_t *delta);

void recording_infer(struct recording *m, uint64_t pages, uint64_t trace_max_pfn,
		     unsigned int nr_cpus);

/* What the first event of a page says about the moment before: was it free or in use? */
enum first_seen { FIRST_NEVER, FIRST_ALLOC, FIRST_FREE };

int recording_first_seen(struct recording *m, uint64_t pfn, unsigned int order, bool alloc);

#define TRACE_EXTENT_HOLES 8

/* What a first pass over a trace shows of the recorded machine; trace_extent.c. */
struct trace_extent {
	uint64_t max_pfn;		/* one past the highest pfn named; 0: none was */
	uint64_t swapouts;		/* folios that reclaim began to write to swap */
	uint64_t reclaims;		/* other events of reclaim */
	unsigned int cpus;
	char kernel[128];
	struct trace_hole hole[TRACE_EXTENT_HOLES]; /* rising; pfns are without them */
	unsigned int nr_holes;
};

void recording_infer_reclaim(struct recording *m, const struct trace_extent *e);
int trace_extent_read(struct trace_extent *e, const char *path, const struct trace_options *opt,
		      uint64_t pages, struct recording *m, const volatile sig_atomic_t *stop,
		      char *err, size_t errlen);

int flag_changes_init(struct flag_changes *c, uint32_t nr_pfns);
int flag_changes_add(struct flag_changes *c, uint32_t pfn, uint64_t flags);
void flag_changes_release(struct flag_changes *c);
uint64_t snapshot_flags(const struct snapshot *s, uint32_t pfn);

/* The kinds of pages that kpageflags tells apart (include/uapi/linux/kernel-page-flags.h). */
enum snap_page { SNAP_ABSENT, SNAP_RESERVED, SNAP_BUDDY, SNAP_NOFLAGS, SNAP_SLAB, SNAP_PGTABLE,
		 SNAP_ANON, SNAP_FILE, SNAP_KERNEL, SNAP_OFFLINE };
enum snap_page snapshot_page_kind(const struct snapshot *s, uint32_t pfn);
bool snapshot_page_buffers(const struct snapshot *s, uint32_t pfn);

uint32_t snapshot_compound_head(const struct snapshot *s, uint32_t pfn);
unsigned int snapshot_compound_order(const struct snapshot *s, uint32_t head);

#endif
