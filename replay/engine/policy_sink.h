/* SPDX-License-Identifier: GPL-2.0-only */
/* What a policy's report() and sample() write becomes a tree, from which the report is made. */
#ifndef FRAGREPLAY_POLICY_SINK_H
#define FRAGREPLAY_POLICY_SINK_H

#include "mm/mm.h"

enum sink_kind { SINK_U64, SINK_REAL, SINK_U64S, SINK_OBJECT };

/**
 * struct sink_node - an entry of a policy's section
 * @next: in the same object, in the order in which the policy gave them
 * @name: UTF-8, unique in its object; NULL: the section itself
 * @kind: which member of the union counts
 * @count: of SINK_U64
 * @real: of SINK_REAL; may be infinite or no number
 * @row: of SINK_U64S
 * @object: of SINK_OBJECT; both are NULL if it is empty
 */
struct sink_node {
	struct sink_node *next;
	char *name;
	enum sink_kind kind;
	union {
		u64 count;
		double real;
		struct {
			u64 *value;
			size_t nr;
		} row;
		struct {
			struct sink_node *first, *last;
		} object;
	};
};

bool report_name_taken(const char *name);

struct sink_node *sink_collect(const struct policy_ops *ops, const struct mm *mm,
			       void (*write)(const struct mm *, const void *,
					     struct policy_sink *),
			       bool tell);
void sink_free(struct sink_node *node);

#endif
