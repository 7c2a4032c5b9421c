/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * This is what a policy sees of the model, and what it may decide.
 *
 * A policy is one C file with one table, struct policy_ops. A decision that it leaves out (NULL)
 * is vanilla's; one that it takes over may still ask vanilla's function of that name. Names are
 * the kernel's: who knows mm/page_alloc.c finds each decision where it stands there.
 * doc/policies.md and fragreplay-policy(7) explain the whole.
 *
 *	cc -shared -fPIC -O2 -o mine.so mine.c
 *	fragreplay run RECORDING -p vanilla -p ./mine.so,tunable=3
 *
 * policies/skeleton.c of the source tree is a policy to start from. This header, gfp.h and
 * policy_hooks.h, which it includes, are the only ones that are installed, and all that a policy,
 * built in or not, may include of fragreplay.
 */
#ifndef FRAGREPLAY_POLICY_H
#define FRAGREPLAY_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include <fragreplay/gfp.h>

/*
 * Changes whenever something below, or in the headers included, does: a policy that was built for
 * another number is refused. tests/cli/policy.sh holds a hash of them against this number.
 */
#define FRAGREPLAY_POLICY_ABI 3

#define PFN_NONE	0xffffffffu	/* no page: the failed allocation, the end of a search */
#define OWNER_NONE	0xffffffffu	/* nobody's: the trace no longer knows this page */
#define LIST_HEAD_BIT	0x80000000u

/* Where a page is. A page is in exactly one of these; mm_check() holds the lists against it. */
enum page_state {
	PAGE_ABSENT,		/* a hole: no struct page in the kernel, or not of this zone */
	PAGE_RESERVED,		/* present but never in the buddy lists (boot memory) */
	PAGE_BUDDY,		/* free, part of a buddy on a free list */
	PAGE_PCP,		/* free, on a per-CPU list */
	PAGE_USED,		/* allocated */
	PAGE_ISOLATED,		/* free, but held by compaction as a migration target */
};

/* What an allocated page holds, as far as events and kpageflags tell. */
enum page_kind {
	PK_KERNEL,		/* unmovable, unreclaimable, of no further interest */
	PK_SLAB,		/* slab; reclaimable or not is the migratetype it was asked with */
	PK_PGTABLE,
	PK_ANON,		/* on the LRU, swappable */
	PK_FILE,		/* on the LRU, page cache */
	PK_MOVABLE_OPS,		/* not on the LRU but migratable (balloon, zsmalloc) */
	PK_RESERVED,
	NR_PAGE_KINDS
};

struct links {
	u32 next;
	u32 prev;
};

/**
 * struct page - one base page of the model
 *
 * A unit is a buddy, a per-CPU page, an allocated page or folio, or a page that compaction
 * isolated. What holds on which base page:
 *
 *  - @head is exact everywhere: set on a unit's first page, clear on all others.
 *  - @state tells free, used, isolated, absent and reserved apart on every base page; but whether
 *    a free page is in the buddy lists or on a per-CPU list is the head's alone to say (a tail
 *    may say PAGE_PCP within a buddy, and PAGE_BUDDY within a per-CPU page).
 *  - Of a used or isolated unit, @order is valid on every base page. Of a free unit, all other
 *    fields are the head's alone: merging and splitting do not rewrite tails. page_unit() finds
 *    the head of any page.
 *  - A walk from a pageblock's start meets heads only: a free buddy starts at pfn if
 *    state == PAGE_BUDDY && head, and the next unit lies 1 << order pages on. An order-10 buddy
 *    covers two blocks: at the second block's start page_unit() tells.
 *
 * @l: the list it is on: free list, per-CPU list, LRU (head only)
 * @owner: cookie of the object's base page (a trace pfn), OWNER_NONE when nobody's
 * @state: enum page_state
 * @order: of the buddy, per-CPU page or folio this page is part of, so that the head of a used
 *	page is pfn & ~((1 << order) - 1)
 * @head: first page of its unit
 * @kind: enum page_kind while allocated; set on every base page
 * @mt: buddy: type of the list it is on; per-CPU page: type its block had when it was freed (or
 *	the list it was refilled from); allocated: type it was requested with
 * @lru: the folio is on an LRU list (head only)
 * @gen: MGLRU generation modulo 4; classic LRU: 1 when active (head only)
 * @refs: MGLRU: tier references 0..3 (head only)
 * @referenced: touched since the last scan (head only)
 * @dirty: must be written before it can be dropped (head only)
 * @writeback: being written; free once io completes (head only)
 * @reclaim: PG_reclaim: goes to the cold end when its io completes (head only)
 * @workingset: refaulted while in the working set (head only)
 * @pinned: cannot migrate (head only)
 * @swapcache: has a swap slot whose copy is current (head only)
 * @cold: the recorded kernel has reclaimed it; the model's reclaim may find it first (head only)
 * @joined: its parts belong to several objects: it is one folio in the model alone (head only)
 * @buffers: page cache of a block device, which a file system uses for its own blocks (head only)
 * @pcp_buddy: per-CPU page of a block that the CPU owns: it may merge there (head only)
 */
