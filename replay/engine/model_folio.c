// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page-cache folios: the attempts of a buffered write or readahead, with the flags that the policy
 * decides; and what follows when the model gets another order than the trace did (doc/design.md,
 * "Changed outcomes").
 *
 * A write steps down an order at a time to the mapping's least, and the rest of it is requested
 * anew (mm/filemap.c:__filemap_get_folio, fs/iomap/buffered-io.c). Readahead goes on with the least
 * order (mm/readahead.c:page_cache_ra_order); policies do not change its flags.
 */
#include "mm/mm.h"
#include "model.h"
#include "refault.h"

/* A request: the order that it could use, the first order to try, the mapping's least order. */
struct folio_request {
	const struct op *op;
	struct folio_stats *stats;
	bool write;
	u32 hint, first, min;
};

/* Make one attempt, and count its cost. */
static u32 attempt_folio(struct model *mo, const struct folio_request *rq, gfp_t gfp, u32 order)
{
	struct mm *mm = mo->mm;
	u64 reclaim = mm->nr_direct_reclaim, compact = mm->nr_direct_compact;
	u64 drain = mm->drain_all_pages, stall = mm->stall_ns_reclaim + mm->stall_ns_compact;
	u32 pfn = alloc_pages(mm, gfp, order);
	struct folio_stats *st = rq->stats;

	st->attempts[order]++;
	st->failed[order] += pfn == PFN_NONE;
	st->nonblocking += !(gfp & __GFP_DIRECT_RECLAIM);
	st->direct_reclaim += mm->nr_direct_reclaim - reclaim;
	st->direct_compact += mm->nr_direct_compact - compact;
	st->drain_all_pages += mm->drain_all_pages - drain;
	st->stall_ns += mm->stall_ns_reclaim + mm->stall_ns_compact - stall;
	return pfn;
}

/* The flags of the operation, without those that the loop of attempts adds. */
static gfp_t mapping_gfp(const struct op *op)
{
	return op->hint || op->order ? op->gfp & ~(__GFP_NORETRY | __GFP_NOWARN) : op->gfp;
}

static gfp_t attempt_gfp(struct model *mo, const struct folio_request *rq, u32 order)
{
	if (!rq->write)
		return rq->op->gfp;
	return filemap_gfp(mo->mm, mapping_gfp(rq->op), rq->hint, order, rq->min);
}

static u32 get_folio(struct model *mo, const struct folio_request *rq, u32 *order)
{
	u32 pfn;

	*order = rq->first;
	while (1) {
		pfn = attempt_folio(mo, rq, attempt_gfp(mo, rq, *order), *order);
		if (pfn != PFN_NONE || *order == rq->min)
			break;
		*order = rq->write ? *order - 1 : rq->min;
	}
	if (pfn == PFN_NONE)
		rq->stats->enomem++;
	else
		rq->stats->obtained[*order]++;
	return pfn;
}

/* An attempt without __GFP_NORETRY is one at the mapping's least order. */
static u32 least_order(const struct op *op)
{
	return op->gfp & __GFP_NORETRY ? 0 : op->order;
}

static struct folio_request folio_request_of(struct model *mo, const struct op *op)
{
	bool write = op->flags & OPF_DIRTY;
	u32 hint = op->hint > op->order ? op->hint : op->order;

	return (struct folio_request){ .op = op, .write = write, .hint = hint, .first = hint,
				       .min = least_order(op), .stats = &mo->run->folios[write] };
}

/* Set the order of the next request: of the rest, as far as that is aligned. */
static void request_rest(struct folio_request *rq, u32 done, u32 n)
{
	u32 aligned = (u32)__builtin_ctz(done);

	rq->hint = 31 - (u32)__builtin_clz(n - done);
	rq->first = rq->hint < aligned ? rq->hint : aligned;
	if (!rq->write || rq->first < rq->min)
		rq->first = rq->min;
}

static void drop_window(struct model *mo, u32 head)
{
	for (u32 n = 0; n < mo->nr_folio_windows; n++)
		if (mo->folio_window[n].head == head) {
			mo->folio_window[n] = mo->folio_window[--mo->nr_folio_windows];
			return;
		}
}

static struct folio_window *open_window(struct model *mo)
{
	if (mo->nr_folio_windows < NR_FOLIO_WINDOWS)
		return &mo->folio_window[mo->nr_folio_windows++];
	return &mo->folio_window[mo->next_folio_window++ % NR_FOLIO_WINDOWS];
}

static void map_to_handle(struct model *mo, u32 pfn, u32 order, u32 handle)
{
	for (u32 i = 0; i < 1u << order; i++) {
		mo->mm->page[pfn + i].owner = handle + i;
		mo->map[handle + i] = pfn + i;
	}
}

/* The model got a larger folio than the trace: the trace's next requests are parts of it. */
static void use_larger(struct model *mo, const struct folio_request *rq, u32 pfn, u32 order,
		       enum lru_origin origin)
{
	const struct op *op = rq->op;

