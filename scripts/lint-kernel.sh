#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Builds the modules, or checks one of their files, and prints the findings. Called by lint.sh.
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
	# A 64-bit division needs a function that 32-bit kernels do not have: the module cannot be
	# loaded. There is no list of the kernel's symbols here, so modpost cannot check this.
	rm -rf build/lint-32
	scripts/build-modules.sh "$1" build/lint-32 ARCH=i386 W=1 KBUILD_MODPOST_WARN=1 "-j$(nproc)" \
		>"$work/log" 2>&1 || echo "error: no modules" >>"$work/log"
	grep -v '^WARNING: \(modpost: .*undefined\|modpost: suppressed\|Module.symvers is missing\)' "$work/log" |
		grep -E 'warning:|error:|WARNING|ERROR' >"$work/found"
	nm -A -u build/lint-32/*.ko | grep -E ' __u?(div|mod)[a-z0-9]*$' >>"$work/found"
	[ ! -s "$work/found" ] || tail -n 5 "$work/log" >>"$work/found"
	cat "$work/found"
	[ ! -s "$work/found" ] && [ "$(find build/lint-32 -maxdepth 1 -name '*.ko' | wc -l)" = 4 ]
	;;
checkpatch)	# checkpatch writes a cache to the current directory, and ends with 1 if it has findings
	cd "$work" || exit
	perl "$1/scripts/checkpatch.pl" --no-tree --strict --terse --show-types \
		--no-summary -f "$top/$2" >"$work/found" 2>&1
	code=$?
	sed "s|^$top/||" "$work/found"
	[ $code -le 1 ]		# not kept (kept.sh) if it was killed
	;;
*)
	echo "lint-kernel.sh: build, build-32 or checkpatch is expected" >&2
	exit 2
	;;
esac