struct page {
	struct links l;
	u32 owner;
	u32 state:3;
	u32 order:4;
	u32 head:1;
	u32 kind:3;
	u32 mt:3;
	u32 lru:1;
	u32 gen:2;
	u32 refs:2;
	u32 referenced:1;
	u32 dirty:1;
	u32 writeback:1;
	u32 reclaim:1;
	u32 workingset:1;
	u32 pinned:1;
	u32 swapcache:1;
	u32 cold:1;
	u32 young:1;		/* free for the LRU code's own use */
	u32 joined:1;
	u32 pcp_buddy:1;
	u32 buffers:1;
};
_Static_assert(sizeof(struct page) == 16, "struct page must stay 16 bytes");

/* alloc_flags, mm/internal.h */
#define ALLOC_WMARK_MIN		WMARK_MIN
#define ALLOC_WMARK_LOW		WMARK_LOW
#define ALLOC_WMARK_HIGH	WMARK_HIGH
#define ALLOC_WMARK_MASK	3u
#define ALLOC_NO_WATERMARKS	4u
#define ALLOC_OOM		8u
#define ALLOC_NON_BLOCK		0x10u
#define ALLOC_MIN_RESERVE	0x20u
#define ALLOC_CPUSET		0x40u
#define ALLOC_CMA		0x80u
#define ALLOC_NOFRAGMENT	0x100u
#define ALLOC_HIGHATOMIC	0x200u
#define ALLOC_KSWAPD		0x800u
#define ALLOC_HARDER		0x1000u	/* 6.1 */
#define ALLOC_KERNEL_MASK	0x1bffu	/* all of the above */
#define ALLOC_POLICY_MASK	0xff0000u /* the policy's own: the model hands them on */
#define ALLOC_FLAGS_NONE	0xffffffffu /* no rights to go on with; see alloc_flags() */

/* compaction results, include/linux/compaction.h:enum compact_result, in its order */
enum compact_result {
	COMPACT_NOT_SUITABLE_ZONE,
	COMPACT_SKIPPED,
	COMPACT_DEFERRED,
	COMPACT_NO_SUITABLE_PAGE,
	COMPACT_CONTINUE,
	COMPACT_COMPLETE,
	COMPACT_PARTIAL_SKIPPED,
	COMPACT_CONTENDED,
	COMPACT_SUCCESS,
};

enum compact_priority {
	COMPACT_PRIO_SYNC_FULL,
	COMPACT_PRIO_SYNC_LIGHT,
	COMPACT_PRIO_ASYNC,
};

/* Where __rmqueue() found the last page of a refill. */
enum rmqueue_mode { RMQUEUE_NORMAL, RMQUEUE_CMA, RMQUEUE_CLAIM, RMQUEUE_STEAL };

/* The memory of one model. A policy asks the functions below for what it needs of it. */
struct mm;

struct free_area {
	u32 list[MIGRATE_TYPES];	/* index of the list's head */
	u32 nr_list[MIGRATE_TYPES];	/* buddies on each list */
	u32 nr_free;			/* buddies on all of them, as the kernel counts */
};

/* A part of a zone that has free lists of its own; see mm_split_free_lists(). */
struct free_region {
	struct free_area free_area[NR_PAGE_ORDERS];
	s64 nr_free_pages;		/* on all of its lists */
};

/*
 * Policies read zones and never write them. With regions, ->free_area counts what is on all of
 * their lists, and has no lists itself.
 */
