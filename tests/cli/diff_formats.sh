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
it "KTAP with a regression" exits 1 diff base.json new.json --format ktap "${limits[@]}"
it "keeps its grammar, with the verdicts" python ktap.py out thp_fault_alloc='not ok' \
	pgscan_direct=ok pswpin=ok
it "says how far a metric went" \
	grep -qF '# thp_fault_alloc: 200 to 190 faults (-5.00%), past 2%' out
it "KTAP without a limit" exits 0 diff base.json new.json --format ktap
it "skips, and keeps its grammar" python ktap.py out thp_fault_alloc=skip pswpin=skip
it "KTAP of what is missing" exits 2 diff base.json new.json --format ktap --threshold pgfree=1%
it "is not ok" python ktap.py out pgfree='not ok'
it "KTAP of several columns" exits 1 diff base.json new.json big.json base.json --format ktap \
	"${limits[@]}"
it "keeps its grammar, too" python ktap.py out
# the kernel's own parser, where a source tree is at hand; KUNIT names tools/testing/kunit
for kunit in ${KUNIT:+"$KUNIT"} /usr/src/linux*/tools/testing/kunit; do
	[ -e "$kunit/kunit.py" ] || continue
	# its exit status is that of the tests, and two are not ok
	kunit() {
		python "$kunit/kunit.py" parse "$tmp/out" >kunit.log
		! grep -F '[ERROR]' kunit.log
	}
	it "the kernel's parser takes it without an error" kunit
	it "and counts its tests" grep -qE 'Ran [0-9]+ tests: passed: 7, failed: 2' kunit.log
	break
done
broken_ktap() {
	sed "$1" out >broken && ! python ktap.py broken
}
it "the grammar refuses a lost result" broken_ktap '/ok 2 /d'
it "and a wrong plan" broken_ktap '2s/3/2/'
it "and a result that says otherwise than its subtest" broken_ktap 's/^not ok 1/ok 1/'

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
it "JUnit with a regression" exits 1 diff base.json new.json --format junit "${limits[@]}"
it "is XML that adds up" python junit.py out 'suites[0].get("failures") == "1"'
it "and has every character of a name" python junit.py out \
	"suites[0].get('name') == 'base.json:vanilla vs new.json:odd|name #1 \"<&>\\',x=2'"
if command -v xmllint >/dev/null; then
	it "as xmllint sees it, too" xmllint --noout out
fi
it "JUnit of what is missing" exits 2 diff base.json new.json --format junit --threshold pgfree=1%
it "is an error, not a failure" python junit.py out \
	'suites[0].get("errors") == "1" and suites[0].get("failures") == "0"'
it "JUnit without a limit" exits 0 diff base.json new.json --format junit
it "skips all" python junit.py out 'suites[0].get("skipped") == suites[0].get("tests")'

it "CSV with a regression" exits 1 diff base.json new.json --format csv "${limits[@]}"
it "has as many fields in every line, and the verdicts" python -c "import csv
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
it "JSON with a regression" exits 1 diff base.json new.json --format json "${limits[@]}"
it "follows its schema" python json.py.txt "$schema" out 'doc["regressions"] == 1'
it "has values, units and verdicts" python json.py.txt "$schema" out \
	'm["pgscan_direct"]["new"][0]["percent"] == 35.3 and m["pgscan_direct"]["unit"] == "pages" and m["pswpin"]["new"][0] == {"value": 3, "runs": 1, "change": 3, "percent": None, "verdict": "below floor"}'
it "and null for what a side lacks" python json.py.txt "$schema" out \
	'm["pgfree"]["new"][0]["value"] is None and m["pgfree"]["base"]["value"] == 9'
not_utf8=$(printf 'no\377.json')
cp base.json "$not_utf8"
it "a file's name need not be UTF-8" exits 0 diff "$not_utf8" new.json --format json
it "and JSON is, all the same" python json.py.txt "$schema" out \
	'doc["tables"][0]["base"]["file"] == "no?.json"'

it "markdown with a regression" exits 1 diff base.json new.json --format markdown "${limits[@]}"
cells() {
	awk -v want="$1" '/^\|/ { gsub(/\\./, ""); rows++; if (gsub(/\|/, "") != want) bad = 1 }
		END { exit bad || rows < 5 }' out
}
it "has as many cells in every row" cells 4
not_five() { ! cells 5; }
it "and no more" not_five
it "and regressions bold" grep -qF '| THP fault alloc | 200 | 190 **(-5.00%)** |' out

# text: 100 columns at most, no blanks at the ends, color where it is wanted
narrow() {
	awk -v most="$1" '{ if (length($0) > most) { print; bad = 1 } } / $/ { print; bad = 1 }
		END { exit bad }' out
}
it "many columns make several tables" exits 0 diff base.json new.json big.json base.json \
	new.json big.json
it "of at most 100 columns" narrow 100
it "with all columns" test "$(grep -c '^THP fault alloc ' out)" -ge 3
it "a wide number is no problem" exits 0 diff --all big.json big.json
it "either" narrow 100
it "nor is a long name" grep -q 'a_policy_whose_name' out
it "the real thing" exits 0 run "$recording" -p vanilla -p defrag_mode -p observed \
	--seeds 3 -o real.json
