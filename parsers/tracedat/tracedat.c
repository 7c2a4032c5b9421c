// SPDX-License-Identifier: GPL-2.0-only
/*
 * The reader of trace-cmd's trace.dat puts container, streams, cursors and merge together, and
 * compares what was decoded with what the kernel says it recorded.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdlib.h>

#include "tracedat.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "records are loaded as they lie");

static const char damage_remedy[] =
	"copy the file again, or use --allow-incomplete to replay up to here";

static struct tracedat *to_tracedat(struct trace *t)
{
	return (struct tracedat *)t;	/* struct tracedat begins with it */
}

/* Damage ends the trace. It is an error, too, unless --allow-incomplete lets it pass. */
static long trace_damaged(struct tracedat *d, const char *message)
{
	trace_fail(&d->t, "%s", message);
	d->ended = true;
	d->t.info.complete = false;
	d->pending = d->t.opt.allow_incomplete ? 0 : -1;
	return d->pending;
}

static long cursor_damaged(struct tracedat *d, struct cursor *c)
{
	char message[TRACE_ERRLEN];

	snprintf(message, sizeof(message), "%s: CPU %u, offset %#" PRIx64 "%s: %s; %s",
		 d->t.src.path, c->cpu, cursor_file_offset(c), c->block_in_file ? "" : " (chunk)",
		 c->why, damage_remedy);
	return trace_damaged(d, message);
}

static const struct cpu_stat *find_stat(const struct tracedat *d, uint32_t cpu)
{
	for (unsigned int i = 0; i < d->c.nr_stats; i++)
		if (d->c.stats[i].cpu == cpu && !strcmp(d->c.stats[i].instance, d->buf->name))
			return &d->c.stats[i];
	return NULL;
}

/*
 * At a CPU's end there must have been as many events as the kernel counted. There may be fewer when
 * its pages tell of lost ones.
 */
static long check_count(struct tracedat *d, struct cursor *c)
{
	const struct cpu_stat *s = find_stat(d, c->cpu);
	uint64_t want;

	if (!s)
		return 0;
	want = s->entries + s->read;
	if (c->decoded == want)
		return 0;
	if (c->decoded < want && (c->lost_unknown || c->lost_events >= want - c->decoded))
		return 0;
	cursor_damage(c,
		      "%" PRIu64 " events decoded, but the kernel counted %" PRIu64 " (if the file "
		      "was cut by `trace-cmd split` or -m, that is why)",
		      c->decoded, want);
	return cursor_damaged(d, c);
}

/**
 * tracedat_note_lost - keep where events were lost, for trace_print_lost()
 * @d: the trace
 * @c: the CPU, on the first event after the gap
 */
void tracedat_note_lost(struct tracedat *d, struct cursor *c)
{
	d->t.info.lost += c->lost == LOST_UNKNOWN ? 1 : c->lost;
	if (!d->lost)
		d->lost = calloc(LOST_PLACES, sizeof(*d->lost));
	if (!d->lost || d->nr_lost == LOST_PLACES) {
		d->lost_not_kept++;
		return;
	}
	d->lost[d->nr_lost++] = (struct lost_place) {
		.ts = c->key, .offset = cursor_file_offset(c), .count = c->lost, .cpu = c->cpu,
	};
}

