// SPDX-License-Identifier: GPL-2.0-only
/*
 * synth DIRECTORY [OPTION=VALUE...]: a recording of a machine that never was
 *
 * A large machine on which a fuzzer runs for hours: virtual machines and their analysis hold
 * anonymous memory, images and logs fill the page cache, short-lived processes bring page tables,
 * and all of them slab, some of which outlives what it was made for. It is made after what the
 * author of the superpageblock series says of his machine (256 GB, syzkaller with all memory in
 * use, 238 superpageblocks in zone Normal; linux-mm, 30 April 2026); the figures below are ours.
 *
 * DIRECTORY gets before/, after/ (what /proc would show of an empty machine) and trace.dat, event
 * text as the kernel prints it. The demand does not follow from what the model does: it is fixed
 * by the seed. The places in it are those of an allocator that reuses what was freed last; replay
 * takes them for names only.
 *
 *	fragreplay run DIRECTORY -p vanilla -p spb
 *
 *	order=18	pages of a superpageblock, as a power of two. All sizes follow it: 14 is the
 *			same machine and load at a sixteenth
 *	blocks=238	superpageblocks of zone Normal
 *	minutes=120	of trace time
 *	seed=1
 *	full=95		percent of memory in use at the height of each wave, until minute 55 of 100
 *	calm=68		percent of memory in use after that
 *	gigantic=50	pieces of a superpageblock's size that are asked for, one after another,
 *			from minute 70 to 90 of 100, and kept
 */
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef uint32_t u32;
typedef uint64_t u64;

#define SEC		1000000000ull
#define MAX_ORDER	10
#define NR_CPUS		16
#define BATCH		16		/* objects that a task allocates at a time */
#define LOW_BLOCKS	4u		/* superpageblocks below zone Normal */
#define DMA_END		4096u
#define NONE		0xffffffffu

static u64 option_order = 18, option_blocks = 238, option_minutes = 120, option_seed = 1,
	   option_full = 95, option_calm = 68, option_gigantic = 50;

static void die(const char *what, const char *why)
{
	fprintf(stderr, "synth: %s: %s\n", what, why);
	exit(2);
}

static void *grow(void *p, size_t n, size_t size)
{
	p = realloc(p, n * size);
	if (!p)
		die("memory", strerror(errno));
	return p;
}

/* ---- chance ---- */

static u64 rng;

static u64 random_u64(void)
{
	rng ^= rng >> 12;
	rng ^= rng << 25;
	rng ^= rng >> 27;
	return rng * 0x2545f4914f6cdd1dull;
}

static double random_unit(void)
{
	return ((double)(random_u64() >> 11) + 0.5) / 9007199254740992.0;
}

static u32 random_below(u32 n)
{
	return (u32)(random_u64() % n);
}

static double random_exp(double mean)
{
	return -mean * log(random_unit());
}

/* ---- places: a buddy allocator, first fit; none is below or above the free part of Normal ---- */

static u32 place_base, place_pages, place_used;
static u32 *stack[MAX_ORDER + 1], nr_stack[MAX_ORDER + 1], cap_stack[MAX_ORDER + 1];
static uint8_t *free_order;	/* by page: 1 + order of the free piece that begins there */

static void push(u32 order, u32 pfn)
{
	if (nr_stack[order] == cap_stack[order]) {
		cap_stack[order] = cap_stack[order] ? 2 * cap_stack[order] : 1024;
		stack[order] = grow(stack[order], cap_stack[order], sizeof(u32));
	}
	stack[order][nr_stack[order]++] = pfn;
	free_order[pfn] = (uint8_t)(1 + order);
}

/* entries whose piece has merged into a larger one are dropped when they come up */
static u32 pop(u32 order)
{
	while (nr_stack[order]) {
		u32 pfn = stack[order][--nr_stack[order]];

		if (free_order[pfn] != 1 + order)
			continue;
		free_order[pfn] = 0;
		return pfn;
	}
	return NONE;
}

