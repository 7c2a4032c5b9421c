// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's own decisions with vm.defrag_mode=0: what every policy leaves out. Each function
 * stands in the model, in the file that has the kernel file's name, and all of them in one table
 * in replay/mm/policy.c; here is only what a tunable changes.
 */
#include <fragreplay/policy.h>

struct vanilla {
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

	return v->kcompactd_high && !wake ? ALLOC_WMARK_HIGH
					   : vanilla_kcompactd_alloc_flags(mm, wake);
}

FRAGREPLAY_POLICY(vanilla) = {
	.abi = FRAGREPLAY_POLICY_ABI,
	.name = "vanilla",
	.doc = "the kernel's own allocator, of the recorded version or of kernel=VERSION",
	.priv_size = sizeof(struct vanilla),
	.tunables = vanilla_tunables,
	.kcompactd_alloc_flags = kcompactd_flags,
};
