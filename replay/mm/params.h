/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every guess of the model is a named parameter here, with its default and its source.
 *
 * X(name, default, low, high, "doc; source"). All are doubles in the table and in the report;
 * `--set NAME=VALUE` changes one. A number that the kernel defines is not a guess and does not
 * belong here: sysctls live in struct mm_sysctl.
 */
#ifndef FRAGREPLAY_MM_PARAMS_H
#define FRAGREPLAY_MM_PARAMS_H

/* A parameter, and its sentence on a line of its own. */
/* clang-format off */
#define MM_PARAMS(X)								\
	X(kswapd_scan_pages_per_ms, 400, 0.01, 1e6,				\
	  "pages that kswapd scans per ms on a CPU, of those it does not write, before the recording shows its own pace; 118 to 714 in eight recordings") \
	X(kswapd_swapout_us, 20, 0, 1e6,					\
	  "time more for a page that kswapd swaps out, before the recording shows its own; 13 to 48 in seven recordings") \
	X(thread_slice_us, 1000, 1, 1e9,					\
	  "time that kswapd, kcompactd or a policy's thread keeps its CPU from another task, before the recording shows it; medians of eight recordings: 390 to 3460") \
	X(thread_pause_us, 4000, 0, 1e9,					\
	  "time that the other task has it then, before the recording shows it; means of eight recordings: 2600 to 11700") \
	X(kswapd_wake_us, 200, 0, 1e7,						\
	  "time from a wakeup of kswapd to its first step, in us; medians of five recordings: 113 to 717") \
	X(kcompactd_scan_pages_per_ms, 5000, 0.01, 1e6,				\
	  "pages that kcompactd's scanners visit per ms on a CPU, before the recording shows their pace; 2108 to 6494 in eight recordings") \
	X(kcompactd_migrate_us, 20, 0, 1e6,					\
	  "time that kcompactd takes to migrate a page, before the recording shows it; 15 to 63 in seven recordings") \
	X(kcompactd_gives_way, 0, 0, 1,						\
	  "1: kcompactd gives way to tasks as kswapd does, with thread_slice_us and thread_pause_us; 0: it has its CPU while it is awake. Recorded: it had 0.37 to 0.78 of it; but with 1 its runs in the model end too early, and it migrates half of what is recorded in storms") \
	X(swap_io_us, 1300, 0, 1e7,						\
	  "time from swap-out of a page to the end of its io, in us; 1st percentile from write_folio to the page's free in the recordings of storm and mixed") \
	X(zero_filled_permille, 0, 0, 1000,					\
	  "anonymous pages that hold nothing but zeros when they are swapped out, per mille: swpout_zero of swpout_zero + pswpout in the recording's own counters; without them 0, as in all recordings here but one of transhuge-stress (995)") \
	X(thp_unmapped_permille, 0, 0, 1000,					\
	  "huge pages of which the workload unmaps a part, per mille of those that it gets: thp_deferred_split_page of thp_fault_alloc in the recording's own counters; without them 0, as in all recordings here but two of transhuge-stress (1000)") \
	X(thp_unmapped_share_permille, 1000, 0, 1000,				\
	  "part of such a huge page that is unmapped, per mille, before the recording shows it; 998 in transhuge-stress, and its split frees what is full of zeros as well") \
	X(file_dirty_flush_ms, 5000, 0, 1e7,					\
	  "age at which the flusher has cleaned a dirty file page; dirty_writeback_centisecs") \
	X(slab_objs_per_page, 16, 1, 512,					\
	  "objects a reclaimable slab page holds, to scale slabs_scanned; between ext4 inodes (4) and dentries (21)") \
	X(pinned_permille, 0, 0, 1000,						\
	  "anonymous pages that cannot migrate when tried, per mille; recorded: 2 of 295,000 mapped ones in five recordings") \
	X(pinned_file_permille, 1, 0, 1000,					\
	  "the same for the page cache of files and movable_ops pages; recorded: 0 to 1 in six recordings, 40 in one") \
	X(pinned_buffers_permille, 960, 0, 1000,				\
	  "the same for the page cache of block devices, whose buffers the file system holds (mm/migrate.c:__buffer_migrate_folio); recorded: 830 to 980 in seven recordings") \
	X(pcp_cache_slice_kb, 2048, 0, 1e9,					\
	  "last-level cache per CPU in KiB: decides PCPF_FREE_HIGH_BATCH; common servers")	\
	X(slowpath_max_loops, 1000, 16, 1e9,					\
	  "rounds of the slow path after which a request is given up as stuck; the kernel has no limit") \
	X(cost_scan_ns, 500, 0, 1e9,						\
	  "stall time charged per page scanned by direct reclaim; 1400 to 3800 in the emulated recordings") \
	X(cost_swapout_ns, 5500, 0, 1e9,					\
	  "stall time charged per page written to swap; 8 to 12 times cost_scan_ns in the recordings") \
	X(cost_compact_scan_ns, 50, 0, 1e9, "stall time per page scanned by direct compaction") \
	X(cost_migrate_ns, 1500, 0, 1e9, "stall time per page migrated by direct compaction")
/* clang-format on */

enum mm_param {
#define X(name, def, lo, hi, doc) PARAM_##name,
	MM_PARAMS(X)
#undef X
	NR_PARAMS
};

/* who set a parameter, by rising right to do so */
enum param_from {
	PARAM_FROM_DEFAULT,	/* the table above */
	PARAM_FROM_FIT,		/* measured in the recording */
	PARAM_FROM_USER,	/* --set */
};

extern const char *const param_from_names[];

/**
 * struct mm_params - every parameter's value, a member of its name for each
 * @from: enum param_from, by enum mm_param
 */
struct mm_params {
#define X(name, def, lo, hi, doc) double name;
	MM_PARAMS(X)
#undef X
	unsigned char from[NR_PARAMS];
};

void params_default(struct mm_params *p);
void param_set(struct mm_params *p, enum mm_param which, double value, enum param_from from);

#endif
