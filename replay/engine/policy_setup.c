// SPDX-License-Identifier: GPL-2.0-only
/* For -p NAME|FILE.so[,setting=value...] the policy is found, and its settings are set. */
#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine.h"
#include "base/number.h"
#include "base/suggest.h"
#include "policy_sink.h"
#include "policies/table.h"

#define MAX_ARG 1024

static int refuse(char *err, size_t errlen, const char *arg, const char *why)
{
	snprintf(err, errlen, "-p %s: %s", arg, why);
	return -1;
}

/* Names reach tables and terminals, and -p cannot give any other. */
static bool is_name(const char *name)
{
	size_t len =
		strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

	return !name[len] && len >= 1 && len <= 64;
}

/* Of a table of another ABI nothing else is read: its members may lie elsewhere. */
static int check_abi(const struct policy_ops *ops, const char *arg, char *err, size_t errlen)
{
	if (ops->abi != FRAGREPLAY_POLICY_ABI) {
		snprintf(err, errlen, "-p %s: built for policy ABI %u, this fragreplay has %u;"
			 " build it again with the policy.h of this version", arg, ops->abi,
			 FRAGREPLAY_POLICY_ABI);
		return -1;
	}
	if (!ops->name || !is_name(ops->name))
		return refuse(err, errlen, arg, "its .name must be 1 to 64 letters, digits, '_' or"
			      " '-'");
	if (!ops->doc)
		return refuse(err, errlen, arg, "its .doc is missing: one line on what it does");
	if ((ops->report || ops->sample) && report_name_taken(ops->name))
		return refuse(err, errlen, arg, "its .name is the report's own word for something"
			      " else, and .report or .sample would stand under it: choose another");
	return 0;
}

static int load_file(struct policy_setup *s, const char *path, char *err, size_t errlen)
{
	char with_dir[MAX_ARG + 2];

	/* dlopen() searches the system's directories for a name without a slash */
	snprintf(with_dir, sizeof(with_dir), "%s%s", strchr(path, '/') ? "" : "./", path);
	s->dl = dlopen(with_dir, RTLD_NOW | RTLD_LOCAL);
	if (!s->dl) {
		snprintf(err, errlen, "-p %s: %s", path, dlerror());
		return -1;
	}
	s->ops = dlsym(s->dl, "fragreplay_policy");
	if (!s->ops)
		return refuse(err, errlen, path, "has no symbol fragreplay_policy: a policy is"
			      " declared with FRAGREPLAY_POLICY(name) = { ... }");
	return check_abi(s->ops, path, err, errlen);
}

/**
 * policy_names_file - whether a policy is a file's, and not built in
 * @arg: as -p takes it: NAME or FILE.so, and settings after commas
 *
 * Return: true when its name has a slash or ends in .so.
 */
bool policy_names_file(const char *arg)
{
	size_t n = strcspn(arg, ",");

	return memchr(arg, '/', n) || (n > 3 && !memcmp(arg + n - 3, ".so", 3));
}

static int find_policy(struct policy_setup *s, const char *name, char *err, size_t errlen)
{
	char hint[SUGGESTION_LEN];
	struct suggestion near;
	size_t at;

	if (policy_names_file(name))
		return load_file(s, name, err, errlen);
	if (!strcmp(name, "observed"))
		return 0;
	for (int i = 0; builtin_policies[i]; i++)
		if (!strcmp(builtin_policies[i]->name, name)) {
			s->ops = builtin_policies[i];
			return 0;
		}
	suggest_begin(&near, name);
	suggest_consider(&near, "observed");
	for (int i = 0; builtin_policies[i]; i++)
		suggest_consider(&near, builtin_policies[i]->name);
	at = (size_t)snprintf(err, errlen, "-p %s: no such policy%s; there are observed", name,
			      suggest_text(&near, hint, sizeof(hint)));
	for (int i = 0; builtin_policies[i] && at < errlen; i++)
		at += (size_t)snprintf(err + at, errlen - at, ", %s", builtin_policies[i]->name);
	if (at < errlen)
		snprintf(err + at, errlen - at, ", and files that end in .so");
	return -1;
}

static bool name_among(const char *names, const char *given)
{
	size_t len = strlen(given);

	while (*names) {
		size_t n = strcspn(names, "|");

		if (n == len && !memcmp(names, given, n))
			return true;
		names += n + (names[n] == '|');
	}
	return false;
}

/**
 * tunable_value_name - get the main name of an enum's value, of which there may be several
 * @t: an enum
 * @value: index of the value
 * @buf: filled in, cut to fit
 * @len: its size
 *
 * Return: @buf.
 */
