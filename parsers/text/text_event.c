// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fields of one event line. They are found by name, in any order, and under both names that
 * events.c knows: that of raw output ("sync=1", "reclaim_flags=9") and that of the kernel's own
 * text ("flags=RECLAIM_WB_ANON").
 */
#define _GNU_SOURCE
#include <string.h>

#include "parsers/internal.h"
#include "text.h"
#include <fragreplay/gfp.h>

/*
 * The bits of a raw gfp mask that have the same place in every kernel; above them it depends on
 * the configuration.
 */
#define RAW_GFP_FIXED	0xffffffu

/**
 * text_names_event - does a line name an event of the table, with a colon or parenthesis after it?
 * @s: the line
 * @end: its end
 *
 * This is asked of lines that are no event, to tell a damaged one from what only stands between
 * events.
 *
 * Return: true if it does.
 */
bool text_names_event(const char *s, const char *end)
{
	for (unsigned int i = 0; i < event_table_size; i++) {
		const struct event_desc *e = &event_table[i];
		const char *p = memmem(s, end - s, e->name, e->name_len);

		if (p && p > s && (p[-1] == ' ' || p[-1] == ':') && p + e->name_len < end &&
		    (p[e->name_len] == ':' || p[e->name_len] == '('))
			return true;
	}
	return false;
}

static bool text_is(const char *s, const char *end, const char *name)
{
	size_t len = strlen(name);

	return (size_t)(end - s) == len && !memcmp(s, name, len);
}

static bool reclaim_flag(const char *s, const char *end, uint64_t *v)
{
	static const struct { const char *name; uint32_t flag; } flags[] = {
		{ "RECLAIM_WB_ANON", RECLAIM_WB_ANON },
		{ "RECLAIM_WB_FILE", RECLAIM_WB_FILE },
		{ "RECLAIM_WB_MIXED", RECLAIM_WB_MIXED },
		{ "RECLAIM_WB_SYNC", RECLAIM_WB_SYNC },
		{ "RECLAIM_WB_ASYNC", RECLAIM_WB_ASYNC },
		{ "RECLAIM_WB_NONE", 0 },
	};

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (text_is(s, end, flags[i].name)) {
			*v = flags[i].flag;
			return true;
		}
	return text_number(s, end, v);
}

/* The kernel prints "RECLAIM_WB_ANON|RECLAIM_WB_ASYNC": vmscan.h:show_reclaim_flags(). */
static bool reclaim_flags(const char *s, const char *end, uint64_t *v)
{
	uint64_t sum = 0, flag;

	while (s < end) {
		const char *bar = memchr(s, '|', end - s);
		const char *stop = bar ? bar : end;

		if (!reclaim_flag(s, stop, &flag))
			return false;
		sum |= flag;
		s = bar ? bar + 1 : end;
	}
	*v = sum;
	return true;
}

/*
 * Most allocations have one of a few texts, so what was looked up by name is kept. Returns the
 * first name that no kernel prints, or NULL.
 */
static const char *gfp_by_name(struct text_decoder *d, const char *s, size_t len, uint64_t *v)
{
	const char *unknown;
	struct text_gfp *slot;
	unsigned int hash = len;
	uint32_t mask;

	if (len > TEXT_GFP_LEN) {
		unknown = gfp_of_text(s, len, &mask);
		*v = mask;
		return unknown;
	}
	for (size_t i = 4; i < len; i += 8)
		hash = hash * 31 + (unsigned char)s[i];
	slot = &d->gfp[hash % TEXT_GFP_SLOTS];
	if (slot->len != len || memcmp(slot->text, s, len)) {
		unknown = gfp_of_text(s, len, &mask);
		if (unknown)
			return unknown;
		slot->mask = mask;
		slot->len = len;
		memcpy(slot->text, s, len);
	}
	*v = slot->mask;
	return NULL;
}

