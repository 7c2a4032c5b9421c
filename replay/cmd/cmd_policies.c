// SPDX-License-Identifier: GPL-2.0-only
/* `fragreplay policies` describes what -p takes, built in or from a file, as text or JSON. */
#include <string.h>

#include "base/kernel.h"
#include "base/message.h"
#include "base/output.h"
#include "base/terminal.h"
#include "cmd.h"
#include "options.h"
#include "plugin_child.h"
#include "policies/table.h"
#include "report/report.h"

#define POLICIES_SCHEMA "fragreplay-policies/1"
#define TEXT_COLUMN	16

static const char observed_doc[] =
	"no model: every page where the trace has it; what the real machine did";

static void print_entry(int indent, const char *name, const char *text)
{
	int used = printf("%*s%s", indent, "", name);

	if (used >= TEXT_COLUMN) {
		putchar('\n');
		used = 0;
	}
	print_wrapped(stdout, text, used, TEXT_COLUMN, PLAIN_WIDTH);
}

/* "on or off", "0 to 100", "one of: auto, base (d1), ..." */
static void allowed_values(const struct policy_tunable *t, char *text, size_t len)
{
	size_t at = 0;

	switch (t->type) {
	case TUNABLE_BOOL:
		snprintf(text, len, "on or off");
		return;
	case TUNABLE_UINT:
	case TUNABLE_REAL:
		snprintf(text, len, "%snumber, %.15g to %.15g",
			 t->type == TUNABLE_UINT ? "whole " : "", t->min, t->max);
		return;
	case TUNABLE_ENUM:
		for (int i = 0; t->values[i] && at < len; i++)
			at += (size_t)snprintf(text + at, len - at, "%s%s",
					       i ? ", " : "one of: ", t->values[i]);
		return;
	}
}

static void print_tunable(const struct policy_tunable *t)
{
	char head[256], values[1024];

	snprintf(head, sizeof(head), "%s=%s", t->name, t->def);
	print_entry(2, head, t->doc);
	allowed_values(t, values, sizeof(values));
	print_wrapped(stdout, values, 0, TEXT_COLUMN, PLAIN_WIDTH);
}

static void print_policy(const struct policy_ops *ops)
{
	const struct policy_tunable *t;
	const struct policy_counter *c;
	char decisions[1024], text[256];

	if (!ops) {
		print_entry(0, "observed", observed_doc);
		return;
	}
	print_entry(0, ops->name, ops->doc);
	policy_decisions(ops, decisions, sizeof(decisions));
	if (decisions[0])
		print_entry(2, "decides", decisions);
	for (t = ops->tunables; t && t->name; t++)
		print_tunable(t);
	for (c = ops->counters; c && c->name; c++) {
		snprintf(text, sizeof(text), "counter: %s", c->doc);
		print_entry(2, c->name, text);
	}
}

static void print_common(void)
{
	printf("\nevery policy takes these, too:\n");
	print_entry(2, "kernel=VERSION",
		    "behave as this kernel, whatever --kernel says: " KERNEL_NEEDED);
	print_entry(2, "filemap=NAME", "how page-cache folios are asked for:");
	for (int i = 0; filemap_variants[i]; i++)
		print_entry(4, filemap_variants[i]->name, filemap_variants[i]->doc);
	print_entry(2, "FEATURE=on|off", "one of `fragreplay policies --features`");
}

static void print_features(void)
{
	const char *name, *doc;

	for (unsigned int i = 0; (name = kernel_feature_name(i, &doc)); i++)
		print_entry(0, name, doc);
}

/* A plug-in's text may be no UTF-8. */
static json_t *text_or_null(const char *text)
{
	json_t *value = text ? json_string(text) : NULL;

	return value ? value : json_null();
}

static json_t *named(const char *name, const char *doc)
{
	json_t *object = json_object();

	json_object_set_new(object, "name", text_or_null(name));
	json_object_set_new(object, "doc", text_or_null(doc));
	return object;
}

static json_t *json_values(const struct policy_tunable *t)
{
	json_t *values = json_array();

	for (int i = 0; t->values[i]; i++) {
		json_t *names = json_array();
		const char *s = t->values[i];

		while (*s) {
			size_t n = strcspn(s, "|");

			json_array_append_new(names, json_stringn(s, n));
			s += n + (s[n] == '|');
		}
		json_array_append_new(values, names);
	}
	return values;
}

