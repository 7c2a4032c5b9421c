#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: mkguest.sh OUT
#
# A guest to record in: OUT/vmlinuz from a Debian cloud kernel package, OUT/initramfs with busybox,
# trace-cmd, zstd, fragreplay, scripts/record and tests/guest/init. KERNEL_DEB names a package that is at hand;
# else apt-get downloads the one that linux-image-cloud-amd64 depends on.

set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$1
build=$(cd "${BUILD:-build}" && pwd)

mkdir -p "$out"
cd "$out"
deb=${KERNEL_DEB:-}
if [ -z "$deb" ]; then
	package=$(apt-cache depends linux-image-cloud-amd64 |
		  awk '/Depends: linux-image/ { print $2; exit }')
	[ -n "$package" ] || { echo "mkguest: apt knows no linux-image-cloud-amd64; run apt-get update" >&2; exit 77; }
	ls "$package"_*.deb >/dev/null 2>&1 || apt-get download -q "$package" >&2 || exit 77
	deb=$(ls "$package"_*.deb)
fi
rm -rf kernel root
dpkg -x "$deb" kernel
cp kernel/boot/vmlinuz-* vmlinuz

mkdir -p root/bin root/dev root/proc root/sys root/tmp root/rec root/modules
cp "$(command -v busybox)" root/bin/
for bin in "$(command -v trace-cmd)" "$(command -v zstd)" "$build/fragreplay"; do
	cp "$bin" root/bin/
	ldd "$bin" | awk '{ for (i = 1; i <= NF; i++) if ($i ~ /^\//) print $i }' |
	while read -r lib; do
		mkdir -p "root${lib%/*}"
		cp -L "$lib" "root$lib"
	done
done
n=10
for module in virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_blk; do
	ko=$(find kernel \( -name "$module.ko" -o -name "$module.ko.xz" \) | head -n 1)
	[ -n "$ko" ] || continue	# built in
	n=$((n + 1))
	case $ko in
	*.xz) xz -dc "$ko" >"root/modules/$n-$module.ko" ;;
	*) cp "$ko" "root/modules/$n-$module.ko" ;;
	esac
done
cp "$here/init" root/init
cp "$here/../../scripts/record" root/bin/record
mkdir -p root/share/fragreplay
cp "$here/../../replay/record/events.list" root/share/fragreplay/
chmod +x root/init root/bin/record
(cd root && find . | cpio -o -H newc --quiet | gzip -1) >initramfs
rm -rf kernel root
