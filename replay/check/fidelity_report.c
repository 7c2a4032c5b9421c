// SPDX-License-Identifier: GPL-2.0-only
/* The rows of recorded against replayed, as text of 80 columns and as JSON. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "internal.h"

static const char *const verdict_name[] = {
	[FIDELITY_NONE] = "", [FIDELITY_ZERO] = "zero", [FIDELITY_FEW] = "few",
	[FIDELITY_OK] = "ok", [FIDELITY_MISS] = "miss",
};

/**
 * format_count - print a number in at most six characters
 * @buf: filled in
 * @len: its size
 * @value: NAN: a dash
 * @rate: it is a rate, and has a decimal
 *
 * A number is whole up to 99999, then in thousands, then in millions.
 *
 * Return: @buf.
 */
const char *format_count(char *buf, size_t len, double value, bool rate)
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

static bool is_rate(const struct fidelity_row *row)
{
	return row->metric->kind == METRIC_RATE;
}

static const char *format_difference(char *buf, size_t len, const struct fidelity_row *row)
{
	double real = sample_mean(&row->real), replayed = sample_mean(&row->replayed);

	if (is_rate(row))
		snprintf(buf, len, "%+.1fpt", replayed - real);
	else if (real == 0)
		snprintf(buf, len, "-");
	else
		snprintf(buf, len, "x%.*f", replayed < 1000 * real ? 2 : 0, replayed / real);
	return buf;
}

static void print_row(const struct fidelity_row *row)
{
	char real[16], replayed[16], by[16], low[16], high[16], expected[40] = "";
	bool rate = is_rate(row);

	if (row->metric->spread)
		snprintf(expected, sizeof(expected), "%s..%s",
			 format_count(low, sizeof(low), row->low, rate),
			 format_count(high, sizeof(high), row->high, rate));
	printf("%-30s %9s %9s %7s %13s %s\n", row->name,
	       format_count(real, sizeof(real), sample_mean(&row->real), rate),
	       format_count(replayed, sizeof(replayed), sample_mean(&row->replayed), rate),
	       format_difference(by, sizeof(by), row), expected, verdict_name[row->verdict]);
}

/* words in lines of 80 columns, indented after the first */
struct word_list {
	unsigned int column, nr;
};

static void print_word(struct word_list *list, const char *word)
{
	unsigned int len = (unsigned int)strlen(word) + (list->nr ? 2 : 1);

	if (list->nr++)
		printf(",");
	if (list->column + len > 79) {
		printf("\n   ");
		list->column = 3;
	}
	printf(" %s", word);
	list->column += len;
}

static void print_zero(const struct fidelity *f)
{
	struct word_list list = { 0 };

	if (!f->verdicts[FIDELITY_ZERO])
		return;
	list.column = (unsigned int)printf("%u more are 0 on both sides, which is no merit:",
					   f->verdicts[FIDELITY_ZERO]);
	for (unsigned int i = 0; i < f->nr; i++)
		if (f->row[i].verdict == FIDELITY_ZERO)
			print_word(&list, f->row[i].name);
	printf("\n");
}

static void print_moved(void *ctx, const char *name, u64 moved)
{
	char text[96];

	snprintf(text, sizeof(text), "%s %" PRIu64, name, moved);
	print_word(ctx, text);
}

static void print_unmodeled(const struct recording *m)
{
	struct word_list list = { .column =
					  (unsigned int)printf("Counted there and not modeled:") };

	check_unmodeled(m, print_moved, &list);
	printf("%s\n", list.nr ? "" : " nothing");
}

static void print_sums(const struct fidelity *f)
{
	unsigned int judged = f->verdicts[FIDELITY_OK] + f->verdicts[FIDELITY_MISS];

	printf("\n%u of the %u that moved are where one more real run would be expected, which\n"
	       "is two standard deviations about the mean of ",
	       f->verdicts[FIDELITY_OK], judged);
	if (f->runs > 1)
		printf("the %u given, whose spread\nis joined with that of the reference loads.\n",
		       f->runs);
	else
		printf("the one given, whose spread\nis taken to be that of the reference loads.\n");
	if (f->verdicts[FIDELITY_FEW])
		printf("%u are too few to say.\n", f->verdicts[FIDELITY_FEW]);
}

