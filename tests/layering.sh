#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Which folder may include which. Prints TAP; run from the top of the tree.
#
# A folder includes its own files by their name and another's as "folder/file.h"; the folders of
# replay/ are named without it. internal.h never leaves its folder, and what else of its headers
# others may include stands in a table, too. A test may include all headers of the folder that it is
# named after. The machines that tests share stand for the folder whose tests they are made for.

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
record     : base
cmd        : include base parsers policies recording mm engine report check diff view record
main       : base cmd
'
# Reasons where a folder sees more than the layer below it:
#   parsers -> base     kernel.h: versions and names that events print
#   engine -> policies  table.h: the policies that are built in
#   report -> parsers   the trace's own description is a part of the report
#   check -> engine     it holds results of a run against the recording
#   cmd -> record       it makes recordings of this machine, which nothing else needs to know of
#   cmd -> mm           --set names the model's parameters; failed requests are said on stderr

# Each line: a folder, and its headers that other folders may include. All those of base/ are for
# everybody, for it is a library of small parts; those of include/ are installed.
public='
parsers    : trace.h
mm         : mm.h params.h
policies   : table.h
recording  : recording.h
boot       : boot.h
demand     : demand.h
engine     : engine.h policy_sink.h
report     : report.h metrics.h
check      : check.h
diff       : diff.h
view       : view.h
record     : record.h
cmd        : cmd.h
'
# Reasons where a folder has more than one:
#   mm      params.h: the command line sets parameters and sees nothing else of the model
#   engine  policy_sink.h: the report collects what a policy says at the end
#   report  metrics.h: check, diff and view read the numbers of a report by their names; that
#           needs nothing of the engine, which report.h includes

# the folders that may include jansson.h and base/json.h, as may main.c, which watches their memory
json='base|report|check|diff|view|cmd'

files=$(find include parsers policies replay -name '*.[ch]' | sort)
tests=$(find tests -name '*.[ch]' | sort)
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

# one line an arrow between folders: FROM TO FILE INCLUDED; the fuzz targets are tests of parsers/
arrows() {			# FILE...
	grep -HE '^[ \t]*#[ \t]*include[ \t]*(".*/|<fragreplay/)' "$@" | awk -F: '
	function folder(path, part) {
		split(path, part, "/")
		if (part[1] == "tests")
			return part[2] == "fuzz" ? "parsers" : part[2]
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

# shellcheck disable=SC2086 # no file name has a blank
all=$(arrows $files)
# shellcheck disable=SC2086
of_tests=$(arrows $tests)

forbidden() {
	local from to file included

	while read -r from to file included; do
		[ -n "$from" ] || continue
		sed -n "s/^$from *: *//p" <<<"$allowed" | grep -qwF -- "$to" ||
			echo "$file includes $included: $from -> $to"
	done <<<"$all"
}

# of the arrows on stdin, those to a header that is not for others
inner() {
	local from to file included headers

	while read -r from to file included; do
		case $to in
		""|base|include|tests) continue ;;
		esac
		headers=$(sed -n "s/^$to *: *//p" <<<"$public")
		[[ " $headers " = *" ${included#"$to"/} "* ]] ||
			echo "$file includes $included, an inner header of $to"
	done
}

# tsort names every member of a circle on stderr
circles() {
	sed -n 's/^\([a-z]*\) *: */\1 /p' <<<"$allowed" |
		awk '{ for (i = 2; i <= NF; i++) print $1, $i }' | tsort 2>&1 >/dev/null
	awk '{ print $1, $2 }' <<<"$all" | sort -u | tsort 2>&1 >/dev/null
}

unknown() {
	local path folder header

	for path in include parsers policies replay/*/; do
		folder=$(basename "$path")
		grep -q "^$folder *:" <<<"$allowed" || echo "$folder has no line in the table"
		for header in $(sed -n "s/^$folder *: *//p" <<<"$public"); do
			[ -f "$path/$header" ] || echo "$folder has no $header"
		done
	done
}

result "every include follows the table of layers" < <(forbidden)
result "no folders include one another in a circle" < <(circles)
result "every folder has a line in the table, and the headers that it shows" < <(unknown)
result "internal.h never leaves its folder" < <(
	awk '$4 ~ /(^|\/)internal\.h$/ { print $3 " includes " $4 }' <<<"$all")
result "a folder includes only what another shows" < <(inner <<<"$all")
result "a test includes inner headers of no folder but its own" < <(inner <<<"$of_tests")
result "JSON is known to the folders that read and write it, and to no other" < <(
	# shellcheck disable=SC2086
	grep -HE '^[ \t]*#[ \t]*include[ \t]*("base/json\.h"|[<"]jansson\.h)' $files |
		grep -vE "^replay/(($json)/|main\.c:)")
# shellcheck disable=SC2086
result "no include climbs out of its folder by ../" < <(grep -HE '^#include "\.\./' $files)

echo "1..$nr"
[ "$bad" -eq 0 ]
