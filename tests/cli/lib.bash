# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the tests of the command line share. Each is run as `bash test.sh FRAGREPLAY RECORDING` from
# the top of the tree, prints TAP, and exits 1 when a line was not ok. With ONLY=WORDS in the
# environment only the tests run whose description contains WORDS: each runs its own command.

prog=$(realpath "$1")
# shellcheck disable=SC2034 # for the tests
recording=$(realpath "$2")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
tests_run=0 tests_failed=0

# it DESCRIPTION COMMAND...: the command decides
it() {
	local what=$1

	shift
	[[ $what == *"${ONLY:-}"* ]] || return 0
	tests_run=$((tests_run + 1))
	if "$@" >"$tmp/it.log" 2>&1 </dev/null; then
		echo "ok $tests_run - $what"
	else
		tests_failed=$((tests_failed + 1))
		echo "not ok $tests_run - $what"
		sed 's/^/# /' "$tmp/it.log"
	fi
}

# fragreplay ARGUMENT...: sets status; what it printed is in $tmp/out and $tmp/err
fragreplay() {
	status=0
	"$prog" "$@" >"$tmp/out" 2>"$tmp/err" || status=$?
}

# exits STATUS ARGUMENT...
exits() {
	local want=$1

	shift
	fragreplay "$@"
	[ "$status" -eq "$want" ] && return 0
	echo "exit $status, not $want: fragreplay $*"
	cat "$tmp/err"
	return 1
}

# refuses PATTERN ARGUMENT...: exit 2, nothing on stdout, and a message that says so
refuses() {
	local pattern=$1

	shift
	exits 2 "$@" || return 1
	[ ! -s "$tmp/out" ] || { echo "something on stdout"; return 1; }
	grep -qE -e "$pattern" "$tmp/err" || { echo "no '$pattern' in:"; cat "$tmp/err"; return 1; }
}

# shows PATTERN STATUS ARGUMENT...: that exit status, and a line of stdout matches
shows() {
	local pattern=$1

	shift
	exits "$@" || return 1
	grep -qE -e "$pattern" "$tmp/out" || { echo "no '$pattern' in:"; cat "$tmp/out"; return 1; }
}

# warns PATTERN STATUS ARGUMENT...: that exit status, and a line of stderr matches
warns() {
	local pattern=$1

	shift
	exits "$@" || return 1
	grep -qE -e "$pattern" "$tmp/err" || { echo "no '$pattern' in:"; cat "$tmp/err"; return 1; }
}

# prints PATTERN ARGUMENT...: exit 0, and a line of stdout matches
prints() { shows "$1" 0 "${@:2}"; }

# report_of NAME: $tmp/NAME.json is there; the function make_NAME makes it for the first test that
# asks for it, so that each test can run alone and none pays for it twice
report_of() {
	[ -e "$tmp/$1.json" ] || "make_$1" || { echo "make_$1 failed"; return 1; }
}

# eventually COMMAND...: returns as soon as the command is true, or after a minute with a failure
eventually() {
	local end=$((SECONDS + 60))

	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || { echo "never came true: $*"; return 1; }
		sleep 0.02
	done
}

# to_nobody COMMAND...: runs it with stdout on a pipe that has no reader; sets status, and stderr is
# in $tmp/err
to_nobody() {
	local reader writer

	rm -f "$tmp/fifo"
	mkfifo "$tmp/fifo"
	# opened for both directions a FIFO does not block, and a writer finds a reader
	exec {reader}<>"$tmp/fifo" {writer}>"$tmp/fifo" {reader}>&-
	status=0
	"$@" >&"$writer" 2>"$tmp/err" || status=$?
	exec {writer}>&-
}

# a bare chroot has no pseudo-terminals, so that nothing can be printed on one
have_terminals() { python3 -c 'import os; os.openpty()' 2>/dev/null; }

# python with jsonschema: Debian's own, unless another is first and has it. To ask takes longer than
# most tests, so it is asked once.
python() {
	if [ -z "${python_program:-}" ]; then
		python_program=python3
		python3 -c 'import jsonschema' 2>/dev/null || python_program=/usr/bin/python3
	fi
	"$python_program" "$@"
}

finish() {
	echo "1..$tests_run"
	[ "$tests_failed" -eq 0 ]
}
