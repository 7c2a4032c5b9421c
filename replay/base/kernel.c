// SPDX-License-Identifier: GPL-2.0-only
/* The lists of kernel.h become tables here, and kernel versions are read and printed. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

const char *const zone_names[MAX_NR_ZONES] = {
#define X(type, name) [type] = name,
	KERNEL_ZONES(X)
#undef X
};

const char *const migratetype_names[MIGRATE_TYPES] = {
#define X(type, name, key) [type] = name,
	KERNEL_MIGRATETYPES(X)
#undef X
};

const char *const migratetype_keys[MIGRATE_TYPES] = {
#define X(type, name, key) [type] = key,
	KERNEL_MIGRATETYPES(X)
#undef X
};

const char *const thp_enabled_names[NR_THP_ENABLED_MODES] = {
#define X(mode, name) name,
	THP_ENABLED_MODES(X)
#undef X
};

const char *const thp_defrag_names[NR_THP_DEFRAG_MODES] = {
#define X(mode, name) name,
	THP_DEFRAG_MODES(X)
#undef X
};

const struct sysctl_info sysctl_table[NR_SYSCTLS] = {
#define ENTRY(member, name, nr, low, high, marks) \
	{ #member, name, offsetof(struct mm_sysctl, member), nr, low, high, marks },
#define ONE(member, name, low, high, marks, ...) ENTRY(member, name, 1, low, high, marks)
#define ZONES(member, name, low, high, marks, ...) \
	ENTRY(member, name, MAX_NR_ZONES, low, high, marks)
	KERNEL_SYSCTLS(ONE, ZONES)
#undef ENTRY
#undef ONE
#undef ZONES
};

const struct mm_sysctl sysctl_defaults = {
#define ONE(member, name, low, high, marks, ...) .member = __VA_ARGS__,
#define ZONES ONE
	KERNEL_SYSCTLS(ONE, ZONES)
#undef ONE
#undef ZONES
};

/**
 * kernel_version_parse - get the version out of a kernel release
 * @s: "6.12.117-...", "7.3"; a leading "Linux version " is skipped
 *
 * Return: the version as KERNEL() makes it; 0 when @s does not begin with a version.
 */
u32 kernel_version_parse(const char *s)
{
	static const char prefix[] = "Linux version ";
	unsigned long part[3] = { 0, 0, 0 };
	int i;

	if (!strncmp(s, prefix, sizeof(prefix) - 1))
		s += sizeof(prefix) - 1;
	for (i = 0; i < 3; i++) {
		char *end;

		if (!isdigit((unsigned char)*s))
			break;
		part[i] = strtoul(s, &end, 10);
		s = *end == '.' ? end + 1 : "";
	}
	if (i < 2 || part[0] > 255 || part[1] > 255)
		return 0;
	return KERNEL(part[0], part[1], part[2] > 0xffff ? 0xffff : part[2]);
}

/**
 * kernel_version_modeled - is it a version that the model can behave as?
 * @version: as kernel_version_parse() returns it
 *
 * Return: true when it is; where it is not, KERNEL_NEEDED says what is.
 */
bool kernel_version_modeled(u32 version)
{
	return version >= KERNEL_OLDEST && version >> 16 <= KERNEL_NEWEST >> 16;
}

/**
 * kernel_version_print - print a kernel version into a buffer
 * @version: as kernel_version_parse() returns it
 * @buf: room for the text, "6.12.117"
 * @size: of @buf; 16 bytes hold every version
 *
 * Return: @buf.
 */
const char *kernel_version_print(u32 version, char *buf, size_t size)
{
	snprintf(buf, size, "%u.%u.%u", version >> 24, version >> 16 & 0xff, version & 0xffff);
	return buf;
}

/**
 * name_index - find a name in one of these tables
 * @names: the table
 * @nr: its size
 * @name: what to look for, spelled exactly
 *
 * Return: its index, -1 when the table does not have it.
 */
int name_index(const char *const *names, int nr, const char *name)
{
	for (int i = 0; i < nr; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}
