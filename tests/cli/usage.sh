#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Options, exit codes, where output goes, and what happens when it cannot.
. tests/cli/lib.bash

it "no command is trouble" refuses usage
it "an unknown command is named" refuses 'frobnicate: no such command' frobnicate
it "help succeeds" exits 0 help
it "help names every command" grep -q 'fragreplay diff' "$tmp/out"
it "version succeeds" exits 0 version
it "policies lists vanilla" exits 0 policies
it "with a line on what it is" grep -qE '^vanilla +the kernel' "$tmp/out"

it "run needs an input" refuses 'name one recording' run
it "an unknown option is trouble" refuses frob run "$recording" --frob
it "an option of another command is refused" refuses 'takes no --timeline' \
	check "$recording" --timeline 2
it "check takes --seeds with --against alone" refuses 'seeds goes with --against' \
	check "$recording" --seeds 2
it "and --force" refuses 'force goes with --against' check "$recording" --force
it "an unknown policy is named" refuses nosuch run "$recording" -p nosuch
it "a missing input is named" refuses '/no/such' run /no/such
it "a seed must be a number" refuses 'seed 1x' run "$recording" --seed 1x
it "a negative seed is refused" refuses 'seed -1' run "$recording" --seed -1
it "a rate above 1 is refused" refuses 'refault 2' run "$recording" --refault 2
it "a size needs a known unit" refuses 'memory 4Q' run "$recording/trace.dat" --memory 4Q
it "--memory does not fit a recording" refuses 'own zones' run "$recording" --memory 4G
it "a kernel must be a version" refuses 'kernel new' run "$recording" --kernel new
it "a kernel older than the model knows is refused" refuses 'from 6.1 on' \
	run "$recording" --kernel 5.10
it "an unknown setting lists those there are" refuses 'min_free_kbytes' run "$recording" --set x=1
it "a setting out of range names the range" refuses 'from 0 to 200' \
	run "$recording" --set swappiness=201
it "a parameter out of range names the range" refuses 'from 0 to 1000' \
	run "$recording" --set pinned_permille=-1
it "lowmem_reserve_ratio takes four numbers" refuses '4 numbers' \
	run "$recording" --set lowmem_reserve_ratio=256,32
it "--end-state takes one policy" refuses 'one -p' \
	run "$recording" -p vanilla -p observed --end-state "$tmp/x"

full() { "$prog" run "$recording" >/dev/full 2>"$tmp/err"; [ $? -eq 2 ] && grep -q 'cannot write' "$tmp/err"; }
it "a full disk on stdout is trouble" full
it "a full device with -o is trouble" refuses 'cannot write' run "$recording" -o /dev/full
it "a directory as output is refused" refuses 'is a directory' run "$recording" -o "$tmp"
it "an unwritable place is named" refuses 'no/such/dir' run "$recording" -o "$tmp/no/such/dir/x"
closed() {
	( "$prog" run "$recording" 2>"$tmp/err"; echo $? >"$tmp/status" ) | true
	[ "$(cat "$tmp/status")" -eq 2 ] && grep -q 'cannot write' "$tmp/err"
}
it "a closed pipe is trouble, with a message" closed
kept() {
	echo old >"$tmp/kept"
	exits 2 run "$recording" -p nosuch -o "$tmp/kept" && [ "$(cat "$tmp/kept")" = old ] &&
		[ "$(find "$tmp" -name 'kept*' | wc -l)" -eq 1 ]
}
it "a failed run leaves the old report alone, and no other file" kept
quiet() { exits 0 run "$recording" -o "$tmp/r.json" && [ ! -s "$tmp/err" ]; }
it "nothing is on stderr when all is well and it is no terminal" quiet

stopped() {
	"$prog" run "$recording" -p vanilla --seeds 1000 -o "$tmp/int.json" 2>"$tmp/err" &
	local pid=$! rc=0

	sleep 1
	kill -INT $pid
	wait $pid || rc=$?
	[ "$rc" -eq 130 ] || { echo "exit $rc"; cat "$tmp/err"; return 1; }
	grep -q '"interrupted": true' "$tmp/int.json"
}
it "Ctrl-C writes the partial report, marked, and exits 130" stopped

half() {
	mkdir -p "$tmp/half" && cp -r "$recording/before" "$recording/trace.dat" "$tmp/half/"
}
half
it "a recording without after/ is refused" refuses 'half/after: missing' run "$tmp/half"
it "and replays with --allow-incomplete" exits 0 run "$tmp/half" --allow-incomplete -o "$tmp/half.json"
it "marked" grep -q '"complete": false' "$tmp/half.json"

it "info succeeds" exits 0 info "$recording"
it "and counts the events" grep -q 'kmem:\?.*mm_page_alloc$\|mm_page_alloc$' "$tmp/out"
it "info --json is JSON" exits 0 info "$recording" --json
it "of its schema" python -c "import json; assert json.load(open('$tmp/out'))['schema'] == 'fragreplay-info/1'"
finish
