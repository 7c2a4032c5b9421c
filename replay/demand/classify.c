// SPDX-License-Identifier: GPL-2.0-only
/*
 * Here it is told what an allocation is for. Events name no purpose, but gfp flags nearly do
 * (doc/design.md, "What each event tells", end).
 */
#include "internal.h"
#include "base/swap_table.h"

/*
 * The page cache of a block device, in which a file system keeps its own blocks; fs/buffer.c:
 * grow_dev_folio. Some of it is asked for as unmovable. A slab never asks with these two flags.
 */
static bool is_buffers(const struct record *r)
{
	const gfp_t need = __GFP_NOFAIL | __GFP_COMP;
	const gfp_t none = __GFP_FS | __GFP_HIGHMEM | __GFP_ZERO | __GFP_ACCOUNT |
			   __GFP_RECLAIMABLE | __GFP_NOMEMALLOC;

	if (r->gfp & __GFP_MOVABLE)
		return !(r->gfp & __GFP_HIGHMEM);
	return !r->order && (r->gfp & need) == need && !(r->gfp & none);
}

static u8 movable_kind(const struct record *r)
{
	gfp_t gfp = r->gfp;

	if (gfp & __GFP_WRITE)
		return PK_FILE;
	/* readahead: faults with large folios have NOMEMALLOC as well, page cache has not */
	if ((gfp & (__GFP_NORETRY | __GFP_NOWARN)) == (__GFP_NORETRY | __GFP_NOWARN) &&
	    !(gfp & __GFP_NOMEMALLOC))
		return PK_FILE;
	/* faults may always enter the file system; allocations of its page cache may not */
	if ((gfp & __GFP_IO) && !(gfp & __GFP_FS))
		return PK_FILE;
	return is_buffers(r) ? PK_FILE : PK_ANON;
}

static u8 unmovable_kind(const struct record *r)
{
	gfp_t gfp = r->gfp;

	if (is_buffers(r))
		return PK_FILE;
	if ((gfp & (__GFP_COMP | __GFP_NOMEMALLOC)) == (__GFP_COMP | __GFP_NOMEMALLOC))
		return PK_SLAB;
	if (!r->order && (gfp & __GFP_ACCOUNT) && (gfp & __GFP_ZERO) && (gfp & __GFP_COMP))
		return PK_PGTABLE;
	return PK_KERNEL;
}

/**
 * classify_kind - tell the kind of page that an event allocates
 * @r: REC_ALLOC
 *
 * Source: mm/memory.c, mm/filemap.c, mm/readahead.c, mm/slub.c.
 *
 * Return: enum page_kind.
 */
u8 classify_kind(const struct record *r)
{
	if (r->gfp & __GFP_MOVABLE)
		return movable_kind(r);
	if (r->gfp & __GFP_RECLAIMABLE)
		return PK_SLAB;
	return unmovable_kind(r);
}

/**
 * classify_flags - tell what else an event's gfp says
 * @r: REC_ALLOC
 * @kind: of the page
 *
 * Return: OPF_ZERO, OPF_REFAULT, OPF_DIRTY, OPF_READ, OPF_BUFFERS.
 */
u16 classify_flags(const struct record *r, u8 kind)
{
	if (kind == PK_ANON)
		return r->gfp & __GFP_ZERO ? OPF_ZERO : OPF_REFAULT;
	if (kind != PK_FILE)
		return 0;
	return (r->gfp & __GFP_WRITE ? OPF_DIRTY : OPF_READ) | (is_buffers(r) ? OPF_BUFFERS : 0);
}

/**
 * is_thp_attempt - is this event one try of a huge page fault?
 * @r: REC_ALLOC
 *
 * Source: huge_memory.c:vma_thp_gfp_mask.
 *
 * Return: true when it is.
 */
bool is_thp_attempt(const struct record *r)
{
	const gfp_t need = __GFP_COMP | __GFP_MOVABLE | __GFP_NOMEMALLOC | __GFP_NOWARN;

	return r->order == HPAGE_PMD_ORDER && (r->gfp & need) == need && !(r->gfp & __GFP_WRITE);
}

/**
 * is_huge_zero_attempt - is this event the allocation of the huge zero page?
 * @r: REC_ALLOC
 *
 * Return: true when it is.
 */
bool is_huge_zero_attempt(const struct record *r)
{
	const gfp_t need = __GFP_COMP | __GFP_NOMEMALLOC | __GFP_NOWARN | __GFP_ZERO;

	return r->order == HPAGE_PMD_ORDER && (r->gfp & need) == need &&
	       !(r->gfp & __GFP_MOVABLE);
}

/**
 * is_swap_table_attempt - is this event one try to allocate the page of a swap table?
 * @r: REC_ALLOC, of a task inside reclaim
 *
 * All its flags are compared: other requests within reclaim (block layer, slabs) differ in some.
 *
 * Return: true when it is.
 */
bool is_swap_table_attempt(const struct record *r)
{
	return !r->order && (r->gfp == GFP_SWAP_TABLE_ATOMIC || r->gfp == GFP_SWAP_TABLE_SLEEP);
}
