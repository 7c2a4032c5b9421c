#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The page of `fragreplay view`, as a person uses it, in a headless Chromium. VIEW_PICTURES=DIR
# keeps what it looked like.

# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"

browser=
for name in chromium chromium-browser google-chrome; do
	command -v "$name" >/dev/null && { browser=$name; break; }
done

one_file() {
	exits 0 view "$tmp/report.json" -o "$tmp/page.html" || return 1
	[ ! -s "$tmp/out" ] && grep -q '^</html>' "$tmp/page.html" &&
	! grep -nE '(src|href)="|@import|url\(' "$tmp/page.html"
}

# what is in the page is what was in the report, though a name in it would end its script
holds_the_report() {
	python "$(dirname "$0")/../view/view_report.py" 1 3 50 >"$tmp/hostile.json"
	exits 0 view "$tmp/hostile.json" -o "$tmp/page.html" || return 1
	python - "$tmp/hostile.json" "$tmp/page.html" <<-'EOF'
	import json, re, sys
	report, page = json.load(open(sys.argv[1])), open(sys.argv[2]).read()
	data = re.findall(r'<script type="application/json" id="reports">(.*?)</script>', page, re.S)
	assert len(data) == 1 and "<" not in data[0], data
	shown = json.loads(data[0])["reports"][0]
	assert shown["trace"] == report["trace"], shown["trace"]
	for here, there in zip(shown["policies"], report["policies"], strict=True):
	    assert here["map"] == there["map"] and here["timeline"] == there["timeline"]
	EOF
}

file_of_any_name() {
	local odd=$tmp/$'odd\xff.json'

	cp "$tmp/report.json" "$odd" || return 1
	exits 0 view "$odd" "$tmp/report.json" -o "$tmp/page.html" && grep -q 'odd?.json' "$tmp/page.html"
}

full_disk() {
	[ -e /dev/full ] || return 0
	status=0
	"$prog" view "$tmp/report.json" -o /dev/full 2>"$tmp/err" || status=$?
	[ "$status" -eq 2 ] && grep -q 'No space' "$tmp/err"
}

# a row that goes past the last block
break_map() {
	python - "$tmp/report.json" "$tmp/broken.json" <<-'EOF'
	import json, sys
	report = json.load(open(sys.argv[1]))
	report["policies"][0]["map"]["rows"][1] = "zzzz 1 m5"
	json.dump(report, open(sys.argv[2], "w"))
	EOF
}

"$prog" run "$recording" --seeds 1 -p vanilla -p defrag_mode --timeline 1000 -q -o "$tmp/report.json"
it "view writes one page that loads nothing" one_file
it "what it holds is the report, whatever is in it" holds_the_report
it "a report's file may have any name" file_of_any_name
it "a page that could not be written is an error" full_disk
if [ -z "$browser" ]; then
	echo "ok $((tests_run + 1)) - # skip the page in use: no Chromium here (apt install chromium)"
	tests_run=$((tests_run + 1))
	finish
	exit
fi

pictures=${VIEW_PICTURES:-$tmp}
mkdir -p "$pictures"
python "$(dirname "$0")/../view/view_report.py" 256 150 100 >"$tmp/big.json"
break_map
"$prog" run "$recording" --seeds 4 -p vanilla -p defrag_mode --timeline 1000 -q -o "$tmp/seeds.json"
for report in report big broken seeds; do
	it "view draws $report" exits 0 view "$tmp/$report.json" -o "$tmp/$report.html"
done
python "$(dirname "$0")/../view/view_browser.py" "$browser" "$tmp/report.html" "$tmp/big.html" \
	"$tmp/broken.html" "$tmp/seeds.html" "$pictures" >"$tmp/tap" || tests_failed=$((tests_failed + 1))
grep -v '^1\.\.' "$tmp/tap" | sed -E "s/^((not )?ok) [0-9]+/\1/"
finish
