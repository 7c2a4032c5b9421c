#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# diff: what its formats look like, each held against its own grammar.
. tests/cli/lib.bash

example=$PWD/scripts/ci/criteria.example
schema=$PWD/doc/fragreplay-diff-1.schema.json

# report FILE SEED POLICY COUNTERS
report() {
	cat >"$tmp/$1" <<-END
	{ "schema": "fragreplay-report/1", "interrupted": false,
	  "tool": { "name": "fragreplay", "version": "1" },
	  "trace": { "digest": "aaaa", "complete": true },
	  "policies": [ { "policy": "$3", "seed": $2, "counters": { $4 } } ] }
	END
}
report base.json 1 vanilla '"thp_fault_alloc": 200, "pgscan_direct": 1000, "pswpin": 0, "pgfree": 9'
report new.json 1 'odd|name #1 "<&>'"'"',x=2' '"thp_fault_alloc": 190, "pgscan_direct": 1353, "pswpin": 3'
report big.json 1 a_policy_whose_name_is_longer_than_a_column_is_wide,with=settings \
	'"thp_fault_alloc": 123456789012345, "pgscan_direct": 98765432109876, "pswpin": 3'
sed -i 's/"odd|name #1 "<&>/"odd|name #1 \\"<\&>/' "$tmp/new.json"
cd "$tmp" || exit 2
limits=(--threshold thp_fault_alloc=2% --threshold pgscan_direct=50% --threshold pswpin=1%)

# KTAP as Documentation/dev-tools/ktap.rst has it, no more liberal than kunit_parser.py: header,
# plan, as many results, numbered; a subtest is indented by four and named as its result is
cat >ktap.py <<'END'
import re, sys
lines = open(sys.argv[1]).read().split("\n")
assert lines.pop() == "", "the last line has no end"
result = re.compile(r"^(ok|not ok) ([0-9]+) (- )?([^#]*)( # .*)?$")
tests = {}

def block(indent):
    """one KTAP document at this indent; returns its subtest name and whether all was ok"""
    def take():
        assert lines and lines[0].startswith(indent), (indent, lines[:1])
        return lines.pop(0)[len(indent):]
    assert take() == "KTAP version 1"
    name, ok = None, True
    if lines[0].startswith(indent + "# Subtest: "):
        name = take()[len("# Subtest: "):]
    plan = re.match(r"^1\.\.([1-9][0-9]*)$", take())
    assert plan, "no plan"
    for number in range(1, int(plan.group(1)) + 1):
        sub = None
        while lines[0].startswith(indent + "# "):
            take()
        if lines[0] == indent + "    KTAP version 1":
            sub = block(indent + "    ")
        line = take()
        m = result.match(line)
        assert m and int(m.group(2)) == number, line
        assert m.group(4) == m.group(4).strip() and m.group(4), line
        assert m.group(5) is None or m.group(5).startswith(" # SKIP"), line
        if sub:
            assert sub[0] == m.group(4), (sub, line)
            assert sub[1] == (m.group(1) == "ok"), (sub, line)
        else:
            tests[m.group(4)] = "skip" if m.group(5) else m.group(1)
        ok &= m.group(1) == "ok"
    return name, ok

block("")
assert not lines, lines[0]
for want in sys.argv[2:]:
    name, state = want.split("=")
    assert tests[name] == state, (name, tests[name])
END
# in_format FORMAT STATUS ARGUMENT...: diff of the two reports, and of others, in a format
in_format() { exits "$2" diff --criteria none base.json new.json --format "$1" "${@:3}"; }
# ktap STATUS ARGUMENT... -- METRIC=VERDICT...: KTAP that keeps its grammar, with the verdicts
ktap() {
	local args=()

	while [ "$1" != -- ]; do
		args+=("$1")
		shift
	done
	in_format ktap "${args[@]}" && python ktap.py out "${@:2}"
}
it "KTAP with a regression exits 1" in_format ktap 1 "${limits[@]}"
it "KTAP with a regression keeps its grammar, with the verdicts" ktap 1 "${limits[@]}" -- \
	thp_fault_alloc='not ok' pgscan_direct=ok pswpin=ok
