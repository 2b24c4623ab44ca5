#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The Debian packages: built in a clean tree of the release this machine runs, checked by
# lintian, installed, upgraded and removed in a second one, and used in a guest. TAP on
# stdout; exit code 0 if nothing failed. Called by `make check-packages`; long.
#
#   tests/packages/run.sh [--keep DIR] [--source DIR]
#
# --keep: work in DIR and keep the trees there. --source: package the sources of DIR.
# Needs root, for chroot. The trees are kept in WRT_CACHE (default ~/.cache/alsa-wavert) until
# there are newer packages; packages come from the mirror of this machine's apt.
#
# WRT_ARCH=arm64: the packages are cross-built, and the second tree is of that architecture. Its
# programs, and so DKMS and the compiler, are run by QEMU's user mode. Leaves out what does not
# depend on the architecture. Needs Linux 6.7.
# shellcheck disable=SC2016 # sh -c
set -u
cd "$(dirname "$0")/../.." || exit
top=$PWD
. tests/guest/bed-common.sh
. scripts/private-apt.sh
. tests/guest/tap.sh
. tests/packages/checks.sh
. tests/packages/emulation.sh

keep=
source=$top
build_packages=build-essential,fakeroot,debhelper,dh-dkms,libasound2-dev,libjansson-dev,libsndfile1-dev,pkg-config,lintian
host=$(dpkg --print-architecture)
arch=${WRT_ARCH:-$host}
clean_packages=linux-image-$arch,linux-headers-$arch,systemd,udev
# the cloud flavour has no sound: a kernel for which the modules cannot be built
[ "$arch" != "$host" ] || clean_packages=$clean_packages,linux-image-cloud-$arch,linux-headers-cloud-$arch
ours="alsa-wavert-dkms libwavert1 libwavert-dev alsa-wavert-utils libasound2-plugin-wavert"

usage()
{
	sed -n '3,/^# shellcheck/{/^# shellcheck/d;s/^# \{0,1\}//p}' "$0"
}

# ---- trees ----------------------------------------------------------------------------

# make_tree NAME TAR PACKAGES
make_tree()
{
	local new address security key release name=$1
	shift
	need mmdebstrap
	echo "# making a clean tree with $2" >&2
	if ! address=$(mirror) || ! security=$(mirror -security); then
		die "apt knows no mirror of this release"
	fi
	key="[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]"
	release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
	new=$(mktemp "$1.XXXXXX")
	INITRD=No in_namespaces "$name" --mount-proc mmdebstrap --quiet --format=tar --variant=minbase \
		--include="$2" --architectures="$(arch_of "$name")" --skip=check/qemu \
		--aptopt='APT::Sandbox::User "root"' "$release" "$new" \
		"deb $key $address $release main" "deb $key $security $release-security main" >&2 ||
		{ rm -f "$new"; die "cannot make the tree $1"; }
	mv "$new" "$1"
}

# new_tree NAME PACKAGES: a copy from the cache, unless there are newer packages
new_tree()
{
	local cache attempt tar
	cache=$(cache_dir)/packages-$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
	mkdir -p "$cache"
	tar=$cache/$1.tar
	[ "$(arch_of "$1")" = "$host" ] || tar=$cache/$1-$arch.tar
	for attempt in 1 2; do
		[ -f "$tar" ] || make_tree "$1" "$tar" "$2"
		rm -rf "${work:?}/$1"
		mkdir "$work/$1"
		tar -C "$work/$1" -xf "$tar"
		inside "$1" sh -c 'apt-get -q update && apt-get -s dist-upgrade' >"$work/$1.log" 2>&1 ||
			{ cat "$work/$1.log" >&2; die "apt does not work in the tree $1"; }
		grep -q '^Inst' "$work/$1.log" || break
		[ "$attempt" = 2 ] || rm "$tar"
	done
	printf '#!/bin/sh\nexit 101\n' >"$work/$1/usr/sbin/policy-rc.d"	# no services
	chmod +x "$work/$1/usr/sbin/policy-rc.d"
}

# inside TREE COMMAND...: with its own /proc and /tmp, which end with the command
inside()
{
	local name=$1 tree=$work/$1
	shift
	in_namespaces "$name" sh -c 'tree=$1 && shift && mount -t proc proc "$tree/proc" &&
		mount -t tmpfs -o mode=1777 tmp "$tree/tmp" && exec chroot "$tree" env -i \
		PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
		DEBIAN_FRONTEND=noninteractive INITRD=No "$@"' sh "$tree" "$@"
}

