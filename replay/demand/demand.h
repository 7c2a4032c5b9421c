/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From events to demand: what the workload asked for, without what the recorded kernel's own
 * reclaim and compaction did about it. doc/design.md, "The demand rules". One demand stage feeds
 * every policy.
 */
#ifndef FRAGREPLAY_DEMAND_H
#define FRAGREPLAY_DEMAND_H

#include "parsers/trace.h"
#include <fragreplay/policy.h>

/*
 * An object's base page is named by a handle: its pfn in the trace while that is known, or a
 * limbo handle (>= max_pfn) after a migration to an unknown place.
 */
enum op_type {
	OP_ALLOC,	/* object of 1 << order pages at handle; kind, gfp, mt, pid, cpu */
	OP_ALLOC_FAILED,/* an attempt the recorded kernel failed (no handle) */
	OP_THP_FAULT,	/* THP fault attempt, tries folded: handle, or H_NONE if it failed */
	OP_HUGE_ZERO,	/* attempt at the huge zero page: handle, or H_NONE if it failed */
	OP_FREE,	/* the workload frees [handle, handle + (1 << order)) */
	OP_UNMAP,	/* the workload had unmapped it before; the recorded kernel found out now */
	OP_RECLAIM,	/* the recorded kernel reclaimed it: it is cold, and has no owner now; kind
			 * is what it turned out to be */
	OP_MOVE,	/* the recorded kernel migrated it: handle -> handle2 */
	OP_SWAPOUT,	/* the recorded kernel began to write it to swap: cold */
	OP_FORK,	/* task pid is new */
	OP_EXIT,	/* task pid is gone */
	OP_MARK,	/* a = enum record_mark */
	OP_CONTIG,	/* a gigantic page: a = enum record_mark, handle = its id, arg = pages */
	OP_SWAP_CLUSTER,/* the recorded kernel's swap emptied one of its arg clusters */
	OP_RATE,	/* a rate of the recorded kernel: a = enum op_rate, arg = value */
	OP_KSWAPD_CPU,	/* its kswapd has moved to this cpu */
	OP_KCOMPACTD_CPU,
	OP_END,
	/* What the recorded kernel did, for comparison. It is no demand: models ignore it. */
	OP_RECORDED,	/* its counter a (enum vm_event_item) grew by arg, signed */
	OP_EXTFRAG,	/* it took from another type: mt, hint = fallback's type, arg = whether the
			 * block changed its owner, a = enum extfrag_class */
};

static inline bool op_is_demand(enum op_type type)
{
	return type < OP_RECORDED;
}

/* What OP_RATE has in arg; each is measured over the trace up to now. */
enum op_rate {
	RATE_KSWAPD,	/* pages per second that kswapd scanned and did not write */
	RATE_KSWAPD_SWAPOUT,	/* additional ns for a page that it wrote to swap */
	RATE_THREAD_SLICE,	/* ns that a thread has a CPU before another task has it */
	RATE_THREAD_PAUSE,	/* ns that the other task has it */
	RATE_KCOMPACTD,	/* pages kcompactd's scanners visited per second */
	RATE_KCOMPACTD_MIGRATE,	/* ns for a page that it migrated */
	RATE_THP_UNMAPPED,	/* what of a partly unmapped huge page is unmapped, in 1e-6 */
};

#define H_NONE 0xffffffffu

struct op {
	u64 ts;
	u32 handle, handle2;
	u32 gfp;
	s32 pid;
	u16 cpu;
	u16 flags;	/* OPF_* */
	u8 type;	/* enum op_type */
	u8 order;
	u8 mt;
	u8 kind;	/* enum page_kind */
	u8 a;		/* by type; of an allocation or a free OPA_* */
	u8 hint;	/* page cache: order asked for first, at least @order */
	u32 arg;
};

#define OPF_ZERO	1	/* first touch of anonymous memory */
#define OPF_REFAULT	2	/* may be a swap-in, whose page the model may still hold */
#define OPF_DIRTY	4	/* page-cache write */
#define OPF_READ	8	/* page-cache read(ahead) */
#define OPF_SILENT	16	/* this allocation has no event: its free implies it */
#define OPF_MEMALLOC	32	/* the task was reclaiming: PF_MEMALLOC */
#define OPF_KTHREAD	64	/* kswapd, kcompactd, khugepaged */
#define OPF_CLEAN	128	/* OP_RECLAIM: it was swapped in, and its slot kept its content */
#define OPF_BUFFERS	256	/* page cache of a block device, for the file system's own blocks */

#define OPA_BACKGROUND 1	/* kswapd or kcompactd had the CPU */

/* Did a task of the workload have the CPU that the operation names? */
static inline bool op_has_cpu(const struct op *op)
{
	return op->pid && (op->type <= OP_FREE || op->type == OP_EXIT) && op->a != OPA_BACKGROUND;
}

