// SPDX-License-Identifier: GPL-2.0-only
/* Ctrl-C asks for the partial report; a second one kills. */
#include <stddef.h>

#include "interrupt.h"

volatile sig_atomic_t interrupted;

static void on_signal(int sig)
{
	(void)sig;
	interrupted = 1;
}

/**
 * interrupt_install - turn SIGINT and SIGTERM into the flag @interrupted, once
 *
 * SIGPIPE is ignored, so that closing the pipe that stderr goes to ends no run; where results go it
 * is a write error.
 */
void interrupt_install(void)
{
	struct sigaction sa = { .sa_handler = on_signal, .sa_flags = SA_RESETHAND | SA_RESTART };

	sigemptyset(&sa.sa_mask);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
}
