/* SPDX-License-Identifier: GPL-2.0-only */
/* Crashes of policies from files, told with the policy's name. */
#ifndef FRAGREPLAY_GUARD_H
#define FRAGREPLAY_GUARD_H

#include "mm/internal.h"

void guard_install(void);
void guard_enter(const struct mm *mm);
void guard_leave(void);

#endif
