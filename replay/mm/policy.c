// SPDX-License-Identifier: GPL-2.0-only
/* Here stands the model's side of policy.h: who decides, and what a policy may ask. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "compaction.h"

typedef void (*hook_fn)(void);

/* in the order of enum policy_hook */
static const struct {
	const char *name;
	size_t offset;
} hooks[] = {
#define X(type, hook, ...) { #hook, offsetof(struct policy_ops, hook) },
	POLICY_HOOKS(X)
#undef X
};

_Static_assert(NR_POLICY_HOOKS <= 64, "a bit for every hook");

/* What is decided where a policy says nothing; none of it looks at a policy's state. */
static const struct policy_ops vanilla_decisions = {
	.name = "vanilla",
#define X(type, hook, ...) .hook = vanilla_##hook,
	POLICY_DECISIONS(X)
#undef X
};

/**
 * mm_policy_init - let vanilla decide for a new model
 * @mm: model memory
 *
 * Return: 0; -1 without memory.
 */
int mm_policy_init(struct mm *mm)
{
	mm->policy = calloc(1, sizeof(*mm->policy));
	if (!mm->policy)
		return -1;
	mm->policy->own = &vanilla_decisions;
	return 0;
}

/**
 * mm_policy_exit - let a policy clean up before its model memory goes away
 * @mm: model memory
 */
void mm_policy_exit(struct mm *mm)
{
	struct mm_policy *p = mm->policy;

	if (!p)
		return;
	if (p->own->exit)
		p->own->exit(mm, p->priv);
	if (p->free_priv)
		free(p->priv);
	free(p);
	mm->policy = NULL;
}

static hook_fn hook_of(const struct policy_ops *ops, size_t i)
{
	hook_fn fn;

	memcpy(&fn, (const char *)ops + hooks[i].offset, sizeof(fn));
	return fn;
}

/* A decision that a policy leaves to vanilla's function is none of its own. */
static u64 hooks_of(const struct policy_ops *ops)
{
	u64 own = 0;

	for (size_t i = 0; i < NR_POLICY_HOOKS; i++)
		if (hook_of(ops, i) && hook_of(ops, i) != hook_of(&vanilla_decisions, i))
			own |= 1ull << i;
	return own;
}

static void take_hooks(struct mm_policy *p, const struct policy_ops *ops)
{
	u64 own = hooks_of(ops);

	for (size_t i = 0; i < NR_POLICY_HOOKS; i++) {
		hook_fn fn = hook_of(ops, i);

		if (own & 1ull << i)
			memcpy((char *)&p->ops + hooks[i].offset, &fn, sizeof(fn));
	}
}

/**
 * mm_set_policy - let a policy decide for a model
 * @mm: model memory, built, not run yet; vanilla decides for it so far
 * @ops: policy; what it leaves out stays vanilla's
 * @priv: its state of ->priv_size bytes with its tunables set
 * @free_priv: @mm frees it from now on; else the caller does, after @mm
 * @err: message of the policy's own when its init() refuses
 * @errlen: its size
 *
 * Return: 0; -1 with @err filled.
 */
int mm_set_policy(struct mm *mm, const struct policy_ops *ops, void *priv, bool free_priv,
		  char *err, size_t errlen)
{
	struct mm_policy *p = mm->policy;

	p->own = ops;
	p->priv = priv;
	p->free_priv = free_priv;
	p->own_hooks = hooks_of(ops);
	take_hooks(p, ops);
	if (!ops->init || !ops->init(mm, priv, err, errlen))
		return 0;
	/* what was never set up has nothing for ->exit to take down */
	p->own = &vanilla_decisions;
	if (!*err)
		snprintf(err, errlen, "its init() refuses, and does not say why");
	return -1;
}

/**
 * mm_layer_policy - let a few decisions be another's, whatever the policy
 * @mm: model memory whose policy is set
 * @layer: decisions; no more of it than its name, doc and hooks counts
 * @err: message when the policy has such a decision of its own
 * @errlen: its size
 *
 * Return: 0; -1 with @err filled.
 */
int mm_layer_policy(struct mm *mm, const struct policy_ops *layer, char *err, size_t errlen)
{
	struct mm_policy *p = mm->policy;
	u64 both = p->own_hooks & hooks_of(layer);

	if (both) {
		snprintf(err, errlen, "it decides %s itself, and so does %s",
			 hooks[__builtin_ctzll(both)].name, layer->name);
		return -1;
	}
	take_hooks(p, layer);
	return 0;
}

