// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policy's own hooks are called here, and what they return is held against the range that
 * policy_hooks.h gives. An answer outside of it is blamed on the policy, which ends the replay; the
 * operation that is under way goes on with one that does no harm. The kernel-doc of asked_NAME() is
 * that of the hook NAME.
 */
#include "compaction.h"

#define RIGHTS	(ALLOC_KERNEL_MASK | ALLOC_POLICY_MASK)

static u32 in_range(const struct mm *mm, const char *hook, u32 value, u32 low, u32 high)
{
	if (value >= low && value <= high)
		return value;
	policy_broke(mm, hook, "returned %u; allowed is %u to %u", value, low, high);
	return low;
}

static s64 pages_of_zone(const struct mm *mm, const char *hook, s64 pages, const struct zone *z)
{
	if (pages >= 0 && pages <= (s64)z->spanned)
		return pages;
	policy_broke(mm, hook, "returned %lld pages of zone %s; allowed is 0 to %u",
		     (long long)pages, z->name, z->spanned);
	return z->nr_free_pages;
}

/* a page that has left its free list for a request, and is not in use yet */
static u32 taken_page(const struct mm *mm, const char *hook, u32 pfn, const struct zone *z,
		      u32 order)
{
	if (pfn == PFN_NONE || (zone_spans_pfn(z, pfn) && !(pfn & (N(order) - 1)) &&
				mm->page[pfn].state == PAGE_BUDDY && !mm->page[pfn].head))
		return pfn;
	policy_broke(mm, hook, "returned pfn %u; allowed is PFN_NONE, or a page that was taken off"
		     " a free list of zone %s, aligned to order %u", pfn, z->name, order);
	return PFN_NONE;
}

static u32 page_in_use(const struct mm *mm, const char *hook, u32 pfn, u32 order)
{
	if (pfn == PFN_NONE || (pfn < mm->max_pfn && mm->page[pfn].state == PAGE_USED &&
				mm->page[pfn].head && mm->page[pfn].order == order))
		return pfn;
	policy_broke(mm, hook, "returned pfn %u; allowed is PFN_NONE, or a page in use of order %u",
		     pfn, order);
	return PFN_NONE;
}

/* When a hook wrote what it may not, or a value that is out of range, all stays as it was. */
static void check_retry(const struct mm *mm, const char *hook, struct alloc_retry *r,
			const struct alloc_retry *before)
{
	if (r->prio <= COMPACT_PRIO_ASYNC && r->no_progress_loops >= 0 && r->compact_retries >= 0 &&
	    r->order == before->order && r->rc_order == before->rc_order &&
	    r->alloc_flags == before->alloc_flags && r->compact_result == before->compact_result)
		return;
	policy_broke(mm, hook, "wrote to the request's rounds: priority %d, loops %d, retries %d,"
		     " order %u; allowed is to write priority 0 to %d, loops and retries from 0 on",
		     (int)r->prio, r->no_progress_loops, r->compact_retries, r->order,
		     COMPACT_PRIO_ASYNC);
	*r = *before;
}

u32 asked_rmqueue(struct mm *mm, struct zone *z, u32 order, u8 mt, u32 alloc_flags,
		  enum rmqueue_mode *mode)
{
	u32 pfn = policy_call(mm, rmqueue, z, order, mt, alloc_flags, mode);

	*mode = (enum rmqueue_mode)in_range(mm, "rmqueue", *mode, RMQUEUE_NORMAL, RMQUEUE_STEAL);
	return taken_page(mm, "rmqueue", pfn, z, order);
}

bool asked_claim_block(const struct mm *mm, u32 pfn, u8 mt, u32 nr_free, u32 alike)
{
	return policy_call(mm, claim_block, pfn, mt, nr_free, alike);
}

bool asked_reserve_highatomic(const struct mm *mm, const struct zone *z, u32 pfn, u32 order)
{
	return policy_call(mm, reserve_highatomic, z, pfn, order);
}