static u32 place_alloc(u32 order)
{
	u32 pfn = NONE, o;

	for (o = order; o <= MAX_ORDER && pfn == NONE; o++)
		pfn = pop(o);
	if (pfn == NONE)
		return NONE;
	for (o--; o > order; o--)
		push(o - 1, pfn + (1u << (o - 1)));
	place_used += 1u << order;
	return place_base + pfn;
}

static void place_free(u32 pfn, u32 order)
{
	place_used -= 1u << order;
	pfn -= place_base;
	while (order < MAX_ORDER && free_order[pfn ^ 1u << order] == 1 + order) {
		free_order[pfn ^ 1u << order] = 0;
		pfn &= ~(1u << order);
		order++;
	}
	push(order, pfn);
}

static void place_init(u32 base, u32 pages)
{
	u32 pfn;

	place_base = base;
	place_pages = pages;
	free_order = grow(NULL, pages, 1);
	memset(free_order, 0, pages);
	for (pfn = pages; pfn; pfn -= 1u << MAX_ORDER)
		push(MAX_ORDER, pfn - (1u << MAX_ORDER));
}

/* ---- what the load is made of ---- */

/* a kind of request: its share of the objects of a load, in percent, as orders and flags go */
struct request {
	u32 percent, order;
	const char *gfp;
};

/**
 * struct load - something that runs, or is held, many times over
 * @comm: who
 * @mt: migratetype
 * @share: of memory, in the mean, were it not for the limit
 * @groups: so many would fill memory: says how large one is
 * @minutes: mean life
 * @fill: mean time that one takes to allocate all, in seconds
 * @outlive: percent of the objects that outlive it, by an hour in the mean
 * @limited: not begun while memory is as full as it may be
 * @request: shares add up to 100
 */
struct load {
	const char *comm;
	u32 mt;
	double share, groups, minutes, fill;
	u32 outlive;
	bool limited, exits;
	struct request request[6];
};

#define ANON	"GFP_HIGHUSER_MOVABLE|__GFP_ZERO|__GFP_COMP"
#define READ	"GFP_HIGHUSER_MOVABLE|__GFP_NOWARN|__GFP_NORETRY|__GFP_COMP"
#define WRITE	"GFP_HIGHUSER_MOVABLE|__GFP_WRITE|__GFP_NOWARN|__GFP_NORETRY|__GFP_COMP"
#define SLAB	"__GFP_IO|__GFP_FS|__GFP_NOWARN|__GFP_NORETRY|__GFP_COMP|__GFP_NOMEMALLOC"
#define SLAB0	"GFP_KERNEL|__GFP_NOWARN|__GFP_NORETRY|__GFP_COMP|__GFP_NOMEMALLOC"
#define INODE	"__GFP_RECLAIMABLE|__GFP_IO|__GFP_NOWARN|__GFP_NORETRY|__GFP_COMP|__GFP_NOMEMALLOC"
#define INODE0	"GFP_NOFS|__GFP_RECLAIMABLE|__GFP_NOWARN|__GFP_NORETRY|__GFP_COMP|__GFP_NOMEMALLOC"
#define PTE	"GFP_KERNEL_ACCOUNT|__GFP_ZERO|__GFP_COMP"
#define SKB	"GFP_ATOMIC|__GFP_NOWARN|__GFP_NORETRY|__GFP_COMP"

enum { VM, PROCESS, FILES, SLABS, INODES, TABLES, SOCKETS, NR_LOADS };

