// SPDX-License-Identifier: GPL-2.0-only
/*
 * Speed of the allocator model alone: pairs of alloc_pages() and free_pages() a second, with
 * per-CPU hits, with the buddy lists behind them, and with memory full of other pages.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "mm/mm.h"

#define PAGES		(1u << 20)	/* 4 GiB */
#define PAIRS		4000000u
#define NR_CHURN	200000u

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static struct mm *machine(void)
{
	struct mm *mm = mm_alloc(PAGES, 2, 1);
	u32 pfn;

	if (!mm)
		exit(2);
	mm_add_zone(mm, ZONE_DMA, 0, 4096);
	mm_add_zone(mm, ZONE_DMA32, 4096, PAGES - 4096);
	for (pfn = 0; pfn < PAGES; pfn += N(MAX_PAGE_ORDER))
		mm_place_free(mm, pfn, MAX_PAGE_ORDER, true);
	mm_init_late(mm);
	return mm;
}

static void print(const char *what, u32 pairs, double s)
{
	printf("%-28s %8.2f M pairs/s  %6.1f ns\n", what, pairs / s * 1e-6, s * 1e9 / pairs);
}

/* @depth pages held at a time: more than a list holds means refills and drains */
static void bench_order(const char *what, u32 order, u32 depth, u32 pairs)
{
	struct mm *mm = machine();
	u32 *pfn = malloc(depth * sizeof(*pfn)), i, done;
	double start = seconds();

	if (!pfn)
		exit(2);
	for (done = 0; done < pairs; done += depth) {
		for (i = 0; i < depth; i++)
			pfn[i] = alloc_pages(mm, GFP_HIGHUSER_MOVABLE, order);
		for (i = 0; i < depth; i++)
			free_pages(mm, pfn[i], order);
	}
	print(what, done, seconds() - start);
	free(pfn);
	mm_free(mm);
}

/* random lifetimes, three types, now and then a higher order, on two CPUs */
static void bench_churn(void)
{
	static const gfp_t gfp[] = { GFP_HIGHUSER_MOVABLE, GFP_KERNEL, GFP_HIGHUSER_MOVABLE,
				     GFP_KERNEL | __GFP_RECLAIMABLE };
	struct mm *mm = machine();
	u32 *pfn = malloc(NR_CHURN * sizeof(*pfn)), i;
	u8 *order = calloc(NR_CHURN, 1);
	double start;

	if (!pfn || !order)
		exit(2);
	for (i = 0; i < NR_CHURN; i++)
		pfn[i] = alloc_pages(mm, gfp[i & 3], 0);
	start = seconds();
	for (i = 0; i < PAIRS; i++) {
		u64 r = mm_random(mm);
		u32 k = (u32)(r >> 32) % NR_CHURN;

		mm->current.cpu = r & 1;
		free_pages(mm, pfn[k], order[k]);
		order[k] = (r & 0xf0) ? 0 : (r >> 8) & 3;
		pfn[k] = alloc_pages(mm, gfp[(r >> 2) & 3], order[k]);
		if (pfn[k] == PFN_NONE)
			exit(2);
	}
	print("random lifetimes", PAIRS, seconds() - start);
	free(pfn);
	free(order);
	mm_free(mm);
}

int main(void)
{
	bench_order("order 0, per-CPU hits", 0, 64, PAIRS);
	bench_order("order 0, refills and drains", 0, 100000, PAIRS);
	bench_order("order 3", 3, 64, PAIRS);
	bench_order("order 4, buddy lists only", 4, 64, PAIRS);
	bench_order("order 9", 9, 8, PAIRS / 16);
	bench_churn();
	return 0;
}