struct zone {
	enum zone_type type;
	bool populated;
	const char *name;
	u32 start_pfn, spanned, present, managed;
	u32 _watermark[NR_WMARK];
	u32 watermark_boost;
	u32 lowmem_reserve[MAX_NR_ZONES];
	u32 flags;
	struct free_area free_area[NR_PAGE_ORDERS];
	struct free_region *region;	/* NULL: the zone has one set of lists */
	u32 nr_regions, region_order;	/* each of 1 << region_order pages */
	u32 region_base;		/* pfn of region 0's beginning, aligned to their size */
	s64 nr_free_pages, nr_free_cma, nr_free_pages_blocks;
	u32 nr_reserved_highatomic, nr_free_highatomic;
	bool highatomic_used;		/* since then, free blocks side by side may be unmerged */
	struct per_cpu_pages *pcp;	/* one a CPU; the model's own */
	/* LRU pages per zone, for should_reclaim_retry and zone_reclaimable_pages */
	s64 nr_lru_anon, nr_lru_file;
	/* compaction */
	u32 compact_cached_migrate_pfn[2], compact_cached_free_pfn;
	u32 compact_init_migrate_pfn, compact_init_free_pfn;
	u32 compact_considered, compact_defer_shift;
	s32 compact_order_failed;
	bool compact_blockskip_flush;
};

/* The lists that a page is on when it is free. */
static inline struct free_area *zone_free_area(struct zone *z, u32 pfn, u32 order)
{
	if (!z->region)
		return &z->free_area[order];
	return &z->region[(pfn - z->region_base) >> z->region_order].free_area[order];
}

static inline u32 wmark_pages(const struct zone *z, enum zone_watermarks w)
{
	return z->_watermark[w] + z->watermark_boost;
}

/* A request on its way through the allocator. */
struct alloc_context {
	gfp_t gfp;
	u8 migratetype;
	enum zone_type highest_zoneidx;
	s8 preferred;			/* enum zone_type the zonelist walk starts at */
};

/**
 * struct alloc_retry - what a request's rounds through the slow path have brought so far
 * @order: of the request
 * @rc_order: order that reclaim and compaction work for; more than @order: a promoted request
 * @alloc_flags: its rights at present
 * @rounds: rounds of reclaim and compaction begun so far
 * @costly: order above PAGE_ALLOC_COSTLY_ORDER
 * @can_compact: __GFP_IO and direct reclaim are allowed
 * @progress: pages that the last direct reclaim freed
 * @no_progress_loops: rounds that count as having freed nothing, mm/page_alloc.c
 * @compact_retries: rounds that compaction succeeded in without the request being served
 * @compact_result: of the last compaction
 * @prio: of the next one; smaller is harder
 */
struct alloc_retry {
	u32 order, rc_order;
	u32 alloc_flags;
	u32 rounds;
	bool costly, can_compact;
	u64 progress;
	int no_progress_loops, compact_retries;
	enum compact_result compact_result;
	enum compact_priority prio;
};

/* The stages at which the rights of a request are decided; see alloc_flags(). */
enum alloc_stage {
	ALLOC_STAGE_FAST,		/* the request begins */
	ALLOC_STAGE_FREELIST_FAILED,	/* no zone had a page for it */
	ALLOC_STAGE_SLOW,		/* the slow path begins */
	ALLOC_STAGE_LAST,		/* reclaim and compaction are worth no other round */
	ALLOC_STAGE_NONBLOCKING,	/* on the slow path, and it cannot reclaim */
};

/**
 * struct alloc_request - a request whose rights are decided
 * @ac: its flags, type and zones
 * @order: its order
 * @alloc_flags: the rights that it has so far; 0 in ALLOC_STAGE_FAST and ALLOC_STAGE_SLOW
 * @retry: in ALLOC_STAGE_LAST its rounds so far, which may be written; else NULL
 */
struct alloc_request {
	const struct alloc_context *ac;
	u32 order;
	u32 alloc_flags;
	struct alloc_retry *retry;
};

enum policy_tunable_type { TUNABLE_BOOL, TUNABLE_UINT, TUNABLE_REAL, TUNABLE_ENUM };

/**
 * struct policy_tunable - a value that -p NAME,tunable=value sets
 * @name: as given on the command line and in the report
 * @type: what it is: bool (on, off), whole number, number, or one of @values
 * @offset: of its place in the policy's own state: bool for TUNABLE_BOOL, u32 for TUNABLE_UINT
 *	and TUNABLE_ENUM (the index of the value), double for TUNABLE_REAL
 * @def: default, as text
 * @min, @max: of a number, both included
 * @values: names of an enum, ended by NULL; "name|alias|alias" has more than one, the first counts
 * @doc: a line for `fragreplay policies`
 */
struct policy_tunable {
	const char *name;
	enum policy_tunable_type type;
	size_t offset;
	const char *def;
	double min, max;
	const char *const *values;
	const char *doc;
};

