// SPDX-License-Identifier: GPL-2.0-only
/* For `check A`, the recording is replayed under one policy and held against its own counters. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/message.h"
#include "cmd_check.h"
#include "input.h"
#include "options.h"
#include "report/report.h"

static void print_observed(const struct check *c)
{
	u64 pfns = c->out.observed.pfns, agree = c->out.observed.agree;

	if (!pfns) {
		printf("observed: nothing to hold the end state against (after/kpageflags)\n");
		return;
	}
	printf("observed: %" PRIu64 " of %" PRIu64 " pfns agree with after/kpageflags, %.4f%%\n",
	       agree, pfns, 100.0 * (double)agree / (double)pfns);
	printf("(left out: %" PRIu64 " touched meanwhile, %" PRIu64 " without flags)\n",
	       c->out.observed.skipped_touched, c->out.observed.skipped_noflags);
}

static void print_thp(const struct fidelity *f)
{
	bool equal = !memcmp(f->thp_counters, f->thp_trace, sizeof(f->thp_trace));

	if (!f->have_thp)
		return;
	printf("thp faults: the trace shows %" PRIu64 " ok, %" PRIu64 " fallback; counters say %"
	       PRIu64 ", %" PRIu64 ": %s\n", f->thp_trace[0], f->thp_trace[1],
	       f->thp_counters[0], f->thp_counters[1], equal ? "equal" : "NOT EQUAL");
}

/**
 * check_print - print the result as a table
 * @c: after check_replay()
 */
void check_print(const struct check *c)
{
	const struct fidelity *f = &c->fidelity;

	printf("recording: %s, kernel %s\n", c->in.trace_path, c->in.recording.kernel);
	print_observed(c);
	print_thp(f);
	printf("replayed under %s, %u seed%s", f->policy, f->seeds, f->seeds == 1 ? "" : "s");
	if (strcmp(f->policy, f->recorded_policy))
		printf(";\nthe recording's own is %s: a difference may be the policies'",
		       f->recorded_policy);
	printf("\n\n");
	fidelity_print(f, &c->in.recording);
}

static json_t *json_observed(const struct check *c)
{
	json_t *observed = json_object();
	u64 pfns = c->out.observed.pfns, agree = c->out.observed.agree;

	json_object_set_new(observed, "pfns", json_u64(pfns));
	json_object_set_new(observed, "agree", json_u64(agree));
	json_object_set_new(observed, "agreement", pfns ?
			    json_fraction((double)agree / (double)pfns) : json_null());
	json_object_set_new(observed, "skipped_touched", json_u64(c->out.observed.skipped_touched));
	json_object_set_new(observed, "skipped_noflags", json_u64(c->out.observed.skipped_noflags));
	return observed;
}

/**
 * check_json - the document, schema fragreplay-check/2
 * @c: after check_replay()
 *
 * Return: a new reference.
 */
json_t *check_json(const struct check *c)
{
	json_t *doc = json_object();

	json_object_set_new(doc, "schema", json_string("fragreplay-check/2"));
	json_object_set_new(doc, "trace", report_trace(&c->out));
	json_object_set_new(doc, "observed", json_observed(c));
	json_object_set_new(doc, "thp", fidelity_thp_json(&c->fidelity));
	json_object_set_new(doc, "self", fidelity_json(&c->fidelity, &c->in.recording));
	return doc;
}

static void take_seed(void *ctx, unsigned int policy, const struct policy_result *run,
		      const struct run_output *out)
{
	struct check *c = ctx;

	if (out->interrupted)
		return;
	if (policy) {
		check_counts_replayed(&c->counts, run);
		fidelity_add_replay(&c->fidelity, &c->counts);
	} else if (!c->fidelity.runs) {
		fidelity_init(&c->fidelity, &c->in.recording, run);
	}
}

static int take_repeat(void *ctx, const struct recording *repeat, const char *path, char *err,
		       size_t errlen)
{
	struct check *c = ctx;
	char why[ERR_LEN / 2];

	if (repeat_unlike(&c->in.recording, repeat, why, sizeof(why))) {
		snprintf(err, errlen, "%.400s is no repetition of %.400s: %s", path,
			 c->in.trace_path, why);
		return -1;
	}
	check_counts_recorded(&c->counts, repeat, NULL);
	fidelity_add_repeat(&c->fidelity, &c->counts);
	return 0;
}

/**
 * check_replay - replay a recording under one policy and compute its fidelity
 * @c: with its input open; run_release(&c->out) after success
 * @o: the command's options: policy (default: the recorded one), model, seeds, repetitions
 * @err: message naming file, place and remedy
 * @errlen: its size
 *
 * Where the user stopped it, nothing can be said, for what is not whole cannot be compared.
 *
 * Return: 0, also when it was interrupted; -1 with @err filled.
 */
int check_replay(struct check *c, const struct options *o, char *err, size_t errlen)
{
	const char *policy[2] = { "observed", check_recorded_policy(&c->in.recording) };
	struct run_seeds seeds = {
		.policy = policy,
		.nr_policies = 2,
		.seed = o->seed,
		.nr = o->seeds ? o->seeds : COMPARISON_SEEDS,
		.take = take_seed,
		.ctx = c,
	};
	struct run_options run;
	struct progress progress;
	int ret;

	if (o->nr_policies)
		policy[1] = o->policy[0];
	input_say_notes(&c->in);
	input_run_options(&c->in, o, &progress, &run);
	ret = run_seeds(&run, &seeds, &c->out, err, errlen);
	progress_clear(&progress);
	if (!ret)
		input_note_run(&c->in, &c->out);
	input_say_notes(&c->in);
	if (ret || c->out.interrupted)
		return ret;
	if (repeats_of_directory(o->arg[0], take_repeat, c, err, errlen) ||
	    (!o->against && repeats_of_options(o, take_repeat, c, err, errlen))) {
		run_release(&c->out);
		return -1;
	}
	c->fidelity.policy = c->out.run[1].policy;
	fidelity_judge(&c->fidelity);
	return 0;
}
