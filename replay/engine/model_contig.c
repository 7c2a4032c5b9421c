// SPDX-License-Identifier: GPL-2.0-only
/* Gigantic pages. No event says where they are, so the demand numbers them. */
#include <errno.h>
#include <stdlib.h>

#include "model.h"

/* A gigantic page that the model has. */
struct contig {
	u32 id, pfn, nr_pages;
};

static struct contig *find_contig(struct model *mo, u32 id)
{
	for (u32 i = 0; i < mo->nr_contigs; i++)
		if (mo->contig[i].id == id)
			return &mo->contig[i];
	return NULL;
}

static int reserve_contig(struct model *mo)
{
	u32 cap = mo->cap_contigs ? 2 * mo->cap_contigs : 64;
	struct contig *contig;

	if (mo->nr_contigs < mo->cap_contigs)
		return 0;
	contig = realloc(mo->contig, cap * sizeof(*contig));
	if (!contig)
		return -ENOMEM;
	mo->contig = contig;
	mo->cap_contigs = cap;
	return 0;
}

static void contig_alloc(struct model *mo, u32 id, u32 nr_pages)
{
	u32 pfn = PFN_NONE;

	if (reserve_contig(mo)) {
		mo->mm->error = -ENOMEM;
		return;
	}
	mo->run->stats.contig_asked++;
	/* a second page with an id in use could never be freed */
	if (!find_contig(mo, id))
		pfn = alloc_contig_pages(mo->mm, nr_pages);
	if (pfn == PFN_NONE) {
		mo->run->stats.contig_failed++;
		return;
	}
	mo->contig[mo->nr_contigs++] = (struct contig){ id, pfn, nr_pages };
}

/* A failed allocation has nothing to free. */
static void contig_free(struct model *mo, u32 id)
{
	struct contig *c = find_contig(mo, id);

	if (!c)
		return;
	free_contig_pages(mo->mm, c->pfn, c->nr_pages);
	*c = mo->contig[--mo->nr_contigs];
}

/**
 * model_contig - allocate or free a gigantic page, for OP_CONTIG
 * @mo: driver
 * @op: operation
 */
void model_contig(struct model *mo, const struct op *op)
{
	if (op->a == MARK_ALLOC_CONTIG)
		contig_alloc(mo, op->handle, op->arg);
	else
		contig_free(mo, op->handle);
}
