/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A slow path that nothing happens on: everything it calls is a stand-in here that writes down
 * what it was asked for. The Makefile links a test that includes this with --wrap for each.
 *
 *	wake(o)		all kswapds, for order o
 *	list(m)		the free lists at watermark m (min, high, none) with rights:
 *			r MIN_RESERVE, n NON_BLOCK, h HIGHATOMIC, H 6.1's HARDER,
 *			f NOFRAGMENT
 *	reclaim(o)	direct reclaim;  compact(o,p): p async, light, full
 *	unreserve, unreserve!	one highatomic block;  drain: all per-CPU lists
 */
#ifndef FRAGREPLAY_TEST_SLOWPATH_RECORDER_H
#define FRAGREPLAY_TEST_SLOWPATH_RECORDER_H

#include <string.h>

#include "mm_machine.h"

#define SEQ_MAX 65536

static struct {
	char seq[SEQ_MAX];
	size_t len;
	int lists;			/* calls of the free lists so far */
	int page_at;			/* the call that finds a page; 0: none ever */
	u64 progress;			/* of each direct reclaim */
	int progress_rounds;		/* ... for so many of them; < 0: always */
	enum compact_result result;
	bool compact_suitable;
	u64 reclaimable;
	int unreservable;
	u32 capture;
	struct capture_control armed;	/* as the last compaction found it */
	u32 deferred_reset_order;
} t;

static void note(const char *what)
{
	size_t n = strlen(what);

	if (t.len + n + 2 >= SEQ_MAX)
		return;
	if (t.len)
		t.seq[t.len++] = ' ';
	memcpy(t.seq + t.len, what, n + 1);
	t.len += n;
}

u32 __wrap_get_page_from_freelist(struct mm *mm, u32 order, u32 flags, struct alloc_context *ac);
u64 __wrap_try_to_free_pages(struct mm *mm, u32 order, gfp_t gfp, const struct alloc_context *ac);
enum compact_result __wrap_try_to_compact_pages(struct mm *mm, gfp_t gfp, u32 order, u32 flags,
						const struct alloc_context *ac,
						enum compact_priority prio,
						struct capture_control *capc);
void __wrap_wakeup_kswapd(struct mm *mm, struct zone *z, gfp_t gfp, u32 order, enum zone_type idx);
void __wrap_drain_all_pages(struct mm *mm, struct zone *z);
bool __wrap_unreserve_highatomic_pageblock(struct mm *mm, const struct alloc_context *ac,
					   bool force);
u64 __wrap_zone_reclaimable_pages(const struct mm *mm, const struct zone *z);
bool __wrap_compaction_zonelist_suitable(const struct mm *mm, const struct alloc_context *ac,
					 u32 order, u32 flags);
void __wrap_compaction_defer_reset(struct zone *z, u32 order, bool success);

u32 __wrap_get_page_from_freelist(struct mm *mm, u32 order, u32 flags, struct alloc_context *ac)
{
	static const char *const marks[] = { "min", "low", "high", "promo" };
	char text[64];

	(void)mm;
	(void)order;
	(void)ac;
	snprintf(text, sizeof(text), "list(%s%s%s%s%s%s%s)",
		 flags & ALLOC_NO_WATERMARKS ? "none" : marks[flags & ALLOC_WMARK_MASK],
		 flags & (ALLOC_MIN_RESERVE | ALLOC_NON_BLOCK | ALLOC_HIGHATOMIC | ALLOC_HARDER |
			  ALLOC_NOFRAGMENT) ? "," : "",
		 flags & ALLOC_MIN_RESERVE ? "r" : "", flags & ALLOC_NON_BLOCK ? "n" : "",
		 flags & ALLOC_HIGHATOMIC ? "h" : "", flags & ALLOC_HARDER ? "H" : "",
		 flags & ALLOC_NOFRAGMENT ? "f" : "");
	note(text);
	return ++t.lists == t.page_at ? 7 : PFN_NONE;
}

u64 __wrap_try_to_free_pages(struct mm *mm, u32 order, gfp_t gfp, const struct alloc_context *ac)
{
	char text[64];

	(void)mm;
	(void)gfp;
	(void)ac;
	snprintf(text, sizeof(text), "reclaim(%u)", order);
	note(text);
	return !t.progress_rounds || !t.progress_rounds-- ? 0 : t.progress;
}

enum compact_result __wrap_try_to_compact_pages(struct mm *mm, gfp_t gfp, u32 order, u32 flags,
						const struct alloc_context *ac,
						enum compact_priority prio,
						struct capture_control *capc)
{
	static const char *const names[] = { "full", "light", "async" };
	char text[64];

	(void)gfp;
	(void)flags;
	(void)ac;
	assert_true(mm->current.memalloc);
	assert_ptr_equal(mm->capc, capc);
	snprintf(text, sizeof(text), "compact(%u,%s)", order, names[prio]);
	note(text);
	t.armed = *capc;
	capc->pfn = t.capture;
	return t.result;
}

void __wrap_wakeup_kswapd(struct mm *mm, struct zone *z, gfp_t gfp, u32 order, enum zone_type idx)
{
	char text[64];

	(void)mm;
	(void)z;
	(void)gfp;
	(void)idx;
	snprintf(text, sizeof(text), "wake(%u)", order);
	note(text);
}

void __wrap_drain_all_pages(struct mm *mm, struct zone *z)
{
	(void)mm;
	assert_null(z);
	note("drain");
}

bool __wrap_unreserve_highatomic_pageblock(struct mm *mm, const struct alloc_context *ac,
					   bool force)
{
	(void)mm;
	(void)ac;
	note(force ? "unreserve!" : "unreserve");
	return force && t.unreservable && t.unreservable--;
}

u64 __wrap_zone_reclaimable_pages(const struct mm *mm, const struct zone *z)
{
	(void)mm;
	(void)z;
	return t.reclaimable;
}

bool __wrap_compaction_zonelist_suitable(const struct mm *mm, const struct alloc_context *ac,
					 u32 order, u32 flags)
{
	(void)mm;
	(void)ac;
	(void)order;
	(void)flags;
	return t.compact_suitable;
}

void __wrap_compaction_defer_reset(struct zone *z, u32 order, bool success)
{
	(void)z;
	assert_true(success);
	t.deferred_reset_order = order;
}

static struct mm *mm;

static inline void record_on(const char *version)
{
	memset(&t, 0, sizeof(t));
	t.capture = PFN_NONE;
	t.result = COMPACT_COMPLETE;
	t.progress = 32;
	mm = tiny_machine(version, 8);
}

static inline u32 slow(gfp_t gfp, u32 order)
{
	struct alloc_context ac = { .gfp = gfp, .migratetype = gfp_migratetype(gfp),
				    .highest_zoneidx = gfp_zone(gfp), .preferred = ZONE_NORMAL };

	return __alloc_pages_slowpath(mm, order, &ac);
}

static inline void sequence(const char *wanted)
{
	assert_string_equal(t.seq, wanted);
}

/* how often @what occurs */
static inline int times(const char *what)
{
	const char *p = t.seq;
	int n = 0;

	while ((p = strstr(p, what))) {
		n++;
		p += strlen(what);
	}
	return n;
}

#endif
