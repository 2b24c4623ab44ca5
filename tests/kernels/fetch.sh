#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# One kernel of the supported range, with the headers to build modules for it: fetched from
# Debian's archive, unpacked into the cache, never installed. Called by run.sh.
#
#   fetch.sh NAME            prints: version, directory of the headers, architecture
#   fetch.sh --list [ARCH]   the names (ARCH: of this architecture; default: of this machine's)
#
# Kernels of another release than this machine's are built with the compiler of that release if
# ours is too old, in an unpacked tree. Exit code 77: not available; stderr has the reason.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../guest/bed-common.sh"
. "$here/../../scripts/private-apt.sh"

# name, architecture, release, pattern of the version; the newest that matches and can be fetched is used
kernels='
5.10          amd64   bullseye  5\.10\.0-[0-9]+-amd64
6.1           amd64   bookworm  6\.1\.0-[0-9]+-amd64
6.1-rt        amd64   bookworm  6\.1\.0-[0-9]+-rt-amd64
6.12          amd64   bookworm  6\.12\.[0-9]+\+deb12-amd64
6.12-rt       amd64   bookworm  6\.12\.[0-9]+\+deb12-rt-amd64
newest        amd64   trixie    [0-9]+\.[0-9]+(\.[0-9]+)?\+deb13-amd64
newest-rt     amd64   trixie    [0-9]+\.[0-9]+(\.[0-9]+)?\+deb13-rt-amd64
6.1-arm64     arm64   bookworm  6\.1\.0-[0-9]+-arm64
6.12-arm64    arm64   bookworm  6\.12\.[0-9]+\+deb12-arm64
6.12-arm64-16k arm64  bookworm  6\.12\.[0-9]+\+deb12-arm64-16k
6.1-armhf     armhf   bookworm  6\.1\.0-[0-9]+-armmp-lpae
6.1-i386      i386    bookworm  6\.1\.0-[0-9]+-686
6.12-riscv64  riscv64 trixie    6\.12\.[0-9]+\+deb13-riscv64
'

skip() {
	echo "$*" >&2
	exit 77
}

# Package lists are read once a day. Sets apt.
set_up_apt() { # RELEASE ARCH
	apt=$cache/apt-$1
	apt_arch=
	[ "$2" = "$machine" ] || { apt=$apt-$2 apt_arch=$2; }
	[ -z "$(find "$apt/ready" -mmin -1440 2>/dev/null)" ] || return 0
	case $1-$2 in
	trixie-"$machine") private_apt "$apt" trixie trixie-backports ;;
	*) release_apt "$apt" "$1" ;;
	esac || skip "no release $1 of $2 at the mirror"
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

# The kernel's build tools are programs of the architecture; those of this machine are used for all.
# That of another release may need its C library.
kbuild_tools() { # DIR KBUILD-PACKAGE
	local version=${2#linux-kbuild-} apt apt_arch
	set_up_apt bookworm "$machine"
	for version in "${version%+deb13}" "${version%+deb13}+deb12"; do
		! (cd "$1" && apt-get -q -c "$apt/apt.conf" download "linux-kbuild-$version" >>log 2>&1) || return 0
	done
	return 1
}

unpack_kernel() { # VERSION DIR
	local deb vmlinuz packages kbuild
	mkdir "$2/deb"
	packages=$(packages_of "$1")
	if [ -n "$apt_arch" ]; then
		kbuild=$(grep '^linux-kbuild' <<<"$packages")
		packages=$(grep -v '^linux-kbuild' <<<"$packages")
		kbuild_tools "$2/deb" "$kbuild" || return 1
	fi
	# shellcheck disable=SC2086 # words
	(cd "$2/deb" && apt-get -q -c "$apt/apt.conf" download $packages >>log 2>&1) || return 1
	for deb in "$2"/deb/*.deb; do
		dpkg --fsys-tarfile "$deb" | tar -x -C "$2" --keep-directory-symlink
	done
	rm -r "${2:?}/deb"
	# the name that the headers have for the build tools
	[ -z "$apt_arch" ] || [ -e "$2/usr/lib/$kbuild" ] ||
		ln -s "$(basename "$2"/usr/lib/linux-kbuild-*)" "$2/usr/lib/$kbuild"
	[ -e "$2/lib" ] || ln -s usr/lib "$2/lib"
	vmlinuz=$(find "$2/boot" "$2/usr/lib/modules" -name "vmlinu[xz]*" 2>/dev/null | head -n 1)
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

# The compiler for the headers: ours, unless it is older than the required one, or for another architecture.
set_up_make() { # RELEASE HEADERS DIR ARCH
	local wanted ours root variables
	if [ -n "$apt_arch" ]; then
		variables=$("$here/cross.sh" --build "$4") || exit
		eval "$variables"
		# headers since 6.12 name the tools without a directory
		# shellcheck disable=SC2016 # variables of the script
		printf '#!/bin/sh\nPATH=%s:$PATH exec %s "$@" %s\n' "$(dirname "${WRT_TOOLS:-/usr/bin/}x")" \
			"$(command -v make)" "$WRT_KBUILD" >"$3/make"
		chmod +x "$3/make"
		return
	fi
	wanted=$(sed -n 's/^CONFIG_GCC_VERSION=\([0-9]*\)[0-9]\{4\}$/\1/p' "$2/.config")
	ours=$(gcc -dumpversion)
	if [ "$wanted" -le "$ours" ]; then
		own_make "$3" gcc
		return
	fi
	root=$(unpack_toolchain "$1" "gcc-$wanted")
	chroot_make "$3" "$root"
}

fetch() { # NAME ARCH RELEASE PATTERN
	local version dir new
	set_up_apt "$3" "$2"
	for version in $(candidates "$4"); do
		dir=$cache/debian/$version
		if [ ! -e "$dir/headers" ]; then
			new=$(mktemp -d "$cache/debian/new.XXXXXX")
			chmod 755 "$new"
			unpack_kernel "$version" "$new" || { rm -rf "$new" && continue; }
			ln -s "usr/src/linux-headers-$version" "$new/headers"
			rm -rf "$dir"
			mv -T "$new" "$dir"
			sed -i "s#\([ =]\)/usr/src#\1$dir/usr/src#" "$dir/headers/Makefile"
			set_up_make "$3" "$dir/headers" "$dir" "$2"
		fi
		echo "$version $dir/headers $2"
		return
	done
	skip "no kernel $1 can be fetched"
}

cache=$(cache_dir)
machine=$(dpkg --print-architecture)
mkdir -p "$cache/debian"
if [ "${1-}" = --list ]; then
	echo "$kernels" | awk -v arch="${2:-$machine}" '$2 == arch { print $1 }'
	exit
fi
need apt-get dpkg gcc
exec 9>"$cache/kernels.lock"
flock 9
line=$(echo "$kernels" | awk -v name="${1-}" '$1 == name { print $2, $3, $4 }')
[ -n "$line" ] || die "fetch.sh: no kernel \"${1-}\" (fetch.sh --list)"
read -r arch release pattern <<<"$line"
fetch "$1" "$arch" "$release" "$pattern"
