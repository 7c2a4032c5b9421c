// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds the targets of migrations by following cc->freepages.
 *
 * Compaction (mm/compaction.c, 6.9 and later) isolates whole free buddies onto
 * cc->freepages[order], in the order in which it finds them. compaction_alloc() takes the first of
 * the smallest order that fits and puts the upper halves back at the head; compaction_free() puts
 * the target of a failed migration back at the head; the rest is freed when the run ends.
 *
 * Events show the ranges that the linear scanner isolated, and how many pages of each; that the
 * fast search took a buddy of some size, but not which; and, by set_migration_pte and
 * remove_migration_pte, source and target of a page that a process maps. A buddy of unknown place
 * is a symbol: its pages are handed out as offsets, and the first mapped page that lands in it
 * gives its base, and so the place of all others.
 */
#include <stdlib.h>
#include <string.h>

#include "migration_match.h"

#define NR_CHUNKS	8192	/* pieces of free memory on the lists of a window */
#define NR_SYMBOLS	256
#define NR_GENERATIONS	64	/* power of two */
#define NR_PENDING	4096
#define NR_PTES		4096	/* power of two */
#define NR_EXACT	4096	/* power of two */
#define NR_TAKEN	2048	/* targets of one batch of migrate_pages() */
#define NR_SKIPS	16	/* failed migrations between two mapped pages, at most */
#define NO_CHUNK	0xffffu
#define NO_SYMBOL	(-1)

struct chunk {
	u32 pfn;		/* or the offset in its symbol */
	s16 symbol;
	u16 next;
};

/* What one call of isolate_freepages() found: a generation. Older ones are used up first. */
struct freepages {
	u16 head[NR_PAGE_ORDERS], tail[NR_PAGE_ORDERS];
};

struct symbol {
	u32 order;
	bool placed;
};

struct pte_entry {
	u64 addr;
	u32 pfn;
	u32 used;
};

/* A target, in the order of taking. A failed migration took one as well, which is empty then. */
struct taken {
	u32 dst;
	u8 order;
	bool exact, empty;
};

struct migration_window {
	struct tpage *tp;
	u32 max_pfn;
	struct freepages gen[NR_GENERATIONS];
	u32 first_gen, last_gen;	/* sequence numbers of the generations in use */
	bool taken;		/* a page was taken since the last isolation */
	bool single_pages;	/* before 6.9 */
	struct chunk chunk[NR_CHUNKS];
	u16 free_chunk;
	struct symbol symbol[NR_SYMBOLS];
	u32 nr_symbols;
	struct { u32 handle, offset; s16 symbol; u8 order; } pending[NR_PENDING];
	u32 nr_pending;
	s16 around;		/* symbol in whose pageblock the next linear range is; NO_SYMBOL */
	s16 last_symbol;	/* of the page that migration_source() handed out last */
	u32 last_offset, last_order;
	struct taken seq[NR_TAKEN];
	u32 nr_seq;
	struct pte_entry set[NR_PTES];
	u32 nr_set;
	struct { u32 src, dst; } exact[NR_EXACT];
	u32 nr_exact;
};

static void freepages_init(struct freepages *f)
{
	u32 o;

	for (o = 0; o < NR_PAGE_ORDERS; o++)
		f->head[o] = f->tail[o] = NO_CHUNK;
}

static struct freepages *generation_at(struct migration_window *w, u32 g)
{
	return &w->gen[g % NR_GENERATIONS];
}

static void end_isolation(struct tpage *tp)
{
	if (tp->state == T_ISOLATED)
		tp->state = T_FREE;
}

/**
 * migration_begin - begin to follow one run of compact_zone()
 * @tp: the trace's pages, of which the free ones may be isolated
 * @max_pfn: how many
 * @single_pages: the kernel is older than 6.9: it keeps base pages, and takes the last found first
 *	(compaction.c:split_map_pages)
 *
 * Return: the window; migration_end() frees it. NULL without memory.
 */
