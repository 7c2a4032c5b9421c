// SPDX-License-Identifier: GPL-2.0-only
/* The report's "machine" says what was replayed on, and where each part of that comes from. */
#include <string.h>

#include "base/json.h"
#include "internal.h"

static json_t *u32_array(const u32 *value, size_t n)
{
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(array, json_u64(value[i]));
	return array;
}

static json_t *report_zone(const struct zone *z, int type)
{
	json_t *zone = json_object();

	json_object_set_new(zone, "name", json_string(zone_names[type]));
	json_object_set_new(zone, "start_pfn", json_u64(z->start_pfn));
	json_object_set_new(zone, "spanned", json_u64(z->spanned));
	json_object_set_new(zone, "present", json_u64(z->present));
	json_object_set_new(zone, "managed", json_u64(z->managed));
	json_object_set_new(zone, "watermark_min", json_u64(z->_watermark[WMARK_MIN]));
	json_object_set_new(zone, "watermark_low", json_u64(z->_watermark[WMARK_LOW]));
	json_object_set_new(zone, "watermark_high", json_u64(z->_watermark[WMARK_HIGH]));
	json_object_set_new(zone, "watermark_promo", json_u64(z->_watermark[WMARK_PROMO]));
	json_object_set_new(zone, "lowmem_reserve", u32_array(z->lowmem_reserve, MAX_NR_ZONES));
	return zone;
}

/* makes a model's zone of a recorded one, for a report without a model */
static void zone_from_snapshot(struct zone *z, const struct snap_zone *s)
{
	memset(z, 0, sizeof(*z));
	z->start_pfn = s->start_pfn;
	z->spanned = s->spanned;
	z->present = s->present;
	z->managed = s->managed;
	for (int w = 0; w < NR_WMARK; w++)
		z->_watermark[w] = (u32)s->wmark[w];
	memcpy(z->lowmem_reserve, s->protection, sizeof(z->lowmem_reserve));
}

static const struct mm *first_model(const struct run_output *out)
{
	for (unsigned int i = 0; i < out->nr_runs; i++)
		if (out->run[i].mm)
			return out->run[i].mm;
	return NULL;
}

static json_t *report_zones(const struct recording *m, const struct mm *mm)
{
	json_t *zones = json_array();

	for (int i = 0; i < MAX_NR_ZONES; i++) {
		struct zone z;

		if (mm ? !mm->zone[i].populated : !m->before.zone[i].populated)
			continue;
		if (mm)
			z = mm->zone[i];
		else
			zone_from_snapshot(&z, &m->before.zone[i]);
		json_array_append_new(zones, report_zone(&z, i));
	}
	return zones;
}

static json_t *report_sysctl(const struct mm_sysctl *s)
{
	json_t *sysctl = json_object();

	for (size_t i = 0; i < NR_SYSCTLS; i++) {
		const struct sysctl_info *info = &sysctl_table[i];
		const u32 *value = (const u32 *)((const char *)s + info->offset);

		json_object_set_new(sysctl, info->member, info->nr > 1 ?
				    u32_array(value, info->nr) : json_u64(*value));
	}
	return sysctl;
}

static json_t *report_sysctl_from(const struct recording *m)
{
	json_t *from = json_object();

	for (size_t i = 0; i < NR_SYSCTLS; i++)
		json_object_set_new(from, sysctl_table[i].member,
				    json_string(sysctl_from_names[m->sysctl_from[i]]));
	return from;
}

static json_t *report_notes(const char *notes)
{
	json_t *array = json_array();

	while (*notes) {
		size_t len = strcspn(notes, "\n");

		if (len)
			json_array_append_new(array, json_stringn(notes, len));
		notes += len + (notes[len] == '\n');
	}
	return array;
}

/**
 * report_version - make a text of a kernel version
 * @version: as KERNEL() makes it; 0 becomes null
 *
 * Return: a new string, or null.
 */
json_t *report_version(u32 version)
{
	char text[16];

	if (!version)
		return json_null();
	return json_string(kernel_version_print(version, text, sizeof(text)));
}

/**
 * report_machine - describe the replayed machine
 * @m: as loaded or inferred, with every --set applied
 * @out: the run; its first model tells marks and reserves
 * @version: --kernel, 0 when not given
 *
 * Return: a new object.
 */
json_t *report_machine(const struct recording *m, const struct run_output *out, u32 version)
{
	const struct mm *mm = first_model(out);
	json_t *machine = json_object(), *thp = json_object();
	u32 behaves_as = mm ? mm->k.version : version ? version : m->version;

	json_object_set_new(machine, "source", json_string(m->source ? m->source : "inferred"));
	json_object_set_new(machine, "kernel", m->kernel[0] ? json_string(m->kernel) : json_null());
	json_object_set_new(machine, "behaves_as", report_version(behaves_as));
	json_object_set_new(machine, "pages", json_u64(mm ? mm->max_pfn : m->max_pfn));
	json_object_set_new(machine, "cpus", json_u64(mm ? mm->nr_cpus : m->nr_cpus));
	json_object_set_new(machine, "swap_pages", json_u64(m->swap_pages));
	json_object_set_new(machine, "lru_gen", json_boolean(mm ? mm->k.lru_gen : m->lru_gen));
	json_object_set_new(thp, "enabled", json_string(thp_enabled_names[m->thp_enabled]));
	json_object_set_new(thp, "defrag", json_string(thp_defrag_names[m->thp_defrag]));
	json_object_set_new(machine, "thp", thp);
	json_object_set_new(machine, "recorded_policy", json_string(m->sysctl.defrag_mode ?
			    "defrag_mode" : "vanilla"));
	json_object_set_new(machine, "sysctl", report_sysctl(&m->sysctl));
	json_object_set_new(machine, "sysctl_from", report_sysctl_from(m));
	json_object_set_new(machine, "zones", report_zones(m, mm));
	json_object_set_new(machine, "notes", report_notes(m->notes));
	return machine;
}
