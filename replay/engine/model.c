// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy's model serves the workload's demand here.
 *
 * mm/ knows pages and owners; this file knows which handle of the trace is which page. Time is the
 * trace's: before every operation the background threads get the time since the last one.
 */
#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "mm/mm.h"
#include "refault.h"

#define VMSTAT_INTERVAL_NS	1000000000ull	/* sysctl vm.stat_interval: 1 s */

/* Called when reclaim has freed a base page. */
static void model_evicted(void *ctx, u32 owner, u32 pfn, bool anon)
{
	struct model *mo = ctx;
	const struct mm *mm = mo->mm;
	u32 head = folio_head(mm, pfn);

	if (owner == OWNER_NONE) {
		if (mm->page[head].cold)
			refault_cold_evicted(mo, anon);
		return;
	}
	mo->run->stats.evicted_live++;
	mo->map[owner] = anon ? MAP_SWAPPED : MAP_DROPPED;
	refault_live_evicted(mo, owner, anon);
}

static void model_moved(void *ctx, u32 owner, u32 pfn)
{
	struct model *mo = ctx;

	mo->map[owner] = pfn;
}

/* The counters tell how much of what was swapped out was full of zeros; which pages they do not. */
static void fit_zero_filled(struct model *mo)
{
	u64 zero, written;

	if (recording_delta(mo->opt->recording, "swpout_zero", &zero) &&
	    recording_delta(mo->opt->recording, "pswpout", &written) && zero + written)
		param_set(&mo->mm->param, PARAM_zero_filled_permille,
			  1000.0 * (double)zero / (double)(zero + written), PARAM_FROM_FIT);
}

/*
 * The counters tell how many huge pages were unmapped in part, but not which. Before 6.12 those
 * that reclaim split for want of swap count as well, because their pages were unmapped one by one.
 */
static void fit_unmapped(struct model *mo)
{
	const struct recording *m = mo->opt->recording;
	u64 parts, all, reclaimed = 0;

	if (!mo->mm->k.swap_large_folio)
		recording_delta(m, "thp_swpout_fallback", &reclaimed);
	if (!recording_delta(m, "thp_deferred_split_page", &parts) ||
	    !recording_delta(m, "thp_fault_alloc", &all) || !all)
		return;
	parts = parts > reclaimed ? parts - reclaimed : 0;
	param_set(&mo->mm->param, PARAM_thp_unmapped_permille,
		  parts < all ? 1000.0 * (double)parts / (double)all : 1000, PARAM_FROM_FIT);
}

/* Called when reclaim has split a huge page, for each page of it that was unmapped. */
static void model_unmapped(void *ctx, u32 owner)
{
	struct model *mo = ctx;

	mo->map[owner] = MAP_NONE;
}

/**
 * model_init - set up the driver of a model whose memory is built
 * @mo: driver; ->mm is its memory
 * @opt: the run's options
 * @run: where results go
 * @nr_handles: of the demand stage
 *
 * Pages older than the trace have their own pfn as owner, and are mapped to that handle.
 *
 * Return: 0, or -1 without memory.
 */
int model_init(struct model *mo, const struct run_options *opt, struct policy_result *run,
	       u32 nr_handles)
{
	struct mm *mm = mo->mm;
	u32 pfn;

	mo->opt = opt;
	mo->run = run;
	mo->nr_handles = nr_handles;
	mo->map = malloc((size_t)nr_handles * sizeof(*mo->map));
	mo->absorbed = calloc((mm->max_pfn >> HPAGE_PMD_ORDER) + 1, sizeof(*mo->absorbed));
	mo->thp_pid = calloc((mm->max_pfn >> HPAGE_PMD_ORDER) + 1, sizeof(*mo->thp_pid));
	if (!mo->map || !mo->absorbed || !mo->thp_pid || refault_init(mo))
		return -1;
	fit_zero_filled(mo);
	fit_unmapped(mo);
	memset(mo->map, 0xff, (size_t)nr_handles * sizeof(*mo->map));
	for (pfn = 0; pfn < mm->max_pfn && pfn < nr_handles; pfn++)
		if (mm->page[pfn].state == PAGE_USED && mm->page[pfn].owner == pfn)
			mo->map[pfn] = pfn;
	mm->driver = (struct mm_driver){
		.moved = model_moved,
		.evicted = model_evicted,
		.unmapped = model_unmapped,
		.ctx = mo,
	};
	return 0;
}

