#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# view --text, --svg and --png: on a report made by hand, so that every block is known.
. tests/cli/lib.bash
here=$PWD

# two zones of 8 and 70 blocks; at 0 s all is free, at 1 s blocks 2.. hold one of each
cat >"$tmp/tiny.json" <<'END'
{ "schema": "fragreplay-report/1", "interrupted": false,
  "trace": { "digest": "aaaa", "complete": true, "path": "/var/tiny/trace.dat", "kernel": "7.3.4" },
  "policies": [
    { "policy": "vanilla", "thp": { "attempts": 8, "success": 2, "success_rate": 0.25 },
      "timeline": [
        { "t_ns": 0, "thp_fault_alloc": 0, "thp_fault_fallback": 0 },
        { "t_ns": 1000000000, "thp_fault_alloc": 1, "thp_fault_fallback": 1 } ],
      "map": { "block_pages": 512,
        "zones": [ { "name": "DMA", "first_block": 0, "blocks": 8 },
                   { "name": "DMA32", "first_block": 8, "blocks": 70 } ],
        "classes": { ".": "absent", "R": "reserved", "f": "free", "m": "movable",
                     "u": "unmovable", "r": "reclaimable", "x": "mixed", "h": "highatomic" },
        "t_ns": [ 0, 1000000000, 2500000000 ],
        "rows": [ "0 7 f0;1 1y f0", "2 1 m3;0 1 u9;0 1 r1;0 1 x5;0 1 R9;1 1 h0", "9 1x m9" ] } },
    { "policy": "other,step=a", "thp": { "attempts": 0, "success": 0, "success_rate": null } } ] }
END
cat >"$tmp/want-end" <<'END'
vanilla
at 2.500 s of tiny, kernel 7.3.4: THP success 25.0% (2 of 8)
blocks:  reserved 1  free 2  movable 70  unmovable 1  reclaimable 1  mixed 1  highatomic 1
DMA
       0M  0039159.
DMA32
      16M  0999999999999999999999999999999999999999999999999999999999999999
     144M  999999

A block of 2 MiB is a digit: tenths of it in use, 0 nothing, 9 all; . absent.
END
cd "$tmp" || exit 2

same() { cmp "$1" "$2" || { diff "$1" "$2"; return 1; }; }
draws() { exits 0 "${@:2}" && same "$1" out; }
line() { exits 0 view tiny.json -p vanilla --text "${@:2}" && grep -qxF -e "$1" out; }

# variant NAME PYTHON: tiny.json changed
variant() {
	python -c "import json
r = json.load(open('tiny.json'))
p = r['policies'][0]
m = p['map']
$2
json.dump(r, open('$1.json', 'w'))"
}

# --- text ---
it "not on a terminal a block is a digit" draws want-end view tiny.json --text -p vanilla
it "the end is the default moment" draws want-end view tiny.json --text -p vanilla --at end
it "a moment after the end is the end" draws want-end view tiny.json --text -p vanilla --at 99999
it "a moment after the end is said to be one" warns '99999: tiny.json ends at [0-9]+ ms' 0 \
	view tiny.json --text -p vanilla --at 99999
it "a moment between rows is the row before" line "at 1.000 s of tiny, kernel 7.3.4: THP success 50.0% (1 of 2)" --at 2499
it "a moment between rows has the blocks of the row before" line "      16M  0000000000000000000000000000000000000000000000000000000000000000" --at 2499
it "the first row is there at once" line "at 0.000 s of tiny, kernel 7.3.4: no THP asked for" --at 0
it "letters say what a block holds" line "       0M  ffmurxR." --letters
it "letters say which block is of the atomic reserve" line "     144M  mmmmmm" --letters
left_out() { exits 0 view tiny.json --text && ! grep -q other out && grep -q '^vanilla$' out; }
it "a policy without a map is left out" left_out
it "a policy without a map is named by its label" \
	warns 'other,step=a: has no map' 0 view tiny.json --text
it "text goes to a file, too" exits 0 view tiny.json -p vanilla -o text.txt
text_file() { exits 0 view tiny.json -p vanilla -o named.txt && same want-end named.txt; }
it "a file whose name ends in .txt is text" text_file
for ending in pdf jpeg json; do
	it "a file whose name ends in .$ending is refused" refuses ".txt, .svg and .png" view tiny.json -o x.$ending