/**
 * policy_broke - a hook did what no policy may do
 * @mm: model memory; the first such message is kept, and ends the replay
 * @hook: its name
 * @format: what it did, and what is allowed
 */
void policy_broke(const struct mm *mm, const char *hook, const char *format, ...)
{
	struct mm_policy *p = mm->policy;
	va_list args;
	int at;

	if (p->broken[0])
		return;
	at = snprintf(p->broken, sizeof(p->broken), "policy %s: %s() ", p->own->name, hook);
	va_start(args, format);
	vsnprintf(p->broken + at, sizeof(p->broken) - (size_t)at, format, args);
	va_end(args);
}

static void name_hooks(u64 which, char *text, size_t len)
{
	size_t at = 0;

	text[0] = '\0';
	for (size_t i = 0; i < NR_POLICY_HOOKS && at < len; i++)
		if (which & 1ull << i)
			at += (size_t)snprintf(text + at, len - at, at ? ", %s()" : "%s()",
					       hooks[i].name);
}

/**
 * policy_hooks_called - list the policy's own hooks called since the model was last found whole
 * @mm: model memory
 * @text: their names, "" when there was none
 * @len: its size
 */
void policy_hooks_called(const struct mm *mm, char *text, size_t len)
{
	name_hooks(mm->policy->called & mm->policy->own_hooks, text, len);
}

/**
 * policy_decisions - the hooks that a policy has of its own
 * @ops: policy
 * @text: their names, "" when there is none
 * @len: its size
 */
void policy_decisions(const struct policy_ops *ops, char *text, size_t len)
{
	name_hooks(hooks_of(ops), text, len);
}

/**
 * policy_check - run mm_check(), and name the policy's hooks if a rule is broken
 * @mm: model memory, between two operations
 * @where: in the replay
 * @text: filled in when a rule is broken
 * @len: its size
 *
 * Return: whether every rule holds.
 */
bool policy_check(struct mm *mm, const char *where, char *text, size_t len)
{
	char hooks[512], rules[256], more[32] = "";
	int broken = mm_check(mm, rules, sizeof(rules));

	if (!broken)
		return true;
	if (broken > 1)
		snprintf(more, sizeof(more), " (%d in all)", broken);
	policy_hooks_called(mm, hooks, sizeof(hooks));
	snprintf(text, len, "policy %s: %s, broken rule: %s%s; hooks of the policy called since it was"
		 " last whole: %s", mm->policy->own->name, where, rules, more,
		 hooks[0] ? hooks : "none");
	return false;
}

/**
 * mm_policy_priv - the policy's own state
 * @mm: model memory
 *
 * Return: ->priv_size bytes, NULL when that is 0.
 */
void *mm_policy_priv(const struct mm *mm)
{
	return mm->policy->priv;
}

/**
 * mm_kernel_version - get the version of the modeled kernel
 * @mm: model memory
 *
 * Return: the version as KERNEL() makes it.
 */
u32 mm_kernel_version(const struct mm *mm)
{
	return mm->k.version;
}

/**
 * mm_feature - does the modeled kernel have a feature?
 * @mm: model memory
 * @name: one that `fragreplay policies --features` lists
 *
 * Return: false also when there is none of that name.
 */
bool mm_feature(const struct mm *mm, const char *name)
{
	struct kernel_features k = mm->k;
	const bool *feature = kernel_feature(&k, name);

	return feature && *feature;
}

/**
 * mm_feature_set - give the modeled kernel a feature, or take it away; from init() only
 * @mm: model memory
 * @name: of the feature
 * @on: whether it has it
 *
 * With pcp_buddy the per-CPU lists are drained and become others: the policy's hooks are told of
 * blocks that become free then.
 *
 * Return: 0; -1 when there is none of that name; -ENOMEM without memory for the other lists.
 */
int mm_feature_set(struct mm *mm, const char *name, bool on)
{
	bool *feature = kernel_feature(&mm->k, name);

	if (!feature)
		return -1;
	if (feature == &mm->k.pcp_buddy && on && pcp_buddy_enable(mm))
		return -ENOMEM;
	if (feature == &mm->k.pcp_buddy && !on)
		pcp_buddy_disable(mm);
	*feature = on;
	return 0;
}

