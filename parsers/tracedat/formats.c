// SPDX-License-Identifier: GPL-2.0-only
/*
 * The format files in a trace become decoders. Opening only notes where each event's format is.
 * libtraceevent parses it when the event first occurs; from then on its fields are loaded directly
 * from their places.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <traceevent/event-parse.h>

#include "tracedat.h"

#define MAX_EVENT_ID	65536		/* common_type is an unsigned short */
#define COMMON_BYTES	8		/* common_type to common_pid; is_common() checks them */
#define PAGE_HEADER_BYTES	16	/* time stamp and commit word of a 64-bit kernel */
#define FIRST_DECODERS	4096		/* a kernel has some 2000 events */

static struct decoder *add_decoder(struct formats *f)
{
	struct decoder *dec;

	if (f->nr_dec == f->cap_dec) {
		unsigned int cap = f->cap_dec ? f->cap_dec * 2 : FIRST_DECODERS;

		dec = aligned_alloc(64, cap * sizeof(*dec));
		if (!dec)
			return NULL;
		if (f->nr_dec)
			memcpy(dec, f->dec, f->nr_dec * sizeof(*dec));
		free(f->dec);
		f->dec = dec;
		f->cap_dec = cap;
	}
	dec = &f->dec[f->nr_dec++];
	*dec = (struct decoder) { .fast_len = UINT32_MAX };
	return dec;
}

/* Notes a format file, which begins with "name: mm_page_alloc\nID: 306\n". */
static int note_format(struct formats *f, const char *system, const uint8_t *text, size_t len)
{
	const char *nl = memchr(text, '\n', len), *id = nl ? nl + 1 : NULL;
	struct decoder *dec;
	unsigned long number;

	if (!nl || len < 6 || memcmp(text, "name: ", 6) ||
	    (size_t)((const char *)text + len - id) < 6 || memcmp(id, "ID: ", 4))
		return -1;
	number = 0;
	for (id += 4; id < (const char *)text + len && *id >= '0' && *id <= '9'; id++)
		number = number * 10 + (unsigned long)(*id - '0');
	if (!number || number >= MAX_EVENT_ID || f->nr_dec >= UINT16_MAX)
		return -1;
	dec = f->index[number] ? &f->dec[f->index[number]] : add_decoder(f);
	if (!dec)
		return -1;
	if (dec->name)		/* extra instances repeat what the top one has */
		return 0;
	dec->id = (uint16_t)number;
	dec->system = system;
	dec->name = strndup((const char *)text + 6, (size_t)(nl - (const char *)text) - 6);
	dec->text = text;
	dec->text_len = (uint32_t)len;
	f->index[number] = (uint16_t)(dec - f->dec);
	return dec->name ? 0 : -1;
}

static int note_formats(struct formats *f, const char *system, struct reader *r)
{
	uint32_t count = reader_u32(r);

	while (count-- && !r->bad) {
		uint64_t len = reader_u64(r);
		const uint8_t *text = reader_bytes(r, len);

		if (text && note_format(f, system, text, len))
			return -1;
	}
	return r->bad ? -1 : 0;
}

static int note_systems(struct formats *f, struct reader *r)
{
	uint32_t count = reader_u32(r);

	while (count-- && !r->bad) {
		const char *system = reader_string(r);

		if (!system || note_formats(f, system, r))
			return -1;
	}
	return r->bad ? -1 : 0;
}

static struct reader blob_reader(const struct blob *b)
{
	return (struct reader) { b->data, b->len ? b->data + b->len : b->data, false };
}

static int refuse_word_size(struct container *c, int bits)
{
	snprintf(c->err, c->errlen,
		 "%s: recorded on a %d-bit kernel; only those of x86-64 can be "
		 "replayed",
		 c->src->path, bits);
	return -1;
}

/* Learns the size of the page header, and refuses what is no ring buffer of a 64-bit kernel. */
static int parse_header_page(struct formats *f, struct container *c)
{
	struct reader r;
	struct blob b;
	const char *tag;
	const uint8_t *text;
	uint64_t len;
	int commit;

	if (container_section(c, SEC_HEADER, &b))
		return -1;
	r = blob_reader(&b);
	tag = reader_string(&r);
	len = reader_u64(&r);
	text = reader_bytes(&r, len);
	if (!text || strcmp(tag, "header_page") ||
	    tep_parse_header_page(f->tep, (char *)(uintptr_t)text, len, (int)c->long_size)) {
		blob_free(&b);
		return container_fail(c, c->sec_off[SEC_HEADER],
				      "the ring buffer's page header is not described");
	}
	commit = tep_get_header_page_size(f->tep);
	blob_free(&b);
	if (commit != 8 || tep_get_header_timestamp_size(f->tep) != 8)
		return refuse_word_size(c, commit * 8);
	f->page_header = PAGE_HEADER_BYTES;
	return 0;
}

