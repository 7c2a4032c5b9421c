// SPDX-License-Identifier: GPL-2.0-only
/* The table of metrics is JSON for programs (fragreplay-metrics/1), and for the page of view. */
#include "base/json.h"
#include "metrics.h"

#define METRICS_SCHEMA	"fragreplay-metrics/1"

static const char *const kind_name[] = {
	[METRIC_READ] = "read", [METRIC_SUM] = "sum", [METRIC_RATE] = "rate",
	[METRIC_STATE] = "state",
};

static json_t *json_terms(const char *const *term)
{
	json_t *terms = json_array();

	for (int i = 0; i < METRIC_TERMS && term[i]; i++)
		json_array_append_new(terms, json_string(term[i]));
	return terms;
}

static json_t *json_spread(const struct metric_spread *s)
{
	return json_pack("{ss, ss, so}", "class", s->name, "kind", s->points ? "points" : "ratio",
			 "sd", json_fraction(s->sd));
}

static json_t *json_curve(const struct metric *m)
{
	return json_pack("{ss, ss, so, sb}", "title", m->curve, "about", m->about, "scale",
			 json_real(m->scale > 0 ? m->scale : 1), "optional",
			 !!(m->use & METRIC_OWN));
}

/**
 * metric_json - make an object of what the table has of a metric
 * @name: of the metric, or the pattern of names
 * @m: its entry
 *
 * Return: a new reference.
 */
static json_t *metric_json(const char *name, const struct metric *m)
{
	json_t *object = json_object();

	json_object_set_new(object, "name", json_string(name));
	json_object_set_new(object, "title", json_string(metric_title(m, name)));
	json_object_set_new(object, "unit", json_string(metric_unit_name(m->unit)));
	json_object_set_new(object, "better", json_string(metric_better_name[m->better]));
	json_object_set_new(object, "kind", json_string(kind_name[m->kind]));
	if (m->kind != METRIC_READ) {
		json_object_set_new(object, "plus", json_terms(m->plus));
		json_object_set_new(object, "minus", json_terms(m->minus));
	}
	if (m->source)
		json_object_set_new(object, "source", json_string(m->source));
	json_object_set_new(object, "row", json_boolean(m->use & METRIC_ROW));
	json_object_set_new(object, "floor", json_fraction(metric_floor(m)));
	if (m->spread)
		json_object_set_new(object, "spread", json_spread(m->spread));
	if (m->curve)
		json_object_set_new(object, "curve", json_curve(m));
	return object;
}

/**
 * metrics_curves - list the metrics that the page of view draws over time
 *
 * Return: an array in the order of the table, a new reference.
 */
json_t *metrics_curves(void)
{
	json_t *curves = json_array();

	for (unsigned int i = 0; i < nr_metrics; i++)
		if (metrics[i].curve)
			json_array_append_new(curves, metric_json(metrics[i].name, &metrics[i]));
	return curves;
}

static void append_metric(void *list, const char *name, const struct metric *m)
{
	json_array_append_new(list, metric_json(name, m));
}

/**
 * metrics_document - make a document of the whole table
 *
 * Return: a document of schema fragreplay-metrics/1, a new reference.
 */
json_t *metrics_document(void)
{
	json_t *list = json_array();

	metric_for_each(append_metric, list);
	return json_pack("{ss, so}", "schema", METRICS_SCHEMA, "metrics", list);
}
