// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/kpageflags and /proc/kpagecount hold one word per page. What a page is follows from the
 * bits of its word in kpageflags, enum kpf_bit.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "internal.h"

/* Gigantic hugetlb pages, of 1 GiB, are the largest compound pages. */
#define COMPOUND_MAX_ORDER	18

struct flags_buf {
	uint8_t *data;
	size_t len, cap;
};

static int buf_reserve(struct flags_buf *b, size_t more)
{
	size_t cap = b->cap ? b->cap : 1 << 16;
	uint8_t *data;

	if (more <= b->cap - b->len)
		return 0;
	while (cap - b->len < more)
		cap *= 2;
	data = realloc(b->data, cap);
	if (!data)
		return -1;
	b->data = data;
	b->cap = cap;
	return 0;
}

static const char *read_raw(FILE *f, struct flags_buf *b)
{
	size_t n;

	do {
		if (buf_reserve(b, 1 << 16))
			return "does not fit into memory";
		n = fread(b->data + b->len, 1, 1 << 16, f);
		b->len += n;
	} while (n);
	return ferror(f) ? "cannot be read" : NULL;
}

/* decompresses one piece of the file; *left becomes 0 at the end of a frame */
static const char *zstd_piece(ZSTD_DStream *zs, ZSTD_inBuffer *in, struct flags_buf *b,
			      size_t *left)
{
	while (in->pos < in->size || *left) {
		size_t before = in->pos;
		ZSTD_outBuffer out;

		if (buf_reserve(b, ZSTD_DStreamOutSize()))
			return "does not fit into memory";
		out = (ZSTD_outBuffer){ b->data + b->len, b->cap - b->len, 0 };
		*left = ZSTD_decompressStream(zs, &out, in);
		if (ZSTD_isError(*left))
			return "is no sound zstd file";
		b->len += out.pos;
		/* the output had room beyond all that this input gives: more input is needed */
		if (in->pos == in->size && out.pos < out.size)
			break;
		if (in->pos == before && !out.pos)
			break;
	}
	return NULL;
}

static const char *read_zstd(FILE *f, struct flags_buf *b)
{
	ZSTD_DStream *zs = ZSTD_createDStream();
	size_t chunk = ZSTD_DStreamInSize(), n, left = 1;
	uint8_t *piece = malloc(chunk);
	const char *bad = zs && piece ? NULL : "does not fit into memory";

	while (!bad && (n = fread(piece, 1, chunk, f)) > 0) {
		ZSTD_inBuffer in = { piece, n, 0 };

		bad = zstd_piece(zs, &in, b, &left);
	}
	if (!bad && ferror(f))
		bad = "cannot be read";
	if (!bad && left)
		bad = "was cut short";
	ZSTD_freeDStream(zs);
	free(piece);
	return bad;
}

/**
 * snap_flags_load - read a copy of kpageflags or kpagecount
 * @dir: before/ or after/
 * @name: kpageflags or kpagecount; NAME.zst is tried first
 * @flags: a word for each pfn, for free()
 * @nr: how many
 * @err: message naming file and remedy
 * @errlen: its size
 *
 * Return: 1; 0 when there is no such file; -1 when it is damaged.
 */
int snap_flags_load(const char *dir, const char *name, uint64_t **flags, uint32_t *nr,
		    char *err, size_t errlen)
{
	struct flags_buf b = { NULL, 0, 0 };
	bool compressed = true;
	const char *bad;
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s.zst", dir, name);
	f = fopen(path, "rb");
	if (!f && errno == ENOENT) {
		compressed = false;
		snprintf(path, sizeof(path), "%s/%s", dir, name);
		f = fopen(path, "rb");
	}
	if (!f && errno == ENOENT)
		return 0;
	bad = !f ? strerror(errno) : compressed ? read_zstd(f, &b) : read_raw(f, &b);
	if (f)
		fclose(f);
	if (!bad && (!b.len || b.len % sizeof(uint64_t)))
		bad = "was cut short: its size is no multiple of 8";
	if (!bad && b.len / sizeof(uint64_t) >= UINT32_MAX)
		bad = "holds more than 16 TiB of pages";
	if (bad) {
		snprintf(err, errlen,
			 "%s: byte %zu of its content: %s; record again, or remove this file to go on without it",
			 path, b.len, bad);
		free(b.data);
		return -1;
	}
	*flags = (uint64_t *)(void *)b.data;
	*nr = (uint32_t)(b.len / sizeof(uint64_t));
	return 1;
}

/**
 * snapshot_compound_head - get the first page of a compound page
 * @s: one side, with kpageflags
 * @pfn: a page of it
 *
 * Return: the head's pfn; @pfn itself when it is no tail, or its head cannot be found.
 */
uint32_t snapshot_compound_head(const struct snapshot *s, uint32_t pfn)
{
	if (pfn >= s->nr_pfns || !(snapshot_flags(s, pfn) & KPF(COMPOUND_TAIL)))
		return pfn;
	/* a head is aligned to its order, so that the nearest aligned head below is the one */
	for (unsigned int o = 1; o <= COMPOUND_MAX_ORDER; o++) {
		uint32_t head = pfn & ~((1u << o) - 1);

		if (snapshot_flags(s, head) & KPF(COMPOUND_HEAD))
			return head;
	}
	return pfn;
}