static bool may_have_none(enum alloc_stage stage)
{
	return stage != ALLOC_STAGE_FAST && stage != ALLOC_STAGE_SLOW;
}

static u32 blame_rights(struct mm *mm, const struct alloc_request *req, enum alloc_stage stage,
			u32 flags)
{
	policy_broke(mm, "alloc_flags", "returned %#x at stage %d; allowed are bits of %#x%s",
		     flags, stage, RIGHTS, may_have_none(stage) ? ", or ALLOC_FLAGS_NONE" : "");
	return vanilla_alloc_flags(mm, req, stage);
}

static u32 last_alloc_flags(struct mm *mm, const struct alloc_request *req)
{
	struct alloc_retry before = *req->retry;
	u32 flags = policy_call(mm, alloc_flags, req, ALLOC_STAGE_LAST);

	check_retry(mm, "alloc_flags", req->retry, &before);
	return flags;
}

/* Every request asks at its first stage, so that an answer which is right is soon through. */
u32 asked_alloc_flags(struct mm *mm, const struct alloc_request *req, enum alloc_stage stage)
{
	u32 flags = req->retry ? last_alloc_flags(mm, req)
			       : policy_call(mm, alloc_flags, req, stage);

	if (flags & ~RIGHTS && !(flags == ALLOC_FLAGS_NONE && may_have_none(stage)))
		return blame_rights(mm, req, stage, flags);
	if (stage != ALLOC_STAGE_FREELIST_FAILED || flags != req->alloc_flags)
		return flags;
	policy_broke(mm, "alloc_flags", "returned %#x, with which the free lists have failed;"
		     " allowed are other rights, or ALLOC_FLAGS_NONE", flags);
	return ALLOC_FLAGS_NONE;
}

u32 asked_kswapd_wake_order(struct mm *mm, u32 order)
{
	u32 wake = policy_call(mm, kswapd_wake_order, order);

	return in_range(mm, "kswapd_wake_order", wake, order, MAX_PAGE_ORDER);
}

bool asked_gives_up_early(struct mm *mm, const struct alloc_context *ac, u32 order)
{
	return policy_call(mm, gives_up_early, ac, order);
}

u32 asked_reclaim_compact_order(struct mm *mm, const struct alloc_context *ac,
				const struct alloc_retry *r)
{
	u32 order = policy_call(mm, reclaim_compact_order, ac, r);

	return in_range(mm, "reclaim_compact_order", order, r->order, MAX_PAGE_ORDER);
}

bool asked_reclaim_retry(struct mm *mm, const struct alloc_context *ac, struct alloc_retry *r)
{
	struct alloc_retry before = *r;
	bool again = policy_call(mm, reclaim_retry, ac, r);

	check_retry(mm, "reclaim_retry", r, &before);
	return again;
}

bool asked_compact_retry(struct mm *mm, const struct alloc_context *ac, struct alloc_retry *r)
{
	struct alloc_retry before = *r;
	bool again = policy_call(mm, compact_retry, ac, r);

	check_retry(mm, "compact_retry", r, &before);
	return again;
}

s64 asked_balanced_free_pages(const struct mm *mm, const struct zone *z, u32 order)
{
	s64 pages = policy_call(mm, balanced_free_pages, z, order);

	return pages_of_zone(mm, "balanced_free_pages", pages, z);
}

u32 asked_kcompactd_alloc_flags(const struct mm *mm, bool wake)
{
	u32 flags = policy_call(mm, kcompactd_alloc_flags, wake);

	if (!(flags & ~ALLOC_KERNEL_MASK))
		return flags;
	policy_broke(mm, "kcompactd_alloc_flags", "returned %#x; allowed are bits of %#x", flags,
		     ALLOC_KERNEL_MASK);
	return vanilla_kcompactd_alloc_flags(mm, wake);
}