	model_use(mo, op, pfn, order, H_NONE, origin);
	map_to_handle(mo, pfn, op->order, op->handle);
	mo->mm->page[pfn].joined = 1;
	mo->run->stats.folios_larger++;
	drop_window(mo, pfn);
	*open_window(mo) = (struct folio_window){ .pid = op->pid, .head = pfn, .order = order,
						  .next = 1u << op->order, .write = rq->write };
}

static bool window_fits(const struct model *mo, const struct folio_window *w,
			const struct folio_request *rq)
{
	const struct page *p = &mo->mm->page[w->head];
	u32 n = 1u << rq->hint;

	/* the next request must lie where the folio goes on, or it belongs to another write */
	return p->state == PAGE_USED && p->head && p->joined && p->order == w->order &&
	       !(w->next & (n - 1)) && w->next + n <= 1u << w->order;
}

static bool absorb_request(struct model *mo, const struct folio_request *rq)
{
	const struct op *op = rq->op;
	struct folio_window *w = mo->folio_window, *end = w + mo->nr_folio_windows;

	while (w < end && (w->pid != op->pid || w->write != rq->write))
		w++;
	if (w == end)
		return false;
	if (!window_fits(mo, w, rq)) {
		drop_window(mo, w->head);
		return false;
	}
	map_to_handle(mo, w->head + w->next, op->order, op->handle);
	w->next += 1u << op->order;
	mo->run->stats.folios_absorbed++;
	if (w->next == 1u << w->order)
		drop_window(mo, w->head);
	return true;
}

/* The folio of the trace comes in parts. If one fails, the rest is not written or read. */
static void use_parts(struct model *mo, struct folio_request *rq, u32 pfn, u32 order,
		      enum lru_origin origin)
{
	u32 done = 0, n = 1u << rq->op->order;

	mo->run->stats.folio_stepdowns++;
	while (pfn != PFN_NONE) {
		model_use(mo, rq->op, pfn, order, rq->op->handle + done, origin);
		done += 1u << order;
		if (done == n)
			return;
		request_rest(rq, done, n);
		pfn = get_folio(mo, rq, &order);
	}
	mo->run->stats.alloc_failed++;
}

/**
 * model_folio_alloc - allocate for a write to or a read into the page cache
 * @mo: driver
 * @op: OP_ALLOC of a PK_FILE page
 * @origin: how it joins the LRU
 *
 * A write that gets no page at all ends with -ENOMEM.
 */
void model_folio_alloc(struct model *mo, const struct op *op, enum lru_origin origin)
{
	struct folio_request rq = folio_request_of(mo, op);
	u32 order, pfn;

	if (mo->nr_folio_windows && absorb_request(mo, &rq))
		return;
	rq.stats->wanted[rq.hint]++;
	pfn = get_folio(mo, &rq, &order);
	if (pfn == PFN_NONE)
		mo->run->stats.alloc_failed++;
	else if (order > op->order)
		use_larger(mo, &rq, pfn, order, origin);
	else if (order == op->order)
		model_use(mo, op, pfn, order, op->handle, origin);
	else
		use_parts(mo, &rq, pfn, order, origin);
}

/**
 * model_folio_failed - repeat an operation that got no page at all in the trace
 * @mo: driver
 * @op: OP_ALLOC_FAILED of a PK_FILE page
 *
 * Its attempts cost the same work here. If it gets a page, that is freed, because no event would
 * free it.
 */
void model_folio_failed(struct model *mo, const struct op *op)
{
	struct folio_request rq = folio_request_of(mo, op);
	u32 order, pfn;

	rq.stats->wanted[rq.hint]++;
	pfn = get_folio(mo, &rq, &order);
	if (pfn != PFN_NONE)
		free_pages(mo->mm, pfn, order);
}

/**
 * model_folio_joined - is this page part of a folio that only the model has as one?
 * @mo: driver
 * @pfn: a page in use
 *
 * Return: whether it is.
 */
bool model_folio_joined(const struct model *mo, u32 pfn)
{
	const struct page *p = &mo->mm->page[pfn];

	return p->order && p[-(s64)(pfn & ((1u << p->order) - 1))].joined;
}

/**
 * model_folio_disown - take a page of such a folio from the object that owns it
 * @mo: driver
 * @handle: of the page, which is mapped
 *
 * Return: head of the folio if this was the last of its pages with an owner: then the caller frees
 * or reclaims the folio; else PFN_NONE: it stays whole.
 */
u32 model_folio_disown(struct model *mo, u32 handle)
{
	struct mm *mm = mo->mm;
	u32 pfn = mo->map[handle], order = mm->page[pfn].order, head = folio_head(mm, pfn);

	mo->map[handle] = MAP_NONE;
	mm->page[pfn].owner = OWNER_NONE;
	for (u32 i = 0; i < 1u << order; i++)
		if (mm->page[head + i].owner != OWNER_NONE)
			return PFN_NONE;
	drop_window(mo, head);
	return head;
}
