# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Small helpers of the test environments; sourced by run and bed-build.sh.

LC_ALL=C
export LC_ALL

die() {
	echo "${0##*/}: $*" >&2
	exit 125
}

need() {
	for tool; do
		command -v "$tool" >/dev/null || die "$tool is missing (see scripts/deps.sh)"
	done
}

cache_dir() {
	echo "${WRT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/alsa-wavert}"
}

# fetch_deb PACKAGE[=VERSION] DIR: downloads the .deb of PACKAGE to DIR, prints its path
fetch_deb() {
	need apt-get
	(cd "$2" && apt-get -q -o APT::Sandbox::User=root download "$1" >apt.log 2>&1) || {
		cat "$2/apt.log" >&2
		die "cannot download $1 (try apt-get update)"
	}
	find "$2" -name '*.deb'
}
