# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2016,SC2154 # sh -c; variables of run.sh
# Namespaces in which run.sh works. Programs of another architecture are run by QEMU's user mode. Its handler
# of binfmt_misc is registered for a user namespace (Linux 6.7), so this machine does not change.
emulation=()	# the words that lead into that namespace

# The architecture of a tree
arch_of()	# NAME
{
	[ "$1" = clean ] && echo "$arch" || echo "$host"
}

# Its processes end with the command.
in_namespaces()	# NAME COMMAND...: NAME of the tree, options of unshare before the command
{
	local enter=()
	[ "$(arch_of "$1")" = "$host" ] || enter=("${emulation[@]}")
	shift
	"${enter[@]}" unshare --mount --pid --fork --kill-child "$@"
}

# Bytes 4 and 18 of a program
elf_class_and_machine()
{
	case $arch in
	arm64) class='\x02' machine='\xb7' ;;
	*) echo "emulation.sh: no emulation of $arch" >&2 && return 1 ;;
	esac
}

# The namespace exists as long as this script runs: then cat has no input left.
start_emulation()
{
	local variables class machine pid zeros mask
	elf_class_and_machine && variables=$(tests/kernels/cross.sh --user "$arch") && eval "$variables" || return
	coproc { exec unshare --user --mount cat; }
	pid=${COPROC_PID-}
	until [ "$(readlink "/proc/$pid/ns/user")" != "$(readlink /proc/self/ns/user)" ]; do
		sleep 0.1
	done
	{ echo 0 0 65536 >"/proc/$pid/uid_map" && echo 0 0 65536 >"/proc/$pid/gid_map"; } || return
	emulation=(nsenter --target "$pid" --user --mount)
	zeros='\x00\x00\x00\x00\x00\x00\x00\x00'
	mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
	"${emulation[@]}" sh -c 'mount -t binfmt_misc none /proc/sys/fs/binfmt_misc &&
		printf %s "$0" >/proc/sys/fs/binfmt_misc/register' \
		":wavert:M::\x7fELF$class\x01\x01\x00$zeros\x02\x00$machine\x00:$mask:$WRT_QEMU_USER:FP"
}

# ---- checks of another architecture -------------------------------------------------------

# wavert sees a kernel of that name.
doctor()	# KERNEL
{
	inside clean env "QEMU_UNAME=$1" wavert doctor --json >"$work/doctor"
	cat "$work/doctor"
}

doctor_accepts()
{
	doctor "$kver"
	grep -q "The headers of kernel $kver are installed" "$work/doctor" &&
		grep -q "File /lib/modules/$kver/updates/dkms/snd-wavert.ko was built for this kernel" "$work/doctor" &&
		grep -qF '"sudo modprobe snd-wavert-sim"' "$work/doctor"
}

# A kernel of that name that has the modules of $kver for sound, and no headers
doctor_names()	# KERNEL [PACKAGE]
{
	local modules=$work/clean/lib/modules
	mkdir -p "$modules/$1" && cp -r "$modules/$kver/kernel/sound/core" "$modules/$1" &&
		inside clean depmod "$1" || return
	doctor "$1"
	rm -r "${modules:?}/$1"
	grep -qF "\"sudo apt install ${2:-linux-headers-$1}\"" "$work/doctor"
}

doctor_names_debian()
{
	local other=${kver%-"$arch"}-rt-$arch
	doctor_names "$other" && inside clean apt-get -q -s install "linux-headers-$other"
}
