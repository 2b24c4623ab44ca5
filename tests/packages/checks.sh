# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2016,SC2034,SC2154 # sh -c; variables of run.sh
# The checks of run.sh: each function is one check; it prints what it found and fails if that is
# wrong. $work/build and $work/clean are the trees, $source the sources, $version the version
# of the packages, $kver a kernel with sound and $unfit one without.

# ---- TAP of guests -------------------------------------------------------------------

. tests/renumber.sh

# ---- sources --------------------------------------------------------------------------

one_version()
{
	grep -x "VERSION := $version" "$source/userspace/Makefile" || return
	grep -rh '^MODULE_VERSION' "$source/kernel" | sort | uniq -c
	! grep -rh '^MODULE_VERSION' "$source/kernel" | grep -v "\"$version\""
}

# ---- installation ---------------------------------------------------------------------

apt()	# ARGUMENTS...: in the tree "clean"
{
	inside clean sh -c 'apt-get -q -y --no-install-recommends "$@" && test -z "$(dpkg --audit)"' \
		sh "$@"
}

# the packages in /debs of the tree
install_debs()
{
	# shellcheck disable=SC2046 # a list of names
	apt install $(cd "$work/clean" && printf '/%s\n' debs/*.deb)
}

# The kernel version of the newest headers that match
kernel_of()	# PATTERN
{
	find "$work/clean/usr/src" -maxdepth 1 -name "$1" | sed 's/.*linux-headers-//' | sort -V | tail -n 1
}

# Packages, and files that no package owns, except caches, logs and the records of dpkg and apt
state()
{
	inside clean dpkg-query -W -f 'package ${db:Status-Abbrev} ${Package} ${Version}\n'
	inside clean sh -c 'cat /var/lib/dpkg/info/*.list | sort -u >/tmp/owned
		find / -xdev \( -path /proc -o -path /tmp -o -path /debs -o -path /root -o -path /var/cache \
			-o -path /var/log -o -path /var/lib/dpkg -o -path /var/lib/apt \
			-o -path /etc/ld.so.cache \) -prune -o -print | sort >/tmp/all
		# a merged /usr: packages may own a path by its old name
		sed -n "s#^/\(bin\|sbin\|lib\|lib64\)/#/usr&#p" /tmp/owned | sort -u - /tmp/owned >/tmp/both
		comm -23 /tmp/all /tmp/both'
}

multiarch()
{
	dpkg-architecture -a "$arch" -q DEB_HOST_MULTIARCH
}

owner_is()	# PACKAGE PATH
{
	inside clean dpkg-query -S "$2" | grep "^$1[:,]" && inside clean test -e "$2" && return
	echo "$2 is not of $1" && return 1
}

files_in_place()
{
	local lib
	lib=/usr/lib/$(multiarch)
	owner_is alsa-wavert-dkms "/usr/src/alsa-wavert-$version/dkms.conf" &&
		owner_is alsa-wavert-dkms "/usr/src/alsa-wavert-$version/Kbuild" &&
		owner_is alsa-wavert-dkms /usr/share/doc/alsa-wavert-dkms/examples/modprobe.conf &&
		owner_is alsa-wavert-utils /usr/bin/wavert &&
		owner_is alsa-wavert-utils /usr/lib/systemd/system/wavert-bind@.service &&
		owner_is libwavert1 "$lib/libwavert.so.1" &&
		owner_is libwavert-dev "$lib/libwavert.so" &&
		owner_is libwavert-dev "$lib/libwavert.a" &&
		owner_is libwavert-dev "$lib/pkgconfig/libwavert.pc" &&
		owner_is libwavert-dev /usr/include/wavert.h &&
		owner_is libwavert-dev /usr/include/sound/wavert.h &&
		owner_is libasound2-plugin-wavert "$lib/alsa-lib/libasound_module_pcm_wavert.so" &&
		owner_is libasound2-plugin-wavert /usr/share/alsa/alsa.conf.d/50-wavert.conf &&
		owner_is libasound2-plugin-wavert /etc/alsa/conf.d/50-wavert.conf
}

modules_of()	# KERNEL
{
	find "$work/clean/lib/modules/$1" "$work/clean/usr/lib/modules/$1" -name 'snd-wavert*' 2>/dev/null |
		sed 's#.*/##; s#\.ko.*##' | sort -u
}

# DKMS has built and installed the modules of Kbuild, and nothing of other versions
dkms_built()	# VERSION
{
	local log machine
	machine=$(inside clean uname -m)
	inside clean dkms status
	inside clean dkms status | grep -qx "alsa-wavert/$1, $kver, $machine: installed" || return
	[ "$(inside clean dkms status | wc -l)" = 1 ] || return
	[ "$(ls -d "$work"/clean/usr/src/alsa-wavert-*)" = "$work/clean/usr/src/alsa-wavert-$1" ] || return
	log=$work/clean/var/lib/dkms/alsa-wavert/$1/$kver/$machine/log/make.log
	sed -n 's#.*LD \[M\] .*/\(.*\)\.ko$#\1#p' "$log" | sort >"$work/built"
	modules_of "$kver" | diff "$work/built" - && [ -s "$work/built" ]
}

vermagic_fits()
{
	local modules=$work/clean/lib/modules/$kver
	modinfo -F vermagic "$modules/kernel/sound/core/snd-pcm.ko" "$modules/updates/dkms"/*.ko | sort | uniq -c
	[ "$(modinfo -F vermagic "$modules/kernel/sound/core/snd-pcm.ko" "$modules/updates/dkms"/*.ko | sort -u | wc -l)" = 1 ]
}

dkms_passed_over()
{
	[ -d "$work/clean/lib/modules/$unfit" ] && [ -z "$(modules_of "$unfit")" ] || return
	! inside clean dkms status | grep "$unfit" || return
	inside clean dkms build "alsa-wavert/$(dkms_version)" -k "$unfit"
	[ $? = 77 ]
}

dkms_version()
{
	inside clean dkms status | sed 's#alsa-wavert/\([^,:]*\).*#\1#' | head -n 1
}

# its maintainer scripts run DKMS's hooks, like those of a newer kernel
kernel_upgrade()	# KERNEL
{
	apt install --reinstall "linux-image-$1" "linux-headers-$1" && [ -z "$(modules_of "$1")" ]
}

modprobe_finds()
{
	local name
	inside clean modprobe -S "$kver" --show-depends snd-wavert-sim >"$work/depends" || return
	cat "$work/depends"
	for name in snd-pcm snd-hwdep updates/dkms/snd-wavert updates/dkms/snd-wavert-sim; do
		grep -q "/$name\.ko" "$work/depends" || { echo "no $name"; return 1; }
	done
}

libraries_found()
{
	inside clean ldd /usr/bin/wavert >"$work/ldd" || return
	inside clean ldd "/usr/lib/$(multiarch)/alsa-lib/libasound_module_pcm_wavert.so" >>"$work/ldd" || return
	cat "$work/ldd"
	grep -q 'libwavert.so.1 => /' "$work/ldd" && ! grep 'not found' "$work/ldd" || return
	[ "$(inside clean wavert --version)" = "wavert $version" ]
}

# The rules of Debian's udev and systemd name the subsystem; a further rule would only repeat them.
udev_rules()
{
	grep -E '^SUBSYSTEM=="sound", GROUP="audio"' "$work/clean/lib/udev/rules.d/50-udev-default.rules" &&
		grep -E '^SUBSYSTEM=="sound", TAG\+="uaccess"' "$work/clean/lib/udev/rules.d/70-uaccess.rules"
}

# ---- signing --------------------------------------------------------------------------

sign()	# DIR
{
	MOK_KEY=$work/mok.key MOK_CERT=$work/mok.der "$source/packaging/sign-modules.sh" \
		"$work/clean/usr/src/linux-headers-$kver" "$1"
}

signing()
{
	local module
	mkdir -p "$work/signed"
	cp "$work/clean/lib/modules/$kver/updates/dkms"/*.ko "$work/signed"
	strip --strip-debug "$work/signed"/*.ko || return	# removes a signature of DKMS
	openssl req -new -x509 -newkey rsa:2048 -nodes -outform DER -days 1 -subj /CN=wavert-test/ \
		-keyout "$work/mok.key" -out "$work/mok.der" 2>&1 || return
	sign "$work/signed" || return
	for module in "$work/signed"/*.ko; do
		[ "$(modinfo -F signer "$module")" = wavert-test ] || { echo "$module"; return 1; }
	done
}

fails_with()	# REGEX COMMAND...
{
	local regex=$1 said
	shift
	said=$("$@" 2>&1) && { echo "$* succeeded"; return 1; }
	echo "$said"
	grep -qE -- "$regex" <<<"$said"
}

signing_errors()
{
	mkdir -p "$work/empty"
	fails_with 'no modules in .*: run make modules' sign "$work/empty" &&
		fails_with 'is signed already' sign "$work/signed" &&
		fails_with 'no scripts/sign-file in /nowhere' "$source/packaging/sign-modules.sh" /nowhere "$work" &&
		fails_with 'no .*/none: set MOK_KEY= and MOK_CERT=' env MOK_KEY="$work/none" \
			"$source/packaging/sign-modules.sh" "$work/clean/usr/src/linux-headers-$kver" "$work/signed"
}

# ---- removal --------------------------------------------------------------------------

no_modules()
{
	modules_of "$kver"
	[ -z "$(modules_of "$kver")$(inside clean dkms status)" ]
}

in_source()	# COMMAND: in a copy of the sources in the tree "clean"
{
	"$source/packaging/source-tree.sh" "$work/clean/debs/source" &&
		inside clean sh -c "cd /debs/source && $1"
}

make_dkms_refuses()
{
	local version_there
	version_there=$(dkms_version)
	fails_with 'alsa-wavert-dkms' in_source "make dkms DKMS_KVER=$kver" &&
		[ "$(dkms_version)" = "$version_there" ]
}

make_dkms()
{
	in_source "make dkms DKMS_KVER=$kver" && dkms_built "$version" &&
		in_source "make dkms DKMS_KVER=$kver" && dkms_built "$version"
}

remove_dkms()
{
	inside clean sh -c "dkms remove alsa-wavert/$version --all && rm -r /usr/src/alsa-wavert-$version" && no_modules
}

# Removed packages without configuration files are gone; dpkg still lists the others. apt keeps a
# package that was installed as a dependency if another one suggests it, unless an option is given.
purge()	# PACKAGE...
{
	inside clean dpkg --purge "$@" && inside clean apt-get -q -y --purge autoremove \
		-o APT::AutoRemove::RecommendsImportant=false -o APT::AutoRemove::SuggestsImportant=false &&
		! inside clean dpkg-query -W -f '${Package}\n' | grep wavert
}

nothing_left()
{
	state >"$work/after"
	diff "$work/before" "$work/after"
}

# ---- guest ----------------------------------------------------------------------------

# The guest has the modules, programs, libraries and udev rules of the tree "clean", by the
# same paths, and aplay of this machine or, for another architecture, of cross.sh.
guest()
{
	local file args=()
	tree_file()
	{
		args+=(--file "$work/clean$1=$1")
	}
	# fetches the kernel
	[ "$arch" = "$host" ] || tests/kernels/fetch.sh "6.1-$arch" >/dev/null || return
	mkdir -p "$work/modules/kernel/sound"
	cp "$work/clean/lib/modules/$kver"/modules.* "$work/modules" || return
	cp -r "$work/clean/lib/modules/$kver/updates" "$work/modules" || return
	cp -r "$work/clean/lib/modules/$kver/kernel/sound/"{core,soundcore.ko} "$work/modules/kernel/sound" || return
	args=(--no-insmod --timeout 600 --file "$work/modules=/lib/modules/$kver"
		--file "$work/clean/usr/bin/kmod=/usr/sbin/modprobe"
		--file "$work/clean/usr/bin/udevadm=/usr/bin/udevadm"
		--file "$work/clean/usr/bin/udevadm=/usr/lib/systemd/systemd-udevd"
		--file "$work/clean/lib/udev/rules.d=/usr/lib/udev/rules.d"
		--tool aplay --tool arecord
		--file /usr/share/sounds/alsa/Front_Center.wav
		--file "$work/clean/usr/share/alsa/alsa.conf.d/50-wavert.conf=/etc/alsa/conf.d/50-wavert.conf"
		--file tests/guest/tap.sh --file tests/packages/guest.sh)
	for file in /usr/bin/wavert "/usr/lib/$(multiarch)/alsa-lib/libasound_module_pcm_wavert.so" \
		$(inside clean ldd /usr/bin/wavert /usr/bin/kmod /usr/bin/udevadm |
			grep -o '/[^ ]*\.so[^ ]*' | sort -u); do
		tree_file "$file"
	done
	WRT_KDIR=$work/clean/usr/src/linux-headers-$kver tests/guest/run "${args[@]}" -- sh guest.sh
}
