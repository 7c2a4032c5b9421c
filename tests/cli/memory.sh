#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# One allocation of a run fails, each of the first ones and every STEP-th of the rest: the run must
# end with exit status 2, a message and no report, or write exactly the report of a run in which
# none failed.

. "$(dirname "$0")/lib.bash"

here=$(cd "$(dirname "$0")" && pwd)
trace=$here/../golden/churn/trace.txt
shim=$tmp/failing_malloc.so

if nm -D "$prog" | grep -q __asan_init; then
	echo "1..0 # SKIP the address sanitizer has an allocator of its own"
	exit 0
fi
${CC:-cc} -O2 -shared -fPIC -o "$shim" "$here/failing_malloc.c" || exit 1

# one N ARGUMENT...: a run whose N-th allocation fails
one() {
	local n=$1 status=0

	shift
	rm -f "$tmp/report"
	FAIL_AT=$n LD_PRELOAD=$shim "$prog" run "$@" -o "$tmp/report" >"$tmp/out" 2>"$tmp/err" ||
		status=$?
	if [ $status -eq 0 ]; then
		cmp "$tmp/report" "$tmp/whole" && return 0
		echo "allocation $n failed, and the report is another"
	elif [ $status -ne 2 ]; then
		echo "allocation $n failed, and the exit status is $status"
	elif [ ! -s "$tmp/err" ] || [ -e "$tmp/report" ]; then
		echo "allocation $n failed: no message, or a report was left"
	else
		return 0
	fi
	cat "$tmp/err"
	return 1
}

# each_failure FIRST STEP ARGUMENT...
each_failure() {
	local first=$1 step=$2 total n bad=0

	shift 2
	FAIL_COUNT=$tmp/count LD_PRELOAD=$shim "$prog" run "$@" -o "$tmp/whole" >"$tmp/out" || return 1
	total=$(<"$tmp/count")
	[ "$total" -gt "$first" ] || { echo "only $total allocations"; return 1; }
	for ((n = 1; n <= total; n += n < first ? 1 : step)); do
		one "$n" "$@" || bad=1
	done
	return $bad
}

it "a text trace: each of the first 100 allocations, and every 151st" \
	each_failure 100 151 "$trace" -p vanilla --memory 64M --threads 1
it "with several policies, a timeline and seeds: every 1009th" \
	each_failure 1 1009 "$trace" -p observed -p vanilla -p spb,order=11 -p defrag_mode \
	--memory 64M --kernel 7.3 --timeline 1000 --seeds 2 --threads 1
it "the classic LRU, and per-CPU lists that own pageblocks: every 101st" \
	each_failure 1 101 "$trace" -p vanilla,pcp_buddy=on --memory 64M --kernel 6.1 --threads 1

finish
