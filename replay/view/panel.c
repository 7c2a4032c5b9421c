// SPDX-License-Identifier: GPL-2.0-only
/* A panel is a policy's map out of a report, at a moment. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "report/metrics.h"

#define MAX_BLOCKS	(1u << 26)	/* 128 TiB: what a report could name in earnest */

static int bad_map(char *err, size_t errlen, const char *what)
{
	snprintf(err, errlen, "its map has %s; write the report anew with `fragreplay run`", what);
	return -1;
}

static bool get_u32(const json_t *object, const char *name, u32 *value)
{
	const json_t *number = json_object_get(object, name);
	json_int_t n = json_integer_value(number);

	if (!json_is_integer(number) || n < 0 || n > UINT32_MAX)
		return false;
	*value = (u32)n;
	return true;
}

static int load_zones(struct panel *p, const json_t *map, char *err, size_t errlen)
{
	const json_t *zones = json_object_get(map, "zones"), *zone;
	size_t i;

	if (!json_array_size(zones) || json_array_size(zones) > MAX_NR_ZONES)
		return bad_map(err, errlen, "no zones, or more than there are");
	json_array_foreach((json_t *)zones, i, zone) {
		struct blockmap_zone *z = &p->zone[p->nr_zones++];

		z->name = json_string_value(json_object_get(zone, "name"));
		if (!z->name || !get_u32(zone, "first_block", &z->first_block) ||
		    !get_u32(zone, "blocks", &z->blocks) || z->blocks > MAX_BLOCKS - p->nr_blocks)
			return bad_map(err, errlen, "a zone that is none");
		p->nr_blocks += z->blocks;
	}
	return 0;
}

/* A class of a later version must not be drawn as one of this version. */
static int check_classes(const json_t *map, char *err, size_t errlen)
{
	json_t *classes = json_object_get(map, "classes");

	for (int c = 0; c < NR_BLOCK_CLASSES; c++) {
		char code[2] = { blockmap_class[c].code };
		const char *name = json_string_value(json_object_get(classes, code));

		if (!name || strcmp(name, blockmap_class[c].name))
			return bad_map(err, errlen, "other classes of blocks than this version");
	}
	return 0;
}

static int load_state(struct panel *p, const json_t *map, u64 at_ns, char *err, size_t errlen)
{
	const json_t *t_ns = json_object_get(map, "t_ns"), *rows = json_object_get(map, "rows");
	size_t i, n = json_array_size(rows);

	if (!n || json_array_size(t_ns) != n)
		return bad_map(err, errlen, "no rows, or not one for each moment");
	p->state = calloc(p->nr_blocks + 1ul, 1);
	if (!p->state) {
		snprintf(err, errlen, "out of memory");
		return -1;
	}
	for (i = 0; i < n; i++) {
		const json_t *t = json_array_get(t_ns, i);
		const char *row = json_string_value(json_array_get(rows, i)), *wrong = "";

		if (!json_is_integer(t) || json_integer_value(t) < 0)
			return bad_map(err, errlen, "a moment that is none");
		if (i && (u64)json_integer_value(t) > at_ns)
			break;
		p->t_ns = (u64)json_integer_value(t);
		if (!row || (wrong = blockmap_decode(row, p->state, p->nr_blocks))) {
			snprintf(err, errlen, "row %zu of its map cannot be read at \"%.16s\";"
				 " write the report anew with `fragreplay run`", i, wrong);
			return -1;
		}
	}
	p->at_end = i == n;
	for (i = 0; i < p->nr_blocks; i++)
		p->count[BLOCK_CLASS(p->state[i])]++;
	return 0;
}

/* At the end the run's own totals count, before it the last sample up to the moment. */
static void load_thp(struct panel *p, const json_t *policy)
{
	const json_t *samples = json_object_get(policy, "timeline"), *s = NULL;
	const json_t *thp = json_object_get(policy, "thp");
	size_t i;

	if (p->at_end) {
		p->thp_known = json_is_object(thp);
		p->thp_success = (u64)json_integer_value(json_object_get(thp, "success"));
		p->thp_attempts = (u64)json_integer_value(json_object_get(thp, "attempts"));
		return;
	}
	for (i = 0; i < json_array_size(samples); i++) {
		const json_t *next = json_array_get(samples, i);

		if ((u64)json_integer_value(json_object_get(next, "t_ns")) > p->t_ns)
			break;
		s = next;
	}
	if (!s)
		return;
	p->thp_known = true;
	p->thp_success = (u64)json_integer_value(json_object_get(s, "thp_fault_alloc"));
	p->thp_attempts = p->thp_success +
		(u64)json_integer_value(json_object_get(s, "thp_fault_fallback"));
}

/**
 * view_panel_load - load one policy of a report at a moment
 * @p: filled in; strings stay the report's; view_panel_release() frees it
 * @policy: one of the report's "policies"
 * @at_ns: since the replay began, or AT_END
 * @err: why not
 * @errlen: its size
 *
 * Return: 0; -1 with @err filled, "" when it has no map at all.
 */
int view_panel_load(struct panel *p, const json_t *policy, u64 at_ns, char *err, size_t errlen)
{
	const json_t *map = json_object_get(policy, "map");

	memset(p, 0, sizeof(*p));
	err[0] = '\0';
	p->label = json_string_value(json_object_get(policy, "policy"));
	if (!p->label)
		p->label = "?";
	if (!map)
		return -1;
	if (json_integer_value(json_object_get(map, "block_pages")) != pageblock_nr_pages)
		return bad_map(err, errlen, "blocks of another size than 512 pages");
	if (load_zones(p, map, err, errlen) || check_classes(map, err, errlen) ||
	    load_state(p, map, at_ns, err, errlen)) {
		view_panel_release(p);
		return -1;
	}
	load_thp(p, policy);
	return 0;
}

/**
 * view_panel_release - free what view_panel_load() allocated
 * @p: the panel
 */
void view_panel_release(struct panel *p)
{
	free(p->state);
	p->state = NULL;
}

/**
 * view_panel_thp_text - print THP success in words
 * @p: the panel
 * @text: set; "" when it is not known
 * @len: its size
 */
void view_panel_thp_text(const struct panel *p, char *text, size_t len)
{
	text[0] = '\0';
	if (p->thp_known && p->thp_attempts)
		snprintf(text, len, "THP success %.1f%% (%llu of %llu)",
			 metric_share((double)p->thp_success,
				      (double)(p->thp_attempts - p->thp_success), 100),
			 (unsigned long long)p->thp_success, (unsigned long long)p->thp_attempts);
	else if (p->thp_known)
		snprintf(text, len, "no THP asked for");
}
