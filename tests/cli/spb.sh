#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Superpageblocks from the command line: the recording of the tree at 64 MiB, and a machine under
# a fuzzer that tests/synth makes.
. tests/cli/lib.bash

valid() {
	python -c '
import json, jsonschema, sys
schema = json.load(open("doc/fragreplay-report-1.schema.json"))
errors = list(jsonschema.Draft202012Validator(schema).iter_errors(json.load(open(sys.argv[1]))))
for e in errors:
    print("/".join(map(str, e.absolute_path)), e.message[:200])
sys.exit(1 if errors else 0)' "$1"
}

# query REPORT EXPRESSION: true of the report r, its policies p, and the section s of p[0]
query() {
	python -c "import json, sys; r = json.load(open(sys.argv[1])); p = r['policies']
s = p[0].get('spb')
on_lists = lambda x: x['empty'] + x['contig_allocated'] + sum(x['clean'].values()) + sum(x['tainted'].values())
sys.exit(0 if ($2) else 1)" "$1"
}

same_policies() {
	python -c "import json, sys
a, b = (json.load(open(f))['policies'] for f in sys.argv[1:3])
sys.exit(0 if a == b else 1)" "$tmp/$1.json" "$tmp/$2.json"
}

# holds NAME EXPRESSION: query of the report that make_NAME makes
holds() { report_of "$1" && query "$tmp/$1.json" "$2"; }

# --- a recording
run=(run "$recording" --seeds 1 -p "spb,order=14" -p "spb,order=14,select=bitmap"
	-p "spb,order=14,version=1,hot_triggers=off" --timeline 1000)
make_a() { exits 0 "${run[@]}" -o "$tmp/a.json" && cp "$tmp/err" "$tmp/a.err"; }
it "spb replays the recording" report_of a
silent() { report_of a && [ ! -s "$tmp/a.err" ]; }
it "spb has nothing to complain of in the recording" silent
follows_schema() { report_of a && valid "$tmp/a.json"; }
it "the report of spb follows the schema" follows_schema
it "the report says how large a superpageblock is" holds a \
	"s['superpageblocks']['pages'] == 1 << 14 and p[0]['tunables']['order'] == 14"
it "each superpageblock is on one list" holds a \
	"all(on_lists(x['spb']['superpageblocks']) == x['spb']['superpageblocks']['total'] > 5 for x in p)"
it "each superpageblock is on one list in every sample" holds a \
	"len(p[0]['timeline']) > 20 and all(on_lists(x['spb']) == s['superpageblocks']['total'] for x in p[0]['timeline'])"
it "the last sample has the superpageblocks of the end" holds a \
	"p[0]['timeline'][-1]['spb']['tainted'] == s['superpageblocks']['tainted']"
it "no kernel page is in a clean superpageblock" holds a \
	"(lambda b: b['with_kernel_pages'] <= b['nr_tainted'] and b['clean_without_kernel_pages'] == b['total'] - b['nr_tainted'] - b['contig_allocated'])(s['superpageblocks'])"
it "each walk has an outcome" holds a \
	"all(sum(x['spb']['outcomes'].values()) == x['spb']['walk']['walks'] > 1000 for x in p)"
it "spb's own names of /proc/vmstat are counters" holds a \
	"{'spb_highorder_refused', 'spb_slab_shrink_queued', 'spb_slab_shrink_ran'} <= p[0]['policy_counters']['spb'].keys()"
it "settings of spb are in the report" holds a \
	"p[1]['tunables']['select'] == 'bitmap' and p[2]['tunables']['version'] == 1 and p[2]['tunables']['hot_triggers'] is False"
it "settings of spb are in the label" holds a \
	"p[2]['policy'] == 'spb,order=14,version=1,hot_triggers=off'"
it "bitmaps need no hints" holds a \
	"p[1]['spb']['outcomes']['hint'] == 0 and p[1]['spb']['walk']['hint_cpu'] == 0 < p[0]['spb']['walk']['hint_cpu']"
it "without its triggers spb does less defrag" holds a \
	"p[2]['spb']['defrag']['started'] < p[0]['spb']['defrag']['started']"

same_with() {
	report_of a && exits 0 "${run[@]}" -o "$tmp/b.json" --threads "$1" && same_policies a b
}
it "one thread gives the same policies' results" same_with 1
it "three threads give the same policies' results" same_with 3

it "the rules hold throughout" exits 0 run "$recording" -p spb,order=14 \
	-p spb,order=14,select=bitmap --check-every 100000 -o "$tmp/checked.json"
make_c() { exits 0 run "$recording" -p spb -o "$tmp/c.json"; }
it "spb runs without an order" report_of c
it "a superpageblock is 1 GiB by default" holds c "s['superpageblocks']['pages'] << 12 == 1 << 30"
it "of 1 GiB a small machine has one superpageblock in each zone, clipped" holds c \
	"s['superpageblocks']['pages'] == 1 << 18 and s['superpageblocks']['total'] == s['superpageblocks']['clipped'] == len(r['machine']['zones'])"

it "a superpageblock has at least a largest buddy" \
	refuses 'order=9' run "$recording" -p spb,order=9
it "a version is 1 or 2" refuses 'version=3' run "$recording" -p spb,version=3
it "select is lists or bitmap" refuses 'lists bitmap' run "$recording" -p spb,select=tree

# --- a machine of 32 superpageblocks that a fuzzer runs on for 20 minutes
synth=${prog%/*}/tests/synth/synth
# synth_of NAME [OPTION...]: the recording is there; the first test that asks for it makes it
synth_of() {
	[ -e "$tmp/$1/trace.dat" ] ||
		"$synth" "$tmp/$1" order=14 blocks=32 minutes=20 gigantic=6 "${@:2}"
}
it "synth makes a recording" synth_of synth
it "synth makes a recording again" synth_of again
it "synth makes one with another seed" synth_of other seed=2
same_synth() { synth_of synth && synth_of again && cmp "$tmp/synth/trace.dat" "$tmp/again/trace.dat"; }
it "synth makes the same recording each time, to the byte" same_synth
differs() {
	synth_of synth && synth_of other seed=2 &&
		! cmp -s "$tmp/synth/trace.dat" "$tmp/other/trace.dat"
}
it "synth makes another recording with another seed" differs
it "synth names a wrong option" eval "! '$synth' '$tmp/wrong' order=30 2>'$tmp/err' &&
	grep -q 'order=30' '$tmp/err'"

make_s() {
	synth_of synth && exits 0 run "$tmp/synth" --seeds 1 -p spb,order=14 -p spb,order=14,select=bitmap \
		-p vanilla -o "$tmp/s.json"
}
it "a recording of synth is replayed" report_of s
it "a recording of synth has no conflicts: no page is allocated twice" holds s \
	"r['demand']['conflicts'] == r['demand']['silent_allocs'] == 0"
it "kernel pages keep to fewer superpageblocks than under vanilla" holds s \
	"all(2 * x['memory']['contiguity']['64MiB']['with_kernel_pages'] < p[2]['memory']['contiguity']['64MiB']['with_kernel_pages'] for x in p[:2])"
it "gigantic pages are had" holds s \
	"p[0]['demand']['contig_asked'] == 6 and p[0]['demand']['contig_failed'] == 0 and s['superpageblocks']['contig_allocated'] == s['contig']['ok'] == 6"
finish