done
it "a form that is asked for has the last word" exits 0 view tiny.json --svg -o picture.pdf
it "two reports are drawn" exits 0 view tiny.json tiny.json -p vanilla --text
it "two reports have their names before the policies' labels" \
	prints '^tiny.json: vanilla$' view tiny.json tiny.json -p vanilla --text

# terminal COMMAND...: its output on a terminal of 80 columns that shows colors
terminal() {
	env -u NO_COLOR -u COLORTERM -u LC_ALL LANG=C.UTF-8 TERM=xterm-256color python3 -c "
import os, pty, sys
pid, fd = pty.fork()
if not pid:
    os.execvp(sys.argv[1], sys.argv[1:])
data = b''
while True:
    try:
        more = os.read(fd, 65536)
    except OSError:
        break
    if not more:
        break
    data += more
sys.stdout.buffer.write(data.replace(b'\r\n', b'\n'))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))" "$@"
}
draw=("$prog" view tiny.json -p vanilla --text)
colors() { terminal "${draw[@]}" >term.txt && grep -q $'\033\[38;5;' term.txt && grep -q '▀' term.txt && grep -q '█' term.txt; }
true_colors() { terminal env COLORTERM=truecolor "${draw[@]}" >term.txt && grep -q $'\033\[38;2;86;180;233m' term.txt; }
resets() { colors && ! grep '▀' term.txt | grep -vq $'\033\[0m$'; }
no_colors() { terminal env "$@" "${draw[@]}" >term.txt && same want-end term.txt; }
if have_terminals; then
	it "on a terminal half blocks in color" colors
	it "on a terminal with true color it is in the palette's own" true_colors
	it "each line of half blocks leaves the terminal as it was" resets
	it "NO_COLOR is respected" no_colors NO_COLOR=1
	empty_no_color() { terminal env NO_COLOR= "${draw[@]}" >term.txt && grep -q '▀' term.txt; }
	it "an empty NO_COLOR is none" empty_no_color
	it "a dumb terminal gets digits" no_colors TERM=dumb
	it "a terminal without UTF-8 gets digits" no_colors LANG=C
	it "--color=never gives digits on a terminal" eval 'terminal "${draw[@]}" --color=never >term.txt && same want-end term.txt'
	always() { exits 0 view tiny.json -p vanilla --text --color=always && grep -q $'\033' out; }
	it "--color=always is colored in a file" always
	it "a page is not for a terminal" eval '! terminal "$prog" view tiny.json >term.txt && grep -q -e "-o" term.txt'
	it "a PNG is not for a terminal" eval '! terminal "$prog" view tiny.json --png >term.txt && ! grep -q IHDR term.txt'
fi

# --- SVG ---
svg() {
	exits 0 view tiny.json -p vanilla -o a.svg && python -c "
import xml.etree.ElementTree as tree
ns = '{http://www.w3.org/2000/svg}'
root = tree.parse('a.svg').getroot()
assert root.tag == ns + 'svg', root.tag
text = [t.text for t in root.iter(ns + 'text')]
for want in ('vanilla', 'DMA', 'DMA32', 'THP success 25.0% (2 of 8)', '2 free, 1 mixed of 77 blocks',
             'Pageblocks of tiny, kernel 7.3.4 at 2.500 s', 'movable', 'highatomic'):
    assert want in text, (want, text)
assert 'absent' not in text
data = open('a.svg').read()
for color in ('#56b4e9', '#d55e00', '#e9ebee', '#f0e442', '#9aa1a9'):
    assert 'fill=\"%s\"' % color in data, color
assert 'href' not in data and 'url(' not in data"
}
it "SVG is well formed, and says what it shows" svg
fits() { exits 0 view tiny.json -p vanilla --svg && grep -q 'viewBox="0 0 .* style="max-width:100%;height:auto"' out; }
it "SVG is never wider than its window" fits
one_seed() {
	variant seeds "r['options'] = { 'seed': 3, 'seeds': 8 }" &&
		prints 'Pageblocks of tiny, kernel 7.3.4, seed 3 of 8 at 2.500 s' \
			view seeds.json -p vanilla --svg
}
it "a picture says of which of several seeds it is" one_seed
it "the same report is the same SVG" eval 'svg && exits 0 view tiny.json -p vanilla --svg && same a.svg out'
hostile() {
	variant hostile "p['policy'] = '<&>\"\x01é'; r['trace']['path'] = '/x/<b>&.txt'" &&
		exits 0 view hostile.json -p '<&>"?é' --svg &&
		cp out h.svg && python -c "
import xml.etree.ElementTree as tree
text = [t.text for t in tree.parse('h.svg').getroot().iter('{http://www.w3.org/2000/svg}text')]
assert '<&>\"???' in text, text"
}
it "names in an SVG may hold anything" hostile

