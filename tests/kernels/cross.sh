#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Compiler, emulator and C libraries for the guests of another architecture: fetched from Debian's
# archive and unpacked into the cache. They are never installed, since Debian's cross compilers
# conflict with gcc-multilib. Called by fetch.sh, run.sh, tests/guest/run and tests/check.sh.
#
#   cross.sh ARCH           prints variables for the shell
#   cross.sh --build ARCH   only those for building modules: fetches less
#   cross.sh --user ARCH    only WRT_QEMU_USER, which runs one program of ARCH on this kernel
#   cross.sh --list         the architectures, by Debian's names
#
#   WRT_ARCH          ARCH
#   WRT_KBUILD        arguments of make for kernel modules
#   WRT_TOOLS         prefix of the binutils
#   WRT_CC, WRT_CC32  compilers for programs, and for 32-bit programs on the same kernel
#   WRT_SYSROOT       libraries and programs of the architecture
#   WRT_PKG_CONFIG    pkg-config for these libraries
#   PATH              with the emulator
#
# Exit code 77: not available; stderr has the reason.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../guest/bed-common.sh"
. "$here/../../scripts/private-apt.sh"

# architecture, the kernel's name for it, GNU triplet, package of the emulator
architectures='
arm64    arm64   aarch64-linux-gnu    qemu-system-arm
armhf    arm     arm-linux-gnueabihf  qemu-system-arm
i386     i386    i386-linux-gnu       qemu-system-x86
riscv64  riscv   riscv64-linux-gnu    -
'

# What the test programs are linked with, and the programs that tests run in guests
libraries="libc6-dev libasound2-dev libsndfile1-dev libjansson-dev libkmod-dev liburing-dev busybox-static
	alsa-utils bsdutils coreutils kmod libncursesw6 ncurses-base"

skip() {
	echo "cross.sh: $*" >&2
	exit 77
}

# Removed when this script ends
new_dir() {
	new=$(mktemp -d "$cross/new.XXXXXX")
	trap 'rm -rf "$new"' EXIT	# also where this runs in a subshell
	mkdir -p "$new/deb/partial" "$new/tree"
}

# fetch PACKAGES APT-OPTION...: unpacks packages, and those that they depend on, into $new/tree
fetch() {
	local packages=$1 deb
	shift
	# shellcheck disable=SC2086 # words
	apt-get -q -y "$@" --download-only --no-install-recommends -o APT::Sandbox::User=root \
		-o "Dir::Cache::archives=$new/deb" -o Debug::NoLocking=1 install $packages >"$new/log" 2>&1 ||
		skip "cannot fetch $packages: $(grep '^E:' "$new/log" | head -n 1)"
	for deb in "$new"/deb/*.deb; do
		[ ! -e "$deb" ] || dpkg --fsys-tarfile "$deb" | tar -x -C "$new/tree" --keep-directory-symlink
	done
}

# Each program is called through a script that sets its library path. The compiler's own C library
# names files in /usr; a sysroot replaces it.
fetch_tools() { # DIR PACKAGES
	local file
	[ ! -d "$1" ] || return 0
	new_dir
	fetch "$2"
	for file in "$new"/tree/usr/*-linux-gnu*; do
		rm -rf "$file"/include "$file"/lib/libc.so "$file"/lib/*.a
	done
	mkdir "$new/tree/bin"
	for file in "$new"/tree/usr/bin/*-linux-gnu* "$new"/tree/usr/bin/qemu-system-*; do
		[ -e "$file" ] || continue
		file=${file##*/}
		printf '#!/bin/sh\nLD_LIBRARY_PATH=%s exec %s "$@"\n' \
			"$1/usr/lib/$(gcc -print-multiarch)" "$1/usr/bin/$file" >"$new/tree/bin/$file"
	done
	find "$new/tree/bin" -type f -exec chmod +x {} +
	mv -T "$new/tree" "$1"
	rm -r "$new"
}

fetch_sysroot() { # DIR ARCH
	local release
	[ ! -d "$1" ] || return 0
	release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
	new_dir
	apt_arch=$2 release_apt "$new/apt" "$release" ||
		skip "no architecture $2 in release $release at the mirror"
	fetch "$libraries" -c "$new/apt/apt.conf"
	mv -T "$new/tree" "$1"
	rm -r "$new"
}

