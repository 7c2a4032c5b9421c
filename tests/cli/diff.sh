#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# diff: what is compared with what, and which exit code it gives. On reports made by hand, so that
# every figure is known.
. tests/cli/lib.bash

# report FILE DIGEST POLICY COUNTERS
report() {
	cat >"$tmp/$1" <<-END
	{ "schema": "fragreplay-report/1", "interrupted": false,
	  "tool": { "name": "fragreplay", "version": "1" },
	  "trace": { "digest": "$2", "complete": true },
	  "policies": [ { "policy": "$3", "seed": 1, "counters": { $4 },
	                  "thp": { "attempts": 10, "success": 5, "success_rate": 0.5 } } ] }
	END
}
# edit FROM TO STATEMENT: r is the report, p its policies
edit() {
	python -c "import json
r = json.load(open('$tmp/$1'))
p = r['policies']
$3
json.dump(r, open('$tmp/$2', 'w'))"
}
report base.json aaaa vanilla '"thp_fault_alloc": 200, "thp_fault_fallback": 200, "pgscan_kswapd": 5000, "pgscan_direct": 1000, "pswpin": 0, "pgfree": 50'
report new.json aaaa other '"thp_fault_alloc": 190, "thp_fault_fallback": 210, "pgscan_kswapd": 5000, "pgscan_direct": 1353, "pswpin": 3, "pgfree": 50'
report foreign.json bbbb vanilla '"thp_fault_alloc": 200, "pgscan_direct": 1000'
sed 's/"interrupted": false/"interrupted": true/' "$tmp/base.json" >"$tmp/partial.json"
sed 's/report\/1/report\/9/' "$tmp/base.json" >"$tmp/later.json"
sed 's/fragreplay-report/fragreplay-check/' "$tmp/base.json" >"$tmp/check.json"
edit base.json tool.json "r['tool']['version'] = '2'"
edit base.json three.json "
for n in 'other', 'third':
    q = json.loads(json.dumps(p[0]))
    q['policy'] = n
    q['counters']['pgscan_direct'] = 1353
    p.append(q)"
edit three.json two.json "del p[2]"
head -c 100 "$tmp/base.json" >"$tmp/broken.json"
echo '{}' >"$tmp/empty.json"
edit base.json nothing.json "p.clear()"
cd "$tmp" || exit 2

# said_in STATUS PATTERN ARGUMENT...: exit STATUS, and stdout matches, wherever its lines were broken
said_in() { exits "$1" "${@:3}" && tr -s ' \n' ' ' <out | grep -qE -e "$2"; }

it "two reports compare" exits 0 diff --criteria none base.json new.json
it "a rise is in percent of the base" \
	prints '^Pages direct scanned +1000 +1353 \( +\+35\.30%\)$' diff --criteria none base.json new.json
it "a fall has its sign" prints '^THP fault alloc +200 +190 \( +-5\.00%\)$' diff --criteria none base.json new.json
it "no change is +0.00 %" \
	prints '^Pages kswapd scanned +5000 +5000 \( +\+0\.00%\)$' diff --criteria none base.json new.json
it "from nothing there is no percentage" prints '^Swap in +0 +3 \( +from 0\)$' \
	diff --criteria none base.json new.json
it "sums are made of counters" prints '^Pages total scanned +6000 +6353 \( +\+5\.88%\)$' \
	diff --criteria none base.json new.json
it "rates are made of counters" prints '^THP fault success rate % +50.00 +47.50 \( +-5\.00%\)$' \
	diff --criteria none base.json new.json
hidden() { exits 0 diff --criteria none base.json new.json && ! grep -q pgfree out; }
it "what no cover letter has is not shown" hidden
it "--all is taken" exits 0 diff --criteria none --all base.json new.json
it "--all shows what no cover letter has" prints '^pgfree +50 +50 \( +\+0\.00%\)$' \
	diff --criteria none --all base.json new.json

it "without criteria there is no regression" exits 0 diff --criteria none base.json new.json
it "without criteria there is no verdict" \
	prints '^verdict: none, for there is no criterion$' diff --criteria none base.json new.json

edit base.json fourfold.json "p[0]['counters']['thp_fault_fallback'] *= 4"
it "nobody need give criteria: four times the fallbacks are a regression" \
	exits 1 diff base.json fourfold.json
it "and it is said by what they were judged" \
	shows '^verdict: 1 regression by the built-in criteria \(p<0.01\)$' 1 diff base.json fourfold.json
