// SPDX-License-Identifier: GPL-2.0-only
/*
 * Swap clusters and their tables. From 6.18 on a cluster of 512 slots has a page that describes
 * them: it is allocated with the cluster's first slot, within reclaim, and freed with its last.
 * Without the page the kernel does not swap the folio out, and tries again for the next one;
 * meanwhile other tasks free pages. In the model no other task runs while one reclaims: it would
 * scan all of memory for nothing, some ten thousand pages at a time where 6.18 failed forty times.
 * So a cluster whose table cannot be allocated is used without one, and counted.
 *
 * The model does not know which slot a page has, only how many slots of a cluster are in use.
 * Clusters with room are filled before another table is allocated, and the slots freed are drawn at
 * random, because no event names them.
 */
#include <stdlib.h>

#include "base/swap_table.h"
#include "vmscan.h"

#define SWAPFILE_CLUSTER	512u
#define DRAWS_MAX		64

static bool has_room(const struct swap_cluster *c, u64 nr)
{
	return c->used + nr <= SWAPFILE_CLUSTER;
}

static struct swap_cluster *cluster_with_room(struct swap_state *s, u64 nr)
{
	u32 i;

	if (!s->nr_clusters)
		return NULL;
	if (has_room(&s->cluster[s->fill], nr))
		return &s->cluster[s->fill];
	/* a large folio needs contiguous slots: see folio_alloc_swap() */
	if (nr > 1 || s->used == (u64)s->nr_clusters * SWAPFILE_CLUSTER)
		return NULL;
	for (i = 0; i < s->nr_clusters; i++) {
		u32 n = (s->hole + i) % s->nr_clusters;

		if (has_room(&s->cluster[n], nr)) {
			s->fill = s->hole = n;
			return &s->cluster[n];
		}
	}
	return NULL;
}

static u32 swap_cluster_alloc_table(struct mm *mm)
{
	u32 lists = mm->visit_lists, blocks = mm->visit_blocks, pfn;
	bool memalloc = mm->current.memalloc;

	mm->current.memalloc = true;
	pfn = alloc_pages(mm, GFP_SWAP_TABLE_ATOMIC, 0);
	if (pfn == PFN_NONE)
		pfn = alloc_pages(mm, GFP_SWAP_TABLE_SLEEP, 0);
	mm->current.memalloc = memalloc;
	/* the search statistics are those of the request that reclaims */
	mm->visit_lists = lists;
	mm->visit_blocks = blocks;
	if (pfn == PFN_NONE)
		mm->swap_tables_failed++;
	else
		mm->swap_tables++;
	return pfn;
}

static int clusters_grow(struct swap_state *s)
{
	u32 cap = s->cap_clusters ? s->cap_clusters * 2 : 64;
	struct swap_cluster *c;

	if (s->nr_clusters < s->cap_clusters)
		return 0;
	c = realloc(s->cluster, cap * sizeof(*c));
	if (!c)
		return -ENOMEM;
	s->cluster = c;
	s->cap_clusters = cap;
	return 0;
}

static struct swap_cluster *cluster_add(struct swap_state *s, u32 table, u32 used)
{
	struct swap_cluster *c = &s->cluster[s->nr_clusters];

	*c = (struct swap_cluster){ .table = table, .used = used };
	s->fill = s->nr_clusters++;
	return c;
}

static struct swap_cluster *cluster_new(struct mm *mm)
{
	if (!clusters_grow(mm->swap))
		return cluster_add(mm->swap, swap_cluster_alloc_table(mm), 0);
	mm->error = -ENOMEM;
	return NULL;
}

static void cluster_free(struct mm *mm, u32 n)
{
	struct swap_state *s = mm->swap;
	u32 table = s->cluster[n].table;

	s->cluster[n] = s->cluster[--s->nr_clusters];
	if (s->fill == s->nr_clusters)
		s->fill = n;
	if (s->fill >= s->nr_clusters)
		s->fill = 0;
	if (table != PFN_NONE)
		free_pages(mm, table, 0);
}

/**
 * swap_table_get - take slots, and allocate a table if no cluster has room
 * @mm: model memory; mm->swap->used does not include them yet
 * @nr: slots of one folio, 1 to 512
 *
 * mm/swapfile.c:cluster_alloc_swap_entry, which prefers clusters that are partly in use to free
 * ones. The top of this file says what happens when no page can be allocated for a table. Without
 * memory for the list of clusters itself, mm->error is set.
 */
void swap_table_get(struct mm *mm, u64 nr)
{
	struct swap_cluster *c;

	if (!mm->k.swap_table_alloc)
		return;
	c = cluster_with_room(mm->swap, nr);
	if (!c)
		c = cluster_new(mm);
	if (c)
		c->used += (u32)nr;
}

/* Draw a slot in use, each with the same probability. Return: its cluster. */
static u32 draw_cluster(struct mm *mm)
{
	const struct swap_state *s = mm->swap;
	u64 slot = 0;
	int i;

	for (i = 0; i < DRAWS_MAX; i++) {
		slot = mm_random(mm) % ((u64)s->nr_clusters * SWAPFILE_CLUSTER);
		if (slot % SWAPFILE_CLUSTER < s->cluster[slot / SWAPFILE_CLUSTER].used)
			break;
	}
	return (u32)(slot / SWAPFILE_CLUSTER);
}

/**
 * swap_table_put - free slots, and the tables of clusters that have none in use any more
 * @mm: model memory
 * @nr: slots; at most those in use are freed
 *
 * mm/swapfile.c:swap_cluster_free_table, without its wait for RCU.
 */
void swap_table_put(struct mm *mm, u64 nr)
{
	struct swap_state *s = mm->swap;

	for (; nr && s->nr_clusters; nr--) {
		u32 n = draw_cluster(mm);

		s->hole = n;
		if (!--s->cluster[n].used)
			cluster_free(mm, n);
	}
}

/**
 * swap_table_start - set up the clusters of slots that are in use when the trace begins
 * @mm: model memory; ->error is set without memory for the list
 *
 * Their tables are among the pages in use at the start, and the trace frees them.
 */
void swap_table_start(struct mm *mm)
{
	struct swap_state *s = mm->swap;
	u64 left = mm->k.swap_table_alloc ? s->used : 0;

	s->nr_clusters = 0;
	while (left) {
		u32 used = left < SWAPFILE_CLUSTER ? (u32)left : SWAPFILE_CLUSTER;

		if (clusters_grow(s)) {
			mm->error = -ENOMEM;
			return;
		}
		cluster_add(s, PFN_NONE, used);
		left -= used;
	}
}

/**
 * swap_table_exit - free the list of clusters
 * @mm: model memory, which is about to be freed with the tables' pages
 */
void swap_table_exit(struct mm *mm)
{
	free(mm->swap->cluster);
	mm->swap->cluster = NULL;
	mm->swap->nr_clusters = mm->swap->cap_clusters = 0;
}
