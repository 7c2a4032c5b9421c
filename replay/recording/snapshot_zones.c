// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/zoneinfo, buddyinfo and pagetypeinfo say what each zone holds. Zones of the same type on
 * further nodes are folded into one, for the model has one node.
 */
#include <stdio.h>
#include <string.h>

#include "internal.h"

#define PAGETYPE_CAP 100000	/* pagetypeinfo_showfree_print() stops counting there */

/* Returns the model's zone of a name in procfs; -1 for Device, HighMem and what else it lacks. */
static int zone_by_name(const char *name)
{
	return name_index(zone_names, MAX_NR_ZONES, name);
}

static int migratetype_by_name(const char *name)
{
	return name_index(migratetype_names, MIGRATE_TYPES, name);
}

/**
 * struct zi - a zone of one node while its lines of zoneinfo are read
 * @z: what the lines say
 * @name: of the zone; "" before the first header
 * @node: its node
 * @cpu: CPU whose per-CPU lists the lines are about; -1 before the first
 * @seen: bits of zi_keys
 */
struct zi {
	struct snap_zone z;
	char name[32];
	unsigned int node;
	int cpu;
	unsigned int seen;
};

enum { ZI_FREE, ZI_BOOST, ZI_MIN, ZI_LOW, ZI_HIGH, ZI_PROMO, ZI_SPANNED, ZI_PRESENT, ZI_MANAGED,
       ZI_START_PFN, ZI_HIGHATOMIC, ZI_COUNT, ZI_PCP_HIGH, ZI_BATCH, ZI_CPU, NR_ZI };

/* All known kernels print these. */
#define ZI_NEEDED                                                                         \
	(1u << ZI_FREE | 1u << ZI_MIN | 1u << ZI_LOW | 1u << ZI_HIGH | 1u << ZI_SPANNED | \
	 1u << ZI_PRESENT | 1u << ZI_MANAGED | 1u << ZI_START_PFN)

static const char *const zi_keys[NR_ZI] = {
	[ZI_FREE] = "pages", [ZI_BOOST] = "boost", [ZI_MIN] = "min", [ZI_LOW] = "low",
	[ZI_HIGH] = "high", [ZI_PROMO] = "promo", [ZI_SPANNED] = "spanned",
	[ZI_PRESENT] = "present", [ZI_MANAGED] = "managed", [ZI_START_PFN] = "start_pfn:",
	[ZI_HIGHATOMIC] = "reserved_highatomic:", [ZI_COUNT] = "count:", [ZI_PCP_HIGH] = "high:",
	[ZI_BATCH] = "batch:", [ZI_CPU] = "cpu:",
};

static void zi_store_pcp(struct zi *zi, int key, uint64_t v)
{
	unsigned int cpu = (unsigned int)zi->cpu % MAX_CPUS;

	if (key == ZI_COUNT)
		zi->z.pcp_count[cpu] += v;
	else if (key == ZI_PCP_HIGH)
		zi->z.pcp_high[cpu] += v;
	else
		zi->z.pcp_batch = v;
}

static void zi_store(struct zi *zi, int key, uint64_t v)
{
	struct snap_zone *z = &zi->z;

	switch (key) {
	case ZI_FREE: z->free = v; break;
	case ZI_BOOST: z->boost = v; break;
	case ZI_MIN: z->wmark[WMARK_MIN] = v; break;
	case ZI_LOW: z->wmark[WMARK_LOW] = v; break;
	case ZI_HIGH: z->wmark[WMARK_HIGH] = v; break;
	case ZI_PROMO: z->wmark[WMARK_PROMO] = v; break;
	case ZI_SPANNED: z->spanned = v; break;
	case ZI_PRESENT: z->present = v; break;
	case ZI_MANAGED: z->managed = v; break;
	case ZI_START_PFN: z->start_pfn = v; break;
	case ZI_HIGHATOMIC: z->reserved_highatomic = v; break;
	case ZI_CPU: zi->cpu = (int)v; break;
	default: zi_store_pcp(zi, key, v);
	}
}

/* "protection: (0, 1197, 1197, 1197, 1197)" has a number for each zone type of that kernel. */
static int zi_protection(struct snap_text *t, struct zi *zi, const char *p)
{
	unsigned int v;
	int n;

	for (int i = 0; i < MAX_NR_ZONES; i++) {
		p += strspn(p, " (,");
		if (sscanf(p, "%u%n", &v, &n) != 1)
			return snap_bad(t, "protection has fewer than %d numbers", MAX_NR_ZONES);
		zi->z.protection[i] = v;
		p += n;
	}
	return 0;
}

