// SPDX-License-Identifier: GPL-2.0-only
/*
 * Policies from files run each in a process of its own, and those that are built in together in
 * this one. Their reports are of the same input and options, and only the policies in them differ.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exit_code.h"
#include "base/message.h"
#include "cmd_run.h"
#include "options.h"
#include "plugin_child.h"
#include "report/report.h"

/* one policy from a file; the built-in ones share the group without a child */
struct group {
	struct options o;
	struct input *in;
	struct plugin_child child;
	json_t *report;
	bool warn;
};

static int write_chunk(const char *buffer, size_t size, void *file)
{
	return fwrite(buffer, 1, size, file) == size ? 0 : -1;
}

static int run_group(void *ctx, int fd, struct plugin_beat *beat)
{
	struct group *g = ctx;
	json_t *report;
	FILE *file;
	int ret;

	g->o.beat = &beat->progress;
	report = run_policies(g->in, &g->o, g->warn);
	file = report ? fdopen(dup(fd), "w") : NULL;
	if (!file)
		return EXIT_TROUBLE;
	ret = json_dump_callback(report, write_chunk, file, JSON_COMPACT);
	if (fclose(file) || ret) {
		message("-p %s: no memory for the report", g->child.policy);
		return EXIT_TROUBLE;
	}
	return json_is_true(json_object_get(report, "interrupted")) ? EXIT_INTERRUPTED : EXIT_OK;
}

static int take_results(struct group *g, unsigned int patience)
{
	int status = plugin_child_wait(&g->child, patience);
	json_error_t error;

	if (status != EXIT_OK && status != EXIT_INTERRUPTED)
		return -1;
	if (lseek(g->child.fd, 0, SEEK_SET) < 0)
		return -1;
	g->report = json_loadfd(g->child.fd, JSON_REJECT_DUPLICATES, &error);
	if (!g->report)
		message("-p %s: its report cannot be read: %s", g->child.policy, error.text);
	return g->report ? 0 : -1;
}

/* @group[0] is for what is built in, and may stay without a policy */
static unsigned int make_groups(struct group *group, struct input *in, const struct options *o)
{
	unsigned int nr = 1;

	group[0].o = *o;
	group[0].o.nr_policies = 0;
	for (unsigned int i = 0; i < o->nr_policies; i++) {
		struct group *g = policy_names_file(o->policy[i]) ? &group[nr++] : &group[0];

		if (g != &group[0]) {
			g->o = *o;
			g->o.nr_policies = 0;
			g->o.quiet = true;
		}
		g->o.policy[g->o.nr_policies++] = o->policy[i];
	}
	for (unsigned int i = 0; i < nr; i++)
		group[i].in = in;
	group[group[0].o.nr_policies ? 0 : 1].warn = true;
	return nr;
}

static int run_groups(struct group *group, unsigned int nr, unsigned int patience)
{
	for (unsigned int i = 1; i < nr; i++)
		if (plugin_child_start(&group[i].child, group[i].o.policy[0], true, run_group,
				       &group[i]))
			return -1;
	if (group[0].o.nr_policies) {
		group[0].report = run_policies(group[0].in, &group[0].o, group[0].warn);
		if (!group[0].report)
			return -1;
	}
	for (unsigned int i = 1; i < nr; i++)
		if (take_results(&group[i], patience))
			return -1;
	return 0;
}

static const char *label_of(const json_t *policy)
{
	const char *label = json_string_value(json_object_get(policy, "policy"));

	return label ? label : "";
}

/* A file may call its policy as it likes, but two columns of one name cannot be told apart. */
static int check_label(const json_t *merged, const struct options *o, unsigned int at,
		       const json_t *policy)
{
	json_t *other;
	size_t i;

	json_array_foreach((json_t *)merged, i, other)
	{
		if (strcmp(label_of(other), label_of(policy)) ||
		    !strcmp(o->policy[i], o->policy[at]))
			continue;
		message("-p %s and -p %s: both are called %s: name one of the policies otherwise",
			o->policy[i], o->policy[at], label_of(policy));
		return -1;
	}
	return 0;
}

static int merge_policies(json_t *merged, const struct group *group, const struct options *o)
{
	unsigned int builtin = 0, file = 1;

	for (unsigned int i = 0; i < o->nr_policies; i++) {
		bool from_file = policy_names_file(o->policy[i]);
		const struct group *g = from_file ? &group[file++] : &group[0];
		json_t *policy = json_array_get(json_object_get(g->report, "policies"),
						from_file ? 0 : builtin++);

		if (!policy || check_label(merged, o, i, policy) ||
		    json_array_append(merged, policy))
			return -1;
	}
	return 0;
}

static json_t *notes_of(const json_t *report)
{
	return json_object_get(json_object_get(report, "machine"), "notes");
}

static bool has_note(const json_t *notes, const json_t *note)
{
	json_t *other;
	size_t i;

	json_array_foreach((json_t *)notes, i, other) if (json_equal(other, note)) return true;
	return false;
}

/* What is noted of one replay alone is in the report of its process, which has not said it. */
static void merge_notes(json_t *report, const json_t *other)
{
	json_t *notes = notes_of(report), *note;
	size_t i;

	json_array_foreach(notes_of(other), i, note)
	{
		if (has_note(notes, note))
			continue;
		message("%s", json_string_value(note));
		json_array_append(notes, note);
	}
}

/* Ctrl-C reaches all of them, but maybe not at the same record: the whole is then partial. */
static json_t *merge_reports(const struct group *group, unsigned int nr, const struct options *o)
{
	json_t *report = group[group[0].report ? 0 : 1].report, *merged = json_array();

	if (merge_policies(merged, group, o)) {
		json_decref(merged);
		return NULL;
	}
	for (unsigned int i = 0; i < nr; i++) {
		if (json_is_true(json_object_get(group[i].report, "interrupted")))
			json_object_set_new(report, "interrupted", json_true());
		merge_notes(report, group[i].report);
	}
	json_object_set_new(report, "policies", merged);
	return json_incref(report);
}

/**
 * run_with_plugins - replay an input under policies some of which come from files
 * @in: the input
 * @o: the options, with the policies
 *
 * Return: the report, a new reference; NULL with a message on stderr.
 */
json_t *run_with_plugins(struct input *in, const struct options *o)
{
	struct group *group = calloc(o->nr_policies + 1, sizeof(*group));
	json_t *report = NULL;
	unsigned int nr;

	if (!group) {
		message("out of memory");
		return NULL;
	}
	for (unsigned int i = 0; i <= o->nr_policies; i++)
		group[i].child.fd = -1;
	nr = make_groups(group, in, o);
	if (!run_groups(group, nr, o->plugin_patience ? o->plugin_patience : PLUGIN_PATIENCE))
		report = merge_reports(group, nr, o);
	for (unsigned int i = 0; i < nr; i++) {
		plugin_child_release(&group[i].child);
		json_decref(group[i].report);
	}
	free(group);
	return report;
}
