// SPDX-License-Identifier: GPL-2.0-only
/*
 * Payloads of the ring buffer become struct record. mm_page_alloc and mm_page_free are nearly all
 * of a trace and are decoded without branches; everything else goes through its decoder's steps.
 * Each value is held against what a kernel can write, because nothing else betrays a flipped byte
 * in an uncompressed file.
 */
#include "tracedat.h"
#include <fragreplay/gfp.h>

#define MAX_PID		(4u << 20)	/* include/linux/threads.h:PID_MAX_LIMIT */

_Static_assert(offsetof(struct record, words) == 8 && offsetof(struct record, gfp) == 16 &&
	       offsetof(struct record, order) == 20 && offsetof(struct record, migratetype) == 21,
	       "decode_fast() writes the words of a page's record at once");
_Static_assert(offsetof(struct record, pid) == 32 && offsetof(struct record, cpu) == 36 &&
	       offsetof(struct record, type) == 38 && offsetof(struct record, flags) == 39 &&
	       sizeof(struct record) == 40, "fill_tail() writes the last word at once");

static inline void fill_tail(struct record *rec, uint32_t pid, uint32_t cpu, uint32_t type,
			     uint32_t flags)
{
	uint64_t tail = pid | (uint64_t)cpu << 32 | (uint64_t)type << 48 | (uint64_t)flags << 56;

	memcpy(&rec->pid, &tail, sizeof(tail));
}

/*
 * mm_page_alloc and mm_page_free are decoded by the same code: a free reads beyond its end what an
 * allocation has there, and drops it. Returns true when the values are possible.
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
	ok = (order <= EVENT_MAX_ORDER) & (mt <= MIGRATE_RECLAIMABLE) &
	     (raw >> EVENT_GFP_BITS == 0) & (pid < MAX_PID) & migratetype_fits(mt, gfp);
	ok &= failed | ((pfn < EVENT_MAX_PFN) & !(pfn & ((1ull << (order & 31)) - 1)));
	rec->ts = c->key;
	rec->words[0] = pfn;
	rec->words[1] = gfp | (uint64_t)order << 32 | (uint64_t)mt << 40;
	rec->words[2] = 0;
	fill_tail(rec, pid, c->cpu, dec->type, p[2]);
	return ok;
}

static uint64_t load_field(const uint8_t *p, const struct step *s)
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

static bool run_step(const struct cursor *c, const struct decoder *dec, const struct step *s,
		     struct record *rec)
{
	uint64_t v;

	if (s->field->kind == FIELD_MARK) {
		mark_decode(rec, (const char *)c->data + s->offset, c->len - s->offset);
		return true;
	}
	v = load_field(c->data, s);
	if (s->field->kind == FIELD_GFP) {
		if (v >> EVENT_GFP_BITS)
			return false;
		v = gfp_map_raw(dec->gfp, (uint32_t)v);
	} else if (s->field->kind == FIELD_COMPACT_RESULT) {
		v = sym_map_raw(s->sym, (uint32_t)v);
	}
	return event_store(rec, s->field, v);
}

/* Returns NULL, or what is wrong; *at is set to the field that holds it, or to NULL. */
static const char *decode_steps(const struct cursor *c, const struct decoder *dec,
				struct record *rec, const struct step **at)
{
	const uint8_t *p = c->data;

	*at = NULL;
	memset(rec, 0, sizeof(*rec));
	rec->ts = c->key;
	rec->pid = (int32_t)get_u32(p + 4);
	rec->cpu = (uint16_t)c->cpu;
	rec->type = dec->type;
	rec->flags = p[2];
	if (rec->pid < 0)
		return "no task has such a pid";
	for (unsigned int i = 0; i < dec->nr_steps; i++) {
		*at = &dec->steps[i];
		if (!run_step(c, dec, *at, rec))
			return "no kernel writes such a value";
	}
	*at = NULL;
	return record_implausible(rec, false);
}

