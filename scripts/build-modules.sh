#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Builds the modules against one kernel. Called by the Makefile and by test scripts.
#
#   scripts/build-modules.sh [--from DIR [--beside]] KDIR OUT [KBUILD-ARGUMENT...]
#
# --from DIR: a test's module, whose sources and Kbuild are in DIR, instead of the driver; --beside:
# with a copy of the driver's sources, which that Kbuild refers to.
# KDIR is the kernel's build directory. OUT receives a copy of the sources and the
# objects, so that several kernels can be built from one tree. One goal a call: two
# goals in one kbuild call overwrite the Makefile in M= on 7.x kernels. A kernel that
# tests/kernels/fetch.sh has unpacked has its own make next to KDIR, which names the compiler. kbuild accepts no path with blanks or
# colons and resolves links: then the objects are in the cache, and OUT receives the modules.
set -eu

from=
beside=
[ "$1" != --from ] || { from=$(cd "$2" && pwd) && shift 2; }
[ "$1" != --beside ] || { beside=1 && shift; }
kdir=$1
out=$2
shift 2
top=$(cd "$(dirname "$0")/.." && pwd)

copy_driver() {
	for dir in kernel compat; do
		mkdir -p "$out/$dir"
		(cd "$top/$dir" && find . -name '*.[ch]') | while read -r f; do
			[ "$out/$dir/$f" -nt "$top/$dir/$f" ] && continue
			mkdir -p "$out/$dir/$(dirname "$f")"
			cp "$top/$dir/$f" "$out/$dir/$f"
		done
	done
	# a file that was removed from the tree is also removed from the copy
	(cd "$out" && find kernel compat -name '*.[ch]' ! -name '*.mod.c') | while read -r f; do
		[ -e "$top/$f" ] || rm -f "$out/$f"
	done
}

mkdir -p "$out"
real=$(cd "$out" && pwd -P)
case $real in
*[[:space:]:]*)
	out=${WRT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/alsa-wavert}/modules/$(printf %s "$real" | cksum | tr ' ' -)
	ls "$real"/*.ko >/dev/null 2>&1 || rm -rf "$out"	# as new as OUT
	mkdir -p "$out"
	;;
esac
out=$(cd "$out" && pwd)
exec 9>"$out/.lock"
flock 9		# parts of make check build the same modules at the same time
if [ -z "$from" ] || [ -n "$beside" ]; then
	copy_driver
fi
if [ -n "$from" ]; then
	cp -u "$from"/* "$out"
else
	cmp -s "$top/Kbuild" "$out/Kbuild" || cp "$top/Kbuild" "$out/Kbuild"
fi
# the compiler and the linker of the kernel
if grep -qs '^CONFIG_CC_IS_CLANG=y' "$kdir/.config"; then
	set -- CC=clang "$@"
	! grep -q '^CONFIG_LD_IS_LLD=y' "$kdir/.config" || set -- LLVM=1 "$@"
fi
make=${kdir%/*}/make
[ -x "$make" ] || make='make'
"$make" --no-print-directory -C "$kdir" "M=$out" CONFIG_DEBUG_INFO_BTF_MODULES= "$@" modules
[ "$out" = "$real" ] || cp "$out"/*.ko "$out"/Module.symvers "$real"
