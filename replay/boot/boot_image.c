// SPDX-License-Identifier: GPL-2.0-only
/*
 * The start image is made from kpageflags here (doc/design.md, "The start image"). Which pages are
 * free is exact; which of the pages without any flag are on per-CPU lists is chosen.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

/**
 * fit_note - note what could not be reconciled
 * @fit: whose notes
 * @fmt: one line, without newline; left out when there is no room
 */
void fit_note(struct boot_fit *fit, const char *fmt, ...)
{
	size_t len = strlen(fit->notes);
	char line[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	strcat(line, "\n");
	if (len + strlen(line) < sizeof(fit->notes))
		strcpy(fit->notes + len, line);
}

/**
 * image_free_order - get the order of the free buddy that begins at a page
 * @img: image
 * @z: its zone
 * @pfn: a free page that is not inside of a buddy which begins before it
 *
 * Free pages that could merge have merged, so the largest aligned run of free pages is the buddy.
 *
 * Return: 0 .. MAX_PAGE_ORDER.
 */
unsigned int image_free_order(const struct image *img, const struct zone *z, u32 pfn)
{
	u32 end = z->start_pfn + z->spanned, n = 1, o = 0;

	while (o < MAX_PAGE_ORDER && !(pfn & (N(o + 1) - 1)) && pfn + N(o + 1) <= end) {
		while (n < N(o + 1) && image_kind(img, pfn + n) == SNAP_BUDDY)
			n++;
		if (n < N(o + 1))
			break;
		o++;
	}
	return o;
}

/**
 * image_from_flags - fill an image from before/kpageflags
 * @img: image
 */
void image_from_flags(struct image *img)
{
	struct zone *z;

	for_each_populated_zone(img->mm, z)
		for (u32 pfn = z->start_pfn; pfn < z->start_pfn + z->spanned; pfn++)
			img->page[pfn] = (u8)snapshot_page_kind(&img->m->before, pfn);
}

/*
 * A rank says how surely a page without flags is free on a per-CPU list. PCP_SEEN: its first event
 * is its allocation. PCP_CHANGED: no event names it, but after the run it is something else.
 * PCP_MAYBE: nothing tells. PCP_NO: it is in use, for the trace frees it first, or it is mapped.
 */
enum { PCP_NO, PCP_MAYBE, PCP_CHANGED, PCP_SEEN, NR_PCP_RANKS };

static int pcp_rank(const struct image *img, u32 pfn)
{
	const struct recording *m = img->m;
	const struct snapshot *b = &m->before, *a = &m->after;

	if (image_kind(img, pfn) != SNAP_NOFLAGS)
		return PCP_NO;
	if (b->kpagecount && b->kpagecount[pfn])
		return PCP_NO;
	if (first_seen(m, pfn) == FIRST_FREE)
		return PCP_NO;
	if (first_seen(m, pfn) == FIRST_ALLOC)
		return PCP_SEEN;
	if (a->kpageflags && pfn < a->nr_pfns && a->kpageflags[pfn])
		return PCP_CHANGED;
	return PCP_MAYBE;
}

static bool order_has_pcp_list(unsigned int order)
{
	return order <= PAGE_ALLOC_COSTLY_ORDER || order == HPAGE_PMD_ORDER;
}

/* Returns the order with which the page at @pfn is allocated, if all of it is of the same rank. */
static unsigned int pcp_page_order(const struct image *img, const struct zone *z, u32 pfn,
				   int rank, u32 want)
{
	unsigned int o = rank == PCP_SEEN ? first_seen_order(img->m, pfn) : 0;

	if (!o || !order_has_pcp_list(o) || pfn & (N(o) - 1) || N(o) > want ||
	    pfn + N(o) > z->start_pfn + z->spanned)
		return 0;
	for (u32 i = 0; i < N(o); i++)
		if (pcp_rank(img, pfn + i) != rank || first_seen_order(img->m, pfn + i) != o)
			return 0;
	return o;
}

static u32 choose_pcp_of_rank(struct image *img, const struct zone *z, int rank, u32 want)
{
	u32 pfn = z->start_pfn, end = z->start_pfn + z->spanned, taken = 0;

	while (pfn < end && taken < want) {
		unsigned int o;

		if (pcp_rank(img, pfn) != rank) {
			pfn++;
			continue;
		}
		o = pcp_page_order(img, z, pfn, rank, want - taken);
		for (u32 i = 0; i < N(o); i++)
			img->page[pfn + i] = (u8)(IMG_PCP | o << IMG_SHIFT);
		taken += N(o);
		pfn += N(o);
	}
	return taken;
}

/**
 * image_choose_pcp - choose the pages that lie on a zone's per-CPU lists
 * @img: image from kpageflags
 * @z: zone
 *
 * It chooses as many as zoneinfo counts, the surest first, and equals by ascending address.
 * kpagecount counts mappings, not references, so it only rules pages out. The order of a page is
 * known where the trace shows the allocation that takes it.
 */
void image_choose_pcp(struct image *img, const struct zone *z)
{
	const struct snap_zone *sz = &img->m->before.zone[z->type];
	struct zone_fit *fit = &img->fit->zone[z->type];
	u32 want = 0, taken = 0;

	for (int cpu = 0; cpu < MAX_CPUS; cpu++)
		want += sz->pcp_count[cpu];
	for (int rank = PCP_SEEN; rank > PCP_NO && taken < want; rank--)
		taken += choose_pcp_of_rank(img, z, rank, want - taken);
	fit->pcp_wanted = want;
	fit->pcp_placed = taken;
	if (taken < want)
		fit_note(img->fit, "zone %s: %u of %u pages on per-CPU lists were not found",
			 z->name, want - taken, want);
}