far() {
	in_format ktap 1 "${limits[@]}" &&
		grep -qF '# thp_fault_alloc: 200 to 190 faults (-5.00%), past 2%' out
}
it "KTAP says how far a metric went" far
it "KTAP without a limit exits 0" in_format ktap 0
it "KTAP without a limit skips, and keeps its grammar" ktap 0 -- thp_fault_alloc=skip pswpin=skip
it "KTAP of what is missing exits 2" in_format ktap 2 --threshold pgfree=1%
it "KTAP of what is missing is not ok" ktap 2 --threshold pgfree=1% -- pgfree='not ok'
it "KTAP of several columns exits 1" in_format ktap 1 big.json base.json "${limits[@]}"
it "KTAP of several columns keeps its grammar" ktap 1 big.json base.json "${limits[@]}" --
# the kernel's own parser, where a source tree is at hand; KUNIT names tools/testing/kunit
for kunit in ${KUNIT:+"$KUNIT"} /usr/src/linux*/tools/testing/kunit; do
	[ -e "$kunit/kunit.py" ] || continue
	# its exit status is that of the tests, and two are not ok
	kunit() {
		in_format ktap 1 big.json base.json "${limits[@]}" || return 1
		python "$kunit/kunit.py" parse "$tmp/out" >kunit.log
		! grep -F '[ERROR]' kunit.log
	}
	it "the kernel's parser takes KTAP of several columns without an error" kunit
	counted() { kunit && grep -qE 'Ran [0-9]+ tests: passed: 7, failed: 2' kunit.log; }
	it "the kernel's parser counts the tests of several columns" counted
	break
done
broken_ktap() {
	ktap 1 big.json base.json "${limits[@]}" -- || return 1
	sed "$1" out >broken && ! cmp -s out broken && ! python ktap.py broken
}
it "the KTAP grammar refuses a lost result" broken_ktap '/ok 2 /d'
it "the KTAP grammar refuses a wrong plan" broken_ktap '2s/3/2/'
it "the KTAP grammar refuses a result that says otherwise than its subtest" \
	broken_ktap 's/^not ok 1/ok 1/'

cat >junit.py <<'END'
import sys, xml.etree.ElementTree as tree
root = tree.parse(sys.argv[1]).getroot()
assert root.tag == "testsuites"
for suite in root:
    assert suite.tag == "testsuite"
    cases = suite.findall("testcase")
    for attribute, inner in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        n = sum(c.find(inner) is not None for c in cases)
        assert n == int(suite.get(attribute)), (attribute, n)
    assert len(cases) == int(suite.get("tests")) > 0
suites = list(root)
assert eval(sys.argv[2]), sys.argv[2]
END
# junit EXPRESSION STATUS ARGUMENT...: JUnit that adds up, and of which the expression is true
junit() { in_format junit "${@:2}" && python junit.py out "$1"; }
it "JUnit with a regression exits 1" in_format junit 1 "${limits[@]}"
it "JUnit is XML that adds up" junit 'suites[0].get("failures") == "1"' 1 "${limits[@]}"
it "JUnit has every character of a name" junit \
	"suites[0].get('name') == 'base.json:vanilla vs new.json:odd|name #1 \"<&>\\',x=2'" \
	1 "${limits[@]}"
if command -v xmllint >/dev/null; then
	linted() { in_format junit 1 "${limits[@]}" && xmllint --noout out; }
	it "xmllint takes JUnit for XML" linted
fi
it "JUnit of what is missing exits 2" in_format junit 2 --threshold pgfree=1%
it "JUnit of what is missing has an error, not a failure" junit \
	'suites[0].get("errors") == "1" and suites[0].get("failures") == "0"' \
	2 --threshold pgfree=1%
it "JUnit without a limit exits 0" in_format junit 0
it "JUnit without a limit skips all" junit \
	'suites[0].get("skipped") == suites[0].get("tests")' 0

it "CSV with a regression exits 1" in_format csv 1 "${limits[@]}"
csv() { in_format csv 1 "${limits[@]}" && python -c "$1"; }
it "CSV has as many fields in every line, and the verdicts" csv "import csv
rows = list(csv.DictReader(open('out', newline=''), strict=True))
assert all(None not in r and None not in r.values() for r in rows)
by = {r['metric']: r for r in rows}
assert by['thp_fault_alloc']['verdict'] == 'regression' and by['thp_fault_alloc']['percent'] == '-5'
assert by['pswpin']['percent'] == '' and by['pswpin']['change'] == '3'
assert by['pgfree']['new'] == '' and by['pgfree']['base'] == '9' and by['pgfree']['verdict'] == ''
assert rows[0]['new_policy'] == 'odd|name #1 \"<&>\\',x=2'"

