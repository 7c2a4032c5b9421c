#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Which folder may include which. Prints TAP; run from the top of the tree.
#
# A folder includes its own files by their name and another's as "folder/file.h"; the folders of
# replay/ are named without it. internal.h never leaves its folder, and mm/ shows mm.h alone.

# Each line: a folder, and all that it may include.
allowed='
include    :
base       : include
parsers    : include base
mm         : include base
policies   : include
recording  : include base parsers
boot       : include base recording mm
demand     : include base parsers recording
engine     : include base parsers policies recording mm boot demand
report     : include base parsers recording mm engine
check      : include base recording engine report
diff       : include base report
view       : include base report diff
cmd        : include base parsers policies recording mm engine report check diff view
main       : base cmd
'
# Reasons where a folder sees more than the layer below it:
#   parsers -> base     kernel.h: versions and names that events print
#   engine -> policies  table.h: the policies that are built in
#   report -> parsers   the trace's own description is a part of the report
#   check -> engine     it holds results of a run against the recording
#   cmd -> mm           params.h: --set names the model's parameters

files=$(find include parsers policies replay -name '*.[ch]' | sort)
nr=0 bad=0

result() {			# DESCRIPTION, and what is wrong on stdin
	local wrong

	wrong=$(cat)
	nr=$((nr + 1))
	if [ -z "$wrong" ]; then
		echo "ok $nr - $1"
	else
		bad=$((bad + 1))
		echo "not ok $nr - $1"
		sed 's/^/# /' <<<"$wrong"
	fi
}

# one line an arrow between folders: FROM TO FILE INCLUDED
arrows() {
	# shellcheck disable=SC2086 # no file name has a blank
	grep -HE '^[ \t]*#[ \t]*include[ \t]*(".*/|<fragreplay/)' $files | awk -F: '
	function folder(path, part) {
		split(path, part, "/")
		if (part[1] != "replay")
			return part[1]
		return path ~ /^replay\/[^\/]*$/ ? "main" : part[2]
	}
	{
		included = $2
		sub(/^[^"<]*["<]/, "", included)
		sub(/[">].*/, "", included)
		to = included ~ /^fragreplay\// ? "include" : included
		sub(/\/.*/, "", to)
		if (folder($1) != to)
			print folder($1), to, $1, included
	}'
}

all=$(arrows)

forbidden() {
	local from to file included

	while read -r from to file included; do
		[ -n "$from" ] || continue
		sed -n "s/^$from *: *//p" <<<"$allowed" | grep -qwF -- "$to" ||
			echo "$file includes $included: $from -> $to"
	done <<<"$all"
}

# tsort names every member of a circle on stderr
circles() {
	sed -n 's/^\([a-z]*\) *: */\1 /p' <<<"$allowed" |
		awk '{ for (i = 2; i <= NF; i++) print $1, $i }' | tsort 2>&1 >/dev/null
	awk '{ print $1, $2 }' <<<"$all" | sort -u | tsort 2>&1 >/dev/null
}

unknown() {
	local folder

	for folder in include parsers policies replay/*/; do
		folder=$(basename "$folder")
		grep -q "^$folder *:" <<<"$allowed" || echo "$folder has no line in the table"
	done
}

result "every include follows the table of layers" < <(forbidden)
result "no folders include one another in a circle" < <(circles)
result "every folder has a line in the table" < <(unknown)
result "internal.h never leaves its folder" < <(
	awk '$4 ~ /(^|\/)internal\.h$/ { print $3 " includes " $4 }' <<<"$all")
result "the model is included as mm.h" < <(
	awk '$2 == "mm" && $4 !~ /^mm\/(mm|params)\.h$/ { print $3 " includes " $4 }' <<<"$all")
# shellcheck disable=SC2086
result "no include climbs out of its folder by ../" < <(grep -HE '^#include "\.\./' $files)
# the fuzz targets are tests of the parsers
result "a test sees the internals of no folder but its own" < <(
	grep -rHE '^#include "([a-z]+/)+internal\.h"' tests --include='*.[ch]' |
	awk -F'[:"]' '{ room = $1; sub(/^tests\//, "", room); sub(/\/.*/, "", room)
		if (room == "fuzz") room = "parsers"
		from = $3; sub(/\/internal\.h$/, "", from)
		if (from != room) print $1 " includes " $3 }')

echo "1..$nr"
[ "$bad" -eq 0 ]
