// SPDX-License-Identifier: GPL-2.0-only
/*
 * The dump prints every event as `trace-cmd report -R` does, so that both can be compared. What
 * struct record keeps of an event is put back from the record into the payload before libtraceevent
 * prints it, so that a wrong decode shows.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdlib.h>
#include <traceevent/event-parse.h>

#include "tracedat.h"

struct dump {
	struct tracedat *d;
	FILE *out;
	struct tep_handle *tep;		/* it has print fmts, which that of the decoders has not */
	struct trace_seq seq;
	uint8_t *raw;
	size_t raw_cap;
	bool usec;
};

/* Hands a section to a parser of libtraceevent; a length of 4 bytes stands before its text. */
static int load_symbols_of(struct dump *m, enum section s,
			   int (*parse)(struct tep_handle *tep, const char *text))
{
	struct blob b;
	char *text;

	if (container_section(&m->d->c, s, &b))
		return -1;
	text = b.len > 4 ? strndup((const char *)b.data + 4, b.len - 4) : NULL;
	if (text)
		parse(m->tep, text);
	free(text);
	blob_free(&b);
	return 0;
}

/* Loads the names that print fmts ask for. Damage in them counts as damage in events does. */
static int load_symbols(struct dump *m)
{
	struct trace *t = &m->d->t;

	if (!load_symbols_of(m, SEC_KALLSYMS, tep_parse_kallsyms) &&
	    !load_symbols_of(m, SEC_PRINTK, tep_parse_printk_formats))
		return 0;
	trace_fail(t, "%s", m->d->late_error);
	t->info.complete = false;
	return t->opt.allow_incomplete ? 0 : -1;
}

/* Puts a field as the record holds it back to where the payload had it. */
static void put_back(uint8_t *payload, const struct decoder *dec, const struct step *s,
		     const struct record *rec)
{
	uint8_t *place = payload + s->offset;
	uint64_t v, raw = 0;

	if (s->field->kind == FIELD_MARK)
		return;
	v = event_load(rec, s->field, s->is_signed);
	memcpy(&raw, place, s->size);
	if (s->field->kind == FIELD_GFP)
		v = gfp_map_back(dec->gfp, rec->gfp, raw);
	else if (s->field->kind == FIELD_COMPACT_RESULT)
		v = sym_map_back(s->sym, (uint32_t)v);
	else if (s->field->kind == FIELD_PFN_MARKED)
		v |= raw & ~(uint64_t)INT64_MAX;
	memcpy(place, &v, s->size);
}

static void rebuild_raw(struct dump *m, const struct decoder *dec, const struct record *rec)
{
	memcpy(m->raw + 4, &rec->pid, 4);
	m->raw[2] = rec->flags;
	for (unsigned int i = 0; i < dec->nr_steps; i++)
		put_back(m->raw, dec, &dec->steps[i], rec);
}

static void print_time(struct dump *m, uint64_t ts)
{
	uint64_t us = (ts + 500) / 1000;

	if (m->usec)
		fprintf(m->out, " %5" PRIu64 ".%06" PRIu64 ":", us / 1000000, us % 1000000);
	else
		fprintf(m->out, "%12" PRIu64 ":", ts);
}

/* libtraceevent takes from the print fmt how a field is printed, as 0x%lx or %d. */
static void print_info(struct dump *m, const struct decoder *dec, struct tep_record *tr,
		       const char *fmt, const char *what)
{
	size_t len;

	if (!tep_find_event(m->tep, dec->id))
		tep_parse_event(m->tep, (const char *)dec->text, dec->text_len, dec->system);
	trace_seq_reset(&m->seq);
	tep_print_event(m->tep, &m->seq, tr, fmt, what);
	trace_seq_terminate(&m->seq);
	len = strlen(m->seq.buffer);
	if (len && m->seq.buffer[len - 1] == '\n')
		m->seq.buffer[len - 1] = '\0';
}

