/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the last request of an order and type was served from its own type's list: by CPU, and by
 * zone. A hint is never taken back; one that no longer holds costs a try. SPB 2.6.
 */
#include "spb.h"

static u32 *cpu_slot(struct spb *s, const struct spb_zone *sz, u32 order, u8 mt)
{
	return &s->cpu_hint[mm_current_cpu(s->mm)][sz->z->type][order][mt];
}

/**
 * spb_hint_cpu - the running CPU's hint
 * @s: policy
 * @sz: zone
 * @order: of the request
 * @mt: its type
 *
 * Return: index of a superpageblock; SPB_NONE.
 */
u32 spb_hint_cpu(struct spb *s, struct spb_zone *sz, u32 order, u8 mt)
{
	if (!s->hints || mt >= MIGRATE_PCPTYPES)
		return SPB_NONE;
	return *cpu_slot(s, sz, order, mt);
}

/**
 * spb_hint_zone - the zone's hint
 * @s: policy
 * @sz: zone
 * @order: of the request
 * @mt: its type
 *
 * Return: index of a superpageblock; SPB_NONE.
 */
u32 spb_hint_zone(struct spb *s, struct spb_zone *sz, u32 order, u8 mt)
{
	if (!s->hints || mt >= MIGRATE_PCPTYPES)
		return SPB_NONE;
	return sz->hint[order][mt];
}

/**
 * spb_hint_store - remember where a request was served
 * @s: policy
 * @sz: zone
 * @order: of the request
 * @mt: its type
 * @sb: index of the superpageblock
 * @cpu_only: the zone's hint is what served it
 */
void spb_hint_store(struct spb *s, struct spb_zone *sz, u32 order, u8 mt, u32 sb, bool cpu_only)
{
	if (!s->hints || mt >= MIGRATE_PCPTYPES)
		return;
	*cpu_slot(s, sz, order, mt) = sb;
	if (!cpu_only)
		sz->hint[order][mt] = sb;
}