static json_t *json_tunable(const struct policy_tunable *t)
{
	static const char *const type[] = { "bool", "uint", "real", "enum" };
	json_t *object = named(t->name, t->doc);

	json_object_set_new(object, "type", json_string(type[t->type]));
	json_object_set_new(object, "default", text_or_null(t->def));
	if (t->type == TUNABLE_UINT || t->type == TUNABLE_REAL) {
		json_object_set_new(object, "min", json_real(t->min));
		json_object_set_new(object, "max", json_real(t->max));
	}
	if (t->type == TUNABLE_ENUM)
		json_object_set_new(object, "values", json_values(t));
	return object;
}

static json_t *json_policy(const struct policy_ops *ops)
{
	const struct policy_tunable *t;
	const struct policy_counter *c;
	json_t *object = named(ops ? ops->name : "observed", ops ? ops->doc : observed_doc);
	json_t *tunables = json_array(), *counters = json_array();

	for (t = ops ? ops->tunables : NULL; t && t->name; t++)
		json_array_append_new(tunables, json_tunable(t));
	for (c = ops ? ops->counters : NULL; c && c->name; c++)
		json_array_append_new(counters, named(c->name, c->doc));
	json_object_set_new(object, "tunables", tunables);
	json_object_set_new(object, "counters", counters);
	return object;
}

static json_t *json_common(json_t *root)
{
	json_t *filemap = json_array(), *features = json_array();
	const char *name, *doc;

	for (int i = 0; filemap_variants[i]; i++)
		json_array_append_new(filemap, named(filemap_variants[i]->name,
						     filemap_variants[i]->doc));
	for (unsigned int i = 0; (name = kernel_feature_name(i, &doc)); i++)
		json_array_append_new(features, named(name, doc));
	json_object_set_new(root, "filemap", filemap);
	json_object_set_new(root, "features", features);
	return root;
}

static int describe_all(const struct options *o)
{
	json_t *root, *list;
	int ret;

	if (o->json) {
		root = json_pack("{ss}", "schema", POLICIES_SCHEMA);
		list = json_pack("[o]", json_policy(NULL));
		for (int i = 0; builtin_policies[i]; i++)
			json_array_append_new(list, json_policy(builtin_policies[i]));
		json_object_set_new(root, "policies", list);
		ret = report_write(json_common(root), NULL);
		json_decref(root);
		return ret;
	}
	if (o->features) {
		print_features();
		return output_flush_stdout();
	}
	print_policy(NULL);
	for (int i = 0; builtin_policies[i]; i++) {
		putchar('\n');
		print_policy(builtin_policies[i]);
	}
	print_common();
	return output_flush_stdout();
}

/* describes at once, for a policy from a file leaves memory with its setup */
static int describe_policy(const char *name, json_t *list)
{
	struct policy_setup s;
	char err[ERR_LEN];
	int ret = policy_setup_parse(&s, name, err, sizeof(err));

	if (ret)
		message("%s", err);
	else if (list)
		json_array_append_new(list, json_policy(s.ops));
	else
		print_policy(s.ops);
	policy_setup_release(&s);
	return ret;
}

static int describe_named(const struct options *o)
{
	json_t *root = json_pack("{ss}", "schema", POLICIES_SCHEMA);
	json_t *list = o->json ? json_array() : NULL;
	int ret = 0;

	for (unsigned int i = 0; i < o->nr_args && !ret; i++) {
		if (strchr(o->arg[i], ',')) {
			message("policies %s: a name or a file is needed, without settings",
				o->arg[i]);
			ret = -1;
		} else {
			ret = describe_policy(o->arg[i], list);
		}
	}
	if (list)
		json_object_set_new(root, "policies", list);
	if (!ret)
		ret = o->json ? report_write(root, NULL) : output_flush_stdout();
	json_decref(root);
	return ret;
}

static int describe(const struct options *o)
{
	return (o->nr_args ? describe_named(o) : describe_all(o)) ? EXIT_TROUBLE : EXIT_OK;
}

/**
 * cmd_policies - describe all built-in policies, or those named, or the kernel's features
 * @argc: number of arguments
 * @argv: the arguments; operands are names as -p takes them, without settings
 *
 * Return: exit code.
 */
int cmd_policies(int argc, char **argv)
{
	struct options o;
	const char *plugin;

	if (options_parse(&o, CMD_POLICIES, argc, argv))
		return EXIT_TROUBLE;
	if (o.features && o.nr_args) {
		message("policies: --features are the kernel's, and no policy's: name none");
		return EXIT_TROUBLE;
	}
	plugin = plugin_among(o.arg, o.nr_args);
	return plugin ? plugin_child_command(&o, plugin, describe) : describe(&o);
}