/**
 * mm_zone - get a zone
 * @mm: model memory
 * @type: which; it may be unpopulated
 *
 * Return: the zone, which need not be populated.
 */
const struct zone *mm_zone(const struct mm *mm, enum zone_type type)
{
	return &mm->zone[type];
}

/**
 * mm_page - get a page
 * @mm: model memory
 * @pfn: below mm_max_pfn()
 *
 * Return: the page; a page that is absent has the state PAGE_ABSENT.
 */
const struct page *mm_page(const struct mm *mm, u32 pfn)
{
	return &mm->page[pfn];
}

/**
 * mm_max_pfn - get the end of the memory
 * @mm: model memory
 *
 * Return: a pfn; every pfn of the memory is below it.
 */
u32 mm_max_pfn(const struct mm *mm)
{
	return mm->max_pfn;
}

/**
 * mm_now_ns - read the model's clock
 * @mm: model memory
 *
 * Return: ns since the trace's first operation.
 */
u64 mm_now_ns(const struct mm *mm)
{
	return mm->now_ns;
}

/**
 * mm_random_u64 - get the next number of the model's seeded generator
 * @mm: model memory
 *
 * The only chance that a policy may use: reports stay the same for the same seed.
 *
 * Return: 64 bits.
 */
u64 mm_random_u64(struct mm *mm)
{
	return mm_random(mm);
}

/**
 * mm_pageblock_type - get the type of a pageblock
 * @mm: model memory
 * @pfn: any page of it
 *
 * Return: enum migratetype.
 */
u8 mm_pageblock_type(const struct mm *mm, u32 pfn)
{
	return get_pageblock_migratetype(mm, pfn);
}

/**
 * zone_watermark_ok - would a zone keep a mark after a request?
 * @mm: model memory
 * @z: zone
 * @order: of the request
 * @mark: pages to keep
 * @idx: highest zone of the request
 * @alloc_flags: its rights
 * @free_pages: pages that count as free
 *
 * mm/page_alloc.c:__zone_watermark_ok.
 *
 * Return: true when it would.
 */
bool zone_watermark_ok(const struct mm *mm, const struct zone *z, u32 order, u64 mark,
		       enum zone_type idx, u32 alloc_flags, s64 free_pages)
{
	return __zone_watermark_ok(z, order, mark, idx, alloc_flags, free_pages, mm);
}

/**
 * mm_list_first - get the first page of a free list
 * @mm: model memory
 * @list: a list of a free_area
 *
 * Return: its head pfn; PFN_NONE if the list is empty.
 */
u32 mm_list_first(const struct mm *mm, u32 list)
{
	return list_first(mm, list);
}

/**
 * mm_list_next - get the page after a page on its list
 * @mm: model memory
 * @pfn: head of a free buddy
 *
 * Return: its head pfn; PFN_NONE at the end.
 */
u32 mm_list_next(const struct mm *mm, u32 pfn)
{
	return list_next(mm, pfn);
}

/**
 * mm_visit - count lists and pageblocks that a search has looked at, for the report's "search"
 * @mm: model memory
 * @lists: free lists
 * @blocks: pageblocks
 */
void mm_visit(struct mm *mm, u32 lists, u32 blocks)
{
	mm->visit_lists += lists;
	mm->visit_blocks += blocks;
}

/**
 * mm_current_cpu - get the CPU of the running task
 * @mm: model memory
 *
 * Return: 0 to one less than the number of CPUs; only this CPU's lists may change.
 */
u16 mm_current_cpu(const struct mm *mm)
{
	return mm->current.cpu;
}

/**
 * policy_threads_run - let the policy's own threads work up to a moment
 * @mm: model memory; ->current is restored afterwards
 * @until_ns: the moment, in ns of the trace's clock
 *
 * They are kernel threads on one CPU, where the recording saw kcompactd last. While another task
 * has it they do nothing.
 */
void policy_threads_run(struct mm *mm, u64 until_ns)
{
	struct kthread *t = &mm->policy_thread;
	struct mm_task saved = mm->current;
	u64 limit;

	if (!policy_has(mm, on_background))
		return;
	limit = kthread_limit(mm, t, until_ns);
	if (t->clock_ns > limit)
		return;
	mm->current = (struct mm_task){ .cpu = t->cpu, .kthread = true };
	policy_call(mm, on_background, limit);
	mm->current = saved;
	t->clock_ns = limit;
	kthread_preempt(mm, t, until_ns);
}
