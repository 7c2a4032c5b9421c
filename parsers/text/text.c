// SPDX-License-Identifier: GPL-2.0-only
/*
 * The reader of event text: the kernel's trace and trace_pipe files, trace-cmd report (also with
 * -R, -l, -t) and perf script.
 *
 * Text carries less than trace.dat. Times are as printed, mostly in microseconds. common_flags are
 * there only where the lines have a column of flags. Composites of gfp flags are printed by name,
 * and the bits of some have changed between kernels (GFP_ATOMIC, GFP_NOWAIT): those of the newest
 * are taken. -R prints gfp flags as numbers, whose bits are taken by their position.
 *
 * The writers print events in the order of the recording's clock, which is finer than the times
 * that they print. So records of equal time stay in the order of their lines, and only lines that
 * are out of order are moved, within a bound.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parsers/internal.h"
#include "text.h"

#define TEXT_HINT	"export the trace again, or go on with --allow-incomplete"

static struct text_trace *to_text(struct trace *t)
{
	return (struct text_trace *)t;
}

static void text_damage(struct text_trace *x, const char *what)
{
	if (x->cut)
		what = "the file ends in the middle of a line";
	trace_fail(&x->t, "%s: line %llu: %s; %s", x->t.src.path, (unsigned long long)x->line, what,
		   TEXT_HINT);
	x->damaged = x->done = true;
	x->t.info.complete = false;
}

/* Reads more bytes behind those at hand; false at the end. */
static bool text_refill(struct text_trace *x)
{
	struct trace_source *src = &x->t.src;
	ssize_t n;

	if (x->eof)
		return false;
	memmove(x->buf, x->buf + x->pos, x->len - x->pos);
	x->len -= x->pos;
	x->pos = 0;
	if (x->len == TEXT_BUF_SIZE) {
		x->line++;
		text_damage(x, "it is longer than any line of event text");
		return false;
	}
	do {
		n = pread(src->fd, x->buf + x->len, TEXT_BUF_SIZE - x->len, x->offset);
	} while (n < 0 && errno == EINTR);
	if (n < 0) {
		text_damage(x, strerror(errno));
		return false;
	}
	x->eof = n == 0;
	x->offset += n;
	x->len += n;
	return n > 0;
}

/* Sets a line without its newline and carriage returns, of which some exporters write several. */
static void text_set_line(struct text_trace *x, char *nl, const char **s, const char **end)
{
	*s = x->buf + x->pos;
	if (!x->line++ && nl - *s >= 3 && !memcmp(*s, "\xef\xbb\xbf", 3)) /* a byte order mark */
		*s += 3;
	x->pos = nl - x->buf + !x->cut;
	while (nl > *s && nl[-1] == '\r')
		nl--;
	*end = nl;
}

/*
 * Finds the next line, without its end; false when there is none. The last may have no newline: if
 * it is whole without it, it counts.
 */
static bool text_next_line(struct text_trace *x, const char **s, const char **end)
{
	size_t seen = 0;
	char *nl;

	while (!(nl = memchr(x->buf + x->pos + seen, '\n', x->len - x->pos - seen))) {
		seen = x->len - x->pos;
		if (text_refill(x))
			continue;
		if (x->damaged || !seen)
			return false;
		x->cut = true;
		nl = x->buf + x->len;
		break;
	}
	text_set_line(x, nl, s, end);
	return true;
}

static unsigned int hash_name(const char *s, size_t len)
{
	unsigned int h = len;

	for (size_t i = 0; i < len; i++)
		h = h * 31 + (unsigned char)s[i];
	return h ^ h >> 13;
}

static void insert_sorted(struct text_trace *x, struct text_kind *k)
{
	unsigned int i = x->t.info.nr_events++;

	for (; i && strcmp(x->sorted[i - 1]->name, k->name) > 0; i--)
		x->sorted[i] = x->sorted[i - 1];
	x->sorted[i] = k;
}

static struct text_kind *other_kind(struct text_trace *x)
{
	if (!x->other.name) {
		x->other.name = strdup("(other)");
		if (!x->other.name)
			return NULL;
		insert_sorted(x, &x->other);
	}
	return &x->other;
}

