#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Prints a directory with a qemu-system-x86_64 that has virtio-sound-pci: this machine's, or QEMU of
# Debian 13 with its libraries, fetched once and unpacked in the cache, not installed. Fails with a
# reason on stderr.
set -eu
cd "$(dirname "$0")/../.."
. scripts/private-apt.sh
dir=${WRT_CACHE:-$HOME/.cache/alsa-wavert}/qemu-trixie
log=$dir/log
qemu=$dir/bin/qemu-system-x86_64

unpack()
{
	rm -rf "${dir:?}/root" "${dir:?}/bin"
	mkdir -p "$dir/root" "$dir/bin" "$dir/apt"
	release_apt "$dir/apt" trixie
	apt-get -q -y -c "$dir/apt/apt.conf" install --download-only --no-install-recommends \
		qemu-system-x86 seabios ipxe-qemu
	for package in "$dir"/apt/cache/archives/*.deb; do
		dpkg -x "$package" "$dir/root"
	done
	rm -f "$dir"/apt/cache/archives/*.deb
	cat >"$qemu" <<-END
		#!/bin/sh
		root=$dir/root
		lib=\$root/usr/lib/x86_64-linux-gnu
		exec "\$lib/ld-linux-x86-64.so.2" --library-path "\$lib" "\$root/usr/bin/qemu-system-x86_64" \\
			-L "\$root/usr/share/qemu" -L "\$root/usr/share/seabios" -L "\$root/usr/lib/ipxe/qemu" "\$@"
	END
	chmod +x "$qemu"
}

# QEMU's exit code is 0 even if it has no such device.
has_device()	# QEMU
{
	"$1" -machine q35 -device virtio-sound-pci,help 2>&1 | grep 'options:' >/dev/null
}

if has_device qemu-system-x86_64; then
	dirname "$(command -v qemu-system-x86_64)"
	exit
fi
mkdir -p "$dir"
exec 9>"$dir/lock"
flock 9
if [ ! -x "$qemu" ]; then
	unpack >"$log" 2>&1 || { tail -n 3 "$log" >&2; exit 1; }
fi
has_device "$qemu" || { echo "QEMU of Debian 13 does not start here" >&2; exit 1; }
echo "$dir/bin"
