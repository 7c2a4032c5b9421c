// SPDX-License-Identifier: GPL-2.0-only
/*
 * The head of a line of event text: "comm-pid [cpu] flags seconds: event:" is ftrace's (the
 * kernel's trace file, trace-cmd report with and without -l), "comm pid [cpu] seconds: sys:event:"
 * is perf script's.
 */
#define _GNU_SOURCE
#include <string.h>

#include "text.h"

#define TEXT_COMM_WIDTH	16	/* TASK_COMM_LEN, the width that all writers pad a comm to */
#define TEXT_FLAGS_MAX	8	/* no writer prints more columns of flags */
#define TEXT_HEX_MAX	16	/* digits of 64 bits */
#define TEXT_HEAD_MAX	80	/* columns that the head of a line may have before its pid */
#define NS_PER_SEC	1000000000ull

static const char *skip_blanks(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	return p;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Reads a decimal. Returns where it ends; NULL when there is none, or one above @max. */
static const char *scan_decimal(const char *p, const char *end, uint64_t max, uint64_t *v)
{
	uint64_t n = 0;

	if (p == end || !is_digit(*p))
		return NULL;
	for (; p < end && is_digit(*p); p++) {
		unsigned int d = *p - '0';

		if (n > (max - d) / 10)
			return NULL;
		n = n * 10 + d;
	}
	*v = n;
	return p;
}

/**
 * text_hex - a hexadecimal number without the 0x
 * @s: the text
 * @end: its end
 * @v: set to the number
 *
 * Return: false unless all of the text is a number of at most 64 bits.
 */
bool text_hex(const char *s, const char *end, uint64_t *v)
{
	uint64_t n = 0;

	if (s == end || end - s > TEXT_HEX_MAX)
		return false;
	for (; s < end; s++) {
		unsigned int c = (unsigned char)*s, d = c - '0';

		if (d > 9) {
			d = (c | 0x20) - 'a' + 10;
			if (d < 10 || d > 15)
				return false;
		}
		n = n << 4 | d;
	}
	*v = n;
	return true;
}

/**
 * text_number - a number, decimal with or without a minus, or hexadecimal with 0x
 * @s: the text
 * @end: its end
 * @v: set to the number; a negative one is in two's complement
 *
 * Return: false unless all of the text is a number of at most 64 bits.
 */
bool text_number(const char *s, const char *end, uint64_t *v)
{
	bool minus = s < end && *s == '-';

	if (end - s > 2 && s[0] == '0' && (s[1] | 0x20) == 'x')
		return text_hex(s + 2, end, v);
	s += minus;
	if (scan_decimal(s, end, minus ? INT64_MAX : UINT64_MAX, v) != end || s == end)
		return false;
	if (minus)
		*v = -*v;
	return true;
}

/*
 * A time is "12.345678" or "12.345678901" in seconds, or "12345" in the unit of a clock that counts
 * something else.
 */
static const char *scan_time(const char *p, const char *end, struct text_line *l)
{
	uint64_t sec, frac = 0;
	unsigned int digits = 0;

	p = scan_decimal(p, end, UINT64_MAX, &sec);
	l->ticks = !p || p == end || *p != '.';
	if (l->ticks) {
		l->ts = p ? sec : 0;
		return p;
	}
	for (p++; p < end && is_digit(*p) && digits < 9; p++, digits++)
		frac = frac * 10 + (*p - '0');
	if (!digits || sec > UINT64_MAX / NS_PER_SEC - 1)
		return NULL;
	for (; digits < 9; digits++)
		frac *= 10;
	l->ts = sec * NS_PER_SEC + frac;
	return p;
}

/*
 * The flags' letters, such as "d..1.", back to enum trace_flag_type:
 * kernel/trace/trace_output.c:trace_print_lat_fmt()
 */
static uint8_t flags_of_text(const char *s, size_t len)
{
	static const struct { uint8_t column; char c; uint8_t flags; } table[] = {
		{ 0, 'd', 0x01 }, { 0, 'b', 0x80 }, { 0, 'D', 0x81 }, { 0, 'X', 0x02 },
		{ 1, 'n', 0x04 }, { 1, 'p', 0x20 }, { 1, 'N', 0x24 }, { 1, 'l', 0x02 },
		{ 1, 'b', 0x06 }, { 1, 'L', 0x22 }, { 1, 'B', 0x26 },
		{ 2, 'h', 0x08 }, { 2, 's', 0x10 }, { 2, 'H', 0x18 }, { 2, 'z', 0x40 },
		{ 2, 'Z', 0x48 },
	};
	uint8_t flags = 0;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].column < len && s[table[i].column] == table[i].c)
			flags |= table[i].flags;
	return flags;
}