struct migration_window *migration_begin(struct tpage *tp, u32 max_pfn, bool single_pages)
{
	struct migration_window *w = malloc(sizeof(*w));
	u32 i;

	if (!w)
		return NULL;
	memset(w, 0, sizeof(*w));
	w->tp = tp;
	w->max_pfn = max_pfn;
	w->single_pages = single_pages;
	freepages_init(&w->gen[0]);
	for (i = 0; i < NR_CHUNKS; i++)
		w->chunk[i].next = i + 1 < NR_CHUNKS ? (u16)(i + 1) : NO_CHUNK;
	w->last_symbol = w->around = NO_SYMBOL;
	memset(w->exact, 0xff, sizeof(w->exact));
	return w;
}

/**
 * migration_end - end the run, and free the window
 * @w: window
 *
 * Pages that are still on the lists are free again: the kernel has freed them with events before
 * this.
 */
void migration_end(struct migration_window *w)
{
	u32 g, o, i;
	u16 c;

	for (g = w->first_gen; g <= w->last_gen; g++) {
		const struct freepages *f = generation_at(w, g);

		for (o = 0; o < NR_PAGE_ORDERS; o++)
			for (c = f->head[o]; c != NO_CHUNK; c = w->chunk[c].next)
				for (i = 0; w->chunk[c].symbol == NO_SYMBOL && i < 1u << o; i++)
					end_isolation(&w->tp[w->chunk[c].pfn + i]);
	}
	free(w);
}

static void push_chunk(struct migration_window *w, struct freepages *f, u32 order, u32 pfn,
		       s16 symbol, bool tail)
{
	u16 c = w->free_chunk;

	if (c == NO_CHUNK)
		return;
	w->free_chunk = w->chunk[c].next;
	w->chunk[c] = (struct chunk){ .pfn = pfn, .symbol = symbol, .next = NO_CHUNK };
	if (f->head[order] == NO_CHUNK) {
		f->head[order] = f->tail[order] = c;
	} else if (tail) {
		w->chunk[f->tail[order]].next = c;
		f->tail[order] = c;
	} else {
		w->chunk[c].next = f->head[order];
		f->head[order] = c;
	}
}

static struct chunk pop_chunk(struct migration_window *w, struct freepages *f, u32 order)
{
	u16 c = f->head[order];
	struct chunk got = w->chunk[c];

	f->head[order] = got.next;
	if (got.next == NO_CHUNK)
		f->tail[order] = NO_CHUNK;
	w->chunk[c].next = w->free_chunk;
	w->free_chunk = c;
	return got;
}

/* compaction_alloc() on one generation. */
static bool take_from_generation(struct migration_window *w, struct freepages *f, u32 order,
				 struct chunk *got)
{
	u32 o = order, size;

	while (o < NR_PAGE_ORDERS && f->head[o] == NO_CHUNK)
		o++;
	if (o == NR_PAGE_ORDERS)
		return false;
	*got = pop_chunk(w, f, o);
	for (size = 1u << o; o > order;) {
		o--;
		size >>= 1;
		push_chunk(w, f, o, got->pfn + size, got->symbol, false);
	}
	return true;
}

/*
 * The kernel isolates only when its lists cannot serve. If there is still something on the lists
 * here, it is for pages whose targets are taken but whose frees have not come yet. So older
 * generations are used up first.
 */
static void new_generation(struct migration_window *w)
{
	w->taken = false;
	if (w->last_gen - w->first_gen == NR_GENERATIONS - 1)
		w->first_gen++;
	freepages_init(generation_at(w, ++w->last_gen));
}

/* compaction_alloc(), on the oldest generation that has a page of this order. */
static bool take_target(struct migration_window *w, u32 order, struct chunk *got)
{
	u32 g;

	w->taken = true;
	for (g = w->first_gen; g <= w->last_gen; g++)
		if (take_from_generation(w, generation_at(w, g), order, got))
			return true;
	return false;
}

