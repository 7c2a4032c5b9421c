/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the text reader share: text_line.c finds task, CPU, time and event name of a
 * line, text_event.c the event's fields, text.c reads lines and keeps them in order.
 */
#ifndef FRAGREPLAY_PARSERS_TEXT_H
#define FRAGREPLAY_PARSERS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parsers/events.h"

/**
 * struct text_line - one line that is an event, its parts in place
 * @comm: task name as printed, not terminated
 * @comm_len: its length
 * @event: name without the "system:" that perf puts before it
 * @event_len: its length
 * @payload: what follows the name's colon, up to @end, without leading blanks
 * @end: end of the line
 * @ts: ns; a time printed without a fraction is taken as it stands
 * @pid: task
 * @cpu: CPU
 * @flags: common_flags, 0 where the line has no flags column
 * @perf: it is of perf script
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
	bool perf;
};

/**
 * text_line_parse - take a line's head apart
 * @s: the line, no newline at its end
 * @end: its end
 * @l: filled in
 *
 * A comm may hold blanks, dashes and brackets. Writers pad it to 16 columns, so the separator
 * after it is looked for there first; lines whose blanks were trimmed are tried bracket by bracket.
 *
 * Return: false if the line is no event.
 */
bool text_line_parse(const char *s, const char *end, struct text_line *l);

/* How a line that is no event is to be taken. */
enum text_other { TEXT_NOISE, TEXT_COMMENT, TEXT_LOST, TEXT_UNKNOWN };

/**
 * struct text_note - what a line that is no event says
 * @kind: TEXT_COMMENT: tells about the trace, TEXT_LOST: about lost events, TEXT_NOISE: nothing
 * @cpu: of the lost events; -1: of all
 * @lost: how many; 0 when the line tells none
 * @cpus: CPUs of the machine, 0 when the line does not tell
 */
struct text_note {
	enum text_other kind;
	int cpu;
	uint64_t lost;
	unsigned int cpus;
};

/**
 * text_note_parse - take a line that text_line_parse() refused
 * @s: the line
 * @end: its end
 * @n: filled in
 *
 * Header comments, "CPU:1 [LOST 12 EVENTS]", entries of a stack that belongs to the line above.
 */
void text_note_parse(const char *s, const char *end, struct text_note *n);

/* Does a line that is no event name one that replay needs, so that it must be damaged? */
bool text_names_event(const char *s, const char *end);

/* gfp mask of the last texts seen, so that each is looked up by name once */
#define TEXT_GFP_SLOTS	64
#define TEXT_GFP_LEN	248
struct text_gfp {
	uint32_t mask;
	uint16_t len;
	char text[TEXT_GFP_LEN];
};

/**
 * struct text_decoder - state of text_event_decode()
 * @gfp: recently seen masks
 * @gfp_numeric: a mask was printed as a number, and taken by the position of its bits
 * @gfp_named: one was printed by name
 * @key: the field that could not be read
 * @key_len: its length
 */
struct text_decoder {
	struct text_gfp gfp[TEXT_GFP_SLOTS];
	bool gfp_numeric, gfp_named;
	const char *key;
	size_t key_len;
};

const char *text_event_decode(struct text_decoder *d, const struct event_desc *ev,
			      const struct text_line *l, struct record *r);

/* number, decimal or 0x; -1 is all ones. False unless all of it is one that fits 64 bits. */
bool text_number(const char *s, const char *end, uint64_t *v);
/* likewise without the 0x */
bool text_hex(const char *s, const char *end, uint64_t *v);

#endif
