#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Makes the folder that Documentation/windows.md takes to a Windows machine: the driver, signed for
# test signing, INF files, wavert-trace.exe with its scenarios, sign.ps1. Called by `make windows`
# and by tests/nt/run.sh.
#
#   packaging/windows/package.sh OUT
#
# O=DIR: build directory of the programs (build/nt). WAVERT_KEY= and WAVERT_CERT= (PEM) sign;
# without them a key is made in O, for tests only.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
out=$1
build=${O:-$top/build/nt}
key=${WAVERT_KEY:-$build/signing/key.pem}
cert=${WAVERT_CERT:-$build/signing/cert.pem}

die()
{
	echo "package.sh: $*" >&2
	exit 1
}

for tool in osslsigncode openssl x86_64-w64-mingw32-gcc; do
	command -v $tool >/dev/null || die "no $tool: scripts/deps.sh nt"
done
if [ -z "${WAVERT_KEY-}" ] && [ ! -s "$cert" ]; then
	mkdir -p "$build/signing"
	(umask 077 && openssl req -x509 -newkey rsa:2048 -nodes -sha256 -days 3650 -keyout "$key" \
		-out "$cert" -subj "/CN=alsa-wavert test" -addext keyUsage=digitalSignature \
		-addext extendedKeyUsage=codeSigning 2>"$build/signing/log") || die "$(cat "$build/signing/log")"
fi
make -s --no-print-directory -C "$top/tests/nt" "O=$build" "$build/wavertmini.sys"
make -s --no-print-directory -C "$top/userspace" "O=$build/userspace" "$build/userspace/wavert-trace.exe"

rm -rf "$out"
mkdir -p "$out/scenarios"
osslsigncode sign -h sha256 -ph -certs "$cert" -key "$key" -n "WaveRT miniport of alsa-wavert" \
	-in "$build/wavertmini.sys" -out "$out/wavertmini.sys" >"$build/sign.log" ||
	die "$(cat "$build/sign.log")"
osslsigncode verify -CAfile "$cert" -in "$out/wavertmini.sys" >"$build/sign.log" 2>&1 ||
	die "the signature does not verify: $(cat "$build/sign.log")"
openssl x509 -in "$cert" -outform DER -out "$out/wavert.cer"
cp "$build/userspace/wavert-trace.exe" "$out"
cp "$top"/tests/conformance/scenarios/*.scn "$out/scenarios"
cp "$top/LICENSES/GPL-2.0-only.txt" "$out/LICENSE.txt"
for file in wavertsim.inf wavertpci.inf sign.ps1; do	# lines end as Windows expects it
	sed 's/$/\r/' "$here/$file" >"$out/$file"
done
