#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Signs modules for Secure Boot, in place. Called by `make sign`.
#
#   packaging/sign-modules.sh KDIR DIR
#
# KDIR is the kernel's build directory, DIR contains the modules. MOK_KEY and MOK_CERT are the
# key and its certificate (default: those of DKMS); mokutil --import CERTIFICATE enrols it.
set -eu

kdir=$1
dir=$2
key=${MOK_KEY:-/var/lib/dkms/mok.key}
cert=${MOK_CERT:-/var/lib/dkms/mok.pub}

die()
{
	echo "sign: $*" >&2
	exit 1
}

[ -x "$kdir/scripts/sign-file" ] ||
	die "no scripts/sign-file in $kdir: install the kernel's headers, or set KDIR="
for file in "$key" "$cert"; do
	[ -e "$file" ] || die "no $file: set MOK_KEY= and MOK_CERT=, or make a pair with" \
		"openssl req -new -x509 -newkey rsa:2048 -nodes -outform DER -days 3650" \
		"-subj /CN=alsa-wavert/ -keyout mok.key -out mok.der"
	[ -r "$file" ] || die "$file cannot be read: run as root"
done
hash=$(sed -n 's/^CONFIG_MODULE_SIG_HASH="\(.*\)"/\1/p' "$kdir/.config" 2>/dev/null) || hash=
set -- "$dir"/snd-wavert*.ko
[ -f "$1" ] || die "no modules in $dir: run make modules first"
for module; do
	# a module that is signed twice has two signatures
	tail -c 28 "$module" | grep -qa 'Module signature appended' &&
		die "$module is signed already: remove it and run make modules"
	"$kdir/scripts/sign-file" "${hash:-sha256}" "$key" "$cert" "$module" ||
		die "sign-file refused $key and $cert (key: PEM; certificate: DER or PEM)"
	echo "signed $module"
done
if command -v mokutil >/dev/null && mokutil --sb-state 2>/dev/null | grep -q enabled &&
	! mokutil --test-key "$cert" 2>/dev/null | grep -q 'already enrolled'; then
	echo "sign: $cert is not enrolled yet: mokutil --import $cert, then reboot" >&2
fi
