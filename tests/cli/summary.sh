#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What a person sees: the summary that `run` prints on a terminal in place of JSON.
. tests/cli/lib.bash

# on_terminal ARGUMENT...: as exits 0, with a terminal for stdout; $tmp/out has its lines
on_terminal() {
	local status=0

	python -c "import os, pty, sys
code = pty.spawn(sys.argv[1:])
sys.exit(os.waitstatus_to_exitcode(code))" "$prog" "$@" >"$tmp/tty" 2>&1 </dev/null || status=$?
	tr -d '\r' <"$tmp/tty" >"$tmp/out"
	[ "$status" -eq 0 ] || { echo "exit $status"; cat "$tmp/out"; return 1; }
}
# words PATTERN: what is in $tmp/out, wherever its lines are broken
words() {
	tr -s ' \n' ' ' <"$tmp/out" | grep -qE -e "$1" && return
	echo "no '$1' in:"
	cat "$tmp/out"
	return 1
}

two=(run "$recording" -p vanilla -p defrag_mode -q)
make_seeds() { exits 0 "${two[@]}" && cp "$tmp/out" "$tmp/seeds.json"; }
eight() {
	report_of seeds && python -c "import json
r = json.load(open('$tmp/seeds.json'))
assert r['options']['seeds'] == 8 and all(p['spread']['runs'] == 8 for p in r['policies'])"
}
it "two policies are compared over eight seeds" eight
one() {
	exits 0 run "$recording" -q && python -c "import json
r = json.load(open('$tmp/out'))
assert r['options']['seeds'] == 1 and 'spread' not in r['policies'][0]"
}
it "one policy is replayed once" one
told() {
	exits 0 "${two[@]}" --seeds 1 && python -c "import json
assert json.load(open('$tmp/out'))['options']['seeds'] == 1"
}
it "--seeds 1 is as it says" told
trace_once() {
	exits 0 run "$recording" -p observed -p vanilla -q --seeds 2 && python -c "import json
p = json.load(open('$tmp/out'))['policies']
assert [q['spread']['runs'] for q in p] == [1, 2]"
}
it "the trace itself is one run, however many seeds there are" trace_once

if have_terminals; then
	summed_up() {
		report_of seeds && on_terminal "${two[@]}" && python -c "import json
r = json.load(open('$tmp/seeds.json'))
text = open('$tmp/out').read()
assert r['machine']['kernel'] in text and str(r['trace']['records']) in text
for p in r['policies']:
    runs = p['spread']['samples']['allocstall_normal'], p['spread']['samples']['allocstall_movable']
    stalls = sum(map(sum, runs)) / 8
    line = next(l for l in text.split('\n') if l.startswith(p['policy'] + ' '))
    assert f' {stalls:.0f}+-' in line, (stalls, line)"
	}
	it "on a terminal there is a line of headline figures for each policy" summed_up
	# whatever the model says: a change is in the sentence, as significant or as undecided
	sentence() {
		on_terminal "${two[@]}" &&
			words 'defrag_mode against vanilla over 8 seeds: ' &&
			words 'direct compaction scans ([0-9.]+ (% (more|less)|times as much) )?\([0-9]+ -> [0-9]+, p[=<]0\.[0-9]+\)' &&
			words 'THP success ([0-9.]+ points (more|less) )?\([0-9.]+ -> [0-9.]+ %, p[=<]0\.[0-9]+\)' &&
			words '; undecided: |undecided: '
	}
	it "and a sentence on what the second changes, with sizes, values and p" sentence
	no_json() { on_terminal "${two[@]}" && ! grep -q '"schema"' "$tmp/out"; }
	it "and no JSON" no_json
	narrow() { on_terminal "${two[@]}" && awk 'length > 80 { print; wide = 1 } END { exit wide }' "$tmp/out"; }
	it "no line is wider than the terminal" narrow
	asked() { on_terminal "${two[@]}" --json --seeds 1 && grep -q '"schema": "fragreplay-report/1"' "$tmp/out"; }
	it "--json prints JSON on a terminal, too" asked
	kept() { on_terminal "${two[@]}" --seeds 1 -o "$tmp/kept.json" && [ ! -s "$tmp/out" ] && [ -s "$tmp/kept.json" ]; }
	it "with -o the report is in its file" kept
	inferred() { on_terminal run "$recording/trace.dat" -q && words 'the machine is inferred from the trace'; }
	it "what was inferred is said" inferred
	alone() { on_terminal run "$recording" -q && grep -q '^vanilla  *[0-9]' "$tmp/out" && ! words 'against'; }
	it "one policy is compared with nothing" alone
fi
finish
