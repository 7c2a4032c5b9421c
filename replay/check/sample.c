// SPDX-License-Identifier: GPL-2.0-only
/*
 * A real run is one draw of a distribution, and so is a replay with one seed. What lies within the
 * spread of equal real runs says nothing, and what lies beyond it does.
 */
#include <math.h>

#include "internal.h"

/*
 * The standard deviation of a few runs is uncertain itself: it is drawn towards that of all
 * repeated loads together, which counts for as much as this many runs.
 */
#define PRIOR_RUNS 4

/**
 * sample_add - add one more run
 * @s: the runs so far
 * @value: of the new one; NAN: it has none
 */
void sample_add(struct check_sample *s, double value)
{
	double from_old_mean;

	if (isnan(value))
		return;
	if (!s->n || value < s->min)
		s->min = value;
	if (!s->n || value > s->max)
		s->max = value;
	from_old_mean = s->n ? value - sample_mean(s) : 0;
	s->sum += value;
	s->n++;
	s->squares += from_old_mean * (value - sample_mean(s));
}

/**
 * sample_mean - compute the mean over the runs
 * @s: the runs
 *
 * The sum of whole numbers is exact, so that equal values have exactly themselves as mean.
 *
 * Return: the mean; NAN of no run.
 */
double sample_mean(const struct check_sample *s)
{
	return s->n ? s->sum / s->n : NAN;
}

/**
 * sample_error_squared - compute the square of the mean's standard error
 * @s: the runs, at least two
 *
 * Return: the square.
 */
double sample_error_squared(const struct check_sample *s)
{
	return s->squares / (s->n - 1) / s->n;
}

/**
 * spread_level - put a value on the scale that the spread is measured on
 * @s: spread of the metric
 * @value: of a run
 *
 * Return: points as they are; of a number the logarithm, so that a factor is a distance.
 */
double spread_level(const struct metric_spread *s, double value)
{
	return s->points ? value : log(value + METRIC_SOFT);
}

/**
 * spread_value - undo spread_level()
 * @s: spread of the metric
 * @level: on its scale
 *
 * Return: the value, at least 0.
 */
double spread_value(const struct metric_spread *s, double level)
{
	return fmax(s->points ? level : exp(level) - METRIC_SOFT, 0);
}

/**
 * spread_floor - get the least distance that is worth telling
 * @s: spread of the metric
 *
 * Return: a distance on its scale.
 */
double spread_floor(const struct metric_spread *s)
{
	return s->points ? CHECK_LEAST_POINTS : log(CHECK_LEAST_RATIO);
}

/**
 * spread_variance - compute the variance of equal real runs
 * @s: spread of all repeated loads
 * @level: levels of the runs of this one, at least one
 *
 * Return: the variance on the scale of @s.
 */
double spread_variance(const struct metric_spread *s, const struct check_sample *level)
{
	return (PRIOR_RUNS * s->sd * s->sd + level->squares) / (PRIOR_RUNS + level->n - 1);
}

/**
 * spread_half_width - compute how far from the mean of the real runs one more would be expected
 * @s: spread of all repeated loads
 * @level: levels of the real runs, at least one
 *
 * Return: two standard deviations of one more run about this mean, at least spread_floor().
 */
double spread_half_width(const struct metric_spread *s, const struct check_sample *level)
{
	double variance = spread_variance(s, level) * (1 + 1.0 / level->n);

	return fmax(2 * sqrt(variance), spread_floor(s));
}
