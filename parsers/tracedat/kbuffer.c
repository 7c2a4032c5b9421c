// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pages of a ring buffer are laid out by include/linux/ring_buffer.h and
 * kernel/trace/ring_buffer.c: a header of time stamp and commit word, then events with a header of
 * 32 bits each.
 */
#include "tracedat.h"

/* type_len of an event's header, include/linux/ring_buffer.h:ring_buffer_type */
#define TYPE_DATA_MAX		28	/* a payload of up to so many words has its length here */
#define TYPE_PADDING		29
#define TYPE_TIME_EXTEND	30
#define TYPE_TIME_STAMP		31
#define DELTA_BITS		27	/* time_delta of an event's header */

/* a page's commit word, kernel/trace/ring_buffer.c:RB_MISSED_EVENTS and RB_MISSED_STORED */
#define COMMIT_MASK		((1u << 27) - 1)
#define MISSED_EVENTS		(1u << 31)
#define MISSED_STORED		(1u << 30)	/* their number stands behind the last event */

/* an absolute time stamp lacks these bits, kernel/trace/ring_buffer.c:TS_MSB */
#define TS_MSB			(0x1full << 59)

/**
 * cursor_damage - note what is wrong with a CPU's data
 * @c: the cursor
 * @fmt: what
 *
 * Return: -1.
 */
int cursor_damage(struct cursor *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c->why, sizeof(c->why), fmt, ap);
	va_end(ap);
	return -1;
}

/**
 * cursor_file_offset - where in the file a cursor is
 * @c: the cursor
 *
 * Return: offset of the page; with compression of the chunk that holds it.
 */
uint64_t cursor_file_offset(const struct cursor *c)
{
	if (!c->block_in_file || !c->page)
		return c->block_off;
	return c->block_off + (uint64_t)(c->page - c->block);
}

static int next_block(struct cursor *c)
{
	const char *why = NULL;
	size_t len = 0;
	int ret = stream_next(c->stream, &c->block, &len, &c->slack, &c->block_off, &why);

	c->page = NULL;
	if (ret < 0)
		return cursor_damage(c, "%s", why);
	if (ret)
		c->block_end = c->block + len;
	return ret;
}

static void page_lost(struct cursor *c, uint32_t commit, uint32_t flags)
{
	uint64_t lost = LOST_UNKNOWN;

	if (!(flags & MISSED_EVENTS))
		return;
	if ((flags & MISSED_STORED) && c->page_header + commit + 8 <= c->page_size)
		lost = get_u64(c->page + c->page_header + commit);
	if (!lost)
		return;
	c->lost_gaps++;
	if (lost == LOST_UNKNOWN)
		c->lost_unknown = true;
	else
		c->lost_events += lost;
	c->lost = lost;
}

static int load_page(struct cursor *c)
{
	uint64_t ts = get_u64(c->page) + (uint64_t)c->ts_offset;
	uint64_t word = get_u64(c->page + 8);
	uint32_t commit = (uint32_t)word & COMMIT_MASK;
	uint32_t flags = (uint32_t)word & ~COMMIT_MASK;
	size_t behind;

	if ((word >> 32) || (flags & ~(MISSED_EVENTS | MISSED_STORED)) ||
	    (flags & (MISSED_EVENTS | MISSED_STORED)) == MISSED_STORED)
		return cursor_damage(c, "page header has impossible flags (commit %#llx)",
				     (unsigned long long)word);
	if (commit > c->page_size - c->page_header || commit % 4)
		return cursor_damage(c, "page says it holds %u of %u bytes", commit,
				     c->page_size - c->page_header);
	c->next = c->page + c->page_header;
	c->end = c->next + commit;
	if (commit && c->started && (int64_t)(ts - c->ts) < 0)
		return cursor_damage(c, "time goes back by %llu ns from the page before",
				     (unsigned long long)(c->ts - ts));
	if (commit) {
		c->ts = ts;
		c->started = true;
	}
	behind = (size_t)(c->block_end - c->end) + c->slack;
	c->fast_limit = behind >= FAST_OVERREAD ? c->end : c->end - FAST_OVERREAD;
	page_lost(c, commit, flags);
	return 1;
}

