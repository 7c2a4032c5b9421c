/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the snapshot reader's files share: one text file being read line by line, and the parsers.
 */
#ifndef FRAGREPLAY_RECORDING_INTERNAL_H
#define FRAGREPLAY_RECORDING_INTERNAL_H

#include "recording.h"

/**
 * struct snap_text - a copy of a procfs file, held whole
 * @path: for messages
 * @buf: its text; lines are cut in place
 * @pos: where the next line starts; NULL at the end
 * @line: number of the line read last, from 1
 * @err: where messages go
 * @errlen: its size
 */
struct snap_text {
	char path[4096];
	char *buf, *pos;
	unsigned int line;
	char *err;
	size_t errlen;
};

int snap_open(struct snap_text *t, const char *dir, const char *name, char *err, size_t errlen);
void snap_close(struct snap_text *t);
char *snap_line(struct snap_text *t);
int snap_bad(const struct snap_text *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
int snap_u64(const struct snap_text *t, const char **s, uint64_t max, uint64_t *value);
int snap_word(const char **s, char *word, size_t size);
void recording_defaults(struct recording *m);

/* Each of these parses one file: snapshot_text.c, snapshot_zones.c. */
int parse_vmstat(struct snap_text *t, struct snapshot *s, struct recording *m);
int parse_zoneinfo(struct snap_text *t, struct snapshot *s, struct recording *m);
int parse_buddyinfo(struct snap_text *t, struct snapshot *s, struct recording *m);
int parse_pagetypeinfo(struct snap_text *t, struct snapshot *s, struct recording *m);
int parse_meminfo(struct snap_text *t, struct snapshot *s, struct recording *m);
int parse_swaps(struct snap_text *t, struct snapshot *s, struct recording *m);
int parse_sysctl_vm(struct snap_text *t, struct snapshot *s, struct recording *m);
int parse_thp(struct snap_text *t, struct snapshot *s, struct recording *m);
int parse_version(struct snap_text *t, struct snapshot *s, struct recording *m);

/* snapshot_flags.c */
int snap_flags_load(const char *dir, const char *name, uint64_t **flags, uint32_t *nr,
		    char *err, size_t errlen);
void snap_mark_holes(struct snapshot *s, struct recording *m, const char *side);
void snap_expand_buddy_heads(struct snapshot *s, struct recording *m, const char *side);

/* snapshot_check.c asks whether all of it comes from one machine and boot. */
int snap_check_flags(const struct snapshot *s, const char *dir, char *err, size_t errlen);
int snap_check_side(const struct snapshot *s, const char *dir, char *err, size_t errlen);
int snap_check_twins(struct recording *m, const char *dir, char *err, size_t errlen);

#endif
