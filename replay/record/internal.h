/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of this folder share. */
#ifndef FRAGREPLAY_RECORD_INTERNAL_H
#define FRAGREPLAY_RECORD_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "record.h"

#define MAX_EVENTS 64

/* One line of the list of events. */
struct event_name {
	char system[24], event[48];
	bool needed; /* nothing can be replayed without it */
};

unsigned int events_of_set(enum event_set set, struct event_name *list);

/**
 * struct cpu_data - the pages of one CPU, compressed
 * @fd: file of chunks, each two 32-bit sizes, compressed and not, and the bytes
 * @nr_chunks: how many
 * @bytes: how long they are, with their sizes
 */
struct cpu_data {
	int fd;
	uint32_t nr_chunks;
	uint64_t bytes;
};

struct event_format {
	char system[24];
	char *text;
};

/**
 * struct tracedat - what a trace.dat is made of
 * @header_page: how a page of the ring buffer begins
 * @header_event: how an event begins
 * @printk_formats: as the file of that name
 * @saved_cmdlines: likewise
 * @uname: the kernel and the machine
 * @clocks: as the file trace_clock
 * @format: of the events, those of one system together
 * @nr_formats: how many
 * @stats: what the kernel counted, a text for each CPU
 * @cpu: the pages
 * @nr_cpus: how many CPUs
 * @page_size: of the ring buffer
 */
struct tracedat {
	char *header_page, *header_event, *printk_formats, *saved_cmdlines, *clocks;
	char uname[512];
	struct event_format format[MAX_EVENTS + 1];
	unsigned int nr_formats;
	char **stats;
	struct cpu_data *cpu;
	unsigned int nr_cpus;
	uint32_t page_size;
};

int tracedat_write(const struct tracedat *t, FILE *file);

/* What the readers of all CPUs and their owner tell one another. */
struct readers_state {
	atomic_bool drain;	/* tracing is off: end when nothing is left */
	atomic_bool failed;	/* a file could not be written */
	atomic_int error;	/* errno of that */
	_Atomic uint64_t bytes; /* written by all */
};

/**
 * struct reader - takes the pages of one CPU from the kernel and compresses them
 * @state: shared by all readers
 * @data: what it makes
 * @fd: the kernel's file of pages
 * @lost: events that the kernel says it lost, in what was read
 * @told: of these, said on stderr by the owner
 * @page_size: of the ring buffer
 * @thread: that reads
 */
struct reader {
	struct readers_state *state;
	struct cpu_data data;
	int fd;
	_Atomic uint64_t lost;
	uint64_t told;
	uint32_t page_size;
	pthread_t thread;
};

uint64_t page_lost_events(const uint8_t *page, uint32_t page_size);
int reader_start(struct reader *r);
void reader_join(struct reader *r);

int copy_texts(const char *dir);
int copy_vmstat(const char *dir);
int copy_page_words(const char *dir);

struct tracefs_instance;
struct tracefs_instance *instance_open(int *lock);
int instance_close(struct tracefs_instance *instance, int lock);
int instance_set_up(struct tracefs_instance *instance, const struct record_options *opt,
		    unsigned int nr_cpus, uint64_t *buffer_kb);
int instance_describe(struct tracefs_instance *instance, enum event_set set, struct tracedat *t);
void tracedat_free(struct tracedat *t);

#endif
