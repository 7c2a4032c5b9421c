#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# scripts/ci: the recipe that CI jobs run, and the job files around it.
. tests/cli/lib.bash

export FRAGREPLAY=$prog CPPFLAGS=-Iinclude CC=${CC:-cc}
recipe=scripts/ci/fragreplay-ci

# gives STATUS ARGUMENT...: the recipe's exit code; what it printed is in $tmp/out and $tmp/err
gives() {
	local want=$1 status=0

	shift
	"$recipe" --seeds "${seeds:-2}" --out "$tmp/ci" "$@" >"$tmp/out" 2>"$tmp/err" || status=$?
	[ "$status" -eq "$want" ] && return 0
	echo "exit $status, not $want: $*"
	cat "$tmp/out" "$tmp/err"
	return 1
}

no_regression() {
	# nothing is as good as vanilla itself
	gives 0 "$recording" vanilla,kcompactd_high=off &&
		grep -q '^THP fault alloc' "$tmp/out" && [ ! -s "$tmp/err" ]
}

# the base patch of defrag_mode alone is known to be worse than vanilla
a_regression() {
	local seeds=6

	echo 'allocstall 10%' >"$tmp/criteria"
	gives 0 --criteria "$tmp/criteria" "$recording" vanilla,kcompactd_high=off &&
		gives 1 --criteria "$tmp/criteria" "$recording" defrag_mode,step=base
}

the_forms_are_there() {
	gives 0 "$recording" vanilla,kcompactd_high=off || return 1
	head -n 1 "$tmp/ci/result.ktap" | grep -qx 'KTAP version 1' &&
		python -c "import xml.etree.ElementTree as e, sys; e.parse(sys.argv[1])" \
			"$tmp/ci/result.xml" &&
		grep -q '^| THP fault alloc' "$tmp/ci/table.md"
}

says() {
	grep -q -e "$1" "$tmp/err" || { echo "no '$1' in:"; cat "$tmp/err"; return 1; }
}

not_c() {
	echo 'this is no C' >"$tmp/wrong.c"
	gives 2 "$recording" "$tmp/wrong.c" && says 'does not build'
}

job_files_are_yaml() {
	python3 -c 'import yaml' 2>/dev/null || { echo 'no yaml module'; return 0; }
	python3 -c 'import sys, yaml
for name in sys.argv[1:]:
	assert isinstance(yaml.safe_load(open(name)), dict), name' \
		scripts/ci/github.yml scripts/ci/gitlab.yml scripts/ci/mm-ci.yml
}

# what the job files run exists, so that they run as they stand
job_files_name_what_is_there() {
	local file word

	for file in scripts/ci/*.yml; do
		for word in $(grep -oE '(scripts|traces|policies)/[a-zA-Z0-9_./-]+' "$file"); do
			[ -e "${word%.}" ] || { echo "$file: $word"; return 1; }
		done
	done
}

# replays STATUS POLICY...: the script for a kernel's CI; its KTAP is in $tmp/ktap
replays() {
	local want=$1 status=0

	shift
	SEEDS=${seeds:-2} OUT=$tmp/replays RECORDINGS=$recording scripts/ci/run-replay-tests.sh "$@" \
		>"$tmp/ktap" 2>"$tmp/err" || status=$?
	[ "$status" -eq "$want" ] && return 0
	echo "exit $status, not $want: $*"
	cat "$tmp/ktap" "$tmp/err"
	return 1
}
series() {
	replays 0 vanilla,kcompactd_high=off vanilla || return 1
	[ "$(head -n 2 "$tmp/ktap" | tr '\n' ' ')" = 'KTAP version 1 1..2 ' ] &&
		[ "$(grep -c '^ok [12] vanilla' "$tmp/ktap")" -eq 2 ] &&
		[ "$(grep -c '^    KTAP version 1$' "$tmp/ktap")" -eq 2 ]
}
broken_series() {
	echo 'this is no C' >"$tmp/wrong.c"
	replays 2 vanilla "$tmp/wrong.c" && grep -q '^not ok 2 wrong' "$tmp/ktap" &&
		grep -q '^# .*does not build' "$tmp/ktap"
}
worse_series() {
	local seeds=6

	replays 1 defrag_mode,step=base vanilla && grep -q '^not ok 1 defrag_mode' "$tmp/ktap" &&
		grep -q '^ok 2' "$tmp/ktap"
}

it "ends with 0 where nothing is worse" no_regression
it "ends with 1 on a regression past a criterion" a_regression
it "leaves KTAP, JUnit and markdown" the_forms_are_there
it "ends with 2 when the policy does not build" not_c
it "ends with 2 when there is no such recording" gives 2 "$tmp/none" vanilla
it "ends with 2 when there is no such policy" gives 2 "$recording" nonesuch
it "ends with 2 when the criteria cannot be read" gives 2 --criteria "$tmp/none" "$recording" vanilla
usage() { gives 2 "$recording" && says '[Uu]sage'; }
it "without a policy it ends with 2 and says how it is used" usage
it "a series is one KTAP document, a subtest for each policy and recording" series
it "a series whose policy does not build ends with 2, and the others are still replayed" broken_series
it "a series that makes something worse ends with 1" worse_series
it "a series without a policy is refused" replays 2
it "job files are YAML" job_files_are_yaml
it "job files name what is there" job_files_name_what_is_there
finish
