/* SPDX-License-Identifier: GPL-2.0-only */
/* fragreplay check: hold the replay against what the recording itself shows. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fidelity.h"
#include "report.h"

struct check {
	struct input in;
	struct run_output out;
	struct prescan scan;
	struct fidelity fidelity;
};

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

static void print_row(const struct metric *m)
{
	char ratio[32], limit[32] = "";

	if (m->is_rate) {
		printf("%-34s %14.2f %14.2f %+9.2f  %-10s %s\n", m->name, m->recorded, m->replayed,
		       m->replayed - m->recorded, "3 points", verdict_name(m->verdict));
		return;
	}
	if (isfinite(metric_ratio(m)))
		snprintf(ratio, sizeof(ratio), "%.3f", metric_ratio(m));
	else
		snprintf(ratio, sizeof(ratio), "-");
	if (m->limit > 0)
		snprintf(limit, sizeof(limit), "x %.2f", m->limit);
	printf("%-34s %14.0f %14.0f %9s  %-10s %s\n", m->name, m->recorded, m->replayed, ratio,
	       limit, verdict_name(m->verdict));
}

static void print_table(const struct check *c)
{
	const struct fidelity *f = &c->fidelity;

	printf("recording: %s, kernel %s\n", c->in.trace_path, c->in.machine.kernel);
	print_observed(c);
	print_thp(f);
	printf("self: replayed under %s", f->policy);
	if (strcmp(f->policy, f->recorded_policy))
		printf(", but recorded under %s: differences are the policies', too",
		       f->recorded_policy);
	printf("\n\n%-34s %14s %14s %9s  %-10s %s\n", "", "recorded", "replayed", "ratio", "limit",
	       "verdict");
	for (unsigned int i = 0; i < f->nr; i++)
		print_row(&f->metric[i]);
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

static json_t *json_metric(const struct metric *m)
{
	json_t *row = json_object();
	double ratio = metric_ratio(m);

	json_object_set_new(row, "name", json_string(m->name));
	if (m->is_rate) {
		json_object_set_new(row, "recorded", json_fraction(m->recorded));
		json_object_set_new(row, "replayed", json_fraction(m->replayed));
	} else {
		json_object_set_new(row, "recorded", json_u64((u64)m->recorded));
		json_object_set_new(row, "replayed", json_u64((u64)m->replayed));
	}
	json_object_set_new(row, "ratio", json_fraction(ratio));
	json_object_set_new(row, "limit", m->limit > 0 ? json_fraction(m->limit) : json_null());
	json_object_set_new(row, "limit_kind", m->limit <= 0 ? json_null() :
			    json_string(m->is_rate ? "difference" : "ratio"));
	json_object_set_new(row, "verdict", m->verdict == VERDICT_NONE ? json_null() :
			    json_string(verdict_name(m->verdict)));
	return row;
}

static json_t *json_self(const struct fidelity *f)
{
	json_t *self = json_object(), *metrics = json_array();

	for (unsigned int i = 0; i < f->nr; i++)
		json_array_append_new(metrics, json_metric(&f->metric[i]));
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

static int print_json(const struct check *c)
{
	json_t *doc = json_object();
	int ret;

	json_object_set_new(doc, "schema", json_string("fragreplay-check/1"));
	json_object_set_new(doc, "interrupted", json_boolean(c->out.interrupted));
	json_object_set_new(doc, "trace", report_trace(&c->out));
	json_object_set_new(doc, "observed", json_observed(c));
	json_object_set_new(doc, "thp", json_thp(&c->fidelity));
	json_object_set_new(doc, "self", json_self(&c->fidelity));
	ret = report_write(doc, NULL);
	json_decref(doc);
	return ret;
}

static int replay(struct check *c, const struct options *o, char *err)
{
	const char *policy[2] = { "observed", o->nr_policies ? o->policy[0] : "vanilla" };
	struct run_options run;
	struct progress progress;
	int ret;

	input_run_options(&c->in, o, &run);
	if (prescan_trace(&c->scan, c->in.trace_path, &run.trace, NULL, err, ERR_LEN))
		return -1;
	progress_init(&progress, o->quiet);
	run.progress = progress_update;
	run.progress_ctx = &progress;
	ret = run_replay(&run, policy, 2, &c->out, err, ERR_LEN);
	progress_clear(&progress);
	return ret;
}

static int check(struct check *c, const struct options *o)
{
	char err[ERR_LEN] = "";
	int ret;

	if (replay(c, o, err)) {
		message("%s", err);
		return EXIT_TROUBLE;
	}
	fidelity_compute(&c->fidelity, &c->in.machine, &c->out.run[1], &c->out.run[0], &c->scan);
	if (o->json)
		ret = print_json(c);
	else {
		print_table(c);
		ret = output_flush_stdout();
	}
	if (ret)
		ret = EXIT_TROUBLE;
	else if (c->out.interrupted)
		ret = EXIT_INTERRUPTED;
	else if (o->strict && c->fidelity.missed)
		ret = EXIT_REGRESSION;
	run_release(&c->out);
	return ret;
}

static int need_snapshots(const struct input *in, const char *path)
{
	if (in->machine.before.present && in->machine.after.present)
		return 0;
	message("%s: check needs %s/, the snapshots that scripts/record takes; a bare trace has"
		" nothing to be held against", path,
		in->machine.before.present ? "after" : "before");
	return -1;
}

/**
 * cmd_check - fidelity of a replay under the recorded policy
 * @argc: of the command
 * @argv: likewise
 *
 * Return: exit code: 0 when it could be computed, whatever it says; with --strict 1 past a limit.
 */
int cmd_check(int argc, char **argv)
{
	struct check *c;
	struct options o;
	char err[ERR_LEN] = "";
	int ret = EXIT_TROUBLE;

	if (options_parse(&o, OPT_POLICY | OPT_MODEL | OPT_INPUT | OPT_JSON | OPT_STRICT |
			  OPT_QUIET, argc, argv))
		return EXIT_TROUBLE;
	if (o.nr_args != 1 || o.nr_policies > 1) {
		message("check: name one recording and at most one -p; see `fragreplay help`");
		return EXIT_TROUBLE;
	}
	c = calloc(1, sizeof(*c));
	if (!c) {
		message("out of memory");
		return EXIT_TROUBLE;
	}
	if (input_open(&c->in, &o, err, sizeof(err))) {
		message("%s", err);
	} else {
		if (!need_snapshots(&c->in, o.arg[0]))
			ret = check(c, &o);
		input_close(&c->in);
	}
	free(c);
	return ret;
}
