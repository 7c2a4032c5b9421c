/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A consumer takes the operations of the demand stage. It is a policy's model, or `observed`, which
 * only follows what the recorded kernel did.
 */
#ifndef FRAGREPLAY_CONSUMER_H
#define FRAGREPLAY_CONSUMER_H

#include "engine.h"

struct consumer;

/* All consumers of a run start from this, and end with it. */
struct consumer_base {
	const struct run_options *opt;
	struct demand *demand;
	const struct flag_changes *changes;	/* of the start image; for @init only */
};

/**
 * struct consumer_ops - one kind of consumer
 * @init: called when the start image is known, before the first operation. Returns 0, or -1 with
 *	->fault filled
 * @take: a batch of operations, in order. Returns 0, or -1 when it cannot go on; ->fault says why,
 *	"" being a lack of memory
 * @finish: called once after the last batch; fills in ->run. Returns 0, or -1 with ->fault filled
 * @release: frees what is not part of the results; also called when @init failed
 */
struct consumer_ops {
	int (*init)(struct consumer *c, const struct consumer_base *base);
	int (*take)(struct consumer *c, const struct op *op, size_t n);
	int (*finish)(struct consumer *c, const struct consumer_base *base);
	void (*release)(struct consumer *c);
};

/**
 * struct consumer - one policy with one seed
 * @ops: its kind
 * @opt: the run's options, or these without timeline and end state
 * @run: where its results go
 * @state: its own
 * @fault: why it failed
 * @failed: it takes nothing more
 */
struct consumer {
	const struct consumer_ops *ops;
	const struct run_options *opt;
	struct policy_result *run;
	void *state;
	char fault[768];
	bool failed;
};

extern const struct consumer_ops model_consumer;	/* model_run.c */
extern const struct consumer_ops observed_consumer;	/* observed.c */

/* builds memory as the recorded kernel had it, for this policy and seed; run.c */
struct mm *build_mm(const struct consumer_base *base, const struct policy_result *run, char *err,
		    size_t errlen);

#endif
