/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The counters have the names and the order of /proc/vmstat. One list makes the enum and the
 * names, so that a counter cannot have one without the other.
 */
#ifndef FRAGREPLAY_VMSTAT_H
#define FRAGREPLAY_VMSTAT_H

/* clang-format off */
#define VM_EVENTS(X)							\
	X(workingset_refault_anon) X(workingset_refault_file)		\
	X(workingset_activate_anon) X(workingset_activate_file)	\
	X(workingset_restore_anon) X(workingset_restore_file)		\
	X(pgsteal_kswapd) X(pgsteal_direct) X(pgsteal_khugepaged)	\
	X(pgsteal_anon) X(pgsteal_file)					\
	X(pgscan_kswapd) X(pgscan_direct) X(pgscan_khugepaged)		\
	X(pgscan_anon) X(pgscan_file)					\
	X(pgrefill)							\
	X(pswpin) X(pswpout)						\
	X(pgalloc_dma) X(pgalloc_dma32) X(pgalloc_normal)		\
	X(pgalloc_movable)						\
	X(allocstall_dma) X(allocstall_dma32) X(allocstall_normal)	\
	X(allocstall_movable)						\
	X(pgfree) X(pgactivate) X(pgdeactivate) X(pgrotated)		\
	X(slabs_scanned)						\
	X(kswapd_low_wmark_hit_quickly)					\
	X(kswapd_high_wmark_hit_quickly)				\
	X(pageoutrun)							\
	X(oom_kill)							\
	X(pgmigrate_success) X(pgmigrate_fail)				\
	X(thp_migration_success) X(thp_migration_fail)			\
	X(compact_migrate_scanned) X(compact_free_scanned)		\
	X(compact_isolated)						\
	X(compact_stall) X(compact_fail) X(compact_success)		\
	X(compact_daemon_wake)						\
	X(compact_daemon_migrate_scanned)				\
	X(compact_daemon_free_scanned)					\
	X(thp_fault_alloc) X(thp_fault_fallback)			\
	X(thp_collapse_alloc) X(thp_collapse_alloc_failed)		\
	X(thp_split_page) X(thp_deferred_split_page)			\
	X(thp_zero_page_alloc) X(thp_zero_page_alloc_failed)		\
	X(thp_swpout) X(thp_swpout_fallback)				\
	X(swpin_zero) X(swpout_zero)
/* clang-format on */

#define VM_EVENT_ENUM(name) VM_##name,
enum vm_event_item { VM_EVENTS(VM_EVENT_ENUM) NR_VM_EVENT_ITEMS };
#undef VM_EVENT_ENUM

/* Extfrag events are counted by type asked for, type taken from, and class. */
enum extfrag_class { EXTFRAG_STEAL, EXTFRAG_CLAIM_PART, EXTFRAG_CLAIM_BLOCK, EXTFRAG_CAPTURE,
		     NR_EXTFRAG_CLASS };

extern const char *const vm_event_name[NR_VM_EVENT_ITEMS];

#endif
