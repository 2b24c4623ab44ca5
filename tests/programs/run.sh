#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Unmodified audio programs and the kernel's own ALSA selftests on our cards in
# a guest. TAP on stdout; exit code 0 if nothing failed. make check-programs.
#
#   tests/programs/run.sh [--keep DIR] [PART...]
#
# Parts: alsa-utils sox ffmpeg gstreamer portaudio jack pipewire mpd pulseaudio sndiod mpv wine,
# each on hw: and on the ALSA plugin, on the simulator with loopback; jack-hw (JACK on HD Audio
# and AC'97); duplex (JACK, PipeWire, PortAudio and alsaloop there, with the in-tree drivers
# beside ours); observed (JACK and PipeWire on the in-tree driver of HD Audio, attached); selftests
# (mixer-test and pcm-test) on the simulator, HD Audio and AC'97, with
# the in-tree drivers for comparison. One guest for each part.
# --keep: build in DIR and keep the logs there. Programs: scripts/deps.sh programs.
#
# environment: MODULES  directory of built modules (default: they are built)
set -eu
cd "$(dirname "$0")/../.."

all="alsa-utils sox ffmpeg gstreamer portaudio jack jack-hw pipewire duplex observed"
all="$all mpd pulseaudio sndiod mpv wine selftests"
lib=/usr/lib/$(gcc -print-multiarch)
here=tests/programs
out=
parts=()
count=0
failed=0
skipped=0

usage()
{
	sed -n '3,/^set/{/^set/d;s/^# \{0,1\}//p}' "$0"
}

while [ $# -gt 0 ]; do
	case $1 in
	--keep) [ $# -ge 2 ] || { usage >&2; exit 2; } && out=$2 && shift ;;
	--help) usage && exit ;;
	*)
		case " $all " in
		*" $1 "*) parts+=("$1") ;;
		*) usage >&2 && exit 2 ;;
		esac
		;;
	esac
	shift