static bool gfp_value(struct text_decoder *d, const char *s, const char *end, uint64_t *v)
{
	const char *unknown, *bar;

	if (s == end)
		return false;
	if (text_number(s, end, v)) {
		*v = (*v & RAW_GFP_FIXED) | (*v & ~(uint64_t)RAW_GFP_FIXED ? __GFP_OTHER : 0);
		d->gfp_numeric = d->gfp_raw = true;
		return true;
	}
	d->gfp_named = true;
	unknown = gfp_by_name(d, s, end - s, v);
	if (!unknown)
		return true;
	bar = memchr(unknown, '|', end - unknown);
	d->unknown = unknown;
	d->unknown_len = (bar ? bar : end) - unknown;
	return false;
}

static bool field_value(struct text_decoder *d, uint8_t kind, const char *s, const char *end,
			uint64_t *v)
{
	switch (kind) {
	case FIELD_ADDRESS:
		return text_hex(end - s > 2 && s[1] == 'x' ? s + 2 : s, end, v);
	case FIELD_GFP:
		return gfp_value(d, s, end, v);
	case FIELD_COMPACT_RESULT:
		if (!text_number(s, end, v))
			*v = (uint64_t)compact_result_of_name(s, end - s);
		return true;
	case FIELD_RECLAIM_FLAGS:
		return reclaim_flags(s, end, v);
	}
	return text_number(s, end, v);
}

/* "(0x1000 ~ 0x1200)" has two values: that of @f, and that of the field behind it in the table. */
static bool store_range(struct record *r, const struct event_field *f, const char *s,
			const char *end)
{
	const char *tilde = memchr(s, '~', end - s);
	uint64_t from, to;

	if (!tilde || end - s < 7 || *s != '(' || end[-1] != ')' || tilde[-1] != ' ' ||
	    tilde[1] != ' ' || tilde + 2 > end - 1)
		return false;
	return text_number(s + 1, tilde - 1, &from) && text_number(tilde + 2, end - 1, &to) &&
	       event_store(r, &f[0], from) && event_store(r, &f[1], to);
}

/*
 * Finds the field of this name. Fields mostly come in the table's order, so the search begins at
 * @hint, and leaves it behind what it has found.
 */
static const struct event_field *find_field(const struct event_desc *ev, unsigned int *hint,
					    const char *key, size_t len)
{
	unsigned int i = *hint;

	do {
		const struct event_field *f = &ev->fields[i];

		if (++i == EVENT_MAX_FIELDS || !ev->fields[i].name)
			i = 0;
		if ((f->name_len == len && !memcmp(f->name, key, len)) ||
		    (f->text_len == len && !memcmp(f->text_name, key, len))) {
			*hint = i;
			return f;
		}
	} while (i != *hint);
	return NULL;
}

static const char *value_end(const char *p, const char *end)
{
	const char *close;

	if (p < end && *p == '(') {
		close = memchr(p, ')', end - p);
		return close ? close + 1 : end;
	}
	while (p < end && *p != ' ' && *p != ',')
		p++;
	return p;
}

/*
 * The kernel's own text prints the pfn of a failed allocation as 0, which is also that of a page;
 * its struct page, "page=(nil)", "page=0x0" or "page=0000000000000000", tells them apart.
 */
static bool page_is_null(const struct text_line *l)
{
	const char *p = memmem(l->payload, l->end - l->payload, "page=", strlen("page="));

	if (!p)
		return false;
	p += strlen("page=");
	if (p < l->end && *p == '(')
		return l->end - p > 1 && p[1] == 'n';
	while (p < l->end && (*p == '0' || *p == 'x'))
		p++;
	return p == l->end || *p == ' ';
}

/* trace-cmd prints "ip: text", with -R "ip=... buf=text"; the kernel the ip as the event's name. */
static void decode_mark(const struct text_line *l, struct record *r)
{
	const char *p = l->payload, *text;

	if (!l->bare_mark) {
		text = memmem(p, l->end - p, " buf=", 5);
		if (text && l->end - p > 3 && !memcmp(p, "ip=", 3)) {
			p = text + strlen(" buf=");
		} else {
			text = memmem(p, l->end - p, ": ", 2);
			if (text)
				p = text + strlen(": ");
		}
	}
	mark_decode(r, p, l->end - p);
}

