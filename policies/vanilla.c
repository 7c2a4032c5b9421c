/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's own decisions with vm.defrag_mode=0, every one of them. Each function stands in the
 * model, in the file that has the kernel file's name.
 */
#include <fragreplay/policy.h>

struct vanilla {
	u32 filemap;
	bool kcompactd_high;
};

static const struct policy_tunable vanilla_tunables[] = {
	{ .name = "kcompactd_high", .type = TUNABLE_BOOL, .def = "off",
	  .offset = offsetof(struct vanilla, kcompactd_high),
	  .doc = "kcompactd, once woken, tests zones against the high mark, as the watermarks patch"
		 " had it when posted on 13 March 2025, before its fix of the next day" },
	{ 0 }
};

static u32 kcompactd_flags(const struct mm *mm, bool wake)
{
	const struct vanilla *v = mm_policy_priv(mm);

	return v && v->kcompactd_high && !wake ? ALLOC_WMARK_HIGH
						: vanilla_kcompactd_alloc_flags(mm, wake);
}

FRAGREPLAY_POLICY(vanilla) = {
	.abi = FRAGREPLAY_POLICY_ABI,
	.name = "vanilla",
	.doc = "the kernel's own allocator, of the recorded version or of kernel=VERSION",
	.priv_size = sizeof(struct vanilla),
	.tunables = vanilla_tunables,
	.rmqueue = vanilla_rmqueue,
	.free_to_tail = vanilla_free_to_tail,
	.should_try_claim_block = vanilla_should_try_claim_block,
	.claim_block = vanilla_claim_block,
	.alloc_flags_nofragment = vanilla_alloc_flags_nofragment,
	.freelist_failed = vanilla_freelist_failed,
	.alloc_flags_slowpath = vanilla_alloc_flags_slowpath,
	.kswapd_wake_order = vanilla_kswapd_wake_order,
	.gives_up_early = vanilla_gives_up_early,
	.reclaim_compact_order = vanilla_reclaim_compact_order,
	.reclaim_retry = vanilla_reclaim_retry,
	.compact_retry = vanilla_compact_retry,
	.drops_nofragment = vanilla_drops_nofragment,
	.nonblocking_drops_nofragment = vanilla_nonblocking_drops_nofragment,
	.balanced_free_pages = vanilla_balanced_free_pages,
	.kcompactd_alloc_flags = kcompactd_flags,
	.compact_free_pages = vanilla_compact_free_pages,
	.compact_finished = vanilla_compact_finished,
	.filemap_gfp = vanilla_filemap_gfp,
};
