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

# holds NAME EXPRESSION: query of the report that make_NAME makes
holds() { report_of "$1" && query "$tmp/$1.json" "$2"; }
follows_schema() { report_of "$1" && valid "$tmp/$1.json"; }

run=(run "$recording" --seeds 1 -p vanilla -p observed --timeline 1000)
make_a() { exits 0 "${run[@]}" -o "$tmp/a.json"; }
it "two policies run in one decode" report_of a
silent() { exits 0 "${run[@]}" -o "$tmp/b.json" && [ -s "$tmp/b.json" ] && [ ! -s "$tmp/out" ]; }
it "stdout stays empty with -o" silent
it "the report follows the schema" follows_schema a

broken() { follows_schema a && edit "$1" && invalid "$tmp/broken.json"; }
it "the schema refuses a report without its digest" broken "del r['trace']['digest']"
it "the schema refuses a negative counter" broken "r['policies'][0]['counters']['pswpin'] = -1"
it "the schema refuses a member it does not know" broken "r['extra'] = 1"
it "the schema refuses ten orders" broken "r['policies'][0]['memory']['free_lists']['movable'].pop()"

it "policies come in the order given" holds a \
	"[x['policy'] for x in p] == ['vanilla', 'observed']"
it "observed tells THP outcomes without a model" holds a \
	"'thp_fault_alloc' in p[1]['counters'] and 'stall_ns' not in p[1]"
# a row of a map tells what has changed since the row before, as in "gap length class"
memory_is_the_maps() {
	report_of a && python -c "import json
observed = json.load(open('$tmp/a.json'))['policies'][1]
last = ''
for row in observed['map']['rows']:
    at = 0
    for change in filter(None, row.split(';')):
        gap, length, state = change.split()
        start = at + int(gap, 36)
        at = start + int(length, 36)
        last = last[:start].ljust(start, '.') + state[0] * (at - start) + last[at:]
assert observed['memory'] == dict(mixed_pageblocks=last.count('x'), empty_pageblocks=last.count('f'))
assert last.count('x') > 0"
}
it "the memory of observed is the last row of its map" memory_is_the_maps
it "observed is sampled at the model's moments" holds a \
	"[x['t_ns'] for x in p[1]['timeline']] == [x['t_ns'] for x in p[0]['timeline']]"
it "its last sample has its counters" holds a \
	"all(p[1]['timeline'][-1][n] == p[1]['counters'][n] > 0 for n in ('thp_fault_alloc', 'pswpout', 'pgmigrate_success', 'compact_daemon_wake')) and p[1]['timeline'][-1]['extfrag_events'] == p[1]['extfrag']['events']"
it "and what the trace does not tell is absent from all of them" holds a \
	"all('pgscan' not in x and 'pgsteal' in x for x in p[1]['timeline']) and 'pgscan' in p[0]['timeline'][0]"
# at the first moment they differ by the pages on per-CPU lists alone, which no event shows
per_cpu=$(awk '$1 == "count:" { sum += $2 } END { print sum }' "$recording/before/zoneinfo")
it "its free memory begins as the model's, and holds the per-CPU lists" holds a \
	"p[1]['timeline'][0]['free_blocks'] == p[0]['timeline'][0]['free_blocks'] and p[1]['timeline'][0]['free_pages'] - p[0]['timeline'][0]['free_pages'] == $per_cpu > 0"
# The bound is what check leaves out, for it changed while the flags were read, or finds to differ.
ends_as_recorded() {
	report_of a && exits 0 check "$recording" --json -q && python -c "import json
last = json.load(open('$tmp/a.json'))['policies'][1]['timeline'][-1]
seen = json.load(open('$tmp/out'))['observed']
zones = [[int(n) for n in line.split()[4:]] for line in open('$recording/after/buddyinfo')]
free = sum(n << order for zone in zones for order, n in enumerate(zone))
free += sum(int(line.split()[1]) for line in open('$recording/after/zoneinfo')
            if line.split()[:1] == ['count:'])
blocks = sum(n << order for zone in zones for order, n in enumerate(zone) if order >= 9)
bound = seen['skipped_touched'] + seen['pfns'] - seen['agree']
assert abs(last['free_pages'] - free) <= bound, (last['free_pages'], free, bound)
assert 0 <= last['free_blocks'] - blocks <= bound, (last['free_blocks'], blocks, bound)"
}
it "its free memory ends as in the snapshots after the trace" ends_as_recorded
# pages of a hole in a zone count as reserved
it "every page of the zones is in one place" holds a \
	"sum(p[0]['memory'][k] for k in ('free_pages', 'pcp_pages', 'used_pages', 'reserved_pages')) == sum(z['spanned'] for z in r['machine']['zones']) > 0"
