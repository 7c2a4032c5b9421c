// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernels print names for gfp flags and results of compaction. The names are stable between
 * versions and the numbers are not, so traces are understood by name.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include <fragreplay/gfp.h>

struct gfp_name {
	const char *name;
	gfp_t bits;
};

/* include/trace/events/mmflags.h:__def_gfpflag_names and gfpflag_string() */
static const struct gfp_name gfp_names[] = {
	{ "GFP_TRANSHUGE", GFP_TRANSHUGE },
	{ "GFP_TRANSHUGE_LIGHT", GFP_TRANSHUGE_LIGHT },
	{ "GFP_HIGHUSER_MOVABLE", GFP_HIGHUSER_MOVABLE },
	{ "GFP_HIGHUSER", GFP_HIGHUSER },
	{ "GFP_USER", GFP_USER },
	{ "GFP_KERNEL_ACCOUNT", GFP_KERNEL | __GFP_ACCOUNT },
	{ "GFP_KERNEL", GFP_KERNEL },
	{ "GFP_NOFS", GFP_NOFS },
	{ "GFP_ATOMIC", GFP_ATOMIC },
	{ "GFP_NOIO", GFP_NOIO },
	{ "GFP_NOWAIT", GFP_NOWAIT },
	{ "GFP_DMA", __GFP_DMA },
	{ "GFP_DMA32", __GFP_DMA32 },
	{ "__GFP_RECLAIM", __GFP_RECLAIM },
	{ "__GFP_DMA", __GFP_DMA },
	{ "__GFP_HIGHMEM", __GFP_HIGHMEM },
	{ "__GFP_DMA32", __GFP_DMA32 },
	{ "__GFP_MOVABLE", __GFP_MOVABLE },
	{ "__GFP_RECLAIMABLE", __GFP_RECLAIMABLE },
	{ "__GFP_HIGH", __GFP_HIGH },
	{ "__GFP_IO", __GFP_IO },
	{ "__GFP_FS", __GFP_FS },
	{ "__GFP_ZERO", __GFP_ZERO },
	{ "__GFP_ATOMIC", __GFP_ATOMIC },
	{ "__GFP_DIRECT_RECLAIM", __GFP_DIRECT_RECLAIM },
	{ "__GFP_KSWAPD_RECLAIM", __GFP_KSWAPD_RECLAIM },
	{ "__GFP_WRITE", __GFP_WRITE },
	{ "__GFP_NOWARN", __GFP_NOWARN },
	{ "__GFP_RETRY_MAYFAIL", __GFP_RETRY_MAYFAIL },
	{ "__GFP_NOFAIL", __GFP_NOFAIL },
	{ "__GFP_NORETRY", __GFP_NORETRY },
	{ "__GFP_MEMALLOC", __GFP_MEMALLOC },
	{ "__GFP_COMP", __GFP_COMP },
	{ "__GFP_NOMEMALLOC", __GFP_NOMEMALLOC },
	{ "__GFP_HARDWALL", __GFP_HARDWALL },
	{ "__GFP_THISNODE", __GFP_THISNODE },
	{ "__GFP_ACCOUNT", __GFP_ACCOUNT },
	{ "__GFP_ZEROTAGS", __GFP_ZEROTAGS },
	/* known, but no bit of gfp.h: KASAN, lockdep and memory profiling change no page's place */
	{ "__GFP_SKIP_ZERO", __GFP_OTHER },
	{ "__GFP_SKIP_KASAN", __GFP_OTHER },
	{ "__GFP_SKIP_KASAN_POISON", __GFP_OTHER },
	{ "__GFP_SKIP_KASAN_UNPOISON", __GFP_OTHER },
	{ "__GFP_NOLOCKDEP", __GFP_OTHER },
	{ "__GFP_NO_OBJ_EXT", __GFP_OTHER },
	{ "__GFP_CMA", __GFP_OTHER },
	/* before 4.14 */
	{ "GFP_TEMPORARY", GFP_KERNEL | __GFP_RECLAIMABLE },
	{ "__GFP_REPEAT", __GFP_RETRY_MAYFAIL },
	{ "__GFP_COLD", __GFP_OTHER },
	{ "__GFP_NOTRACK", __GFP_OTHER },
	{ "__GFP_NOTRACK_FALSE_POSITIVE", __GFP_OTHER },
	{ "__GFP_OTHER_NODE", __GFP_OTHER },
	/* before 4.4 */
	{ "__GFP_WAIT", __GFP_RECLAIM },
	{ "__GFP_NO_KSWAPD", __GFP_OTHER },
};

/* Before 4.6 a bit was printed without its underscores: include/trace/events/gfpflags.h */
#define OLD_PREFIX   "__"
#define GFP_NAME_MAX 48

/*
 * The names of include/trace/events/mmflags.h:COMPACTION_STATUS, in the order of
 * include/linux/compaction.h:enum compact_result.
 */
static const char *const compact_results[] = {
	"not_suitable_zone", "skipped", "deferred", "no_suitable_page", "continue", "complete",
	"partial_skipped", "contended", "success",
};

static bool name_is(const char *known, const char *name, size_t len)
{
	return strlen(known) == len && !memcmp(known, name, len);
}

static int name_index(const char *const *names, size_t nr, const char *name, size_t len)
{
	for (size_t i = 0; i < nr; i++)
		if (name_is(names[i], name, len))
			return (int)i;
	return -1;
}