static const char *scan_flags(const char *p, const char *end, struct text_line *l)
{
	const char *s = p;

	if (p < end && is_digit(*p))
		return p;
	while (p < end && *p != ' ' && *p != ':')
		p++;
	if (p == s || p == end || *p != ' ' || p - s > TEXT_FLAGS_MAX)
		return NULL;
	l->flags = flags_of_text(s, p - s);
	return skip_blanks(p, end);
}

/* A CPU is "[001]", or the "1" that trace-cmd report -l prints without a gap before the flags. */
static const char *scan_cpu(const char *p, const char *end, struct text_line *l)
{
	bool bracket = p < end && *p == '[';
	uint64_t cpu;

	p = scan_decimal(p + bracket, end, UINT16_MAX, &cpu);
	if (!p || p == end)
		return NULL;
	l->cpu = cpu;
	if (!bracket)
		return *p == ' ' || is_digit(*p) ? NULL : p;
	return *p == ']' ? p + 1 : NULL;
}

static bool is_event_char(char c)
{
	return (c >= 'a' && c <= 'z') || c == '_' || is_digit(c) || (c >= 'A' && c <= 'Z') ||
	       c == '.' || c == '-';
}

/* The event is named "event: ", by perf "sys:event: ". */
static bool scan_event(const char *p, const char *end, struct text_line *l)
{
	const char *name = p;

	for (; p < end; p++) {
		if (is_event_char(*p))
			continue;
		if (*p != ':')
			return false;
		if (p + 1 == end || p[1] == ' ' || p[1] == '\t')
			break;
		if (l->perf)
			return false;
		name = p + 1;
		l->perf = true;
	}
	if (p == end || p == name)
		return false;
	l->event = name;
	l->event_len = p - name;
	l->payload = skip_blanks(p + 1, end);
	l->end = end;
	return true;
}

/* perf prints -1 for a task that was gone before it could be asked for. */
static const char *scan_task(const char *p, const char *end, int32_t *pid)
{
	uint64_t v = 0;

	if (end - p > 2 && p[0] == '-' && p[1] == '1' && !is_digit(p[2])) {
		*pid = -1;
		return p + 2;
	}
	p = scan_decimal(p, end, INT32_MAX, &v);
	*pid = (int32_t)v;
	return p;
}

static const char *scan_pid(const char *p, const char *end, struct text_line *l)
{
	p = scan_task(p, end, &l->pid);
	/* perf script -F pid,tid prints both, and what the kernel calls pid is the tid */
	if (p && p < end && *p == '/')
		p = scan_task(p + 1, end, &l->pid);
	if (!p || p == end || *p != ' ')
		return NULL;
	p = skip_blanks(p, end);
	if (p < end && *p == '(') {		/* options/record-tgid */
		p = memchr(p, ')', end - p);
		p = p ? skip_blanks(p + 1, end) : NULL;
	}
	return p;
}

