#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Options, exit codes, where output goes, and what happens when it cannot.
. tests/cli/lib.bash

it "without a command the usage is printed, exit 2" refuses usage
it "an unknown command is named" refuses 'frobnicate: no such command' frobnicate
it "version prints name and version" prints '^fragreplay [0-9]' version
it "policies lists vanilla with a line on what it is" prints '^vanilla +the kernel' policies

it "run needs an input" refuses 'name one recording' run
it "an unknown option is refused by its name" refuses frob run "$recording" --frob
it "an option of another command is refused" refuses 'takes no --timeline' \
	check "$recording" --timeline 2
it "check takes --force only with --against" refuses 'force goes with --against' \
	check "$recording" --force
it "an unknown policy is named" refuses nosuch run "$recording" -p nosuch
it "a missing input is named" refuses '/no/such' run /no/such
it "a seed must be a number" refuses 'seed 1x' run "$recording" --seed 1x
it "a negative seed is refused" refuses 'seed -1' run "$recording" --seed -1
it "a refault rate above 1 is refused" refuses 'refault 2' run "$recording" --refault 2
it "a memory size needs a known unit" refuses 'memory 4Q' run "$recording/trace.dat" --memory 4Q
it "--memory is refused for a recording, which has its own zones" refuses 'own zones' \
	run "$recording" --memory 4G
it "--kernel must be a version" refuses 'kernel new' run "$recording" --kernel new
for version in 5.10 6.0.19 7.4 8.0.1; do
	it "a kernel that the model does not know is refused: $version" refuses 'from 6.1 to 7.3' \
		run "$recording" --kernel $version
	it "of a policy, too: $version" refuses 'from 6.1 to 7.3' \
		run "$recording" -p vanilla,kernel=$version
done
foreign() {			# VERSION ARGUMENT...: of a recording that says it is of this kernel
	rm -rf "$tmp/foreign" && cp -r "$recording" "$tmp/foreign" || return 1
	sed -i "s/^Linux version [^ ]*/Linux version $1/" "$tmp"/foreign/*/version
}
foreign_said() {		# VERSION, and what it is taken for
	foreign "$1" && warns "$1.*outside of 6.1 to 7.3.* as $2" 0 run "$tmp/foreign" -o "$tmp/foreign.json"
}
it "a recording of an older kernel is replayed as the oldest, which is said" foreign_said 5.10.3 6.1
it "a recording of a newer kernel is replayed as the newest, which is said" foreign_said 7.4.2 7.3
foreign_as_other() {
	foreign 7.4.2 && exits 0 run "$tmp/foreign" --kernel 7.3 -o "$tmp/foreign.json" && [ ! -s "$tmp/err" ]
}
it "nothing is said where --kernel says what it is to be" foreign_as_other
it "a later patch level of the newest kernel is that one" exits 0 \
	run "$recording" --kernel 7.3.9 -o "$tmp/later.json"
for name in page.html r.pdf table.csv; do
	it "a report is not written to a file that is called $name" refuses 'report is JSON' \
		run "$recording" -o "$tmp/$name"
done
it "an unknown setting lists those there are" refuses 'min_free_kbytes' run "$recording" --set x=1
it "a sysctl out of range names the range" refuses 'from 0 to 200' \
	run "$recording" --set swappiness=201
it "a parameter out of range names the range" refuses 'from 0 to 1000' \
	run "$recording" --set pinned_permille=-1
it "lowmem_reserve_ratio takes four numbers" refuses '4 numbers' \
	run "$recording" --set lowmem_reserve_ratio=256,32
it "--end-state takes one policy" refuses 'one -p' \
	run "$recording" -p vanilla -p observed --end-state "$tmp/x"

full() {
	"$prog" run "$recording" >/dev/full 2>"$tmp/err"
	[ $? -eq 2 ] && grep -q 'cannot write' "$tmp/err"
}
it "a full disk on stdout is exit 2 with a message" full
it "a full disk with -o is exit 2 with a message" refuses 'cannot write' \
	run "$recording" -o /dev/full
it "a directory as output is refused" refuses 'is a directory' run "$recording" -o "$tmp"
it "an output path that does not exist is named" refuses 'no/such/dir' \
	run "$recording" -o "$tmp/no/such/dir/x"
closed() {
	to_nobody "$prog" run "$recording"
	[ "$status" -eq 2 ] && [ ! -s "$tmp/err" ]
}
it "a pipe that its reader has closed is exit 2, and nobody is told" closed
kept() {
	echo old >"$tmp/kept"
	exits 2 run "$recording" -p nosuch -o "$tmp/kept" && [ "$(cat "$tmp/kept")" = old ] &&
		[ "$(find "$tmp" -name 'kept*' | wc -l)" -eq 1 ]
}
it "a failed run leaves the old report alone, and no other file" kept
quiet() { exits 0 run "$recording" -o "$tmp/r.json" && [ ! -s "$tmp/err" ]; }
it "nothing is on stderr when all is well and it is no terminal" quiet

# A policy that makes a file when its replay begins, so that nothing has to be guessed about time.
cat >"$tmp/telling.c" <<END
#include <stdio.h>
#include <fragreplay/policy.h>
static int init(struct mm *mm, void *priv, char *err, size_t errlen)
{
	FILE *f = fopen("$tmp/begun", "w");

	(void)mm, (void)priv, (void)err, (void)errlen;
	return f ? fclose(f) : -1;
}
FRAGREPLAY_POLICY(telling) = { .abi = FRAGREPLAY_POLICY_ABI, .name = "telling",
	.doc = "vanilla, which says when it begins", .init = init };
END
stopped() {
	local pid rc=0

	${CC:-cc} -Iinclude -shared -fPIC -o "$tmp/telling.so" "$tmp/telling.c" || return 1
	"$prog" run "$recording" -p "$tmp/telling.so" --seeds 1000 -o "$tmp/int.json" \
		2>"$tmp/err" &
	pid=$!
	eventually test -e "$tmp/begun" || return 1
	kill -INT $pid
	wait $pid || rc=$?
	[ "$rc" -eq 130 ] || { echo "exit $rc"; cat "$tmp/err"; return 1; }
	grep -q '"interrupted": true' "$tmp/int.json"
}
it "Ctrl-C writes the partial report, marked, and exits 130" stopped

# a recording that lacks what was counted afterwards
mkdir -p "$tmp/half" && cp -r "$recording/before" "$recording/trace.dat" "$tmp/half/"
it "a recording without after/ is refused" refuses 'half/after: missing' run "$tmp/half"
it "a recording without after/ replays with --allow-incomplete, and the report is marked" \
	prints '"complete": false' run "$tmp/half" --allow-incomplete

it "info counts the events" prints 'mm_page_alloc$' info "$recording"
json() {
	exits 0 info "$recording" --json &&
		python -c "import json; assert json.load(open('$tmp/out'))['schema'] == 'fragreplay-info/1'"
}
it "info --json is JSON of its schema" json

it "record knows its sets of events" refuses 'events all: the sets are min' record --events all
it "a recording takes at least a second" refuses 'duration 0' record --duration 0
it "snapshot needs a directory" refuses 'name one directory' snapshot
it "a snapshot overwrites nothing" refuses 'File exists' snapshot "$tmp"
snapshot_made() { exits 0 snapshot "$tmp/snap" && grep -q '^nr_free_pages ' "$tmp/snap/vmstat" && [ -s "$tmp/snap/zoneinfo" ]; }
it "a snapshot has counters and zones" snapshot_made
finish
