/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers are read here as a user writes them. */
#ifndef FRAGREPLAY_NUMBER_H
#define FRAGREPLAY_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

bool parse_number(const char *text, uint64_t low, uint64_t high, uint64_t *value);
bool parse_real(const char *text, double low, double high, double *value);
bool parse_size(const char *text, uint64_t *bytes);

#endif
