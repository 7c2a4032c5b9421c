// SPDX-License-Identifier: GPL-2.0-only
/*
 * vm.defrag_mode=1, in every form that was merged or measured (Johannes Weiner, from March 2025).
 *
 * The idea: a free page of a foreign type is taken as a whole free pageblock or not at all. What a
 * block costs, in reclaim and compaction, is paid by the request that would have polluted one, and
 * not by the huge page that finds none later.
 *
 * The steps are those of the mails, each holding all before it:
 *
 *	base		13 Mar 2025, 3/5: ALLOC_NOFRAGMENT for every request, slow path included
 *	oomfix		22 Mar 2025: when nothing else helped, the flag is dropped. The base as
 *			posted lost all flags but that one, and looped: drop=never
 *	assist		4/5: kswapd is woken for a pageblock, and wakes kcompactd for one
 *	wmarks		5/5: kswapd and kcompactd work until free pages in whole blocks alone are
 *			above the high mark. As posted, kcompactd was woken below the min mark
 *			only, until the fix of 14 March: kcompactd_wake=min
 *	kswapd-exit	16 Apr 2025: ... kswapd only while it reclaims for an order
 *	nonblock	20 May 2026: a request that cannot reclaim fragments at once
 *	storm		26 June 2026: non-movable requests reclaim and compact for a whole block.
 *			7.2.13; may loop where compaction makes no block
 *	storm-fix	its fold of 7.3.4: such requests' reclaim proves no progress
 */
#include <stdio.h>

#include <fragreplay/policy.h>

enum step { STEP_AUTO, STEP_BASE, STEP_OOMFIX, STEP_ASSIST, STEP_WMARKS, STEP_KSWAPD_EXIT,
	    STEP_NONBLOCK, STEP_STORM, STEP_STORM_FIX };

static const char *const step_names[] = {
	"auto", "base|d1", "oomfix|d1f", "assist|d2", "wmarks|d3", "kswapd-exit|d3b",
	"nonblock|d3c", "storm|d4", "storm-fix|d5", NULL
};

enum drop { DROP_STEP, DROP_NEVER, DROP_RETRIES };

static const char *const drop_names[] = { "step", "never", "retries", NULL };

enum kcompactd_wake { WAKE_BELOW_HIGH, WAKE_BELOW_MIN };

static const char *const kcompactd_wake_names[] = { "high", "min", NULL };

struct defrag_mode {
	u32 step, drop, kcompactd_wake;
	u64 promoted, promoted_rounds;
	u64 retries_reclaim, retries_compact;
	u64 dropped, dropped_nonblocking;
};

#define TUNABLE(member) .name = #member, .offset = offsetof(struct defrag_mode, member)

static const struct policy_tunable tunables[] = {
	{ TUNABLE(step), .type = TUNABLE_ENUM, .def = "storm-fix", .values = step_names,
	  .doc = "patches applied, up to and with this one; auto: those of the replayed kernel" },
	{ TUNABLE(drop), .type = TUNABLE_ENUM, .def = "step", .values = drop_names,
	  .doc = "end of a request's loop: as the step has it; never, as base was posted; or after"
		 " its retries" },
	{ TUNABLE(kcompactd_wake), .type = TUNABLE_ENUM, .def = "high",
	  .values = kcompactd_wake_names,
	  .doc = "from wmarks on, the mark that free pageblocks are below when kcompactd is woken;"
		 " min: as wmarks was posted" },
	{ 0 }
};

#define COUNTER(member, text) { .name = #member, \
	.offset = offsetof(struct defrag_mode, member), .doc = text }

static const struct policy_counter counters[] = {
	COUNTER(promoted, "requests whose reclaim and compaction worked for a whole block"),
	COUNTER(promoted_rounds, "rounds of these, one reclaim and one compaction each"),
	COUNTER(retries_reclaim, "rounds more because reclaim may bring something yet"),
	COUNTER(retries_compact, "rounds more because compaction may"),
	COUNTER(dropped, "requests that were let fragment a block, nothing else having helped"),
	COUNTER(dropped_nonblocking, "requests let fragment one since they cannot reclaim"),
	{ 0 }
};

