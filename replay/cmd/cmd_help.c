// SPDX-License-Identifier: GPL-2.0-only
/* `fragreplay help` prints what the tables of commands and options say. */
#include <string.h>

#include "base/message.h"
#include "base/output.h"
#include "base/terminal.h"
#include "base/version.h"
#include "cmd.h"
#include "option_table.h"

#define COMMAND_COLUMN 14
#define OPTION_COLUMN  26

static void print_usage(const struct command *c, FILE *out)
{
	const char *line = c->usage, *lead = "usage: ";

	do {
		size_t len = strcspn(line, "\n");

		fprintf(out, "%sfragreplay %s%s%.*s\n", lead, c->name, len ? " " : "", (int)len,
			line);
		lead = "       ";
		line += len;
	} while (*line++);
}

static void print_option(const struct option_info *o, FILE *out)
{
	char letter[8] = "    ";
	int column;

	if (o->key < 256)
		snprintf(letter, sizeof(letter), "-%c, ", (char)o->key);
	column = fprintf(out, "  %s--%s%s%s", letter, o->name,
			 !o->value || o->value[0] == '[' ? "" : " ", o->value ? o->value : "");
	if (column >= OPTION_COLUMN) {
		fputc('\n', out);
		column = 0;
	}
	print_wrapped(out, o->help, column, OPTION_COLUMN, PLAIN_WIDTH);
}

static void print_overview(FILE *out)
{
	fputs("usage: fragreplay COMMAND [ARGUMENT]...\n\n"
	      "replays page-allocator traces under another policy\n\n",
	      out);
	for (const struct command *c = command_table; c->name; c++)
		print_wrapped(out, c->summary, fprintf(out, "  %s", c->name), COMMAND_COLUMN,
			      PLAIN_WIDTH);
	fputs("\n`fragreplay help COMMAND`, or COMMAND --help, has its options. To begin with:\n\n"
	      "  fragreplay run RECORDING -p vanilla -p defrag_mode -o r.json\n"
	      "  fragreplay diff r.json\n\n"
	      "exit: 0 done; 1 a regression, or a miss of check --strict; 2 trouble;\n"
	      "      130 interrupted\n",
	      out);
}

/**
 * help_print - print the help of a command, or what commands there are
 * @c: the command; NULL: all of them
 * @out: where to
 */
void help_print(const struct command *c, FILE *out)
{
	if (!c) {
		print_overview(out);
		return;
	}
	print_usage(c, out);
	fputc('\n', out);
	print_wrapped(out, c->summary, 0, 0, PLAIN_WIDTH);
	fputs("\noptions:\n", out);
	for (const struct option_info *o = option_table; o->name; o++)
		if (o->commands & c->bit)
			print_option(o, out);
	fprintf(out, "\nexit: %s\n", c->exits ? c->exits : "0 done; 2 trouble");
}

/**
 * cmd_help - print the help of the command that is named, or an overview
 * @argc: number of arguments
 * @argv: the arguments; the first is the name of the command
 *
 * Return: exit code.
 */
int cmd_help(int argc, char **argv)
{
	const struct command *c = NULL;

	if (argc > 2) {
		message("help: name one command; see `fragreplay help`");
		return EXIT_TROUBLE;
	}
	if (argc == 2) {
		c = command_find(argv[1]);
		if (!c)
			return EXIT_TROUBLE;
	}
	help_print(c, stdout);
	return output_flush_stdout() ? EXIT_TROUBLE : EXIT_OK;
}

/**
 * cmd_version - print name and version
 * @argc: number of arguments
 * @argv: the arguments; the first is the name of the command
 *
 * Return: exit code.
 */
int cmd_version(int argc, char **argv)
{
	if (argc > 1) {
		message("%s: takes no arguments", argv[0]);
		return EXIT_TROUBLE;
	}
	printf("fragreplay %s\n", fragreplay_version);
	return output_flush_stdout() ? EXIT_TROUBLE : EXIT_OK;
}
