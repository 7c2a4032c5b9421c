/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hooks of a policy. <fragreplay/policy.h> includes this file; a policy includes that one.
 *
 * One entry here makes a member of struct policy_ops, the hook's name in messages, its number, and
 * for a decision the prototype of vanilla's function. An entry is X(type, name, arguments...), as
 * in the kernel's include/linux/lsm_hook_defs.h, and stands under its kernel-doc.
 *
 * A decision returns a value. A policy that leaves one out (NULL) gets vanilla_NAME(), which the
 * kernel-doc of a decision calls the default; a policy's own function may call it, too. A
 * notification returns nothing and begins with on_; without it nothing is called.
 *
 * Every value that a hook returns is held against the range that its kernel-doc gives. One outside
 * of it ends the replay with a message that names policy, hook, value and range. A bool has no
 * other range. "Not mine" has one form: the NONE of the type (PFN_NONE, ALLOC_FLAGS_NONE), or
 * POLICY_NOT_MINE of an enum policy_answer.
 *
 * What a hook may write: its policy's own state always, the model memory only by the functions of
 * policy.h, and not even by these where @mm is const. Zones and pages are read, never written.
 */
#ifndef FRAGREPLAY_POLICY_HOOKS_H
#define FRAGREPLAY_POLICY_HOOKS_H

/* clang-format off */

#define POLICY_DECISIONS(X)								\
/**
 * rmqueue - take a page from a zone's free lists: own type, claim, steal, in which order?
 * @mm: model memory
 * @z: zone, to be given to the functions that take pages
 * @order: of the page, 0 .. MAX_PAGE_ORDER
 * @mt: type of the request, enum migratetype
 * @alloc_flags: rights of the request, ALLOC_*
 * @mode: where the last page of the same refill of a per-CPU list was found; may be written
 *
 * Called with the zone's watermark tested, once for each page. mm/page_alloc.c:__rmqueue.
 *
 * Return: pfn of the first page, off its free list and not in use yet; PFN_NONE: no page.
 * Default: vanilla_rmqueue(). May take pages and change the types of pageblocks.
 */											\
X(u32, rmqueue, struct mm *mm, struct zone *z, u32 order, u8 mt, u32 alloc_flags,	\
  enum rmqueue_mode *mode)								\
/**
 * claim_block - is a pageblock to become one of the request's type?
 * @mm: model memory
 * @pfn: a free page of the block
 * @mt: type of the request
 * @nr_free: free pages of the block, 1 .. pageblock_nr_pages
 * @alike: pages in use that suit @mt as they are
 *
 * Called for a block that is partly free, from vanilla's rmqueue().
 * mm/page_alloc.c:try_to_claim_block.
 *
 * Return: whether the block is converted. Default: vanilla_claim_block(). Writes nothing.
 */											\
X(bool, claim_block, const struct mm *mm, u32 pfn, u8 mt, u32 nr_free, u32 alike)	\
/**
 * reserve_highatomic - does a page's block join the reserve for high-order atomic requests?
 * @mm: model memory
 * @z: its zone
 * @pfn: the page, in use
 * @order: its order, 1 .. MAX_PAGE_ORDER
 *
 * Called for each page that a request with ALLOC_HIGHATOMIC was given on the slow path.
 * mm/page_alloc.c:reserve_highatomic_pageblock.
 *
 * Return: whether the block is reserved, if it is of an ordinary type. Default:
 * vanilla_reserve_highatomic(): yes until the reserve is full. Writes nothing.
 */											\
X(bool, reserve_highatomic, const struct mm *mm, const struct zone *z, u32 pfn, u32 order) \
/**
 * alloc_flags - the rights of a request, at one of five stages
 * @mm: model memory
 * @req: the request, and the rights that it has so far
 * @stage: where it stands
 *
 * ALLOC_STAGE_FAST: the request begins. mm/page_alloc.c:alloc_flags_nofragment and
 *	prepare_alloc_pages.
 * ALLOC_STAGE_FREELIST_FAILED: no zone had a page for it. Other rights: all zones are looked at
 *	again. ALLOC_FLAGS_NONE: that was all. mm/page_alloc.c:get_page_from_freelist.
 * ALLOC_STAGE_SLOW: the slow path begins. mm/page_alloc.c:gfp_to_alloc_flags.
 * ALLOC_STAGE_LAST: neither reclaim nor compaction is worth another round. Rights, also the same:
 *	another round with these. ALLOC_FLAGS_NONE: the request goes on towards its failure.
 *	@req->retry may be written. mm/page_alloc.c:__alloc_pages_slowpath.
 * ALLOC_STAGE_NONBLOCKING: on the slow path, and the request cannot reclaim. Rights: another
 *	round with these. ALLOC_FLAGS_NONE: it fails. mm/page_alloc.c:__alloc_pages_slowpath.
 *
 * Return: ALLOC_* of the kernel, and bits of ALLOC_POLICY_MASK, which are the policy's own;
 * ALLOC_FLAGS_NONE where the stage has it. Default: vanilla_alloc_flags(). Writes @req->retry.
 */											\
