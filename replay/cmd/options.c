// SPDX-License-Identifier: GPL-2.0-only
/* The options of all commands stand in one table; a mask says which of them a command takes. */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "base/message.h"
#include "base/kernel.h"
#include "base/number.h"

enum long_only {
	O_SEED = 256,
	O_SEEDS,
	O_TIMELINE,
	O_END_STATE,
	O_MEMORY,
	O_SET,
	O_KERNEL,
	O_REFAULT,
	O_INSTANCE,
	O_THREADS,
	O_TIMING,
	O_INCOMPLETE,
	O_CHECK_EVERY,
	O_JSON,
	O_STRICT,
	O_FORCE,
	O_THRESHOLD,
	O_AGAINST,
	O_REPEAT,
	O_FEATURES,
	O_BASE,
	O_NEW,
	O_FORMAT,
	O_CRITERIA,
	O_COLOR,
	O_ALPHA,
	O_ALL,
	O_LIST_METRICS,
	O_SUMMARY
};

struct option_rule {
	int key;
	unsigned int bit;
};

static const struct option option_table[] = {
	{ "policy", required_argument, NULL, 'p' },
	{ "output", required_argument, NULL, 'o' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "seed", required_argument, NULL, O_SEED },
	{ "seeds", required_argument, NULL, O_SEEDS },
	{ "timeline", required_argument, NULL, O_TIMELINE },
	{ "end-state", required_argument, NULL, O_END_STATE },
	{ "memory", required_argument, NULL, O_MEMORY },
	{ "set", required_argument, NULL, O_SET },
	{ "kernel", required_argument, NULL, O_KERNEL },
	{ "refault", required_argument, NULL, O_REFAULT },
	{ "instance", required_argument, NULL, O_INSTANCE },
	{ "threads", required_argument, NULL, O_THREADS },
	{ "timing", no_argument, NULL, O_TIMING },
	{ "allow-incomplete", no_argument, NULL, O_INCOMPLETE },
	{ "check-every", required_argument, NULL, O_CHECK_EVERY },
	{ "json", no_argument, NULL, O_JSON },
	{ "strict", no_argument, NULL, O_STRICT },
	{ "force", no_argument, NULL, O_FORCE },
	{ "threshold", required_argument, NULL, O_THRESHOLD },
	{ "against", required_argument, NULL, O_AGAINST },
	{ "repeat", required_argument, NULL, O_REPEAT },
	{ "features", no_argument, NULL, O_FEATURES },
	{ "base", required_argument, NULL, O_BASE },
	{ "new", required_argument, NULL, O_NEW },
	{ "format", required_argument, NULL, O_FORMAT },
	{ "criteria", required_argument, NULL, O_CRITERIA },
	{ "color", optional_argument, NULL, O_COLOR },
	{ "alpha", required_argument, NULL, O_ALPHA },
	{ "all", no_argument, NULL, O_ALL },
	{ "list-metrics", no_argument, NULL, O_LIST_METRICS },
	{ "summary", no_argument, NULL, O_SUMMARY },
	{ NULL, 0, NULL, 0 },
};

static const struct option_rule rule_table[] = {
	{ 'p', OPT_POLICY },	      { 'o', OPT_OUTPUT },	    { 'q', OPT_QUIET },
	{ O_SEED, OPT_MODEL },	      { O_SEEDS, OPT_SEEDS },	    { O_TIMELINE, OPT_REPORT },
	{ O_END_STATE, OPT_REPORT },  { O_MEMORY, OPT_MODEL },	    { O_SET, OPT_MODEL },
	{ O_KERNEL, OPT_MODEL },      { O_REFAULT, OPT_MODEL },	    { O_INSTANCE, OPT_INPUT },
	{ O_THREADS, OPT_INPUT },     { O_TIMING, OPT_REPORT },	    { O_INCOMPLETE, OPT_INPUT },
	{ O_CHECK_EVERY, OPT_MODEL }, { O_JSON, OPT_JSON },	    { O_STRICT, OPT_STRICT },
	{ O_FORCE, OPT_FORCE },	      { O_THRESHOLD, OPT_DIFF },    { O_AGAINST, OPT_AGAINST },
	{ O_REPEAT, OPT_AGAINST },    { O_FEATURES, OPT_FEATURES }, { O_BASE, OPT_DIFF },
	{ O_NEW, OPT_DIFF },	      { O_FORMAT, OPT_DIFF },	    { O_CRITERIA, OPT_DIFF },
	{ O_COLOR, OPT_DIFF },	      { O_ALPHA, OPT_DIFF },	    { O_ALL, OPT_DIFF },
	{ O_LIST_METRICS, OPT_DIFF }, { O_SUMMARY, OPT_DIFF },
};

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
	if (o->version >= KERNEL_OLDEST)
		return 0;
	return bad_value("kernel", given, "a version from 6.1 on, such as 6.12 or 6.18.5,");
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
	default:
		return parse_real(given, 1e-12, 1, &o->alpha) ? 0 :
			bad_value("alpha", given, "a probability above 0, up to 1,");
	}
}

static int take_option(struct options *o, int key, const char *given)
{
	switch (key) {
	case 'p':
		return options_push(o->policy, &o->nr_policies, MAX_POLICIES, given);
	case 'o':
		o->output = given;
		return 0;
	case 'q':
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
	case O_THRESHOLD:
		return options_push(o->threshold, &o->nr_thresholds, MAX_SETTINGS, given);
	default:
		return parse_whole_number(o, key, given);
	}
}

static unsigned int option_bit_of(int key)
{
	for (size_t i = 0; i < sizeof(rule_table) / sizeof(rule_table[0]); i++)
		if (rule_table[i].key == key)
			return rule_table[i].bit;
	return 0;
}

static const char *option_name_of(int key)
{
	for (const struct option *opt = option_table; opt->name; opt++)
		if (opt->val == key)
			return opt->name;
	return "?";
}

/**
 * options_parse - read a command's arguments
 * @o: filled in, with the defaults for what is not given
 * @allowed: OPT_* that the command takes; any other option is an error that says so
 * @argc: number of arguments; argv[0] is the command's name
 * @argv: the arguments; permuted, for operands may stand between options
 *
 * Return: 0; -1 with a message on stderr.
 */
int options_parse(struct options *o, unsigned int allowed, int argc, char **argv)
{
	int key;

	*o = (struct options){ .seed = 1, .refault = -1 };
	optind = 0;
	while ((key = getopt_long(argc, argv, "p:o:q", option_table, NULL)) != -1) {
		if (key == '?') {
			message("see `fragreplay help`");
			return -1;
		}
		if (!(option_bit_of(key) & allowed)) {
			message("%s: takes no --%s; see `fragreplay help`", argv[0],
				option_name_of(key));
			return -1;
		}
		if (key >= O_BASE ? take_diff_option(o, key, optarg) : take_option(o, key, optarg))
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