static int zi_line(struct snap_text *t, struct zi *zi, const char *p)
{
	uint64_t v, max = UINT32_MAX - 1;
	char key[48];
	int i;

	if (!snap_word(&p, key, sizeof(key)))
		return 0;
	if (!strcmp(key, "protection:"))
		return zi_protection(t, zi, p);
	for (i = 0; i < NR_ZI && strcmp(key, zi_keys[i]); i++)
		;
	if (i == NR_ZI)
		return 0;
	if (i == ZI_FREE && (!snap_word(&p, key, sizeof(key)) || strcmp(key, "free")))
		return snap_bad(t, "'pages' is not followed by 'free'");
	if (i == ZI_COUNT || i == ZI_PCP_HIGH || i == ZI_BATCH) {
		max = INT32_MAX;
		if (zi->cpu < 0)
			return snap_bad(t, "'%s' before any 'cpu:'", key);
	}
	if (snap_u64(t, &p, i == ZI_CPU ? 65535 : max, &v))
		return -1;
	zi_store(zi, i, v);
	zi->seen |= 1u << i;
	return 0;
}

/* The printed marks include the boost (mmzone.h:min_wmark_pages() and its like). */
static int zi_unboost(struct snap_text *t, struct zi *zi)
{
	struct snap_zone *z = &zi->z;
	int marks = zi->seen & 1u << ZI_PROMO ? NR_WMARK : WMARK_PROMO;

	for (int w = 0; w < marks; w++) {
		if (z->wmark[w] < z->boost)
			return snap_bad(t, "zone %s: a watermark is smaller than its boost",
					zi->name);
		z->wmark[w] -= z->boost;
	}
	if (marks < NR_WMARK) /* 6.1 has a promo mark, but does not print it */
		z->wmark[WMARK_PROMO] = 2 * z->wmark[WMARK_HIGH] - z->wmark[WMARK_LOW];
	return 0;
}

static void zone_fold(struct snap_zone *to, const struct snap_zone *z)
{
	uint64_t end = (uint64_t)to->start_pfn + to->spanned;
	uint64_t zend = (uint64_t)z->start_pfn + z->spanned;

	if (z->start_pfn < to->start_pfn)
		to->start_pfn = z->start_pfn;
	to->spanned = (uint32_t)((end > zend ? end : zend) - to->start_pfn);
	to->present += z->present;
	to->managed += z->managed;
	to->free += z->free;
	to->boost += z->boost;
	to->reserved_highatomic += z->reserved_highatomic;
	for (int i = 0; i < NR_WMARK; i++)
		to->wmark[i] += z->wmark[i];
	for (int i = 0; i < MAX_NR_ZONES; i++)
		if (z->protection[i] > to->protection[i])
			to->protection[i] = z->protection[i];
	for (int i = 0; i < MAX_CPUS; i++) {
		to->pcp_count[i] += z->pcp_count[i];
		to->pcp_high[i] += z->pcp_high[i];
	}
	if (z->pcp_batch > to->pcp_batch)
		to->pcp_batch = z->pcp_batch;
}

static int zi_check(struct snap_text *t, const struct zi *zi)
{
	const struct snap_zone *z = &zi->z;

	if ((zi->seen & ZI_NEEDED) != ZI_NEEDED)
		return snap_bad(t, "zone %s of node %u is cut short", zi->name, zi->node);
	if ((uint64_t)z->start_pfn + z->spanned >= UINT32_MAX)
		return snap_bad(t, "zone %s ends above 16 TiB, more than the model holds",
				zi->name);
	for (int w = 0; w + 1 < NR_WMARK; w++)
		if (z->wmark[w] > z->wmark[w + 1])
			return snap_bad(t, "zone %s: not min <= low <= high <= promo", zi->name);
	if (!z->present || z->managed > z->present || z->present > z->spanned)
		return snap_bad(t, "zone %s: not 0 < managed <= present <= spanned", zi->name);
	return 0;
}

/* puts a zone into the snapshot when its lines are over */
static int zi_end(struct snap_text *t, struct zi *zi, struct snapshot *s, struct recording *m)
{
	int type = zone_by_name(zi->name);

	if (!zi->name[0])
		return 0;
	if (zi->node + 1 > s->nr_nodes)
		s->nr_nodes = zi->node + 1;
	/* a zone that has no pages, such as Device, has no lines after "present" */
	if (!zi->z.present && !(zi->seen & 1u << ZI_CPU))
		return zi->seen & 1u << ZI_PRESENT ? 0 :
			snap_bad(t, "zone %s of node %u is cut short", zi->name, zi->node);
	if (type < 0) {
		recording_note(m, "zone %s is not modeled: its %u pages are left out", zi->name,
			       zi->z.managed);
		return 0;
	}
	if (zi_unboost(t, zi) || zi_check(t, zi))
		return -1;
	if (zi->cpu + 1 > (int)s->nr_cpus)
		s->nr_cpus = (unsigned int)zi->cpu + 1;
	if (s->zone[type].populated) {
		zone_fold(&s->zone[type], &zi->z);
		recording_note(m, "zone %s of further nodes is folded into one", zi->name);
		return 0;
	}
	s->zone[type] = zi->z;
	s->zone[type].populated = true;
	return 0;
}

