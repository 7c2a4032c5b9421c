// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hints: the superpageblock that last served an order and type from a list of its own type, per CPU
 * and per zone. A hint is never withdrawn; one that no longer holds costs a failed try. doc/spb.md,
 * "Hints".
 */
#include "spb.h"

static u32 *cpu_slot(struct spb *s, const struct spb_zone *sz, u32 order, u8 mt)
{
	return &s->cpu_hint[mm_current_cpu(s->mm)][sz->z->type][order][mt];
}

/**
 * spb_hint_cpu - get the hint of the running CPU
 * @s: policy
 * @sz: zone
 * @order: of the request
 * @mt: its type
 *
 * Return: index of a superpageblock; SPB_NONE if there is no hint.
 */
u32 spb_hint_cpu(struct spb *s, struct spb_zone *sz, u32 order, u8 mt)
{
	if (!s->hints || mt >= MIGRATE_PCPTYPES)
		return SPB_NONE;
	return *cpu_slot(s, sz, order, mt);
}

/**
 * spb_hint_zone - get the hint of the zone
 * @s: policy
 * @sz: zone
 * @order: of the request
 * @mt: its type
 *
 * Return: index of a superpageblock; SPB_NONE if there is no hint.
 */
u32 spb_hint_zone(struct spb *s, struct spb_zone *sz, u32 order, u8 mt)
{
	if (!s->hints || mt >= MIGRATE_PCPTYPES)
		return SPB_NONE;
	return sz->hint[order][mt];
}

/**
 * spb_hint_store - remember the superpageblock that served a request
 * @s: policy
 * @sz: zone
 * @order: of the request
 * @mt: its type
 * @sb: index of the superpageblock
 * @cpu_only: leave the zone's hint, which is what led there
 */
void spb_hint_store(struct spb *s, struct spb_zone *sz, u32 order, u8 mt, u32 sb, bool cpu_only)
{
	if (!s->hints || mt >= MIGRATE_PCPTYPES)
		return;
	*cpu_slot(s, sz, order, mt) = sb;
	if (!cpu_only)
		sz->hint[order][mt] = sb;
}
