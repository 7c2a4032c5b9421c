/* SPDX-License-Identifier: GPL-2.0-only */
/* SIGINT and SIGTERM set a flag. */
#ifndef FRAGREPLAY_INTERRUPT_H
#define FRAGREPLAY_INTERRUPT_H

#include <signal.h>

extern volatile sig_atomic_t interrupted;

void interrupt_install(void);

#endif
