#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: badinput.sh FRAGREPLAY RECORDING
#
# Damaged and foreign input, places that cannot be written to, wrong options: each is exit 2 with a
# message that names the file and the place, nothing on stdout and no death by signal; or, where
# --allow-incomplete was given, a report that says "complete": false.

prog=$1
rec=$2
if [ ! -x "$prog" ] || [ ! -f "$rec/trace.dat" ]; then
	echo "usage: $0 FRAGREPLAY RECORDING" >&2
	exit 2
fi
case $prog in /*) ;; *) prog=$PWD/$prog ;; esac
rec=$(cd "$rec" && pwd)
tmp=$(mktemp -d "${TMPDIR:-/tmp}/badinput.XXXXXX") || exit 2
trap 'rm -rf "$tmp"' EXIT
trap 'exit 2' HUP INT TERM
cd "$tmp" || exit 2

count=0
failed=0

result() {			# STATUS NAME [WHY]
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $count - $2"
		return
	fi
	failed=$((failed + 1))
	echo "not ok $count - $2"
	echo "# $3"
	sed 's/^/# stderr: /; 5q' err
}

capture() {			# COMMAND...: its status in $rc, output in out and err
	rc=0
	timeout 300 "$@" >out 2>err </dev/null || rc=$?
}

# what the last command did wrong, given that it had to refuse, naming PATTERN; empty: nothing
refusal_fault() {		# PATTERN
	if [ $rc -ne 2 ]; then
		echo "exit $rc instead of 2"
	elif [ -s out ]; then
		echo "something on stdout"
	elif ! grep -qE -e "$1" err; then
		echo "the message does not match '$1'"
	fi
}

refused() {			# NAME PATTERN COMMAND...
	name=$1
	pattern=$2
	shift 2
	capture "$@"
	why=$(refusal_fault "$pattern")
	[ -z "$why" ]
	result $? "$name" "$why"
}

# like refused(), and --allow-incomplete must give a report of the part before the damage
damaged() {			# NAME PATTERN TRACE
	refused "$1" "$2" "$prog" run -q "$3"
	grep -q '; ' err
	result $? "$1: the message says what to do" "no remedy in it"
	capture "$prog" run -q --allow-incomplete "$3"
	why=
	if [ $rc -ne 0 ] && [ $rc -ne 2 ]; then
		why="exit $rc"
	elif [ $rc -eq 0 ] && ! grep -q '"complete": *false' out; then
		why='the report does not say "complete": false'
	elif [ $rc -eq 2 ] && [ -s out ]; then
		why="exit 2 with something on stdout"
	elif [ ! -s err ]; then
		why="nothing on stderr"
	fi
	[ -z "$why" ]
	result $? "$1: with --allow-incomplete" "$why"
}

size_of() {
	wc -c <"$1" | tr -d ' '
}

flip() {			# FILE OFFSET COUNT: invert bytes in place
	for i in $(seq 0 $(($3 - 1))); do
		byte=$(od -An -tu1 -j $(($2 + i)) -N 1 "$1" | tr -d ' ')
		# shellcheck disable=SC2059
		printf "\\$(printf %03o $((byte ^ 255)))" |
			dd of="$1" bs=1 seek=$(($2 + i)) conv=notrunc 2>/dev/null
	done
}

records_of() {			# TRACE
	"$prog" info --json "$1" 2>/dev/null | tr '{,' '\n' | sed -n 's/.*"records": *//p' | head -1
}

# a recording in bad/ that shares all files with the good one, to be spoilt afterwards
new_recording() {
	rm -rf bad
	mkdir bad
	cp -r "$rec/before" "$rec/after" bad/
	chmod -R u+w bad
	ln -s "$rec/trace.dat" bad/trace.dat
}

cut_file() {			# FILE KEEP-PERCENT
	n=$(size_of "$1")
	dd if="$1" of=cut bs=$((n * $2 / 100)) count=1 2>/dev/null
	mv cut "$1"
}

#
# the trace itself
#
size=$(size_of "$rec/trace.dat")

