#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What only its own file uses is static. Prints TAP; run from the top of the tree, BUILD=directory.
#
# An external name is one that an object of the program defines and no other object of the program
# asks for. Allowed are what plug-ins import (policies/exports), and what a test of the same room
# calls beside its own file, below: each is a rule that a test states by itself.

BUILD=${BUILD:-build}
tested='
main                      the program begins here
add_to_free_list          tests of free lists make lists of their own
diff_change               the relative change of two values
diff_criterion_judge      one criterion, against one row
diff_criterion_parse      one line of a criteria file
diff_percent              how a change is printed
diff_student_p            Student t against tables
extfrag_for_order         __fragmentation_index against examples
kswapd_test_hopeless      what makes kswapd give up
mark_of_text              which marker a line of trace_marker is
page_lost_events          what a page says of lost events
pgdat_balanced            when kswapd is done
report_contig_order       the sizes of contiguity, so that a test makes zones of them
report_search             the section of list searches
run_seeds_at_once         how many seeds share a decode
snapshot_compound_head    the page flags of compound pages
spb_needs_defrag          when a superpageblock is worked on
trace_open_memory         the readers on bytes in memory: tests and fuzzers
'

objects=$(find parsers policies replay -name '*.c' ! -name skeleton.c |
	sed "s|^|$BUILD/|; s|c\$|o|")

# shellcheck disable=SC2086 # no object's name has a blank
names=$(nm -A -P -g $objects | sed 's/^\([^[]*\): /\1 /')
unused() {
	awk '
	FNR == NR { allowed[$1] = 1; next }
	$3 == "U" { used[$2] = 1; next }
	$2 ~ /^__(odr_)?asan/ { next }
	$3 ~ /^[TDBRC]$/ { file[$2] = $1 }
	END { for (name in file) if (!used[name] && !allowed[name]) print file[name], name }
	' <({ sed -n 's/^\t\(.*\);$/\1/p' policies/exports; awk 'NF { print $1 }' <<<"$tested"; }) - \
		<<<"$names" | sort
}
# a name on the list that is gone, or that another file uses now, has no business there
stale() {
	awk 'NF { print $1 }' <<<"$tested" | while read -r name; do
		grep -qE "^[^ ]+ $name [TDBRC]" <<<"$names" || echo "$name is not defined any more"
		[ "$name" = main ] || ! grep -qE "^[^ ]+ $name U" <<<"$names" ||
			echo "$name is used by another file"
	done
}

status=0
check() {			# NUMBER DESCRIPTION FUNCTION
	local wrong

	wrong=$($3)
	if [ -z "$wrong" ]; then
		echo "ok $1 - $2"
	else
		status=1
		echo "not ok $1 - $2"
		sed 's/^/# /' <<<"$wrong"
	fi
}
check 1 "what only its own file uses is static" unused
check 2 "every exception is still one" stale
echo 1..2
exit $status