/*
 * Where report() and sample() write to: numbers by name, in objects that open and close. A name
 * may be given once in an object.
 */
struct policy_sink;
void sink_u64(struct policy_sink *sink, const char *name, u64 value);
void sink_real(struct policy_sink *sink, const char *name, double value);
void sink_u64s(struct policy_sink *sink, const char *name, const u64 *value, size_t nr);
void sink_open(struct policy_sink *sink, const char *name);
void sink_close(struct policy_sink *sink);

/* A u64 of the policy's own state that the report shows under the policy's name. */
struct policy_counter {
	const char *name;
	size_t offset;
	const char *doc;
};

/* The answer to a question that the model can answer, too. */
enum policy_answer { POLICY_NOT_MINE, POLICY_NO, POLICY_YES };

#include <fragreplay/policy_hooks.h>

#define POLICY_HOOK_MEMBER(type, hook, ...)	type (*hook)(__VA_ARGS__);
#define POLICY_HOOK_COUNT(type, hook, ...)	+ 1
#define POLICY_HOOK_VANILLA(type, hook, ...)	type vanilla_##hook(__VA_ARGS__);

/**
 * struct policy_ops - a policy
 * @abi: FRAGREPLAY_POLICY_ABI
 * @name: as -p takes a built-in one; 1 to 64 letters, digits, '_' and '-'
 * @doc: one line
 * @priv_size: bytes of its own state, one for each model; zeroed, tunables set, before init()
 * @tunables: ended by an entry without a name, or NULL
 * @counters: ended by an entry without a name, or NULL
 *
 * The functions follow in three groups. The lifecycle is here; decisions and notifications are in
 * policy_hooks.h, each under its kernel-doc.
 */
struct policy_ops {
	u32 abi;
	const char *name, *doc;
	size_t priv_size;
	const struct policy_tunable *tunables;
	const struct policy_counter *counters;

	/**
	 * init - the model memory is built and has not run yet
	 * @mm: model memory
	 * @priv: the policy's state, with the tunables set
	 * @err: filled with a message when the policy refuses this memory
	 * @errlen: its size
	 *
	 * Return: 0, or anything else to refuse. Default: nothing to set up. It may change the
	 * model by mm_feature_set() and mm_split_free_lists().
	 */
	int (*init)(struct mm *mm, void *priv, char *err, size_t errlen);
	/**
	 * exit - the model memory goes away
	 * @mm: model memory
	 * @priv: state; itself freed afterwards
	 *
	 * Not called when init() refused. Default: nothing to free.
	 */
	void (*exit)(struct mm *mm, void *priv);
	/**
	 * report - write a section of the report, under the policy's name
	 * @mm: model memory, at the end of the replay
	 * @priv: state
	 * @sink: for the sink_*() functions
	 *
	 * Default: no section. Writes nothing but @sink.
	 */
	void (*report)(const struct mm *mm, const void *priv, struct policy_sink *sink);
	/**
	 * sample - likewise for each sample of a timeline
	 * @mm: model memory
	 * @priv: state
	 * @sink: for the sink_*() functions
	 */
	void (*sample)(const struct mm *mm, const void *priv, struct policy_sink *sink);
	/**
	 * check - hold the policy's own invariants
	 * @mm: model memory, whole as far as the model knows
	 * @priv: state
	 * @text: filled with the first that is broken
	 * @len: its size
	 *
	 * Called with --check-every and at the end of the replay.
	 *
	 * Return: how many are broken, 0 or more. Default: there are none. Writes nothing.
	 */
	int (*check)(struct mm *mm, void *priv, char *text, size_t len);

	POLICY_DECISIONS(POLICY_HOOK_MEMBER)
#ifdef FRAGREPLAY_EXPERIMENTAL
	POLICY_EXPERIMENTAL_HOOKS(POLICY_HOOK_MEMBER)
#else
	void (*experimental[0 POLICY_EXPERIMENTAL_HOOKS(POLICY_HOOK_COUNT)])(void);
#endif
};

/*
 * FRAGREPLAY_POLICY(name) = { .name = "name", ... }: the table that fragreplay looks for. The same
 * file is a policy of the program when it is built into it.
 */
#ifdef FRAGREPLAY_BUILTIN
#define FRAGREPLAY_POLICY(id)	const struct policy_ops id##_policy
#else
#define FRAGREPLAY_POLICY(id)	const struct policy_ops fragreplay_policy
#endif

/* What a policy may ask. Their kernel-doc stands at their definitions, in the model. */

