#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Tests of the drivers for real hardware, on QEMU's: two HDA controllers (MSI and INTx) and
# an AC'97. The output is read from the wav files that QEMU writes. TAP on stdout; exit
# code 0 if nothing failed.
#
#   tests/hw/run.sh [--bed BED] [--reloads N] [--keep DIR] [--selftest] [--alone] [PART...]
#
# Parts: exact-44100 exact-48000 (compared with the in-tree drivers, and suspend in the
# second) fragmented (long buffers in fragmented memory) live (registers, unbind, duplex, tools,
# reload) parameters (of the modules). Without --bed: debian, where time is exact; elsewhere buffers are larger, and a recording with an underrun is not
# checked. --reloads: 100, elsewhere 20. --keep: build in DIR and keep everything there.
# --selftest: only check that wav_compare finds faults. --alone: without the in-tree drivers.
#
# environment: MODULES  directory of built modules (default: they are built)
set -eu
cd "$(dirname "$0")/../.."

bed=debian
reloads=
selftest=no
out=
parts=()
devices=(hda-msi hda-intx ac97)
# exact time or not: frames of a buffer, seconds of wall time for a guest
exact=yes
in_tree=in_tree
buffer=7680
limit=300

usage()
{
	sed -n '3,/^set/{/^set/d;s/^# \{0,1\}//p}' "$0"
}

while [ $# -gt 0 ]; do
	case $1 in
	--bed | --reloads | --keep) [ $# -ge 2 ] || { usage >&2; exit 2; } ;;
	esac
	case $1 in
	--bed) bed=$2 && shift ;;
	--reloads) reloads=$2 && shift ;;
	--keep) out=$2 && shift ;;
	--selftest) selftest=yes ;;
	--alone) in_tree= ;;
	--help) usage && exit ;;
	exact-44100 | exact-48000 | fragmented | live | parameters) parts+=("$1") ;;
	*) usage >&2 && exit 2 ;;
	esac
	shift