s64 asked_compact_free_pages(const struct mm *mm, const struct zone *z, bool kcompactd)
{
	s64 pages = policy_call(mm, compact_free_pages, z, kcompactd);

	return pages_of_zone(mm, "compact_free_pages", pages, z);
}

enum policy_answer asked_compact_finished(const struct mm *mm, const struct zone *z, int order,
					  bool direct, enum zone_type idx, u32 alloc_flags)
{
	enum policy_answer done = policy_call(mm, compact_finished, z, order, direct, idx,
					      alloc_flags);

	return (enum policy_answer)in_range(mm, "compact_finished", done, POLICY_NOT_MINE,
					    POLICY_YES);
}

gfp_t asked_filemap_gfp(struct mm *mm, gfp_t gfp, u32 hint, u32 order, u32 min)
{
	gfp_t flags = policy_call(mm, filemap_gfp, gfp, hint, order, min);

	if (!(flags & ~__GFP_BITS_MASK))
		return flags;
	policy_broke(mm, "filemap_gfp", "returned %#x; allowed are bits of %#x", flags,
		     __GFP_BITS_MASK);
	return gfp;
}

u32 asked_rmqueue_highatomic(struct mm *mm, struct zone *z, u32 order)
{
	u32 pfn = policy_call(mm, rmqueue_highatomic, z, order);

	return taken_page(mm, "rmqueue_highatomic", pfn, z, order);
}

u8 asked_freed_block_type(struct mm *mm, struct zone *z, u32 pfn, u8 mt)
{
	u8 type = policy_call(mm, freed_block_type, z, pfn, mt);

	if (type < MIGRATE_PCPTYPES || type == mt)
		return type;
	policy_broke(mm, "freed_block_type", "returned %u; allowed is 0 to %d, or the type %u that"
		     " the block has", type, MIGRATE_PCPTYPES - 1, mt);
	return mt;
}

u32 asked_pcp_refill(struct mm *mm, struct zone *z, u32 order, u8 mt, u32 nr, u32 alloc_flags)
{
	u32 got = policy_call(mm, pcp_refill, z, order, mt, nr, alloc_flags);

	return in_range(mm, "pcp_refill", got, 0, nr + pageblock_nr_pages);
}

u32 asked_direct_compact(struct mm *mm, struct alloc_context *ac, const struct alloc_retry *r)
{
	u32 pfn = policy_call(mm, direct_compact, ac, r);

	return page_in_use(mm, "direct_compact", pfn, r->order);
}

u32 asked_last_resort(struct mm *mm, struct alloc_context *ac, const struct alloc_retry *r)
{
	u32 pfn = policy_call(mm, last_resort, ac, r);

	return page_in_use(mm, "last_resort", pfn, r->order);
}

u32 asked_alloc_contig(struct mm *mm, struct zone *z, u32 nr_pages)
{
	u32 pfn = policy_call(mm, alloc_contig, z, nr_pages), last = pfn + nr_pages - 1;

	if (pfn == PFN_NONE || (!(pfn & (nr_pages - 1)) && zone_spans_pfn(z, pfn) &&
				zone_spans_pfn(z, last) && mm->page[pfn].state == PAGE_USED &&
				mm->page[last].state == PAGE_USED))
		return pfn;
	policy_broke(mm, "alloc_contig", "returned pfn %u; allowed is PFN_NONE, or the first of %u"
		     " pages in use of zone %s, aligned to their number", pfn, nr_pages, z->name);
	return PFN_NONE;
}

u32 asked_compact_skips(const struct mm *mm, const struct zone *z, u32 pfn)
{
	u32 to = policy_call(mm, compact_skips, z, pfn);

	if (to == PFN_NONE || (to > pfn && to <= zone_end_pfn(z)))
		return to;
	policy_broke(mm, "compact_skips", "returned pfn %u at %u; allowed is PFN_NONE, or %u to %u",
		     to, pfn, pfn + 1, zone_end_pfn(z));
	return PFN_NONE;
}