it "--criteria none switches them off" exits 0 diff --criteria none base.json fourfold.json
it "a threshold replaces them" exits 0 diff base.json fourfold.json --threshold pswpin=5%
it "of single runs a small change past its limit is undecided" exits 2 diff base.json new.json
it "undecided is said, with the metric" \
	warns 'undecided: other: thp_fault_alloc: 200 to 190 .* single runs do not tell' \
	2 diff base.json new.json
it "the same twice is no regression" exits 0 diff base.json base.json --force
it "a metric that no side has is nothing to the built-in criteria" \
	prints '^verdict: no regression by the built-in criteria \(p<0.01\)$' diff base.json base.json --force
it "--summary is the sentences alone" prints '^vanilla against vanilla|^base.json against' \
	diff base.json base.json --force --summary
no_table() { exits 0 diff base.json base.json --force --summary && ! grep -q '^THP fault' out; }
it "--summary has no table" no_table
it "--summary goes without --format" refuses 'without --format' \
	diff base.json new.json --summary --format csv

# seeds of one policy and another, of which THP success and direct scans differ as told
seeds() {			# FILE DIGEST RUNS SCANS
	edit two.json "$1" "
r['trace']['digest'] = '$2'
for i, q in enumerate(p):
    n = [200 + s % 3 for s in range($3)]
    q['spread'] = { 'runs': $3, 'counters': {}, 'samples': {
        'thp_fault_alloc': n, 'thp_fault_fallback': n,
        'pgscan_direct': [5000 + 700 * (s % 4) + i * $4 for s in range($3)] } }"
}
seeds few.json aaaa 3 1200
seeds many.json aaaa 8 1700
seeds sure.json aaaa 8 4000
it "a change that few seeds cannot tell from chance is undecided" exits 2 diff few.json
it "the sentence says so, with values and p" \
	said_in 2 'undecided: .*direct reclaim scans \(5700 -> 6900, p=0\.[0-9]+\)' diff few.json --summary
it "with enough seeds it is significant" exits 1 diff many.json
it "what is significant is said by its size" \
	said_in 1 'other against vanilla over 8 seeds: direct reclaim scans 66 % more \(6050 -> 10050, p<0\.001\)' \
	diff sure.json --summary

seeds there.json bbbb 8 4000
it "reports of different recordings are grouped" \
	shows '^sum of all recordings$' 1 diff sure.json there.json
groups() {
	exits 1 diff sure.json there.json &&
		[ "$(grep -cE '^(sure|there)\.json$|^sum of all recordings$' out)" -eq 3 ] &&
		[ "$(grep -c '^verdict: ' out)" -eq 1 ]
}
it "each has its table, and there is one verdict" groups
it "the sums are of each seed over all" \
	shows '^Pages direct scanned +12100\.00 \+-1' 1 diff sure.json there.json
seeds fewer.json cccc 3 4000
it "sums need equal numbers of seeds" \
	warns 'different numbers of seeds' 1 diff sure.json fewer.json
it "an unsigned threshold goes the worse way: more scans" \
	exits 1 diff base.json new.json --threshold pgscan_direct=35%
it "the message says how far it went, and how far it may" \
	warns 'regression: other: pgscan_direct: 1000 to 1353 pages \(\+35\.30%\), past 35%' \
	1 diff base.json new.json --threshold pgscan_direct=35%
it "the table marks a regression" shows '^Pages direct scanned .*\)!$' \
	1 diff base.json new.json --threshold pgscan_direct=35%
it "below its threshold a rise is no regression" \
	exits 0 diff base.json new.json --threshold pgscan_direct=35.5%
it "fewer scans are no regression" exits 0 diff new.json base.json --threshold pgscan_direct=1%
it "fewer huge pages are worse" exits 1 diff base.json new.json --threshold thp_fault_alloc=4.9%
it "more huge pages are not worse" exits 0 diff new.json base.json --threshold thp_fault_alloc=1%
it "a minus sign watches the fall" exits 1 diff base.json new.json --threshold thp_fault_alloc=-2%
it "a minus sign does not watch the rise" \
	exits 0 diff base.json new.json --threshold pgscan_direct=-2%
it "a plus sign watches the rise" exits 1 diff base.json new.json --threshold pgscan_direct=+2%
it "a plus sign does not watch the fall" \
	exits 0 diff base.json new.json --threshold thp_fault_alloc=+2%
it "a threshold without percent is in the metric's unit" \
	exits 1 diff base.json new.json --threshold pgscan_direct=352
