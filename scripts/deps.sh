#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Installs the Debian packages that a part of the project needs, if they are missing.
# Called by hand and by CI.
#
# usage: deps.sh GROUP...
#        deps.sh --for PART...   the groups that these parts of tests/check.sh need
#
#   build   the kernel modules, the library and the tools
#   guest   the QEMU test environment (tests/guest/run)
#   kernels building debug kernels (tests/guest/bed-build.sh)
#   unit    unit tests on the host
#   prove   proofs (the model checker itself is fetched into the cache)
#   lint    static checks
#   packages building Debian packages and testing them in a clean tree
#   programs audio programs that are tested in guests (tests/programs/run.sh)
#   abi32   static 32-bit test programs
#   doc     the HTML page of the interfaces (make doc)
#   nt      the Windows driver binary, Wine to run it, a browser for the report (tests/nt/run.sh)
#   all     all of these
set -eu

# What has another name on another architecture: the flavour of Debian's kernel, the emulator, the
# compiler for 32-bit programs; Wine runs x86-64 programs on x86-64 only
machine=$(dpkg --print-architecture)
flavour=$machine qemu=qemu-system-misc abi32='' wine=''
case $machine in
amd64) qemu=qemu-system-x86 abi32="gcc-multilib libc6-dev-i386" wine="wine wine64" ;;
arm64) qemu=qemu-system-arm abi32=gcc-arm-linux-gnueabihf ;;
armhf) flavour=armmp-lpae qemu=qemu-system-arm ;;
i386) flavour=686 qemu=qemu-system-x86 ;;
esac
headers=linux-headers-$flavour
# Raspberry Pi OS for 32 bits has only the headers of its own kernels.
[ ! -e "/lib/modules/$(uname -r)/build/Makefile" ] || apt-cache show "$headers" >/dev/null 2>&1 || headers=

# shellcheck disable=SC2086 # variables of several words, or none
packages() { # GROUP
	case $1 in
	build) echo gcc make libc6-dev $headers kmod pkg-config libasound2-dev libsndfile1-dev libjansson-dev libkmod-dev ;;
	guest) echo gcc libc6-dev libasound2-dev bsdutils ncurses-base $qemu busybox-static cpio kmod xz-utils binutils alsa-utils liburing-dev python3-jsonschema $headers ;;
	kernels) echo gcc make libc6-dev libelf-dev flex bison bc xz-utils kmod busybox-static cpio binutils ;;
	unit) echo gcc g++ make libc6-dev libjansson-dev libsndfile1-dev libkmod-dev liburing-dev man-db zsh fish python3-jsonschema libcmocka-dev clang libclang-rt-14-dev gcc-mingw-w64-x86-64-win32 ;;
	lint) echo gcc make libc6-dev libsndfile1-dev libjansson-dev libkmod-dev liburing-dev libasound2-dev sparse cppcheck clang clang-tidy coccinelle shellcheck gcc-mingw-w64-x86-64-win32 ;;
	prove) echo gcc make libc6-dev binutils ;;
	packages) echo dpkg-dev debhelper dh-dkms gcc make libc6-dev pkg-config libasound2-dev libjansson-dev libkmod-dev libsndfile1-dev mmdebstrap openssl ;;
	programs) echo gcc make libc6-dev pkg-config libasound2-dev libsndfile1-dev $headers \
		$qemu busybox-static cpio kmod xz-utils binutils alsa-utils sox libsox-fmt-alsa \
		ffmpeg gstreamer1.0-tools gstreamer1.0-alsa gstreamer1.0-plugins-base portaudio19-dev \
		jackd2 libjack-jackd2-dev pipewire pipewire-bin libspa-0.2-modules mpd mpc pulseaudio \
		pulseaudio-utils sndiod sndio-tools mpv gcc-mingw-w64-x86-64-win32 $wine ;;
	doc) echo perl python3-sphinx $headers ;;
	abi32) echo gcc $abi32 ;;
	nt) echo gcc make libc6-dev libcmocka-dev libasound2-dev libjansson-dev libkmod-dev libsndfile1-dev \
		gcc-mingw-w64-x86-64-win32 $wine chromium netpbm procps openssl osslsigncode ;;
	all) for name in build guest kernels unit prove lint packages abi32 doc nt; do packages $name; done ;;
	*) echo "deps.sh: unknown group $1" >&2 && return 2 ;;
	esac
}

# tests/check.sh reports an unknown part.
groups() { # PART...
	for part; do
		case $part in
		lint) echo build lint abi32 kernels ;;
		unit | fuzz | conformance | host-clang) echo unit ;;
		userspace) echo build unit ;;
		prove) echo prove ;;
		guest-debian | guest-hw | guest-long | guest-programs) echo build guest unit abi32 ;;
		guest-runner | guest-uml | guest-x86-* | fuzz-abi | failnth) echo build guest unit abi32 kernels ;;
		demo | hw) echo build guest ;;
		nt | nt-models) echo build guest nt ;;
		esac
	done
}

usage() {
	sed -n '3,/^set/{/^set/d;s/^# \{0,1\}//p}' "$0"
}

installed() { # PACKAGE
	dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null | grep -q '^ii'
}

missing_packages() { # GROUP...
	for group; do
		list=$(packages "$group") || exit
		for package in $list; do
			installed "$package" || echo "$package"
		done
	done
}

quietly() { # COMMAND...: prints its output only if it fails, or on a terminal
	[ ! -t 2 ] || { "$@" >&2 && return || exit; }
	log=$("$@" 2>&1) || {
		echo "$log" >&2
		exit 1
	}
}

install_packages() { # PACKAGE...
	if [ "$(id -u)" -eq 0 ]; then
		as_root=
	elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
		as_root=sudo
	else
		echo "deps.sh: missing packages, install them as root: apt-get install $*" >&2
		exit 1
	fi
	echo "deps.sh: installing $*" >&2
	quietly $as_root apt-get -q update
	quietly $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
		-o DPkg::Lock::Timeout=300 install --no-install-recommends "$@"
}

case ${1-} in
'' | --help)
	usage
	[ $# -gt 0 ] && exit || exit 2
	;;
--for)
	shift
	# shellcheck disable=SC2046 # words
	set -- $(groups "$@")
	;;
esac
missing=$(missing_packages "$@")
# shellcheck disable=SC2086 # a list of names
[ -z "$missing" ] || install_packages $missing
