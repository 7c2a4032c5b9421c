// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every policy is run with every seed. All of them are models of one decode, as far as memory
 * reaches: where it does not, seeds run in groups, and the trace is decoded once for each group.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mm/mm.h"
#include "engine.h"

/* More models share a decode in which each has less than 3 % of the work: not worth the memory. */
#define MODELS_MAX	32u

/* What a model has beside its pages: lists, maps of what was evicted, a policy's own state. */
#define MODEL_OTHER	(4u << 20)

static u64 model_bytes(const struct recording *m)
{
	/* a page, its handle's place, and what the demand stage keeps for pages of unknown place */
	return (u64)m->max_pfn * (sizeof(struct page) + 2 * sizeof(u32)) + MODEL_OTHER;
}

/* Returns how much memory is available without swapping; ~0 when the kernel does not say. */
static u64 available_bytes(void)
{
	FILE *file = fopen("/proc/meminfo", "r");
	unsigned long long kb;
	u64 bytes = UINT64_MAX;
	char line[128];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "MemAvailable: %llu kB", &kb) == 1)
			bytes = (u64)kb << 10;
	if (file)
		fclose(file);
	return bytes;
}

/**
 * run_seeds_at_once - how many seeds share a decode
 * @m: the recording, whose size is that of every model
 * @nr_policies: models for each seed
 * @available: memory in bytes; half of it may be used
 *
 * Return: at least 1.
 */
unsigned int run_seeds_at_once(const struct recording *m, unsigned int nr_policies, u64 available)
{
	u64 models = available / 2 / model_bytes(m);

	if (models > MODELS_MAX)
		models = MODELS_MAX;
	return models > nr_policies ? (unsigned int)models / nr_policies : 1;
}

/* The trace's own pages do not depend on a seed: they are followed once. */
static bool seedless(const char *policy)
{
	return !strcmp(policy, "observed");
}

static unsigned int make_specs(const struct run_seeds *rs, unsigned int first, unsigned int nr,
			       struct run_spec *spec)
{
	unsigned int seed, p, n = 0;

	for (seed = first; seed < first + nr; seed++)
		for (p = 0; p < rs->nr_policies; p++)
			if (!seed || !seedless(rs->policy[p]))
				spec[n++] = (struct run_spec){
					.policy = rs->policy[p],
					.seed = rs->seed + seed,
					.counters_only = seed > 0,
				};
	return n;
}

/* @out has the seeds from @first on, and @kept the results of the first of all */
static void hand_over(const struct run_seeds *rs, unsigned int first, unsigned int nr,
		      const struct run_output *out, const struct run_output *kept)
{
	const struct policy_result *run = out->run;
	unsigned int seed, p;

	for (seed = first; rs->take && seed < first + nr; seed++)
		for (p = 0; p < rs->nr_policies; p++) {
			bool once = seed && seedless(rs->policy[p]);

			rs->take(rs->ctx, p, once ? &kept->run[p] : run++, out);
		}
}

static int run_group(const struct run_options *opt, const struct run_seeds *rs, unsigned int first,
		     unsigned int nr, struct run_output *out, char *err, size_t errlen)
{
	struct run_spec *spec = calloc((size_t)nr * rs->nr_policies, sizeof(*spec));
	int ret;

	if (!spec) {
		snprintf(err, errlen, "out of memory");
		return -1;
	}
	ret = run_replay(opt, spec, make_specs(rs, first, nr, spec), out, err, errlen);
	free(spec);
	return ret;
}

static int run_further(const struct run_options *opt, const struct run_seeds *rs,
		       unsigned int first, unsigned int nr, struct run_output *kept, char *err,
		       size_t errlen)
{
	struct run_output out;

	if (run_group(opt, rs, first, nr, &out, err, errlen))
		return -1;
	/* an interrupted run has seen less of the trace than those before it */
	if (out.interrupted)
		kept->interrupted = true;
	else
		hand_over(rs, first, nr, &out, kept);
	run_release(&out);
	return 0;
}

/**
 * run_seeds - run every policy with every seed
 * @opt: what to replay
 * @rs: policies, seeds, and who takes the results
 * @out: filled in with the results of the first seed, ->run[i] for policy i; run_release() frees it
 * @err: message naming file, place and remedy
 * @errlen: its size
 *
 * When the user interrupts, ->interrupted is set in @out, and the seeds that share the first decode
 * are handed over as far as they came; of a later group none is.
 *
 * Return: 0; -1 with @err filled.
 */
int run_seeds(const struct run_options *opt, const struct run_seeds *rs, struct run_output *out,
	      char *err, size_t errlen)
{
	unsigned int at_once = run_seeds_at_once(opt->recording, rs->nr_policies,
						 available_bytes());
	unsigned int nr = rs->nr < at_once ? rs->nr : at_once, seed;

	if (run_group(opt, rs, 0, nr, out, err, errlen))
		return -1;
	hand_over(rs, 0, nr, out, out);
	run_truncate(out, rs->nr_policies);
	for (seed = nr; seed < rs->nr && !out->interrupted; seed += nr) {
		nr = rs->nr - seed < at_once ? rs->nr - seed : at_once;
		if (run_further(opt, rs, seed, nr, out, err, errlen)) {
			run_release(out);
			return -1;
		}
	}
	return 0;
}
