#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: dump.sh FRAGREPLAY RECORDING
#
# The decoder beside trace-cmd's: `fragreplay dump` and `trace-cmd report -R` must print the same
# bytes for the same file, in every version and compression that trace-cmd can make of it; and what
# those files are read as must have one digest. FRAGREPLAY_TRACES names a folder of more recordings.
. tests/cli/lib.bash

if ! command -v trace-cmd >/dev/null; then
	echo "ok 1 # SKIP trace-cmd is not installed, nothing to compare with"
	exit 0
fi

# same FILE: every line as trace-cmd prints it, and at least one event
same() {
	trace-cmd report -R -i "$1" >"$tmp/want" 2>/dev/null || return 1
	"$prog" dump "$1" >"$tmp/got" || return 1
	[ "$(wc -l <"$tmp/want")" -gt 1 ] || { echo "trace-cmd prints no event"; return 1; }
	cmp "$tmp/want" "$tmp/got" && return 0
	diff "$tmp/want" "$tmp/got" | head -n 20
	return 1
}

digest() {
	"$prog" info "$1" | grep -i digest
}

# one_digest OTHER FILE
one_digest() {
	[ "$(digest "$1")" = "$(digest "$2")" ] && [ -n "$(digest "$1")" ] && return 0
	digest "$1"
	digest "$2"
	return 1
}

convert() {			# OUT ARGUMENT...
	local out=$1

	shift
	trace-cmd convert "$@" -i "$recording/trace.dat" -o "$out" >/dev/null 2>&1
}

it "the carried recording" same "$recording/trace.dat"
convert "$tmp/v6.dat" --file-version 6 && {
	it "the same as version 6" same "$tmp/v6.dat"
	it "version 6 has the same digest" one_digest "$recording/trace.dat" "$tmp/v6.dat"
}
for algo in none zlib zstd; do
	convert "$tmp/v7.dat" --compression $algo || continue
	it "the same with compression $algo" same "$tmp/v7.dat"
	it "compression $algo has the same digest" one_digest "$recording/trace.dat" "$tmp/v7.dat"
done

# restore: a file put together from per-CPU ones, as after a recording that was interrupted
restore() {
	local cpu offset size

	convert "$tmp/plain.dat" --compression none || return 1
	while read -r cpu offset size; do
		dd if="$tmp/plain.dat" of="$tmp/cpu$cpu" bs=4096 skip=$((offset / 4096)) \
			count=$((size / 4096)) status=none
	done < <(trace-cmd dump --options -i "$tmp/plain.dat" |
		 sed -nE 's/^ +([0-9]+) ([0-9]+)\t([0-9]+)\t\[id.*|^ +([0-9]+) ([0-9]+)\t([0-9]+).*/\1\4 \2\5 \3\6/p')
	trace-cmd restore -i "$tmp/plain.dat" -o "$tmp/restored.dat" "$tmp"/cpu* >/dev/null 2>&1
}

restore && {
	it "the same put together by trace-cmd restore" same "$tmp/restored.dat"
	it "what was restored has the same digest" one_digest "$recording/trace.dat" \
		"$tmp/restored.dat"
}

for name in 6.1-mixed 6.18-storm-d0 7.3-mixed-full 7.3-small-pcp; do
	file=${FRAGREPLAY_TRACES:-}/$name/trace.dat
	if [ -n "${FRAGREPLAY_TRACES:-}" ] && [ -e "$file" ]; then
		it "recording $name" same "$file"
	else
		echo "# skipped: recording $name is not in FRAGREPLAY_TRACES=${FRAGREPLAY_TRACES:-}"
	fi
done
finish
