// SPDX-License-Identifier: GPL-2.0-only
/* `fragreplay record` traces this machine; `fragreplay snapshot` copies its state alone. */
#include <getopt.h>
#include <string.h>

#include "base/message.h"
#include "base/number.h"
#include "cmd.h"
#include "option_table.h"
#include "record/record.h"

static int parse_set(enum event_set *set)
{
	static const char *const names[] = { "min", "std", "full", "pcp" };

	for (unsigned int i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(optarg, names[i])) {
			*set = (enum event_set)i;
			return 0;
		}
	message("record: --events %s: the sets are min, std, full and pcp", optarg);
	return -1;
}

static int parse_count(const char *name, uint64_t *value)
{
	if (parse_number(optarg, 1, UINT32_MAX, value))
		return 0;
	message("record: --%s %s: a number from 1 to %u is needed", name, optarg, UINT32_MAX);
	return -1;
}

static int parse_option(struct record_options *opt, int key)
{
	switch (key) {
	case O_OUTPUT:
		opt->dir = optarg;
		return 0;
	case O_EVENTS:
		return parse_set(&opt->set);
	case O_BUFFER_KB:
		return parse_count("buffer-kb", &opt->buffer_kb);
	case O_DURATION:
		return parse_count("duration", &opt->duration_s);
	case O_MAX_SIZE:
		if (parse_size(optarg, &opt->max_bytes))
			return 0;
		message("record: --max-size %s: a size such as 4G or 605M is needed", optarg);
		return -1;
	default:
		return -1;
	}
}

/**
 * cmd_record - record the page allocator of this machine
 * @argc: number of arguments
 * @argv: the arguments; the first is the name of the command
 *
 * Return: exit code.
 */
int cmd_record(int argc, char **argv)
{
	struct record_options opt = { .dir = "recording", .set = EVENTS_STD };
	int key;

	optind = 0;
	while ((key = option_next(CMD_RECORD, argc, argv)) != OPTIONS_END)
		if (parse_option(&opt, key))
			return EXIT_TROUBLE;
	if (optind < argc)
		opt.command = argv + optind;
	return record_run(&opt);
}

/**
 * cmd_snapshot - copy what the kernel says of its memory to a new directory
 * @argc: number of arguments
 * @argv: the arguments; the first is the name of the command
 *
 * Return: exit code.
 */
int cmd_snapshot(int argc, char **argv)
{
	optind = 0;
	if (option_next(CMD_SNAPSHOT, argc, argv) != OPTIONS_END)
		return EXIT_TROUBLE;
	if (argc - optind != 1) {
		message("snapshot: name one directory, to be made; see `fragreplay help snapshot`");
		return EXIT_TROUBLE;
	}
	return snapshot_take(argv[optind]) ? EXIT_TROUBLE : EXIT_OK;
}