it "353 more are not past a threshold of 353" \
	exits 0 diff base.json new.json --threshold pgscan_direct=353
it "a few from nothing are no regression" exits 0 diff base.json new.json --threshold pswpin=5%
it "a few from nothing are said to be below the floor" \
	prints 'pswpin: 0 to 3 pages \(from 0\), past 5%, but by less than 320 pages$' \
	diff base.json new.json --threshold pswpin=5%
it "a few from nothing are a regression where the floor is lower" \
	exits 1 diff base.json new.json --threshold pswpin=5%,floor=2
it "a floor holds nothing of an absolute limit back" \
	exits 1 diff base.json new.json --threshold pswpin=2
it "a later threshold replaces an earlier one" exits 0 diff base.json new.json \
	--threshold pgscan_direct=1% --threshold pgscan_direct=40%

it "a threshold on no metric is trouble" exits 2 diff base.json new.json --threshold nosuch=1
it "a threshold on no metric says where the names are" \
	warns 'list-metrics' 2 diff base.json new.json --threshold nosuch=1
it "a threshold on a metric of one side is trouble" \
	exits 2 diff base.json foreign.json --force --threshold pswpin=5%
it "a threshold on a metric of one side names the side that lacks it" \
	warns 'pswpin: missing in the new side' \
	2 diff base.json foreign.json --force --threshold pswpin=5%
it "a threshold on a metric of neither side is trouble" \
	exits 2 diff base.json new.json --threshold compact_fail=5%
it "a regression does not hide that another metric is missing" exits 2 diff base.json new.json \
	--threshold compact_fail=5% --threshold pgscan_direct=1%
it "a threshold needs its form" refuses 'METRIC=LIMIT' diff base.json new.json --threshold pswpin
it "a threshold needs a number" refuses 'no limit' diff base.json new.json --threshold pswpin=x
it "a floor is named" refuses 'floor=NUMBER' diff base.json new.json --threshold pswpin=1%,3
it "a floor is not negative" \
	refuses 'floor=NUMBER' diff base.json new.json --threshold pswpin=1%,floor=-3

it "other traces are refused" refuses 'different traces' diff base.json foreign.json
it "--force compares other traces" exits 0 diff --criteria none base.json foreign.json --force
it "--force says that the traces differ" \
	warns 'different traces' 0 diff --criteria none base.json foreign.json --force
it "a row that one side lacks shows it" prints '^Pages kswapd scanned +5000 +- \( +- \)$' \
	diff --criteria none base.json foreign.json --force
it "what one side lacks is named below the table" \
	said_in 0 'not in vanilla: .*\bpgscan_kswapd\b' diff --criteria none base.json foreign.json --force
it "what one side lacks and is not shown is counted" \
	said_in 0 ' and 1 that is not shown \(--all\) ' diff --criteria none base.json foreign.json --force
it "other tools are refused" refuses 'different tools \(fragreplay 1, fragreplay 2\)' \
	diff base.json tool.json
it "--force compares reports of other tools" exits 0 diff --criteria none base.json tool.json --force
it "a partial report is refused as the new side" refuses 'interrupted' diff base.json partial.json
it "a partial report is refused as the base" refuses 'interrupted' diff partial.json base.json
it "another version of the schema is refused" refuses 'report/9' diff base.json later.json
it "--force compares another version of the schema" exits 0 diff --criteria none base.json later.json --force
it "another schema is no report" refuses 'no report' diff base.json check.json --force
it "no schema is refused" refuses 'missing' diff base.json empty.json
it "a report of nothing is refused" refuses "no policy's results" diff base.json nothing.json
printf '{"schema": "fragreplay-report/1", "policies": [true, true]}' >true.json
it "a report whose policies are none is refused" refuses 'entry 0 of .policies. is no policy' \
	diff true.json
edit two.json escape.json "p[1]['policy'] = '\x1b[31mred\x07\ufffe'"
clean() { exits 0 diff --criteria none escape.json "$@" && ! grep -qP '[\x07\x1b]|\xef\xbf\xbe' out; }
for format in text csv markdown junit ktap json; do
	it "what is no text reaches no reader of $format" clean --format $format
done
edit two.json control.json "p[1]['counters']['a\nb'] = 1"
it "a number whose name has control characters is refused" refuses 'control characters' \
	diff control.json
edit two.json forge.json "
p[1]['policy'] = '![i](http://x/y.png)<b>'
for q in p: q['counters']['=cmd|x'] = 1"
it "Markdown has no picture of a report's choice" \
	prints '!\\\[i\\\]' diff --criteria none forge.json --format markdown
