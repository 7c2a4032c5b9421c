#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# doc/published-columns.md: every line of it runs, and the columns are different policies.
. tests/cli/lib.bash

mapfile -t columns < <(sed -n 's/^    -p //p' doc/published-columns.md)

# made COLUMN: the report of its policy is there; the first test that asks for it makes it
made() {
	[ -e "$tmp/$1.json" ] || exits 0 run "$recording" -p "$1" -o "$tmp/$1.json"
}

it "the page has the columns of four series" test "${#columns[@]}" -ge 15
it "the page has each column once" test -z "$(printf '%s\n' "${columns[@]}" | sort | uniq -d)"
for column in "${columns[@]}"; do
	it "$column runs" made "$column"
done

# report COLUMN EXPRESSION: true of its policy p, with n steals and claims below a pageblock
report() {
	made "$1" || return 1
	python -c "import json, sys
r = json.load(open(sys.argv[1]))
p = r['policies'][0]
e = p['extfrag']['by_class']
n = e['steal'] + e['claim_part']
sys.exit(0 if ($2) else 1)" "$tmp/$1.json"
}

labels() {
	local column

	for column in "${columns[@]}"; do
		report "$column" "p['policy'] == '$column'" || { echo "$column"; return 1; }
	done
}
it "each label says what was asked for" labels
it "vanilla pollutes" report "${columns[0]}" "n > 0"
for column in "${columns[@]}"; do
	case $column in
	*drop=never*|*step=base*)
		# the bulk allocator, which kernel stacks come from, is not bound by ALLOC_NOFRAGMENT
		it "no page is stolen: ${column%%,kernel*}" report "$column" "e['steal'] == 0"
		it "but for kernel stacks nothing below a pageblock changes type: ${column%%,kernel*}" \
			report "$column" "e['claim_part'] <= r['demand']['forks'] and e['claim_part'] < 50"
	esac
done
finish
