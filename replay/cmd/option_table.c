// SPDX-License-Identifier: GPL-2.0-only
/* The options of all commands. */
#include <stddef.h>

#include "option_table.h"

#define REPLAY (CMD_RUN | CMD_CHECK)
#define INPUT  (CMD_RUN | CMD_CHECK | CMD_INFO | CMD_DUMP)

/* A name may stand here twice, where it means one thing to a command and another to the next. */
const struct option_info option_table[] = {
	{ "policy", O_POLICY, CMD_RUN, VALUE_POLICY, "NAME[,SETTING=VALUE]...", NULL,
	  "policy to replay under, built in or ./FILE.so; may be repeated (vanilla)" },
	{ "policy", O_POLICY, CMD_CHECK, VALUE_POLICY, "NAME[,SETTING=VALUE]...", NULL,
	  "replay under this policy instead of the recorded one" },
	{ "policy", O_POLICY, CMD_VIEW, VALUE_TEXT, "LABEL", NULL,
	  "only this policy of the report; may be repeated" },
	{ "output", O_OUTPUT, CMD_RUN, VALUE_FILE, "FILE", NULL,
	  "write the report there, whole or not at all" },
	{ "output", O_OUTPUT, CMD_DIFF, VALUE_FILE, "FILE", NULL,
	  "write there, whole or not at all; .txt, .md, .json, .csv, .ktap and .xml choose the"
	  " format" },
	{ "output", O_OUTPUT, CMD_VIEW, VALUE_FILE, "FILE", NULL,
	  "write there, whole or not at all; .html, .txt, .svg and .png choose the form" },

	{ "seed", O_SEED, REPLAY, VALUE_TEXT, "N", NULL,
	  "seed of all that a recording cannot tell (1)" },
	{ "seeds", O_SEEDS, CMD_RUN, VALUE_TEXT, "N", NULL,
	  "replay seeds SEED .. SEED+N-1 and report the spread (8 for several policies, else 1)" },
	{ "seeds", O_SEEDS, CMD_CHECK, VALUE_TEXT, "N", NULL,
	  "hold the mean over seeds SEED .. SEED+N-1 against the recording (8)" },
	{ "json", O_JSON, CMD_RUN, VALUE_NONE, NULL, NULL, "print the report, also on a terminal" },
	{ "json", O_JSON, CMD_INFO | CMD_CHECK | CMD_POLICIES, VALUE_NONE, NULL, NULL,
	  "print JSON instead of text" },
	{ "against", O_AGAINST, CMD_CHECK, VALUE_DIRECTORY, "RECORDING", NULL,
	  "of the same load with vm.defrag_mode=1: does the policy change the replay as it changed"
	  " the real kernel?" },
	{ "repeat", O_REPEAT, CMD_CHECK, VALUE_DIRECTORY, "DIRECTORY", NULL,
	  "snapshots of one more real run of the load: tells how far equal real runs differ; may be"
	  " repeated" },
	{ "strict", O_STRICT, CMD_CHECK, VALUE_NONE, NULL, NULL, "exit 1 when a row is a miss" },
	{ "features", O_FEATURES, CMD_POLICIES, VALUE_NONE, NULL, NULL,
	  "the features of kernels that -p can set one by one, instead" },

	{ "timeline", O_TIMELINE, CMD_RUN, VALUE_TEXT, "MS", NULL,
	  "sample fragmentation and free memory every MS of trace time" },
	{ "end-state", O_END_STATE, CMD_RUN, VALUE_FILE, "FILE", NULL,
	  "one byte a pfn of the final model: 0 free, 1 in use" },
	{ "memory", O_MEMORY, REPLAY, VALUE_TEXT, "SIZE", NULL,
	  "memory of a bare trace's machine, as in 4G" },
	{ "set", O_SET, REPLAY, VALUE_SETTING, "NAME=VALUE", NULL,
	  "a sysctl of the replayed machine, or a parameter of the model" },
	{ "kernel", O_KERNEL, REPLAY, VALUE_TEXT, "VERSION", NULL,
	  "behave as this kernel (as the recorded one)" },
	{ "refault", O_REFAULT, REPLAY, VALUE_WORDS, "HOW", "none fitted",
	  "none, fitted, or a rate: how reclaimed pages are touched again where no event tells"
	  " (fitted)" },
	{ "instance", O_INSTANCE, INPUT, VALUE_TEXT, "NAME", NULL,
	  "buffer instance of the trace (trace-cmd record -B)" },
	{ "threads", O_THREADS, INPUT, VALUE_TEXT, "N", NULL, "threads; never changes a result" },
	{ "plugin-patience", O_PATIENCE, REPLAY, VALUE_TEXT, "SECONDS", NULL,
	  "how long a policy from a file may take without any progress (30)" },
	{ "check-every", O_CHECK_EVERY, REPLAY, VALUE_TEXT, "N", NULL,
	  "verify the model's invariants every N operations" },
	{ "timing", O_TIMING, CMD_RUN, VALUE_NONE, NULL, NULL,
	  "report throughput (the report is then not reproducible)" },
	{ "allow-incomplete", O_INCOMPLETE, INPUT, VALUE_NONE, NULL, NULL,
	  "read a damaged trace up to the damage, and say so" },
	{ "quiet", O_QUIET, REPLAY, VALUE_NONE, NULL, NULL, "no progress bar" },

	{ "summary", O_SUMMARY, CMD_DIFF, VALUE_NONE, NULL, NULL,
	  "what changed in sentences, and the verdict, without the table" },
	{ "criteria", O_CRITERIA, CMD_DIFF, VALUE_FILE, "FILE", NULL,
	  "limits, one a line; those of scripts/ci/criteria.example are built in and apply when none"
	  " are given; none: no criteria" },
	{ "threshold", O_THRESHOLD, CMD_DIFF, VALUE_METRIC, "METRIC=LIMIT[,floor=N]", NULL,
	  "how far it may move: -2% or 5% of the base, or 100 in its unit; may be repeated; past it"
	  " is a regression, and exit 1" },
	{ "base", O_BASE, CMD_DIFF, VALUE_FILE, "REPORT...", NULL,
	  "several runs of one side, as means with a significance test" },
	{ "new", O_NEW, CMD_DIFF, VALUE_FILE, "REPORT...", NULL, "of the other side" },
	{ "alpha", O_ALPHA, CMD_DIFF, VALUE_TEXT, "P", NULL, "what is significant (0.05)" },
	{ "format", O_FORMAT, CMD_DIFF, VALUE_WORDS, "FORMAT", "text markdown json csv ktap junit",
	  "text, markdown, json, csv, ktap or junit" },
	{ "all", O_ALL, CMD_DIFF, VALUE_NONE, NULL, NULL,
	  "every metric, not only the rows of a cover letter" },
	{ "list-metrics", O_LIST_METRICS, CMD_DIFF, VALUE_NONE, NULL, NULL,
	  "every metric, its unit, which way is better, its source" },
	{ "force", O_FORCE, CMD_DIFF, VALUE_NONE, NULL, NULL, "compare what is not alike" },
	{ "force", O_FORCE, CMD_CHECK, VALUE_NONE, NULL, NULL,
	  "--against: compare what is not alike" },

	{ "text", O_TEXT, CMD_VIEW, VALUE_NONE, NULL, NULL,
	  "the map of pageblocks at one moment, for a terminal" },
	{ "svg", O_SVG, CMD_VIEW, VALUE_NONE, NULL, NULL, "the same as a picture for papers" },
	{ "png", O_PNG, CMD_VIEW, VALUE_NONE, NULL, NULL, "the same as pixels" },
	{ "at", O_AT, CMD_VIEW, VALUE_WORDS, "MS", "end",
	  "moment of these, in ms of trace time, or end (end)" },
	{ "letters", O_LETTERS, CMD_VIEW, VALUE_NONE, NULL, NULL,
	  "--text: what a block holds instead of how full it is" },
	{ "scale", O_SCALE, CMD_VIEW, VALUE_TEXT, "N", NULL,
	  "--png: 1 to 16 pixels for a unit of the picture (2)" },
	{ "color", O_COLOR, CMD_DIFF | CMD_VIEW, VALUE_WORDS, "[=WHEN]", "auto always never",
	  "auto, always or never, of text; auto minds NO_COLOR (auto)" },

	{ "output", O_OUTPUT, CMD_RECORD, VALUE_DIRECTORY, "DIRECTORY", NULL,
	  "directory to make; nothing in one is overwritten (recording)" },
	{ "events", O_EVENTS, CMD_RECORD, VALUE_WORDS, "SET", "min std full pcp",
	  "min, std, full (page faults and page cache, too: twice the size) or pcp (per-CPU lists)"
	  " (std)" },
	{ "duration", O_DURATION, CMD_RECORD, VALUE_TEXT, "SECONDS", NULL,
	  "end after so long (with COMMAND, else by Ctrl-C)" },
	{ "max-size", O_MAX_SIZE, CMD_RECORD, VALUE_TEXT, "SIZE", NULL,
	  "end when the trace takes so much, as in 4G" },
	{ "buffer-kb", O_BUFFER_KB, CMD_RECORD, VALUE_TEXT, "N", NULL,
	  "ring buffer of each CPU (by the memory that is available)" },

	{ "help", O_HELP, CMD_ALL, VALUE_NONE, NULL, NULL, "this text" },
	{ NULL, OPTIONS_END, 0, VALUE_NONE, NULL, NULL, NULL },
};
