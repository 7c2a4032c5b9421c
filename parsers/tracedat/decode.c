/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From ring-buffer payloads to struct record. mm_page_alloc and mm_page_free are nearly all of a
 * trace and take a way without branches; everything else goes through its decoder's steps. Each
 * value is held against what a kernel can write, for nothing else in an uncompressed file betrays a
 * flipped byte.
 */
#include "tracedat.h"
#include <fragreplay/gfp.h>

#define MAX_PFN		(1ull << 40)	/* 52 bits of physical address, 4 KiB pages */
#define MAX_ORDER	10
#define MAX_MT		5		/* MIGRATE_ISOLATE, with CMA */
#define MAX_PID		(4u << 20)	/* include/linux/threads.h: PID_MAX_LIMIT */

_Static_assert(offsetof(struct record, cpu) == 44 && offsetof(struct record, order) == 48,
	       "fill_tail() writes both at once");

static inline void fill_tail(struct record *rec, uint32_t cpu, uint32_t type, uint32_t flags,
			     uint32_t order, uint32_t mt)
{
	uint64_t tail = cpu | (uint64_t)type << 16 | (uint64_t)flags << 24 |
			(uint64_t)order << 32 | (uint64_t)mt << 48;

	memcpy(&rec->cpu, &tail, sizeof(tail));
}

/* Of an allocation: what gfp_migratetype() of include/linux/gfp.h makes of the mask, or 0. */
static inline bool mt_matches(uint32_t mt, uint32_t gfp)
{
	return !mt || mt == (gfp >> 3 & 3);
}

/*
 * mm_page_alloc and mm_page_free in one: a free reads beyond its end what an allocation has there,
 * and throws it away. True when the values are possible.
 */
static inline bool decode_fast(const struct cursor *c, const struct decoder *dec,
			       struct record *rec)
{
	uint32_t is_alloc = -(uint32_t)(dec->fast == FAST_ALLOC);
	const uint8_t *p = c->data;
	uint64_t pfn = get_u64(p + 8);
	uint32_t order = get_u32(p + 16);
	uint64_t raw = get_u64(p + 24) & (int64_t)(int32_t)is_alloc;
	uint32_t mt = get_u32(p + 32) & is_alloc;
	uint32_t pid = get_u32(p + 4), gfp = (uint32_t)raw;
	bool failed = pfn == REC_NO_PFN && is_alloc;
	bool ok;

	if (unlikely(is_alloc && (gfp & ~dec->gfp->identity)))
		gfp = gfp_map_raw(dec->gfp, gfp);
	ok = (order <= MAX_ORDER) & (mt <= 2) & (raw >> 29 == 0) & (pid < MAX_PID) &
	     mt_matches(mt, gfp);
	ok &= failed | ((pfn < MAX_PFN) & !(pfn & ((1ull << (order & 31)) - 1)));
	rec->ts = c->key;
	rec->pfn = pfn;
	rec->arg = 0;
	rec->gfp = gfp;
	rec->pid = (int32_t)pid;
	rec->a = rec->b = rec->c = 0;
	fill_tail(rec, c->cpu, dec->type, p[2], order, mt);
	return ok;
}

static uint64_t load(const uint8_t *p, const struct step *s)
{
	p += s->offset;
	switch (s->size) {
	case 1:
		return s->is_signed ? (uint64_t)(int8_t)*p : *p;
	case 2:
		return s->is_signed ? (uint64_t)(int16_t)get_u16(p) : get_u16(p);
	case 4:
		return s->is_signed ? (uint64_t)(int32_t)get_u32(p) : get_u32(p);
	}
	return get_u64(p);
}

static bool possible(const struct step *s, uint64_t v)
{
	switch (s->check) {
	case CHECK_PFN:
		return v < MAX_PFN || v == REC_NO_PFN;
	case CHECK_ORDER:
		return v <= MAX_ORDER;
	case CHECK_SORDER:
		return (int64_t)v >= -1 && (int64_t)v <= MAX_ORDER;
	case CHECK_MT:
		return v <= MAX_MT;
	case CHECK_BOOL:
		return v <= 1;
	}
	return true;
}