X(u32, alloc_flags, struct mm *mm, const struct alloc_request *req, enum alloc_stage stage) \
/**
 * kswapd_wake_order - for what order is kswapd woken?
 * @mm: model memory
 * @order: of the request
 *
 * Called in each round of the slow path of a request with ALLOC_KSWAPD.
 * mm/page_alloc.c:wake_all_kswapds.
 *
 * Return: @order .. MAX_PAGE_ORDER. Default: vanilla_kswapd_wake_order(), which is @order.
 */											\
X(u32, kswapd_wake_order, struct mm *mm, u32 order)					\
/**
 * gives_up_early - does a request that may reclaim fail before it does?
 * @mm: model memory
 * @ac: request
 * @order: its order
 *
 * Called once the free lists have failed. mm/page_alloc.c:__alloc_pages_slowpath.
 *
 * Return: whether it fails. Default: vanilla_gives_up_early(), which is false. May wake threads.
 */											\
X(bool, gives_up_early, struct mm *mm, const struct alloc_context *ac, u32 order)	\
/**
 * reclaim_compact_order - what order do direct reclaim and compaction of this round work for?
 * @mm: model memory
 * @ac: request
 * @r: its rounds so far
 *
 * mm/page_alloc.c:__alloc_pages_slowpath.
 *
 * Return: @r->order .. MAX_PAGE_ORDER. Default: vanilla_reclaim_compact_order(), which is
 * @r->order.
 */											\
X(u32, reclaim_compact_order, struct mm *mm, const struct alloc_context *ac,		\
  const struct alloc_retry *r)								\
/**
 * reclaim_retry - another round, going by what reclaim does?
 * @mm: model memory
 * @ac: request
 * @r: its rounds so far; the counts of loops and retries and ->prio may be written
 *
 * mm/page_alloc.c:should_reclaim_retry.
 *
 * Return: whether to try again. Default: vanilla_reclaim_retry().
 */											\
X(bool, reclaim_retry, struct mm *mm, const struct alloc_context *ac, struct alloc_retry *r) \
/**
 * compact_retry - another round, going by what compaction does?
 * @mm: model memory
 * @ac: request
 * @r: its rounds so far; the counts of loops and retries and ->prio may be written
 *
 * Called when reclaim_retry() said no. mm/page_alloc.c:should_compact_retry.
 *
 * Return: whether to try again. Default: vanilla_compact_retry().
 */											\
X(bool, compact_retry, struct mm *mm, const struct alloc_context *ac, struct alloc_retry *r) \
/**
 * balanced_free_pages - how many free pages of a zone does kswapd hold against the high mark?
 * @mm: model memory
 * @z: zone
 * @order: that kswapd works for
 *
 * mm/vmscan.c:pgdat_balanced.
 *
 * Return: pages, 0 .. @z->spanned. Default: vanilla_balanced_free_pages(), which is
 * @z->nr_free_pages.
 */											\
X(s64, balanced_free_pages, const struct mm *mm, const struct zone *z, u32 order)	\
/**
 * kcompactd_alloc_flags - at what mark is kcompactd woken, and up to what mark does it work?
 * @mm: model memory
 * @wake: it is to be woken; else it begins
 *
 * mm/compaction.c:kcompactd_node_suitable, kcompactd_do_work.
 *
 * Return: ALLOC_* of the kernel. Default: vanilla_kcompactd_alloc_flags().
 */											\
X(u32, kcompactd_alloc_flags, const struct mm *mm, bool wake)				\
/**
 * compact_free_pages - how many free pages does compaction's first watermark test count?
 * @mm: model memory
 * @z: zone
 * @kcompactd: background work asks, not a request
 *
 * mm/compaction.c:compaction_suit_allocation_order.
 *
 * Return: pages, 0 .. @z->spanned. Default: vanilla_compact_free_pages(), which is
 * @z->nr_free_pages.
 */											\