/* Add a buddy that isolation found to the newest generation, as the kernel's version keeps it. */
static void add_isolated(struct migration_window *w, u32 order, u32 pfn, s16 symbol)
{
	struct freepages *f = generation_at(w, w->last_gen);
	u32 i;

	if (!w->single_pages) {
		push_chunk(w, f, order, pfn, symbol, true);
		return;
	}
	for (i = 0; i < 1u << order; i++)
		push_chunk(w, f, 0, pfn + i, symbol, false);
}

static bool tp_free(const struct migration_window *w, u32 pfn)
{
	return pfn < w->max_pfn && w->tp[pfn].state != T_LIVE && w->tp[pfn].state != T_ISOLATED &&
	       !w->tp[pfn].percpu;
}

/* The largest aligned free run that starts at @pfn and ends before @end. */
static u32 free_run_order(const struct migration_window *w, u32 pfn, u32 end)
{
	u32 order = 0, i;

	while (order < MAX_PAGE_ORDER) {
		u32 size = 1u << order;

		if (pfn & size || pfn + 2 * size > end)
			break;
		for (i = size; i < 2 * size && tp_free(w, pfn + i); i++)
			;
		if (i < 2 * size)
			break;
		order++;
	}
	return order;
}

/*
 * If more pages of the range look free than were isolated, the others are on per-CPU lists. A page
 * goes there when it is freed, so these are the pages that were freed last.
 */
static void leave_percpu(struct migration_window *w, u32 start, u32 end, u32 taken, u32 now)
{
	u32 pfn, free = 0;

	for (pfn = start; pfn < end; pfn++)
		free += tp_free(w, pfn);
	for (; free > taken; free--) {
		u32 last = start, best = ~0u;

		for (pfn = start; pfn < end; pfn++) {
			u32 age = (now - w->tp[pfn].freed) & FREED_MASK;

			if (tp_free(w, pfn) && age < best) {
				best = age;
				last = pfn;
			}
		}
		w->tp[last].percpu = 1;
	}
}

/**
 * migration_fast_isolate - note that the fast search isolated one buddy of unknown place
 * @w: window
 * @taken: its size in pages; ignored if it is no power of two
 */
void migration_fast_isolate(struct migration_window *w, u32 taken)
{
	u32 order = 0;

	if (!taken || taken & (taken - 1) || w->nr_symbols == NR_SYMBOLS)
		return;
	while (1u << order < taken)
		order++;
	if (order > MAX_PAGE_ORDER)
		return;
	new_generation(w);
	w->symbol[w->nr_symbols] = (struct symbol){ .order = order };
	w->around = (s16)w->nr_symbols++;
	add_isolated(w, order, 0, w->around);
}

/* x86: a swap entry holds the inverted pfn in bits 9..58 (arch/x86/include/asm/pgtable_64.h) */
static u32 migration_entry_pfn(u64 pte)
{
	u64 offset = (~pte << 5) >> 14;

	return (u32)(offset & ((1ull << 40) - 1));
}

static u32 present_pte_pfn(u64 pte)
{
	return (u32)((pte & 0x000ffffffffff000ull) >> PAGE_SHIFT);
}

static u32 pte_hash(u64 addr)
{
	return (u32)((addr >> PAGE_SHIFT) * 0x9e3779b97f4a7c15ull >> 40) & (NR_PTES - 1);
}

/**
 * migration_set_pte - note that a page was unmapped for migration (set_migration_pte)
 * @w: window
 * @addr: user address
 * @pte: the migration entry, which names the source
 */
void migration_set_pte(struct migration_window *w, u64 addr, u64 pte)
{
	u32 i = pte_hash(addr), pfn = migration_entry_pfn(pte);

	if (w->nr_set >= NR_PTES / 2 || pfn >= w->max_pfn)
		return;
	while (w->set[i].used)
		i = (i + 1) & (NR_PTES - 1);
	w->set[i] = (struct pte_entry){ .addr = addr, .pfn = pfn, .used = 1 };
	w->nr_set++;
}