/* Store @v, or add it, in a place of 8, 32 or 64 bits. False when it does not fit. */
static bool store(struct record *rec, uint8_t slot, uint64_t v, bool add)
{
	uint32_t *word = NULL;
	uint8_t *byte = NULL;

	switch (slot) {
	case SLOT_PFN:
		rec->pfn = add ? rec->pfn + v : v;
		return true;
	case SLOT_ARG:
		rec->arg = add ? rec->arg + v : v;
		return true;
	case SLOT_GFP:
		word = &rec->gfp;
		break;
	case SLOT_A:
		word = &rec->a;
		break;
	case SLOT_B:
		word = &rec->b;
		break;
	case SLOT_C:
		word = &rec->c;
		break;
	case SLOT_ORDER:
		byte = &rec->order;
		break;
	case SLOT_ORDER2:
		byte = &rec->order2;
		break;
	case SLOT_MT:
		byte = &rec->mt;
		break;
	case SLOT_MT2:
		byte = &rec->mt2;
		break;
	}
	if (word) {
		*word = add ? *word + (uint32_t)v : (uint32_t)v;
		return v <= UINT32_MAX || (int64_t)v >= INT32_MIN;
	}
	*byte = (uint8_t)v;
	return v <= UINT8_MAX || (int64_t)v >= INT8_MIN;
}

static bool run_step(const struct cursor *c, const struct decoder *dec, const struct step *s,
		     struct record *rec)
{
	uint64_t v;

	if (s->op == OP_MARK) {
		mark_decode(rec, (const char *)c->data + s->offset, c->len - s->offset);
		return true;
	}
	v = load(c->data, s);
	if (s->op == OP_UNMARK)
		v &= INT64_MAX;
	if (!possible(s, v))
		return false;
	switch (s->op) {
	case OP_ADD:
		return store(rec, s->slot, v, true);
	case OP_ADD_HI:
		return v <= UINT32_MAX && store(rec, s->slot, v << 32, true);
	case OP_SUB_PFN:
		return store(rec, s->slot, v - rec->pfn, false);
	case OP_LO:
		return store(rec, s->slot, (uint32_t)v, false);
	case OP_HI:
		return store(rec, s->slot, v >> 32, false);
	case OP_GFP:
		return v >> 29 == 0 &&
		       store(rec, s->slot, gfp_map_raw(dec->gfp, (uint32_t)v), false);
	case OP_SYM:
		return store(rec, s->slot, sym_map_raw(s->sym, (uint32_t)v), false);
	}
	return store(rec, s->slot, v, false);
}

/* What no single field shows. */
static bool consistent(const struct record *rec)
{
	uint64_t low = (1ull << rec->order) - 1;

	switch (rec->type) {
	case REC_ALLOC:
		if (rec->mt > 2 || !mt_matches(rec->mt, rec->gfp))
			return false;
		return rec->pfn == REC_NO_PFN || !(rec->pfn & low);
	case REC_FREE:
	case REC_ZONE_LOCKED:
	case REC_PCPU_DRAIN:
	case REC_EXTFRAG:
		return rec->pfn != REC_NO_PFN && !(rec->pfn & low);
	case REC_FREE_BATCHED:
	case REC_FILEMAP_ADD:
	case REC_WRITE_FOLIO:
		return rec->pfn != REC_NO_PFN;
	}
	return true;
}

static bool decode_steps(const struct cursor *c, const struct decoder *dec, struct record *rec)
{
	const uint8_t *p = c->data;

	memset(rec, 0, sizeof(*rec));
	rec->ts = c->key;
	rec->pid = (int32_t)get_u32(p + 4);
	rec->cpu = (uint16_t)c->cpu;
	rec->type = dec->type;
	rec->flags = p[2];
	if ((uint32_t)rec->pid >= MAX_PID)
		return false;
	for (unsigned int i = 0; i < dec->nr_steps; i++)
		if (!run_step(c, dec, &dec->steps[i], rec))
			return false;
	return consistent(rec);
}

