// SPDX-License-Identifier: GPL-2.0-only
/* Several seeds: one decode for all of them, and the same results as one by one. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/engine.h"
#include "mm/mm.h"
#include "tests/test.h"

#define MEMORY_PAGES	16384u
#define NR_PAIRS	6000u /* allocations, each with a free: more than a batch of operations */
#define SEEDS		8u
#define POLICIES	3u

struct trace *__real_trace_open(const char *path, const struct trace_options *opt, char *err,
				size_t errlen);
struct trace *__wrap_trace_open(const char *path, const struct trace_options *opt, char *err,
				size_t errlen);

static unsigned int nr_opened;

/* stand-in (--wrap): every pass over a trace begins here */
struct trace *__wrap_trace_open(const char *path, const struct trace_options *opt, char *err,
				size_t errlen)
{
	nr_opened++;
	return __real_trace_open(path, opt, err, errlen);
}

static const char *const policies[POLICIES] = { "observed", "vanilla", "defrag_mode" };

struct world {
	char path[32];
	struct recording recording;
	struct run_options opt;
	struct run_seeds seeds;
	struct run_output out;
	char err[256];
};

/* Every other page stays in use, so that the order of free lists, which a seed decides, matters. */
static void write_trace(FILE *f)
{
	u32 i;

	for (i = 0; i < NR_PAIRS; i++) {
		fprintf(f, " user-7 [000] ..... %u.%06u: mm_page_alloc: page=0x1 pfn=0x%x order=0"
			" migratetype=%u gfp_flags=%s\n", 1 + i / 1000, i % 1000 * 1000,
			5000 + i, i % 5 ? 1u : 0u, i % 5 ? "GFP_HIGHUSER_MOVABLE" : "GFP_KERNEL");
		if (i % 2)
			fprintf(f, " user-7 [000] ..... %u.%06u: mm_page_free: page=0x1 pfn=0x%x"
				" order=0\n", 1 + i / 1000, i % 1000 * 1000 + 500, 5000 + i - 1);
	}
}

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	FILE *f;

	assert_non_null(w);
	strcpy(w->path, "/tmp/run_seeds.XXXXXX");
	f = fdopen(mkstemp(w->path), "w");
	assert_non_null(f);
	write_trace(f);
	assert_int_equal(fclose(f), 0);
	recording_infer(&w->recording, MEMORY_PAGES, 0, 1);
	w->opt.trace_path = w->path;
	w->opt.recording = &w->recording;
	w->opt.refault_rate = -1;
	params_default(&w->opt.params);
	w->seeds = (struct run_seeds){ .policy = policies, .nr_policies = POLICIES, .seed = 3,
				       .nr = SEEDS };
	nr_opened = 0;
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;

	run_release(&w->out);
	recording_release(&w->recording);
	unlink(w->path);
	free(w);
	return 0;
}

#define TEST_F(name) TEST_FIXTURE(name, set_up, tear_down)

TEST_F(eight_seeds_decode_once)
{
	struct world *w = *state;

	assert_int_equal(run_seeds(&w->opt, &w->seeds, &w->out, w->err, sizeof(w->err)), 0);
	assert_int_equal(nr_opened, 1);
	assert_true(w->out.trace.records >= NR_PAIRS);
	assert_int_equal(w->out.nr_runs, POLICIES);
}

/* the pages that a model gave out, in one number */
static u64 places(const struct policy_result *run)
{
	u64 sum = 0;
	u32 pfn;

	for (pfn = 0; run->mm && pfn < run->mm->max_pfn; pfn++)
		if (run->mm->page[pfn].state == PAGE_USED && run->mm->page[pfn].owner != OWNER_NONE)
			sum = sum * 31 + pfn;
	return sum;
}

struct taken {
	unsigned int nr;
	u64 seed[SEEDS * POLICIES], places[SEEDS * POLICIES];
};

static void take(void *ctx, unsigned int policy, const struct policy_result *run,
		 const struct run_output *out)
{
	struct taken *t = ctx;

	(void)out;
	assert_int_equal(policy, t->nr % POLICIES);
	assert_string_equal(run->policy, policies[policy]);
	t->seed[t->nr] = run->seed;
	t->places[t->nr++] = places(run);
}

TEST_F(results_come_seed_by_seed)
{
	struct world *w = *state;
	struct taken t = { .nr = 0 };
	unsigned int i, p;

	w->seeds.take = take;
	w->seeds.ctx = &t;
	assert_int_equal(run_seeds(&w->opt, &w->seeds, &w->out, w->err, sizeof(w->err)), 0);
	assert_int_equal(t.nr, SEEDS * POLICIES);
	for (i = 0; i < SEEDS; i++) {
		for (p = 1; p < POLICIES; p++)
			assert_int_equal(t.seed[i * POLICIES + p], 3 + i);
		/* a seed that changed nothing would prove nothing below */
		if (i)
			assert_int_not_equal(t.places[i * POLICIES + 1],
					     t.places[(i - 1) * POLICIES + 1]);
	}
}

TEST_F(together_as_alone)
{
	struct world *w = *state;
	struct taken t = { .nr = 0 };
	unsigned int i;

	w->seeds.take = take;
	w->seeds.ctx = &t;
	assert_int_equal(run_seeds(&w->opt, &w->seeds, &w->out, w->err, sizeof(w->err)), 0);
	for (i = 0; i < SEEDS * POLICIES; i++) {
		struct run_spec spec = { .policy = policies[i % POLICIES],
					 .seed = 3 + i / POLICIES };
		struct run_output alone;

		w->opt.threads = i % 3;
		assert_int_equal(run_replay(&w->opt, &spec, 1, &alone, w->err, sizeof(w->err)), 0);
		assert_int_equal(places(&alone.run[0]), t.places[i]);
		run_release(&alone);
	}
}

/* what does not fit into memory at once runs in groups, each with a decode of its own */
TEST_F(seeds_are_grouped_by_memory)
{
	struct world *w = *state;

	assert_int_equal(run_seeds_at_once(&w->recording, 2, UINT64_MAX), 16);
	assert_int_equal(run_seeds_at_once(&w->recording, 64, UINT64_MAX), 1);
	assert_int_equal(run_seeds_at_once(&w->recording, 2, 0), 1);
	/* 64 GiB of memory: a model takes hundreds of MiB, and eight seeds some GiB */
	w->recording.max_pfn = 1u << 24;
	assert_int_equal(run_seeds_at_once(&w->recording, 2, 1ull << 40), 16);
	assert_in_range(run_seeds_at_once(&w->recording, 2, 16ull << 30), 2, 15);
}
