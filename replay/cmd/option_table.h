/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every command is called with, in tables that the parser, the help and the completion of the
 * shell read.
 */
#ifndef FRAGREPLAY_OPTION_TABLE_H
#define FRAGREPLAY_OPTION_TABLE_H

/* An option and an operand say by a mask of these which commands take them. */
enum command_bit {
	CMD_RUN = 1 << 0,
	CMD_INFO = 1 << 1,
	CMD_CHECK = 1 << 2,
	CMD_POLICIES = 1 << 3,
	CMD_DIFF = 1 << 4,
	CMD_VIEW = 1 << 5,
	CMD_DUMP = 1 << 6,
	CMD_HELP = 1 << 7,
	CMD_VERSION = 1 << 8,
	CMD_COMPLETION = 1 << 9,
	CMD_RECORD = 1 << 10,
	CMD_SNAPSHOT = 1 << 11,
	CMD_ALL = (1 << 12) - 1
};

/* Below 256 a key is the option's letter, too. */
enum option_key {
	O_HELP = 'h',
	O_OUTPUT = 'o',
	O_POLICY = 'p',
	O_QUIET = 'q',
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
	O_PATIENCE,
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
	O_SUMMARY,
	O_TEXT,
	O_SVG,
	O_PNG,
	O_AT,
	O_SCALE,
	O_LETTERS,
	O_EVENTS,
	O_BUFFER_KB,
	O_DURATION,
	O_MAX_SIZE,
	OPTIONS_END = -1,
	OPTION_WRONG = -2
};

/* What a value or an operand is, for the completion of a shell. */
enum value_kind {
	VALUE_NONE, /* there is none */
	VALUE_TEXT, /* nothing can be offered */
	VALUE_FILE,
	VALUE_DIRECTORY,
	VALUE_POLICY,
	VALUE_METRIC,
	VALUE_SETTING,
	VALUE_COMMAND,
	VALUE_WORDS, /* those of ->words */
};

struct option_info {
	const char *name;
	enum option_key key;
	unsigned int commands;
	enum value_kind kind;
	const char *value; /* as the help calls it; "[=WHEN]": it may be left out */
	const char *words; /* the values that there are, each after a blank but the first */
	const char *help;
};

/**
 * struct command - what can be asked for
 * @name: of the command
 * @bit: in the masks of the options
 * @run: does it; takes its own name as argv[0] and returns the exit code
 * @usage: how it is called, a line each
 * @summary: what it is for, in a few words
 * @exits: its exit codes, where there are more than 0 and 2
 * @operand: what it works on
 */
struct command {
	const char *name;
	enum command_bit bit;
	int (*run)(int argc, char **argv);
	const char *usage, *summary, *exits;
	enum value_kind operand;
};

extern const struct command command_table[];	/* ends with a name of NULL */
extern const struct option_info option_table[]; /* likewise */

const struct command *command_find(const char *name);
int option_next(enum command_bit command, int argc, char **argv);

#endif
