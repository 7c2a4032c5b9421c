/* SPDX-License-Identifier: GPL-2.0-only */
/* Crashes of policies from files, told with the policy's name. */
#ifndef FRAGREPLAY_PLUGIN_GUARD_H
#define FRAGREPLAY_PLUGIN_GUARD_H

#include "mm/mm.h"

void plugin_guard_install(void);
void plugin_guard_enter(const struct mm *mm);
void plugin_guard_leave(void);

#endif