cat >json.py.txt <<'END'
import json, jsonschema, sys
doc = json.load(open(sys.argv[2]))
jsonschema.Draft202012Validator(json.load(open(sys.argv[1]))).validate(doc)
m = {r["metric"]: r for r in doc["tables"][0]["metrics"]}
assert eval(sys.argv[3]), sys.argv[3]
END
# json EXPRESSION STATUS ARGUMENT...: JSON of its schema, of whose doc and metrics m the expression
# is true
json() { exits "$2" diff --criteria none --format json "${@:3}" && python json.py.txt "$schema" out "$1"; }
it "JSON with a regression exits 1" in_format json 1 "${limits[@]}"
regressed=(1 base.json new.json "${limits[@]}")
it "JSON follows its schema" json 'doc["regressions"] == 1' "${regressed[@]}"
it "JSON has values, units and verdicts" json \
	'm["pgscan_direct"]["new"][0]["percent"] == 35.3 and m["pgscan_direct"]["unit"] == "pages" and m["pswpin"]["new"][0] == {"value": 3, "runs": 1, "change": 3, "percent": None, "verdict": "below floor"}' \
	"${regressed[@]}"
it "JSON has null for what a side lacks" json \
	'm["pgfree"]["new"][0]["value"] is None and m["pgfree"]["base"]["value"] == 9' \
	"${regressed[@]}"
not_utf8=$(printf 'no\377.json')
cp base.json "$not_utf8"
it "a file's name need not be UTF-8" exits 0 diff --criteria none "$not_utf8" new.json --format json
it "JSON is UTF-8 where a file's name is not" json \
	'doc["tables"][0]["base"]["file"] == "no?.json"' 0 "$not_utf8" new.json

it "markdown with a regression exits 1" in_format markdown 1 "${limits[@]}"
cells() {
	in_format markdown 1 "${limits[@]}" || return 1
	awk -v want="$1" '/^\|/ { gsub(/\\./, ""); rows++; if (gsub(/\|/, "") != want) bad = 1 }
		END { exit bad || rows < 5 }' out
}
it "markdown has as many cells in every row" cells 4
not_five() { cells 4 && ! cells 5; }
it "markdown has no more cells than that" not_five
bold() {
	in_format markdown 1 "${limits[@]}" &&
		grep -qF '| THP fault alloc | 200 | 190 **(-5.00%)** |' out
}
it "markdown has regressions in bold" bold

# text: 100 columns at most, no blanks at the ends, color where it is wanted
# narrow STATUS ARGUMENT...
narrow() {
	exits "$1" diff --criteria none "${@:2}" && [ -s out ] || return 1
	awk -v most=100 '{ if (length($0) > most) { print; bad = 1 } } / $/ { print; bad = 1 }
		END { exit bad }' out
}
many=(base.json new.json big.json base.json new.json big.json)
it "many columns make several tables" exits 0 diff --criteria none "${many[@]}"
it "tables of many columns are at most 100 wide" narrow 0 "${many[@]}"
several_tables() { exits 0 diff --criteria none "${many[@]}" && [ "$(grep -c '^THP fault alloc ' out)" -ge 3 ]; }
it "several tables have all columns" several_tables
it "a wide number is no problem" exits 0 diff --criteria none --all big.json big.json
it "a wide number leaves the table 100 wide" narrow 0 --all big.json big.json
it "a long name is in the table" prints 'a_policy_whose_name' diff --criteria none --all big.json big.json

make_real() {
	exits 0 run "$recording" -p vanilla -p defrag_mode -p observed --seeds 3 -o real.json
}
# real COMMAND...: with the report of a replay in real.json
real() { report_of real && "$@"; }
it "a run writes a report of three policies and seeds" report_of real
it "the policies of a run compare" real exits 0 diff --criteria none --all real.json
it "the table of a run is 100 wide" real narrow 0 --all real.json
it "a regression of a run and a metric that observed lacks is trouble" \
	real exits 2 diff real.json --threshold pgscan=0%,floor=0
