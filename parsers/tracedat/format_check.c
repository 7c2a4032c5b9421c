// SPDX-License-Identifier: GPL-2.0-only
/*
 * libtraceevent trusts the formats that it is given: a damaged one makes it read through NULL. So a
 * format must have the shape that kernel/trace/trace_events.c:f_show() prints before it is passed
 * on, and its print fmt, which only pretty-printing needs, is not passed on at all.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "tracedat.h"

#define FORMAT_MAX_FIELDS	256	/* the largest of 7.3 has some 40 */
#define NUMBER_MAX_DIGITS	5	/* offsets and sizes are below 64 KiB */

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/* Skips @key, a number and @stop at *p; false when they are not there. */
static bool take_number(const char **p, const char *end, const char *key, char stop)
{
	size_t len = strlen(key);
	const char *digits;

	if ((size_t)(end - *p) <= len || memcmp(*p, key, len))
		return false;
	*p += len;
	for (digits = *p; *p < end && **p >= '0' && **p <= '9'; (*p)++)
		;
	if (*p == digits || *p - digits > NUMBER_MAX_DIGITS || *p == end || **p != stop)
		return false;
	(*p)++;
	return true;
}

/* Skips an array's "[]", "[16]" or "[TASK_COMM_LEN + 1]"; *p is on the bracket. */
static bool take_brackets(const char **p, const char *end)
{
	for ((*p)++; *p < end && **p != ']'; (*p)++)
		if (!is_word(**p) && !memchr(" +-*/()", **p, 7))
			return false;
	return *p < end;
}

/*
 * Declarations are "unsigned long pfn", "__data_loc char[] name", "const char * name" or
 * "u8 addr[16]".
 */
static bool is_declaration(const char *p, const char *end)
{
	unsigned int words = 0;
	bool name = false;

	for (; p < end; p++) {
		if (is_word(*p)) {
			words += !name;
			name = true;
		} else if (*p == '[' && words) {
			if (!take_brackets(&p, end))
				return false;
		} else if (*p == ' ' || *p == '*') {
			if (!words)
				return false;
			name = false;
		} else {
			return false;
		}
	}
	return words >= 2 && name;
}

/* A field is "\tfield:DECLARATION;\toffset:8;\tsize:8;\tsigned:0;". */
static bool is_field(const char *p, const char *end)
{
	static const char head[] = "\tfield:";
	const char *semicolon;

	if ((size_t)(end - p) < sizeof(head) || memcmp(p, head, sizeof(head) - 1))
		return false;
	p += sizeof(head) - 1;
	semicolon = memchr(p, ';', end - p);
	if (!semicolon || !is_declaration(p, semicolon))
		return false;
	p = semicolon + 1;
	if (!take_number(&p, end, "\toffset:", ';') || !take_number(&p, end, "\tsize:", ';'))
		return false;
	return p == end || (take_number(&p, end, "\tsigned:", ';') && p == end);
}

static bool is_name(const char *p, const char *end)
{
	static const char head[] = "name: ";

	if ((size_t)(end - p) < sizeof(head) || memcmp(p, head, sizeof(head) - 1))
		return false;
	for (p += sizeof(head) - 1; p < end; p++)
		if (!is_word(*p) && !memchr(".-", *p, 2))
			return false;
	return true;
}

static bool is_id(const char *p, const char *end)
{
	return end[0] == '\n' && take_number(&p, end + 1, "ID: ", '\n') && p == end + 1;
}

/* Returns where the print fmt begins; 0 when the text is no format. */
static size_t check_format(const char *text, size_t len)
{
	const char *p = text, *end = text + len, *nl;
	unsigned int line = 0, fields = 0;
	bool ok;

	for (; (nl = memchr(p, '\n', end - p)); p = nl + 1, line++) {
		size_t n = nl - p;

		if (line > 2 && n >= 10 && !memcmp(p, "print fmt:", 10))
			return fields ? p - text : 0;
		if (line == 0)
			ok = is_name(p, nl);
		else if (line == 1)
			ok = is_id(p, nl);
		else if (line == 2)
			ok = n == 7 && !memcmp(p, "format:", 7);
		else
			ok = !n || (is_field(p, nl) && ++fields <= FORMAT_MAX_FIELDS);
		if (!ok)
			return 0;
	}
	return 0;
}

/**
 * format_text_for_tep - what of an event's format may be handed to libtraceevent
 * @text: the format file's text
 * @len: its length
 * @out_len: set to the length of what is returned
 *
 * Return: its fields with an empty print fmt, for free(); NULL when it is not as a kernel prints
 * it, or there is no memory.
 */
char *format_text_for_tep(const char *text, size_t len, size_t *out_len)
{
	static const char fmt[] = "print fmt: \"\"\n";
	size_t fields = check_format(text, len);
	char *out = fields ? malloc(fields + sizeof(fmt)) : NULL;

	if (!out)
		return NULL;
	memcpy(out, text, fields);
	memcpy(out + fields, fmt, sizeof(fmt));
	*out_len = fields + sizeof(fmt) - 1;
	return out;
}