/* Reads all that follows the comm. @sep is the character between it and the pid. */
static bool parse_after_comm(const char *s, const char *sep, const char *end, struct text_line *l)
{
	const char *p;
	uint64_t period;

	l->flags = 0;
	l->perf = l->bare_mark = false;
	l->instance_len = 0;
	p = *sep == '-' ? sep + 1 : skip_blanks(sep, end);
	p = scan_pid(p, end, l);
	if (p)
		p = scan_cpu(p, end, l);
	if (p)
		p = scan_flags(skip_blanks(p, end), end, l);
	if (p)
		p = scan_time(p, end, l);
	if (!p || p == end || *p != ':')
		return false;
	p = skip_blanks(p + 1, end);
	if (*sep == ' ' && p < end && is_digit(*p)) {	/* perf script -F period */
		p = scan_decimal(p, end, UINT64_MAX, &period);
		if (!p)
			return false;
		p = skip_blanks(p, end);
	}
	if (!scan_event(p, end, l) || l->perf != (*sep == ' '))
		return false;
	l->comm = skip_blanks(s, sep);
	while (sep > l->comm && sep[-1] == ' ')
		sep--;
	l->comm_len = sep - l->comm;
	return true;
}

/* Goes from the '[' of a CPU back to what separates pid and comm. */
static const char *separator_before(const char *s, const char *bracket)
{
	const char *p = bracket;

	while (p > s && p[-1] == ' ')
		p--;
	if (p == bracket)
		return NULL;
	if (p > s && p[-1] == ')') {
		while (p > s && p[-1] != '(')
			p--;
		for (p -= p > s; p > s && p[-1] == ' ';)
			p--;
	}
	while (p > s &&
	       (is_digit(p[-1]) || p[-1] == '/' || (p[-1] == '-' && p - s > 1 && p[-2] == '/')))
		p--;
	if (p - s < 2 || !is_digit(*p))
		return NULL;
	return p[-1] == '-' || p[-1] == ' ' ? p - 1 : NULL;
}

/*
 * Reports of several files or buffer instances print which one each line is from, padded and with a
 * colon, before the comm, or as many blanks for the top instance. A comm has 15 characters at most,
 * so what is before its columns is no part of it.
 */
static void take_instance(struct text_line *l, unsigned int width)
{
	const char *name = l->comm, *end = l->comm + l->comm_len;
	const char *stop = end - width;

	if (l->perf || l->comm_len < width)
		return;
	while (stop > name && stop[-1] == ' ')
		stop--;
	if (stop == name || stop[-1] != ':')
		return;
	l->instance = name;
	l->instance_len = stop - 1 - name;
	l->comm = skip_blanks(stop, end);
	l->comm_len = end - l->comm;
}

/* Tries each bracket as that of the CPU. */
static bool parse_by_brackets(const char *s, const char *end, struct text_line *l)
{
	const char *sep, *p = s;

	while (p < end && (p = memchr(p, '[', end - p))) {
		sep = separator_before(s, p);
		if (sep && (parse_after_comm(s, sep, end, l) ||
			    (*sep == '-' && sep > s && sep[-1] == ' ' &&
			     parse_after_comm(s, sep - 1, end, l)))) {
			take_instance(l, TEXT_COMM_WIDTH);
			return true;
		}
		p++;
	}
	return false;
}

/* trace-cmd report -l of several instances: neither brackets nor a fixed column. */
static bool parse_by_dashes(const char *s, const char *end, struct text_line *l)
{
	const char *p = s;

	if (end - s > TEXT_HEAD_MAX)
		end = s + TEXT_HEAD_MAX;
	while (p < end && (p = memchr(p, '-', end - p))) {
		if (p > s && parse_after_comm(s, p, l->end, l)) {
			take_instance(l, TEXT_COMM_WIDTH / 2);
			return true;
		}
		p++;
	}
	return false;
}

/**
 * text_line_parse - take a line's head apart
 * @s: the line, no newline at its end
 * @end: its end
 * @l: filled in
 *
 * A comm may hold blanks, dashes and brackets. Writers pad it to 16 columns, so the separator
 * after it is looked for there first. In a line whose blanks were trimmed each bracket is tried.
 *
 * Return: false if the line is no event.
 */
