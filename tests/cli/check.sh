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
it "every row but the parts of THP success has a verdict" holds \
	"{x['name'] for x in m.values() if x['verdict'] is None} == {'thp_fault_alloc', 'thp_fault_fallback'}"
it "verdicts are counted" holds \
	"all(n == sum(x['verdict'] == v for x in m.values()) for v, n in r['self']['verdicts'].items())"
it "a row is ok exactly within its bounds" holds \
	"all((x['low'] <= x['replayed']['mean'] <= x['high']) == (x['verdict'] == 'ok') for x in m.values() if x['verdict'] in ('ok', 'miss'))"
it "nothing on both sides is told apart" holds \
	"all((x['recorded'] == 0 and x['replayed']['max'] == 0) == (x['verdict'] == 'zero') for x in m.values() if x['name'] != 'thp_success_rate')"
it "eight seeds are replayed" holds \
	"r['self']['seeds'] == 8 and all(x['replayed']['runs'] == 8 for x in m.values())"
it "what only the kernel counts is named with its count" holds \
	"r['self']['not_modeled']['swap_ra'] == $(delta swap_ra) and 'pswpout' not in r['self']['not_modeled'] and not any(k.startswith('nr_') for k in r['self']['not_modeled'])"
replayed_as_run() {
	report_of check && exits 0 run "$recording" --seeds 8 -o "$tmp/run.json" &&
	python -c "import json
r, c = json.load(open('$tmp/run.json')), json.load(open('$tmp/check.json'))
counters = r['policies'][0]['spread']['counters']
seen = [x for x in c['self']['metrics'] if x['name'] in counters]
assert len(seen) > 30
for x in seen:
    assert all(x['replayed'][k] == counters[x['name']][k] for k in ('mean', 'min', 'max')), x"
}
it "what check calls replayed is what run reports" replayed_as_run
table() { exits 0 check "$recording" && [ -s "$tmp/out" ]; }
it "the table goes to stdout" table
row_each() {
	local counter rows=0

	report_of check && table || return 1
	for counter in $(python -c "import json
print(*(x['name'] for x in json.load(open('$tmp/check.json'))['self']['metrics'] if x['verdict'] != 'zero'))"); do
		grep -q "^$counter  *" "$tmp/out" || { echo "no row of $counter"; return 1; }
		rows=$((rows + 1))
	done
	[ "$rows" -ge 20 ] || { echo "only $rows rows"; return 1; }
}
it "the table has a row for each counter" row_each
strict() {
	local want=0

	report_of check || return 1
	query "$tmp/check.json" "r['self']['verdicts']['miss'] == 0" || want=1
	exits $want check "$recording" --strict
}
it "--strict exits 1 exactly when a limit is missed" strict
narrow() { table && awk 'NR > 1 && length > 80 { print; wide = 1 } END { exit wide }' "$tmp/out"; }
it "no line of the table is wider than 80 columns" narrow
it "one seed is one draw" prints '^replayed under vanilla, 1 seed$' check "$recording" --seeds 1

# a recording of another run of the same load, of which the counters alone are left
again() {			# FOLDER PERCENT: it swapped so much more
	mkdir -p "$1" && cp -r "$recording/before" "$recording/after" "$1/" && chmod -R u+w "$1" &&
	rm -f "$1"/*/kpage* &&
	awk -v more=$(($(delta pswpout) * $2 / 100)) '$1 == "pswpout" { $2 += more } { print }' \
		"$recording/after/vmstat" >"$1/after/vmstat"
}
swapped() { python -c "import json, sys
r = json.load(open('$tmp/out'))
x = {x['name']: x for x in r['self']['metrics']}['pswpout']
sys.exit(0 if ($1) else 1)"; }
repeat() {
	again "$tmp/again" 50 &&
	exits 0 check "$recording" --seeds 1 --json --repeat "$tmp/again" &&
	swapped "r['self']['runs'] == 2 and x['real']['runs'] == 2 and x['real']['mean'] == $(delta pswpout) + int($(delta pswpout) * 50 / 100) / 2"
}
it "--repeat joins another real run" repeat
own_repeats() {
	mkdir -p "$tmp/own" && cp -r "$recording/before" "$recording/after" "$recording/trace.dat" "$tmp/own/" &&
	chmod -R u+w "$tmp/own" && again "$tmp/own/repeats/b" 10 && again "$tmp/own/repeats/a" 20 &&
	exits 0 check "$tmp/own" --seeds 1 --json && swapped "x['real']['runs'] == 3"
}
it "repetitions in the recording's own folder are taken" own_repeats
other_mode() {
	again "$tmp/mode" 0 && sed -i 's/^defrag_mode .*/defrag_mode 1/' "$tmp/mode/before/sysctl_vm" &&
	refuses 'no repetition of .*: vm.defrag_mode=0 against 1' check "$recording" --repeat "$tmp/mode"
}
it "a run under another vm.defrag_mode is no repetition" other_mode
it "a folder without snapshots is no repetition" refuses 'repetition needs before/ and after/' \
	check "$recording" --repeat "$tmp"

several() {
	exits 0 check "$recording" "$recording" --seeds 1 && cp "$tmp/out" "$tmp/several" &&
	[ "$(grep -c '^recording: ' "$tmp/several")" -eq 2 ] &&
	grep -q '^Over 2 recordings' "$tmp/several" &&
	awk '!/^recording/ && length > 80 { print; wide = 1 } END { exit wide }' "$tmp/several"
}
it "several recordings are checked one by one, and then together" several
several_json() {
	exits 0 check "$recording" "$recording" --seeds 1 --json && python -c "import json
r = json.load(open('$tmp/out'))
assert len(r['recordings']) == 2 and r['recordings'][0] == r['recordings'][1]
verdict = {x['name']: x for x in r['recordings'][0]['self']['metrics']}
for x in r['bias']['metrics']:
    one = verdict[x['name']]
    assert x['recordings'] == 2 and x['ok'] == 2 * (one['verdict'] == 'ok')
    assert abs(x['mean_z'] - one['z']) < 1e-5, x
assert r['bias']['judged'] == sum(x['recordings'] for x in r['bias']['metrics'])"
}
it "the bias of two equal recordings is that of one" several_json
it "--repeat does not go with several recordings" refuses 'repetitions in its own folder' \
	check "$recording" "$recording" --repeat "$recording"
it "a bare trace is refused" refuses 'needs .*before/' check "$recording/trace.dat"
finish
