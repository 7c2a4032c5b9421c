// SPDX-License-Identifier: GPL-2.0-only
/* parsers/text*.c: any bytes as event text, whatever the sniffing would say of them. */
#include <string.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size && data[0] == 0x17)	/* trace.dat has a target of its own */
		return 0;
	fuzz_trace_both(data, size);
	return 0;
}
