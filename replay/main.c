// SPDX-License-Identifier: GPL-2.0-only
/* fragreplay replays page-allocator traces under another policy. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/json.h"
#include "base/message.h"
#include "base/output.h"
#include "base/version.h"
#include "cmd/cmd.h"

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *usage, *help;
};

static int cmd_help(int argc, char **argv);
static int cmd_version(int argc, char **argv);

static const struct command command_table[] = {
	{ "run", cmd_run, "RECORDING|TRACE [-p POLICY]... [-o FILE] [option]...",
	  "replay under policies, report as JSON" },
	{ "info", cmd_info, "RECORDING|TRACE [--json]", "what a trace and its snapshots hold" },
	{ "check", cmd_check, "RECORDING... [--against RECORDING] [-p POLICY] [--json] [--strict]",
	  "hold the replay against what the recording itself shows" },
	{ "policies", cmd_policies, "[NAME|FILE.so]... [--json] [--features]",
	  "what -p takes: the policies and what can be set, or the kernel's features" },
	{ "diff", cmd_diff, "BASE.json[:POLICY] NEW.json[:POLICY]... [--criteria FILE] [option]...",
	  "compare reports, or the policies of one, and judge the change" },
	{ "view", cmd_view, "REPORT... [-o FILE] [--text|--svg|--png] [--at MS] [-p POLICY]...",
	  "pictures of a report's memory: a page with charts, text, SVG or PNG" },
	{ "dump", cmd_dump, "TRACE", "every event, as `trace-cmd report -R` prints it" },
	{ "help", cmd_help, "", "this text" },
	{ "version", cmd_version, "", "the version" },
};

/* clang-format off */
static const char option_help[] =
"options of run and check:\n"
"  -p, --policy NAME[,setting=value]...\n"
"                         policy to replay under, built in or ./FILE.so, may be repeated\n"
"                         (run: vanilla; check: the recorded one)\n"
"  -o, --output FILE      write the report there, whole or not at all (run)\n"
"      --seed N           seed of all that a recording cannot tell (1)\n"
"      --seeds N          replay seeds SEED .. SEED+N-1 and report the spread (8 where policies\n"
"                         are compared, and for check; else 1)\n"
"      --json             JSON also on a terminal (run), or in place of text (info, check, policies)\n"
"      --against RECORDING\n"
"                         of the same load with vm.defrag_mode=1: does the policy change the\n"
"                         replay as it changed the real kernel? (check)\n"
"      --repeat DIRECTORY snapshots of one more real run of the load: tells how far equal real\n"
"                         runs differ; may be repeated (check)\n"
"      --timeline MS      sample fragmentation and free memory every MS of trace time (run)\n"
"      --end-state FILE   one byte a pfn of the final model: 0 free, 1 in use (run)\n"
"      --memory SIZE      memory of a bare trace's machine, as in 4G\n"
"      --set NAME=VALUE   a sysctl of the replayed machine, or a parameter of the model\n"
"      --kernel VERSION   behave as this kernel (default: as the recorded one)\n"
"      --refault HOW      none, fitted, or a rate\n"
"      --instance NAME    buffer instance of the trace (trace-cmd record -B)\n"
"      --threads N        threads; never changes the report\n"
"      --check-every N    verify the model's invariants every N operations\n"
"      --timing           report throughput (the report is then not reproducible)\n"
"      --allow-incomplete replay a damaged trace up to the damage, and say so\n"
"  -q, --quiet            no progress bar\n"
"options of diff:\n"
"      --threshold METRIC=LIMIT[,floor=N]\n"
"                         how far it may move: -2% or 5% of the base, or 100 in its unit; may be\n"
"                         repeated; past it is a regression, and exit 1\n"
"      --criteria FILE    limits, one a line; scripts/ci/criteria.example, which explains them, is\n"
"                         built in and applies when none are given; none: no criteria\n"
"      --summary          what changed in sentences, and the verdict, without the table\n"
"      --base REPORT...   several runs of one side, as means with a significance test\n"
"      --new REPORT...    of the other side\n"
"      --alpha P          what is significant (0.05)\n"
"      --format FORMAT    text, markdown, json, csv, ktap or junit\n"
"      --all              every metric, not only the rows of a cover letter\n"
"      --color[=WHEN]     auto, always or never (text; auto minds NO_COLOR)\n"
"      --list-metrics     every metric, its unit, which way is better, its source\n"
"      --force            compare what is not alike\n"
"  -o, --output FILE      write there, whole or not at all\n"
"options of view:\n"
"      --text, --svg, --png\n"
"                         the map of pageblocks at one moment; without, a page for a browser\n"
"                         (or as the output's name ends: .txt, .svg, .png)\n"
"      --at MS            moment, in ms of trace time, or end (end)\n"
"  -p, --policy LABEL     only this policy of the report, may be repeated\n"
"      --letters          what a block holds instead of how full it is (--text)\n"
"      --color[=WHEN]     auto, always or never (--text; auto minds NO_COLOR)\n"
"      --scale N          1 to 16 pixels for a unit of the picture (--png; 2)\n"
"  -o, --output FILE      write there, whole or not at all\n"
"exit: 0 done; 1 diff past a limit, check --strict past a limit; 2 trouble;\n"
"      130 interrupted, with a partial report marked so\n";
/* clang-format on */

#define NR_COMMANDS (sizeof(command_table) / sizeof(command_table[0]))

static void print_usage(FILE *out)
{
	fputs("usage:\n", out);
	for (size_t i = 0; i < NR_COMMANDS; i++)
		fprintf(out, "  fragreplay %s%s%s\n        %s\n", command_table[i].name,
			command_table[i].usage[0] ? " " : "", command_table[i].usage,
			command_table[i].help);
	fputs(option_help, out);
}

static int cmd_help(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	print_usage(stdout);
	return output_flush_stdout() ? EXIT_TROUBLE : EXIT_OK;
}

static int cmd_version(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	printf("fragreplay %s\n", fragreplay_version);
	return output_flush_stdout() ? EXIT_TROUBLE : EXIT_OK;
}

/* A file that is opened must never become the stdout or stderr that the caller has closed. */
static void occupy_standard_fds(void)
{
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) < 0)
			_exit(EXIT_TROUBLE);
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
 * main - run the command that the first argument names
 * @argc: number of arguments
 * @argv: the arguments
 *
 * Return: exit code.
 */
int main(int argc, char **argv)
{
	occupy_standard_fds();
	interrupt_install();
	json_watch_memory();
	if (argc < 2) {
		print_usage(stderr);
		return EXIT_TROUBLE;
	}
	for (size_t i = 0; i < NR_COMMANDS; i++)
		if (!strcmp(alias(argv[1]), command_table[i].name))
			return command_table[i].run(argc - 1, argv + 1);
	message("%s: no such command; see `fragreplay help`", argv[1]);
	return EXIT_TROUBLE;
}