static const struct load loads[NR_LOADS] = {
	[VM] = { "qemu", 1, 0.40, 250, 25, 40, 0, true, true,
		 { { 10, 9, "GFP_TRANSHUGE" }, { 90, 0, ANON } } },
	[PROCESS] = { "syz-executor", 1, 0.06, 4000, 6, 2, 0, true, true,
		      { { 3, 9, "GFP_TRANSHUGE_LIGHT" }, { 97, 0, ANON } } },
	[FILES] = { "kworker/u64", 1, 0.50, 8000, 20, 5, 0, true, false,
		    { { 40, 0, READ }, { 25, 2, READ }, { 20, 4, WRITE }, { 10, 6, READ },
		      { 5, 9, READ } } },
	[SLABS] = { "syz-executor", 0, 0.035, 200000, 25, 1, 4, false, false,
		    { { 30, 0, SLAB0 }, { 20, 1, SLAB }, { 20, 2, SLAB }, { 30, 3, SLAB } } },
	[INODES] = { "syz-fuzzer", 2, 0.025, 200000, 25, 1, 4, false, false,
		     { { 40, 0, INODE0 }, { 20, 1, INODE }, { 20, 2, INODE }, { 20, 3, INODE } } },
	[TABLES] = { "syz-executor", 0, 0.006, 100000, 12, 1, 0, false, true,
		     { { 90, 0, PTE }, { 10, 2, "GFP_KERNEL_ACCOUNT|__GFP_ZERO" } } },
	[SOCKETS] = { "ksoftirqd", 0, 0.0005, 400000, 1, 0.1, 1, false, false,
		      { { 70, 0, "GFP_ATOMIC" }, { 10, 1, SKB }, { 20, 3, SKB } } },
};

/* one of them; they are few, and live as long as the program */
struct group {
	u64 next;		/* when it does something again */
	u64 death;
	u32 load;
	u32 wanted, held;	/* pages */
	u32 *object, nr, cap;	/* pfn << 4 | order */
	u32 pid, cpu;
	struct group *older;
};

/* ---- what happens next: a heap of groups by time ---- */

static struct group **heap;
static u32 nr_heap, cap_heap;

static void heap_push(struct group *g)
{
	u32 i = nr_heap++;

	if (nr_heap > cap_heap) {
		cap_heap = cap_heap ? 2 * cap_heap : 1024;
		heap = grow(heap, cap_heap, sizeof(*heap));
	}
	for (; i && heap[(i - 1) / 2]->next > g->next; i = (i - 1) / 2)
		heap[i] = heap[(i - 1) / 2];
	heap[i] = g;
}

static struct group *heap_pop(void)
{
	struct group *first = heap[0], *last = heap[--nr_heap];
	u32 i = 0, child;

	while ((child = 2 * i + 1) < nr_heap) {
		child += child + 1 < nr_heap && heap[child + 1]->next < heap[child]->next;
		if (last->next <= heap[child]->next)
			break;
		heap[i] = heap[child];
		i = child;
	}
	heap[i] = last;
	return first;
}

/* ---- the trace ---- */

static FILE *trace;
static u64 now, end_of_time, nr_events;
static u32 next_pid = 1000;

static void stamp(const char *comm, u32 pid, u32 cpu)
{
	now += 700;
	nr_events++;
	fprintf(trace, "%16.16s-%u [%03u] ..... %llu.%06llu: ", comm, pid, cpu,
		(unsigned long long)(now / SEC), (unsigned long long)(now % SEC / 1000));
}

static void emit_alloc(const struct group *g, u32 pfn, const struct request *r)
{
	const struct load *l = &loads[g->load];

	stamp(l->comm, g->pid, g->cpu);
	fprintf(trace, "mm_page_alloc: pfn=%u order=%u migratetype=%u gfp_flags=%s\n", pfn,
		r->order, l->mt, r->gfp);
}

static void emit_free(const struct group *g, u32 pfn, u32 order)
{
	stamp(loads[g->load].comm, g->pid, g->cpu);
	fprintf(trace, "mm_page_free: pfn=%u order=%u\n", pfn, order);
}

static void emit_exit(const struct group *g)
{
	const char *comm = loads[g->load].comm;

	stamp(comm, g->pid, g->cpu);
	fprintf(trace, "sched_process_exit: comm=%s pid=%u prio=120 group_dead=true\n", comm,
		g->pid);
}

