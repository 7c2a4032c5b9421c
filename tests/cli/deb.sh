#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# make deb: a package that holds what make install brings, and that lintian has nothing against.
. tests/cli/lib.bash

if ! command -v dpkg-shlibdeps >/dev/null; then
	echo "ok 1 # SKIP dpkg-shlibdeps is not installed (apt install dpkg-dev)"
	echo 1..1
	exit 0
fi

# the program is the one that is tested; what is made of it goes elsewhere
make_deb() {
	[ -d "$tmp/unpacked" ] && return
	make -s BUILD="${prog%/*}" DEB_OUT="$tmp" deb >"$tmp/deb.log" 2>&1 &&
		dpkg-deb -x "$tmp"/fragreplay_*.deb "$tmp/unpacked"
}
field() { make_deb && dpkg-deb -f "$tmp"/fragreplay_*.deb "$1" | grep -qE -e "$2"; }
it "the package needs the libraries that the program is linked with" \
	field Depends 'libc6.*libjansson4.*libtraceevent1'
runs() { make_deb && "$tmp/unpacked/usr/bin/fragreplay" --version; }
it "its program runs" runs
manual() {
	local page

	make_deb || return 1
	for page in "$tmp"/unpacked/usr/bin/*; do
		[ -f "$tmp/unpacked/usr/share/man/man1/${page##*/}.1.gz" ] || return 1
	done
}
it "each of its programs has a man page" manual
same_bytes() {
	make_deb && cp "$tmp"/fragreplay_*.deb "$tmp/first" &&
		make -s BUILD="${prog%/*}" DEB_OUT="$tmp" deb >"$tmp/deb.log" 2>&1 &&
		cmp "$tmp/first" "$tmp"/fragreplay_*.deb
}
it "the same sources make the same package" same_bytes
if command -v lintian >/dev/null; then
	clean() {
		make_deb && lintian --allow-root --fail-on error,warning "$tmp"/fragreplay_*.deb
	}
	it "lintian has nothing against it" clean
fi
finish