static int by_name(const void *a, const void *b)
{
	const struct decoder *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

/* Sorts the kinds of event that occurred. Events of one name in two systems are one kind. */
static void sort_names(struct tracedat *d)
{
	unsigned int n = 0, kept = 0;

	free(d->names);
	d->names = calloc(d->f.nr_dec, sizeof(*d->names));
	for (unsigned int i = 1; d->names && i < d->f.nr_dec; i++)
		if (d->f.dec[i].count)
			d->names[n++] = &d->f.dec[i];
	if (n)
		qsort(d->names, n, sizeof(*d->names), by_name);
	for (unsigned int i = 0; i < n; i++)
		if (!kept || by_name(&d->names[i], &d->names[kept - 1]))
			d->names[kept++] = d->names[i];
	d->names_of = d->f.nr_resolved;
	d->t.info.nr_events = kept;
}

static void account_batch(struct tracedat *d, unsigned int n)
{
	struct trace_info *info = &d->t.info;
	uint64_t bytes = 0, decoded = 0;

	info->digest = digest_records(info->digest, d->batch, n);
	if (n && !info->records)
		info->first_ns = d->batch[0].ts;
	if (n)
		info->last_ns = d->batch[n - 1].ts;
	for (unsigned int i = 0; i < d->nr_cursors; i++) {
		decoded += d->cursors[i].decoded;
		if (d->cursors[i].stream)
			bytes += stream_bytes_read(d->cursors[i].stream);
	}
	info->records = decoded;
	info->bytes_read = bytes;
	if (d->names_of != d->f.nr_resolved)
		sort_names(d);
}

/* Lets the CPU at the merge's root have its turn. Returns how many records that made. */
static unsigned int take_turn(struct tracedat *d, unsigned int done, unsigned int max)
{
	struct cursor *c = d->merge.heap[0];
	unsigned int n;
	int state = 1;

	n = tracedat_decode(d, c, d->batch + done, max - done, merge_limit(&d->merge), &state);
	if (state < 0) {
		cursor_damaged(d, c);
	} else if (!state) {
		merge_drop_root(&d->merge);
		check_count(d, c);
	} else {
		merge_fix_root(&d->merge);
	}
	return n;
}

/**
 * tracedat_read - the next records
 * @d: the trace
 * @max: at most so many, 1 to TRACEDAT_BATCH; an event behind a gap needs two places
 *
 * Return: how many are in d->batch; 0 at the end, -1 on damage.
 */
long tracedat_read(struct tracedat *d, unsigned int max)
{
	unsigned int n = 0;

	while (d->merge.nr && !d->ended && n + (d->merge.heap[0]->lost ? 2 : 1) <= max)
		n += take_turn(d, n, max);
	account_batch(d, n);
	if (!n)
		return d->pending;
	return n;
}

static long read_batch(struct trace *t, const struct record **rec)
{
	struct tracedat *d = to_tracedat(t);

	*rec = d->batch;
	return tracedat_read(d, TRACEDAT_BATCH);
}

/* ---- counts, lost events, comms ---- */

static const char *event_count(struct trace *t, unsigned int i, uint64_t *count)
{
	struct tracedat *d = to_tracedat(t);

	if (i >= t->info.nr_events)
		return NULL;
	*count = 0;
	for (unsigned int j = 1; j < d->f.nr_dec; j++)
		if (d->f.dec[j].count && !strcmp(d->f.dec[j].name, d->names[i]->name))
			*count += d->f.dec[j].count;
	return d->names[i]->name;
}

static void print_lost(struct trace *t, FILE *out)
{
	struct tracedat *d = to_tracedat(t);

	for (unsigned int i = 0; i < d->nr_lost; i++) {
		const struct lost_place *l = &d->lost[i];

		fprintf(out, "CPU %u: ", l->cpu);
		if (l->count == LOST_UNKNOWN)
			fprintf(out, "events");
		else
			fprintf(out, "%" PRIu64 " events", l->count);
		fprintf(out, " lost before %" PRIu64 ".%09" PRIu64 " s (offset %#" PRIx64 ")\n",
			l->ts / 1000000000, l->ts % 1000000000, l->offset);
	}
	if (d->lost_not_kept)
		fprintf(out, "and %" PRIu64 " more gaps\n", d->lost_not_kept);
	for (unsigned int i = 0; i < d->nr_cursors; i++) {
		const struct cursor *c = &d->cursors[i];

		if (c->lost_gaps)
			fprintf(out, "CPU %u: %s%" PRIu64 " events lost in %" PRIu64 " gaps\n",
				c->cpu, c->lost_unknown ? "at least " : "", c->lost_events,
				c->lost_gaps);
	}
}

static int by_pid(const void *a, const void *b)
{
	const struct comm *x = a, *y = b;

	return (x->pid > y->pid) - (x->pid < y->pid);
}

/* Loads the names of tasks, which were saved as lines of "123 comm". */
static int load_comms(struct tracedat *d)
{
	unsigned int cap = 0;
	char *save = NULL;

	if (container_section(&d->c, SEC_CMDLINES, &d->cmdlines))
		return -1;
	if (d->cmdlines.len < 8)
		return 0;
	d->cmdline_text = strndup((const char *)d->cmdlines.data + 8, d->cmdlines.len - 8);
	if (!d->cmdline_text)
		return 0;
	for (char *line = strtok_r(d->cmdline_text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		char *name;
		long pid = strtol(line, &name, 10);

		if (name == line || *name != ' ')
			continue;
		if (d->nr_comms == cap) {
			struct comm *grown;

			cap = cap ? cap * 2 : 256;
			grown = realloc(d->comms, cap * sizeof(*grown));
			if (!grown)
				break;
			d->comms = grown;
		}
		d->comms[d->nr_comms++] = (struct comm) { (int)pid, name + 1 };
	}
	if (d->nr_comms)
		qsort(d->comms, d->nr_comms, sizeof(*d->comms), by_pid);
	return 0;
}

static const char *find_comm(struct trace *t, int pid)
{
	struct tracedat *d = to_tracedat(t);
	struct comm key = { pid, NULL }, *found;

	if (!pid || !d->nr_comms)
		return NULL;
	found = bsearch(&key, d->comms, d->nr_comms, sizeof(key), by_pid);
	return found ? found->name : NULL;
}

/* ---- opening and closing ---- */

static void close_trace(struct trace *t)
{
	struct tracedat *d = to_tracedat(t);

	stream_pool_free(d->pool);
	formats_close(&d->f);
	container_close(&d->c);
	blob_free(&d->cmdlines);
	free(d->cmdline_text);
	free(d->comms);
	free(d->names);
	free(d->lost);
	free(d->batch);
	free(d->cursors);
	free(d->merge.heap);
	free((char *)(uintptr_t)d->t.info.kernel);
	free((char *)(uintptr_t)d->t.info.clock);
	free(d);
}

static void note_old_forms(struct trace *t)
{
	const struct formats *f = &to_tracedat(t)->f;

	for (unsigned int i = 1; i < f->nr_dec; i++)
		if (f->dec[i].old_form)
			trace_note(t, "%s: %" PRIu64 " events in another kernel's form: %s",
				   f->dec[i].name, f->dec[i].count,
				   f->dec[i].type == REC_OTHER ? "skipped" : "read without fields");
}

static const struct trace_ops tracedat_ops = {
	.name = "trace.dat",
	.read = read_batch,
	.event_count = event_count,
	.print_lost = print_lost,
	.comm = find_comm,
	.dump = tracedat_dump,
	.notes = note_old_forms,
	.close = close_trace,
};

static int refuse_trace(struct tracedat *d, const char *what, const char *fix)
{
	snprintf(d->c.err, d->c.errlen, "%s: %s; %s", d->t.src.path, what, fix);
	return -1;
}

static int choose_buffer(struct tracedat *d)
{
	const char *want = d->t.opt.instance ? d->t.opt.instance : "";
	char names[200] = "";

	for (unsigned int i = 0; i < d->c.nr_buffers; i++) {
		struct buffer_desc *b = &d->c.buffers[i];
		size_t used = strlen(names);

		if (!strcmp(b->name, want)) {
			d->buf = b;
			break;
		}
		snprintf(names + used, sizeof(names) - used, " \"%s\"", b->name);
	}
	if (!d->buf && !*want && !d->c.nr_buffers)
		return container_fail(&d->c, d->t.src.size, "no option says where the events are");
	if (!d->buf) {
		snprintf(d->c.err, d->c.errlen, "%s: no buffer \"%s\" in this file; it has%s",
			 d->t.src.path, want, names);
		return -1;
	}
	if (d->buf->latency)
		return refuse_trace(d, "recorded by a latency tracer: it holds text, not events",
			      "record with `trace-cmd record -e kmem`");
	return 0;
}

/* An extent must lie within the file. It is cut to what is there when that is allowed. */
static int check_extent(struct tracedat *d, struct cpu_extent *e)
{
	uint64_t size = d->t.src.size;

	if (e->offset <= size && e->size <= size - e->offset)
		return 0;
	container_fail(&d->c, e->offset,
		       "CPU %u has %" PRIu64 " bytes from here, but the file ends at %#" PRIx64,
		       e->cpu, e->size, size);
	if (!d->t.opt.allow_incomplete)
		return -1;
	snprintf(d->c.damage, sizeof(d->c.damage), "%s", d->c.err);
	if (e->offset > size)
		e->offset = size;
	e->size = size - e->offset;
	return 0;
}

static int by_cpu(const void *a, const void *b)
{
	const struct cpu_extent *x = a, *y = b;

	return (x->cpu > y->cpu) - (x->cpu < y->cpu);
}

static int check_extents(struct tracedat *d)
{
	struct buffer_desc *b = d->buf;

	qsort(b->cpus, b->nr_cpus, sizeof(*b->cpus), by_cpu);
	for (unsigned int i = 0; i < b->nr_cpus; i++) {
		if (check_extent(d, &b->cpus[i]))
			return -1;
		if (i && b->cpus[i].cpu == b->cpus[i - 1].cpu)
			return container_fail(&d->c, b->offset, "CPU %u is there twice",
					      b->cpus[i].cpu);
	}
	return 0;
}

static void open_cursor(struct tracedat *d, struct cursor *c, const struct cpu_extent *e)
{
	struct clock_conv *conv = &d->c.conv;

	c->cpu = e->cpu;
	c->page_size = d->buf->page_size;
	c->page_header = d->f.page_header;
	c->block_in_file = !d->buf->compressed;
	c->stream = stream_add(d->pool, e->offset, e->size, d->buf->page_size);
	if (clock_is_linear(conv))
		c->ts_offset = conv->offset;
	else
		c->conv = conv;
}

static int open_cursors(struct tracedat *d)
{
	struct buffer_desc *b = d->buf;
	unsigned int nr = b->nr_cpus ? b->nr_cpus : 1;

	if (check_extents(d))
		return -1;
	d->cursors = calloc(nr, sizeof(*d->cursors));
	d->merge.heap = calloc(nr, sizeof(*d->merge.heap));
	d->batch = calloc(TRACEDAT_BATCH, sizeof(*d->batch));
	d->pool = stream_pool_new(&d->t.src, b->compressed ? d->c.algo : COMPRESS_NONE, nr,
				  d->t.opt.threads);
	if (!d->cursors || !d->merge.heap || !d->batch || !d->pool)
		return refuse_trace(d, "out of memory", "use a machine with more");
	for (unsigned int i = 0; i < b->nr_cpus; i++)
		open_cursor(d, &d->cursors[i], &b->cpus[i]);
	d->nr_cursors = b->nr_cpus;
	if (stream_pool_start(d->pool))
		return refuse_trace(d, "out of memory", "use a machine with more");
	return 0;
}

/* Puts every CPU on its first event. Damage there is reported by the first read, like any other. */
static void start_cursors(struct tracedat *d)
{
	for (unsigned int i = 0; i < d->nr_cursors; i++) {
		struct cursor *c = &d->cursors[i];
		int state = cursor_start(c);

		if (state > 0)
			d->merge.heap[d->merge.nr++] = c;
		else if (state < 0)
			cursor_damaged(d, c);
		else
			check_count(d, c);
	}
	merge_init(&d->merge);
}

/* The ring buffer's clock must count nanoseconds, or the file must tell how to get them. */
static int check_clock(struct tracedat *d)
{
	static const char *const no_ns[] = { "counter", "uptime", "x86-tsc", "ppc-tb", "s390-tod" };
	const char *clock = d->buf->clock && *d->buf->clock ? d->buf->clock : d->c.clock;

	for (size_t i = 0; clock && !d->c.conv.mult && i < sizeof(no_ns) / sizeof(no_ns[0]); i++)
		if (!strcmp(clock, no_ns[i])) {
			char what[64];

			snprintf(what, sizeof(what), "clock %s has no time in ns", clock);
			return refuse_trace(d, what, "record with `trace-cmd record -C mono`");
		}
	return 0;
}

static void note_machine(struct tracedat *d, const char *arch)
{
	if (*arch && strcmp(arch, "x86_64"))
		trace_note(&d->t,
			   "recorded on %s: pages, pageblocks and zones are taken as on x86-64",
			   arch);
}

static void fill_info(struct tracedat *d)
{
	static const char *const algo[] = { "uncompressed", "zlib", "zstd" };
	struct trace_info *info = &d->t.info;
	const char *clock = d->buf->clock && *d->buf->clock ? d->buf->clock : d->c.clock;
	char sys[8], node[128], release[128];
	const char *arch = d->c.uname ? strrchr(d->c.uname, ' ') : NULL;

	snprintf(d->format, sizeof(d->format), "trace.dat v%u %s", d->c.version,
		 d->c.version < 7 ? "uncompressed" : algo[d->c.algo]);
	info->format = d->format;
	if (d->c.uname && sscanf(d->c.uname, "%7s %127s %127s", sys, node, release) == 3)
		info->kernel = strdup(release);
	note_machine(d, arch ? arch + 1 : "");
	info->clock = clock ? strdup(clock) : NULL;
	info->cpus = d->buf->nr_cpus;
	info->digest = DIGEST_INIT;
	info->complete = !d->c.damage[0];
	if (d->c.damage[0])
		trace_fail(&d->t, "%s", d->c.damage);
}

static int open_parts(struct tracedat *d)
{
	if (container_open(&d->c) || choose_buffer(d) || check_clock(d))
		return -1;
	if (formats_open(&d->f, &d->c) || load_comms(d) || open_cursors(d))
		return -1;
	fill_info(d);
	start_cursors(d);
	return 0;
}

/**
 * tracedat_open - the reader of trace.dat files
 * @src: the file's bytes
 * @opt: options
 * @err: buffer for a message
 * @errlen: its size
 *
 * Return: the trace, or NULL with @err filled and @src still the caller's.
 */
struct trace *tracedat_open(const struct trace_source *src, const struct trace_options *opt,
			    char *err, size_t errlen)
{
	struct tracedat *d = calloc(1, sizeof(*d));

	if (!d) {
		snprintf(err, errlen, "%s: out of memory", src->path);
		return NULL;
	}
	d->t.ops = &tracedat_ops;
	d->t.src = *src;
	d->t.opt = *opt;
	d->c.src = &d->t.src;
	d->c.allow_incomplete = opt->allow_incomplete;
	d->c.err = err;
	d->c.errlen = errlen;
	if (!src->map) {
		snprintf(err, errlen, "%s: trace.dat cannot be read from a pipe; save it to a file",
			 src->path);
		free(d);
		return NULL;
	}
	if (open_parts(d)) {
		close_trace(&d->t);
		return NULL;
	}
	/* the dump reads sections when the caller's buffer may be gone */
	d->c.err = d->late_error;
	d->c.errlen = sizeof(d->late_error);
	return &d->t;
}
