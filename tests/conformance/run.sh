#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Builds and runs the conformance tests: one for each statement of the WaveRT contracts.
# Called by tests/check.sh and by hand. TAP on stdout; the results are kept for the table.
#
#   run.sh [OPTION...] [ID...]
#     --mode MODE         may be repeated; default: all modes of the table
#         host            core, miniport and simulator in a process, ASan and UBSan (gcc)
#         host-clang      the same, compiled by clang
#         host-step       the same (gcc), with the step clock
#         host-hda, host-ich   core, miniport and a backend over its register model in a process
#         uml-step, debian-step       in a guest over the binary interface, step clock: exact
#         uml-hrtimer, debian-hrtimer the same in (virtual) real time: statistical
#         debian-step-32              a 32-bit client
#         hda-msi, hda-intx, ich      Debian's kernel on QEMU's emulated HD Audio (by message and
#                         by line) and AC'97; exactly what `violations` lists may fail
#         attach-hda, attach-usb, attach-aloop
#                         a pin of snd-wavert-attach that the client owns, over the kernel's own drivers
#         hda-not-coherent            as hda-msi, with DMA that is treated as not coherent; only in guests
#                         of arm64 (WRT_ARCH=arm64); not in the table
#         nt                          the Windows driver in Wine, below a stand-in port driver; own
#                         file of violations
#         nt-hda, nt-ich  the same driver with the backend of HD Audio or AC'97 over its register
#                         model; compare with host-hda and host-ich
#         x86-kasan-step, -hrtimer, x86-kcsan-step, -hrtimer
#                         in the debug kernels; not in the table
#     --without-inferred  leave out statements of class inferred
#     --profile NAME      sysvad, viosnd or reactos: expect the behaviour of that one (file
#                         `deviations`); passes if we differ exactly as in the file. Host.
#     --t-late US         maximum delay of a signal, microseconds (2000)
#     --table             write build/conformance/table.md from the results kept; run nothing
#     ID                  run these statements only (WRT-064), keep no results
#
# O=DIR: build directory (build/conformance). MODULES=DIR: modules already built for the guest.
set -u
case ${O-} in '' | /*) ;; *) O=$PWD/$O ;; esac
case ${MODULES-} in '' | /*) ;; *) MODULES=$PWD/$MODULES ;; esac
cd "$(dirname "$0")" || exit
top=$(cd ../.. && pwd)
out=${O:-$top/build/${WRT_CC:+$WRT_ARCH/}conformance}	# of another architecture: tests/check.sh
all="host host-clang host-step host-hda host-ich uml-step uml-hrtimer debian-step debian-hrtimer debian-step-32 hda-msi hda-intx ich"
all="$all attach-hda attach-usb attach-aloop nt nt-hda nt-ich"
modes=
profile=documented
options=()
table=

while [ $# -gt 0 ]; do
	case $1 in
	--mode) modes="$modes $2" && shift ;;
	--profile) profile=$2 && shift ;;
	--t-late) options+=(-l "$2") && shift ;;
	--without-inferred) options+=(-n) ;;
	--table) table=1 ;;
	--help) sed -n '3,/^set/{/^set/d;s/^# \{0,1\}//p}' "$0" && exit ;;
	WRT-*) break ;;
	*) echo "run.sh: $1? (--help)" >&2 && exit 2 ;;
	esac
	shift
done
mkdir -p "$out/results"
out=$(cd "$out" && pwd)

build()	# GOAL
{
	make -s --no-print-directory "O=$out" "$1" >"$out/log" 2>&1 || { sed 's/^/# /' "$out/log"; return 1; }
}

on_host()	# COMPILER CLOCK ARGUMENT...
{
	local compiler=$1 clock=$2
	shift 2
	build "$out/conformance-$compiler" || return
	ASAN_OPTIONS=exitcode=99 UBSAN_OPTIONS=exitcode=99:print_stacktrace=1 \
		CF_CLOCK=$clock "$top/tests/time-limit" 120 "$out/conformance-$compiler" "$@"
}

modules()	# BED; leaves the directory in $built
{
	local kdir
	built=${MODULES:-$out/modules-$1}
	[ -z "${MODULES-}" ] || return 0
	kdir=$("$top/tests/guest/run" --bed "$1" --print-kdir) || return
	# shellcheck disable=SC2046 # nothing, or one word
	"$top/scripts/build-modules.sh" "$kdir" "$built" \
		$([ "$1" = uml ] && echo ARCH=um) >"$out/log" 2>&1 || { sed 's/^/# /' "$out/log"; return 1; }
}

# An allocation that is made to fail prints a call trace to the log, which is not a bug report.
in_guest()	# BED CLOCK BITS ARGUMENT...
{
	local bed=$1 clock=$2 bits=$3 slow=(--timeout 300)
	shift 3
	build guest && modules "$bed" || return
	case $bed-$clock in
	x86-*-step) slow=(--timeout 900) ;;
	x86-*) slow=(--timeout 900 --icount --shift 0) ;;	# a check costs instructions, and so time
	esac
	case $bed-$("$top/tests/guest/run" --bed "$bed" --print-kver) in
	debian-*-rt-*) slow+=(--icount --shift 1) ;;	# and so does a lock of PREEMPT_RT
	esac
	# KCSAN's delays would count as time
	[ "$bed-$clock" != x86-kcsan-real ] || slow+=(--append "kcsan.udelay_task=1 kcsan.udelay_interrupt=1")
	"$top/tests/guest/run" --bed "$bed" "${slow[@]}" --no-insmod --allow 'Call Trace:' \
		--module "$built/snd-wavert.ko" \
		--module "$built/snd-wavert-sim.ko" \
		--file "$out/conformance-guest$bits=conformance" -- \
		env "CF_CLOCK=$clock" conformance "$@"
}

# DMA moves once a millisecond, and the only source with a rate is silent.
on_emulated()	# MODE ARGUMENT...
{
	local mode=$1 module=snd-wavert-${1%%-*} device=${1%%-*} devices=()
	shift
	case $mode in
	*hda*) devices=(--qemu -device --qemu intel-hda
		--qemu -device --qemu "hda-duplex,audiodev=a,use-timer=off") ;;
	ich) devices=(--qemu -device --qemu "AC97,audiodev=a") ;;
	attach-usb) devices=(--qemu -device --qemu qemu-xhci --qemu -device --qemu "usb-audio,audiodev=a") ;;
	esac
	case $mode in
	attach-hda) devices+=(--debian-module snd-hda-codec-generic
		--debian-module "snd-hda-intel index=0 power_save=0") ;;
	attach-usb) devices+=(--debian-module xhci-pci --debian-module "snd-usb-audio index=0") ;;
	attach-aloop) devices+=(--debian-module "snd-aloop index=0 pcm_substreams=1") ;;
	esac
	case $mode in attach-*) device=$mode ;; esac
	build guest && modules debian || return
	if [ "$mode" = hda-not-coherent ]; then
		"$top/scripts/build-modules.sh" --from "$top/tests/guest/not_coherent" \
			"$("$top/tests/guest/run" --print-kdir)" "$out/not_coherent" >"$out/log" 2>&1 || { sed 's/^/# /' "$out/log"; return 1; }
		devices+=(--module "$out/not_coherent/not_coherent.ko")
	fi
	"$top/tests/guest/run" --timeout 300 --no-insmod "${devices[@]}" --qemu -audiodev \
		--qemu none,id=a,timer-period=1000,out.frequency=48000,in.frequency=48000 \
		--module "$built/snd-wavert.ko" --module "$built/$module.ko" \
		--file "$out/conformance-guest64=conformance" -- \
		env "CF_DEVICE=$mode" conformance -d "$device" "$@"
}

run_mode()	# MODE ARGUMENT...
{
	local mode=$1
	shift
	case $mode in
	host) on_host gcc real "$@" ;;
	host-clang) on_host clang real "$@" ;;
	host-step) on_host gcc step "$@" ;;
	host-hda | host-ich) CF_MODEL=${mode#host-} on_host gcc real -d "${mode#host-}-model" "$@" ;;
	uml-step | debian-step | x86-kasan-step | x86-kcsan-step) in_guest "${mode%-*}" step 64 "$@" ;;
	uml-hrtimer | debian-hrtimer | x86-kasan-hrtimer | x86-kcsan-hrtimer) in_guest "${mode%-*}" real 64 "$@" ;;
	debian-step-32) in_guest debian step 32 "$@" ;;
	nt) O=$out/nt "$top/tests/nt/run.sh" --suite "$@" ;;
	nt-*) CF_MODEL=${mode#nt-} O=$out/nt "$top/tests/nt/run.sh" --suite "$@" ;;
	hda-msi | hda-intx | hda-not-coherent | ich | attach-*) on_emulated "$mode" "$@" ;;
	*)
		echo "run.sh: no mode $mode (--help)" >&2
		exit 2
		;;
	esac
}

# One program after the other, with continuous numbers.
renumber()	# MODE
{
	sed -u -e '/^1\.\./d' -e "s/^\(not \)\{0,1\}ok [0-9]* - /\1ok - $1: /"
}

if [ -n "$table" ]; then
	# shellcheck disable=SC2086 # words
	./table.sh "$out/results" $all >"$out/table.md" && echo "$out/table.md"
	exit
fi
if [ "$profile" != documented ]; then
	grep -q "^$profile |" deviations || { echo "run.sh: no profile $profile" >&2; exit 2; }
	modes=${modes:-host}
	options+=(-p "$profile")
fi
bad=0
planned=0
for mode in ${modes:-$all}; do
	kept=$out/results/$mode.tap
	[ "$profile" = documented ] || kept=$out/results/$mode.$profile
	# incomplete: no result for the table
	{ [ $# = 0 ] && [ "${options[*]#-n}" = "${options[*]}" ]; } || kept=$out/some.tap
	run_mode "$mode" "${options[@]}" "$@" 2>"$out/err" | tee "$kept" | renumber "$mode"
	code=${PIPESTATUS[0]}
	planned=$((planned + $(sed -n 's/^1\.\.//p' "$kept" | grep . || echo 0)))
	if [ "$code" != 0 ]; then
		bad=1
		# a failed test has been reported
		grep -q '^not ok' "$kept" && [ "$code" = 1 ] || echo "not ok - $mode ended with exit code $code"
		tail -n 30 "$out/err" | sed 's/^/# /'
	fi
done
echo "1..$planned"
exit $bad
