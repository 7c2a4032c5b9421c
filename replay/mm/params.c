// SPDX-License-Identifier: GPL-2.0-only
/* The model's parameters: their defaults, and who may change one. */
#include <stddef.h>

#include "params.h"

static const struct {
	size_t offset;
	double def;
} table[NR_PARAMS] = {
#define X(name, def, lo, hi, doc) [PARAM_##name] = { offsetof(struct mm_params, name), def },
	MM_PARAMS(X)
#undef X
};

const char *const param_from_names[] = {
	[PARAM_FROM_DEFAULT] = "default",
	[PARAM_FROM_FIT] = "fitted",
	[PARAM_FROM_USER] = "user",
};

static double *value_of(struct mm_params *p, enum mm_param which)
{
	return (double *)((char *)p + table[which].offset);
}

/**
 * params_default - every parameter at its default
 * @p: filled in
 */
void params_default(struct mm_params *p)
{
	int i;

	for (i = 0; i < NR_PARAMS; i++) {
		*value_of(p, i) = table[i].def;
		p->from[i] = PARAM_FROM_DEFAULT;
	}
}

/**
 * param_set - set a parameter, unless somebody with more right to it has
 * @p: parameters
 * @which: parameter
 * @value: in its unit
 * @from: who sets it; of two, the later in enum param_from wins, also when its value is the default
 */
void param_set(struct mm_params *p, enum mm_param which, double value, enum param_from from)
{
	if (from < p->from[which])
		return;
	*value_of(p, which) = value;
	p->from[which] = from;
}
