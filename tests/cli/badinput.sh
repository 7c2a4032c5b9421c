#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Damaged and foreign input, places that cannot be written to, wrong options: each is exit 2 with a
# message that names the file and the place, nothing on stdout and no death by signal; or, where
# --allow-incomplete was given, a report that says "complete": false.
. tests/cli/lib.bash

rec=$recording
trace=$rec/trace.dat
size=$(stat -L -c %s "$trace")
cd "$tmp" || exit 2

run() { refuses "$1" run -q "${@:2}"; }

# after MAKE PATTERN: the trace that the command MAKE leaves in trace.dat is refused
after() {
	$1 && run "$2" trace.dat
}

# remedy MAKE: and the message says what to do
remedy() {
	$1 && run trace.dat trace.dat && grep -q '; ' err
}

# partly MAKE: --allow-incomplete gives a report of the part before the damage, or a refusal
partly() {
	$1
	fragreplay run -q --allow-incomplete trace.dat
	case $status in
	0) grep -q '"complete": *false' out || { echo 'no "complete": false'; return 1; } ;;
	2) [ ! -s out ] || { echo "exit 2 with something on stdout"; return 1; } ;;
	*) echo "exit $status"; return 1 ;;
	esac
	[ -s err ] || { echo "nothing on stderr"; return 1; }
}

damaged() {			# NAME MAKE
	it "$1 is refused" after "$2" "trace.dat"
	it "$1: the message says what to do" remedy "$2"
	it "$1: with --allow-incomplete" partly "$2"
}

# flip FILE OFFSET COUNT: invert bytes in place
flip() {
	local at byte

	for ((at = $2; at < $2 + $3; at++)); do
		byte=$(od -An -tu1 -j "$at" -N 1 "$1" | tr -d ' ')
		# shellcheck disable=SC2059
		printf "\\$(printf %03o $((byte ^ 255)))" |
			dd of="$1" bs=1 seek="$at" conv=notrunc 2>/dev/null
	done
}

# ways to make trace.dat
nothing() { : >trace.dat; }
prose() { echo "this is no trace at all" >trace.dat; }
zeroes() { head -c 100000 /dev/zero >trace.dat; }
first_bytes() { head -c "$1" "$trace" >trace.dat; }
first_percent() { first_bytes $((size * $1 / 100)); }
all_but_one_byte() { first_bytes $((size - 1)); }
flipped() { cp "$trace" trace.dat && chmod u+w trace.dat && flip trace.dat "$1" "$2"; }

records_of() {			# TRACE
	"$prog" info --json "$1" 2>/dev/null | tr '{,' '\n' | sed -n 's/.*"records": *//p' | head -1
}

#
# the trace itself
#
it "an empty file is refused" after nothing "trace.dat.*empty"
it "text named trace.dat is refused" after prose "trace.dat"
it "zeroes named trace.dat are refused" after zeroes "trace.dat"
it "a file that does not exist is named" run "nowhere.dat" nowhere.dat
mkdir empty
it "a directory without trace.dat is refused" run "empty" empty
it "a directory as trace.dat is refused" refuses "trace.dat" info /

for keep in 5 12 40 300 5000; do
	it "a trace cut to $keep bytes is refused" after "first_bytes $keep" "trace.dat"
done
for percent in 25 50 75 99; do
	damaged "a trace cut to $percent %" "first_percent $percent"
done
damaged "a trace without its last byte" all_but_one_byte

# 24 would be in the compressor's version, which is for people only
for at in 0 9 10 12 14 18; do
	it "byte $at of the file header inverted is refused" after "flipped $at 1" "trace.dat"
done
it "the offset of the options inverted is refused" after "flipped 28 8" "trace.dat"