it "compares" exits 0 diff --all real.json
it "in 100 columns" narrow 100
it "as it does with marks" exits 2 diff real.json --threshold pgscan=0%,floor=0
it "and nothing is lost in between" narrow 100
it "the example of a criteria file is one" exits 0 diff real.json:vanilla real.json:vanilla \
	--criteria "$example" --format json
it "and each of its limits applies" python json.py.txt "$schema" out \
	"sum(r['new'][0].get('verdict') == 'pass' for r in m.values()) == sum(1 for l in open('$example') if l[:1] not in '#\n') - 1"
it "every metric of it is in the list" bash -c "
'$prog' diff --list-metrics >list && '$prog' diff real.json --format csv |
	python3 -c \"import csv, fnmatch, sys
known = [l.split()[0] for l in open('list')][1:]
assert len(known) == len(set(known)) > 80
lost = {r['metric'] for r in csv.DictReader(sys.stdin)
        if not any(fnmatch.fnmatchcase(r['metric'], k) for k in known)}
assert not lost, lost\""
it "the list has unit, direction and source" grep -qE \
	'^compact_direct_free_scanned +pages +lower +compact_free_scanned - compact_daemon_free_scanned$' list

colored() { grep -q "$(printf '\033')" out; }
plain() { ! colored; }
it "no color into a file" exits 0 diff base.json new.json
it "by itself" plain
it "nor when told auto" exits 0 diff base.json new.json --color=auto
it "there" plain
it "--color=always" exits 0 diff base.json new.json --color=always
it "is colored" colored
it "--color alone" exits 0 diff base.json new.json --color
it "is the same" colored
it "--color=never" exits 0 diff base.json new.json --color=never
it "is plain" plain
it "another word is refused" refuses 'auto, always or never' diff base.json new.json --color=red
it "another format is refused" refuses 'ktap or junit' diff base.json new.json --format xml
terminal() {
	NO_COLOR=$1 TERM=xterm python -c "import os, pty, sys
pty.spawn(sys.argv[1:])" "$prog" diff base.json new.json >out 2>&1 </dev/null
}
if have_terminals; then
	terminal ''
	it "on a terminal there is color" colored
	terminal 1
	it "but not with NO_COLOR" plain
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
it "several runs of either side" exits 0 diff --base a?.json a10.json --new b?.json b10.json
it "give mean, deviation and significance" grep -qE \
	'^THP fault alloc +1075.00 \+-178.90 +1233.00 \+-200.22 +\( +\+14.70%\) p=0.079$' out
it "heads say how many" grep -qE '^ +10 runs +10 runs$' out
it "the other way round it is a fall, but perhaps by chance" \
	exits 0 diff --base b?.json b10.json --new a?.json a10.json --threshold thp_fault_alloc=2%
said() { tr -s ' \n' ' ' <out | grep -qF -e "$1"; }
it "and said" said 'past 2%, but not significant, p=0.0794'
it "a looser --alpha takes it" exits 1 diff --base b?.json b10.json --new a?.json a10.json \
	--threshold thp_fault_alloc=2% --alpha 0.1
printf 'alpha 0.1\nthp_fault_alloc 2%%\n' >crit
it "so does the criteria file's" exits 1 diff --base b?.json b10.json --new a?.json a10.json \
	--criteria crit
it "which --alpha overrides" exits 0 diff --base b?.json b10.json --new a?.json a10.json \
	--criteria crit --alpha 0.05
it "an alpha of 0 is refused" refuses 'probability' diff a1.json b1.json --alpha 0
it "--base and --new may be repeated instead" exits 0 diff --new b1.json --base a1.json \
	--base a2.json --format json --new b2.json
it "and options stand anywhere" python json.py.txt "$schema" out \
	'm["thp_fault_alloc"]["base"]["runs"] == 2 and "p" in m["thp_fault_alloc"]["new"][0]'
it "a single run is not tested" exits 0 diff --base a?.json --new b1.json --format json
it "and has no p" python json.py.txt "$schema" out \
	'"p" not in m["thp_fault_alloc"]["new"][0] and "sd" in m["thp_fault_alloc"]["base"]'
it "two single runs are no statistics at all" exits 0 diff a1.json b1.json
none() { ! grep -qE 'p=|\+-|runs' out; }
it "nor look like some" none
it "one seed twice is one run" refuses 'no two runs' diff --base a1.json a1.json --new b1.json
it "--base wants --new" refuses 'go together' diff --base a1.json b1.json
it "and no others" refuses 'go together' diff a1.json --base b1.json --new b2.json
it "policies of a side are alike" refuses 'same side' diff --base a1.json b2.json --new b1.json
it "--seeds makes runs of a report" exits 0 diff real.json:vanilla real.json:defrag_mode
it "that are tested" grep -qE '^THP fault alloc .*\+-.* p[=<][01]\.[0-9]{3}$' out
it "other seeds add to them" exits 0 run "$recording" -p vanilla --seed 4 -o four.json
it "as more runs" exits 0 diff --base real.json:vanilla four.json --new real.json:defrag_mode
it "of one side" grep -qE '^ +4 runs +3 runs$' out
it "seeds that overlap do not" exits 0 run "$recording" -p vanilla --seed 3 -o over.json
it "and are refused" refuses 'no two runs' diff --base real.json:vanilla over.json \
	--new real.json:defrag_mode
finish