/**
 * snapshot_compound_order - get the order of a compound page from its run of tails
 * @s: one side, with kpageflags
 * @head: its first page
 *
 * Return: the order, at most MAX_PAGE_ORDER; 0 when @head is no head.
 */
unsigned int snapshot_compound_order(const struct snapshot *s, uint32_t head)
{
	unsigned int order = 0;
	uint32_t n = 1;

	if (head >= s->nr_pfns || !(snapshot_flags(s, head) & KPF(COMPOUND_HEAD)))
		return 0;
	while (n < 1u << MAX_PAGE_ORDER && head + n < s->nr_pfns &&
	       snapshot_flags(s, head + n) & KPF(COMPOUND_TAIL))
		n++;
	/* flags are read while pages change owners: only a whole, aligned unit counts */
	while (order < MAX_PAGE_ORDER && 2u << order <= n && !(head & ((2u << order) - 1)))
		order++;
	return order;
}

/*
 * Slab, page-table and offline pages keep words of their own in struct page where others keep
 * mapping and count, so their ANON, KSM or MMAP bits mean nothing (6.12 to 6.18 show such).
 */
static enum snap_page kind_of_flags(uint64_t f)
{
	if (f & KPF(NOPAGE))
		return SNAP_ABSENT;
	if (f & KPF(BUDDY))
		return SNAP_BUDDY;
	if (f & KPF(RESERVED))
		return SNAP_RESERVED;
	if (f & KPF(SLAB))
		return SNAP_SLAB;
	if (f & KPF(PGTABLE))
		return SNAP_PGTABLE;
	if (f & KPF(OFFLINE))
		return SNAP_OFFLINE;
	if (f & KPF(HUGE))
		return SNAP_KERNEL;
	/* shmem is swap-backed, and is reclaimed as anonymous memory is */
	if (f & KPF(ANON) || (f & KPF(LRU) && f & KPF(SWAPBACKED)))
		return SNAP_ANON;
	/* a page that is up to date without LRU waits in some CPU's batch for the LRU */
	if (f & (KPF(LRU) | KPF(UPTODATE)))
		return SNAP_FILE;
	return f ? SNAP_KERNEL : SNAP_NOFLAGS;
}

/**
 * snapshot_page_kind - tell what a page is by its flags
 * @s: one side
 * @pfn: page
 *
 * Return: its kind; SNAP_ABSENT without kpageflags or beyond their end.
 */
enum snap_page snapshot_page_kind(const struct snapshot *s, uint32_t pfn)
{
	uint32_t head;

	if (!s->kpageflags || pfn >= s->nr_pfns)
		return SNAP_ABSENT;
	/* 6.1 shows few flags on tails, and stale ones: those of the head hold for all */
	head = snapshot_compound_head(s, pfn);
	if (head != pfn && snapshot_flags(s, pfn) & KPF(COMPOUND_TAIL))
		return kind_of_flags(snapshot_flags(s, head));
	return kind_of_flags(snapshot_flags(s, pfn));
}

/**
 * snapshot_page_buffers - is a page a file system's own blocks, in the page cache of its device?
 * @s: one side
 * @pfn: page
 *
 * Such a page has buffers but is not up to date as a whole, because the blocks are read and written
 * one by one (fs/buffer.c:bread). A file's page with buffers is.
 *
 * Return: whether it is; false without kpageflags.
 */
bool snapshot_page_buffers(const struct snapshot *s, uint32_t pfn)
{
	const uint64_t need = KPF(LRU) | KPF(PRIVATE);

	return snapshot_page_kind(s, pfn) == SNAP_FILE &&
	       (snapshot_flags(s, pfn) & (need | KPF(UPTODATE))) == need;
}

/* Returns a head's largest possible order: by alignment, and by the pages without flags behind. */
static unsigned int largest_order_at(const struct snapshot *s, uint32_t pfn)
{
	uint32_t n = 1;
	unsigned int order = 0;

	while (n < 1u << MAX_PAGE_ORDER && pfn + n < s->nr_pfns && !s->kpageflags[pfn + n])
		n++;
	while (order < MAX_PAGE_ORDER && 2u << order <= n && !(pfn & ((2u << order) - 1)))
		order++;
	return order;
}

static struct snap_zone *zone_of(struct snapshot *s, uint32_t pfn)
{
	for (int i = 0; i < MAX_NR_ZONES; i++) {
		struct snap_zone *z = &s->zone[i];

		if (z->populated && pfn >= z->start_pfn && pfn - z->start_pfn < z->spanned)
			return z;
	}
	return NULL;
}

static void mark_buddy(struct snapshot *s, uint32_t pfn, unsigned int order)
{
	for (uint32_t i = 0; i < 1u << order; i++)
		s->kpageflags[pfn + i] |= KPF(BUDDY);
}