# --- PNG: width and height of the SVG times the scale; signature, CRCs, colors, all rows there ---
png() {
	python - "$1" "$2" <<-'END'
	import re, struct, sys, zlib
	data, scale, at, chunks = open(sys.argv[1], "rb").read(), int(sys.argv[2]), 8, []
	assert data[:8] == b"\x89PNG\r\n\x1a\n"
	while at < len(data):
	    size, = struct.unpack(">I", data[at:at + 4])
	    body = data[at + 4:at + 8 + size]
	    assert struct.unpack(">I", data[at + 8 + size:at + 12 + size])[0] == zlib.crc32(body), body[:4]
	    chunks.append((body[:4], body[4:]))
	    at += 12 + size
	assert [name for name, _ in chunks] == [b"IHDR", b"PLTE", b"IDAT", b"IEND"] and not chunks[3][1]
	width, height, *rest = struct.unpack(">IIBBBBB", chunks[0][1])
	assert rest == [8, 3, 0, 0, 0], rest
	svg = open("a.svg").read()
	want = [scale * int(n) for n in re.search(r'width="(\d+)" height="(\d+)"', svg).groups()]
	assert [width, height] == want, (width, height, want)
	rows = zlib.decompress(chunks[2][1])
	assert len(rows) == (width + 1) * height
	assert not any(rows[::width + 1])
	palette = [chunks[1][1][i:i + 3].hex() for i in range(0, len(chunks[1][1]), 3)]
	used = {palette[i] for y in range(height) for i in rows[y * (width + 1) + 1:(y + 1) * (width + 1)]}
	assert {"56b4e9", "d55e00", "e9ebee", "f0e442", "9aa1a9", "000000", "ffffff"} <= used, used
	# the same cells as in the SVG: each path's first corner has its color
	for color, x, y in re.findall(r'fill="#(\w+)" d="M(\d+) (\d+)', svg):
	    at = (int(y) * scale) * (width + 1) + 1 + int(x) * scale
	    assert palette[rows[at]] == color, (color, x, y, palette[rows[at]])
	END
}
large() {			# SCALE [ARGUMENT...]
	exits 0 view tiny.json -p vanilla -o a.svg &&
		exits 0 view tiny.json -p vanilla --png "${@:2}" -o "x$1.png" && png "x$1.png" "$1"
}
it "a file whose name ends in .png is drawn" exits 0 view tiny.json -p vanilla -o a.png
it "a PNG is whole, and the SVG's picture twice as large" large 2
it "a PNG is as large as wanted" exits 0 view tiny.json -p vanilla --png --scale 3 -o b.png
it "with --scale 3 a PNG is the SVG's picture three times as large" large 3 --scale 3
same_png() {
	exits 0 view tiny.json -p vanilla -o a.png && exits 0 view tiny.json -p vanilla --png &&
		same a.png out
}
it "the same report is the same PNG" same_png

