// SPDX-License-Identifier: GPL-2.0-only
/* A sample of perf.data is the fields that its event's attributes ask for, in a fixed order. */
#include "perfdata.h"

#define FORMAT_TOTAL_TIME_ENABLED (1u << 0)
#define FORMAT_TOTAL_TIME_RUNNING (1u << 1)
#define FORMAT_ID		  (1u << 2)
#define FORMAT_GROUP		  (1u << 3)
#define FORMAT_LOST		  (1u << 4)

static const struct perf_attr *attr_of_id(const struct perfdata *p, uint64_t id)
{
	for (unsigned int i = 0; i < p->nr_ids; i++)
		if (p->id[i].id == id)
			return &p->attr[p->id[i].attr];
	return &p->attr[0];
}

static void skip_counts(struct reader *r, uint64_t format)
{
	uint64_t each = 1 + !!(format & FORMAT_ID) + !!(format & FORMAT_LOST);
	uint64_t times =
		!!(format & FORMAT_TOTAL_TIME_ENABLED) + !!(format & FORMAT_TOTAL_TIME_RUNNING);
	uint64_t nr = 1;

	if (format & FORMAT_GROUP)
		nr = reader_u64(r);
	if (nr > UINT16_MAX) {
		r->bad = true;
		return;
	}
	reader_bytes(r, (nr * each + times) * 8);
}

static void skip_callchain(struct reader *r)
{
	uint64_t nr = reader_u64(r);

	if (nr > UINT16_MAX)
		r->bad = true;
	else
		reader_bytes(r, nr * 8);
}

/**
 * perf_parse_sample - take a sample apart
 * @p: the trace, whose attributes are known
 * @data: the record behind its header
 * @len: its length
 * @s: filled in
 *
 * Return: false if it is damaged, or if nothing says how samples are laid out.
 */
bool perf_parse_sample(const struct perfdata *p, const uint8_t *data, size_t len,
		       struct perf_sample *s)
{
	struct reader r = { data, data + len, false };
	const struct perf_attr *a;
	uint64_t type;

	*s = (struct perf_sample){ 0 };
	if (!p->nr_attrs)
		return false;
	a = &p->attr[0];
	if (!p->uniform && a->sample_type & SAMPLE_IDENTIFIER && len >= 8)
		a = attr_of_id(p, get_u64(data));
	type = a->sample_type;
	reader_bytes(&r, type & SAMPLE_IDENTIFIER ? 8 : 0);
	reader_bytes(&r, type & SAMPLE_IP ? 8 : 0);
	reader_bytes(&r, type & SAMPLE_TID ? 8 : 0);
	s->time = type & SAMPLE_TIME ? reader_u64(&r) : 0;
	reader_bytes(&r, type & SAMPLE_ADDR ? 8 : 0);
	reader_bytes(&r, type & SAMPLE_ID ? 8 : 0);
	reader_bytes(&r, type & SAMPLE_STREAM_ID ? 8 : 0);
	s->cpu = type & SAMPLE_CPU ? (uint32_t)reader_u64(&r) : 0;
	reader_bytes(&r, type & SAMPLE_PERIOD ? 8 : 0);
	if (type & SAMPLE_READ)
		skip_counts(&r, a->read_format);
	if (type & SAMPLE_CALLCHAIN)
		skip_callchain(&r);
	if (type & SAMPLE_RAW) {
		s->raw_len = reader_u32(&r);
		s->raw = reader_bytes(&r, s->raw_len);
	}
	return !r.bad && s->cpu <= UINT16_MAX;
}

/**
 * perf_parse_trailer - take from the end of a record that is no sample what identifies it
 * @p: the trace, whose attributes are known
 * @data: the record behind its header
 * @len: its length
 * @s: time and cpu are filled in
 *
 * Return: false if such records have no time.
 */
bool perf_parse_trailer(const struct perfdata *p, const uint8_t *data, size_t len,
			struct perf_sample *s)
{
	uint64_t type = p->nr_attrs ? p->attr[0].sample_type : 0;
	const uint64_t fields = SAMPLE_TID | SAMPLE_TIME | SAMPLE_ID | SAMPLE_STREAM_ID |
				SAMPLE_CPU | SAMPLE_IDENTIFIER;
	const uint8_t *at = data + len;

	*s = (struct perf_sample){ 0 };
	if (!p->nr_attrs || !p->attr[0].id_all || !(type & SAMPLE_TIME) ||
	    len < 8 + 8 * (size_t)__builtin_popcountll(type & fields))
		return false;
	at -= type & SAMPLE_IDENTIFIER ? 8 : 0;
	at -= type & SAMPLE_CPU ? 8 : 0;
	if (type & SAMPLE_CPU)
		s->cpu = get_u32(at) & UINT16_MAX;
	at -= type & SAMPLE_STREAM_ID ? 8 : 0;
	at -= type & SAMPLE_ID ? 8 : 0;
	s->time = get_u64(at - 8);
	return true;
}
