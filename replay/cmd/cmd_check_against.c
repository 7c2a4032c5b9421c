// SPDX-License-Identifier: GPL-2.0-only
/*
 * For `check A --against B`, the recording A, made with vm.defrag_mode=0, is replayed under both
 * policies, and what this changes is held against the change between the real runs A and B.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/exit_code.h"
#include "base/interrupt.h"
#include "base/json.h"
#include "base/message.h"
#include "base/output.h"
#include "check/check.h"
#include "cmd_check.h"
#include "input.h"
#include "options.h"
#include "report/report.h"

struct against {
	struct input a;
	struct check b;
	const char *policy[2];
	struct ab cross;
	struct check_counts counts;	/* of one model; large */
	struct check_counts real[2];	/* what the recordings A and B show */
	bool force;
	unsigned int seeds;
};

static void take_seed(void *ctx, unsigned int policy, const struct policy_result *run,
		      const struct run_output *out)
{
	struct against *g = ctx;

	if (out->interrupted)
		return;
	if (!policy) {
		check_counts_recorded(&g->real[0], &g->a.recording, run);
		return;
	}
	check_counts_replayed(&g->counts, run);
	ab_add_replay(&g->cross, policy - 1, &g->counts);
}

static int replay_a(struct against *g, const struct options *o, char *err, size_t errlen)
{
	const char *const policy[] = { "observed", g->policy[0], g->policy[1] };
	struct run_seeds seeds = {
		.policy = policy,
		.nr_policies = 3,
		.seed = o->seed,
		.nr = g->seeds,
		.take = take_seed,
		.ctx = g,
	};
	struct run_options run;
	struct run_output out;
	struct progress progress;
	int ret;

	input_run_options(&g->a, o, &progress, &run);
	ret = run_seeds(&run, &seeds, &out, err, errlen);
	progress_clear(&progress);
	if (!ret)
		run_release(&out);
	return ret;
}

/* counts a real run that repeats A or B */
static int add_repeat(void *ctx, const struct recording *repeat, const char *path, char *err,
		      size_t errlen)
{
	struct against *g = ctx;
	bool mode = repeat->sysctl.defrag_mode;
	char why[ERR_LEN / 2];

	if (ab_unlike(mode ? &g->a.recording : repeat, mode ? repeat : &g->b.in.recording, why,
		      sizeof(why)) &&
	    !g->force) {
		snprintf(err, errlen, "%.400s is no repetition: %s", path, why);
		return -1;
	}
	check_counts_recorded(&g->counts, repeat, NULL);
	ab_add_repeat(&g->cross, mode, &g->counts);
	return 0;
}

static int add_repeats(struct against *g, const struct options *o, char *err, size_t errlen)
{
	if (repeats_of_directory(o->arg[0], add_repeat, g, err, errlen) ||
	    repeats_of_directory(o->against, add_repeat, g, err, errlen))
		return -1;
	return repeats_of_options(o, add_repeat, g, err, errlen);
}

static void compare_changes(struct against *g)
{
	check_counts_recorded(&g->real[1], &g->b.in.recording, &g->b.out.run[0]);
	ab_set_real(&g->cross, &g->real[0], &g->real[1]);
	ab_judge(&g->cross);
}

static int print_json(const struct against *g, const struct options *o)
{
	json_t *doc = check_json(&g->b), *cross = ab_json(&g->cross);
	int ret;

	json_object_set_new(cross, "recording", json_string(g->a.trace_path));
	json_object_set_new(cross, "against", json_string(g->b.in.trace_path));
	json_object_set_new(cross, "policies", json_pack("[s, s]", g->policy[0], g->policy[1]));
	json_object_set_new(cross, "seed", json_u64(o->seed));
	json_object_set_new(cross, "seeds", json_u64(g->seeds));
	json_object_set_new(doc, "cross", cross);
	ret = report_write(doc, NULL);
	json_decref(doc);
	return ret;
}