/* Goes to the next page that has events. Returns 1, 0 at the end, -1 on damage. */
static int next_page(struct cursor *c)
{
	do {
		int ret = 1;

		if (c->page && c->page + c->page_size < c->block_end)
			c->page += c->page_size;
		else
			ret = next_block(c);
		if (ret <= 0)
			return ret;
		if (!c->page)
			c->page = c->block;
		if (load_page(c) < 0)
			return -1;
	} while (c->next == c->end);
	return 1;
}

static int apply_time(struct cursor *c, uint32_t type, uint64_t delta)
{
	uint64_t stamp = (uint64_t)get_u32(c->next + 4) << DELTA_BITS | delta;
	uint64_t now = c->ts - (uint64_t)c->ts_offset;

	if (type == TYPE_TIME_EXTEND) {
		c->ts += stamp;
		return 1;
	}
	if (now & TS_MSB) {
		stamp |= now & TS_MSB;
		if (stamp < now)
			stamp += 1ull << 59;
	}
	if (stamp < now)
		return cursor_damage(c, "an absolute time stamp goes back by %llu ns",
				     (unsigned long long)(now - stamp));
	c->ts = stamp + (uint64_t)c->ts_offset;
	return 1;
}

/*
 * Takes an event that holds no data, or data of a length that needs a word of its own. Returns 1
 * when c->data is set, 2 when there was no data, -1 on damage.
 */
static int odd_event(struct cursor *c, uint32_t type, uint32_t delta)
{
	uint32_t left = (uint32_t)(c->end - c->next), len;

	if (type == TYPE_PADDING && !delta) {	/* nothing follows in this page */
		c->next = c->end;
		return 2;
	}
	if (left < 8)
		return cursor_damage(c, "an event crosses the end of its page's data");
	len = get_u32(c->next + 4);
	switch (type) {
	case TYPE_TIME_EXTEND:
	case TYPE_TIME_STAMP:
		if (apply_time(c, type, delta) < 0)
			return -1;
		c->next += 8;
		return 2;
	case TYPE_PADDING:	/* the kernel discarded this event; len does not count its header */
		if (len < 4 || len % 4 || len > left - 4)
			return cursor_damage(c, "padding of %u bytes crosses its page", len);
		c->ts += delta;
		c->next += 4 + len;
		return 2;
	}
	if (len < 4 || len > left - 4)
		return cursor_damage(c, "an event of %u bytes crosses the end of its page's data",
				     len);
	c->ts += delta;
	c->data = c->next + 8;
	c->len = (len - 4 + 3) & ~3u;
	if (c->len > left - 8)
		return cursor_damage(c, "an event of %u bytes crosses the end of its page's data",
				     len);
	c->next = c->data + c->len;
	return 1;
}

/**
 * cursor_advance_slow - go to the next data event, whatever lies between
 * @c: the cursor; c->next is a header, or the end of the page
 *
 * Return: 1, 0 at the end of the CPU's data, -1 on damage with c->why set.
 */
int cursor_advance_slow(struct cursor *c)
{
	int ret;

	do {
		uint32_t head, type;

		while (c->next == c->end) {
			ret = next_page(c);
			if (ret <= 0)
				return ret;
		}
		if (c->end - c->next < 4)
			return cursor_damage(c, "an event crosses the end of its page's data");
		head = get_u32(c->next);
		type = head & 31;
		if (type - 1 < TYPE_DATA_MAX) {
			c->len = type * 4;
			if (c->len > (uint32_t)(c->end - c->next) - 4)
				return cursor_damage(c,
						     "an event of %u bytes crosses the end of its "
						     "page's data",
						     c->len);
			c->ts += head >> 5;
			c->data = c->next + 4;
			c->next = c->data + c->len;
			ret = 1;
		} else {
			ret = odd_event(c, type, head >> 5);
		}
	} while (ret == 2);
	if (ret == 1 && c->len < 8)
		return cursor_damage(c, "an event of %u bytes is shorter than its common fields",
				     c->len);
	if (ret == 1)
		c->key = c->conv ? clock_convert(c->conv, c->cpu, c->ts) : c->ts;
	return ret;
}

/**
 * cursor_start - go to the first data event
 * @c: the cursor, with stream, cpu, page_size, page_header and clock set
 *
 * Return: as cursor_advance_slow().
 */
int cursor_start(struct cursor *c)
{
	c->next = c->end = c->page = NULL;
	return cursor_advance_slow(c);
}
