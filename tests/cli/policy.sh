#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Policies that users build: outside of the tree, against the installed headers; and what is said of
# those that are wrong, or do wrong.
. tests/cli/lib.bash

top=$PWD
header=include/fragreplay/policy.h
abi=$(sed -n 's/^#define FRAGREPLAY_POLICY_ABI[ \t]*//p' $header)
CC=${CC:-cc}

# query REPORT EXPRESSION: true of the report r and its policies p
query() {
	python -c "import json, sys; r = json.load(open(sys.argv[1])); p = r['policies']
sys.exit(0 if ($2) else 1)" "$1"
}

# holds NAME EXPRESSION: query of the report that make_NAME makes
holds() { report_of "$1" && query "$tmp/$1.json" "$2"; }

in_tree() { make -s BUILD="$(dirname "$prog")" CC="$CC" "$@"; }

# what make install puts there, for the first test that asks for it
installed() { [ -d "$tmp/root/usr" ] || in_tree install DESTDIR="$tmp/root" PREFIX=/usr; }

# the whole of README's instructions: one line
compile() {
	installed &&
		"$CC" -shared -fPIC -O2 -I"$tmp/root/usr/include" -o "$tmp/$1.so" "$tmp/$1.c"
}

# built NAME: $tmp/NAME.so, of NAME.c, for the first test that asks for it
built() { [ -e "$tmp/$1.so" ] || [ ! -e "$tmp/$1.c" ] || compile "$1"; }

# plugin NAME FIELDS [CODE]: $tmp/NAME.c, of the fields beside .abi, .name and .doc
plugin() {
	cat >"$tmp/$1.c" <<-END
	#include <fragreplay/policy.h>
	${3-}
	FRAGREPLAY_POLICY(mine) = {
		.abi = FRAGREPLAY_POLICY_ABI, .name = "mine", .doc = "a test's", $2
	};
	END
}

