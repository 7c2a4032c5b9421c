// SPDX-License-Identifier: GPL-2.0-only
/* Writes trace.dat, version 7 as trace-cmd 3.1 does: sections, and at the end the options. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "internal.h"

enum { SECTION_OPTIONS = 0, SECTION_BUFFER = 3, SECTION_HEADER = 16, NR_HEADER_SECTIONS = 6 };
enum {
	OPTION_DONE = 0,
	OPTION_CPUSTAT = 2,
	OPTION_BUFFER = 3,
	OPTION_CLOCK = 4,
	OPTION_UNAME = 5,
	OPTION_CPUCOUNT = 8
};
#define COMPRESSED   1
#define SECTION_HEAD 16
#define COPY_BYTES   (256 << 10)

static void put(FILE *f, const void *bytes, size_t len)
{
	fwrite(bytes, 1, len, f);
}

static void put16(FILE *f, uint16_t v)
{
	put(f, &v, sizeof(v));
}

static void put32(FILE *f, uint32_t v)
{
	put(f, &v, sizeof(v));
}

static void put64(FILE *f, uint64_t v)
{
	put(f, &v, sizeof(v));
}

static void put_string(FILE *f, const char *s)
{
	put(f, s, strlen(s) + 1);
}

static void put_sized(FILE *f, const char *text)
{
	put64(f, strlen(text));
	put(f, text, strlen(text));
}

static void patch64(FILE *f, long at, uint64_t v)
{
	fseek(f, at, SEEK_SET);
	put64(f, v);
	fseek(f, 0, SEEK_END);
}

static long section_begin(FILE *f, unsigned int id, unsigned int flags)
{
	long at = ftell(f);

	put16(f, (uint16_t)id);
	put16(f, (uint16_t)flags);
	put32(f, 0);
	put64(f, 0);
	return at;
}

static void section_end(FILE *f, long at)
{
	patch64(f, at + 8, (uint64_t)(ftell(f) - at - SECTION_HEAD));
}

static void option(FILE *f, unsigned int id, const void *data, size_t len)
{
	put16(f, (uint16_t)id);
	put32(f, (uint32_t)len);
	put(f, data, len);
}

static unsigned int same_system(const struct tracedat *t, unsigned int from)
{
	unsigned int nr = 0;

	while (from + nr < t->nr_formats &&
	       !strcmp(t->format[from].system, t->format[from + nr].system))
		nr++;
	return nr;
}

/* The events of ftrace itself are without a system, those of the others by system. */
static void put_formats(FILE *f, const struct tracedat *t, bool ftrace)
{
	unsigned int nr, systems = 0;

	for (unsigned int i = 0; i < t->nr_formats; i += same_system(t, i))
		systems += !strcmp(t->format[i].system, "ftrace") ? 0 : 1;
	if (!ftrace)
		put32(f, systems);
	for (unsigned int i = 0; i < t->nr_formats; i += nr) {
		nr = same_system(t, i);
		if (!strcmp(t->format[i].system, "ftrace") != ftrace)
			continue;
		if (!ftrace)
			put_string(f, t->format[i].system);
		put32(f, nr);
		for (unsigned int k = i; k < i + nr; k++)
			put_sized(f, t->format[k].text);
	}
}

static void put_header_section(FILE *f, const struct tracedat *t, unsigned int nr)
{
	switch (nr) {
	case 0:
		put_string(f, "header_page");
		put_sized(f, t->header_page);
		put_string(f, "header_event");
		put_sized(f, t->header_event);
		break;
	case 1:
		put_formats(f, t, true);
		break;
	case 2:
		put_formats(f, t, false);
		break;
	case 3: /* symbols: none of the events prints one */
		put32(f, 0);
		break;
	case 4:
		put32(f, (uint32_t)strlen(t->printk_formats));
		put(f, t->printk_formats, strlen(t->printk_formats));
		break;
	default:
		put_sized(f, t->saved_cmdlines);
	}
}