static int print_text(const struct against *g, const struct options *o)
{
	printf("A: %s, kernel %s, vm.defrag_mode=%u\n", g->a.trace_path, g->a.recording.kernel,
	       g->a.recording.sysctl.defrag_mode);
	printf("B: %s, kernel %s, vm.defrag_mode=%u\n", g->b.in.trace_path,
	       g->b.in.recording.kernel, g->b.in.recording.sysctl.defrag_mode);
	printf("A replayed with seeds %llu to %llu\n", (unsigned long long)o->seed,
	       (unsigned long long)o->seed + g->seeds - 1);
	ab_print(&g->cross, g->policy);
	printf("\nB alone\n");
	check_print(&g->b);
	return output_flush_stdout();
}

static int replay_b(struct against *g, const struct options *o, char *err, size_t errlen)
{
	struct options of_b = *o;

	of_b.arg[0] = o->against;
	return check_replay(&g->b, &of_b, err, errlen);
}

static int check_pair(struct against *g, const struct options *o)
{
	char err[ERR_LEN] = "";
	int ret = -1;

	if (!add_repeats(g, o, err, sizeof(err)) && !replay_a(g, o, err, sizeof(err)) &&
	    !interrupted)
		ret = replay_b(g, o, err, sizeof(err));
	if (!ret)
		compare_changes(g);
	if (interrupted) {
		message("interrupted: what is not whole cannot be compared");
		if (!ret)
			run_release(&g->b.out);
		return EXIT_INTERRUPTED;
	}
	if (ret) {
		message("%s", err);
		return EXIT_TROUBLE;
	}
	ret = o->json ? print_json(g, o) : print_text(g, o);
	run_release(&g->b.out);
	if (ret)
		return EXIT_TROUBLE;
	return o->strict && !(g->cross.thp_ok && g->cross.share_ok) ? EXIT_REGRESSION : EXIT_OK;
}

static int refuse_unlike_pair(const struct against *g, const struct options *o)
{
	char why[ERR_LEN];

	if (check_need_snapshots(&g->a, o->arg[0]) || check_need_snapshots(&g->b.in, o->against))
		return -1;
	if (!ab_unlike(&g->a.recording, &g->b.in.recording, why, sizeof(why)) || o->force)
		return 0;
	message("check %s --against %s: these cannot be compared: %s; name a recording with"
		" vm.defrag_mode=0 and one of the same load, kernel and machine with 1, or say"
		" --force", o->arg[0], o->against, why);
	return -1;
}

/* A policy without a model predicts nothing that could be compared. */
static int choose_policies(struct against *g, const struct options *o, char *err, size_t errlen)
{
	struct policy_setup setup;
	int ret;

	g->policy[0] = "vanilla";
	g->policy[1] = o->nr_policies ? o->policy[0] : "defrag_mode,step=auto";
	ret = policy_setup_parse(&setup, g->policy[1], err, errlen);
	if (!ret && !setup.ops) {
		snprintf(err, errlen, "-p %s: it is no model, and has no prediction to compare",
			 g->policy[1]);
		ret = -1;
	}
	policy_setup_release(&setup);
	return ret;
}

/**
 * check_against - compare what a policy changed in the real kernel and in the replay
 * @o: options; ->arg[0] is the recording with vm.defrag_mode=0, ->against the one with 1
 *
 * Return: exit code; with --strict 1 when THP success or the share of movements fails its mark.
 */
int check_against(const struct options *o)
{
	struct against *g = calloc(1, sizeof(*g));
	struct options of_b = *o;
	char err[ERR_LEN] = "";
	int ret = EXIT_TROUBLE;

	if (!g) {
		message("out of memory");
		return EXIT_TROUBLE;
	}
	ab_init(&g->cross);
	g->force = o->force;
	g->seeds = o->seeds ? o->seeds : COMPARISON_SEEDS;
	of_b.arg[0] = o->against;
	if (choose_policies(g, o, err, sizeof(err)) || input_open(&g->a, o, err, sizeof(err))) {
		message("%s", err);
		goto out;
	}
	if (input_open(&g->b.in, &of_b, err, sizeof(err))) {
		message("%s", err);
	} else {
		if (!refuse_unlike_pair(g, o))
			ret = check_pair(g, o);
		input_close(&g->b.in);
	}
	input_close(&g->a);
out:
	free(g);
	return ret;
}
