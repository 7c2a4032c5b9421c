/* SPDX-License-Identifier: GPL-2.0-only */
/* The Makefile sets the version of the tool. */
#ifndef FRAGREPLAY_VERSION_H
#define FRAGREPLAY_VERSION_H

extern const char fragreplay_version[];

#endif
