#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: run.sh [OUT]
#
# Test `fragreplay record` and scripts/record where they are meant to run: on a real kernel, in a
# small emulated guest, and hold what they recorded against the kernel's own counts. Needs
# qemu-system-x86, busybox-static, cpio, trace-cmd, zstd; `make check-guest` builds what it uses of
# the tree. The kernel's package is downloaded once into OUT, by default in the user's cache. Exits
# 0 only when every test passed; 77 when something needed is not there.

set -eu
cd "$(dirname "$0")/../.."
out=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/fragreplay/guest}
build=${BUILD:-build}

for tool in qemu-system-x86_64 busybox cpio dpkg trace-cmd zstd; do
	command -v $tool >/dev/null || { echo "run.sh: $tool is missing: skipped"; exit 77; }
done
[ -x "$build/tests/boot/test_boot" ] || { echo "run.sh: make tests first"; exit 2; }

mkdir -p "$out"
out=$(cd "$out" && pwd)
BUILD=$build sh tests/guest/mkguest.sh "$out" || {
	status=$?
	[ $status -ne 77 ] || echo "run.sh: no guest without a kernel: skipped"
	exit $status
}
rm -rf "$out/rec"
mkdir "$out/rec"
rm -f "$out/disk"
truncate -s 256M "$out/disk"
timeout 900 qemu-system-x86_64 -accel tcg -m 768 -smp 2 -nographic -no-reboot \
	-kernel "$out/vmlinuz" -initrd "$out/initramfs" \
	-append 'console=ttyS0 panic=-1 quiet nokaslr mitigations=off' \
	-drive "file=$out/disk,format=raw,if=virtio" </dev/null >"$out/console" 2>&1 ||
	echo "run.sh: the guest did not end by itself; see $out/console"
tr -d '\r' <"$out/console" | grep -aE '^(not )?ok [0-9]|^1\.\.|^cost:' || true
tr -d '\r' <"$out/console" | grep -aq '^1\.\.' || { tail -n 20 "$out/console"; exit 1; }
failed=$(tr -d '\r' <"$out/console" | grep -ac '^not ok' || true)

tar -xf "$out/disk" -C "$out/rec"
for r in "$out"/rec/*/; do
	marks=$(trace-cmd report -i "$r/trace.dat" 2>/dev/null |
		sed -n 's/.*fragreplay: \(before\|after\) \(begin\|end\)$/\1 \2/p' | tr '\n' ',')
	if [ "$marks" = 'before begin,before end,after begin,after end,' ]; then
		echo "ok - ${r#"$out"/rec/} has its four markers"
	else
		echo "not ok - ${r#"$out"/rec/} has its four markers: $marks"
		failed=$((failed + 1))
	fi
done
for r in own command; do
	"$build/fragreplay" check "$out/rec/$r" --seeds 1 >"$out/check" 2>&1 || true
	observed=$(grep '^observed:' "$out/check" || echo 'observed: nothing')
	if echo "$observed" | awk '{ exit !($4 > 0 && $2 >= 0.999 * $4) }' &&
	   "$build/fragreplay" info "$out/rec/$r" | grep -q '^lost  *0$'; then
		echo "ok - nothing of $r is lost; $observed"
	else
		echo "not ok - nothing of $r is lost; $observed"
		failed=$((failed + 1))
	fi
	records=$("$build/fragreplay" info "$out/rec/$r" | sed -n 's/^records  *//p')
	echo "size of $r: $(wc -c <"$out/rec/$r/trace.dat") bytes, $records records"
done
FRAGREPLAY_RECORDINGS="$out/rec" "$build/tests/boot/test_boot" || failed=$((failed + 1))
rm -f "$out/disk"
[ "$failed" = 0 ]