/* Notes what is wrong with an event, which the fast path need not know. */
static int decode_damage(struct cursor *c, const struct decoder *dec, struct record *rec)
{
	const struct step *at;
	const char *what = decode_steps(c, dec, rec, &at);

	if (!what)
		what = "no kernel writes such a value";
	if (!at)
		return cursor_damage(c, "event %s: %s", dec->name, what);
	return cursor_damage(c, "event %s: %s=%#llx: %s%s", dec->name, at->field->name,
			     (unsigned long long)load_field(c->data, at), what,
			     value_hint(at->field->kind));
}

static bool length_fits(const struct decoder *dec, uint32_t len)
{
	if (dec->fixed)
		return len == dec->len || len == dec->len2;
	return len >= dec->min_len;
}

static int ready_decoder(struct formats *f, struct cursor *c, struct decoder *dec)
{
	unsigned int id = get_u16(c->data);
	const char *why;

	if (dec == f->dec)
		return cursor_damage(c, "an event of id %u, which the file has no format for", id);
	if (!dec->resolved && formats_resolve(f, dec, &why))
		return cursor_damage(c, "event %s: %s", dec->name, why);
	return 0;
}

static __attribute__((noinline)) int decode_slow(struct tracedat *d, struct cursor *c,
						 struct decoder *dec, struct record *rec)
{
	const struct step *at;

	if (ready_decoder(&d->f, c, dec))
		return -1;
	if (!length_fits(dec, c->len))
		return cursor_damage(c, "event %s of %u bytes instead of %u", dec->name, c->len,
				     dec->fixed ? dec->len : dec->min_len);
	return decode_steps(c, dec, rec, &at) ? decode_damage(c, dec, rec) : 0;
}

/**
 * formats_decode - decode an event that is not in a page of the ring buffer
 * @f: the formats
 * @c: key, cpu, data and len are set; the payload may be padded by up to eight bytes
 * @rec: filled in
 *
 * Return: 0; -1 with c->why saying what is wrong.
 */
int formats_decode(struct formats *f, struct cursor *c, struct record *rec)
{
	const struct step *at;
	struct decoder *dec;

	if (c->len < 8)
		return cursor_damage(c, "an event of %u bytes", c->len);
	dec = &f->dec[f->index[get_u16(c->data)]];
	if (ready_decoder(f, c, dec))
		return -1;
	if (c->len < dec->min_len || (dec->fixed && c->len > dec->min_len + 8u))
		return cursor_damage(c, "event %s of %u bytes instead of %u", dec->name, c->len,
				     dec->min_len);
	if (decode_steps(c, dec, rec, &at))
		return decode_damage(c, dec, rec);
	dec->count++;
	return 0;
}

static void emit_lost(struct tracedat *d, struct cursor *c, struct record *rec)
{
	memset(rec, 0, sizeof(*rec));
	rec->ts = c->key;
	rec->cpu = (uint16_t)c->cpu;
	rec->type = REC_LOST;
	if (c->lost != LOST_UNKNOWN)
		rec->lost.events = c->lost > UINT32_MAX ? UINT32_MAX : (uint32_t)c->lost;
	tracedat_note_lost(d, c);
	c->lost = 0;
}

/* Goes to the next data event. The most likely case is done here, all others in kbuffer.c. */
static inline int next_event(struct cursor *c)
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
 * tracedat_decode - decode one CPU's events while they come before all others'
 * @d: the trace
 * @c: the CPU's cursor, on an event
 * @out: room for @max records
 * @max: at least 1; an event behind a gap takes two places
 * @limit: take no event later than this; the first is taken in any case
 * @state: set to the last answer of cursor_advance_slow(), and to -1 when an event cannot be
 *	decoded
 *
 * Return: how many records were made, REC_LOST ones included.
 */
unsigned int tracedat_decode(struct tracedat *d, struct cursor *c, struct record *out,
			     unsigned int max, uint64_t limit, int *state)
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
				more = decode_damage(c, dec, &out[n]);
				break;
			}
		} else if (unlikely(decode_slow(d, c, dec, &out[n]))) {
			more = -1;
			break;
		}
		n++;
		dec->count++;
		more = next_event(c);
	} while (more > 0 && n < max && c->key <= limit);
	c->decoded += n - lost;
	*state = more;
	return n;
}
