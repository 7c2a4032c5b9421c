// SPDX-License-Identifier: GPL-2.0-only
/*
 * The numbers in struct record are those that `trace-cmd report -R` prints for the same event, read
 * here from its text, without any of the reader's own code.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/trace.h"
#include "tests/test.h"

struct source {
	struct trace *t;
	const struct record *rec;
	long at, nr;
};

static const struct record *next_record(struct source *s)
{
	if (s->at == s->nr) {
		s->nr = trace_read(s->t, &s->rec);
		s->at = 0;
		if (s->nr < 0)
			fail_msg("%s", trace_error(s->t));
		if (!s->nr)
			return NULL;
	}
	return &s->rec[s->at++];
}

static uint64_t field(const char *line, const char *name, bool *there)
{
	char key[64];
	const char *at;

	snprintf(key, sizeof(key), " %s=", name);
	at = strstr(line, key);
	*there &= at != NULL;
	return at ? strtoull(at + strlen(key), NULL, 0) : 0;
}

/* pid, CPU, microseconds: "            init-1     [001]     5.110496: " */
static bool same_head(const struct record *rec, const char *line)
{
	const char *bracket = strstr(line, " [");
	const char *dash = bracket;
	unsigned int cpu;
	uint64_t sec, usec;
	long pid;

	while (dash && dash > line && *dash != '-')
		dash--;
	if (!dash || sscanf(bracket, " [%u] %" SCNu64 ".%" SCNu64 ":", &cpu, &sec, &usec) != 3)
		return false;
	pid = strtol(dash + 1, NULL, 10);
	return pid == rec->pid && cpu == rec->cpu && (rec->ts + 500) / 1000 == sec * 1000000 + usec;
}

static bool same_fields(const struct record *rec, const char *line)
{
	bool there = true, same = true;

	switch (rec->type) {
	case REC_ALLOC:		/* bits 0 to 23 are where gfp.h has them, in every kernel so far */
		same = field(line, "gfp_flags", &there) == rec->gfp &&
		       field(line, "migratetype", &there) == rec->migratetype;
		/* fall through */
	case REC_FREE:
		same &= field(line, "pfn", &there) == rec->pfn &&
			field(line, "order", &there) == rec->order;
		break;
	case REC_EXTFRAG:
		same = field(line, "pfn", &there) == rec->extfrag.pfn &&
		       field(line, "alloc_order", &there) == rec->extfrag.alloc_order &&
		       field(line, "fallback_order", &there) == rec->extfrag.fallback_order &&
		       field(line, "alloc_migratetype", &there) == rec->extfrag.alloc_migratetype &&
		       field(line, "fallback_migratetype", &there) ==
			       rec->extfrag.fallback_migratetype &&
		       field(line, "change_ownership", &there) == rec->extfrag.change_ownership;
		break;
	case REC_SHRINK_INACTIVE:
		same = field(line, "nr_scanned", &there) == rec->shrink.nr_scanned &&
		       field(line, "nr_reclaimed", &there) == rec->shrink.nr_reclaimed;
		break;
	case REC_ISOLATE_MIGRATE:
	case REC_ISOLATE_FREE:
		same = field(line, "start_pfn", &there) == rec->isolate.start_pfn &&
		       field(line, "end_pfn", &there) == rec->isolate.end_pfn &&
		       field(line, "nr_scanned", &there) == rec->isolate.nr_scanned &&
		       field(line, "nr_taken", &there) == rec->isolate.nr_taken;
		break;
	case REC_WRITE_FOLIO:
		same = field(line, "pfn", &there) == rec->write_folio.pfn &&
		       field(line, "reclaim_flags", &there) == rec->write_folio.reclaim_flags;
		break;
	}
	return same && there;
}

static const char *const type_name[NR_RECORD_TYPES] = {
	[REC_ALLOC] = " mm_page_alloc: ",
	[REC_FREE] = " mm_page_free: ",
	[REC_EXTFRAG] = " mm_page_alloc_extfrag: ",
	[REC_SHRINK_INACTIVE] = " mm_vmscan_lru_shrink_inactive: ",
	[REC_ISOLATE_MIGRATE] = " mm_compaction_isolate_migratepages: ",
	[REC_ISOLATE_FREE] = " mm_compaction_isolate_freepages: ",
	[REC_WRITE_FOLIO] = " mm_vmscan_write_folio: ",
	[REC_MARK] = " print: ",
};

TEST(records_hold_what_trace_cmd_prints)
{
	const char *dir = getenv("RECORDING");
	struct source s = { 0 };
	char path[4096], err[512], *command, *line = NULL;
	const struct record *rec;
	uint64_t compared = 0, lines = 0;
	size_t cap = 0;
	FILE *report;

	snprintf(path, sizeof(path), "%s/trace.dat", dir ? dir : "traces/7.3-small-d0");
	if (asprintf(&command, "trace-cmd report -R -i '%s' 2>/dev/null", path) < 0)
		fail();
	s.t = trace_open(path, NULL, err, sizeof(err));
	if (!s.t) {
		print_message("%s\n", err);
		skip();
	}
	report = popen(command, "r");
	assert_non_null(report);
	while (getline(&line, &cap, report) > 0) {
		if (!strncmp(line, "cpus=", 5))
			continue;
		lines++;
		rec = next_record(&s);
		assert_non_null(rec);
		if (!same_head(rec, line))
			fail_msg("record %" PRIu64 " differs: %s", lines, line);
		if (!type_name[rec->type])
			continue;
		compared++;
		if (!strstr(line, type_name[rec->type]) || !same_fields(rec, line))
			fail_msg("record %" PRIu64 " differs: %s", lines, line);
	}
	pclose(report);
	free(line);
	free(command);
	if (!lines) {
		print_message("trace-cmd is not installed or cannot read %s\n", path);
		trace_close(s.t);
		skip();
	}
	assert_null(next_record(&s));
	assert_true(compared > 0);
	print_message("%" PRIu64 " of %" PRIu64 " records compared field by field\n", compared,
		      lines);
	trace_close(s.t);
}