bool text_line_parse(const char *s, const char *end, struct text_line *l)
{
	const char *sep;

	if (end - s > TEXT_COMM_WIDTH) {
		sep = s + TEXT_COMM_WIDTH;
		if ((*sep == '-' || *sep == ' ') && parse_after_comm(s, sep, end, l))
			return true;
		sep = s + TEXT_COMM_WIDTH / 2;	/* trace-cmd report -l */
		if (*sep == '-' && parse_after_comm(s, sep, end, l))
			return true;
	}
	l->end = end;
	return parse_by_brackets(s, end, l) || parse_by_dashes(s, end, l);
}

/* Does a line that has a CPU in brackets break off behind it, at the latest in its event's name? */
static bool breaks_off_behind(const char *p, const char *end)
{
	const char *word;

	for (p++; p < end && is_digit(*p); p++)
		;
	if (p == end)
		return true;
	if (*p++ != ']')
		return false;
	p = skip_blanks(p, end);
	word = p;
	if (p < end && !is_digit(*p))
		while (p < end && *p != ' ' && *p != ':')
			p++;
	if (p - word > TEXT_FLAGS_MAX)
		return false;
	p = skip_blanks(p, end);
	while (p < end && (is_digit(*p) || *p == '.'))
		p++;
	if (p == end)
		return true;
	if (*p++ != ':')
		return false;
	for (p = skip_blanks(p, end); p < end && (is_event_char(*p) || *p == ':'); p++)
		;
	return p == end;
}

/**
 * text_breaks_off - does a line that is no event begin as one and break off?
 * @s: the line
 * @end: its end
 *
 * Return: true when the line has the head of an event up to its end, and nothing else.
 */
bool text_breaks_off(const char *s, const char *end)
{
	const char *p = s;

	while (p < end && (p = memchr(p, '[', end - p))) {
		if (separator_before(s, p) && breaks_off_behind(p, end))
			return true;
		p++;
	}
	/* in the pid, which only the columns tell from the words of another line */
	if (end - s <= TEXT_COMM_WIDTH || s[TEXT_COMM_WIDTH] != '-')
		return false;
	for (p = s + TEXT_COMM_WIDTH + 1; p < end && is_digit(*p); p++)
		;
	return skip_blanks(p, end) == end;
}

/**
 * text_hides_line - is what should be a task's name another line's beginning?
 * @l: an event's line
 *
 * Return: true when a line broke off in its head and this one follows on it.
 */
bool text_hides_line(const struct text_line *l)
{
	const char *end = l->comm + l->comm_len, *p = l->instance_len ? l->instance : l->comm;

	if (!l->perf && l->comm_len >= TEXT_COMM_WIDTH)
		return true;
	if (end - p < TEXT_COMM_WIDTH)
		return false;
	while (p < end && (p = memchr(p, '[', end - p))) {
		if (is_digit(p[1]) && separator_before(l->instance_len ? l->instance : l->comm, p))
			return true;
		p++;
	}
	return false;
}

/**
 * text_second_event - is there a second event in an event's payload?
 * @s: the payload
 * @end: its end
 *
 * Return: true when it names an event of the table as a line does, behind a time and a colon.
 */
bool text_second_event(const char *s, const char *end)
{
	const char *p = s, *name;

	while (p < end && (p = memchr(p, ':', end - p))) {
		for (name = p; name > s && is_event_char(name[-1]); name--)
			;
		if (p - name > 4 && event_find(NULL, name, p - name)) {
			if (name > s && name[-1] == ':') /* perf's system */
				for (name--; name > s && is_event_char(name[-1]); name--)
					;
			while (name > s && name[-1] == ' ')
				name--;
			if (name - s > 1 && name[-1] == ':' && is_digit(name[-2]))
				return true;
		}
		p++;
	}
	return false;
}

static bool starts_with(const char *s, const char *end, const char *with)
{
	size_t len = strlen(with);

	return (size_t)(end - s) >= len && !memcmp(s, with, len);
}