# ---- building -------------------------------------------------------------------------

# the build dependencies of debian/control; the tree in the cache has most of them
build_dep()
{
	if [ "$arch" = "$host" ]; then
		inside build apt-get -q -y build-dep /first/alsa-wavert
		return
	fi
	inside build sh -c 'dpkg --add-architecture "$0" && apt-get -q update &&
		apt-get -q -y install "crossbuild-essential-$0" && apt-get -q -y build-dep -a "$0" /first/alsa-wavert' "$arch"
}

# copy_source DIR [VERSION]: copies the sources to the tree "build"
copy_source()
{
	"$source/packaging/source-tree.sh" "$work/build$1/alsa-wavert"
	[ -z "${2-}" ] || sed -i "1s/(.*)/($2)/" "$work/build$1/alsa-wavert/debian/changelog"
}

build_in()	# DIR ARGUMENTS...
{
	local dir=$1
	shift
	inside build sh -c 'cd "$0/alsa-wavert" && exec dpkg-buildpackage -us -uc "$@"' "$dir" "$@"
}

same_packages()
{
	local deb bad=0
	for deb in "$work"/build/first/*.deb; do
		cmp "$deb" "$work/build/second-place/${deb##*/}" || bad=1
	done
	return $bad
}

# There is no mail address to name, and lintian has no overrides in .changes files.
lintian()
{
	inside build sh -c 'cd /first && lintian --allow-root --display-info --pedantic \
		--suppress-tags bogus-mail-host,bogus-mail-host-in-debian-changelog \
		--fail-on error,warning,info,pedantic ./*.changes'
}

# builds one program with the installed library, as C and C++, shared and static
develop()
{
	inside build sh -c 'apt-get -q -y install /first/libwavert1_*.deb /first/libwavert-dev_*.deb &&
		cd /root && cat >try.c && flags=$(pkg-config --cflags --libs libwavert) &&
		gcc -Wall -Werror try.c $flags -o shared && ./shared &&
		g++ -Wall -Werror -x c++ try.c -x none $flags -o cplusplus && ./cplusplus &&
		gcc -static try.c $(pkg-config --static --cflags --libs libwavert) -o static && ./static &&
		readelf -d shared | grep -q "NEEDED.*libwavert.so.1"' <<-END
			#include <errno.h>
			#include <wavert.h>

			int main(void)
			{
				struct wavert_device *device;

				return wavert_open(&device, "31") == -ENODEV ? 0 : 1;
			}
		END
}

# make install: every file is below PREFIX, except the link that alsa-lib needs
staged()	# PREFIX
{
	inside build sh -c 'cd /first/alsa-wavert && rm -rf /stage && make -s install \
		DESTDIR=/stage PREFIX=$0 >/dev/null && cd /stage && find . ! -type d | sort' "$1"
}

make_install()
{
	local file
	staged /usr/local >"$work/staged" || return
	for file in bin/wavert lib/libwavert.so.1 lib/libwavert.so lib/libwavert.a include/wavert.h \
		lib/pkgconfig/libwavert.pc include/sound/wavert.h lib/alsa-lib/libasound_module_pcm_wavert.so \
		share/alsa/alsa.conf.d/50-wavert.conf share/doc/alsa-wavert/examples/modprobe.conf; do
		grep -qx "./usr/local/$file" "$work/staged" || { echo "no $file"; return 1; }
	done
	! grep -v '^./usr/local/' "$work/staged" | grep -vx ./etc/alsa/conf.d/50-wavert.conf || return
	grep -qx 'prefix=/usr/local' "$work/build/stage/usr/local/lib/pkgconfig/libwavert.pc" &&
		grep -q '/usr/local/lib/alsa-lib/libasound_module_pcm_wavert.so' \
			"$work/build/stage/usr/local/share/alsa/alsa.conf.d/50-wavert.conf"
}

# ---- all ------------------------------------------------------------------------------