/**
 * model_release - free the driver; ->mm stays for the report
 * @mo: driver
 */
void model_release(struct model *mo)
{
	refault_release(mo);
	free(mo->absorbed);
	mo->absorbed = NULL;
	free(mo->thp_pid);
	mo->thp_pid = NULL;
	free(mo->map);
	mo->map = NULL;
	free(mo->contig);
	mo->contig = NULL;
	free(mo->stack);
	mo->stack = NULL;
	if (mo->mm)
		mo->mm->driver = (struct mm_driver){ 0 };
}

static void set_folio(struct model *mo, u32 pfn, u32 order, u32 handle, u8 kind)
{
	struct page *p = &mo->mm->page[pfn];
	u32 i;

	for (i = 0; i < 1u << order; i++) {
		p[i].kind = kind;
		p[i].owner = handle == H_NONE ? OWNER_NONE : handle + i;
		if (handle != H_NONE)
			mo->map[handle + i] = pfn + i;
	}
}

static enum lru_origin origin_of(const struct op *op)
{
	if (op->kind == PK_ANON)
		return LRU_FAULT;
	return op->flags & OPF_DIRTY ? LRU_WRITE : LRU_READ;
}

static void drop_region(struct model *mo, u32 head)
{
	u32 n;

	for (n = 0; n < mo->nr_regions; n++)
		if (mo->region[n].head == head) {
			mo->region[n] = mo->region[--mo->nr_regions];
			return;
		}
}

/**
 * model_use - put an allocated folio to use
 * @mo: model
 * @op: what it was allocated for
 * @pfn: its first page
 * @order: its order
 * @handle: of the demand that it serves
 * @origin: how it came, which decides its place on the LRU
 */
void model_use(struct model *mo, const struct op *op, u32 pfn, u32 order, u32 handle,
	       enum lru_origin origin)
{
	set_folio(mo, pfn, order, handle, op->kind);
	if (order == HPAGE_PMD_ORDER) {
		drop_region(mo, pfn);
		mo->absorbed[pfn >> HPAGE_PMD_ORDER] = 0;
	}
	mo->mm->page[pfn].buffers = !!(op->flags & OPF_BUFFERS);
	if (op->kind == PK_ANON || op->kind == PK_FILE)
		folio_add_lru(mo->mm, pfn, origin);
}

/* Free a folio, whatever list it is on. */
static void free_folio(struct model *mo, u32 pfn)
{
	struct mm *mm = mo->mm;
	struct page *p = &mm->page[pfn];
	u32 order = p->order;

	if (p->kind == PK_SLAB && p->cold)
		slab_del_cold(mm, pfn);
	if (p->lru)
		lruvec_del_folio(mm, pfn);
	if (p->kind == PK_ANON)
		free_swap_cache(mm, pfn);
	folio_unqueue_deferred_split(mm, pfn);
	free_pages(mm, pfn, order);
}

/* Is this a huge page that only the model has, with base pages of the trace in it? */
static bool absorbing(const struct model *mo, u32 head)
{
	const struct page *p = &mo->mm->page[head];

	return p->order == HPAGE_PMD_ORDER && mo->absorbed[head >> HPAGE_PMD_ORDER];
}

/*
 * Unmap a page of a huge page that has absorbed faults. The huge page stays whole until none of it
 * is mapped, and is then freed as one (mm/huge_memory.c:deferred_split_folio), or cold as one.
 */
