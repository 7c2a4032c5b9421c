// SPDX-License-Identifier: GPL-2.0-only
/* Records that a format has out of order are put in order of time here. */
#include <string.h>

#include "internal.h"

/**
 * records_sort - sort records by time; equals stay in their order
 * @r: the records
 * @tmp: room for half of them
 * @n: how many
 *
 * A half that is in order costs one comparison.
 */
void records_sort(struct record *r, struct record *tmp, size_t n)
{
	size_t half = n / 2, i = 0, j = half, k = 0;

	if (n < 2)
		return;
	records_sort(r, tmp, half);
	records_sort(r + half, tmp, n - half);
	if (r[half - 1].ts <= r[half].ts)
		return;
	memcpy(tmp, r, half * sizeof(*r));
	while (i < half && j < n)
		r[k++] = r[j].ts < tmp[i].ts ? r[j++] : tmp[i++];
	memcpy(r + k, tmp + i, (half - i) * sizeof(*r));
}
