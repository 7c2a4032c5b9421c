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

# --- a recording
run=(run "$recording" -p "spb,order=14" -p "spb,order=14,select=bitmap"
	-p "spb,order=14,version=1,hot_triggers=off" --timeline 1000)
it "spb replays the recording" exits 0 "${run[@]}" -o "$tmp/a.json"
it "and has nothing to complain of" test ! -s "$tmp/err"
it "the report follows the schema" valid "$tmp/a.json"
it "it says how large a superpageblock is" query "$tmp/a.json" \
	"s['superpageblocks']['pages'] == 1 << 14 and p[0]['tunables']['order'] == 14"
it "each superpageblock is on one list" query "$tmp/a.json" \
	"all(on_lists(x['spb']['superpageblocks']) == x['spb']['superpageblocks']['total'] > 5 for x in p)"
it "in every sample, too" query "$tmp/a.json" \
	"len(p[0]['timeline']) > 20 and all(on_lists(x['spb']) == s['superpageblocks']['total'] for x in p[0]['timeline'])"
it "and the last sample is the end" query "$tmp/a.json" \
	"p[0]['timeline'][-1]['spb']['tainted'] == s['superpageblocks']['tainted']"
it "no kernel page is in a clean one" query "$tmp/a.json" \
	"(lambda b: b['with_kernel_pages'] <= b['nr_tainted'] and b['clean_without_kernel_pages'] == b['total'] - b['nr_tainted'] - b['contig_allocated'])(s['superpageblocks'])"
it "each walk has an outcome" query "$tmp/a.json" \
	"all(sum(x['spb']['outcomes'].values()) == x['spb']['walk']['walks'] > 1000 for x in p)"
it "its own names of /proc/vmstat are counters" query "$tmp/a.json" \
	"{'spb_highorder_refused', 'spb_slab_shrink_queued', 'spb_slab_shrink_ran'} <= p[0]['policy_counters']['spb'].keys()"
it "settings are in the report" query "$tmp/a.json" \
	"p[1]['tunables']['select'] == 'bitmap' and p[2]['tunables']['version'] == 1 and p[2]['tunables']['hot_triggers'] is False"
it "and in the label" query "$tmp/a.json" \
	"p[2]['policy'] == 'spb,order=14,version=1,hot_triggers=off'"
it "bitmaps need no hints" query "$tmp/a.json" \
	"p[1]['spb']['outcomes']['hint'] == 0 and p[1]['spb']['walk']['hint_cpu'] == 0 < p[0]['spb']['walk']['hint_cpu']"
it "without its triggers there is less defrag" query "$tmp/a.json" \
	"p[2]['spb']['defrag']['started'] < p[0]['spb']['defrag']['started']"

fragreplay "${run[@]}" -o "$tmp/b.json" --threads 1
it "one thread gives the same" same_policies a b
fragreplay "${run[@]}" -o "$tmp/b.json" --threads 3
it "three threads give the same" same_policies a b

it "the rules hold throughout" exits 0 run "$recording" -p spb,order=14 \
	-p spb,order=14,select=bitmap --check-every 100000 -o "$tmp/c.json"
it "1 GiB is the default" exits 0 run "$recording" -p spb -o "$tmp/c.json"
it "of which a small machine has one in each zone" query "$tmp/c.json" \
	"s['superpageblocks']['pages'] == 1 << 18 and s['superpageblocks']['total'] == s['superpageblocks']['clipped']"

it "a superpageblock has at least a largest buddy" \
	refuses 'order=9' run "$recording" -p spb,order=9
it "a version is 1 or 2" refuses 'version=3' run "$recording" -p spb,version=3
it "there are two ways to choose" refuses 'lists bitmap' run "$recording" -p spb,select=tree

# --- a machine of 32 superpageblocks that a fuzzer runs on for 20 minutes
synth=${prog%/*}/tests/synth/synth
it "synth makes a recording" "$synth" "$tmp/synth" order=14 blocks=32 minutes=20 gigantic=6
it "the same each time" "$synth" "$tmp/again" order=14 blocks=32 minutes=20 gigantic=6
it "to the byte" cmp "$tmp/synth/trace.dat" "$tmp/again/trace.dat"
it "and another with another seed" \
	"$synth" "$tmp/again" order=14 blocks=32 minutes=20 gigantic=6 seed=2
differs() { ! cmp -s "$1" "$2"; }
it "not the same" differs "$tmp/synth/trace.dat" "$tmp/again/trace.dat"
it "synth names a wrong option" eval "! '$synth' '$tmp/again' order=30 2>'$tmp/err' &&
	grep -q 'order=30' '$tmp/err'"

it "it is replayed" exits 0 run "$tmp/synth" -p spb,order=14 -p spb,order=14,select=bitmap \
	-p vanilla -o "$tmp/s.json"
it "without conflicts: no page is allocated twice" query "$tmp/s.json" \
	"r['demand']['conflicts'] == r['demand']['silent_allocs'] == 0"
it "kernel pages keep to fewer superpageblocks than under vanilla" query "$tmp/s.json" \
	"all(2 * x['memory']['contiguity']['64MiB']['with_kernel_pages'] < p[2]['memory']['contiguity']['64MiB']['with_kernel_pages'] for x in p[:2])"
it "gigantic pages are had" query "$tmp/s.json" \
	"p[0]['demand']['contig_asked'] == 6 and p[0]['demand']['contig_failed'] == 0 and s['superpageblocks']['contig_allocated'] == s['contig']['ok'] == 6"
finish
