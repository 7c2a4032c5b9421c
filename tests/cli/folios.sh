#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# filemap=: the page-cache folios of a trace, asked for in each way that was proposed.
. tests/cli/lib.bash

# 64 MiB in which anonymous memory has every other page; then writes of 64 KiB, the first of which
# stepped down in the trace
cat >"$tmp/trace.py" <<'END'
now, anon = 1.0, 'GFP_HIGHUSER_MOVABLE|__GFP_ZERO|__GFP_COMP'
write = 'GFP_HIGHUSER_MOVABLE|__GFP_WRITE|__GFP_COMP'
quiet = write + '|__GFP_NORETRY|__GFP_NOWARN'

def event(text):
    global now
    now += 0.000001
    print(f'            task-100   [000]     {now:.6f}: {text}')

def alloc(pfn, order, gfp):
    event(f'mm_page_alloc:        page=0x1 pfn={pfn:#x} order={order} migratetype=1 gfp_flags={gfp}')

print('cpus=1')
for i in range(6000):
    alloc(4096 + i, 0, anon)
    alloc(10096 + i, 0, anon)
for i in range(6000):
    event(f'mm_page_free:         page=0x1 pfn={10096 + i:#x} order=0')
alloc(0, 4, quiet)
alloc(0, 3, quiet)
alloc(10096, 2, quiet)
for i in range(1, 300):
    alloc(10096 + 16 * i, 4, quiet)
END
python3 "$tmp/trace.py" | sed 's/page=0x1 pfn=0x0 /page=0 pfn=0x0 /' >"$tmp/trace.txt"

make_report() {
	local variant args=()

	for variant in base dipietro harjani wilcox kcompactd; do
		args+=(-p "vanilla,filemap=$variant")
	done
	exits 0 run "$tmp/trace.txt" --memory 64M --kernel 7.3.4 --seeds 1 -p vanilla "${args[@]}" \
		-o "$tmp/report.json"
}

# query EXPRESSION: true of the demand d, and of the writes w by variant
query() {
	report_of report || return 1
	python3 -c "import json, sys; r = json.load(open(sys.argv[1])); d = r['demand']
w = {p['policy'].split('=')[-1]: p['folios']['write'] for p in r['policies']}
sys.exit(0 if ($1) else print(d, w) or 1)" "$tmp/report.json"
}

it "filemap= runs under every variant" report_of report
it "attempts that failed are one write with the one that did not" query \
	"d['folio_folded'] == 2 and d['alloc_failures'] == 2"
it "every variant is asked for the same folios" query \
	"all(v['wanted'][4] == 300 and sum(v['wanted']) == 300 for v in w.values())"
it "a page is written for each that was wanted" query \
	"all(sum(n << o for o, n in enumerate(v['obtained'])) >= 300 * 16 and
	     v['enomem'] == 0 for k, v in w.items() if k != 'dipietro')"
it "vanilla asks as base does" query "w['vanilla'] == w['base']"
it "base compacts directly" query "w['base']['direct_compact'] > 0 and w['base']['stall_ns'] > 0"
it "wilcox's attempts above a page are free of direct work" query \
	"w['wilcox']['direct_compact'] == 0 and
	 w['wilcox']['nonblocking'] == sum(w['wilcox']['attempts'][1:])"
it "harjani's costly attempts cannot reclaim, the others can" query \
	"w['harjani']['nonblocking'] == sum(w['harjani']['attempts'][4:]) and
	 w['harjani']['direct_reclaim'] > 0"
it "kcompactd's costly attempts are allowed to, and fail before" query \
	"w['kcompactd']['nonblocking'] == 0 and w['kcompactd']['failed'][4] > 0"
finish
