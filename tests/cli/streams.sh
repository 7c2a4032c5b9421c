#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A trace may come through a pipe, or compressed as a whole: it is the trace that the file is.
. tests/cli/lib.bash

trace=$recording/trace.dat

text() {
	local i

	for i in {1..400}; do
		printf '%16s-%-7d [000] ..... %3d.%06d: %s\n' load 1234 100 "$i" \
			"mm_page_free: page=0x1 pfn=0x$i order=0"
	done
}
text >"$tmp/t.txt"

digest() { sed -n 's/^digest *//p'; }
whole=$("$prog" info "$tmp/t.txt" | digest)

same() {			# COMMAND...: what it prints is the info of the text
	[ -n "$whole" ] && [ "$("$@" | digest)" = "$whole" ]
}
from_pipe() { "$prog" info - <"$tmp/t.txt"; cat "$tmp/t.txt" | "$prog" info -; }
piped() { [ "$(from_pipe | digest)" = "$whole"$'\n'"$whole" ]; }
substituted() { "$prog" info <(cat "$tmp/t.txt"); }
packed() {			# EXTENSION PROGRAM
	command -v "$2" >/dev/null || { echo "no $2 here"; return 0; }
	"$2" -c <"$tmp/t.txt" >"$tmp/t.$1" && same "$prog" info "$tmp/t.$1" &&
		same "$prog" info <(cat "$tmp/t.$1")
}
two_members() {
	{ head -100 "$tmp/t.txt" | gzip; tail -n +101 "$tmp/t.txt" | gzip; } >"$tmp/two.gz"
	same "$prog" info "$tmp/two.gz"
}
binary_piped() {
	[ "$(cat "$trace" | "$prog" info - | digest)" = "$("$prog" info "$trace" | digest)" ]
}
replayed() { cat "$tmp/t.txt" | exits 0 run -q - && grep -q '"records": 400' "$tmp/out"; }
cut_gzip() { gzip -c <"$trace" | head -c 100000 >"$tmp/cut.gz"; }
bomb() { head -c 100000000 /dev/zero | gzip >"$tmp/bomb.gz"; }
without_place() { TMPDIR=$tmp/nowhere refuses 'TMPDIR' info - <"$tmp/t.txt"; }

it "stdin and a pipe are read as the file is" piped
it "so is process substitution" same substituted
it "a pipe is replayed" replayed
it "trace.dat may come through a pipe" binary_piped
it "text compressed by gzip is read" packed gz gzip
it "text compressed by zstd is read" packed zst zstd
xz_packed() {
	! "$prog" info <(printf '\xfd7zXZ\0') 2>&1 | grep -q 'this build cannot' || return 0
	packed xz xz
}
it "text compressed by xz is read, or the remedy is named" xz_packed
it "a file of several gzip members is read" two_members
cut_gzip
it "compressed data that breaks off is refused" refuses 'cut.gz: .*breaks off' info "$tmp/cut.gz"
bomb
it "what unpacks to no trace is given up at once" refuses 'bomb.gz: .*no trace' info "$tmp/bomb.gz"
it "a copy without a place names TMPDIR" without_place
head -c 8192 /dev/urandom >"$tmp/trace.dat.cpu0"
it "what a killed trace-cmd left names trace-cmd restore" refuses 'trace-cmd restore' info \
	"$tmp/trace.dat.cpu0"
printf '\xff\xfe \0m\0m\0\n\0' >"$tmp/utf16.txt"
it "UTF-16 text names iconv" refuses 'iconv' info "$tmp/utf16.txt"
printf 'a-1 [000] 1.000001: sched_waking: comm=x pid=2\n%.0s' 1 2 >"$tmp/sched.txt"
it "info tells what a trace without pages holds" prints '2 +sched_waking' info "$tmp/sched.txt"
it "which cannot be replayed" refuses 'no allocator event' run "$tmp/sched.txt"
finish
