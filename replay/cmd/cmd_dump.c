// SPDX-License-Identifier: GPL-2.0-only
/* `fragreplay dump` prints every event as `trace-cmd report -R` does. */
#include <stdio.h>

#include "base/message.h"
#include "base/output.h"
#include "cmd.h"
#include "options.h"
#include "parsers/trace.h"

/**
 * cmd_dump - print every event of a trace to stdout
 * @argc: number of arguments
 * @argv: the arguments; the first is the name of the command
 *
 * Return: exit code.
 */
int cmd_dump(int argc, char **argv)
{
	struct trace_options topt;
	struct options o;
	struct trace *t;
	char err[ERR_LEN] = "";
	int ret;

	if (options_parse(&o, CMD_DUMP, argc, argv))
		return EXIT_TROUBLE;
	if (o.nr_args != 1) {
		message("dump: name one trace; see `fragreplay help dump`");
		return EXIT_TROUBLE;
	}
	topt = (struct trace_options){
		.allow_incomplete = o.allow_incomplete,
		.instance = o.instance,
		.threads = o.threads == 1 ? 0 : 1,
	};
	t = trace_open(o.arg[0], &topt, err, sizeof(err));
	if (!t) {
		message("%s", err);
		return EXIT_TROUBLE;
	}
	ret = trace_dump(t, stdout);
	if (output_flush_stdout())
		ret = EXIT_TROUBLE;
	else if (ret) {
		message("%s", trace_error(t));
		ret = EXIT_TROUBLE;
	}
	trace_close(t);
	return ret;
}
