#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Whole reports, byte by byte: tests/golden/CASE/args is a command line, report.json what it must
# print (the tool's version aside). After a change that is meant to move them, look at the
# difference and run `UPDATE=1 tests/cli/golden.sh build/fragreplay`.
. tests/cli/lib.bash

neutral() { sed 's/^\( *"version": \)".*"$/\1"any"/' "$1"; }

golden() {
	local dir=$1 args

	read -ra args <"$dir/args"
	exits 0 "${args[@]}" || return 1
	neutral "$tmp/out" >"$tmp/report.json"
	[ -z "${UPDATE:-}" ] || cp "$tmp/report.json" "$dir/report.json"
	diff -u "$dir/report.json" "$tmp/report.json"
}

for dir in tests/golden/*/; do
	dir=${dir%/}
	it "golden report ${dir##*/}" golden "$dir"
done
finish
