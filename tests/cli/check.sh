#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# check: the replay held against the recording's own counters.
. tests/cli/lib.bash

query() {
	python -c "import json, sys; r = json.load(open(sys.argv[1]))
m = {x['name']: x for x in r['self']['metrics']}
sys.exit(0 if ($2) else 1)" "$1"
}
delta() { echo $(($(awk -v k="$1" '$1 == k { print $2 }' "$recording/after/vmstat") -
		$(awk -v k="$1" '$1 == k { print $2 }' "$recording/before/vmstat"))); }

make_check() { exits 0 check "$recording" --json && cp "$tmp/out" "$tmp/check.json"; }
# holds EXPRESSION: query of the document that check --json prints
holds() { report_of check && query "$tmp/check.json" "$1"; }
it "check --json succeeds" report_of check
it "observed agrees on 99.9 % of the pfns" holds \
	"r['observed']['agree'] >= 0.999 * r['observed']['pfns'] > 0"
it "THP outcomes of the trace equal the kernel's counters" holds \
	"r['thp']['trace_success'] == $(delta thp_fault_alloc) and r['thp']['trace_fallback'] == $(delta thp_fault_fallback)"
for counter in pswpout pgsteal_kswapd thp_fault_fallback compact_stall; do
	it "recorded $counter is the difference of the snapshots" holds \
		"m['$counter']['recorded'] == $(delta $counter)"
done
it "self is judged under the recorded policy" holds \
	"r['self']['policy'] == r['self']['recorded_policy'] == 'vanilla'"
it "every metric with a limit has a verdict, and no other" holds \
	"all((x['limit'] is None) == (x['verdict'] is None) for x in m.values())"
it "misses are counted" holds \
	"r['self']['missed'] == sum(x['verdict'] == 'miss' for x in m.values())"
replayed_as_run() {
	report_of check && exits 0 run "$recording" -o "$tmp/run.json" &&
	python -c "import json
r, c = json.load(open('$tmp/run.json')), json.load(open('$tmp/check.json'))
counters = r['policies'][0]['counters']
assert all(x['replayed'] == counters[x['name']] for x in c['self']['metrics'] if x['name'] in counters)"
}
it "what check calls replayed is what run reports" replayed_as_run
table() { exits 0 check "$recording" && [ -s "$tmp/out" ]; }
it "the table goes to stdout" table
row_each() {
	local counter rows=0

	report_of check && table || return 1
	for counter in $(python -c "import json
print(*(x['name'] for x in json.load(open('$tmp/check.json'))['self']['metrics']))"); do
		grep -q "^$counter  *" "$tmp/out" || { echo "no row of $counter"; return 1; }
		rows=$((rows + 1))
	done
	[ "$rows" -ge 20 ] || { echo "only $rows rows"; return 1; }
}
it "the table has a row for each counter" row_each
strict() {
	local want=0

	report_of check || return 1
	query "$tmp/check.json" "r['self']['missed'] == 0" || want=1
	exits $want check "$recording" --strict
}
it "--strict exits 1 exactly when a limit is missed" strict
it "a bare trace is refused" refuses 'needs .*before/' check "$recording/trace.dat"
finish