const char *tunable_value_name(const struct policy_tunable *t, unsigned int value, char *buf,
			       size_t len)
{
	const char *names = t->values[value];

	snprintf(buf, len, "%.*s", (int)strcspn(names, "|"), names);
	return buf;
}

static bool set_bool(bool *to, const char *value)
{
	bool on = !strcmp(value, "on") || !strcmp(value, "1") || !strcmp(value, "yes");

	if (!on && strcmp(value, "off") && strcmp(value, "0") && strcmp(value, "no"))
		return false;
	*to = on;
	return true;
}

static bool set_enum(u32 *to, const struct policy_tunable *t, const char *value)
{
	for (u32 i = 0; t->values[i]; i++)
		if (name_among(t->values[i], value)) {
			*to = i;
			return true;
		}
	return false;
}

static bool set_tunable(const struct policy_tunable *t, void *priv, const char *value)
{
	char *at = (char *)priv + t->offset;
	double low = t->min, high = t->max;
	uint64_t number;

	switch (t->type) {
	case TUNABLE_BOOL:
		return set_bool((bool *)at, value);
	case TUNABLE_ENUM:
		return set_enum((u32 *)at, t, value);
	case TUNABLE_UINT:
		if (!parse_number(value, (uint64_t)low, (uint64_t)high, &number))
			return false;
		*(u32 *)at = (u32)number;
		return true;
	case TUNABLE_REAL:
		return parse_real(value, low, high, (double *)at);
	}
	return false;
}

static int bad_tunable(const char *arg, const struct policy_tunable *t, const char *value,
		       char *err, size_t errlen)
{
	size_t at = (size_t)snprintf(err, errlen, "-p %s: %s=%s: ", arg, t->name, value);
	char name[64];

	if (at >= errlen)
		return -1;
	err += at;
	errlen -= at;
	if (t->type == TUNABLE_BOOL) {
		snprintf(err, errlen, "on or off is needed");
	} else if (t->type == TUNABLE_ENUM) {
		at = (size_t)snprintf(err, errlen, "one of these is needed:");
		for (u32 i = 0; t->values[i] && at < errlen; i++)
			at += (size_t)snprintf(err + at, errlen - at, " %s",
					       tunable_value_name(t, i, name, sizeof(name)));
	} else {
		snprintf(err, errlen, "a %snumber from %.15g to %.15g is needed",
			 t->type == TUNABLE_UINT ? "whole " : "", t->min, t->max);
	}
	return -1;
}

static const struct policy_tunable *find_tunable(const struct policy_ops *ops, const char *name)
{
	const struct policy_tunable *t;

	for (t = ops->tunables; t && t->name; t++)
		if (!strcmp(t->name, name))
			return t;
	return NULL;
}

static bool lies_within(const struct policy_ops *ops, size_t offset, size_t size)
{
	return offset <= ops->priv_size && ops->priv_size - offset >= size && !(offset % size);
}

/* Returns what is wrong with a tunable's entry in the policy's table, or NULL. */
static const char *tunable_fault(const struct policy_ops *ops, const struct policy_tunable *t)
{
	static const size_t size[] = { sizeof(bool), sizeof(u32), sizeof(double), sizeof(u32) };

	if (!is_name(t->name))
		return "its .name must be 1 to 64 letters, digits, '_' or '-'";
	if (t->type > TUNABLE_ENUM)
		return "its .type is none";
	if (!lies_within(ops, t->offset, size[t->type]))
		return "its .offset is not that of a member of its type within .priv_size";
	if (!t->def || !t->doc)
		return "it has no .def or no .doc";
	if (t->type == TUNABLE_ENUM && (!t->values || !t->values[0]))
		return "an enum needs .values";
	if (t->type == TUNABLE_UINT && !(t->min >= 0 && t->max <= UINT32_MAX))
		return "its .min and .max must lie within 0 and 2^32 - 1";
	if ((t->type == TUNABLE_UINT || t->type == TUNABLE_REAL) && !(t->min <= t->max))
		return "its .min is above its .max";
	return NULL;
}

