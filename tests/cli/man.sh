#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The man pages have what the help has: a page for each command, and each option in it, and no other.
. tests/cli/lib.bash

# what fragreplay.1 itself describes
small='help version'
mapfile -t commands < <("$prog" help | sed -n 's/^  \([a-z][a-z]*\)  .*/\1/p' | grep -vxE "${small// /|}")

options_of() { "$prog" "$1" -h | sed -n 's/^  \(-., \|    \)--\([a-z-]*\).*/\2/p' | sort -u; }
# the items of the list of options: .It Fl o , -output Ar file
options_in() {
	sed -n '/^\.Sh OPTIONS/,/^\.El/p' "doc/fragreplay-$1.1" |
		sed -n 's/^\.It Fl \([a-z] , \)\?-\([a-z-]*\).*/\2/p' | sort
}
alike() { diff <(options_of "$1") <(options_in "$1"); }
refers() { grep -q "^\.Xr fragreplay-$1 1" doc/fragreplay.1; }
# of a command, or of a script that is installed as fragreplay-NAME
no_stray() {
	local page command scripts

	scripts=$(sed -n 's/^	install .*(BINDIR)\/fragreplay-\([a-z]*\)$/\1/p' Makefile | tr '\n' ' ')
	for page in doc/fragreplay-*.1; do
		command=${page#doc/fragreplay-}
		[[ " ${commands[*]} $scripts " = *" ${command%.1} "* ]] || { echo "$page"; return 1; }
	done
}
# a reference to a page or a section that is not there
dead() {
	local page name section

	for page in doc/*.[17]; do
		while read -r _ name section _; do
			[[ $name != fragreplay* ]] || [ -e "doc/$name.$section" ] || echo "$page: $name($section)"
		done < <(grep '^\.Xr' "$page")
		while read -r _ name; do
			grep -qE "^\.S[hs] ${name% .}$" "$page" || echo "$page: $name"
		done < <(grep '^\.Sx' "$page")
	done
}
no_dead() { [ -z "$(dead)" ] || { dead; return 1; }; }
exits_of() { grep -q '^\.Sh EXIT STATUS' "doc/fragreplay-$1.1"; }
formed() {
	local page

	for page in doc/*.[17]; do
		groff -mandoc -ww -Tascii "$page" 2>&1 >/dev/null | sed "s|^|$page: |"
	done >"$tmp/wrong"
	[ ! -s "$tmp/wrong" ] || { cat "$tmp/wrong"; return 1; }
}
installed() {
	make -s install DESTDIR="$tmp/root" PREFIX=/usr BUILD="$(dirname "$prog")" >/dev/null || return 1
	for command in "${commands[@]}"; do
		[ -s "$tmp/root/usr/share/man/man1/fragreplay-$command.1" ] || return 1
	done
	grep -q '^complete' "$tmp/root/usr/share/bash-completion/completions/fragreplay" &&
		make -s uninstall DESTDIR="$tmp/root" PREFIX=/usr &&
		[ -z "$(find "$tmp/root" -type f)" ]
}

it "there are ten commands with a page" test ${#commands[@]} -eq 10
for command in "${commands[@]}"; do
	it "fragreplay-$command(1) has the options of the help, and no other" alike "$command"
	it "fragreplay-$command(1) has the exit codes" exits_of "$command"
	it "fragreplay(1) refers to fragreplay-$command(1)" refers "$command"
done
it "no page is of a command or script that there is not" no_stray
it "no reference leads nowhere" no_dead
if command -v groff >/dev/null; then
	it "groff has nothing to say about them" formed
fi
it "they are installed with the completion of bash, and taken away again" installed
finish
