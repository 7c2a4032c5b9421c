// SPDX-License-Identifier: GPL-2.0-only
/* What a buffered write asks for when it needs a page-cache folio. */
#include "internal.h"

/**
 * vanilla_filemap_gfp - flags of one attempt of a buffered write at a page-cache folio
 * @mm: model memory
 * @gfp: the mapping's, and what the write adds
 * @hint: order that the write could use
 * @order: of this attempt, at most MAX_PAGE_ORDER
 * @min: least order that the mapping takes
 *
 * Above the least order the attempt may fail, and quietly. mm/filemap.c:__filemap_get_folio.
 *
 * Return: the flags of this attempt.
 */
gfp_t vanilla_filemap_gfp(struct mm *mm, gfp_t gfp, u32 hint, u32 order, u32 min)
{
	(void)mm;
	(void)hint;
	return order > min ? gfp | __GFP_NORETRY | __GFP_NOWARN : gfp;
}

/**
 * filemap_gfp - flags of one attempt at a page-cache folio, as the policy decides
 * @mm: model memory
 * @gfp: the mapping's, and what the write adds
 * @hint: order that the write could use
 * @order: of this attempt, at most MAX_PAGE_ORDER
 * @min: least order that the mapping takes
 *
 * Return: the flags to allocate with.
 */
gfp_t filemap_gfp(struct mm *mm, gfp_t gfp, u32 hint, u32 order, u32 min)
{
	return policy_decides(mm, filemap_gfp, gfp, hint, order, min);
}