static void unmap_absorbed(struct model *mo, u32 handle, bool cold)
{
	u32 pfn = mo->map[handle], head = folio_head(mo->mm, pfn);

	mo->map[handle] = MAP_NONE;
	mo->mm->page[pfn].owner = OWNER_NONE;
	if (--mo->absorbed[head >> HPAGE_PMD_ORDER] || folio_partly_mapped(mo->mm, head))
		return;
	drop_region(mo, head);
	if (!cold) {
		free_folio(mo, head);
		return;
	}
	folio_mark_cold(mo->mm, head);
	refault_held(mo, head);
}

/* Split such a huge page, and free the pages that are not mapped. */
static void split_absorbing(struct model *mo, u32 head)
{
	struct mm *mm = mo->mm;
	u32 i;

	drop_region(mo, head);
	mo->absorbed[head >> HPAGE_PMD_ORDER] = 0;
	split_folio(mm, head);
	for (i = 0; i < HPAGE_PMD_NR; i++)
		if (mm->page[head + i].owner == OWNER_NONE)
			free_folio(mo, head + i);
}

/*
 * Split the folio that holds @handle if it does not end within [handle, handle + left): a part of
 * it is freed, so the recorded kernel had split it.
 */
static void split_for(struct model *mo, u32 handle, u32 left)
{
	struct mm *mm = mo->mm;
	u32 pfn = mo->map[handle];
	struct page *p = &mm->page[pfn];

	if (!p->order)
		return;
	if (p->head && 1u << p->order <= left && mo->map[handle + (1u << p->order) - 1] ==
	    pfn + (1u << p->order) - 1)
		return;
	if (absorbing(mo, folio_head(mm, pfn)))
		split_absorbing(mo, folio_head(mm, pfn));
	else
		split_folio(mm, folio_head(mm, pfn));
}

typedef void (*folio_fn)(struct model *mo, u32 pfn);

static void free_op_folio(struct model *mo, u32 pfn)
{
	free_folio(mo, pfn);
}

/* Unmap every folio of a range of handles and call @fn; split it where the range ends inside. */
static void for_each_folio(struct model *mo, const struct op *op, folio_fn fn)
{
	u32 i = 0, n = 1u << op->order;

	while (i < n) {
		u32 handle = op->handle + i, v = mo->map[handle], step = 1, j;

		if (MAP_IS_PFN(v) && absorbing(mo, folio_head(mo->mm, v))) {
			unmap_absorbed(mo, handle, op->type == OP_RECLAIM);
			i++;
			continue;
		}
		if (MAP_IS_PFN(v) && model_folio_joined(mo, v)) {
			u32 head = model_folio_disown(mo, handle);

			if (head != PFN_NONE)
				fn(mo, head);
			i++;
			continue;
		}
		if (MAP_IS_PFN(v)) {
			split_for(mo, handle, n - i);
			v = mo->map[handle];
		}
		if (MAP_IS_PFN(v)) {
			step = 1u << mo->mm->page[v].order;
			for (j = 0; j < step; j++) {
				mo->map[handle + j] = MAP_NONE;
				mo->mm->page[v + j].owner = OWNER_NONE;
			}
			fn(mo, v);
		} else {
			refault_gone(mo, v);
			mo->map[handle] = MAP_NONE;
		}
		i += step;
	}
}

/* "Reclaim frees": the folio has no owner from now on, and is the first that reclaim finds. */
static void reclaimed_folio(struct model *mo, u32 pfn)
{
	struct mm *mm = mo->mm;
	struct page *p = &mm->page[pfn];

	if (p->kind == PK_ANON || p->kind == PK_FILE) {
		folio_mark_cold(mm, pfn);
		refault_held(mo, pfn);
	} else if (p->kind == PK_SLAB) {
		slab_mark_cold(mm, pfn);
	} else {
		free_folio(mo, pfn);
	}
}

/* The recorded kernel had its content in swap, so it is not written here either. */
static void reclaimed_clean(struct model *mo, u32 pfn)
{
	swap_found_clean(mo->mm, pfn);
	reclaimed_folio(mo, pfn);
}