/*
 * Finds the kind of event of this name. Those that the table has no room for count as one kind.
 * NULL: there is no memory for it.
 */
static struct text_kind *text_kind_of(struct text_trace *x, const char *name, size_t len)
{
	unsigned int i = hash_name(name, len) % (2 * TEXT_MAX_NAMES);
	struct text_kind *k;

	for (; (k = x->kind[i]); i = (i + 1) % (2 * TEXT_MAX_NAMES))
		if (k->len == len && !memcmp(k->name, name, len))
			return k;
	if (x->t.info.nr_events >= TEXT_MAX_NAMES)
		return other_kind(x);
	k = calloc(1, sizeof(*k));
	if (!k)
		return NULL;
	k->name = strndup(name, len);
	if (!k->name) {
		free(k);
		return NULL;
	}
	k->len = len;
	k->ev = event_find(NULL, name, len);
	x->kind[i] = k;
	insert_sorted(x, k);
	return k;
}

/* include/linux/hash.h: a multiplier that spreads what is close together */
#define GOLDEN_RATIO_32	0x61C88647u

/* Finds the slot of @key, or the one where it belongs. */
static struct text_comm *comm_slot(struct text_comm *table, unsigned int size, int32_t key)
{
	unsigned int i = (uint32_t)key * GOLDEN_RATIO_32 % size;

	while (table[i].key && table[i].key != key)
		i = (i + 1) % size;
	return &table[i];
}

static void comm_grow(struct text_trace *x)
{
	unsigned int size = x->comm_size ? x->comm_size * 2 : 1024;
	struct text_comm *table = size <= TEXT_MAX_COMMS ? calloc(size, sizeof(*table)) : NULL;

	if (!table)
		return;
	for (unsigned int i = 0; i < x->comm_size; i++)
		if (x->comm[i].key)
			*comm_slot(table, size, x->comm[i].key) = x->comm[i];
	free(x->comm);
	x->comm = table;
	x->comm_size = size;
}

static void text_note_comm(struct text_trace *x, const struct text_line *l)
{
	uint8_t len = l->comm_len < TEXT_COMM_MAX ? l->comm_len : TEXT_COMM_MAX;
	struct text_comm *c;

	if (l->pid < 0 || l->pid == INT32_MAX || (l->comm_len == 5 && !memcmp(l->comm, "<...>", 5)))
		return;
	if (2 * x->nr_comms >= x->comm_size)
		comm_grow(x);
	if (2 * x->nr_comms >= x->comm_size)
		return;
	c = comm_slot(x->comm, x->comm_size, l->pid + 1);
	if (c->len == len && !memcmp(c->comm, l->comm, len) && c->key)
		return;
	x->nr_comms += !c->key;
	c->key = l->pid + 1;
	c->len = len;
	memcpy(c->comm, l->comm, len);
	c->comm[len] = '\0';
}

static void text_append(struct text_trace *x, const struct record *r)
{
	if (x->any && r->ts < x->given_ts) {
		text_damage(x, "its time is before that of lines read long ago; "
			    "sort the lines by time");
		return;
	}
	if (x->nr > x->given && r->ts < x->rec[x->nr - 1].ts)
		x->unsorted = true;
	memcpy(&x->rec[x->nr++], r, sizeof(*r));
}

/* A gap ends at its CPU's next event, so that is where its record goes. */
static void text_end_gaps(struct text_trace *x, const struct record *next)
{
	unsigned int i = 0;
	struct record r;

	memset(&r, 0, sizeof(r));	/* the digest takes all of its bytes */
	r.type = REC_LOST;
	r.ts = next->ts;
	r.cpu = next->cpu;
	r.pid = -1;
	while (i < x->nr_gaps) {
		if (x->gap[i].cpu != next->cpu) {
			i++;
			continue;
		}
		r.lost.events = x->gap[i].lost < UINT32_MAX ? x->gap[i].lost : UINT32_MAX;
		x->gap[i] = x->gap[--x->nr_gaps];
		text_append(x, &r);
	}
}

