// SPDX-License-Identifier: GPL-2.0-only
/* A policy's own section is made of the tree that the engine collected. */
#include "base/json.h"
#include "engine/policy_sink.h"
#include "report.h"

/**
 * report_section - make JSON of an entry of a policy's section, and all within it
 * @section: of any kind; stays the caller's
 *
 * Return: a new value.
 */
json_t *report_section(const struct sink_node *section)
{
	json_t *object;

	switch (section->kind) {
	case SINK_U64:
		return json_u64(section->count);
	case SINK_REAL:
		return json_fraction(section->real);
	case SINK_U64S:
		return json_u64s(section->row.value, section->row.nr);
	case SINK_OBJECT:
		break;
	}
	object = json_object();
	for (const struct sink_node *node = section->object.first; node; node = node->next)
		json_object_set_new(object, node->name, report_section(node));
	return object;
}