# Four bytes of compressed event data. What still decompresses to sound events cannot be told from
# what was recorded (the chunks carry no checksum), but events must never be missing from it.
whole=$(records_of "$trace")
it "info counts the records" test "${whole:-0}" -gt 0
refused_or_whole() {
	flipped "$1" 4
	fragreplay run -q trace.dat
	if [ "$status" -eq 0 ]; then
		[ "$(records_of trace.dat)" = "$whole" ] || { echo "events are missing"; return 1; }
		return 0
	fi
	[ "$status" -eq 2 ] && [ ! -s out ] && grep -q trace.dat err
}
places=()
for part in 1 2 3 4 5 6 7 8 9 10 11; do
	places+=($((size * part / 12 + 1001)))
done
for at in "${places[@]}"; do
	it "with 4 bytes at $at inverted it is refused, or no event is missing" \
		refused_or_whole "$at"
done
most_are_noticed() {
	local noticed=0

	for at in "${places[@]}"; do
		flipped "$at" 4
		fragreplay run -q trace.dat
		[ "$status" -ne 2 ] || noticed=$((noticed + 1))
	done
	[ "$noticed" -ge 6 ] || { echo "only $noticed of ${#places[@]}"; return 1; }
}
it "most inverted bytes are noticed" most_are_noticed

#
# the snapshots
#

# a recording in bad/ that shares all files with the good one, to be spoiled afterwards
new_recording() {
	rm -rf bad
	mkdir bad
	cp -r "$rec/before" "$rec/after" bad/
	chmod -R u+w bad
	ln -s "$trace" bad/trace.dat
}

# spoiled PATTERN COMMAND...: a recording that the command damages is refused
spoiled() {
	new_recording
	"${@:2}" && run "$1" bad
}

cut_file() { truncate -s $(($(stat -c %s "$1") * 60 / 100)) "$1"; }
empty_file() { : >"$1"; }
binary_file() { head -c 4096 "$trace" >"$1"; }
flip_middle() { flip "$1" $(($(stat -c %s "$1") / 2)) 4; }
# all_bytes FILE BYTE: as long as before, of nothing but this byte
all_bytes() {
	local size

	size=$(zstd -dqc "$1.zst" | wc -c) && rm "$1.zst"
	head -c "$size" /dev/zero | tr '\0' "$2" >"$1"
}
without_side() {
	new_recording
	rm -r "bad/$1"
	fragreplay run -q bad
	case $status in
	0) grep -q "$1" out err || { echo "nothing names $1/"; return 1; } ;;
	2) [ ! -s out ] && grep -q "$1" err ;;
	*) echo "exit $status"; return 1 ;;
	esac
}
for side in before after; do
	it "a recording without $side/ is refused, or the report says so" without_side $side
	for name in vmstat zoneinfo pagetypeinfo buddyinfo meminfo kpageflags.zst; do
		[ -f "$rec/$side/$name" ] || continue
		it "$side/$name cut short is refused" spoiled "$side/$name" cut_file bad/$side/$name
	done
	for name in vmstat zoneinfo pagetypeinfo meminfo kpageflags.zst; do
		it "$side/$name empty is refused" spoiled "$side/$name" empty_file bad/$side/$name
	done
	for name in vmstat zoneinfo pagetypeinfo; do
		it "$side/$name that is binary is refused" \
			spoiled "$side/$name" binary_file bad/$side/$name
	done
	it "$side/kpageflags.zst with 4 bytes inverted is refused" \
		spoiled kpageflags flip_middle bad/$side/kpageflags.zst
done
it "a counter that is no number is refused with its line" spoiled "before/vmstat.*[0-9]" \
	sed -i 's/^\(nr_free_pages\) .*/\1 banana/' bad/before/vmstat
it "a zone too large for 64 bits is refused" spoiled "before/zoneinfo" \
	sed -i 's/spanned  *[0-9]*/spanned  99999999999999999999/' bad/before/zoneinfo