/* Per address it is first in, first out: two processes may have pages at the same address. */
static u32 unset_pte(struct migration_window *w, u64 addr)
{
	u32 i;

	for (i = pte_hash(addr); w->set[i].used; i = (i + 1) & (NR_PTES - 1))
		if (w->set[i].used == 1 && w->set[i].addr == addr) {
			w->set[i].used = 2;
			return w->set[i].pfn;
		}
	return MIGRATION_UNKNOWN;
}

/**
 * migration_remove_pte - note that a page was mapped again after migration (remove_migration_pte)
 * @w: window
 * @addr: user address
 * @pte: the new pte, which names the target; or the source, if the migration failed
 * @order: of the mapping
 */
void migration_remove_pte(struct migration_window *w, u64 addr, u64 pte, u32 order)
{
	u32 src = unset_pte(w, addr), dst = present_pte_pfn(pte), i;

	if (src == MIGRATION_UNKNOWN || order || src == dst || dst >= w->max_pfn ||
	    w->nr_exact >= NR_EXACT / 2)
		return;
	for (i = src & (NR_EXACT - 1); w->exact[i].src != MIGRATION_UNKNOWN;
	     i = (i + 1) & (NR_EXACT - 1))
		if (w->exact[i].src == src)
			return;
	w->exact[i].src = src;
	w->exact[i].dst = dst;
	w->nr_exact++;
}

/**
 * migration_batch_end - forget the ptes of a batch, because migrate_pages() has returned
 * @w: window
 */
void migration_batch_end(struct migration_window *w)
{
	if (w->nr_set)
		memset(w->set, 0, sizeof(w->set));
	if (w->nr_exact)
		memset(w->exact, 0xff, sizeof(w->exact));
	w->nr_set = w->nr_exact = w->nr_seq = 0;
}

static void record_taken(struct migration_window *w, u32 dst, u32 order, bool exact, bool empty)
{
	if (w->nr_seq < NR_TAKEN)
		w->seq[w->nr_seq++] = (struct taken){ dst, (u8)order, exact, empty };
}

static u32 exact_target(const struct migration_window *w, u32 src)
{
	u32 i;

	for (i = src & (NR_EXACT - 1); w->exact[i].src != MIGRATION_UNKNOWN;
	     i = (i + 1) & (NR_EXACT - 1))
		if (w->exact[i].src == src)
			return w->exact[i].dst;
	return MIGRATION_UNKNOWN;
}

/* Give the rest of a symbol on the lists its place. It counts as isolated from here on. */
static void place_chunks(struct migration_window *w, struct freepages *f, s16 symbol, u32 base)
{
	u32 o, i;
	u16 c;

	for (o = 0; o < NR_PAGE_ORDERS; o++) {
		for (c = f->head[o]; c != NO_CHUNK; c = w->chunk[c].next) {
			struct chunk *k = &w->chunk[c];

			if (k->symbol != symbol)
				continue;
			k->symbol = NO_SYMBOL;
			k->pfn += base;
			for (i = 0; i < 1u << o; i++)
				if (w->tp[k->pfn + i].state != T_LIVE)
					w->tp[k->pfn + i].state = T_ISOLATED;
		}
	}
}

/* The symbol's base is known now, and so the place of every page that was taken from it. */
static void resolve_symbol(struct migration_window *w, s16 symbol, u32 base,
			   migration_resolved_fn fn, void *ctx)
{
	u32 i, kept = 0;

	w->symbol[symbol].placed = true;
	for (i = w->first_gen; i <= w->last_gen; i++)
		place_chunks(w, generation_at(w, i), symbol, base);
	for (i = 0; i < w->nr_pending; i++) {
		if (w->pending[i].symbol == symbol)
			fn(ctx, w->pending[i].handle, base + w->pending[i].offset,
			   w->pending[i].order);
		else
			w->pending[kept++] = w->pending[i];
	}
	w->nr_pending = kept;
}

