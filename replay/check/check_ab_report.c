// SPDX-License-Identifier: GPL-2.0-only
/* The table of real change against replayed change, as text and as JSON. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "internal.h"

static const char *const verdict_word[] = {
	[AB_NONE] = "",	    [AB_WITHIN] = "",	  [AB_SAME] = "same",	    [AB_LESS] = "less",
	[AB_MORE] = "more", [AB_STILL] = "still", [AB_AGAINST] = "against",
};

/* percent while that reads well, then a factor; points of a rate */
static const char *format_change(char *buf, size_t len, double a, double b, bool rate)
{
	if (isnan(a) || isnan(b))
		snprintf(buf, len, "-");
	else if (rate)
		snprintf(buf, len, "%+.*fpt", fabs(b - a) < 99.95 ? 1 : 0, b - a);
	else if (a == b)
		snprintf(buf, len, "=");
	else if (a == 0)
		snprintf(buf, len, "from 0");
	else if (b < 10 * a)
		snprintf(buf, len, "%+.0f%%", 100 * (b - a) / a);
	else
		snprintf(buf, len, "x%.*f", b < 1000 * a ? 1 : 0, b / a);
	return buf;
}

/* what the row is judged by: the means, where there are repetitions */
static double real_value(const struct ab_row *r, int mode)
{
	if (!r->metric->spread || !r->real_level[mode].n)
		return r->real[mode];
	return spread_value(r->metric->spread, sample_mean(&r->real_level[mode]));
}

static const char *verdict_of(const struct ab_row *r)
{
	return r->zero ? "zero" : verdict_word[r->verdict];
}

static void print_row(const struct ab_row *r)
{
	bool rate = r->metric->kind == METRIC_RATE;
	char real[2][16], replay[2][16], moved[2][24];
	const char *beyond = "";

	if (r->verdict)
		beyond = r->verdict == AB_WITHIN ? "no" : "yes";
	for (int i = 0; i < 2; i++) {
		format_count(real[i], sizeof(real[i]), real_value(r, i), rate);
		format_count(replay[i], sizeof(replay[i]), sample_mean(&r->value[i]), rate);
	}
	printf("%-30s %6s %6s %7s %3s %6s %6s %7s %s%s\n", r->metric->name, real[0], real[1],
	       format_change(moved[0], sizeof(moved[0]), real_value(r, 0), real_value(r, 1), rate),
	       beyond, replay[0], replay[1],
	       format_change(moved[1], sizeof(moved[1]), sample_mean(&r->value[0]),
			     sample_mean(&r->value[1]), rate),
	       verdict_of(r), r->weak && r->verdict == AB_SAME ? "?" : "");
}

static void print_thp(const struct ab *x)
{
	if (isnan(x->thp_real)) {
		printf("thp success: no fault of a huge page in one of them\n");
		return;
	}
	printf("thp success: %+.1f points really, %+.1f in replay, up to %.0f apart%s: %s\n",
	       x->thp_real, x->thp_replay, AB_THP_POINTS,
	       fabs(x->thp_real) > AB_THP_POINTS ? " and the same way" : "",
	       x->thp_ok ? "ok" : "miss");
}

static void print_sums(const struct ab *x)
{
	printf("\n?: the real change is beyond two standard errors of ");
	if (x->repeats)
		printf("the runs given, %u more\nthan the two", x->repeats);
	else
		printf("two runs of the reference\nloads");
	printf(". Then the replay moves by half to twice as much (same; ? when other seeds\n"
	       "might undo it), less, more, not (still), or the other way (against).\n\n");
	printf("moved: %u of %u rows that are not all 0", x->moved, x->judged);
	if (x->moved)
		printf("; %u likewise in replay, %u of them with ?:\n%.1f %%, mark %.0f %%: %s",
		       x->same, x->weak, x->share, AB_MARK, x->share_ok ? "ok" : "miss");
	printf("\n");
	if (x->zero)
		printf("%u rows are 0 throughout, which is no merit\n", x->zero);
	print_thp(x);
}

/**
 * ab_print - print the table, 80 columns wide for all but absurd numbers, and the sums below it
 * @x: judged
 * @policy: the two that the first recording was replayed under
 */
void ab_print(const struct ab *x, const char *const policy[2])
{
	printf("first under %s, then under %s\n\n", policy[0], policy[1]);
	printf("%-30s %6s %6s %7s %3s %6s %6s %7s\n", "", "real A", "B", "change", "?", "replay",
	       "", "change");
	for (unsigned int i = 0; i < x->nr; i++)
		print_row(&x->row[i]);
	print_sums(x);
}

static json_t *json_sample(const struct check_sample *s)
{
	if (!s->n)
		return json_null();
	return json_pack("{so, so, so}", "min", json_fraction(s->min), "mean",
			 json_fraction(sample_mean(s)), "max", json_fraction(s->max));
}

/* a ratio, or points */
static json_t *json_change(const struct ab_row *r, double change)
{
	if (isnan(change))
		return json_null();
	return json_fraction(r->metric->spread->points ? change : exp(change));
}

static json_t *json_row(const struct ab_row *r)
{
	json_t *row = json_object();

	json_object_set_new(row, "name", json_string(r->metric->name));
	json_object_set_new(row, "real",
			    json_pack("{so, so, so}", "a", json_fraction(r->real[0]), "b",
				      json_fraction(r->real[1]), "change",
				      json_change(r, r->real_change)));
	json_object_set_new(row, "replay",
			    json_pack("{so, so, so}", "a", json_sample(&r->value[0]), "b",
				      json_sample(&r->value[1]), "change",
				      json_change(r, r->change)));
	json_object_set_new(row, "spread",
			    r->metric->spread ? json_string(r->metric->spread->name) : json_null());
	json_object_set_new(row, "beyond_spread",
			    r->verdict == AB_NONE ? json_null()
						  : json_boolean(r->verdict != AB_WITHIN));
	json_object_set_new(row, "verdict",
			    verdict_of(r)[0] ? json_string(verdict_of(r)) : json_null());
	json_object_set_new(row, "weak", json_boolean(r->weak));
	return row;
}

/**
 * ab_json - make JSON of the table and the sums
 * @x: judged
 *
 * Return: a new reference.
 */
json_t *ab_json(const struct ab *x)
{
	json_t *cross = json_object(), *metrics = json_array(), *thp, *moved;

	for (unsigned int i = 0; i < x->nr; i++)
		json_array_append_new(metrics, json_row(&x->row[i]));
	moved = json_pack("{so, so, so, so, so, so, so, sb}", "judged", json_u64(x->judged), "zero",
			  json_u64(x->zero), "beyond_spread", json_u64(x->moved), "same",
			  json_u64(x->same), "weak", json_u64(x->weak), "share_percent",
			  json_fraction(x->share), "mark_percent", json_fraction(AB_MARK), "ok",
			  x->share_ok);
	thp = json_pack("{so, so, so, sb}", "real_points", json_fraction(x->thp_real),
			"replay_points", json_fraction(x->thp_replay), "mark_points",
			json_fraction(AB_THP_POINTS), "ok", x->thp_ok);
	json_object_set_new(cross, "repeats", json_u64(x->repeats));
	json_object_set_new(cross, "metrics", metrics);
	json_object_set_new(cross, "moved", moved);
	json_object_set_new(cross, "thp_success", thp);
	return cross;
}