done
[ ${#parts[@]} -gt 0 ] || parts=(exact-44100 exact-48000 fragmented live parameters)
[ "$bed" != uml ] || { echo "run.sh: bed uml has no such hardware" >&2; exit 2; }

if [ "$bed" != debian ]; then
	exact=no
	in_tree=
	buffer=30720
	limit=900
	: "${reloads:=20}"
fi
: "${reloads:=100}"
if [ -z "$out" ]; then
	out=$(mktemp -d)
	trap 'rm -rf "$out"' EXIT
else
	mkdir -p "$out"
fi

count=0
failed=0

. tests/renumber.sh

tap()	# STATUS NAME
{
	renumber <<<"$1 0 - $2"
}

build()
{
	local cc=${WRT_CC:-${CC:-gcc}} flags=(-O1 -g -Wall -Wextra -Werror -Icompat/uapi)
	${CC:-gcc} "${flags[@]}" -o "$out/wav_compare" tests/hw/wav_compare.c
	[ $selftest = no ] || return 0
	$cc "${flags[@]}" -o "$out/hw_play" tests/hw/{hw_play,play_alsa,play_wavert}.c -lasound
	$cc "${flags[@]}" -static -o "$out/hw_test" tests/hw/hw_test.c -lpthread
	$cc "${flags[@]}" -o "$out/delay_test" tests/hw/delay_test.c -lasound
	$cc "${flags[@]}" -o "$out/drain_test" tests/hw/drain_test.c -lasound
	$cc "${flags[@]}" -static -o "$out/fragment" tests/hw/fragment.c
	$cc "${flags[@]}" -static -o "$out/free_test" tests/hw/free_test.c -lpthread
	if [ -z "${MODULES-}" ]; then
		MODULES=$out/modules
		scripts/build-modules.sh "$(tests/guest/run --bed "$bed" --print-kdir)" "$MODULES" \
			>"$out/modules.log" 2>&1 || { cat "$out/modules.log" >&2; exit 1; }
	fi
}

# ---- one guest -------------------------------------------------------------------

# QEMU's command line for the three devices, a word a line.
devices_for()	# AUDIO DIR RATE
{
	local device audio
	for device in "${devices[@]}"; do
		audio=none,id=$device
		[ "$1" != wav ] || audio=wav,id=$device,path=$2/$device.wav,out.frequency=$3
		printf '%s\n' -audiodev "$audio,timer-period=1000"
	done
	printf '%s\n' -device intel-hda,id=msi,addr=0x10 \
		-device hda-duplex,bus=msi.0,audiodev=hda-msi,use-timer=off \
		-device intel-hda,id=intx,addr=0x11,msi=off \
		-device hda-duplex,bus=intx.0,audiodev=hda-intx,use-timer=off \
		-device AC97,addr=0x12,audiodev=ac97
}

in_guest()	# DIR RATE PART...: with the options in $options
{
	local dir=$1 rate=$2 module name
	shift 2
	for module in snd-wavert snd-wavert-hda snd-wavert-ich; do
		options+=(--module "$MODULES/$module.ko")
	done
	for name in aplay arecord amixer alsamixer speaker-test script stty; do
		options+=(--tool "$name")
	done
	tests/guest/run --bed "$bed" --timeout "$limit" --no-insmod "${options[@]}" \
		--file "$out/hw_play" --file "$out/hw_test" --file "$out/delay_test" --file "$out/drain_test" \
		--file "$out/free_test" --file "$out/fragment" --file tests/hw/guest.sh \
		--file /usr/share/sounds/alsa/Front_Center.wav --file /lib/terminfo/l/linux=/lib/terminfo/l/linux \
		--out "$dir" --console "$dir/console" -- \
		env "RATE=$rate" "BUFFER=$buffer" "EXACT=$exact" "RELOADS=$reloads" sh guest.sh "$@"
}

boot()	# NAME AUDIO RATE PART...: one guest with all three devices; true if it completed
{
	local name=$1 audio=$2 rate=$3 code=0 word options=()
	local dir=$out/$name
	shift 3
	[ "$name" != free ] || options=(--smp 2)
	rm -rf "$dir"
	mkdir -p "$dir"
	while read -r word; do
		options+=(--qemu "$word")
	done < <(devices_for "$audio" "$dir" "$rate")
	[ "$name" != fragmented ] || options+=(--qemu -m --qemu 192)
	case $1 in
	in_tree | fragmented)
		for word in snd-hda-codec-generic snd-hda-intel snd-intel8x0; do
			options+=(--debian-module "$word")
		done
		;;
	esac
	echo "# ---- $name: $*"
	in_guest "$dir" "$rate" "$@" >"$dir/tap" 2>"$dir/err" || code=$?
	renumber <"$dir/tap"
	if [ $code -ne 0 ]; then
		tap 'not ok' "$name: the guest completes without a kernel report (exit code $code)"
		grep -av '^audio: Failed to create voice' "$dir/err" | tail -n 60 | sed 's/^/# /'
	else
		tap ok "$name: the guest ends well, without a complaint of the kernel"
	fi
	# without a complete run there is nothing to check, and one failure is enough
	[ $code = 0 ] || [ $code = 99 ]
}

# ---- evaluation -------------------------------------------------------------------

judge()	# NAME: the wav files of that guest
{
	local device dir=$out/$1
	for device in "${devices[@]}"; do
		if [ $exact = no ] && grep -q "^# $device .* [1-9][0-9]* underruns" "$dir/tap"; then
			tap ok "$1 $device: what was played arrives # SKIP an underrun: time is not exact in bed $bed"
		elif [ ! -s "$dir/$device.list" ]; then
			tap 'not ok' "$1 $device: something was played"
		else
			"$out/wav_compare" "$dir/$device.wav" "$dir/$device.list" >"$dir/$device.tap" 2>&1 || :
			renumber <"$dir/$device.tap"
			grep -q '^1\.\.' "$dir/$device.tap" || tap 'not ok' "$1 $device: its wav file can be read"
		fi
	done
}

# Compares the same recordings through in-tree drivers and ours.
table()	# NAME
{
	echo "# $1, the same recording, 0.5 s, without pauses:"
	sed -n 's/^# row|//p' "$out/$1/tap" | awk -F'|' '
		$7 ~ /in-tree/ { irqs[$1, $4] = $5; xruns[$1, $4] = $6 }
		$7 ~ /ours/ { printf "# %-9s N=%d   interrupts: in-tree %4d, ours %4d   xruns: in-tree %d, ours %d\n",
			$1, $4, irqs[$1, $4], $5, xruns[$1, $4], $6 }'
}

# ---- tests of wav_compare -----------------------------------------------------------

faulty()	# NAME: faulty.wav must be refused
{
	if "$out/wav_compare" "$out/faulty.wav" "$out/self.list" >"$out/faulty.tap" 2>&1; then
		tap 'not ok' "the judge notices $1"
	else
		tap ok "the judge notices $1"
		grep '^# ' "$out/faulty.tap" || :
	fi
}

bytes()	# FROM COUNT: of right.wav
{
	tail -c "+$(($1 + 1))" "$out/right.wav" | head -c "$2"
}

selftest()
{
	local right=$out/right.wav fault=$out/faulty.wav middle=20444 end
	printf '%s\n' "1 8000 0 first" "2 8000 0 second" >"$out/self.list"
	"$out/wav_compare" --make "$out/self.list" >"$right"
	end=$(stat -c %s "$right")
	if "$out/wav_compare" "$right" "$out/self.list" >"$out/right.tap" 2>&1; then
		tap ok "wav_compare accepts a correct file"
	else
		tap 'not ok' "wav_compare accepts a correct file"
	fi
	{ bytes 0 $middle; bytes $middle 1 | tr '\000-\377' '\001-\377\000'; bytes $((middle + 1)) "$end"; } >"$fault"
	faulty "a sample that differs"
	{ bytes 0 $middle; bytes $((middle + 4)) "$end"; } >"$fault"
	faulty "a frame that is missing"
	{ bytes 0 $((middle + 4)); bytes $middle "$end"; } >"$fault"
	faulty "a frame that comes twice"
	{ bytes 0 $middle; head -c 4 /dev/zero; bytes $middle "$end"; } >"$fault"
	faulty "a moment of silence"
	bytes 0 $((end - 4)) >"$fault"
	faulty "a last frame that is missing"
	{ cat "$right"; bytes $middle 4; } >"$fault"
	faulty "a frame too many at the end"
	{ bytes 0 44; bytes 32444 "$end"; bytes 44 32400; } >"$fault"
	faulty "recordings in another order"
}

# ---- all ------------------------------------------------------------------------

# Compares with in-tree drivers only where counts are exact.
run_part()	# PART
{
	case $1-${WRT_ARCH:-amd64} in
	fragmented-amd64 | fragmented-i386) ;;
	fragmented-*)
		tap ok "fragmented # SKIP ALSA's memory of several segments, and an in-tree driver of AC'97, are on x86 only"
		return
		;;
	esac
	# shellcheck disable=SC2086 # a word or none
	case $1 in
	exact-44100) boot exact-44100 wav 44100 $in_tree play ;;
	exact-48000) boot exact-48000 wav 48000 $in_tree play suspend ;;
	fragmented) [ $exact = no ] || boot fragmented wav 48000 fragmented ;;
	parameters) boot parameters none 48000 parameters ;;
	live) boot live none 48000 register unbind duplex tools reload && boot free none 48000 free ;;
	esac || return 0
	case $1 in
	exact-* | fragmented) [ $exact = no ] || judge "$1" ;;
	esac
	[[ $1 != exact-* ]] || [ ! -f "$out/$1/hda-msi.list" ] || [ -z "$in_tree" ] || table "$1"
}

build
selftest
if [ $selftest = no ]; then
	for part in "${parts[@]}"; do
		run_part "$part"
	done
fi
echo "1..$count"
[ $failed = 0 ]