/**
 * parse_zoneinfo - read a copy of /proc/zoneinfo
 * @t: the file
 * @s: gets ->zone, ->nr_cpus and ->nr_nodes
 * @m: for the notes on zones that are folded or left out
 *
 * mm/vmstat.c:zoneinfo_show_print.
 *
 * Return: 0; -1 with the message when a zone lacks a value or has one that cannot be true.
 */
int parse_zoneinfo(struct snap_text *t, struct snapshot *s, struct recording *m)
{
	struct zi zi = { .cpu = -1 };
	char *p;

	while ((p = snap_line(t))) {
		if (strncmp(p, "Node ", 5)) {
			if (!zi.name[0])
				return snap_bad(t, "no line 'Node N, zone NAME' before this one");
			if (zi_line(t, &zi, p))
				return -1;
			continue;
		}
		if (zi_end(t, &zi, s, m))
			return -1;
		memset(&zi, 0, sizeof(zi));
		zi.cpu = -1;
		if (sscanf(p, "Node %u, zone %31s", &zi.node, zi.name) != 2)
			return snap_bad(t, "'%.60s' is no zone's header", p);
	}
	if (zi_end(t, &zi, s, m))
		return -1;
	if (!s->nr_cpus)
		return snap_bad(t, "no zone has memory");
	s->have_zoneinfo = true;
	return 0;
}

/* takes "Node 0, zone      DMA" off a line; *zone becomes -1 for a zone that is not modeled */
static int zone_prefix(const struct snap_text *t, const char **p, int *zone)
{
	char name[32];
	unsigned int node;
	int n = 0;

	if (sscanf(*p, "Node %u, zone %31[^ ,]%n", &node, name, &n) != 2 || !n)
		return snap_bad(t, "'%.60s' does not begin with 'Node N, zone NAME'", *p);
	*p += n;
	*zone = zone_by_name(name);
	return 0;
}

static int end_of_line(const struct snap_text *t, const char *p)
{
	p += strspn(p, " \t");
	return *p ? snap_bad(t, "'%.40s' is more than the columns of this file", p) : 0;
}

/**
 * parse_buddyinfo - read a copy of /proc/buddyinfo
 * @t: the file; a line per zone, a column per order
 * @s: gets ->nr_free of its zones, in buddies
 * @m: unused
 *
 * Return: 0; -1 with the message when a zone has more or fewer columns than orders.
 */
int parse_buddyinfo(struct snap_text *t, struct snapshot *s, struct recording *m)
{
	const char *p;
	uint64_t v;
	int zone;

	(void)m;
	while ((p = snap_line(t))) {
		if (zone_prefix(t, &p, &zone))
			return -1;
		for (int o = 0; o < NR_PAGE_ORDERS; o++) {
			if (snap_u64(t, &p, UINT32_MAX, &v))
				return -1;
			if (zone >= 0)
				s->zone[zone].nr_free[o] += v;
		}
		if (end_of_line(t, p))
			return -1;
	}
	s->have_buddyinfo = true;
	return 0;
}

/*
 * A count that reached the cap is at least that: the true one follows from buddyinfo's sum over
 * all types as long as it is the only one of its order.
 */
static void pagetype_uncap(struct snapshot *s, int zone, int order, int mt, struct recording *m)
{
	struct snap_zone *z = &s->zone[zone];
	uint64_t others = 0;

	for (int i = 0; i < MIGRATE_TYPES; i++)
		if (i != mt)
			others += z->free_by_order[order][i];
	if (s->have_buddyinfo && z->nr_free[order] >= others + PAGETYPE_CAP)
		z->free_by_order[order][mt] = z->nr_free[order] - others;
	else
		recording_note(m, "pagetypeinfo: a count of order %d stops at %d", order,
			       PAGETYPE_CAP);
}

/*
 * Reads one row of the first table. Rows of further nodes add up. A capped count is entered as the
 * cap and remembered in @capped.
 */
