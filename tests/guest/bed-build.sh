#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Builds the debug kernel of a test environment from Debian's sources, once, and keeps
# it in the cache. Called by hand or by CI; tests/guest/run calls it for the build directory.
#
# usage: bed-build.sh BED          build it unless it exists, print the build directory
#        bed-build.sh --path BED   print the build directory, or fail if it does not exist
#        bed-build.sh --help
#
# BED:   uml         User Mode Linux with KASAN, lockdep and the other checks
#        x86-kasan   the same for QEMU, several processors
#        x86-kcsan   data races, several processors
#        x86-32      no kernel: only the files for building 32-bit modules (scripts/lint.sh)
#
# environment: WRT_BED_EXTRA   a further file of options, for experiments;
#                              such a build is kept in addition to the ordinary one
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/bed-common.sh"

usage() {
	sed -n '3,/^set/{/^set/d;s/^# \{0,1\}//p}' "$0"
}

choose() { # BED
	bed=$1
	kbuild=
	case $bed in
	uml) arch=um targets="linux modules" checks=kasan ;;
	x86-kasan) arch=x86_64 targets="vmlinux modules" checks=kasan ;;
	x86-kcsan)
		arch=x86_64 targets="vmlinux modules" checks=kcsan
		# Of the kernel itself only barriers: KCSAN has to see those of locks.
		# shellcheck disable=SC2016 # for make
		kbuild='KCSAN_INSTRUMENT_BARRIERS=$(if $(filter arch/% kernel/kcsan,$(obj)),,$(is-kernel-object))'
		;;
	x86-32) arch=i386 targets=modules_prepare checks= ;;
	*) die "no bed $bed (uml, x86-kasan, x86-kcsan, x86-32)" ;;
	esac
	beds=$(cache_dir)/$bed
	fragments="$here/32bit.config"
	[ -z "$checks" ] ||
		fragments="$here/common.config $here/debug.config $here/${bed%-*}.config $here/$checks.config"
	fragments="$fragments ${WRT_BED_EXTRA-}"
}

fragment_hash() {
	# shellcheck disable=SC2086 # one word a file
	cat $fragments | grep "^CONFIG_" | sort | sha256sum | cut -c1-12
}

# Builds are named VERSION-HASH; the newest build from these fragments is used.
newest_build() {
	find "$beds" -mindepth 1 -maxdepth 1 -name "[0-9]*-$(fragment_hash)" 2>/dev/null |
		sort -V | tail -n 1 | grep .
}

# Prints "PACKAGE VERSION" of the newest kernel source that apt offers, at least 6.12:
# older kernels have no sound on User Mode Linux.
newest_source() {
	apt-cache --names-only search '^linux-source-[0-9.]+$' | cut -d' ' -f1 |
		sort -V | while read -r package; do
		printf '%s\n' linux-source-6.12 "$package" | sort -VC || continue
		version=$(apt-cache policy "$package" | sed -n 's/^  Candidate: //p')
		[ "$version" = '(none)' ] || echo "$package $version"
	done | tail -n 1
}

unpack_source() { # PACKAGE VERSION DIR
	mkdir "$3/deb"
	deb=$(fetch_deb "$1=$2" "$3/deb")
	dpkg --fsys-tarfile "$deb" | tar -xO "./usr/src/$1.tar.xz" |
		xz -dc -T0 | tar -x -C "$3" --strip-components=1 --one-top-level=tree
	rm -r "$3/deb"
}

report_missing() { # CONFIG FRAGMENT: options asked for that are not in it
	grep '^CONFIG_' "$2" | while IFS= read -r want; do
		case $want in
		*=n) ! grep -q "^${want%=n}=" "$1" ;;
		*) grep -qxF "$want" "$1" ;;
		esac || echo "bed-build.sh: option did not stick: $want" >&2
	done
}

compile() { # TREE
	# shellcheck disable=SC2086 # one word a file
	cat $fragments >"$1/bed.config"
	make -s -C "$1" "ARCH=$arch" KCONFIG_ALLCONFIG="$1/bed.config" allnoconfig
	report_missing "$1/.config" "$1/bed.config"
	# shellcheck disable=SC2086 # words
	nice make -s -C "$1" "ARCH=$arch" -j"$(nproc)" ${kbuild:+KCSAN_SANITIZE=n "$kbuild"} $targets
}

# The directory in which tests/guest/run searches the kernel's own modules
keep_modules() { # TREE
	case $bed in
	x86-32) ;;
	uml)
		mkdir "$1/modules.in-tree"
		(cd "$1" && find sound -name '*.ko' -exec cp -t modules.in-tree {} +)
		;;
	*)
		make -s -C "$1" "ARCH=$arch" INSTALL_MOD_PATH="$1/root" DEPMOD=/sbin/depmod modules_install
		strip --strip-debug -o "$1/kernel.elf" "$1/vmlinux"
		(cd "$1/root" && rm -f lib/modules/*/build lib/modules/*/source)
		;;
	esac
}

# Removes the files that building modules does not need: from 2 GB to some 0.2 GB.
prune() { # TREE
	(
		cd "$1"
		[ ! -f tools/objtool/objtool ] || install -D tools/objtool/objtool keep/objtool/objtool
		find arch -mindepth 1 -maxdepth 1 -type d ! -name um ! -name x86 -exec rm -r {} +
		rm -rf Documentation LICENSES block certs crypto drivers fs init io_uring ipc \
			kernel lib mm net rust samples security sound tools usr virt debian vmlinux vmlinux.o
		find . \( -path ./scripts -o -path ./root -o -path ./modules.in-tree \) -prune -o \
			\( -name '*.[ao]' -o -name '*.cmd' -o -name '*.ko' \) -type f -exec rm {} +
		[ ! -d keep ] || mv keep tools
		[ ! -f kernel.elf ] || mv kernel.elf kernel
	)
}

build() {
	need apt-get apt-cache gcc make flex bison bc xz
	# shellcheck disable=SC2046 # two words wanted
	set -- $(newest_source)
	[ $# -eq 2 ] || die "apt offers no linux-source-6.12 or newer"
	target=$beds/$2-$(fragment_hash)
	[ ! -d "$target" ] || return 0
	work=$(mktemp -d "$beds/new.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	trap 'exit 1' HUP INT TERM
	echo "bed-build.sh: building $1 $2 for bed $bed, this takes some minutes" >&2
	unpack_source "$1" "$2" "$work"
	{ compile "$work/tree" && keep_modules "$work/tree"; } >"$beds/build.log" 2>&1 || {
		tail -n 30 "$beds/build.log" >&2
		die "the build failed, see $beds/build.log"
	}
	grep 'did not stick' "$beds/build.log" >&2 || :
	prune "$work/tree"
	mv "$work/tree" "$target"
}

case ${1-} in
--help) usage ;;
--path)
	choose "${2-}"
	newest_build || die "no bed $bed yet; tests/guest/bed-build.sh $bed builds it"
	;;
*)
	[ $# -eq 1 ] || { usage && exit 125; }
	choose "$1"
	mkdir -p "$beds"
	exec 9>"$beds/lock"
	flock 9
	build
	newest_build
	;;
esac
