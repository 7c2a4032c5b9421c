// SPDX-License-Identifier: GPL-2.0-only
/* The table of real change against predicted change, as text and as JSON. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "internal.h"
#include "report/report.h"

static const char *const verdict_word[] = { "", "", "same", "weak", "still", "against" };

/* six characters: whole up to 99999, then thousands, then millions */
static const char *format_number(char *buf, size_t len, double value, bool rate)
{
	if (isnan(value))
		snprintf(buf, len, "-");
	else if (rate)
		snprintf(buf, len, "%.1f", value);
	else if (value < 99999.5)
		snprintf(buf, len, "%.0f", value);
	else if (value < 9999500)
		snprintf(buf, len, "%.0fk", value / 1e3);
	else
		snprintf(buf, len, "%.0fM", value / 1e6);
	return buf;
}

static double range_mean(const struct ab_range *r)
{
	return r->n ? ab_mean(r) : NAN;
}

static const char *format_range(char *buf, size_t len, const struct ab_range *r, bool rate)
{
	char low[16], high[16];

	if (!r->n)
		return "-";
	snprintf(buf, len, "%s..%s", format_number(low, sizeof(low), r->min, rate),
		 format_number(high, sizeof(high), r->max, rate));
	return buf;
}

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

static void print_row(const struct ab_row *r)
{
	const struct metric_spread *s = r->metric->spread ? &r->spread : NULL;
	bool rate = r->metric->kind == METRIC_RATE;
	char real[2][16], replay[2][16], wide[2][40], moved[2][24], limit[16] = "";
	const char *beyond = "";

	if (s)
		snprintf(limit, sizeof(limit), s->points ? "%.1fpt" : "x %.2f", s->limit);
	if (r->verdict)
		beyond = r->verdict == AB_WITHIN ? "no" : "yes";
	for (int i = 0; i < 2; i++) {
		format_number(real[i], sizeof(real[i]), r->real[i], rate);
		format_number(replay[i], sizeof(replay[i]), range_mean(&r->value[i]), rate);
	}
	printf("%-30s %6s %6s %7s %6s %-12s %6s %-12s %7s %6s %3s  %s\n", r->metric->name, real[0],
	       real[1], format_change(moved[0], sizeof(moved[0]), r->real[0], r->real[1], rate),
	       replay[0], format_range(wide[0], sizeof(wide[0]), &r->value[0], rate),
	       replay[1], format_range(wide[1], sizeof(wide[1]), &r->value[1], rate),
	       format_change(moved[1], sizeof(moved[1]), range_mean(&r->value[0]),
			     range_mean(&r->value[1]), rate),
	       limit, beyond, verdict_word[r->verdict]);
}

static void print_thp(const struct ab *x)
{
	if (isnan(x->thp_real)) {
		printf("thp success: no fault of a huge page in B\n");
		return;
	}
	printf("thp success: B %.1f %%, replay %.1f..%.1f %%, widened by %.0f points %.1f..%.1f:"
	       " %s\n",
	       x->thp_real, x->thp_low, x->thp_high, AB_THP_WIDEN, x->thp_low - AB_THP_WIDEN,
	       x->thp_high + AB_THP_WIDEN, x->thp_ok ? "ok" : "miss");
}

static void print_sums(const struct ab *x)
{
	printf("\nspread: how far equal real runs differ");
	if (x->repeats)
		printf(" (%u given)", x->repeats);
	printf("; real: the change is beyond that; replay: moves the same way,\n"
	       "weak (likewise, but by less than two standard errors over seeds), still, or"
	       " against\n\n");
	printf("moved: %u of %u judged rows moved beyond the spread", x->moved, x->judged);
	if (x->moved)
		printf("; the replay moves the same way in %u, %u of them weakly: %.1f %%, mark"
		       " %.0f %%: %s",
		       x->same, x->weak, x->share, AB_MARK, x->share_ok ? "ok" : "miss");
	printf("\n");
	print_thp(x);
}

/**
 * ab_print - the table, at most 120 columns wide, and the sums below it
 * @x: judged
 * @policy: the two that the first recording was replayed under
 */
void ab_print(const struct ab *x, const char *const policy[2])
{
	printf("%-30s %-21s %-19.19s %.40s\n", "", "    recorded", policy[0], policy[1]);
	printf("%-30s %6s %6s %7s %6s %-12s %6s %-12s %7s %6s %3s %s\n", "", "A", "B", "change",
	       "mean", "range", "mean", "range", "change", "spread", "real", "replay");
	for (unsigned int i = 0; i < x->nr; i++)
		print_row(&x->row[i]);
	print_sums(x);
}

static json_t *json_range(const struct ab_range *r)
{
	if (!r->n)
		return json_null();
	return json_pack("{so, so, so}", "min", json_fraction(r->min), "mean",
			 json_fraction(range_mean(r)), "max", json_fraction(r->max));
}

static json_t *json_spread(const struct metric_spread *s)
{
	if (!s)
		return json_null();
	return json_pack("{ss, ss, so, so}", "class", s->name, "kind", s->points ? "points" :
			 "ratio", "limit", json_fraction(s->limit), "few", json_fraction(s->few));
}

static json_t *json_row(const struct ab_row *r)
{
	json_t *row = json_object();

	json_object_set_new(row, "name", json_string(r->metric->name));
	json_object_set_new(row, "real", json_pack("{so, so}", "a", json_fraction(r->real[0]),
						   "b", json_fraction(r->real[1])));
	json_object_set_new(row, "replay", json_pack("{so, so}", "a", json_range(&r->value[0]),
						     "b", json_range(&r->value[1])));
	json_object_set_new(row, "spread", json_spread(r->metric->spread ? &r->spread : NULL));
	json_object_set_new(row, "beyond_spread",
			    r->verdict == AB_NONE ? json_null()
						  : json_boolean(r->verdict != AB_WITHIN));
	json_object_set_new(row, "verdict", verdict_word[r->verdict][0] ?
			    json_string(verdict_word[r->verdict]) : json_null());
	return row;
}

/**
 * ab_json - the table and the sums
 * @x: judged
 *
 * Return: a new reference.
 */
json_t *ab_json(const struct ab *x)
{
	json_t *cross = json_object(), *metrics = json_array(), *thp, *moved;

	for (unsigned int i = 0; i < x->nr; i++)
		json_array_append_new(metrics, json_row(&x->row[i]));
	moved = json_pack("{so, so, so, so, so, so, sb}", "judged", json_u64(x->judged),
			  "beyond_spread", json_u64(x->moved), "same", json_u64(x->same), "weak",
			  json_u64(x->weak), "share_percent", json_fraction(x->share),
			  "mark_percent", json_fraction(AB_MARK), "ok", x->share_ok);
	thp = json_pack("{so, so, so, so, sb}", "real_percent", json_fraction(x->thp_real),
			"replay_min_percent", json_fraction(x->thp_low), "replay_max_percent",
			json_fraction(x->thp_high), "widened_by_points",
			json_fraction(AB_THP_WIDEN), "ok", x->thp_ok);
	json_object_set_new(cross, "repeats", json_u64(x->repeats));
	json_object_set_new(cross, "metrics", metrics);
	json_object_set_new(cross, "moved", moved);
	json_object_set_new(cross, "thp_success", thp);
	return cross;
}
