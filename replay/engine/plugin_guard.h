/* SPDX-License-Identifier: GPL-2.0-only */
/* Crashes of policies from files are caught; engine.h has the two calls around a policy's code. */
#ifndef FRAGREPLAY_PLUGIN_GUARD_H
#define FRAGREPLAY_PLUGIN_GUARD_H

#include "engine.h"

void plugin_guard_install(void);

#endif
