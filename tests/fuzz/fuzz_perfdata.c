// SPDX-License-Identifier: GPL-2.0-only
/* parsers/perfdata/: any bytes as perf.data, a file's or a pipe's. */
#include <string.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 8 || memcmp(data, "PERFILE2", 8)) /* the other formats have their own targets */
		return 0;
	fuzz_trace_both(data, size);
	return 0;
}
