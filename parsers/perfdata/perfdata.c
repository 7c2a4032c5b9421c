// SPDX-License-Identifier: GPL-2.0-only
/*
 * The reader of perf.data, of files and of what `perf record -o -` writes to a pipe. perf copies
 * the CPUs' buffers in rounds: when one is over, nothing earlier than the one before can follow.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdlib.h>

#include "perfdata.h"

/* enum perf_event_type, and perf's own enum perf_user_event_type */
#define RECORD_LOST	      2
#define RECORD_COMM	      3
#define RECORD_SAMPLE	      9
#define RECORD_LOST_SAMPLES   13
#define RECORD_HEADER_ATTR    64
#define RECORD_TRACING_DATA   66
#define RECORD_FINISHED_ROUND 68
#define RECORD_AUXTRACE	      71
#define RECORD_FEATURE	      80
#define RECORD_COMPRESSED     81

#define DAMAGE_REMEDY "copy the file again, or use --allow-incomplete to replay up to here"

static struct perfdata *to_perfdata(struct trace *t)
{
	return (struct perfdata *)t;
}

static int damage(struct perfdata *p, const char *what)
{
	trace_fail(&p->t, "%s: offset %#" PRIx64 "%s: %s; %s", p->t.src.path,
		   (uint64_t)(p->pos - p->t.src.map), p->plain_len ? " (compressed)" : "", what,
		   DAMAGE_REMEDY);
	p->t.info.complete = false;
	p->ended = true;
	return -1;
}

/* ---- records ---- */

static struct record *add_record(struct perfdata *p)
{
	if (p->nr == p->cap) {
		size_t cap = p->cap ? 2 * p->cap : 65536;
		struct record *rec = realloc(p->rec, cap * sizeof(*rec));
		struct record *tmp = rec ? realloc(p->tmp, cap * sizeof(*rec)) : NULL;

		if (rec)
			p->rec = rec;
		if (!tmp) {
			damage(p, "no memory for the events of one round");
			return NULL;
		}
		p->tmp = tmp;
		p->cap = cap;
	}
	return memset(&p->rec[p->nr], 0, sizeof(*p->rec));
}

static int keep_record(struct perfdata *p, const struct record *r)
{
	if (p->any && r->ts < p->given_ts)
		return damage(p, "an event is earlier than a whole round before it");
	if (r->ts > p->newest)
		p->newest = r->ts;
	if (r->cpu >= p->max_cpu)
		p->max_cpu = r->cpu + 1u;
	p->nr++;
	return 0;
}

static int take_sample(struct perfdata *p, const uint8_t *data, size_t len)
{
	struct perf_sample s;
	struct cursor c = { 0 };
	struct record *r;

	if (!perf_parse_sample(p, data, len, &s))
		return damage(p, "a sample is damaged, or without attributes");
	if (!s.raw) {
		p->others++;
		return 0;
	}
	if (!p->have_formats)
		return damage(p, "an event comes before the formats");
	if (!(p->attr[0].sample_type & SAMPLE_TIME))
		return damage(p,
			      "the samples have no time; record with `perf record -a --timestamp`");
	c.key = s.time;
	c.cpu = s.cpu;
	c.data = s.raw;
	c.len = s.raw_len;
	r = add_record(p);
	if (!r)
		return -1;
	if (formats_decode(&p->f, &c, r))
		return damage(p, c.why);
	return keep_record(p, r);
}

static int take_lost(struct perfdata *p, uint64_t lost, const uint8_t *data, size_t len)
{
	struct perf_sample s;
	struct record *r = add_record(p);

	if (!r)
		return -1;
	if (!perf_parse_trailer(p, data, len, &s) || s.time < p->given_ts)
		s.time = p->newest;
	r->ts = s.time;
	r->cpu = (uint16_t)s.cpu;
	r->type = REC_LOST;
	r->pid = -1;
	r->lost.events = lost > UINT32_MAX ? UINT32_MAX : (uint32_t)lost;
	p->t.info.lost += lost;
	return keep_record(p, r);
}

