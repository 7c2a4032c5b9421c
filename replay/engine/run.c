// SPDX-License-Identifier: GPL-2.0-only
/*
 * The trace is decoded once and goes through the demand stage once; its operations go to the models
 * of every policy and seed.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "boot/boot.h"
#include "mm/mm.h"

#include "blockmap.h"
#include "consumer.h"
#include "model.h"
#include "workers.h"

#define PROGRESS_NS	100000000ull

struct replay {
	const struct run_options *opt;
	struct run_options counters_only;	/* for specs that ask for no more */
	struct run_output *out;
	struct demand *demand;
	struct consumer *consumer;
	unsigned int nr;
	struct workers *threads;	/* NULL: all in this thread */
	u64 next_progress;
	char *err;
	size_t errlen;
};

static u64 clock_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (u64)ts.tv_sec * 1000000000ull + (u64)ts.tv_nsec;
}

static int fail_replay(struct replay *rp, const char *what)
{
	snprintf(rp->err, rp->errlen, "%s: %s", rp->opt->trace_path, what);
	return -1;
}

static void give_to_consumer(void *ctx, unsigned int consumer, const struct op *op, size_t n)
{
	struct replay *rp = ctx;
	struct consumer *c = &rp->consumer[consumer];
	u64 start = clock_ns(CLOCK_THREAD_CPUTIME_ID);

	if (!c->failed && c->ops->take(c, op, n))
		c->failed = true;
	c->run->cpu_ns += clock_ns(CLOCK_THREAD_CPUTIME_ID) - start;
}

static void take_ops(void *ctx, const struct op *op, size_t n)
{
	struct replay *rp = ctx;
	unsigned int i;

	if (rp->threads) {
		workers_put(rp->threads, op, n);
		return;
	}
	for (i = 0; i < rp->nr; i++)
		give_to_consumer(rp, i, op, n);
}

static const struct consumer *failed_consumer(const struct replay *rp)
{
	unsigned int i;

	for (i = 0; i < rp->nr; i++)
		if (rp->consumer[i].failed)
			return &rp->consumer[i];
	return NULL;
}

static bool stopped(const struct replay *rp)
{
	return rp->opt->stop && *rp->opt->stop;
}

static void show_progress(struct replay *rp)
{
	u64 now;

	if (!rp->opt->progress)
		return;
	now = clock_ns(CLOCK_MONOTONIC);
	if (now < rp->next_progress)
		return;
	rp->next_progress = now + PROGRESS_NS;
	rp->opt->progress(rp->opt->progress_ctx, trace_get_info(rp->out->t));
}

/* adds up what the reader has counted by kind */
static u64 count_allocs_frees(struct trace *t, unsigned int nr_events)
{
	u64 sum = 0, n;
	unsigned int i;

	for (i = 0; i < nr_events; i++) {
		const char *name = trace_event_count(t, i, &n);

		if (!strcmp(name, "mm_page_alloc") || !strcmp(name, "mm_page_free"))
			sum += n;
	}
	return sum;
}

/* sets the recorded kernel, or that of --kernel, or what the policy asks for: the later wins */
static void wanted_kernel(const struct run_options *opt, const struct policy_setup *s,
			  struct kernel_features *k)
{
	recording_kernel(opt->recording, opt->version, k);
	policy_setup_kernel(s, k);
}

/**
 * build_mm - build the model's memory as the recorded one was when the replay begins
 * @base: of the run
 * @run: policy, which may behave as another kernel, and seed
 * @err: why it cannot be built
 * @errlen: its size
 *
 * Return: the model memory; NULL with @err filled.
 */
struct mm *build_mm(const struct consumer_base *base, const struct policy_result *run, char *err,
		    size_t errlen)
{
	struct kernel_features k;
	const struct boot_options o = {
		.features = &k, .params = &base->opt->params, .changes = base->changes,
		.seed = run->seed, .owner_is_pfn = true,
	};

	wanted_kernel(base->opt, &run->setup, &k);
	return boot_mm(base->opt->recording, &o, err, errlen);
}

static int init_consumers(struct replay *rp)
{
	struct flag_changes changes;
	const struct consumer_base base = {
		.opt = rp->opt, .demand = rp->demand, .changes = &changes,
	};
	unsigned int i;
	int ret = 0;

	if (demand_flag_changes(rp->demand, rp->opt->recording, &changes))
		ret = fail_replay(rp, "no memory for the page flags");
	for (i = 0; i < rp->nr && !ret; i++)
		if (rp->consumer[i].ops->init(&rp->consumer[i], &base))
			ret = fail_replay(rp, rp->consumer[i].fault[0] ? rp->consumer[i].fault
								       : "memory ran out");
	flag_changes_release(&changes);
	return ret;
}

static int start_threads(struct replay *rp)
{
	if (rp->opt->threads != 1) {
		rp->threads = workers_start(rp->opt->threads, rp->nr, give_to_consumer, rp);
		if (!rp->threads)
			return fail_replay(rp,
					   "cannot start threads for the models: say --threads 1");
	}
	demand_set_sink(rp->demand, take_ops, rp);
	return 0;
}

static void join_threads(struct replay *rp)
{
	if (rp->threads)
		workers_finish(rp->threads);
	rp->threads = NULL;
}

static int open_trace(struct replay *rp)
{
	const struct run_options *opt = rp->opt;

	rp->out->t = trace_open(opt->trace_path, &opt->trace, rp->err, rp->errlen);
	if (!rp->out->t)
		return -1;
	rp->demand = demand_alloc(opt->recording, rp->out->t, opt->recording->max_pfn);
	return rp->demand ? 0 : fail_replay(rp, "no memory for the map of the trace's pages");
}