# refused NAME PATTERN [SETTINGS [OPTION...]]: the run under $tmp/NAME.so ends with a message
refused() {
	local name=$1 pattern=$2 settings=${3-}

	shift $(($# < 3 ? $# : 3))
	built "$name" || return 1
	refuses "$pattern" run "$recording" -p "$tmp/$name.so$settings" "$@"
}

# refuses_built NAME PATTERN COMMAND: COMMAND of $tmp/NAME.so ends with a message
refuses_built() { built "$1" && refuses "$2" "$3" "$tmp/$1.so"; }
in_check() { built "$1" && refuses "$2" check "$recording" -p "$tmp/$1.so" --seeds 1; }

# --- what a policy may call is what the header declares
cat >"$tmp/declared.py" <<'END'
import re, sys
depth, flat = 0, ''
for c in sys.stdin.read():
    depth += (c == '{') - (c == '}')
    flat += c if depth == 0 and c != '}' else ';' if c == '}' else ''
for s in flat.split(';'):
    m = re.match(r'\s*(?!typedef|static|_Static)\w[\w\s*]*?\b(\w+)\(', s)
    if m:
        print(m.group(1))
END
$CC -E -P -DFRAGREPLAY_EXPERIMENTAL -Iinclude $header | python "$tmp/declared.py" | sort -u >"$tmp/declared"
sed -n 's/^\t\(.*\);$/\1/p' policies/exports | sort >"$tmp/exports"
nm -D --defined-only "$prog" | sed 's/.* //' | sort >"$tmp/symbols"
it "the header declares vanilla's decisions" grep -qx vanilla_rmqueue "$tmp/declared"
it "the export list is what the header declares" diff "$tmp/declared" "$tmp/exports"
missing() { comm -23 "$tmp/declared" "$tmp/symbols"; }
all_there() { [ -z "$(missing)" ] || { missing; return 1; }; }
it "the program exports all that the header declares" all_there

abi_is_known() {
	local now

	now=$(python tests/policies/abi_hash.py) || return 1
	grep -qx "$now" tests/policies/abi && return
	echo "the installed headers have changed: bump FRAGREPLAY_POLICY_ABI in $header, then"
	echo "add to tests/policies/abi what this prints: python tests/policies/abi_hash.py"
	return 1
}
it "the installed headers are those of their ABI's number" abi_is_known

every_hook_is_in() {		# FILE
	local hook missing=

	for hook in $(sed -n 's/^X([^,]*, \([a-z_]*\),.*/\1/p' include/fragreplay/policy_hooks.h); do
		grep -qw "$hook" "$1" || missing+=" $hook"
	done
	echo "not in $1:$missing"
	[ -z "$missing" ]
}
it "doc/policies.md says of each hook what it stands in" every_hook_is_in doc/policies.md

# --- the skeleton
skeleton=policies/skeleton.so
skeleton() { in_tree $skeleton && "$@"; }
it "make builds the skeleton" skeleton test -f $skeleton
make_s() {
	skeleton exits 0 run "$recording" --seeds 1 -p vanilla -p $skeleton \
		-p $skeleton,claim_percent=90 -p $skeleton -o "$tmp/s.json"
}
it "the skeleton runs beside vanilla, and twice" report_of s
it "each policy is labeled by name and settings" holds s \
	"[x['policy'] for x in p] == ['vanilla', 'skeleton', 'skeleton,claim_percent=90', 'skeleton']"
it "the skeleton's default decides as vanilla does" holds s \
	"all(p[0][k] == p[1][k] for k in ('counters', 'extfrag', 'memory', 'search', 'stall_ns'))"
it "the skeleton's tunable changes placement" holds s \
	"p[2]['extfrag']['by_class']['claim_part'] < p[1]['extfrag']['by_class']['claim_part']"
it "the same policy twice gives the same results" holds s "p[1] == p[3]"
it "the report has the skeleton's tunable, default or given" holds s \
	"[x['tunables'] for x in p[1:3]] == [{'claim_percent': 50}, {'claim_percent': 90}]"
it "the report has the skeleton's counters, under its name" holds s \
	"p[1]['policy_counters']['skeleton']['claimed'] > 0 and p[2]['policy_counters']['skeleton']['refused'] > p[1]['policy_counters']['skeleton']['refused']"
schema() { report_of s && python -c "$1"; }
it "a report with a plug-in's results follows the schema" schema "import json, jsonschema
jsonschema.Draft202012Validator(json.load(open('doc/fragreplay-report-1.schema.json'))).validate(json.load(open('$tmp/s.json')))"
it "the skeleton is not built in" refuses 'skeleton: no such policy' run "$recording" -p skeleton
threads() {
	skeleton exits 0 run "$recording" --seeds 1 -p $skeleton,claim_percent=90 -p vanilla -p $skeleton \
		--seeds 3 --threads "$1" -o "$tmp/threads$1.json"
}
make_threads1() { threads 1; }
it "plug-ins and seeds run on one thread" report_of threads1
same_bytes() {
	report_of threads1 && threads 4 && cmp "$tmp/threads4.json" "$tmp/threads1.json"
}
it "plug-ins and seeds give the same bytes on one thread and on four" same_bytes

# --- what a tunable that init() resolves shows, and what every policy takes
make_auto() {
	exits 0 run "$recording" -p defrag_mode,step=auto,kernel=6.18 \
		-p defrag_mode,step=d2,filemap=harjani,pcp_auto_tune=off -o "$tmp/auto.json"
}
it "step=auto runs" report_of auto
it "the report has the step that step=auto came to" holds auto \
	"p[0]['tunables']['step'] == 'kswapd-exit' and p[0]['tunables']['kernel'] == '6.18.0'"
it "an alias reports the name that counts, beside filemap and features" holds auto \
	"(p[1]['tunables']['step'], p[1]['tunables']['filemap'], p[1]['tunables']['pcp_auto_tune']) == ('assist', 'harjani', False)"

# --- per-CPU lists that own pageblocks: of no version, and every rule holds under them
make_pcp() {
	exits 0 run "$recording" --seeds 1 -p vanilla -p vanilla,pcp_buddy=on --check-every 100 \
		-o "$tmp/pcp.json"
}
it "pcp_buddy=on runs, checked" report_of pcp
it "pcp_buddy is off by default, and then not in the report" holds pcp \
	"'pcp_buddy' not in p[0]['tunables'] and p[1]['tunables']['pcp_buddy'] is True"
it "with pcp_buddy=on the zone is asked for less" holds pcp \
	"p[1]['search']['lists']['mean'] < p[0]['search']['lists']['mean']"

# --- outside of the tree, against what make install put there
it "make install succeeds" installed
# brings FILE...: make install does, below /usr
brings() {
	local file

	installed || return 1
	for file; do
		[ -f "$tmp/root/usr/$file" ] || { echo "no $file"; return 1; }
	done
}
it "make install brings the headers and the skeleton" brings include/fragreplay/policy.h \
	include/fragreplay/policy_hooks.h include/fragreplay/gfp.h share/fragreplay/skeleton.c
it "make install brings what explains policies" brings share/man/man7/fragreplay-policy.7 \
	share/doc/fragreplay/doc/policies.md
twin() {			# NAME ARGUMENT...
	local name=$1

	shift
	installed && cp "$top/policies/$name.c" "$tmp/" || return 1
	(cd "$tmp" && compile "$name") || return 1
	exits 0 run "$recording" -p "$name" -p "$name$1" --timeline 500 --seeds 2 \
		-o "$tmp/built-in.json" || return 1
	exits 0 run "$recording" -p "$tmp/$name.so" -p "$tmp/$name.so$1" --timeline 500 --seeds 2 \
		-o "$tmp/plug-in.json" || return 1
	cmp "$tmp/built-in.json" "$tmp/plug-in.json"
}
it "defrag_mode as a plug-in gives the same bytes as built in" \
	twin defrag_mode ,step=assist,drop=never,filemap=wilcox
it "highatomic as a plug-in gives the same bytes as built in" twin highatomic ,filemap=harjani
it "vanilla as a plug-in gives the same bytes as built in" twin vanilla ,kcompactd_high=on,filemap=dipietro
one_line() {
	installed && cp "$tmp/root/usr/share/fragreplay/skeleton.c" "$tmp/" && compile skeleton
}
it "the installed skeleton compiles in one line" one_line
beside() { one_line && (cd "$tmp" && exits 0 policies skeleton.so); }
it "a plug-in in the working directory needs no ./" beside
it "make uninstall succeeds where nothing is installed" \
	in_tree uninstall DESTDIR="$tmp/gone" PREFIX=/usr
gone() {
	in_tree install DESTDIR="$tmp/gone" PREFIX=/usr && in_tree uninstall DESTDIR="$tmp/gone" \
		PREFIX=/usr && [ -z "$(find "$tmp/gone" -type f)" ]
}
it "make uninstall takes away all that install brought" gone

# --- fragreplay policies
lists() { exits 0 policies && grep -qE "$1" "$tmp/out"; }
it "policies lists tunables with their defaults" lists '^  step=storm-fix$'
it "policies lists the tunables' values, aliases too" lists 'one of: auto, base\|d1,'
it "policies lists the filemap variants" lists '^    harjani +no attempt of a costly order'
fits() { exits 0 policies && [ "$(wc -L <"$tmp/out")" -le 100 ]; }
it "policies prints at most 100 columns" fits
it "policies describes a plug-in" skeleton exits 0 policies $skeleton
described() {
	skeleton prints '^  claim_percent=50$' policies $skeleton &&
		grep -q 'whole number, 0 to 100' "$tmp/out"
}
it "policies describes a plug-in's tunable with range and default" described
it "policies tells the decisions that a plug-in takes over" \
	skeleton prints '^  decides +claim_block\(\)$' policies $skeleton
it "policies --features is taken" exits 0 policies --features
it "policies --features lists the kernel's by name" prints '^freelist_hygiene$' policies --features
it "policies --json is taken" exits 0 policies --json
in_json() { exits 0 policies --json && python -c "$1"; }
it "policies --json has policies, tunables, filemap variants and features" in_json "import json
r = json.load(open('$tmp/out'))
assert r['schema'] == 'fragreplay-policies/1'
p = {x['name']: x for x in r['policies']}
assert set(p) >= {'observed', 'vanilla', 'defrag_mode', 'highatomic'}
step = [t for t in p['defrag_mode']['tunables'] if t['name'] == 'step'][0]
assert step['type'] == 'enum' and step['default'] == 'storm-fix' and ['base', 'd1'] in step['values']
assert {x['name'] for x in r['filemap']} >= {'base', 'kcompactd'}
assert any(f['name'] == 'pcp_auto_tune' and f['doc'] for f in r['features'])"
it "policies --json describes a plug-in, too" skeleton exits 0 policies $skeleton --json
plugin_in_json() { skeleton exits 0 policies $skeleton --json && python -c "$1"; }
it "policies --json has a plug-in's range" plugin_in_json "import json
t = json.load(open('$tmp/out'))['policies'][0]['tunables'][0]
assert (t['name'], t['type'], t['min'], t['max'], t['default']) == ('claim_percent', 'uint', 0, 100, '50')"
it "policies refuses an unknown name" refuses 'nosuch: no such policy' policies nosuch
it "policies refuses settings" refuses 'without settings' policies vanilla,kcompactd_high=on

# --- a policy that decides nothing
plugin nothing '.priv_size = 64, .init = init' '
	static int init(struct mm *mm, void *priv, char *err, size_t errlen)
	{ (void)mm; (void)err; (void)errlen; __builtin_memset(priv, 1, 64); return 0; }'
make_nothing() {
	built nothing && exits 0 run "$recording" --seeds 1 -p vanilla -p "$tmp/nothing.so" \
		-o "$tmp/nothing.json"
}
it "a policy without decisions runs" report_of nothing
it "a policy without decisions is vanilla, whatever its state holds" holds nothing \
	"all(p[0][k] == p[1][k] for k in ('counters', 'extfrag', 'memory', 'search', 'stall_ns'))"

# --- files that are no policy
it "a plug-in that is missing is named" refuses 'nowhere.so: .*No such file' run "$recording" -p "$tmp/nowhere.so"
echo 'not a library' >"$tmp/text.so"
it "a file that is no library is named" refused text 'text.so: .*(ELF|too short)'
echo 'int x;' >"$tmp/bare.c"
it "a library that is no policy is told how to be one" \
	refused bare 'no symbol fragreplay_policy: .*FRAGREPLAY_POLICY\(name\)'
plugin newer ".abi = FRAGREPLAY_POLICY_ABI + 41"
it "a newer ABI is refused with both numbers" \
	refused newer "built for policy ABI $((abi + 41)), this fragreplay has $abi;"
plugin older ".abi = FRAGREPLAY_POLICY_ABI - 1"
it "an older ABI is refused with both numbers" \
	refused older "built for policy ABI $((abi - 1)), this fragreplay has $abi;"
plugin calls ".exit = bye" "void no_such_function(void);
	static void bye(struct mm *mm, void *priv) { (void)mm; (void)priv; no_such_function(); }"
it "a symbol that fragreplay lacks is named" refused calls 'undefined symbol: no_such_function'
plugin named '.name = "a,b"'
it "a name that -p could not give is refused" refused named '\.name must be'

# --- settings
it "an unknown tunable lists those that exist" skeleton refuses \
	'skeleton has no tunable claim .did you mean claim_percent.*; there are claim_percent, and for every policy kernel, filemap' \
	run "$recording" -p $skeleton,claim=3
it "a setting needs a value" skeleton refuses 'claim_percent: name=value is needed' \
	run "$recording" -p $skeleton,claim_percent
for bad in x 50x -1 101 4.5 ''; do
	it "claim_percent=$bad is refused with the range" skeleton refuses \
		"claim_percent=$bad: a whole number from 0 to 100 is needed" \
		run "$recording" -p "$skeleton,claim_percent=$bad"
done
it "an enum's values are listed" refuses 'step=d9: one of these is needed: auto base oomfix' \
	run "$recording" -p defrag_mode,step=d9
it "a bool is on or off" refuses 'kcompactd_high=maybe: on or off' \
	run "$recording" -p vanilla,kcompactd_high=maybe
it "a kernel is a version" refuses 'kernel=5.4: a version from 6.1' \
	run "$recording" -p vanilla,kernel=5.4
it "a filemap variant is one of those there are" refuses 'filemap=none: one of these' \
	run "$recording" -p vanilla,filemap=none
it "a feature is on or off" refuses 'pcp_auto_tune=2: on or off' \
	run "$recording" -p vanilla,pcp_auto_tune=2
it "observed has nothing to set" refuses 'observed has nothing to set' \
	run "$recording" -p observed,kernel=6.18
state='static struct { u32 n; bool on; u64 count; double share; } state;
	static const char *const names[] = { "one", NULL };'
tunable() {			# NAME ENTRY
	plugin "$1" ".priv_size = sizeof(state), .tunables = (const struct policy_tunable[]){
		{ .name = \"t\", .doc = \"d\", $2 }, { 0 } }" "$state"
}
tunable default '.type = TUNABLE_UINT, .def = "7", .max = 5'
it "a default out of its own range is the policy's fault" \
	refused default 'the default of its tunable t, "7"'
tunable outside '.type = TUNABLE_REAL, .def = "1", .max = 5, .offset = sizeof(state)'
it "a tunable outside of the state is refused" refused outside 'tunables: t: its .offset'
tunable crooked '.type = TUNABLE_UINT, .def = "1", .max = 5, .offset = 1'
it "a tunable that lies across members is refused" refused crooked 'tunables: t: its .offset'
tunable range '.type = TUNABLE_UINT, .def = "1", .min = 3, .max = 2'
it "a range upside down is refused" refused range 't: its .min is above'
tunable wide '.type = TUNABLE_UINT, .def = "1", .max = 1e12'
it "a range beyond the type is refused" refused wide 't: its .min and .max must'
tunable enum '.type = TUNABLE_ENUM, .def = "one"'
it "an enum without values is refused" refused enum 't: an enum needs .values'
tunable good '.type = TUNABLE_REAL, .def = "0.25", .min = -1, .max = 1, .offset = 16 + offsetof(struct { double d; }, d)'
make_r() {
	built good && exits 0 run "$recording" -p "$tmp/good.so,t=-0.5" -o "$tmp/r.json"
}
it "a real tunable takes a fraction" report_of r
it "a real tunable's fraction is in the report" holds r "p[0]['tunables'] == {'t': -0.5}"
it "a real tunable beyond its range is refused" refused good 't=1.5: a number from -1 to 1' ,t=1.5
plugin counter '.counters = (const struct policy_counter[]){ { .name = "c", .doc = "d" }, { 0 } }'
it "a counter without state is refused" refused counter 'counters: c: '

# --- policies that refuse, and policies that do wrong
plugin init '.init = init, .exit = bye' '
	static int init(struct mm *mm, void *priv, char *err, size_t errlen)
	{ (void)mm; (void)priv; if (errlen > 9) __builtin_strcpy(err, "not here"); return -1; }
	static void bye(struct mm *mm, void *priv) { (void)mm; (void)priv; __builtin_trap(); }'
it "init() refuses in its own words, and exit() is not called then" refused init 'mine: not here'
it "defrag_mode's init() refuses step=auto for an old kernel" refuses 'step=auto: kernels before 6.15 have no defrag_mode' \
	run "$recording" -p defrag_mode,step=auto,kernel=6.12
plugin order '.kswapd_wake_order = order' '
	static u32 order(struct mm *mm, u32 order) { (void)mm; return order + MAX_PAGE_ORDER + 1; }'
it "an order out of range names policy and hook" refused order \
	'policy mine: kswapd_wake_order\(\) returned [0-9]+; allowed is [0-9]+ to 10'
plugin page '.rmqueue = rmqueue' '
	static u32 rmqueue(struct mm *mm, struct zone *z, u32 order, u8 mt, u32 flags,
			   enum rmqueue_mode *mode)
	{ (void)mm; (void)z; (void)order; (void)mt; (void)flags; (void)mode; return 1; }'
it "a page that was not taken off a list names policy and hook" refused page \
	'policy mine: rmqueue\(\) returned pfn 1; allowed is PFN_NONE, or a page that was taken off a free list'
it "a page that was not taken off a list names policy and hook with four threads" refused page 'policy mine: rmqueue\(\)' '' -p vanilla --threads 4
plugin scribble '.claim_block = claim, .kswapd_wake_order = vanilla_kswapd_wake_order' '
	static bool claim(const struct mm *mm, u32 pfn, u8 mt, u32 nr_free, u32 alike)
	{ ((struct zone *)mm_zone(mm, ZONE_DMA32))->free_area[0].nr_free++;
	  return vanilla_claim_block(mm, pfn, mt, nr_free, alike); }'
blames='hooks of the policy called since it was last whole: claim_block\(\)$'
it "a policy that writes to a zone gets no report" refused scribble \
	"at the end of the replay, broken rule: .*; $blames"
it "for a policy that writes to a zone the broken rule is named" refused scribble \
	'broken rule: nr_free counts all types: zone DMA32'
it "--check-every finds a write to a zone where it happens" refused scribble \
	"after operation [0-9]+ of the trace, .*$blames" '' --check-every 500
plugin links '.alloc_flags = flags' '
	static u32 flags(struct mm *mm, const struct alloc_request *req, enum alloc_stage stage)
	{ for (u32 p = 0; p < mm_max_pfn(mm); p++)
		if (mm_page(mm, p)->lru) { ((struct page *)mm_page(mm, p))->l.next = 0x7ffffff0; break; }
	  return vanilla_alloc_flags(mm, req, stage); }'
it "broken links are found, or the crash they cause is told" \
	refused links 'policy mine: .*hooks of the policy called since .*alloc_flags\(\)'
it "broken links are found by --check-every 1" \
	refused links 'policy mine: .*hooks of the policy called since .*alloc_flags\(\)' '' --check-every 1
plugin crash '.claim_block = claim' '
	static bool claim(const struct mm *mm, u32 pfn, u8 mt, u32 nr_free, u32 alike)
	{ (void)mm; (void)pfn; (void)mt; (void)alike;
	  *(volatile int *)(unsigned long)(nr_free & 0) = 1; return true; }'
it "a policy that crashes is named with its hooks" refused crash \
	'policy mine: crashed, .*: claim_block\(\)$'
plugin layered '.gives_up_early = early' '
	static bool early(struct mm *mm, const struct alloc_context *ac, u32 order)
	{ return vanilla_gives_up_early(mm, ac, order); }'
it "two deciders of one thing are refused" refused layered 'decides gives_up_early itself' \
	,filemap=kcompactd

# --- a policy from a file runs in a process of its own, and takes nobody else with it
# hook NAME CODE: a policy that does this when a block is to be claimed
hook() {
	plugin "$1" '.claim_block = claim, .priv_size = 8' "#define _GNU_SOURCE
	#include <pthread.h>
	#include <stdio.h>
	#include <stdlib.h>
	#include <string.h>
	#include <unistd.h>
	static bool claim(const struct mm *mm, u32 pfn, u8 mt, u32 nr_free, u32 alike)
	{ $2; return vanilla_claim_block(mm, pfn, mt, nr_free, alike); }"
}
hook leaves 'exit(0)'
it "a policy that ends the program is named with its hooks" \
	refused leaves 'policy mine: ended the program; hooks .*: claim_block\(\)$'
it "it is named as well beside another policy" refused leaves 'policy mine: ended' '' -p vanilla
it "it is named by check" in_check leaves 'policy mine: ended the program'
hook vanishes '_exit(0)'
it "one that ends the process itself is named" refused vanishes \
	'-p .*/vanishes.so: it ended the program, and there is no report of it$'
hook loops 'for (volatile int i = 0; ; i++) ;'
it "one that loops is named and ended" \
	refused loops '-p .*/loops.so: it ran without any progress for 1 s' '' --plugin-patience 1
hook thread 'pthread_exit(NULL)'
it "one that ends its thread is named and ended" refused thread \
	'-p .*/thread.so: it waited without any progress for 1 s' '' --plugin-patience 1
hook deep 'volatile char room[1 << 20]; memset((void *)room, 1, sizeof(room)); claim(mm, pfn, mt, nr_free, alike + room[pfn % 7])'
it "one whose stack overflows is named with its hooks" \
	refused deep 'policy mine: crashed, .*: claim_block\(\)$'
hook writes 'memset(mm_policy_priv(mm), 255, 1 << 16)'
it "one that writes beyond its state gets no report" refused writes 'writes.so|policy mine'
plugin begins '' '__attribute__((constructor)) static void begin(void) { *(volatile int *)8 = 1; }'
it "one that crashes when it is loaded is named" refused begins \
	'-p .*/begins.so: its process died: Segmentation fault'
it "it is named by policies, too" refuses_built begins 'begins.so: its process died' policies
plugin ends '.exit = bye' 'static void bye(struct mm *mm, void *priv) { (void)mm; (void)priv; *(volatile int *)8 = 1; }'
it "one that crashes at its end is named" refused ends '-p .*/ends.so: its process died'
hook noise 'printf("noise\\n"); fprintf(stderr, "noise\\n")'
quiet_results() {
	built noise && exits 0 run "$recording" -p "$tmp/noise.so" && grep -q noise "$tmp/err" &&
		python -c "import json; json.load(open('$tmp/out'))"
}
it "what it prints never reaches the results" quiet_results
cat >"$tmp/vanilla.c" <<END
#include <fragreplay/policy.h>
FRAGREPLAY_POLICY(vanilla) = { .abi = FRAGREPLAY_POLICY_ABI, .name = "vanilla", .doc = "d" };
END
it "two columns never have one name" refused vanilla 'both are called vanilla' '' -p vanilla
beside() {
	built nothing && exits 0 run "$recording" --seeds 2 -p "$tmp/nothing.so" -p defrag_mode \
		-p "$tmp/nothing.so" -p vanilla --timeline 1000 -o "$tmp/mixed.json" &&
	exits 0 run "$recording" --seeds 2 -p defrag_mode -p vanilla --timeline 1000 \
		-o "$tmp/builtin.json" && python -c "import json
a, b = json.load(open('$tmp/mixed.json')), json.load(open('$tmp/builtin.json'))
assert [p['policy'] for p in a['policies']] == ['mine', 'defrag_mode', 'mine', 'vanilla']
assert a['policies'][1] == b['policies'][0] and a['policies'][3] == b['policies'][1]
assert a['policies'][0] == a['policies'][2]
assert all(a[k] == b[k] for k in a if k != 'policies')"
}
it "policies stand in the order given, and those built in are as without it" beside
plugin names '.priv_size = 8, .counters = (const struct policy_counter[]){ { .name = "a,b\n=x", .doc = "d" }, { 0 } }'
it "a counter's name is one that tables can hold" refused names "counters: .*letters, digits"
finish
