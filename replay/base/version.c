/* SPDX-License-Identifier: GPL-2.0-only */
#include "cmd/cmd.h"

const char fragreplay_version[] = FRAGREPLAY_VERSION;
