/* SPDX-License-Identifier: GPL-2.0-only */
/* fragreplay policies: what -p takes. */
#include "cmd.h"

struct policy_doc {
	const char *name, *doc;
};

static const struct policy_doc policy_docs[] = {
	{ "observed", "no model: every page where the trace has it; what the real machine did" },
	{ "vanilla", "the kernel's own allocator, of the recorded version or of --kernel" },
};

/**
 * cmd_policies - list the policies, one a line: name, tab, what it is
 * @argc: of the command
 * @argv: likewise
 *
 * Return: exit code.
 */
int cmd_policies(int argc, char **argv)
{
	struct options o;

	if (options_parse(&o, 0, argc, argv))
		return EXIT_TROUBLE;
	for (size_t i = 0; i < sizeof(policy_docs) / sizeof(policy_docs[0]); i++)
		printf("%s\t%s\n", policy_docs[i].name, policy_docs[i].doc);
	return output_flush_stdout() ? EXIT_TROUBLE : EXIT_OK;
}