it "the free pages of the zones add up to the free pages" holds a \
	"sum(z['free_pages'] for z in p[0]['memory']['zones']) == p[0]['memory']['free_pages']"
it "free lists add up to the free pages" holds a \
	"sum(n << o for l in p[0]['memory']['free_lists'].values() for o, n in enumerate(l)) == p[0]['memory']['free_pages']"
it "extfrag classes add up to the events" holds a \
	"sum(p[0]['extfrag']['by_class'].values()) == p[0]['extfrag']['events']"
# an interval without demand has no sample of its own
it "the timeline has a sample every interval, from the start on" holds a \
	"(lambda s: s[:-1] == [i * 10**9 for i in range(len(s) - 1)] and len(s) > 20)([x['t_ns'] for x in p[0]['timeline']])"
it "the timeline has a last sample where the trace ends" holds a \
	"(lambda s: 0 <= s[-1] - s[-2] <= 10**9 and s[-1] <= r['trace']['duration_ns'])([x['t_ns'] for x in p[0]['timeline']])"
it "the events add up to the records" holds a \
	"sum(r['trace']['events'].values()) == r['trace']['records']"

it "sysctls come from the recording" holds a \
	"set(r['machine']['sysctl_from'].values()) == {'recording'} and r['machine']['sysctl_from'].keys() == r['machine']['sysctl'].keys()"
swappiness_given() {
	local recorded

	recorded=$(awk '$1 == "swappiness" { print $2 }' "$recording/before/sysctl_vm")
	exits 0 run "$recording" --set "swappiness=$recorded" -o "$tmp/b.json" &&
		query "$tmp/b.json" "[i for i in r['machine']['sysctl_from'].items() if i[1] != 'recording'] == [('swappiness', 'user')]"
}
it "a sysctl that is set is the user's, also with the recorded value" swappiness_given
bare_trace() {
	exits 0 run "$recording/trace.dat" --memory 640M -o "$tmp/b.json" --set defrag_mode=1 &&
		query "$tmp/b.json" "[i for i in r['machine']['sysctl_from'].items() if i[1] != 'default'] == [('defrag_mode', 'user')]"
}
it "a bare trace has the defaults of sysctls" bare_trace

same_with() {
	report_of a && exits 0 "${run[@]}" -o "$tmp/b.json" "$@" && cmp "$tmp/a.json" "$tmp/b.json"
}
it "one thread gives the same bytes" same_with --threads 1
it "four threads give the same bytes" same_with --threads 4
on_stdout() { report_of a && exits 0 "${run[@]}" && cmp "$tmp/a.json" "$tmp/out"; }
it "stdout carries the same bytes as -o" on_stdout
alone() {
	report_of a && exits 0 run "$recording" -p vanilla --timeline 1000 -o "$tmp/b.json" &&
		python -c "import json
a, b = json.load(open('$tmp/a.json')), json.load(open('$tmp/b.json'))
assert a['policies'][0] == b['policies'][0]"
}
it "another policy beside a policy changes nothing of its results" alone

make_s() { exits 0 run "$recording" --seeds 2 -o "$tmp/s.json"; }
it "--seeds is taken" report_of s
it "--seeds reports the spread" holds s "len(p[0]['spread']['counters']) > 20"
it "a report with a spread is valid" follows_schema s
it "the spread holds the seed's own counters" holds s \
	"all(s['min'] <= p[0]['counters'][n] <= s['max'] and s['min'] <= s['mean'] <= s['max'] for n, s in p[0]['spread']['counters'].items())"
