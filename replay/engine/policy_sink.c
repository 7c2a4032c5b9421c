// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy's report() and sample() write to a sink. An error of theirs costs the policy its entry
 * and leaves the report well-formed: a name that is given twice keeps its first value, and an
 * object that is not closed ends with the section. The entries are kept as a tree: how a report is
 * written is the business of report/.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy_sink.h"
#include "base/message.h"

#define SINK_DEPTH	16	/* objects within objects */

/*
 * The names of an element of "policies", and of a sample of its timeline. Samples also have
 * counters, by the kernel's names, and sums of some.
 */
/* clang-format off */
static const char *const taken[] = {
	"policy", "tunables", "seed", "counters", "policy_counters", "thp", "demand", "extfrag",
	"stall_ns", "allocator", "folios", "search", "memory", "timeline", "map", "spread",
	"throughput",
	"t_ns", "free_pages", "free_blocks", "unusable_index", "extfrag_events",
	"pgscan", "pgsteal", "allocstall",
};
/* clang-format on */

/**
 * report_name_taken - does a name mean something in the report already?
 * @name: of a policy that has a section there
 *
 * Return: true when no policy may have it.
 */
bool report_name_taken(const char *name)
{
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		if (!strcmp(taken[i], name))
			return true;
	return name_index(vm_event_name, NR_VM_EVENT_ITEMS, name) >= 0;
}

/**
 * struct policy_sink - a section of the report that is being collected
 * @object: those that are open, outermost first
 * @depth: how many of them
 * @lost: of these, those that are not in the tree: too deep, or under a name that is refused
 * @no_memory: an entry is missing because there was no memory for it
 * @fault: the first thing that went wrong, or NULL
 * @name: of the entry that did
 */
struct policy_sink {
	struct sink_node *object[SINK_DEPTH];
	unsigned int depth, lost;
	bool no_memory;
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

/* bytes of the character that begins at @s, or 0 if it is not UTF-8 as RFC 3629 has it */
static unsigned int utf8_bytes(const unsigned char *s)
{
	unsigned int n = *s < 0x80 ? 1 : *s < 0xc2 ? 0 : *s < 0xe0 ? 2 : *s < 0xf0 ? 3 :
			 *s < 0xf5 ? 4 : 0;

	for (unsigned int i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	/* too long for its value, a surrogate, or beyond the last code point */
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

static bool is_utf8(const char *name)
{
	const unsigned char *s = (const unsigned char *)name;

	while (*s) {
		unsigned int n = utf8_bytes(s);

		if (!n)
			return false;
		s += n;
	}
	return true;
}

static bool name_given(const struct sink_node *object, const char *name)
{
	for (const struct sink_node *node = object->object.first; node; node = node->next)
		if (!strcmp(node->name, name))
			return true;
	return false;
}

static bool name_accepted(struct policy_sink *sink, const char *name)
{
	if (sink->lost)
		return false;
	if (!name || !*name)
		sink_fault(sink, name, "an entry without a name");
	else if (name_given(sink->object[sink->depth - 1], name))
		sink_fault(sink, name, "given twice in one object, the first counts");
	else if (!is_utf8(name))
		sink_fault(sink, "(unprintable)", "a name that is no UTF-8");
	else
		return true;
	return false;
}

/* adds an entry to the object that is open; returns NULL when it may not have that name */
static struct sink_node *sink_add(struct policy_sink *sink, const char *name, enum sink_kind kind)
{
	struct sink_node *node, *object = sink->object[sink->depth - 1];

	if (!name_accepted(sink, name))
		return NULL;
	node = calloc(1, sizeof(*node));
	if (node)
		node->name = strdup(name);
	if (!node || !node->name) {
		free(node);
		sink->no_memory = true;
		return NULL;
	}
	node->kind = kind;
	if (object->object.last)
		object->object.last->next = node;
	else
		object->object.first = node;
	object->object.last = node;
	return node;
}

/**
 * sink_u64 - add a count
 * @sink: as given to report() or sample()
 * @name: unique in the object that is open
 * @value: anything
 */
void sink_u64(struct policy_sink *sink, const char *name, u64 value)
{
	struct sink_node *node = sink_add(sink, name, SINK_U64);

	if (node)
		node->count = value;
}

/**
 * sink_real - add a number that is no count
 * @sink: as given to report() or sample()
 * @name: unique in the object that is open
 * @value: the report rounds it to six decimals, and has null for what is not finite
 */
void sink_real(struct policy_sink *sink, const char *name, double value)
{
	struct sink_node *node = sink_add(sink, name, SINK_REAL);

	if (node)
		node->real = value;
}

/**
 * sink_u64s - add an array of counts
 * @sink: as given to report() or sample()
 * @name: unique in the object that is open
 * @value: the first
 * @nr: how many; 0 is an empty array
 */
void sink_u64s(struct policy_sink *sink, const char *name, const u64 *value, size_t nr)
{
	struct sink_node *node = sink_add(sink, name, SINK_U64S);

	if (!node || !nr)
		return;
	node->row.value = calloc(nr, sizeof(*value));
	if (!node->row.value) {
		sink->no_memory = true;
		return;
	}
	memcpy(node->row.value, value, nr * sizeof(*value));
	node->row.nr = nr;
}

/**
 * sink_open - begin an object; what follows goes into it
 * @sink: as given to report() or sample()
 * @name: unique in the object that is open
 */
void sink_open(struct policy_sink *sink, const char *name)
{
	struct sink_node *node;

	if (sink->lost) {
		sink->lost++;
		return;
	}
	if (sink->depth == SINK_DEPTH) {
		sink_fault(sink, name, "too many objects within one another");
		sink->lost++;
		return;
	}
	node = sink_add(sink, name, SINK_OBJECT);
	if (node)
		sink->object[sink->depth++] = node;
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
 * sink_free - free what sink_collect() returned
 * @node: the section, or NULL
 */
void sink_free(struct sink_node *node)
{
	struct sink_node *next;

	if (!node)
		return;
	if (node->kind == SINK_U64S)
		free(node->row.value);
	for (struct sink_node *n = node->kind == SINK_OBJECT ? node->object.first : NULL; n;
	     n = next) {
		next = n->next;
		sink_free(n);
	}
	free(node->name);
	free(node);
}

/**
 * sink_collect - collect what a policy has to say at the end
 * @ops: the policy
 * @mm: its model memory
 * @write: its report() or sample()
 * @tell: say on stderr what the policy did wrong; of samples, the first is enough
 *
 * Return: an object without a name, for sink_free(); NULL when @write is NULL or without memory.
 */
struct sink_node *sink_collect(const struct policy_ops *ops, const struct mm *mm,
			       void (*write)(const struct mm *, const void *,
					     struct policy_sink *),
			       bool tell)
{
	struct policy_sink sink = { .depth = 1 };

	if (!write)
		return NULL;
	sink.object[0] = calloc(1, sizeof(*sink.object[0]));
	if (!sink.object[0])
		return NULL;
	sink.object[0]->kind = SINK_OBJECT;
	write(mm, mm_policy_priv(mm), &sink);
	if (!sink.fault && (sink.depth > 1 || sink.lost) && !sink.no_memory)
		sink_fault(&sink, "sink_open()", "an object was not closed");
	if (sink.fault && tell)
		message("policy %s: its part of the report: %s: %s", ops->name, sink.name,
			sink.fault);
	if (sink.no_memory) {
		sink_free(sink.object[0]);
		return NULL;
	}
	return sink.object[0];
}