/**
 * snap_expand_buddy_heads - mark every page of a free buddy where a kernel marked heads only
 * @s: one side, with zoneinfo and kpageflags
 * @m: for the note
 * @side: "before" or "after"
 *
 * Counting tells whether it did: all kernels from 6.1 to 7.3 mark every page. Orders are not in
 * kpageflags. A head can have no more than its alignment and the run of pages without flags behind
 * it allow; buddyinfo says how many there are of each order. So the largest orders are given first,
 * to the heads with the most room.
 */
void snap_expand_buddy_heads(struct snapshot *s, struct recording *m, const char *side)
{
	uint64_t left[MAX_NR_ZONES][NR_PAGE_ORDERS], bits = 0, nr_free = 0, heads = 0;

	for (int z = 0; z < MAX_NR_ZONES; z++) {
		nr_free += s->zone[z].free;
		for (int o = 0; o < NR_PAGE_ORDERS; o++) {
			left[z][o] = s->zone[z].nr_free[o];
			heads += left[z][o];
		}
	}
	for (uint32_t pfn = 0; pfn < s->nr_pfns; pfn++)
		bits += !!(s->kpageflags[pfn] & KPF(BUDDY));
	/* heads alone are marked when the bits are nearer to the buddies than to the free pages */
	if (!s->have_buddyinfo || !s->have_zoneinfo || !bits || nr_free <= 2 * heads ||
	    bits >= (nr_free + heads) / 2)
		return;
	for (int o = MAX_PAGE_ORDER; o > 0; o--)
		for (int room = MAX_PAGE_ORDER; room >= o; room--)
			for (uint32_t pfn = 0; pfn < s->nr_pfns; pfn += 1u << o) {
				struct snap_zone *z;

				if (!(s->kpageflags[pfn] & KPF(BUDDY)))
					continue;
				z = zone_of(s, pfn);
				if (!z || !left[z - s->zone][o] ||
				    largest_order_at(s, pfn) != (u32)room)
					continue;
				mark_buddy(s, pfn, o);
				left[z - s->zone][o]--;
			}
	s->buddy_heads_only = true;
	recording_note(m, "%s/kpageflags marks heads of buddies only: orders by buddyinfo", side);
}

/* Memory is present or absent by sections: of 128 MiB on x86-64, and on arm64 with 4 KiB pages. */
#define PAGES_PER_SECTION (1u << 15)

static bool section_is_zero(const struct snapshot *s, uint32_t pfn)
{
	for (uint32_t i = 0; i < PAGES_PER_SECTION; i++)
		if (s->kpageflags[pfn + i] || (s->kpagecount && s->kpagecount[pfn + i]))
			return false;
	return true;
}

/* Returns the length of the longest run of zero sections in a zone; *end becomes its end. */
static uint32_t longest_zero_run(const struct snapshot *s, const struct snap_zone *z, uint32_t *end)
{
	uint32_t zone_end = z->start_pfn + z->spanned, run = 0, best = 0;
	uint32_t pfn = (z->start_pfn + PAGES_PER_SECTION - 1) & ~(PAGES_PER_SECTION - 1);

	for (; pfn + PAGES_PER_SECTION <= zone_end; pfn += PAGES_PER_SECTION) {
		run = section_is_zero(s, pfn) ? run + 1 : 0;
		if (run < best || !run)
			continue;
		best = run;
		*end = pfn + PAGES_PER_SECTION;
	}
	return best;
}

static uint32_t sections_marked(const struct snapshot *s, const struct snap_zone *z)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < z->spanned; i++)
		n += !!(s->kpageflags[z->start_pfn + i] & KPF(NOPAGE));
	return n / PAGES_PER_SECTION;
}

/**
 * snap_mark_holes - tell holes from pages without flags
 * @s: one side, with zoneinfo and kpageflags of fitting size
 * @m: for the note
 * @side: "before" or "after"
 *
 * Older kernels set NOPAGE where there is no memory; 7.3 leaves the word 0, as it does for a page
 * without any flag. zoneinfo says how much is missing. It is missing in whole sections, and the PCI
 * hole below 4 GiB is the longest run of them.
 */
void snap_mark_holes(struct snapshot *s, struct recording *m, const char *side)
{
	for (int i = 0; i < MAX_NR_ZONES; i++) {
		const struct snap_zone *z = &s->zone[i];
		uint32_t missing, end = 0, run;

		if (!z->populated)
			continue;
		missing = (z->spanned - z->present) / PAGES_PER_SECTION;
		run = missing ? sections_marked(s, z) : 0;
		missing = missing > run ? missing - run : 0;
		while (missing && (run = longest_zero_run(s, z, &end))) {
			for (; run && missing; run--, missing--)
				for (uint32_t k = 0; k < PAGES_PER_SECTION; k++)
					s->kpageflags[--end] |= KPF(NOPAGE);
		}
		if (missing)
			recording_note(m, "%s/kpageflags: %u MiB of holes were not found", side,
				       missing * (PAGES_PER_SECTION >> 8));
	}
}