/* include/linux/hash.h: a multiplier that spreads what is close together */
#define GOLDEN_RATIO_32 0x61C88647u

static struct perf_comm *comm_slot(struct perf_comm *table, unsigned int size, int32_t key)
{
	unsigned int i = (uint32_t)key * GOLDEN_RATIO_32 % size;

	while (table[i].key && table[i].key != key)
		i = (i + 1) % size;
	return &table[i];
}

/* Names of tasks that there is no memory for are not known. */
static void take_comm(struct perfdata *p, const uint8_t *data, size_t len)
{
	int32_t tid = (int32_t)get_u32(data + 4);
	struct perf_comm *c;

	if (tid < 0 || tid == INT32_MAX)
		return;
	if (2 * p->nr_comms >= p->cap_comms) {
		unsigned int size = p->cap_comms ? 2 * p->cap_comms : 1024;
		struct perf_comm *table = calloc(size, sizeof(*table));

		if (!table)
			return;
		for (unsigned int i = 0; i < p->cap_comms; i++)
			if (p->comm[i].key)
				*comm_slot(table, size, p->comm[i].key) = p->comm[i];
		free(p->comm);
		p->comm = table;
		p->cap_comms = size;
	}
	c = comm_slot(p->comm, p->cap_comms, tid + 1);
	p->nr_comms += !c->key;
	c->key = tid + 1;
	snprintf(c->comm, sizeof(c->comm), "%.*s", (int)(len - 8), (const char *)data + 8);
}

static int take_attr(struct perfdata *p, const uint8_t *data, size_t len)
{
	size_t size = len >= 8 ? get_u32(data + 4) : 0;

	if (size > len || perf_add_attr(p, data, size, data + size, (len - size) / 8))
		return damage(p, "the attributes of an event are damaged");
	return 0;
}

static int take_tracing_data(struct perfdata *p, const uint8_t *data, size_t len)
{
	uint64_t size = len >= 4 ? get_u32(data) : 0;

	if (!size || size > (uint64_t)(p->end - p->pos))
		return damage(p, "the formats of the events are cut short");
	if (perf_load_formats(p, p->pos, size)) {
		trace_fail(&p->t, "%s", p->err);
		return damage(p, "the formats are damaged");
	}
	size = (size + 7) & ~7ull;
	p->pos = size < (uint64_t)(p->end - p->pos) ? p->pos + size : p->end;
	return 0;
}

/* Puts decompressed records behind those at hand; a record may go on in the next block. */
static int take_compressed(struct perfdata *p, const uint8_t *data, size_t len)
{
	ZSTD_inBuffer in = { data, len, 0 };
	ZSTD_outBuffer out;

	if (!p->zstd)
		p->zstd = ZSTD_createDStream();
	if (!p->zstd)
		return damage(p, "no memory to decompress it");
	if (p->plain_len > p->plain_pos && p->plain_pos)
		memmove(p->plain, p->plain + p->plain_pos, p->plain_len - p->plain_pos);
	p->plain_len -= p->plain_pos;
	p->plain_pos = 0;
	do {
		size_t ret;

		if (p->plain_cap - p->plain_len < 1u << 17) {
			uint8_t *plain = realloc(p->plain, p->plain_cap + (1u << 20));

			if (!plain)
				return damage(p, "no memory to decompress it");
			p->plain = plain;
			p->plain_cap += 1u << 20;
		}
		out = (ZSTD_outBuffer){ p->plain, p->plain_cap, p->plain_len };
		ret = ZSTD_decompressStream(p->zstd, &out, &in);
		if (ZSTD_isError(ret))
			return damage(p, "its zstd data is damaged");
		p->plain_len = out.pos;
	} while (in.pos < in.size || out.pos == out.size);
	return 0;
}

