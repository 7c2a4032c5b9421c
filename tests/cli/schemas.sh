#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What fragreplay prints as JSON follows the schema of its kind in doc/, and each kind has one.
. tests/cli/lib.bash

# follows KIND FILE: a schema may refer to its neighbors in doc/
follows() {
	python -W ignore - "$PWD/doc/fragreplay-$1.schema.json" "$2" <<-'END'
	import json, pathlib, sys
	from jsonschema import Draft202012Validator, RefResolver
	path = pathlib.Path(sys.argv[1])
	schema = json.load(open(path))
	resolver = RefResolver(path.as_uri(), schema)
	found = list(Draft202012Validator(schema, resolver=resolver).iter_errors(json.load(open(sys.argv[2]))))
	for error in found[:8]:
	    print(list(error.path), error.message[:200])
	sys.exit(bool(found))
	END
}
# output KIND ARGUMENT...: what the command prints is of that kind
output() { exits 0 "${@:2}" && follows "$1" "$tmp/out"; }

it "run" output report-1 run -q "$recording" -p observed -p vanilla -p defrag_mode --seeds 2 \
	--timeline 1000 --json
it "info" output info-1 info --json "$recording"
it "policies" output policies-1 policies --json
it "policies of one name" output policies-1 policies --json defrag_mode
it "check" output check-2 check --json --seeds 2 "$recording"
it "check of several recordings" output check-2 check --json --seeds 1 "$recording" "$recording"
it "check of two machines" output check-2 check --json --seeds 1 "$recording" --force \
	--against "$recording"
it "diff --list-metrics" output metrics-1 diff --list-metrics --format json
differ() {
	exits 0 run -q "$recording" -p vanilla -p defrag_mode --seeds 2 -o "$tmp/r.json" || return 1
	fragreplay diff --format json "$tmp/r.json"
	follows diff-1 "$tmp/out"
}
it "diff" differ
strict() {
	exits 0 info --json "$recording" && sed 's/"machine"/"machines"/' "$tmp/out" >"$tmp/bad" &&
		! follows info-1 "$tmp/bad"
}
it "a key that the schema does not know is found" strict

# a kind is named in the sources as the documents name themselves
each_has_one() {
	local kind bad=0

	for kind in $(grep -rohE 'fragreplay-[a-z]+/[0-9]+' replay --include='*.[ch]' | sort -u); do
		kind=${kind#fragreplay-}
		[ -e "doc/fragreplay-${kind%/*}-${kind#*/}.schema.json" ] ||
			{ echo "no schema of $kind"; bad=1; }
	done
	return $bad
}
it "each kind of document has its schema" each_has_one
finish