static int pagetype_row(struct snap_text *t, struct snapshot *s, const char *p,
			bool capped[MAX_NR_ZONES][NR_PAGE_ORDERS][MIGRATE_TYPES])
{
	char word[32];
	int zone, mt, n = 0;
	uint64_t v;

	if (zone_prefix(t, &p, &zone))
		return -1;
	if (sscanf(p, ", type %31s%n", word, &n) != 1 || !n)
		return snap_bad(t, "no ', type NAME' behind the zone");
	p += n;
	mt = migratetype_by_name(word);
	if (mt < 0)
		return snap_bad(t, "the model knows no migratetype '%s'", word);
	if (mt == MIGRATE_CMA)
		s->has_cma_row = true;
	for (int o = 0; o < NR_PAGE_ORDERS; o++) {
		bool cap;

		p += strspn(p, " ");
		cap = *p == '>';
		p += cap;
		if (snap_u64(t, &p, UINT32_MAX, &v))
			return -1;
		if (zone < 0)
			continue;
		s->zone[zone].free_by_order[o][mt] += v;
		capped[zone][o][mt] |= cap;
	}
	return end_of_line(t, p);
}

/* reads the types, in the order of columns, behind "Number of blocks type" */
static int pagetype_columns(struct snap_text *t, const char *p, int *col, int *nr)
{
	char word[32];

	*nr = 0;
	while (snap_word(&p, word, sizeof(word))) {
		int mt = migratetype_by_name(word);

		if (mt < 0 || *nr == MIGRATE_TYPES)
			return snap_bad(t, "the model knows no migratetype '%s'", word);
		col[(*nr)++] = mt;
	}
	return *nr ? 0 : snap_bad(t, "no columns");
}

static int pagetype_blocks(struct snap_text *t, struct snapshot *s, const char *p,
			   const int *col, int nr)
{
	uint64_t v;
	int zone;

	if (zone_prefix(t, &p, &zone))
		return -1;
	for (int i = 0; i < nr; i++) {
		if (snap_u64(t, &p, UINT32_MAX, &v))
			return -1;
		if (zone >= 0)
			s->zone[zone].pageblocks[col[i]] += v;
	}
	return end_of_line(t, p);
}

static void pagetype_drop(struct snapshot *s)
{
	for (int i = 0; i < MAX_NR_ZONES; i++) {
		memset(s->zone[i].free_by_order, 0, sizeof(s->zone[i].free_by_order));
		memset(s->zone[i].pageblocks, 0, sizeof(s->zone[i].pageblocks));
	}
}

static void pagetype_uncap_all(struct snapshot *s, struct recording *m,
			       bool capped[MAX_NR_ZONES][NR_PAGE_ORDERS][MIGRATE_TYPES])
{
	for (int z = 0; z < MAX_NR_ZONES; z++)
		for (int o = 0; o < NR_PAGE_ORDERS; o++)
			for (int mt = 0; mt < MIGRATE_TYPES; mt++)
				if (capped[z][o][mt])
					pagetype_uncap(s, z, o, mt, m);
}

/**
 * parse_pagetypeinfo - read a copy of /proc/pagetypeinfo
 * @t: the file: a table of free buddies by zone, type and order, one of blocks by zone and type
 * @s: after parse_buddyinfo(); gets ->free_by_order and ->pageblocks of its zones
 * @m: for the notes on counts that stay capped, or blocks of another order, which are not used
 *
 * mm/vmstat.c:pagetypeinfo_show.
 *
 * Return: 0; -1 with the message when a table is missing or names a type that the model lacks.
 */
int parse_pagetypeinfo(struct snap_text *t, struct snapshot *s, struct recording *m)
{
	bool capped[MAX_NR_ZONES][NR_PAGE_ORDERS][MIGRATE_TYPES] = { { { false } } };
	int order = pageblock_order, col[MIGRATE_TYPES], nr = 0, ret = 0;
	enum { HEADER, FREE, BLOCKS, MIXED } part = HEADER;
	char *p;

	while (!ret && (p = snap_line(t))) {
		if (sscanf(p, "Page block order: %d", &order) == 1 || !*p ||
		    !strncmp(p, "Pages per block:", 16))
			continue;
		if (!strncmp(p, "Free pages count per migrate type", 33)) {
			part = FREE;
		} else if (!strncmp(p, "Number of blocks type", 21)) {
			part = BLOCKS;
			ret = pagetype_columns(t, p + 21, col, &nr);
		} else if (!strncmp(p, "Number of mixed blocks", 22)) {
			part = MIXED;	/* with page_owner only */
		} else if (part == FREE) {
			ret = pagetype_row(t, s, p, capped);
		} else if (part == BLOCKS) {
			ret = pagetype_blocks(t, s, p, col, nr);
		} else if (part == HEADER) {
			ret = snap_bad(t, "'%.40s' stands before any table", p);
		}
	}
	if (!ret && part < BLOCKS)
		ret = snap_bad(t, "is cut short: no table of blocks by type");
	if (ret)
		return ret;
	if (order != pageblock_order) {
		recording_note(m,
			       "pagetypeinfo: pageblocks of order %d, the model has %d: not used",
			       order, pageblock_order);
		pagetype_drop(s);
		return 0;
	}
	pagetype_uncap_all(s, m, capped);
	s->have_pagetypeinfo = true;
	return 0;
}
