// SPDX-License-Identifier: GPL-2.0-only
#include "params.h"

/**
 * params_default - every guess of the model at its default
 * @p: filled in
 */
void params_default(struct mm_params *p)
{
#define X(name, def, lo, hi, doc) p->name = def;
	MM_PARAMS(X)
#undef X
}
