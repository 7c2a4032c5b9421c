/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The commands of the tool and what they share: options, the input, output that is whole or
 * absent, and messages. A command returns the exit code.
 */
#ifndef FRAGREPLAY_CMD_H
#define FRAGREPLAY_CMD_H

#include <signal.h>
#include <stdio.h>

#include "mm/internal.h"
#include "engine/run.h"

#define EXIT_OK		0
#define EXIT_REGRESSION	1	/* diff past a threshold, check --strict past a limit */
#define EXIT_TROUBLE	2	/* nothing can be said: bad usage, bad input, failed output */
#define EXIT_INTERRUPTED 130	/* as a shell reports SIGINT */

#define MAX_POLICIES	64
#define MAX_SETTINGS	64
#define ERR_LEN		1024

/* what the command line said; options.c */
struct options {
	const char *arg[MAX_POLICIES];	/* operands */
	unsigned int nr_args;
	const char *policy[MAX_POLICIES];
	unsigned int nr_policies;
	const char *set[MAX_SETTINGS];	/* NAME=VALUE, checked when the machine is known */
	unsigned int nr_set;
	const char *repeat[MAX_SETTINGS];
	unsigned int nr_repeats;
	const char *threshold[MAX_SETTINGS];
	unsigned int nr_thresholds;
	const char *base[MAX_POLICIES], *new[MAX_POLICIES];	/* reports of either side of diff */
	unsigned int nr_base, nr_new;
	const char *format, *criteria, *color;
	const char *output, *end_state, *instance, *against;
	uint64_t seed, timeline_ms, memory_pages, check_every;
	unsigned int seeds, threads;
	uint32_t version;
	double refault;			/* < 0: fitted */
	double alpha;			/* 0: not given */
	bool timing, allow_incomplete, quiet, json, strict, force, features;
	bool all, list_metrics;
};

/* one option, as a command that takes it names it: OPT_* form a mask */
enum option_bit {
	OPT_POLICY = 1 << 0, OPT_OUTPUT = 1 << 1, OPT_MODEL = 1 << 2, OPT_REPORT = 1 << 3,
	OPT_INPUT = 1 << 4, OPT_JSON = 1 << 5, OPT_STRICT = 1 << 6, OPT_DIFF = 1 << 7,
	OPT_QUIET = 1 << 8, OPT_SEEDS = 1 << 9, OPT_FORCE = 1 << 10, OPT_AGAINST = 1 << 11,
	OPT_FEATURES = 1 << 12,
};

/* color.c */
enum color_when { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };
int color_parse(const char *given, enum color_when *when);
bool color_unwanted(void);

int options_push(const char **list, unsigned int *nr, unsigned int max, const char *what);
int options_parse(struct options *o, unsigned int allowed, int argc, char **argv);
bool parse_number(const char *text, uint64_t low, uint64_t high, uint64_t *value);
bool parse_real(const char *text, double low, double high, double *value);
bool parse_size(const char *text, uint64_t *bytes);

/* --set and the tables behind it; settings.c */
int settings_apply(const struct options *o, struct recording *m, struct mm_params *p, char *err,
		   size_t errlen);

/* the recording or bare trace that a command works on; input.c */
struct input {
	char trace_path[4096];
	bool is_recording;		/* a directory with snapshots, not a bare trace */
	bool damaged;			/* snapshots were set aside: --allow-incomplete */
	struct recording recording;
	struct mm_params params;
};

int input_open(struct input *in, const struct options *o, char *err, size_t errlen);
void input_close(struct input *in);
void input_run_options(struct input *in, const struct options *o, struct run_options *run);

/* what one more pass over a trace shows of it; prescan.c */
struct prescan {
	uint64_t max_pfn;		/* one past the highest pfn named */
	uint64_t records;
	unsigned int cpus;
	char kernel[128];
	uint64_t extfrag[NR_EXTFRAG_CLASS];	/* events by class; capture counts as a steal */
};

int prescan_trace(struct prescan *p, const char *path, const struct trace_options *opt,
		  struct recording *m, char *err, size_t errlen);

/* a file that appears whole or not at all; output.c */
struct output {
	FILE *file;
	const char *path;		/* NULL: stdout */
	char tmp[4096];			/* "" when written in place (a device, a pipe) */
};

int output_open(struct output *out, const char *path);
int output_commit(struct output *out);
void output_abort(struct output *out);
int output_probe(const char *path);
int output_flush_stdout(void);

/* SIGINT and SIGTERM as a flag; interrupt.c */
extern volatile sig_atomic_t interrupted;
void interrupt_install(void);

/* the bar on a terminal's stderr; progress.c */
struct progress {
	bool enabled, drawn;
	uint64_t start_ns;
};

void progress_init(struct progress *p, bool quiet);
void progress_update(void *ctx, const struct trace_info *info);
void progress_clear(struct progress *p);

extern const char fragreplay_version[];

void message(const char *format, ...) __attribute__((format(printf, 1, 2)));

int cmd_run(int argc, char **argv);
int cmd_info(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_policies(int argc, char **argv);
int cmd_diff(int argc, char **argv);
int cmd_view(int argc, char **argv);
int cmd_dump(int argc, char **argv);

#endif