/* It looked anonymous, but page cache and MADV_FREE's pages alone leave without a write. */
static void reclaimed_file(struct model *mo, u32 pfn)
{
	struct page *p = &mo->mm->page[pfn];

	if (p->kind == PK_ANON) {
		lruvec_del_folio(mo->mm, pfn);
		free_swap_cache(mo->mm, pfn);
		set_folio(mo, pfn, p->order, H_NONE, PK_FILE);
		folio_add_lru(mo->mm, pfn, LRU_READ);
	}
	reclaimed_folio(mo, pfn);
}

static void op_reclaim(struct model *mo, const struct op *op)
{
	folio_fn fn = op->flags & OPF_CLEAN ? reclaimed_clean
		      : op->kind == PK_FILE ? reclaimed_file
					    : reclaimed_folio;

	refault_trace_evicted(mo, op);
	for_each_folio(mo, op, fn);
}

/*
 * "Reclaim frees": the workload had unmapped it, and the recorded kernel found out now. A huge page
 * stays whole until the model's own reclaim splits it.
 */
static void op_unmap(struct model *mo, const struct op *op)
{
	u32 v = mo->map[op->handle], head = MAP_IS_PFN(v) ? folio_head(mo->mm, v) : PFN_NONE;
	struct op freed = *op;

	if (!op->order && head != PFN_NONE && mo->mm->page[head].order == HPAGE_PMD_ORDER &&
	    !absorbing(mo, head) && mo->mm->page[head].kind == PK_ANON) {
		mo->map[op->handle] = MAP_NONE;
		mo->mm->page[v].owner = OWNER_NONE;
		deferred_split_folio(mo->mm, head);
		return;
	}
	freed.type = OP_FREE;
	for_each_folio(mo, &freed, free_op_folio);
}

static void op_swapout(struct model *mo, const struct op *op)
{
	u32 v = mo->map[op->handle];

	if (MAP_IS_PFN(v) && mo->mm->page[v].head)
		folio_mark_cold(mo->mm, v);
}

static void op_move(struct model *mo, const struct op *op)
{
	u32 i;

	for (i = 0; i < 1u << op->order; i++) {
		u32 v = mo->map[op->handle + i];

		mo->map[op->handle2 + i] = v;
		mo->map[op->handle + i] = MAP_NONE;
		if (MAP_IS_PFN(v))
			mo->mm->page[v].owner = op->handle2 + i;
	}
}

/* "Changed outcomes": smaller folios where the trace had one. Those that fail are not served. */
static void alloc_pieces(struct model *mo, const struct op *op, u32 handle, u32 order, gfp_t gfp)
{
	u32 i, pfn;

	for (i = 0; i < 1u << (op->order - order); i++) {
		pfn = alloc_pages(mo->mm, gfp, order);
		if (pfn == PFN_NONE)
			mo->run->stats.alloc_failed++;
		else
			model_use(mo, op, pfn, order, handle + (i << order), origin_of(op));
	}
}

static bool absorb_fault(struct model *mo, const struct op *op)
{
	u32 n, pfn;

	for (n = 0; n < mo->nr_regions && mo->region[n].pid != op->pid; n++)
		;
	if (n == mo->nr_regions)
		return false;
	pfn = mo->region[n].head + mo->region[n].next;
	if (mo->region[n].next == HPAGE_PMD_NR || mo->mm->page[pfn].state != PAGE_USED ||
	    mo->mm->page[pfn].order != HPAGE_PMD_ORDER) {
		mo->region[n] = mo->region[--mo->nr_regions];
		return false;
	}
	mo->region[n].next++;
	mo->absorbed[pfn >> HPAGE_PMD_ORDER]++;
	mo->mm->page[pfn].owner = op->handle;
	mo->map[op->handle] = pfn;
	mo->run->stats.faults_absorbed++;
	return true;
}

