// SPDX-License-Identifier: GPL-2.0-only
/* To which side the replays of several recordings are off. */
#include <math.h>
#include <stdio.h>

#include "base/json.h"
#include "internal.h"

static struct bias_row *row_of(struct bias *b, const struct fidelity_row *row)
{
	for (unsigned int i = 0; i < b->nr; i++)
		if (b->row[i].name == row->name)
			return &b->row[i];
	b->row[b->nr] = (struct bias_row){ .name = row->name, .metric = row->metric };
	return &b->row[b->nr++];
}

/**
 * bias_add - add one more recording
 * @b: all zero before the first
 * @f: judged
 *
 * Rows of a few, or of nothing, tell no side. The order is that of the rows of the first recording.
 */
void bias_add(struct bias *b, const struct fidelity *f)
{
	for (unsigned int i = 0; i < f->nr; i++) {
		const struct fidelity_row *row = &f->row[i];
		struct bias_row *sum = row_of(b, row);

		if (row->verdict != FIDELITY_OK && row->verdict != FIDELITY_MISS)
			continue;
		sum->n++;
		sum->ok += row->verdict == FIDELITY_OK;
		sum->above += row->z > 0;
		sum->below += row->z < 0;
		sum->z += row->z;
		sum->difference += fidelity_difference(row);
		b->judged++;
		b->ok += row->verdict == FIDELITY_OK;
	}
	b->recordings++;
}

static void print_row(const struct bias_row *row)
{
	double difference = row->difference / row->n;
	unsigned int side = row->above > row->below ? row->above : row->below;
	char by[16], same[32] = "";

	if (row->metric->spread->points)
		snprintf(by, sizeof(by), "%+.1fpt", difference);
	else
		snprintf(by, sizeof(by), "x%.2f", exp(difference));
	if (row->n > 2 && side >= 0.8 * row->n)
		snprintf(same, sizeof(same), "  %s in %u",
			 row->above > row->below ? "above" : "below", side);
	printf("%-30s %3u of %3u  %+7.2f  %9s%s\n", row->name, row->ok, row->n, row->z / row->n, by,
	       same);
}

/**
 * bias_print - print the table
 * @b: with at least one recording
 */
void bias_print(const struct bias *b)
{
	printf("Over %u recordings: what is off to the same side in all is wrong, whatever the\n"
	       "spread of each forgives\n\n%-30s %10s  %7s  %9s\n",
	       b->recordings, "", "as real", "mean z", "replayed");
	for (unsigned int i = 0; i < b->nr; i++)
		if (b->row[i].n)
			print_row(&b->row[i]);
	printf("\n%u of %u figures are where one more real run would be expected: %.1f %%\n", b->ok,
	       b->judged, b->judged ? 100.0 * b->ok / b->judged : 0.0);
}

static json_t *json_row(const struct bias_row *row)
{
	double difference = row->difference / row->n;
	bool points = row->metric->spread->points;
	json_t *object = json_object();

	json_object_set_new(object, "name", json_string(row->name));
	json_object_set_new(object, "recordings", json_u64(row->n));
	json_object_set_new(object, "ok", json_u64(row->ok));
	json_object_set_new(object, "above", json_u64(row->above));
	json_object_set_new(object, "below", json_u64(row->below));
	json_object_set_new(object, "mean_z", json_fraction(row->z / row->n));
	json_object_set_new(object, "ratio", points ? json_null() : json_fraction(exp(difference)));
	json_object_set_new(object, "points", points ? json_fraction(difference) : json_null());
	return object;
}

/**
 * bias_json - make JSON of the table
 * @b: of all recordings
 *
 * Return: a new reference.
 */
json_t *bias_json(const struct bias *b)
{
	json_t *bias = json_object(), *metrics = json_array();

	for (unsigned int i = 0; i < b->nr; i++)
		if (b->row[i].n)
			json_array_append_new(metrics, json_row(&b->row[i]));
	json_object_set_new(bias, "recordings", json_u64(b->recordings));
	json_object_set_new(bias, "judged", json_u64(b->judged));
	json_object_set_new(bias, "ok", json_u64(b->ok));
	json_object_set_new(bias, "metrics", metrics);
	return bias;
}