/**
 * formats_open - note where the format of each event in the file is
 * @f: zeroed; filled
 * @c: an open container
 *
 * Return: 0, or -1 with c->err filled. formats_close() is due in both cases.
 */
int formats_open(struct formats *f, struct container *c)
{
	struct reader r;

	tep_set_loglevel(TEP_LOG_NONE);
	f->tep = tep_alloc();
	f->index = calloc(MAX_EVENT_ID, sizeof(*f->index));
	if (!f->tep || !f->index || !add_decoder(f))
		return container_fail(c, 0, "out of memory");
	tep_set_file_bigendian(f->tep, TEP_LITTLE_ENDIAN);
	tep_set_local_bigendian(f->tep, TEP_LITTLE_ENDIAN);
	tep_set_long_size(f->tep, (int)c->long_size);
	tep_set_page_size(f->tep, (int)c->page_size);
	if (parse_header_page(f, c))
		return -1;
	if (container_section(c, SEC_FTRACE, &f->ftrace) ||
	    container_section(c, SEC_EVENTS, &f->events))
		return -1;
	r = blob_reader(&f->ftrace);
	if (f->ftrace.len && note_formats(f, "ftrace", &r))
		return container_fail(c, c->sec_off[SEC_FTRACE],
				      "the ftrace formats are inconsistent");
	r = blob_reader(&f->events);
	if (f->events.len && note_systems(f, &r))
		return container_fail(c, c->sec_off[SEC_EVENTS],
				      "the event formats are inconsistent");
	return 0;
}

static bool is_common(struct tep_event *event, const char *name, int offset, int size)
{
	struct tep_format_field *field = tep_find_common_field(event, name);

	return field && field->offset == offset && field->size == size;
}

static struct gfp_map *resolve_gfp(struct decoder *d, const char *field)
{
	struct gfp_map *m = d->gfp ? d->gfp : malloc(sizeof(*m));

	if (m && gfp_map_parse(m, (const char *)d->text, d->text_len, field)) {
		free(m);
		d->gfp = NULL;
		return NULL;
	}
	d->gfp = m;
	return m;
}

static bool can_load(const struct tep_format_field *field, uint8_t kind)
{
	if (field->offset < COMMON_BYTES || field->offset > UINT16_MAX)
		return false;
	return kind == FIELD_MARK || field->size == 1 || field->size == 2 || field->size == 4 ||
	       field->size == 8;
}

static int resolve_step(struct decoder *d, struct tep_event *event, const struct event_field *ef,
			const char **why)
{
	struct tep_format_field *field = tep_find_field(event, ef->name);
	struct step *s = &d->steps[d->nr_steps];

	*why = "its format lacks a field that is needed, or has it in an unknown size";
	if (!field)
		return ef->optional ? 0 : -1;
	if (!can_load(field, ef->kind))
		return -1;
	*s = (struct step) { .field = ef, .offset = (uint16_t)field->offset,
			     .size = (uint8_t)field->size,
			     .is_signed = field->flags & TEP_FIELD_IS_SIGNED };
	if (ef->kind == FIELD_GFP && !resolve_gfp(d, ef->name)) {
		*why = "its format has no table of gfp flag names";
		return -1;
	}
	if (ef->kind == FIELD_COMPACT_RESULT) {
		s->sym = malloc(sizeof(*s->sym));
		*why = "there is no memory for a table of symbol names";
		if (!s->sym)
			return -1;
		*why = "its format has no table of symbol names";
	}
	d->nr_steps++;		/* now formats_close() will free s->sym */
	return s->sym ? sym_map_parse(s->sym, (const char *)d->text, d->text_len, ef->name,
				      compact_result_of_name) : 0;
}

/*
 * The length of a payload is that of the event's struct, padded to its alignment. With fields of
 * variable size this is the least that it can be.
 */