it "the table of a run is 100 wide with marks" \
	real narrow 2 real.json --threshold pgscan=0%,floor=0
it "the example of a criteria file is one" real exits 0 diff real.json:vanilla real.json:vanilla \
	--criteria "$example" --format json
it "each limit of the example applies" real json \
	"sum(r['new'][0].get('verdict') == 'pass' for r in m.values()) == sum(1 for l in open('$example') if l[:1] not in '#\n') - 1" \
	0 real.json:vanilla real.json:vanilla --criteria "$example"
it "every metric of a run is in the list" real bash -c "
'$prog' diff --list-metrics >list && '$prog' diff real.json --format csv |
	python3 -c \"import csv, fnmatch, sys
known = [l.split()[0] for l in open('list')][1:]
assert len(known) == len(set(known)) > 80
lost = {r['metric'] for r in csv.DictReader(sys.stdin)
        if not any(fnmatch.fnmatchcase(r['metric'], k) for k in known)}
assert not lost, lost\""
it "the list of metrics has unit, direction and source" prints \
	'^compact_direct_free_scanned +pages +lower +compact_free_scanned - compact_daemon_free_scanned$' \
	diff --list-metrics

# ten runs each, of which scans differ by far more than chance, and faults by less
python -c "import json
r = json.load(open('base.json'))
new = json.load(open('new.json'))
new['trace']['digest'] = r['trace']['digest']
for doc, by in (r, 0), (new, 1):
    q = doc['policies'][0]
    q['spread'] = {'runs': 10, 'counters': {}, 'samples': {
        'pgscan_direct': [1000 + s % 3 + 500 * by for s in range(10)],
        'thp_fault_alloc': [200 + 40 * (s % 3) + by for s in range(10)]}}
json.dump(r, open('runs.json', 'w'))
json.dump(new, open('runs_new.json', 'w'))"
has_color() { grep -q "$(printf '\033')" out; }
colored() { exits 0 diff --criteria none runs.json runs_new.json "$@" && has_color; }
plain() { exits 0 diff --criteria none runs.json runs_new.json "$@" && [ -s out ] && ! has_color; }
one_color() {
	colored --color=always && grep "$(printf '\033')" out >marked &&
		[ "$(wc -l <marked)" -ge 1 ] && ! grep -qv 'scanned' marked
}
it "what may be chance has no color" one_color
single() { exits 0 diff --criteria none base.json new.json --color=always && ! has_color; }
it "single runs have none" single
it "diff into a file succeeds" exits 0 diff --criteria none runs.json runs_new.json
it "into a file there is no color" plain
it "--color=auto is taken" exits 0 diff --criteria none runs.json runs_new.json --color=auto
it "--color=auto into a file is plain" plain --color=auto
it "--color=always is taken" exits 0 diff --criteria none runs.json runs_new.json --color=always
it "--color=always is colored in a file" colored --color=always
it "--color alone is taken" exits 0 diff --criteria none runs.json runs_new.json --color
it "--color alone is colored in a file" colored --color
as_always() { colored --color=always && mv out always && colored --color && cmp always out; }
it "--color alone is --color=always" as_always
it "--color=never is taken" exits 0 diff --criteria none runs.json runs_new.json --color=never
it "--color=never is plain" plain --color=never
it "another word for --color is refused" refuses 'auto, always or never' \
	diff runs.json runs_new.json --color=red
it "another format is refused" refuses 'ktap or junit' diff runs.json runs_new.json --format xml
terminal() {
	NO_COLOR=$1 TERM=xterm python -c "import os, pty, sys
pty.spawn(sys.argv[1:])" "$prog" diff --criteria none runs.json runs_new.json >out 2>&1 </dev/null
}
if have_terminals; then
	colored_there() { terminal '' && has_color; }
	it "on a terminal there is color" colored_there
	plain_there() { terminal 1 && [ -s out ] && ! has_color; }
	it "on a terminal with NO_COLOR there is no color" plain_there
fi

# several runs of a side: thp_fault_alloc of R's dataset sleep, times 100, as whole numbers
i=0
for v in 70 -160 -20 -120 -10 340 370 80 0 200; do
	report "a$((++i)).json" $i vanilla "\"thp_fault_alloc\": $((1000 + v)), \"pgscan_direct\": 5"
