// SPDX-License-Identifier: GPL-2.0-only
/*
 * Copies of procfs files are read here as lines of words, and the plain ones among them are parsed:
 * counters, sizes, settings. Each message names file and line, and what to do.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* vmstat of a large machine has 8 KiB, zoneinfo of 512 CPUs and 4 zones 300 KiB */
#define SNAP_TEXT_MAX (64u << 20)

/**
 * snap_bad - refuse the line at hand
 * @t: file being read
 * @fmt: what is wrong with it
 *
 * Return: -1, for the caller to return; t->err names file, line and remedy.
 */
int snap_bad(const struct snap_text *t, const char *fmt, ...)
{
	char what[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	snprintf(t->err, t->errlen,
		 "%s:%u: %s; record again, or remove this file to go on without it",
		 t->path, t->line, what);
	return -1;
}

/**
 * recording_note - add a line to the report's notes on the recorded machine
 * @m: recording
 * @fmt: one line, without newline
 *
 * Each note stands there once; when the room is used up, the last line says so.
 */
void recording_note(struct recording *m, const char *fmt, ...)
{
	static const char more[] = "further notes left out\n";
	size_t len = strlen(m->notes), room = sizeof(m->notes) - len;
	char line[512];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	strcat(line, "\n");
	if (strstr(m->notes, line) || strstr(m->notes, more))
		return;
	if (strlen(line) + sizeof(more) < room)
		strcpy(m->notes + len, line);
	else if (sizeof(more) <= room)
		strcpy(m->notes + len, more);
}

static char *read_whole(FILE *f, size_t *len)
{
	size_t cap = 1 << 16, n;
	char *buf = malloc(cap + 1), *bigger;

	*len = 0;
	while (buf && (n = fread(buf + *len, 1, cap - *len, f)) > 0) {
		*len += n;
		if (*len < cap)
			continue;
		cap *= 2;
		bigger = cap <= SNAP_TEXT_MAX ? realloc(buf, cap + 1) : NULL;
		if (!bigger)
			free(buf);
		buf = bigger;
	}
	if (buf)
		buf[*len] = '\0';
	return buf;
}

/**
 * snap_open - read a text file of a snapshot whole
 * @t: filled in; snap_close() it after a return of 1
 * @dir: before/ or after/ of a recording
 * @name: file in it
 * @err: message naming file, place and remedy
 * @errlen: its size
 *
 * procfs ends every line with a newline, so a file without one at its end was cut short.
 *
 * Return: 1; 0 when there is no such file; -1 when it cannot be read or was cut short.
 */
int snap_open(struct snap_text *t, const char *dir, const char *name, char *err, size_t errlen)
{
	size_t len = 0;
	bool failed;
	FILE *f;

	memset(t, 0, sizeof(*t));
	t->err = err;
	t->errlen = errlen;
	if (snprintf(t->path, sizeof(t->path), "%s/%s", dir, name) >= (int)sizeof(t->path))
		return snap_bad(t, "the path is too long");
	f = fopen(t->path, "r");
	if (!f && errno == ENOENT)
		return 0;
	if (!f)
		return snap_bad(t, "cannot be opened: %s", strerror(errno));
	t->buf = t->pos = read_whole(f, &len);
	failed = ferror(f);
	fclose(f);
	if (failed || !t->buf) {
		snap_close(t);
		return snap_bad(t, failed ? "cannot be read" : "is too large for a procfs file");
	}
	if (!len || memchr(t->buf, '\0', len) || t->buf[len - 1] != '\n') {
		for (size_t i = 0; i < len; i++)
			t->line += t->buf[i] == '\n';
		t->line++;
		snap_bad(t, !len ? "is empty" : memchr(t->buf, '\0', len) ?
			 "is no text" : "was cut short: its last line has no end");
		snap_close(t);
		return -1;
	}
	return 1;
}

/**
 * snap_close - free the text of a file
 * @t: file; may be closed twice
 */
void snap_close(struct snap_text *t)
{
	free(t->buf);
	t->buf = t->pos = NULL;
}

/**
 * snap_line - take the next line of a file
 * @t: file
 *
 * Return: the line without its newline, or NULL at the end.
 */
char *snap_line(struct snap_text *t)
{
	char *line = t->pos, *end;

	if (!line || !*line)
		return NULL;
	end = strchr(line, '\n');
	if (end)
		*end++ = '\0';
	t->pos = end;
	t->line++;
	return line;
}

/**
 * snap_word - take the next word of a line
 * @s: where to read; moved behind the word
 * @word: the word, cut to @size
 * @size: room in it
 *
 * Return: 1, or 0 at the end of the line.
 */
int snap_word(const char **s, char *word, size_t size)
{
	size_t n;

	*s += strspn(*s, " \t");
	n = strcspn(*s, " \t");
	if (!n)
		return 0;
	snprintf(word, size, "%.*s", (int)n, *s);
	*s += n;
	return 1;
}

/**
 * snap_u64 - take the next number of a line
 * @t: file, for the message
 * @s: where to read; moved behind the number
 * @max: largest value that can be true
 * @value: the number
 *
 * Return: 0, or -1 with the message when there is none or it is larger than @max.
 */
int snap_u64(const struct snap_text *t, const char **s, uint64_t max, uint64_t *value)
{
	char word[64], *end;

	if (!snap_word(s, word, sizeof(word)))
		return snap_bad(t, "a number is missing");
	errno = 0;
	*value = strtoull(word, &end, 10);
	if (*end || word[0] < '0' || word[0] > '9')
		return snap_bad(t, "'%s' is no number", word);
	if (errno || *value > max)
		return snap_bad(t, "%s is larger than %llu, the most that is possible here", word,
				(unsigned long long)max);
	return 0;
}

/**
 * parse_vmstat - read a copy of /proc/vmstat
 * @t: the file
 * @s: its ->vmstat is filled with the first SNAP_MAX_VMSTAT counters
 * @m: for the note on further ones
 *
 * Return: 0; -1 with the message when a line is no name and number.
 */
int parse_vmstat(struct snap_text *t, struct snapshot *s, struct recording *m)
{
	struct snap_counter c;
	const char *p;

	while ((p = snap_line(t))) {
		if (!snap_word(&p, c.name, sizeof(c.name)))
			return snap_bad(t, "the line is empty");
		if (snap_u64(t, &p, UINT64_MAX, &c.value))
			return -1;
		if (s->nr_vmstat == SNAP_MAX_VMSTAT) {
			recording_note(m, "vmstat: counters after the first %d were left out",
				       SNAP_MAX_VMSTAT);
			break;
		}
		s->vmstat[s->nr_vmstat++] = c;
	}
	s->have_vmstat = true;
	return 0;
}

/**
 * parse_meminfo - read a copy of /proc/meminfo
 * @t: the file
 * @s: unused: it holds settings
 * @m: gets MemTotal, and SwapTotal where there is no copy of /proc/swaps
 *
 * Return: 0; -1 with the message when a line is no name and number.
 */
int parse_meminfo(struct snap_text *t, struct snapshot *s, struct recording *m)
{
	uint64_t kb;
	char name[48];
	const char *p;

	(void)s;
	while ((p = snap_line(t))) {
		if (!snap_word(&p, name, sizeof(name)))
			return snap_bad(t, "the line is empty");
		if (snap_u64(t, &p, UINT64_MAX, &kb))
			return -1;
		if (!strcmp(name, "MemTotal:"))
			m->memtotal_kb = kb;
		else if (!strcmp(name, "SwapTotal:") && !m->swap_pages)
			m->swap_pages = kb >> (PAGE_SHIFT - 10);
	}
	return 0;
}

/**
 * parse_swaps - read a copy of /proc/swaps
 * @t: the file
 * @s: before/ or after/
 * @m: gets the sum of all areas, and from before/ how much of it is in use, in pages
 *
 * A line has the columns Filename, Type, Size, Used and Priority, with sizes in KiB; a blank in a
 * name is printed as \040. mm/swapfile.c:swap_show.
 *
 * Return: 0; -1 with the message when the header or a size is missing.
 */
int parse_swaps(struct snap_text *t, struct snapshot *s, struct recording *m)
{
	uint64_t kb, total = 0, used = 0;
	char word[64];
	const char *p = snap_line(t);

	if (!p || strncmp(p, "Filename", 8))
		return snap_bad(t, "is no copy of /proc/swaps: its header is missing");
	while ((p = snap_line(t))) {
		if (!snap_word(&p, word, sizeof(word)))
			return snap_bad(t, "a swap area has no size");
		m->swap_in_ram |= !strncmp(word, "/dev/zram", 9) || !strncmp(word, "/dev/ram", 8);
		if (!snap_word(&p, word, sizeof(word)))
			return snap_bad(t, "a swap area has no size");
		if (snap_u64(t, &p, UINT64_MAX >> 10, &kb))
			return -1;
		total += kb;
		if (snap_u64(t, &p, UINT64_MAX >> 10, &kb))
			return -1;
		used += kb;
	}
	m->swap_pages = total >> (PAGE_SHIFT - 10);
	if (s == &m->before)
		m->swap_used = used >> (PAGE_SHIFT - 10);
	return 0;
}

static int sysctl_line(struct snap_text *t, const char *p, struct recording *m)
{
	char name[64];
	uint64_t v;

	if (!snap_word(&p, name, sizeof(name)))
		return snap_bad(t, "the line is empty");
	for (size_t i = 0; i < NR_SYSCTLS; i++) {
		if (strcmp(name, sysctl_table[i].name))
			continue;
		for (unsigned int k = 0; k < sysctl_table[i].nr; k++) {
			if (snap_u64(t, &p, UINT32_MAX, &v))
				return -1;
			sysctl_value(&m->sysctl, &sysctl_table[i])[k] = (u32)v;
		}
		m->sysctl_from[i] = SYSCTL_FROM_RECORDING;
	}
	return 0;
}

/**
 * parse_sysctl_vm - read the values of /proc/sys/vm
 * @t: the file; each line is a name and its value, or values
 * @s: unused: they are settings
 * @m: gets those that the model knows; others are skipped
 *
 * Return: 0; -1 with the message when a known one has no number.
 */
int parse_sysctl_vm(struct snap_text *t, struct snapshot *s, struct recording *m)
{
	const char *p;

	(void)s;
	while ((p = snap_line(t)))
		if (sysctl_line(t, p, m))
			return -1;
	m->have_sysctl = true;
	return 0;
}

/* finds which of @names stands in brackets, as in "always defer [madvise] never"; -1 for none */
static int word_in_brackets(const struct snap_text *t, const char *value, const char *const *names,
			    int nr)
{
	const char *open = strchr(value, '['), *close = open ? strchr(open, ']') : NULL;
	char word[32];
	int i;

	if (!close)
		return snap_bad(t, "no choice in brackets in '%s'", value);
	snprintf(word, sizeof(word), "%.*s", (int)(close - open - 1), open + 1);
	i = name_index(names, nr, word);
	return i >= 0 ? i : snap_bad(t, "'%s' is no mode of transparent huge pages", word);
}

static int parse_thp_enabled(const struct snap_text *t, const char *value, struct recording *m)
{
	int mode = word_in_brackets(t, value, thp_enabled_names, NR_THP_ENABLED_MODES);

	if (mode < 0)
		return -1;
	m->thp_enabled = (enum thp_enabled)mode;
	return 0;
}

static int parse_thp_defrag(const struct snap_text *t, const char *value, struct recording *m)
{
	int mode = word_in_brackets(t, value, thp_defrag_names, NR_THP_DEFRAG_MODES);

	if (mode < 0)
		return -1;
	m->thp_defrag = (enum thp_defrag)mode;
	return 0;
}

static int parse_lru_gen(const struct snap_text *t, const char *value, struct recording *m)
{
	char *end;
	unsigned long v = strtoul(value, &end, 0);

	if (end == value || *end)
		return snap_bad(t, "'%s' is no number", value);
	m->have_lru_gen = true;
	m->lru_gen = v & 1;
	return 0;
}

/**
 * parse_thp - read the modes of transparent huge pages, and whether the LRU has generations
 * @t: the file; its lines are path:value, as `grep -r . /sys/kernel/mm/transparent_hugepage` prints
 * @s: unused: they are settings
 * @m: gets ->thp_defrag, ->thp_enabled and ->lru_gen
 *
 * Return: 0; -1 with the message when a line or a mode is unknown.
 */
int parse_thp(struct snap_text *t, struct snapshot *s, struct recording *m)
{
	char *p, *value;
	int ret = 0;

	(void)s;
	while (!ret && (p = snap_line(t))) {
		value = strchr(p, ':');
		if (!value)
			return snap_bad(t, "no ':' between path and value");
		*value++ = '\0';
		if (strstr(p, "transparent_hugepage/defrag"))
			ret = parse_thp_defrag(t, value, m);
		else if (strstr(p, "transparent_hugepage/enabled"))
			ret = parse_thp_enabled(t, value, m);
		else if (strstr(p, "lru_gen/enabled"))
			ret = parse_lru_gen(t, value, m);
	}
	return ret;
}

/**
 * parse_version - read a copy of /proc/version
 * @t: the file
 * @s: unused: it is a setting
 * @m: gets ->kernel and ->version
 *
 * An example is "Linux version 6.1.0-50-cloud-amd64 (...) #1 SMP ... Debian 6.1.192-1 (date)".
 * Debian's release name stays at patch level 0 all through a stable series; the true version stands
 * behind it.
 *
 * Return: 0; -1 with the message when it is no version of Linux.
 */
int parse_version(struct snap_text *t, struct snapshot *s, struct recording *m)
{
	const char *p = snap_line(t), *debian;

	(void)s;
	if (!p || strncmp(p, "Linux version ", 14))
		return snap_bad(t, "is no copy of /proc/version");
	p += 14;
	snap_word(&p, m->kernel, sizeof(m->kernel));
	m->version = kernel_version_parse(m->kernel);
	if (!m->version)
		return snap_bad(t, "'%s' is no kernel version", m->kernel);
	/* "(Debian 12.2.0-14)" is the compiler's version: only one of the same series is Linux's */
	for (debian = strstr(p, "Debian "); debian; debian = strstr(debian + 7, "Debian ")) {
		u32 v = kernel_version_parse(debian + 7);

		if (v >> 16 != m->version >> 16)
			continue;
		m->version = v;
		break;
	}
	return 0;
}
