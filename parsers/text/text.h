/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the reader of text share: text_line.c finds task, CPU, time and event name of a
 * line, text_event.c the event's fields, text.c reads lines and keeps them in order.
 */
#ifndef FRAGREPLAY_PARSERS_TEXT_H
#define FRAGREPLAY_PARSERS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parsers/events.h"

/**
 * struct text_line - a line that is an event; the pointers are into the line
 * @comm: task name as printed, not ended by NUL
 * @comm_len: its length
 * @event: name without the "system:" that perf prints before it
 * @event_len: its length
 * @payload: what follows the name's colon and blanks, up to @end
 * @end: end of the line
 * @ts: time in ns; a time printed without a fraction is in the clock's own unit
 * @pid: task
 * @cpu: CPU
 * @flags: common_flags, 0 where the line has no column of flags
 * @perf: perf script printed the line
 * @bare_mark: the payload is a marker's text alone; text.c sets it
 */
struct text_line {
	const char *comm;
	size_t comm_len;
	const char *event;
	size_t event_len;
	const char *payload, *end;
	uint64_t ts;
	int32_t pid;
	uint16_t cpu;
	uint8_t flags;
	bool perf, bare_mark;
};

/* What a line is that is no event. */
enum text_other {
	TEXT_NOISE,		/* it belongs to the event above it, or says nothing */
	TEXT_COMMENT,		/* it tells about the trace */
	TEXT_LOST,		/* it tells of lost events */
	TEXT_UNKNOWN
};

/**
 * struct text_note - what a line says that is no event
 * @kind: what it is
 * @cpu: CPU that lost events; -1: all of them
 * @lost: how many events were lost; 0: the line does not say
 * @cpus: CPUs of the recorded machine; 0: the line does not say
 */
struct text_note {
	enum text_other kind;
	int cpu;
	uint64_t lost;
	unsigned int cpus;
};

#define TEXT_GFP_SLOTS	64	/* a trace has some ten masks that occur often */
#define TEXT_GFP_LEN	248	/* longer texts than this are not kept */

/* the mask of a text that was looked up by name */
struct text_gfp {
	uint32_t mask;
	uint16_t len;
	char text[TEXT_GFP_LEN];
};

/**
 * struct text_decoder - state of text_event_decode()
 * @gfp: masks of texts that were seen recently
 * @gfp_numeric: a mask was printed as a number, and taken by the position of its bits
 * @gfp_named: a mask was printed by name
 * @key: the field that is wrong, when text_event_decode() says so
 * @key_len: its length
 */
struct text_decoder {
	struct text_gfp gfp[TEXT_GFP_SLOTS];
	bool gfp_numeric, gfp_named;
	const char *key;
	size_t key_len;
};

/* text_line.c */
bool text_line_parse(const char *s, const char *end, struct text_line *l);
void text_note_parse(const char *s, const char *end, struct text_note *n);
bool text_number(const char *s, const char *end, uint64_t *v);
bool text_hex(const char *s, const char *end, uint64_t *v);

/* text_event.c */
bool text_names_event(const char *s, const char *end);
const char *text_event_decode(struct text_decoder *d, const struct event_desc *ev,
			      const struct text_line *l, struct record *r);

#endif
