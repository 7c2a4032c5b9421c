// SPDX-License-Identifier: GPL-2.0-only
/* How far metrics may move: --threshold, and the file of --criteria. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "base/number.h"
#include "base/suggest.h"
#include "diff.h"

#define LINE_LEN	512
#define BLANK		" \t\r\n"

static int parse_limit(struct diff_criterion *c, const char *text)
{
	char number[sizeof(c->text)];
	size_t len = strlen(text);

	if (!len || len >= sizeof(number))
		return -1;
	snprintf(c->text, sizeof(c->text), "%s", text);
	snprintf(number, sizeof(number), "%s", text);
	c->relative = number[len - 1] == '%';
	if (c->relative)
		number[len - 1] = '\0';
	if (!parse_real(number, -1e18, 1e18, &c->limit))
		return -1;
	c->up = *number == '+';
	c->down = *number == '-';
	c->limit = fabs(c->limit);
	return 0;
}

/* without a sign: the movement that is worse, and any when none is */
static void watch_the_worse_way(struct diff_criterion *c)
{
	enum metric_better better = metric_find(c->metric)->better;

	if (c->up || c->down)
		return;
	c->up = better != HIGHER_IS_BETTER;
	c->down = better != LOWER_IS_BETTER;
}

/**
 * diff_criterion_parse - read a limit
 * @c: filled in, but for ->where
 * @metric: its name
 * @limit: "-2%", "5%" of the base; "100" in units. A sign names the movement that is a regression;
 *	without one it is the one that makes the metric worse, and both when no way is worse
 * @floor: "floor=N", in units: a relative limit ignores a smaller change; NULL: the metric's own
 * @err: reason
 * @errlen: its size
 *
 * Return: 0; -1 with @err filled.
 */
int diff_criterion_parse(struct diff_criterion *c, const char *metric, const char *limit,
			 const char *floor, char *err, size_t errlen)
{
	memset(c, 0, sizeof(*c));
	c->floor = NAN;
	if (!*metric || strlen(metric) >= sizeof(c->metric)) {
		snprintf(err, errlen, "a metric is needed; see `fragreplay diff --list-metrics`");
		return -1;
	}
	snprintf(c->metric, sizeof(c->metric), "%s", metric);
	if (!limit || parse_limit(c, limit)) {
		snprintf(err, errlen, "\"%s\" is no limit; a change is needed, as in -2%%, 5%% (of"
			 " the base) or 100 (in units)", limit ? limit : "");
		return -1;
	}
	if (floor && (strncmp(floor, "floor=", 6) || !parse_real(floor + 6, 0, 1e18, &c->floor))) {
		snprintf(err, errlen, "\"%s\" is not floor=NUMBER, the least change that counts",
			 floor);
		return -1;
	}
	watch_the_worse_way(c);
	return 0;
}

static struct diff_criterion *criteria_push(struct diff_criteria *list)
{
	if (list->nr == list->cap) {
		size_t cap = list->cap ? 2 * list->cap : 16;
		struct diff_criterion *entry = realloc(list->entry, cap * sizeof(*entry));

		if (!entry) {
			message("out of memory");
			return NULL;
		}
		list->entry = entry;
		list->cap = cap;
	}
	return &list->entry[list->nr++];
}

/**
 * diff_criteria_find - what a metric must keep to
 * @list: the criteria
 * @metric: its name
 *
 * Return: the criterion, or NULL. The last one given counts: --threshold overrides the file.
 */
const struct diff_criterion *diff_criteria_find(const struct diff_criteria *list,
						 const char *metric)
{
	for (size_t i = list->nr; i-- > 0; )
		if (!strcmp(list->entry[i].metric, metric))
			return &list->entry[i];
	return NULL;
}

static int set_alpha(struct diff_criteria *list, const char *value, char *err, size_t errlen)
{
	if (value && parse_real(value, 0, 1, &list->alpha) && list->alpha > 0)
		return 0;
	snprintf(err, errlen, "alpha %s: a probability above 0, up to 1, is needed, as in 0.05",
		 value ? value : "");
	return -1;
}

/* words of one line, the comment gone; returns how many, up to 4 */
static int split_line(char *line, char *word[4])
{
	char *save = NULL;
	int nr = 0;

	line[strcspn(line, "#")] = '\0';
	for (char *w = strtok_r(line, BLANK, &save); w && nr < 4; w = strtok_r(NULL, BLANK, &save))
		word[nr++] = w;
	return nr;
}