/* The kernel prints who wrote a marker where other events have their name. */
static void text_name_marker(struct text_line *l)
{
	static const char writer[] = "tracing_mark_write";

	if (l->event_len != sizeof(writer) - 1 || memcmp(l->event, writer, sizeof(writer) - 1))
		return;
	l->event = "print";
	l->event_len = strlen("print");
	l->bare_mark = true;
}

/* An event whose fields cannot be read is damage, unless replay can do without such events. */
static bool text_bad_field(struct text_trace *x, struct text_kind *k, const struct event_desc *ev,
			   const char *what, struct record *r)
{
	const struct text_decoder *d = &x->decoder;
	const struct event_field *f;
	const char *hint = "";
	char text[320];

	/* when the event has been whole before, this one is cut and no other form */
	if (d->missing && !event_is_essential(ev) && k->count == k->old_form && !x->cut) {
		if (!k->old_form++)
			k->old_line = x->line;
		memset(r->words, 0, sizeof(r->words));
		r->type = event_needs_fields(ev) ? REC_OTHER : ev->type;
		return true;
	}
	if (!d->key_len) {
		text_damage(x, what);
		return false;
	}
	for (f = ev->fields; f < ev->fields + EVENT_MAX_FIELDS && f->name; f++)
		if (f->name_len == d->key_len && !memcmp(f->name, d->key, d->key_len))
			hint = d->value ? value_hint(f->kind) : "";
	if (d->unknown)
		snprintf(text, sizeof(text),
			 "%s: %.*s has the name \"%.*s\", which no kernel prints", ev->name,
			 (int)d->key_len, d->key, (int)(d->unknown_len < 80 ? d->unknown_len : 80),
			 d->unknown);
	else
		snprintf(text, sizeof(text), "%s: %.*s%s%.*s %s%s", ev->name, (int)d->key_len,
			 d->key, d->value ? "=" : "", (int)(d->value_len < 80 ? d->value_len : 80),
			 d->value ? d->value : "", what, hint);
	text_damage(x, text);
	return false;
}

/* What is wrong with an event's line as a whole; NULL: nothing. */
static const char *text_line_wrong(struct text_trace *x, const struct text_kind *k,
				   const struct text_line *l)
{
	if (l->comm_len && *l->comm == '{' && l->comm_len > TEXT_COMM_MAX)
		return text_head_remedy(l->comm, l->end);
	if (l->ticks)
		return "its time is no number of seconds: the clock was counter, x86-tsc or uptime; "
		       "record with `trace-cmd record -C mono`";
	if ((l->comm_len > TEXT_COMM_MAX || l->instance_len) && text_hides_line(l))
		return "it is two lines in one: the first breaks off";
	if (!k->ev && text_second_event(l->payload, l->end))
		return "it is two lines in one: there is a second event in it";
	if (!k->ev && !k->count && text_near_event(l))
		return "its event's name is damaged";
	if (l->ts + TEXT_MAX_BACK < x->newest)
		return "its time is more than a second before that of an earlier line: give one "
		       "recording, with its lines sorted by time";
	if (x->newest && l->ts > x->newest && pause_implausible(x->newest, l->ts))
		return "it comes more than 30 days after the line before: its time is damaged, or of "
		       "another recording";
	return NULL;
}

/* Fills the record of an event's line; false when the line is damaged. */
static bool text_line_record(struct text_trace *x, struct text_kind *k, const struct text_line *l,
			     struct record *r)
{
	const struct event_desc *ev = k->ev;
	const char *what;
	char text[TRACE_ERRLEN];

	memset(r, 0, sizeof(*r));
	r->ts = l->ts;
	r->pid = l->pid;
	r->cpu = l->cpu;
	r->flags = l->flags;
	if (k == &x->other)
		ev = event_find(NULL, l->event, l->event_len);
	if (!ev)
		return true;
	what = text_event_decode(&x->decoder, ev, l, r);
	if (what)
		return text_bad_field(x, k, ev, what, r);
	what = record_implausible(r, x->decoder.gfp_raw);
	if (!what)
		return true;
	snprintf(text, sizeof(text), "%s: %.*s: %s", ev->name,
		 (int)(l->end - l->payload < 160 ? l->end - l->payload : 160), l->payload, what);
	text_damage(x, text);
	return false;
}