static void op_alloc(struct model *mo, const struct op *op)
{
	enum lru_origin origin = origin_of(op);
	u32 pfn;

	if (mo->nr_regions && op->flags & OPF_ZERO && !op->order && absorb_fault(mo, op))
		return;
	if (op->flags & (OPF_REFAULT | OPF_READ)) {
		switch (refault_alloc(mo, op)) {
		case REFAULT_ABSORBED:
			return;
		case REFAULT_YES:
			origin = LRU_REFAULT;
			break;
		default:
			break;
		}
	}
	if (op->kind == PK_FILE) {
		model_folio_alloc(mo, op, origin);
		return;
	}
	if (op->flags & OPF_SILENT && !op->order)
		pfn = alloc_pages_bulk(mo->mm, op->gfp);
	else
		pfn = alloc_pages(mo->mm, op->gfp, op->order);
	if (pfn != PFN_NONE) {
		model_use(mo, op, pfn, op->order, op->handle, origin);
		if (origin == LRU_REFAULT && op->kind == PK_ANON)
			swap_read_folio(mo->mm, op->order);
	} else if (op->kind == PK_SLAB && op->order) {
		/* slub tries its minimum order next (mm/slub.c:allocate_slab) */
		mo->run->stats.folio_stepdowns++;
		alloc_pieces(mo, op, op->handle, 0, op->gfp & ~(__GFP_NORETRY | __GFP_NOWARN));
	} else {
		mo->run->stats.alloc_failed++;
	}
}

/*
 * An attempt that failed in the trace costs the same work here. If it gets a page, that is freed.
 */
static void op_alloc_failed(struct model *mo, const struct op *op)
{
	u32 pfn;

	if (op->kind == PK_FILE) {
		model_folio_failed(mo, op);
		return;
	}
	pfn = alloc_pages(mo->mm, op->gfp, op->order);
	if (pfn != PFN_NONE)
		free_pages(mo->mm, pfn, op->order);
}

/* No more faults will come there. A huge page that has absorbed nothing is freed. */
static void end_region(struct model *mo, u32 n)
{
	u32 head = mo->region[n].head;
	const struct page *p = &mo->mm->page[head];

	mo->region[n] = mo->region[--mo->nr_regions];
	if (mo->absorbed[head >> HPAGE_PMD_ORDER] || p->state != PAGE_USED ||
	    p->order != HPAGE_PMD_ORDER || p->owner != OWNER_NONE)
		return;
	free_folio(mo, head);
}

/* Is this the next of the huge pages of which a part is unmapped? Their share is spread evenly. */
static bool unmapped_in_part(struct model *mo)
{
	mo->thp_unmapped += mo->mm->param.thp_unmapped_permille;
	if (mo->thp_unmapped < 1000)
		return false;
	mo->thp_unmapped -= 1000;
	return true;
}

static void op_thp_fault(struct model *mo, const struct op *op)
{
	const gfp_t base = GFP_HIGHUSER_MOVABLE | __GFP_ZERO | __GFP_COMP;
	u32 pfn = do_huge_pmd_anonymous_page(mo->mm, op->gfp);

	if (pfn != PFN_NONE) {
		model_use(mo, op, pfn, HPAGE_PMD_ORDER, op->handle, LRU_FAULT);
		mo->thp_pid[pfn >> HPAGE_PMD_ORDER] = op->pid;
		if (unmapped_in_part(mo))
			deferred_split_folio(mo->mm, pfn);
		if (op->handle != H_NONE)
			return;
		mo->run->stats.thp_absorbing++;
		if (mo->nr_regions == NR_REGIONS)
			end_region(mo, 0);
		mo->region[mo->nr_regions++] = (struct thp_region){ .pid = op->pid, .head = pfn };
	} else if (op->handle != H_NONE) {
		mo->run->stats.thp_split_to_base++;
		alloc_pieces(mo, op, op->handle, 0, base);
	}
}

static void op_huge_zero(struct model *mo, const struct op *op)
{
	u32 pfn = get_huge_zero_folio(mo->mm, op->gfp);

	if (pfn == PFN_NONE)
		return;
	if (op->handle != H_NONE)
		model_use(mo, op, pfn, op->order, op->handle, LRU_FAULT);
	else
		free_pages(mo->mm, pfn, op->order);
}

static bool has_owner(const struct mm *mm, u32 head)
{
	for (u32 i = 0; i < HPAGE_PMD_NR; i++)
		if (mm->page[head + i].owner != OWNER_NONE)
			return true;
	return false;
}