/* Read: 7.2.13 and 7.3.4. By mails: 6.15, and 7.2 for nonblock. The rest follows from those. */
static enum step step_of_kernel(u32 version)
{
	if (version >= KERNEL(7, 3, 4))
		return STEP_STORM_FIX;
	if (version >= KERNEL(7, 2, 13))
		return STEP_STORM;
	if (version >= KERNEL(7, 2, 0))
		return STEP_NONBLOCK;
	return version >= KERNEL(6, 15, 0) ? STEP_KSWAPD_EXIT : STEP_AUTO;
}

static bool has_step(const struct mm *mm, enum step step)
{
	const struct defrag_mode *d = mm_policy_priv(mm);

	return d->step >= step;
}

static int init(struct mm *mm, void *priv, char *err, size_t errlen)
{
	struct defrag_mode *d = priv;

	if (d->step == STEP_AUTO) {
		d->step = step_of_kernel(mm_kernel_version(mm));
		if (d->step == STEP_AUTO) {
			snprintf(err, errlen, "step=auto: kernels before 6.15 have no defrag_mode;"
				 " name a step or a kernel");
			return -1;
		}
	}
	/* patch 2/4 of June 2026 holds in the whole kernel that has it */
	mm_feature_set(mm, "compact_source_order9", d->step >= STEP_STORM);
	return 0;
}

static u32 pageblock_at_least(u32 order)
{
	return order > pageblock_order ? order : pageblock_order;
}

static u32 kswapd_wake_order(struct mm *mm, u32 order)
{
	return has_step(mm, STEP_ASSIST) ? pageblock_at_least(order) : order;
}

static u32 reclaim_compact_order(struct mm *mm, const struct alloc_context *ac,
				 const struct alloc_retry *r)
{
	struct defrag_mode *d = mm_policy_priv(mm);

	if (d->step < STEP_STORM || !(r->alloc_flags & ALLOC_NOFRAGMENT) ||
	    ac->migratetype == MIGRATE_MOVABLE || r->order >= pageblock_order)
		return r->order;
	d->promoted += !r->rounds;
	d->promoted_rounds++;
	return pageblock_order;
}

/*
 * 7.2.13 does not know that a request was promoted: its reclaim may report progress only because
 * a zone could be compacted, and round follows round.
 */
static struct alloc_retry as_not_promoted(const struct alloc_retry *r)
{
	struct alloc_retry plain = *r;

	plain.rc_order = r->order;
	return plain;
}

static bool ask_vanilla(struct mm *mm, const struct alloc_context *ac, struct alloc_retry *r,
			bool (*retry)(struct mm *, const struct alloc_context *,
				      struct alloc_retry *))
{
	struct alloc_retry plain;
	u32 rc_order = r->rc_order;
	bool again;

	if (has_step(mm, STEP_STORM_FIX))
		return retry(mm, ac, r);
	plain = as_not_promoted(r);
	again = retry(mm, ac, &plain);
	*r = plain;
	r->rc_order = rc_order;
	return again;
}

static bool reclaim_retry(struct mm *mm, const struct alloc_context *ac, struct alloc_retry *r)
{
	struct defrag_mode *d = mm_policy_priv(mm);
	bool again = ask_vanilla(mm, ac, r, vanilla_reclaim_retry);

	d->retries_reclaim += again;
	return again;
}

static bool compact_retry(struct mm *mm, const struct alloc_context *ac, struct alloc_retry *r)
{
	struct defrag_mode *d = mm_policy_priv(mm);
	bool again = ask_vanilla(mm, ac, r, vanilla_compact_retry);

	d->retries_compact += again;
	return again;
}

static bool never_drops(const struct defrag_mode *d)
{
	return d->drop == DROP_NEVER || (d->drop == DROP_STEP && d->step == STEP_BASE);
}

