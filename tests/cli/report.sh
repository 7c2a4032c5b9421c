#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The report: valid against the published schema, the same bytes whatever the threads.
. tests/cli/lib.bash

validate='
import json, jsonschema, sys
schema = json.load(open("doc/fragreplay-report-1.schema.json"))
validator = jsonschema.Draft202012Validator(schema)
errors = list(validator.iter_errors(json.load(open(sys.argv[1]))))
for e in errors:
    print("/".join(map(str, e.absolute_path)), e.message[:200])
sys.exit(1 if errors else 0)
'
valid() { python -c "$validate" "$1"; }
invalid() { ! valid "$1"; }
edit() { python -c "import json, sys; r = json.load(open('$tmp/a.json')); $1
json.dump(r, open('$tmp/broken.json', 'w'))"; }

# query REPORT EXPRESSION: true of the report r
query() {
	python -c "import json, sys; r = json.load(open(sys.argv[1])); p = r['policies']
sys.exit(0 if ($2) else 1)" "$1"
}

run=(run "$recording" -p vanilla -p observed --timeline 1000)
it "runs two policies in one decode" exits 0 "${run[@]}" -o "$tmp/a.json"
it "stdout stays empty with -o" test ! -s "$tmp/out"
it "the report follows the schema" valid "$tmp/a.json"

broken() { edit "$1" && invalid "$tmp/broken.json"; }
it "the schema refuses a report without its digest" broken "del r['trace']['digest']"
it "the schema refuses a negative counter" broken "r['policies'][0]['counters']['pswpin'] = -1"
it "the schema refuses a member it does not know" broken "r['extra'] = 1"
it "the schema refuses ten orders" broken "r['policies'][0]['memory']['free_lists']['movable'].pop()"

it "policies come in the order given" query "$tmp/a.json" \
	"[x['policy'] for x in p] == ['vanilla', 'observed']"
it "observed tells THP outcomes without a model" query "$tmp/a.json" \
	"'thp_fault_alloc' in p[1]['counters'] and 'memory' not in p[1]"
it "every page is in one place" query "$tmp/a.json" \
	"sum(z['present'] for z in r['machine']['zones']) <= sum(p[0]['memory'][k] for k in ('free_pages', 'pcp_pages', 'used_pages', 'reserved_pages')) <= sum(z['spanned'] for z in r['machine']['zones'])"
it "free lists add up to the free pages" query "$tmp/a.json" \
	"sum(n << o for l in p[0]['memory']['free_lists'].values() for o, n in enumerate(l)) == p[0]['memory']['free_pages']"
it "extfrag classes add up to the events" query "$tmp/a.json" \
	"sum(p[0]['extfrag']['by_class'].values()) == p[0]['extfrag']['events']"
# an interval without demand has no sample of its own
it "the timeline has a sample every interval, from the start on" query "$tmp/a.json" \
	"(lambda s: s[:-1] == [i * 10**9 for i in range(len(s) - 1)] and len(s) > 20)([x['t_ns'] for x in p[0]['timeline']])"
it "and one more where the trace ends" query "$tmp/a.json" \
	"(lambda s: 0 <= s[-1] - s[-2] <= 10**9 and s[-1] <= r['trace']['duration_ns'])([x['t_ns'] for x in p[0]['timeline']])"
it "the events add up to the records" query "$tmp/a.json" \
	"sum(r['trace']['events'].values()) == r['trace']['records']"

same() { cmp "$tmp/a.json" "$tmp/b.json"; }
fragreplay "${run[@]}" -o "$tmp/b.json" --threads 1
it "one thread gives the same bytes" same
fragreplay "${run[@]}" -o "$tmp/b.json" --threads 4
it "four threads give the same bytes" same
fragreplay "${run[@]}"
it "stdout carries the same bytes as -o" cmp "$tmp/a.json" "$tmp/out"
fragreplay run "$recording" -p vanilla --timeline 1000 -o "$tmp/b.json"
it "another policy beside it changes nothing" python -c "import json
a, b = json.load(open('$tmp/a.json')), json.load(open('$tmp/b.json'))
assert a['policies'][0] == b['policies'][0]"

it "--seeds reports the spread" exits 0 run "$recording" --seeds 2 -o "$tmp/s.json"
it "a report with a spread is valid" valid "$tmp/s.json"
it "the spread holds the seed's own counters" query "$tmp/s.json" \
	"all(s['min'] <= p[0]['counters'][n] <= s['max'] and s['min'] <= s['mean'] <= s['max'] for n, s in p[0]['spread']['counters'].items())"
it "it keeps every seed's numbers, the first ones as they stand in the report" query "$tmp/s.json" \
	"all(len(v) == 2 for v in p[0]['spread']['samples'].values()) and all(p[0]['spread']['samples'][n][0] == v for n, v in p[0]['counters'].items()) and p[0]['spread']['samples']['memory.free_pages'][0] == p[0]['memory']['free_pages']"
it "least, mean and most are of these" query "$tmp/s.json" \
	"all((min(v), max(v)) == (s['min'], s['max']) for n, s in p[0]['spread']['counters'].items() for v in [p[0]['spread']['samples'][n]])"
it "--timing adds throughput" exits 0 run "$recording" --timing -o "$tmp/t.json"
it "a report with throughput is valid" valid "$tmp/t.json"
it "throughput is there" query "$tmp/t.json" "p[0]['throughput']['records_per_s'] > 0"

it "a bare trace replays on an inferred machine" \
	exits 0 run "$recording/trace.dat" --memory 1G -o "$tmp/bare.json"
it "its report is valid" valid "$tmp/bare.json"
it "and says that the machine is inferred" query "$tmp/bare.json" \
	"r['machine']['source'] != 'kpageflags'"
it "--set reaches the machine" exits 0 run "$recording" --set vm.swappiness=7 \
	--set pinned_permille=11 -o "$tmp/set.json"
it "and the report tells" query "$tmp/set.json" \
	"r['machine']['sysctl']['swappiness'] == 7 and r['params']['pinned_permille']['value'] == 11"
it "--set to the default" exits 0 run "$recording" --set kswapd_scan_pages_per_ms=400 \
	-o "$tmp/set.json"
it "is the user's, says the report" query "$tmp/set.json" \
	"[r['params'][p]['from'] for p in ('kswapd_scan_pages_per_ms', 'pinned_permille')] == \
	 ['user', 'default'] and r['params']['kswapd_scan_pages_per_ms']['value'] == 400"
it "--set min_free_kbytes raises the marks" exits 0 run "$recording" \
	--set min_free_kbytes=65536 -o "$tmp/set.json"
raised() { python -c "import json
a, b = (sum(z['watermark_min'] for z in json.load(open(f))['machine']['zones']) for f in ('$tmp/a.json', '$tmp/set.json'))
assert b > 1.5 * a, (a, b)"; }
it "and the report tells the marks" raised

end_state() {
	exits 0 run "$recording" --end-state "$tmp/end" -o "$tmp/e.json" || return 1
	query "$tmp/e.json" "$(wc -c <"$tmp/end") == r['machine']['pages']" || return 1
	[ "$(tr -d '\000\001' <"$tmp/end" | wc -c)" -eq 0 ] || return 1
	query "$tmp/e.json" "abs($(tr -d '\000' <"$tmp/end" | wc -c) - p[0]['memory']['used_pages'] - p[0]['memory']['reserved_pages']) == 0"
}
it "--end-state writes a byte a pfn that agrees with the report" end_state
finish