/* Take @dst off the lists of one generation. */
static bool skip_to_in(struct migration_window *w, struct freepages *f, u32 dst, u32 order)
{
	u32 o;
	u16 c, prev;

	for (o = order; o < NR_PAGE_ORDERS; o++) {
		prev = NO_CHUNK;
		for (c = f->head[o]; c != NO_CHUNK; prev = c, c = w->chunk[c].next) {
			struct chunk *k = &w->chunk[c];
			s64 off = (s64)dst - k->pfn;

			if (k->symbol != NO_SYMBOL || off < 0 || off >= 1ll << o)
				continue;
			if (prev == NO_CHUNK)
				f->head[o] = k->next;
			else
				w->chunk[prev].next = k->next;
			if (f->tail[o] == c)
				f->tail[o] = prev;
			/* the rest of the buddy stays on the lists, in buddies of its own */
			for (; o > order; o--) {
				u32 half = 1u << (o - 1), base = k->pfn;

				if (off >= half) {
					k->pfn += half;
					off -= half;
				} else {
					push_chunk(w, f, o - 1, base + half, NO_SYMBOL, false);
				}
			}
			w->chunk[c].next = w->free_chunk;
			w->free_chunk = c;
			return true;
		}
	}
	return false;
}

/* Take @dst off the lists. Pages before it were not isolated after all, or were returned. */
static void skip_to(struct migration_window *w, u32 dst, u32 order)
{
	u32 g;

	for (g = w->first_gen; g <= w->last_gen; g++)
		if (skip_to_in(w, generation_at(w, g), dst, order))
			return;
}

/* Could the symbol lie at @base, that is, may all of it be free? */
static bool symbol_free(const struct migration_window *w, s16 symbol, u32 base)
{
	u32 size = 1u << w->symbol[symbol].order, i;

	if (base + size > w->max_pfn)
		return false;
	for (i = 0; i < size; i++)
		if (w->tp[base + i].state == T_LIVE)
			return false;
	return true;
}

/*
 * After the fast search found too small a buddy, fast_isolate_around() scans the rest of its
 * pageblock. So the buddy is the aligned free run in that block without which @taken pages are
 * free. Pages on per-CPU lists make this inexact, so the best fit is taken.
 */
static void find_symbol(struct migration_window *w, u32 start, u32 end, u32 taken,
			migration_resolved_fn fn, void *ctx)
{
	u32 size = 1u << w->symbol[w->around].order, base, best = MIGRATION_UNKNOWN, best_off = ~0u;
	u32 block = start & ~(pageblock_nr_pages - 1), limit = block + pageblock_nr_pages, i;

	if (size >= pageblock_nr_pages || limit > w->max_pfn)
		return;
	for (base = block; base < limit; base += size) {
		u32 left = 0, off;

		if (!symbol_free(w, w->around, base))
			continue;
		for (i = start; i < end; i++)
			left += (i < base || i >= base + size) && tp_free(w, i);
		off = left > taken ? left - taken : taken - left;
		if (off < best_off) {
			best_off = off;
			best = base;
		}
	}
	if (best != MIGRATION_UNKNOWN)
		resolve_symbol(w, w->around, best, fn, ctx);
}

/**
 * migration_isolate - note the pages that the linear free scanner isolated
 * @w: window
 * @start: first pfn scanned
 * @len: pfns scanned
 * @taken: pages isolated
 * @now: the clock of tpage.freed
 * @fn: called for sources whose target becomes known
 * @ctx: for @fn
 */
