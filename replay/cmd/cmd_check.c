// SPDX-License-Identifier: GPL-2.0-only
/* fragreplay check: hold the replay against what the recording itself shows. */
#include <stdlib.h>

#include "cmd_check.h"
#include "base/message.h"
#include "base/output.h"
#include "cmd.h"
#include "input.h"
#include "options.h"
#include "report/report.h"

static int print(const struct check *c, bool json)
{
	json_t *doc;
	int ret;

	if (!json) {
		check_print(c);
		return output_flush_stdout();
	}
	doc = check_json(c);
	ret = report_write(doc, NULL);
	json_decref(doc);
	return ret;
}

static int check(struct check *c, const struct options *o)
{
	char err[ERR_LEN] = "";
	int ret = EXIT_OK;

	if (check_replay(c, o, err, sizeof(err))) {
		message("%s", err);
		return EXIT_TROUBLE;
	}
	if (print(c, o->json))
		ret = EXIT_TROUBLE;
	else if (c->out.interrupted)
		ret = EXIT_INTERRUPTED;
	else if (o->strict && c->fidelity.missed)
		ret = EXIT_REGRESSION;
	run_release(&c->out);
	return ret;
}

/**
 * check_need_snapshots - without them there is nothing to hold a replay against
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

static int check_alone(const struct options *o)
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
		if (!check_need_snapshots(&c->in, o->arg[0]))
			ret = check(c, o);
		input_close(&c->in);
	}
	free(c);
	return ret;
}

/**
 * cmd_check - fidelity of a replay under the recorded policy, or of what a policy changes
 * @argc: of the command
 * @argv: likewise
 *
 * Return: exit code: 0 when it could be computed, whatever it says; with --strict 1 past a limit.
 */
int cmd_check(int argc, char **argv)
{
	struct options o;

	if (options_parse(&o, OPT_POLICY | OPT_MODEL | OPT_INPUT | OPT_JSON | OPT_STRICT |
			  OPT_QUIET | OPT_SEEDS | OPT_FORCE | OPT_AGAINST, argc, argv))
		return EXIT_TROUBLE;
	if (o.nr_args != 1 || o.nr_policies > 1) {
		message("check: name one recording and at most one -p; see `fragreplay help`");
		return EXIT_TROUBLE;
	}
	if (!o.against && (o.seeds > 1 || o.force || o.nr_repeats)) {
		message("check: --%s goes with --against; see `fragreplay help`",
			o.force ? "force" : o.nr_repeats ? "repeat" : "seeds");
		return EXIT_TROUBLE;
	}
	return o.against ? check_against(&o) : check_alone(&o);
}
