#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The tree itself: what make install takes along, and that no text names a file that is not there.
. tests/cli/lib.bash

make_quietly() { make -s BUILD="${prog%/*}" DESTDIR="$tmp/root" PREFIX=/usr "$@" >"$tmp/make.log" 2>&1; }

# what make install must put into place, from what there is in the tree
expected() {
	local page

	printf 'bin/%s\n' fragreplay fragreplay-record fragreplay-ci
	for page in doc/*.[157]; do
		echo "share/man/man${page##*.}/${page##*/}"
	done
	printf 'share/doc/fragreplay/%s\n' README.md CONTRIBUTING.md LICENSE .clang-format \
		.editorconfig doc/*.md doc/*.svg doc/*.schema.json doc/*.7 policies/*.c \
		include/fragreplay/*.h scripts/ci/*.yml scripts/ci/criteria.example
	for page in doc/*.schema.json scripts/ci/criteria.example policies/skeleton.c \
		replay/record/events.list; do
		echo "share/fragreplay/${page##*/}"
	done
	for page in include/fragreplay/*.h; do
		echo "include/fragreplay/${page##*/}"
	done
	printf '%s\n' share/pkgconfig/fragreplay.pc share/bash-completion/completions/fragreplay
}
installs() {
	rm -rf "$tmp/root"
	make_quietly install || { cat "$tmp/make.log"; return 1; }
	diff <(expected | sort) <(cd "$tmp/root/usr" && find . -type f -printf '%P\n' | sort)
}
it "make install puts programs, man pages, documents and both headers into place" installs
uninstalls() {
	installs && make_quietly uninstall && ! find "$tmp/root" -type f | grep .
}
it "make uninstall leaves none of these files" uninstalls
records() {
	installs && "$tmp/root/usr/bin/fragreplay-record" --help | grep -q '^usage: fragreplay-record'
}
it "the installed fragreplay-record says how it is used, by its own name" records

plugin_flags() {
	installs && PKG_CONFIG_PATH=$tmp/root/usr/share/pkgconfig \
		pkg-config --define-variable=prefix="$tmp/root/usr" --cflags fragreplay |
		grep -qx -e "-I$tmp/root/usr/include *"
}
it "pkg-config knows where the installed headers are" plugin_flags

ci_refuses() { ! bash .ci/run --fast >"$tmp/ci.log" 2>&1 && [ "$(grep -c "'--fast'" "$tmp/ci.log")" = 1 ]; }
it ".ci/run refuses an argument, and runs nothing" ci_refuses

# The texts that a person reads, and the files of this tree that one of them names: documents, and
# sources by their folder. mine.c is the reader's own policy.
texts() { find parsers policies replay include tests -name '*.[ch]'; ls ./*.md doc/*.md; }
names_of() {
	grep -ohE '[A-Za-z0-9_./-]+\.md\b|\b(parsers|policies|replay|tests|scripts|doc)/[A-Za-z0-9_./-]+\.[ch]\b' \
		"$1" | grep -v '/mine\.c$'
}
named_files_exist() {
	local text name bad=0

	while read -r text; do
		while read -r name; do
			name=${name#./}
			[ -e "$name" ] || [ -e "doc/$name" ] || [ -e "${text%/*}/$name" ] ||
				{ echo "$text names $name"; bad=1; }
		done < <(names_of "$text" | sort -u)
	done < <(texts)
	return $bad
}
it "every document and source file that a text names exists" named_files_exist

# links_of PAGE...: the targets of their links, relative to the top
links_of() {
	local page target

	for page in "$@"; do
		grep -oE '\]\([^)#: ]+' "$page" | sed 's/^](//' | grep -vE '^https?$' | while read -r target; do
			realpath -m --relative-to=. "$(dirname "$page")/$target"
		done
	done
}
links_exist() {
	local target bad=0

	while read -r target; do
		[ -e "$target" ] || { echo "no $target"; bad=1; }
	done < <(links_of ./*.md doc/*.md | sort -u)
	return $bad
}
it "every link of a page leads to a file" links_exist
installed_links_exist() {
	installs && cd "$tmp/root/usr/share/doc/fragreplay" && links_exist
}
it "every link of an installed page leads to an installed file" eval "(installed_links_exist)"
pages_are_linked() {
	local page bad=0

	for page in doc/*.md; do
		links_of $(ls ./*.md doc/*.md | grep -v "^$page$") | grep -qx "$page" ||
			{ echo "no page links to $page"; bad=1; }
	done
	return $bad
}
it "every page of doc/ is linked from README.md or from another page" pages_are_linked
finish
