// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the reader of text says beside its records: which of several instances a line is from, what
 * was odd about some lines, and what a line that cannot be read looks like.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "text.h"

/* ---- instances ---- */

/* Finds a name among those seen, or keeps it; -1: there is no room for more. */
static int instance_index(struct text_trace *x, const char *name, size_t len)
{
	unsigned int i;

	if (len >= TEXT_NAME_MAX)
		len = TEXT_NAME_MAX - 1;
	for (i = 0; i < x->nr_instances; i++)
		if (strlen(x->instance[i]) == len && !memcmp(x->instance[i], name, len))
			return (int)i;
	if (i == TEXT_INSTANCES)
		return -1;
	memcpy(x->instance[i], name, len);
	x->instance[i][len] = '\0';
	x->nr_instances++;
	return (int)i;
}

/**
 * text_instance_is - is this the instance that was asked for?
 * @x: the trace
 * @name: as printed before the comm
 * @len: its length; 0: none was printed, which is how the top instance looks
 *
 * Return: true if it is, or if none was asked for.
 */
bool text_instance_is(const struct text_trace *x, const char *name, size_t len)
{
	const char *want = x->t.opt.instance;

	return !want || (strlen(want) == len && !memcmp(want, name, len));
}

/**
 * text_choose_instance - is an event's line to be read?
 * @x: the trace, which keeps all names that it sees
 * @l: the line
 *
 * Return: true if it is from the instance that was asked for, or if the lines so far are all from
 * one.
 */
bool text_choose_instance(struct text_trace *x, const struct text_line *l)
{
	const char *name = l->instance_len ? l->instance : "";

	instance_index(x, name, l->instance_len);
	return x->t.opt.instance ? text_instance_is(x, name, l->instance_len)
				 : x->nr_instances == 1;
}

/**
 * text_list_instances - the names seen so far
 * @x: the trace
 * @out: filled with them, each behind a blank and in quotes
 * @size: its size
 */
void text_list_instances(const struct text_trace *x, char *out, size_t size)
{
	size_t used = 0;

	*out = '\0';
	for (unsigned int i = 0; i < x->nr_instances && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, " \"%s\"", x->instance[i]);
}

/* ---- notes ---- */

/**
 * text_count_odd - count a line that is odd
 * @x: the trace, at that line
 * @what: what is odd about it
 */
void text_count_odd(struct text_trace *x, enum text_oddity what)
{
	if (!x->odd[what].count++)
		x->odd[what].line = x->line;
}

static void note_old_forms(struct text_trace *x)
{
	for (unsigned int i = 0; i < x->t.info.nr_events; i++) {
		const struct text_kind *k = x->sorted[i];

		if (k->old_form)
			trace_note(&x->t,
				   "%s: %llu events lack a field (another kernel's form), "
				   "the first in line %llu: %s",
				   k->name, (unsigned long long)k->old_form,
				   (unsigned long long)k->old_line,
				   event_needs_fields(k->ev) ? "skipped" : "read without it");
	}
}

/**
 * text_notes - say what was odd about some lines
 * @t: the trace, read to its end
 */
void text_notes(struct trace *t)
{
	static const char *const what[NR_TEXT_ODDITIES] = {
		[ODD_NO_EVENT] = "lines are no events",
		[ODD_RAW_GFP] = "gfp masks are numbers, whose bits are taken by their position in "
				"6.1 to 7.3",
		[ODD_UNPARSED] = "events could not be printed by their format, which an older "
				 "trace-cmd does not know",
		[ODD_NO_TASK] =
			"events are of tasks that perf no longer knew (-1) and count as one "
			"task",
		[ODD_NO_NEWLINE] = "line, the last, has no newline and is taken as whole",
	};
	struct text_trace *x = (struct text_trace *)t;

	for (int i = 0; i < NR_TEXT_ODDITIES; i++)
		if (x->odd[i].count)
			trace_note(t, "%llu %s; the first is line %llu",
				   (unsigned long long)x->odd[i].count, what[i],
				   (unsigned long long)x->odd[i].line);
	note_old_forms(x);
}

/* ---- lines that cannot be read ---- */

static bool has(const char *s, const char *end, const char *what)
{
	return memmem(s, (size_t)(end - s), what, strlen(what)) != NULL;
}

/**
 * text_head_remedy - why the head of a line that names an event cannot be read
 * @s: the line
 * @end: its end
 *
 * Return: what it looks like, and what to do about it.
 */
const char *text_head_remedy(const char *s, const char *end)
{
	if (s < end && *s == '{')
		return "it is JSON; export the text that it holds as ftrace text";
	if (has(s, end, "/* ") && has(s, end, "|"))
		return "it is of the function_graph tracer; record with `echo nop "
		       ">current_tracer`";
	if (has(s, end, "us : ") || has(s, end, "us+: ") || has(s, end, "us!: "))
		return *s == '['
			       ? "it is a dump of the ring buffer in the kernel's log; give the "
				 "kernel's trace file, or trace-cmd extract"
			       : "it has the latency format; `echo 0 >options/latency-format`, or "
				 "give a trace.dat";
	if (has(s, end, ":mm_page_alloc(") || has(s, end, ":mm_page_free("))
		return "it is of perf trace; record with `perf record -a -e kmem:...`";
	if (has(s, end, ": (+"))
		return "it has time differences; leave out --ts-diff of trace-cmd report";
	if (!has(s, end, "["))
		return "it has no CPU; export with `perf script -F comm,tid,cpu,time,event,trace`";
	return "it names an event, but its task, CPU or time cannot be read";
}

/* Letters that have to be changed, put in or left out, at most @max + 1. */
static unsigned int edit_distance(const char *a, size_t alen, const char *b, size_t blen,
				  unsigned int max)
{
	unsigned int row[64];
	size_t i, j;

	if (blen >= 64 || alen + max < blen || blen + max < alen)
		return max + 1;
	for (j = 0; j <= blen; j++)
		row[j] = (unsigned int)j;
	for (i = 1; i <= alen; i++) {
		unsigned int above_left = row[0];

		row[0] = (unsigned int)i;
		for (j = 1; j <= blen; j++) {
			unsigned int best = above_left + (a[i - 1] != b[j - 1]);

			above_left = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[blen];
}

static bool has_fields_of(const struct text_line *l, const struct event_desc *e)
{
	char key[64];

	for (unsigned int i = 0; i < EVENT_MAX_FIELDS && e->fields[i].name; i++) {
		if (e->fields[i].optional)
			continue;
		snprintf(key, sizeof(key), " %s=", e->fields[i].name);
		if (!has(l->payload - 1, l->end, key))
			return false;
	}
	return true;
}

/**
 * text_near_event - is the name of an event that replay has no use for the damaged one of another?
 * @l: the line
 *
 * Return: the event whose fields the line has, and whose name, but for two letters; NULL: none.
 */
const struct event_desc *text_near_event(const struct text_line *l)
{
	enum { NEAR = 2 };

	for (unsigned int i = 0; i < event_table_size; i++) {
		const struct event_desc *e = &event_table[i];

		if (e->fields[0].name && e->type != REC_MARK && has_fields_of(l, e) &&
		    edit_distance(l->event, l->event_len, e->name, e->name_len, NEAR) <= NEAR)
			return e;
	}
	return NULL;
}