: >trace.dat
refused "empty file" "trace.dat.*empty" "$prog" run -q trace.dat
echo "this is no trace at all" >trace.dat
refused "text named trace.dat" "trace.dat" "$prog" run -q trace.dat
head -c 100000 /dev/zero >trace.dat
refused "zeroes named trace.dat" "trace.dat" "$prog" run -q trace.dat
refused "file that does not exist" "nowhere.dat" "$prog" run -q nowhere.dat
mkdir -p empty
refused "directory without trace.dat" "empty" "$prog" run -q empty
refused "directory as trace.dat" "trace.dat" "$prog" info /

for keep in 5 12 40 300 5000; do
	head -c $keep "$rec/trace.dat" >trace.dat
	refused "trace cut to $keep bytes" "trace.dat" "$prog" run -q trace.dat
done
for percent in 25 50 75 99; do
	head -c $((size * percent / 100)) "$rec/trace.dat" >trace.dat
	damaged "trace cut to $percent %" "trace.dat" trace.dat
done
head -c $((size - 1)) "$rec/trace.dat" >trace.dat
damaged "trace without its last byte" "trace.dat" trace.dat

# 24 would be in the compressor's version, which is for people only
for at in 0 9 10 12 14 18; do
	cp "$rec/trace.dat" trace.dat
	chmod u+w trace.dat
	flip trace.dat $at 1
	refused "byte $at of the file header inverted" "trace.dat" "$prog" run -q trace.dat
done
cp "$rec/trace.dat" trace.dat
chmod u+w trace.dat
flip trace.dat 28 8
refused "offset of the options inverted" "trace.dat" "$prog" run -q trace.dat

# Four bytes of compressed event data. What still decompresses to sound events cannot be told from
# what was recorded (the chunks carry no checksum), but events must never be missing from it.
whole=$(records_of "$rec/trace.dat")
[ "${whole:-0}" -gt 0 ]
result $? "info counts the records" "no count in info --json"
told=0
for part in 1 2 3 4 5 6 7 8 9 10 11; do
	cp "$rec/trace.dat" trace.dat
	chmod u+w trace.dat
	at=$((size * part / 12 + 1001))
	flip trace.dat $at 4
	capture "$prog" run -q trace.dat
	why=$(refusal_fault "trace.dat")
	[ $rc -eq 2 ] && told=$((told + 1))
	if [ $rc -eq 0 ]; then
		why=
		[ "$(records_of trace.dat)" = "$whole" ] || why="events are missing, and exit 0"
	fi
	[ -z "$why" ]
	result $? "4 bytes at $at inverted" "$why"
done
[ $told -ge 6 ]
result $? "most of these are told ($told of 11)" "only $told of 11"

#
# the snapshots
#
for side in before after; do
	new_recording
	rm -r bad/$side
	capture "$prog" run -q bad
	why=
	if [ $rc -eq 0 ]; then
		grep -q "$side" out err || why="nothing tells that $side/ is missing"
	else
		why=$(refusal_fault "$side")
	fi
	[ -z "$why" ]
	result $? "recording without $side/" "$why"
	for name in vmstat zoneinfo pagetypeinfo buddyinfo meminfo kpageflags.zst; do
		[ -f "$rec/$side/$name" ] || continue
		new_recording
		cut_file bad/$side/$name 60
		refused "$side/$name cut short" "$side/$name" "$prog" run -q bad
	done
	for name in vmstat zoneinfo pagetypeinfo meminfo kpageflags.zst; do
		new_recording
		: >bad/$side/$name
		refused "$side/$name empty" "$side/$name" "$prog" run -q bad
	done
	for name in vmstat zoneinfo pagetypeinfo; do
		new_recording
		head -c 4096 "$rec/trace.dat" >bad/$side/$name
		refused "$side/$name is binary" "$side/$name" "$prog" run -q bad
	done
	new_recording
	flip bad/$side/kpageflags.zst $(($(size_of bad/$side/kpageflags.zst) / 2)) 4
	refused "$side/kpageflags.zst with 4 bytes inverted" "kpageflags" "$prog" run -q bad
done
new_recording
sed 's/^\(nr_free_pages\) .*/\1 banana/' "$rec/before/vmstat" >bad/before/vmstat
refused "a counter that is no number" "before/vmstat.*[0-9]" "$prog" run -q bad
new_recording
sed 's/spanned  *[0-9]*/spanned  99999999999999999999/' "$rec/before/zoneinfo" >bad/before/zoneinfo
refused "a zone too large for 64 bits" "before/zoneinfo" "$prog" run -q bad