/* With a wrong table, the settings would be written where they should not. */
static int check_tables(const struct policy_ops *ops, const char *arg, char *err, size_t errlen)
{
	const struct policy_tunable *t;
	const struct policy_counter *c;

	for (t = ops->tunables; t && t->name; t++) {
		const char *fault = tunable_fault(ops, t);

		if (!fault)
			continue;
		snprintf(err, errlen, "-p %s: its table of tunables: %s: %s", arg, t->name, fault);
		return -1;
	}
	for (c = ops->counters; c && c->name; c++) {
		if (is_name(c->name) && lies_within(ops, c->offset, sizeof(u64)) && c->doc)
			continue;
		snprintf(err, errlen,
			 "-p %s: its table of counters: %s: its .name must be 1 to 64"
			 " letters, digits, '_' or '-', it needs a .doc, and its .offset must be"
			 " that of a u64 within .priv_size",
			 arg, is_name(c->name) ? c->name : "?");
		return -1;
	}
	return 0;
}

static int set_defaults(struct policy_setup *s, const char *arg, char *err, size_t errlen)
{
	const struct policy_tunable *t;

	if (check_tables(s->ops, arg, err, errlen))
		return -1;
	s->priv = calloc(1, s->ops->priv_size ? s->ops->priv_size : 1);
	if (!s->priv)
		return refuse(err, errlen, arg, "no memory");
	for (t = s->ops->tunables; t && t->name; t++)
		if (!set_tunable(t, s->priv, t->def)) {
			snprintf(err, errlen, "-p %s: the default of its tunable %s, \"%s\", is not"
				 " of the type and range that its table says", arg, t->name,
				 t->def);
			return -1;
		}
	return 0;
}

static int unknown_setting(const struct policy_setup *s, const char *arg, const char *name,
			   char *err, size_t errlen)
{
	const struct policy_tunable *t;
	const char *feature, *doc;
	char hint[SUGGESTION_LEN];
	struct suggestion near;
	size_t at;

	suggest_begin(&near, name);
	for (t = s->ops->tunables; t && t->name; t++)
		suggest_consider(&near, t->name);
	suggest_consider(&near, "kernel");
	suggest_consider(&near, "filemap");
	for (unsigned int i = 0; (feature = kernel_feature_name(i, &doc)); i++)
		suggest_consider(&near, feature);
	at = (size_t)snprintf(err, errlen, "-p %s: %s has no tunable %s%s; there are ", arg,
			      s->ops->name, name, suggest_text(&near, hint, sizeof(hint)));
	for (t = s->ops->tunables; t && t->name && at < errlen; t++)
		at += (size_t)snprintf(err + at, errlen - at, "%s, ", t->name);
	if (at < errlen)
		snprintf(err + at, errlen - at, "and for every policy kernel, filemap and those of"
			 " `fragreplay policies --features`");
	return -1;
}

static int set_kernel(struct policy_setup *s, const char *arg, const char *value, char *err,
		      size_t errlen)
{
	s->version = kernel_version_parse(value);
	if (kernel_version_modeled(s->version))
		return 0;
	snprintf(err, errlen, "-p %s: kernel=%s: " KERNEL_NEEDED ", is needed", arg, value);
	return -1;
}

static int set_filemap(struct policy_setup *s, const char *arg, const char *value, char *err,
		       size_t errlen)
{
	size_t at;

	for (int i = 0; filemap_variants[i]; i++)
		if (!strcmp(filemap_variants[i]->name, value)) {
			s->filemap = filemap_variants[i];
			return 0;
		}
	at = (size_t)snprintf(err, errlen, "-p %s: filemap=%s: one of these is needed:", arg,
			      value);
	for (int i = 0; filemap_variants[i] && at < errlen; i++)
		at += (size_t)snprintf(err + at, errlen - at, " %s", filemap_variants[i]->name);
	return -1;
}

static int set_feature(struct policy_setup *s, const char *arg, const char *name, const char *value,
		       char *err, size_t errlen)
{
	struct kernel_features k;
	const char *doc, *known;
	bool on;

	if (!kernel_feature(&k, name))
		return unknown_setting(s, arg, name, err, errlen);
	if (!set_bool(&on, value)) {
		snprintf(err, errlen, "-p %s: %s=%s: on or off is needed", arg, name, value);
		return -1;
	}
	if (s->nr_features == MAX_OVERRIDES)
		return refuse(err, errlen, arg, "too many features of the kernel are set");
	for (unsigned int i = 0; (known = kernel_feature_name(i, &doc)); i++)
		if (!strcmp(known, name))
			s->feature[s->nr_features] = known;
	s->on[s->nr_features++] = on;
	return 0;
}

