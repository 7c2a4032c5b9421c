// SPDX-License-Identifier: GPL-2.0-only
/* The commands, and how their arguments are taken apart by the table of options. */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "base/output.h"
#include "base/suggest.h"
#include "cmd.h"
#include "option_table.h"

#define MAX_OPTIONS 64

const struct command command_table[] = {
	{ "run", CMD_RUN, cmd_run, "RECORDING|TRACE [-p POLICY]... [-o FILE] [OPTION]...",
	  "replay under policies: a summary on a terminal, else JSON",
	  "0 done; 2 trouble; 130 interrupted, with a partial report marked so", VALUE_FILE },
	{ "diff", CMD_DIFF, cmd_diff,
	  "BASE[:POLICY] NEW[:POLICY]... [OPTION]...\n"
	  "REPORT [OPTION]...\n"
	  "--base REPORT... --new REPORT... [OPTION]...",
	  "compare reports, or the policies of one, and judge the change",
	  "0 no regression; 1 a regression; 2 it cannot be said, or trouble", VALUE_FILE },
	{ "check", CMD_CHECK, cmd_check,
	  "RECORDING... [-p POLICY] [OPTION]...\n"
	  "RECORDING --against RECORDING [OPTION]...",
	  "hold the replay against what the recording itself shows",
	  "0 done; 1 --strict and a miss; 2 trouble; 130 interrupted", VALUE_DIRECTORY },
	{ "view", CMD_VIEW, cmd_view, "REPORT... [-o FILE] [OPTION]...",
	  "the memory of a report as a page with charts, text, SVG or PNG", NULL, VALUE_FILE },
	{ "info", CMD_INFO, cmd_info, "RECORDING|TRACE [OPTION]...",
	  "what a trace and its snapshots hold", "0 done; 2 trouble; 130 interrupted", VALUE_FILE },
	{ "policies", CMD_POLICIES, cmd_policies, "[NAME|FILE.so]... [OPTION]...",
	  "what -p takes: the policies and what can be set", NULL, VALUE_POLICY },
	{ "dump", CMD_DUMP, cmd_dump, "TRACE [OPTION]...",
	  "every event, as `trace-cmd report -R` prints it", NULL, VALUE_FILE },
	{ "record", CMD_RECORD, cmd_record, "[-o DIRECTORY] [OPTION]... [-- COMMAND [ARGUMENT]...]",
	  "trace this machine, with snapshots before and after; needs root",
	  "that of the command; 0 done; 2 trouble", VALUE_NONE },
	{ "snapshot", CMD_SNAPSHOT, cmd_snapshot, "DIRECTORY",
	  "copy what the kernel says of its memory", NULL, VALUE_NONE },
	{ "completion", CMD_COMPLETION, cmd_completion, "bash",
	  "for ~/.bashrc: source <(fragreplay completion bash)", NULL, VALUE_WORDS },
	{ "help", CMD_HELP, cmd_help, "[COMMAND]", "this text, or that of a command", NULL,
	  VALUE_COMMAND },
	{ "version", CMD_VERSION, cmd_version, "", "the version", NULL, VALUE_NONE },
	{ NULL, CMD_ALL, NULL, NULL, NULL, NULL, VALUE_NONE },
};

/**
 * command_find - find a command
 * @name: its name
 *
 * Return: the command; NULL with a message on stderr when there is none of this name.
 */
const struct command *command_find(const char *name)
{
	struct suggestion near;
	char hint[SUGGESTION_LEN];

	suggest_begin(&near, name);
	for (const struct command *c = command_table; c->name; c++) {
		if (!strcmp(name, c->name))
			return c;
		suggest_consider(&near, c->name);
	}
	message("%s: no such command%s; see `fragreplay help`", name,
		suggest_text(&near, hint, sizeof(hint)));
	return NULL;
}

static const struct command *command_by_bit(enum command_bit bit)
{
	const struct command *c = command_table;

	while (c->bit != bit)
		c++;
	return c;
}

static int argument_of(const struct option_info *info)
{
	if (info->kind == VALUE_NONE)
		return no_argument;
	return info->value[0] == '[' ? optional_argument : required_argument;
}

/* makes what getopt_long() needs of the options that the command takes */
static void select_options(enum command_bit command, struct option *table, char *letters)
{
	unsigned int nr = 0;

	*letters++ = ':';
	for (const struct option_info *o = option_table; o->name; o++) {
		if (!(o->commands & command) || nr == MAX_OPTIONS - 1)
			continue;
		table[nr++] = (struct option){ o->name, argument_of(o), NULL, (int)o->key };
		if (o->key >= 256)
			continue;
		*letters++ = (char)o->key;
		if (o->kind != VALUE_NONE)
			*letters++ = ':';
	}
	table[nr] = (struct option){ NULL, 0, NULL, 0 };
	*letters = '\0';
}