void migration_isolate(struct migration_window *w, u32 start, u32 len, u32 taken, u32 now,
		       migration_resolved_fn fn, void *ctx)
{
	u32 pfn = start, end = start + len;

	/* a kernel's event covers a pageblock at most */
	if (end > w->max_pfn || len > pageblock_nr_pages)
		return;
	if (w->around != NO_SYMBOL)
		find_symbol(w, start, end, taken, fn, ctx);
	else if (w->taken && taken)
		new_generation(w);
	w->around = NO_SYMBOL;
	if (taken)
		leave_percpu(w, start, end, taken, now);
	while (taken && pfn < end) {
		u32 order, i;

		if (!tp_free(w, pfn)) {
			pfn++;
			continue;
		}
		order = free_run_order(w, pfn, end);
		add_isolated(w, order, pfn, NO_SYMBOL);
		for (i = 0; i < 1u << order; i++)
			w->tp[pfn + i].state = T_ISOLATED;
		pfn += 1u << order;
	}
	for (pfn = start; pfn < end; pfn++)
		w->tp[pfn].percpu = 0;
}

static bool on_freepages(struct migration_window *w, u32 pfn)
{
	u32 g, o;
	u16 c;

	for (g = w->first_gen; g <= w->last_gen; g++)
		for (o = 0; o < NR_PAGE_ORDERS; o++)
			for (c = generation_at(w, g)->head[o]; c != NO_CHUNK; c = w->chunk[c].next)
				if (w->chunk[c].symbol == NO_SYMBOL && pfn >= w->chunk[c].pfn &&
				    pfn - w->chunk[c].pfn < 1u << o)
					return true;
	return false;
}

/*
 * A mapped page has a later target than predicted. The targets before it were taken for pages whose
 * migration failed.
 */
static void pass_over(struct migration_window *w, u32 predicted, u32 dst, u32 order)
{
	struct chunk got = { .pfn = predicted, .symbol = NO_SYMBOL };
	u32 n;

	if (!on_freepages(w, dst)) {
		skip_to(w, dst, order);
		return;
	}
	for (n = 0; n < NR_SKIPS && (got.symbol != NO_SYMBOL || got.pfn != dst); n++) {
		if (got.symbol == NO_SYMBOL && got.pfn != MIGRATION_UNKNOWN)
			record_taken(w, got.pfn, order, false, true);
		if (!take_target(w, order, &got))
			return;
	}
}

/**
 * migration_source - find the target of a page that was freed inside the window
 * @w: window
 * @src: its pfn
 * @order: its folio's order
 * @fn: called for earlier sources whose target becomes known
 * @ctx: for @fn
 *
 * Return: the target as far as it is known. If .pending is set, the caller passes the source's new
 * handle to migration_pending(), and @fn may be called for it later.
 */
struct migration_target migration_source(struct migration_window *w, u32 src, u32 order,
					 migration_resolved_fn fn, void *ctx)
{
	struct migration_target t = { .pfn = exact_target(w, src), .instead = MIGRATION_UNKNOWN };
	struct chunk got = { .pfn = MIGRATION_UNKNOWN, .symbol = NO_SYMBOL };
	bool have = take_target(w, order, &got);
	u32 predicted = MIGRATION_UNKNOWN;

	t.exact = t.pfn != MIGRATION_UNKNOWN;
	if (have && got.symbol == NO_SYMBOL)
		predicted = got.pfn;
	if (t.exact) {
		if (have && got.symbol != NO_SYMBOL) {
			u32 size = 1u << w->symbol[got.symbol].order;
			u32 base = t.pfn & ~(size - 1);

			if (base + size > w->max_pfn)
				return t;
			resolve_symbol(w, got.symbol, base, fn, ctx);
			predicted = base + got.pfn;
		}
		if (predicted != t.pfn) {
			t.instead = predicted;
			pass_over(w, predicted, t.pfn, order);
		}
		record_taken(w, t.pfn, order, true, false);
		return t;
	}
	if (predicted != MIGRATION_UNKNOWN) {
		t.pfn = predicted;
		record_taken(w, predicted, order, false, false);
		return t;
	}
	if (have) {
		t.pending = w->nr_pending < NR_PENDING;
		w->last_symbol = got.symbol;
		w->last_offset = got.pfn;
		w->last_order = order;
	}
	return t;
}

