// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page that shows reports is one file, which opens from a disk. The page itself is
 * replay/view/page/, put together by the Makefile; only the reports are added here.
 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "base/json.h"
#include "base/message.h"
#include "report/metrics.h"

/* The reports go to this place, which the page has once. */
#define PLACE "@REPORTS@"

static const unsigned char page_bytes[] = {
#include "view_page.inc"
	0
};

/* The page shows these; the rest of a report (parameters, the model's own checks) is left out. */
static const char *const report_members[] = {
	"tool", "trace", "machine", "interrupted", "options",
};

static const char *const policy_members[] = {
	"policy", "counters", "thp", "extfrag", "stall_ns", "memory", "spb", "policy_counters",
	"timeline", "map",
};

static void copy_members(json_t *to, const json_t *from, const char *const *member, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		json_t *value = json_object_get(from, member[i]);

		if (value)
			json_object_set(to, member[i], value);
	}
}

static json_t *page_policies(const json_t *report)
{
	const json_t *policies = json_object_get(report, "policies"), *policy;
	json_t *list = json_array();
	size_t i;

	json_array_foreach((json_t *)policies, i, policy) {
		json_t *part = json_object();

		copy_members(part, policy, policy_members,
			     sizeof(policy_members) / sizeof(policy_members[0]));
		json_array_append_new(list, part);
	}
	return list;
}

/* a file's name may be any bytes, JSON holds UTF-8 only */
static json_t *page_name(const char *name)
{
	json_t *string = json_string(name);
	char *ascii;

	if (string)
		return string;
	ascii = strdup(name);
	if (!ascii)
		return NULL;
	for (char *c = ascii; *c; c++)
		if (*c & 0x80)
			*c = '?';
	string = json_string(ascii);
	free(ascii);
	return string;
}

static json_t *page_report(const json_t *report, const char *name)
{
	json_t *part = json_object();

	json_object_set_new(part, "name", page_name(name));
	copy_members(part, report, report_members,
		     sizeof(report_members) / sizeof(report_members[0]));
	json_object_set_new(part, "policies", page_policies(report));
	return part;
}

/*
 * Inside of a script element "</script" ends it and "<!--" changes how it is read, wherever they
 * stand; in JSON a '<' can only be inside of a string, where the escape means the same.
 */
static int write_escaped(const char *text, size_t len, void *data)
{
	FILE *out = data;
	const char *end = text + len;

	while (text < end) {
		const char *less = memchr(text, '<', (size_t)(end - text));
		size_t run = (size_t)((less ? less : end) - text);

		if (fwrite(text, 1, run, out) != run)
			return -1;
		if (!less)
			break;
		if (fputs("\\u003c", out) == EOF)
			return -1;
		text = less + 1;
	}
	return 0;
}

/**
 * view_html - write reports as one page that needs nothing else
 * @reports: of `fragreplay run`; with --timeline they have maps and curves to show
 * @names: what the user called each of them
 * @n: how many
 * @out: where to
 *
 * Return: 0; -1 when memory ran out or @out could not be written.
 */
int view_html(json_t *const *reports, const char *const *names, unsigned int n, FILE *out)
{
	const char *page = (const char *)page_bytes;
	const char *place = strstr(page, PLACE), *rest = place + strlen(PLACE);
	json_t *list = json_array(), *data;
	int ret = -1;

	for (unsigned int i = 0; i < n; i++)
		json_array_append_new(list, page_report(reports[i], names[i]));
	data = json_pack("{so, so, so}", "reports", list, "table", view_table(reports, names, n),
			 "curves", metrics_curves());
	if (data && !json_out_of_memory() && json_array_size(list) == n &&
	    fwrite(page, 1, (size_t)(place - page), out) == (size_t)(place - page) &&
	    !json_dump_callback(data, write_escaped, out, JSON_COMPACT | JSON_ENSURE_ASCII) &&
	    fputs(rest, out) != EOF)
		ret = 0;
	if (ret && !ferror(out))
		message("view: out of memory");
	json_decref(data);
	return ret;
}