static void text_count_oddities(struct text_trace *x, const struct text_line *l,
				const struct record *r)
{
	if (x->decoder.gfp_raw && r->type == REC_ALLOC)
		text_count_odd(x, ODD_RAW_GFP);
	if (l->payload < l->end && *l->payload == '[')
		text_count_odd(x, ODD_UNPARSED);
	if (l->pid < 0)
		text_count_odd(x, ODD_NO_TASK);
	if (x->cut)
		text_count_odd(x, ODD_NO_NEWLINE);
}

/* Lines of several instances are of several machines. All names are found out, to be listed. */
static void text_several_instances(struct text_trace *x)
{
	uint64_t line = x->line;
	char names[256], text[TRACE_ERRLEN];
	const char *s, *end;
	struct text_line l;

	while (text_next_line(x, &s, &end))
		if (text_line_parse(s, end, &l))
			text_choose_instance(x, &l);
	text_list_instances(x, names, sizeof(names));
	snprintf(text, sizeof(text),
		 "the lines are of several files or buffer instances; choose one "
		 "by --instance NAME:%s",
		 names);
	x->cut = false;
	x->line = line;
	text_damage(x, text);
}

static void text_event_line(struct text_trace *x, struct text_line *l)
{
	struct text_kind *k;
	const char *wrong;
	struct record r;

	/* nearly all texts have no names of instances */
	if ((l->instance_len || x->nr_instances != 1 || *x->instance[0] || x->t.opt.instance) &&
	    !text_choose_instance(x, l)) {
		if (!x->t.opt.instance)
			text_several_instances(x);
		return;
	}
	text_name_marker(l);
	k = text_kind_of(x, l->event, l->event_len);
	wrong = k ? text_line_wrong(x, k, l) : "there is no memory for one more kind of event";
	if (wrong) {
		text_damage(x, wrong);
		return;
	}
	if (!text_line_record(x, k, l, &r))
		return;
	k->count++;
	text_count_oddities(x, l, &r);
	text_note_comm(x, l);
	if (l->ts > x->newest)
		x->newest = l->ts;
	if (l->cpu >= x->max_cpu)
		x->max_cpu = l->cpu + 1u;
	x->perf |= l->perf;
	if (x->nr_gaps)
		text_end_gaps(x, &r);
	text_append(x, &r);
}

static void text_add_lost(struct text_trace *x, const struct text_note *n)
{
	if (x->nr_places < TEXT_MAX_PLACES)
		x->place[x->nr_places++] = (struct text_place){
			.line = x->line, .lost = n->lost, .cpu = n->cpu };
	if (n->cpu >= 0 && x->nr_gaps < TEXT_MAX_GAPS)
		x->gap[x->nr_gaps++] = (struct text_place){ .lost = n->lost, .cpu = n->cpu };
	x->t.info.lost += n->lost ? n->lost : 1;
}

/* Reports of several files or instances print their names before the lines of their heads, too. */
static bool text_skip_instance(const struct text_trace *x, const char **s, const char *end)
{
	const char *p = memmem(*s, end - *s, ": CPU:", 6), *name = *s;

	if (!p)
		p = memmem(*s, end - *s, ": cpus=", 7);
	if (!p)
		return true;
	while (name < p && *name == ' ')
		name++;
	*s = p + 2;
	return text_instance_is(x, name, p - name);
}

static bool text_second_head(const struct text_trace *x, const char *s, const char *end)
{
	static const char *const head[] = { "# tracer: ", "cpus=" };

	for (size_t i = 0; i < 2 && x->newest; i++)
		if ((size_t)(end - s) > strlen(head[i]) && !memcmp(s, head[i], strlen(head[i])))
			return true;
	return false;
}

static const char *text_other_wrong(struct text_trace *x, const char *s, const char *end)
{
	if (text_names_event(s, end))
		return text_head_remedy(s, end);
	if (text_breaks_off(s, end))
		return "it begins as an event and breaks off";
	if (text_second_head(x, s, end))
		return "here begins a second trace; give one recording, with its lines sorted by time";
	return NULL;
}

