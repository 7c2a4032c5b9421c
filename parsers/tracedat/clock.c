// SPDX-License-Identifier: GPL-2.0-only
/*
 * A timestamp of the ring buffer becomes a record's time: from guest time to the host's, from TSC
 * to nanoseconds, and by the offset that `trace-cmd record --date` or `--ts-offset` left, as far as
 * the file has them. The order and the rounding are trace-cmd's, so that both tools print the same
 * time.
 */
#include <stdlib.h>

#include "tracedat.h"

#define TSYNC_INTERPOLATE	1	/* between samples the time is interpolated */
#define TSYNC_SAMPLE_BYTES	24	/* time, offset and scaling of 8 bytes each */

/**
 * clock_is_linear - is a conversion no more than adding clock_conv::offset?
 * @k: the conversion
 *
 * Return: true when nothing else is done to timestamps.
 */
bool clock_is_linear(const struct clock_conv *k)
{
	return !k->mult && !k->nr_tsync;
}

static uint64_t correct_by_tsync(uint64_t ts, uint32_t flags, const struct tsync_sample *min,
				 const struct tsync_sample *max)
{
	int64_t shift = min->offset;

	if (flags & TSYNC_INTERPOLATE) {
		int64_t delta = max->time - min->time;
		__int128 way = (__int128)((int64_t)ts - min->time) * (max->offset - min->offset);

		shift += (int64_t)((way + delta / 2) / (delta ? delta : 1));
	}
	return (uint64_t)(((__uint128_t)ts * min->scaling) >> (min->fraction & 63)) +
	       (uint64_t)shift;
}

static uint64_t guest_to_host(const struct clock_conv *k, uint32_t cpu, uint64_t ts)
{
	const struct tsync_cpu *t;
	uint32_t lo = 0, hi;

	if (cpu >= k->nr_tsync || !k->tsync[cpu].nr)
		return ts;
	t = &k->tsync[cpu];
	if (t->nr == 1)
		return ts + (uint64_t)t->samples[0].offset;
	hi = t->nr - 1;
	while (hi - lo > 1) {	/* finds the samples around ts, or those nearest to it */
		uint32_t mid = (lo + hi) / 2;

		if ((int64_t)ts >= t->samples[mid].time)
			lo = mid;
		else
			hi = mid;
	}
	return correct_by_tsync(ts, k->tsync_flags, &t->samples[lo], &t->samples[lo + 1]);
}

/**
 * clock_convert - nanoseconds of a ring buffer's timestamp
 * @k: the conversion
 * @cpu: whose buffer it is from
 * @ts: the timestamp as recorded
 *
 * Return: the time that trace-cmd would print.
 */
uint64_t clock_convert(const struct clock_conv *k, uint32_t cpu, uint64_t ts)
{
	ts = guest_to_host(k, cpu, ts);
	if (k->mult)
		ts = (uint64_t)(((__uint128_t)ts * k->mult) >> k->shift);
	return ts + (uint64_t)k->offset;
}

static int by_time(const void *a, const void *b)
{
	const struct tsync_sample *x = a, *y = b;

	return (x->time > y->time) - (x->time < y->time);
}

static void sort_samples(struct tsync_cpu *t)
{
	uint32_t kept = 0;

	qsort(t->samples, t->nr, sizeof(*t->samples), by_time);
	for (uint32_t i = 0; i < t->nr; i++)
		if (!kept || t->samples[i].time != t->samples[kept - 1].time)
			t->samples[kept++] = t->samples[i];
	t->nr = kept;
}

static int load_cpu(struct tsync_cpu *t, struct reader *r)
{
	uint32_t nr = reader_u32(r);

	if (r->bad || nr > (uint64_t)(r->end - r->p) / TSYNC_SAMPLE_BYTES)
		return -1;
	t->samples = calloc(nr ? nr : 1, sizeof(*t->samples));
	if (!t->samples)
		return -1;
	t->nr = nr;
	for (uint32_t i = 0; i < nr; i++)
		t->samples[i].time = (int64_t)reader_u64(r);
	for (uint32_t i = 0; i < nr; i++)
		t->samples[i].offset = (int64_t)reader_u64(r);
	for (uint32_t i = 0; i < nr; i++)
		t->samples[i].scaling = reader_u64(r);
	return 0;
}

/**
 * clock_load_tsync - read the option that ties a guest's clock to its host's
 * @k: where the samples go
 * @data: the option's bytes
 * @len: how many
 *
 * Return: 0, or -1 when they are inconsistent.
 */
int clock_load_tsync(struct clock_conv *k, const uint8_t *data, size_t len)
{
	struct reader r = { data, data + len, false };
	uint32_t nr;

	clock_free(k);
	reader_u64(&r);
	k->tsync_flags = reader_u32(&r);
	nr = reader_u32(&r);
	if (r.bad || nr > (uint64_t)(r.end - r.p) / 4)
		return -1;
	k->tsync = calloc(nr ? nr : 1, sizeof(*k->tsync));
	if (!k->tsync)
		return -1;
	k->nr_tsync = nr;
	for (uint32_t i = 0; i < nr; i++)
		if (load_cpu(&k->tsync[i], &r))
			return -1;
	for (uint32_t i = 0; i < nr && r.p < r.end; i++)
		for (uint32_t j = 0; j < k->tsync[i].nr; j++)
			k->tsync[i].samples[j].fraction = reader_u64(&r);
	for (uint32_t i = 0; i < nr; i++)
		sort_samples(&k->tsync[i]);
	return r.bad ? -1 : 0;
}

/**
 * clock_free - release what clock_load_tsync() made
 * @k: the conversion
 */
void clock_free(struct clock_conv *k)
{
	for (unsigned int i = 0; i < k->nr_tsync; i++)
		free(k->tsync[i].samples);
	free(k->tsync);
	k->tsync = NULL;
	k->nr_tsync = 0;
}