/**
 * migration_pending - set the handle under which the last source waits for its place
 * @w: window
 * @handle: the demand stage's limbo handle
 */
void migration_pending(struct migration_window *w, u32 handle)
{
	u32 i = w->nr_pending++;

	w->pending[i].handle = handle;
	w->pending[i].offset = w->last_offset;
	w->pending[i].symbol = w->last_symbol;
	w->pending[i].order = (u8)w->last_order;
}

/*
 * A returned page that no isolated buddy of known place holds is part of a symbol. A buddy is
 * aligned to its size, so the page gives the symbol's base.
 */
static void returned_symbol(struct migration_window *w, u32 pfn, migration_resolved_fn fn,
			    void *ctx)
{
	u32 i, base;

	if (w->tp[pfn].state == T_ISOLATED)
		return;
	for (i = 0; i < w->nr_symbols; i++) {
		base = pfn & ~((1u << w->symbol[i].order) - 1);
		if (w->symbol[i].placed || !symbol_free(w, (s16)i, base))
			continue;
		resolve_symbol(w, (s16)i, base, fn, ctx);
		return;
	}
}

/**
 * migration_returned - note that a target was returned unused (compaction_free, or the run's end)
 * @w: window
 * @pfn: page
 * @order: its order
 * @fn: called for sources whose target becomes known
 * @ctx: for @fn
 */
void migration_returned(struct migration_window *w, u32 pfn, u32 order, migration_resolved_fn fn,
			void *ctx)
{
	returned_symbol(w, pfn, fn, ctx);
	skip_to(w, pfn, order);
	push_chunk(w, generation_at(w, w->first_gen), order, pfn, NO_SYMBOL, false);
}

static s32 guess_index(const struct migration_window *w, u32 pfn)
{
	u32 i;

	for (i = 0; i < w->nr_seq; i++)
		if (w->seq[i].dst == pfn && !w->seq[i].exact && !w->seq[i].empty)
			return (s32)i;
	return -1;
}

/*
 * The empty slot into which the last page goes when the pages from @i on each move to the next
 * target; -1 if there is none.
 */
static s32 free_slot(struct migration_window *w, u32 i)
{
	struct chunk got;
	u32 order = w->seq[i].order;

	for (i++; i < w->nr_seq && !w->seq[i].exact; i++)
		if (w->seq[i].empty && w->seq[i].order == order)
			return (s32)i;
	if (i < w->nr_seq || !take_target(w, order, &got) || got.symbol != NO_SYMBOL)
		return -1;
	record_taken(w, got.pfn, order, false, true);
	return (s32)w->nr_seq - 1;
}

/**
 * migration_gave_back - correct the guesses of a batch, because a guessed target was returned
 * unused
 * @w: window
 * @pfn: page that the demand stage believes in use, by a guess
 * @fn: called for the pages that move: each later guess moves by one target
 * @ctx: for @fn
 *
 * A migration failed, and no event has shown that it took a target. So every guess from there to
 * the next target that is known to be empty was one target too early.
 *
 * Return: true if @pfn was a guess of this batch; it is free if @fn moved its page away.
 */
bool migration_gave_back(struct migration_window *w, u32 pfn, migration_resolved_fn fn, void *ctx)
{
	s32 at = guess_index(w, pfn), to, i, prev;

	if (at < 0)
		return false;
	to = free_slot(w, (u32)at);
	if (to < 0) {
		fn(ctx, pfn, MIGRATION_UNKNOWN, w->seq[at].order);
		w->seq[at].empty = true;
		return true;
	}
	for (i = to; i > at; i = prev) {
		for (prev = i - 1; prev > at && w->seq[prev].order != w->seq[at].order; prev--)
			;
		fn(ctx, w->seq[prev].dst, w->seq[i].dst, w->seq[at].order);
	}
	w->seq[to].empty = false;
	w->seq[at].empty = true;
	return true;
}