static void resolve_length(struct decoder *d, struct tep_event *event)
{
	unsigned int end = COMMON_BYTES;

	d->fixed = true;
	for (struct tep_format_field *f = event->format.fields; f; f = f->next) {
		if ((f->flags & (TEP_FIELD_IS_DYNAMIC | TEP_FIELD_IS_RELATIVE)) || f->size <= 0)
			d->fixed = false;
		if (f->size > 0 && (unsigned int)(f->offset + f->size) > end)
			end = (unsigned int)(f->offset + f->size);
		else if ((unsigned int)f->offset > end)
			end = (unsigned int)f->offset;
	}
	d->min_len = (uint16_t)((end + 3) & ~3u);
	d->len2 = d->min_len;
	d->len = (uint16_t)((end + 7) & ~7u);
	if (end > UINT16_MAX - 8)
		d->fixed = false;
}

/* Does step @i load @size bytes from @offset into the member at @at? */
static bool step_is(const struct decoder *d, unsigned int i, size_t at, uint16_t offset,
		    uint8_t size)
{
	const struct step *s = &d->steps[i];

	return i < d->nr_steps && s->field->at == at && s->offset == offset && s->size == size;
}

/*
 * The two events that traces are made of, if they are laid out as every 64-bit kernel from 6.1 to
 * 7.3 does it: the lengths and offsets that decode.c's fast path has built in.
 */
static uint8_t fast_path(const struct decoder *d)
{
	if (!d->fixed || !step_is(d, 0, offsetof(struct record, pfn), 8, 8) ||
	    !step_is(d, 1, offsetof(struct record, order), 16, 4))
		return FAST_NONE;
	if (d->type == REC_FREE && d->nr_steps == 2 && d->len == 24)
		return FAST_FREE;
	if (d->type == REC_ALLOC && d->nr_steps == 4 && d->len == 40 &&
	    step_is(d, 2, offsetof(struct record, migratetype), 32, 4) &&
	    step_is(d, 3, offsetof(struct record, gfp), 24, 8))
		return FAST_ALLOC;
	return FAST_NONE;
}

/* An event that replay can do without is skipped where its kernel has it in another form. */
static void forget_fields(struct decoder *d, const struct event_desc *desc)
{
	while (d->nr_steps)
		free(d->steps[--d->nr_steps].sym);
	d->old_form = true;
	d->type = event_needs_fields(desc) ? REC_OTHER : desc->type;
}

/**
 * formats_resolve - make a decoder ready, at the first record of its event
 * @f: the formats
 * @d: one of f->dec
 * @why: set to what is wrong with the event's format
 *
 * Return: 0, or -1.
 */
int formats_resolve(struct formats *f, struct decoder *d, const char **why)
{
	const struct event_desc *desc = event_find(d->system, d->name,
						   strlen(d->name));
	struct tep_event *event;
	size_t len;
	char *text;

	*why = "its format is not as a kernel prints it";
	text = format_text_for_tep((const char *)d->text, d->text_len, &len);
	if (!text)
		return -1;
	*why = "libtraceevent cannot parse its format";
	tep_parse_event(f->tep, text, len, d->system);
	free(text);
	event = tep_find_event(f->tep, d->id);
	if (!event)
		return -1;
	*why = "its common fields are not where every kernel has them";
	if (!is_common(event, "common_type", 0, 2) || !is_common(event, "common_flags", 2, 1) ||
	    !is_common(event, "common_pid", 4, 4))
		return -1;
	d->type = desc ? desc->type : REC_OTHER;
	resolve_length(d, event);
	for (int i = 0; desc && i < EVENT_MAX_FIELDS && desc->fields[i].name; i++) {
		if (!resolve_step(d, event, &desc->fields[i], why))
			continue;
		if (event_is_essential(desc))
			return -1;
		forget_fields(d, desc);
		break;
	}
	for (int i = 0; i < d->nr_steps; i++) {
		const struct step *s = &d->steps[i];

		if (s->field->kind != FIELD_MARK && s->offset + s->size > d->min_len)
			return -1;
	}
	d->fast = fast_path(d);
	if (d->fast)
		d->fast_len = d->len;
	d->resolved = true;
	f->nr_resolved++;
	return 0;
}

/**
 * formats_close - release all that formats_open() made
 * @f: the formats
 */
void formats_close(struct formats *f)
{
	for (unsigned int i = 0; i < f->nr_dec; i++) {
		for (unsigned int j = 0; j < f->dec[i].nr_steps; j++)
			free(f->dec[i].steps[j].sym);
		free(f->dec[i].gfp);
		free(f->dec[i].name);
	}
	free(f->dec);
	free(f->index);
	blob_free(&f->ftrace);
	blob_free(&f->events);
	if (f->tep)
		tep_free(f->tep);
}
