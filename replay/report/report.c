// SPDX-License-Identifier: GPL-2.0-only
/* The report is one JSON document; the parts that belong to no policy are made here. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "internal.h"
#include "base/json.h"
#include "base/message.h"
#include "base/output.h"
#include "base/version.h"

const char *const report_extfrag_classes[NR_EXTFRAG_CLASS] = {
	"steal", "claim_part", "claim_block", "capture",
};

static json_t *report_tool(void)
{
	return json_pack("{ss, ss}", "name", "fragreplay", "version", fragreplay_version);
}

/**
 * report_trace - describe what was decoded
 * @out: a finished run
 *
 * Return: a new object.
 */
json_t *report_trace(const struct run_output *out)
{
	const struct trace_info *info = &out->trace;
	json_t *trace = json_object(), *events = json_object();
	char digest[20];

	snprintf(digest, sizeof(digest), "%016" PRIx64, info->digest);
	json_object_set_new(trace, "path", json_string_or_null(info->path));
	json_object_set_new(trace, "format", json_string_or_null(info->format));
	json_object_set_new(trace, "digest", json_string(digest));
	json_object_set_new(trace, "kernel", json_string_or_null(info->kernel));
	json_object_set_new(trace, "clock", json_string_or_null(info->clock));
	json_object_set_new(trace, "cpus", json_u64(info->cpus));
	json_object_set_new(trace, "duration_ns", json_u64(info->last_ns - info->first_ns));
	json_object_set_new(trace, "records", json_u64(info->records));
	json_object_set_new(trace, "lost", json_u64(info->lost));
	json_object_set_new(trace, "complete", json_boolean(info->complete && !out->interrupted));
	for (unsigned int i = 0; i < info->nr_events; i++) {
		uint64_t count;
		const char *name = trace_event_count(out->t, i, &count);

		json_object_set_new(events, name, json_u64(count));
	}
	json_object_set_new(trace, "events", events);
	return trace;
}

static json_t *report_demand(const struct demand_stats *d)
{
	json_t *demand = json_object();

#define X(name, doc) json_object_set_new(demand, #name, json_u64(d->name));
	DEMAND_STATS(X)
#undef X
	return demand;
}

static void add_param(json_t *params, const char *name, double value, double def, unsigned int from,
		      const char *doc)
{
	json_t *p = json_object();

	json_object_set_new(p, "value", json_fraction(value));
	json_object_set_new(p, "from", json_string(param_from_names[from]));
	json_object_set_new(p, "default", json_fraction(def));
	json_object_set_new(p, "doc", json_string(doc));
	json_object_set_new(params, name, p);
}

/* Parameters are as at the end of the replay; what is fitted is the same for all models. */
static json_t *report_params(const struct report_options *o, const struct run_output *out)
{
	const struct mm_params *p = o->params;
	json_t *params = json_object();

	for (unsigned int i = 0; i < out->nr_runs; i++)
		if (out->run[i].mm)
			p = &out->run[i].mm->param;
#define X(name, def, low, high, doc) \
	add_param(params, #name, p->name, def, p->from[PARAM_##name], doc);
	MM_PARAMS(X)
#undef X
	return params;
}

static json_t *report_run_options(const struct report_options *o)
{
	json_t *options = json_object();

	json_object_set_new(options, "seed", json_u64(o->seed));
	json_object_set_new(options, "seeds", json_u64(o->seeds));
	json_object_set_new(options, "refault", o->refault < 0 ? json_string("fitted") :
			    json_fraction(o->refault));
	json_object_set_new(options, "instance", json_string_or_null(o->instance));
	return options;
}

/**
 * report_build - make the whole document
 * @o: what was replayed, and how
 * @out: the finished (or interrupted) run
 * @spread: one a policy when several seeds were run, else NULL
 *
 * Return: a new reference.
 */
json_t *report_build(const struct report_options *o, const struct run_output *out,
		     const struct spread *spread)
{
	json_t *report = json_object(), *policies = json_array();

	json_object_set_new(report, "schema", json_string(REPORT_SCHEMA));
	json_object_set_new(report, "tool", report_tool());
	json_object_set_new(report, "interrupted", json_boolean(out->interrupted));
	json_object_set_new(report, "options", report_run_options(o));
	json_object_set_new(report, "trace", report_trace(out));
	json_object_set_new(report, "machine", report_machine(o->recording, out, o->version));
	json_object_set_new(report, "params", report_params(o, out));
	json_object_set_new(report, "demand", report_demand(&out->demand));
	report_fit_maps(out);
	for (unsigned int i = 0; i < out->nr_runs; i++)
		json_array_append_new(policies, report_policy(&out->run[i], o, out,
							      spread ? &spread[i] : NULL));
	json_object_set_new(report, "policies", policies);
	return report;
}

static int write_chunk(const char *buffer, size_t size, void *file)
{
	return fwrite(buffer, 1, size, file) == size ? 0 : -1;
}

/**
 * report_write - write a JSON document to a file, whole or not at all
 * @report: the document
 * @path: file, or NULL for stdout
 *
 * Return: 0; -1 with a message on stderr.
 */
int report_write(const json_t *report, const char *path)
{
	struct output out;

	if (json_out_of_memory()) {
		message("no memory for the report");
		return -1;
	}
	if (output_open(&out, path))
		return -1;
	if (json_dump_callback(report, write_chunk, out.file,
			       JSON_INDENT(2) | JSON_REAL_PRECISION(15))) {
		if (ferror(out.file))
			return output_commit(&out);
		message(json_out_of_memory() ? "no memory for the report" :
			"the report cannot be put into JSON");
		output_abort(&out);
		return -1;
	}
	fputc('\n', out.file);
	return output_commit(&out);
}
