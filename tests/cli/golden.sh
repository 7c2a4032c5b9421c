#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Reports as they must be. tests/golden/CASE/args is a command line; report.json is all that it must
# print (the tool's version aside), or expected the values of the paths in fields. tests/golden/README.md
# says what each case shows. After a change that is meant to move them, look at the difference and
# run `UPDATE=1 tests/cli/golden.sh build/fragreplay traces/7.3-small-d0`.
. tests/cli/lib.bash

neutral() { sed 's/^\( *"version": \)".*"$/\1"any"/' "$1"; }

# golden CASE: what the report says is what was expected
golden() {
	local dir=$1 expected=$1/report.json args

	read -ra args <"$dir/args"
	exits 0 "${args[@]}" || return 1
	neutral "$tmp/out" >"$tmp/result"
	if [ -e "$dir/fields" ]; then
		expected=$dir/expected
		python tests/golden/fields.py "$tmp/out" "$dir/fields" >"$tmp/result" || return 1
	fi
	[ -z "${UPDATE:-}" ] || cp "$tmp/result" "$expected"
	diff -u "$expected" "$tmp/result"
}

for dir in tests/golden/*/; do
	dir=${dir%/}
	it "golden report ${dir##*/}" golden "$dir"
done
finish