it "the spread keeps every seed's numbers, the first ones as they stand in the report" holds s \
	"all(len(v) == 2 for v in p[0]['spread']['samples'].values()) and all(p[0]['spread']['samples'][n][0] == v for n, v in p[0]['counters'].items()) and p[0]['spread']['samples']['memory.free_pages'][0] == p[0]['memory']['free_pages']"
it "least, mean and most are of the seeds' numbers" holds s \
	"all((min(v), max(v)) == (s['min'], s['max']) and abs(sum(v) / len(v) - s['mean']) <= 1e-6 * max(v) for n, s in p[0]['spread']['counters'].items() for v in [p[0]['spread']['samples'][n]])"
make_t() { exits 0 run "$recording" --timing -o "$tmp/t.json"; }
it "--timing is taken" report_of t
it "a report with throughput is valid" follows_schema t
it "--timing adds throughput" holds t "p[0]['throughput']['records_per_s'] > 0"
it "without --timing there is no throughput" holds a "all('throughput' not in x for x in p)"

make_bare() { exits 0 run "$recording/trace.dat" --memory 1G -o "$tmp/bare.json"; }
it "a bare trace replays on an inferred machine" report_of bare
it "the report of a bare trace is valid" follows_schema bare
it "the report of a bare trace says that the machine is inferred" holds bare \
	"r['machine']['source'] != 'kpageflags'"
make_set() {
	exits 0 run "$recording" --set vm.swappiness=7 --set pinned_permille=11 -o "$tmp/set.json"
}
it "--set takes a sysctl and a parameter" report_of set
it "--set reaches the machine, and the report tells" holds set \
	"r['machine']['sysctl']['swappiness'] == 7 and r['params']['pinned_permille']['value'] == 11"
make_default() {
	exits 0 run "$recording" --set kswapd_scan_pages_per_ms=400 -o "$tmp/default.json"
}
it "--set takes a parameter's default" report_of default
it "a default given by --set is the user's, says the report" holds default \
	"[r['params'][p]['from'] for p in ('kswapd_scan_pages_per_ms', 'pinned_permille')] == \
	 ['user', 'default'] and r['params']['kswapd_scan_pages_per_ms']['value'] == 400"
make_marks() { exits 0 run "$recording" --set min_free_kbytes=65536 -o "$tmp/marks.json"; }
it "--set takes min_free_kbytes" report_of marks
raised() {
	report_of a && report_of marks && python -c "import json
a, b = (sum(z['watermark_min'] for z in json.load(open(f))['machine']['zones']) for f in ('$tmp/a.json', '$tmp/marks.json'))
assert b > 1.5 * a, (a, b)"
}
it "--set min_free_kbytes raises the marks" raised

end_state() {
	exits 0 run "$recording" --end-state "$tmp/end" -o "$tmp/e.json" || return 1
	query "$tmp/e.json" "$(wc -c <"$tmp/end") == r['machine']['pages']" || return 1
	[ "$(tr -d '\000\001' <"$tmp/end" | wc -c)" -eq 0 ] || return 1
	query "$tmp/e.json" "abs($(tr -d '\000' <"$tmp/end" | wc -c) - p[0]['memory']['used_pages'] - p[0]['memory']['reserved_pages']) == 0"
}
it "--end-state writes a byte a pfn that agrees with the report" end_state

# the report without what --timeline adds
unsampled() {
	exits 0 run "$recording" --seeds 1 -p vanilla -p defrag_mode "$@" -o "$tmp/sampled.json" || return 1
	python -c "import json
r = json.load(open('$tmp/sampled.json'))
for policy in r['policies']:
    for key in ('timeline', 'map'):
        policy.pop(key, None)
print(json.dumps(r['policies'], indent=1))"
}
looked_at() {
	unsampled >"$tmp/never.json" || return 1
	unsampled --timeline 37 >"$tmp/often.json" || return 1
	diff "$tmp/never.json" "$tmp/often.json"
}
it "a replay does not depend on how often --timeline looks at it" looked_at
finish