static void print_event(struct dump *m, const struct record *rec, uint32_t len)
{
	struct decoder *dec = &m->d->f.dec[m->d->f.index[get_u16(m->raw)]];
	struct tep_record tr = { .ts = rec->ts, .cpu = rec->cpu, .data = m->raw, .size = (int)len };

	rebuild_raw(m, dec, rec);
	fprintf(m->out, "%16s-%-5d [%03d]", trace_comm(&m->d->t, rec->pid), rec->pid, rec->cpu);
	print_time(m, rec->ts);
	print_info(m, dec, &tr, " %s: ", TEP_PRINT_NAME);
	fprintf(m->out, "%-23s", m->seq.buffer);
	print_info(m, dec, &tr, "%s", TEP_PRINT_INFO_RAW);
	fprintf(m->out, "%s\n", m->seq.buffer);
}

/* Keeps the payload that the next read will decode, because the read may release its page. */
static int keep_payload(struct dump *m, const struct cursor *c)
{
	if (m->raw_cap < c->len + 64) {
		uint8_t *grown = realloc(m->raw, c->len + 64);

		if (!grown)
			return -1;
		m->raw = grown;
		m->raw_cap = c->len + 64;
	}
	memcpy(m->raw, c->data, c->len);
	return 0;
}

static void print_gap(struct dump *m, uint32_t cpu, uint64_t lost)
{
	if (lost == LOST_UNKNOWN)
		fprintf(m->out, "CPU:%u [EVENTS DROPPED]\n", cpu);
	else if (lost)
		fprintf(m->out, "CPU:%u [%" PRIu64 " EVENTS DROPPED]\n", cpu, lost);
}

/* trace-cmd prints microseconds for clocks that it knows to count ns, and bare numbers else. */
static bool counts_ns(const char *clock)
{
	static const char *const ns[] = { "local", "global", "uptime", "perf", "tsc2nsec", "tai" };

	if (!clock || !strncmp(clock, "mono", 4))
		return true;
	for (size_t i = 0; i < sizeof(ns) / sizeof(ns[0]); i++)
		if (!strcmp(clock, ns[i]))
			return true;
	return false;
}

static long dump_next(struct dump *m)
{
	struct tracedat *d = m->d;
	uint32_t len = 0;
	unsigned int max = 1;
	long n;

	if (d->merge.nr && !d->ended) {
		struct cursor *c = d->merge.heap[0];

		print_gap(m, c->cpu, c->lost);
		if (keep_payload(m, c))
			return trace_fail(&d->t, "%s: out of memory", d->t.src.path);
		len = c->len;
		max += c->lost != 0;
	}
	n = tracedat_read(d, max);
	for (long i = 0; i < n; i++)
		if (d->batch[i].type != REC_LOST)
			print_event(m, &d->batch[i], len);
	return n;
}

/**
 * tracedat_dump - print every event as `trace-cmd report -R` does
 * @t: a trace from tracedat_open(), nothing read from it yet
 * @out: where to
 *
 * Return: 0, or -1 with trace_error() telling.
 */
int tracedat_dump(struct trace *t, FILE *out)
{
	struct dump m = { .d = (struct tracedat *)t, .out = out };
	const char *clock = t->info.clock;
	long n = -1;

	m.tep = tep_alloc();
	if (!m.tep)
		return (int)trace_fail(t, "%s: out of memory", t->src.path);
	tep_set_long_size(m.tep, 8);
	tep_set_page_size(m.tep, (int)m.d->c.page_size);
	m.usec = m.d->c.conv.mult || counts_ns(clock);
	trace_seq_init(&m.seq);
	if (!load_symbols(&m)) {
		fprintf(out, "cpus=%u\n", t->info.cpus);
		do
			n = dump_next(&m);
		while (n > 0);
	}
	trace_seq_destroy(&m.seq);
	tep_free(m.tep);
	free(m.raw);
	if (fflush(out) || ferror(out))
		return (int)trace_fail(t, "%s: cannot write the dump", t->src.path);
	return n < 0 ? -1 : 0;
}