# row ARCH: sets kernel_arch, triplet and emulator
row() {
	local line
	line=$(echo "$architectures" | awk -v arch="$1" '$1 == arch { print $2, $3, $4 }')
	[ -n "$line" ] || die "no architecture \"$1\" ($("$0" --list | tr '\n' ' '))"
	read -r kernel_arch triplet emulator <<<"$line"
}

# Names of the cache change with the lists above, so that a change of a list fetches again.
digest() { # TEXT
	sha256sum <<<"$*" | cut -c1-8
}

tools_of() { # ARCH: prints the directory with the compiler
	local packages=gcc-$version-$triplet dir
	dir=$cross/tools-$1-$(digest "$packages")
	fetch_tools "$dir" "$packages"
	echo "$dir"
}

emulator_of() {
	local dir
	dir=$cross/$emulator
	fetch_tools "$dir" "$emulator"
	echo "$dir"
}

sysroot_of() { # ARCH
	local dir
	dir=$cross/sysroot-$1-$(digest "$libraries")
	fetch_sysroot "$dir" "$1"
	echo "$dir"
}

for_modules() { # ARCH
	local prefix
	echo "export WRT_ARCH=$1"
	if [ "$1" = i386 ]; then
		echo "export WRT_KBUILD='ARCH=i386 CC=gcc HOSTCC=gcc' WRT_TOOLS="
		return
	fi
	prefix=$(tools_of "$1")/bin/$triplet- || exit
	echo "export WRT_KBUILD='ARCH=$kernel_arch CC=${prefix}gcc-$version HOSTCC=gcc CROSS_COMPILE=$prefix' WRT_TOOLS=$prefix"
}

compiler() { # ARCH: for programs
	local dir sysroot
	row "$1"
	sysroot=$(sysroot_of "$1") || exit
	if [ "$1" = i386 ]; then
		echo "gcc -m32 --sysroot=$sysroot"
		return
	fi
	dir=$(tools_of "$1") || exit
	# 32-bit programs also have to run on kernels with larger pages
	echo "$dir/bin/$triplet-gcc-$version --sysroot=$sysroot$([ "$1" != armhf ] || echo ' -Wl,-z,max-page-size=65536')"
}

for_programs() { # ARCH
	local cc cc32 dir sysroot
	dir=$(emulator_of) || exit
	cc=$(compiler "$1") || exit
	sysroot=$(sysroot_of "$1") || exit
	case $1 in
	arm64) cc32=$(compiler armhf) || exit ;;	# in a subshell: the row is not changed
	*) cc32=$cc ;;
	esac
	echo "export WRT_CC='$cc' WRT_CC32='$cc32' WRT_SYSROOT=$sysroot PATH=$dir/bin:\$PATH"
	echo "export WRT_PKG_CONFIG='env PKG_CONFIG_LIBDIR=$sysroot/usr/lib/$triplet/pkgconfig PKG_CONFIG_SYSROOT_DIR=$sysroot pkg-config'"
}

# The package has an emulator for each architecture.
user_emulator() {
	local bin=$cross/qemu-user-$triplet/usr/bin name=qemu-${triplet%%-*}-static
	fetch_tools "$cross/qemu-user-$triplet" qemu-user-static
	find "$bin" -type f ! -name "$name" -delete
	echo "export WRT_QEMU_USER=$bin/$name"
}

only=
case ${1-} in
--list) echo "$architectures" | awk 'NF { print $1 }' && exit ;;
--help | '') sed -n '3,/^set/{/^set/d;s/^# \{0,1\}//p}' "$0" && exit ;;
--build | --user) only=$1 && shift ;;
esac
need apt-get dpkg gcc
cross=$(cache_dir)/cross
version=$(gcc -dumpversion)
mkdir -p "$cross"
exec 9>"$cross/lock"
flock 9
row "$1"
case $only in
--user) user_emulator ;;
--build) for_modules "$1" ;;
*) for_modules "$1" && for_programs "$1" ;;
esac