/**
 * fidelity_print - print the table and its sums
 * @f: judged
 * @m: the recording
 */
void fidelity_print(const struct fidelity *f, const struct recording *m)
{
	printf("%-30s %9s %9s %7s %13s %s\n", "", "recorded", "replayed", "", "one more real",
	       "verdict");
	for (unsigned int i = 0; i < f->nr; i++)
		if (f->row[i].verdict != FIDELITY_ZERO)
			print_row(&f->row[i]);
	print_sums(f);
	print_zero(f);
	print_unmodeled(m);
}

static json_t *json_sample(const struct check_sample *s)
{
	json_t *sample = json_object();

	json_object_set_new(sample, "runs", json_u64(s->n));
	json_object_set_new(sample, "mean", json_fraction(sample_mean(s)));
	json_object_set_new(sample, "sd",
			    s->n < 2 ? json_null() : json_fraction(sqrt(s->squares / (s->n - 1))));
	json_object_set_new(sample, "min", json_fraction(s->min));
	json_object_set_new(sample, "max", json_fraction(s->max));
	return sample;
}

static json_t *json_row(const struct fidelity_row *row)
{
	double real = sample_mean(&row->real), replayed = sample_mean(&row->replayed);
	json_t *object = json_object();

	json_object_set_new(object, "name", json_string(row->name));
	json_object_set_new(object, "recorded",
			    is_rate(row) ? json_fraction(row->recorded)
					 : json_u64((u64)row->recorded));
	json_object_set_new(object, "real", json_sample(&row->real));
	json_object_set_new(object, "replayed", json_sample(&row->replayed));
	json_object_set_new(object, "ratio",
			    real > 0 && !is_rate(row) ? json_fraction(replayed / real)
						      : json_null());
	json_object_set_new(object, "low", json_fraction(row->low));
	json_object_set_new(object, "high", json_fraction(row->high));
	json_object_set_new(object, "z", json_fraction(row->z));
	json_object_set_new(object, "verdict",
			    row->verdict == FIDELITY_NONE
				    ? json_null()
				    : json_string(verdict_name[row->verdict]));
	return object;
}

static void append_moved(void *list, const char *name, u64 moved)
{
	json_object_set_new(list, name, json_u64(moved));
}

/**
 * fidelity_json - make JSON of the rows and their sums
 * @f: judged
 * @m: the recording
 *
 * Return: a new reference.
 */
json_t *fidelity_json(const struct fidelity *f, const struct recording *m)
{
	json_t *self = json_object(), *metrics = json_array(), *verdicts = json_object();
	json_t *unmodeled = json_object();

	for (unsigned int i = 0; i < f->nr; i++)
		json_array_append_new(metrics, json_row(&f->row[i]));
	for (int i = FIDELITY_ZERO; i <= FIDELITY_MISS; i++)
		json_object_set_new(verdicts, verdict_name[i], json_u64(f->verdicts[i]));
	check_unmodeled(m, append_moved, unmodeled);
	json_object_set_new(self, "policy", json_string(f->policy));
	json_object_set_new(self, "recorded_policy", json_string(f->recorded_policy));
	json_object_set_new(self, "runs", json_u64(f->runs));
	json_object_set_new(self, "seeds", json_u64(f->seeds));
	json_object_set_new(self, "verdicts", verdicts);
	json_object_set_new(self, "metrics", metrics);
	json_object_set_new(self, "not_modeled", unmodeled);
	return self;
}

/**
 * fidelity_thp_json - make JSON of THP outcomes by the trace and by the counters
 * @f: after fidelity_init()
 *
 * Return: a new reference.
 */
json_t *fidelity_thp_json(const struct fidelity *f)
{
	json_t *thp = json_object();

	json_object_set_new(thp, "trace_success", json_u64(f->thp_trace[0]));
	json_object_set_new(thp, "trace_fallback", json_u64(f->thp_trace[1]));
	json_object_set_new(thp, "thp_fault_alloc",
			    f->have_thp ? json_u64(f->thp_counters[0]) : json_null());
	json_object_set_new(thp, "thp_fault_fallback",
			    f->have_thp ? json_u64(f->thp_counters[1]) : json_null());
	return thp;
}
