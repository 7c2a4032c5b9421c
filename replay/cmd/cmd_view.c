// SPDX-License-Identifier: GPL-2.0-only
/* `fragreplay view` draws reports as a page, text, SVG or PNG. */
#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "base/output.h"
#include "cmd.h"
#include "options.h"
#include "report/report.h"
#include "view/view.h"
#include "view_options.h"

#define DEFAULT_SCALE	2

static json_t *load_report(const char *path)
{
	json_t *report = report_read(path, 0);
	const char *schema;

	if (!report)
		return NULL;
	schema = json_string_value(json_object_get(report, "schema"));
	if (schema && !strcmp(schema, REPORT_SCHEMA) &&
	    json_array_size(json_object_get(report, "policies")))
		return report;
	if (!schema || strcmp(schema, REPORT_SCHEMA))
		message("%s: schema %s, but this version draws %s", path,
			schema ? schema : "missing", REPORT_SCHEMA);
	else
		message("%s: holds no policy's results", path);
	json_decref(report);
	return NULL;
}

static bool is_wanted(const struct view_options *o, const json_t *policy)
{
	const char *label = json_string_value(json_object_get(policy, "policy"));

	for (unsigned int i = 0; i < o->nr_policies; i++)
		if (label && !strcmp(label, o->policy[i]))
			return true;
	return !o->nr_policies;
}

static void keep_wanted(const struct view_options *o, json_t *report)
{
	json_t *policies = json_object_get(report, "policies");

	for (size_t i = json_array_size(policies); i--;)
		if (!is_wanted(o, json_array_get(policies, i)))
			json_array_remove(policies, i);
}

static bool has_policy(json_t *const *report, unsigned int n, const char *label)
{
	for (unsigned int r = 0; r < n; r++) {
		const json_t *policies = json_object_get(report[r], "policies"), *policy;
		size_t i;

		json_array_foreach((json_t *)policies, i, policy) {
			const char *name = json_string_value(json_object_get(policy, "policy"));

			if (name && !strcmp(name, label))
				return true;
		}
	}
	return false;
}

static bool has_map(const json_t *report)
{
	const json_t *policies = json_object_get(report, "policies"), *policy;
	size_t i;

	json_array_foreach((json_t *)policies, i, policy)
		if (json_object_get(policy, "map"))
			return true;
	return false;
}

static int load_reports(const struct view_options *o, json_t **report)
{
	for (unsigned int i = 0; i < o->nr_reports; i++) {
		report[i] = load_report(o->report[i]);
		if (!report[i])
			return -1;
		if (!has_map(report[i])) {
			message("%s: has no map of pageblocks; run with --timeline MS to get one",
				o->report[i]);
			return -1;
		}
	}
	for (unsigned int i = 0; i < o->nr_policies; i++)
		if (!has_policy(report, o->nr_reports, o->policy[i])) {
			message("--policy %s: no report has it", o->policy[i]);
			return -1;
		}
	for (unsigned int i = 0; i < o->nr_reports; i++)
		keep_wanted(o, report[i]);
	return 0;
}

/* a picture is of one seed, the first, however many there are */
static void seed_text(const json_t *report, char *text, size_t len)
{
	const json_t *options = json_object_get(report, "options");
	json_int_t seeds = json_integer_value(json_object_get(options, "seeds"));

	text[0] = '\0';
	if (seeds > 1)
		snprintf(text, len, ", seed %lld of %lld",
			 (long long)json_integer_value(json_object_get(options, "seed")),
			 (long long)seeds);
}

/* names the recording's directory or the bare trace, as in "mixed-d0, kernel 7.3.4" */
static void source_text(const json_t *report, char *text, size_t len)
{
	const json_t *trace = json_object_get(report, "trace");
	const char *path = json_string_value(json_object_get(trace, "path"));
	const char *kernel = json_string_value(json_object_get(trace, "kernel"));
	char name[256], seed[64];
	char *end;

	seed_text(report, seed, sizeof(seed));
	snprintf(name, sizeof(name), "%s", path ? path : "?");
	end = strrchr(name, '/');
	if (end && !strcmp(end, "/trace.dat"))
		*end = '\0';
	end = strrchr(name, '/');
	snprintf(text, len, "%s%s%s%s", end ? end + 1 : name, kernel ? ", kernel " : "",
		 kernel ? kernel : "", seed);
}

