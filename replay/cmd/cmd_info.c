// SPDX-License-Identifier: GPL-2.0-only
/* `fragreplay info` says what a trace and its snapshots hold, without a replay. */
#include <inttypes.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/message.h"
#include "base/output.h"
#include "cmd.h"
#include "input.h"
#include "options.h"
#include "report/report.h"

static void print_notes(const char *notes)
{
	while (*notes) {
		size_t len = strcspn(notes, "\n");

		printf("note       %.*s\n", (int)len, notes);
		notes += len + (notes[len] == '\n');
	}
}

static void print_side(const char *name, const struct snapshot *s)
{
	if (!s->present) {
		printf("%-10s none\n", name);
		return;
	}
	printf("%-10s vmstat %u, zoneinfo %s, pagetypeinfo %s, kpageflags %u\n", name, s->nr_vmstat,
	       s->have_zoneinfo ? "yes" : "no", s->have_pagetypeinfo ? "yes" : "no",
	       s->kpageflags ? s->nr_pfns : 0);
}

static void print_machine(const struct recording *m)
{
	printf("machine    %s, %u pfns, %u CPUs, %" PRIu64 " pages of swap, source %s\n",
	       m->kernel[0] ? m->kernel : "unknown kernel", m->max_pfn, m->nr_cpus, m->swap_pages,
	       m->source ? m->source : "inferred");
	printf("policy     %s\n", m->sysctl.defrag_mode ? "defrag_mode" : "vanilla");
	print_side("before", &m->before);
	print_side("after", &m->after);
	print_notes(m->notes);
}

static void print_trace(struct trace *t)
{
	const struct trace_info *info = trace_get_info(t);

	printf("trace      %s\n", info->path);
	printf("format     %s\n", info->format);
	printf("kernel     %s\n", info->kernel ? info->kernel : "unknown");
	printf("clock      %s\n", info->clock ? info->clock : "unknown");
	printf("cpus       %u\n", info->cpus);
	printf("duration   %.6f s\n", (double)(info->last_ns - info->first_ns) / 1e9);
	printf("records    %" PRIu64 "\n", info->records);
	printf("digest     %016" PRIx64 "\n", info->digest);
	printf("complete   %s\n", info->complete ? "yes" : "no, damage was skipped");
	printf("lost       %" PRIu64 "\n", info->lost);
	if (info->lost)
		trace_print_lost(t, stdout);
	for (unsigned int i = 0; i < info->nr_events; i++) {
		uint64_t count;
		const char *name = trace_event_count(t, i, &count);

		printf("event      %12" PRIu64 "  %s\n", count, name);
	}
}

static void print_json(struct trace *t, const struct recording *m)
{
	struct run_output out = { .trace = *trace_get_info(t), .t = t };
	json_t *doc = json_object();

	json_object_set_new(doc, "schema", json_string("fragreplay-info/1"));
	json_object_set_new(doc, "trace", report_trace(&out));
	json_object_set_new(doc, "machine", report_machine(m, &out, 0));
	report_write(doc, NULL);
	json_decref(doc);
}

/* The digest and the counts are complete only after the last record. */
static int read_all(struct trace *t)
{
	const struct record *rec;
	long n;

	while ((n = trace_read(t, &rec)) > 0)
		if (interrupted)
			return EXIT_INTERRUPTED;
	if (!n)
		return EXIT_OK;
	message("%s", trace_error(t));
	return EXIT_TROUBLE;
}

static int describe_input(struct input *in, const struct options *o)
{
	struct trace_options topt = input_trace_options(in, o);
	char err[ERR_LEN] = "";
	struct trace *t = trace_open(in->trace_path, &topt, err, sizeof(err));
	int ret;

	if (!t) {
		message("%s", err);
		return EXIT_TROUBLE;
	}
	ret = read_all(t);
	input_note_trace(in, trace_get_info(t));
	if (ret == EXIT_OK && o->json) {
		print_json(t, &in->recording);
	} else if (ret == EXIT_OK) {
		print_trace(t);
		print_machine(&in->recording);
	}
	trace_close(t);
	if (ret == EXIT_OK && output_flush_stdout())
		ret = EXIT_TROUBLE;
	return ret;
}

/**
 * cmd_info - describe a recording or a bare trace
 * @argc: number of arguments
 * @argv: the arguments; the first is the name of the command
 *
 * Return: exit code.
 */
int cmd_info(int argc, char **argv)
{
	struct options o;
	struct input in;
	char err[ERR_LEN] = "";
	int ret;

	if (options_parse(&o, CMD_INFO, argc, argv))
		return EXIT_TROUBLE;
	if (o.nr_args != 1) {
		message("info: name one recording or trace; see `fragreplay help info`");
		return EXIT_TROUBLE;
	}
	o.describe = true;
	if (input_open(&in, &o, err, sizeof(err))) {
		message("%s", err);
		return interrupted ? EXIT_INTERRUPTED : EXIT_TROUBLE;
	}
	ret = describe_input(&in, &o);
	input_close(&in);
	return ret;
}
