#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The page of `fragreplay view`, as a person uses it, in a headless Chromium; VIEW_PICTURES=DIR keeps
# what it looked like.

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

# a row that goes past the last block
break_map() {
	python - "$tmp/report.json" "$tmp/broken.json" <<-'EOF'
	import json, sys
	report = json.load(open(sys.argv[1]))
	report["policies"][0]["map"]["rows"][1] = "zzzz 1 m5"
	json.dump(report, open(sys.argv[2], "w"))
	EOF
}

"$prog" run "$recording" -p vanilla -p defrag_mode --timeline 1000 -q -o "$tmp/report.json"
it "view writes one page that loads nothing" one_file
if [ -z "$browser" ]; then
	echo "ok $((tests_run + 1)) - # skip the page in use: no Chromium here (apt install chromium)"
	tests_run=$((tests_run + 1))
	finish
	exit
fi

pictures=${VIEW_PICTURES:-$tmp}
mkdir -p "$pictures"
python "$(dirname "$0")/../view_report.py" 256 150 100 >"$tmp/big.json"
break_map
for report in report big broken; do
	it "view draws $report" exits 0 view "$tmp/$report.json" -o "$tmp/$report.html"
done
python "$(dirname "$0")/../view_browser.py" "$browser" "$tmp/report.html" "$tmp/big.html" \
	"$tmp/broken.html" "$pictures" >"$tmp/tap" || tests_failed=$((tests_failed + 1))
grep -v '^1\.\.' "$tmp/tap" | sed -E "s/^((not )?ok) [0-9]+/\1/"
finish