X(s64, compact_free_pages, const struct mm *mm, const struct zone *z, bool kcompactd)	\
/**
 * compact_finished - is a run of compaction done?
 * @mm: model memory
 * @z: zone
 * @order: that it works for
 * @direct: for a request; else kcompactd's
 * @idx: highest zone of the request
 * @alloc_flags: mark and rights of the request
 *
 * Called after each pageblock. mm/compaction.c:__compact_finished.
 *
 * Return: POLICY_YES: done. POLICY_NO: go on. POLICY_NOT_MINE: done once a page for the request is
 * free, as in the kernel. Default: vanilla_compact_finished(), which is POLICY_NOT_MINE.
 */											\
X(enum policy_answer, compact_finished, const struct mm *mm, const struct zone *z, int order, \
  bool direct, enum zone_type idx, u32 alloc_flags)					\
/**
 * filemap_gfp - how does a buffered write ask for a page-cache folio?
 * @mm: model memory
 * @gfp: flags of the mapping, and those that the write adds
 * @hint: order that the write could use
 * @order: of this attempt, @min .. MAX_PAGE_ORDER
 * @min: least order that the mapping takes, mostly 0
 *
 * Called for each attempt, from the highest order down. mm/filemap.c:__filemap_get_folio.
 *
 * Return: __GFP_* that policy.h names. Default: vanilla_filemap_gfp().
 */											\
X(gfp_t, filemap_gfp, struct mm *mm, gfp_t gfp, u32 hint, u32 order, u32 min)

/*
 * Experimental: what superpageblocks (policies/spb) need. These hooks follow one series that is
 * under review, and change with it. A plug-in that defines FRAGREPLAY_EXPERIMENTAL before it
 * includes policy.h sees them. "Region" is a part of a zone with free lists of its own, see
 * mm_split_free_lists(). A chunk is a free buddy.
 *
 * None of these has a vanilla function: what happens without one is said under Default.
 */
#define POLICY_EXPERIMENTAL_DECISIONS(X)						\
/**
 * rmqueue_highatomic - take a page for a high-order atomic request from its reserve
 * @mm: model memory
 * @z: zone, to be given to the functions that take pages
 * @order: of the page
 *
 * mm/page_alloc.c:rmqueue_buddy.
 *
 * Return: as rmqueue(). Default: the smallest chunk of any region.
 */											\
X(u32, rmqueue_highatomic, struct mm *mm, struct zone *z, u32 order)			\
/**
 * freed_block_type - the list that the pages of a pageblock go to that has become wholly free
 * @mm: model memory
 * @z: its zone
 * @pfn: its first page
 * @mt: list that they would go to
 *
 * Return: @mt, MIGRATE_UNMOVABLE, MIGRATE_MOVABLE or MIGRATE_RECLAIMABLE. Default: @mt. May change
 * the type of the block.
 */											\
X(u8, freed_block_type, struct mm *mm, struct zone *z, u32 pfn, u8 mt)			\
/**
 * pcp_refill - put whole pageblocks, and parts of pageblocks, on a CPU's lists
 * @mm: model memory; mm_current_cpu() is the CPU
 * @z: zone, to be given to mm_pcp_add() and the functions that take pages
 * @order: of the request
 * @mt: its type
 * @nr: base pages wanted
 * @alloc_flags: its rights
 *
 * Called in kernels with pcp_buddy, when the blocks that the CPU owns already did not have enough.
 * Single pages fill what is left. mm/page_alloc.c:rmqueue_bulk.
 *
 * Return: base pages added, at most @nr and one chunk of MAX_PAGE_ORDER. Default: whole pageblocks
 * from the zone.
 */											\
X(u32, pcp_refill, struct mm *mm, struct zone *z, u32 order, u8 mt, u32 nr, u32 alloc_flags) \
/**
 * direct_compact - a page for a request, before it compacts
 * @mm: model memory
 * @ac: request
 * @r: its rounds so far
 *
 * What it moves and scans is time of the request. mm/page_alloc.c:__alloc_pages_direct_compact.
 *
 * Return: pfn of a page in use of @r->order; PFN_NONE: compact. Default: compact.
 */											\