static int take_record(struct perfdata *p, uint32_t type, const uint8_t *data, size_t len)
{
	switch (type) {
	case RECORD_SAMPLE:
		return take_sample(p, data, len);
	case RECORD_LOST:
		return len < 16 ? 0 : take_lost(p, get_u64(data + 8), data, len);
	case RECORD_LOST_SAMPLES:
		return len < 8 ? 0 : take_lost(p, get_u64(data), data, len);
	case RECORD_COMM:
		if (len > 8)
			take_comm(p, data, len);
		return 0;
	case RECORD_HEADER_ATTR:
		return p->pipe ? take_attr(p, data, len) : 0;
	case RECORD_TRACING_DATA:
		return take_tracing_data(p, data, len);
	case RECORD_FEATURE:
		if (len > 8 && p->pipe)
			perf_feature(p, (unsigned int)get_u64(data), data + 8, len - 8);
		return 0;
	case RECORD_COMPRESSED:
		return take_compressed(p, data, len);
	case RECORD_FINISHED_ROUND:
		p->flush = true;
		return 0;
	case RECORD_AUXTRACE: /* its data follow on it */
		if (len < 8 || get_u64(data) > (uint64_t)(p->end - p->pos))
			return damage(p, "data of a hardware trace are cut short");
		p->pos += get_u64(data);
		return 0;
	}
	return 0;
}

/* Finds the next record, of the decompressed ones first. Returns 0 at the end. */
static int next_record(struct perfdata *p)
{
	const uint8_t *at = p->pos;
	size_t left = p->plain_len - p->plain_pos, size;
	bool plain = left >= PERF_HEADER_BYTES;

	if (plain) {
		at = p->plain + p->plain_pos;
		plain = left >= (size_t)(at[6] | at[7] << 8);
		at = plain ? at : p->pos;
	}
	if (!plain) {
		left = (size_t)(p->end - p->pos);
		if (!left)
			return p->plain_len != p->plain_pos ? damage(p, "its last block breaks off")
							    : 0;
	}
	size = left >= PERF_HEADER_BYTES ? get_u16(at + 6) : 0;
	if (size < PERF_HEADER_BYTES || size > left)
		return damage(p, "a record is damaged or cut short");
	if (plain)
		p->plain_pos += size;
	else
		p->pos += size;
	if (plain && get_u32(at) == RECORD_COMPRESSED)
		return damage(p, "a compressed record within another");
	return take_record(p, get_u32(at), at + PERF_HEADER_BYTES, size - PERF_HEADER_BYTES) ? -1
											     : 1;
}

/* ---- in order of time ---- */

/* Sorts what is at hand, and counts how many records nothing can come before any more. */
static void order_records(struct perfdata *p, uint64_t limit)
{
	size_t low = 0, high = p->nr;

	records_sort(p->rec, p->tmp, p->nr);
	while (low < high) {
		size_t mid = (low + high) / 2;

		if (p->rec[mid].ts <= limit)
			low = mid + 1;
		else
			high = mid;
	}
	p->ready = low;
}