static void text_other_line(struct text_trace *x, const char *s, const char *end)
{
	const char *wrong = text_other_wrong(x, s, end);
	struct text_note n;

	if (wrong) {
		text_damage(x, wrong);
		return;
	}
	if (!text_skip_instance(x, &s, end))
		return;
	text_note_parse(s, end, &n);
	x->comments += n.kind == TEXT_COMMENT && *s == '#';
	if (n.cpus)
		x->t.info.cpus = n.cpus;
	if (n.kind == TEXT_LOST)
		text_add_lost(x, &n);
	if (n.kind != TEXT_UNKNOWN)
		return;
	if (x->cut)
		text_damage(x, "");
	text_count_odd(x, ODD_NO_EVENT);
}

static void text_fill(struct text_trace *x)
{
	const char *s, *end;
	struct text_line l;

	while (!x->done && x->nr < TEXT_BATCH - TEXT_MAX_GAPS) {
		if (!text_next_line(x, &s, &end)) {
			x->done = true;
			break;
		}
		if (text_line_parse(s, end, &l))
			text_event_line(x, &l);
		else
			text_other_line(x, s, end);
	}
}

static const char *text_format(const struct text_trace *x)
{
	const struct text_decoder *d = &x->decoder;

	if (x->perf)
		return d->gfp_numeric ? "perf script text, gfp flags by position" :
					"perf script text";
	if (d->gfp_numeric)
		return d->gfp_named ? "ftrace text, some gfp flags by position" :
				      "ftrace text (trace-cmd report -R), gfp flags by position";
	if (x->comments)
		return "ftrace text (kernel's trace file)";
	return "ftrace text (trace-cmd report)";
}

static void text_update_info(struct text_trace *x, const struct record *r, unsigned int n)
{
	struct trace_info *info = &x->t.info;

	info->bytes_read = x->own_buf ? x->offset - (x->len - x->pos) : x->pos;
	info->format = text_format(x);
	if (x->max_cpu > info->cpus)
		info->cpus = x->max_cpu;
	if (!n)
		return;
	if (!info->records)
		info->first_ns = r[0].ts;
	info->last_ns = r[n - 1].ts;
	info->records += n;
	info->digest = digest_records(info->digest, r, n);
}

static long text_read(struct trace *t, const struct record **rec)
{
	struct text_trace *x = to_text(t);
	unsigned int n;

	memmove(x->rec, x->rec + x->given, (x->nr - x->given) * sizeof(*x->rec));
	x->nr -= x->given;
	x->given = 0;
	text_fill(x);
	if (x->unsorted)
		records_sort(x->rec, x->tmp, x->nr);
	x->unsorted = false;
	n = x->done ? x->nr : x->nr - TEXT_REORDER;
	text_update_info(x, x->rec, n);
	if (n) {
		x->given_ts = x->rec[n - 1].ts;
		x->any = true;
	}
	x->given = n;
	*rec = x->rec;
	if (!n && x->damaged && !t->opt.allow_incomplete)
		return -1;
	return n;
}

static const char *text_event_count(struct trace *t, unsigned int i, uint64_t *count)
{
	*count = to_text(t)->sorted[i]->count;
	return to_text(t)->sorted[i]->name;
}

static void text_print_lost(struct trace *t, FILE *out)
{
	struct text_trace *x = to_text(t);

	for (unsigned int i = 0; i < x->nr_places; i++) {
		const struct text_place *p = &x->place[i];

		if (p->cpu >= 0)
			fprintf(out, "cpu %d: ", p->cpu);
		if (p->lost)
			fprintf(out, "%llu events", (unsigned long long)p->lost);
		else
			fputs("an unknown number of events", out);
		fprintf(out, " lost before line %llu\n", (unsigned long long)p->line + 1);
	}
	if (x->nr_places == TEXT_MAX_PLACES)
		fputs("further places are not listed\n", out);
}