/* What is copied is given back to a disk that may be full: there is no room for both. */
static int put_cpu(FILE *f, const struct cpu_data *cpu, uint8_t *room)
{
	put32(f, cpu->nr_chunks);
	for (uint64_t at = 0; at < cpu->bytes;) {
		uint64_t left = cpu->bytes - at;
		ssize_t n = pread(cpu->fd, room, left < COPY_BYTES ? left : COPY_BYTES, (off_t)at);

		if (n <= 0) {
			errno = n ? errno : EIO;
			return -1;
		}
		put(f, room, (size_t)n);
		if (fflush(f))
			return -1;
		/* a file system that cannot do it has to have the room */
		(void)fallocate(cpu->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)at, n);
		at += (uint64_t)n;
	}
	return 0;
}

static int put_buffer(FILE *f, const struct tracedat *t, uint64_t *offset)
{
	long section = section_begin(f, SECTION_BUFFER, COMPRESSED);
	uint8_t *room = malloc(COPY_BYTES);
	int ret = room ? 0 : -1;

	for (unsigned int i = 0; i < t->nr_cpus && !ret; i++) {
		while (ftell(f) % t->page_size)
			put(f, "", 1);
		offset[i] = (uint64_t)ftell(f);
		ret = put_cpu(f, &t->cpu[i], room);
	}
	section_end(f, section);
	free(room);
	return ret;
}

static void put_buffer_option(FILE *f, const struct tracedat *t, uint64_t section,
			      const uint64_t *offset)
{
	static const char clock[] = "mono";

	put16(f, OPTION_BUFFER);
	put32(f, (uint32_t)(8 + 1 + sizeof(clock) + 4 + 4 + t->nr_cpus * (4 + 8 + 8)));
	put64(f, section);
	put_string(f, "");
	put_string(f, clock);
	put32(f, t->page_size);
	put32(f, t->nr_cpus);
	for (unsigned int i = 0; i < t->nr_cpus; i++) {
		put32(f, i);
		put64(f, offset[i]);
		put64(f, t->cpu[i].bytes);
	}
}

/**
 * tracedat_write - write the whole file
 * @t: what it is made of; the files of its CPUs are emptied on the way
 * @file: open for writing, at its begin, and seekable
 *
 * Return: 0; -1 with errno.
 */
int tracedat_write(const struct tracedat *t, FILE *file)
{
	uint64_t *offset = calloc(t->nr_cpus, sizeof(*offset)), at[NR_HEADER_SECTIONS], buffer;
	uint32_t cpus = t->nr_cpus;
	long first, section;

	if (!offset)
		return -1;
	put(file, "\x17\x08\x44tracing7\0\0\x08", 14);
	put32(file, t->page_size);
	put_string(file, "zstd");
	put_string(file, ZSTD_versionString());
	first = ftell(file);
	put64(file, 0);
	for (unsigned int i = 0; i < NR_HEADER_SECTIONS; i++) {
		section = section_begin(file, SECTION_HEADER + i, 0);
		at[i] = (uint64_t)section;
		put_header_section(file, t, i);
		section_end(file, section);
	}
	buffer = (uint64_t)ftell(file);
	if (put_buffer(file, t, offset)) {
		free(offset);
		return -1;
	}
	patch64(file, first, (uint64_t)ftell(file));
	section = section_begin(file, SECTION_OPTIONS, 0);
	for (unsigned int i = 0; i < NR_HEADER_SECTIONS; i++)
		option(file, SECTION_HEADER + i, &at[i], sizeof(at[i]));
	option(file, OPTION_CLOCK, t->clocks, strlen(t->clocks) + 1);
	option(file, OPTION_UNAME, t->uname, strlen(t->uname) + 1);
	option(file, OPTION_CPUCOUNT, &cpus, sizeof(cpus));
	for (unsigned int i = 0; i < t->nr_cpus; i++)
		option(file, OPTION_CPUSTAT, t->stats[i], strlen(t->stats[i]) + 1);
	put_buffer_option(file, t, buffer, offset);
	option(file, OPTION_DONE, &(uint64_t){ 0 }, sizeof(uint64_t));
	section_end(file, section);
	free(offset);
	return fflush(file) || ferror(file) ? -1 : 0;
}