static int by_name(const void *a, const void *b)
{
	const struct decoder *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static void sort_names(struct perfdata *p)
{
	unsigned int n = 0;

	free(p->names);
	p->names = calloc(p->f.nr_dec ? p->f.nr_dec : 1, sizeof(*p->names));
	for (unsigned int i = 1; p->names && i < p->f.nr_dec; i++)
		if (p->f.dec[i].count)
			p->names[n++] = &p->f.dec[i];
	if (n)
		qsort(p->names, n, sizeof(*p->names), by_name);
	p->names_of = p->f.nr_resolved;
	p->t.info.nr_events = n;
}

static void account(struct perfdata *p, size_t n)
{
	struct trace_info *info = &p->t.info;

	if (n && !info->records)
		info->first_ns = p->rec[0].ts;
	if (n)
		info->last_ns = p->rec[n - 1].ts;
	for (size_t i = 0; i < n; i++)
		info->records += p->rec[i].type != REC_LOST;
	info->digest = digest_records(info->digest, p->rec, n);
	info->bytes_read = (uint64_t)(p->pos - p->t.src.map);
	if (p->max_cpu > info->cpus)
		info->cpus = p->max_cpu;
	if (p->names_of != p->f.nr_resolved)
		sort_names(p);
}

static long perf_read(struct trace *t, const struct record **rec)
{
	struct perfdata *p = to_perfdata(t);
	int more = 1;

	if (p->given < p->nr && p->given)
		memmove(p->rec, p->rec + p->given, (p->nr - p->given) * sizeof(*p->rec));
	p->nr -= p->given;
	p->given = p->ready = 0;
	while (!p->ready && !p->ended && (more = next_record(p)) > 0) {
		if (!p->flush)
			continue;
		order_records(p, p->newest_of_round);
		p->newest_of_round = p->newest;
		p->flush = false;
	}
	if (!p->ready && p->nr)
		order_records(p, UINT64_MAX);
	if (!more)
		p->ended = true;
	account(p, p->ready);
	p->given = p->ready;
	*rec = p->rec;
	if (p->ready) {
		p->given_ts = p->rec[p->ready - 1].ts;
		p->any = true;
		return (long)p->ready;
	}
	return t->error[0] && !t->opt.allow_incomplete ? -1 : 0;
}

/* ---- what else is asked of a trace ---- */

static const char *perf_event_count(struct trace *t, unsigned int i, uint64_t *count)
{
	struct perfdata *p = to_perfdata(t);

	if (i >= t->info.nr_events)
		return NULL;
	*count = p->names[i]->count;
	return p->names[i]->name;
}

static const char *perf_comm(struct trace *t, int pid)
{
	struct perfdata *p = to_perfdata(t);
	struct perf_comm *c;

	if (!p->cap_comms || pid < 0 || pid == INT32_MAX)
		return NULL;
	c = comm_slot(p->comm, p->cap_comms, pid + 1);
	return c->key ? c->comm : NULL;
}

static void perf_notes(struct trace *t)
{
	struct perfdata *p = to_perfdata(t);

	if (p->others)
		trace_note(t, "%" PRIu64 " samples are no tracepoints and were left out",
			   p->others);
	if (p->nr_attrs && !(p->attr[0].sample_type & SAMPLE_CPU))
		trace_note(t,
			   "the samples have no CPU: all count as those of CPU 0; record with -a");
	for (unsigned int i = 1; i < p->f.nr_dec; i++)
		if (p->f.dec[i].old_form)
			trace_note(t, "%s: %" PRIu64 " events in another kernel's form: %s",
				   p->f.dec[i].name, p->f.dec[i].count,
				   p->f.dec[i].type == REC_OTHER ? "skipped"
								 : "read without fields");
}

static void perf_close(struct trace *t)
{
	struct perfdata *p = to_perfdata(t);

	formats_close(&p->f);
	if (p->have_formats)
		container_close(&p->c);
	ZSTD_freeDStream(p->zstd);
	free(p->plain);
	free(p->attr);
	free(p->id);
	free(p->rec);
	free(p->tmp);
	free(p->comm);
	free(p->names);
	free(p);
}

static const struct trace_ops perf_ops = {
	.name = "perf.data",
	.read = perf_read,
	.event_count = perf_event_count,
	.comm = perf_comm,
	.notes = perf_notes,
	.close = perf_close,
};

/**
 * perfdata_open - the reader of perf.data files
 * @src: the file's bytes
 * @opt: options
 * @err: buffer for a message
 * @errlen: its size
 *
 * Return: the trace, or NULL with @err filled and @src still the caller's.
 */
struct trace *perfdata_open(const struct trace_source *src, const struct trace_options *opt,
			    char *err, size_t errlen)
{
	struct perfdata *p = calloc(1, sizeof(*p));

	if (!p) {
		snprintf(err, errlen, "%s: out of memory", src->path);
		return NULL;
	}
	p->t.ops = &perf_ops;
	p->t.src = *src;
	p->t.opt = *opt;
	p->t.info.complete = true;
	p->t.info.digest = DIGEST_INIT;
	if (perf_open_header(p, err, errlen)) {
		perf_close(&p->t);
		return NULL;
	}
	p->t.info.format = p->pipe ? "perf.data (pipe)" : "perf.data";
	return &p->t;
}