/*
 * Bring the start image to the marker "before end". A recording without that marker starts at its
 * first record: the pass so far is undone by opening the trace again.
 */
static long read_prefix(struct replay *rp, const struct record **rec, size_t *used)
{
	bool done = false;
	long n;

	*used = 0;
	if (!rp->opt->recording->before.kpageflags)
		return trace_read(rp->out->t, rec);
	while ((n = trace_read(rp->out->t, rec)) > 0 && !stopped(rp)) {
		*used = demand_prefix(rp->demand, *rec, (size_t)n, &done);
		if (done)
			return n;
	}
	if (n < 0 || stopped(rp))
		return n;
	demand_free(rp->demand);
	trace_close(rp->out->t);
	rp->demand = NULL;
	*used = 0;
	if (open_trace(rp))
		return -1;
	return trace_read(rp->out->t, rec);
}

static int replay_trace(struct replay *rp)
{
	const struct consumer *failed;
	const struct record *rec = NULL;
	size_t used;
	long n = read_prefix(rp, &rec, &used);

	if (n < 0)
		return rp->err[0] ? -1 : fail_replay(rp, trace_error(rp->out->t));
	if (init_consumers(rp) || start_threads(rp))
		return -1;
	while (n > 0 && !stopped(rp) && !failed_consumer(rp) && !demand_error(rp->demand)) {
		demand_records(rp->demand, rec + used, (size_t)n - used);
		used = 0;
		show_progress(rp);
		n = trace_read(rp->out->t, &rec);
	}
	demand_finish(rp->demand);
	join_threads(rp);
	rp->out->interrupted = n > 0 && stopped(rp);
	if (n < 0) {
		snprintf(rp->err, rp->errlen, "%s", trace_error(rp->out->t));
		return -1;
	}
	if (demand_error(rp->demand))
		return fail_replay(rp, "memory ran out");
	failed = failed_consumer(rp);
	if (!failed)
		return 0;
	return fail_replay(rp, failed->fault[0] ? failed->fault : "memory ran out");
}

static int name_consumers(struct replay *rp, const struct run_spec *spec)
{
	unsigned int i;

	for (i = 0; i < rp->nr; i++) {
		struct consumer *c = &rp->consumer[i];

		c->run = &rp->out->run[i];
		c->run->seed = spec[i].seed;
		c->opt = spec[i].counters_only ? &rp->counters_only : rp->opt;
		if (policy_setup_parse(&c->run->setup, spec[i].policy, rp->err, rp->errlen))
			return -1;
		c->run->policy = c->run->setup.label;
		c->ops = c->run->setup.ops ? &model_consumer : &observed_consumer;
	}
	return 0;
}

static int finish_consumers(struct replay *rp)
{
	const struct consumer_base base = { .opt = rp->opt, .demand = rp->demand };
	unsigned int i;

	for (i = 0; i < rp->nr; i++)
		if (rp->consumer[i].ops->finish(&rp->consumer[i], &base))
			return fail_replay(rp, rp->consumer[i].fault);
	observed_compare(rp->demand, rp->opt->recording, rp->out);
	rp->out->demand = *demand_get_stats(rp->demand);
	rp->out->trace = *trace_get_info(rp->out->t);
	rp->out->allocs_frees = count_allocs_frees(rp->out->t, rp->out->trace.nr_events);
	return 0;
}

/**
 * run_replay - decode a trace once and feed it to several models
 * @opt: what to replay
 * @spec: which models
 * @nr: how many
 * @out: filled in, ->run[i] for @spec[i]; run_release() frees it
 * @err: message naming file, place and remedy
 * @errlen: its size
 *
 * Return: 0; -1 with @err filled.
 */
int run_replay(const struct run_options *opt, const struct run_spec *spec, unsigned int nr,
	       struct run_output *out, char *err, size_t errlen)
{
	struct replay rp = { .opt = opt, .counters_only = *opt, .out = out, .nr = nr, .err = err,
			     .errlen = errlen };
	u64 start = clock_ns(CLOCK_MONOTONIC);
	unsigned int i;
	int ret = -1;

	rp.counters_only.timeline_ms = 0;
	rp.counters_only.want_end_state = false;
	memset(out, 0, sizeof(*out));
	err[0] = '\0';
	out->run = calloc(nr, sizeof(*out->run));
	out->nr_runs = nr;
	rp.consumer = calloc(nr, sizeof(*rp.consumer));
	if (!out->run || !rp.consumer)
		fail_replay(&rp, "no memory");
	else if (!name_consumers(&rp, spec) && !open_trace(&rp) && !replay_trace(&rp))
		ret = finish_consumers(&rp);
	for (i = 0; rp.consumer && i < nr; i++)
		if (rp.consumer[i].ops)
			rp.consumer[i].ops->release(&rp.consumer[i]);
	free(rp.consumer);
	demand_free(rp.demand);
	out->wall_ns = clock_ns(CLOCK_MONOTONIC) - start;
	if (ret)
		run_release(out);
	return ret;
}

static void result_release(struct policy_result *run)
{
	mm_free(run->mm);
	policy_setup_release(&run->setup);
	timeline_free(run);
	blockmap_free(run->map);
	free(run->end_state);
}

/**
 * run_truncate - keep the first results only
 * @out: output of run_replay()
 * @nr: how many; no fewer than there are is fine
 */
void run_truncate(struct run_output *out, unsigned int nr)
{
	while (out->run && out->nr_runs > nr)
		result_release(&out->run[--out->nr_runs]);
}

/**
 * run_release - free what run_replay() left
 * @out: its output
 */
void run_release(struct run_output *out)
{
	run_truncate(out, 0);
	free(out->run);
	out->run = NULL;
	if (out->t)
		trace_close(out->t);
	out->t = NULL;
}