/* The kernel prints "CPU:1 [LOST 12 EVENTS]", trace-cmd "CPU:1 [12 EVENTS DROPPED]". */
static void parse_lost(const char *s, const char *end, struct text_note *n)
{
	const char *p;
	uint64_t v;

	p = scan_decimal(s + strlen("CPU:"), end, UINT16_MAX, &v);
	if (!p || !starts_with(p, end, " ["))
		return;
	n->cpu = v;
	n->kind = TEXT_NOISE;		/* [SUBBUFFER START] */
	if (!memmem(p, end - p, "LOST", 4) && !memmem(p, end - p, "DROPPED", 7))
		return;
	n->kind = TEXT_LOST;
	while (p < end && !is_digit(*p))
		p++;
	if (scan_decimal(p, end, UINT64_MAX, &v))
		n->lost = v;
}

/*
 * perf script --show-lost-events prints "perf 1 [000] 1.000000: PERF_RECORD_LOST lost 12", and the
 * same with PERF_RECORD_LOST_SAMPLES.
 */
static void parse_perf_lost(const char *s, const char *end, struct text_note *n)
{
	const char *p = memmem(s, end - s, ": PERF_RECORD_LOST", 18), *number;
	uint64_t v;

	number = p ? memmem(p, end - p, " lost ", 6) : NULL;
	if (!number || !scan_decimal(number + 6, end, UINT64_MAX, &v))
		return;
	n->kind = TEXT_LOST;
	n->lost = v;
	p = memchr(s, '[', p - s);
	if (p && scan_decimal(p + 1, end, UINT16_MAX, &v))
		n->cpu = v;
}

/* The kernel's head has "# entries-in-buffer/entries-written: 123/456   #P:4". */
static void parse_comment(const char *s, const char *end, struct text_note *n)
{
	const char *p = memmem(s, end - s, "#P:", 3);
	uint64_t kept, written;

	n->kind = TEXT_COMMENT;
	if (p && scan_decimal(p + 3, end, UINT16_MAX, &written))
		n->cpus = written;
	p = memmem(s, end - s, "entries-written:", 16);
	if (!p)
		return;
	p = scan_decimal(skip_blanks(p + 16, end), end, UINT64_MAX, &kept);
	if (!p || p == end || *p != '/' || !scan_decimal(p + 1, end, UINT64_MAX, &written))
		return;
	if (written > kept) {
		n->kind = TEXT_LOST;
		n->lost = written - kept;
	}
}

/* Stacks follow their event as lines of " => func", or "\tffffffff81 func+0x1 (file)". */
static bool is_stack_entry(const char *s, const char *end)
{
	const char *p = skip_blanks(s, end);
	uint64_t v;

	if (starts_with(p, end, "=> "))
		return true;
	if (p == s)
		return false;
	s = memchr(p, ' ', end - p);
	return s && text_hex(p, s, &v);
}

/**
 * text_note_parse - take a line that text_line_parse() refused
 * @s: the line
 * @end: its end
 * @n: filled in
 *
 * Such lines are comments of the head, "CPU:1 [LOST 12 EVENTS]", and entries of stacks.
 */
void text_note_parse(const char *s, const char *end, struct text_note *n)
{
	uint64_t v = 0;

	*n = (struct text_note){ .kind = TEXT_UNKNOWN, .cpu = -1 };
	if (skip_blanks(s, end) == end || starts_with(s, end, "##### ") ||
	    starts_with(s, end, "version = ") || is_stack_entry(s, end) ||
	    memmem(s, end - s, "<stack trace", 12))
		n->kind = TEXT_NOISE;
	else if (*s == '#')
		parse_comment(s, end, n);
	else if (starts_with(s, end, "CPU:"))
		parse_lost(s, end, n);
	else if (starts_with(s, end, "cpus=") && scan_decimal(s + 5, end, UINT16_MAX, &v) == end) {
		n->kind = TEXT_COMMENT;
		n->cpus = v;
	} else {
		parse_perf_lost(s, end, n);
	}
}
