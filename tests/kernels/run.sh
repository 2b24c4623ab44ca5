#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The guest suite on every supported kernel: modules built with W=1 without a warning, then
# the parts of guest-debian and guest-hw in QEMU. make check-kernels and check-arch; long.
# On 32-bit kernels: interface, conformance, removal and stress. For riscv64: modules only.
#
#   run.sh [--build-only] [NAME...]   names of fetch.sh --list; default: those of this machine
#   run.sh --table [ARCH...]          print the stored results (default: of this machine's kernels)
#
# TAP of all parts; the results are stored in build/kernels/NAME.result.
set -u
cd "$(dirname "$0")/../.." || exit
top=$PWD
out=$top/build/kernels
bad=0
build_only=

result() { # NAME VERSION TEXT
	printf '%s\t%s\t%s\n' "$1" "$2" "$3" >"$out/$1.result"
}

fail() { # NAME VERSION WHAT LOG
	bad=1
	echo "not ok - kernel $1: $3"
	tail -n 20 "$4" | sed 's/^/# /'
	result "$1" "$2" "$3"
}

build() { # NAME VERSION HEADERS
	scripts/build-modules.sh "$3" "build/$2" W=1 "-j$(nproc)" >"$out/$1.build" 2>&1 || {
		fail "$1" "$2" "modules do not build" "$out/$1.build"
		return 1
	}
	# except a warning of the kernel's own Makefile about a tool that modules do not need
	if grep -i 'warning' "$out/$1.build" | grep -v 'pahole version differs' >"$out/$1.warnings"; then
		fail "$1" "$2" "modules build with warnings" "$out/$1.warnings"
		return 1
	fi
	echo "ok - kernel $1 ($2): modules build with W=1, no warning"
}

run_guest() { # NAME VERSION HEADERS ARCH
	local line parts="guest-debian guest-hw" only=
	case $4 in
	armhf | i386)
		parts=guest-debian
		only='debian-(abi|read|old-client-32|unplug|mappings|race|page|stress|abuse|conformance)$'
		;;
	esac
	# shellcheck disable=SC2086 # words
	ONLY=$only WRT_ARCH=$4 WRT_KDIR=$3 MODULE_FLAGS=W=1 LOGS=$out/$1.logs \
		tests/check.sh $parts >"$out/$1.tap" 2>&1 || bad=1
	line=$(tail -n 1 "$out/$1.tap")
	grep -E '^(not )?ok |^#' "$out/$1.tap" | sed -E "s/^(not )?ok [0-9]* *-/\1ok - kernel $1:/"
	result "$1" "$2" "$line"
}

kernel() { # NAME
	local found
	found=$(tests/kernels/fetch.sh "$1" 2>"$out/$1.fetch")
	case $? in
	0) ;;
	77)
		echo "ok - kernel $1 # SKIP $(tail -n 1 "$out/$1.fetch")"
		result "$1" - "not to be had: $(tail -n 1 "$out/$1.fetch")"
		return
		;;
	*) fail "$1" - "cannot be fetched" "$out/$1.fetch" && return ;;
	esac
	# shellcheck disable=SC2086 # words
	set -- "$1" $found
	build "$@" || return
	if [ "$4" = riscv64 ]; then
		result "$1" "$2" "modules built, not run"
	elif [ -z "$build_only" ]; then
		run_guest "$@"
	fi
}

# The results of the last runs
table() {
	local name arch
	echo '| kernel | version | guest suite |'
	echo '|---|---|---|'
	for name in $(for arch in "${@:-}"; do tests/kernels/fetch.sh --list "$arch"; done); do
		[ -s "$out/$name.result" ] || { echo "run.sh: kernel $name has not been run" >&2; return 1; }
		awk -F '\t' '{ print "| " $1 " | " $2 " | " $3 " |" }' "$out/$name.result"
	done
}

mkdir -p "$out"
case ${1-} in
--table) shift && table "$@" && exit ;;
--build-only) build_only=1 && shift ;;
esac
# shellcheck disable=SC2046 # words
[ $# -gt 0 ] || set -- $(tests/kernels/fetch.sh --list)
for name; do
	kernel "$name"
done
exit $bad