/* The task's huge pages of which nothing is known to be mapped go with it. */
static void free_unmapped(struct model *mo, s32 pid)
{
	u32 pfn = deferred_split_next(mo->mm, PFN_NONE), next;

	for (; pfn != PFN_NONE; pfn = next) {
		next = deferred_split_next(mo->mm, pfn);
		if (mo->thp_pid[pfn >> HPAGE_PMD_ORDER] == pid && !has_owner(mo->mm, pfn))
			free_folio(mo, pfn);
	}
}

static void op_exit(struct model *mo, const struct op *op)
{
	u32 n = 0;

	free_unmapped(mo, op->pid);

	while (n < mo->nr_regions) {
		if (mo->region[n].pid == op->pid)
			end_region(mo, n);
		else
			n++;
	}
}

/* Rates and times come in thousandths of the parameter's unit. */
static void op_rate(struct model *mo, const struct op *op)
{
	static const enum mm_param param[] = {
		[RATE_KSWAPD] = PARAM_kswapd_scan_pages_per_ms,
		[RATE_KSWAPD_SWAPOUT] = PARAM_kswapd_swapout_us,
		[RATE_THREAD_SLICE] = PARAM_thread_slice_us,
		[RATE_THREAD_PAUSE] = PARAM_thread_pause_us,
		[RATE_KCOMPACTD] = PARAM_kcompactd_scan_pages_per_ms,
		[RATE_KCOMPACTD_MIGRATE] = PARAM_kcompactd_migrate_us,
		[RATE_THP_UNMAPPED] = PARAM_thp_unmapped_share_permille,
	};

	if (op->arg)
		param_set(&mo->mm->param, param[op->a], op->arg / 1000.0, PARAM_FROM_FIT);
}

static void op_mark(struct model *mo, const struct op *op)
{
	if (op->a != MARK_AFTER_BEGIN || mo->run->measured)
		return;
	mo->run->measured = true;
	memcpy(mo->run->counters, mo->mm->vmstat, sizeof(mo->run->counters));
}

static void model_op(struct model *mo, const struct op *op)
{
	switch (op->type) {
	case OP_ALLOC:
		op_alloc(mo, op);
		break;
	case OP_ALLOC_FAILED:
		op_alloc_failed(mo, op);
		break;
	case OP_THP_FAULT:
		op_thp_fault(mo, op);
		break;
	case OP_HUGE_ZERO:
		op_huge_zero(mo, op);
		break;
	case OP_FREE:
		for_each_folio(mo, op, free_op_folio);
		break;
	case OP_UNMAP:
		op_unmap(mo, op);
		break;
	case OP_RECLAIM:
		op_reclaim(mo, op);
		break;
	case OP_SWAPOUT:
		op_swapout(mo, op);
		break;
	case OP_MOVE:
		op_move(mo, op);
		break;
	case OP_FORK:
		kernel_stack_alloc(mo);
		break;
	case OP_EXIT:
		op_exit(mo, op);
		kernel_stack_free(mo);
		break;
	case OP_SWAP_CLUSTER:
		swap_orphans_die(mo->mm, op->arg);
		break;
	case OP_RATE:
		op_rate(mo, op);
		break;
	case OP_KSWAPD_CPU:
		kswapd_seen(mo->mm, op->cpu);
		break;
	case OP_KCOMPACTD_CPU:
		kcompactd_seen(mo->mm, op->cpu);
		break;
	case OP_MARK:
		op_mark(mo, op);
		break;
	case OP_CONTIG:
		model_contig(mo, op);
		break;
	default:
		break;
	}
}

/*
 * Take the samples that are due: every interval has one, also without any operation in it. A
 * sample shows the moment after the last operation before it. It does not let background threads
 * run up to its own moment: that would divide their work otherwise, and a replay must not depend
 * on how often it is looked at.
 */
static int sample_until(struct model *mo, u64 now, bool end)
{
	u64 interval = mo->opt->timeline_ms * 1000000;

	for (; mo->next_sample_ns <= now; mo->next_sample_ns += interval) {
		if (timeline_sample(mo, mo->next_sample_ns, false))
			return -1;
	}
	return end ? timeline_sample(mo, now, true) : 0;
}