/* A page of the trace, by handle. */
enum tpage_state { T_UNKNOWN, T_FREE, T_LIVE, T_ISOLATED };

struct tpage {
	u32 state:2;	/* enum tpage_state */
	u32 seen:1;	/* an event named it */
	u32 touched:1;	/* ... between the "after" markers */
	u32 guess:1;	/* its place is inferred, not named by an event */
	u32 head:1;
	u32 order:4;
	u32 kind:3;
	u32 mt:2;
	u32 percpu:1;	/* free, but on a per-CPU list; set only within migration_isolate() */
	u32 written:1;	/* reclaim wrote it, as part of a folio of @order */
	u32 freed:15;	/* free: when, in units of 16 frees, modulo 1 << 15; live: LIVE_* */
};

#define FREED_MASK	0x7fffu
#define LIVE_SWAP_TABLE	1u	/* a swap table of the recorded kernel: no object of the model */
#define LIVE_REFAULT	2u	/* OPF_REFAULT: its first content may be that of a swap slot */
#define LIVE_SPLIT	4u	/* reclaim wrote it apart from the folio that it was allocated in */
#define LIVE_BUFFERS	8u	/* OPF_BUFFERS */
#define LIVE_BATCH	0x7ff0u	/* reclaim's batch that wrote it, modulo what fits */

/*
 * Counters of the demand rules, shared by all policies: X(json name, doc). The doc begins with the
 * rule, as doc/design.md, "The demand rules", names it.
 */
/* clang-format off */
#define DEMAND_STATS(X)								\
	X(allocs, "allocations: those that succeeded")				\
	X(alloc_failures, "allocations: attempts that failed, huge page faults left out") \
	X(silent_allocs, "allocations: those without an event, implied by their free") \
	X(forks, "allocations: new tasks, which take a kernel stack")		\
	X(thp_attempts, "allocations: huge page faults, the tries of one folded") \
	X(thp_success, "allocations: huge page faults that got a huge page")	\
	X(thp_folded, "allocations: second tries folded into one fault")	\
	X(folio_folded, "changed outcomes: smaller attempts folded into one page-cache request") \
	X(frees, "frees: of a known object")					\
	X(partial_frees, "frees: of a part of an object")			\
	X(reclaim_frees, "reclaim frees: by the recorded kernel's reclaim")	\
	X(swapouts, "reclaim frees: folios that the recorded kernel began to swap out") \
	X(unmapped_frees, "reclaim frees: pages unmapped before, freed with the split of their folio") \
	X(clean_frees, "reclaim frees: of anonymous pages that were not written") \
	X(swap_tables, "reclaim frees: pages of the recorded kernel's swap tables, not replayed") \
	X(swap_tables_failed, "reclaim frees: failed tries at such a page, at most two per page") \
	X(migrations_exact, "migrations: the pte events name the target")	\
	X(migrations_inferred, "migrations: the target follows from compaction's own lists") \
	X(migrations_limbo, "migrations: to an unknown pfn")			\
	X(limbo_matched, "migrations: frees of an unknown pfn matched to such an object") \
	X(limbo_unmatched, "migrations: objects of unknown pfn that no free was matched to") \
	X(compact_returns, "migrations: frees of isolated free pages, ignored")	\
	X(resident_before, "resident pages: pages in use before the trace")	\
	X(resident_inferred, "resident pages: of these, inferred from an unknown free") \
	X(conflicts, "damage: allocations of a pfn still in use, resolved for the newer") \
	X(lost_events, "damage: events that the trace marks as lost")		\
	X(outside, "damage: events of pages beyond the recorded memory, ignored") \
	X(charge_failures, "allocations: pages freed by a failed memcg charge")
/* clang-format on */

struct demand_stats {
#define X(name, doc) u64 name;
	DEMAND_STATS(X)
#undef X
};

struct demand;
struct recording;
struct flag_changes;

/* Takes a batch of operations. The demand stage reuses the array after the call. */
typedef void (*op_sink)(void *ctx, const struct op *op, size_t n);

struct demand *demand_alloc(const struct recording *m, struct trace *t, u32 max_pfn);
void demand_free(struct demand *d);
void demand_set_sink(struct demand *d, op_sink sink, void *ctx);
void demand_records(struct demand *d, const struct record *rec, size_t n);
size_t demand_prefix(struct demand *d, const struct record *rec, size_t n, bool *done);
int demand_flag_changes(const struct demand *d, const struct recording *m, struct flag_changes *c);
void demand_finish(struct demand *d);
int demand_error(const struct demand *d);
u32 demand_nr_handles(const struct demand *d);
u32 demand_max_pfn(const struct demand *d);
const struct tpage *demand_tpages(const struct demand *d);
struct demand_stats *demand_get_stats(struct demand *d);

#endif
