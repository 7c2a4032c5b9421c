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
#include "parsers/internal.h"

/**
 * struct text_line - a line that is an event; the pointers are into the line
 * @comm: task name as printed, not ended by NUL
 * @comm_len: its length
 * @event: name without the "system:" that perf prints before it
 * @event_len: its length
 * @payload: what follows the name's colon and blanks, up to @end
 * @end: end of the line
 * @ts: time in ns; a time printed without a fraction is in the clock's own unit
 * @pid: task; -1: perf did not know it any more
 * @cpu: CPU
 * @flags: common_flags, 0 where the line has no column of flags
 * @instance: name of the file or buffer instance printed before the comm
 * @instance_len: its length; 0: there is none
 * @ticks: the time has no fraction, so that it is no number of seconds
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
	bool perf, bare_mark, ticks;
	const char *instance;
	size_t instance_len;
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
 * @gfp_raw: that of the last line was a number
 * @missing: the last line lacked a field, and nothing else was wrong with it
 * @key: the field that is wrong, when text_event_decode() says so
 * @key_len: its length
 * @value: what stands there; NULL: it is missing
 * @value_len: its length
 * @unknown: the gfp flag in @value that no kernel prints; NULL: that is not what is wrong
 * @unknown_len: its length
 */
struct text_decoder {
	struct text_gfp gfp[TEXT_GFP_SLOTS];
	bool gfp_numeric, gfp_named, gfp_raw, missing;
	const char *key, *value, *unknown;
	size_t key_len, value_len, unknown_len;
};

#define TEXT_BUF_SIZE	(1 << 20) /* also the longest line */
#define TEXT_REORDER	8192	  /* records that a late line may be moved up by */
#define TEXT_BATCH	(2 * TEXT_REORDER)
#define TEXT_MAX_NAMES	4096	      /* kinds of events; a kernel has some 2000 */
#define TEXT_MAX_COMMS	(1 << 20)     /* slots for names of tasks */
#define TEXT_MAX_PLACES 64	      /* of lost events, that are listed one by one */
#define TEXT_MAX_GAPS	64	      /* of lost events, whose CPU has had no event since */
#define TEXT_COMM_MAX	15	      /* TASK_COMM_LEN without its NUL */
#define TEXT_MAX_BACK	1000000000ull /* ns that a line may be late; no writer mixes CPUs so much */
#define TEXT_ODD_SHARE	64	      /* one odd byte in so many is let pass */

/* a kind of event that occurred; @old_form of them lacked a field, the first in @old_line */
struct text_kind {
	char *name;
	size_t len;
	uint64_t count, old_form, old_line;
	const struct event_desc *ev;
};

/* the name of a task, in a hash table with open addressing */
struct text_comm {
	int32_t key; /* pid + 1; 0: the slot is empty */
	uint8_t len;
	char comm[TEXT_COMM_MAX + 1];
};

/* where events were lost */
struct text_place {
	uint64_t line, lost;
	int cpu;
};

/* What is odd about some lines and no damage. Each kind is counted, with its first line. */
enum text_oddity {
	ODD_NO_EVENT,	/* a line that is none, and no comment, stack or note of loss */
	ODD_RAW_GFP,	/* gfp flags as a number */
	ODD_UNPARSED,	/* trace-cmd could not print it by its format */
	ODD_NO_TASK,	/* perf did not know the task any more */
	ODD_NO_NEWLINE, /* the last line, whole but for that */
	NR_TEXT_ODDITIES
};

struct text_odd {
	uint64_t count, line;
};

#define TEXT_INSTANCES 16 /* names that are listed when one has to be chosen */
#define TEXT_NAME_MAX  64 /* of such a name */

struct text_trace {
	struct trace t;
	char *buf; /* of the bytes at hand [pos, len) is not yet read */
	size_t pos, len;
	bool own_buf, eof, done, damaged, cut; /* cut: the line at hand has no newline */
	uint64_t offset, line;

	struct record *rec, *tmp; /* TEXT_BATCH each: a line may add a record for each gap */
	unsigned int nr, given;	  /* how many of rec are filled, and were handed out */
	uint64_t given_ts;	  /* time of the last record handed out */
	bool unsorted;

	struct text_kind *kind[2 * TEXT_MAX_NAMES], *sorted[TEXT_MAX_NAMES + 1], other;
	struct text_comm *comm;
	unsigned int comm_size, nr_comms;
	struct text_place place[TEXT_MAX_PLACES];
	unsigned int nr_places;
	struct text_place gap[TEXT_MAX_GAPS];
	unsigned int nr_gaps;
	struct text_odd odd[NR_TEXT_ODDITIES];
	char instance[TEXT_INSTANCES][TEXT_NAME_MAX]; /* names seen so far; "": none was printed */
	unsigned int nr_instances;
	uint64_t newest, comments; /* highest time of a line so far */
	unsigned int max_cpu;
	bool perf, any;
	struct text_decoder decoder;
};

/* text_line.c */
bool text_line_parse(const char *s, const char *end, struct text_line *l);
void text_note_parse(const char *s, const char *end, struct text_note *n);
bool text_breaks_off(const char *s, const char *end);
bool text_hides_line(const struct text_line *l);
bool text_second_event(const char *s, const char *end);
bool text_number(const char *s, const char *end, uint64_t *v);
bool text_hex(const char *s, const char *end, uint64_t *v);

/* text_notes.c */
bool text_instance_is(const struct text_trace *x, const char *name, size_t len);
bool text_choose_instance(struct text_trace *x, const struct text_line *l);
void text_list_instances(const struct text_trace *x, char *out, size_t size);
void text_count_odd(struct text_trace *x, enum text_oddity what);
void text_notes(struct trace *t);
const char *text_head_remedy(const char *s, const char *end);
const struct event_desc *text_near_event(const struct text_line *l);

/* text_event.c */
bool text_names_event(const char *s, const char *end);
const char *text_event_decode(struct text_decoder *d, const struct event_desc *ev,
			      const struct text_line *l, struct record *r);

#endif