static int apply_setting(struct policy_setup *s, const char *arg, char *setting, char *err,
			 size_t errlen)
{
	const struct policy_tunable *t;
	char *value = strchr(setting, '=');

	if (!value) {
		snprintf(err, errlen, "-p %s: %s: name=value is needed", arg, setting);
		return -1;
	}
	*value++ = '\0';
	if (!s->ops)
		return refuse(err, errlen, arg, "observed has nothing to set: it is no model");
	t = find_tunable(s->ops, setting);
	if (t)
		return set_tunable(t, s->priv, value) ? 0 :
			bad_tunable(arg, t, value, err, errlen);
	if (!strcmp(setting, "kernel"))
		return set_kernel(s, arg, value, err, errlen);
	if (!strcmp(setting, "filemap"))
		return set_filemap(s, arg, value, err, errlen);
	return set_feature(s, arg, setting, value, err, errlen);
}

/**
 * policy_setup_parse - read a -p argument
 * @s: filled in; policy_setup_release() frees it, also after an error
 * @arg: NAME or FILE.so, and settings after commas
 * @err: message naming the setting, what is wrong with it, and what would be right
 * @errlen: its size
 *
 * Return: 0; -1 with @err filled.
 */
int policy_setup_parse(struct policy_setup *s, const char *arg, char *err, size_t errlen)
{
	char text[MAX_ARG], *next = text, *setting;
	const char *settings = strchr(arg, ',');

	memset(s, 0, sizeof(*s));
	if (strlen(arg) >= sizeof(text))
		return refuse(err, errlen, "...", "longer than 1023 characters");
	strcpy(text, arg);
	if (find_policy(s, strsep(&next, ","), err, errlen))
		return -1;
	if (s->ops && set_defaults(s, arg, err, errlen))
		return -1;
	while ((setting = strsep(&next, ",")))
		if (apply_setting(s, arg, setting, err, errlen))
			return -1;
	snprintf(s->label, sizeof(s->label), "%s%s", s->ops ? s->ops->name : "observed",
		 settings ? settings : "");
	return 0;
}

/**
 * policy_setup_release - free what policy_setup_parse() took
 * @s: setup; no model may use it any more
 */
void policy_setup_release(struct policy_setup *s)
{
	free(s->priv);
	if (s->state_mapping)
		munmap(s->state_mapping, s->state_bytes);
	if (s->dl)
		dlclose(s->dl);
	memset(s, 0, sizeof(*s));
}

/**
 * policy_setup_kernel - set the features of the kernel that a policy wants
 * @s: setup
 * @k: that of the recording; changed as kernel= and the features say
 */
void policy_setup_kernel(const struct policy_setup *s, struct kernel_features *k)
{
	bool lru_gen = k->lru_gen;

	if (s->version) {
		kernel_features_set(k, s->version);
		k->lru_gen = lru_gen;
	}
	for (unsigned int i = 0; i < s->nr_features; i++)
		*kernel_feature(k, s->feature[i]) = s->on[i];
}

static size_t state_size(const struct policy_setup *s)
{
	return s->ops->priv_size ? s->ops->priv_size : 1;
}

/* It ends where a page begins that nobody may touch, so that writing past it crashes at once. */
static void *state_between_guards(struct policy_setup *s)
{
	const size_t guard = (size_t)sysconf(_SC_PAGESIZE), align = _Alignof(max_align_t);
	size_t room = (state_size(s) + guard - 1) / guard * guard;
	char *mapping;

	s->state_bytes = room + 2 * guard;
	mapping = mmap(NULL, s->state_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (mapping == MAP_FAILED)
		return NULL;
	s->state_mapping = mapping;
	if (mprotect(mapping + guard, room, PROT_READ | PROT_WRITE))
		return NULL;
	return mapping + guard + (room - state_size(s)) / align * align;
}

/**
 * policy_setup_apply - let the policy decide for a model
 * @s: setup
 * @mm: model memory, built with the features of policy_setup_kernel()
 * @err: message when the policy refuses its memory
 * @errlen: its size
 *
 * Return: 0; -1 with @err filled.
 */
int policy_setup_apply(struct policy_setup *s, struct mm *mm, char *err, size_t errlen)
{
	char why[256] = "";
	void *state = s->dl ? state_between_guards(s) : calloc(1, state_size(s));

	if (!state)
		return refuse(err, errlen, s->label, "no memory");
	memcpy(state, s->priv, s->ops->priv_size);
	if (mm_set_policy(mm, s->ops, state, !s->dl, why, sizeof(why)))
		return refuse(err, errlen, s->label, why);
	for (unsigned int i = 0; i < s->nr_features; i++)
		if (mm_feature_set(mm, s->feature[i], s->on[i]))
			return refuse(err, errlen, s->label, "no memory");
	if (s->filemap && mm_layer_policy(mm, s->filemap, why, sizeof(why)))
		return refuse(err, errlen, s->label, why);
	return 0;
}