no_formula() { exits 0 diff --criteria none forge.json --format csv && grep -q "\"'=cmd|x\"" out && ! grep -q ',=' out; }
it "CSV has no formula" no_formula
it "broken JSON names its line" refuses 'broken.json: line' diff base.json broken.json
it "a missing file is named" refuses 'nowhere.json' diff base.json nowhere.json
mkdir directory.json
it "a directory as report is named" refuses 'directory.json' diff base.json directory.json
it "no report is not enough" refuses 'two reports' diff
it "one policy is not enough" refuses 'nothing to compare' diff base.json

# which policy is held against which
it "one report compares its policies with the first" exits 0 diff --criteria none three.json
# heads PATTERN ARGUMENT...: exit 0, and these are the heads of the columns
heads() { exits 0 "${@:2}" && sed -n 1p out | grep -qE "^ +$1\$"; }
it "the policies of one report are a column each" heads 'vanilla +other +third' diff --criteria none three.json
it "one report compares its policies with the one that is named" exits 0 diff --criteria none three.json:third
it "the policy that is named is the base" heads 'third +vanilla +other' diff --criteria none three.json:third
it "two policies of one report are compared" exits 1 diff three.json:vanilla three.json:other \
	--threshold pgscan_direct=35%
it "an unknown policy is trouble" refuses 'no policy fourth' \
	diff three.json:vanilla three.json:fourth
it "for an unknown policy those that there are, are named" \
	refuses 'three.json: has third' diff three.json:vanilla three.json:fourth
it "whole reports compare policy by policy" exits 0 diff --criteria none three.json three.json
# tables COUNT ARGUMENT...: exit 0, and so many tables
tables() { exits 0 "${@:2}" && [ "$(grep -c '^THP fault alloc ' out)" -eq "$1" ]; }
it "whole reports have a table for each policy" tables 3 diff --criteria none three.json three.json
it "a policy that the new side lacks is trouble" refuses 'no policy third' diff three.json two.json
it "a policy that the base lacks is no trouble" exits 0 diff --criteria none two.json three.json
it "a policy that the base lacks is named as not compared" \
	warns 'three.json: third is not compared: two.json has no such policy' \
	0 diff --criteria none two.json three.json
it "the policy of a one-policy base is found" exits 0 diff --criteria none base.json three.json
it "a one-policy base gives one table" tables 1 diff --criteria none base.json three.json
it "several reports are compared with the first" \
	exits 0 diff --criteria none base.json new.json tool.json --force
it "several reports are a column each, with their names" \
	heads 'base.json +new.json +tool.json' diff --criteria none base.json new.json tool.json --force
cp base.json 'a:b.json'
it "a file may have a colon in its name" exits 0 diff --criteria none a:b.json:vanilla new.json

# the columns' heads are the labels, a setting a line
report steps.json aaaa defrag_mode,step=base '"pswpin": 1'
edit steps.json steps.json "
q = json.loads(json.dumps(p[0]))
q['policy'] = 'defrag_mode,step=kswapd-exit,kernel=6.18'
for s, n in (p[0], 3), (q, 4):
    s['policy_counters'] = {'defrag_mode': {'promoted': n}}
p.append(q)"
steps=(diff --all steps.json:defrag_mode,step=base
	steps.json:defrag_mode,step=kswapd-exit,kernel=6.18)
it "policies with settings compare by their whole label" exits 0 "${steps[@]}"
labels() {
	exits 0 "${steps[@]}" && grep -qE '^ +defrag_mode +defrag_mode$' out &&
		grep -qE '^ +step=base +step=kswapd-exit$' out && grep -qE '^ +kernel=6.18$' out
}
it "the heads show which settings set two policies apart" labels
it "a policy's own counters compare under its name" \
	prints '^policy.defrag_mode.promoted +3 +4 ' "${steps[@]}"

# criteria FILE-LINE...: into crit
criteria() { printf '%s\n' "$@" >crit; }
criteria '# what may not get worse' '' 'thp_fault_alloc  -2%  # the point of it all' \
	'pgscan_direct 50% floor=100'
mv crit good_crit
it "criteria come from a file" exits 1 diff base.json new.json --criteria good_crit
it "a verdict by a criteria file names its metric" \
	warns 'regression: other: thp_fault_alloc' 1 diff base.json new.json --criteria good_crit
