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
#include "cmd_run.h"
#include "input.h"
#include "options.h"
#include "plugin_child.h"
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

static json_t *build_report(const struct input *in, const struct options *o,
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

	return report_build(&ro, out, spread);
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

static void count_progress(void *ctx, const struct trace_info *info)
{
	volatile unsigned long long *beat = ctx;

	*beat = info->records;
}

static json_t *finish_run(struct input *in, const struct options *o, struct run_output *out,
			  const struct spread *spread)
{
	json_t *report;

	out->trace.complete &= !in->damaged;
	report = build_report(in, o, out, spread);
	if (o->end_state && write_end_state(o->end_state, in, out)) {
		json_decref(report);
		return NULL;
	}
	return report;
}

/**
 * run_policies - replay an input under policies
 * @in: the input
 * @o: the options, with the policies
 * @warn: say on stderr what the trace lacks
 *
 * Return: the report, a new reference; NULL with a message on stderr.
 */
json_t *run_policies(struct input *in, const struct options *o, bool warn)
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
	json_t *report = NULL;
	int ret;

	input_run_options(in, o, &progress, &run);
	if (o->beat) {
		run.progress = count_progress;
		run.progress_ctx = (void *)o->beat;
	}
	ret = o->seeds > 1 && !spread ? -1 : run_seeds(&run, &seeds, &out, err, sizeof(err));
	progress_clear(&progress);
	if (ret) {
		message("%s", err);
	} else {
		input_note_run(in, &out);
		if (warn) {
			warn_of_gaps(&out);
			input_say_notes(in);
		}
		report = finish_run(in, o, &out, spread);
		run_release(&out);
	}
	report_spread_release(spread, o->nr_policies);
	return report;
}

static int replay_input(struct input *in, const struct options *o)
{
	json_t *report;
	bool partial;
	int ret;

	input_say_notes(in);
	if (plugin_among(o->policy, o->nr_policies))
		report = run_with_plugins(in, o);
	else
		report = run_policies(in, o, true);
	partial = json_is_true(json_object_get(report, "interrupted"));
	ret = report ? write_report(o, report) : -1;
	json_decref(report);
	if (ret)
		return EXIT_TROUBLE;
	if (partial)
		message("interrupted: the report covers the trace up to there, and says so");
	return partial ? EXIT_INTERRUPTED : EXIT_OK;
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
