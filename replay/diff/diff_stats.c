// SPDX-License-Identifier: GPL-2.0-only
/* Mean, standard deviation, and whether two samples differ: Welch's t test. */
#include <float.h>
#include <math.h>

#include "diff.h"

#define FRACTION_STEPS	1000

/**
 * diff_stats_of - compute mean and standard deviation of a sample
 * @value: of each run
 * @n: how many
 *
 * The deviations are summed in a second pass, so that large values that hardly differ keep theirs.
 *
 * Return: both, 0 where there are too few values for one.
 */
struct diff_stats diff_stats_of(const double *value, size_t n)
{
	struct diff_stats s = { .n = n };
	double squares = 0, rest = 0;

	for (size_t i = 0; i < n; i++)
		s.mean += value[i] / (double)n;
	for (size_t i = 0; i < n; i++)
		rest += value[i] - s.mean;
	/* what the divisions rounded away: equal values have exactly themselves as their mean */
	if (n)
		s.mean += rest / (double)n;
	for (size_t i = 0; i < n; i++)
		squares += (value[i] - s.mean) * (value[i] - s.mean);
	if (n > 1)
		s.sd = sqrt(squares / (double)(n - 1));
	return s;
}

static double not_zero(double x)
{
	return fabs(x) < DBL_MIN ? DBL_MIN : x;
}

/*
 * Continued fraction of the incomplete beta function (Abramowitz and Stegun 26.5.8), from the left
 * by the modified method of Lentz. Converges fast for x < (a + 1) / (a + b + 2).
 */
static double beta_fraction(double x, double a, double b)
{
	double c = 1, d = 1 / not_zero(1 - (a + b) * x / (a + 1)), h = d;

	for (int m = 1; m < FRACTION_STEPS; m++) {
		double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
		double step;

		d = 1 / not_zero(1 + even * d);
		c = not_zero(1 + even / c);
		h *= d * c;
		d = 1 / not_zero(1 + odd * d);
		c = not_zero(1 + odd / c);
		step = d * c;
		h *= step;
		if (fabs(step - 1) < 1e-15)
			break;
	}
	return h;
}

/* regularized incomplete beta function I_x(a, b); y is 1 - x, known better than its difference */
static double incomplete_beta(double x, double y, double a, double b)
{
	double front;

	if (x <= 0)
		return 0;
	if (y <= 0)
		return 1;
	front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(y));
	if (x < (a + 1) / (a + b + 2))
		return front * beta_fraction(x, a, b) / a;
	return 1 - front * beta_fraction(y, b, a) / b;
}

/**
 * diff_student_p - how likely chance alone makes t as far from 0, either way
 * @t: the statistic
 * @df: degrees of freedom, > 0, not necessarily whole
 *
 * Return: 0 to 1.
 */
double diff_student_p(double t, double df)
{
	if (isinf(t))
		return 0;
	return incomplete_beta(df / (df + t * t), t * t / (df + t * t), df / 2, 0.5);
}

/**
 * diff_welch_p - how likely samples of one mean differ as much: Welch's unequal variances t test
 * @a: of one side
 * @b: of the other
 *
 * Source: B. L. Welch, Biometrika 34 (1947); degrees of freedom after Welch and Satterthwaite.
 *
 * Return: two-sided p, 0 to 1; NAN when a side has fewer than two runs. Without any deviation,
 * different means cannot be chance, as far as the runs tell: 0.
 */
double diff_welch_p(const struct diff_stats *a, const struct diff_stats *b)
{
	double va, vb, error;

	if (a->n < 2 || b->n < 2)
		return NAN;
	va = a->sd * a->sd / (double)a->n;
	vb = b->sd * b->sd / (double)b->n;
	error = va + vb;
	if (error <= 0)
		return a->mean == b->mean ? 1 : 0;
	return diff_student_p((a->mean - b->mean) / sqrt(error),
			   error * error / (va * va / (double)(a->n - 1) +
					    vb * vb / (double)(b->n - 1)));
}
