// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>

#include "message.h"

/**
 * message - print a line on stderr, with the tool's name before it
 * @format: as printf()
 */
void message(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	fputs("fragreplay: ", stderr);
	vfprintf(stderr, format, ap);
	fputc('\n', stderr);
	va_end(ap);
}