/* says it where the moment that was asked for is none of the report's */
static void say_past_end(const struct view_options *o, const struct panel *panel, const char *name)
{
	if (o->at_ns == AT_END || !panel->at_end || o->at_ns <= panel->t_ns)
		return;
	message("--at %llu: %s ends at %llu ms; shown is its end",
		(unsigned long long)(o->at_ns / 1000000), name,
		(unsigned long long)(panel->t_ns / 1000000));
}

struct panels {
	struct panel *panel;
	unsigned int nr;
	char source[512];
};

static void release_panels(struct panels *all)
{
	for (unsigned int i = 0; i < all->nr; i++)
		view_panel_release(&all->panel[i]);
	free(all->panel);
}

static int add_panels(struct panels *all, const struct view_options *o, const json_t *report,
		      const char *name)
{
	const json_t *policies = json_object_get(report, "policies"), *policy;
	struct panel *panel;
	char err[ERR_LEN];
	size_t i;

	panel = realloc(all->panel, (all->nr + json_array_size(policies) + 1) * sizeof(*panel));
	if (!panel) {
		message("out of memory");
		return -1;
	}
	all->panel = panel;
	json_array_foreach((json_t *)policies, i, policy) {
		panel = &all->panel[all->nr];
		if (!view_panel_load(panel, policy, o->at_ns, err, sizeof(err))) {
			panel->report = o->nr_reports > 1 ? name : NULL;
			if (!i)
				say_past_end(o, panel, name);
			all->nr++;
			continue;
		}
		if (err[0]) {
			message("%s: %s: %s", name, panel->label, err);
			return -1;
		}
		message("%s: %s: has no map, and is left out", name, panel->label);
	}
	return 0;
}

static int load_panels(struct panels *all, const struct view_options *o, json_t *const *report)
{
	char source[512];

	for (unsigned int i = 0; i < o->nr_reports; i++) {
		if (add_panels(all, o, report[i], o->report[i]))
			return -1;
		source_text(report[i], source, sizeof(source));
		if (!i)
			memcpy(all->source, source, sizeof(source));
		else if (strcmp(all->source, source))
			all->source[0] = '\0';
	}
	if (all->nr)
		return 0;
	message("--policy %s: has no map of pageblocks", o->policy[0]);
	return -1;
}

static int draw_panels(const struct view_options *o, json_t *const *report, FILE *out)
{
	struct panels all = { 0 };
	struct picture pic;
	struct text_style style;
	int ret = load_panels(&all, o, report);

	pic = (struct picture){ .panel = all.panel, .nr = all.nr, .source = all.source };
	if (!ret && o->format == VIEW_TEXT) {
		view_text_style(o, &style);
		ret = view_text(&pic, &style, out);
	} else if (!ret && o->format == VIEW_SVG) {
		ret = view_svg(&pic, out);
	} else if (!ret) {
		ret = view_png(&pic, o->scale ? o->scale : DEFAULT_SCALE, out);
		if (ret && !ferror(out))
			message("--png: no memory for so large a picture; choose less with"
				" --policy or --scale");
	}
	release_panels(&all);
	return ret;
}

static int draw_reports(const struct view_options *o, json_t *const *report)
{
	struct output out;
	int ret;

	if (output_open(&out, o->output))
		return -1;
	if (o->format == VIEW_HTML)
		ret = view_html(report, o->report, o->nr_reports, out.file);
	else
		ret = draw_panels(o, report, out.file);
	/* output_commit() reports a failed write, whatever went wrong before it */
	if (ret && !ferror(out.file)) {
		output_abort(&out);
		return -1;
	}
	return output_commit(&out);
}

/**
 * cmd_view - draw reports
 * @argc: number of arguments
 * @argv: the arguments; the first is the name of the command
 *
 * Return: exit code.
 */
int cmd_view(int argc, char **argv)
{
	json_t *report[MAX_POLICIES] = { NULL };
	struct view_options o;
	int ret;

	if (view_options_parse(&o, argc, argv))
		return EXIT_TROUBLE;
	ret = load_reports(&o, report);
	if (!ret)
		ret = draw_reports(&o, report);
	for (unsigned int i = 0; i < o.nr_reports; i++)
		json_decref(report[i]);
	return ret ? EXIT_TROUBLE : EXIT_OK;
}
