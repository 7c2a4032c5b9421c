#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# For CI that tests each posted series, as that of linux-mm: build fragreplay, replay each recording
# in traces/ under each policy that is named, compare with vanilla, and print one KTAP document with
# a subtest for each pair. Exit 0 when all pass, 1 on a regression, 2 when it cannot be said.
#
#	run-replay-tests.sh POLICY...	a policy's source, or what fragreplay's -p takes
#
# RECORDINGS names other recordings, SEEDS a number of seeds (8), OUT a folder for what is written
# (replay-tests.out), FRAGREPLAY a program that is there already.

set -euo pipefail

tree=$(cd "$(dirname "$0")/../.." && pwd)
out=${OUT:-replay-tests.out}
fail() { echo "${0##*/}: $*" >&2; exit 2; }

[ $# -gt 0 ] || fail "name a policy: FILE.c, or what fragreplay's -p takes"
if [ -z "${FRAGREPLAY:-}" ]; then
	make -s -C "$tree" -j"$(nproc)" >&2 || fail "fragreplay does not build"
	FRAGREPLAY=$tree/build/fragreplay
fi
export FRAGREPLAY CPPFLAGS="-I$tree/include ${CPPFLAGS-}"
if [ -n "${RECORDINGS:-}" ]; then
	read -ra recordings <<<"$RECORDINGS"
else
	recordings=("$tree"/traces/*/)
fi

echo 'KTAP version 1'
echo "1..$((${#recordings[@]} * $#))"
nr=0 worst=0
for policy; do
	for recording in "${recordings[@]}"; do
		nr=$((nr + 1)) status=0
		name="$(basename "$policy" .c) $(basename "$recording")"
		dir=$out/$(basename "$policy" .c)/$(basename "$recording")
		rm -rf "$dir"
		mkdir -p "$dir" || fail "$dir: cannot be made"
		"$tree/scripts/ci/fragreplay-ci" --seeds "${SEEDS:-8}" --out "$dir" "${recording%/}" \
			"$policy" >"$dir/log" 2>&1 || status=$?
		[ ! -s "$dir/result.ktap" ] || sed 's/^/    /' "$dir/result.ktap"
		case $status in
		0) echo "ok $nr $name" ;;
		1) echo "not ok $nr $name" ;;
		*) sed 's/^/# /' "$dir/log"
			echo "not ok $nr $name # it could not be said" ;;
		esac
		[ "$status" -le "$worst" ] || [ "$worst" -eq 1 ] || worst=$status
		[ "$status" -ne 1 ] || worst=1
	done
done
exit "$worst"