/* Returns the first field that the line should have and lacks; NULL when all are there. */
static const struct event_field *missing_field(const struct event_desc *ev, unsigned int seen)
{
	for (unsigned int i = 0; i < EVENT_MAX_FIELDS && ev->fields[i].name; i++)
		if (!ev->fields[i].optional && !(seen & 1u << i))
			return &ev->fields[i];
	return NULL;
}

/*
 * Takes a field's value from *@p and leaves *@p behind it. Returns the bits of the fields that it
 * filled; 0: the value is wrong.
 */
static unsigned int take_field(struct text_decoder *d, const struct event_desc *ev,
			       const struct event_field *f, const char **p, const char *end,
			       struct record *r)
{
	unsigned int bit = 1u << (f - ev->fields);
	const char *s = *p;
	uint64_t v = 0;

	*p = value_end(s, end);
	if (f->text_name && s < end && *s == '(')
		return store_range(r, f, s, *p) ? bit | bit << 1 : 0;
	return field_value(d, f->kind, s, *p, &v) && event_store(r, f, v) ? bit : 0;
}

/*
 * Finds the next word that a '=' follows, and leaves *@p behind it; NULL at the line's end. A word
 * with a colon in its place sets *@colon.
 */
static const char *next_key(const char **p, const char *end, size_t *len, bool *colon)
{
	const char *s = *p, *key;

	for (;;) {
		while (s < end && (*s == ' ' || *s == ','))
			s++;
		for (key = s; s < end && *s != '=' && *s != ' '; s++)
			;
		if (s > key && s[-1] == ':')
			*colon = true;
		if (s == end)
			return NULL;
		if (*s == '=' && s > key)
			break;
		s++;
	}
	*len = s - key;
	*p = s + 1;
	return key;
}

/* Notes which field is wrong, and what stands there. */
static const char *wrong_value(struct text_decoder *d, const char *key, size_t len,
			       const char *value, const char *end)
{
	d->key = key;
	d->key_len = len;
	d->value = value;
	d->value_len = end - value;
	if (d->unknown)
		return "has a name that no kernel prints";
	return "has a value that no kernel prints there";
}

static const char *two_lines(struct text_decoder *d)
{
	d->key_len = 0;
	return "it is two lines in one: there is a second event in it";
}

/**
 * text_event_decode - the fields of a line into a record
 * @d: decoder
 * @ev: of event_find()
 * @l: the line
 * @r: ts, cpu, pid and flags are set already, the rest is 0; type and fields are filled in
 *
 * Return: NULL, or what is wrong ("is missing", ...) with @d->key naming the field if
 * it has a length.
 */
const char *text_event_decode(struct text_decoder *d, const struct event_desc *ev,
			      const struct text_line *l, struct record *r)
{
	const struct event_field *f;
	unsigned int hint = 0, seen = 0, bits;
	const char *p = l->payload, *key, *value;
	bool colon = false;
	size_t len;

	d->unknown = NULL;
	d->value = NULL;
	d->missing = d->gfp_raw = false;
	r->type = ev->type;
	if (ev->type == REC_MARK) {
		decode_mark(l, r);
		return NULL;
	}
	if (!ev->fields[0].name)
		return text_second_event(l->payload, l->end) ? two_lines(d) : NULL;
	while ((key = next_key(&p, l->end, &len, &colon))) {
		f = find_field(ev, &hint, key, len);
		if (!f) {
			while (p < l->end && *p != ' ')
				p++;
			continue;
		}
		value = p;
		bits = take_field(d, ev, f, &p, l->end, r);
		if (!bits)
			return wrong_value(d, key, len, value, p);
		if (seen & bits) {
			wrong_value(d, key, len, value, p);
			return "occurs twice, so that it is two lines in one";
		}
		seen |= bits;
	}
	if (colon && text_second_event(l->payload, l->end))
		return two_lines(d);
	f = missing_field(ev, seen);
	if (f) {
		d->key = f->name;
		d->key_len = f->name_len;
		d->missing = true;
		return "is missing";
	}
	if (r->type == REC_ALLOC && !r->pfn && page_is_null(l))
		r->pfn = REC_NO_PFN;
	return NULL;
}