static int read_line(struct diff_criteria *list, char *line, const char *where, char *err,
		     size_t errlen)
{
	const struct diff_criterion *other;
	struct diff_criterion c, *slot;
	char *word[4] = { NULL }, hint[SUGGESTION_LEN];
	int nr = split_line(line, word);

	if (!nr)
		return 0;
	if (nr > 3 || (nr > 2 && !strcmp(word[0], "alpha"))) {
		snprintf(err, errlen, "\"%s\" is one word too many; a line is METRIC LIMIT"
			 " [floor=N], or alpha P", word[nr - 1]);
		return -1;
	}
	if (!strcmp(word[0], "alpha"))
		return set_alpha(list, word[1], err, errlen);
	if (diff_criterion_parse(&c, word[0], word[1], word[2], err, errlen))
		return -1;
	if (!metric_is_known(c.metric)) {
		snprintf(err, errlen,
			 "no metric is called %s%s; see `fragreplay diff"
			 " --list-metrics`",
			 c.metric, metric_hint(c.metric, hint, sizeof(hint)));
		return -1;
	}
	other = diff_criteria_find(list, c.metric);
	if (other) {
		snprintf(err, errlen, "%s has a limit already, at %.200s", c.metric, other->where);
		return -1;
	}
	slot = criteria_push(list);
	if (!slot) {
		snprintf(err, errlen, "out of memory");
		return -1;
	}
	*slot = c;
	snprintf(slot->where, sizeof(slot->where), "%s", where);
	return 0;
}

static const char example[] = {
#include "criteria.inc"
};

static int read_lines(struct diff_criteria *list, const char *path, FILE *file)
{
	char line[LINE_LEN], where[sizeof(list->entry->where)], err[ERR_LEN];
	unsigned int nr = 0;

	while (fgets(line, sizeof(line), file)) {
		nr++;
		if (!strchr(line, '\n') && !feof(file)) {
			message("%s:%u: the line is too long; %d characters are the most", path, nr,
				LINE_LEN - 2);
			return -1;
		}
		snprintf(where, sizeof(where), "%.230s:%u", path, nr);
		if (read_line(list, line, where, err, sizeof(err))) {
			message("%s:%u: %s", path, nr, err);
			return -1;
		}
	}
	if (ferror(file)) {
		message("%s: cannot read: %s", path, strerror(errno));
		return -1;
	}
	if (!list->nr) {
		message("%s: holds no criterion; a line is METRIC LIMIT [floor=N]", path);
		return -1;
	}
	return 0;
}

/**
 * diff_criteria_read - read a file of criteria
 * @list: appended to
 * @path: text; a line is METRIC LIMIT [floor=N], "alpha P", empty, or a comment after #
 *
 * A file without any criterion is an error: nothing could ever fail.
 *
 * Return: 0; -1 with a message that names the line.
 */
int diff_criteria_read(struct diff_criteria *list, const char *path)
{
	FILE *file = fopen(path, "r");
	int ret;

	if (!file) {
		message("%s: cannot read: %s", path, strerror(errno));
		return -1;
	}
	ret = read_lines(list, path, file);
	fclose(file);
	return ret;
}

/**
 * diff_criteria_builtin - the criteria that apply when none are given
 * @list: appended to
 *
 * They are those of scripts/ci/criteria.example.
 *
 * Return: 0; -1 with a message.
 */
int diff_criteria_builtin(struct diff_criteria *list)
{
	FILE *file = fmemopen((void *)example, sizeof(example), "r");
	size_t i = list->nr;
	int ret;

	if (!file) {
		message("out of memory");
		return -1;
	}
	ret = read_lines(list, "built in", file);
	fclose(file);
	for (; i < list->nr; i++)
		list->entry[i].builtin = true;
	return ret;
}

/**
 * diff_criteria_threshold - take a --threshold
 * @list: appended to
 * @text: METRIC=LIMIT[,floor=N]
 *
 * Return: 0; -1 with a message.
 */
int diff_criteria_threshold(struct diff_criteria *list, const char *text)
{
	char copy[LINE_LEN], err[ERR_LEN];
	struct diff_criterion c, *slot;
	char *limit, *floor;

	if (strlen(text) >= sizeof(copy)) {
		message("--threshold %.60s...: too long", text);
		return -1;
	}
	snprintf(copy, sizeof(copy), "%s", text);
	limit = strchr(copy, '=');
	if (!limit) {
		message("--threshold %s: METRIC=LIMIT is needed, as in thp_fault_alloc=-2%%", text);
		return -1;
	}
	*limit++ = '\0';
	floor = strchr(limit, ',');
	if (floor)
		*floor++ = '\0';
	if (diff_criterion_parse(&c, copy, limit, floor, err, sizeof(err))) {
		message("--threshold %s: %s", text, err);
		return -1;
	}
	slot = criteria_push(list);
	if (!slot)
		return -1;
	*slot = c;
	snprintf(slot->where, sizeof(slot->where), "--threshold");
	return 0;
}

/**
 * diff_criteria_release - free a list
 * @list: the list
 */
void diff_criteria_release(struct diff_criteria *list)
{
	free(list->entry);
	list->entry = NULL;
	list->nr = list->cap = 0;
}
