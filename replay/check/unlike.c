// SPDX-License-Identifier: GPL-2.0-only
/* Which recordings may be held against one another. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

#define MEMORY_PERCENT 2.0

/* the reasons so far, separated by "; " */
struct reasons {
	char *text;
	size_t len, at;
	unsigned int nr;
};

static void append_text(struct reasons *r, const char *text)
{
	r->at += (size_t)snprintf(r->text + r->at, r->len - r->at, "%s", text);
	if (r->at >= r->len)
		r->at = r->len - 1;
}

static void __attribute__((format(printf, 2, 3)))
because(struct reasons *r, const char *format, ...)
{
	char reason[160];
	va_list args;

	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	if (r->nr++)
		append_text(r, "; ");
	append_text(r, reason);
}

static double managed_mib(const struct recording *m)
{
	double pages = 0;

	for (int i = 0; i < MAX_NR_ZONES; i++)
		pages += m->before.zone[i].populated ? m->before.zone[i].managed : 0;
	return pages / 256;
}

static void compare_machines(struct reasons *r, const struct recording *a,
			     const struct recording *b)
{
	double mib[2] = { managed_mib(a), managed_mib(b) };

	if (strcmp(a->kernel, b->kernel))
		because(r, "kernel %.60s against %.60s", a->kernel, b->kernel);
	if (a->nr_cpus != b->nr_cpus)
		because(r, "%u CPUs against %u", a->nr_cpus, b->nr_cpus);
	if (fabs(mib[0] - mib[1]) * 100 > MEMORY_PERCENT * fmax(mib[0], mib[1]))
		because(r, "%.0f MiB of memory against %.0f", mib[0], mib[1]);
	if (a->thp_defrag != b->thp_defrag || a->thp_enabled != b->thp_enabled)
		because(r, "other settings of transparent huge pages");
}

/**
 * repeat_unlike - say why one recording is no repetition of another
 * @a: a recording
 * @b: the other
 * @why: the reasons, separated by "; "
 * @len: its size
 *
 * Return: number of reasons; 0: it is one.
 */
unsigned int repeat_unlike(const struct recording *a, const struct recording *b, char *why,
			   size_t len)
{
	struct reasons r = { .text = why, .len = len };

	why[0] = '\0';
	compare_machines(&r, a, b);
	if (a->sysctl.defrag_mode != b->sysctl.defrag_mode)
		because(&r, "vm.defrag_mode=%u against %u", a->sysctl.defrag_mode,
			b->sysctl.defrag_mode);
	return r.nr;
}

/**
 * ab_unlike - say why two recordings cannot be compared
 * @a: the one with defrag_mode=0
 * @b: the one with defrag_mode=1
 * @why: the reasons, separated by "; "
 * @len: its size
 *
 * Return: number of reasons; 0: they can be.
 */
unsigned int ab_unlike(const struct recording *a, const struct recording *b, char *why, size_t len)
{
	struct reasons r = { .text = why, .len = len };

	why[0] = '\0';
	compare_machines(&r, a, b);
	if (a->sysctl.defrag_mode)
		because(&r, "the first was recorded with vm.defrag_mode=%u, not 0",
			a->sysctl.defrag_mode);
	if (b->sysctl.defrag_mode != 1)
		because(&r, "the second was recorded with vm.defrag_mode=%u, not 1",
			b->sysctl.defrag_mode);
	return r.nr;
}
