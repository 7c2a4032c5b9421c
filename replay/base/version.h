/* SPDX-License-Identifier: GPL-2.0-only */
/* The version of the tool, as the Makefile sets it. */
#ifndef FRAGREPLAY_VERSION_H
#define FRAGREPLAY_VERSION_H

extern const char fragreplay_version[];

#endif
