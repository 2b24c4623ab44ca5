#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# snd-wavert-attach over the drivers of the kernel, on QEMU's devices and without hardware. TAP on stdout;
# exit code 0 if nothing failed.
#
#   tests/attach/run.sh [--bed BED] [--keep DIR] [GUEST...]
#
# Guests: short (HDA, dummy: observing, removal and the command; the default), ac97, usb, soft (dummy
# with and without memory, aloop), virtio (a nonatomic PCM; newer_qemu.sh), witness
# (all but virtio: signals, periods and the drivers' calls are counted, observed and owned); and of
# owning own (HDA, in Linux 5.10 AC'97; refused by dummy), own-ac97, own-usb, own-soft (dummy with memory, aloop),
# pauses (HDA and AC'97, beside the in-tree driver alone). removal: the removals of short and own on
# two processors, in real time.
#
# environment: MODULES  directory of built modules (default: they are built)
#              WRT_ARCH and the variables of tests/kernels/cross.sh: guests of another architecture
# shellcheck disable=SC2054 # commas within words
set -eu
cd "$(dirname "$0")/../.."

bed=debian
limit=300
out=
guests=()
count=0
failed=0

while [ $# -gt 0 ]; do
	case $1 in
	--bed) bed=$2 && shift ;;
	--keep) out=$2 && shift ;;
	--help) sed -n '3,/^set/{/^set/d;s/^# \{0,1\}//p}' "$0" && exit ;;
	-*) exec "$0" --help ;;
	*) guests+=("$1") ;;
	esac
	shift
done
[ ${#guests[@]} -gt 0 ] || guests=(short)
[ "$bed" = debian ] && [ -z "${WRT_CC-}" ] || limit=900
if [ -z "$out" ]; then
	out=$(mktemp -d)
	trap 'rm -rf "$out"' EXIT
fi
mkdir -p "$out"
user=$PWD/build/${WRT_CC:+$WRT_ARCH/}userspace

. tests/renumber.sh

modules()	# DIRECTORY [OPTION...]
{
	local to=$1
	shift
	scripts/build-modules.sh "$@" "$(tests/guest/run --bed "$bed" --print-kdir)" "$to" >"$to.log" 2>&1 ||
		{ cat "$to.log" >&2; exit 1; }
}

build()
{
	local program cc=${WRT_CC:-gcc} flags=(-O1 -g -Wall -Wextra -Werror -Icompat/uapi)
	for program in observe_test own_test others_test; do
		$cc "${flags[@]}" -Itests/guest -static -o "$out/$program" tests/attach/$program.c
	done
	$cc "${flags[@]}" -o "$out/hw_play" tests/hw/{hw_play,play_alsa,play_wavert}.c -lasound
	gcc "${flags[@]}" -o "$out/wav_compare" tests/hw/wav_compare.c
	make -s -C userspace "O=$user" "CC=$cc" "AR=${WRT_TOOLS-}ar" "PKG_CONFIG=${WRT_PKG_CONFIG:-pkg-config}" all
	[ -z "${MODULES-}" ] || return 0
	MODULES=$out/modules
	modules "$MODULES"
}

sound=(--qemu -audiodev --qemu none,id=a,timer-period=1000)
hda=(--debian-module snd-hda-codec-generic --debian-module snd-hda-intel
	--qemu -device --qemu intel-hda,addr=0x10
	--qemu -device --qemu hda-duplex,audiodev=a,use-timer=off,mixer=off)
# an early kernel would measure the clock, in an emulated machine wrongly, and change the rate
ac97=(--debian-module "snd-intel8x0 ac97_clock=48000" --qemu -device --qemu AC97,addr=0x12,audiodev=a)
usb=(--debian-module xhci-pci --debian-module snd-usb-audio --qemu -device --qemu qemu-xhci
	--qemu -device --qemu usb-audio,audiodev=a,id=plugged)

dummy=(--debian-module "snd-dummy index=2") refuse_dummy=refuse-dummy tool_dummy=tool-dummy
case ${WRT_ARCH-} in
arm*) dummy=() refuse_dummy='' tool_dummy='' ;;
esac

# The guest writes to QEMU's monitor.
monitor=(--qemu -chardev --qemu "socket,id=port,path=$out/monitor,server=on,wait=off"
	--qemu -device --qemu virtserialport,chardev=port,name=monitor,nr=20
	--qemu -chardev --qemu "socket,id=hmp,path=$out/monitor" --qemu -mon --qemu chardev=hmp)

virtio=(--debian-module virtio_snd --qemu -device --qemu virtio-sound-pci,audiodev=a,addr=0x13)

tap()	# STATUS NAME
{
	renumber <<<"$1 0 - $2"
}

skip()	# NAME REASON
{
	count=$((count + 1))
	echo "ok $count - $1 # SKIP $2"
}

# A faster processor where many small periods are signalled by a thread with a budget.
boot()	# NAME OPTION... -- PART...
{
	local name=$1 code=0 options=() within=100
	shift
	mkdir -p "$out/$name"
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	echo "# ---- $name"
	# time that does not depend on the host's load; checks cost instructions, and so time
	case $name-$bed in
	removal-*) options+=(--smp 2) && within=1500 ;;
	*-debian) options+=(--shift 2) ;;
	*) options+=(--icount --shift 0) ;;
	esac
	# its delays would count as time, and the thread's budget for signals is a share of that
	[ "$bed" != x86-kcsan ] || options+=(--append "kcsan.udelay_task=1 kcsan.udelay_interrupt=1")
	tests/guest/run --bed "$bed" --timeout "$limit" --no-insmod "${options[@]}" \
		--module "$MODULES/snd-wavert.ko" --module "$MODULES/snd-wavert-attach.ko" \
		--file "$out/observe_test" --file "$out/own_test" --file "$out/others_test" --file "$out/hw_play" \
		--file "$user/wavert" \
		--file tests/guest/tap.sh --file tests/attach/guest.sh --tool aplay --tool amixer --console "$out/$name.console" \
		--out "$out/$name" \
		-- env WITHIN=$within sh guest.sh "$@" >"$out/$name.tap" 2>"$out/$name.err" || code=$?
	renumber <"$out/$name.tap"
	count=$((count + 1))
	if [ $code = 0 ]; then
		echo "ok $count - $name: the guest ends well, without a complaint of the kernel"
		return
	fi
	failed=$((failed + 1))
	echo "not ok $count - $name: the guest ends well, without a complaint of the kernel (exit code $code)"
	tail -n 60 "$out/$name.err" | sed 's/^/# /'
}

