/* SPDX-License-Identifier: GPL-2.0-only */
/* The options of all commands. */
#ifndef FRAGREPLAY_OPTIONS_H
#define FRAGREPLAY_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "option_table.h"

#define MAX_POLICIES	64
#define MAX_SETTINGS	64

/* A replay with one seed is one draw; so many tell its mean and its spread where it is compared. */
#define COMPARISON_SEEDS 8

/* What the command line says. */
struct options {
	const char *arg[MAX_POLICIES];	/* operands */
	unsigned int nr_args;
	const char *policy[MAX_POLICIES];
	unsigned int nr_policies;
	const char *set[MAX_SETTINGS];	/* NAME=VALUE, checked when the recording is known */
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
	unsigned int seeds; /* 0: not given */
	unsigned int threads;
	unsigned int plugin_patience;	   /* seconds; 0: not given */
	volatile unsigned long long *beat; /* counts progress, for who watches; or NULL */
	uint32_t version;
	double refault;			/* < 0: fitted */
	double alpha;			/* 0: not given */
	bool timing, allow_incomplete, quiet, json, strict, force, features;
	bool describe; /* set by info: a trace that cannot be replayed is fine */
	bool all, list_metrics, summary;
};

int options_push(const char **list, unsigned int *nr, unsigned int max, const char *what);
int options_parse(struct options *o, enum command_bit command, int argc, char **argv);

#endif