building()
{
	new_tree build $build_packages
	copy_source /first
	version=$(sed -n '1s/.*(\(.*\)).*/\1/p' "$source/debian/changelog")
	check "changelog, library and modules have one version" one_version
	check "apt installs the build dependencies of debian/control" build_dep
	if [ "$arch" = "$host" ]; then
		check "the packages are built in a clean tree" build_in /first
	else
		check "the packages for $arch are built in a clean tree" build_in /first -b -a "$arch"
	fi
	[ -f "$work/build/first/libwavert1_${version}_$arch.deb" ] || { echo "1..$count"; exit 1; }
	[ "$arch" = "$host" ] || return
	copy_source /second-place
	build_in /second-place -b >"$work/second.log" 2>&1
	check "a second build in another directory is the same, byte for byte" same_packages
	copy_source /next "$version.1"
	check "the same sources can be built as a newer version" build_in /next -b
	check "lintian reports nothing" lintian
	check "programs in C and C++ find the library by pkg-config" develop
	check "make install installs everything below PREFIX except the link in /etc" make_install
}

installing()
{
	new_tree clean "$clean_packages"
	kver=$(kernel_of "linux-headers-*[0-9]-$arch")
	unfit=$(kernel_of "linux-headers-*-cloud-$arch")
	state >"$work/before"
	mkdir "$work/clean/debs"
	cp "$work"/build/first/*.deb "$work/clean/debs"
	rm -f "$work/clean/debs"/*-dbgsym_*
	check "apt installs the packages and their dependencies" install_debs
	check "every file is in its place" files_in_place
	check "DKMS has built every module of Kbuild for the kernel with sound" dkms_built "$version"
	check "the modules have the vermagic of the kernel's own" vermagic_fits
	check "modprobe finds the modules and their dependencies" modprobe_finds
	check "the command and the plugin find their libraries" libraries_found
	check "stock udev rules give hwdep nodes to group audio and to the user at the seat" udev_rules
	if [ "$arch" = "$host" ]; then
		check "the kernel without sound is skipped" dkms_passed_over
		check "an upgrade of the kernel without sound succeeds" kernel_upgrade "$unfit"
		check "make sign signs each module" signing
		check "make sign reports its errors: no key, no modules, signed already" signing_errors
	else
		check "wavert doctor accepts headers and modules" doctor_accepts
		check "for another kernel of $arch it names headers that Debian has" doctor_names_debian
		check "for a kernel of Raspberry Pi OS it names the headers by its name" doctor_names 6.12.34+rpt-rpi-2712
		check "for one of its old kernels it names the package of them all" doctor_names 6.1.21-v8+ raspberrypi-kernel-headers
	fi
}

using()
{
	local code
	guest >"$work/guest" 2>"$work/guest.err"
	code=$?
	renumber <"$work/guest"
	[ $code = 0 ] || sed 's/^/# /' "$work/guest.err"
	check "the guest ends without an error" test $code = 0
}

updating()
{
	rm "$work/clean/debs"/*
	cp "$work"/build/next/*.deb "$work/clean/debs"
	rm -f "$work/clean/debs"/*-dbgsym_*
	check "make dkms does not change the files of the package" make_dkms_refuses
	check "apt upgrades to the newer version" install_debs
	check "DKMS has the newer version and nothing of the older one" dkms_built "$version.1"
	check "the kernel without sound is still skipped" dkms_passed_over
}

removing()
{
	# shellcheck disable=SC2086 # a list of names
	check "the packages are removed" apt remove $ours
	check "no module is left" no_modules
	[ "$arch" != "$host" ] || without_packages
	# shellcheck disable=SC2086
	check "the packages are purged with their dependencies" purge $ours
	check "packages and files are those of before the installation" nothing_left
}

without_packages()
{
	check "make dkms installs the modules without packages" make_dkms
	check "dkms remove removes them" remove_dkms
}

while [ $# -gt 0 ]; do
	case $1 in
	--keep | --source) [ $# -ge 2 ] || { usage >&2; exit 2; } ;;
	esac
	case $1 in
	--keep) keep=$2 && shift ;;
	--source) source=$(cd "$2" && pwd) && shift ;;
	--help) usage && exit ;;
	*) usage >&2 && exit 2 ;;
	esac
	shift
done
if [ "$(id -u)" != 0 ]; then
	echo "ok 1 - packages # SKIP needs root, for chroot"
	echo 1..1
	exit
fi
if [ "$arch" != "$host" ] && ! start_emulation; then
	echo "ok 1 - packages # SKIP no emulation of $arch"
	echo 1..1
	exit
fi
mkdir -p build
work=${keep:-$(mktemp -d build/packages.XXXXXX)}
mkdir -p "$work"
work=$(cd "$work" && pwd)
[ -n "$keep" ] || trap 'rm -rf "$work"' EXIT
building
installing
using
[ "$arch" != "$host" ] || updating
removing
echo "1..$count"
[ "$failed" = 0 ]
