// SPDX-License-Identifier: GPL-2.0-only
/* Handles of objects whose place no event names: which is found for a free. */
#include <stdlib.h>
#include <string.h>

#include "demand/internal.h"
#include "tests/test.h"

#define MAX_PFN 1024u

static struct demand *stage(void)
{
	struct demand *d = calloc(1, sizeof(*d));

	assert_non_null(d);
	d->max_pfn = MAX_PFN;
	assert_int_equal(limbo_init(d), 0);
	d->tp = calloc(MAX_PFN + d->limbo.nr, sizeof(*d->tp));
	assert_non_null(d->tp);
	return d;
}

static void stage_free(struct demand *d)
{
	limbo_release(d);
	free(d->tp);
	free(d);
}

static u32 enter(struct demand *d, u32 order)
{
	u32 handle = limbo_handle(d, order);

	assert_int_not_equal(handle, H_NONE);
	for (u32 i = 0; i < 1u << order; i++)
		d->tp[handle + i] = (struct tpage){ .state = T_LIVE, .order = order, .head = !i };
	limbo_note_head(d, handle);
	return handle;
}

static void leave(struct demand *d, u32 handle)
{
	u32 order = d->tp[handle].order;

	for (u32 i = 0; i < 1u << order; i++)
		d->tp[handle + i].state = T_FREE;
	d->limbo.live--;
}

TEST(the_oldest_of_an_order_is_found)
{
	struct demand *d = stage();
	u32 first = enter(d, 0), large = enter(d, 3), second = enter(d, 0);

	assert_int_equal(limbo_match(d, 0), first);
	assert_int_equal(limbo_match(d, 3), large);
	leave(d, first);
	assert_int_equal(limbo_match(d, 0), second);
	stage_free(d);
}

TEST(what_has_left_is_not_found)
{
	struct demand *d = stage();

	leave(d, enter(d, 2));
	assert_int_equal(limbo_match(d, 2), H_NONE);
	enter(d, 0);
	assert_int_equal(limbo_match(d, 2), H_NONE);
	stage_free(d);
}

TEST(once_the_ring_is_round_the_oldest_is_behind_the_newest)
{
	struct demand *d = stage();
	u32 nr = d->limbo.nr, first = enter(d, 0), old = enter(d, 0), handle = old;

	while (handle + 1 < MAX_PFN + nr)
		handle = enter(d, 0);
	leave(d, first);
	assert_int_equal(enter(d, 0), first);
	assert_int_equal(limbo_handle(d, 0), H_NONE);
	assert_int_equal(limbo_match(d, 0), old);
	stage_free(d);
}

/* a linear congruential generator (Knuth, MMIX) */
static u32 next_random(u64 *rng)
{
	*rng = *rng * 6364136223846793005ull + 1442695040888963407ull;
	return (u32)(*rng >> 33);
}

/* what the search is to find, handle by handle */
static u32 plain_match(const struct demand *d, u32 order)
{
	for (u32 n = 0; n < d->limbo.nr; n++) {
		u32 handle = d->max_pfn + (d->limbo.next + n) % d->limbo.nr;

		if (d->tp[handle].state == T_LIVE && d->tp[handle].head &&
		    d->tp[handle].order == order)
			return handle;
	}
	return H_NONE;
}

TEST(the_search_finds_what_a_look_at_every_handle_finds)
{
	struct demand *d = stage();
	u32 handle[256], nr = 0;
	u64 rng = 1;

	for (int i = 0; i < 600; i++) {
		u32 order = next_random(&rng) % 5;

		if (nr < 256 && next_random(&rng) % 2) {
			handle[nr++] = enter(d, order);
			/* so that handles wrap around */
			d->limbo.next = next_random(&rng) % d->limbo.nr;
		} else if (nr) {
			u32 gone = next_random(&rng) % nr;

			leave(d, handle[gone]);
			handle[gone] = handle[--nr];
		}
		assert_int_equal(limbo_match(d, order), plain_match(d, order));
	}
	stage_free(d);
}