done
# shellcheck disable=SC2206 # words
[ ${#parts[@]} -gt 0 ] || parts=($all)

if [ -z "$out" ]; then
	out=$(mktemp -d)
	trap 'rm -rf "$out"' EXIT
else
	mkdir -p "$out"
	out=$(cd "$out" && pwd)
fi

. tests/renumber.sh

tap()	# STATUS NAME
{
	renumber <<<"$1 0 - $2"
}

# ---- building --------------------------------------------------------------------

compile()	# NAME FLAGS...
{
	local name=$1
	shift
	${CC:-gcc} -O1 -g -Wall -Wextra -Werror -o "$out/$name" "$here/$name.c" "$@"
}

build()
{
	compile signal
	make -s -C userspace "O=$out/userspace" all plugin
	[ -z "${MODULES-}" ] || return 0
	MODULES=$out/modules
	scripts/build-modules.sh "$(tests/guest/run --print-kdir)" "$MODULES" >"$out/modules.log" 2>&1 ||
		{ cat "$out/modules.log" >&2; exit 1; }
}

# ---- one guest -------------------------------------------------------------------

# Files that a program loads by name, with their libraries, get the same path as on the host.
as_is()	# FILE...
{
	local file
	for file; do
		options+=(--file "$file=$file")
	done
}

tools()	# NAME...
{
	local name
	for name; do
		options+=(--tool "$name")
	done
}

# The plugin comes before its configuration: with libasound the runner copies that of ALSA.
on_simulator()
{
	local plugin
	plugin=$(pkg-config --variable=libdir alsa)/alsa-lib/libasound_module_pcm_wavert.so
	options+=(--module "$MODULES/snd-wavert.ko" --module "$MODULES/snd-wavert-sim.ko index=0"
		--file "$out/userspace/libasound_module_pcm_wavert.so=$plugin"
		--file userspace/alsa-plugin/50-wavert.conf=/etc/alsa/conf.d/50-wavert.conf
		--file "$out/signal" --file "$here/guest.sh")
	tools aplay arecord
}

boot()	# PART SECONDS COMMAND...: a guest with $options
{
	local part=$1 limit=$2 code=0
	shift 2
	echo "# ---- $part"
	tests/guest/run --timeout "$limit" --console "$out/$part.console" --out "$out/$part.out" \
		"${options[@]}" -- "$@" >"$out/$part.tap" 2>"$out/$part.err" || code=$?
	renumber <"$out/$part.tap"
	grep -q '^1\.\.' "$out/$part.tap" || tap 'not ok' "$part: the guest's script comes to its end"
	if [ $code -le 1 ]; then
		tap ok "$part: the guest ends without a complaint of the kernel"
	else
		tap 'not ok' "$part: the guest ends without a complaint of the kernel (exit code $code)"
		tail -n 60 "$out/$part.err" | sed 's/^/# /'
	fi
}

program()	# PART [SECONDS]
{
	on_simulator
	boot "$1" "${2:-600}" sh guest.sh "$1"
}

# ---- the parts ---------------------------------------------------------------------

part_alsa-utils()
{
	tools speaker-test
	program alsa-utils
}

part_sox()
{
	tools sox
	as_is "$lib/sox/libsox_fmt_alsa.so"
	program sox
}

part_ffmpeg()	# and its 215 libraries
{
	tools ffmpeg
	options+=(--qemu -m --qemu 1536)
	program ffmpeg 900
}

part_gstreamer()
{
	local name
	tools gst-launch-1.0
	for name in coreelements alsa rawparse; do
		as_is "$lib/gstreamer-1.0/libgst$name.so"
	done
	program gstreamer
}

# PortAudio's own test of loopbacks (qa/loopback), which Debian has as source only.
fetch_paqa()
{
	local dir=$out/portaudio
	# shellcheck source=scripts/private-apt.sh
	(. scripts/private-apt.sh && apt_kind="deb-src" &&
		private_apt "$dir" "$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)") &&
		(cd "$dir" && apt-get -q -c apt.conf source \
			--download-only portaudio19 && tar -xf portaudio19_*.orig.tar.*)
}

build_paqa()
{
	local dir=$out/portaudio/portaudio
	[ -d "$dir" ] || fetch_paqa >&2 || return
	${CC:-gcc} -O1 -g -w "-I$dir/include" -o "$out/paqa" "$dir"/qa/loopback/src/*.c -lportaudio -lm
}

part_portaudio()	# --shift 2: see portaudio.sh
{
	compile pa_client -lportaudio
	options+=(--shift 2)
	options+=(--file "$out/pa_client" --file "$here/portaudio.sh")
	if build_paqa >"$out/paqa.log" 2>&1; then
		options+=(--file "$out/paqa")
	else
		tail -n 5 "$out/paqa.log" | sed 's/^/# /'
		tap ok "PortAudio's loopback test # SKIP its source cannot be fetched or built"
	fi
	program portaudio
}

part_jack()
{
	compile jack_client -ljack
	options+=(--file "$out/jack_client" --file "$here/jack.sh")
	tools jackd jack_wait jack_simple_client
	as_is "$lib/jack/jack_alsa.so"
	program jack
}

# use-timer=off: with its own timer QEMU's codec is irregular for the first 160 ms after a start, in
# which short buffers have xruns with any driver (part duplex counts them).
part_jack-hw()
{
	local word
	compile jack_client -ljack
	for word in -audiodev none,id=a,timer-period=1000 -device intel-hda,id=h,addr=0x10 \
		-device hda-duplex,bus=h.0,audiodev=a,use-timer=off -device AC97,addr=0x12,audiodev=a; do
		options+=(--qemu "$word")
	done
	for word in "" -hda -ich; do
		options+=(--module "$MODULES/snd-wavert$word.ko")
	done
	options+=(--file "$out/signal" --file "$here/guest.sh" --file "$out/jack_client"
		--file "$here/jack.sh")
	tools jackd jack_wait
	as_is "$lib/jack/jack_alsa.so"
	boot jack-hw 600 sh guest.sh jack-hw
}

add_pipewire()	# TOOL...
{
	local name
	tools pipewire pw-link "$@"
	for name in protocol-native client-node client-device adapter metadata link-factory \
		spa-node-factory access session-manager; do
		as_is "$lib/pipewire-0.3/libpipewire-module-$name.so"
	done
	for name in support/libspa-support audioconvert/libspa-audioconvert alsa/libspa-alsa \
		audiomixer/libspa-audiomixer; do
		as_is "$lib/spa-0.2/$name.so"
	done
	as_is /usr/share/pipewire/client.conf /usr/share/pipewire/client-rt.conf
	options+=(--file "$here/pipewire.conf")
}

part_pipewire()
{
	add_pipewire pw-cat pw-cli
	options+=(--file "$here/pipewire.sh")
	program pipewire
}

# Once with QEMU's default timers, and once with those that short buffers need.
duplex_with()	# NAME TIMER-PERIOD USE-TIMER
{
	local word
	options=("${duplex_options[@]}")
	for word in -audiodev "none,id=a$2" -device intel-hda,id=h,addr=0x10 \
		-device "hda-duplex,bus=h.0,audiodev=a$3" -device AC97,addr=0x12,audiodev=a; do
		options+=(--qemu "$word")
	done
	boot "$1" 600 sh guest.sh duplex
}

part_duplex()
{
	local name duplex_options
	compile jack_client -ljack
	compile pa_client -lportaudio
	tools jackd jack_wait alsaloop
	as_is "$lib/jack/jack_alsa.so"
	add_pipewire
	for name in snd-hda-codec-generic snd-hda-intel snd-intel8x0; do
		options+=(--debian-module "$name")
	done
	for name in "" -hda -ich; do
		options+=(--module "$MODULES/snd-wavert$name.ko")
	done
	for name in signal jack_client pa_client; do
		options+=(--file "$out/$name=/bin/$name")
	done
	options+=(--file "$here/guest.sh" --file "$here/duplex.sh")
	duplex_options=("${options[@]}")
	duplex_with duplex "" ""
	duplex_with duplex-1ms ,timer-period=1000 ,use-timer=off
}

part_observed()
{
	local word
	compile jack_client -ljack
	add_pipewire
	tools jackd jack_wait
	as_is "$lib/jack/jack_alsa.so"
	for word in -audiodev none,id=a,timer-period=1000 -device intel-hda,id=h,addr=0x10 \
		-device hda-duplex,bus=h.0,audiodev=a,use-timer=off; do
		options+=(--qemu "$word")
	done
	options+=(--debian-module snd-hda-codec-generic --debian-module snd-hda-intel
		--module "$MODULES/snd-wavert.ko" --module "$MODULES/snd-wavert-attach.ko"
		--file "$out/signal" --file "$out/jack_client" --file "$out/userspace/wavert"
		--file "$here/guest.sh" --file "$here/jack.sh" --file "$here/pipewire.sh" --file "$here/observed.sh")
	boot observed 900 sh guest.sh observed
}

part_mpd()	# and its 290 libraries
{
	tools mpd mpc
	as_is "$lib/libsndio.so.7.0"	# a second name of that library, which ldd does not print
	options+=(--qemu -m --qemu 1536 --file "$here/mpd.conf" --file "$here/mpd.sh")
	program mpd
}

# PulseAudio uses no timers in a virtual machine, so it must not detect one.
part_pulseaudio()
{
	local name dir
	dir=$(find /usr/lib -path '/usr/lib/pulse-*/modules' | head -n 1)
	[ -n "$dir" ]
	tools pulseaudio pactl pacat parec
	for name in native-protocol-unix alsa-sink alsa-source suspend-on-idle; do
		as_is "$dir/module-$name.so"
	done
	options+=(--qemu -cpu --qemu "qemu64,-hypervisor"
		--qemu -smbios --qemu "type=1,manufacturer=none" --file "$here/pulseaudio.sh")
	program pulseaudio
}

part_sndiod()
{
	tools sndiod aucat
	options+=(--file "$here/sndiod.sh")
	program sndiod
}

part_mpv()	# and its 228 libraries
{
	tools mpv
	options+=(--qemu -m --qemu 1536)
	program mpv
}

# The files of Wine that Windows programs need: these and, recursively, their imports.
wine_needs="wineboot.exe services.exe start.exe conhost.exe mmdevapi.dll winealsa.drv"

add_wine()
{
	local dir=$lib/wine todo="$wine_needs" seen=" " name unix
	while [ -n "$todo" ]; do
		name=${todo%% *}
		todo=${todo#"$name"}
		todo=${todo# }
		case "$seen" in *" $name "*) continue ;; esac
		[ -f "$dir/x86_64-windows/$name" ] || continue
		seen="$seen$name "
		as_is "$dir/x86_64-windows/$name"
		options+=(--file "$dir/x86_64-windows/$name=prefix/drive_c/windows/system32/$name")
		unix=$dir/x86_64-unix/${name%.*}.so
		[ ! -f "$unix" ] || as_is "$unix"
		todo="$todo $(objdump -p "$dir/x86_64-windows/$name" |
			sed -n 's/^.*DLL Name: //p' | tr '[:upper:]\n' '[:lower:] ')"
	done
	as_is "$(command -v wine)" "$(command -v wineserver)" /usr/lib/wine/wine64 \
		/usr/lib/wine/wineserver64 /usr/share/wine/nls /usr/share/wine/wine.inf "$lib/libgcc_s.so.1" \
		"$lib/libfreetype.so.6"
}

# The registry of a new prefix; "disable" keeps Wine from filling it again.
add_prefix()
{
	local dir=$out/wine name
	mkdir -p "$dir/home"
	env -i PATH="$PATH" HOME="$dir/home" WINEPREFIX="$dir/prefix" WINEARCH=win64 WINEDEBUG=-all \
		WINEDLLOVERRIDES="mscoree,mshtml=;winemenubuilder.exe=d" \
		sh -c 'wineboot -i && wineserver -w' </dev/null >"$dir/log" 2>&1 ||
		{ cat "$dir/log" && return 1; }
	echo disable >"$dir/prefix/.update-timestamp"
	for name in system.reg user.reg userdef.reg .update-timestamp; do
		options+=(--file "$dir/prefix/$name=prefix/$name")
	done
}

part_wine()
{
	x86_64-w64-mingw32-gcc -O1 -g -Wall -Wextra -Werror -o "$out/wasapi.exe" \
		"$here/wasapi.c" -lole32
	add_wine
	add_prefix
	options+=(--qemu -m --qemu 1536 --file "$out/wasapi.exe" --file "$here/wine.sh")
	program wine
}

# ---- the kernel's selftests ----------------------------------------------------------

# From the newest source package of Debian that apt offers, partly unpacked. Built without the
# kernel's Makefiles, which need the whole tree.
# shellcheck source=tests/guest/bed-common.sh
fetch_selftests()
{
	local package deb
	package=$(apt-cache --names-only search '^linux-source-[0-9.]+$' | cut -d' ' -f1 | sort -V | tail -n 1)
	[ -n "$package" ] && mkdir -p "$out/deb" &&
		deb=$(. tests/guest/bed-common.sh && fetch_deb "$package" "$out/deb") &&
		dpkg --fsys-tarfile "$deb" | tar -xO "./usr/src/$package.tar.xz" | xz -dc -T0 |
		tar -x -C "$out" --strip-components=3 --wildcards \
			"$package/tools/testing/selftests/alsa" "$package/tools/testing/selftests/kselftest.h"
}

build_selftests()
{
	local name dir=$out/selftests/alsa
	[ -d "$dir" ] || fetch_selftests >&2 || return
	for name in mixer-test pcm-test; do
		${CC:-gcc} -O1 -g -D_GNU_SOURCE -o "$out/$name" "$dir/$name.c" "$dir/conf.c" -lasound -lpthread ||
			return
	done
}

part_selftests()
{
	local name word
	if ! build_selftests 2>"$out/selftests.log"; then
		tail -n 20 "$out/selftests.log" | sed 's/^/# /'
		tap 'not ok' "selftests: the kernel's selftests can be fetched and built"
		return
	fi
	for word in -audiodev none,id=a,timer-period=1000 -device intel-hda,id=h0,addr=0x10 \
		-device hda-duplex,bus=h0.0,audiodev=a,use-timer=off -device intel-hda,id=h1,addr=0x11 \
		-device hda-duplex,bus=h1.0,audiodev=a,use-timer=off \
		-device AC97,addr=0x12,audiodev=a -device AC97,addr=0x13,audiodev=a; do
		options+=(--qemu "$word")
	done
	for name in 'snd-dummy pcm_substreams=1' snd-hda-codec-generic snd-hda-intel snd-intel8x0; do
		options+=(--debian-module "$name")
	done
	for name in "" -sim -hda -ich; do
		options+=(--module "$MODULES/snd-wavert$name.ko")
	done
	options+=(--no-insmod --file "$out/mixer-test" --file "$out/pcm-test"
		--file "$out/selftests/alsa/pcm-test.conf" --file "$out/selftests/alsa/conf.d"
		--file "$here/selftests.sh")
	boot selftests 900 sh selftests.sh
	echo "# passed, failed and skipped:"
	sed -n 's/^# table|//p' "$out/selftests.tap" | awk -F'|' '
		{ printf "#   %-10s  %-10s  %4d %4d %4d\n", $1, $2, $3, $4, $5 }'
}

# ---- all ------------------------------------------------------------------------

build
for part in "${parts[@]}"; do
	options=()
	"part_$part"
done
echo "1..$count"
echo "# $((count - failed - skipped)) passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
