// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where only a trace is known, zones are laid out as on x86-64, and the first event of each page
 * says what the page was before.
 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define DMA_END		4096u		/* 16 MiB */
#define DMA32_END	(1u << 20)	/* 4 GiB */
#define DMA_HOLE	97u		/* of 4095 pages: video memory and BIOS below 1 MiB */
#define PCI_HOLE_START	(3u << 18)	/* 3 GiB: PCI memory up to 4 GiB on qemu and most boards */
#define LARGEST		(1u << MAX_PAGE_ORDER)
#define MODEL_MAX	(MAX_PFNS - LARGEST)

/* struct pages (64 of 4096 bytes) and the kernel's image never reach the buddy allocator */
#define RESERVED_PERCENT 3u

static void infer_zone(struct recording *m, int type, uint64_t start, uint64_t end,
		       uint64_t present)
{
	struct snap_zone *z = &m->before.zone[type];

	memset(z, 0, sizeof(*z));
	if (!present)
		return;
	z->populated = true;
	z->start_pfn = (uint32_t)start;
	z->spanned = (uint32_t)(end - start);
	z->present = (uint32_t)present;
	z->managed = (uint32_t)(present - present * RESERVED_PERCENT / 100);
	if (end > m->max_pfn)
		m->max_pfn = (uint32_t)end;
}

/* What a snapshot says of zones does not hold for memory of another size. */
static void forget_zones(struct recording *m)
{
	struct snapshot *s = &m->before;

	free(s->kpageflags);
	free(s->kpagecount);
	s->kpageflags = s->kpagecount = NULL;
	s->nr_pfns = 0;
	s->have_zoneinfo = s->have_pagetypeinfo = s->have_buddyinfo = false;
	memset(s->zone, 0, sizeof(s->zone));
	m->max_pfn = 0;
	m->sysctl.min_free_kbytes = 0;	/* follows from the size */
	m->sysctl_from[SYSCTL_min_free_kbytes] = SYSCTL_FROM_DEFAULT;
}

/**
 * recording_infer - make up the zones that no snapshot tells of
 * @m: from recording_load(), or zeroed
 * @pages: memory in pages; 0: as many as the highest pfn of the trace needs
 * @trace_max_pfn: highest pfn seen in the trace
 * @nr_cpus: CPUs of the trace
 *
 * x86-64: DMA to 16 MiB, DMA32 to 4 GiB, Normal above; with more than 3 GiB the hole for PCI
 * memory pushes the rest above 4 GiB. Zones that a snapshot tells of stay as they are, unless
 * @pages asks for another size.
 */
void recording_infer(struct recording *m, uint64_t pages, uint64_t trace_max_pfn,
		     unsigned int nr_cpus)
{
	uint64_t low = pages, high = 0;

	if (m->before.have_zoneinfo && !pages)
		return;
	if (!m->source)
		recording_defaults(m);
	m->source = pages ? "option" : "inferred";
	trace_max_pfn = (trace_max_pfn + LARGEST) & ~(uint64_t)(LARGEST - 1);
	if (!pages) {
		low = trace_max_pfn < DMA32_END ? trace_max_pfn : PCI_HOLE_START;
		high = trace_max_pfn > DMA32_END ? trace_max_pfn - DMA32_END : 0;
	} else if (pages > PCI_HOLE_START) {
		low = PCI_HOLE_START;
		high = pages - low;
	}
	/* at least DMA and one largest buddy; at most what the model's links reach */
	if (low < DMA_END + LARGEST)
		low = DMA_END + LARGEST;
	if (high > MODEL_MAX - DMA32_END)
		high = MODEL_MAX - DMA32_END;
	forget_zones(m);
	infer_zone(m, ZONE_DMA, 1, DMA_END, DMA_END - DMA_HOLE);
	infer_zone(m, ZONE_DMA32, DMA_END, high ? DMA32_END : low, low - DMA_END);
	infer_zone(m, ZONE_NORMAL, DMA32_END, DMA32_END + high, high);
	m->nr_cpus = (uint16_t)(nr_cpus < 1 ? 1 : nr_cpus > MAX_CPUS ? MAX_CPUS : nr_cpus);
	m->before.nr_cpus = m->nr_cpus;
	m->before.nr_nodes = 1;
	recording_note(m, "zones are inferred: x86-64, %llu pages, %u%% of them reserved",
		       (unsigned long long)(low + high), RESERVED_PERCENT);
}

/**
 * recording_infer_reclaim - say from a trace alone whether memory was short, and if there was swap
 * @m: after recording_infer()
 * @e: what the trace shows
 *
 * While nothing is reclaimed there is free memory enough, so pages that no event names are free.
 * Where memory is short, each free page is used soon, so those that no event names are in use.
 * How large swap was, no event tells. It is taken as large enough for all that was written, and as
 * memory, so that what fitted once fits again.
 */
void recording_infer_reclaim(struct recording *m, const struct trace_extent *e)
{
	unsigned long long n = e->swapouts;

	m->unseen_free = !e->reclaims && !n;
	recording_note(m, "pages that no event names are taken as %s: %s",
		       m->unseen_free ? "free" : "in use",
		       m->unseen_free ? "no event tells of reclaim" : "the trace shows reclaim");
	if (n) {
		m->swap_pages = (n > m->max_pfn ? n : m->max_pfn) + LARGEST;
		recording_note(m,
			       "swap is inferred: %llu mm_vmscan_write_folio events write"
			       " anonymous pages; taken as %llu pages, of which none is in use yet",
			       n, (unsigned long long)m->swap_pages);
	} else if (e->reclaims) {
		recording_note(m,
			       "no swap is inferred: of %llu events of reclaim none writes an"
			       " anonymous page; --set swap_pages=N if there was some",
			       (unsigned long long)e->reclaims);
	} else {
		recording_note(m, "whether there was swap, no event tells: taken as none; record"
				  " vmscan:*, too, or --set swap_pages=N");
	}
}

/**
 * recording_first_seen - let the trace say which pages were free at its start
 * @m: its first_seen map grows as needed: a byte per page, enum first_seen and the order above it
 * @pfn: of a mm_page_alloc or mm_page_free event, in the order of time
 * @order: its order
 * @alloc: allocation (the page was free before) or free (it was in use)
 *
 * It is optional, and comes before boot_mm(), which then knows which of the pages without flags lie
 * on per-CPU lists, and, without kpageflags, which pages were free at all.
 *
 * Return: 0, or -1 when out of memory.
 */
int recording_first_seen(struct recording *m, uint64_t pfn, unsigned int order, bool alloc)
{
	uint64_t end = pfn + (1ull << (order & 31)), nr = m->nr_first_seen;
	uint8_t *map, value = (uint8_t)((alloc ? FIRST_ALLOC : FIRST_FREE) | order << 2);

	if (order > MAX_PAGE_ORDER || end > MODEL_MAX)
		return 0;
	if (end > nr) {
		nr = nr * 2 > end ? nr * 2 : end;
		if (nr < LARGEST)
			nr = LARGEST;
		map = realloc(m->first_seen, nr);
		if (!map)
			return -1;
		memset(map + m->nr_first_seen, 0, nr - m->nr_first_seen);
		m->first_seen = map;
		m->nr_first_seen = (uint32_t)nr;
	}
	for (; pfn < end; pfn++)
		if (!m->first_seen[pfn])
			m->first_seen[pfn] = value;
	return 0;
}
