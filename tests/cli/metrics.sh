#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A metric has one name and one value: of one replay, run, check, diff and view say the same, and
# all of it is what the formula of --list-metrics makes of the report's counters.
. tests/cli/lib.bash

# Each case stands alone; what they read is made once.
"$prog" run "$recording" --seeds 1 -p vanilla -p defrag_mode --timeline 500 -q -o "$tmp/run.json"
"$prog" check "$recording" -p vanilla --seeds 1 --json -q >"$tmp/check.json"
"$prog" diff "$tmp/run.json" --format json >"$tmp/diff.json"
"$prog" diff "$tmp/run.json" --format csv >"$tmp/diff.csv"
"$prog" view "$tmp/run.json" -o "$tmp/page.html"
"$prog" view "$tmp/run.json" --policy vanilla --text >"$tmp/map.txt"
"$prog" view "$tmp/run.json" --policy vanilla --svg -o "$tmp/map.svg"
"$prog" diff --list-metrics --format json >"$tmp/metrics.json"

cat >"$tmp/values.py" <<'E2'
import csv, json, os, re, sys
here = os.path.dirname(os.path.abspath(__file__))
load = lambda name: json.load(open(os.path.join(here, name)))
text = lambda name: open(os.path.join(here, name)).read()
metrics = {m["name"]: m for m in load("metrics.json")["metrics"]}
run = load("run.json")["policies"][0]
numbers = dict(run["counters"])
numbers["extfrag.events"] = run["extfrag"]["events"]
for name, n in run["extfrag"]["by_class"].items():
    numbers[f"extfrag.by_class.{name}"] = n

def formula(m, numbers):
    if m["kind"] == "read":
        return numbers.get(m["name"])
    plus, minus = (sum(numbers.get(n, 0) for n in m[side]) for side in ("plus", "minus"))
    if m["kind"] == "rate":
        return 100 * plus / (plus + minus) if plus + minus else None
    return plus - minus

want = {name: formula(m, numbers) for name, m in metrics.items()}
want = {name: value for name, value in want.items() if value is not None}

def same(got):
    wrong = {n: (v, want[n]) for n, v in got.items() if n in want and abs(v - want[n]) > 1e-6}
    assert not wrong, wrong
    return set(got) & set(want)

def page():
    data = re.search(r'id="reports">(.*?)</script>', text("page.html"), re.S)[1]
    return json.loads(data)
E2
# says DESCRIPTION STATEMENTS: of the values above
says() { it "$1" python -c "import sys; sys.path.insert(0, '$tmp')
from values import *
$2"; }

says "run: the report's THP success is the formula's" "
assert abs(100 * run['thp']['success_rate'] - want['thp_success_rate']) < 1e-4"
says "check: every row of the replay is the formula's" "
seen = same({m['name']: m['replayed']['mean'] for m in load('check.json')['self']['metrics']})
assert seen >= {'pgscan', 'pgsteal', 'pgalloc', 'allocstall', 'thp_success_rate',
                'extfrag_events', 'extfrag_steal', 'pswpout'}, seen"
says "check: it judges what has a spread in the table" "
for m in load('check.json')['self']['metrics']:
    spread = metrics.get(m['name'], {}).get('spread')
    assert (m['verdict'] is None) == (spread is None), (m['name'], spread)
    assert m['name'] == 'thp_success_rate' or not spread or spread['kind'] == 'ratio'"
says "diff: JSON has every one of them" "
table = load('diff.json')['tables'][0]['metrics']
seen = same({m['metric']: m['base']['value'] for m in table if m['base']})
assert seen == set(want), set(want) - seen"
says "diff: CSV likewise, with unit and direction of the table" "
rows = list(csv.DictReader(open(here + '/diff.csv')))
assert same({r['metric']: float(r['base']) for r in rows if r['base']}) == set(want)
for r in rows:
    m = metrics.get(r['metric'])
    assert not m or (r['unit'], r['better']) == (m['unit'], m['better']), r"
says "view: the page's table, under the table's titles" "
rows = page()['table']
assert 'pgscan' in same({r['name']: r['values'][0] for r in rows if r['values'][0] is not None})
for r in rows:
    m = metrics.get(r['name'])
    assert not m or (r['label'], r['unit'], r['better']) == (m['title'], m['unit'], m['better'])"
says "view: a curve is a metric of the table, by its own formula" "
curves = {c['name']: c for c in page()['curves']}
assert {'thp_success_rate', 'pgsteal', 'pswpout'} <= set(curves), list(curves)
for name, curve in curves.items():
    if curve['kind'] != 'state':
        assert curve == metrics[name], name"
says "view: what a sample has of a metric ends at the report's value or above" "
# a recording's counters stop at its marker, the samples go on to the end of the trace
last = run['timeline'][-1]
names = set(last) & set(metrics)
assert names >= {'thp_fault_alloc', 'thp_fault_fallback', 'pgsteal', 'pswpout', 'allocstall', 'pgscan',
                 'compact_daemon_wake', 'pgmigrate_success', 'extfrag_events'}
for name in names:
    assert want[name] <= last[name] <= 1.1 * want[name] + 10, (name, last[name], want[name])"
says "view: text and SVG print the same THP success" "
line = 'THP success %.1f%% (%d of %d)' % (want['thp_success_rate'], run['thp']['success'],
                                         run['thp']['attempts'])
assert line in text('map.txt') and line in text('map.svg'), line"

says "the list for programs follows its schema" "
import jsonschema
schema = json.load(open('doc/fragreplay-metrics-1.schema.json'))
jsonschema.Draft202012Validator(schema).validate(load('metrics.json'))"
says "it has every name of the list for people" "
import subprocess
people = subprocess.run(['$prog', 'diff', '--list-metrics'], capture_output=True, text=True)
names = [line.split()[0] for line in people.stdout.splitlines()[1:]]
assert names == list(metrics), set(names) ^ set(metrics)"
it "it has no other form" refuses 'text or json' diff --list-metrics --format csv
finish