static void emit_gigantic(u32 id)
{
	stamp("hugetlb", 999, 0);
	fprintf(trace, "tracing_mark_write: fragreplay: alloc_contig id=%u pages=%u\n", id,
		1u << option_order);
}

/* ---- groups live and die ---- */

static double fraction_of_time(void)
{
	return (double)now / (double)end_of_time;
}

/* percent of memory that may be in use: six waves, then calm */
static double limit_percent(void)
{
	double t = fraction_of_time(), wave;

	if (t >= 0.55)
		return (double)option_calm;
	wave = 0.5 - 0.5 * cos(t / 0.55 * 12 * M_PI);
	return (double)option_full - 15 * (1 - wave);
}

static bool is_full(void)
{
	return place_used > place_pages * limit_percent() / 100;
}

static const struct request *choose_request(const struct load *l)
{
	u32 p = random_below(100), i = 0;

	for (; p >= l->request[i].percent; i++)
		p -= l->request[i].percent;
	return &l->request[i];
}

static void hold(struct group *g, u32 pfn, u32 order)
{
	if (g->nr == g->cap) {
		g->cap = g->cap ? 2 * g->cap : 16;
		g->object = grow(g->object, g->cap, sizeof(u32));
	}
	g->object[g->nr++] = pfn << 4 | order;
	g->held += 1u << order;
}

/* the newest of all groups, dead ones too: the page cache may still know them */
static struct group *newest;

static void free_groups(void)
{
	while (newest) {
		struct group *g = newest;

		newest = g->older;
		free(g->object);
		free(g);
	}
}

static struct group *group_new(u32 load)
{
	struct group *g = calloc(1, sizeof(*g));

	if (!g)
		die("memory", strerror(errno));
	g->older = newest;
	newest = g;
	g->load = load;
	g->pid = next_pid++;
	g->cpu = random_below(NR_CPUS);
	if (next_pid > 4000000)
		next_pid = 1000;
	return g;
}

/* page cache in the order in which it came; what is dropped when memory is full */
static struct group **cache;
static u32 first_cache, nr_cache, cap_cache;

static void cache_add(struct group *g)
{
	if (nr_cache == cap_cache) {
		cap_cache = cap_cache ? 2 * cap_cache : 1024;
		cache = grow(cache, cap_cache, sizeof(*cache));
	}
	cache[nr_cache++] = g;
}

static void free_object(const struct group *g, u32 object)
{
	emit_free(g, object >> 4, object & 15);
	place_free(object >> 4, object & 15);
}

static void forget_objects(struct group *g)
{
	free(g->object);
	g->object = NULL;
	g->nr = g->cap = g->held = 0;
}

static void drop_cache(void)
{
	while (first_cache < nr_cache &&
	       place_used > place_pages * (limit_percent() + 1) / 100) {
		struct group *g = cache[first_cache++];

		for (u32 i = 0; i < g->nr; i++)
			free_object(g, g->object[i]);
		forget_objects(g);
		g->wanted = 0;
	}
}

/* some of what it held lives on, as a group of its own */
static void group_die(struct group *g)
{
	u32 outlive = loads[g->load].outlive;
	struct group *rest = NULL;

	for (u32 i = 0; i < g->nr; i++) {
		if (!outlive || random_below(100) >= outlive) {
			free_object(g, g->object[i]);
			continue;
		}
		if (!rest)
			rest = group_new(g->load);
		hold(rest, g->object[i] >> 4, g->object[i] & 15);
	}
	forget_objects(g);
	g->wanted = 0;
	if (loads[g->load].exits)
		emit_exit(g);
	if (!rest)
		return;
	rest->wanted = rest->held;
	rest->next = rest->death = now + (u64)(random_exp(3600) * SEC);
	heap_push(rest);
}

