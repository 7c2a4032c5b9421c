#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A bare trace, without snapshots beside it: the machine is inferred, every inference is said, and the
# counters come out as with the snapshots.
. tests/cli/lib.bash

make_full() { "$prog" run -q "$recording" -p vanilla --seeds 8 -o "$tmp/full.json"; }
make_bare() {
	cp "$recording/trace.dat" "$tmp/bare.dat"
	"$prog" run -q "$tmp/bare.dat" -p vanilla --seeds 8 -o "$tmp/bare.json" 2>"$tmp/bare.err"
}

# The counters of cover letters: their mean lies within the range of the full recording's seeds, or
# within 25 % of its mean.
counters_agree() {
	report_of full && report_of bare || return 1
	python - "$tmp" <<'END'
import json, sys

tmp = sys.argv[1]
ends = [json.load(open(f"{tmp}/{name}.json"))["policies"][0] for name in ("full", "bare")]
names = """pgscan_kswapd pgsteal_kswapd pgscan_direct pgsteal_direct pswpin pswpout allocstall_dma32
thp_fault_alloc thp_fault_fallback compact_daemon_migrate_scanned compact_daemon_free_scanned
compact_migrate_scanned compact_free_scanned compact_fail compact_success workingset_refault_file""".split()
bad = checked = 0
for name in names:
    full, bare = (e["spread"]["counters"].get(name) for e in ends)
    if full is None or bare is None:
        print(f"no spread of {name}")
        bad += 1
        continue
    checked += 1
    if full["min"] <= bare["mean"] <= full["max"]:
        continue
    if abs(bare["mean"] - full["mean"]) <= 0.25 * full["mean"]:
        continue
    print(f"{name}: {bare['mean']}, with snapshots {full}")
    bad += 1
sys.exit(bad > 0 or checked < 10)
END
}

bare_says() { report_of bare && grep -qE -e "$1" "$tmp/bare.err"; }
noted() { report_of bare && grep -qE -e "$1" "$tmp/bare.json"; }

it "the counters of cover letters are those with snapshots" counters_agree
it "the machine is said to be inferred" bare_says 'zones are inferred: x86-64, [0-9]+ pages'
it "swap is inferred from what was swapped out" bare_says \
	'swap is inferred: [0-9]+ mm_vmscan_write_folio events'
it "the report has the same notes" noted '"swap is inferred: [0-9]+ mm_vmscan_write_folio events'
it "info has them, too" prints 'note +swap is inferred' info "$recording/trace.dat"
none_fails() { report_of bare && ! grep 'requests failed' "$tmp/bare.err"; }
it "no request fails for want of memory" none_fails

# line SECONDS FIELDS...: an event of text
line() { printf '%16s-%-7d [000] ..... %12s: %s\n' load 1234 "$1" "${*:2}"; }
quiet_trace() {
	line 100.000001 "mm_page_alloc: page=0x1 pfn=0x40000 order=9 migratetype=1 gfp_flags=GFP_TRANSHUGE"
	line 100.000002 "mm_page_free: page=0x1 pfn=0x40000 order=9"
}
quiet_trace >"$tmp/quiet.txt"
it "memory is not short where nothing was reclaimed" warns \
	'pages that no event names are taken as free' 0 run -q "$tmp/quiet.txt"
it "no request of it fails" prints '"oom_failed": 0' run -q "$tmp/quiet.txt"
it "that nothing tells of swap is said" warns 'whether there was swap, no event tells' 0 run -q \
	"$tmp/quiet.txt"

conflicting() {
	for i in 1 2 3 4; do
		line "100.00000$i" "mm_page_alloc: page=0x1 pfn=0x4000 order=0 migratetype=0 gfp_flags=GFP_KERNEL"
	done
}
conflicting >"$tmp/conflicts.txt"
it "pages allocated while in use are counted on stderr" warns \
	'3 of 4 allocations were of pages still in use' 0 run -q "$tmp/conflicts.txt"
{ line 1.000001 "mm_page_free: page=0x1 pfn=0x4001 order=0"; quiet_trace; } >"$tmp/unknown.txt"
it "frees of pages that nothing allocated are counted on stderr" warns \
	'1 of [12] frees were of pages that no event had allocated' 0 run -q "$tmp/unknown.txt"

# high MEGABYTES...: an allocation at each
high() {
	local mib

	for mib; do
		line 100.000001 "mm_page_alloc: pfn=$((mib * 256)) order=0 migratetype=0 gfp_flags=GFP_KERNEL"
	done
}
high $((4 << 20)) $(((4 << 20) + 3)) >"$tmp/4TiB.txt"
small_machine() {
	exits 0 run -q "$tmp/4TiB.txt" && [ "$(sed -n 's/^ *"pages": \([0-9]*\),$/\1/p' "$tmp/out" |
		head -1)" -lt 65536 ]
}
it "memory that begins at 4 TiB is a small machine" small_machine
it "what is taken as a hole is said" warns 'from 0 to 4194304 MiB is taken as a hole' 0 run -q \
	"$tmp/4TiB.txt"
# shellcheck disable=SC2046 # numbers
high $(seq 7 900 8388000) >"$tmp/sparse.txt"
it "memory beyond what this host can replay is refused before it is taken" refuses \
	'choose less with --memory' run "$tmp/sparse.txt"
it "with --memory it is replayed" exits 0 run -q "$tmp/sparse.txt" --memory 64M
addresses() {
	local i

	for i in {1..9}; do
		line 100.000001 "mm_page_free: pfn=$((i << 12)) order=0"
	done
}
addresses >"$tmp/addresses.txt"
it "addresses of bytes are no pfns" refuses 'addresses of bytes' run "$tmp/addresses.txt"
finish
