#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Builds the modules, or checks one of their files, and prints what is wrong. Called by lint.sh.
#
# usage: lint-kernel.sh build DIRECTORY KBUILD-ARGUMENT...
#        lint-kernel.sh build-32 KERNEL-TREE
#        lint-kernel.sh checkpatch KERNEL-TREE FILE
set -u
cd "$(dirname "$0")/.." || exit
top=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
what=${1-}
shift
case $what in
build)	# rebuilds every object: an old object gives no warnings
	dir=$1
	shift
	rm -rf "$dir"
	if ! scripts/build-modules.sh "$(tests/guest/run --print-kdir)" "$dir" "$@" "-j$(nproc)" >"$work/log" 2>&1; then
		tail "$work/log"
		exit 1
	fi
	! grep -E 'warning|error' "$work/log"
	;;
build-32)
	# A 64-bit division takes a function that no kernel of 32 bits has: the module cannot be
	# loaded. Of the kernel's own symbols there is no list here, so that modpost is no judge.
	rm -rf build/lint-32
	scripts/build-modules.sh "$1" build/lint-32 ARCH=i386 W=1 KBUILD_MODPOST_WARN=1 "-j$(nproc)" \
		>"$work/log" 2>&1 || echo "error: no modules" >>"$work/log"
	grep -v '^WARNING: \(modpost: .*undefined\|modpost: suppressed\|Module.symvers is missing\)' "$work/log" |
		grep -E 'warning:|error:|WARNING|ERROR' >"$work/found"
	nm -A -u build/lint-32/*.ko | grep -E ' __u?(div|mod)[a-z0-9]*$' >>"$work/found"
	cat "$work/found"
	[ ! -s "$work/found" ] && [ "$(find build/lint-32 -maxdepth 1 -name '*.ko' | wc -l)" = 4 ]
	;;
checkpatch)	# it leaves a cache in the current directory, and fails when it has found something
	cd "$work" && perl "$1/scripts/checkpatch.pl" --no-tree --strict --terse --show-types \
		--no-summary -f "$top/$2" 2>&1 | sed "s|^$top/||"
	;;
*)
	echo "lint-kernel.sh: build, build-32 or checkpatch is expected" >&2
	exit 2
	;;
esac
