// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables in an event's print fmt say which bit has which gfp name and which number which
 * symbol. A trace's numbers are only ever understood through the trace's own tables, because they
 * change between kernels and with the configuration.
 */
#include <ctype.h>

#include "tracedat.h"
#include <fragreplay/gfp.h>

/* a place in the text of a print fmt, never past its end */
struct expr {
	const char *p, *end;
	bool bad;
	int depth;
};

#define EXPR_MAX_DEPTH	64	/* of parentheses; deeper ones are damage */

static void expr_skip_space(struct expr *t)
{
	while (t->p < t->end && isspace((unsigned char)*t->p))
		t->p++;
}

static bool expr_accept(struct expr *t, char c)
{
	expr_skip_space(t);
	if (t->p == t->end || *t->p != c)
		return false;
	t->p++;
	return true;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static size_t expr_word(struct expr *t, const char **start)
{
	expr_skip_space(t);
	*start = t->p;
	while (t->p < t->end && is_word(*t->p))
		t->p++;
	return (size_t)(t->p - *start);
}

static bool word_is(const char *w, size_t len, const char *name)
{
	return strlen(name) == len && !memcmp(w, name, len);
}

/*
 * Kernels from 6.10 on printed the names of the bits instead of their numbers, until their formats
 * were mended. The order is that of the enum in include/linux/gfp_types.h; bits that depend on the
 * configuration come after these.
 */
static bool bit_of_enum(const char *w, size_t len, uint64_t *value)
{
	static const char *const order[] = {
		"DMA", "HIGHMEM", "DMA32", "MOVABLE", "RECLAIMABLE", "HIGH", "IO", "FS", "ZERO",
		"UNUSED", "DIRECT_RECLAIM", "KSWAPD_RECLAIM", "WRITE", "NOWARN", "RETRY_MAYFAIL",
		"NOFAIL", "NORETRY", "MEMALLOC", "COMP", "NOMEMALLOC", "HARDWALL", "THISNODE",
		"ACCOUNT", "ZEROTAGS",
	};

	if (len < 11 || memcmp(w, "___GFP_", 7) || memcmp(w + len - 4, "_BIT", 4))
		return false;
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (word_is(w + 7, len - 11, order[i])) {
			*value = i;
			return true;
		}
	return false;
}

static uint64_t expr_value(struct expr *t);

static uint64_t expr_number(struct expr *t)
{
	uint64_t v = 0;
	unsigned int base = 10;

	if (t->end - t->p > 2 && t->p[0] == '0' && (t->p[1] | 32) == 'x') {
		base = 16;
		t->p += 2;
	}
	while (t->p < t->end && (base == 16 ? isxdigit((unsigned char)*t->p)
					    : isdigit((unsigned char)*t->p))) {
		unsigned int c = (unsigned char)*t->p++;

		v = v * base + (isdigit(c) ? c - '0' : (c | 32) - 'a' + 10);
	}
	while (t->p < t->end && strchr("uUlL", *t->p) && *t->p)
		t->p++;
	return v;
}

/* Skips a cast such as "( unsigned long)" or "( gfp_t)"; false, without skipping, else. */
static bool expr_cast(struct expr *t)
{
	static const char *const types[] = {
		"unsigned", "signed", "long", "int", "short", "char", "const", "gfp_t", "__force",
		"u8", "u16", "u32", "u64", "s32", "s64", "__u32", "__u64", "isolate_mode_t",
	};
	struct expr try = *t;
	const char *w;
	size_t len, words = 0;

	if (!expr_accept(&try, '('))
		return false;
	while ((len = expr_word(&try, &w))) {
		size_t i = 0;

		while (i < sizeof(types) / sizeof(types[0]) && !word_is(w, len, types[i]))
			i++;
		if (i == sizeof(types) / sizeof(types[0]))
			return false;
		words++;
	}
	if (!words || !expr_accept(&try, ')'))
		return false;
	t->p = try.p;
	return true;
}

static uint64_t expr_named(struct expr *t)
{
	const char *w;
	size_t len = expr_word(t, &w);
	uint64_t v = 0;

	if (expr_accept(t, '(')) {
		v = expr_value(t);
		if (!expr_accept(t, ')'))
			t->bad = true;
		if (word_is(w, len, "BIT") || word_is(w, len, "BIT_ULL"))
			return v < 64 ? 1ull << v : 0;
		if (!word_is(w, len, "UL") && !word_is(w, len, "_UL") && !word_is(w, len, "_AC"))
			t->bad = true;
		return v;
	}
	if (!len || !bit_of_enum(w, len, &v))
		t->bad = true;
	return v;
}

static uint64_t expr_unary(struct expr *t)
{
	uint64_t v;

	if (t->depth >= EXPR_MAX_DEPTH || t->bad) {
		t->bad = true;
		return 0;
	}
	t->depth++;
	expr_skip_space(t);
	if (expr_accept(t, '~')) {
		v = ~expr_unary(t);
	} else if (expr_accept(t, '-')) {
		v = -expr_unary(t);
	} else if (expr_accept(t, '+')) {
		v = expr_unary(t);
	} else if (expr_cast(t)) {
		v = expr_unary(t);
	} else if (expr_accept(t, '(')) {
		v = expr_value(t);
		if (!expr_accept(t, ')'))
			t->bad = true;
	} else if (t->p < t->end && isdigit((unsigned char)*t->p)) {
		v = expr_number(t);
	} else {
		v = expr_named(t);
	}
	t->depth--;
	return v;
}

static bool expr_accept_shift(struct expr *t)
{
	expr_skip_space(t);
	if (t->end - t->p < 2 || t->p[0] != '<' || t->p[1] != '<')
		return false;
	t->p += 2;
	return true;
}

static uint64_t expr_sum(struct expr *t)
{
	uint64_t v = expr_unary(t);

	for (;;) {
		if (expr_accept(t, '+'))
			v += expr_unary(t);
		else if (expr_accept(t, '-'))
			v -= expr_unary(t);
		else
			return v;
	}
}

static uint64_t expr_shift(struct expr *t)
{
	uint64_t v = expr_sum(t);

	while (expr_accept_shift(t)) {
		uint64_t by = expr_sum(t);

		v = by < 64 ? v << by : 0;
	}
	return v;
}

static uint64_t expr_conjunction(struct expr *t)
{
	uint64_t v = expr_shift(t);

	while (expr_accept(t, '&'))
		v &= expr_shift(t);
	return v;
}

static uint64_t expr_value(struct expr *t)
{
	uint64_t v = expr_conjunction(t);

	while (expr_accept(t, '|'))
		v |= expr_conjunction(t);
	return v;
}

static bool expr_accept_string(struct expr *t, const char **s, size_t *len)
{
	const char *quote;

	if (!expr_accept(t, '"'))
		return false;
	quote = memchr(t->p, '"', (size_t)(t->end - t->p));
	if (!quote)
		return false;
	*s = t->p;
	*len = (size_t)(quote - t->p);
	t->p = quote + 1;
	return true;
}

/* Goes behind "FUNCTION(REC->FIELD," in the print fmt; false when that is not there. */
static bool find_table(struct expr *t, const char *function, const char *field)
{
	size_t flen = strlen(function);

	for (const char *p = t->p; (size_t)(t->end - p) > flen; p++) {
		struct expr at = { p + flen, t->end, false, 0 };
		const char *w;
		size_t len;

		p = memchr(p, function[0], (size_t)(t->end - p) - flen);
		if (!p)
			return false;
		at.p = p + flen;
		if (memcmp(p, function, flen) || !expr_accept(&at, '('))
			continue;
		len = expr_word(&at, &w);
		if (!word_is(w, len, "REC") || !expr_accept(&at, '-') || !expr_accept(&at, '>'))
			continue;
		len = expr_word(&at, &w);
		if (!word_is(w, len, field) || !expr_accept(&at, ','))
			continue;
		*t = at;
		return true;
	}
	return false;
}

/* Goes behind the brace that ends an entry which could not be read. */
static void skip_entry(struct expr *t)
{
	while (t->p < t->end && *t->p != '}')
		t->p++;
	expr_accept(t, '}');
}

/* Reads the next {value, "name"}. Returns 1, 0 at the table's end, -1 for an entry of no use. */
static int next_entry(struct expr *t, uint64_t *value, const char **name, size_t *len)
{
	expr_accept(t, ',');
	if (!expr_accept(t, '{'))
		return 0;
	t->bad = false;
	t->depth = 0;
	*value = expr_value(t);
	if (!t->bad && expr_accept(t, ',') && expr_accept_string(t, name, len) &&
	    expr_accept(t, '}'))
		return 1;
	skip_entry(t);
	return -1;
}

static void add_flag(struct gfp_map *m, uint64_t mask, const char *name, size_t len)
{
	unsigned int bit = (unsigned int)__builtin_ctzll(mask);
	uint32_t gfp = gfp_of_name(name, len);

	/* a composite of one bit in the trace's kernel and several here is no name of it */
	if (name[0] != '_' && (gfp & (gfp - 1)) && gfp != __GFP_RECLAIM)
		return;
	if (bit >= 32 || !(m->other & (1u << bit)) || !gfp || gfp == __GFP_OTHER)
		return;
	m->bit[bit] = gfp;
	m->other &= ~(1u << bit);
	if (gfp == 1u << bit)
		m->identity |= gfp;
}

/**
 * gfp_map_parse - learn a trace's gfp bits from the names in an event's print fmt
 * @m: filled
 * @text: the format file
 * @len: its length
 * @field: the field that holds the mask
 *
 * Return: 0, or -1 when the format has no table for that field, or one without any bit.
 */
int gfp_map_parse(struct gfp_map *m, const char *text, size_t len, const char *field)
{
	struct expr t = { text, text + len, false, 0 };
	const char *name;
	uint64_t mask;
	size_t namelen;
	int ret;

	*m = (struct gfp_map) { .other = UINT32_MAX };
	for (int i = 0; i < 32; i++)
		m->bit[i] = __GFP_OTHER;
	if (!find_table(&t, "__print_flags", field))
		return -1;
	if (!expr_accept_string(&t, &name, &namelen))
		return -1;
	while ((ret = next_entry(&t, &mask, &name, &namelen))) {
		if (ret < 0 || !mask || (mask & (mask - 1)) || namelen < 6)
			continue;
		if (!memcmp(name, "__GFP_", 6) || !memcmp(name, "GFP_", 4))
			add_flag(m, mask, name, namelen);
	}
	return m->other == UINT32_MAX ? -1 : 0;
}

/**
 * gfp_map_raw - translate a recorded mask
 * @m: the trace's map
 * @raw: mask as recorded
 *
 * Return: the mask in gfp.h's bits; bits without a name there become __GFP_OTHER.
 */
uint32_t gfp_map_raw(const struct gfp_map *m, uint32_t raw)
{
	uint32_t gfp = raw & m->identity;

	for (raw &= ~m->identity; raw; raw &= raw - 1)
		gfp |= m->bit[__builtin_ctz(raw)];
	return gfp;
}

/**
 * gfp_map_back - the recorded mask of a translated one
 * @m: the trace's map
 * @gfp: in gfp.h's bits
 * @raw: as recorded, for what __GFP_OTHER no longer tells apart
 *
 * Return: the mask in the trace's bits.
 */
uint64_t gfp_map_back(const struct gfp_map *m, uint32_t gfp, uint64_t raw)
{
	uint64_t back = raw & m->other & ((gfp & __GFP_OTHER) ? UINT32_MAX : 0);

	for (unsigned int i = 0; i < 32; i++)
		if (!(m->other & (1u << i)) && (gfp & m->bit[i]))
			back |= 1u << i;
	return back;
}

/**
 * sym_map_parse - learn a trace's numbers of an enum from the names in an event's print fmt
 * @m: filled
 * @text: the format file
 * @len: its length
 * @field: the field that holds the number
 * @number: our number of a name, -1 for unknown
 *
 * Return: 0, or -1 when the format has no table for that field.
 */
int sym_map_parse(struct sym_map *m, const char *text, size_t len, const char *field,
		  int (*number)(const char *name, size_t len))
{
	struct expr t = { text, text + len, false, 0 };
	const char *name;
	uint64_t value;
	size_t namelen;
	int ret;

	for (int i = 0; i < SYM_RAW_MAX; i++)
		m->canon[i] = (uint16_t)(SYM_UNKNOWN + i);
	if (!find_table(&t, "__print_symbolic", field))
		return -1;
	while ((ret = next_entry(&t, &value, &name, &namelen))) {
		int n = ret > 0 && value < SYM_RAW_MAX ? number(name, namelen) : -1;

		if (n >= 0)
			m->canon[value] = (uint16_t)n;
	}
	return 0;
}

/**
 * sym_map_raw - our number of a recorded one
 * @m: the trace's map
 * @raw: as recorded
 *
 * Return: our number; SYM_UNKNOWN + @raw when the trace or we have no name for it.
 */
uint32_t sym_map_raw(const struct sym_map *m, uint32_t raw)
{
	return raw < SYM_RAW_MAX ? m->canon[raw] : raw + SYM_UNKNOWN;
}

/**
 * sym_map_back - the recorded number of ours
 * @m: the trace's map
 * @canon: our number
 *
 * Return: the number in the trace.
 */
uint32_t sym_map_back(const struct sym_map *m, uint32_t canon)
{
	for (uint32_t i = 0; i < SYM_RAW_MAX; i++)
		if (m->canon[i] == canon)
			return i;
	return canon - SYM_UNKNOWN;
}
