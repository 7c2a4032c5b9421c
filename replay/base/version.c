// SPDX-License-Identifier: GPL-2.0-only
#include "version.h"

const char fragreplay_version[] = FRAGREPLAY_VERSION;