static bool length_fits(const struct decoder *dec, uint32_t len)
{
	if (dec->fixed)
		return len == dec->len || len == dec->len2;
	return len >= dec->min_len;
}

static __attribute__((noinline)) int decode_slow(struct tracedat *d, struct cursor *c,
						  struct decoder *dec, struct record *rec)
{
	unsigned int id = get_u16(c->data);
	const char *why;

	if (dec == d->f.dec)
		return cursor_damage(c, "an event of id %u, which the file has no format for", id);
	if (!dec->resolved && formats_resolve(&d->f, dec, &why))
		return cursor_damage(c, "event %s: %s", dec->name, why);
	if (!length_fits(dec, c->len))
		return cursor_damage(c, "event %s of %u bytes instead of %u", dec->name, c->len,
				     dec->fixed ? dec->len : dec->min_len);
	if (!decode_steps(c, dec, rec))
		return cursor_damage(c, "event %s holds a value that no kernel writes", dec->name);
	return 0;
}

static void emit_lost(struct tracedat *d, struct cursor *c, struct record *rec)
{
	memset(rec, 0, sizeof(*rec));
	rec->ts = c->key;
	rec->cpu = (uint16_t)c->cpu;
	rec->type = REC_LOST;
	if (c->lost != LOST_UNKNOWN)
		rec->a = c->lost > UINT32_MAX ? UINT32_MAX : (uint32_t)c->lost;
	tracedat_note_lost(d, c);
	c->lost = 0;
}

/* To the next data event; what is most likely is done here, all else in kbuffer.c. */
static inline int advance(struct cursor *c)
{
	const uint8_t *p = c->next;
	uint32_t head, words;

	if (unlikely(c->end - p < 4))
		return cursor_advance_slow(c);
	head = get_u32(p);
	words = head & 31;
	if (unlikely(words - 2 > 26 || words * 4 + 4 > (size_t)(c->end - p)))
		return cursor_advance_slow(c);
	c->data = p + 4;
	c->len = words * 4;
	c->next = c->data + c->len;
	c->ts += head >> 5;
	c->key = unlikely(c->conv != NULL) ? clock_convert(c->conv, c->cpu, c->ts) : c->ts;
	return 1;
}

/**
 * decode_run - take one CPU's events while they come before all others'
 * @d: the trace
 * @c: the CPU's cursor, on an event
 * @out: room for @max records
 * @max: at least 1; an event behind a gap takes two places
 * @limit: take no event later than this; the first is taken in any case
 * @state: set to cursor_advance_slow()'s last answer: -1 also when an event cannot be decoded
 *
 * Return: how many records were made, REC_LOST ones included.
 */
unsigned int decode_run(struct tracedat *d, struct cursor *c, struct record *out, unsigned int max,
			uint64_t limit, int *state)
{
	const uint16_t *index = d->f.index;
	unsigned int n = 0, lost = 0;
	int more = 1;

	do {
		struct decoder *dec = &d->f.dec[index[get_u16(c->data)]];

		if (unlikely(c->lost)) {
			if (max - n < 2)
				break;
			emit_lost(d, c, &out[n++]);
			lost++;
		}
		if (likely(c->len == dec->fast_len && c->data <= c->fast_limit)) {
			if (unlikely(!decode_fast(c, dec, &out[n]))) {
				more = cursor_damage(c,
						     "event %s holds a value that no kernel writes",
						     dec->name);
				break;
			}
		} else if (unlikely(decode_slow(d, c, dec, &out[n]))) {
			more = -1;
			break;
		}
		n++;
		dec->count++;
		more = advance(c);
	} while (more > 0 && n < max && c->key <= limit);
	c->decoded += n - lost;
	*state = more;
	return n;
}