void *mm_policy_priv(const struct mm *mm);
u32 mm_kernel_version(const struct mm *mm);	/* compare it with KERNEL() */
bool mm_feature(const struct mm *mm, const char *name);
int mm_feature_set(struct mm *mm, const char *name, bool on);
const struct zone *mm_zone(const struct mm *mm, enum zone_type type);
const struct page *mm_page(const struct mm *mm, u32 pfn);
u32 mm_max_pfn(const struct mm *mm);
u64 mm_now_ns(const struct mm *mm);
u64 mm_random_u64(struct mm *mm);
u8 mm_pageblock_type(const struct mm *mm, u32 pfn);
bool zone_watermark_ok(const struct mm *mm, const struct zone *z, u32 order, u64 mark,
		       enum zone_type idx, u32 alloc_flags, s64 free_pages);
void wakeup_kcompactd(struct mm *mm, u32 order, enum zone_type idx);
void drain_all_pages(struct mm *mm, struct zone *z);

/* The passes of vanilla's __rmqueue(). A page that they return is on no list and not in use. */
bool should_try_claim_block(u32 order, u8 mt);
u32 __rmqueue_smallest(struct mm *mm, struct zone *z, u32 order, u8 mt);
u32 __rmqueue_claim(struct mm *mm, struct zone *z, u32 order, u8 mt, u32 alloc_flags);
u32 __rmqueue_steal(struct mm *mm, struct zone *z, u32 order, u8 mt);

#ifdef FRAGREPLAY_EXPERIMENTAL

/*
 * For the experimental hooks, and for policies with free lists of their own. A list is named by
 * its index in a free_area. A chunk is a free buddy; one that was taken off its list is on no list
 * and not in use until it is prepared or freed.
 */
int mm_split_free_lists(struct mm *mm, u32 order);
u32 mm_list_first(const struct mm *mm, u32 list);
u32 mm_list_next(const struct mm *mm, u32 pfn);
void mm_visit(struct mm *mm, u32 lists, u32 blocks);
void page_del_and_expand(struct mm *mm, struct zone *z, u32 pfn, u32 low, u32 high, u8 mt);
void del_page_from_free_list(struct mm *mm, struct zone *z, u32 pfn, u32 order, u8 mt);
void expand_freed(struct mm *mm, struct zone *z, u32 pfn, u32 low, u32 high, u8 mt);
void move_to_free_list(struct mm *mm, struct zone *z, u32 pfn, u32 order, u8 mt);
bool prep_move_freepages_block(const struct mm *mm, const struct zone *z, u32 pfn, u32 *num_free,
			       u32 *num_movable);
u32 __move_freepages_block(struct mm *mm, struct zone *z, u32 start, u8 mt);
void set_pageblock_migratetype(struct mm *mm, u32 pfn, u8 mt);
u32 get_page_from_freelist(struct mm *mm, u32 order, u32 alloc_flags, struct alloc_context *ac);

/* These move what is in use. They may allocate and free, and so call the policy's hooks again. */

/**
 * struct evacuation - pages moved out of a pageblock
 * @p_fail: set by the caller: chance that a page cannot be moved, beside those that are pinned
 * @drop_clean: likewise: clean page cache is dropped, not moved
 * @moved, @dropped, @failed: base pages
 * @emptied: nothing movable is left in it
 */
struct evacuation {
	double p_fail;
	bool drop_clean;
	u32 moved, dropped, failed;
	bool emptied;
};

void mm_evacuate_pageblock(struct mm *mm, u32 pfn, struct evacuation *e);
int mm_alloc_contig_range(struct mm *mm, u32 start, u32 nr_pages);
void mm_free_contig_range(struct mm *mm, u32 start, u32 nr_pages);
u32 mm_shrink_slab(struct mm *mm, u32 nr_pages);
u16 mm_current_cpu(const struct mm *mm);
bool mm_pcp_add(struct mm *mm, struct zone *z, u32 pfn, u32 order, u8 mt, bool own);

/* Count the event mm_page_alloc_extfrag: a page of type @mt was found on the list of another. */
void mm_count_fallback(struct mm *mm, u32 pfn, u32 order, u32 found_order, u8 mt, u8 found_mt,
		       bool claimed);

#endif	/* FRAGREPLAY_EXPERIMENTAL */

/* Vanilla's decisions, vanilla_NAME() for each hook that is one. */
POLICY_DECISIONS(POLICY_HOOK_VANILLA)

#endif