double_zones() {
	awk '$1 == "spanned" || $1 == "present" || $1 == "managed" { $2 = $2 * 2 } { print }' \
		"$rec/after/zoneinfo" >bad/after/zoneinfo
}
it "before/ and after/ of different memory are refused" spoiled "(before|after)" double_zones
it "before/ and after/ of different kernels are refused" spoiled "(before|after)" \
	sed -i 's/version [0-9][^ ]*/version 5.4.0-other/' bad/after/version

#
# places to write to
#
it "-o into a directory that does not exist is refused" run "nowhere/x.json" \
	-o nowhere/x.json "$rec"
it "-o that names a directory is refused" run "empty" -o empty "$rec"
it "-o /dev/full is refused" run "/dev/full" -o /dev/full "$rec"
locked=/proc
if [ "$(id -u)" -ne 0 ]; then
	locked=locked
	mkdir locked
	chmod a-w locked
fi
it "-o into a directory without write permission is refused" run "$locked" \
	-o $locked/x.json "$rec"
keeps_old() {
	echo precious >keep.json
	exits 2 run -q -o keep.json nowhere.dat && grep -q precious keep.json
}
it "a failed run leaves the old report alone" keeps_old

status_of() { status=0; "$@" || status=$?; }
to_full_disk() {
	status_of "$prog" "$@" >/dev/full 2>err
	[ "$status" -eq 2 ] && [ -s err ]
}
it "run to a full disk is exit 2 with a message" to_full_disk run -q "$rec"
it "info to a full disk is exit 2 with a message" to_full_disk info "$rec"
for command in policies help version; do
	it "$command to a full disk is exit 2 with a message" to_full_disk $command
done
to_closed() {
	status_of "$prog" run -q "$rec" >&- 2>err
	[ "$status" -eq 2 ] && [ -s err ]
}
it "run with stdout closed is exit 2 with a message" to_closed
to_pipe() {
	to_nobody "$prog" run -q "$rec"
	[ "$status" -eq 2 ] && [ ! -s "$tmp/err" ]
}
it "run into a pipe that nobody reads is exit 2, without a word" to_pipe

#
# options
#
it "no command is refused with the usage" refuses "usage"
it "an unknown command is named" refuses "frobnicate" frobnicate
it "an unknown option is named" refuses "frobnicate" run --frobnicate "$rec"
it "run without a trace is refused" refuses "." run
it "two traces are refused" refuses "." run "$rec" "$rec"
it "an unknown policy is named" run "frobnicate" -p frobnicate "$rec"
it "an unknown tunable is named" run "frobnicate" -p vanilla,frobnicate=1 "$rec"
no_object() { prose && run "trace.dat" -p ./trace.dat "$rec"; }
it "a policy that is no shared object is named" no_object
it "an unknown parameter is named" run "frobnicate" --set frobnicate=1 "$rec"
it "a seed that is no number is named" run "banana" --seed banana "$rec"
it "an unknown kernel version is named" run "banana" --kernel banana "$rec"
it "an option without its argument is refused" run "." "$rec" -p
it "a buffer instance that is not there is named" run "frobnicate" \
	--instance frobnicate "$rec"
it "a memory size that is no size is named" run "banana" --memory banana "$trace"

#
# reports
#
echo '{' >bad.json
it "diff names a file that is no JSON" refuses "bad.json" diff bad.json bad.json
echo '{"schema": "other/1"}' >other.json
it "diff names a file of another schema" refuses "other.json" diff other.json other.json
: >empty.json
it "diff names an empty file" refuses "empty.json" diff empty.json empty.json
it "diff names a file that does not exist" refuses "nowhere.json" diff nowhere.json nowhere.json
it "diff of one report is refused" refuses "." diff bad.json
it "kpageflags of nothing but zeros are refused" spoiled "kpageflags.*zoneinfo" all_bytes \
	bad/before/kpageflags '\0'
it "kpageflags of nothing but ones are refused" spoiled "kpageflags.*zoneinfo" all_bytes \
	bad/before/kpageflags '\377'
finish
