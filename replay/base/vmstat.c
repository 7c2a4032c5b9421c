// SPDX-License-Identifier: GPL-2.0-only
/* The counters' names come from the same list as their enum. */
#include "vmstat.h"

#define VM_EVENT_NAME(name) #name,
const char *const vm_event_name[NR_VM_EVENT_ITEMS] = { VM_EVENTS(VM_EVENT_NAME) };
#undef VM_EVENT_NAME
