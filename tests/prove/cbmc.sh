#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The model checker CBMC and two solvers, kept in the cache. Called by run.sh.
#
# usage: cbmc.sh DIR   installs cbmc, goto-cc, goto-instrument, cvc5, z3 in DIR
#
# Debian 12 has no CBMC, Debian 13 has: its packages are fetched from the mirror that this machine
# is configured for, unpacked, never installed, and run with their own C library. Exit code
# 77 if that is not available; the reason is on stderr.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../guest/bed-common.sh"
. "$here/../../scripts/private-apt.sh"

suite=trixie
programs="cbmc goto-cc goto-instrument cvc5 z3"
packages="cbmc minisat cvc5 libcvc5-1 libcvc5parser1 libcln6 libgmp10 libcryptominisat5-5.11t64"
packages="$packages z3 libz3-4 libc6 libgcc-s1 libstdc++6 zlib1g"
cache=$(cache_dir)/cbmc

skip() { # REASON
	echo "$*" >&2
	exit 77
}

unpack() { # DIR
	private_apt "$1/apt" "$suite" || skip "no $suite at the mirror of this release"
	mkdir "$1/deb" "$1/new"
	# shellcheck disable=SC2086 # a list of names
	(cd "$1/deb" && apt-get -q -c "$1/apt/apt.conf" download $packages) >"$1/log" 2>&1 ||
		skip "the mirror lacks a package of $suite: $(grep '^E:' "$1/log" | head -n 1)"
	for deb in "$1"/deb/*.deb; do
		dpkg -x "$deb" "$1/new"
	done
}

fetch() {
	[ ! -e "$cache/$suite/usr/bin/z3" ] || return 0
	need apt-get dpkg
	work=$(mktemp -d "$cache/new.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	unpack "$work"
	rm -rf "${cache:?}/$suite"
	mv "$work/new" "$cache/$suite"
}

wrap() { # PROGRAM DIR
	root=$cache/$suite/usr
	lib=$root/lib/x86_64-linux-gnu
	cat >"$2/$1" <<-END
		#!/bin/sh
		exec '$lib/ld-linux-x86-64.so.2' --library-path '$lib:$root/lib' '$root/bin/$1' "\$@"
	END
	chmod +x "$2/$1"
}

[ $# -eq 1 ] || die "usage: cbmc.sh DIR"
mkdir -p "$cache" "$1"
exec 9>"$cache/lock"
flock 9
fetch
for program in $programs; do
	wrap "$program" "$1"
	"$1/$program" --version >/dev/null 2>&1 || skip "$program of $suite does not run here"
done