# --- what a run writes ---
real() {
	(cd "$here" && "$prog" run "$recording" --seeds 1 -p observed -p vanilla --timeline 500 -q -o "$tmp/real.json") &&
		exits 0 view real.json --text || return 1
	python -c "
import json
r = json.load(open('real.json'))
text = open('out').read()
for p in r['policies']:
    zones = p['map']['zones']
    part = text.split(p['policy'] + '\n', 1)[1].split('\n\n')[0]
    digits = [l[11:] for l in part.split('\n') if l[:11].endswith('M  ')]
    assert sum(map(len, digits)) == sum(z['blocks'] for z in zones), p['policy']
    counts = part.split('\n')[1].split()
    at = lambda what: int(counts[counts.index(what) + 1]) if what in counts else 0
    if 'memory' in p:
        assert at('mixed') == p['memory']['mixed_pageblocks'], counts
        assert at('free') + at('highatomic') == p['memory']['empty_pageblocks'], counts
a, b = (p['map'] for p in r['policies'])
assert a['t_ns'] == b['t_ns'] and a['rows'][0] == b['rows'][0] and a['rows'][1:] != b['rows'][1:]
assert 20 < len(a['rows']) <= 200 and a['t_ns'][1] == 5 * 10**8"
}
it "a run's map has its machine's blocks, and its report's counts" real
same_palette() {
	local hue n=0

	while read -r hue; do
		n=$((n + 1))
		grep -q "#$hue" "$here/replay/view/page/paint.js" || { echo "$hue"; return 1; }
	done < <(sed -n 's/.*\[BLK_.* = 0x\(......\),/\1/p' "$here/replay/view/palette.h")
	[ "$n" -eq 7 ]
}
it "the page's palette is the same" same_palette

# --- what cannot be shown ---
variant nomap "del p['map']"
it "without a map the remedy is named" refuses 'nomap.json: .*--timeline' view nomap.json --text
it "a policy that is asked for and has no map is refused" refuses 'has no map' view tiny.json --text -p other,step=a
it "an unknown policy is named" refuses '--policy third: no report has it' view tiny.json --text -p third
it "a missing file is named" refuses 'nowhere.json' view nowhere.json
echo '{ "schema": ' >broken.json
it "broken JSON names its line" refuses 'broken.json: line' view broken.json
echo '[]' >list.json
it "what is no report is refused" refuses 'schema missing' view list.json
it "no report at all is refused" refuses 'name a report' view
variant later "r['schema'] = 'fragreplay-report/9'"
it "another schema is refused" refuses 'report/9' view later.json
n=0
while IFS='|' read -r pattern change; do
	n=$((n + 1))
	variant "bad$n" "$change"
	it "a bad map is refused: $change" refuses "vanilla: .*$pattern" view "bad$n.json" --text
done <<'END'
row 1|m['rows'][1] = '0 1 q9'
row 1|m['rows'][1] = '0 27 m9'
row 0|m['rows'][0] = 7
no rows|m['rows'] = []
one for each moment|m['t_ns'].pop()
moment|m['t_ns'][1] = -1
moment|m['t_ns'][1] = 'x'
zones|m['zones'] = []
zones|m['zones'] *= 3
zone that|m['zones'][0]['blocks'] = -1
zone that|m['zones'][0]['blocks'] = 10**9
zone that|del m['zones'][1]['name']
another size|m['block_pages'] = 1024
classes|m['classes']['f'] = 'full'
END

it "--at is a number" refuses '--at soon' view tiny.json --text --at soon
it "--at is not negative" refuses '--at -5' view tiny.json --text --at -5
it "--at is not for the page, which has a slider" refuses '--at' view tiny.json --at 5
it "--scale has limits" refuses '--scale 17' view tiny.json --png --scale 17
it "--scale is for PNG" refuses '--scale' view tiny.json --svg --scale 2
it "--letters is for text" refuses '--letters' view tiny.json --svg --letters
it "another word for --color is refused" refuses '--color=red' view tiny.json --text --color=red
it "two formats are refused" refuses 'one of' view tiny.json --text --svg
it "other commands' options are refused" refuses 'takes no --seeds' view tiny.json --seeds 3
full() { "$prog" view tiny.json -p vanilla "$1" >/dev/full 2>err; [ $? -eq 2 ] && grep -q 'No space' err; }
for format in --text --svg --png; do
	it "a full disk is trouble: $format" full "$format"
done
kept() { echo old >kept.svg && exits 2 view nomap.json -o kept.svg && [ "$(cat kept.svg)" = old ]; }
it "a file stays as it was when there is nothing to draw" kept
no_half() { kept && ! ls | grep -E '\.(svg|png|txt)\.......$'; }
it "a view that fails leaves no half file" no_half
finish
