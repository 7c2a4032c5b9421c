#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What people type who do not know the program yet: help, words with a wrong key, and Tab.
. tests/cli/lib.bash

# the commands are those that the dispatcher knows
mapfile -t commands < <(sed -n 's/^	{ "\([a-z]*\)", CMD_.*cmd_.*/\1/p' replay/cmd/commands.c)

narrow() {			# no line of $tmp/out is wider than 80 columns
	! grep -E '^.{81}' "$tmp/out"
}
helps() {			# COMMAND ARGUMENT...: help of COMMAND, on stdout, exit 0
	local command=$1

	shift
	exits 0 "$@" && [ ! -s "$tmp/err" ] && head -n 1 "$tmp/out" | grep -q "^usage: fragreplay $command\b" &&
		grep -q -e '-h, --help' "$tmp/out" && narrow
}
overview() { exits 0 "$@" && head -n 1 "$tmp/out" | grep -q 'COMMAND' && narrow; }
names_all() {
	overview help || return 1
	for command in "${commands[@]}"; do
		grep -qE "^  $command  " "$tmp/out" || { echo "$command"; return 1; }
	done
}
own_only() { helps info info -h && ! grep -q -e --seeds "$tmp/out" && grep -q -e --json "$tmp/out"; }

it "there are twelve commands" test ${#commands[@]} -eq 12
it "help names every command" names_all
it "-h is the overview" overview -h
it "--help is the overview" overview --help
for command in "${commands[@]}"; do
	it "$command -h is its help" helps "$command" "$command" -h
	it "$command --help is its help" helps "$command" "$command" --help
	it "help $command is its help" helps "$command" help "$command"
done
it "the help of a command has its own options only" own_only
it "help is there beside other arguments, right or wrong" helps run run /no/such --frob -h
value() { exits 2 run "$recording" --instance -h && ! grep -q usage: "$tmp/out"; }
it "-h is no request where it is another option's value" value
it "an unknown topic is refused, with what may be meant" refuses 'did you mean policies' help polices
it "help takes one command" refuses 'name one' help run diff

it "a command that is nearly right is suggested" refuses 'did you mean check\?' chekc
it "an option that is nearly right is suggested" refuses 'did you mean --policy\?' run --polcy x
it "an option of another command is told whose it is" refuses 'is of run;' check --timeline 3
it "an option that is too short is no guess" refuses 'short for several' run --s 3
it "an option without its value says which" refuses 'needs a value, N' run "$recording" --seeds
it "an option with a value that it has not is refused" refuses 'json takes no value' run --json=1
it "a policy that is nearly right is suggested" refuses 'did you mean vanilla\?' \
	run "$recording" -p vanila
it "half a policy's name is enough for a hint" refuses 'did you mean defrag_mode\?' \
	run "$recording" -p defrag
it "a tunable that is nearly right is suggested" refuses 'did you mean step\?' \
	run "$recording" -p defrag_mode,setp=base
it "a setting that is nearly right is suggested" refuses 'did you mean swappiness\?' \
	run "$recording" --set vm.swapiness=10
make_r() { exits 0 run "$recording" -o "$tmp/r.json" --seeds 1; }
metric() {
	report_of r && echo 'thp_fault_aloc 2%' >"$tmp/criteria" &&
		refuses 'did you mean thp_fault_alloc\?' diff "$tmp/r.json" "$tmp/r.json" --criteria "$tmp/criteria"
}
it "a metric that is nearly right is suggested" metric
far() { refuses 'no such command;' zzzzzz && ! grep -q 'did you mean' "$tmp/err"; }
it "what is near to nothing gets no suggestion" far

narrow_output() { exits 0 "$@" && narrow; }
it "policies fit 80 columns" narrow_output policies
it "features fit 80 columns" narrow_output policies --features

# on_terminal COLUMNS ARGUMENT...: what a terminal of this width gets is in $tmp/out
on_terminal() {
	python -c 'import fcntl, os, pty, struct, sys, termios
def read(fd):
	return os.read(fd, 65536)
columns = int(sys.argv[1])
pid, fd = pty.fork()
if not pid:
	fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
	os.execv(sys.argv[2], sys.argv[2:])
out = b""
try:
	while data := read(fd):
		out += data
except OSError:
	pass
sys.stdout.buffer.write(out)' "$1" "$prog" "${@:2}" | tr -d '\r' | sed 's/\x1b\[[0-9;]*m//g' >"$tmp/out"
	[ -s "$tmp/out" ]
}
make_pair() { exits 0 run "$recording" -p vanilla -p defrag_mode --seeds 2 -o "$tmp/pair.json"; }
fits() { report_of pair && on_terminal 80 "$@" && narrow_all; }
narrow_all() { ! grep -vE '^fragreplay: ' "$tmp/out" | grep -E '^.{81}'; }
wide_table() {
	report_of pair && on_terminal 100 diff "$tmp/pair.json" && grep -q -e '+-' "$tmp/out" &&
		on_terminal 80 diff "$tmp/pair.json" && ! grep -q -e '+-' "$tmp/out" && grep -q 'p=' "$tmp/out"
}
if have_terminals; then
	it "diff fits a terminal of 80 columns" fits diff "$tmp/pair.json"
	it "its summary does" fits diff "$tmp/pair.json" --summary
	it "its list of metrics does" fits diff --list-metrics
	it "run's summary does" fits run "$recording" -q
	it "info does" fits info "$recording"
	it "a table of 100 columns has standard deviations, a narrower one p alone" wide_table
fi

# completes LINE WORD: what bash offers for LINE has WORD
completes() {
	"$prog" completion bash >"$tmp/completion" || return 1
	bash -c '. "$1"
compopt() { :; }	# there is no completion to set options of
COMP_LINE=$2 COMP_POINT=${#2} COMP_WORDBREAKS=" :="
_fragreplay
printf "%s\n" "${COMPREPLY[@]}"' - "$tmp/completion" "$1" >"$tmp/offered"
	grep -qxF -e "$2" "$tmp/offered" || { echo "not offered for '$1': $2"; cat "$tmp/offered"; return 1; }
}
no_other() { completes "$1" "$2" && [ "$(wc -l <"$tmp/offered")" -eq 1 ]; }
it "bash completes a command" no_other 'fragreplay pol' policies
it "bash completes an option" no_other 'fragreplay run --time' --timeline
not_others() { completes 'fragreplay info --' --json && ! grep -q seeds "$tmp/offered"; }
it "bash offers no option of another command" not_others
it "bash completes a policy" no_other 'fragreplay run x -p van' vanilla
it "bash completes a tunable" completes 'fragreplay run x -p defrag_mode,st' defrag_mode,step=
it "bash completes what every policy takes" completes 'fragreplay run x -p vanilla,f' vanilla,filemap=wilcox
it "bash completes a second setting" completes 'fragreplay run x -p spb,order=3,ve' 3,version=
it "bash completes a metric" completes 'fragreplay diff --threshold thp_fault_al' thp_fault_alloc=
it "bash completes a setting" no_other 'fragreplay run --set swapp' swappiness=
it "bash completes a format" no_other 'fragreplay diff a.json --format mark' markdown
it "bash completes a value after =, which ends a word for it" no_other 'fragreplay view --color=al' always
it "bash completes a command to be helped with" no_other 'fragreplay help dif' diff
it "bash completes a file" completes 'fragreplay view READ' README.md
every_option() {
	local command

	for command in "${commands[@]}"; do
		exits 0 "$command" -h || return 1
		for option in $(grep -oE '^  (-., |    )--[a-z-]+' "$tmp/out" | grep -oE -e '--[a-z-]+'); do
			completes "fragreplay $command $option" "$option" || return 1
		done
	done
}
it "bash offers every option that the help has" every_option
it "another shell is refused" refuses 'name a shell' completion csh
finish
