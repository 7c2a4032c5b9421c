// SPDX-License-Identifier: GPL-2.0-only
/* The huge page fault: its attempts and its counters (mm/huge_memory.c, mm/mempolicy.c). */
#include "internal.h"

/*
 * On a NUMA kernel a fault tries its own node first, and gives up there early. Only a request that
 * may reclaim tries all nodes after that. Source: mempolicy.c:alloc_pages_mpol.
 */
static u32 alloc_pages_mpol(struct mm *mm, gfp_t gfp)
{
	u32 pfn = alloc_pages(mm, gfp | __GFP_THISNODE | __GFP_NORETRY, HPAGE_PMD_ORDER);

	if (pfn == PFN_NONE && gfp & __GFP_DIRECT_RECLAIM)
		pfn = alloc_pages(mm, gfp, HPAGE_PMD_ORDER);
	return pfn;
}

/**
 * do_huge_pmd_anonymous_page - handle one huge page fault
 * @mm: model memory
 * @gfp: as huge_memory.c:vma_thp_gfp_mask made it from the defrag setting
 *
 * Counts thp_fault_alloc or thp_fault_fallback. The caller puts the folio on the LRU, or goes on
 * with base pages.
 *
 * Source: mm/huge_memory.c:__do_huge_pmd_anonymous_page.
 *
 * Return: the head, or PFN_NONE.
 */
u32 do_huge_pmd_anonymous_page(struct mm *mm, gfp_t gfp)
{
	u32 pfn = alloc_pages_mpol(mm, gfp);

	count_vm_events(mm, pfn == PFN_NONE ? VM_thp_fault_fallback : VM_thp_fault_alloc, 1);
	return pfn;
}

/**
 * get_huge_zero_folio - allocate the shared huge zero page
 * @mm: model memory
 * @gfp: of the attempt, which is unmovable
 *
 * Source: mm/huge_memory.c:get_huge_zero_folio. A failure counts as a fault's fallback, too.
 *
 * Return: the head, or PFN_NONE.
 */
u32 get_huge_zero_folio(struct mm *mm, gfp_t gfp)
{
	u32 pfn = alloc_pages(mm, gfp, HPAGE_PMD_ORDER);

	if (pfn == PFN_NONE) {
		count_vm_events(mm, VM_thp_zero_page_alloc_failed, 1);
		count_vm_events(mm, VM_thp_fault_fallback, 1);
	} else {
		count_vm_events(mm, VM_thp_zero_page_alloc, 1);
	}
	return pfn;
}
