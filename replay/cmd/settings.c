// SPDX-License-Identifier: GPL-2.0-only
/* --set NAME=VALUE changes a sysctl of the replayed kernel, or one of the model's named guesses. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "settings.h"
#include "base/number.h"
#include "base/suggest.h"
#include "mm/params.h"
#include "options.h"
#include "recording/recording.h"

struct param_entry {
	const char *name;
	double low, high;
};

static const struct param_entry param_table[NR_PARAMS] = {
#define X(name, def, low, high, doc) [PARAM_##name] = { #name, low, high },
	MM_PARAMS(X)
#undef X
};

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/**
 * settings_for_each - name all that --set takes
 * @take: called with each name
 * @ctx: its first argument
 */
void settings_for_each(void (*take)(void *ctx, const char *name), void *ctx)
{
	take(ctx, "swap_pages");
	for (size_t i = 0; i < NR_SYSCTLS; i++)
		take(ctx, sysctl_table[i].member);
	for (size_t i = 0; i < ARRAY_SIZE(param_table); i++)
		take(ctx, param_table[i].name);
}

static void consider(void *ctx, const char *name)
{
	suggest_consider(ctx, name);
}

struct name_list {
	char *text;
	size_t at, len;
};

static void list_name(void *ctx, const char *name)
{
	struct name_list *list = ctx;

	if (list->at < list->len)
		list->at +=
			(size_t)snprintf(list->text + list->at, list->len - list->at, " %s", name);
}

static int unknown_name(const char *setting, const char *name, char *err, size_t errlen)
{
	struct name_list list = { .text = err, .len = errlen };
	char word[64], hint[SUGGESTION_LEN];
	struct suggestion near;

	snprintf(word, sizeof(word), "%.*s", (int)strcspn(name, "="), name);
	suggest_begin(&near, word);
	settings_for_each(consider, &near);
	list.at = (size_t)snprintf(err, errlen, "--set %s: no such setting%s; there are", setting,
				   suggest_text(&near, hint, sizeof(hint)));
	settings_for_each(list_name, &list);
	return -1;
}

/* takes a number for each zone, as in "256,256,32,0", or with spaces as the kernel prints them */
static int set_sysctl_zones(const struct sysctl_info *info, const char *value,
			    struct recording *m, char *err, size_t errlen)
{
	uint32_t number[MAX_NR_ZONES];
	const char *at = value;
	char *end;

	for (int i = 0; i < MAX_NR_ZONES; i++) {
		unsigned long v = strtoul(at, &end, 10);

		if (end == at || *at == '-' || v < info->low || v > info->high)
			goto bad;
		number[i] = (uint32_t)v;
		at = end + strspn(end, ", \t");
	}
	if (*at)
		goto bad;
	memcpy(sysctl_value(&m->sysctl, info), number, sizeof(number));
	return 0;
bad:
	snprintf(err, errlen, "--set %s=%s: %d numbers are needed, as in"
		 " 256,256,32,0 (DMA, DMA32, Normal, Movable)", info->member, value, MAX_NR_ZONES);
	return -1;
}

static int set_sysctl(enum kernel_sysctl which, const char *value, struct recording *m, char *err,
		      size_t errlen)
{
	const struct sysctl_info *info = &sysctl_table[which];
	uint64_t number;

	if (info->nr > 1) {
		if (set_sysctl_zones(info, value, m, err, errlen))
			return -1;
	} else if (parse_number(value, info->low, info->high, &number)) {
		*sysctl_value(&m->sysctl, info) = (uint32_t)number;
	} else {
		snprintf(err, errlen, "--set %s=%s: a whole number from %u to %u is needed",
			 info->member, value, info->low, info->high);
		return -1;
	}
	m->sysctl_changed |= info->marks;
	m->sysctl_from[which] = SYSCTL_FROM_USER;
	return 0;
}

static int set_param(enum mm_param which, const char *value, struct mm_params *p, char *err,
		     size_t errlen)
{
	const struct param_entry *e = &param_table[which];
	double number;

	if (!parse_real(value, e->low, e->high, &number)) {
		snprintf(err, errlen, "--set %s=%s: a number from %g to %g is needed", e->name,
			 value, e->low, e->high);
		return -1;
	}
	param_set(p, which, number, PARAM_FROM_USER);
	return 0;
}

static int set_swap(const char *value, struct recording *m, char *err, size_t errlen)
{
	if (parse_number(value, 0, 1ull << 40, &m->swap_pages))
		return 0;
	snprintf(err, errlen, "--set swap_pages=%s: a number of 4 KiB pages is needed", value);
	return -1;
}

/* Both spellings of a sysctl are in use, vm.page-cluster and page_cluster. */
static bool same_name(const char *given, size_t len, const char *name)
{
	if (len != strlen(name))
		return false;
	for (size_t i = 0; i < len; i++)
		if (given[i] != name[i] && !(given[i] == '-' && name[i] == '_'))
			return false;
	return true;
}

static int apply_setting(const char *setting, struct recording *m, struct mm_params *p, char *err,
			 size_t errlen)
{
	const char *name = strncmp(setting, "vm.", 3) ? setting : setting + 3;
	const char *value = strchr(name, '=');
	size_t len;

	if (!value) {
		snprintf(err, errlen, "--set %s: NAME=VALUE is needed", setting);
		return -1;
	}
	len = (size_t)(value++ - name);
	for (size_t i = 0; i < NR_SYSCTLS; i++)
		if (same_name(name, len, sysctl_table[i].member))
			return set_sysctl((enum kernel_sysctl)i, value, m, err, errlen);
	for (size_t i = 0; i < ARRAY_SIZE(param_table); i++)
		if (same_name(name, len, param_table[i].name))
			return set_param((enum mm_param)i, value, p, err, errlen);
	if (same_name(name, len, "swap_pages"))
		return set_swap(value, m, err, errlen);
	return unknown_name(setting, name, err, errlen);
}

/**
 * settings_apply - put every --set into the recording and the parameters
 * @o: options with the settings, in order: a later one wins
 * @m: recording, complete; ->sysctl_changed is set when marks are no longer those recorded
 * @p: parameters
 * @err: message naming the setting and its range
 * @errlen: its size
 *
 * Return: 0; -1 with @err filled.
 */
int settings_apply(const struct options *o, struct recording *m, struct mm_params *p, char *err,
		   size_t errlen)
{
	for (unsigned int i = 0; i < o->nr_set; i++)
		if (apply_setting(o->set[i], m, p, err, errlen))
			return -1;
	return 0;
}
