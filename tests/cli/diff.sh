#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# diff: on reports made by hand, so that every figure is known.
. tests/cli/lib.bash

# report FILE DIGEST POLICY COUNTERS
report() {
	cat >"$tmp/$1" <<-END
	{ "schema": "fragreplay-report/1", "interrupted": false,
	  "trace": { "digest": "$2", "complete": true },
	  "policies": [ { "policy": "$3", "counters": { $4 },
	                  "thp": { "attempts": 10, "success": 5, "success_rate": 0.5 } } ] }
	END
}
report base.json aaaa vanilla '"thp_fault_alloc": 200, "pgscan_direct": 1000, "pswpin": 0, "pgfree": 50'
report new.json aaaa other '"thp_fault_alloc": 190, "pgscan_direct": 1353, "pswpin": 3, "pgfree": 50'
report foreign.json bbbb vanilla '"thp_fault_alloc": 200, "pgscan_direct": 1000'
sed 's/"interrupted": false/"interrupted": true/' "$tmp/base.json" >"$tmp/partial.json"
sed 's/report\/1/report\/9/' "$tmp/base.json" >"$tmp/later.json"
echo '{ "schema": ' >"$tmp/broken.json"
echo '{}' >"$tmp/empty.json"
python -c "import json
a, b = (json.load(open('$tmp/' + f)) for f in ('base.json', 'new.json'))
a['policies'] += b['policies']
json.dump(a, open('$tmp/both.json', 'w'))"
cd "$tmp" || exit 2
case $prog in /*) ;; *) echo "not ok 1 - FRAGREPLAY must be absolute"; exit 1 ;; esac

it "two reports compare" exits 0 diff base.json new.json
it "a rise is in percent of the base" grep -qE '^pgscan_direct +1000 +1353 \( +\+35\.30%\)$' out
it "a fall has its sign" grep -qE '^thp_fault_alloc +200 +190 \( +-5\.00%\)$' out
it "no change is zero" grep -qE '^pgfree +50 +50 \( +\+0\.00%\)$' out
it "from nothing is infinite" grep -qE '^pswpin +0 +3 \( +\+inf%\)$' out
it "fractions show" grep -qE '^thp\.success_rate +0\.5000 +0\.5000' out

it "no threshold, no regression" exits 0 diff base.json new.json
it "an unsigned threshold goes the worse way: more scans" \
	exits 1 diff base.json new.json --threshold pgscan_direct=35
it "not when it stays below" exits 0 diff base.json new.json --threshold pgscan_direct=35.5%
it "nor when it got better" exits 0 diff new.json base.json --threshold pgscan_direct=1
it "fewer huge pages are worse" exits 1 diff base.json new.json --threshold thp_fault_alloc=4.9
it "more are not" exits 0 diff new.json base.json --threshold thp_fault_alloc=1
it "a minus sign watches the fall" exits 1 diff base.json new.json --threshold thp_fault_alloc=-2%
it "and only that" exits 0 diff base.json new.json --threshold pgscan_direct=-2%
it "a plus sign watches the rise" exits 1 diff base.json new.json --threshold pgscan_direct=+2%
it "from nothing is past every threshold" exits 1 diff base.json new.json --threshold pswpin=1000
it "the message names the metric" grep -q 'regression: pswpin' err

it "a threshold on no metric is trouble" exits 2 diff base.json new.json --threshold nosuch=1
it "a threshold needs its form" refuses 'METRIC=PERCENT' diff base.json new.json --threshold pswpin
it "a threshold needs a number" refuses 'METRIC=PERCENT' diff base.json new.json --threshold pswpin=x
it "other traces are refused" refuses 'different traces' diff base.json foreign.json
it "unless forced" exits 0 diff base.json foreign.json --force
only_in_base() { grep -A1 '^only in BASE:$' out | grep -q '^    pgfree$'; }
it "a metric of one side is named" only_in_base
it "a partial report is refused" refuses 'interrupted' diff base.json partial.json
it "another schema is refused" refuses 'report/9' diff base.json later.json
it "no schema is refused" refuses 'missing' diff base.json empty.json
it "broken JSON names its line" refuses 'broken.json: line' diff base.json broken.json
it "a missing file is named" refuses 'nowhere.json' diff base.json nowhere.json
it "one report is not enough" refuses 'two reports' diff base.json
it "policies of one report compare by name" exits 1 diff both.json:vanilla both.json:other \
	--threshold pgscan_direct=35
it "an unknown policy is trouble" exits 2 diff both.json:vanilla both.json:third
it "whole reports compare policy by policy" exits 0 diff both.json both.json
it "and name both" grep -qE '^ +other +other$' out

# the columns' heads are the labels, a setting a line
report steps.json aaaa defrag_mode,step=base '"pswpin": 1'
python -c "import json
a = json.load(open('$tmp/steps.json'))
b = json.loads(json.dumps(a))
b['policies'][0]['policy'] = 'defrag_mode,step=kswapd-exit,kernel=6.18'
for side, n in (a, 3), (b, 4):
    side['policies'][0]['policy_counters'] = {'defrag_mode': {'promoted': n}}
a['policies'] += b['policies']
json.dump(a, open('$tmp/steps.json', 'w'))"
it "policies with settings compare by their whole label" exits 0 diff \
	steps.json:defrag_mode,step=base steps.json:defrag_mode,step=kswapd-exit,kernel=6.18
labels() {
	grep -qE '^ +defrag_mode +defrag_mode$' out &&
		grep -qE '^ +step=base +step=kswapd-exit$' out && grep -qE '^ +kernel=6.18$' out
}
it "and the heads show what sets them apart" labels
it "a policy's own counters compare under its name" \
	grep -qE '^policy.defrag_mode.promoted +3 +4 ' out
full() { "$prog" diff base.json new.json >/dev/full 2>err; [ $? -eq 2 ]; }
it "a full disk is trouble" full
finish