/* A batch; what finds no place is done without. */
static void group_fill(struct group *g)
{
	const struct load *l = &loads[g->load];
	u32 before = g->held;

	for (u32 i = 0; i < BATCH && g->held < g->wanted; i++) {
		const struct request *r = choose_request(l);
		u32 pfn = place_alloc(r->order);

		if (pfn == NONE) {
			g->wanted = g->held;
			break;
		}
		emit_alloc(g, pfn, r);
		hold(g, pfn, r->order);
	}
	if (g->held < g->wanted)
		g->next = now + (u64)(random_exp(l->fill * (g->held - before) / g->wanted) * SEC);
	if (l->limited && is_full())
		drop_cache();
}

static void group_step(struct group *g)
{
	if (now >= g->death) {
		group_die(g);
		return;
	}
	g->next = g->death;
	group_fill(g);
	if (g->next > g->death)
		g->next = g->death;
	heap_push(g);
}

static void group_begin(u32 load)
{
	const struct load *l = &loads[load];
	struct group *g;

	if (l->limited && is_full())
		return;
	g = group_new(load);
	g->wanted = 1 + (u32)random_exp(place_pages / l->groups);
	g->death = now + 1 + (u64)(random_exp(l->minutes * 60) * SEC);
	g->next = now;
	if (load == FILES)
		cache_add(g);
	heap_push(g);
}

/* ---- the run ---- */

static u64 arrival[NR_LOADS];	/* of the next group of each load */

static u64 next_arrival(u32 load)
{
	const struct load *l = &loads[load];

	return now + 1 + (u64)(random_exp(l->minutes * 60 / (l->share * l->groups)) * SEC);
}

static u64 gigantic_time(u64 id)
{
	return (u64)((double)end_of_time * (0.7 + 0.2 * (double)id / (double)option_gigantic));
}

static void run(void)
{
	u64 gigantic = 0;

	for (u32 i = 0; i < NR_LOADS; i++)
		arrival[i] = next_arrival(i);
	while (now < end_of_time) {
		u64 next = nr_heap ? heap[0]->next : UINT64_MAX;
		u32 load = NR_LOADS;

		for (u32 i = 0; i < NR_LOADS; i++)
			if (arrival[i] < next) {
				next = arrival[i];
				load = i;
			}
		if (next > now)
			now = next;
		if (gigantic < option_gigantic && now >= gigantic_time(gigantic))
			emit_gigantic((u32)gigantic++);
		if (load < NR_LOADS) {
			group_begin(load);
			arrival[load] = next_arrival(load);
		} else {
			group_step(heap_pop());
		}
	}
}

/* ---- what /proc would show ---- */

static FILE *create(const char *dir, const char *name)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	if (!f)
		die(path, strerror(errno));
	return f;
}

static void finish(FILE *f, const char *name)
{
	bool bad = ferror(f);

	if (fclose(f) || bad)
		die(name, strerror(errno));
}

struct zone {
	const char *name;
	u32 start, present, managed;
};

static void write_zone(FILE *zoneinfo, FILE *buddyinfo, const struct zone *z)
{
	u32 min = z->managed / 4000 + 32;

	fprintf(zoneinfo, "Node 0, zone %8s\n  pages free     %u\n        boost    0\n"
		"        min      %u\n        low      %u\n        high     %u\n"
		"        promo    %u\n        spanned  %u\n        present  %u\n"
		"        managed  %u\n        cma      0\n        protection: (0, 0, 0, 0)\n"
		"  pagesets\n", z->name, z->managed, min, 2 * min, 3 * min, 4 * min, z->present,
		z->present, z->managed);
	for (u32 cpu = 0; cpu < NR_CPUS; cpu++)
		fprintf(zoneinfo, "    cpu: %u\n              count:    0\n"
			"              high:     %u\n              batch:    63\n", cpu,
			z->managed > 1000000 ? 2 * min / NR_CPUS : 252);
	fprintf(zoneinfo, "  start_pfn:           %u\n", z->start);
	fprintf(buddyinfo, "Node 0, zone %8s 0 0 0 0 0 0 0 0 0 0 %u\n", z->name,
		z->managed >> MAX_ORDER);
}

