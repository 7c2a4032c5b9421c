/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * In JSON documents a count is an integer, and a fraction is rounded to six decimals, so that it
 * prints the same everywhere.
 */
#ifndef FRAGREPLAY_JSON_H
#define FRAGREPLAY_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

json_t *json_u64(uint64_t value);
json_t *json_u64s(const uint64_t *value, size_t nr);
json_t *json_fraction(double value);
json_t *json_string_or_null(const char *s);
void json_watch_memory(void);
void json_lost_memory(void);
bool json_out_of_memory(void);

#endif