# before/ and after/ of two machines: the zones of one side are larger
new_recording
awk '$1 == "spanned" || $1 == "present" || $1 == "managed" { $2 = $2 * 2 } { print }' \
	"$rec/after/zoneinfo" >bad/after/zoneinfo
refused "before/ and after/ of different memory" "(before|after)" "$prog" run -q bad
new_recording
sed 's/version [0-9][^ ]*/version 5.4.0-other/' "$rec/after/version" >bad/after/version
refused "before/ and after/ of different kernels" "(before|after)" "$prog" run -q bad

#
# places to write to
#
refused "-o into a directory that does not exist" "nowhere/x.json" \
	"$prog" run -q -o nowhere/x.json "$rec"
refused "-o names a directory" "empty" "$prog" run -q -o empty "$rec"
refused "-o /dev/full" "/dev/full" "$prog" run -q -o /dev/full "$rec"
if [ "$(id -u)" -ne 0 ]; then
	mkdir -p locked
	chmod a-w locked
	refused "-o into a directory without write permission" "locked" \
		"$prog" run -q -o locked/x.json "$rec"
else
	refused "-o where nobody may create files" "/proc" "$prog" run -q -o /proc/x.json "$rec"
fi
echo precious >keep.json
capture "$prog" run -q -o keep.json trace.dat.missing
[ $rc -eq 2 ] && grep -q precious keep.json
result $? "a failed run leaves the old report alone" "exit $rc, or the file is gone"

rc=0
"$prog" run -q "$rec" >/dev/full 2>err || rc=$?
[ $rc -eq 2 ] && [ -s err ]
result $? "stdout is a full disk" "exit $rc"
rc=0
"$prog" run -q "$rec" >&- 2>err || rc=$?
[ $rc -eq 2 ] && [ -s err ]
result $? "stdout is closed" "exit $rc"
{
	rc=0
	"$prog" run -q "$rec" 2>err || rc=$?
	echo $rc >rc
} | :
rc=$(cat rc)
[ "$rc" -eq 2 ] && [ -s err ]
result $? "stdout is a pipe that nobody reads" "exit $rc"
for cmd in policies help version; do
	rc=0
	"$prog" $cmd >/dev/full 2>err || rc=$?
	[ $rc -eq 2 ]
	result $? "$cmd to a full disk" "exit $rc"
done
rc=0
"$prog" info "$rec" >/dev/full 2>err || rc=$?
[ $rc -eq 2 ]
result $? "info to a full disk" "exit $rc"

#
# options
#
refused "no command" "usage" "$prog"
refused "unknown command" "frobnicate" "$prog" frobnicate
refused "unknown option" "frobnicate" "$prog" run --frobnicate "$rec"
refused "run without a trace" "." "$prog" run
refused "two traces" "." "$prog" run "$rec" "$rec"
refused "unknown policy" "frobnicate" "$prog" run -q -p frobnicate "$rec"
refused "unknown tunable" "frobnicate" "$prog" run -q -p vanilla,frobnicate=1 "$rec"
refused "policy that is no shared object" "trace.dat" "$prog" run -q -p ./trace.dat "$rec"
refused "unknown parameter" "frobnicate" "$prog" run -q --set frobnicate=1 "$rec"
refused "seed that is no number" "banana" "$prog" run -q --seed banana "$rec"
refused "unknown kernel version" "banana" "$prog" run -q --kernel banana "$rec"
refused "option without its argument" "." "$prog" run -q "$rec" -p
refused "buffer instance that is not there" "frobnicate" \
	"$prog" run -q --instance frobnicate "$rec"
refused "memory size that is no size" "banana" "$prog" run -q --memory banana "$rec/trace.dat"

#
# reports
#
echo '{' >bad.json
refused "diff of what is no JSON" "bad.json" "$prog" diff bad.json bad.json
echo '{"schema": "other/1"}' >other.json
refused "diff of another schema" "other.json" "$prog" diff other.json other.json
: >empty.json
refused "diff of an empty file" "empty.json" "$prog" diff empty.json empty.json
refused "diff of a file that does not exist" "nowhere.json" "$prog" diff nowhere.json nowhere.json
refused "diff of one report" "." "$prog" diff bad.json

echo "1..$count"
[ $failed -eq 0 ]
