#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# check --against: what a policy changed in reality, and what it changes in the replay. The carried
# recording stands in for both sides; FRAGREPLAY_TRACES names a folder of real pairs.
. tests/cli/lib.bash

# a copy of the recording with another vm.defrag_mode: all else is as it was recorded
doctored() {			# NAME DEFRAG_MODE
	mkdir -p "$tmp/$1"
	cp -r "$recording/before" "$recording/after" "$recording/trace.dat" "$tmp/$1/"
	chmod -R u+w "$tmp/$1"
	sed -i "s/^defrag_mode .*/defrag_mode $2/" "$tmp/$1/before/sysctl_vm"
	[ ! -e "$tmp/$1/after/sysctl_vm" ] ||
		sed -i "s/^defrag_mode .*/defrag_mode $2/" "$tmp/$1/after/sysctl_vm"
}
query() {
	python -c "import json, sys; r = json.load(open(sys.argv[1])); x = r['cross']
m = {y['name']: y for y in x['metrics']}
sys.exit(0 if ($2) else 1)" "$1"
}
delta() { echo $(($(awk -v k="$2" '$1 == k { print $2 }' "$1/after/vmstat") -
		$(awk -v k="$2" '$1 == k { print $2 }' "$1/before/vmstat"))); }

doctored d1 1
cp -r "$tmp/d1" "$tmp/kernel"
sed -i 's/^Linux version [^ ]*/Linux version 6.18.15/' "$tmp"/kernel/*/version
a=$recording b=$tmp/d1

it "a recording with defrag_mode=1 is checked" exits 0 check "$b"
it "a recording with defrag_mode=1 is checked under it, says the table" \
	prints '^replayed under defrag_mode,step=auto, 8 seeds$' check "$b"
it "-p overrides the recorded policy" exits 0 check "$b" -p vanilla
it "the policy of -p is told from the recorded one" \
	prints "^the recording's own is defrag_mode,step=auto: a difference may be" \
	check "$b" -p vanilla

make_pair() {
	exits 0 check "$a" --against "$b" --seeds 2 --json && cp "$tmp/out" "$tmp/pair.json"
}
# holds NAME EXPRESSION: query of the document that make_NAME makes
holds() { report_of "$1" && query "$tmp/$1.json" "$2"; }
it "a pair is compared" report_of pair
it "the document of a pair is of the check schema" holds pair \
	"r['schema'] == 'fragreplay-check/2' and x['seeds'] == 2"
it "both policies of a pair are named" holds pair \
	"x['policies'] == ['vanilla', 'defrag_mode,step=auto']"
for counter in pswpout pgscan_kswapd thp_fault_alloc allocstall_movable; do
	it "real $counter is the difference of the snapshots" holds pair \
		"(m['$counter']['real']['a'], m['$counter']['real']['b']) == ($(delta "$a" "$counter"), $(delta "$b" "$counter"))"
done
it "one trace as both has no real change" holds pair \
	"x['moved']['beyond_spread'] == 0 and all(y['beyond_spread'] is not True for y in x['metrics'])"
it "nothing moved: no share, and nothing to fail" holds pair \
	"x['moved']['share_percent'] is None and x['moved']['ok']"
it "means of a pair lie within their ranges" holds pair \
	"all(y['replay'][s]['min'] <= y['replay'][s]['mean'] <= y['replay'][s]['max'] for y in m.values() for s in 'ab' if y['replay'][s])"
it "the second recording is checked under its policy" holds pair \
	"r['self']['policy'] == r['self']['recorded_policy'] == 'defrag_mode,step=auto'"

# the same seeds through `run` must give the same counters
as_run() {
	report_of pair &&
	exits 0 run "$a" -p vanilla -p defrag_mode,step=auto --seeds 2 -o "$tmp/run.json" &&
	python -c "import json
r, c = json.load(open('$tmp/run.json')), json.load(open('$tmp/pair.json'))
seen = 0
for p, side in zip(r['policies'], 'ab'):
    for m in c['cross']['metrics']:
        if m['name'] in p['spread']['counters']:
            assert m['replay'][side] == p['spread']['counters'][m['name']], m
            seen += 1
assert seen >= 30, seen"
}
it "what check calls replayed is what run reports, seed for seed" as_run

strict() {
	local want=0

	report_of pair || return 1
	query "$tmp/pair.json" "x['moved']['ok'] and x['thp_success']['ok']" || want=1
	exits $want check "$a" --against "$b" --seeds 2 --strict
}
it "--strict exits 1 exactly when a sum fails" strict
narrow() {
	exits 0 check "$a" --against "$b" --seeds 2 && [ -s "$tmp/out" ] &&
		awk '/^[AB]: |^recording: / { next } length > 80 { print; wide = 1 } END { exit wide }' "$tmp/out"
}
it "no line of the pair's tables is wider than 80 columns" narrow
make_assist() {
	exits 0 check "$a" --against "$b" -p defrag_mode,step=assist --json &&
		cp "$tmp/out" "$tmp/assist.json"
}
it "with a pair -p is taken" report_of assist
it "-p replaces the second policy in both replays" holds assist \
	"x['policies'][1] == r['self']['policy'] == 'defrag_mode,step=assist'"

# a second real run of A's kind that swapped a tenth more
cp -r "$a" "$tmp/again"
chmod -R u+w "$tmp/again"
awk -v more=$(($(delta "$a" pswpout) / 10)) '$1 == "pswpout" { $2 += more } { print }' \
	"$a/after/vmstat" >"$tmp/again/after/vmstat"
make_repeat() {
	exits 0 check "$a" --against "$b" --repeat "$tmp/again" --json &&
		cp "$tmp/out" "$tmp/repeat.json"
}
it "--repeat is taken" report_of repeat
it "the runs given are counted" holds repeat "x['repeats'] == 1"
it "a run that repeats A moves the real change by half of its own" holds repeat \
	"abs(m['pswpout']['real']['change'] - ($(delta "$a" pswpout) + 50) / (($(delta "$a" pswpout) + 50) * ($(delta "$tmp/again" pswpout) + 50)) ** 0.5) < 1e-4"
it "a run of another kernel is no repetition" refuses 'no repetition: .*6.18.15' \
	check "$a" --against "$b" --repeat "$tmp/kernel"
it "a folder without snapshots is no repetition" refuses 'repetition.*before/ and after/' \
	check "$a" --against "$b" --repeat "$tmp"

it "the recordings may not be swapped" \
	refuses 'first was recorded with vm.defrag_mode=1.*second was recorded with vm.defrag_mode=0' \
	check "$b" --against "$a"
it "--force compares recordings that are swapped" exits 0 check "$b" --against "$a" --force
it "two without defrag_mode are no pair" refuses 'second was recorded with vm.defrag_mode=0' \
	check "$a" --against "$a"
it "another kernel is no pair" refuses 'kernel 7.3.4 against 6.18.15' \
	check "$a" --against "$tmp/kernel"
it "a bare trace is no pair" refuses 'needs .*before/' check "$a" --against "$b/trace.dat"
it "a missing recording is named" refuses '/no/such' check "$a" --against /no/such
it "observed predicts nothing" refuses 'no model' check "$a" --against "$b" -p observed
it "an unknown policy is named" refuses nosuch check "$a" --against "$b" -p nosuch

real=${FRAGREPLAY_TRACES:-}
if [ -n "$real" ] && [ -d "$real/6.18-storm-d1" ]; then
	make_storm() {
		exits 0 check "$real/6.18-storm-d0" --against "$real/6.18-storm-d1" --json &&
			cp "$tmp/out" "$tmp/storm.json"
	}
	it "the storm of 6.18 is compared" report_of storm
	it "the 6.18 storm's direct scanning and stalls are beyond any spread" holds storm \
		"all(m[c]['beyond_spread'] for c in ('pgscan_direct', 'allocstall_normal', 'pswpout'))"
	it "the storms of two machines are no pair" refuses 'kernel.*MiB of memory against' \
		check "$real/6.18-storm-d0" --against "$real/7.3-storm-d1"
else
	echo "# skipped: FRAGREPLAY_TRACES=$real has no 6.18-storm-d1"
fi
finish