# The JSON documents that the guest has stored
documents()	# NAME
{
	local verb
	for verb in list info; do
		if tests/userspace/valid_json.py "$out/$1/$verb.json" >"$out/$1/said" 2>&1; then
			tap ok "$1: $verb.json is as the schema says"
		else
			tap 'not ok' "$1: $verb.json is as the schema says"
			sed 's/^/# /' "$out/$1/said"
		fi
	done
}

# The device writes what it plays to a file, which is compared with the recordings.
boot_and_compare()	# PART OPTION...
{
	local part=$1
	shift
	mkdir -p "$out/$part"
	boot "$part" --qemu -audiodev --qemu "wav,id=a,path=$out/$part/played.wav,out.frequency=48000,timer-period=1000" \
		"$@" -- "$part"
	"$out/wav_compare" "$out/$part/played.wav" "$out/$part/played.list" >"$out/$part.compared" 2>&1 || :
}

# What they play must be the recordings.
exact()	# NAME OPTION...
{
	local name=$1
	shift
	if [ "$bed" != debian ]; then
		skip "$name: what is played arrives" "time is not exact in bed $bed"
		return
	fi
	boot_and_compare "exact-$name" "$@"
	renumber <"$out/exact-$name.compared"
	if grep -q '^1\.\.' "$out/exact-$name.compared"; then
		tap ok "$name: its wav file can be read"
	else
		tap 'not ok' "$name: its wav file can be read"
	fi
}

# What QEMU's device loses is lost at the first pause, with ALSA alone and owned.
lost_at_a_pause()	# NAME TITLE
{
	local paused lost
	paused=$(sed -n "s/^# $2: paused at frame //p" "$out/pauses-$1.tap" | head -n 1)
	lost=$(sed -n "s/^# $2: first difference at its frame \([0-9]*\),.*/\1/p" "$out/pauses-$1.compared")
	echo "# $2: paused at frame $paused, first difference at ${lost:-none}"
	grep -q "^ok [0-9]* - $2: \|^# $2: first difference" "$out/pauses-$1.compared" || return
	[ -n "$paused" ] && { [ -z "$lost" ] || [ "$lost" = "$paused" ]; }
}

