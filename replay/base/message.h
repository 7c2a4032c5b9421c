/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages go to stderr. */
#ifndef FRAGREPLAY_MESSAGE_H
#define FRAGREPLAY_MESSAGE_H

#define ERR_LEN		1024	/* of a buffer for a message that a caller prints */

void message(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