static const char *text_comm(struct trace *t, int pid)
{
	struct text_trace *x = to_text(t);
	struct text_comm *c;

	if (!x->comm_size || pid < 0 || pid == INT32_MAX)
		return NULL;
	c = comm_slot(x->comm, x->comm_size, pid + 1);
	return c->key ? c->comm : NULL;
}

static void text_close(struct trace *t)
{
	struct text_trace *x = to_text(t);

	for (unsigned int i = 0; i < 2 * TEXT_MAX_NAMES; i++) {
		if (x->kind[i])
			free(x->kind[i]->name);
		free(x->kind[i]);
	}
	free(x->other.name);
	free(x->comm);
	free(x->rec);
	free(x->tmp);
	if (x->own_buf)
		free(x->buf);
	free(x);
}

static const struct trace_ops text_ops = {
	.name = "text",
	.read = text_read,
	.event_count = text_event_count,
	.print_lost = text_print_lost,
	.comm = text_comm,
	.notes = text_notes,
	.close = text_close,
};

/* Bytes in memory are read where they are, a file through a buffer. */
static bool text_open_bytes(struct text_trace *x)
{
	const struct trace_source *src = &x->t.src;

	if (src->map && src->fd < 0) {
		x->buf = (char *)src->map;
		x->len = src->size;
		x->eof = true;
		return true;
	}
	x->buf = malloc(TEXT_BUF_SIZE);
	x->own_buf = true;
	if (!x->buf)
		return false;
	return true;
}

static struct trace *text_refuse(struct text_trace *x, char *err, size_t errlen)
{
	char names[256];

	text_list_instances(x, names, sizeof(names));
	if (x->damaged)
		snprintf(err, errlen, "%s", x->t.error);
	else if (x->nr_instances)
		snprintf(err, errlen, "%s: no line of \"%s\" in it; it has%s", x->t.src.path,
			 x->t.opt.instance, names);
	else
		snprintf(err, errlen, "%s: line 1 to %llu: no event in it; was tracing on? "
			 "Give a trace.dat, or the text of trace-cmd report, perf script or "
			 "the kernel's trace file", x->t.src.path, (unsigned long long)x->line);
	text_close(&x->t);
	return NULL;
}

/**
 * text_open - open event text, and read until the first events to refuse what has none
 * @src: a file, or memory
 * @opt: options, NULL for defaults
 * @err: message naming file, place and remedy
 * @errlen: its size
 *
 * Return: the trace, or NULL with @err filled.
 */
struct trace *text_open(const struct trace_source *src, const struct trace_options *opt,
			char *err, size_t errlen)
{
	struct text_trace *x = calloc(1, sizeof(*x));

	if (!x) {
		snprintf(err, errlen, "%s: no memory to read it", src->path);
		return NULL;
	}
	x->t.ops = &text_ops;
	x->t.src = *src;
	if (opt)
		x->t.opt = *opt;
	x->t.info.path = src->path;
	x->t.info.complete = true;
	x->t.info.digest = DIGEST_INIT;
	x->t.info.file_bytes = src->size;
	x->rec = malloc(TEXT_BATCH * sizeof(*x->rec));
	x->tmp = malloc(TEXT_BATCH * sizeof(*x->tmp));
	if (!x->rec || !x->tmp || !text_open_bytes(x)) {
		snprintf(err, errlen, "%s: no memory to read it", src->path);
		text_close(&x->t);
		return NULL;
	}
	text_fill(x);
	if (!x->nr)
		return text_refuse(x, err, errlen);
	text_update_info(x, x->rec, 0);
	return &x->t;
}

/**
 * text_probe - may these be the first bytes of event text?
 * @head: the bytes
 * @len: how many
 *
 * Names of tasks may hold odd bytes, so a few are let pass; text_open() decides by what it
 * understands. The binary formats have been asked before.
 *
 * Return: true if they may.
 */
bool text_probe(const uint8_t *head, size_t len)
{
	size_t odd = 0;

	for (size_t i = 0; i < len; i++)
		odd += (head[i] < 0x20 && !memchr("\t\n\r", head[i], 3)) || head[i] == 0x7f;
	return len && odd * TEXT_ODD_SHARE <= len && memchr(head, '\n', len);
}