static void set_current(struct mm *mm, const struct op *op)
{
	mm->current.pid = op->pid;
	mm->current.cpu = op->cpu < mm->nr_cpus ? op->cpu : 0;
	mm->current.memalloc = op->flags & OPF_MEMALLOC;
	mm->current.kthread = op->flags & OPF_KTHREAD;
	mm->current.wants_cpu = op_has_cpu(op);
}

/* Let background threads and periodic work run up to the moment of this operation. */
static int advance(struct model *mo, const struct op *op)
{
	struct mm *mm = mo->mm;
	u64 now;

	if (!mo->started) {
		mo->started = true;
		mo->t0 = op->ts;
		mo->next_vmstat_ns = VMSTAT_INTERVAL_NS;
	}
	now = op->ts - mo->t0;
	if (mo->opt->timeline_ms && sample_until(mo, now, op->type == OP_END))
		return -1;
	set_current(mm, op);
	kswapd_run(mm, now);
	kcompactd_run(mm, now);
	policy_threads_run(mm, now);
	mm->now_ns = now;
	if (now >= mo->next_vmstat_ns) {
		vmstat_update(mm);
		mo->next_vmstat_ns = now + VMSTAT_INTERVAL_NS;
	}
	return 0;
}

static bool is_whole(struct model *mo)
{
	char where[64];

	snprintf(where, sizeof(where), "after operation %llu of the trace",
		 (unsigned long long)mo->nr_ops);
	return policy_check(mo->mm, where, mo->fault, sizeof(mo->fault));
}

/*
 * What an operation needs of the model is fetched into the processor's cache ahead of it, a step at
 * a time, because each step needs what the one before has fetched: the entry of the map, the page,
 * and the pages beside it on its list. gcc drops a function that does nothing but this, unless it
 * is inline.
 */
#define FETCH_MAP  24 /* operations ahead */
#define FETCH_PAGE 16
#define FETCH_LIST 8

static inline __attribute__((always_inline)) void fetch_ahead(const struct model *mo,
							      const struct op *op, size_t left)
{
	if (left > FETCH_MAP && op[FETCH_MAP].handle < mo->nr_handles)
		__builtin_prefetch(&mo->map[op[FETCH_MAP].handle], 1);
	if (left > FETCH_PAGE && op[FETCH_PAGE].handle < mo->nr_handles) {
		u32 pfn = mo->map[op[FETCH_PAGE].handle];

		if (MAP_IS_PFN(pfn))
			__builtin_prefetch(&mo->mm->page[pfn], 1);
	}
	if (left > FETCH_LIST && op[FETCH_LIST].handle < mo->nr_handles) {
		u32 pfn = mo->map[op[FETCH_LIST].handle];

		if (MAP_IS_PFN(pfn)) {
			__builtin_prefetch(list_node(mo->mm, mo->mm->page[pfn].l.next), 1);
			__builtin_prefetch(list_node(mo->mm, mo->mm->page[pfn].l.prev), 1);
		}
	}
}

/**
 * model_ops - do a batch of operations
 * @mo: driver
 * @op: operations, in order
 * @n: how many
 *
 * Return: 0; -1 without memory for the driver or the model, or with ->fault filled if the policy
 * broke a rule.
 */
int model_ops(struct model *mo, const struct op *op, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		fetch_ahead(mo, &op[i], n - i);
		if (!op_is_demand(op[i].type))
			continue;
		if (advance(mo, &op[i]))
			return -1;
		model_op(mo, &op[i]);
		if (mo->mm->error)
			return -1;
		if (mo->mm->policy->broken[0]) {
			snprintf(mo->fault, sizeof(mo->fault), "%s", mo->mm->policy->broken);
			return -1;
		}
		if (mo->opt->check_every && ++mo->nr_ops % mo->opt->check_every == 0 &&
		    !is_whole(mo))
			return -1;
	}
	return 0;
}
