// SPDX-License-Identifier: GPL-2.0-only
/*
 * The trace's pages when the replay begins: from before/kpageflags, corrected by the events up to
 * the marker "before end", because the workload ran while the flags were read.
 */
#include "internal.h"

static const u8 kind_of_snap[] = {
	[SNAP_SLAB] = PK_SLAB, [SNAP_PGTABLE] = PK_PGTABLE, [SNAP_ANON] = PK_ANON,
	[SNAP_FILE] = PK_FILE, [SNAP_KERNEL] = PK_KERNEL, [SNAP_OFFLINE] = PK_KERNEL,
	[SNAP_RESERVED] = PK_RESERVED,
};

static void image_page(struct demand *d, const struct snapshot *s, u32 pfn)
{
	struct tpage *tp = &d->tp[pfn];
	enum snap_page kind = snapshot_page_kind(s, pfn);

	tp->state = T_UNKNOWN;
	if (kind == SNAP_BUDDY)
		tp->state = T_FREE;
	if (kind == SNAP_BUDDY || kind == SNAP_ABSENT || kind == SNAP_NOFLAGS)
		return;
	tp->state = T_LIVE;
	tp->kind = kind_of_snap[kind];
	tp->head = 1;
	tp->freed = snapshot_page_buffers(s, pfn) ? LIVE_BUFFERS : 0;
	tp->mt = kind == SNAP_ANON || kind == SNAP_FILE ? MIGRATE_MOVABLE : MIGRATE_UNMOVABLE;
	if (kind != SNAP_RESERVED)
		d->stats.resident_before++;
}

/**
 * demand_start_image - take the pages older than the trace from the snapshot
 * @d: demand stage
 * @m: recording; without kpageflags the state of every page is unknown at first
 */
void demand_start_image(struct demand *d, const struct recording *m)
{
	u32 pfn, end = m->before.nr_pfns < d->max_pfn ? m->before.nr_pfns : d->max_pfn;

	if (!m->before.kpageflags)
		return;
	for (pfn = 0; pfn < end; pfn++)
		image_page(d, &m->before, pfn);
}

static u64 flags_of_kind(const struct tpage *tp)
{
	switch (tp->kind) {
	case PK_ANON:
		return KPF(LRU) | KPF(ANON) | KPF(SWAPBACKED);
	case PK_FILE:
		return KPF(LRU) | (tp->freed & LIVE_BUFFERS ? KPF(PRIVATE) : KPF(UPTODATE));
	case PK_SLAB:
		return KPF(SLAB);
	case PK_PGTABLE:
		return KPF(PGTABLE);
	default:
		return KPF(REFERENCED);
	}
}

/**
 * demand_flag_changes - what the events up to the marker "before end" changed in before/kpageflags
 * @d: demand stage, after demand_prefix()
 * @m: recording
 * @c: filled in; to be released, also when this fails
 *
 * Return: 0; -1 without memory.
 */
int demand_flag_changes(const struct demand *d, const struct recording *m, struct flag_changes *c)
{
	u32 pfn, end = m->before.nr_pfns < d->max_pfn ? m->before.nr_pfns : d->max_pfn;
	int ret = flag_changes_init(c, m->before.nr_pfns);

	for (pfn = 0; m->before.kpageflags && pfn < end && !ret; pfn++) {
		const struct tpage *tp = &d->tp[pfn];
		u64 flags;

		if (!tp->seen || (tp->state != T_FREE && tp->state != T_LIVE))
			continue;
		flags = tp->state == T_FREE ? KPF(BUDDY) : flags_of_kind(tp);
		if (tp->state == T_LIVE && tp->order)
			flags |= tp->head ? KPF(COMPOUND_HEAD) : KPF(COMPOUND_TAIL);
		ret = flag_changes_add(c, pfn, flags);
	}
	return ret;
}
