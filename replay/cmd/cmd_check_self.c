// SPDX-License-Identifier: GPL-2.0-only
/* Self-fidelity: one recording replayed under one policy, held against its own counters. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
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
	printf("observed: %" PRIu64 " of %" PRIu64 " pfns agree with after/kpageflags, %.4f%%",
	       agree, pfns, 100.0 * (double)agree / (double)pfns);
	printf(" (left out: %" PRIu64 " touched meanwhile, %" PRIu64 " without flags)\n",
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

static void print_row(const struct fidelity_row *row)
{
	char ratio[32] = "-", limit[32] = "";
	double most = row->metric->limit;

	if (row->metric->kind == METRIC_RATE) {
		snprintf(limit, sizeof(limit), "%g points", most);
		printf("%-34s %14.2f %14.2f %+9.2f  %-10s %s\n", row->name, row->recorded,
		       row->replayed, row->replayed - row->recorded, limit,
		       fidelity_verdict_name(row->verdict));
		return;
	}
	if (isfinite(fidelity_ratio(row)))
		snprintf(ratio, sizeof(ratio), "%.3f", fidelity_ratio(row));
	if (most > 0)
		snprintf(limit, sizeof(limit), "x %.2f", most);
	printf("%-34s %14.0f %14.0f %9s  %-10s %s\n", row->name, row->recorded, row->replayed,
	       ratio, limit, fidelity_verdict_name(row->verdict));
}

/**
 * check_print - the table
 * @c: after check_replay()
 */
void check_print(const struct check *c)
{
	const struct fidelity *f = &c->fidelity;

	printf("recording: %s, kernel %s\n", c->in.trace_path, c->in.recording.kernel);
	print_observed(c);
	print_thp(f);
	printf("self: replayed under %s", f->policy);
	if (strcmp(f->policy, f->recorded_policy))
		printf("; the recording's own is %s: a difference may be the policies'",
		       f->recorded_policy);
	printf("\n\n%-34s %14s %14s %9s  %-10s %s\n", "", "recorded", "replayed", "ratio", "limit",
	       "verdict");
	for (unsigned int i = 0; i < f->nr; i++)
		print_row(&f->row[i]);
	printf("\n%u past their limit\n", f->missed);
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

static json_t *json_row(const struct fidelity_row *row)
{
	bool rate = row->metric->kind == METRIC_RATE;
	double limit = row->metric->limit;
	json_t *object = json_object();

	json_object_set_new(object, "name", json_string(row->name));
	json_object_set_new(object, "recorded", rate ? json_fraction(row->recorded) :
			    json_u64((u64)row->recorded));
	json_object_set_new(object, "replayed", rate ? json_fraction(row->replayed) :
			    json_u64((u64)row->replayed));
	json_object_set_new(object, "ratio", json_fraction(fidelity_ratio(row)));
	json_object_set_new(object, "limit", limit > 0 ? json_fraction(limit) : json_null());
	json_object_set_new(object, "limit_kind", limit <= 0 ? json_null() :
			    json_string(rate ? "difference" : "ratio"));
	json_object_set_new(object, "verdict", row->verdict == FIDELITY_NONE ? json_null() :
			    json_string(fidelity_verdict_name(row->verdict)));
	return object;
}

static json_t *json_self(const struct fidelity *f)
{
	json_t *self = json_object(), *metrics = json_array();

	for (unsigned int i = 0; i < f->nr; i++)
		json_array_append_new(metrics, json_row(&f->row[i]));
	json_object_set_new(self, "policy", json_string(f->policy));
	json_object_set_new(self, "recorded_policy", json_string(f->recorded_policy));
	json_object_set_new(self, "missed", json_u64(f->missed));
	json_object_set_new(self, "metrics", metrics);
	return self;
}

static json_t *json_thp(const struct fidelity *f)
{
	json_t *thp = json_object();

	json_object_set_new(thp, "trace_success", json_u64(f->thp_trace[0]));
	json_object_set_new(thp, "trace_fallback", json_u64(f->thp_trace[1]));
	json_object_set_new(thp, "thp_fault_alloc", f->have_thp ? json_u64(f->thp_counters[0]) :
			    json_null());
	json_object_set_new(thp, "thp_fault_fallback", f->have_thp ?
			    json_u64(f->thp_counters[1]) : json_null());
	return thp;
}

/**
 * check_json - the document, schema fragreplay-check/1
 * @c: after check_replay()
 *
 * Return: a new reference.
 */
json_t *check_json(const struct check *c)
{
	json_t *doc = json_object();

	json_object_set_new(doc, "schema", json_string("fragreplay-check/1"));
	json_object_set_new(doc, "interrupted", json_boolean(c->out.interrupted));
	json_object_set_new(doc, "trace", report_trace(&c->out));
	json_object_set_new(doc, "observed", json_observed(c));
	json_object_set_new(doc, "thp", json_thp(&c->fidelity));
	json_object_set_new(doc, "self", json_self(&c->fidelity));
	return doc;
}

/**
 * check_replay - replay a recording under one policy and compute its fidelity
 * @c: with its input open; run_release(&c->out) after success
 * @o: the command's options: policy (default: the recorded one), model, seed
 * @err: message naming file, place and remedy
 * @errlen: its size
 *
 * Return: 0; -1 with @err filled.
 */
int check_replay(struct check *c, const struct options *o, char *err, size_t errlen)
{
	struct run_spec spec[2] = {
		{ .policy = "observed", .seed = o->seed },
		{ .policy = check_recorded_policy(&c->in.recording), .seed = o->seed },
	};
	struct run_options run;
	struct progress progress;
	int ret;

	if (o->nr_policies)
		spec[1].policy = o->policy[0];
	input_run_options(&c->in, o, &progress, &run);
	ret = run_replay(&run, spec, 2, &c->out, err, errlen);
	progress_clear(&progress);
	if (!ret)
		fidelity_compute(&c->fidelity, &c->in.recording, &c->out.run[1], &c->out.run[0]);
	return ret;
}
