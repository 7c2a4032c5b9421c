// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a policy's report() and sample() write to. An error of theirs costs the policy its entry and
 * leaves the report well-formed: a name that is given twice keeps its first value, and an object
 * that is not closed ends with the section.
 */
#include <string.h>

#include "policy_sink.h"
#include "base/json.h"
#include "base/message.h"

#define SINK_DEPTH	16	/* objects within objects */

/* of an element of "policies", and of its timeline's samples */
static const char *const taken[] = {
	"policy", "tunables", "seed", "counters", "policy_counters", "thp", "demand", "extfrag",
	"stall_ns", "allocator", "folios", "search", "memory", "timeline", "map", "spread",
	"throughput",
	"t_ns", "free_pages", "free_blocks", "unusable_index", "thp_fault_alloc",
	"thp_fault_fallback", "pgsteal", "pswpout",
};

/**
 * report_name_taken - does a name mean something in the report already?
 * @name: of a policy that has a section there
 */
bool report_name_taken(const char *name)
{
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		if (!strcmp(taken[i], name))
			return true;
	return false;
}

/**
 * struct policy_sink - an object of the report that is being written
 * @object: those that are open, outermost first
 * @depth: how many of them
 * @lost: of these, opened in vain: too deep, or under a name that could not be given
 * @fault: the first thing that went wrong, or NULL
 * @name: of the entry that did
 */
struct policy_sink {
	json_t *object[SINK_DEPTH];
	unsigned int depth, lost;
	const char *fault;
	char name[64];
};

static void sink_fault(struct policy_sink *sink, const char *name, const char *fault)
{
	if (sink->fault)
		return;
	sink->fault = fault;
	snprintf(sink->name, sizeof(sink->name), "%s", name ? name : "(no name)");
}

/* takes @value over; false: it was dropped */
static bool sink_set(struct policy_sink *sink, const char *name, json_t *value)
{
	json_t *object = sink->object[sink->depth - 1];

	if (sink->lost)
		goto drop;
	if (!name || !*name) {
		sink_fault(sink, name, "an entry without a name");
		goto drop;
	}
	if (json_object_get(object, name)) {
		sink_fault(sink, name, "given twice in one object, the first counts");
		goto drop;
	}
	/* takes the reference, also when it fails */
	if (!json_object_set_new(object, name, value))
		return true;
	sink_fault(sink, "(unprintable)", "a name that is no UTF-8");
	return false;
drop:
	json_decref(value);
	return false;
}

/**
 * sink_u64 - a count
 * @sink: as given to report() or sample()
 * @name: unique in the object that is open
 * @value: anything
 */
void sink_u64(struct policy_sink *sink, const char *name, u64 value)
{
	sink_set(sink, name, json_u64(value));
}

/**
 * sink_real - a number that is no count
 * @sink: as given to report() or sample()
 * @name: unique in the object that is open
 * @value: rounded to six decimals; what is not finite becomes null
 */
void sink_real(struct policy_sink *sink, const char *name, double value)
{
	sink_set(sink, name, json_fraction(value));
}

/**
 * sink_u64s - counts in a row
 * @sink: as given to report() or sample()
 * @name: unique in the object that is open
 * @value: the first
 * @nr: how many; 0 is an empty array
 */
void sink_u64s(struct policy_sink *sink, const char *name, const u64 *value, size_t nr)
{
	json_t *array = json_array();

	for (size_t i = 0; i < nr; i++)
		json_array_append_new(array, json_u64(value[i]));
	sink_set(sink, name, array);
}

/**
 * sink_open - begin an object; what follows goes into it
 * @sink: as given to report() or sample()
 * @name: unique in the object that is open
 */
void sink_open(struct policy_sink *sink, const char *name)
{
	json_t *object;

	if (sink->lost) {
		sink->lost++;
		return;
	}
	if (sink->depth == SINK_DEPTH) {
		sink_fault(sink, name, "too many objects within one another");
		sink->lost++;
		return;
	}
	object = json_object();
	if (sink_set(sink, name, object))
		sink->object[sink->depth++] = object;
	else
		sink->lost++;
}

/**
 * sink_close - end the object that sink_open() began
 * @sink: as given to report() or sample()
 */
void sink_close(struct policy_sink *sink)
{
	if (sink->lost)
		sink->lost--;
	else if (sink->depth > 1)
		sink->depth--;
	else
		sink_fault(sink, "sink_close()", "called once too often");
}

/**
 * sink_collect - what a policy has to say of its machine
 * @ops: the policy
 * @mm: its machine
 * @write: its report() or sample()
 * @tell: say on stderr what the policy did wrong; of samples, the first is enough
 *
 * Return: an object; NULL when @write is NULL or without memory.
 */
json_t *sink_collect(const struct policy_ops *ops, const struct mm *mm,
		     void (*write)(const struct mm *, const void *, struct policy_sink *),
		     bool tell)
{
	struct policy_sink sink = { .depth = 1 };

	if (!write)
		return NULL;
	sink.object[0] = json_object();
	if (!sink.object[0])
		return NULL;
	write(mm, mm_policy_priv(mm), &sink);
	if (!sink.fault && (sink.depth > 1 || sink.lost))
		sink_fault(&sink, "sink_open()", "an object was not closed");
	if (sink.fault && tell)
		message("policy %s: its part of the report: %s: %s", ops->name, sink.name,
			sink.fault);
	return sink.object[0];
}
