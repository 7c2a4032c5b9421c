// SPDX-License-Identifier: GPL-2.0-only
/*
 * The text of a row of a map says what has changed since the row before, as tokens "GAP LEN CD"
 * joined by ';'. GAP blocks stay as they are, then LEN blocks become class C, D tenths in use. GAP
 * and LEN are in base 36.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "block_state.h"

const struct block_class_info blockmap_class[NR_BLOCK_CLASSES] = {
	[BLK_ABSENT] = { '.', "absent" },
	[BLK_RESERVED] = { 'R', "reserved" },
	[BLK_FREE] = { 'f', "free" },
	[BLK_MOVABLE] = { 'm', "movable" },
	[BLK_UNMOVABLE] = { 'u', "unmovable" },
	[BLK_RECLAIMABLE] = { 'r', "reclaimable" },
	[BLK_MIXED] = { 'x', "mixed" },
	[BLK_HIGHATOMIC] = { 'h', "highatomic" },
};

static const char digits36[] = "0123456789abcdefghijklmnopqrstuvwxyz";

static char *put_base36(char *at, u32 value)
{
	char text[8];
	int n = 0;

	do {
		text[n++] = digits36[value % 36];
		value /= 36;
	} while (value);
	while (n)
		*at++ = text[--n];
	return at;
}

static size_t base36_len(u32 value)
{
	size_t n = 1;

	while (value /= 36)
		n++;
	return n;
}

struct run {
	u32 gap, len, end;
	u8 state;
};

/* finds the next run of blocks that become one state; one that has it already may be inside */
static bool next_run(const u8 *before, const u8 *now, u32 nr, struct run *r)
{
	u32 start = r->end, last;

	while (start < nr && now[start] == before[start])
		start++;
	if (start >= nr)
		return false;
	r->gap = start - r->end;
	r->state = now[start];
	last = start;
	for (u32 i = start; i < nr && now[i] == r->state; i++)
		if (now[i] != before[i])
			last = i;
	r->len = last + 1 - start;
	r->end = last + 1;
	return true;
}

static char *put_run(char *at, const struct run *r)
{
	at = put_base36(at, r->gap);
	*at++ = ' ';
	at = put_base36(at, r->len);
	*at++ = ' ';
	*at++ = blockmap_class[BLOCK_CLASS(r->state)].code;
	*at++ = (char)('0' + BLOCK_DIGIT(r->state));
	return at;
}

static size_t row_size(const u8 *before, const u8 *now, u32 nr)
{
	struct run r = { 0 };
	size_t size = 0;

	while (next_run(before, now, nr, &r))
		size += base36_len(r.gap) + base36_len(r.len) + 5;
	return size;
}

/**
 * blockmap_encode - make the text of a row
 * @before: states of the row before; all BLK_ABSENT for the first
 * @now: states of this one
 * @nr: blocks
 *
 * Return: the text, to be freed by the caller; "" when nothing changed; NULL without memory.
 */
char *blockmap_encode(const u8 *before, const u8 *now, u32 nr)
{
	char *text = malloc(row_size(before, now, nr) + 1), *at = text;
	struct run r = { 0 };

	if (!text)
		return NULL;
	while (next_run(before, now, nr, &r)) {
		if (at != text)
			*at++ = ';';
		at = put_run(at, &r);
	}
	*at = '\0';
	return text;
}

/**
 * blockmap_text_size - count the bytes of all rows of a map
 * @frame: its states, @nr_frames times @nr_blocks of them
 * @nr_frames: moments
 * @nr_blocks: blocks in a frame
 *
 * Return: the sum; 0 without memory.
 */
u64 blockmap_text_size(const u8 *frame, u32 nr_frames, u32 nr_blocks)
{
	u8 *absent = calloc(nr_blocks + 1, 1);
	const u8 *before = absent, *now = frame;
	u64 size = 0;
	u32 i;

	for (i = 0; absent && i < nr_frames; i++) {
		size += row_size(before, now, nr_blocks);
		before = now;
		now += nr_blocks;
	}
	free(absent);
	return size;
}

static const char *get_base36(const char *at, u32 *value)
{
	u64 sum = 0;
	const char *digit, *start = at;

	for (; *at && (digit = strchr(digits36, *at)) && sum <= UINT32_MAX; at++)
		sum = sum * 36 + (u64)(digit - digits36);
	*value = (u32)sum;
	return at == start || sum > UINT32_MAX ? NULL : at;
}

static int class_of(char code)
{
	for (int c = 0; c < NR_BLOCK_CLASSES; c++)
		if (blockmap_class[c].code == code)
			return c;
	return -1;
}

/* reads a token; returns where it ends, or NULL if it is none */
static const char *get_run(const char *at, struct run *r)
{
	int class;

	at = get_base36(at, &r->gap);
	if (!at || *at++ != ' ')
		return NULL;
	at = get_base36(at, &r->len);
	if (!at || *at++ != ' ' || !*at)
		return NULL;
	class = class_of(*at++);
	if (class < 0 || *at < '0' || *at > '9')
		return NULL;
	r->state = BLOCK_STATE(class, *at++ - '0');
	return at;
}

/**
 * blockmap_decode - undo blockmap_encode()
 * @row: the text
 * @state: of the row before, becomes that of this one
 * @nr: blocks
 *
 * Return: NULL; else where in @row it is none: no token, or one past the last block.
 */
const char *blockmap_decode(const char *row, u8 *state, u32 nr)
{
	const char *at = row, *token;
	struct run r;
	u32 b = 0;

	while (*at) {
		token = at;
		at = get_run(at, &r);
		if (!at || r.gap > nr - b || !r.len || r.len > nr - b - r.gap)
			return token;
		b += r.gap;
		memset(state + b, r.state, r.len);
		b += r.len;
		if (*at == ';' && at[1])
			at++;
		else if (*at)
			return at;
	}
	return NULL;
}
