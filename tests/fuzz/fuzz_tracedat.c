// SPDX-License-Identifier: GPL-2.0-only
/* The trace.dat reader: sections, options, formats, compressed chunks, ring-buffer pages. */
#include <string.h>

#include "fuzz.h"

static const uint8_t magic[] = { 0x17, 0x08, 0x44, 't', 'r', 'a', 'c', 'i', 'n', 'g' };

/* libtraceevent forgets what it had of a format that it then refuses; that is not ours to find */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libtraceevent\n";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy;

	if (size < sizeof(magic))
		return 0;
	/* mutations of the magic would only be refused */
	copy = malloc(size);
	if (!copy)
		return 0;
	memcpy(copy, data, size);
	memcpy(copy, magic, sizeof(magic));
	fuzz_trace_both(copy, size);
	free(copy);
	return 0;
}