it "a threshold overrides the criteria file" exits 0 diff base.json new.json \
	--criteria good_crit --threshold thp_fault_alloc=-6%
bad_criteria() {
	local pattern=$1

	shift
	criteria "$@"
	refuses "$pattern" diff base.json new.json --criteria crit
}
it "criteria: an unknown metric is named with its line" \
	bad_criteria 'crit:2: no metric is called pgscam' 'pgscan 1%' 'pgscam 1%'
it "criteria: a limit that is none is named with its line" \
	bad_criteria 'crit:3: "much" is no limit' '#' '' 'pgscan much'
it "criteria: a line without a limit is named" bad_criteria 'crit:1: "" is no limit' 'pgscan'
it "criteria: a floor that is none is named with its line" \
	bad_criteria 'crit:1: "5" is not floor=NUMBER' 'pgscan 1% 5'
it "criteria: a word too many is named with its line" \
	bad_criteria 'crit:1: "often" is one word too many' 'pgscan 1% floor=1 often'
it "criteria: a metric given twice is named with both lines" \
	bad_criteria 'crit:2: pgscan has a limit already, at crit:1' 'pgscan 1%' 'pgscan 2%'
it "criteria: an alpha that is none is named with its line" \
	bad_criteria 'crit:1: alpha 2: a probability' 'alpha 2' 'pgscan 1%'
it "criteria: a line that is too long is named" \
	bad_criteria 'crit:2: the line is too long' 'pgscan 1%' "$(printf '%600s' x)"
it "criteria: a file without any criterion is refused" \
	bad_criteria 'holds no criterion' '# nothing' ''
it "criteria: a file that is not there is named" refuses 'nofile: cannot read' \
	diff base.json new.json --criteria nofile
it "criteria: a directory is named" refuses 'directory.json: cannot read' \
	diff base.json new.json --criteria directory.json

# a consumer that goes away, a disk that is full
full() {
	"$prog" diff --criteria none base.json new.json >/dev/full 2>err
	[ $? -eq 2 ] && grep -q 'cannot write' err
}
it "a full disk on stdout is trouble" full
late() {
	to_nobody "$prog" diff --criteria none base.json new.json "$@"
	[ "$status" -eq 2 ] && [ ! -s "$tmp/err" ]
}
for format in text markdown json csv ktap junit; do
	it "a closed pipe is exit 2 without a word: $format" late --format $format
done
named() {			# ENDING PATTERN
	exits 0 diff --criteria none base.json new.json -o "named$1" && head -n 1 "named$1" | grep -qE "$2"
}
it "a name in .csv gets CSV" named .csv '^base_file,'
it "a name in .ktap gets KTAP" named .ktap '^KTAP version 1'
it "a name in .json gets JSON" named .json '^{'
it "a name in .md gets markdown" named .md '^[|]'
it "a name in .xml gets JUnit" named .xml 'xml'
it "a name of another ending is refused" refuses 'named.pdf: no format' diff base.json new.json -o named.pdf
it "a format that is named has the last word" exits 0 \
	diff --criteria none base.json new.json --format csv -o named.pdf
written() {
	rm -f written
	exits 1 diff base.json new.json -o written --threshold pgscan_direct=1% && [ -s written ]
}
it "-o writes a file" written
table_written() { written && grep -q '^Pages direct scanned' written; }
it "-o writes the table into the file" table_written
silent() { written && [ ! -s out ]; }
it "with -o nothing is on stdout" silent
it "-o into a full disk is trouble" exits 2 diff --criteria none base.json new.json -o /dev/full
it "-o into no directory is trouble" refuses 'cannot create' \
	diff base.json new.json -o nowhere/at/all

bisect() {
	git init -q repo && cd repo || return 1
	git config user.email t@t && git config user.name t
	for i in 1 2 3 4 5 6; do
		[ $i -lt 4 ] && cp ../base.json new.json || cp ../new.json new.json
		echo $i >count
		git add . && git commit -qm $i || return 1
	done
	git bisect start HEAD HEAD~5 >/dev/null &&
		git bisect run sh -c "'$prog' diff ../base.json new.json -o /dev/null \
			--threshold pgscan_direct=10%; s=\$?; [ \$s -ne 2 ] || exit 125; exit \$s" >log 2>&1
	grep -q 'is the first bad commit' log && git show -s --format=%s refs/bisect/bad | grep -qx 4
}
! command -v git >/dev/null || it "git bisect run finds the commit" bisect
cd "$tmp" || exit 2
finish