static u32 last_alloc_flags(struct mm *mm, const struct alloc_request *req)
{
	struct defrag_mode *d = mm_policy_priv(mm);
	u32 flags;

	if (never_drops(d))
		return req->alloc_flags & ALLOC_NOFRAGMENT;
	flags = vanilla_alloc_flags(mm, req, ALLOC_STAGE_LAST);
	if (flags == ALLOC_FLAGS_NONE)
		return flags;
	d->dropped++;
	if (d->step >= STEP_STORM_FIX && req->retry->rc_order != req->order)
		req->retry->no_progress_loops = req->retry->compact_retries = 0;
	return flags;
}

static u32 nonblocking_alloc_flags(struct mm *mm, const struct alloc_request *req)
{
	struct defrag_mode *d = mm_policy_priv(mm);
	u32 flags = ALLOC_FLAGS_NONE;

	if (d->step >= STEP_NONBLOCK)
		flags = vanilla_alloc_flags(mm, req, ALLOC_STAGE_NONBLOCKING);
	d->dropped_nonblocking += flags != ALLOC_FLAGS_NONE;
	return flags;
}

static u32 alloc_flags(struct mm *mm, const struct alloc_request *req, enum alloc_stage stage)
{
	switch (stage) {
	case ALLOC_STAGE_FREELIST_FAILED:
		return ALLOC_FLAGS_NONE;
	case ALLOC_STAGE_LAST:
		return last_alloc_flags(mm, req);
	case ALLOC_STAGE_NONBLOCKING:
		return nonblocking_alloc_flags(mm, req);
	case ALLOC_STAGE_FAST:
	case ALLOC_STAGE_SLOW:
		break;
	}
	return vanilla_alloc_flags(mm, req, stage) | ALLOC_NOFRAGMENT;
}

static s64 balanced_free_pages(const struct mm *mm, const struct zone *z, u32 order)
{
	if (!has_step(mm, STEP_WMARKS) || (!order && has_step(mm, STEP_KSWAPD_EXIT)))
		return vanilla_balanced_free_pages(mm, z, order);
	return z->nr_free_pages_blocks;
}

static u32 kcompactd_alloc_flags(const struct mm *mm, bool wake)
{
	const struct defrag_mode *d = mm_policy_priv(mm);

	if (d->step < STEP_WMARKS || (wake && d->kcompactd_wake == WAKE_BELOW_MIN))
		return vanilla_kcompactd_alloc_flags(mm, wake);
	return ALLOC_WMARK_HIGH;
}

static s64 compact_free_pages(const struct mm *mm, const struct zone *z, bool kcompactd)
{
	if (!kcompactd || !has_step(mm, STEP_WMARKS))
		return vanilla_compact_free_pages(mm, z, kcompactd);
	return z->nr_free_pages_blocks;
}

static enum policy_answer compact_finished(const struct mm *mm, const struct zone *z, int order,
					   bool direct, enum zone_type idx, u32 alloc_flags)
{
	if (direct || !has_step(mm, STEP_WMARKS))
		return vanilla_compact_finished(mm, z, order, direct, idx, alloc_flags);
	return zone_watermark_ok(mm, z, (u32)order, wmark_pages(z, WMARK_HIGH), idx, alloc_flags,
				 z->nr_free_pages_blocks) ? POLICY_YES : POLICY_NO;
}

FRAGREPLAY_POLICY(defrag_mode) = {
	.abi = FRAGREPLAY_POLICY_ABI,
	.name = "defrag_mode",
	.doc = "vm.defrag_mode=1: whole free pageblocks or nothing; step= selects its history",
	.priv_size = sizeof(struct defrag_mode),
	.tunables = tunables,
	.counters = counters,
	.init = init,
	.alloc_flags = alloc_flags,
	.kswapd_wake_order = kswapd_wake_order,
	.reclaim_compact_order = reclaim_compact_order,
	.reclaim_retry = reclaim_retry,
	.compact_retry = compact_retry,
	.balanced_free_pages = balanced_free_pages,
	.kcompactd_alloc_flags = kcompactd_alloc_flags,
	.compact_free_pages = compact_free_pages,
	.compact_finished = compact_finished,
};
