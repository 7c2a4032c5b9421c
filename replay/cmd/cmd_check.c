// SPDX-License-Identifier: GPL-2.0-only
/* `fragreplay check` holds a replay against what the recording itself shows. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd_check.h"
#include "base/message.h"
#include "base/output.h"
#include "cmd.h"
#include "input.h"
#include "options.h"
#include "plugin_child.h"
#include "report/report.h"

/* What `check` has found in all recordings. */
struct checked {
	struct bias bias;
	json_t *documents; /* NULL: text was asked for */
	bool missed;
};

/**
 * check_need_snapshots - refuse an input that has nothing to hold a replay against
 * @in: the input
 * @path: as the user named it
 *
 * Return: 0; -1 with a message on stderr.
 */
int check_need_snapshots(const struct input *in, const char *path)
{
	if (in->recording.before.present && in->recording.after.present)
		return 0;
	message("%s: check needs %s/, the snapshots that scripts/record takes; a bare trace has"
		" nothing to be held against",
		path, in->recording.before.present ? "after" : "before");
	return -1;
}

static int take_result(struct checked *all, const struct check *c)
{
	if (c->out.interrupted) {
		message("interrupted: what is not whole cannot be compared");
		return EXIT_INTERRUPTED;
	}
	bias_add(&all->bias, &c->fidelity);
	all->missed |= c->fidelity.verdicts[FIDELITY_MISS] > 0;
	if (all->documents)
		return json_array_append_new(all->documents, check_json(c)) ? EXIT_TROUBLE
									    : EXIT_OK;
	if (all->bias.recordings > 1)
		printf("\n");
	check_print(c);
	return EXIT_OK;
}

static int check_opened(struct checked *all, struct check *c, const struct options *o)
{
	char err[ERR_LEN] = "";
	int ret;

	if (check_need_snapshots(&c->in, o->arg[0]))
		return EXIT_TROUBLE;
	if (check_replay(c, o, err, sizeof(err))) {
		message("%s", err);
		return EXIT_TROUBLE;
	}
	ret = take_result(all, c);
	run_release(&c->out);
	return ret;
}

static int check_one(struct checked *all, const struct options *o)
{
	struct check *c = calloc(1, sizeof(*c));
	char err[ERR_LEN] = "";
	int ret = EXIT_TROUBLE;

	if (!c) {
		message("out of memory");
		return EXIT_TROUBLE;
	}
	if (input_open(&c->in, o, err, sizeof(err))) {
		message("%s", err);
	} else {
		ret = check_opened(all, c, o);
		input_close(&c->in);
	}
	free(c);
	return ret;
}

/* writes one recording's document, or that of all recordings and what they have in common */
static int write_json(struct checked *all)
{
	json_t *doc;
	int ret;

	if (json_array_size(all->documents) == 1)
		doc = json_incref(json_array_get(all->documents, 0));
	else
		doc = json_pack("{ss, sO, so}", "schema", "fragreplay-check/2", "recordings",
				all->documents, "bias", bias_json(&all->bias));
	ret = report_write(doc, NULL);
	json_decref(doc);
	return ret;
}

static int write_result(struct checked *all)
{
	if (all->documents)
		return write_json(all);
	if (all->bias.recordings > 1) {
		printf("\n");
		bias_print(&all->bias);
	}
	return output_flush_stdout();
}

static int check_all(const struct options *o)
{
	struct checked *all = calloc(1, sizeof(*all));
	int ret = EXIT_OK;

	if (all && o->json)
		all->documents = json_array();
	if (!all || (o->json && !all->documents)) {
		message("out of memory");
		free(all);
		return EXIT_TROUBLE;
	}
	for (unsigned int i = 0; i < o->nr_args && ret == EXIT_OK; i++) {
		struct options of_one = *o;

		of_one.arg[0] = o->arg[i];
		ret = check_one(all, &of_one);
	}
	if (ret == EXIT_OK && write_result(all))
		ret = EXIT_TROUBLE;
	if (ret == EXIT_OK && o->strict && all->missed)
		ret = EXIT_REGRESSION;
	json_decref(all->documents);
	free(all);
	return ret;
}

static const char *wrong_use(const struct options *o)
{
	if (!o->nr_args || o->nr_policies > 1)
		return "name a recording, or several, and at most one -p";
	if (o->against && o->nr_args > 1)
		return "--against compares with one recording";
	if (o->nr_repeats && o->nr_args > 1)
		return "--repeat goes with one recording; where there are several, each may have its"
		       " repetitions in its own folder `repeats`";
	if (o->force && !o->against)
		return "--force goes with --against";
	return NULL;
}

/**
 * cmd_check - fidelity of a replay under the recorded policy, or of what a policy changes
 * @argc: number of arguments
 * @argv: the arguments; the first is the name of the command
 *
 * Return: exit code: 0 when it could be computed, whatever it says; with --strict 1 on a miss.
 */
int cmd_check(int argc, char **argv)
{
	plugin_command command;
	const char *wrong, *plugin;
	struct options o;

	if (options_parse(&o, CMD_CHECK, argc, argv))
		return EXIT_TROUBLE;
	wrong = wrong_use(&o);
	if (wrong) {
		message("check: %s; see `fragreplay help check`", wrong);
		return EXIT_TROUBLE;
	}
	command = o.against ? check_against : check_all;
	plugin = plugin_among(o.policy, o.nr_policies);
	return plugin ? plugin_child_command(&o, plugin, command) : command(&o);
}
