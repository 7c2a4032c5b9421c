/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of the reader of text share: text in, records or damage out. */
#ifndef FRAGREPLAY_TESTS_TEXT_READING_H
#define FRAGREPLAY_TESTS_TEXT_READING_H

#include <stdint.h>
#include <string.h>

#include "parsers/internal.h"
#include "tests/test.h"

#define HEAD "         labload-252   [001]     6.742318: "
#define NEXT "         labload-252   [001]     6.742319: mm_page_free: page=0x1 pfn=0x1 order=0\n"

static inline struct trace *open_text(const char *text)
{
	char err[TRACE_ERRLEN] = "";
	struct trace *t = trace_open_memory(text, strlen(text), NULL, err, sizeof(err));

	if (!t)
		fail_msg("%s", err);
	return t;
}

/* up to @max records of @text; it must have no damage */
static inline unsigned int records_of(const char *text, struct record *out, unsigned int max)
{
	struct trace *t = open_text(text);
	const struct record *rec;
	unsigned int nr = 0;
	long n;

	while ((n = trace_read(t, &rec)) > 0)
		for (long i = 0; i < n && nr < max; i++)
			out[nr++] = rec[i];
	assert_int_equal(n, 0);
	trace_close(t);
	return nr;
}

static inline struct record one_record(const char *text)
{
	struct record r[2] = { 0 };

	assert_int_equal(records_of(text, r, 2), 1);
	return r[0];
}

static inline void assert_damaged(const char *text, const char *place, const char *what)
{
	struct trace *t = open_text(text);
	const struct record *rec;
	long n;

	while ((n = trace_read(t, &rec)) > 0)
		;
	assert_int_equal(n, -1);
	if (!strstr(trace_error(t), place) || !strstr(trace_error(t), what))
		fail_msg("no \"%s\" and \"%s\" in: %s", place, what, trace_error(t));
	assert_false(trace_get_info(t)->complete);
	trace_close(t);
}

/* the notes on @text, read to its end without damage */
static inline void assert_noted(const char *text, const char *note)
{
	struct trace *t = open_text(text);
	const struct record *rec;
	long n;

	while ((n = trace_read(t, &rec)) > 0)
		;
	if (n)
		fail_msg("%s", trace_error(t));
	if (!strstr(trace_get_info(t)->notes, note))
		fail_msg("no \"%s\" in: %s", note, trace_get_info(t)->notes);
	trace_close(t);
}

/* @text is refused when it is opened, for its first line */
static inline void assert_refused(const char *text, const char *instance, const char *what)
{
	struct trace_options opt = { .instance = instance };
	char err[TRACE_ERRLEN] = "";

	assert_null(trace_open_memory(text, strlen(text), &opt, err, sizeof(err)));
	if (!strstr(err, what))
		fail_msg("no \"%s\" in: %s", what, err);
}

#endif
