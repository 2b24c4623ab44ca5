#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# One kernel of the supported range, with the headers to build modules for it: fetched from
# Debian's archive, unpacked into the cache, never installed. Called by run.sh.
#
#   fetch.sh NAME     prints: version, directory of the headers, a `make` for them
#   fetch.sh --list   the names
#
# Kernels of another release than this machine's are built with the compiler of that release if
# ours is too old, in an unpacked tree. Exit code 77: not available; stderr has the reason.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../guest/bed-common.sh"
. "$here/../../scripts/private-apt.sh"

# name, release, pattern of the version; the newest that matches and can be fetched is used
kernels='
5.10      bullseye  5\.10\.0-[0-9]+-amd64
6.1       bookworm  6\.1\.0-[0-9]+-amd64
6.1-rt    bookworm  6\.1\.0-[0-9]+-rt-amd64
6.12      bookworm  6\.12\.[0-9]+\+deb12-amd64
6.12-rt   bookworm  6\.12\.[0-9]+\+deb12-rt-amd64
newest    trixie    [0-9]+\.[0-9]+(\.[0-9]+)?\+deb13-amd64
newest-rt trixie    [0-9]+\.[0-9]+(\.[0-9]+)?\+deb13-rt-amd64
'

skip() {
	echo "$*" >&2
	exit 77
}

suites() { # RELEASE
	case $1 in
	trixie) echo trixie trixie-backports ;;
	*) echo "$1 $1-security" ;;
	esac
}

# Package lists are read once a day.
set_up_apt() { # RELEASE
	apt=$cache/apt-$1
	[ -z "$(find "$apt/ready" -mmin -1440 2>/dev/null)" ] || return 0
	# shellcheck disable=SC2046 # words
	private_apt "$apt" $(suites "$1") || skip "no release $1 at the mirror"
	touch "$apt/ready"
}

candidates() { # PATTERN: versions, newest first
	apt-cache -c "$apt/apt.conf" search --names-only "^linux-image-$1\$" |
		sed -nE "s/^linux-image-($1) .*/\1/p" | sort -rV
}

packages_of() { # VERSION
	apt-cache -c "$apt/apt.conf" depends --recurse --no-recommends --no-suggests --no-conflicts \
		--no-breaks --no-replaces --no-enhances "linux-image-$1" "linux-headers-$1" 2>/dev/null |
		grep '^linux-' | grep -v -e '^linux-base$' -e '^linux-compiler' | sort -u
}

# Changes absolute paths in the Makefile of the headers to this directory.
unpack_kernel() { # VERSION DIR
	local deb vmlinuz
	mkdir "$2/deb"
	# shellcheck disable=SC2046 # words
	(cd "$2/deb" && apt-get -q -c "$apt/apt.conf" download $(packages_of "$1") >log 2>&1) || return 1
	for deb in "$2"/deb/*.deb; do
		dpkg --fsys-tarfile "$deb" | tar -x -C "$2" --keep-directory-symlink
	done
	rm -r "${2:?}/deb"
	[ -e "$2/lib" ] || ln -s usr/lib "$2/lib"
	vmlinuz=$(find "$2/boot" "$2/usr/lib/modules" -name 'vmlinuz*' 2>/dev/null | head -n 1)
	cp "$vmlinuz" "$2/kernel"
	/sbin/depmod -b "$2" "$1"
}

# The compiler and C library of another release, for use with chroot.
unpack_toolchain() { # RELEASE COMPILER
	local root=$cache/toolchain-$1-$2 new deb
	[ ! -d "$root" ] || { echo "$root" && return; }
	new=$(mktemp -d "$root.XXXXXX")
	mkdir -p "$new/deb/partial" "$new/tree"
	apt-get -q -y -c "$apt/apt.conf" -o "Dir::Cache::archives=$new/deb" -o Debug::NoLocking=1 \
		--download-only install "$2" make bash coreutils dash grep sed gawk findutils perl-base \
		libelf1t64 zlib1g libssl3t64 xz-utils diffutils libc-bin file >"$new/log" 2>&1 ||
		skip "cannot fetch $2 of $1: $(grep '^E:' "$new/log" | head -n 1)"
	for deb in "$new"/deb/*.deb; do
		dpkg --fsys-tarfile "$deb" | tar -x -C "$new/tree" --keep-directory-symlink
	done
	ln -sf gawk "$new/tree/usr/bin/awk"
	mv -T "$new/tree" "$root" 2>/dev/null || [ -d "$root" ]
	rm -r "$new"
	echo "$root"
}

# A `make` that runs in that tree, with all files except programs at their usual paths.
chroot_make() { # DIR ROOT
	cat >"$1/make" <<-END
		#!/bin/bash
		# make, with the tools of another release
		exec unshare -m -- bash -c '
			root=\$1 && shift
			for entry in /*; do
				case \$entry in
				/bin | /sbin | /lib* | /usr | /etc | /boot) continue ;;
				esac
				[ ! -d "\$entry" ] || { mkdir -p "\$root\$entry" && mount --rbind "\$entry" "\$root\$entry"; }
			done
			PATH=/usr/sbin:/usr/bin:/sbin:/bin
			exec chroot "\$root" /bin/sh -c "cd \"\\\$0\" && exec make \"\\\$@\"" "\$PWD" "\$@"
		' - '$2' "\$@"
	END
	chmod +x "$1/make"
}

own_make() { # DIR COMPILER
	printf '#!/bin/sh\nexec %s "$@" CC=%s HOSTCC=%s\n' "$(command -v make)" "$2" "$2" >"$1/make"
	chmod +x "$1/make"
}

# The compiler for the headers: ours, unless it is older than the required one.
set_up_make() { # RELEASE HEADERS DIR
	local wanted ours root
	wanted=$(sed -n 's/^CONFIG_GCC_VERSION=\([0-9]*\)[0-9]\{4\}$/\1/p' "$2/.config")
	ours=$(gcc -dumpversion)
	if [ "$wanted" -le "$ours" ]; then
		own_make "$3" gcc
		return
	fi
	root=$(unpack_toolchain "$1" "gcc-$wanted")
	chroot_make "$3" "$root"
}

fetch() { # NAME RELEASE PATTERN
	local version dir new
	set_up_apt "$2"
	for version in $(candidates "$3"); do
		dir=$cache/debian/$version
		if [ ! -e "$dir/headers" ]; then
			new=$(mktemp -d "$cache/debian/new.XXXXXX")
			chmod 755 "$new"
			unpack_kernel "$version" "$new" || { rm -rf "$new" && continue; }
			ln -s "usr/src/linux-headers-$version" "$new/headers"
			rm -rf "$dir"
			mv -T "$new" "$dir"
			sed -i "s#\([ =]\)/usr/src#\1$dir/usr/src#" "$dir/headers/Makefile"
			set_up_make "$2" "$dir/headers" "$dir"
		fi
		echo "$version $dir/headers $dir/make"
		return
	done
	skip "no kernel $1 can be fetched"
}

cache=$(cache_dir)
mkdir -p "$cache/debian"
if [ "${1-}" = --list ]; then
	echo "$kernels" | awk 'NF { print $1 }'
	exit
fi
need apt-get dpkg gcc
exec 9>"$cache/kernels.lock"
flock 9
line=$(echo "$kernels" | awk -v name="${1-}" '$1 == name { print $2, $3 }')
[ -n "$line" ] || die "usage: fetch.sh $("$0" --list | tr '\n' '|' | sed 's/|$//')"
fetch "$1" "${line% *}" "${line#* }"
