// SPDX-License-Identifier: GPL-2.0-only
/* Kernel versions as text and number, and the tables of base/kernel.h against other sources. */
#include <stddef.h>
#include <stdint.h>

#include "base/kernel.h"
#include "tests/test.h"

#define BITS	\
	{ KPF(REFERENCED), KPF(UPTODATE), KPF(DIRTY), KPF(LRU), KPF(ACTIVE), KPF(SLAB),		\
	  KPF(BUDDY), KPF(ANON), KPF(SWAPBACKED), KPF(COMPOUND_HEAD), KPF(COMPOUND_TAIL),	\
	  KPF(HUGE), KPF(NOPAGE), KPF(OFFLINE), KPF(PGTABLE) }

static const u64 own_bits[] = BITS;
#include <linux/kernel-page-flags.h>	/* from here on, the names are the system's numbers */
static const u64 system_bits[] = BITS;

TEST(page_flags_are_those_of_the_system)
{
	for (size_t i = 0; i < sizeof(own_bits) / sizeof(own_bits[0]); i++)
		assert_int_equal(own_bits[i], system_bits[i]);
}

TEST(versions_are_parsed)
{
	assert_int_equal(kernel_version_parse("6.12.117-amd64"), 0x060c0075);
	assert_int_equal(kernel_version_parse("7.3"), 0x07030000);
	assert_int_equal(kernel_version_parse("Linux version 6.1.0-50-cloud-amd64 (x"), 0x06010000);
	assert_int_equal(kernel_version_parse("6"), 0);
	assert_int_equal(kernel_version_parse("next-2026"), 0);
	assert_int_equal(kernel_version_parse(""), 0);
}

TEST(versions_are_printed_as_they_are_parsed)
{
	static const char *const version[] = { "6.1.0", "6.12.117", "7.3.4", "255.255.65535" };
	char text[16];

	for (size_t i = 0; i < sizeof(version) / sizeof(version[0]); i++)
		assert_string_equal(kernel_version_print(kernel_version_parse(version[i]), text,
							 sizeof(text)), version[i]);
}

TEST(every_name_finds_its_number)
{
	for (int i = 0; i < MAX_NR_ZONES; i++)
		assert_int_equal(name_index(zone_names, MAX_NR_ZONES, zone_names[i]), i);
	for (int i = 0; i < MIGRATE_TYPES; i++)
		assert_int_equal(name_index(migratetype_names, MIGRATE_TYPES,
					    migratetype_names[i]), i);
	for (int i = 0; i < NR_THP_DEFRAG_MODES; i++)
		assert_int_equal(name_index(thp_defrag_names, NR_THP_DEFRAG_MODES,
					    thp_defrag_names[i]), i);
	assert_int_equal(name_index(zone_names, MAX_NR_ZONES, "HighMem"), -1);
}

TEST(every_default_of_a_sysctl_is_in_its_range)
{
	struct mm_sysctl s = sysctl_defaults;

	for (size_t i = 0; i < NR_SYSCTLS; i++) {
		const struct sysctl_info *info = &sysctl_table[i];
		const u32 *value = sysctl_value(&s, info);

		for (unsigned int k = 0; k < info->nr; k++) {
			assert_true(value[k] <= info->high);
			/* min_free_kbytes is 0 until it is computed from the memory's size */
			assert_true(value[k] >= info->low || value == &s.min_free_kbytes);
		}
	}
}

TEST(versions_have_bounds_that_are_patch_levels_at_the_new_end_alone)
{
	assert_false(kernel_version_modeled(kernel_version_parse("6.0.19")));
	assert_true(kernel_version_modeled(kernel_version_parse("6.1")));
	assert_true(kernel_version_modeled(KERNEL_NEWEST));
	assert_true(kernel_version_modeled(kernel_version_parse("7.3.200")));
	assert_false(kernel_version_modeled(kernel_version_parse("7.4")));
	assert_false(kernel_version_modeled(0));
}