/* pages that hold struct page (64 of 4096 bytes) never come free; the rest is whole buddies */
static u32 managed_of(u32 present)
{
	return (present - present / 64) >> MAX_ORDER << MAX_ORDER;
}

static void write_side(const char *dir, const char *side, const struct zone *z, u32 nr)
{
	char path[4096];
	FILE *zoneinfo, *buddyinfo, *version;

	snprintf(path, sizeof(path), "%s/%s", dir, side);
	if (mkdir(path, 0777) && errno != EEXIST)
		die(path, strerror(errno));
	zoneinfo = create(path, "zoneinfo");
	buddyinfo = create(path, "buddyinfo");
	for (u32 i = 0; i < nr; i++)
		write_zone(zoneinfo, buddyinfo, &z[i]);
	finish(zoneinfo, "zoneinfo");
	finish(buddyinfo, "buddyinfo");
	version = create(path, "version");
	fprintf(version, "Linux version 7.3.4 (synth@fragreplay) #1 SMP\n");
	finish(version, "version");
}

static void write_machine(const char *dir)
{
	u32 block = 1u << option_order, low = LOW_BLOCKS * block, i;
	struct zone z[] = {
		{ "DMA", 0, DMA_END, DMA_END },
		{ "DMA32", DMA_END, low - DMA_END, 0 },
		{ "Normal", low, (u32)option_blocks * block, 0 },
	};

	for (i = 0; i < 3; i++)
		z[i].managed = managed_of(z[i].present);
	if (mkdir(dir, 0777) && errno != EEXIST)
		die(dir, strerror(errno));
	write_side(dir, "before", z, 3);
	write_side(dir, "after", z, 3);
	place_init(z[2].start, z[2].managed);
}

struct option {
	const char *name;
	u64 *value, low, high;
};

static void set_option(const char *arg)
{
	static const struct option options[] = {
		{ "order", &option_order, 12, 18 }, { "blocks", &option_blocks, 8, 1000 },
		{ "minutes", &option_minutes, 1, 100000 }, { "seed", &option_seed, 1, UINT32_MAX },
		{ "full", &option_full, 20, 98 }, { "calm", &option_calm, 10, 98 },
		{ "gigantic", &option_gigantic, 0, 1000 },
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		const struct option *o = &options[i];
		size_t n = strlen(o->name);
		char *end;
		u64 v;

		if (strncmp(arg, o->name, n) || arg[n] != '=')
			continue;
		v = strtoull(arg + n + 1, &end, 10);
		if (*end || end == arg + n + 1 || v < o->low || v > o->high)
			die(arg, "no number that this option takes; the source's head has them");
		*o->value = v;
		return;
	}
	die(arg, "no such option: order blocks minutes seed full calm gigantic, as NAME=NUMBER");
}

int main(int argc, char **argv)
{
	if (argc < 2 || strchr(argv[1], '=')) {
		fprintf(stderr, "usage: synth DIRECTORY [order=18] [blocks=238] [minutes=120]"
			" [seed=1] [full=95] [calm=68] [gigantic=50]\n");
		return 2;
	}
	for (int i = 2; i < argc; i++)
		set_option(argv[i]);
	/* the length of a pfn in struct group */
	if (((option_blocks + LOW_BLOCKS) << option_order) >> 28)
		die("blocks", "more than 1 TiB with this order");
	rng = option_seed * 0x9e3779b97f4a7c15ull;
	end_of_time = option_minutes * 60 * SEC;
	write_machine(argv[1]);
	trace = create(argv[1], "trace.dat");
	fprintf(trace, "# tracer: nop\n#\n");
	run();
	finish(trace, "trace.dat");
	free_groups();
	fprintf(stderr, "synth: %llu events, %u%% of memory in use at the end\n",
		(unsigned long long)nr_events, (u32)((u64)place_used * 100 / place_pages));
	return 0;
}
