// SPDX-License-Identifier: GPL-2.0-only
/* A policy's "map" in the report has its pageblocks over time. */
#include <stdlib.h>

#include "base/json.h"
#include "internal.h"

/**
 * report_fit_maps - leave out moments until the rows of all maps fit a report
 * @out: a finished run
 *
 * All maps lose the same moments.
 */
void report_fit_maps(const struct run_output *out)
{
	u64 size = 0;
	u32 most = 0;

	do {
		if (size)
			for (unsigned int i = 0; i < out->nr_runs; i++)
				if (out->run[i].map)
					blockmap_halve(out->run[i].map);
		size = most = 0;
		for (unsigned int i = 0; i < out->nr_runs; i++) {
			const struct blockmap *map = out->run[i].map;

			size += map ? blockmap_text_size(map->frame, map->nr_frames,
							 map->nr_blocks) : 0;
			if (map && map->nr_frames > most)
				most = map->nr_frames;
		}
	} while (size > BLOCKMAP_ROW_BYTES && most > 2);
}

static json_t *report_classes(void)
{
	json_t *classes = json_object();

	for (int c = 0; c < NR_BLOCK_CLASSES; c++) {
		char code[2] = { blockmap_class[c].code };

		json_object_set_new(classes, code, json_string(blockmap_class[c].name));
	}
	return classes;
}

static json_t *report_map_zones(const struct blockmap *map)
{
	json_t *zones = json_array();

	for (u32 z = 0; z < map->nr_zones; z++)
		json_array_append_new(zones, json_pack("{ss, so, so}", "name", map->zone[z].name,
			"first_block", json_u64(map->zone[z].first_block),
			"blocks", json_u64(map->zone[z].blocks)));
	return zones;
}

static json_t *report_rows(const struct blockmap *map)
{
	u8 *absent = calloc(map->nr_blocks + 1ul, 1);
	const u8 *before = absent, *now = map->frame;
	json_t *rows = json_array();

	for (u32 i = 0; i < map->nr_frames; i++) {
		char *row = absent ? blockmap_encode(before, now, map->nr_blocks) : NULL;

		json_array_append_new(rows, row ? json_string(row) : NULL);
		free(row);
		before = now;
		now += map->nr_blocks;
	}
	free(absent);
	return rows;
}

/**
 * report_map_end - count the blocks at the end, for a policy that has no model memory
 * @map: after report_fit_maps()
 *
 * A trace shows where pages are in use, and what for. It does not show the types of pageblocks or
 * the free lists, so that the other parts of a model's "memory" are left out.
 *
 * Return: a new object.
 */
json_t *report_map_end(const struct blockmap *map)
{
	const u8 *last = map->frame + (size_t)(map->nr_frames - 1) * map->nr_blocks;
	u64 mixed = 0, empty = 0;

	for (u32 i = 0; map->nr_frames && i < map->nr_blocks; i++) {
		mixed += BLOCK_CLASS(last[i]) == BLK_MIXED;
		empty += BLOCK_CLASS(last[i]) == BLK_FREE;
	}
	return json_pack("{so, so}", "mixed_pageblocks", json_u64(mixed), "empty_pageblocks",
			 json_u64(empty));
}

/**
 * report_map - describe a policy's pageblocks over time
 * @map: after report_fit_maps()
 *
 * Return: a new object.
 */
json_t *report_map(const struct blockmap *map)
{
	json_t *object = json_object();

	json_object_set_new(object, "block_pages", json_u64(pageblock_nr_pages));
	json_object_set_new(object, "zones", report_map_zones(map));
	json_object_set_new(object, "classes", report_classes());
	json_object_set_new(object, "t_ns", json_u64s(map->t_ns, map->nr_frames));
	json_object_set_new(object, "rows", report_rows(map));
	return object;
}
