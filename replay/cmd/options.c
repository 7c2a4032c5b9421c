// SPDX-License-Identifier: GPL-2.0-only
/* What the options of the commands mean, but for those of view. */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "base/message.h"
#include "base/kernel.h"
#include "base/number.h"

static int bad_value(const char *option, const char *given, const char *need)
{
	message("--%s %s: %s is needed", option, given, need);
	return -1;
}

/**
 * options_push - add an option or operand that may be repeated to those before it
 * @list: those given so far
 * @nr: how many there are
 * @max: how many there may be
 * @what: the new one
 *
 * Return: 0; -1 with a message on stderr.
 */
int options_push(const char **list, unsigned int *nr, unsigned int max, const char *what)
{
	if (*nr == max) {
		message("%s: too many of these; %u is the most", what, max);
		return -1;
	}
	list[(*nr)++] = what;
	return 0;
}

static int parse_refault(struct options *o, const char *given)
{
	if (!strcmp(given, "none"))
		o->refault = 0;
	else if (!strcmp(given, "fitted"))
		o->refault = -1;
	else if (!parse_real(given, 0, 1, &o->refault))
		return bad_value("refault", given, "none, fitted, or a rate from 0 to 1");
	return 0;
}

static int parse_memory(struct options *o, const char *given)
{
	uint64_t bytes;

	if (!parse_size(given, &bytes))
		return bad_value("memory", given, "a size such as 4G or 605M");
	o->memory_pages = bytes >> PAGE_SHIFT;
	return 0;
}

static int parse_kernel(struct options *o, const char *given)
{
	o->version = kernel_version_parse(given);
	if (kernel_version_modeled(o->version))
		return 0;
	return bad_value("kernel", given, KERNEL_NEEDED ",");
}

static int parse_whole_number(struct options *o, int key, const char *given)
{
	uint64_t n;

	switch (key) {
	case O_SEED:
		return parse_number(given, 0, UINT64_MAX, &o->seed) ? 0 :
			bad_value("seed", given, "a whole number");
	case O_SEEDS:
		if (!parse_number(given, 1, 10000, &n))
			return bad_value("seeds", given, "a count from 1 to 10000");
		o->seeds = (unsigned int)n;
		return 0;
	case O_TIMELINE:
		return parse_number(given, 1, 86400000, &o->timeline_ms) ? 0 :
			bad_value("timeline", given, "an interval of 1 to 86400000 ms");
	case O_PATIENCE:
		if (!parse_number(given, 1, 86400, &n))
			return bad_value("plugin-patience", given,
					 "a number of seconds, 1 or more,");
		o->plugin_patience = (unsigned int)n;
		return 0;
	case O_THREADS:
		if (!parse_number(given, 1, 1024, &n))
			return bad_value("threads", given, "a count from 1 to 1024");
		o->threads = (unsigned int)n;
		return 0;
	default:
		return parse_number(given, 1, UINT32_MAX, &o->check_every) ? 0 :
			bad_value("check-every", given, "a number of operations, 1 or more");
	}
}

static int take_diff_option(struct options *o, int key, const char *given)
{
	switch (key) {
	case O_BASE:
		return options_push(o->base, &o->nr_base, MAX_POLICIES, given);
	case O_NEW:
		return options_push(o->new, &o->nr_new, MAX_POLICIES, given);
	case O_FORMAT:
		o->format = given;
		return 0;
	case O_CRITERIA:
		o->criteria = given;
		return 0;
	case O_COLOR:
		o->color = given ? given : "always";
		return 0;
	case O_ALL:
		o->all = true;
		return 0;
	case O_LIST_METRICS:
		o->list_metrics = true;
		return 0;
	case O_SUMMARY:
		o->summary = true;
		return 0;
	case O_FORCE:
		o->force = true;
		return 0;
	case O_OUTPUT:
		o->output = given;
		return 0;
	case O_THRESHOLD:
		return options_push(o->threshold, &o->nr_thresholds, MAX_SETTINGS, given);
	default:
		return parse_real(given, 1e-12, 1, &o->alpha) ? 0 :
			bad_value("alpha", given, "a probability above 0, up to 1,");
	}
}

static int take_option(struct options *o, int key, const char *given)
{
	switch (key) {
	case O_POLICY:
		return options_push(o->policy, &o->nr_policies, MAX_POLICIES, given);
	case O_OUTPUT:
		o->output = given;
		return 0;
	case O_QUIET:
		o->quiet = true;
		return 0;
	case O_END_STATE:
		o->end_state = given;
		return 0;
	case O_MEMORY:
		return parse_memory(o, given);
	case O_SET:
		return options_push(o->set, &o->nr_set, MAX_SETTINGS, given);
	case O_KERNEL:
		return parse_kernel(o, given);
	case O_REFAULT:
		return parse_refault(o, given);
	case O_INSTANCE:
		o->instance = given;
		return 0;
	case O_TIMING:
		o->timing = true;
		return 0;
	case O_INCOMPLETE:
		o->allow_incomplete = true;
		return 0;
	case O_JSON:
		o->json = true;
		return 0;
	case O_STRICT:
		o->strict = true;
		return 0;
	case O_FEATURES:
		o->features = true;
		return 0;
	case O_FORCE:
		o->force = true;
		return 0;
	case O_REPEAT:
		return options_push(o->repeat, &o->nr_repeats, MAX_SETTINGS, given);
	case O_AGAINST:
		o->against = given;
		return 0;
	default:
		return parse_whole_number(o, key, given);
	}
}

/**
 * options_parse - read a command's arguments
 * @o: filled in, with the defaults for what is not given
 * @command: whose they are; any other's option is an error that says so
 * @argc: number of arguments; argv[0] is the command's name
 * @argv: the arguments; permuted, for operands may stand between options
 *
 * Return: 0; -1 with a message on stderr.
 */
int options_parse(struct options *o, enum command_bit command, int argc, char **argv)
{
	int key;

	*o = (struct options){ .seed = 1, .refault = -1 };
	optind = 0;
	while ((key = option_next(command, argc, argv)) != OPTIONS_END) {
		if (key == OPTION_WRONG || (command == CMD_DIFF ? take_diff_option(o, key, optarg)
								: take_option(o, key, optarg)))
			return -1;
		while ((key == O_BASE || key == O_NEW) && optind < argc && *argv[optind] != '-')
			if (take_diff_option(o, key, argv[optind++]))
				return -1;
	}
	for (; optind < argc; optind++)
		if (options_push(o->arg, &o->nr_args, MAX_POLICIES, argv[optind]))
			return -1;
	return 0;
}
