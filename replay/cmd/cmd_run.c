/* SPDX-License-Identifier: GPL-2.0-only */
/* fragreplay run: replay a trace under policies and report. */
#include <stdlib.h>
#include <string.h>

#include "report/report.h"

static int write_end_state(const char *path, const struct input *in, const struct run_output *out)
{
	const struct policy_result *run = &out->run[0];
	u32 pages = run->mm ? run->mm->max_pfn : in->recording.max_pfn;
	struct output file;

	if (output_open(&file, path))
		return -1;
	fwrite(run->end_state, 1, pages, file.file);
	return output_commit(&file);
}

/* the seeds after the first: only their counters are kept */
static int run_more_seeds(const struct run_options *base, const struct options *o,
			  struct spread *spread, unsigned int nr, char *err)
{
	for (unsigned int i = 1; i < o->seeds && !interrupted; i++) {
		struct run_options run = *base;
		struct run_output out;

		progress_init(run.progress_ctx, o->quiet);
		run.seed = o->seed + i;
		run.want_end_state = false;
		run.timeline_ms = 0;
		if (run_replay(&run, o->policy, nr, &out, err, ERR_LEN))
			return -1;
		for (unsigned int p = 0; p < nr && !out.interrupted; p++)
			spread_add(&spread[p], &out.run[p], &out);
		run_release(&out);
	}
	return 0;
}

static int finish(const struct input *in, const struct options *o, const struct run_output *out,
		  const struct spread *spread)
{
	json_t *report = report_build(in, o, out, spread);
	int ret = report_write(report, o->output);

	json_decref(report);
	if (!ret && o->end_state)
		ret = write_end_state(o->end_state, in, out);
	if (ret)
		return EXIT_TROUBLE;
	if (out->interrupted)
		message("interrupted: the report covers the trace up to there, and says so");
	return out->interrupted ? EXIT_INTERRUPTED : EXIT_OK;
}

static void warn_of_gaps(const struct run_output *out)
{
	if (out->trace.lost)
		message("%s: %llu events were lost while recording; the replay bridges the gaps",
			out->trace.path, (unsigned long long)out->trace.lost);
	if (out->demand.outside)
		message("%s: %llu events name pages beyond the machine's memory and were ignored: is"
			" the snapshot of the same machine?", out->trace.path,
			(unsigned long long)out->demand.outside);
	if (!out->trace.complete && !out->interrupted)
		message("%s: replayed up to the damage only; the report says \"complete\": false",
			out->trace.path);
}

static int replay(struct input *in, const struct options *o)
{
	struct spread *spread = NULL;
	struct run_options run;
	struct run_output out;
	struct progress progress;
	char err[ERR_LEN] = "";
	int ret;

	input_run_options(in, o, &run);
	progress_init(&progress, o->quiet);
	run.progress = progress_update;
	run.progress_ctx = &progress;
	if (run_replay(&run, o->policy, o->nr_policies, &out, err, sizeof(err))) {
		progress_clear(&progress);
		message("%s", err);
		return EXIT_TROUBLE;
	}
	progress_clear(&progress);
	warn_of_gaps(&out);
	out.trace.complete &= !in->damaged;
	if (o->seeds > 1) {
		spread = calloc(o->nr_policies, sizeof(*spread));
		for (unsigned int p = 0; spread && p < o->nr_policies; p++)
			spread_add(&spread[p], &out.run[p], &out);
		if (!spread || run_more_seeds(&run, o, spread, o->nr_policies, err)) {
			progress_clear(&progress);
			message("%s", spread ? err : "out of memory");
			spread_release(spread, o->nr_policies);
			run_release(&out);
			return EXIT_TROUBLE;
		}
		progress_clear(&progress);
		out.interrupted |= interrupted != 0;
	}
	ret = finish(in, o, &out, spread);
	spread_release(spread, o->nr_policies);
	run_release(&out);
	return ret;
}

/**
 * cmd_run - replay a recording or a bare trace under one policy or several
 * @argc: of the command
 * @argv: likewise
 *
 * Return: exit code.
 */
int cmd_run(int argc, char **argv)
{
	struct options o;
	struct input in;
	char err[ERR_LEN] = "";
	int ret;

	if (options_parse(&o, OPT_POLICY | OPT_OUTPUT | OPT_MODEL | OPT_REPORT | OPT_INPUT |
			  OPT_QUIET | OPT_SEEDS, argc, argv))
		return EXIT_TROUBLE;
	if (o.nr_args != 1) {
		message("run: name one recording or trace; see `fragreplay help`");
		return EXIT_TROUBLE;
	}
	if (!o.nr_policies)
		o.policy[o.nr_policies++] = "vanilla";
	if (o.end_state && o.nr_policies > 1) {
		message("--end-state: holds one policy's memory; give one -p");
		return EXIT_TROUBLE;
	}
	if (output_probe(o.output) || (o.end_state && output_probe(o.end_state)))
		return EXIT_TROUBLE;
	if (input_open(&in, &o, err, sizeof(err))) {
		message("%s", err);
		return interrupted ? EXIT_INTERRUPTED : EXIT_TROUBLE;
	}
	ret = replay(&in, &o);
	input_close(&in);
	return ret;
}