X(u32, direct_compact, struct mm *mm, struct alloc_context *ac, const struct alloc_retry *r) \
/**
 * last_resort - a page for a request that neither reclaim nor compaction could help
 * @mm: model memory
 * @ac: request
 * @r: its rounds so far
 *
 * Called before ALLOC_STAGE_LAST, likewise on the time of the request.
 *
 * Return: pfn of a page in use of @r->order; PFN_NONE: go on. Default: go on.
 */											\
X(u32, last_resort, struct mm *mm, struct alloc_context *ac, const struct alloc_retry *r) \
/**
 * alloc_contig - a piece of memory that is larger than a pageblock, such as a gigantic page
 * @mm: model memory
 * @z: zone
 * @nr_pages: a power of two, whole pageblocks
 *
 * Called for each zone, the highest first, before the zones are scanned for a place.
 * mm/page_alloc.c:alloc_contig_pages.
 *
 * Return: first pfn, aligned to @nr_pages, of a range of @z in use as mm_alloc_contig_range()
 * leaves it; PFN_NONE: none here. Default: none.
 */											\
X(u32, alloc_contig, struct mm *mm, struct zone *z, u32 nr_pages)			\
/**
 * compact_skips - is a part of a zone not worth scanning for pages to migrate?
 * @mm: model memory
 * @z: zone
 * @pfn: first page of a pageblock
 *
 * mm/compaction.c:isolate_migratepages.
 *
 * Return: pfn from which to go on, above @pfn and at most the zone's end; PFN_NONE: scan it.
 * Default: scan it.
 */											\
X(u32, compact_skips, const struct mm *mm, const struct zone *z, u32 pfn)

#define POLICY_EXPERIMENTAL_NOTIFICATIONS(X)						\
/**
 * on_chunk_taken - a free chunk leaves its list to be used
 * @mm: model memory
 * @z: its zone
 * @pfn: its first page
 * @order: its order
 * @mt: its list; of a chunk that direct compaction captures, the type of the request
 *
 * Called while it is still on the list, also for each part of a zone's own search.
 */											\
X(void, on_chunk_taken, struct mm *mm, const struct zone *z, u32 pfn, u32 order, u8 mt)	\
/**
 * on_chunk_isolated - a free chunk leaves its list to be a target of migration
 * @mm: model memory
 * @z: its zone
 * @pfn: its first page
 * @order: its order
 * @mt: its list; MIGRATE_ISOLATE: a contiguous allocation takes it
 *
 * Called while it is still on the list.
 */											\
X(void, on_chunk_isolated, struct mm *mm, const struct zone *z, u32 pfn, u32 order, u8 mt) \
/**
 * on_region_list - a list of a region got its first chunk, or lost its last
 * @mm: model memory
 * @z: zone
 * @region: index into @z->region
 * @order: of the list
 * @mt: its type
 * @filled: it got its first chunk
 *
 * Splitting, merging and a change of type count. It must change nothing in the model memory.
 */											\
X(void, on_region_list, struct mm *mm, const struct zone *z, u32 region, u32 order, u8 mt, \
  bool filled)										\
/**
 * on_free_contig - a piece that alloc_contig_pages() returned is about to be given back
 * @mm: model memory
 * @z: its zone
 * @pfn: its first page
 * @nr_pages: its size
 */											\
X(void, on_free_contig, struct mm *mm, const struct zone *z, u32 pfn, u32 nr_pages)	\
/**
 * on_compact_scanned - compaction has scanned a whole pageblock, and nothing in it can move
 * @mm: model memory
 * @z: zone
 * @pfn: first page of the block
 */											\
X(void, on_compact_scanned, struct mm *mm, const struct zone *z, u32 pfn)		\
/**
 * on_background - the policy's own threads may run
 * @mm: model memory; its clock stands at the last operation of the trace
 * @until_ns: up to this moment, ns since the first operation
 *
 * May allocate, move and free pages.
 */											\
X(void, on_background, struct mm *mm, u64 until_ns)

#define POLICY_EXPERIMENTAL_HOOKS(X)							\
	POLICY_EXPERIMENTAL_DECISIONS(X)						\
	POLICY_EXPERIMENTAL_NOTIFICATIONS(X)

#define POLICY_HOOKS(X)									\
	POLICY_DECISIONS(X)								\
	POLICY_EXPERIMENTAL_HOOKS(X)

/* clang-format on */

#endif