static uint32_t gfp_find(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(gfp_names) / sizeof(gfp_names[0]); i++)
		if (name_is(gfp_names[i].name, name, len))
			return gfp_names[i].bits;
	return 0;
}

/**
 * gfp_of_name - get the bits of one name, "__GFP_IO" or a composite such as "GFP_KERNEL"
 * @name: the name, not necessarily ended by NUL
 * @len: its length
 *
 * Names that older kernels printed are known, too.
 *
 * Return: the mask in the bits of <fragreplay/gfp.h>, 0 when the name is not known.
 */
uint32_t gfp_of_name(const char *name, size_t len)
{
	char with_prefix[GFP_NAME_MAX];
	uint32_t bits = gfp_find(name, len);

	if (bits || len < 4 || memcmp(name, "GFP_", 4) || len + 2 > sizeof(with_prefix))
		return bits;
	memcpy(with_prefix, OLD_PREFIX, 2);
	memcpy(with_prefix + 2, name, len);
	return gfp_find(with_prefix, len + 2);
}

static bool is_hex_number(const char *s, size_t len)
{
	if (len < 3 || memcmp(s, "0x", 2))
		return false;
	for (size_t i = 2; i < len; i++)
		if (!isxdigit((unsigned char)s[i]))
			return false;
	return true;
}

/**
 * gfp_of_text - get the bits of a printed gfp mask, "GFP_KERNEL|__GFP_ZERO|0x1000000"
 * @text: the text, not necessarily ended by NUL
 * @len: its length
 * @gfp: set to the mask in the bits of <fragreplay/gfp.h>
 *
 * A number, for which the kernel had no name, and a name that gfp.h has no bit for set __GFP_OTHER.
 *
 * Return: NULL, or the first name that no kernel prints; it ends at the next '|' or at @len.
 */
const char *gfp_of_text(const char *text, size_t len, uint32_t *gfp)
{
	*gfp = 0;
	if (name_is("none", text, len) || name_is("0", text, len))
		return NULL;
	for (;;) {
		const char *bar = memchr(text, '|', len);
		size_t part = bar ? (size_t)(bar - text) : len;
		uint32_t bits = gfp_of_name(text, part);

		if (!bits && !is_hex_number(text, part))
			return text;
		*gfp |= bits ? bits : __GFP_OTHER;
		if (!bar)
			return NULL;
		text += part + 1;
		len -= part + 1;
	}
}

/**
 * compact_result_of_name - get the result of compaction that an event prints by name
 * @name: the name, not necessarily ended by NUL
 * @len: its length
 *
 * Return: the number, -1 when the name is not known.
 */
int compact_result_of_name(const char *name, size_t len)
{
	return name_index(compact_results, sizeof(compact_results) / sizeof(char *), name, len);
}

/**
 * mark_of_text - tell which of scripts/record's markers a text of trace_marker is
 * @text: the text, not necessarily ended by NUL; blanks and newlines at its end are ignored
 * @len: its length
 *
 * Return: the mark, MARK_OTHER for any other text.
 */
enum record_mark mark_of_text(const char *text, size_t len)
{
	static const char *const marks[] = {
		[MARK_BEFORE_BEGIN] = "fragreplay: before begin",
		[MARK_BEFORE_END] = "fragreplay: before end",
		[MARK_AFTER_BEGIN] = "fragreplay: after begin",
		[MARK_AFTER_END] = "fragreplay: after end",
	};

	len = strnlen(text, len);
	while (len && (text[len - 1] == '\n' || text[len - 1] == ' '))
		len--;
	for (int i = MARK_BEFORE_BEGIN; i <= MARK_AFTER_END; i++)
		if (name_is(marks[i], text, len))
			return (enum record_mark)i;
	return MARK_OTHER;
}

/* Reads the number of "KEY=NUMBER", which stands somewhere in the text behind a blank. */
static bool mark_number(const char *text, size_t len, const char *key, uint32_t *number)
{
	const char *at = memmem(text, len, key, strlen(key)), *end = text + len, *digits;
	uint64_t v = 0;

	if (!at)
		return false;
	digits = at + strlen(key);
	for (at = digits; at < end && *at >= '0' && *at <= '9'; at++) {
		v = v * 10 + (uint64_t)(*at - '0');
		if (v > UINT32_MAX)
			return false;
	}
	*number = (uint32_t)v;
	return at > digits && (at == end || *at == ' ' || *at == '\n');
}

/**
 * mark_decode - take a text of trace_marker into a record
 * @r: the record, whose marker is filled in
 * @text: the text, not necessarily ended by NUL
 * @len: its length
 *
 * A mark whose numbers cannot be read, or are beyond 32 bits, is MARK_OTHER.
 */
void mark_decode(struct record *r, const char *text, size_t len)
{
	static const char alloc[] = "fragreplay: alloc_contig ";
	static const char free[] = "fragreplay: free_contig ";
	uint32_t id, pages;

	len = strnlen(text, len);
	r->marker.mark = mark_of_text(text, len);
	if (len >= sizeof(alloc) && !memcmp(text, alloc, sizeof(alloc) - 1) &&
	    mark_number(text, len, " id=", &id) && mark_number(text, len, " pages=", &pages)) {
		r->marker.mark = MARK_ALLOC_CONTIG;
		r->marker.id = id;
		r->marker.pages = pages;
	} else if (len >= sizeof(free) && !memcmp(text, free, sizeof(free) - 1) &&
		   mark_number(text, len, " id=", &id)) {
		r->marker.mark = MARK_FREE_CONTIG;
		r->marker.id = id;
	}
}
