/* SPDX-License-Identifier: GPL-2.0-only */
/* The tool returns one of these to the shell. */
#ifndef FRAGREPLAY_EXIT_CODE_H
#define FRAGREPLAY_EXIT_CODE_H

#define EXIT_OK		0
#define EXIT_REGRESSION	1	/* diff past a threshold, check --strict past a limit */
#define EXIT_TROUBLE	2	/* nothing can be said: bad usage, bad input, failed output */
#define EXIT_INTERRUPTED 130	/* as a shell reports SIGINT */

#endif
