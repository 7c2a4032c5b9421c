// SPDX-License-Identifier: GPL-2.0-only
/* `fragreplay run` replays a trace under policies and reports. */
#include <stdlib.h>
#include <string.h>

#include <unistd.h>

#include "base/interrupt.h"
#include "base/message.h"
#include "base/output.h"
#include "cmd.h"
#include "diff/diff.h"
#include "input.h"
#include "options.h"
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

static void take_seed(void *ctx, unsigned int policy, const struct policy_result *run,
		      const struct run_output *out)
{
	struct spread *spread = ctx;

	/* The trace itself has no seed: it is one run, however often the models are run. */
	if (run->mm || !spread[policy].runs)
		report_spread_add(&spread[policy], run, out);
}

/* A person at a terminal gets a summary, and whatever reads the output the JSON. */
static int write_report(const struct options *o, json_t *report)
{
	if (o->output || o->json || !isatty(STDOUT_FILENO))
		return report_write(report, o->output);
	if (run_summary(report, stdout))
		return -1;
	printf("\n-o FILE keeps the report for `fragreplay diff` and `view`; --json prints it.\n");
	return output_flush_stdout();
}

static int write_results(const struct input *in, const struct options *o,
			 const struct run_output *out, const struct spread *spread)
{
	const struct report_options ro = {
		.recording = &in->recording,
		.params = &in->params,
		.seed = o->seed,
		.seeds = o->seeds,
		.refault = o->refault,
		.instance = o->instance,
		.version = o->version,
		.timeline = o->timeline_ms != 0,
		.timing = o->timing,
	};
	json_t *report = report_build(&ro, out, spread);
	int ret = write_report(o, report);

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
		message("%s: %llu events name pages beyond the machine's memory and were ignored:"
			" is the snapshot of the same machine?",
			out->trace.path, (unsigned long long)out->demand.outside);
	if (!out->trace.complete && !out->interrupted)
		message("%s: replayed up to the damage only; the report says \"complete\": false",
			out->trace.path);
}

static int replay_input(struct input *in, const struct options *o)
{
	struct spread *spread = o->seeds > 1 ? calloc(o->nr_policies, sizeof(*spread)) : NULL;
	struct run_seeds seeds = {
		.policy = o->policy, .nr_policies = o->nr_policies, .seed = o->seed,
		.nr = o->seeds, .take = spread ? take_seed : NULL, .ctx = spread,
	};
	struct run_options run;
	struct run_output out;
	struct progress progress;
	char err[ERR_LEN] = "out of memory";
	int ret;

	input_say_notes(in);
	input_run_options(in, o, &progress, &run);
	ret = o->seeds > 1 && !spread ? -1 : run_seeds(&run, &seeds, &out, err, sizeof(err));
	progress_clear(&progress);
	if (ret) {
		report_spread_release(spread, o->nr_policies);
		message("%s", err);
		return EXIT_TROUBLE;
	}
	warn_of_gaps(&out);
	input_note_run(in, &out);
	input_say_notes(in);
	out.trace.complete &= !in->damaged;
	ret = write_results(in, o, &out, spread);
	report_spread_release(spread, o->nr_policies);
	run_release(&out);
	return ret;
}

/* What other commands make of a report has other endings. */
static int check_ending(const char *path)
{
	static const char *const foreign[] = { ".html", ".htm", ".svg", ".png", ".pdf",
					       ".txt",	".md",	".csv", ".xml", ".ktap" };
	const char *ending = path ? output_ending(path) : "";

	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		if (!strcmp(ending, foreign[i])) {
			message("run: -o %s: a report is JSON; name it .json, and have it drawn by"
				" `fragreplay view` or put in a table by `diff`",
				path);
			return -1;
		}
	return 0;
}

/**
 * cmd_run - replay a recording or a bare trace under one policy or several
 * @argc: number of arguments
 * @argv: the arguments; the first is the name of the command
 *
 * Return: exit code.
 */
int cmd_run(int argc, char **argv)
{
	struct options o;
	struct input in;
	char err[ERR_LEN] = "";
	int ret;

	if (options_parse(&o, CMD_RUN, argc, argv))
		return EXIT_TROUBLE;
	if (o.nr_args != 1) {
		message("run: name one recording or trace; see `fragreplay help run`");
		return EXIT_TROUBLE;
	}
	if (!o.nr_policies)
		o.policy[o.nr_policies++] = "vanilla";
	if (!o.seeds)
		o.seeds = o.nr_policies > 1 ? COMPARISON_SEEDS : 1;
	if (o.end_state && o.nr_policies > 1) {
		message("--end-state: holds one policy's memory; give one -p");
		return EXIT_TROUBLE;
	}
	if (check_ending(o.output) || output_probe(o.output) ||
	    (o.end_state && output_probe(o.end_state)))
		return EXIT_TROUBLE;
	if (input_open(&in, &o, err, sizeof(err))) {
		message("%s", err);
		return interrupted ? EXIT_INTERRUPTED : EXIT_TROUBLE;
	}
	ret = replay_input(&in, &o);
	input_close(&in);
	return ret;
}