pauses()	# NAME OPTION...
{
	local name=$1 title
	shift
	if [ "$bed" != debian ]; then
		skip "$name: what is lost at a pause" "time is not exact in bed $bed"
		return
	fi
	boot_and_compare "pauses-$name" "$@"
	for title in "$name ALSA" "$name attached"; do
		if lost_at_a_pause "$name" "$title"; then
			tap ok "$title: nothing is lost before its first pause"
		else
			tap 'not ok' "$title: nothing is lost before its first pause"
		fi
	done
}

without_dummy()	# NAME
{
	skip "$1" "Debian's kernels of $WRT_ARCH have no snd-dummy"
}

# In Linux 5.10 the driver of HD Audio maps its buffer by a function of its own.
own_hda()
{
	case $(tests/guest/run --bed "$bed" --print-kver) in
	5.10.*)
		boot own "${sound[@]}" "${hda[@]}" -- refuse-hda
		guest own-ac97
		return
		;;
	esac
	# shellcheck disable=SC2086 # a word or none
	boot own "${sound[@]}" "${hda[@]}" "${dummy[@]}" -- \
		own-hda command-hda $refuse_dummy rob-hda states-hda codec-hda
	[ -n "$refuse_dummy" ] || without_dummy "a driver without a buffer is refused"
	exact hda "${hda[@]}"
}

# shellcheck disable=SC2086 # a word or none
guest()	# NAME
{
	case $1 in
	own) own_hda ;;
	pauses)
		pauses hda "${hda[@]}"
		pauses ac97 "${ac97[@]}"
		;;
	removal)
		boot removal "${sound[@]}" "${hda[@]}" -- \
			rob-hda states-hda codec-hda remove-hda
		;;
	own-ac97)
		exact ac97 "${ac97[@]}"
		boot own-ac97 "${sound[@]}" "${ac97[@]}" -- own-ac97 rob-ac97 states-ac97
		;;
	own-usb)
		exact usb "${usb[@]}"
		boot own-usb "${sound[@]}" "${usb[@]}" -- own-usb rob-usb states-usb
		;;
	own-soft)
		boot own-soft --debian-module "snd-dummy fake_buffer=0" --debian-module snd-aloop -- \
			own-dummy own-aloop command-dummy rob-dummy
		;;
	short)
		boot short "${sound[@]}" "${hda[@]}" "${dummy[@]}" -- observe-hda remove-hda $tool_dummy
		if [ -n "$tool_dummy" ]; then
			documents short
		else
			without_dummy "the command"
		fi
		;;
	ac97) boot ac97 "${sound[@]}" "${ac97[@]}" -- observe-ac97 remove-ac97 ;;
	usb) boot usb "${sound[@]}" "${usb[@]}" "${monitor[@]}" -- observe-usb unplug-usb ;;
	soft)
		modules "$out/wrong_pointer" --from tests/attach/wrong_pointer
		boot soft --debian-module snd-dummy --debian-module snd-aloop \
			--module "$out/wrong_pointer/wrong_pointer.ko" -- \
			observe-dummy wrong-dummy observe-aloop remove-dummy
		boot memory --debian-module "snd-dummy fake_buffer=0" -- observe-dummy
		;;
	witness)
		boot witness "${sound[@]}" "${hda[@]}" "${ac97[@]}" "${usb[@]}" --qemu -device --qemu ES1370,audiodev=a,addr=0x14 \
			--debian-module snd-ens1370 --debian-module "snd-dummy index=20 fake_buffer=0" --debian-module "snd-aloop index=21" -- \
			witness-hda witness-ac97 witness-es1370 witness-usb witness-dummy witness-aloop
		;;
	virtio)
		case $(tests/guest/run --bed "$bed" --print-kver) in
		5.* | 6.1.*) skip "virtio: a nonatomic PCM" "Debian's kernels have virtio_snd since 6.12" ;;
		*)
			if qemu=$(tests/attach/newer_qemu.sh 2>"$out/newer_qemu"); then
				PATH=$qemu:$PATH boot virtio "${sound[@]}" "${virtio[@]}" -- observe-virtio own-virtio rob-virtio remove-virtio
			else
				skip "virtio: a nonatomic PCM" "no QEMU with virtio-sound-pci: $(tail -n 1 "$out/newer_qemu")"
			fi
			;;
		esac
		;;
	*) echo "run.sh: there is no guest \"$1\"" >&2 && exit 2 ;;
	esac
}

build
for one in "${guests[@]}"; do
	guest "$one"
done
echo "1..$count"
[ $failed = 0 ]
