// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reports as others read them. They may come from anybody, and what they hold reaches terminals,
 * tables and pages: names and texts without control characters, and the form that all readers rely
 * on.
 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "base/message.h"

/* U+FFFE and U+FFFF, which XML cannot hold */
static size_t noncharacter(const char *text)
{
	return !memcmp(text, "\xef\xbf", 2) && ((unsigned char)text[2] & 0xfe) == 0xbe ? 3 : 0;
}

static bool is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

static bool is_plain(const char *text)
{
	for (; *text; text++)
		if (is_control(*text) || (text[0] == '\xef' && noncharacter(text)))
			return false;
	return true;
}

/* What would reach a terminal as a command becomes '?'. */
static int clean_text(json_t *string)
{
	const char *from = json_string_value(string);
	char *clean, *to;
	int ret;

	if (is_plain(from))
		return 0;
	clean = to = malloc(strlen(from) + 1);
	if (!clean)
		return -1;
	while (*from) {
		size_t skip = *from == '\xef' ? noncharacter(from) : 0;

		*to++ = skip || is_control(*from) ? '?' : *from;
		from += skip ? skip : 1;
	}
	*to = '\0';
	ret = json_string_set(string, clean);
	free(clean);
	return ret;
}

static int clean(json_t *value, const char *path)
{
	json_t *member;
	const char *name;
	size_t i;

	if (json_is_string(value) && clean_text(value)) {
		message("%s: out of memory", path);
		return -1;
	}
	json_array_foreach(value, i, member) if (clean(member, path)) return -1;
	json_object_foreach(value, name, member)
	{
		if (!is_plain(name)) {
			message("%s: a name in it has control characters: it is no report of"
				" `fragreplay run`",
				path);
			return -1;
		}
		if (clean(member, path))
			return -1;
	}
	return 0;
}

static int check_policies(const json_t *root, const char *path)
{
	const json_t *policies = json_object_get(root, "policies"), *policy;
	size_t i;

	if (policies && !json_is_array(policies)) {
		message("%s: \"policies\" is no array: it is no report of `fragreplay run`", path);
		return -1;
	}
	json_array_foreach((json_t *)policies, i, policy)
	{
		if (json_is_string(json_object_get(policy, "policy")))
			continue;
		message("%s: entry %zu of \"policies\" is no policy's results: it is no report of"
			" `fragreplay run`",
			path, i);
		return -1;
	}
	return 0;
}

/**
 * report_read - read the JSON of a report
 * @path: file
 * @flags: of json_load_file()
 *
 * Return: a new reference; NULL with a message on stderr, that names the line where JSON breaks.
 */
json_t *report_read(const char *path, size_t flags)
{
	json_error_t error;
	json_t *root = json_load_file(path, flags, &error);

	if (root && !clean(root, path) && !check_policies(root, path))
		return root;
	if (!root && error.line > 0)
		message("%s: line %d: %s; a report of `fragreplay run` is needed", path, error.line,
			error.text);
	else if (!root)
		message("%s: %s", path, error.text);
	json_decref(root);
	return NULL;
}