done
i=0
for v in 190 80 110 10 -10 440 550 160 460 340; do
	report "b$((++i)).json" $i other "\"thp_fault_alloc\": $((1000 + v)), \"pgscan_direct\": 5"
done
rise=(diff --base a?.json a10.json --new b?.json b10.json)
fall=(diff --base b?.json b10.json --new a?.json a10.json)
it "several runs of either side compare" exits 0 "${rise[@]}"
it "several runs give mean, deviation and significance" prints \
	'^THP fault alloc +1075.00 \+-178.90 +1233.00 \+-200.22 +\( +\+14.70%\) p=0.079$' \
	"${rise[@]}"
it "heads say how many runs there are" prints '^ +10 runs +10 runs$' "${rise[@]}"
it "a fall that may be by chance is no regression" \
	exits 0 "${fall[@]}" --threshold thp_fault_alloc=2%
# said TEXT ARGUMENT...: exit 0, and stdout has the text, wherever its lines were broken
said() { exits 0 "${@:2}" && tr -s ' \n' ' ' <out | grep -qF -e "$1"; }
it "a fall that may be by chance is said to be" \
	said 'past 2%, but not significant, p=0.0794' "${fall[@]}" --threshold thp_fault_alloc=2%
it "a looser --alpha makes the fall a regression" \
	exits 1 "${fall[@]}" --threshold thp_fault_alloc=2% --alpha 0.1
printf 'alpha 0.1\nthp_fault_alloc 2%%\n' >crit
it "a looser alpha in a criteria file makes the fall a regression" \
	exits 1 "${fall[@]}" --criteria crit
it "--alpha overrides the criteria file's" exits 0 "${fall[@]}" --criteria crit --alpha 0.05
it "an alpha of 0 is refused" refuses 'probability' diff a1.json b1.json --alpha 0
it "--base and --new may be repeated" exits 0 diff --criteria none --new b1.json --base a1.json \
	--base a2.json --format json --new b2.json
it "options stand anywhere between --base and --new" json \
	'm["thp_fault_alloc"]["base"]["runs"] == 2 and "p" in m["thp_fault_alloc"]["new"][0]' \
	0 --new b1.json --base a1.json --base a2.json --color=never --new b2.json
it "a single run is not tested" exits 0 diff --criteria none --base a?.json --new b1.json --format json
it "a single run against several has no p" json \
	'"p" not in m["thp_fault_alloc"]["new"][0] and "sd" in m["thp_fault_alloc"]["base"]' \
	0 --base a?.json --new b1.json
it "two single runs compare" exits 0 diff --criteria none a1.json b1.json
none() { exits 0 diff --criteria none a1.json b1.json && [ -s out ] && ! grep -qE 'p=|\+-|runs' out; }
it "two single runs have no statistics" none
it "one seed twice is one run" refuses 'no two runs' diff --base a1.json a1.json --new b1.json
it "--base wants --new" refuses 'go together' diff --base a1.json b1.json
it "beside --base and --new there is no other report" refuses 'go together' \
	diff a1.json --base b1.json --new b2.json
it "policies of a side are alike" refuses 'same side' diff --base a1.json b2.json --new b1.json

make_four() { exits 0 run "$recording" -p vanilla --seed 4 -o four.json; }
make_over() { exits 0 run "$recording" -p vanilla --seed 3 -o over.json; }
it "--seeds makes runs of a report" real exits 0 diff --criteria none real.json:vanilla real.json:defrag_mode
it "the seeds of a report are tested" real prints \
	'^THP fault alloc .*\+-.* p[=<][01]\.[0-9]{3}$' diff --criteria none real.json:vanilla real.json:defrag_mode
it "a run writes a report of another seed" report_of four
more_runs() { report_of real && report_of four && "$@" diff --criteria none --base real.json:vanilla four.json \
	--new real.json:defrag_mode; }
it "other seeds of a policy compare with the rest" more_runs exits 0
it "other seeds are more runs of one side" more_runs prints '^ +4 runs +3 runs$'
it "a run writes a report of a seed that another has" report_of over
overlap() { report_of real && report_of over && refuses 'no two runs' \
	diff --base real.json:vanilla over.json --new real.json:defrag_mode; }
it "seeds that overlap are refused" overlap
finish