/* "of run and check" */
static void list_commands(unsigned int mask, char *text, size_t len)
{
	size_t at = 0;

	for (const struct command *c = command_table; c->name && at < len; c++) {
		if (!(c->bit & mask))
			continue;
		mask &= ~(unsigned int)c->bit;
		at += (size_t)snprintf(text + at, len - at, "%s%s",
				       !at    ? ""
				       : mask ? ", "
					      : " and ",
				       c->name);
	}
}

/* Is an abbreviation that getopt_long() could not tell apart, or nothing that the command has. */
static void say_unknown(const struct command *command, const char *given)
{
	const char *name = given + strspn(given, "-");
	size_t len = strcspn(name, "=");
	char word[64], hint[SUGGESTION_LEN], commands[128] = "";
	unsigned int mask = 0, fits = 0;
	struct suggestion near;

	snprintf(word, sizeof(word), "%.*s", (int)len, name);
	suggest_begin(&near, word);
	near.prefix = "--";
	for (const struct option_info *o = option_table; o->name; o++) {
		if (o->commands & command->bit) {
			suggest_consider(&near, o->name);
			fits += !strncmp(o->name, word, len);
		}
		if (!strcmp(o->name, word) || (!name[1] && o->key == name[0]))
			mask |= o->commands;
	}
	list_commands(mask, commands, sizeof(commands));
	if (mask)
		message("%s: takes no %.*s, which is of %s; see `fragreplay help %s`",
			command->name, (int)(name - given + (ptrdiff_t)len), given, commands,
			command->name);
	else if (fits > 1)
		message("%s: --%s: is short for several options; see `fragreplay help %s`",
			command->name, word, command->name);
	else
		message("%s: %.*s: no such option%s; see `fragreplay help %s`", command->name,
			(int)(name - given + (ptrdiff_t)len), given,
			suggest_text(&near, hint, sizeof(hint)), command->name);
}

static void say_wrong(const struct command *command, bool value_missing, char **argv)
{
	const struct option_info *o = option_table;
	char letter[3] = { '-', (char)optopt, '\0' };

	while (o->name && !((int)o->key == optopt && o->commands & command->bit))
		o++;
	if (value_missing)
		message("%s: --%s needs a value, %s; see `fragreplay help %s`", command->name,
			o->name, o->value, command->name);
	else if (o->name)
		message("%s: --%s takes no value", command->name, o->name);
	else
		say_unknown(command, optopt ? letter : argv[optind - 1]);
}

/**
 * option_next - take the next option of a command's arguments apart, as getopt_long() does
 * @command: the command; set optind to 0 before its first option
 * @argc: number of arguments
 * @argv: the arguments; permuted
 *
 * Return: an enum option_key, with optarg set; OPTIONS_END; OPTION_WRONG with a message on stderr.
 */
int option_next(enum command_bit command, int argc, char **argv)
{
	struct option table[MAX_OPTIONS];
	char letters[2 * MAX_OPTIONS];
	int key;

	select_options(command, table, letters);
	opterr = 0;
	key = getopt_long(argc, argv, letters, table, NULL);
	if (key != '?' && key != ':')
		return key;
	say_wrong(command_by_bit(command), key == ':', argv);
	return OPTION_WRONG;
}

/*
 * Finds --help among a command's arguments, also beside what is wrong; their order stays.
 * Returns 1 when it is there, 0 when not, -1 with a message when there is no memory.
 */
static int options_ask_for_help(const struct command *command, int argc, char **argv)
{
	struct option table[MAX_OPTIONS];
	char letters[2 * MAX_OPTIONS];
	char **copy = malloc(((size_t)argc + 1) * sizeof(*copy));
	int key;

	if (!copy) {
		message("out of memory");
		return -1;
	}
	memcpy(copy, argv, ((size_t)argc + 1) * sizeof(*copy));
	select_options(command->bit, table, letters);
	opterr = 0;
	optind = 0;
	do
		key = getopt_long(argc, copy, letters, table, NULL);
	while (key != -1 && key != O_HELP);
	free(copy);
	return key == O_HELP;
}

static const char *alias(const char *name)
{
	if (!strcmp(name, "--help") || !strcmp(name, "-h"))
		return "help";
	if (!strcmp(name, "--version") || !strcmp(name, "-V"))
		return "version";
	return name;
}

/**
 * command_dispatch - run the command that the first argument names, or print its help
 * @argc: number of arguments
 * @argv: the arguments; the first is the name of the program
 *
 * Return: exit code.
 */
int command_dispatch(int argc, char **argv)
{
	const struct command *c;
	int help;

	if (argc < 2) {
		help_print(NULL, stderr);
		return EXIT_TROUBLE;
	}
	c = command_find(alias(argv[1]));
	if (!c)
		return EXIT_TROUBLE;
	help = options_ask_for_help(c, argc - 1, argv + 1);
	if (help < 0)
		return EXIT_TROUBLE;
	if (!help)
		return c->run(argc - 1, argv + 1);
	help_print(c, stdout);
	return output_flush_stdout() ? EXIT_TROUBLE : EXIT_OK;
}
